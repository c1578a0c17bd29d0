"""The data file of an explorer, read into records: what stands on the screen, and nothing that can be computed.

One TOML file each beside this module; ``CONTRIBUTING.md`` shows every kind. A file that cannot be shown as it stands
is refused with one sentence: the file, the entry, what is wrong, what to do.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from icecourse.content import facts

FOLDER = Path(__file__).parent
# Where lessons and their pictures lie: in the wheel, in a checkout.
PICTURES = (FOLDER.parents[1] / "course" / "lessons", FOLDER.parents[2] / "lessons")
UNITS = ("business days", "days", "months", "hours")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOLIDAY = "holiday"
WORKING_WEEK = ("Saturday", "Sunday", HOLIDAY)  # what "business days" and a last day that moves leave out
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
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
    if not re.fullmatch(_ID, name) or not path.is_file():
        raise ExplorerError(f'There is no explorer "{name}"; there are: {", ".join(names(folder))}.')
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExplorerError(f"{path.name}: the file cannot be read: {error}.") from error
    table = _Table(path.name, data, folder)
    kind = table.text("kind")
    if kind not in _KINDS:
        raise table.error(f'kind is "{kind}"; it must be one of {", ".join(_KINDS)}')
    explorer = _KINDS[kind](table, name=name, title=table.text("title"), intro=table.text("intro"))
    table.close()
    return explorer


class _Table:
    """A table of the file, taken field by field; what is left over in the end was nobody's field."""

    def __init__(self, where: str, table: object, folder: Path = FOLDER):
        if not isinstance(table, dict):
            raise ExplorerError(f"{where} must be a table of fields.")
        self.where, self.left, self.known, self.folder = where, dict(table), [], folder

    def error(self, text: str) -> ExplorerError:
        return ExplorerError(f"{self.where}: {text}.")

    def take(self, field: str, default: Any = None) -> Any:
        self.known.append(field)
        if field not in self.left and default is None:
            raise self.error(f'the field "{field}" is missing')
        return self.left.pop(field, default)

    def text(self, field: str, default: str | None = None) -> str:
        text = self.take(field, default)
        if not isinstance(text, str) or (default is None and not text.strip()):
            raise self.error(f'"{field}" must be text in quotation marks, and not empty')
        return " ".join(text.split())

    def facts(self) -> tuple[str, ...]:
        given = self.take("fact")
        for fact in (listed := _list(given)):
            if fact not in facts.load():
                close = difflib.get_close_matches(fact, facts.load(), n=1)
                raise self.error(f'there is no fact "{fact}"' + (f'; did you mean "{close[0]}"' if close else ""))
        if not listed:
            raise self.error('"fact" names no fact')
        return listed

    def named(self, field: str) -> dict[str, str]:
        """A table of texts by id, two or more."""
        table = self.take(field)
        if not isinstance(table, dict) or len(table) < 2:
            raise self.error(f'[{field}] must hold two or more lines such as some-id = "Its name"')
        for name, text in table.items():
            if not re.fullmatch(_ID, name) or not isinstance(text, str) or not text.strip():
                raise self.error(f'[{field}]: "{name}" must be an id of small letters and hyphens, and its value text')
        return table

    def entries(self, field: str, read: Callable[["_Table", str], Any]) -> tuple:
        """What ``read`` makes of each table of an array, given the table and its id; no two ids are the same."""
        rows = self.take(field, [])
        if not isinstance(rows, list) or not rows:
            raise self.error(f"there is no [[{field}]]")
        found = {}
        for number, row in enumerate(rows, start=1):
            table = _Table(f"{self.where}: {field} {number}", row)
            name = table.text("id")
            if not re.fullmatch(_ID, name):
                raise table.error(f'the id "{name}" must be small letters, digits and hyphens')
            table.where = f'{self.where}: {field} "{name}"'
            if name in found:
                raise table.error("the id stands here twice; give one of them another")
            found[name] = read(table, name)
            table.close()
        return tuple(found.values())

    def close(self) -> None:
        for field in self.left:
            raise self.error(f'"{field}" is not a field here{_meant(field, self.known)}')


def _list(given: object) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, list) else (str(given),)


def _meant(name: str, allowed: Iterable[str]) -> str:
    allowed = list(allowed)
    close = difflib.get_close_matches(name, allowed, n=1)
    return f'; did you mean "{close[0]}"' if close else f"; there are {', '.join(allowed[:12])}"


# -- the kinds ----------------------------------------------------------------------------------------------------


def _chart(table: _Table, **common) -> Chart:
    return Chart(**common, views=table.entries("view", _view))


def _view(table: _Table, name: str) -> View:
    def unit(row: _Table, name: str) -> Unit:
        return Unit(name, row.text("name"), row.text("parent", ""), row.text("does"), row.facts())

    view = View(name, table.text("label"), table.text("as_of"), table.entries("unit", unit))
    parents = {unit.id: unit.parent for unit in view.units}
    for unit, parent in parents.items():
        above = [unit]
        while parent:
            if parent not in parents:
                raise table.error(f'unit "{unit}": there is no parent "{parent}"{_meant(parent, parents)}')
            if parent in above:
                raise table.error(f'unit "{unit}" stands under itself; one unit of that line must have no parent')
            above.append(parent)
            parent = parents[parent]
    return view


def _timeline(table: _Table, **common) -> Timeline:
    # An event needs no id: nothing names it.
    rows = table.take("event", [])
    if not isinstance(rows, list) or not rows:
        raise table.error("there is no [[event]]")
    return Timeline(
        **common, events=tuple(_event(_Table(f"{table.where}: event {n}", r)) for n, r in enumerate(rows, 1))
    )


def _event(table: _Table) -> Event:
    label = table.text("label")
    table.where = f'{table.where} ("{label}")'
    table.left["date"] = str(table.take("date"))
    day = table.text("date")
    try:
        if not re.fullmatch(_DAY, day):
            raise ValueError
        date.fromisoformat(f"{day}-01-01"[:10])
    except ValueError:
        raise table.error(f'date is "{day}"; write "2002-11-25", "2003-03" or "2003"') from None
    event = Event(day, label, table.text("text"), table.facts())
    table.close()
    return event


def _finder(table: _Table, **common) -> Finder:
    desks = table.named("desks")

    def matter(row: _Table, name: str) -> Matter:
        given = _list(row.take("desk"))
        for desk in given:
            if desk not in desks:
                raise row.error(f'there is no desk "{desk}"{_meant(desk, desks)}')
        return Matter(name, row.text("text"), given, row.text("does"), row.facts())

    ask, heading = table.text("ask"), table.text("heading", "")
    return Finder(**common, ask=ask, heading=heading, desks=desks, matters=table.entries("matter", matter))


def _sorter(table: _Table, **common) -> Sorter:
    bins = table.named("bins")

    def card(row: _Table, name: str) -> Card:
        where = row.text("bin")
        if where not in bins:
            raise row.error(f'there is no bin "{where}"{_meant(where, bins)}')
        return Card(name, row.text("text"), where, row.text("why"), row.facts())

    return Sorter(**common, ask=table.text("ask"), bins=bins, cards=table.entries("card", card))


def _document(table: _Table, **common) -> Document:
    picture = table.text("picture")
    path = next((path for folder in (table.folder, *PICTURES) if (path := folder / picture).is_file()), None)
    if path is None or path.suffix != ".svg":
        raise table.error(f'picture is "{picture}", but lessons/ holds no such file; name it like "figures/sample.svg"')
    return Document(**common, picture=path, alt=table.text("alt"), spots=table.entries("spot", _spot))


def _spot(table: _Table, name: str) -> Spot:
    box = table.take("box")
    if not (isinstance(box, list) and len(box) == 4 and all(type(part) in (int, float) for part in box)):
        raise table.error("box must be four numbers: [left, top, width, height] in per cent of the picture")
    left, top, width, height = box
    if left < 0 or top < 0 or width <= 0 or height <= 0 or left + width > 100 or top + height > 100:
        raise table.error(f"box {box} lies outside the picture: left + width and top + height are at most 100")
    return Spot(name, table.text("label"), tuple(box), table.text("says"), table.text("text"), table.facts())


def _calculator(table: _Table, **common) -> Calculator:
    example = table.take("example")
    if not isinstance(example, date):
        raise table.error("example must be a date such as 2026-11-06, without quotation marks")
    asks, deadlines = table.text("from"), table.entries("deadline", _deadline)
    calculator = Calculator(**common, asks=asks, example=example, deadlines=deadlines)
    if calculator.to_the_hour != isinstance(example, datetime):
        wanted = "2026-11-06T17:00:00, for hours are" if calculator.to_the_hour else "2026-11-06, for no hours are"
        raise table.error(f"example must be such as {wanted} counted")
    return calculator


def _deadline(table: _Table, name: str) -> Deadline:
    count, unit, roll = table.take("count"), table.text("unit"), table.take("roll", False)
    if type(count) is not int or count < 1:
        raise table.error("count must be a whole number, 1 or more")
    if unit not in UNITS:
        raise table.error(f'unit is "{unit}"; it must be one of {", ".join(UNITS)}')
    days = table.take("leave_out", list(WORKING_WEEK) if unit == "business days" else [])
    if not isinstance(days, list) or not set(days) <= {*WEEKDAYS, HOLIDAY}:
        raise table.error(f'leave_out may list days of the week, such as "Saturday", and "{HOLIDAY}"')
    if set(WEEKDAYS) <= set(days):
        raise table.error("leave_out leaves no day to count")
    if days and unit == "months":
        raise table.error("leave_out does not go with months; take roll = true")
    if type(roll) is not bool or (roll and unit == "hours"):
        raise table.error("roll is true or false, and goes with days and months")
    return Deadline(
        name,
        table.text("name"),
        count,
        unit,
        tuple(days),
        roll,
        table.text("rule"),
        table.text("note", ""),
        table.facts(),
    )


_KINDS = {
    "chart": _chart,
    "timeline": _timeline,
    "finder": _finder,
    "sorter": _sorter,
    "document": _document,
    "calculator": _calculator,
}
