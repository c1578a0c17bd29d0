"""A TOML table, read field by field: for the course's data files and for item cells.

What is left over in the end was nobody's field. Every fault says the place, the line, what is wrong and what to do,
and each reader gets its own kind of error.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Names = tuple[str | int, ...]  # the way from the whole text to a field; a row of an array is a number, from 0
Fault = Callable[[str, int, str], Exception]  # makes an error of place ("" for the whole text), line (0: none), message


class DataError(ValueError):
    """A data file of the course is not sound; the message is one sentence: file, line, entry, what to do."""


_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEAD = re.compile(rf"\s*(\[\[?)\s*({_KEYS})\s*\]\]?\s*(?:#.*)?")
_FIELD = re.compile(rf"\s*({_KEYS})\s*=(.*)")


def read(path: Path, error: type[Exception]) -> "Table":
    """The whole table of a file. Raises ``error`` for a file that cannot be read or is not TOML."""
    fault = in_file(path.name, error)
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as why:
        raise fault("", 0, f"the file cannot be read: {why}") from why
    return parse(source, fault)


def in_file(name: str, error: type[Exception]) -> Fault:
    """Faults of a file, such as: ice.toml, line 3: fact "ice-budget": the field "as_of" is missing; add it."""

    def fault(place: str, line: int, message: str) -> Exception:
        at = f"{name}, line {line}" if line else name
        return error(": ".join(filter(None, (at, place, message))) + ".")

    return fault


def parse(source: str, fault: Fault, first: int = 1) -> "Table":
    """The whole table of a TOML text. ``first``: the number of the text's first line.

    Raises what ``fault`` makes for a text that is not TOML.
    """
    try:
        return Table(tomllib.loads(source), fault, source, first)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+)", str(error))
        line = int(at[1]) if at else source.count("\n") + 1
        what = re.sub(r" \(at .*", "", str(error))
        message = f"this is not TOML ({what}); check quotation marks, brackets and equals signs"
        raise fault("", line + first - 1, message) from None


def lines(source: str) -> dict[Names, int]:
    """The line, from 1, on which each table and each field of a TOML text begins."""
    places: dict[Names, int] = {}
    last: dict[Names, int] = {}  # an array of tables to its last row
    table: Names = ()
    quotes = ""  # what ends the text over several lines that we are in

    def within(path: Names, keys: list[str]) -> Names:
        for key in keys:
            path = (*path, key)
            places.setdefault(path, number)
            path = (*path, last[path]) if path in last else path
        return path

    for number, text in enumerate(source.split("\n"), start=1):
        if quotes:
            quotes = "" if quotes in text else quotes
        elif head := _HEAD.fullmatch(text):
            *above, name = _keys(head[2])
            table = within((), above)
            if head[1] == "[[":
                last[*table, name] = last.get((*table, name), -1) + 1
            table = within(table, [name])
            places.setdefault(table, number)
        elif field := _FIELD.fullmatch(text):
            within(table, _keys(field[1]))
            quotes = next((mark for mark in ('"""', "'''") if field[2].count(mark) % 2), "")
    return places


def _keys(dotted: str) -> list[str]:
    return [key.strip("\"'") for key in re.findall(_KEY, dotted)]


def meant(name: str, known: Iterable[str]) -> str:
    """The end of a fault that names something unknown: the nearest that there is, or what there is."""
    known = list(known)
    nearest = difflib.get_close_matches(name, known, n=1)
    return f'; did you mean "{nearest[0]}"' if nearest else f"; there are {', '.join(known[:12]) or 'none'}"


class Table:
    """One table of a text, taken field by field; ``close`` refuses what nobody took.

    Every method raises the reader's own error. A field without a default must be there. ``place`` is where a fault
    says that it stands, such as 'scene "the-call"'; "" in the whole text.
    """

    def __init__(self, fields: Mapping[str, Any], fault: Fault, source: str, first: int = 1, path: Names = ()):
        self.place = ""
        self.left = dict(fields)
        self._taken: list[str] = []
        self._fault, self._source, self._first, self._path = fault, source, first, path

    def error(self, message: str, *names: str | int) -> Exception:
        """The reader's error, with the line of the field that ``names`` lead to from here, or of what holds it."""
        path, begins = (*self._path, *names), lines(self._source)
        line = next((begins[path[:n]] + self._first - 1 for n in range(len(path), 0, -1) if path[:n] in begins), 0)
        return self._fault(self.place, line, message)

    def need(self, condition: object, message: str, *names: str | int) -> None:
        if not condition:
            raise self.error(message, *names)

    def among(self, name: str, known: Collection[str], message: str, *names: str | int) -> None:
        """Refuse a name that is unknown, and say which is near; that is sought only then, for it takes long."""
        if name not in known:
            raise self.error(message + meant(name, known), *names)

    def take(self, field: str, default: Any = None) -> Any:
        """The field's value, whatever it is."""
        self._taken.append(field)
        if field in self.left or default is not None:
            return self.left.pop(field, default)
        slip = difflib.get_close_matches(field, self.left, n=1, cutoff=0.8)
        mend = f'did you mean it by "{slip[0]}"' if slip else "add it"
        raise self.error(f'the field "{field}" is missing; {mend}', *slip)

    def text(self, field: str, default: str | None = None) -> str:
        """A text, without space around it; not empty, unless it has a default."""
        text = self.take(field, default)
        good = isinstance(text, str) and (default is not None or text.strip())
        self.need(good, f'"{field}" must be text in quotation marks, and not empty', field)
        return text.strip()

    def one_line(self, field: str, default: str | None = None) -> str:
        """A text whose line breaks mean nothing."""
        return " ".join(self.text(field, default).split())

    def choice(self, field: str, allowed: Iterable[str], default: str | None = None) -> str:
        """One of the texts that are allowed."""
        value, allowed = self.take(field, default), tuple(allowed)
        self.need(value in allowed, f'{field} is "{value}"; it must be one of {", ".join(allowed)}', field)
        return value

    def flag(self, field: str) -> bool:
        """true or false; false where it is left out."""
        value = self.take(field, False)
        self.need(isinstance(value, bool), f"{field} must be true or false, without quotation marks", field)
        return value

    def day(self, field: str) -> date:
        """A date without a time."""
        value = self.take(field)
        self.need(type(value) is date, f"{field} must be a date such as 2026-11-24, without quotation marks", field)
        return value

    def listed(self, field: str, default: tuple[str, ...] | None = None, alone: bool = False) -> tuple[str, ...]:
        """A list of texts, none of them twice; with ``alone``, one text without brackets is a list too."""
        value = self.take(field, default)
        texts = [value] if alone and isinstance(value, str) else value
        good = isinstance(texts, list | tuple) and all(isinstance(text, str) and text.strip() for text in texts)
        self.need(good and (texts or default is not None), f'{field} must be a list such as ["some-id"]', field)
        self.need(len(set(texts)) == len(texts), f"{field} names the same twice; take one out", field)
        return tuple(texts)

    def texts(self, field: str, fewest: int = 1) -> dict[str, str]:
        """A table of texts by id, as they are written."""
        table = self.take(field)
        good = isinstance(table, dict) and len(table) >= fewest
        self.need(good, f'[{field}] must hold {fewest} or more lines such as some-id = "Its text"', field)
        for name, text in table.items():
            good = ID.fullmatch(name) and isinstance(text, str) and text.strip()
            message = f'[{field}]: "{name}" must be an id of small letters, digits and hyphens, and its value text'
            self.need(good, message, field, name)
        return dict(table)

    def table(self, field: str, optional: bool = False) -> "Table":
        """The table [field]; an empty one where it may be left out and is."""
        return self._inner(self.take(field, {} if optional else None), self.place, field)

    def tables(self, field: str, noun: str, optional: bool = False) -> dict[str, "Table"]:
        """The tables [field.ID] by id, each with ``noun`` and its id for a place."""
        return self.table(field, optional).named(noun)

    def named(self, noun: str) -> dict[str, "Table"]:
        """Every field that is left, by its name, as a table; the name is an id."""
        tables = {}
        for name in list(self.left):
            tables[name] = self._inner(self.take(name), self._below(f'{noun} "{name}"'), name)
            tables[name].need(ID.fullmatch(name), "write the id in small letters, digits and hyphens")
        return tables

    def rows(self, field: str, noun: str, optional: bool = False) -> list["Table"]:
        """The tables [[field]] in order, each with ``noun`` and its number, from 1, for a place."""
        rows = self.take(field, [] if optional else None)
        self.need(isinstance(rows, list) and (rows or optional), f"there is no [[{field}]]; add one", field)
        return [
            self._inner(row, self._below(f"{noun} {number}"), field, number - 1)
            for number, row in enumerate(rows, start=1)
        ]

    def entries(self, field: str) -> dict[str, "Table"]:
        """The tables [[field]] by their own field ``id``; no two are the same."""
        tables: dict[str, Table] = {}
        for row in self.rows(field, field):
            name = row.text("id")
            row.need(ID.fullmatch(name), f'the id "{name}" must be small letters, digits and hyphens', "id")
            row.place = self._below(f'{field} "{name}"')
            row.need(name not in tables, "the id stands here twice; give one of them another", "id")
            tables[name] = row
        return tables

    def close(self) -> None:
        for field in self.left:
            raise self.error(f'"{field}" is not a field here{meant(field, self._taken)}', field)

    def _below(self, entry: str) -> str:
        return f"{self.place}, {entry}" if self.place else entry

    def _inner(self, fields: object, place: str, *names: str | int) -> "Table":
        inner = Table({}, self._fault, self._source, self._first, (*self._path, *names))
        inner.place = place
        inner.need(isinstance(fields, dict), f'"{names[0]}" must be a table; begin it with its name in brackets')
        inner.left = dict(fields)
        return inner
