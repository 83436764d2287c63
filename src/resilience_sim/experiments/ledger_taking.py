"""Taking the ledger: every row of the plans as they stand, and with what a ``recommend`` run found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from resilience_sim.errors import DataError, Place
from resilience_sim.experiments.ledger import (
    LATER,
    SHIFT,
    Certificate,
    Key,
    Ledger,
    PlanLedger,
    Recommended,
    asked_rows,
    events_of,
    made_with,
    row_of,
    samples,
)
from resilience_sim.experiments.ledger_values import named_values
from resilience_sim.experiments.recommend import groups
from resilience_sim.experiments.workers import Tell, Workers
from resilience_sim.plans.register import Plan
from resilience_sim.studies.question import Question, Study

__all__ = ["LedgerPlan", "Recommendations", "read_recommendations", "take_ledger"]


class LedgerPlan(NamedTuple):
    """A plan with its folder, its study (none: it has no claim), and the hashes of its files by their names."""

    folder: Path
    plan: Plan
    study: Study | None
    files: dict[str, str]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Proof(_Part):
    values: dict[str, float]
    verdict: Literal["holds", "fails", "on_the_line", "undecided"]
    replications: int
    log10_e: tuple[float, float] = (0.0, 0.0)
    evidence_holds: float
    evidence_fails: float


class _Proofs(_Part):
    holds: _Proof | None
    fails: tuple[_Proof, ...]


class _Found(_Part):
    plan: str
    group: str
    claims: tuple[str, ...]
    status: str
    cost: float | None
    cost_unit: str
    certificate: _Proofs


class Recommendations(_Part):
    """What ``recommend --json`` wrote, as far as the ledger keeps it."""

    schema_: Literal["resilience-sim/recommend@1"]
    recommendations: tuple[_Found, ...]

    model_config = ConfigDict(alias_generator=lambda name: name.rstrip("_"))


def read_recommendations(file: Path) -> Recommendations:
    """Read what ``recommend --json`` wrote.

    Raises
    ------
    DataError
        If the file is something else.
    """
    try:
        return Recommendations.model_validate_json(file.read_bytes())
    except OSError as error:
        why = error.strerror or str(error)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        why = f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}".removeprefix(": ")
    raise DataError(f"{why}; accepted is what `recommend --json FILE` writes", place=Place(file))


def take_ledger(
    plans: Sequence[LedgerPlan],
    seed: int,
    *,
    family_error: float,
    recommended: Recommendations | None = None,
    shift: float = SHIFT,
    workers: int | Workers = 1,
    tick: Tell = lambda _: None,
) -> Ledger:
    """Run every row of the plans and write down what came out.

    Parameters
    ----------
    plans
        In the order in which they shall stand.
    seed
        Root of all streams.
    family_error
        Error of all verdicts, shared out as ``check`` does.
    recommended
        What a ``recommend`` run found; rows are added for each choice that it recommends, and for the first cheaper one
        that its certificate shows to fail.
    shift
        The shift that every row is to see with probability 0.99 where draws have changed.
    workers, tick
        Who runs them, and who is told of each row.

    Raises
    ------
    DataError
        If a plan has no claim, or no row can stand for a choice of its recommendations.
    """
    return Ledger(
        ledger=1,
        seed=seed,
        family_error=family_error,
        shift=shift,
        made_with=made_with(),
        plans={
            one.plan.plan: _plan_ledger(one, seed, family_error, _of_plan(one, recommended), workers, tick)
            for one in plans
        },
    )


def _plan_ledger(
    one: LedgerPlan, seed: int, family_error: float, found: Sequence[_Found], workers: int | Workers, tick: Tell
) -> PlanLedger:
    study = one.study
    if study is None:
        raise DataError("has no claim; accepted for a ledger are plans that claim something", place=_plan_file(one))
    asked = asked_rows(study, _chosen(one, study, found))

    def of(later: bool) -> dict[Key, tuple[Question, int, int]]:
        events = {key: events_of(study, each.question) for key, each in asked.items()}
        spans = {key: (count, (1 + LATER) * count) if later else (0, count) for key, count in events.items()}
        return {key: (each.question, *spans[key]) for key, each in asked.items()}

    first = samples(study, of(later=False), seed, workers=workers, tick=tick)
    second = samples(study, of(later=True), seed, workers=workers, tick=tick)
    return PlanLedger(
        files=one.files,
        values={name: stated.text for name, stated in named_values(one.folder).items()},
        rows=tuple(
            row_of(one.plan, each, first[key], second[key].counts, family_error)
            for key, each in sorted(asked.items(), key=_in_order(asked))
        ),
        recommended=tuple(map(_recommended, found)),
    )


def _in_order(asked: dict[Key, Any]) -> Any:
    """Rows with choices after the row of the same claim as the plan stands."""
    first = {key[:3]: number for number, key in reversed(list(enumerate(asked)))}
    place = {key: number for number, key in enumerate(asked)}
    return lambda item: (first[item[0][:3]], place[item[0]])


def _of_plan(one: LedgerPlan, recommended: Recommendations | None) -> list[_Found]:
    return [] if recommended is None else [each for each in recommended.recommendations if each.plan == one.plan.plan]


def _plan_file(one: LedgerPlan) -> Place:
    return Place(one.folder / "plan.yaml")


def _chosen(one: LedgerPlan, study: Study, recommended: Sequence[_Found]) -> list[Key]:
    """The rows that stand for recommendations: each of their claims with the choice, and with a cheaper one."""
    keys: list[Key] = []
    for found in recommended:
        group = next((each for each in groups(study, study.questions()) if _name(each[0]) == found.group), ())
        for proof in (*filter(None, [found.certificate.holds]), *found.certificate.fails[:1]):
            values = tuple(proof.values.items())
            mine: list[Key] = [(q.claim.id, q.interpretation, q.scenario, q.option, values) for q in group]
            rows = asked_rows(study, mine)
            if not mine or any(key not in rows for key in mine):
                choice = ", ".join(f"{name} = {value:g}" for name, value in values)
                raise DataError(
                    f"the recommendation for {found.group!r} with {choice} is none that the plan still offers; "
                    "accepted is what `recommend` finds for the plan as it stands",
                    place=_plan_file(one),
                )
            keys += mine
    return keys


def _name(first: Question) -> str:
    """As :attr:`.recommend.Recommendation.group`."""
    return " / ".join(part for part in (first.clause, first.interpretation, first.scenario, first.option) if part)


def _recommended(found: _Found) -> Recommended:
    def certificate(proof: _Proof) -> Certificate:
        return Certificate(
            values=proof.values,
            verdict=proof.verdict,
            events=proof.replications,
            log10_e=tuple(_log10(e) for e in (proof.evidence_holds, proof.evidence_fails)),
        )

    holds = found.certificate.holds
    return Recommended(
        group=found.group,
        claims=found.claims,
        status=found.status,
        cost=found.cost,
        cost_unit=found.cost_unit,
        holds=None if holds is None else certificate(holds),
        fails=tuple(map(certificate, found.certificate.fails)),
    )


def _log10(e: float) -> float:
    from math import log10

    return round(log10(max(e, 1e-300)), 2)
