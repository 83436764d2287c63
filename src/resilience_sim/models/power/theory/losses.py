"""What a UPS takes for itself, as its runtime column betrays it, and how a monitoring driver guesses runtimes."""

from __future__ import annotations

import math
from typing import NamedTuple

from resilience_sim.errors import InputsError
from resilience_sim.models.power.batteries import Losses, RuntimeCurve
from resilience_sim.models.power.theory.accuracy import Misfit, misfit

__all__ = ["DriverRuntime", "IdleLoss", "efficiency", "fit_idle_loss"]


class IdleLoss(NamedTuple):
    """t = scale / (P + idle)^exponent fitted to a runtime column, and the relative errors of its runtimes.

    Parameters
    ----------
    scale
        Seconds · (unit of power)^exponent.
    idle
        In the unit of the column's loads.
    exponent
        Of the battery behind the loss.
    errors
        Predicted over printed, less 1.
    """

    scale: float
    idle: float
    exponent: float
    errors: Misfit

    def runtime_at(self, power: float) -> float:
        """Seconds at a load."""
        return float(self.scale / (power + self.idle) ** self.exponent)


def fit_idle_loss(column: RuntimeCurve) -> IdleLoss:
    """The idle loss that a UPS's column of runtimes implies: least squares of ln t, idle loss 0 or more.

    Small loads last less long than any power law says, since the UPS itself goes on drawing.

    Parameters
    ----------
    column
        Printed loads (W or VA) and runtimes; three nodes or more.

    Raises
    ------
    InputsError
        If there are fewer than three nodes.
    """
    import numpy as np
    from scipy.optimize import minimize_scalar

    if len(column.power_w) < 3:
        raise InputsError(f"a runtime column of {len(column.power_w)} figures; accepted are three or more")
    power, logs = np.array(column.power_w), np.log(column.runtime_s)

    def line(idle: float) -> tuple[float, float, float]:
        """Slope, intercept and sum of squares of ln t on ln(P + idle)."""
        x = np.log(power + idle)
        slope, intercept = np.polyfit(x, logs, 1)
        return float(slope), float(intercept), float(((slope * x + intercept - logs) ** 2).sum())

    found = minimize_scalar(
        lambda idle: line(idle)[2], bounds=(0.0, column.power_w[0]), method="bounded", options={"xatol": 1e-9}
    )
    slope, intercept, _ = line(float(found.x))
    law = IdleLoss(math.exp(intercept), float(found.x), -slope, Misfit(0.0, 0.0, 0))
    pairs = zip(column.power_w, column.runtime_s, strict=True)
    return law._replace(errors=misfit([law.runtime_at(p) / t - 1 for p, t in pairs]))


def efficiency(losses: Losses, power_w: float) -> float:
    """Share of what is drawn from the battery that reaches the load: P / P_dc.

    Examples
    --------
    >>> round(efficiency(Losses(idle_w=50, proportional=0.05, square_per_w=2e-5), 500), 5)
    0.86207
    """
    if not power_w > 0:
        raise InputsError(f"load is {power_w} W; accepted is a number above 0")
    return power_w / losses.drawn_w(power_w)


class DriverRuntime(NamedTuple):
    """The runtime that a monitoring driver guesses from two calibrated loads (``runtimecal`` of Network UPS Tools).

    Not for a plan: a floor on the effective load caps what light loads are promised, idle loss is left out. It is here
    to tell how far a displayed runtime may be off.

    Parameters
    ----------
    high_s, high
        Runtime at the higher load, and that load in percent.
    low_s, low
        Runtime at the lower load, and that load in percent.

    References
    ----------
    Network UPS Tools, manual of nutdrv_qx.

    Examples
    --------
    >>> driver = DriverRuntime(240.0, 100.0, 720.0, 50.0)
    >>> [round(driver.runtime_at(load)) for load in (25, 15, 5)]
    [2160, 2400, 2400]
    """

    high_s: float
    high: float
    low_s: float
    low: float

    @property
    def exponent(self) -> float:
        """ln(t_l / t_h) / ln(L_h / L_l)."""
        return math.log(self.low_s / self.high_s) / math.log(self.high / self.low)

    def runtime_at(self, load: float, *, floor: float = 0.10) -> float:
        """Seconds at a load in percent: t_h (L_h / 100)^x over (L / 100)^x, or over the floor if that is less."""
        nominal = self.high_s * (self.high / 100) ** self.exponent
        return float(nominal / max((load / 100) ** self.exponent, floor))
