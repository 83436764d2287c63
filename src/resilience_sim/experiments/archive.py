"""An archive of results: what was run once is read from then on, so that a run that was interrupted resumes.

It is a folder of Parquet files, *shards*, in a folder for each study, seed and code: ``<made>/<what>-<bytes>.parquet``.

``made``
    names what made the events: the plan, the site and whatever stands beside it, by their content; the values of a
    plausible site; the seed; and the code and versions of all that runs them (:func:`.content.made_with`).
``what``
    names the situations and replications inside.
``bytes``
    is a checksum of the whole file, so that no byte of it can change unnoticed, be it one that Parquet does not look
    at. A shard with other bytes is named in a remark, set aside as ``….damaged``, and what it held is run again.

A shard has a row for each measure of each row of replications of a situation: ``situation`` (by its content),
``measure``, ``first`` (replication), ``events`` (in each replication), ``values`` (one replication after the other).
It is written every few seconds, whole or not at all, whatever the moment at which the run ends; there is no list of
what is done that could disagree with it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import ExportError, Place
from resilience_sim.experiments.content import content_hash
from resilience_sim.experiments.workers import Row

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

__all__ = ["Archive", "Remark", "Shelf"]

EVERY_S = 2.0
"""How much work may be lost: shards that are written more often would be many and small."""
Floats = npt.NDArray[np.float64]


class Remark(str):
    """What a worker's archive has to say, on its way to whoever waits for the worker's results."""

    __slots__ = ()


def _warn(words: str) -> None:
    warnings.warn(words, stacklevel=2)


class Archive:
    """A folder in which results are kept, for any number of studies, seeds and runs at a time.

    Parameters
    ----------
    folder
        Made if it is not there. Workers on other machines need to reach it by the same name.
    remark
        Told in words of each shard that was damaged; by default it is a warning.

    Raises
    ------
    ExportError
        If the folder cannot be made, or is a file.
    """

    def __init__(self, folder: Path, *, remark: Callable[[str], None] = _warn) -> None:
        self.folder = Path(folder)
        self.remark = remark
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExportError(
                f"no archive can be kept there ({error.strerror or error}); accepted is a folder one may write",
                place=Place(self.folder),
            ) from None

    def __reduce__(self) -> tuple[type[Archive], tuple[Path]]:
        return Archive, (self.folder.absolute(),)

    def telling(self, remark: Callable[[str], None]) -> Archive:
        """The same archive, with somebody else told of damage."""
        return Archive(self.folder, remark=remark)

    def shelf(self, made: str) -> Shelf:
        """What is kept of one study and seed, by the name of what makes its events."""
        return Shelf(self.folder / made, self.remark)


class _Run(NamedTuple):
    """A measure in replications that follow each other: `events` of each, as they are stored."""

    first: int
    events: int
    values: Floats

    @property
    def stop(self) -> int:
        return self.first + len(self.values) // self.events

    def of(self, replication: int) -> float | Floats:
        at = (replication - self.first) * self.events
        return float(self.values[at]) if self.events == 1 else self.values[at : at + self.events]


class Shelf:
    """The results of one study and seed: those in its folder as it is opened, and those that are added.

    Parameters
    ----------
    folder
        Where its shards are; made with the first one.
    remark
        Told of shards that are damaged.
    """

    def __init__(self, folder: Path, remark: Callable[[str], None]) -> None:
        self.folder = folder
        self._remark = remark
        self._kept: dict[str, list[dict[str, _Run]]] = {}
        self._added: list[tuple[str, int, Sequence[Row]]] = []
        self._since = monotonic()
        for shard in sorted(folder.glob("*.parquet")):
            self._read(shard)

    def rows(self, situation: str) -> list[Row]:
        """The replications of a situation that were in the folder, from the first on without a gap."""
        kept = self._kept.pop(situation, [])
        found: list[Row] = []
        while True:
            # Two runs at a time may have kept the same replications, cut in other places.
            here = next((runs for runs in kept if _span(runs)[0] <= len(found) < _span(runs)[1]), None)
            if here is None:
                return found
            found.extend(
                {measure: run.of(k) for measure, run in here.items()} for k in range(len(found), _span(here)[1])
            )

    def add(self, situation: str, first: int, rows: Sequence[Row]) -> None:
        """Keep the next replications of a situation; they are written with others every few seconds."""
        self._added.append((situation, first, rows))
        if monotonic() - self._since > EVERY_S:
            self.write()

    def write(self) -> None:
        """Write what was added and not yet written.

        Raises
        ------
        ExportError
            If it cannot be written.
        """
        added, self._added, self._since = self._added, [], monotonic()
        if not added:
            return
        what = content_hash([(situation, first, len(rows)) for situation, first, rows in added])
        content = _encoded(added)
        name = f"{what}-{_checksum(content)}.parquet"
        temporary = self.folder / f".{name}.{secrets.token_hex(6)}.tmp"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)  # not waited for until it is on the disk: its name tells if it never was
            os.replace(temporary, self.folder / name)  # noqa: PTH105 - the atomic call itself
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            self._added[:0] = added
            raise ExportError(
                f"an archive's shard cannot be written ({error.strerror or error}); accepted is a folder one may "
                "write, on a disk with room",
                place=Place(self.folder / name),
            ) from None
        self._since = monotonic()

    def _read(self, shard: Path) -> None:
        """Take in a shard, or name it and set it aside if it is not what was written."""
        try:
            content = shard.read_bytes()
            if _checksum(content) != shard.stem.rpartition("-")[2]:
                raise ValueError("its bytes have changed since it was written")
            runs = _decoded(content)
        except FileNotFoundError:  # another worker has just set it aside
            return
        except OSError as error:  # for now, perhaps: it may well be whole
            self._remark(f"{shard}: it cannot be read ({error.strerror or error}); what it holds is run again")
            return
        except ValueError as error:
            with suppress(OSError):
                shard.rename(shard.with_name(f"{shard.name}.damaged"))
            self._remark(f"{shard}: {error}; what it held is run again")
            return
        for (situation, _), measures in runs.items():
            self._kept.setdefault(situation, []).append(measures)


def _span(measures: Mapping[str, _Run]) -> tuple[int, int]:
    """From which replication on until which, the same for all measures."""
    run = next(iter(measures.values()))
    return run.first, run.stop


def _checksum(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema({
        "situation": pa.string(),
        "measure": pa.string(),
        "first": pa.int64(),
        "events": pa.int64(),
        "values": pa.large_list(pa.float64()),
    })  # fmt: skip


def _encoded(added: Sequence[tuple[str, int, Sequence[Row]]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    found: list[tuple[str, str, int, int, Floats]] = []
    for situation, first, rows in added:
        for start, stop in _alike(rows):
            for measure in rows[start]:
                values = np.hstack([row[measure] for row in rows[start:stop]]).astype(np.float64, copy=False)
                found.append((situation, measure, first + start, np.size(rows[start][measure]), values))
    columns = list(zip(*found, strict=True))
    lengths = np.array([len(values) for values in columns[4]])
    values = pa.LargeListArray.from_arrays(
        np.concatenate(([0], np.cumsum(lengths))), pa.array(np.concatenate(columns[4]))
    )
    table = pa.table([*map(pa.array, columns[:4]), values], schema=_schema())
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def _alike(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """From where to where rows have the same measures of as many events."""
    shapes = [{measure: np.size(value) for measure, value in row.items()} for row in rows]
    cuts = [0, *(k for k in range(1, len(rows)) if shapes[k] != shapes[k - 1]), len(rows)]
    return [(start, stop) for start, stop in pairwise(cuts) if start < stop]


def _decoded(content: bytes) -> dict[tuple[str, int], dict[str, _Run]]:
    """By situation and first replication, the measures that were kept together.

    Raises
    ------
    ValueError
        If that is not what the bytes hold.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table: pa.Table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"it is no Parquet file ({str(error).splitlines()[0]})") from None
    if table.schema != _schema():
        raise ValueError("its columns are not those of a shard")
    values = table.column("values").combine_chunks()
    if any(column.null_count for column in table.columns) or values.values.null_count:
        raise ValueError("a value is missing in it")
    flat, ends = values.values.to_numpy(), values.offsets.to_numpy()
    columns = [table.column(name).to_pylist() for name in table.column_names[:4]]
    found: dict[tuple[str, int], dict[str, _Run]] = {}
    for k, (situation, measure, first, events) in enumerate(zip(*columns, strict=True)):
        run = _Run(int(first), int(events), flat[ends[k] : ends[k + 1]])
        if run.first < 0 or run.events < 1 or not len(run.values) or len(run.values) % run.events:
            raise ValueError(f"row {k} does not hold whole replications")
        together = found.setdefault((str(situation), run.first), {})
        together[str(measure)] = run
        if run.stop != _span(together)[1]:
            raise ValueError(f"row {k} has more or fewer replications than the measures beside it")
    return found
