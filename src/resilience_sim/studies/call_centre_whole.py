"""The call centre's clauses together: power (:mod:`.call_centre`) and evacuation (:mod:`.call_centre_evacuation`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal

import numpy.typing as npt
from numpy import float64

from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.egress import EgressInputs
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies import call_centre, call_centre_evacuation
from resilience_sim.studies.call_centre import READINGS, CallCentre
from resilience_sim.studies.call_centre_evacuation import Evacuation
from resilience_sim.studies.call_centre_fires import FireSetting
from resilience_sim.studies.needs import Needs
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation

__all__ = ["MEASURES", "NEEDS", "READINGS", "STUDIES", "WholeCallCentre"]

Floats = npt.NDArray[float64]

STUDIES = (*call_centre.STUDIES, *call_centre_evacuation.STUDIES)
MEASURES = {**call_centre.MEASURES, **call_centre_evacuation.MEASURES}
NEEDS = Needs(
    facts={**call_centre.NEEDS.facts, **call_centre_evacuation.NEEDS.facts},
    rules=(*call_centre.NEEDS.rules, *call_centre_evacuation.NEEDS.rules),
    quantities={**call_centre.NEEDS.quantities, **call_centre_evacuation.NEEDS.quantities},
    measures={**call_centre.NEEDS.measures, **call_centre_evacuation.NEEDS.measures},
    interpretations={**call_centre.NEEDS.interpretations, **call_centre_evacuation.NEEDS.interpretations},
)


class WholeCallCentre(CallCentre):
    """Both parts at one site; each question goes to the part whose situation it is about.

    Parameters
    ----------
    plan, site
        The register and the site's facts, with its building.
    record
        Outages to replay and the years they cover; adds the scenario ``replay`` to those of power.

    Raises
    ------
    FactError
        If the site lacks a fact, or has one that no machine can take.
    PlanError
        If it has no building, or one that is no floor with stairs.
    """

    def __init__(self, plan: Plan, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        NEEDS.check_site(site)
        self.evacuation = Evacuation(plan, site)
        super().__init__(plan, site, record)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it is made of."""
        return partial(WholeCallCentre, self.plan, self.site, self.record), ()

    def at_site(self, values: Mapping[str, float]) -> WholeCallCentre:
        """The same study with other values of some facts."""
        return WholeCallCentre(self.plan, self.site.with_values(values), self.record)

    def effort_for(self, situation: Situation) -> Effort:
        """Blocks of outages, and single fires."""
        return self.evacuation.effort if isinstance(situation, FireSetting) else self.effort

    def drilled(self) -> EgressInputs:
        """Who leaves in a drill; time zero is the alarm."""
        return self.evacuation.drilled()

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario, in the order of the plan."""
        order = {claim.id: place for place, (_, claim) in enumerate(self.plan.claims())}
        every = (*super().questions(), *self.evacuation.questions())
        return sorted(every, key=lambda question: order[question.claim.id])

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of outages, or of one fire."""
        if isinstance(situation, FireSetting):
            return self.evacuation.replicate(situation, seed, replication)  # type: ignore[return-value]  # of one: floats
        return super().replicate(situation, seed, replication)

    def axes(self, question: Question) -> Sequence[Axis]:
        """The loads along which the question's breaking point is sought."""
        return self.evacuation.axes(question) if _of_fires(question) else super().axes(question)

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        if _of_fires(question):
            return self.evacuation.moved(question, axis, value)
        return super().moved(question, axis, value)

    def options(self, question: Question) -> Sequence[str]:
        """Ways to repair the question's claim."""
        return self.evacuation.options(question) if _of_fires(question) else super().options(question)

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities that the question's option sets."""
        return self.evacuation.choices(question) if _of_fires(question) else super().choices(question)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        return self.evacuation.chosen(question, values) if _of_fires(question) else super().chosen(question, values)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each choice gives up."""
        return self.evacuation.costs(question, seed) if _of_fires(question) else super().costs(question, seed)

    def cost_unit(self, question: Question) -> str:
        """What the costs count."""
        return self.evacuation.cost_unit(question) if _of_fires(question) else super().cost_unit(question)

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What both parts report."""
        return (*super().notes(seed, language), *self.evacuation.notes(seed, language))


def _of_fires(question: Question) -> bool:
    return isinstance(question.situation, FireSetting)
