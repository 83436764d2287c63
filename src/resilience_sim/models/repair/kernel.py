"""The repair machine compiled: shifts, spares, people, remedies and ladders, one after the other.

The line's order never changes, so that tasks are ranked once, and whatever waits for its turn is a heap of ranks.
Who leaves a line otherwise than from its head is left in the heap, and passed over when it comes to the head.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resilience_sim.models.heaps import drop, hidden, push, uncounted
from resilience_sim.models.repair.draws import Draws
from resilience_sim.models.repair.inputs import Outcome, RepairInputs, Tried
from resilience_sim.models.repair.path import COMES, FREED, INTERRUPTED, LEAVES, SENT, WAITS, WITHDRAWN, Path
from resilience_sim.models.repair.plant import (
    AWAITS_SPARE,
    COMINGS,
    DONE,
    ENDINGS,
    IN_LINE,
    NEXT_BEGIN,
    NEXT_SHIFT,
    RESTOCKS,
    ROWS,
    SENT_OUT,
    UNSETTLED,
    Plant,
    opened,
)

__all__ = ["simulate"]

Ints = npt.NDArray[np.int64]

OPEN, FIXED, HANDED_ON = int(Outcome.OPEN), int(Outcome.FIXED), int(Outcome.HANDED_ON)
NOT_TRIED, WORKED, FAILED, GIVEN_UP = int(Tried.NOT_TRIED), int(Tried.WORKED), int(Tried.FAILED), int(Tried.GIVEN_UP)
NO_SPARE, CALLED_OFF, UNDER_WAY = int(Tried.NO_SPARE), int(Tried.CALLED_OFF), int(Tried.UNDER_WAY)


def simulate(inputs: RepairInputs, draws: Draws, *, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.repair.reference.simulate`, to the bit.

    Parameters
    ----------
    inputs
        Faults, and all there is against them.
    draws
        The replication's numbers, drawn for it.
    trace
        Whether to record who waits, is sent, is interrupted and is free again, and who comes and goes home.
    """
    plant = opened(inputs, draws, rows=0)
    _run(plant)
    if trace:  # now it is known how long the trace is
        plant = opened(inputs, draws, rows=int(plant.clock[ROWS]))
        _run(plant)
    return Path(
        kind=draws.kind,
        occurred_s=draws.occurred_s,
        known_s=draws.known_s,
        back_s=plant.back_s,
        ended_s=plant.ended_s,
        outcome=plant.outcome,
        back_by=plant.back_by,
        backup_age_s=draws.backup_age_s,
        task_from=draws.task_from,
        asked_s=plant.asked_s,
        spare_s=plant.spare_s,
        sent_s=plant.sent_s,
        began_s=plant.began_s,
        finished_s=plant.finished_s,
        manned_s=plant.manned_s,
        restocked_s=plant.restocked_s,
        tried=plant.tried,
        called=plant.called,
        trace_s=plant.trace_s if trace else None,
        trace_kind=plant.trace_kind if trace else None,
        trace_who=plant.trace_who if trace else None,
    )


@uncounted
def _run(p: Plant) -> None:
    """Play until nothing lies ahead."""
    now = -np.inf
    while True:
        shift_s, restock_s, coming_s, ending_s, begin_s = np.inf, np.inf, np.inf, np.inf, np.inf
        if p.clock[NEXT_SHIFT] < len(p.asked.shift_s):
            shift_s = p.asked.shift_s[p.clock[NEXT_SHIFT]]
        if p.clock[RESTOCKS] > 0:
            restock_s = p.restocks_s[0]
        if p.clock[COMINGS] > 0:
            coming_s = p.comings_s[0]
        if p.clock[ENDINGS] > 0:
            ending_s = p.endings_s[0]
        if p.clock[NEXT_BEGIN] < len(p.begins):
            begin_s = p.begins_s[p.clock[NEXT_BEGIN]]
        following = min(shift_s, restock_s, coming_s, ending_s, begin_s)
        if p.clock[UNSETTLED] and following > now:
            p.clock[UNSETTLED] = 0
            for crew in range(len(p.unsettled)):
                if p.unsettled[crew]:
                    p.unsettled[crew] = 0
                    _settle(p, crew, now)
            continue
        if following == np.inf:
            break
        now = following
        freed, finished, following_task, held = -1, -1, -1, -1
        if shift_s == now:
            crew = p.asked.shift_crew[p.clock[NEXT_SHIFT]]
            p.on_shift[crew] = p.asked.shift_to[p.clock[NEXT_SHIFT]]
            p.clock[NEXT_SHIFT] += 1
            _unsettle(p, crew)
        elif restock_s == now:
            task = p.by_rank[p.restocks[0]]
            p.clock[RESTOCKS] = drop(p.restocks_s, p.restocks, p.clock[RESTOCKS], 0)
            freed = p.asked.spare[p.remedy[task]]
        elif coming_s == now:
            task = p.by_rank[p.comings[0]]
            p.clock[COMINGS] = drop(p.comings_s, p.comings, p.clock[COMINGS], 0)
            _come(p, p.asked.crew[p.remedy[task]], p.called_up[task], now)
        elif ending_s == now:
            task = p.by_rank[p.endings[0]]
            if _end(p, task, now):
                finished = task
            else:
                following_task, held = task + 1, p.remedy[task]
        else:
            task = p.begins[p.clock[NEXT_BEGIN]]
            p.clock[NEXT_BEGIN] += 1
            if p.back_s[p.fault[task]] == np.inf or p.asked.persists[p.asked.ladder[p.remedy[task]]]:
                following_task = task
        if following_task >= 0:
            _climb(p, following_task, held, now)
        elif finished >= 0:
            _work_done(p, finished, now)
        elif freed >= 0:
            _hand_out(p, freed, now)


# -- crews -------------------------------------------------------------------------------------------------------------


@hidden
def _unsettle(p: Plant, crew: int) -> None:
    p.unsettled[crew] = 1
    p.clock[UNSETTLED] = 1


@hidden
def _come(p: Plant, crew: int, persons: int, now: float) -> None:
    """Those called up are there."""
    p.present[crew] += persons
    for _ in range(persons):
        _record(p, now, COMES, crew)
    _unsettle(p, crew)


@hidden
def _settle(p: Plant, crew: int, now: float) -> None:
    """Send whom there is, call up who is at home, and send home who is not needed (rule 8)."""
    while True:
        task = _first(p, crew)
        if task < 0:
            break
        persons = p.asked.persons[p.remedy[task]]
        if p.asked.preempts[crew]:
            _make_room(p, crew, task, persons, now)
        if p.on_shift[crew] + p.present[crew] - p.sent[crew] < persons:
            break
        p.line_size[crew] = _drop_rank(p.line, p.line_from[crew], p.line_size[crew])
        p.waiting[crew] -= 1
        _send(p, task, crew, now)
    while p.calls_size[crew] > 0:
        rank = p.calls[p.line_from[crew]]
        task = p.by_rank[rank]
        p.calls_size[crew] = _drop_rank(p.calls, p.line_from[crew], p.calls_size[crew])
        if p.stands[task] == IN_LINE and p.home[crew] > 0:
            persons = min(p.asked.persons[p.remedy[task]], p.home[crew])
            p.home[crew] -= persons
            p.called[crew] += persons
            p.called_up[task] = persons
            p.clock[COMINGS] = push(p.comings_s, p.comings, p.clock[COMINGS], now + p.comes_s[task], rank)
    if p.waiting[crew] == 0:
        for _ in range(min(p.present[crew], p.on_shift[crew] + p.present[crew] - p.sent[crew])):
            p.present[crew] -= 1
            p.home[crew] += 1
            _record(p, now, LEAVES, crew)


@hidden
def _first(p: Plant, crew: int) -> int:
    """The first in a crew's line; -1: nobody."""
    while p.line_size[crew] > 0:
        task = p.by_rank[p.line[p.line_from[crew]]]
        if p.stands[task] == IN_LINE:
            return int(task)
        p.line_size[crew] = _drop_rank(p.line, p.line_from[crew], p.line_size[crew])
    return -1


@hidden
def _make_room(p: Plant, crew: int, task: int, persons: int, now: float) -> None:
    """Interrupt what is less grave than a task, the last first, if enough people come free that way."""
    first, priority = p.line_from[crew], p.asked.priority[p.kind[p.fault[task]]]
    free = p.on_shift[crew] + p.present[crew] - p.sent[crew]
    if free >= persons:
        return
    can_be_free = free
    for k in range(first, first + p.out_size[crew]):
        if p.asked.priority[p.kind[p.fault[p.out[k]]]] > priority:
            can_be_free += p.asked.persons[p.remedy[p.out[k]]]
    if can_be_free < persons:
        return
    while free < persons:
        last, last_rank = -1, -1  # the last of all is less grave as long as anything is
        for k in range(first, first + p.out_size[crew]):
            if p.rank[p.out[k]] > last_rank:
                last, last_rank = p.out[k], p.rank[p.out[k]]
        free += p.asked.persons[p.remedy[last]]
        _interrupt(p, last, crew, now)


@hidden
def _interrupt(p: Plant, task: int, crew: int, now: float) -> None:
    """People are taken from a task, which stands in the line again."""
    _take_back(p, task, crew, now)
    if p.at_work_s[task] > now:
        p.response_left_s[task] = p.at_work_s[task] - now
        p.began_s[task] = np.inf
    else:
        p.response_left_s[task] = 0.0
        p.work_left_s[task] = p.ends_s[task] - now
    _record(p, now, INTERRUPTED, task)
    _stand_in_line(p, task, crew)


@hidden
def _stand_in_line(p: Plant, task: int, crew: int) -> None:
    p.stands[task] = IN_LINE
    p.waiting[crew] += 1
    p.line_size[crew] = _push_rank(p.line, p.line_from[crew], p.line_size[crew], p.rank[task])
    if p.asked.on_call[crew] > 0 and p.called_up[task] == 0:
        p.calls_size[crew] = _push_rank(p.calls, p.line_from[crew], p.calls_size[crew], p.rank[task])


@hidden
def _send(p: Plant, task: int, crew: int, now: float) -> None:
    """People are sent for a task, or a vendor is called (crew -1)."""
    p.stands[task] = SENT_OUT
    if p.sent_s[task] == np.inf:
        p.sent_s[task] = now
    p.at_work_s[task] = now + p.response_left_s[task]
    p.ends_s[task] = p.at_work_s[task] + p.work_left_s[task]
    if p.began_s[task] == np.inf:
        p.began_s[task] = p.at_work_s[task]
    p.clock[ENDINGS] = push(p.endings_s, p.endings, p.clock[ENDINGS], p.ends_s[task], p.rank[task])
    if crew >= 0:
        p.since_s[task] = now
        p.sent[crew] += p.asked.persons[p.remedy[task]]
        if p.asked.preempts[crew]:
            p.out_at[task] = p.line_from[crew] + p.out_size[crew]
            p.out[p.out_at[task]] = task
            p.out_size[crew] += 1
        _record(p, now, SENT, task)


@hidden
def _take_back(p: Plant, task: int, crew: int, now: float) -> None:
    """Whoever was sent for a task is free, and it does not end as expected."""
    for k in range(p.clock[ENDINGS]):
        if p.endings[k] == p.rank[task]:
            p.clock[ENDINGS] = drop(p.endings_s, p.endings, p.clock[ENDINGS], k)
            break
    if crew >= 0:
        p.manned_s[task] += now - p.since_s[task]
        p.sent[crew] -= p.asked.persons[p.remedy[task]]
        _unsettle(p, crew)
        if p.asked.preempts[crew]:
            p.out_size[crew] -= 1
            last = p.out[p.line_from[crew] + p.out_size[crew]]
            p.out[p.out_at[task]] = last
            p.out_at[last] = p.out_at[task]


# -- spares ------------------------------------------------------------------------------------------------------------


@hidden
def _order(p: Plant, task: int, now: float) -> None:
    """A spare is ordered for the one that a task takes or waits for."""
    arrives_s = now + p.lead_s[task]
    p.restocked_s[task] = arrives_s
    if arrives_s < np.inf:
        p.clock[RESTOCKS] = push(p.restocks_s, p.restocks, p.clock[RESTOCKS], arrives_s, p.rank[task])


@hidden
def _hand_out(p: Plant, stock: int, now: float) -> None:
    """A spare goes to the first who waits for one, or onto the shelf."""
    while p.awaiting_size[stock] > 0:
        task = p.by_rank[p.awaiting[p.awaiting_from[stock]]]
        p.awaiting_size[stock] = _drop_rank(p.awaiting, p.awaiting_from[stock], p.awaiting_size[stock])
        if p.stands[task] == AWAITS_SPARE:
            p.spare_s[task] = now
            _want_people(p, task, -1, now)
            return
    p.shelf[stock] += 1


# -- ladders -----------------------------------------------------------------------------------------------------------


@hidden
def _climb(p: Plant, task: int, held: int, now: float) -> None:
    """A ladder comes to a task, and beyond if there is no spare; `held`: the remedy whose people are still there."""
    fault = p.fault[task - 1] if held >= 0 else p.fault[task]
    ladder = p.asked.ladder[held] if held >= 0 else p.asked.ladder[p.remedy[task]]
    first_remedy = p.asked.remedy_from[p.kind[fault]]
    last = p.task_from[fault] + p.asked.last[ladder] - first_remedy
    while task < last:
        remedy = p.remedy[task]
        stock = p.asked.spare[remedy]
        p.asked_s[task], p.tried[task] = now, UNDER_WAY
        if stock < 0:
            break
        if p.shelf[stock] > 0:
            p.shelf[stock] -= 1
            _order(p, task, now)
            break
        if p.asked.waits[remedy]:
            _order(p, task, now)
            p.stands[task] = AWAITS_SPARE
            p.awaiting_size[stock] = _push_rank(
                p.awaiting, p.awaiting_from[stock], p.awaiting_size[stock], p.rank[task]
            )
            return
        p.tried[task], p.stands[task], p.finished_s[task] = NO_SPARE, DONE, now
        task += 1
    if task < last:
        p.spare_s[task] = now
        _want_people(p, task, held, now)
    else:
        _over(p, fault, now)


@hidden
def _want_people(p: Plant, task: int, held: int, now: float) -> None:
    """A task has its spare, and needs people: those held, those of a crew, or a vendor."""
    remedy = p.remedy[task]
    crew = p.asked.crew[remedy]
    stay = held >= 0 and p.asked.crew[held] == crew and p.asked.persons[held] == p.asked.persons[remedy]
    if crew >= 0:
        _record(p, now, WAITS, task)
    if crew < 0 or stay:
        _send(p, task, crew, now)
    else:
        _stand_in_line(p, task, crew)
        _unsettle(p, crew)


@hidden
def _end(p: Plant, task: int, now: float) -> bool:
    """A remedy comes to its end, or to its limit; whether it worked."""
    remedy = p.remedy[task]
    crew = p.asked.crew[remedy]
    _take_back(p, task, crew, now)
    if crew >= 0:
        _record(p, now, FREED, task)
    p.stands[task], p.finished_s[task] = DONE, now
    if p.time_s[task] > p.asked.limit_s[remedy]:
        p.tried[task] = GIVEN_UP
    elif p.works_u[task] < p.asked.works[remedy]:
        p.tried[task] = WORKED
    else:
        p.tried[task] = FAILED
    return bool(p.tried[task] == WORKED)


@hidden
def _work_done(p: Plant, task: int, now: float) -> None:
    """A remedy has worked: if it is the first, the fault is back and its ladders that do not persist are called off."""
    fault = p.fault[task]
    if p.back_s[fault] == np.inf:
        p.back_s[fault], p.back_by[fault] = now, task
        first = p.task_from[fault]
        kind = p.kind[fault]
        for ladder in range(p.asked.ladder_from[kind], p.asked.ladder_from[kind] + p.asked.ladders[kind]):
            if p.asked.persists[ladder]:
                continue
            for k in range(p.asked.first[ladder], p.asked.last[ladder]):
                other = first + k - p.asked.remedy_from[kind]
                if p.tried[other] == UNDER_WAY:
                    p.ladders_left[fault] -= 1
                    _call_off(p, other, now)
                elif p.tried[other] == NOT_TRIED and k == p.asked.first[ladder]:
                    p.ladders_left[fault] -= 1  # it has not begun, and never will
    _over(p, fault, now)


@hidden
def _call_off(p: Plant, task: int, now: float) -> None:
    """Whatever a task was doing, it is over."""
    crew, stock, stood = p.asked.crew[p.remedy[task]], p.asked.spare[p.remedy[task]], p.stands[task]
    p.stands[task], p.tried[task], p.finished_s[task] = DONE, CALLED_OFF, now
    if stood == SENT_OUT:
        _take_back(p, task, crew, now)
        if p.at_work_s[task] > now:
            p.began_s[task] = np.inf
        if crew >= 0:
            _record(p, now, FREED, task)
    elif stood == IN_LINE:
        p.waiting[crew] -= 1
        _unsettle(p, crew)
        _record(p, now, WITHDRAWN, task)
        if stock >= 0 and p.sent_s[task] == np.inf:
            _hand_out(p, stock, now)


@hidden
def _over(p: Plant, fault: int, now: float) -> None:
    """A ladder is over; if it was the last one, so is the fault."""
    p.ladders_left[fault] -= 1
    if p.ladders_left[fault] == 0:
        p.ended_s[fault] = now
        p.outcome[fault] = FIXED if p.back_s[fault] < np.inf else HANDED_ON


# -- what waits for its turn -------------------------------------------------------------------------------------------


@hidden
def _push_rank(ranks: Ints, first: int, size: int, rank: int) -> int:
    """Add a rank to the heap that begins at `first`; returns its new size."""
    hole = size
    while hole > 0:
        parent = (hole - 1) >> 1
        if ranks[first + parent] < rank:
            break
        ranks[first + hole] = ranks[first + parent]
        hole = parent
    ranks[first + hole] = rank
    return size + 1


@hidden
def _drop_rank(ranks: Ints, first: int, size: int) -> int:
    """Remove the smallest rank of the heap that begins at `first`; returns its new size."""
    size -= 1
    rank, hole, child = ranks[first + size], 0, 1
    while child < size:
        if child + 1 < size and ranks[first + child + 1] < ranks[first + child]:
            child += 1
        if ranks[first + child] > rank:
            break
        ranks[first + hole] = ranks[first + child]
        hole, child = child, 2 * child + 1
    ranks[first + hole] = rank
    return size


@hidden
def _record(p: Plant, now: float, kind: int, who: int) -> None:
    """Write a row of the trace, if there is one; count it in any case."""
    row = p.clock[ROWS]
    if row < len(p.trace_s):
        p.trace_s[row], p.trace_kind[row], p.trace_who[row] = now, kind, who
    p.clock[ROWS] = row + 1
