"""When a record was being kept: what happened in its blind times nobody knows."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import DataError, Place
from resilience_sim.hazards.tables import read_text
from resilience_sim.units import DAY

__all__ = ["Watch", "read_watch"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Watch:
    """When a record was being kept.

    Parameters
    ----------
    start_s, end_s
        First and last instant, seconds.
    gaps_s
        Blind times in between, (from, to) in seconds, in order and not overlapping, shape (k, 2).
    """

    start_s: float
    end_s: float
    gaps_s: Floats

    @property
    def days(self) -> float:
        """Days observed: (end − start − sum of gaps) / 86 400."""
        return float(self.end_s - self.start_s - np.diff(self.gaps_s, axis=1).sum()) / DAY

    def sees(self, instants_s: npt.ArrayLike) -> Bools:
        """Whether each instant is inside [start, end) and in no gap [from, to)."""
        instants = np.asarray(instants_s, dtype=float)
        gap = np.searchsorted(self.gaps_s[:, 0], instants, side="right") - 1
        blind = (gap >= 0) & (instants < np.append(self.gaps_s[:, 1], -np.inf)[gap])
        seen: Bools = (self.start_s <= instants) & (instants < self.end_s) & ~blind
        return seen

    def blind_s(self, from_s: float, to_s: float) -> float:
        """Seconds of [from, to) that were not observed."""
        inside = np.clip(self.gaps_s, max(from_s, self.start_s), min(to_s, self.end_s))
        covered = max(0.0, min(to_s, self.end_s) - max(from_s, self.start_s)) - float(np.diff(inside, axis=1).sum())
        return (to_s - from_s) - covered

    def whole_days(self, *, most_blind_s: float = 7200.0) -> npt.NDArray[np.int64]:
        """Days (start // 86 400) of which less than `most_blind_s` was not observed."""
        days = np.arange(math.floor(self.start_s / DAY), math.ceil(self.end_s / DAY))
        return days[[self.blind_s(day * DAY, (day + 1) * DAY) < most_blind_s for day in days]]


def read_watch(path: Path | str) -> Watch:
    """Read when a record was kept: JSON with ``first_snapshot``, ``last_instant`` and ``gaps`` (pairs), in seconds.

    Raises
    ------
    DataError
        If it is no such file, or the gaps are not in order, overlap, or lie outside the time of the record.
    """
    path = Path(path)
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as why:
        raise DataError(f"is no JSON: {why.msg}", place=Place(path, why.lineno)) from None
    except (ValueError, RecursionError) as why:  # a number of thousands of digits; brackets without end
        raise DataError(f"is no JSON that can be read: {why}", place=Place(path)) from None
    try:
        first, last = float(content["first_snapshot"]), float(content["last_instant"])
        gaps = np.array(content["gaps"], dtype=float).reshape(-1, 2)
    except (KeyError, TypeError, ValueError, OverflowError):
        message = "accepted are first_snapshot, last_instant (seconds) and gaps (pairs of seconds)"
        raise DataError(message, place=Place(path)) from None
    instants = np.concatenate(([first], gaps.ravel(), [last]))
    if not np.isfinite(instants).all() or (np.diff(instants) < 0).any() or last <= first:
        message = "the gaps are not in order; accepted are gaps that follow each other between first and last instant"
        raise DataError(message, place=Place(path))
    return Watch(first, last, gaps)
