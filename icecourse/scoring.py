"""Scoring: item + key + response -> score. Pure; no disk, no display."""

from collections.abc import Callable, Set
from dataclasses import dataclass

from .items import Item

OUTCOMES = ("right", "partly", "wrong", "unanswered", "invalid")


@dataclass(frozen=True)
class Score:
    """``earned`` lies between 0 and ``possible``, both in points. ``why`` says what makes a response invalid."""

    earned: float
    possible: float
    outcome: str
    why: str = ""


def score(item: Item, response: object) -> Score:
    """The score of a response, None meaning that there is none.

    Invalid is not wrong: a response that no screen of ours can give (an option that the item does not have, a
    wrong type) earns nothing and says why, so that a person can look. Raises ValueError for an item without key.
    """
    if item.key is None:
        raise ValueError(f'Item "{item.id}" has no key here, so nothing can be scored; score it from source/.')
    if response is None or response == []:
        return Score(0.0, item.points, "unanswered")
    why = invalid(item, response)
    if why:
        return Score(0.0, item.points, "invalid", why)
    share = _SHARE[item.kind](set(response), set(item.key.correct))
    outcome = "right" if share == 1 else "partly" if share else "wrong"
    if item.scoring == "exact" and share < 1:
        share = 0.0
    # Above the maximum, by rounding or otherwise, nbgrader refuses the whole submission: clip.
    return Score(min(max(float(share * item.points), 0.0), item.points), item.points, outcome)


def invalid(item: Item, response: object) -> str:
    """Why a response is none that the item's screen can give, as a sentence; "" for one that is."""
    if not isinstance(response, list) or not all(isinstance(option, str) for option in response):
        return "The saved answer is not a list of options."
    gone = [option for option in response if option not in item.options]
    if gone:
        return f'The saved answer names "{gone[0][:60]}", which is not an option of this item.'
    if len(set(response)) != len(response):
        return "The saved answer names an option twice."
    if item.kind == "one" and len(response) > 1:
        return "The saved answer names more than one option where one was asked."
    return ""


def _one(chosen: Set[str], correct: Set[str]) -> float:
    """1 or 0. Where the key names several options, each of them is right."""
    return float(chosen <= correct)


def _all(chosen: Set[str], correct: Set[str]) -> float:
    """(right chosen - wrong chosen) / number right, never below 0, so that choosing everything never pays.

    The method "net-correct" of PrairieLearn's pl-checkbox (docs/elements/pl-checkbox.md).
    """
    return max(0.0, (len(chosen & correct) - len(chosen - correct)) / len(correct))


_SHARE: dict[str, Callable[[Set[str], Set[str]], float]] = {"one": _one, "all": _all}
