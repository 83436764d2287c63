"""Exponential agents in the long run: abandonment, limited places and balking in one birth-death chain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.queue.theory.erlang import checked_load

__all__ = ["SteadyState", "answered_in_time", "birth_death", "erlang_a", "join_shares", "steady_state", "still_waiting"]

Floats = npt.NDArray[np.float64]


def birth_death(birth: npt.ArrayLike, death: npt.ArrayLike) -> Floats:
    """Stationary probabilities of a birth-death chain on 0 … k.

    Parameters
    ----------
    birth
        Rates from n to n + 1 for n = 0 … k-1, non-negative, shape (k,).
    death
        Rates from n to n - 1 for n = 1 … k, positive, shape (k,).

    Returns
    -------
    ndarray
        Probabilities, shape (k + 1,).
    """
    up, down = np.asarray(birth, dtype=float), np.asarray(death, dtype=float)
    if up.shape != down.shape or up.ndim != 1 or (up < 0).any() or (down <= 0).any():
        raise InputsError("a birth-death chain needs as many births (0 or more) as deaths (above 0)")
    with np.errstate(divide="ignore"):
        logs = np.concatenate(([0.0], np.cumsum(np.log(up) - np.log(down))))
    weights = np.exp(logs - logs.max())
    result: Floats = weights / weights.sum()
    return result


def still_waiting(ahead: npt.ArrayLike, capacity: float, abandonment_rate: float, time: float) -> Floats:
    """P(still waiting after `time`) for a caller who meets `ahead` waiting callers and busy agents.

    The wait offered is a sum of exponentials with rates `capacity` + jθ, j = 0 … ahead; that is -ln(X)/θ with X a
    Beta(`capacity`/θ, ahead + 1) variate, and a Gamma variate where θ = 0.

    Parameters
    ----------
    ahead
        Number of callers already waiting, shape (k,).
    capacity
        nμ, the rate at which busy agents become free.
    abandonment_rate
        θ of each waiting caller, 0 for none.
    time
        Time since the arrival.
    """
    from scipy.special import betainc, gammaincc

    ahead = np.asarray(ahead, dtype=float)
    if capacity == 0 or time <= 0:
        return np.full(ahead.shape, math.exp(-abandonment_rate * max(time, 0.0)))
    if abandonment_rate == 0:
        return np.asarray(gammaincc(ahead + 1, capacity * time))
    left = math.exp(-abandonment_rate * time)
    return np.asarray(left * betainc(capacity / abandonment_rate, ahead + 1, left))


def answered_in_time(ahead: npt.ArrayLike, capacity: float, abandonment_rate: float, time: float) -> Floats:
    """P(answered within `time`) for a caller who meets `ahead` waiting callers and busy agents; see `still_waiting`."""
    from scipy.special import betaincc, gammainc

    ahead = np.asarray(ahead, dtype=float)
    if capacity == 0 or time <= 0:
        return np.zeros(ahead.shape)
    if abandonment_rate == 0:
        return np.asarray(gammainc(ahead + 1, capacity * time))
    alpha = capacity / abandonment_rate
    in_time = betaincc(alpha + 1, ahead + 1, math.exp(-abandonment_rate * time))
    return np.asarray(alpha / (alpha + ahead + 1) * in_time)


def join_shares(join: Sequence[float], waiting: npt.ArrayLike) -> Floats:
    """Share of callers who stay when no agent is free and `waiting` calls wait: ``join[min(waiting, len - 1)]``."""
    waiting = np.asarray(waiting, dtype=np.int64)
    if not len(join):
        return np.ones(waiting.shape)
    result: Floats = np.asarray(join, dtype=float)[np.minimum(waiting, len(join) - 1)]
    return result


@dataclass(frozen=True, eq=False)
class SteadyState:
    """The long run of a centre with exponential agents; every share is of all arrivals unless it says otherwise.

    Parameters
    ----------
    arrival_rate, service_rate, abandonment_rate
        λ, μ of one agent, θ of one waiting caller.
    agents
        Number of agents n.
    probability
        P(N = k) of k callers in the centre, shape (k,).
    entering
        Share of the arrivals meeting k callers who come in, shape (k,).
    bounded
        Whether the last state is a full centre (where arrivals are blocked).
    """

    arrival_rate: float
    service_rate: float
    abandonment_rate: float
    agents: int
    probability: Floats
    entering: Floats
    bounded: bool

    @property
    def _inside(self) -> npt.NDArray[np.int64]:
        return np.arange(self.probability.size)

    @property
    def in_system(self) -> float:
        """E[N], waiting and in service."""
        return float(self.probability @ self._inside)

    @property
    def waiting(self) -> float:
        """E[Q], waiting only."""
        return float(self.probability @ np.maximum(self._inside - self.agents, 0))

    @property
    def in_service(self) -> float:
        """E[B], busy agents."""
        return float(self.probability @ np.minimum(self._inside, self.agents))

    @property
    def occupancy(self) -> float:
        """E[B] / n."""
        return self.in_service / self.agents

    @property
    def throughput(self) -> float:
        """Calls completed per unit of time."""
        return self.service_rate * self.in_service

    @property
    def wait_probability(self) -> float:
        """Share who come in and cannot start at once."""
        return float((self.probability * self.entering)[self.agents :].sum())

    @property
    def blocked(self) -> float:
        """Share turned away because the centre is full."""
        return float(self.probability[-1]) if self.bounded else 0.0

    @property
    def balked(self) -> float:
        """Share who find no agent free and leave at once, though there is room."""
        return float(self.probability @ (1 - self.entering)) - self.blocked

    @property
    def abandoned(self) -> float:
        """Share who leave after waiting: θ E[Q] / λ."""
        return self.abandonment_rate * self.mean_wait

    @property
    def mean_wait(self) -> float:
        """Mean wait over all arrivals, E[Q] / λ; abandoners counted until they leave, all others who never wait 0."""
        return self.waiting / self.arrival_rate

    @property
    def mean_wait_entering(self) -> float:
        """Mean wait over the arrivals who come in."""
        return self.mean_wait / float(self.probability @ self.entering)

    def answered_within(self, time: float) -> float:
        """Service level: share answered with a wait below `time` (above 0)."""
        come_in = self.probability * self.entering
        ahead = np.arange(come_in.size - self.agents)
        in_time = answered_in_time(ahead, self.agents * self.service_rate, self.abandonment_rate, time)
        return float(come_in[: self.agents].sum() + come_in[self.agents :] @ in_time)

    def waiting_longer(self, time: float) -> float:
        """Share who still wait `time` after their arrival, neither answered nor gone."""
        ahead = np.arange(self.probability.size - self.agents)
        longer = still_waiting(ahead, self.agents * self.service_rate, self.abandonment_rate, time)
        return float((self.probability * self.entering)[self.agents :] @ longer)

    def wait_quantile(self, share: float) -> float:
        """The wait that `share` of all arrivals do not exceed; 0 where so many start at once."""
        from scipy.optimize import brentq

        if not 0 <= share < 1:
            raise InputsError(f"share is {share}; accepted is 0 <= share < 1")
        if self.wait_probability <= 1 - share:
            return 0.0
        high = 1 / self.service_rate
        while self.waiting_longer(high) > 1 - share:
            high *= 2
        return float(brentq(lambda time: self.waiting_longer(time) - (1 - share), 0.0, high, xtol=1e-14 * high))


def steady_state(
    arrival_rate: float,
    service_rate: float,
    agents: int,
    *,
    abandonment_rate: float = 0.0,
    places: int | None = None,
    join: Sequence[float] = (),
) -> SteadyState:
    """The long run of M/M/n/K+M with balking; any part may be left out.

    Births λ (times the share who join once all agents are busy), deaths min(N, n) μ + (N - n)⁺ θ, at most `places`
    callers inside.

    Parameters
    ----------
    arrival_rate, service_rate
        λ and μ, above 0.
    agents
        Number of agents n, at least 1.
    abandonment_rate
        θ, 0 where nobody hangs up.
    places
        Most callers inside, waiting and in service; ``None`` for no limit.
    join
        Share who stay when no agent is free and w calls wait, at ``join[min(w, len - 1)]``; empty for all.

    Raises
    ------
    InputsError
        If a number is outside its range, or the queue would grow without end.

    Examples
    --------
    >>> round(steady_state(5.0, 1.0, 5, places=10).blocked, 9)
    0.11750329
    """
    checked_load(arrival_rate / service_rate, agents)
    if agents < 1 or (places is not None and places < agents) or abandonment_rate < 0:
        raise InputsError(
            f"agents {agents}, places {places}, abandonment rate {abandonment_rate}; accepted are at least one agent, "
            "at least as many places as agents and a rate of 0 or more"
        )
    last = float(join[-1]) if len(join) else 1.0
    if places is None and abandonment_rate == 0 and arrival_rate * last >= agents * service_rate:
        raise InputsError(
            f"{arrival_rate} arrivals per unit of time outrun {agents} agents with rate {service_rate}, and nobody "
            "leaves: no steady state; accepted are more agents, a limit on places or patience"
        )
    waiting_room = 64 if places is None else places - agents
    while True:
        size = agents + waiting_room
        inside = np.arange(size + 1)
        entering = np.where(inside < agents, 1.0, join_shares(join, np.maximum(inside - agents, 0)))
        deaths = np.minimum(inside, agents) * service_rate + np.maximum(inside - agents, 0) * abandonment_rate
        probability = birth_death(arrival_rate * entering[:-1], deaths[1:])
        if places is not None or probability[-1] <= 1e-18 * probability.max():
            break
        waiting_room *= 2
    if places is not None:
        entering[-1] = 0.0
    return SteadyState(
        float(arrival_rate), float(service_rate), float(abandonment_rate), int(agents),
        probability, entering, places is not None,
    )  # fmt: skip


def erlang_a(arrival_rate: float, service_rate: float, abandonment_rate: float, agents: int) -> SteadyState:
    """The long run of M/M/n+M (Erlang A): callers wait with exponential patience.

    References
    ----------
    Palm, C. (1957), Research on telephone traffic carried by full availability groups. Garnett, O., Mandelbaum, A.
    and Reiman, M. (2002), Designing a call center with impatient customers, doi:10.1287/msom.4.3.208.7753.
    """
    return steady_state(arrival_rate, service_rate, agents, abandonment_rate=abandonment_rate)
