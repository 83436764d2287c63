"""How long a battery lasts where loads are shed, while charge is used up in proportion to time (linear fraction).

A phase of length d at a load that a full battery carries for T uses d/T of a full charge: exact at constant load, and
never counting on recovery, so on the safe side of the kinetic model (``kibam``). Throughout, `full_s` is the runtime T1
of a full battery with all loads on, `shed_s` its runtime T2 >= T1 with only what stays on. Any unit of time will do,
the same one throughout.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from resilience_sim.errors import InputsError

__all__ = [
    "PersonSheds", "latest_shed", "outlasting", "person_sheds", "shed_at_charge", "shed_at_runtime", "total_runtime",
]  # fmt: skip


def total_runtime(full_s: float, shed_s: float, at_s: float) -> float:
    """Runtime of what stays on where the rest is shed at an instant: t + T2 (1 - t/T1) for t <= T1, else T1.

    Parameters
    ----------
    full_s, shed_s
        Runtimes T1 and T2 before and after, 0 < T1 <= T2.
    at_s
        Instant t of the shed, from the start on battery; inf: never.

    Examples
    --------
    Phones four hours, two more if the servers are shed; new, and at 80 % health:

    >>> total_runtime(5.0, 10.0, 4.0), total_runtime(4.0, 8.0, 4.0)
    (6.0, 4.0)
    """
    _checked_runtimes(full_s, shed_s)
    if not at_s >= 0:
        raise InputsError(f"the instant of the shed is {at_s}; accepted is 0 or more, inf for never")
    if at_s >= full_s:
        return full_s
    return at_s + (shed_s * (1.0 - at_s / full_s) if math.isfinite(shed_s) else math.inf)


def latest_shed(full_s: float, shed_s: float, target_s: float) -> float:
    """Latest instant of a shed with which what stays on reaches a target: (T2 - G) / (T2/T1 - 1).

    Returns
    -------
    float
        inf where nothing need be shed (G <= T1), -inf where no shed is early enough (G > T2).

    Examples
    --------
    >>> latest_shed(5.0, 10.0, 6.0), latest_shed(5.0, 10.0, 5.0), latest_shed(5.0, 10.0, 11.0)
    (4.0, inf, -inf)
    """
    _checked_runtimes(full_s, shed_s)
    if target_s <= full_s:
        return math.inf
    if target_s > shed_s:
        return -math.inf
    if math.isinf(shed_s):
        return full_s
    return (shed_s - target_s) / (shed_s / full_s - 1.0)


def shed_at_charge(full_s: float, shed_s: float, charge: float) -> tuple[float, float]:
    """Instant of the shed, and runtime in all, where loads are shed as the charge falls to a share q.

    ``(1 - q) T1`` and ``(1 - q) T1 + q T2``.

    Examples
    --------
    >>> shed_at_charge(5.0, 10.0, 0.4)
    (3.0, 7.0)
    """
    _checked_runtimes(full_s, shed_s)
    if not 0 <= charge <= 1:
        raise InputsError(f"charge is {charge}; accepted is a share from 0 to 1")
    at = (1.0 - charge) * full_s
    return at, at + (charge * shed_s if charge > 0 else 0.0)


def shed_at_runtime(full_s: float, shed_s: float, left_s: float) -> tuple[float, float]:
    """Instant of the shed, and runtime in all, where loads are shed as the estimated runtime falls to R: q = R/T1.

    At once where it is R or less from the start.

    Examples
    --------
    >>> shed_at_runtime(5.0, 10.0, 2.0)
    (3.0, 7.0)
    """
    if not left_s >= 0:
        raise InputsError(f"the runtime to shed at is {left_s}; accepted is 0 or more")
    return shed_at_charge(full_s, shed_s, min(1.0, left_s / full_s))


def outlasting(business_s: float, shutdown_s: float, safety_s: float, *, outages: int = 2) -> float:
    """Runtime to be bought: business + outages · shutdown + safety.

    The doubling is for two outages in a row: the second begins with what the first has left.

    References
    ----------
    Eaton, runtime rule for UPS sizing.

    Examples
    --------
    >>> outlasting(5.0, 3.0, 4.0)
    15.0
    """
    return business_s + outages * shutdown_s + safety_s


class PersonSheds(NamedTuple):
    """What comes of a shed left to a person: P(target reached), and mean runtime."""

    reached: float
    mean_s: float


def person_sheds(
    full_s: float, shed_s: float, target_s: float, *, decided_s: float, delay_s: tuple[float, float], forgotten: float
) -> PersonSheds:
    """Chance to reach a target, and mean runtime, where somebody sheds some time after an instant, or forgets.

    The runtime is ``T2 - (T2/T1 - 1) min(t, T1)``, and T1 if forgotten; t is uniform.

    Parameters
    ----------
    full_s, shed_s, target_s
        T1, T2 and the target G; T2 finite.
    decided_s
        Instant of the decision.
    delay_s
        Between which two times the delay is uniform.
    forgotten
        Share of outages in which nobody acts.

    Examples
    --------
    >>> person_sheds(5.0, 10.0, 6.0, decided_s=3.0, delay_s=(0.0, 2.0), forgotten=0.1)
    PersonSheds(reached=0.45, mean_s=5.9)
    """
    _checked_runtimes(full_s, shed_s)
    low, high = decided_s + delay_s[0], decided_s + delay_s[1]
    if not (0 <= low <= high < math.inf and 0 <= forgotten <= 1 and shed_s < math.inf):
        raise InputsError(
            f"shed from {low} to {high}, forgotten {forgotten}, runtime after it {shed_s}; accepted are finite times "
            "in order, a share, and a finite runtime"
        )
    latest = latest_shed(full_s, shed_s, target_s)
    if low == high:
        early, at = float(low <= latest), min(low, full_s)
    else:
        early = min(1.0, max(0.0, (latest - low) / (high - low)))
        a, b = min(low, full_s), min(high, full_s)
        at = ((b - a) * (a + b) / 2 + (high - max(low, b)) * full_s) / (high - low)
    reached = (1.0 - forgotten) * early + forgotten * float(target_s <= full_s)
    mean = shed_s - (shed_s / full_s - 1.0) * at
    return PersonSheds(reached, (1.0 - forgotten) * mean + forgotten * full_s)


def _checked_runtimes(full_s: float, shed_s: float) -> None:
    if not 0 < full_s <= shed_s or math.isinf(full_s):
        raise InputsError(
            f"runtimes before and after the shed are {full_s} and {shed_s}; accepted are a finite time above 0, and "
            "one that is not shorter"
        )
