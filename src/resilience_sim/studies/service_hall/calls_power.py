"""The hall's power is cut in a fire (P5-16): before people are out, or after.

One event is one fire of the hall's evacuation (:mod:`~resilience_sim.studies.service_hall.fire_events`), the same ones
as there. Somebody has the switch in hand some time after the alarm. Read as *before out* the power goes at once, or as
soon as the plan allows it (``cut_not_before``); read as *after out* they wait, if they have to, until everybody who
leaves the hall by the main door is out. By when it has to be cut (``cut_within``) makes nobody wait: who cuts at once
keeps that, too.

What goes with the power: the main door, if it is a powered one, is shut until it is opened by hand, and people wait
before it; and they walk more slowly with what emergency lighting leaves. The door is shut in the egress machine, so
that people queue as they would. The dark is not in the machine: all that is left to do at the cut takes ``1 / pace``
times as long, which is too long for those who only queue, and never too short. Whoever cuts the power then leaves by
the staff's door.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.egress import Closing, EgressInputs
from resilience_sim.models.egress.kernel import simulate
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Streams, derived_seed
from resilience_sim.studies.evacuation import about
from resilience_sim.studies.limits import asked, decided, offered, readings
from resilience_sim.studies.needs import Needs, above, from_on
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation
from resilience_sim.studies.service_hall import fire as service_hall
from resilience_sim.studies.service_hall.fire_events import MAIN, Burnt, Setting
from resilience_sim.units import from_base, to_base

__all__ = ["MEASURES", "NEEDS", "READINGS", "STUDIES", "Cut", "PowerCuts"]

Floats = npt.NDArray[np.float64]

MEASURES = {"inside_at_cut": "persons", "customers_margin": "s", "cut_after": "s", "cutter_margin": "s"}
STUDIES: Mapping[str, Mapping[str, str]] = {"hall_power_cut": MEASURES}
READINGS: Mapping[str, tuple[str, ...]] = {"P5-16": ("before_out", "after_out")}
NEEDS = Needs(
    facts={
        **service_hall.NEEDS.facts,
        "power_cut.reach": from_on(0.0, "s"),
        "power_cut.door_by_hand": from_on(0.0, "s"),
        "power_cut.pace_in_dark": above(0.0, "1", 1.0),
    },
    rules=service_hall.NEEDS.rules,
    quantities={
        **service_hall.NEEDS.quantities,
        ("P5-16", "cut_within"): from_on(0.0, "s", optional=True),
        ("P5-16", "cut_not_before"): from_on(0.0, "s", optional=True),
    },
    measures=STUDIES,
    interpretations=READINGS,
)
SCENARIOS = ("fire", "fire_detected")
REACH_S = (600.0, 300.0, 240.0, 180.0, 120.0, 60.0, 30.0)
PACES = (1.0, 0.8, 0.7, 0.6, 0.4)
CROWDING = (0.05, 0.1, 0.2, 0.3, 0.5, 0.8)


@dataclass(frozen=True)
class Cut:
    """A situation: a fire with the power cut.

    Parameters
    ----------
    fire
        The fire, and who does what in it.
    after_out
        Whether the power stays on until people are out.
    not_before_s
        Seconds from the alarm for which the power stays on, also if somebody is at the switch sooner; None: at once.
    """

    fire: Setting
    after_out: bool
    not_before_s: float | None = None


class PowerCuts:
    """The part of the service hall's study that asks about cutting its power; see the module's docstring.

    Parameters
    ----------
    plan, site, record
        As for :class:`~resilience_sim.studies.service_hall.fire.ServiceHall`, whose fires these are.

    Raises
    ------
    FactError, PlanError
        As there.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        NEEDS.check_site(site)
        self.plan = plan
        self.site = site
        self.record = record
        self.fires = service_hall.ServiceHall(plan, site, record)
        self._shut: dict[int, tuple[EgressInputs, EgressInputs]] = {}
        self._sites: dict[tuple[tuple[str, float], ...], Site] = {(): site}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(PowerCuts, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> PowerCuts:
        """The same study with other values of some facts."""
        return PowerCuts(self.plan, self.site.with_values(values), self.record)

    @property
    def effort(self) -> Effort:
        """As for the hall's fires, each of which is walked twice where a door is shut."""
        return Effort(per_site=32, per_load=200, per_certificate=2000)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, scenario)
            for clause, claim in self.plan.claims(STUDIES)
            for scenario in SCENARIOS
        ]

    def _question(self, clause: Clause, claim: Claim, scenario: str) -> Question:
        read = readings(clause, claim)
        after_out = read.get("P5-16") == "after_out"
        not_before_s = decided(self.plan, "P5-16", "cut_not_before")
        return asked(
            self.plan,
            self.site,
            clause,
            claim,
            scenario=scenario,
            situation=Cut(self.fires.setting(scenario, {}), after_out, not_before_s),
            unit=MEASURES[claim.measure],
            easiest_if_open=True,
        )

    # ---- what happens

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float]:
        """The measures of one fire."""
        cut = _cut(situation)
        # What is a fact of the cut alone leaves the fire and those who walk as they are.
        hall = self.fires.hall.at(tuple(pair for pair in cut.fire.facts if not pair[0].startswith("power_cut.")))
        one, site = hall.burn(cut.fire, seed, replication), self._at(cut.fire.facts)
        streams = Streams(derived_seed(seed, "power cut"), replication)
        reach_s = about(site.base("power_cut.reach")).draw(streams.generator("service_hall/reach"), 1)[0]
        walk_s = hall.back_way_m / site.base("walking.adults")
        last_s = math.inf if one.helpless else float(one.path.out_s.max(initial=0.0))
        cut_s = one.draws.alarm_s + max(float(reach_s), cut.not_before_s or 0.0)
        if cut.after_out:
            cut_s = max(cut_s, last_s)
        out_s = self._customers_out_s(one, site, cut_s)
        return {
            "inside_at_cut": float(np.sum(one.path.out_s > cut_s)) + (one.led if one.helpless else 0),
            "customers_margin": one.aset_s - out_s if out_s < math.inf else -math.inf,
            "cut_after": cut_s - one.draws.alarm_s,
            "cutter_margin": one.aset_s - (cut_s + walk_s) if cut_s < math.inf else -math.inf,
        }

    def _at(self, facts: tuple[tuple[str, float], ...]) -> Site:
        """The site with other values of some facts; kept."""
        if facts not in self._sites:
            self._sites[facts] = self.site.with_values(dict(facts))
        return self._sites[facts]

    def _customers_out_s(self, one: Burnt, site: Site, cut_s: float) -> float:
        """When the last customer is out, with what the cut does to the main door and to the light."""
        late_s = one.customers_out_s
        if late_s <= cut_s or late_s == math.inf:
            return late_s
        pace, by_hand_s = site.base("power_cut.pace_in_dark"), site.base("power_cut.door_by_hand")
        if by_hand_s > 0:
            # Shut for less long, as what is left is stretched below.
            opens_s = cut_s + by_hand_s * pace
            draws = replace(one.draws, closes_s=np.array([cut_s]), opens_s=np.array([opens_s]))
            path = simulate(self._with_shut_door(one.inputs), draws)
            late_s = float(path.out_s[one.customers].max())
        return cut_s + (late_s - cut_s) / pace

    def _with_shut_door(self, inputs: EgressInputs) -> EgressInputs:
        """The same with a main door that can be shut, before which all wait; kept, as routes take long to find."""
        known = self._shut.get(id(inputs))
        if known is None or known[0] is not inputs:
            shut = Closing(MAIN, Deterministic(0.0), Deterministic(0.0))  # its times are put into the draws
            waiting = tuple(replace(group, waits=True) for group in inputs.groups)
            known = self._shut[id(inputs)] = inputs, replace(inputs, groups=waiting, closings=(shut,))
        return known[1]

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """Nothing beside its verdicts."""
        del seed, language
        return ()

    # ---- loads that may grow, and what may be chosen

    def axes(self, question: Question) -> Sequence[Axis]:
        """A sooner cut, a darker hall, a fuller hall."""
        match question.measure, question.interpretation:
            case "inside_at_cut", "before_out":
                return (Axis("power_cut.reach", "s", REACH_S),)
            case "customers_margin", "before_out":
                return (Axis("power_cut.pace_in_dark", "1", PACES),)
            case "cutter_margin", _:
                return (Axis("hall.crowding", "1/m2", CROWDING),)
        return ()

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        cut = _cut(question.situation)
        own = from_base(to_base(value, axis.unit), self.site.fact(axis.name).unit)
        return replace(cut, fire=cut.fire.with_fact(axis.name, own))

    def options(self, question: Question) -> Sequence[str]:
        """How long to wait with the cut while people are inside; a time to promise for a cut after they are out."""
        if question.interpretation == "before_out":
            return ("cut_later",) if question.measure == "inside_at_cut" else ()
        return ("promise",) if question.measure == "cut_after" and question.claim.limit == "cut_within" else ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The time to promise, or for which the power stays on: no longer than the plan gives to cut it."""
        if question.option == "promise":
            return (offered(self.plan, "P5-16", "cut_within", descending=False),)
        last = self.plan.clause("P5-16").quantities["cut_within"].in_force()
        return (offered(self.plan, "P5-16", "cut_not_before", descending=False, most=last),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with this time of the cut."""
        (value,), (choice,) = values, self.choices(question)
        base = to_base(value, choice.unit)
        if question.option == "promise":
            return replace(question, limit=from_base(base, question.unit))
        return replace(question, situation=replace(_cut(question.situation), not_before_s=base))

    def costs(self, question: Question, seed: int) -> Floats:
        """Seconds from the alarm for which the power stays on."""
        del seed
        (choice,) = self.choices(question)
        return np.array(choice.values)

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"hall_{question.option}"


def _cut(situation: Situation) -> Cut:
    assert isinstance(situation, Cut)
    return situation
