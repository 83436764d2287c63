"""``fit repairs`` and ``fit calltree``: tables in both languages, facts for a site, bad input in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from resilience_sim.cli.fit import app
from resilience_sim.errors import DataError, ExportError
from resilience_sim.plans.files import read_site
from resilience_sim.reports.fit_words import fact_words

if TYPE_CHECKING:
    from pathlib import Path

REPAIRS = """cause,started,known,responded,back,detail
hardware,2024-03-01 08:00,2024-03-01 08:02,2024-03-01 08:10,2024-03-01 08:40,CPU
hardware,2024-03-01 08:20,2024-03-01 08:24,2024-03-01 08:30,2024-03-01 10:00,CPU
facilities,2024-03-02 09:00,2024-03-02 09:00,2024-03-02 09:05,2024-03-02 12:00,UPS
facilities,2024-03-03 09:00,2024-03-03 09:00,2024-03-03 09:05,2024-03-03 20:00,Power Outage
门禁,2024-03-04 23:00,2024-03-04 23:30,,,
"""
CALLS = """event,person,at,kind,device,answered,took_s,replied_at,comes,arrives_at,ended_at
e1,a,2024-03-01 10:00,call,mobile,no,30,,,,2024-03-01 12:00
e1,a,2024-03-01 10:05,call,mobile,yes,60,,yes,2024-03-01 10:36,
e1,b,2024-03-01 10:01,call,mobile,yes,45,,yes,2024-03-01 10:26,
e1,c,2024-03-01 10:00,message,,,,2024-03-01 10:04,no,,
e1,d,2024-03-01 10:00,message,,,,2024-03-01 10:09,no,,
e2,a,2024-03-05 02:00,call,office,no,30,,,,
"""
VERBS = {"repairs": REPAIRS, "calltree": CALLS}


@pytest.fixture(params=VERBS)
def verb(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def log(tmp_path: Path, verb: str) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(VERBS[verb])
    return path


def run(verb: str, log: Path, *arguments: object) -> str:
    """Standard output of the verb, which ends well."""
    result = CliRunner().invoke(app, [verb, str(log), *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_fact_and_heading_has_words_in_both_languages(verb: str, log: Path, lang: str) -> None:
    printed = run(verb, log, "--lang", lang)
    content = json.loads(run(verb, log, "--json", "-"))
    assert content["kind"] == verb
    for name in content["facts"]:
        assert fact_words(name, lang) in printed
        assert fact_words(name, lang) != name
    headings = {"repairs": ("最大偏差", "largest gap"), "calltree": ("第几次", "attempt")}[verb]
    assert headings[("zh", "en").index(lang)] in printed


def test_numbers_are_not_broken_where_the_table_is_wider_than_a_page(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(REPAIRS)
    lines = run("repairs", log).splitlines()
    (row,) = [line for line in lines if line.startswith("│ hardware ") and " 70 " in line]
    assert row.count("│") == 14  # all columns on one line


def test_json_has_the_tables_by_name(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(REPAIRS)
    tables = json.loads(run("repairs", log, "--json", "-"))["tables"]
    assert list(tables) == ["causes", "within", "power", "clocks", "faults"]
    assert tables["power"][0] == {
        "what": "UPS fault", "n": 1, "median_min": 180.0, "ninety_percent_min": 180.0, "within_240_min": 1.0,
        "within_360_min": 1.0, "within_720_min": 1.0,
    }  # fmt: skip
    doors = tables["causes"][-1]
    assert (doors["cause"], doors["n"], doors["median_min"], doors["mu"]) == ("门禁", 0, None, None)
    assert tables["faults"][0]["cause"] == "all"
    assert [row["share"] for row in json.loads(run_calls(tmp_path))["tables"]["attempts"]] == [1 / 3, 1.0]


def run_calls(folder: Path) -> str:
    path = folder / "calls.csv"
    path.write_text(CALLS)
    return run("calltree", path, "--json", "-")


def test_facts_are_written_for_a_site_and_the_log_never_replaced(verb: str, log: Path) -> None:
    out = log.with_name("facts.yaml")
    run(verb, log, "--out", out, "--json", log.with_name("facts.json"))
    site = log.with_name("site.yaml")
    site.write_text("site: a-site\ntitle: {zh: 一处, en: A site}\n" + out.read_text(encoding="utf-8"), encoding="utf-8")
    assert set(read_site(site)[0].facts) == set(json.loads(log.with_name("facts.json").read_text())["facts"])
    with pytest.raises(ExportError, match="exists"):
        run(verb, log, "--out", out)
    with pytest.raises(ExportError, match="is the log itself"):
        run(verb, log, "--out", log, "--force")
    assert log.read_text() == VERBS[verb]


def test_the_days_watched_the_window_and_the_devices_can_be_told(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(REPAIRS)

    def facts(*options: object) -> dict[str, dict[str, float]]:
        return json.loads(run("repairs", log, "--json", "-", *options))["facts"]

    assert facts()["faults.per_day"]["value"] == 5 / 4
    assert facts("--watched", "2024-02-28,2024-03-08")["faults.per_day"]["value"] == 5 / 10
    assert facts("--devices", 200)["faults.mean_gap"]["value"] == pytest.approx(4 / (5 / 4) / 7)  # weeks, of 50
    soon = [
        json.loads(run("repairs", log, "--json", "-", "--window", minutes))["tables"]["faults"][0]["together"]
        for minutes in (19, 21)
    ]
    assert soon == [0, 1 / 5]
    with pytest.raises(DataError, match=r"log\.csv:6: started outside the days watched"):
        facts("--watched", "2024-03-01,2024-03-03")


@pytest.mark.parametrize(
    "options",
    [
        ("--watched", "2024-03-08"), ("--watched", "2024-03-08,2024-03-01"), ("--watched", "2024-02-30,2024-03-01"),
        ("--window", "0"), ("--window", "x"), ("--devices", "0"), ("--lang", "fr"),
    ],
)  # fmt: skip
def test_wrong_options_end_with_code_2(tmp_path: Path, options: tuple[str, ...]) -> None:
    log = tmp_path / "log.csv"
    log.write_text(REPAIRS)
    result = CliRunner().invoke(app, ["repairs", str(log), *options])
    assert result.exit_code == 2
    assert options[0] in result.output


@pytest.mark.parametrize(
    ("verb", "content", "said"),
    [
        ("repairs", REPAIRS.replace("08:40", "07:40").encode(), "log.csv:2: back is before started"),
        ("repairs", b"cause,minutes\na,5\na,\xff\xff\xff\n", "log.csv:3: is neither UTF-8 nor GB18030"),
        ("repairs", b"\x1f\x8bnot a gzip", "log.csv: cannot be read"),
        ("repairs", b'cause,minutes\n"a,5\n', "log.csv:2: is no comma-separated line"),
        ("calltree", CALLS.replace(",no,30", ",perhaps,30", 1).encode(), "log.csv:2: answered is 'perhaps'"),
        ("calltree", b"", "log.csv: is empty"),
        ("calltree", b"\x00\x01", "log.csv:1: is binary"),
    ],
)
def test_bad_input_is_one_line_and_exit_two_with_nothing_written(
    tmp_path: Path, verb: str, content: bytes, said: str
) -> None:
    log = tmp_path / "log.csv"
    log.write_bytes(content)
    options = ["--out", str(tmp_path / "facts.yaml"), "--json", str(tmp_path / "facts.json")]
    command = [sys.executable, "-c", "from resilience_sim.cli import main; main()", "fit", verb, str(log)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]
