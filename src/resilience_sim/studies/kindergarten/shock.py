"""The kindergarten's electric shocks: the power cut first, one helper for each victim, care before moving.

One event is one shock (:mod:`~resilience_sim.studies.kindergarten.shock_events`). Orders and resources are judged by
the outcome with them against without them, in the same events:

* *cut first*, *power on* or *moved first* (P3-35): how long the victims without breath or pulse are without care;
* *two workers* or *one worker* (P3-34): the same of somebody struck at work on a circuit.

No record tells how often each state of the four is met, so that the first victim is in the gravest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import FactError
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.kindergarten.shock_events import MOST, STATES, Shock, happened, measured
from resilience_sim.studies.limits import asked, decided, offered, readings
from resilience_sim.studies.needs import SHARE, Needs, from_on
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation
from resilience_sim.units import HOUR, from_base, to_base

__all__ = ["MEASURES", "NEEDS", "STUDIES", "Shocks"]

Floats = npt.NDArray[np.float64]

STUDIES: Mapping[str, Mapping[str, str]] = {
    "shock_care": {"revival": "s", "helped": "s", "helpers_hurt": "persons"},
    "circuit_work": {"revival": "s"},
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
SCENARIOS: Mapping[str, tuple[str, ...]] = {
    "shock_care": ("one_shocked", "several_shocked"),
    "circuit_work": ("circuit_work",),
}
TIME = from_on(0.0, "s", 2 * HOUR)


def _shares(site: Site) -> None:
    """The states of victims are shares of the same whole."""
    names = [f"shock.{name}" for name in STATES[:-1]]
    if (total := sum(site.base(name) for name in names)) > 1 + 1e-9:
        why = f"makes {total:g} together with {' and '.join(names[1:])}; accepted are shares that make 1 or less"
        raise FactError(names[0], why)


NEEDS = Needs(
    facts={
        **dict.fromkeys(("shock.seen", "shock.seen_beside", "shock.seen_alone", "shock.free", "shock.look"), TIME),
        **dict.fromkeys(("shock.settle", "shock.helper_comes", "shock.carry", "rescue.cut_power"), TIME),
        **dict.fromkeys(("ambulance.call", "ambulance.response"), TIME),
        **dict.fromkeys(("shock.hurts", *(f"shock.{name}" for name in STATES[:-1])), SHARE),
        "shock.victims": from_on(1.0, "persons", MOST - 1.0),
        "shock.helpers": from_on(1.0, "persons", float(MOST)),
    },
    rules=(_shares,),
    quantities={
        ("P3-34", "workers"): from_on(1.0, "persons"),
        ("P3-35", "start_within"): from_on(0.0, "s", optional=True),
        ("P3-35", "helpers_per_victim"): from_on(1.0, "persons", optional=True),
    },
    measures=STUDIES,
    interpretations={
        "P3-34": ("as_planned", "one_worker"),
        "P3-35": ("cut_first", "power_on", "moved_first"),
    },
)
BLOCK = 80  # events in a block
SECONDS = (1.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0)
VICTIMS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0)


class Shocks:
    """The study of electric shocks at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts.
    record
        Not used: no record of lines or of the mains strikes anybody.

    Raises
    ------
    FactError
        If the site lacks a fact, or has one that the study cannot work with.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        NEEDS.check_site(site)
        self.plan = plan
        self.site = site
        self.record = record
        self._sites: dict[tuple[tuple[str, float], ...], Site] = {(): site}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(Shocks, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> Shocks:
        """The same study with other values of some facts."""
        return Shocks(self.plan, self.site.with_values(values), self.record)

    @property
    def effort(self) -> Effort:
        """A block of events takes a millisecond or two."""
        return Effort(per_site=BLOCK, per_load=800, per_certificate=100_000, block=BLOCK)

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            asked(
                self.plan,
                self.site,
                clause,
                claim,
                scenario=scenario,
                situation=self.setting(scenario, readings(clause, claim)),
                unit=MEASURES[claim.measure],
                easiest_if_open=True,
            )
            for clause, claim in self.plan.claims(STUDIES)
            for scenario in self._scenarios(claim)
        ]

    @staticmethod
    def _scenarios(claim: Claim) -> tuple[str, ...]:
        return SCENARIOS[claim.study]

    def setting(self, scenario: str, read: Mapping[str, str]) -> Shock:
        """What is simulated in a scenario, the plan's words read in this way."""
        victims = round(self.site.base("shock.victims")) if scenario == "several_shocked" else 1
        workers = decided(self.plan, "P3-34", "workers")
        assert workers is not None  # as was checked when the study was bound
        return self._helped(
            Shock(
                scenario,
                victims=victims,
                workers=1 if read.get("P3-34") == "one_worker" else round(workers),
                helpers=round(self.site.base("shock.helpers")),
                cut_first=read.get("P3-35") != "power_on",
                treated_first=read.get("P3-35") != "moved_first",
            ),
            self._per_victim(),
        )

    def _per_victim(self) -> float | None:
        return decided(self.plan, "P3-35", "helpers_per_victim")

    @staticmethod
    def _helped(setting: Shock, per_victim: float | None) -> Shock:
        """As many come as the plan wants for each victim; while it is open, as many as the site has."""
        if per_victim is None:
            return setting
        return replace(setting, helpers=min(MOST, round(per_victim) * setting.victims))

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events."""
        setting = _setting(situation)
        if setting.facts not in self._sites:
            self._sites[setting.facts] = self.site.with_values(dict(setting.facts))
        return measured(happened(setting, self._sites[setting.facts], seed, replication, BLOCK))

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What each way of helping takes until those without breath or pulse are cared for."""
        return [_ways(self, seed, language)]

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """More victims, helpers who come later, a longer way to the switch; none of what is there to compare with."""
        if question.measure == "helpers_hurt" or question.interpretation not in ("cut_first", "as_planned"):
            return ()
        cut = Axis("rescue.cut_power", "s", SECONDS)
        if question.scenario != "several_shocked":
            return (cut,)
        return (Axis("shock.victims", "persons", VICTIMS), Axis("shock.helper_comes", "s", SECONDS), cut)

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        setting = _setting(question.situation)
        if axis.name == "shock.victims":
            # Helpers for each victim are helpers for each of more victims, too.
            return self._helped(replace(setting, victims=round(value)), self._per_victim())
        return setting.with_fact(axis.name, from_base(to_base(value, axis.unit), self.site.fact(axis.name).unit))

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """Persons at work on a circuit, helpers for each victim, the time to promise."""
        if question.clause == "P3-34":
            return ("workers",) if question.interpretation == "as_planned" else ()
        if question.interpretation != "cut_first" or question.measure == "helpers_hurt":
            return ()
        return ("helpers",) if question.measure == "revival" else ("promise",)

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantity of the question's option."""
        clause, name = {
            "workers": ("P3-34", "workers"),
            "helpers": ("P3-35", "helpers_per_victim"),
            "promise": ("P3-35", "start_within"),
        }[question.option]
        return (offered(self.plan, clause, name, descending=False),)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with this value of its choice."""
        setting, (value,) = _setting(question.situation), values
        match question.option:
            case "promise":
                (choice,) = self.choices(question)
                return replace(question, limit=from_base(to_base(value, choice.unit), question.unit))
            case "workers":
                return replace(question, situation=replace(setting, workers=round(value)))
        return replace(question, situation=self._helped(setting, value))

    def costs(self, question: Question, seed: int) -> Floats:
        """The value itself: persons, or seconds."""
        del seed
        (choice,) = self.choices(question)
        costs: Floats = np.array(choice.values)
        return costs

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        return f"shock_{question.option}"


BLOCKS = 4  # of events that a sentence takes its medians from


def _ways(study: Shocks, seed: int, language: str) -> str:
    plain = study.setting("one_shocked", {})
    alone = study.setting("circuit_work", {"P3-34": "one_worker"})
    ways = (
        plain,
        replace(plain, cut_first=False),
        replace(plain, treated_first=False),
        study.setting("circuit_work", {}),
        alone,
    )

    def drawn(one: Shock, measure: str) -> Floats:
        return np.hstack([study.replicate(one, seed, k)[measure] for k in range(BLOCKS)])

    seconds = [float(np.median(drawn(one, "revival"))) for one in ways]
    hurt = 100 * float(drawn(ways[1], "helpers_hurt").mean())
    cut, pulled, moved, beside, one = seconds
    if language == "zh":
        return (
            f"触电后呼吸心跳停止者得到施救（中位数）：先断电、就地施救 {cut:.0f} 秒；不断电就拉人 {pulled:.0f} 秒，"
            f"{hurt:.0f}% 的情形中施救者也触电；先搬到医务室 {moved:.0f} 秒。维修电路时旁边有人 {beside:.0f} 秒，"
            f"一人操作 {one:.0f} 秒。"
        )
    return (
        f"From the shock until somebody without breath or pulse is cared for (median): power cut first, on the spot "
        f"{cut:.0f} s; pulled free with the power on {pulled:.0f} s, and in {hurt:.0f} % the helper is struck as well; "
        f"carried to the sick room first {moved:.0f} s. At work on a circuit, with somebody beside {beside:.0f} s, "
        f"alone {one:.0f} s."
    )


def _setting(situation: Situation) -> Shock:
    assert isinstance(situation, Shock)
    return situation
