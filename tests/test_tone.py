"""Can an item be passed by its tone? No class of words may give a key away, in practice or in graded items."""

import re
from math import comb

import pytest
from conftest import ROOT

from icecourse.curriculum import Course

COURSE = Course(ROOT)
BANKS = {"practice": COURSE.lessons, "graded": COURSE.masters}
CLASSES = {  # a word that stands in exactly one option of an item is a cue
    "attorney": r"attorneys?|lawyers?|Ruth|Okafor",
    "ask": r"asks?|checks?|confirms?|not known",
    "absolute": r"only|always|never|all|no",
    "hedge": r"may|generally|usually|can",
}
FEWEST = 4  # items with a cue; below it chance says nothing
CHANCE = 0.05  # one-sided


def cues(pages, pattern: str) -> list[tuple[str, bool, float]]:
    """(item, whether the one option with the word is right, its chance: right options / options) for each cue."""
    word = re.compile(rf"\b(?:{pattern})\b", re.I)
    return [
        (item.id, named[0] in item.key.correct, len(item.key.correct) / len(item.options))
        for page in pages
        for _, item in page.items()
        if item.kind == "one" and len(named := [name for name, text in item.options.items() if word.search(text)]) == 1
    ]


def at_least(keys: int, items: int, chance: float) -> float:
    """The probability of that many keys or more by chance: a binomial tail."""
    return sum(comb(items, k) * chance**k * (1 - chance) ** (items - k) for k in range(keys, items + 1))


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("name", CLASSES)
def test_no_class_of_words_gives_a_key_away(bank, name):
    cued = cues(BANKS[bank], CLASSES[name])
    keys, chance = sum(right for _, right, _ in cued), sum(share for *_, share in cued) / max(1, len(cued))
    above, below = at_least(keys, len(cued), chance), 1 - at_least(keys + 1, len(cued), chance)
    print(f"{bank:8} {name:8} {len(cued):3} items, key in {keys:3}, chance {chance:.2f}:", end=" ")
    print(f"p above {above:.3f}, below {below:.3f}")
    print(*(f"  {'key ' if right else '    '}{item}" for item, right, _ in cued), sep="\n")
    if len(cued) >= FEWEST:
        assert above > CHANCE
        if name == "absolute":  # a solver that crosses out every "never" would profit too
            assert below > CHANCE
