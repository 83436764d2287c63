"""From the scenario that wins a comparison to the proposals that an export appends to the plan."""

from __future__ import annotations

from resilience_sim.errors import InputsError
from resilience_sim.experiments.compare_results import Comparison, Row
from resilience_sim.plans.proposals import Proposal
from resilience_sim.verdicts.verdict import Answer

__all__ = ["proposals"]


def proposals(found: Comparison) -> list[Proposal]:
    """Numbers of the cheapest scenario in which every claim asked holds, where they differ from now.

    Only a scenario at the site and hazard as they are can be proposed: no plan decides how many customers call.

    Raises
    ------
    InputsError
        If no such scenario holds, or the best of them is the plan as it is.
    """
    best = found.proposed
    if best is None:
        raise InputsError(
            "no scenario that changes numbers of the plan alone is shown to hold, so there is nothing to propose; "
            "accepted is a comparison with such a scenario, or recommend --export"
        )
    evidence = _evidence(found, best)
    proposed = [
        Proposal(change.clause, change.name, change.value, "resilience-sim compare", evidence)
        for change in found.variants[best].changes
        if change.clause is not None
        and found.plan.clause(change.clause).quantities[change.name].in_force() != change.value
    ]
    if not proposed:
        raise InputsError("the plan as it is holds and none that holds is better, so there is nothing to propose")
    return proposed


def _evidence(found: Comparison, best: int) -> str:
    claims = ", ".join(
        f"{_named(row)} ({100 * cell.kept.mean:.1f} % of {cell.kept.events} events)"
        for row in found.rows
        if (cell := row.cells[best]) is not None
    )
    return (
        f"scenario {found.variants[best].id} of {found.file.title.en!r}, {_chosen(found, best)}: {claims}; "
        f"error {found.family_error:g} over all {len(found.variants)} scenarios, seed {found.seed}"
    )


def _named(row: Row) -> str:
    reading = f" read as {row.interpretation}" if row.interpretation else ""
    return f"{row.claim}{reading} under {row.hazard}"


def _chosen(found: Comparison, best: int) -> str:
    """Why it and no other: by cost, or by the share kept where a cost is not known."""
    holding = [k for k in found.holding if found.proposes(k)]
    if len(holding) == 1:
        how = "the only one of the plan's own numbers that is shown to hold"
    elif found.priced(holding):
        how = f"the cheapest of {len(holding)} that are shown to hold"
    else:
        how = f"the one that keeps most of {len(holding)} that are shown to hold, whose costs are not all known"
    unclear = [k for k in range(len(found.variants)) if found.proposes(k) and _unclear(found, k)]
    cheaper = sum(found.cost(k) < found.cost(best) for k in unclear)
    return how + (f", {cheaper} cheaper without an answer" if cheaper else "")


def _unclear(found: Comparison, variant: int) -> bool:
    """Whether a scenario is neither shown to hold nor shown to fail a claim."""
    answers = {None if (cell := row.cells[variant]) is None else cell.verdict.answer for row in found.rows}
    return Answer.FAILS not in answers and answers != {Answer.HOLDS}
