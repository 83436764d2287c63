"""What was measured as a figure: how often the kernel's time each model takes, and how the kernel's time grows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks.measuring import Comparison
from benchmarks.scaling import Growth
from benchmarks.table import spoken_factor
from resilience_sim.reports.look import BLACK, BLUE, GREEN, GREY, ORANGE, PALE, SKY, VERMILLION, look, save

__all__ = ["draw_figure"]

KINDS = (  # of a model, by how its name begins: what the legend says, marker, colour
    ("SimPy reference", "SimPy reference engine", "o", BLUE),
    ("SimPy,", "ordinary SimPy model", "s", SKY),
    ("C++", "C++ -O3", "D", BLACK),
    ("", "other libraries", "^", VERMILLION),
)
LINES = {
    "queue": ("o", "-", BLUE), "power": ("s", "--", VERMILLION), "egress": ("^", "-", BLACK),
    "repair": ("D", "-.", GREEN), "cascade": ("v", ":", ORANGE),
}  # fmt: skip
ASKED: dict[str, Any] = {"marker": "|", "color": BLACK, "markersize": 11, "markeredgewidth": 1.6, "linestyle": ""}


def draw_figure(comparisons: Sequence[Comparison], growths: Sequence[Growth], path: Path) -> None:
    """Write it, as SVG or PNG by the ending of its name."""
    with look():
        height = 0.2 * sum(len(comparison.results) for comparison in comparisons) + 0.6
        figure = Figure(figsize=(8.6, height + 3.3), layout="constrained")
        ratios, growth = figure.subplots(2, 1, height_ratios=(height, 2.7))
        _ratios(ratios, comparisons)
        _growth(growth, growths)
        handles = [
            Line2D([], [], marker=marker, color=colour, markeredgecolor="white", markersize=7, label=says)
            for _, says, marker, colour in KINDS
        ]
        handles.append(Line2D([], [], label="asked, at least", **ASKED))
        figure.legend(handles=handles, loc="outside upper center", ncols=5)
        save(figure, path)


def _kind(name: str) -> tuple[str, str, str, str]:
    return next(kind for kind in KINDS if name.startswith(kind[0]))


def _ratios(axes: Axes, comparisons: Sequence[Comparison]) -> None:
    """A band for each work, and below it its models: median, from least to most, and what was asked."""
    row, names = 0, {}
    for comparison in comparisons:
        axes.axhline(row, color=PALE, linewidth=11, zorder=1.5)
        axes.text(
            0.008, row, f"{comparison.machine}: {comparison.work}", transform=axes.get_yaxis_transform(),
            va="center_baseline", fontweight="bold", fontsize=8.5, zorder=3,
        )  # fmt: skip
        for result in comparison.results[1:]:
            row += 1
            _, _, marker, colour = _kind(result.name)
            names[row] = result.name
            axes.plot(result.ratio[::2], (row, row), color=colour, linewidth=2.2, solid_capstyle="butt")
            axes.plot(result.ratio.median, row, marker, color=colour, markersize=6.5, markeredgecolor="white")
            axes.annotate(
                spoken_factor(result.ratio.median), (result.ratio.most, row), (6, 0), textcoords="offset points",
                va="center_baseline", fontsize=8, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
            if result.asked:
                axes.plot(result.asked, row, **ASKED)
        row += 1
    axes.axvline(1.0, color=GREY, linewidth=1.0)
    least = min(result.ratio.least for comparison in comparisons for result in comparison.results)
    most = max(result.ratio.most for comparison in comparisons for result in comparison.results)
    axes.set(
        xscale="log", xlim=(least / 2, most * 4), ylim=(row - 0.4, -0.7),
        xlabel="times the kernel's time: median, least and most of the rounds",
    )  # fmt: skip
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}" if value < 1 else f"{value:,.0f}")
    axes.set_yticks(list(names), list(names.values()))
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def _growth(axes: Axes, growths: Sequence[Growth]) -> None:
    """Time of a replication over its size, with the machine's name at the end of its line."""
    single = [growth for growth in growths if growth.replications == 1]
    largest = max(growth.size for growth in single)
    at_the_right = sorted((growth.seconds.median, growth.machine) for growth in single if growth.size == largest)
    rank = {machine: k for k, (_, machine) in enumerate(at_the_right)}
    for machine, (marker, style, colour) in LINES.items():
        grown = [growth for growth in single if growth.machine == machine]
        if not grown:
            continue
        sizes, times = [growth.size for growth in grown], [growth.seconds.median for growth in grown]
        axes.plot(sizes, times, marker=marker, linestyle=style, color=colour, markersize=5, linewidth=1.4)
        inside = machine not in rank  # to the right of it may be another line; above it on the left is none
        offset = (-7, 2) if inside else (8, 6 * (rank[machine] - (len(rank) - 1) / 2))
        axes.annotate(
            f"{machine}, {grown[-1].entities}", (sizes[-1], times[-1]), offset, textcoords="offset points",
            ha="right" if inside else "left", va="center_baseline", fontsize=8.5,
        )  # fmt: skip
    axes.set(xscale="log", yscale="log", ylabel="seconds of the kernel, with draws", xlabel="size of one replication")
    axes.set_title("Time grows nearly in proportion to what is simulated")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.margins(x=0.12)
