"""A maker's table and discharge tests of a battery as facts of a site."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from resilience_sim.errors import DataError, InputsError, Place
from resilience_sim.experiments.fit import FittedFact, FittedSite, about, finite, named

if TYPE_CHECKING:
    from resilience_sim.experiments.batteries import BatteryFit
    from resilience_sim.experiments.battery_files import Bank
    from resilience_sim.models.power.theory import AgeLaw

__all__ = ["fit_battery_site"]


def fit_battery_site(
    path: Path | None,
    *,
    table: Path,
    cutoff_v: float | None = None,
    capacity_ah: float | None = None,
    bank: Bank | None = None,
    extrapolate: bool = False,
) -> FittedSite:
    """The maker's table as facts of a site, with what discharge tests of one battery say against it.

    Parameters
    ----------
    path, table
        The tests (:func:`~.batteries.fit_batteries`), and the table; `None`: the table alone.
    cutoff_v
        Volts per block down to which a UPS draws, and was tested.
    capacity_ah
        Rated capacity of a block, where the cut-off follows the rate.
    bank
        How many blocks carried the load; one by default.
    extrapolate
        Whether a test may lie beyond the table.

    Raises
    ------
    DataError
        If a file is not as described, or a test lies beyond the table.
    """
    from resilience_sim.experiments.batteries import fit_batteries

    def fit() -> FittedSite:
        cells = 6 if bank is None else bank.cells
        row, notes = about(table, lambda: _table_facts(table, cutoff_v, capacity_ah, cells))
        if path is None:
            return FittedSite("batteries", f"table {named(table)}", row, notes)
        found = fit_batteries(
            path, table=table, cutoff_v=cutoff_v, capacity_ah=capacity_ah, bank=bank, extrapolate=extrapolate
        )
        tested = _battery_site(found, f"{named(path)}; table {named(table)}")
        return replace(tested, facts={**tested.facts, **row}, notes=(*tested.notes, *notes))

    return about(path or table, fit)


def _table_facts(
    table: Path, cutoff_v: float | None, capacity_ah: float | None, cells: int
) -> tuple[dict[str, FittedFact], tuple[tuple[str, str], ...]]:
    """The table's row as facts, or a note that it has no watts."""
    from resilience_sim.experiments.battery_files import read_maker_table
    from resilience_sim.experiments.battery_tables import not_printed, row_of, table_values

    maker = read_maker_table(table, cells=cells)
    if maker.quantity != "power":
        why = (
            "厂家表只有电流，没有功率：不列电池表",
            "the maker's table has amperes and no watts: it gives no facts of a table",
        )
        return {}, (why,)
    try:
        row = row_of(maker, cutoff_v=cutoff_v, capacity_ah=capacity_ah)
    except InputsError as unknown:
        raise DataError(f"{unknown} (--cutoff)", place=Place(table)) from None
    counted = (len(row.power_w), f"durations of {named(table)}")
    by_rate = capacity_ah if cutoff_v is None and len(maker.cutoffs_v) > 1 else None
    return {
        name: FittedFact(value if isinstance(value, float) else tuple(value), unit, *counted)
        for name, (value, unit) in table_values(row).items()
    }, _stand_ins(maker.cutoffs_v, 0 if by_rate is None else not_printed(maker, by_rate))


def _stand_ins(cutoffs_v: Sequence[float], durations: int) -> tuple[tuple[str, str], ...]:
    """That the table lacks rows which the rates of some durations ask for."""
    if not durations:
        return ()
    zh = f"{durations} 个时长按放电率应取的终止电压表中没有，改取最低的 {cutoffs_v[0]:g} V"
    en = f"durations whose rate asks for a cut-off that the table lacks: {durations}; its lowest stands in"
    return ((zh, f"{en}, {cutoffs_v[0]:g} V"),)


def _battery_site(fit: BatteryFit, source: str) -> FittedSite:
    latest, tests = fit.latest, len(fit.results)
    on_day = "" if latest.test.day is None else f" of {latest.test.day}"
    measured, by_time = latest.rate_adjusted.health, latest.time_adjusted
    facts = {
        "battery.health": FittedFact(min(1.0, measured), "share", 1, f"discharge test{on_day}, rate-adjusted"),
        "battery.health_time_adjusted": FittedFact(
            math.nan if by_time is None else by_time.health, "share", 1, f"discharge test{on_day}, time-adjusted"
        ),
    }
    if latest.test.age_years is not None:
        facts["battery.age"] = FittedFact(latest.test.age_years, "year", 1, f"discharge test{on_day}")
    ages = tuple(one.test.age_years for one in fit.results if one.test.age_years is not None)
    if fit.age_law is not None:
        healths = tuple(one.rate_adjusted.health for one in fit.results)
        facts["battery.test_ages"] = FittedFact(ages, "year", tests, "discharge tests")
        facts["battery.test_healths"] = FittedFact(healths, "share", tests, "discharge tests, rate-adjusted")
        facts |= _age_facts(fit.age_law, tests)
    notes = [_methods(fit)]
    if measured > 1:
        notes.append((
            f"最近一次试验为新电池的 {measured:.1%}；健康度记为 100 %",
            f"the latest test gave {measured:.1%} of a new battery; its health is written as 100 %",
        ))  # fmt: skip
    if by_time is None:
        notes.append(
            ("负载超出厂家表的范围，不列时间法", "the load lies beyond the maker's table: no time-adjusted figure")
        )
    if fit.extrapolated:
        notes.append((
            f"{fit.extrapolated} 次试验超出厂家表的范围，按末段斜率外推",
            f"{fit.extrapolated} of the tests lie beyond the maker's table: its end slope went on",
        ))  # fmt: skip
    if fit.age_law is not None:
        notes.append(_age_law(fit.age_law))
    return FittedSite("batteries", source, finite(facts), tuple(notes))


def _age_facts(law: AgeLaw, tests: int) -> dict[str, FittedFact]:
    counted = (tests, "discharge tests, by the law 1 - 0.2 (age / life)^power")
    return {
        "battery.life_in_place": FittedFact(law.life, "year", *counted, between=law.life_between),
        "battery.ageing_power": FittedFact(law.power, "1", *counted, between=law.power_between),
    }


def _methods(fit: BatteryFit) -> tuple[str, str]:
    """How the health was found."""
    row = ("厂家表唯一一行", "the table's only row")
    if fit.cutoff_v is not None:
        row = (f"终止电压 {fit.cutoff_v:g} V 一行", f"the row of {fit.cutoff_v:g} V")
    elif fit.by_rate:
        row = ("终止电压随放电率", "each at the cut-off for its rate")
    return (
        f"健康度按放电率法（负载 × 温度系数 ÷ 新电池同时长负载，{row[0]}）；时间法另列，短时放电时偏低",
        f"health is rate-adjusted (load × temperature factor / load of a new block for as long, {row[1]}); "
        "time-adjusted beside it, which is lower at short durations",
    )


def _age_law(law: AgeLaw) -> tuple[str, str]:
    """The life with its interval, or that there is none yet."""
    low, high = law.life_between
    if not math.isfinite(law.life):
        return (
            f"试验中未见老化；寿命（降至 80 %）至少 {low:.1f} 年（95 %）",
            f"the tests show no ageing; life (down to 80 %) is at least {low:.1f} years (95 %)",
        )
    upper = (f"至 {high:.1f} 年", f"to {high:.1f} years") if math.isfinite(high) else ("年以上", "years or more")
    return (
        f"寿命（降至 80 %）{law.life:.1f} 年，95 % 区间 {low:.1f} {upper[0]}；指数 {law.power:.2g}"
        f"（与试验相容的为 {law.power_between[0]:.2g}–{law.power_between[1]:.2g}）",
        f"life (down to 80 %) {law.life:.1f} years, 95 % interval {low:.1f} {upper[1]}; power {law.power:.2g} "
        f"({law.power_between[0]:.2g} to {law.power_between[1]:.2g} agree with the tests)",
    )
