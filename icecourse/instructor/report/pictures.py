"""The report's four pictures, each with a label that says in words what it shows."""

import math
import statistics

from markupsafe import Markup

from icecourse.content.words import words
from icecourse.instructor.report import charts
from icecourse.instructor.report.names import Names, percent
from icecourse.instructor.report.results import Results


def objectives(results: Results, names: Names) -> Markup:
    """How far each objective was learned."""
    w, rows, not_learned = words("report"), results.learned, results.not_learned
    text = w["objective-label"].format(
        n=len(rows), low=percent(min(row.share for row in rows)), high=percent(max(row.share for row in rows)),
        names="; ".join(names.short(row.objective) for row in not_learned) or w["none"],
    )  # fmt: skip
    bars = [charts.Bar(names.short(row.objective), row.share, row.low, row.high, row in not_learned) for row in rows]
    return charts.dots("objectives", text, bars, results.config.pass_mark, w["pass-mark"])


def gain(results: Results, names: Names) -> Markup:
    """From the assignment before the course to the one after it, by objective."""
    w, rows = words("report"), results.gains
    text = w["gain-label"].format(
        n=len(rows), low=percent(rows[0].after - rows[0].before), name=names.short(rows[0].objective),
        high=percent(rows[-1].after - rows[-1].before),
    )  # fmt: skip
    moves = [(names.short(row.objective), row.before, row.after) for row in rows]
    return charts.moves("gain", text, moves, w["before"], w["after"])


def scores(results: Results) -> Markup:
    """How many trainees have which score."""
    w, mark = words("report"), results.config.pass_mark
    shares = [row.share for row in results.standings if not math.isnan(row.share)]
    text = w["people-label"].format(
        n=len(shares), below=sum(share < mark for share in shares), median=percent(statistics.median(shares))
    )
    return charts.scores("scores", text, shares, mark, w["pass-mark"], w["number"])


def items(results: Results) -> Markup:
    """Every item by facility and discrimination."""
    w = words("report")
    points = [
        (row.item.id, row.numbers.facility, row.numbers.discrimination, bool(row.finding))
        for row in results.items
        if not math.isnan(row.numbers.discrimination)
    ]
    text = w["items-label"].format(n=len(points), names=", ".join(f.item for f in results.checks) or w["none"])
    return charts.scatter("items", text, points, w["facility"], w["discrimination"])
