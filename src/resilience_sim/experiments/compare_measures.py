"""What the events of a scenario come to: mean, percentiles, intervals, and paired differences to the base."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError

__all__ = ["LEVEL", "Difference", "Summary", "paired", "summary"]

Floats = npt.NDArray[np.float64]
LEVEL = 0.95
"""Of the intervals of means."""


@dataclass(frozen=True)
class Summary:
    """A measure over some events.

    Parameters
    ----------
    mean, low, high
        With its interval at :data:`LEVEL`; nan where an event has no finite value.
    p5, p50, p95
        Percentiles: the smallest values that at least 5, 50 and 95 % of the events do not exceed.
    endless
        Share of the events without a finite value, such as a line that never comes back.
    events
        How many there were.
    """

    mean: float
    low: float
    high: float
    p5: float
    p50: float
    p95: float
    endless: float
    events: int


@dataclass(frozen=True)
class Difference:
    """The mean of what an event has more than the same event of the base has, with its interval at :data:`LEVEL`."""

    mean: float
    low: float
    high: float


def summary(values: Floats) -> Summary:
    r"""Mean with Student's interval over independent events, and percentiles.

    .. math:: \bar x \pm t_{n-1, (1 + level)/2} \, s / \sqrt n

    Parameters
    ----------
    values
        Of each event, shape (events,), at least one.

    Raises
    ------
    InputsError
        If there is no event.
    """
    if not values.size:
        raise InputsError("no events; accepted is at least one")
    ordered = np.sort(values)
    p5, p50, p95 = (float(ordered[max(0, math.ceil(q * values.size - 1e-9) - 1)]) for q in (0.05, 0.5, 0.95))
    endless = float((~np.isfinite(values)).mean())
    mean, low, high = _interval(values)
    return Summary(mean, low, high, p5, p50, p95, endless, values.size)


def paired(values: Floats, base: Floats) -> Difference:
    """What the events have more than those of the base, event by event; two that never end differ by nothing.

    Parameters
    ----------
    values, base
        Of the same events, shape (events,) each.

    Raises
    ------
    InputsError
        If the shapes differ.
    """
    if values.shape != base.shape:
        raise InputsError(f"{values.shape} events beside {base.shape} of the base; accepted are the same events")
    same = values == base
    return Difference(*_interval(np.subtract(values, base, out=np.zeros_like(values), where=~same)))


def _interval(values: Floats) -> tuple[float, float, float]:
    from scipy.special import stdtrit

    if not np.isfinite(values).all():
        return math.nan, math.nan, math.nan
    mean = float(values.mean())
    if values.size < 2:
        return mean, math.nan, math.nan
    half = float(stdtrit(values.size - 1, (1 + LEVEL) / 2) * values.std(ddof=1) / math.sqrt(values.size))
    return mean, mean - half, mean + half
