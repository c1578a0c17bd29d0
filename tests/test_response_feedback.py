"""Is each kind answered with its own rationales, and nothing more?"""

from html import escape

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


# What is told of RIGHT, of WRONG, and as the key: text, and which of the item's rationales.
CUSTODY = "It tells the jail that DHS wants custody"
NOTICE = "It asks the jail for notice of release"
CHARGES = "It lists the charges in a removal case"
PATH = "The Notice to Appear → The first short hearing → The judge's decision → The appeal to the Board"
BACK = "The appeal to the Board → The judge's decision → The first short hearing → The Notice to Appear"
PASS_ON = "A call: Say the line from the wall, ask for the form's number, and have Ruth Okafor fetched."
SAY_NO = "A call: Say that such papers give up the hearing and that he must refuse it, and log the call."
REQUEST = "A fax from the jail: A request to the jail, with the last hour under the regulation and by the form."
ORDER = "A fax from the jail: A court's order to the jail, with one last hour: Sunday at 5 p.m."
DETAINER, WARRANT, I862 = "Form I-247A: ", "Form I-200: ", "Form I-862: "
ASKS, ARRESTS, LISTS = (
    "Asks a jail for notice before release", "Lets ICE arrest and hold a person", "Lists the charges in a removal case",
)  # fmt: skip
TOLD_RIGHT = {
    "one": [("Tuesday, 5 p.m.", "tuesday")],
    "all": [(CUSTODY, "custody"), (NOTICE, "notice")],
    "match": [(DETAINER + ASKS, "detainer"), (WARRANT + ARRESTS, "warrant"), (I862 + LISTS, "notice")],
    "order": [(PATH, "right")],
    "entry": [("2026-11-10", "right")],
    "case": [(PASS_ON, "the-call"), (REQUEST, "the-fax")],
}
TOLD_WRONG = {
    "one": [("Sunday, 5 p.m.", "sunday")],
    "all": [(CHARGES, "charges")],
    "match": [(DETAINER + LISTS, "detainer"), (WARRANT + ASKS, "warrant")],
    "order": [(BACK, "wrong")],
    "entry": [("2026-11-08", "wrong")],
    "case": [(SAY_NO, "the-call"), (ORDER, "the-fax")],
}
WHOLE = ("one", "order", "entry")  # kinds whose outcome says whether the one part is right


def practice(kind, *responses):
    item = parse(EXAMPLES[kind])
    return response_feedback.practice(item, Journal(tuple(Entry(item.id, response) for response in responses)))


def told(kind, parts, heading):
    """Parts as practice gives them, with the words of the item's own rationales."""
    rationale = parse(EXAMPLES[kind]).key.rationale
    return [[heading, text, rationale[name]] for text, name in parts]


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_response_is_told_why_and_its_sources(kind):
    feedback = practice(kind, RIGHT[kind])
    assert feedback["outcome"] == "right" and feedback["sources"] and feedback["missed"] == ""
    assert feedback["reasons"] == told(kind, TOLD_RIGHT[kind], "You chose" if kind in WHOLE else "Right:")
    assert set(feedback["marks"].values()) == {"right"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_response_is_told_why_and_not_the_key(kind):
    feedback = practice(kind, WRONG[kind])
    assert feedback["outcome"] == "wrong" and feedback["sources"] == []
    assert feedback["reasons"] == told(kind, TOLD_WRONG[kind], "You chose" if kind in WHOLE else "Not right:")
    assert feedback["hint"] == parse(EXAMPLES[kind]).key.hint
    assert set(feedback["marks"].values()) == {"wrong"}


@pytest.mark.parametrize("kind", KINDS)
def test_after_the_second_wrong_try_the_key_is_told(kind):
    feedback = practice(kind, WRONG[kind], WRONG[kind])
    wrong = told(kind, TOLD_WRONG[kind], "You chose" if kind in WHOLE else "Not right:")
    assert feedback["reasons"] == wrong + told(kind, TOLD_RIGHT[kind], "The right answer:")
    assert feedback["sources"] and feedback["hint"] == ""
    assert practice(kind, WRONG[kind], RIGHT[kind])["outcome"] == "right"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("right", [True, False])
def test_the_feedback_page_says_why_and_no_more(kind, right):
    item = parse(EXAMPLES[kind])
    response, parts = (RIGHT[kind], TOLD_RIGHT[kind]) if right else (WRONG[kind], TOLD_WRONG[kind])
    page = response_feedback.graded(item, scoring.score(item, response), response)
    heading = "You chose:" if kind in WHOLE else "Right:" if right else "Not right:"
    lines = page["text/plain"].removeprefix(item.stem).strip().split("\n")
    assert lines[0] == ("Right" if right else "Not right")
    assert lines[1] == f"{item.points if right else 0:g} of {item.points:g} points"
    assert lines[2 : 2 + len(parts)] == [f"{heading} {text} {item.key.rationale[name]}" for text, name in parts]
    assert len(lines) - 2 - len(parts) == len(item.key.facts), "a citation for each fact, and nothing more"
    for name, rationale in item.key.rationale.items():
        assert (escape(rationale) in page["text/html"]) == (name in [name for _, name in parts])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("response", [None, ["no-such"], "<script>x</script>"])
def test_the_feedback_page_of_an_answer_that_is_none_gives_no_rationale(kind, response):
    item = parse(EXAMPLES[kind])
    page = response_feedback.graded(item, scoring.score(item, response), response)
    assert not any(rationale in page["text/plain"] for rationale in item.key.rationale.values())
    assert "<script" not in page["text/html"]


def test_of_several_parts_each_is_told_right_from_not_right_in_words():
    chosen = ["custody", "charges"]
    heads = {reason[0] for reason in practice("all", chosen)["reasons"]}
    assert heads == {"Right:", "Not right:"}
    item = parse(EXAMPLES["all"])
    page = response_feedback.graded(item, scoring.score(item, chosen), chosen)["text/html"]
    assert f"Right: <q>{item.options['custody']}" in page and f"Not right: <q>{item.options['charges']}" in page
    assert practice("one", WRONG["one"])["reasons"][0][0] == "You chose", "the outcome above says it"


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
    feedback = practice("entry", "Tuesday")
    assert feedback["outcome"] == "wrong" and "is not a date" in feedback["missed"] and feedback["reasons"] == []
