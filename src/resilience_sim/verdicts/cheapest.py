"""The cheapest choice of several quantities together that makes a claim hold, with its certificate.

The choices form a grid. Along each axis the claim becomes easier, so what holds is an up-set: if a choice fails, all
harder choices fail. "Nothing cheaper holds" is therefore shown by the easiest of the cheaper choices alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.selection import Found
from resilience_sim.verdicts.verdict import Answer, Verdict

__all__ = ["Cheapest", "cheapest_feasible", "easiest_of", "propose"]

Index = tuple[int, ...]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cheapest:
    """What a search for the cheapest choice found.

    Parameters
    ----------
    status
        found, none_holds or undecided.
    chosen, cost
        The choice shown to hold, and its cost; ``None`` unless found.
    ties
        Other choices shown to hold at the same cost.
    holds, fails
        The certificate: verdicts on the chosen choice and its ties, and on the easiest of all cheaper choices (none,
        where the chosen one is the cheapest offered). If none holds: the verdict on the easiest choice of all.
    cheaper_undecided
        Cheaper choices judged without an answer. They, and choices harder than they, may hold; where there are any,
        the chosen one holds but is not shown to be the cheapest.
    rounds
        Proposals judged.
    """

    status: Found
    chosen: Index | None
    cost: float | None
    ties: tuple[Index, ...]
    holds: tuple[tuple[Index, Verdict], ...]
    fails: tuple[tuple[Index, Verdict], ...]
    cheaper_undecided: tuple[Index, ...]
    rounds: int

    @property
    def certified(self) -> bool:
        """Whether the answer is complete: the chosen choice holds and every cheaper one fails, or all fail."""
        return self.status is not Found.UNDECIDED and not self.cheaper_undecided


def _indices(mask: Mask) -> list[Index]:
    return [tuple(int(i) for i in row) for row in np.argwhere(mask)]


def easiest_of(mask: Mask) -> list[Index]:
    """The maximal choices of a set: those with no easier one in it.

    Parameters
    ----------
    mask
        The set, of the grid's shape; along each axis the claim becomes easier.
    """
    exists = mask.copy()  # whether the set has a choice at least as easy as this one
    for axis in range(mask.ndim):
        exists = np.flip(np.logical_or.accumulate(np.flip(exists, axis), axis=axis), axis)
    maximal = mask.copy()
    for axis in range(mask.ndim):
        head = [slice(None)] * mask.ndim
        tail = list(head)
        head[axis], tail[axis] = slice(None, -1), slice(1, None)
        maximal[tuple(head)] &= ~exists[tuple(tail)]
    return _indices(maximal)


def _easier(index: Index) -> tuple[slice, ...]:
    return tuple(slice(i, None) for i in index)


def _harder(index: Index) -> tuple[slice, ...]:
    return tuple(slice(None, i + 1) for i in index)


def _most_telling(unknown: Mask) -> Index:
    """The unknown choice whose answer settles most others, whichever way it falls."""
    harder = unknown.astype(np.int64)
    easier = harder.copy()
    for axis in range(unknown.ndim):
        harder = np.cumsum(harder, axis=axis)
        easier = np.flip(np.cumsum(np.flip(easier, axis), axis=axis), axis)
    settled = np.where(unknown, np.minimum(harder, easier), -1)
    return tuple(int(i) for i in np.unravel_index(int(settled.argmax()), settled.shape))


def propose(costs: Floats, seems_to_hold: Callable[[Index], bool], *, holds: Mask, fails: Mask) -> list[Index]:
    """The choices of least cost that seem to hold, the easiest of those tied; an empty list where none does.

    Parameters
    ----------
    costs
        Cost of each choice, of the grid's shape.
    seems_to_hold
        A pilot's estimate for one choice, asked for as few choices as may be.
    holds, fails
        What verdicts already say; they overrule the pilot.
    """
    good, bad = holds & ~fails, fails.copy()
    while True:
        best = costs[good].min() if good.any() else math.inf
        unknown = ~(good | bad) & (costs <= best)
        if not unknown.any():
            break
        index = _most_telling(unknown)
        if seems_to_hold(index):
            good[_easier(index)] = True
            good &= ~fails
        else:
            bad[_harder(index)] = True
    return easiest_of(good & (costs == best)) if good.any() else []


def cheapest_feasible(
    costs: npt.ArrayLike,
    seems_to_hold: Callable[[Index], bool],
    judge: Callable[[Index, float, int], Verdict],
    alpha: float,
    *,
    rounds: int = 6,
) -> Cheapest:
    """Find the cheapest choice of a grid that holds, and certify it.

    A cheap pilot on draws of its own proposes the cheapest choice. Then, on fresh draws, round r spends α/2^r: half on
    the proposal (divided among ties), half on the easiest of all cheaper choices (divided evenly), all fixed before the
    round's draws are seen. A refused proposal teaches the next round.

    Parameters
    ----------
    costs
        Cost of each choice; along each axis the claim becomes easier. Compared exactly: where ties matter, give whole
        units.
    seems_to_hold
        The pilot's estimate for a choice.
    judge
        Gives the verdict on a choice at an error share in a round, counted from 1; every round has draws of its own,
        shared by all choices of the round.
    alpha
        Probability that the answer is wrong.
    rounds
        Most proposals.
    """
    cost = np.asarray(costs, dtype=float)
    if cost.size == 0 or cost.ndim == 0 or not np.isfinite(cost).all():
        raise VerdictError(f"costs of shape {cost.shape}; accepted is a grid of at least one choice, all costs finite")
    holds, fails, open_ = (np.zeros(cost.shape, dtype=bool) for _ in range(3))
    pilot: dict[Index, bool] = {}
    top = tuple(n - 1 for n in cost.shape)

    def estimate(index: Index) -> bool:
        if index not in pilot:
            pilot[index] = seems_to_hold(index)
        return pilot[index]

    turn = 0
    while turn < rounds:
        turn += 1
        share = alpha / 2**turn
        proposals = propose(cost, estimate, holds=holds, fails=fails | open_)
        nothing = not proposals
        if nothing:  # ask the easiest choice: if it fails, all do
            proposals = [top]
        price = float(cost[proposals[0]])
        cheaper = [] if nothing else easiest_of((cost < price) & ~open_)
        spare = 2.0 if cheaper else 1.0
        tried = [(index, judge(index, share / spare / len(proposals), turn)) for index in proposals]
        below = [(index, judge(index, share / 2 / len(cheaper), turn)) for index in cheaper]
        for index, verdict in (*tried, *below):
            if verdict.answer is Answer.HOLDS:
                holds[_easier(index)] = True
            elif verdict.answer is Answer.FAILS:
                fails[_harder(index)] = True
            else:
                open_[index] = True
        if fails.all():
            easiest = tuple((i, v) for i, v in (*tried, *below) if i == top)
            return Cheapest(Found.NONE_HOLDS, None, None, (), (), easiest, (), turn)
        held = tuple((i, v) for i, v in tried if v.answer is Answer.HOLDS)
        refuted = tuple((i, v) for i, v in below if v.answer is Answer.FAILS)
        if held and not nothing and not (holds & (cost < price)).any():
            unclear = tuple(_indices(open_ & ~fails & (cost < price)))
            ties = tuple(i for i, _ in held[1:])
            return Cheapest(Found.FOUND, held[0][0], price, ties, held, refuted, unclear, turn)
        if nothing and not held:  # the easiest choice has no answer
            break
    return Cheapest(Found.UNDECIDED, None, None, (), (), (), tuple(_indices(open_ & ~fails)), turn)
