"""Replicating situations: each event is run once, however many claims ask about it, on as many workers as wanted.

Results are kept by situation and index and handed out in index order, so neither the number of workers nor the order in
which they finish can change a verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
import numpy.typing as npt

from resilience_sim import units
from resilience_sim.experiments.workers import Row, pickled, replicate
from resilience_sim.studies.question import Question, Situation, Study, effort_for
from resilience_sim.verdicts.looks import Judge
from resilience_sim.verdicts.verdict import Reading, ShareTest

__all__ = ["Runs", "looks"]

Tick = Callable[[str], None]
ASKING_S = 0.004  # a block that takes longer is worth asking another process for


def looks(budget: int, *, first: int = 8, factor: float = 1.25) -> list[int]:
    """After how many replications the evidence is weighed: 8, 10, 12, 15 … and the budget."""
    at = [min(first, budget)]
    while at[-1] < budget:
        at.append(min(int(at[-1] * factor), budget))
    return at


class Runs:
    """The replications of one study and seed, computed as they are asked for.

    Parameters
    ----------
    study
        Replicates the situations.
    seed
        Root of all streams.
    workers
        Processes; one means this one. A script that asks for more guards its start by ``if __name__ == "__main__"``.
    tick
        Told in words what was just done, for a progress bar.
    """

    def __init__(self, study: Study, seed: int, *, workers: int = 1, tick: Tick = lambda _: None) -> None:
        self.study = study
        self.seed = seed
        self.workers = workers
        self.tick = tick
        self._pickled = pickled(study) if workers > 1 else b""
        self._rows: dict[Situation, list[Row]] = {}

    def rows(self, situation: Situation, count: int) -> list[Row]:
        """The first `count` replications of a situation, in index order."""
        rows = self._rows.setdefault(situation, [])
        missing = range(len(rows), count)
        if self.workers > 1 and len(missing) > 1 and effort_for(self.study, situation).block > 1:
            # Some blocks of events take less time than to ask another process for one; the first one tells.
            began = perf_counter()
            rows.append(self.study.replicate(situation, self.seed, missing[0]))
            asks, missing = perf_counter() - began > ASKING_S, missing[1:]
        else:
            asks = self.workers > 1
        if asks and len(missing) > 1:
            rows.extend(replicate(self._pickled, situation, self.seed, missing, self.workers))
        else:
            rows.extend(self.study.replicate(situation, self.seed, index) for index in missing)
        return rows[:count]

    def outcomes(self, question: Question, situation: Situation, count: int) -> npt.NDArray[np.int8]:
        """1 for each of the first `count` events that kept the question's limit, 0 for the others."""
        rows = self.rows(situation, -(-count // effort_for(self.study, situation).block))
        values = np.hstack([row[question.measure] for row in rows])[:count]
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
            outcomes = self.outcomes(question, asked, look)
            judge = judge.update(outcomes[judge.replications :])
            if not judge.open:
                break
        self.tick(f"{claim.id} {question.scenario}")
        return judge
