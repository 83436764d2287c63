"""A comparison as plain data: the schema of ``compare --json``, and the same as a table for spreadsheets."""

from __future__ import annotations

import math
from typing import Any

from resilience_sim.experiments.compare_measures import Difference, Summary
from resilience_sim.experiments.compare_results import Cell, Comparison, Row
from resilience_sim.experiments.compare_tornado import Bar
from resilience_sim.plans.scenario_grids import Variant
from resilience_sim.reports.compare_words import names_of
from resilience_sim.reports.report_tables import Column, Kind, Table
from resilience_sim.reports.words import Language

__all__ = ["compare_record", "compare_table"]

SCHEMA = "resilience-sim/compare@1"
COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("plan", "text"), ("claim", "text"), ("interpretation", "text"), ("hazard", "text"), ("scenario", "text"),
    ("name", "text"), ("changes", "text"), ("rationale", "text"), ("measure", "text"), ("unit", "text"),
    ("relation", "text"), ("limit", "number"), ("required", "share"), ("mean", "number"), ("mean_low", "number"),
    ("mean_high", "number"), ("p5", "number"), ("p50", "number"), ("p95", "number"), ("endless", "share"),
    ("kept", "share"), ("kept_low", "share"), ("kept_high", "share"), ("mean_difference", "number"),
    ("kept_difference", "number"), ("kept_difference_low", "number"), ("kept_difference_high", "number"),
    ("cost", "number"), ("cost_unit", "text"), ("no_cost_because", "text"), ("verdict", "text"), ("events", "number"),
)  # fmt: skip


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _summary(found: Summary) -> dict[str, Any]:
    return {
        "mean": _number(found.mean),
        "interval": [_number(found.low), _number(found.high)],
        "p5": _number(found.p5),
        "p50": _number(found.p50),
        "p95": _number(found.p95),
        "share_without_finite_value": found.endless,
    }


def _difference(found: Difference | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"mean": _number(found.mean), "interval": [_number(found.low), _number(found.high)]}


def compare_record(comparison: Comparison, *, versions: dict[str, str], inputs: dict[str, str]) -> dict[str, Any]:
    """What ``compare --json`` writes.

    Parameters
    ----------
    comparison
        What was found.
    versions, inputs
        What ran, and hashes of the files it ran on.
    """
    selecting = comparison.selecting
    return {
        "schema": SCHEMA,
        "plan": comparison.plan.plan,
        "seed": comparison.seed,
        "replications": comparison.replications,
        "family_error": comparison.family_error,
        "selection": {"error": selecting.error, "indifference": selecting.share, "indifference_cost": selecting.cost},
        "versions": versions,
        "inputs": inputs,
        "scenarios": [_variant(variant) for variant in comparison.variants],
        "claims": [_row(comparison, row) for row in comparison.rows],
        "all_claims_hold_in": [comparison.variants[k].id for k in comparison.holding],
        "recommended": _id(comparison, comparison.recommended),
        "proposed": _id(comparison, comparison.proposed),
        "tornado": [_bar(bar) for bar in comparison.tornado],
    }


def _id(comparison: Comparison, variant: int | None) -> str | None:
    return None if variant is None else comparison.variants[variant].id


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "id": variant.id,
        "name": None if variant.name is None else variant.name.model_dump(),
        "rationale": None if variant.rationale is None else variant.rationale.model_dump(),
        "hazard": variant.hazard,
        "changes": [{"set": c.key, "value": c.value, "unit": c.unit} for c in variant.changes],
    }


def _row(comparison: Comparison, row: Row) -> dict[str, Any]:
    names = [variant.id for variant in comparison.variants]
    cheapest = row.cheapest
    return {
        "claim": row.claim,
        "interpretation": row.interpretation or None,
        "hazard": row.hazard,
        "kept_oftenest": None if row.oftenest is None else names[row.oftenest],
        "leader": names[row.compared[row.best.leader]],
        "may_be_better": [names[row.compared[k]] for k in row.best.rivals],
        "cheapest_that_holds": None if cheapest is None or cheapest.chosen is None else names[cheapest.chosen],
        "cheapest_sure": None if cheapest is None else cheapest.sure,
        "cheaper_undecided": [] if cheapest is None else [names[k] for k in cheapest.selection.cheaper_undecided],
        "scenarios": [None if c is None else {"id": n, **_cell(c)} for n, c in zip(names, row.cells, strict=True)],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    question, verdict, cost = cell.question, cell.verdict, cell.cost
    return {
        "measure": question.measure,
        "unit": question.unit,
        "relation": question.relation,
        "limit": question.limit,
        "required_share": question.required,
        "values": _summary(cell.measure),
        "kept": {"share": cell.kept.mean, "interval": [_number(cell.kept.low), _number(cell.kept.high)]},
        "difference": _difference(cell.difference),
        "kept_difference": _difference(cell.kept_difference),
        "cost": None
        if cost.why
        else {"mean": _number(cost.mean), "interval": [_number(cost.low), _number(cost.high)], "unit": cost.unit},
        "no_cost_because": cost.why or None,
        "cost_difference": _difference(cell.cost_difference),
        "verdict": verdict.answer.value,
        "verdict_events": verdict.replications,
        "low": verdict.low,
        "high": verdict.high,
        "alpha": verdict.alpha,
        "evidence_holds": verdict.evidence_holds,
        "evidence_fails": verdict.evidence_fails,
    }


def _bar(bar: Bar) -> dict[str, Any]:
    return {
        "fact": bar.fact,
        "unit": bar.unit,
        "value": bar.value,
        "range": [bar.low, bar.high],
        "measure_at_low": _difference(bar.at_low),
        "measure_at_high": _difference(bar.at_high),
        "kept_at_low": _difference(bar.kept_low),
        "kept_at_high": _difference(bar.kept_high),
        "events": bar.events,
    }


def compare_table(comparison: Comparison, language: Language) -> Table:
    """One row for each claim in each scenario; its keys are the columns, in every language."""
    names = names_of(comparison, language)
    rows = [
        _cells(comparison, row, variant, name, cell, language)
        for row in comparison.rows
        for variant, name, cell in zip(comparison.variants, names, row.cells, strict=True)
        if cell is not None
    ]
    columns = [Column(key, kind, 16) for key, kind in COLUMNS]
    return Table("compare", getattr(comparison.file.title, language), columns, rows)


def _cells(
    comparison: Comparison, row: Row, variant: Variant, name: str, cell: Cell, language: Language
) -> list[str | float | None]:
    question, measure, kept, cost = cell.question, cell.measure, cell.kept, cell.cost
    set_to = "; ".join(f"{c.key} {c.value:g} {c.unit}" for c in variant.changes)
    why = "" if variant.rationale is None else str(getattr(variant.rationale, language))
    numbers = (
        measure.mean, measure.low, measure.high, measure.p5, measure.p50, measure.p95, measure.endless, kept.mean,
        kept.low, kept.high, cell.difference.mean, cell.kept_difference.mean, cell.kept_difference.low,
        cell.kept_difference.high, cost.mean,
    )  # fmt: skip
    return [
        comparison.plan.plan, row.claim, row.interpretation, variant.hazard or row.hazard, variant.id, name, set_to,
        why, question.measure, question.unit, question.relation, question.limit, question.required,
        *map(_number, numbers), cost.unit, cost.why, cell.verdict.answer.value, cell.verdict.replications,
    ]  # fmt: skip
