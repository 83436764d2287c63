"""The call centre's power clauses: a UPS that takes over, a generator that starts, and power that is saved.

One event is one outage. Claims of the equipment are put to an outage without end (scenario ``endless``), claims of what
is enough to those there are (``normal_day``, ``storm_day``, ``pledge``, ``replay``):

* the UPS alone carries everything for its design time, of which the plan says nothing;
* the generator takes the load once, so long after the failure, if it can be used, starts and runs; with it the battery
  recharges;
* a rule that saves power (air-conditioning, appliances not needed) is judged by the outcome with it against without it:
  somebody switches off after some minutes, or forgets;
* when the mains are back a specialist watches the systems for a while; a second failure right after that must find
  enough charge to shut down cleanly.
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
from resilience_sim.studies import supply
from resilience_sim.studies.call_centre_supply import AIR_CONDITIONING, APPLIANCES, CallCentreSupply, Setting
from resilience_sim.studies.limits import asked, readings, stated
from resilience_sim.studies.needs import Needs, from_on
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.studies.supply import BLOCK, ENDLESS
from resilience_sim.studies.supply_facts import CALL_CENTRE_FACTS, CALL_CENTRE_RULES
from resilience_sim.units import MINUTE, from_base, to_base

__all__ = ["MEASURES", "NEEDS", "READINGS", "STUDIES", "CallCentre"]

Floats = npt.NDArray[np.float64]

STUDIES = ("saving_power", "ups_alone", "generator", "restoration", "outage_length")  # each may ask every measure
MEASURES = {
    "service_carried": "%", "service_runtime": "min", "service_kept": "%", "taken_over": "%", "generator_starts": "%",
    "generator_runs": "h", "runtime_after_check": "min", "outage": "min",
}  # fmt: skip
READINGS = ("per_event",)
NEEDS = Needs(
    facts=CALL_CENTRE_FACTS,
    rules=CALL_CENTRE_RULES,
    quantities={
        ("P4-13", "switched_off_within"): from_on(0.0, "s", optional=True),
        ("P4-14", "battery_time"): from_on(0.0, "s", optional=True),
        ("P4-15", "on_load_within"): from_on(0.0, "s", optional=True),
        ("P4-17", "switched_off_within"): from_on(0.0, "s", optional=True),
        ("P4-18", "checked_within"): from_on(0.0, "s", optional=True),
    },
    measures=dict.fromkeys(STUDIES, MEASURES),
    interpretations={
        "P4-13": ("cooling_off", "cooling_on"),
        "P4-14": ("reached", "enough"),
        "P4-15": ("reached", "enough"),
        "P4-17": ("appliances_off", "appliances_on"),
    },
)
RULES = {"P4-13": ("cooling_off", AIR_CONDITIONING), "P4-17": ("appliances_off", APPLIANCES)}
FORGOTTEN = (10.0, 5.0, 2.0, 0.0)  # per cent of outages in which nobody switches off, as offered to a recommendation


class CallCentre:
    """The study of the plan at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts.
    record
        Outages to replay and the years they cover; adds the scenario ``replay``.

    Raises
    ------
    FactError
        If the site lacks a fact, or has one that no machine can take.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        NEEDS.check_site(site)
        self.plan = plan
        self.site = site
        self.record = record
        self.supply = CallCentreSupply(site, record)
        # Built before any work, so that a site which no machine can take is refused at once; kept for the runs.
        for question in self.questions():
            self.supply.inputs(_setting(question.situation))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(CallCentre, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> CallCentre:
        """The same study with other values of some facts; its battery is chosen for that site's load."""
        return CallCentre(self.plan, self.site.with_values(values), self.record)

    @property
    def effort(self) -> Effort:
        """Many events: a thousand outages take a millisecond."""
        return Effort(per_site=2 * BLOCK, per_load=20 * BLOCK, per_certificate=400 * BLOCK, block=BLOCK)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims()
            for scenario in self._scenarios(claim)
        ]

    def _question(self, clause: Clause, claim: Claim, scenario: str) -> Question:
        setting = self.setting(claim.study, scenario, readings(clause, claim))
        unit = MEASURES[claim.measure]
        question = asked(self.plan, self.site, clause, claim, scenario=scenario, situation=setting, unit=unit)
        if (clause.id, claim.limit) != ("P4-14", "site.ups.design_time"):
            return question
        # Once the plan itself says how long the UPS lasts alone, that is promised, whatever it was designed for.
        promised_s = self._stated("P4-14", "battery_time", "ups.design_time")
        return replace(question, limit=from_base(promised_s, unit))

    def _scenarios(self, claim: Claim) -> tuple[str, ...]:
        returns = claim.interpretation == "enough" or claim.study in ("restoration", "outage_length")
        return supply.scenarios(self.record) if returns else (ENDLESS,)

    def setting(self, study: str, scenario: str, read: Mapping[str, str]) -> Setting:
        """What is simulated for a study, the plan's words read in this way."""
        plain = Setting(scenario, supply.condition(self.site), self.supply.blocks)
        if study in ("generator", "restoration"):
            return replace(
                plain,
                on_load_s=self._stated("P4-15", "on_load_within", "generator.on_load"),
                check_s=self._stated("P4-18", "checked_within", "restoration.check"),
            )
        followed = tuple(
            (name, self._decided(clause)) for clause, (rule, name) in RULES.items() if read.get(clause) == rule
        )
        return replace(plain, switched_off=followed, forgotten=self.site.base("shed.forgotten"))

    def _decided(self, clause: str) -> float | None:
        """Seconds within which the plan wants it switched off; `None` where it leaves that open."""
        within = self.plan.clause(clause).quantities["switched_off_within"]
        value = within.in_force()
        return None if value is None else to_base(value, within.unit)

    def _stated(self, clause: str, quantity: str, instead: str) -> float:
        return stated(self.plan, self.site, clause, quantity, instead)

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of outages, shape (:data:`~resilience_sim.studies.supply.BLOCK`,)."""
        return self.supply.replicate(_setting(situation), seed, replication)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Age, a warm or a cold room, and the growth of the load; none where no battery's time is asked about."""
        return supply.axes() if question.measure in ("service_runtime", "runtime_after_check", "service_kept") else ()

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        setting = _setting(question.situation)
        return replace(setting, state=supply.moved(setting.state, axis, value))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """A time to promise, a battery, its replacement, a time to switch off, a start delay, or a time to watch."""
        match question.claim.study:
            case "ups_alone" if question.measure == "service_runtime":
                return ("promise", "battery", "replacement")
            case "saving_power" if question.claim.interpretation in ("cooling_off", "appliances_off"):
                return ("switching", "battery")
            case "generator" if question.measure == "taken_over":
                return ("start_delay",)
            case "restoration":
                return ("check",)
        return ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        match question.option:
            case "promise":
                return (self._choice("P4-14", "battery_time", descending=True),)
            case "switching":
                forgotten = Choice(OF_THE_SITE, "shed.forgotten", "%", FORGOTTEN, None)
                return (self._choice(question.clause, "switched_off_within", descending=True), forgotten)
            case "start_delay":
                return (self._choice("P4-15", "on_load_within", descending=True),)
            case "check":
                return (self._choice("P4-18", "checked_within", descending=False),)
            case "battery":
                return (supply.battery_sizes(_setting(question.situation).blocks),)
        return (supply.replacement_ages(),)

    def _choice(self, clause: str, name: str, *, descending: bool) -> Choice:
        quantity = self.plan.clause(clause).quantities[name]
        values = tuple(sorted(quantity.bounds.candidates(), reverse=descending))
        return Choice(clause, name, quantity.unit, values, quantity.in_force(), quantity.label)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        setting = _setting(question.situation)
        first, *others = (to_base(v, choice.unit) for v, choice in zip(values, self.choices(question), strict=True))
        match question.option:
            case "promise":
                return replace(question, limit=from_base(first, question.unit))
            case "switching":
                # A second rule for whose time there is no decision is followed by the same people, in one go.
                own = RULES[question.clause][1]
                switched = tuple(
                    (name, first if name == own or at_s is None else at_s) for name, at_s in setting.switched_off
                )
                changed = replace(setting, switched_off=switched, forgotten=others[0])
            case "start_delay":
                changed = replace(setting, on_load_s=first)
            case "check":
                changed = replace(setting, check_s=first)
            case "battery":
                changed = replace(setting, blocks=int(first))
            case _:
                changed = replace(setting, state=replace(setting.state, age_s=first))
        return replace(question, situation=changed)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice gives up, in the unit of :meth:`cost_unit`; nothing is simulated."""
        del seed
        first, *others = (np.array(choice.values) for choice in self.choices(question))
        match question.option:
            case "replacement":
                given_up = 1 / first
            case "check":
                given_up = first
            case _:
                given_up = np.abs(first - first[0])
        # A person who never forgets costs nothing extra here: the time to act is what is short.
        return given_up if not others else np.broadcast_to(given_up[:, None], (len(first), len(others[0]))).copy()

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return question.option

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """The battery and its health, and its runtime by three models."""
        del seed
        state = supply.condition(self.site)
        plain = Setting(ENDLESS, state, self.supply.blocks)
        health = supply.battery(self.site, state, blocks=1).health
        table, kibam, peukert = (self.supply.runtime_s(plain, law=law) / MINUTE for law in supply.LAWS)
        years = from_base(state.age_s, "year")
        if language == "zh":
            return (
                f"电池按新电池、25 ℃ 恰好达到设计时间配置：{self.supply.blocks} 块；现已使用 {years:g} 年，"
                f"健康度 {100 * health:.1f}%。",
                f"三种电池模型下 UPS 单独支撑的时间（查表 / KiBaM / Peukert）：{table:.1f} / {kibam:.1f} / "
                f"{peukert:.1f} 分钟；结论以查表为准。",
            )
        return (
            f"The battery as a new one at 25 °C needs to reach its design time: {self.supply.blocks} blocks; now "
            f"{years:g} years old, state of health {100 * health:.1f} %.",
            f"Runtime of the UPS alone by three models of the battery (maker's table / KiBaM / Peukert): {table:.1f} / "
            f"{kibam:.1f} / {peukert:.1f} min; verdicts rest on the table.",
        )


def _setting(situation: Situation) -> Setting:
    assert isinstance(situation, Setting)
    return situation
