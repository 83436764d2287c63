"""What the events of a scenario come to: mean, percentiles, intervals, and paired differences to the base."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError

__all__ = ["LEVEL", "Difference", "Summary", "paired", "share_interval", "share_summary", "shares_paired", "summary"]

Floats = npt.NDArray[np.float64]
LEVEL = 0.95
"""Of the intervals of means and shares."""


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


def share_summary(kept: Floats) -> Summary:
    """As :func:`summary`, of events that kept a limit (1) or not (0): with the exact interval of their share."""
    low, high = share_interval(int(kept.sum()), kept.size, LEVEL)
    return replace(summary(kept), low=low, high=high)


def shares_paired(kept: Floats, base: Floats) -> Difference:
    r"""As :func:`paired`, of events that kept a limit (1) or not (0): with an interval that covers however few differ.

    The difference of the shares is :math:`p_+ - p_-`, of events that only the one and only the other keeps. Each of the
    two lies in its exact interval with probability :math:`(1 + level)/2`, so both do with the level at least:

    .. math:: [L_+ - U_-,\; U_+ - L_-]
    """
    mean, each = paired(kept, base).mean, (1 + LEVEL) / 2
    more, less = (share_interval(int(n), kept.size, each) for n in ((kept > base).sum(), (kept < base).sum()))
    return Difference(mean, more[0] - less[1], more[1] - less[0])


def share_interval(had: int, n: int, level: float) -> tuple[float, float]:
    """The interval of Clopper and Pearson (1934) of a share, of which `had` of `n` independent events had it."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(had, n - had + 1, tail)) if had else 0.0
    return low, float(betaincinv(had + 1, n - had, 1 - tail)) if had < n else 1.0


def _interval(values: Floats) -> tuple[float, float, float]:
    from scipy.special import stdtrit

    if not np.isfinite(values).all():
        return math.nan, math.nan, math.nan
    mean = float(values.mean())
    if values.size < 2:
        return mean, math.nan, math.nan
    half = float(stdtrit(values.size - 1, (1 + LEVEL) / 2) * values.std(ddof=1) / math.sqrt(values.size))
    return mean, mean - half, mean + half
