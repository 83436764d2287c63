"""The kindergarten, part by part: fire, food poisoning, electric shock, and its reports."""

from resilience_sim.studies.kindergarten import fire, illness, reports, shock
from resilience_sim.studies.parts import Part

__all__ = ["PARTS"]

PARTS = (
    Part(fire.Kindergarten, fire.NEEDS),
    Part(illness.Illnesses, illness.NEEDS),
    Part(shock.Shocks, shock.NEEDS),
    Part(reports.KindergartenReports, reports.NEEDS),
)
"""What the plan's study is joined of."""
