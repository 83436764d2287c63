"""What tables, exports and notes say of power: in words that people use, in both languages."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from io import StringIO

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from resilience_sim.experiments.breaking import BreakingPoint
from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.experiments.recommend import Recommendation, recommend
from resilience_sim.experiments.runs import Runs
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.wording import revised
from resilience_sim.reports.proposing import proposals
from resilience_sim.reports.tables import (
    breaking_tables,
    claim_line,
    cost_text,
    percent,
    recommendation_table,
    unclaimed_text,
    verdict_table,
)
from resilience_sim.reports.words import Language
from resilience_sim.studies import bind
from resilience_sim.studies.call_centre.power import CallCentre
from resilience_sim.studies.network_operations.power import NetworkOperations
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Study

NETWORK, CALLS = library()["network-operations"], library()["call-centre"]
PLAN, CALLS_PLAN = read_plan(NETWORK)[0], read_plan(CALLS)[0]


@cache
def network() -> NetworkOperations:
    found = part(bind(PLAN, read_site(NETWORK)[0]), NetworkOperations)
    assert found is not None
    return found


@cache
def calls() -> CallCentre:
    found = part(bind(CALLS_PLAN, read_site(CALLS)[0]), CallCentre)
    assert found is not None
    return found


def shown(*tables: Table) -> str:
    """Tables as text, wide enough for every cell."""
    console = Console(file=StringIO(), width=400)
    for table in tables:
        console.print(table)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def checked(claim: str, *points: BreakingPoint) -> CheckedClaim:
    question = next(q for q in network().questions() if q.claim.id == claim)
    verdict = Runs(network(), 3).judge(question, alpha=1e-3).verdict
    return CheckedClaim("network-operations", question, verdict, points)


@cache
def recommended(study: Study, claim: str, option: str) -> Recommendation:
    question = next(q for q in study.questions() if q.claim.id == claim)
    plan = PLAN if study is network() else CALLS_PLAN
    return recommend(plan, study, (replace(question, option=option),), seed=8, family_error=0.05)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("no server crashes, 95 %", "kept it (interval)", "Shares are of the events simulated until a verdict")),
        ("zh", ("无服务器突然断电，95%", "事件达标占比（区间）", "括号内的区间无论何时停止都有效")),
    ],
)
def test_none_is_said_in_words_and_a_share_by_few_events_is_explained(
    language: Language, words: tuple[str, ...]
) -> None:
    text = shown(verdict_table([checked("P2-11.a")], language))
    assert all(word in text for word in words)
    assert "≤ 0" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ("fails even when new", "holds up to 2×, the largest tried", "holds up to 0.95×, fails from 1×"),
        ),
        ("zh", ("新电池也不成立", "直至 2 倍均成立", "0.95 倍以内成立，1 倍起不成立")),
    ],
)
def test_breaking_points_name_what_they_count(language: Language, words: tuple[str, ...]) -> None:
    new, grown = BreakingPoint("battery.age", "year", None, 0.0), BreakingPoint("ups.load_factor", "1", 2, None)
    rows = [
        checked("P2-11.a", new, grown),
        checked("P2-17.a", BreakingPoint("ups.load_factor", "1", 0.95, 1.0)),
    ]
    text = shown(*breaking_tables(rows, language))
    assert all(word in text for word in words)


def test_claims_with_other_loads_stand_in_tables_of_their_own() -> None:
    age, load = BreakingPoint("battery.age", "year", 3, 5), BreakingPoint("ups.load_factor", "1", 1, 2)
    rows = [checked("P2-11.a", age), checked("P2-17.a", load), checked("P2-20.a", age), checked("P2-27.a")]
    tables = breaking_tables(rows, "en")
    assert [table.row_count for table in tables] == [2, 1]
    assert [len(table.columns) for table in tables] == [3, 3]


def test_loads_beyond_the_last_that_holds_may_stay_without_an_answer() -> None:
    points = (
        BreakingPoint("children.per_class", "1", 1.0, None, False, 0.5, 1.2),
        BreakingPoint("walking.pace", "1", 0.8, None, True, 1.4, 0.5),
    )
    rows = [checked("P2-17.a", *points)]
    assert "holds up to 1×, no answer beyond" in shown(*breaking_tables(rows, "en"))
    assert "不低于 0.8 倍成立，再往下未能判定" in shown(*breaking_tables(rows, "zh"))


FALLING = (
    BreakingPoint("walking.pace", "1", None, 1.4, True, 1.4),
    BreakingPoint("building.main_door", "m", 1.8, 1.2, True, 3.6),
    BreakingPoint("battery.room_cold", "degC", None, -5.0, True, 15.0),
    BreakingPoint("building.back_door", "m", 0.7, None, True, 3.0),
    BreakingPoint("lines_at_once", "lines", None, 1.0, False, 1.0),
    BreakingPoint("outage_calls.customers_per_line", "customers", None, 300.0, False, 50.0),
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "fails even at 1.4×, the easiest tried",
                "holds down to 1.8 metres, fails from 1.2 metres down",
                "fails from -5 °C down",
                "holds down to 0.7 metres, the smallest tried",
                "fails even at 1 line, the easiest tried",
                "fails from 300 customers",
            ),
        ),
        (
            "zh",
            (
                "不成立（最易试值 1.4 倍）",
                "不低于 1.8 米成立，1.2 米及以下不成立",
                "-5 ℃及以下不成立",
                "降至 0.7 米仍成立",
                "不成立（最易试值 1 条）",
                "300 名客户起不成立",
            ),
        ),
    ],
)
def test_a_load_that_grows_as_its_number_falls_reads_so(language: Language, words: tuple[str, ...]) -> None:
    text = shown(*breaking_tables([checked("P2-11.a", *FALLING)], language))
    assert [word for word in words if word not in text] == []
    assert "步速" in text or "walking pace" in text


def test_an_english_cell_is_never_cut_between_a_number_and_its_unit() -> None:
    (table,) = breaking_tables([checked("P2-11.a", *FALLING)], "en")
    for width in (170, 150, 130):  # in the widest, words of two cells go on in a second line
        console = Console(file=StringIO(), width=width)
        console.print(table)
        assert isinstance(console.file, StringIO)
        text = console.file.getvalue()
        assert len(text.splitlines()) > 2
        for value in ("1.4×", "1.8 metres", "1.2 metres", "0.7 metres", "1 line", "300 customers", "-5 °C"):
            assert value in text, width


def test_a_chinese_cell_is_never_cut_in_a_value() -> None:
    (table,) = breaking_tables([checked("P2-11.a", *FALLING)], "zh")
    console = Console(file=StringIO(), width=130)
    console.print(table)
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert len(text.splitlines()) > 2  # it did have to break
    for value in ("1.4 倍", "1.8 米", "1.2 米", "0.7 米", "1 条", "300 名客户", "-5 ℃"):
        assert value in text


def test_the_earliest_that_the_words_allow_is_named_as_what_is_simulated() -> None:
    for language, words in (("en", "any time: at once"), ("zh", "随时可关停，按即时算")):
        assert words in shown(verdict_table([checked("P2-22.b")], language))  # type: ignore[arg-type]


def test_one_more_is_no_plural_and_nothing_more_is_said_so() -> None:
    for claim, english, chinese in (
        ("P2-17.a", "1 more in each string", "增加 1 块电池"),
        ("P2-21.a", "as it is now", "与现行相同"),
    ):
        one = recommended(network(), claim, "battery")
        assert (cost_text(one, "en"), cost_text(one, "zh")) == (english, chinese)
    table = shown(recommendation_table([recommended(network(), "P2-17.a", "battery")], "zh"))
    assert "每组电池" in table
    assert "1 个成立，1 个不成立" in table
    assert "time to promise" in shown(recommendation_table([recommended(calls(), "P4-14.b", "promise")], "en"))


def test_the_longest_offered_is_no_earliness_of_nought() -> None:
    delay = recommended(calls(), "P4-15.a", "start_delay")
    assert cost_text(delay, "zh") == "比最长时限提前 1820 秒"
    at_the_end = replace(delay, result=replace(delay.result, cost=0.0))
    assert (cost_text(at_the_end, "zh"), cost_text(at_the_end, "en")) == ("已达上限", "the longest offered")


def test_fuel_and_strings_are_both_told() -> None:
    (kept, *_) = [q for q in calls().questions() if (q.claim.id, q.scenario) == ("P4-15.d", "storm_day")]
    found = recommend(CALLS_PLAN, calls(), (replace(kept, option="endurance"),), seed=8, family_error=0.05)
    assert found.recommended is not None
    fuel, strings = np.array(found.recommended) - (24.0, 1.0)
    assert cost_text(found, "en") == f"fuel +{fuel:g} h, strings +{strings:g}"


def test_evidence_of_one_claim_and_one_refuted_choice_is_in_the_singular() -> None:
    (proposal,) = proposals([recommended(network(), "P2-17.a", "promise")])
    assert "the claim P2-17.a holds" in proposal.evidence
    assert proposal.evidence.endswith("; the easiest cheaper choice fails")


def test_a_reserve_reads_as_so_much_or_more() -> None:
    text = revised(PLAN.clause("P2-27"), {"shutdown_reserve": 26.0})
    assert "（关机预留时间：不少于 26 分钟）" in text["zh"]
    assert "(reserve for shutting down: at least 26 minutes)" in text["en"]
    watched = revised(CALLS_PLAN.clause("P4-18"), {"watched_for": 30.0})
    assert "（观察时间：不少于 30 分钟）" in watched["zh"]


def test_signs_stand_as_each_language_has_them() -> None:
    assert (percent(0.95), percent(0.95, language="zh")) == ("95 %", "95%")
    row = checked("P2-11.a")
    assert claim_line(row, "zh").endswith("个事件）")
    assert claim_line(row, "en").endswith(" events)")
    unclaimed = [("network-operations", clause) for clause in PLAN.clauses[:12]]
    assert unclaimed_text(unclaimed, "zh", {"network-operations": PLAN.title.zh}).startswith(
        f"尚未检验的条款 — {PLAN.title.zh}（{len(unclaimed)} 条）："
    )
    titles = {"network-operations": PLAN.title.en}
    assert f"{PLAN.title.en} ({len(unclaimed)}): " in unclaimed_text(unclaimed, "en", titles)
    assert f"network-operations ({len(unclaimed)}): " in unclaimed_text(unclaimed, "en")
