"""A battery maker's table as facts of a site: the row that a UPS works by, and the models reported beside it."""

from __future__ import annotations

from collections.abc import Sequence

from resilience_sim.errors import InputsError
from resilience_sim.models.power.batteries import RuntimeCurve
from resilience_sim.models.power.theory import MakerTable, power_law
from resilience_sim.models.power.theory.kibam import fit_row
from resilience_sim.units import MINUTE

__all__ = ["LEAST_NODES", "not_printed", "row_of", "table_values"]

NOMINAL_V = 2.0
"""Volts of a cell, by which a watt table's loads become amperes where a rate is asked for."""
LEAST_NODES = 4
"""Fewer durations do not tell three parameters of a kinetic model."""


def row_of(table: MakerTable, *, cutoff_v: float | None = None, capacity_ah: float | None = None) -> RuntimeCurve:
    """The row for a cut-off, or the one in which the cut-off follows the rate, the faster the lower.

    Parameters
    ----------
    table
        The maker's.
    cutoff_v
        Volts per block of a UPS with one cut-off; may be left out where the table has one row.
    capacity_ah
        Rated capacity of a block, for a UPS that chooses its cut-off by the rate; used where no cut-off is named and
        the table has several. Of each duration it takes the figure at the cut-off for its rate
        (:func:`~resilience_sim.models.power.theory.tables.cutoff_at_rate`), or at the lowest one that there is.

    Raises
    ------
    InputsError
        If the table has no such row, or several and neither is given, or the capacity is not above 0.

    Examples
    --------
    >>> from resilience_sim.models.power.theory import Node
    >>> nodes = [Node(9.6, 1200, 3.0), Node(9.6, 36000, 0.15), Node(10.5, 1200, 2.5), Node(10.5, 36000, 0.14)]
    >>> row_of(MakerTable(nodes, "current"), capacity_ah=1.4).power_w
    (3.0, 0.14)
    """
    if cutoff_v is not None or capacity_ah is None or len(table.cutoffs_v) < 2:
        return table.row(cutoff_v)
    if not capacity_ah > 0:
        raise InputsError(f"the rated capacity of a block is {capacity_ah} Ah; accepted is a number above 0")
    lowest: dict[float, float] = {}
    values = {(node.cutoff_v, node.duration_s): node.value for node in table.nodes}
    for node in table.nodes:  # from the lowest cut-off on
        lowest.setdefault(node.duration_s, node.value)
    volts = NOMINAL_V * table.cells if table.quantity == "power" else 1.0
    durations = sorted(lowest)
    return RuntimeCurve(
        tuple(_at_rate(table, values, seconds, lowest[seconds], volts * capacity_ah) for seconds in durations),
        tuple(durations),
    )


def not_printed(table: MakerTable, capacity_ah: float) -> int:
    """For how many durations the table has no row at the cut-off that the rate asks for; another one stands in."""
    lowest: dict[float, float] = {}
    for node in table.nodes:
        lowest.setdefault(node.duration_s, node.value)
    volts = NOMINAL_V * table.cells if table.quantity == "power" else 1.0
    return sum(not table.cutoff_for(value / (volts * capacity_ah)).printed for value in lowest.values())


def _at_rate(
    table: MakerTable, values: dict[tuple[float | None, float], float], seconds: float, value: float, capacity: float
) -> float:
    """The load of a duration at the cut-off for its rate."""
    row_v = table.cutoff_for(value / capacity).row_v
    return values.get((row_v, seconds), value)


def table_values(row: RuntimeCurve) -> dict[str, tuple[float | Sequence[float], str]]:
    """Facts that make a site's battery of one row in watts: name, value or values, and unit.

    Beside the row stand the kinetic model (of four durations or more) and the exponent of the power law fitted to it.
    """
    facts: dict[str, tuple[float | Sequence[float], str]] = {
        "battery.table.duration": (tuple(seconds / MINUTE for seconds in row.runtime_s), "min"),
        "battery.table.power": (row.power_w, "W"),
    }
    if len(row.power_w) >= LEAST_NODES:
        law = fit_row(row).law
        facts["battery.kibam.available"] = (law.c, "share")
        facts["battery.kibam.rate"] = (law.k_per_h, "1/h")
        facts["battery.kibam.capacity"] = (law.capacity_wh, "Wh")
    facts["battery.peukert.exponent"] = (power_law(row).exponent, "1")
    return facts
