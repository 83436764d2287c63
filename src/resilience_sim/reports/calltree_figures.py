"""Drawings of a call tree: for each kind of alarm who notices it, and who tells whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from resilience_sim.errors import InputsError
from resilience_sim.plans.calltree import CallTree
from resilience_sim.plans.site import Site
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.look import BLACK, BLUE, GREY, VERMILLION, look

__all__ = ["calltree_figure", "depths"]

WORDS = {  # key: Chinese, English
    "calls": ("打电话（按名单次序）", "calls, in the order of the list"),
    "messages": ("发消息", "messages"),
    "delegates": ("联系不上时由其代替", "stands in if not reached"),
    "notices": ("先得知", "notices it"),
    "persons": ("{role}（{count} 人）", "{role} ({count})"),
}
STYLES: dict[str, tuple[str, Literal["-", "--", ":"]]] = {
    "calls": (BLUE, "-"),
    "messages": (VERMILLION, "--"),
    "delegates": (GREY, ":"),
}
ACROSS, ROW, HEAD = 7.4, 0.34, 0.55  # inches: the whole width, a line of roles, a chain's title


@dataclass(frozen=True)
class _Drawing:
    """What all parts of the drawing need to know."""

    tree: CallTree
    site: Site
    writing: Script

    def say(self, key: str) -> str:
        return WORDS[key][0 if self.writing.language == "zh" else 1]

    def label(self, role: str) -> str:
        own = self.tree.roles[role]
        name = own.label.zh if self.writing.language == "zh" else own.label.en
        count = self.tree.persons(role, self.site)
        return name if count == 1 else self.say("persons").format(role=name, count=count)


def calltree_figure(site: Site, lang: str) -> Figure:
    """The chains of a site's call tree, one below the other; who is told later stands further to the right.

    Parameters
    ----------
    site
        A site with a call tree.
    lang
        zh or en.

    Raises
    ------
    InputsError
        If the site has no call tree.
    """
    tree = site.calltree
    if tree is None:
        raise InputsError(f"site {site.site!r} has no call tree; accepted is one with a calltree.yaml beside it")
    drawing = _Drawing(tree, site, script(lang))
    rows = [_rows(depths(tree, chain)) for chain in tree.chains]
    heights = [HEAD + ROW * count for count in rows]
    with look(drawing.writing.families):
        figure = Figure(figsize=(ACROSS, sum(heights) + 0.9), layout="constrained")
        axes = figure.subplots(len(rows), 1, squeeze=False, height_ratios=heights)
        for chain, axis in zip(tree.chains, axes[:, 0], strict=True):
            _draw_chain(axis, drawing, chain)
        figure.suptitle(tree.title.zh if drawing.writing.language == "zh" else tree.title.en, x=0.01, ha="left")
        used = [part for part in STYLES if any(getattr(chain, part) for chain in tree.chains.values())]
        lines = [Line2D([], [], color=STYLES[part][0], linestyle=STYLES[part][1]) for part in used]
        notices = Line2D([], [], marker="s", linestyle="", markerfacecolor="white", markeredgecolor=BLACK)
        figure.legend([*lines, notices], [*map(drawing.say, used), drawing.say("notices")],
                      loc="outside lower left", ncols=2)  # fmt: skip
    return figure


def depths(tree: CallTree, chain: str) -> dict[str, int]:
    """By how many others a role is told at least, itself or in somebody's place; in the order of the lists."""
    alarm = tree.chains[chain]
    found = dict.fromkeys(alarm.notices, 0)
    ahead = list(alarm.notices)
    while ahead:
        role = ahead.pop(0)
        for name in (*alarm.calls.get(role, ()), *alarm.messages.get(role, ())):
            for one in tree.stands_in(chain, name):
                if one not in found:
                    found[one] = found[role] + 1
                    ahead.append(one)
    return found


def _rows(levels: dict[str, int]) -> int:
    return max(list(levels.values()).count(level) for level in set(levels.values()))


def _draw_chain(axis: Axes, drawing: _Drawing, chain: str) -> None:
    alarm, levels = drawing.tree.chains[chain], depths(drawing.tree, chain)
    deepest, most = max(levels.values()), _rows(levels)
    at: dict[str, tuple[float, float]] = {}
    for level in range(deepest + 1):
        column = [role for role in levels if levels[role] == level]
        for row, role in enumerate(column):
            at[role] = (float(level), -(row + 0.5 + (most - len(column)) / 2))
    for part, (colour, line) in STYLES.items():
        for role, listed in getattr(alarm, part).items():
            for name in (listed,) if isinstance(listed, str) else listed:
                bow = 0.3 if levels[name] <= levels[role] else 0.0  # beside each other: round the others
                axis.annotate(
                    "",
                    at[name],
                    at[role],
                    arrowprops={"arrowstyle": "->", "color": colour, "linestyle": line, "shrinkA": 3, "shrinkB": 3,
                                "connectionstyle": f"arc3,rad={bow}"},
                )  # fmt: skip
    for role, (x, y) in at.items():
        edge = BLACK if role in alarm.notices else "none"
        place = "left" if x == 0 else "right" if x == deepest else "center"
        axis.text(x, y, drawing.label(role), ha=place, va="center", fontsize=8,
                  bbox={"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": edge})  # fmt: skip
    axis.set_title(alarm.label.zh if drawing.writing.language == "zh" else alarm.label.en, color=GREY)
    axis.set_xlim(-0.03 * max(deepest, 1), 1.03 * max(deepest, 1))
    axis.set_ylim(-most, 0)
    axis.set_axis_off()
