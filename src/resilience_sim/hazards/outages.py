"""Lines out: the record of a district's outages, and how many lines are out at once.

A **line** is an unplanned outage of 500 customers or more: that one such record stands for one 10 kV line is an
assumption. Times are seconds on one clock: since 1970 in a record, since the start of its first day in a drawn one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.hazards.tables import Column, read_table, refuse_first
from resilience_sim.hazards.watch import Watch
from resilience_sim.timelines import Timeline, concurrency

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "LEAST_CUSTOMERS", "LineOutages", "OutageRecord", "merged", "read_record", "replay", "rises",
    "rises_per_year",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LEAST_CUSTOMERS = 500
PLANNED_CAUSES = ("planned", "psps")

COLUMNS = {
    "start_s": Column("instant", also="start"),
    "end_s": Column("instant", also="end"),
    "customers": Column("whole", least=0, most=1e9),
    "cause": Column("text", empty=True, optional=True),
    "planned": Column("whole", least=0, most=1, optional=True),
    "first_seen_s": Column("instant", optional=True),
    "first_estimate_s": Column("instant", empty=True, optional=True),
    "end_seen": Column("whole", least=0, most=1, optional=True),
    "obs_ok": Column("whole", least=0, most=1, optional=True),
    "lat": Column("number", empty=True, optional=True),
    "lon": Column("number", empty=True, optional=True),
}


@dataclass(frozen=True, eq=False)
class LineOutages:
    """Outages of lines.

    Parameters
    ----------
    start_s, end_s
        From when until when each line is out, seconds, finite, shape (k,); the end is not before the start.
    customers
        Customers without power through it, whole numbers, 0 or more, shape (k,).
    planned
        Whether the outage was announced work, shape (k,); `None`: none was.

    Raises
    ------
    InputsError
        If the shapes differ or a number is outside its domain.
    """

    start_s: Floats
    end_s: Floats
    customers: npt.NDArray[np.int64]
    planned: Bools | None = None

    def __post_init__(self) -> None:
        start, end = np.array(self.start_s, dtype=float), np.array(self.end_s, dtype=float)
        customers = np.array(self.customers)
        planned = np.zeros(start.shape, bool) if self.planned is None else np.array(self.planned, dtype=bool)
        if start.ndim != 1 or not start.shape == end.shape == customers.shape == planned.shape:
            raise InputsError("LineOutages: start_s, end_s, customers and planned must be lists of one length")
        if not (np.isfinite(start).all() and np.isfinite(end).all() and (end >= start).all()):
            raise InputsError("LineOutages: accepted are finite seconds, no end before its start")
        if (customers != np.floor(customers)).any() or ((customers < 0) | (customers > 1e9)).any():
            raise InputsError("LineOutages: customers must be whole numbers from 0 to 1e9")
        fields = {"start_s": start, "end_s": end, "customers": customers.astype(np.int64), "planned": planned}
        for name, array in fields.items():
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return self.start_s.size

    @property
    def duration_s(self) -> Floats:
        """How long each line is out, seconds, shape (k,)."""
        return self.end_s - self.start_s

    def pick(
        self, which: npt.NDArray[np.bool_] | npt.NDArray[np.int64] | slice, *, shift_s: float = 0.0
    ) -> LineOutages:
        """Those outages, in that order, with `shift_s` seconds added to their times."""
        assert self.planned is not None
        return LineOutages(
            self.start_s[which] + shift_s, self.end_s[which] + shift_s, self.customers[which], self.planned[which]
        )

    def concurrency(self, *, count_planned: bool = False) -> Timeline:
        """How many lines are out at each instant; planned work counts only where asked for."""
        assert self.planned is not None
        counted = np.ones(len(self), bool) if count_planned else ~self.planned
        return concurrency(self.start_s[counted], self.end_s[counted])


@dataclass(frozen=True, eq=False)
class OutageRecord:
    """A record of outages as read.

    Parameters
    ----------
    rows
        One outage a row: ``start_s``, ``end_s``, ``customers``, ``planned`` (bool), and those of ``first_seen_s``,
        ``first_estimate_s``, ``end_seen``, ``obs_ok``, ``lat``, ``lon``, ``cause`` that the file has.
    watch
        When the record was kept; without one, from the first start to the last end without gaps.
    """

    rows: pd.DataFrame
    watch: Watch

    def unplanned(self, *, least_customers: int = 0) -> pd.DataFrame:
        """Rows of unplanned outages with at least so many customers."""
        return self.rows[~self.rows.planned & (self.rows.customers >= least_customers)]

    def inside(self, south: float, north: float, west: float, east: float) -> OutageRecord:
        """The record of the outages in a box of degrees, bounds included."""
        rows = self.rows
        return OutageRecord(rows[rows.lat.between(south, north) & rows.lon.between(west, east)], self.watch)


def read_record(path: Path | str, *, watch: Watch | None = None) -> OutageRecord:
    """Read an outage record.

    Columns: start_s or start, end_s or end (seconds or local clock times), customers; where known, cause (``planned``
    and ``psps`` are planned), planned (0 or 1), first_seen_s, first_estimate_s, end_seen, obs_ok, lat, lon.

    Raises
    ------
    DataError
        At the first line that is not as described, or whose end is before its start.
    """
    rows = read_table(path, COLUMNS)
    backwards = (rows.end_s < rows.start_s).to_numpy()
    refuse_first(path, rows, backwards, "ends before it starts; accepted is an end at or after the start")
    planned = rows["planned"].astype(bool) if "planned" in rows else rows.start_s != rows.start_s
    if "cause" in rows:
        planned |= rows["cause"].isin(PLANNED_CAUSES)
    rows["planned"] = planned
    if watch is None:
        watch = Watch(float(rows.start_s.min()), float(rows.end_s.max()), np.empty((0, 2)))
    return OutageRecord(rows, watch)


def replay(record: OutageRecord, *, least_customers: int = LEAST_CUSTOMERS) -> LineOutages:
    """The lines of a record, planned ones included and marked, in order of their start."""
    rows = record.rows[record.rows.customers >= least_customers].sort_values("start_s", kind="stable")
    return LineOutages(
        rows.start_s.to_numpy(), rows.end_s.to_numpy(), rows.customers.to_numpy(), rows.planned.to_numpy()
    )


def rises(count: Timeline, level: int) -> Floats:
    """Instants at which the count of lines out rises from below `level` to `level` or more, in order."""
    lifted: Floats = count.times[1:][(count.values[1:] >= level) & (count.values[:-1] < level)]
    return lifted


def rises_per_year(outages: LineOutages, level: int, watch: Watch) -> float:
    """Rises to `level` that were observed, per 365 observed days."""
    return float(watch.sees(rises(outages.concurrency(), level)).sum()) / watch.days * 365


def merged(outages: LineOutages, *, within_s: float = 600.0) -> LineOutages:
    """Join records that belong to one fault: those that start within `within_s` of the first of their group.

    A group lasts from its first start to its latest end, with the customers of all together; planned outages are left
    out. Bounds what a record that splits one fault into several makes of the count.
    """
    assert outages.planned is not None
    order = np.argsort(outages.start_s, kind="stable")
    order = order[~outages.planned[order]]
    groups: list[list[int]] = []
    for row in order.tolist():
        if groups and outages.start_s[row] - outages.start_s[groups[-1][0]] <= within_s:
            groups[-1].append(row)
        else:
            groups.append([row])
    first = np.array([group[0] for group in groups], dtype=np.int64)
    bounds = list(itertools.accumulate(map(len, groups), initial=0))[:-1]
    joined = np.concatenate(groups).astype(np.int64) if groups else np.empty(0, np.int64)
    if not groups:
        return outages.pick(joined)
    return LineOutages(
        outages.start_s[first],
        np.maximum.reduceat(outages.end_s[joined], bounds),
        np.add.reduceat(outages.customers[joined], bounds),
    )
