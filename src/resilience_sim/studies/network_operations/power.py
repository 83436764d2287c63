"""The network operations centre: the mains fail, and the UPS has to carry doors, telephones and servers.

Two supplies: door access has a small UPS of its own; telephones and servers share one in the machine room. One event is
one outage. Every promise is asked twice:

* *reached*: does the equipment reach the stated hours? The mains do not come back (scenario ``endless``), and what is
  left of chance is the battery string that is dead, the transfer that fails, the person who is late or forgets.
* *enough*: do the stated hours outlast the outage? Scenarios ``normal_day``, ``storm_day`` (a record of line outages),
  ``pledge`` (what the utility promises) and ``replay`` (a record of one's own). Where the battery is asked about, and
  not only its hours, outages also follow each other, by the record or ``in_a_row``: then they find it part-charged.

What acts in the machine room, on its battery:

* the plan's rule: servers are shut down one after the other when the mains have been out for so long (P2-22); somebody
  does it, some minutes later, or forgets. Read as *at the limit* the rule acts when its time is up, read as *any time
  before* at once: the earliest that its words allow;
* the UPS itself: when the estimated runtime has fallen to the servers' reserve, it shuts them down one by one;
* where the order of ways (P2-11) is followed: what is still up when hardly any runtime is left is forced off.

In a fire (P2-19) the mains are out as well, and somebody cuts the UPS: when the last person is out, or after a decision
that does not wait. Doors can be passed while they have power; without it, those with fail-safe locks can.
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
from resilience_sim.studies.limits import asked, decided, first_stated, offered, readings, stated
from resilience_sim.studies.needs import SHARE, Needs, from_on
from resilience_sim.studies.network_operations.power_notes import notes
from resilience_sim.studies.network_operations.supply import FIRE, NetworkSupplies, Promised, Setting
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.studies.supply_facts import NETWORK_FACTS, NETWORK_RULES
from resilience_sim.studies.supply_outages import BLOCK, ENDLESS, scenarios
from resilience_sim.units import from_base, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "NetworkOperations"]

Floats = npt.NDArray[np.float64]

DOORS = {"doors_runtime": "h", "doors_taken_over": "%"}
ROOM = {
    "phones_runtime": "h", "phones_taken_over": "%", "phones_extra": "h", "servers_clean": "%",
    "servers_crashed": "servers",
}  # fmt: skip
STUDIES: Mapping[str, Mapping[str, str]] = {
    "doors_on_ups": DOORS,
    "phones_on_ups": ROOM,
    "shedding": ROOM,
    "servers_on_ups": ROOM,
    "saving_data": ROOM,
    "fire_cut": {"doors_passable": "%"},
    "outage_length": {"outage": "h", "outage_beyond": "h"},
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
NEEDS = Needs(
    facts=NETWORK_FACTS,
    rules=NETWORK_RULES,
    quantities={
        ("P2-16", "interruption"): from_on(0.0, "s", optional=True),
        ("P2-17", "runtime"): from_on(0.0, "s"),
        ("P2-17", "tolerance"): replace(SHARE, optional=True),
        ("P2-20", "interruption"): from_on(0.0, "s", optional=True),
        ("P2-21", "runtime"): from_on(0.0, "s"),
        ("P2-22", "shed_at"): from_on(0.0, "s"),
        ("P2-22", "share_shed"): replace(SHARE, optional=True),
        ("P2-23", "extra_runtime"): from_on(0.0, "s"),
        ("P2-27", "shutdown_reserve"): from_on(0.0, "s", optional=True),
    },
    measures=STUDIES,
    interpretations={
        "P2-11": ("in_order", "clean_only"),
        "P2-17": ("reached", "about", "enough"),
        "P2-19": ("cut_after", "cut_before"),
        "P2-21": ("reached", "enough"),
        "P2-22": ("at_the_limit", "any_time_before"),
        "P2-23": ("reached", "enough"),
        "P2-27": ("reached", "enough"),
    },
)
LEAST_SHED = 0.9  # share of outages in which servers are shut down: less is not worth a rule


class NetworkOperations:
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
        promised, first = (
            Promised(
                doors_s=of("P2-17", "runtime"),
                phones_s=of("P2-21", "runtime"),
                shed_at_s=of("P2-22", "shed_at"),
                extra_s=of("P2-23", "extra_runtime"),
            )
            for of in (self._stated, partial(first_stated, plan))
        )
        self.supplies = NetworkSupplies(site, promised, record, first_promised=first)
        # Built before any work, so that a site which no machine can take is refused at once; kept for the runs.
        for question in self.questions():
            self.supplies.inputs(_setting(question.situation))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(NetworkOperations, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> NetworkOperations:
        """The same study with other values of some facts; batteries of which it says nothing fit its loads."""
        return NetworkOperations(self.plan, self.site.with_values(values), self.record)

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

    def _scenarios(self, claim: Claim) -> tuple[str, ...]:
        if claim.study == "fire_cut":
            return (FIRE,)
        if claim.study == "outage_length":
            return scenarios(self.record)
        return scenarios(self.record, charge_matters=True) if claim.interpretation == "enough" else (ENDLESS,)

    def _question(self, clause: Clause, claim: Claim, scenario: str) -> Question:
        setting = self.setting(claim.study, scenario, readings(clause, claim))
        unit = MEASURES[claim.measure]
        question = asked(self.plan, self.site, clause, claim, scenario=scenario, situation=setting, unit=unit)
        return replace(question, limit=question.limit * self._allowed(question))

    def _allowed(self, question: Question) -> float:
        """Part of a stated time that is enough: less than all where the plan says “about”."""
        if question.claim.interpretation != "about":
            return 1.0
        return 1 - self._stated("P2-17", "tolerance", "doors.tolerance")

    def setting(self, study: str, scenario: str, read: Mapping[str, str]) -> Setting:
        """What is simulated for a study, the plan's words read in this way."""
        state = supply.condition(self.site)
        if study in ("doors_on_ups", "fire_cut", "outage_length"):
            plain = self.supplies.setting(scenario, "doors", state)
            unbroken = supply.unbroken(self.site, decided(self.plan, "P2-16", "interruption"))
            return replace(plain, waits_for_people=read.get("P2-19") != "cut_before", unbroken=unbroken)
        room = replace(self.supplies.setting(scenario, "room", state), reserve_s=self._reserve_s)
        if study in ("phones_on_ups", "shedding"):
            at_once = read.get("P2-22") == "any_time_before"
            return replace(
                room,
                shed_after_s=0.0 if at_once else self._stated("P2-22", "shed_at"),
                share_shed=self._share_shed,
                unbroken=supply.unbroken(self.site, decided(self.plan, "P2-20", "interruption")),
            )
        in_order = study == "saving_data" and read.get("P2-11") == "in_order"
        return replace(room, forced_s=self.site.base("servers.forced_reserve") if in_order else 0.0)

    def _stated(self, clause: str, quantity: str, instead: str | None = None) -> float:
        return stated(self.plan, self.site, clause, quantity, instead)

    @property
    def _reserve_s(self) -> float:
        return self._stated("P2-27", "shutdown_reserve", "servers.maker_reserve")

    @property
    def _share_shed(self) -> float:
        share = decided(self.plan, "P2-22", "share_shed")
        return 1 - self.site.base("shed.forgotten") if share is None else share

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of outages, shape (:data:`~resilience_sim.studies.supply_outages.BLOCK`,)."""
        return self.supplies.replicate(_setting(situation), seed, replication)

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """The batteries and their health, runtimes by three models of the battery, and how long outages last."""
        del seed
        return notes(self.supplies, language)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Age, a warm or a cold room, the growth of the load; of what takes over at all only age and warmth."""
        if question.claim.study in ("fire_cut", "outage_length"):
            return ()
        rated = {"doors.rating": "doors.load"} if question.claim.study == "doors_on_ups" else {"ups.rating": "ups.load"}
        every = supply.axes(supply.most_load_factor(self.site, rated))
        return every[:2] if question.measure.endswith("_taken_over") else every

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        setting = _setting(question.situation)
        return replace(setting, state=supply.moved(setting.state, axis, value))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """Hours to promise, a battery, its strings or the age at which it is replaced, when to shed, a reserve."""
        study, measure = question.claim.study, question.measure
        stated_hours = question.claim.limit in self.plan.clause(question.clause).quantities
        promise = ("promise",) if stated_hours else ()
        if study == "outage_length":
            return promise
        if study == "servers_on_ups" and question.scenario == ENDLESS:
            return ("reserve",)
        sheds = study == "shedding" and "at_the_limit" in question.interpretation
        if measure == "servers_clean":
            return ("shedding",) if sheds else ()
        if measure.endswith("_taken_over"):
            return ("replacement", "strings")
        if measure in ("doors_runtime", "phones_runtime", "phones_extra"):
            return (*promise, *(("shedding",) if sheds else ()), "battery", "replacement")
        return ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        match question.option:
            case "promise":
                name = question.claim.limit
                if question.relation == "at_least":  # a promise that is kept is not raised
                    now = self.plan.clause(question.clause).quantities[name].in_force()
                    return (offered(self.plan, question.clause, name, descending=True, most=now),)
                # What would outlast the outages is not yet what the equipment reaches, so the plan may not promise it.
                hours = offered(self.plan, question.clause, name, descending=False)
                return (Choice(OF_THE_SITE, "hours_needed", hours.unit, hours.values, hours.current),)
            case "shedding":
                now = self.plan.clause("P2-22").quantities["shed_at"].in_force()
                return (
                    offered(self.plan, "P2-22", "shed_at", descending=True, most=now),
                    offered(self.plan, "P2-22", "share_shed", descending=False, least=LEAST_SHED),
                )
            case "reserve":
                return (offered(self.plan, "P2-27", "shutdown_reserve", descending=False),)
            case "battery":
                return (supply.battery_sizes(_setting(question.situation).blocks),)
            case "strings":
                return (supply.string_numbers(_setting(question.situation).strings),)
        return (supply.replacement_ages(),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        setting = _setting(question.situation)
        first, *others = (to_base(v, choice.unit) for v, choice in zip(values, self.choices(question), strict=True))
        match question.option:
            case "promise":
                return replace(question, limit=from_base(first * self._allowed(question), question.unit))
            case "shedding":
                changed = replace(setting, shed_after_s=first, share_shed=others[0])
            case "reserve":
                changed = replace(setting, reserve_s=first)
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
        match question.option:
            case "promise":
                given_up = first[0] - first if question.relation == "at_least" else first - first[0]
            case "shedding":
                given_up = first[0] - first
            case "replacement":
                given_up = 1 / first
            case "reserve":
                given_up = first
            case _:
                given_up = first - first[0]
        return supply.for_all(given_up, len(others[0])) if others else given_up

    def cost_unit(self, question: Question) -> str:
        """The option tells, and for hours to promise the side on which they are sought."""
        return "enough" if question.option == "promise" and question.relation == "at_most" else question.option


def _setting(situation: Situation) -> Setting:
    assert isinstance(situation, Setting)
    return situation
