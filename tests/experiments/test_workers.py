"""Whoever runs the tasks, results are the same; who is lost is replaced; errors and Ctrl-C end it all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest
from coins import Coins
from tasks import doubled, ends_its_process, gone, process_number, refused, sleeps

from resilience_sim.errors import InputsError, WorkerError
from resilience_sim.experiments.check import Checking, check, noting
from resilience_sim.experiments.lanes import TRIES, Lane, Once, ProcessLane
from resilience_sim.experiments.runs import Runs, Sent, replicate
from resilience_sim.experiments.workers import Task, Tell, Workers
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.register import Plan
from resilience_sim.studies import bind
from resilience_sim.studies.kindergarten.shock import Shocks
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Study


@pytest.fixture(scope="module")
def processes() -> Iterator[Workers]:
    with Workers.processes(2) as workers:
        yield workers


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp", host="127.0.0.1"
        ) as local,
        distributed.Client(local) as client,
    ):
        yield client


# ---- tasks


def every_kind(processes: Workers, cluster: Any) -> list[Workers]:
    return [Workers.serial(), Workers.threads(2), processes, Workers.cluster(cluster)]


def test_every_kind_gives_results_and_messages_at_their_places(processes: Workers, cluster: Any) -> None:
    tasks = [Task(doubled, (number,), cost=float(number)) for number in range(7)]
    for workers in every_kind(processes, cluster):
        heard: list[tuple[int, str]] = []
        found = dict(workers.run(tasks, hear=lambda number, words, to=heard: to.append((number, words))))
        assert found == {number: 2 * number for number in range(7)}
        assert sorted(heard) == [(number, f"doubling {number}") for number in range(7)]


def test_groups_come_whole_and_in_their_order(processes: Workers) -> None:
    groups = [[Task(doubled, (k,), cost=float(k)) for k in range(4)], [], [Task(doubled, (9,), cost=99.0)], []]
    for workers in (Workers.serial(), processes):
        assert list(workers.gather(groups)) == [[0, 2, 4, 6], [], [18], []]
    assert list(processes.gather([])) == []


def test_the_dearest_task_is_begun_first() -> None:
    began: list[int] = []
    with Workers.threads(1) as one:
        list(one.run([Task(doubled, (k,), cost=float(k % 3)) for k in range(6)], hear=lambda k, _: began.append(k)))
    assert began == [2, 5, 1, 4, 0, 3]


def test_pinned_tasks_go_to_the_worker_of_their_number(processes: Workers) -> None:
    found = dict(processes.run([Task(process_number)] * 6, pinned=True))
    assert found[0] == found[2] == found[4] != found[1] == found[3] == found[5]
    assert os.getpid() not in found.values()


def test_an_error_of_a_task_is_raised_here_and_workers_serve_on(processes: Workers, cluster: Any) -> None:
    for workers in every_kind(processes, cluster):
        with pytest.raises(Exception, match="patience"):
            list(workers.run([Task(refused), Task(doubled, (1,))]))
        assert list(workers.run([Task(doubled, (4,))])) == [(0, 8)]


@pytest.mark.parametrize("count", [0, -1, True, 1.5])
def test_a_number_of_workers_that_is_none_is_refused(count: Any) -> None:
    with pytest.raises(InputsError, match="1 or more"):
        Workers.of(count)


def test_a_message_comes_once_though_its_task_was_done_twice() -> None:
    heard: list[str] = []
    once = Once(heard.append)
    for place, words in enumerate(("a", "b")):
        once(place, words)
    for place, words in enumerate(("a", "b", "c")):
        once(place, words)
    assert heard == ["a", "b", "c"]


# ---- workers who are lost


def test_a_killed_worker_is_replaced_and_its_task_done_again(tmp_path: Path) -> None:
    (tmp_path / "times").write_text("x" * (TRIES - 1))
    heard: list[str] = []
    with Workers.processes(1) as workers:
        tasks = [Task(ends_its_process, (str(tmp_path / "times"),)), Task(doubled, (3,))]
        found = dict(workers.run(tasks, hear=lambda number, words: heard.append(words) if number == 0 else None))
    assert found == {0: "done", 1: 6}
    assert heard == ["begun", "survived"]


def test_a_task_that_ends_every_worker_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "times").write_text("x" * TRIES)
    with Workers.processes(1) as workers, pytest.raises(WorkerError, match=f"ended {TRIES} times"):
        list(workers.run([Task(ends_its_process, (str(tmp_path / "times"),))]))


def test_what_is_given_up_ends_its_process() -> None:
    heard: list[int] = []

    class EnoughError(Exception):
        pass

    def hear(_: int, number: int) -> None:
        heard.append(number)
        if len(heard) == 2:
            raise EnoughError

    found = Workers.processes(2).run([Task(sleeps), Task(sleeps), Task(doubled, (1,))], hear=hear)
    with pytest.raises(EnoughError):
        next(found)
    for number in heard:
        assert gone(number)


def test_a_task_taken_as_work_is_given_up_is_not_begun() -> None:
    begun: list[int] = []

    class Slow(Lane):
        def perform(self, task: Task, tell: Tell, since: int) -> Any:
            begun.append(since)
            self.give_up()  # by whoever waits, in the middle of the first task

    lane, inbox = Slow(), SimpleQueue[tuple[str, int, Any]]()
    lane.work_off(deque([0, 1]), [Task(doubled, (1,)), Task(doubled, (2,))], inbox)
    assert inbox.get(timeout=20)[:2] == ("done", 0)
    kind, number, error = inbox.get(timeout=20)
    assert (kind, number, len(begun)) == ("failed", 1, 1)
    assert isinstance(error, WorkerError)


SLEEPER = """
import sys
sys.path.insert(0, {here!r})
from tasks import sleeps
from resilience_sim.experiments.workers import Task, Tell, Workers
if __name__ == "__main__":
    list(Workers.processes(2).run([Task(sleeps), Task(sleeps)], hear=lambda _, number: print(number, flush=True)))
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_the_run_however_it_ends(tmp_path: Path, signalled: signal.Signals) -> None:
    script = tmp_path / "sleeper.py"
    script.write_text(SLEEPER.format(here=str(Path(__file__).parent)))
    run = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert run.stdout is not None
    children = [int(run.stdout.readline()) for _ in range(2)]
    if signalled is signal.SIGINT:
        os.killpg(run.pid, signalled)  # as a terminal does: to all of them
    else:
        os.kill(run.pid, signalled)
    _, errors = run.communicate(timeout=60)
    assert run.returncode != 0
    assert errors.count("Traceback") == (signalled is signal.SIGINT)  # the script's own; workers say nothing
    for child in children:
        assert gone(child)


# ---- the same bytes, whoever runs them


def test_events_are_the_same_whoever_runs_them(processes: Workers, cluster: Any) -> None:
    study = Coins(0.35)
    situation = study.questions()[0].situation
    alone = [study.replicate(situation, 3, k) for k in range(25)]
    for workers in every_kind(processes, cluster):
        assert replicate(Sent(study), situation, 3, range(25), workers) == alone
        assert Runs(study, 3, workers=workers).rows(situation, 25) == alone


@pytest.fixture(scope="module")
def kindergarten() -> tuple[Plan, Study]:
    plan, document = read_plan(library()["kindergarten"])
    site, site_document = read_site(library()["kindergarten"])
    study = bind(plan, site, document=document, site_document=site_document)
    assert study is not None
    return plan, study


def test_a_check_is_the_same_whoever_runs_it(
    kindergarten: tuple[Plan, Study], processes: Workers, cluster: Any
) -> None:
    """Two scenarios of a part, with verdicts, breaking points and plausible sites."""
    plan, study = kindergarten
    questions = [q for q in study.questions() if q.scenario in ("one_shocked", "circuit_work")]
    assert {q.scenario for q in questions} == {"one_shocked", "circuit_work"}
    asked = [(q.claim.id, q.scenario) for q in questions]
    found = []
    for workers in every_kind(processes, cluster):
        told: list[tuple[str, str]] = []
        rows = check(
            plan, study, Runs(study, 7, workers=workers), family_error=1e-3, sites=2, questions=questions,
            on_verdict=lambda row, to=told: to.append((row.question.claim.id, row.question.scenario)),
        )  # fmt: skip
        assert [(row.question.claim.id, row.question.scenario) for row in rows] == asked
        assert sorted(told) == sorted(asked)
        found.append(repr(rows))
    assert len(set(found)) == 1
    assert "BreakingPoint(" in found[0]


def test_notes_are_the_same_in_a_worker(kindergarten: tuple[Plan, Study], processes: Workers) -> None:
    _, study = kindergarten
    shocks = part(study, Shocks)
    assert shocks is not None
    (noted,) = processes.gather([noting(shocks, 5, "zh")])
    assert noted == [list(shocks.notes(5, "zh"))]
    assert noted[0]


def test_pieces_are_the_scenarios_of_each_part_and_every_question_is_in_one(
    kindergarten: tuple[Plan, Study],
) -> None:
    plan, study = kindergarten
    checking = Checking(plan, study, Runs(study, 1), family_error=1e-3)
    pieces = [[one.question for one in task.arguments[1]] for task in checking.tasks]
    assert all(len({question.scenario for question in piece}) == 1 for piece in pieces)
    assert sorted(question.claim.id for piece in pieces for question in piece) == sorted(
        question.claim.id for question in study.questions()
    )
    assert len(pieces) > 5


# ---- clusters


def test_a_cluster_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputsError, match=r"resilience-sim\[cluster\]"):
        Workers.cluster("tcp://127.0.0.1:1")


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("resilience_sim.experiments.cluster.ANSWER_S", 0.5)
    with pytest.raises(InputsError, match=r"tcp://127\.0\.0\.1:1"):
        Workers.cluster("tcp://127.0.0.1:1")


def test_a_cluster_with_another_version_is_refused(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from resilience_sim.experiments import cluster as module

    theirs = dict(module.made_with())
    monkeypatch.setattr(module, "made_with", lambda: {**theirs, "numpy": "0.1"} if in_client() else theirs)
    with pytest.raises(InputsError, match=r"has numpy .*; accepted is 0\.1"):
        Workers.cluster(cluster)


def in_client() -> bool:
    return threading.current_thread() is threading.main_thread()


def test_a_cluster_says_how_many_tasks_run_at_a_time(cluster: Any) -> None:
    assert len(Workers.cluster(cluster)) == 2
    assert len(Workers.serial()) == 1
    assert np.unique([len(Workers.threads(3)), len(Workers.of(3))]).tolist() == [3]


def test_a_lane_without_a_task_has_no_process() -> None:
    assert ProcessLane().pid is None
