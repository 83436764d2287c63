"""The call centre's floor around an event: usual callers, agents of the shift, and who is called up from where.

Second 0 of a queue lies :data:`BEFORE_S` before its event, by when the floor is as busy as at any other time. Events
come when there are calls: as likely in each hour as its usual calls are many.

People of other units and functional staff take longer over a call than agents do. The queue knows agents of one kind
only, so that n people who take f times as long count as n / f agents, rounded down: the k-th of these is there when the
first ``ceil(k f)`` of them are (:func:`as_agents`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue import Callers, Outcome, Rate, Redial
from resilience_sim.models.queue.path import Path
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Exponential, LogNormal, Streams, derived_seed
from resilience_sim.studies.call_centre.calls_events import LEVELS, called_up_s
from resilience_sim.studies.call_trees import UNCHANGED, CallTrees, Changes
from resilience_sim.studies.ordinary_day import OrdinaryDay
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import HOUR

__all__ = ["BEFORE_S", "BLOCK", "PER_PLAY", "USUAL", "Floor", "Loads", "as_agents", "of_block", "served"]

Floats = npt.NDArray[np.float64]

BEFORE_S = HOUR
BLOCK = 4  # events of one replication
PER_PLAY = 32  # whose call-ups and repairs are drawn at once
KEPT = 256
KEPT_AROUND = 2048  # events: timelines of a hundred numbers
LISTS = {1: "support.other_units", 2: "support.reserves", 3: "support.functional"}
ON_THE_LIST = 60  # the most people that may be wanted of one level


@dataclass(frozen=True)
class Loads:
    """By how much a situation differs from the site: handling and lead times multiplied, the share who redial."""

    handling: float = 1.0
    lead: float = 1.0
    redial: float | None = None


USUAL = Loads()


def of_block(replication: int) -> tuple[int, range]:
    """In which play the events of a replication are drawn, and where in it they stand."""
    first = replication * BLOCK % PER_PLAY
    return replication * BLOCK // PER_PLAY, range(first, first + BLOCK)


def as_agents(leads_s: Floats, factor: float) -> tuple[float, ...]:
    """When agents are there who do the work of people who take `factor` times as long, seconds, inf for never.

    Parameters
    ----------
    leads_s
        When each of the people is there, shape (people,).
    factor
        Handling time of these people, times that of an agent; 1 or more.
    """
    there = np.sort(leads_s)
    whole = [math.ceil(k * factor - 1e-9) for k in range(1, int(len(there) / factor + 1e-9) + 1)]
    return tuple(float(there[people - 1]) for people in whole)


class Floor:
    """The floor at one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.day = OrdinaryDay(site)
        self.trees = CallTrees(site)
        self._leads = lru_cache(maxsize=KEPT)(self._draw_leads)
        self._hours = lru_cache(maxsize=KEPT)(self._draw_hours)
        self._who = lru_cache(maxsize=KEPT)(self._of_usual)
        # What lies around an event is the same whatever is done about it, and under almost every load.
        self._rate = lru_cache(maxsize=KEPT_AROUND)(self._usual_rate)
        self._roster = lru_cache(maxsize=KEPT_AROUND)(self._on_duty)

    def hours(self, seed: int, play: int) -> tuple[float, ...]:
        """Time of day (hours) of each event of a play, each hour as likely as its usual calls are many."""
        return self._hours(seed, play)

    def _draw_hours(self, seed: int, play: int) -> tuple[float, ...]:
        u = Streams(seed, play).generator("call_centre/hours").random(PER_PLAY)
        return tuple(np.interp(u, self._behind, np.arange(25.0)).tolist())

    @cached_property
    def _behind(self) -> Floats:
        """Share of the day's usual calls that come before each hour, shape (25,)."""
        return np.concatenate(([0.0], np.cumsum(self.day.calls_per_s / self.day.calls_per_s.sum())))

    def usual(self, hour: float, loads: Loads = USUAL, *, redial: Redial | None = None) -> Callers:
        """Those who call on any day around a time of day (hours); without `redial` they try again as on any day."""
        who = self._who(loads, redial)
        return replace(who, arrivals=replace(self._as_usual, rate=self.per_s(hour)))

    def per_s(self, hour: float) -> Timeline:
        """Usual calls per second around a time of day (hours), from second 0 on."""
        return self._rate(hour)

    def _usual_rate(self, hour: float) -> Timeline:
        return self.day.rate(hour * HOUR, before_s=BEFORE_S)

    @cached_property
    def _as_usual(self) -> Rate:
        spread = math.sqrt(math.log1p(self.site.base("calls.day_factor_cv") ** 2))
        return Rate(constant(0.0), day_factor=LogNormal.from_mean(1.0, spread))

    def _of_usual(self, loads: Loads, redial: Redial | None) -> Callers:
        base = self.site.base
        return Callers(
            "callers",
            self._as_usual,
            LogNormal.from_mean(loads.handling * base("calls.handling_mean"), base("calls.handling_sigma")),
            Exponential(base("patience.mean")),
            redial=self._redial(loads) if redial is None else redial,
        )

    def _redial(self, loads: Loads) -> Redial:
        share = self.site.base("redial.share") if loads.redial is None else loads.redial
        return Redial(
            after_abandoning=share,
            after_blocking=share,
            after_drop=share,
            delay=LogNormal.from_median(self.site.base("redial.delay_median"), 1.0),
            most=int(self.site.base("redial.most")),
        )

    def agents(self, hour: float, end_s: float) -> Timeline:
        """Agents of the shifts around a time of day (hours), from second 0 until `end_s` and beyond."""
        return self._roster(hour, end_s)

    def _on_duty(self, hour: float, end_s: float) -> Timeline:
        roster = self.day.roster(hour * HOUR - BEFORE_S, end_s)
        first = max(int(np.searchsorted(roster.times, 0.0, side="right")) - 1, 0)
        return Timeline(roster.times[first:], roster.values[first:])

    def on_shift(self, hour: float) -> int:
        """Agents of the shift at a time of day (hours)."""
        starts = self.site.bases("roster.shift_starts")
        return self.day.agents[int(np.searchsorted(starts, hour % 24 * HOUR, side="right")) - 1]

    def handling_s(self, loads: Loads = USUAL) -> float:
        """Mean handling time of an agent, seconds."""
        return loads.handling * self.site.base("calls.handling_mean")

    def wanted(self, level: int, hour: float) -> int:
        """How many people a level of support asks for at a time of day (hours).

        All agents of other units; of reserves and functional staff a share of the agents on shift, one at least.
        """
        if level == 1:
            return max(1, round(self.site.base("support.other_units")))
        share = self.site.base("support.level_two" if level == 2 else "support.level_three")
        return max(1, math.ceil(share * self.on_shift(hour) - 1e-9))

    def leads_s(
        self, level: int, hours: tuple[float, ...], seed: int, play: int, *, listed: int | None = None
    ) -> Floats:
        """When each place of a level of support is taken, from the order to call up, inf for never.

        Parameters
        ----------
        level
            1 other units, 2 reserves, 3 functional staff.
        hours
            Time of day of each event of the play.
        seed, play
            Equal ones meet the same calls.
        listed
            People on the list; `None`: as the site says.

        Returns
        -------
        Floats
            Seconds, shape (:data:`PER_PLAY`, :data:`ON_THE_LIST`).
        """
        return self._leads(level, hours, seed, play, listed)

    def _draw_leads(self, level: int, hours: tuple[float, ...], seed: int, play: int, listed: int | None) -> Floats:
        streams = Streams(derived_seed(seed, f"support {level}"), play)
        changes = UNCHANGED if listed is None else Changes(people=((LEVELS[level][1], listed),))
        return called_up_s(self.trees, level, ON_THE_LIST, streams, np.array(hours), changes)

    def listed(self, level: int) -> int:
        """How many people the site has on the list of a level."""
        return max(1, round(self.site.base(LISTS[level])))


def served(path: Path, start_s: float, end_s: float, *, threshold_s: float) -> dict[str, float]:
    """Service level and answer rate of the calls between two instants, both in per cent; without a call both 100.

    They are those of :func:`~resilience_sim.models.queue.measures`, which takes longer since it has all the others too.
    """
    calls = (path.arrival_s >= start_s) & (path.arrival_s < end_s)
    outcome, waited_s = path.outcome[calls], path.waited_s[calls]
    if not len(outcome):
        return {"service_level": 100.0, "answer_rate": 100.0}
    answered = (outcome == Outcome.ANSWERED) | (outcome == Outcome.RECORDED)
    in_time = np.count_nonzero(answered & (waited_s < threshold_s))
    return {
        "service_level": 100.0 * in_time / len(outcome),
        "answer_rate": 100.0 * np.count_nonzero(answered) / len(outcome),
    }
