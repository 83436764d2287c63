"""The call centre's surge clauses: when calls have grown abnormally, and the three levels of support.

One event is a surge (:mod:`~resilience_sim.studies.call_centre.surge_events`) or, for the sign that calls the first
level, an ordinary day as well (:mod:`~resilience_sim.studies.call_centre.surge_signs`).

* The sign (P4-31) must not show on an ordinary day, and must show soon in a surge.
* Each level is judged by the site's standards with all levels up to it, and by the answer rate with it against without
  it in the same surge. The thirty minutes before the second and the third level are read both ways: from the call-up of
  the level before, or from its being in place. These two are put to a crisis alone: most recorded surges are over
  before the second level could be there.
* People of the third level are enough (P4-36) if the answer rate is up to the standard in the last half hour of a
  crisis, when all who come have come.
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
from resilience_sim.studies.call_centre.surge_events import Surge, SurgeEvents
from resilience_sim.studies.call_centre.surge_floor import BLOCK
from resilience_sim.studies.call_centre.surge_levers import AXES, choices_of, costs_of, moved_to, setting_with
from resilience_sim.studies.call_centre.surge_notes import notes
from resilience_sim.studies.call_centre.surge_rules import FLOOR_FACTS, READINGS, SUPPORT_QUANTITIES, sign, support
from resilience_sim.studies.call_centre.surge_signs import WATCHED, Watch, watched
from resilience_sim.studies.limits import asked, readings
from resilience_sim.studies.needs import Needs, above
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation

__all__ = ["MEASURES", "NEEDS", "STUDIES", "Surges"]

Floats = npt.NDArray[np.float64]
Setting = Surge | Watch

_RATES = {"answer_rate": "%", "service_level": "%", "answer_rate_gain": "%"}
STUDIES: Mapping[str, Mapping[str, str]] = {
    "surge_sign": {"false_call_ups": "events", "surge_seen": "min"},
    "level_one": _RATES,
    "level_two": _RATES,
    "level_three": _RATES,
    "functional_staff": {"late_answer_rate": "%", "answer_rate_gain": "%"},
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
NEEDS = Needs(
    facts={
        **FLOOR_FACTS,
        "surge.crisis_calls": above(1.0, "1", 100.0),
        "surge.crisis_lasts": above(0.0, "s", 24 * 3600.0),
        "surge.seen_within": above(0.0, "s"),
    },
    quantities=SUPPORT_QUANTITIES,
    measures=STUDIES,
    interpretations=READINGS,
)
LEVEL = {"level_one": 1, "level_two": 2, "level_three": 3, "functional_staff": 3}


class Surges:
    """The study of the plan's surges at one site; see the module's docstring.

    Parameters
    ----------
    plan, site
        The register and the site's facts, with its call tree.
    record
        Not used: no record of lines reaches these calls.

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
        self.events = SurgeEvents(site)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(Surges, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> Surges:
        """The same study with other values of some facts."""
        return Surges(self.plan, self.site.with_values(values), self.record)

    @property
    def effort(self) -> Effort:
        """A surge takes some milliseconds."""
        return Effort(per_site=2 * BLOCK, per_load=520, per_certificate=2000, block=BLOCK)

    def effort_for(self, situation: Situation) -> Effort:
        """Of days that are only watched many more."""
        if isinstance(situation, Watch):
            return Effort(per_site=WATCHED, per_load=40 * WATCHED, per_certificate=400 * WATCHED, block=WATCHED)
        return self.effort

    # ---- what is asked

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""
        return [
            self._question(clause, claim, setting)
            for clause, claim in self.plan.claims(tuple(STUDIES))
            for setting in self._settings(claim, readings(clause, claim))
        ]

    def _question(self, clause: Clause, claim: Claim, setting: Setting) -> Question:
        return asked(
            self.plan,
            self.site,
            clause,
            claim,
            scenario=setting.scenario,
            situation=setting,
            unit=STUDIES[claim.study][claim.measure],
        )

    def _settings(self, claim: Claim, read: Mapping[str, str]) -> Sequence[Setting]:
        """What is simulated for a claim, the plan's words read in this way."""
        if claim.study == "surge_sign":
            shows = sign(self.plan, self.site)
            if claim.measure == "false_call_ups":
                return (Watch("ordinary_day", shows),)
            return (Watch("recorded_surge", shows), Watch("crisis_surge", shows))
        in_place = "from_in_place" in read.values()
        level = LEVEL[claim.study]
        with_it = support(self.plan, self.site, level, in_place=in_place)
        crisis = Surge("crisis_surge", with_it, compared=claim.measure == "answer_rate_gain")
        if crisis.compared and level > 1:  # nothing comes after the first level that could count from it
            crisis = replace(crisis, against=replace(with_it, levels=level - 1, in_place=in_place and level > 2))
        return (replace(crisis, scenario="recorded_surge"), crisis) if level == 1 else (crisis,)

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of surges or of days."""
        if isinstance(situation, Watch):
            return watched(self.events.floor, situation, seed, replication)
        assert isinstance(situation, Surge)
        return self.events.replicate(situation, seed, replication)

    # ---- loads that may grow

    def axes(self, question: Question) -> Sequence[Axis]:
        """Of level one in a crisis its size, handling times, who redials, lead times; its size of all three levels."""
        if question.scenario != "crisis_surge" or question.measure != "answer_rate":
            return ()
        if question.claim.study == "level_one":
            return AXES
        return AXES[:1] if (question.clause, question.interpretation) == ("P4-35", "from_call_up") else ()

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        assert isinstance(question.situation, Surge)
        return moved_to(self.site, question.situation, axis, value)

    # ---- what may be chosen

    def options(self, question: Question) -> Sequence[str]:
        """The sign's threshold, alone or with its length; people of a level; the hold, alone or with level one."""
        match question.claim.study, question.measure:
            case "surge_sign", "false_call_ups":
                return ("sign_threshold",)
            case "surge_sign", _:
                return ("sign",)
            case "level_one", "answer_rate":
                return ("other_units_called",)
            case "level_two" | "level_three", "answer_rate":
                return ("hold", "hold_and_people")
            case "functional_staff", "late_answer_rate":
                return ("functional_called",)
        return ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities of the question's option."""
        return choices_of(self.plan, question)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        assert isinstance(question.situation, Surge | Watch)
        return replace(question, situation=setting_with(question, values))

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice costs, in the unit of :meth:`cost_unit`, over the same surges or days."""
        return costs_of(self, question, seed)

    def cost_unit(self, question: Question) -> str:
        """The option tells."""
        signs = {"sign_threshold": "queue_sign_threshold", "sign": "queue_false_call_ups"}
        return signs.get(question.option, "queue_staff_hours")

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """When each level is called and in place in a crisis, by both readings."""
        return notes(self.events, self.plan, seed, language)
