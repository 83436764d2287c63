"""Trips that take several at once: teachers who bring sick children to the sick room, ambulances to the hospital.

The queue machine serves one at a time; here one server takes a load along. Both functions take drawn numbers and draw
none. With one child in each load they are queues with as many servers, first come first served (a test holds them
against the queue machine).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

__all__ = ["carried", "driven"]


def carried(
    seen_s: Sequence[float],
    room: Sequence[int],
    way_s: Sequence[float],
    *,
    carriers: int,
    per_trip: int,
    helper_from_s: float = math.inf,
) -> tuple[list[float], list[float]]:
    """When each child sets off and arrives in the sick room, taken by carriers of its class or by a helper of all.

    A carrier who is there takes along whoever has been seen, `per_trip` at most in the order in which they were, needs
    the first one's `way_s` and as long again to come back. The helper stands at the sick room, walks to the class and
    back, and is sent only where no carrier of that class is there: to the child who has waited longest.

    Parameters
    ----------
    seen_s
        When a teacher has seen that the child is ill, seconds, shape (n,).
    room
        The class of each child, from 0.
    way_s
        Seconds to the sick room, one way.
    carriers
        In each class, 1 or more.
    per_trip
        Children whom one can take along, 1 or more.
    helper_from_s
        When the helper is there; inf: never.

    Returns
    -------
    left_s, arrived_s : list of float
        When it leaves its class and is in the sick room, seconds, shape (n,).
    """
    left, arrived = [math.inf] * len(seen_s), [math.inf] * len(seen_s)
    waiting: list[list[int]] = [[] for _ in range(max(room, default=-1) + 1)]
    there = [carriers] * len(waiting)
    helper, helper_there = len(waiting), False
    back: list[tuple[float, int]] = [] if helper_from_s == math.inf else [(helper_from_s, helper)]
    order, turn = sorted(range(len(seen_s)), key=seen_s.__getitem__), 0
    while turn < len(order) or back:
        if back and (turn == len(order) or back[0][0] <= seen_s[order[turn]]):  # at equal instants who comes back first
            now, who = heapq.heappop(back)
            if who == helper:
                lines = [line for line in waiting if line]
                line = min(lines, key=lambda line: (seen_s[line[0]], line[0])) if lines else []
                helper_there = not lines
            else:
                line = waiting[who]
                there[who] += not line
        else:
            child, turn = order[turn], turn + 1
            now, who = seen_s[child], room[child]
            line = waiting[who]
            line.append(child)
            if there[who]:
                there[who] -= 1
            elif helper_there:
                who, helper_there = helper, False
            else:
                continue
        if line:  # `who` goes, and takes the first of them along
            way = way_s[line[0]]
            leaves = now + way if who == helper else now
            for child in line[:per_trip]:
                left[child], arrived[child] = leaves, leaves + way
            del line[:per_trip]
            heapq.heappush(back, (now + 2 * way, who))
    return left, arrived


def driven(
    due_s: Sequence[float],
    ready_s: Sequence[float],
    drive_s: Sequence[float],
    *,
    ambulances: int,
    seats: int,
) -> list[float]:
    """When each child arrives in the hospital.

    Ambulances are called for one child after the other, in the order in which they would be there for them. The one
    that is free first comes, not before it is due and not before it is back; it leaves as soon as that child is ready,
    takes along whoever else is by then, in the same order, `seats` children in all, and is back after twice its drive.

    Parameters
    ----------
    due_s
        When an ambulance that is free can be there for the child: the call and the response, seconds, shape (n,).
    ready_s
        When the child may leave.
    drive_s
        Seconds to the hospital, one way.
    ambulances
        How many there are.
    seats
        Children in one ambulance, 1 or more.

    Returns
    -------
    list of float
        Seconds, shape (n,); inf where there is no ambulance.
    """
    arrived = [math.inf] * len(due_s)
    free = [-math.inf] * ambulances
    line = sorted(range(len(due_s)), key=lambda child: (due_s[child], child))
    while line and free:
        first = line.pop(0)
        leaves = max(due_s[first], free[0], ready_s[first])
        load = [first, *[child for child in line if ready_s[child] <= leaves][: seats - 1]]
        line = [child for child in line if child not in load]
        for child in load:
            arrived[child] = leaves + drive_s[first]
        heapq.heapreplace(free, leaves + 2 * drive_s[first])
    return arrived
