"""What a report says, before it has a form: results by plan, what they count up to, and what the plan would read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.plans.wording import render
from resilience_sim.reports.proposing import proposals
from resilience_sim.reports.report_words import say
from resilience_sim.reports.words import Language
from resilience_sim.reports.words import say as common
from resilience_sim.verdicts.verdict import Answer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "ANSWERS", "COUNTED", "Counts", "PlanResults", "Results", "Revision", "Unjudged", "clause_answers", "counts",
    "revisions", "run_items", "unjudged",
]  # fmt: skip

ANSWERS = (Answer.HOLDS, Answer.FAILS, Answer.ON_THE_LINE, Answer.UNDECIDED)
WORST_FIRST = (Answer.FAILS, Answer.UNDECIDED, Answer.ON_THE_LINE, Answer.HOLDS)


@dataclass(frozen=True)
class PlanResults:
    """What a run found about one plan.

    Parameters
    ----------
    plan, site
        The register and the facts.
    rows
        Of ``check``, one for each claim, reading and scenario.
    found
        Of ``recommend``; ``None`` where it was not asked.
    notes
        What the study adds in sentences.
    figures
        Figures that only this study has, by the names of their files.
    """

    plan: Plan
    site: Site
    rows: Sequence[CheckedClaim] = ()
    found: Sequence[Recommendation] | None = None
    notes: Sequence[str] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """What a run found, and what it rests on.

    Parameters
    ----------
    plans
        In the order in which they were asked for.
    seed, family_error
        Of the run.
    versions, inputs
        What ran, and hashes of the files it ran on.
    options
        Those that change what the report says, as they are written in the command.
    """

    plans: Sequence[PlanResults]
    seed: int
    family_error: float
    versions: Mapping[str, str]
    inputs: Mapping[str, str]
    options: Sequence[str] = ()


def run_items(results: Results, language: Language) -> Iterator[tuple[str, str]]:
    """What it takes to run it again, item by item."""
    yield say("seed", language), str(results.seed)
    yield say("family_error", language), f"{results.family_error:g}"
    if results.options:
        yield say("options", language), " ".join(results.options)
    for name, version in results.versions.items():
        yield say("version", language).format(name=name), version
    for name, value in results.inputs.items():
        yield say("hash", language).format(name=name), value


# ---- what the results count up to


def clause_answers(results: PlanResults) -> dict[str, Answer]:
    """The answer to each clause that was judged: fails if one of its rows does, else undecided, else on the line."""
    given: dict[str, set[Answer]] = {}
    for row in results.rows:
        given.setdefault(row.question.clause, set()).add(row.verdict.answer)
    return {clause: next(answer for answer in WORST_FIRST if answer in answers) for clause, answers in given.items()}


COUNTED = (
    "clauses_all", "clauses_judged", "clauses_hold", "clauses_fail", "clauses_line", "clauses_undecided",
    "clauses_unjudged", "answers_all", "answers_hold", "answers_fail", "answers_line", "answers_undecided",
)  # fmt: skip
"""The columns of :attr:`Counts.numbers`."""


class Counts(NamedTuple):
    """How many clauses there are, how many of them got each answer, and how many rows of results did."""

    clauses: int
    by_clause: Counter[Answer]
    by_row: Counter[Answer]

    @property
    def judged(self) -> int:
        """Clauses with an answer."""
        return self.by_clause.total()

    @property
    def unjudged(self) -> int:
        """Clauses without."""
        return self.clauses - self.judged

    @property
    def numbers(self) -> list[int]:
        """All of them in the order of :data:`COUNTED`."""
        clauses, rows = ([by[answer] for answer in ANSWERS] for by in (self.by_clause, self.by_row))
        return [self.clauses, self.judged, *clauses, self.unjudged, self.by_row.total(), *rows]


def counts(plans: Iterable[PlanResults]) -> Counts:
    """The counts of some plans together."""
    clauses, by_clause, by_row = 0, Counter[Answer](), Counter[Answer]()
    for one in plans:
        clauses += len(one.plan.clauses)
        by_clause.update(clause_answers(one).values())
        by_row.update(row.verdict.answer for row in one.rows)
    return Counts(clauses, by_clause, by_row)


class Unjudged(NamedTuple):
    """A clause about which nothing was asked, and why."""

    clause: Clause
    reason: str


def unjudged(results: PlanResults, language: Language) -> list[Unjudged]:
    """Every clause without a verdict, with the reason: named, never hidden."""
    judged = clause_answers(results)
    found = []
    for clause in results.plan.clauses:
        if clause.id in judged:
            continue
        reason = say("not_asked", language) if clause.claims else _why(clause.id, results.notes)
        reason = reason or say("no_claim", language)
        if clause.questions:
            reason += say("awaits", language).format(numbers=", ".join(map(str, clause.questions)))
        found.append(Unjudged(clause, reason))
    return found


def _why(clause: str, notes: Iterable[str]) -> str | None:
    """What a note says after the clause's id, where a study's notes tell why it asks nothing about it."""
    for note in notes:
        for part in re.split(r"[；;。]", note):
            if found := re.search(rf"(?:^|[：:])\s*{re.escape(clause)}[,，]?\s+(.+)", part.strip()):
                return found[1].rstrip(".")
    return None


# ---- what the plan would read


class Revision(NamedTuple):
    """A clause as it reads and as it would read with the numbers proposed; `new` is `old` where nothing is."""

    clause: Clause
    old: str
    new: str
    origin: str


def revisions(results: PlanResults, language: Language) -> list[Revision]:
    """Every clause of the plan, with the numbers that this run recommends or that wait in the plan file.

    What this run recommends stands before what waits for the same quantity.
    """
    values: dict[str, dict[str, float]] = {}
    origins: dict[str, dict[str, str]] = {}
    for clause_id, name, quantity in results.plan.quantities():
        for entry in quantity.proposals():
            assert entry.value is not None
            values.setdefault(clause_id, {})[name] = entry.value
            origins.setdefault(clause_id, {})[name] = say("waiting", language).format(day=entry.from_)
    for proposal in proposals(results.found or ()):
        values.setdefault(proposal.clause, {})[proposal.quantity] = proposal.value
        origins.setdefault(proposal.clause, {})[proposal.quantity] = say("this_run", language)
    found = []
    for clause in results.plan.clauses:
        old = render(clause, language)
        new = render(clause, language, values.get(clause.id))
        by = dict.fromkeys(origins.get(clause.id, {}).values())
        found.append(Revision(clause, old, new, common("list", language).join(by)))
    return found
