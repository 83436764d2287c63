"""The verb ``check``: does each claim of the plans hold, and how much more load would it stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from resilience_sim.cli.baseline import (
    Annotate,
    Baseline,
    JUnit,
    LedgerAsked,
    Recommended,
    Shift,
    Summary,
    WriteBaseline,
    against_ledger,
)
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
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from resilience_sim.cli.session import Bound
    from resilience_sim.experiments.check import CheckedClaim
    from resilience_sim.plans.fields import Text

__all__ = ["check"]

MATRIX = "verdict_matrix.svg"
FIGURES = ("verdicts.svg", MATRIX, "breaking_points.svg")

Sites = Annotated[
    int,
    typer.Option("--sites", min=0, max=10_000, help="Plausible sites in which to see whether verdicts stand; 0: none."),
]
Breaking = Annotated[bool, typer.Option("--breaking/--no-breaking", help="Seek breaking points.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 if a claim fails, with 3 if one has no answer.")]


def check(
    context: typer.Context,
    plans: Plans = None,
    seed: Seed = None,
    family_error: Family = 1e-3,
    breaking: Breaking = True,
    sites: Sites = 8,
    record: Record = None,
    workers: Workers = 2,
    cluster: Cluster = None,
    archive: Archived = None,
    json: JsonFile = None,
    out: Out = None,
    lang: LangOption = Lang.EN,
    strict: Strict = False,
    baseline: Baseline = None,
    write_baseline: WriteBaseline = None,
    recommended: Recommended = None,
    shift: Shift = None,
    junit: JUnit = None,
    summary: Summary = None,
    annotations: Annotate = False,
) -> None:
    """Judge every claim of the plans, seek its breaking points, and say in which plausible sites it stands."""
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
    from resilience_sim.experiments.archive import Archive, Remark
    from resilience_sim.experiments.check import CheckedClaim, Checking, noting
    from resilience_sim.experiments.runs import Runs
    from resilience_sim.experiments.simulate import versions
    from resilience_sim.randomness import fresh_seed
    from resilience_sim.reports.records import as_json, check_record
    from resilience_sim.reports.tables import claim_line, unclaimed_text

    ledger = LedgerAsked(baseline, write_baseline, recommended, shift, junit, summary, annotations)
    if ledger.any:
        crew = workers_of(workers, cluster)
        given = {name for name in context.params if _given(context, name)}
        against_ledger(ledger, plans, seed=seed, family_error=family_error, given=given, workers=crew, lang=lang)
    seed = fresh_seed() if seed is None else seed
    console, errors = consoles(quiet=json == "-")
    errors.print(f"seed {seed}", style="dim", highlight=False)
    bound = bound_plans(plans, record)
    figures = [] if out is None else [out / one.plan.plan / name for one in bound for name in FIGURES]
    overview = out / MATRIX if out is not None and len(bound) > 1 else None
    may_write(json_file(json), out and out / "check.json", overview, *figures, inputs=input_files(bound, record))
    rows: list[CheckedClaim] = []
    crew = workers_of(workers, cluster)
    kept = None if archive is None else Archive(archive)
    asked = [(one, one.study) for one in bound if one.study is not None]
    checks = [
        Checking(
            one.plan,
            study,
            Runs(study, seed, workers=crew, archive=kept),
            family_error=family_error,
            breaking=breaking,
            sites=sites,
        )
        for one, study in asked
    ]
    works = [[*of.tasks, *noting(study, seed, lang.value)] for of, (_, study) in zip(checks, asked, strict=True)]
    with progress(errors, sum(of.steps for of in checks)) as tick:

        def hear(_: int, message: object) -> None:
            if isinstance(message, Remark):
                errors.print(message, style="yellow", highlight=False, markup=False, soft_wrap=True)
            elif not isinstance(message, CheckedClaim):
                tick(message)
            elif errors.is_terminal:
                errors.print(claim_line(message, lang.value), highlight=False)

        done = list(crew.gather(works, hear=hear))
    for of, (one, study), results in zip(checks, asked, done, strict=True):
        count = len(of.tasks)
        found = of.rows(results[:count])
        notes = [note for of_part in results[count:] for note in of_part]
        _show(console, one, found, notes, breaking=breaking, lang=lang)
        if out is not None:
            _draw(found, out / one.plan.plan, lang, {one.plan.plan: one.plan.title})
            draw_own(study, out / one.plan.plan, seed, lang)
        rows += found
    unclaimed = [(one.plan.plan, clause) for one in bound for clause in one.plan.unclaimed()]
    titles = {one.plan.plan: getattr(one.plan.title, lang.value) for one in bound}
    console.print(unclaimed_text(unclaimed, lang.value, titles), highlight=False, style="dim")
    console.print(_closing(seed, family_error, lang), highlight=False, style="dim")
    hashes = {name: value for one in bound for name, value in one.hashes.items()}
    record_text = as_json(
        check_record(rows, unclaimed, seed=seed, family_error=family_error, versions=versions(), inputs=hashes)
    )
    if json is not None:
        show_json(json, record_text)
    if out is not None:
        write_text(out / "check.json", record_text)
        if overview is not None and rows:
            _draw_overview(rows, overview, lang, {one.plan.plan: one.plan.title for one in bound})
    if strict:
        raise typer.Exit(_strict_code(rows))


def _given(context: typer.Context, option: str) -> bool:
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def _show(
    console: Console, one: Bound, rows: Sequence[CheckedClaim], notes: Sequence[str], *, breaking: bool, lang: Lang
) -> None:
    """Print what was found about one plan."""
    from resilience_sim.reports.tables import breaking_tables, verdict_table

    console.print(getattr(one.plan.title, lang.value), style="bold", highlight=False)
    console.print(verdict_table(rows, lang.value, one.plan))
    if breaking:
        for table in breaking_tables(rows, lang.value):
            console.print()
            console.print(table)
    for note in notes:
        console.print(note, highlight=False)
    console.print()


def _draw(rows: Sequence[CheckedClaim], folder: Path, lang: Lang, titles: Mapping[str, Text]) -> None:
    """Write the figures that every plan has."""
    from resilience_sim.reports.figures import breaking_figure, verdict_figure
    from resilience_sim.reports.look import save
    from resilience_sim.reports.matrix_figures import matrix_figure

    folder.mkdir(parents=True, exist_ok=True)
    verdicts, matrix, points = (folder / name for name in FIGURES)
    save(verdict_figure(rows, lang.value), verdicts)
    save(matrix_figure(rows, lang.value, titles=titles), matrix)
    if any(row.breaking_points for row in rows):
        save(breaking_figure(rows, lang.value), points)


def _draw_overview(rows: Sequence[CheckedClaim], file: Path, lang: Lang, titles: Mapping[str, Text]) -> None:
    """Write the verdict matrix of several plans."""
    from resilience_sim.reports.look import save
    from resilience_sim.reports.matrix_figures import matrix_figure

    save(matrix_figure(rows, lang.value, titles=titles), file)


def _closing(seed: int, family_error: float, lang: Lang) -> str:
    if lang is Lang.ZH:
        return (
            f"种子 {seed}；以站点事实为前提，任一结论或极限有误的概率不超过 {family_error:g}；"
            "站点占比和表下各项说明中的数字为估计值。"
        )
    return (
        f"Seed {seed}; given the facts of the site, the probability that any verdict or breaking point above is wrong "
        f"is at most {family_error:g}; shares of sites and what the sentences below the tables say are estimates."
    )


def _strict_code(rows: Sequence[CheckedClaim]) -> int:
    answers = {row.verdict.answer.value for row in rows}
    if "fails" in answers:
        return 1
    return 3 if answers - {"holds"} else 0
