"""The register's nouns: Plan, Clause, Question; their numbers are in ``quantities``, their claims in ``claims``.

All are frozen and validated: unknown keys are refused, numbers carry a unit, and a clause's text holds placeholders
where the plan has numbers. Nothing here reads files or runs anything.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from resilience_sim.plans.claims import Claim
from resilience_sim.plans.fields import ClauseId, Frozen, Name, Slug, Text, Words
from resilience_sim.plans.quantities import Quantity, Status

__all__ = ["PLACEHOLDER", "Clause", "Interpretation", "Plan", "Question"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# Proper names that contain digits; every other number in a clause's text has to be a placeholder.
_NAMES_WITH_DIGITS = re.compile(r"10 ?kV|10 ?千伏|95598|119|110|120")


class Interpretation(Frozen):
    """One of the readings that a clause's words allow."""

    id: Name
    zh: Words
    en: Words


class Clause(Frozen):
    """One testable rule of a plan."""

    id: ClauseId
    tier: Literal["A", "B"]
    where: Words
    model: Literal["queue", "power", "egress", "repair", "cascade"]
    text: Text
    quantities: Annotated[dict[Name, Quantity], Field(min_length=1)]
    interpretations: tuple[Interpretation, ...] = ()
    questions: tuple[int, ...] = ()
    claims: tuple[Claim, ...] = ()

    @field_validator("interpretations", "questions", "claims", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        # What the plan's own words state; a number decided later for an open quantity follows the text (see `wording`).
        stated = {name for name, quantity in self.quantities.items() if quantity.history[0].status is Status.IN_FORCE}
        for language, text in (("zh", self.text.zh), ("en", self.text.en)):
            placeholders = set(PLACEHOLDER.findall(text))
            if unknown := placeholders - set(self.quantities):
                raise ValueError(
                    f"text.{language} has a placeholder {min(unknown)!r} that is no quantity of this clause; "
                    f"accepted: {', '.join(self.quantities)}"
                )
            if absent := stated - placeholders:
                raise ValueError(f"text.{language} lacks the placeholder {{{min(absent)}}}")
            if number := re.search(r"\d", _NAMES_WITH_DIGITS.sub("", PLACEHOLDER.sub("", text))):
                raise ValueError(f"text.{language} has a bare number ({number[0]}); accepted are {{placeholders}} only")
        _unique("interpretation", (i.id for i in self.interpretations))
        _unique("claim", (c.id for c in self.claims))
        known = {i.id for i in self.interpretations}
        for claim in self.claims:
            if not claim.id.startswith(f"{self.id}."):
                raise ValueError(f"claim {claim.id!r} does not begin with its clause's id {self.id!r}")
            if claim.interpretation is not None and claim.interpretation not in known:
                raise ValueError(
                    f"claim {claim.id!r} names interpretation {claim.interpretation!r}; {_accepted(known)}"
                )
            if claim.limit.isidentifier() and claim.limit not in self.quantities:
                accepted = ", ".join(self.quantities)
                raise ValueError(
                    f"claim {claim.id!r} names {claim.limit!r}, which is no quantity; accepted: {accepted}"
                )
        return self


class Question(Frozen):
    """A question to the plan's owner."""

    no: Annotated[int, Field(ge=1)]
    clauses: Annotated[tuple[ClauseId, ...], Field(min_length=1)]
    zh: Words
    en: Words

    @field_validator("clauses", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


def _unique(what: str, keys: Iterable[object]) -> None:
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{what} {key!r} stands twice")
        seen.add(key)


def _accepted(known: Iterable[object]) -> str:
    return "accepted: " + (", ".join(sorted(map(str, known))) or "none, since there is none")


class Plan(Frozen):
    """One emergency plan as a register of clauses."""

    plan: Slug
    title: Text
    source: Words
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)]
    questions: tuple[Question, ...] = ()

    @field_validator("clauses", "questions", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _unique("clause", (c.id for c in self.clauses))
        _unique("question", (q.no for q in self.questions))
        asked = {q.no: set(q.clauses) for q in self.questions}
        for clause in self.clauses:
            for number in clause.questions:
                if number not in asked:
                    raise ValueError(f"clause {clause.id} refers to question {number}; {_accepted(asked)}")
                if clause.id not in asked[number]:
                    raise ValueError(f"clause {clause.id} refers to question {number}, which does not name it")
            for claim in clause.claims:
                for other, reading in claim.readings.items():
                    known = {i.id for c in self.clauses if c.id == other for i in c.interpretations}
                    if reading not in known:
                        raise ValueError(f"claim {claim.id} reads {other} as {reading!r}; {_accepted(known)}")
        for question in self.questions:
            for clause_id in question.clauses:
                holders = [c for c in self.clauses if c.id == clause_id]
                if not holders or question.no not in holders[0].questions:
                    raise ValueError(f"question {question.no} names {clause_id}, which does not refer to it")
        return self

    def clause(self, clause_id: str) -> Clause:
        """The clause with this id.

        Raises
        ------
        KeyError
            If the plan has no such clause.
        """
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)

    def quantities(self) -> tuple[tuple[str, str, Quantity], ...]:
        """Every quantity with its clause's id and its name, in the order of the file."""
        return tuple(
            (clause.id, name, quantity) for clause in self.clauses for name, quantity in clause.quantities.items()
        )

    def claims(self, studies: Container[str] | None = None) -> tuple[tuple[Clause, Claim], ...]:
        """Every claim with its clause, in the order of the file; only those that name one of `studies`, if given."""
        every = ((clause, claim) for clause in self.clauses for claim in clause.claims)
        return tuple(one for one in every if studies is None or one[1].study in studies)

    def unclaimed(self) -> tuple[Clause, ...]:
        """Clauses that no claim has been registered for yet."""
        return tuple(clause for clause in self.clauses if not clause.claims)
