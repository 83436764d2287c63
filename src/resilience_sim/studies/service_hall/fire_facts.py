"""What the service hall's evacuations and drills need of a site: its facts, and a hall with the two doors they use."""

from __future__ import annotations

from collections.abc import Mapping

from resilience_sim.errors import FactError, PlanError
from resilience_sim.plans.site import Site
from resilience_sim.studies.buildings import check_building, egress_building
from resilience_sim.studies.evacuation import FIRE_FACTS
from resilience_sim.studies.needs import SHARE, Accepts, Rule, above, from_on
from resilience_sim.studies.service_hall.fire_events import MAIN, STAFF_DOOR, STAFF_GROUPS

__all__ = ["HALL_FACTS", "HALL_RULES"]

SECONDS = from_on(0.0, "s")
SPEED = above(0.0, "m/s", 10.0)
PEOPLE = {"customers": ("customers",), **dict.fromkeys(STAFF_GROUPS, ("staff",))}

HALL_FACTS: Mapping[str, Accepts] = {
    **FIRE_FACTS,
    "fire.detected": above(0.0, "s"),
    "fire.put_out": SHARE,
    "hall.crowding": above(0.0, "1/m2", 2.75),
    "customers.in_care": SHARE,
    "customers.need_help_to_leave": SHARE,
    "pre_movement.customers": SECONDS,
    "pre_movement.staff": SECONDS,
    "walking.adults": above(0.3, "m/s", 10.0),
    "walking.elderly": SPEED,
    "walking.helped": SPEED,
    "egress.tell_each": SECONDS,
    "egress.led_by_each": from_on(1.0, "customers", 20.0),
    "egress.guards": from_on(0.0, "persons"),
    "egress.on_valuables": from_on(0.0, "persons"),
    "egress.fighters": from_on(0.0, "persons"),
    "egress.fight_fire": SECONDS,
    "egress.lock_up": SECONDS,
    "egress.move_cash": SECONDS,
    "gas.noticed": SECONDS,
    "gas.tenable": above(0.0, "s"),
    "drills.every": above(0.0, "s"),
    "drills.within": above(0.0, "s"),
    "drills.past": from_on(2.0, "1", 1000.0),
    "drills.spread": above(0.0, "share", 5.0),
    "drills.growth": above(0.0, "share", 10.0),
}


def _height(site: Site) -> None:
    """Smoke comes down from the ceiling to where it bars the way."""
    clear, ceiling = site.base("fire.layer_height"), site.base("fire.room_height")
    if clear >= ceiling:
        why = f"is {clear:g} m under a ceiling of {ceiling:g} m ('fire.room_height'); accepted is less"
        raise FactError("fire.layer_height", why)


def _building(site: Site) -> None:
    """A hall with customers and staff, the main door and the staff's own."""
    check_building(site)
    layout, building = site.building, egress_building(site)
    assert layout is not None
    exits = sorted(building.doors[side // 2].name for side in building.exits)
    if exits != sorted((MAIN, STAFF_DOOR)):
        why = f"its exits are {', '.join(exits)}; accepted are two: {MAIN}, {STAFF_DOOR}"
        raise PlanError(why, place=layout.place("doors"))
    if sorted(layout.groups) != sorted(PEOPLE):
        why = f"its groups are {', '.join(layout.groups)}; accepted are {', '.join(PEOPLE)}"
        raise PlanError(why, place=layout.place("groups"))
    for name, group in layout.groups.items():
        if tuple(group.people) != PEOPLE[name]:
            why = f"group {name!r} has people of kind {', '.join(group.people)}; accepted is {PEOPLE[name][0]}"
            raise PlanError(why, place=layout.place("groups", name, "people"))


HALL_RULES: tuple[Rule, ...] = (_height, _building)
