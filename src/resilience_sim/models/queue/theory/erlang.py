"""Erlang's formulas, and every centre whose wait has an exponential tail."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from resilience_sim.errors import InputsError

__all__ = ["ExponentialWait", "erlang_b", "erlang_c", "erlang_c_wait", "renewal_arrivals_wait"]


@dataclass(frozen=True)
class ExponentialWait:
    """A wait that is 0 or exponential: P(W > t) = `probability` · exp(-`rate` t).

    Parameters
    ----------
    probability
        Chance that a caller waits at all.
    rate
        Decay of the tail, per unit of time.
    """

    probability: float
    rate: float

    @property
    def mean(self) -> float:
        """Mean wait over all callers."""
        return self.probability / self.rate

    def longer(self, time: float) -> float:
        """P(W > `time`)."""
        return self.probability * math.exp(-self.rate * time)

    def quantile(self, share: float) -> float:
        """The wait that `share` of the callers do not exceed."""
        if not 0 <= share < 1:
            raise InputsError(f"share is {share}; accepted is 0 <= share < 1")
        return max(0.0, math.log(self.probability / (1 - share)) / self.rate)


def checked_load(load: float, agents: int, *, stable: bool = False) -> None:
    """Refuse a negative load or number of agents and, where no steady state exists without it, a load that is too high.

    Raises
    ------
    InputsError
        Naming the value and what would be accepted.
    """
    if not (math.isfinite(load) and load > 0):
        raise InputsError(f"offered load is {load}; accepted is a finite number of Erlangs above 0")
    if agents < 0 or agents != int(agents):
        raise InputsError(f"agents is {agents}; accepted is a whole number, 0 or more")
    if stable and load >= agents:
        raise InputsError(
            f"an offered load of {load} Erlangs needs more than {load} agents for a steady state; got {agents}"
        )


def erlang_b(load: float, agents: int) -> float:
    """Share of calls lost where nobody can wait: B(n) = a B(n-1) / (n + a B(n-1)), B(0) = 1.

    True for any law of service times with the same mean.

    Parameters
    ----------
    load
        Offered load a = λ/μ in Erlangs.
    agents
        Number of agents n.

    Raises
    ------
    InputsError
        If the load is not positive or the agents are no whole number.

    References
    ----------
    Erlang, A. K. (1917), Solution of some problems in the theory of probabilities of significance in automatic
    telephone exchanges.

    Examples
    --------
    >>> erlang_b(1.0, 2)
    0.2
    """
    checked_load(load, agents)
    blocked = 1.0
    for n in range(1, int(agents) + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """Share of calls that must wait where everybody waits: C = B / (1 - ρ (1 - B)) with ρ = a/n.

    Parameters
    ----------
    load
        Offered load a = λ/μ in Erlangs, below `agents`.
    agents
        Number of agents n.

    Raises
    ------
    InputsError
        If the load is not positive or the agents cannot carry it.
    """
    checked_load(load, agents, stable=True)
    blocked = erlang_b(load, agents)
    return blocked / (1 - load / agents * (1 - blocked))


def erlang_c_wait(arrival_rate: float, service_rate: float, agents: int) -> ExponentialWait:
    """The wait in M/M/n: P(W > t) = C exp(-(nμ - λ) t)."""
    return ExponentialWait(erlang_c(arrival_rate / service_rate, agents), agents * service_rate - arrival_rate)


def renewal_arrivals_wait(
    gap_transform: Callable[[float], float], gap_mean: float, service_rate: float, agents: int
) -> ExponentialWait:
    """The wait in GI/M/c, where the gaps between arrivals follow any law.

    With σ the root in (0, 1) of σ = φ(cμ(1-σ)), P(W > t) = P(W > 0) exp(-cμ(1-σ) t).

    Parameters
    ----------
    gap_transform
        φ(s) = E[exp(-s gap)], the Laplace-Stieltjes transform of a gap.
    gap_mean
        Mean gap between arrivals.
    service_rate
        Service rate μ of one agent.
    agents
        Number of agents c.

    References
    ----------
    Takács, L. (1962), Introduction to the Theory of Queues, chapter 2.
    """
    from scipy.optimize import brentq

    checked_load(1 / (gap_mean * service_rate), agents, stable=True)
    capacity = agents * service_rate
    # σ = 1 is always a root; just below it φ(cμ(1-σ)) - σ is negative, and convex from there to σ = 0.
    sigma = float(brentq(lambda x: gap_transform(capacity * (1 - x)) - x, 0.0, 1 - 1e-9, xtol=1e-16, rtol=1e-15))
    total, ratio, product = 1 / (1 - sigma), 1.0, 1.0
    for j in range(1, agents + 1):
        transform = gap_transform(j * service_rate)
        product *= transform / (1 - transform)
        ratio *= (agents - j + 1) / j
        numerator, denominator = agents * (1 - transform) - j, agents * (1 - sigma) - j
        total += ratio / (product * (1 - transform)) * numerator / denominator
    return ExponentialWait(1 / (total * (1 - sigma)), capacity * (1 - sigma))
