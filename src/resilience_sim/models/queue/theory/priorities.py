"""Mean waits by class where the more urgent go first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue.theory.erlang import checked_load, erlang_c

__all__ = ["non_preemptive_waits", "preemptive_waits"]

Floats = npt.NDArray[np.float64]


def _shares(arrival_rates: Sequence[float], service_rate: float, agents: int) -> tuple[Floats, Floats]:
    rates = np.asarray(arrival_rates, dtype=float)
    checked_load(float(rates.sum()) / service_rate, agents, stable=True)
    cumulated = np.cumsum(rates) / (agents * service_rate)
    return np.concatenate(([0.0], cumulated[:-1])), cumulated


def non_preemptive_waits(arrival_rates: Sequence[float], service_rate: float, agents: int) -> Floats:
    """Mean wait of each class in M/M/c where a call in service is never interrupted, most urgent class first.

    W_i = C / (cμ) / ((1 - σ_{i-1}) (1 - σ_i)), σ_i the load per agent of the classes up to i.

    Parameters
    ----------
    arrival_rates
        λ of each class, the most urgent first, shape (k,).
    service_rate, agents
        μ, common to all classes, and c.

    Returns
    -------
    ndarray
        Mean waits, shape (k,).

    References
    ----------
    Cobham, A. (1954), Priority assignment in waiting line problems, doi:10.1287/opre.2.1.70.

    Examples
    --------
    >>> non_preemptive_waits([0.2, 0.6], 1.0, 1).round(12)
    array([1., 5.])
    """
    before, upto = _shares(arrival_rates, service_rate, agents)
    delay = erlang_c(float(np.sum(arrival_rates)) / service_rate, agents) / (agents * service_rate)
    result: Floats = delay / ((1 - before) * (1 - upto))
    return result


def preemptive_waits(arrival_rates: Sequence[float], service_rate: float) -> Floats:
    """Mean wait of each class in M/M/1 where the more urgent interrupts and the other resumes later.

    Sojourn T_i = (1/μ) / (1 - σ_{i-1}) + (σ_i/μ) / ((1 - σ_{i-1}) (1 - σ_i)); the wait is T_i - 1/μ, interruptions
    included.
    """
    before, upto = _shares(arrival_rates, service_rate, 1)
    result: Floats = ((1 + upto / (1 - upto)) / (1 - before) - 1) / service_rate
    return result
