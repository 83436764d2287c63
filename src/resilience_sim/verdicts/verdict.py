"""Verdicts: holds, fails, on_the_line or undecided, with the evidence that gave them.

:class:`ShareTest` judges the rate of an event. Means and ratios are judged by
:class:`~resilience_sim.verdicts.betting.MeanTest` and, without bounds, by
:class:`~resilience_sim.verdicts.asymptotic.AsymptoticTest`. All give the same :class:`Verdict`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.evidence import interval_of_share, log_e_above, log_e_below

__all__ = ["Answer", "Evidence", "Method", "Reading", "ShareTest", "Tally", "Terms", "Verdict"]


class Answer(StrEnum):
    """What a verdict says about the rate p of an event, its threshold θ and the margin δ."""

    HOLDS = "holds"
    FAILS = "fails"
    ON_THE_LINE = "on_the_line"
    UNDECIDED = "undecided"


class Reading(StrEnum):
    """Which number a claim is about; part of the claim, as the same system may keep one reading and break another."""

    SHARE_LONG_RUN = "share_long_run"
    PER_PERIOD = "per_period"
    PER_EVENT = "per_event"
    PER_RUN = "per_run"
    QUANTILE = "quantile"
    MEAN = "mean"
    ALWAYS = "always"


class Method(StrEnum):
    """How the evidence was weighed; only the last is right in the limit of many replications and no sooner."""

    BETA_BINOMIAL = "beta-binomial e-process"
    BETTING = "betting e-process"
    ASYMPTOTIC = "asymptotic confidence sequence"


class Evidence(NamedTuple):
    """Natural logarithms of the e-values against the four one-sided hypotheses.

    holds: against p <= θ; fails: against p >= θ; above: against p <= θ − δ; below: against p >= θ + δ.
    """

    holds: float
    fails: float
    above: float
    below: float

    def answer(self, alpha: float) -> Answer:
        """holds, fails, on_the_line in this order, each at e >= 2/α, else undecided.

        For any rate at most two of the four hypotheses are true, so the probability of a wrong answer is at most α.
        """
        bar = math.log(2 / alpha)
        if self.holds >= bar:
            return Answer.HOLDS
        if self.fails >= bar:
            return Answer.FAILS
        return Answer.ON_THE_LINE if min(self.above, self.below) >= bar else Answer.UNDECIDED


@dataclass(frozen=True)
class Verdict:
    """An answer with everything needed to recompute it.

    Parameters
    ----------
    answer
        holds: p > θ; fails: p < θ; on_the_line: p within δ of θ; undecided: nothing yet, or nothing ever once
        the budget is spent.
    successes, replications
        Events kept (for a ratio the sum of what is good, for a mean the sum of the values), and replications seen, in
        the order of their index.
    threshold, alpha, margin, budget
        θ, the error share of this claim, δ, and the most replications.
    log_evidence_holds, log_evidence_fails
        Natural logarithms of e_up(θ) and e_dn(θ).
    low, high
        Interval that covers the rate at all times with probability 1 − α; see `interval`.
    log_evidence_above, log_evidence_below
        Natural logarithms of e_up(θ − δ) and e_dn(θ + δ), both needed for on_the_line.
    counted
        Sum of the counts of a ratio; ``None`` where each replication counts as one.
    reading, method
        Which number the claim is about, and how its evidence was weighed.
    interval
        How the interval was found: the verdict may be exact while its displayed interval is asymptotic.
    prior
        Of the beta-binomial e-process; ``None`` for the other methods.
    bounds
        Lowest and highest value per count, the cap on counts and the excess beyond it; ``None`` where there are none.
    """

    answer: Answer
    successes: float
    replications: int
    threshold: float
    alpha: float
    margin: float
    budget: int
    log_evidence_holds: float
    log_evidence_fails: float
    low: float
    high: float
    log_evidence_above: float
    log_evidence_below: float
    counted: float | None = None
    reading: Reading = Reading.PER_EVENT
    method: Method = Method.BETA_BINOMIAL
    interval: Method = Method.BETA_BINOMIAL
    prior: tuple[float, float] | None = None
    bounds: tuple[float, float, float, float] | None = None

    @property
    def estimate(self) -> float:
        """Share of events kept, ratio of sums, or mean; nan before the first."""
        of = self.replications if self.counted is None else self.counted
        return self.successes / of if of else math.nan

    @property
    def decided(self) -> bool:
        """Whether the answer is final; undecided is not while the budget may be extended."""
        return self.answer is not Answer.UNDECIDED

    @property
    def evidence_holds(self) -> float:
        """e_up(θ), capped at 1e300 so that it can be written as JSON."""
        return math.exp(min(self.log_evidence_holds, 690.0))

    @property
    def evidence_fails(self) -> float:
        """e_dn(θ), capped at 1e300 so that it can be written as JSON."""
        return math.exp(min(self.log_evidence_fails, 690.0))


@dataclass(frozen=True)
class Terms:
    """What a claim fixes before its first replication; only the budget may be changed later.

    Parameters
    ----------
    threshold
        θ.
    alpha
        Probability of a wrong verdict, whatever the truth and the schedule of looks.
    margin
        δ of on_the_line, in the unit of θ.
    budget
        Most replications.
    """

    threshold: float
    alpha: float
    margin: float
    budget: int

    def __post_init__(self) -> None:
        if not math.isfinite(self.threshold):
            raise VerdictError(f"threshold is {self.threshold}; accepted is a finite number")
        if not 0 < self.alpha < 1:
            raise VerdictError(f"alpha is {self.alpha}; accepted is a number strictly between 0 and 1")
        if not 0 < self.margin < math.inf:
            raise VerdictError(f"margin is {self.margin}; accepted is a finite number above 0")
        if self.budget < 1:
            raise VerdictError(f"budget is {self.budget}; accepted is 1 or more replications")

    def concluded(
        self, evidence: Evidence, within: tuple[float, float], *, successes: float, replications: int, **how: Any
    ) -> Verdict:
        """The verdict that some evidence gives on these terms; `how` are the other fields of :class:`Verdict`."""
        return Verdict(
            answer=evidence.answer(self.alpha),
            successes=successes,
            replications=replications,
            threshold=self.threshold,
            alpha=self.alpha,
            margin=self.margin,
            budget=self.budget,
            log_evidence_holds=evidence.holds,
            log_evidence_fails=evidence.fails,
            low=within[0],
            high=within[1],
            log_evidence_above=evidence.above,
            log_evidence_below=evidence.below,
            **how,
        )


class Tally(NamedTuple):
    """What a share test keeps of the replications it has seen."""

    successes: int = 0
    replications: int = 0


@dataclass(frozen=True)
class ShareTest(Terms):
    """A claim "the rate of an event is at least θ", and the terms on which it is judged.

    "At most θ" is the same claim about the event's complement: swap kept and broken, and take 1 − θ.

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
    reading
        Which event is counted.
    prior
        a and b of the Beta prior, both above 0.
    """

    reading: Reading = Reading.PER_EVENT
    prior: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, value in (("threshold", self.threshold), ("margin", self.margin)):
            if not 0 < value < 1:
                raise VerdictError(f"{name} is {value}; accepted is a number strictly between 0 and 1")
        if self.reading in (Reading.SHARE_LONG_RUN, Reading.MEAN):
            raise VerdictError(f"reading {self.reading} is no rate of an event; accepted here are the other readings")
        if not min(self.prior) > 0:
            raise VerdictError(f"prior is {self.prior}; accepted are two numbers above 0")

    def start(self) -> Tally:
        """Before the first replication."""
        return Tally()

    def after(self, tally: Tally, outcomes: npt.ArrayLike) -> Tally:
        """The tally with the next replications' outcomes added, 0 or 1 each; those beyond the budget are left out."""
        given = np.asarray(outcomes)[: max(self.budget - tally.replications, 0)]
        if given.ndim != 1 or not np.isin(given, (0, 1)).all():
            raise VerdictError("outcomes must be a row of 0 and 1, one per replication")
        return Tally(tally.successes + int(given.sum()), tally.replications + given.size)

    def evidence(self, tally: Tally) -> Evidence:
        """Evidence against the four one-sided hypotheses."""
        won, lost = tally.successes, tally.replications - tally.successes
        return Evidence(
            log_e_above(won, lost, self.threshold, prior=self.prior),
            log_e_below(won, lost, self.threshold, prior=self.prior),
            log_e_above(won, lost, self.threshold - self.margin, prior=self.prior),
            log_e_below(won, lost, self.threshold + self.margin, prior=self.prior),
        )

    def judge(self, successes: int, replications: int) -> Verdict:
        """The verdict at one look, from the counts alone: :meth:`Evidence.answer` says when which.

        Raises
        ------
        VerdictError
            If there are more successes than replications, or more replications than the budget.
        """
        if not 0 <= successes <= replications <= self.budget:
            raise VerdictError(
                f"{successes} successes in {replications} replications with a budget of {self.budget}; accepted is "
                "0 <= successes <= replications <= budget"
            )
        evidence = self.evidence(Tally(successes, replications))
        interval = interval_of_share(successes, replications - successes, self.alpha, prior=self.prior)
        return self.concluded(
            evidence,
            interval,
            successes=successes,
            replications=replications,
            reading=self.reading,
            prior=self.prior,
        )

    def look(self, tally: Tally) -> Verdict:
        """The verdict on a tally."""
        return self.judge(tally.successes, tally.replications)
