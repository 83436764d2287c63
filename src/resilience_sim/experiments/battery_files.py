"""Reading a battery maker's table and the discharge tests of a battery.

Neither is trusted: what cannot be is refused with file, line and what would be accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from resilience_sim.errors import DataError, InputsError, Place
from resilience_sim.hazards.tables import Column, read_header, read_table, refuse_first
from resilience_sim.models.power.theory import MakerTable, Node, first_fault, mean_volts
from resilience_sim.models.power.theory.tables import CELL_V, Quantity
from resilience_sim.units import DAY, MINUTE, from_base

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bank", "DischargeTest", "read_maker_table", "read_tests"]

LOADS: dict[Quantity, str] = {"power": "power_w", "current": "current_a"}
OLDEST = 30.0
"""Years; no lead-acid battery of a UPS is older, and no table says what would be left of it."""
STEADY = 0.05
"""Largest deviation of a constant load from its mean."""


@dataclass(frozen=True)
class Bank:
    """How many blocks carried the tested load.

    Parameters
    ----------
    blocks
        In series in each string.
    strings
        In parallel; watts are shared by all blocks, amperes by the strings.
    cells
        In a block.
    """

    blocks: int = 1
    strings: int = 1
    cells: int = 6

    def __post_init__(self) -> None:
        if min(self.blocks, self.strings, self.cells) < 1:
            raise InputsError(f"{self}; accepted is 1 or more of each")

    def per_block(self, load: float, quantity: Quantity) -> float:
        """The load of one block."""
        return load / (self.strings * (self.blocks if quantity == "power" else 1))


@dataclass(frozen=True)
class DischargeTest:
    """One discharge at constant load down to the cut-off; `age_years` is `None` where nothing tells it."""

    line: int
    load: float
    lasted_s: float
    temperature_c: float
    day: str | None = None
    age_years: float | None = None


# ---- the maker's table


def read_maker_table(path: Path, *, quantity: Quantity | None = None, cells: int = 6) -> MakerTable:
    """Read a maker's table.

    Parameters
    ----------
    path
        One row for each printed figure: ``duration_min``, ``power_w`` or ``current_a`` per block, and ``cutoff_v`` (per
        block) or ``cutoff_v_per_cell`` where there is more than one. If it has watts and amperes, they must agree.
    quantity
        Which of them is wanted; `None`: watts where it has them.
    cells
        In a block.

    Raises
    ------
    DataError
        At the first line that cannot be.
    """
    path = Path(path)
    header = read_header(path)
    found = [one for one, name in LOADS.items() if name in header]
    wanted = quantity or (found or ["power"])[0]
    if found and wanted not in found:
        raise DataError(
            f"has no column {LOADS[wanted]}, in which the tests are given; accepted is a table that has",
            place=Place(path, 1),
        )
    if {"cutoff_v", "cutoff_v_per_cell"} <= set(header):
        raise DataError("has cutoff_v and cutoff_v_per_cell; accepted is one of them", place=Place(path, 1))
    number, optional = Column("number"), Column("number", optional=True)
    columns = {"duration_min": number, "cutoff_v": optional, "cutoff_v_per_cell": optional}
    rows = read_table(path, columns | {LOADS[one]: number for one in found or [wanted]})
    tables = {one: _maker_table(path, rows, one, cells) for one in found}
    if len(found) == 2:
        _agreeing(path, rows, tables["power"], tables["current"])
    return tables[wanted]


def _maker_table(path: Path, rows: pd.DataFrame, quantity: Quantity, cells: int) -> MakerTable:
    """The table of one quantity; a fault is told by its line."""
    if "cutoff_v_per_cell" in rows:
        cutoffs = list(rows.cutoff_v_per_cell * cells)
    else:
        cutoffs = list(rows.cutoff_v) if "cutoff_v" in rows else [None] * len(rows)
    durations = list(rows.duration_min * MINUTE)
    nodes = [Node(*node) for node in zip(cutoffs, durations, rows[LOADS[quantity]], strict=True)]
    if fault := first_fault(nodes, quantity):
        raise DataError(fault.message, place=Place(path, int(rows.index[fault.at])))
    return MakerTable(nodes, quantity, cells)


def _agreeing(path: Path, rows: pd.DataFrame, power: MakerTable, current: MakerTable) -> None:
    """Refuse watts and amperes between which no cell's voltage lies, at their line."""
    volts = rows.power_w / rows.current_a / power.cells
    try:
        mean_volts(power, current)
    except InputsError as unfit:
        line = int(rows.index[int(np.argmax((volts < CELL_V[0]) | (volts > CELL_V[1])))])
        raise DataError(str(unfit), place=Place(path, line)) from None


# ---- the tests


def read_tests(path: Path, *, bank: Bank, cutoff_v: float | None) -> tuple[Quantity, list[DischargeTest]]:
    """Read the discharge tests of one battery, or the voltage log of a single one.

    Parameters
    ----------
    path
        One row for each test: ``power_w`` or ``current_a`` (constant, of the whole battery), ``lasted_min``,
        ``temperature_c``; also ``date`` with ``installed`` (dates), or ``age_years``. Or a log of one test:
        ``time_s``, ``voltage_v`` (of a string), ``power_w`` or ``current_a``, ``temperature_c``.
    bank
        How many blocks a string's voltage is shared by.
    cutoff_v
        Volts per block at which the test of a log is over.

    Raises
    ------
    DataError
        At the first line that cannot be.
    """
    path = Path(path)
    header = read_header(path)
    loads = [one for one, name in LOADS.items() if name in header]
    if len(loads) != 1:
        raise DataError(
            f"has {'both power_w and current_a' if loads else 'neither power_w nor current_a'}; accepted is the one "
            "that the tests held constant",
            place=Place(path, 1),
        )
    if "temperature_c" not in header:
        raise DataError(
            "has no column temperature_c; accepted is the battery's temperature in each test, in °C: measure it, and "
            "write 25 only where it was 25",
            place=Place(path, 1),
        )
    if "voltage_v" in header:
        return loads[0], [_logged(path, LOADS[loads[0]], bank, cutoff_v)]
    return loads[0], _listed(path, LOADS[loads[0]])


def _listed(path: Path, load: str) -> list[DischargeTest]:
    day, number = Column("day", optional=True), Column("number")
    columns = {load: number, "lasted_min": number, "temperature_c": number}
    columns |= {"date": day, "installed": day, "age_years": Column("number", optional=True, least=0)}
    rows = read_table(path, columns)
    for name in (load, "lasted_min"):
        refuse_first(path, rows, rows[name] <= 0, f"{name} is 0 or less; accepted is a number above 0")
    if "installed" in rows and "date" not in rows:
        raise DataError("has a column installed and none named date; accepted are both", place=Place(path, 1))
    ages = _ages(path, rows)
    beyond = np.array([age is not None and age > OLDEST for age in ages])
    refuse_first(
        path, rows, beyond, f"is a test of a battery older than {OLDEST:g} years; accepted are ages up to that"
    )
    days = list(rows.date) if "date" in rows else [None] * len(rows)
    tests = [
        DischargeTest(int(line), float(row[load]), float(row.lasted_min * MINUTE), float(row.temperature_c), at, age)
        for (line, row), at, age in zip(rows.iterrows(), days, ages, strict=True)
    ]
    if ages[0] is not None:
        return sorted(tests, key=lambda test: cast(float, test.age_years))
    return sorted(tests, key=lambda test: test.day or "")


def _ages(path: Path, rows: pd.DataFrame) -> list[float | None]:
    """Years from installation to each test, as they are written or by the two dates."""
    if "installed" not in rows:
        return list(rows.age_years) if "age_years" in rows else [None] * len(rows)
    if "age_years" in rows:
        raise DataError("has installed and age_years; accepted is one of them", place=Place(path, 1))
    others = rows.installed != rows.installed.iloc[0]
    refuse_first(path, rows, others, "is installed on another day than the first; accepted are tests of one battery")
    days = [
        (date.fromisoformat(tested) - date.fromisoformat(installed)).days
        for tested, installed in zip(rows.date, rows.installed, strict=True)
    ]
    refuse_first(path, rows, np.array(days) < 0, "is tested before it is installed; accepted is a later date")
    return [from_base(one * DAY, "year") for one in days]


def _logged(path: Path, load: str, bank: Bank, cutoff_v: float | None) -> DischargeTest:
    """The test that a voltage log records: until a string's voltage first reaches the cut-off."""
    if cutoff_v is None:
        raise DataError("is a voltage log, and no cut-off is named; accepted is --cutoff, in volts per block",
                        place=Place(path))  # fmt: skip
    number = Column("number", least=0)
    rows = read_table(path, {"time_s": number, "voltage_v": number, load: number, "temperature_c": Column("number")})
    time, volts = rows.time_s.to_numpy(), rows.voltage_v.to_numpy() / bank.blocks
    refuse_first(path, rows, np.concatenate(([False], np.diff(time) <= 0)), "time_s does not rise; accepted is a log")
    below = np.flatnonzero(volts <= cutoff_v)
    if not below.size or below[0] == 0:
        raise DataError(
            f"goes from {volts[0]:g} to {volts[-1]:g} V per block; accepted is a test from above down to the cut-off, "
            f"{cutoff_v:g} V",
            place=Place(path, int(rows.index[-1])),
        )
    end = int(below[0])
    during = rows.iloc[: end + 1]
    mean = float(during[load].mean())
    uneven = (during[load] - mean).abs() > STEADY * mean
    refuse_first(
        path, during, uneven | (during[load] == 0), f"{load} is not constant; accepted is within 5 % of its mean"
    )
    share = (volts[end - 1] - cutoff_v) / (volts[end - 1] - volts[end])
    lasted = time[end - 1] + share * (time[end] - time[end - 1]) - time[0]
    return DischargeTest(int(rows.index[end]), mean, float(lasted), float(during.temperature_c.mean()))
