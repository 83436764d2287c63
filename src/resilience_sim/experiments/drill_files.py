"""Reading the records of drills: who started when, and when the last of them was out.

The record is not trusted: what cannot be is refused with file, line and what would be accepted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from resilience_sim.hazards.tables import Column, read_table, refuse_first

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ANY_KIND", "LONGEST_S", "Drill", "DrillRecord", "Taken", "read_drills"]

ANY_KIND = "groups"
"""The kind of every group where the record names none."""
LONGEST_S = 3600.0
"""A drill that lasts longer was not timed in seconds."""
MOST_PERSONS = 100_000
"""As many as the egress machine is made for."""

_KIND = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Taken:
    """What one group took in one drill.

    Parameters
    ----------
    line
        Its line in the file.
    group, kind
        The group (a class, a row of desks) and its kind (an age, a duty), for which there is one law.
    started_s, out_s
        Seconds from the alarm until its first person started, and until its last was out; ``nan``: not taken.
    door
        The exit that it used; empty: not written down.
    persons, adults
        How many they were, adults included, and how many adults; ``None``: not written down.
    """

    line: int
    group: str
    kind: str
    started_s: float
    out_s: float = math.nan
    door: str = ""
    persons: int | None = None
    adults: int | None = None


@dataclass(frozen=True)
class Drill:
    """The groups of one drill, in the order of the file."""

    day: date
    taken: tuple[Taken, ...]

    @property
    def last_out_s(self) -> float:
        """When the last group of which it was taken was out; ``nan`` if of none."""
        return max((one.out_s for one in self.taken if one.out_s == one.out_s), default=math.nan)


@dataclass(frozen=True)
class DrillRecord:
    """The drills of one building in order of time."""

    path: Path
    drills: tuple[Drill, ...]
    kinds: tuple[str, ...] = field(default=())

    @property
    def years(self) -> tuple[float, ...]:
        """Years of 365 days from the first drill to each."""
        return tuple((drill.day - self.drills[0].day).days / 365 for drill in self.drills)

    def rows(self) -> int:
        """How many times of starting it holds."""
        return sum(len(drill.taken) for drill in self.drills)


def read_drills(path: Path) -> DrillRecord:
    """Read a record of drills.

    Parameters
    ----------
    path
        One row for each group and drill: ``date`` (one drill a day), ``group`` (or ``class``), ``started_s``; also
        ``out_s``, ``door``, ``persons``, ``adults`` and ``kind``, of which a field may be empty where nobody took it
        down. A kind is written as in the site's fact ``pre_movement.<kind>``.

    Raises
    ------
    DataError
        At the first line that cannot be.
    """
    path = Path(path)
    columns = {
        "date": Column("day"),
        "group": Column("text", also="class"),
        "started_s": Column("number", least=0, most=LONGEST_S),
        "out_s": Column("number", empty=True, optional=True, least=0, most=LONGEST_S),
        "door": Column("text", empty=True, optional=True),
        "persons": Column("whole", empty=True, optional=True, least=1, most=MOST_PERSONS),
        "adults": Column("whole", empty=True, optional=True, least=0, most=MOST_PERSONS),
        "kind": Column("text", optional=True),
    }
    rows = read_table(path, columns)
    _refuse(path, rows)
    kinds = rows.kind if "kind" in rows else [ANY_KIND] * len(rows)
    drills: dict[str, list[Taken]] = {}
    for (line, row), kind in zip(rows.iterrows(), kinds, strict=True):
        drills.setdefault(row.date, []).append(_taken(int(line), row, kind))
    ordered = tuple(Drill(date.fromisoformat(day), tuple(taken)) for day, taken in sorted(drills.items()))
    return DrillRecord(path, ordered, tuple(sorted(set(kinds))))


def _taken(line: int, row: Mapping[str, object], kind: str) -> Taken:
    def number(name: str) -> float:
        return float(row.get(name, math.nan))  # type: ignore[arg-type]  # a number or nan, as it was read

    def count(name: str) -> int | None:
        return None if math.isnan(number(name)) else int(number(name))

    out_s, door = number("out_s"), str(row.get("door", ""))
    return Taken(line, str(row["group"]), kind, number("started_s"), out_s, door, count("persons"), count("adults"))


def _refuse(path: Path, rows: pd.DataFrame) -> None:
    """Refuse what no column tells by itself, at its line."""
    refuse_first(
        path,
        rows,
        rows.started_s <= 0,
        "started_s is 0; accepted is a number above 0 (whoever starts at the alarm took as long as the clock can tell, "
        "such as 0.5)",
    )
    if "out_s" in rows:
        refuse_first(
            path, rows, rows.out_s <= rows.started_s, "out_s is not after started_s; both count from the alarm, and "
            "accepted is a later one"
        )  # fmt: skip
    if "adults" in rows:
        persons = rows.persons if "persons" in rows else np.full(len(rows), math.nan)
        without = rows.adults.notna() & np.isnan(np.asarray(persons, dtype=float))
        refuse_first(path, rows, without, "has adults and no persons; accepted are both, persons with adults included")
        refuse_first(path, rows, rows.adults > persons, "adults are more than persons; accepted is persons with adults "
                     "included")  # fmt: skip
    if "kind" in rows:
        odd = np.array([_KIND.fullmatch(kind) is None for kind in rows.kind])
        refuse_first(
            path, rows, odd, "kind is no word of small Latin letters, digits and _; accepted is one such as juniors, "
            "as in the fact pre_movement.juniors"
        )  # fmt: skip
    refuse_first(
        path, rows, rows.duplicated(["date", "group"]), "tells of this group and date again; accepted is one line for "
        "each group and drill, and one drill a day"
    )  # fmt: skip
    if "kind" in rows:
        first = rows.groupby("group").kind.transform("first")
        refuse_first(path, rows, rows.kind != first, "gives the group another kind than above; accepted is one kind "
                     "for each group")  # fmt: skip
