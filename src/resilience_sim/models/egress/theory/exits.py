"""Several exits: how people who start together should share them, and what choosing by the queue comes to.

Every exit k is a walk of t_k seconds and a flow of C_k persons per second. First at once, its j-th person (from 0) is
out at ``t_k + j / C_k``; service first one 1 / C_k later.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import number, refuse, whole

__all__ = [
    "Exit", "Split", "continuous_s", "diverts", "equilibria", "least_s", "one_after_another",
    "persons_before_diverting", "split_s", "static_costs_s",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Exit:
    """An exit as seen from where people start.

    Parameters
    ----------
    walk_s
        Seconds to walk to it.
    pps
        C, persons per second.
    """

    walk_s: float
    pps: float

    def __post_init__(self) -> None:
        number("Exit: walk_s", self.walk_s)
        number("Exit: pps", self.pps, above=True)


@dataclass(frozen=True)
class Split:
    """So many persons to each exit, and when the last of all is out, seconds."""

    counts: tuple[int, ...]
    last_s: float


def split_s(counts: Sequence[int], exits: Sequence[Exit], *, service_first: bool = False) -> float:
    """When the last is out if so many go to each exit, all from time 0; -inf if nobody does.

    Examples
    --------
    >>> exits = [Exit(10 / 1.198904, 0.931), Exit(30 / 1.198904, 0.931)]
    >>> [round(split_s(counts, exits), 4) for counts in ((200, 0), (100, 100))]
    [222.0896, 131.3601]
    """
    if len(counts) != len(exits):
        raise refuse("persons by exit", f"{len(counts)} numbers for {len(exits)} exits", "one for each")
    for count in counts:
        whole("persons to an exit", count, 0)
    last = [
        one.walk_s + (count - (0 if service_first else 1)) / one.pps
        for count, one in zip(counts, exits, strict=True)
        if count
    ]
    return max(last, default=-math.inf)


def one_after_another(persons: int, exits: Sequence[Exit]) -> Ints:
    """The exit that each takes if they choose in turn the one with the least ``t + (ahead of them) / C``.

    Equal choices: the exit listed first.

    Returns
    -------
    ndarray
        Place of the exit in `exits`, shape (persons,).

    Examples
    --------
    >>> exits = [Exit(10 / 1.198904, 0.931), Exit(30 / 1.198904, 0.931)]
    >>> int(one_after_another(200, exits).argmax())  # the first 16 go to the main door
    16
    """
    passages, of = _passages(persons, exits)
    order = np.lexsort((of, passages))[:persons]
    chosen: Ints = of[order]
    return chosen


def least_s(persons: int, exits: Sequence[Exit], *, service_first: bool = False) -> Split:
    """The least time in which so many can be out, whole persons: no plan may beat it.

    It is the N-th smallest of all ``t_k + j / C_k``, j = 0, 1, … (service first: j = 1, 2, …); who choose one after
    another (first at once) reach it.

    Examples
    --------
    >>> best = least_s(200, [Exit(10 / 1.198904, 0.931), Exit(30 / 1.198904, 0.931)])
    >>> best.counts, round(best.last_s, 7)
    ((108, 92), 123.271134)
    """
    passages, of = _passages(persons, exits, service_first=service_first)
    order = np.lexsort((of, passages))[:persons]
    counts = np.bincount(of[order], minlength=len(exits))
    return Split(tuple(int(count) for count in counts), float(passages[order[-1]]) if persons else -math.inf)


def _passages(persons: int, exits: Sequence[Exit], *, service_first: bool = False) -> tuple[Floats, Ints]:
    """When persons 0, 1, … could be out by each exit, and the exit."""
    whole("persons", persons, 0)
    if not exits:
        raise InputsError("no exit; accepted is one at least")
    j = np.arange(persons) + (1 if service_first else 0)
    passages = np.concatenate([one.walk_s + j / one.pps for one in exits])
    return passages, np.repeat(np.arange(len(exits), dtype=np.int64), persons)


def continuous_s(persons: float, exits: Sequence[Exit]) -> float:
    """The least time if persons could be divided: T with ``sum over k of C_k (T - t_k)^+ = N``, seconds.

    Examples
    --------
    >>> round(continuous_s(200, [Exit(10 / 1.198904, 0.931), Exit(30 / 1.198904, 0.931)]), 6)
    124.093288
    """
    number("persons", persons)
    if not exits:
        raise InputsError("no exit; accepted is one at least")
    near_first = sorted(exits, key=lambda one: one.walk_s)
    flow = filled = 0.0
    for k, one in enumerate(near_first):
        flow += one.pps
        filled += one.pps * one.walk_s
        least = (persons + filled) / flow
        if k + 1 == len(near_first) or least <= near_first[k + 1].walk_s:
            break
    return least


# ---- whom to divert


def diverts(queue_main: float, main: Exit, queue_other: float, other: Exit) -> bool:
    """Whether the next does better at the other exit: ``queue_main / C1 + t1 > t2 + queue_other / C2``.

    Queues are those who head there and have not passed: those ahead of whoever asks.
    """
    number("a queue (persons)", queue_main)
    number("a queue (persons)", queue_other)
    return queue_main / main.pps + main.walk_s > other.walk_s + queue_other / other.pps


def persons_before_diverting(main: Exit, other: Exit) -> float:
    """Persons ahead at the main exit above whom it pays to be the first at the other: ``C1 (t2 - t1)``, 0 at least.

    Examples
    --------
    >>> round(persons_before_diverting(Exit(10 / 1.198904, 0.931), Exit(30 / 1.198904, 0.931)), 4)
    15.5309
    """
    return max(0.0, main.pps * (other.walk_s - main.walk_s))


# ---- exits as a game


def static_costs_s(walks_s: Sequence[Sequence[float]], per_person_s: float, choice: Sequence[int]) -> tuple[float, ...]:
    """Cost of each agent's exit: its walk, and the whole time of passing of everybody nearer to the same exit.

    A cost to choose by, not a time of leaving: who arrives when a queue has partly gone waits less.

    Parameters
    ----------
    walks_s
        Seconds from each agent to each exit.
    per_person_s
        Seconds that an exit takes for one person.
    choice
        The exit of each agent.

    References
    ----------
    Ehtamo, H., Heliövaara, S., Korhonen, T. and Hostikka, S. (2010), Game theoretic best-response dynamics for
    evacuees' exit selection, Advances in Complex Systems 13(1), doi:10.1142/S021952591000244X.

    Examples
    --------
    >>> static_costs_s([(1, 2), (2, 5)], 2.0, (0, 0)), static_costs_s([(1, 2), (2, 5)], 2.0, (1, 0))
    ((1.0, 4.0), (2.0, 2.0))
    """
    number("seconds per person", per_person_s)
    if len(choice) != len(walks_s):
        raise refuse("exits chosen", f"{len(choice)} for {len(walks_s)} agents", "one for each")
    costs = []
    for own, (walks, chosen) in enumerate(zip(walks_s, choice, strict=True)):
        nearer = sum(
            (walks_s[other][chosen], other) < (walks[chosen], own)
            for other, to in enumerate(choice)
            if to == chosen and other != own
        )
        costs.append(float(walks[chosen] + per_person_s * nearer))
    return tuple(costs)


def equilibria(walks_s: Sequence[Sequence[float]], per_person_s: float) -> tuple[tuple[int, ...], ...]:
    """All choices from which no agent gains by changing alone, by trying all: for a few agents only.

    Raises
    ------
    InputsError
        If there are more than 100,000 choices.

    Examples
    --------
    >>> equilibria([(1, 2), (2, 5)], 2.0)
    ((0, 0),)
    """
    exits = len(walks_s[0]) if walks_s else 0
    if exits ** len(walks_s) > 100_000:
        raise refuse("choices", f"{exits}^{len(walks_s)}", "100,000 at most")

    def content(choice: tuple[int, ...], own: int) -> bool:
        cost = static_costs_s(walks_s, per_person_s, choice)[own]
        changed = ((*choice[:own], to, *choice[own + 1 :]) for to in range(exits))
        return all(static_costs_s(walks_s, per_person_s, one)[own] >= cost for one in changed)

    every = itertools.product(range(exits), repeat=len(walks_s))
    return tuple(choice for choice in every if all(content(choice, own) for own in range(len(walks_s))))
