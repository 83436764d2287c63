"""What the service hall's queue is asked, and what its study needs of a plan and a site."""

from __future__ import annotations

from collections.abc import Mapping

from resilience_sim.errors import FactError
from resilience_sim.plans.site import Site
from resilience_sim.studies.needs import SHARE, SIGMA, Needs, above, from_on
from resilience_sim.units import DAY, HOUR

__all__ = ["AWAY", "DECIDED", "MEASURES", "NEEDS", "READINGS", "STUDIES"]

AWAY_MEASURES = {"served_in_time": "%", "wait_more": "min"}
STUDIES: Mapping[str, Mapping[str, str]] = {
    "hall_trigger": {"surge_noticed": "min", "false_starts": "events"},
    "hall_counters": {"served_in_time": "%", "counter_opens": "min"},
    "hall_surge": {"most_crowded": "1/m2"},
    "hall_longer": {"last_served": "min", "sent_away": "customers", "served_more": "customers"},
    "hall_care": {"care_wait": "min", "others_wait_more": "min"},
    "hall_helped": {"served_in_time": "%"},
    "hall_unhelped": {"served_in_time": "%"},
    "hall_system": {"served_that_day": "%"},
    "hall_told": {"restoration_told": "%", "told_after": "h", "record_time": "s", "next_day_in_time": "%"},
    "hall_disturbed": AWAY_MEASURES,
    "hall_injury": AWAY_MEASURES,
    "hall_property": AWAY_MEASURES,
}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
READINGS: Mapping[str, tuple[str, ...]] = {
    "P5-03": ("by_length", "by_wait", "by_load"),
    "P5-04": ("counters_added", "none_added"),
    "P5-05": ("served_to_the_last", "until_new_closing"),
    "P5-07": ("care_first", "by_number"),
    "P5-09": ("all_business", "part_of_business"),
}
DECIDED: Mapping[str, Mapping[tuple[str, str], str]] = {
    "hall_trigger": {
        ("P5-03", "waiting_per_counter"): "surge.seen_at_queue",
        ("P5-03", "wait"): "surge.seen_at_wait",
        ("P5-03", "load_of_capacity"): "surge.seen_at_load",
    },
    "hall_counters": {
        ("P5-04", "extra_counters"): "counters.spare",
        ("P5-04", "waiting_per_counter"): "counters.added_at",
    },
    "hall_longer": {("P5-05", "extension"): "surge.extension"},
    "hall_care": {("P5-07", "share_in_care"): "customers.in_care"},
    "hall_helped": {("P5-08", "extra_staff"): "call_up.extra_staff"},
    "hall_system": {("P5-09", "business_affected"): "system.affects"},
    "hall_told": {("P5-11", "returning"): "customers.returning"},
    "hall_disturbed": {
        ("P5-21", "counters_lost"): "disturbance.counters",
        ("P5-21", "each_step"): "disturbance.step",
    },
    "hall_injury": {("P5-23", "staff_away"): "escort.staff", ("P5-23", "away_for"): "escort.away"},
    "hall_property": {("P5-25", "counting"): "property.counting"},
}
"""The fact of the site that says a quantity while the plan leaves it open, by study."""
AWAY: Mapping[str, tuple[str, str]] = {
    "hall_disturbed": ("P5-21", "each_step"),
    "hall_injury": ("P5-23", "away_for"),
    "hall_property": ("P5-25", "counting"),
}
"""Which quantity says how long staff are away from their counters."""

TIME, LONG = from_on(0.0, "s", HOUR * 4), above(0.0, "s", DAY / 2)
COUNTERS = from_on(0.0, "counters", 50.0)
QUEUE = above(0.0, "customers", 100.0)
PERSONS = from_on(0.0, "persons", 50.0)
OPEN_TIME = from_on(0.0, "s", optional=True)
OPEN_SHARE = from_on(0.0, "share", optional=True)


def _some_counter(site: Site) -> None:
    """Refuse a hall without a counter; numbers drawn from a range are rounded."""
    if round(site.base("counters.open")) < 1:
        raise FactError("counters.open", f"is {site.base('counters.open'):g}; accepted is what rounds to 1 or more")


NEEDS = Needs(
    facts={
        "hours.open": above(0.0, "s", DAY / 2),
        "usual.load": above(0.0, "share", 1.5),
        "surge.factor": from_on(1.0, "1", 20.0),
        "surge.length": LONG,
        "surge.seen_at_queue": QUEUE,
        "surge.seen_at_wait": above(0.0, "s", DAY),
        "surge.seen_at_load": above(0.0, "share", 10.0),
        "surge.load_window": LONG,
        "surge.extension": TIME,
        "service.payment_mean": LONG,
        "service.other_mean": LONG,
        "service.sigma": SIGMA,
        "service.payment_share": SHARE,
        "patience.mean": above(0.0, "s"),
        "balking.waiting_per_counter": from_on(0.0, "customers", 100.0),
        "balking.share": SHARE,
        "customers.in_care": SHARE,
        "customers.returning": SHARE,
        "fire.room_area": above(0.0, "m2"),
        "hall.crowding": above(0.0, "1/m2"),
        "counters.open": above(0.0, "counters", 50.0),
        "counters.spare": COUNTERS,
        "counters.opening": from_on(0.0, "s"),
        "counters.added_at": QUEUE,
        "counters.close_after": above(59.0, "s"),
        "help.asked_at": QUEUE,
        "call_up.extra_staff": PERSONS,
        "call_up.agents_at_hand": PERSONS,
        "system.affects": SHARE,
        "system.fails": above(0.0, "1/s"),
        "manual.record": above(0.0, "s"),
        "manual.call_back": from_on(0.0, "s"),
        "calling.answered_day": SHARE,
        "calling.attempt": from_on(0.0, "s"),
        "calling.attempts": from_on(1.0, "tries"),
        "disturbance.step": TIME,
        "disturbance.counters": COUNTERS,
        "escort.staff": PERSONS,
        "escort.away": from_on(0.0, "s"),
        "property.counting": TIME,
        "standard.hall_wait": above(0.0, "s"),
        "standard.hall_served": SHARE,
        "standard.surge_noticed": from_on(0.0, "s"),
        "standard.wait_more": from_on(0.0, "s"),
    },
    rules=(_some_counter,),
    quantities={
        ("P5-03", "waiting_per_counter"): from_on(1.0, "customers", optional=True),
        ("P5-03", "wait"): from_on(60.0, "s", optional=True),
        ("P5-03", "load_of_capacity"): from_on(0.05, "share", optional=True),
        ("P5-04", "extra_counters"): from_on(0.0, "counters", 50.0, optional=True),
        ("P5-04", "waiting_per_counter"): from_on(1.0, "customers", optional=True),
        ("P5-04", "open_within"): OPEN_TIME,
        ("P5-05", "extension"): from_on(0.0, "s", 4 * HOUR, optional=True),
        ("P5-07", "attended_within"): OPEN_TIME,
        ("P5-07", "share_in_care"): from_on(0.0, "share", 1.0, optional=True),
        ("P5-08", "extra_staff"): from_on(0.0, "persons", 50.0, optional=True),
        ("P5-09", "business_affected"): from_on(0.0, "share", 1.0, optional=True),
        ("P5-11", "told"): OPEN_SHARE,
        ("P5-11", "record_within"): OPEN_TIME,
        ("P5-11", "told_within"): OPEN_TIME,
        ("P5-11", "returning"): from_on(0.0, "share", 1.0, optional=True),
        ("P5-21", "steps"): from_on(1.0, "steps", 20.0),
        ("P5-21", "each_step"): from_on(0.0, "s", 4 * HOUR, optional=True),
        ("P5-21", "counters_lost"): from_on(0.0, "counters", 50.0, optional=True),
        ("P5-23", "staff_away"): from_on(0.0, "persons", 50.0, optional=True),
        ("P5-23", "away_for"): OPEN_TIME,
        ("P5-25", "people"): from_on(0.0, "persons", 50.0),
        ("P5-25", "counting"): OPEN_TIME,
    },
    measures=STUDIES,
    interpretations=READINGS,
)
