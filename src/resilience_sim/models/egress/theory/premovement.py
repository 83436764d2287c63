"""The time before people start to walk: laws from published percentiles and from the IMO."""

from __future__ import annotations

import math
from statistics import NormalDist

from resilience_sim.models.checks import number, refuse
from resilience_sim.randomness import LogNormal, Truncated

__all__ = ["IMO_DAY", "IMO_NIGHT", "IMO_NIGHT_FROM_S", "lognormal_between"]


def lognormal_between(low_s: float, high_s: float, *, shares: tuple[float, float] = (0.01, 0.99)) -> LogNormal:
    """The log-normal law of which these shares lie below `low_s` and `high_s`.

    ``sigma = (ln high - ln low) / (z2 - z1), mu = ln low - z1 sigma``, z the standard normal quantiles of the shares;
    for the 1st and 99th percentile ``mu = (ln low + ln high) / 2``, ``sigma = (ln high - ln low) / 4.652696``.

    Parameters
    ----------
    low_s, high_s
        Seconds, 0 < low < high.
    shares
        What lies below each, increasing, above 0 and below 1.

    Examples
    --------
    PD 7974-6, trained, awake and familiar: 0.5 and 1.0 min.

    >>> law = lognormal_between(30.0, 60.0)
    >>> round(law.mu, 6), round(law.sigma, 6)
    (3.747771, 0.148978)
    """
    number("a lower percentile (s)", low_s, above=True)
    number("an upper percentile (s)", high_s, least=low_s, above=True)
    if not 0 < shares[0] < shares[1] < 1:
        raise refuse("shares below two percentiles", shares, "two that increase, above 0 and below 1")
    lower, upper = (NormalDist().inv_cdf(share) for share in shares)
    sigma = (math.log(high_s) - math.log(low_s)) / (upper - lower)
    return LogNormal(math.log(low_s) - lower * sigma, sigma)


IMO_DAY = Truncated(LogNormal(3.44, 0.94), 0.0, 300.0)
"""Response by day, seconds: log-normal cut at 300 s (FDS+Evac Guide, fig. 7); mean 45.43 s.

The parameters are remembered, not read at the source. What speaks for them: the factor by which the cut raises the
density comes out as 1.00808, and 1.01875 by night, as remembered from MSC.1/Circ.1533.
"""

IMO_NIGHT = Truncated(LogNormal(3.95, 0.84), 0.0, 300.0)
"""Response by night, seconds after :data:`IMO_NIGHT_FROM_S`, of the same origin; mean 67.31 s."""

IMO_NIGHT_FROM_S = 400.0
"""Nobody responds earlier by night."""
