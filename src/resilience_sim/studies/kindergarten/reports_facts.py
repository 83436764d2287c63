"""What the kindergarten's reports are about, and what their study needs of a plan and a site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from resilience_sim.studies.call_trees import When
from resilience_sim.studies.needs import SHARE, Needs, above, from_on
from resilience_sim.studies.notifying import Topic

__all__ = ["INFORMED", "LEADING", "NEEDS", "RECIPIENTS", "TOPICS"]

LEADING = ("leader_in_charge", "group_members")
INFORMED = ("head", "group_members", "bureau")  # by the office, in this order
RECIPIENTS = ("head", "leader_in_charge", "canteen")  # of what the sick room reports
BY_DAY: tuple[When, ...] = ("by_day",)
BOTH_WAYS = ("fire_in_parallel",)  # of telling the head and 119
TOPICS: Mapping[str, Topic] = {
    "fire_alarm": Topic(
        "fire",
        {"order_given": "s", "brigade_told": "s"},
        BY_DAY,
        loads=("attempt",),
        roles=("head", "fire_brigade", "class_teachers"),
        also=BOTH_WAYS,
    ),
    "fire_call": Topic("fire", {"water": "min"}, BY_DAY, loads=(), roles=("fire_brigade",), also=BOTH_WAYS),
    "phones_on": Topic("headquarters", {"members_reached": "%"}, levers=("tries",), loads=("answered",), roles=LEADING),
    "rescue_order": Topic("accident", {"ambulance_there": "min"}, BY_DAY, loads=(), roles=("office",)),
    "accident_report": Topic("accident", {"office_told": "min"}, loads=(), roles=("office",)),
    "first_report": Topic("accident", {"office_told": "min"}, BY_DAY, loads=(), roles=("office",)),
    "passing_on": Topic(
        "accident",
        {"whole_chain": "min", "longest_step": "min", "departments_told": "min"},
        levers=("tries", "message"),
        loads=("answered",),
        roles=("office", *INFORMED),
    ),
    "reporting_up": Topic("up", {"bureau_told": "min"}, levers=("tries",), loads=("answered",), roles=("bureau",)),
    "headquarters": Topic(
        "headquarters",
        {"members_told": "min", "leader_there": "min"},
        levers=("tries", "message"),
        loads=("answered",),
        roles=LEADING,
    ),
    "poisoning_told": Topic(
        "poisoning",
        {"recipients_told": "min", "head_on_scene": "min", "bureau_told": "min", "sealed": "min"},
        BY_DAY,
        levers=("tries",),
        loads=("answered",),
        roles=("sick_room", *RECIPIENTS, "bureau"),
    ),
}
TIME = from_on(0.0, "s", 86_400.0)
OPEN = from_on(0.0, "s", optional=True)
NEEDS = Needs(
    facts={
        "calling.answered_day": above(0.0, "share", 1.0),
        "calling.answered_night": SHARE,
        "calling.attempt": above(0.0, "s"),
        "fire.found": TIME,
        "fire.judged": TIME,
        "fire.put_out": SHARE,
        "engine.dispatch": TIME,
        "engine.turnout_day": TIME,
        "engine.drive": TIME,
        "engine.set_up": TIME,
        "engine.gained_by_guiding": TIME,
        "accident.discovered": TIME,
        "accident.rescue_alone": TIME,
        "ambulance.call": TIME,
        "ambulance.response": TIME,
        "sick_room.reach": TIME,
        "kitchen.seal": TIME,
    },
    quantities={
        ("P3-03", "alarm_within"): OPEN,
        ("P3-03", "report_within"): OPEN,
        ("P3-07", "report_within"): OPEN,
        ("P3-08", "act_within"): OPEN,
        ("P3-08", "leaders_on_scene_within"): OPEN,
        ("P3-09", "alarm_chain"): OPEN,
        ("P3-09", "call_within"): OPEN,
        ("P3-18", "judged_after"): OPEN,
        ("P3-20", "phone_on"): from_on(0.0, "s", 86_400.0),
        ("P3-20", "share_answering"): replace(SHARE, optional=True),
        ("P3-23", "headquarters_within"): OPEN,
        ("P3-25", "report_within"): OPEN,
        ("P3-26", "time_per_step"): OPEN,
        ("P3-26", "whole_chain_within"): OPEN,
        ("P3-30", "told_within"): OPEN,
        ("P3-31", "on_scene_within"): OPEN,
        ("P3-31", "report_within"): OPEN,
        ("P3-33", "sealed_within"): OPEN,
    },
    measures={study: topic.measures for study, topic in TOPICS.items()},
    interpretations={
        "P3-09": ("one_after_another", "in_parallel"),
        "P3-18": ("call_always", "call_if_control_may_be_lost"),
        "P3-20": ("always_on", "off_by_night"),
        "P3-24": ("alarm_first", "rescue_first"),
        "P3-25": ("from_accident", "from_discovery"),
    },
)
