"""How the known answers of egress are compared, and the small buildings that they are about.

A closed form is met to a relative 1e-9, a printed number to half a unit of its last digit, a mean of drawn runs to 4 of
its standard errors with 20,000 runs or more.
"""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest

from resilience_sim.models.egress import Building, Door, Path, People, Space
from resilience_sim.models.egress.path import JOINS
from resilience_sim.randomness import Deterministic, Law

EXACT = 1e-9


def rounds_to(values, printed: str) -> None:
    """Each value is the number printed: to half a unit of its last digit."""
    numbers = printed.split()
    found = np.atleast_1d(np.asarray(values, dtype=float))
    assert len(found) == len(numbers)
    for value, text in zip(found, numbers, strict=True):
        half_unit = 0.5001 * 10.0 ** Decimal(text).as_tuple().exponent
        assert abs(value - float(text)) <= half_unit, f"{value} is not {text}"


def exactly(value: float) -> object:
    """A closed form: the value to a relative 1e-9."""
    return pytest.approx(value, rel=EXACT, abs=0.0)


def within_four_errors(sample, mean: float, deviation: float | None = None) -> None:
    """A sample's mean is the expected one to 4 standard errors; of the deviation given, else of the sample's."""
    sample = np.asarray(sample, dtype=float)
    assert len(sample) >= 20_000
    error = (sample.std(ddof=1) if deviation is None else deviation) / math.sqrt(len(sample))
    assert abs(sample.mean() - mean) <= 4 * error, f"{sample.mean():.6g} ± {error:.2g}, not {mean}"


def share_below(sample, quantile: float, share: float) -> None:
    """A published quantile: the share of the sample below it is the quantile's, to 4 standard errors."""
    sample = np.asarray(sample, dtype=float)
    assert len(sample) >= 20_000
    found = np.mean(sample <= quantile)
    assert abs(found - share) <= 4 * math.sqrt(share * (1 - share) / len(sample)), f"{found} below {quantile}"


# Evacuations


def door(name: str, one: str, other: str, pps: float, *, x=0.0, level=0.0, opposed=1.0) -> Door:
    """A door of a flow that is given, x metres along the building."""
    return Door(name, (one, other), 1.0, (x, 0.0), level, pps, 0.0, opposed)


def people(count: int, level=1.0, *, down=None, up=None, name: str = "people", **more) -> People:
    """People of given paces, or of laws of them."""
    laws = [one if one is None or isinstance(one, Law) else Deterministic(one) for one in (level, down, up)]
    return People(name, count, *laws, **more)


def hall(*doors: Door, **space) -> Building:
    """One room and the street."""
    return Building((Space("hall", **space), Space("street", "outside")), doors)


def corridor(metres: float, pps: float = 1.0, **space) -> Building:
    """A corridor with its exit at the end; people start at its beginning, ``at=(0, 0)``."""
    return hall(door("exit", "hall", "street", pps, x=metres), **space)


def flight(metres: float, foot_pps: float, end_pps: float | None = None, *, level: float = 3.0, **stair) -> Building:
    """A lobby at one level, a stair and its exit at level 0; doors "foot" and "end"."""
    return Building(
        (Space("lobby"), Space("stair", "stair", length_m=metres, **stair), Space("street", "outside")),
        (
            door("foot", "lobby", "stair", foot_pps, level=level),
            door("end", "stair", "street", foot_pps if end_pps is None else end_pps, level=0.0),
        ),
    )


def into(building: Building, name: str, space: str) -> int:
    """The side of a door that leads into a space."""
    k = building.door_index[name]
    return next(side for side in (2 * k, 2 * k + 1) if building.leads_into[side] == building.space_index[space])


def joins_s(path: Path, side: int, persons) -> np.ndarray:
    """When these persons arrived at a side of a door; the path has a trace."""
    rows = (path.trace_kind == JOINS) & (path.trace_side == side) & np.isin(path.trace_person, persons)
    return path.trace_s[rows]
