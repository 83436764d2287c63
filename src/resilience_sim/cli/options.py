"""Options that several verbs share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Archived", "Cluster", "Family", "JsonFile", "Lang", "LangOption", "Out", "Plans", "Record", "Seed", "Workers",
]  # fmt: skip


class Lang(StrEnum):
    """Language of what is printed."""

    ZH = "zh"
    EN = "en"


Plans = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PLAN]...", help="Shipped plans' slugs or folders of your own; default: all shipped."),
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="Root of all random streams; by default a fresh one, printed.")
]
Family = Annotated[
    float,
    typer.Option(
        "--family-error",
        min=1e-12,
        max=0.5,
        help="Probability that any verdict or certificate is wrong.",
    ),
]
Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes; changes the time, never a verdict.")]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Instead of --workers: the Dask scheduler whose workers do it; needs the extra 'cluster'.",
    ),
]
Archived = Annotated[
    Path | None,
    typer.Option(
        "--archive", metavar="DIR", help="Keep every event's results there and run none twice; interrupted runs resume."
    ),
]
JsonFile = Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write results as JSON; - prints them.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write results and figures into this folder.")]
LangOption = Annotated[Lang, typer.Option("--lang", help="Language of what is printed.")]
Record = Annotated[
    Path | None,
    typer.Option("--record", metavar="CSV", help="Line outages to replay: start, end, customers; may be planned."),
]
