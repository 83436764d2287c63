"""Loads of a surge that may grow, and what a recommendation may set: the sign, people of a level, the holds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.call_centre.surge_events import Surge, SurgeEvents
from resilience_sim.studies.call_centre.surge_floor import Loads
from resilience_sim.studies.call_centre.surge_signs import Watch, watched
from resilience_sim.studies.call_centre.surge_support import Support
from resilience_sim.studies.limits import offered
from resilience_sim.studies.question import Axis, Choice, Question
from resilience_sim.units import MINUTE, to_base

__all__ = ["AXES", "COSTED", "PEOPLE", "choices_of", "costs_of", "loaded_axes", "moved_to", "setting_with", "with_load"]

Floats = npt.NDArray[np.float64]

SIZE = Axis("surge.times", "1", (1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 13.0))
LOADS = (
    Axis("calls.handling_mean", "s", (90.0, 120.0, 150.0, 179.0, 210.0, 240.0)),
    Axis("redial.share", "share", (0.1, 0.2, 0.42, 0.62, 0.8, 0.9)),
    Axis("failure.try_again", "share", (0.3, 0.5, 0.7, 0.9, 0.95, 1.0)),
    Axis("support.lead", "1", (0.25, 0.5, 1.0, 2.0, 4.0)),
)
AXES = (SIZE, *(axis for axis in LOADS if axis.name != "failure.try_again"))
PEOPLE = (0, 2, 4, 6, 8, 10, 12, 16, 20, 24, 28, 32, 36, 40, 50, 60)  # one more or less is not told apart
FIRST = (0, 8, 12, 16, 20, 24, 28, 32, 40, 60)
TIMES = (1.5, 1.8, 2.0, 2.2, 2.5, 3.0, 3.5, 4.0)
LASTING_MIN = (5, 10, 15, 20, 30, 60)
HOLDS_MIN = (120, 60, 30, 15, 0)
COSTED = 4  # blocks of events over which costs are taken
DAYS = 365.0


class _Study(Protocol):
    plan: Plan
    site: Site
    events: SurgeEvents


def loaded_axes(*names: str) -> tuple[Axis, ...]:
    """Loads of a floor by their names."""
    return tuple(axis for axis in LOADS if axis.name in names)


def with_load(site: Site, loads: Loads, axis: Axis, value: float) -> Loads:
    """The same with handling times, the share who call again, or lead times at this value."""
    match axis.name:
        case "calls.handling_mean":
            return replace(loads, handling=to_base(value, axis.unit) / site.base(axis.name))
        case "support.lead":
            return replace(loads, lead=value)
    return replace(loads, redial=value)


def moved_to(site: Site, setting: Surge, axis: Axis, value: float) -> Surge:
    """The setting with the load at this value, compared with nothing: loads are sought for rates, not for gains."""
    setting = replace(setting, against=None, compared=False)
    if axis.name == SIZE.name:
        return replace(setting, times=value)
    return replace(setting, loads=with_load(site, setting.loads, axis, value))


# ---- what may be chosen


def choices_of(plan: Plan, question: Question) -> Sequence[Choice]:
    """The quantities of a question's option, each from the hardest value to the easiest."""
    match question.option:
        case "sign_threshold":
            return (offered(plan, "P4-31", "calls_over_usual", descending=False),)
        case "sign":
            times = _some(offered(plan, "P4-31", "calls_over_usual", descending=True), TIMES)
            return (times, _some(offered(plan, "P4-31", "lasting", descending=True), LASTING_MIN))
        case "other_units_called":
            return (_some(offered(plan, "P4-32", "extra_agents", descending=False), PEOPLE),)
        case "functional_called":
            return (_some(offered(plan, "P4-36", "extra_agents", descending=False), PEOPLE),)
    hold = _some(offered(plan, question.clause, "uncontrolled_for", descending=True), HOLDS_MIN)
    if question.option == "hold":
        return (hold,)
    return (hold, _some(offered(plan, "P4-32", "extra_agents", descending=False), FIRST))


def _some(choice: Choice, wanted: Sequence[float]) -> Choice:
    """Of the values offered only some, and the one in force."""
    values = tuple(value for value in choice.values if round(value, 6) in wanted or value == choice.current)
    return replace(choice, values=values)


def setting_with(question: Question, values: Sequence[float]) -> Surge | Watch:
    """The question's situation with these values of its choices."""
    setting, (first, *others) = question.situation, values
    if isinstance(setting, Watch):
        sign = replace(setting.sign, times=first)
        if others:
            sign = replace(sign, lasting_s=others[0] * MINUTE)
        return replace(setting, sign=sign)
    assert isinstance(setting, Surge)
    assert setting.support is not None
    support = setting.support
    match question.option:
        case "other_units_called":
            support = _with_people(support, 0, int(first))
        case "functional_called":
            support = _with_people(support, 2, int(first))
        case _:
            level = 1 if question.clause == "P4-33" else 2
            holds = list(support.uncontrolled_s)
            holds[level - 1] = first * MINUTE
            support = replace(support, uncontrolled_s=(holds[0], holds[1]))
            if others:
                support = _with_people(support, 0, int(others[0]))
    return replace(setting, support=support)


def _with_people(support: Support, level: int, count: int) -> Support:
    people = list(support.people)
    people[level] = count
    return replace(support, people=(people[0], people[1], people[2]))


def costs_of(study: _Study, question: Question, seed: int) -> Floats:
    """What each combination of choices costs; staff-hours of a surge, or false call-ups in a year."""
    choices = choices_of(study.plan, question)
    if question.option == "sign_threshold":
        first: Floats = np.array(choices[0].values)
        higher: Floats = first - first[0]
        return higher
    combined = itertools.product(*(choice.values for choice in choices))
    each = _false_a_year if question.option == "sign" else _hours
    return np.array([each(study, question, values, seed) for values in combined]).reshape(
        [len(choice.values) for choice in choices]
    )


def _hours(study: _Study, question: Question, values: Sequence[float], seed: int) -> float:
    """Staff-hours of one surge on average."""
    setting = setting_with(question, values)
    assert isinstance(setting, Surge)
    return math.fsum(study.events.support_hours(setting, seed, k) for k in range(COSTED)) / COSTED


def _false_a_year(study: _Study, question: Question, values: Sequence[float], seed: int) -> float:
    """False call-ups of the sign in a year of ordinary days."""
    setting = setting_with(question, values)
    assert isinstance(setting, Watch)
    days = replace(setting, scenario="ordinary_day")
    found = [watched(study.events.floor, days, seed, k)["false_call_ups"].mean() for k in range(COSTED)]
    return DAYS * math.fsum(found) / COSTED
