"""How many agents: the exact least number, the square-root rule with its limits, the load of a changing rate."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from resilience_sim.errors import InputsError
from resilience_sim.models.queue.theory.erlang import erlang_c_wait
from resilience_sim.models.queue.theory.steady import erlang_a

__all__ = [
    "fewest_agents",
    "fewest_for_delay",
    "garnett_delay",
    "halfin_whitt_delay",
    "infinite_server_mean",
    "least",
    "square_root_agents",
]


def least(holds: Callable[[int], bool], start: int) -> int:
    """The least whole number from `start` on for which `holds`; `holds` must stay true once it is."""
    step = 1
    high = start
    while not holds(high):
        high, step = high + step, 2 * step
    low = max(start, high - step // 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return high


def fewest_agents(
    arrival_rate: float,
    service_rate: float,
    *,
    service_level: float,
    threshold: float,
    max_occupancy: float = 1.0,
    abandonment_rate: float = 0.0,
) -> int:
    """The fewest agents with which at least `service_level` of all calls are answered within `threshold`.

    Parameters
    ----------
    arrival_rate, service_rate
        λ and μ.
    service_level
        Share of all arrivals, between 0 and 1.
    threshold
        The wait allowed, above 0.
    max_occupancy
        Largest share of their time that agents may be busy, in (0, 1].
    abandonment_rate
        θ; 0 (Erlang C) where nobody hangs up.

    Raises
    ------
    InputsError
        If a number is outside its range.

    Examples
    --------
    Of 100 calls in half an hour of 3 minutes each, 80 % within 20 seconds (the test of pyworkforce):

    >>> fewest_agents(100 / 30, 1 / 3, service_level=0.8, threshold=1 / 3, max_occupancy=0.85)
    14
    """
    if not (0 < service_level < 1 and threshold > 0 and 0 < max_occupancy <= 1):
        raise InputsError(
            f"service level {service_level}, threshold {threshold}, occupancy {max_occupancy}; accepted are "
            "0 < service level < 1, a threshold above 0 and 0 < occupancy <= 1"
        )

    def holds(agents: int) -> bool:
        if abandonment_rate == 0:
            wait = erlang_c_wait(arrival_rate, service_rate, agents)
            occupancy, level = arrival_rate / service_rate / agents, 1 - wait.longer(threshold)
        else:
            state = erlang_a(arrival_rate, service_rate, abandonment_rate, agents)
            occupancy, level = state.occupancy, state.answered_within(threshold)
        return occupancy <= max_occupancy and level >= service_level

    start = 1 if abandonment_rate > 0 else math.floor(arrival_rate / service_rate) + 1
    return least(holds, start)


def fewest_for_delay(load: float, delay: float, patience_ratio: float = 1.0) -> int:
    """The fewest agents with which at most `delay` of the calls must wait, in M/M/n+M.

    Parameters
    ----------
    load
        Offered load in Erlangs; for a changing rate with `patience_ratio` 1, the mean m(t) of infinitely many agents
        (then N(t) is Poisson whatever the staffing).
    delay
        Largest share of calls that may wait, in (0, 1).
    patience_ratio
        θ/μ, mean service over mean patience; above 0.

    References
    ----------
    Feldman, Z., Mandelbaum, A., Massey, W. A. and Whitt, W. (2008), Staffing of time-varying queues to achieve
    time-stable performance, doi:10.1287/mnsc.1070.0821.
    """
    if not 0 < delay < 1 or patience_ratio <= 0:
        raise InputsError(f"delay {delay}, ratio {patience_ratio}; accepted are 0 < delay < 1 and a ratio above 0")
    return least(lambda agents: erlang_a(load, 1.0, patience_ratio, agents).wait_probability <= delay, 1)


def square_root_agents(load: float, safety: float) -> int:
    """The square-root rule: the least whole number not below m + β√m.

    Parameters
    ----------
    load
        Offered load m in Erlangs.
    safety
        β, from `halfin_whitt_delay` or `garnett_delay`.
    """
    agents = load + safety * math.sqrt(load)
    # A load that is whole up to rounding must not be lifted by one.
    return math.ceil(agents - 1e-9 * max(1.0, abs(agents)))


def _hazard(x: float) -> float:
    from scipy.special import log_ndtr

    return math.exp(-x * x / 2 - float(log_ndtr(-x))) / math.sqrt(2 * math.pi)


def halfin_whitt_delay(safety: float) -> float:
    """Limit of the chance to wait in M/M/n with n = m + β√m: [1 + β Φ(β)/φ(β)]⁻¹ = [1 + β/h(-β)]⁻¹, β > 0.

    References
    ----------
    Halfin, S. and Whitt, W. (1981), Heavy-traffic limits for queues with many exponential servers,
    doi:10.1287/opre.29.3.567.
    """
    if safety <= 0:
        raise InputsError(f"safety is {safety}; without abandonment accepted is a number above 0")
    return 1 / (1 + safety / _hazard(-safety))


def garnett_delay(safety: float, patience_ratio: float) -> float:
    """Limit of the chance to wait in M/M/n+M with n = m + β√m: [1 + √(θ/μ) h(β√(μ/θ)) / h(-β)]⁻¹.

    `safety` is β, `patience_ratio` is θ/μ, and h the hazard of the normal law.

    References
    ----------
    Garnett, O., Mandelbaum, A. and Reiman, M. (2002), Designing a call center with impatient customers,
    doi:10.1287/msom.4.3.208.7753.
    """
    if patience_ratio <= 0:
        raise InputsError(f"patience ratio is {patience_ratio}; accepted is a number above 0")
    root = math.sqrt(patience_ratio)
    return 1 / (1 + root * _hazard(safety / root) / _hazard(-safety))


def infinite_server_mean(
    when: float, rate: Callable[[float], float], survival: Callable[[float], float], longest: float
) -> float:
    """Mean number in service of M_t/G/∞: m(t) = ∫ λ(t - u) P(S > u) du; the number is Poisson.

    Parameters
    ----------
    when
        The instant t.
    rate
        λ(t), defined for all t back to t - `longest`; 0 before the start of an empty centre.
    survival
        P(S > u) of the service time.
    longest
        Service times beyond this are left out; where the survival jumps, give the jump.

    References
    ----------
    Eick, S. G., Massey, W. A. and Whitt, W. (1993), The physics of the M_t/G/∞ queue, doi:10.1287/opre.41.4.731.
    """
    from scipy.integrate import quad

    pieces = longest * np.linspace(0, 1, 65)
    return math.fsum(
        float(quad(lambda u: rate(when - u) * survival(u), low, high, epsabs=0.0, epsrel=1e-12, limit=400)[0])
        for low, high in pairwise(pieces.tolist())
    )
