"""What only a building as a whole can get wrong: names that lead nowhere, places without a way out, too many people.

Every complaint has the line of the thing at fault. :func:`check_shape` needs the file alone, :func:`check_numbers` also
the site, whose facts some of the numbers are: at their values and at both ends of their ranges.
"""

from __future__ import annotations

from collections.abc import Mapping

from resilience_sim.errors import PlanError
from resilience_sim.plans.amounts import Amount, amounts
from resilience_sim.plans.building import Layout
from resilience_sim.plans.document import Document, Path_
from resilience_sim.plans.fact_checks import check_fact
from resilience_sim.plans.site import Grade, Site

__all__ = ["ENDS", "at_end", "check_numbers", "check_shape"]

ENDS = ("min", "max")
NEAR_M = 0.01  # a door stands in a wall: this far outside of its two spaces is still beside them


def check_shape(layout: Layout) -> None:
    """Refuse a building that does not hang together.

    Raises
    ------
    PlanError
        If a name is of nothing, a door joins a space to itself, to another storey or stands elsewhere, a stair does not
        join two levels, nothing is outside, a space has no way out, or a group starts where nobody stays.
    """
    for name, space in layout.spaces.items():
        if space.level is not None:
            _known(layout, space.level, layout.levels, "level", "spaces", name, "level")
    for name in layout.doors:
        _check_door(layout, name)
    for name, space in layout.spaces.items():
        if space.kind == "stair":
            _check_stair(layout, name)
    _check_ways_out(layout)
    for name in layout.groups:
        _check_group(layout, name)


def check_numbers(layout: Layout, site: Site, site_document: Document | None = None) -> None:
    """Refuse a building with a number that its site does not give, or gives as none that will do.

    Parameters
    ----------
    layout, site
        A building whose shape is right, and the facts that it names.
    site_document
        The site's file, for the place of a fact that is refused.

    Raises
    ------
    PlanError
        If a fact is missing, a list, of another dimension or out of bounds, a stair's levels are at one height, or a
        room holds fewer people than are in it at the start.
    """
    for at, amount in amounts(layout):
        if amount.fact is not None:
            _check_fact(layout, at, amount, amount.fact, site, site_document)
    _check_stretch(layout, site)
    for where, there in (("", site), *((f" (at the {end} of all ranges)", at_end(site, end)) for end in ENDS)):
        _check_heights(layout, there, where)
        _check_room(layout, there, where)


def at_end(site: Site, end: str) -> Site:
    """The site with every fact that has a range at one end of it."""
    return site.with_values(
        {name: getattr(fact.range, end) for name, fact in site.facts.items() if fact.range is not None}
    )


# ---- shape


def _check_door(layout: Layout, name: str) -> None:
    door = layout.doors[name]
    for side, space in enumerate(door.between):
        _known(layout, space, layout.spaces, "space", "doors", name, "between", side)
    if door.between[0] == door.between[1]:
        why = f"door {name!r} leads from {door.between[0]!r} into itself; accepted are two different spaces"
        raise _refused(layout, why, "doors", name, "between")
    levels = [layout.spaces[space].level for space in door.between]
    if levels == [None, None]:
        why = f"door {name!r} joins two stairs; accepted is a landing (a corridor of its level) between them"
        raise _refused(layout, why, "doors", name, "between")
    if None not in levels and levels[0] != levels[1]:
        why = f"door {name!r} joins level {levels[0]!r} to {levels[1]!r}; accepted is a stair between them"
        raise _refused(layout, why, "doors", name, "between")
    for space in door.between:
        _inside(layout, door.at, space, f"door {name!r}", "doors", name, "at")


def _check_stair(layout: Layout, name: str) -> None:
    if layout.defaults.stair_flow is None:
        why = f"stair_flow is missing, and {name!r} is a stair; accepted is a flow, such as '1.01 1/(m s)'"
        raise _refused(layout, why, "defaults")
    levels = [layout.level_of(door) for door in layout.doors_of(name)]
    if len(levels) != 2 or levels[0] == levels[1]:
        found = ", ".join(levels) or "none"
        why = (
            f"stair {name!r} has doors at these levels: {found}; accepted are two doors at two levels "
            "(for more storeys, one stair for each, with a landing between them)"
        )
        raise _refused(layout, why, "spaces", name)


def _check_ways_out(layout: Layout) -> None:
    """Every space leads out, and whatever lies outside can be got to."""
    found = {name for name, space in layout.spaces.items() if space.kind == "outside"}
    if not found:
        raise _refused(layout, "no space is outside; accepted is one at least (kind: outside)", "spaces")
    waiting = sorted(found)
    while waiting:
        here = waiting.pop()
        for door in layout.doors_of(here):
            further = set(layout.doors[door].between) - found
            found |= further
            waiting += sorted(further)
    for name, space in layout.spaces.items():
        if name not in found:
            why = (
                f"{space.kind} {name!r} is cut off: no door leads from it to the outside, not even through other "
                "spaces; accepted is a way out of every space"
            )
            raise _refused(layout, why, "spaces", name)
        if space.kind == "outside" and not layout.doors_of(name):
            why = f"no door leads to {name!r} outside; accepted is one at least, or no such space"
            raise _refused(layout, why, "spaces", name)


def _check_group(layout: Layout, name: str) -> None:
    group = layout.groups[name]
    _known(layout, group.room, layout.spaces, "space", "groups", name, "room")
    kind = layout.spaces[group.room].kind
    if kind in ("stair", "outside"):
        why = f"group {name!r} starts in {group.room!r}, which is of kind {kind}; accepted is a room or a corridor"
        raise _refused(layout, why, "groups", name, "room")
    if group.at is not None:
        _inside(layout, group.at, group.room, f"group {name!r}", "groups", name, "at")


def _inside(layout: Layout, at: tuple[Amount, Amount], space: str, what: str, *path: str | int) -> None:
    """Refuse a place that is not in a space, nor at its walls."""
    rectangle = layout.spaces[space]
    for axis, (place, corner, size) in enumerate(zip(at, rectangle.corner, rectangle.size, strict=True)):
        low, here = corner.written, place.written
        high = low + size.written
        if not low - NEAR_M <= here <= high + NEAR_M:
            why = f"{what} is at {'xy'[axis]} = {here:g} m, outside {space!r}; accepted is {low:g} to {high:g} m"
            raise _refused(layout, why, *path)


# ---- numbers


def _check_fact(
    layout: Layout, at: Path_, amount: Amount, name: str, site: Site, site_document: Document | None
) -> None:
    what = ".".join(str(part) for part in at)
    number = at[0] != "measures"
    check_fact(amount, name, what, site, site_document, lambda why: _refused(layout, why, *at), or_number=number)


def _check_stretch(layout: Layout, site: Site) -> None:
    """What is assumed may be otherwise."""
    measures = layout.measures
    if measures.grade is not Grade.ASSUMED or measures.stretch is None or measures.stretch.fact is None:
        return
    if site.fact(measures.stretch.fact).range is None:
        why = f"fact {measures.stretch.fact!r} has no range, and the measures are assumed; accepted is one with a range"
        raise _refused(layout, why, "measures", "stretch")


def _check_heights(layout: Layout, site: Site, where: str) -> None:
    for name, space in layout.spaces.items():
        if space.kind == "stair":
            upper, lower = (layout.level_m(door, site) for door in layout.doors_of(name))
            if upper == lower:
                why = f"stair {name!r} joins two levels at {upper:g} m{where}; accepted are two heights"
                raise _refused(layout, why, "spaces", name)


def _check_room(layout: Layout, site: Site, where: str) -> None:
    """No room is fuller at the start than it can be."""
    inside: dict[str, int] = {}
    for name, group in layout.groups.items():
        inside[group.room] = inside.get(group.room, 0) + sum(layout.people(name, site).values())
        if inside[group.room] > (most := layout.most(group.room, site)):
            why = (
                f"group {name!r} makes {inside[group.room]} persons in {group.room!r}{where}; accepted are {most:.0f} "
                f"at most in its {layout.area_m2(group.room, site):g} m2, or a larger room"
            )
            raise _refused(layout, why, "groups", name)


# ---- what is wrong, and where


def _known(layout: Layout, name: str, known: Mapping[str, object], what: str, *at: str | int) -> None:
    if name not in known:
        where = ".".join(str(part) for part in at)
        raise _refused(layout, f"{where}: there is no {what} {name!r}; accepted: {', '.join(known)}", *at)


def _refused(layout: Layout, why: str, *at: str | int) -> PlanError:
    return PlanError(why, place=layout.place(*at))
