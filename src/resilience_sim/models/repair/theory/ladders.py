"""Remedies one after the other, each with a limit after which the next is tried."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resilience_sim.models.checks import number, refuse, share
from resilience_sim.randomness import Law

__all__ = ["Outcome", "Rung", "climb", "within_after"]


@dataclass(frozen=True)
class Rung:
    """One remedy.

    Parameters
    ----------
    law
        Of the time it takes.
    works
        Share that is fixed by it, if it comes to its end.
    limit_s
        Time after which the next is tried.
    """

    law: Law
    works: float = 1.0
    limit_s: float = math.inf

    def __post_init__(self) -> None:
        share("a share that works", self.works)
        number("a limit", self.limit_s, infinite=True)


@dataclass(frozen=True)
class Outcome:
    """How a ladder ends.

    Parameters
    ----------
    fixed_by
        Share fixed by each rung; what is missing to 1 is not fixed by any.
    mean_s
        Mean time until it is fixed, or until the last rung has failed.
    """

    fixed_by: tuple[float, ...]
    mean_s: float


def climb(rungs: Sequence[Rung]) -> Outcome:
    """Who fixes what share, and how long it takes, if nobody and nothing is waited for.

    A rung takes ``min(X, limit)``, fixes ``q = works · P(X <= limit)`` of those who reach it, and leaves 1 - q to the
    next.

    Examples
    --------
    A restart of two minutes that helps in six cases of ten, then a swap of ten minutes:

    >>> from resilience_sim.randomness import Deterministic
    >>> climb([Rung(Deterministic(2.0), 0.6), Rung(Deterministic(10.0))])
    Outcome(fixed_by=(0.6, 0.4), mean_s=6.0)
    """
    reached, fixed_by, mean_s = 1.0, [], 0.0
    for rung in rungs:
        in_time, part_s = rung.law.up_to(rung.limit_s)
        mean_s += reached * (part_s + (rung.limit_s * (1 - in_time) if in_time < 1 else 0.0))
        fixed_by.append(reached * rung.works * in_time)
        reached *= 1 - rung.works * in_time
    return Outcome(tuple(fixed_by), mean_s)


def within_after(first: Law, then: Law, time_s: float, *, limit_s: float = math.inf, steps: int = 4096) -> float:
    """P(min(D, limit) + X <= t): a cause is looked for up to a limit, and then the remedy is used in any case.

    The integral of ``P(X <= t - u)`` over the law of D is the mean of its upper and lower sum in so many steps; the
    error is at most half of what lies between the two, and of the order of 1 / steps² where both laws have a density.

    Parameters
    ----------
    first
        Law of D, such as a diagnosis.
    then
        Law of X, such as a swap.
    time_s, limit_s
        t, and the limit on D.
    steps
        1 or more.

    Examples
    --------
    Two exponential laws with mean 1 make a gamma law; cut at 0, the first takes no time.

    >>> from resilience_sim.randomness import Exponential
    >>> round(within_after(Exponential(1.0), Exponential(1.0), 2.0), 6)
    0.593994
    >>> round(within_after(Exponential(1.0), Exponential(1.0), 2.0, limit_s=0.0), 6)
    0.864665
    """
    number("a time", time_s)
    number("a limit", limit_s, infinite=True)
    if steps < 1:
        raise refuse("steps", steps, "1 or more")
    longest_s = min(time_s, limit_s)
    at = np.linspace(0.0, longest_s, steps + 1).tolist()
    found = [first.up_to(u)[0] for u in at]
    left = [then.up_to(time_s - u)[0] for u in at]
    total = found[0] * left[0]
    for k in range(steps):
        total += (found[k + 1] - found[k]) * (left[k] + left[k + 1]) / 2
    if limit_s <= time_s:
        total += (1 - found[-1]) * left[-1]
    return total
