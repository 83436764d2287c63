"""The failure of 3 February 1999, played again under other rules: who would have been saved, by what, at which price.

A bank's application failed from 12:48 to 13:33, and nobody was helped. Callers tried again and again (see
:mod:`~resilience_sim.hazards.failure_day`), some gave up. Under every rule the same people call at the same instants,
with the same matters and the same will to try again; what differs is

* when those called up are there. The plan calls level two when level one has not controlled the growth for 30 minutes,
  and level three 30 minutes after level two, counted from when the level before is there or from when it was called.
  When level one is called it leaves open: here after 5 minutes, when the supervisor knows at the latest. A level is
  called only while the failure still lasts. The 10 and 60 minutes that the plan names for such a failure bring no
  agents: they tell supervisor and manager, and the vendor. To compare with, a quick rule calls levels one to three
  after 5, 10 and 60 minutes;
* from when callers are answered or written down by hand, and then called back.

More agents do not save a call that cannot be answered: without work by hand, those called up meet the callers who are
still trying when the application is back, and nobody else. Whether agents could have been reached at all on 3 February
the log does not say: until 13:24 callers hardly got past the voice unit. Work by hand is what the plan orders for an
application that fails while the telephones work.

Of 66 callers, seed 1, 100 replications, at the assumptions of the shipped site (saved: fewer lost than as it was):

================================================  ======  =======  ===========
rule                                                lost    saved  staff-hours
================================================  ======  =======  ===========
as it was                                           36.1
plan, 30 min from the level before being there      33.9      2.2          4.3
plan, 30 min from the level before being called     33.9      2.2          4.5
level one called after 5 min                        33.9      2.2          3.2
level two called after 10 min                       33.9      2.2          2.2
level three called after 60 min                     36.1      0.0          0.0
all three (quick, sooner than the plan)             32.0      4.1          5.3
all levels called at once                           31.1      5.0          7.1
by hand after 10 min                                 4.2     31.9
by hand after 5 min                                  1.8     34.3
plan, from being there, and by hand after 5 min      1.3     34.8          4.3
by hand at once                                      0.7     35.4
all levels called and by hand at once                0.2     35.9          7.1
================================================  ======  =======  ===========

With 90 % who try again, or all, and one agent fewer or two more, 20 to 45 callers are lost as it was; the plan's levels
alone save 2 to 16 % of them, the quick rule's 4 to 28 %, work by hand after 5 min 88 to 99 %. Those called up are taken
to work as fast as the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.failure_day import Failure
from resilience_sim.models.contract import engine
from resilience_sim.models.queue import Outcome, Path, QueueInputs, draw
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_centre.abnormal_calls import ByHand
from resilience_sim.studies.call_centre.failed_day import FailedDay
from resilience_sim.timelines import Timeline, constant, pulse
from resilience_sim.units import HOUR, MINUTE

__all__ = ["CalledUp", "Replayed", "Rule", "escalation", "planned", "queue", "replay", "rules"]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

STAY_S = HOUR
"""How long those called up stay on after the failure."""
LEVEL_ONE_S = 5 * MINUTE
"""After which level one is called: the supervisor has been told by then (二、3); the plan names no time (八、2)."""
HOLD_S = 30 * MINUTE
"""For which a level has not controlled the growth when the next one is called (八、3 and 八、4)."""
QUICK = "called_5_10_60"
"""Levels called sooner than the plan has them."""


@dataclass(frozen=True)
class CalledUp:
    """People called `after_s` seconds from the start of a failure, if it still lasts, and there `lead_s` later."""

    after_s: float
    people: int
    lead_s: float


@dataclass(frozen=True)
class Rule:
    """What is done in a failure: who is called up, and from when calls are answered or written down by hand."""

    name: str
    called: tuple[CalledUp, ...] = ()
    by_hand_after_s: float = math.inf

    def extra(self, failure: Failure) -> Timeline:
        """Agents there beyond those on duty; they stay :data:`STAY_S` after the failure."""
        there = constant(0.0)
        for step in self.called:
            if step.after_s < failure.lasts_s:
                comes_s = failure.start_s + step.after_s + step.lead_s
                there = there + pulse(comes_s, failure.end_s + STAY_S, step.people)
        return there


def escalation(
    site: Site, agents: int, after_s: Sequence[float] = (5 * MINUTE, 10 * MINUTE, 60 * MINUTE), name: str = QUICK
) -> Rule:
    """Level one, two and three are called after so long, by default by the quick rule; people are shares of the agents.

    Facts ``support.level_one`` to ``support.level_three``, ``support.lead_time_on_site`` (level one) and
    ``support.lead_time`` (the others).
    """
    shares = [site.base(f"support.level_{level}") for level in ("one", "two", "three")]
    on_site_s, away_s = site.base("support.lead_time_on_site"), site.base("support.lead_time")
    called = tuple(
        CalledUp(after, math.ceil(share * agents), lead_s)
        for after, share, lead_s in zip(after_s, shares, (on_site_s, away_s, away_s), strict=True)
    )
    return Rule(name, called)


def planned(site: Site, agents: int, *, in_place: bool) -> Rule:
    """The plan's levels of support: each after the first is called :data:`HOLD_S` after the one before.

    Parameters
    ----------
    site, agents
        As for :func:`escalation`.
    in_place
        Whether the thirty minutes count from when the level before is there, or from when it was called.
    """
    one, two, _ = escalation(site, agents).called
    second_s = LEVEL_ONE_S + HOLD_S + (one.lead_s if in_place else 0.0)
    third_s = second_s + HOLD_S + (two.lead_s if in_place else 0.0)
    return escalation(site, agents, (LEVEL_ONE_S, second_s, third_s), "plan_in_place" if in_place else "plan_called")


def rules(site: Site, agents: int) -> tuple[Rule, ...]:
    """The rules that are compared: as it was, the plan's levels alone and with work by hand, and quicker ones."""
    five, ten, sixty = escalation(site, agents).called
    in_place, called = (planned(site, agents, in_place=one) for one in (True, False))
    at_once = escalation(site, agents, (0.0, 0.0, 0.0)).called
    return (
        Rule("as_it_was"),
        in_place,
        called,
        Rule("called_5", (five,)),
        Rule("called_10", (ten,)),
        Rule("called_60", (sixty,)),
        Rule(QUICK, (five, ten, sixty)),
        Rule("called_at_once", at_once),
        Rule("by_hand_10", by_hand_after_s=10 * MINUTE),
        Rule("by_hand_5", by_hand_after_s=5 * MINUTE),
        Rule("plan", in_place.called, by_hand_after_s=5 * MINUTE),
        Rule("by_hand_at_once", by_hand_after_s=0.0),
        Rule("all_at_once", at_once, by_hand_after_s=0.0),
    )


class Replayed(NamedTuple):
    """One rule on the day: means over replications, of those who first called in the failure.

    Parameters
    ----------
    rule
        The rule.
    callers, calls
        Those callers, and all calls that arrive in the failure.
    answered, called_back
        Answered by an agent in the end; written down by hand and called back within what is played.
    open
        Written down and not called back by then, or still waiting.
    lost
        Never helped: gave up; `lost_by_third` by the third of the failure in which they first called.
    error
        Standard error of `lost`.
    staff_hours
        Of those called up.
    last_back_min
        Minutes from the end of the failure until the last call back is made; nan where none is owed.
    """

    rule: Rule
    callers: float
    calls: float
    answered: float
    called_back: float
    open: float
    lost: float
    lost_by_third: tuple[float, float, float]
    error: float
    staff_hours: float
    last_back_min: float

    def saved(self, as_it_was: Replayed) -> float:
        """How many fewer callers are lost than under another rule."""
        return as_it_was.lost - self.lost


def replay(
    day: FailedDay, by_hand: ByHand, tried: Sequence[Rule], seed: int, *, replications: int = 100
) -> list[Replayed]:
    """What becomes of the callers of the failure under each rule, on the same draws.

    Parameters
    ----------
    day
        The day.
    by_hand
        How callers are helped without the application.
    tried
        The rules, at least one.
    seed, replications
        Replication k has the callers of the streams (seed, k) under every rule; 2 or more.
    """
    inputs, kernel = [queue(day, by_hand, rule) for rule in tried], engine("kernel", of="queue")
    counted = np.empty((len(tried), replications, len(_COUNTED)))
    for replication in range(replications):
        draws = draw(inputs[0], Streams(seed, replication))  # what agents there are and what they do changes no draw
        for index, one in enumerate(inputs):
            counted[index, replication] = _counted(day, kernel.simulate(one, draws))
    return [_replayed(day, rule, counts) for rule, counts in zip(tried, counted, strict=True)]


def queue(day: FailedDay, by_hand: ByHand, rule: Rule) -> QueueInputs:
    """The day under a rule, as the queue machine takes it."""
    return QueueInputs(
        day.callers,
        day.agents + rule.extra(day.failure),
        day.horizon_s,
        stretch=by_hand.stretch(day.failure, after_s=rule.by_hand_after_s),
        outage=by_hand.outage(day.failure, after_s=rule.by_hand_after_s),
    )


_COUNTED = ("callers", "calls", "answered", "back", "open", "lost_1", "lost_2", "lost_3", "last_back_min")


def _replayed(day: FailedDay, rule: Rule, counts: Floats) -> Replayed:
    """The means of the counts of each replication, shape (replications, counted)."""
    callers, calls, answered, back, left, early, middle, late = counts[:, :-1].mean(axis=0).tolist()
    lost, last = counts[:, 5:8].sum(axis=1), counts[:, -1]
    owed = last[~np.isnan(last)]
    return Replayed(
        rule, callers, calls, answered, back, left, float(lost.mean()),
        lost_by_third=(early, middle, late),
        error=float(lost.std(ddof=1)) / math.sqrt(lost.size),
        staff_hours=rule.extra(day.failure).integral(day.failure.start_s, day.horizon_s) / HOUR,
        last_back_min=float(owed.mean()) if owed.size else math.nan,
    )  # fmt: skip


def _counted(day: FailedDay, path: Path) -> tuple[float, ...]:
    """What :data:`_COUNTED` names, of one path."""
    failure, attempts = day.failure, path.try_number.size
    n = attempts - int(np.count_nonzero(path.try_number))  # first calls come first
    begins_s = path.arrival_s[:n]
    asked = (begins_s >= failure.start_s) & (begins_s < failure.end_s)
    calls = (path.arrival_s >= failure.start_s) & (path.arrival_s < failure.end_s)

    def met(outcome: Outcome) -> Bools:
        """Callers one of whose attempts ended so."""
        ended = np.zeros(n, dtype=bool)
        ended[path.caller[path.outcome == outcome]] = True
        return ended & asked

    assert path.back_end_s is not None  # the day has an outage
    answered, written, waiting = met(Outcome.ANSWERED), met(Outcome.RECORDED), met(Outcome.INSIDE)
    back = written & (path.back_end_s <= day.horizon_s)
    left = (written & ~back) | waiting
    lost = asked & ~answered & ~written & ~waiting
    third = np.minimum((begins_s - failure.start_s) // (failure.lasts_s / 3), 2)
    last = (float(path.back_end_s[back].max()) - failure.end_s) / MINUTE if back.any() else math.nan
    counts = (asked, calls, answered, back, left, *(lost & (third == k) for k in range(3)))
    return (*(float(np.count_nonzero(one)) for one in counts), last)
