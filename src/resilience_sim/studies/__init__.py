"""How one plan's clauses are put to the models: a study per plan, and the binding of claims to studies.

``bind(plan, site)`` gives the study that a plan's claims name, or says with file and line what it cannot ask: a claim
that names no study, a clause that is missing, a fact that no machine can take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resilience_sim.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from resilience_sim.hazards.outages import LineOutages
    from resilience_sim.plans.files import Document
    from resilience_sim.plans.register import Plan
    from resilience_sim.plans.site import Site
    from resilience_sim.studies.question import Study

__all__ = ["bind"]


def bind(
    plan: Plan,
    site: Site,
    *,
    document: Document | None = None,
    site_document: Document | None = None,
    record: tuple[LineOutages, float] | None = None,
) -> Study | None:
    """Tie a plan's claims to the study that answers them.

    Parameters
    ----------
    plan, site
        The register and the site's facts.
    document
        The plan's file, for the place of a claim or a number that is refused.
    site_document
        The site's file, for the place of a fact that is refused.
    record
        Line outages to replay and the years they cover, for the studies that lines trip.

    Returns
    -------
    Study or None
        ``None`` where the plan has no claim yet.

    Raises
    ------
    PlanError
        If a claim names a study, measure or reading that there is not, if the plan lacks a clause or a number that its
        study needs, or if a fact of the site (or an end of its range) is missing or none that the study can work with;
        with file and line.
    """
    from resilience_sim.studies import (
        call_centre_whole,
        kindergarten,
        network_operations,
        service_hall,
        utility_call_centre,
    )
    from resilience_sim.studies.needs import placed

    if not plan.claims():
        return None
    studies: dict[ModuleType, Callable[..., Study]] = {
        utility_call_centre: utility_call_centre.UtilityCallCentre,
        network_operations: network_operations.NetworkOperations,
        call_centre_whole: call_centre_whole.WholeCallCentre,
        kindergarten: kindergarten.Kindergarten,
        service_hall: service_hall.ServiceHall,
    }
    (_, first), *_ = plan.claims()
    # The first claim tells which plan's study this is; a name that no study knows is refused below.
    home = next((module for module in studies if first.study in module.STUDIES), utility_call_centre)
    for index, clause in enumerate(plan.clauses):
        for number, claim in enumerate(clause.claims):
            at = ("clauses", index, "claims", number)
            for what, name, known in (
                ("study", claim.study, home.STUDIES),
                ("measure", claim.measure, home.MEASURES),
                ("reading", claim.reading, home.READINGS),
            ):
                if name not in known:
                    raise PlanError(
                        f"claim {claim.id} names {what} {name!r}; accepted: {', '.join(known)}",
                        place=None if document is None else document.place((*at, what)),
                    )
    with placed(site_document):
        home.NEEDS.check_plan(plan, site, document)
        home.NEEDS.check_site(site)
        home.NEEDS.check_ranges(site)
        study = studies[home](plan, site, record)
        study.questions()
        # Its largest loads, longest times: a plausible site that no machine can take would stop a run halfway.
        study.at_site({name: fact.range.max for name, fact in site.facts.items() if fact.range is not None})
    return study
