"""Scoring: item + key + response -> score. Pure; no disk, no display. The rule of each kind stands in ``kinds``."""

from dataclasses import dataclass
from logging import Logger

from icecourse.item import kinds
from icecourse.item.record import Item

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
    kind = kinds.of(item)
    why = invalid(item, response) or kind.unreadable(item, response)
    if why:
        return Score(0.0, item.points, "invalid", why)
    credit = kind.credit(item, response)
    outcome = "right" if credit == 1 else "partly" if credit else "wrong"
    if item.scoring == "exact" and credit < 1:
        credit = 0.0
    # Above the maximum, by rounding or otherwise, nbgrader refuses the whole submission: clip.
    return Score(min(max(float(credit * item.points), 0.0), item.points), item.points, outcome)


def score_or_report(item: Item, response: object, log: Logger) -> Score | None:
    """``score`` for grading; None where our own scoring fails, and ``log`` has the traceback: a person must grade.

    Such a fault is not the trainee's. It costs the other items nothing and never passes without a word.
    """
    try:
        return score(item, response)
    except Exception:  # whatever it is: the answer is what somebody's disk holds, the fault is in this package
        log.exception('Item "%s" could not be scored; a person must grade it.', item.id)
        return None


def invalid(item: Item, response: object) -> str:
    """Why a response is none that the item's screen can give, as a sentence; "" for one that is."""
    return kinds.of(item).invalid(item, response)


def unreadable(item: Item, response: object) -> str:
    """Why a typed entry cannot be read as the date, number or text that was asked, as a sentence; else ""."""
    return "" if not response or invalid(item, response) else kinds.of(item).unreadable(item, response)


def is_usable(item: Item, response: object) -> bool:
    """Whether there is a response that can be scored, so that the functions of its kind may be asked about it."""
    return bool(response) and not invalid(item, response) and not kinds.of(item).unreadable(item, response)
