"""One run of an evacuation replayed in a strip of frames: the storeys with everybody in them at several instants."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from resilience_sim.errors import InputsError
from resilience_sim.models.egress import EgressInputs
from resilience_sim.models.egress.measures import goes_out
from resilience_sim.plans.building import Layout
from resilience_sim.plans.site import Site
from resilience_sim.reports.evacuation_runs import Run, last_out, last_safe
from resilience_sim.reports.evacuation_words import duration, joined, say
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.look import BLACK, BLUE, GREEN, GREY, VERMILLION, look
from resilience_sim.reports.whereabouts import STANDS_M, Box, Person, box_of, whereabouts

__all__ = ["frames_of", "replay_figure"]

FRAMES = 6
COLUMNS = 3
INCHES = (3.25, 3.6)  # the most that a frame takes, across and down
BESIDE, ABOVE, BELOW = 0.34, 0.2, 0.2  # inches about each storey: for its name, and for how many are out
INCH_OF_TITLE = 0.3
FEWEST = 2  # who wait where it is written how many do
DOTS = {"still": (GREY, "white", 2.4), "walks": (BLACK, BLACK, 2.2), "waits": (VERMILLION, VERMILLION, 2.9)}
HALO = [withStroke(linewidth=2.2, foreground="white")]


@dataclass(frozen=True)
class _Drawing:
    """What all parts of the drawing need to know."""

    site: Site
    layout: Layout
    inputs: EgressInputs
    writing: Script
    lifts: dict[str, float]  # metres by which each storey is raised in a frame
    scale: float  # inches per metre

    def box(self, space: str) -> Box:
        return box_of(self.site, self.layout, space)

    def on(self, level: str) -> list[str]:
        """Names of the spaces inside on a storey, and of the stairs to it."""
        return _on(self.layout, level)


def frames_of(run: Run, count: int = FRAMES) -> tuple[float, ...]:
    """Instants at which to look, seconds from the alarm: evenly from there to where nearly all is over.

    If the way is lost in between, that instant takes the place of the one next to it.
    """
    end_s = last_out(run)
    if math.isinf(end_s):  # some never get out: until nothing moves
        trace_s = run.path.trace_s
        end_s = 0.0 if trace_s is None or len(trace_s) == 0 else float(trace_s[-1]) - run.alarm_s
        share = 1.0
    else:
        share = 0.95
    at_s = np.linspace(0.0, share * max(0.0, end_s), count).round(1)
    lost_s = run.lost_s - run.alarm_s
    if count > 2 and 0 < lost_s < at_s[-1]:
        at_s[1 + int(np.argmin(np.abs(at_s[1:-1] - lost_s)))] = lost_s
    return tuple(at_s.tolist())


def replay_figure(
    site: Site,
    run: Run,
    lang: str,
    *,
    runs: int,
    seed: int,
    about: str = "",
    at_s: Sequence[float] | None = None,
) -> Figure:
    """A strip of frames: everybody who is inside as a dot, how many are in each space, wait at a door, and are out.

    Parameters
    ----------
    site
        With the building in which the inputs' spaces and doors are.
    run
        What is shown.
    lang
        zh or en.
    runs, seed
        Of how many runs it is the worst, and what they were drawn with.
    about
        What is drawn, for the title: a claim, a scenario.
    at_s
        Instants, seconds from the alarm, at least one; :func:`frames_of` if none are given.

    Raises
    ------
    InputsError
        If the site has no building, the path no trace, there is no instant, or no such language.
    """
    writing, layout = script(lang), site.building
    at_s = frames_of(run) if at_s is None else at_s
    if layout is None:
        raise InputsError(f"site {site.site!r} has no building to draw; accepted is one with a building.yaml")
    if not at_s:
        raise InputsError("there is no instant to draw; accepted is at least one")
    boxes = {level: [box_of(site, layout, name) for name in _on(layout, level)] for level in layout.levels}
    boxes = {level: found for level, found in boxes.items() if found}
    left, right = _reach([(box.x, box.x + box.width) for found in boxes.values() for box in found])
    ends = {level: _reach([(box.y, box.y + box.depth) for box in found]) for level, found in boxes.items()}
    depth = sum(high - low for low, high in ends.values())
    scale = min((INCHES[0] - 2 * BESIDE) / (right - left), max(0.5, INCHES[1] - len(ends) * (ABOVE + BELOW)) / depth)
    lifts, top = {}, 0.0
    for level, (low, high) in ends.items():  # the lowest storey first
        lifts[level] = top + BELOW / scale - low
        top += high - low + (ABOVE + BELOW) / scale
    left, right = left - BESIDE / scale, right + BESIDE / scale
    drawing = _Drawing(site, layout, run.inputs, writing, lifts, scale)
    columns = min(COLUMNS, len(at_s))
    rows = -(-len(at_s) // columns)
    with look(writing.families):
        wide, high = scale * (right - left) + 0.1, scale * top + INCH_OF_TITLE
        size = (max(7.2, columns * wide), rows * high + 1.0)
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False).flatten()
        for axes in panels:
            axes.set_axis_off()
        for axes, instant_s in zip(panels, at_s, strict=False):
            axes.set(xlim=(left, right), ylim=(0, top), aspect="equal")
            _draw_frame(axes, instant_s, run, drawing)
        figure.legend(handles=_keys(writing), loc="outside lower center", ncols=5)
        title = joined(_found(run, runs, seed, writing), writing, size[0] - 0.2)
        notes = [*([about] if about else []), say(writing, "replay_note").format(fewest=FEWEST)]
        figure.suptitle(
            f"{title}\n{joined(notes, writing, size[0] - 0.2)}", x=0.01, ha="left", fontsize=9.5, linespacing=1.5
        )
    return figure


def _on(layout: Layout, level: str) -> list[str]:
    return [
        name
        for name, space in layout.spaces.items()
        if space.kind != "outside"
        and (level == space.level if space.kind != "stair" else level in map(layout.level_of, layout.doors_of(name)))
    ]


def _reach(ends: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return min(low for low, _ in ends), max(high for _, high in ends)


def _found(run: Run, runs: int, seed: int, writing: Script) -> list[str]:
    """What the run shows."""
    last_s, lost_s = last_safe(run), run.lost_s - run.alarm_s
    floor = "" if run.off_floor_s is None else "floor_"
    named = {"runs": runs, "number": run.number, "seed": seed}
    if last_s < math.inf:
        parts = [say(writing, f"{floor}replayed").format(last=duration(last_s, writing), **named)]
    else:
        stuck = int(np.count_nonzero(run.leavers & np.isinf(run.safe_s)))
        parts = [say(writing, "replayed_stuck").format(stuck=stuck, **named)]
    if lost_s < math.inf:
        late = int(np.count_nonzero(run.leavers & (run.safe_s > run.lost_s)))
        key = "lost_before_alarm" if lost_s < 0 else "lost_at" if late else "lost_later"
        parts.append(say(writing, f"{floor}{key}").format(lost=duration(abs(lost_s), writing), late=late))
    return parts


# ---- one frame


def _draw_frame(axes: Axes, instant_s: float, run: Run, drawing: _Drawing) -> None:
    at_s = instant_s + run.alarm_s
    people = whereabouts(drawing.site, drawing.inputs, run.path, at_s)
    lost = at_s >= run.lost_s
    minutes, seconds = divmod(round(instant_s), 60)
    clock = f"{minutes}:{seconds:02d}"
    title = say(drawing.writing, "frame_lost" if lost else "frame").format(clock=clock, count=len(people))
    axes.set_title(title, color=VERMILLION if lost else BLACK, fontsize=8.5)
    for level, lift in drawing.lifts.items():
        _draw_storey(axes, level, lift, drawing)
    room = 0.95 * 72 * STANDS_M * drawing.scale  # points between two who wait
    for state, (edge, face, size) in DOTS.items():
        points = [(one.at[0], one.at[1] + drawing.lifts[one.level]) for one in people if one.state == state]
        axes.plot(
            [x for x, _ in points], [y for _, y in points], ls="", marker="o", ms=min(size, room), mec=edge, mfc=face,
            mew=0.5, zorder=3, label=state,
        )  # fmt: skip
    _write_counts(axes, people, drawing)
    _write_queues(axes, people, drawing)
    _write_out(axes, run, at_s, drawing)


def _draw_storey(axes: Axes, level: str, lift: float, drawing: _Drawing) -> None:
    spaces = drawing.on(level)
    for name in spaces:
        box = drawing.box(name)
        stair = drawing.layout.spaces[name].kind == "stair"
        paper, hatch = ("#f2f2f2", "---") if stair else ("white", None)
        corner = (box.x, box.y + lift)
        axes.add_patch(Rectangle(corner, box.width, box.depth, fc=paper, ec="#dddddd", lw=0, hatch=hatch, zorder=1))
        axes.add_patch(Rectangle(corner, box.width, box.depth, fc="none", ec=BLACK, lw=0.7, zorder=1.5))
    exits = {side // 2 for side in drawing.inputs.building.exits}
    for k, door in enumerate(drawing.inputs.building.doors):
        if drawing.layout.level_of(door.name) == level:
            (x, y), (across, along) = door.at, _outwards(drawing, k)
            half_x, half_y = abs(along) * door.width_m / 2, abs(across) * door.width_m / 2
            axes.plot(
                [x - half_x, x + half_x], [y - half_y + lift, y + half_y + lift],
                color=GREEN if k in exits else BLUE, lw=2.6 if k in exits else 1.8, solid_capstyle="butt", zorder=2,
            )  # fmt: skip
    if len(drawing.lifts) > 1:
        label = drawing.layout.levels[level].label
        top = max(drawing.box(name).y + drawing.box(name).depth for name in spaces) + lift
        left = min(drawing.box(name).x for name in spaces)
        text = label.zh if drawing.writing.language == "zh" else label.en
        axes.text(left, top + 0.06 / drawing.scale, text, fontsize=6.5, color=GREY, va="bottom")


def _outwards(drawing: _Drawing, door: int, space: str | None = None) -> tuple[int, int]:
    """The direction through a door out of a space: (±1, 0) or (0, ±1); else out of one of its spaces inside."""
    found = drawing.inputs.building.doors[door]
    inside = [name for name in found.between if drawing.layout.spaces[name].kind != "outside"]
    box, (x, y) = drawing.box(space or inside[0]), found.at
    walls = {
        (-1, 0): abs(x - box.x),
        (1, 0): abs(box.x + box.width - x),
        (0, -1): abs(y - box.y),
        (0, 1): abs(box.y + box.depth - y),
    }
    return min(walls, key=lambda wall: walls[wall])


def _write_counts(axes: Axes, people: Sequence[Person], drawing: _Drawing) -> None:
    """How many there are in each space; of stairs, on each storey, those of one well together."""
    for (box, level), count in Counter((drawing.box(one.space), one.level) for one in people).items():
        x, y, ha, va = _free_corner(drawing, box, level)
        axes.text(x, y + drawing.lifts[level], str(count), fontsize=6.5, ha=ha, va=va, path_effects=HALO, zorder=4)


def _free_corner(drawing: _Drawing, box: Box, level: str) -> tuple[float, float, str, str]:
    """Of the corners and sides of a box, that which is farthest from its doors; and how a text is aligned there."""
    inset, layout = 0.035 / drawing.scale, drawing.layout
    spaces = [name for name in drawing.on(level) if drawing.box(name) == box]
    doors = [
        door.at
        for door in drawing.inputs.building.doors
        if layout.level_of(door.name) == level and not set(spaces).isdisjoint(door.between)
    ]
    places = [
        (x, y, ha, va)
        for x, ha in ((box.x + inset, "left"), (box.x + box.width - inset, "right"))
        for y, va in ((box.y + box.depth - inset, "top"), (box.middle[1], "center"), (box.y + inset, "bottom"))
    ]
    return max(places, key=lambda place: min((math.dist(place[:2], at) for at in doors), default=0.0))


def _write_queues(axes: Axes, people: Sequence[Person], drawing: _Drawing) -> None:
    """How many wait at a door, beyond it."""
    for (side, level, space), count in Counter((p.side, p.level, p.space) for p in people if p.side >= 0).items():
        if count >= FEWEST:
            (x, y), (across, along) = drawing.inputs.building.doors[side // 2].at, _outwards(drawing, side // 2, space)
            away = 0.1 / drawing.scale
            aside = 0.12 / drawing.scale if side in drawing.inputs.building.exits else 0.0  # there others are out
            x, y = x + across * away - abs(along) * aside, y + along * away + abs(across) * aside
            axes.text(
                x, y + drawing.lifts[level], f"({count})", fontsize=6.5, ha="center", va="center", color=VERMILLION,
                path_effects=HALO, zorder=5,
            )  # fmt: skip


def _write_out(axes: Axes, run: Run, at_s: float, drawing: _Drawing) -> None:
    """How many have gone out through each exit."""
    building, inputs = drawing.inputs.building, drawing.inputs
    out = goes_out(inputs) & (run.path.out_s <= at_s)
    for k, side in enumerate(building.exits):
        count = int(np.count_nonzero(out & (run.path.target == k)))
        door, space = building.doors[side // 2], building.spaces[building.leads_from[side]].name
        across, along = _outwards(drawing, side // 2, space)
        arrow = {(1, 0): "→", (-1, 0): "←", (0, 1): "↑", (0, -1): "↓"}[across, along]
        away, aside = 0.11 / drawing.scale, 0.06 / drawing.scale
        x = door.at[0] + (across * 0.05 / drawing.scale if across else aside)
        y = door.at[1] + along * away - abs(across) * 1.5 * aside
        axes.text(
            x, y + drawing.lifts[drawing.layout.level_of(door.name)], f"{arrow} {count}", fontsize=7, color=GREEN,
            ha="right" if across < 0 else "left", va="center", zorder=5, path_effects=HALO,
        )  # fmt: skip


def _keys(writing: Script) -> list[Line2D]:
    dots = [
        Line2D([], [], ls="", marker="o", ms=size + 2, mec=edge, mfc=face, label=say(writing, f"dot_{state}"))
        for state, (edge, face, size) in DOTS.items()
    ]
    return [
        *dots,
        Line2D([], [], color=BLUE, lw=2, label=say(writing, "door")),
        Line2D([], [], color=GREEN, lw=3, label=say(writing, "exit")),
    ]
