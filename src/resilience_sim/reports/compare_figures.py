"""Figures of comparisons, in Chinese or English: curves with their break, maps, frontier, tornado, and all verdicts."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from resilience_sim.errors import InputsError
from resilience_sim.experiments.compare_curves import Curve, curves, grids
from resilience_sim.experiments.compare_results import Cell, Comparison, Row
from resilience_sim.experiments.frontier import frontier
from resilience_sim.plans.wording import amount
from resilience_sim.reports import words
from resilience_sim.reports.compare_words import (
    cost_text,
    fact_name,
    limit_name,
    names_of,
    quantity_name,
    row_name,
    say,
)  # fmt: skip
from resilience_sim.reports.figures import MARKS
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.labels import say as label
from resilience_sim.reports.look import BLACK, BLUE, GREY, ORANGE, SKY, look
from resilience_sim.reports.titles import set_title
from resilience_sim.verdicts.verdict import Answer

__all__ = ["compare_figures", "curve_figure", "frontier_figure", "heat_map", "tornado_figure", "verdicts_figure"]

MOST_BARS = 12
DARK = LinearSegmentedColormap.from_list("kept", ["#ffffff", SKY, "#003a5c"])  # even in grey: the darker, the more
MANY = 12  # places of the frontier that are named


def compare_figures(comparison: Comparison, lang: str) -> dict[str, Figure]:
    """All figures of a comparison, by the name of their file."""
    found = {"verdicts.svg": verdicts_figure(comparison, lang)}
    several = len(comparison.rows) > 1
    for curve in curves(comparison):
        found[f"curve_{curve.of}{_tag(curve.row, several)}.svg"] = curve_figure(curve, lang)
    for of, places in grids(comparison, 2).items():
        for row in comparison.rows:
            if all(row.cells[k] is not None for k in places):
                found[f"map_{of}{_tag(row, several)}.svg"] = heat_map(comparison, of, row, lang)
    for row in comparison.rows:
        figure = frontier_figure(comparison, row, lang)
        if figure is not None:
            found[f"frontier{_tag(row, several)}.svg"] = figure
    if comparison.tornado:
        found["tornado.svg"] = tornado_figure(comparison, lang)
    return found


def _tag(row: Row, several: bool) -> str:
    parts = (row.claim, row.interpretation, row.hazard)
    return "".join(f"_{one}" for one in parts if one).replace(" ", "") if several else ""


# ---- curves


def curve_figure(curve: Curve, lang: str) -> Figure:
    """The share kept with its interval and verdicts, and below it the measure with the band of 5 to 95 % of events.

    Parameters
    ----------
    curve
        One claim along one number.
    lang
        zh or en.
    """
    writing = script(lang)
    with look(writing.families):
        figure = Figure(figsize=(7.2, 6.0), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True)
        at = curve.axis.values
        even = at[0] <= 0 or at[-1] / at[0] < 10
        for axes in (above, below):
            if not even:
                axes.set_xscale("log")
            axes.set_xticks(at, [f"{value:g}" for value in at])
            axes.minorticks_off()
        _draw_shares(above, curve, writing)
        _draw_band(below, curve, writing)
        below.set_xlabel(_axis_name(curve.axis.key, curve.axis.label, curve.axis.unit, writing))
        set_title(figure, [_broken(curve, writing)], [row_name(curve.row, writing.language)], writing)
    return figure


def _axis_name(key: str, named: object, unit: str, writing: Script) -> str:
    told = quantity_name(key, named, writing.language)  # type: ignore[arg-type]
    return told if unit == "1" else f"{told} ({_unit(unit, writing)})"


def _unit(unit: str, writing: Script) -> str:
    """A unit's word for an axis: that of one or several, without its number."""
    return unit if unit == "%" else amount(2, unit, writing.language).removeprefix("2").strip() or unit


def _broken(curve: Curve, writing: Script) -> str:
    found, answers = curve.break_, [cell.verdict.answer for cell in curve.cells]
    axis = quantity_name(curve.axis.key, curve.axis.label, writing.language)
    holding, failing = (sum(answer is one for answer in answers) for one in (Answer.HOLDS, Answer.FAILS))
    if found is not None:
        key = "break_up" if found.rising else "break_down"
        ends = {name: amount(getattr(found, name), curve.axis.unit, writing.language) for name in ("holds", "fails")}
        return say(key, writing.language).format(axis=axis, **ends)
    if failing == len(answers):
        return say("all_fail", writing.language).format(axis=axis)
    if holding == len(answers):
        return say("all_hold_curve", writing.language).format(axis=axis)
    return say("no_break", writing.language).format(axis=axis, holding=holding, failing=failing)


def _draw_shares(axes: Axes, curve: Curve, writing: Script) -> None:
    at, required = curve.axis.values, 100 * curve.row.base.question.required
    axes.plot(at, [100 * cell.kept.mean for cell in curve.cells], color=GREY, lw=1.2, zorder=2)
    for x, cell in zip(at, curve.cells, strict=True):
        colour, shape = MARKS[cell.verdict.answer]
        low, high = (100 * min(1.0, max(0.0, end)) for end in (cell.kept.low, cell.kept.high))
        axes.plot([x, x], [low, high], color=colour, lw=2.4, alpha=0.55, solid_capstyle="butt")
        fill = "white" if cell.verdict.answer is Answer.UNDECIDED else colour
        axes.plot(x, 100 * cell.kept.mean, color=colour, marker=shape, mfc=fill, ms=8, ls="", zorder=3, clip_on=False)
    axes.axhline(required, color=BLACK, lw=1, ls=(0, (4, 3)))
    if (found := curve.break_) is not None:
        axes.axvspan(min(found.holds, found.fails), max(found.holds, found.fails), color="#efe6cf", zorder=0)
    axes.set_ylim(-4, 104)
    axes.set_ylabel(say("kept_axis", writing.language))
    answers = [answer for answer in Answer if any(cell.verdict.answer is answer for cell in curve.cells)]
    keys = [_key(answer, writing) for answer in answers]
    line = Line2D(
        [], [], color=BLACK, lw=1, ls=(0, (4, 3)), label=say("required", writing.language).format(share=required)
    )
    axes.legend(handles=[*keys, line], loc="best")


def _key(answer: Answer, writing: Script) -> Line2D:
    colour, shape = MARKS[answer]
    fill = "white" if answer is Answer.UNDECIDED else colour
    told = words.say(answer.value, writing.language)
    return Line2D([], [], color=colour, marker=shape, mfc=fill, ls="", ms=8, label=told)


def _draw_band(axes: Axes, curve: Curve, writing: Script) -> None:
    at, question = curve.axis.values, curve.row.base.question
    rows = [cell.measure for cell in curve.cells]
    finite = [[one if math.isfinite(one) else math.nan for one in (r.p5, r.p50, r.p95)] for r in rows]
    low, middle, high = (np.array([row[k] for row in finite]) for k in range(3))
    axes.fill_between(at, low, high, color=SKY, alpha=0.35, lw=0, label=say("band", writing.language))
    axes.plot(at, middle, color=BLUE, lw=1.4, ls=(0, (2, 2)), marker="s", ms=4, label=say("median", writing.language))
    means = np.array([row.mean for row in rows])
    half = np.array([row.high - row.mean for row in rows])
    axes.errorbar(
        at, means, yerr=half, color=BLACK, lw=1.4, marker="o", ms=4, capsize=2, label=say("mean_line", writing.language)
    )
    axes.axhline(
        question.limit, color=BLACK, lw=1, ls=(0, (4, 3)),
        label=say("limit", writing.language).format(limit=limit_name(curve.row, writing.language)),
    )  # fmt: skip
    measured = words.measure_name(question.measure, writing.language)
    axes.set_ylabel(f"{measured} ({label(writing, question.unit)})")
    axes.legend(loc="best")


# ---- two numbers


def heat_map(comparison: Comparison, of: str, row: Row, lang: str) -> Figure:
    """Share of events kept over two numbers, each cell with its verdict's mark, and the target's contour.

    Parameters
    ----------
    comparison
        What was found.
    of
        The scenario of the file that lets two numbers range.
    row
        The claim.
    lang
        zh or en.

    Raises
    ------
    InputsError
        If there is no such scenario.
    """
    places = grids(comparison, 2).get(of)
    if not places:
        raise InputsError(f"no scenario {of!r} lets two numbers range; accepted: {', '.join(grids(comparison, 2))}")
    writing = script(lang)
    first, second = comparison.variants[places[0]].axes
    columns, rows = sorted(first.values), sorted(second.values)
    shares, cells = np.full((len(rows), len(columns)), np.nan), {}
    for k in places:
        variant, cell = comparison.variants[k], row.cells[k]
        if cell is not None:
            y, x = rows.index(variant.value(second.key)), columns.index(variant.value(first.key))
            shares[y, x], cells[y, x] = 100 * cell.kept.mean, cell
    required = 100 * row.base.question.required
    with look(writing.families):
        size = 2.8 + max(0.62 * len(columns), 4.4), 2.2 + max(0.5 * len(rows), 1.6)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        drawn = axes.imshow(shares, origin="lower", aspect="auto", cmap=DARK, vmin=0, vmax=100)
        for (y, x), cell in cells.items():
            _draw_cell(axes, x, y, cell)
        _contour(axes, shares, required)
        axes.set_xticks(range(len(columns)), [f"{value:g}" for value in columns])
        axes.set_yticks(range(len(rows)), [f"{value:g}" for value in rows])
        axes.grid(visible=False)
        axes.set_xlabel(_axis_name(first.key, first.label, first.unit, writing))
        axes.set_ylabel(_axis_name(second.key, second.label, second.unit, writing))
        figure.colorbar(drawn, ax=axes, label=say("kept_axis", writing.language), pad=0.02)
        counts = {answer: sum(c.verdict.answer is answer for c in cells.values()) for answer in Answer}
        found = say("map_found", writing.language).format(
            count=len(cells), holding=counts[Answer.HOLDS], failing=counts[Answer.FAILS], share=required
        )
        set_title(figure, [found], [row_name(row, writing.language), limit_name(row, writing.language)], writing)
        figure.legend(
            handles=[_key(answer, writing) for answer in Answer if counts[answer]], loc="outside lower center", ncols=4
        )
    return figure


def _draw_cell(axes: Axes, x: int, y: int, cell: Cell) -> None:
    _, shape = MARKS[cell.verdict.answer]
    ink = "white" if cell.kept.mean > 0.62 else BLACK
    fill = "none" if cell.verdict.answer is Answer.UNDECIDED else ink
    kept = f"{100 * cell.kept.mean:.0f}"
    axes.plot(x, y, marker=shape, color=ink, mfc=fill, ms=6, ls="")
    axes.annotate(kept, (x, y), (8, 0), textcoords="offset points", color=ink, va="center", fontsize=8.5)


def _contour(axes: Axes, shares: np.ndarray, required: float) -> None:
    """The edges between cells that reach the target and cells that do not."""
    reach = shares >= required
    for y in range(shares.shape[0]):
        for x in range(shares.shape[1]):
            if x + 1 < shares.shape[1] and reach[y, x] != reach[y, x + 1]:
                axes.plot([x + 0.5, x + 0.5], [y - 0.5, y + 0.5], color=ORANGE, lw=3.4, solid_capstyle="projecting")
            if y + 1 < shares.shape[0] and reach[y, x] != reach[y + 1, x]:
                axes.plot([x - 0.5, x + 0.5], [y + 0.5, y + 0.5], color=ORANGE, lw=3.4, solid_capstyle="projecting")


# ---- cost against service


def frontier_figure(comparison: Comparison, row: Row, lang: str) -> Figure | None:
    """Share kept against cost: those that none beats in both are joined.

    Returns
    -------
    Figure or None
        ``None`` where fewer than two scenarios have a cost in the same unit at the same load, or all cost the same.
    """
    writing = script(lang)
    names = names_of(comparison, writing.language)
    there = [
        (k, cell)
        for k, cell in enumerate(row.cells)
        if cell is not None and not cell.cost.why and comparison.decides(k)
    ]
    if len(there) < 2 or len({cell.cost.unit for _, cell in there}) > 1 or len({c.cost.mean for _, c in there}) < 2:
        return None
    costs, service = [cell.cost.mean for _, cell in there], [cell.kept.mean for _, cell in there]
    on = frontier(costs, service).tolist()
    with look(writing.families):
        figure = Figure(figsize=(8.2, 5.0), layout="constrained")
        axes = figure.subplots()
        axes.step([costs[k] for k in on], [100 * service[k] for k in on], where="post", color=BLUE, lw=1.4, alpha=0.6)
        for k, (number, cell) in enumerate(there):
            _draw_offer(axes, cell, on=k in on, base=number == 0)
        _name_offers(axes, [(costs[k], 100 * service[k], names[there[k][0]]) for k in on])
        axes.axhline(100 * row.base.question.required, color=BLACK, lw=1, ls=(0, (4, 3)))
        axes.set_ylim(-4, 104)
        axes.set_ylabel(say("kept_axis", writing.language))
        unit = there[0][1].cost.unit
        told = say("staff_hours", writing.language) if unit == "staff_hours" else unit.replace("_", " ")
        axes.set_xlabel(say("cost_axis", writing.language).format(unit=told))
        best = there[on[-1]][1]
        found = say("frontier_found", writing.language).format(
            count=len(there), kept=len(on), share=100 * best.kept.mean, cost=cost_text(best.cost, writing.language)
        )
        set_title(figure, [found], [row_name(row, writing.language), limit_name(row, writing.language)], writing)
        required = say("required", writing.language).format(share=100 * row.base.question.required)
        keys = [
            Line2D([], [], color=BLUE, marker="o", ls="-", label=say("on_frontier", writing.language)),
            Line2D([], [], color=GREY, marker="o", mfc="white", ls="", label=say("off_frontier", writing.language)),
            Line2D([], [], color=BLACK, marker="D", ls="", label=names[0]),
            Line2D([], [], color=BLACK, lw=1, ls=(0, (4, 3)), label=required),
        ]
        figure.legend(handles=keys, loc="outside lower center", ncols=2)
    return figure


def _draw_offer(axes: Axes, cell: Cell, *, on: bool, base: bool) -> None:
    colour = BLACK if base else BLUE if on else GREY
    x, y = cell.cost.mean, 100 * cell.kept.mean
    axes.plot([x, x], [100 * cell.kept.low, 100 * cell.kept.high], color=colour, lw=1.6, alpha=0.4)
    axes.plot(
        x,
        y,
        color=colour,
        marker="D" if base else "o",
        mfc=colour if on or base else "white",
        ms=6,
        ls="",
        zorder=4 if on else 3,
    )


def _name_offers(axes: Axes, at: Sequence[tuple[float, float, str]]) -> None:
    """A number at each place of the frontier, and beside the figure who stands there."""
    places: dict[tuple[float, float], list[str]] = {}
    for x, y, name in at:
        places.setdefault((x, y), []).append(name)
    lines = []
    for number, ((x, y), who) in enumerate(places.items(), 1):
        axes.annotate(str(number), (x, y), (-5, 7), textcoords="offset points", ha="right", fontsize=9)
        if number <= MANY:
            lines.append(textwrap.fill(f"{number}  {who[0]}", 30, subsequent_indent="    "))
            lines += [textwrap.fill(f"    {name}", 30, subsequent_indent="    ") for name in who[1:]]
    told = "\n".join(lines).replace("\u00a0", " ")
    axes.text(1.02, 1, told, transform=axes.transAxes, va="top", fontsize=8, linespacing=1.5)


# ---- assumptions


def tornado_figure(comparison: Comparison, lang: str) -> Figure:
    """How far each assumption about the site moves the share kept, the gravest on top.

    Raises
    ------
    InputsError
        If no assumption was moved.
    """
    if not comparison.tornado:
        raise InputsError("no assumption was moved; accepted is a file that names a tornado")
    writing = script(lang)
    bars = [bar for bar in comparison.tornado if bar.span][:MOST_BARS] or comparison.tornado[:1]
    assert comparison.file.tornado is not None
    row = next(row for row in comparison.rows if row.claim == comparison.file.tornado.claim)
    with look(writing.families):
        figure = Figure(figsize=(8.6, 1.9 + 0.42 * len(bars)), layout="constrained")
        axes = figure.subplots()
        for y, bar in enumerate(bars):
            for found, end, colour, hatch in (
                (bar.kept_low, bar.low, SKY, "///"),
                (bar.kept_high, bar.high, ORANGE, ""),
            ):
                width = 100 * found.mean
                axes.barh(y, width, 0.62, color=colour, edgecolor=BLACK, lw=0.6, hatch=hatch)
                if width:  # the interval of an end that moves nothing would lie across the other's bar
                    axes.plot([100 * found.low, 100 * found.high], [y, y], color=BLACK, lw=0.9)
                    reach = 100 * (found.high if width > 0 else found.low)
                    axes.annotate(
                        f"{end:g}", (reach, y), (4 if width > 0 else -4, 0), textcoords="offset points", fontsize=8,
                        ha="left" if width > 0 else "right", va="center",
                    )  # fmt: skip
        named = [
            f"{fact_name(bar.fact, writing.language)} ({amount(bar.value, bar.unit, writing.language)})" for bar in bars
        ]
        axes.set_yticks(range(len(bars)), named)
        axes.set_ylim(len(bars) - 0.5, -0.5)
        axes.margins(x=0.14)
        axes.axvline(0, color=BLACK, lw=1)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(say("tornado_axis", writing.language))
        note = say("tornado_note", writing.language).format(events=bars[0].events)
        set_title(figure, [_gravest(comparison, writing)], [row_name(row, writing.language), note], writing)
        keys = [
            Patch(facecolor=SKY, edgecolor=BLACK, hatch="///", label=say("at_low", writing.language)),
            Patch(facecolor=ORANGE, edgecolor=BLACK, label=say("at_high", writing.language)),
        ]
        figure.legend(handles=keys, loc="outside lower center", ncols=2)
    return figure


def _gravest(comparison: Comparison, writing: Script) -> str:
    bar = comparison.tornado[0]
    if not bar.span:
        return say("tornado_none", writing.language)
    base = 100 * bar.kept
    return say("tornado_found", writing.language).format(
        fact=fact_name(bar.fact, writing.language),
        low=amount(bar.low, bar.unit, writing.language),
        high=amount(bar.high, bar.unit, writing.language),
        from_=min(100.0, max(0.0, base + 100 * bar.kept_low.mean)),
        to=min(100.0, max(0.0, base + 100 * bar.kept_high.mean)),
    )


# ---- everything at a glance


def verdicts_figure(comparison: Comparison, lang: str) -> Figure:
    """The verdict of every claim in every scenario, with the share kept."""
    writing = script(lang)
    names = names_of(comparison, writing.language)
    heads = [row_name(row, writing.language).replace(" / ", "\n") for row in comparison.rows]
    with look(writing.families):
        wide = max((sum(2 if ord(c) > 0x2E80 else 1 for c in name) for name in names), default=0)
        size = max(7.2, 1.2 + 0.075 * wide + 1.15 * len(heads)), 1.9 + 0.27 * len(names)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        counts = dict.fromkeys(Answer, 0)
        for x, row in enumerate(comparison.rows):
            for y, cell in enumerate(row.cells):
                if cell is None:
                    continue
                answer = cell.verdict.answer
                counts[answer] += 1
                colour, shape = MARKS[answer]
                fill = "white" if answer is Answer.UNDECIDED else colour
                axes.plot(x, y, marker=shape, color=colour, mfc=fill, ms=8, ls="", clip_on=False)
                kept = f"{100 * cell.kept.mean:.0f}"
                axes.annotate(kept, (x, y), (9, 0), textcoords="offset points", va="center", fontsize=8.5)
        axes.set_xlim(-0.5, len(heads) - 0.5)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xticks(range(len(heads)), heads)
        axes.xaxis.tick_top()
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(length=0)
        axes.grid(visible=False, axis="x")
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        found = say("matrix_found", writing.language).format(
            count=len(names), rows=len(heads), holding=counts[Answer.HOLDS], failing=counts[Answer.FAILS]
        )
        set_title(figure, [found], [say("matrix_note", writing.language)], writing)
        figure.legend(
            handles=[_key(answer, writing) for answer in Answer if counts[answer]], loc="outside lower center", ncols=4
        )
    return figure
