"""The verb ``compare``: named scenarios side by side on the same events, and which of them is the best."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resilience_sim.cli.options import Family, JsonFile, Lang, LangOption, Out, Record, Seed, Workers

if TYPE_CHECKING:
    from rich.console import Console

    from resilience_sim.experiments.compare import Prepared
    from resilience_sim.experiments.compare_results import Comparison
    from resilience_sim.hazards.outages import LineOutages

__all__ = ["compare"]

File = Annotated[
    str,
    typer.Argument(metavar="SCENARIOS", help="A file of scenarios; or a shipped plan's slug, for the one beside it."),
]
Plan = Annotated[
    str | None, typer.Option("--plan", metavar="PLAN", help="A slug or folder, instead of the plan the file names.")
]
Replications = Annotated[
    int, typer.Option("--replications", min=20, max=1_000_000, help="Events of each claim in each scenario.")
]
Facts = Annotated[
    int, typer.Option("--tornado", min=0, max=100_000, help="Events at either end of each assumption; 0: none.")
]
Error = Annotated[
    float, typer.Option("--selection-error", min=1e-6, max=0.5, help="Probability that the best is chosen wrongly.")
]
Zone = Annotated[
    float, typer.Option("--indifference", min=1e-4, max=0.5, help="Difference of shares kept that matters to nobody.")
]
Export = Annotated[
    Path | None,
    typer.Option("--export", metavar="DIR", help="Write DIR/<plan>/plan.yaml: the plan with the best proposed."),
]


def compare(
    scenarios: File,
    plan: Plan = None,
    seed: Seed = None,
    replications: Replications = 1000,
    family_error: Family = 1e-3,
    selection_error: Error = 0.05,
    indifference: Zone = 0.05,
    tornado: Facts = 100,
    record: Record = None,
    workers: Workers = 2,
    json: JsonFile = None,
    out: Out = None,
    export: Export = None,
    lang: LangOption = Lang.EN,
) -> None:
    """Compare named scenarios of a plan on the same events, and choose the best with a stated error."""
    from resilience_sim.cli.session import consoles, json_file, may_write, progress, show_json, write_text
    from resilience_sim.experiments.compare import compared, prepare
    from resilience_sim.experiments.compare_selection import Selecting
    from resilience_sim.experiments.simulate import versions
    from resilience_sim.plans.scenarios import shipped
    from resilience_sim.randomness import fresh_seed
    from resilience_sim.reports.compare_records import compare_record, compare_table
    from resilience_sim.reports.records import as_json
    from resilience_sim.reports.spreadsheets import csv_text

    file = shipped().get(scenarios) or Path(scenarios)
    seed = fresh_seed() if seed is None else seed
    console, errors = consoles(quiet=json == "-")
    errors.print(f"seed {seed}", style="dim", highlight=False)
    ready = prepare(file, plan=plan, record=_replayed(record))
    inputs = [*ready.files, *([] if record is None else [record])]
    written = [] if out is None else [out / "compare.json", out / "compare.csv"]
    exported = None if export is None else export / ready.plan.plan / "plan.yaml"
    may_write(json_file(json), *written, exported, inputs=inputs)
    bars = 0 if ready.file.tornado is None or not tornado else ready.bars
    with progress(errors, len(ready.variants) * len(ready.questions[0]) * 2 + bars) as tick:
        found = compared(
            ready,
            seed=seed,
            replications=replications,
            family_error=family_error,
            selecting=Selecting(selection_error, indifference),
            facts_events=tornado,
            workers=workers,
            tick=tick,
        )
    _show(console, found, lang)
    record_text = as_json(compare_record(found, versions=versions(), inputs=_hashes(inputs)))
    if json is not None:
        show_json(json, record_text)
    if out is not None:
        write_text(out / "compare.json", record_text)
        write_text(out / "compare.csv", csv_text(compare_table(found, lang.value)))
        _draw(found, out, lang)
    if export is not None:
        _export(found, ready, export, console)


def _replayed(record: Path | None) -> tuple[LineOutages, float] | None:
    if record is None:
        return None
    from resilience_sim.hazards.outages import read_record, replay

    read = read_record(record)
    return replay(read), read.watch.days / 365


def _hashes(files: list[Path]) -> dict[str, str]:
    import hashlib

    return {
        f"{file.parent.name}/{file.name}": hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()
        for file in files
    }


def _show(console: Console, found: Comparison, lang: Lang) -> None:
    from resilience_sim.reports.compare_tables import closing_text, comparison_tables, matrix_tables, selection_lines

    console.print(getattr(found.file.title, lang.value), style="bold", highlight=False, markup=False)
    for table in (*comparison_tables(found, lang.value), *matrix_tables(found, lang.value)):
        console.print(table)
        console.print()
    for line in selection_lines(found, lang.value):
        console.print(line, highlight=False, markup=False)
    console.print(closing_text(found, lang.value), style="dim", highlight=False, markup=False)


def _draw(found: Comparison, out: Path, lang: Lang) -> None:
    from resilience_sim.reports.compare_figures import compare_figures
    from resilience_sim.reports.look import save

    for name, figure in compare_figures(found, lang.value).items():
        save(figure, out / name)


def _export(found: Comparison, ready: Prepared, directory: Path, console: Console) -> None:
    from datetime import date

    from resilience_sim.plans.comparison import diff
    from resilience_sim.plans.proposals import export
    from resilience_sim.reports.compare_proposing import proposals

    target = export(ready.folder, proposals(found), directory, on=date.today())
    console.print(diff(ready.folder / "plan.yaml", target), highlight=False, markup=False, soft_wrap=True)
