"""Figures of verdicts and breaking points, in Chinese or English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from resilience_sim.errors import InputsError
from resilience_sim.experiments.breaking import BreakingPoint
from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.reports import words
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.labels import say
from resilience_sim.reports.look import BLACK, BLUE, GREEN, GREY, PALE, VERMILLION, look
from resilience_sim.reports.titles import set_title
from resilience_sim.studies.question import Question
from resilience_sim.verdicts.verdict import Answer

__all__ = ["MARKS", "breaking_figure", "verdict_figure"]

EVEN = 10.0  # loads whose largest is less than so many times the smallest are drawn on an even scale
MARKS = {
    Answer.HOLDS: (GREEN, "o"),
    Answer.FAILS: (VERMILLION, "X"),
    Answer.ON_THE_LINE: (BLUE, "s"),
    Answer.UNDECIDED: (GREY, "d"),
}


# ---- verdicts


def verdict_figure(rows: Sequence[CheckedClaim], lang: str) -> Figure:
    """Share of events kept, with its interval valid at any time, against the required share: one line per claim.

    Parameters
    ----------
    rows
        Claims in the order from top to bottom, at least one.
    lang
        zh or en.

    Raises
    ------
    InputsError
        If there is no row, or no such language.
    """
    writing = script(lang)
    if not rows:
        raise InputsError("there is no row to draw; accepted is at least one checked claim")
    with look(writing.families):
        figure = Figure(figsize=(8.4, 1.6 + 0.44 * len(rows)), layout="constrained")
        axes = figure.add_subplot()
        for y, row in enumerate(rows):
            _draw_verdict(axes, y, row, writing)
        axes.set(xlim=(-2, 102), ylim=(len(rows) - 0.5, -0.5), xlabel=say(writing, "kept"))
        axes.text(1.02, 1, say(writing, "events"), transform=axes.transAxes, va="bottom", color=GREY, fontsize=8)
        set_title(figure, _found(rows, writing), [say(writing, "interval")], writing)
        _label_rows(axes, [row.question for row in rows], writing)
        answers = [answer for answer in Answer if any(row.verdict.answer is answer for row in rows)]
        keys = [_mark(answer, words.say(answer, writing.language)) for answer in answers]
        required = Line2D([], [], color=BLACK, lw=2, ls="", marker="|", ms=11, mew=2, label=say(writing, "required"))
        figure.legend(handles=[*keys, required], loc="outside lower center", ncols=5)
    return figure


def _found(rows: Sequence[CheckedClaim], writing: Script) -> list[str]:
    """How many rows have which answer."""
    counts = Counter(row.verdict.answer for row in rows)
    parts = [
        say(writing, "counted_answer").format(count=counts[answer], answer=words.say(answer.value, writing.language))
        for answer in (Answer.FAILS, Answer.ON_THE_LINE, Answer.UNDECIDED, Answer.HOLDS)
        if counts[answer]
    ]
    listed = words.say("comma", writing.language).join(parts)
    return [say(writing, "counted_rows").format(rows=len(rows), answers=listed)]


def _draw_verdict(axes: Axes, y: int, row: CheckedClaim, writing: Script) -> None:
    verdict = row.verdict
    colour, _ = MARKS[verdict.answer]
    axes.plot([100 * verdict.low, 100 * verdict.high], [y, y], color=colour, lw=2.4, alpha=0.55, solid_capstyle="butt")
    axes.barh(y, 200 * verdict.margin, 0.72, 100 * (verdict.threshold - verdict.margin), color=PALE, zorder=1)
    axes.vlines(100 * verdict.threshold, y - 0.36, y + 0.36, color=BLACK, lw=2)
    if verdict.replications:
        mark = _mark(verdict.answer, "")
        mark.set_data([100 * verdict.estimate], [y])
        mark.set_clip_on(False)
        axes.add_line(mark)
    counted = f"{verdict.successes:g}/{verdict.replications}  {words.say(verdict.answer, writing.language)}"
    axes.text(1.02, y, counted, transform=axes.get_yaxis_transform(), va="center", color=colour, fontsize=8.5)


def _mark(answer: Answer, label: str) -> Line2D:
    colour, shape = MARKS[answer]
    fill = "white" if answer is Answer.UNDECIDED else colour
    return Line2D([], [], color=colour, marker=shape, ls="", ms=7.5, mfc=fill, mew=1.2, label=label, zorder=3)


def _label_rows(axes: Axes, questions: Sequence[Question], writing: Script) -> None:
    axes.set_yticks(range(len(questions)), [_name(question, writing) for question in questions], linespacing=1.4)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def _name(question: Question, writing: Script) -> str:
    """Claim · measure and limit · scenario, and below it how the clause is read."""
    sign = "≥" if question.relation == "at_least" else "≤"
    measure = words.measure_name(question.measure, writing.language)
    scenario = words.scenario_name(question.scenario, writing.language)
    limit = f"{sign} {question.limit:g} {say(writing, question.unit)}"
    name = f"{question.claim.id} · {measure} {limit} · {scenario}"
    readings = words.reading_name(question.interpretation, writing.language)
    return f"{name}\n{readings}" if readings else name


# ---- breaking points


def breaking_figure(rows: Sequence[CheckedClaim], lang: str, *, today: Mapping[str, float] | None = None) -> Figure:
    """Up to which load each claim holds and from which it fails: one panel per load, one line per claim.

    Parameters
    ----------
    rows
        Claims; those without breaking points are left out.
    lang
        zh or en.
    today
        Values of loads at the site, by name, in the unit of the load; drawn for comparison.

    Raises
    ------
    InputsError
        If no row has a breaking point, or there is no such language.
    """
    writing = script(lang)
    drawn = [row for row in rows if row.breaking_points]
    if not drawn:
        raise InputsError("no row has a breaking point; accepted is at least one")
    loads = list(dict.fromkeys((point.along, point.unit) for row in drawn for point in row.breaking_points))
    with look(writing.families):
        figure = Figure(figsize=(3.4 + 2.4 * len(loads), 1.5 + 0.5 * len(drawn)), layout="constrained")
        panels = figure.subplots(1, len(loads), sharey=True, squeeze=False)[0]
        for axes, (along, unit) in zip(panels, loads, strict=True):
            points = [
                (y, point) for y, row in enumerate(drawn) for point in row.breaking_points if point.along == along
            ]
            _draw_load(axes, points, (today or {}).get(along))
            axes.set_xlabel(f"{words.load_name(along, writing.language)} ({say(writing, unit)})")
            axes.set_title(_first_to_fail(drawn, points, writing), fontsize=8.5)
        panels[0].set_ylim(len(drawn) - 0.5, -0.5)
        for axes in panels:
            _label_rows(axes, [row.question for row in drawn], writing)
        for axes in panels[1:]:
            axes.tick_params(labelleft=False)
        figure.legend(handles=_load_keys(writing, today), loc="outside lower center", ncols=4)
    return figure


def _first_to_fail(rows: Sequence[CheckedClaim], points: Sequence[tuple[int, BreakingPoint]], writing: Script) -> str:
    """Which claim fails at the smallest load of all, where one is known to."""
    failing = [(y, point.fails_at, point.falling) for y, point in points if point.fails_at is not None]
    if not failing:
        return say(writing, "none_fails")
    falling = failing[0][2]
    least = (max if falling else min)(load for _, load, _ in failing)
    first = list(dict.fromkeys(rows[y].question.claim.id for y, load, _ in failing if load == least))
    key = "first_fails" if len(first) == 1 else "first_fail"
    return say(writing, key).format(claim=first[0], count=len(first), load=f"{least:g}")


def _draw_load(axes: Axes, points: Sequence[tuple[int, BreakingPoint]], today: float | None) -> None:
    """Brackets along one load, which grows to the right even where its number falls, as in a colder room."""
    loads = [load for _, point in points for load in (point.holds_at, point.fails_at, today) if load is not None]
    easiest, hardest = _span(axes, loads or [0.2, 5.0])
    if any(point.falling for _, point in points):
        easiest, hardest = hardest, easiest
    axes.set_xlim(easiest, hardest)
    if today is not None:
        axes.axvline(today, color=BLACK, lw=1, ls=(0, (4, 3)))
    for y, point in points:
        holds, fails = point.holds_at, point.fails_at
        between = [easiest if holds is None else holds, hardest if fails is None else fails]
        axes.plot(between, [y, y], color=GREY, lw=1.4, ls=":")
        if holds is not None:
            axes.plot([easiest, holds], [y, y], color=GREEN, lw=5, alpha=0.55, solid_capstyle="butt")
            axes.plot(holds, y, color=GREEN, marker="o", ms=7.5)
            axes.annotate(f"{holds:g}", (holds, y), (-2, 7), textcoords="offset points", ha="right", fontsize=8)
        if fails is not None:
            axes.plot([fails, hardest], [y, y], color=VERMILLION, lw=5, alpha=0.55, solid_capstyle="butt")
            axes.plot(fails, y, color=VERMILLION, marker="X", ms=7.5)
            axes.annotate(f"{fails:g}", (fails, y), (2, 7), textcoords="offset points", ha="left", fontsize=8)


def _span(axes: Axes, loads: Sequence[float]) -> tuple[float, float]:
    """Scale an axis for some loads, and its ends: by powers where they differ by as much, else evenly."""
    least, most = min(loads), max(loads)
    if least <= 0 or most / least < EVEN:
        margin = 0.25 * (most - least) or 0.5 * abs(most) or 1.0
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6))
        low, high = least - margin, most + margin
    else:
        axes.set_xscale("log")
        low, high = least / 2.2, most * 2.2
        wide = high / low > 100
        axes.xaxis.set_major_locator(LogLocator(numticks=12) if wide else LogLocator(subs=(1, 2, 5), numticks=12))
        axes.xaxis.set_minor_locator(NullLocator())
    # Ages and shares below nothing are not shown as numbers; the room is for the bars.
    axes.xaxis.set_major_formatter(FuncFormatter(lambda load, _: f"{load:g}" if load >= 0 or least < 0 else ""))
    return low, high


def _load_keys(writing: Script, today: Mapping[str, float] | None) -> list[Line2D]:
    keys = [
        Line2D([], [], color=GREEN, lw=5, alpha=0.75, marker="o", ms=7.5, label=say(writing, "holds_to")),
        Line2D([], [], color=GREY, lw=1.4, ls=":", label=say(writing, "between")),
        Line2D([], [], color=VERMILLION, lw=5, alpha=0.75, marker="X", ms=7.5, label=say(writing, "fails_from")),
    ]
    if today:
        keys.append(Line2D([], [], color=BLACK, lw=1, ls=(0, (4, 3)), label=say(writing, "today")))
    return keys
