"""In what part of the plausible sites a verdict stands: an estimate with an interval, not a verdict of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resilience_sim.experiments.runs import Runs
from resilience_sim.plans.site import Grade, Site
from resilience_sim.randomness import Streams
from resilience_sim.studies.question import Question, effort_for
from resilience_sim.verdicts.verdict import Answer, Verdict

__all__ = ["Stand", "plausible_sites", "shares_elsewhere", "stand"]


@dataclass(frozen=True)
class Stand:
    """Share of the sites drawn in which the claim answers as at the given site, with a 95 % interval."""

    share: float
    low: float
    high: float
    sites: int


def plausible_sites(site: Site, count: int, seed: int) -> list[dict[str, float]]:
    """Other values for the facts that have a range, `count` times.

    Every fact that is not published is drawn from the triangular law over its range with the mode at its value, from a
    stream of its own name: another fact moves no draw.
    """
    uncertain = {
        name: fact
        for name, fact in site.facts.items()
        if fact.range is not None
        and fact.grade is not Grade.PUBLISHED
        and fact.range.min < fact.range.max
        # What a promise is measured against is no property of the world that could be otherwise.
        and not name.startswith("standard.")
    }
    drawn = []
    for index in range(count):
        streams = Streams(seed, index)
        values = {}
        for name, fact in uncertain.items():
            assert fact.range is not None
            assert fact.value is not None
            values[name] = float(
                streams.generator(f"site/{name}").triangular(fact.range.min, fact.value, fact.range.max)
            )
        drawn.append(values)
    return drawn


def shares_elsewhere(questions: Sequence[Question], runs: Runs, count: int) -> list[list[float]]:
    """For each of `count` plausible sites, the share of events that keep each question's limit there."""
    shares = []
    for values in plausible_sites(runs.study.site, count, runs.seed):
        there = runs.at_site(values)
        same = {(question.claim.id, question.scenario): question for question in there.study.questions()}
        here = []
        for asked in questions:
            question = same[asked.claim.id, asked.scenario]
            events = effort_for(runs.study, question.situation).per_site
            here.append(float(there.outcomes(question, question.situation, events).mean()))
        shares.append(here)
        there.keep()
        runs.tick("sites")
    return shares


def stand(question: Question, verdict: Verdict, shares: Sequence[float]) -> Stand | None:
    """The share of sites at which most events answer as at the given site, by the shares kept at each.

    A site sides with "holds" if at least the required share of its events keeps the limit. A question that is undecided
    or on the line at the given site has nothing that could stand.
    """
    from scipy.stats import beta

    if verdict.answer not in (Answer.HOLDS, Answer.FAILS):
        return None
    holding = sum(share >= question.required for share in shares)
    count = len(shares)
    agreed = holding if verdict.answer is Answer.HOLDS else count - holding
    low = float(beta.ppf(0.025, agreed, count - agreed + 1)) if agreed else 0.0
    high = float(beta.ppf(0.975, agreed + 1, count - agreed)) if agreed < count else 1.0
    return Stand(agreed / count, low, high, count)
