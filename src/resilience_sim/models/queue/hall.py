"""The kernel's room: what the compiled loop reads and writes, as rows of structured arrays.

A row is handed around as a pointer and read as ``call.start_s``; all of one call lies together in memory.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.inputs import Outcome, QueueInputs

__all__ = ["Hall", "Record", "Records", "opened", "ranks"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Record: TypeAlias = Any  # a row of a structured array, with its fields as attributes
Records: TypeAlias = Any


def _record(names: str, kind: str) -> list[tuple[str, str]]:
    return [(name, kind) for name in names.split()]


CALL = np.dtype(
    _record("handling_s patience_s join_u retry_u retry_delay_s", "f8")  # as drawn
    + _record("arrival_s start_s end_s waited_s served_s served_late_s", "f8")  # end_s: as things stand
    + _record("queued_s left_s", "f8")  # left_s: of an interrupted service; negative if it starts from the beginning
    + _record("retry ahead behind", "i8")  # the caller's next attempt; neighbours in line
    + _record("source rank agent slot interruptions", "i4")
    + _record("where outcome", "i1"),
    align=True,
)
COUNTS = np.dtype(_record("waiting busy on_duty ahead rows stretch given oldest newest free", "i8"))
LINE = np.dtype(_record("first last", "i8"))
STEP = np.dtype([("at_s", "f8"), ("value", "f8")])
SLOT = np.dtype(_record("number free", "i8"))  # holds a numbered agent on duty; in the order of their numbers
ROW = np.dtype([("at_s", "f8"), ("waiting", "i8"), ("busy", "i8")])


class Hall(NamedTuple):
    """Everything the loop reads and writes."""

    places: int
    horizon_s: float
    rule: int
    newest_leave: bool
    resumes: bool
    watched: bool  # whether ends of patience are events
    agents: Records  # the staff over time, and the stretch of handling times
    stretch: Records
    join: Floats
    share: Floats  # that redials, by class and outcome
    order: Ints  # of the first calls
    n: Records  # one row: how many wait, talk, are on duty …, as things stand
    calls: Records
    lines: Records  # one per priority, and the last one for those in service
    duty: Records
    ahead_s: Floats  # the heap
    ahead: Ints
    trace: Records


def _rows(count: int, kind: np.dtype[np.void], **columns: npt.ArrayLike) -> Records:
    rows = np.empty(count, kind).view(np.recarray)
    for name, column in columns.items():
        rows[name] = column
    return rows


def opened(inputs: QueueInputs, draws: Draws, *, rule: int, trace: bool) -> Hall:
    """The hall before the first event, with room for everything that can happen."""
    attempts, retries = len(draws.caller), len(draws.retry_u)
    agents, stretch = inputs.agents, inputs.stretch
    changes = np.diff(agents.values)
    rises, cuts = changes[changes > 0].sum(), -changes[changes < 0].sum()
    stays = attempts + (int(cuts) if inputs.on_cut == "hand_back" else 0)  # each is waited for and served
    return Hall(
        places=np.iinfo(np.int64).max if inputs.places is None else int(inputs.places),
        horizon_s=float(inputs.horizon_s),
        rule=rule,
        newest_leave=inputs.leavers == "newest",
        resumes=inputs.interrupted == "resume",
        watched=trace or inputs.places is not None or len(inputs.join) > 0 or retries > 0,
        agents=_rows(len(agents.times), STEP, at_s=agents.times, value=agents.values),
        stretch=_rows(len(stretch.times), STEP, at_s=stretch.times, value=stretch.values),
        join=np.array(inputs.join, dtype=np.float64),
        share=np.array(
            [[c.redial.share_after(outcome) if c.redial else 0.0 for outcome in Outcome] for c in inputs.callers]
        ),
        order=draws.order,
        n=np.zeros(1, COUNTS).view(np.recarray),
        calls=_rows(attempts, CALL),
        lines=_rows(len({callers.priority for callers in inputs.callers}) + 1, LINE, first=-1, last=-1),
        duty=_rows(int(agents.values[0] + rises) if inputs.on_cut == "finish_named" else 0, SLOT),
        ahead_s=np.empty(2 * stays + retries),
        ahead=np.empty(2 * stays + retries, dtype=np.int64),
        trace=_rows(2 * attempts + len(agents.times) if trace else 0, ROW),
    )


def ranks(inputs: QueueInputs) -> Ints:
    """Which line each class waits in; 0 is served first."""
    priorities = sorted({callers.priority for callers in inputs.callers})
    return np.array([priorities.index(callers.priority) for callers in inputs.callers], dtype=np.int64)
