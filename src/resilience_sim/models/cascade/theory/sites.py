"""From being told to being on site: told, leaving, travelling, for the share who can come."""

from __future__ import annotations

import math
from collections.abc import Sequence

from resilience_sim.models.cascade.theory.attempts import Moments
from resilience_sim.models.cascade.theory.instants import Instants
from resilience_sim.models.cascade.theory.orders import kth_by
from resilience_sim.models.checks import number, share
from resilience_sim.randomness import Law

__all__ = ["arrival", "kth_on_site_by", "mean_on_site", "on_site_by"]


def arrival(told: Moments, leaving: Moments, travel: Moments) -> Moments:
    """Mean and variance of the arrival of somebody who is told and can come: the sums.

    Examples
    --------
    >>> arrival(Moments(240.0, 3600.0), Moments(300.0), Moments(1740.0, 1380.0**2))
    Moments(mean_s=2280.0, variance_s2=1908000.0)
    """
    return told + leaving + travel


def on_site_by(told: Instants, travel: Law, seconds: float, *, comes: float = 1.0, leaving_s: float = 0.0) -> float:
    """Chance that somebody is on site by t: ``c sum of P(told at s) F(t - s - leaving)``.

    Parameters
    ----------
    told
        When they are told, and whether.
    travel
        Law of the seconds on the way.
    seconds
        t; inf for ever.
    comes
        c, share of those told who can come.
    leaving_s
        Seconds until they set out.

    Examples
    --------
    Reached by an automatic call 0.59, of these 0.79 can come, stated times log-normal (3.12, 0.70) in minutes
    (Emergency Radiology 2010, doi:10.1007/s10140-010-0922-7): within an hour, and ever.

    >>> from resilience_sim.randomness import LogNormal
    >>> reached, way = Instants(((0.0, 0.59),)), LogNormal(3.12 + math.log(60), 0.70)
    >>> round(on_site_by(reached, way, 3600.0, comes=0.79), 4), round(on_site_by(reached, way, math.inf, comes=0.79), 4)
    (0.4279, 0.4661)
    """
    share("a share who can come", comes)
    number("seconds", seconds, infinite=True)
    number("seconds until they set out", leaving_s)
    return comes * math.fsum(chance * travel.up_to(seconds - at_s - leaving_s)[0] for at_s, chance in told.chances)


def mean_on_site(chances: Sequence[float]) -> float:
    """Mean number on site at an instant: the sum of the chances, dependent or not."""
    for chance in chances:
        share("a chance to be on site", chance)
    return math.fsum(chances)


def kth_on_site_by(k: int, chances: Sequence[float]) -> float:
    """Chance that k or more are on site, of people who are told independently of each other (not of one list).

    Examples
    --------
    >>> round(kth_on_site_by(1, [0.4281] * 3), 4)
    0.8129
    """
    return kth_by(k, chances)
