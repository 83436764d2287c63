"""The call centre, part by part: power, fire, reports, repairs, seats and staff, its application, surges of calls."""

from resilience_sim.studies.call_centre import calls, evacuation, faults, outage, power, seats, surge
from resilience_sim.studies.parts import Part

__all__ = ["PARTS"]

PARTS = (
    Part(power.CallCentre, power.NEEDS),
    Part(evacuation.Evacuation, evacuation.NEEDS),
    Part(calls.Reports, calls.NEEDS),
    Part(faults.Repairs, faults.NEEDS),
    Part(seats.SeatsAndStaff, seats.NEEDS),
    Part(outage.ApplicationDown, outage.NEEDS),
    Part(surge.Surges, surge.NEEDS),
)
"""What the plan's study is joined of."""
