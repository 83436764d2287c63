"""Counts of calls in short slots over many days: profile, day factor, overdispersion, surges.

A day's calls scatter more than a Poisson number does, because days differ. The *day factor* is what they differ by:
with mean m and variance s² of the day totals, its coefficient of variation is sqrt((s² − m) / m²).

References
----------
Whitt (1999), doi:10.1016/S0167-6377(99)00022-X; Avramidis, Deslauriers & L'Ecuyer (2004), doi:10.1287/mnsc.1040.0236.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import DataError, Place
from resilience_sim.hazards.tables import Column, read_header, read_table, refuse_first, refuse_unordered
from resilience_sim.units import DAY, HOUR

if TYPE_CHECKING:
    pass

__all__ = [
    "DaySpread", "Dispersion", "SlotCounts", "Surge", "day_factor_cv", "day_spread", "dispersion", "hourly_profile",
    "read_counts_by_day", "read_counts_by_slot", "surges", "weekday_means",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, eq=False)
class SlotCounts:
    """Calls in equal slots of the day.

    Parameters
    ----------
    dates
        ``YYYY-MM-DD``, in order, shape (d,).
    starts_s
        Start of each slot, seconds of the day, evenly spaced, shape (k,).
    calls
        Calls in each, shape (d, k).
    """

    dates: tuple[str, ...]
    starts_s: Floats
    calls: Floats

    @property
    def slot_s(self) -> float:
        """Length of a slot, seconds."""
        return float(self.starts_s[1] - self.starts_s[0])

    @property
    def weekdays(self) -> npt.NDArray[np.int64]:
        """Weekday of each date, Monday 0 to Sunday 6, shape (d,)."""
        return np.array([date.fromisoformat(day).weekday() for day in self.dates])

    @property
    def totals(self) -> Floats:
        """Calls of each day, shape (d,)."""
        totals: Floats = self.calls.sum(axis=1)
        return totals

    def on(self, weekdays: Collection[int]) -> SlotCounts:
        """The days that fall on these weekdays."""
        kept = np.isin(self.weekdays, list(weekdays))
        return SlotCounts(tuple(np.array(self.dates)[kept].tolist()), self.starts_s, self.calls[kept])

    def between(self, from_s: float, to_s: float, *, width_s: float | None = None) -> SlotCounts:
        """The slots that start in [from, to), joined into slots of `width_s` seconds."""
        inside = (self.starts_s >= from_s) & (self.starts_s < to_s)
        calls, starts = self.calls[:, inside], self.starts_s[inside]
        joined = 1 if width_s is None else round(width_s / self.slot_s)
        if starts.size < 2 * joined or starts.size % joined:
            raise DataError(f"{starts.size} slots do not make whole ones of {width_s} s; accepted are two or more")
        shape = (len(self.dates), -1, joined)
        return SlotCounts(self.dates, starts[::joined], calls.reshape(shape).sum(axis=2))


def read_counts_by_day(path: Path | str) -> SlotCounts:
    """Read a table with one day a row: ``date``, then a column for each slot, named by its start (``08:06``).

    Raises
    ------
    DataError
        At the first line that is not so; if dates are out of order; if slots are not evenly spaced.
    """
    path = Path(path)
    names = [name for name in read_header(path) if _CLOCK.fullmatch(name)]
    starts = np.array([3600.0 * int(name[:2]) + 60.0 * int(name[3:]) for name in names])
    if starts.size < 2 or (np.diff(starts) <= 0).any() or np.unique(np.diff(starts)).size != 1:
        message = "the header has no evenly spaced slots; accepted are names such as 00:00, 00:06, 00:12"
        raise DataError(message, place=Place(path, 1))
    count = Column("whole", least=0)
    rows = read_table(path, {"date": Column("day"), **dict.fromkeys(names, count)})
    refuse_unordered(path, rows, "date")
    return SlotCounts(tuple(rows.date), starts, rows[names].to_numpy(dtype=float))


def read_counts_by_slot(path: Path | str) -> SlotCounts:
    """Read a table with one slot a row: ``time`` (its local start) and ``calls``.

    Raises
    ------
    DataError
        At the first line that is not so; if times are out of order; if a day has other slots than the first day.
    """
    rows = read_table(path, {"time": Column("instant"), "calls": Column("whole", least=0)})
    refuse_unordered(path, rows, "time")
    day = np.floor(rows.time.to_numpy() / DAY)
    starts = rows.time.to_numpy() - day * DAY
    slots = int((day == day[0]).sum())
    first = starts[:slots]
    expected = np.resize(first, starts.size)
    new_day = np.arange(starts.size) // slots != np.cumsum(np.concatenate(([0.0], np.diff(day))) > 0)
    refuse_first(
        path, rows, (starts != expected) | new_day, f"is no slot as on the first day; accepted are its {slots}"
    )
    if slots < 2 or np.unique(np.diff(first)).size != 1 or starts.size % slots:
        message = "the slots are not evenly spaced, or the last day is not whole; accepted are equal slots"
        raise DataError(message, place=Place(Path(path), int(rows.index[-1])))
    dates = tuple(str(np.datetime64(int(d), "D")) for d in day[::slots])
    return SlotCounts(dates, first, rows.calls.to_numpy(dtype=float).reshape(-1, slots))


def day_factor_cv(totals: npt.ArrayLike) -> float:
    """Coefficient of variation of the day factor, sqrt(max(0, s² − m)) / m, from totals of two days or more."""
    values = np.asarray(totals, dtype=float)
    if values.size < 2 or values.mean() == 0:
        raise DataError(f"the day factor needs calls on 2 days or more; got totals {values.tolist()}")
    return math.sqrt(max(0.0, float(values.var(ddof=1) - values.mean()))) / float(values.mean())


class DaySpread(NamedTuple):
    """How day totals scatter: mean; CV; CV after dividing by the weekday's mean; day-factor CV; lag-1 correlation."""

    days: int
    mean: float
    cv: float
    cv_after_weekday: float
    day_factor_cv: float
    lag_1: float


def day_spread(counts: SlotCounts) -> DaySpread:
    """Scatter of the day totals (standard deviations with n − 1)."""
    totals, weekdays = counts.totals, counts.weekdays
    factor_cv = day_factor_cv(totals)
    usual = np.array([totals[weekdays == weekday].mean() for weekday in weekdays])
    ratios = totals / usual
    lag = float(np.corrcoef(totals[:-1], totals[1:])[0, 1]) if totals.size > 2 and totals.std() > 0 else math.nan
    cv = float(totals.std(ddof=1) / totals.mean())
    after = float(ratios.std(ddof=1) / ratios.mean())
    return DaySpread(totals.size, float(totals.mean()), cv, after, factor_cv, lag)


class Dispersion(NamedTuple):
    """Variance over mean of slot counts across days: smallest, median, largest slot; and after the day factor."""

    smallest: float
    median: float
    largest: float
    after_day_factor: float


def dispersion(counts: SlotCounts) -> Dispersion:
    """Variance over mean of each slot across days (n − 1), and Σ (count − e)² / Σ e with e = slot mean · day factor."""
    mean = counts.calls.mean(axis=0)
    if len(counts.dates) < 2 or (mean == 0).any():
        raise DataError("the dispersion needs 2 days or more and calls in every slot; narrow the hours")
    ratio = counts.calls.var(axis=0, ddof=1) / mean
    expected = mean * (counts.totals / counts.totals.mean())[:, None]
    after = float(((counts.calls - expected) ** 2).sum() / expected.sum())
    return Dispersion(float(ratio.min()), float(np.median(ratio)), float(ratio.max()), after)


def hourly_profile(counts: SlotCounts) -> Floats:
    """Mean calls in each clock hour, shape (24,)."""
    hour = (counts.starts_s // HOUR).astype(np.int64)
    return np.bincount(hour, weights=counts.calls.mean(axis=0), minlength=24).astype(np.float64)


def weekday_means(counts: SlotCounts) -> Floats:
    """Mean day total of each weekday, Monday first, shape (7,); nan where the weekday does not occur."""
    totals, weekdays = counts.totals, counts.weekdays
    days = np.bincount(weekdays, minlength=7)
    sums = np.bincount(weekdays, weights=totals, minlength=7)
    means: Floats = np.divide(sums, days, out=np.full(7, np.nan), where=days > 0)
    return means


class Surge(NamedTuple):
    """A surge: date, start of the last slot of its half hour (seconds of the day), calls, ratio to the usual."""

    day: str
    last_slot_s: float
    calls: int
    ratio: float


def surges(counts: SlotCounts, *, width_s: float = 1800.0, least_calls: int = 60) -> list[Surge]:
    """The largest surge of each day, largest ratio first.

    Any `width_s` seconds with at least `least_calls` calls are compared with the median over the days of the same time.
    """
    slots = round(width_s / counts.slot_s)
    moving = np.lib.stride_tricks.sliding_window_view(counts.calls, slots, axis=1).sum(axis=2)
    usual = np.median(moving, axis=0)
    ratio = np.where((moving >= least_calls) & (usual > 0), moving / np.maximum(usual, 1e-9), 0.0)
    best = ratio.argmax(axis=1)
    found = [
        Surge(day, float(counts.starts_s[at + slots - 1]), int(moving[row, at]), float(ratio[row, at]))
        for row, (day, at) in enumerate(zip(counts.dates, best.tolist(), strict=True))
        if ratio[row, at] > 0
    ]
    return sorted(found, key=lambda surge: -surge.ratio)
