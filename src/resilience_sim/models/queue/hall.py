"""The kernel's room: everything the compiled loop reads and writes, set aside before the run."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from resilience_sim.models.heaps import Ahead, hidden, nothing_ahead
from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.inputs import Outcome, QueueInputs, Redial

__all__ = ["NOBODY", "Hall", "link", "next_redial", "opened", "unlink"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Counts: TypeAlias = Any  # one row of a structured array, its fields read as attributes

NOBODY = -1

_COUNTED = (
    *("waiting", "busy", "on_duty"),
    *("rows", "stretch"),  # of the trace; place in the timeline of stretches
    *("given", "oldest", "newest", "free"),  # numbers given to agents; slots of those on duty; how many are free
)
COUNTS = np.dtype((np.record, [(name, "i8") for name in _COUNTED]))


class Hall(NamedTuple):
    """What the loop reads and writes; arrays without a comment have one entry per attempt, known by its number."""

    # asked
    places: int
    horizon_s: float
    rule: int
    newest_leave: bool
    resumes: bool
    watched: bool  # whether every end of patience is an event
    foreseeable: bool  # whether callers can be served one after the other
    agents_at: Floats  # steps of the staff, and of the stretch of handling times
    agents: Ints
    stretch_at: Floats
    stretch: Floats
    join: Floats
    rank: Ints  # of each class: the line it waits in; 0 is served first
    share: Floats  # that redials, by class and outcome
    # drawn, see Draws
    first_call_s: Floats
    order: Ints
    caller: Ints
    try_number: Ints
    handling_s: Floats  # by caller
    patience_s: Floats
    join_u: Floats
    retry_from: Ints
    retry_u: Floats
    retry_delay_s: Floats
    # the path, see Path; end_s is when the call will leave, as things stand
    source: Ints
    arrival_s: Floats
    start_s: Floats
    end_s: Floats
    waited_s: Floats
    served_s: Floats
    served_late_s: Floats
    interruptions: Ints
    outcome: Codes
    trace_s: Floats
    trace_waiting: Ints
    trace_busy: Ints
    # the present
    n: Counts
    where: Codes
    queued_s: Floats
    left_s: Floats  # of an interrupted service; negative if it starts from the beginning
    ahead_of: Ints  # neighbours in line
    behind: Ints
    first: Ints  # of each line: one per rank, and the last one for calls in service
    last: Ints
    ahead: Ahead  # ends of service and of patience, redials; only redials where callers are served one after the other
    busy_until: Floats  # a heap with an entry per agent, where callers are served one after the other
    slot: Ints  # of a numbered agent on duty, in the order of their numbers
    agent: Ints
    slot_agent: Ints  # by slot: who has it, and whether he is free
    slot_free: Codes


def opened(inputs: QueueInputs, draws: Draws, *, rule: int, trace: bool, watched: bool = False) -> Hall:
    """The hall before the first event, with room for everything that can happen in a plain queue."""
    attempts, retries = len(draws.caller), len(draws.retry_u)
    agents = inputs.agents.values.astype(np.int64)
    changes = np.diff(agents)
    hand_back, named = inputs.on_cut == "hand_back", inputs.on_cut == "finish_named"
    stays = attempts + (int(-changes[changes < 0].sum()) if hand_back else 0)  # each is waited for, and served
    slots = int(agents[0] + changes[changes > 0].sum()) if named else 0
    priorities = sorted({callers.priority for callers in inputs.callers})
    watched = watched or trace or inputs.places is not None or len(inputs.join) > 0
    uncut = inputs.on_cut == "finish" or bool((changes >= 0).all())
    foreseeable = uncut and not watched and len(priorities) == 1
    rows = 2 * attempts + len(agents) if trace else 0
    in_line = 0 if foreseeable else attempts  # only redials lie ahead then, and nobody's place in line is kept
    return Hall(
        places=np.iinfo(np.int64).max if inputs.places is None else int(inputs.places),
        horizon_s=float(inputs.horizon_s),
        rule=rule,
        newest_leave=inputs.leavers == "newest",
        resumes=hand_back and inputs.interrupted == "resume",
        watched=watched,
        foreseeable=foreseeable,
        agents_at=np.append(-np.inf, inputs.agents.times[1:]),
        agents=agents,
        stretch_at=inputs.stretch.times.copy(),  # a timeline's arrays are read-only, which is another type to Numba
        stretch=inputs.stretch.values.copy(),
        join=np.array(inputs.join, dtype=np.float64),
        rank=np.array([priorities.index(callers.priority) for callers in inputs.callers], dtype=np.int64),
        share=np.array([_shares(callers.redial) for callers in inputs.callers]),
        first_call_s=draws.arrival_s,
        order=draws.order,
        caller=draws.caller,
        try_number=draws.try_number,
        handling_s=draws.handling_s,
        patience_s=draws.patience_s,
        join_u=draws.join_u,
        retry_from=draws.retry_from,
        retry_u=draws.retry_u,
        retry_delay_s=draws.retry_delay_s,
        source=draws.source[draws.caller] if retries else draws.source,
        arrival_s=np.full(attempts, np.nan),
        start_s=np.full(attempts, np.nan),
        end_s=np.full(attempts, np.nan),
        waited_s=np.zeros(attempts),
        served_s=np.zeros(attempts),
        served_late_s=np.zeros(attempts),
        interruptions=np.zeros(attempts, dtype=np.int64),
        outcome=np.zeros(attempts, dtype=np.int8),
        trace_s=np.empty(rows),
        trace_waiting=np.empty(rows, dtype=np.int64),
        trace_busy=np.empty(rows, dtype=np.int64),
        n=np.zeros(1, COUNTS)[0],
        where=np.zeros(in_line, dtype=np.int8),
        queued_s=np.empty(in_line),
        left_s=np.full(attempts if hand_back else 0, -1.0),
        ahead_of=np.empty(in_line, dtype=np.int64),
        behind=np.empty(in_line, dtype=np.int64),
        first=np.full(len(priorities) + 1, NOBODY),
        last=np.full(len(priorities) + 1, NOBODY),
        ahead=nothing_ahead(retries if foreseeable else 2 * stays + retries),
        busy_until=np.empty(int(agents.max()) if foreseeable else 0),
        slot=np.empty(attempts if named else 0, dtype=np.int64),
        agent=np.empty(attempts if named else 0, dtype=np.int64),
        slot_agent=np.empty(slots, dtype=np.int64),
        slot_free=np.zeros(slots, dtype=np.int8),
    )


@hidden
def link(hall: Hall, line: int, number: int, behind: int) -> None:
    """Put a call in line in front of another; in front of `NOBODY`: at the end."""
    ahead = hall.last[line] if behind == NOBODY else hall.ahead_of[behind]
    hall.ahead_of[number] = ahead
    hall.behind[number] = behind
    if ahead == NOBODY:
        hall.first[line] = number
    else:
        hall.behind[ahead] = number
    if behind == NOBODY:
        hall.last[line] = number
    else:
        hall.ahead_of[behind] = number


@hidden
def unlink(hall: Hall, line: int, number: int) -> None:
    """Take a call out of a line."""
    ahead, behind = hall.ahead_of[number], hall.behind[number]
    if ahead == NOBODY:
        hall.first[line] = behind
    else:
        hall.behind[ahead] = behind
    if behind == NOBODY:
        hall.last[line] = ahead
    else:
        hall.ahead_of[behind] = ahead


@hidden
def next_redial(hall: Hall, number: int, outcome: int) -> int:
    """Which redial follows an attempt that ends like this; `NOBODY` if none does."""
    if len(hall.retry_u) > 0:
        caller = hall.caller[number]
        redial = hall.retry_from[caller] + hall.try_number[number]
        share = hall.share[hall.source[number], outcome]
        if redial < hall.retry_from[caller + 1] and hall.retry_u[redial] < share:
            return int(redial)
    return NOBODY


def _shares(redial: Redial | None) -> list[float]:
    """The share that tries again, by outcome."""
    return [0.0 if redial is None else redial.share_after(outcome) for outcome in Outcome]
