"""Are the statistics those of the field? Held against R's psych package on published data, and against brute force."""

import itertools
import math
import statistics

import numpy as np
import pytest
from conftest import EXAMPLES

from icecourse.instructor.report import analysis, distractors, formulas, mastery
from icecourse.instructor.report.analysis import Answer
from icecourse.item.grammar import parse
from icecourse.item.scoring import score

# Bock and Lieberman (1970), Psychometrika 35: sections 6 and 7 of the Law School Admission Test, 1,000 people each, as
# how often each pattern of right (1) and wrong (0) came. The figures below are those of R 4.2.2 with psych 2.2.9:
# alpha(lsat6), alpha(lsat7): $total$raw_alpha, $item.stats$mean, $item.stats$r.drop, $total$ase (Duhachek 2004).
LSAT6 = {
    "00000": 3, "00001": 6, "00010": 2, "00011": 11, "00100": 1, "00101": 1, "00110": 3, "00111": 4, "01000": 1,
    "01001": 8, "01011": 16, "01101": 3, "01110": 2, "01111": 15, "10000": 10, "10001": 29, "10010": 14, "10011": 81,
    "10100": 3, "10101": 28, "10110": 15, "10111": 80, "11000": 16, "11001": 56, "11010": 21, "11011": 173,
    "11100": 11, "11101": 61, "11110": 28, "11111": 298,
}  # fmt: skip
LSAT7 = {
    "00000": 12, "00001": 19, "00010": 1, "00011": 7, "00100": 3, "00101": 19, "00110": 3, "00111": 17, "01000": 10,
    "01001": 5, "01010": 3, "01011": 7, "01100": 7, "01101": 23, "01110": 8, "01111": 28, "10000": 7, "10001": 39,
    "10010": 11, "10011": 34, "10100": 14, "10101": 51, "10110": 15, "10111": 90, "11000": 6, "11001": 25,
    "11010": 7, "11011": 35, "11100": 18, "11101": 136, "11110": 32, "11111": 308,
}  # fmt: skip
PSYCH = {
    "alpha": (0.2949971922, 0.4534087354),
    "mean": (0.924, 0.709, 0.553, 0.763, 0.870),
    "r.drop": (
        (0.1128326889, 0.1531781201, 0.1727789433, 0.1444280952, 0.1215964025),
        (0.2457316499, 0.2466735767, 0.3131792534, 0.2227512541, 0.1747863009),
    ),
    "ase": 0.03422249208,
}


def people(patterns: dict[str, int]) -> np.ndarray:
    return np.array([[float(mark) for mark in pattern] for pattern, times in patterns.items() for _ in range(times)])


def test_facility_discrimination_and_alpha_are_those_of_r_on_published_data():
    for number, data in enumerate(map(people, (LSAT6, LSAT7))):
        assert data.shape == (1000, 5)
        found = [formulas.correlation(data[:, n], formulas.rest_scores(data)[:, n]) for n in range(5)]
        assert found == pytest.approx(PSYCH["r.drop"][number], abs=1e-9)
        assert formulas.alpha(data) == pytest.approx(PSYCH["alpha"][number], abs=1e-9)
    assert formulas.facility(people(LSAT6)) == pytest.approx(PSYCH["mean"])


def test_alpha_of_items_that_are_right_or_wrong_is_kuder_and_richardsons():
    data = people(LSAT6)
    p, k = data.mean(axis=0), 5
    kr20 = k / (k - 1) * (1 - sum(p * (1 - p)) / statistics.pvariance(data.sum(axis=1)))
    assert formulas.alpha(data) == pytest.approx(kr20)


def test_the_bootstrap_agrees_with_the_analytic_standard_error():
    drawn = formulas.alpha_bootstrap(people(LSAT6), draws=4000)
    assert drawn.std() == pytest.approx(PSYCH["ase"], rel=0.1)
    assert np.mean(drawn) == pytest.approx(PSYCH["alpha"][0], abs=0.01)


def test_a_bootstrap_sample_is_the_alpha_of_the_trainees_in_it():
    data = people(LSAT7)[::40]
    times = formulas.resample(len(data), 50, seed=3)
    assert times.shape == (50, len(data)) and (times.sum(axis=1) == len(data)).all()
    slow = [formulas.alpha(np.repeat(data, row.astype(int), axis=0)) for row in times]
    assert formulas.alpha_bootstrap(data, draws=50, seed=3) == pytest.approx(slow)


def test_the_interval_holds_the_true_alpha_as_often_as_it_says():
    # Parallel items, true score + error: alpha = k rho / (1 + (k - 1) rho) (Spearman and Brown).
    k, rho, inside = 6, 0.3, 0
    true = k * rho / (1 + (k - 1) * rho)
    for seed in range(100):
        draw = np.random.default_rng(seed)
        scores = draw.normal(size=(60, 1)) * math.sqrt(rho) + draw.normal(size=(60, k)) * math.sqrt(1 - rho)
        low, high = np.percentile(formulas.alpha_bootstrap(scores, draws=400, seed=seed), [2.5, 97.5])
        inside += low <= true <= high
    assert inside >= 89  # the percentile interval is known to be a little narrow at 60


def test_the_interval_of_a_correlation_holds_the_true_one_as_often_as_it_says():
    inside = 0
    for seed in range(400):
        x, e = np.random.default_rng(seed).normal(size=(2, 40))
        low, high = formulas.interval(formulas.correlation(x, 0.5 * x + math.sqrt(0.75) * e), 40)
        inside += low <= 0.5 <= high
    assert 368 <= inside <= 396


def test_the_standard_error_of_measurement_is_the_spread_about_a_true_score():
    # With known error variance 1 an item, the errors of the total of k items have sd sqrt(k).
    draw = np.random.default_rng(1)
    scores = draw.normal(size=(20000, 1)) * 1.5 + draw.normal(size=(20000, 8))
    assert formulas.measurement_error(scores) == pytest.approx(math.sqrt(8), rel=0.02)


def test_efficiency_is_the_covariance_over_the_largest_of_all_orders():
    draw = np.random.default_rng(5)
    for _ in range(5):
        x, y = draw.integers(0, 2, 7).astype(float), draw.normal(size=7)
        x[:2] = 0, 1
        largest = max(np.cov(order, y)[0, 1] for order in itertools.permutations(x))
        assert formulas.efficiency(x, y) == pytest.approx(np.cov(x, y)[0, 1] / largest)


def test_the_rest_of_a_trainee_who_missed_an_assignment_is_what_was_handed_in():
    shares = np.array([[1, 0, 1, np.nan], [0, 0, 1, 1], [1, 1, np.nan, 0], [0, 1, 0, 1.0]])
    means = np.nanmean(shares, axis=0)
    found = formulas.rest_scores(shares)
    for trainee, item in itertools.product(range(4), range(4)):
        others = [shares[trainee, n] - means[n] for n in range(4) if n != item and not math.isnan(shares[trainee, n])]
        assert found[trainee, item] == pytest.approx(statistics.mean(others))


def test_a_constant_item_has_no_discrimination_and_raises_no_warning():
    shares = np.array([[1.0, 0], [1, 1], [1, 0]])
    with np.errstate(all="raise"):
        assert math.isnan(formulas.correlation(shares[:, 0], formulas.rest_scores(shares)[:, 0]))
        assert math.isnan(formulas.efficiency(shares[:, 0], formulas.rest_scores(shares)[:, 0]))
        assert math.isnan(formulas.alpha(np.ones((5, 3))))
        assert not len(formulas.alpha_bootstrap(np.ones((5, 3))))


def test_the_groups_are_the_best_and_the_weakest_27_percent_with_ties():
    upper, lower = formulas.groups(np.arange(100.0))
    assert np.flatnonzero(upper).tolist() == list(range(73, 100))
    assert np.flatnonzero(lower).tolist() == list(range(27))
    upper, _ = formulas.groups(np.array([3.0, 3, 3, 2, 1, 1, 0, 0, np.nan]))
    assert np.flatnonzero(upper).tolist() == [0, 1, 2]


# -- from answers -----------------------------------------------------------------------------------------------


def answers_of(item, responses, elsewhere, **more) -> list[Answer]:
    """Answers to one item, and to one other by which the trainees are known."""
    return [
        answer
        for n, (response, other) in enumerate(zip(responses, elsewhere, strict=True))
        for answer in (
            Answer(f"t{n}", "quiz", item.id, score(item, response).earned, item.points, response, **more),
            Answer(f"t{n}", "quiz", "elsewhere", other, 10),
        )
    ]


def test_the_distractor_table_of_one(item_source):
    item = parse(item_source)  # tuesday is right
    responses = [["tuesday"]] * 4 + [["monday"]] * 3 + [["sunday"]] + [["monday"]] + [None]
    found = analysis.item_statistics(answers_of(item, responses, [1, 2, 3, 4, 10, 9, 8, 2, 3, 1]), {item.id: item})[0]
    rows = {choice.pick: choice for choice in found.choices}
    assert [rows[name].count for name in ("tuesday", "monday", "sunday")] == [4, 4, 1]
    assert found.unanswered == 1 and found.facility == 0.4 and found.n == 10
    assert rows["monday"].upper == 1 and rows["tuesday"].upper == 0 and rows["tuesday"].right
    assert rows["monday"].discrimination > 0.5 > 0 > found.discrimination
    assert rows["monday"].ahead > 1 and math.isnan(rows["tuesday"].ahead)
    flags = [float(response == ["monday"]) for response in responses]
    other = [1, 2, 3, 4, 10, 9, 8, 2, 3, 1]
    assert rows["monday"].discrimination == pytest.approx(statistics.correlation(flags, other))


@pytest.mark.parametrize(
    ("kind", "right", "wrong", "table"),
    [
        ("one", ["tuesday"], ["sunday"], [("sunday", 4, False), ("monday", 0, False), ("tuesday", 6, True)]),
        (
            "all", ["custody", "notice"], ["charges", "notice"],
            [("custody", 6, True), ("notice", 10, True), ("charges", 4, False)],
        ),
        (
            "match",
            {"detainer": "asks", "warrant": "arrests", "notice": "charges"},
            {"detainer": "asks", "warrant": "charges", "notice": "asks"},
            [
                ("detainer: asks", 10, True), ("warrant: arrests", 6, True), ("warrant: charges", 4, False),
                ("notice: charges", 6, True), ("notice: asks", 4, False),
            ],
        ),
        (
            "order", ["notice", "master", "decision", "appeal"], ["master", "notice", "decision", "appeal"],
            [("notice > master > decision > appeal", 6, True), ("master > notice > decision > appeal", 4, False)],
        ),
        ("entry", "11/10/2026", " 2026-11-09", [("11/10/2026", 6, True), ("2026-11-09", 4, False)]),
        ("case", ["pass-on", "request"], ["say-no", "plain", "order"], []),
    ],
)  # fmt: skip
def test_the_distractor_table_of_every_kind(kind, right, wrong, table):
    item = parse(EXAMPLES[kind])
    [row] = analysis.item_statistics(answers_of(item, [right] * 6 + [wrong] * 4, range(10)), {item.id: item})
    shown = [(f"{c.slot}: {c.pick}" if c.slot else c.pick, c.count, c.right) for c in row.choices]
    assert shown == table


def test_an_answer_that_no_screen_gives_chooses_nothing(item_source):
    item = parse(item_source)
    assert distractors.picks(item, ["friday"]) == distractors.picks(item, 7) == distractors.picks(item, None) == []


def test_reliability_counts_those_who_handed_in_and_knows_kr20():
    rows = [
        Answer(f"t{n}", "quiz-01", f"i{m}", mark, 1.0)
        for n, person in enumerate(people(LSAT6))
        for m, mark in enumerate(person)
    ]
    rows += [Answer("t0", "quiz-02", "j0", 1.0, 2.0), Answer("t1", "quiz-02", "j0", 2.0, 2.0)]
    rows += [Answer("t1", "quiz-02", "dropped", 0.0, 0.0)]
    first, second = analysis.reliability(rows)
    assert (first.assignment, first.n, first.items, first.kr20) == ("quiz-01", 1000, 5, True)
    assert first.alpha == pytest.approx(PSYCH["alpha"][0]) and first.low < first.alpha < first.high
    assert first.sem == pytest.approx(people(LSAT6).sum(axis=1).std(ddof=1) * math.sqrt(1 - PSYCH["alpha"][0]))
    assert (second.n, second.items, second.possible, second.mean, second.kr20) == (2, 1, 2, 1.5, False)
    assert math.isnan(second.alpha) and math.isnan(second.sem)


def test_confident_and_wrong_is_counted_by_objective(item_source):
    item = parse(item_source)
    rows = answers_of(item, [["monday"], ["monday"], ["sunday"]], [1, 2, 3], confidence="sure")
    rows += answers_of(item, [["tuesday"]], [1], confidence="sure")
    rows += answers_of(item, [["monday"]], [1], confidence="guess")
    (found,) = mastery.confident_and_wrong(rows, {item.id: item})
    assert (found.objective, found.sure, len(found.wrong)) == (item.objective, 4, 3)
    assert found.most == (item.id, "", "monday", 2)


def test_gain_is_over_those_who_handed_in_both():
    def rows(assignment, item, shares):
        return [Answer(f"t{n}", assignment, item, share, 1.0) for n, share in enumerate(shares) if share is not None]

    answers = rows("diagnostic", "a", [0, 0, 1, None]) + rows("final", "b", [1, 0, 1, 1])
    (found,) = mastery.gain(answers, {"a": "window", "b": "window"}, "diagnostic", "final")
    assert (found.n, found.before, found.after) == pytest.approx((3, 1 / 3, 2 / 3))
    assert found.normalised == pytest.approx(0.5)
    assert found.low < 1 / 3 < found.high


def test_what_was_learned_is_a_mean_over_trainees():
    answers = [
        Answer("ann", "quiz", "a", 1, 1), Answer("ann", "quiz", "b", 1, 2), Answer("ben", "quiz", "a", 0, 1),
        Answer("ben", "quiz", "c", 1, 1),
    ]  # fmt: skip
    (found,) = mastery.learned(answers, {"a": "window", "b": "window"})
    assert (found.objective, found.items, found.n) == ("window", 2, 2)
    assert found.share == pytest.approx((0.75 + 0) / 2)
