"""Verdicts: holds, fails, on_the_line or undecided, with the evidence that gave them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.evidence import interval_of_share, log_e_values

__all__ = ["Answer", "ShareTest", "Verdict"]


class Answer(StrEnum):
    """What a verdict says about the rate p of an event, its threshold θ and the margin δ."""

    HOLDS = "holds"
    FAILS = "fails"
    ON_THE_LINE = "on_the_line"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Verdict:
    """An answer with everything needed to recompute it.

    Parameters
    ----------
    answer
        holds: p > θ; fails: p < θ; on_the_line: |p − θ| < δ; undecided: the budget is spent.
    successes, replications
        Events kept, and events seen, in the order of their index.
    threshold, alpha, margin, budget
        θ, the error share of this claim, δ, and the most replications.
    log_evidence_holds, log_evidence_fails
        Natural logarithms of e_up(θ) and e_dn(θ).
    low, high
        Interval that covers the rate at all times with probability 1 − α.
    """

    answer: Answer
    successes: int
    replications: int
    threshold: float
    alpha: float
    margin: float
    budget: int
    log_evidence_holds: float
    log_evidence_fails: float
    low: float
    high: float

    @property
    def estimate(self) -> float:
        """Share of events kept; nan before the first."""
        return self.successes / self.replications if self.replications else math.nan

    @property
    def evidence_holds(self) -> float:
        """e_up(θ), capped at 1e300."""
        return math.exp(min(self.log_evidence_holds, 690.0))

    @property
    def evidence_fails(self) -> float:
        """e_dn(θ), capped at 1e300."""
        return math.exp(min(self.log_evidence_fails, 690.0))


@dataclass(frozen=True)
class ShareTest:
    """A claim "the rate of an event is at least θ", and the terms on which it is judged.

    Parameters
    ----------
    threshold
        θ, strictly between 0 and 1.
    alpha
        Probability of a wrong verdict, whatever the rate and the schedule of looks.
    margin
        δ of on_the_line.
    budget
        Most replications.
    """

    threshold: float
    alpha: float
    margin: float
    budget: int

    def __post_init__(self) -> None:
        for name, value in (("threshold", self.threshold), ("alpha", self.alpha), ("margin", self.margin)):
            if not 0 < value < 1:
                raise VerdictError(f"{name} is {value}; accepted is a number strictly between 0 and 1")
        if self.budget < 1:
            raise VerdictError(f"budget is {self.budget}; accepted is 1 or more replications")

    def judge(self, successes: int, replications: int) -> Verdict:
        """The verdict at one look: holds, fails, on_the_line in this order, else undecided.

        Each of the four one-sided hypotheses is refuted at e >= 2/α; for any rate at most two of them are true, so the
        probability of a wrong verdict is at most α.
        """
        failures = replications - successes
        bar = math.log(2 / self.alpha)
        up, down = (float(e) for e in log_e_values(successes, failures, self.threshold))
        if up >= bar:
            answer = Answer.HOLDS
        elif down >= bar:
            answer = Answer.FAILS
        elif self._on_the_line(successes, failures, bar):
            answer = Answer.ON_THE_LINE
        else:
            answer = Answer.UNDECIDED
        low, high = interval_of_share(successes, failures, self.alpha)
        return Verdict(
            answer, successes, replications, self.threshold, self.alpha, self.margin, self.budget, up, down, low, high
        )

    def _on_the_line(self, successes: int, failures: int, bar: float) -> bool:
        below, above = self.threshold - self.margin, self.threshold + self.margin
        above_lower = below <= 0 or float(log_e_values(successes, failures, below)[0]) >= bar
        below_upper = above >= 1 or float(log_e_values(successes, failures, above)[1]) >= bar
        return above_lower and below_upper
