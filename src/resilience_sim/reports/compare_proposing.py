"""From the scenario that wins a comparison to the proposals that an export appends to the plan."""

from __future__ import annotations

from resilience_sim.errors import InputsError
from resilience_sim.experiments.compare import Comparison
from resilience_sim.plans.proposals import Proposal

__all__ = ["proposals"]


def proposals(found: Comparison) -> list[Proposal]:
    """Numbers of the cheapest scenario in which every claim asked holds, where they differ from now.

    Only a scenario at the site and hazard as they are can be proposed: no plan decides how many customers call.

    Raises
    ------
    InputsError
        If no such scenario holds.
    """
    best = found.proposed
    if best is None:
        raise InputsError(
            "no scenario that changes numbers of the plan alone is shown to hold, so there is nothing to propose; "
            "accepted is a comparison with such a scenario, or recommend --export"
        )
    variant = found.variants[best]
    verdicts = [cell.verdict for row in found.rows if (cell := row.cells[best]) is not None]
    claims = ", ".join(dict.fromkeys(row.claim for row in found.rows))
    shares = ", ".join(
        f"{100 * cell.kept.mean:.1f} % of {cell.kept.events} events"
        for row in found.rows
        if (cell := row.cells[best]) is not None
    )
    evidence = (
        f"scenario {variant.id} of {found.file.title.en!r}: {claims} hold ({shares}), the cheapest of "
        f"{len(found.variants)} scenarios with which they do, error {sum(v.alpha for v in verdicts):.0e}, "
        f"seed {found.seed}"
    )
    return [
        Proposal(change.clause, change.name, change.value, "resilience-sim compare", evidence)
        for change in variant.changes
        if change.clause is not None
        and found.plan.clause(change.clause).quantities[change.name].in_force() != change.value
    ]
