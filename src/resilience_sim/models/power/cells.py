"""Batteries for the kernel: what is drawn, how long it lasts, how it comes back.

Every function speaks of the battery of unit `u`, whose present state stands in the plant.
"""

from __future__ import annotations

import math

import numpy as np

from resilience_sim.models.heaps import hidden
from resilience_sim.models.power.batteries import LARGEST_LOGARITHM
from resilience_sim.models.power.plant import FEW, Plant

__all__ = ["carry", "charge_of", "falls_to", "lasts", "recharge", "run_dry", "surely_lasts", "use"]


@hidden
def carry(p: Plant, u: int, live_strings: int, on_w: float) -> None:
    """From now on loads of so many watts are carried by so many strings."""
    drawn_w = on_w + p.idle_w[u] + p.proportional[u] * on_w + p.square_per_w[u] * on_w * on_w
    watts = drawn_w * p.size_factor[u] / (p.blocks[u] * live_strings * p.health[u])
    if p.kinetic[u]:
        p.rate[u] = watts / p.capacity_ws[u]
        return
    full_s = _full_runtime(p, u, watts)
    p.in_use[u] = full_s < np.inf
    if full_s == 0:
        p.left_s[u] = 0.0
    elif p.in_use[u]:
        p.left_s[u] = p.left_s[u] * full_s / p.full_s[u]
        p.full_s[u] = full_s


@hidden
def _full_runtime(p: Plant, u: int, watts: float) -> float:
    """Seconds that a full battery carries so many watts per block; remembered, since powers come again."""
    for place in range(FEW):
        if p.known_w[u, place] == watts:
            return float(p.known_s[u, place])
    seconds = _curve(p, u, watts)
    place = p.known_next[u]
    p.known_w[u, place], p.known_s[u, place] = watts, seconds
    p.known_next[u] = (place + 1) % FEW
    return seconds


@hidden
def _curve(p: Plant, u: int, watts: float) -> float:
    """The runtime curve: log-log between the nodes on either side, or from the two at the end."""
    if watts <= 0:
        return np.inf
    first, last = p.node_from[u], p.node_from[u + 1] - 1
    node = first
    while node <= last and p.node_w[node] > watts:
        node += 1
    if node <= last and p.node_w[node] == watts:
        return float(p.node_s[node])
    low = min(max(node - 1, first), last - 1)
    logarithm = p.node_log_s[low] + (math.log(watts) - p.node_log_w[low]) * p.slope[low]
    return math.exp(logarithm) if logarithm < LARGEST_LOGARITHM else np.inf


@hidden
def _head_after(p: Plant, u: int, head: float, seconds: float) -> float:
    left = math.exp(-p.k[u] * seconds)
    return float(head * left - (1.0 - p.c[u]) * p.rate[u] / p.k[u] * (1.0 - left))


@hidden
def _time_to_empty(p: Plant, u: int) -> float:
    """Seconds until the available well of a kinetic battery is empty: it crosses zero once, found to the last bit."""
    c, charge, head, rate = p.c[u], p.charge[u], p.head[u], p.rate[u]
    if charge <= 0:
        return 0.0
    if rate == 0:
        return np.inf
    if c * charge + head <= 0 and rate >= p.k[u] * c * charge:
        return 0.0
    before, after = 0.0, charge / rate
    while True:
        middle = before + (after - before) / 2.0
        if middle in (before, after):
            return float(after)
        if c * (charge - rate * middle) + _head_after(p, u, head, middle) > 0:
            before = middle
        else:
            after = middle


@hidden
def lasts(p: Plant, u: int) -> float:
    """Seconds until it is empty at the present load."""
    if p.kinetic[u]:
        return _time_to_empty(p, u)
    return float(p.left_s[u]) if p.in_use[u] or p.left_s[u] == 0 else np.inf


@hidden
def surely_lasts(p: Plant, u: int, seconds: float) -> bool:
    """Whether a kinetic battery carries the present load so long: a cheap look, by a margin far above rounding."""
    return bool(p.c[u] * (p.charge[u] - p.rate[u] * seconds) + _head_after(p, u, p.head[u], seconds) > 1e-9)


@hidden
def falls_to(p: Plant, u: int, share: float) -> float:
    """Seconds until its charge has fallen to a share at the present load."""
    if p.kinetic[u]:
        if p.charge[u] <= share:
            return 0.0
        return (p.charge[u] - share) / p.rate[u] if p.rate[u] > 0 else np.inf
    if p.left_s[u] <= share * p.full_s[u]:
        return 0.0
    return p.left_s[u] - share * p.full_s[u] if p.in_use[u] else np.inf


@hidden
def use(p: Plant, u: int, seconds: float) -> None:
    """So many seconds at the present load are over."""
    if p.kinetic[u]:
        if seconds > 0:
            head = _head_after(p, u, p.head[u], seconds)
            p.charge[u] = max(p.charge[u] - p.rate[u] * seconds, 0.0)
            p.head[u] = max(head, -p.c[u] * p.charge[u])
    elif p.in_use[u]:
        p.left_s[u] = max(p.left_s[u] - seconds, 0.0)


@hidden
def recharge(p: Plant, u: int, seconds: float) -> None:
    """So many seconds on mains or generator are over."""
    charge = min(charge_of(p, u) + seconds / p.recharge_s[u], 1.0)
    if p.kinetic[u]:
        p.charge[u] = charge
        p.head[u] = p.head[u] * math.exp(-p.k[u] * seconds)
    else:
        p.left_s[u], p.full_s[u] = charge, 1.0


@hidden
def run_dry(p: Plant, u: int) -> None:
    """It is empty: of a kinetic battery, the available well."""
    if p.kinetic[u]:
        p.head[u] = -p.c[u] * p.charge[u]
    else:
        p.left_s[u] = 0.0


@hidden
def charge_of(p: Plant, u: int) -> float:
    """Share of a full charge."""
    return float(p.charge[u] if p.kinetic[u] else min(p.left_s[u] / p.full_s[u], 1.0))
