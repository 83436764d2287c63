"""``fit batteries``: the known answer of power through the command, and bad input in one line with nothing written."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from resilience_sim.cli.fit import app
from resilience_sim.errors import ExportError
from resilience_sim.reports.fit_words import WORDS

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "duration_min,power_w\n30,112\n45,82.1\n60,65.7\n180,26.0\n"
TESTS = """date,installed,power_w,lasted_min,temperature_c
2021-05-01,2019-05-01,65.7,58,25
2023-05-01,2019-05-01,65.7,52,20
2024-05-01,2019-05-01,65.7,45,25
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "tests.csv").write_text(TESTS)
    return tmp_path


def run(folder: Path, *arguments: object) -> str:
    """Standard output of the verb, which ends well."""
    command = ["batteries", str(folder / "tests.csv"), "--table", str(folder / "table.csv"), *map(str, arguments)]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_p24_through_the_command_computed(shared: Path, tmp_path: Path) -> None:
    maker = shared / "data/batteries/panasonic_up-pw1245p1_power.csv"
    (tmp_path / "table.csv").write_bytes(b"")  # not read: the option given last counts
    (tmp_path / "tests.csv").write_text("power_w,lasted_min,temperature_c\n65.7,45,25\n")
    facts = json.loads(run(tmp_path, "--table", maker, "--cutoff", 9.6, "--json", "-"))["facts"]
    assert facts["battery.health"] == {"value": pytest.approx(0.8002436, abs=1e-7), "unit": "share"}
    assert facts["battery.health_time_adjusted"]["value"] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("battery's state of health (rate-adjusted)", "years, 95 % interval", "the table's only row")),
        ("zh", ("电池健康度（放电率法）", "95 % 区间", "厂家表唯一一行")),
    ],
)
def test_the_table_names_every_fact_and_how_it_was_found(
    folder: Path, lang: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    printed = run(folder, "--lang", lang)
    facts = json.loads(run(folder, "--json", "-"))["facts"]
    assert len(facts) == 13
    assert all(WORDS[name][("zh", "en").index(lang)] in printed for name in facts)
    assert all(word in printed for word in words)


def test_a_makers_table_alone_is_written_for_a_site(folder: Path) -> None:
    out = folder / "facts.yaml"
    command = ["batteries", "--table", str(folder / "table.csv"), "--out", str(out)]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "battery.table.power:\n    {values: [112, 82.1, 65.7, 26]" in out.read_text()
    assert "battery.health" not in out.read_text()


@pytest.mark.parametrize(("lang", "words"), [("zh", ("占比", "瓦")), ("en", ("share", "W"))])
def test_units_are_told_in_the_language_of_the_table(folder: Path, lang: str, words: tuple[str, ...]) -> None:
    printed = run(folder, "--lang", lang)
    assert all(word in printed for word in words)
    assert ("share" in printed) == (lang == "en")
    assert ("year" in printed) == (lang == "en")


def test_blocks_and_strings_share_the_load(folder: Path) -> None:
    one = json.loads(run(folder, "--json", "-"))["facts"]
    (folder / "tests.csv").write_text(TESTS.replace(",65.7,", ",525.6,"))
    eight = json.loads(run(folder, "--blocks", 4, "--strings", 2, "--json", "-"))["facts"]
    assert eight["battery.health"]["value"] == pytest.approx(one["battery.health"]["value"], rel=1e-12)


def test_facts_are_written_for_a_site_and_sources_never_replaced(folder: Path) -> None:
    out = folder / "facts.yaml"
    run(folder, "--out", out)
    assert "battery.life_in_place:" in out.read_text()
    assert "range: {min: " in out.read_text()
    for source in ("tests.csv", "table.csv"):
        with pytest.raises(ExportError, match="is the log itself"):
            run(folder, "--out", folder / source, "--force")
    assert ((folder / "tests.csv").read_text(), (folder / "table.csv").read_text()) == (TESTS, TABLE)


@pytest.mark.parametrize(
    ("table", "tests", "options", "said"),
    [
        (TABLE.replace("65.7", "6.57"), TESTS, (), "table.csv:4: 6.57 W for 60 min"),
        (TABLE, TESTS.replace(",temperature_c", ",t"), (), "tests.csv:1: has no column temperature_c"),
        (TABLE, TESTS.replace(",58,", ",581,"), (), "tests.csv:2: 581 min lie beyond the table"),
        (TABLE, TESTS, ("--strings", "99"), "tests.csv:2: 0.663636 per block for 58 min is 0.00984 times"),
        ("", TESTS, (), "table.csv: is empty"),
        (TABLE, "\x00", (), "tests.csv:1: is binary"),
    ],
)
def test_bad_input_is_one_line_and_exit_two_with_nothing_written(
    folder: Path, table: str, tests: str, options: tuple[str, ...], said: str
) -> None:
    (folder / "table.csv").write_text(table)
    (folder / "tests.csv").write_text(tests)
    options = (*options, "--out", str(folder / "facts.yaml"), "--json", str(folder / "facts.json"))
    command = [sys.executable, "-c", "from resilience_sim.cli import main; main()", "fit", "batteries"]
    command += [str(folder / "tests.csv"), "--table", str(folder / "table.csv"), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["table.csv", "tests.csv"]
