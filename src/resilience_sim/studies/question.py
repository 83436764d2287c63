"""What a study hands to an experiment: questions, and a way to replicate the situation behind each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.claims import Claim
from resilience_sim.plans.fields import Text
from resilience_sim.plans.site import Site

__all__ = ["OF_THE_SITE", "Axis", "Choice", "Effort", "Question", "Situation", "Study", "effort_for"]

Floats = npt.NDArray[np.float64]

OF_THE_SITE = "site"

Situation = Hashable
"""A frozen record of all that one simulated situation depends on, but for chance; equal situations share their runs."""


@dataclass(frozen=True)
class Question:
    """A claim in one scenario.

    Parameters
    ----------
    clause, claim, interpretation, scenario
        What is asked; together they name the row of results.
    situation
        What is simulated to answer.
    measure, unit, limit, relation
        The measure of one event, its unit, and the limit it is compared with (in that unit).
    required
        Share of events in which the limit must be kept.
    option
        What a recommendation for this question sets, one of the study's :meth:`Study.options`.
    """

    clause: str
    claim: Claim
    interpretation: str
    scenario: str
    situation: Situation
    measure: str
    unit: str
    limit: float
    required: float
    option: str = ""

    @property
    def relation(self) -> str:
        """at_least or at_most."""
        return self.claim.relation

    def kept(self, values: Floats) -> npt.NDArray[np.bool_]:
        """Whether events with these values of the measure keep the limit, shape of `values`."""
        return values >= self.limit if self.relation == "at_least" else values <= self.limit


@dataclass(frozen=True)
class Axis:
    """A load that may grow: its name and unit, and the values to try, in the order of growing load."""

    name: str
    unit: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Choice:
    """One quantity that a recommendation may set.

    Parameters
    ----------
    clause, quantity, unit
        Where in the plan it stands, and the unit of its values there; clause :data:`OF_THE_SITE`: a fact of the site,
        which no plan states and no export proposes.
    values
        What may be chosen, from the hardest for the claim to the easiest.
    current
        The value in force; ``None`` where the plan leaves it open.
    label
        The quantity's name for people, where the plan has one.
    """

    clause: str
    quantity: str
    unit: str
    values: tuple[float, ...]
    current: float | None
    label: Text | None = None


@dataclass(frozen=True)
class Effort:
    """How many events a study can afford; more of them sharpen an answer and never change what it means.

    Parameters
    ----------
    per_site
        In each plausible site.
    per_load
        At most for the verdict at one load of a breaking point; loads too near to the line stay undecided.
    per_certificate
        At most for each verdict of a certificate.
    block
        Events that one replication simulates: 1, or as many as make a cheap event worth a call.
    """

    per_site: int
    per_load: int
    per_certificate: int
    block: int = 1


def effort_for(study: Study, situation: Situation) -> Effort:
    """How many events a study can afford of a situation: by its own ``effort_for`` where situations differ in that."""
    own: Callable[[Situation], Effort] | None = getattr(study, "effort_for", None)
    return study.effort if own is None else own(situation)


class Study(Protocol):
    """What every study offers to the experiments."""

    @property
    def site(self) -> Site:
        """The facts it was bound to."""

    @property
    def effort(self) -> Effort:
        """How many events it can afford."""

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float | Floats]:
        """The measures of one event, or of ``effort.block`` independent ones, shape (block,).

        Equal arguments give equal results, whoever asks and wherever.
        """

    def axes(self, question: Question) -> Sequence[Axis]:
        """The loads along which the question's breaking point is sought."""

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""

    def options(self, question: Question) -> Sequence[str]:
        """Ways to repair the question's claim, each recommended on its own; none where nothing can be set."""

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities that the question's option sets, together."""

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices: in another situation, or about another limit."""

    def costs(self, question: Question, seed: int) -> Floats:
        """Expected cost in one event of every combination of choices, over the same events.

        Shape: the number of values of each choice.
        """

    def cost_unit(self, question: Question) -> str:
        """What the costs count: a key of the words in which reports give them."""

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What else the study has to report, in sentences."""

    def at_site(self, values: Mapping[str, float]) -> Study:
        """The same study at a site with other values of its facts (in their own units)."""
