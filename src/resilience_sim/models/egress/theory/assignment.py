"""Which exit each whole group should take: the best of all assignments, and what the nearest exit comes to.

A group that stays together goes to one exit. Where the exits are all that holds people up, an assignment's time is
known in closed form (:func:`assigned_s`) and the best one is found by branch and bound (:func:`best_groups`). Where
doors, stairs and crowds inside matter, the time comes from an engine: :func:`search_assignment` takes any function of
an assignment. Both say whether the answer is proved to be the best.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.models.checks import refuse, whole
from resilience_sim.models.egress.theory.doors import last_passage_s, passages_s

__all__ = ["Assignment", "assigned_s", "best_groups", "nearest_exits", "search_assignment"]

Floats = npt.NDArray[np.float64]
Arrivals = Sequence[Sequence[npt.ArrayLike]]
Method = Literal["every assignment", "branch and bound", "local search"]


@dataclass(frozen=True)
class Assignment:
    """An exit for every group.

    Parameters
    ----------
    exits
        Place of the exit of each group.
    last_s
        When the last person is out, seconds.
    method
        How it was found. By local search it may not be the best: no change of one group's exit, and no swap of two,
        makes it better.
    """

    exits: tuple[int, ...]
    last_s: float
    method: Method

    @property
    def proved(self) -> bool:
        """Whether no assignment is better."""
        return self.method != "local search"


def nearest_exits(metres: npt.ArrayLike) -> tuple[int, ...]:
    """The nearest exit of each group, the baseline: what people do of themselves; equal ones: the first.

    Parameters
    ----------
    metres
        From each group to each exit, shape (groups, exits).
    """
    far = np.asarray(metres, dtype=float)
    return tuple(int(k) for k in far.argmin(axis=1))


def assigned_s(exits: Sequence[int], arrivals_s: Arrivals, pps: Sequence[float], *, gap_s: float = 0.0) -> float:
    """When the last is out if each group takes the exit given, first at once.

    Parameters
    ----------
    exits
        Place of the exit of each group.
    arrivals_s
        ``arrivals_s[g][e]``: when each of group g would be at exit e, seconds, shape (its size,).
    pps
        Persons per second of each exit.
    gap_s
        Seconds between the last of one group and the first of the next at an exit.
    """
    _check(arrivals_s, pps)
    if len(exits) != len(arrivals_s):
        raise refuse("exits", f"{len(exits)} for {len(arrivals_s)} groups", "one for each")
    return max(
        (
            _last_s([g for g, to in enumerate(exits) if to == e], e, arrivals_s, pps[e], gap_s)
            for e in range(len(pps))
        ),
        default=-math.inf,
    )  # fmt: skip


def best_groups(
    arrivals_s: Arrivals, pps: Sequence[float], *, gap_s: float = 0.0, most_steps: int = 200_000
) -> Assignment:
    """The assignment of whole groups by which the last is out soonest, where the exits are all that holds people up.

    Branch and bound: groups are placed one after the other, the largest first. One more group never makes an exit's
    last passage sooner, and no exit passes more persons by a time than its flow allows from the first arrival on; what
    cannot be better than the best known is left. It begins with a local search, and ends with the best so far after
    `most_steps` placements.

    Parameters
    ----------
    arrivals_s, pps, gap_s
        See :func:`assigned_s`.
    most_steps
        Placements to try at most.

    Examples
    --------
    >>> best_groups([[[0.0] * 10, [9.0] * 10]] * 3, [1.0, 1.0])
    Assignment(exits=(1, 0, 0), last_s=19.0, method='branch and bound')
    """
    _check(arrivals_s, pps)
    whole("most_steps", most_steps, 1)
    groups, exits = len(arrivals_s), len(pps)
    found = search_assignment(
        lambda one: assigned_s(one, arrivals_s, pps, gap_s=gap_s), groups, exits, most=1, tie_breaks=False
    )
    best, best_s = found.exits, found.last_s
    order = sorted(range(groups), key=lambda g: -np.size(arrivals_s[g][0]))
    placed: list[list[int]] = [[] for _ in range(exits)]
    lasts = [-math.inf] * exits
    sizes = [int(np.size(by_exit[0])) for by_exit in arrivals_s]
    waiting = [sum(sizes[g] for g in order[depth:]) for depth in range(groups + 1)]
    firsts = [min((float(np.min(one[e])) for one in arrivals_s if np.size(one[e])), default=0.0) for e in range(exits)]
    steps = 0

    def room_left(depth: int) -> bool:
        """Whether the exits can pass those still to be placed sooner than in the best time known."""
        room = 0
        for e in range(exits):
            passes = math.floor((best_s - firsts[e]) * pps[e] + 1e-6) + 1
            room += max(0, passes - sum(sizes[g] for g in placed[e]))
        return room >= waiting[depth]

    def place(depth: int) -> bool:
        """Try all places for the groups from `depth` on; whether they could all be tried."""
        nonlocal best, best_s, steps
        if depth == groups:
            best_s = max(lasts)
            best = tuple(next(e for e in range(exits) if g in placed[e]) for g in range(groups))
            return True
        if not room_left(depth):
            return True
        g = order[depth]
        for e in range(exits):
            steps += 1
            if steps > most_steps:
                return False
            before = lasts[e]
            placed[e].append(g)
            lasts[e] = _last_s(sorted(placed[e]), e, arrivals_s, pps[e], gap_s)
            done = lasts[e] >= best_s or place(depth + 1)
            placed[e].pop()
            lasts[e] = before
            if not done:
                return False
        return True

    finished = place(0) if groups else True
    return Assignment(best, best_s, "branch and bound" if finished else "local search")


def search_assignment(
    cost: Callable[[tuple[int, ...]], float],
    groups: int,
    exits: int,
    *,
    starts: Sequence[tuple[int, ...]] = (),
    most: int = 20_000,
    tie_breaks: bool = True,
) -> Assignment:
    """The assignment of least cost by any cost: all of them if they are `most` at most, else a local search.

    The local search begins at each of `starts` (and at all groups to one exit, for each exit), and changes the exit of
    one group, or swaps those of two, as long as that is better.

    Parameters
    ----------
    cost
        Seconds of an assignment, as by an engine; called once for each.
    groups, exits
        How many.
    starts
        Assignments to begin with, such as :func:`nearest_exits`.
    most
        Assignments to try one by one.
    tie_breaks
        Whether to go on from assignments that are equally good, once each: slower, seldom caught.

    Examples
    --------
    >>> search_assignment(lambda one: abs(sum(one) - 2), 3, 2)
    Assignment(exits=(0, 1, 1), last_s=0, method='every assignment')
    """
    whole("groups", groups, 0)
    whole("exits", exits, 1)
    known: dict[tuple[int, ...], float] = {}

    def of(one: tuple[int, ...]) -> float:
        if one not in known:
            known[one] = cost(one)
        return known[one]

    if exits**groups <= most:
        best = min(itertools.product(range(exits), repeat=groups), key=of)
        return Assignment(best, of(best), "every assignment")
    begins = [*starts, *((e,) * groups for e in range(exits))]
    ends = [_descend(start, of, exits, sideways=tie_breaks) for start in begins]
    best = min(ends, key=of)
    return Assignment(best, of(best), "local search")


def _descend(
    start: tuple[int, ...], of: Callable[[tuple[int, ...]], float], exits: int, *, sideways: bool
) -> tuple[int, ...]:
    """The end of a walk to better neighbours (`sideways`: also to equally good ones not yet seen)."""
    here, best, seen = tuple(start), tuple(start), {tuple(start)}
    while True:
        better = min(_neighbours(here, exits), key=of, default=here)
        if of(better) > of(here) or (of(better) == of(here) and (not sideways or better in seen)):
            return best
        here = better
        seen.add(here)
        if of(here) < of(best):
            best = here


def _neighbours(here: tuple[int, ...], exits: int) -> list[tuple[int, ...]]:
    """One group to another exit, or two groups swapped."""
    moved = [(*here[:g], e, *here[g + 1 :]) for g in range(len(here)) for e in range(exits) if e != here[g]]
    for one, other in itertools.combinations(range(len(here)), 2):
        if here[one] != here[other]:
            swapped = list(here)
            swapped[one], swapped[other] = here[other], here[one]
            moved.append(tuple(swapped))
    return moved


def _check(arrivals_s: Arrivals, pps: Sequence[float]) -> None:
    for g, by_exit in enumerate(arrivals_s):
        if len(by_exit) != len(pps):
            raise refuse(f"arrivals of group {g}", f"{len(by_exit)} lists for {len(pps)} exits", "one for each")


def _last_s(groups: Sequence[int], e: int, arrivals_s: Arrivals, pps: float, gap_s: float) -> float:
    """Last passage of an exit by these groups, in the order of their numbers at equal arrivals."""
    if not groups:
        return -math.inf
    arrivals = [np.asarray(arrivals_s[g][e], dtype=float) for g in groups]
    joined = np.concatenate(arrivals)
    if gap_s <= 1 / pps:
        return last_passage_s(joined, pps)
    of = np.repeat(groups, [one.size for one in arrivals])
    return float(passages_s(joined, pps, group=of.tolist(), gap_s=gap_s).max(initial=-math.inf))
