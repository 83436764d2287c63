"""What the head count and the search are asked: how heads are counted, who searches where, when the brigade comes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from resilience_sim.models.checks import number, refuse, share, whole
from resilience_sim.models.egress.inputs import EgressInputs, Group, Into
from resilience_sim.models.egress.routes import DOWN, LEVEL, UP, Start, find_routes
from resilience_sim.randomness import Deterministic, Law, Never

__all__ = ["Brigade", "CountInputs", "HeadCount", "Search", "Ways"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Sweep = Literal["random", "exhaustive", "inverse cube"]
Order = Literal["own", "nearest"]


@dataclass(frozen=True)
class HeadCount:
    """How groups are counted.

    Parameters
    ----------
    walk_m
        Metres from each exit to the assembly point, (name of the door, metres), or a mapping; every exit once.
    pace
        Law of the speed of a group on that way in m/s.
    per_head
        Law of the seconds that a count takes per head, one for each count.
    wrong
        Share of counts that are wrong by one, up to one half.
    too_many
        Share of the wrong ones that are one too many.
    again
        Law of the seconds from a count that came out wrongly until that group is counted again; `Never`: it is not.
    report
        Law of the seconds from knowing who is missing until those who search know.
    groups
        Names of the groups that are counted; none given: all that stay together and go out.
    """

    walk_m: tuple[tuple[str, float], ...]
    pace: Law
    per_head: Law
    wrong: float = 0.0
    too_many: float = 0.5
    again: Law = field(default_factory=Never)
    report: Law = field(default_factory=lambda: Deterministic(0.0))
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        pairs = self.walk_m.items() if isinstance(self.walk_m, Mapping) else self.walk_m
        object.__setattr__(self, "walk_m", tuple((name, metres) for name, metres in pairs))
        object.__setattr__(self, "groups", tuple(self.groups))
        for name, metres in self.walk_m:
            number(f"HeadCount: walk_m of {name!r}", metres)
        if self.pace.infinite or not self.pace.mean > 0:
            raise refuse("HeadCount: pace", self.pace, "a law of finite speeds above 0")
        for what in ("per_head", "report"):
            if getattr(self, what).infinite:
                raise refuse(f"HeadCount: {what}", getattr(self, what), "a law of finite times")
        if not 0 <= self.wrong <= 0.5:
            raise refuse("HeadCount: wrong", self.wrong, "a share from 0 to 0.5")
        share("HeadCount: too_many", self.too_many)


@dataclass(frozen=True)
class Search:
    """Who searches, and how.

    Parameters
    ----------
    rescuers, per_team
        Persons who can be sent, and how many go together: there are ``rescuers // per_team`` teams.
    speed_mps, sweep_m
        Speed v while searching, and the width w within which one is seen.
    walk_mps, stairs_mps
        Pace of a team on its way.
    led_mps, led_stairs_mps
        Pace of a team that leads or carries somebody.
    law
        At which coverage c = v w t / A of a sweep of a room of area A somebody in it is found: "random", exponential of
        mean 1; "exhaustive", uniform from 0 to 1; "inverse cube", ``P(c) = erf(c sqrt(pi) / 2)``. A real sweep lies
        between the first two. Each sweep has a number of its own.
    coverage
        Of a full sweep.
    rounds
        Full sweeps of each room at most.
    order
        "own": the rooms of those who are missing first; "nearest": whatever is nearest.
    rooms
        Names of the spaces that are searched; none given: all inside of kind room, and those in which groups start.
    strays
        Share of those left behind who are not in their own room but in another that is searched, each as likely.
    base, base_at
        The outside space in which teams wait (empty: the first one), and where in it; not given: at the door.
    """

    rescuers: int
    speed_mps: float
    sweep_m: float
    walk_mps: float
    stairs_mps: float
    led_mps: float
    led_stairs_mps: float
    per_team: int = 2
    law: Sweep = "random"
    coverage: float = 1.0
    rounds: int = 2
    order: Order = "own"
    rooms: tuple[str, ...] = ()
    strays: float = 0.0
    base: str = ""
    base_at: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "rooms", tuple(self.rooms))
        whole("Search: rescuers", self.rescuers, 0)
        whole("Search: per_team", self.per_team, 1)
        whole("Search: rounds", self.rounds, 1)
        for name in ("speed_mps", "sweep_m", "walk_mps", "stairs_mps", "led_mps", "led_stairs_mps", "coverage"):
            number(f"Search: {name}", getattr(self, name), above=True)
        if self.law not in get_args(Sweep):
            raise refuse("Search: law", repr(self.law), ", ".join(get_args(Sweep)))
        if self.order not in get_args(Order):
            raise refuse("Search: order", repr(self.order), ", ".join(get_args(Order)))
        share("Search: strays", self.strays)
        if self.base_at is not None:
            object.__setattr__(self, "base_at", tuple(self.base_at))
            for one in self.base_at:
                number("Search: base_at", abs(one))

    @property
    def teams(self) -> int:
        """How many."""
        return self.rescuers // self.per_team


@dataclass(frozen=True)
class Brigade:
    """The fire brigade: laws of seconds, one after the other.

    Parameters
    ----------
    call
        Until the call has been made.
    turnout
        Until the engine leaves.
    travel
        Until it is on the scene, finding the way on the last metres included.
    gained
        How much less if somebody guides it in; never more than the travel.
    guided
        Whether somebody does.
    after_alarm
        Whether the call's seconds count from the alarm (one after the other) or from time zero (at the same time).
    """

    call: Law
    turnout: Law
    travel: Law
    gained: Law = field(default_factory=lambda: Deterministic(0.0))
    guided: bool = False
    after_alarm: bool = False

    def __post_init__(self) -> None:
        for name in ("call", "turnout", "travel", "gained"):
            if getattr(self, name).infinite:
                raise refuse(f"Brigade: {name}", getattr(self, name), "a law of finite times")


@dataclass(frozen=True)
class CountInputs:
    """What follows outside the building.

    Parameters
    ----------
    egress
        The evacuation that it follows.
    count
        The head count.
    search
        The search; None: nobody is searched for.
    brigade
        The fire brigade; None: it is not called.

    Raises
    ------
    InputsError
        If a name is unknown, an exit has no way to the assembly point, or a room to be searched is outside or has no
        finite area.
    """

    egress: EgressInputs
    count: HeadCount
    search: Search | None = None
    brigade: Brigade | None = None

    def __post_init__(self) -> None:
        building = self.egress.building
        exits = sorted(building.doors[side // 2].name for side in building.exits)
        if sorted(name for name, _ in self.count.walk_m) != exits:
            raise refuse("HeadCount: walk_m", dict(self.count.walk_m), f"metres of each exit, once: {', '.join(exits)}")
        countable = [group.name for group in self.egress.groups if not isinstance(group.route, Into)]
        for name in self.count.groups:
            if name not in countable:
                raise refuse("HeadCount: a group", repr(name), f"one that goes out: {', '.join(countable)}")
        if self.search is None:
            return
        for name in (*self.search.rooms, *filter(None, [self.search.base])):
            if name not in building.space_index:
                raise refuse("Search: a space", repr(name), ", ".join(building.space_index))
        if not building.spaces[self.base].outside:
            raise refuse("Search: base", repr(self.search.base), "a space outside")
        for room in self.rooms:
            space = building.spaces[room]
            if space.outside or space.area_m2 == math.inf:
                raise refuse(
                    f"Search: room {space.name!r}", f"{space.kind} of {space.area_m2:g} m2", "a finite area inside"
                )

    @cached_property
    def counted(self) -> tuple[int, ...]:
        """Places of the groups that are counted; groups of nobody are not."""
        named = self.count.groups
        return tuple(k for k, group in enumerate(self.egress.groups) if group.size and self._is_counted(group, named))

    @staticmethod
    def _is_counted(group: Group, named: tuple[str, ...]) -> bool:
        return group.name in named if named else group.together and not isinstance(group.route, Into)

    @property
    def base(self) -> int:
        """The outside space in which teams wait."""
        building = self.egress.building
        if self.search is not None and self.search.base:
            return building.space_index[self.search.base]
        return next(k for k, space in enumerate(building.spaces) if space.outside)

    @cached_property
    def rooms(self) -> tuple[int, ...]:
        """The spaces that are searched, in the order of the building unless they are named."""
        building = self.egress.building
        if self.search is None:
            return ()
        if self.search.rooms:
            return tuple(building.space_index[name] for name in dict.fromkeys(self.search.rooms))
        start_in = {group.room for group in self.egress.groups}
        return tuple(
            k
            for k, space in enumerate(building.spaces)
            if not space.outside and (space.kind == "room" or space.name in start_in)
        )

    @cached_property
    def ways(self) -> Ways:
        """How far teams walk."""
        return _find_ways(self)


# ---- the ways of the teams


class Ways(NamedTuple):
    """What teams walk. A place is where one is free: the base, then before each exit, then in each searched room.

    Parameters
    ----------
    metres, seconds
        From a place to a room at the teams' pace, by the shortest way, shape (places, rooms); inf where there is none.
    out_s
        From a room to the nearest exit at the pace of those who are led, shape (rooms,).
    out_place
        The place before that exit, shape (rooms,).
    """

    metres: Floats
    seconds: Floats
    out_s: Floats
    out_place: Ints


def _find_ways(inputs: CountInputs) -> Ways:
    search, building, rooms = inputs.search, inputs.egress.building, inputs.rooms
    assert search is not None
    exits = building.exits
    starts: tuple[Start, ...] = (
        (inputs.base, search.base_at),
        *((building.leads_into[side], building.doors[side // 2].at) for side in exits),
        *((room, None) for room in rooms),
    )
    into = [building.sides_into([building.spaces[room].name]) for room in rooms]
    targets = (*exits, *dict.fromkeys(side for sides in into for side in sides))
    routes = find_routes(building, starts, targets)
    first = 2 * len(building.doors)
    metres, by_slope = routes.metres[first:], routes.by_slope[:, first:]
    walk_s = _seconds(by_slope, search.walk_mps, search.stairs_mps)
    led_s = _seconds(by_slope, search.led_mps, search.led_stairs_mps)
    rows, places = len(rooms), 1 + len(exits)
    room_m, room_s = np.full((len(starts), rows), np.inf), np.full((len(starts), rows), np.inf)
    for k, sides in enumerate(into):
        columns = np.array([targets.index(side) for side in sides])
        best = columns[metres[:, columns].argmin(axis=1)]
        room_m[:, k], room_s[:, k] = (table[np.arange(len(starts)), best] for table in (metres, walk_s))
    nearest = metres[places:, : len(exits)].argmin(axis=1)
    for k in range(rows):
        # Between rooms there may be no way but outside, or a shorter one there.
        out_m, out_s = (table[places + k, : len(exits), None] for table in (metres, walk_s))
        round_m = out_m + room_m[1:places]
        by = round_m.argmin(axis=0)
        shorter = round_m[by, np.arange(rows)] < room_m[places + k]
        room_m[places + k][shorter] = round_m[by, np.arange(rows)][shorter]
        room_s[places + k][shorter] = (out_s + room_s[1:places])[by, np.arange(rows)][shorter]
        room_m[places + k, k] = room_s[places + k, k] = 0.0
    return Ways(room_m, room_s, led_s[places + np.arange(rows), nearest], 1 + nearest)


def _seconds(by_slope: Floats, level_mps: float, stairs_mps: float) -> Floats:
    result: Floats = by_slope[LEVEL] / level_mps + (by_slope[DOWN] + by_slope[UP]) / stairs_mps
    return result
