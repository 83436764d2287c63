"""Callers as the first sign of network trouble: how many calls, within what time, and how often there is nothing to it.

While trouble lasts, calls about it come at random at the rate λ of their hour. A *sign* is the n-th of n calls that all
came within a time w. With w long enough it comes after a Gamma(n, λ) time; with a short w at night, perhaps never. On
an ordinary day calls that report trouble where there is none come at a rate λ₀, and a call completes a false sign if
n - 1 others came within w before it, which by the Poisson law are
``λ₀ P(Poisson(λ₀ w) ≥ n - 1)`` calls in a unit of time.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.site import Site
from resilience_sim.units import DAY, HOUR, MINUTE

__all__ = ["CALLS_LOOKED_AT", "calls_per_s", "false_signs", "signs_s"]

Floats = npt.NDArray[np.float64]

CALLS_LOOKED_AT = 200  # of a spell of trouble; if they hold no sign, callers give none
MONTH_S = 30 * DAY


def calls_per_s(site: Site, hours: Floats, share: float) -> Floats:
    """Calls about trouble in a second at some times of day, shape of `hours`.

    Parameters
    ----------
    site
        Its usual calls in the busiest hour, and their profile over the day.
    hours
        Times of day, in hours.
    share
        Calls about trouble against all usual ones of that hour.
    """
    profile = np.array(site.bases("calls.profile"))
    busiest = site.base("calls.usual_busy") / (5 * MINUTE)
    of_day: Floats = profile[np.floor(hours).astype(np.int64) % len(profile)] / profile.max()
    return share * busiest * of_day


def signs_s(gaps: Floats, rates: Floats, *, calls: int, within_s: float) -> Floats:
    """Seconds from the beginning of trouble until callers give a sign, inf if they give none, shape (events,).

    Parameters
    ----------
    gaps
        Standard exponential variates, one for each call looked at, shape (events, calls looked at).
    rates
        Calls about trouble in a second, above 0, shape (events,).
    calls, within_s
        What counts as a sign.
    """
    instants = np.cumsum(gaps, axis=1) / rates[:, None]
    last = instants[:, calls - 1 :]
    together = last - instants[:, : instants.shape[1] - calls + 1] <= within_s
    return np.where(together.any(axis=1), last[np.arange(len(last)), together.argmax(axis=1)], np.inf)


def false_signs(site: Site, *, calls: int, within_s: float) -> float:
    """Calls in a month of 30 days that complete a sign although nothing is wrong."""
    rates = calls_per_s(site, np.arange(0.5, 24.0), site.base("trouble.false_share"))
    return MONTH_S / DAY * HOUR * math.fsum(rate * _at_least(calls - 1, rate * within_s) for rate in rates.tolist())


def _at_least(count: int, mean: float) -> float:
    """P(N >= count) of a Poisson law."""
    from scipy.stats import poisson

    return float(poisson.sf(count - 1, mean))
