"""What the numbers mean: which items to check, what was not learned, where a trainee stands and whom to speak to.

Rules on plain records. Each finding carries a code and its numbers; the sentence stands in words/en.toml.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from icecourse.grading.gradebook import GradedSubmission
from icecourse.instructor.report.analysis import FEWEST, ItemStatistics, is_wrong
from icecourse.instructor.report.classroom import Classroom
from icecourse.instructor.report.distractors import Choice
from icecourse.instructor.report.mastery import Learned
from icecourse.item import kinds
from icecourse.item.record import Item

# The key check: an item is bad where this proportion of the upper group picks a distractor, and more than pick the key.
# Chosen by simulation (tests/test_demo.py says what they find and how often they err).
DRAWS = 0.4
DRAWS_ALL = 0.6  # of an `all` item, where each option is chosen or not by itself
AHEAD = 1.645  # z of the nominal-model test, one-sided 5 %
# A distractor that fewer pick is non-functioning: Haladyna and Downing (1993), Educ. Psych. Meas. 53, 999-1010.
RARE = 0.05
EASY = 0.95


class Finding(NamedTuple):
    """An item to check. ``reason``: a code. ``choice``: what it is about, or None. ``key``: the proportion of the
    upper group that picked the key; NaN where no choice is meant."""

    item: str
    assignment: str
    reason: str
    choice: Choice | None
    best: int
    key: float
    strength: float


class Standing(NamedTuple):
    """Where a trainee stands. Names of assignments; ``share`` is of what was handed in or is overdue, NaN for nothing.

    ``open``: not handed in, not due. ``overdue``: not handed in, due. ``objectives``: objective -> (share, items).
    ``sure_and_wrong``: objective -> how often.
    """

    trainee: str
    earned: float
    possible: float
    share: float
    done: tuple[str, ...]
    open: tuple[str, ...]
    overdue: tuple[str, ...]
    late: tuple[str, ...]
    objectives: Mapping[str, tuple[float, int]]
    sure_and_wrong: Mapping[str, int]


class Talk(NamedTuple):
    """Whom to speak to, and about what: codes with the names or numbers that belong to them."""

    trainee: str
    reasons: tuple[tuple[str, object], ...]


def items_to_check(statistics: Iterable[ItemStatistics], items: Mapping[str, Item]) -> list[Finding]:
    """The bad items, the worst first, each with its strongest reason. None from fewer than 20 trainees."""
    strongest = []
    for row in statistics:
        if row.n >= FEWEST and (reasons := list(_reasons(row, items[row.item]))):
            strongest.append(min(reasons, key=_rank))
    return sorted(strongest, key=_rank)


_REASONS = ("draws-best", "draws-best-all", "best-avoid", "ahead", "backwards")


def _rank(finding: Finding) -> tuple[int, float]:
    return (_REASONS.index(finding.reason), -finding.strength)


def _reasons(row: ItemStatistics, item: Item) -> Iterable[Finding]:
    def finding(reason: str, choice: Choice | None, key: float, strength: float) -> Finding:
        return Finding(row.item, row.assignment, reason, choice, row.best, key, strength)

    right: dict[str, float] = defaultdict(float)
    for choice in row.choices:
        if choice.right:
            right[choice.slot] += choice.upper
    for choice in row.choices:
        key = right[choice.slot]
        if kinds.of(item).is_set:
            if not choice.right and choice.upper >= DRAWS_ALL and choice.upper >= choice.lower:
                yield finding("draws-best-all", choice, key, choice.upper)
            if choice.right and choice.upper <= 1 - DRAWS_ALL and choice.upper <= choice.lower:
                yield finding("best-avoid", choice, key, 1 - choice.upper)
        elif not choice.right:
            if choice.upper >= DRAWS and choice.upper > key:
                yield finding("draws-best", choice, key, choice.upper - key)
            elif choice.ahead > AHEAD:
                yield finding("ahead", choice, key, choice.ahead)
    if row.high < 0:
        yield finding("backwards", None, math.nan, -row.discrimination)


def remarks(row: ItemStatistics, item: Item) -> list[tuple[str, str]]:
    """What could be better about an item that need not be bad: (code, options or "")."""
    if row.n < FEWEST:
        return []
    codes = [("easy", "")] if row.facility > EASY else []
    if kinds.of(item).is_one_click:
        non_functioning = [choice.pick for choice in row.choices if not choice.right and choice.count < RARE * row.n]
        codes += [("idle", ", ".join(non_functioning))] if non_functioning else []
    if row.high < 0.2 and not math.isnan(row.high):
        codes.append(("flat", ""))
    return codes


def conclusion(row: Learned, mark: float) -> str:
    """Whether an objective was learned, by its interval: "learned", "not-learned", "unsure" or "too-few"."""
    if row.n < FEWEST:
        return "too-few"
    return "learned" if row.low >= mark else "not-learned" if row.high < mark else "unsure"


def standings(room: Classroom, now: datetime, without: Collection[str] = ()) -> list[Standing]:
    """Where each trainee stands at ``now`` (UTC), in the order of the roster.

    Items in ``without`` (those to check) count in the score, as in the gradebook, but not against a trainee's
    objectives, nor as confident and wrong: the item may be what is wrong.
    """
    works: dict[str, dict[str, GradedSubmission]] = defaultdict(dict)
    for work in room.submissions:
        works[work.trainee][work.assignment] = work
    items = room.items
    shares: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    sure: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in room.answers:
        if answer.possible and answer.item not in without:
            objective = items[answer.item].objective
            shares[answer.trainee][objective].append(answer.share)
            sure[answer.trainee][objective] += answer.confidence == "sure" and is_wrong(answer)
    running = {work.assignment for work in room.submissions}
    waiting = set(room.waiting)
    rows = []
    for person in room.people:
        mine = works[person.id]
        rest = [a for a in room.assignments if a.name not in mine and (person.id, a.name) not in waiting]
        overdue = [a for a in rest if a.due and a.due < now]
        earned = sum(work.earned for work in mine.values())
        possible = sum(work.possible for work in mine.values()) + sum(a.possible for a in overdue)
        rows.append(
            Standing(
                person.id, earned, possible, earned / possible if possible else math.nan,
                tuple(a.name for a in room.assignments if a.name in mine),
                tuple(a.name for a in rest if a not in overdue and a.name in running),
                tuple(a.name for a in overdue),
                tuple(a.name for a in room.assignments if a.name in mine and mine[a.name].late),
                {name: (sum(each) / len(each), len(each)) for name, each in shares[person.id].items()},
                {name: times for name, times in sure[person.id].items() if times},
            )
        )  # fmt: skip
    return rows


def talks(standings: Sequence[Standing], mark: float) -> list[Talk]:
    """Whom to speak to, the most urgent first: what is overdue, a score below the pass mark with the objectives
    behind it, an objective that was twice confidently wrong, two or more late submissions."""
    urgent = []
    for row in standings:
        reasons: list[tuple[str, object]] = []
        if row.overdue:
            reasons.append(("overdue", row.overdue))
        if row.share < mark and row.done:
            weak = sorted(
                (share, name) for name, (share, items) in row.objectives.items() if share < mark and items > 1
            )
            reasons.append(("below", (row.share, tuple(name for _, name in weak[:3]))))
        if again := sorted(((n, name) for name, n in row.sure_and_wrong.items() if n > 1), reverse=True):
            reasons.append(("sure-and-wrong", tuple(name for _, name in again[:3])))
        if len(row.late) > 1:
            reasons.append(("late", row.late))
        if reasons:
            urgent.append((len(row.overdue), row.share, Talk(row.trainee, tuple(reasons))))
    return [talk for _, _, talk in sorted(urgent, key=lambda each: (-each[0], each[1] if each[1] == each[1] else -1))]
