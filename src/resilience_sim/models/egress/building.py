"""Where people walk: spaces joined by doors."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import number, refuse

__all__ = ["Building", "Crowd", "Door", "Space", "flow_pps"]

Kind = Literal["room", "corridor", "stair", "outside"]
MOST_PER_M2 = 2.75  # a space holds no more unless it says so: node density of EvacuatioNZ (Tsai 2007)


def flow_pps(width_m: float, specific_flow: float = 1.3, boundary_m: float = 0.15) -> float:
    """Persons per second through a clear width: ``C = Fs (w - 2 b)``, Fs in persons/(m s) (SFPE Handbook, ch. 59)."""
    number("a width (m)", width_m, above=True)
    number("a specific flow (persons/(m s))", specific_flow, above=True)
    number("a boundary layer (m)", boundary_m)
    if width_m <= 2 * boundary_m:
        raise refuse("a width (m)", f"{width_m:g}", f"more than its two boundary layers of {boundary_m:g} m")
    return specific_flow * (width_m - 2 * boundary_m)


@dataclass(frozen=True)
class Crowd:
    """How a crowd slows those in it: ``S = k (1 - a D)`` m/s at D persons/m2, from `free_below` on.

    Below `free_below` everybody walks at their own pace; above it nobody walks faster than S, and S is not less than
    `least_mps` (the law itself would let a crowd of 1/a = 3.76 persons/m2 stand for ever).

    Parameters
    ----------
    k_mps, a_m2
        1.40 m/s on the level, ``51.8 sqrt(tread/riser)/60`` on stairs; 0.266 m2 (SFPE Handbook, 5th ed., ch. 59; from
        0.54 to 3.8 adults/m2).
    free_below
        Persons/m2.
    least_mps
        0.10 m/s, the speed at 3.5 persons/m2 and more in IMO MSC.1/Circ.1533.
    """

    k_mps: float = 1.40
    a_m2: float = 0.266
    free_below: float = 0.54
    least_mps: float = 0.10

    def __post_init__(self) -> None:
        number("Crowd: k_mps", self.k_mps, above=True)
        number("Crowd: a_m2", self.a_m2)
        number("Crowd: free_below", self.free_below, infinite=True)
        number("Crowd: least_mps", self.least_mps, above=True)


@dataclass(frozen=True)
class Space:
    """A room, a corridor, a flight of stairs, or a place outside.

    Parameters
    ----------
    name
        Unique among the spaces.
    kind
        On a stair people walk up or down; an outside place is where they are safe: it holds everybody and slows nobody.
    area_m2
        Floor area, for the density; not used outside.
    length_m
        How far it is from one door to another: needed on a stair, where it is the way along the incline from head to
        foot; if not given, and between doors at one end of a stair, it is the straight line between the doors.
    holds
        Persons at most; 2.75 per m2 if not given.
    enters_pps
        Persons per second who can come in, through all doors together: the flow of a stair, which its streams share.
    crowd
        How density slows people; None: it does not.
    """

    name: str
    kind: Kind = "room"
    area_m2: float = math.inf
    length_m: float | None = None
    holds: float | None = None
    enters_pps: float = math.inf
    crowd: Crowd | None = field(default_factory=Crowd)

    def __post_init__(self) -> None:
        if not self.name:
            raise InputsError("Space: name is empty; accepted is any other text")
        if self.kind not in get_args(Kind):
            raise refuse(f"Space {self.name!r}: kind", repr(self.kind), ", ".join(get_args(Kind)))
        number(f"Space {self.name!r}: area_m2", self.area_m2, above=True, infinite=True)
        number(f"Space {self.name!r}: enters_pps", self.enters_pps, above=True, infinite=True)
        if self.kind == "stair" and self.length_m is None:
            raise refuse(f"Space {self.name!r}: length_m of a stair", None, "its length along the incline in metres")
        if self.length_m is not None:
            number(f"Space {self.name!r}: length_m", self.length_m)
        if self.holds is not None:
            number(f"Space {self.name!r}: holds", self.holds, least=1.0, infinite=True)

    @property
    def outside(self) -> bool:
        """Whether people are safe there."""
        return self.kind == "outside"

    @property
    def most(self) -> float:
        """Persons at most; no whole number where the area gives none."""
        if self.outside:
            return math.inf
        return max(1.0, MOST_PER_M2 * self.area_m2) if self.holds is None else self.holds


@dataclass(frozen=True)
class Door:
    """A door, or an opening, between two spaces; people pass it one after another, in both directions.

    Parameters
    ----------
    name
        Unique among the doors.
    between
        Names of its two spaces.
    width_m
        Clear width.
    at
        Where it is in the plan of its storey (x, y) in metres.
    level
        Height of its storey; on a stair it tells up from down.
    specific_flow, boundary_m
        See :func:`flow_pps`. The flow of a door is an input here, never a prediction.
    opposed
        Share of its flow that is left while people wait on both sides. Published values go from 1/2 (half the width) to
        1; there is no agreed law.
    """

    name: str
    between: tuple[str, str]
    width_m: float
    at: tuple[float, float] = (0.0, 0.0)
    level: float = 0.0
    specific_flow: float = 1.3
    boundary_m: float = 0.15
    opposed: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "between", tuple(self.between))
        object.__setattr__(self, "at", tuple(self.at))
        if not self.name:
            raise InputsError("Door: name is empty; accepted is any other text")
        if len(self.between) != 2 or self.between[0] == self.between[1]:
            raise refuse(f"Door {self.name!r}: between", self.between, "two different spaces")
        for one in (*self.at, self.level):
            number(f"Door {self.name!r}: at and level", abs(one))
        if not 0 < self.opposed <= 1:
            raise refuse(f"Door {self.name!r}: opposed", self.opposed, "a share above 0, up to 1")
        try:
            flow_pps(self.width_m, self.specific_flow, self.boundary_m)
        except InputsError as error:
            raise InputsError(f"Door {self.name!r}: {error}") from None

    @property
    def pps(self) -> float:
        """Persons per second."""
        return flow_pps(self.width_m, self.specific_flow, self.boundary_m)


@dataclass(frozen=True)
class Building:
    """Spaces and doors. Doors are walked through by side: side 2 d leads into the second space of door d, 2 d + 1 back.

    Raises
    ------
    InputsError
        If names repeat, a door leads nowhere, nothing is outside, a space has no way out, or a stair's doors are not
        on two levels.
    """

    spaces: tuple[Space, ...]
    doors: tuple[Door, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "spaces", tuple(self.spaces))
        object.__setattr__(self, "doors", tuple(self.doors))
        for what, names in (("space", [s.name for s in self.spaces]), ("door", [d.name for d in self.doors])):
            if repeated := sorted({name for name in names if names.count(name) > 1}):
                raise refuse(f"Building: a {what}'s name", repr(repeated[0]), "each name once")
        for door in self.doors:
            for name in door.between:
                if name not in self.space_index:
                    raise refuse(f"Door {door.name!r}: a space", repr(name), ", ".join(self.space_index))
        if not any(space.outside for space in self.spaces):
            raise InputsError("Building: no space is outside; accepted is one at least, of kind 'outside'")
        for space in self.spaces:
            self._check_stair(space)
        if cut_off := [space.name for space in self.spaces if not space.outside and space.name not in self._lead_out()]:
            raise InputsError(
                f"Space {cut_off[0]!r}: no door leads from it to the outside, not even through other spaces; accepted "
                "is a way out of every space"
            )

    def _check_stair(self, space: Space) -> None:
        if space.kind != "stair":
            return
        levels = [door.level for door in self.doors if space.name in door.between]
        if len(set(levels)) != 2:
            raise refuse(
                f"Space {space.name!r}: the levels of a stair's doors",
                sorted(levels),
                "two levels, its head and its foot (a stair through more storeys is one space for each flight)",
            )

    def _lead_out(self) -> set[str]:
        """Names of the spaces from which people can get outside."""
        found = {space.name for space in self.spaces if space.outside}
        waiting = deque(found)
        while waiting:
            here = waiting.popleft()
            for door in self.doors:
                if here in door.between:
                    for name in door.between:
                        if name not in found:
                            found.add(name)
                            waiting.append(name)
        return found

    @cached_property
    def space_index(self) -> dict[str, int]:
        """Place of each space, by name."""
        return {space.name: k for k, space in enumerate(self.spaces)}

    @cached_property
    def door_index(self) -> dict[str, int]:
        """Place of each door, by name."""
        return {door.name: k for k, door in enumerate(self.doors)}

    @cached_property
    def leads_from(self) -> tuple[int, ...]:
        """The space that each side of each door leads from."""
        return tuple(self.space_index[name] for door in self.doors for name in door.between)

    @cached_property
    def leads_into(self) -> tuple[int, ...]:
        """The space that each side of each door leads into."""
        return tuple(self.space_index[name] for door in self.doors for name in reversed(door.between))

    @cached_property
    def exits(self) -> tuple[int, ...]:
        """The sides that lead from inside to outside."""
        return tuple(
            side
            for side in range(2 * len(self.doors))
            if self.spaces[self.leads_into[side]].outside and not self.spaces[self.leads_from[side]].outside
        )

    def sides_into(self, names: Iterable[str]) -> tuple[int, ...]:
        """The sides that lead into one of these spaces."""
        wanted = {self.space_index[name] for name in names}
        return tuple(side for side in range(2 * len(self.doors)) if self.leads_into[side] in wanted)
