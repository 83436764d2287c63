"""Discharge tests of a battery, held against its maker's table: state of health, and its law of age."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from resilience_sim.errors import DataError, InputsError, Place
from resilience_sim.experiments.battery_files import Bank, DischargeTest, read_maker_table, read_tests
from resilience_sim.experiments.battery_tables import row_of
from resilience_sim.models.power.batteries import RuntimeCurve
from resilience_sim.models.power.theory import AgeLaw, MeasuredHealth, fit_age_law, health_from_test
from resilience_sim.units import MINUTE

__all__ = ["BatteryFit", "TestedAt", "fit_batteries"]

CREDIBLE = (0.05, 1.5)
"""A new battery may give somewhat more than its maker prints; beyond this the number of blocks is wrong."""


@dataclass(frozen=True)
class TestedAt:
    """What one test says, by both methods; by time `None` where the table has not its load."""

    __test__ = False  # is no test of this library

    test: DischargeTest
    rate_adjusted: MeasuredHealth
    time_adjusted: MeasuredHealth | None


@dataclass(frozen=True)
class BatteryFit:
    """Everything that is fitted to the tests of one battery.

    Parameters
    ----------
    results
        In order of time (of the file, where it has no dates and ages).
    cutoff_v
        Row of the table used, in volts per block; `None` where the table names none, or the cut-off followed the rate.
    age_law
        `None` with fewer than two different ages.
    by_rate
        Whether the cut-off followed the rate.
    """

    results: tuple[TestedAt, ...]
    cutoff_v: float | None
    age_law: AgeLaw | None
    by_rate: bool = False

    @property
    def latest(self) -> TestedAt:
        """What the last test says."""
        return self.results[-1]

    @property
    def extrapolated(self) -> int:
        """How many tests lasted shorter or longer than the table goes."""
        return sum(not one.rate_adjusted.within_table for one in self.results)


def fit_batteries(
    path: Path,
    *,
    table: Path,
    cutoff_v: float | None = None,
    capacity_ah: float | None = None,
    bank: Bank | None = None,
    extrapolate: bool = False,
) -> BatteryFit:
    """State of health by each test of one battery, and its law of age where its tests have two ages or more.

    Parameters
    ----------
    path, table
        The tests, and the maker's table.
    cutoff_v
        Volts per block down to which was tested; may be left out where the table has one row.
    capacity_ah
        Rated capacity of a block, where the cut-off followed the rate (:func:`~.battery_tables.row_of`).
    bank
        How many blocks carried the load; one by default.
    extrapolate
        Whether a test may last shorter or longer than the table goes; the slope of its end goes on then.

    Raises
    ------
    DataError
        If a file is not as described, or a test lies beyond the table and `extrapolate` is not set.
    """
    bank = bank or Bank()
    quantity, tests = read_tests(path, bank=bank, cutoff_v=cutoff_v)
    maker = read_maker_table(table, quantity=quantity, cells=bank.cells)
    try:
        curve = row_of(maker, cutoff_v=cutoff_v, capacity_ah=capacity_ah)
    except InputsError as unknown:
        raise DataError(f"{unknown} (--cutoff)", place=Place(table)) from None
    only = maker.cutoffs_v[0] if len(maker.cutoffs_v) == 1 else None
    used = cutoff_v or only
    results = tuple(_tested(path, curve, test, bank.per_block(test.load, quantity), extrapolate) for test in tests)
    ages = [one.test.age_years for one in results if one.test.age_years is not None]
    healths = [one.rate_adjusted.health for one in results]
    law = fit_age_law(ages, healths) if len({age for age in ages if age > 0}) > 1 else None
    return BatteryFit(results, used, law, used is None and bool(maker.cutoffs_v))


def _tested(path: Path, curve: RuntimeCurve, test: DischargeTest, load: float, extrapolate: bool) -> TestedAt:
    """Both healths of one test."""
    try:
        by_rate, by_time = (
            health_from_test(curve, load, test.lasted_s, temperature_c=test.temperature_c, method=method)
            for method in ("rate-adjusted", "time-adjusted")
        )
    except InputsError as outside:
        raise DataError(str(outside), place=Place(path, test.line)) from None
    if not extrapolate and not by_rate.within_table:
        raise DataError(
            f"{test.lasted_s / MINUTE:.6g} min lie beyond the table, which has {curve.runtime_s[0] / MINUTE:g} to "
            f"{curve.runtime_s[-1] / MINUTE:g} min; accepted is a test within it, or --extrapolate",
            place=Place(path, test.line),
        )
    if not CREDIBLE[0] <= by_rate.health <= CREDIBLE[1]:
        raise DataError(
            f"{load:.6g} per block for {test.lasted_s / MINUTE:.6g} min is {by_rate.health:.3g} times what the table "
            f"has; accepted is {CREDIBLE[0]} to {CREDIBLE[1]} times (are blocks, strings and table right?)",
            place=Place(path, test.line),
        )
    return TestedAt(test, by_rate, by_time if extrapolate or by_time.within_table else None)
