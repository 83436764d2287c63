"""From a site's building to what the egress machine takes: spaces and doors, and who starts where.

What the machine refuses is told with file and line of the space or door concerned.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from resilience_sim.errors import InputsError, PlanError
from resilience_sim.models.egress import Building, Crowd, Door, Space, flow_pps
from resilience_sim.plans.building import Layout
from resilience_sim.plans.building_checks import ENDS, at_end
from resilience_sim.plans.site import Site

__all__ = ["StartingPlace", "check_building", "egress_building", "starting_places"]


@dataclass(frozen=True)
class StartingPlace:
    """Who is where when the alarm is given.

    Parameters
    ----------
    name
        The group's.
    room
        The space in which it starts.
    at
        Where in it (x, y), in metres of the plan; ``None``: at the door.
    people
        How many of each kind, in the order of the file.
    """

    name: str
    room: str
    at: tuple[float, float] | None
    people: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """Persons."""
        return sum(count for _, count in self.people)


def check_building(site: Site) -> None:
    """Refuse a site whose building is missing, or is none that the machine can take, also at the ends of its ranges.

    Raises
    ------
    PlanError
        With file and line, where the building comes from a file.
    """
    egress_building(site)
    for end in ENDS:
        egress_building(at_end(site, end), f"at the {end} of all ranges, ")


def egress_building(site: Site, where: str = "") -> Building:
    """The building at a site, in the machine's terms.

    A stair is as long as its incline and its landing; so many enter it as its width lets in, and the crowd on it is
    slowed from ``51.8 sqrt(tread/riser)/60`` m/s on (SFPE Handbook, 5th ed., ch. 59: risers of 165 to 191 mm, treads of
    254 to 330 mm; beyond these an extrapolation).

    Parameters
    ----------
    site
        A site with a building.
    where
        What to say of the site, if the machine refuses it.

    Raises
    ------
    PlanError
        If the site has no building, or the machine refuses it; with file and line.
    """
    layout = _layout(site)
    spaces, doors = [], []
    for name in layout.spaces:
        with _placed(layout, where, "spaces", name):
            spaces.append(_space(layout, name, site))
    for name in layout.doors:
        with _placed(layout, where, "doors", name):
            doors.append(_door(layout, name, site))
    with _placed(layout, where):
        return Building(tuple(spaces), tuple(doors))


def starting_places(site: Site) -> tuple[StartingPlace, ...]:
    """Who starts where in the building of a site, in the order of its file.

    Raises
    ------
    PlanError
        If the site has no building.
    """
    layout = _layout(site)
    return tuple(
        StartingPlace(
            name,
            group.room,
            None if group.at is None else layout.point(group.at, site),
            tuple(layout.people(name, site).items()),
        )
        for name, group in layout.groups.items()
    )


def _layout(site: Site) -> Layout:
    if site.building is None:
        raise PlanError(f"site {site.site!r} has no building; accepted is a building.yaml beside its site.yaml")
    return site.building


def _space(layout: Layout, name: str, site: Site) -> Space:
    space = layout.spaces[name]
    if space.kind == "outside":
        return Space(name, "outside")
    area_m2, holds = layout.area_m2(name, site), layout.most(name, site)
    if space.width is not None and space.riser is not None and space.tread is not None:
        k_mps = 51.8 * math.sqrt(space.tread.base(site) / space.riser.base(site)) / 60
        flow = layout.defaults.stair_flow
        assert flow is not None  # as was checked when the file was read
        enters_pps = flow_pps(space.width.base(site), flow.base(site), layout.defaults.boundary.base(site))
        length_m = layout.stair_m(name, site)
        return Space(name, "stair", area_m2, length_m, holds, enters_pps, _crowd(layout, k_mps, site))
    return Space(
        name,
        space.kind,
        area_m2,
        None if space.length is None else layout.metres(space.length, site),
        holds,
        math.inf if space.flow is None else space.flow.base(site),
        _crowd(layout, layout.defaults.crowd_speed.base(site), site),
    )


def _crowd(layout: Layout, k_mps: float, site: Site) -> Crowd:
    defaults = layout.defaults
    return Crowd(
        k_mps, defaults.crowd_slope.base(site), defaults.free_below.base(site), defaults.least_speed.base(site)
    )


def _door(layout: Layout, name: str, site: Site) -> Door:
    door, defaults = layout.doors[name], layout.defaults
    return Door(
        name,
        door.between,
        door.width.base(site),
        layout.point(door.at, site),
        layout.level_m(name, site),
        (door.flow or defaults.door_flow).base(site),
        (door.boundary or defaults.boundary).base(site),
        (door.opposed or defaults.opposed).base(site),
    )


@contextmanager
def _placed(layout: Layout, where: str, *at: str | int) -> Iterator[None]:
    """Whatever the machine refuses is told with its file, and the line of the thing concerned."""
    try:
        yield
    except InputsError as error:
        what = f"{at[-1]!r}: " if at and repr(at[-1]) not in str(error) else ""
        raise PlanError(f"{where}{what}{error}", place=layout.place(*at)) from None
