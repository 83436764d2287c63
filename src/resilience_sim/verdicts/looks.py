"""Judging while replications arrive: one look after each batch, and the first answer stays.

The answer depends on the replications in the order of their index and on when looks are taken, on nothing else: not on
the number of workers, nor on the order in which these finish.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.asymptotic import AsymptoticTest
from resilience_sim.verdicts.betting import MeanTest
from resilience_sim.verdicts.verdict import Answer, ShareTest, Verdict

__all__ = ["Judge", "Test", "judge_ratio", "judge_share"]

Test: TypeAlias = ShareTest | MeanTest | AsymptoticTest


@dataclass(frozen=True)
class Judge:
    """A test, what it has seen, and its answer so far; :meth:`update` gives the judge after one more batch.

    Examples
    --------
    >>> judge = Judge.of(ShareTest(0.8, alpha=0.01, margin=0.01, budget=1000))
    >>> while judge.open:
    ...     judge = judge.update([1] * 10)
    >>> judge.answer.value, judge.replications
    ('holds', 40)
    """

    test: Test
    state: Any
    answer: Answer = Answer.UNDECIDED

    @classmethod
    def of(cls, test: Test) -> Judge:
        """A judge who has seen nothing yet."""
        return cls(test, test.start())

    @property
    def replications(self) -> int:
        """Replications seen."""
        return int(self.state.replications)

    @property
    def open(self) -> bool:
        """Whether more replications could still bring an answer."""
        return self.answer is Answer.UNDECIDED and self.replications < self.test.budget

    @property
    def verdict(self) -> Verdict:
        """The verdict as it stands; worked out when asked for, as its interval takes longer than its answer."""
        return self.test.look(self.state)

    def update(self, *batch: npt.ArrayLike) -> Judge:
        """The judge after the next replications, in index order; after an answer nothing changes any more.

        Parameters
        ----------
        batch
            Outcomes of a :class:`ShareTest`; values and, for a ratio, counts of a mean test.
        """
        if not self.open:
            return self
        state: Any = self.test.after(self.state, *batch)
        return Judge(self.test, state, self.test.evidence(state).answer(self.test.alpha))

    def extended(self, budget: int) -> Judge:
        """The judge with another budget, which may be changed at any time without harm to the guarantee.

        Raises
        ------
        VerdictError
            If more replications than the new budget were already seen.
        """
        if budget < self.replications:
            raise VerdictError(f"budget is {budget}; {self.replications} replications are already judged")
        return replace(self, test=replace(self.test, budget=budget))


def _in_batches(test: Test, columns: tuple[npt.ArrayLike, ...], looks: Iterable[int]) -> Verdict:
    rows = [np.asarray(column) for column in columns]
    judge, seen = Judge.of(test), 0
    for look in looks:
        if look <= seen:
            raise VerdictError(f"look after {look} replications follows one after {seen}; accepted are rising looks")
        judge, seen = judge.update(*(row[seen:look] for row in rows)), look
    return judge.verdict


def judge_share(test: ShareTest, outcomes: npt.ArrayLike, *, looks: Iterable[int]) -> Verdict:
    """The verdict on a row of 0/1 outcomes in index order, with looks after so many replications each."""
    return _in_batches(test, (outcomes,), looks)


def judge_ratio(test: MeanTest, good: npt.ArrayLike, count: npt.ArrayLike, *, looks: Iterable[int]) -> Verdict:
    """The verdict on rows of G and N in index order, with looks after so many replications each."""
    return _in_batches(test, (good, count), looks)
