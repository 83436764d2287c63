"""One event at the utility's call centre: lines, calls, agents, and what the plan's rules add.

Second 0 is the instant at which the event's level is reached; the queue's own clock starts ``BEFORE_S`` earlier, from
an empty centre. What no rule can change is drawn once and met by every rule that is compared: the *incident* (lines,
hour, people's ways to work), and the calls it brings. What the rules do depends on the incident, not on the calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.outage_calls import OutageCallLaw, outage_calls
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.queue.draws import Draws, draw
from resilience_sim.models.queue.inputs import Callers, Instants, Outcome, QueueInputs, Rate, Redial
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.models.queue.measures import measures, timelines
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Exponential, LogNormal, Streams
from resilience_sim.studies.call_up import Spells, in_force, present, staff_added_at_hand_over
from resilience_sim.studies.line_events import AFTER_S, YEARS, LineEvents
from resilience_sim.studies.ordinary_day import OrdinaryDay
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import DAY, HOUR

__all__ = ["OBSERVED_S", "CallsAfter", "Event", "EventTrace", "Load", "Rules", "Strike", "UtilityEvents"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BEFORE_S = HOUR  # so much of the ordinary day runs before the event, from an empty centre
KEPT_EVENTS = 3000  # kept in the memory of each process, with their calls: about half a gigabyte
OBSERVED_S = AFTER_S / 2  # how long calls are followed once an event has ended; the other half is left for the event
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
class Strike:
    """Which lines go out: those of a scenario at its level, or so many at once."""

    scenario: str
    level: str
    lines_at_once: int = 0


@dataclass(frozen=True)
class Load:
    """What strikes, the share of customers who call, and how many there are."""

    strike: Strike
    share_who_call: float
    customers_scale: float = 1.0


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


class CallsAfter(NamedTuple):
    """Calls that arrive in the first ``OBSERVED_S`` seconds after an event, in order of their arrival.

    Seconds since fewer lines than the event's level are out, and whether each was answered within the standard's
    threshold, both of shape (calls,).
    """

    arrival_s: Floats
    in_time: Bools


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
        self.lines = LineEvents(
            site, self._call_law(site.base("outage_calls.share_who_call"), 1.0), record, years=years
        )
        self.day = OrdinaryDay(site)
        self._incident = lru_cache(maxsize=KEPT_EVENTS)(self._draw_incident)
        self._response = lru_cache(maxsize=4 * KEPT_EVENTS)(self._respond)
        self._calls = lru_cache(maxsize=KEPT_EVENTS)(self._draw_calls)

    def replicate(self, event: Event, seed: int, replication: int) -> Mapping[str, float]:
        """Service level and answer rate (both %), calls, and staff-hours added in one event."""
        incident = self._incident(event.load.strike, seed, replication)
        response = self._response(event.rules, event.load.strike, seed, replication)
        calls = self._calls(event.load, seed, replication)
        inputs = replace(calls.queue, agents=_shifted(incident.roster + response.added, BEFORE_S))
        row = measures(
            inputs,
            simulate(inputs, calls.draws),
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
        return self._response(event.rules, event.load.strike, seed, replication).hours

    def trace(self, event: Event, seed: int, replication: int) -> EventTrace:
        """The event that :meth:`replicate` reduces to measures, over time."""
        incident = self._incident(event.load.strike, seed, replication)
        response = self._response(event.rules, event.load.strike, seed, replication)
        calls = self._calls(event.load, seed, replication)
        agents = incident.roster + response.added
        path = simulate(replace(calls.queue, agents=_shifted(agents, BEFORE_S)), calls.draws, trace=True)
        return EventTrace(
            start_s=-BEFORE_S,
            end_s=incident.window_s,
            clock_s=incident.hour_s,
            lines=incident.unplanned,
            counted=response.counted,
            roster=incident.roster,
            agents=agents,
            waiting=_shifted(timelines(path).waiting, -BEFORE_S),
            general=response.general,
            major=response.major,
        )

    def calls_after(
        self, event: Event, holds_s: Sequence[float], seed: int, replication: int
    ) -> tuple[CallsAfter, ...]:
        """The calls after one event, for each time that people are kept on once fewer lines than the level are out.

        The event and its callers are those of :meth:`replicate` where the event is no longer than ``OBSERVED_S``; of a
        longer one, the end. Not for the storm day, which has no history.
        """
        load = event.load
        streams = Streams(seed, replication)
        lines = self.lines.draw_end(
            load.strike.scenario, *self.levels[load.strike.level], seed, streams, longest_s=AFTER_S - OBSERVED_S
        )
        incident = self._found(load.strike, lines.outages, lines.lasts_s + OBSERVED_S, streams)
        queue = self._queue(load, incident, streams)
        draws = draw(queue, streams)
        end_s, calls = BEFORE_S + lines.lasts_s, []
        for hold_s in holds_s:
            response = self._respond_to(incident, replace(event.rules, released_after_s=hold_s), seed, replication)
            path = simulate(replace(queue, agents=_shifted(incident.roster + response.added, BEFORE_S)), draws)
            in_time = (path.outcome == Outcome.ANSWERED) & (path.waited_s < self.site.base("standard.threshold"))
            order = np.argsort(path.arrival_s, kind="stable")
            order = order[(path.arrival_s[order] >= end_s) & (path.arrival_s[order] < queue.horizon_s)]
            calls.append(CallsAfter(path.arrival_s[order] - end_s, in_time[order]))
        return tuple(calls)

    def _draw_incident(self, strike: Strike, seed: int, replication: int) -> _Incident:
        """The lines of an event, and whom they find."""
        streams = Streams(seed, replication)
        if strike.lines_at_once:
            lines = self.lines.draw_at_once(strike.lines_at_once, streams)
        else:
            lines = self.lines.draw(strike.scenario, *self.levels[strike.level], seed, streams)
        return self._found(strike, lines.outages, min(lines.lasts_s, self.site.base("event.longest")), streams)

    def _found(self, strike: Strike, outages: LineOutages, window_s: float, streams: Streams) -> _Incident:
        """Time of day and people's ways to work: with the lines, what neither calls nor rules can change."""
        # The storm comes between 8 and 20 h, other events at any hour.
        part, first = (DAY / 2, DAY / 3) if strike.scenario == "linyi_storm" else (DAY, 0.0)
        hour_s = first + part * streams.generator("event/hour").random()
        decision_s, arrival = self.site.base("call_up.decision"), self._arrival()
        lead_s = arrival.draw(streams.generator("call_up/arrival"), PEOPLE * CALL_UPS).reshape(PEOPLE, CALL_UPS)
        return _Incident(
            outages=outages,
            unplanned=outages.concurrency(),
            window_s=window_s,
            hour_s=hour_s,
            roster=self.day.roster(hour_s, AFTER_S),
            hand_overs=self.day.hand_overs(hour_s, AFTER_S),
            travel_s=lead_s,
            next_shift_s=decision_s + arrival.draw(streams.generator("call_up/next_shift"), CALL_UPS),
        )

    def _draw_calls(self, load: Load, seed: int, replication: int) -> _Calls:
        """The calls of an event, which no rule can change."""
        incident = self._incident(load.strike, seed, replication)
        streams = Streams(seed, replication)
        queue = self._queue(load, incident, streams)
        return _Calls(queue, draw(queue, streams))

    def _respond(self, rules: Rules, strike: Strike, seed: int, replication: int) -> _Response:
        return self._respond_to(self._incident(strike, seed, replication), rules, seed, replication)

    def _respond_to(self, incident: _Incident, rules: Rules, seed: int, replication: int) -> _Response:
        """When each level is in force, and whom it puts on seats beyond the roster.

        A response goes on after the time that is measured, until its own rule releases people; it is followed for the
        day after the event's start, as the lines are.
        """
        end_s = AFTER_S
        counted = incident.unplanned
        if rules.planned_counted:
            planned = self.lines.draw_planned(Streams(seed, replication))
            counted = counted + planned.concurrency(count_planned=True)
        until = {"released_after_s": rules.released_after_s, "end_s": end_s}
        general = in_force(incident.unplanned, rules.general_lines, **until)
        major = in_force(counted, rules.major_lines, **until)
        wanted = _wanted(general, rules.general_agents).combine(_wanted(major, rules.major_people), np.maximum)
        either = _wanted(general, 1).combine(_wanted(major, 1), np.maximum)
        travel_s = incident.travel_s.copy()
        # The specialists are on site; they are the first whom the major level adds.
        travel_s[rules.general_agents : rules.general_agents + rules.specialists] = 0.0
        called = present(wanted, travel_s + self.site.base("call_up.decision"), end_s=end_s)
        added = called + staff_added_at_hand_over(
            in_force(either, 1, released_after_s=0.0, end_s=end_s),
            incident.hand_overs,
            overtime_s=rules.overtime_s,
            advance_s=rules.advance_s,
            lead_s=incident.next_shift_s,
        )
        return _Response(counted, general, major, added, added.integral(-7 * DAY, end_s) / HOUR)

    def _arrival(self) -> LogNormal:
        return LogNormal.from_median(self.site.base("call_up.arrival_median"), self.site.base("call_up.arrival_sigma"))

    # ---- calls

    def _call_law(self, share: float, customers_scale: float) -> OutageCallLaw:
        base = self.site.base
        return OutageCallLaw(
            share=share,
            delay=LogNormal.from_median(base("outage_calls.delay_median"), base("outage_calls.delay_sigma")),
            late_share=base("outage_calls.late_share"),
            again_share=base("outage_calls.call_again_share"),
            customers_scale=customers_scale,
        )

    def _queue(self, load: Load, incident: _Incident, streams: Streams) -> QueueInputs:
        """The queue without its agents, in its own clock: the event starts at BEFORE_S."""
        base, horizon_s = self.site.base, BEFORE_S + incident.window_s
        handling_sigma = base("calls.handling_sigma")
        redial = Redial(
            after_abandoning=base("redial.share"),
            after_blocking=base("redial.share"),
            after_drop=base("redial.share"),
            delay=LogNormal.from_median(base("redial.delay_median"), 1.0),
            most=int(base("redial.most")),
        )
        spread = math.sqrt(math.log1p(base("calls.day_factor_cv") ** 2))
        law = self._call_law(load.share_who_call, load.customers_scale)
        called = outage_calls(incident.outages.pick(slice(None), shift_s=BEFORE_S), law, streams)
        patience = Exponential(base("patience.mean"))
        ordinary = Callers(
            "ordinary",
            Rate(self.day.rate(incident.hour_s, before_s=BEFORE_S), day_factor=LogNormal.from_mean(1.0, spread)),
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
class _Incident:
    """What strikes one event and whom it finds; seconds from the event's start."""

    outages: LineOutages
    unplanned: Timeline
    window_s: float
    hour_s: float
    roster: Timeline
    hand_overs: list[tuple[float, int, int]]
    travel_s: Floats
    next_shift_s: Floats


@dataclass(frozen=True, eq=False)
class _Calls:
    """The queue of one event without its agents, and its numbers; the event starts at BEFORE_S."""

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
