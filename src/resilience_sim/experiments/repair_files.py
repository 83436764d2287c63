"""Reading a log of repairs: what broke, when, and how long it was down.

The log is not trusted: what cannot be is refused with file, line and what would be accepted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import DataError, Place
from resilience_sim.hazards.tables import Column, read_header, read_table, refuse_first

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cause_name", "CLOCKS", "INSTANTS", "read_repairs", "RepairRecord"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

INSTANTS = ("started", "known", "responded", "back")
"""In the order in which they come."""
CLOCKS: Mapping[str, tuple[str, str]] = {
    "detection": ("started", "known"),
    "response": ("known", "responded"),
    "fix": ("responded", "back"),
}
"""From which instant to which."""
MOST_CAUSES = 60
"""More are no kinds of faults: the wrong column, or what broke in detail."""
LONGEST_MIN = 10 * 365 * 1440.0

_CHINESE = {
    "硬件": "hardware", "硬件故障": "hardware", "软件": "software", "软件故障": "software", "网络": "network",
    "网络故障": "network", "人为": "human_error", "人为失误": "human_error", "误操作": "human_error",
    "设施": "facilities", "动力环境": "facilities", "电力空调": "facilities", "原因不明": "undetermined",
    "不明": "undetermined", "待查": "undetermined",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class RepairRecord:
    """A log of repairs, one row for each fault, in the order of the file.

    Parameters
    ----------
    path
        The file.
    line
        The line of each row, shape (k,).
    cause, detail
        As written; empty: not known. Causes that differ by nothing but case, spaces or hyphens are one.
    minutes
        Down time; of a fault that goes on, until the latest instant in the log, shape (k,).
    ended
        Whether each fault is over, shape (k,).
    started_s
        When each occurred, seconds; `None`: not written down.
    clocks
        Minutes of each of :data:`CLOCKS` of which both instants are in the log; nan: not known.
    repeats
        How many rows repeat another in everything that was read; they count.
    disagree
        How many rows have minutes that differ from their two instants by more than one; the minutes count.
    """

    path: Path
    line: npt.NDArray[np.int64]
    cause: tuple[str, ...]
    detail: tuple[str, ...]
    minutes: Floats
    ended: Bools
    started_s: Floats | None
    clocks: Mapping[str, Floats]
    repeats: int
    disagree: int


def cause_name(cause: str) -> str | None:
    """The cause as part of a fact's name, such as human_error; `None` where its letters make none.

    Examples
    --------
    >>> cause_name("Human error"), cause_name("硬件故障"), cause_name("门禁")
    ('human_error', 'hardware', None)
    """
    if cause.strip() in _CHINESE:
        return _CHINESE[cause.strip()]
    if not cause.isascii():
        return None
    name = re.sub(r"[^a-z0-9]+", "_", cause.lower()).strip("_")
    return name if re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name) else None


def read_repairs(path: Path) -> RepairRecord:
    """Read a log of repairs.

    Parameters
    ----------
    path
        One row for each fault: ``cause`` (or ``class``; may be empty) and ``minutes`` (or ``down_min``), or instead of
        them ``started`` (or ``start``) and ``back`` (or ``fixed``; empty while the fault goes on). Also ``detail``,
        and the instants ``known`` and ``responded``; ``system`` and ``node`` are looked at for rows that repeat.

    Raises
    ------
    DataError
        At the first line that cannot be.
    """
    path = Path(path)
    header = set(read_header(path))
    if not header & {"minutes", "down_min"} and not (header & {"started", "start"} and header & {"back", "fixed"}):
        raise DataError(
            "has neither minutes (or down_min) nor both started (or start) and back (or fixed); accepted is either",
            place=Place(path, 1),
        )
    instant, text = Column("instant", empty=True, optional=True), Column("text", empty=True, optional=True)
    columns = {
        "cause": Column("text", empty=True, also="class"),
        "minutes": Column("number", optional=True, least=0, most=LONGEST_MIN, also="down_min"),
        "detail": text,
        "system": text,
        "node": text,
        "started": Column("instant", optional=True, also="start"),
        "known": instant,
        "responded": instant,
        "back": Column("instant", empty=True, optional=True, also="fixed"),
    }
    rows = read_table(path, columns)
    _refuse(path, rows)
    minutes, ended, disagree = _down(rows)
    return RepairRecord(
        path=path,
        line=rows.index.to_numpy(dtype=np.int64),
        cause=tuple(rows.cause),
        detail=tuple(rows.detail) if "detail" in rows else ("",) * len(rows),
        minutes=minutes,
        ended=ended,
        started_s=rows.started.to_numpy(dtype=float) if "started" in rows else None,
        clocks={
            name: ((rows[end] - rows[begin]) / 60).to_numpy(dtype=float)
            for name, (begin, end) in CLOCKS.items()
            if {begin, end} <= set(rows)
        },
        repeats=int(rows.duplicated().sum()),
        disagree=disagree,
    )


def _refuse(path: Path, rows: pd.DataFrame) -> None:
    """Refuse instants out of order, and a column of causes that holds none."""
    there = [name for name in INSTANTS if name in rows]
    for position, later in enumerate(there):
        for earlier in there[:position]:
            refuse_first(
                path, rows, rows[later] < rows[earlier], f"{later} is before {earlier}; accepted are instants in the "
                f"order {', '.join(there)}"
            )  # fmt: skip
    if "back" in rows and "minutes" not in rows:
        too_long = rows.back - rows.started > LONGEST_MIN * 60
        refuse_first(path, rows, too_long, "is down for more than ten years; accepted are shorter times")
    kinds = {cause_name(cause) or cause for cause in rows.cause}
    if len(kinds) > MOST_CAUSES:
        raise DataError(
            f"has {len(kinds)} causes; accepted are up to {MOST_CAUSES} kinds of faults in cause, what broke in detail",
            place=Place(path, 1),
        )


def _down(rows: pd.DataFrame) -> tuple[Floats, Bools, int]:
    """Minutes down, whether it is over, and how many rows' instants say otherwise."""
    between = (rows.back - rows.started) / 60 if {"started", "back"} <= set(rows) else None
    if "minutes" in rows:
        disagree = 0 if between is None else int(((between - rows.minutes).abs() > 1).sum())
        return rows.minutes.to_numpy(dtype=float), np.ones(len(rows), dtype=bool), disagree
    assert between is not None
    ended = between.notna().to_numpy()
    latest = float(rows[[name for name in INSTANTS if name in rows]].max().max())
    minutes = between.where(ended, (latest - rows.started) / 60)
    return minutes.to_numpy(dtype=float), ended, 0
