"""Which assumption about the site matters most: each at either end of its range, all others as they are.

All sites meet the same events (common random numbers), so that what moves is the fact's doing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resilience_sim.experiments.compare_measures import Difference, paired, shares_paired
from resilience_sim.experiments.runs import Runs, Tick
from resilience_sim.experiments.workers import Workers
from resilience_sim.plans.site import Grade, Site
from resilience_sim.studies.parts import parts
from resilience_sim.studies.question import Question, Study, effort_for

__all__ = ["Bar", "tornado", "uncertain"]


@dataclass(frozen=True)
class Bar:
    """What a fact of the site does to a measure.

    Parameters
    ----------
    fact, unit, value, low, high
        Its name, unit, value and the ends of its range.
    at_low, at_high
        By how much the measure is more there than at the value, event by event.
    kept_low, kept_high
        The same of the share of events kept.
    kept
        Share of events kept at the value.
    events
        How many.
    """

    fact: str
    unit: str
    value: float
    low: float
    high: float
    at_low: Difference
    at_high: Difference
    kept_low: Difference
    kept_high: Difference
    kept: float
    events: int

    @property
    def span(self) -> float:
        """How far the share of events kept moves, or (where it does not) nothing."""
        ends = (0.0, self.kept_low.mean, self.kept_high.mean)
        return max(ends) - min(ends)


def uncertain(site: Site) -> list[str]:
    """Facts that are not published and have a range with two ends; what is promised against is none of them."""
    return [
        name
        for name, fact in site.facts.items()
        if fact.range is not None
        and fact.value is not None
        and fact.grade is not Grade.PUBLISHED
        and fact.range.min < fact.range.max
        and not name.startswith("standard.")
    ]


def tornado(
    study: Study,
    question: Question,
    seed: int,
    events: int,
    *,
    facts: Sequence[str] = (),
    workers: int | Workers = 1,
    tick: Tick = lambda _: None,
) -> tuple[Bar, ...]:
    """Move each assumed fact to either end of its range.

    Parameters
    ----------
    study, question
        As it is at the site.
    seed, events
        Root of all streams, and how many events are run at each end.
    facts
        Their names; all that are uncertain by default.
    workers, tick
        As in :class:`~resilience_sim.experiments.runs.Runs`.

    Returns
    -------
    tuple
        Those that move the measure or the share kept, by how far they move the share and then the measure.
    """
    own = next(one for one in parts(study) if any(q.claim.id == question.claim.id for q in one.questions()))

    def at(values: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
        there = own.at_site(values)
        asked = next(q for q in there.questions() if _same(q, question))
        runs = Runs(there, seed, workers=workers)
        rows = runs.rows(asked.situation, -(-events // effort_for(there, asked.situation).block))
        measured = np.hstack([row[asked.measure] for row in rows])[:events].astype(float)
        return measured, asked.kept(measured).astype(float)

    base, base_kept = at({})
    bars = []
    for name in facts or uncertain(study.site):
        fact = study.site.facts[name]
        if fact.range is None or fact.value is None:
            continue  # what the base sets is no assumption any more
        low, low_kept = at({name: fact.range.min})
        high, high_kept = at({name: fact.range.max})
        bars.append(
            Bar(
                name, fact.unit, fact.value, fact.range.min, fact.range.max,
                paired(low, base), paired(high, base),
                shares_paired(low_kept, base_kept), shares_paired(high_kept, base_kept),
                float(base_kept.mean()), len(base),
            )
        )  # fmt: skip
        tick(name)
    moving = [bar for bar in bars if bar.span or bar.at_low.mean or bar.at_high.mean]
    return tuple(sorted(moving, key=lambda bar: (-bar.span, -abs(bar.at_low.mean) - abs(bar.at_high.mean))))


def _same(one: Question, other: Question) -> bool:
    return (one.claim.id, one.interpretation, one.scenario) == (other.claim.id, other.interpretation, other.scenario)
