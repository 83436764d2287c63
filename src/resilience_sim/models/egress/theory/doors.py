"""One door: who passes when, and the law of the last passage where people come at random.

Two conventions are in use. *First at once*: the first of a queue passes the moment it arrives, each other 1 / C seconds
after the one before; N persons at the door at time 0 are out at (N - 1) / C. So counts the machine. *Service first*:
everybody takes 1 / C seconds to pass; they are out at N / C. So do hand calculations after the SFPE Handbook. They are
1 / C apart at every passage of a door, and so once for every door in series.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import number, refuse, whole
from resilience_sim.randomness import Empirical, Law, Triangular, Truncated, Uniform

__all__ = [
    "LastOfMany", "last_of_many", "last_passage_s", "least_mean_s", "longest_queue", "order_statistic_means_s",
    "passages_s", "service_first_s",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

TIE_S = 1e-9
"""A wait of less is rounding: two equal doors in series feed each other at exactly 1 / C."""


def passages_s(
    arrivals_s: npt.ArrayLike, pps: float, *, group: Sequence[int] | None = None, gap_s: float = 0.0
) -> Floats:
    """When each passes a door, first at once: ``s_k = max(a_k, s_(k-1) + h)``, first come first served.

    h is 1 / C, or `gap_s` if that is more and the one before is of another group.

    Parameters
    ----------
    arrivals_s
        When each arrives at the door, seconds, shape (n,); equal arrivals pass in the order given.
    pps
        C, persons per second (see :func:`~resilience_sim.models.egress.building.flow_pps`).
    group
        Which group each is of, shape (n,); not given: all of one.
    gap_s
        Seconds between the last of a group and the first of the next.

    Returns
    -------
    ndarray
        Seconds, in the order of `arrivals_s`, shape (n,).

    Examples
    --------
    >>> passages_s([0.0, 0.0, 5.0], 0.5).tolist()
    [0.0, 2.0, 5.0]
    """
    arrivals = _arrivals(arrivals_s)
    number("a flow (persons/s)", pps, above=True)
    number("a gap (s)", gap_s)
    of = np.zeros(arrivals.size, dtype=np.int64) if group is None else np.asarray(group)
    if of.shape != arrivals.shape:
        raise refuse("groups of persons", f"{of.size} for {arrivals.size} persons", "one for each")
    passages = np.empty_like(arrivals)
    before_s, before = -math.inf, 0
    for k in np.argsort(arrivals, kind="stable"):
        headway_s = 1 / pps if of[k] == before else max(1 / pps, gap_s)
        before_s, before = max(float(arrivals[k]), before_s + headway_s), of[k]
        passages[k] = before_s
    return passages


def service_first_s(passages: npt.ArrayLike, pps: float) -> Floats:
    """The same passages of one door, service first: each 1 / C seconds later.

    Examples
    --------
    >>> service_first_s(passages_s([0.0, 0.0], 0.5), 0.5).tolist()
    [2.0, 4.0]
    """
    number("a flow (persons/s)", pps, above=True)
    later: Floats = np.asarray(passages, dtype=float) + 1 / pps
    return later


def last_passage_s(arrivals_s: npt.ArrayLike, pps: float) -> float:
    """When the last passes, first at once: ``T = max over i of a_(i) + (N - i) / C`` (Lindley).

    Parameters
    ----------
    arrivals_s
        Seconds, in any order, shape (n,); -inf is the answer for nobody.
    pps
        C, persons per second.

    References
    ----------
    Lindley, D. V. (1952), The theory of queues with a single server, doi:10.1017/S0305004100027638.
    """
    arrivals = np.sort(_arrivals(arrivals_s))
    number("a flow (persons/s)", pps, above=True)
    if not arrivals.size:
        return -math.inf
    return float((arrivals + np.arange(arrivals.size - 1, -1, -1) / pps).max())


def longest_queue(arrivals_s: npt.ArrayLike, passages: npt.ArrayLike) -> int:
    """Most persons who wait at one instant, arrived and not passed; waits below `TIE_S` are not counted."""
    arrivals, passed = _arrivals(arrivals_s), np.asarray(passages, dtype=float)
    waits = passed - arrivals > TIE_S
    instants = np.concatenate((arrivals[waits], passed[waits]))
    steps = np.concatenate((np.ones(waits.sum()), -np.ones(waits.sum())))
    order = np.lexsort((steps, instants))  # who passes makes room before who arrives at the same instant
    return int(np.cumsum(steps[order]).max(initial=0))


def _arrivals(arrivals_s: npt.ArrayLike) -> Floats:
    arrivals = np.asarray(arrivals_s, dtype=float)
    if arrivals.ndim != 1 or not np.isfinite(arrivals).all():
        raise InputsError("arrivals at a door: accepted is a list of finite seconds")
    return arrivals


# ---- people who come at random


@dataclass(frozen=True)
class LastOfMany:
    """The law of the last passage T, first at once, of `persons` who come after independent delays of one law.

    P(T <= t) = P(tau_(i) <= t - (N - i) / C for all i), the chance that the order statistics cross no boundary. It is
    followed as the number of arrivals up to one boundary after the other, a Poisson process given its total of N: sums
    of positive terms only, O(N³) for one t.

    Parameters
    ----------
    delay
        Law of the seconds until each is at the door.
    persons
        N, 1 or more.
    pps
        C, persons per second.

    References
    ----------
    Noé, M. (1972), The calculation of distributions of two-sided Kolmogorov-Smirnov type statistics. Moscovich, A. and
    Nadler, B. (2017), Fast calculation of boundary crossing probabilities for Poisson processes,
    doi:10.1016/j.spl.2016.11.027.
    """

    delay: Law
    persons: int
    pps: float

    def __post_init__(self) -> None:
        whole("LastOfMany: persons", self.persons, 1)
        number("LastOfMany: pps", self.pps, above=True)
        if self.delay.infinite:
            raise refuse("LastOfMany: delay", self.delay, "a law of finite times")

    def share_by(self, instant_s: float) -> float:
        """P(T <= `instant_s`)."""
        n = self.persons
        due = [self.delay.up_to(instant_s - (n - i) / self.pps)[0] for i in range(1, n + 1)]
        if due[0] <= 0:
            return 0.0
        counts, before = np.zeros(n + 1), 0.0
        counts[0] = 1.0
        # Each step is scaled by the Poisson chance of its most likely count, or a thousand small ones would underflow.
        log_scale = 0.0
        for i, share in enumerate(due, start=1):
            if share > before:
                steps = _poisson(n * (share - before), n)
                counts = np.convolve(counts, steps)[: n + 1]
            counts[:i] = 0.0  # fewer than i have come by the i-th boundary
            top = counts.max()
            if top <= 0:
                return 0.0
            counts /= top
            log_scale += math.log(top)
            before = max(before, share)
        rest = _poisson(n * (1 - before), n)[::-1]
        found = float(counts @ rest)
        log_total = n * math.log(n) - n - math.lgamma(n + 1)
        return min(1.0, math.exp(log_scale + math.log(found) - log_total)) if found > 0 else 0.0

    @cached_property
    def _ends_s(self) -> tuple[float, float]:
        """Between which instants T lies, all but 1e-12 of it."""
        first, last = _support(self.delay, self.persons)
        wait_s = (self.persons - 1) / self.pps
        return first + wait_s, last + wait_s

    @cached_property
    def _moments(self) -> tuple[float, float]:
        """Integrals of 1 - P(T <= t) and of 2 (t - first) times it, from the first instant on."""
        first, last = self._ends_s
        kinks = np.add.outer(_kinks(self.delay), (self.persons - np.arange(1, self.persons + 1)) / self.pps).ravel()
        nodes, weights = _nodes(first, last, kinks)
        late = np.array([1 - self.share_by(float(t)) for t in nodes])
        return float(weights @ late), float(weights @ (2 * (nodes - first) * late))

    @property
    def mean_s(self) -> float:
        """E T, seconds."""
        return self._ends_s[0] + self._moments[0]

    @property
    def deviation_s(self) -> float:
        """Standard deviation of T, seconds."""
        first, second = self._moments
        return math.sqrt(max(0.0, second - first * first))

    def quantile_s(self, share: float) -> float:
        """The least t with P(T <= t) >= `share`, seconds, by halving."""
        if not 0 < share < 1:
            raise refuse("a share of runs", share, "a share above 0, below 1")
        early, late = self._ends_s
        if self.share_by(early) >= share:
            return early
        while late - early > 1e-12 * late:
            middle = (early + late) / 2
            if not early < middle < late:
                break
            early, late = (early, middle) if self.share_by(middle) >= share else (middle, late)
        return late


def last_of_many(delay: Law, persons: int, pps: float) -> LastOfMany:
    """The law of the last passage of a door by persons who come after independent delays; see :class:`LastOfMany`.

    Examples
    --------
    Two persons after uniform delays: E T = 2 a / 3 + c² / a - c³ / (3 a²) with c = 1 / C.

    >>> round(last_of_many(Uniform(0.0, 30.0), 2, 0.5).mean_s, 6)
    20.13037
    """
    return LastOfMany(delay, persons, pps)


def order_statistic_means_s(delay: Law, persons: int) -> Floats:
    """Mean of the i-th smallest of so many independent delays, seconds, shape (persons,).

    ``E tau_(i) = integral of P(fewer than i of n delays are at or below x) dx``.
    """
    from scipy.special import betaincc

    whole("persons", persons, 1)
    if delay.infinite:
        raise refuse("delay", delay, "a law of finite times")
    first, last = _support(delay, persons)
    nodes, weights = _nodes(first, last, np.array(_kinks(delay)), pieces=200)
    shares = np.array([delay.up_to(float(x))[0] for x in nodes])
    i = np.arange(1, persons + 1)
    late: Floats = betaincc(i[:, None], (persons - i + 1)[:, None], shares[None, :])
    return first + late @ weights


def least_mean_s(delay: Law, persons: int, pps: float) -> float:
    """Jensen's floor under the mean of the last passage: ``E T >= max over i of E tau_(i) + (N - i) / C``, seconds."""
    number("a flow (persons/s)", pps, above=True)
    means = order_statistic_means_s(delay, persons)
    return float((means + np.arange(persons - 1, -1, -1) / pps).max())


def _poisson(mean: float, most: int) -> Floats:
    """P(0), P(1), …, P(`most`) of a Poisson law."""
    from scipy.special import gammaln, xlogy

    k = np.arange(most + 1)
    chances: Floats = np.exp(xlogy(k, mean) - mean - gammaln(k + 1))
    return chances


def _support(law: Law, persons: int) -> tuple[float, float]:
    """Between which values so many delays lie, all but 1e-12 of the time."""
    kinks = _kinks(law)
    if len(kinks) > 1:
        return kinks[0], kinks[-1]
    most = max(1.0, 2 * law.mean)
    while 1 - law.up_to(most)[0] > 1e-13 / persons and most < 1e12:
        most *= 1.5
    return _first_above(law, 0.0, most), _first_above(law, 1 - 1e-13 / persons, most)


def _first_above(law: Law, share: float, most: float) -> float:
    """The least value whose share exceeds `share`, by halving."""
    below, above = 0.0, most
    if law.up_to(0.0)[0] > share:
        return 0.0
    for _ in range(80):
        middle = (below + above) / 2
        below, above = (below, middle) if law.up_to(middle)[0] > share else (middle, above)
    return above


def _kinks(law: Law) -> tuple[float, ...]:
    """Where a law is not smooth, in order; the ends of its support first and last, if it is bounded."""
    match law:
        case Uniform(low, high):
            return (low, high)
        case Triangular(low, mode, high):
            return (low, mode, high)
        case Empirical(values) if len(set(values)) > 1:
            return tuple(sorted(set(values)))
        case Truncated(inner, low, high) if high < math.inf:
            inside = [x for x in _kinks(inner) if low < x < high]
            return (low, *inside, high)
    return (0.0,)


def _nodes(first: float, last: float, kinks: Floats, *, pieces: int = 60) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights between two ends, smooth piece by smooth piece."""
    inside = kinks[(kinks > first) & (kinks < last)]
    edges = np.unique(np.concatenate((np.linspace(first, last, pieces + 1), inside)))
    edges = edges[np.concatenate(([True], np.diff(edges) > TIE_S))]
    at, weight = np.polynomial.legendre.leggauss(6)
    half = np.diff(edges) / 2
    nodes = (edges[:-1] + half)[:, None] + half[:, None] * at
    return nodes.ravel(), (half[:, None] * weight).ravel()
