"""Does the report find what the demo class has planted, and how often does it cry wolf?"""

from collections import Counter
from datetime import UTC, datetime

import pytest

from icecourse.instructor import demo
from icecourse.instructor.report import analysis, classroom, findings
from icecourse.instructor.report.analysis import Answer
from icecourse.item import kinds
from icecourse.item.scoring import score

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SEEDS = range(20)


def items_of(checkout):
    return [(page.path.parent.name, item) for page in checkout.masters for _, item in page.items()]


def answers_of(simulation) -> list[Answer]:
    """What the gradebook and the journals say of a simulated class, without writing them."""
    graded = demo.as_graded(simulation)
    one_click = {name for name, item in graded.items() if kinds.of(item).is_one_click}
    found = []
    for work in simulation.handed_in:
        kept = classroom.history(work.entries, one_click) if work.damage != "journal" else {}
        for one in simulation.asked:
            if one.assignment == work.assignment:
                item = graded[one.item.id]
                entry, seconds, changes = kept.get(item.id, (None, None, 0))
                response = entry.response if entry else None
                earned = score(item, response).earned
                more = (response, entry.confidence, seconds, changes, entry.version) if entry else ()
                found.append(Answer(work.trainee, work.assignment, item.id, earned, item.points, *more))
    return found


@pytest.fixture(scope="module")
def classes(checkout):
    found = []
    for seed in SEEDS:
        simulation = demo.simulate(items_of(checkout), NOW, seed)
        graded = demo.as_graded(simulation)
        statistics = analysis.item_statistics(answers_of(simulation), graded)
        found.append((simulation, findings.items_to_check(statistics, graded)))
    return found


@pytest.mark.slow(20)
def test_both_broken_items_are_found_over_20_classes_with_few_false_alarms(classes, checkout):
    missed, alarms = [], Counter()
    for seed, (simulation, found) in zip(SEEDS, classes, strict=True):
        names = {finding.item for finding in found}
        missed += [(seed, name) for name in simulation.broken - names]
        alarms.update(finding.reason for finding in found if finding.item not in simulation.broken)
    print("missed", missed, "false alarms", alarms)
    assert not missed
    assert alarms.total() <= 0.01 * len(SEEDS) * len(items_of(checkout)), "more than one item in a hundred"
