"""Enough persons and spares, so that no fault waits for another: M/G/∞."""

from __future__ import annotations

import math
from collections.abc import Sequence

from resilience_sim.models.checks import number
from resilience_sim.randomness import Law

__all__ = ["mean_down_s", "mean_open", "up_share"]


def mean_open(rate: float, law: Law, time_s: float = math.inf) -> float:
    """Mean number of faults open a time after all was well: ``λ E[min(X, t)]``; their number is a Poisson variate.

    Parameters
    ----------
    rate
        λ.
    law
        Of the time for which a fault is open, whatever its shape.
    time_s
        t; infinite for the long run, λ E[X].

    References
    ----------
    C. Palm (1938), Analysis of the Erlang traffic formulae for busy-signal arrangements. L. Takács (1962), Introduction
    to the Theory of Queues, chapter 3.

    Examples
    --------
    >>> from resilience_sim.randomness import Deterministic
    >>> mean_open(0.5, Deterministic(4.0)), mean_open(0.5, Deterministic(4.0), 1.0)
    (2.0, 0.5)
    """
    number("a rate of faults", rate)
    number("a time", time_s, infinite=True)
    below, part_s = law.up_to(time_s)
    return rate * (part_s + (time_s * (1 - below) if below < 1 else 0.0))


def up_share(open_means: Sequence[float]) -> float:
    """Share of time in which a service is up that needs several devices: ``Π exp(-λ_j E[X_j])``.

    Parameters
    ----------
    open_means
        λ E[X] of each device that it needs, itself included (see :func:`mean_open`).

    Examples
    --------
    A server and the switch before it, each down for one hour in a hundred:

    >>> round(up_share([0.01, 0.01]), 6)
    0.980199
    """
    for mean in open_means:
        number("a mean number of open faults", mean)
    return math.exp(-math.fsum(open_means))


def mean_down_s(rate: float, mean_s: float) -> float:
    """Mean length of a time down, which lasts as long as any fault is open: ``(exp(λ E[X]) - 1) / λ``.

    Examples
    --------
    >>> round(mean_down_s(0.5, 2.0), 6)
    3.436564
    """
    number("a rate of faults", rate, above=True)
    number("a mean time for which a fault is open", mean_s)
    return math.expm1(rate * mean_s) / rate
