"""Comparisons in a terminal: a table for each claim, the verdicts of all, and which scenario is the best."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from resilience_sim.experiments.compare_measures import Difference, Summary
from resilience_sim.experiments.compare_results import Cell, Comparison, Row
from resilience_sim.reports.compare_words import cost_text, figure, limit_name, names_of, row_name, say
from resilience_sim.reports.words import Language
from resilience_sim.reports.words import say as common
from resilience_sim.verdicts.verdict import Answer

__all__ = ["closing_text", "comparison_tables", "matrix_tables", "selection_lines"]

STYLES = {Answer.HOLDS: "bold green", Answer.FAILS: "bold red", Answer.ON_THE_LINE: "yellow", Answer.UNDECIDED: "dim"}
SIDE_BY_SIDE = 6  # claims in one table of verdicts


def comparison_tables(comparison: Comparison, language: Language) -> list[Table]:
    """One table for each claim: each scenario with its measure, share kept, difference to the base, and cost."""
    return [_table(comparison, row, language) for row in comparison.rows]


def _table(comparison: Comparison, row: Row, language: Language) -> Table:
    share = f"{100 * row.base.question.required:g}%" if language == "zh" else f"{100 * row.base.question.required:g} %"
    title = f"{row_name(row, language)}  {limit_name(row, language)}{common('comma', language)}{share}"
    table = Table(
        box=None, padding=(0, 2, 0, 0), header_style="bold", title=title, title_justify="left", title_style="bold"
    )
    hours = all(cell is None or cell.cost.unit == "staff_hours" for cell in row.cells)
    table.add_column(say("scenario", language), ratio=1, min_width=12, overflow="fold")
    for key in ("kept", "more_kept", "mean", "percentiles", "hours_head" if hours else "cost"):
        table.add_column(say(key, language), justify="right", no_wrap=True)
    for name, cell in zip(names_of(comparison, language), row.cells, strict=True):
        if cell is None:
            table.add_row(name, Text(say("not_asked", language), style="dim"))
        else:
            first = cell is row.cells[0]
            table.add_row(name, *_cells(cell, language, first=first, hours=hours))
    return table


def _cells(cell: Cell, language: Language, *, first: bool, hours: bool) -> list[RenderableType]:
    percentiles = "/".join(figure(one) for one in (cell.measure.p5, cell.measure.p50, cell.measure.p95))
    percent = f"{100 * cell.kept.mean:.1f}{'%' if language == 'zh' else ' %'}"
    answer = cell.verdict.answer
    return [
        Text.assemble(percent, "\n", (common(answer.value, language), STYLES[answer])),
        "–" if first else _difference(cell.kept_difference, 100.0),
        _with_interval(cell.measure),
        percentiles,
        f"{cell.cost.mean:,.1f}" if hours else cost_text(cell.cost, language),
    ]


def _with_interval(found: Summary) -> str:
    if math.isnan(found.mean):
        return "–"
    low, mean, high = (figure(one) for one in (found.low, found.mean, found.high))
    return f"{mean}\n{low} – {high}"


def _difference(found: Difference, times: float) -> str:
    mean, low, high = (f"{times * one:+.1f}" for one in (found.mean, found.low, found.high))
    return f"{mean}\n{low} – {high}"


def matrix_tables(comparison: Comparison, language: Language) -> list[Table]:
    """The verdict of every claim in every scenario, where several claims are asked."""
    if len(comparison.rows) < 2:
        return []
    names = names_of(comparison, language)
    tables = []
    for start in range(0, len(comparison.rows), SIDE_BY_SIDE):
        rows = comparison.rows[start : start + SIDE_BY_SIDE]
        table = Table(
            box=None, padding=(0, 1), header_style="bold", title=say("matrix", language), title_justify="left",
            title_style="bold",
        )  # fmt: skip
        table.add_column(say("scenario", language), ratio=1, min_width=12)
        for row in rows:
            table.add_column(row_name(row, language).replace(" / ", "\n"))
        for k, name in enumerate(names):
            table.add_row(name, *(_answer(row.cells[k], language) for row in rows))
        tables.append(table)
    return tables


def _answer(cell: Cell | None, language: Language) -> Text:
    if cell is None:
        return Text(say("not_asked", language), style="dim")
    return Text(common(cell.verdict.answer.value, language), style=STYLES[cell.verdict.answer])


def selection_lines(comparison: Comparison, language: Language) -> list[str]:
    """Which scenario is the best for each claim, and in which all claims hold; with the error of each choice."""
    names = names_of(comparison, language)
    colon, lines = common("colon", language), []
    for row in comparison.rows:
        head = f"{row_name(row, language)}{colon}"
        if len(row.compared) > 1:
            lines.append(head + _oftenest(row, comparison, names, language))
        lines.append(head + _cheapest(row, comparison, names, language))
    if comparison.holding and len(comparison.rows) > 1:
        lines.append(say("all_hold", language).format(names=_listed([names[k] for k in comparison.holding], language)))
    return lines


def _listed(names: Sequence[str], language: Language, most: int = 3) -> str:
    shown = common("list", language).join(names[:most])
    return shown if len(names) <= most else say("several", language).format(first=shown, count=len(names) - most)


def _oftenest(row: Row, comparison: Comparison, names: Sequence[str], language: Language) -> str:
    words = {
        "zone": f"{100 * comparison.selecting.share:g} {'个百分点' if language == 'zh' else 'points'}",
        "error": f"{comparison.selecting.error:g}",
        "name": names[row.compared[row.best.leader]],
    }
    if row.oftenest is not None:
        return say("best", language).format(**words)
    return say("leading", language).format(rivals=len(row.best.rivals), **words)


def _cheapest(row: Row, comparison: Comparison, names: Sequence[str], language: Language) -> str:
    found = row.cheapest
    there = [cell for k in row.compared if (cell := row.cells[k]) is not None]
    holding = [cell for cell in there if cell.verdict.answer is Answer.HOLDS]
    if found is None or found.chosen is None:
        return say("nothing_set" if holding else "none_holds", language)
    cell = row.cells[found.chosen]
    assert cell is not None
    selecting = comparison.selecting
    sure = ""
    if found.sure is not None:
        zone = f"{selecting.cost:g} {say('staff_hours', language)}"
        sure = say("sure" if found.sure else "unsure", language).format(
            zone=zone, probability=f"{1 - selecting.error:g}"
        )
    if found.selection.cheaper_undecided:
        sure += say("undecided_cheaper", language).format(count=len(found.selection.cheaper_undecided))
    unknown = sum(bool(cell.cost.why) for cell in holding)
    if unknown:
        sure += say("unknown_cost", language).format(count=unknown)
    chosen = _listed([names[k] for k in (found.chosen, *found.selection.ties)], language)
    return say("cheapest", language).format(name=chosen, cost=cost_text(cell.cost, language), sure=sure)


def closing_text(comparison: Comparison, language: Language) -> str:
    """What was done, and what the error of the verdicts is."""
    return say("closing", language).format(
        seed=comparison.seed,
        events=comparison.replications,
        variants=len(comparison.variants),
        rows=len(comparison.rows),
        error=comparison.family_error,
    )
