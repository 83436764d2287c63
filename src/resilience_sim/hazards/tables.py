"""Reading tables that other people wrote: every file is suspect until its last line has been checked.

A file is text in UTF-8 (with or without a byte-order mark) or GB18030, plain or gzipped, with comma-separated fields
and one header row. The first thing that is wrong is refused with file, line and what would be accepted; nothing is
guessed, dropped or filled in.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import DataError, Place

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MOST_BYTES", "Column", "read_header", "read_table", "read_text", "refuse_first", "refuse_unordered"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST_BYTES = 256 * 1024 * 1024
MOST_WHOLE = 2.0**53
"""Beyond it not every whole number is a double."""

_EPOCH = datetime(1970, 1, 1)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class Column:
    """What the fields of one column may hold.

    Parameters
    ----------
    kind
        ``number``; ``whole`` (a number without fraction); ``text``; ``day`` (a date ``YYYY-MM-DD``, kept as text);
        ``instant`` (seconds, or local clock time such as ``2021-01-26 05:00``, kept as seconds since 1970-01-01 of
        that clock).
    empty
        Whether a field may be empty: "not known", ``nan`` for numbers.
    optional
        Whether the whole column may be missing.
    least, most
        Smallest and largest number accepted.
    one_of
        The words accepted in a text column; empty: any.
    also
        Another name under which the header may have the column.
    """

    kind: Literal["number", "whole", "text", "day", "instant"]
    empty: bool = False
    optional: bool = False
    least: float | None = None
    most: float | None = None
    one_of: tuple[str, ...] = ()
    also: str | None = None

    @property
    def accepted(self) -> str:
        """What would be accepted, in words."""
        words = {
            "number": "a finite number",
            "whole": "a whole number",
            "text": f"one of {', '.join(self.one_of)}" if self.one_of else "a text",
            "day": "a date such as 2021-01-26",
            "instant": "seconds, or a local time without zone such as 2021-01-26 05:00",
        }[self.kind]
        words += "" if self.least is None else f", {self.least:.12g} or more"
        words += "" if self.most is None else f", {self.most:.12g} or less"
        return words + (", or nothing" if self.empty else "")


def read_text(path: Path, *, most_bytes: int = MOST_BYTES) -> str:
    """Read a text file, plain or gzipped, in UTF-8 or GB18030.

    Raises
    ------
    DataError
        If there is no such file, it is no plain file, larger than `most_bytes` (unpacked), damaged, binary or in
        another encoding.
    """
    if not path.exists():
        raise DataError("there is no such file; accepted is a CSV file, plain or .gz", place=Place(path))
    if not path.is_file():
        raise DataError("is a directory or a device; accepted is a file", place=Place(path))
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            content = stream.read(most_bytes + 1)
    except (OSError, EOFError, zlib.error) as why:
        raise DataError(f"cannot be read: {why}", place=Place(path)) from None
    if len(content) > most_bytes:
        raise DataError(f"holds more than {most_bytes} bytes; accepted are files up to that size", place=Place(path))
    if b"\x00" in content:
        line = content[: content.index(b"\x00")].count(b"\n") + 1
        raise DataError("is binary; accepted is text in UTF-8 or GB18030", place=Place(path, line))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as unfit:
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError:
            line = content[: unfit.start].count(b"\n") + 1
            raise DataError("is neither UTF-8 nor GB18030; accepted is either", place=Place(path, line)) from None


def read_table(path: Path | str, columns: Mapping[str, Column], *, most_bytes: int = MOST_BYTES) -> pd.DataFrame:
    """Read the named columns of a table; others are left out.

    Parameters
    ----------
    path
        The file.
    columns
        Name to what the column may hold.
    most_bytes
        Largest size accepted, unpacked.

    Returns
    -------
    pandas.DataFrame
        The columns in the order asked for, without optional ones that are missing; the index ``line`` is each row's
        line in the file, so that a later check can still name it (:func:`refuse_first`).

    Raises
    ------
    DataError
        At the first line that is not as described.
    """
    import pandas as pd

    path = Path(path)
    names, rows, lines = _rows(path, read_text(path, most_bytes=most_bytes))
    places = _places(path, names, columns)
    table: dict[str, object] = {}
    worst: tuple[int, str] | None = None
    for name, position in places.items():
        column = columns[name]
        fields = [row[position].strip() for row in rows]
        values, bad = _CONVERT[column.kind](fields, column)
        first = int(np.argmax(bad)) if bad.any() else None
        if first is not None and (worst is None or lines[first] < worst[0]):
            worst = lines[first], f"{names[position]} is {fields[first]!r}; accepted is {column.accepted}"
        table[name] = values
    if worst is not None:
        raise DataError(worst[1], place=Place(path, worst[0]))
    return pd.DataFrame(table, index=pd.Index(lines, name="line"))


def read_header(path: Path | str) -> list[str]:
    """The names in the header row of a table.

    Raises
    ------
    DataError
        If the file cannot be read, or has no rows.
    """
    path = Path(path)
    return _rows(path, read_text(path))[0]


def refuse_first(path: Path | str, table: pd.DataFrame, bad: object, message: str) -> None:
    """Raise a DataError at the first row where `bad` (bool, one per row) is true; do nothing where none is."""
    where = np.asarray(bad, dtype=bool)
    if where.any():
        raise DataError(message, place=Place(path, int(table.index[int(np.argmax(where))])))


def refuse_unordered(path: Path | str, table: pd.DataFrame, column: str) -> None:
    """Raise a DataError at the first row whose `column` does not come after the row above."""
    values = table[column].to_numpy()
    bad = np.concatenate(([False], values[1:] <= values[:-1]))
    refuse_first(path, table, bad, f"{column} does not come after the line above; accepted are rows in order of time")


def _rows(path: Path, text: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Header, rows and each row's line; blank lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    names: list[str] | None = None
    try:
        for row in reader:
            if not row:
                continue
            if names is None:
                names = [field.strip() for field in row]
            elif len(row) != len(names):
                raise DataError(
                    f"{len(row)} fields; accepted are {len(names)}, as in the header",
                    place=Place(path, reader.line_num),
                )
            else:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as why:
        raise DataError(f"is no comma-separated line: {why}", place=Place(path, reader.line_num)) from None
    if names is None:
        raise DataError("is empty; accepted is a header row and at least one row", place=Place(path))
    if not rows:
        raise DataError("has a header and nothing below; accepted is at least one row", place=Place(path, 1))
    return names, rows, lines


def _places(path: Path, names: list[str], columns: Mapping[str, Column]) -> dict[str, int]:
    """Where each column stands in the header."""
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise DataError(f"column {repeated[0]!r} stands twice in the header; accepted is once", place=Place(path, 1))
    places: dict[str, int] = {}
    missing = []
    for name, column in columns.items():
        written = name if name in names or column.also is None else column.also
        if written in names:
            places[name] = names.index(written)
        elif not column.optional:
            missing.append(name if column.also is None else f"{name} (or {column.also})")
    if missing:
        found = ", ".join(names[:12])
        raise DataError(f"columns missing: {', '.join(missing)}; the header has {found}", place=Place(path, 1))
    return places


def _outside(values: Floats, column: Column) -> Bools:
    """Which numbers lie beyond the bounds of the column; an empty field does not."""
    low = -math.inf if column.least is None else column.least
    high = math.inf if column.most is None else column.most
    return (values < low) | (values > high)


def _numbers(fields: list[str], column: Column) -> tuple[object, Bools]:
    """Numbers, and which fields are none that would be accepted."""
    values = np.array([float(f) if _NUMBER.fullmatch(f) else math.nan for f in fields])
    empty = np.array([not f for f in fields])
    bad = ~np.isfinite(values) & ~(empty & column.empty)
    if column.kind == "whole":
        bad |= np.isfinite(values) & ((values != np.round(values)) | (np.abs(values) > MOST_WHOLE))
    bad |= _outside(values, column)
    if column.kind == "whole" and not column.empty and not bad.any():
        return values.astype(np.int64), bad
    return values, bad


def _texts(fields: list[str], column: Column) -> tuple[object, Bools]:
    """Texts, and which are not accepted."""
    return fields, np.array([not (column.empty if not f else not column.one_of or f in column.one_of) for f in fields])


def _days(fields: list[str], column: Column) -> tuple[object, Bools]:
    """Dates as texts (which sort by time), and which fields are none."""

    def is_day(field: str) -> bool:
        try:
            return len(field) == 10 and bool(datetime.strptime(field, "%Y-%m-%d"))
        except ValueError:
            return False

    known = {field: is_day(field) or (column.empty and not field) for field in set(fields)}
    return fields, np.array([not known[field] for field in fields])


def _instants(fields: list[str], column: Column) -> tuple[object, Bools]:
    """Seconds, written as such or as local clock time, and which fields are neither."""

    def seconds(field: str) -> float:
        if _NUMBER.fullmatch(field):
            return float(field)
        try:
            return (datetime.fromisoformat(field) - _EPOCH).total_seconds()
        except (ValueError, TypeError):  # not a time; a time with a zone
            return math.nan

    values = np.array([seconds(field) for field in fields])
    empty = np.array([not f for f in fields])
    bad = ~np.isfinite(values) & ~(empty & column.empty)
    return values, bad | _outside(values, column)


_CONVERT: dict[str, Callable[[list[str], Column], tuple[object, Bools]]] = {
    "number": _numbers,
    "whole": _numbers,
    "text": _texts,
    "day": _days,
    "instant": _instants,
}
