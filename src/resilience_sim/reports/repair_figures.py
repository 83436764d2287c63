"""Times until an answer, and until all works again, against the plan's limits: a fault alone, and one in a storm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, NullLocator

from resilience_sim.errors import InputsError
from resilience_sim.reports import words
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.labels import say
from resilience_sim.reports.look import BLACK, BLUE, GREY, VERMILLION, look
from resilience_sim.reports.titles import set_title
from resilience_sim.studies.network_operations.faults import NetworkFaults
from resilience_sim.studies.network_operations.faults_measures import CLOCKS
from resilience_sim.studies.network_operations.faults_setting import ALONE, STORM
from resilience_sim.studies.question import Question, effort_for
from resilience_sim.units import DAY, HOUR, MINUTE, to_base

__all__ = ["REPAIRS", "Times", "repair_times", "repairs_figure"]

Floats = npt.NDArray[np.float64]

REPAIRS = "repair_times.svg"
EVENTS = 1024
STYLES = {ALONE: (BLUE, "o", -0.17), STORM: (VERMILLION, "s", 0.17)}  # colour, mark, below or above the row
TICKS_S = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 4 * DAY, 14 * DAY)
LEAST_S, MOST_S = 0.8 * MINUTE, 20 * DAY  # what lies beyond is drawn at the edge


@dataclass(frozen=True, eq=False)
class Times:
    """What events of one question took.

    Parameters
    ----------
    question
        The claim and its scenario.
    taken_s
        One time for each event, in seconds, shape (events,); inf: never.
    kept
        Share of the events that kept the limit.
    """

    question: Question
    taken_s: Floats = field(repr=False)
    kept: float

    @property
    def enough(self) -> bool:
        """Whether that is at least the required share: an estimate, no verdict."""
        return self.kept >= self.question.required


def repair_times(study: NetworkFaults, seed: int, events: int = EVENTS) -> tuple[Times, ...]:
    """The first events by which each limit on an answer or a repair is judged with this seed.

    Parameters
    ----------
    study
        The network operations centre's faults.
    seed
        What the events are drawn with.
    events
        How many of each question.
    """
    found = []
    for question in study.questions():
        if question.measure in CLOCKS:
            blocks = -(-events // effort_for(study, question.situation).block)
            values = [study.replicate(question.situation, seed, k)[question.measure] for k in range(blocks)]
            taken = np.hstack(values)[:events]
            taken_s = taken * to_base(1.0, question.unit)
            found.append(Times(question, taken_s, float(question.kept(taken).mean())))
    return tuple(found)


def repairs_figure(times: Sequence[Times], lang: str, *, seed: int) -> Figure:
    """For each limit how long it takes alone and in a storm: median, half, nine tenths of the events, and the limit.

    Parameters
    ----------
    times
        As :func:`repair_times` gives them, at least one.
    lang
        zh or en.
    seed
        What they were drawn with.

    Raises
    ------
    InputsError
        If there is nothing to draw, or no such language.
    """
    writing = script(lang)
    if not times:
        raise InputsError("there are no times to draw; accepted are those of at least one question")
    claims = list(dict.fromkeys(one.question.claim.id for one in times))
    with look(writing.families):
        figure = Figure(figsize=(8.8, 1.9 + 0.36 * len(claims)))
        figure.set_layout_engine("constrained", w_pad=0.12)  # room for the boxes round shares
        axes = figure.add_subplot()
        names = []
        for y, claim in enumerate(claims):
            mine = [one for one in times if one.question.claim.id == claim]
            question = mine[0].question
            names.append(f"{claim} · {words.measure_name(question.measure, writing.language)}")
            limit_s = to_base(question.limit, question.unit)
            axes.plot([limit_s, limit_s], [y - 0.4, y + 0.4], color=BLACK, lw=2.2, zorder=3)
            for one in mine:
                _draw_times(axes, y, one)
                _write_share(axes, y, one, writing)
        axes.set_yticks(range(len(claims)), names)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.set_ylim(len(claims) - 0.4, -0.6)
        axes.set_xscale("log")
        axes.set_xlim(LEAST_S, MOST_S)
        axes.set_xticks(TICKS_S)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: _short(seconds, writing)))
        axes.set_xlabel(say(writing, "repair_axis"))
        for scenario, (colour, _, _) in STYLES.items():
            axes.text(
                _column(scenario), 1, say(writing, f"kept_{scenario}"), transform=axes.transAxes, ha="right",
                va="bottom", color=colour, fontsize=8,
            )  # fmt: skip
        figure.legend(handles=_keys(writing), loc="outside lower center", ncols=5)
        set_title(figure, *_found(times, seed, writing), writing)
    return figure


def _draw_times(axes: Axes, y: int, one: Times) -> None:
    colour, mark, above = STYLES[one.question.scenario]
    quantiles = np.quantile(one.taken_s, [0.05, 0.25, 0.5, 0.75, 0.95], method="inverted_cdf")
    low, first, middle, third, high = np.clip(quantiles, LEAST_S, MOST_S)
    axes.plot([low, high], [y + above] * 2, color=colour, lw=1.1)
    axes.plot([first, third], [y + above] * 2, color=colour, lw=4.5, alpha=0.5, solid_capstyle="butt")
    axes.plot(middle, y + above, color=colour, marker=mark, ms=5)


def _write_share(axes: Axes, y: int, one: Times, writing: Script) -> None:
    colour, *_ = STYLES[one.question.scenario]
    percent = "%" if writing.language == "zh" else " %"
    boxed = {"boxstyle": "square,pad=0.2", "facecolor": "none", "edgecolor": BLACK, "linewidth": 0.8}
    axes.text(
        _column(one.question.scenario), y, f"{100 * one.kept:.0f}{percent}", transform=axes.get_yaxis_transform(),
        ha="right", va="center", color=colour, fontsize=8.5, bbox=boxed if one.enough else None,
    )  # fmt: skip


def _column(scenario: str) -> float:
    return {ALONE: 1.08, STORM: 1.18}[scenario]


def _short(seconds: float, writing: Script) -> str:
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= size:
            return f"{seconds / size:g} {say(writing, unit)}"
    return f"{seconds:g} {say(writing, 's')}"


def _keys(writing: Script) -> list[Line2D | Patch]:
    marks = [
        Line2D([], [], color=colour, marker=mark, ms=5, lw=0, label=words.scenario_name(scenario, writing.language))
        for scenario, (colour, mark, _) in STYLES.items()
    ]
    return [
        *marks,
        Line2D([], [], color=GREY, lw=4.5, alpha=0.5, label=say(writing, "half")),
        Line2D([], [], color=GREY, lw=1.1, label=say(writing, "nine_tenths")),
        Line2D([], [], color=BLACK, lw=0, marker="|", ms=11, mew=2.2, label=say(writing, "limit")),
    ]


def _found(times: Sequence[Times], seed: int, writing: Script) -> tuple[list[str], list[str]]:
    """How many limits are kept often enough, and which is the furthest from it."""
    counts = []
    for scenario in STYLES:
        mine = [one for one in times if one.question.scenario == scenario]
        kept = sum(one.enough for one in mine)
        counts.append(say(writing, f"limits_{scenario}").format(kept=kept, limits=len(mine)))
    events = min(len(one.taken_s) for one in times)
    notes = [say(writing, "repair_counted").format(events=events, seed=seed), say(writing, "repair_boxed")]
    return [words.say("comma", writing.language).join(counts)], notes
