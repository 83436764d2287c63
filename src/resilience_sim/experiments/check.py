"""Checking a plan: does each claim hold, how much more load would it stand, and at which sites does it stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from resilience_sim.experiments.breaking import BreakingPoint, breaking_point
from resilience_sim.experiments.runs import Runs
from resilience_sim.experiments.sites import Stand, stands_in
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.studies.question import Question, Study
from resilience_sim.verdicts.verdict import Verdict

__all__ = ["Account", "CheckResult", "CheckedClaim", "account", "check"]

MOST_PLANS = 10  # each plan's share of the family error is one tenth, so checking one alone changes no verdict
MOST_SCENARIOS = 4  # each claim's share is for so many scenarios, so adding a replay changes no other verdict


class Account(NamedTuple):
    """Error shares of one row of results: its verdict, its breaking points, its part of a certificate."""

    verdict: float
    breaking: float
    certificate: float


def account(family_error: float, plan: Plan) -> Account:
    """Share the error of the whole run out to one row of a plan.

    A plan has a tenth of it, shared equally among its registered claims in up to four scenarios; of each row's share
    half pays the verdict, a quarter the breaking points and a quarter the certificate of a recommendation.
    """
    row = family_error / MOST_PLANS / (len(plan.claims()) * MOST_SCENARIOS)
    return Account(row / 2, row / 4, row / 4)


@dataclass(frozen=True)
class CheckedClaim:
    """One row of results, known by plan, claim, interpretation and scenario."""

    plan: str
    question: Question
    verdict: Verdict
    breaking_points: tuple[BreakingPoint, ...] = ()
    stands: Stand | None = None


@dataclass(frozen=True)
class CheckResult:
    """What was asked of some plans, and answered.

    Parameters
    ----------
    seed, family_error
        Root of all streams; probability that any verdict, breaking point or certificate of the run is wrong.
    claims
        One row per claim, interpretation and scenario.
    unclaimed
        Clauses without a claim, with their plan.
    notes
        What else the studies report, in words (zh, en), by plan.
    """

    seed: int
    family_error: float
    claims: tuple[CheckedClaim, ...]
    unclaimed: tuple[tuple[str, Clause], ...]
    notes: tuple[tuple[str, str, str], ...] = field(default=())


def check(
    plan: Plan,
    study: Study,
    runs: Runs,
    *,
    family_error: float,
    breaking: bool = True,
    sites: int = 0,
    questions: Sequence[Question] | None = None,
    on_verdict: object = None,
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
    shares = account(family_error, plan)
    asked = list(study.questions() if questions is None else questions)
    judged = []
    for question in asked:
        row = CheckedClaim(plan.plan, question, runs.judge(question, alpha=shares.verdict))
        if callable(on_verdict):
            on_verdict(row)
        judged.append(row)
    stands = stands_in(study, asked, [row.verdict for row in judged], runs, sites) if sites else [None] * len(asked)
    return [
        CheckedClaim(
            row.plan,
            row.question,
            row.verdict,
            tuple(breaking_point(row.question, axis, runs, alpha=shares.breaking / len(study.axes(row.question)))
                  for axis in study.axes(row.question)) if breaking else (),
            stand,
        )
        for row, stand in zip(judged, stands, strict=True)
    ]  # fmt: skip
