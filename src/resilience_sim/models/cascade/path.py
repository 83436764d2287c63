"""What both engines return: one column per person, and one per duty to call somebody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["CALLS", "LEARNS", "MISSES", "REACHES", "SENDS", "TAKES_OVER", "Path"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

LEARNS, SENDS, CALLS, REACHES, MISSES, TAKES_OVER = range(6)  # kinds of a trace's rows


@dataclass(frozen=True, eq=False)
class Path:
    """A sample path of n people and d duties (``CascadeInputs.duties``); instants are seconds from time zero.

    Parameters
    ----------
    told_s
        When each person learned of it; inf if they never did, shape (n,).
    told_by
        Who called or messaged them so that they learned of it, by number; -1 if nobody did, shape (n,).
    through
        How they learned, a :class:`~resilience_sim.models.cascade.inputs.Through`, shape (n,).
    phone
        The place among their phones of the one on which they did; -1 if on none, shape (n,).
    calls_to, calls_by
        How often one of their phones rang, and how often they called somebody, shape (n,).
    begins_s
        When they first sent a message, or came to the first name on their list; inf if never, shape (n,).
    ends_s
        When they were done with all messages and calls; inf if they never began, shape (n,).
    arrives_s
        When they were on site; inf if never, shape (n,).
    duty_owner
        Whose duty it was in the end, by number, shape (d,).
    duty_calls
        Calls made for it, shape (d,).
    duty_reached
        Who was called successfully: the person whom it is about or somebody in their place; -1: nobody, shape (d,).
    duty_ended_s
        When it was over; inf if it is OPEN, shape (d,).
    duty_ended
        What became of it, an :class:`~resilience_sim.models.cascade.inputs.Ended`, shape (d,).
    trace_s, trace_kind, trace_who, trace_whom
        If asked for, in the order in which it happened: somebody (`who`) LEARNS of it from somebody (`whom`, -1: by
        noticing); SENDS the message of somebody (their own, or one taken over); CALLS somebody and, when that call
        ends, REACHES or MISSES them; TAKES_OVER what somebody had to send and call.
    """

    told_s: Floats
    told_by: Ints
    through: Codes
    phone: Ints
    calls_to: Ints
    calls_by: Ints
    begins_s: Floats
    ends_s: Floats
    arrives_s: Floats
    duty_owner: Ints
    duty_calls: Ints
    duty_reached: Ints
    duty_ended_s: Floats
    duty_ended: Codes
    trace_s: Floats | None = None
    trace_kind: Codes | None = None
    trace_who: Ints | None = None
    trace_whom: Ints | None = None
