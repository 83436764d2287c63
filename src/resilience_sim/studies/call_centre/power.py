"""The call centre's power clauses: a UPS that takes over, a generator that starts, and power that is saved.

One event is one outage. Claims of the equipment are put to an outage without end (scenario ``endless``), claims of what
is enough to those there are (``normal_day``, ``storm_day``, ``pledge``, and outages that follow each other,
``in_a_row`` or by ``replay``):

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
from resilience_sim.studies.call_centre.supply import AIR_CONDITIONING, APPLIANCES, CallCentreSupply, Setting
from resilience_sim.studies.limits import asked, decided, offered, readings, stated
from resilience_sim.studies.needs import SHARE, Needs, from_on
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.studies.supply_facts import CALL_CENTRE_FACTS, CALL_CENTRE_RULES
from resilience_sim.studies.supply_outages import BLOCK, ENDLESS, scenarios
from resilience_sim.units import HOUR, MINUTE, from_base, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "CallCentre"]

Floats = npt.NDArray[np.float64]

STUDIES = ("saving_power", "ups_alone", "generator", "restoration", "outage_length")  # each may ask every measure
MEASURES = {
    "service_taken_over": "%", "service_runtime": "min", "service_kept": "%", "generator_on_load": "%",
    "generator_starts": "%", "generator_runs": "h", "runtime_after_check": "min", "outage": "min",
}  # fmt: skip
NEEDS = Needs(
    facts=CALL_CENTRE_FACTS,
    rules=CALL_CENTRE_RULES,
    quantities={
        ("P4-13", "switched_off_within"): from_on(0.0, "s", optional=True),
        ("P4-13", "share_switched_off"): replace(SHARE, optional=True),
        ("P4-14", "interruption"): from_on(0.0, "s", optional=True),
        ("P4-14", "battery_time"): from_on(0.0, "s", optional=True),
        ("P4-15", "on_load_within"): from_on(0.0, "s", optional=True),
        ("P4-17", "switched_off_within"): from_on(0.0, "s", optional=True),
        ("P4-17", "share_switched_off"): replace(SHARE, optional=True),
        ("P4-18", "watched_for"): from_on(0.0, "s", optional=True),
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
LEAST_SWITCHED = 0.9  # share of outages in which it is done: less is not worth a rule
MOST_ATTEMPTS = 5
FUEL_STEP_H, MOST_FUEL_H = 24, 336  # as long as the longest outage of the record


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
        """The same study with other values of some facts; a battery of which it says nothing fits its load."""
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
            for clause, claim in self.plan.claims(STUDIES)
            for scenario in self._scenarios(claim)
        ]

    def _question(self, clause: Clause, claim: Claim, scenario: str) -> Question:
        setting = self.setting(claim.study, scenario, readings(clause, claim))
        unit = MEASURES[claim.measure]
        question = asked(self.plan, self.site, clause, claim, scenario=scenario, situation=setting, unit=unit)
        if claim.limit != "site.ups.design_time":
            return question
        # Once the plan itself says how long the UPS lasts alone, that is promised, whatever it was designed for.
        promised_s = self._stated("P4-14", "battery_time", "ups.design_time")
        return replace(question, limit=from_base(promised_s, unit))

    def _scenarios(self, claim: Claim) -> tuple[str, ...]:
        if claim.study == "outage_length":
            return scenarios(self.record)
        returns = claim.interpretation == "enough" or claim.study == "restoration"
        return scenarios(self.record, charge_matters=True) if returns else (ENDLESS,)

    def setting(self, study: str, scenario: str, read: Mapping[str, str]) -> Setting:
        """What is simulated for a study, the plan's words read in this way."""
        unbroken = supply.unbroken(self.site, decided(self.plan, "P4-14", "interruption"))
        plain = replace(self.supply.setting(scenario, supply.condition(self.site)), unbroken=unbroken)
        if study in ("generator", "restoration"):
            return replace(
                plain,
                on_load_s=self._stated("P4-15", "on_load_within", "generator.on_load"),
                attempts=supply.installed(self.site, "generator.attempts", otherwise=1),
                fuel_s=self.site.base("generator.fuel"),
                check_s=self._stated("P4-18", "watched_for", "restoration.check"),
            )
        followed = tuple(
            (name, decided(self.plan, clause, "switched_off_within"), self._forgotten(clause))
            for clause, (rule, name) in RULES.items()
            if read.get(clause) == rule
        )
        return replace(plain, switched_off=followed)

    def _forgotten(self, clause: str) -> float:
        """Share of outages in which nobody follows a rule that saves power."""
        share = decided(self.plan, clause, "share_switched_off")
        return self.site.base("shed.forgotten") if share is None else 1 - share

    def _stated(self, clause: str, quantity: str, instead: str) -> float:
        return stated(self.plan, self.site, clause, quantity, instead)

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of outages, shape (:data:`~resilience_sim.studies.supply_outages.BLOCK`,)."""
        return self.supply.replicate(_setting(situation), seed, replication)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Age, a warm or a cold room, the growth of the load; of what takes over at all only age and warmth."""
        ratings = {"ups.rating": "ups.load", "generator.rating": "ups.load"}
        every = supply.axes(supply.most_load_factor(self.site, ratings))
        if question.measure == "service_taken_over":
            return every[:2]
        return every if question.measure in ("service_runtime", "runtime_after_check", "service_kept") else ()

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        setting = _setting(question.situation)
        return replace(setting, state=supply.moved(setting.state, axis, value))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """A time to promise, a battery or its replacement, a time to switch off, and what the generator needs."""
        match question.claim.study, question.measure:
            case "ups_alone", "service_runtime":
                return ("promise", "battery", "replacement")
            case "ups_alone", "service_taken_over":
                return ("replacement", "strings")
            case "saving_power", _ if question.claim.interpretation in ("cooling_off", "appliances_off"):
                return ("switching", "battery")
            case "generator", "generator_on_load":
                return ("start_delay",)
            case "generator", "generator_starts":
                return ("attempts",)
            case "generator", "service_kept":
                return ("endurance",)
            case "restoration", _:
                return ("start_delay", "endurance")
        return ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        setting = _setting(question.situation)
        match question.option:
            case "promise":
                return (offered(self.plan, "P4-14", "battery_time", descending=True),)
            case "switching":
                return (
                    offered(self.plan, question.clause, "switched_off_within", descending=True),
                    offered(self.plan, question.clause, "share_switched_off", descending=False, least=LEAST_SWITCHED),
                )
            case "start_delay":
                return (offered(self.plan, "P4-15", "on_load_within", descending=True),)
            case "attempts":
                numbers = tuple(float(k) for k in range(setting.attempts, max(setting.attempts, MOST_ATTEMPTS) + 1))
                return (Choice(OF_THE_SITE, "generator.attempts", "tries", numbers, numbers[0]),)
            case "endurance":
                now_h = setting.fuel_s / HOUR
                more = [float(h) for h in range(FUEL_STEP_H, MOST_FUEL_H + 1, FUEL_STEP_H) if h > now_h]
                fuel = Choice(OF_THE_SITE, "generator.fuel", "h", (now_h, *more), now_h)
                return (fuel, supply.string_numbers(setting.strings))
            case "battery":
                return (supply.battery_sizes(setting.blocks),)
            case "strings":
                return (supply.string_numbers(setting.strings),)
        return (supply.replacement_ages(),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        setting = _setting(question.situation)
        first, *others = (to_base(v, choice.unit) for v, choice in zip(values, self.choices(question), strict=True))
        match question.option:
            case "promise":
                return replace(question, limit=from_base(first, question.unit))
            case "switching":
                # Only the clause's own rule: another one is followed as the plan or the site has it.
                own = RULES[question.clause][1]
                switched = tuple(
                    (name, first, 1 - others[0]) if name == own else (name, at_s, forgotten)
                    for name, at_s, forgotten in setting.switched_off
                )
                changed = replace(setting, switched_off=switched)
            case "start_delay":
                changed = replace(setting, on_load_s=first)
            case "attempts":
                changed = replace(setting, attempts=int(first))
            case "endurance":
                changed = replace(setting, fuel_s=first, strings=int(others[0]))
            case "battery":
                changed = replace(setting, blocks=int(first))
            case "strings":
                changed = replace(setting, strings=int(first))
            case _:
                changed = replace(setting, state=replace(setting.state, age_s=first))
        return replace(question, situation=changed)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice gives up, in the unit of :meth:`cost_unit`; nothing is simulated."""
        del seed
        first, *others = (np.array(choice.values) for choice in self.choices(question))
        given_up = 1 / first if question.option == "replacement" else np.abs(first - first[0])
        if question.option == "endurance":  # a string costs more than any fuel
            strings: Floats = (MOST_FUEL_H + 1.0) * (others[0] - others[0][0])
            return given_up[:, None] + strings[None, :]
        return supply.for_all(given_up, len(others[0])) if others else given_up

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return question.option

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """The battery and its health, and its runtime by three models."""
        del seed
        state = supply.condition(self.site)
        plain = self.supply.setting(ENDLESS, state)
        health = supply.battery(self.site, state, blocks=1).health
        table, kibam, peukert = (self.supply.runtime_s(plain, law=law) / MINUTE for law in supply.LAWS)
        years = from_base(state.age_s, "year")
        known = "battery.blocks" in self.site.facts
        if language == "zh":
            chosen = "电池按现场资料配置" if known else "电池按新电池、25 ℃ 恰好达到设计时间配置"
            return (
                f"{chosen}：{plain.blocks} 块；现已使用 {years:g} 年，健康度 {100 * health:.1f}%。",
                f"三种电池模型下 UPS 单独支撑的时间（查表 / KiBaM / Peukert）：{table:.1f} / {kibam:.1f} / "
                f"{peukert:.1f} 分钟；结论以查表为准。",
            )
        chosen = "The site's battery" if known else "The battery as a new one at 25 °C needs to reach its design time"
        return (
            f"{chosen}: {plain.blocks} blocks; now {years:g} years old, state of health {100 * health:.1f} %.",
            f"Runtime of the UPS alone by three models of the battery (maker's table / KiBaM / Peukert): {table:.1f} / "
            f"{kibam:.1f} / {peukert:.1f} min; verdicts rest on the table.",
        )


def _setting(situation: Situation) -> Setting:
    assert isinstance(situation, Setting)
    return situation
