"""The line below the verdicts that says where the answer hangs on how the plan's words are read."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.experiments.sites import Stand
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.reports.differing import Differing, differing, differing_text
from resilience_sim.reports.tables import verdict_table
from resilience_sim.reports.words import Language
from resilience_sim.studies import bind
from resilience_sim.verdicts.verdict import Answer, Reading, ShareTest, Verdict

PLAN, DOCUMENT = read_plan(library()["service-hall"])
SITE, SITE_DOCUMENT = read_site(library()["service-hall"])
QUESTIONS = bind(PLAN, SITE, document=DOCUMENT, site_document=SITE_DOCUMENT).questions()
TEST = ShareTest(threshold=0.95, alpha=1e-3, margin=0.005, budget=1000, reading=Reading.PER_EVENT)
HOLDS, FAILS, OPEN = TEST.judge(900, 900), TEST.judge(10, 90), TEST.judge(9, 10)


def rows(**verdicts: Verdict) -> list[CheckedClaim]:
    """Rows of some claims (P5_03_a for P5-03.a), each with its verdict, in all scenarios."""
    by_name = {name.replace("_", "-", 1)[::-1].replace("_", ".", 1)[::-1]: one for name, one in verdicts.items()}
    stands = Stand(0.75, 0.35, 0.97, 8)
    return [
        CheckedClaim("service-hall", question, by_name[question.claim.id], (), stands)
        for question in QUESTIONS
        if question.claim.id in by_name
    ]


def test_the_verdicts_are_what_they_are_called() -> None:
    assert [one.answer for one in (HOLDS, FAILS, OPEN)] == [Answer.HOLDS, Answer.FAILS, Answer.UNDECIDED]


def test_readings_are_compared_by_what_is_measured_under_several() -> None:
    found = differing(rows(P5_03_a=FAILS, P5_03_b=HOLDS, P5_03_c=FAILS, P5_03_d=HOLDS, P5_03_e=HOLDS, P5_03_f=HOLDS))
    assert found == [Differing("P5-03", "surge_noticed", ("surge",), ("by_load",), ("by_length", "by_wait"))]


def test_where_each_reading_measures_something_else_all_of_it_counts() -> None:
    found = differing(rows(P5_05_a=HOLDS, P5_05_b=FAILS, P5_05_c=HOLDS))
    assert found == [Differing("P5-05", "", (), ("served_to_the_last",), ("until_new_closing",))]
    assert differing(rows(P5_05_a=HOLDS, P5_05_b=FAILS, P5_05_c=FAILS)) == []


def test_a_verdict_without_an_answer_takes_no_side() -> None:
    assert differing(rows(P5_03_a=FAILS, P5_03_c=OPEN)) == []
    assert differing_text(rows(P5_03_a=FAILS, P5_03_c=OPEN), "en") == ""


def test_scenarios_that_differ_alike_stand_in_one_line() -> None:
    judged = rows(P5_16_b=FAILS, P5_16_c=HOLDS)
    (one,) = differing(judged)
    assert one.scenarios == tuple(dict.fromkeys(row.question.scenario for row in judged))
    assert len(one.scenarios) == 2


def test_the_question_to_the_owner_is_named() -> None:
    judged = rows(P5_16_b=FAILS, P5_16_c=HOLDS)
    english, chinese = (differing_text(judged, lang, PLAN) for lang in ("en", "zh"))  # type: ignore[arg-type]
    assert "it holds" in english
    assert "it fails (question 8 to the plan's owner)" in english
    assert "理解成立" in chinese
    assert "待方案负责人答复问题 8" in chinese
    assert "question" not in differing_text(judged, "en")


def shown(judged: list[CheckedClaim], language: Language, width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(verdict_table(judged, language, PLAN))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 100, 170])
def test_no_word_and_no_number_is_cut_off_however_narrow_the_terminal(language: Language, width: int) -> None:
    judged = [CheckedClaim("service-hall", question, HOLDS, (), Stand(1.0, 0.6, 1.0, 8)) for question in QUESTIONS]
    judged[0] = replace(judged[0], verdict=replace(FAILS, low=0.0, high=1.0, replications=100_000))
    lines = shown(judged, language, width)
    assert all(cell_len(line) <= width for line in lines)
    assert not any("…" in line for line in lines)
    assert sum(line.strip().startswith("P5-") for line in lines) >= len(judged)
    assert any("100,000" in line for line in lines)
