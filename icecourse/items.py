"""Items: one question is one notebook cell, and the cell is data.

The first line is ``%%item ID``; the rest is TOML. What a trainee may see stands first; the key and all
rationales stand between the lines ``### BEGIN KEY`` and ``### END KEY``, which nbgrader takes out at release.
CONTRIBUTING.md shows the grammar by example.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

MAGIC = "%%item"
BEGIN, END = "BEGIN KEY", "END KEY"  # nbgrader's ClearHiddenTests looks for the same two
KINDS = ("one", "all")
LEVELS = ("recall", "understand", "apply")
SCORINGS = ("share", "exact")

_OPEN = {"objective", "level", "kind", "stem", "points", "keep_order", "scoring", "options"}
_KEY = {"correct", "facts", "hint"}
_RESERVED = _OPEN | _KEY | {"key", "rationale", "left", "format", "tolerance", "confidence", "pairs"}
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class ItemError(ValueError):
    """An item cell cannot be an item. The message is one sentence: which item, which line, what to do."""

    def __init__(self, item: str, line: int, message: str):
        self.item, self.line = item, line
        super().__init__(f'Item "{item}", line {line}: {message}')

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this: an author needs the sentence, not the parser's call stack.
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True)
class Key:
    """What a trainee must not see before grading."""

    correct: tuple[str, ...]
    facts: tuple[str, ...]
    rationale: Mapping[str, str]
    hint: str = ""


@dataclass(frozen=True)
class Item:
    """One thing asked. ``key`` is None in the copy that a trainee gets."""

    id: str
    objective: str
    level: str
    stem: str
    options: Mapping[str, str]
    kind: str = "one"
    points: float = 1.0
    keep_order: bool = False
    scoring: str = "share"
    key: Key | None = None

    @property
    def version(self) -> str:
        """Eight hex digits of SHA-256 over what the trainee sees: kind, stem and options, ids and texts."""
        seen = json.dumps([self.kind, self.stem, sorted(self.options.items())], ensure_ascii=False)
        return hashlib.sha256(seen.encode()).hexdigest()[:8]


def is_item(source: str) -> bool:
    """Whether the source of a cell is meant as an item."""
    return source.split(maxsplit=1)[:1] == [MAGIC]


def open_part(source: str) -> str:
    """The source without its key, by the very rule of nbgrader's ClearHiddenTests."""
    kept, hidden = [], False
    for line in source.split("\n"):
        if BEGIN in line:
            hidden = True
        elif END in line:
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept)


def parse(source: str) -> Item:
    """The item that a cell holds. Raises ItemError with the line (the magic's own line is line 1)."""
    first, _, body = source.lstrip("\n").partition("\n")
    name = first.strip().removeprefix(MAGIC).strip()
    cell = _Cell(name or "?", body)
    cell.need(_WORD.fullmatch(name), "%%item", "give the item an id of small letters, digits and hyphens.")
    data = cell.toml(body)
    shown, secret = cell.toml(open_part(body), markers=True), ("key", "rationale")
    for field in secret:
        cell.need(
            field not in shown,
            field,
            f"[{field}] stands outside the lines ### {BEGIN} and ### {END}; nbgrader would release it.",
        )
    for field in data:
        visible = field in secret or shown.get(field) == data[field]
        cell.need(visible, field, f"{field} stands with the key; trainees would not see it.")
        known = field in _OPEN.union(secret)
        cell.need(known, field, f'"{field}" is not a field of an item; correct its spelling or take it out.')
    text = {field: cell.text(data, field) for field in ("objective", "level", "stem")}
    kind = cell.choice(data, "kind", KINDS)
    cell.choice(data, "level", LEVELS)
    options = cell.texts(data, "options")
    cell.need(len(options) >= 2, "options", "an item needs at least two options.")
    return Item(
        id=name,
        objective=text["objective"],
        level=text["level"],
        stem=text["stem"].strip(),
        options=options,
        kind=kind,
        points=cell.points(data),
        keep_order=cell.flag(data, "keep_order"),
        scoring=cell.choice(data, "scoring", SCORINGS),
        key=_key(cell, data, options) if "key" in data or "rationale" in data else None,
    )


def _key(cell: "_Cell", data: dict, options: Mapping[str, str]) -> Key:
    key = data.get("key")
    cell.need(isinstance(key, dict), "rationale", "the rationales have no key beside them; add a [key] table.")
    for field in key.keys() - _KEY:
        cell.fail(field, f'"{field}" is not a field of a key; it may hold correct, facts and hint.')
    correct = cell.words(key, "correct")
    for option in correct:
        cell.need(option in options, "correct", f'the key names "{option}", which is not one of the options.')
    facts = cell.words(key, "facts")
    hint = cell.text(key, "hint") if "hint" in key else ""
    rationale = cell.texts(data, "rationale")
    for option in options:
        cell.need(
            option in rationale, "rationale", f'option "{option}" has no rationale; say why it is right or wrong.'
        )
    for option in rationale:
        cell.need(option in options, option, f'the rationale "{option}" belongs to no option; correct its id.')
    return Key(correct=correct, facts=facts, rationale=rationale, hint=hint)


class _Cell:
    """The checks of one cell; each raises ItemError with the line that a field stands on."""

    def __init__(self, item: str, body: str):
        self.item, self.lines = item, body.split("\n")

    def line(self, field: str) -> int:
        name = re.escape(field)
        for number, text in enumerate(self.lines, start=2):
            if re.match(rf"""\s*(\[\s*["']?{name}["']?\s*\]|["']?{name}["']?\s*[=.])""", text):
                return number
        return 1

    def fail(self, field: str, message: str):
        raise ItemError(self.item, self.line(field), message)

    def need(self, condition: object, field: str, message: str) -> None:
        if not condition:
            self.fail(field, message)

    def toml(self, body: str, markers: bool = False) -> dict:
        try:
            return tomllib.loads(body)
        except tomllib.TOMLDecodeError as error:
            if markers:  # the whole cell is TOML and its open part is not
                number = next((n for n, text in enumerate(self.lines, start=2) if BEGIN in text or END in text), 1)
                raise ItemError(
                    self.item, number, f"the lines ### {BEGIN} and ### {END} cut a field in two; move them."
                ) from None
            place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", str(error))
            number = int(place[1]) + 1 if place and place[1] else len(self.lines) + 1
            what = re.sub(r" \(at .*", "", str(error))
            raise ItemError(
                self.item, number, f"this is not TOML ({what}); check quotation marks, brackets and equals signs."
            ) from None

    def text(self, table: Mapping, field: str) -> str:
        self.need(field in table, field, f'the item has no "{field}"; add it above [options].')
        value = table[field]
        self.need(isinstance(value, str) and value.strip(), field, f"{field} must be text in quotation marks.")
        return value

    def choice(self, table: Mapping, field: str, allowed: tuple[str, ...]) -> str:
        value = table.get(field, allowed[0])
        self.need(value in allowed, field, f'{field} is "{value}"; it must be one of {", ".join(allowed)}.')
        return value

    def flag(self, table: Mapping, field: str) -> bool:
        value = table.get(field, False)
        self.need(isinstance(value, bool), field, f"{field} must be true or false, without quotation marks.")
        return value

    def points(self, table: Mapping) -> float:
        value = table.get("points", 1)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        # Dropping an item from a quiz that has submissions is done by points = 0.
        self.need(number and 0 <= value < float("inf"), "points", "points must be a number, 0 or more.")
        return float(value)

    def words(self, table: Mapping, field: str) -> tuple[str, ...]:
        value = table.get(field)
        good = isinstance(value, list) and value and all(isinstance(word, str) for word in value)
        self.need(good, field if field in table else "key", f'{field} must be a list of ids such as ["monday"].')
        self.need(len(set(value)) == len(value), field, f"{field} names the same id twice.")
        return tuple(value)

    def texts(self, table: Mapping, field: str) -> dict[str, str]:
        value = table.get(field)
        self.need(isinstance(value, dict), field, f"the item has no [{field}] table.")
        for name, text in value.items():
            self.need(name not in _RESERVED, name, f'"{name}" stands below [{field}]; move it above, or rename the id.')
            self.need(_WORD.fullmatch(name), name, f'"{name}" must be an id of small letters, digits and hyphens.')
            self.need(isinstance(text, str) and text.strip(), name, f"{name} must be text in quotation marks.")
        return dict(value)
