"""The queue machine compiled: one loop over what comes next.

First calls and staff changes stand sorted; all else that lies ahead (ends of service, ends of patience, redials) is in
one heap, where entries that have become void are passed over. Waiting calls are linked in one line per priority, calls
in service in a line of their own, so that a call leaves the middle of a line at once. All room is set aside before.

Where only the answered calls depend on who still waits (no limit on places, no balking, no redial, no trace), ends of
patience are not events: a caller is found gone when the head of the line is looked at. The path is the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from resilience_sim.models.heaps import drop, inlined, push
from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.hall import Hall, Record, Records, opened, ranks
from resilience_sim.models.queue.inputs import Outcome, QueueInputs
from resilience_sim.models.queue.path import Path

__all__ = ["simulate"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ANSWERED, ABANDONED, BLOCKED, BALKED, DROPPED, INSIDE = (
    int(outcome) for outcome in Outcome if outcome is not Outcome.NOT_MADE
)
FINISH, FINISH_NAMED, HAND_BACK, DROP = range(4)
RULES = {"finish": FINISH, "finish_named": FINISH_NAMED, "hand_back": HAND_BACK, "drop": DROP}
NOBODY = -1
AWAY, WAITING, IN_SERVICE = range(3)  # where a call is
CAPACITY, SERVICE, PATIENCE, FIRST_CALL, REDIAL, NOTHING = range(6)  # what happens, in the order at equal instants
KIND = 1 << 48  # a heap entry's identity is kind * KIND + number


@inlined
def _link(calls: Records, line: Record, number: int, behind: int) -> None:
    """Put a call in line in front of another; in front of `NOBODY`: at the end."""
    ahead = line.last if behind == NOBODY else calls[behind].ahead
    calls[number].ahead = ahead
    calls[number].behind = behind
    if ahead == NOBODY:
        line.first = number
    else:
        calls[ahead].behind = number
    if behind == NOBODY:
        line.last = number
    else:
        calls[behind].ahead = number


@inlined
def _unlink(calls: Records, line: Record, number: int) -> None:
    ahead, behind = calls[number].ahead, calls[number].behind
    if ahead == NOBODY:
        line.first = behind
    else:
        calls[ahead].behind = behind
    if behind == NOBODY:
        line.last = ahead
    else:
        calls[behind].ahead = ahead


@inlined
def _expect(hall: Hall, at_s: float, kind: int, number: int) -> None:
    n = hall.n[0]
    n.ahead = push(hall.ahead_s, hall.ahead, n.ahead, at_s, kind * KIND + number)


@inlined
def _leave(hall: Hall, now: float, number: int, outcome: int) -> None:
    """The call is over; its caller may try again later."""
    call = hall.calls[number]
    call.where = AWAY
    call.outcome = outcome
    call.end_s = now
    if call.retry != NOBODY:
        retry = hall.calls[call.retry]
        if retry.retry_u < hall.share[call.source, outcome]:
            _expect(hall, now + retry.retry_delay_s, REDIAL, call.retry)


@inlined
def _wait(hall: Hall, now: float, number: int, behind: int) -> None:
    """The call joins its line in front of another, for as long as its patience lasts."""
    call = hall.calls[number]
    _link(hall.calls, hall.lines[call.rank], number, behind)
    hall.n[0].waiting += 1
    call.where = WAITING
    call.queued_s = now
    call.end_s = now + max(call.patience_s - call.waited_s, 0.0)
    if hall.watched and call.end_s < np.inf:
        _expect(hall, call.end_s, PATIENCE, number)


@inlined
def _stop_waiting(hall: Hall, now: float, number: int) -> None:
    call = hall.calls[number]
    _unlink(hall.calls, hall.lines[call.rank], number)
    hall.n[0].waiting -= 1
    call.waited_s += now - call.queued_s


@inlined
def _someone_free(hall: Hall) -> bool:
    n = hall.n[0]
    return bool(n.free > 0) if hall.rule == FINISH_NAMED else bool(n.busy < n.on_duty)


@inlined
def _answer(hall: Hall, now: float, number: int) -> None:
    """A free agent takes the call; of numbered agents, the one with the lowest number."""
    n, call = hall.n[0], hall.calls[number]
    if hall.rule == FINISH_NAMED:
        call.slot = n.oldest
        while not hall.duty[call.slot].free:
            call.slot += 1
        call.agent = hall.duty[call.slot].number
        hall.duty[call.slot].free = 0
        n.free -= 1
    while n.stretch + 1 < len(hall.stretch) and hall.stretch[n.stretch + 1].at_s <= now:
        n.stretch += 1
    if hall.rule > FINISH_NAMED:
        _link(hall.calls, hall.lines[len(hall.lines) - 1], number, NOBODY)
    n.busy += 1
    call.where = IN_SERVICE
    call.start_s = now
    call.end_s = now + (call.left_s if call.left_s >= 0 else call.handling_s * hall.stretch[n.stretch].value)
    _expect(hall, call.end_s, SERVICE, number)


@inlined
def _stop_serving(hall: Hall, now: float, number: int) -> None:
    n, call = hall.n[0], hall.calls[number]
    if hall.rule > FINISH_NAMED:
        _unlink(hall.calls, hall.lines[len(hall.lines) - 1], number)
    n.busy -= 1
    call.served_s += now - call.start_s
    call.served_late_s += max(now, hall.horizon_s) - max(call.start_s, hall.horizon_s)
    if hall.rule == FINISH_NAMED and n.oldest <= call.slot < n.newest:
        slot = hall.duty[call.slot]
        if slot.number == call.agent:
            slot.free = 1
            n.free += 1


@inlined
def _answer_waiting(hall: Hall, now: float) -> None:
    """Free agents take the next calls, first rank first."""
    for rank in range(len(hall.lines) - 1):
        line = hall.lines[rank]
        while line.first != NOBODY and _someone_free(hall):
            number = line.first
            gone_s = hall.calls[number].end_s
            if hall.watched or gone_s >= now:
                _stop_waiting(hall, now, number)
                _answer(hall, now, number)
            else:
                _stop_waiting(hall, gone_s, number)
                _leave(hall, gone_s, number, ABANDONED)


@inlined
def _arrive(hall: Hall, now: float, number: int) -> None:
    n, call = hall.n[0], hall.calls[number]
    call.arrival_s = now
    if n.waiting + n.busy >= hall.places:
        _leave(hall, now, number, BLOCKED)
    elif _someone_free(hall):
        _answer(hall, now, number)
    elif len(hall.join) > 0 and call.join_u >= hall.join[min(n.waiting, len(hall.join) - 1)]:
        _leave(hall, now, number, BALKED)
    else:
        _wait(hall, now, number, NOBODY)


@inlined
def _interrupt_latest(hall: Hall, now: float) -> None:
    """The call that started last loses its agent; of equal starts, the one with the highest number."""
    number = hall.lines[len(hall.lines) - 1].last
    other = hall.calls[number].ahead
    while other != NOBODY and hall.calls[other].start_s == hall.calls[number].start_s:
        number, other = max(number, other), hall.calls[other].ahead
    call = hall.calls[number]
    _stop_serving(hall, now, number)
    if hall.rule == DROP:
        _leave(hall, now, number, DROPPED)
    else:
        call.interruptions += 1
        if hall.resumes:
            call.left_s = call.end_s - now
        _wait(hall, now, number, hall.lines[call.rank].first)


@inlined
def _change_agents(hall: Hall, now: float, agents: int) -> None:
    """Agents come on duty with fresh numbers, or leave; what becomes of their calls is the rule on staff cuts."""
    n = hall.n[0]
    change = agents - n.on_duty
    n.on_duty = agents
    if hall.rule == FINISH_NAMED:
        for _ in range(change):
            slot = hall.duty[n.newest]
            slot.number = n.given
            slot.free = 1
            n.newest += 1
            n.given += 1
            n.free += 1
        for _ in range(-change):
            if hall.newest_leave:
                n.newest -= 1
                n.free -= hall.duty[n.newest].free
            else:
                n.free -= hall.duty[n.oldest].free
                n.oldest += 1
    elif hall.rule != FINISH:
        while n.busy > n.on_duty:
            _interrupt_latest(hall, now)


@inlined
def _take_next(hall: Hall, now: float) -> None:
    """What the heap held comes to pass, unless it has become void."""
    n = hall.n[0]
    kind, number = hall.ahead[0] // KIND, hall.ahead[0] % KIND
    n.ahead = drop(hall.ahead_s, hall.ahead, n.ahead, 0)
    call = hall.calls[number]
    if kind == REDIAL:
        _arrive(hall, now, number)
    elif kind == SERVICE and call.where == IN_SERVICE and call.end_s == now:
        _stop_serving(hall, now, number)
        _leave(hall, now, number, ANSWERED)
        _answer_waiting(hall, now)
    elif kind == PATIENCE and call.where == WAITING and call.end_s == now:
        _stop_waiting(hall, now, number)
        _leave(hall, now, number, ABANDONED)


@inlined
def _run(hall: Hall) -> None:
    """Play everything that is going to happen."""
    n = hall.n[0]
    _change_agents(hall, -np.inf, int(hall.agents[0].value))
    step, arrived = 1, 0
    while True:
        next_step_s = hall.agents[step].at_s if step < len(hall.agents) else np.inf
        next_call_s = hall.calls[hall.order[arrived]].arrival_s if arrived < len(hall.order) else np.inf
        ahead_s, ahead = (hall.ahead_s[0], hall.ahead[0]) if n.ahead > 0 else (np.inf, 0)
        waiting, busy = n.waiting, n.busy
        if next_step_s <= ahead_s and next_step_s <= next_call_s and next_step_s < np.inf:
            now = next_step_s
            _change_agents(hall, now, int(hall.agents[step].value))
            _answer_waiting(hall, now)
            step += 1
        elif ahead_s < next_call_s or (ahead_s == next_call_s and ahead < REDIAL * KIND and ahead_s < np.inf):
            now = ahead_s
            _take_next(hall, now)
        elif next_call_s < np.inf:
            now = next_call_s
            arrived += 1
            _arrive(hall, now, hall.order[arrived - 1])
        else:
            return
        if n.rows < len(hall.trace) and (n.waiting != waiting or n.busy != busy):
            row = hall.trace[n.rows]
            row.at_s, row.waiting, row.busy = now, n.waiting, n.busy
            n.rows += 1


@inlined
def _close(hall: Hall) -> None:
    """Nothing can happen any more: whoever is still in line has gone unseen, or waits for ever."""
    for rank in range(len(hall.lines) - 1):
        number = hall.lines[rank].first
        while number != NOBODY:
            call = hall.calls[number]
            call.waited_s += call.end_s - call.queued_s
            call.outcome = ABANDONED if call.end_s < np.inf else INSIDE
            number = call.behind


@inlined
def _fill(
    calls: Records, arrival_s: Floats, caller: Ints, try_number: Ints, source: Ints, rank: Ints, handling_s: Floats,
    patience_s: Floats, join_u: Floats, retry_from: Ints, retry_u: Floats, retry_delay_s: Floats,
) -> None:  # fmt: skip
    """One row per attempt, before the first event."""
    n = len(arrival_s)
    for number in range(len(calls)):
        call = calls[number]
        who = caller[number]
        redial = retry_from[who] + try_number[number]
        call.handling_s, call.patience_s, call.join_u = handling_s[number], patience_s[number], join_u[number]
        call.retry = n + redial if redial < retry_from[who + 1] else NOBODY
        call.source = source[who]
        call.rank = rank[source[who]]
        call.arrival_s = arrival_s[number] if number < n else np.nan
        if number >= n:
            call.retry_u, call.retry_delay_s = retry_u[number - n], retry_delay_s[number - n]
        call.start_s = call.end_s = np.nan
        call.waited_s = call.served_s = call.served_late_s = 0.0
        call.left_s = -1.0
        call.interruptions = 0
        call.where = AWAY
        call.outcome = 0


@inlined
def _columns(calls: Records, source: Ints, seconds: Floats, interruptions: Ints, outcome: npt.NDArray[np.int8]) -> None:
    """The rows as columns."""
    for number in range(len(calls)):
        call = calls[number]
        source[number], interruptions[number], outcome[number] = call.source, call.interruptions, call.outcome
        seconds[0, number], seconds[1, number], seconds[2, number] = call.arrival_s, call.start_s, call.end_s
        seconds[3, number], seconds[4, number] = call.waited_s, call.served_s
        seconds[5, number] = call.served_late_s


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
    """
    hall = opened(inputs, draws, rule=RULES[inputs.on_cut], trace=trace)
    _fill(
        hall.calls, draws.arrival_s, draws.caller, draws.try_number, draws.source, ranks(inputs), draws.handling_s,
        draws.patience_s, draws.join_u, draws.retry_from, draws.retry_u, draws.retry_delay_s,
    )  # fmt: skip
    _run(hall)
    _close(hall)
    attempts = len(draws.caller)
    source, interruptions = np.empty((2, attempts), dtype=np.int64)
    seconds = np.empty((6, attempts))
    outcome = np.empty(attempts, dtype=np.int8)
    _columns(hall.calls, source, seconds, interruptions, outcome)
    seen = hall.trace[: hall.n[0].rows]
    traces = (seen.at_s.copy(), seen.waiting.copy(), seen.busy.copy()) if trace else ()
    columns: tuple[Any, ...] = (source, *seconds, interruptions, outcome, *traces)
    return Path(draws.caller, draws.try_number, *columns)
