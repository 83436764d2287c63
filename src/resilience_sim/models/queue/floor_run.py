"""The queue machine compiled, with all that a plain queue does not have: ladder, seats, outage, calls back, doors.

One loop over what comes next: what is known before the run, first calls, and what was found to lie ahead. Every end of
patience is an event. It is the kernel's loop with more in it, kept apart so that a plain queue does not pay for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from resilience_sim.models.heaps import expect, take, uncounted
from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.escalation import too_many_call_ups
from resilience_sim.models.queue.floor import (
    BACK_DUE,
    BACKS,
    BACKS_ALLOWED,
    CALL,
    CAPACITY,
    JOINS,
    KIND,
    LOOK,
    PATIENCE,
    RELEASED,
    SEAT_FAILS,
    SEAT_TAKEN,
    SEAT_WORKS,
    SENT_AWAY,
    SERVICE,
    Floor,
    floor_opened,
)
from resilience_sim.models.queue.floor_agents import (
    NOT_REACHED,
    ROSTER,
    dismissed,
    finished,
    free,
    offered,
    seat_lost,
    seat_reached,
    seat_repaired,
    summoned,
)
from resilience_sim.models.queue.floor_calls import (
    ABANDONED,
    HELD,
    INSIDE,
    NOT_MADE,
    SERVED,
    SHUT,
    WAITING,
    fate_at_the_door,
    fill,
    give_back,
    leave,
    line_of,
    stop_serving,
    stop_waiting,
    victim,
    wait,
)
from resilience_sim.models.queue.floor_ladder import join, look, release
from resilience_sim.models.queue.hall import NOBODY
from resilience_sim.models.queue.inputs import QueueInputs
from resilience_sim.models.queue.path import Path

__all__ = ["run_floor"]


@uncounted
def _run(floor: Floor) -> None:
    """Play everything that is going to happen."""
    hall, n, m, sizes = floor.hall, floor.hall.n, floor.m, floor.hall.ahead.sizes
    now, looked, calls = -np.inf, True, 0
    summoned(floor, ROSTER, hall.agents[0])
    while m.overflow == 0:
        for entry in range(m.out):
            expect(hall.ahead, floor.out_s[entry], floor.out[entry])
        m.out = 0
        soon, what = floor.instants[1], LOOK * KIND
        if calls < len(hall.order) and hall.first_call_s[hall.order[calls]] <= soon:
            soon, what = hall.first_call_s[hall.order[calls]], CALL * KIND + hall.order[calls]
        if sizes[0] > 0:
            ahead_s, ahead = hall.ahead.near_s[sizes[0] - 1], hall.ahead.near[sizes[0] - 1]
            if ahead_s < soon or (ahead_s == soon and ahead < what):
                soon, what = ahead_s, ahead
        if m.plan < len(floor.plan):
            plan_s, planned = floor.plan_s[m.plan], floor.plan[m.plan]
            if plan_s < soon or (plan_s == soon and planned < what):
                soon, what = plan_s, planned
        if floor.asked.escalates and not looked and soon > now:
            look(floor, now)
            looked = True
            continue
        if soon == np.inf:
            break
        now, looked = soon, False
        kind, number = what // KIND, what % KIND
        waiting, busy = n.waiting, n.busy
        if m.plan < len(floor.plan) and floor.plan_s[m.plan] == now and floor.plan[m.plan] == what:
            m.plan += 1
        elif kind == LOOK:
            floor.instants[1] = np.inf
        elif kind == CALL and number < len(hall.order):
            calls += 1
        else:
            take(hall.ahead)
        fills = kind in (SEAT_FAILS, CAPACITY, RELEASED, BACKS_ALLOWED, BACK_DUE)  # the others, if not void
        served = left = waits = begins = loses = NOBODY  # whom it befalls
        ends, at_head, again, come, go, owner = NOT_MADE, False, False, 0, 0, ROSTER
        if kind == CALL:
            hall.arrival_s[number] = now
            loses = victim(floor, line_of(floor, number)) if floor.asked.preempts and free(floor) == 0 else NOBODY
            fills = free(floor) > 0 or loses != NOBODY
            ends = fate_at_the_door(floor, number, now, not fills)
            if ends == NOT_MADE and fills:
                begins = number
            elif ends == NOT_MADE:
                waits = number
            else:
                fills, loses = False, NOBODY
        elif kind == SERVICE:
            if hall.end_s[number] == now and hall.where[number] == SERVED:
                served, ends, fills = number, floor.becomes[number], True
        elif kind == PATIENCE:
            if hall.end_s[number] == now and hall.where[number] == WAITING:
                left, ends = number, ABANDONED
        elif kind == SENT_AWAY:
            line = 0
            while line < len(hall.first) + BACKS and hall.first[line] == NOBODY:
                line += 1
            if line < len(hall.first) + BACKS:
                left, number, ends = hall.first[line], hall.first[line], SHUT
                again = n.waiting > 1
        elif kind == CAPACITY:
            change = hall.agents[number] - hall.agents[number - 1]
            come, go = max(change, 0), max(-change, 0)
        elif kind == JOINS:
            owner = join(floor, now, number)
            fills = owner != NOBODY
            come = 1 if fills else 0
        elif kind == RELEASED:
            owner, go = number, release(floor, now, number)
        elif kind == SEAT_FAILS:
            served = seat_lost(floor, now, number)
            number = served
            if not floor.asked.holds:
                waits, at_head = served, True
        elif kind == SEAT_WORKS:
            seat_repaired(floor, number)
        elif kind == SEAT_TAKEN:
            begins = seat_reached(floor, now, number)
            fills = begins != NOT_REACHED
            begins = max(begins, NOBODY)
            m.held -= NOBODY < begins < m.attempts
        elif kind == BACK_DUE:
            waits = number
        if served != NOBODY:
            stop_serving(floor, now, served)
            if kind == SERVICE:
                finished(floor, served)
            else:
                give_back(floor, now, served, floor.asked.holds or floor.asked.resumes)
                if floor.asked.holds:
                    hall.where[served] = HELD
                    m.held += served < m.attempts
        if left != NOBODY:
            stop_waiting(floor, now, left)
        if ends != NOT_MADE or (kind == SERVICE and served != NOBODY):
            leave(floor, now, number, ends)
        if waits != NOBODY:
            wait(floor, now, waits, at_head)
        if come > 0:
            summoned(floor, owner, come)
        if go > 0:
            dismissed(floor, owner, go)
        offered(floor, now)
        if fills:
            fill(floor, now, begins, kind == SEAT_TAKEN and begins != NOBODY, loses)
        if again:
            m.plan -= 1
        elif n.rows < len(hall.trace_s) and (n.waiting != waiting or n.busy != busy):
            hall.trace_s[n.rows], hall.trace_waiting[n.rows], hall.trace_busy[n.rows] = now, n.waiting, n.busy
            n.rows += 1
    for line in range(len(hall.first) + BACKS + 1):  # who is still in line waits for ever
        number = hall.first[line]
        while number != NOBODY:
            hall.waited_s[number] = hall.end_s[number] = np.inf
            hall.outcome[number] = INSIDE
            number = hall.behind[number]


def run_floor(inputs: QueueInputs, draws: Draws, *, rule: int, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.queue.reference.simulate`, to the bit.

    Parameters
    ----------
    inputs
        The queue; a plain one too.
    draws
        The replication's numbers, drawn for these classes of callers.
    rule
        The rule on staff cuts, as the kernel counts them.
    trace
        Whether to record the counts after every event.

    Raises
    ------
    WidthError
        If a level of escalation is called up more often than was set aside.
    """
    floor = floor_opened(inputs, draws, rule=rule, trace=trace)
    _run(floor)
    if floor.m.overflow:
        assert inputs.ladder is not None
        raise too_many_call_ups(inputs.ladder.levels[floor.m.overflow - 1])
    hall, attempts, rows = floor.hall, len(draws.caller), floor.hall.n.rows
    held = hall.where == HELD  # not in the loop, where LLVM has been seen to store such masks wrongly
    hall.waited_s[held] = hall.end_s[held] = np.inf
    hall.outcome[held] = INSIDE
    beside: dict[str, Any] = {}
    if floor.asked.escalates:
        beside |= {"called_s": floor.called_s, "released_s": floor.released_s, "joined_s": floor.joined_s}
    if floor.asked.owes:
        columns = {"back_owed_s": hall.arrival_s, "back_start_s": hall.start_s, "back_end_s": hall.end_s}
        beside |= {name: column[attempts:].copy() for name, column in columns.items()}
    if trace:
        traced = {"trace_s": hall.trace_s, "trace_waiting": hall.trace_waiting, "trace_busy": hall.trace_busy}
        beside |= {name: column[:rows].copy() for name, column in traced.items()}
    return Path(
        caller=draws.caller,
        try_number=draws.try_number,
        source=hall.source[:attempts],
        arrival_s=hall.arrival_s[:attempts],
        start_s=hall.start_s[:attempts],
        end_s=hall.end_s[:attempts],
        waited_s=hall.waited_s[:attempts],
        served_s=hall.served_s[:attempts],
        served_late_s=hall.served_late_s[:attempts],
        interruptions=hall.interruptions[:attempts],
        outcome=hall.outcome[:attempts],
        **beside,
    )
