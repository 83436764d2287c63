"""How often faults come, and whether they come together, from the instants of a log."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.hazards.proportions import rate_between
from resilience_sim.units import DAY

__all__ = ["fault_rate", "FaultRate"]

Floats = npt.NDArray[np.float64]

AROUND_S = 28 * DAY
"""Over which the usual rate at an instant is taken: longer than a burst, shorter than a park of machines grows."""


@dataclass(frozen=True)
class FaultRate:
    """How faults of a class come.

    Parameters
    ----------
    faults, days
        Their number, and the whole days watched.
    per_day
        faults / days.
    per_day_between
        Its 95 % interval, wider where they cluster.
    clustering
        Variance (n - 1) over mean of the daily number; 1 for a Poisson process, more for bursts and for a rate that
        changes; nan from a single day or without a fault.
    together
        Share of faults that came within the window after the one before.
    by_chance
        The same by a Poisson process with the usual rate around each of them: the mean of ``1 - exp(-rate window)``,
        rate by the other faults within 14 days before and after. A rate that changes over months does not count as
        bursts; bursts raise it, so the excess of `together` is rather too small.
    largest
        Most faults in a row, each within the window after the one before.
    """

    faults: int
    days: int
    per_day: float
    per_day_between: tuple[float, float]
    clustering: float
    together: float
    by_chance: float
    largest: int


def fault_rate(starts_s: npt.ArrayLike, *, from_s: float, until_s: float, window_s: float) -> FaultRate:
    """Rate and bursts of faults.

    Parameters
    ----------
    starts_s
        When each fault occurred, seconds, in any order, within [from_s, until_s).
    from_s, until_s
        The time watched, a whole number of days.
    window_s
        Within which the next fault counts as of one burst.
    """
    starts = np.sort(np.asarray(starts_s, dtype=float))
    days = round((until_s - from_s) / DAY)
    if days < 1 or abs(until_s - from_s - days * DAY) > 1e-6 or not 0 < window_s < math.inf:
        raise InputsError(
            f"fault_rate: from {from_s} until {until_s}, window {window_s}; accepted are whole days, and a window"
        )
    if len(starts) and (starts[0] < from_s or starts[-1] >= until_s):
        raise InputsError("fault_rate: a fault lies outside the time watched; accepted are faults inside")
    daily = np.bincount(((starts - from_s) // DAY).astype(np.int64), minlength=days)
    known = days > 1 and len(starts) > 0
    clustering = float(daily.var(ddof=1) / daily.mean()) if known else math.nan
    soon = np.diff(starts) <= window_s
    return FaultRate(
        faults=len(starts),
        days=days,
        per_day=len(starts) / days,
        per_day_between=rate_between(len(starts), days, clustering=clustering if known else 1.0),
        clustering=clustering,
        together=float(soon.sum()) / len(starts) if len(starts) else math.nan,
        by_chance=_by_chance(starts, from_s, until_s, window_s),
        largest=_longest_row(soon) if len(starts) else 0,
    )


def _by_chance(starts: Floats, from_s: float, until_s: float, window_s: float) -> float:
    """How likely a fault has another within the window before it, if they came one by one; nan without faults."""
    if not len(starts):
        return math.nan
    low, high = np.maximum(starts - AROUND_S / 2, from_s), np.minimum(starts + AROUND_S / 2, until_s)
    others = np.searchsorted(starts, high, side="right") - np.searchsorted(starts, low, side="left") - 1
    return float(-np.expm1(-others / (high - low) * window_s).mean())


def _longest_row(soon: npt.NDArray[np.bool_]) -> int:
    """One more than the longest run of faults that came soon after another."""
    longest = run = 0
    for one in soon.tolist():
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest + 1
