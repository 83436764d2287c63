"""The network operations centre: whether it answers and mends in time, alone and when a storm breaks much at once.

One event is a fault of one class, alone or among those of a storm, see
:mod:`~resilience_sim.studies.network_operations.faults_events`. A claim names the class as its study, or
``any_fault`` (whichever occurs) or ``any_spare`` (whichever may need a spare):

* *limits* on answers and on putting right are judged by the clocks of
  :mod:`~resilience_sim.studies.network_operations.faults_measures`, "less than" being read strictly;
* *means* (people, spares, copies, standby machines) by whether those that the plan names suffice;
* *rounds* by how late they find what only they look for, with them and without them in the same events; *copies* by how
  old the last good one is when data are lost;
* *orders* (gravity first, restart first, the spare after so many minutes) by what they save in the same events.

Numbers that the plan states or has decided are the plan's; where it leaves one open the file of faults says what there
is, and a limit that is open is asked at the easiest of its bounds. Technicians are those of the list (P2-01); others
join only where it is read so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.outages import LineOutages
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.quantities import Boundary, Quantity
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams
from resilience_sim.studies.faults import check_faults
from resilience_sim.studies.limits import asked, decided, offered, readings
from resilience_sim.studies.network_operations.faults_checks import check_classes
from resilience_sim.studies.network_operations.faults_events import Events
from resilience_sim.studies.network_operations.faults_facts import NEEDS, STUDIES
from resilience_sim.studies.network_operations.faults_levers import (
    in_force,
    people,
    people_option,
    stock,
    stocks,
    up_to,
)
from resilience_sim.studies.network_operations.faults_measures import CLOCKS, MEASURES, measured
from resilience_sim.studies.network_operations.faults_notes import notes
from resilience_sim.studies.network_operations.faults_setting import (
    ALONE,
    ANY_SPARE,
    BLOCK,
    NO_FAULT,
    STORM,
    FaultSetting,
)
from resilience_sim.studies.network_operations.faults_tables import (
    AGAINST,
    AT_ONCE,
    COPIES,
    FAULT_OF,
    GROWS,
    MOST_COPIES,
    MOST_ON_CALL,
    PILOT_BLOCKS,
    PILOT_SEED,
    ROUNDS,
    RUNS,
    SCENARIOS,
    TO_SAY_MIN,
    UNTOUCHED,
    VENDOR_MIN,
    VENDORS_ANSWER,
    WITH_SPARES,
    WITHOUT_CREW,
)
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.units import DAY, MINUTE, from_base, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "NetworkFaults"]

Floats = npt.NDArray[np.float64]


class NetworkFaults:
    """The study of the plan's faults at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register, and the site's facts with its file of faults.
    record
        Not used: no record of lines tells which of the centre's devices broke.

    Raises
    ------
    FactError
        If the site lacks a fact, or has one that no machine can take.
    PlanError
        If it has no file of faults, or one that lacks a class or a remedy that a clause is about.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        NEEDS.check_site(site)
        self.plan = plan
        self.site = site
        self.record = record
        check_faults(site)
        check_classes(site, plan)
        self.events = Events(site)
        self._promised: dict[tuple[str, Situation], bool] = {}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(NetworkFaults, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> NetworkFaults:
        """The same study with other values of some facts, within the ranges at whose ends the site was checked."""
        other = copy(self)
        other.site = self.site.with_values(values)
        other.events = Events(other.site)
        other._promised = {}
        return other

    @property
    def effort(self) -> Effort:
        """Of storms; a run of them takes some milliseconds."""
        return Effort(per_site=BLOCK, per_load=8 * BLOCK, per_certificate=320 * BLOCK, block=BLOCK)

    def effort_for(self, situation: Situation) -> Effort:
        """Of faults alone many more: a run of them takes a fraction of a millisecond."""
        runs = RUNS[_setting(situation).scenario]
        many = Effort(per_site=BLOCK, per_load=24 * BLOCK, per_certificate=640 * BLOCK, block=runs * BLOCK)
        return self.effort if runs == 1 else many

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims(STUDIES)
            for scenario in SCENARIOS.get(claim.measure, (ALONE, STORM))
        ]

    def _question(self, clause: Clause, claim: Claim, scenario: str) -> Question:
        question = asked(
            self.plan,
            in_force(self.plan, self.site),
            clause,
            claim,
            scenario=scenario,
            situation=self.setting(claim.study, claim.measure, scenario, readings(clause, claim)),
            unit=MEASURES[claim.measure],
            easiest_if_open=True,
        )
        return replace(question, limit=self._strict(question, question.limit))

    def _strict(self, question: Question, limit: float) -> float:
        """The largest number that keeps a limit: "less than 10 min" is kept by the number just below 10."""
        quantity = self.plan.clause(question.clause).quantities.get(question.claim.limit)
        strict = quantity is not None and quantity.boundary is Boundary.LESS_THAN
        return math.nextafter(limit, -math.inf) if strict else limit

    def setting(self, study: str, measure: str, scenario: str, read: Mapping[str, str]) -> FaultSetting:
        """What is simulated for a measure of a study in a scenario, the plan's words read in this way."""
        fault = FAULT_OF.get(study, study)
        if measure == "doors_up":
            fault = NO_FAULT if scenario == STORM else fault
        listed = decided(self.plan, "P2-01", "people")
        plain = FaultSetting(
            scenario,
            fault,
            stocks=stocks(self.plan),
            people=None if listed is None else round(listed),
            decide_after_s=decided(self.plan, "P2-37", "decide_after"),
            undecided=measure == "access_replaced",
            against="" if measure == "access_replaced" else AGAINST.get(study, ""),
        )
        for (clause, name), told in ROUNDS.items():
            every_s = decided(self.plan, clause, name)
            plain = plain if every_s is None else plain.with_round(told, every_s)
        lead_s = decided(self.plan, "P2-04", "reorder_time")
        if lead_s is not None:
            plain = plain.with_fact("spares.lead", from_base(lead_s, self.site.fact("spares.lead").unit))
        join = study == "any_fault" and read.get("P2-01") == "more_join"
        return replace(plain, on_call=round(self.site.base("crew.on_call"))) if join else plain

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events: of several runs, where a run takes little time."""
        setting = _setting(situation)
        runs = RUNS[setting.scenario]
        found = [self._replicate(setting, seed, runs * replication + run) for run in range(runs)]
        return found[0] if runs == 1 else {name: np.concatenate([one[name] for one in found]) for name in found[0]}

    def _replicate(self, setting: FaultSetting, seed: int, number: int) -> Mapping[str, Floats]:
        """The measures of one run's events, shape (BLOCK,)."""
        run, other = self.events.runs(setting, seed, number)
        slot_s = self.events.at(setting).slot_s
        found = measured(run, other, against=setting.against, slot_s=slot_s, storm=setting.scenario == STORM)
        if setting.fault != ANY_SPARE or setting.scenario != ALONE:
            return found
        return {**found, "copies_good": self._copies_good(setting, seed, number)}

    def _copies_good(self, setting: FaultSetting, seed: int, replication: int) -> Floats:
        """100 where at least one of the copies of a program can be restored from; more copies meet the same chances."""
        copies = dict(setting.stocks).get(COPIES, round(self.site.base("backup.copies")))
        uniform = Streams(seed, replication).generator("faults/copies").random((BLOCK, MOST_COPIES))
        good = uniform[:, :copies] < self.site.base("backup.succeeds")
        return np.where(good.any(axis=1), 100.0, 0.0)

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """Which limits fail first as more breaks at once, what would hold, and what vendors' agreements are worth."""
        return notes(self, seed, language)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """In a storm faults at once; alone what the measure takes most of its time for."""
        if question.measure in ("found_after", "found_unpatrolled", "found_first", "copies_good", "data_missing"):
            return ()
        if question.scenario == STORM:  # vendors whom nobody has to call first do not mind what else is broken
            return () if question.measure in UNTOUCHED else (AT_ONCE,)
        return (GROWS[question.measure],) if question.measure in GROWS else ()

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        name = "vendor.response.median" if axis.name == VENDORS_ANSWER else axis.name
        fact_unit = self.site.fact(name).unit
        return _setting(question.situation).with_fact(name, from_base(to_base(value, axis.unit), fact_unit))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """A time that holds, people, spares, an agreement with a vendor, the time between rounds or copies."""
        measure, clause = question.measure, question.clause
        match measure:
            case "technicians_wait":
                return ("people_listed",) if question.claim.interpretation == "listed_only" else ("people_on_call",)
            case "spares_lacking":
                return ("server_spares",) if clause == "P2-28" else ("spare_parts",)
            case "stock_outs":
                return ("spares_stock", "reorder_time")
            case "copies_good":
                return ("program_copies",)
            case "data_attended":
                return (people_option(self.plan),)
            case "found_after" | "found_first":
                return () if question.claim.interpretation == "unpatrolled" else ("time_between",)
            case "data_missing":
                if question.claim.limit in self.plan.clause(clause).quantities:
                    return ("promise",)
                return ("time_between",) if self._round(clause) is not None else ()
        if measure not in CLOCKS:
            return ()
        vendor = ("vendor_response",) if measure.endswith("_answered") else ()
        decide = ("swap_time",) if measure == "access_mended" else ()
        burst = question.scenario == STORM
        if not burst or measure in WITHOUT_CREW:
            more: tuple[str, ...] = ()
        else:  # who finds no spare is not helped by people, and more of them are sooner at the last one
            more = ("people_and_spares",) if measure in WITH_SPARES else (people_option(self.plan), "people_on_call")
        time = ("promise",) if self._within_bounds(question) else ("time_needed",)
        return (*time, *vendor, *decide, *more)

    def _within_bounds(self, question: Question) -> bool:
        """Whether the longest time that the plan may promise seems to be long enough: an estimate, no proof.

        Where it is not, what would be long enough is sought beyond the bounds, and is no proposal for the plan; nor is
        it where the number is read as a time against its words, as the 24 hours for which doors work (P2-18).
        """
        longest = self._quantity(question).bounds.max
        if self._against_words(question):
            return False
        key = (question.claim.id, question.situation)
        if key not in self._promised:
            unit = self._quantity(question).unit
            limit = self._strict(question, from_base(to_base(longest, unit), question.unit))
            events = [self.replicate(question.situation, PILOT_SEED, k)[question.measure] for k in range(PILOT_BLOCKS)]
            kept = float((np.hstack(events) <= limit).mean())
            self._promised[key] = kept >= question.required
        return self._promised[key]

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantity of the question's option."""
        plan, setting, clause = self.plan, _setting(question.situation), question.clause
        match question.option:
            case "promise":
                every = offered(plan, clause, question.claim.limit, descending=False)
                if question.measure not in CLOCKS:
                    return (every,)
                said = {from_base(minutes * MINUTE, every.unit) for minutes in TO_SAY_MIN} | {every.current}
                return (replace(every, values=tuple(value for value in every.values if value in said)),)
            case "time_needed":
                quantity = self._quantity(question)
                times = [from_base(minutes * MINUTE, quantity.unit) for minutes in TO_SAY_MIN]
                least = 0.0 if self._against_words(question) else quantity.bounds.max
                beyond = tuple(time for time in times if time > least)
                return (Choice(OF_THE_SITE, "time_needed", quantity.unit, beyond, quantity.in_force()),)
            case "people_listed" | "people_on_shift":
                return (people(plan, self.site, setting, question.option),)
            case "people_on_call":
                now = setting.on_call
                return (Choice(OF_THE_SITE, "crew.on_call", "persons", up_to(now, MOST_ON_CALL), float(now)),)
            case "vendor_response":
                now_min = from_base(self.site.base("vendor.response.median"), "min")
                sooner = tuple(value for value in VENDOR_MIN if value < now_min)
                return (Choice(OF_THE_SITE, VENDORS_ANSWER, "min", (now_min, *sooner), now_min),)
            case "reorder_time":
                return (offered(plan, "P2-04", "reorder_time", descending=True),)
            case (
                "swap_time"
            ):  # who is to be done in time has to decide soon; who is to gain by it may not decide too soon
                return (offered(plan, "P2-37", "decide_after", descending=question.measure == "access_mended"),)
            case "time_between":
                return (offered(plan, clause, self._round(clause) or "", descending=True),)
            case "people_and_spares":
                spares = offered(plan, *stock(plan, question), descending=False, least=1.0)
                return people(plan, self.site, setting, question.option), spares
            case "server_spares":
                return tuple(offered(plan, "P2-28", name, descending=False) for name in ("standby_servers", "spares"))
        return (offered(plan, *stock(plan, question), descending=False),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with this value of its choice."""
        setting, choices = _setting(question.situation), self.choices(question)
        choice = choices[0]
        base = to_base(values[0], choice.unit)
        match question.option:
            case "promise" | "time_needed":
                return replace(question, limit=self._strict(question, from_base(base, question.unit)))
            case "people_listed" | "people_on_shift":
                changed = replace(setting, people=round(base))
            case "people_on_call":
                changed = replace(setting, on_call=round(base))
            case "vendor_response":
                unit = self.site.fact("vendor.response.median").unit
                changed = setting.with_fact("vendor.response.median", from_base(base, unit))
            case "reorder_time":
                changed = setting.with_fact("spares.lead", from_base(base, self.site.fact("spares.lead").unit))
            case "swap_time":
                changed = replace(setting, decide_after_s=base)
            case "time_between":
                changed = setting.with_round(ROUNDS[question.clause, choice.quantity], base)
            case "people_and_spares":
                spares = stocks(self.plan, {stock(self.plan, question): values[1]})
                changed = replace(setting, people=round(base), stocks=spares)
            case "server_spares":
                spares = stocks(self.plan, {("P2-28", one.quantity): v for one, v in zip(choices, values, strict=True)})
                changed = replace(setting, stocks=spares)
            case _:
                changed = replace(setting, stocks=stocks(self.plan, {stock(self.plan, question): base}))
        return replace(question, situation=changed)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice costs, in the unit of :meth:`cost_unit`; nothing is simulated."""
        del seed
        choice, *others = self.choices(question)
        values = np.array(choice.values)
        if question.option == "time_between":
            return 365 * DAY / np.array([to_base(value, choice.unit) for value in choice.values])
        more: Floats = np.abs(values - values[0])
        return more[:, None] + (np.array(others[0].values) - others[0].values[0]) if others else more

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"fault_{question.option}"

    def _against_words(self, question: Question) -> bool:
        return question.relation == "at_most" and self._quantity(question).boundary is Boundary.AT_LEAST

    def _quantity(self, question: Question) -> Quantity:
        return self.plan.clause(question.clause).quantities[question.claim.limit]

    def _round(self, clause: str) -> str | None:
        """The clause's own time between rounds or copies."""
        return next((name for known, name in ROUNDS if known == clause), None)


def _setting(situation: Situation) -> FaultSetting:
    assert isinstance(situation, FaultSetting)
    return situation
