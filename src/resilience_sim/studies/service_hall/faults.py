"""The hall's business system fails (P5-10): when the maintenance partner responds, and how good its estimate is.

One event is one fault of the system, of software, hardware or network as often as the site's file of faults has them.
A clerk phones the partner along the call tree's chain ``system``; from the call on the partner's response and work are
those of the repair machine. The announced duration of the work is compared with the actual one:

* ``by_record``: the partner estimates as a utility does whose record of announced and actual ends is known;
* ``by_kind``: the partner knows no more than the kind of fault, and announces the median of its repairs.

The error counts both ways and is a share of the duration announced: with 100 % the work takes twice as long.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import PlanError
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.repair import Instants, RepairInputs, draw, seconds, timelines
from resilience_sim.models.repair.kernel import simulate
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Law, LogNormal, Streams, derived_seed
from resilience_sim.studies.call_trees import CallTrees, drawn_hours, told_s
from resilience_sim.studies.faults import check_faults, repair_inputs, repairs
from resilience_sim.studies.limits import asked, offered
from resilience_sim.studies.needs import SIGMA, Needs, above, from_on
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Effort, Question, Situation
from resilience_sim.timelines import Timeline
from resilience_sim.units import DAY, from_base, to_base

__all__ = ["MEASURES", "NEEDS", "READINGS", "STUDIES", "Fault", "SystemFaults", "system_up"]

Floats = npt.NDArray[np.float64]

MEASURES = {"partner_responds": "min", "estimate_error": "%"}
STUDIES: Mapping[str, Mapping[str, str]] = {"system_fault": MEASURES}
READINGS: Mapping[str, tuple[str, ...]] = {}
NEEDS = Needs(
    facts={
        "vendor.response.median": above(0.0, "s"),
        "estimate.median_ratio": above(0.0, "1"),
        "estimate.sigma": SIGMA,
    },
    quantities={
        ("P5-10", "respond_within"): from_on(0.0, "s", optional=True),
        ("P5-10", "estimate_error"): from_on(0.0, "share", optional=True),
    },
    measures=STUDIES,
)
SYSTEM, PARTNER, CHAIN = "business_system", "partner", "system"
BLOCK = 100  # faults in one replication …
APART_S = 365 * DAY  # … so far apart that each is mended before the next
RESPONSES_MIN = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0)
SIGMAS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.55, 0.7, 1.0, 1.4)


@dataclass(frozen=True)
class Fault:
    """A situation: how the partner estimates, and other values of facts, in their own units."""

    by_record: bool = True
    facts: tuple[tuple[str, float], ...] = ()

    def with_fact(self, name: str, value: float) -> Fault:
        """The same with another value of a fact."""
        return replace(self, facts=(*(one for one in self.facts if one[0] != name), (name, value)))


class SystemFaults:
    """The part of the service hall's study that asks about its business system; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts, with its call tree and its file of faults.
    record
        Not used.

    Raises
    ------
    FactError
        If the site lacks a fact, or has one that no machine can take.
    PlanError
        If it lacks a call tree or a file of faults, or has one that no machine can take.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        NEEDS.check_site(site)
        CallTrees(site).inputs(CHAIN)
        check_faults(site)
        self.plan = plan
        self.site = site
        self.record = record
        self.kinds = _kinds(site)
        self._trees: dict[tuple[tuple[str, float], ...], CallTrees] = {}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(SystemFaults, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> SystemFaults:
        """The same study with other values of some facts."""
        return SystemFaults(self.plan, self.site.with_values(values), self.record)

    @property
    def effort(self) -> Effort:
        """Some thousands: a block of faults takes some milliseconds."""
        return Effort(per_site=BLOCK, per_load=5 * BLOCK, per_certificate=100 * BLOCK, block=BLOCK)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims(STUDIES)
            for scenario in (("system_down",) if claim.measure == "partner_responds" else ("by_record", "by_kind"))
        ]

    def _question(self, clause: Clause, claim: Claim, scenario: str) -> Question:
        return asked(
            self.plan,
            self.site,
            clause,
            claim,
            scenario=scenario,
            situation=Fault(by_record=scenario != "by_kind"),
            unit=MEASURES[claim.measure],
            easiest_if_open=True,
        )

    # ---- what happens

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of faults, shape (:data:`BLOCK`,)."""
        fault = _fault(situation)
        site = self.site.with_values(dict(fault.facts)) if fault.facts else self.site
        own, streams = Streams(derived_seed(seed, "system fault"), replication), Streams(seed, replication)
        kind = self._kind(site, own)
        arrivals = {
            name: Instants(tuple(APART_S * k for k in np.flatnonzero(kind == place)))
            for place, name in enumerate(self.kinds)
        }
        inputs = repair_inputs(site, horizon_s=BLOCK * APART_S, arrivals=arrivals)
        path = simulate(inputs, draw(inputs, streams))
        response_s, works_s, announced_s = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
        for place, name in enumerate(self.kinds):
            response_s[kind == place] = seconds(inputs, path, name, until="began", remedy=PARTNER)
            works_s[kind == place] = seconds(inputs, path, name, since="began", until="finished", remedy=PARTNER)
            announced_s[kind == place] = _median_s(_work(inputs, name))
        ratio = LogNormal.from_median(site.base("estimate.median_ratio"), site.base("estimate.sigma"))
        actual = ratio.draw(own.generator("service_hall/estimate"), BLOCK) if fault.by_record else works_s / announced_s
        return {
            "partner_responds": (self._called_s(fault, site, own, streams) + response_s) / to_base(1.0, "min"),
            "estimate_error": np.abs(actual - 1) / to_base(1.0, "%"),
        }

    def _kind(self, site: Site, streams: Streams) -> npt.NDArray[np.int64]:
        """Which kind of fault each one is, as a place among the kinds, shape (:data:`BLOCK`,)."""
        told = repairs(site)
        rates = np.array([told.per_s(name, site) for name in self.kinds])
        u = streams.generator("service_hall/kind").random(BLOCK)
        return np.searchsorted(np.cumsum(rates)[:-1] / rates.sum(), u, side="right")

    def _called_s(self, fault: Fault, site: Site, own: Streams, streams: Streams) -> Floats:
        """When the partner has been told, from the instant at which a clerk takes up the telephone."""
        if fault.facts not in self._trees:
            self._trees[fault.facts] = CallTrees(site)
        trees = self._trees[fault.facts]
        hours = drawn_hours(own, "by_day", trees.tree, site, BLOCK)
        return np.array([told_s(one, "vendor")[0] for one in trees.run_block(CHAIN, streams, hours=hours)])

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """How long the system is down, how often, and what that comes to in a year."""
        inputs = repair_inputs(self.site, horizon_s=APART_S * BLOCK)
        path = simulate(inputs, draw(inputs, Streams(seed, 0)))
        down_s = np.concatenate([seconds(inputs, path, name) for name in self.kinds])
        median, late = float(np.median(down_s)) / to_base(1, "min"), float(np.quantile(down_s, 0.9)) / to_base(1, "h")
        yearly = len(down_s) / BLOCK
        if language == "zh":
            return [
                f"业务系统一年约停 {yearly:.1f} 次，从故障到恢复的中位数 {median:.0f} 分钟，"
                f"十次中有一次超过 {late:.1f} 小时。"
            ]
        return [
            f"The business system stops about {yearly:.1f} times a year; from fault to restoration {median:.0f} min "
            f"(median), one in ten longer than {late:.1f} h."
        ]

    # ---- loads that may grow, and what may be chosen

    def axes(self, question: Question) -> Sequence[Axis]:
        """A partner who responds later; estimates that are further off."""
        if question.measure == "partner_responds":
            return (Axis("vendor.response.median", "min", RESPONSES_MIN),)
        return (Axis("estimate.sigma", "1", SIGMAS),) if question.scenario == "by_record" else ()

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        own = from_base(to_base(value, axis.unit), self.site.fact(axis.name).unit)
        return _fault(question.situation).with_fact(axis.name, own)

    def options(self, question: Question) -> Sequence[str]:
        """A time or an error to promise; a quicker response in the partner's contract."""
        stated = question.claim.limit in self.plan.clause(question.clause).quantities
        contract = ("partner_contract",) if question.measure == "partner_responds" else ()
        return (*(("promise",) if stated else ()), *contract)

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantity of the question's option, from the hardest value to the easiest."""
        if question.option == "promise":
            return (offered(self.plan, question.clause, question.claim.limit, descending=False),)
        now = from_base(self.site.base("vendor.response.median"), "min")
        quicker = np.arange(math.ceil(now) - 1.0, 0.0, -1.0).tolist()
        return (Choice(OF_THE_SITE, "vendor.response.median", "min", (now, *quicker), now),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with this value of its choice."""
        (value,), (choice,) = values, self.choices(question)
        base = to_base(value, choice.unit)
        if question.option == "promise":
            return replace(question, limit=from_base(base, question.unit))
        own = from_base(base, self.site.fact(choice.quantity).unit)
        return replace(question, situation=_fault(question.situation).with_fact(choice.quantity, own))

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice gives up, in its own unit; nothing is simulated."""
        del seed
        (choice,) = self.choices(question)
        values: Floats = np.array(choice.values)
        return values if question.option == "promise" else values[0] - values

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"hall_{question.option}"


def system_up(site: Site, streams: Streams, *, horizon_s: float) -> Timeline:
    """Whether the business system is up, 1 or 0, while faults come at their rates.

    Parameters
    ----------
    site
        A site with a file of faults, some of which take down the ``business_system``.
    streams
        Of the replication.
    horizon_s
        How long faults come, in seconds; time zero is midnight.
    """
    inputs = repair_inputs(site, horizon_s=horizon_s)
    return timelines(inputs, simulate(inputs, draw(inputs, streams)))[SYSTEM]


def _kinds(site: Site) -> tuple[str, ...]:
    """The classes of faults that take the business system down, all of them for the partner to mend."""
    told = repairs(site)
    kinds = tuple(name for name, one in told.classes.items() if SYSTEM in one.takes_down)
    if not kinds:
        why = f"no class of faults takes down {SYSTEM!r}; accepted is one with takes_down: [{SYSTEM}]"
        raise PlanError(why, place=told.place("classes"))
    for name in kinds:
        if PARTNER not in {remedy.name for remedy in told.classes[name].remedies}:
            why = f"class {name!r} has no remedy {PARTNER!r}; accepted is one of kind vendor and of this name"
            raise PlanError(why, place=told.place("classes", name, "ladders"))
    return kinds


def _fault(situation: Situation) -> Fault:
    assert isinstance(situation, Fault)
    return situation


def _work(inputs: RepairInputs, name: str) -> Law:
    """How long the partner works on a class of faults."""
    faults = next(one for one in inputs.faults if one.name == name)
    return next(remedy.time for remedy in faults.remedies if remedy.name == PARTNER)


def _median_s(law: Law) -> float:
    return math.exp(law.mu) if isinstance(law, LogNormal) else law.mean
