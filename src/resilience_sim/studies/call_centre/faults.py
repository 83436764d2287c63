"""The call centre's repair clauses: what breaks is put right in time by one specialist, repairers and a vendor.

One event is one failure by day or by night, or a storm that breaks an application, seats, the wiring and the
air-conditioning at once (:mod:`~resilience_sim.studies.call_centre.faults_events`); of several seats the last one
counts. Clauses without a promise of their own are judged by the outcome with them against without, in the same events:

* *acted on*, *considered* or *not acted on* (P4-07): the vendor is called after sixty minutes always, as often as the
  plan or else the site says, or never;
* *behind the fault* or *before it* (P4-16): whether the fault in the wiring lies behind the generator, which then does
  not help; the UPS bridges its design time in both cases;
* *from callers* or *not from callers* (P4-29): whether enough calls within a time count as a sign of trouble
  (:mod:`~resilience_sim.studies.call_centre.faults_signs`), or it is found without them.

Copies (P4-30) are made as often as the plan says, and some cannot be restored from: what is lost is no older than a
week, the loss that its weekly copies accept, also where it comes to ask for copies oftener. Where the plan leaves a
number open, the site's fact stands in for it, or for a promised time the longest that its bounds allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_centre import calls_levers as levers
from resilience_sim.studies.call_centre.faults_events import (
    BLOCK,
    STORM,
    Breakdown,
    Breakdowns,
    Kind,
    Played,
    Scenario,
    first_told,
)
from resilience_sim.studies.call_centre.faults_facts import MEASURES, NEEDS, STUDIES
from resilience_sim.studies.call_centre.faults_notes import notes
from resilience_sim.studies.call_centre.faults_signs import false_signs
from resilience_sim.studies.call_centre.faults_trouble import Trouble, passed_on_s
from resilience_sim.studies.call_centre.part import CallCentrePart
from resilience_sim.studies.limits import asked, decided, offered, readings, stated
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation
from resilience_sim.units import DAY, HOUR, MINUTE, from_base, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "Repairs"]

Floats = npt.NDArray[np.float64]

DAY_NIGHT_STORM: tuple[Scenario, ...] = ("by_day", "by_night", STORM)
KINDS: Mapping[str, Kind] = {
    "seat_repair": "seat",
    "application_repair": "application",
    "wiring_repair": "wiring",
    "cooling_repair": "cooling",
    "data_copies": "data",
}
SCENARIOS: Mapping[str, tuple[Scenario, ...]] = {
    **dict.fromkeys(KINDS, DAY_NIGHT_STORM),
    "network_trouble": ("by_day", "by_night"),
    "data_copies": ("any_hour",),
}
CALLED = ("seat_response", "application_response", "wiring_reported", "cooling_called", "trouble_passed_on")
REPAIRED = ("seat_repaired", "wiring_repaired", "cooling_repaired")
SCALES = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
VENDOR_STEPS = (15 * MINUTE, 0.2)  # seconds and a share: finer steps are not told apart
WHOLE = 1e-9  # a step's quotient may be off by its last bits
PERSON_COST = 100.0  # a specialist more costs more than any number of tries


class Repairs(CallCentrePart):
    """The study of the plan's repair clauses at one site; see the module's docstring."""

    needs = NEEDS

    def _prepare(self, *, check: bool) -> None:
        self.breakdowns = Breakdowns(self.site, check=check)

    @property
    def effort(self) -> Effort:
        """A block of events takes some milliseconds."""
        return Effort(per_site=BLOCK, per_load=16 * BLOCK, per_certificate=400 * BLOCK, block=BLOCK)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims(tuple(STUDIES))
            for scenario in SCENARIOS[claim.study]
        ]

    def _question(self, clause: Clause, claim: Claim, scenario: Scenario) -> Question:
        read = readings(clause, claim)
        trouble = claim.study == "network_trouble"
        return asked(
            self.plan,
            self.site,
            clause,
            claim,
            scenario=scenario,
            situation=self.trouble(scenario, read) if trouble else self.breakdown(claim.study, scenario, read),
            unit=MEASURES[claim.measure],
            easiest_if_open=True,
        )

    def breakdown(self, study: str, scenario: Scenario, read: Mapping[str, str]) -> Breakdown:
        """What breaks for a study, the plan's words read in this way."""
        site, often = self.site, decided(self.plan, "P4-07", "share_acted_on")
        acted_on = {
            "acted_on": 1.0,
            "considered": site.base("vendor.asked") if often is None else often,
            "not_acted_on": 0.0,
        }
        return Breakdown(
            KINDS[study],
            scenario,
            specialists=round(self._decided("P4-02", "specialists", "specialist.people")),
            seats=round(site.base("storm.seats")) if scenario == STORM else 1,
            vendor_after_s=stated(self.plan, site, "P4-07", "unsolved_for"),
            vendor_asked=acted_on[read.get("P4-07", "considered")],
            backup_every_s=stated(self.plan, site, "P4-30", "backup_every") if study == "data_copies" else 7 * DAY,
            behind=read.get("P4-16") != "before_the_fault",
        )

    def trouble(self, scenario: Scenario, read: Mapping[str, str]) -> Trouble:
        """What trouble in the network is found by, the plan's words read in this way."""
        return Trouble(
            scenario,
            calls=round(self._decided("P4-29", "calls", "trouble.calls")),
            window_s=self._decided("P4-29", "window", "trouble.window"),
            from_callers=read.get("P4-29") != "not_from_callers",
        )

    def _decided(self, clause: str, quantity: str, otherwise: str) -> float:
        return stated(self.plan, self.site, clause, quantity, otherwise)

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events, shape (:data:`~.call_centre_faults_events.BLOCK`,)."""
        if isinstance(situation, Trouble):
            return {"trouble_passed_on": passed_on_s(self.breakdowns, situation, seed, replication) / MINUTE}
        setting = _breakdown(situation)
        played = self.breakdowns.play(setting, seed, replication)
        if setting.scenario == STORM:
            kinds: tuple[Kind, ...] = ("application", "seat", "wiring", "cooling")
        else:
            kinds = (setting.kind,)
        measured: dict[str, Floats] = {}
        for kind in kinds:
            measured |= self._measured(kind, setting, played, Streams(seed, replication))
        return measured

    def _measured(self, kind: Kind, setting: Breakdown, played: Played, streams: Streams) -> dict[str, Floats]:
        if kind == "data":
            return {"records_lost": played.lost_s() / DAY}
        back_s = played.seconds(kind, "back").max(axis=1)
        match kind:
            case "seat":
                response_s = played.seconds(kind, "response").max(axis=1)
                return {"seat_response": response_s / MINUTE, "seat_repaired": back_s / MINUTE}
            case "application":
                response_s = played.seconds(kind, "began", remedy="repair").max(axis=1)
                return {"application_response": response_s / MINUTE, "application_restored": back_s / HOUR}
            case "cooling":
                called_s = first_told(played.alarms, "cooling_repairers")
                return {"cooling_called": called_s / MINUTE, "cooling_repaired": back_s / HOUR}
        gap_s = np.maximum(0.0, back_s - self.powered_s(setting.behind, streams))
        return {
            "wiring_reported": first_told(played.alarms, "supervisor") / MINUTE,
            "wiring_repaired": back_s / HOUR,
            "power_gap": gap_s / MINUTE,
        }

    def powered_s(self, behind: bool, streams: Streams) -> Floats:
        """For how long UPS and generator together feed the service from the fault on, shape (events,).

        The UPS bridges its design time: until the generator carries the load, and once more when that has stopped.
        Behind the fault the generator does not help.
        """
        site = self.site
        bridged_s = site.base("ups.design_time")
        if behind:
            return np.full(BLOCK, bridged_s)
        starts = streams.generator("call_centre/generator/starts").random(BLOCK)
        runs_s = streams.generator("call_centre/generator/runs").standard_exponential(BLOCK) * site.base(
            "generator.mttf"
        )
        on_load_s = site.base("generator.on_load")
        helps = starts < site.base("generator.available") * (1 - site.base("generator.start_fails"))
        helps &= on_load_s <= bridged_s
        lasts_s = on_load_s + np.minimum(runs_s, site.base("generator.fuel")) + bridged_s
        return np.where(helps, lasts_s, bridged_s)

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What a storm does to the times, what sixty minutes mean, and how often callers cry wolf."""
        return notes(self, seed, language)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Fewer calls answered, longer repairs, more seats at once; fewer calls about trouble, copies that fail."""
        if question.scenario == STORM and question.measure == "seat_response":
            return (Axis("storm.seats", "seats", (1.0, 2.0, 3.0, 5.0, 10.0)),)
        if question.scenario in ("by_night", STORM):  # loads are moved by day and by night alike: one scenario tells
            return ()
        match question.measure:
            case "records_lost":
                return (Axis("backup.succeeds", "%", (100.0, 99.0, 97.0, 95.0, 90.0, 80.0, 60.0)),)
            case "trouble_passed_on":
                heeded = question.claim.interpretation == "from_callers"
                fewer = Axis("trouble.share_of_calls", "1", (2.0, 1.0, 0.5, 0.3, 0.2, 0.1, 0.05))
                return (levers.answered(), fewer) if heeded else ()
            case "power_gap":
                return ()
            case "application_restored":
                return (Axis("repair.scale", "1", SCALES),) if question.claim.interpretation == "acted_on" else ()
        return (Axis("repair.scale", "1", SCALES),) if question.measure in REPAIRED else (levers.answered(),)

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        situation = question.situation
        assert isinstance(situation, Breakdown | Trouble)
        if axis.name == levers.ANSWERED:
            return replace(situation, changes=levers.with_answered(situation.changes, value))
        if isinstance(situation, Trouble):
            return replace(situation, share_of_calls=value)
        match axis.name:
            case "repair.scale":
                return replace(situation, repair_scale=value)
            case "storm.seats":
                return replace(situation, seats=int(value))
        return replace(situation, backup_succeeds=to_base(value, axis.unit))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """Deadlines with tries, specialists with tries, the vendor, what counts as a sign, the time between copies."""
        match question.measure:
            case "seat_response":
                return (
                    ("deadline_and_tries", "specialists_and_tries")
                    if question.scenario == STORM
                    else ("deadline_and_tries",)
                )
            case "application_restored":
                # Where it is considered the share in force governs how often the vendor is called, and 100 % is always.
                return ("vendor_call",) if question.claim.interpretation == "considered" else ()
            case "trouble_passed_on" if question.claim.interpretation == "from_callers":
                return ("deadline_and_tries", "sign_and_tries")
            case "records_lost":
                return ("weekly_copies",)
            case measure if measure in REPAIRED:
                return ("repair_and_tries",)
            case measure if measure in CALLED and question.claim.limit in self.plan.clause(question.clause).quantities:
                return ("deadline_and_tries",)
        return ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        match question.option:
            case "deadline_and_tries" | "repair_and_tries":
                return levers.deadline_and_tries(self.plan, self.site, question.clause, question.claim.limit)
            case "specialists_and_tries":
                return (offered(self.plan, "P4-02", "specialists", descending=False), levers.tries(self.site))
            case "vendor_call":
                after = offered(self.plan, "P4-07", "unsolved_for", descending=True)
                share = offered(self.plan, "P4-07", "share_acted_on", descending=False)
                return tuple(_coarser(one, step) for one, step in zip((after, share), VENDOR_STEPS, strict=True))
            case "sign_and_tries":
                return (offered(self.plan, "P4-29", "calls", descending=True), levers.tries(self.site))
        return (offered(self.plan, "P4-30", "backup_every", descending=True),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        situation = question.situation
        first, *others = (to_base(v, choice.unit) for v, choice in zip(values, self.choices(question), strict=True))
        assert isinstance(situation, Breakdown | Trouble)
        if question.option in ("deadline_and_tries", "repair_and_tries", "specialists_and_tries", "sign_and_tries"):
            situation = replace(situation, changes=replace(situation.changes, attempts=int(others[0])))
        changed: Situation = situation
        match question.option:
            case "deadline_and_tries" | "repair_and_tries":
                return replace(question, situation=situation, limit=from_base(first, question.unit))
            case "specialists_and_tries":
                changed = replace(_breakdown(situation), specialists=int(first))
            case "vendor_call":
                changed = replace(_breakdown(situation), vendor_after_s=first, vendor_asked=others[0])
            case "sign_and_tries":
                assert isinstance(situation, Trouble)
                changed = replace(situation, calls=int(first))
            case "weekly_copies":
                changed = replace(_breakdown(situation), backup_every_s=first)
        return replace(question, situation=changed)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice costs, in the unit of :meth:`cost_unit`; of the vendor from a block of failures."""
        choices = self.choices(question)
        first: Floats = np.array(choices[0].values)
        match question.option:
            case "deadline_and_tries" | "repair_and_tries":
                return levers.in_minutes(choices)
            case "specialists_and_tries":
                return PERSON_COST * levers.and_tries(first, choices[1], weight=1 / PERSON_COST)
            case "vendor_call":
                alone = replace(_breakdown(question.situation), vendor_asked=0.0)
                back_s = self.breakdowns.play(alone, seed, 0).seconds("application", "back").max(axis=1)
                after_s, share = (np.array([to_base(one, c.unit) for one in c.values]) for c in choices)
                unsolved = (back_s[None, :] > after_s[:, None]).mean(axis=1)
                calls: Floats = 100 * unsolved[:, None] * share[None, :]
                return calls
            case "sign_and_tries":
                window_s = question.situation.window_s if isinstance(question.situation, Trouble) else 0.0
                wolf: Floats = np.array([false_signs(self.site, calls=int(n), within_s=window_s) for n in first])
                return levers.and_tries(wolf, choices[1])
        copies: Floats = 365 * DAY / np.array([to_base(one, choices[0].unit) for one in choices[0].values])
        return copies

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"centre_{question.option}"


def _coarser(choice: Choice, step: float) -> Choice:
    """Of a choice the multiples of a step in base units, and the value in force; all, if the bounds hold none."""
    steps = [to_base(value, choice.unit) / step for value in choice.values]
    pairs = zip(choice.values, steps, strict=True)
    kept = tuple(value for value, one in pairs if value == choice.current or abs(one - round(one)) < WHOLE)
    return replace(choice, values=kept or choice.values)


def _breakdown(situation: Situation) -> Breakdown:
    assert isinstance(situation, Breakdown)
    return situation
