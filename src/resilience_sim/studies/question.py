"""What a study hands to an experiment: questions, and a way to replicate the situation behind each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.claims import Claim
from resilience_sim.plans.site import Site

__all__ = ["Axis", "Choice", "Question", "Situation", "Study"]

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

    @property
    def relation(self) -> str:
        """at_least or at_most."""
        return self.claim.relation

    def kept(self, value: float) -> bool:
        """Whether an event with this value of the measure keeps the limit."""
        return value >= self.limit if self.relation == "at_least" else value <= self.limit


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
        Where in the plan it stands, and the unit of its values there.
    values
        What may be chosen, from the hardest for the claim to the easiest.
    current
        The value in force; ``None`` where the plan leaves it open.
    """

    clause: str
    quantity: str
    unit: str
    values: tuple[float, ...]
    current: float | None


class Study(Protocol):
    """What every study offers to the experiments."""

    @property
    def site(self) -> Site:
        """The facts it was bound to."""

    def questions(self) -> Sequence[Question]:
        """One question per claim and scenario."""

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float]:
        """The measures of one event; equal arguments give equal results, whoever asks and wherever."""

    def axes(self, question: Question) -> Sequence[Axis]:
        """The loads along which the question's breaking point is sought."""

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities that a recommendation for this question may set."""

    def chosen(self, question: Question, values: Sequence[float]) -> Situation:
        """The question's situation with these values of its choices."""

    def costs(self, question: Question, seed: int) -> npt.NDArray[np.float64]:
        """Expected cost in one event of every combination of choices, over the same events.

        Shape: the number of values of each choice.
        """

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What else the study has to report, in sentences."""

    def at_site(self, values: Mapping[str, float]) -> Study:
        """The same study at a site with other values of its facts (in their own units)."""
