"""The wide kernel's calls: how they wait, are served, interrupted and come to an end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resilience_sim.models.heaps import hidden
from resilience_sim.models.queue.floor import BACK_DUE, BACKS, BACKS_ALLOWED, CALL, IN_SERVICE, PATIENCE, SERVICE, Floor
from resilience_sim.models.queue.floor_agents import expected, finished, free, spared, taken
from resilience_sim.models.queue.hall import NOBODY, link, next_redial, unlink
from resilience_sim.models.queue.inputs import Outcome

__all__ = [
    "ABANDONED", "HELD", "INSIDE", "NOT_MADE", "SERVED", "SHUT", "WAITING", "fate_at_the_door", "fill", "give_back",
    "leave", "line_of", "stop_serving", "stop_waiting", "victim", "wait",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

(
    NOT_MADE, ANSWERED, ABANDONED, BLOCKED, BALKED, DROPPED, INSIDE, SHUT, RECORDED, UNANSWERABLE,
) = (int(outcome) for outcome in Outcome)  # fmt: skip
AWAY, SERVED, WAITING, HELD = range(4)  # where a call is
HAND_BACK, DROP = 2, 3  # the rules that interrupt, as the kernel counts them


@hidden
def line_of(floor: Floor, number: int) -> int:
    """The line that a call waits in: that of its rank, or the one of calls back."""
    hall = floor.hall
    return int(len(hall.first) + BACKS if number >= floor.m.attempts else hall.rank[hall.source[number]])


@hidden
def place_now(times: Floats, place: int, now: float) -> int:
    """The place in a timeline at an instant, from that at an earlier one."""
    while place + 1 < len(times) and times[place + 1] <= now:
        place += 1
    return place


@hidden
def note_fate(floor: Floor, now: float, good: bool) -> None:
    if floor.asked.escalates:
        floor.fate_s[floor.m.fates] = now
        floor.fate_good[floor.m.fates] = good
        floor.m.fates += 1


@hidden
def leave(floor: Floor, now: float, number: int, outcome: int) -> None:
    """The call is over; its caller may try again later, or is owed a call back."""
    hall, m = floor.hall, floor.m
    hall.where[number] = AWAY
    hall.end_s[number] = now
    if number >= m.attempts:
        return
    hall.outcome[number] = outcome
    if hall.interruptions[number] == 0 and outcome in (ABANDONED, BLOCKED, BALKED):
        note_fate(floor, now, False)
    redial = next_redial(hall, number, outcome)
    if redial != NOBODY:
        expected(floor, now + hall.retry_delay_s[redial], CALL, len(hall.order) + redial)
    if outcome == RECORDED and floor.asked.owes:
        caller = hall.caller[number]
        hall.arrival_s[m.attempts + caller] = now
        expected(floor, now + floor.back_delay_s[caller], BACK_DUE, m.attempts + caller)


@hidden
def wait(floor: Floor, now: float, number: int, at_head: bool) -> None:
    """The call joins its line, for as long as its patience lasts."""
    hall, line = floor.hall, line_of(floor, number)
    link(hall, line, number, hall.first[line] if at_head else NOBODY)
    if number < floor.m.attempts:
        hall.n.waiting += 1
    hall.where[number] = WAITING
    hall.queued_s[number] = now
    hall.end_s[number] = now + max(hall.patience_s[number] - hall.waited_s[number], 0.0)
    if hall.end_s[number] < np.inf:
        expected(floor, hall.end_s[number], PATIENCE, number)


@hidden
def stop_waiting(floor: Floor, now: float, number: int) -> None:
    """The call waits no longer."""
    hall = floor.hall
    unlink(hall, line_of(floor, number), number)
    if number < floor.m.attempts:
        hall.n.waiting -= 1
    hall.waited_s[number] += now - hall.queued_s[number]


@hidden
def _needed_s(floor: Floor, now: float, number: int) -> float:
    """How long a service takes from its beginning; and, of an attempt, how it will end."""
    hall, m = floor.hall, floor.m
    if number >= m.attempts:
        return float(floor.back_handling_s[number - m.attempts])
    caller = hall.caller[number]
    floor.becomes[number] = ANSWERED
    if floor.asked.fails:
        m.unanswerable = place_now(floor.unanswerable[0], m.unanswerable, now)
        m.by_hand = place_now(floor.by_hand[0], m.by_hand, now)
        refused = floor.unanswerable[1, m.unanswerable]
        if floor.outage_u[caller] < refused:
            floor.becomes[number] = UNANSWERABLE
            return float(floor.asked.refusing_s)
        if floor.outage_u[caller] < refused + floor.by_hand[1, m.by_hand]:
            floor.becomes[number] = RECORDED
            return float(hall.handling_s[caller] * floor.asked.factor)
    hall.n.stretch = place_now(hall.stretch_at, hall.n.stretch, now)
    return float(hall.handling_s[caller] * hall.stretch[hall.n.stretch])


@hidden
def begin(floor: Floor, now: float, number: int, held: bool) -> None:
    """Service begins, or goes on; a free agent takes the call unless it was held with its own."""
    hall, m = floor.hall, floor.m
    if not held:
        taken(floor, number)
    needed_s = floor.left_s[number]
    if needed_s < 0:
        needed_s = _needed_s(floor, now, number)
        if number < m.attempts and hall.interruptions[number] == 0:
            note_fate(floor, now, floor.becomes[number] != UNANSWERABLE)
    floor.left_s[number] = -1.0
    if floor.asked.listed:
        link(hall, len(hall.first) + IN_SERVICE, number, NOBODY)
    hall.n.busy += 1
    m.backs_busy += number >= m.attempts
    hall.where[number] = SERVED
    hall.start_s[number] = now
    hall.end_s[number] = now + needed_s
    expected(floor, now + needed_s, SERVICE, number)


@hidden
def stop_serving(floor: Floor, now: float, number: int) -> None:
    """The call is in service no longer; what becomes of its agent is another matter."""
    hall, m = floor.hall, floor.m
    start_s = hall.start_s[number]
    hall.n.busy -= 1
    m.backs_busy -= number >= m.attempts
    hall.served_s[number] += now - start_s
    hall.served_late_s[number] += max(now, hall.horizon_s) - max(start_s, hall.horizon_s)
    if floor.asked.listed:
        unlink(hall, len(hall.first) + IN_SERVICE, number)


@hidden
def give_back(floor: Floor, now: float, number: int, resumes: bool) -> None:
    """A call has lost its agent, and is going to stand at the head of its line."""
    floor.hall.interruptions[number] += 1
    if resumes:
        floor.left_s[number] = floor.hall.end_s[number] - now


@hidden
def _latest(floor: Floor) -> int:
    """The call that started last; of equal starts, the one with the highest number."""
    hall = floor.hall
    number = hall.last[len(hall.last) + IN_SERVICE]
    other = hall.ahead_of[number]
    while other != NOBODY and hall.start_s[other] == hall.start_s[number]:
        number, other = max(number, other), hall.ahead_of[other]
    return int(number)


@hidden
def victim(floor: Floor, line: int) -> int:
    """The call that one of this line would interrupt: of the least grave class the one that started last."""
    hall, found, worst = floor.hall, NOBODY, line
    if not floor.asked.preempts or not spared(floor):
        return NOBODY
    number = hall.first[len(hall.first) + IN_SERVICE]
    while number != NOBODY:
        rank = line_of(floor, number)
        if number < floor.m.attempts and rank > line:
            later_s = hall.start_s[number] - hall.start_s[found]  # read only where a call has been found
            if rank > worst or (rank == worst and (later_s > 0 or (later_s == 0 and number > found))):
                worst, found = rank, number
        number = hall.behind[number]
    return int(found)


@hidden
def _back_may_begin(floor: Floor, now: float) -> bool:
    m = floor.m
    m.hours = place_now(floor.hours[0], m.hours, now)
    in_hours, paced = floor.hours[1, m.hours] > 0, now >= floor.instants[0] + floor.asked.gap_s
    return bool(in_hours and paced and free(floor) > floor.asked.reserve)


@hidden
def fill(floor: Floor, now: float, first: int, held: bool, loses: int) -> None:
    """Surplus calls lose their agents by the rule on cuts; then free agents take the next, first rank first.

    `first`: a call that begins before all others, with the agent that holds it, or in the place of the one that loses.
    """
    hall, line, backs = floor.hall, 0, len(floor.hall.first) + BACKS
    surplus = hall.rule >= HAND_BACK
    while True:
        number, lost, cut = first, loses, False
        first = loses = NOBODY
        if number == NOBODY:
            surplus = surplus and hall.n.busy > hall.n.on_duty
            if surplus:
                lost, cut = _latest(floor), True
            while line < backs and number == NOBODY and not surplus:
                if hall.first[line] != NOBODY and free(floor) > 0:
                    number = hall.first[line]
                elif hall.first[line] != NOBODY and floor.asked.preempts:
                    lost = victim(floor, line)
                    number = hall.first[line] if lost != NOBODY else NOBODY
                if number == NOBODY:
                    line += 1
            if line == backs and number == NOBODY and hall.first[backs] != NOBODY and _back_may_begin(floor, now):
                number = hall.first[backs]
                floor.instants[0] = now
                if floor.asked.gap_s > 0:
                    expected(floor, now + floor.asked.gap_s, BACKS_ALLOWED, 0)
            if number == NOBODY and lost == NOBODY:
                break
            if number != NOBODY:
                stop_waiting(floor, now, number)
        if lost != NOBODY:
            stop_serving(floor, now, lost)
            finished(floor, lost)
            if cut and hall.rule == DROP and lost < floor.m.attempts:
                leave(floor, now, lost, DROPPED)
            else:
                give_back(floor, now, lost, floor.asked.resumes and not (cut and hall.rule == DROP))
                wait(floor, now, lost, True)
        if number != NOBODY:
            begin(floor, now, number, held)
            held = False


@hidden
def fate_at_the_door(floor: Floor, number: int, now: float, waits: bool) -> int:
    """How a call that comes in ends at once; `NOT_MADE` if it stays."""
    hall, n, m = floor.hall, floor.hall.n, floor.m
    m.doors = place_now(floor.doors[0], m.doors, now)
    if floor.doors[1, m.doors] <= 0:
        return SHUT
    if n.waiting + n.busy - m.backs_busy + m.held >= hall.places:
        return BLOCKED
    if waits and len(hall.join) > 0 and hall.join_u[number] >= hall.join[min(n.waiting, len(hall.join) - 1)]:
        return BALKED
    return NOT_MADE
