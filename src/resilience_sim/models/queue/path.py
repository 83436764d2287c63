"""What both engines return: one row per attempt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Path"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Path:
    """A sample path: n first calls, then the m redials set aside for them, in the order of the draws.

    Parameters
    ----------
    caller
        Who makes the attempt, shape (n + m,).
    try_number
        0 for a first call, k for the k-th redial.
    source
        Index of the class.
    arrival_s
        Instant of the attempt; nan if it was not made.
    start_s
        The last instant at which its service started; nan if never.
    end_s
        The instant at which it left; inf if it waits for ever (``INSIDE``), nan if it was not made.
    waited_s
        Seconds in the queue, over all its stays; inf if it waits for ever. (A call held for a seat is not in the
        queue.)
    served_s
        Seconds of service received, over all its stays, lost work included.
    served_late_s
        The part of `served_s` that was received after the horizon.
    interruptions
        How often it was handed back, or held for a seat.
    outcome
        How it ended, an :class:`~resilience_sim.models.queue.inputs.Outcome`.
    trace_s, trace_waiting, trace_busy
        If asked for: the instant of every event that changed a count, and the counts after it. Equal instants keep
        their several rows. Calls back are no calls waiting, but keep an agent busy.
    called_s, released_s
        Of each call-up of a level: when it was called and released, shape (levels, call-ups); nan if it was not made,
        inf if it was never released. Only with a ladder.
    joined_s
        When each of its people came on duty, shape (levels, call-ups, people); nan if not at all.
    back_owed_s, back_start_s, back_end_s
        Of each caller's call back: when it was promised, last began and ended, shape (n,); nan if never, `back_end_s`
        inf if it stays open for ever. Only where calls back can be owed.
    """

    caller: Ints
    try_number: Ints
    source: Ints
    arrival_s: Floats
    start_s: Floats
    end_s: Floats
    waited_s: Floats
    served_s: Floats
    served_late_s: Floats
    interruptions: Ints
    outcome: npt.NDArray[np.int8]
    trace_s: Floats | None = None
    trace_waiting: Ints | None = None
    trace_busy: Ints | None = None
    called_s: Floats | None = None
    released_s: Floats | None = None
    joined_s: Floats | None = None
    back_owed_s: Floats | None = None
    back_start_s: Floats | None = None
    back_end_s: Floats | None = None
