"""Is each kind answered with its own reasons, and nothing more?"""

import pytest
from conftest import EXAMPLES

from icecourse.item import response_feedback, scoring
from icecourse.item.grammar import KINDS, parse
from icecourse.item.journal import Entry, Journal

RIGHT = {
    "one": ["tuesday"],
    "all": ["custody", "notice"],
    "match": {"detainer": "asks", "warrant": "arrests", "notice": "charges"},
    "order": ["notice", "master", "decision", "appeal"],
    "entry": "2026-11-10",
    "case": ["pass-on", "request"],
}
WRONG = {
    "one": ["sunday"],
    "all": ["charges"],
    "match": {"detainer": "charges", "warrant": "asks"},
    "order": ["appeal", "decision", "master", "notice"],
    "entry": "2026-11-08",
    "case": ["say-no", "plain", "order"],
}


def said(kind, *responses):
    item = parse(EXAMPLES[kind])
    return response_feedback.practice(item, Journal(tuple(Entry(item.id, response) for response in responses)))


def test_contributing_has_an_example_of_every_kind():
    assert set(EXAMPLES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_practice_gives_the_answer_after_the_second_wrong_try(kind):
    first, second = said(kind, WRONG[kind]), said(kind, WRONG[kind], WRONG[kind])
    answers = [part.text for part in response_feedback.key_parts(parse(EXAMPLES[kind]))]
    assert first["outcome"] == "wrong" and not first["sources"]
    assert not any(reason[1] in answers for reason in first["reasons"])
    assert {reason[1] for reason in second["reasons"]} >= set(answers)
    assert second["sources"]
    assert said(kind, WRONG[kind], RIGHT[kind])["outcome"] == "right"


@pytest.mark.parametrize("kind", KINDS)
def test_the_feedback_page_says_why_and_no_more(kind):
    item = parse(EXAMPLES[kind])
    for response in (RIGHT[kind], WRONG[kind], None, ["no-such"], "<script>x</script>"):
        shown = response_feedback.graded(item, scoring.score(item, response), response)
        given = {part.rationale for part in response_feedback.parts(item, response)}
        for why in item.key.rationale.values():
            assert (why in shown["text/plain"]) == (why in given)
        assert "<script" not in shown["text/html"]


def test_of_several_parts_each_is_told_right_from_not_right_in_words():
    chosen = ["custody", "charges"]
    heads = {reason[0] for reason in said("all", chosen)["reasons"]}
    assert heads == {"Right:", "Not right:"}
    item = parse(EXAMPLES["all"])
    page = response_feedback.graded(item, scoring.score(item, chosen), chosen)["text/html"]
    assert f"Right: <q>{item.options['custody']}" in page and f"Not right: <q>{item.options['charges']}" in page
    assert said("one", WRONG["one"])["reasons"][0][0] == "You chose", "the outcome above says it"


def test_facts_of_one_source_are_cited_once():
    source = EXAMPLES["one"].replace(
        '["detainer-48-hours-excludes-weekends"]', '["oia-trains-foreign-police", "oia-investigates-tcos"]'
    )
    item = parse(source)
    shown = response_feedback.graded(item, scoring.score(item, ["tuesday"]), ["tuesday"])
    assert shown["text/html"].count("<li>") == 1


def test_points_are_shown_to_two_places():
    item = parse(EXAMPLES["match"])
    given = {"detainer": "asks", "warrant": "charges"}
    assert "0.33 of 1 points" in response_feedback.graded(item, scoring.score(item, given), given)["text/plain"]


def test_an_entry_that_cannot_be_read_is_told_so():
    got = said("entry", "Tuesday")
    assert got["outcome"] == "wrong" and "is not a date" in got["missed"] and got["reasons"] == []
