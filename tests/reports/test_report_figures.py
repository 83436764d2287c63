"""Which figures a report has: all that is found is drawn, and no figure is larger than a page can hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from matplotlib.figure import Figure
from reported import hostile_results

from resilience_sim.experiments.breaking import BreakingPoint
from resilience_sim.reports import report_figures
from resilience_sim.reports.report_content import PlanResults
from resilience_sim.reports.report_figures import CHOICES, LOADS, ROWS, evenly
from resilience_sim.reports.report_figures import report_figures as drawn

LOAD_NAMES = ("surge.times", "redial.share", "calls.handling_mean", "support.lead")


@pytest.mark.parametrize("count", [0, 1, 8, 9, 10, 18, 19, 91])
@pytest.mark.parametrize("most", [1, 3, 18])
def test_parts_cover_everything_once_and_are_of_about_the_same_size(count: int, most: int) -> None:
    parts = evenly(count, most)
    assert [k for part in parts for k in range(count)[part]] == list(range(count))
    sizes = [part.stop - part.start for part in parts]
    assert max(sizes, default=0) <= most
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


def test_every_breaking_point_is_drawn_once_and_in_figures_that_a_page_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    one = hostile_results().plans[0]
    points = tuple(BreakingPoint(name, "1", 1.0, 2.0) for name in LOAD_NAMES)
    rows = [replace(one.rows[k % len(one.rows)], breaking_points=points[: 4 - k % 2]) for k in range(50)]
    seen: Counter[str] = Counter()

    def noted(part: list, lang: str) -> Figure:  # type: ignore[type-arg]
        assert lang == "en"
        assert len(part) <= ROWS
        assert all(1 <= len(row.breaking_points) <= LOADS for row in part)
        seen.update(point.along for row in part for point in row.breaking_points)
        return Figure()

    monkeypatch.setattr(report_figures, "breaking_figure", noted)
    titles = [title for title, _ in drawn(PlanResults(one.plan, one.site, rows), "en")]
    assert seen == {LOAD_NAMES[0]: 50, LOAD_NAMES[1]: 50, LOAD_NAMES[2]: 50, LOAD_NAMES[3]: 25}
    assert titles[0] == "Verdict and margin of each clause in each scenario"
    assert titles[1] == "Breaking points: calls, times usual, share who redial (rows 1 to 12 of 25)"


def test_choices_between_costs_are_drawn_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    one = hostile_results().plans[0]

    class Found:
        frontier = (1, 2)

    told: list[int] = []
    monkeypatch.setattr(report_figures, "frontier_figure", lambda part, _: told.append(len(part)))
    list(drawn(PlanResults(one.plan, one.site, found=[Found()] * 20), "en"))  # type: ignore[list-item]
    assert sum(told) == 20
    assert max(told) <= CHOICES
