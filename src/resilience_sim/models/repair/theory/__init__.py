"""Closed forms of the repair machine: what a planner may ask without drawing a number.

Rates are faults per second and times are seconds, though any unit of time will do if it is the same throughout a call.
λ is the rate of faults, μ the rate at which one person finishes jobs (1 / mean job), c the number of persons.

===========  ==================================================================================================
``crews``    waits for a crew: Erlang, priorities with and without pre-emption, jobs of any law with one person
``ample``    enough persons and spares: faults open at once, services up, the mean of a down time
``spares``   stocks that are reordered one by one: stock-outs, waits for a spare, how many are enough
``rounds``   what is done every so many hours: delay until the next patrol, age of the last backup
``ladders``  remedies one after the other: who fixes what share, mean time, a limit on looking for the cause
``bursts``   many faults at one instant
===========  ==================================================================================================
"""

from __future__ import annotations

from resilience_sim.models.repair.theory.ample import mean_down_s, mean_open, up_share
from resilience_sim.models.repair.theory.bursts import answered_within, last_done_s, persons_for, starts_s
from resilience_sim.models.repair.theory.crews import (
    Job,
    erlang_b,
    erlang_c,
    one_person_sojourns,
    one_person_waits,
    preemptive_sojourns,
    priority_waits,
    urgent_waits_longer,
    waits_longer,
)
from resilience_sim.models.repair.theory.ladders import Outcome, Rung, climb, within_after
from resilience_sim.models.repair.theory.rounds import mean_since, since_within
from resilience_sim.models.repair.theory.spares import (
    fewest_spares,
    lost_share,
    mean_wait_for_spare,
    spare_waits_longer,
    stock_out,
    waiting_for_spares,
)

__all__ = [
    "answered_within",
    "climb",
    "erlang_b",
    "erlang_c",
    "fewest_spares",
    "Job",
    "last_done_s",
    "lost_share",
    "mean_down_s",
    "mean_open",
    "mean_since",
    "mean_wait_for_spare",
    "one_person_sojourns",
    "one_person_waits",
    "Outcome",
    "persons_for",
    "preemptive_sojourns",
    "priority_waits",
    "Rung",
    "since_within",
    "spare_waits_longer",
    "starts_s",
    "stock_out",
    "up_share",
    "urgent_waits_longer",
    "waiting_for_spares",
    "waits_longer",
    "within_after",
]
