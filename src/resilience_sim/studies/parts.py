"""A plan's study made of parts: each part knows one of its subjects, such as its power or its evacuations.

A part is a study of its own, which asks only about the claims that name its studies. Put together, every question goes
to the part that asked it, and every situation to the part that can simulate it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.site import Site
from resilience_sim.studies.needs import Needs
from resilience_sim.studies.question import Axis, Choice, Effort, Question, Situation, Study, effort_for

__all__ = ["JoinedStudy", "Part", "join", "part", "parts"]

Floats = npt.NDArray[np.float64]
S = TypeVar("S")


@dataclass(frozen=True)
class Part:
    """One part of a plan's study, before it is bound.

    Parameters
    ----------
    build
        Makes the study of a plan, a site, and a record of outages or None.
    needs
        What it needs of them; the keys of its measures are the studies that claims may name.
    """

    build: Callable[..., Study]
    needs: Needs


def join(bound: Sequence[Study], claims: Sequence[str]) -> Study:
    """One study of several parts, which asks in the order of `claims`; a lone part is that study itself."""
    return bound[0] if len(bound) == 1 else JoinedStudy(tuple(bound), tuple(claims))


def parts(study: Study | None) -> tuple[Study, ...]:
    """The parts that a study is made of: itself alone if it is not made of any, and none of None."""
    if study is None:
        return ()
    return study.parts if isinstance(study, JoinedStudy) else (study,)


def part(study: Study | None, kind: type[S]) -> S | None:
    """The part of this kind; None if there is none."""
    return next((one for one in parts(study) if isinstance(one, kind)), None)


class JoinedStudy:
    """Several parts as one study.

    Parameters
    ----------
    parts
        Bound to one plan at one site; no two ask about the same claim, or simulate situations of the same type.
    claims
        Names of all claims, in the order in which questions are asked.
    """

    def __init__(self, parts: tuple[Study, ...], claims: tuple[str, ...]) -> None:
        self.parts = parts
        self.claims = claims
        self._asking: dict[str, Study] = {}
        self._simulating: dict[type, Study] = {}
        for one in parts:
            for question in one.questions():
                assert self._asking.setdefault(question.claim.id, one) is one
                assert self._simulating.setdefault(type(question.situation), one) is one

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled by what it is made of."""
        return JoinedStudy, (self.parts, self.claims)

    @property
    def site(self) -> Site:
        """The facts that all parts are bound to."""
        return self.parts[0].site

    @property
    def effort(self) -> Effort:
        """Of the first part; :meth:`effort_for` tells that of a situation."""
        return self.parts[0].effort

    def effort_for(self, situation: Situation) -> Effort:
        """What the part affords that simulates it."""
        return effort_for(self._of(situation), situation)

    def at_site(self, values: Mapping[str, float]) -> JoinedStudy:
        """All parts at a site with other values of some facts."""
        return JoinedStudy(tuple(one.at_site(values) for one in self.parts), self.claims)

    def questions(self) -> Sequence[Question]:
        """Those of all parts, in the order of the claims."""
        order = {claim: place for place, claim in enumerate(self.claims)}
        every = (question for one in self.parts for question in one.questions())
        return sorted(every, key=lambda question: order[question.claim.id])

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float | Floats]:
        """The measures of one event, or of a block of them."""
        return self._of(situation).replicate(situation, seed, replication)

    def axes(self, question: Question) -> Sequence[Axis]:
        """The loads along which the question's breaking point is sought."""
        return self._by(question).axes(question)

    def moved(self, question: Question, axis: Axis, value: float) -> Situation:
        """The question's situation with the load at this value."""
        return self._by(question).moved(question, axis, value)

    def options(self, question: Question) -> Sequence[str]:
        """Ways to repair the question's claim."""
        return self._by(question).options(question)

    def choices(self, question: Question) -> Sequence[Choice]:
        """The quantities that the question's option sets."""
        return self._by(question).choices(question)

    def chosen(self, question: Question, values: Sequence[float]) -> Question:
        """The same question with these values of its choices."""
        return self._by(question).chosen(question, values)

    def costs(self, question: Question, seed: int) -> Floats:
        """What each combination of choices costs."""
        return self._by(question).costs(question, seed)

    def cost_unit(self, question: Question) -> str:
        """What the costs count."""
        return self._by(question).cost_unit(question)

    def notes(self, seed: int, language: Literal["zh", "en"]) -> Sequence[str]:
        """What all parts report."""
        return [note for one in self.parts for note in one.notes(seed, language)]

    def _by(self, question: Question) -> Study:
        return self._asking[question.claim.id]

    def _of(self, situation: Situation) -> Study:
        return self._simulating[type(situation)]
