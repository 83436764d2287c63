"""The facts that a plan does not state, each with unit, source and grade."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from resilience_sim import units
from resilience_sim.errors import FactError
from resilience_sim.plans.fields import FactName, Frozen, Number, Slug, Text, UnitName, Words

if TYPE_CHECKING:
    from resilience_sim.plans.building import Layout
    from resilience_sim.plans.calltree import CallTree
    from resilience_sim.plans.faults import Repairs

__all__ = ["Fact", "Grade", "Range", "Site"]


class Grade(StrEnum):
    """How well a fact is founded."""

    PUBLISHED = "published"
    COMPUTED = "computed"
    ASSUMED = "assumed"


class Range(Frozen):
    """Between which values an uncertain fact may lie, in the fact's unit."""

    min: Number
    max: Number

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max < self.min:
            raise ValueError(f"max {self.max:g} is below min {self.min:g}; accepted is min <= max")
        return self


class Fact(Frozen):
    """A number that the plan does not state, with its unit, source and grade."""

    value: Number | None = None
    values: tuple[Number, ...] | None = None
    unit: UnitName
    grade: Annotated[Grade, Field(strict=False)]
    foreign: bool = False
    range: Range | None = None
    source: Words

    @field_validator("values", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.value is None) == (self.values is None):
            raise ValueError("a fact needs exactly one of value and values")
        if self.values is not None and self.range is not None:
            raise ValueError("a range belongs to a single value, not to a list of values")
        if self.grade is Grade.ASSUMED and self.value is not None and self.range is None:
            raise ValueError("an assumed fact needs a range")
        if self.range is not None and self.value is not None and not self.range.min <= self.value <= self.range.max:
            raise ValueError(
                f"value {self.value:g} lies outside its range; accepted is {self.range.min:g} to {self.range.max:g}"
            )
        return self


class Site(Frozen):
    """The facts that a plan does not state, and the building that stands beside them if there is one."""

    site: Slug
    title: Text
    facts: Annotated[dict[FactName, Fact], Field(min_length=1)]

    _building: Layout | None = PrivateAttr(None)
    _repairs: Repairs | None = PrivateAttr(None)
    _calltree: CallTree | None = PrivateAttr(None)

    @property
    def building(self) -> Layout | None:
        """The building that stands beside it; ``None`` where no ``building.yaml`` does."""
        return self._building

    def with_building(self, layout: Layout) -> Site:
        """The same site with a building."""
        housed = self.model_copy()
        housed._building = layout
        return housed

    @property
    def calltree(self) -> CallTree | None:
        """The call tree that stands beside it; ``None`` where no ``calltree.yaml`` does."""
        return self._calltree

    def with_calltree(self, tree: CallTree) -> Site:
        """The same site with a call tree."""
        reached = self.model_copy()
        reached._calltree = tree
        return reached

    @property
    def repairs(self) -> Repairs | None:
        """What can break, and all there is against it; ``None`` where no ``faults.yaml`` stands beside the site."""
        return self._repairs

    def with_repairs(self, repairs: Repairs) -> Site:
        """The same site with what can break."""
        told = self.model_copy()
        told._repairs = repairs
        return told

    def fact(self, name: str) -> Fact:
        """The fact with this name.

        Raises
        ------
        FactError
            If the site lacks it.
        """
        if name not in self.facts:
            raise FactError(name, f"is missing in site {self.site!r}; the study needs it")
        return self.facts[name]

    def base(self, name: str) -> float:
        """A single value in base units.

        Raises
        ------
        FactError
            If the site lacks it, or has a list of values.
        """
        fact = self.fact(name)
        if fact.value is None:
            raise FactError(name, "is a list of values; the study needs a single one (value: …)")
        return units.to_base(fact.value, fact.unit)

    def bases(self, name: str) -> tuple[float, ...]:
        """A list of values in base units.

        Raises
        ------
        FactError
            If the site lacks it, or has a single value.
        """
        fact = self.fact(name)
        if fact.values is None:
            raise FactError(name, "is a single value; the study needs a list (values: […])")
        return tuple(units.to_base(value, fact.unit) for value in fact.values)

    def with_values(self, values: Mapping[str, float]) -> Site:
        """The same site with other values (in each fact's own unit) for some facts."""
        changed = {
            name: self.facts[name].model_copy(update={"value": value, "range": None}) for name, value in values.items()
        }
        return self.model_copy(update={"facts": {**self.facts, **changed}})
