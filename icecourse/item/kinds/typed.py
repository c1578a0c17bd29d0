"""Kind ``entry``: a typed text, number or date. A response is what was typed."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from icecourse.content.words import words
from icecourse.item.cell import Cell
from icecourse.item.kinds.shape import ANSWER, Kind, Part
from icecourse.item.record import Item

FORMATS = ("text", "number", "date")
LONGEST = 1000  # characters; more was not typed on our screen
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y")
_ALIKE = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "\u00a0": " "})


def read_typed(format: str, text: str) -> str | Decimal | date:
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


def within(item: Item) -> str:
    """How far off a right number or date may be, in words; "" for not at all."""
    return words("handout")["within"].format(n=f"{item.key.tolerance:g}") if item.key.tolerance else ""


def _read_key(cell: Cell, key: dict, item: Item) -> dict:
    exact = 'is not a field of this key: a text is right or wrong as it stands. Take "tolerance" out.'
    cell.need("tolerance" not in key or item.format != "text", "tolerance", f'"tolerance" {exact}')
    tolerance = cell.number(key, "tolerance", 0, " (for a date: days)")
    correct = cell.words(key, "correct")
    for form in correct:
        try:
            read_typed(item.format, form)
        except ValueError as error:
            cell.fail("correct", f"{error}; write accepted forms as a trainee may type them.")
    return {"correct": correct, "tolerance": tolerance}


def _invalid(item: Item, response: object) -> str:
    good = isinstance(response, str) and len(response) <= LONGEST
    return "" if good else "The saved answer is not a short text."


def _unreadable(item: Item, response: str) -> str:
    try:
        read_typed(item.format, response)
    except ValueError as error:
        return f"{str(error)[0].upper()}{str(error)[1:]}."
    return ""


def _credit(item: Item, response: str) -> float:
    """1 or 0: the response reads the same as an accepted form, or lies within the tolerance of one."""
    typed = read_typed(item.format, response)
    return float(any(_near(typed, read_typed(item.format, form), item.key.tolerance) for form in item.key.correct))


def _near(typed: str | Decimal | date, form: str | Decimal | date, tolerance: float) -> bool:
    if isinstance(typed, date):
        return abs((typed - form).days) <= tolerance
    if isinstance(typed, Decimal):
        return abs(typed - form) <= Decimal(str(tolerance))
    return typed == form


def _parts(item: Item, response: str) -> list[Part]:
    right = _credit(item, response) == 1
    return [Part(ANSWER, response, item.key.rationale["right" if right else "wrong"], right)]


def _judged(item: Item) -> list[Part]:
    accepted = f"{'; '.join(item.key.correct)} {within(item)}".strip()
    rationale = item.key.rationale
    return [Part(ANSWER, accepted, rationale["right"], True), Part(ANSWER, "", rationale["wrong"], False)]


ENTRY = Kind(
    own_fields={"format": lambda cell, data: cell.choice(data, "format", FORMATS)},
    key_fields=("correct", "tolerance"),
    read_key=_read_key,
    rationale_ids=lambda item, key: ("right", "wrong"),
    invalid=_invalid,
    unreadable=_unreadable,
    credit=_credit,
    parts=_parts,
    picks=lambda item, response: [("", response.strip())],
    key_parts=lambda item: _parts(item, item.key.correct[0]),
    judged=_judged,
    key_picks=lambda item: [("", form) for form in item.key.correct],
    is_right=lambda item, slot, pick: _credit(item, pick) == 1,
    offered=lambda item: [],
    text=lambda item, response, shown: [f"  {response or '________'}"],
    is_whole=True,
)
