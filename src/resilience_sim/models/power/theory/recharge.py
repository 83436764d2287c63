"""A battery that is not full again when the mains fail a second time. Any unit of time will do, the same throughout."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from resilience_sim.errors import InputsError

__all__ = ["TwoOutages", "charge_after_mains", "runtimes_in_a_row", "two_outages"]


def charge_after_mains(charge: float, mains: float, *, full_after: float) -> float:
    """Charge after a time on mains: linear from empty to full in `full_after`, capped at full.

    Examples
    --------
    >>> charge_after_mains(0.25, 6.0, full_after=12.0)
    0.75
    """
    if not (0 <= charge <= 1 and mains >= 0 and full_after > 0):
        raise InputsError(
            f"charge {charge}, {mains} on mains, full after {full_after}; accepted are a share, 0 or more, above 0"
        )
    return min(1.0, charge + mains / full_after)


def runtimes_in_a_row(
    full: float, outages: Sequence[float], mains: Sequence[float], *, full_after: float
) -> list[float]:
    """How long the load could be carried in each outage of a row.

    Parameters
    ----------
    full
        Runtime of a full battery at the load.
    outages
        How long each lasts, shape (n,).
    mains
        Time on mains before each but the first, which finds the battery full, shape (n - 1,).
    full_after
        Time from empty to full.

    Examples
    --------
    >>> runtimes_in_a_row(4.0, [3.0, 9.0], [6.0], full_after=12.0)
    [4.0, 3.0]
    """
    charge, runtimes = 1.0, []
    for k, outage in enumerate(outages):
        if k:
            charge = charge_after_mains(charge, mains[k - 1], full_after=full_after)
        runtimes.append(charge * full)
        charge = max(0.0, charge - outage / full)
    return runtimes


class TwoOutages(NamedTuple):
    """Probabilities that a battery outlasts the first of two outages, both, and the second."""

    first: float
    both: float
    second: float


def two_outages(full: float, *, mean: float, mains: float, full_after: float) -> TwoOutages:
    """Two exponential outages with a fixed time on mains between them.

    With T the runtime, r = min(T, T · mains / full_after) what the mains give back, all in units of the mean:
    P(first) = 1 - e^-T, P(both) = (1 - e^-r)(1 - e^-T) + e^-r - e^-T - (T - r) e^-(T + r), and
    P(second) = P(both) + e^-T (1 - e^-r).

    Examples
    --------
    >>> [round(share, 7) for share in two_outages(4.0, mean=2.0, mains=3.0, full_after=12.0)]
    [0.8646647, 0.6882869, 0.7415372]
    """
    back = full * charge_after_mains(0.0, mains, full_after=full_after)
    lasts, returned = full / mean, back / mean
    first = -math.expm1(-lasts)
    both = -math.expm1(-returned) * first + math.exp(-returned) - math.exp(-lasts)
    both -= (lasts - returned) * math.exp(-lasts - returned)
    return TwoOutages(first, both, both - math.exp(-lasts) * math.expm1(-returned))
