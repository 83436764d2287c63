"""The kindergarten's food poisoning: told at once, carried by the second teacher, treated by gravity, to the hospital.

One event is one meal that makes children ill (:mod:`~resilience_sim.studies.kindergarten.illness_events`). A resource
or an order is judged by the outcome with it against without it, with the same children falling ill at the same times:

* *second teacher alone* (P3-28) or *leader helps* (P3-32): how long a child has to wait to be brought to the sick room;
* *by gravity* or *first come* (P3-29): how long the grave wait for first treatment;
* *treated first* or *straight away* (P3-06): what first treatment before the drive costs the grave until they are in
  the hospital. The plan's order for all injured is put to this event, the one that has many of them.

Poisonings are events in which somebody falls ill in the kindergarten; what is asked of the grave is asked of those that
have a grave child, since an event without one keeps every limit.

The sick room is told from the first child with symptoms on while the plan names no other number (P3-27). Where the plan
leaves a time open it is the longest that its bounds allow; places, staff, carriers and ambulances are then the site's.
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
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.kindergarten.fire_facts import classes
from resilience_sim.studies.kindergarten.illness_events import (
    OF_THE_GRAVE,
    SCENARIOS,
    Poisoning,
    happened,
    measured,
)
from resilience_sim.studies.kindergarten.illness_meal import Meal
from resilience_sim.studies.kindergarten.illness_notes import notes
from resilience_sim.studies.limits import asked, decided, offered, readings
from resilience_sim.studies.needs import SHARE, SIGMA, Needs, above, from_on
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation
from resilience_sim.units import HOUR, from_base, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "Illnesses"]

Floats = npt.NDArray[np.float64]

STUDIES: Mapping[str, Mapping[str, str]] = {
    "poisoning_report": {"told": "min", "ready": "min"},
    "poisoning_care": {"waits": "min", "care": "min", "care_grave": "min", "in_hospital": "min"},
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
TIME = from_on(0.0, "s", 86_400.0)
ANY_SHARE = above(0.0, "share", 1.0)  # with none there is no poisoning, or no grave child, to ask about
OPEN_TIME = from_on(0.0, "s", optional=True)

NEEDS = Needs(
    facts={
        "illness.attack_rate": ANY_SHARE,
        "illness.per_event": above(0.0, "children"),
        "illness.in_hospital": ANY_SHARE,
        "illness.onset.median": above(0.0, "s", 7 * 86_400.0),
        "illness.onset.sigma": SIGMA,
        "illness.until": above(0.0, "s", 86_400.0),
        "illness.seen": TIME,
        "illness.report": TIME,
        "illness.carry": TIME,
        "illness.per_trip": from_on(1.0, "children", 20.0),
        "illness.carriers": from_on(1.0, "persons", 20.0),
        "triage.per_child": from_on(0.0, "s", HOUR),
        "triage.right": SHARE,
        "sick_room.treatment": from_on(0.0, "s", 3 * HOUR),
        "sick_room.places": from_on(1.0, "places", 100.0),
        "sick_room.staff": from_on(1.0, "persons", 100.0),
        "sick_room.ready": TIME,
        "sick_room.reach": TIME,
        "ambulance.call": TIME,
        "ambulance.response": TIME,
        "ambulance.children": from_on(1.0, "children", 20.0),
        "ambulance.round_trip": TIME,
        "ambulance.number": from_on(0.0, "ambulances", 100.0),
    },
    quantities={
        ("P3-01", "medical"): from_on(0.0, "persons"),
        ("P3-06", "vehicles"): from_on(0.0, "vehicles", optional=True),
        ("P3-27", "children_with_symptoms"): from_on(1.0, "children", optional=True),
        ("P3-27", "report_within"): OPEN_TIME,
        ("P3-28", "carriers_per_class"): from_on(1.0, "persons", optional=True),
        ("P3-28", "children_per_trip"): from_on(1.0, "children", optional=True),
        ("P3-29", "ready_within"): OPEN_TIME,
        ("P3-29", "places"): from_on(1.0, "places", optional=True),
        ("P3-29", "staff"): from_on(1.0, "persons", optional=True),
        ("P3-32", "care_within"): OPEN_TIME,
        ("P3-32", "ambulances"): from_on(0.0, "ambulances", optional=True),
        ("P3-32", "children_per_ambulance"): from_on(1.0, "children", optional=True),
    },
    measures=STUDIES,
    interpretations={
        "P3-06": ("treated_first", "straight_away"),
        "P3-27": ("first_child",),
        "P3-28": ("teacher_alone",),
        "P3-29": ("by_gravity", "first_come"),
        "P3-32": ("leader_helps",),
    },
)
BLOCK = 40  # events in a block
SHARES = (0.05, 0.1, 0.2, 0.28, 0.4, 0.5, 0.75, 1.0)
MEDIANS_H = (8.0, 6.0, 4.0, 3.0, 2.0, 1.0, 0.5)  # sooner is harder: more at a time, and before they go home
MINUTES = (3.0, 6.0, 12.4, 20.0, 25.0, 35.0, 50.0, 75.0)
CHILDREN = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5)
SEEN_MIN = (0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0)


class Illnesses:
    """The study of food poisoning at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts, with its building, which says how many children there are.
    record
        Not used: no record of lines or of the mains makes a child ill.

    Raises
    ------
    FactError
        If the site lacks a fact, or has one that the study cannot work with.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        NEEDS.check_site(site)
        self.plan = plan
        self.site = site
        self.record = record
        self._meals: dict[tuple[object, ...], Meal] = {}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(Illnesses, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> Illnesses:
        """The same study with other values of some facts."""
        return Illnesses(self.plan, self.site.with_values(values), self.record)

    @property
    def effort(self) -> Effort:
        """A block of events takes some milliseconds."""
        return Effort(per_site=BLOCK, per_load=640, per_certificate=60_000, block=BLOCK)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            asked(
                self.plan,
                self.site,
                clause,
                claim,
                scenario=scenario,
                situation=self.setting(scenario, readings(clause, claim), one_grave=claim.measure in OF_THE_GRAVE),
                unit=MEASURES[claim.measure],
                easiest_if_open=True,
            )
            for clause, claim in self.plan.claims(STUDIES)
            for scenario in self._scenarios(claim)
        ]

    @staticmethod
    def _scenarios(claim: Claim) -> tuple[str, ...]:
        """How fast one is told is asked where the first children come one by one."""
        return SCENARIOS if claim.study == "poisoning_care" else ("usual_poisoning",)

    def setting(self, scenario: str, read: Mapping[str, str], *, one_grave: bool = False) -> Poisoning:
        """What is simulated in a scenario, the plan's words read in this way; perhaps with a grave child at least."""
        medical = decided(self.plan, "P3-01", "medical") or 0.0
        staff = decided(self.plan, "P3-29", "staff")
        where = ("P3-06", "vehicles") if "P3-06" in read else ("P3-32", "ambulances")
        ambulances = decided(self.plan, *where)
        return Poisoning(
            scenario,
            trigger=round(decided(self.plan, "P3-27", "children_with_symptoms") or 1),
            carriers=self._number("P3-28", "carriers_per_class", "illness.carriers"),
            per_trip=self._number("P3-28", "children_per_trip", "illness.per_trip"),
            leader_helps="P3-28" not in read,
            places=self._number("P3-29", "places", "sick_room.places"),
            staff=round(self.site.base("sick_room.staff") + medical if staff is None else staff),
            nurses=round(self.site.base("sick_room.staff")),
            by_gravity=read.get("P3-29") != "first_come",
            treated_first=read.get("P3-06") != "straight_away",
            ambulances=round(self.site.base("ambulance.number") if ambulances is None else ambulances),
            seats=self._number("P3-32", "children_per_ambulance", "ambulance.children"),
            one_grave=one_grave,
        )

    def _number(self, clause: str, quantity: str, fact: str) -> int:
        value = decided(self.plan, clause, quantity)
        return max(1, round(self.site.base(fact) if value is None else value))

    def meal(self, setting: Poisoning) -> Meal:
        """The meal of a setting: who eats, and by which laws they fall ill and are cared for."""
        key = (setting.scenario, setting.children, setting.facts)
        if key not in self._meals:
            there = self.site.with_values(dict(setting.facts)) if setting.facts else self.site
            self._meals[key] = Meal.at(there, setting.scenario, setting.children)
        return self._meals[key]

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events."""
        setting = _setting(situation)
        return measured(happened(setting, self.meal(setting), seed, replication, BLOCK))

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """How many fall ill, what takes the time, and what more places, carriers or ambulances would change."""
        return notes(self, seed, language)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Of the outbreak on record: how many fall ill, how soon, how many children there are, how far ambulances are.

        None of the readings that are there to compare with.
        """
        if question.measure == "told":
            return (Axis("illness.seen", "min", SEEN_MIN),)
        compared = question.interpretation in ("straight_away", "first_come")
        if question.scenario != "mass_poisoning" or compared:
            return ()
        ill = (
            Axis("illness.attack_rate", "share", SHARES),
            Axis("illness.onset.median", "h", MEDIANS_H),
            Axis("children.per_class", "1", CHILDREN),
        )
        return (*ill, Axis("ambulance.response", "min", MINUTES)) if question.measure == "in_hospital" else ill

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        setting = _setting(question.situation)
        if axis.name == "children.per_class":
            return replace(setting, children=value)
        return setting.with_fact(axis.name, from_base(to_base(value, axis.unit), self.site.fact(axis.name).unit))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """Times to promise, when to tell, who carries, places and staff of the sick room, ambulances to ask for."""
        match question.clause, question.measure:
            case "P3-06", _:
                return ("vehicles",) if question.interpretation == "treated_first" else ()
            case _, "told":
                return ("promise", "trigger")
            case _, "ready":
                return ("promise",)
            case "P3-28", _:
                return ("teachers", "per_trip")
            case "P3-29", _:
                return ("sick_room",) if question.interpretation == "by_gravity" else ()
            case _, "care":
                return ("promise",)
            case _, "in_hospital":
                return ("promise", "ambulances")
        return ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        match question.option:
            case "promise":
                return (offered(self.plan, question.clause, question.claim.limit, descending=False),)
            case "trigger":
                return (offered(self.plan, "P3-27", "children_with_symptoms", descending=True),)
            case "teachers":
                return (offered(self.plan, "P3-28", "carriers_per_class", descending=False),)
            case "per_trip":
                return (offered(self.plan, "P3-28", "children_per_trip", descending=False),)
            case "sick_room":
                return tuple(offered(self.plan, "P3-29", name, descending=False) for name in ("places", "staff"))
            case "vehicles":
                return (offered(self.plan, "P3-06", "vehicles", descending=False),)
        return (offered(self.plan, "P3-32", "ambulances", descending=False),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        setting = _setting(question.situation)
        first, *others = (round(value) for value in values)
        match question.option:
            case "promise":
                (choice,) = self.choices(question)
                return replace(question, limit=from_base(to_base(values[0], choice.unit), question.unit))
            case "trigger":
                changed = replace(setting, trigger=first)
            case "teachers":
                changed = replace(setting, carriers=first)
            case "per_trip":
                changed = replace(setting, per_trip=first)
            case "sick_room":
                changed = replace(setting, places=first, staff=others[0])
            case _:
                changed = replace(setting, ambulances=first)
        return replace(question, situation=changed)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice costs, in the unit of :meth:`cost_unit`; nothing is simulated."""
        del seed
        first, *others = (np.array(choice.values) for choice in self.choices(question))
        match question.option:
            case "trigger":  # told sooner, and so in vain more often
                sooner: Floats = first[0] - first
                return sooner
            case "teachers":
                layout = self.site.building
                assert layout is not None
                more: Floats = (first - first[0]) * len(classes(layout))
                return more
            case "sick_room":  # one place, or one person
                both: Floats = first[:, None] + others[0][None, :]
                return both
        plain: Floats = first.astype(float)
        return plain

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"illness_{question.option}"


def _setting(situation: Situation) -> Poisoning:
    assert isinstance(situation, Poisoning)
    return situation
