"""What a log of repairs says by cause: how long faults are down, by which law, what of, and how often they come.

Times of 0 minutes count among the rows and are left out of everything else: their logarithm says nothing. Of faults
that go on, all that is known is that they last longer (:mod:`~resilience_sim.hazards.survival`). Shares include the
bound: down for at most so many minutes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.experiments.repair_files import RepairRecord, cause_name
from resilience_sim.hazards.fault_times import FaultRate, fault_rate
from resilience_sim.hazards.lognormal_fit import LogNormalFit, Quality, fit_log_normal, quality
from resilience_sim.hazards.survival import product_limit
from resilience_sim.units import DAY

__all__ = [
    "ALL", "by_cause", "cause_fits", "CauseFit", "clock_fits", "CLOCK_WITHIN_MIN", "ClockFit", "Detail", "details",
    "down_times", "fault_rates", "WITHIN_MIN",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

WITHIN_MIN = (10.0, 20.0, 30.0, 60.0, 240.0, 1440.0)
CLOCK_WITHIN_MIN = (5.0, 10.0, 30.0, 60.0)
LARGEST, LEAST_OF_DETAIL = 10, 20
"""Details that are told of each cause at most, and faults that each of them has at least."""
ALL = ""
"""All causes together, where faults are counted over time; no fact and no cause has this name."""


@dataclass(frozen=True)
class CauseFit:
    """How long faults of one cause are down.

    Parameters
    ----------
    cause, name
        As written where it first stands (empty: not known), and as part of a fact's name (`None`: it has none).
    rows, n, going_on
        All rows; those that were down for more than 0 minutes and are back; those that are not back.
    median_min, mean_min
        Of the n; where some go on, the median is the product limit's (inf: not reached) and there is no mean (nan).
    fit, quality
        The log-normal law of minutes, and how far it lies from the record; `None` where there is too little to tell.
    shares
        Of faults down for at most :data:`WITHIN_MIN`.
    """

    cause: str
    name: str | None
    rows: int
    n: int
    going_on: int
    median_min: float
    mean_min: float
    fit: LogNormalFit | None
    quality: Quality | None
    shares: tuple[float, ...]

    @property
    def law_shares(self) -> tuple[float, ...]:
        """The same by the law; nan without one."""
        return tuple(math.nan if self.fit is None else self.fit.share_within(bound) for bound in WITHIN_MIN)


@dataclass(frozen=True)
class Detail:
    """Faults of a cause in which the same broke: how many are back, their median minutes, and the minutes."""

    cause: str
    detail: str
    n: int
    median_min: float
    minutes: Floats


@dataclass(frozen=True)
class ClockFit:
    """One of the clocks of a cause (``repair_files.CLOCKS``): how many times, their median, law, and shares."""

    cause: str
    clock: str
    n: int
    median_min: float
    fit: LogNormalFit | None
    shares: tuple[float, ...]


def by_cause(record: RepairRecord) -> dict[str, Rows]:
    """The rows of each cause, by its first writing, those with most rows first."""
    found: dict[str, list[int]] = {}
    first: dict[str, str] = {}
    for row, cause in enumerate(record.cause):
        key = cause_name(cause) or cause.casefold()
        found.setdefault(first.setdefault(key, cause), []).append(row)
    return {cause: np.array(rows) for cause, rows in sorted(found.items(), key=lambda pair: -len(pair[1]))}


def cause_fits(record: RepairRecord) -> tuple[CauseFit, ...]:
    """What the log says of each cause, in the order of :func:`by_cause`."""
    return tuple(
        _fit(cause, record.minutes[rows], record.ended[rows], len(rows)) for cause, rows in by_cause(record).items()
    )


def _fit(cause: str, minutes: Floats, ended: npt.NDArray[np.bool_], rows: int) -> CauseFit:
    kept = minutes > 0
    minutes, ended = minutes[kept], ended[kept]
    n, going_on = int(ended.sum()), int((~ended).sum())
    fit = fit_log_normal(minutes, ended)
    return CauseFit(
        cause,
        cause_name(cause),
        rows,
        n,
        going_on,
        _median(minutes, ended),
        float(minutes.mean()) if n and not going_on else math.nan,
        fit,
        None if fit is None else quality(minutes, fit),
        _shares(minutes, ended, WITHIN_MIN),
    )


def _median(minutes: Floats, ended: npt.NDArray[np.bool_]) -> float:
    if not ended.any():
        return math.nan
    if ended.all():
        return float(np.median(minutes))
    at = np.unique(minutes[ended])
    reached = at[product_limit(minutes, ended, at) <= 0.5]
    return float(reached[0]) if len(reached) else math.inf


def _shares(minutes: Floats, ended: npt.NDArray[np.bool_], bounds: Sequence[float]) -> tuple[float, ...]:
    if not ended.any():
        return (math.nan,) * len(bounds)
    if ended.all():
        return tuple(float((minutes <= bound).mean()) for bound in bounds)
    return tuple((1 - product_limit(minutes, ended, bounds)).tolist())


def down_times(record: RepairRecord, cause: str, detail: str) -> Floats:
    """Minutes of the faults of a cause, written in any case, with this detail: down for more than 0, and back."""
    wanted = [
        k
        for k, (one, what) in enumerate(zip(record.cause, record.detail, strict=True))
        if (cause_name(one), what.casefold()) == (cause, detail.casefold())
    ]
    minutes = record.minutes[wanted]
    return minutes[record.ended[wanted] & (minutes > 0)]


def details(record: RepairRecord) -> tuple[Detail, ...]:
    """The details with most faults of each cause, at most ten with at least twenty faults each."""
    found = []
    for cause, rows in by_cause(record).items():
        groups: dict[str, list[int]] = {}
        for row in rows.tolist():
            if record.detail[row] and record.ended[row] and record.minutes[row] > 0:
                groups.setdefault(record.detail[row], []).append(row)
        largest = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:LARGEST]
        for what, members in largest:
            if len(members) >= LEAST_OF_DETAIL:
                minutes = record.minutes[members]
                found.append(Detail(cause, what, len(members), float(np.median(minutes)), minutes))
    return tuple(found)


def clock_fits(record: RepairRecord) -> tuple[ClockFit, ...]:
    """Each clock of each cause, as far as the log has its instants; clocks of 0 count in shares, not in the law."""
    found = []
    for cause, rows in by_cause(record).items():
        for clock, minutes in record.clocks.items():
            known = minutes[rows]
            known = known[~np.isnan(known)]
            if len(known):
                shares = _shares(known, np.ones(len(known), dtype=bool), CLOCK_WITHIN_MIN)
                fit = fit_log_normal(known[known > 0])
                found.append(ClockFit(cause, clock, len(known), float(np.median(known)), fit, shares))
    return tuple(found)


def fault_rates(
    record: RepairRecord, *, window_s: float, watched: tuple[float, float] | None = None
) -> dict[str, FaultRate]:
    """How often faults come: all of them (:data:`ALL`), and by cause; empty if the log has no instants.

    Parameters
    ----------
    record
        The log.
    window_s
        Within which the next fault counts as of one burst.
    watched
        From when until when it was kept, whole days; `None`: from the day of its first fault through that of its last.
    """
    if record.started_s is None:
        return {}
    starts = record.started_s
    days = (math.floor(starts.min() / DAY) * DAY, (math.floor(starts.max() / DAY) + 1) * DAY)
    from_s, until_s = days if watched is None else watched
    groups = {ALL: np.arange(len(starts))} | {cause: rows for cause, rows in by_cause(record).items() if cause}
    return {
        cause: fault_rate(starts[rows], from_s=from_s, until_s=until_s, window_s=window_s)
        for cause, rows in groups.items()
    }
