"""What a claim compares its measure with: a number of the plan, a fact of the site, or a number of its own."""

from __future__ import annotations

from resilience_sim import units
from resilience_sim.errors import PlanError
from resilience_sim.plans.claims import Claim
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site

__all__ = ["interpretation", "limit", "readings", "stated"]


def stated(plan: Plan, site: Site, clause: str, quantity: str, instead: str | None = None) -> float:
    """A quantity in force, in base units; where the plan leaves it open, the site's fact `instead`.

    Raises
    ------
    PlanError
        If the quantity is open and no fact stands in for it.
    """
    entry = plan.clause(clause).quantities[quantity]
    value = entry.in_force()
    if value is not None:
        return units.to_base(value, entry.unit)
    if instead is None:
        raise PlanError(f"{clause}: quantity {quantity!r} is open; the study needs a value in force")
    return site.base(instead)


def limit(plan: Plan, site: Site, clause: Clause, claim: Claim) -> float:
    """The limit of a claim, in base units."""
    if claim.limit.startswith("site."):
        return site.base(claim.limit.removeprefix("site."))
    if claim.limit in clause.quantities:
        return stated(plan, site, clause.id, claim.limit)
    return units.parse(claim.limit).base


def readings(clause: Clause, claim: Claim) -> dict[str, str]:
    """How a claim reads its own clause and others, by clause."""
    own = {} if claim.interpretation is None else {clause.id: claim.interpretation}
    return {**claim.readings, **own}


def interpretation(clause: Clause, claim: Claim) -> str:
    """The same as the name that a row of results has."""
    read = readings(clause, claim)
    return " + ".join(read[key] for key in sorted(read, reverse=True))
