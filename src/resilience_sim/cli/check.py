"""The verb ``check``: does each claim of the plans hold, and how much more load would it stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from resilience_sim.cli.options import Family, JsonFile, Lang, LangOption, Out, Plans, Record, Seed, Workers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from resilience_sim.cli.session import Bound
    from resilience_sim.experiments.check import CheckedClaim

__all__ = ["check"]

FIGURES = ("verdicts.svg", "breaking_points.svg")

Sites = Annotated[
    int,
    typer.Option("--sites", min=0, max=10_000, help="Plausible sites in which to see whether verdicts stand; 0: none."),
]
Breaking = Annotated[bool, typer.Option("--breaking/--no-breaking", help="Seek breaking points.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 if a claim fails, with 3 if one has no answer.")]


def check(
    plans: Plans = None,
    seed: Seed = None,
    family_error: Family = 1e-3,
    breaking: Breaking = True,
    sites: Sites = 8,
    record: Record = None,
    workers: Workers = 2,
    json: JsonFile = None,
    out: Out = None,
    lang: LangOption = Lang.EN,
    strict: Strict = False,
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
        write_text,
    )
    from resilience_sim.experiments.check import check as checked
    from resilience_sim.experiments.runs import Runs
    from resilience_sim.experiments.simulate import MODELS, versions
    from resilience_sim.randomness import fresh_seed
    from resilience_sim.reports.records import as_json, check_record
    from resilience_sim.reports.tables import claim_line, unclaimed_text

    seed = fresh_seed() if seed is None else seed
    console, errors = consoles(quiet=json == "-")
    errors.print(f"seed {seed}", style="dim", highlight=False)
    bound = bound_plans(plans, record)
    figures = [] if out is None else [out / one.plan.plan / name for one in bound for name in FIGURES]
    may_write(json_file(json), out and out / "check.json", *figures, inputs=input_files(bound, record))
    rows: list[CheckedClaim] = []
    for one in bound:
        if one.study is None:
            continue
        questions = one.study.questions()
        steps = len(questions) + (6 * 3 * len(questions) if breaking else 0) + sites

        with progress(errors, steps) as tick:
            runs = Runs(one.study, seed, workers=workers, tick=tick)

            def announce(row: CheckedClaim) -> None:
                if errors.is_terminal:
                    errors.print(claim_line(row, lang.value), highlight=False)

            found = checked(
                one.plan,
                one.study,
                runs,
                family_error=family_error,
                breaking=breaking,
                sites=sites,
                on_verdict=announce,
            )
        _show(console, one, found, breaking=breaking, seed=seed, lang=lang)
        if out is not None:
            _draw(found, out / one.plan.plan, lang)
            draw_own(one.study, out / one.plan.plan, seed, lang)
        rows += found
    unclaimed = [(one.plan.plan, clause) for one in bound for clause in one.plan.unclaimed()]
    titles = {one.plan.plan: getattr(one.plan.title, lang.value) for one in bound}
    console.print(unclaimed_text(unclaimed, lang.value, titles), highlight=False, style="dim")
    console.print(_closing(seed, family_error, lang), highlight=False, style="dim")
    hashes = {name: value for one in bound for name, value in one.hashes.items()}
    record_text = as_json(
        check_record(rows, unclaimed, seed=seed, family_error=family_error, versions=versions(MODELS), inputs=hashes)
    )
    if json is not None:
        show_json(json, record_text)
    if out is not None:
        write_text(out / "check.json", record_text)
    if strict:
        raise typer.Exit(_strict_code(rows))


def _show(console: Console, one: Bound, rows: Sequence[CheckedClaim], *, breaking: bool, seed: int, lang: Lang) -> None:
    """Print what was found about one plan."""
    from resilience_sim.reports.tables import breaking_tables, verdict_table

    assert one.study is not None
    console.print(getattr(one.plan.title, lang.value), style="bold", highlight=False)
    console.print(verdict_table(rows, lang.value))
    if breaking:
        for table in breaking_tables(rows, lang.value):
            console.print()
            console.print(table)
    for note in one.study.notes(seed, lang.value):
        console.print(note, highlight=False)
    console.print()


def _draw(rows: Sequence[CheckedClaim], folder: Path, lang: Lang) -> None:
    """Write the figures that every plan has."""
    from resilience_sim.reports.figures import breaking_figure, verdict_figure
    from resilience_sim.reports.look import save

    folder.mkdir(parents=True, exist_ok=True)
    verdicts, points = (folder / name for name in FIGURES)
    save(verdict_figure(rows, lang.value), verdicts)
    if any(row.breaking_points for row in rows):
        save(breaking_figure(rows, lang.value), points)


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
