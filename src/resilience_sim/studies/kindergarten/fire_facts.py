"""What the kindergarten's evacuation needs of a site: its facts, and a building that it can make classes leave."""

from __future__ import annotations

from collections.abc import Mapping

from resilience_sim.errors import FactError, PlanError
from resilience_sim.plans.building import Layout
from resilience_sim.plans.building_checks import ENDS, at_end
from resilience_sim.plans.site import Site
from resilience_sim.studies.buildings import check_building, egress_building
from resilience_sim.studies.evacuation import FIRE_FACTS
from resilience_sim.studies.needs import SHARE, Accepts, Rule, above, from_on

__all__ = ["AGES", "BACK", "KINDERGARTEN_FACTS", "KINDERGARTEN_RULES", "MAIN", "age_of", "classes"]

MAIN, BACK = "main", "back"  # the doors that the plan names
AGES = ("junior", "middle", "senior")  # how the names of classes begin, the youngest first

SPEED = above(0.0, "m/s", 10.0)
PEOPLE = from_on(1.0, "persons")

KINDERGARTEN_FACTS: Mapping[str, Accepts] = {
    **FIRE_FACTS,
    "adults.per_class": from_on(1.0, "adults", 20.0),
    "pre_movement.range": from_on(0.0, "s", listed=True),
    "pre_movement.juniors": from_on(0.0, "s"),
    "pre_movement.seniors": from_on(0.0, "s"),
    "pre_movement.staff": from_on(0.0, "s"),
    "children.helped": SHARE,
    "egress.led_by_each": from_on(1.0, "children", 20.0),
    "egress.left_behind": SHARE,
    "egress.class_gap": from_on(0.0, "s"),
    "walking.level": SPEED,
    "walking.level_sd": from_on(0.0, "m/s", 2.0),
    "walking.stairs_juniors": above(0.0, "m/s", 10.0, listed=True),
    "walking.stairs_seniors": above(0.0, "m/s", 10.0, listed=True),
    "walking.adults": above(0.5, "m/s", 10.0),
    "door.congested": from_on(1.0, "children"),
    "counting.per_child": from_on(0.0, "s"),
    "counting.wrong": Accepts("share", high=0.5),
    "headcount.walk_main_door": from_on(0.0, "m"),
    "headcount.walk_back_door": from_on(0.0, "m"),
    "headcount.report": from_on(0.0, "s"),
    "search.start": from_on(0.0, "s"),
    "search.team": PEOPLE,
    "search.speed": SPEED,
    "search.sweep_width": above(0.0, "m"),
    "fire.call": from_on(0.0, "s"),
    "engine.dispatch": from_on(0.0, "s"),
    "engine.turnout_day": from_on(0.0, "s"),
    "engine.drive": from_on(0.0, "s"),
    "engine.set_up": from_on(0.0, "s"),
    "engine.gained_by_guiding": from_on(0.0, "s"),
    "engine.gained_by_one": SHARE,
    "rescue.reach": from_on(0.0, "s"),
    "rescue.fetch": from_on(0.0, "s"),
    "rescue.cut_power": from_on(0.0, "s"),
    "rescue.extinguish": from_on(0.0, "s"),
    "rescue.at_the_fire": PEOPLE,
    "rescue.posts": PEOPLE,
    "rescue.at_the_barrier": from_on(0.0, "persons"),
    "rescue.on_property": from_on(0.0, "persons"),
}


def classes(layout: Layout) -> tuple[str, ...]:
    """Names of the groups that are classes, in the order of the building's file."""
    return tuple(name for name, group in layout.groups.items() if "children" in group.people)


def age_of(name: str) -> str | None:
    """One of :data:`AGES`, by how a class's name begins; None if it begins otherwise."""
    return next((age for age in AGES if name.startswith(age)), None)


def _stairs(site: Site) -> None:
    """Lists of speeds and of times give their least and their greatest."""
    for name in ("walking.stairs_juniors", "walking.stairs_seniors", "pre_movement.range"):
        values = site.bases(name)
        if len(values) != 2 or not values[0] <= values[1]:
            raise FactError(name, f"lists {len(values)} values; accepted are two, the least and the greatest")


def _before_moving(site: Site) -> None:
    """Means lie within the range from the shortest to the longest."""
    low, high = site.bases("pre_movement.range")
    for name in ("pre_movement.juniors", "pre_movement.seniors"):
        if not low <= site.base(name) <= high:
            why = f"is {site.base(name):g} s, outside of 'pre_movement.range'; accepted is {low:g} to {high:g} s"
            raise FactError(name, why)


def _height(site: Site) -> None:
    """Smoke comes down from the ceiling to where it bars the way."""
    clear, ceiling = site.base("fire.layer_height"), site.base("fire.room_height")
    if clear >= ceiling:
        why = f"is {clear:g} m under a ceiling of {ceiling:g} m ('fire.room_height'); accepted is less"
        raise FactError("fire.layer_height", why)


def _building(site: Site) -> None:
    """A building with the two doors that the plan names, and classes of known age."""
    check_building(site)
    layout, building = site.building, egress_building(site)
    assert layout is not None
    exits = sorted(building.doors[side // 2].name for side in building.exits)
    if exits != sorted((MAIN, BACK)):
        why = f"its exits are {', '.join(exits)}; accepted are the two that the plan names: {MAIN}, {BACK}"
        raise PlanError(why, place=layout.place("doors"))
    if not (found := classes(layout)):
        raise PlanError("no group has children; accepted is one class at least", place=layout.place("groups"))
    for name in found:
        if age_of(name) is None:
            accepted = ", ".join(f"{age}…" for age in AGES)
            raise PlanError(
                f"class {name!r} is of no known age; accepted: {accepted}", place=layout.place("groups", name)
            )
        ends = (site, *(at_end(site, end) for end in ENDS))
        if any(layout.people(name, there).get("adults", 0) < 1 for there in ends):
            why = f"class {name!r} has no adults; accepted is 1 or more, as in 'adults: site.adults.per_class'"
            raise PlanError(why, place=layout.place("groups", name))
    for name, group in layout.groups.items():
        if other := [kind for kind in group.people if kind not in ("children", "adults", "staff")]:
            why = f"group {name!r} has people of kind {other[0]!r}; accepted are children, adults, staff"
            raise PlanError(why, place=layout.place("groups", name, "people"))


KINDERGARTEN_RULES: tuple[Rule, ...] = (_stairs, _before_moving, _height, _building)
