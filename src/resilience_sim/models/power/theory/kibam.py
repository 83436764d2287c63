"""The kinetic battery model in closed form: two wells, of which a load draws on one.

At a constant load the wells follow linear differential equations, so a step may be as long as the load is constant.
Loads are watts per block and wells watt-hours, as in :class:`~resilience_sim.models.power.batteries.Kibam`; amperes and
ampere-hours obey the same forms.

References
----------
J. F. Manwell and J. G. McGowan (1993), Lead acid battery storage model for hybrid energy systems, Solar Energy 50,
399-405, doi:10.1016/0038-092X(93)90060-2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from resilience_sim.errors import InputsError
from resilience_sim.models.power.batteries import Kibam, RuntimeCurve
from resilience_sim.models.power.theory.accuracy import Misfit, misfit
from resilience_sim.units import HOUR

__all__ = [
    "KibamFit", "Wells", "after", "at_rest", "fit_row", "from_capacities", "largest_charge", "largest_discharge",
    "load_for", "runtime", "scaled_to", "share_available", "total_runtime",
]  # fmt: skip


class Wells(NamedTuple):
    """What is in the available and in the bound well."""

    available: float
    bound: float

    @property
    def total(self) -> float:
        """What is in both."""
        return self.available + self.bound


def at_rest(law: Kibam, charge: float = 1.0) -> Wells:
    """The wells of a battery that has rested, at a share of a full charge."""
    if not 0 <= charge <= 1:
        raise InputsError(f"charge is {charge}; accepted is a share from 0 to 1")
    held = charge * law.capacity_wh
    return Wells(law.c * held, (1 - law.c) * held)


def after(law: Kibam, wells: Wells, power_w: float, seconds: float) -> Wells:
    """The wells after a constant load; negative loads charge.

    With e = exp(-k t)::

        q1' = q1 e + (q0 k c - I)(1 - e)/k - I c (k t - 1 + e)/k
        q2' = q2 e + q0 (1 - c)(1 - e) - I (1 - c)(k t - 1 + e)/k

    A negative available well means that the load could not be borne for so long.
    """
    k, c, hours = law.k_per_h, law.c, seconds / HOUR
    e, leaves = math.exp(-k * hours), -math.expm1(-k * hours)
    drift = _drift(k * hours)
    available = wells.available * e + (wells.total * k * c - power_w) * leaves / k - power_w * c * drift / k
    bound = wells.bound * e + wells.total * (1 - c) * leaves - power_w * (1 - c) * drift / k
    return Wells(available, bound)


def largest_discharge(law: Kibam, wells: Wells, seconds: float) -> float:
    """Largest load borne for a time: (k q1 e + q0 k c (1 - e)) / D with D = 1 - e + c (k t - 1 + e)."""
    e, denominator = _step(law, seconds)
    return law.k_per_h * (wells.available * e + wells.total * law.c * (1 - e)) / denominator


def largest_charge(law: Kibam, wells: Wells, seconds: float) -> float:
    """Largest charging load (negative) that a time can take: (k q1 e + q0 k c (1 - e) - k c qmax) / D."""
    e, denominator = _step(law, seconds)
    room = wells.available * e + wells.total * law.c * (1 - e) - law.c * law.capacity_wh
    return law.k_per_h * room / denominator


def load_for(law: Kibam, seconds: float) -> float:
    """The load that empties a full battery in a time: qmax k c / D; the law's row of a maker's table."""
    return law.capacity_wh * law.k_per_h * law.c / _step(law, seconds)[1]


def runtime(law: Kibam, power_w: float, wells: Wells | None = None) -> float:
    """Seconds until a constant load has emptied the available well; from full by default, inf without load."""
    from scipy.optimize import brentq

    wells = at_rest(law) if wells is None else wells
    if power_w <= 0:
        return math.inf
    if wells.total <= 0:
        return 0.0
    k, c = law.k_per_h, law.c
    # q1 = rests + bends e^(-kt) - I c t: where it bends down it may rise before it falls, and is above 0 until then.
    bends = wells.available - wells.total * c + power_w * (1 - c) / k
    start = max(0.0, math.log(-bends * k / (power_w * c)) / k) if bends < 0 else 0.0
    if after(law, wells, power_w, start * HOUR).available <= 0:
        return start * HOUR
    return float(
        brentq(
            lambda seconds: after(law, wells, power_w, seconds).available,
            start * HOUR,
            wells.total / power_w * HOUR * (1 + 1e-9) + 1e-9,
            xtol=1e-12,
            rtol=1e-14,
        )
    )


def total_runtime(law: Kibam, full_w: float, shed_w: float, at_s: float) -> float:
    """Runtime of what stays on where the load falls at an instant; never shorter than by linear fraction.

    Parameters
    ----------
    law
        Of the battery, full at the start.
    full_w, shed_w
        Loads before and after.
    at_s
        Instant of the shed.
    """
    before = runtime(law, full_w)
    if at_s >= before:
        return before
    return at_s + runtime(law, shed_w, after(law, at_rest(law), full_w, at_s))


def scaled_to(law: Kibam, power_w: float, seconds: float) -> Kibam:
    """The same kinetics in a battery of such a size that it bears a load for exactly a time."""
    return Kibam(law.c, law.k_per_h, law.capacity_wh * power_w / load_for(law, seconds))


# ---- from figures to the model


def share_available(ratio: float, first_h: float, second_h: float, k_per_h: float) -> float:
    """The share c for which two discharges at constant current deliver charges in a ratio F = q(t1)/q(t2).

    ``X / (X - k F t1 t2 + k t1 t2)`` with ``X = F (1 - e^(-k t1)) t2 - (1 - e^(-k t2)) t1``.
    """
    x = -ratio * math.expm1(-k_per_h * first_h) * second_h + math.expm1(-k_per_h * second_h) * first_h
    return x / (x + k_per_h * first_h * second_h * (1 - ratio))


def from_capacities(capacities: Sequence[tuple[float, float]]) -> Kibam:
    """The model that delivers three capacities, each at the constant current that lasts its hours.

    Parameters
    ----------
    capacities
        Three pairs of hours and capacity (Ah or Wh), such as ``[(1, 60), (10, 93), (20, 100)]``, both rising.

    Raises
    ------
    InputsError
        If they are not three, do not rise, or no model delivers them.

    Examples
    --------
    >>> law = from_capacities([(1, 60), (10, 93), (20, 100)])
    >>> round(law.c, 4), round(law.k_per_h, 4), round(law.capacity_wh, 2)
    (0.4751, 0.677, 108.16)
    """
    from scipy.optimize import brentq

    ordered = sorted(capacities)
    if len(ordered) != 3 or not all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(ordered)):
        raise InputsError(f"capacities are {list(capacities)}; accepted are three, larger for longer discharges")
    (t1, q1), (t2, q2), (t3, q3) = ordered

    def gap(k: float) -> float:
        return share_available(q1 / q3, t1, t3, k) - share_available(q1 / q2, t1, t2, k)

    grid = [10 ** (power / 50) for power in range(-150, 151)]
    for low, high in pairwise(grid):
        k = float(brentq(gap, low, high, xtol=1e-14)) if gap(low) * gap(high) < 0 else math.nan
        if 0 < (c := share_available(q1 / q3, t1, t3, k)) < 1:
            return Kibam(c, k, q3 * _step(Kibam(c, k, 1.0), t3 * HOUR)[1] / (k * c * t3))
    raise InputsError(f"no kinetic battery delivers {list(capacities)}; accepted are capacities that level off")


class KibamFit(NamedTuple):
    """The model nearest to a row, with the relative errors of its loads and of its runtimes."""

    law: Kibam
    load_errors: Misfit
    runtime_errors: Misfit


def fit_row(curve: RuntimeCurve) -> KibamFit:
    """The kinetic battery nearest to a maker's row: least squares of the logarithms of the loads.

    Three parameters for a whole row are 13 to 17 % off at worst over 3 min to 20 h. It is meant to stand beside the
    table's own runtimes, as the uncertainty of a promise that rests on recovery.
    """
    import numpy as np
    from scipy.optimize import least_squares

    printed = np.log(curve.power_w)

    def loads(c_odds: float, log_k: float) -> list[float]:
        law = Kibam(1 / (1 + math.exp(-c_odds)), math.exp(log_k), 1.0)
        return [math.log(load_for(law, t)) for t in curve.runtime_s]

    def residuals(unknown: Sequence[float]) -> object:
        told = np.array(loads(unknown[0], unknown[1]))
        return told + (printed - told).mean() - printed  # the capacity only shifts them

    best = min(
        (least_squares(residuals, (-1.0, math.log(k)), xtol=1e-12, ftol=1e-12) for k in (1.0, 10.0)),
        key=lambda found: float(found.cost),
    )
    c_odds, log_k = (float(value) for value in best.x)
    capacity = math.exp(float((printed - np.array(loads(c_odds, log_k))).mean()))
    law = Kibam(1 / (1 + math.exp(-c_odds)), math.exp(log_k), capacity)
    pairs = list(zip(curve.power_w, curve.runtime_s, strict=True))
    return KibamFit(
        law,
        misfit([load_for(law, t) / p - 1 for p, t in pairs]),
        misfit([runtime(law, p) / t - 1 for p, t in pairs]),
    )


def _drift(x: float) -> float:
    """X - 1 + exp(-x), without cancellation."""
    return x * x * (0.5 - x / 6 + x * x / 24) if x < 1e-4 else x + math.expm1(-x)


def _step(law: Kibam, seconds: float) -> tuple[float, float]:
    """E and D of a step."""
    if not seconds > 0:
        raise InputsError(f"time is {seconds} s; accepted is a time above 0")
    x = law.k_per_h * seconds / HOUR
    return math.exp(-x), -math.expm1(-x) + law.c * _drift(x)
