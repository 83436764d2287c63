"""A comparison with the ledger as JUnit XML, Markdown and annotations; hostile names stay text."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from resilience_sim.errors import Place
from resilience_sim.experiments.ledger_comparison import Change, Comparison, Finding, Layer, Outcome
from resilience_sim.reports.ledger_annotations import github_annotations
from resilience_sim.reports.ledger_junit import junit_xml
from resilience_sim.reports.ledger_summary import markdown_summary
from resilience_sim.reports.ledger_words import compared_plans, finding_lines, heading, how_compared, meaning, title

HOSTILE = "50 %|<img src=x>\n::error::x, y: `z`\x07"
KEY = ("P1-09.a", "three_numbers", "district", "message", (("P1-09.extra_agents", 40.0),))
ROW = (
    Change("limit", "≤ 60 min", "≤ 59 min"),
    Change("verdict", "holds", "on_the_line"),
    Change("kept", "300 / 310", "290 / 310"),
    Change("bits", "00", "11"),
)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Comparison:
    monkeypatch.chdir(tmp_path)
    plan = tmp_path / "plans" / "plan.yaml"
    return Comparison(
        (
            Finding("utility", "", "", Outcome.PASS, Layer.VALUES, (Change("plan.yaml", "0", "1"),)),
            Finding("utility", "P1-09", KEY, Outcome.REGRESSED, Layer.EXACT, ROW, Place(plan, 223)),
            Finding(
                "utility", "", "site.x", Outcome.REGRESSED, Layer.VALUES, (Change("value", HOSTILE, None),), Place(plan)
            ),
            Finding("hall", "P5-01", ("P5-01.a", "", "fire", "", ()), Outcome.INCONCLUSIVE, Layer.STATISTICAL),
            Finding("hall", "P5-02", ("P5-02.a", "", "fire", "", ()), Outcome.PASS, Layer.STATISTICAL, detects=0.12),
        ),
        5,
        7,
        (Change("queue", "queue@3", "queue@4"),),
        0.2,
    )


def test_junit_is_well_formed_and_counts_what_it_holds(found: Comparison) -> None:
    root = ElementTree.fromstring(junit_xml(found, "en"))
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("skipped")) == ("testsuites", "5", "2", "1")
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["utility", "hall"]
    for suite in suites:
        cases = suite.findall("testcase")
        assert len(cases) == len(list(suite)) == int(suite.get("tests", ""))
        for kind, tag in (("failures", "failure"), ("skipped", "skipped")):
            assert sum(case.find(tag) is not None for case in cases) == int(suite.get(kind, ""))
        assert all(case.get("classname") and case.get("name") for case in cases)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)
    case = suites[0].findall("testcase")[1]
    assert (case.get("file"), case.get("line")) == ("plans/plan.yaml", "223")
    failure = case.find("failure")
    assert failure is not None
    assert "limit: ≤ 60 min → ≤ 59 min" in failure.get("message", "")
    assert "verdict: holds → on the line" in (failure.text or "")


def test_annotations_follow_the_rules_of_workflow_commands(found: Comparison) -> None:
    lines = list(github_annotations(found, "en"))
    assert [line.split(" ")[0] for line in lines] == ["::error", "::error", "::warning"]
    for line in lines:
        assert "\n" not in line
        command, properties, message = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()  # type: ignore[union-attr]
        assert command in ("error", "warning")
        assert all(re.fullmatch(r"\w+=[^,]*", part) for part in properties.split(","))
        assert re.search(r"%(?!25|0D|0A)", message) is None
    assert lines[0].startswith("::error file=plans/plan.yaml,line=223,title=utility P1-09.a / ")
    assert "limit ≤ 60 min → ≤ 59 min" in lines[0]
    assert "50 %25|<img src=x>%0A::error::x" in lines[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_summary_names_old_and_new_and_keeps_hostile_text_inert(found: Comparison, language: str) -> None:
    text = markdown_summary(found, language)  # type: ignore[arg-type]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.count("|") for line in rows} == {7}
    assert any("≤ 60 min | ≤ 59 min" in line and "plans/plan.yaml:223" not in line for line in rows[1:]) or any(
        "≤ 60 min | ≤ 59 min | plans/plan.yaml:223" in line for line in rows
    )
    assert "<img" not in text
    assert "`" not in text
    assert "seed 7 → 5" in text or "种子 7 → 5" in text
    assert "12.0" in text


def test_an_option_that_is_gone_is_named_as_it_stands() -> None:
    key = ("P1-09.a", "", "district", "no_such_option", ())
    assert title(Finding("u", "P1-09", key, Outcome.REGRESSED, Layer.EXACT), "en").endswith("no_such_option")


def test_each_kind_of_change_has_its_own_meaning() -> None:
    kinds = ["plan", "limit", "verdict", "bits"]
    found = [
        meaning(Finding("u", "P1-09", KEY, Outcome.REGRESSED, Layer.EXACT, (Change(kind, "a", "b"),)), "en")
        for kind in kinds
    ]
    for words, sentence in zip(
        ("do not ask the same", "has changed", "judged otherwise", "equal to the"), found, strict=True
    ):
        assert words in sentence


def test_what_is_seen_leaves_out_the_rows_that_see_nothing(found: Comparison) -> None:
    assert "Rows that cannot see any shift: 1." in markdown_summary(found, "en")
    assert how_compared(found, "en").endswith("at least, except in the 1 inconclusive rows.")
    assert how_compared(found, "zh").endswith("（无法判断的 1 行除外）。")
    exact = replace(found, findings=found.findings[:2])
    assert "no row had to be compared" in how_compared(exact, "en")
    assert "99" not in how_compared(exact, "en")


def test_chinese_sentences_name_machines_and_counts_in_chinese(found: Comparison) -> None:
    made = (Change("machine", "x86_64, instructions 1", "x86_64, instructions 2"),)
    assert "机器 x86_64, 指令集 1 → x86_64, 指令集 2" in how_compared(replace(found, made=made), "zh")
    assert heading(found, "zh") == "有变动 2 项，无法判断 1 项，一致 2 项"
    assert compared_plans({"hall": Path("a/hall")}, "zh") == "预案：hall (a/hall)"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_change_has_words_in_both_languages(found: Comparison, language: str) -> None:
    for finding in found.findings:
        if finding.outcome is not Outcome.PASS:
            lines = finding_lines(finding, language)  # type: ignore[arg-type]
            assert len(lines) == 2 + len(finding.changes)
            if language == "zh":
                assert re.search(r"[\u4e00-\u9fff]", lines[-1])
