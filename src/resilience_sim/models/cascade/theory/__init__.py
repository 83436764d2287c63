"""Closed forms of the cascade machine: what a planner may ask of a call tree without drawing a number.

Seconds, shares from 0 to 1, and persons.

============  ========================================================================================================
``attempts``  a geometric number of attempts, cut off: chance, mean number, time until told and time of the caller
``instants``  laws of instants with finitely many values
``lists``     one caller with a list, one by one with delegates (exact) or in rounds (means)
``trees``     sums along branches, the slowest branch, and what no tree can beat
``orders``    the first, the k-th and the last who read a message; how many have to be on a list
``hours``     shares by hour of day
``sites``     from being told to being on site
============  ========================================================================================================
"""

from __future__ import annotations

from resilience_sim.models.cascade.theory.attempts import (
    Moments,
    Reach,
    answered_share,
    attempts_needed,
    mean_attempts,
    moments,
    reach,
    reached_share,
)
from resilience_sim.models.cascade.theory.hours import averaged_reach, reach_at_hour, share_at
from resilience_sim.models.cascade.theory.instants import Instants
from resilience_sim.models.cascade.theory.lists import (
    Called,
    Callee,
    Odds,
    attempt,
    mean_told_in_rounds_s,
    mean_told_one_by_one_s,
    one_by_one,
    take_over,
)
from resilience_sim.models.cascade.theory.orders import (
    all_by,
    count_chances,
    exponential_order_mean_s,
    kth_by,
    kth_mean_s,
    people_needed,
    quantile_s,
    read_by,
)
from resilience_sim.models.cascade.theory.sites import arrival, kth_on_site_by, mean_on_site, on_site_by
from resilience_sim.models.cascade.theory.trees import (
    best_fan_out,
    full_tree_s,
    least_all_told_s,
    most_told,
    people_in_full_tree,
    told_in_tree_s,
)

__all__ = [
    "all_by",
    "answered_share",
    "arrival",
    "attempt",
    "attempts_needed",
    "averaged_reach",
    "best_fan_out",
    "Called",
    "Callee",
    "count_chances",
    "exponential_order_mean_s",
    "full_tree_s",
    "Instants",
    "kth_by",
    "kth_mean_s",
    "kth_on_site_by",
    "least_all_told_s",
    "mean_attempts",
    "mean_on_site",
    "mean_told_in_rounds_s",
    "mean_told_one_by_one_s",
    "Moments",
    "moments",
    "most_told",
    "Odds",
    "on_site_by",
    "one_by_one",
    "people_in_full_tree",
    "people_needed",
    "quantile_s",
    "Reach",
    "reach",
    "reach_at_hour",
    "reached_share",
    "read_by",
    "share_at",
    "take_over",
    "told_in_tree_s",
]
