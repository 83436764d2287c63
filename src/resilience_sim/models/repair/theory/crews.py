"""Waits for a crew: Erlang's formulas, priorities with and without pre-emption, and jobs of any law with one person."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.models.checks import number, refuse, whole

__all__ = [
    "Job", "erlang_b", "erlang_c", "one_person_sojourns", "one_person_waits", "preemptive_sojourns", "priority_waits",
    "urgent_waits_longer", "waits_longer",
]  # fmt: skip

Floats = npt.NDArray[np.float64]


# ---- Erlang


def erlang_b(load: float, places: int) -> float:
    """Share of demands lost where nothing waits: ``B(n) = a B(n-1) / (n + a B(n-1))``, B(0) = 1.

    True for any law of how long a place is taken.

    Parameters
    ----------
    load
        a = λ · (mean time for which a place is taken), above 0.
    places
        n: persons, or spares.

    References
    ----------
    A. K. Erlang (1917), Solution of some problems in the theory of probabilities of significance in automatic telephone
    exchanges.

    Examples
    --------
    >>> erlang_b(1.0, 2)
    0.2
    """
    number("an offered load", load, above=True)
    whole("places", places, 0)
    lost = 1.0
    for n in range(1, places + 1):
        lost = load * lost / (n + load * lost)
    return lost


def erlang_c(load: float, persons: int) -> float:
    """Share of jobs that wait in M/M/c: ``C = B / (1 - (a / c) (1 - B))``.

    Parameters
    ----------
    load
        a = λ / μ, above 0 and below `persons`.
    persons
        c.
    """
    lost = erlang_b(load, persons)
    if load >= persons:
        raise refuse("an offered load", load, f"less than the {persons} persons, or the queue grows for ever")
    return lost / (1 - load / persons * (1 - lost))


def waits_longer(rate: float, mean_s: float, persons: int, time_s: float) -> float:
    """P(wait > t) in M/M/c, first come first served: ``C exp(-(c μ - λ) t)``.

    Examples
    --------
    One fault an hour, half an hour of work, two persons, quarter of an hour:

    >>> round(waits_longer(1.0, 0.5, 2, 0.25), 6)
    0.047237
    """
    number("a time", time_s)
    return erlang_c(rate * mean_s, persons) * math.exp(-(persons / mean_s - rate) * time_s)


# ---- priorities, several persons


def _loads(rates: Sequence[float], mean_s: float, persons: int) -> tuple[Floats, Floats]:
    """Load per person of the classes before each, and up to each."""
    for rate in rates:
        number("a rate of faults", rate, above=True)
    number("a mean job", mean_s, above=True)
    upto = np.cumsum(np.asarray(rates, dtype=float)) * mean_s / persons
    return np.concatenate(([0.0], upto[:-1])), upto


def priority_waits(rates: Sequence[float], mean_s: float, persons: int) -> Floats:
    """Mean wait of each class in M/M/c if a job once begun is finished, the most urgent class first.

    ``W_i = C / (c μ) / ((1 - σ_(i-1)) (1 - σ_i))``, σ_i the load per person of the classes up to i.

    Parameters
    ----------
    rates
        λ of each class, the most urgent first, shape (k,).
    mean_s
        1 / μ, the same for all classes.
    persons
        c.

    Returns
    -------
    ndarray
        Mean waits, shape (k,).

    References
    ----------
    A. Cobham (1954), Priority assignment in waiting line problems, doi:10.1287/opre.2.1.70.

    Examples
    --------
    >>> priority_waits([0.2, 0.6], 1.0, 1).round(12)
    array([1., 5.])
    """
    before, upto = _loads(rates, mean_s, persons)
    delay_s = erlang_c(float(np.sum(rates)) * mean_s, persons) * mean_s / persons
    result: Floats = delay_s / ((1 - before) * (1 - upto))
    return result


def urgent_waits_longer(rates: Sequence[float], mean_s: float, persons: int, time_s: float) -> float:
    """P(wait > t) of the most urgent class in M/M/c if a job once begun is finished: ``C exp(-(c μ - λ_1) t)``.

    C is that of all classes: whoever waits meets c persons at work, and only its own class before it.

    References
    ----------
    R. H. Davis (1966), Waiting-time distribution of a multi-server, priority queuing system, doi:10.1287/opre.14.1.133.
    """
    number("a time", time_s)
    share = erlang_c(float(np.sum(rates)) * mean_s, persons)
    return share * math.exp(-(persons / mean_s - rates[0]) * time_s)


def preemptive_sojourns(rates: Sequence[float], mean_s: float, persons: int) -> Floats:
    """Mean time from arrival to the end of the job of each class in M/M/c with pre-emption, resumed later.

    The classes up to i do not notice the others, and of them, whoever is at work, as many are there as in M/M/c with
    Λ_i = λ_1 + … + λ_i. So by Little's law ``T_i = (Λ_i T(Λ_i) - Λ_(i-1) T(Λ_(i-1))) / λ_i``,
    ``T(Λ) = 1 / μ + C(Λ / μ) / (c μ - Λ)``.

    Parameters
    ----------
    rates
        λ of each class, the most urgent first, shape (k,).
    mean_s
        1 / μ, the same for all classes.
    persons
        c.

    Returns
    -------
    ndarray
        Mean sojourns, interruptions included, shape (k,).

    References
    ----------
    J. P. Buzen and A. B. Bondi (1983), The response times of priority classes under preemptive resume in M/M/m queues,
    doi:10.1287/opre.31.3.456.

    Examples
    --------
    >>> preemptive_sojourns([0.2, 0.6], 1.0, 1).round(12)
    array([1.25, 6.25])
    """
    _loads(rates, mean_s, persons)
    upto = np.cumsum(np.asarray(rates, dtype=float))
    inside = [0.0]
    for rate in upto.tolist():
        delay_s = erlang_c(rate * mean_s, persons) / (persons / mean_s - rate)
        inside.append(rate * (mean_s + delay_s))
    result: Floats = np.diff(inside) / np.asarray(rates, dtype=float)
    return result


# ---- priorities, one person, jobs of any law


@dataclass(frozen=True)
class Job:
    """The jobs of one class.

    Parameters
    ----------
    rate
        λ, above 0.
    mean_s
        E[S], above 0.
    square_s2
        E[S²], at least the square of the mean.
    """

    rate: float
    mean_s: float
    square_s2: float

    def __post_init__(self) -> None:
        number("a rate of faults", self.rate, above=True)
        number("a mean job", self.mean_s, above=True)
        if not self.square_s2 >= self.mean_s**2 * (1 - 1e-12):
            raise refuse("a mean square of a job", self.square_s2, f"the square of its mean, {self.mean_s**2}, or more")


def _one_person(jobs: Sequence[Job]) -> tuple[Floats, Floats, Floats]:
    """Load of the classes before each and up to each; mean work left of a job of each class, met by a newcomer."""
    upto = np.cumsum([job.rate * job.mean_s for job in jobs])
    if upto[-1] >= 1:
        raise refuse("the load of one person", float(upto[-1]), "less than 1, or the queue grows for ever")
    return np.concatenate(([0.0], upto[:-1])), upto, np.array([job.rate * job.square_s2 / 2 for job in jobs])


def one_person_waits(jobs: Sequence[Job]) -> Floats:
    """Mean wait of each class in M/G/1 if a job once begun is finished, the most urgent class first.

    ``W_i = Σ_j λ_j E[S_j²] / 2 / ((1 - σ_(i-1)) (1 - σ_i))``; with one class Pollaczek and Khinchine's formula.

    References
    ----------
    A. Cobham (1954), doi:10.1287/opre.2.1.70. F. Pollaczek (1930), doi:10.1007/BF01194620.

    Examples
    --------
    Half an hour each, one every hour: as long again as half a job.

    >>> one_person_waits([Job(1.0, 0.5, 0.25)])
    array([0.25])
    """
    before, upto, left_s = _one_person(jobs)
    result: Floats = left_s.sum() / ((1 - before) * (1 - upto))
    return result


def one_person_sojourns(jobs: Sequence[Job]) -> Floats:
    """Mean time from arrival to the end of the job of each class in M/G/1 with pre-emption, resumed later.

    ``T_i = E[S_i] / (1 - σ_(i-1)) + Σ_(j <= i) λ_j E[S_j²] / 2 / ((1 - σ_(i-1)) (1 - σ_i))``.

    References
    ----------
    L. Kleinrock (1976), Queueing Systems, volume 2, section 3.4.
    """
    before, upto, left_s = _one_person(jobs)
    means = np.array([job.mean_s for job in jobs])
    result: Floats = means / (1 - before) + np.cumsum(left_s) / ((1 - before) * (1 - upto))
    return result
