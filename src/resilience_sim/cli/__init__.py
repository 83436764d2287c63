"""The command line: one file per verb.

Exit codes: 0 done; with ``--strict`` also 1 a claim fails and 3 inconclusive; 2 bad input, told in one line.
"""

from __future__ import annotations

import sys

import typer

from resilience_sim.cli import check, compare, fit, plan, recommend, report
from resilience_sim.errors import ResilienceError

__all__ = ["app", "main"]

app = typer.Typer(
    help="Tests whether the numbers in an emergency plan hold under load, and proposes numbers that do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich would more than double the time of --help
)
app.command("check")(check.check)
app.command("recommend")(recommend.recommend)
app.command("compare")(compare.compare)
app.command("report")(report.report)
app.add_typer(plan.app, name="plan")
app.add_typer(fit.app, name="fit")


def main() -> None:
    """Run the command line; every error made on purpose becomes one line and exit code 2."""
    try:
        app()
    except ResilienceError as error:
        print(f"resilience-sim: {error}", file=sys.stderr)
        sys.exit(2)
