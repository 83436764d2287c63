"""Recommending: the cheapest choice of a plan's quantities with which its claims hold, and the proof.

Claims that stand together (same clause, interpretation and scenario) must hold together. A pilot on draws of its own
proposes a choice; on fresh draws it must hold, and every easiest cheaper choice must fail. The pilot's events also tell
the frontier: what more service would cost, and what less would save.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from resilience_sim.experiments.archive import Archive
from resilience_sim.experiments.check import account
from resilience_sim.experiments.frontier import Offer, offered, to_look_at
from resilience_sim.experiments.runs import Runs, Tick
from resilience_sim.experiments.workers import Workers
from resilience_sim.plans.register import Plan
from resilience_sim.randomness import derived_seed
from resilience_sim.studies.question import Choice, Question, Study, effort_for
from resilience_sim.verdicts.cheapest import Cheapest, Index, cheapest_feasible
from resilience_sim.verdicts.verdict import Answer, Verdict

__all__ = ["Recommendation", "groups", "recommend"]

PILOT = 200  # events by which the pilot guesses, or four blocks; a wrong guess costs time, never truth
ROUNDS = 5  # proposals; one too near the line to be proved teaches the next, which costs a step more
LOOKED_AT = 10  # choices that a frontier knows at least, each by the pilot's events


@dataclass(frozen=True)
class Recommendation:
    """What would hold, for one group of claims.

    Parameters
    ----------
    plan, questions
        The plan, and the claims that must hold together.
    choices
        The quantities that could be set.
    result
        The search's result; its indices point into the values of `choices`.
    alpha
        Probability that the certificate is wrong.
    cost_unit
        What its cost counts.
    offers
        The choices looked at, in order of growing cost, estimated on the pilot's events; none where all cost the same.
    """

    plan: str
    questions: tuple[Question, ...]
    choices: tuple[Choice, ...]
    result: Cheapest
    alpha: float
    cost_unit: str
    offers: tuple[Offer, ...] = ()

    @property
    def frontier(self) -> tuple[Offer, ...]:
        """Of the offers those that no other dominates, and the recommended one, in order of growing cost."""
        return tuple(offer for offer in self.offers if not offer.dominated or offer.index == self.result.chosen)

    @property
    def group(self) -> str:
        """Clause, interpretation, scenario and option in one name."""
        first = self.questions[0]
        return " / ".join(part for part in (first.clause, first.interpretation, first.scenario, first.option) if part)

    def values(self, index: Index) -> tuple[float, ...]:
        """The values of the choices at an index of the grid."""
        return tuple(choice.values[k] for choice, k in zip(self.choices, index, strict=True))

    @property
    def recommended(self) -> tuple[float, ...] | None:
        """The chosen values, in the order of `choices`; ``None`` where none was found."""
        return None if self.result.chosen is None else self.values(self.result.chosen)


def groups(study: Study, questions: Sequence[Question]) -> list[tuple[Question, ...]]:
    """Questions of the same clause, interpretation and scenario together, in their order, once for each option."""
    found: dict[tuple[str, str, str, str], list[Question]] = {}
    for question in questions:
        for option in study.options(question):
            asked = replace(question, option=option)
            found.setdefault((asked.clause, asked.interpretation, asked.scenario, option), []).append(asked)
    return [tuple(group) for group in found.values()]


def recommend(
    plan: Plan,
    study: Study,
    questions: tuple[Question, ...],
    *,
    seed: int,
    family_error: float,
    workers: int | Workers = 1,
    tick: Tick = lambda _: None,
    archive: Archive | None = None,
) -> Recommendation:
    """Find the cheapest choice for one group of claims, and certify it.

    Parameters
    ----------
    plan, study
        The register and its study.
    questions
        The group; the first one's choices are set.
    seed
        Root of all streams; the pilot and each round of the certificate derive their own.
    family_error
        Error of the whole run; the group's claims pay the certificate from their accounts.
    workers, tick, archive
        As in :class:`~resilience_sim.experiments.runs.Runs`.
    """
    first = questions[0]
    choices = tuple(study.choices(first))
    effort = effort_for(study, first.situation)
    budget, events = effort.per_certificate, max(PILOT, 4 * effort.block)
    # Every option of a claim has its part of the account, whether it is asked for or not.
    alpha = math.fsum(
        account(family_error, plan, question.claim.id).certificate / len(study.options(question))
        for question in questions
    )

    def runs(purpose: str) -> Runs:
        return Runs(study, derived_seed(seed, purpose), workers=workers, tick=tick, archive=archive)

    pilot = runs("pilot")
    by_round: dict[int, Runs] = {}

    def asked(index: Index) -> list[Question]:
        values = [choice.values[k] for choice, k in zip(choices, index, strict=True)]
        return [study.chosen(question, values) for question in questions]

    piloted: dict[Index, int] = {}

    def look(index: Index) -> list[float]:
        """Share of the pilot's events that each claim keeps with a choice."""
        kept = [int(pilot.outcomes(question, question.situation, events).sum()) for question in asked(index)]
        piloted[index] = min(kept)
        return [one / events for one in kept]

    def seems_to_hold(index: Index) -> bool:
        tick(f"{first.clause} {first.scenario}")
        # One standard error above the line: a choice just on it could not be certified in a reasonable time.
        return all(
            share >= question.required + math.sqrt(question.required * (1 - question.required) / events)
            for question, share in zip(questions, look(index), strict=True)
        )

    def judge(index: Index, share: float, turn: int) -> Verdict:
        fresh = by_round.setdefault(turn, runs(f"certificate {turn}"))
        share /= len(questions)
        verdicts = [fresh.judge(question, alpha=share, budget=budget).verdict for question in asked(index)]
        return together(verdicts)

    costs = study.costs(first, pilot.seed)
    result = cheapest_feasible(costs, seems_to_hold, judge, alpha, rounds=ROUNDS)
    offers: tuple[Offer, ...] = ()
    if costs.min() < costs.max():
        wanted = [] if result.chosen is None or result.chosen in piloted else [result.chosen]
        for index in (*wanted, *to_look_at(costs, {*piloted, *wanted}, LOOKED_AT)):
            tick(f"{first.clause} {first.scenario}")
            look(index)
        offers = offered(costs, piloted, events)
    return Recommendation(plan.plan, questions, choices, result, alpha, study.cost_unit(first), offers)


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on claims that must all hold: a failing one if there is one, else one without an answer, else one."""
    order = (Answer.FAILS, Answer.ON_THE_LINE, Answer.UNDECIDED, Answer.HOLDS)
    return min(verdicts, key=lambda verdict: order.index(verdict.answer))
