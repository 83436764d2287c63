"""A number in a building's file: written out with its unit ("8.4 m"), or a fact of the site ("site.door.width").

A fact brings its own source, grade and range, and is varied with the other facts of the site. What the numbers written
out rest on is said once for the whole file (:class:`~resilience_sim.plans.building.Measures`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from resilience_sim import units
from resilience_sim.plans.document import Path_, short

if TYPE_CHECKING:
    from resilience_sim.plans.site import Site

__all__ = ["Amount", "Measure", "amounts", "reader", "units_of"]

_FACT = re.compile(r"site\.([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)")


def units_of(*dimensions: str) -> tuple[str, ...]:
    """Names of the units of some dimensions."""
    return tuple(unit.name for unit in units.UNITS.values() if unit.dimension in dimensions)


@dataclass(frozen=True)
class Measure:
    """Which numbers will do.

    Parameters
    ----------
    units
        Names of the units that they may have.
    low, high
        Between which they lie, in base units.
    open_low
        Whether `low` itself is refused.
    example
        One that will do, for messages.
    """

    units: tuple[str, ...]
    low: float
    high: float
    open_low: bool
    example: str

    def wrong_unit(self, unit: str) -> str:
        """What is wrong with a unit, and what would be accepted; empty if nothing is."""
        return "" if unit in self.units else f"is in {unit}; accepted are {', '.join(self.units)}"

    def wrong_value(self, value: float, unit: str) -> str:
        """What is wrong with a number in such a unit, and what would be accepted; empty if nothing is."""
        base = units.to_base(value, unit)
        if (base > self.low if self.open_low else base >= self.low) and base <= self.high:
            return ""
        low, high = (f"{units.from_base(end, unit):g} {unit}" for end in (self.low, self.high))
        least = "" if self.low == -math.inf else f"above {low}, " if self.open_low else f"{low} or more, "
        return f"is {value:g} {unit}; accepted is {least}at most {high}"


@dataclass(frozen=True)
class Amount:
    """A number as written: with its unit, or ``site.`` and the name of a fact.

    Parameters
    ----------
    text
        What the file says.
    measure
        Which numbers will do.
    """

    text: str
    measure: Measure

    @property
    def fact(self) -> str | None:
        """Name of the fact; ``None`` where the number is written out."""
        found = _FACT.fullmatch(self.text)
        return None if found is None else found[1]

    @property
    def written(self) -> float:
        """A number that is written out, in base units.

        Raises
        ------
        UnitError
            If it is a fact.
        """
        return units.parse(self.text).base

    def base(self, site: Site) -> float:
        """The number at a site, in base units.

        Raises
        ------
        FactError
            If the site lacks the fact, or has a list of values.
        """
        return self.written if self.fact is None else site.base(self.fact)

    def unit(self, site: Site) -> str:
        """The unit in which the file or the site gives it."""
        return units.parse(self.text).unit if self.fact is None else site.fact(self.fact).unit


def reader(measure: Measure, *, facts: bool = True, written: bool = True) -> Callable[[Any], Amount]:
    """A validator that reads what a file says as an :class:`Amount`.

    Parameters
    ----------
    measure
        Which numbers will do.
    facts, written
        Whether a fact of the site may stand there, and a number written out.
    """
    forms = [f"a number with its unit, such as '{measure.example}'"] if written else []
    accepted = " or ".join([*forms, "a fact of the site (site.<fact>)"] if facts else forms)

    def read(value: Any) -> Amount:
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise ValueError(f"{value!r} is a bare number; accepted is {accepted}")
        if not isinstance(value, str):
            raise ValueError(f"{short(value)} is no number; accepted is {accepted}")
        amount = Amount(value, measure)
        if value.startswith("site."):
            if amount.fact is None or not facts:
                raise ValueError(f"{short(value)} cannot stand here; accepted is {accepted}")
            return amount
        if not written:
            raise ValueError(f"{short(value)} cannot stand here; accepted is {accepted}")
        number, unit = units.parse(value)
        if wrong := measure.wrong_unit(unit) or measure.wrong_value(number, unit):
            raise ValueError(f"{value!r} {wrong}")
        return amount

    return read


def amounts(node: Any, at: Path_ = ()) -> Iterator[tuple[Path_, Amount]]:
    """Every amount in a validated part of a file, with its path."""
    if isinstance(node, Amount):
        yield at, node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from amounts(getattr(node, name), (*at, name))
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from amounts(value, (*at, name))
    elif isinstance(node, tuple):
        for index, value in enumerate(node):
            yield from amounts(value, (*at, index))
