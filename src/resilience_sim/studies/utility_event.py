"""One event at the utility's call centre: lines, calls, agents, and what the plan's rules add.

Second 0 is the instant at which the event's level is reached; the queue's own clock starts ``BEFORE_S`` earlier, from
an empty centre. What no rule can change (the event's *world*) is drawn once and met by every rule that is compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.outage_calls import OutageCallLaw, outage_calls
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.queue.draws import Draws, draw
from resilience_sim.models.queue.inputs import Callers, Instants, QueueInputs, Rate, Redial
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.models.queue.measures import measures, timelines
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Exponential, LogNormal, Streams
from resilience_sim.studies.call_up import Spells, in_force, present, staff_added_at_hand_over
from resilience_sim.studies.line_events import AFTER_S, YEARS, LineEvents
from resilience_sim.studies.ordinary_day import OrdinaryDay
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import DAY, HOUR

__all__ = ["Event", "EventTrace", "Load", "Rules", "UtilityEvents"]

Floats = npt.NDArray[np.float64]

BEFORE_S = HOUR  # so much of the ordinary day runs before the event, from an empty centre
KEPT_EVENTS = 3000  # worlds kept in the memory of each process, about half a gigabyte
PEOPLE, CALL_UPS = 100, 24  # lead times drawn in each event: more people than the plan's bounds allow


@dataclass(frozen=True)
class Rules:
    """What the plan sets: lines from which a response starts, extra people, and how shifts hand over."""

    general_lines: float
    general_agents: int
    major_lines: float
    major_agents: int
    specialists: int
    adds: bool
    planned_counted: bool
    overtime_s: float
    advance_s: float
    released_after_s: float

    @property
    def major_people(self) -> int:
        """Extra people wanted in all at the major level."""
        own = self.major_agents + self.specialists
        return own + self.general_agents if self.adds else max(own, self.general_agents)


@dataclass(frozen=True)
class Load:
    """What strikes: a scenario at its level, the share of customers who call, and how many there are."""

    scenario: str
    level: str
    share_who_call: float
    customers_scale: float = 1.0
    lines_at_once: int = 0


@dataclass(frozen=True)
class Event:
    """A situation: a load, met by the plan's rules."""

    load: Load
    rules: Rules


@dataclass(frozen=True, eq=False)
class EventTrace:
    """One event over time, in seconds from the instant at which its level is reached.

    Parameters
    ----------
    start_s, end_s
        The time simulated: some of the ordinary day before the event, and the event.
    clock_s
        Time of day at second 0.
    lines, counted
        Unplanned lines out, and the lines that count towards the major level.
    roster, agents
        Agents on seats by the roster, and with those that the rules add.
    waiting
        Calls in the queue.
    general, major
        From when until when each response is in force.
    """

    start_s: float
    end_s: float
    clock_s: float
    lines: Timeline
    counted: Timeline
    roster: Timeline
    agents: Timeline
    waiting: Timeline
    general: Spells
    major: Spells


class UtilityEvents:
    """Events at one site.

    Parameters
    ----------
    site
        The site's facts.
    levels
        For each level of response, the fewest and the most lines out at once that make an event of it.
    record
        Line outages to replay and the years they cover, if there are any.
    years
        Length of the drawn time from which a district's events come.
    """

    def __init__(
        self,
        site: Site,
        levels: Mapping[str, tuple[int, int | None]],
        record: tuple[LineOutages, float] | None = None,
        *,
        years: int = YEARS,
    ) -> None:
        self.site = site
        self.levels = levels
        self.lines = LineEvents(site, self._calls(site.base("outage_calls.share_who_call"), 1.0), record, years=years)
        self.day = OrdinaryDay(site)
        self._world = lru_cache(maxsize=KEPT_EVENTS)(self._draw_world)

    def replicate(self, event: Event, seed: int, replication: int) -> Mapping[str, float]:
        """Service level and answer rate (both %), calls, and staff-hours added in one event."""
        world = self._world(event.load, seed, replication)
        response = self._response(event.rules, world, seed, replication)
        inputs = replace(world.queue, agents=_shifted(world.roster + response.added, BEFORE_S))
        row = measures(
            inputs,
            simulate(inputs, world.draws),
            window=(BEFORE_S, inputs.horizon_s),
            threshold_s=self.site.base("standard.threshold"),
        )
        quiet = row["calls"] == 0  # an event without a call breaks no promise
        return {
            "service_level": 100.0 if quiet else 100 * row["service_level"],
            "answer_rate": 100.0 if quiet else 100 * row["answer_rate"],
            "calls": row["calls"],
            "added_hours": response.hours,
        }

    def added_hours(self, event: Event, seed: int, replication: int) -> float:
        """Staff-hours that the rules add in one event; no call is simulated."""
        world = self._world(event.load, seed, replication)
        return self._response(event.rules, world, seed, replication).hours

    def trace(self, event: Event, seed: int, replication: int) -> EventTrace:
        """The event that :meth:`replicate` reduces to measures, over time."""
        world = self._world(event.load, seed, replication)
        response = self._response(event.rules, world, seed, replication)
        agents = world.roster + response.added
        path = simulate(replace(world.queue, agents=_shifted(agents, BEFORE_S)), world.draws, trace=True)
        return EventTrace(
            start_s=-BEFORE_S,
            end_s=world.window_s,
            clock_s=world.hour_s,
            lines=world.unplanned,
            counted=response.counted,
            roster=world.roster,
            agents=agents,
            waiting=_shifted(timelines(path).waiting, -BEFORE_S),
            general=response.general,
            major=response.major,
        )

    def _draw_world(self, load: Load, seed: int, replication: int) -> _World:
        """Everything about one event that no rule of the plan can change; second 0 is the event's start."""
        streams = Streams(seed, replication)
        if load.lines_at_once:
            lines = self.lines.draw_at_once(load.lines_at_once, streams)
        else:
            lines = self.lines.draw(load.scenario, *self.levels[load.level], seed, streams)
        window_s = min(lines.lasts_s, self.site.base("event.longest"))
        # The storm comes between 8 and 20 h, other events at any hour.
        part, first = (DAY / 2, DAY / 3) if load.scenario == "linyi_storm" else (DAY, 0.0)
        hour_s = first + part * streams.generator("event/hour").random()
        queue = self._queue(load, lines.outages, hour_s, window_s, streams)
        decision_s, arrival = self.site.base("call_up.decision"), self._arrival()
        lead_s = arrival.draw(streams.generator("call_up/arrival"), PEOPLE * CALL_UPS).reshape(PEOPLE, CALL_UPS)
        return _World(
            unplanned=lines.outages.concurrency(),
            window_s=window_s,
            hour_s=hour_s,
            roster=self.day.roster(hour_s, AFTER_S),
            hand_overs=self.day.hand_overs(hour_s, AFTER_S),
            travel_s=lead_s,
            next_shift_s=decision_s + arrival.draw(streams.generator("call_up/next_shift"), CALL_UPS),
            queue=queue,
            draws=draw(queue, streams),
        )

    def _response(self, rules: Rules, world: _World, seed: int, replication: int) -> _Response:
        """When each level is in force, and whom it puts on seats beyond the roster.

        A response goes on after the time that is measured, until its own rule releases people; it is followed for the
        day after the event's start, as the lines are.
        """
        end_s = AFTER_S
        counted = world.unplanned
        if rules.planned_counted:
            planned = self.lines.draw_planned(Streams(seed, replication))
            counted = counted + planned.concurrency(count_planned=True)
        until = {"released_after_s": rules.released_after_s, "end_s": end_s}
        general = in_force(world.unplanned, rules.general_lines, **until)
        major = in_force(counted, rules.major_lines, **until)
        wanted = _wanted(general, rules.general_agents).combine(_wanted(major, rules.major_people), np.maximum)
        either = _wanted(general, 1).combine(_wanted(major, 1), np.maximum)
        travel_s = world.travel_s.copy()
        # The specialists are on site; they are the first whom the major level adds.
        travel_s[rules.general_agents : rules.general_agents + rules.specialists] = 0.0
        called = present(wanted, travel_s + self.site.base("call_up.decision"), end_s=end_s)
        added = called + staff_added_at_hand_over(
            in_force(either, 1, released_after_s=0.0, end_s=end_s),
            world.hand_overs,
            overtime_s=rules.overtime_s,
            advance_s=rules.advance_s,
            lead_s=world.next_shift_s,
        )
        return _Response(counted, general, major, added, added.integral(-7 * DAY, end_s) / HOUR)

    def _arrival(self) -> LogNormal:
        return LogNormal.from_median(self.site.base("call_up.arrival_median"), self.site.base("call_up.arrival_sigma"))

    # ---- calls

    def _calls(self, share: float, customers_scale: float) -> OutageCallLaw:
        base = self.site.base
        return OutageCallLaw(
            share=share,
            delay=LogNormal.from_median(base("outage_calls.delay_median"), base("outage_calls.delay_sigma")),
            late_share=base("outage_calls.late_share"),
            again_share=base("outage_calls.call_again_share"),
            customers_scale=customers_scale,
        )

    def _queue(self, load: Load, outages: LineOutages, hour_s: float, window_s: float, streams: Streams) -> QueueInputs:
        """The queue without its agents, in its own clock: the event starts at BEFORE_S."""
        base, horizon_s = self.site.base, BEFORE_S + window_s
        handling_sigma = base("calls.handling_sigma")
        redial = Redial(
            after_abandoning=base("redial.share"),
            after_blocking=base("redial.share"),
            after_drop=base("redial.share"),
            delay=LogNormal.from_median(base("redial.delay_median"), 1.0),
            most=int(base("redial.most")),
        )
        spread = math.sqrt(math.log1p(base("calls.day_factor_cv") ** 2))
        law = self._calls(load.share_who_call, load.customers_scale)
        called = outage_calls(outages.pick(np.arange(len(outages)), shift_s=BEFORE_S), law, streams)
        patience = Exponential(base("patience.mean"))
        ordinary = Callers(
            "ordinary",
            Rate(self.day.rate(hour_s, before_s=BEFORE_S), day_factor=LogNormal.from_mean(1.0, spread)),
            LogNormal.from_mean(base("calls.handling_mean"), handling_sigma),
            patience,
            redial=redial,
        )
        outage = Callers(
            "outage",
            Instants(called.times_s, called.asks & (called.times_s < horizon_s)),  # who calls later waits for nobody
            LogNormal.from_mean(base("outage_calls.handling_mean"), handling_sigma),
            patience,
            redial=redial,
        )
        return QueueInputs((ordinary, outage), constant(0.0), horizon_s)


@dataclass(frozen=True, eq=False)
class _World:
    """One event, but for the agents whom the rules add; seconds from the event's start."""

    unplanned: Timeline
    window_s: float
    hour_s: float
    roster: Timeline
    hand_overs: list[tuple[float, int, int]]
    travel_s: Floats
    next_shift_s: Floats
    queue: QueueInputs
    draws: Draws


@dataclass(frozen=True, eq=False)
class _Response:
    """When each level is in force in one event, the agents added beyond the roster, and their hours."""

    counted: Timeline
    general: Spells
    major: Spells
    added: Timeline
    hours: float


def _wanted(spells: Spells, people: int) -> Timeline:
    """So many people wanted during the spells, none outside."""
    if not spells:
        return constant(0.0)
    edges = np.array([(on, off) for on, off in spells]).ravel()
    return Timeline(np.concatenate(([edges[0] - 1], edges)), np.array([0.0] + [float(people), 0.0] * len(spells)))


def _shifted(timeline: Timeline, by_s: float) -> Timeline:
    return Timeline(timeline.times + by_s, timeline.values)
