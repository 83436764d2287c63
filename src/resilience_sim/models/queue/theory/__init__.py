"""Closed forms and exact chains of the queue: what a planner may ask without drawing a number.

Rates and times are in any unit of time, the same one throughout a call. In every module λ is the arrival rate, μ the
service rate of one agent (1 / mean handling time), θ the abandonment rate of one waiting caller (1 / mean patience),
and a wait runs from the arrival to the answer or to the leaving.

==============  =============================================================================================
``erlang``      Erlang B and C, exponential waits, GI/M/c
``steady``      many exponential agents with abandonment, limited places and balking, in the long run
``staffing``    fewest agents for a service level or a chance of delay; square-root rule and its limits; M_t/G/∞
``general``     other laws of service, of patience, and arrivals in batches
``priorities``  mean waits by class
``redials``     callers who try again
``chains``      finite Markov chains, which redials and days are solved by
``days``        rates and staffing that change in the day, with every rule for a staff cut
==============  =============================================================================================
"""

from __future__ import annotations

from resilience_sim.models.queue.theory.days import Day, Spell, staffed_day
from resilience_sim.models.queue.theory.erlang import (
    ExponentialWait,
    erlang_b,
    erlang_c,
    erlang_c_wait,
    renewal_arrivals_wait,
)
from resilience_sim.models.queue.theory.general import (
    BatchArrivals,
    FixedPatience,
    FixedService,
    batch_arrivals,
    fixed_patience,
    fixed_service,
    pollaczek_khinchine,
)
from resilience_sim.models.queue.theory.priorities import non_preemptive_waits, preemptive_waits
from resilience_sim.models.queue.theory.redials import RedialState, redialling, retrial_orbit
from resilience_sim.models.queue.theory.staffing import (
    fewest_agents,
    fewest_for_delay,
    garnett_delay,
    halfin_whitt_delay,
    infinite_server_mean,
    square_root_agents,
)
from resilience_sim.models.queue.theory.steady import SteadyState, birth_death, erlang_a, steady_state

__all__ = [
    "BatchArrivals",
    "batch_arrivals",
    "birth_death",
    "Day",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_c_wait",
    "ExponentialWait",
    "fewest_agents",
    "fewest_for_delay",
    "fixed_patience",
    "fixed_service",
    "FixedPatience",
    "FixedService",
    "garnett_delay",
    "halfin_whitt_delay",
    "infinite_server_mean",
    "non_preemptive_waits",
    "pollaczek_khinchine",
    "preemptive_waits",
    "redialling",
    "RedialState",
    "renewal_arrivals_wait",
    "retrial_orbit",
    "Spell",
    "square_root_agents",
    "staffed_day",
    "steady_state",
    "SteadyState",
]
