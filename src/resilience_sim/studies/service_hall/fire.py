"""The service hall: how many may be inside, who leads them out, who guards and saves meanwhile, and how often to drill.

One event is one fire, one gas attack, or one year of drills (:mod:`~resilience_sim.studies.service_hall.fire_events`).
A resource or an order is judged by the outcome with it against without it, in the same events:

* *people first* or *at once* (P5-17): staff who take valuables to safety guide customers until these are out, or not;
* *guarded* or *unguarded* (P5-18): those who guard are not free for customers, and leave last;
* *fight, then leave* or *fight while leaving* (P5-14): whether customers are told only when the fight has failed; those
  who fight have to be out before smoke, too;
* *lock first* or *leave first* (P5-13): what locking the cash away takes of the time before gas overcomes staff;
* *safe number* (P5-06): customers are out in time from a hall as full as it may be.

Drills (P5-01) are as frequent as they have to be to notice within a time that people have become slower by so much, at
the one-sided error of :data:`~resilience_sim.studies.drilling.LEVEL`. Where the plan leaves a number open, the site's
fact stands in for it, or for a promised time the longest that its bounds allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.egress import EgressInputs
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.limits import asked, decided, offered, readings
from resilience_sim.studies.needs import Needs, from_on
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.studies.service_hall.fire_events import Setting, hall_of
from resilience_sim.studies.service_hall.fire_facts import HALL_FACTS, HALL_RULES
from resilience_sim.studies.service_hall.fire_notes import notes
from resilience_sim.units import DAY, from_base, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "ServiceHall"]

Floats = npt.NDArray[np.float64]

OUT = {"customers_margin": "s", "staff_margin": "s", "valuables_saved": "%", "customers_evacuated": "s"}
STUDIES: Mapping[str, Mapping[str, str]] = {
    "hall_fire": OUT,
    "hall_fire_fought": {**OUT, "fighters_margin": "s"},
    "gas_attack": {"gas_margin": "s"},
    "drill_interval": {"growth_noticed": "%"},
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
PERSONS = from_on(0.0, "persons", optional=True)
SECONDS = from_on(0.0, "s", optional=True)
NEEDS = Needs(
    facts=HALL_FACTS,
    rules=HALL_RULES,
    quantities={
        ("P5-01", "drill_every"): SECONDS,
        ("P5-06", "order_keepers"): PERSONS,
        ("P5-06", "crowding"): from_on(0.0, "1/m2", optional=True),
        ("P5-13", "locking"): SECONDS,
        ("P5-14", "fight_for"): SECONDS,
        ("P5-14", "staff_fighting"): PERSONS,
        ("P5-17", "out_within"): SECONDS,
        ("P5-17", "staff_on_valuables"): PERSONS,
        ("P5-18", "guards"): PERSONS,
    },
    measures=STUDIES,
    interpretations={
        "P5-13": ("lock_first", "leave_first"),
        "P5-14": ("fight_then_leave", "fight_while_leaving"),
        "P5-17": ("people_first", "at_once"),
        "P5-18": ("guarded", "unguarded"),
    },
)
SCENARIOS: Mapping[str, tuple[str, ...]] = {
    "hall_fire": ("fire", "fire_detected"),
    "hall_fire_fought": ("fire_fought",),
    "gas_attack": ("gas",),
    "drill_interval": ("drill_year",),
}
CROWDING = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5)
TIMES = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
PACES = (1.4, 1.2, 1.0, 0.8, 0.6, 0.4)
GROWTH = (0.03, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
DOORS_M = (3.6, 3.0, 2.4, 2.1, 1.8, 1.5, 1.2, 0.9, 0.7)
ALARM_STEP_S = 5.0


class ServiceHall:
    """The study of the plan at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts, with its building.
    record
        Not used: no record of lines or of the mains empties a hall.

    Raises
    ------
    FactError
        If the site lacks a fact, or has one that no machine can take.
    PlanError
        If it has no building, or one that is no hall with the two doors and the groups that the study knows.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        NEEDS.check_site(site)
        self.plan = plan
        self.site = site
        self.record = record
        self.hall = hall_of(site)
        # Built before any work, so that a site which no machine can take is refused at once; kept for the runs.
        for question in self.questions():
            self.hall.at(_setting(question.situation).facts)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(ServiceHall, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> ServiceHall:
        """The same study with other values of some facts."""
        return ServiceHall(self.plan, self.site.with_values(values), self.record)

    @property
    def effort(self) -> Effort:
        """A fire takes a millisecond; so some hundreds at each load, and some thousands where it counts."""
        return Effort(per_site=32, per_load=500, per_certificate=4000)

    def drilled(self) -> EgressInputs:
        """Who leaves in a drill; time zero is the alarm."""
        return self.hall.at().drilled()

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims(STUDIES)
            for scenario in SCENARIOS[claim.study]
        ]

    def _question(self, clause: Clause, claim: Claim, scenario: str) -> Question:
        setting = self.setting(scenario, readings(clause, claim))
        return asked(
            self.plan,
            self.site,
            clause,
            claim,
            scenario=scenario,
            situation=setting,
            unit=MEASURES[claim.measure],
            easiest_if_open=True,
        )

    def setting(self, scenario: str, read: Mapping[str, str]) -> Setting:
        """What is simulated in a scenario, the plan's words read in this way."""
        if scenario == "drill_year":
            return Setting(scenario, every_s=self._decided("P5-01", "drill_every", "drills.every"))
        if scenario == "gas":
            locking = decided(self.plan, "P5-13", "locking")
            first = read.get("P5-13") == "lock_first"
            return Setting(scenario, lock_for_s=0.0 if not first else np.inf if locking is None else locking)
        keepers = decided(self.plan, "P5-06", "order_keepers")
        fought = scenario == "fire_fought"
        guarded = read.get("P5-18") != "unguarded"
        plain = Setting(
            scenario,
            guards=round(self._decided("P5-18", "guards", "egress.guards")) if guarded else 0,
            on_valuables=round(self._decided("P5-17", "staff_on_valuables", "egress.on_valuables")),
            people_first=read.get("P5-17") != "at_once",
            fighting=round(self._decided("P5-14", "staff_fighting", "egress.fighters")) if fought else 0,
            fight_for_s=self._decided("P5-14", "fight_for", "egress.fight_fire") if fought else 0.0,
            alarm_after_fight=read.get("P5-14") == "fight_then_leave",
            keepers=0 if keepers is None else round(keepers),
        )
        crowding = decided(self.plan, "P5-06", "crowding")
        return plain if crowding is None else plain.with_fact("hall.crowding", crowding)

    def _decided(self, clause: str, quantity: str, otherwise: str) -> float:
        value = decided(self.plan, clause, quantity)
        return self.site.base(otherwise) if value is None else value

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float]:
        """The measures of one event."""
        return self.hall.replicate(_setting(situation), seed, replication)

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What takes the time, the doors, what nothing can beat, the code's width, and the drills."""
        return notes(self, seed, language)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """A fuller hall, later starts, slower people, a faster fire, a narrower door; of drills their spread."""
        if question.claim.study == "drill_interval":
            return (
                Axis("drills.spread", "%", (3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0)),
                Axis("drills.growth", "%", (200.0, 150.0, 100.0, 75.0, 50.0, 30.0, 20.0, 10.0)),
            )
        if question.measure != "customers_margin":
            return ()
        crowding, growth = Axis("hall.crowding", "1/m2", CROWDING), Axis("fire.growth_rate", "1", GROWTH)
        match question.clause, question.claim.interpretation:
            case "P5-06", _:
                return (crowding, Axis("building.main_door", "m", DOORS_M))
            case "P5-17", "people_first":
                return (Axis("pre_movement", "1", TIMES), Axis("walking.pace", "1", PACES), growth)
            case "P5-18", _:  # guarded is as in P5-06
                return ()
        return (growth,)

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        setting = _setting(question.situation)
        load = {"pre_movement": "pre_movement", "walking.pace": "pace", "fire.growth_rate": "growth"}.get(axis.name)
        if load is not None:
            return replace(setting, loads=replace(setting.loads, **{load: value}))
        return setting.with_fact(axis.name, from_base(to_base(value, axis.unit), self.site.fact(axis.name).unit))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """How full the hall may be, how many are free, guard and save; a door, an earlier alarm; times; drills."""
        if question.measure == "customers_evacuated":
            return ("promise",)
        match question.clause, question.claim.interpretation:
            case "P5-01", _:
                return ("interval",)
            case "P5-06", _:
                return ("crowding", "keepers")
            case "P5-13", "lock_first":
                return ("locking",)
            case "P5-14", "fight_while_leaving":  # fighters are out the sooner, the sooner they give up
                return ("giving_up",) if question.measure == "fighters_margin" else ("fighting",)
            case "P5-17", "people_first":  # who takes valuables guides customers first, so it is staff who tell
                return ("carriers",) if question.measure == "staff_margin" else ("doors", "sooner")
            case "P5-17", _:  # for staff more who carry are done sooner, but customers, and so guards, are out later
                return () if question.measure == "staff_margin" else ("valuables",)
            case "P5-18", "guarded":
                return ("guards",)
        return ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        match question.option:
            case "promise":
                return (offered(self.plan, question.clause, question.claim.limit, descending=False),)
            case "interval":
                return (offered(self.plan, "P5-01", "drill_every", descending=True),)
            case "crowding":
                return (offered(self.plan, "P5-06", "crowding", descending=True),)
            case "keepers":
                return (self._persons("P5-06", "order_keepers", self.hall.at().at_hand, descending=False),)
            case "locking":
                return (offered(self.plan, "P5-13", "locking", descending=True),)
            case "fighting":
                return (offered(self.plan, "P5-14", "fight_for", descending=False),)
            case "giving_up":
                return (offered(self.plan, "P5-14", "fight_for", descending=True),)
            case "valuables":
                at_hand = self._at_hand(replace(_setting(question.situation), on_valuables=0))
                return (self._persons("P5-17", "staff_on_valuables", at_hand, descending=True),)
            case "carriers":  # nobody at all would be no way to take them
                guiding = self.hall.at().free_staff(_setting(question.situation))
                return (self._persons("P5-17", "staff_on_valuables", guiding, descending=False, least=1.0),)
            case "guards":
                at_hand = self._at_hand(replace(_setting(question.situation), guards=0))
                return (self._persons("P5-18", "guards", at_hand, descending=True),)
            case "doors":
                now = from_base(self.site.base("building.main_door"), "m")
                wider = sorted(width for width in DOORS_M if width > now + 1e-9)
                return (Choice(OF_THE_SITE, "building.main_door", "m", (now, *wider), now),)
        now = self.hall.at().alarm_s(question.scenario)
        sooner = np.arange(np.ceil(now / ALARM_STEP_S) - 1, 0, -1) * ALARM_STEP_S
        return (Choice(OF_THE_SITE, "alarm_within", "s", (now, *sooner.tolist()), now),)

    def _at_hand(self, setting: Setting) -> int:
        """Staff without a duty, those not counted whom the plan sets aside for customers."""
        return max(0, self.hall.at().free_staff(setting) - setting.keepers)

    def _persons(self, clause: str, name: str, at_hand: int, *, descending: bool, least: float = 0.0) -> Choice:
        """So many persons as there are, one at least where the bounds start there."""
        most = max(float(at_hand), least, self.plan.clause(clause).quantities[name].bounds.min)
        return offered(self.plan, clause, name, descending=descending, least=least, most=most)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        setting = _setting(question.situation)
        (value,), (choice,) = values, self.choices(question)
        base = to_base(value, choice.unit)
        match question.option:
            case "promise":
                return replace(question, limit=from_base(base, question.unit))
            case "interval":
                changed = replace(setting, every_s=base)
            case "crowding":
                changed = setting.with_fact("hall.crowding", value)
            case "keepers":
                changed = replace(setting, free=int(value))
            case "locking":
                changed = replace(setting, lock_for_s=base)
            case "fighting" | "giving_up":
                changed = replace(setting, fight_for_s=base)
            case "valuables" | "carriers":
                changed = replace(setting, on_valuables=int(value))
            case "guards":
                changed = replace(setting, guards=int(value))
            case "doors":
                changed = setting if value == choice.current else setting.with_fact(choice.quantity, value)
            case _:
                changed = replace(setting, alarm_s=base)
        return replace(question, situation=changed)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice costs, in the unit of :meth:`cost_unit`; nothing is simulated."""
        del seed
        (choice,) = self.choices(question)
        values: Floats = np.array(choice.values)
        match question.option:
            case "interval":
                return np.asarray(365 * DAY / (values * to_base(1.0, choice.unit)))
            case "crowding":
                floor_m2 = self.hall.at().customers / self.site.base("hall.crowding")
                return np.asarray((values[0] - values) * floor_m2)
            case "promise" | "keepers" | "fighting" | "carriers":
                return values
        given_up: Floats = np.abs(values - values[0])
        return given_up

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"hall_{question.option}"


def _setting(situation: Situation) -> Setting:
    assert isinstance(situation, Setting)
    return situation
