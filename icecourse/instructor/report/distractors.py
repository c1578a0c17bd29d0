"""Distractor analysis: what was picked in an item, by whom, and whether an option draws those who know more.

A pick is made for a slot: the left id of a match, "" where there is but one. It is an option id, a whole order
("a > b > c") or a typed text.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from icecourse.instructor.report.formulas import correlation, groups
from icecourse.item import kinds, scoring
from icecourse.item.kinds.shape import Pick
from icecourse.item.record import Item


class Choice(NamedTuple):
    """One thing that can be picked in an item. ``share``, ``upper``, ``lower``: the proportion that picked it of all,
    of the upper and of the lower group. ``discrimination``: the correlation of picking it with the rest score.

    ``ahead``: z of the nominal-model test that who picked this did better elsewhere than who picked the key; NaN for
    the key, and where options are picked each by itself.
    """

    slot: str
    pick: str
    right: bool
    count: int
    share: float
    upper: float
    lower: float
    discrimination: float
    ahead: float


def picks(item: Item, response: object) -> list[Pick]:
    """What a response picked; nothing for none, for one that cannot be scored, or for a kind that is not counted."""
    return kinds.of(item).picks(item, response) if scoring.is_usable(item, response) else []


def is_right(item: Item, slot: str, pick: str) -> bool:
    """Whether the key counts a pick."""
    return kinds.of(item).is_right(item, slot, pick)


def choices(item: Item, responses: Sequence[object], trainees: Sequence[int], rest: np.ndarray) -> tuple[Choice, ...]:
    """The distractor table of an item: all that it offers, picked or not, then what else was picked, most often first.

    ``trainees``: whose the responses are, as rows of ``rest``. ``rest``: the rest scores of all trainees on the item.
    """
    kind = kinds.of(item)
    offered = kind.offered(item)
    picked = {pick: np.zeros(len(rest), bool) for pick in offered}
    for trainee, response in zip(trainees, responses, strict=True):
        for pick in picks(item, response):
            picked.setdefault(pick, np.zeros(len(rest), bool))[trainee] = True
    handed_in = np.zeros(len(rest), bool)
    handed_in[list(trainees)] = True
    upper, lower = groups(np.where(handed_in, rest, np.nan))
    right = {pick: is_right(item, *pick) for pick in picked}
    table = []
    for (slot, pick), mask in picked.items():
        ahead = math.nan
        if not right[slot, pick] and not kind.is_set:
            key = np.any([m for p, m in picked.items() if p[0] == slot and right[p]] or [np.zeros_like(mask)], axis=0)
            ahead = nominal_test(mask, key, rest)
        table.append(
            Choice(
                slot, pick, right[slot, pick], int(mask.sum()), float(mask[handed_in].mean()),
                float(mask[upper].mean()) if upper.any() else math.nan,
                float(mask[lower].mean()) if lower.any() else math.nan,
                correlation(np.where(handed_in, mask, np.nan).astype(float), rest), ahead,
            )
        )  # fmt: skip
    slots = list(dict.fromkeys(slot for slot, _ in offered)) or [""]
    place = {pick: number for number, pick in enumerate(offered)}

    def shown(choice: Choice) -> tuple[int, int, int]:
        return slots.index(choice.slot), place.get((choice.slot, choice.pick), len(offered)), -choice.count

    return tuple(sorted(table, key=shown))


def nominal_test(picked: np.ndarray, key: np.ndarray, rest: np.ndarray) -> float:
    """z of the correlation, among those who picked either, of picking this and not the key with the rest score.

    In Bock's (1972) nominal model, Psychometrika 37, it is positive where this option's slope lies above the key's.
    NaN for fewer than three who picked it.
    """
    either = picked | key
    r = correlation(picked[either].astype(float), rest[either])
    n = int((~np.isnan(rest[either])).sum())
    if math.isnan(r) or n < 4 or picked.sum() < 3:
        return math.nan
    return math.atanh(max(-0.999, min(0.999, r))) * math.sqrt(n - 3)
