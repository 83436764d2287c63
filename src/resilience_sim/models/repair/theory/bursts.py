"""Many faults at one instant, persons who are all free, and jobs with an exponential law (or all of one length)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from resilience_sim.models.checks import number, refuse, whole

__all__ = ["answered_within", "last_done_s", "persons_for", "starts_s"]


def _checked(faults: int, persons: int, mean_s: float) -> None:
    whole("faults", faults, 1)
    whole("persons", persons, 1)
    number("a mean job", mean_s, above=True)


def starts_s(faults: int, persons: int, mean_s: float) -> npt.NDArray[np.float64]:
    """Mean wait of the j-th of n faults: ``max(0, j - c) / (c μ)``, shape (n,).

    Examples
    --------
    >>> starts_s(5, 2, 1.0)
    array([0. , 0. , 0.5, 1. , 1.5])
    """
    _checked(faults, persons, mean_s)
    return np.maximum(0, np.arange(1, faults + 1) - persons) * (mean_s / persons)


def answered_within(faults: int, persons: int, mean_s: float, time_s: float) -> float:
    """Mean share of n faults at which somebody is at work within t: ``1/n Σ_j P(Erlang(j - c, c μ) <= t)``.

    Examples
    --------
    One person and two faults: the second is answered when the first is done.

    >>> round(answered_within(2, 1, 1.0, 1.0), 6)
    0.81606
    """
    from scipy.special import gammainc

    _checked(faults, persons, mean_s)
    number("a time", time_s)
    at_once = min(faults, persons)
    later = gammainc(np.arange(1, faults - at_once + 1), persons / mean_s * time_s)
    return float(at_once + later.sum()) / faults


def last_done_s(faults: int, persons: int, mean_s: float) -> float:
    """Mean time until all of n are done: ``Σ_(k = 1 … n) 1 / (μ min(k, c))``.

    Examples
    --------
    >>> last_done_s(3, 2, 1.0)
    2.0
    """
    _checked(faults, persons, mean_s)
    return mean_s * math.fsum(1 / min(k, persons) for k in range(1, faults + 1))


def persons_for(faults: int, job_s: float, limit_s: float) -> int:
    """Persons who have all of n faults done within a limit, every job taking the same: ``ceil(n / floor(limit / D))``.

    Examples
    --------
    Five switches, ten minutes each, in half an hour:

    >>> persons_for(5, 10.0, 30.0)
    2
    """
    _checked(faults, 1, job_s)
    each = math.floor(limit_s / job_s)
    if each < 1:
        raise refuse("a limit", limit_s, f"{job_s}, the time of one job, or more")
    return math.ceil(faults / each)
