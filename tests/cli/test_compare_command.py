"""The verb ``compare``: tables in both languages, files, a proposal, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from resilience_sim.cli import app, main
from resilience_sim.plans.files import find, read_plan

SCENARIOS = """\
title: {zh: 报告, en: "=1+1"}
plan: {plan}
claims: [P2-08.b]
hazards: [by_day]
scenarios:
  - id: promise
    name: {zh: 时限, en: "=HYPERLINK(1)"}
    rationale: {zh: 给更多时间, en: "@more time, -1"}
    set: {P2-08.report_within: 20 min}
  - id: range
    rationale: {zh: 时限, en: "+values"}
    set: {P2-08.report_within: [6 min, 30 min]}
"""


NOW = '{value: 0.5, unit: share, range: {min: 0.4, max: 0.6}, grade: assumed, source: "first call answered"}'


def written(folder: Path, text: str = SCENARIOS) -> Path:
    """The scenarios of a plan whose superiors pick up more often than the shipped one's."""
    copy = folder / "copied"
    if not copy.exists():
        shutil.copytree(find("network-operations"), copy)
        site = (copy / "site.yaml").read_text(encoding="utf-8")
        oftener = NOW.replace("0.5", "0.8").replace("0.6", "0.9")
        assert site.count(f"calling.answered_day:\n    {NOW}") == 1
        site = site.replace(f"calling.answered_day:\n    {NOW}", f"calling.answered_day:\n    {oftener}")
        (copy / "site.yaml").write_text(site, encoding="utf-8")
    file = folder / "mine.yaml"
    file.write_text(text.replace("{plan}", str(copy)), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    file = written(folder)
    out, exported = folder / "out", folder / "exported"
    arguments = ["compare", str(file), "--seed", "4", "--replications", "500", "--workers", "1", "--lang", "zh"]
    done = CliRunner().invoke(app, [*arguments, "--out", str(out), "--export", str(exported)])
    assert done.exit_code == 0, done.output
    return done, out, exported, file


def test_the_table_says_what_came_out_and_at_which_error(run):
    done, *_ = run
    assert "P2-08.b" in done.output
    assert "成立" in done.output
    assert "不成立" in done.output
    assert "种子 4" in done.output
    assert "4 个方案 × 1 项检验" in done.output
    assert "30 分钟" in done.output.replace("\u00a0", " ")


def test_the_record_and_the_table_for_spreadsheets_say_the_same(run):
    _, out, _, _ = run
    record = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    assert record["schema"] == "resilience-sim/compare@1"
    assert [scenario["id"] for scenario in record["scenarios"]] == [
        "base", "promise", "range[P2-08.report_within=6]", "range[P2-08.report_within=30]",
    ]  # fmt: skip
    raw = (out / "compare.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert len(rows) == 4
    for row, cell in zip(rows, record["claims"][0]["scenarios"], strict=True):
        assert row["scenario"] == cell["id"]
        assert float(row["kept"]) == pytest.approx(cell["kept"]["share"])
        assert row["verdict"] == cell["verdict"]


def test_formulas_in_a_file_of_scenarios_stay_text(run, tmp_path):
    _, _, _, file = run
    done = CliRunner().invoke(
        app,
        ["compare", str(file), "--seed", "4", "--replications", "20", "--workers", "1", "--out", str(tmp_path)],
    )
    assert done.exit_code == 0, done.output
    rows = list(csv.reader(io.StringIO((tmp_path / "compare.csv").read_text(encoding="utf-8-sig"))))
    told = [cell for row in rows for cell in row]
    assert "'=HYPERLINK(1)" in told
    assert "'@more time, -1" in told
    assert not [cell for cell in told if cell[:1] in "=@+" and cell]


def test_figures_are_written(run):
    _, out, _, _ = run
    assert {file.name for file in out.glob("*.svg")} >= {"verdicts.svg", "curve_range.svg"}


def test_the_winner_becomes_a_proposal_and_a_second_run_changes_nothing(run):
    _, out, exported, file = run
    plan, _ = read_plan(exported / "network-operations")
    (proposal,) = plan.clause("P2-08").quantities["report_within"].proposals()
    record = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    assert record["recommended"] == record["proposed"] == "promise"
    assert proposal.value == 20
    assert "P2-08.b read as from_detection under by_day" in proposal.evidence
    assert "the cheapest of 2 that are shown to hold" in proposal.evidence
    assert "error 0.001 over all 4 scenarios" in proposal.evidence
    assert "scenario promise" in proposal.evidence
    assert "500 events" in proposal.evidence
    before = (exported / "network-operations" / "plan.yaml").read_bytes()
    again = CliRunner().invoke(
        app,
        ["compare", str(file), "--seed", "4", "--replications", "500", "--workers", "1", "--export", str(exported)],
    )
    assert again.exit_code == 0
    assert (exported / "network-operations" / "plan.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no-such-file.yaml"], "cannot be read"),
        (["{file}", "--plan", "kindergarten"], "plan 'kindergarten' has no claim 'P2-08.b'"),
        (["{file}", "--json", "{file}"], "was read as input and is never replaced"),
        (["{bad}"], "bad.yaml:1: unknown key 'nothing'"),
    ],
)
def test_bad_input_is_told_in_one_line_with_exit_code_2(arguments, told, run, tmp_path, capsys, monkeypatch):
    bad = tmp_path / "bad.yaml"
    bad.write_text("nothing: here\n", encoding="utf-8")
    names = {"file": str(run[3]), "bad": str(bad)}
    argv = ["resilience-sim", "compare", *(one.format(**names) for one in arguments), "--seed", "1"]
    monkeypatch.setattr("sys.argv", argv)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    errors = capsys.readouterr().err
    (line,) = [one for one in errors.splitlines() if one.startswith("resilience-sim: ")]
    assert told in line


def test_nothing_that_holds_is_no_proposal(tmp_path):
    file = written(tmp_path, SCENARIOS.replace("20 min", "6 min").replace("30 min", "7 min"))
    done = CliRunner().invoke(
        app,
        ["compare", str(file), "--seed", "4", "--replications", "40", "--workers", "1", "--export", str(tmp_path)],
    )
    assert done.exit_code != 0
    assert "nothing to propose" in str(done.exception)
    assert not (tmp_path / "network-operations").exists()


@pytest.mark.parametrize(
    ("base", "told", "recommended", "proposed"),
    [
        ("{site.calling.answered_day: 0.85 share}", "no scenario that changes numbers of the plan alone", True, False),
        ("{P2-08.report_within: 20 min}", None, True, True),
    ],
)
def test_numbers_shown_at_a_changed_site_are_no_proposal_and_those_of_the_base_are(
    base, told, recommended, proposed, tmp_path
):
    file = written(tmp_path, SCENARIOS.replace("scenarios:\n", f"base:\n  rationale: so\n  set: {base}\nscenarios:\n"))
    argv = ["compare", str(file), "--seed", "4", "--replications", "500", "--workers", "1", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, [*argv, "--export", str(tmp_path)])
    record = json.loads((tmp_path / "compare.json").read_text(encoding="utf-8"))
    assert (record["recommended"] is not None, record["proposed"] is not None) == (recommended, proposed)
    if told is None:
        assert record["proposed"] == "base"
        plan, _ = read_plan(tmp_path / "network-operations")
        assert [one.value for one in plan.clause("P2-08").quantities["report_within"].proposals()] == [20]
    else:
        assert told in str(done.exception)
        assert not (tmp_path / "network-operations").exists()
