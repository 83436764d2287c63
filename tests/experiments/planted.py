"""Changes planted in copies of the shipped plans, and a study that asks a few claims on a few events."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from resilience_sim.experiments.ledger_taking import LedgerPlan
from resilience_sim.plans.files import library, parse_document, read_plan, read_site, read_text
from resilience_sim.studies import bind
from resilience_sim.studies.question import Effort, Question, Situation, effort_for


class Asking:
    """A study that asks only some claims, and affords few events."""

    def __init__(self, study: Any, claims: Sequence[str], events: int) -> None:
        self.study, self.claims, self.events = study, claims, events

    def __getattr__(self, name: str) -> Any:
        if name == "study":  # on its way to a worker
            raise AttributeError(name)
        return getattr(self.study, name)

    def questions(self) -> list[Question]:
        return [question for question in self.study.questions() if question.claim.id in self.claims]

    def effort_for(self, situation: Situation) -> Effort:
        return replace(effort_for(self.study, situation), per_load=self.events)


def ledger_plan(folder: Path, claims: Sequence[str], events: int = 64) -> LedgerPlan:
    """The plan of a folder, asked some of its claims."""
    plan, document = read_plan(folder)
    site, site_document = read_site(folder)
    study: Any = bind(plan, site, document=document, site_document=site_document)
    return LedgerPlan(folder, plan, Asking(study, claims, events), {"plan.yaml": "0" * 32})


def copied(slug: str, target: Path) -> Path:
    """A copy of a shipped plan's folder."""
    return Path(shutil.copytree(library()[slug], target / slug))


def edit(file: Path, at: tuple[str | int, ...], old: str, new: str) -> None:
    """Replace the first `old` from the line on at which something stands."""
    text = read_text(file)
    document = parse_document(file, text)
    assert at in document.lines, at
    lines = text.splitlines(keepends=True)
    before, after = "".join(lines[: document.lines[at] - 1]), "".join(lines[document.lines[at] - 1 :])
    changed = re.sub(re.escape(old), new, after, count=1)
    assert changed != after
    file.write_text(before + changed, encoding="utf-8")


def clause_number(folder: Path, clause: str) -> int:
    """Where a clause stands in its plan."""
    return [one.id for one in read_plan(folder)[0].clauses].index(clause)
