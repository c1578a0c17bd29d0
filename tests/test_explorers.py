"""Does every kind say all that its file holds, count as its rule reads, and refuse a file that is not sound?

What a kind looks like and does on screen is test_browser_explorers' matter.
"""

import json
import re
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icecourse.content import facts
from icecourse.content.words import words
from icecourse.item.markup import html, plain
from icecourse.kernel.explorer_widget import ExplorerWidget
from icecourse.page.explorers.data import Deadline, ExplorerError, load, names
from icecourse.page.explorers.dates import days_after, last_day, long_time, months_after, why_out, window
from icecourse.page.explorers.text import text_form, tree

SAMPLES = Path(__file__).parent / "explorers"
KINDS = ("chart", "timeline", "finder", "sorter", "document", "calculator")
OUT = ("Saturday", "Sunday", "holiday")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def sample(kind: str):
    return load(f"sample-{kind}", SAMPLES)


# -- the course's own files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_an_explorer_of_the_course_is_sound_and_can_be_shown(name):
    assert ExplorerWidget(load(name)).tree and plain(ExplorerWidget(load(name)).tree)


def test_every_explorer_is_in_a_lesson_and_every_lesson_names_one_that_exists(checkout):
    shown = {
        cell.source.split()[1]
        for lesson in checkout.lessons
        for cell in lesson.notebook.cells
        if cell.source.startswith("%explore")
    }
    assert shown <= set(names()), f"no data file: {shown - set(names())}"


def test_an_unknown_explorer_names_those_that_there_are():
    with pytest.raises(ExplorerError, match="detainer-window"):
        ExplorerWidget(load("detainer"))


# -- every kind -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_form_says_everything_with_its_source_and_date(kind):
    """Every text of the file, and for each fact its link and its as-of date beside the statement."""
    import tomllib

    bundle = text_form(sample(kind))
    data = tomllib.loads((SAMPLES / f"sample-{kind}.toml").read_text(encoding="utf-8"))

    def leaves(value, field=""):
        if isinstance(value, dict):
            for name, part in value.items():
                yield from leaves(part, name)
        elif isinstance(value, list):
            for part in value:
                yield from leaves(part, field)
        elif isinstance(value, str):
            yield field, value

    hidden = {"kind", "id", "parent", "desk", "bin", "picture", "unit", "date"}
    for field, text in leaves(data):
        if field == "fact":
            fact = facts.load()[text]
            note = f"(as of {fact.as_of}; {words('checked')[fact.how]}"
            assert f"{html(fact.citation)}</a> {note})" in bundle["text/html"] or not fact.url, text
            assert f"{fact.citation} {note})" in bundle["text/plain"]
        elif field not in hidden:
            assert html(text) in bundle["text/html"], f"{field}: {text}"
    assert "<script" not in bundle["text/html"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_script_gets_is_json(kind):
    widget = ExplorerWidget(sample(kind))
    state = widget.get_state()
    for name in ("tree", "parts", "words", "result"):
        assert json.loads(json.dumps(state[name])) == state[name]
    assert widget._repr_mimebundle_()[0]["text/plain"] == sample(kind).title


def test_a_text_of_the_file_is_never_markup(scratch):
    text = (SAMPLES / "sample-finder.toml").read_text().replace("What happened?", "<script>1</script> & 'x'")
    (scratch / "hostile.toml").write_text(text)
    assert "&lt;script&gt;1&lt;/script&gt; &amp;" in text_form(load("hostile", scratch))["text/html"]


def test_a_finder_may_call_its_answer_something_else(scratch):
    text = (SAMPLES / "sample-finder.toml").read_text().replace('heading = "Who holds it"\n', "")
    (scratch / "desks.toml").write_text(text)
    usual, named = ExplorerWidget(load("desks", scratch)), ExplorerWidget(sample("finder"))
    assert usual.words["desk"] == "Whose desk" and "Whose desk" in plain(usual.tree).split("\n")
    assert named.words["desk"] == "Who holds it" and "Who holds it" in plain(named.tree)


def test_a_chart_is_a_nested_list_for_each_view():
    shown = html(tree(sample("chart")))
    assert shown.count('class="ice-view"') == 2
    today = shown[shown.index('data-view="today"') :]
    assert re.search(r"ICE</strong>.*<ul><li>.*ERO\)</strong>.*<ul><li>.*Field offices</strong>", today)


def test_a_timeline_runs_in_order_of_time_whatever_the_file_does():
    shown = html(tree(sample("timeline")))
    assert re.findall(r"<time[^>]*>([^<]*)<", shown) == ["March 2003", "March 4, 2014", "2017"]


def test_a_document_carries_its_picture():
    shown = html(tree(sample("document")))
    assert 'src="data:image/svg+xml;base64,' in shown and "TRAINING SAMPLE" in shown


# -- a file that is not sound ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "old", "new", "says"),
    [
        ("chart", 'kind  = "chart"', 'kind = "map"', 'kind is "map"; it must be one of chart, timeline'),
        ("chart", 'title = "Who sits where"', "", 'the field "title" is missing'),
        ("chart", 'title = "Who sits where"', "title = 7", '"title" must be text'),
        ("chart", 'intro = "', 'intor = "', 'line 3: the field "intro" is missing; did you mean it by "intor"'),
        ("chart", "intro = ", 'note = "x"\nintro = ', 'broken.toml, line 3: "note" is not a field here; there are'),
        ("chart", 'parent = "ice"', 'parent = "icee"', 'unit "ero": there is no parent "icee"; did you mean "ice"'),
        ("chart", 'parent = "ero"', 'parent = "field-offices"', 'unit "field-offices": it stands under itself'),
        ("chart", 'id     = "ero"', 'id     = "ice"', 'unit "ice": the id stands here twice'),
        ("chart", 'id     = "ero"', 'id     = "E R O"', "must be small letters"),
        ("chart", 'does   = "Arrests', 'do = "Arrests', 'unit "ero": the field "does" is missing'),
        ("chart", '"ero-field-offices"', '"ero-feild-offices"', 'no fact "ero-feild-offices"; did you mean "ero-'),
        ("timeline", '"2003-03"', '"2003-13"', 'event 2 ("A new department"): date is "2003-13"'),
        ("timeline", 'fact  = "ero-manages', 'facts = "ero-manages', 'the field "fact" is missing'),
        ("finder", 'desk = "ero"', 'desk = "hsi"', '"jail-has-a-detainer": there is no desk "hsi"; there are ero,'),
        ("finder", "[desks]", "[desk]", 'the field "desks" is missing'),
        ("sorter", 'bin  = "judicial"', 'bin = "judical"', 'card "court-warrant": there is no bin "judical"; did'),
        ("sorter", 'judicial       = "From a judge"', "", "must hold 2 or more lines"),
        ("document", "[60, 8, 34, 8]", "[60, 8, 44, 8]", 'spot "number": box [60, 8, 44, 8] lies outside the picture'),
        ("document", "[60, 8, 34, 8]", "[60, 8, 34]", "box must be four numbers"),
        ("document", "figures/sample.svg", "figures/none.svg", "lessons/ holds no such file"),
        ("document", "figures/sample.svg", "../sample-chart.toml", "lessons/ holds no such file"),
        ("calculator", "count = 3", 'count = "3"', "count must be a whole number"),
        ("calculator", '"business days"', '"weeks"', 'unit is "weeks"; it must be one of business days, days'),
        ("calculator", 'unit      = "days"', 'unit = "days"\nleave_out = ["Sunday", "holidays"]', "leave_out may list"),
        ("calculator", "count = 12", "count = 12\nleave_out = [\"Sunday\"]", "leave_out does not go with months"),
        ("calculator", 'unit      = "days"', 'unit = "hours"', "roll goes with days and months; take it out"),
        ("calculator", "2026-11-06", '"2026-11-06"', "example must be a date"),
        ("calculator", "2026-11-06", "2026-11-06T10:00:00", "for no hours are counted"),
        ("calculator", "[[deadline]]", "[deadline]", "this is not TOML"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_sound_is_refused_in_one_sentence(scratch, kind, old, new, says):
    text = (SAMPLES / f"sample-{kind}.toml").read_text(encoding="utf-8")
    assert old in text
    shutil.copytree(SAMPLES / "figures", scratch / "figures")
    (scratch / "broken.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ExplorerError, match=re.escape(says)) as caught:
        load("broken", scratch)
    assert str(caught.value).startswith("broken.toml") and str(caught.value).endswith(".")


# -- counting -------------------------------------------------------------------------------------------------


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
    assert all(why_out(day, OUT) for day in skipped)


@given(st.dates(date(2024, 1, 1), date(2035, 1, 1)), st.integers(1, 60))
def test_business_days_agree_with_the_calendar_of_the_holidays_package(start, count):
    calendar = holidays.US(years=range(start.year, start.year + 2))
    assert days_after(start, count, OUT)[0] == calendar.get_nth_working_day(start, count)


def deadline(count, unit, leave_out=(), roll=False):
    return Deadline("x", "X", count, unit, tuple(leave_out), roll, "rule", "", ("detainer-definition",))


@pytest.mark.parametrize(
    ("rule", "start", "end", "moved_from"),
    [
        (deadline(3, "business days", OUT), "2026-11-06", "2026-11-12", None),  # weekend and Veterans Day
        (deadline(3, "days"), "2026-11-06", "2026-11-09", None),
        (deadline(30, "days", roll=True), "2026-10-08", "2026-11-09", "2026-11-07"),  # a Saturday moves to Monday
        (deadline(30, "days", roll=True), "2026-10-27", "2026-11-27", "2026-11-26"),  # Thanksgiving moves a day
        (deadline(12, "months"), "2026-06-12", "2027-06-12", None),
        (deadline(1, "months"), "2027-01-31", "2027-02-28", None),
        (deadline(1, "months"), "2026-12-15", "2027-01-15", None),
        (deadline(10, "days", roll=True), "2027-12-21", "2028-01-03", "2027-12-31"),  # New Year's Day, observed
    ],
)
def test_days_months_and_a_last_day_that_moves(rule, start, end, moved_from):
    got = last_day(rule, date.fromisoformat(start))
    assert (got.end.isoformat(), got.moved_from and got.moved_from.isoformat()) == (end, moved_from)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 240))
def test_months_keep_the_day_or_end_with_the_month(start, count):
    end = months_after(start, count)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == count
    assert end.day == start.day or (end + timedelta(days=1)).day == 1


def test_the_calculator_shows_both_dates_its_rule_its_sources_and_who_confirms():
    widget = ExplorerWidget(load("detainer-window"))

    def shown():
        return plain(widget.result["tree"])

    whole = plain(widget.tree)
    for text in (whole, shown()):  # the running case is what it opens with
        assert "Tuesday, November 10, 2026, 5:00 p.m." in text and "Sunday, November 8, 2026, 5:00 p.m." in text
        assert "record both" in text and "8 C.F.R. § 287.7(d)" in text and "as of 2026-09" in text
    assert "The attorney confirms" in whole and "The attorney confirms" in widget.result["said"]
    widget.when = "2026-11-10T10:00"
    assert "Friday, November 13, 2026, 10:00 a.m." in shown() and "Veterans Day" in shown()
    for nothing in ("T10:00", "2026-11-10T", "", "0001-01-01T00:00", "9999-12-31T23:59"):
        widget.when = nothing
        assert "Give a day and a time" in widget.result["wrong"]


def test_an_end_at_midnight_names_the_day_that_it_closes():
    assert long_time(at("2026-11-11T00:00")) == "Tuesday, November 10, 2026, midnight (end of the day)"
    assert long_time(at("2026-11-11T12:05")) == "Wednesday, November 11, 2026, 12:05 p.m."
