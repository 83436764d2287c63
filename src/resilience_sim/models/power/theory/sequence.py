"""Loads that are stopped one after the other while the battery runs down (linear fraction, see ``shedding``).

Any unit of time will do, the same throughout.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from resilience_sim.errors import InputsError

__all__ = ["Stops", "best_order", "by_power_over_time", "charge_for_stops", "stops_in_sequence"]

_MOST = 16


class Stops(NamedTuple):
    """What became of stops in sequence.

    Parameters
    ----------
    down
        When each load is down; loads that are cut first are left out.
    charge
        Share of a full charge when the last is down; 0 if the battery is empty before.
    empty
        When the battery is empty; inf where nothing is drawn after the stops.
    latest
        Latest trigger with which all are stopped cleanly; -inf if there is none.
    """

    down: tuple[float, ...]
    charge: float
    empty: float
    latest: float


def stops_in_sequence(runtimes: Sequence[float], takes: Sequence[float], trigger: float) -> Stops:
    """Stop loads one after the other from a trigger on; each is on until it is down.

    Parameters
    ----------
    runtimes
        Runtime of a full battery with all loads on, with all but the first to be stopped, …, with what stays on; shape
        (n + 1,), rising, the last may be inf.
    takes
        How long each stop takes, shape (n,).
    trigger
        When the first stop begins.

    Examples
    --------
    60, 90, 180, then 300 minutes; stops of 12, 9 and 18 minutes from minute 20 on:

    >>> stops = stops_in_sequence([60, 90, 180, 300], [12, 9, 18], 20)
    >>> stops.down, round(stops.empty, 9), round(stops.latest, 9)
    ((32.0, 41.0, 59.0), 139.0, 36.0)
    """
    if len(runtimes) != len(takes) + 1 or not takes or min(runtimes) <= 0 or min(takes) < 0 or not trigger >= 0:
        raise InputsError(
            f"runtimes {list(runtimes)}, stops {list(takes)}, trigger {trigger}; accepted are one runtime more than "
            "there are stops, above 0, and times of 0 or more"
        )
    latest = runtimes[0] * (1 - math.fsum(take / full for take, full in zip(takes, runtimes[:-1], strict=True)))
    charge, now = 1.0 - trigger / runtimes[0], float(trigger)
    down: list[float] = []
    if charge <= 0:
        return Stops((), 0.0, float(runtimes[0]), latest if latest >= 0 else -math.inf)
    for take, full in zip(takes, runtimes[:-1], strict=True):
        left = charge - take / full
        if left < -1e-12:
            return Stops(tuple(down), 0.0, now + charge * full, latest if latest >= 0 else -math.inf)
        charge, now = max(0.0, left), now + take
        down.append(now)
    rest = charge * runtimes[-1] if charge > 0 else 0.0
    return Stops(tuple(down), charge, now + rest, latest)


def charge_for_stops(
    drain: Callable[[float], float],
    powers: Sequence[float],
    takes: Sequence[float],
    order: Sequence[int],
    *,
    stays: float = 0.0,
) -> float:
    """Share of a full charge that stops in an order use up: sum of take · drain(power still on).

    Parameters
    ----------
    drain
        Share of a full charge per unit of time at a power, 1/T(P); rises with it.
    powers, takes
        Of each load, and how long its stop takes.
    order
        Places of the loads, in the order in which they are stopped.
    stays
        Power of what is not stopped.
    """
    used, on = [], stays + math.fsum(powers)
    for k in order:
        used.append(takes[k] * drain(on))
        on -= powers[k]
    return math.fsum(used)


def by_power_over_time(powers: Sequence[float], takes: Sequence[float]) -> list[int]:
    """The order of largest power per time of its stop first: a rule of thumb, exact where drain is linear in power.

    Of two stops that follow each other, i then j while R stays on, swapping changes the charge used by
    ``takes_i (f(R + p_i + p_j) - f(R + p_i)) - takes_j (f(R + p_i + p_j) - f(R + p_j))``. With f affine (energy counts,
    and an idle loss) that is in proportion to ``takes_i p_j - takes_j p_i``, so i is rightly first if
    p_i / takes_i >= p_j / takes_j, whatever R; any order can be sorted by such swaps without using more charge. With a
    battery's own drain, which rises faster than the power, the comparison depends on what else is on and the rule may
    be beaten: :func:`best_order` is exact.
    """
    return sorted(range(len(powers)), key=lambda k: (-powers[k] / takes[k] if takes[k] > 0 else -math.inf, k))


def best_order(
    drain: Callable[[float], float], powers: Sequence[float], takes: Sequence[float], *, stays: float = 0.0
) -> tuple[list[int], float]:
    """The order of stops that uses least charge, and that charge; so it allows the latest trigger too.

    What the remaining stops use depends only on which loads remain, so the best order of every subset follows from
    those of the smaller ones: 2^n subsets instead of n! orders.

    Parameters
    ----------
    drain, powers, takes, stays
        As in :func:`charge_for_stops`; at most 16 loads.

    Raises
    ------
    InputsError
        If there are more loads than 16, or as many times as powers there are not.

    Examples
    --------
    A battery that drains by the square of the power; the rule of thumb would stop the second one first:

    >>> best_order(lambda watts: watts**2, [1.0, 10.0], [1.01, 10.0])[0]
    [0, 1]
    >>> by_power_over_time([1.0, 10.0], [1.01, 10.0])
    [1, 0]
    """
    n = len(powers)
    if len(takes) != n or n > _MOST:
        raise InputsError(f"{n} powers and {len(takes)} times; accepted are as many of each, {_MOST} at most")
    least: list[tuple[float, int]] = [(0.0, -1)]
    for remaining in range(1, 1 << n):
        members = [k for k in range(n) if remaining >> k & 1]
        rate = drain(stays + math.fsum(powers[k] for k in members))
        least.append(min((takes[k] * rate + least[remaining ^ 1 << k][0], k) for k in members))
    order, remaining = [], (1 << n) - 1
    while remaining:
        order.append(least[remaining][1])
        remaining ^= 1 << order[-1]
    return order, least[-1][0]
