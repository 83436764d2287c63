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
        Seconds in the queue, over all its stays; inf if it waits for ever.
    served_s
        Seconds of service received, over all its stays, lost work included.
    served_late_s
        The part of `served_s` that was received after the horizon.
    interruptions
        How often it was handed back.
    outcome
        How it ended, an :class:`~resilience_sim.models.queue.inputs.Outcome`.
    trace_s, trace_waiting, trace_busy
        If asked for: the instant of every event that changed a count, and the counts after it. Equal instants keep
        their several rows.
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
