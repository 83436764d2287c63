"""Which scenario is best for a claim: the one that keeps it oftenest, and the cheapest of those with which it holds.

Two promises, each at the error that is stated: the scenario chosen by its share is not worse than the best by the
indifference zone or more (:mod:`~resilience_sim.verdicts.best`); the cheapest is so with the probability that Kim and
Nelson's rule promises for costs that are about normal (:mod:`~resilience_sim.verdicts.ranking`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from resilience_sim.verdicts.best import Best, best_of
from resilience_sim.verdicts.ranking import kim_nelson
from resilience_sim.verdicts.selection import Found, Selection, judge_all
from resilience_sim.verdicts.verdict import Verdict

__all__ = ["Cheapest", "Selecting", "cheapest_of", "oftenest_of"]

Floats = npt.NDArray[np.float64]
FIRST_STAGE = 20
FEWEST_VALUES = 5  # of a pair's differences in the first stage: from fewer their variance is not to be had


@dataclass(frozen=True)
class Selecting:
    """What a selection promises.

    Parameters
    ----------
    error
        Probability of a wrong choice; one less it is the probability of correct selection.
    share
        Indifference zone of shares kept.
    cost
        Indifference zone of costs, in their unit.
    """

    error: float = 0.05
    share: float = 0.05
    cost: float = 0.5


@dataclass(frozen=True)
class Cheapest:
    """The cheapest scenario with which a claim holds.

    Parameters
    ----------
    selection
        Feasibility before cost, with ties and cheaper scenarios that have no answer.
    sure
        Whether it is the cheapest of those that hold with the promised probability; ``None`` where costs are known
        without error, there is nothing to compare, or a pair's first events differ by too few values to tell.
    """

    selection: Selection[int]
    sure: bool | None

    @property
    def chosen(self) -> int | None:
        """Index of the scenario; ``None`` where none is shown to hold."""
        return self.selection.chosen if self.selection.status is Found.FOUND else None


def oftenest_of(kept: Sequence[npt.ArrayLike], selecting: Selecting) -> Best:
    """The scenario that keeps a claim oftenest, of outcomes (0 or 1) of the same events, shape (scenarios, events)."""
    return best_of(np.asarray(kept, dtype=float), indifference=selecting.share, alpha=selecting.error)


def cheapest_of(
    verdicts: Sequence[Verdict], costs: Mapping[int, float], by_event: Mapping[int, Floats], selecting: Selecting
) -> Cheapest | None:
    """The cheapest of the scenarios with which a claim holds.

    Parameters
    ----------
    verdicts
        Of each scenario.
    costs
        Mean cost of those that have one, by index.
    by_event
        Cost of each event, where that is known; shape (events,) each.
    selecting
        What is promised.

    Returns
    -------
    Cheapest or None
        ``None`` where no scenario has a cost.
    """
    if not costs:
        return None
    found = judge_all(costs, lambda index, _: verdicts[index], selecting.error)
    sure = None
    if found.chosen is not None and found.chosen in by_event:
        sure = _sure(found, by_event, verdicts, selecting)
    return Cheapest(found, sure)


def _sure(
    found: Selection[int], by_event: Mapping[int, Floats], verdicts: Sequence[Verdict], selecting: Selecting
) -> bool | None:
    from resilience_sim.verdicts.verdict import Answer

    assert found.chosen is not None
    rows = [by_event[found.chosen]]
    for index, costs in by_event.items():
        # Equal event by event: a tie, whichever is taken.
        if verdicts[index].answer is Answer.HOLDS and not any(np.array_equal(costs, row) for row in rows):
            rows.append(costs)
    if len(rows) < 2 or rows[0].size < FIRST_STAGE or not all(np.isfinite(row).all() for row in rows):
        return None
    if any(np.unique(a[:FIRST_STAGE] - b[:FIRST_STAGE]).size < FEWEST_VALUES for a, b in combinations(rows, 2)):
        return None
    ranked = kim_nelson(
        rows, indifference=selecting.cost, alpha=selecting.error, first_stage=FIRST_STAGE, smallest=True
    )
    return ranked.chosen == 0
