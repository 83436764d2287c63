"""``check --baseline`` as CI meets it: exit codes, files, and one line for what it cannot read."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from resilience_sim.cli.baseline import _one_line
from resilience_sim.plans.files import library


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from resilience_sim.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of a few claims, and the ledger of it."""
    target = tmp_path_factory.mktemp("ledger") / "network-operations"
    shutil.copytree(library()["network-operations"], target)
    plan = target / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    kept = ("P2-21.a", "P2-28.a")
    claims = re.compile(r"  - \{id: (P2-\d+[a-z]?\.[a-z])[^}]*\}\n")
    text = claims.sub(lambda found: found[0] if found[1] in kept else "", text)
    plan.write_text(re.sub(r"  claims:\n(?!  - )", "", text), encoding="utf-8")
    done = run(
        "check", str(target), "--write-baseline", str(target.parent / "ledger.yaml"), "--seed", "3", "--workers", "1"
    )
    assert done.returncode == 0, done.stderr
    return target


def compared(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    ledger = str(folder.parent / "ledger.yaml")
    return run("check", str(folder), "--baseline", ledger, "--workers", "1", *more)


def test_an_unchanged_plan_passes_with_the_ledgers_own_seed(folder: Path, tmp_path: Path) -> None:
    junit, summary = tmp_path / "junit.xml", tmp_path / "summary.md"
    done = compared(folder, "--junit", str(junit), "--summary", str(summary))
    assert done.returncode == 0, done.stdout + done.stderr
    rows = (folder.parent / "ledger.yaml").read_text(encoding="utf-8").count("- {claim: ")
    assert rows > 1
    assert f"0 regressed, 0 inconclusive, {rows + 1} as in the ledger" in done.stdout  # and one for all values
    assert f"Plans: network-operations ({folder})" in done.stdout
    root = ElementTree.fromstring(junit.read_text(encoding="utf-8"))
    assert (root.get("tests"), root.get("failures")) == (str(rows + 1), "0")
    assert summary.read_text(encoding="utf-8").startswith("## Thresholds: 0 regressed")


def test_a_promise_half_an_hour_longer_is_red_at_its_line(folder: Path, tmp_path: Path) -> None:
    target = Path(shutil.copytree(folder, tmp_path / "network-operations"))
    shutil.copy(folder.parent / "ledger.yaml", tmp_path / "ledger.yaml")
    plan = target / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    before, at, after = text.partition("\n- id: P2-21\n")
    plan.write_text(before + at + after.replace("value: 4,", "value: 4.5,", 1), encoding="utf-8")
    done = compared(target, "--lang", "zh", "--annotations")
    assert done.returncode == 1, done.stderr
    line = before.count("\n") + 2
    assert f"plan.yaml:{line})" in done.stdout
    assert "≥ 4 h → ≥ 4.5 h" in done.stdout
    assert re.search(rf"^::error file=[^:]*plan\.yaml,line={line},title=[^:]*P2-21\.a", done.stdout, re.MULTILINE)


def test_too_few_events_for_the_stated_shift_are_inconclusive(folder: Path) -> None:
    done = compared(folder, "--seed", "4", "--shift", "0.002")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "inconclusive" in done.stdout


def test_a_ledger_of_other_plans_is_not_replaced(folder: Path, tmp_path: Path) -> None:
    ledger = Path(shutil.copy(folder.parent / "ledger.yaml", tmp_path / "ledger.yaml"))
    before = ledger.read_bytes()
    done = run("check", "service-hall", "--write-baseline", str(ledger), "--workers", "1")
    assert done.returncode == 2
    assert "would lose its plans network-operations" in done.stderr
    assert ledger.read_bytes() == before


@pytest.mark.parametrize("line", ["::error::x", "  ::error::x", "a\n::error::x", "a\x1b[2J\r::b", "##[error]x"])
def test_no_line_is_a_command_to_terminal_or_ci(line: str) -> None:
    shown = _one_line(line)
    assert shown.isprintable()
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown


@pytest.mark.parametrize("garbage", [b"", b"\xff\xfe\x00", b"ledger: 1\nseed: x\n", b"- [" * 200])
def test_a_garbled_ledger_is_one_line_and_exit_two(folder: Path, tmp_path: Path, garbage: bytes) -> None:
    ledger = tmp_path / "ledger.yaml"
    ledger.write_bytes(garbage)
    done = run("check", str(folder), "--baseline", str(ledger))
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith(f"resilience-sim: {ledger}")
    assert "accepted" in line or "ledger" in line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--junit", "x.xml"), "--baseline"),
        (("--recommended", "x.json"), "--write-baseline"),
        (("--baseline", "no-such.yaml"), "no-such.yaml"),
        (("--baseline", "x.yaml", "--json", "x.json", "--strict"), "--json, --strict with a ledger"),
        (("--write-baseline", "x.yaml", "--sites", "8", "--no-breaking"), "--sites, --breaking with a ledger"),
        (("--baseline", "x.yaml", "--family-error", "0.001"), "--family-error with a ledger"),
        (("--baseline", "x.yaml", "--out", "x", "--archive", "y"), "--out, --archive with a ledger"),
        (("--baseline", "x.yaml", "--write-baseline", "x.yaml"), "one of them"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: tuple[str, ...], words: str) -> None:
    done = run("check", "network-operations", *options)
    assert done.returncode == 2
    assert words in done.stderr.strip().splitlines()[-1]
