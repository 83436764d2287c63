"""The verb ``fit``: a table for people, JSON and YAML for programs, and nothing written over anything."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from resilience_sim.cli.fit import app
from resilience_sim.errors import DataError, ExportError
from resilience_sim.reports.fit_words import WORDS

if TYPE_CHECKING:
    from pathlib import Path

LOG = """day,arrive_s,vru_s,queue_s,service_s,outcome,caller
2021-03-01,28800,5,0,120,AGENT,0
2021-03-01,30000,5,40,90,AGENT,1
2021-03-01,32000,5,75,0,HANG,2
2021-03-01,32400,5,12,300,AGENT,2
2021-03-02,28900,5,0,60,AGENT,0
2021-03-02,46800,5,600,0,HANG,3
2021-03-02,50000,5,33,0,HANG,4
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


def run(*arguments: object) -> str:
    """Standard output of the verb, which ends well."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(("lang", "word"), [("en", "patience, mean (exponential)"), ("zh", "平均耐心（指数分布）")])
def test_the_table_names_every_fact_in_the_language_asked_for(
    log: Path, lang: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    printed = run("calls", log, "--lang", lang)
    assert word in printed
    facts = json.loads(run("calls", log, "--json", "-"))["facts"]
    language = ("zh", "en").index(lang)
    assert all(WORDS[name][language] in printed for name in facts)


def test_json_on_standard_output_is_nothing_but_json(log: Path) -> None:
    content = json.loads(run("calls", log, "--json", "-"))
    assert content["schema"] == "resilience-sim/fit@1"
    # 1.1-1.4 of this log by hand: seconds in the queue / hang-ups; 1 of 3 identified hang-ups redials in 5.33 min
    assert content["facts"]["patience.mean"]["value"] == pytest.approx((40 + 75 + 12 + 600 + 33) / 3)
    assert content["facts"]["redial.share"]["value"] == pytest.approx(1 / 3)
    assert content["facts"]["redial.delay_median"]["value"] == pytest.approx((32400 - 32000 - 5 - 75) / 60)


def test_files_are_written_once_and_replaced_only_when_forced(log: Path) -> None:
    out, told = log.with_name("facts.yaml"), log.with_name("facts.json")
    run("calls", log, "--out", out, "--json", told)
    assert out.read_text().startswith("# Fitted to log.csv (blake2b ")
    assert json.loads(told.read_text())["kind"] == "calls"
    before = out.read_bytes()
    with pytest.raises(ExportError, match="exists"):
        run("calls", log, "--out", out, "--exclude", "2021-03-02,12:00,13:30")
    assert out.read_bytes() == before
    run("calls", log, "--out", out, "--exclude", "2021-03-02,12:00,13:30", "--force")
    assert out.read_bytes() != before
    with pytest.raises(ExportError, match="is the log itself"):
        run("calls", log, "--out", log, "--force")
    assert log.read_text() == LOG


def test_nothing_is_written_where_one_of_the_files_may_not_be(log: Path) -> None:
    taken = log.with_name("taken.json")
    taken.write_text("{}")
    with pytest.raises(ExportError, match=r"taken\.json: exists"):
        run("calls", log, "--out", log.with_name("facts.yaml"), "--json", taken)
    assert not log.with_name("facts.yaml").exists()


@pytest.mark.parametrize("window", ["2021-03-02,46000,47000", "2021-03-02,12:50,13:10", " 2021-03-02, 12:50:00 ,13:10"])
def test_a_failure_is_left_out_of_patience(log: Path, window: str) -> None:
    facts = json.loads(run("calls", log, "--json", "-", "--exclude", window))["facts"]
    assert facts["patience.mean"]["value"] == pytest.approx((40 + 75 + 12 + 33) / 2)


def test_profile_and_day_factor_come_from_the_weekdays_asked_for(log: Path) -> None:
    facts = json.loads(run("calls", log, "--json", "-", "--weekdays", "mon"))["facts"]
    assert facts["calls.profile"]["values"][8:10] == [3, 1]  # of Monday, 1 March
    assert "calls.day_factor_cv" not in facts


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--exclude", "2021-03-02"), "accepted is a day and two times"),
        (("--exclude", "2021-03-02,13:00,12:00"), "accepted is a day and two times"),
        (("--exclude", "2021-03-02,nan,12:00"), "accepted is a day and two times"),
        (("--exclude", "2021-02-30,1,2"), "accepted is a day and two times"),
        (("--weekdays", "monday"), "accepted are some of"),
        (("--lang", "fr"), "fr"),
    ],
)
def test_wrong_options_end_with_code_2_and_what_is_accepted(
    log: Path, arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    result = CliRunner().invoke(app, ["calls", str(log), *arguments])
    assert result.exit_code == 2
    assert message in result.output


def test_a_bad_log_raises_the_reader_s_error_with_file_and_line(log: Path) -> None:
    log.write_text(LOG + "2021-03-02,-1,5,33,0,HANG,4\n")
    with pytest.raises(DataError, match=r"log\.csv:9: arrive_s is '-1'"):
        run("calls", log)
    with pytest.raises(DataError, match="there is no such file"):
        run("outages", log.with_name("missing.csv"))


def test_an_outage_record_is_fitted_with_and_without_gaps(tmp_path: Path) -> None:
    record, gaps = tmp_path / "outages.csv", tmp_path / "gaps.json"
    starts = [(day, day * 86400 + 3600 * k, 3600 * (k + 2)) for day in range(12) for k in range(3)]
    rows = [f"{start},{start + lasts},{600 + 10 * day}" for day, start, lasts in starts]
    record.write_text("\n".join(["start_s,end_s,customers", *rows]) + "\n")
    gaps.write_text(json.dumps({"first_snapshot": 0, "last_instant": 12 * 86400, "gaps": [[86400, 4 * 86400]]}))
    without = json.loads(run("outages", record, "--json", "-"))
    seen = json.loads(run("outages", record, "--json", "-", "--gaps", gaps))
    assert without["facts"]["lines.per_day"] == {"value": 3.0, "unit": "1/d"}
    assert without["facts"]["outage_calls.customers_per_line"] == {"value": 655.0, "unit": "customers"}
    assert "gaps.json (blake2b" in seen["source"]
    assert seen["kind"] == "outages"


def test_help_loads_no_heavy_library() -> None:
    program = (
        "import sys; from resilience_sim.cli import fit; from typer.testing import CliRunner;"
        "assert CliRunner().invoke(fit.app, ['calls', '--help']).exit_code == 0;"
        "print(sorted({'numpy', 'pandas', 'scipy', 'numba', 'ruamel'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
