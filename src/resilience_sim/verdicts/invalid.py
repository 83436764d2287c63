"""Rules that must be caught: each is in common use, each is wrong, and the tests assert how wrong.

INVALID, all of them. They are kept as negative controls: a check of verdicts that would not notice one of these is no
check. Nothing in this library uses them.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrc, ndtri

__all__ = [
    "half_width_says_stop", "normal_half_width", "peeking_clopper_pearson", "pooled_wilson",
    "sequential_probability_ratio", "share_dropping_the_waiting",
]  # fmt: skip

Flags = npt.NDArray[np.bool_]


def peeking_clopper_pearson(
    successes: npt.ArrayLike, replications: npt.ArrayLike, threshold: float, *, level: float
) -> tuple[Flags, Flags]:
    """INVALID if looked at more than once: whether the Clopper–Pearson interval lies above, or below, the threshold.

    The interval covers at one number of replications fixed beforehand. Watching it until it excludes the threshold
    makes a false exclusion certain in the long run: at 95 %, .37 by 1000 replications where the threshold is the truth.
    """
    won, n = np.asarray(successes), np.asarray(replications)
    tail = (1 - level) / 2
    # P(at least S) is 1 at S = 0, and bdtrc wants S - 1 >= 0
    at_least = np.where(won > 0, bdtrc(np.maximum(won - 1, 0), n, threshold), 1.0)
    return np.asarray(at_least < tail), np.asarray(bdtr(won, n, threshold) < tail)


def pooled_wilson(good: float, count: float, *, level: float) -> tuple[float, float]:
    """INVALID for calls of the same days: Wilson's interval for `good` of `count`, as if all were independent.

    Calls of a day wait in the same queue and are late together; the variance of the pooled share is many times the
    binomial one, and the interval covers less than half as often as it says. Right is the ratio of sums per day.
    """
    z = float(ndtri((1 + level) / 2))
    share = good / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return centre - reach, centre + reach


def half_width_says_stop(
    successes: npt.ArrayLike, replications: npt.ArrayLike, half_width: float, *, level: float
) -> Flags:
    """INVALID: whether the normal half-width of the share seen is small enough to stop.

    A first block without failures has no variance at all, and stops at once with an interval of one point.
    """
    n = np.asarray(replications, dtype=float)
    share = np.asarray(successes) / n
    return np.asarray(ndtri((1 + level) / 2) * np.sqrt(share * (1 - share) / (n - 1)) <= half_width)


def normal_half_width(values: npt.ArrayLike, *, error: float) -> float:
    """INVALID for few values and a small error: half-width of the mean's interval by normal quantiles.

    With 10 values and a two-sided error of 1e-8 Student's quantile is 19.8, the normal one 5.7.
    """
    x = np.asarray(values, dtype=float)
    return -float(ndtri(error / 2)) * float(x.std(ddof=1)) / math.sqrt(x.size)


def sequential_probability_ratio(
    successes: npt.ArrayLike, replications: npt.ArrayLike, threshold: float, margin: float, *, error: float
) -> tuple[Flags, Flags]:
    """INVALID as a verdict on the threshold: whether Wald's test of θ + δ against θ − δ decides for, or against.

    It always answers, and inside θ ± δ it answers by chance: with the truth on the threshold about half the time each.
    """
    won = np.asarray(successes, dtype=float)
    lost = np.asarray(replications) - won
    better, worse = threshold + margin, threshold - margin
    ratio = won * math.log(better / worse) + lost * math.log((1 - better) / (1 - worse))
    bar = math.log((1 - error) / error)
    return np.asarray(ratio >= bar), np.asarray(ratio <= -bar)


def share_dropping_the_waiting(waits_s: npt.ArrayLike, answered: npt.ArrayLike, limit_s: float) -> float:
    """INVALID: share answered within the limit, of the calls answered before the end.

    Calls still waiting at the end are those of the longest waits; once past the limit they count as missed.
    """
    waits, done = np.asarray(waits_s, dtype=float), np.asarray(answered, dtype=bool)
    return float((waits[done] <= limit_s).mean())
