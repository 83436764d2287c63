"""What the service hall's calls are about, and what their study needs of a plan and a site."""

from __future__ import annotations

from collections.abc import Mapping

from resilience_sim.studies.call_trees import When
from resilience_sim.studies.needs import SHARE, Needs, above, from_on
from resilience_sim.studies.notifying import Topic
from resilience_sim.studies.service_hall import calls_events as events

__all__ = ["EXTRA", "MEASURES", "NEEDS", "READINGS", "SENT", "STUDIES", "SUPERIORS", "TOPICS"]

EXTRA = "call_up.extra_staff"
OPEN: tuple[When, ...] = ("by_day",)
SUPERIORS, SENT = ("manager", "leading_group"), ("extra_guards", "extra_agents")
TOPICS: Mapping[str, Topic] = {
    "hall_report": Topic("report", {"group_told": "min"}, OPEN, roles=("leading_group",)),
    "hall_help": Topic("help", {"superior_asked": "min", "help_there": "min"}, OPEN, roles=(*SUPERIORS, *SENT)),
    "hall_robbery": Topic("robbery", {"police_told": "s", "both_told": "s"}, OPEN, roles=("police", "manager")),
    "hall_robbery_alone": Topic("robbery_alone", {"police_told": "s"}, OPEN, roles=("police",)),
    "hall_119": Topic("fire", {"call_119": "s", "water": "min"}, OPEN),
    "hall_siege": Topic(
        "siege",
        {"head_there": "min", "police_after": "min", "call_110": "min"},
        OPEN,
        roles=("hall_head", "hall_guards"),
    ),
    "hall_extreme": Topic("police_called", {"both_told": "s"}, OPEN, roles=("police", "manager")),
    "hall_illness": Topic("illness", {"call_120": "s", "counters_closed": "counters"}, OPEN, roles=("ambulance",)),
    "hall_family": Topic("family", {"family_told": "min"}, OPEN, roles=("family",)),
}
STUDIES: Mapping[str, Mapping[str, str]] = {name: topic.measures for name, topic in TOPICS.items()}
MEASURES = {measure: unit for measures in STUDIES.values() for measure, unit in measures.items()}
READINGS: Mapping[str, tuple[str, ...]] = {
    "P5-12": ("others_call", "clerk_alone"),
    "P5-14": ("fight_then_leave", "fight_while_leaving"),
    "P5-15": ("guided", "unguided"),
    "P5-22": ("called_when_seen", "watched_first"),
}
SECONDS = from_on(0.0, "s")
TIME = from_on(0.0, "s", optional=True)
PERSONS = from_on(0.0, "persons", optional=True)
STAFF = from_on(0.0, "persons", events.MOST_STAFF / 2)
NEEDS = Needs(
    facts={
        "calling.answered_day": SHARE,
        "calling.attempt": SECONDS,
        "calling.between_attempts": SECONDS,
        "calling.attempts": from_on(1.0, "tries", 20.0),
        "call_up.decision": SECONDS,
        "call_up.arrival_median": above(0.0, "s"),
        EXTRA: from_on(0.0, "persons", 100.0),
        "egress.fight_fire": SECONDS,
        "egress.hall_staff": STAFF,
        "egress.office_staff": STAFF,
        "engine.dispatch": SECONDS,
        "engine.drive": SECONDS,
        "engine.gained_by_guiding": SECONDS,
        "engine.set_up": SECONDS,
        "engine.turnout_day": SECONDS,
        "family.contact": above(0.0, "s"),
        "fire.call": SECONDS,
        "fire.found": SECONDS,
        "illness.noticed": above(0.0, "s"),
        "illness.watched": SECONDS,
        "robbery.hiding": above(0.0, "s"),
        "robbery.seen": above(0.0, "s"),
        "siege.persuading": SECONDS,
        "siege.way": above(0.0, "s"),
        "staff.absence": SHARE,
    },
    quantities={
        ("P5-02", "report_within"): TIME,
        ("P5-08", "extra_staff"): PERSONS,
        ("P5-08", "ask_within"): TIME,
        ("P5-08", "arrive_within"): TIME,
        ("P5-12", "calls"): from_on(1.0, "calls"),
        ("P5-12", "alarm_within"): TIME,
        ("P5-14", "fight_for"): TIME,
        ("P5-15", "call_after"): TIME,
        ("P5-19", "persuade_for"): TIME,
        ("P5-19", "police_within"): TIME,
        ("P5-19", "call_within"): TIME,
        ("P5-19", "arrive_within"): TIME,
        ("P5-20", "alarm_within"): TIME,
        ("P5-22", "call_within"): TIME,
        ("P5-22", "staff_helping"): PERSONS,
        ("P5-24", "told_within"): TIME,
    },
    measures=STUDIES,
    interpretations=READINGS,
)
