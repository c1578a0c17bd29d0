"""The checks of an item's cell: each reads one field, or says in one sentence what is wrong on which line."""

import re
from collections.abc import Collection, Mapping

from icecourse.content import table
from icecourse.content.table import ID


class ItemError(ValueError):
    """An item cell cannot be an item. The message is one sentence: which item, which line, what to do."""

    def __init__(self, item: str, line: int, message: str):
        self.item, self.line = item, line
        super().__init__(f'Item "{item}", line {line}: {message}')

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this: an author needs the sentence, not the parser's call stack.
        return [f"{type(self).__name__}: {self}"]


class Cell:
    """The TOML of one item. Every check raises ItemError with the line that a field stands on.

    ``body``: all lines below the magic's own, which is line 1. ``reserved``: the grammar's own words, which no id is.
    """

    def __init__(self, item: str, body: str, reserved: Collection[str]):
        self.item, self.lines, self.reserved = item, body.split("\n"), reserved

    def line(self, field: str) -> int:
        name = re.escape(field)
        for number, text in enumerate(self.lines, start=2):
            if re.match(rf"""\s*(\[\s*(key\.)?["']?{name}["']?\s*\]|["']?{name}["']?\s*[=.])""", text):
                return number
        return 1

    def fail(self, field: str, message: str):
        raise ItemError(self.item, self.line(field), message)

    def need(self, condition: object, field: str, message: str) -> None:
        if not condition:
            self.fail(field, message)

    def toml(self) -> dict:
        """All fields of the cell."""

        def fault(place: str, line: int, message: str) -> ItemError:
            return ItemError(self.item, line, f"{message}.")

        return table.parse("\n".join(self.lines), fault, first=2).left

    def text(self, fields: Mapping, field: str) -> str:
        self.need(field in fields, field, f'the item has no "{field}"; add it above [options].')
        value = fields[field]
        self.need(isinstance(value, str) and value.strip(), field, f"{field} must be text in quotation marks.")
        return value

    def choice(self, fields: Mapping, field: str, allowed: Collection[str]) -> str:
        """One of the words that are allowed; the first of them where the field is left out."""
        value = fields.get(field, next(iter(allowed)))
        self.need(
            isinstance(value, str) and value in allowed,
            field,
            f'{field} is "{value}"; it must be one of {", ".join(allowed)}.',
        )
        return value

    def flag(self, fields: Mapping, field: str) -> bool:
        value = fields.get(field, False)
        self.need(isinstance(value, bool), field, f"{field} must be true or false, without quotation marks.")
        return value

    def number(self, fields: Mapping, field: str, default: float, unit: str = "") -> float:
        """A number, 0 or more."""
        value = fields.get(field, default)
        number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
        self.need(number, field, f"{field} must be a number, 0 or more{unit}.")
        return float(value)

    def words(self, fields: Mapping, field: str) -> tuple[str, ...]:
        """A list of different ids or texts, one at least."""
        value = fields.get(field)
        good = isinstance(value, list) and value and all(isinstance(word, str) for word in value)
        self.need(good, field if field in fields else "key", f'{field} must be a list of ids such as ["monday"].')
        self.need(len(set(value)) == len(value), field, f"{field} names the same id twice.")
        return tuple(value)

    def texts(self, fields: Mapping, field: str) -> dict[str, str]:
        """A table of texts by id."""
        value = fields.get(field)
        self.need(isinstance(value, dict), field, f"the item has no [{field}] table.")
        for name, text in value.items():
            misplaced = name in self.reserved
            self.need(not misplaced, name, f'"{name}" stands below [{field}]; move it above, or rename the id.')
            self.need(ID.fullmatch(name), name, f'"{name}" must be an id of small letters, digits and hyphens.')
            self.need(isinstance(text, str) and text.strip(), name, f"{name} must be text in quotation marks.")
        return dict(value)
