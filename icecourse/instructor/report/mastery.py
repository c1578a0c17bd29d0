"""What the answers say of the objectives: how far each was learned, gained, and answered surely and wrongly."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from icecourse.instructor.report.analysis import Answer, is_wrong
from icecourse.instructor.report.distractors import is_right, picks
from icecourse.instructor.report.formulas import mean_interval
from icecourse.item.record import Item


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


def learned(answers: Iterable[Answer], objective: Mapping[str, str]) -> list[Learned]:
    """One row an objective. ``objective``: item -> objective; items that it does not name are left out."""
    shares: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    items: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        if answer.possible and answer.item in objective:
            shares[objective[answer.item]][answer.trainee].append(answer.share)
            items[objective[answer.item]].add(answer.item)
    rows = []
    for name, by_trainee in shares.items():
        means = np.array([sum(values) / len(values) for values in by_trainee.values()])
        mean, low, high = mean_interval(means)
        rows.append(Learned(name, len(items[name]), len(means), mean, max(0.0, low), min(1.0, high)))
    return rows


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
    rows = []
    for objective, mistaken in wrong.items():
        chosen = Counter(
            (answer.item, slot, pick)
            for answer in mistaken
            for slot, pick in picks(items[answer.item], answer.response)
            if not is_right(items[answer.item], slot, pick)
        )
        most = (*chosen.most_common(1)[0][0], chosen.most_common(1)[0][1]) if chosen else ("", "", "", 0)
        rows.append(Sure(objective, sure[objective], tuple(mistaken), most))
    return sorted(rows, key=lambda row: (-len(row.wrong), row.objective))


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
    rows = []
    for name, values in pairs.items():
        earlier, later = np.array(values).T
        change, low, high = mean_interval(later - earlier)
        start = float(earlier.mean())
        normalised = change / (1 - start) if start < 1 else math.nan
        rows.append(Gain(name, len(values), start, float(later.mean()), low, high, normalised))
    return sorted(rows, key=lambda row: row.after - row.before)
