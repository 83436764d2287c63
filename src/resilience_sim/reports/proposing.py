"""From a certified recommendation to the proposals that an export appends to the plan."""

from __future__ import annotations

from collections.abc import Iterable

from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.plans.proposals import Proposal
from resilience_sim.reports.report_phrases import error_bound
from resilience_sim.reports.tables import percent
from resilience_sim.studies.question import OF_THE_SITE, Choice
from resilience_sim.verdicts.selection import Found

__all__ = ["proposals"]

PROMISE = "promise"  # the option that changes what is promised, not what keeps it
LATE = ("start_delay",)  # options that say how late something may be, on which claims of other clauses wait


def proposals(found: Iterable[Recommendation]) -> list[Proposal]:
    """The values found that differ from those in force, one per quantity.

    A quantity that several groups set takes the value that is easiest for their claims, with the evidence of the group
    that needs it: what is easier for a claim never breaks it, so the claims of the other groups hold as well. A promise
    is lowered only where nothing else that the plan decides would keep it, and something is allowed to come late only
    where every claim that waits for it is shown to hold with it.
    """
    every = list(found)
    held = [one for one in every if one.result.status is Found.FOUND and one.recommended is not None]
    kept = {_asked(one) for one in held if one.questions[0].option != PROMISE and _of_the_plan(one)}
    unkept = {
        _set(choice) for one in every if one not in held and one.questions[0].option in LATE for choice in one.choices
    }
    chosen: dict[tuple[str, str], tuple[int, Proposal]] = {}
    for one in held:
        if one.questions[0].option == PROMISE and _asked(one) in kept:
            continue
        evidence = _evidence(one)
        for choice, value in zip(one.choices, one.recommended or (), strict=True):
            name, ease = _set(choice), choice.values.index(value)  # from the hardest to the easiest
            if value == choice.current or choice.clause == OF_THE_SITE or name in unkept:
                continue
            if name not in chosen or chosen[name][0] < ease:
                chosen[name] = ease, Proposal(*name, value, "resilience-sim recommend", evidence)
    return [proposal for _, proposal in chosen.values()]


def _set(choice: Choice) -> tuple[str, str]:
    return choice.clause, choice.quantity


def _asked(one: Recommendation) -> tuple[str, str]:
    """What a group asks, however its words are read and whatever option would repair it."""
    first = one.questions[0]
    return first.clause, first.scenario


def _of_the_plan(one: Recommendation) -> bool:
    """Whether an export can propose something of it."""
    return any(choice.clause != OF_THE_SITE for choice in one.choices)


def _claims(one: Recommendation) -> str:
    names = [question.claim.id for question in one.questions]
    return f"the claim {names[0]} holds" if len(names) == 1 else f"the claims {', '.join(names)} hold"


def _evidence(one: Recommendation) -> str:
    index, verdict = one.result.holds[0]
    together = ", ".join(
        f"{c.clause} {c.quantity} {v:g} {c.unit}" for c, v in zip(one.choices, one.values(index), strict=True)
    )
    number = len(one.result.fails)
    fail = "the easiest cheaper choice fails" if number == 1 else f"the {number} easiest cheaper choices fail"
    refuted = (
        fail
        if number
        else "no cheaper choice is shown to fail"
        if one.result.cheaper_undecided
        else "nothing cheaper offered"
    )
    unclear = f", {len(one.result.cheaper_undecided)} without an answer" if one.result.cheaper_undecided else ""
    return (
        f"{one.group}: with {together} {_claims(one)} "
        f"({percent(verdict.estimate, 1)} of {verdict.replications} events, error {error_bound(one.alpha, 'en')}); "
        f"{refuted}{unclear}"
    )
