"""The kindergarten: everybody out by two doors, counted, searched for, and who has the hands for it.

One event is one evacuation, a drill or a kitchen fire (see :mod:`~resilience_sim.studies.kindergarten.fire_events`).
Where the plan leaves a number open, the site's fact stands in for it, or, for a time that it promises, the longest that
its bounds allow; a recommendation then says what could be promised.

* *Which door*: as the plan reads, classes go to the main door, and to the back door if so many wait at the main one
  when they set off or step out of their room; whoever is under way is not turned back. Or it is settled beforehand
  which classes use the back door (P3-15). Both are judged against the main door alone.
* *Orders* (power before extinguisher, class after class) are judged by the outcome with them against without.
* *Groups* are judged by whether the people named suffice while everything goes on at once
  (:mod:`~resilience_sim.studies.kindergarten.fire_duties`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.egress import EgressInputs
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.kindergarten.fire_duties import GROUPS, Duties
from resilience_sim.studies.kindergarten.fire_events import FIRE_ALONE, FIRES, Premises, Setting
from resilience_sim.studies.kindergarten.fire_facts import KINDERGARTEN_FACTS, KINDERGARTEN_RULES
from resilience_sim.studies.kindergarten.fire_notes import notes
from resilience_sim.studies.limits import asked, decided, offered, readings
from resilience_sim.studies.needs import Needs, from_on
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.units import from_base, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "Kindergarten"]

Floats = npt.NDArray[np.float64]

STUDIES: Mapping[str, Mapping[str, str]] = {
    "leaving": {"margin": "s", "evacuated": "s", "in_time": "%"},
    "in_one_go": {"classes_twice": "classes"},
    "in_order": {"crowding": "1/m2", "evacuated": "s"},
    "back_door": {"saved": "s", "evacuated": "s"},
    "in_hindsight": {"behind_best": "%"},
    "head_count": {"counting": "s", "counted": "s"},
    "searching": {"unnoticed": "children", "searching": "s"},
    "fire_engine": {"water": "min"},
    "fire_fighting": {"fire_size": "kW"},
    "duties": {"persons_short": "persons"},
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
OPEN_SECONDS = from_on(0.0, "s", optional=True)
NUMBER = from_on(0.0, "persons")
OPEN_NUMBER = replace(NUMBER, optional=True)
NEEDS = Needs(
    facts=KINDERGARTEN_FACTS,
    rules=KINDERGARTEN_RULES,
    quantities={
        **{("P3-01", group): NUMBER for group in GROUPS},
        ("P3-02", "groups_per_person"): from_on(1.0, "teams", optional=True),
        ("P3-05", "class_gap"): OPEN_SECONDS,
        ("P3-09", "alarm_chain"): OPEN_SECONDS,
        ("P3-10", "out_within"): OPEN_SECONDS,
        ("P3-12", "crossing_guides"): NUMBER,
        ("P3-12", "gate_guides"): NUMBER,
        ("P3-13", "count_within"): OPEN_SECONDS,
        ("P3-14", "searchers"): OPEN_NUMBER,
        ("P3-15", "children_waiting"): from_on(0.0, "children", optional=True),
        ("P3-15", "classes_to_back_door"): from_on(0.0, "classes", optional=True),
    },
    measures=STUDIES,
    interpretations={
        "P3-01": ("as_listed",),
        "P3-02": ("one_task",),
        "P3-04": ("cut_first", "power_on"),
        "P3-05": ("class_by_class", "as_ready"),
        "P3-10": ("directing", "helping"),
        "P3-12": ("two_people", "same_person"),
        "P3-15": ("by_queue", "by_class"),
        "P3-17": ("at_the_same_time", "in_turn"),
        "P3-19": ("cut_first", "power_on"),
    },
)
SCENARIOS: Mapping[str, tuple[str, ...]] = {
    "margin": ("kitchen_fire",),
    "evacuated": ("drill", "main_lost"),
    "water": ("kitchen_fire",),
    "fire_size": ("kitchen_fire",),
    "unnoticed": ("child_missing",),
    "searching": ("child_missing", "missing_in_fire"),
}
"""In which a measure is asked about; a drill where it is not named here."""
TIMES = (0.5, 0.75, 1.0, 1.25, 1.5)
CHILDREN = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2)
FLOWS = (2.0, 1.3, 1.0, 0.8, 0.6)  # persons per second and metre of a door, the slowest last
GROWTH = (0.01, 0.1, 0.25, 0.5, 0.75, 1.0, 2.0, 4.0)
MOST_ADULTS = 12
MOST_IN_GROUP = 12.0
DOORS_M = tuple(k / 10 for k in range(9, 19))


class Kindergarten:
    """The study of the plan at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts, with its building.
    record
        Not used: no record of lines or of the mains empties a kindergarten.
    order
        The order in which classes are sent to the back door, or the premises whose it is; None: found for this site.

    Raises
    ------
    FactError
        If the site lacks a fact, or has one that no machine can take.
    PlanError
        If it has no building, or one that classes cannot leave by the doors that the plan names.
    """

    def __init__(
        self,
        plan: Plan,
        site: Site,
        record: tuple[LineOutages, float] | None = None,
        order: tuple[str, ...] | Premises | None = None,
    ) -> None:
        NEEDS.check_site(site)
        self.plan = plan
        self.site = site
        self.record = record
        self.premises = Premises(site, order)
        # Built before any work, so that a site which no machine can take is refused at once; kept for the runs.
        for question in self.questions():
            self.premises.event(_setting(question.situation))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(Kindergarten, self.plan, self.site, self.record, self.premises.order), ()

    def at_site(self, values: Mapping[str, float]) -> Kindergarten:
        """The same study with other values of some facts; the plan does not know them when it chooses its classes."""
        return Kindergarten(self.plan, self.site.with_values(values), self.record, self.premises)

    @property
    def effort(self) -> Effort:
        """An evacuation takes a millisecond or two: some hundreds at each load, some thousands where it counts."""
        return Effort(per_site=12, per_load=600, per_certificate=20_000)

    def effort_for(self, situation: Situation) -> Effort:
        """More of them in each site where nobody has to walk, which takes a fraction of a millisecond."""
        walks = _setting(situation).study not in FIRE_ALONE
        return self.effort if walks else replace(self.effort, per_site=60)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims(STUDIES)
            for scenario in self._scenarios(clause, claim)
        ]

    def _scenarios(self, clause: Clause, claim: Claim) -> tuple[str, ...]:
        if claim.study == "duties":
            return ("kitchen_fire",) if clause.id == "P3-17" else ("missing_in_fire",)
        return SCENARIOS.get(claim.measure, ("drill",))

    def _question(self, clause: Clause, claim: Claim, scenario: str) -> Question:
        setting = self.setting(claim.study, scenario, readings(clause, claim))
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

    def setting(self, study: str, scenario: str, read: Mapping[str, str]) -> Setting:
        """What is simulated for a study, the plan's words read in this way."""
        plain = Setting(
            scenario,
            study,
            waiting=self._decided("P3-15", "children_waiting", self.site.base("door.congested")),
            told_and_alarm_s=decided(self.plan, "P3-09", "alarm_chain"),
            searchers=self._searchers(scenario),
            gain=self._gain(1 if read.get("P3-12") == "same_person" else 2),
        )
        to_back = decided(self.plan, "P3-15", "classes_to_back_door")
        if "by_class" in read.values() or ("P3-15" not in read and to_back is not None):
            plain = replace(plain, way="by_class", to_back=None if to_back is None else int(to_back))
        if read.get("P3-05") == "class_by_class":
            plain = replace(plain, class_gap_s=self._decided("P3-05", "class_gap", self.site.base("egress.class_gap")))
        if read.get("P3-10") == "helping":
            plain = replace(plain, helpers=int(self._stated("P3-01", "evacuation")))
        if study == "fire_fighting":
            cut = ("cut_power",) if "cut_first" in read.values() else ()
            first = "fetch" if "P3-19" in read else "reach"
            plain = replace(plain, steps_first=(first, *cut), told="P3-19" not in read)
        return replace(plain, duties=self._duties(read)) if study == "duties" else plain

    def _duties(self, read: Mapping[str, str]) -> Duties:
        own = read.get("P3-01") == "as_listed"
        together = self._decided("P3-02", "groups_per_person", math.inf)
        guides = self._stated("P3-12", "crossing_guides") + self._stated("P3-12", "gate_guides")
        tasks = read.get("P3-17")
        return Duties(
            sizes=tuple(int(self._stated("P3-01", group)) for group in GROUPS),
            groups_per_person=1 if own else int(min(together, len(GROUPS))),
            barrier=tasks is not None,
            property=tasks is not None,
            in_turn=tasks == "in_turn",
            guides=int(guides),
        )

    def _searchers(self, scenario: str) -> int:
        """No more than the rescue group has, less those of it who fight a fire meanwhile."""
        rescue = int(self._stated("P3-01", "rescue"))
        fighting = round(self.site.base("rescue.at_the_fire")) if scenario in FIRES else 0
        return max(0, min(int(self._decided("P3-14", "searchers", rescue)), rescue - fighting))

    def _gain(self, most: int) -> float:
        """Part of the gain by guiding: all where both places are manned, less where one is or the same person runs."""
        manned = sum(self._stated("P3-12", name) > 0 for name in ("crossing_guides", "gate_guides"))
        return self._gained_with(min(manned, most))

    def _gained_with(self, places: int) -> float:
        return (0.0, self.site.base("engine.gained_by_one"), 1.0)[min(places, 2)]

    def _stated(self, clause: str, quantity: str) -> float:
        value = decided(self.plan, clause, quantity)
        assert value is not None  # as was checked when the study was bound
        return value

    def _decided(self, clause: str, quantity: str, otherwise: float) -> float:
        value = decided(self.plan, clause, quantity)
        return otherwise if value is None else value

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float]:
        """The measures of one event."""
        return self.premises.replicate(_setting(situation), seed, replication)

    def drilled(self) -> EgressInputs:
        """Who leaves in a drill; time zero is the alarm."""
        return self.premises.event(self.setting("leaving", "drill", {})).egress

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """Which classes use the back door and what that gains; the doors; the order; the search; drills seen."""
        return notes(self, seed, language)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Children per class, slower walking, later starts, slower doors, a faster fire; of a count the time per child.

        None of what the back door saves: slower doors make it save more, so that no load is the harder one.
        """
        children = Axis("children.per_class", "1", CHILDREN)
        slower = Axis("walking.pace", "1", tuple(reversed(TIMES)))
        later = Axis("pre_movement", "1", TIMES)
        grows = Axis("fire.growth_rate", "1", GROWTH)
        match question.measure:
            case "margin" if question.interpretation == "directing":
                return (children, later, grows)
            case "evacuated" if question.scenario == "drill":
                return (children, slower, later, Axis("door.specific_flow", "1/(m s)", FLOWS))
            case "classes_twice" if question.interpretation == "directing":
                return (children,)
            case "crowding" if question.interpretation == "class_by_class":
                return (children,)
            case "counting":
                return (Axis("counting.per_child", "1", (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)),)
            case "fire_size":
                return (grows,)
        return ()

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        setting = _setting(question.situation)
        if axis.name == "door.specific_flow":
            return setting.with_fact(axis.name, value)
        name = {
            "children.per_class": "children",
            "walking.pace": "pace",
            "pre_movement": "pre_movement",
            "fire.growth_rate": "growth",
            "counting.per_child": "counting",
        }[axis.name]
        return replace(setting, loads=replace(setting.loads, **{name: value}))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """Times to promise, who uses the back door, adults, doors, people in the groups.

        No gap between classes, which leaves a class on the stair as dense as it is alone; and no more searchers, since
        one team is sent for one child.
        """
        match question.measure:
            case "margin":
                return ("alarm", "doors")
            case "evacuated" if question.scenario == "drill":
                # Wider doors for a time that was decided; while it is open it is the time that is sought.
                known = decided(self.plan, "P3-10", "out_within") is not None
                return ("classes_and_time", *(("doors",) if known else ()))
            case "evacuated" | "counting":
                return ("promise",)
            case "classes_twice":
                return ("adults",)
            case "saved" | "behind_best":
                return ("queue",) if question.interpretation == "by_queue" else self._of_classes(question)
            case "water":
                return ("guides",) if question.interpretation == "two_people" else ()
            case "persons_short":
                if question.clause == "P3-02":
                    return ("persons",)
                return ("groups",)
        return ()

    @staticmethod
    def _of_classes(question: Question) -> tuple[str, ...]:
        return ("classes",) if question.measure == "behind_best" else ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        match question.option:
            case "promise":
                return (offered(self.plan, question.clause, question.claim.limit, descending=False),)
            case "classes_and_time":
                best = float(np.argmin(self.premises.mean_out_s))
                classes = replace(offered(self.plan, "P3-15", "classes_to_back_door", descending=False), values=(best,))
                return (classes, offered(self.plan, "P3-10", "out_within", descending=False))
            case "classes":
                return (self._classes(),)
            case "queue":
                return (offered(self.plan, "P3-15", "children_waiting", descending=False),)
            case "alarm":
                return (offered(self.plan, "P3-09", "alarm_chain", descending=True),)
            case "doors":
                return tuple(self._door(name) for name in ("building.main_door", "building.back_door"))
            case "adults":
                now = min(self.premises.adults)
                return (Choice(OF_THE_SITE, "adults.per_class", "adults", _from(now, MOST_ADULTS), float(now)),)
            case "guides":
                names = ("crossing_guides", "gate_guides")
                return tuple(_at_most(offered(self.plan, "P3-12", name, descending=False), 1.0) for name in names)
            case "persons":
                return (offered(self.plan, "P3-02", "groups_per_person", descending=True),)
        # No fewer than there are: what one clause can do without, another may need.
        return tuple(
            _at_most(
                offered(self.plan, "P3-01", name, descending=False, least=self._stated("P3-01", name)), MOST_IN_GROUP
            )
            for name in ("rescue", "evacuation")
        )

    def _classes(self) -> Choice:
        """Numbers of classes at the back door, from that by which all are out last to that by which they are soonest.

        It is a choice between numbers that are no load: fewer than the best number, and more, are both worse.
        """
        whole = offered(self.plan, "P3-15", "classes_to_back_door", descending=False)
        mean_s = self.premises.mean_out_s
        values = [value for value in whole.values if value < len(mean_s)]
        values.sort(key=lambda value: -mean_s[int(value)])
        return replace(whole, values=tuple(values))

    def _door(self, fact: str) -> Choice:
        now = from_base(self.site.base(fact), "m")
        return Choice(OF_THE_SITE, fact, "m", (now, *(width for width in DOORS_M if width > now + 1e-9)), now)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        setting = _setting(question.situation)
        choices = self.choices(question)
        first, *others = (to_base(v, choice.unit) for v, choice in zip(values, choices, strict=True))
        match question.option:
            case "promise":
                return replace(question, limit=from_base(first, question.unit))
            case "classes_and_time":
                changed = replace(setting, way="by_class", to_back=int(first))
                return replace(question, situation=changed, limit=from_base(others[0], question.unit))
            case "classes":
                changed = replace(setting, way="by_class", to_back=int(first))
            case "queue":
                changed = replace(setting, way="by_queue", waiting=first)
            case "alarm":
                changed = replace(setting, told_and_alarm_s=first)
            case "doors":
                changed = setting
                for choice, value in zip(choices, values, strict=True):
                    if value != choice.current:
                        changed = changed.with_fact(choice.quantity, value)
            case "adults":
                changed = replace(setting, adults=int(first))
            case "guides":
                changed = replace(setting, gain=self._gained_with(sum(n > 0 for n in (first, *others))))
            case _:
                changed = replace(setting, duties=_staffed(setting.duties, question.option, first, *others))
        return replace(question, situation=changed)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice costs, in the unit of :meth:`cost_unit`; nothing is simulated."""
        del seed
        first, *others = (np.array(choice.values) for choice in self.choices(question))
        match question.option:
            case "classes_and_time":  # the shortest time, by the best number of classes
                return others[0][None, :].astype(float)
            case "classes":  # the soonest on average
                return np.array([self.premises.mean_out_s[int(k)] for k in first])
            case "alarm":
                sooner: Floats = first[0] - first
                return sooner
            case "doors" | "guides" | "groups":
                costs: Floats = (first - first[0])[:, None] + (others[0] - others[0][0])[None, :]
                return costs
            case "adults":
                adults: Floats = np.maximum(first[:, None] - np.array(self.premises.adults), 0.0).sum(axis=1)
                return adults
            case "persons":
                more = [self._persons(int(value)) for value in first]
                added: Floats = np.array(more, dtype=float) - more[0]
                return added
        plain: Floats = first.astype(float)
        return plain

    def _persons(self, groups_per_person: int) -> int:
        from resilience_sim.studies.kindergarten.fire_duties import persons

        return len(persons(replace(self._duties({}), groups_per_person=groups_per_person)))

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"kindergarten_{question.option}"


def _staffed(duties: Duties | None, option: str, first: float, *others: float) -> Duties:
    assert duties is not None
    if option == "persons":
        return replace(duties, groups_per_person=int(first))
    sizes = dict(zip(GROUPS, duties.sizes, strict=True)) | {"rescue": int(first), "evacuation": int(others[0])}
    return replace(duties, sizes=tuple(sizes[group] for group in GROUPS))


def _from(low: int, high: int) -> tuple[float, ...]:
    return tuple(float(k) for k in range(low, max(low, high) + 1))


def _at_most(choice: Choice, most: float) -> Choice:
    return replace(choice, values=tuple(value for value in choice.values if value <= most))


def _setting(situation: Situation) -> Setting:
    if not isinstance(situation, Setting):
        raise InputsError(f"{situation!r} is no situation of the kindergarten's study")
    return situation
