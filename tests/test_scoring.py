"""Does a response earn what the rule of its kind says, and is an invalid one told from a wrong one?"""

import itertools
import math
from dataclasses import replace

import pytest
from conftest import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st

from icecourse.item.grammar import KINDS, Key, parse
from icecourse.item.scoring import OUTCOMES, score

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


PARSED = {kind: parse(source) for kind, source in EXAMPLES.items()}


def example(kind, **changes):
    return replace(PARSED[kind], **changes)


@pytest.mark.parametrize(
    ("kind", "response", "earned", "outcome"),
    [
        ("match", {"detainer": "asks", "warrant": "arrests", "notice": "charges"}, 1.0, "right"),
        ("match", {"detainer": "asks", "warrant": "charges"}, 1 / 3, "partly"),
        ("match", {"detainer": "charges"}, 0.0, "wrong"),
        ("match", {}, 0.0, "unanswered"),
        ("match", {"detainer": "nowhere"}, 0.0, "invalid"),
        ("match", {"other": "asks"}, 0.0, "invalid"),
        ("match", {"detainer": ["asks"]}, 0.0, "invalid"),
        ("match", ["asks"], 0.0, "invalid"),
        ("order", ["notice", "master", "decision", "appeal"], 1.0, "right"),
        ("order", ["master", "notice", "decision", "appeal"], 2 / 3, "partly"),
        ("order", ["master", "decision", "appeal", "notice"], 2 / 3, "partly"),
        ("order", ["appeal", "decision", "master", "notice"], 0.0, "wrong"),
        ("order", [], 0.0, "unanswered"),
        ("order", ["notice", "master"], 0.0, "invalid"),
        ("order", ["notice", "notice", "decision", "appeal"], 0.0, "invalid"),
        ("entry", "2026-11-10", 1.0, "right"),
        ("entry", "Nov. 10, 2026", 1.0, "right"),
        ("entry", "11/9/2026", 0.0, "wrong"),
        ("entry", "", 0.0, "unanswered"),
        ("entry", "Tuesday", 0.0, "invalid"),
        ("entry", "x" * 2000, 0.0, "invalid"),
        ("entry", ["2026-11-10"], 0.0, "invalid"),
        ("case", ["pass-on", "request"], 2.0, "right"),
        ("case", ["wait", "later", "request"], 1.0, "partly"),
        ("case", ["pass-on"], 1.0, "partly"),
        ("case", ["say-no", "plain", "order"], 0.0, "wrong"),
        ("case", [], 0.0, "unanswered"),
        ("case", ["request"], 0.0, "invalid"),
        ("case", ["pass-on", "request", "request"], 0.0, "invalid"),
        ("case", ["pass-on", ["request"]], 0.0, "invalid"),
    ],
)
def test_the_rule_of_the_other_kinds(kind, response, earned, outcome):
    got = score(example(kind), response)
    assert got.earned == pytest.approx(earned) and got.outcome == outcome
    assert type(got.earned) is float


@pytest.mark.parametrize(
    ("format", "correct", "tolerance", "given", "outcome"),
    [
        ("date", "2026-11-10", 1, "2026-11-11", "right"),
        ("date", "2026-11-10", 1, "2026-11-12", "wrong"),
        ("number", "155", 0, "$155.00", "right"),
        ("number", "155", 0.5, "155.5", "right"),
        ("number", "155", 0.5, "155.51", "wrong"),
        ("number", "0.3", 0.1, "0.4", "right"),  # exact decimals, no binary rounding
        ("text", "Form I-200", 0, "form i–200", "right"),
        ("text", "Form I-200", 0, "I-205", "wrong"),
    ],
)
def test_an_entry_counts_within_its_tolerance(format, correct, tolerance, given, outcome):
    item = example("entry", format=format)
    item = replace(item, key=replace(item.key, correct=(correct,), tolerance=tolerance))
    assert score(item, given).outcome == outcome


def longest_by_trying(response, correct):
    """The slow, obvious way: the longest subsequence of the response that stands in the right order."""
    return max(
        size
        for size in range(1, len(response) + 1)
        for some in itertools.combinations(response, size)
        if list(some) == sorted(some, key=correct.index)
    )


@given(st.permutations(list(WORDS)))
def test_an_order_scores_its_longest_right_subsequence(response):
    options = {word: word for word in WORDS}
    item = example("order", options=options)
    item = replace(item, key=replace(item.key, correct=WORDS))
    assert score(item, response).earned == pytest.approx((longest_by_trying(response, WORDS) - 1) / (len(WORDS) - 1))


@given(
    st.dictionaries(st.sampled_from(("detainer", "warrant", "notice")), st.sampled_from(("asks", "arrests", "charges")))
)
def test_a_match_scores_its_share_of_right_pairs(response):
    item = example("match")
    right = sum(item.key.pairs[left] == option for left, option in response.items())
    got = score(item, response)
    assert got.earned == pytest.approx(right / 3)
    assert got.outcome == ("unanswered" if not response else "right" if right == 3 else "partly" if right else "wrong")


@given(
    response=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda some: st.lists(some) | st.dictionaries(st.text(), some),
        max_leaves=6,
    )
)
def test_whatever_stands_in_a_journal_is_scored_without_a_fault(response):
    for kind in KINDS:
        item = example(kind)
        got = score(item, response)
        assert type(got.earned) is float and 0 <= got.earned <= item.points and got.outcome in OUTCOMES, kind
