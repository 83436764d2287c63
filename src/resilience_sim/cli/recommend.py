"""The verb ``recommend``: the numbers that would hold at least cost, with the proof, and their export as proposals."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resilience_sim.cli.options import (
    Archived,
    Cluster,
    Family,
    JsonFile,
    Lang,
    LangOption,
    Out,
    Plans,
    Record,
    Seed,
    Workers,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from resilience_sim.cli.session import Bound
    from resilience_sim.experiments.recommend import Recommendation
    from resilience_sim.studies.question import Question

__all__ = ["recommend"]

Export = Annotated[
    Path | None,
    typer.Option("--export", metavar="DIR", help="Write DIR/<plan>/plan.yaml: the plan with proposals appended."),
]
Scenario = Annotated[str | None, typer.Option("--scenario", help="Only this scenario.")]
AllReadings = Annotated[
    bool, typer.Option("--all-readings", help="Every reading of the plan's words, not only the first of each clause.")
]


def recommend(
    plans: Plans = None,
    seed: Seed = None,
    family_error: Family = 1e-3,
    scenario: Scenario = None,
    all_readings: AllReadings = False,
    record: Record = None,
    workers: Workers = 2,
    cluster: Cluster = None,
    archive: Archived = None,
    json: JsonFile = None,
    out: Out = None,
    export: Export = None,
    lang: LangOption = Lang.EN,
) -> None:
    """Find the cheapest numbers with which the claims hold, prove it, and write them as proposals."""
    from resilience_sim.cli.session import (
        bound_plans,
        consoles,
        draw_own,
        input_files,
        json_file,
        may_write,
        progress,
        show_json,
        workers_of,
        write_text,
    )
    from resilience_sim.experiments.archive import Archive
    from resilience_sim.experiments.recommend import groups
    from resilience_sim.experiments.recommend import recommend as recommended
    from resilience_sim.experiments.simulate import versions
    from resilience_sim.randomness import fresh_seed
    from resilience_sim.reports.frontier_tables import frontier_table
    from resilience_sim.reports.records import as_json, recommend_record
    from resilience_sim.reports.tables import recommendation_table

    seed = fresh_seed() if seed is None else seed
    console, errors = consoles(quiet=json == "-")
    errors.print(f"seed {seed}", style="dim", highlight=False)
    found: list[Recommendation] = []
    bound = bound_plans(plans, record)
    exported = [] if export is None else [export / one.plan.plan / "plan.yaml" for one in bound]
    may_write(json_file(json), out and out / "recommend.json", *exported, inputs=input_files(bound, record))
    _refuse_unknown(scenario, bound)
    crew = workers_of(workers, cluster)
    remark = partial(errors.print, style="yellow", highlight=False, markup=False, soft_wrap=True)
    kept = None if archive is None else Archive(archive, remark=remark)
    for one in bound:
        if one.study is None:
            continue
        asked = groups(one.study, one.study.questions())
        if not all_readings:
            asked = _first_readings(asked)
        if scenario is not None:
            asked = [group for group in asked if group[0].scenario == scenario]
        with progress(errors, 120 * len(asked)) as tick:
            here = [
                recommended(
                    one.plan,
                    one.study,
                    group,
                    seed=seed,
                    family_error=family_error,
                    workers=crew,
                    tick=tick,
                    archive=kept,
                )
                for group in asked
            ]
        found += here
        if out is not None:
            draw_own(one.study, out / one.plan.plan, seed, lang, here)
            _draw_frontier(here, out / one.plan.plan, lang)
        if export is not None:
            _export(one, here, export, console, lang)
    console.print(recommendation_table(found, lang.value))
    if (offers := frontier_table(found, lang.value)) is not None:
        console.print()
        console.print(offers, highlight=False)
    record_text = as_json(recommend_record(found, seed=seed, family_error=family_error, versions=versions()))
    if json is not None:
        show_json(json, record_text)
    if out is not None:
        write_text(out / "recommend.json", record_text)


def _draw_frontier(found: Sequence[Recommendation], folder: Path, lang: Lang) -> None:
    """Draw what more service would cost, where there is a choice."""
    from resilience_sim.reports.frontier_figures import FRONTIER, frontier_figure
    from resilience_sim.reports.look import save

    if (figure := frontier_figure(found, lang.value)) is not None:
        folder.mkdir(parents=True, exist_ok=True)
        save(figure, folder / FRONTIER)


def _refuse_unknown(scenario: str | None, bound: Sequence[Bound]) -> None:
    from resilience_sim.errors import InputsError

    known = {question.scenario for one in bound if one.study is not None for question in one.study.questions()}
    if scenario is not None and scenario not in known:
        raise InputsError(f"there is no scenario {scenario!r}; accepted: {', '.join(sorted(known))}")


def _first_readings(asked: Sequence[tuple[Question, ...]]) -> list[tuple[Question, ...]]:
    """Of the groups that differ only in how the plan's words are read, the first."""
    firsts: dict[tuple[str, str, str], tuple[Question, ...]] = {}
    for group in asked:
        firsts.setdefault((group[0].clause, group[0].scenario, group[0].option), group)
    return list(firsts.values())


def _export(one: Bound, found: Sequence[Recommendation], directory: Path, console: Console, lang: Lang) -> None:
    from resilience_sim.plans.comparison import diff
    from resilience_sim.plans.proposals import export
    from resilience_sim.plans.wording import revised
    from resilience_sim.reports.proposing import proposals

    proposed = proposals(found)
    target = export(one.folder, proposed, directory, on=date.today())
    console.print(diff(one.folder / "plan.yaml", target), highlight=False, markup=False, soft_wrap=True)
    for clause_id in dict.fromkeys(proposal.clause for proposal in proposed):
        values = {proposal.quantity: proposal.value for proposal in proposed if proposal.clause == clause_id}
        text = revised(one.plan.clause(clause_id), values)
        console.print(f"{clause_id}  {text[lang.value]}", highlight=False, markup=False, soft_wrap=True)
        console.print(
            f"       {text['zh' if lang is Lang.EN else 'en']}", highlight=False, markup=False, soft_wrap=True
        )
