"""The report as plain data for other programs: the schema of ``report --json``."""

from __future__ import annotations

from typing import Any

from resilience_sim.reports.records import check_record, recommend_record
from resilience_sim.reports.report_content import Results

__all__ = ["report_record"]


def report_record(results: Results) -> dict[str, Any]:
    """What ``report --json`` writes: the records of ``check`` and ``recommend``, the latter ``None`` if not asked."""
    rows = [row for one in results.plans for row in one.rows]
    unclaimed = [(one.plan.plan, clause) for one in results.plans for clause in one.plan.unclaimed()]
    found = [found for one in results.plans for found in one.found or ()]
    asked = any(one.found is not None for one in results.plans)
    seed, error, versions = results.seed, results.family_error, dict(results.versions)
    checked = check_record(
        rows, unclaimed, seed=seed, family_error=error, versions=versions, inputs=dict(results.inputs)
    )
    recommended = recommend_record(found, seed=seed, family_error=error, versions=versions)
    return {"schema": "resilience-sim/report@1", "check": checked, "recommend": recommended if asked else None}
