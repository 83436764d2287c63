"""Facts of the site that files beside a plan name: each must be one number that can stand there."""

from __future__ import annotations

from collections.abc import Callable

from resilience_sim.errors import FactError, PlanError
from resilience_sim.plans.amounts import Amount
from resilience_sim.plans.document import Document
from resilience_sim.plans.site import Site

__all__ = ["check_fact"]


def check_fact(
    amount: Amount,
    name: str,
    what: str,
    site: Site,
    site_document: Document | None,
    refused: Callable[[str], PlanError],
    *,
    or_number: bool = True,
) -> None:
    """Refuse a fact that cannot stand where it is named, also at the ends of its range.

    Parameters
    ----------
    amount, name
        What names the fact, and which.
    what
        Where it is named, in words.
    site, site_document
        The facts, and the file they come from, if they come from one.
    refused
        The error of the file that names it, by why it is refused.
    or_number
        Whether a number could stand there instead.

    Raises
    ------
    PlanError
        If the site lacks it, or it is a list of values, or of another unit.
    FactError
        With the site's file and line, if its value, or an end of its range, is none that is accepted there.
    """
    fact, measure = site.facts.get(name), amount.measure
    if fact is None:
        number = f", or a number with its unit, such as '{measure.example}'" if or_number else ""
        why = f"{what}: names the fact {name!r}, which site {site.site!r} lacks; accepted is one of its facts{number}"
        raise refused(why)
    if fact.value is None:
        raise refused(f"{what}: fact {name!r} is a list of values; accepted is a fact with a single one")
    if wrong := measure.wrong_unit(fact.unit):
        raise refused(f"{what}: fact {name!r} {wrong}")
    ends = {} if fact.range is None else {"min": fact.range.min, "max": fact.range.max}
    for end, value in {"": fact.value, **ends}.items():
        if wrong := measure.wrong_value(value, fact.unit):
            place = None if site_document is None else site_document.place(("facts", name))
            raise FactError(name, f"{f'(at the {end} of its range) ' if end else ''}{wrong}, as {what}", place=place)
