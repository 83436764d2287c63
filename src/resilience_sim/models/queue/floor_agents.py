"""The wide kernel's agents: counted, with numbers, or on seats that may fail."""

from __future__ import annotations

from resilience_sim.models.heaps import hidden
from resilience_sim.models.queue.floor import KIND, SEAT_TAKEN, Floor
from resilience_sim.models.queue.hall import NOBODY

__all__ = [
    "NOT_REACHED", "ROSTER", "dismissed", "expected", "finished", "free", "offered", "seat_lost", "seat_reached",
    "seat_repaired", "spared", "summoned", "taken",
]  # fmt: skip

FINISH_NAMED = 1  # the rule, as the kernel counts them
EMPTY, IDLE, BUSY, MOVING = range(4)  # seats
ROSTER = -1
NOT_REACHED = -2


@hidden
def expected(floor: Floor, at_s: float, kind: int, number: int) -> None:
    """Note what lies ahead; the loop puts it in order."""
    floor.out_s[floor.m.out] = at_s
    floor.out[floor.m.out] = kind * KIND + number
    floor.m.out += 1


@hidden
def free(floor: Floor) -> int:
    """Agents who could take a call now."""
    n, m = floor.hall.n, floor.m
    if floor.asked.seated:
        return int(m.idle)
    if floor.hall.rule == FINISH_NAMED:
        return int(m.free)
    return int(max(n.on_duty - n.busy, 0))


@hidden
def spared(floor: Floor) -> bool:
    """Whether nobody works who should have left."""
    n, m = floor.hall.n, floor.m
    return bool(m.present <= n.on_duty) if floor.asked.seated else bool(n.busy <= n.on_duty)


@hidden
def taken(floor: Floor, number: int) -> None:
    """A free agent takes the call: with numbers or seats, the lowest."""
    m = floor.m
    if floor.asked.seated:
        seat = 0
        while floor.seats[seat].state != IDLE:
            seat += 1
        floor.seats[seat].state = BUSY
        floor.seats[seat].call = number
        floor.agent[number] = seat
        m.idle -= 1
    elif floor.hall.rule == FINISH_NAMED:
        agent = m.lowest
        while floor.numbers[agent].busy:
            agent = floor.numbers[agent].after
        floor.numbers[agent].busy = True
        floor.agent[number] = agent
        m.free -= 1


@hidden
def finished(floor: Floor, number: int) -> None:
    """The agent has finished with the call, or lost it."""
    m, agent = floor.m, floor.agent[number]
    if floor.asked.seated:
        floor.seats[agent].call = NOBODY
        if m.present > floor.hall.n.on_duty:
            m.present -= 1
            _vacated(floor, agent)
        else:
            floor.seats[agent].state = IDLE
            m.idle += 1
    elif floor.hall.rule == FINISH_NAMED:
        floor.numbers[agent].busy = False
        if floor.numbers[agent].on:
            m.free += 1
        elif floor.numbers[agent].owner >= 0:
            floor.levels[floor.numbers[agent].owner].finishing -= 1


@hidden
def summoned(floor: Floor, owner: int, count: int) -> None:
    """So many come on duty: fresh numbers; or who should have left stays, and the others sit down where they can."""
    n, m = floor.hall.n, floor.m
    n.on_duty += count
    if floor.asked.seated:
        seat = 0
        while m.present < n.on_duty:
            while seat < len(floor.seats) and (floor.seats[seat].state != EMPTY or not floor.seats[seat].works):
                seat += 1
            if seat < len(floor.seats):
                floor.seats[seat].state = IDLE
                m.idle += 1
            else:
                floor.standing[m.standing] = NOBODY
                m.standing += 1
            m.present += 1
    elif floor.hall.rule == FINISH_NAMED:
        for _ in range(count):
            row = floor.numbers[m.given]
            row.owner, row.on, row.before, row.after = owner, True, m.highest, NOBODY
            if m.highest == NOBODY:
                m.lowest = m.given
            else:
                floor.numbers[m.highest].after = m.given
            m.highest = m.given
            m.given += 1
            m.free += 1


@hidden
def dismissed(floor: Floor, owner: int, count: int) -> None:
    """So many leave; who is in a call finishes it."""
    n, m = floor.hall.n, floor.m
    n.on_duty -= count
    if floor.asked.seated:
        while m.present > n.on_duty:
            place = m.standing - 1
            while place >= 0 and floor.standing[place] != NOBODY:
                place -= 1
            if place >= 0:
                m.standing -= 1
                for later in range(place, m.standing):
                    floor.standing[later] = floor.standing[later + 1]
            elif m.idle > 0:
                seat = len(floor.seats) - 1
                while floor.seats[seat].state != IDLE:
                    seat -= 1
                m.idle -= 1
                _vacated(floor, seat)
            else:
                break
            m.present -= 1
    elif floor.hall.rule == FINISH_NAMED:
        newest = floor.hall.newest_leave
        agent = m.highest if newest else m.lowest
        while count > 0:
            row = floor.numbers[agent]
            if row.owner == owner:
                count -= 1
                row.on = False
                if not row.busy:
                    m.free -= 1
                elif owner >= 0:
                    floor.levels[owner].finishing += 1
                if row.before == NOBODY:
                    m.lowest = row.after
                else:
                    floor.numbers[row.before].after = row.after
                if row.after == NOBODY:
                    m.highest = row.before
                else:
                    floor.numbers[row.after].before = row.before
            agent = row.before if newest else row.after


@hidden
def _moved_to(floor: Floor, now: float, seat: int, held: int) -> None:
    """An agent sets out for a seat, with the call that is held."""
    floor.seats[seat].state = MOVING
    floor.seats[seat].call = held
    floor.seats[seat].ready_s = now + floor.asked.move_s
    expected(floor, now + floor.asked.move_s, SEAT_TAKEN, seat)


@hidden
def _vacated(floor: Floor, seat: int) -> None:
    """A seat that works is free; :func:`offered` finds who gets it."""
    floor.seats[seat].state = EMPTY
    floor.vacant[floor.m.vacant] = seat
    floor.m.vacant += 1


@hidden
def offered(floor: Floor, now: float) -> None:
    """Who has stood longest sets out for a seat that has become free."""
    m = floor.m
    for place in range(min(m.vacant, m.standing)):
        _moved_to(floor, now, floor.vacant[place], floor.standing[place])
    gone = min(m.vacant, m.standing)
    m.standing -= gone
    for place in range(m.standing):
        floor.standing[place] = floor.standing[place + gone]
    m.vacant = 0


@hidden
def seat_repaired(floor: Floor, seat: int) -> None:
    """A seat works again."""
    floor.seats[seat].works = True
    _vacated(floor, seat)


@hidden
def seat_lost(floor: Floor, now: float, seat: int) -> int:
    """A seat fails and its agent looks for another; the call in service there, if there was one."""
    m, state, held = floor.m, floor.seats[seat].state, floor.seats[seat].call
    number = held if state == BUSY else NOBODY
    floor.seats[seat].works = False
    floor.seats[seat].state = EMPTY
    floor.seats[seat].call = NOBODY
    if state == EMPTY:
        return NOBODY
    if state == IDLE:
        m.idle -= 1
    if not floor.asked.holds:
        held = NOBODY
    if held == NOBODY and m.present > floor.hall.n.on_duty:
        m.present -= 1
        return int(number)
    other = 0
    while other < len(floor.seats) and (floor.seats[other].state != EMPTY or not floor.seats[other].works):
        other += 1
    if other < len(floor.seats):
        _moved_to(floor, now, other, held)
    else:
        floor.standing[m.standing] = held
        m.standing += 1
    return int(number)


@hidden
def seat_reached(floor: Floor, now: float, seat: int) -> int:
    """The agent has come to the seat; the call that goes on there. `NOT_REACHED` if the seat has failed meanwhile."""
    m = floor.m
    if floor.seats[seat].state != MOVING or floor.seats[seat].ready_s != now:
        return NOT_REACHED
    held = floor.seats[seat].call
    if held != NOBODY:
        floor.seats[seat].state = BUSY
        floor.agent[held] = seat
    elif m.present > floor.hall.n.on_duty:
        m.present -= 1
        _vacated(floor, seat)
    else:
        floor.seats[seat].state = IDLE
        m.idle += 1
    return int(held)
