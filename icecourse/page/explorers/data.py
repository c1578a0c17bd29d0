"""The data file of an explorer, read into records: what stands on the screen, and nothing that can be computed.

One TOML file each beside this module; ``CONTRIBUTING.md`` shows every kind. A file that cannot be shown as it stands
is refused with one sentence: the file, the entry, what is wrong, what to do.
"""

import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from icecourse.content import facts, table
from icecourse.content.table import ID, Table

FOLDER = Path(__file__).parent
# Where lessons and their pictures lie: in the wheel, in a checkout.
PICTURES = (FOLDER.parents[1] / "course" / "lessons", FOLDER.parents[2] / "lessons")
UNITS = ("business days", "days", "months", "hours")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOLIDAY = "holiday"
WORKING_WEEK = ("Saturday", "Sunday", HOLIDAY)  # what "business days" and a last day that moves leave out
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


class ExplorerError(ValueError):
    """An explorer cannot be shown. The message is one sentence: file, entry, what is wrong."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class Unit(NamedTuple):
    id: str
    name: str
    parent: str  # "" for a root
    does: str
    facts: tuple[str, ...]


class View(NamedTuple):
    id: str
    label: str
    as_of: str
    units: tuple[Unit, ...]

    def below(self, parent: str) -> tuple[Unit, ...]:
        """The units directly under one, or the roots under ""."""
        return tuple(unit for unit in self.units if unit.parent == parent)


class Event(NamedTuple):
    date: str  # "2002-11-25", "2003-03" or "2003"
    label: str
    text: str
    facts: tuple[str, ...]


class Matter(NamedTuple):
    id: str
    text: str
    desks: tuple[str, ...]
    does: str
    facts: tuple[str, ...]


class Card(NamedTuple):
    id: str
    text: str
    bin: str
    why: str
    facts: tuple[str, ...]


class Spot(NamedTuple):
    id: str
    label: str
    box: tuple[float, float, float, float]  # left, top, width, height in per cent of the picture
    says: str
    text: str
    facts: tuple[str, ...]


class Deadline(NamedTuple):
    id: str
    name: str
    count: int
    unit: str
    leave_out: tuple[str, ...]  # names of weekdays and "holiday"
    roll: bool
    rule: str
    note: str
    facts: tuple[str, ...]


class Chart(NamedTuple):
    name: str
    title: str
    intro: str
    views: tuple[View, ...]


class Timeline(NamedTuple):
    name: str
    title: str
    intro: str
    events: tuple[Event, ...]


class Finder(NamedTuple):
    name: str
    title: str
    intro: str
    ask: str
    heading: str  # what a desk is called here, if not "Whose desk"
    desks: dict[str, str]
    matters: tuple[Matter, ...]


class Sorter(NamedTuple):
    name: str
    title: str
    intro: str
    ask: str
    bins: dict[str, str]
    cards: tuple[Card, ...]


class Document(NamedTuple):
    name: str
    title: str
    intro: str
    picture: Path
    alt: str
    spots: tuple[Spot, ...]


class Calculator(NamedTuple):
    name: str
    title: str
    intro: str
    asks: str  # label of the date field
    example: date  # a datetime where hours are counted
    deadlines: tuple[Deadline, ...]

    @property
    def to_the_hour(self) -> bool:
        return any(deadline.unit == "hours" for deadline in self.deadlines)


Explorer = Chart | Timeline | Finder | Sorter | Document | Calculator


def names(folder: Path = FOLDER) -> list[str]:
    """Every explorer of the course, by the name that ``%explore`` takes."""
    return sorted(path.stem for path in folder.glob("*.toml"))


@cache
def load(name: str, folder: Path = FOLDER) -> Explorer:
    """The explorer of that name. Raises ExplorerError where there is none, or where its file is not sound."""
    path = folder / f"{name}.toml"
    if not ID.fullmatch(name) or not path.is_file():
        raise ExplorerError(f'There is no explorer "{name}"; there are: {", ".join(names(folder))}.')
    entry = table.read(path, ExplorerError)
    kind = entry.choice("kind", _KINDS)
    about = {"name": name, "title": entry.one_line("title"), "intro": entry.one_line("intro")}
    explorer = _document(entry, folder, **about) if kind == "document" else _KINDS[kind](entry, **about)
    entry.close()
    return explorer


def _facts(entry: Table) -> tuple[str, ...]:
    names = entry.listed("fact", alone=True)
    for name in names:
        entry.among(name, facts.load(), f'there is no fact "{name}"', "fact")
    return names


# -- the kinds ----------------------------------------------------------------------------------------------------


def _chart(entry: Table, **about) -> Chart:
    return Chart(**about, views=tuple(_view(name, row) for name, row in entry.entries("view").items()))


def _view(name: str, entry: Table) -> View:
    rows = entry.entries("unit")
    units = tuple(_unit(id, row) for id, row in rows.items())
    view = View(name, entry.one_line("label"), entry.one_line("as_of"), units)
    entry.close()
    parents = {unit.id: unit.parent for unit in units}
    for id, parent in parents.items():
        above = [id]
        while parent:
            rows[id].among(parent, parents, f'there is no parent "{parent}"', "parent")
            circle = "it stands under itself; one unit of that line must have no parent"
            rows[id].need(parent not in above, circle, "parent")
            above.append(parent)
            parent = parents[parent]
    return view


def _unit(name: str, entry: Table) -> Unit:
    parent = entry.one_line("parent", "")
    unit = Unit(name, entry.one_line("name"), parent, entry.one_line("does"), _facts(entry))
    entry.close()
    return unit


def _timeline(entry: Table, **about) -> Timeline:
    # An event needs no id: nothing names it.
    return Timeline(**about, events=tuple(map(_event, entry.rows("event", "event"))))


def _event(entry: Table) -> Event:
    label = entry.one_line("label")
    entry.place = f'{entry.place} ("{label}")'
    day = str(entry.take("date"))
    try:
        if not _DAY.fullmatch(day):
            raise ValueError
        date.fromisoformat(f"{day}-01-01"[:10])
    except ValueError:
        raise entry.error(f'date is "{day}"; write "2002-11-25", "2003-03" or "2003"', "date") from None
    event = Event(day, label, entry.one_line("text"), _facts(entry))
    entry.close()
    return event


def _finder(entry: Table, **about) -> Finder:
    desks = entry.texts("desks", fewest=2)
    return Finder(
        **about,
        ask=entry.one_line("ask"),
        heading=entry.one_line("heading", ""),
        desks=desks,
        matters=tuple(_matter(name, row, desks) for name, row in entry.entries("matter").items()),
    )


def _matter(name: str, entry: Table, desks: dict[str, str]) -> Matter:
    named = entry.listed("desk", alone=True)
    for desk in named:
        entry.among(desk, desks, f'there is no desk "{desk}"', "desk")
    matter = Matter(name, entry.one_line("text"), named, entry.one_line("does"), _facts(entry))
    entry.close()
    return matter


def _sorter(entry: Table, **about) -> Sorter:
    bins = entry.texts("bins", fewest=2)
    cards = tuple(_card(name, row, bins) for name, row in entry.entries("card").items())
    return Sorter(**about, ask=entry.one_line("ask"), bins=bins, cards=cards)


def _card(name: str, entry: Table, bins: dict[str, str]) -> Card:
    heading = entry.one_line("bin")
    entry.among(heading, bins, f'there is no bin "{heading}"', "bin")
    card = Card(name, entry.one_line("text"), heading, entry.one_line("why"), _facts(entry))
    entry.close()
    return card


def _document(entry: Table, folder: Path, **about) -> Document:
    name = entry.one_line("picture")
    path = next((path for place in (folder, *PICTURES) if (path := place / name).is_file()), None)
    message = f'picture is "{name}", but lessons/ holds no such file; name it like "figures/sample.svg"'
    entry.need(path and path.suffix == ".svg", message, "picture")
    spots = tuple(_spot(id, row) for id, row in entry.entries("spot").items())
    return Document(**about, picture=path, alt=entry.one_line("alt"), spots=spots)


def _spot(name: str, entry: Table) -> Spot:
    box = entry.take("box")
    four = isinstance(box, list) and len(box) == 4 and all(type(part) in (int, float) for part in box)
    entry.need(four, "box must be four numbers: [left, top, width, height] in per cent of the picture", "box")
    left, top, width, height = box
    inside = left >= 0 and top >= 0 and width > 0 and height > 0 and left + width <= 100 and top + height <= 100
    message = f"box {box} lies outside the picture: left + width and top + height are at most 100"
    entry.need(inside, message, "box")
    label, says, text = (entry.one_line(field) for field in ("label", "says", "text"))
    spot = Spot(name, label, tuple(box), says, text, _facts(entry))
    entry.close()
    return spot


def _calculator(entry: Table, **about) -> Calculator:
    example = entry.take("example")
    day = isinstance(example, date)
    entry.need(day, "example must be a date such as 2026-11-06, without quotation marks", "example")
    deadlines = tuple(_deadline(name, row) for name, row in entry.entries("deadline").items())
    calculator = Calculator(**about, asks=entry.one_line("from"), example=example, deadlines=deadlines)
    wanted = "2026-11-06T17:00:00, for hours are" if calculator.to_the_hour else "2026-11-06, for no hours are"
    timed = isinstance(example, datetime)
    entry.need(calculator.to_the_hour == timed, f"example must be such as {wanted} counted", "example")
    return calculator


def _deadline(name: str, entry: Table) -> Deadline:
    count, unit, roll = entry.take("count"), entry.choice("unit", UNITS), entry.flag("roll")
    entry.need(type(count) is int and count >= 1, "count must be a whole number, 1 or more", "count")
    days = entry.listed("leave_out", WORKING_WEEK if unit == "business days" else ())
    known = {*WEEKDAYS, HOLIDAY}
    entry.need(
        set(days) <= known, f'leave_out may list days of the week, such as "Saturday", and "{HOLIDAY}"', "leave_out"
    )
    entry.need(not set(WEEKDAYS) <= set(days), "leave_out leaves no day to count; take one out", "leave_out")
    entry.need(not (days and unit == "months"), "leave_out does not go with months; take roll = true", "leave_out")
    entry.need(not (roll and unit == "hours"), "roll goes with days and months; take it out", "roll")
    deadline = Deadline(
        name,
        entry.one_line("name"),
        count,
        unit,
        days,
        roll,
        entry.one_line("rule"),
        entry.one_line("note", ""),
        _facts(entry),
    )
    entry.close()
    return deadline


_KINDS = {
    "chart": _chart,
    "timeline": _timeline,
    "finder": _finder,
    "sorter": _sorter,
    "document": _document,
    "calculator": _calculator,
}
