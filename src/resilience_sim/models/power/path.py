"""What both engines return: one column per outage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Path"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Path:
    """A sample path over n outages; instants are seconds from the start of their outage.

    Parameters
    ----------
    duration_s, between_s
        How long each outage lasts, and the mains before it, shape (n,).
    on_line_s, generator_fails_s
        When the generator took the load, and when it failed; inf if not before the mains returned, shape (n,).
    charge_before, charge_after
        Share of a full charge when the mains failed, and when they returned (in an outage without end: at the last
        change of load or supply), shape (units, n).
    acted_s
        When a rule first acted; inf if it did not, shape (rules, n).
    lost_s
        When a load first went off, whatever the reason; inf if it did not, shape (loads, n).
    off_s
        Seconds for which it was off, shape (loads, n).
    ended
        What the outage did to it, an :class:`~resilience_sim.models.power.inputs.Ended`, shape (loads, n).
    trace_outage, trace_s, trace_load, trace_on
        If asked for: every switch of a load (outage, instant, load, 1 on or 0 off) in the order in which they happened,
        outage after outage, unit after unit. Loads are on before, and again when the mains return (no row).
    """

    duration_s: Floats
    between_s: Floats
    on_line_s: Floats
    generator_fails_s: Floats
    charge_before: Floats
    charge_after: Floats
    acted_s: Floats
    lost_s: Floats
    off_s: Floats
    ended: npt.NDArray[np.int8]
    trace_outage: Ints | None = None
    trace_s: Floats | None = None
    trace_load: Ints | None = None
    trace_on: npt.NDArray[np.int8] | None = None
