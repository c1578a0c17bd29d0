"""Item analysis and reliability: statistics on plain records. No disk, no nbgrader, no page.

A share is earned / possible, between 0 and 1. ``shares`` is a matrix of trainees by items, NaN where a trainee has
not handed in the assignment that an item belongs to. What was handed in without an answer is 0, as in the gradebook.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from icecourse.item import scoring
from icecourse.item.grammar import Item

FEWEST = 20  # trainees below whom nothing is a finding
TAIL = 0.27  # the upper and lower groups: Kelley (1939), The selection of upper and lower groups, J. Educ. Psych. 30
KINDS = ("one", "all", "match", "order", "entry")  # whose choices can be counted
DRAWS = 1000  # of the bootstrap
Z95 = 1.959964  # the standard normal's 97.5 % point


class Answer(NamedTuple):
    """What one trainee did with one graded item, from the gradebook (scores) and the journal (the rest).

    ``response`` is as the journal has it, None where there is none. ``confidence``: sure, fairly, guess or "".
    ``seconds``: from the answer before to the first one here, or None. ``changes``: how often it was changed.
    ``version``: what the trainee saw, as ``Item.version`` names it.
    """

    trainee: str
    assignment: str
    item: str
    earned: float
    possible: float
    response: object = None
    confidence: str = ""
    seconds: float | None = None
    changes: int = 0
    version: str = ""

    @property
    def share(self) -> float:
        return self.earned / self.possible


class Choice(NamedTuple):
    """One thing that can be chosen in an item. ``share``, ``upper``, ``lower``: the part that chose it of all, of the
    best and of the weakest trainees. ``discrimination``: its correlation with the score on everything else.

    ``slot``: the left id of a match, else "". ``pick``: an option id, a whole order ("a > b > c") or a typed text.
    """

    slot: str
    pick: str
    right: bool
    count: int
    share: float
    upper: float
    lower: float
    discrimination: float
    ahead: float  # z of: who chose this did better elsewhere than who chose the right one; NaN for a right one


class ItemStatistics(NamedTuple):
    """One item. ``n`` trainees handed it in. Numbers are NaN where nobody, or everybody alike, makes them undefined."""

    item: str
    assignment: str
    n: int
    best: int  # trainees in the upper group
    facility: float
    discrimination: float
    low: float  # 95 % interval of the discrimination
    high: float
    efficiency: float
    seconds: float  # median
    changed: float  # part of the trainees who changed their answer
    unanswered: int
    sure: int
    sure_and_wrong: int
    choices: tuple[Choice, ...]


class Reliability(NamedTuple):
    """One assignment. ``error``: bootstrap standard error of ``alpha``; ``low``, ``high``: its 95 % interval.

    ``sem``: the standard error of measurement, in points. ``kr20``: whether each item is right or wrong as a whole,
    so that alpha is KR-20. ``n``: trainees who handed in, ``items``: items that count.
    """

    assignment: str
    n: int
    items: int
    mean: float  # points
    possible: float
    alpha: float
    error: float
    low: float
    high: float
    sem: float
    kr20: bool


class Learned(NamedTuple):
    """How far an objective was learned: the mean over trainees of their mean share, with its 95 % interval."""

    objective: str
    items: int
    n: int
    share: float
    low: float
    high: float


class Sure(NamedTuple):
    """Answers given as sure, by objective. ``wrong``: those that earned less than half. ``most``: (item, slot, pick,
    times) of the wrong choice made most often."""

    objective: str
    sure: int
    wrong: tuple[Answer, ...]
    most: tuple[str, str, str, int]


class Gain(NamedTuple):
    """An objective before and after, for those who handed in both. ``normalised``: Hake's gain."""

    objective: str
    n: int
    before: float
    after: float
    low: float  # 95 % interval of after - before
    high: float
    normalised: float


class Matrix(NamedTuple):
    trainees: tuple[str, ...]
    items: tuple[str, ...]
    shares: np.ndarray  # trainees x items


# -- the formulas ------------------------------------------------------------------------------------------------


def facility(shares: np.ndarray) -> np.ndarray:
    """The mean share of each item, over those who handed it in.

    Crocker and Algina (1986), Introduction to Classical and Modern Test Theory, ch. 14; Moodle's "facility index".
    """
    return _mean(shares, 0)


def rest(shares: np.ndarray) -> np.ndarray:
    """For each trainee and item, how the trainee did on everything else: the mean of (share - the item's facility).

    With nothing missing this is the classical rest score (total less the item) up to a shift and a scale, so that
    correlations with it are the same. Centring on the facility keeps it fair where trainees handed in different
    assignments. NaN where there is nothing else.
    """
    apart = shares - facility(shares)
    there = ~np.isnan(apart)
    total, count = np.where(there, apart, 0).sum(axis=1, keepdims=True), there.sum(axis=1, keepdims=True)
    others = count - there
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(others > 0, (total - np.where(there, apart, 0)) / others, np.nan)


def correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Pearson's r over the pairs without NaN; NaN for fewer than three or without variation."""
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    return float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))


def interval(r: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a correlation over n pairs: Fisher (1915), Biometrika 10, through z = atanh r."""
    if math.isnan(r) or n < 4 or abs(r) == 1:
        return math.nan, math.nan
    z, half = math.atanh(r), Z95 / math.sqrt(n - 3)
    return math.tanh(z - half), math.tanh(z + half)


def efficiency(share: np.ndarray, others: np.ndarray) -> float:
    """Discriminative efficiency: the covariance of item and rest over the largest that these scores could have.

    The largest is that of both in ascending order (the rearrangement inequality). Moodle, quiz statistics report
    (question/classes/statistics/questions/calculator.php: 100 * covariance / covariancemax).
    """
    both = ~(np.isnan(share) | np.isnan(others))
    x, y = share[both], others[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    return float((x @ y) / (np.sort(x) @ np.sort(y)))


def alpha(scores: np.ndarray) -> float:
    """Cronbach's alpha of a complete matrix of points: k/(k-1) * (1 - sum of the items' variances / the total's).

    Cronbach (1951), Psychometrika 16, 297-334. Where each item is right or wrong it is KR-20: Kuder and Richardson
    (1937), Psychometrika 2, 151-160. NaN below two trainees or two items, and where all totals are alike.
    """
    n, k = scores.shape
    total = scores.sum(axis=1)
    if n < 2 or k < 2 or np.ptp(total) == 0:
        return math.nan
    return float(k / (k - 1) * (1 - scores.var(axis=0, ddof=1).sum() / total.var(ddof=1)))


def alpha_bootstrap(scores: np.ndarray, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """Alphas of samples of the trainees drawn with replacement: Efron and Tibshirani (1993), An Introduction to the
    Bootstrap, ch. 6 and 13. Samples without variation are left out. The seed makes a report repeatable.

    A sample is how often it holds each trainee, so that all sums are two products of matrices.
    """
    n, k = scores.shape
    if math.isnan(alpha(scores)):
        return np.empty(0)
    times = resample(n, draws, seed)
    columns = np.column_stack([scores, scores.sum(axis=1)])
    columns = columns - columns.mean(axis=0)  # keeps the squares small
    variances = (times @ columns**2) - (times @ columns) ** 2 / n  # times n - 1, which cancels
    good = variances[:, -1] > 1e-12
    return k / (k - 1) * (1 - variances[good, :-1].sum(axis=1) / variances[good, -1])


def resample(n: int, draws: int, seed: int) -> np.ndarray:
    """How often each of n trainees is in each of so many samples of n, drawn with replacement: draws x n."""
    drawn = np.random.default_rng(seed).integers(0, n, size=(draws, n)) + np.arange(draws)[:, None] * n
    return np.bincount(drawn.ravel(), minlength=draws * n).reshape(draws, n).astype(float)


def measurement_error(scores: np.ndarray) -> float:
    """The standard error of measurement, in points: sd of the totals * sqrt(1 - alpha). Crocker and Algina, ch. 7."""
    found = alpha(scores)
    return math.nan if math.isnan(found) else float(scores.sum(axis=1).std(ddof=1) * math.sqrt(max(0.0, 1 - found)))


def groups(others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The upper and the lower group by the rest score, as masks: 27 % each, and all who tie with the last of them."""
    known = np.sort(others[~np.isnan(others)])
    if not len(known):
        return np.zeros(len(others), bool), np.zeros(len(others), bool)
    size = math.ceil(TAIL * len(known))
    with np.errstate(invalid="ignore"):
        return others >= known[-size], others <= known[size - 1]


# -- from answers to results ---------------------------------------------------------------------------------------


def matrix(answers: Iterable[Answer]) -> Matrix:
    """Trainees by items, each in the order of first appearance. Items without points are left out."""
    rows: dict[str, int] = {}
    columns: dict[str, int] = {}
    cells = [
        (rows.setdefault(a.trainee, len(rows)), columns.setdefault(a.item, len(columns)), a.earned / a.possible)
        for a in answers
        if a.possible
    ]
    shares = np.full((len(rows), len(columns)), np.nan)
    if cells:
        row, column, share = zip(*cells, strict=True)
        shares[list(row), list(column)] = share
    return Matrix(tuple(rows), tuple(columns), shares)


def item_statistics(answers: Sequence[Answer], items: Mapping[str, Item]) -> list[ItemStatistics]:
    """One row an item that counts and stands in ``items``, in the order of first appearance.

    Everything else that a trainee handed in, in whatever assignment, is the measure that an item is held against:
    it is longer, and so surer, than the rest of one quiz.
    """
    table = matrix(answers)
    others = rest(table.shares)
    row = {trainee: number for number, trainee in enumerate(table.trainees)}
    by_item: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.possible and answer.item in items:
            by_item[answer.item].append(answer)
    means = facility(table.shares)
    found = []
    for column, name in enumerate(table.items):
        if name not in by_item:
            continue
        given = by_item[name]
        share, other = table.shares[:, column], others[:, column]
        r = correlation(share, other)
        low, high = interval(r, int((~np.isnan(share + other)).sum()))
        seconds = [answer.seconds for answer in given if answer.seconds is not None]
        sure = [answer for answer in given if answer.confidence == "sure"]
        found.append(
            ItemStatistics(
                item=name,
                assignment=given[0].assignment,
                n=len(given),
                best=int(groups(np.where(np.isnan(share), np.nan, other))[0].sum()),
                facility=float(means[column]),
                discrimination=r,
                low=low,
                high=high,
                efficiency=efficiency(share, other),
                seconds=float(np.median(seconds)) if seconds else math.nan,
                changed=sum(answer.changes > 0 for answer in given) / len(given),
                unanswered=sum(not answer.response for answer in given),
                sure=len(sure),
                sure_and_wrong=sum(is_wrong(answer) for answer in sure),
                choices=_choices(items[name], given, [row[answer.trainee] for answer in given], other),
            )
        )
    return found


def picks(item: Item, response: object) -> list[tuple[str, str]]:
    """What a valid response chose, as (slot, pick) pairs; nothing for none, or for a kind without choices."""
    if item.kind not in KINDS or not response or scoring.invalid(item, response) or scoring.unreadable(item, response):
        return []
    if item.kind == "match":
        return list(response.items())
    if item.kind == "order":
        return [("", " > ".join(response))]
    return [("", response.strip())] if item.kind == "entry" else [("", option) for option in response]


def is_right(item: Item, slot: str, pick: str) -> bool:
    """Whether a pick is one that the key counts."""
    if item.kind == "match":
        return item.key.pairs[slot] == pick
    if item.kind == "order":
        return pick == " > ".join(item.key.correct)
    return scoring.score(item, pick).outcome == "right" if item.kind == "entry" else pick in item.key.correct


def is_wrong(answer: Answer) -> bool:
    """Whether an answer earned less than half."""
    return answer.share < 0.5


def reliability(answers: Iterable[Answer]) -> list[Reliability]:
    """One row an assignment, in the order of first appearance; over those who handed it in."""
    by_assignment: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.possible:
            by_assignment[answer.assignment].append(answer)
    found = []
    for name, given in by_assignment.items():
        table = matrix(given)
        points = {answer.item: answer.possible for answer in given}
        scores = table.shares * np.array([points[item] for item in table.items])
        scores = scores[~np.isnan(scores).any(axis=1)]
        drawn = alpha_bootstrap(scores)
        low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (math.nan, math.nan)
        found.append(
            Reliability(
                assignment=name,
                n=len(scores),
                items=len(table.items),
                mean=float(scores.sum(axis=1).mean()) if len(scores) else math.nan,
                possible=sum(points.values()),
                alpha=alpha(scores),
                error=float(drawn.std(ddof=1)) if len(drawn) > 1 else math.nan,
                low=float(low),
                high=float(high),
                sem=measurement_error(scores),
                kr20=bool(np.isin(table.shares[~np.isnan(table.shares)], (0, 1)).all()),
            )
        )
    return found


def learned(answers: Iterable[Answer], objective: Mapping[str, str]) -> list[Learned]:
    """One row an objective. ``objective``: item -> objective; items that it does not name are left out."""
    shares: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    items: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        if answer.possible and answer.item in objective:
            shares[objective[answer.item]][answer.trainee].append(answer.share)
            items[objective[answer.item]].add(answer.item)
    found = []
    for name, by_trainee in shares.items():
        means = np.array([sum(values) / len(values) for values in by_trainee.values()])
        mean, low, high = mean_interval(means)
        found.append(Learned(name, len(items[name]), len(means), mean, max(0.0, low), min(1.0, high)))
    return found


def mean_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and its 95 % interval by the normal approximation, mean +- 1.96 sd / sqrt n; no interval below two."""
    mean = float(values.mean()) if len(values) else math.nan
    half = Z95 * float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return mean, mean - half, mean + half


def confident_and_wrong(answers: Iterable[Answer], items: Mapping[str, Item]) -> list[Sure]:
    """Answers given as sure, by objective, those with the largest number of wrong ones first."""
    sure: Counter[str] = Counter()
    wrong: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.confidence == "sure" and answer.possible and answer.item in items:
            objective = items[answer.item].objective
            sure[objective] += 1
            if is_wrong(answer):
                wrong[objective].append(answer)
    found = []
    for objective, given in wrong.items():
        chosen = Counter(
            (answer.item, slot, pick)
            for answer in given
            for slot, pick in picks(items[answer.item], answer.response)
            if not is_right(items[answer.item], slot, pick)
        )
        most = (*chosen.most_common(1)[0][0], chosen.most_common(1)[0][1]) if chosen else ("", "", "", 0)
        found.append(Sure(objective, sure[objective], tuple(given), most))
    return sorted(found, key=lambda row: (-len(row.wrong), row.objective))


def gain(answers: Sequence[Answer], objective: Mapping[str, str], before: str, after: str) -> list[Gain]:
    """Objectives that two assignments share, for the trainees who handed in both, the smallest gain first.

    ``normalised`` is (after - before) / (1 - before): Hake (1998), American Journal of Physics 66, 64-74. NaN where
    nothing was left to gain.
    """

    def shares(assignment: str) -> dict[tuple[str, str], float]:
        sums: dict[tuple[str, str], list[float]] = defaultdict(list)
        for answer in answers:
            if answer.assignment == assignment and answer.possible and answer.item in objective:
                sums[objective[answer.item], answer.trainee].append(answer.share)
        return {key: sum(values) / len(values) for key, values in sums.items()}

    first, second = shares(before), shares(after)
    pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for (name, trainee), share in first.items():
        if (name, trainee) in second:
            pairs[name].append((share, second[name, trainee]))
    found = []
    for name, values in pairs.items():
        earlier, later = np.array(values).T
        change, low, high = mean_interval(later - earlier)
        start = float(earlier.mean())
        normalised = change / (1 - start) if start < 1 else math.nan
        found.append(Gain(name, len(values), start, float(later.mean()), low, high, normalised))
    return sorted(found, key=lambda row: row.after - row.before)


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    """The mean over what is not NaN; NaN, without a warning, where there is nothing."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(there, values, 0).sum(axis=axis) / there.sum(axis=axis)


def _choices(item: Item, given: list[Answer], rows: list[int], others: np.ndarray) -> tuple[Choice, ...]:
    """The distractor table: every option of the item, chosen or not; for orders and entries what was given, most
    often first."""
    chosen: dict[tuple[str, str], np.ndarray] = {}
    if item.kind in ("one", "all"):
        chosen = {("", option): np.zeros(len(others), bool) for option in item.options}
    elif item.kind == "match":
        chosen = {(left, item.key.pairs[left]): np.zeros(len(others), bool) for left in item.left}
    for row, answer in zip(rows, given, strict=True):
        for pick in picks(item, answer.response):
            chosen.setdefault(pick, np.zeros(len(others), bool))[row] = True
    there = np.zeros(len(others), bool)
    there[rows] = True
    upper, lower = groups(np.where(there, others, np.nan))
    right = {pick: is_right(item, *pick) for pick in chosen}
    found = []
    for (slot, pick), mask in chosen.items():
        ahead = math.nan
        if not right[slot, pick] and item.kind != "all":
            key = np.any([m for p, m in chosen.items() if p[0] == slot and right[p]] or [np.zeros_like(mask)], axis=0)
            ahead = _ahead(mask, key, others)
        found.append(
            Choice(
                slot, pick, right[slot, pick], int(mask.sum()), float(mask[there].mean()),
                float(mask[upper].mean()) if upper.any() else math.nan,
                float(mask[lower].mean()) if lower.any() else math.nan,
                correlation(np.where(there, mask, np.nan).astype(float), others), ahead,
            )
        )  # fmt: skip
    if item.kind in ("order", "entry"):
        found.sort(key=lambda choice: -choice.count)
    elif item.kind == "match":
        found.sort(key=lambda choice: (list(item.left).index(choice.slot), not choice.right, -choice.count))
    return tuple(found)


def _ahead(mask: np.ndarray, key: np.ndarray, others: np.ndarray) -> float:
    """z of the correlation, among those who chose either, of choosing this and not the key with the rest score.

    In Bock's (1972) nominal model, Psychometrika 37, it is positive where this option's slope lies above the key's.
    """
    either = mask | key
    r = correlation(mask[either].astype(float), others[either])
    n = int((~np.isnan(others[either])).sum())
    return (
        math.nan
        if math.isnan(r) or n < 4 or mask.sum() < 3
        else math.atanh(max(-0.999, min(0.999, r))) * math.sqrt(n - 3)
    )
