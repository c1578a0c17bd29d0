"""Does a response earn what the rule of its kind says, and is an invalid one told from a wrong one?"""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icecourse.items import Key, parse
from icecourse.scoring import OUTCOMES, score

WORDS = ("a", "b", "c", "d", "e")


def build(item_source, kind="one", correct=("tuesday",), **fields):
    item = parse(item_source)
    return replace(item, kind=kind, key=replace(item.key, correct=correct), **fields)


@pytest.mark.parametrize(
    ("kind", "correct", "response", "earned", "outcome"),
    [
        ("one", ("tuesday",), ["tuesday"], 1.0, "right"),
        ("one", ("tuesday",), ["sunday"], 0.0, "wrong"),
        ("one", ("tuesday", "monday"), ["monday"], 1.0, "right"),
        ("one", ("tuesday",), [], 0.0, "unanswered"),
        ("one", ("tuesday",), None, 0.0, "unanswered"),
        ("one", ("tuesday",), ["tuesday", "monday"], 0.0, "invalid"),
        ("all", ("monday", "tuesday"), ["monday", "tuesday"], 1.0, "right"),
        ("all", ("monday", "tuesday"), ["monday"], 0.5, "partly"),
        ("all", ("monday", "tuesday"), ["monday", "sunday"], 0.0, "wrong"),
        ("all", ("monday", "tuesday"), ["monday", "tuesday", "sunday"], 0.5, "partly"),
        ("all", ("tuesday",), ["sunday", "monday"], 0.0, "wrong"),
    ],
)
def test_the_rule_of_each_kind(item_source, kind, correct, response, earned, outcome):
    got = score(build(item_source, kind, correct), response)
    assert (got.earned, got.outcome) == (earned, outcome)


@pytest.mark.parametrize(
    "response",
    [
        ["wednesday"],
        ["tuesday", "tuesday"],
        "tuesday",
        {"tuesday": 1},
        [1],
        [None],
        3.5,
        True,
        float("nan"),
        [["tuesday"]],
    ],
)
def test_what_no_screen_can_give_is_invalid_and_says_why(item_source, response):
    got = score(build(item_source, "all"), response)
    assert got.outcome == "invalid" and got.earned == 0 and got.why.endswith(".")


def test_exact_scoring_gives_all_or_nothing(item_source):
    item = build(item_source, "all", ("monday", "tuesday"), scoring="exact")
    assert score(item, ["monday"]).earned == 0 and score(item, ["monday"]).outcome == "partly"
    assert score(item, ["tuesday", "monday"]).earned == 1


def test_an_item_without_a_key_cannot_be_scored(item_source):
    with pytest.raises(ValueError, match="has no key"):
        score(replace(parse(item_source), key=None), ["tuesday"])


@given(
    chosen=st.lists(st.sampled_from(WORDS), unique=True),
    correct=st.lists(st.sampled_from(WORDS), unique=True, min_size=1),
    points=st.floats(0, 1000, allow_nan=False),
    kind=st.sampled_from(["one", "all"]),
    exact=st.booleans(),
)
def test_a_score_is_a_plain_float_that_nbgrader_takes(chosen, correct, points, kind, exact):
    """The traps of determine_grade: False, numpy floats, text, negatives earn full marks; above the maximum fails."""
    from conftest import ITEM

    item = replace(
        parse(ITEM),
        kind=kind,
        points=points,
        options={word: word for word in WORDS},
        scoring="exact" if exact else "share",
        key=Key(tuple(correct), ("f",), {word: word for word in WORDS}),
    )
    got = score(item, chosen)
    assert type(got.earned) is float and math.isfinite(got.earned)
    assert 0 <= got.earned <= points
    assert got.outcome in OUTCOMES
    if set(chosen) == set(correct) and (kind == "all" or len(chosen) == 1):
        assert got.earned == points


@given(correct=st.sets(st.sampled_from(WORDS), min_size=1), chosen=st.sets(st.sampled_from(WORDS)))
def test_choosing_one_wrong_option_more_never_pays(correct, chosen):
    from conftest import ITEM

    options = {word: word for word in WORDS}
    item = replace(parse(ITEM), kind="all", options=options, key=Key(tuple(correct), ("f",), options))
    for extra in set(WORDS) - correct - chosen:
        assert score(item, [*chosen, extra]).earned <= score(item, list(chosen)).earned
