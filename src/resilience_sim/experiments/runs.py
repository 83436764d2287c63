"""Replicating situations: each event is run once, however many claims ask about it, on as many workers as wanted.

Results are kept by situation and index and handed out in index order, so neither the number of workers nor the order in
which they finish can change a verdict.
"""

from __future__ import annotations

import pickle
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from resilience_sim import units
from resilience_sim.experiments.archive import Archive, Remark, Shelf
from resilience_sim.experiments.content import content_hash, made_with
from resilience_sim.experiments.workers import Row, Task, Tell, Workers
from resilience_sim.studies.question import Question, Situation, Study, effort_for
from resilience_sim.verdicts.looks import Judge
from resilience_sim.verdicts.verdict import Reading, ShareTest

__all__ = ["Runs", "Sent", "looks", "replicate"]

Tick = Callable[[str], None]
ASKING_S = 0.004  # a block that takes longer is worth asking another process for
STUDIES_KEPT = 2  # by each worker: the one in question, and one other; one takes less time to make than memory to keep


def looks(budget: int, *, first: int = 8, factor: float = 1.25) -> list[int]:
    """After how many replications the evidence is weighed: 8, 10, 12, 15 … and the budget."""
    at = [min(first, budget)]
    while at[-1] < budget:
        at.append(min(int(at[-1] * factor), budget))
    return at


class Sent:
    """A study on its way to workers: each unpacks equal ones once, so that what it has drawn is at hand."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._bytes = b""

    def __reduce__(self) -> tuple[Callable[[bytes], Sent], tuple[bytes]]:
        self._bytes = self._bytes or pickle.dumps(self.study)
        return _received, (self._bytes,)


_here = threading.local()  # a study that keeps draws cannot serve two threads at a time


def _received(packed: bytes) -> Sent:
    known: OrderedDict[bytes, Sent] = _here.__dict__.setdefault("known", OrderedDict())
    if packed not in known:
        known[packed] = Sent(pickle.loads(packed))
        known[packed]._bytes = packed
        if len(known) > STUDIES_KEPT:
            known.popitem(last=False)
    known.move_to_end(packed)
    return known[packed]


class Runs:
    """The replications of one study and seed, computed as they are asked for.

    Sent to other workers, it takes study, seed and archive along, and leaves what it has run.

    Parameters
    ----------
    study
        Replicates the situations.
    seed
        Root of all streams.
    workers
        Who replicates: their number, or :class:`.workers.Workers`. A script that asks for processes guards its start by
        ``if __name__ == "__main__"``.
    tick
        Told in words what was just done, for a progress bar.
    archive
        Where results are looked for before they are run, and kept once they are.
    """

    def __init__(
        self,
        study: Study,
        seed: int,
        *,
        workers: int | Workers = 1,
        tick: Tick = lambda _: None,
        archive: Archive | None = None,
    ) -> None:
        self.study = study
        self.seed = seed
        self.workers = Workers.of(workers)
        self.tick = tick
        self.archive = archive
        self._sent = Sent(study)
        self._rows: dict[Situation, list[Row]] = {}
        self._shelf: Shelf | None = None
        self._names: dict[Situation, str] = {}
        self._made = ""

    def __reduce__(self) -> tuple[Callable[..., Runs], tuple[Any, ...]]:
        return _unpacked, (self._sent, self.seed, self.archive, "" if self.archive is None else self.made)

    def of(self, study: Study) -> Runs:
        """The runs of a part of the study: what has been run for one of both is there for the other."""
        if study is self.study:
            return self
        other = copy(self)
        other.study, other._sent = study, Sent(study)
        if self.archive is not None:
            other._shelf, other._made = None, ""
        return other

    def telling(self, tell: Tell) -> Runs:
        """The same runs, on behalf of a task: what was done is told, and what the archive remarks."""
        other = copy(self)
        other.tick = tell
        if self.archive is not None:
            other.archive = self.archive.telling(lambda words: tell(Remark(words)))
        return other

    def at_site(self, values: Mapping[str, float]) -> Runs:
        """The runs of the same study at a site with other values of its facts."""
        there = Runs(self.study.at_site(values), self.seed, workers=self.workers, tick=self.tick, archive=self.archive)
        if self.archive is not None:
            there._made = content_hash(self.made, dict(values))
        return there

    @property
    def made(self) -> str:
        """A name of all that makes these events: study, seed, code and versions."""
        self._made = self._made or content_hash(self.study, self.seed, dict(made_with()))
        return self._made

    def rows(self, situation: Situation, count: int) -> list[Row]:
        """The first `count` replications of a situation, in index order."""
        rows = self._rows.get(situation)
        if rows is None:
            rows = self._rows[situation] = [] if self.archive is None else self._kept().rows(self._name(situation))
        known = len(rows)
        if known < count:
            rows.extend(self._run(situation, range(known, count)))
            if self.archive is not None:
                self._kept().add(self._name(situation), known, rows[known:])
        return rows[:count]

    def _run(self, situation: Situation, missing: range) -> list[Row]:
        rows: list[Row] = []
        asks = len(self.workers) > 1
        if asks and len(missing) > 1 and effort_for(self.study, situation).block > 1:
            # Some blocks of events take less time than to ask another process for one; the first one tells.
            began = perf_counter()
            rows.append(self.study.replicate(situation, self.seed, missing[0]))
            asks, missing = perf_counter() - began > ASKING_S, missing[1:]
        if asks and len(missing) > 1:
            rows.extend(replicate(self._sent, situation, self.seed, missing, self.workers))
        else:
            rows.extend(self.study.replicate(situation, self.seed, index) for index in missing)
        return rows

    def _kept(self) -> Shelf:
        if self._shelf is None:
            assert self.archive is not None
            self._shelf = self.archive.shelf(self.made)
            weakref.finalize(self, self._shelf.write)  # what is left when nobody asks any more
        return self._shelf

    def _name(self, situation: Situation) -> str:
        if situation not in self._names:
            self._names[situation] = content_hash(situation)
        return self._names[situation]

    def keep(self) -> None:
        """Write into the archive, if there is one, what was run and not yet written."""
        if self._shelf is not None:
            self._shelf.write()

    def outcomes(self, question: Question, situation: Situation, count: int, *, seen: int = 0) -> npt.NDArray[np.int8]:
        """1 for each of the first `count` events that kept the question's limit, 0 for the others; without `seen`."""
        block = effort_for(self.study, situation).block
        first = seen // block
        rows = self.rows(situation, -(-count // block))[first:]
        values = np.hstack([row[question.measure] for row in rows])[seen - first * block : count - first * block]
        return question.kept(values).astype(np.int8)

    def judge(
        self, question: Question, *, alpha: float, situation: Situation | None = None, budget: int | None = None
    ) -> Judge:
        """The judge of a question, or of the same claim in another situation, once there is an answer or no budget.

        Parameters
        ----------
        question
            What is asked.
        alpha
            Error share of this verdict.
        situation
            Instead of the question's own.
        budget
            Instead of the claim's own, which it cannot exceed.
        """
        claim = question.claim
        most = min(claim.budget, budget or claim.budget)
        test = ShareTest(
            threshold=question.required,
            alpha=alpha,
            margin=units.parse(claim.margin).base,
            budget=most,
            reading=Reading(claim.reading),
        )
        judge, asked = Judge.of(test), question.situation if situation is None else situation
        for look in looks(most):
            judge = judge.update(self.outcomes(question, asked, look, seen=judge.replications))
            if not judge.open:
                break
        self.tick(f"{claim.id} {question.scenario}")
        return judge


def _unpacked(sent: Sent, seed: int, archive: Archive | None, made: str) -> Runs:
    runs = Runs(sent.study, seed, archive=archive)
    runs._sent, runs._made = sent, made
    return runs


def replicate(study: Sent, situation: Situation, seed: int, indices: Sequence[int], workers: Workers) -> list[Row]:
    """The replications of the given indices, in their order, by several workers.

    Worker k of n runs the events k, k + n, k + 2n … of every situation. A fixed owner means that whoever meets an event
    again, under another rule of the plan, has its draws at hand.
    """
    count = len(workers)
    owned = [[index for index in indices if index % count == worker] for worker in range(count)]
    tasks = [Task(_replicated, (study, situation, seed, mine)) for mine in owned]
    rows: dict[int, Row] = {}
    for worker, found in workers.run(tasks, pinned=True):
        rows.update(zip(owned[worker], found, strict=True))
    return [rows[index] for index in indices]


def _replicated(sent: Sent, situation: Situation, seed: int, indices: Sequence[int], **_: Tell) -> list[Row]:
    return [sent.study.replicate(situation, seed, index) for index in indices]
