"""``fit drills``: laws, drift and interval in a table, facts for a site, and bad input in one line, nothing written."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from resilience_sim.cli.fit import app
from resilience_sim.errors import ExportError
from resilience_sim.reports.fit_words import fact_words

if TYPE_CHECKING:
    from pathlib import Path

DRILLS = """date,class,kind,started_s,out_s
2024-03-01,junior_1,juniors,41,118
2024-03-01,senior_1,seniors,20,161
2024-09-01,junior_1,juniors,43,131
2024-09-01,senior_1,seniors,22,150
2025-03-01,junior_1,juniors,45,
2025-03-01,senior_1,seniors,21,149
2025-09-01,junior_1,juniors,44,120
2025-09-01,senior_1,seniors,20,155
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "drills.csv"
    path.write_text(DRILLS)
    return path


def run(record: Path, *arguments: object) -> str:
    """Standard output of the verb, which ends well."""
    result = CliRunner().invoke(app, ["drills", str(record), *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ("mean time to start (juniors)", "4 drills, 8 times", "no change is seen", "to notice with a chance of"),
        ),
        ("zh", ("开始撤离平均用时（小班）", "4 次演练、8 个用时", "看不出变化", "的机会发现用时在")),
    ],
)
def test_the_table_names_every_fact_and_what_it_says(
    record: Path, lang: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    printed = run(record, "--lang", lang)
    facts = json.loads(run(record, "--json", "-"))["facts"]
    assert set(facts) == {
        *(f"pre_movement.{kind}{what}" for kind in ("juniors", "seniors") for what in ("", "_median", "_sigma")),
        "drills.spread", "drills.growth_per_year", "drills.every",
    }  # fmt: skip
    assert all(fact_words(name, lang) in printed for name in facts)
    assert all(word in printed for word in words)


def test_what_is_to_be_noticed_can_be_chosen(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")

    def every(*options: object) -> float:
        said = re.search(r"drill every (\d+) days", run(record, *options))
        assert said is not None
        return float(said[1])

    assert every("--growth", 0.1) < every("--growth", 0.2) <= every("--growth", 0.2, "--within", 730)
    assert every("--growth", 0.2, "--chance", 0.95) < every("--growth", 0.2, "--chance", 0.5)


def test_facts_are_written_for_a_site_and_the_record_never_replaced(record: Path) -> None:
    out = record.with_name("facts.yaml")
    run(record, "--out", out)
    assert "  pre_movement.juniors:\n    {value: 43.2" in out.read_text()
    assert 'source: "fitted to drills.csv (blake2b ' in out.read_text()
    with pytest.raises(ExportError, match="is the log itself"):
        run(record, "--out", record, "--force")
    assert record.read_text() == DRILLS


HALL = """date,group,kind,started_s,out_s,persons
2024-03-01,customers,customers,12,95,60
2024-03-01,counter_staff,staff,25,40,4
2025-03-01,customers,customers,16,110,70
2025-03-01,counter_staff,staff,22,38,4
"""


@pytest.mark.parametrize(("lang", "word"), [("en", "the model"), ("zh", "模型与演练")])
def test_drills_are_held_against_a_plans_building(record: Path, lang: str, word: str) -> None:
    record.write_text(HALL)
    printed = run(record, "--plan", "service-hall", "--lang", lang)
    assert word in printed
    facts = json.loads(run(record, "--plan", "service-hall", "--json", "-"))["facts"]
    # Who leaves one by one has no time of starting of their own: the first of sixty tells little of the others.
    assert not [name for name in facts if name.startswith("pre_movement.")]


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (
            DRILLS.replace(",41,", ",-41,"),
            (),
            "drills.csv:2: started_s is '-41'; accepted is a finite number, 0 or more",
        ),
        (DRILLS.replace("41,118", "41,40"), (), "drills.csv:2: out_s is not after started_s"),
        (DRILLS.replace("class", "room"), (), "drills.csv:1: columns missing: group (or class)"),
        ("", (), "drills.csv: is empty"),
        ("\x00", (), "drills.csv:1: is binary"),
        (DRILLS, ("--plan", "no-such-plan"), "no-such-plan"),
        (
            DRILLS,
            ("--plan", "service-hall"),
            "drills.csv:2: kind is 'juniors', and the site has no pre_movement.",
        ),
        (
            HALL.replace("counter_staff", "kitchen"),
            ("--plan", "service-hall"),
            "drills.csv:3: group is 'kitchen', and the building has none such; accepted is one of customers, ",
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_two_with_nothing_written(
    record: Path, text: str, options: tuple[str, ...], said: str
) -> None:
    record.write_text(text)
    folder = record.parent
    options = (*options, "--out", str(folder / "facts.yaml"), "--json", str(folder / "facts.json"))
    command = [sys.executable, "-c", "from resilience_sim.cli import main; main()", "fit", "drills", str(record)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert [path.name for path in folder.iterdir()] == ["drills.csv"]
