"""Exact intervals of shares, of medians and of rates, for records that are often short."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError

__all__ = ["median_between", "rate_between", "share_between"]

Interval = tuple[float, float]


def share_between(had: int, n: int) -> Interval:
    """The 95 % interval of Clopper and Pearson of a share, of which `had` of `n` independent trials had it.

    Examples
    --------
    Reached by an automatic call, 29 of 49 (Emergency Radiology 2010):

    >>> [round(end, 3) for end in share_between(29, 49)]
    [0.442, 0.73]
    """
    if not 0 <= had <= n or n < 1:
        raise InputsError(f"share_between: {had} of {n}; accepted is 0 <= had <= n, n 1 or more")
    from scipy.special import betaincinv

    low = float(betaincinv(had, n - had + 1, 0.025)) if had else 0.0
    return low, float(betaincinv(had + 1, n - had, 0.975)) if had < n else 1.0


def median_between(values: npt.ArrayLike) -> Interval | None:
    """An interval that covers the median of a law with 95 % or more, whatever the law: two of the sorted values.

    The k-th smallest and the k-th largest, k the largest for which ``2 P(Binomial(n, 1/2) < k) <= 0.05``; `None` for
    fewer than six values.
    """
    from scipy.special import bdtr

    ordered = np.sort(np.asarray(values, dtype=float))
    n = len(ordered)
    ranks = [k for k in range(1, n // 2 + 1) if 2 * float(bdtr(k - 1, n, 0.5)) <= 0.05]
    return (float(ordered[ranks[-1] - 1]), float(ordered[n - ranks[-1]])) if ranks else None


def rate_between(events: int, time: float, *, clustering: float = 1.0) -> Interval:
    """The 95 % interval of a rate, of which `events` came within `time`.

    Exact for a Poisson process. Where events come in clusters, with ``clustering`` = variance / mean of their number
    above 1, as many count as there would be clusters of that size: the interval of ``events / clustering``, times
    ``clustering`` (quasi-Poisson, approximate).
    """
    if events < 0 or not (0 < time < math.inf and math.isfinite(clustering)):
        raise InputsError(
            f"rate_between: {events} events in {time}, clustering {clustering}; accepted are 0 or more events in a "
            "time above 0, and a finite clustering"
        )
    from scipy.special import gammaincinv

    clusters = max(1.0, clustering)
    seen = events / clusters
    low = float(gammaincinv(seen, 0.025)) if seen else 0.0
    return low * clusters / time, float(gammaincinv(seen + 1, 0.975)) * clusters / time
