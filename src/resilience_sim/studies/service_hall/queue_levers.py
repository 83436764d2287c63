"""Loads along which the service hall's queue is tried, and what a recommendation may set of it.

Costs are staff-hours in one event wherever somebody works longer for it; a time to promise costs itself, and a shorter
absence what it is below the bound.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.limits import offered
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice, Question
from resilience_sim.studies.service_hall.queue_facts import AWAY
from resilience_sim.units import HOUR

if TYPE_CHECKING:
    from resilience_sim.studies.service_hall.queue import HallQueue

__all__ = ["axes_of", "choices_of", "costs_of", "options_of"]

Floats = npt.NDArray[np.float64]

SURGES = Axis("surge.factor", "1", (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0))
SMALLER = Axis("surge.factor", "1", (3.0, 2.5, 2.0, 1.8, 1.6, 1.4, 1.2))
SERVICE = Axis("service.other_mean", "min", (6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0))
FEWER = Axis("counters.open", "counters", (8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0))
IN_CARE = Axis("customers.in_care", "%", (2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0))
USUAL = Axis("usual.load", "%", (40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0))
MINUTES = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0)
AXES: Mapping[tuple[str, str], tuple[Axis, ...]] = {
    ("hall_trigger", "surge_noticed"): (SMALLER,),
    ("hall_counters", "served_in_time"): (SURGES, SERVICE, FEWER),
    ("hall_counters", "counter_opens"): (Axis("counters.opening", "min", MINUTES[:-1]),),
    ("hall_surge", "most_crowded"): (SURGES,),
    ("hall_longer", "last_served"): (SURGES,),
    ("hall_longer", "sent_away"): (SURGES, FEWER),
    ("hall_care", "care_wait"): (SURGES,),
    ("hall_care", "others_wait_more"): (IN_CARE,),
    ("hall_helped", "served_in_time"): (SURGES, Axis("call_up.arrival_median", "min", MINUTES[2:])),
    ("hall_system", "served_that_day"): (Axis("repair.scale", "1", (0.05, 0.1, 0.2, 0.5, 1.0)),),
    ("hall_told", "restoration_told"): (Axis("calling.answered_day", "%", (99.0, 95.0, 90.0, 80.0, 50.0)),),
    ("hall_disturbed", "wait_more"): (Axis("disturbance.step", "min", MINUTES[:-1]),),
    ("hall_injury", "wait_more"): (USUAL,),
    ("hall_property", "wait_more"): (Axis("property.counting", "min", MINUTES),),
}
COMPARED = ("none_added", "by_number")
"""Readings that are there to compare with."""
SEEN_AT: Mapping[str, str] = {"by_length": "waiting_per_counter", "by_wait": "wait", "by_load": "load_of_capacity"}
MOST_VALUES = 10  # of a quantity that is chosen together with another
TRIES = tuple(float(n) for n in range(1, 16))
COST_BLOCKS = 1  # of days that costs are means of


def axes_of(question: Question) -> Sequence[Axis]:
    """The loads of a question."""
    if question.interpretation in COMPARED:
        return ()
    if question.interpretation == "part_of_business":
        return (Axis("system.affects", "%", (5.0, 10.0, 20.0, 35.0, 50.0, 100.0)),)
    return AXES.get((question.claim.study, question.measure), ())


def options_of(plan: Plan, question: Question) -> Sequence[str]:
    """What may be set to make the question's claim hold."""
    if question.interpretation in COMPARED:
        return ()
    study = question.claim.study
    match study, question.measure:
        case "hall_trigger", "surge_noticed":
            return ("seen_at",)
        case "hall_counters", "served_in_time":
            return ("counters_at_queue",)
        case "hall_longer", "sent_away":
            return ("extend",)
        case "hall_helped", _:
            return ("ask_at",)
        case "hall_told", "restoration_told":
            return ("call_tries",)
        case "hall_told", "record_time":  # promised apart from what is promised to those who are phoned
            return ("promise_record",)
    if study in AWAY:
        return ("away_for",)
    return ("promise",) if question.claim.limit in plan.clause(question.clause).quantities else ()


def choices_of(plan: Plan, site: Site, question: Question) -> Sequence[Choice]:
    """The quantities that the question's option sets."""
    match question.option:
        case "seen_at":
            return (offered(plan, "P5-03", SEEN_AT[question.interpretation], descending=True),)
        case "counters_at_queue":
            return (
                _fewer(offered(plan, "P5-04", "waiting_per_counter", descending=True)),
                offered(plan, "P5-04", "extra_counters", descending=False),
            )
        case "extend":
            return (offered(plan, "P5-05", "extension", descending=False),)
        case "ask_at":
            now = site.base("help.asked_at")
            return (
                Choice(OF_THE_SITE, "help.asked_at", "customers", (10.0, 6.0, 4.0, 3.0, 2.0, 1.0), now),
                offered(plan, "P5-08", "extra_staff", descending=False, most=site.base("call_up.agents_at_hand")),
            )
        case "call_tries":
            return (Choice(OF_THE_SITE, "calling.attempts", "tries", TRIES, site.base("calling.attempts")),)
        case "away_for":
            return (offered(plan, *AWAY[question.claim.study], descending=True),)
    # a promise: at most is harder the sooner, at least the more
    more = question.relation == "at_least"
    return (offered(plan, question.clause, question.claim.limit, descending=more),)


def _fewer(choice: Choice) -> Choice:
    """Not more than some of its values, the easiest among them."""
    step = -(-len(choice.values) // MOST_VALUES)
    return replace(choice, values=choice.values[::-1][::step][::-1])


def costs_of(study: HallQueue, question: Question, seed: int) -> Floats:
    """The cost of every combination of choices, over the same events; shape: the number of values of each choice."""
    choices = study.choices(question)
    first: Floats = np.array(choices[0].values)
    match question.option:
        case "promise" | "promise_record":
            return first
        case "away_for":
            below: Floats = first[0] - first
            return below
        case "call_tries":
            # Of those who are not reached sooner each takes all tries: one try after the other, as long as it rings.
            unanswered = 1 - study.site.base("calling.answered_day")
            calls = np.array([sum(unanswered**k for k in range(int(tries))) for tries in first])
            taken = _mean(study, question, seed, "recorded")
            hours: Floats = np.array(taken * calls * study.site.base("calling.attempt") / HOUR, dtype=float)
            return hours
        case "seen_at":
            return np.array([100 * _mean(study, study.chosen(question, [v]), seed, "false_starts") for v in first])
    shape = [len(choice.values) for choice in choices]
    combinations = itertools.product(*(choice.values for choice in choices))
    costs = [_mean(study, study.chosen(question, values), seed, "staff_hours") for values in combinations]
    return np.array(costs).reshape(shape)


def _mean(study: HallQueue, question: Question, seed: int, measure: str) -> float:
    rows = [study.replicate(question.situation, seed, block)[measure] for block in range(COST_BLOCKS)]
    return float(np.mean(rows))
