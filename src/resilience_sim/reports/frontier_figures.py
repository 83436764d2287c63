"""A figure of what more service would cost, and what less would save: a panel for each recommendation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from resilience_sim.experiments.frontier import Offer
from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.reports import words
from resilience_sim.reports.fonts import Script, script
from resilience_sim.reports.frontier_words import choice_name, group_name, say
from resilience_sim.reports.look import BLACK, BLUE, GREEN, GREY, look

__all__ = ["FRONTIER", "frontier_figure"]

FRONTIER = "frontier.svg"
COLUMNS = 3
PANEL_IN = (3.6, 2.7)
WIDE = 34  # characters of a panel's name in one line


def frontier_figure(found: Sequence[Recommendation], lang: str) -> Figure | None:
    """Share of events kept by cost: every choice looked at, those of the frontier joined, the recommended one marked.

    Parameters
    ----------
    found
        What was recommended; panels are drawn for those whose frontier has several choices.
    lang
        zh or en.

    Returns
    -------
    Figure or None
        None where no recommendation has a choice between costs.

    Raises
    ------
    InputsError
        If there is no such language.
    """
    writing, drawn = script(lang), [one for one in found if len(one.frontier) > 1]
    if not drawn:
        return None
    columns = min(COLUMNS, len(drawn))
    rows = -(-len(drawn) // columns)
    with look(writing.families):
        size = max(2, columns) * PANEL_IN[0], 1.0 + rows * PANEL_IN[1]
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False)
        for number, one in enumerate(drawn):
            axes = panels[number // columns, number % columns]
            _draw(axes, one, writing)
            if number % columns == 0:
                axes.set_ylabel(say("kept_axis", writing.language))
        for axes in panels.flat[len(drawn) :]:
            axes.set_axis_off()
        figure.suptitle(say("interval", writing.language), x=0.01, ha="left", color=GREY, fontsize=8)
        figure.legend(handles=_keys(writing), loc="outside lower center", ncols=3)
    return figure


def _draw(axes: Axes, one: Recommendation, writing: Script) -> None:
    at = [_place(one, offer) for offer in one.offers]
    for x, offer in zip(at, one.offers, strict=True):
        on = not offer.dominated
        _dot(axes, x, offer, chosen=offer.index == one.result.chosen, on=on)
    line = [(x, 100 * offer.kept) for x, offer in zip(at, one.offers, strict=True) if not offer.dominated]
    axes.step([x for x, _ in line], [y for _, y in line], where="post", color=BLUE, lw=1.2, alpha=0.6)
    axes.axhline(100 * one.questions[0].required, color=BLACK, lw=0.9, ls=(0, (4, 3)))
    axes.set_ylim(-4, 104)
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.set_xlabel(_cost_axis(one, writing))
    axes.set_title(_lines(group_name(one, writing.language)), fontsize=8)


def _dot(axes: Axes, x: float, offer: Offer, *, chosen: bool, on: bool) -> None:
    colour = GREEN if chosen else BLUE if on else GREY
    axes.plot([x, x], [100 * offer.low, 100 * offer.high], color=colour, lw=1.6, alpha=0.5, solid_capstyle="butt")
    axes.plot(
        x, 100 * offer.kept, color=colour, marker="*" if chosen else "o", ms=11 if chosen else 5,
        mfc=colour if chosen or on else "white", ls="", zorder=3, clip_on=False,
    )  # fmt: skip


def _told(one: Recommendation) -> bool:
    """Whether the words of the cost have a place for its number."""
    return "{cost" in words.cost_name(one.cost_unit, "en")


def _place(one: Recommendation, offer: Offer) -> float:
    """The cost, or the value chosen where that is the cost."""
    return offer.cost if _told(one) or len(one.choices) > 1 else one.values(offer.index)[0]


def _cost_axis(one: Recommendation, writing: Script) -> str:
    """What the costs count, "…" in the place of the number; or what is chosen, where that is the cost."""
    if _told(one):
        return re.sub(r"\{cost[^}]*\}", "…", words.cost_name(one.cost_unit, writing.language))
    if len(one.choices) > 1:
        return say("cost", writing.language)
    (choice,) = one.choices
    return f"{choice_name(choice, writing.language)} ({choice.unit})"


def _lines(name: str) -> str:
    """A name in lines that fit a panel, broken at its slashes."""
    lines = [""]
    for part in name.split(" / "):
        joined = f"{lines[-1]} / {part}" if lines[-1] else part
        if len(joined) > WIDE and lines[-1]:
            lines.append(part)
        else:
            lines[-1] = joined
    return "\n".join(lines)


def _keys(writing: Script) -> list[Line2D]:
    return [
        Line2D([], [], color=GREEN, marker="*", ms=11, ls="", label=say("chosen", writing.language)),
        Line2D([], [], color=BLUE, marker="o", ms=5, lw=1.2, label=say("on", writing.language)),
        Line2D([], [], color=GREY, marker="o", ms=5, mfc="white", ls="", label=say("off", writing.language)),
    ]
