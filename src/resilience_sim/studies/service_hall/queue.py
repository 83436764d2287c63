"""The service hall's queue: surges and their measures, a system that fails, staff who leave their counters.

One event is one day of the hall (:mod:`~resilience_sim.studies.service_hall.queue_events`), or one failure of its
business system (:mod:`~resilience_sim.studies.service_hall.queue_failures`). The plan says "as needed" of nearly all;
what it leaves open is a fact of the site, until a value is in force. Measures are judged against days without them, on
the same draws:

* by queue, wait or load (P5-03): whether a surge is recognised in time, and never where there is none;
* counters added or none (P5-04), help sent for or none (P5-08): the share of those who come in the surge that is served
  in time;
* served to the last or until a new closing time (P5-05): how long that takes; who is sent away;
* care first or in turn (P5-07): how long those in care wait, and what it costs the others;
* staff away from the counters (P5-21, P5-23, P5-25): how much longer customers wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.outages import LineOutages
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams, derived_seed
from resilience_sim.studies.call_trees import CallTrees, drawn_hours, places_s
from resilience_sim.studies.limits import asked, decided, readings
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation
from resilience_sim.studies.service_hall import queue_events as events
from resilience_sim.studies.service_hall.queue_days import capacity
from resilience_sim.studies.service_hall.queue_events import Day
from resilience_sim.studies.service_hall.queue_facts import DECIDED, MEASURES, NEEDS, READINGS, STUDIES
from resilience_sim.studies.service_hall.queue_failures import failed, failures
from resilience_sim.studies.service_hall.queue_levers import axes_of, choices_of, costs_of, options_of
from resilience_sim.studies.service_hall.queue_notes import notes
from resilience_sim.units import from_base, to_base

__all__ = ["BLOCK", "MEASURES", "NEEDS", "READINGS", "STUDIES", "HallQueue"]

Floats = npt.NDArray[np.float64]

BLOCK = 50  # days in one replication
SCENARIOS: Mapping[str, str] = {
    "hall_system": "system_down",
    "hall_told": "system_down",
    "hall_disturbed": "disturbance",
    "hall_injury": "injury",
    "hall_property": "found_property",
}
SURGE = "surge"
HELP = "help"


class HallQueue:
    """The part of the service hall's study that asks about its queue; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts, with its call tree and its file of faults.
    record
        Not used.

    Raises
    ------
    FactError, PlanError
        If the site lacks a fact, a call tree or a file of faults, or has one that no machine can take.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        NEEDS.check_site(site)
        CallTrees(site).inputs(HELP)
        self.plan = plan
        self.site = site
        self.record = record
        self._trees: dict[tuple[tuple[str, float], ...], CallTrees] = {}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(HallQueue, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> HallQueue:
        """The same study with other values of some facts."""
        return HallQueue(self.plan, self.site.with_values(values), self.record)

    @property
    def effort(self) -> Effort:
        """Some thousands: a block of days takes some milliseconds."""
        return Effort(per_site=BLOCK, per_load=10 * BLOCK, per_certificate=100 * BLOCK, block=BLOCK)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim."""
        return [self._question(clause, claim) for clause, claim in self.plan.claims(STUDIES)]

    def _question(self, clause: Clause, claim: Claim) -> Question:
        return asked(
            self.plan,
            self.site,
            clause,
            claim,
            scenario=SCENARIOS.get(claim.study, SURGE),
            situation=self.day(claim.study, readings(clause, claim).get(clause.id, "")),
            unit=MEASURES[claim.measure],
            easiest_if_open=True,
        )

    def day(self, topic: str, read: str = "") -> Day:
        """What is simulated for a study, with the numbers that the plan has in force."""
        day = Day(topic, read)
        for (clause, quantity), fact in DECIDED.get(topic, {}).items():
            base = decided(self.plan, clause, quantity)
            if base is not None:
                day = day.with_fact(fact, from_base(base, self.site.fact(fact).unit))
        return day

    # ---- what happens

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of days, shape (:data:`BLOCK`,)."""
        day = _day(situation)
        site = self.site.with_values(dict(day.facts)) if day.facts else self.site
        rows = self._rows(day, site, seed, replication)
        return {measure: values / _scale(measure) for measure, values in rows.items()}

    def _rows(self, day: Day, site: Site, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of each day of a block, times in seconds, densities and counts as they are."""
        streams = Streams(derived_seed(seed, "hall queue"), replication)
        per_s = capacity(self.site)  # slower service and fewer counters meet the same customers
        match day.topic:
            case "hall_trigger":
                return events.recognised(site, per_s, streams, BLOCK, day.read)
            case "hall_counters" | "hall_surge" | "hall_unhelped":
                ladder = events.spare_counters(site, BLOCK) if day.read == "counters_added" else None
                return events.added(site, per_s, streams, BLOCK, ladder)
            case "hall_helped":
                come = self._come_s(day, site, Streams(derived_seed(seed, "hall queue help"), replication))
                return events.added(site, per_s, streams, BLOCK, events.helpers(site, come))
            case "hall_longer":
                return events.extended(site, per_s, streams, BLOCK, day.read)
            case "hall_care":
                return events.cared_for(site, per_s, streams, BLOCK, day.read)
            case "hall_system" | "hall_told":
                all_of = failures(site, Streams(derived_seed(seed, "hall queue faults"), replication), BLOCK)
                return failed(site, per_s, streams, all_of, day.read)
        staff, for_s = self._leave(day.topic, site, streams)
        return events.away(site, per_s, streams, staff=staff, for_s=for_s)

    def _leave(self, topic: str, site: Site, streams: Streams) -> tuple[int, Floats]:
        """How many leave their counters, and for how many seconds on each day of a block."""
        if topic == "hall_injury":
            return round(site.base("escort.staff")), events.lasts_s(site, streams, BLOCK, "escort.away")
        stated = ("P5-21", "steps") if topic == "hall_disturbed" else ("P5-25", "people")
        number = decided(self.plan, *stated)
        assert number is not None  # as was checked when the study was bound
        if topic == "hall_property":
            return round(number), events.lasts_s(site, streams, BLOCK, "property.counting")
        lasts_s = events.lasts_s(site, streams, BLOCK, "disturbance.step", round(number))
        return round(site.base("disturbance.counters")), lasts_s

    def _come_s(self, day: Day, site: Site, streams: Streams) -> list[list[float]]:
        """When each of the agents asked for is there, from the decision to ask, in each day of a block."""
        if day.facts not in self._trees:
            self._trees[day.facts] = CallTrees(site)
        trees = self._trees[day.facts]
        wanted = round(site.base("call_up.extra_staff"))
        hours = drawn_hours(streams, "by_day", trees.tree, site, BLOCK)
        return [places_s(one, wanted, "extra_agents").tolist() for one in trees.run_block(HELP, streams, hours=hours)]

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """How large the usual day is; what each measure brings in a surge; who is told of restoration."""
        return notes(self, seed, language)

    # ---- loads that may grow, and what may be chosen

    def axes(self, question: Question) -> Sequence[Axis]:
        """A larger surge, slower service, fewer counters …; none of what is there to compare with."""
        return axes_of(question)

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        return self.set_to(question, axis.name, value, axis.unit).situation

    def options(self, question: Question) -> Sequence[str]:
        """Thresholds, counters, hours, tries and times; see :mod:`.service_hall_queue_levers`."""
        return options_of(self.plan, question)

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option, each from the hardest value to the easiest."""
        return choices_of(self.plan, self.site, question)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        choices = self.choices(question)
        if question.option.startswith("promise"):
            (value,), (choice,) = values, choices
            return replace(question, limit=from_base(to_base(value, choice.unit), question.unit))
        for value, choice in zip(values, choices, strict=True):
            known = DECIDED.get(question.claim.study, {})
            fact = known.get((choice.clause, choice.quantity), choice.quantity)
            question = self.set_to(question, fact, value, choice.unit)
        return question

    def set_to(self, question: Question, fact: str, value: float, unit: str) -> Question:
        """The same question in a situation with another value of a fact, in some unit."""
        own = from_base(to_base(value, unit), self.site.fact(fact).unit)
        return replace(question, situation=_day(question.situation).with_fact(fact, own))

    def costs(self, question: Question, seed: int) -> Floats:
        """Staff-hours of every combination of choices, or what it gives up; see :mod:`.service_hall_queue_levers`."""
        return costs_of(self, question, seed)

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"hall_{question.option}"


def _scale(measure: str) -> float:
    """Base units in the unit of a measure; per cent and counts are measured as such."""
    unit = MEASURES.get(measure, "1")
    return 1.0 if unit == "%" else to_base(1.0, unit)


def _day(situation: Situation) -> Day:
    assert isinstance(situation, Day)
    return situation
