"""``check --baseline`` and ``check --write-baseline``: comparing the plans with a ledger, and writing one.

Exit codes of a comparison: 0 everything is as in the ledger; 1 something regressed; 3 nothing did, but a row has too
few events to tell; 2 bad input.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from resilience_sim.cli.options import Lang
    from resilience_sim.experiments.ledger_comparison import Comparison
    from resilience_sim.experiments.ledger_taking import LedgerPlan
    from resilience_sim.experiments.workers import Workers

__all__ = [
    "Annotate", "Baseline", "JUnit", "LedgerAsked", "Recommended", "Shift", "Summary", "WriteBaseline",
    "against_ledger",
]  # fmt: skip

Baseline = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="Compare with a ledger instead; exit 1: regressed, 3: open."),
]
WriteBaseline = Annotated[
    Path | None, typer.Option("--write-baseline", metavar="FILE", help="Write a ledger for --baseline instead.")
]
Recommended = Annotated[
    Path | None,
    typer.Option("--recommended", metavar="FILE", help="For --write-baseline: what `recommend --json FILE` wrote."),
]
Shift = Annotated[
    float | None,
    typer.Option(
        "--shift", min=0.001, max=0.999, help="Of a ledger: shift of a share that every row has to see, such as 0.2."
    ),
]
JUnit = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Write the comparison as JUnit XML, one case per row.")
]
Summary = Annotated[
    Path | None, typer.Option("--summary", metavar="FILE", help="Write the comparison as a Markdown summary.")
]
Annotate = Annotated[
    bool,
    typer.Option(
        "--annotations/--no-annotations",
        help="Print GitHub annotations at the clauses' lines.",
        envvar="GITHUB_ACTIONS",
    ),
]

UNUSED = ("json", "out", "strict", "archive", "sites", "breaking")
"""Options of ``check`` that have no effect on a ledger."""
CODES = {"pass": 0, "regressed": 1, "inconclusive": 3}


class LedgerAsked(NamedTuple):
    """What ``check`` was asked about a ledger: which to compare with or to write, and where to tell."""

    baseline: Path | None = None
    write: Path | None = None
    recommended: Path | None = None
    shift: float | None = None
    junit: Path | None = None
    summary: Path | None = None
    annotations: bool = False

    @property
    def any(self) -> bool:
        """Whether a ledger is asked for instead of a check.

        Raises
        ------
        InputsError
            If both are, or an option is given that belongs to one of them.
        """
        from resilience_sim.errors import InputsError

        if self.baseline is not None and self.write is not None:
            raise InputsError("--baseline and --write-baseline together; accepted is one of them")
        for name, value in (("--junit", self.junit), ("--summary", self.summary)):
            if value is not None and self.baseline is None:
                raise InputsError(f"{name} shows a comparison; accepted is {name} with --baseline")
        if self.recommended is not None and self.write is None:
            raise InputsError("--recommended is written into a ledger; accepted is it with --write-baseline")
        if self.shift is not None and self.baseline is None and self.write is None:
            raise InputsError("--shift belongs to a ledger; accepted is it with --baseline or --write-baseline")
        return self.baseline is not None or self.write is not None


def against_ledger(
    asked: LedgerAsked,
    plans: Sequence[str] | None,
    *,
    seed: int | None,
    family_error: float,
    given: Collection[str],
    workers: int | Workers,
    lang: Lang,
) -> NoReturn:
    """Compare with the ledger, or write it; ends the run, with the exit code of the comparison.

    Raises
    ------
    ResilienceError
        If the ledger or a plan is not what it should be, a file cannot be written, or an option was `given` on the
        command line that a ledger makes no use of.
    """
    from resilience_sim.errors import InputsError

    if "record" in given:
        raise InputsError("--record with a ledger: its rows are the shipped scenarios; accepted is either of them")
    unused = UNUSED if asked.baseline is None else (*UNUSED, "family_error")  # which the ledger to compare with states
    if ignored := [f"--{name.replace('_', '-')}" for name in unused if name in given]:
        raise InputsError(f"{', '.join(ignored)} with a ledger has no effect; accepted is either of them")
    if asked.write is not None:
        _write(asked, asked.write, plans, seed, family_error, workers)
    code = 0 if asked.baseline is None else _compare(asked, asked.baseline, plans, seed, workers, lang)
    raise typer.Exit(code)


def _write(
    asked: LedgerAsked,
    file: Path,
    plans: Sequence[str] | None,
    seed: int | None,
    family_error: float,
    workers: int | Workers,
) -> None:
    from resilience_sim.cli.session import consoles, may_write, progress, write_text
    from resilience_sim.experiments.ledger import SHIFT
    from resilience_sim.experiments.ledger_file import ledger_text
    from resilience_sim.experiments.ledger_taking import read_recommendations, take_ledger
    from resilience_sim.randomness import fresh_seed

    seed = fresh_seed() if seed is None else seed
    console, errors = consoles(quiet=False)
    errors.print(f"seed {seed}", style="dim", highlight=False)
    bound, inputs = _bound(plans)
    recommended = None if asked.recommended is None else read_recommendations(asked.recommended)
    may_write(file, inputs=inputs if asked.recommended is None else [*inputs, asked.recommended])
    _keep_others(file, {one.plan.plan for one in bound})
    with progress(errors, 2 * sum(len(one.study.questions()) for one in bound if one.study is not None)) as tick:
        ledger = take_ledger(
            bound,
            seed,
            family_error=family_error,
            recommended=recommended,
            shift=asked.shift or SHIFT,
            workers=workers,
            tick=tick,
        )
    write_text(file, ledger_text(ledger))
    console.print(str(file), highlight=False, markup=False, soft_wrap=True)


def _keep_others(file: Path, plans: Collection[str]) -> None:
    """Refuse to replace a ledger of plans that the new one would lack."""
    from resilience_sim.errors import InputsError, PlanError
    from resilience_sim.experiments.ledger_file import read_ledger

    try:
        old = read_ledger(file)[0].plans if file.exists() else {}
    except PlanError:  # no ledger that could lose anything
        return
    if lost := [slug for slug in old if slug not in plans]:
        raise InputsError(
            f"{file} would lose its plans {', '.join(lost)}; accepted is to write all of them, or another file"
        )


def _compare(
    asked: LedgerAsked,
    file: Path,
    plans: Sequence[str] | None,
    seed: int | None,
    workers: int | Workers,
    lang: Lang,
) -> int:
    from resilience_sim.cli.session import consoles, may_write, progress
    from resilience_sim.experiments.ledger_comparison import compare
    from resilience_sim.experiments.ledger_file import read_ledger

    ledger, document = read_ledger(file)
    _, errors = consoles(quiet=False)
    bound, inputs = _bound(plans or list(ledger.plans))
    may_write(asked.junit, asked.summary, inputs=[*inputs, file])
    with progress(errors, ledger.rows) as tick:
        found = compare(ledger, document, bound, seed=seed, shift=asked.shift, workers=workers, tick=tick)
    _tell(asked, bound, found, lang)
    return CODES[found.outcome.value]


def _bound(plans: Sequence[str] | None) -> tuple[list[LedgerPlan], list[Path]]:
    from resilience_sim.cli.session import bound_plans, input_files
    from resilience_sim.experiments.ledger_taking import LedgerPlan

    bound = bound_plans(plans, None)
    found = [
        LedgerPlan(
            one.folder, one.plan, one.study, {name.rpartition("/")[2]: value for name, value in one.hashes.items()}
        )
        for one in bound
    ]
    return found, input_files(bound, None)


def _one_line(text: str) -> str:
    """The text as one line that neither a terminal nor a CI server takes for a command, whatever it quotes."""
    import unicodedata

    indent = text[: len(text) - len(text.lstrip(" "))]
    plain = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in ("Cc", "Cs") else character
        for character in " ".join(text.split())
    )
    plain = plain.replace("##[", "# #[")  # the older form of GitHub's commands, read anywhere in a line
    return indent + (plain.replace("::", ": :", 1) if plain.startswith("::") else plain)


def _tell(asked: LedgerAsked, plans: Sequence[LedgerPlan], found: Comparison, lang: Lang) -> None:
    """Print what differs, and write the files that were asked for."""
    from resilience_sim.cli.session import consoles, write_text
    from resilience_sim.experiments.ledger_comparison import Outcome
    from resilience_sim.reports.ledger_annotations import github_annotations
    from resilience_sim.reports.ledger_junit import junit_xml
    from resilience_sim.reports.ledger_summary import markdown_summary
    from resilience_sim.reports.ledger_words import compared_plans, finding_lines, heading, how_compared

    console, _ = consoles(quiet=False)

    def show(line: str) -> None:
        console.print(_one_line(line), highlight=False, markup=False, soft_wrap=True)

    for finding in found.findings:
        if finding.outcome is not Outcome.PASS:
            for line in finding_lines(finding, lang.value):
                show(line)
    show(compared_plans({one.plan.plan: one.folder for one in plans}, lang.value))
    show(how_compared(found, lang.value))
    show(heading(found, lang.value))
    if asked.annotations:
        for line in github_annotations(found, lang.value):
            print(line)
    if asked.junit is not None:
        write_text(asked.junit, junit_xml(found, lang.value))
    if asked.summary is not None:
        write_text(asked.summary, markdown_summary(found, lang.value))
