"""The verdict matrix: for each clause and scenario by how much the promise is kept or missed, one panel for each plan.

The *margin* of a claim is the share of events that kept it, less the share that is required, in percentage points. It
is of the events simulated until the verdict was sure, so that few of them tell little: its interval says how little.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from resilience_sim.errors import InputsError
from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.plans.fields import Text
from resilience_sim.reports import words
from resilience_sim.reports.evacuation_words import joined
from resilience_sim.reports.figures import MARKS
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.labels import say
from resilience_sim.reports.look import BLACK, GREY, look
from resilience_sim.verdicts.verdict import Answer

__all__ = ["GRAVITY", "margin", "matrix_figure", "worst_of"]

GRAVITY = (Answer.FAILS, Answer.UNDECIDED, Answer.ON_THE_LINE, Answer.HOLDS)  # the gravest first
FILLS = {Answer.FAILS: "#E9996B", Answer.UNDECIDED: "#FFFFFF", Answer.ON_THE_LINE: "#C4DBEF", Answer.HOLDS: "#E3F4EE"}
STRIPS = {Answer.FAILS: "#9C3D00", Answer.UNDECIDED: "#FFFFFF", Answer.ON_THE_LINE: "#56B4E9", Answer.HOLDS: "#7FD1B9"}
SPAN = (-1.0, 0.5)  # margins that a cell has room for; at least half of the events are required anywhere
CELL = (0.42, 0.28)  # inches: width, height
LABELS, HEADS, BETWEEN, BELOW = 0.62, 0.45, 0.3, 0.4  # inches
LARGE, LONGEST = 14.0, 5.0  # inches: of a figure, and of a plan's title


def margin(row: CheckedClaim) -> float:
    """The share of events that kept the claim less the required share; nan before the first event."""
    return row.verdict.estimate - row.verdict.threshold


def worst_of(rows: Sequence[CheckedClaim]) -> CheckedClaim:
    """The one with the gravest answer (see :data:`GRAVITY`), among those the one furthest below what is required."""
    return min(rows, key=lambda row: (GRAVITY.index(row.verdict.answer), margin(row)))


@dataclass(frozen=True)
class _Panel:
    """One plan: its clauses from top to bottom, its scenarios from left to right, and the claims in each cell."""

    title: str
    clauses: tuple[str, ...]
    scenarios: tuple[str, ...]
    cells: Mapping[tuple[str, str], tuple[CheckedClaim, ...]]
    heads: float  # inches that the scenarios' names take
    writing: Script

    @property
    def width(self) -> float:
        return max(LABELS + CELL[0] * len(self.scenarios), *(_inches(line) for line in self.head))

    @property
    def head(self) -> tuple[str, str]:
        """What stands over it: the plan, and how many of its clauses fail."""
        counted = say(self.writing, "matrix_failing").format(failing=self.failing(), clauses=len(self.clauses))
        return self.title, counted

    @property
    def height(self) -> float:
        return HEADS + self.heads + CELL[1] * len(self.clauses)

    def failing(self) -> int:
        """How many clauses fail in some scenario, in some reading."""
        return len({clause for (clause, _), rows in self.cells.items() if _fails(rows)})


def _fails(rows: Sequence[CheckedClaim]) -> bool:
    return any(row.verdict.answer is Answer.FAILS for row in rows)


def matrix_figure(rows: Sequence[CheckedClaim], lang: str, *, titles: Mapping[str, Text] | None = None) -> Figure:
    """The verdict and margin of every clause in every scenario; a cell is that of its worst claim or reading.

    Parameters
    ----------
    rows
        Claims of one plan or of several, at least one.
    lang
        zh or en.
    titles
        Names of plans for people, by their slug.

    Raises
    ------
    InputsError
        If there is no row, or no such language.
    """
    writing = script(lang)
    if not rows:
        raise InputsError("there is no row to draw; accepted is at least one checked claim")
    panels = [_panel(plan, rows, titles or {}, writing) for plan in dict.fromkeys(row.plan for row in rows)]
    columns = _columns(panels)
    findings = _found(panels, writing)
    notes = [say(writing, key) for key in ("matrix_number", "matrix_line", "matrix_strip")]
    width = max(7.2, 0.2 + sum(map(_width, columns)))
    larger = 1.0 if width < LARGE else 1.4  # over so wide a figure, small words would be lost
    title = "\n".join(joined(parts, writing, (width - 0.2) / larger) for parts in (findings, notes))
    above = 0.15 + 0.21 * larger * (1 + title.count("\n"))
    height = above + BELOW + max(map(_height, columns))
    with look(writing.families):
        figure = Figure(figsize=(width, height))
        figure.suptitle(
            title, x=0.1 / width, y=1 - 0.08 / height, ha="left", va="top", fontsize=9.5 * larger, linespacing=1.5
        )
        left = 0.1
        for column in columns:
            top = height - above
            for panel in column:
                _draw_panel(figure, panel, (left, top))
                top -= panel.height + BETWEEN
            left += _width(column)
        figure.legend(
            handles=_keys(writing), loc="lower left", ncols=4, bbox_to_anchor=(0, 0.05 / height), fontsize=8.5 * larger
        )
    return figure


def _name(plan: str, titles: Mapping[str, Text], writing: Script) -> str:
    """A plan's title, or its slug; as much of it as there is room for."""
    name = plan if plan not in titles else titles[plan].zh if writing.language == "zh" else titles[plan].en
    room = next((k for k in range(len(name)) if _inches(name[: k + 1]) > LONGEST), len(name))
    return name if room == len(name) else f"{name[:room]}…"


def _inches(text: str) -> float:
    """About how wide a line is at nine points."""
    return math.fsum(0.13 if ord(letter) > 0x2E80 else 0.078 for letter in text)


def _panel(plan: str, rows: Sequence[CheckedClaim], titles: Mapping[str, Text], writing: Script) -> _Panel:
    cells: dict[tuple[str, str], tuple[CheckedClaim, ...]] = {}
    for row in rows:
        if row.plan == plan:
            key = row.question.clause, row.question.scenario
            cells[key] = (*cells.get(key, ()), row)
    clauses, scenarios = (tuple(dict.fromkeys(key[k] for key in cells)) for k in (0, 1))
    names = [words.scenario_name(name, writing.language) for name in scenarios]
    heads = 0.15 + max(map(_inches, names))
    return _Panel(_name(plan, titles, writing), tuple(sorted(clauses)), scenarios, cells, heads, writing)


def _columns(panels: Sequence[_Panel]) -> list[list[_Panel]]:
    """Panels one below the other in as many columns as make the figure most nearly square, the highest first."""
    tried = []
    for count in range(1, len(panels) + 1):
        columns: list[list[_Panel]] = [[] for _ in range(count)]
        for panel in sorted(panels, key=lambda panel: -panel.height):
            min(columns, key=_height).append(panel)
        tried.append(columns)
    return min(tried, key=lambda columns: max(sum(map(_width, columns)), max(map(_height, columns))))


def _width(column: Sequence[_Panel]) -> float:
    return max(panel.width for panel in column) + BETWEEN


def _height(column: Sequence[_Panel]) -> float:
    return sum(panel.height + BETWEEN for panel in column)


def _found(panels: Sequence[_Panel], writing: Script) -> list[str]:
    """How many clauses fail somewhere and how many hold wherever asked, and which is furthest below."""
    clauses = sum(len(panel.clauses) for panel in panels)
    holding = sum(
        all(row.verdict.answer is Answer.HOLDS for (of, _), rows in panel.cells.items() if of == clause for row in rows)
        for panel in panels
        for clause in panel.clauses
    )
    failing = sum(panel.failing() for panel in panels)
    found = [say(writing, "matrix_found").format(clauses=clauses, failing=failing, holding=holding)]
    every = [row for panel in panels for cell in panel.cells.values() for row in cell]
    if failing:
        row = min((one for one in every if one.verdict.answer is Answer.FAILS), key=margin)
        scenario = words.scenario_name(row.question.scenario, writing.language)
        counts = {"kept": row.verdict.successes, "events": row.verdict.replications}
        required = 100 * row.verdict.threshold
        found.append(
            say(writing, "matrix_worst").format(
                claim=row.question.claim.id, scenario=scenario, required=required, **counts
            )
        )
    return found


def _draw_panel(figure: Figure, panel: _Panel, corner: tuple[float, float]) -> None:
    """One plan, its upper left corner so many inches from the left and the bottom."""
    across, down = figure.get_size_inches()
    columns, rows = len(panel.scenarios), len(panel.clauses)
    wide, high = CELL[0] * columns, CELL[1] * rows
    bottom = corner[1] - panel.height
    axes = figure.add_axes(((corner[0] + LABELS) / across, bottom / down, wide / across, high / down))
    axes.set(xlim=(0, columns), ylim=(rows, 0))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_yticks([y + 0.5 for y in range(rows)], panel.clauses)
    axes.xaxis.tick_top()
    names = [words.scenario_name(name, panel.writing.language) for name in panel.scenarios]
    axes.set_xticks([x + 0.5 for x in range(columns)], names, rotation=90)
    axes.tick_params(length=0)
    figure.text(
        corner[0] / across, (corner[1] - 0.02) / down, "\n".join(panel.head), va="top", fontsize=9, linespacing=1.3,
        parse_math=False,
    )  # fmt: skip
    for y in range(1, rows):  # so that the eye finds its way from a clause to its cells
        axes.axhline(y, color="#ececec", lw=0.6, zorder=0)
    for (clause, scenario), cell in panel.cells.items():
        _draw_cell(axes, panel.scenarios.index(scenario), panel.clauses.index(clause), cell)


def _draw_cell(axes: Axes, x: int, y: int, cell: Sequence[CheckedClaim]) -> None:
    """The worst claim of a cell: its answer as ground and mark, its margin as number and line; a strip of all."""
    row = worst_of(cell)
    verdict, (_, shape) = row.verdict, MARKS[row.verdict.answer]
    axes.add_patch(Rectangle((x + 0.03, y + 0.05), 0.94, 0.9, facecolor=FILLS[verdict.answer], edgecolor=GREY, lw=0.4))
    if len(cell) > 1:
        height = 0.9 / len(cell)
        for k, one in enumerate(sorted(cell, key=lambda one: GRAVITY.index(one.verdict.answer))):
            colour = STRIPS[one.verdict.answer]
            axes.add_patch(Rectangle((x + 0.03, y + 0.05 + k * height), 0.1, height, facecolor=colour, edgecolor=GREY,
                                     lw=0.4))  # fmt: skip

    def place(share: float) -> float:
        return x + 0.18 + 0.74 * (min(max(share, SPAN[0]), SPAN[1]) - SPAN[0]) / (SPAN[1] - SPAN[0])

    across = y + 0.76
    axes.plot([place(0)] * 2, [across - 0.13, across + 0.13], color=BLACK, lw=0.7)
    ends = [place(share - verdict.threshold) for share in (verdict.low, verdict.high)]
    axes.plot(ends, [across, across], color=BLACK, lw=1.1, solid_capstyle="butt")
    if verdict.replications:
        fill = "white" if verdict.answer is Answer.UNDECIDED else BLACK
        axes.plot(place(margin(row)), across, color=BLACK, marker=shape, ms=3.6, mfc=fill, mew=0.6)
        axes.text(x + 0.55, y + 0.35, _points(margin(row)), ha="center", va="center", fontsize=7.5)


def _points(share: float) -> str:
    """A margin in whole percentage points with its sign, a small one in tenths."""
    points = round(100 * share, 0 if abs(share) >= 0.0095 else 1)
    return f"{points:+g}".replace("-", "−") if points else "0"


def _keys(writing: Script) -> list[Patch | Line2D]:
    keys: list[Patch | Line2D] = []
    for answer in (Answer.FAILS, Answer.ON_THE_LINE, Answer.HOLDS, Answer.UNDECIDED):
        fill = "white" if answer is Answer.UNDECIDED else BLACK
        keys.append(
            Line2D([], [], color=FILLS[answer], marker=MARKS[answer][1], ms=5, mfc=fill, mec=BLACK, mew=0.6, lw=11,
                   solid_capstyle="butt", label=words.say(answer.value, writing.language))
        )  # fmt: skip
    return keys
