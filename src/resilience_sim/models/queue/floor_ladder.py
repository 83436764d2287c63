"""The wide kernel's ladder: looked after at the end of every instant."""

from __future__ import annotations

import numpy as np

from resilience_sim.models.heaps import hidden
from resilience_sim.models.queue.floor import BACKS, COMPARES, JOINS, MEASURES, RELEASED, Floor
from resilience_sim.models.queue.floor_agents import expected, free
from resilience_sim.models.queue.hall import NOBODY

__all__ = ["join", "look", "release"]

WAITING, PER_AGENT, OLDEST, SHARE, IDLE = range(len(MEASURES))
AT_LEAST, MORE_THAN, AT_MOST, LESS_THAN = range(len(COMPARES))


@hidden
def _compared(compare: int, one: float, other: float) -> bool:
    if compare == AT_LEAST:
        return bool(one >= other)
    if compare == MORE_THAN:
        return bool(one > other)
    if compare == AT_MOST:
        return bool(one <= other)
    return bool(one < other)


@hidden
def _slide(floor: Floor, condition: int, now: float) -> None:
    """Move the window of a condition on: fates come in, and leave once they are older than the window."""
    row = floor.conditions[condition]
    while row.seen_to < floor.m.fates:
        row.seen_good += floor.fate_good[row.seen_to]
        row.seen_to += 1
    while row.seen_from < row.seen_to and floor.fate_s[row.seen_from] + row.window_s <= now:
        row.seen_good -= floor.fate_good[row.seen_from]
        row.seen_from += 1


@hidden
def _held(floor: Floor, condition: int, now: float, came_s: float) -> bool:
    """Whether a condition has been true for long enough; notes since when, and when to look again."""
    hall, row = floor.hall, floor.conditions[condition]
    measure, compare, value = row.measure, row.compare, row.value
    changes_s = np.inf
    if measure == WAITING:
        true = _compared(compare, hall.n.waiting, value)
    elif measure == IDLE:
        true = _compared(compare, free(floor), value)
    elif measure == PER_AGENT:
        true = _compared(compare, hall.n.waiting, value * hall.n.on_duty)
        if hall.n.waiting == 0 and compare <= MORE_THAN:
            true = False
    elif measure == OLDEST:
        long = value == 0 if came_s == np.inf else now >= came_s + value
        true = long == (compare == AT_LEAST)
        changes_s = came_s + value
    else:
        _slide(floor, condition, now)
        fates = row.seen_to - row.seen_from
        true = fates > 0 and _compared(compare, row.seen_good, value * fates)
        if fates > 0:
            changes_s = floor.fate_s[row.seen_from] + row.window_s
    due_s = np.inf
    if not true:
        row.since_s = np.nan
    else:
        if np.isnan(row.since_s):
            row.since_s = now
        due_s = row.since_s + row.hold_s
    if due_s > now:
        floor.instants[1] = min(floor.instants[1], due_s)
    if changes_s > now:
        floor.instants[1] = min(floor.instants[1], changes_s)
    return bool(due_s <= now)


@hidden
def _in(floor: Floor, level: int, in_place: bool) -> bool:
    return bool(floor.levels[level].called and not (in_place and floor.levels[level].on_the_way > 0))


@hidden
def look(floor: Floor, now: float) -> None:
    """Call what is to be called, from the first level up; then release, from the last down."""
    hall, levels = floor.hall, len(floor.levels)
    floor.instants[1] = np.inf
    came_s = np.inf
    for line in range(len(hall.first) + BACKS):
        if hall.first[line] != NOBODY:
            came_s = min(came_s, hall.arrival_s[hall.first[line]])
    extra = 0
    for level in range(levels):
        extra += floor.levels[level].on_the_way + floor.levels[level].there
    for level in range(levels):
        row = floor.levels[level]
        if row.called:
            continue
        fitting = min(row.people, floor.asked.most - extra)
        armed = level == 0 or _in(floor, level - 1, bool(row.armed_in_place))
        if not armed or fitting <= 0 or row.finishing > 0:
            floor.conditions[level].since_s = np.nan
        elif _held(floor, level, now, came_s):
            call_up = row.call_ups
            if call_up == row.width:
                floor.m.overflow = level + 1
                return
            for person in range(fitting):
                lead_s = floor.lead_s[level, call_up, person]
                if lead_s < np.inf:
                    row.on_the_way += 1
                    extra += 1
                    number = (level * floor.lead_s.shape[1] + call_up) * floor.lead_s.shape[2] + person
                    expected(floor, now + lead_s, JOINS, number)
            row.call_ups = call_up + 1
            row.called = True
            floor.conditions[level].since_s = np.nan
            floor.called_s[level, call_up] = now
            floor.released_s[level, call_up] = np.inf
    for level in range(levels - 1, -1, -1):
        row = floor.levels[level]
        if row.releasing:
            continue
        if not _in(floor, level, bool(row.released_in_place)):
            floor.conditions[levels + level].since_s = np.nan
        elif _held(floor, levels + level, now, came_s) and not (level + 1 < levels and floor.levels[level + 1].called):
            row.releasing = True
            expected(floor, now, RELEASED, level)


@hidden
def join(floor: Floor, now: float, number: int) -> int:
    """Someone who was called up arrives; the level, or `NOBODY` if told meanwhile not to come."""
    call_ups, people = floor.lead_s.shape[1], floor.lead_s.shape[2]
    level, call_up, person = number // people // call_ups, number // people % call_ups, number % people
    row = floor.levels[level]
    if not row.called or call_up != row.call_ups - 1:
        return NOBODY
    row.on_the_way -= 1
    row.there += 1
    floor.joined_s[level, call_up, person] = now
    return int(level)


@hidden
def release(floor: Floor, now: float, level: int) -> int:
    """A level is released; how many leave."""
    row = floor.levels[level]
    leaving = row.there
    row.there = row.on_the_way = row.called = row.releasing = 0
    floor.conditions[len(floor.levels) + level].since_s = np.nan
    floor.released_s[level, row.call_ups - 1] = now
    return int(leaving)
