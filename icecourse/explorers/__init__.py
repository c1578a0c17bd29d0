"""Explorers: small things to try out in a lesson, each with one data file beside this module and no law in code."""

import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

import holidays
import ipywidgets

from .. import facts
from ..words import words

FOLDER = Path(__file__).parent


class ExplorerError(ValueError):
    """There is no such explorer; the message names those that there are."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class Window(NamedTuple):
    """When a count of hours ends, and the days that were left out of it, with the reason for each."""

    end: datetime
    left_out: tuple[tuple[date, str], ...]


def show(name: str) -> ipywidgets.Widget:
    """The explorer of that name, ready to display. Raises ExplorerError where there is none."""
    if name not in _EXPLORERS:
        raise ExplorerError(f'There is no explorer "{name}"; there are: {", ".join(_EXPLORERS)}.')
    return _EXPLORERS[name]()


def window(release: datetime, hours: float, leave_out: tuple[str, ...] = ()) -> Window:
    """Count ``hours`` of wall-clock time from ``release``, standing still on the days that are left out.

    ``leave_out`` holds names of weekdays and the word "holiday" (federal holidays, 5 U.S.C. § 6103, with the
    weekday on which one is observed when it falls on a weekend). No time zone: a clock change on a day that
    counts is not allowed for.
    """
    left, at, skipped = timedelta(hours=hours), release, []
    while True:
        midnight = datetime.combine(at.date() + timedelta(days=1), time())
        reason = _reason(at.date(), leave_out)
        if reason:
            skipped.append((at.date(), reason))
        elif left <= midnight - at:
            return Window(at + left, tuple(skipped))
        else:
            left -= midnight - at
        at = midnight


def _reason(day: date, leave_out: tuple[str, ...]) -> str:
    if day.strftime("%A") in leave_out:
        return day.strftime("%A")
    return _holidays(day.year).get(day, "") if "holiday" in leave_out else ""


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.US(years=year)


def _data(name: str) -> dict:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _detainer_window() -> ipywidgets.Widget:
    data, text = _data("detainer-window"), words("detainer")
    known = facts.load()
    style = {"description_width": "initial"}
    wide = ipywidgets.Layout(width="100%", max_width="34rem")
    day = ipywidgets.DatePicker(description=text["release-day"], value=data["example"].date(), style=style, layout=wide)
    hour = ipywidgets.TimePicker(
        description=text["release-time"], value=data["example"].time(), style=style, layout=wide
    )
    result = ipywidgets.HTML()

    def update(_change=None):
        if day.value is None or hour.value is None:
            result.value = f'<p role="status">{escape(text["invalid"])}</p>'
            return
        release = datetime.combine(day.value, hour.value.replace(tzinfo=None))
        result.value = detainer_html(release, data, text, known)

    day.observe(update, "value")
    hour.observe(update, "value")
    update()
    box = ipywidgets.VBox([ipywidgets.HTML(f"<h3>{escape(text['title'])}</h3>"), day, hour, result])
    box.add_class("ice-explorer")
    return box


def detainer_html(release: datetime, data: dict, text, known) -> str:
    """Both ends of a detainer window, the rule, its sources with their dates, and who confirms, as HTML."""
    by_rule = window(release, data["hours"], tuple(data["leave-out"]))
    by_form = window(release, data["hours"])
    left_out = "; ".join(
        f"{long_day(day)}{'' if why == day.strftime('%A') else f' ({why})'}" for day, why in by_rule.left_out
    )
    counted = text["counted"].format(days=left_out) if left_out else text["counted-none"]
    differ = text["differ"] if by_rule.end != by_form.end else text["same"]
    rows = "".join(
        f"<tr><th scope='row'>{escape(text[name])}</th><td><strong>{escape(long_time(end))}</strong></td></tr>"
        for name, end in (("regulation", by_rule.end), ("form", by_form.end))
    )
    sources = "".join(f"<li>{_source(known[data[name]])}</li>" for name in ("regulation", "form"))
    return (
        f"<div role='status' class='ice-result'><table>{rows}</table>"
        f"<p>{escape(counted)} {escape(differ)} <strong>{escape(text['attorney'])}</strong></p></div>"
        f"<p>{escape(text['rule'])}</p><ul>{sources}</ul>"
    )


def long_day(day: date) -> str:
    """Such as "Friday, November 6, 2026"."""
    return f"{day:%A, %B} {day.day}, {day.year}"


def long_time(when: datetime) -> str:
    """Such as "Friday, November 6, 2026, 5:00 p.m."; an end at midnight names the day that it closes."""
    if when.time() == time():
        return f"{long_day(when.date() - timedelta(days=1))}, midnight (end of the day)"
    half = "a.m." if when.hour < 12 else "p.m."
    return f"{long_day(when.date())}, {when.hour % 12 or 12}:{when.minute:02d} {half}"


def _source(fact: facts.Fact) -> str:
    link = (
        f"<a href='{escape(fact.url)}' target='_blank' rel='noopener'>{escape(fact.citation)}</a>"
        if fact.url
        else escape(fact.citation)
    )
    return f"{link}, as of {escape(fact.as_of)}: {escape(fact.statement)}"


_EXPLORERS = {"detainer-window": _detainer_window}
