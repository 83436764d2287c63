"""What the rules beside a plain queue lead to: people called up, calls back, crowding."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.queue.inputs import QueueInputs
from resilience_sim.models.queue.path import Path
from resilience_sim.timelines import Timeline, concurrency

__all__ = ["BESIDE", "call_back_measures", "crowding", "level_measures", "on_duty"]

Floats = npt.NDArray[np.float64]

BESIDE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "call_ups": ("1", "call-ups of the level"),
        "false_call_ups": (
            "1",
            "call-ups released before any of their people could work",
        ),
        "in_force_s": ("s", "time from call-up to release, within [0, horizon]"),
        "in_place_s": ("s", "time from the arrival of the first of its people to release, within [0, horizon]"),
        "level_staff_hours": ("h", "agent-hours of its people from arrival to release, within [0, horizon]"),
        "promised": ("1", "calls back promised"),
        "made": ("1", "calls back made, by whenever"),
        "open": ("1", "calls back promised and never made; promised = made + open"),
        "late": ("1", "calls back that did not begin within the promised time, those never made included"),
        "mean_delay_s": ("s", "mean time from promise to beginning, of the calls back that were made"),
        "most_inside": ("persons", "most callers inside at once, waiting or in service"),
        "crowded_s": ("s", "time with more callers inside than are safe"),
    }
)


def level_measures(inputs: QueueInputs, path: Path) -> dict[str, dict[str, float]]:
    """For each level of the ladder by name, its row of :data:`BESIDE` (the first five).

    Raises
    ------
    InputsError
        If the queue has no ladder.
    """
    if inputs.ladder is None or path.called_s is None or path.released_s is None or path.joined_s is None:
        raise InputsError("level_measures: the queue has no ladder; accepted is one with levels")
    rows = {}
    for index, level in enumerate(inputs.ladder.levels):
        called_s, released_s, joined_s = path.called_s[index], path.released_s[index], path.joined_s[index]
        first_s = np.where(np.isnan(joined_s), np.inf, joined_s).min(axis=1, initial=np.inf)
        made = ~np.isnan(called_s)
        rows[level.name] = {
            "call_ups": int(np.count_nonzero(made)),
            "false_call_ups": int(np.count_nonzero(made & (released_s <= first_s) & np.isfinite(released_s))),
            "in_force_s": _within(called_s, released_s, inputs.horizon_s),
            "in_place_s": _within(np.where(np.isinf(first_s), np.nan, first_s), released_s, inputs.horizon_s),
            "level_staff_hours": _within(joined_s, released_s[:, np.newaxis], inputs.horizon_s) / 3600,
        }
    return rows


def _within(start_s: Floats, end_s: Floats, horizon_s: float) -> float:
    """Seconds between start and end that lie in [0, horizon], summed; nan: nothing."""
    lasting = np.clip(end_s, 0.0, horizon_s) - np.clip(start_s, 0.0, horizon_s)
    return float(np.nansum(lasting))


def on_duty(inputs: QueueInputs, path: Path) -> Timeline:
    """Agents on duty over time: the roster, and whoever has been called up and come."""
    if path.joined_s is None or path.released_s is None:
        return inputs.agents
    came = ~np.isnan(path.joined_s)
    if not came.any():
        return inputs.agents
    left_s = np.broadcast_to(path.released_s[..., np.newaxis], path.joined_s.shape)[came]
    last_s = max(
        inputs.horizon_s, float(path.joined_s[came].max()), float(left_s[np.isfinite(left_s)].max(initial=0.0))
    )
    extra = concurrency(path.joined_s[came], np.minimum(left_s, last_s + 1.0))
    if np.isinf(left_s).any():  # who is never released stays for ever
        kept = extra.times <= last_s
        extra = Timeline(extra.times[kept], extra.values[kept])
    return inputs.agents + extra


def call_back_measures(path: Path, *, within_s: float = math.inf) -> dict[str, float]:
    """The row of :data:`BESIDE` on calls back.

    Parameters
    ----------
    path
        A path of a queue whose outage leaves calls back.
    within_s
        The time from the recording within which the call back is promised to begin.

    Raises
    ------
    InputsError
        If no calls back can be owed in this queue.
    """
    if path.back_owed_s is None or path.back_start_s is None or path.back_end_s is None:
        raise InputsError("call_back_measures: no calls back are owed; accepted is a queue with outage.back")
    owed = ~np.isnan(path.back_owed_s)
    made = np.isfinite(path.back_end_s)
    delay_s = path.back_start_s[made] - path.back_owed_s[made]
    promised, kept = int(np.count_nonzero(owed)), int(np.count_nonzero(delay_s <= within_s))
    return {
        "promised": promised,
        "made": int(np.count_nonzero(made)),
        "open": promised - int(np.count_nonzero(made)),
        "late": promised - kept,
        "mean_delay_s": float(delay_s.mean()) if len(delay_s) else math.nan,
    }


def crowding(path: Path, *, safe: float, start_s: float = 0.0, end_s: float = math.inf) -> dict[str, float]:
    """The row of :data:`BESIDE` on how many are inside, between two instants.

    For a hall, where whoever is served is inside: without calls back, and without calls held for a seat.

    Raises
    ------
    InputsError
        If the path was made without ``trace=True``.
    """
    if path.trace_s is None or path.trace_waiting is None or path.trace_busy is None:
        raise InputsError("crowding: the path has no trace; accepted is a path made with trace=True")
    inside = path.trace_waiting + path.trace_busy
    last = np.append(path.trace_s[1:] > path.trace_s[:-1], np.ones(min(len(inside), 1), dtype=bool))
    times, inside = path.trace_s[last], inside[last]
    until = np.append(times[1:], np.inf)[: len(times)]
    lasts_s = np.clip(until, start_s, end_s) - np.clip(times, start_s, end_s)
    seen = lasts_s > 0
    return {
        "most_inside": float(inside[seen].max(initial=0)),
        "crowded_s": float(lasts_s[seen & (inside > safe)].sum()),
    }
