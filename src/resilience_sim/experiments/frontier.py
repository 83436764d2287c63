"""The frontier of some choices: those to which no other is cheaper without being worse, or better without costing more.

Certificates say which single choice holds at least cost; the frontier says what more service would cost, and what less
would save. It is made of estimates: of all choices looked at on the same events, with an interval each.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.verdicts.cheapest import Index, easiest_of

__all__ = ["CONFIDENCE", "Offer", "frontier", "offered", "to_look_at"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CONFIDENCE = 0.95  # of the interval of a single offer


@dataclass(frozen=True)
class Offer:
    """What one choice costs and brings, by an estimate.

    Parameters
    ----------
    index
        Of the choice in the grid.
    cost
        As the study counts it.
    kept, low, high
        Share of events in which the claim is kept, and its interval (Clopper and Pearson, 1934, 95 %); where several
        claims must hold together, of the one that is kept least often.
    events
        By how many events it is known; all offers of a recommendation meet the same ones.
    dominated
        Whether another one looked at is cheaper and no worse, or better and no dearer.
    """

    index: Index
    cost: float
    kept: float
    low: float
    high: float
    events: int
    dominated: bool = False


def frontier(costs: npt.ArrayLike, service: npt.ArrayLike) -> Ints:
    r"""The choices that no other dominates (the Pareto set of two aims).

    Choice j dominates choice i where

    .. math:: c_j \le c_i, \quad s_j \ge s_i, \quad \text{and } c_j < c_i \text{ or } s_j > s_i.

    Parameters
    ----------
    costs
        Cost of each choice, in whatever unit; less is better; shape (choices,).
    service
        What each one achieves, such as the share of events kept; more is better; shape (choices,).

    Returns
    -------
    numpy.ndarray
        Indices of the choices on the frontier, by growing cost (and so by growing service); choices that are equal in
        both stand together, in their order. Shape (m,), m at least 1 unless there is no choice.

    Raises
    ------
    InputsError
        If the shapes differ or are not (choices,), or a value is not finite.

    Examples
    --------
    More agents cost more; the third choice costs more than the second and serves no better:

    >>> frontier([0, 4, 6, 9], [0.62, 0.90, 0.88, 0.97]).tolist()
    [0, 1, 3]
    """
    cost, served = np.asarray(costs, dtype=float), np.asarray(service, dtype=float)
    if cost.ndim != 1 or cost.shape != served.shape:
        raise InputsError(f"costs of shape {cost.shape}, service of {served.shape}; accepted is (choices,) for both")
    if not (np.isfinite(cost).all() and np.isfinite(served).all()):
        raise InputsError("a cost or a service is not finite; accepted are finite numbers")
    order = np.lexsort((-served, cost))  # by cost; of those that cost the same, the best first
    best = np.maximum.accumulate(np.append(-np.inf, served[order]))
    leads = served[order] > best[:-1]
    # Who only equals the best so far is on the frontier where it equals the choice that leads in both.
    leader = order[np.maximum.accumulate(np.where(leads, np.arange(len(order)), 0))]
    kept: Ints = order[(cost[order] == cost[leader]) & (served[order] == served[leader])]
    return kept


def to_look_at(costs: Floats, known: Collection[Index], most: int) -> list[Index]:
    """Choices of a grid that a frontier should know besides those that are known already.

    Of costs spread evenly over all that occur, the least and the greatest among them, the easiest choices, one of each
    cost before the second of any; as many as make `most` of those known and these together.

    Parameters
    ----------
    costs
        Cost of each choice; along each axis the claim becomes easier.
    known
        Choices looked at before.
    most
        How many to know in all.
    """
    levels = np.unique(costs)
    free = most - len(known)
    if free <= 0:
        return []
    spread = levels[np.unique(np.linspace(0, len(levels) - 1, free).round().astype(int))]
    easiest = [[index for index in easiest_of(costs <= level) if costs[index] == level] for level in spread]
    in_turn = (index for turn in zip_longest(*easiest) for index in turn if index is not None)
    return [index for index in in_turn if index not in known][:free]


def offered(costs: Floats, kept: dict[Index, int], events: int) -> tuple[Offer, ...]:
    """An offer for each choice looked at, in order of growing cost.

    Parameters
    ----------
    costs
        Cost of each choice of the grid.
    kept
        In how many of the events each choice that was looked at kept its claim.
    events
        How many there were, the same for all.
    """
    from scipy.special import betaincinv

    tail, indices = (1 - CONFIDENCE) / 2, list(kept)
    best = set(frontier([costs[index] for index in indices], [kept[index] for index in indices]).tolist())
    offers = [
        Offer(
            index,
            float(costs[index]),
            kept[index] / events,
            float(betaincinv(kept[index], events - kept[index] + 1, tail)) if kept[index] else 0.0,
            float(betaincinv(kept[index] + 1, events - kept[index], 1 - tail)) if kept[index] < events else 1.0,
            events,
            number not in best,
        )
        for number, index in enumerate(indices)
    ]
    return tuple(sorted(offers, key=lambda offer: (offer.cost, offer.kept, offer.index)))
