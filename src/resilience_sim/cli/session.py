"""What a run over several plans shares: reading them, binding them, progress, and writing results."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience_sim.errors import ExportError, InputsError, Place

if TYPE_CHECKING:
    from rich.console import Console

    from resilience_sim.cli.options import Lang
    from resilience_sim.experiments.recommend import Recommendation
    from resilience_sim.experiments.workers import Workers
    from resilience_sim.hazards.outages import LineOutages
    from resilience_sim.plans.register import Plan
    from resilience_sim.studies.question import Study

__all__ = [
    "Bound", "bound_plans", "consoles", "draw_own", "input_files", "json_file", "may_write", "progress", "show_json",
    "workers_of", "write_text",
]  # fmt: skip


@dataclass(frozen=True)
class Bound:
    """A plan with its study; ``None`` where it has no claim yet."""

    folder: Path
    plan: Plan
    study: Study | None
    hashes: dict[str, str]


def bound_plans(names: Sequence[str] | None, record: Path | None) -> list[Bound]:
    """Read and bind the plans named, or all shipped ones.

    Raises
    ------
    InputsError
        If a plan is named twice, or there are more than share the error of a run.
    """
    from resilience_sim.experiments.check import MOST_PLANS
    from resilience_sim.plans.files import find, library, read_plan, read_site
    from resilience_sim.studies import bind

    replayed = None if record is None else _replayed(record)
    bound = []
    for name in names or sorted(library(), key=lambda slug: slug != "utility-call-centre"):
        folder = find(name)
        plan, document = read_plan(folder)
        site, site_document = read_site(folder)
        study = bind(plan, site, document=document, site_document=site_document, record=replayed)
        hashes = {f"{plan.plan}/{file.name}": _hash(file) for file in _files(folder)}
        bound.append(Bound(folder, plan, study, hashes))
    slugs = [one.plan.plan for one in bound]
    if len(set(slugs)) < len(slugs):
        raise InputsError(f"plans {', '.join(slugs)}: one stands twice; accepted is every plan once")
    if len(bound) > MOST_PLANS:
        raise InputsError(f"{len(bound)} plans in one run; accepted are up to {MOST_PLANS}, which share its error")
    return bound


def workers_of(count: int, cluster: str | None) -> Workers:
    """Whoever runs the tasks of a run: so many processes, or the workers of a cluster."""
    from resilience_sim.experiments.workers import Workers

    return Workers.of(count) if cluster is None else Workers.cluster(cluster)


def input_files(bound: Sequence[Bound], record: Path | None) -> list[Path]:
    """Every file that the run reads."""
    plans = [file for one in bound for file in _files(one.folder)]
    return plans if record is None else [*plans, record]


def _files(folder: Path) -> list[Path]:
    """The files of a plan: its building, call tree and faults too, where it has them."""
    from resilience_sim.plans.files import BUILDING, CALL_TREE, FAULTS

    beside = [folder / name for name in (BUILDING, CALL_TREE, FAULTS)]
    return [folder / "plan.yaml", folder / "site.yaml", *(file for file in beside if file.exists())]


def json_file(where: str | None) -> Path | None:
    """The file that ``--json`` names; ``None`` where it prints or is not given."""
    return None if where in (None, "-") else Path(str(where))


def _replayed(record: Path) -> tuple[LineOutages, float]:
    from resilience_sim.hazards.outages import read_record, replay

    read = read_record(record)
    return replay(read), read.watch.days / 365


def _hash(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


WIDTH = 170  # where output is no terminal, tables are as wide as they need


def consoles(*, quiet: bool) -> tuple[Console, Console]:
    """Where results go (nowhere if `quiet`), and where progress and remarks go."""
    from rich.console import Console

    results, remarks = Console(quiet=quiet), Console(stderr=True)
    return (results if results.is_terminal else Console(quiet=quiet, width=WIDTH)), remarks


@contextlib.contextmanager
def progress(console: Console, total: int) -> Iterator[Any]:
    """A progress bar on stderr where that is a terminal; yields ``tick(words)``."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)

        def tick(words: str) -> None:
            bar.update(task, advance=1, description=words)

        yield tick


def may_write(*targets: Path | None, inputs: Sequence[Path]) -> None:
    """Refuse before the work starts what could not be written after it, or would replace what was read.

    Raises
    ------
    ExportError
        If a target is a folder, lies below a file, or is one of the `inputs`.
    """
    read = {path.resolve() for path in inputs}
    for target in targets:
        if target is None:
            continue
        if target.is_dir():
            raise ExportError("is a folder; accepted is the name of a file", place=Place(target))
        if target.resolve() in read:
            raise ExportError("was read as input and is never replaced; accepted is another file", place=Place(target))
        above = next(folder for folder in target.resolve().parents if folder.exists())
        if not above.is_dir() or not os.access(above, os.W_OK):
            raise ExportError(
                f"cannot be written below {above}; accepted is a folder one may write", place=Place(target)
            )


def draw_own(study: Study, folder: Path, seed: int, lang: Lang, found: Sequence[Recommendation] = ()) -> None:
    """Write the figures that only one study has into its plan's folder."""
    from resilience_sim.reports.look import save
    from resilience_sim.reports.own_figures import own_figures

    for name, figure in own_figures(study, seed, lang.value, found).items():
        folder.mkdir(parents=True, exist_ok=True)
        save(figure, folder / name)


def write_text(path: Path, text: str) -> None:
    """Replace a file whole or not at all.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    from resilience_sim.plans.writing import replace_whole

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_bytes() if path.exists() else None
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from None
    replace_whole(path, text, expected=before)


def show_json(where: str, text: str) -> None:
    """Print JSON (``-``), or write it into a file."""
    if where == "-":
        print(text, end="")
    else:
        write_text(Path(where), text)
