"""A number in a plan: its unit, its boundary, what may be chosen, and the history of its values.

A value never stands alone: value, source, status and evidence travel together as one entry, and entries are only ever
appended.
"""

from __future__ import annotations

import math
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from resilience_sim.plans.fields import Frozen, Number, Text, UnitName, Words

__all__ = ["Boundary", "Bounds", "Entry", "Quantity", "Role", "Status"]


class Role(StrEnum):
    """What a number in a plan is for."""

    TRIGGER = "trigger"
    RESOURCE = "resource"
    DEADLINE = "deadline"
    PROMISE = "promise"
    INTERVAL = "interval"
    ORDER = "order"


class Boundary(StrEnum):
    """How the plan's words bound a number: 超过 more_than, 以上 at_least, 小于 less_than, 以内 at_most."""

    MORE_THAN = "more_than"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    EXACTLY = "exactly"


class Status(StrEnum):
    """Standing of an entry in a quantity's history."""

    OPEN = "open"
    IN_FORCE = "in_force"
    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"


class Bounds(Frozen):
    """What may be chosen: `min`, `min` + `step`, … up to `max`."""

    min: Number
    max: Number
    step: Annotated[Number, Field(gt=0)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max < self.min:
            raise ValueError(f"max {self.max:g} is below min {self.min:g}; accepted is min <= max")
        if (self.max - self.min) / self.step > 100_000:
            raise ValueError("more than 100 000 steps between min and max; accepted is a coarser step")
        return self

    def candidates(self) -> tuple[float, ...]:
        """All values that may be chosen, in ascending order."""
        count = math.floor((self.max - self.min) / self.step + 1e-9) + 1
        return tuple(self.min + k * self.step for k in range(count))


def _day(value: Any) -> Any:
    if value != "unknown" and not isinstance(value, date):
        raise ValueError(f"{value!r} is no day; accepted is a date such as 2026-01-31, or 'unknown'")
    return value


class Entry(Frozen):
    """One entry of a quantity's history; the list only ever grows."""

    from_: Annotated[date | Literal["unknown"], BeforeValidator(_day)] = Field(alias="from")
    value: Number | None = None
    status: Annotated[Status, Field(strict=False)]
    source: Words
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")] | None = None
    evidence: Words | None = None
    answers: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")] | None = None
    by: Words | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.value is None) != (self.status is Status.OPEN):
            raise ValueError("an open entry has no value and every other entry has one")
        if self.status is Status.PROPOSED and (self.id is None or self.evidence is None):
            raise ValueError("a proposed entry needs an id and its evidence")
        if self.status is Status.WITHDRAWN and (self.answers is None or self.by is None):
            raise ValueError("a withdrawn entry names the proposal it answers and who withdrew it")
        if self.answers is not None and self.by is None:
            raise ValueError("an entry that answers a proposal names who decided (by)")
        return self


def _answer(entry: Entry, proposal: Entry | None) -> None:
    if proposal is None:
        raise ValueError(f"entry answers {entry.answers!r}, but no earlier proposal with that id waits for an answer")
    if isinstance(entry.from_, date) and isinstance(proposal.from_, date) and entry.from_ < proposal.from_:
        raise ValueError(
            f"entry from {entry.from_} answers a proposal from {proposal.from_}; accepted are dates from then on"
        )


class Quantity(Frozen):
    """A number in a plan: its name for people, unit, boundary, bounds and history."""

    label: Text | None = None
    role: Annotated[Role, Field(strict=False)]
    unit: UnitName
    boundary: Annotated[Boundary | None, Field(strict=False)] = None
    bounds: Bounds
    history: Annotated[tuple[Entry, ...], Field(min_length=1)]

    @field_validator("history", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        latest: date | None = None
        waiting: dict[str, Entry] = {}
        ids: set[str] = set()
        for entry in self.history:
            if entry.value is not None and not self.bounds.min <= entry.value <= self.bounds.max:
                raise ValueError(
                    f"value {entry.value:g} lies outside the bounds; "
                    f"accepted is {self.bounds.min:g} to {self.bounds.max:g} {self.unit}"
                )
            if entry.answers is not None:
                _answer(entry, waiting.pop(entry.answers, None))
            if entry.id is not None:
                if entry.id in ids:
                    raise ValueError(f"proposal {entry.id!r} stands twice in the history")
                ids.add(entry.id)
            if entry.id is not None and entry.status is Status.PROPOSED:
                waiting[entry.id] = entry
            if entry.status in (Status.OPEN, Status.IN_FORCE):
                if isinstance(entry.from_, date):
                    if latest is not None and entry.from_ <= latest:
                        raise ValueError(
                            f"entry from {entry.from_} follows one from {latest}; accepted are dates that increase, "
                            "since an entry is valid until the next one"
                        )
                    latest = entry.from_
                elif entry is not self.history[0]:
                    raise ValueError("only the first entry may be from 'unknown'; accepted is a date")
        return self

    def in_force(self, on: date | None = None) -> float | None:
        """The value in force on a day (default: the latest), or ``None`` where the plan leaves it open."""
        value: float | None = None
        for entry in self.history:
            if entry.status in (Status.OPEN, Status.IN_FORCE) and (
                on is None or entry.from_ == "unknown" or entry.from_ <= on
            ):
                value = entry.value
        return value

    def proposals(self) -> tuple[Entry, ...]:
        """Proposed entries that nobody has answered yet."""
        answered = {entry.answers for entry in self.history}
        return tuple(e for e in self.history if e.status is Status.PROPOSED and e.id not in answered)

    def reached_from(self, value: float) -> float:
        """The smallest whole number that satisfies the boundary: "more than 2" is reached from 3 on."""
        if self.boundary is Boundary.MORE_THAN:
            return math.floor(value) + 1
        return math.ceil(value)
