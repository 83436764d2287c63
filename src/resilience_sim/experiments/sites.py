"""In what part of the plausible sites a verdict stands: an estimate with an interval, not a verdict of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resilience_sim.experiments.runs import Runs
from resilience_sim.plans.site import Grade, Site
from resilience_sim.randomness import Streams
from resilience_sim.studies.question import Question, Study, effort_for
from resilience_sim.verdicts.verdict import Answer, Verdict

__all__ = ["Stand", "plausible_sites", "stands_in"]


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


def stands_in(
    study: Study, questions: Sequence[Question], verdicts: Sequence[Verdict], runs: Runs, count: int
) -> list[Stand | None]:
    """For each question, the share of `count` plausible sites at which most events answer as at the given site.

    A site sides with "holds" if at least the required share of its events keeps the limit. Questions that are undecided
    or on the line at the given site have nothing that could stand.
    """
    from scipy.stats import beta

    agreeing = [0] * len(questions)
    for values in plausible_sites(study.site, count, runs.seed):
        there = study.at_site(values)
        local = Runs(there, runs.seed, workers=runs.workers, tick=runs.tick)
        same = {(question.claim.id, question.scenario): question for question in there.questions()}
        for index, asked in enumerate(questions):
            question = same[asked.claim.id, asked.scenario]
            events = effort_for(study, question.situation).per_site
            share = float(local.outcomes(question, question.situation, events).mean())
            answer = Answer.HOLDS if share >= question.required else Answer.FAILS
            agreeing[index] += answer is verdicts[index].answer
        runs.tick("sites")
    stands: list[Stand | None] = []
    for verdict, agreed in zip(verdicts, agreeing, strict=True):
        if verdict.answer not in (Answer.HOLDS, Answer.FAILS):
            stands.append(None)
            continue
        low = float(beta.ppf(0.025, agreed, count - agreed + 1)) if agreed else 0.0
        high = float(beta.ppf(0.975, agreed + 1, count - agreed)) if agreed < count else 1.0
        stands.append(Stand(agreed / count, low, high, count))
    return stands
