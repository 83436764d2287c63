"""Random evacuations: a few rooms on up to three storeys, small enough that they fill up, on a lattice or off it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from twins import one_of, some_law

from resilience_sim.models.egress import (
    Building,
    Closing,
    Crowd,
    Divert,
    Door,
    EgressInputs,
    Fixed,
    Group,
    Into,
    Nearest,
    People,
    Quickest,
    Route,
    Space,
)
from resilience_sim.randomness import Deterministic, Empirical, Law, LogNormal, Never, Uniform

INFINITE = math.inf


def some_number(random: np.random.Generator, most: float, lattice: float | None) -> float:
    number = random.uniform(0, most)
    return float(number if lattice is None else lattice * round(number / lattice))


# -- buildings ---------------------------------------------------------------------------------------------------------


@dataclass
class Plan:
    """A building as it is drawn."""

    random: np.random.Generator
    lattice: float | None
    spaces: list[Space] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)

    def add_space(self, kind: str) -> str:
        random, name = self.random, f"{kind} {len(self.spaces)}"
        crowd = one_of(random, None, Crowd(), Crowd(2.0, 0.25, one_of(random, 0.0, 0.5, 1.0), 0.25))
        area_m2 = one_of(
            random, INFINITE, 2.0, 4.0, 8.0, 16.0, *[float(random.uniform(2, 30))] * (self.lattice is None)
        )
        length_m = None if random.random() < 0.7 else some_number(random, 8.0, self.lattice)
        holds = (
            one_of(random, *[None] * 5, 1.0, 2.0, 5.5) if kind != "room" else one_of(random, None, None, 3.0, 9.0, 20.0)
        )
        flow = float(random.uniform(0.3, 2)) if self.lattice is None else one_of(random, 0.5, 1.0, 2.0)
        self.spaces.append(
            Space(
                name,
                kind,  # type: ignore[arg-type]
                area_m2,
                some_number(random, 8.0, self.lattice) if kind == "stair" else length_m,
                None if kind == "outside" else holds,
                one_of(random, INFINITE, INFINITE, flow),
                crowd,
            )
        )
        return name

    def add_door(self, one: str, other: str, level: float) -> None:
        random, lattice = self.random, self.lattice
        at = (some_number(random, 8.0, lattice), some_number(random, 8.0, lattice) * (lattice is None))
        width_m, flow, boundary_m = float(random.uniform(0.4, 1.4)), 1.3, one_of(random, 0.0, 0.15)
        if lattice is not None:
            width_m, flow, boundary_m = one_of(random, 0.25, 0.5, 1.0, 1.0, 2.0), 1.0, 0.0
        self.doors.append(
            Door(
                f"door {len(self.doors)}",
                one_of(random, (one, other), (other, one)),
                width_m,
                at,
                level,
                flow,
                boundary_m,
                one_of(random, 1.0, 0.5, 0.5, 0.8),
            )
        )

    def add_stair(self, upper: str, upper_level: float, lower: str, lower_level: float) -> None:
        stair = self.add_space("stair")
        self.add_door(upper, stair, upper_level)
        self.add_door(stair, lower, lower_level)


def some_building(random: np.random.Generator, lattice: float | None) -> Building:
    """Two to seven spaces; storeys are joined by stairs, rooms of a storey by one door or more, exits lead out."""
    plan = Plan(random, lattice)
    outside = [plan.add_space("outside") for _ in range(one_of(random, 1, 1, 2))]
    storeys: list[list[str]] = []
    for level in range(one_of(random, 1, 1, 2, 2, 3)):
        storey: list[str] = []
        for _ in range(random.integers(1, 4) if len(plan.spaces) < 4 else 1):
            name = plan.add_space(one_of(random, "room", "room", "corridor"))
            if storey:
                plan.add_door(one_of(random, *storey), name, float(level))
            storey.append(name)
        if len(storey) > 1 and random.random() < 0.4:  # another way round, or a second door beside the first
            one, other = random.permutation(storey)[:2].tolist()
            plan.add_door(one, other, float(level))
        if storeys:
            plan.add_stair(one_of(random, *storey), float(level), one_of(random, *storeys[-1]), level - 1.0)
            if random.random() < 0.4:  # one more door at its head
                plan.add_door(one_of(random, *storey), plan.spaces[-1].name, float(level))
        storeys.append(storey)
        if len(plan.spaces) > 4:
            break
    for name in (*outside, *[one_of(random, *outside) for _ in range(random.integers(0, 3))]):
        plan.add_door(one_of(random, *storeys[0]), name, 0.0)
    if len(storeys) > 1 and len(plan.spaces) < 7 and random.random() < 0.4:  # stairs down from above, outside
        plan.add_stair(one_of(random, *storeys[-1]), len(storeys) - 1.0, one_of(random, *outside), 0.0)
    return Building(tuple(plan.spaces), tuple(plan.doors))


# -- people ------------------------------------------------------------------------------------------------------------


def some_speed(random: np.random.Generator, lattice: float | None) -> Law:
    if lattice is not None:
        return one_of(random, Empirical((0.5, 1.0, 2.0)), Deterministic(1.0))
    return one_of(random, Uniform(0.4, 1.6), LogNormal(0.0, 0.4), Deterministic(1.1))


def some_people(random: np.random.Generator, count: int, lattice: float | None) -> tuple[People, ...]:
    """Grown-ups who can lead, and perhaps children, some of whom have to be led."""
    children = int(random.integers(0, count + 1))
    slower = tuple(one_of(random, None, some_speed(random, lattice)) for _ in range(2))
    adults = People(
        "adults", count - children, some_speed(random, lattice), *slower, leads=int(random.integers(1, 3)),
        left_behind=one_of(random, *[0.0] * 5, 0.2),
    )  # fmt: skip
    return (
        adults,
        People(
            "children", children, some_speed(random, lattice), helped=one_of(random, 0.0, 0.0, 0.4, 1.0),
            left_behind=one_of(random, *[0.0] * 8, 0.3, 1.0),
        ),
    )  # fmt: skip


def some_route(random: np.random.Generator, building: Building, room: str) -> Route:
    inside = [space.name for space in building.spaces if not space.outside and space.name != room]
    into = Into(one_of(random, *inside)) if inside else None
    if building.spaces[building.space_index[room]].outside:
        assert into is not None
        return into
    exits = [building.doors[side // 2].name for side in building.exits]
    divert = Divert(
        one_of(random, *exits),
        one_of(random, *exits),
        one_of(random, INFINITE, 0.0, 1.0, 2.0),
        one_of(random, INFINITE, INFINITE, 1.0, 2.0),
        one_of(random, (), (), (room,), tuple(inside[:1])),
    )
    return one_of(
        random, Nearest(), Nearest(), Quickest(), Quickest(), divert, divert, Fixed(exits[-1]), into or divert
    )


def some_groups(random: np.random.Generator, building: Building, lattice: float | None) -> tuple[Group, ...]:
    """As many as find room; those who start outside go into the building."""
    left = {space.name: space.most for space in building.spaces if space.kind != "stair"}
    rooms = [name for name in left if len(left) > 1]
    if sum(not space.outside for space in building.spaces) == 1 and random.random() < 0.5:
        rooms = [space.name for space in building.spaces if not space.outside]
    groups = []
    for k in range(random.integers(0, 7)):
        room = one_of(random, *rooms)
        count = int(min(one_of(random, 0, 1, 2, 4, 8, 12, 20), left[room]))
        left[room] -= count
        groups.append(
            Group(
                f"group {k}",
                room,
                some_people(random, count, lattice),
                one_of(random, Deterministic(0.0), *(some_law(random, mean, lattice) for mean in (3.0, 8.0))),
                some_route(random, building, room),
                at=one_of(random, None, (some_number(random, 8.0, lattice), 0.0)),
                together=bool(random.integers(2)),
                each=one_of(random, Deterministic(0.0), some_law(random, 2.0, lattice)),
                reach=one_of(random, Deterministic(0.0), some_law(random, 2.0, lattice)),
                hears_alarm=bool(random.integers(2)),
                waits=bool(random.random() < 0.2),
            )
        )
    return tuple(groups)


def some_closings(random: np.random.Generator, building: Building, lattice: float | None) -> tuple[Closing, ...]:
    doors = [door.name for door in building.doors]
    if random.random() < 0.4:
        doors = [building.doors[side // 2].name for side in building.exits]
    names = random.permutation(doors)[: one_of(random, 0, 1, 2, 3)].tolist()
    return tuple(
        Closing(
            name,
            one_of(random, Never(), *(some_law(random, mean, lattice) for mean in (3.0, 8.0, 8.0, 15.0))),
            one_of(random, Never(), *(some_law(random, mean, lattice) for mean in (2.0, 10.0, 10.0))),
        )
        for name in names
    )


def some_evacuation(random: np.random.Generator, lattice: float | None) -> EgressInputs:
    building = some_building(random, lattice)
    return EgressInputs(
        building,
        some_groups(random, building, lattice),
        alarm=tuple(some_law(random, 2.0, lattice) for _ in range(random.integers(0, 3))),
        closings=some_closings(random, building, lattice),
        gap_s=one_of(random, 0.0, 0.0, some_number(random, 4.0, lattice)),
    )
