"""Checking a plan: does each claim hold, how much more load would it stand, and at which sites does it stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from resilience_sim.experiments.breaking import BreakingPoint, breaking_point
from resilience_sim.experiments.runs import Runs
from resilience_sim.experiments.sites import Stand, stands_in
from resilience_sim.plans.register import Plan
from resilience_sim.studies.question import Question, Study
from resilience_sim.verdicts.family import Account, accounts
from resilience_sim.verdicts.verdict import Verdict

__all__ = ["CheckedClaim", "account", "check"]

MOST_PLANS = 10  # each plan's share of the family error is one tenth, so checking one alone changes no verdict
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
        The register, its study, and the runs to draw on.
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
    asked = list(study.questions() if questions is None else questions)
    judged = []
    for question in asked:
        judge = runs.judge(question, alpha=account(family_error, plan, question.claim.id).verdict)
        row = CheckedClaim(plan.plan, question, judge.verdict)
        on_verdict(row)
        judged.append(row)
    points = _breaking_points(asked, runs, plan, family_error) if breaking else [()] * len(asked)
    stands = stands_in(study, asked, [row.verdict for row in judged], runs, sites) if sites else [None] * len(asked)
    return [
        replace(row, breaking_points=found, stands=stand)
        for row, found, stand in zip(judged, points, stands, strict=True)
    ]


def _breaking_points(
    asked: Sequence[Question], runs: Runs, plan: Plan, family_error: float
) -> list[tuple[BreakingPoint, ...]]:
    """The breaking points of each question, along one kind of load after the other.

    Questions about the same scenario follow each other on the same load, since they meet the same events there.
    """
    found: dict[tuple[int, int], BreakingPoint] = {}
    axes = [runs.study.axes(question) for question in asked]
    order = sorted(range(len(asked)), key=lambda k: (asked[k].claim.study, asked[k].scenario))
    for number in range(max(map(len, axes), default=0)):
        for k in order:
            if number < len(axes[k]):
                alpha = account(family_error, plan, asked[k].claim.id).breaking_points / len(axes[k])
                found[k, number] = breaking_point(asked[k], axes[k][number], runs, alpha=alpha)
    return [tuple(found[k, number] for number in range(len(axes[k]))) for k in range(len(asked))]
