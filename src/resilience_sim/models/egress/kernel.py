"""The egress machine compiled: changes of doors, starts, arrivals and passages, one after the other.

Arrivals wait in order of time; starts and changes of doors are lists. Of the sides with a queue, which are few, the
loop remembers the one whose first person passes next, and looks again only after something that may have changed it.
"""

from __future__ import annotations

import numpy as np

from resilience_sim.models.egress.draws import Draws
from resilience_sim.models.egress.inputs import EgressInputs
from resilience_sim.models.egress.path import JOINS, LEAVES, PASSES, STARTS, Path
from resilience_sim.models.egress.plant import (
    DIVERT,
    FIRST,
    NEXT_CHANGE,
    NEXT_START,
    QUICKEST,
    READY,
    ROWS,
    TABLE,
    WALKING,
    Plant,
    opened,
)  # fmt: skip
from resilience_sim.models.heaps import hidden, push, uncounted

__all__ = ["simulate"]


def simulate(inputs: EgressInputs, draws: Draws, *, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.egress.reference.simulate`, to the bit.

    Parameters
    ----------
    inputs
        The evacuation.
    draws
        The replication's numbers, drawn for it.
    trace
        Whether to record every start, and every joining, leaving and passing at a door.
    """
    plant = opened(inputs, draws, rows=0)
    _run(plant)
    if trace:  # now it is known how long the trace is
        plant = opened(inputs, draws, rows=int(plant.clock[ROWS]))
        _run(plant)
    return Path(
        start_s=draws.start_s,
        out_s=plant.out_s,
        target=plant.target,
        passed=plant.passed,
        first_s=plant.first_s,
        last_s=plant.last_s,
        count=plant.through,
        longest_queue=plant.longest_queue,
        longest_wait_s=plant.longest_wait_s,
        trace_s=plant.trace_s if trace else None,
        trace_kind=plant.trace_kind if trace else None,
        trace_person=plant.trace_person if trace else None,
        trace_side=plant.trace_side if trace else None,
    )


@uncounted
def _run(p: Plant) -> None:
    """Play the evacuation until nothing lies ahead."""
    passes_s, passing = np.inf, -1
    while True:
        start_s, change_s, arrival_s = np.inf, np.inf, np.inf
        if p.clock[NEXT_START] < len(p.starting):
            start_s = p.start_s[p.starting[p.clock[NEXT_START]]]
        if p.clock[NEXT_CHANGE] < 2 * len(p.change_s):
            change_s = p.change_s[p.clock[NEXT_CHANGE] >> 1]
        if p.clock[FIRST] >= 0:
            arrival_s = p.first_arrives_s[0]
        elif p.clock[WALKING] > 0:
            arrival_s = p.arrives_s[0]
        now = min(start_s, change_s, arrival_s, passes_s)
        if now == np.inf:
            break
        # Who sets out, and from where; at which side something has changed, or one passes; whether to look who is next.
        walker, place, reach_m, touched, passed, look = -1, 0, 0.0, -1, -1, False
        if change_s == now:
            touched, walker = _change(p, now)
            place, look = touched ^ 1, True
        elif start_s == now:
            walker, place = _start(p, now)
            reach_m = p.reach_m[walker]
        elif arrival_s == now:
            person = _take(p)
            side = p.walks_to[person]
            if p.shut[side >> 1] and _turn(p, person, side ^ 1):
                walker, place = person, side ^ 1
            elif _join(p, person, side, now):
                touched = side
                if _alone(p, side, now, min(start_s, change_s, passes_s)):
                    touched, passed = -1, side
        else:
            passed = passing
        if passed >= 0:
            walker = _pass(p, passed, now)
            place, look = passed, True
        if touched >= 0:
            _reconsider(p, touched, now)
        while walker >= 0:
            who = _place(walker)
            walker = p.behind[who]
            p.behind[who] = -1
            _walk(p, who, place, now, reach_m)
        if look:
            passes_s, passing = _look(p)
        elif touched >= 0:
            due_s = p.due_s[touched]
            if due_s < passes_s or (due_s == passes_s and due_s < np.inf and _sooner(p, touched, passing)):
                passes_s, passing = due_s, touched
    for person in range(len(p.target)):
        if p.out_s[person] == np.inf and p.start_s[person] < np.inf:
            p.target[person] = p.heads_for[p.unit[person]]
    for side in range(len(p.queue)):
        p.longest_queue[side] = max(p.longest_queue[side], p.queue[side])


# -- who passes next ---------------------------------------------------------------------------------------------------


@hidden
def _look(p: Plant) -> tuple[float, int]:
    """The next passage as things stand: when, and through which side; inf if there is none."""
    first_s, first = np.inf, -1
    for place in range(p.clock[READY]):
        side = p.ready[place]
        due_s = p.due_s[side]
        if due_s < first_s or (due_s == first_s and _sooner(p, side, first)):
            first_s, first = due_s, side
    return first_s, first


@hidden
def _sooner(p: Plant, side: int, other: int) -> bool:
    """Whether of two sides due at one instant this one passes first."""
    return p.last_s[side] < p.last_s[other] or (p.last_s[side] == p.last_s[other] and side < other)


@hidden
def _alone(p: Plant, side: int, now: float, others_s: float) -> bool:
    """Whether the only one at a side passes at once, before anything else happens: a short cut, nothing more."""
    door, space = side >> 1, p.house.leads_into[side]
    if p.clock[FIRST] >= 0:
        others_s = min(others_s, p.first_arrives_s[0])
    elif p.clock[WALKING] > 0:
        others_s = min(others_s, p.arrives_s[0])
    same = p.door_group[door] == p.group[_place(p.head[side])]
    ready_s = max(p.door_ready_s[door] if same else p.door_other_s[door], p.space_ready_s[space])
    free = not p.shut[door] and p.inside[space] + 1 <= p.house.most[space]
    return bool(others_s > now and ready_s <= now and free)


@hidden
def _reconsider(p: Plant, side: int, now: float) -> None:
    """Something has changed at a side: when can the first of its queue pass, if anybody can."""
    door, space = side >> 1, p.house.leads_into[side]
    if p.head[side] < 0 or p.shut[door] or p.inside[space] + 1 > p.house.most[space]:
        place = p.ready_at[side]
        if place >= 0:
            p.clock[READY] -= 1
            last = p.ready[p.clock[READY]]
            p.ready[place], p.ready_at[last] = last, place
            p.ready_at[side], p.due_s[side] = -1, np.inf
        return
    if p.ready_at[side] < 0:
        p.ready_at[side] = p.clock[READY]
        p.ready[p.clock[READY]] = side
        p.clock[READY] += 1
    same = p.door_group[door] == p.group[_place(p.head[side])]
    ready_s = p.door_ready_s[door] if same else p.door_other_s[door]
    p.due_s[side] = max(now, ready_s, p.space_ready_s[space])


# -- what happens ------------------------------------------------------------------------------------------------------


@hidden
def _change(p: Plant, now: float) -> tuple[int, int]:
    """A door closes or opens, one side after the other; those who queue there as it closes may turn away.

    Returns the side, and the first of those who turn away; the others come behind.
    """
    change, second = p.clock[NEXT_CHANGE] >> 1, p.clock[NEXT_CHANGE] & 1
    door = p.change_door[change]
    side = 2 * door + second
    p.clock[NEXT_CHANGE] += 1
    p.clock[TABLE] = p.change_table[change]
    p.shut[door] = 0 if p.change_opens[change] else 1
    first, last, stays = -1, -1, -1
    person = -1 if p.change_opens[change] else p.head[side]
    while person >= 0:
        following = p.behind[person]
        if _turn(p, person, side ^ 1):
            _count_queue(p, side, now, -1)
            _record(p, now, LEAVES, person, side)
            if stays < 0:
                p.head[side] = following
            else:
                p.behind[stays] = following
            if following < 0:
                p.tail[side] = stays
            if last < 0:
                first = person
            else:
                p.behind[last] = person
            p.behind[person] = -1
            last = person
        else:
            stays = person
        person = following
    return side, first


@hidden
def _start(p: Plant, now: float) -> tuple[int, int]:
    """The next to start, and from where."""
    person = p.starting[p.clock[NEXT_START]]
    unit, group = p.unit[person], p.group[person]
    place = len(p.house.leads_into) + group
    p.clock[NEXT_START] += 1
    p.behind[person] = -1
    _record(p, now, STARTS, person, -1)
    if p.heads_for[unit] < 0:
        _choose(p, person, unit, group, place)
    return person, place


@hidden
def _join(p: Plant, person: int, side: int, now: float) -> bool:
    """Somebody comes to a door; whether they are now the first of its queue."""
    p.arrived_s[person] = now
    _count_queue(p, side, now, 1)
    _record(p, now, JOINS, person, side)
    first = p.head[side] < 0
    if first:
        p.head[side] = person
    else:
        p.behind[_place(p.tail[side])] = person
    p.tail[side] = person
    return bool(first)


@hidden
def _pass(p: Plant, side: int, now: float) -> int:
    """The first of a queue passes; returns them if they walk on, else -1."""
    person, door = _place(p.head[side]), side >> 1
    before, space = p.house.leads_from[side], p.house.leads_into[side]
    unit, group = p.unit[person], p.group[person]
    _count_queue(p, side, now, -1)
    p.head[side] = p.behind[person]
    if p.behind[person] < 0:
        p.tail[side] = -1
    p.behind[person] = -1
    _record(p, now, PASSES, person, side)
    p.first_s[side] = min(p.first_s[side], now)
    p.last_s[side] = now
    p.through[side] += 1
    p.longest_wait_s[side] = max(p.longest_wait_s[side], now - p.arrived_s[person])
    every_s = p.house.opposed_every_s[door] if p.queue[side ^ 1] > 0 else p.house.door_every_s[door]
    p.door_group[door] = group
    p.door_ready_s[door] = now + every_s
    p.door_other_s[door] = now + max(every_s, p.gap_s)
    p.space_ready_s[space] = now + p.house.space_every_s[space]
    was_full = p.inside[before] + 1 > p.house.most[before]
    p.inside[before] -= 1
    p.inside[space] += 1
    for behind in range(1 + was_full):  # what leads into the space behind; and into the one before, if it was full
        into = before if behind else space
        for k in range(p.house.into_from[into], p.house.into_from[into + 1]):
            other = p.house.into[k]
            if p.head[other] >= 0 or other == side:
                _reconsider(p, other, now)
    if p.head[side ^ 1] >= 0:
        _reconsider(p, side ^ 1, now)
    p.passed[person] += 1
    goal = p.goal[group]
    if space == goal if goal >= 0 else p.house.exit[side]:
        p.out_s[person] = now
        p.target[person] = p.column[side]
        p.heading[p.heads_for[unit]] -= 1
        p.members[unit] -= 1
        return -1
    _see_queue(p, unit, group, space)
    return int(person)


@hidden
def _count_queue(p: Plant, side: int, now: float, more: int) -> None:
    """A queue grows or shrinks; only a length that lasted for a time counts."""
    if now > p.queue_since_s[side]:
        p.longest_queue[side] = max(p.longest_queue[side], p.queue[side])
        p.queue_since_s[side] = now
    p.queue[side] += more


@hidden
def _record(p: Plant, now: float, kind: int, person: int, side: int) -> None:
    """Write a row of the trace, if there is one; count it in any case."""
    row = p.clock[ROWS]
    if row < len(p.trace_s):
        p.trace_s[row], p.trace_kind[row], p.trace_person[row], p.trace_side[row] = now, kind, person, side
    p.clock[ROWS] = row + 1


# -- which way ---------------------------------------------------------------------------------------------------------


@hidden
def _walk(p: Plant, person: int, place: int, now: float, reach_m: float) -> None:
    """Somebody sets out for the next door on the way to where they head."""
    house, unit, place = p.house, p.unit[person], _place(place)
    table = 0 if p.group_waits[p.group[person]] else _place(p.clock[TABLE])
    ahead = p.next_side[table, place, _place(p.heads_for[unit])]
    if ahead < 0:
        if not _turn(p, person, place):
            table = 0
        ahead = p.next_side[table, place, _place(p.heads_for[unit])]
    side = _place(ahead)
    slope, space = house.slope[place, side], house.leads_from[side]
    pace_mps = p.speed_mps[slope, person]
    density = p.inside[space] / house.area_m2[space]
    if density >= house.free_below[space]:
        crowd_mps = house.k_mps[space] * (1.0 - house.a_m2[space] * density)
        pace_mps = min(pace_mps, max(house.least_mps[space], crowd_mps))
    p.walks_to[person] = side
    arrives_s = now + (reach_m + house.leg_m[place, side]) / pace_mps
    _expect(p, arrives_s, person)


@hidden
def _expect(p: Plant, arrives_s: float, person: int) -> None:
    """Somebody will arrive. The first of all is kept out of the heap: it is often next."""
    if p.clock[FIRST] < 0:
        if p.clock[WALKING] == 0 or _earlier(arrives_s, person, p.arrives_s[0], p.arrives[0]):
            p.clock[FIRST], p.first_arrives_s[0] = person, arrives_s
            return
    elif _earlier(arrives_s, person, p.first_arrives_s[0], p.clock[FIRST]):
        displaced, displaced_s = p.clock[FIRST], p.first_arrives_s[0]
        p.clock[FIRST], p.first_arrives_s[0] = person, arrives_s
        person, arrives_s = displaced, displaced_s
    p.clock[WALKING] = push(p.arrives_s, p.arrives, p.clock[WALKING], arrives_s, person)


@hidden
def _take(p: Plant) -> int:
    """The next to arrive."""
    person = p.clock[FIRST]
    if person >= 0:
        p.clock[FIRST] = -1
    else:
        person = p.arrives[0]
        _drop_first(p)
    return _place(person)


@hidden
def _drop_first(p: Plant) -> None:
    """Take the first out of the heap, as :func:`resilience_sim.models.heaps.drop` does, without branches on the way.

    Which of two is the earlier one no processor can guess, and there is nothing else to do meanwhile.
    """
    last = p.clock[WALKING] - 1
    p.clock[WALKING] = last
    hole, child = 0, 1
    while child + 1 < last:
        one_s, other_s = p.arrives_s[child], p.arrives_s[child + 1]
        if one_s == other_s:
            child = _place(child + (p.arrives[child + 1] < p.arrives[child]))
        else:
            child = _place(child + (other_s < one_s))
        p.arrives_s[hole], p.arrives[hole] = min(one_s, other_s), p.arrives[child]
        hole, child = child, 2 * child + 1
    if child < last:
        p.arrives_s[hole], p.arrives[hole] = p.arrives_s[child], p.arrives[child]
        hole = child
    push(p.arrives_s, p.arrives, hole, p.arrives_s[last], p.arrives[last])


@hidden
def _place(number: int) -> int:
    """The same number, 0 or more; compiled, it is seen to be no place counted from an array's end."""
    return number & 0xFFFFFFFF


@hidden
def _earlier(arrives_s: float, person: int, other_s: float, other: int) -> bool:
    return arrives_s < other_s or (arrives_s == other_s and person < other)


@hidden
def _choose(p: Plant, person: int, unit: int, group: int, place: int) -> None:
    """A unit chooses its target, by the ways that are open; if none of its choice is, by those that were."""
    table = 0 if p.group_waits[group] else p.clock[TABLE]
    column = -1
    for attempt in range(2):
        if column < 0:
            column = _best(p, person, group, place, table if attempt == 0 else 0)
    _head_for(p, unit, column)
    if p.route[group] == DIVERT:
        _see_queue(p, unit, group, p.house.leads_from[p.next_side[0, place, column]])


@hidden
def _best(p: Plant, person: int, group: int, place: int, table: int) -> int:
    """The column with the least metres, or seconds; -1 if no target can be reached."""
    least, best = np.inf, -1
    for k in range(p.choice_from[group, 0], p.choice_to[group, 0]):
        column = p.choices[k]
        far = p.way_m[table, place, column]
        if far < np.inf and p.route[group] == QUICKEST:
            far = 0.0
            for slope in range(3):
                far += p.by_slope[table, slope, place, column] / p.speed_mps[slope, person]
            far += p.heading[column] * p.house.door_every_s[p.targets[column] >> 1]
        if far < least:
            least, best = far, column
    return best


@hidden
def _turn(p: Plant, person: int, place: int) -> bool:
    """Somebody cannot go on: to the nearest target that can still be reached, if there is one and they do not wait."""
    group = p.group[person]
    if p.group_waits[group]:
        return False
    least, best = np.inf, -1
    for k in range(p.choice_from[group, 1], p.choice_to[group, 1]):
        column = p.choices[k]
        if p.way_m[p.clock[TABLE], place, column] < least:
            least, best = p.way_m[p.clock[TABLE], place, column], column
    if best < 0:
        return False
    _head_for(p, p.unit[person], best)
    return True


@hidden
def _head_for(p: Plant, unit: int, column: int) -> None:
    if p.heads_for[unit] >= 0:
        p.heading[p.heads_for[unit]] -= p.members[unit]
    p.heads_for[unit] = column
    p.heading[column] += p.members[unit]


@hidden
def _see_queue(p: Plant, unit: int, group: int, space: int) -> None:
    """The first of a unit in a space looks at the queue at its main exit, and may turn to the other one."""
    row = p.visit_row[unit]
    if row < 0 or p.diverted[unit] or p.visited[row, space]:
        return
    p.visited[row, space] = 1
    main = p.targets[p.choices[p.choice_from[group, 0]]]
    waiting = p.queue[main]
    if waiting > p.above_persons[group] or waiting * p.house.door_every_s[main >> 1] > p.above_s[group]:
        p.diverted[unit] = 1
        _head_for(p, unit, p.other[group])
