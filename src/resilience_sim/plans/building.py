"""A building as its file says: spaces joined by doors, and who is where when an alarm is given.

One file ``building.yaml`` beside ``plan.yaml`` and ``site.yaml``. Every number has a unit. It is either a fact of the
site, by name (``width: site.building.main_door``), so that source, grade and range stand with the fact and a plausible
site may have another value; or it is written out (``size: [12 m, 10 m]``) and rests on what ``measures`` says of the
whole file. ``defaults`` states once how people pass and crowd. Nothing here reads files or runs anything; what only the
building as a whole can get wrong is checked in ``building_checks``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainValidator, PrivateAttr, model_validator

from resilience_sim.errors import Place
from resilience_sim.plans.amounts import Amount, Measure, reader, units_of
from resilience_sim.plans.document import Document, Path_, short
from resilience_sim.plans.fields import Frozen, Name, Slug, Text, Words
from resilience_sim.plans.site import Grade, Site

__all__ = ["Defaults", "Door", "Group", "Layout", "Level", "Measures", "Space"]

# ---- which numbers will do; the ends are beyond anything that is built, and keep out slips of the pen

_LENGTHS, _AREAS = units_of("length"), units_of("area")
_FLOWS, _COUNTED = units_of("specific flow"), units_of("persons", "children", "adults", "agents", "customers")

_LENGTH = Measure(_LENGTHS, 0.0, 10_000.0, True, "8.4 m")
_POSITION = Measure(_LENGTHS, -10_000.0, 10_000.0, False, "8.4 m")
_WIDTH = Measure(_LENGTHS, 0.0, 100.0, True, "1.2 m")
_LAYER = Measure(_LENGTHS, 0.0, 10.0, False, "0.15 m")
_AREA = Measure(_AREAS, 0.0, 1e6, True, "84 m2")
_SLOPE = Measure(_AREAS, 0.0, 10.0, False, "0.266 m2")
_FLOW = Measure(_FLOWS, 0.0, 100.0, True, "1.3 1/(m s)")
_RATE = Measure(units_of("rate"), 0.0, 1000.0, True, "1.2 1/s")
_SPEED = Measure(units_of("speed"), 0.0, 20.0, True, "1.2 m/s")
_DENSITY = Measure(units_of("density"), 0.0, 100.0, True, "2.75 1/m2")
_SHARE = Measure(units_of("share"), 0.0, 1.0, True, "75 %")
_PERSONS = Measure(("persons",), 1.0, 1e6, False, "40 persons")
_PEOPLE = Measure((*_COUNTED, *units_of("density")), 0.0, 1e5, False, "25 children")
_FACTOR = Measure(("1",), 0.0, 100.0, True, "1 1")

Length = Annotated[Amount, PlainValidator(reader(_LENGTH))]
Height = Annotated[Amount, PlainValidator(reader(_POSITION))]
Width = Annotated[Amount, PlainValidator(reader(_WIDTH))]
Layer = Annotated[Amount, PlainValidator(reader(_LAYER))]
Area = Annotated[Amount, PlainValidator(reader(_AREA))]
Slope = Annotated[Amount, PlainValidator(reader(_SLOPE))]
Flow = Annotated[Amount, PlainValidator(reader(_FLOW))]
Rate = Annotated[Amount, PlainValidator(reader(_RATE))]
Speed = Annotated[Amount, PlainValidator(reader(_SPEED))]
Density = Annotated[Amount, PlainValidator(reader(_DENSITY))]
Share = Annotated[Amount, PlainValidator(reader(_SHARE))]
Persons = Annotated[Amount, PlainValidator(reader(_PERSONS))]
People = Annotated[Amount, PlainValidator(reader(_PEOPLE))]
Stretch = Annotated[Amount, PlainValidator(reader(_FACTOR, written=False))]
# Where things are is drawn, and stretched as a whole, never taken from a fact.
_Position = Annotated[Amount, PlainValidator(reader(_POSITION, facts=False))]
_Extent = Annotated[Amount, PlainValidator(reader(_LENGTH, facts=False))]


def _two(example: str) -> Callable[[Any], Any]:
    """A validator that takes a list of two."""

    def read(value: Any) -> Any:
        if not isinstance(value, list) or len(value) != 2:
            raise ValueError(f"{short(value)} is no pair; accepted is a list of two, such as {example}")
        return tuple(value)

    return read


Point = Annotated[tuple[_Position, _Position], BeforeValidator(_two("[8.4 m, 3 m]"))]
Extent = Annotated[tuple[_Extent, _Extent], BeforeValidator(_two("[12 m, 10 m]"))]
Two = Annotated[tuple[Name, Name], BeforeValidator(_two("[hall, yard]"))]


class Measures(Frozen):
    """What every number rests on that is written out in the file.

    Attributes
    ----------
    stretch
        A fact by which all positions, sizes, lengths and areas written out are multiplied, areas by its square: the
        range of an assumed building. Widths, heights and counts are not.
    """

    grade: Annotated[Grade, Field(strict=False)]
    source: Words
    stretch: Stretch | None = None

    @model_validator(mode="after")
    def _varied(self) -> Self:
        if self.grade is Grade.ASSUMED and self.stretch is None:
            raise ValueError(
                "assumed measures need a stretch; accepted is a fact of the site with a range (stretch: site.<fact>)"
            )
        return self


class Defaults(Frozen):
    """How people pass and crowd, wherever a door does not say otherwise; only a stair needs `stair_flow`."""

    door_flow: Flow
    stair_flow: Flow | None = None
    boundary: Layer
    opposed: Share
    crowd_speed: Speed
    crowd_slope: Slope
    free_below: Density
    least_speed: Speed
    most_crowded: Density


class Level(Frozen):
    """A storey: its name for people, and how far its floor lies above that of the storey listed before it."""

    label: Text
    rise: Height


class Space(Frozen):
    """A room, a corridor, a flight of stairs between two levels, or a place outside: a rectangle of the plan.

    Attributes
    ----------
    level
        Its storey; a stair has none, since it lies between those of its two doors.
    corner, size
        Lower left corner (x, y) and extent (along x, along y); for the area and for drawings.
    area
        Floor area that people can use, if that is not the whole rectangle.
    length
        How far it is from one door to another, if that is not the straight line (on a stair: not the incline).
    holds
        Persons at most, if not by the density of the defaults.
    flow
        Persons per second who can come in through all doors together; a stair's follows from its width.
    width, riser, tread, landing
        Of a stair: clear width, its steps, and metres walked on the landing between its flights.
    """

    label: Text
    kind: Literal["room", "corridor", "stair", "outside"]
    level: Name | None = None
    corner: Point
    size: Extent
    area: Area | None = None
    length: Length | None = None
    holds: Persons | None = None
    flow: Rate | None = None
    width: Width | None = None
    riser: Length | None = None
    tread: Length | None = None
    landing: Layer | None = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        steps = {"width": self.width, "riser": self.riser, "tread": self.tread}
        if self.kind == "stair":
            if absent := [name for name, amount in steps.items() if amount is None]:
                raise ValueError(f"a stair needs width, riser and tread; accepted is one with {', '.join(absent)}")
            if self.level is not None or self.area is not None or self.flow is not None:
                raise ValueError(
                    "a stair has no level, area or flow of its own; accepted are those of its doors, length and width"
                )
            return self
        if self.level is None:
            raise ValueError(f"a {self.kind} needs its level; accepted is the name of one of the levels")
        given = [name for name, amount in {**steps, "landing": self.landing}.items() if amount is not None]
        if given:
            raise ValueError(f"a {self.kind} has no {given[0]}; accepted is that of a stair (kind: stair)")
        return self


class Door(Frozen):
    """A door, or an opening, between two spaces; one with a label is named in drawings."""

    label: Text | None = None
    between: Two
    at: Point
    width: Width
    flow: Flow | None = None
    boundary: Layer | None = None
    opposed: Share | None = None


class Group(Frozen):
    """Who is where at the start: a class with its adults, a row of desks, the customers of a hall.

    Attributes
    ----------
    people
        How many of each kind: a number of them, or a density by which the room is filled. What a plausible site has
        between two whole numbers is rounded.
    """

    label: Text | None = None
    room: Name
    at: Point | None = None
    people: Annotated[dict[Name, People], Field(min_length=1)]


class Layout(Frozen):
    """A building as its file says."""

    building: Slug
    title: Text
    measures: Measures
    defaults: Defaults
    levels: Annotated[dict[Name, Level], Field(min_length=1)]
    spaces: Annotated[dict[Name, Space], Field(min_length=2)]
    doors: Annotated[dict[Name, Door], Field(min_length=1)]
    groups: Annotated[dict[Name, Group], Field(min_length=1)]

    _document: Document | None = PrivateAttr(None)

    # ---- where it stands

    def from_file(self, document: Document) -> Layout:
        """The same layout, which knows the line of everything in it."""
        located = self.model_copy()
        located._document = document
        return located

    def place(self, *at: str | int) -> Place | None:
        """File and line of what stands at a path, such as ``place("doors", "main")``; ``None`` if of no file."""
        path: Path_ = at
        return None if self._document is None else self._document.place(path)

    # ---- what it comes to at a site, in base units

    def metres(self, amount: Amount, site: Site) -> float:
        """A position, size or length, stretched if it is written out."""
        return amount.base(site) * (self._stretch(site) if amount.fact is None else 1.0)

    def point(self, at: tuple[Amount, Amount], site: Site) -> tuple[float, float]:
        """A position or an extent (x, y) in metres."""
        return self.metres(at[0], site), self.metres(at[1], site)

    def area_m2(self, name: str, site: Site) -> float:
        """Floor area of a space; of a stair, its length times its width."""
        space = self.spaces[name]
        if space.width is not None:
            return self.stair_m(name, site) * space.width.base(site)
        if space.area is None:
            along, across = self.point(space.size, site)
            return along * across
        return space.area.base(site) * (self._stretch(site) ** 2 if space.area.fact is None else 1.0)

    def stair_m(self, name: str, site: Site) -> float:
        """Length of a stair: along the incline, ``H sqrt(1 + (tread/riser)^2)`` at a rise of H, and on its landing."""
        space = self.spaces[name]
        if space.length is not None:
            return self.metres(space.length, site)
        assert space.riser is not None
        assert space.tread is not None
        heights = [self.level_m(door, site) for door in self.doors_of(name)]
        slope = space.tread.base(site) / space.riser.base(site)
        landing = 0.0 if space.landing is None else self.metres(space.landing, site)
        return (max(heights) - min(heights)) * math.sqrt(1 + slope**2) + landing

    def most(self, name: str, site: Site) -> float:
        """Persons at most in a space: as stated, else by the density of the defaults, and one at least."""
        holds = self.spaces[name].holds
        if holds is not None:
            return holds.base(site)
        return max(1.0, self.defaults.most_crowded.base(site) * self.area_m2(name, site))

    def people(self, name: str, site: Site) -> dict[str, int]:
        """How many of each kind are in a group."""
        group = self.groups[name]
        return {
            kind: round(amount.base(site) * (self.area_m2(group.room, site) if amount.unit(site) == "1/m2" else 1.0))
            for kind, amount in group.people.items()
        }

    def level_m(self, door: str, site: Site) -> float:
        """Height of the floor that a door is on: its level's rise and those of all levels listed before."""
        names = list(self.levels)
        below = names[: names.index(self.level_of(door)) + 1]
        return math.fsum(self.levels[name].rise.base(site) for name in below)

    # ---- how it hangs together

    def level_of(self, door: str) -> str:
        """The storey of a door: that of the space at its side which is no stair."""
        return next(level for name in self.doors[door].between if (level := self.spaces[name].level) is not None)

    def doors_of(self, space: str) -> tuple[str, ...]:
        """Names of the doors of a space."""
        return tuple(name for name, door in self.doors.items() if space in door.between)

    def _stretch(self, site: Site) -> float:
        return 1.0 if self.measures.stretch is None else self.measures.stretch.base(site)
