"""A log of repairs as facts of a site: how long what is down, by cause, and how often it breaks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from resilience_sim.errors import DataError, Place
from resilience_sim.experiments.fit import Cell, FittedFact, FittedSite, FittedTable, about, named
from resilience_sim.experiments.repair_files import LONGEST_MIN, RepairRecord, read_repairs
from resilience_sim.experiments.repairs import (
    ALL,
    CLOCK_WITHIN_MIN,
    WITHIN_MIN,
    CauseFit,
    cause_fits,
    clock_fits,
    details,
    down_times,
    fault_rates,
)
from resilience_sim.hazards.fault_times import FaultRate
from resilience_sim.units import DAY

__all__ = ["fit_repair_site"]

Note = tuple[str, str]

FACT_WITHIN_MIN = (20.0, 30.0, 60.0, 1440.0)
"""The grid of the shipped sites, ``repair.within``."""
POWER = {"UPS": ("UPS 故障", "UPS fault"), "Power Outage": ("现场停电", "site power outage")}
"""Details of the cause facilities that the power studies ask about."""
POWER_WITHIN_MIN = (240.0, 360.0, 720.0)
PARTS = {
    ("hardware", "Interconnect Interface"): "interconnect", ("hardware", "Router Board"): "router_board",
    ("hardware", "Memory Dimm"): "memory", ("hardware", "CPU"): "cpu", ("hardware", "Power Supply"): "power_supply",
    ("software", "Kernel software"): "kernel", ("software", "Scheduler Software"): "scheduler",
    ("software", "OS"): "operating_system",
}  # fmt: skip
"""Details under the names that they have in the shipped sites."""
RESERVED = {"part", "within", "scale", "ups"}
"""What ``repair.<cause>`` cannot be called: it means something else in a site."""
MOST_SIGMA = 5.0
OFF = 0.05
"""A law that is off by more than this share somewhere is told of by name."""
CLOCK_WORDS = {
    "detection": ("发生到发现", "started to known"),
    "response": ("发现到响应", "known to responded"),
    "fix": ("响应到恢复", "responded to back"),
}
NONE: Note = ("（未填）", "(none)")


def fit_repair_site(
    path: Path, *, watched: tuple[date, date] | None = None, window_s: float = 3600.0, devices: int | None = None
) -> FittedSite:
    """Fit a log of repairs; the figures are those of :mod:`~.repairs`.

    Parameters
    ----------
    path
        The log (:func:`~.repair_files.read_repairs`).
    watched
        First and last day on which it was kept; by default those of its first and last fault.
    window_s
        Within which the next fault counts as of one burst.
    devices
        How many devices the log is of, for the fact ``faults.mean_gap`` (of 50 devices); `None`: not known.

    Raises
    ------
    DataError
        If the file is no such log, has a fault outside the days watched, or too little to fit.
    """
    return about(path, lambda: _repair_site(path, read_repairs(path), watched, window_s, devices))


def _repair_site(
    path: Path, record: RepairRecord, watched: tuple[date, date] | None, window_s: float, devices: int | None
) -> FittedSite:
    fits = cause_fits(record)
    if all(fit.fit is None for fit in fits):
        raise DataError(
            "no cause has two different times above 0 that are over; accepted are two or more, to be fitted"
        )
    rates = fault_rates(record, window_s=window_s, watched=_watched(path, record, watched))
    if (watched is not None and not rates) or (devices is not None and not rates):
        raise DataError("has no column started (or start); accepted is a log that has, where rates are asked for")
    facts = _facts(fits) | _power_facts(record) | _part_facts(record) | _rate_facts(fits, rates, devices)
    tables = [_cause_table(fits), _within_table(fits), _detail_table(record), _power_table(record)]
    tables += [_clock_table(record), _rate_table(rates, window_s)]
    return FittedSite(
        "repairs", named(path), facts, _notes(record, fits), tuple(table for table in tables if table.rows)
    )


def _watched(path: Path, record: RepairRecord, watched: tuple[date, date] | None) -> tuple[float, float] | None:
    """The seconds of the days watched; a fault outside is refused with its line."""
    if watched is None or record.started_s is None:
        return None
    epoch = date(1970, 1, 1)
    from_s, until_s = ((watched[0] - epoch).days * DAY, ((watched[1] - epoch).days + 1) * DAY)
    outside = (record.started_s < from_s) | (record.started_s >= until_s)
    if outside.any():
        raise DataError(
            f"started outside the days watched; accepted is {watched[0]} to {watched[1]}, or other days (--watched)",
            place=Place(path, int(record.line[int(np.argmax(outside))])),
        )
    return from_s, until_s


# ---- facts


def _facts(fits: Sequence[CauseFit]) -> dict[str, FittedFact]:
    """Law and shares of each cause that has a name and a law."""
    told = {fit.name: fit for fit in fits if fit.name is not None and fit.name not in RESERVED and fit.fit is not None}
    n = sum(fit.n for fit in told.values())
    facts = {"repair.within": FittedFact(FACT_WITHIN_MIN, "min", n, "faults, grid of the lists repair.*.done")}
    for name, one in told.items():
        law = one.fit
        assert law is not None
        going_on = f", and {one.going_on} that go on" if one.going_on else ""
        of_law = f"faults{going_on}: the log-normal law's, the record's median is {one.median_min:.4g}"
        shares = tuple(one.shares[WITHIN_MIN.index(bound)] for bound in FACT_WITHIN_MIN)
        facts[f"repair.{name}.median"] = FittedFact(
            law.median, "min", one.n, of_law, _sane(law.median_between, LONGEST_MIN)
        )
        facts[f"repair.{name}.sigma"] = FittedFact(
            law.sigma, "1", one.n, f"faults{going_on}, log-normal", _sane(law.sigma_between, MOST_SIGMA)
        )
        facts[f"repair.{name}.done"] = FittedFact(shares, "share", one.n, f"faults{going_on}")
    return facts


def _sane(between: tuple[float, float], most: float) -> tuple[float, float] | None:
    """An interval, unless it goes beyond what anybody would believe: two or three faults say that little."""
    return between if between[1] <= most else None


def _power_facts(record: RepairRecord) -> dict[str, FittedFact]:
    facts: dict[str, FittedFact] = {}
    if len(ups := down_times(record, "facilities", "UPS")):
        counted = (len(ups), "UPS faults")
        facts["repair.ups.median"] = FittedFact(float(np.median(ups)), "min", *counted)
        facts["repair.ups.ninety_percent"] = FittedFact(float(np.quantile(ups, 0.9)), "min", *counted)
    if len(mains := down_times(record, "facilities", "Power Outage")):
        counted = (len(mains), "power outages")
        hours = tuple(bound / 60 for bound in POWER_WITHIN_MIN)
        back = tuple(float((mains <= bound).mean()) for bound in POWER_WITHIN_MIN)
        facts["mains.at_site_median"] = FittedFact(float(np.median(mains)), "min", *counted)
        facts["mains.at_site_hours"] = FittedFact(hours, "h", *counted)
        facts["mains.at_site_back"] = FittedFact(back, "share", *counted)
    return facts


def _part_facts(record: RepairRecord) -> dict[str, FittedFact]:
    found = {name: down_times(record, cause, detail) for (cause, detail), name in PARTS.items()}
    return {
        f"repair.part.{name}": FittedFact(float(np.median(minutes)), "min", len(minutes), "faults, median")
        for name, minutes in found.items()
        if len(minutes)
    }


def _rate_facts(fits: Sequence[CauseFit], rates: dict[str, FaultRate], devices: int | None) -> dict[str, FittedFact]:
    if not rates:
        return {}
    every = rates[ALL]
    counted = (every.faults, f"faults in {every.days} days")
    facts = {"faults.per_day": FittedFact(every.per_day, "1/d", *counted, every.per_day_between)}
    if math.isfinite(every.clustering):
        facts["faults.clustering"] = FittedFact(every.clustering, "1", every.days, "days, variance / mean of a day's")
    if devices is not None:
        of_fifty = [devices / 50 / rate / 7 if rate else math.inf for rate in (every.per_day, *every.per_day_between)]
        facts["faults.mean_gap"] = FittedFact(
            of_fifty[0], "week", every.faults, f"faults of {devices} devices, of every 50", (of_fifty[2], of_fifty[1])
        )
    for fit in fits:
        if fit.name is not None and fit.name not in RESERVED:
            rate = rates[fit.cause]
            of_cause = (rate.faults, f"faults in {rate.days} days")
            facts[f"faults.{fit.name}.per_day"] = FittedFact(rate.per_day, "1/d", *of_cause, rate.per_day_between)
    return facts


# ---- tables


def _said(cause: str) -> Cell:
    return cause or NONE


def _cause_table(fits: Sequence[CauseFit]) -> FittedTable:
    columns = {
        "cause": ("原因", "cause"), "rows": ("行数", "rows"), "n": ("样本数", "n"),
        "median_min": ("中位数（分钟）", "median min"), "mean_min": ("平均（分钟）", "mean min"),
        "mu": ("μ", "mu"), "mu_error": ("μ 标准误", "its error"), "sigma": ("σ", "sigma"),
        "sigma_error": ("σ 标准误", "its error"), "gap": ("最大偏差", "largest gap"),
        "gap_at_min": ("所在分钟", "at min"), "a_squared": ("A²", "A²"), "p": ("p 值", "p"),
    }  # fmt: skip

    def row(one: CauseFit) -> tuple[Cell, ...]:
        law, far = one.fit, one.quality
        fitted = (None,) * 4 if law is None else (law.mu, law.mu_error, law.sigma, law.sigma_error)
        off = (None,) * 4 if far is None else (far.gap, far.at, far.a_squared, far.p)
        return (_said(one.cause), one.rows, one.n, one.median_min, one.mean_min, *fitted, *off)

    title = ("修复时间与对数正态拟合（分钟的自然对数）", "Down times and their log-normal law (ln minutes)")
    return FittedTable("causes", title, columns, tuple(map(row, fits)))


def _within_columns(bounds: Sequence[float]) -> dict[str, tuple[str, str]]:
    return {f"within_{bound:g}_min": (f"≤ {bound:g} 分钟", f"≤ {bound:g} min") for bound in bounds}


def _within_table(fits: Sequence[CauseFit]) -> FittedTable:
    columns = {"cause": ("原因", "cause"), "of": ("依据", "by"), **_within_columns(WITHIN_MIN)}
    rows: list[tuple[Cell, ...]] = []
    for one in fits:
        rows.append((_said(one.cause), ("记录", "record"), *one.shares))
        if one.fit is not None:
            rows.append((_said(one.cause), ("拟合", "law"), *one.law_shares))
    return FittedTable(
        "within", ("在时限内修复的比例（含时限）", "Share back by then (bound included)"), columns, tuple(rows)
    )


def _detail_table(record: RepairRecord) -> FittedTable:
    columns = {"cause": ("原因", "cause"), "detail": ("部位", "detail"), "n": ("样本数", "n"),
               "median_min": ("中位数（分钟）", "median min")}  # fmt: skip
    rows = tuple((_said(one.cause), one.detail, one.n, one.median_min) for one in details(record))
    return FittedTable("details", ("各原因中最常见的部位", "What broke most often, by cause"), columns, rows)


def _power_table(record: RepairRecord) -> FittedTable:
    columns = {"what": ("故障", "fault"), "n": ("样本数", "n"), "median_min": ("中位数（分钟）", "median min"),
               "ninety_percent_min": ("90 % 分位（分钟）", "90 % min"),
               **_within_columns(POWER_WITHIN_MIN)}  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for detail, words in POWER.items():
        minutes = down_times(record, "facilities", detail)
        if len(minutes):
            shares = (float((minutes <= bound).mean()) for bound in POWER_WITHIN_MIN)
            rows.append((words, len(minutes), float(np.median(minutes)), float(np.quantile(minutes, 0.9)), *shares))
    return FittedTable("power", ("供电故障", "Faults of the power supply"), columns, tuple(rows))


def _clock_table(record: RepairRecord) -> FittedTable:
    columns = {"cause": ("原因", "cause"), "clock": ("时段", "clock"), "n": ("样本数", "n"),
               "median_min": ("中位数（分钟）", "median min"), "mu": ("μ", "mu"), "sigma": ("σ", "sigma"),
               **_within_columns(CLOCK_WITHIN_MIN)}  # fmt: skip
    rows = []
    for one in clock_fits(record):
        law = (None, None) if one.fit is None else (one.fit.mu, one.fit.sigma)
        rows.append((_said(one.cause), CLOCK_WORDS[one.clock], one.n, one.median_min, *law, *one.shares))
    return FittedTable("clocks", ("发现、响应与恢复", "Detection, response and fix"), columns, tuple(rows))


def _rate_table(rates: dict[str, FaultRate], window_s: float) -> FittedTable:
    columns = {
        "cause": ("原因", "cause"), "faults": ("故障数", "faults"), "per_day": ("每日", "per day"),
        "low": ("95 % 下限", "95 % from"), "high": ("95 % 上限", "to"),
        "clustering": ("日数方差与均值之比", "variance / mean"),
        "together": ("短时间内相继发生", "soon after"), "by_chance": ("偶然应有", "by chance"),
        "largest": ("最长一串", "longest row"),
    }  # fmt: skip
    rows = tuple(
        (
            cause or ("全部", "all"), one.faults, one.per_day, *one.per_day_between, one.clustering, one.together,
            one.by_chance, one.largest,
        )
        for cause, one in rates.items()
    )  # fmt: skip
    days = rates[ALL].days if rates else 0
    window = f"{window_s / 60:g}"
    title = (
        f"{days} 天内的故障；短时间内相继发生：距上一起不超过 {window} 分钟",
        f"Faults in {days} days; soon after: within {window} min of the one before",
    )
    return FittedTable("faults", title, columns, rows)


# ---- notes


def _notes(record: RepairRecord, fits: Sequence[CauseFit]) -> tuple[Note, ...]:
    going_on, zero = sum(one.going_on for one in fits), int(((record.minutes == 0) & record.ended).sum())
    counted = (
        (zero, "{} 行时长为 0，只计入行数", "rows with a down time of 0, which count as rows only: {}"),
        (going_on, "{} 起故障尚未恢复，按截尾处理", "faults that go on, taken as lasting longer (censored): {}"),
        (record.repeats, "{} 行与另一行内容相同，仍计入", "rows that repeat another, and count: {}"),
        (
            record.disagree,
            "{} 行的时长与起止时刻相差 1 分钟以上，以时长为准",
            "rows whose minutes differ from their two instants by more than one; the minutes count: {}",
        ),
    )
    notes = [_of_quality(fits)]
    notes += [(zh.format(number), en.format(number)) for number, zh, en in counted if number]
    nameless = [one.cause for one in fits if one.cause and (one.name is None or one.name in RESERVED)]
    if nameless:
        causes = nameless[0] if len(nameless) == 1 else ", ".join(nameless)
        notes.append((
            f"以下原因无法写成指标名，未列入站点数值：{causes}；请改用小写拉丁字母、数字和下划线",
            f"causes that make no name of a fact, and give none: {causes}; accepted are Latin letters, digits and _",
        ))  # fmt: skip
    return tuple(notes)


def _of_quality(fits: Sequence[CauseFit]) -> Note:
    """What the columns gap and p mean, and which laws are far off."""
    far = [one for one in fits if one.quality is not None and one.quality.gap > OFF]
    zh = en = ""
    if far:
        zh = "；偏差超过 5 个百分点的：" + "、".join(one.cause or NONE[0] for one in far)
        en = "; off by more than 5 points: " + ", ".join(one.cause or NONE[1] for one in far)
        zh, en = f"{zh}（宜用 done 所列比例，而非拟合）", f"{en} (there take the shares in done, not the law)"
    return (
        f"最大偏差：无论时限取在何处，拟合比例与记录之差不超过此数；p 值：若真为对数正态分布，偏离至此（A²）的概率，"
        f"记录多且取整时，偏差虽小 p 也会很小{zh}",
        "largest gap: wherever a limit is set, the law's share is off by no more than that; p: the chance of a record "
        f"as far off (A²) if the law were true, small for many or rounded times even where the gap is small{en}",
    )
