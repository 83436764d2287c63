"""The ordinary day of a call centre: calls by the hour, shifts, and the roster that holds the standard."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue.theory.staffing import fewest_agents
from resilience_sim.plans.site import Site
from resilience_sim.timelines import Timeline
from resilience_sim.units import DAY, HOUR, MINUTE

__all__ = ["OrdinaryDay"]

Floats = npt.NDArray[np.float64]
HandOver = tuple[float, int, int]


@dataclass(frozen=True)
class OrdinaryDay:
    """What a site's facts say of a day without trouble; instants are counted from an hour of the day.

    Parameters
    ----------
    site
        Its facts ``calls.profile``, ``calls.usual_busy``, ``calls.handling_mean``, ``roster.shift_starts``, the
        standard, and ``roster.agents`` if the site gives it.
    """

    site: Site

    @cached_property
    def calls_per_s(self) -> Floats:
        """Calls per second by clock hour, shape (24,)."""
        shape = np.array(self.site.bases("calls.profile"))
        rate: Floats = shape * (self.site.base("calls.usual_busy") / (5 * MINUTE) / float(shape.max()))
        return rate

    @cached_property
    def agents(self) -> tuple[int, ...]:
        """Agents of each shift: the site's own, or the fewest that hold the standard in its busiest hour (Erlang C)."""
        if "roster.agents" in self.site.facts:
            return tuple(int(agents) for agents in self.site.bases("roster.agents"))
        shift = np.searchsorted(self._starts_s, np.arange(24) * HOUR, side="right") - 1
        return tuple(
            fewest_agents(
                float(self.calls_per_s[shift == k].max()),
                1 / self.site.base("calls.handling_mean"),
                service_level=self.site.base("standard.service_level"),
                threshold=self.site.base("standard.threshold"),
            )
            for k in range(self._starts_s.size)
        )

    @cached_property
    def _starts_s(self) -> Floats:
        """Seconds of the day at which shifts start, shape (shifts,)."""
        return np.array(self.site.bases("roster.shift_starts"))

    def rate(self, hour_s: float, *, before_s: float) -> Timeline:
        """Calls per second over four days around the time of day `hour_s`; second 0 lies `before_s` before it."""
        clock_s = np.arange(-24, 72, dtype=float) * HOUR - hour_s + before_s
        return Timeline(clock_s, np.tile(self.calls_per_s, 4))

    def roster(self, hour_s: float, end_s: float) -> Timeline:
        """Agents on duty until `end_s` and beyond; second 0 is the time of day `hour_s`."""
        days = range(-1, math.ceil((hour_s + end_s) / DAY) + 1)
        times = np.array([day * DAY + start - hour_s for day in days for start in self._starts_s.tolist()])
        return Timeline(times, np.tile(np.array(self.agents, dtype=float), len(days)))

    def hand_overs(self, hour_s: float, end_s: float) -> list[HandOver]:
        """Instant, agents who leave and agents who come, of every hand-over in [0, end_s]."""
        days = range(math.ceil((hour_s + end_s) / DAY) + 1)
        instants = [(day * DAY + start - hour_s, k) for day in days for k, start in enumerate(self._starts_s.tolist())]
        return [(at, self.agents[k - 1], self.agents[k]) for at, k in instants if 0 <= at <= end_s]
