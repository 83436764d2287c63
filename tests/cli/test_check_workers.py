"""Whoever does the work of a check, and wherever its results are kept, it says the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from resilience_sim.plans.files import library
from resilience_sim.studies.kindergarten.shock import NEEDS


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kindergarten's plan with the claims of one part."""
    folder = tmp_path_factory.mktemp("plans") / "kindergarten"
    shutil.copytree(library()["kindergarten"], folder)
    yaml, file = YAML(), folder / "plan.yaml"
    content = yaml.load(file.read_text(encoding="utf-8"))
    for clause in content["clauses"]:
        claims = [claim for claim in clause.get("claims", []) if claim["study"] in NEEDS.measures]
        clause.pop("claims", None)
        if claims:
            clause["claims"] = claims
    with file.open("w", encoding="utf-8") as opened:
        yaml.dump(content, opened)
    return folder


def check(plan: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from resilience_sim.cli import main\nif __name__ == '__main__': main()"
    command = [sys.executable, "-c", code, "check", str(plan), "--seed", "4", "--sites", "2", "--json", "-", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def alone(plan: Path) -> str:
    done = check(plan, "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert '"breaking_points": [\n' in done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    distributed: Any = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, protocol="tcp", host="127.0.0.1"
    ) as cluster:
        yield cluster.scheduler_address


def test_a_cluster_says_the_same_as_one_process(plan: Path, alone: str, address: str) -> None:
    done = check(plan, "--cluster", address)
    assert done.stdout == alone, done.stderr


def test_two_processes_say_the_same_what_they_archive_is_used_and_what_is_damaged_is_named(
    plan: Path, alone: str, tmp_path: Path
) -> None:
    kept = str(tmp_path / "kept")
    assert check(plan, "--workers", "2", "--archive", kept).stdout == alone
    written = sorted(Path(kept).rglob("*.parquet"))
    damaged, *intact = written
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 4
    damaged.write_bytes(content)
    repaired = check(plan, "--workers", "2", "--archive", kept)
    assert repaired.returncode == 0
    assert repaired.stdout == alone
    assert f"{damaged}: its bytes have changed" in repaired.stderr
    now = set(Path(kept).rglob("*.parquet"))
    assert set(intact) < now
    assert {shard.parent for shard in now - set(intact)} == {damaged.parent}  # nothing else was run again


def test_a_cluster_that_is_not_there_is_one_line(plan: Path) -> None:
    done = check(plan, "--cluster", "no-such-scheme://x")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("resilience-sim: ")
    assert "no-such-scheme://x" in last
    assert "accepted" in last
