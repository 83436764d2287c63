"""The frontier of a recommendation as a table, a record and a figure."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from resilience_sim.experiments.frontier import Offer
from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.reports.frontier_figures import frontier_figure
from resilience_sim.reports.frontier_tables import frontier_table
from resilience_sim.reports.records import as_json, recommend_record
from resilience_sim.reports.words import Language
from resilience_sim.studies import bind
from resilience_sim.studies.question import Choice
from resilience_sim.verdicts.cheapest import Cheapest
from resilience_sim.verdicts.selection import Found
from resilience_sim.verdicts.verdict import Reading, ShareTest

PLAN, DOCUMENT = read_plan(library()["service-hall"])
SITE, SITE_DOCUMENT = read_site(library()["service-hall"])
QUESTION = bind(PLAN, SITE, document=DOCUMENT, site_document=SITE_DOCUMENT).questions()[0]
TEST = ShareTest(threshold=0.95, alpha=1e-3, margin=0.005, budget=1000, reading=Reading.PER_EVENT)
CHOSEN = Cheapest(Found.FOUND, (3,), 30.0, (), (((3,), TEST.judge(900, 900)),), (((2,), TEST.judge(50, 90)),), (), 1)
OFFERS = tuple(
    Offer((k,), 10.0 * k, share, share - 0.04, min(1.0, share + 0.03), 200, dominated)
    for k, share, dominated in [
        (0, 0.2, False), (1, 0.55, False), (2, 0.8, False), (3, 0.97, False), (4, 0.96, True), (5, 0.98, False),
        (6, 0.99, False),
    ]
)  # fmt: skip


def found(result: Cheapest = CHOSEN, offers: tuple[Offer, ...] = OFFERS) -> Recommendation:
    choice = Choice("P5-04", "agents", "agents", tuple(float(k) for k in range(7)), 1.0)
    return Recommendation("service-hall", (QUESTION,), (choice,), result, 1e-6, "staff_hours_added", offers)


def shown(one: Recommendation, language: Language) -> str:
    console = Console(width=120, file=io.StringIO(), color_system=None)
    console.print(frontier_table([one], language))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_shows_the_offers_next_to_the_recommended_one() -> None:
    text = shown(found(), "en")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "1 agent 55 % (51 % – 58 %) 10 staff-hours more per event" in lines
    assert "3 agents 97 % (93 % – 100 %) 30 staff-hours more per event recommended" in lines
    assert "5 agents 98 % (94 % – 100 %) 50 staff-hours more per event" in lines
    assert sum("staff-hours" in line for line in lines) == 4
    assert "(200 of them)" in text


def test_without_a_recommendation_those_that_serve_best_are_shown() -> None:
    text = shown(found(replace(CHOSEN, status=Found.NONE_HOLDS, chosen=None, cost=None)), "zh")
    assert "6 名坐席" in text
    assert "建议" not in text
    assert "1 名坐席" not in text


def test_a_recommended_choice_stays_even_where_the_estimate_finds_a_better_one() -> None:
    one = found(replace(CHOSEN, chosen=(4,), cost=40.0))
    assert [offer.index for offer in one.frontier] == [(0,), (1,), (2,), (3,), (4,), (5,), (6,)]


def test_where_all_costs_are_the_same_there_is_no_frontier() -> None:
    assert frontier_table([found(offers=())], "en") is None
    assert frontier_figure([found(offers=())], "en") is None


def test_the_record_has_the_whole_frontier() -> None:
    record = recommend_record([found()], seed=1, family_error=1e-3, versions={})
    (one,) = json.loads(as_json(record))["recommendations"]
    assert [offer["cost"] for offer in one["frontier"]] == [0.0, 10.0, 20.0, 30.0, 50.0, 60.0]
    assert [offer["recommended"] for offer in one["frontier"]] == [False, False, False, True, False, False]
    assert one["frontier"][1]["values"] == {"P5-04.agents": 1.0}
    assert one["frontier"][1]["low"] == pytest.approx(0.51)


def test_the_figure_has_a_panel_for_each_and_marks_the_recommended_one() -> None:
    figure = frontier_figure([found(), found(offers=()), found()], "en")
    assert figure is not None
    panels = [axes for axes in figure.axes if axes.axison]
    assert len(panels) == 2
    (chosen,) = [line for line in panels[0].lines if line.get_marker() == "*"]
    assert (list(chosen.get_xdata()), list(chosen.get_ydata())) == ([30.0], [97.0])
    assert panels[0].get_xlabel() == "… staff-hours more per event"
