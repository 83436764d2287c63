"""The threshold ledger: what every rule of the plans answered in every scenario, in one file that people can review.

It is written once by ``check --write-baseline`` and compared by ``check --baseline``, so that a threshold that moves is
noticed, whoever moved it. It holds of each plan

``files``
    the hashes of the files it was made of;
``values``
    every quantity in force and every fact, so that a number that was changed is named with its old and new value;
``rows``
    every claim in every scenario, and again with what is recommended and with a cheaper choice that fails: limit,
    required share, verdict, counts, evidence, and a hash of the measured values to the last bit;
``recommended``
    the certificates of a ``recommend`` run, as evidence; they take minutes, so the rows stand for them in CI.

**How many events.** Each row looks at as many events as its study affords for one load of a breaking point
(``Effort.per_load``), and :data:`LEAST` at least: a number that the study declares, known beforehand, and for all
plans less than a minute of one core. Verdicts of ``check`` stop as soon as they are sure; those counts depend on where
they stopped and could not be compared. A verdict here is the same test on the same account of error, looked at once.

A second sample, :data:`LATER` times as large and of other events, is stored for the second look of the statistical
layer (:mod:`resilience_sim.verdicts.regression`).
"""

from __future__ import annotations

import hashlib
import math
import platform
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from importlib import metadata
from typing import Annotated, Any, Literal, NamedTuple, Self

import numpy as np
from pydantic import AfterValidator, Field, field_validator, model_validator

from resilience_sim import units
from resilience_sim.experiments.check import account
from resilience_sim.experiments.runs import Runs
from resilience_sim.experiments.workers import Task, Tell, Workers
from resilience_sim.models.contract import MACHINES, machine
from resilience_sim.plans.fields import Frozen, Name, Number, Slug
from resilience_sim.plans.register import Plan
from resilience_sim.studies.parts import parts
from resilience_sim.studies.question import Question, Study, effort_for
from resilience_sim.verdicts.regression import Counts
from resilience_sim.verdicts.verdict import Reading, ShareTest, Verdict

__all__ = [
    "LATER", "LEAST", "SHIFT", "Asked", "Certificate", "Key", "Ledger", "PlanLedger", "Recommended", "Row", "Sample",
    "asked_rows", "events_of", "judged", "made_with", "row_of", "samples",
]  # fmt: skip

LATER = 2
LEAST = 400
"""Fewest events of a row: with 500 rows, so many see a shift of 20 points wherever the share is."""
SHIFT = 0.2
"""A shift of this many parts of 1 alarms with probability 0.99 in every row, or the row is inconclusive."""


def _one_line(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise ValueError(f"the character U+{ord(character):04X} is refused; accepted is one line of plain text")
    return text


Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{16,64}$")]
Events = Annotated[int, Field(ge=1, le=1_000_000)]
Kept = Annotated[int, Field(ge=0, le=1_000_000)]
ClaimId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*-\d+[a-z]?\.[a-z0-9]+$", max_length=40)]
Line = Annotated[str, Field(max_length=20_000), AfterValidator(_one_line)]
Named = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
Share = Annotated[Number, Field(gt=0, lt=1)]

Key = tuple[str, str, str, str, tuple[tuple[str, float], ...]]
"""What names a row in its plan: claim, reading of the words, scenario, option, and what is chosen."""


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Row(Frozen):
    """One claim in one scenario.

    Parameters
    ----------
    claim, reading, scenario
        What was asked.
    option, chosen
        The values that a recommendation's option sets (``with``); none: as the plan stands.
    measure, at_least, at_most, unit, share, margin
        The claim's terms: what is measured, its limit, the share of events that must keep it, δ of on_the_line.
    counted, budget
        Which event its share counts (:class:`.Reading`), and the most events that `check` looks at; none in ledgers
        that were written before these were kept.
    verdict, kept, of, log10_e
        The answer by so many kept of so many events, and the common logarithms of its two e-values: that it holds, and
        that it fails.
    later, of_later
        The counts of the second sample.
    median
        Of the measured values, to six digits; none where it is no finite number.
    bits
        Hash of the measured values.
    """

    claim: ClaimId
    reading: Named | None = None
    scenario: Named
    option: Named | None = None
    chosen: dict[Named, Number] = Field(default_factory=dict, alias="with")
    measure: Name
    at_least: Number | None = None
    at_most: Number | None = None
    unit: Named
    share: Share
    margin: Share
    counted: Name | None = None
    budget: Annotated[int, Field(ge=1)] | None = None
    verdict: Literal["holds", "fails", "on_the_line", "undecided"]
    kept: Kept
    of: Events
    later: Kept
    of_later: Events
    log10_e: Annotated[tuple[Number, ...], Field(min_length=2, max_length=2)]
    median: Number | None = None
    bits: Hash

    @field_validator("log10_e", mode="before")
    @classmethod
    def _pair(cls, value: Any) -> Any:
        return _listed(value)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a row needs exactly one of at_least and at_most")
        for kept, of in ((self.kept, self.of), (self.later, self.of_later)):
            if kept > of:
                raise ValueError(f"{kept} of {of} events kept; accepted are at most as many as there were")
        return self

    @property
    def key(self) -> Key:
        """Names the row in its plan."""
        return self.claim, self.reading or "", self.scenario, self.option or "", tuple(self.chosen.items())

    @property
    def clause(self) -> str:
        """The clause that the claim belongs to."""
        return self.claim.rpartition(".")[0]

    @property
    def first(self) -> Counts:
        """The counts of the first sample."""
        return Counts(self.kept, self.of)

    @property
    def second(self) -> Counts:
        """The counts of the second sample."""
        return Counts(self.later, self.of_later)


class Certificate(Frozen):
    """One choice and the verdict on it, of a recommendation's proof."""

    values: dict[Named, Number]
    verdict: Literal["holds", "fails", "on_the_line", "undecided"]
    events: Events
    log10_e: Annotated[tuple[Number, ...], Field(min_length=2, max_length=2)]

    @field_validator("log10_e", mode="before")
    @classmethod
    def _pair(cls, value: Any) -> Any:
        return _listed(value)


class Recommended(Frozen):
    """What a ``recommend`` run found for the claims of one clause, and its proof."""

    group: Named
    claims: Annotated[tuple[ClaimId, ...], Field(min_length=1)]
    status: Name
    cost: Number | None = None
    cost_unit: Name
    holds: Certificate | None = None
    fails: tuple[Certificate, ...] = ()

    @field_validator("claims", "fails", mode="before")
    @classmethod
    def _many(cls, value: Any) -> Any:
        return _listed(value)


class PlanLedger(Frozen):
    """All that the ledger holds of one plan."""

    files: dict[Named, Hash]
    values: dict[Named, Line]
    rows: Annotated[tuple[Row, ...], Field(min_length=1)]
    recommended: tuple[Recommended, ...] = ()

    @field_validator("rows", "recommended", mode="before")
    @classmethod
    def _many(cls, value: Any) -> Any:
        return _listed(value)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        seen: set[Key] = set()
        for row in self.rows:
            if row.key in seen:
                raise ValueError(f"the row of claim {row.claim} in scenario {row.scenario!r} stands twice")
            seen.add(row.key)
        return self


class Ledger(Frozen):
    """The whole ledger: the seed of its events, what they were made with, and the plans."""

    ledger: Literal[1]
    seed: Annotated[int, Field(ge=0, lt=2**64)]
    family_error: Share
    shift: Share
    made_with: dict[Named, Line]
    plans: Annotated[dict[Slug, PlanLedger], Field(min_length=1)]

    @property
    def rows(self) -> int:
        """How many rows all plans have."""
        return sum(len(plan.rows) for plan in self.plans.values())


def made_with() -> dict[str, str]:
    """What makes the draws and the paths besides the inputs: versions of the machines, and the stack they run on.

    Where all of it is equal, equal seeds give equal numbers, or somebody has changed a machine without saying so.
    """
    installed = {name: metadata.version(name) for name in ("numpy", "scipy", "numba")}
    return {
        **{name: machine(name).VERSION for name in MACHINES},
        **installed,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "machine": f"{platform.machine()} {sys.platform}, instructions {_instructions()}",
    }


def _instructions() -> str:
    """A name of the vector instructions that NumPy finds: the last bit of its functions depends on them."""
    from numpy._core._multiarray_umath import __cpu_features__  # type: ignore[import-not-found]

    found = sorted(name for name, there in __cpu_features__.items() if there)
    return hashlib.blake2b(" ".join(found).encode(), digest_size=4).hexdigest()


class Sample(NamedTuple):
    """What some events measured: how many kept the limit, and the values' median and bits."""

    counts: Counts
    median: float | None
    bits: str


class Asked(NamedTuple):
    """A question of a row: with the choices of a recommendation, if it is one, by their names."""

    question: Question
    chosen: tuple[tuple[str, float], ...] = ()

    @property
    def key(self) -> Key:
        """Names the row in its plan."""
        question = self.question
        return question.claim.id, question.interpretation, question.scenario, question.option, self.chosen


def asked_rows(study: Study, chosen: Sequence[Key]) -> dict[Key, Asked]:
    """The questions of a study as they stand, and again with the choices of the keys that have some.

    Keys whose claim, scenario, option or choices the study no longer has are left out.
    """
    found = {one.key: one for one in map(Asked, study.questions())}
    standing = {key[:3]: one.question for key, one in found.items()}
    for key in chosen:
        claim, reading, scenario, option, values = key
        question = standing.get((claim, reading, scenario))
        if question is None or option not in study.options(question):
            continue
        question = replace(question, option=option)
        offered = {f"{choice.clause}.{choice.quantity}": choice.values for choice in study.choices(question)}
        if list(offered) == [name for name, _ in values] and all(value in offered[name] for name, value in values):
            found[key] = Asked(study.chosen(question, [value for _, value in values]), values)
    return found


def events_of(study: Study, question: Question) -> int:
    """How many events the row of a question looks at first: what its study affords at one load, in whole blocks."""
    effort = effort_for(study, question.situation)
    return -(-max(effort.per_load, LEAST) // effort.block) * effort.block


def samples(
    study: Study,
    asked: Mapping[Key, tuple[Question, int, int]],
    seed: int,
    *,
    workers: int | Workers = 1,
    tick: Tell = lambda _: None,
) -> dict[Key, Sample]:
    """What the events of each question measured, from one index on up to another.

    Questions about one situation meet the same events; who runs them and in what order changes nothing.

    Parameters
    ----------
    study
        Replicates.
    asked
        By the row's key: the question, its first event and the one after its last.
    seed
        Root of all streams.
    workers, tick
        Who runs them, and who is told of each row.
    """
    workers = Workers.of(workers)
    runs = Runs(study, seed)
    homes = [(part, {question.claim.id for question in part.questions()}) for part in parts(study)]
    tasks, places = [], []
    for part, claims in homes:
        mine = [key for key in asked if key[0] in claims]
        for situation in dict.fromkeys(asked[key][0].situation for key in mine):
            here = [key for key in mine if asked[key][0].situation == situation]
            most = max(asked[key][2] for key in here)
            cost = most / effort_for(part, situation).block
            tasks.append(Task(_sampled, (runs.of(part), [asked[key] for key in here]), cost))
            places.append(here)
    found: dict[Key, Sample] = {}
    for number, result in workers.run(tasks):
        found.update(zip(places[number], result, strict=True))
        for key in places[number]:
            tick(f"{key[0]} {key[2]}")
    return {key: found[key] for key in asked}


def _sampled(runs: Runs, asked: Sequence[tuple[Question, int, int]], **_: Tell) -> list[Sample]:
    return [_sample(runs, *one) for one in asked]


def _sample(runs: Runs, question: Question, start: int, stop: int) -> Sample:
    rows = runs.rows(question.situation, -(-stop // effort_for(runs.study, question.situation).block))
    values = np.hstack([row[question.measure] for row in rows])[start:stop].astype("<f8")
    middle = float(np.median(values)) if np.isfinite(values).all() else math.inf
    return Sample(
        Counts(int(question.kept(values).sum()), len(values)),
        float(f"{middle:.6g}") if math.isfinite(middle) else None,
        blake2b(values.tobytes(), digest_size=8).hexdigest(),
    )


def judged(plan: Plan, question: Question, counts: Counts, family_error: float) -> Verdict:
    """The verdict of a row by the counts of its first sample, with the error that ``check`` gives to its claim."""
    claim = question.claim
    return ShareTest(
        threshold=question.required,
        alpha=account(family_error, plan, claim.id).verdict,
        margin=units.parse(claim.margin).base,
        budget=max(claim.budget, counts.events),
        reading=Reading(claim.reading),
    ).judge(*counts)


def row_of(plan: Plan, asked: Asked, first: Sample, later: Counts, family_error: float) -> Row:
    """The row of a question, by both samples."""
    question = asked.question
    verdict = judged(plan, question, first.counts, family_error)
    fields: dict[str, Any] = {
        "claim": question.claim.id,
        "reading": question.interpretation or None,
        "scenario": question.scenario,
        "option": question.option or None,
        "with": dict(asked.chosen),
        "measure": question.measure,
        question.relation: float(question.limit),
        "unit": question.unit,
        "share": question.required,
        "margin": verdict.margin,
        "counted": question.claim.reading,
        "budget": question.claim.budget,
        "verdict": verdict.answer.value,
        "kept": first.counts.kept,
        "of": first.counts.events,
        "later": later.kept,
        "of_later": later.events,
        "log10_e": [round(e / math.log(10), 2) for e in (verdict.log_evidence_holds, verdict.log_evidence_fails)],
        "median": first.median,
        "bits": first.bits,
    }
    return Row.model_validate(fields)
