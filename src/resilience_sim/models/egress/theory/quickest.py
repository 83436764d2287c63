"""A time that no plan of routes can beat, for a building with its people and one draw of their numbers.

Take any set of spaces. Everybody who starts in it passes, for the last time, one of the doors that lead out of it: not
before they can have walked there at their own pace; 1 / C seconds after whoever passed before; and after that they have
the walk to an exit before them. The least T by which all of them can be matched with such passages is a floor: routes,
queues and crowds inside can only add to it. (A schedule that ends by T can be put off, without changing its order, to
the passages T, T - 1 / C, T - 2 / C, …, so these are the only ones to be looked at.) The greatest floor over many sets
is returned: all spaces together, those farther from the outside than each distance, and each alone.

It is met where the doors of one of the sets are all that holds people up, as in a room with several exits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.egress.building import Building
from resilience_sim.models.egress.draws import Draws
from resilience_sim.models.egress.inputs import EgressInputs, Into
from resilience_sim.models.egress.routes import Legs, measure_legs

__all__ = ["Floor", "free_arrivals_s", "least_through_s", "quickest_flow"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

ROUNDING = 1e-9  # of a time: what arrives so little late is in time


@dataclass(frozen=True)
class Floor:
    """A time before which the last cannot be out, and what holds them up.

    Parameters
    ----------
    last_s
        Seconds from time zero, first at once; -inf if nobody leaves.
    spaces
        Names of the spaces whose people need it.
    doors
        Names of the doors by which they leave them.
    """

    last_s: float
    spaces: tuple[str, ...] = ()
    doors: tuple[str, ...] = ()


def quickest_flow(inputs: EgressInputs, draws: Draws) -> Floor:
    """The greatest floor under the time of the last exit; see the module.

    Counted are those who start and do not go into a space of the building. Closings, counter-flow, crowds, full spaces
    and the gap between groups are left out: they only slow. Persons are whole. For some thousands of them at most.

    Parameters
    ----------
    inputs, draws
        An evacuation and its drawn numbers.
    """
    building = inputs.building
    leave = _leaving(inputs, draws)
    rooms = _rooms(inputs)
    if not leave.any():
        return Floor(-math.inf)
    arrivals = free_arrivals_s(inputs, draws)
    legs = measure_legs(building, ())
    fastest = tuple(float(paces[leave].max()) for paces in (draws.level_mps, draws.down_mps, draws.up_mps))
    rest = _rest_s(building, legs, fastest)
    best = Floor(-math.inf)
    for inside in _sets(building, _rest_s(building, legs, (1.0, 1.0, 1.0))):
        who = leave & inside[rooms]
        cut = [
            side
            for side in range(len(rest))
            if inside[building.leads_from[side]] and not inside[building.leads_into[side]] and rest[side] < math.inf
        ]
        if not who.any():
            continue
        flows = [
            min(building.doors[side // 2].pps, building.spaces[building.leads_into[side]].enters_pps) for side in cut
        ]
        found = least_through_s(arrivals[who][:, cut], flows, rest[cut], above_s=best.last_s)
        if found > best.last_s:
            names = tuple(space.name for k, space in enumerate(building.spaces) if inside[k])
            best = Floor(found, names, tuple(building.doors[side // 2].name for side in cut))
    return best


def free_arrivals_s(inputs: EgressInputs, draws: Draws) -> Floats:
    """When each could be at each side of each door, at their own pace on the quickest way, nobody in it.

    Returns
    -------
    ndarray
        Seconds from time zero, inf where there is no way, shape (persons, sides).
    """
    building = inputs.building
    sides = 2 * len(building.doors)
    legs = measure_legs(building, inputs.starts)
    paces = np.stack((draws.level_mps, draws.down_mps, draws.up_mps))
    arrivals = np.full((inputs.persons, sides), np.inf)
    first = 0
    for k, group in enumerate(inputs.groups):
        rows = slice(first, first + group.size)
        first += group.size
        for side in _reached(legs, sides + k):
            walk_s = (draws.reach_m[rows] + legs.metres[sides + k, side]) / draws.level_mps[rows]
            arrivals[rows, side] = draws.start_s[rows] + walk_s
    steps = [
        (place, side)
        for place in range(sides)
        if not building.spaces[building.leads_into[place]].outside
        for side in _reached(legs, place)
    ]
    changed = True
    while changed:
        changed = False
        for place, side in steps:
            via = arrivals[:, place] + legs.metres[place, side] / paces[legs.slope[place, side]]
            sooner = via < arrivals[:, side]
            if sooner.any():
                arrivals[sooner, side] = via[sooner]
                changed = True
    return arrivals


def least_through_s(
    arrivals_s: Floats, pps: list[float], rest_s: npt.ArrayLike = 0.0, *, above_s: float = -math.inf
) -> float:
    """The least time by which everybody can be through doors, each by one of them, and at the end of the rest.

    Parameters
    ----------
    arrivals_s
        When each can be at each door, seconds, inf for never, shape (persons, doors).
    pps
        Persons per second of each door.
    rest_s
        Seconds from each door to the end, shape (doors,) or a number.
    above_s
        If everybody can be through by then, that is the answer: nothing less is looked for.

    Raises
    ------
    InputsError
        If somebody can come to no door.
    """
    n, doors = arrivals_s.shape
    if not n:
        return above_s
    if not np.isfinite(arrivals_s).any(axis=1).all():
        raise InputsError("somebody can come to none of the doors; accepted is one at least for each")
    out = arrivals_s + np.broadcast_to(np.asarray(rest_s, dtype=float), doors)
    headways = 1 / np.asarray(pps, dtype=float)
    if above_s > -math.inf and _all_through(out, headways, above_s):
        return above_s
    # The least time is some arrival and rest, and some whole number of headways: the only times to be tried.
    times = np.unique(
        np.concatenate([
            np.add.outer(np.unique(out[np.isfinite(out[:, k]), k]), headways[k] * np.arange(n)).ravel()
            for k in range(doors)
        ])
    )  # fmt: skip
    low, high = int(np.searchsorted(times, max(above_s, float(out.min(axis=1).max())), side="left")), len(times) - 1
    low = max(0, low - 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _all_through(out, headways, float(times[middle])) else (middle + 1, high)
    return max(above_s, float(times[low]))


def _all_through(out_s: Floats, headways_s: Floats, end_s: float) -> bool:
    """Whether everybody can be matched with a passage that ends by `end_s`; the least times of each are given."""
    n = len(out_s)
    spare = end_s + ROUNDING * max(1.0, abs(end_s)) - out_s
    usable = np.floor(np.where(spare >= 0, spare, -1.0) / headways_s).astype(np.int64) + 1
    usable = np.clip(usable, 0, n)  # of each door the last so many passages are late enough for this person
    if (usable.max(axis=1) == 0).any() or usable.max(axis=0).sum() < n:
        return False
    if len(headways_s) == 1:
        return bool((np.sort(usable[:, 0]) >= np.arange(1, n + 1)).all())
    kinds, persons = np.unique(usable, axis=0, return_counts=True)
    return _most_matched(kinds, persons) == n


def _most_matched(usable: Counts, persons: Counts) -> int:
    """Most persons who can have a passage of a door each.

    A flow from kinds of persons to the doors' passages. Whoever can use the last u of a door can use the last u - 1, so
    that the passages of a door are a chain, of one link for each u that occurs.

    Parameters
    ----------
    usable
        How many of the last passages of each door each kind can use, shape (kinds, doors).
    persons
        How many there are of each kind, shape (kinds,).
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    kinds, n = len(persons), int(persons.sum())
    source, sink, node = 0, 1, 2 + kinds
    edges = [(source, 2 + kind, int(count)) for kind, count in enumerate(persons)]
    for of_door in usable.T:
        before, link = 0, -1
        at = {}
        for u in np.unique(of_door[of_door > 0]).tolist():
            edges.append((node, sink, u - before))
            if link >= 0:
                edges.append((node, link, n))
            at[u], before, link, node = node, u, node, node + 1
        edges += [(2 + kind, at[u], n) for kind, u in enumerate(of_door.tolist()) if u]
    tails, heads, capacities = np.array(edges, dtype=np.int32).T
    graph = csr_array((capacities, (tails, heads)), shape=(node, node), dtype=np.int32)
    return int(maximum_flow(graph, source, sink).flow_value)


def _leaving(inputs: EgressInputs, draws: Draws) -> Flags:
    leaves = [not isinstance(group.route, Into) for group in inputs.groups for _ in range(group.size)]
    found: Flags = np.array(leaves, dtype=bool) & np.isfinite(draws.start_s)
    return found


def _rooms(inputs: EgressInputs) -> npt.NDArray[np.int64]:
    """The space in which each starts."""
    index = inputs.building.space_index
    return np.array([index[group.room] for group in inputs.groups for _ in range(group.size)], dtype=np.int64)


def _reached(legs: Legs, place: int) -> list[int]:
    """The sides of doors in the space of a place."""
    return [int(side) for side in np.flatnonzero(legs.metres[place] < np.inf)]


def _rest_s(building: Building, legs: Legs, paces: tuple[float, ...]) -> Floats:
    """Least seconds from passing each side to passing an exit; inf where there is no way, shape (sides,)."""
    sides = 2 * len(building.doors)
    rest = np.full(sides, np.inf)
    for side in building.exits:
        rest[side] = 0.0
    for _ in range(sides):
        before = rest.copy()
        for place in range(sides):
            if building.spaces[building.leads_into[place]].outside:
                continue
            for side in _reached(legs, place):
                walk_s = legs.metres[place, side] / paces[legs.slope[place, side]]
                rest[place] = min(rest[place], walk_s + rest[side])
        if (rest == before).all():
            break
    return rest


def _sets(building: Building, metres: Floats) -> Iterator[Flags]:
    """The sets of spaces to look at, each once: all inside, then fewer."""
    inside = np.array([not space.outside for space in building.spaces])
    far = np.full(len(inside), np.inf)
    for side, one in enumerate(metres):
        far[building.leads_from[side]] = min(far[building.leads_from[side]], one)
    seen = set()
    wanted = [inside & (far >= least) for least in sorted(set(far[inside]))]
    wanted += [np.arange(len(inside)) == k for k in np.flatnonzero(inside)]
    for one in wanted:
        if one.any() and one.tobytes() not in seen:
            seen.add(one.tobytes())
            yield one
