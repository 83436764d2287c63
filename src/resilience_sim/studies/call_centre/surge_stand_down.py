"""When to stand down: what is lost, and what is saved, if people called up in a crisis go once it is under control.

The plan says when each level of support is called, and not when its people may go. The rule looked at has one number,
the *hold*:

* levels two and three stand down, the third first, once the answer rate has counted as control for so long without a
  break; they are called again by the plan's own rule;
* agents of other units (level one) go back to their work once the sign of abnormal growth has not shown for so long;
  they come again as soon as it shows.

A crisis under the rule is compared with the same one in which everybody stays, until :data:`AFTER_S` after its end:
those who hung up in it call again, and who waits is still to be answered. Whoever goes finishes their call first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.proportions import share_between
from resilience_sim.models.queue import Condition, Ladder, Level
from resilience_sim.models.queue.draws_beside import lead_times
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.models.queue.path import Path
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_centre.surge_events import Struck, SurgeEvents
from resilience_sim.studies.call_centre.surge_floor import BEFORE_S, PER_PLAY, USUAL, as_agents, served
from resilience_sim.studies.call_centre.surge_support import Support, at_the_instant, people_s, shown
from resilience_sim.timelines import concurrency
from resilience_sim.units import HOUR, MINUTE

__all__ = ["AFTER_S", "EVENTS", "HOLDS_S", "LOSES_AT_MOST", "Outcome", "StandDown", "spells", "stand_down"]

Floats = npt.NDArray[np.float64]
Spells = list[tuple[float, float]]

AFTER_S = HOUR  # after the crisis: twice the time within which most redials come
HOLDS_S = (0.0, 15 * MINUTE, 30 * MINUTE, 60 * MINUTE)
EVENTS = 2 * PER_PLAY
LOSES_AT_MOST = 1.0  # points of the answer rate: of a hundred calls one


def spells(at_s: Floats, shows: npt.NDArray[np.bool_], hold_s: float, end_s: float) -> Spells:
    """From when until when agents of other units are asked for: from the sign until it has not shown for `hold_s`.

    Parameters
    ----------
    at_s, shows
        The minutes at which the sign is looked at, and whether it shows, shape (minutes,).
    hold_s
        Seconds; it takes a minute at least to see that the sign shows no more. Infinite: until the end.
    end_s
        When it is over.
    """
    found: Spells = []
    lasts_s = max(hold_s, MINUTE)
    for seen_s in at_s[shows & (at_s < end_s)].tolist():
        if found and seen_s <= found[-1][1]:
            found[-1] = found[-1][0], min(seen_s + lasts_s, end_s)
        else:
            found.append((seen_s, min(seen_s + lasts_s, end_s)))
    return found


@dataclass(frozen=True)
class Outcome:
    """What a hold comes to, over the same crises.

    Parameters
    ----------
    lost, lost_between
        Points of the answer rate lost against everybody staying, the mean and its 95 % interval.
    again, again_between
        Share of the crises in which somebody is called again, and its 95 % interval.
    hours
        Staff-hours of a crisis, the mean.
    """

    lost: float
    lost_between: tuple[float, float]
    again: float
    again_between: tuple[float, float]
    hours: float


@dataclass(frozen=True)
class StandDown:
    """What each hold comes to, by the hold in seconds, and staff-hours of a crisis if everybody stays."""

    by_hold: dict[float, Outcome]
    hours_if_kept: float

    @property
    def hold_s(self) -> float | None:
        """The shortest hold that loses at most :data:`LOSES_AT_MOST` by its whole interval; `None`: none does."""
        return next((hold_s for hold_s, one in self.by_hold.items() if one.lost_between[1] <= LOSES_AT_MOST), None)


def stand_down(
    events: SurgeEvents, support: Support, seed: int, *, holds_s: Sequence[float] = HOLDS_S, most: int = EVENTS
) -> StandDown:
    """What each hold comes to in the first crises of a seed.

    Parameters
    ----------
    events
        The site's surges.
    support
        The rules by which levels are called.
    seed
        Of the run.
    holds_s
        Holds to look at, ascending, seconds.
    most
        How many crises.
    """
    rows = np.array([_crisis(events, support, seed, k, (*holds_s, math.inf)) for k in range(most)])
    rates, hours, again = np.moveaxis(rows, -1, 0)
    found = {}
    for column, hold_s in enumerate(holds_s):
        lost = rates[:, -1] - rates[:, column]
        mean, half = float(lost.mean()), 1.96 * float(lost.std(ddof=1)) / math.sqrt(most)
        called = int(again[:, column].sum())
        found[hold_s] = Outcome(
            mean,
            (mean - half, mean + half),
            called / most,
            share_between(called, most),
            float(hours[:, column].mean()),
        )
    return StandDown(found, float(hours[:, -1].mean()))


def _crisis(
    events: SurgeEvents, support: Support, seed: int, number: int, holds_s: Sequence[float]
) -> list[tuple[float, float, bool]]:
    """Answer rate, staff-hours, and whether anybody is called again, of one crisis under each hold."""
    play, event = divmod(number, PER_PLAY)
    struck = events.strike("crisis_surge", None, USUAL, seed, play, event, after_s=AFTER_S)
    end_s = struck.queue.horizon_s
    people = people_s(events.floor, support, USUAL, events.floor.hours(seed, play), seed, play, event)
    at_s, shows = shown(support.sign, struck.draws, struck.usual_per_s, struck.queue.agents, events.floor.handling_s())
    found = []
    for hold_s in holds_s:
        asked_for = spells(at_s, shows, hold_s, end_s)
        path = _played(struck, support, people, asked_for, hold_s)
        rate = served(path, BEFORE_S, end_s, threshold_s=events.threshold_s)["answer_rate"]
        hours, again = _at_work(path, people, asked_for, end_s)
        found.append((rate, hours, again))
    return found


def _played(struck: Struck, support: Support, people: Sequence[Floats], asked_for: Spells, hold_s: float) -> Path:
    """A crisis in which agents of other units come and go as asked, and the other levels by what is seen."""
    inputs, draws, end_s = struck.queue, struck.draws, struck.queue.horizon_s
    if not asked_for:
        return simulate(inputs, draws)
    first, *others = people
    there = [
        (at_s + lead_s, until_s)
        for at_s, until_s in asked_for
        for lead_s in as_agents(first, support.handling[0])
        if at_s + lead_s < until_s
    ]
    inputs = replace(inputs, agents=inputs.agents + concurrency(*zip(*there, strict=True))) if there else inputs
    # The level that comes and goes with the sign stands in the ladder without people: the next counts from its call.
    levels = [Level("level 1", 1, ((math.inf,),), at_the_instant(asked_for[0][0], inputs, draws))]
    for leads_s, factor, below, uncontrolled_s in zip(
        others, support.handling[1:], support.controlled_from, support.uncontrolled_s, strict=False
    ):
        there_s = as_agents(leads_s, factor) or (math.inf,)
        call = Condition("answered_share", "less_than", below, uncontrolled_s, support.over_s)
        release = replace(call, compare="at_least", hold_s=hold_s) if math.isfinite(hold_s) else None
        # From one call-up of a level to its next it has to be released, and uncontrolled again for so long.
        call_ups = 2 + math.floor(end_s / max(uncontrolled_s, MINUTE))
        levels.append(
            Level(
                f"level {len(levels) + 1}",
                len(there_s),
                (there_s,) * call_ups,
                call,
                release,
                released_from="called",
            )
        )
    ladder = Ladder(tuple(levels))
    # No law among the lead times: nothing of this is drawn.
    return simulate(replace(inputs, ladder=ladder), replace(draws, lead_s=lead_times(ladder, Streams(0, 0))))


def _at_work(path: Path, people: Sequence[Floats], asked_for: Spells, end_s: float) -> tuple[float, bool]:
    """Staff-hours of all levels, and whether anybody is called again."""
    if path.called_s is None or path.released_s is None:
        return 0.0, False
    stays: list[tuple[Floats, float, float]] = [(people[0], *one) for one in asked_for]
    for leads_s, called_s, released_s in zip(people[1:], path.called_s[1:], path.released_s[1:], strict=True):
        made = called_s < end_s
        stays += [
            (leads_s, at_s, min(until_s, end_s))
            for at_s, until_s in zip(called_s[made].tolist(), released_s[made].tolist(), strict=True)
        ]
    there_s = sum(float(np.maximum(until_s - at_s - leads_s, 0.0).sum()) for leads_s, at_s, until_s in stays)
    return there_s / HOUR, len(stays) > len({id(leads_s) for leads_s, _, _ in stays})
