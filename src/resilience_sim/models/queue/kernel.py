"""The queue machine compiled: one loop over what comes next.

First calls and staff changes stand sorted; all else that lies ahead (ends of service, ends of patience, redials) is
kept in one order, where entries that have become void are passed over. Waiting calls are linked in one line per
priority, so that one leaves the middle at once; calls in service, in a line of their own where a staff cut asks who
started last. All room is set aside before.

An end of patience is an event only where something depends on its instant: how many wait (a limit on places, balking,
a trace), or a redial. Otherwise a caller is found gone when the head of the line is looked at. The path is the same.

Where nothing but the order of the callers matters, ``lookahead`` is a shorter way to it. Where the queue is not plain
(a ladder, seats, an outage, doors, pre-emption), ``floor_run`` has a longer loop.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resilience_sim.models.heaps import expect, hidden, take, uncounted
from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.floor_run import run_floor
from resilience_sim.models.queue.hall import NOBODY, Hall, link, next_redial, opened, unlink
from resilience_sim.models.queue.inputs import Outcome, QueueInputs
from resilience_sim.models.queue.lookahead import run_ahead
from resilience_sim.models.queue.path import Path

__all__ = ["simulate"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ANSWERED, ABANDONED, BLOCKED, BALKED, DROPPED, INSIDE = (int(outcome) for outcome in list(Outcome)[1:7])
FINISH, FINISH_NAMED, HAND_BACK, DROP = range(4)
RULES = {"finish": FINISH, "finish_named": FINISH_NAMED, "hand_back": HAND_BACK, "drop": DROP}
CAPACITY, SERVICE, PATIENCE, CALL, REDIAL = range(5)  # what happens, in the order at equal instants
AWAY, IN_SERVICE, WAITING = 0, SERVICE, PATIENCE  # where a call is: known by how its stay can end
KIND = 1 << 48  # the identity of what lies ahead is kind * KIND + number


@hidden
def _expect(hall: Hall, at_s: float, kind: int, number: int) -> None:
    expect(hall.ahead, at_s, kind * KIND + number)


@hidden
def _leave(hall: Hall, now: float, number: int, outcome: int) -> None:
    """The call is over; its caller may try again later."""
    hall.where[number] = AWAY
    hall.outcome[number] = outcome
    hall.end_s[number] = now
    redial = next_redial(hall, number, outcome)
    if redial != NOBODY:
        _expect(hall, now + hall.retry_delay_s[redial], REDIAL, len(hall.order) + redial)


@hidden
def _line(hall: Hall, number: int) -> int:
    return int(hall.rank[hall.source[number]])


@hidden
def _wait(hall: Hall, now: float, number: int, behind: int) -> None:
    """The call joins its line in front of another, for as long as its patience lasts."""
    link(hall, _line(hall, number), number, behind)
    hall.n.waiting += 1
    hall.where[number] = WAITING
    hall.queued_s[number] = now
    hall.end_s[number] = now + max(hall.patience_s[number] - hall.waited_s[number], 0.0)
    if hall.end_s[number] < np.inf and (hall.watched or next_redial(hall, number, ABANDONED) != NOBODY):
        _expect(hall, hall.end_s[number], PATIENCE, number)


@hidden
def _stop_waiting(hall: Hall, now: float, number: int) -> None:
    unlink(hall, _line(hall, number), number)
    hall.n.waiting -= 1
    hall.waited_s[number] += now - hall.queued_s[number]


@hidden
def _someone_free(hall: Hall) -> bool:
    return bool(hall.n.free > 0) if hall.rule == FINISH_NAMED else bool(hall.n.busy < hall.n.on_duty)


@hidden
def _answer(hall: Hall, now: float, number: int) -> None:
    """A free agent takes the call; of numbered agents, the one with the lowest number."""
    n = hall.n
    while n.stretch + 1 < len(hall.stretch_at) and hall.stretch_at[n.stretch + 1] <= now:
        n.stretch += 1
    needed_s = hall.handling_s[hall.caller[number]] * hall.stretch[n.stretch]
    if hall.resumes and hall.left_s[number] >= 0:
        needed_s = hall.left_s[number]
    if hall.rule == FINISH_NAMED:
        slot = n.oldest
        while not hall.slot_free[slot]:
            slot += 1
        hall.slot_free[slot] = False
        n.free -= 1
        hall.slot[number] = slot
        hall.agent[number] = hall.slot_agent[slot]
    elif hall.rule != FINISH:
        link(hall, len(hall.first) - 1, number, NOBODY)
    n.busy += 1
    hall.where[number] = IN_SERVICE
    hall.start_s[number] = now
    hall.end_s[number] = now + needed_s
    _expect(hall, now + needed_s, SERVICE, number)


@hidden
def _stop_serving(hall: Hall, now: float, number: int) -> None:
    n, start_s = hall.n, hall.start_s[number]
    n.busy -= 1
    hall.served_s[number] += now - start_s
    hall.served_late_s[number] += max(now, hall.horizon_s) - max(start_s, hall.horizon_s)
    if hall.rule == FINISH_NAMED:
        slot = hall.slot[number]
        if n.oldest <= slot < n.newest and hall.slot_agent[slot] == hall.agent[number]:  # still on duty
            hall.slot_free[slot] = True
            n.free += 1
    elif hall.rule != FINISH:
        unlink(hall, len(hall.first) - 1, number)


@hidden
def _answer_waiting(hall: Hall, now: float) -> None:
    """Free agents take the next calls, first rank first."""
    for line in range(len(hall.first) - 1):
        while hall.first[line] != NOBODY and _someone_free(hall):
            number = hall.first[line]
            gone_s = hall.end_s[number]
            if gone_s >= now:
                _stop_waiting(hall, now, number)
                _answer(hall, now, number)
            else:
                _stop_waiting(hall, gone_s, number)
                _leave(hall, gone_s, number, ABANDONED)


@hidden
def _arrive(hall: Hall, now: float, number: int) -> None:
    n = hall.n
    hall.arrival_s[number] = now
    full = n.waiting + n.busy >= hall.places
    if not full and _someone_free(hall):
        _answer(hall, now, number)
    elif full or (len(hall.join) > 0 and hall.join_u[number] >= hall.join[min(n.waiting, len(hall.join) - 1)]):
        _leave(hall, now, number, BLOCKED if full else BALKED)
    else:
        _wait(hall, now, number, NOBODY)


@hidden
def _interrupt_latest(hall: Hall, now: float) -> None:
    """The call that started last loses its agent; of equal starts, the one with the highest number."""
    number = hall.last[len(hall.last) - 1]
    other = hall.ahead_of[number]
    while other != NOBODY and hall.start_s[other] == hall.start_s[number]:
        number, other = max(number, other), hall.ahead_of[other]
    _stop_serving(hall, now, number)
    if hall.rule == DROP:
        _leave(hall, now, number, DROPPED)
    else:
        hall.interruptions[number] += 1
        hall.left_s[number] = hall.end_s[number] - now
        _wait(hall, now, number, hall.first[_line(hall, number)])


@hidden
def _change_agents(hall: Hall, now: float, agents: int) -> None:
    """Agents come on duty with fresh numbers, or leave; what becomes of their calls is the rule on staff cuts."""
    n = hall.n
    change = agents - n.on_duty
    n.on_duty = agents
    if hall.rule == FINISH_NAMED:
        for _ in range(change):
            hall.slot_agent[n.newest] = n.given
            hall.slot_free[n.newest] = True
            n.newest += 1
            n.given += 1
            n.free += 1
        for _ in range(-change):
            if hall.newest_leave:
                n.newest -= 1
                n.free -= hall.slot_free[n.newest]
            else:
                n.free -= hall.slot_free[n.oldest]
                n.oldest += 1
    elif hall.rule != FINISH:
        while n.busy > agents:
            _interrupt_latest(hall, now)


@hidden
def _end(hall: Hall, now: float, number: int) -> None:
    """A call's service, or its patience, ends."""
    served = hall.where[number] == SERVICE
    if served:
        _stop_serving(hall, now, number)
    else:
        _stop_waiting(hall, now, number)
    _leave(hall, now, number, ANSWERED if served else ABANDONED)


@uncounted
def _run(hall: Hall) -> None:
    """Play everything that is going to happen."""
    n, sizes = hall.n, hall.ahead.sizes
    step, calls = 0, 0
    while True:
        step_s = hall.agents_at[step] if step < len(hall.agents) else np.inf
        call_s = hall.first_call_s[hall.order[calls]] if calls < len(hall.order) else np.inf
        ahead_s, ahead = (
            (hall.ahead.near_s[sizes[0] - 1], hall.ahead.near[sizes[0] - 1]) if sizes[0] > 0 else (np.inf, 0)
        )
        now = min(step_s, ahead_s, call_s)
        if now == np.inf:
            break
        waiting, busy = n.waiting, n.busy
        if step_s == now:
            kind, number = CAPACITY, NOBODY
            _change_agents(hall, now, hall.agents[step])
            step += 1
        elif ahead_s == now and (call_s > now or ahead < REDIAL * KIND):  # first calls come before redials
            kind, number = ahead // KIND, ahead % KIND
            take(hall.ahead)
        else:
            kind, number = CALL, hall.order[calls]
            calls += 1
        if kind >= CALL:
            _arrive(hall, now, number)
        elif kind != CAPACITY and hall.end_s[number] == now and hall.where[number] == kind:
            _end(hall, now, number)
        if kind <= SERVICE:
            _answer_waiting(hall, now)
        if n.rows < len(hall.trace_s) and (n.waiting != waiting or n.busy != busy):
            hall.trace_s[n.rows], hall.trace_waiting[n.rows], hall.trace_busy[n.rows] = now, n.waiting, n.busy
            n.rows += 1
    for line in range(len(hall.first) - 1):  # who is still in line has gone unseen, or waits for ever
        number = hall.first[line]
        while number != NOBODY:
            hall.waited_s[number] += hall.end_s[number] - hall.queued_s[number]
            hall.outcome[number] = ABANDONED if hall.end_s[number] < np.inf else INSIDE
            number = hall.behind[number]


def simulate(inputs: QueueInputs, draws: Draws, *, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.queue.reference.simulate`, to the bit.

    Parameters
    ----------
    inputs
        The queue.
    draws
        The replication's numbers, drawn for these classes of callers.
    trace
        Whether to record the counts after every event.

    Raises
    ------
    WidthError
        If a level of escalation is called up more often than was set aside.
    """
    if not inputs.plain:
        return run_floor(inputs, draws, rule=RULES[inputs.on_cut], trace=trace)
    hall = opened(inputs, draws, rule=RULES[inputs.on_cut], trace=trace)
    if hall.foreseeable:
        run_ahead(hall)
    else:
        _run(hall)
    rows = hall.n.rows
    return Path(
        caller=draws.caller,
        try_number=draws.try_number,
        source=hall.source,
        arrival_s=hall.arrival_s,
        start_s=hall.start_s,
        end_s=hall.end_s,
        waited_s=hall.waited_s,
        served_s=hall.served_s,
        served_late_s=hall.served_late_s,
        interruptions=hall.interruptions,
        outcome=hall.outcome,
        trace_s=hall.trace_s[:rows].copy() if trace else None,
        trace_waiting=hall.trace_waiting[:rows].copy() if trace else None,
        trace_busy=hall.trace_busy[:rows].copy() if trace else None,
    )
