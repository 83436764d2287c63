"""What drill records say by themselves: laws of the time before people move, and how fast times drift.

Groups that drill together hear one alarm on one day, so their times are not independent: here a *drill* is the unit
that repeats. The logarithm of the time at which group j of drill i starts is

    ``y_ij = mu + d_i + e_ij``,  d_i the day's and e_ij the group's own deviation, both normal.

mu is estimated by the mean of the drills' means, whose variance is S1 / K, and the variance of a single time by ``S1 +
(1 - 1/n) W``: S1 the variance of the drills' means, W the variance within drills, n the harmonic mean of the groups in
a drill (unweighted means; exact where all drills have as many groups). Intervals are those of the generalised pivots

    ``S1 (K - 1) / C1``, ``W (N - K) / C2``, ``mean + Z sqrt(S1 (K - 1) / (C1 K))``,

Z normal, C1 and C2 chi-squared with K - 1 and N - K degrees of freedom. One drill has no interval: it does not tell how
days differ.

References
----------
Krishnamoorthy, K. and Mathew, T. (2003), Inferences on the means of lognormal distributions using generalized p-values
and generalized confidence intervals, Journal of Statistical Planning and Inference 115, 103-121,
10.1016/S0378-3758(02)00153-2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.experiments.drill_files import DrillRecord
from resilience_sim.randomness import LogNormal, Streams

__all__ = ["Drift", "Estimate", "StartLaw", "drill_values", "fit_drift", "fit_starts"]

Floats = npt.NDArray[np.float64]

PIVOTS = 20_000
"""Draws of the pivots: their own error is below a hundredth of an interval's length."""
LEAST_SIGMA = 1e-6
"""Of a law whose recorded times are all alike."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; ``None`` where the record gives none, inf where it sets no bound."""

    value: float
    between: tuple[float, float] | None = None


@dataclass(frozen=True)
class StartLaw:
    """The log-normal law of the time from the alarm until a group starts.

    Parameters
    ----------
    kind
        Of which groups.
    times, drills
        How many times it rests on, and in how many drills they were taken.
    median, mean
        Seconds.
    sigma
        Standard deviation of the logarithm, of one group on any day.
    of_days
        Share of the variance that days make up: it is common to the groups of a drill.
    """

    kind: str
    times: int
    drills: int
    median: Estimate
    mean: Estimate
    sigma: Estimate
    of_days: float

    @property
    def law(self) -> LogNormal:
        """To draw from."""
        return LogNormal.from_median(self.median.value, max(self.sigma.value, LEAST_SIGMA))


@dataclass(frozen=True)
class Drift:
    """How times change from drill to drill.

    Parameters
    ----------
    per_year
        Share by which times grow in a year of 365 days; below 0: they shrink. ``None`` with fewer than three drills.
    spread
        Standard deviation of the logarithm of a drill's mean time, about the line (two drills: about their mean).
    drills
        How many.
    grows, shrinks
        Whether the 95 % interval lies above 0, below 0.
    """

    per_year: Estimate | None
    spread: Estimate
    drills: int

    @property
    def grows(self) -> bool:
        """Whether the record shows that times grow."""
        return self._bound(0) > 0

    @property
    def shrinks(self) -> bool:
        """Whether the record shows that times shrink."""
        return -self._bound(1) > 0

    def _bound(self, end: int) -> float:
        none = (-math.inf, math.inf)
        between = none if self.per_year is None else self.per_year.between or none
        return between[end]


def fit_starts(record: DrillRecord) -> tuple[StartLaw, ...]:
    """One law for each kind of group, in the order of their names."""
    return tuple(_fit_kind(record, kind) for kind in record.kinds)


def _by_drill(record: DrillRecord, kind: str) -> list[Floats]:
    """Logarithms of the times of the groups of a kind, of each drill that has any."""
    every = ([one.started_s for one in drill.taken if one.kind == kind] for drill in record.drills)
    return [np.array([math.log(one) for one in times]) for times in every if times]


def _fit_kind(record: DrillRecord, kind: str) -> StartLaw:
    drills = _by_drill(record, kind)
    times, k = sum(map(len, drills)), len(drills)
    means = np.array([one.mean() for one in drills])
    mu = float(means.mean())
    inside = sum(float(((one - one.mean()) ** 2).sum()) for one in drills)
    within = inside / (times - k) if times > k else 0.0
    harmonic = k / sum(1 / len(one) for one in drills)
    if k == 1:
        median, sigma = math.exp(mu), math.sqrt(within)
        mean = median * math.exp(within / 2)
        return StartLaw(kind, times, 1, Estimate(median), Estimate(mean), Estimate(sigma), 0.0)
    between = float(means.var(ddof=1))
    variance = between + (1 - 1 / harmonic) * within
    generator = Streams(0, 0).generator(f"drills/{kind}/pivots")
    z, c1 = generator.standard_normal(PIVOTS), generator.chisquare(k - 1, PIVOTS) / (k - 1)
    c2 = generator.chisquare(times - k, PIVOTS) / (times - k) if times > k else np.ones(PIVOTS)
    mus = mu + z * np.sqrt(between / c1 / k)
    variances = between / c1 + (1 - 1 / harmonic) * within / c2
    with np.errstate(over="ignore"):
        medians, deviations, averages = np.exp(mus), np.sqrt(variances), np.exp(mus + variances / 2)
    of_days = max(0.0, between - within / harmonic)
    return StartLaw(
        kind,
        times,
        k,
        Estimate(math.exp(mu), _middle(medians)),
        Estimate(math.exp(mu + variance / 2), _middle(averages)),
        Estimate(math.sqrt(variance), _middle(deviations)),
        of_days / variance if variance > 0 else 0.0,
    )


def _middle(values: Floats) -> tuple[float, float]:
    """Between which the middle 95 % of some values lie."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def fit_drift(record: DrillRecord) -> Drift | None:
    """How times change along the drills; ``None`` with one drill.

    A drill's value is its own part in the two-way fit "logarithm = part of the group + part of the drill": a drill in
    which only slow groups took part is no slow drill. The line through the values is fitted by least squares, and its
    interval is Student's.
    """
    drills = len(record.drills)
    if drills < 2:
        return None
    values = drill_values(record)
    years = np.array(record.years)
    apart = years - years.mean()
    if drills < 3:
        spread = float(values.std(ddof=1))
        return Drift(None, Estimate(spread, _of_spread(spread, drills - 1)), drills)
    slope = float(apart @ values / (apart @ apart))
    rest = values - values.mean() - slope * apart
    spread = math.sqrt(float(rest @ rest) / (drills - 2))
    from scipy.special import stdtrit

    off = float(stdtrit(drills - 2, 0.975)) * spread / math.sqrt(float(apart @ apart))
    low, high = math.expm1(slope - off), math.expm1(min(slope + off, 700.0))
    per_year = Estimate(math.expm1(slope), (low, high))
    return Drift(per_year, Estimate(spread, _of_spread(spread, drills - 2)), drills)


def drill_values(record: DrillRecord) -> Floats:
    """The part of each drill, see :func:`fit_drift`, on average 0, shape (drills,).

    Where no group links two parts of the record, kinds take the place of groups, and if none of these does, nothing.
    """
    taken = [(at, one) for at, drill in enumerate(record.drills) for one in drill.taken]
    logs = np.array([math.log(one.started_s) for _, one in taken])
    drills = np.array([at for at, _ in taken])
    for labels in ([one.group for _, one in taken], [one.kind for _, one in taken], [""] * len(taken)):
        names, of_name = np.unique(labels, return_inverse=True)
        design = np.zeros((len(taken), len(names) + len(record.drills)))
        design[np.arange(len(taken)), of_name] = 1
        design[np.arange(len(taken)), len(names) + drills] = 1
        parts, _, rank, _ = np.linalg.lstsq(design, logs)
        if rank == design.shape[1] - 1:
            break
    values = parts[len(names) :]
    return np.asarray(values - values.mean())


def _of_spread(spread: float, df: int) -> tuple[float, float]:
    from scipy.special import chdtri

    return spread * math.sqrt(df / float(chdtri(df, 0.025))), spread * math.sqrt(df / float(chdtri(df, 0.975)))
