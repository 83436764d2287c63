"""Callers who try again: the two-dimensional chain of those in the centre and those who will redial."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.queue.theory.chains import equilibrium
from resilience_sim.models.queue.theory.erlang import checked_load
from resilience_sim.models.queue.theory.steady import steady_state

__all__ = ["RedialState", "redialling", "retrial_orbit"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RedialState:
    """The long run with redials.

    Parameters
    ----------
    attempts
        Attempts per first call.
    abandoned, wait_probability, mean_wait
        Per attempt.
    lost_for_good
        First calls never answered, per first call.
    orbit
        Mean number of callers who will redial.
    occupancy
        Busy share of the agents' time.
    """

    attempts: float
    abandoned: float
    lost_for_good: float
    mean_wait: float
    orbit: float
    occupancy: float
    wait_probability: float


def redialling(
    arrival_rate: float,
    service_rate: float,
    abandonment_rate: float,
    agents: int,
    *,
    share: float,
    redial_rate: float,
) -> RedialState:
    """The long run of M/M/n+M where a `share` of those who abandon redial, each time, after an exponential delay.

    Parameters
    ----------
    arrival_rate, service_rate, abandonment_rate, agents
        λ of the first calls, μ, θ, n.
    share
        Share of abandoners who try again, in [0, 1).
    redial_rate
        1 / mean delay; 0 for the limit of very long delays, where attempts are again Poisson with the rate
        λ' = λ + share · θ E[Q](λ').

    Raises
    ------
    InputsError
        If a number is outside its range.
    """
    checked_load(arrival_rate / service_rate, agents)
    if not (0 <= share < 1 and redial_rate >= 0 and abandonment_rate > 0):
        raise InputsError(
            f"share {share}, redial rate {redial_rate}, abandonment rate {abandonment_rate}; accepted are "
            "0 <= share < 1, a redial rate of 0 or more, an abandonment rate above 0"
        )
    if share == 0 or redial_rate == 0:
        return _slow_redials(arrival_rate, service_rate, abandonment_rate, agents, share)
    inside_most, orbit_most = agents + 48, 48
    while True:
        mass = _redial_chain(
            arrival_rate, service_rate, abandonment_rate, agents, share, redial_rate, inside_most, orbit_most
        )
        crowded, orbiting = mass[-1].sum() > 1e-14, mass[:, -1].sum() > 1e-14
        if not (crowded or orbiting):
            break
        inside_most += inside_most * int(crowded)
        orbit_most += orbit_most * int(orbiting)
    inside, orbit = np.arange(inside_most + 1), np.arange(orbit_most + 1)
    waiting = float(np.maximum(inside - agents, 0) @ mass.sum(axis=1))
    orbit_mean = float(mass.sum(axis=0) @ orbit)
    attempt_rate = arrival_rate + redial_rate * orbit_mean
    none_free = arrival_rate * mass[agents:].sum() + redial_rate * float(mass[agents:].sum(axis=0) @ orbit)
    abandoned = abandonment_rate * waiting / attempt_rate
    attempts = attempt_rate / arrival_rate
    return RedialState(
        attempts=attempts,
        abandoned=abandoned,
        lost_for_good=(1 - share) * abandoned * attempts,
        mean_wait=waiting / attempt_rate,
        orbit=orbit_mean,
        occupancy=float(np.minimum(inside, agents) @ mass.sum(axis=1)) / agents,
        wait_probability=float(none_free) / attempt_rate,
    )


def _slow_redials(
    arrival_rate: float, service_rate: float, abandonment_rate: float, agents: int, share: float
) -> RedialState:
    from scipy.optimize import brentq

    def excess(rate: float) -> float:
        state = steady_state(rate, service_rate, agents, abandonment_rate=abandonment_rate)
        return arrival_rate + share * abandonment_rate * state.waiting - rate

    rate = arrival_rate
    if share > 0:
        rate = float(brentq(excess, arrival_rate, arrival_rate / (1 - share), xtol=1e-14 * arrival_rate, rtol=1e-15))
    state = steady_state(rate, service_rate, agents, abandonment_rate=abandonment_rate)
    attempts = rate / arrival_rate
    return RedialState(
        attempts=attempts,
        abandoned=state.abandoned,
        lost_for_good=(1 - share) * state.abandoned * attempts,
        mean_wait=state.mean_wait,
        orbit=math.inf if share > 0 else 0.0,
        occupancy=state.occupancy,
        wait_probability=state.wait_probability,
    )


def _redial_chain(
    arrival_rate: float, service_rate: float, abandonment_rate: float, agents: int, share: float, redial_rate: float,
    inside_most: int, orbit_most: int,
) -> Floats:  # fmt: skip
    """Probabilities of (inside, in orbit), shape (`inside_most` + 1, `orbit_most` + 1)."""
    shape = (inside_most + 1, orbit_most + 1)
    inside, orbit = (grid.ravel() for grid in np.indices(shape))
    waiting = np.maximum(inside - agents, 0)
    moves = (  # change of inside, change of orbit, rate
        (1, 0, np.full(inside.shape, arrival_rate)),
        (1, -1, redial_rate * orbit),
        (-1, 0, np.minimum(inside, agents) * service_rate + (1 - share) * abandonment_rate * waiting),
        (-1, 1, share * abandonment_rate * waiting),
    )
    origins, targets, rates = [], [], []
    for step_in, step_orbit, rate in moves:
        to_in, to_orbit = inside + step_in, orbit + step_orbit
        possible = (rate > 0) & (to_in >= 0) & (to_in < shape[0]) & (to_orbit >= 0) & (to_orbit < shape[1])
        origins.append(np.flatnonzero(possible))
        targets.append(to_in[possible] * shape[1] + to_orbit[possible])
        rates.append(rate[possible])
    chain = equilibrium(inside.size, np.concatenate(origins), np.concatenate(targets), np.concatenate(rates))
    return chain.reshape(shape)


def retrial_orbit(arrival_rate: float, service_rate: float, retry_rate: float) -> float:
    """Mean number in orbit of the M/M/1 retrial queue without a waiting room: ρ (λ/ν + ρ) / (1 - ρ).

    Parameters
    ----------
    arrival_rate, service_rate
        λ and μ, with ρ = λ/μ below 1.
    retry_rate
        ν, rate at which each caller in orbit tries again until served.

    References
    ----------
    Falin, G. I. and Templeton, J. G. C. (1997), Retrial Queues, chapter 1.
    """
    load = arrival_rate / service_rate
    checked_load(load, 1, stable=True)
    if retry_rate <= 0:
        raise InputsError(f"retry rate is {retry_rate}; accepted is a number above 0")
    return load * (arrival_rate / retry_rate + load) / (1 - load)
