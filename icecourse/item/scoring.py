"""Scoring: item + key + response -> score. Pure; no disk, no display."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from logging import Logger

from icecourse.content import cases
from icecourse.content.cases import CaseError
from icecourse.item.grammar import Item, read_entry

OUTCOMES = ("right", "partly", "wrong", "unanswered", "invalid")
LONGEST_ENTRY = 1000  # characters; more was not typed on our screen


@dataclass(frozen=True)
class Score:
    """``earned`` lies between 0 and ``possible``, both in points. ``why`` says what makes a response invalid."""

    earned: float
    possible: float
    outcome: str
    why: str = ""


def score(item: Item, response: object) -> Score:
    """The score of a response, None meaning that there is none.

    A response is a list of option ids (``one``, ``all``, ``order``), an object of left ids to option ids
    (``match``), a text (``entry``) or the list of choices made so far (``case``). Invalid is not wrong: a response
    that no screen of ours can give (an option that the item does not have, a wrong type), or an entry that cannot be
    read as what was asked, earns nothing and says why, so that a person can look. Raises ValueError for an item
    without key.
    """
    if item.key is None:
        raise ValueError(f'Item "{item.id}" has no key here, so nothing can be scored; score it from source/.')
    if response is None or response == [] or response == {} or response == "":
        return Score(0.0, item.points, "unanswered")
    why = invalid(item, response) or unreadable(item, response)
    if why:
        return Score(0.0, item.points, "invalid", why)
    share = _SHARE[item.kind](item, response)
    outcome = "right" if share == 1 else "partly" if share else "wrong"
    if item.scoring == "exact" and share < 1:
        share = 0.0
    # Above the maximum, by rounding or otherwise, nbgrader refuses the whole submission: clip.
    return Score(min(max(float(share * item.points), 0.0), item.points), item.points, outcome)


def invalid(item: Item, response: object) -> str:
    """Why a response is none that the item's screen can give, as a sentence; "" for one that is."""
    if item.kind == "entry":
        good = isinstance(response, str) and len(response) <= LONGEST_ENTRY
        return "" if good else "The saved answer is not a short text."
    if item.kind == "case":
        return _no_path(item, response)
    if item.kind == "match":
        if not isinstance(response, dict):
            return "The saved answer does not pair anything."
        gone = [left for left in response if left not in item.left]
        gone += [option for option in response.values() if not isinstance(option, str) or option not in item.options]
    else:
        if not isinstance(response, list) or not all(isinstance(option, str) for option in response):
            return "The saved answer is not a list of options."
        gone = [option for option in response if option not in item.options]
    if gone:
        return f'The saved answer names "{str(gone[0])[:60]}", which is not an option of this item.'
    if item.kind == "match":
        return ""
    if len(set(response)) != len(response):
        return "The saved answer names an option twice."
    if item.kind == "one" and len(response) > 1:
        return "The saved answer names more than one option where one was asked."
    if item.kind == "order" and response and len(response) != len(item.options):
        return "The saved answer does not order every option."
    return ""


def _no_path(item: Item, response: object) -> str:
    if not isinstance(response, list) or len(response) > len(item.case.scenes):
        return "The saved answer is not a path through the case."
    try:
        cases.walk(item.case, response)
    except (CaseError, TypeError) as error:
        return f"The saved answer does not fit the case: {error}"
    return ""


def unreadable(item: Item, response: object) -> str:
    """Why a typed entry cannot be read as the date, number or text that was asked, as a sentence; else ""."""
    if item.kind != "entry" or not isinstance(response, str) or not response:
        return ""
    try:
        read_entry(item.format, response)
    except ValueError as error:
        return f"{str(error)[0].upper()}{str(error)[1:]}."
    return ""


def _one(item: Item, response: list) -> float:
    """1 or 0. Where the key names several options, each of them is right."""
    return float(response[0] in item.key.correct)


def _all(item: Item, response: list) -> float:
    """(right chosen - wrong chosen) / number right, never below 0, so that choosing everything never pays.

    The method "net-correct" of PrairieLearn's pl-checkbox (docs/elements/pl-checkbox.md).
    """
    chosen, correct = set(response), set(item.key.correct)
    return max(0.0, (len(chosen & correct) - len(chosen - correct)) / len(correct))


def _match(item: Item, response: dict) -> float:
    """Right pairs / pairs."""
    return sum(response.get(left) == option for left, option in item.key.pairs.items()) / len(item.key.pairs)


def _order(item: Item, response: list) -> float:
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


def _entry(item: Item, response: str) -> float:
    """1 or 0: the response reads the same as an accepted form, or lies within the tolerance of one."""
    given = read_entry(item.format, response)
    return float(any(_near(given, read_entry(item.format, form), item.key.tolerance) for form in item.key.correct))


def _near(given: str | Decimal | date, form: str | Decimal | date, tolerance: float) -> bool:
    if isinstance(given, date):
        return abs((given - form).days) <= tolerance
    if isinstance(given, Decimal):
        return abs(given - form) <= Decimal(str(tolerance))
    return given == form


def _case(item: Item, response: list) -> float:
    """Decisive scenes in which a right choice was made / decisive scenes; those not yet reached count as not made."""
    made = {step.scene.id: step.choice.id for step in cases.walk(item.case, response) if step.choice}
    return sum(made.get(scene) in right for scene, right in item.key.choices.items()) / len(item.key.choices)


_SHARE = {"one": _one, "all": _all, "match": _match, "order": _order, "entry": _entry, "case": _case}


def score_or_report(item: Item, response: object, log: Logger) -> Score | None:
    """``score`` for grading; None where our own scoring fails, and ``log`` has the traceback: a person must grade.

    Such a fault is not the trainee's. It costs the other items nothing and never passes without a word.
    """
    try:
        return score(item, response)
    except Exception:  # whatever it is: the answer is what somebody's disk holds, the fault is in this package
        log.exception('Item "%s" could not be scored; a person must grade it.', item.id)
        return None
