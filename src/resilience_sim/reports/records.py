"""Results as plain data for other programs: the schemas of ``check --json`` and ``recommend --json``."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.experiments.frontier import Offer
from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.plans.register import Clause
from resilience_sim.verdicts.cheapest import Index
from resilience_sim.verdicts.verdict import Verdict

__all__ = ["as_json", "check_record", "recommend_record"]


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _row(row: CheckedClaim) -> dict[str, Any]:
    question, verdict = row.question, row.verdict
    return {
        "plan": row.plan,
        "clause": question.clause,
        "claim": question.claim.id,
        "interpretation": question.interpretation or None,
        "scenario": question.scenario,
        "study": question.claim.study,
        "measure": question.measure,
        "unit": question.unit,
        "reading": question.claim.reading,
        "relation": question.relation,
        "limit": question.limit,
        "required_share": question.required,
        "verdict": verdict.answer.value,
        "estimate": _number(verdict.estimate),
        "low": verdict.low,
        "high": verdict.high,
        "replications": verdict.replications,
        "evidence_holds": verdict.evidence_holds,
        "evidence_fails": verdict.evidence_fails,
        "margin": verdict.margin,
        "budget": verdict.budget,
        "alpha": verdict.alpha,
        "breaking_points": [
            {"along": point.along, "unit": point.unit, "holds_at": point.holds_at, "fails_at": point.fails_at}
            for point in row.breaking_points
        ],
        "stands_in_share_of_sites": None if row.stands is None else row.stands.share,
        "stands_interval": None if row.stands is None else [row.stands.low, row.stands.high],
        "sites": None if row.stands is None else row.stands.sites,
    }


def check_record(
    rows: Iterable[CheckedClaim],
    unclaimed: Iterable[tuple[str, Clause]],
    *,
    seed: int,
    family_error: float,
    versions: dict[str, str],
    inputs: dict[str, str],
) -> dict[str, Any]:
    """What ``check --json`` writes.

    Parameters
    ----------
    rows, unclaimed
        Results, and clauses without a claim with their plan's slug.
    seed, family_error
        Of the run.
    versions, inputs
        What ran, and hashes of the files it ran on.
    """
    return {
        "schema": "resilience-sim/check@1",
        "seed": seed,
        "family_error": family_error,
        "versions": versions,
        "inputs": inputs,
        "claims": [_row(row) for row in rows],
        "unclaimed": [{"plan": plan, "clause": clause.id, "model": clause.model} for plan, clause in unclaimed],
    }


def _certified(found: Recommendation, index: Index, verdict: Verdict) -> dict[str, Any]:
    return {
        "values": _named(found, index),
        "verdict": verdict.answer.value,
        "estimate": _number(verdict.estimate),
        "replications": verdict.replications,
        "evidence_holds": verdict.evidence_holds,
        "evidence_fails": verdict.evidence_fails,
        "alpha": verdict.alpha,
    }


def _named(found: Recommendation, index: Index) -> dict[str, float]:
    return {f"{c.clause}.{c.quantity}": v for c, v in zip(found.choices, found.values(index), strict=True)}


def _recommendation(found: Recommendation) -> dict[str, Any]:
    values: Sequence[float | None] = found.recommended or [None] * len(found.choices)
    result = found.result
    return {
        "plan": found.plan,
        "group": found.group,
        "claims": [question.claim.id for question in found.questions],
        "status": result.status.value,
        "quantities": [
            {
                "clause": choice.clause,
                "quantity": choice.quantity,
                "unit": choice.unit,
                "current": choice.current,
                "recommended": value,
            }
            for choice, value in zip(found.choices, values, strict=True)
        ],
        "certificate": {
            "holds": _certified(found, *result.holds[0]) if result.holds else None,
            "fails": [_certified(found, index, verdict) for index, verdict in result.fails],
            "cheaper_undecided": [_named(found, index) for index in result.cheaper_undecided],
            "alpha": found.alpha,
        },
        "cost": result.cost,
        "cost_unit": found.cost_unit,
        "frontier": [_offer(found, offer) for offer in found.frontier],
    }


def _offer(found: Recommendation, offer: Offer) -> dict[str, Any]:
    return {
        "values": _named(found, offer.index),
        "cost": offer.cost,
        "estimate": offer.kept,
        "low": offer.low,
        "high": offer.high,
        "events": offer.events,
        "dominated": offer.dominated,
        "recommended": offer.index == found.result.chosen,
    }


def recommend_record(
    found: Iterable[Recommendation], *, seed: int, family_error: float, versions: dict[str, str]
) -> dict[str, Any]:
    """What ``recommend --json`` writes."""
    return {
        "schema": "resilience-sim/recommend@1",
        "seed": seed,
        "family_error": family_error,
        "versions": versions,
        "recommendations": [_recommendation(one) for one in found],
    }


def as_json(record: dict[str, Any]) -> str:
    """The record as JSON text; numbers are finite, or the writer refuses."""
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
