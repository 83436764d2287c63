"""From a claim to a question: how it reads the plan's words, and the limit that it compares its measure with."""

from __future__ import annotations

from resilience_sim import units
from resilience_sim.errors import PlanError
from resilience_sim.plans.claims import Claim, share_of_events
from resilience_sim.plans.quantities import Status
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies.question import Choice, Question, Situation

__all__ = ["asked", "decided", "first_stated", "limit_unit", "offered", "readings", "stated"]


def stated(plan: Plan, site: Site, clause: str, quantity: str, instead: str | None = None) -> float:
    """A quantity in force, in base units; where the plan leaves it open, the site's fact `instead`.

    Raises
    ------
    KeyError
        If the plan has no such clause or quantity.
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


def decided(plan: Plan, clause: str, quantity: str) -> float | None:
    """A quantity in force, in base units; `None` where the plan leaves it open."""
    entry = plan.clause(clause).quantities[quantity]
    value = entry.in_force()
    return None if value is None else units.to_base(value, entry.unit)


def first_stated(plan: Plan, clause: str, quantity: str) -> float:
    """The first value that was ever in force, in base units: what was bought for the plan was bought for that.

    Raises
    ------
    PlanError
        If none ever was.
    """
    entry = plan.clause(clause).quantities[quantity]
    values = [one.value for one in entry.history if one.status is Status.IN_FORCE and one.value is not None]
    if not values:
        raise PlanError(f"{clause}: quantity {quantity!r} was never in force; the study needs a value that is")
    return units.to_base(values[0], entry.unit)


def offered(
    plan: Plan, clause: str, name: str, *, descending: bool, least: float = 0.0, most: float | None = None
) -> Choice:
    """What a recommendation may choose for a quantity, from the hardest for the claim to the easiest.

    Parameters
    ----------
    plan, clause, name
        Where the quantity stands.
    descending
        Whether larger values are harder for the claim, and so come first.
    least, most
        Between which candidates are offered: `least` in base units, `most` in the quantity's own.
    """
    quantity = plan.clause(clause).quantities[name]
    within = [v for v in quantity.bounds.candidates() if most is None or v <= most]
    values = [v for v in within if units.to_base(v, quantity.unit) >= least]
    values.sort(reverse=descending)
    return Choice(clause, name, quantity.unit, tuple(values), quantity.in_force(), quantity.label)


def _limit(plan: Plan, site: Site, clause: Clause, claim: Claim, *, easiest_if_open: bool) -> float:
    """A number of the plan, a fact of the site, or a number of the claim's own; in base units."""
    if claim.limit.startswith("site."):
        return site.base(claim.limit.removeprefix("site."))
    if claim.limit in clause.quantities:
        entry = clause.quantities[claim.limit]
        if easiest_if_open and entry.in_force() is None:
            easiest = entry.bounds.max if claim.relation == "at_most" else entry.bounds.min
            return units.to_base(easiest, entry.unit)
        return stated(plan, site, clause.id, claim.limit)
    return units.parse(claim.limit).base


def limit_unit(site: Site, clause: Clause, claim: Claim) -> str:
    """The unit in which a claim's limit stands: the quantity's, the fact's, or the one written beside the number.

    Raises
    ------
    FactError
        If it is a fact that the site lacks.
    UnitError
        If it is neither a quantity, nor a fact, nor a number with its unit.
    """
    if claim.limit.startswith("site."):
        return site.fact(claim.limit.removeprefix("site.")).unit
    if claim.limit in clause.quantities:
        return clause.quantities[claim.limit].unit
    return units.parse(claim.limit).unit


def readings(clause: Clause, claim: Claim) -> dict[str, str]:
    """How a claim reads its own clause and others, by clause."""
    own = {} if claim.interpretation is None else {clause.id: claim.interpretation}
    return {**claim.readings, **own}


def asked(
    plan: Plan,
    site: Site,
    clause: Clause,
    claim: Claim,
    *,
    scenario: str,
    situation: Situation,
    unit: str,
    easiest_if_open: bool = False,
) -> Question:
    """The question that a claim per event asks in one scenario; `unit` is that of its measure.

    A limit that the plan leaves open is refused; with `easiest_if_open` it is the easiest within its bounds.
    """
    assert claim.in_ is not None
    read = readings(clause, claim)
    return Question(
        clause=clause.id,
        claim=claim,
        interpretation=" + ".join(read[key] for key in sorted(read, reverse=True)),
        scenario=scenario,
        situation=situation,
        measure=claim.measure,
        unit=unit,
        limit=units.from_base(_limit(plan, site, clause, claim, easiest_if_open=easiest_if_open), unit),
        required=share_of_events(claim.in_)[0],
    )
