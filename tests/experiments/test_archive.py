"""The archive: nothing is run twice, nothing damaged is believed, and an interrupted run comes to the same end."""

from __future__ import annotations

import math
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from coins import Coins

from resilience_sim.errors import ExportError
from resilience_sim.experiments import archive as module
from resilience_sim.experiments.archive import Archive, Remark, Shelf
from resilience_sim.experiments.check import CheckedClaim, check
from resilience_sim.experiments.content import content_hash, made_with
from resilience_sim.experiments.runs import Runs
from resilience_sim.experiments.workers import Row, Workers
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies import bind
from resilience_sim.studies.question import Situation


@dataclass(frozen=True)
class Counted(Coins):
    """Coins that are counted as they are tossed."""

    tossed: list[int] = field(default_factory=list, compare=False)

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return Counted, (self.load, self.agents)

    def replicate(self, situation: Situation, seed: int, replication: int) -> Mapping[str, float]:
        self.tossed.append(replication)
        return super().replicate(situation, seed, replication)

    def at_site(self, values: Mapping[str, float]) -> Counted:
        there = super().at_site(values)
        return Counted(there.load, there.agents, self.tossed)


def checked(study: Coins, archive: Archive | None, seed: int = 8) -> list[CheckedClaim]:
    plan, _ = read_plan(library()["utility-call-centre"])
    clause = plan.clause("P1-01")
    claims = tuple(question.claim for question in study.questions())
    plan = plan.model_copy(update={"plan": "coins", "clauses": (clause.model_copy(update={"claims": claims}),)})
    return check(plan, study, Runs(study, seed, archive=archive), family_error=1e-3, sites=4)


def shards(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet"))


# ---- what is kept is used


def test_nothing_that_was_kept_is_run_again(tmp_path: Path) -> None:
    first, second = Counted(0.4), Counted(0.4)
    alone = checked(Counted(0.4), None)
    assert checked(first, Archive(tmp_path)) == alone
    assert len(first.tossed) > 500
    assert checked(second, Archive(tmp_path)) == alone
    assert second.tossed == []


def test_more_events_go_on_where_those_kept_end(tmp_path: Path) -> None:
    study = Counted()
    (question,) = study.questions()
    for count in (10, 7, 30):
        runs = Runs(study, 3, archive=Archive(tmp_path))
        runs.rows(question.situation, count)
        runs.keep()
    assert study.tossed == list(range(30))


@pytest.mark.parametrize("other", ["seed", "study", "site", "code"])
def test_what_was_made_otherwise_is_not_used(tmp_path: Path, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Runs(Coins(0.4), 1, archive=Archive(tmp_path))
    assert first.made == Runs(Coins(0.4), 1).made
    if other == "code":
        monkeypatch.setattr("resilience_sim.experiments.runs.made_with", lambda: {**made_with(), "code": "0"})
    second = {
        "seed": Runs(Coins(0.4), 2),
        "study": Runs(Coins(0.5), 1),
        "site": first.at_site({"patience.mean": 400.0}),
        "code": Runs(Coins(0.4), 1),
    }[other]
    assert first.made != second.made


def test_equal_studies_have_the_same_name_in_every_process() -> None:
    code = (
        "from resilience_sim.plans.files import library, read_plan, read_site\n"
        "from resilience_sim.studies import bind\n"
        "from resilience_sim.experiments.content import content_hash\n"
        "plan, site = (read(library()['kindergarten'])[0] for read in (read_plan, read_site))\n"
        "study = bind(plan, site)\n"
        "print(content_hash(study), len({content_hash(q.situation) for q in study.questions()}))"
    )
    found = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        found.add(done.stdout)
    assert len(found) == 1


def test_a_plan_has_the_same_name_in_every_folder(tmp_path: Path) -> None:
    folder = library()["call-centre"]
    copied = shutil.copytree(folder, tmp_path / "copy")
    for file in copied.glob("*.yaml"):
        file.write_bytes(b"# a remark\n" + file.read_bytes())
    one, other = (bind(read_plan(where)[0], read_site(where)[0]) for where in (folder, copied))
    assert content_hash(one) == content_hash(other)


def test_every_fact_and_every_file_beside_the_site_is_in_the_name() -> None:
    site, _ = read_site(library()["call-centre"])
    assert site.building is not None
    assert site.repairs is not None
    assert site.calltree is not None
    bare, _ = read_site(library()["utility-call-centre"])
    sites = [
        site,
        site.with_values({"patience.mean": 1 + float(site.facts["patience.mean"].value or 0)}),
        site.with_repairs(site.repairs.model_copy(update={"repairs": "another"})),
        site.with_calltree(site.calltree.model_copy(update={"calltree": "another"})),
        site.with_building(site.building.model_copy(update={"building": "another"})),
        bare,
        bare.with_repairs(site.repairs),
        bare.with_building(site.building),
    ]
    assert len({content_hash(one) for one in sites}) == len(sites)
    assert content_hash(site) == content_hash(read_site(library()["call-centre"])[0])


def test_names_tell_numbers_apart_that_are_equal_and_arrays_by_their_shape() -> None:
    values = [
        1,
        1.0,
        True,
        "1",
        b"1",
        None,
        [1],
        (1,),
        {1},
        {1: 1},
        np.arange(4),
        np.arange(4).reshape(2, 2),
        0.0,
        -0.0,
    ]
    assert len({content_hash(value) for value in values}) == len(values)
    assert content_hash(("a", "bc")) != content_hash(("ab", "c"))
    assert content_hash({"a", "b", "c"}) == content_hash({"c", "b", "a"})


# ---- shards


ODD = [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1 / 3]


def test_numbers_come_back_to_the_bit_alone_and_in_blocks(tmp_path: Path) -> None:
    rows: list[Row] = [{"one": ODD[k % 6], "block": np.array(ODD[k % 6 :] + ODD[: k % 6])} for k in range(8)]
    rows[5:] = [{"one": 1.0, "another": np.array([True, False])}] * 3  # other measures in the same shard
    shelf = Shelf(tmp_path, pytest.fail)
    shelf.add("a", 0, rows[:3])
    shelf.add("b", 0, rows[:1])
    shelf.add("a", 3, rows[3:])
    shelf.write()
    back = Shelf(tmp_path, pytest.fail)
    found = back.rows("a")
    assert [list(row) for row in found] == [list(row) for row in rows]
    for row, kept in zip(rows, found, strict=True):
        for name in row:
            assert np.asarray(row[name], dtype=float).tobytes() == np.asarray(kept[name]).tobytes()
    assert len(back.rows("b")) == 1
    assert back.rows("c") == []
    assert len(shards(tmp_path)) == 1


def test_what_two_runs_kept_in_other_pieces_is_joined_and_a_gap_ends_it(tmp_path: Path) -> None:
    rows: list[Row] = [{"n": float(k)} for k in range(20)]
    for pieces in ([(0, 8), (8, 10)], [(0, 5), (5, 15)], [(16, 20)]):
        shelf = Shelf(tmp_path / "never read before", pytest.fail)
        shelf.folder = tmp_path
        for first, stop in pieces:
            shelf.add("a", first, rows[first:stop])
        shelf.write()
    assert Shelf(tmp_path, pytest.fail).rows("a") == rows[:15]


def test_a_flipped_byte_anywhere_is_named_and_what_was_there_is_run_again(tmp_path: Path) -> None:
    alone = checked(Counted(0.4), Archive(tmp_path))
    intact = {shard: shard.read_bytes() for shard in shards(tmp_path)}
    shard = max(intact, key=lambda one: len(intact[one]))
    chance = random.Random(5)
    for _ in range(6):
        at, bit = chance.randrange(len(intact[shard])), chance.randrange(8)
        changed = bytearray(intact[shard])
        changed[at] ^= 1 << bit
        shard.write_bytes(changed)
        study, remarks = Counted(0.4), list[str]()
        assert checked(study, Archive(tmp_path, remark=remarks.append)) == alone
        assert len(remarks) == 1
        assert str(shard) in remarks[0]
        assert study.tossed
        assert shard.with_name(f"{shard.name}.damaged").read_bytes() == changed
        study = Counted(0.4)
        assert checked(study, Archive(tmp_path, remark=pytest.fail)) == alone
        assert study.tossed == []


def test_a_shard_that_cannot_be_read_for_now_stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path, pytest.fail)
    shelf.add("a", 0, [{"n": 1.0}])
    shelf.write()
    remarks: list[str] = []

    def busy(_: Path) -> bytes:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", busy)
        assert Shelf(tmp_path, remarks.append).rows("a") == []
    assert ["Too many open files" in words for words in remarks] == [True]
    assert len(Shelf(tmp_path, pytest.fail).rows("a")) == 1


def test_by_default_damage_is_a_warning(tmp_path: Path) -> None:
    checked(Coins(0.4), Archive(tmp_path))
    shard = shards(tmp_path)[0]
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.warns(UserWarning, match=shard.stem):
        checked(Coins(0.4), Archive(tmp_path))


def test_a_shard_with_a_right_checksum_and_another_content_is_not_believed(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    forged = {
        "text": b"not Parquet",
        "columns": {"situation": ["a"], "value": [1.0]},
        "ragged": {"situation": ["a"], "measure": ["n"], "first": [0], "events": [2], "values": [[1.0]]},
        "types": {"situation": ["a"], "measure": ["n"], "first": ["x"], "events": [1], "values": [[1.0]]},
        "null": {"situation": ["a"], "measure": ["n"], "first": [0], "events": [1], "values": [None]},
        "lists": {"situation": ["a"], "measure": ["n"], "first": [0], "events": [1], "values": [1.0]},
    }
    for name, content in forged.items():
        file = tmp_path / name
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            pq.write_table(pa.table(content), file)
        file.rename(tmp_path / f"{name}-{module._checksum(file.read_bytes())}.parquet")
    remarks: list[str] = []
    assert Shelf(tmp_path, remarks.append).rows("a") == []
    assert len(remarks) == len(forged)


def test_a_remark_of_a_worker_reaches_who_waits(tmp_path: Path) -> None:
    study = Coins(0.4)
    alone = checked(study, Archive(tmp_path))
    shard = shards(tmp_path)[0]
    shard.write_bytes(shard.read_bytes() + b"!")
    remarks: list[str] = []
    plan, _ = read_plan(library()["utility-call-centre"])
    clause = plan.clause("P1-01")
    claims = tuple(question.claim for question in study.questions())
    plan = plan.model_copy(update={"plan": "coins", "clauses": (clause.model_copy(update={"claims": claims}),)})
    with Workers.threads(1) as workers:
        runs = Runs(study, 8, workers=workers, archive=Archive(tmp_path, remark=remarks.append))
        assert check(plan, study, runs, family_error=1e-3, sites=4) == alone
    assert [isinstance(words, Remark) and shard.name in words for words in remarks] == [True]


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="accepted"):
        Archive(tmp_path / "file")
    with pytest.raises(ExportError, match="accepted"):
        Archive(tmp_path / "file" / "below")


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path, pytest.fail)
    shelf.add("a", 0, [{"n": 1.0}])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(ExportError, match="No space left"):
            shelf.write()
    assert list(tmp_path.iterdir()) == []
    shelf.write()  # what could not be written was not forgotten
    assert len(Shelf(tmp_path, pytest.fail).rows("a")) == 1


# ---- interrupted runs

SCRIPT = """
import sys, time
sys.path.insert(0, {here!r})
from resilience_sim.experiments import archive
archive.EVERY_S = 0.05
from interrupted import main
if __name__ == "__main__":
    main(sys.argv[1])
"""


def started(tmp_path: Path, folder: Path) -> subprocess.Popen[str]:
    script = tmp_path / "run.py"
    script.write_text(SCRIPT.format(here=str(Path(__file__).parent)))
    return subprocess.Popen(
        [sys.executable, str(script), str(folder)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def workers_of(run: int) -> list[int]:
    """The worker processes of a run, once there are some."""
    while True:
        tasks = Path(f"/proc/{run}/task").iterdir()
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
        workers = [one for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
        if workers:
            return workers
        time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_killed_at_any_moment_and_begun_again_it_comes_to_the_same_end(tmp_path: Path) -> None:
    alone, _ = started(tmp_path, tmp_path / "alone").communicate(timeout=120)
    chance = random.Random(2)
    for _ in range(3):  # the run itself
        run = started(tmp_path, tmp_path / "kept")
        assert run.stdout is not None
        assert run.stdout.readline() == "begun\n"
        time.sleep(chance.uniform(0.3, 1.5))
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate(timeout=60)
    run = started(tmp_path, tmp_path / "kept")
    assert run.stdout is not None
    begun = run.stdout.readline()
    for _ in range(2):  # one of its workers
        time.sleep(chance.uniform(0.3, 0.8))
        os.kill(chance.choice(workers_of(run.pid)), signal.SIGKILL)
    after, _ = run.communicate(timeout=120)
    assert run.returncode == 0
    assert begun + after == alone
    assert shards(tmp_path / "kept")
