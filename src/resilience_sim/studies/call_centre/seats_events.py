"""What happens when seats or agents are lost: a seat fails, things are stolen, somebody is hurt.

* ``one_seat``: a seat at which an agent sits fails until the specialist has repaired it; ``storm_burst``: several at
  once. The agent tells the team leader and moves to a free seat; without one the agent stands idle. The call at the
  failed seat goes back to the head of the line.
* ``theft``: the seats of the area that is kept as it is are out of use for so long.
* ``accident``: people are off the line for the rest of the time looked at; ``floor_cleared``: seats around them are
  closed besides. The supervisor, once told, estimates the answer rate with the agents that are left (Erlang A, at the
  usual calls of that hour), and has as many people of other units come as agents are missing if it is too low. They
  work at seats of their own.

Seats fail from the lowest up, where agents sit. Calls are measured while seats are out of use, and for
:data:`LOOKED_AT_S` after an accident. An event is compared with the same one with fewer spare seats or nobody moved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue import Draws, QueueInputs, Seats, draw
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.models.queue.theory.steady import erlang_a
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Exponential, Streams, derived_seed
from resilience_sim.studies.call_centre.faults_events import STORM, Breakdown, Breakdowns, alarms_at, first_told
from resilience_sim.studies.call_centre.surge_floor import (
    BEFORE_S,
    PER_PLAY,
    USUAL,
    Floor,
    Loads,
    as_agents,
    of_block,
    served,
)
from resilience_sim.studies.call_centre.surge_support import within
from resilience_sim.studies.call_trees import Changes
from resilience_sim.timelines import concurrency, pulse
from resilience_sim.units import HOUR, MINUTE

__all__ = ["LOOKED_AT_S", "BackAtWork", "Estimated", "Lost", "Moving", "Scenario", "SeatsLost"]

Floats = npt.NDArray[np.float64]
Scenario = Literal["one_seat", "storm_burst", "theft", "accident", "floor_cleared"]
Against = Literal["no_spare", "nobody_moved"]

LOOKED_AT_S = 2 * HOUR
LONGEST_S = 8 * HOUR  # of repairs: of those that take longer the calls of the first shift count
KEPT_EVENTS = 640  # more than a load or most verdicts take, so that the next one meets them here
KEPT_ROWS = 8192
FAILURES = ("one_seat", "storm_burst")


@dataclass(frozen=True)
class Moving:
    """Who is moved after an accident: people of other units, if the answer rate is estimated below `below`."""

    below: float
    within_s: float = math.inf
    people: int | None = None


@dataclass(frozen=True)
class Lost:
    """A situation: what is lost, and what is done about it.

    Parameters
    ----------
    scenario
        What happens.
    spare
        Spare seats beyond those of the fullest shift.
    seats
        Seats that fail or are out of use.
    for_s
        Seconds for which seats are out of use; of failures as long as their repair takes.
    agents_off
        Agents who are off the line.
    moving
        Who is moved; `None`: nobody.
    against
        What the event is compared with: the same one without spare seats, or with nobody moved; `None`: nothing.
    loads
        What differs from the site.
    """

    scenario: Scenario
    spare: int
    seats: int = 0
    for_s: float = math.inf
    agents_off: int = 0
    moving: Moving | None = None
    against: Against | None = None
    loads: Loads = USUAL


@dataclass(frozen=True)
class BackAtWork:
    """A situation: seats fail, of which it is only asked when the last of their agents works again."""

    scenario: Scenario
    spare: int
    seats: int


@dataclass(frozen=True)
class Estimated:
    """A situation: an accident that the supervisor has to be told of, called so often at most (`None`: as the site)."""

    scenario: Scenario = "accident"
    tries: int | None = None


@dataclass(frozen=True)
class _Event:
    """One event; it begins at BEFORE_S.

    `out_s`: for how long each seat is out of use; `noticed_s`: until the agent knows; `told_s`: until the supervisor
    has estimated the answer rate.
    """

    hour: float
    out_s: tuple[float, ...]
    noticed_s: float
    told_s: float
    end_s: float


class SeatsLost:
    """Seats and agents that are lost at one site.

    Parameters
    ----------
    site
        Its facts, with its call tree and its file of faults.
    check
        Whether these two are checked.
    """

    def __init__(self, site: Site, *, check: bool = True) -> None:
        self.site = site
        self.floor = Floor(site)
        self.threshold_s = site.base("standard.threshold")
        self.breakdowns = Breakdowns(site, check=check)
        self._repairs = lru_cache(maxsize=64)(self._repaired)
        self._told = lru_cache(maxsize=64)(self._supervisor_told)
        self._struck = lru_cache(maxsize=KEPT_ROWS)(self._strike)
        self._calling = lru_cache(maxsize=KEPT_EVENTS)(self._who_calls)
        self._row = lru_cache(maxsize=KEPT_ROWS)(self._worked)

    @property
    def places(self) -> int:
        """Seats of the fullest shift."""
        return max(self.floor.day.agents)

    def replicate(self, setting: Lost, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events, shape (:data:`~.call_centre_surge_floor.BLOCK`,).

        ``service_level``, ``answer_rate`` (both %), ``answer_rate_gain`` (points more than with less) and
        ``support_hours`` (staff-hours of those moved).
        """
        play, events = of_block(replication)
        plain = replace(setting, against=None)
        less = {"no_spare": replace(plain, spare=0), "nobody_moved": replace(plain, moving=None), None: plain}
        rows = []
        for event in events:
            row, other = (self._row(one, seed, play, event) for one in (plain, less[setting.against]))
            rows.append({**row, "answer_rate_gain": row["answer_rate"] - other["answer_rate"]})
        return {name: np.array([row[name] for row in rows]) for name in rows[0]}

    def back_at_work(self, setting: BackAtWork, seed: int, replication: int) -> Mapping[str, Floats]:
        """Seconds from the loss of seats until the last agent works again, ``agent_back``, of a block of events."""
        play, events = of_block(replication)
        count, lost = self.places + setting.spare, Lost(setting.scenario, 0, seats=setting.seats)
        struck = [self._struck(lost, seed, play, event) for event in events]
        return {"agent_back": np.array([self._agent_back_s(one, count) for one in struck])}

    def assessed(self, setting: Estimated, seed: int, replication: int) -> Mapping[str, Floats]:
        """Minutes from an accident until the supervisor has estimated the answer rate, ``assessed``.

        Of :data:`~.call_centre_surge_floor.PER_PLAY` accidents.
        """
        return {"assessed": np.array(self._told(setting.tries, seed, replication)) / MINUTE}

    def support_hours(self, setting: Lost, seed: int, replication: int) -> float:
        """Staff-hours of those moved in an event, the mean of a block."""
        play, events = of_block(replication)
        plain = replace(setting, against=None)
        return float(np.mean([self._row(plain, seed, play, event)["support_hours"] for event in events]))

    # ---- one event

    def _worked(self, setting: Lost, seed: int, play: int, event: int) -> dict[str, float]:
        one = self._struck(_known(setting), seed, play, event)
        if setting.moving is not None and self.estimate(setting, one.hour) >= setting.moving.below:
            return self._row(replace(setting, moving=None), seed, play, event)
        queue, draws = self._calling(one.end_s, setting.loads, seed, play, event)
        agents, moved, hours = queue.agents, 0, 0.0
        if setting.agents_off:
            off = pulse(BEFORE_S, one.end_s, float(setting.agents_off))
            agents = agents.combine(off, lambda there, gone: np.maximum(there - gone, 0.0))
        if setting.moving is not None:
            came_s = self._moved(setting, setting.moving, one, seed, play, event)
            came_s = [at_s for at_s in came_s if at_s < one.end_s]
            if came_s:
                agents = agents + concurrency(came_s, [one.end_s] * len(came_s))
                moved, hours = len(came_s), math.fsum(one.end_s - at_s for at_s in came_s) / HOUR
        count = self.places + setting.spare
        out_s = one.out_s[:count]
        fails = tuple((seat, BEFORE_S, BEFORE_S + lasts_s) for seat, lasts_s in enumerate(out_s))
        inputs = replace(
            queue,
            agents=agents,
            seats=Seats(count + moved, fails, move_s=self.site.base("seats.move")) if fails else None,
        )
        if fails:
            at_s = np.full(len(fails), BEFORE_S)
            draws = replace(draws, seat=np.arange(len(fails)), fails_s=at_s, works_s=at_s + np.array(out_s))
        return {
            **served(simulate(inputs, draws), BEFORE_S, one.end_s, threshold_s=self.threshold_s),
            "support_hours": hours,
        }

    def estimate(self, setting: Lost, hour: float) -> float:
        """The answer rate to expect at the usual calls of an hour with the agents and seats that are left."""
        _, left = self._missing(setting, hour)
        if left == 0:
            return 0.0
        calls_per_s = float(self.floor.day.calls_per_s[int(hour) % 24])
        served_per_s, leave_per_s = 1 / self.floor.handling_s(setting.loads), 1 / self.site.base("patience.mean")
        return 1.0 - erlang_a(calls_per_s, served_per_s, leave_per_s, left).abandoned

    def _missing(self, setting: Lost, hour: float) -> tuple[int, int]:
        """Agents who are missing, off the line or without a seat, and those who are left, at a time of day."""
        there = self.floor.on_shift(hour)
        left = max(0, min(there - setting.agents_off, self.places + setting.spare - setting.seats))
        return there - left, left

    def _moved(self, setting: Lost, moving: Moving, one: _Event, seed: int, play: int, event: int) -> list[float]:
        """When those who are moved are there, as agents, seconds; as many as do the work of those who are missing."""
        factor = self.site.base("support.other_unit_handling")
        people = moving.people
        if people is None:
            people = min(self.floor.listed(1), math.ceil(self._missing(setting, one.hour)[0] * factor))
        listed = None if people <= self.floor.listed(1) else people
        leads_s = self.floor.leads_s(1, self.floor.hours(seed, play), seed, play, listed=listed)[event, :people]
        came_s = as_agents(within(setting.loads.lead * leads_s, moving.within_s), factor)
        return [BEFORE_S + one.told_s + at_s for at_s in came_s]

    def _agent_back_s(self, one: _Event, count: int) -> float:
        """Seconds until the last of those whose seats failed works again: on a free seat, or as agents go home."""
        agents, out_s = self.floor.agents(one.hour, one.end_s), np.array(one.out_s[:count])
        if not len(out_s) or agents.at(BEFORE_S) == 0:
            return 0.0
        changes_s = agents.times[agents.times > BEFORE_S] - BEFORE_S
        for at_s in sorted({0.0, *out_s.tolist(), *changes_s.tolist()}):
            if agents.at(BEFORE_S + at_s) <= count - np.count_nonzero(out_s > at_s):
                return float(max(one.noticed_s, at_s)) + self.site.base("seats.move")
        return math.inf

    def _strike(self, setting: Lost, seed: int, play: int, event: int) -> _Event:
        streams = Streams(seed, play * PER_PLAY + event)
        hour, told_s = self.floor.hours(seed, play)[event], 0.0
        if setting.scenario in FAILURES:
            out_s = tuple(
                min(lasts_s, LONGEST_S) for lasts_s in self._repairs(setting.scenario, setting.seats, seed, play)[event]
            )
            end_s = BEFORE_S + max(out_s)
        elif setting.scenario == "theft":
            out_s, end_s = (setting.for_s,) * setting.seats, BEFORE_S + setting.for_s
        else:
            out_s, end_s = (setting.for_s,) * setting.seats, BEFORE_S + LOOKED_AT_S
            told_s = self._told(None, seed, play)[event]
        noticed = Exponential(self.site.base("faults.noticed"))
        noticed_s = float(noticed.draw(streams.generator("call_centre/seat/noticed"), 1)[0])
        return _Event(hour, out_s, noticed_s, told_s, end_s)

    def _who_calls(self, end_s: float, loads: Loads, seed: int, play: int, event: int) -> tuple[QueueInputs, Draws]:
        """The queue of an event, whatever is lost in it, and those who call until it is over."""
        hour = self.floor.hours(seed, play)[event]
        queue = QueueInputs((self.floor.usual(hour, loads),), self.floor.agents(hour, end_s), end_s)
        return queue, draw(queue, Streams(seed, play * PER_PLAY + event))

    def _repaired(self, scenario: Scenario, seats: int, seed: int, play: int) -> list[tuple[float, ...]]:
        """Of each event of a play, for how many seconds each seat is out of use."""
        kind = Breakdown("seat", STORM if scenario == "storm_burst" else "any_hour", seats=seats)
        lasts_s = self.breakdowns.play(kind, seed, play).seconds("seat", "back")
        return [tuple(row) for row in lasts_s.tolist()]

    def _supervisor_told(self, tries: int | None, seed: int, play: int) -> tuple[float, ...]:
        """Of each event of a play, seconds until the answer rate has been estimated.

        Whoever is not reached estimates nothing.
        """
        hours = np.array(self.floor.hours(seed, play))
        streams, changes = Streams(derived_seed(seed, "accident"), play), Changes(attempts=tries)
        told_s = first_told(alarms_at(self.floor.trees, "accident", streams, hours, changes), "supervisor")
        law = Exponential(self.site.base("accident.estimate"))
        return tuple((told_s + law.draw(streams.generator("call_centre/estimate"), PER_PLAY)).tolist())


def _known(setting: Lost) -> Lost:
    """What an event depends on but for those who call in it."""
    return Lost(setting.scenario, 0, seats=setting.seats, for_s=setting.for_s)
