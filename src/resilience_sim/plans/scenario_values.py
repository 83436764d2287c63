"""What a scenario sets a number to: one value ("12 agents"), a range ("10..20 agents step 2"), or a list of values.

A value has a unit, as everywhere; a range's step is in the range's unit.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from resilience_sim import units
from resilience_sim.plans.document import short

__all__ = ["ACCEPTED", "MOST_VALUES", "Setting", "read_setting"]

MOST_VALUES = 200  # of one number; a grid of several numbers has a bound of its own
ACCEPTED = "'12 agents', '10..20 agents', '10..20 agents step 2' or a list of values with their units"
_NUMBER = r"[+-]?(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})"
_ONE = re.compile(rf"\s*({_NUMBER})(?![\d.eE_])\s*(\S.*?)\s*")
_RANGE = re.compile(rf"\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s+(\S.*?)(?:\s+step\s+({_NUMBER}))?\s*")


@dataclass(frozen=True)
class Setting:
    """Values as written: either `values`, or a range from `low` to `high`.

    Parameters
    ----------
    unit
        In which they are written.
    values
        One or several of them; empty for a range.
    low, high, step
        Of a range; the step is ``None`` where the plan's own is meant.
    """

    unit: str
    values: tuple[float, ...] = ()
    low: float = math.nan
    high: float = math.nan
    step: float | None = None

    @property
    def ranges(self) -> bool:
        """Whether this makes several scenarios."""
        return len(self.values) != 1

    def expanded(self, unit: str, step: float | None) -> tuple[float, ...]:
        """The values in another unit of the same dimension.

        Parameters
        ----------
        unit
            In which they are wanted.
        step
            In that unit, where the range names none; ``None`` if there is none.

        Raises
        ------
        ValueError
            If the unit is of another dimension, the range has no step, or there are more than :data:`MOST_VALUES`.
        """
        if units.unit(self.unit).dimension != units.unit(unit).dimension:
            dimension = units.unit(unit).dimension
            accepted = ", ".join(name for name, other in units.UNITS.items() if other.dimension == dimension)
            raise ValueError(f"is in {self.unit}; accepted are {accepted}")
        if self.values:
            return tuple(self._converted(value, unit) for value in self.values)
        low, high = self._converted(self.low, unit), self._converted(self.high, unit)
        by = step if self.step is None else self._converted(self.step, unit)
        if by is None:
            raise ValueError(f"is a range without a step; accepted is '{self.low:g}..{self.high:g} {self.unit} step …'")
        if not by > 0:
            raise ValueError(
                f"has a step of {self.step:g} {self.unit}, which is none in {unit}; accepted is a larger one"
            )
        if (high - low) / by >= MOST_VALUES:
            raise ValueError(f"has {math.floor((high - low) / by) + 1:,} values; accepted are at most {MOST_VALUES}")
        count = math.floor((high - low) / by + 1e-9) + 1
        return tuple(round(low + k * by, 12) for k in range(count))

    def _converted(self, value: float, unit: str) -> float:
        return value if unit == self.unit else round(units.from_base(units.to_base(value, self.unit), unit), 12)


def read_setting(value: Any) -> Setting:
    """Read what a file sets a number to.

    Raises
    ------
    ValueError
        If it is none of the forms, without a unit, empty, or runs backwards; with what would be accepted.
    """
    if isinstance(value, list):
        return _listed(value)
    if isinstance(value, bool) or not isinstance(value, str):
        what = "a bare number" if isinstance(value, int | float) and not isinstance(value, bool) else "no value"
        raise ValueError(f"{short(value)} is {what}; accepted is {ACCEPTED}")
    if ".." not in value:
        match = _ONE.fullmatch(value)
        if match is None:
            raise ValueError(f"{short(value)} is no number with a unit; accepted is {ACCEPTED}")
        return Setting(units.unit(match[2]).name, (float(match[1]),))
    match = _RANGE.fullmatch(value)
    if match is None:
        raise ValueError(f"{short(value)} is no range with a unit; accepted is {ACCEPTED}")
    low, high, unit = float(match[1]), float(match[2]), units.unit(match[3]).name
    step = None if match[4] is None else float(match[4])
    if high <= low:
        raise ValueError(
            f"the range {short(value)} is empty or a single value; accepted is a lower end below the upper"
        )
    if step is not None and not step > 0:
        raise ValueError(f"the step of {short(value)} is {step:g}; accepted is a number above 0")
    return Setting(unit, low=low, high=high, step=step)


def _listed(values: list[Any]) -> Setting:
    if not 2 <= len(values) <= MOST_VALUES:
        raise ValueError(f"a list of {len(values)}; accepted are 2 to {MOST_VALUES} values with their units")
    every = [read_setting(value) for value in values]
    unit = every[0].unit
    for one in every:
        if one.ranges or one.unit != unit:
            raise ValueError(f"{short(values)} mixes units or ranges; accepted are values in one unit")
    numbers = tuple(one.values[0] for one in every)
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"{short(values)} names a value twice; accepted is every value once")
    return Setting(unit, numbers)
