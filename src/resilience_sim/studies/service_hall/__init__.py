"""The service hall, part by part: fire, calls of its call tree, power cut in a fire, its system, its queue."""

from resilience_sim.studies.parts import Part
from resilience_sim.studies.service_hall import calls, calls_power, faults, fire, queue

__all__ = ["PARTS"]

PARTS = (
    Part(fire.ServiceHall, fire.NEEDS),
    Part(calls.HallCalls, calls.NEEDS),
    Part(calls_power.PowerCuts, calls_power.NEEDS),
    Part(faults.SystemFaults, faults.NEEDS),
    Part(queue.HallQueue, queue.NEEDS),
)
"""What the plan's study is joined of."""
