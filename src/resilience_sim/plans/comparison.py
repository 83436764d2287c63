"""What one plan says that another does not: as lines of text, and as numbers."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import NamedTuple

from resilience_sim.plans.files import read_text
from resilience_sim.plans.register import Plan

__all__ = ["Change", "changes", "diff"]


class Change(NamedTuple):
    """An entry that the second plan's history has more than the first's, or (status ``removed``) less.

    ``before`` is the number in force in the first plan, ``after`` the entry's; ``None`` is open. For a removed entry
    ``before`` is the entry's number.
    """

    clause: str
    quantity: str
    before: float | None
    after: float | None
    status: str


def diff(a: Path, b: Path) -> str:
    """The unified difference between two plan files, or the plan files of two folders; empty where they are equal."""
    file_a, file_b = (path / "plan.yaml" if path.is_dir() else path for path in (a, b))
    before, after = read_text(file_a).splitlines(), read_text(file_b).splitlines()
    return "\n".join(difflib.unified_diff(before, after, str(file_a), str(file_b), lineterm=""))


def changes(plan_a: Plan, plan_b: Plan) -> list[Change]:
    """What the second plan's histories have more or less than the first's, in the order of the files."""
    before = {(clause, name): quantity for clause, name, quantity in plan_a.quantities()}
    after = {(clause, name): quantity for clause, name, quantity in plan_b.quantities()}
    found = []
    for key in [*before, *(key for key in after if key not in before)]:
        old = before[key].history if key in before else ()
        new = after[key].history if key in after else ()
        in_force = before[key].in_force() if key in before else None
        found += [Change(*key, entry.value, None, "removed") for entry in old if entry not in new]
        found += [Change(*key, in_force, entry.value, entry.status.value) for entry in new if entry not in old]
    return found
