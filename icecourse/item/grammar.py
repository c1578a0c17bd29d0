"""The grammar of items: one question is one notebook cell, and the cell is data.

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

from icecourse.content.table import ID
from icecourse.item import kinds
from icecourse.item.cell import Cell, ItemError
from icecourse.item.kinds import KINDS
from icecourse.item.record import Item, Key, Translation

__all__ = [
    "BEGIN", "END", "KINDS", "MAGIC", "RESERVED", "Item", "ItemError", "Key", "Translation", "is_item", "open_part",
    "parse", "write",
]  # fmt: skip

MAGIC = "%%item"
BEGIN, END = "BEGIN KEY", "END KEY"  # nbgrader's ClearHiddenTests looks for the same two
LEVELS = ("recall", "understand", "apply")
SCORINGS = ("share", "exact")

_OPEN = {"objective", "level", "kind", "stem", "points", "keep_order", "scoring", "confidence", "translation"}
_KEY = {"facts", "hint", "translation"}
_SECRET = ("key", "rationale")
RESERVED = _OPEN | _KEY | set(_SECRET)  # words of the grammar, which no id may be
RESERVED |= {field for kind in KINDS.values() for field in (*kind.tables, *kind.own_fields, *kind.key_fields)}


def is_item(source: str) -> bool:
    """Whether the source of a cell is meant as an item."""
    return source.split(maxsplit=1)[:1] == [MAGIC]


def open_part(source: str) -> str:
    """The source without its key, by the very rule of nbgrader's ClearHiddenTests."""
    lines, hidden = [], False
    for line in source.split("\n"):
        if BEGIN in line:
            hidden = True
        elif END in line:
            hidden = False
        elif not hidden:
            lines.append(line)
    return "\n".join(lines)


def parse(source: str) -> Item:
    """The item that a cell holds. Raises ItemError with the line (the magic's own line is line 1)."""
    first, _, body = source.lstrip("\n").partition("\n")
    name = first.strip().removeprefix(MAGIC).strip()
    cell = Cell(name or "?", body, RESERVED)
    cell.need(ID.fullmatch(name), "%%item", "give the item an id of small letters, digits and hyphens.")
    data = cell.toml()
    _markers(cell, body, data)
    kind_name = cell.choice(data, "kind", KINDS)
    kind = KINDS[kind_name]
    for field in data:
        known = field in {*_OPEN, *_SECRET, *kind.tables, *kind.own_fields}
        cell.need(known, field, f'"{field}" is not a field of an item of kind {kind_name}; correct it or take it out.')
    text = {field: cell.text(data, field) for field in ("objective", "level", "stem")}
    tables = {field: cell.texts(data, field) for field in kind.tables}
    for field, fewest in kind.tables.items():
        message = f"an item of kind {kind_name} needs at least {fewest} {field}."
        cell.need(len(tables[field]) >= fewest, field, message)
    cell.choice(data, "level", LEVELS)
    item = Item(
        id=name,
        objective=text["objective"],
        level=text["level"],
        stem=text["stem"].strip(),
        kind=kind_name,
        # Dropping an item from a quiz that has submissions is done by points = 0.
        points=cell.number(data, "points", 1),
        keep_order=cell.flag(data, "keep_order"),
        scoring=cell.choice(data, "scoring", SCORINGS),
        confidence=cell.flag(data, "confidence"),
        **{field: read(cell, data) for field, read in kind.own_fields.items()},
        **tables,
    )
    key = _key(cell, data, item) if "key" in data or "rationale" in data else None
    item = dataclasses.replace(item, key=key, version=_version(item))
    return dataclasses.replace(item, translations=_translations(cell, data, item))


def _version(item: Item) -> str:
    texts = [sorted(item.left.items()), sorted(item.options.items())] + ([item.case.seen()] if item.case else [])
    seen = json.dumps([item.kind, item.format, item.stem, *texts], ensure_ascii=False)
    return hashlib.sha256(seen.encode()).hexdigest()[:8]


def _markers(cell: Cell, body: str, data: dict) -> None:
    """Refuse a key that stands outside its markers, and anything else that stands inside them."""
    try:
        shown = tomllib.loads(open_part(body))
    except tomllib.TOMLDecodeError:  # the whole cell is TOML and its open part is not
        number = next((n for n, text in enumerate(cell.lines, start=2) if BEGIN in text or END in text), 1)
        message = f"the lines ### {BEGIN} and ### {END} cut a field in two; move them."
        raise ItemError(cell.item, number, message) from None
    for name in _SECRET:
        message = f"[{name}] stands outside the lines ### {BEGIN} and ### {END}; nbgrader would release it."
        cell.need(name not in shown, name, message)
    for name in data:
        visible = name in _SECRET or shown.get(name) == data[name]
        cell.need(visible, name, f"{name} stands with the key; trainees would not see it.")


def _key(cell: Cell, data: dict, item: Item) -> Key:
    kind, key = kinds.of(item), data.get("key")
    cell.need(isinstance(key, dict), "rationale", "the rationales have no key beside them; add a [key] table.")
    allowed = sorted({*_KEY, *kind.key_fields})
    for name in key:
        cell.need(name in allowed, name, f'"{name}" is not a field of this key; it may hold {", ".join(allowed)}.')
    answer = kind.read_key(cell, key, item)
    expected = kind.rationale_ids(item, answer)
    rationale = cell.texts(data, "rationale")
    for name in expected:
        cell.need(name in rationale, "rationale", f'"{name}" has no rationale; say why it is right or wrong.')
    for name in rationale:
        cell.need(name in expected, name, f'the rationale "{name}" belongs to nothing here; correct its id.')
    hint = cell.text(key, "hint") if "hint" in key else ""
    return Key(facts=cell.words(key, "facts"), rationale=rationale, hint=hint, **answer)


def _translations(cell: Cell, data: dict, item: Item) -> dict[str, Translation]:
    """[translation.LANGUAGE] beside the texts, [key.translation.LANGUAGE] beside hint and rationales."""
    ids = {"options": item.options, "left": item.left, "rationale": item.key.rationale if item.key else {}}
    translations: dict[str, Translation] = {}
    for table, fields in ((data, ("stem", "options", "left")), (data.get("key", {}), ("hint", "rationale"))):
        languages = table.get("translation", {})
        cell.need(isinstance(languages, dict), "translation", "write [translation.es] for a language such as es.")
        for language, texts in languages.items():
            cell.need(isinstance(texts, dict), language, "write [translation.es] for a language such as es.")
            for field in texts:
                cell.need(field in fields, field, f'a translation here may hold {", ".join(fields)}, not "{field}".')
            translated = {}
            for field in texts:
                if field not in ids:
                    translated[field] = cell.text(texts, field).strip()
                    continue
                translated[field] = cell.texts(texts, field)
                for name in translated[field]:
                    cell.need(name in ids[field], name, f'the translation "{name}" belongs to no {field} here.')
            translations[language] = translations.get(language, Translation())._replace(**translated)
    return translations


def write(item: Item) -> str:
    """The source of an item's cell, with its key: ``parse(write(item)) == item``."""
    lines = [f"{MAGIC} {item.id}", f"objective = {_toml(item.objective)}", f"level = {_toml(item.level)}"]
    lines += [f"kind = {_toml(item.kind)}"] if item.kind != "one" else []
    lines += [f"format = {_toml(item.format)}"] if item.format else []
    lines += [f"case = {_toml(item.case.name)}"] if item.case else []
    lines += [f"points = {_number(item.points)}"] if item.points != 1 else []
    lines += [f"{name} = true" for name in ("keep_order", "confidence") if getattr(item, name)]
    lines += [f"scoring = {_toml(item.scoring)}"] if item.scoring != "share" else []
    lines.append(f"stem = {_long(item.stem)}")
    for name in ("left", "options"):
        lines += _table([name], getattr(item, name))
    for language, texts in item.translations.items():
        head = ["translation", language]
        if texts.stem or not any(texts):
            lines += [_head(head), *([f"stem = {_long(texts.stem)}"] if texts.stem else [])]
        lines += _table([*head, "left"], texts.left) + _table([*head, "options"], texts.options)
    lines += [f"### {BEGIN}", "[key]"]
    lines += [f"correct = {_toml(list(item.key.correct))}"] if item.key.correct else []
    lines.append(f"facts = {_toml(list(item.key.facts))}")
    lines += [f"tolerance = {_number(item.key.tolerance)}"] if item.key.tolerance else []
    lines += [f"hint = {_toml(item.key.hint)}"] if item.key.hint else []
    lines += _table(["key", "pairs"], item.key.pairs)
    lines += _table(["key", "choices"], {scene: list(right) for scene, right in item.key.choices.items()})
    for language, texts in item.translations.items():
        head = ["key", "translation", language]
        lines += [_head(head), f"hint = {_toml(texts.hint)}"] if texts.hint else []
        lines += _table([*head, "rationale"], texts.rationale)
    lines += [*_table(["rationale"], item.key.rationale), f"### {END}"]
    return "\n".join(lines)


def _toml(value: str | list[str]) -> str:
    """A TOML value; its texts are written as JSON writes them, which TOML reads the same."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _number(value: float) -> str:
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def _long(text: str) -> str:
    plain = "\n" in text and not re.search(r'["\\]{2}|\\|[\x00-\x09\x0b-\x1f\x7f]', text)
    return f'"""\n{text}\n"""' if plain else _toml(text)


def _head(names: list[str]) -> str:
    return f"[{'.'.join(name if re.fullmatch('[A-Za-z0-9_-]+', name) else _toml(name) for name in names)}]"


def _table(names: list[str], values: Mapping[str, str | list[str]]) -> list[str]:
    return [_head(names), *(f"{key} = {_toml(value)}" for key, value in values.items())] if values else []
