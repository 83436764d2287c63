"""Levels of support: what calls the first of them, who comes when, and the ladder that the queue climbs.

*How a surge is seen.* Calls have grown abnormally once those of the last minutes are so many times the usual ones, and
more than the agents on duty could serve in these minutes: what they can serve needs no support, and at night a second
call is often three times the usual number. Only first calls are counted, so that redials cannot raise the alarm.

*Levels.* The first is called at an instant that the study gives; the next when the answer rate has been below what
counts as control for so long without a break, counted from the call-up of the level before, or from its being in place.
Whoever has come stays until the event is over: the plan does not say when levels stand down (what a rule would cost:
:mod:`~resilience_sim.studies.call_centre.surge_stand_down`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue import Condition, Draws, Ladder, Level, QueueInputs
from resilience_sim.models.queue.draws_beside import lead_times
from resilience_sim.models.queue.path import Path
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_centre.surge_floor import BEFORE_S, Floor, Loads, as_agents
from resilience_sim.timelines import Timeline
from resilience_sim.units import HOUR, MINUTE

__all__ = [
    "Sign", "Support", "at_the_instant", "people_s", "seen_s", "shown", "staff_hours", "with_ladder", "within",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

EVER = Condition("waiting", "at_least", 0.0)


@dataclass(frozen=True)
class Sign:
    """When calls have grown abnormally: `times` the usual number for `lasting_s`."""

    times: float
    lasting_s: float


@dataclass(frozen=True)
class Support:
    """The rules and people of support.

    Parameters
    ----------
    sign
        What calls the first level.
    levels
        So many of them may be called.
    uncontrolled_s
        For how long the answer rate must be too low before the second and the third level are called.
    controlled_from
        The answer rate that counts as control, of the second and the third level.
    over_s
        The time over which that rate is taken.
    in_place
        Whether the time counts from the level before being in place, or from its call-up.
    people
        Of each level; `None`: as many as the site says.
    handling
        Their handling time, times that of an agent.
    within_s
        By when they are in place at the latest, if they come; infinite: when they are.
    """

    sign: Sign
    levels: int
    uncontrolled_s: tuple[float, float]
    controlled_from: tuple[float, float]
    over_s: float
    in_place: bool
    people: tuple[int | None, int | None, int | None]
    handling: tuple[float, float, float]
    within_s: tuple[float, float, float] = (math.inf, math.inf, math.inf)


def people_s(
    floor: Floor, support: Support, loads: Loads, hours: tuple[float, ...], seed: int, play: int, event: int
) -> list[Floats]:
    """Of each level, when each of its people is there, seconds from its call-up, inf for never.

    Whoever wants more people than the site has on a list has so many on it.
    """
    found = []
    for level in range(1, support.levels + 1):
        chosen = support.people[level - 1]
        wanted = floor.wanted(level, hours[event]) if chosen is None else chosen
        listed = None if wanted <= floor.listed(level) else wanted
        leads_s = floor.leads_s(level, hours, seed, play, listed=listed)[event, :wanted]
        found.append(within(loads.lead * leads_s, support.within_s[level - 1]))
    return found


def within(leads_s: Floats, most_s: float) -> Floats:
    """The same, but whoever comes is there after so many seconds at the latest."""
    return np.where(np.isfinite(leads_s), np.minimum(leads_s, most_s), np.inf)


def seen_s(sign: Sign, draws: Draws, usual_per_s: Timeline, agents: Timeline, handling_s: float) -> float:
    """When calls have grown abnormally, looked at every minute from the event on; inf for never.

    Parameters
    ----------
    sign
        What is looked for.
    draws
        Who calls; first calls count.
    usual_per_s
        Usual calls per second.
    agents
        Agents on duty.
    handling_s
        Their mean handling time: in `lasting_s` each of them serves ``lasting_s / handling_s`` calls.
    """
    at_s, seen = shown(sign, draws, usual_per_s, agents, handling_s)
    return float(at_s[np.argmax(seen)]) if seen.any() else math.inf


def shown(
    sign: Sign, draws: Draws, usual_per_s: Timeline, agents: Timeline, handling_s: float
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """At every minute from the event until the last call, whether calls have grown abnormally; see :func:`seen_s`.

    Returns
    -------
    tuple
        The instants, seconds, and whether the sign shows at each, both of shape (minutes,).
    """
    arrivals_s = draws.arrival_s[draws.order]
    if not len(arrivals_s):
        return np.empty(0), np.empty(0, dtype=np.bool_)
    at_s = np.arange(BEFORE_S, arrivals_s[-1] + MINUTE, MINUTE)
    first_s = np.maximum(at_s - sign.lasting_s, 0.0)
    calls = np.searchsorted(arrivals_s, at_s, side="right") - np.searchsorted(arrivals_s, first_s, side="right")
    grid = np.arange(0.0, at_s[-1] + MINUTE, MINUTE)
    usual = np.concatenate(([0.0], np.cumsum(usual_per_s.at(grid[:-1]) * MINUTE)))
    expected = np.interp(at_s, grid, usual) - np.interp(first_s, grid, usual)
    able = agents.at(at_s) * (at_s - first_s) / handling_s
    return at_s, (calls >= sign.times * expected) & (calls > able)


def with_ladder(
    inputs: QueueInputs, draws: Draws, support: Support, sign_s: float, people: Sequence[Floats]
) -> tuple[QueueInputs, Draws]:
    """The same queue with levels of support, the first of which is called at an instant.

    Parameters
    ----------
    inputs, draws
        The queue without them, and its numbers.
    support
        The rules.
    sign_s
        When the first level is called.
    people
        Of each level, when each of its people is there, seconds from its call-up.
    """
    calls, levels = [at_the_instant(sign_s, inputs, draws)], []
    for below, hold_s in zip(support.controlled_from[: len(people) - 1], support.uncontrolled_s, strict=False):
        calls.append(Condition("answered_share", "less_than", below, hold_s, support.over_s))
    for number, (leads_s, factor) in enumerate(zip(people, support.handling, strict=False)):
        there_s = as_agents(leads_s, factor) or (math.inf,)
        levels.append(
            Level(
                f"level {number + 1}",
                len(there_s),
                (there_s,),
                calls[number],
                armed_from="in_place" if support.in_place else "called",
            )
        )
    ladder = Ladder(tuple(levels))
    # No law among the lead times: nothing of this is drawn.
    return replace(inputs, ladder=ladder), replace(draws, lead_s=lead_times(ladder, Streams(0, 0)))


def at_the_instant(instant_s: float, inputs: QueueInputs, draws: Draws) -> Condition:
    """The condition by which a level is called at an instant, whatever the queue is like."""
    # A ladder is first looked at with the first event: a condition that is always true is held from then on.
    planned = (
        [inputs.agents]
        if inputs.outage is None or inputs.outage.back is None
        else [inputs.agents, inputs.outage.back.hours]
    )
    changes = [float(one.times[1]) for one in planned if len(one.times) > 1]
    first_s = min([*changes, *draws.arrival_s[draws.order[:1]].tolist()], default=instant_s)
    return replace(EVER, hold_s=instant_s - first_s)


def staff_hours(path: Path, people: Sequence[Floats], end_s: float) -> float:
    """Hours of all people called up, from their being there to the end."""
    assert path.called_s is not None
    called_s = path.called_s[:, 0]
    hours = 0.0
    for at_s, leads_s in zip(called_s.tolist(), people, strict=True):
        if not math.isnan(at_s):
            hours += float(np.maximum(end_s - at_s - leads_s[np.isfinite(leads_s)], 0.0).sum()) / HOUR
    return hours
