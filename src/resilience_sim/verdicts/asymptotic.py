"""Means without bounds: confidence sequences that are right in the limit of many replications, and labelled so.

A normal prior of width ρ on the drift turns the sum S of standardised differences into evidence::

    two-sided    E = exp(ρ² S² / (2 (tρ² + 1))) / √(tρ² + 1)
    one-sided    e = 2 E Φ(ρ S / √(tρ² + 1))

and E < 1/α is the confidence sequence  μ̂ ± σ̂ √(2 (tρ² + 1) / (t² ρ²) · ln(√(tρ² + 1) / α)).

References
----------
I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas (2024), Time-uniform central limit theory and
asymptotic confidence sequences, Ann. Statist. 52, doi:10.1214/24-AOS2408.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import lambertw, log_ndtr

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.verdict import Evidence, Method, Reading, Terms, Verdict

__all__ = ["AsymptoticTest", "Sums", "asymptotic_interval", "best_rho", "half_width", "log_mixture"]

Floats = npt.NDArray[np.float64]
TUNED_FOR = 200
"""Replications at which the sequence is narrowest: tuned too early costs little later, too late costs much."""
FIRST_LOOK = 100
"""Below so many replications the limit is out of sight for the small error shares used here."""


class Sums(NamedTuple):
    """Running sums over replications of values G and counts N: what a ratio and its error need."""

    replications: int = 0
    values: float = 0.0
    counts: float = 0.0
    values_2: float = 0.0
    cross: float = 0.0
    counts_2: float = 0.0

    def running(self, values: Floats, counts: Floats) -> Floats:
        """The five sums before each of the next replications and after the last, shape (5, replications + 1)."""
        terms = np.stack((values, counts, values * values, values * counts, counts * counts))
        return np.cumsum(np.concatenate((np.array(self[1:])[:, None], terms), axis=1), axis=1)

    def replaced(self, more: int, running: Floats) -> Sums:
        """The sums after `more` replications, from :meth:`running`."""
        return Sums(self.replications + more, *running[:, -1].tolist())

    def difference(self, theta: float) -> tuple[float, float]:
        """Mean and standard deviation of D = G − θN."""
        n = self.replications
        mean = (self.values - theta * self.counts) / n
        square = (self.values_2 - 2 * theta * self.cross + theta * theta * self.counts_2) / n
        return mean, math.sqrt(max(square - mean * mean, 0.0))


def log_mixture(total: float, t: float, rho: float) -> float:
    """Logarithm of E = ∫ exp(λS − λ²t/2) over λ normal with mean 0 and standard deviation `rho`, for S = `total`."""
    spread = t * rho * rho + 1
    return rho * rho * total * total / (2 * spread) - math.log(spread) / 2


def half_width(t: float, alpha: float, rho: float) -> float:
    """Half-width of the confidence sequence after t replications, in standard deviations of one replication."""
    spread = t * rho * rho + 1
    return math.sqrt(2 * spread / (t * t * rho * rho) * math.log(math.sqrt(spread) / alpha))


def best_rho(t: float, alpha: float) -> float:
    """The ρ that makes the half-width after t replications least: ρ² = (−W₋₁(−α²/e) − 1)/t with Lambert's W."""
    return math.sqrt((-float(lambertw(-alpha * alpha / math.e, -1).real) - 1) / t)


def _log_one_sided(total: float, t: float, rho: float) -> float:
    spread = t * rho * rho + 1
    return math.log(2) + log_mixture(total, t, rho) + float(log_ndtr(rho * total / math.sqrt(spread)))


def asymptotic_interval(sums: Sums, alpha: float) -> tuple[float, float]:
    """Confidence sequence of the ratio ΣG/ΣN, its error by the delta method; the whole line where nothing is known.

    The ends are where the one-sided evidence reaches 2/α, a hair outside E = 1/α.
    """
    t = sums.replications
    if t < 2 or sums.counts <= 0:
        return -math.inf, math.inf
    ratio = sums.values / sums.counts
    _, deviation = sums.difference(ratio)
    if deviation <= 0:  # equal outcomes so far do not make the truth certain
        return -math.inf, math.inf
    rho, bar = best_rho(TUNED_FOR, alpha), math.log(2 / alpha)
    inside = half_width(t, alpha, rho)
    outside = 2 * inside
    for _ in range(50):
        middle = (inside + outside) / 2
        refuted = _log_one_sided(t * middle, t, rho) >= bar
        inside, outside = (inside, middle) if refuted else (middle, outside)
    reach = outside * deviation * t / sums.counts
    return ratio - reach, ratio + reach


@dataclass(frozen=True)
class AsymptoticTest(Terms):
    """A claim "the mean is at least θ" about a quantity without known bounds; its error share holds asymptotically.

    No answer is given before 100 replications, nor while all outcomes are equal.

    Parameters
    ----------
    threshold, alpha, margin, budget
        As in :class:`~resilience_sim.verdicts.verdict.Terms`.
    reading
        mean or share_long_run.
    """

    reading: Reading = Reading.MEAN

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.reading not in (Reading.SHARE_LONG_RUN, Reading.MEAN):
            raise VerdictError(f"reading {self.reading} is a rate of events; ShareTest accepts it")

    def start(self) -> Sums:
        """Before the first replication."""
        return Sums()

    def after(self, sums: Sums, values: npt.ArrayLike, counts: npt.ArrayLike | None = None) -> Sums:
        """The sums after the next replications, G and N each; those beyond the budget are left out."""
        left = max(self.budget - sums.replications, 0)
        good = np.asarray(values, dtype=float)[:left]
        count = np.ones_like(good) if counts is None else np.asarray(counts, dtype=float)[:left]
        if good.ndim != 1 or good.shape != count.shape or not (np.isfinite(good).all() and np.isfinite(count).all()):
            raise VerdictError("values and counts must be finite rows of equal length, one entry per replication")
        return sums.replaced(good.size, sums.running(good, count))

    def evidence(self, sums: Sums) -> Evidence:
        """Evidence against the four one-sided hypotheses; none before 100 replications."""
        t = sums.replications
        if t < FIRST_LOOK or sums.counts <= 0:
            return Evidence(0.0, 0.0, 0.0, 0.0)
        _, deviation = sums.difference(sums.values / sums.counts)
        if deviation <= 0:
            return Evidence(0.0, 0.0, 0.0, 0.0)
        rho = best_rho(TUNED_FOR, self.alpha)

        def against(side: int, bound: float) -> float:
            return _log_one_sided(side * (sums.values - bound * sums.counts) / deviation, t, rho)

        theta, delta = self.threshold, self.margin
        return Evidence(against(1, theta), against(-1, theta), against(1, theta - delta), against(-1, theta + delta))

    def look(self, sums: Sums) -> Verdict:
        """The verdict at one look."""
        evidence = self.evidence(sums)
        return self.concluded(
            evidence,
            asymptotic_interval(sums, self.alpha),
            successes=sums.values,
            replications=sums.replications,
            counted=sums.counts,
            reading=self.reading,
            method=Method.ASYMPTOTIC,
            interval=Method.ASYMPTOTIC,
        )
