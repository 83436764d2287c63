"""The ways through a building: how far it is from every place to every target, and through which door to begin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

from resilience_sim.models.egress.building import Building

__all__ = ["DOWN", "LEVEL", "UP", "Legs", "Routes", "Start", "find_routes", "measure_legs"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

LEVEL, DOWN, UP = range(3)  # how a leg is walked

Start = tuple[int, tuple[float, float] | None]  # a group's space, and where in it; None: at the door


@dataclass(frozen=True, eq=False)
class Legs:
    """What is walked between two doors. A *place* is where one stands: place p < 2 d: just through side p; then starts.

    Parameters
    ----------
    metres
        From a place to a door of the space it is in, shape (places, sides); inf where that door leads from elsewhere.
    slope
        LEVEL, DOWN or UP, same shape.
    """

    metres: Floats
    slope: Codes


@dataclass(frozen=True, eq=False)
class Routes:
    """Shortest ways, equally short ones by fewer doors, then by the lower side.

    Parameters
    ----------
    next_side
        The side to pass next on the way from a place to a target, shape (places, targets); -1: there is no way.
    metres
        How far it is to the target, same shape; inf where there is no way.
    by_slope
        The same, split into LEVEL, DOWN and UP, shape (3, places, targets).
    """

    next_side: Ints
    metres: Floats
    by_slope: Floats


def measure_legs(building: Building, starts: tuple[Start, ...]) -> Legs:
    """The legs of all places: behind each side of each door, then the starts of groups."""
    sides = 2 * len(building.doors)
    metres = np.full((sides + len(starts), sides), np.inf)
    slope = np.zeros(metres.shape, dtype=np.int8)
    for place in range(len(metres)):
        if place < sides:
            space, door = building.leads_into[place], building.doors[place // 2]
            at: tuple[float, float] | None = door.at
        else:
            (space, at), door = starts[place - sides], None
        room = building.spaces[space]
        for side in range(sides):
            if building.leads_from[side] != space:
                continue
            to = building.doors[side // 2]
            if door is to or at is None:
                metres[place, side] = 0.0
            elif room.length_m is not None and not (
                room.kind == "stair" and door is not None and to.level == door.level
            ):
                metres[place, side] = room.length_m
            else:
                metres[place, side] = math.hypot(to.at[0] - at[0], to.at[1] - at[1])
            if room.kind == "stair" and door is not None and to.level != door.level:
                slope[place, side] = UP if to.level > door.level else DOWN
    return Legs(metres, slope)


@lru_cache(maxsize=256)
def find_routes(
    building: Building, starts: tuple[Start, ...], targets: tuple[int, ...], closed: frozenset[int] = frozenset()
) -> Routes:
    """The shortest way from every place to every target, not through a closed door, and not through the outside."""
    legs = measure_legs(building, starts)
    places, sides = legs.metres.shape
    next_side = np.full((places, len(targets)), -1, dtype=np.int64)
    metres = np.full((places, len(targets)), np.inf)
    by_slope = np.full((3, places, len(targets)), np.inf)
    reached_from: list[list[int]] = [[] for _ in range(sides)]  # the places from which a side is one leg away
    for place in range(places):
        passing = place < sides and building.spaces[building.leads_into[place]].outside
        for side in range(sides):
            if legs.metres[place, side] < np.inf and not passing and side // 2 not in closed:
                reached_from[side].append(place)
    for column, target in enumerate(targets):
        if target // 2 in closed:
            continue
        ways: dict[int, tuple[float, int, int]] = {}  # place: metres, doors, next side
        waiting: list[tuple[float, int, int, int]] = []  # metres, doors, next side, place
        for place in reached_from[target]:
            heappush(waiting, (float(legs.metres[place, target]), 1, target, place))
        while waiting:
            far, doors, side, place = heappop(waiting)
            if place in ways or place == target:
                continue
            ways[place] = (far, doors, side)
            next_side[place, column], metres[place, column] = side, far
            rest = np.zeros(3) if side == target else by_slope[:, side, column]
            by_slope[:, place, column] = rest
            by_slope[legs.slope[place, side], place, column] += legs.metres[place, side]
            if place < sides:
                for before in reached_from[place]:
                    heappush(waiting, (float(legs.metres[before, place]) + far, doors + 1, place, before))
    return Routes(next_side, metres, by_slope)
