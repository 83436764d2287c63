"""Beyond the exponential law: other service times, fixed patience, arrivals in batches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.queue.theory.erlang import checked_load, erlang_b

__all__ = [
    "BatchArrivals",
    "FixedPatience",
    "FixedService",
    "batch_arrivals",
    "fixed_patience",
    "fixed_service",
    "pollaczek_khinchine",
]

Floats = npt.NDArray[np.float64]


def pollaczek_khinchine(arrival_rate: float, moments: tuple[float, float, float]) -> tuple[float, float]:
    """Mean and standard deviation of the wait in M/G/1, first come first served.

    E[W] = λ E[S²] / (2 (1-ρ)), E[W²] = 2 E[W]² + λ E[S³] / (3 (1-ρ)).

    Parameters
    ----------
    arrival_rate
        λ.
    moments
        E[S], E[S²], E[S³] of the service time.

    Raises
    ------
    InputsError
        If λ E[S] is 1 or more.
    """
    first, second, third = moments
    checked_load(arrival_rate * first, 1, stable=True)
    idle = 1 - arrival_rate * first
    mean = arrival_rate * second / (2 * idle)
    return mean, math.sqrt(mean * mean + arrival_rate * third / (3 * idle))


@dataclass(frozen=True, eq=False)
class FixedService:
    """The long run of M/D/c; `waiting` is P(Q = k), shape (k,)."""

    arrival_rate: float
    service_time: float
    agents: int
    waiting: Floats

    @property
    def mean_wait(self) -> float:
        """Mean wait over all calls."""
        return float(self.waiting @ np.arange(self.waiting.size)) / self.arrival_rate

    def waiting_longer(self, time: float) -> float:
        """P(W > `time`) by Franx's formula, written as a sum of positive terms."""
        from scipy.special import gammainc
        from scipy.stats import poisson

        periods = math.floor(time / self.service_time) + 1
        most = periods * self.agents
        mean = self.arrival_rate * (periods * self.service_time - time)
        above = np.concatenate((1 - np.cumsum(self.waiting), np.zeros(most)))[:most][::-1]
        arrivals = poisson.pmf(np.arange(most), mean)
        return float(arrivals @ np.maximum(above, 0.0) + gammainc(most, mean))


def fixed_service(arrival_rate: float, service_time: float, agents: int) -> FixedService:
    """The long run of M/D/c, where every call takes the same time.

    The queue seen at steps of one service time is a random walk kept above 0 with steps Poisson(λD) - c; by Spitzer's
    identity its limit is a compound Poisson law with weights a_k = Σ_m P(S_m = k)/m, S_m the walk after m steps.

    Parameters
    ----------
    arrival_rate
        λ.
    service_time
        D, the same for every call.
    agents
        Number of agents c; the load per agent may be up to 0.98, for the sums grow with the inverse
        square of what is left.

    References
    ----------
    Franx, G. J. (2001), A simple solution for the M/D/c waiting time distribution, doi:10.1016/S0167-6377(01)00108-4.
    Spitzer, F. (1956), A combinatorial lemma and its application to probability theory, doi:10.2307/1993051.
    """
    from scipy.stats import poisson

    load = arrival_rate * service_time
    checked_load(load, agents, stable=True)
    if load > 0.98 * agents:
        raise InputsError(f"a load of {load / agents} per agent; accepted is up to 0.98")
    per_agent = load / agents
    # P(S_m > 0) <= exp(-m c (ρ - 1 - ln ρ)) and the queue's tail falls at least as fast as exp(-2 (1-ρ) k).
    steps = math.ceil(42 / (agents * (per_agent - 1 - math.log(per_agent)))) + 2
    longest = math.ceil(42 / (2 * (1 - per_agent))) + 8
    k = np.arange(1, longest + 1)
    weights = np.zeros(longest)
    for first in range(1, steps + 1, 256):
        m = np.arange(first, first + 256)
        ratios = (m * load)[:, None] / np.add.outer(m * agents, k)
        ratios[:, 0] = poisson.pmf(m * agents + 1, m * load) / m
        weights += np.cumprod(ratios, axis=1).sum(axis=0)
    waiting = np.empty(longest + 1)
    waiting[0] = math.exp(-weights.sum())
    jumps = k * weights
    for n in range(1, longest + 1):
        waiting[n] = jumps[:n] @ waiting[n - 1 :: -1] / n
    return FixedService(arrival_rate, service_time, agents, waiting)


@dataclass(frozen=True)
class FixedPatience:
    """The long run of M/M/n+D; shares of all arrivals."""

    wait_probability: float
    abandoned: float
    mean_wait: float
    arrival_rate: float
    drift: float
    patience: float
    _scale: float

    def waiting_longer(self, time: float) -> float:
        """P(W > `time`): still waiting that long after the arrival."""
        if time >= self.patience:
            return 0.0
        return self._scale * self.wait_integral(time)

    def answered_within(self, time: float) -> float:
        """Share answered with a wait below `time`."""
        gone = self.abandoned if time >= self.patience else 0.0
        return 1 - gone - self.waiting_longer(time)

    def wait_integral(self, time: float) -> float:
        """∫ from `time` on of the density of the wait offered, up to a factor; scaled by its largest exponent."""
        return _tail(time, self.patience, self.arrival_rate, self.drift)


def _tail(time: float, patience: float, arrival_rate: float, drift: float) -> float:
    shift = max(0.0, drift * patience)
    before = _exponential_integral(drift, time, patience, shift)
    return before + math.exp(drift * patience - shift) / (arrival_rate - drift)


def _exponential_integral(rate: float, start: float, end: float, shift: float) -> float:
    """∫ exp(rate x - shift) dx from `start` to `end`."""
    if abs(rate * (end - start)) < 1e-12:
        return (end - start) * math.exp(rate * start - shift)
    return math.exp(rate * start - shift) * math.expm1(rate * (end - start)) / rate


def fixed_patience(arrival_rate: float, service_rate: float, agents: int, patience: float) -> FixedPatience:
    """The long run of M/M/n+D: every caller hangs up after exactly `patience`.

    With H(x) = min(x, d), J = ∫ exp(λ H(x) - nμ x) dx, J_H = ∫ H(x) exp(λ H(x) - nμ x) dx and ε = 1/B(n-1):
    PW = λJ/(ε + λJ), Pab = (1 + (λ - nμ) J)/(ε + λJ), W = λ J_H/(ε + λJ).

    References
    ----------
    Baccelli, F. and Hebuterne, G. (1981), On queues with impatient customers. Zeltyn, S. and Mandelbaum, A. (2005),
    Call centers with impatient customers, doi:10.1007/s11134-005-3699-8.
    """
    checked_load(arrival_rate / service_rate, agents)
    if agents < 1 or not (math.isfinite(patience) and patience > 0):
        raise InputsError(f"agents {agents}, patience {patience}; accepted are an agent or more, a patience above 0")
    capacity = agents * service_rate
    drift = arrival_rate - capacity
    shift = max(0.0, drift * patience)
    offered = _tail(0.0, patience, arrival_rate, drift)
    at_patience = math.exp(drift * patience - shift)
    if abs(drift * patience) < 1e-6:
        x = drift * patience
        first = patience * patience * (1 / 2 + x / 3 + x * x / 8) * math.exp(-shift)
    else:
        first = (patience * at_patience - _exponential_integral(drift, 0.0, patience, shift)) / drift
    waited = first + patience * at_patience / capacity
    idle = math.exp(-shift)
    total = idle / erlang_b(arrival_rate / service_rate, agents - 1) + arrival_rate * offered
    return FixedPatience(
        wait_probability=arrival_rate * offered / total,
        abandoned=(arrival_rate / capacity) * at_patience / total,
        mean_wait=arrival_rate * waited / total,
        arrival_rate=arrival_rate,
        drift=drift,
        patience=patience,
        _scale=arrival_rate / total,
    )


@dataclass(frozen=True, eq=False)
class BatchArrivals:
    """The long run of M^X/M/c; `probability` is P(N = k), shape (k,)."""

    agents: int
    waiting: float
    mean_wait: float
    wait_probability: float
    occupancy: float
    probability: Floats


def batch_arrivals(batch_rate: float, sizes: Sequence[float], service_rate: float, agents: int) -> BatchArrivals:
    """The long run of M^X/M/c: callers come in batches of random size, as when a minibus stops at a service hall.

    The flow up across the cut above n, batch rate · Σ_k P(N = k) P(X > n - k), equals the flow down,
    min(n + 1, c) μ P(N = n + 1).

    Parameters
    ----------
    batch_rate
        Batches per unit of time.
    sizes
        P(X = 1), P(X = 2), …; sums to 1.
    service_rate, agents
        μ and c.
    """
    law = np.asarray(sizes, dtype=float)
    if law.ndim != 1 or law.size == 0 or (law < 0).any() or abs(law.sum() - 1) > 1e-9:
        raise InputsError(f"sizes are {list(sizes)}; accepted are probabilities of 1, 2, … callers with sum 1")
    mean_size = float(law @ np.arange(1, law.size + 1))
    arrival_rate = batch_rate * mean_size
    checked_load(arrival_rate / service_rate, agents, stable=True)
    exceeds = law[::-1].cumsum()[::-1]  # P(X > j) for j = 0 … size - 1
    masses = [1.0]
    while len(masses) < agents + law.size or masses[-1] > 1e-18 * max(masses):
        n = len(masses) - 1
        recent = np.array(masses[-law.size :])[::-1]
        flow = batch_rate * float(recent @ exceeds[: recent.size])
        masses.append(flow / (min(n + 1, agents) * service_rate))
    probability = np.array(masses) / math.fsum(masses)
    inside = np.arange(probability.size)
    waiting = float(probability @ np.maximum(inside - agents, 0))
    # A random caller is number j + 1 of its batch with probability P(X > j) / E[X].
    none_free = np.concatenate((probability[::-1].cumsum()[::-1], [0.0]))
    waits = sum(float(exceeds[j]) * float(none_free[max(agents - j, 0)]) for j in range(law.size)) / mean_size
    occupancy = arrival_rate / service_rate / agents
    return BatchArrivals(agents, waiting, waiting / arrival_rate, waits, occupancy, probability)
