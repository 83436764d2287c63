"""The columns of a path, written down from what the SimPy telling remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.reference_agents import Call
from resilience_sim.models.queue.reference_ladder import Ladders

__all__ = ["of_attempts", "of_call_ups", "of_calls_back", "of_trace"]

Columns = dict[str, npt.NDArray[np.generic]]


def of_attempts(calls: Mapping[int, Call], draws: Draws) -> Columns:
    """One row per attempt; those not made keep what an attempt begins with."""
    size = len(draws.caller)
    columns: Columns = {name: np.full(size, np.nan) for name in ("arrival_s", "start_s", "end_s")}
    columns |= {name: np.zeros(size) for name in ("waited_s", "served_s", "served_late_s")}
    columns |= {"interruptions": np.zeros(size, dtype=np.int64), "outcome": np.zeros(size, dtype=np.int8)}
    for number, call in calls.items():
        if number < size:
            for name, column in columns.items():
                column[number] = getattr(call, name)
    return columns


def of_calls_back(calls: Mapping[int, Call], draws: Draws) -> Columns:
    """One row per caller: a call back arrives when it is promised."""
    names = {"back_owed_s": "arrival_s", "back_start_s": "start_s", "back_end_s": "end_s"}
    columns: Columns = {name: np.full(len(draws.arrival_s), np.nan) for name in names}
    for number, call in calls.items():
        if number >= len(draws.caller):
            for name, attribute in names.items():
                columns[name][number - len(draws.caller)] = getattr(call, attribute)
    return columns


def of_call_ups(ladders: Ladders, draws: Draws) -> Columns:
    """When each level was called and released, and when each of its people came."""
    shape = draws.lead_s.shape
    called_s, released_s, joined_s = (np.full(size, np.nan) for size in (shape[:2], shape[:2], shape))
    for index, rung in enumerate(ladders.rungs):
        called_s[index, : rung.call_ups] = rung.called_s
        released_s[index, : rung.call_ups] = rung.released_s
    for person, instant in ladders.joined_s.items():
        joined_s[person] = instant
    return {"called_s": called_s, "released_s": released_s, "joined_s": joined_s}


def of_trace(seen: Sequence[tuple[float, int, int]]) -> Columns:
    """The instants at which a count changed, and the counts."""
    return {
        "trace_s": np.array([instant for instant, _, _ in seen], dtype=float),
        "trace_waiting": np.array([waiting for _, waiting, _ in seen], dtype=np.int64),
        "trace_busy": np.array([busy for _, _, busy in seen], dtype=np.int64),
    }
