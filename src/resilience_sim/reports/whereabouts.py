"""Where everybody is at an instant of an evacuation, for drawings: in which space, and about where in it.

The machine knows who is in which space and who waits at which door; where in a space somebody walks it does not ask.
Here they walk straight and evenly from where they were to the door at which they arrive. Those who wait stand about
their door, the first next to it; those who have not started stand about the place of their group, or in the middle.
On a stair people are drawn on the storey from which they come until half of their time on it has passed, as if it had a
landing half-way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from resilience_sim.errors import InputsError
from resilience_sim.models.egress import EgressInputs, Path
from resilience_sim.models.egress.path import JOINS, LEAVES, PASSES
from resilience_sim.plans.building import Layout
from resilience_sim.plans.site import Site

__all__ = ["STANDS_M", "Box", "Person", "box_of", "whereabouts"]

Point = tuple[float, float]
State = Literal["still", "walks", "waits"]

STANDS_M = 0.55
"""Between people who wait."""
LANDING_M = 1.3  # from the far end of a stair to where people turn
RESTS_M = 1.0  # between people who have not started, where there is room


@dataclass(frozen=True)
class Box:
    """The rectangle of a space in the plan of its storey, in metres."""

    x: float
    y: float
    width: float
    depth: float

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.depth / 2

    def within(self, at: Point, margin: float = 0.25) -> Point:
        """The nearest point that is this far inside of its walls."""
        across, along = min(margin, self.width / 2), min(margin, self.depth / 2)
        return (
            min(max(at[0], self.x + across), self.x + self.width - across),
            min(max(at[1], self.y + along), self.y + self.depth - along),
        )


@dataclass(frozen=True)
class Person:
    """Where one person is who is not out.

    Parameters
    ----------
    person
        Its number.
    space
        The name of the space.
    level
        The storey on which it is drawn.
    at
        Where there (x, y), in metres.
    state
        Has not started (still), walks, or waits at a door.
    side
        The side of a door at which it waits; -1: it does not.
    """

    person: int
    space: str
    level: str
    at: Point
    state: State
    side: int = -1


def whereabouts(site: Site, inputs: EgressInputs, path: Path, at_s: float) -> tuple[Person, ...]:
    """Everybody who is inside at an instant, by number; of what happens at that instant, what it leaves.

    Parameters
    ----------
    site
        With the building in which the inputs' spaces and doors are.
    inputs, path
        The evacuation, and a path of it with its trace.
    at_s
        Seconds from time zero.

    Raises
    ------
    InputsError
        If the site has no building, or the path no trace.
    """
    layout = site.building
    if layout is None:
        raise InputsError(f"site {site.site!r} has no building to draw; accepted is one with a building.yaml")
    if path.trace_s is None or path.trace_kind is None or path.trace_person is None or path.trace_side is None:
        raise InputsError("the path has no trace; accepted is a path made with trace=True")
    rows: list[list[int]] = [[] for _ in range(inputs.persons)]
    for row, person in enumerate(path.trace_person.tolist()):
        rows[person].append(row)
    trace = _Trace(path.trace_s.tolist(), path.trace_kind.tolist(), path.trace_side.tolist(), rows)
    drawing = _Plan(site, layout, inputs)
    begins = _beginnings(drawing)
    found: dict[int, Person] = {}
    waiting: dict[int, list[tuple[int, int]]] = {}
    for person in range(inputs.persons):
        last, following = trace.about(person, at_s)
        if last >= 0 and trace.kind[last] == JOINS:
            waiting.setdefault(trace.side[last], []).append((last, person))
        elif (one := _walker(drawing, trace, person, last, following, at_s, begins[person])) is not None:
            found[person] = one
    for side, queue in waiting.items():
        space, door = drawing.space_from(side), side // 2
        if drawing.outside(space):
            continue
        box, level = box_of(site, layout, space), _level_of_door(inputs, layout, door)
        points = _around(box, inputs.building.doors[door].at, STANDS_M, len(queue))
        for (_, person), at in zip(sorted(queue), points, strict=True):
            found[person] = Person(person, space, level, at, "waits", side)
    return tuple(found[person] for person in sorted(found))


@dataclass(frozen=True)
class _Trace:
    """Columns of a trace, and the rows of each person."""

    at_s: list[float]
    kind: list[int]
    side: list[int]
    rows: list[list[int]]

    def about(self, person: int, at_s: float) -> tuple[int, int]:
        """The person's last row at this instant and the next one; -1 where there is none."""
        last = following = -1
        for row in self.rows[person]:
            if self.at_s[row] > at_s:
                following = row
                break
            last = row
        return last, following


@dataclass(frozen=True)
class _Plan:
    """What all parts need to know."""

    site: Site
    layout: Layout
    inputs: EgressInputs

    def space_from(self, side: int) -> str:
        return self.inputs.building.spaces[self.inputs.building.leads_from[side]].name

    def outside(self, space: str) -> bool:
        return self.layout.spaces[space].kind == "outside"

    def space_into(self, side: int) -> str:
        return self.inputs.building.spaces[self.inputs.building.leads_into[side]].name


def _walker(
    plan: _Plan, trace: _Trace, person: int, last: int, following: int, at_s: float, begin: _Begin
) -> Person | None:
    """Somebody who does not wait; None if they are out."""
    building, layout = plan.inputs.building, plan.layout
    if last < 0:  # not started
        space = begin.room
        return None if plan.outside(space) else Person(person, space, _own_level(layout, space), begin.at, "still")
    here, side = trace.kind[last], trace.side[last]
    if here == PASSES:
        space, door = plan.space_into(side), side // 2
    elif here == LEAVES:
        space, door = plan.space_from(side), side // 2
    else:
        space, door = begin.room, -1
    if plan.outside(space):
        return None
    box = box_of(plan.site, layout, space)
    start = begin.at if door < 0 else box.within(building.doors[door].at)
    levels = [_own_level(layout, space) if door < 0 else _level_of_door(plan.inputs, layout, door)]
    end, part = start, 0.0
    if following >= 0:
        onto = trace.side[following] // 2
        end = building.doors[onto].at
        if door < 0:  # those who set out together stay side by side
            end = end[0] + begin.beside[0], end[1] + begin.beside[1]
        end = box.within(end)
        levels.append(_level_of_door(plan.inputs, layout, onto))
        whole_s = trace.at_s[following] - trace.at_s[last]
        part = (at_s - trace.at_s[last]) / whole_s if whole_s > 0 else 1.0
    if levels[0] != levels[-1]:
        return Person(person, space, levels[0 if part < 0.5 else 1], _on_stair(box, start, end, part), "walks")
    return Person(person, space, levels[0], _between(start, end, part), "walks")


def _on_stair(box: Box, start: Point, end: Point, part: float) -> Point:
    """From one door to the far end of the stair, where its landing is, and on the other storey back to the other."""
    middle = (start[1] + end[1]) / 2
    far = box.y if middle > box.middle[1] else box.y + box.depth
    turn = box.within(((start[0] + end[0]) / 2, far), LANDING_M)
    return _between(start, turn, 2 * part) if part < 0.5 else _between(turn, end, 2 * part - 1)


def _between(start: Point, end: Point, part: float) -> Point:
    return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])


# ---- where people stand


@dataclass(frozen=True)
class _Begin:
    """Where somebody is before starting, and how far beside the middle of their group they walk."""

    room: str
    at: Point
    beside: Point


def _beginnings(plan: _Plan) -> list[_Begin]:
    """Of each person, by number; all of a room stand about equally apart."""
    inputs, found = plan.inputs, []
    for group in inputs.groups:
        box = box_of(plan.site, plan.layout, group.room)
        others = sum(one.size for one in inputs.groups if one.room == group.room)
        apart = min(RESTS_M, 0.8 * math.sqrt(box.width * box.depth / max(1, others)))
        middle, closer = group.at or box.middle, STANDS_M / max(apart, STANDS_M)
        for x, y in _around(box, middle, apart, group.size):
            found.append(_Begin(group.room, (x, y), (closer * (x - middle[0]), closer * (y - middle[1]))))
    return found


def _around(box: Box, at: Point, apart: float, count: int) -> Sequence[Point]:
    """So many points of a grid in a box, the nearest to a point first; where there are too few, they repeat."""
    inside = box.within(at)
    steps = []
    for low, size, here in ((box.x, box.width, inside[0]), (box.y, box.depth, inside[1])):
        margin = min(0.25, size / 2)
        before, after = int((here - low - margin + 1e-9) / apart), int((low + size - margin - here + 1e-9) / apart)
        steps.append([here + k * apart for k in range(-before, after + 1)])
    grid = sorted(((x, y) for x in steps[0] for y in steps[1]), key=lambda p: (math.dist(p, at), p))
    return [grid[k % len(grid)] for k in range(count)]


# ---- the plan


def box_of(site: Site, layout: Layout, name: str) -> Box:
    """The rectangle of a space."""
    space = layout.spaces[name]
    return Box(*layout.point(space.corner, site), *layout.point(space.size, site))


def _level_of_door(inputs: EgressInputs, layout: Layout, door: int) -> str:
    """The storey of a door of the inputs' building."""
    return layout.level_of(inputs.building.doors[door].name)


def _own_level(layout: Layout, space: str) -> str:
    """The storey of a space that is no stair."""
    level = layout.spaces[space].level
    assert level is not None  # nobody starts on a stair
    return level
