"""What the egress machine is asked: who is where, when they start, how fast they walk, and which way they take."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import number, refuse, share, whole
from resilience_sim.models.egress.building import Building
from resilience_sim.models.egress.routes import Routes, Start, find_routes
from resilience_sim.randomness import Deterministic, Law, Never

__all__ = ["Closing", "Divert", "EgressInputs", "Fixed", "Group", "Into", "Nearest", "People", "Quickest", "Route"]


# ---- which way


@dataclass(frozen=True)
class Fixed:
    """To this exit."""

    exit: str


@dataclass(frozen=True)
class Nearest:
    """To the exit with the shortest way, whoever else goes there."""


@dataclass(frozen=True)
class Quickest:
    """To the exit with the least ``walk + (persons heading for it) / flow`` at the moment of starting."""


@dataclass(frozen=True)
class Divert:
    """To the main exit; to another if, when the first of them starts or enters a space, too many wait at the main one.

    Parameters
    ----------
    main, other
        Names of exit doors.
    above_persons
        Divert when more persons than this wait at the main exit …
    above_s
        … or when those who wait need more seconds than this to pass.
    where
        Spaces in which somebody directs them: only there is the queue looked at. None named: everywhere.
    """

    main: str
    other: str
    above_persons: float = math.inf
    above_s: float = math.inf
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", tuple(self.where))
        number("Divert: above_persons", self.above_persons, infinite=True)
        number("Divert: above_s", self.above_s, infinite=True)


@dataclass(frozen=True)
class Into:
    """Into a space of the building by the shortest way: rescuers, parents."""

    space: str


Route = Fixed | Nearest | Quickest | Divert | Into


# ---- who


@dataclass(frozen=True)
class People:
    """Persons of one kind in a group.

    Parameters
    ----------
    name
        Names the kind and its random streams; unique within its group.
    count
        How many.
    level, down, up
        Laws of their speed on the level, downstairs and upstairs in m/s; if no law is given on stairs, each walks there
        as on the level.
    helped
        Share of them who have to be led or carried.
    leads
        How many such each of them can take along.
    left_behind
        Share of them who stay in the room unnoticed.
    """

    name: str
    count: int
    level: Law
    down: Law | None = None
    up: Law | None = None
    helped: float = 0.0
    leads: int = 0
    left_behind: float = 0.0

    def __post_init__(self) -> None:
        if not self.name:
            raise InputsError("People: name is empty; accepted is any other text")
        whole(f"People {self.name!r}: count", self.count, 0)
        for name in ("level", "down", "up"):
            law = getattr(self, name)
            if law is not None and (law.infinite or not law.mean > 0):
                raise refuse(f"People {self.name!r}: {name}", law, "a law of finite speeds above 0")
        share(f"People {self.name!r}: helped", self.helped)
        whole(f"People {self.name!r}: leads", self.leads, 0)
        share(f"People {self.name!r}: left_behind", self.left_behind)


@dataclass(frozen=True)
class Group:
    """People who start in one place: a class with its adults, a row of desks, the customers of a hall.

    Parameters
    ----------
    name
        Names the group and its random streams; unique.
    room
        Where they are.
    people
        Who they are, in the order in which they line up.
    delay
        Law of the seconds from the alarm until the group starts.
    route
        Which way they take.
    at
        Where in the room they are (x, y), in metres of the plan; not given: at the door.
    together
        Whether they leave as one: at one time, on one way, at the pace of the slowest (see the card). Else each starts
        `each` after the group's delay, walks at their own pace and chooses for themselves.
    each
        Law of a person's own seconds after the group's delay.
    reach
        Law of the metres that each walks in the room besides the way to the door.
    hears_alarm
        Whether the delay counts from the alarm; else from time zero.
    waits
        Whether they wait at a closed door; else they take another way if there is one.
    """

    name: str
    room: str
    people: tuple[People, ...]
    delay: Law = field(default_factory=lambda: Deterministic(0.0))
    route: Route = field(default_factory=Nearest)
    at: tuple[float, float] | None = None
    together: bool = True
    each: Law = field(default_factory=lambda: Deterministic(0.0))
    reach: Law = field(default_factory=lambda: Deterministic(0.0))
    hears_alarm: bool = True
    waits: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", tuple(self.people))
        if not self.name:
            raise InputsError("Group: name is empty; accepted is any other text")
        kinds = [people.name for people in self.people]
        if not kinds or len(set(kinds)) < len(kinds):
            raise refuse(f"Group {self.name!r}: people", kinds, "at least one kind, each name once")
        if self.at is not None:
            object.__setattr__(self, "at", tuple(self.at))
            for one in self.at:
                number(f"Group {self.name!r}: at", abs(one))
        for name in ("delay", "each", "reach"):
            if getattr(self, name).infinite:
                raise refuse(f"Group {self.name!r}: {name}", getattr(self, name), "a law of finite values")
        if self.together and any(one.helped for one in self.people) and not any(one.leads for one in self.people):
            raise InputsError(
                f"Group {self.name!r}: some have to be led or carried, and nobody in it leads anyone; accepted is a "
                "kind of people with leads of 1 or more, such as the adults of a class"
            )

    @cached_property
    def size(self) -> int:
        """Persons."""
        return sum(people.count for people in self.people)


@dataclass(frozen=True)
class Closing:
    """A door that nobody can pass for a time.

    Parameters
    ----------
    door
        Its name.
    at
        Law of the seconds from time zero until it closes; `Never`: it does not.
    lasts
        Law of the seconds until it opens again; `Never`: it stays closed.
    """

    door: str
    at: Law
    lasts: Law = field(default_factory=Never)


@dataclass(frozen=True)
class EgressInputs:
    """An evacuation.

    Parameters
    ----------
    building
        Where.
    groups
        Who; persons are numbered group after group, kind after kind.
    alarm
        Laws of the seconds of what comes before the alarm is heard, one after the other (detection, alarm, report).
    closings
        Doors that close; of one door, one closing.
    gap_s
        Seconds between the last of one group and the first of the next at a door, if that is more than the door needs.

    Raises
    ------
    InputsError
        If a name is unknown or repeats, a group has no way to where it goes, or a space is too small for those in it.
    """

    building: Building
    groups: tuple[Group, ...]
    alarm: tuple[Law, ...] = ()
    closings: tuple[Closing, ...] = ()
    gap_s: float = 0.0

    def __post_init__(self) -> None:
        for name in ("groups", "alarm", "closings"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        number("EgressInputs: gap_s", self.gap_s)
        names = [group.name for group in self.groups]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise refuse("EgressInputs: a group's name", repr(repeated[0]), "each name once")
        for group in self.groups:
            self._check_group(group)
        for space in self.building.spaces:
            inside = sum(group.size for group in self.groups if group.room == space.name)
            if inside > space.most:
                raise refuse(f"Space {space.name!r}: persons in it at the start", inside, f"{space.most:g} at most")
        closed = [closing.door for closing in self.closings]
        for door in closed:
            if door not in self.building.door_index or closed.count(door) > 1:
                raise refuse("Closing: door", repr(door), f"one of these, once: {', '.join(self.building.door_index)}")
        for law in self.alarm:
            if law.infinite:
                raise refuse("EgressInputs: alarm", law, "laws of finite times")
        for k, group in enumerate(self.groups):
            ways = self.routes.next_side[2 * len(self.building.doors) + k] >= 0
            choice = [self.targets.index(side) for side in self.heads_for(group)]
            named = isinstance(group.route, Fixed | Divert)
            if not (all if named else any)(ways[column] for column in choice):
                raise refuse(f"Group {group.name!r}: the way to where it goes", "none", "a way that stays inside")

    def _check_group(self, group: Group) -> None:
        building, route = self.building, group.route
        if group.room not in building.space_index:
            raise refuse(f"Group {group.name!r}: room", repr(group.room), ", ".join(building.space_index))
        if building.spaces[building.space_index[group.room]].kind == "stair":
            raise refuse(f"Group {group.name!r}: room", f"{group.room!r}, a stair", "a space of another kind")
        if isinstance(route, Into):
            if route.space not in building.space_index or route.space == group.room:
                raise refuse(f"Group {group.name!r}: route into", repr(route.space), "another space of the building")
            return
        if building.spaces[building.space_index[group.room]].outside:
            raise refuse(f"Group {group.name!r}: room", f"{group.room!r}, outside", "a room, or a route into a space")
        if isinstance(route, Divert):
            for name in route.where:
                if name not in building.space_index:
                    raise refuse(f"Group {group.name!r}: where", repr(name), ", ".join(building.space_index))
        exits = self._exit_names
        named = {Fixed: ("exit",), Divert: ("main", "other")}.get(type(route), ())
        for name in named:
            if (door := getattr(route, name)) not in exits:
                raise refuse(f"Group {group.name!r}: {name}", repr(door), f"an exit: {', '.join(exits)}")

    @cached_property
    def targets(self) -> tuple[int, ...]:
        """Sides of doors that people head for: first the exits, then those into the spaces that groups go into."""
        into = [group.route.space for group in self.groups if isinstance(group.route, Into)]
        more = [side for side in self.building.sides_into(into) if side not in self.building.exits]
        return (*self.building.exits, *more)

    def heads_for(self, group: Group) -> tuple[int, ...]:
        """The targets among which a group's route chooses."""
        building, route = self.building, group.route
        if isinstance(route, Into):
            return building.sides_into([route.space])
        if isinstance(route, Fixed | Divert):
            names = (route.exit,) if isinstance(route, Fixed) else (route.main, route.other)
            return tuple(building.exits[self._exit_names.index(name)] for name in names)
        return building.exits

    @cached_property
    def _exit_names(self) -> list[str]:
        return [self.building.doors[side // 2].name for side in self.building.exits]

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """Where each group is."""
        return tuple((self.building.space_index[group.room], group.at) for group in self.groups)

    @cached_property
    def routes(self) -> Routes:
        """The ways while all doors are open."""
        return find_routes(self.building, self.starts, self.targets)

    @cached_property
    def persons(self) -> int:
        """How many."""
        return sum(group.size for group in self.groups)
