"""The call centre's clauses on seats and staff that are lost: spare seats, a theft, an accident, people moved.

One event is one failure of seats, theft or accident (:mod:`~resilience_sim.studies.call_centre.seats_events`).

* Spare seats (P4-01): an agent works again within the time to move, and service holds; the answer rate with them
  against without. Where no spare seat is free the agent is idle until a seat is repaired.
* A theft (P4-24): the seats of the area kept as it is are out of use, and service goes on.
* An accident (P4-25): people are off the line, and the floor around them may be cleared.
* The supervisor's estimate (P4-26): made in time, and the answer rate with people moved against without.
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
from resilience_sim.studies.call_centre import calls_levers as levers
from resilience_sim.studies.call_centre.part import CallCentrePart
from resilience_sim.studies.call_centre.seats_events import BackAtWork, Estimated, Lost, Moving, Scenario, SeatsLost
from resilience_sim.studies.call_centre.surge_floor import BLOCK, PER_PLAY
from resilience_sim.studies.call_centre.surge_rules import FLOOR_FACTS
from resilience_sim.studies.limits import asked, decided, offered, stated
from resilience_sim.studies.needs import SHARE, Needs, above, from_on
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation
from resilience_sim.units import HOUR, MINUTE

__all__ = ["MEASURES", "NEEDS", "STUDIES", "SeatsAndStaff"]

Floats = npt.NDArray[np.float64]

_RATES = {"answer_rate": "%", "service_level": "%"}
STUDIES: Mapping[str, Mapping[str, str]] = {
    "spare_seats": {**_RATES, "answer_rate_gain": "%", "agent_back": "s"},
    "seats_in_scene": _RATES,
    "staff_off_line": _RATES,
    "staff_assessed": {"assessed": "min"},
    "staff_replaced": {**_RATES, "answer_rate_gain": "%"},
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
SCENARIOS: Mapping[str, tuple[Scenario, ...]] = {
    "spare_seats": ("one_seat", "storm_burst"),
    "seats_in_scene": ("theft",),
    "staff_off_line": ("accident", "floor_cleared"),
    "staff_assessed": ("accident",),
    "staff_replaced": ("accident", "floor_cleared"),
}
MOST_SEATS = 200.0
_SEATS, _TIME = from_on(0.0, "seats", MOST_SEATS, optional=True), from_on(0.0, "s", optional=True)
NEEDS = Needs(
    facts={
        **FLOOR_FACTS,
        "faults.noticed": above(0.0, "s", HOUR),
        "seats.spare_share": SHARE,
        "seats.spare_least": from_on(0.0, "seats", MOST_SEATS),
        "seats.move": from_on(0.0, "s", HOUR),
        "storm.seats": from_on(1.0, "seats", MOST_SEATS),
        "accident.agents_off": from_on(1.0, "agents"),
        "accident.seats_closed": from_on(0.0, "seats", MOST_SEATS),
        "accident.closed_for": above(0.0, "s", 24 * HOUR),
        "accident.estimate": above(0.0, "s", HOUR),
        "theft.seats": from_on(0.0, "seats", MOST_SEATS),
        "theft.kept_for": above(0.0, "s", 24 * HOUR),
    },
    quantities={
        ("P4-01", "spare_seats"): _SEATS,
        ("P4-01", "move_within"): _TIME,
        ("P4-24", "seats_in_scene"): _SEATS,
        ("P4-24", "scene_kept_for"): _TIME,
        ("P4-25", "agents_off"): from_on(1.0, "agents", optional=True),
        ("P4-25", "seats_closed"): _SEATS,
        ("P4-25", "closed_for"): _TIME,
        ("P4-26", "assessed_within"): from_on(0.0, "s"),
        ("P4-26", "act_below"): replace(SHARE, optional=True),
    },
    measures=STUDIES,
)
OFF = Axis("accident.agents_off", "agents", (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0))
BROKEN = Axis("storm.seats", "seats", (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0))
KEPT = Axis("theft.seats", "seats", (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0))
BELOW_STEP = 5.0  # per cent
KEPT_MIN = (480.0, 240.0, 120.0, 60.0, 30.0)
COSTED = 6


class SeatsAndStaff(CallCentrePart):
    """The study of the plan's lost seats and staff at one site; see the module's docstring."""

    needs = NEEDS

    def _prepare(self, *, check: bool) -> None:
        self.events = SeatsLost(self.site, check=check)

    @property
    def effort(self) -> Effort:
        """An event takes some milliseconds."""
        return Effort(per_site=2 * BLOCK, per_load=520, per_certificate=2000, block=BLOCK)

    def effort_for(self, situation: Situation) -> Effort:
        """Of accidents of which only the report is simulated many more."""
        if isinstance(situation, Estimated):
            return Effort(per_site=PER_PLAY, per_load=40 * PER_PLAY, per_certificate=300 * PER_PLAY, block=PER_PLAY)
        return self.effort

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims(tuple(STUDIES))
            for scenario in SCENARIOS[claim.study]
        ]

    def _question(self, clause: Clause, claim: Claim, scenario: Scenario) -> Question:
        return asked(
            self.plan,
            self.site,
            clause,
            claim,
            scenario=scenario,
            situation=self._situation(claim, scenario),
            unit=STUDIES[claim.study][claim.measure],
            easiest_if_open=True,
        )

    def _situation(self, claim: Claim, scenario: Scenario) -> Lost | BackAtWork | Estimated:
        """What is simulated for a claim; nobody calls where only the report or the seats are asked about."""
        if claim.study == "staff_assessed":
            return Estimated()
        setting = self.setting(claim.study, scenario)
        if claim.measure == "agent_back":
            return BackAtWork(scenario, setting.spare, setting.seats)
        return setting if claim.measure == "answer_rate_gain" else replace(setting, against=None)

    def setting(self, study: str, scenario: Scenario) -> Lost:
        """What is simulated of the floor for a study in a scenario."""
        site = self.site
        plain = Lost(scenario, self._spare())
        match scenario:
            case "one_seat" | "storm_burst":
                seats = 1 if scenario == "one_seat" else round(site.base("storm.seats"))
                return replace(plain, seats=seats, against="no_spare")
            case "theft":
                return replace(
                    plain,
                    seats=self._whole("P4-24", "seats_in_scene", "theft.seats"),
                    for_s=max(MINUTE, stated(self.plan, site, "P4-24", "scene_kept_for", "theft.kept_for")),
                )
        hurt = replace(plain, agents_off=self._whole("P4-25", "agents_off", "accident.agents_off"))
        if scenario == "floor_cleared":
            closed_s = stated(self.plan, site, "P4-25", "closed_for", "accident.closed_for")
            closed = self._whole("P4-25", "seats_closed", "accident.seats_closed")
            hurt = replace(hurt, seats=closed if closed_s > 0 else 0, for_s=closed_s)
        if study == "staff_off_line":
            return hurt
        moving = Moving(stated(self.plan, site, "P4-26", "act_below", "standard.answer_rate"))
        return replace(hurt, moving=moving, against="nobody_moved")

    def _spare(self) -> int:
        """Spare seats: those of the plan, or else a share of all, and so many at least."""
        chosen = decided(self.plan, "P4-01", "spare_seats")
        if chosen is not None:
            return round(chosen)
        share = self.site.base("seats.spare_share")
        if share == 0:
            return 0
        return max(round(self.site.base("seats.spare_least")), math.ceil(share * self.events.places - 1e-9))

    def _whole(self, clause: str, quantity: str, instead: str) -> int:
        return round(stated(self.plan, self.site, clause, quantity, instead))

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events."""
        if isinstance(situation, Estimated):
            return self.events.assessed(situation, seed, replication)
        if isinstance(situation, BackAtWork):
            return self.events.back_at_work(situation, seed, replication)
        return self.events.replicate(_lost(situation), seed, replication)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Seats that a storm breaks, or of the scene, and people off the line."""
        match question.claim.study, question.scenario, question.measure:
            case "spare_seats", "storm_burst", "agent_back":
                return (BROKEN,)
            case "seats_in_scene", _, "service_level":
                return (KEPT,)
            case "staff_off_line", "accident", "service_level":
                return (OFF,)
        return ()

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        if isinstance(question.situation, BackAtWork):
            return replace(question.situation, seats=int(value))
        setting = _lost(question.situation)
        return replace(setting, agents_off=int(value)) if axis is OFF else replace(setting, seats=int(value))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """Spare seats; seats of the scene, closed seats, and for how long; what answer rate calls for people."""
        match question.claim.study, question.measure:
            case "spare_seats", "agent_back":
                return ("spare_seats",)
            case "seats_in_scene", "answer_rate":
                return ("scene",)
            case "staff_off_line", "answer_rate" if question.scenario == "floor_cleared":
                return ("clearing",)
            case "staff_replaced", "answer_rate":
                return ("act_below",)
            case "staff_assessed", _:
                return ("deadline_and_tries",)
        return ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        match question.option:
            case "spare_seats":
                return (offered(self.plan, "P4-01", "spare_seats", descending=False),)
            case "scene":
                kept = offered(self.plan, "P4-24", "scene_kept_for", descending=True)
                kept = replace(kept, values=tuple(value for value in kept.values if value in KEPT_MIN))
                return (self._seats("P4-24", "seats_in_scene"), kept)
            case "clearing":
                return (self._seats("P4-25", "seats_closed"),)
            case "deadline_and_tries":
                return levers.deadline_and_tries(self.plan, self.site, "P4-26", "assessed_within")
        below = offered(self.plan, "P4-26", "act_below", descending=False)
        return (replace(below, values=tuple(value for value in below.values if value % BELOW_STEP == 0)),)

    def _seats(self, clause: str, quantity: str) -> Choice:
        """Seats out of use, as many as there are at most."""
        return offered(self.plan, clause, quantity, descending=True, most=self.events.places)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        first, *others = values
        if question.option == "deadline_and_tries":
            return replace(question, situation=Estimated(tries=int(others[0])), limit=first)
        if isinstance(question.situation, BackAtWork):
            return replace(question, situation=replace(question.situation, spare=int(first)))
        setting = _lost(question.situation)
        match question.option:
            case "scene":
                setting = replace(setting, seats=int(first), for_s=others[0] * MINUTE)
            case "clearing":
                setting = replace(setting, seats=int(first))
            case _:
                setting = replace(setting, moving=Moving(first / 100))
        return replace(question, situation=setting)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice costs, in the unit of :meth:`cost_unit`; people in staff-hours, over the same events."""
        choices = self.choices(question)
        first: Floats = np.array(choices[0].values)
        given_up: Floats = np.abs(first - first[0])
        match question.option:
            case "act_below":
                settings = [_lost(self.chosen(question, (value,)).situation) for value in choices[0].values]
                hours = [[self.events.support_hours(one, seed, k) for k in range(COSTED)] for one in settings]
                given_up = np.array([math.fsum(row) / COSTED for row in hours])
            case "deadline_and_tries":
                return levers.in_minutes(choices)
            case "scene":  # seat-hours that are given back to service
                used = np.outer(first, np.array(choices[1].values)) * (MINUTE / HOUR)
                given_up = used[0, 0] - used
        return given_up

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        if question.option == "deadline_and_tries":
            return "centre_deadline_and_tries"
        return "queue_staff_hours" if question.option == "act_below" else f"queue_{question.option}"

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """Nothing beside the verdicts."""
        del seed, language
        return ()


def _lost(situation: Situation) -> Lost:
    assert isinstance(situation, Lost)
    return situation
