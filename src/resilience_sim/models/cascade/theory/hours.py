"""Shares by hour of day: what answers at noon does not answer at four in the morning.

A profile has 24 shares, one for each hour of day, as a :class:`~resilience_sim.models.cascade.inputs.Phone` has; the
share at an instant is that of the hour it falls into.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from resilience_sim.models.cascade.inputs import HOURS
from resilience_sim.models.cascade.theory.attempts import reached_share
from resilience_sim.models.checks import number, refuse, share

__all__ = ["averaged_reach", "reach_at_hour", "share_at"]

HOUR_S = 3600.0


def share_at(profile: Sequence[float], start_hour: float, seconds: float = 0.0) -> float:
    """Share so many seconds after an event that began at an hour of day: ``p[floor(h0 + t / 3600) mod 24]``.

    Examples
    --------
    An event at 21:30: what counts is the day until 22:00, half an hour later the night.

    >>> from resilience_sim.models.cascade.inputs import day_and_night
    >>> profile = day_and_night(0.5, 0.4)
    >>> share_at(profile, 21.5, 1799.0), share_at(profile, 21.5, 1800.0)
    (0.5, 0.4)
    """
    _check(profile)
    number("hour of day", start_hour)
    number("seconds", seconds)
    return profile[math.floor(start_hour + seconds / HOUR_S) % HOURS]


def reach_at_hour(profile: Sequence[float], start_hour: float, attempts_s: Sequence[float]) -> float:
    """Chance to reach somebody by attempts at given instants: ``1 - prod(1 - p(h0 + t_j))``.

    Examples
    --------
    Attempts at 21:55, 22:00 and 22:05: one by day and two by night.

    >>> from resilience_sim.models.cascade.inputs import day_and_night
    >>> round(reach_at_hour(day_and_night(0.5, 0.4), 21.0 + 55 / 60, [0.0, 300.0, 600.0]), 12)
    0.82
    """
    missed = 1.0
    for seconds in attempts_s:
        missed *= 1 - share_at(profile, start_hour, seconds)
    return 1 - missed


def averaged_reach(profile: Sequence[float], attempts: int) -> float:
    """Chance to reach somebody when the event comes at any time of day, all attempts in one hour.

    The mean over the hours of ``1 - (1 - p)^n``. It is less than the chance at the mean share (Jensen: the chance is
    concave in p), so a mean share promises too much; with one attempt the two are equal.

    Examples
    --------
    >>> from resilience_sim.models.cascade.inputs import day_and_night
    >>> profile = day_and_night(1.0, 0.0, from_h=0, until_h=12)
    >>> averaged_reach(profile, 2), reached_share(0.5, 2)
    (0.5, 0.75)
    """
    _check(profile)
    return math.fsum(reached_share(one, attempts) for one in profile) / HOURS


def _check(profile: Sequence[float]) -> None:
    if len(profile) != HOURS:
        raise refuse("a profile's length", len(profile), f"{HOURS}, one share for each hour of day")
    for one in profile:
        share("a share of an hour", one)
