"""Does the table of kinds tell each kind's key and parts as the field knows them, stated here kind by kind?"""

from dataclasses import replace

import pytest
from conftest import EXAMPLES

from icecourse.grading.regrade import ItemChange, Plan, sentences
from icecourse.item import kinds
from icecourse.item.grammar import parse

KEY_TEXT = {
    "one": "tuesday",
    "all": "custody, notice",
    "match": "detainer: asks, warrant: arrests, notice: charges",
    "order": "notice > master > decision > appeal",
    "entry": "2026-11-10",
    "case": "the-call: pass-on, the-fax: request",
}


def test_there_is_an_example_of_every_kind():
    assert set(EXAMPLES) == set(kinds.KINDS) == set(KEY_TEXT)


@pytest.mark.parametrize("kind", KEY_TEXT)
def test_the_key_as_text(kind):
    assert kinds.key_text(parse(EXAMPLES[kind])) == KEY_TEXT[kind]


def test_the_key_as_text_says_how_far_off_an_entry_may_be():
    item = parse(EXAMPLES["entry"])
    item = replace(item, key=replace(item.key, correct=("2026-11-10", "2026-11-12"), tolerance=1))
    assert kinds.key_text(item) == "2026-11-10, 2026-11-12 (or within 1)"


@pytest.mark.parametrize("kind", KEY_TEXT)
def test_what_the_key_counts_is_right_when_it_is_picked(kind):
    item = parse(EXAMPLES[kind])
    assert all(kinds.of(item).is_right(item, slot, pick) for slot, pick in kinds.of(item).key_picks(item))


def test_a_regrade_of_a_branching_case_says_what_the_key_was_and_is():
    before = parse(EXAMPLES["case"])
    after = parse(EXAMPLES["case"].replace('the-call = "pass-on"', 'the-call = "wait"'))
    plan = Plan((ItemChange(after, 3, before),), (), {}, 0, True)
    line = next(line for line in sentences("quiz", plan, 70) if after.id in line)
    assert line == (
        f"  {after.id} (3 grades): key was {KEY_TEXT['case']}, is {KEY_TEXT['case'].replace('pass-on', 'wait')}"
    )
    unknown = Plan((ItemChange(after, 3, None),), (), {}, 0, True)
    assert any("graded before versions were kept" in line for line in sentences("quiz", unknown, 70))
