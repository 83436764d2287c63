"""Drawings of a building: its storeys in plan, rooms and stairs, doors with their width, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MultipleLocator

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import number
from resilience_sim.plans.building import Layout
from resilience_sim.plans.fields import Text
from resilience_sim.plans.site import Site
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.look import BLACK, BLUE, GREEN, GREY, PALE, look

__all__ = ["building_figure"]

WORDS = {  # key: Chinese, English
    "people": ("{count} 人", "{count} people"),
    "note": (
        "门旁数字：净宽（米）；人数：报警时所在",
        "numbers at doors: clear width (m); people: where they are at the alarm",
    ),
    "metres": ("米", "m"),
    "exit": ("出口", "way out"),
    "door": ("门", "door"),
    "stair": ("楼梯（↑ 上，↓ 下）", "stair (↑ up, ↓ down)"),
    "outside": ("室外", "outside"),
}

INCHES = (7.4, 8.6)  # the most that the plans of all storeys take, across and down
MARGIN_M = 0.4
NARROW = 0.6  # inches; in a narrower space words run upwards
LINE = 0.14  # inches, of writing
SMALL = 7.0  # points
STEP_M = 0.6  # between the lines that stand for a stair's steps


@dataclass(frozen=True)
class _Box:
    """A rectangle of the plan, in metres."""

    x: float
    y: float
    width: float
    depth: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.depth / 2

    def outwards(self, at: tuple[float, float]) -> tuple[int, int]:
        """The direction out of the box through the wall nearest to a point: (±1, 0) or (0, ±1)."""
        walls = {
            (-1, 0): at[0] - self.x,
            (1, 0): self.x + self.width - at[0],
            (0, -1): at[1] - self.y,
            (0, 1): self.y + self.depth - at[1],
        }
        return min(walls, key=lambda wall: abs(walls[wall]))


@dataclass(frozen=True)
class _Drawing:
    """What all parts of the drawing need to know."""

    layout: Layout
    site: Site
    writing: Script
    scale: float  # inches per metre
    people: Mapping[str, int]
    values: Mapping[str, float]
    most: float  # the value at the dark end of the colours; at the light one it is 0

    def say(self, key: str) -> str:
        return WORDS[key][0 if self.writing.language == "zh" else 1]

    def label(self, text: Text) -> str:
        return text.zh if self.writing.language == "zh" else text.en

    def box(self, name: str) -> _Box:
        return _box(self.layout, name, self.site)

    def on(self, level: str, *, stairs: bool) -> list[str]:
        """Names of the spaces on a storey, or of the stairs to it."""
        found = []
        for name, space in self.layout.spaces.items():
            if space.kind == "stair":
                if stairs and level in (self.layout.level_of(door) for door in self.layout.doors_of(name)):
                    found.append(name)
            elif not stairs and space.level == level:
                found.append(name)
        return found


def building_figure(
    site: Site, lang: str, *, values: Mapping[str, float] | None = None, shown: str | None = None
) -> Figure:
    """The storeys of a site's building, the highest on top: spaces, doors with widths, ways out, people at the start.

    Parameters
    ----------
    site
        A site with a building.
    lang
        zh or en.
    values
        What colours the spaces, by name, such as the highest density in each; those without one stay white. Values are
        also written, and dark is much, in grey as in colour.
    shown
        What the values are, with their unit, in the language of the figure.

    Raises
    ------
    InputsError
        If the site has no building, there is no such language, or a value is of no space, or no number of 0 or more.
    """
    layout = site.building
    if layout is None:
        raise InputsError(f"site {site.site!r} has no building to draw; accepted is one with a building.yaml")
    values = values or {}
    for name, value in values.items():
        if name not in layout.spaces:
            raise InputsError(f"a value is given for {name!r}; accepted are spaces: {', '.join(layout.spaces)}")
        number(f"the value of {name!r}", value)
    writing = script(lang)
    boxes = [_box(layout, name, site) for name in layout.spaces]
    x = (min(box.x for box in boxes) - MARGIN_M, max(box.x + box.width for box in boxes) + MARGIN_M)
    y = {level: _reach(layout, level, site) for level in reversed(layout.levels)}  # the highest on top
    depths = [high - low for low, high in y.values()]
    scale = min(INCHES[0] / (x[1] - x[0]), INCHES[1] / sum(depths))
    most = max(values.values(), default=0.0) or 1.0
    drawing = _Drawing(layout, site, writing, scale, _people(layout, site), values, most)
    with look(writing.families):
        wide, high = scale * (x[1] - x[0]) + (1.3 if values else 0.5), scale * sum(depths) + 1.1 + 0.3 * len(y)
        figure = Figure(figsize=(max(wide, 5.2), high), layout="constrained")
        panels = figure.subplots(len(y), 1, squeeze=False, sharex=True, height_ratios=depths)[:, 0]
        for axes, level in zip(panels, y, strict=True):
            _draw_level(axes, level, drawing)
            axes.set(xlim=x, ylim=y[level], aspect="equal", yticks=[])
            axes.set_title(drawing.label(layout.levels[level].label))
            axes.xaxis.set_major_locator(MultipleLocator(5 if x[1] - x[0] > 12 else 1))
            axes.tick_params(axis="x", length=2, bottom=axes is panels[-1])
        panels[-1].set_xlabel(drawing.say("metres"))
        if values:
            bar = figure.colorbar(ScalarMappable(Normalize(0, most), _shades()), ax=list(panels), shrink=0.6, aspect=30)
            bar.set_label(shown or "")
            bar.ax.grid(visible=False)
        title = f"{drawing.label(layout.title)}\n{drawing.say('note')}"
        figure.suptitle(title, x=0.01, ha="left", fontsize=9, linespacing=1.4)
        figure.legend(handles=_keys(drawing), loc="outside lower center", ncols=4)
    return figure


def _people(layout: Layout, site: Site) -> dict[str, int]:
    """How many are in each room at the start."""
    people: dict[str, int] = {}
    for name, group in layout.groups.items():
        people[group.room] = people.get(group.room, 0) + sum(layout.people(name, site).values())
    return people


# ---- one storey


def _draw_level(axes: Axes, level: str, drawing: _Drawing) -> None:
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    for name in drawing.on(level, stairs=False):
        if drawing.layout.spaces[name].kind == "outside":
            _draw_outside(axes, name, drawing)
        else:
            _draw_space(axes, name, drawing)
    wells: dict[_Box, list[str]] = {}
    for name in drawing.on(level, stairs=True):
        wells.setdefault(drawing.box(name), []).append(name)
    for box, names in wells.items():
        _draw_well(axes, box, names, level, drawing)
    for name in drawing.layout.doors:
        if drawing.layout.level_of(name) == level:
            _draw_door(axes, name, drawing)


def _draw_space(axes: Axes, name: str, drawing: _Drawing) -> None:
    box, space = drawing.box(name), drawing.layout.spaces[name]
    _fill(axes, box, name, drawing)
    lines = [drawing.label(space.label)]
    if drawing.people.get(name):
        lines.append(drawing.say("people").format(count=drawing.people[name]))
    _write(axes, box, name, lines, drawing)


def _draw_outside(axes: Axes, name: str, drawing: _Drawing) -> None:
    box = drawing.box(name)
    corner = (box.x, box.y)
    axes.add_patch(Rectangle(corner, box.width, box.depth, fc="none", ec=GREY, lw=0.8, ls=(0, (4, 3)), zorder=0.5))
    inset = 0.05 / drawing.scale
    label = drawing.label(drawing.layout.spaces[name].label)
    axes.text(box.x + inset, box.y + inset, label, color=GREY, fontsize=SMALL + 0.5, va="bottom")


def _draw_well(axes: Axes, box: _Box, names: list[str], level: str, drawing: _Drawing) -> None:
    """A stairwell with lines for steps; where several stairs meet, each has a part of it, by the side of its door."""
    layout, order = drawing.layout, list(drawing.layout.levels)
    doors = {name: {layout.level_of(door): door for door in layout.doors_of(name)} for name in names}
    names = sorted(names, key=lambda name: layout.point(layout.doors[doors[name][level]].at, drawing.site))
    for k, name in enumerate(names):
        part = _Box(box.x + k * box.width / len(names), box.y, box.width / len(names), box.depth)
        _fill(axes, part, name, drawing)
        steps = int(part.depth / STEP_M)
        for step in range(1, steps):
            y = part.y + step * part.depth / steps
            axes.plot([part.x, part.x + part.width], [y, y], color=PALE, lw=0.6, zorder=1.5)
        (other,) = set(doors[name]) - {level}
        arrow = "↑" if order.index(other) > order.index(level) else "↓"
        _write(axes, part, name, [f"{drawing.label(layout.spaces[name].label)} {arrow}"], drawing)


def _fill(axes: Axes, box: _Box, name: str, drawing: _Drawing) -> None:
    axes.add_patch(Rectangle((box.x, box.y), box.width, box.depth, fc=_paper(name, drawing), ec=BLACK, lw=1.1))


def _write(axes: Axes, box: _Box, name: str, lines: list[str], drawing: _Drawing) -> None:
    """What stands in a box; in a narrow one it runs upwards, and where lines are too many it is one."""
    if name in drawing.values:
        lines = [*lines, f"{drawing.values[name]:.2g}"]
    across, along = box.width * drawing.scale, box.depth * drawing.scale
    narrow = across < NARROW < along
    roomy = (across if narrow else along) >= LINE * len(lines) + 0.03
    stair = drawing.layout.spaces[name].kind == "stair"
    x, y = box.middle
    axes.text(
        x,
        box.y + box.depth - 0.06 / drawing.scale if stair else y,
        ("\n" if roomy else "  ").join(lines),
        ha="center",
        va="top" if stair else "center",  # at a stair's door its width is written
        rotation=90 if narrow else 0,
        fontsize=SMALL if stair else SMALL + 0.5,
        linespacing=1.3,
        color=_ink(name, drawing),
        zorder=4,
        bbox={"fc": _paper(name, drawing), "ec": "none", "pad": 0.5} if stair else None,
    )


# ---- doors


def _draw_door(axes: Axes, name: str, drawing: _Drawing) -> None:
    """A bar as long as the door is wide; an arrow and its name if it is a way out, else its width inside a room."""
    layout, site = drawing.layout, drawing.site
    door = layout.doors[name]
    at, width = layout.point(door.at, site), door.width.base(site)
    outside = [space for space in door.between if layout.spaces[space].kind == "outside"]
    inside = min((space for space in door.between if space not in outside), key=lambda one: _rank(drawing, one))
    x, y = drawing.box(inside).outwards(at)
    colour = GREEN if outside else BLUE
    half_x, half_y = abs(y) * width / 2, abs(x) * width / 2
    axes.plot(
        [at[0] - half_x, at[0] + half_x], [at[1] - half_y, at[1] + half_y],
        color=colour, lw=4, solid_capstyle="butt", zorder=3,
    )  # fmt: skip
    inch = 1 / drawing.scale
    if not outside:
        place = (at[0] - x * 0.06 * inch, at[1] - y * 0.06 * inch)
        axes.text(
            *place, f"{width:g}", fontsize=SMALL - 0.5, color=_ink(inside, drawing, BLUE), zorder=4,
            ha={1: "right", -1: "left", 0: "center"}[x], va={1: "top", -1: "bottom", 0: "center"}[y],
        )  # fmt: skip
        return
    tip = (at[0] + x * 0.3 * inch, at[1] + y * 0.3 * inch)
    tail = (at[0] - x * 0.08 * inch, at[1] - y * 0.08 * inch)
    axes.annotate("", tip, tail, arrowprops={"arrowstyle": "-|>", "color": GREEN, "lw": 2, "mutation_scale": 14})
    label = name.replace("_", " ") if door.label is None else drawing.label(door.label)
    ground = drawing.box(outside[0])
    if x:  # beside the building: above the arrow
        place, ha, va = (at[0] + x * 0.08 * inch, at[1] + 0.12 * inch), "left" if x > 0 else "right", "bottom"
    else:  # before or behind it: on that side of the arrow where there is room
        side = -1 if at[0] > ground.x + 0.7 * ground.width else 1
        place, ha = (at[0] + side * 0.12 * inch, at[1] + y * 0.08 * inch), "left" if side > 0 else "right"
        va = "bottom" if y > 0 else "top"
    axes.text(*place, f"{label}\n{width:g} m", ha=ha, va=va, fontsize=SMALL + 0.5, color=GREEN, zorder=4)


def _rank(drawing: _Drawing, space: str) -> tuple[bool, float]:
    """In which of its two spaces a door's width is written: in a room, else in the larger one."""
    box = drawing.box(space)
    return drawing.layout.spaces[space].kind != "room", -box.width * box.depth


# ---- colours and measures


def _shades() -> Colormap:
    """From light to dark, evenly in grey too, and safe for colour-blind readers."""
    whole = colormaps["cividis"]
    return LinearSegmentedColormap.from_list("density", [whole(1 - 0.9 * k / 255) for k in range(256)])


def _shade(name: str, drawing: _Drawing) -> tuple[float, float, float]:
    red, green, blue, _ = _shades()(drawing.values[name] / drawing.most)
    return red, green, blue


def _paper(name: str, drawing: _Drawing) -> str | tuple[float, float, float]:
    """The colour of a space."""
    return _shade(name, drawing) if name in drawing.values else "white"


def _ink(name: str, drawing: _Drawing, plain: str = BLACK) -> str:
    """What one can read on the space's colour."""
    if name not in drawing.values:
        return plain
    light = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _shade(name, drawing))
    luminance = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), light, strict=True))
    return BLACK if luminance > 0.179 else "white"  # where both contrasts are alike (WCAG 2.1)


def _box(layout: Layout, name: str, site: Site) -> _Box:
    space = layout.spaces[name]
    return _Box(*layout.point(space.corner, site), *layout.point(space.size, site))


def _reach(layout: Layout, level: str, site: Site) -> tuple[float, float]:
    """From where to where a storey goes, with its stairs."""
    boxes = [
        _box(layout, name, site)
        for name, space in layout.spaces.items()
        if level == space.level or level in (layout.level_of(d) for d in layout.doors_of(name) if space.level is None)
    ]
    if not boxes:
        return 0.0, 1.0
    return min(box.y for box in boxes) - MARGIN_M, max(box.y + box.depth for box in boxes) + MARGIN_M


def _keys(drawing: _Drawing) -> list[Line2D | Patch]:
    keys: list[Line2D | Patch] = [
        Line2D([], [], color=GREEN, lw=4, label=drawing.say("exit")),
        Line2D([], [], color=BLUE, lw=4, label=drawing.say("door")),
    ]
    if any(space.kind == "stair" for space in drawing.layout.spaces.values()):
        keys.append(Patch(fc="white", ec=BLACK, hatch="---", label=drawing.say("stair")))
    keys.append(Patch(fc="none", ec=GREY, ls=(0, (4, 3)), label=drawing.say("outside")))
    return keys
