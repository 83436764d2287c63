"""What fitting a log of one's own gives: facts that a site's file can hold, tables and notes, and how they are written.

Facts carry the names of the shipped sites where they mean the same; their source names the file, how many records they
rest on, and the file's BLAKE2b hash (128 bits), so that a site can always be traced back to its log. What is read off
which log is told in the modules ``fit_…``.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from resilience_sim.errors import DataError, ExportError, InputsError, Place
from resilience_sim.plans.writing import replace_whole

__all__ = ["about", "as_json", "as_yaml", "finite", "FittedFact", "FittedSite", "FittedTable", "named", "Target"]

SCHEMA = "resilience-sim/fit@1"

Cell = str | int | float | tuple[str, str] | None
Result = TypeVar("Result")


@dataclass(frozen=True)
class FittedFact:
    """A figure fitted to a log: one number or several, their unit, and the records counted for it.

    `between` is its 95 % interval where there is one; inf above if the log sets no bound.
    """

    value: float | tuple[float, ...]
    unit: str
    n: int
    counted: str
    between: tuple[float, float] | None = None

    @property
    def bounded(self) -> tuple[float, float] | None:
        """The interval, if both its ends are finite."""
        return self.between if self.between is not None and math.isfinite(self.between[1]) else None


@dataclass(frozen=True)
class FittedTable:
    """Figures of a log side by side, which a site's file has no place for.

    Parameters
    ----------
    name
        Under which a program finds it.
    title
        Chinese, English.
    columns
        Name to heading (Chinese, English), in order.
    rows
        As many cells each as there are columns; a text where it cannot be translated, a pair (Chinese, English) where
        it can; ``None``: not known.
    """

    name: str
    title: tuple[str, str]
    columns: Mapping[str, tuple[str, str]]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class FittedSite:
    """The facts of one log.

    Parameters
    ----------
    kind
        What the log holds.
    source
        Name and hash of its file, and of the file of gaps or the maker's table.
    facts
        By their name in a site file.
    notes
        What is no fact but should be read with them (zh, en).
    tables
        What more the log says, by the kinds that it names.
    """

    kind: Literal["calls", "outages", "batteries", "drills", "repairs", "calltree"]
    source: str
    facts: Mapping[str, FittedFact]
    notes: tuple[tuple[str, str], ...]
    tables: tuple[FittedTable, ...] = ()


def about(path: Path, fit: Callable[[], Result]) -> Result:
    """What `fit` gives; an error that names no place is told of this file."""
    try:
        return fit()
    except (DataError, InputsError) as error:
        if error.place is not None:
            raise
        raise DataError(str(error), place=Place(path)) from error


def finite(facts: Mapping[str, FittedFact]) -> dict[str, FittedFact]:
    """The facts that the log knows."""
    return {name: fact for name, fact in facts.items() if isinstance(fact.value, tuple) or math.isfinite(fact.value)}


def named(path: Path) -> str:
    """Name and hash of a file; what cannot be printed of the name is a question mark."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    return f"{''.join(c if c.isprintable() else '?' for c in path.name)} (blake2b {digest})"


def as_json(fitted: FittedSite) -> str:
    """The facts as JSON, by the schema ``resilience-sim/fit@1``."""
    facts = {
        name: {"values" if isinstance(fact.value, tuple) else "value": fact.value, "unit": fact.unit}
        | ({} if fact.bounded is None else {"range": list(fact.bounded)})
        for name, fact in fitted.facts.items()
    }
    content: dict[str, object] = {"schema": SCHEMA, "kind": fitted.kind, "source": fitted.source, "facts": facts}
    if fitted.tables:
        content["tables"] = {table.name: _records(table) for table in fitted.tables}
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _records(table: FittedTable) -> list[dict[str, Cell]]:
    """The rows of a table by column; pairs in English, and null for what is not finite."""
    return [
        {
            name: cell[1]
            if isinstance(cell, tuple)
            else None
            if cell in (math.inf, -math.inf) or cell != cell
            else cell
            for name, cell in zip(table.columns, row, strict=True)
        }
        for row in table.rows
    ]


def as_yaml(fitted: FittedSite) -> str:
    """The facts as the ``facts`` of a site file, rounded to six digits."""
    lines = [f"# Fitted to {fitted.source}; take over into a site.yaml what fits your site.", "facts:"]
    for name, fact in fitted.facts.items():
        source = json.dumps(f"fitted to {fitted.source}, n {fact.n} {fact.counted}", ensure_ascii=False)
        lines += [
            f"  {name}:",
            f'    {{{_number(fact.value)}, unit: "{fact.unit}",{_range(fact)} grade: computed,',
            f"     source: {source}}}",
        ]
    return "\n".join(lines) + "\n"


def _range(fact: FittedFact) -> str:
    if fact.bounded is None:
        return ""
    # Rounded like the value, which may be one of its ends.
    low, high = fact.bounded
    return f" range: {{min: {low:.6g}, max: {high:.6g}}},"


def _number(value: float | tuple[float, ...]) -> str:
    if isinstance(value, tuple):
        return f"values: [{', '.join(f'{one:.6g}' for one in value)}]"
    return f"value: {value:.6g}"


@dataclass(frozen=True)
class Target:
    """A file to be written, whole or not at all; made by :meth:`at` before the work starts."""

    path: Path
    before: bytes | None

    @classmethod
    def at(cls, path: Path, *, force: bool = False, sources: Collection[Path] = ()) -> Target:
        """The file at this path.

        Parameters
        ----------
        path
            Where it will stand; its folder exists.
        force
            Whether a file that stands there may be replaced.
        sources
            Files that may never be replaced.

        Raises
        ------
        ExportError
            If nothing may be written there.
        """
        if not path.parent.is_dir():
            raise ExportError("stands in no folder; accepted is a file in a folder that exists", place=Place(path))
        if not path.exists():
            return cls(path, None)
        if not path.is_file():
            raise ExportError("is no plain file; accepted is a file, new or one to replace", place=Place(path))
        if any(path.samefile(source) for source in sources if source.exists()):
            raise ExportError("is the log itself, which is never replaced; accepted is another file", place=Place(path))
        if not force:
            raise ExportError("exists; accepted is another file, or --force to replace it", place=Place(path))
        return cls(path, path.read_bytes())

    def write(self, text: str) -> None:
        """Put the text in place; the old file stays as it was if that fails."""
        replace_whole(self.path, text, expected=self.before)
