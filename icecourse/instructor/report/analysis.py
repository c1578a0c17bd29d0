"""Item statistics and reliability from plain records of answers. No disk, no nbgrader, no page.

A share is earned / possible, between 0 and 1. What was handed in without an answer is 0, as in the gradebook.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from icecourse.instructor.report import distractors
from icecourse.instructor.report.distractors import Choice
from icecourse.instructor.report.formulas import (
    alpha,
    alpha_bootstrap,
    correlation,
    efficiency,
    facility,
    groups,
    interval,
    measurement_error,
    rest_scores,
)
from icecourse.item.record import Item

FEWEST = 20  # trainees below whom nothing is a finding


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


class Matrix(NamedTuple):
    trainees: tuple[str, ...]
    items: tuple[str, ...]
    shares: np.ndarray  # trainees x items


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
    rest = rest_scores(table.shares)
    row = {trainee: number for number, trainee in enumerate(table.trainees)}
    by_item: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.possible and answer.item in items:
            by_item[answer.item].append(answer)
    means = facility(table.shares)
    statistics = []
    for column, name in enumerate(table.items):
        if name not in by_item:
            continue
        of_item = by_item[name]
        share, elsewhere = table.shares[:, column], rest[:, column]
        r = correlation(share, elsewhere)
        low, high = interval(r, int((~np.isnan(share + elsewhere)).sum()))
        seconds = [answer.seconds for answer in of_item if answer.seconds is not None]
        sure = [answer for answer in of_item if answer.confidence == "sure"]
        statistics.append(
            ItemStatistics(
                item=name,
                assignment=of_item[0].assignment,
                n=len(of_item),
                best=int(groups(np.where(np.isnan(share), np.nan, elsewhere))[0].sum()),
                facility=float(means[column]),
                discrimination=r,
                low=low,
                high=high,
                efficiency=efficiency(share, elsewhere),
                seconds=float(np.median(seconds)) if seconds else math.nan,
                changed=sum(answer.changes > 0 for answer in of_item) / len(of_item),
                unanswered=sum(not answer.response for answer in of_item),
                sure=len(sure),
                sure_and_wrong=sum(is_wrong(answer) for answer in sure),
                choices=distractors.choices(
                    items[name],
                    [answer.response for answer in of_item],
                    [row[answer.trainee] for answer in of_item],
                    elsewhere,
                ),
            )
        )
    return statistics


def is_wrong(answer: Answer) -> bool:
    """Whether an answer earned less than half."""
    return answer.share < 0.5


def reliability(answers: Iterable[Answer]) -> list[Reliability]:
    """One row an assignment, in the order of first appearance; over those who handed it in."""
    by_assignment: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.possible:
            by_assignment[answer.assignment].append(answer)
    rows = []
    for name, of_assignment in by_assignment.items():
        table = matrix(of_assignment)
        points = {answer.item: answer.possible for answer in of_assignment}
        scores = table.shares * np.array([points[item] for item in table.items])
        scores = scores[~np.isnan(scores).any(axis=1)]
        drawn = alpha_bootstrap(scores)
        low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (math.nan, math.nan)
        rows.append(
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
    return rows
