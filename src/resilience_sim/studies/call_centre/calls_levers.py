"""What a recommendation may set where it is told by telephone: a deadline, tries, and phones that are answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.call_centre.faults_events import Scenario
from resilience_sim.studies.call_trees import Changes
from resilience_sim.studies.limits import offered
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice
from resilience_sim.units import MINUTE, from_base, to_base

__all__ = [
    "ANSWERED", "and_tries", "answered", "answered_at_least", "answered_choice", "deadline_and_tries", "in_minutes",
    "tries", "with_answered",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

ANSWERED = "calling.answered"
DAY, NIGHT = "calling.answered_day", "calling.answered_night"
TRIES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
ROUND = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 240.0, 480.0)
HOURS = (0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 24.0, 36.0, 48.0, 72.0)
STEPS = (60.0, 70.0, 80.0, 90.0, 95.0, 100.0)
SHARES = (100.0, 97.0, 95.0, 90.0, 85.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0)  # per cent of calls answered


def answered() -> Axis:
    """Fewer and fewer calls are answered, by day as by night."""
    return Axis(ANSWERED, "%", SHARES)


def with_answered(changes: Changes, per_cent: float) -> Changes:
    """The same, and this share of all calls to mobiles is answered, by day as by night."""
    share = to_base(per_cent, "%")
    return changes.with_base(DAY, share).with_base(NIGHT, share)


def answered_at_least(changes: Changes, site: Site, per_cent: float) -> Changes:
    """The same, and at every hour this share of all calls to mobiles is answered, or what is answered now if more."""
    share = to_base(per_cent, "%")
    return changes.with_base(DAY, max(share, site.base(DAY))).with_base(NIGHT, max(share, site.base(NIGHT)))


def answered_choice(site: Site, scenario: Scenario) -> Choice:
    """From the share of calls that is answered now up to all of them, in steps that can be told apart.

    Now: at the hours of the scenario; where it may be at any, the lower share of day and night.
    """
    shares = {"by_day": site.base(DAY), "by_night": site.base(NIGHT)}
    now = from_base(shares.get(scenario, min(shares.values())), "%")
    return Choice(OF_THE_SITE, ANSWERED, "%", (now, *(share for share in STEPS if share > now)), now)


def tries(site: Site) -> Choice:
    """How often somebody is tried."""
    return Choice(OF_THE_SITE, "calling.attempts", "tries", TRIES, site.base("calling.attempts"))


def deadline_and_tries(plan: Plan, site: Site, clause: str, quantity: str) -> tuple[Choice, Choice]:
    """A deadline of the plan from the shortest to the longest, and how often somebody is tried before one gives up.

    Deadlines are round numbers, the last one within bounds, and the one in force: a minute more or less is not told
    apart.
    """
    every = offered(plan, clause, quantity, descending=False)
    kept = {*(HOURS if every.unit == "h" else ROUND), every.values[-1], every.current}
    return replace(every, values=tuple(value for value in every.values if value in kept)), tries(site)


def in_minutes(choices: Sequence[Choice]) -> Floats:
    """What a deadline and tries cost together: the deadline in minutes; tries decide between equal ones only."""
    deadline, often = choices
    return and_tries(np.array([to_base(value, deadline.unit) / MINUTE for value in deadline.values]), often)


def and_tries(first: Floats, often: Choice, *, weight: float = 1e-5) -> Floats:
    """What a first choice costs and, with a small weight, each try: shape (values of the first, values of tries)."""
    cost: Floats = first[:, None] + weight * np.array(often.values)[None, :]
    return cost
