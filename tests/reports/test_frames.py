"""The tables of notebooks say what the plan, the site and the verdicts say."""

from __future__ import annotations

import pytest

from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.reports.frames import clause_frame, facts_frame, verdict_frame
from resilience_sim.studies import bind
from resilience_sim.verdicts.verdict import ShareTest

TEST = ShareTest(0.9, alpha=0.01, margin=0.05, budget=20_000)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(library()["network-operations"])[0]


@pytest.fixture(scope="module")
def site() -> Site:
    return read_site(library()["network-operations"])[0]


def test_clauses_stand_in_both_languages_with_their_numbers(plan: Plan) -> None:
    frame = clause_frame(plan, ["P2-21", "P2-29"])
    assert list(frame.index) == ["P2-21", "P2-29"]
    assert frame.text["P2-21"] == "On UPS the telephones keep working for 4 hours."
    assert "4 小时" in frame["条款"]["P2-21"]


def test_facts_stand_with_their_grade_and_range(site: Site) -> None:
    frame = facts_frame(site, ["battery.age", "battery.life", "call_up.reached"])
    assert frame.loc["battery.age", ["value", "grade", "range"]].tolist() == ["3 years", "assumed", "0 – 8 years"]
    assert frame.value["battery.life"] == "4 – 8 years (3 values)"
    assert frame.range["battery.life"] == "–"
    assert frame.grade["call_up.reached"] == "assumed, foreign"
    assert frame.source["battery.age"] == site.fact("battery.age").source


def test_verdicts_stand_with_their_share_and_interval(plan: Plan, site: Site) -> None:
    study = bind(plan, site)
    assert study is not None
    asked = {question.claim.id: question for question in study.questions()}
    rows = [
        CheckedClaim(plan.plan, asked["P2-29.a"], TEST.judge(0, 8)),
        CheckedClaim(plan.plan, asked["P2-28.a"], TEST.judge(0, 0)),
    ]
    frame = verdict_frame(rows, "en")
    assert frame.index.name == "claim"
    first = frame.loc["P2-29.a"]
    assert first["scenario"] == "storm, many at once"
    assert first["required"] == "server's service back ≤ 30 minutes, 95 %"
    low, high = 100 * rows[0].verdict.low, 100 * rows[0].verdict.high
    assert first["kept it (interval)"] == f"0 % ({low:.0f} – {high:.0f} %)"
    assert (first["verdict"], first["events"]) == ("fails", 8)
    assert frame.loc["P2-28.a", "required"] == "no spare lacking, 95 %"
    assert frame.loc["P2-28.a", "kept it (interval)"] == "–"
    assert verdict_frame(rows, "zh").loc["P2-29.a", "结论"] == "不成立"
