"""Does the calculator count as the regulation reads, and show its rule, its date and who confirms?"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icecourse import explorers
from icecourse.explorers import ExplorerError, long_time, show, window

OUT = ("Saturday", "Sunday", "holiday")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("release", "end", "left_out"),
    [
        ("2026-11-03T09:00", "2026-11-05T09:00", 0),  # Tuesday
        ("2026-11-06T17:00", "2026-11-10T17:00", 2),  # Friday: the weekend is left out
        ("2026-11-07T15:00", "2026-11-11T00:00", 2),  # Saturday: the count begins on Monday; Tuesday's end
        ("2026-11-10T10:00", "2026-11-13T10:00", 1),  # Veterans Day
        ("2026-11-25T08:00", "2026-11-30T08:00", 3),  # Thanksgiving, then a weekend
        ("2026-07-02T12:00", "2026-07-07T12:00", 3),  # Independence Day on a Saturday is observed on Friday
        ("2026-12-30T12:00", "2027-01-04T12:00", 3),  # over New Year's Day
        ("2026-11-09T00:00", "2026-11-11T00:00", 0),  # from midnight to midnight
    ],
)
def test_the_count_stands_still_on_what_the_regulation_leaves_out(release, end, left_out):
    got = window(at(release), 48, OUT)
    assert (got.end, len(got.left_out)) == (at(end), left_out)


def test_by_the_forms_wording_every_hour_counts():
    assert window(at("2026-11-06T17:00"), 48).end == at("2026-11-08T17:00")


@given(st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1)))
def test_exactly_48_counted_hours_lie_in_the_window(release):
    """An independent count, minute by minute over the days of the window."""
    got = window(release, 48, OUT)
    skipped = {day for day, _ in got.left_out}
    counted, day = timedelta(), release.date()
    while day <= got.end.date():
        start = datetime.combine(day, datetime.min.time())
        if day not in skipped:
            counted += max(min(got.end, start + timedelta(days=1)) - max(release, start), timedelta())
        day += timedelta(days=1)
    assert counted == timedelta(hours=48)
    assert all(explorers._reason(day, OUT) for day in skipped)


def test_the_calculator_shows_both_dates_its_rule_its_sources_and_who_confirms():
    box = show("detainer-window")
    _, day, hour, result = box.children
    assert "Tuesday, November 10, 2026, 5:00 p.m." in result.value  # the running case is what it opens with
    assert "Sunday, November 8, 2026, 5:00 p.m." in result.value
    assert "The attorney confirms" in result.value and "record both" in result.value
    assert "8 C.F.R. § 287.7(d)" in result.value and "as of 2026-09" in result.value
    day.value, hour.value = at("2026-11-10T00:00").date(), at("2026-11-10T10:00").time()
    assert "Friday, November 13, 2026, 10:00 a.m." in result.value and "Veterans Day" in result.value
    day.value = None
    assert "Give a day and a time" in result.value


def test_an_end_at_midnight_names_the_day_that_it_closes():
    assert long_time(at("2026-11-11T00:00")) == "Tuesday, November 10, 2026, midnight (end of the day)"
    assert long_time(at("2026-11-11T12:05")) == "Wednesday, November 11, 2026, 12:05 p.m."


def test_an_unknown_explorer_names_those_that_there_are():
    with pytest.raises(ExplorerError, match="detainer-window"):
        show("detainer")
