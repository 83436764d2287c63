"""One event at the utility's call centre over time: lines out, agents on seats, and callers waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from resilience_sim.reports import words
from resilience_sim.reports.evacuation_words import duration
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.labels import say
from resilience_sim.reports.look import BLACK, BLUE, GREEN, ORANGE, SKY, VERMILLION, look
from resilience_sim.reports.titles import set_title
from resilience_sim.studies.call_up import Spells
from resilience_sim.studies.utility_call_centre.event import Event, EventTrace
from resilience_sim.studies.utility_call_centre.staffing import UtilityCallCentre
from resilience_sim.timelines import Timeline
from resilience_sim.units import HOUR, MINUTE

__all__ = ["event_figure", "typical"]

Floats = npt.NDArray[np.float64]


def typical(study: UtilityCallCentre, situation: Event, seed: int, events: int) -> int:
    """Of the events that no response is in force before, the one whose answer rate is the median, or just below it.

    Of all of so many events, where each of them follows an earlier one so closely.
    """
    numbers = [number for number in range(events) if _alone(study.trace(situation, seed, number))] or range(events)
    rates = {number: study.replicate(situation, seed, number)["answer_rate"] for number in numbers}
    return sorted(numbers, key=lambda number: (rates[number], number))[(len(numbers) - 1) // 2]


def _alone(trace: EventTrace) -> bool:
    return all(start >= trace.start_s or end <= trace.start_s for start, end in (*trace.general, *trace.major))


def event_figure(study: UtilityCallCentre, situation: Event, seed: int, replication: int, lang: str) -> Figure:
    """One event over time: agents on seats and callers waiting on one axis, and below it the lines that are out.

    Parameters
    ----------
    study, situation
        The study, and what it simulates.
    seed, replication
        Which of the events.
    lang
        zh or en.
    """
    writing = script(lang)
    trace = study.trace(situation, seed, replication)
    row = study.replicate(situation, seed, replication)
    with look(writing.families):
        figure = Figure(figsize=(8.4, 5.6), layout="constrained")
        people, lines = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        _draw_waiting(people, trace, writing)
        _draw_agents(people, trace, writing)
        _draw_lines(lines, trace, situation, writing)
        keys = [_draw_triggers(axes, trace, situation, writing) for axes in (people, lines)]
        figure.legend(handles=keys[0], loc="outside lower center", ncols=2)
        for axes, name in ((people, "people_axis"), (lines, "lines_axis")):
            axes.set_ylabel(say(writing, name))
            axes.set_ylim(bottom=0)
            axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2, borderpad=0.1)
        minutes = int(trace.clock_s // MINUTE)
        clock = f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
        lines.set(xlabel=say(writing, "hours").format(clock=clock))
        lines.set_xlim(trace.start_s / HOUR, trace.end_s / HOUR)
        set_title(figure, *_found(trace, row, situation, seed, replication, writing), writing)
    return figure


def _found(
    trace: EventTrace, row: Mapping[str, float], situation: Event, seed: int, replication: int, writing: Script
) -> tuple[list[str], list[str]]:
    """What the event shows, and which event it is."""
    inside = _between(trace.waiting, trace, trace.waiting.times)
    longest = int(np.argmax(inside[1]))
    at_s, waiting = float(inside[0][longest]), int(inside[1][longest])
    added = _between(trace.agents - trace.roster, trace, (trace.agents - trace.roster).times)[1]
    starts = [start for start, end in (*trace.general, *trace.major) if end > trace.start_s]
    after_s = at_s - min(starts, default=0.0)
    there = int((trace.agents - trace.roster).at(np.array([at_s]))[0])
    key = "queue_never" if added.max() <= 0 else "queue_after" if after_s >= 0 else "queue_before"
    time = duration(MINUTE * round(abs(after_s) / MINUTE), writing)
    found = say(writing, key).format(waiting=waiting, time=time, there=there, most=int(added.max()))
    scenario = words.scenario_name(situation.load.strike.scenario, writing.language)
    which = say(writing, "event").format(scenario=scenario, number=replication, seed=seed)
    return [found, say(writing, "outcome").format(**row)], [which]


def _draw_lines(axes: Axes, trace: EventTrace, situation: Event, writing: Script) -> None:
    if situation.rules.planned_counted:
        times, counted = _between(trace.counted, trace, trace.counted.times)
        axes.step(
            times / HOUR, counted, where="post", color=ORANGE, lw=1.4, ls="--", label=say(writing, "lines_counted")
        )
    times, count = _between(trace.lines, trace, trace.lines.times)
    axes.step(times / HOUR, count, where="post", color=BLACK, lw=1.6, label=say(writing, "lines_out"))


def _draw_triggers(axes: Axes, trace: EventTrace, situation: Event, writing: Script) -> list[Line2D]:
    """A line at each instant at which a response starts, and one key for each response that does."""
    responses: tuple[tuple[str, Spells, float, dict[str, Any]], ...] = (
        ("general", trace.general, situation.rules.general_lines, {"color": SKY, "lw": 3.2, "alpha": 0.8}),
        ("major", trace.major, situation.rules.major_lines, {"color": VERMILLION, "lw": 1.3, "ls": (0, (5, 2))}),
    )
    keys = []
    for name, spells, level, drawn in responses:
        starts = [start for start, _ in spells if trace.start_s <= start <= trace.end_s]
        for start in starts:
            axes.axvline(start / HOUR, zorder=1.5, **drawn)
        if starts:
            keys.append(Line2D([], [], label=say(writing, name).format(lines=f"{level:g}"), **drawn))
    return keys


def _draw_agents(axes: Axes, trace: EventTrace, writing: Script) -> None:
    both = np.union1d(trace.agents.times, trace.roster.times)
    times, seated = _between(trace.agents, trace, both)
    hours, rostered = times / HOUR, trace.roster.at(times)
    axes.fill_between(hours, rostered, seated, step="post", color=GREEN, alpha=0.25, lw=0)
    axes.step(hours, seated, where="post", color=GREEN, lw=1.6, label=say(writing, "agents"))
    axes.step(hours, rostered, where="post", color=BLACK, lw=1.1, ls=(0, (4, 2)), label=say(writing, "roster"))


def _draw_waiting(axes: Axes, trace: EventTrace, writing: Script) -> None:
    minutes = np.arange(trace.start_s, trace.end_s, MINUTE)
    times, values = _between(trace.waiting, trace, np.union1d(trace.waiting.times, minutes))
    most = np.maximum.reduceat(values[:-1], np.searchsorted(times, minutes))
    hours, most = np.append(minutes, trace.end_s) / HOUR, np.append(most, most[-1])
    axes.fill_between(hours, most, step="post", color=BLUE, alpha=0.25, lw=0)
    axes.step(hours, most, where="post", color=BLUE, lw=1, label=say(writing, "waiting"))


def _between(timeline: Timeline, trace: EventTrace, at_s: Floats) -> tuple[Floats, Floats]:
    """Instants within the time of the event, its ends included, and the timeline's values there."""
    inside = at_s[(at_s > trace.start_s) & (at_s < trace.end_s)]
    times = np.concatenate(([trace.start_s], inside, [trace.end_s]))
    values = timeline.at(times)
    values[-1] = values[-2]  # the end is the first instant that no longer counts
    return times, values
