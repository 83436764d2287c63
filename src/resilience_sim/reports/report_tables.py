"""The tables of the report as plain values, for spreadsheets: numbers stay numbers, every plan's rows in one table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from resilience_sim.reports.frontier_words import choice_name, cost_text, group_name
from resilience_sim.reports.report_content import COUNTED, PlanResults, Results, counts, revisions, run_items, unjudged
from resilience_sim.reports.report_phrases import bases, fact_value, proofs
from resilience_sim.reports.report_words import say
from resilience_sim.reports.tables import bracket_text, limit_text
from resilience_sim.reports.words import Language, load_name, measure_name, reading_name, scenario_name
from resilience_sim.reports.words import say as common

__all__ = ["TABLES", "Cell", "Column", "Kind", "Table", "report_tables"]

Cell = str | float | int | None
Kind = Literal["text", "number", "share"]


class Column(NamedTuple):
    """A column: its heading, what stands in it, and how wide it is to be, in characters."""

    heading: str
    kind: Kind
    width: int


@dataclass(frozen=True)
class Table:
    """A table of plain values.

    Parameters
    ----------
    key
        The name of its file, without the ending.
    title
        For people.
    columns, rows
        Every row has one cell for each column: a text, a finite number, or ``None`` where there is nothing to say.
    """

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def report_tables(results: Results, language: Language) -> list[Table]:
    """All tables of a report, in the order of its page."""
    return [
        Table(key, say(title, language), _columns(named, language), list(rows(results, language)))
        for key, (title, named, rows) in TABLES.items()
    ]


Rows = Iterator[Sequence[Cell]]
Named = tuple[tuple[str, Kind, int], ...]


def _columns(named: Named, language: Language) -> list[Column]:
    return [Column(say(name, language), kind, width) for name, kind, width in (("plan", "text", 24), *named)]


def _title(one: PlanResults, language: Language) -> str:
    return str(getattr(one.plan.title, language))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


SUMMARY: Named = tuple((name, "number", 12) for name in COUNTED)


def _summary(results: Results, language: Language) -> Rows:
    return ((_title(one, language), *counts([one]).numbers) for one in results.plans)


UNJUDGED: Named = (("clause", "text", 10), ("text", "text", 70), ("reason", "text", 50))


def _unjudged(results: Results, language: Language) -> Rows:
    for one in results.plans:
        texts = {revision.clause.id: revision.old for revision in revisions(one, language)}
        for clause, reason in unjudged(one, language):
            yield _title(one, language), clause.id, texts[clause.id], reason


VERDICTS: Named = (
    ("clause", "text", 10), ("claim", "text", 10), ("scenario", "text", 22), ("reading", "text", 26),
    ("must_hold", "text", 40), ("measure", "text", 24), ("relation", "text", 8), ("limit", "number", 10),
    ("unit", "text", 10), ("share_required", "share", 10), ("estimate", "share", 10), ("low", "share", 10),
    ("high", "share", 10), ("verdict", "text", 14), ("events", "number", 10), ("stands", "share", 12),
    ("stands_low", "share", 12), ("stands_high", "share", 12), ("sites", "number", 8),
)  # fmt: skip


def _verdicts(results: Results, language: Language) -> Rows:
    for one in results.plans:
        for row in one.rows:
            asked, verdict, stands = row.question, row.verdict, row.stands
            yield (
                _title(one, language),
                asked.clause,
                asked.claim.id,
                scenario_name(asked.scenario, language),
                reading_name(asked.interpretation, language) or None,
                limit_text(row, language),
                measure_name(asked.measure, language),
                "≥" if asked.relation == "at_least" else "≤",
                asked.limit,
                asked.unit,
                asked.required,
                _finite(verdict.estimate),
                verdict.low,
                verdict.high,
                common(verdict.answer.value, language),
                verdict.replications,
                *((None,) * 4 if stands is None else (stands.share, stands.low, stands.high, stands.sites)),
            )


BREAKING_POINTS: Named = (
    ("clause", "text", 10), ("claim", "text", 10), ("scenario", "text", 22), ("load", "text", 28), ("unit", "text", 12),
    ("holds_at", "number", 14), ("fails_at", "number", 14), ("in_words", "text", 50),
)  # fmt: skip


def _breaking_points(results: Results, language: Language) -> Rows:
    for one in results.plans:
        for row in one.rows:
            for point in row.breaking_points:
                yield (
                    _title(one, language),
                    row.question.clause,
                    row.question.claim.id,
                    scenario_name(row.question.scenario, language),
                    load_name(point.along, language),
                    point.unit,
                    point.holds_at,
                    point.fails_at,
                    bracket_text(point, language).replace("\u200b", ""),
                )


RECOMMENDATIONS: Named = (
    ("group", "text", 40), ("result", "text", 18), ("quantity", "text", 34), ("unit", "text", 12),
    ("in_force", "number", 12), ("recommended", "number", 12), ("cost", "text", 34), ("cost_number", "number", 12),
    ("error", "number", 14),
)  # fmt: skip


def _recommendations(results: Results, language: Language) -> Rows:
    for one in results.plans:
        for found in one.found or ():
            values: Sequence[float | None] = found.recommended or [None] * len(found.choices)
            for choice, value in zip(found.choices, values, strict=True):
                yield (
                    _title(one, language),
                    group_name(found, language),
                    common(found.result.status.value, language),
                    choice_name(choice, language),
                    choice.unit,
                    choice.current,
                    value,
                    cost_text(found, language) or None,
                    found.result.cost,
                    found.alpha,
                )


CERTIFICATES: Named = (
    ("group", "text", 40), ("answer", "text", 12), ("choice", "text", 60), ("estimate", "share", 12),
    ("events", "number", 12),
)  # fmt: skip


def _certificates(results: Results, language: Language) -> Rows:
    for one in results.plans:
        for found in one.found or ():
            for answer, values, verdict in proofs(found, language):
                shown = (None, None) if verdict is None else (_finite(verdict.estimate), verdict.replications)
                yield _title(one, language), group_name(found, language), common(answer.value, language), values, *shown


CLAUSES: Named = (
    ("clause", "text", 10), ("where", "text", 16), ("old_text", "text", 60), ("new_text", "text", 60),
    ("origin", "text", 18),
)  # fmt: skip


def _clauses(results: Results, language: Language) -> Rows:
    for one in results.plans:
        for clause, old, new, origin in revisions(one, language):
            proposed = (None, None) if new == old else (new, origin)
            yield _title(one, language), clause.id, clause.where, old, *proposed


NOTES: Named = (("note", "text", 120),)


def _notes(results: Results, language: Language) -> Rows:
    for one in results.plans:
        for note in one.notes:
            yield _title(one, language), note


QUESTIONS: Named = (("number", "number", 8), ("clauses_sheet", "text", 24), ("question", "text", 90))


def _questions(results: Results, language: Language) -> Rows:
    for one in results.plans:
        for question in one.plan.questions:
            ids = common("list", language).join(question.clauses)
            yield _title(one, language), question.no, ids, getattr(question, language)


FACTS: Named = (
    ("fact", "text", 36), ("in_words", "text", 32), ("value", "number", 12), ("unit", "text", 12),
    ("range_min", "number", 12), ("range_max", "number", 12), ("grade", "text", 14), ("foreign", "text", 12),
    ("source", "text", 80),
)  # fmt: skip


def _facts(results: Results, language: Language) -> Rows:
    for one in results.plans:
        for name, fact in one.site.facts.items():
            within = (None, None) if fact.range is None else (fact.range.min, fact.range.max)
            yield (
                _title(one, language),
                name,
                fact_value(fact, language),
                fact.value,
                fact.unit,
                *within,
                say(fact.grade.value, language),
                say("is_foreign", language) if fact.foreign else None,
                fact.source,
            )
        for file, grade, source in bases(one.site):
            told = say("written_out", language).format(file=file)
            yield _title(one, language), told, *(None,) * 5, say(grade.value, language), None, source


RUN: Named = (("item", "text", 50), ("value", "text", 50))


def _run(results: Results, language: Language) -> Rows:
    return ((None, item, value) for item, value in run_items(results, language))


TABLES = {
    "summary": ("summary", SUMMARY, _summary),
    "unjudged": ("unjudged", UNJUDGED, _unjudged),
    "verdicts": ("verdicts", VERDICTS, _verdicts),
    "breaking_points": ("breaking_points", BREAKING_POINTS, _breaking_points),
    "recommendations": ("recommendations", RECOMMENDATIONS, _recommendations),
    "certificates": ("certificates", CERTIFICATES, _certificates),
    "clauses": ("clauses_sheet", CLAUSES, _clauses),
    "notes": ("notes", NOTES, _notes),
    "questions": ("questions_sheet", QUESTIONS, _questions),
    "facts": ("facts_sheet", FACTS, _facts),
    "run": ("run_sheet", RUN, _run),
}
"""Each table by the name of its file: its title, its columns after the plan's, and what makes its rows."""
