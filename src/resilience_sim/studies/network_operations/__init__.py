"""The network operations centre, part by part: power, faults and their repair, calls of its call tree."""

from resilience_sim.studies.network_operations import calls, faults, power
from resilience_sim.studies.parts import Part

__all__ = ["PARTS"]

PARTS = (
    Part(power.NetworkOperations, power.NEEDS),
    Part(faults.NetworkFaults, faults.NEEDS),
    Part(calls.NetworkCalls, calls.NEEDS),
)
"""What the plan's study is joined of."""
