"""The verb ``report``: what check and recommend find, as one page to read, mail and print, and as spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resilience_sim.cli.check import Breaking, Sites
from resilience_sim.cli.options import Archived, Cluster, Family, JsonFile, Lang, LangOption, Plans, Record, Seed
from resilience_sim.cli.options import Workers as Number

if TYPE_CHECKING:
    from rich.console import Console

    from resilience_sim.cli.session import Bound
    from resilience_sim.experiments.archive import Archive
    from resilience_sim.experiments.check import CheckedClaim
    from resilience_sim.experiments.recommend import Recommendation
    from resilience_sim.experiments.workers import Workers
    from resilience_sim.reports.report_content import Results

__all__ = ["report"]

PAGE, WORKBOOK = "report.html", "report.xlsx"

Folder = Annotated[
    Path, typer.Option("--out", metavar="DIR", help=f"Write {PAGE}, {WORKBOOK} and a CSV for each table into it.")
]
Sought = Annotated[
    bool,
    typer.Option("--recommend/--no-recommend", help="Seek numbers that would hold; may take minutes for each plan."),
]


def report(
    out: Folder,
    plans: Plans = None,
    seed: Seed = None,
    family_error: Family = 1e-3,
    recommend: Sought = True,
    breaking: Breaking = True,
    sites: Sites = 8,
    record: Record = None,
    workers: Number = 2,
    cluster: Cluster = None,
    archive: Archived = None,
    json: JsonFile = None,
    lang: LangOption = Lang.EN,
) -> None:
    """Check the plans, recommend numbers that hold, and write a report: one HTML page, a workbook and CSV files."""
    from resilience_sim.cli.session import (
        bound_plans,
        consoles,
        input_files,
        json_file,
        may_write,
        show_json,
        workers_of,
    )
    from resilience_sim.experiments.archive import Archive
    from resilience_sim.experiments.simulate import versions
    from resilience_sim.plans.files import read_site
    from resilience_sim.randomness import fresh_seed
    from resilience_sim.reports.own_figures import own_figures
    from resilience_sim.reports.records import as_json
    from resilience_sim.reports.report_content import PlanResults, Results
    from resilience_sim.reports.report_record import report_record
    from resilience_sim.reports.report_tables import TABLES

    seed = fresh_seed() if seed is None else seed
    console, errors = consoles(quiet=json == "-")
    errors.print(f"seed {seed}", style="dim", highlight=False)
    bound = bound_plans(plans, record)
    files = [out / name for name in (PAGE, WORKBOOK, *(f"{key}.csv" for key in TABLES))]
    may_write(json_file(json), *files, inputs=input_files(bound, record))
    hashes = {name: value for one in bound for name, value in one.hashes.items()}
    if record is not None:
        hashes[record.name] = blake2b(record.read_bytes(), digest_size=16).hexdigest()
    crew = workers_of(workers, cluster)
    remark = partial(errors.print, style="yellow", highlight=False, markup=False, soft_wrap=True)
    kept = None if archive is None else Archive(archive, remark=remark)
    checks = _checked(bound, crew, kept, errors, lang, seed, family_error, breaking=breaking, sites=sites)
    found = []
    for one, (rows, notes) in zip(bound, checks, strict=True):
        sought = _recommended(one, crew, kept, errors, seed, family_error) if recommend else None
        site = read_site(one.folder)[0] if one.study is None else one.study.site
        figures = {} if one.study is None else own_figures(one.study, seed, lang.value, sought or ())
        found.append(PlanResults(one.plan, site, rows, sought, notes, figures))
    options = [
        f"--sites {sites}",
        "--breaking" if breaking else "--no-breaking",
        "--recommend" if recommend else "--no-recommend",
        f"--lang {lang.value}",
    ]
    results = Results(found, seed, family_error, versions(), hashes, options)
    if json is not None:
        show_json(json, as_json(report_record(results)))
    for file in _write(results, out, lang):
        console.print(str(file), highlight=False, markup=False, soft_wrap=True)


def _checked(
    bound: Sequence[Bound],
    crew: Workers,
    kept: Archive | None,
    errors: Console,
    lang: Lang,
    seed: int,
    family_error: float,
    *,
    breaking: bool,
    sites: int,
) -> Iterator[tuple[list[CheckedClaim], list[str]]]:
    """What ``check`` finds about each plan, and what its study notes; nothing of a plan without a study."""
    from resilience_sim.cli.session import progress
    from resilience_sim.experiments.archive import Remark
    from resilience_sim.experiments.check import CheckedClaim, Checking, noting
    from resilience_sim.experiments.runs import Runs

    checks = [
        None
        if one.study is None
        else Checking(
            one.plan,
            one.study,
            Runs(one.study, seed, workers=crew, archive=kept),
            family_error=family_error,
            breaking=breaking,
            sites=sites,
        )
        for one in bound
    ]
    works = [
        [] if of is None or one.study is None else [*of.tasks, *noting(one.study, seed, lang.value)]
        for one, of in zip(bound, checks, strict=True)
    ]
    with progress(errors, sum(of.steps for of in checks if of is not None)) as tick:

        def hear(_: int, message: object) -> None:
            if isinstance(message, Remark):
                errors.print(message, style="yellow", highlight=False, markup=False, soft_wrap=True)
            elif not isinstance(message, CheckedClaim):
                tick(message)

        done = list(crew.gather(works, hear=hear))
    for of, results in zip(checks, done, strict=True):
        count = 0 if of is None else len(of.tasks)
        yield [] if of is None else of.rows(results[:count]), [note for part in results[count:] for note in part]


def _recommended(
    one: Bound, crew: Workers, kept: Archive | None, errors: Console, seed: int, family_error: float
) -> list[Recommendation]:
    """What ``recommend`` finds without options: of each clause the first reading of its words."""
    from resilience_sim.cli.recommend import _first_readings
    from resilience_sim.cli.session import progress
    from resilience_sim.experiments.recommend import groups, recommend

    if one.study is None:
        return []
    sought = _first_readings(groups(one.study, one.study.questions()))
    with progress(errors, 120 * len(sought)) as tick:
        return [
            recommend(
                one.plan,
                one.study,
                group,
                seed=seed,
                family_error=family_error,
                workers=crew,
                tick=tick,
                archive=kept,
            )
            for group in sought
        ]


def _write(results: Results, out: Path, lang: Lang) -> Iterator[Path]:
    """Write the files one after the other, each whole or not at all."""
    from resilience_sim.cli.session import write_text
    from resilience_sim.reports.html_report import html_report
    from resilience_sim.reports.report_tables import report_tables
    from resilience_sim.reports.spreadsheets import csv_text, save_workbook

    tables = report_tables(results, lang.value)
    write_text(out / PAGE, html_report(results, lang.value))
    yield out / PAGE
    save_workbook(tables, out / WORKBOOK)
    yield out / WORKBOOK
    for table in tables:
        write_text(out / f"{table.key}.csv", csv_text(table))
        yield out / f"{table.key}.csv"
