"""The makers' tables that the known answers of power rest on, as they lie beside the checkout."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from resilience_sim.models.power import RuntimeCurve
from resilience_sim.models.power.theory import MakerTable, Node
from resilience_sim.units import MINUTE

if TYPE_CHECKING:
    from pathlib import Path


def rows_of(shared: Path, name: str) -> list[dict[str, str]]:
    """The rows of one file; the test is skipped where it is absent."""
    path = shared / "data" / "batteries" / f"{name}.csv"
    if not path.is_file():
        pytest.skip(f"the table {path.name} is not beside this checkout")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def panasonic(shared: Path, quantity: str = "power") -> MakerTable:
    """UP-PW1245P1, 12 V 7.8 Ah: watts or amperes per block."""
    unit = {"power": "power_w", "current": "current_a"}[quantity]
    rows = rows_of(shared, f"panasonic_up-pw1245p1_{quantity}")
    nodes = [Node(float(row["cutoff_v"]), float(row["duration_min"]) * MINUTE, float(row[unit])) for row in rows]
    return MakerTable(nodes, quantity)


def csb(shared: Path) -> MakerTable:
    """GP 12400, 12 V 40 Ah: amperes per block."""
    rows = rows_of(shared, "csb_gp12400_current")
    return MakerTable(
        [
            Node(6 * float(row["cutoff_v_per_cell"]), float(row["duration_min"]) * MINUTE, float(row["current_a"]))
            for row in rows
        ],
        "current",
    )


def column(shared: Path, model: str) -> RuntimeCurve:
    """The runtime column of a Smart-UPS, by load in VA."""
    rows = [row for row in rows_of(shared, "apc_smart-ups_runtime") if row["model"] == model]
    nodes = sorted((float(row["runtime_min"]) * MINUTE, float(row["load_va"])) for row in rows)
    return RuntimeCurve(tuple(load for _, load in nodes), tuple(seconds for seconds, _ in nodes))
