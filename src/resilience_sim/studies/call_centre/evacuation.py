"""The call centre's fire clauses: the floor has to be empty before smoke bars the way to the stairs.

One event is one fire on the floor (:mod:`~resilience_sim.studies.call_centre.fires`). Orders are judged by the outcome
with them against without, in the same fires:

* *nobody delays* or *some delay* (P4-21): whether people fetch their belongings before they leave;
* *doors closed* or *doors left open* (P4-22): whether those who withdraw close the door behind them.

Where the plan leaves a number open, the site's fact stands in for it, or for a promised time the longest that its
bounds allow. The machine's timelines say when desks are empty (:meth:`.call_centre_fires.Cleared.desks`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import FactError, PlanError
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.egress import EgressInputs
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.buildings import check_building
from resilience_sim.studies.call_centre.fires import FireSetting, Floor
from resilience_sim.studies.evacuation import FIRE_FACTS
from resilience_sim.studies.evacuation_notes import doors, floors
from resilience_sim.studies.limits import asked, decided, offered, readings
from resilience_sim.studies.needs import SHARE, Needs, above, from_on
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.units import from_base, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "Evacuation", "fire_setting"]

Floats = npt.NDArray[np.float64]

STUDIES: Mapping[str, Mapping[str, str]] = {
    "floor_fire": {"floor_margin": "s", "floor_cleared": "s"},
    "floor_fire_fought": {"floor_margin": "s", "fighters_margin": "s"},
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
SECONDS, OPEN_SECONDS = from_on(0.0, "s"), from_on(0.0, "s", optional=True)


def _height(site: Site) -> None:
    """Smoke comes down from the ceiling to where it bars the way."""
    clear, ceiling = site.base("fire.layer_height"), site.base("fire.room_height")
    if clear >= ceiling:
        why = f"is {clear:g} m under a ceiling of {ceiling:g} m ('fire.room_height'); accepted is less"
        raise FactError("fire.layer_height", why)


def _building(site: Site) -> None:
    """A floor from which stairs lead down, with agents and staff on it."""
    check_building(site)
    layout = site.building
    assert layout is not None
    for name, group in layout.groups.items():
        if other := [kind for kind in group.people if kind not in ("agents", "staff")]:
            why = f"group {name!r} has people of kind {other[0]!r}; accepted are agents, staff"
            raise PlanError(why, place=layout.place("groups", name, "people"))
    if not any("agents" in group.people for group in layout.groups.values()):
        raise PlanError("no group has agents; accepted is one at least", place=layout.place("groups"))
    if not Floor(site).at().stair_sides:
        why = "no stair leads from the floor of its groups; accepted is a building with one"
        raise PlanError(why, place=layout.place("spaces"))


NEEDS = Needs(
    facts={
        **FIRE_FACTS,
        "fire.detected": above(0.0, "s"),
        "fire.put_out": SHARE,
        "pre_movement.staff": above(0.0, "s"),
        "pre_movement.office": SECONDS,
        "walking.adults": above(0.3, "m/s", 10.0),
        "walking.adults_down": above(0.0, "m/s", 10.0),
        "egress.fetch_belongings": SHARE,
        "egress.fetching": SECONDS,
        "egress.close_openings": SECONDS,
        "egress.fight_fire": SECONDS,
    },
    rules=(_height, _building),
    quantities={
        ("P4-20", "alarm_chain"): OPEN_SECONDS,
        ("P4-20", "out_within"): OPEN_SECONDS,
        ("P4-21", "share_delaying"): replace(SHARE, optional=True),
        ("P4-21", "delay"): OPEN_SECONDS,
        ("P4-22", "fight_for"): OPEN_SECONDS,
        ("P4-22", "closing"): OPEN_SECONDS,
    },
    measures=STUDIES,
    interpretations={
        "P4-21": ("nobody_delays", "some_delay"),
        "P4-22": ("doors_closed", "doors_left_open"),
    },
)
SCENARIOS: Mapping[str, tuple[str, ...]] = {
    "floor_fire": ("fire", "fire_detected"),
    "floor_fire_fought": ("fire_fought",),
}
TIMES = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
PACES = (1.4, 1.2, 1.0, 0.8, 0.6, 0.4, 0.2)
GROWTH = (0.01, 0.03, 0.1, 0.25, 0.5, 1.0, 2.0)
AGENTS_PER_ROW = (1.0, 4.0, 8.0, 16.0)
READY_S = (60.0, 50.0, 40.0, 30.0, 25.0, 20.0, 15.0, 10.0, 5.0)
SHARE_STEP = 10.0  # per cent: finer shares of some dozens of people are not told apart
EVENTS = 60  # fires that a sentence averages over


class Evacuation:
    """The floor's evacuations at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts, with its building.
    record
        Not used: no record of lines or of the mains empties a floor.

    Raises
    ------
    FactError
        If the site lacks a fact, or has one that no machine can take.
    PlanError
        If it has no building, or one that is no floor with stairs.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        NEEDS.check_site(site)
        self.plan = plan
        self.site = site
        self.record = record
        self.floor = Floor(site)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(Evacuation, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> Evacuation:
        """The same study with other values of some facts."""
        return Evacuation(self.plan, self.site.with_values(values), self.record)

    @property
    def effort(self) -> Effort:
        """A fire takes half a millisecond."""
        return Effort(per_site=32, per_load=900, per_certificate=4000)

    def drilled(self) -> EgressInputs:
        """Who leaves in a drill; time zero is the alarm."""
        return self.floor.at().people()

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

    def setting(self, scenario: str, read: Mapping[str, str]) -> FireSetting:
        """What is simulated in a scenario, the plan's words read in this way."""
        plain = FireSetting(scenario, told_and_alarm_s=decided(self.plan, "P4-20", "alarm_chain"))
        if read.get("P4-21") == "some_delay":
            share, delay_s = (decided(self.plan, "P4-21", name) for name in ("share_delaying", "delay"))
            plain = replace(
                plain,
                fetching=self.site.base("egress.fetch_belongings") if share is None else share,
                fetch_s=self.site.base("egress.fetching") if delay_s is None else delay_s,
                fetch_exactly=delay_s is not None,
            )
        if scenario == "fire_fought":
            fight_s = decided(self.plan, "P4-22", "fight_for")
            plain = replace(
                plain,
                fight_for_s=self.site.base("egress.fight_fire") if fight_s is None else fight_s,
                closes=read.get("P4-22") == "doors_closed",
                close_s=decided(self.plan, "P4-22", "closing"),
            )
        return plain

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float]:
        """The measures of one fire."""
        return self.floor.replicate(fire_setting(situation), seed, replication)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Later starts, slower people, a faster fire, more agents."""
        if question.measure != "floor_margin" or question.clause == "P4-21":
            return ()
        growth = Axis("fire.growth_rate", "1", GROWTH)
        if question.clause == "P4-22":
            return (growth,)
        agents = Axis("egress.agents_per_row", "agents", AGENTS_PER_ROW)
        return (Axis("pre_movement", "1", TIMES), Axis("walking.pace", "1", PACES), growth, agents)

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        setting = fire_setting(question.situation)
        load = {"pre_movement": "pre_movement", "walking.pace": "pace", "fire.growth_rate": "growth"}.get(axis.name)
        if load is not None:
            return replace(setting, loads=replace(setting.loads, **{load: value}))
        return setting.with_fact(axis.name, value)

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """A time to promise, an alarm, a time to start, who may delay, how long to fight and to close doors."""
        match question.measure, question.claim.interpretation:
            case "floor_cleared", _:
                return ("promise",)
            case "floor_margin", None:
                return (*(("alarm",) if question.scenario == "fire" else ()), "ready", "doors")
            case "floor_margin", "some_delay":
                return ("fetching",)
            case _, "doors_closed":
                return ("fighting", "closing")
        return ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        match question.option:
            case "promise":
                return (offered(self.plan, question.clause, question.claim.limit, descending=False),)
            case "alarm":
                return (offered(self.plan, "P4-20", "alarm_chain", descending=True),)
            case "ready":
                return (self._ready(),)
            case "doors":
                now = from_base(self.site.base("building.stair_door"), "m")
                return (_of_site("building.stair_door", "m", now, [k / 10 for k in range(8, 19) if k / 10 > now]),)
            case "fetching":
                share = offered(self.plan, "P4-21", "share_delaying", descending=True)
                coarse = tuple(value for value in share.values if value % SHARE_STEP == 0)
                return (replace(share, values=coarse), self._ready())
            case "fighting":
                return (offered(self.plan, "P4-22", "fight_for", descending=True),)
        return (offered(self.plan, "P4-22", "closing", descending=False),)

    def _ready(self) -> Choice:
        now = from_base(self.site.base("pre_movement.staff"), "s")
        return _of_site("pre_movement.staff", "s", now, [one for one in READY_S if one < now])

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        setting = fire_setting(question.situation)
        choices = self.choices(question)
        first, *others = (to_base(v, choice.unit) for v, choice in zip(values, choices, strict=True))
        match question.option:
            case "promise":
                return replace(question, limit=from_base(first, question.unit))
            case "alarm":
                changed = replace(setting, told_and_alarm_s=first)
            case "ready":
                changed = self._ready_in(setting, first)
            case "doors":
                (value,), (choice,) = values, choices
                changed = setting if value == choice.current else setting.with_fact(choice.quantity, value)
            case "fetching":
                changed = replace(self._ready_in(setting, others[0]), fetching=first)
            case "fighting":
                changed = replace(setting, fight_for_s=first)
            case _:
                changed = replace(setting, close_s=first)
        return replace(question, situation=changed)

    def _ready_in(self, setting: FireSetting, seconds: float) -> FireSetting:
        """Staff start so long after the alarm on average, people in the offices as many times sooner."""
        by = seconds / self.site.base("pre_movement.staff")
        return replace(setting, loads=replace(setting.loads, pre_movement=by))

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice gives up, in the unit of :meth:`cost_unit`; nothing is simulated."""
        del seed
        first, *others = (np.array(choice.values) for choice in self.choices(question))
        if question.option == "fetching":  # seconds of all persons together: sooner to start, not spent on fetching
            persons, fetch_s = self.floor.at().people().persons, fire_setting(question.situation).fetch_s
            forgone: Floats = (first[0] - first)[:, None] / 100 * fetch_s + (others[0][0] - others[0])[None, :]
            return persons * forgone
        return first.astype(float) if question.option in ("promise", "closing") else np.abs(first - first[0])

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"floor_{question.option}"

    # ---- sentences

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What takes the time, the exits, what nothing can beat, the emptied desks."""
        fires = [self.floor.burn(self.setting("fire", {}), seed, k) for k in range(EVENTS)]
        walks = [(one.inputs, one.draws, one.path) for one in fires]
        exits = [("west_exit", "西出口", "west exit"), ("east_exit", "东出口", "east exit")]
        known = {self.floor.at().building.doors[side // 2].name for side in self.floor.at().building.exits}
        named = [one for one in exits if one[0] in known] or [(name, name, name) for name in sorted(known)]
        alarm, cleared, aset = (
            float(np.median(times))
            for times in zip(*((one.draws.alarm_s, one.cleared_s, one.aset_s) for one in fires), strict=True)
        )
        halves = [_falls_below(one.desks().times, one.desks().values, 0.5) for one in fires]
        empty = [_falls_below(one.desks().times, one.desks().values, 1e-9) for one in fires]
        half, last = float(np.median(halves)), float(np.median(empty))
        persons = fires[0].inputs.persons
        if language == "zh":
            told = [
                f"楼层起火、房门未关（中位数，自起火起算）：{alarm:.0f} 秒后发出警报，"
                f"{persons} 人 {cleared:.0f} 秒后全部进入楼梯间，"
                f"烟气 {aset:.0f} 秒后封住走廊；办公室人员反应慢，往往最后离开。",
                f"座席：{half:.0f} 秒后空出一半，{last:.0f} 秒后全部无人，直到可以返回。",
            ]
        else:
            told = [
                f"Fire on the floor, its door open (medians, from the ignition): the alarm after {alarm:.0f} s, all "
                f"{persons} on the stairs after {cleared:.0f} s, smoke bars the corridor after {aset:.0f} s; people in "
                "the offices are slow to start and mostly the last.",
                f"Desks: half are empty after {half:.0f} s, all after {last:.0f} s, until people may return.",
            ]
        return (*told, doors(walks, named, language), floors(walks, language))


def _falls_below(times: Floats, values: Floats, level: float) -> float:
    """When a signal is first at a level or below."""
    return float(times[int(np.argmax(values <= level))])


def _of_site(fact: str, unit: str, now: float, others: Sequence[float]) -> Choice:
    return Choice(OF_THE_SITE, fact, unit, (now, *others), now)


def fire_setting(situation: Situation) -> FireSetting:
    """The situation of a fire."""
    assert isinstance(situation, FireSetting)
    return situation
