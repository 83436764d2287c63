"""The only place that turns "20 s", "4 h" or "80 %" into base units.

A unit belongs to a dimension; every dimension has one base unit in which the models count:

==========  ==========  =========================================
dimension   base        also accepted
==========  ==========  =========================================
time        s           min, h, d, week, year
power       W           kW
energy      Wh          kWh
charge      Ah
length      m           km
area        m2
speed       m/s
share       1           %
rate        1/s         1/min, 1/h, 1/d, 1/year
temperature degC
load        Erlang
==========  ==========  =========================================

and every counted thing (``lines``, ``agents``, ``persons`` …) is a dimension of its own, so that agents are never
added to lines. A year has 365 days. Numbers are finite: ``nan`` and ``inf`` are refused wherever a unit is read.
"""

from __future__ import annotations

import math
import re
from types import MappingProxyType
from typing import NamedTuple

from resilience_sim.errors import Place, UnitError

__all__ = ["COUNTED", "UNITS", "Measured", "Unit", "from_base", "parse", "to_base", "unit"]

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


class Unit(NamedTuple):
    """A unit: how many base units one of it is."""

    name: str
    dimension: str
    base: str
    factor: float


class Measured(NamedTuple):
    """A number with its unit, as written."""

    value: float
    unit: str

    @property
    def base(self) -> float:
        """The value in base units."""
        return to_base(self.value, self.unit)


COUNTED = (
    "1", "lines", "agents", "persons", "customers", "calls", "seats", "counters", "devices", "units", "numbers",
    "channels", "classes", "children", "adults", "crews", "spares", "servers", "ambulances", "places", "events",
    "steps", "vehicles", "tries", "faults", "doors", "storeys", "items", "copies", "teams", "blocks",
)  # fmt: skip

_SCALED = (
    Unit("s", "time", "s", 1.0),
    Unit("min", "time", "s", MINUTE),
    Unit("h", "time", "s", HOUR),
    Unit("d", "time", "s", DAY),
    Unit("week", "time", "s", 7 * DAY),
    Unit("year", "time", "s", 365 * DAY),
    Unit("W", "power", "W", 1.0),
    Unit("kW", "power", "W", 1000.0),
    Unit("Wh", "energy", "Wh", 1.0),
    Unit("kWh", "energy", "Wh", 1000.0),
    Unit("Ah", "charge", "Ah", 1.0),
    Unit("m", "length", "m", 1.0),
    Unit("km", "length", "m", 1000.0),
    Unit("m2", "area", "m2", 1.0),
    Unit("m/s", "speed", "m/s", 1.0),
    Unit("share", "share", "share", 1.0),
    Unit("%", "share", "share", 0.01),
    Unit("1/s", "rate", "1/s", 1.0),
    Unit("1/min", "rate", "1/s", 1 / MINUTE),
    Unit("1/h", "rate", "1/s", 1 / HOUR),
    Unit("1/d", "rate", "1/s", 1 / DAY),
    Unit("1/year", "rate", "1/s", 1 / (365 * DAY)),
    Unit("degC", "temperature", "degC", 1.0),
    Unit("Erlang", "load", "Erlang", 1.0),
    Unit("1/m2", "density", "1/m2", 1.0),
    Unit("1/(m s)", "specific flow", "1/(m s)", 1.0),
    Unit("kW/s2", "fire growth", "kW/s2", 1.0),
    Unit("calls/5min", "call rate", "calls/5min", 1.0),
)

UNITS = MappingProxyType({u.name: u for u in (*_SCALED, *(Unit(name, name, name, 1.0) for name in COUNTED))})

_WRITTEN = re.compile(r"\s*([+-]?(?:\d+(?:[\d_ ]*\d)?(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\s/].*?)\s*")


def unit(name: str, *, place: Place | None = None) -> Unit:
    """Look a unit up by its name.

    Raises
    ------
    UnitError
        If there is no such unit; the message lists those there are.
    """
    try:
        return UNITS[name]
    except KeyError:
        raise UnitError(f"unknown unit {name!r}; accepted: {', '.join(UNITS)}", place=place) from None


def to_base(value: float, unit_name: str) -> float:
    """Convert to the base unit of the dimension: ``to_base(4, "h") == 14400.0``."""
    return value * unit(unit_name).factor


def from_base(value: float, unit_name: str) -> float:
    """Convert from the base unit of the dimension: ``from_base(14400, "h") == 4.0``."""
    return value / unit(unit_name).factor


def parse(text: str, *, dimension: str | None = None, place: Place | None = None) -> Measured:
    """Read a number with its unit, such as ``"20 s"`` or ``"85 %"``.

    Parameters
    ----------
    text
        Number, then unit.
    dimension
        If given, the dimension that the unit must have.
    place
        Where the text stands, for the message.

    Raises
    ------
    UnitError
        If there is no unit, the unit is unknown or of another dimension, or the number is not finite.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise UnitError(f"{text!r} is not a number with a unit; accepted is, for example, '20 s' or '4 h'", place=place)
    value, known = float(re.sub(r"[_ ]", "", match[1])), unit(match[2], place=place)
    if not math.isfinite(value):
        raise UnitError(f"{text!r} is not finite", place=place)
    if dimension is not None and known.dimension != dimension:
        fitting = ", ".join(u.name for u in UNITS.values() if u.dimension == dimension)
        raise UnitError(f"{text!r} is a {known.dimension}; accepted here is a {dimension} in {fitting}", place=place)
    return Measured(value, known.name)
