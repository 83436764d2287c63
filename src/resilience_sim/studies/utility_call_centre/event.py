"""One event at the utility's call centre: lines, calls, agents, and what the plan's rules add.

Second 0 is the instant at which the event's level is reached; the queue's own clock starts ``BEFORE_S`` earlier, from
an empty centre. What no rule can change is drawn once and met by every rule that is compared: the *incident* (lines,
hour), the calls it brings, and for each call-up who of the call tree answers, agrees to come, and how long they travel.
What the rules do depends on the incident and the call-ups, not on the calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.outage_calls import OutageCallLaw, outage_calls
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.queue.draws import draw
from resilience_sim.models.queue.inputs import Callers, Instants, QueueInputs, Rate, Redial
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.models.queue.measures import timelines
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Exponential, LogNormal, Streams, derived_seed
from resilience_sim.studies.call_trees import QUARTERS, UNCHANGED, CallTrees, Changes, on_site_s, places_s
from resilience_sim.studies.call_up import Spells, in_force, present, staff_added_at_hand_over
from resilience_sim.studies.ordinary_day import OrdinaryDay
from resilience_sim.studies.utility_call_centre.line_events import AFTER_S, YEARS, LineEvents
from resilience_sim.studies.utility_call_centre.response import (
    CallUp,
    Response,
    Rules,
    drop,
    during,
    governed,
    lead_times,
    relieved,
    wanted_in,
)
from resilience_sim.studies.utility_call_centre.served import CallsAfter, EventCalls
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import DAY, HOUR, MINUTE

__all__ = [
    "AGENTS", "CALL_UP", "OBSERVED_S", "CallsAfter", "Event", "EventTrace", "Load", "Rules", "Strike", "UtilityEvents",
    "call_law",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BEFORE_S = HOUR  # so much of the ordinary day runs before the event, from an empty centre
KEPT_EVENTS = 3000  # kept in the memory of each process, with their calls: about half a gigabyte
OBSERVED_S = AFTER_S / 2  # how long calls are followed once an event has ended; the other half is left for the event
CALL_UP = "call_up"  # the chain of the call tree by which agents are called
AGENTS = "agents"  # the role in it that the extra agents take
KEPT_CALL_UPS = 8 * KEPT_EVENTS


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
    """A situation: a load, met by the plan's rules.

    Parameters
    ----------
    load, rules
        What strikes, and what is done.
    against
        Rules that they are compared with, on the same lines, people and calls.
    calls
        Whether calls are simulated; shifts and leaders can be asked about without.
    """

    load: Load
    rules: Rules
    against: Rules | None = None
    calls: bool = True


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
    changes
        What is otherwise than in the site's call tree.
    """

    def __init__(
        self,
        site: Site,
        levels: Mapping[str, tuple[int, int | None]],
        record: tuple[LineOutages, float] | None = None,
        *,
        years: int = YEARS,
        changes: Changes = UNCHANGED,
    ) -> None:
        self.site = site
        self.trees = CallTrees(site)
        self.changes = changes
        self.levels = levels
        self.lines = LineEvents(site, call_law(site, site.base("outage_calls.share_who_call")), record, years=years)
        self.day = OrdinaryDay(site)
        self._incident = lru_cache(maxsize=KEPT_EVENTS)(self._draw_incident)
        self._response = lru_cache(maxsize=4 * KEPT_EVENTS)(self._respond)
        self._on_seats = lru_cache(maxsize=4 * KEPT_EVENTS)(self._put_on_seats)
        self._planned = lru_cache(maxsize=KEPT_EVENTS)(self._draw_planned)
        self._calls = lru_cache(maxsize=KEPT_EVENTS)(self._draw_calls)
        self._call_up = lru_cache(maxsize=KEPT_CALL_UPS)(self._draw_call_up)

    def replicate(self, event: Event, seed: int, replication: int) -> Mapping[str, float]:
        """What the rules come to in one event.

        Service level and answer rate (both %), calls, staff-hours added and, where the rules are compared with others,
        ``service_gain`` (points of service level that they are better). Where no calls are simulated: staff-hours,
        ``hand_over_drop`` (agents fewer at a hand-over in a major response than just before it, at most) and
        ``leaderless`` (minutes of major response with all specialists on seats).
        """
        incident = self._incident(event.load.strike, seed, replication)
        response = self._response(event.rules, event.load.strike, seed, replication)
        if not event.calls:
            led = event.rules.leaders > event.rules.specialists
            return {
                "added_hours": response.hours,
                "hand_over_drop": drop(incident.roster, response, incident.hand_overs, incident.window_s),
                "leaderless": 0.0 if led else during(response.major, incident.window_s) / MINUTE,
            }
        row = self._served(event.load, event.rules, seed, replication)
        if event.against is None:
            return {**row, "added_hours": response.hours}
        other = self._served(event.load, event.against, seed, replication)
        gain = row["service_level"] - other["service_level"]
        return {**row, "added_hours": response.hours, "service_gain": gain}

    def _served(self, load: Load, rules: Rules, seed: int, replication: int) -> Mapping[str, float]:
        """Service level and answer rate (both %) and calls of one event."""
        agents = self._on_seats(rules, load.strike, seed, replication)
        return self._calls(load, seed, replication).served(agents)

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
        """The calls in the first :data:`OBSERVED_S` after one event, for each time that people are then kept on.

        The event and its callers are those of :meth:`replicate` where the event is no longer than ``OBSERVED_S``; of a
        longer one, the end. Not for the storm day, which has no history.
        """
        load = event.load
        streams = Streams(seed, replication)
        lines = self.lines.draw_end(
            load.strike.scenario, *self.levels[load.strike.level], seed, streams, longest_s=AFTER_S - OBSERVED_S
        )
        incident = self._found(load.strike, lines.outages, lines.lasts_s + OBSERVED_S, streams)
        calls = self._drawn(load, incident, streams)
        responses = (
            self._respond_to(incident, replace(event.rules, released_after_s=hold_s), seed, replication)
            for hold_s in holds_s
        )
        return tuple(
            calls.after(_shifted(incident.roster + response.added, BEFORE_S), BEFORE_S + lines.lasts_s)
            for response in responses
        )

    def _draw_incident(self, strike: Strike, seed: int, replication: int) -> _Incident:
        """The lines of an event, and whom they find."""
        streams = Streams(seed, replication)
        if strike.lines_at_once:
            lines = self.lines.draw_at_once(strike.lines_at_once, streams)
        else:
            lines = self.lines.draw(strike.scenario, *self.levels[strike.level], seed, streams)
        return self._found(strike, lines.outages, min(lines.lasts_s, self.site.base("event.longest")), streams)

    def _found(self, strike: Strike, outages: LineOutages, window_s: float, streams: Streams) -> _Incident:
        """Time of day and roster: with the lines, what neither calls nor rules can change."""
        # The storm comes between 8 and 20 h, other events at any hour.
        part, first = (DAY / 2, DAY / 3) if strike.scenario == "linyi_storm" else (DAY, 0.0)
        hour_s = first + part * streams.generator("event/hour").random()
        return _Incident(
            outages=outages.pick(slice(None), shift_s=BEFORE_S),
            unplanned=outages.concurrency(),
            window_s=window_s,
            hour_s=hour_s,
            roster=self.day.roster(hour_s, AFTER_S),
            hand_overs=self.day.hand_overs(hour_s, AFTER_S),
            ordinary=self._ordinary(hour_s),
        )

    def _draw_calls(self, load: Load, seed: int, replication: int) -> EventCalls:
        """The calls of an event, which no rule can change."""
        return self._drawn(load, self._incident(load.strike, seed, replication), Streams(seed, replication))

    def _drawn(self, load: Load, incident: _Incident, streams: Streams) -> EventCalls:
        queue = self._queue(load, incident, streams)
        return EventCalls(queue, draw(queue, streams), BEFORE_S, self.site.base("standard.threshold"))

    def _put_on_seats(self, rules: Rules, strike: Strike, seed: int, replication: int) -> Timeline:
        """Agents by the roster with those that the rules add, in the queue's own clock."""
        added = self._response(rules, strike, seed, replication).added
        return _shifted(self._incident(strike, seed, replication).roster + added, BEFORE_S)

    def _respond(self, rules: Rules, strike: Strike, seed: int, replication: int) -> Response:
        return self._respond_to(self._incident(strike, seed, replication), rules, seed, replication)

    def _respond_to(self, incident: _Incident, rules: Rules, seed: int, replication: int) -> Response:
        """When each level is in force, and whom it puts on seats beyond the roster.

        A response goes on after the time that is measured, until its own rule releases people; it is followed for the
        day after the event's start, as the lines are.
        """
        end_s = AFTER_S
        counted = incident.unplanned
        if rules.planned_counted:
            counted = counted + self._planned(seed, replication)
        until = {"released_after_s": rules.released_after_s, "end_s": end_s}
        general = in_force(incident.unplanned, rules.general_lines, **until)
        major = in_force(counted, rules.major_lines, **until)
        wanted = wanted_in(general, rules.general_agents).combine(wanted_in(major, rules.major_people), np.maximum)
        either = wanted_in(general, 1).combine(wanted_in(major, 1), np.maximum)
        spells = in_force(either, 1, released_after_s=0.0, end_s=end_s)
        changes = self._called_with(rules)
        call_ups = [
            self._call_up(seed, replication, k, math.floor(QUARTERS * (incident.hour_s + start_s) / HOUR), changes)
            for k, (start_s, _) in enumerate(self._call_ups(wanted, spells, end_s))
        ]
        called = present(wanted, lead_times(rules, wanted, call_ups), end_s=end_s)
        next_shift_s = np.array([one.next_shift_s for one in call_ups])
        added = called
        by_level = governed(incident.hand_overs, major, rules.major_shifts.advance_s)
        for shifts, hand_overs in zip((rules.general_shifts, rules.major_shifts), by_level, strict=True):
            added = added + staff_added_at_hand_over(
                spells,
                hand_overs,
                overtime_s=shifts.overtime_s,
                advance_s=shifts.advance_s,
                lead_s=next_shift_s,
            )
            if rules.relieves:
                added = added - relieved(spells, hand_overs, shifts.advance_s, next_shift_s)
        return Response(counted, general, major, added, added.integral(-7 * DAY, end_s) / HOUR)

    @staticmethod
    def _call_ups(wanted: Timeline, spells: Spells, end_s: float) -> Spells:
        """The spells for which people are called: those of a response, or those of the number that is wanted oftenest.

        While a response lasts, more people may be wanted, and no longer, several times.
        """
        levels = sorted({int(value) for value in wanted.values.tolist() if value > 0})
        every = [spells, *(in_force(wanted, level, released_after_s=0.0, end_s=end_s) for level in levels)]
        return max(every, key=len)

    def _called_with(self, rules: Rules) -> Changes:
        """What is otherwise than in the call tree when agents are called up under some rules."""
        changes = self.changes
        if rules.message:
            changes = replace(changes, with_message=(AGENTS,))
        if rules.off_shift is not None:
            changes = replace(changes, people=((AGENTS, rules.off_shift),))
        return changes

    def _draw_planned(self, seed: int, replication: int) -> Timeline:
        """Planned outages around an event, over time."""
        return self.lines.draw_planned(Streams(seed, replication)).concurrency(count_planned=True)

    def _draw_call_up(self, seed: int, replication: int, number: int, quarter: int, changes: Changes) -> CallUp:
        """Who comes when the people of an event are called up for the k-th time, seconds from that call-up.

        Each call-up of an event has numbers of its own, the same whatever the rules are and however many are wanted.
        """
        streams = Streams(derived_seed(seed, f"call-up {number}"), replication)
        alarm = self.trees.run(CALL_UP, streams, hour=quarter / QUARTERS % 24, changes=changes)
        specialist_s, next_shift_s = (float(on_site_s(alarm, role)[0]) for role in ("specialist", "next_shift"))
        return CallUp(places_s(alarm, len(alarm.roles[AGENTS]), AGENTS), specialist_s, next_shift_s)

    # ---- calls

    def _queue(self, load: Load, incident: _Incident, streams: Streams) -> QueueInputs:
        """The queue without its agents, in its own clock: the event starts at BEFORE_S."""
        horizon_s = BEFORE_S + incident.window_s
        base = self.site.base
        law = call_law(self.site, load.share_who_call, load.customers_scale)
        called = outage_calls(incident.outages, law, streams)
        handling = LogNormal.from_mean(base("outage_calls.handling_mean"), base("calls.handling_sigma"))
        made = Instants(called.times_s, called.asks & (called.times_s < horizon_s))  # who calls later waits for nobody
        outage = replace(incident.ordinary, name="outage", arrivals=made, handling=handling)
        return QueueInputs((incident.ordinary, outage), constant(0.0), horizon_s)

    def _ordinary(self, hour_s: float) -> Callers:
        """Callers of the ordinary day, at an event that starts at this time of day; the queue's own clock."""
        base = self.site.base
        spread = math.sqrt(math.log1p(base("calls.day_factor_cv") ** 2))
        return Callers(
            "ordinary",
            Rate(self.day.rate(hour_s, before_s=BEFORE_S), day_factor=LogNormal.from_mean(1.0, spread)),
            LogNormal.from_mean(base("calls.handling_mean"), base("calls.handling_sigma")),
            Exponential(base("patience.mean")),
            redial=Redial(
                after_abandoning=base("redial.share"),
                after_blocking=base("redial.share"),
                after_drop=base("redial.share"),
                delay=LogNormal.from_median(base("redial.delay_median"), 1.0),
                most=int(base("redial.most")),
            ),
        )


def call_law(site: Site, share: float, customers_scale: float = 1.0) -> OutageCallLaw:
    """How customers without power call, by a site's facts."""
    base = site.base
    return OutageCallLaw(
        share=share,
        delay=LogNormal.from_median(base("outage_calls.delay_median"), base("outage_calls.delay_sigma")),
        late_share=base("outage_calls.late_share"),
        again_share=base("outage_calls.call_again_share"),
        customers_scale=customers_scale,
    )


@dataclass(frozen=True, eq=False)
class _Incident:
    """What strikes one event and whom it finds; seconds from the event's start.

    Of `outages` and `ordinary` callers: seconds of the queue's own clock, in which the event starts at BEFORE_S.
    """

    outages: LineOutages
    unplanned: Timeline
    window_s: float
    hour_s: float
    roster: Timeline
    hand_overs: list[tuple[float, int, int]]
    ordinary: Callers


def _shifted(timeline: Timeline, by_s: float) -> Timeline:
    return Timeline(timeline.times + by_s, timeline.values)
