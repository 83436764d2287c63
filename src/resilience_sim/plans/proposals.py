"""Proposals: appended to a copy of the plan, answered in the plan by a person.

A study never changes a plan. It exports a copy with dated entries of status ``proposed``; a person puts a number in
force, or withdraws the proposal, with name and date. The history of a quantity only ever grows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from resilience_sim.errors import ExportError, Place, PlanError
from resilience_sim.plans.document import Document, Path_
from resilience_sim.plans.files import library, parse_document, read_plan, read_text, validated
from resilience_sim.plans.quantities import Entry, Status
from resilience_sim.plans.register import Plan
from resilience_sim.plans.writing import Addition, append_items, replace_whole

__all__ = ["Proposal", "append", "approve", "export", "identity", "waiting", "withdraw"]


@dataclass(frozen=True)
class Proposal:
    """A number that a study proposes for a quantity of a plan.

    Attributes
    ----------
    clause, quantity
        Where it belongs.
    value
        In the quantity's unit.
    source
        What proposes it.
    evidence
        Why: the verdict and its figures, on one line.
    """

    clause: str
    quantity: str
    value: float
    source: str
    evidence: str


def identity(proposal: Proposal, *, plan: str) -> str:
    """Twelve hexadecimal digits that name a proposal: BLAKE2b over plan, clause, quantity, value and evidence.

    The date is no part of it, so that the same finding on another day is the same proposal.

    Parameters
    ----------
    proposal
        The proposal.
    plan
        The slug of its plan.
    """
    parts = (plan, proposal.clause, proposal.quantity, repr(float(proposal.value) + 0.0), proposal.evidence)
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def append(path: Path, proposals: Sequence[Proposal], *, on: date, dates: Mapping[str, date] | None = None) -> str:
    """The text of a plan file with proposals appended; nothing is written.

    Each entry is a line directly after the last entry of its quantity's history. A proposal that stands there already,
    on whatever day, is not appended again.

    Parameters
    ----------
    path
        A plan file, or the folder of one.
    proposals
        In the order in which they are to stand.
    on
        The day of the proposals.
    dates
        Days of proposals that were made earlier, by identity.

    Raises
    ------
    PlanError
        If the plan is invalid, lacks the clause or quantity, does not accept the value, or has the history as ``[…]``.
    ExportError
        If appending would change anything else.
    """
    text, plan, document = _read(path)
    return _proposed(text, plan, document, proposals, on, dates or {})


def _read(path: Path) -> tuple[str, Plan, Document]:
    file = path / "plan.yaml" if path.is_dir() else path
    text = read_text(file)
    document = parse_document(file, text)
    return text, validated(document, Plan), document


def _proposed(
    text: str, plan: Plan, document: Document, proposals: Sequence[Proposal], on: date, dates: Mapping[str, date]
) -> str:
    known = {entry.id for _, _, quantity in plan.quantities() for entry in quantity.history}
    additions: list[Addition] = []
    for proposal in proposals:
        at = _history(plan, document, proposal)
        if (name := identity(proposal, plan=plan.plan)) in known:
            continue
        known.add(name)
        item = {"from": dates.get(name, on), "value": float(proposal.value), "status": Status.PROPOSED, "id": name}
        additions.append((at, {**item, "source": proposal.source, "evidence": proposal.evidence}))
    return _appended(text, document, additions)


def _appended(text: str, document: Document, additions: Sequence[Addition]) -> str:
    if not additions:
        return text
    result, again = append_items(document, text, additions)
    validated(again, Plan)
    return result


def _history(plan: Plan, document: Document, proposal: Proposal) -> Path_:
    """The path of the history that a proposal goes to, once its value is known to be acceptable there."""
    ids = [clause.id for clause in plan.clauses]
    if proposal.clause not in ids:
        place = Place(document.path)
        raise PlanError(
            f"plan {plan.plan!r} has no clause {proposal.clause!r}; accepted: {', '.join(ids)}", place=place
        )
    at: Path_ = ("clauses", ids.index(proposal.clause), "quantities")
    quantities = plan.clause(proposal.clause).quantities
    if proposal.quantity not in quantities:
        raise PlanError(
            f"clause {proposal.clause} has no quantity {proposal.quantity!r}; accepted: {', '.join(quantities)}",
            place=document.place(at),
        )
    at = (*at, proposal.quantity)
    bounds, unit = quantities[proposal.quantity].bounds, quantities[proposal.quantity].unit
    if not bounds.min <= proposal.value <= bounds.max:
        raise PlanError(
            f"{proposal.clause} {proposal.quantity}: the proposed value {proposal.value:g} lies outside the bounds; "
            f"accepted is {bounds.min:g} to {bounds.max:g} {unit}",
            place=document.place(at),
        )
    return (*at, "history")


def export(plan_folder: Path, proposals: Sequence[Proposal], directory: Path, *, on: date) -> Path:
    """Write a copy of the plan with proposals appended to ``directory/<slug>/plan.yaml``.

    The copy is always the source plus these proposals; those that an earlier export made keep their day, so that a
    second run changes nothing. The file is replaced whole or not at all.

    Returns
    -------
    Path
        The written file.

    Raises
    ------
    PlanError
        As :func:`append`.
    ExportError
        If the copy would be the source itself, if something else stands in its place, if it holds decisions that the
        source lacks (they would be lost), or if it cannot be written.
    """
    source, plan, document = _read(plan_folder)
    target = directory / plan.plan / "plan.yaml"
    before = None
    dates: dict[str, date] = {}
    try:
        if target.exists():
            if target.samefile(document.path):
                raise ExportError("is the source itself; accepted is another directory", place=Place(target))
            before, dates = target.read_bytes(), _earlier(target, plan)
        text = _proposed(source, plan, document, proposals, on, dates)
        if text.encode("utf-8") != before:
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_whole(target, text, expected=before)
    except ExportError:
        raise
    except OSError as error:
        raise ExportError(f"cannot be written ({error})", place=Place(target)) from error
    return target


def _earlier(target: Path, plan: Plan) -> dict[str, date]:
    """Days of the proposals in an earlier export, which is refused if overwriting it would lose something."""
    place = Place(target)
    try:
        earlier, _ = read_plan(target)
    except PlanError as error:
        raise ExportError(f"is no export of a plan ({error}); accepted: move it away", place=place) from None
    if earlier.plan != plan.plan:
        raise ExportError(f"is the plan {earlier.plan!r}; accepted is an export of {plan.plan!r}", place=place)
    answered = {entry.answers for _, _, quantity in plan.quantities() for entry in quantity.history} | {None}
    entries = [entry for _, _, quantity in earlier.quantities() for entry in quantity.history]
    for entry in entries:
        if entry.answers not in answered:
            raise ExportError(
                f"holds a decision of {entry.by} (on proposal {entry.answers}) that the source lacks; accepted: take "
                "it over into the source first, or export to another directory",
                place=place,
            )
    return {entry.id: entry.from_ for entry in entries if entry.id is not None and isinstance(entry.from_, date)}


def waiting(plan: Plan) -> tuple[tuple[str, str, Entry], ...]:
    """Proposals that nobody has answered yet, each with its clause and quantity."""
    return tuple((clause, name, entry) for clause, name, q in plan.quantities() for entry in q.proposals())


def _waiting(plan: Plan, proposal_id: str, *, place: Place) -> tuple[str, str, Entry]:
    for clause, name, quantity in plan.quantities():
        for entry in quantity.history:
            if entry.answers == proposal_id:
                verb = "withdrawn" if entry.status is Status.WITHDRAWN else "approved"
                message = f"proposal {proposal_id!r} was {verb} by {entry.by} ({entry.from_})"
                raise PlanError(f"{message}; accepted is one that waits for an answer", place=place)
        for entry in quantity.proposals():
            if entry.id == proposal_id:
                return clause, name, entry
    ids = [str(entry.id) for _, _, entry in waiting(plan)]
    accepted = ", ".join(ids) or "none, since no proposal waits"
    raise PlanError(f"there is no proposal {proposal_id!r}; accepted: {accepted}", place=place)


def approve(path: Path, proposal_id: str, *, by: str, on: date) -> Entry:
    """Put a proposed number in force: append the decision to the user's own plan file.

    Parameters
    ----------
    path
        A plan file, or the folder of one; it is replaced whole or not at all.
    proposal_id
        The twelve digits of a proposal that waits for an answer.
    by
        Who decides.
    on
        From when the number is in force; after the date of the entry in force before.

    Returns
    -------
    Entry
        What was appended.

    Raises
    ------
    PlanError
        If there is no such proposal, it has been answered, nobody is named, the dates are out of order, or the file is
        a shipped plan.
    ExportError
        If the file cannot be written; it is as it was.
    """
    return _answer(path, proposal_id, Status.IN_FORCE, by, on)


def withdraw(path: Path, proposal_id: str, *, by: str, on: date) -> Entry:
    """Withdraw a proposal: append that to the user's own plan file; as :func:`approve`."""
    return _answer(path, proposal_id, Status.WITHDRAWN, by, on)


def _answer(path: Path, proposal_id: str, status: Status, by: str, on: date) -> Entry:
    file = (path / "plan.yaml" if path.is_dir() else path).resolve()
    if any(file.is_relative_to(folder) for folder in library().values()):
        raise PlanError("is a shipped plan; accepted is a plan of your own, such as an export", place=Place(path))
    if not by.strip():
        raise PlanError("nobody is named; accepted is the name of the person who decides", place=Place(path))
    text, plan, document = _read(file)
    clause, name, proposed = _waiting(plan, proposal_id, place=Place(path))
    index = [c.id for c in plan.clauses].index(clause)
    item: dict[str, Any] = {"from": on, "value": proposed.value, "status": status, "source": proposed.source}
    item |= {"answers": proposal_id, "by": by.strip()}
    result = _appended(text, document, [(("clauses", index, "quantities", name, "history"), item)])
    replace_whole(file, result, expected=text.encode("utf-8"))
    return Entry.model_validate(item)
