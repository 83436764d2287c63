"""Figures of evacuations: who is still inside, who is out when, queues at the doors, and where it is crowded.

All take several runs of one kind of evacuation with their traces, and most the site whose building it is. Instants are
counted from the alarm. A *band* goes from the 5 % to the 95 % quantile of the runs, instant by instant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from resilience_sim.errors import InputsError
from resilience_sim.models.egress import Building, occupancy, queues
from resilience_sim.models.egress.measures import goes_out, group_of
from resilience_sim.plans.site import Site
from resilience_sim.reports.building_figures import building_figure
from resilience_sim.reports.evacuation_runs import Run, across, in_danger, last_safe, over_time, worst
from resilience_sim.reports.evacuation_words import (
    door_name,
    duration,
    group_name,
    joined,
    say,
    side_name,
    space_name,
)
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.look import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILLION, look

__all__ = ["crowding_figure", "groups_figure", "queues_figure", "remaining_figure"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

POINTS = 601  # instants at which the runs are compared
DOORS = 9  # panels of the figure of queues
WAYS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (VERMILLION, "D"), (BLACK, "v"))  # a colour and a shape for each exit

# ---- who is still inside


def remaining_figure(
    runs: Sequence[Run], lang: str, *, seed: int, about: str = "", promise_s: float | None = None
) -> Figure:
    """Persons still inside over time, and below it in what share of the runs all are out, or the way is lost, by then.

    Where they are safe once they are off the floor of a fire, it is the persons still on that floor.

    Parameters
    ----------
    runs
        At least one.
    lang
        zh or en.
    seed
        What the runs were drawn with.
    about
        What is drawn, for the title: a claim, a scenario.
    promise_s
        Seconds from the alarm within which all shall be out; None: there is no such promise.

    Raises
    ------
    InputsError
        If there is no run, or no such language.
    """
    writing = _writing(lang, runs)
    last_s = np.array([last_safe(run) for run in runs])
    lost_s = np.array([run.lost_s - run.alarm_s for run in runs])
    end_s = _longest(runs, safe=True)
    some_s = min(float(np.median(lost_s)), 2 * end_s) if np.isfinite(lost_s).any() else 0.0
    at_s = _instants(end_s, some_s, promise_s or 0.0)
    curves = [in_danger(run) for run in runs]
    low, middle, high = over_time(curves, runs, at_s)
    floor = "floor_" if runs[0].off_floor_s is not None else ""
    with look(writing.families):
        figure = Figure(figsize=(8.4, 5.6), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2.4, 1))
        upper.fill_between(at_s, low, high, step="post", color=BLUE, alpha=0.25, lw=0, label=say(writing, "band"))
        upper.step(at_s, middle, where="post", color=BLUE, lw=2, label=say(writing, "median"))
        bad = worst(runs)
        shown = curves[runs.index(bad)].at(at_s + bad.alarm_s)
        label = say(writing, "worst").format(number=bad.number)
        upper.step(at_s, shown, where="post", color=BLACK, lw=1.1, ls=(0, (4, 2)), label=label)
        upper.set_ylabel(say(writing, f"{floor}inside_axis"))
        upper.legend(loc="upper right")
        _draw_share(lower, last_s, at_s, {"color": BLUE, "lw": 2}, say(writing, f"{floor}all_out"))
        if np.isfinite(lost_s).any():
            dashed = {"color": VERMILLION, "lw": 2, "ls": (0, (4, 1.5))}
            _draw_share(lower, lost_s, at_s, dashed, say(writing, "way_lost"))
        lower.set(ylim=(0, 103), ylabel=say(writing, "runs_axis"))
        lower.yaxis.set_major_locator(MultipleLocator(25))
        lower.legend(loc="lower right")
        if promise_s is not None:
            for axes in (upper, lower):
                axes.axvline(promise_s, color=GREEN, lw=1.4)
            label = say(writing, "promised").format(time=duration(promise_s, writing))
            upper.annotate(
                label, (promise_s, 1), (3, -2), xycoords=("data", "axes fraction"), textcoords="offset points",
                color=GREEN, fontsize=8, va="top",
            )  # fmt: skip
        upper.set_ylim(0, None)
        _set_clock(lower, at_s[-1], writing)
        findings = _found_out(runs, last_s, f"{floor}out_by", writing)
        if np.isfinite(lost_s).any():
            count = np.count_nonzero(lost_s < last_s)
            findings.append(say(writing, "lost_first").format(count=count, runs=len(runs)))
        if promise_s is not None:
            count, time = np.count_nonzero(last_s <= promise_s), duration(promise_s, writing)
            findings.append(say(writing, "kept").format(count=count, runs=len(runs), time=time))
        _set_title(figure, findings, _counted(runs, seed, about, writing), writing)
    return figure


def _draw_share(axes: Axes, when_s: Floats, at_s: Floats, drawn: dict[str, object], label: str) -> None:
    share = 100 * np.searchsorted(np.sort(when_s), at_s, side="right") / len(when_s)
    axes.plot(at_s, share, label=label, **drawn)  # type: ignore[arg-type]


def _found_out(runs: Sequence[Run], last_s: Floats, key: str, writing: Script) -> list[str]:
    _, median_s, late_s = across(last_s)
    persons = max(int(np.count_nonzero(goes_out(run.inputs))) for run in runs)
    stuck = int(np.count_nonzero(np.isinf(last_s)))
    found = []
    if median_s < math.inf:
        times = {"median": duration(median_s, writing), "late": duration(late_s, writing)}
        found.append(say(writing, key).format(persons=persons, **times))
    if stuck:
        found.append(say(writing, "stuck").format(count=stuck, runs=len(last_s)))
    return found


# ---- who is out when


def groups_figure(site: Site, runs: Sequence[Run], lang: str, *, seed: int, about: str = "") -> Figure:
    """When each group starts and its last is out, the latest on top; and through which exits its people go.

    Parameters
    ----------
    site
        Its building has the names of groups and doors.
    runs, lang, seed, about
        As of :func:`remaining_figure`.

    Raises
    ------
    InputsError
        If there is no run, or no such language.
    """
    writing = _writing(lang, runs)
    rows = sorted(_group_rows(runs), key=lambda row: (row[2][1], row[2][2]))
    names = [group_name(site, name, writing) for name, *_ in rows]
    building = runs[0].inputs.building
    exits = [building.doors[side // 2].name for side in building.exits]
    ends = [value for _, _, (low, _, high), _ in rows for value in (low, high) if value < math.inf]
    with look(writing.families):
        figure = Figure(figsize=(8.4, 1.7 + 0.3 * len(rows)), layout="constrained")
        axes = figure.add_subplot()
        for y, (_, start_s, (low, median, high), through) in enumerate(rows):
            colour, mark = WAYS[int(np.argmax(through)) % len(WAYS)]
            right = high if high < math.inf else 1.05 * max(ends, default=1.0)
            axes.plot([start_s, median if median < math.inf else right], [y, y], color=GREY, lw=0.8, ls=(0, (1, 2)))
            axes.plot([low, right], [y, y], color=colour, lw=4, alpha=0.45, solid_capstyle="butt")
            axes.plot(start_s, y, color=GREY, marker="|", ms=9)
            axes.plot(median, y, color=colour, marker=mark, ms=7)
            label = _through(site, exits, through, writing) if median < math.inf else say(writing, "never")
            axes.text(1.02, y, label, transform=axes.get_yaxis_transform(), va="center", fontsize=8.5)
        axes.set_yticks(range(len(rows)), names)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.set_ylim(-0.6, len(rows) - 0.4)
        _set_clock(axes, 1.05 * max(ends, default=1.0), writing)
        keys = [Line2D([], [], color=GREY, marker="|", ms=9, ls="", label=say(writing, "started"))]
        taken = {int(np.argmax(through)) for *_, through in rows}
        for k, name in enumerate(exits):
            if k not in taken:
                continue
            colour, mark = WAYS[k % len(WAYS)]
            door = door_name(site, name, writing)
            label = f"{say(writing, 'last_of')} · {door} · {say(writing, 'median')}"
            keys.append(Line2D([], [], color=colour, marker=mark, ms=7, ls="", label=label))
        keys.append(Patch(color=GREY, alpha=0.45, lw=0, label=say(writing, "band")))  # type: ignore[arg-type]
        figure.legend(handles=keys, loc="outside lower center", ncols=2)
        (_, median, high), name = rows[-1][2], names[-1]
        times = {"median": duration(median, writing), "late": duration(high, writing)}
        title = say(writing, "last_group").format(group=name, **times)
        _set_title(figure, [title], _counted(runs, seed, about, writing), writing)
    return figure


Row = tuple[str, float, Floats, Floats]
"""A group's name, when it starts (median), when its last is out (band), and shares of its people by exit."""


def _group_rows(runs: Sequence[Run]) -> list[Row]:
    names = dict.fromkeys(group.name for run in runs for group in run.inputs.groups)
    exits, rows = len(runs[0].inputs.building.exits), []
    for name in names:
        start_s, last_s, through = [], [], np.zeros(exits)
        for run in runs:
            mine = _goes(run, name)
            if mine.any():
                start_s.append(run.path.start_s[mine].min() - run.alarm_s)
                last_s.append(run.path.out_s[mine].max() - run.alarm_s)
                through += np.bincount(run.path.target[mine & (run.path.out_s < np.inf)], minlength=exits)
        if last_s:
            begins_s = float(across(np.array(start_s))[1])
            rows.append((name, begins_s, across(np.array(last_s)), through / max(1, through.sum())))
    return rows


def _goes(run: Run, name: str) -> npt.NDArray[np.bool_]:
    """Whether each person is of this group and has left, shape (persons,)."""
    at = [k for k, group in enumerate(run.inputs.groups) if group.name == name]
    goes: npt.NDArray[np.bool_] = np.isin(group_of(run.inputs), at) & run.leavers
    return goes


def _through(site: Site, exits: Sequence[str], shares: Floats, writing: Script) -> str:
    used = [(share, name) for share, name in zip(shares, exits, strict=True) if share > 0]
    if len(used) == 1:
        return door_name(site, used[0][1], writing)
    used.sort(reverse=True)
    percent = "%" if writing.language == "zh" else " %"
    return "  ".join(f"{door_name(site, name, writing)} {100 * share:.0f}{percent}" for share, name in used)


# ---- queues


def queues_figure(site: Site, runs: Sequence[Run], lang: str, *, seed: int, about: str = "") -> Figure:
    """Persons who wait at each door over time: the exits first, then where most wait; a panel for each side of a door.

    Parameters
    ----------
    site
        Its building has the names of doors and spaces.
    runs, lang, seed, about
        As of :func:`remaining_figure`.

    Raises
    ------
    InputsError
        If there is no run, or no such language.
    """
    writing = _writing(lang, runs)
    longest = np.array([run.path.longest_queue for run in runs])  # (runs, sides)
    building = runs[0].inputs.building
    sides = [side for side in range(2 * len(building.doors)) if longest[:, side].max() > 0]
    sides.sort(key=lambda side: (side not in building.exits, -across(longest[:, side])[1], -longest[:, side].max()))
    drawn, bad = sides[:DOORS], worst(runs)
    at_s = _instants(_longest(runs))
    waiting = [queues(run.inputs, run.path) for run in runs]
    with look(writing.families):
        columns = min(3, max(1, len(drawn)))
        rows = max(1, math.ceil(len(drawn) / columns))
        figure = Figure(figsize=(max(5.6, 3.1 * columns), 1.5 + 1.55 * rows), layout="constrained")
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flatten()
        for axes, side in zip(panels, drawn, strict=False):
            key = (building.doors[side // 2].name, building.spaces[building.leads_from[side]].name)
            low, middle, high = over_time([one[key] for one in waiting], runs, at_s)
            axes.fill_between(at_s, low, high, step="post", color=BLUE, alpha=0.25, lw=0)
            axes.step(at_s, middle, where="post", color=BLUE, lw=1.6)
            shown = waiting[runs.index(bad)][key].at(at_s + bad.alarm_s)
            axes.step(at_s, shown, where="post", color=BLACK, lw=0.9, ls=(0, (4, 2)))
            axes.set_title(side_name(site, building, side, writing), color=GREEN if side in building.exits else BLACK)
            _, median, _ = across(longest[:, side])
            label = say(writing, "most").format(median=f"{median:g}", most=longest[:, side].max())
            axes.text(0.98, 0.95, label, transform=axes.transAxes, ha="right", va="top", fontsize=7.5, color=GREY)
        for axes in panels[len(drawn) :]:
            axes.set_axis_off()
        for axes in panels[: len(drawn)]:
            _set_clock(axes, at_s[-1], writing, label="", bins=4)
        panels[0].set_ylim(0, 1.25 * max(1, longest.max(initial=0)))
        panels[0].yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
        lowest = [list(panels[: len(drawn)][column::columns]) for column in range(columns)]
        for axes in (column[-1] for column in lowest if column):
            axes.tick_params(labelbottom=True)
        if drawn:
            lowest[(columns - 1) // 2][-1].set_xlabel(say(writing, "clock"))
        figure.supylabel(say(writing, "waiting_axis"), fontsize=9)
        figure.legend(handles=_band_keys(bad, writing), loc="outside lower center", ncols=3)
        notes = _counted(runs, seed, about, writing, left=False)
        if any(axes.get_title(loc="left").endswith(")") for axes in panels):
            notes.append(say(writing, "alike"))
        if len(sides) > len(drawn):
            notes.append(say(writing, "fewer").format(count=len(sides) - len(drawn)))
        _set_title(figure, _found_queues(site, building, longest, writing), notes, writing)
    return figure


def _found_queues(site: Site, building: Building, longest: Ints, writing: Script) -> list[str]:
    """Where most wait, and at the exits."""
    if longest.max(initial=0) == 0:
        return [say(writing, "no_queue")]

    def order(side: int) -> tuple[float, int]:
        return -across(longest[:, side])[1], -int(longest[:, side].max())

    exits = [side for side in sorted(building.exits, key=order)[:2] if longest[:, side].any()]
    first = min(range(longest.shape[1]), key=order)
    found: list[str] = []
    for side in dict.fromkeys((first, *exits)):
        median, most = across(longest[:, side])[1], longest[:, side].max()
        words = say(writing, "queue_next" if found else "queue_first")
        found.append(words.format(door=side_name(site, building, side, writing), median=f"{median:g}", most=most))
    return found


def _band_keys(bad: Run, writing: Script) -> list[Line2D | Patch]:
    return [
        Line2D([], [], color=BLUE, lw=1.6, label=say(writing, "median")),
        Patch(color=BLUE, alpha=0.25, lw=0, label=say(writing, "band")),
        Line2D([], [], color=BLACK, lw=0.9, ls=(0, (4, 2)), label=say(writing, "worst").format(number=bad.number)),
    ]


# ---- crowding


def crowding_figure(site: Site, runs: Sequence[Run], lang: str, *, seed: int, about: str = "") -> Figure:
    """The building, its spaces coloured by the highest density in them: the median of the runs.

    Parameters
    ----------
    site
        With the building.
    runs, lang, seed, about
        As of :func:`remaining_figure`.

    Raises
    ------
    InputsError
        If there is no run, no such language, or the site has no building.
    """
    writing = _writing(lang, runs)
    peaks = _peaks(runs)
    values = {name: across(found)[1] for name, found in peaks.items()}
    figure = building_figure(site, lang, values=values, shown=say(writing, "crowding"))
    fullest = max(values, key=lambda name: values[name])
    building = runs[0].inputs.building
    space = building.spaces[building.space_index[fullest]]
    title = say(writing, "crowded").format(
        space=space_name(site, fullest, writing),
        density=f"{values[fullest]:.1f}",
        most=f"{space.most / space.area_m2:.3g}",
    )
    note = figure.get_suptitle().rpartition("\n")[2]  # what the numbers in the drawing are
    with look(writing.families):
        _set_title(figure, [title], [*_counted(runs, seed, about, writing, left=False), note], writing)
    return figure


def _peaks(runs: Sequence[Run]) -> dict[str, Floats]:
    """The highest density in each space inside, persons/m2, by run."""
    spaces = [space for space in runs[0].inputs.building.spaces if not space.outside]
    found: dict[str, list[float]] = {space.name: [] for space in spaces}
    for run in runs:
        persons = occupancy(run.inputs, run.path)
        for space in spaces:
            found[space.name].append(float(persons[space.name].values.max()) / space.area_m2)
    return {name: np.array(values) for name, values in found.items()}


# ---- what they share


def _writing(lang: str, runs: Sequence[Run]) -> Script:
    if not runs:
        raise InputsError("there is no run to draw; accepted is at least one")
    return script(lang)


def _longest(runs: Sequence[Run], *, safe: bool = False) -> float:
    """Seconds from the alarm until the last who ever gets out (or is ever safe) does so, in any run."""
    times = [(run.safe_s if safe else run.path.out_s, run.alarm_s) for run in runs]
    return max(1.0, *(float(when_s[np.isfinite(when_s)].max(initial=0.0)) - alarm_s for when_s, alarm_s in times))


def _instants(*ends_s: float) -> Floats:
    """Instants since the alarm until a little after the last of these, shape (POINTS,)."""
    return np.linspace(0.0, 1.04 * max(ends_s), POINTS)


def _set_title(figure: Figure, findings: Sequence[str], notes: Sequence[str], writing: Script) -> None:
    inches = figure.get_size_inches()[0] - 0.2
    lines = [joined(parts, writing, inches) for parts in (findings, notes)]
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=9.5, linespacing=1.5)


def _counted(runs: Sequence[Run], seed: int, about: str, writing: Script, *, left: bool = True) -> list[str]:
    """How many runs there are, and in how many somebody is left behind."""
    parts = [*([about] if about else []), say(writing, "counted").format(runs=len(runs), seed=seed)]
    behind = sum(bool((goes_out(run.inputs) & np.isinf(run.path.start_s)).any()) for run in runs)
    if left and behind:
        parts.append(say(writing, "left").format(count=behind))
    return parts


def _set_clock(axes: Axes, end_s: float, writing: Script, *, label: str | None = None, bins: int = 9) -> None:
    """A time axis in minutes and seconds."""
    step = next((s for s in (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600) if end_s / s <= bins), 7200)
    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda s, _: f"{int(s) // 60}:{int(s) % 60:02d}"))
    axes.set_xlim(0, end_s)
    axes.set_xlabel(say(writing, "clock") if label is None else label)
