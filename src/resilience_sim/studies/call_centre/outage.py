"""The call centre's clauses on an application that is down or slow: what the floor can still do for its callers.

One event is one failure (:mod:`~resilience_sim.studies.call_centre.outage_events`). The plan's measures come one after
the other, each judged by the answer rate with it against without it in the same failure:

* written material (P4-08): some callers are answered, against none; nobody leaves the system, against some do;
* recording by hand (P4-09): the others are recorded, entered once it is up again, and called back, against sent away;
  all calls back promised must begin in time;
* people moved as in a surge (P4-10);
* all of it together is held against the site's standards (P4-03), as are slow queries: where a query that takes just
  as long as counts as slow breaks the standard, the mark is too high.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause
from resilience_sim.studies.call_centre.failure_replay_notes import replay_notes
from resilience_sim.studies.call_centre.faults_events import Breakdown
from resilience_sim.studies.call_centre.outage_events import Down, Outages, Work
from resilience_sim.studies.call_centre.outage_tickets import ticket_note, tickets
from resilience_sim.studies.call_centre.part import CallCentrePart
from resilience_sim.studies.call_centre.surge_floor import BLOCK
from resilience_sim.studies.call_centre.surge_levers import loaded_axes, with_load
from resilience_sim.studies.call_centre.surge_rules import FLOOR_FACTS, SUPPORT_QUANTITIES, support
from resilience_sim.studies.limits import asked, decided, offered, stated
from resilience_sim.studies.needs import PART, SHARE, SIGMA, Needs, above, from_on
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.units import HOUR, MINUTE

__all__ = ["MEASURES", "NEEDS", "STUDIES", "ApplicationDown"]

Floats = npt.NDArray[np.float64]

_RATES = {"answer_rate": "%", "service_level": "%", "answer_rate_gain": "%"}
STUDIES: Mapping[str, Mapping[str, str]] = {
    "application_failure": _RATES,
    "slow_queries": {"answer_rate": "%", "service_level": "%"},
    "written_material": _RATES,
    "staff_staying": _RATES,
    "recording_by_hand": {**_RATES, "called_back": "%"},
    "staff_moved": _RATES,
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
_OPEN = from_on(0.0, "s", optional=True)
NEEDS = Needs(
    facts={
        **FLOOR_FACTS,
        "failure.try_again": SHARE,
        "failure.try_again_after": from_on(0.0, "s", listed=True),
        "failure.staff_moved_after": from_on(0.0, "s"),
        "failure.leave": SHARE,
        "failure.queries": from_on(0.0, "1", 1000.0),
        "failure.slow_from": from_on(0.0, "s", HOUR),
        "failure.slow_lasts": above(0.0, "s", 24 * HOUR),
        "manual.answerable": SHARE,
        "manual.handling_factor": from_on(1.0, "1", 10.0),
        "manual.record": above(0.0, "s"),
        "manual.call_back": above(0.0, "s"),
        "manual.enter": from_on(0.0, "s"),
        "manual.begins": from_on(0.0, "s"),
        "manual.back_within": above(0.0, "s", 72 * HOUR),
        "specialist.people": from_on(1.0, "persons", 100.0),
        "vendor.asked": SHARE,
        # Of the failure on record that is replayed.
        "patience.lognormal.median": above(0.0, "s"),
        "patience.lognormal.sigma": SIGMA,
        "support.level_one": SHARE,
        "support.lead_time": from_on(0.0, "s"),
        "support.lead_time_on_site": from_on(0.0, "s"),
    },
    quantities={
        **SUPPORT_QUANTITIES,
        ("P4-02", "specialists"): from_on(1.0, "persons", 100.0, optional=True),
        ("P4-03", "seats_affected"): replace(PART, open_high=False),
        ("P4-03", "slow_from"): from_on(0.0, "s", HOUR, optional=True),
        ("P4-07", "unsolved_for"): above(0.0, "s"),
        ("P4-07", "share_acted_on"): replace(SHARE, optional=True),
        ("P4-08", "answerable"): replace(SHARE, optional=True),
        ("P4-08", "handling_factor"): from_on(1.0, "1", 10.0, optional=True),
        ("P4-08", "agents_staying"): replace(SHARE, optional=True),
        ("P4-09", "call_back_within"): replace(above(0.0, "s", 72 * HOUR), optional=True),
        ("P4-09", "record_within"): replace(above(0.0, "s"), optional=True),
        ("P4-10", "start_after"): _OPEN,
    },
    measures=STUDIES,
)
PER_HOUR = (10.0, 20.0, 30.0, 60.0, 120.0, 240.0)
BEGINS_MIN = (60.0, 45.0, 30.0, 20.0, 15.0, 10.0, 5.0, 2.0, 0.0)
BACK_H = (1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0)
COSTED = 6


class ApplicationDown(CallCentrePart):
    """The study of the plan's application failures at one site; see the module's docstring."""

    needs = NEEDS

    def _prepare(self, *, check: bool) -> None:
        self.events = Outages(self.site, check=check)

    @property
    def effort(self) -> Effort:
        """A failure takes some milliseconds."""
        return Effort(per_site=2 * BLOCK, per_load=520, per_certificate=2000, block=BLOCK)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim."""
        return [self._question(clause, claim) for clause, claim in self.plan.claims(tuple(STUDIES))]

    def _question(self, clause: Clause, claim: Claim) -> Question:
        setting = self.setting(claim.study)
        if claim.measure != "answer_rate_gain":
            setting = replace(setting, against=None)
        unit = STUDIES[claim.study][claim.measure]
        return asked(self.plan, self.site, clause, claim, scenario=setting.scenario, situation=setting, unit=unit)

    def setting(self, study: str) -> Down:
        """What is simulated for a study."""
        plan, site = self.plan, self.site
        written = Work(
            answerable=stated(plan, site, "P4-08", "answerable", "manual.answerable"),
            factor=stated(plan, site, "P4-08", "handling_factor", "manual.handling_factor"),
            records=False,
            record_s=stated(plan, site, "P4-09", "record_within", "manual.record"),
            begins_s=site.base("manual.begins"),
        )
        recorded = replace(written, records=True)
        staffed = replace(
            recorded,
            support=support(plan, site, 3),
            moved_s=stated(plan, site, "P4-10", "start_after", "failure.staff_moved_after"),
        )
        down = Down(
            "application_down",
            self._failure(),
            staffed,
            against=recorded,
            back_within_s=stated(plan, site, "P4-09", "call_back_within", "manual.back_within"),
        )
        staying = decided(plan, "P4-08", "agents_staying")
        leave = site.base("failure.leave") if staying is None else 1 - staying
        match study:
            case "slow_queries":
                slow_s = stated(plan, site, "P4-03", "slow_from", "failure.slow_from")
                return replace(down, scenario="application_slow", work=recorded, against=None, slow_s=slow_s)
            case "written_material":
                return replace(down, work=written, against=replace(written, answerable=0.0))
            case "staff_staying":
                return replace(down, work=recorded, against=replace(recorded, leave=leave))
            case "recording_by_hand":
                return replace(down, work=recorded, against=written)
        return down

    def _failure(self) -> Breakdown:
        """An application that fails at any hour; the vendor is called as often as the plan or else the site says."""
        return Breakdown(
            "application",
            "any_hour",
            specialists=round(stated(self.plan, self.site, "P4-02", "specialists", "specialist.people")),
            vendor_after_s=stated(self.plan, self.site, "P4-07", "unsolved_for"),
            vendor_asked=stated(self.plan, self.site, "P4-07", "share_acted_on", "vendor.asked"),
        )

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of failures, shape (:data:`~.call_centre_surge_floor.BLOCK`,)."""
        return self.events.replicate(_down(situation), seed, replication)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Who tries again, of the answer rate with all that the plan does; handling times, of slow queries."""
        if question.claim.study == "application_failure" and question.measure == "answer_rate":
            return loaded_axes("failure.try_again")
        if question.claim.study == "slow_queries":
            return loaded_axes("calls.handling_mean")
        return ()

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        setting = _down(question.situation)
        return replace(setting, against=None, loads=with_load(self.site, setting.loads, axis, value))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """When work by hand begins, calls back an hour and their deadline, when people are moved, what is slow."""
        match question.claim.study, question.measure:
            case "slow_queries", "answer_rate":
                return ("slow_from",)
            case "recording_by_hand", "answer_rate":
                return ("recording_from",)
            case "recording_by_hand", "called_back":
                return ("calls_back",)
            case "application_failure", "answer_rate":
                return ("staff_moved_from",)
        return ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        match question.option:
            case "slow_from":
                return (offered(self.plan, "P4-03", "slow_from", descending=True),)
            case "recording_from":
                now = self.site.base("manual.begins") / MINUTE
                values = tuple(sorted({*BEGINS_MIN, now}, reverse=True))
                return (Choice(OF_THE_SITE, "manual.begins", "min", values, now),)
            case "calls_back":
                deadline = offered(self.plan, "P4-09", "call_back_within", descending=False)
                within = replace(deadline, values=tuple(value for value in deadline.values if value in BACK_H))
                return (within, Choice(OF_THE_SITE, "manual.back_per_hour", "calls", PER_HOUR, None))
        return (offered(self.plan, "P4-10", "start_after", descending=True),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        setting, (first, *others) = _down(question.situation), values
        work = setting.work
        match question.option:
            case "slow_from":
                setting = replace(setting, slow_s=first)
            case "recording_from":
                setting = replace(setting, work=replace(work, begins_s=first * MINUTE))
            case "calls_back":
                setting = replace(setting, back_within_s=first * HOUR, work=replace(work, per_hour=others[0]))
            case _:
                setting = replace(setting, work=replace(work, moved_s=first * MINUTE))
        return replace(question, situation=setting)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice costs, in the unit of :meth:`cost_unit`; people in staff-hours, over the same failures."""
        choice, *others = self.choices(question)
        first: Floats = np.array(choice.values)
        given_up: Floats = np.abs(first - first[0])
        match question.option:
            case "staff_moved_from":
                settings = [_down(self.chosen(question, (value,)).situation) for value in choice.values]
                hours = [[self.events.support_hours(one, seed, k) for k in range(COSTED)] for one in settings]
                given_up = np.array([math.fsum(row) / COSTED for row in hours])
            case "calls_back":  # agents who enter and call back at a time; of as many, the shorter promise
                each_s = self.site.base("manual.call_back") + self.site.base("manual.enter")
                agents = np.array(others[0].values) * (each_s / HOUR)
                given_up = agents[None, :] + 1e-4 * first[:, None]
        return given_up

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return "queue_staff_hours" if question.option == "staff_moved_from" else f"queue_{question.option}"

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What is to be made up for once it is up again; a failure on record under the plan's and other rules."""
        setting = replace(self.setting("recording_by_hand"), against=None)
        return (ticket_note(tickets(self.events, setting, seed), language), *replay_notes(self.site, seed, language))


def _down(situation: Situation) -> Down:
    assert isinstance(situation, Down)
    return situation
