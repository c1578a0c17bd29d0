"""Counting to a deadline. The count is here; how long, and what is left out, stands in the data with its source.

No time zone: a clock change on a day that counts is not allowed for.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

import holidays
from babel.dates import format_date, format_skeleton
from dateutil.relativedelta import relativedelta

from icecourse.content.words import locale, long_day, words
from icecourse.page.explorers.data import HOLIDAY, WEEKDAYS, WORKING_WEEK, Deadline


class Window(NamedTuple):
    """When a count ends, and the days that were left out of it, with the reason for each.

    ``moved_from`` is the last day that the count itself gave, where that one was no working day.
    """

    end: datetime | date
    left_out: tuple[tuple[date, str], ...]
    moved_from: date | None = None


def last_day(deadline: Deadline, start: datetime | date) -> Window:
    """When a deadline ends that runs from ``start``: a datetime for hours, else a date."""
    if deadline.unit == "hours":
        return window(start, deadline.count, deadline.leave_out)
    day = start.date() if isinstance(start, datetime) else start
    if deadline.unit == "months":
        end, left_out = months_after(day, deadline.count), ()
    else:
        end, left_out = days_after(day, deadline.count, deadline.leave_out)
    if not deadline.roll or not why_out(end, WORKING_WEEK):
        return Window(end, left_out)
    moved, _ = days_after(end, 1, WORKING_WEEK)
    return Window(moved, left_out, end)


def window(release: datetime, hours: float, leave_out: tuple[str, ...] = ()) -> Window:
    """Count ``hours`` of wall-clock time from ``release``, standing still on the days that are left out.

    ``leave_out`` holds names of weekdays and the word "holiday" (federal holidays, 5 U.S.C. § 6103, with the
    weekday on which one is observed when it falls on a weekend).
    """
    left, at, skipped = timedelta(hours=hours), release, []
    while True:
        midnight = datetime.combine(at.date() + timedelta(days=1), time())
        reason = why_out(at.date(), leave_out)
        if reason:
            skipped.append((at.date(), reason))
        elif left <= midnight - at:
            return Window(at + left, tuple(skipped))
        else:
            left -= midnight - at
        at = midnight


def days_after(day: date, count: int, leave_out: tuple[str, ...] = ()) -> tuple[date, tuple[tuple[date, str], ...]]:
    """The ``count``-th day after ``day`` that counts, and the days that do not. ``day`` itself is never counted."""
    skipped = []
    while count:
        day += timedelta(days=1)
        reason = why_out(day, leave_out)
        if reason:
            skipped.append((day, reason))
        else:
            count -= 1
    return day, tuple(skipped)


def months_after(day: date, count: int) -> date:
    """The day of the same number ``count`` months later, or that month's last day where it is shorter."""
    return day + relativedelta(months=count)


def why_out(day: date, leave_out: tuple[str, ...]) -> str:
    """The weekday or holiday for which a day is left out, or "" for a day that counts."""
    if (weekday := WEEKDAYS[day.weekday()]) in leave_out:
        return weekday
    return _holidays(day.year).get(day, "") if HOLIDAY in leave_out else ""


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.US(years=year)


def long_time(when: datetime | date) -> str:
    """Such as "Friday, November 6, 2026, 5:00 p.m."; an end at midnight names the day that it closes."""
    if not isinstance(when, datetime):
        return long_day(when)
    text = words("time")
    if when.time() == time():
        return text["midnight"].format(day=long_day(when.date() - timedelta(days=1)))
    return text["morning" if when.hour < 12 else "afternoon"].format(
        day=long_day(when.date()), hour=when.hour % 12 or 12, hour24=when.hour, minute=f"{when.minute:02d}"
    )


def long_part(day: str) -> str:
    """ "2002-11-25", "2003-03" and "2003" as people write them: "November 25, 2002", "March 2003", "2003"."""
    year, *rest = map(int, day.split("-"))
    if len(rest) == 2:
        return format_date(date(year, *rest), "long", locale=locale())
    return format_skeleton("yMMMM", date(year, rest[0], 1), locale=locale()) if rest else str(year)
