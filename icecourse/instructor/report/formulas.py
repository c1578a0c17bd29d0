"""The formulas of item analysis and reliability, on arrays. Nothing here knows an item or a trainee.

``shares`` is a matrix of trainees by items, NaN where a trainee has not handed in the assignment of an item.
"""

import math

import numpy as np

TAIL = 0.27  # the upper and lower groups: Kelley (1939), The selection of upper and lower groups, J. Educ. Psych. 30
DRAWS = 1000  # of the bootstrap
Z95 = 1.959964  # the standard normal's 97.5 % point


def facility(shares: np.ndarray) -> np.ndarray:
    """The mean share of each item, over those who handed it in.

    Crocker and Algina (1986), Introduction to Classical and Modern Test Theory, ch. 14; Moodle's "facility index".
    """
    return _mean(shares, 0)


def rest_scores(shares: np.ndarray) -> np.ndarray:
    """Rest scores, trainees by items: how the trainee did on everything else, the mean of (share - its facility).

    With nothing missing this is the classical rest score (total less the item) up to a shift and a scale, so that
    correlations with it are the same. Centring on the facility keeps it fair where trainees handed in different
    assignments. NaN where there is nothing else.
    """
    apart = shares - facility(shares)
    there = ~np.isnan(apart)
    total, count = np.where(there, apart, 0).sum(axis=1, keepdims=True), there.sum(axis=1, keepdims=True)
    others = count - there
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(others > 0, (total - np.where(there, apart, 0)) / others, np.nan)


def correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Pearson's r over the pairs without NaN; NaN for fewer than three or without variation."""
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    return float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))


def interval(r: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a correlation over n pairs: Fisher (1915), Biometrika 10, through z = atanh r."""
    if math.isnan(r) or n < 4 or abs(r) == 1:
        return math.nan, math.nan
    z, half = math.atanh(r), Z95 / math.sqrt(n - 3)
    return math.tanh(z - half), math.tanh(z + half)


def mean_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and its 95 % interval by the normal approximation, mean +- 1.96 sd / sqrt n; no interval below two."""
    mean = float(values.mean()) if len(values) else math.nan
    half = Z95 * float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return mean, mean - half, mean + half


def efficiency(share: np.ndarray, rest: np.ndarray) -> float:
    """Discriminative efficiency: the covariance of item and rest over the largest that these scores could have.

    The largest is that of both in ascending order (the rearrangement inequality). Moodle, quiz statistics report
    (question/classes/statistics/questions/calculator.php: 100 * covariance / covariancemax).
    """
    both = ~(np.isnan(share) | np.isnan(rest))
    x, y = share[both], rest[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    return float((x @ y) / (np.sort(x) @ np.sort(y)))


def alpha(scores: np.ndarray) -> float:
    """Cronbach's alpha of a complete matrix of points: k/(k-1) * (1 - sum of the items' variances / the total's).

    Cronbach (1951), Psychometrika 16, 297-334. Where each item is right or wrong it is KR-20: Kuder and Richardson
    (1937), Psychometrika 2, 151-160. NaN below two trainees or two items, and where all totals are alike.
    """
    n, k = scores.shape
    total = scores.sum(axis=1)
    if n < 2 or k < 2 or np.ptp(total) == 0:
        return math.nan
    return float(k / (k - 1) * (1 - scores.var(axis=0, ddof=1).sum() / total.var(ddof=1)))


def alpha_bootstrap(scores: np.ndarray, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """Alphas of samples of the trainees drawn with replacement: Efron and Tibshirani (1993), An Introduction to the
    Bootstrap, ch. 6 and 13. Samples without variation are left out. The seed makes a report repeatable.

    A sample is how often it holds each trainee, so that all sums are two products of matrices.
    """
    n, k = scores.shape
    if math.isnan(alpha(scores)):
        return np.empty(0)
    times = resample(n, draws, seed)
    columns = np.column_stack([scores, scores.sum(axis=1)])
    columns = columns - columns.mean(axis=0)  # keeps the squares small
    variances = (times @ columns**2) - (times @ columns) ** 2 / n  # times n - 1, which cancels
    good = variances[:, -1] > 1e-12
    return k / (k - 1) * (1 - variances[good, :-1].sum(axis=1) / variances[good, -1])


def resample(n: int, draws: int, seed: int) -> np.ndarray:
    """How often each of n trainees is in each of so many samples of n, drawn with replacement: draws x n."""
    drawn = np.random.default_rng(seed).integers(0, n, size=(draws, n)) + np.arange(draws)[:, None] * n
    return np.bincount(drawn.ravel(), minlength=draws * n).reshape(draws, n).astype(float)


def measurement_error(scores: np.ndarray) -> float:
    """The standard error of measurement, in points: sd of the totals * sqrt(1 - alpha). Crocker and Algina, ch. 7."""
    reliability = alpha(scores)
    if math.isnan(reliability):
        return math.nan
    return float(scores.sum(axis=1).std(ddof=1) * math.sqrt(max(0.0, 1 - reliability)))


def groups(rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The upper and the lower group by the rest score, as masks: 27 % each, and all who tie with the last of them."""
    known = np.sort(rest[~np.isnan(rest)])
    if not len(known):
        return np.zeros(len(rest), bool), np.zeros(len(rest), bool)
    size = math.ceil(TAIL * len(known))
    with np.errstate(invalid="ignore"):
        return rest >= known[-size], rest <= known[size - 1]


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    """The mean over what is not NaN; NaN, without a warning, where there is nothing."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(there, values, 0).sum(axis=axis) / there.sum(axis=axis)
