"""Items: one question is one notebook cell, and the cell is data.

The first line is ``%%item ID``; the rest is TOML. What a trainee may see stands first; the key and all
rationales stand between the lines ``### BEGIN KEY`` and ``### END KEY``, which nbgrader takes out at release.
CONTRIBUTING.md shows the grammar by example.
"""

import dataclasses
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import NamedTuple

from icecourse.content import cases
from icecourse.content.cases import Case, CaseError

MAGIC = "%%item"
BEGIN, END = "BEGIN KEY", "END KEY"  # nbgrader's ClearHiddenTests looks for the same two
KINDS = ("one", "all", "match", "order", "entry", "case")
FORMATS = ("text", "number", "date")
LEVELS = ("recall", "understand", "apply")
SCORINGS = ("share", "exact")

_OPEN = {
    "objective",
    "level",
    "kind",
    "stem",
    "points",
    "keep_order",
    "scoring",
    "confidence",
    "format",
    "case",
    "translation",
}
_TABLES = {"one": ("options",), "all": ("options",), "match": ("left", "options"), "order": ("options",)}
_OWN = {"format": "entry", "case": "case"}  # fields of one kind alone
_KEY = {"correct", "facts", "hint", "pairs", "tolerance", "choices", "translation"}
_RESERVED = _OPEN | _KEY | {"options", "left", "key", "rationale"}
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y")
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
    """What a trainee must not see before grading.

    ``correct``: option ids (``order``: all of them in the right order), or every accepted form of an ``entry``.
    ``pairs``: left id to option id, for ``match``. ``tolerance``: how far a number, or a date in days, may be off.
    ``choices``: decisive scene to the choices that are right there, for ``case``.
    """

    correct: tuple[str, ...]
    facts: tuple[str, ...]
    rationale: Mapping[str, str]
    hint: str = ""
    pairs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tolerance: float = 0.0
    choices: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)


class Translation(NamedTuple):
    """An item's texts in another language, under the ids of the English ones; what is missing stays English."""

    stem: str = ""
    options: Mapping[str, str] = MappingProxyType({})
    left: Mapping[str, str] = MappingProxyType({})
    hint: str = ""
    rationale: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Item:
    """One thing asked. ``key`` is None in the copy that a trainee gets. ``translations``: language to texts.

    ``original``: the version of the English item, where this one speaks another language.
    """

    id: str
    objective: str
    level: str
    stem: str
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    left: Mapping[str, str] = dataclasses.field(default_factory=dict)
    format: str = ""
    case: Case | None = None
    kind: str = "one"
    points: float = 1.0
    keep_order: bool = False
    scoring: str = "share"
    confidence: bool = False
    key: Key | None = None
    translations: Mapping[str, Translation] = dataclasses.field(default_factory=dict)
    original: str = ""

    def in_language(self, language: str) -> "Item":
        """The item in that language as far as it is translated; the same item where it is not."""
        texts = self.translations.get(language)
        if texts is None:
            return self
        key = self.key and dataclasses.replace(
            self.key, hint=texts.hint or self.key.hint, rationale={**self.key.rationale, **texts.rationale}
        )
        return dataclasses.replace(
            self,
            stem=texts.stem or self.stem,
            options={**self.options, **texts.options},
            left={**self.left, **texts.left},
            key=key,
            original=self.version,
        )

    @property
    def version(self) -> str:
        """Eight hex digits of SHA-256 over what the trainee sees: kind, format, stem, and all ids with their texts.

        In another language it stays that of the English item: an answer names ids.
        """
        if self.original:
            return self.original
        texts = [sorted(self.left.items()), sorted(self.options.items())] + ([self.case.seen()] if self.case else [])
        seen = json.dumps([self.kind, self.format, self.stem, *texts], ensure_ascii=False)
        return hashlib.sha256(seen.encode()).hexdigest()[:8]

    @property
    def graded_version(self) -> str:
        """Sixteen hex digits of SHA-256 over all that decides a score: version, points, scoring, and the key but for
        its rationales, hint and facts. Items with one graded_version give every response the same score.
        """
        key = dataclasses.asdict(self.key) if self.key else {}
        decides = {name: value for name, value in key.items() if name not in ("rationale", "hint", "facts")}
        used = json.dumps([self.version, self.points, self.scoring, decides], sort_keys=True)
        return hashlib.sha256(used.encode()).hexdigest()[:16]


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
    _markers(cell, body, data)
    kind = cell.choice(data, "kind", KINDS)
    for field in data:
        known = field in _OPEN | {"key", "rationale", *_TABLES.get(kind, ())} and _OWN.get(field, kind) == kind
        cell.need(known, field, f'"{field}" is not a field of an item of kind {kind}; correct it or take it out.')
    text = {field: cell.text(data, field) for field in ("objective", "level", "stem")}
    tables = {field: cell.texts(data, field) for field in _TABLES.get(kind, ())}
    fewest = 3 if kind == "order" else 2
    for field, texts in tables.items():
        cell.need(len(texts) >= fewest, field, f"an item of kind {kind} needs at least {fewest} {field}.")
    cell.choice(data, "level", LEVELS)
    item = Item(
        id=name,
        objective=text["objective"],
        level=text["level"],
        stem=text["stem"].strip(),
        kind=kind,
        format=cell.choice(data, "format", FORMATS) if kind == "entry" else "",
        case=_case(cell, data) if kind == "case" else None,
        points=cell.points(data),
        keep_order=cell.flag(data, "keep_order"),
        scoring=cell.choice(data, "scoring", SCORINGS),
        confidence=cell.flag(data, "confidence"),
        **tables,
    )
    if "key" in data or "rationale" in data:
        item = dataclasses.replace(item, key=_key(cell, data, item))
    return dataclasses.replace(item, translations=_translations(cell, data, item))


def read_entry(format: str, text: str) -> str | Decimal | date:
    """What a typed answer means. Raises ValueError where it cannot be read.

    text: letters' case, spaces, quotation marks, dashes and a full stop at the end make no difference.
    number: a dollar sign and commas between thousands may stand or not.
    date: 2026-11-24, 11/24/2026 (month first), November 24, 2026, Nov. 24, 2026 or 24 November 2026.
    """
    plain = " ".join(text.translate(_ALIKE).split())
    if format == "number":
        try:
            number = Decimal(re.sub(r"(?<=\d),(?=\d{3}\b)", "", plain.removeprefix("$").strip()))
        except InvalidOperation:
            raise ValueError(f'"{text[:40]}" is not a number') from None
        if not number.is_finite():
            raise ValueError(f'"{text[:40]}" is not a number')
        return number
    if format == "date":
        for pattern in _DATES:
            try:
                return datetime.strptime(plain.replace(".", "").replace("Sept ", "Sep "), pattern).date()
            except ValueError:
                continue
        raise ValueError(f'"{text[:40]}" is not a date')
    if not plain:
        raise ValueError("nothing was typed")
    return plain.casefold().removesuffix(".")


_ALIKE = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "\u00a0": " "})


def _markers(cell: "_Cell", body: str, data: dict) -> None:
    """Refuse a key that stands outside its markers, and anything else that stands inside them."""
    shown, secret = cell.toml(open_part(body), markers=True), ("key", "rationale")
    for name in secret:
        cell.need(
            name not in shown,
            name,
            f"[{name}] stands outside the lines ### {BEGIN} and ### {END}; nbgrader would release it.",
        )
    for name in data:
        visible = name in secret or shown.get(name) == data[name]
        cell.need(visible, name, f"{name} stands with the key; trainees would not see it.")


def _key(cell: "_Cell", data: dict, item: Item) -> Key:
    key = data.get("key")
    cell.need(isinstance(key, dict), "rationale", "the rationales have no key beside them; add a [key] table.")
    answers = {"match": "pairs", "case": "choices"}.get(item.kind, "correct")
    allowed = {"facts", "hint", "translation", answers}
    if item.format in ("number", "date"):
        allowed.add("tolerance")
    for name in key:
        cell.need(
            name in allowed, name, f'"{name}" is not a field of this key; it may hold {", ".join(sorted(allowed))}.'
        )
    whole = ("right", "wrong")
    choices = _choices(cell, key, item.case) if item.case else {}
    reasons = {"match": item.left, "order": whole, "entry": whole, "case": choices}.get(item.kind, item.options)
    rationale = cell.texts(data, "rationale")
    for name in reasons:
        cell.need(name in rationale, "rationale", f'"{name}" has no rationale; say why it is right or wrong.')
    for name in rationale:
        cell.need(name in reasons, name, f'the rationale "{name}" belongs to nothing here; correct its id.')
    tolerance = key.get("tolerance", 0)
    number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool) and 0 <= tolerance < float("inf")
    cell.need(number, "tolerance", "tolerance must be a number, 0 or more (for a date: days).")
    return Key(
        correct=_correct(cell, key, item) if answers == "correct" else (),
        facts=cell.words(key, "facts"),
        rationale=rationale,
        hint=cell.text(key, "hint") if "hint" in key else "",
        pairs=_pairs(cell, key, item) if item.kind == "match" else {},
        tolerance=float(tolerance),
        choices=choices,
    )


def _translations(cell: "_Cell", data: dict, item: Item) -> dict[str, Translation]:
    """[translation.LANGUAGE] beside the texts, [key.translation.LANGUAGE] beside hint and rationales."""
    known = {"options": item.options, "left": item.left, "rationale": item.key.rationale if item.key else {}}
    found: dict[str, Translation] = {}
    for table, fields in ((data, ("stem", "options", "left")), (data.get("key", {}), ("hint", "rationale"))):
        translation = table.get("translation", {})
        cell.need(isinstance(translation, dict), "translation", "write [translation.es] for a language such as es.")
        for language, texts in translation.items():
            cell.need(isinstance(texts, dict), language, "write [translation.es] for a language such as es.")
            for field in texts:
                cell.need(field in fields, field, f'a translation here may hold {", ".join(fields)}, not "{field}".')
            given = {}
            for field in texts:
                if field not in known:
                    given[field] = cell.text(texts, field).strip()
                    continue
                given[field] = cell.texts(texts, field)
                for name in given[field]:
                    cell.need(name in known[field], name, f'the translation "{name}" belongs to no {field} here.')
            found[language] = found.get(language, Translation())._replace(**given)
    return found


def _correct(cell: "_Cell", key: dict, item: Item) -> tuple[str, ...]:
    correct = cell.words(key, "correct")
    if item.kind == "entry":
        for form in correct:
            try:
                read_entry(item.format, form)
            except ValueError as error:
                cell.fail("correct", f"{error}; write accepted forms as a trainee may type them.")
        return correct
    for option in correct:
        cell.need(option in item.options, "correct", f'the key names "{option}", which is not one of the options.')
    if item.kind == "order":
        cell.need(len(correct) == len(item.options), "correct", "the key of an order names every option once.")
        written = list(item.options)
        turns = [tuple(written[n:] + written[:n]) for n in range(len(written))]
        # Trainees see a turn of the written order (their copy has no key to avoid); none may be the key.
        cell.need(
            correct not in turns, "options", "the options stand in the key's order, or a turn of it; swap two of them."
        )
    return correct


def _pairs(cell: "_Cell", key: dict, item: Item) -> dict[str, str]:
    pairs = key.get("pairs")
    cell.need(isinstance(pairs, dict), "key", "the key has no [key.pairs] table; give each left id its option.")
    for left, option in pairs.items():
        cell.need(left in item.left, left, f'the pair "{left}" is not one of the left ids.')
        known = isinstance(option, str) and option in item.options
        cell.need(known, left, f'the key pairs "{left}" with "{option}", which is not one of the options.')
    for left in item.left:
        cell.need(left in pairs, "pairs", f'"{left}" has no pair in the key.')
    return dict(pairs)


def _case(cell: "_Cell", data: dict) -> Case:
    try:
        return cases.load(cell.text(data, "case"))
    except CaseError as error:
        cell.fail("case", str(error))


def _choices(cell: "_Cell", key: dict, case: Case) -> dict[str, tuple[str, ...]]:
    """The decisive scenes. Each lies on every path, so that all trainees meet the same decisions."""
    table = key.get("choices")
    cell.need(isinstance(table, dict) and table, "key", "the key has no [key.choices]; name the decisive scenes.")
    choices = {}
    for scene, right in table.items():
        cell.need(scene in case.scenes, scene, f'the case "{case.name}" has no scene "{scene}".')
        cell.need(not cases.avoidable(case, scene), scene, f'a path of the case avoids "{scene}", so it cannot decide.')
        right = right if isinstance(right, list) else [right]
        for choice in right:
            known = isinstance(choice, str) and choice in case.scenes[scene].choices
            cell.need(known, scene, f'"{choice}" is no choice of the scene "{scene}".')
        cell.need(0 < len(right) < len(case.scenes[scene].choices), scene, f'in "{scene}" all or no choices are right.')
        choices[scene] = tuple(right)
    return choices


class _Cell:
    """The checks of one cell; each raises ItemError with the line that a field stands on."""

    def __init__(self, item: str, body: str):
        self.item, self.lines = item, body.split("\n")

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
