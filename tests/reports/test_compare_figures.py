"""Figures of comparisons: they draw what was found, say it in their title, and lack no character."""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.lines import Line2D
from rich.cells import cell_len
from rich.console import Console

from resilience_sim.errors import InputsError
from resilience_sim.experiments.compare import compared, prepare
from resilience_sim.experiments.compare_curves import curves
from resilience_sim.experiments.compare_results import Cost
from resilience_sim.experiments.compare_selection import Selecting, cheapest_of
from resilience_sim.reports.compare_figures import (
    compare_figures,
    curve_figure,
    frontier_figure,
    heat_map,
    tornado_figure,
    verdicts_figure,
)  # fmt: skip
from resilience_sim.reports.compare_proposing import proposals
from resilience_sim.reports.compare_tables import comparison_tables, matrix_tables, selection_lines
from resilience_sim.reports.compare_words import names_of
from resilience_sim.reports.look import save
from resilience_sim.verdicts.verdict import Answer

SCENARIOS = """\
title: {zh: 台席, en: Counters}
plan: service-hall
claims: [P5-04.a, P5-04.b]
hazards: [surge]
tornado: {claim: P5-04.a, facts: [surge.factor, usual.load]}
scenarios:
  - id: counters
    rationale: more
    set: {P5-04.extra_counters: [0 counters, 2 counters, 4 counters]}
  - id: grid
    rationale: both
    set:
      P5-04.extra_counters: [0 counters, 4 counters]
      site.surge.factor: [1.1 1, 3 1]
  - id: load
    rationale: load
    set: {site.surge.factor: [1 1, 3 1]}
"""
LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    file: Path = tmp_path_factory.mktemp("figures") / "scenarios.yaml"
    file.write_text(SCENARIOS, encoding="utf-8")
    return compared(prepare(file), seed=6, replications=400, facts_events=100)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_is_drawn_without_a_missing_character(found, lang, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        figures = compare_figures(found, lang)
        for name, figure in figures.items():
            save(figure, tmp_path / name)
    assert len([name for name in figures if name.startswith("curve_counters")]) == len(found.rows) > 1
    assert {name.split("_")[0].split(".")[0] for name in figures} == {"verdicts", "curve", "map", "frontier", "tornado"}
    for figure in figures.values():
        title = figure.get_suptitle()
        assert title
        assert "{" not in title
        for axes in figure.axes:
            assert "{" not in axes.get_xlabel() + axes.get_ylabel()


def test_the_same_comparison_gives_the_same_bytes(found, tmp_path):
    for name in ("one", "two"):
        save(heat_map(found, "grid", found.rows[0], "en"), tmp_path / f"{name}.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_the_curve_marks_every_verdict_and_its_break(found):
    load = next(curve for curve in curves(found) if curve.of == "load" and curve.row.claim == "P5-04.a")
    figure = curve_figure(load, "en")
    shares, measure = figure.axes
    drawn = {
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in shares.lines
        if isinstance(line, Line2D) and line.get_marker() not in ("None", "")
    }
    assert drawn == {(x, 100 * cell.kept.mean) for x, cell in zip(load.axis.values, load.cells, strict=True)}
    assert load.break_ is not None
    assert not load.break_.rising
    assert f"holds up to {load.break_.holds:g}" in figure.get_suptitle()
    assert f"fails from {load.break_.fails:g}" in figure.get_suptitle()
    assert measure.get_ylabel()


def test_the_map_has_a_mark_for_each_cell_and_its_line_between_kept_and_missed(found):
    row = found.rows[0]
    figure = heat_map(found, "grid", row, "en")
    cells = [row.cells[k] for k, variant in enumerate(found.variants) if variant.of == "grid"]
    (image,) = figure.axes[0].images
    assert sorted(image.get_array().ravel().tolist()) == sorted(100 * cell.kept.mean for cell in cells)
    required = 100 * row.base.question.required
    reach = image.get_array().filled(0) >= required
    edges = int((reach[:, 1:] != reach[:, :-1]).sum() + (reach[1:] != reach[:-1]).sum())
    assert edges > 0
    assert sum(line.get_linewidth() == 3.4 for line in figure.axes[0].lines) == edges
    with pytest.raises(InputsError, match="accepted: grid"):
        heat_map(found, "counters", row, "en")


def test_the_frontier_joins_what_nothing_beats_and_leaves_other_loads_out(found):
    row = found.rows[0]
    figure = frontier_figure(found, row, "en")
    assert figure is not None
    points = {
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in figure.axes[0].lines
        if line.get_marker() in ("o", "D") and len(line.get_xdata()) == 1
    }
    decided = [row.cells[k] for k in row.compared]
    assert points == {(cell.cost.mean, 100 * cell.kept.mean) for cell in decided}
    step = next(line for line in figure.axes[0].lines if line.get_drawstyle() == "steps-post")
    costs, kept = list(step.get_xdata()), list(step.get_ydata())
    assert costs == sorted(costs)
    assert kept == sorted(kept)
    for cell in decided:  # nothing lies above the steps
        cheaper = [y for x, y in zip(costs, kept, strict=True) if x <= cell.cost.mean]
        assert not cheaper or 100 * cell.kept.mean <= max(cheaper)


def test_the_tornado_names_the_gravest_assumption(found):
    figure = tornado_figure(found, "en")
    gravest = found.tornado[0]
    assert gravest.span == max(bar.span for bar in found.tornado)
    widths = {round(patch.get_width(), 9) for patch in figure.axes[0].patches}
    assert round(100 * gravest.kept_low.mean, 9) in widths
    assert f"goes from {100 * (gravest.kept + gravest.kept_low.mean):.0f} %" in figure.get_suptitle()


def test_the_matrix_has_a_mark_for_every_verdict(found):
    figure = verdicts_figure(found, "zh")
    marks = [line for line in figure.axes[0].lines if line.get_marker() not in ("None", "")]
    assert len(marks) == len(found.rows) * len(found.variants)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [80, 120])
def test_tables_fit_a_terminal_and_break_no_number(found, lang, width):
    console = Console(width=width, record=True, file=io.StringIO())
    for table in (*comparison_tables(found, lang), *matrix_tables(found, lang)):
        console.print(table)
    lines = console.export_text().splitlines()
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    shown = "\n".join(lines)
    assert "…" not in shown
    for row in found.rows:
        for cell in row.cells:
            assert f"{100 * cell.kept.mean:.1f}" in shown
            assert f"{cell.cost.mean:,.1f}" in shown
    assert len(selection_lines(found, lang)) >= 2 * len(found.rows)


def test_scenarios_whose_values_read_alike_keep_their_own_names(found):
    one = next(variant for variant in found.variants if variant.of == "counters")
    other = replace(one, id="again", of="again", name=None)
    first, second = names_of(replace(found, variants=(one, other)), "en")
    assert first != second
    assert second.startswith("again: ")


def test_the_best_of_one_is_not_told(found):
    (row, *_) = found.rows
    alone = replace(found, rows=(replace(row, compared=(0,)),))
    assert not [line for line in selection_lines(alone, "en") if "kept oftenest" in line]
    assert [line for line in selection_lines(found, "en") if "kept oftenest" in line]


def test_what_holds_at_an_unknown_cost_is_counted_beside_the_cheapest(found):
    (row, *_) = found.rows
    holds = next(cell.verdict for one in found.rows for cell in one.cells if cell.verdict.answer is Answer.HOLDS)
    costs = (Cost(1.0, 1.0, 1.0, "staff_hours"), Cost(why="open"))
    cells = tuple(replace(row.cells[k], verdict=holds, cost=cost) for k, cost in zip(row.compared, costs, strict=False))
    cheapest = cheapest_of([holds] * 2, {0: 1.0}, {}, Selecting())
    best = replace(row.best, chosen=0, leader=0, rivals=())
    beside = replace(row, cells=cells, compared=(0, 1), cheapest=cheapest, best=best)
    two = replace(found, variants=found.variants[:2], rows=(beside,))
    told = selection_lines(two, "en")
    assert [line for line in told if line.endswith("; 1 more hold at an unknown cost")]


def test_a_proposal_says_why_it_and_how_sure(found):
    (row, *_) = found.rows
    plain = [k for k in row.compared if k]
    holds = next(cell.verdict for one in found.rows for cell in one.cells if cell.verdict.answer is Answer.HOLDS)
    fails = next(cell.verdict for one in found.rows for cell in one.cells if cell.verdict.answer is Answer.FAILS)

    def where(holding, unclear=()):
        verdicts = [
            holds if k in holding else replace(holds, answer=Answer.UNDECIDED) if k in unclear else fails
            for k in range(len(found.variants))
        ]
        cells = [
            replace(cell, verdict=verdict, cost=Cost(k, k, k, "staff_hours"))
            for k, (cell, verdict) in enumerate(zip(row.cells, verdicts, strict=True))
        ]
        return replace(found, rows=(replace(row, cells=tuple(cells)),))

    with pytest.raises(InputsError, match="the plan as it is holds"):
        proposals(where((0, *plain)))
    (one,) = proposals(where(plain[-1:], plain[:-1]))
    assert "the only one" in one.evidence
    assert f"{len(plain) - 1} cheaper without an answer" in one.evidence
    assert f"error {found.family_error:g} over all" in one.evidence
    assert f"{row.claim} " in one.evidence
    assert f" under {row.hazard} " in one.evidence
