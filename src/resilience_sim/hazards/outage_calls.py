"""Calls that outages bring: who calls, when, and who calls again.

A customer of an outage calls with a certain probability, a random delay after the lights went out, and only while they
are still out: those whose delay would outlast the outage see the light again and do not call. Where an outage outlasts
its first announced end, some of those who had called before that end call again. Planned outages bring no calls: their
customers were told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.randomness import Law, Streams, Uniform

__all__ = ["Calls", "OutageCallLaw", "outage_calls"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ANY_PART = Uniform(0.0, 1.0)


class Calls(NamedTuple):
    """Instants of possible calls (seconds, shape (k,)) and which of them are made (shape (k,))."""

    times_s: Floats
    asks: Bools


@dataclass(frozen=True)
class OutageCallLaw:
    """How customers of an outage call.

    Parameters
    ----------
    share
        Probability that a customer of an outage calls at all, if it lasts.
    delay
        Law of the seconds from the start of the outage to the call.
    late_share
        Share of outages that end after their first announced time.
    announced
        Law of announced over actual duration of those, from 0 to 1 (in one utility's record nearly uniform: mean 0.49).
    again_share
        Probability that one who called before the announced time calls again after it.
    again_delay
        Law of the seconds from the announced time to that call; `None`: that of `delay`.
    customers_scale
        Factor on the customers of every outage.
    share_ceiling, again_ceiling, customers_ceiling
        Calls are drawn for these and thinned: under one ceiling, more share or more customers means the same calls and
        some more. `None`: the value itself.

    Raises
    ------
    InputsError
        If a number is outside its domain.
    """

    share: float
    delay: Law
    late_share: float = 0.0
    announced: Law = ANY_PART
    again_share: float = 0.0
    again_delay: Law | None = None
    customers_scale: float = 1.0
    share_ceiling: float | None = None
    again_ceiling: float | None = None
    customers_ceiling: float | None = None

    def __post_init__(self) -> None:
        shares = ("share", "late_share", "again_share", "share_ceiling", "again_ceiling")
        for name in shares:
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise InputsError(f"OutageCallLaw: {name} is {value}; accepted is a share from 0 to 1")
        if not 0 <= self.customers_scale < math.inf:
            raise InputsError(f"OutageCallLaw: customers_scale is {self.customers_scale}; accepted is 0 or more")
        for name, value, ceiling in self._ceilings():
            if ceiling < value:
                raise InputsError(f"OutageCallLaw: {name} is {value}, above its ceiling {ceiling}; accepted is below")

    def _ceilings(self) -> tuple[tuple[str, float, float], ...]:
        pairs = (
            ("share", self.share, self.share_ceiling),
            ("again_share", self.again_share, self.again_ceiling),
            ("customers_scale", self.customers_scale, self.customers_ceiling),
        )
        return tuple((name, value, value if ceiling is None else ceiling) for name, value, ceiling in pairs)


def outage_calls(
    outages: LineOutages, law: OutageCallLaw, streams: Streams, *, from_s: float = 0.0, name: str = "calls/outage"
) -> Calls:
    """Draw the calls that outages bring.

    Every number belongs to the outage and the customer's number in it; a call's position in the result depends on the
    ceilings only, so that scenarios below one ceiling meet the same callers.

    Parameters
    ----------
    outages
        The outages, in the order that gives them their identity.
    law
        How customers call.
    from_s
        Calls before this instant are not made: they belong to the time before the study.
    name
        Prefix of the streams.

    Returns
    -------
    Calls
        First all first calls, then all second calls; instants are finite, and `from_s` or later.
    """
    (_, share, share_ceiling), (_, again, again_ceiling), (_, scale, scale_ceiling) = law._ceilings()
    assert outages.planned is not None
    places = np.ceil(outages.customers * scale_ceiling).astype(np.int64)
    behind = np.cumsum(places)
    customers = int(places.sum())
    mark = streams.generator(f"{name}/mark").random(customers)
    kept = np.flatnonzero(mark < share_ceiling)
    mark, outage = mark[kept], np.repeat(np.arange(len(outages)), places)[kept]
    number = kept - (behind - places)[outage]
    delay = law.delay.draw(streams.generator(f"{name}/delay"), customers)[kept]
    there = (mark < share) & (number < outages.customers[outage] * scale) & ~outages.planned[outage]
    first_s = outages.start_s[outage] + delay
    called = there & (first_s < outages.end_s[outage])

    announced_s = _announced(outages, law, streams, name)[outage]
    again_mark = streams.generator(f"{name}/again_mark").random(customers)[kept]
    again_delay = (law.again_delay or law.delay).draw(streams.generator(f"{name}/again_delay"), customers)[kept]
    second = again_mark < again_ceiling
    second_s = announced_s + again_delay
    calls_again = called & (again_mark < again) & (first_s < announced_s) & (second_s < outages.end_s[outage])

    times = np.concatenate((first_s, second_s[second]))
    asks = np.concatenate((called, calls_again[second]))
    asks &= times >= from_s
    return Calls(np.where(np.isfinite(times), np.maximum(times, from_s), from_s), asks)


def _announced(outages: LineOutages, law: OutageCallLaw, streams: Streams, name: str) -> Floats:
    """First announced end of each outage, seconds; infinite where the outage ends in time."""
    late = streams.generator(f"{name}/late").random(len(outages)) < law.late_share
    part = law.announced.draw(streams.generator(f"{name}/announced"), len(outages))
    return np.where(late, outages.start_s + part * outages.duration_s, np.inf)
