"""Comparing scenarios: every one meets the same events, so that differences are its own and not of chance.

All scenarios share the seed, and with it every stream (common random numbers). Each claim is judged in each scenario at
its share of the error of the whole comparison: the family is all scenarios times all claims.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import PlanError, ResilienceError
from resilience_sim.experiments.compare_measures import (
    paired,
    share_summary,
    shares_paired,
    summary,
)  # fmt: skip
from resilience_sim.experiments.compare_results import Cell, Comparison, Cost, Row, decides
from resilience_sim.experiments.compare_selection import Selecting, cheapest_of, oftenest_of
from resilience_sim.experiments.compare_sharing import SharedStudy
from resilience_sim.experiments.compare_tornado import Bar, tornado, uncertain
from resilience_sim.experiments.runs import Runs, Tick
from resilience_sim.experiments.workers import Workers
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.plans.document import Document
from resilience_sim.plans.files import BUILDING, CALL_TREE, FAULTS, read_plan, read_site
from resilience_sim.plans.register import Plan
from resilience_sim.plans.scenario_grids import Variant, changed, variants
from resilience_sim.plans.scenarios import ScenarioFile, folder_of, read_scenarios
from resilience_sim.plans.site import Site
from resilience_sim.studies import bind
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Choice, Question, Study, effort_for
from resilience_sim.verdicts.verdict import Verdict

__all__ = ["Prepared", "compare", "compared", "prepare"]

Floats = npt.NDArray[np.float64]
REPLICATIONS = 1000
STAFF_HOURS = ("added_hours", "staff_hours", "support_hours")  # measures of studies that count the work of an event
MOST_COMBINATIONS = 200  # of choices whose costs are worked out to know that of one
EVENTS_OF_A_FACT = 100


@dataclass(frozen=True)
class Prepared:
    """A comparison that is ready to run: everything read, changed, bound and checked.

    Parameters
    ----------
    file, document, plan, site
        What was read.
    variants, studies
        The scenarios, the base first, and their studies.
    questions
        For each scenario its questions, by claim, reading and the hazard of the base.
    folder
        Of the plan.
    replayed
        The record that the file of scenarios names, if it was read.
    """

    file: ScenarioFile
    document: Document
    plan: Plan
    site: Site
    variants: tuple[Variant, ...]
    studies: tuple[Study, ...]
    questions: tuple[Mapping[tuple[str, str, str], Question], ...]
    folder: Path
    replayed: Path | None = None

    @property
    def files(self) -> list[Path]:
        """All that was read."""
        beside = (self.folder / name for name in ("plan.yaml", "site.yaml", BUILDING, CALL_TREE, FAULTS))
        record = () if self.replayed is None else (self.replayed,)
        return [self.document.path, *record, *(file for file in beside if file.exists())]

    @property
    def bars(self) -> int:
        """How many assumptions are moved for the tornado."""
        named = () if self.file.tornado is None else self.file.tornado.facts
        return len(named or uncertain(self.site))


def prepare(
    scenarios: Path | str, *, plan: str | None = None, record: tuple[LineOutages, float] | None = None
) -> Prepared:
    """Read a file of scenarios and bind each of them.

    Parameters
    ----------
    scenarios
        The file, or a folder with a ``scenarios.yaml``.
    plan
        A shipped plan's slug or a folder, instead of the one that the file names.
    record
        Line outages to replay and the years they cover, instead of the file's.

    Raises
    ------
    PlanError
        With file and line, if anything in the file cannot be asked.
    """
    read, document = read_scenarios(Path(scenarios))
    folder = folder_of(read, document, plan)
    register, plan_document = read_plan(folder)
    site, site_document = read_site(folder)
    asked = _pruned(register, site, read, document)
    every = tuple(variants(read, asked, site, document))
    replayed = None
    if record is None and read.record is not None:
        replayed = document.path.parent / read.record
        record = _replayed(replayed, document)
    bind(asked, site, document=plan_document, site_document=site_document, record=record)  # faults of the plan itself
    studies = tuple(_bound(variant, asked, site, record, document) for variant in every)
    for variant, study in zip(every, studies, strict=True):
        _check_same_events(variant, study, studies[0], document)
    questions = tuple(_questions(read, document, variant, study) for variant, study in zip(every, studies, strict=True))
    if read.tornado is not None and read.tornado.claim not in (claim for claim, _, _ in questions[0]):
        raise PlanError(
            f"tornado: {read.tornado.claim!r} is not asked under {', '.join(read.hazards)}; "
            f"accepted: {', '.join(dict.fromkeys(claim for claim, _, _ in questions[0]))}",
            place=document.place(("tornado", "claim")),
        )
    return Prepared(read, document, register, site, every, studies, questions, folder, replayed)


def compare(
    scenarios: Path | str,
    *,
    seed: int,
    plan: str | None = None,
    replications: int = REPLICATIONS,
    family_error: float = 1e-3,
    selecting: Selecting = Selecting(),  # noqa: B008 - frozen
    facts_events: int = EVENTS_OF_A_FACT,
    workers: int | Workers = 1,
    tick: Tick = lambda _: None,
) -> Comparison:
    """Put the claims of a plan to every scenario of a file, side by side on the same events.

    Parameters
    ----------
    scenarios
        A file as in :mod:`resilience_sim.plans.scenarios`, or a folder with a ``scenarios.yaml``.
    seed
        Root of all streams, the same for every scenario.
    plan
        A shipped plan's slug or a folder, instead of the one that the file names.
    replications
        Events of each claim in each scenario; a verdict may need fewer, and never takes more than its claim's budget.
    family_error
        Probability that any verdict of the comparison is wrong, over all scenarios and claims.
    selecting
        What the choice of the best scenario promises.
    facts_events
        Events at either end of each fact of the tornado; 0: no tornado.
    workers, tick
        As in :class:`~resilience_sim.experiments.runs.Runs`.

    Raises
    ------
    PlanError
        With file and line, if anything in the file cannot be asked.
    """
    return compared(
        prepare(scenarios, plan=plan),
        seed=seed,
        replications=replications,
        family_error=family_error,
        selecting=selecting,
        facts_events=facts_events,
        workers=workers,
        tick=tick,
    )


def compared(
    ready: Prepared,
    *,
    seed: int,
    replications: int = REPLICATIONS,
    family_error: float = 1e-3,
    selecting: Selecting = Selecting(),  # noqa: B008 - frozen
    facts_events: int = EVENTS_OF_A_FACT,
    workers: int | Workers = 1,
    tick: Tick = lambda _: None,
) -> Comparison:
    """Run a comparison that is ready; parameters as of :func:`compare`."""
    keys = list(ready.questions[0])
    decided = [number for number, variant in enumerate(ready.variants) if decides(ready.variants[0], variant)]
    options = _options(ready, decided)
    alpha = family_error / (len(ready.variants) * len(keys))
    by_variant: list[dict[tuple[str, str, str], tuple[Cell, _Events]]] = [{} for _ in ready.variants]
    base: dict[tuple[str, str, str], _Events] = {}
    for number in _by_site(ready.variants):
        variant, study, questions = ready.variants[number], ready.studies[number], ready.questions[number]
        runs, found = Runs(SharedStudy(study), seed, workers=workers), by_variant[number]
        costs: dict[tuple[str, str], Cost] = {}
        for key, question in questions.items():
            events = _events(runs, question, replications)
            base.setdefault(key, events)
            verdict = runs.judge(question, alpha=alpha, budget=replications).verdict
            cost = _cost(study, question, options[key], events, seed, costs)
            found[key] = _cell(question, events, base[key], verdict, cost), events
            tick(f"{variant.id} {question.claim.id}")
    rows = tuple(_row(key, [found.get(key) for found in by_variant], decided, selecting) for key in keys)
    bars: tuple[Bar, ...] = ()
    if ready.file.tornado is not None and facts_events:
        question = next(q for (claim, _, _), q in ready.questions[0].items() if claim == ready.file.tornado.claim)
        bars = tornado(
            ready.studies[0], question, seed, facts_events, facts=ready.file.tornado.facts, workers=workers, tick=tick
        )
    return Comparison(
        ready.file, ready.plan, ready.site, ready.variants, rows, seed, replications, family_error, selecting, bars
    )


# ---- reading


def _pruned(plan: Plan, site: Site, read: ScenarioFile, document: Document) -> Plan:
    """The plan with only the claims that are asked, so that only their studies are bound."""
    known = [claim.id for _, claim in plan.claims()]
    if not known:
        raise PlanError(f"plan {plan.plan!r} has no claim to compare; accepted is a plan with claims")
    for index, claim in enumerate(read.claims):
        if claim not in known:
            raise PlanError(
                f"plan {plan.plan!r} has no claim {claim!r}; accepted: {', '.join(known)}",
                place=document.place(("claims", index)),
            )
    asked = read.claims or tuple(known)
    for index, name in enumerate(() if read.tornado is None else read.tornado.facts):
        if name not in uncertain(site):
            raise PlanError(
                f"{name!r} is no assumed fact with a range; accepted: {', '.join(uncertain(site))}",
                place=document.place(("tornado", "facts", index)),
            )
    if read.tornado is not None and read.tornado.claim not in asked:
        raise PlanError(
            f"tornado: {read.tornado.claim!r} is not asked here; accepted: {', '.join(asked)}",
            place=document.place(("tornado", "claim")),
        )
    clauses = tuple(
        clause.model_copy(update={"claims": tuple(claim for claim in clause.claims if claim.id in asked)})
        for clause in plan.clauses
    )
    return plan.model_copy(update={"clauses": clauses})


def _replayed(file: Path, document: Document) -> tuple[LineOutages, float]:
    from resilience_sim.hazards.outages import read_record, replay

    try:
        record = read_record(file)
    except ResilienceError as error:
        raise PlanError(f"record: {error}", place=document.place(("record",))) from None
    return replay(record), record.watch.days / 365


def _bound(
    variant: Variant, plan: Plan, site: Site, record: tuple[LineOutages, float] | None, document: Document
) -> Study:
    try:
        study = bind(*changed(plan, site, variant.changes), record=record)
    except (ResilienceError, ValueError, ArithmeticError) as error:  # of a machine, beyond what it was made for
        raise PlanError(
            f"scenario {variant.id!r} cannot be asked: {error}", place=document.place((*variant.at, "set"))
        ) from None
    assert study is not None
    return study


def _check_same_events(variant: Variant, study: Study, base: Study, document: Document) -> None:
    """Refuse another number of lines from which the utility responds: its claims would be about other events."""
    from resilience_sim.studies.utility_call_centre.staffing import UtilityCallCentre

    there, here = part(study, UtilityCallCentre), part(base, UtilityCallCentre)
    if there is None or here is None or there.events.levels == here.events.levels:
        return
    raise PlanError(
        f"scenario {variant.id!r} sets from how many lines a response starts, so that its claims are about other "
        "events than the base's and nothing can be compared event by event; accepted is the trigger of the base "
        "(recommend tries other triggers on the same events)",
        place=document.place((*variant.at, "set")),
    )


def _questions(
    read: ScenarioFile, document: Document, variant: Variant, study: Study
) -> dict[tuple[str, str, str], Question]:
    """The questions of a scenario, by those of the base that they stand beside."""
    every = study.questions()
    known = list(dict.fromkeys(question.scenario for question in every))
    for index, hazard in enumerate(read.hazards):
        if hazard not in known:
            raise PlanError(
                f"the study knows no hazard {hazard!r}; accepted: {', '.join(known)}",
                place=document.place(("hazards", index)),
            )
    if variant.hazard is None:
        wanted = read.hazards or known
        return {(q.claim.id, q.interpretation, q.scenario): q for q in every if q.scenario in wanted}
    place = document.place((*variant.at, "hazard"))
    if len(read.hazards) != 1:
        raise PlanError(
            f"scenario {variant.id!r} meets another hazard, but 'hazards' of the file names {len(read.hazards)}; "
            "accepted is one, which the base meets",
            place=place,
        )
    if variant.hazard not in known:
        raise PlanError(f"the study knows no hazard {variant.hazard!r}; accepted: {', '.join(known)}", place=place)
    asked = {(q.claim.id, q.interpretation) for q in every if q.scenario == read.hazards[0]}
    return {
        (q.claim.id, q.interpretation, read.hazards[0]): q
        for q in every
        if q.scenario == variant.hazard and (q.claim.id, q.interpretation) in asked
    }


# ---- running


def _by_site(every: Sequence[Variant]) -> list[int]:
    """The scenarios' indices, the base's first, those at one site one after the other: they share their draws."""
    sites = [tuple((change.key, change.value) for change in one.changes if change.clause is None) for one in every]
    order = list(dict.fromkeys(sites))
    return sorted(range(len(every)), key=lambda number: (order.index(sites[number]), number))


@dataclass(frozen=True)
class _Events:
    """What each event came to."""

    values: Floats
    kept: Floats
    hours: Floats | None


def _events(runs: Runs, question: Question, count: int) -> _Events:
    rows = runs.rows(question.situation, -(-count // effort_for(runs.study, question.situation).block))

    def column(name: str) -> Floats:
        return np.hstack([row[name] for row in rows])[:count].astype(float)

    hours = next((name for name in STAFF_HOURS if name in rows[0]), None)
    values = column(question.measure)
    return _Events(values, question.kept(values).astype(float), None if hours is None else column(hours))


def _cell(question: Question, events: _Events, base: _Events, verdict: Verdict, cost: Cost) -> Cell:
    both = events.hours is not None and base.hours is not None
    return Cell(
        question,
        summary(events.values),
        share_summary(events.kept),
        paired(events.values, base.values),
        shares_paired(events.kept, base.kept),
        verdict,
        cost,
        paired(events.hours, base.hours) if both else None,  # type: ignore[arg-type]
    )


def _options(ready: Prepared, decided: Sequence[int]) -> dict[tuple[str, str, str], str | None]:
    """By which option each claim's costs are counted, in every scenario: one that counts all that scenarios set."""
    study, base = ready.studies[0], set(ready.variants[0].changes)
    changes = [change for number in decided for change in ready.variants[number].changes if change not in base]
    set_to = {(change.clause, change.name) for change in changes if change.clause is not None}

    def counted(question: Question, option: str) -> set[tuple[str | None, str]]:
        return {(choice.clause, choice.quantity) for choice in study.choices(replace(question, option=option))}

    return {
        key: next((option for option in study.options(question) if set_to <= counted(question, option)), None)
        for key, question in ready.questions[0].items()
    }


def _cost(
    study: Study,
    question: Question,
    option: str | None,
    events: _Events,
    seed: int,
    known: dict[tuple[str, str], Cost],
) -> Cost:
    """Staff-hours of the events, or what the study says that the values in force cost."""
    if events.hours is not None:
        mean = summary(events.hours)
        return Cost(mean.mean, mean.low, mean.high, "staff_hours")
    if option is None:
        return Cost(why="nothing_set")
    asked = replace(question, option=option)
    unit = study.cost_unit(asked)
    key = question.clause, f"{question.scenario} {option} {unit}"
    if key not in known:
        known[key] = _cost_in_force(study, asked, unit, seed)
    return known[key]


def _cost_in_force(study: Study, question: Question, unit: str, seed: int) -> Cost:
    choices = study.choices(question)
    if math.prod(len(choice.values) for choice in choices) > MOST_COMBINATIONS:
        return Cost(why="many")
    places = [_place(choice) for choice in choices]
    if None in places:
        return Cost(why="open")
    cost = float(study.costs(question, seed)[tuple(places)])
    return Cost(cost, cost, cost, unit)


def _place(choice: Choice) -> int | None:
    """Where the value in force stands among those offered."""
    now = choice.current
    if now is None:
        return None
    return next((k for k, value in enumerate(choice.values) if math.isclose(value, now, abs_tol=1e-9)), None)


def _row(
    key: tuple[str, str, str],
    found: Sequence[tuple[Cell, _Events] | None],
    decided: Sequence[int],
    selecting: Selecting,
) -> Row:
    # Another load or site is nobody's choice: the best is chosen among scenarios that a plan can decide.
    there = {k: one for k in decided if (one := found[k]) is not None}
    best = oftenest_of([events.kept for _, events in there.values()], selecting)
    costs = {k: cell.cost.mean for k, (cell, _) in there.items() if not cell.cost.why}
    units = {there[k][0].cost.unit for k in costs}
    hours = {k: events.hours for k, (_, events) in there.items() if events.hours is not None}
    cheapest = None
    if len(units) == 1:
        verdicts = [None if one is None else one[0].verdict for one in found]
        cheapest = cheapest_of(verdicts, costs, hours, selecting)  # type: ignore[arg-type]
    cells = tuple(None if one is None else one[0] for one in found)
    return Row(*key, cells, best, cheapest, tuple(there))
