"""How far a law is from the figures it stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from resilience_sim.errors import InputsError
from resilience_sim.models.power.batteries import RuntimeCurve

__all__ = ["Misfit", "PowerLaw", "leave_one_out", "misfit", "power_law"]


class Misfit(NamedTuple):
    """Relative errors of a law: root mean square, the worst one's size, and its place among the figures."""

    rms: float
    worst: float
    at: int


class PowerLaw(NamedTuple):
    """T = runtime_s · (power_w / P)^exponent fitted to a row, and the relative errors of its runtimes."""

    exponent: float
    curve: RuntimeCurve
    errors: Misfit


def misfit(errors: Sequence[float]) -> Misfit:
    """Sum relative errors up.

    Raises
    ------
    InputsError
        If there are none.
    """
    if not errors:
        raise InputsError("a misfit of no figures; accepted is one figure or more")
    at = max(range(len(errors)), key=lambda k: abs(errors[k]))
    return Misfit(math.sqrt(math.fsum(e * e for e in errors) / len(errors)), abs(errors[at]), at)


def leave_one_out(curve: RuntimeCurve) -> tuple[float, ...]:
    """Relative error of each inner node's runtime as its neighbours predict it.

    Returns
    -------
    tuple of float
        Predicted over printed, less 1, shape (k - 2,): the error of interpolation, or rather what bounds it, as the
        gap is twice as wide.

    Examples
    --------
    >>> [round(error, 4) for error in leave_one_out(RuntimeCurve((530, 410, 270, 195), (180, 300, 600, 900)))]
    [-0.0512, -0.0728]
    """
    errors = []
    for k in range(1, len(curve.power_w) - 1):
        rest = RuntimeCurve(curve.power_w[:k] + curve.power_w[k + 1 :], curve.runtime_s[:k] + curve.runtime_s[k + 1 :])
        errors.append(rest.runtime_at(curve.power_w[k]) / curve.runtime_s[k] - 1)
    return tuple(errors)


def power_law(curve: RuntimeCurve) -> PowerLaw:
    """The power law nearest to a row: least squares of ln T on ln P.

    Its exponent depends on the span of durations; 35 % and more off at the ends of 3 min to 20 h, it is a fallback for
    want of a table.
    """
    x, y = [math.log(p) for p in curve.power_w], [math.log(t) for t in curve.runtime_s]
    mean_x, mean_y = math.fsum(x) / len(x), math.fsum(y) / len(y)
    slope = math.fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / math.fsum(
        (a - mean_x) ** 2 for a in x
    )
    law = RuntimeCurve.power_law(math.exp(mean_x), math.exp(mean_y), -slope)
    return PowerLaw(-slope, law, runtime_misfit(law, curve))


def runtime_misfit(law: RuntimeCurve, printed: RuntimeCurve) -> Misfit:
    """Relative errors of a law's runtimes at the printed loads."""
    return misfit([law.runtime_at(p) / t - 1 for p, t in zip(printed.power_w, printed.runtime_s, strict=True)])
