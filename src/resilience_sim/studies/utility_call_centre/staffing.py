"""The utility call centre: lines trip, customers call, and the plan sends more agents to the seats.

One event is one time with so many 10 kV lines out that a response starts. It is measured from the instant at which the
level is reached until fewer lines are out, at most the site's ``event.longest``. Ordinary calls come by the hour of the
day (an event may begin at any, the storm by day), outage calls from every line that is out. The roster has, in each
shift, the fewest agents that hold the standard in its busiest ordinary hour; the plan's rules add to it:

* a response is in force from its trigger being reached until it has been unmet for ``call_up.released_after``;
* people are called along the site's call tree: the agent on duty reaches the deputy head, who decides and calls agents
  off shift one after the other, until as many as are wanted have said that they come; each travels, and leaves when no
  longer wanted; the specialist is on site and only has to be told, and tells the next shift; a recommendation may have
  the deputy head send all agents off shift one message besides, and have more of them to send it to;
* while a response is in force, the shift that ends stays for its overtime, and the next one comes early (by the lengths
  of P1-10 and P1-11, in a major response by those of P1-14);
* where the next shift is read to relieve the one on duty (P1-11), that one leaves as it comes;
* under *replaces* the major level wants its own people in all, under *adds* those of the general level as well.

Planned outages bring no calls, since customers were told; they count towards the major trigger where the plan's words
are read that way.

Triggers are judged by events just below them (P1-08: as many lines go out at once as start no response; P1-12: the
general response has to do); longer and earlier shifts by the service level with them, less that without, on the same
events and calls; the hand-over of a major response by the agents fewer at it than before (P1-14); and the lead of the
duty room by the time in which all specialists are on seats (P1-02).

Scenarios: ``district`` (events of a fitted outage law; a general event never reaches the major level), ``linyi_storm``
(the storm day of 25 July 2013, always a major event) and ``replay`` (the events of a record).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import PlanError
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.plans.claims import Claim, share_of_events
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.call_trees import UNCHANGED, Changes
from resilience_sim.studies.limits import decided
from resilience_sim.studies.needs import SHARE, Needs, from_on
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation
from resilience_sim.studies.utility_call_centre.event import Event, EventTrace, Load, Rules, Strike, UtilityEvents
from resilience_sim.studies.utility_call_centre.facts import UTILITY_FACTS, UTILITY_RULES
from resilience_sim.studies.utility_call_centre.levers import RESPONSES, UtilityLevers
from resilience_sim.studies.utility_call_centre.line_events import YEARS
from resilience_sim.studies.utility_call_centre.notes import utility_notes
from resilience_sim.studies.utility_call_centre.response import Shifts
from resilience_sim.units import from_base, parse, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "UtilityCallCentre"]

Floats = npt.NDArray[np.float64]

STUDIES = {
    "general_response": "general",
    "major_response": "major",
    "general_trigger": "general",
    "major_trigger": "general",
    "overtime": "general",
    "early_shift": "general",
    "longer_shifts": "major",
    "hand_over": "major",
    "leading": "major",
}
"""Level of the events that a study is about."""
MEASURES = {"service_level": "%", "answer_rate": "%"}
COMPARED = {"service_gain": "%"}
OF_STUDY: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("general_response", "major_response", "general_trigger", "major_trigger"), MEASURES),
    "overtime": COMPARED,
    "early_shift": COMPARED,
    "longer_shifts": COMPARED,
    "hand_over": {"hand_over_drop": "agents"},
    "leading": {"leaderless": "min"},
}
NEEDS = Needs(
    facts=UTILITY_FACTS,
    rules=UTILITY_RULES,
    quantities={
        ("P1-02", "specialists"): from_on(0.0, "persons"),
        ("P1-07", "agents_willing"): replace(SHARE, optional=True),
        ("P1-08", "lines"): from_on(0.0, "lines"),
        ("P1-09", "extra_agents"): from_on(0.0, "agents"),
        ("P1-09", "released_after"): from_on(0.0, "s", optional=True),
        ("P1-10", "overtime"): from_on(0.0, "s", optional=True),
        ("P1-11", "advance"): from_on(0.0, "s", optional=True),
        ("P1-12", "lines"): from_on(0.0, "lines"),
        ("P1-13", "extra_agents"): from_on(0.0, "agents"),
        ("P1-13", "specialists"): from_on(0.0, "persons"),
        ("P1-14", "overtime"): from_on(0.0, "s", optional=True),
        ("P1-14", "advance"): from_on(0.0, "s", optional=True),
    },
    measures=OF_STUDY,
    interpretations={
        "P1-11": ("shifts_overlap", "shifts_replace"),
        "P1-12": ("planned_not_counted", "planned_counted"),
        "P1-13": ("replaces", "adds"),
    },
)
YEARS_ELSEWHERE = 60  # enough to sample a dozen events at each of many sites


class UtilityCallCentre:
    """The study of the plan at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts.
    record
        Line outages to replay and the years they cover; adds the scenario ``replay``.
    years
        Length of the drawn time from which a district's events come.
    """

    def __init__(
        self,
        plan: Plan,
        site: Site,
        record: tuple[LineOutages, float] | None = None,
        *,
        years: int = YEARS,
    ) -> None:
        self.plan = plan
        self.site = site
        self.record = record
        self.years = years
        plain = self.rules({})
        general, major = int(plain.general_lines), int(plain.major_lines)
        levels = {"general": (general, major - 1), "major": (major, None)}
        self.events = UtilityEvents(site, levels, record, years=years, changes=self._willing())
        self.levers = UtilityLevers(plan, site, self.events)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of; drawn events stay behind."""
        return partial(UtilityCallCentre, years=self.years), (self.plan, self.site, self.record)

    def at_site(self, values: Mapping[str, float]) -> UtilityCallCentre:
        """The same study with other values of some facts; its events come from a shorter drawn time."""
        return UtilityCallCentre(self.plan, self.site.with_values(values), self.record, years=YEARS_ELSEWHERE)

    @property
    def effort(self) -> Effort:
        """Few events: drawing one takes a while, and most sites and loads are far from the line."""
        return Effort(per_site=12, per_load=310, per_certificate=6000)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim, interpretation and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims(STUDIES)
            for scenario in self.events.lines.scenarios
            if self._asks(STUDIES[claim.study], scenario)
        ]

    def _asks(self, level: str, scenario: str) -> bool:
        """Whether a scenario has events of a level: the storm is always a major one, a record may have none."""
        if scenario == "linyi_storm":
            return level == "major"
        return self.events.lines.knows(scenario, *self.events.levels[level])

    def _question(self, clause: Clause, claim: Claim, scenario: str) -> Question:
        assert claim.in_ is not None
        readings = dict(claim.readings)
        if claim.interpretation is not None:
            readings[clause.id] = claim.interpretation
        load = Load(Strike(scenario, STUDIES[claim.study]), self.site.base("outage_calls.share_who_call"))
        unit = OF_STUDY[claim.study][claim.measure]
        return Question(
            clause=clause.id,
            claim=claim,
            interpretation=" + ".join(readings[key] for key in sorted(readings, reverse=True)),
            scenario=scenario,
            situation=self._event(claim, load, readings),
            measure=claim.measure,
            unit=unit,
            limit=from_base(self._limit(clause, claim), unit),
            required=share_of_events(claim.in_)[0],
        )

    def _event(self, claim: Claim, load: Load, readings: Mapping[str, str]) -> Event:
        """The situation of a claim: the rules under its readings, and what they are compared with."""
        rules = self.rules(readings)
        match claim.study:
            case "overtime":
                return Event(load, rules, replace(rules, general_shifts=replace(rules.general_shifts, overtime_s=0.0)))
            case "early_shift":
                early = replace(rules, relieves=readings.get("P1-11") == "shifts_replace")
                return Event(load, early, replace(rules, general_shifts=replace(rules.general_shifts, advance_s=0.0)))
            case "longer_shifts":
                return Event(load, rules, replace(rules, major_shifts=Shifts(0.0, 0.0)))
            case "hand_over" | "leading":
                return Event(load, rules, calls=False)
            case "general_trigger":  # as many lines go out at once as do not start a response
                most = replace(load.strike, lines_at_once=max(1, int(rules.general_lines) - 1))
                return Event(replace(load, strike=most), rules)
        return Event(load, rules)

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
            general_shifts=self._shifts(overtime="P1-10", advance="P1-11"),
            major_shifts=self._shifts(overtime="P1-14", advance="P1-14"),
            released_after_s=self._stated("P1-09", "released_after", "call_up.released_after"),
            leaders=int(self._stated("P1-02", "specialists")),
        )

    def _shifts(self, *, overtime: str, advance: str) -> Shifts:
        """How shifts hand over by the clauses that state one length and the other."""
        return Shifts(
            self._stated(overtime, "overtime", "call_up.overtime"),
            self._stated(advance, "advance", "call_up.advance"),
        )

    def _willing(self) -> Changes:
        """The share of agents who come when called, where the plan states one (P1-07)."""
        share = decided(self.plan, "P1-07", "agents_willing")
        return UNCHANGED if share is None else UNCHANGED.with_fact("call_up.agents_follow", share)

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
        """Share of customers who call, customers on a line, lines going out at once; none where rules are compared."""
        if question.claim.study not in RESPONSES:
            return ()
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
            changed = replace(event.load, share_who_call=to_base(value, "%"))
        elif axis.name == "outage_calls.customers_per_line":
            changed = replace(event.load, customers_scale=value / self.site.base("outage_calls.customers_per_line"))
        else:
            changed = replace(event.load, strike=replace(event.load.strike, lines_at_once=int(value)))
        return replace(event, load=changed)

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """Ways to repair a response, or who leads: see :mod:`~.utility_levers`."""
        return self.levers.options(question)

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities that the question's option sets, together."""
        return self.levers.choices(question)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices, each in its quantity's unit."""
        return self.levers.chosen(question, values)

    def costs(self, question: Question, seed: int) -> Floats:
        """Staff-hours that the rules add in one event, for every choice; or specialists."""
        return self.levers.costs(question, seed)

    def cost_unit(self, question: Question) -> str:
        """Staff-hours, or specialists."""
        return self.levers.cost_unit(question)

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """How often a year each response starts, by the fitted law and by the record, and when to stand down."""
        released_after = self.plan.clause("P1-09").quantities["released_after"]
        holds_s = [to_base(value, released_after.unit) for value in released_after.bounds.candidates()]
        return utility_notes(self.events, self.rules({}), holds_s, seed, language)

    # ---- one event

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float]:
        """What the rules come to in one event: see :meth:`~.utility_event.UtilityEvents.replicate`."""
        return self.events.replicate(_event(situation), seed, replication)

    def trace(self, situation: Situation, seed: int, replication: int) -> EventTrace:
        """The event that :meth:`replicate` reduces to measures, over time."""
        return self.events.trace(_event(situation), seed, replication)


def _event(situation: Situation) -> Event:
    assert isinstance(situation, Event)
    return situation
