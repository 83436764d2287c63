"""What both engines return: one column per fault, per task, and per crew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["COMES", "FREED", "INTERRUPTED", "LEAVES", "SENT", "WAITS", "WITHDRAWN", "Path"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

WAITS, SENT, INTERRUPTED, FREED, WITHDRAWN, COMES, LEAVES = range(7)  # kinds of a trace's rows


@dataclass(frozen=True, eq=False)
class Path:
    """A sample path; instants are seconds from time zero, inf for never.

    Parameters
    ----------
    kind
        Class of each fault, its place in ``RepairInputs.faults``, shape (n,).
    occurred_s, known_s
        When each fault occurred, and when it was known, shape (n,).
    back_s, ended_s
        When a remedy first worked, and when nobody was at it any more, shape (n,).
    outcome
        How each ended, an :class:`~resilience_sim.models.repair.inputs.Outcome`, shape (n,).
    back_by
        The task that brought it back; -1: none, shape (n,).
    backup_age_s
        Age of the last good backup when each occurred; 0 for classes without one, shape (n,).
    task_from
        The tasks of fault i are ``task_from[i]`` to ``task_from[i + 1] - 1``, in the order of its class's remedies,
        shape (n + 1,).
    asked_s, spare_s, sent_s, began_s, finished_s
        When a ladder came to a task, when it had its spare (asked_s if it needs none), when its people were first sent
        (spare_s if it needs none), when they were first at work, and when it ended, however; none for a task not tried,
        and no later ones than finished_s for one that ended before, shape (tasks,).
    manned_s
        Seconds for which it had its people, over all spells; 0 for a task without a crew, shape (tasks,).
    restocked_s
        When the spare that was ordered for it arrived; inf if none was ordered or never comes, shape (tasks,).
    tried
        How each task ended, a :class:`~resilience_sim.models.repair.inputs.Tried`, shape (tasks,).
    called
        Persons called up, shape (crews,).
    trace_s, trace_kind, trace_who
        If asked for, in the order in which they happened: of tasks with a crew, joining its line (WAITS; those with
        whom people stay do so as well), being sent or staying (SENT), back to the line (INTERRUPTED), ending, however
        (FREED), and being called off in the line (WITHDRAWN); of each person on call, coming (COMES) and going home
        (LEAVES). `trace_who` is the task, or of COMES and LEAVES the crew. In line are WAITS + INTERRUPTED - SENT -
        WITHDRAWN; SENT - INTERRUPTED - FREED have their people.
    """

    kind: Ints
    occurred_s: Floats
    known_s: Floats
    back_s: Floats
    ended_s: Floats
    outcome: Codes
    back_by: Ints
    backup_age_s: Floats
    task_from: Ints
    asked_s: Floats
    spare_s: Floats
    sent_s: Floats
    began_s: Floats
    finished_s: Floats
    manned_s: Floats
    restocked_s: Floats
    tried: Codes
    called: Ints
    trace_s: Floats | None = None
    trace_kind: Codes | None = None
    trace_who: Ints | None = None
