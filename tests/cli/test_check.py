"""The verbs check and recommend as their users meet them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from resilience_sim.plans.files import library, read_plan

FOLDER = library()["utility-call-centre"]
ROW = {
    "plan", "clause", "claim", "interpretation", "scenario", "study", "measure", "unit", "reading", "relation", "limit",
    "required_share", "verdict", "estimate", "low", "high", "replications", "evidence_holds", "evidence_fails",
    "margin", "budget", "breaking_points", "stands_in_share_of_sites",
}  # fmt: skip


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from resilience_sim.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def checked() -> dict[str, object]:
    done = run("check", "utility-call-centre", "--seed", "3", "--no-breaking", "--sites", "2", "--json", "-")
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_check_writes_the_schema_it_promises(checked: dict[str, object]) -> None:
    assert checked["schema"] == "resilience-sim/check@1"
    assert (checked["seed"], checked["family_error"]) == (3, 1e-3)
    claims = checked["claims"]
    assert isinstance(claims, list)
    plan, _ = read_plan(FOLDER)
    assert {row["claim"] for row in claims} == {claim.id for _, claim in plan.claims()}
    assert len(claims) == len({(row["claim"], row["scenario"]) for row in claims})
    for row in claims:
        assert set(row) >= ROW
        assert row["low"] <= row["estimate"] <= row["high"]
        assert row["verdict"] in ("holds", "fails", "on_the_line", "undecided")


def test_clauses_without_a_claim_are_listed_and_never_hidden(checked: dict[str, object]) -> None:
    unclaimed = checked["unclaimed"]
    assert isinstance(unclaimed, list)
    plan, _ = read_plan(FOLDER)
    assert [row["clause"] for row in unclaimed] == [clause.id for clause in plan.unclaimed()]


def test_the_plan_as_it_stands_fails_at_the_stand_in_site(checked: dict[str, object]) -> None:
    claims = checked["claims"]
    assert isinstance(claims, list)
    assert {row["verdict"] for row in claims if row["clause"] in ("P1-09", "P1-13")} == {"fails"}


# One run for several promises each: a run takes a while.


@pytest.mark.parametrize(("language", "strict", "code"), [("zh", ["--strict"], 1), ("en", [], 0)])
def test_the_table_speaks_both_languages_and_strict_tells_by_its_code_that_a_claim_fails(
    language: str, strict: list[str], code: int
) -> None:
    arguments = ("--seed", "3", "--no-breaking", "--sites", "0", "--lang", language)
    done = run("check", "utility-call-centre", *arguments, *strict)
    assert done.returncode == code, done.stderr
    words = {"zh": ("结论", "不成立", "临沂暴雨日", "中心主任得知"), "en": ("verdict", "fails", "Linyi storm")}
    for word in words[language]:
        assert word in done.stdout
    assert "seed 3" in done.stderr


def test_without_a_seed_one_is_drawn_and_said_and_clauses_without_a_claim_are_named() -> None:
    done = run("check", "kindergarten", "--no-breaking", "--sites", "0")
    assert done.returncode == 0, done.stderr
    assert re.search(r"seed \d+", done.stderr)
    plan = read_plan(library()["kindergarten"])[0]
    unclaimed = plan.unclaimed()
    assert unclaimed
    assert f"{plan.title.en} ({len(unclaimed)}): {unclaimed[0].id}" in done.stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "no-such-plan"), "no-such-plan"),
        (("check", "utility-call-centre", "--record", "no-such.csv"), "no-such.csv"),
        (("recommend", "utility-call-centre", "--scenario", "flood"), "flood"),
    ],
)
def test_bad_input_is_one_line_and_exit_two(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments, "--seed", "1")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("resilience-sim: ")
    assert words in last
    assert "accepted" in last


def test_a_bad_plan_writes_nothing(tmp_path: Path) -> None:
    plan = (FOLDER / "plan.yaml").read_text(encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(plan.replace("unit: lines", "unit: wires", 1), encoding="utf-8")
    (tmp_path / "site.yaml").write_bytes((FOLDER / "site.yaml").read_bytes())
    out = tmp_path / "out"
    done = run("check", str(tmp_path), "--seed", "1", "--out", str(out))
    assert done.returncode == 2
    assert "wires" in done.stderr
    assert not out.exists()


@pytest.mark.parametrize("verb", ["check", "recommend"])
def test_what_was_read_is_never_replaced_and_is_refused_before_the_work(tmp_path: Path, verb: str) -> None:
    for name in ("plan.yaml", "site.yaml", "calltree.yaml"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    before = (tmp_path / "site.yaml").read_bytes()
    done = run(verb, str(tmp_path), "--seed", "1", "--json", str(tmp_path / "site.yaml"))
    assert done.returncode == 2
    assert "never replaced" in done.stderr
    assert (tmp_path / "site.yaml").read_bytes() == before
    done = run(verb, str(tmp_path), "--seed", "1", "--json", str(tmp_path))
    assert done.returncode == 2
    assert "is a folder" in done.stderr


def test_a_plan_named_twice_would_spend_its_error_twice() -> None:
    done = run("check", "kindergarten", "kindergarten", "--seed", "1")
    assert done.returncode == 2
    assert "stands twice" in done.stderr


def test_a_record_of_ones_own_is_replayed(tmp_path: Path) -> None:
    lines = [
        f"2024-02-{day:02d} 10:{minute:02d},2024-02-{day:02d} 16:{minute:02d},1500"
        for day in range(1, 29)
        for minute in range(0, 25, 5)
    ]
    record = tmp_path / "lines.csv"
    record.write_text("\n".join(["start,end,customers", *lines, ""]), encoding="utf-8")
    done = run(
        "check", "utility-call-centre", "--seed", "3", "--no-breaking", "--sites", "0", "--record", str(record),
        "--json", "-",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    scenarios = [row["scenario"] for row in json.loads(done.stdout)["claims"]]
    # Of P1-13, P1-02 and P1-14: the record has only major events, and the general claims say so.
    assert scenarios.count("replay") == 8 + 1 + 2
