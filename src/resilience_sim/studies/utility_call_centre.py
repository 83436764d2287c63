"""The utility call centre: lines trip, customers call, and the plan sends more agents to the seats.

One event is one time with so many 10 kV lines out that a response starts. It is measured from the instant at which the
level is reached until fewer lines are out, at most the site's ``event.longest``. Ordinary calls come by the hour of the
day (an event may begin at any, the storm by day), outage calls from every line that is out. The roster has, in each
shift, the fewest agents that hold the standard in its busiest ordinary hour; the plan's rules add to it:

* a response is in force from its trigger being reached until it has been unmet for ``call_up.released_after``;
* person k is called when more than k extra people are wanted, decides and travels, and leaves when no longer wanted;
  the specialist is on site and only has to be told;
* while a response is in force, the shift that ends stays for the overtime, and the next one comes early;
* under *replaces* the major level wants its own people in all, under *adds* those of the general level as well.

Planned outages bring no calls, since customers were told; they count towards the major trigger where the plan's words
are read that way.

Scenarios: ``district`` (events of a fitted outage law; a general event never reaches the major level), ``linyi_storm``
(the storm day of 25 July 2013, always a major event) and ``replay`` (the events of a record).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import PlanError
from resilience_sim.hazards.outage_calls import OutageCallLaw, outage_calls
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.queue.draws import draw
from resilience_sim.models.queue.inputs import Callers, Instants, QueueInputs, Rate, Redial
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.models.queue.measures import measures, timelines
from resilience_sim.models.queue.theory.staffing import fewest_agents
from resilience_sim.plans.claims import Claim, share_of_events
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Exponential, LogNormal, Streams
from resilience_sim.studies.call_up import Spells, in_force, present, staff_added_at_hand_over
from resilience_sim.studies.line_events import LineEvents
from resilience_sim.studies.question import Axis, Choice, Question, Situation
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import DAY, HOUR, MINUTE, from_base, parse, to_base

__all__ = ["MEASURES", "STUDIES", "Event", "EventTrace", "Rules", "UtilityCallCentre"]

Floats = npt.NDArray[np.float64]

STUDIES = {"general_response": "general", "major_response": "major"}
MEASURES = {"service_level": "%", "answer_rate": "%"}
BEFORE_S = HOUR  # so much of the ordinary day runs before the event, from an empty centre
COARSE = frozenset((0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80))  # extra agents offered
PEOPLE, CALL_UPS = 150, 24  # lead times drawn in each event: more people than the plan's bounds allow


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
class Event:
    """A situation: a scenario at some load, met by the plan's rules."""

    scenario: str
    level: str
    rules: Rules
    share_who_call: float
    customers_scale: float = 1.0
    lines_at_once: int = 0


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


class UtilityCallCentre:
    """The study of the plan at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts.
    record
        Line outages to replay and the years they cover; adds the scenario ``replay``.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        self.plan = plan
        self.site = site
        self.record = record
        self.events = LineEvents(site, self._calls(site.base("outage_calls.share_who_call"), 1.0), record)

    def at_site(self, values: Mapping[str, float]) -> UtilityCallCentre:
        """The same study with other values of some facts."""
        return UtilityCallCentre(self.plan, self.site.with_values(values), self.record)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim, interpretation and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims()
            for scenario in self.events.scenarios
            if not (STUDIES[claim.study] == "general" and scenario == "linyi_storm")
        ]

    def _question(self, clause: Clause, claim: Claim, scenario: str) -> Question:
        assert claim.in_ is not None
        readings = dict(claim.readings)
        if claim.interpretation is not None:
            readings[clause.id] = claim.interpretation
        situation = Event(
            scenario, STUDIES[claim.study], self.rules(readings), self.site.base("outage_calls.share_who_call")
        )
        unit = MEASURES[claim.measure]
        return Question(
            clause=clause.id,
            claim=claim,
            interpretation=" + ".join(readings[key] for key in sorted(readings, reverse=True)),
            scenario=scenario,
            situation=situation,
            measure=claim.measure,
            unit=unit,
            limit=from_base(self._limit(clause, claim), unit),
            required=share_of_events(claim.in_)[0],
        )

    def _limit(self, clause: Clause, claim: Claim) -> float:
        if claim.limit.startswith("site."):
            return self.site.base(claim.limit.removeprefix("site."))
        if claim.limit in clause.quantities:
            return self._stated(clause.id, claim.limit)
        return parse(claim.limit).base

    def rules(self, readings: Mapping[str, str]) -> Rules:
        """The plan's rules in force under some readings; open quantities take the site's assumed value."""
        general, major = (self.plan.clause(clause).quantities["lines"] for clause in ("P1-08", "P1-12"))
        return Rules(
            general_lines=general.reached_from(self._stated("P1-08", "lines")),
            general_agents=int(self._stated("P1-09", "extra_agents")),
            major_lines=major.reached_from(self._stated("P1-12", "lines")),
            major_agents=int(self._stated("P1-13", "extra_agents")),
            specialists=int(self._stated("P1-13", "specialists")),
            adds=readings.get("P1-13") == "adds",
            planned_counted=readings.get("P1-12") == "planned_counted",
            overtime_s=self._stated("P1-10", "overtime", "call_up.overtime"),
            advance_s=self._stated("P1-11", "advance", "call_up.advance"),
            released_after_s=self._stated("P1-09", "released_after", "call_up.released_after"),
        )

    def _stated(self, clause: str, quantity: str, instead: str | None = None) -> float:
        """A quantity in force, in base units; where the plan leaves it open, the site's fact."""
        entry = self.plan.clause(clause).quantities[quantity]
        value = entry.in_force()
        if value is not None:
            return to_base(value, entry.unit)
        if instead is None:
            raise PlanError(f"{clause}: quantity {quantity!r} is open; the study needs a value in force")
        return self.site.base(instead)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Share of customers who call, customers on a line, and lines going out at once."""
        del question  # every question of this plan has the same loads
        share = tuple(float(v) for v in (0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30))
        customers = tuple(float(v) for v in (25, 50, 100, 150, 200, 300, 400, 600, 800, 1000, 1571, 2000, 2600, 3690))
        return (
            Axis("outage_calls.share_who_call", "%", share),
            Axis("outage_calls.customers_per_line", "customers", customers),
            Axis("lines_at_once", "lines", tuple(float(n) for n in range(1, 13))),
        )

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        event = _event(question.situation)
        if axis.name == "outage_calls.share_who_call":
            return replace(event, share_who_call=to_base(value, "%"))
        if axis.name == "outage_calls.customers_per_line":
            return replace(event, customers_scale=value / self.site.base("outage_calls.customers_per_line"))
        return replace(event, lines_at_once=int(value))

    # ---- what may be chosen

    def choices(self, question: Question) -> Sequence[Choice]:
        """Trigger, extra agents and early hand-over of the response that the question is about."""
        clauses = ("P1-08", "P1-09", "P1-11") if question.clause == "P1-09" else ("P1-12", "P1-13", "P1-11")
        return [
            self._choice(clauses[0], "lines", hardest_first=True),
            self._choice(clauses[1], "extra_agents", hardest_first=False),
            self._choice(clauses[2], "advance", hardest_first=False),
        ]

    def _choice(self, clause: str, name: str, *, hardest_first: bool) -> Choice:
        quantity = self.plan.clause(clause).quantities[name]
        values = quantity.bounds.candidates()
        current = quantity.in_force()
        if name == "extra_agents":  # neighbours among dozens of agents cannot be told apart in a reasonable time
            values = tuple(value for value in values if value in COARSE)
        if hardest_first:  # a later trigger is harder; nothing later than the plan's own is offered
            values = tuple(sorted((v for v in values if current is None or v <= current), reverse=True))
        return Choice(clause, name, quantity.unit, values, current)

    def chosen(self, question: Question, values: Sequence[float]) -> Situation:
        """The question's situation with trigger, extra agents and advance (min) set."""
        event = _event(question.situation)
        trigger, agents, advance = values
        rules = replace(event.rules, advance_s=advance * MINUTE)
        if question.clause == "P1-09":
            return replace(event, rules=replace(rules, general_lines=trigger + 1, general_agents=int(agents)))
        return replace(event, rules=replace(rules, major_lines=trigger + 1, major_agents=int(agents)))

    def costs(self, question: Question, seed: int) -> Floats:
        """Staff-hours that the rules add in one event, by trigger, extra agents and advance; mean over the same events.

        Extra people are alike, so the cost is linear in their number: the ends of the range give the rest.
        """
        choices = self.choices(question)
        triggers, agents, advances = (np.array(choice.values) for choice in choices)
        ends = np.array(
            [
                [[self._cost(question, (t, n, a), seed) for a in advances.tolist()] for n in (agents[0], agents[-1])]
                for t in triggers.tolist()
            ]
        )
        weight = ((agents - agents[0]) / (agents[-1] - agents[0]))[None, :, None]
        costs: Floats = ends[:, :1] * (1 - weight) + ends[:, 1:] * weight
        return costs

    def _cost(self, question: Question, values: Sequence[float], seed: int, *, events: int = 60) -> float:
        event = _event(self.chosen(question, values))
        return float(np.mean([self._staffed(event, seed, replication).added_hours for replication in range(events)]))

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """How often a year each response starts, by the fitted law and by the record."""
        plain = self.rules({})
        general, major = int(plain.general_lines), int(plain.major_lines)
        notes = []
        for scenario in ("district", *(("replay",) if self.record else ())):
            often = [self.events.library(scenario, level, None, seed).per_year for level in (general, major)]
            if language == "zh":
                name = "拟合停电规律" if scenario == "district" else "停电记录"
                notes.append(
                    f"{name}：一般方案每年启动约 {often[0]:.1f} 次（{general} 条线路起），"
                    f"重大方案约 {often[1]:.1f} 次（{major} 条起）。"
                )
            else:
                name = "fitted outage law" if scenario == "district" else "record"
                notes.append(
                    f"By the {name} the general response starts {often[0]:.1f} times a year (from {general} lines on), "
                    f"the major one {often[1]:.1f} times (from {major})."
                )
        return notes

    # ---- one event

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float]:
        """Service level and answer rate (both %), calls, and staff-hours added in one event."""
        event = _event(situation)
        staffed = self._staffed(event, seed, replication)
        inputs, streams = self._inputs(event, staffed)
        path = simulate(inputs, draw(inputs, streams))
        row = measures(
            inputs, path, window=(BEFORE_S, inputs.horizon_s), threshold_s=self.site.base("standard.threshold")
        )
        quiet = row["calls"] == 0  # an event without a call breaks no promise
        return {
            "service_level": 100.0 if quiet else 100 * row["service_level"],
            "answer_rate": 100.0 if quiet else 100 * row["answer_rate"],
            "calls": row["calls"],
            "added_hours": staffed.added_hours,
        }

    def trace(self, situation: Situation, seed: int, replication: int) -> EventTrace:
        """The event that :meth:`replicate` reduces to measures, over time."""
        staffed = self._staffed(_event(situation), seed, replication)
        inputs, streams = self._inputs(_event(situation), staffed)
        path = simulate(inputs, draw(inputs, streams), trace=True)
        return EventTrace(
            start_s=-BEFORE_S,
            end_s=staffed.window_s,
            clock_s=staffed.hour_s,
            lines=staffed.outages.concurrency(),
            counted=staffed.counted,
            roster=_shifted(staffed.roster, -BEFORE_S),
            agents=_shifted(staffed.agents, -BEFORE_S),
            waiting=_shifted(timelines(path).waiting, -BEFORE_S),
            general=staffed.general,
            major=staffed.major,
        )

    def _staffed(self, event: Event, seed: int, replication: int) -> _Staffed:
        """The event's lines and the agents that the rules put on seats, in the queue's clock (event at BEFORE_S)."""
        streams = Streams(seed, replication)
        rules = event.rules
        level, most = self._levels(event)
        if event.lines_at_once:
            lines = self.events.draw_at_once(event.lines_at_once, streams)
        else:
            lines = self.events.draw(event.scenario, level, most, seed, streams)
        window_s = min(lines.lasts_s, self.site.base("event.longest"))
        hour_s = streams.generator("event/hour").random()
        hour_s *= DAY if event.scenario != "linyi_storm" else DAY / 2
        hour_s += 0.0 if event.scenario != "linyi_storm" else DAY / 3  # the storm comes between 8 and 20 h
        unplanned = lines.outages.concurrency()
        counted = unplanned
        if rules.planned_counted:
            counted = unplanned + self.events.draw_planned(streams).concurrency(count_planned=True)
        end_s = window_s
        general = self._spells(unplanned, rules.general_lines, rules, end_s)
        major = self._spells(counted, rules.major_lines, rules, end_s)
        lead_s = self._lead_times(streams, rules)
        wanted = _wanted(general, rules.general_agents).combine(_wanted(major, rules.major_people), np.maximum)
        either = in_force(
            _wanted(general, 1).combine(_wanted(major, 1), np.maximum), 1, released_after_s=0, end_s=end_s
        )
        decision_s = self.site.base("call_up.decision")
        shift_lead_s = decision_s + self._arrival().draw(streams.generator("call_up/next_shift"), CALL_UPS)
        added = present(wanted, lead_s, end_s=end_s) + staff_added_at_hand_over(
            either,
            self._hand_overs(hour_s, end_s),
            overtime_s=rules.overtime_s,
            advance_s=rules.advance_s,
            lead_s=shift_lead_s,
        )
        roster = _shifted(self._roster(hour_s, end_s), BEFORE_S)
        return _Staffed(
            outages=lines.outages,
            counted=counted,
            general=general,
            major=major,
            window_s=window_s,
            hour_s=hour_s,
            roster=roster,
            agents=roster + _shifted(added, BEFORE_S),
            added_hours=added.integral(-7 * DAY, end_s) / HOUR,
            streams=streams,
        )

    def _levels(self, event: Event) -> tuple[int, int | None]:
        """Lines that make an event of this level, by the plan in force (not by what is recommended instead)."""
        plain = self.rules({})
        if event.level == "general":
            return int(plain.general_lines), int(plain.major_lines) - 1
        return int(plain.major_lines), None

    @staticmethod
    def _spells(count: Timeline, level: float, rules: Rules, end_s: float) -> Spells:
        return in_force(count, max(level, 1), released_after_s=rules.released_after_s, end_s=end_s)

    def _arrival(self) -> LogNormal:
        return LogNormal.from_median(self.site.base("call_up.arrival_median"), self.site.base("call_up.arrival_sigma"))

    def _lead_times(self, streams: Streams, rules: Rules) -> Floats:
        """Seconds from call to seat by person and call-up; specialists, the major level's first, are on site."""
        lead_s = self._arrival().draw(streams.generator("call_up/arrival"), PEOPLE * CALL_UPS).reshape(PEOPLE, CALL_UPS)
        lead_s[rules.general_agents : rules.general_agents + rules.specialists] = 0.0
        return lead_s + self.site.base("call_up.decision")

    # ---- the ordinary day

    @cached_property
    def _profile(self) -> Floats:
        """Calls per second by clock hour on an ordinary day, shape (24,)."""
        shape = np.array(self.site.bases("calls.profile"))
        rate: Floats = shape * (self.site.base("calls.usual_busy") / (5 * MINUTE) / float(shape.max()))
        return rate

    @cached_property
    def _shifts(self) -> tuple[Floats, list[int]]:
        """Seconds of the day at which shifts start, and the agents of each."""
        starts = np.array(self.site.bases("roster.shift_starts"))
        if "roster.agents" in self.site.facts:
            return starts, [int(agents) for agents in self.site.bases("roster.agents")]
        hours = np.arange(24) * HOUR
        shift = np.searchsorted(starts, hours, side="right") - 1
        agents = [
            fewest_agents(
                float(self._profile[shift == k].max()),
                1 / self.site.base("calls.handling_mean"),
                service_level=self.site.base("standard.service_level"),
                threshold=self.site.base("standard.threshold"),
            )
            for k in range(starts.size)
        ]
        return starts, agents

    def _hand_overs(self, hour_s: float, end_s: float) -> list[tuple[float, int, int]]:
        starts, agents = self._shifts
        days = range(math.ceil((hour_s + end_s) / DAY) + 1)
        instants = [(day * DAY + start - hour_s, k) for day in days for k, start in enumerate(starts.tolist())]
        return [(at, agents[k - 1], agents[k]) for at, k in instants if 0 <= at <= end_s]

    def _roster(self, hour_s: float, end_s: float) -> Timeline:
        starts, agents = self._shifts
        days = range(-1, math.ceil((hour_s + end_s) / DAY) + 1)
        times = np.array([day * DAY + start - hour_s for day in days for start in starts.tolist()])
        return Timeline(times, np.tile(np.array(agents, dtype=float), len(days)))

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

    def _inputs(self, event: Event, staffed: _Staffed) -> tuple[QueueInputs, Streams]:
        base, horizon_s = self.site.base, BEFORE_S + staffed.window_s
        handling_sigma = base("calls.handling_sigma")
        redial = Redial(
            after_abandoning=base("redial.share"),
            after_blocking=base("redial.share"),
            after_drop=base("redial.share"),
            delay=LogNormal.from_median(base("redial.delay_median"), 1.0),
            most=int(base("redial.most")),
        )
        spread = math.sqrt(math.log1p(base("calls.day_factor_cv") ** 2))
        clock_s = np.arange(-24, 72, dtype=float) * HOUR - staffed.hour_s + BEFORE_S
        hours = Timeline(clock_s, np.tile(self._profile, 4))
        law = self._calls(event.share_who_call, event.customers_scale)
        shifted = staffed.outages.pick(np.arange(len(staffed.outages)), shift_s=BEFORE_S)
        called = outage_calls(shifted, law, staffed.streams)
        patience = Exponential(base("patience.mean"))
        ordinary = Callers(
            "ordinary",
            Rate(hours, day_factor=LogNormal.from_mean(1.0, spread)),
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
        return QueueInputs((ordinary, outage), staffed.agents, horizon_s), staffed.streams


@dataclass(frozen=True, eq=False)
class _Staffed:
    """One event's lines, when the responses are in force, and the agents on seats."""

    outages: LineOutages
    counted: Timeline
    general: Spells
    major: Spells
    window_s: float
    hour_s: float
    roster: Timeline
    agents: Timeline
    added_hours: float
    streams: Streams


def _event(situation: Situation) -> Event:
    assert isinstance(situation, Event)
    return situation


def _wanted(spells: Spells, people: int) -> Timeline:
    """So many people wanted during the spells, none outside."""
    if not spells:
        return constant(0.0)
    edges = np.array([(on, off) for on, off in spells]).ravel()
    return Timeline(np.concatenate(([edges[0] - 1], edges)), np.array([0.0] + [float(people), 0.0] * len(spells)))


def _shifted(timeline: Timeline, by_s: float) -> Timeline:
    return Timeline(timeline.times + by_s, timeline.values)
