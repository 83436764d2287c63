"""From a certified recommendation to the proposals that an export appends to the plan."""

from __future__ import annotations

from collections.abc import Iterable

from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.plans.proposals import Proposal
from resilience_sim.reports.tables import percent
from resilience_sim.studies.question import OF_THE_SITE
from resilience_sim.verdicts.selection import Found

__all__ = ["proposals"]


def proposals(found: Iterable[Recommendation]) -> list[Proposal]:
    """The values found that differ from those in force, one per quantity.

    A quantity that several groups set takes the value that is easiest for their claims, with the evidence of the group
    that needs it: what is easier for a claim never breaks it, so the claims of the other groups hold as well.
    """
    chosen: dict[tuple[str, str], tuple[int, Proposal]] = {}
    for one in found:
        if one.result.status is not Found.FOUND or one.recommended is None:
            continue
        evidence = _evidence(one)
        for choice, value in zip(one.choices, one.recommended, strict=True):
            name, ease = (choice.clause, choice.quantity), choice.values.index(value)  # from the hardest to the easiest
            if value == choice.current or choice.clause == OF_THE_SITE or (name in chosen and chosen[name][0] >= ease):
                continue
            chosen[name] = ease, Proposal(*name, value, "resilience-sim recommend", evidence)
    return [proposal for _, proposal in chosen.values()]


def _evidence(one: Recommendation) -> str:
    index, verdict = one.result.holds[0]
    together = ", ".join(
        f"{c.clause} {c.quantity} {v:g} {c.unit}" for c, v in zip(one.choices, one.values(index), strict=True)
    )
    refuted = (
        f"{len(one.result.fails)} easiest cheaper choices fail" if one.result.fails else "no cheaper choice offered"
    )
    unclear = f", {len(one.result.cheaper_undecided)} without an answer" if one.result.cheaper_undecided else ""
    return (
        f"{one.group}: with {together} the claims {', '.join(q.claim.id for q in one.questions)} hold "
        f"({percent(verdict.estimate, 1)} of {verdict.replications} events, error {one.alpha:.0e}); {refuted}{unclear}"
    )
