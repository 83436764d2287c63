"""The utility's call centre, part by part: staffing when lines trip, calls of its call tree, and line crews."""

from resilience_sim.studies.parts import Part
from resilience_sim.studies.utility_call_centre import calls, lines, staffing

__all__ = ["PARTS"]

PARTS = (
    Part(staffing.UtilityCallCentre, staffing.NEEDS),
    Part(calls.UtilityCalls, calls.NEEDS),
    Part(lines.UtilityLines, lines.NEEDS),
)
"""What the plan's study is joined of."""
