"""How one plan's clauses are put to the models: a study per plan, made of parts, and the binding of claims to studies.

``bind(plan, site)`` gives the study that a plan's claims name, or says with file and line what it cannot ask: a claim
that names no study, a clause that is missing, a fact that no machine can take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resilience_sim.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resilience_sim.hazards.outages import LineOutages
    from resilience_sim.plans.files import Document
    from resilience_sim.plans.register import Plan
    from resilience_sim.plans.site import Site
    from resilience_sim.studies.parts import Part
    from resilience_sim.studies.question import Study

__all__ = ["READINGS", "bind"]

READINGS = ("per_event",)
"""How studies read the shares of claims: of events."""


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
    from resilience_sim.studies.needs import placed
    from resilience_sim.studies.parts import join

    if not plan.claims():
        return None
    used = _used(plan, document)
    with placed(site_document):
        for one in used:
            one.needs.check_plan(plan, site, document)
            one.needs.check_site(site)
            one.needs.check_ranges(site)
        study = join([one.build(plan, site, record) for one in used], [claim.id for _, claim in plan.claims()])
        study.questions()
        # Its largest loads, longest times: a plausible site that no machine can take would stop a run halfway.
        study.at_site({name: fact.range.max for name, fact in site.facts.items() if fact.range is not None})
    return study


def _used(plan: Plan, document: Document | None) -> list[Part]:
    """The parts of a study that a plan's claims name, in the order in which they are listed for it."""
    every = _parts()
    (_, first), *_ = plan.claims()
    # The first claim tells which plan's study this is; a name that no study knows is refused below.
    home = next((known for known in every if first.study in _measures(known)), every[0])
    measures = _measures(home)
    for index, clause in enumerate(plan.clauses):
        for number, claim in enumerate(clause.claims):
            for what, name, accepted in (
                ("study", claim.study, list(measures)),
                ("measure", claim.measure, list(dict.fromkeys(name for known in measures.values() for name in known))),
                ("reading", claim.reading, list(READINGS)),
            ):
                if name not in accepted:
                    raise PlanError(
                        f"claim {claim.id} names {what} {name!r}; accepted: {', '.join(accepted)}",
                        place=None if document is None else document.place(("clauses", index, "claims", number, what)),
                    )
    named = {claim.study for _, claim in plan.claims()}
    return [one for one in home if named & set(one.needs.measures)]


def _measures(parts: Sequence[Part]) -> dict[str, Mapping[str, str]]:
    """What a claim may measure, by its study, in any of the parts."""
    return {study: measures for one in parts for study, measures in one.needs.measures.items()}


def _parts() -> tuple[tuple[Part, ...], ...]:
    """The parts of every plan's study."""
    from resilience_sim.studies import call_centre, kindergarten, network_operations, service_hall, utility_call_centre

    return (
        utility_call_centre.PARTS,
        network_operations.PARTS,
        kindergarten.PARTS,
        call_centre.PARTS,
        service_hall.PARTS,
    )
