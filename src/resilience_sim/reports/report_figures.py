"""Which figures a report has of a plan: those that ``check`` and ``recommend`` draw, in parts that a page can hold.

What the figure of verdicts shows of each row (share, interval, required share) stands beside the row in the page's
table; the verdict matrix is the overview.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from matplotlib.figure import Figure

from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.reports.figures import breaking_figure
from resilience_sim.reports.frontier_figures import frontier_figure
from resilience_sim.reports.matrix_figures import matrix_figure
from resilience_sim.reports.report_content import PlanResults
from resilience_sim.reports.report_words import figure_name, say
from resilience_sim.reports.words import Language, load_name
from resilience_sim.reports.words import say as common

__all__ = ["evenly", "report_figures"]

ROWS, LOADS, CHOICES = 18, 3, 9  # of a figure, as many as are legible on a printed page


def report_figures(one: PlanResults, language: Language) -> Iterator[tuple[str, Figure]]:
    """Figures with their titles: verdict matrix, costs, breaking points, and what only this plan's study draws."""
    if one.rows:
        yield say("figure_matrix", language), matrix_figure(one.rows, language, titles={one.plan.plan: one.plan.title})
    choices = [found for found in one.found or () if len(found.frontier) > 1]
    for part in evenly(len(choices), CHOICES):
        if (figure := frontier_figure(choices[part], language)) is not None:
            yield say("figure_frontier", language), figure
    yield from _breaking_points(one.rows, language)
    for name, own in one.figures.items():
        yield figure_name(name, language), own


def _breaking_points(rows: Sequence[CheckedClaim], language: Language) -> Iterator[tuple[str, Figure]]:
    """Claims that share their loads together."""
    alike: dict[tuple[str, ...], list[CheckedClaim]] = {}
    for row in rows:
        if row.breaking_points:
            alike.setdefault(tuple(point.along for point in row.breaking_points), []).append(row)
    for loads, together in alike.items():
        for beside, below in itertools.product(evenly(len(loads), LOADS), evenly(len(together), ROWS)):
            part = [replace(row, breaking_points=row.breaking_points[beside]) for row in together[below]]
            names = common("list", language).join(load_name(load, language) for load in loads[beside])
            title = say("figure_breaking", language).format(loads=names)
            if len(part) < len(together):
                title += say("rows", language).format(first=below.start + 1, last=below.stop, all=len(together))
            yield title, breaking_figure(part, language)


def evenly(count: int, most: int) -> list[slice]:
    """Parts of about the same size, none larger than `most`.

    Examples
    --------
    >>> evenly(19, 18)
    [slice(0, 9, None), slice(9, 19, None)]
    """
    parts = math.ceil(count / most)
    ends = [count * part // max(parts, 1) for part in range(parts + 1)]
    return [slice(start, end) for start, end in itertools.pairwise(ends)]
