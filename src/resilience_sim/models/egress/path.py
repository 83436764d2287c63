"""What both engines return: one column per person, per target, and per side of a door."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["JOINS", "LEAVES", "PASSES", "STARTS", "Path"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STARTS, JOINS, LEAVES, PASSES = range(4)  # kinds of a trace's rows


@dataclass(frozen=True, eq=False)
class Path:
    """A sample path; instants are seconds from time zero.

    Parameters
    ----------
    start_s
        When each person started to walk; inf for those left behind, shape (persons,).
    out_s
        When each was out (or, with Into, in the space); inf if it never was, shape (persons,).
    target
        The target that each passed, or else headed for last, its place in ``EgressInputs.targets``; -1 for those left
        behind, shape (persons,).
    passed
        Doors that each passed, shape (persons,).
    first_s, last_s
        When a side of a door was passed first and last; inf and -inf if never, shape (sides,).
    count
        Persons who passed a side, shape (sides,).
    longest_queue
        Most persons who waited at a side (arrived and not passed at one instant), shape (sides,).
    longest_wait_s
        Longest time from arriving at a side to passing it, of those who passed, shape (sides,).
    trace_s, trace_kind, trace_person, trace_side
        If asked for: every start (side -1), and at each side joining, leaving unpassed and passing, in the order in
        which they happened.
    """

    start_s: Floats
    out_s: Floats
    target: Ints
    passed: Ints
    first_s: Floats
    last_s: Floats
    count: Ints
    longest_queue: Ints
    longest_wait_s: Floats
    trace_s: Floats | None = None
    trace_kind: npt.NDArray[np.int8] | None = None
    trace_person: Ints | None = None
    trace_side: Ints | None = None
