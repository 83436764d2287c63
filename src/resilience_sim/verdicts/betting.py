"""Means and ratios with bounds: four bets against four hypotheses, on the differences D = G − θN of each replication.

"E[G]/E[N] is at least θ" says exactly that E[G − θN] >= 0, without the bias of a ratio; a mean is the ratio with N = 1.
The capital of a gambler who stakes a predictable share on each D grows only if the hypothesis is false::

    K = Π (1 + λ_i D_i),    λ_i = ΣD / (r²/4 + ΣD²) over the earlier D, cut to [0, 1/(2r)]

with r the furthest that D can fall; against E[D] >= 0 the same with −D. The up side needs a lower bound of D only, the
down side an upper bound only.

References
----------
I. Waudby-Smith and A. Ramdas (2024), Estimating means of bounded random variables by betting, J. R. Stat. Soc. B 86,
doi:10.1093/jrsssb/qkad009.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.asymptotic import Sums, asymptotic_interval
from resilience_sim.verdicts.evidence import ROUNDING
from resilience_sim.verdicts.verdict import Evidence, Method, Reading, Terms, Verdict

__all__ = ["MeanTest", "Wealth", "log_capital"]

Floats = npt.NDArray[np.float64]
CUT = 0.5
"""Largest share of the capital that one replication can lose."""


class Wealth(NamedTuple):
    """What a mean test keeps of the replications it has seen: sums, and the logarithms of the four capitals."""

    sums: Sums = Sums()
    evidence: Evidence = Evidence(0.0, 0.0, 0.0, 0.0)

    @property
    def replications(self) -> int:
        """Replications seen."""
        return self.sums.replications


def log_capital(gains: Floats, stakes: Floats, *, before: float = 0.0) -> float:
    """Logarithm of K after the given gains: ``before`` + Σ ln(1 + λ_i g_i), added in order.

    Parameters
    ----------
    gains, stakes
        g_i and λ_i, shape (replications,); each λ_i decided before g_i, with 1 + λ_i g_i >= 0.
    """
    # a sum in order gives the same bits however the replications are cut into batches; np.sum does not
    with np.errstate(divide="ignore"):
        return float(np.cumsum(np.concatenate(([before], np.log1p(stakes * gains))))[-1])


@dataclass(frozen=True)
class MeanTest(Terms):
    """A claim "E[G]/E[N] is at least θ" (or, with N = 1, "the mean is at least θ"), and its terms.

    Parameters
    ----------
    threshold, alpha, margin, budget
        As in :class:`~resilience_sim.verdicts.verdict.Terms`.
    low, high
        Least and greatest G per unit of N: 0 and 1 for a share. One of them may be infinite; that side gives no
        evidence.
    cap
        Most N in one replication.
    excess
        Where N has no cap, E[(N − cap)⁺]: differences beyond the cap are then cut, and the bias is charged. 0 refuses
        a replication beyond the cap.
    reading
        share_long_run or mean.
    """

    low: float = 0.0
    high: float = 1.0
    cap: float = 1.0
    excess: float = 0.0
    reading: Reading = Reading.SHARE_LONG_RUN

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low < self.threshold < self.high:
            raise VerdictError(
                f"threshold is {self.threshold}; accepted is a number between {self.low} and {self.high}"
            )
        if math.isinf(self.low) and math.isinf(self.high):
            raise VerdictError("a mean without bounds gives no betting evidence; AsymptoticTest accepts it")
        if not (0 < self.cap < math.inf and 0 <= self.excess < math.inf):
            raise VerdictError(f"cap {self.cap} and excess {self.excess}: accepted are finite cap > 0 and excess >= 0")
        if self.reading not in (Reading.SHARE_LONG_RUN, Reading.MEAN):
            raise VerdictError(f"reading {self.reading} is a rate of events; ShareTest accepts it")

    def start(self) -> Wealth:
        """Before the first replication."""
        return Wealth()

    def after(self, wealth: Wealth, values: npt.ArrayLike, counts: npt.ArrayLike | None = None) -> Wealth:
        """The wealth after the next replications; those beyond the budget are left out.

        Parameters
        ----------
        values, counts
            G and N of each replication, shape (replications,); N is 1 where no counts are given.

        Raises
        ------
        VerdictError
            If a value lies outside its bounds: the evidence would mean nothing.
        """
        left = max(self.budget - wealth.sums.replications, 0)
        good = np.asarray(values, dtype=float)[:left]
        count = np.ones_like(good) if counts is None else np.asarray(counts, dtype=float)[:left]
        self._refuse_out_of_bounds(good, count)
        running = wealth.sums.running(good, count)
        theta, delta = self.threshold, self.margin
        sides = ((1, theta), (-1, theta), (1, theta - delta), (-1, theta + delta))
        grown = (
            self._grown(log_k, side, bound, good, count, wealth.sums.replications, running)
            for log_k, (side, bound) in zip(wealth.evidence, sides, strict=True)
        )
        return Wealth(wealth.sums.replaced(good.size, running), Evidence(*grown))

    def _refuse_out_of_bounds(self, good: Floats, count: Floats) -> None:
        if good.ndim != 1 or good.shape != count.shape or not (np.isfinite(good).all() and np.isfinite(count).all()):
            raise VerdictError("values and counts must be finite rows of equal length, one entry per replication")
        room = 1e-9 * (1 + np.abs(good))
        under = good < self.low * count - room if math.isfinite(self.low) else np.zeros(good.shape, dtype=bool)
        over = good > self.high * count + room if math.isfinite(self.high) else np.zeros(good.shape, dtype=bool)
        beyond = (count > self.cap) & (self.excess == 0)
        for index in np.flatnonzero(under | over | beyond | (count < 0))[:1]:
            raise VerdictError(
                f"value {good[index]} with count {count[index]}; accepted are values per count "
                f"between {self.low} and {self.high}, and counts between 0 and {self.cap}"
            )

    def _grown(
        self, log_k: float, side: int, bound: float, good: Floats, count: Floats, seen: int, running: Floats
    ) -> float:
        """Logarithm of a capital after these replications: side +1 bets against a mean <= bound, −1 against >=."""
        room = bound - self.low if side > 0 else self.high - bound
        if math.isinf(room):
            return log_k
        gains = side * (good - bound * count)
        if room < ROUNDING:  # beyond the scale: no mean lies there; at its end: one gain refutes it
            return math.inf if room < -ROUNDING or (gains > ROUNDING).any() else log_k
        bias = room * self.excess
        gains = np.maximum(gains, -room * self.cap) - bias
        furthest = room * self.cap + bias
        good_sum, count_sum, good_2, cross, count_2 = running[:, :-1]
        earlier = side * (good_sum - bound * count_sum) - bias * (seen + np.arange(good.size))
        squares = good_2 - 2 * bound * cross + bound * bound * count_2
        stakes = np.clip(earlier / (furthest * furthest / 4 + np.maximum(squares, 0.0)), 0.0, CUT / furthest)
        return log_capital(gains, stakes, before=log_k)

    def evidence(self, wealth: Wealth) -> Evidence:
        """Evidence against the four one-sided hypotheses."""
        return wealth.evidence

    def look(self, wealth: Wealth) -> Verdict:
        """The verdict at one look; its interval is the asymptotic one of the ratio, and labelled so."""
        sums, evidence = wealth
        low, high = asymptotic_interval(sums, self.alpha)
        return self.concluded(
            evidence,
            (max(low, self.low), min(high, self.high)),
            successes=sums.values,
            replications=sums.replications,
            counted=sums.counts,
            reading=self.reading,
            method=Method.BETTING,
            interval=Method.ASYMPTOTIC,
            bounds=(self.low, self.high, self.cap, self.excess),
        )
