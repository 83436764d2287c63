"""When to stand down: how long people called up are still needed once fewer lines than the level are out.

The plan says when a response starts and not when it ends. Two things speak against ending it at once. Callers of the
last hours may still be waiting, or about to call again: an event's *settling time* says how long the standard is still
missed though everybody is kept. And lines that are back may trip again: each such *flip* is a new start, with the
decision and the ways to work once more.

Settled is the first hour that keeps the standard, and not the last call that waits too long: the roster holds the
standard on average, so some call of an ordinary busy hour waits too long on any day.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.events import Episode
from resilience_sim.studies.utility_call_centre.event import OBSERVED_S, CallsAfter, Event, UtilityEvents
from resilience_sim.units import HOUR

__all__ = [
    "EVENTS", "StandDown", "hour_keeps", "settling_s", "settling_times_s", "shares_kept", "stand_down",
    "starts_per_year",
]  # fmt: skip

Bools = npt.NDArray[np.bool_]

EVENTS = 200  # of each level: the 90 % quantile then has twenty events above it


def hour_keeps(calls: CallsAfter, from_s: npt.ArrayLike, *, required: float) -> Bools:
    """Whether the calls of the hour after each instant keep the standard: calls in time / calls >= required.

    An hour without a call keeps it. The hour excludes its first instant and includes its last.

    Parameters
    ----------
    calls
        The calls after an event.
    from_s
        Seconds since the event's end, any shape.
    required
        Share of the calls that has to be answered in time.
    """
    in_time = np.concatenate(([0], np.cumsum(calls.in_time)))
    first, behind = (np.searchsorted(calls.arrival_s, np.asarray(from_s) + s, side="right") for s in (0.0, HOUR))
    calls_in_hour = behind - first
    kept: Bools = (calls_in_hour == 0) | ((in_time[behind] - in_time[first]) / np.maximum(calls_in_hour, 1) >= required)
    return kept


def settling_s(calls: CallsAfter, *, required: float) -> float:
    """Seconds from the event's end until the first hour whose calls keep the standard.

    Only hours that begin at the end or with a call, and lie in the time observed, are looked at; infinite if none of
    them keeps it.
    """
    begin_s = np.concatenate(([0.0], calls.arrival_s[calls.arrival_s <= OBSERVED_S - HOUR]))
    settled = begin_s[hour_keeps(calls, begin_s, required=required)]
    return float(settled[0]) if settled.size else math.inf


@dataclass(frozen=True)
class StandDown:
    """When to stand down, for each level of response in turn.

    Parameters
    ----------
    half_s, nine_in_ten_s
        The least settling time that 50 %, 90 % of the level's events do not exceed, seconds; infinite: longer than
        observed.
    hold_s
        The recommendation: the shortest hold offered that is no shorter than any level's `nine_in_ten_s`, or the
        longest offered.
    kept
        For each hold looked at (0 s, the one in force and the recommended one), in what share of the events the hour
        after it keeps the standard.
    """

    half_s: tuple[float, ...]
    nine_in_ten_s: tuple[float, ...]
    hold_s: float
    kept: Mapping[float, tuple[float, ...]]

    @property
    def covers(self) -> bool:
        """Whether the recommended hold covers nine of ten events of every level."""
        return self.hold_s >= max(self.nine_in_ten_s)


def stand_down(
    events: UtilityEvents, levels: Sequence[Event], holds_s: Sequence[float], seed: int, *, most: int = EVENTS
) -> StandDown:
    """Find when to stand down, from the first events of each level.

    Parameters
    ----------
    events
        The site's events.
    levels
        An event of each level, with the rules in force.
    holds_s
        The holds offered, ascending, seconds.
    seed
        Of the run.
    most
        How many events of each level are looked at.
    """
    quantiles = [
        np.quantile(settling_times_s(events, event, seed, most=most), (0.5, 0.9), method="inverted_cdf")
        for event in levels
    ]
    half_s, nine_in_ten_s = (tuple(float(pair[k]) for pair in quantiles) for k in (0, 1))
    hold_s = next((hold_s for hold_s in holds_s if hold_s >= max(nine_in_ten_s)), holds_s[-1])
    looked_at = sorted({0.0, levels[0].rules.released_after_s, hold_s})
    shares = [shares_kept(events, event, looked_at, seed, most=most) for event in levels]
    return StandDown(half_s, nine_in_ten_s, hold_s, dict(zip(looked_at, zip(*shares, strict=True), strict=True)))


def settling_times_s(events: UtilityEvents, event: Event, seed: int, *, most: int) -> list[float]:
    """Settling times of the first events of a level under the event's rules, but with nobody released."""
    required = events.site.base("standard.service_level")
    return [
        settling_s(calls, required=required)
        for replication in range(most)
        for calls in events.calls_after(event, (math.inf,), seed, replication)
    ]


def shares_kept(
    events: UtilityEvents, event: Event, holds_s: Sequence[float], seed: int, *, most: int
) -> tuple[float, ...]:
    """For each hold, in what share of a level's first events the hour after it, people gone, keeps the standard."""
    required = events.site.base("standard.service_level")
    kept = np.zeros(len(holds_s))
    for replication in range(most):
        released = events.calls_after(event, holds_s, seed, replication)
        kept += [hour_keeps(calls, hold_s, required=required) for calls, hold_s in zip(released, holds_s, strict=True)]
    return tuple((kept / most).tolist())


def starts_per_year(times_out: Sequence[Episode], years: float, *, hold_s: float) -> float:
    """How often a year a response starts if people are kept for `hold_s` once fewer lines than the level are out.

    A lull of at most `hold_s` is no new start, as in :func:`~resilience_sim.studies.call_up.in_force`.
    """
    if not times_out:
        return 0.0
    return (1 + sum(later.start_s - earlier.end_s > hold_s for earlier, later in pairwise(times_out))) / years
