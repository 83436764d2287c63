"""Breaking points: how much more load a claim stands before its verdict flips."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from resilience_sim.experiments.runs import Runs
from resilience_sim.studies.question import Axis, Question, effort_for
from resilience_sim.verdicts.verdict import Answer

__all__ = ["BreakingPoint", "breaking_point"]


@dataclass(frozen=True)
class BreakingPoint:
    """The largest load tried at which the claim holds, and the smallest at which it fails.

    Either is ``None`` where no load tried gave that answer; loads in between were undecided. `falling`: the load grows
    as its number falls, as that of a colder room does. `easiest`, `hardest`: the first and the last load there was to
    try.
    """

    along: str
    unit: str
    holds_at: float | None
    fails_at: float | None
    falling: bool = False
    easiest: float | None = None
    hardest: float | None = None


def breaking_point(question: Question, axis: Axis, runs: Runs, *, alpha: float) -> BreakingPoint:
    """Find the bracket by bisection, each node a verdict at its share of `alpha`.

    More load never makes a claim easier, so the loads where it holds come before those where it fails. Each end of the
    bracket is sought by a bisection of its own, since loads near the line may stay undecided; the K loads share
    `alpha` equally, which covers both searches whatever nodes they visit.

    Parameters
    ----------
    question
        The claim, in its scenario.
    axis
        Loads in growing order.
    runs
        Replications to draw on; all loads meet the same streams.
    alpha
        Probability that the bracket is wrong.
    """
    answers: dict[int, Answer] = {}
    budget = effort_for(runs.study, question.situation).per_load

    def answer(index: int) -> Answer:
        if index not in answers:
            situation = runs.study.moved(question, axis, axis.values[index])
            share = alpha / len(axis.values)
            answers[index] = runs.judge(question, alpha=share, situation=situation, budget=budget).answer
        return answers[index]

    holds = bisect_left(range(len(axis.values)), True, key=lambda k: answer(k) is not Answer.HOLDS) - 1
    fails = bisect_left(range(len(axis.values)), True, lo=holds + 1, key=lambda k: answer(k) is Answer.FAILS)
    return BreakingPoint(
        axis.name,
        axis.unit,
        axis.values[holds] if holds >= 0 else None,
        axis.values[fails] if fails < len(axis.values) else None,
        axis.values[0] > axis.values[-1],
        axis.values[0],
        axis.values[-1],
    )
