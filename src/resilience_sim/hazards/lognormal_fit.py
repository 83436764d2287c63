"""Log-normal laws of times: fitted with their errors, from two published figures, and how well they fit.

All times that were seen to their end: mu and sigma are the mean and the standard deviation (n - 1) of the logarithms.
Intervals are those of a normal sample, ``mu ± t(n - 1) sigma / sqrt(n)`` and ``(n - 1) sigma² / chi²(n - 1)``; the
standard errors are sigma / sqrt(n) and sigma / sqrt(2 (n - 1)). They take the times as independent: faults of one
burst, or replies of one evening, are not, and then the errors are larger.

Some times go on (censored): mu and sigma are those of the largest likelihood
(:func:`~resilience_sim.hazards.survival.fit_lognormal`), with the errors of the observed information in (mu, ln sigma).

References
----------
Stephens, M. A. (1986), Tests based on EDF statistics, in D'Agostino and Stephens, Goodness-of-fit techniques, Marcel
Dekker, section 4.8 and table 4.9: the chance of A² where mean and variance are estimated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import DataError, InputsError
from resilience_sim.hazards.survival import fit_lognormal
from resilience_sim.randomness import LogNormal

__all__ = ["fit_log_normal", "from_mean_and_deviation", "LogNormalFit", "Quality", "quality"]

Floats = npt.NDArray[np.float64]

LEAST_FOR_QUALITY = 8
"""Fewer times tell nothing of a shape; the chances of A² are stated from there on."""
STEP = 1e-3  # of mu (times sigma) and ln sigma, where the curvature is taken


@dataclass(frozen=True)
class LogNormalFit:
    """A log-normal law with its errors; its times are in the unit of those that were fitted.

    Parameters
    ----------
    n, going_on
        Times seen to their end, and times that go on.
    mu, sigma
        Mean and standard deviation of the logarithm.
    mu_error, sigma_error
        Their standard errors.
    mu_between, sigma_between
        Their 95 % intervals.
    """

    n: int
    going_on: int
    mu: float
    sigma: float
    mu_error: float
    sigma_error: float
    mu_between: tuple[float, float]
    sigma_between: tuple[float, float]

    @property
    def law(self) -> LogNormal:
        """To draw from."""
        return LogNormal(self.mu, self.sigma)

    @property
    def median(self) -> float:
        """Of the law: exp(mu)."""
        return math.exp(self.mu)

    @property
    def median_between(self) -> tuple[float, float]:
        """Its 95 % interval."""
        low, high = (math.exp(min(end, 700.0)) for end in self.mu_between)  # beyond, the largest double is passed
        return low, high

    def share_within(self, time: float) -> float:
        """P(T <= `time`) by the law."""
        return self.law.up_to(time)[0]


@dataclass(frozen=True)
class Quality:
    """How far a log-normal law lies from the times it was fitted to.

    Parameters
    ----------
    gap, at
        The largest distance between the share of times up to some instant and the law's share, and where that is: no
        limit can be set at which the law is off by more.
    a_squared
        The statistic of Anderson and Darling with mean and variance estimated, (1 + 0.75 / n + 2.25 / n²) A².
    p
        The chance of one as large if the law were true. Times that were rounded, and many of them, make it small where
        the gap is small: then the law is not exact, but off by no more than the gap.
    """

    gap: float
    at: float
    a_squared: float
    p: float


def fit_log_normal(times: npt.ArrayLike, observed: npt.ArrayLike | None = None) -> LogNormalFit | None:
    """Fit a log-normal law.

    Parameters
    ----------
    times
        Above 0, shape (k,).
    observed
        Whether each was seen to its end; `None`: all were.

    Returns
    -------
    LogNormalFit or None
        `None` where no law can be told: fewer than two times seen to their end, or all of them alike.

    Examples
    --------
    >>> fit = fit_log_normal([1.0, math.e, math.e**2])
    >>> fit.mu, fit.sigma
    (1.0, 1.0)
    """
    t = np.asarray(times, dtype=float)
    seen = np.ones(t.shape, dtype=bool) if observed is None else np.asarray(observed, dtype=bool)
    if not (np.isfinite(t) & (t > 0)).all():
        raise InputsError("fit_log_normal: a time is not above 0; accepted are finite times above 0")
    n = int(seen.sum())
    if n < 2 or np.ptp(np.log(t[seen])) < 1e-9:
        return None
    return _sample(np.log(t)) if n == len(t) else _censored(t, seen)


def _sample(logs: Floats) -> LogNormalFit:
    from scipy.special import chdtri, stdtrit

    n = len(logs)
    mu, sigma = float(logs.mean()), float(logs.std(ddof=1))
    error = sigma / math.sqrt(n)
    off = float(stdtrit(n - 1, 0.975)) * error
    low, high = (sigma * math.sqrt((n - 1) / float(chdtri(n - 1, above))) for above in (0.025, 0.975))
    return LogNormalFit(n, 0, mu, sigma, error, sigma / math.sqrt(2 * (n - 1)), (mu - off, mu + off), (low, high))


def _censored(times: Floats, seen: npt.NDArray[np.bool_]) -> LogNormalFit | None:
    from scipy.special import log_ndtr

    try:
        law = fit_lognormal(times, seen).law
    except DataError:  # all that ended did so at once, after all that go on
        return None
    assert isinstance(law, LogNormal)
    ended, going_on = np.log(times[seen]), np.log(times[~seen])

    def told(mu: float, log_sigma: float) -> float:
        z = (ended - mu) / math.exp(log_sigma)
        return float(-len(z) * log_sigma - z @ z / 2 + log_ndtr((mu - going_on) / math.exp(log_sigma)).sum())

    mu, log_sigma = law.mu, math.log(law.sigma)
    a, b = STEP * law.sigma, STEP
    at = told(mu, log_sigma)
    information = -np.array(
        [
            [
                (told(mu + a, log_sigma) - 2 * at + told(mu - a, log_sigma)) / a**2,
                (
                    told(mu + a, log_sigma + b)
                    - told(mu + a, log_sigma - b)
                    - told(mu - a, log_sigma + b)
                    + told(mu - a, log_sigma - b)
                )
                / (4 * a * b),
            ],
            [0.0, (told(mu, log_sigma + b) - 2 * at + told(mu, log_sigma - b)) / b**2],
        ]
    )
    information[1, 0] = information[0, 1]
    mu_error, of_log = (math.sqrt(max(float(one), 0.0)) for one in np.diag(np.linalg.inv(information)))
    spread = math.exp(1.959964 * of_log)
    return LogNormalFit(
        int(seen.sum()),
        int((~seen).sum()),
        mu,
        law.sigma,
        mu_error,
        law.sigma * of_log,
        (mu - 1.959964 * mu_error, mu + 1.959964 * mu_error),
        (law.sigma / spread, law.sigma * spread),
    )


def from_mean_and_deviation(mean: float, deviation: float) -> LogNormal:
    """The log-normal law with this mean and standard deviation.

    ``sigma² = ln(1 + (deviation / mean)²)``, ``mu = ln(mean) - sigma² / 2``.

    Examples
    --------
    Stated times to arrive, mean 29 and standard deviation 23 min (Emergency Radiology 2010,
    10.1007/s10140-010-0922-7):

    >>> law = from_mean_and_deviation(29, 23)
    >>> round(law.mu, 2), round(law.sigma, 2), round(math.exp(law.mu))
    (3.12, 0.7, 23)
    """
    if not (0 < mean < math.inf and 0 < deviation < math.inf):
        raise InputsError(
            f"from_mean_and_deviation: mean {mean}, deviation {deviation}; accepted are two finite numbers above 0"
        )
    return LogNormal.from_mean(mean, math.sqrt(math.log1p((deviation / mean) ** 2)))


def quality(times: npt.ArrayLike, fit: LogNormalFit) -> Quality | None:
    """How far the law lies from the times, all seen to their end; `None` for fewer than eight, or where some go on."""
    from scipy.special import log_ndtr, ndtr

    t = np.sort(np.asarray(times, dtype=float))
    n = len(t)
    if n < LEAST_FOR_QUALITY or fit.going_on:
        return None
    z = (np.log(t) - fit.mu) / fit.sigma
    share = ndtr(z)
    up_to = np.searchsorted(t, t, side="right") / n
    before = np.searchsorted(t, t, side="left") / n
    gaps = np.maximum(np.abs(up_to - share), np.abs(share - before))
    odd = 2 * np.arange(1, n + 1) - 1
    a_squared = -n - float(odd @ (log_ndtr(z) + log_ndtr(-z[::-1]))) / n
    a_squared *= 1 + 0.75 / n + 2.25 / n**2
    worst = int(np.argmax(gaps))
    return Quality(float(gaps[worst]), float(t[worst]), a_squared, _chance(a_squared))


def _chance(a: float) -> float:
    """P(A² >= `a`) by the formulas of Stephens (1986), table 4.9; below 1e-20 it is written as 0."""
    if a > 10:
        return 0.0
    if a > 0.6:
        return math.exp(1.2937 - 5.709 * a + 0.0186 * a * a)
    if a > 0.34:
        return math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
    if a > 0.2:
        return 1 - math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
    return 1 - math.exp(-13.436 + 101.14 * a - 223.73 * a * a)
