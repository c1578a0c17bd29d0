"""Kind ``order``: options to be put in order. A response is the list of all of them."""

from bisect import bisect_left

from icecourse.item.cell import Cell
from icecourse.item.kinds.choice import read_options, unlisted
from icecourse.item.kinds.shape import ANSWER, Kind, Part
from icecourse.item.record import Item


def _read_key(cell: Cell, key: dict, item: Item) -> dict:
    correct = read_options(cell, key, item)["correct"]
    cell.need(len(correct) == len(item.options), "correct", "the key of an order names every option once.")
    written = list(item.options)
    turns = [tuple(written[n:] + written[:n]) for n in range(len(written))]
    # Trainees see a turn of the written order (their copy has no key to avoid); none may be the key.
    cell.need(
        correct not in turns, "options", "the options stand in the key's order, or a turn of it; swap two of them."
    )
    return {"correct": correct}


def _invalid(item: Item, response: object) -> str:
    some = "The saved answer does not order every option."
    return unlisted(item, response) or (some if response and len(response) != len(item.options) else "")


def _credit(item: Item, response: list[str]) -> float:
    """(length of the longest subsequence in the right order, gaps allowed, - 1) / (n - 1).

    1 when all stand right, 0 when all stand reversed; moving one option costs 1 / (n - 1), wherever it went.
    The length is that of the longest increasing subsequence, by patience sorting (Fredman 1975, On computing the
    length of longest increasing subsequences, Discrete Mathematics 11(1), 29-35).
    """
    place = {option: number for number, option in enumerate(item.key.correct)}
    piles: list[int] = []
    for option in response:
        at = bisect_left(piles, place[option])
        piles[at : at + 1] = [place[option]]
    return (len(piles) - 1) / (len(item.key.correct) - 1)


def _parts(item: Item, response: list[str]) -> list[Part]:
    right = tuple(response) == item.key.correct
    text = " → ".join(item.options[option] for option in response)
    return [Part(ANSWER, text, item.key.rationale["right" if right else "wrong"], right)]


def _key_parts(item: Item) -> list[Part]:
    return _parts(item, list(item.key.correct))


def _pick(order: list[str] | tuple[str, ...]) -> str:
    return " > ".join(order)


def _text(item: Item, response: list[str] | None, shown: list[str]) -> list[str]:
    return [f"  {place}. {item.options[option]}" for place, option in enumerate(response or shown, start=1)]


ORDER = Kind(
    tables={"options": 3},
    read_key=_read_key,
    rationale_ids=lambda item, key: ("right", "wrong"),
    invalid=_invalid,
    credit=_credit,
    parts=_parts,
    picks=lambda item, response: [("", _pick(response))],
    key_parts=_key_parts,
    judged=lambda item: [*_key_parts(item), Part(ANSWER, "", item.key.rationale["wrong"], False)],
    key_picks=lambda item: [("", _pick(item.key.correct))],
    is_right=lambda item, slot, pick: pick == _pick(item.key.correct),
    offered=lambda item: [],
    text=_text,
    is_whole=True,
    is_turned=True,
)
