"""Checking a plan: does each claim hold, how much more load would it stand, and at which sites does it stand.

The work goes in pieces, each done by one worker: the questions about one scenario of one part of a study, with their
verdicts and breaking points, since they meet the same events; and a part's plausible sites.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from resilience_sim.experiments.archive import Remark
from resilience_sim.experiments.breaking import BreakingPoint, breaking_point
from resilience_sim.experiments.runs import Runs, Sent
from resilience_sim.experiments.sites import Stand, shares_elsewhere, stand
from resilience_sim.experiments.workers import Task, Tell
from resilience_sim.plans.register import Plan
from resilience_sim.studies.parts import parts
from resilience_sim.studies.question import Question, Study, effort_for
from resilience_sim.verdicts.family import Account, accounts
from resilience_sim.verdicts.verdict import Verdict

__all__ = ["CheckedClaim", "Checking", "account", "check", "noting"]

MOST_PLANS = 10  # each plan's share of the family error is one tenth, so checking one alone changes no verdict
NOTES = 2000.0  # replications that take about as long as the longest notes; begun last, they would be waited for
MOST_SCENARIOS = 4  # each claim's share is for so many scenarios, so adding a replay changes no other verdict


def account(family_error: float, plan: Plan, claim: str) -> Account:
    """Share the error of the whole run out to one row of results.

    A plan has a tenth of it, divided evenly among its registered claims in up to four scenarios each.
    """
    registered = {plan.plan: [registered.id for _, registered in plan.claims()]}
    whole = accounts(registered, family_error / MOST_PLANS)[plan.plan, claim]
    parts = (whole.verdict, whole.breaking_points, whole.certificate)
    return Account(*(part / MOST_SCENARIOS for part in parts))


@dataclass(frozen=True)
class CheckedClaim:
    """One row of results, known by plan, claim, interpretation and scenario."""

    plan: str
    question: Question
    verdict: Verdict
    breaking_points: tuple[BreakingPoint, ...] = ()
    stands: Stand | None = None


class Checking:
    """The check of one plan as tasks, and its rows from their results.

    Whoever checks several plans, or has other work besides, gives all tasks to the same workers.

    Parameters
    ----------
    plan, study, runs
        The register, its study, and the runs to draw on.
    family_error, breaking, sites, questions
        As in :func:`check`.

    Attributes
    ----------
    asked
        The questions, one per row.
    tasks
        What has to be done.
    steps
        About how many words the tasks tell of what they have just done, for a progress bar.
    """

    def __init__(
        self,
        plan: Plan,
        study: Study,
        runs: Runs,
        *,
        family_error: float,
        breaking: bool = True,
        sites: int = 0,
        questions: Sequence[Question] | None = None,
    ) -> None:
        self.plan = plan
        self.asked = tuple(study.questions() if questions is None else questions)
        shares = [account(family_error, plan, question.claim.id) for question in self.asked]
        self.tasks: list[Task] = []
        self.steps = len(self.asked)
        self._of_task: list[tuple[Callable[..., object], list[int]]] = []
        for part, mine in _by_part(study, self.asked):
            of_part = runs.of(part)
            for scenario in dict.fromkeys(self.asked[k].scenario for k in mine):
                here = [k for k in mine if self.asked[k].scenario == scenario]
                asked = [_Asked(plan.plan, self.asked[k], shares[k]) for k in here]
                self.steps += 6 * 3 * len(here) if breaking else 0
                self._add(here, _judged, (of_part, asked, breaking), _cost(part, asked, breaking))
            if sites:
                self.steps += sites
                asked_there = [self.asked[k] for k in mine]
                self._add(mine, _elsewhere, (of_part, asked_there, sites), _cost_elsewhere(part, asked_there, sites))

    def _add(self, places: list[int], function: Callable[..., object], arguments: tuple[Any, ...], cost: float) -> None:
        self.tasks.append(Task(function, arguments, cost))
        self._of_task.append((function, places))

    def rows(self, results: Sequence[Any]) -> list[CheckedClaim]:
        """One row per question, in their order, from what the tasks gave, in theirs."""
        rows: dict[int, CheckedClaim] = {}
        shares: dict[int, list[float]] = {}
        for (function, places), result in zip(self._of_task, results, strict=True):
            if function is _judged:
                rows.update(zip(places, result, strict=True))
            else:
                shares.update(zip(places, map(list, zip(*result, strict=True)), strict=True))
        return [
            replace(row, stands=stand(row.question, row.verdict, shares[k])) if k in shares else row
            for k, row in sorted(rows.items())
        ]


def check(
    plan: Plan,
    study: Study,
    runs: Runs,
    *,
    family_error: float,
    breaking: bool = True,
    sites: int = 0,
    questions: Sequence[Question] | None = None,
    on_verdict: Callable[[CheckedClaim], None] = lambda _: None,
) -> list[CheckedClaim]:
    """Judge every question of a study, then seek breaking points and other sites.

    Verdicts come first, since they are what people wait for; `on_verdict` is called with each as it is reached.

    Parameters
    ----------
    plan, study, runs
        The register, its study, and the runs to draw on, by whose workers.
    family_error
        Error of the whole run.
    breaking
        Whether to seek breaking points.
    sites
        How many other plausible sites to look at; 0: none.
    questions
        Instead of all questions of the study.
    on_verdict
        Called with each :class:`CheckedClaim` as its verdict is reached.
    """
    checking = Checking(
        plan, study, runs, family_error=family_error, breaking=breaking, sites=sites, questions=questions
    )

    def hear(_: int, message: Any) -> None:
        if isinstance(message, CheckedClaim):
            on_verdict(message)
        elif isinstance(message, Remark) and runs.archive is not None:
            runs.archive.remark(message)
        else:
            runs.tick(message)

    (results,) = runs.workers.gather([checking.tasks], hear=hear)
    return checking.rows(results)


def noting(study: Study, seed: int, language: Literal["zh", "en"]) -> list[Task]:
    """What a study notes, as tasks: one for each of its parts, whose results are its sentences."""
    return [Task(_noted, (Sent(part), seed, language), NOTES) for part in parts(study)]


def _noted(study: Sent, seed: int, language: Literal["zh", "en"], **_: Tell) -> list[str]:
    return list(study.study.notes(seed, language))


@dataclass(frozen=True)
class _Asked:
    """A question of a plan, and the error that its answers may spend."""

    plan: str
    question: Question
    share: Account


def _by_part(study: Study, asked: Sequence[Question]) -> Iterator[tuple[Study, list[int]]]:
    """The parts of a study that are asked, and which questions go to each."""
    every = parts(study)
    if len(every) == 1:
        yield study, list(range(len(asked)))
        return
    claims = [{question.claim.id for question in part.questions()} for part in every]
    for part, own in zip(every, claims, strict=True):
        mine = [k for k, question in enumerate(asked) if question.claim.id in own]
        if mine:
            yield part, mine


def _cost(study: Study, asked: Sequence[_Asked], breaking: bool) -> float:
    """Replications that a piece may take: the verdicts', and those of the loads that two bisections of an axis meet."""
    cost = 0.0
    for one in asked:
        effort = effort_for(study, one.question.situation)
        loads = sum(2 * math.log2(len(axis.values)) for axis in study.axes(one.question)) if breaking else 0.0
        cost += (1 + loads) * effort.per_load / effort.block
    return cost


def _cost_elsewhere(study: Study, asked: Sequence[Question], sites: int) -> float:
    efforts = {question.situation: effort_for(study, question.situation) for question in asked}
    return sites * math.fsum(effort.per_site / effort.block for effort in efforts.values())


def _judged(runs: Runs, asked: Sequence[_Asked], breaking: bool, *, tell: Tell) -> list[CheckedClaim]:
    """The verdicts on questions about one scenario, told as they are reached, then their breaking points."""
    runs = runs.telling(tell)
    rows = []
    for one in asked:
        row = CheckedClaim(one.plan, one.question, runs.judge(one.question, alpha=one.share.verdict).verdict)
        tell(row)
        rows.append(row)
    points = _breaking_points(asked, runs) if breaking else [()] * len(asked)
    runs.keep()
    return [replace(row, breaking_points=found) for row, found in zip(rows, points, strict=True)]


def _elsewhere(runs: Runs, asked: Sequence[Question], sites: int, *, tell: Tell) -> list[list[float]]:
    return shares_elsewhere(asked, runs.telling(tell), sites)


def _breaking_points(asked: Sequence[_Asked], runs: Runs) -> list[tuple[BreakingPoint, ...]]:
    """The breaking points of each question, along one kind of load after the other.

    Questions of the same study follow each other on the same load, since they meet the same events there.
    """
    found: dict[tuple[int, int], BreakingPoint] = {}
    axes = [runs.study.axes(one.question) for one in asked]
    order = sorted(range(len(asked)), key=lambda k: asked[k].question.claim.study)
    for number in range(max(map(len, axes), default=0)):
        for k in order:
            if number < len(axes[k]):
                alpha = asked[k].share.breaking_points / len(axes[k])
                found[k, number] = breaking_point(asked[k].question, axes[k][number], runs, alpha=alpha)
    return [tuple(found[k, number] for number in range(len(axes[k]))) for k in range(len(asked))]
