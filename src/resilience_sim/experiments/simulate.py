"""Replicating one machine: the inputs in, a table of measures out, with everything needed to make it again."""

from __future__ import annotations

import hashlib
import math
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from importlib import metadata
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from resilience_sim.errors import InputsError
from resilience_sim.models import power, queue
from resilience_sim.models.contract import MACHINES
from resilience_sim.models.contract import engine as engine_of
from resilience_sim.models.contract import machine as machine_of
from resilience_sim.models.power import PowerInputs
from resilience_sim.models.queue import QueueInputs
from resilience_sim.randomness import Streams, fresh_seed
from resilience_sim.timelines import Timeline

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SimulationResult", "input_hash", "simulate", "versions"]

WHOLE, THRESHOLD_S = (0.0, math.inf), 20.0  # what of a queue is measured unless said otherwise
PATIENCE_S = 2.0  # a run that ends sooner shows no progress


@dataclass(frozen=True, eq=False)
class SimulationResult:
    """What the replications of one machine measured, and what they were made of.

    Parameters
    ----------
    measures
        One row per replication (the index), one column per measure.
    definitions
        Column of `measures` to its unit and its definition in a sentence.
    seed, engine, replications
        Root of all streams; which engine ran; how often.
    versions
        Of resilience-sim, the model, Python, NumPy and Numba: equal ones and an equal seed give equal numbers.
    input_hash
        Names the inputs; see :func:`input_hash`.
    """

    measures: pd.DataFrame
    definitions: Mapping[str, tuple[str, str]]
    seed: int
    engine: str
    replications: int
    versions: Mapping[str, str]
    input_hash: str
    _entities: pd.DataFrame | None = None
    _timelines: pd.DataFrame | None = None

    @property
    def entities(self) -> pd.DataFrame:
        """One row per attempt, or per outage and load: ``replication``, then the columns of the machine's `entities`.

        Raises
        ------
        InputsError
            If they were not asked for.
        """
        return _kept(self._entities, "entities")

    @property
    def timelines(self) -> pd.DataFrame:
        """One row per change: ``replication``, ``signal``, ``time_s`` from which on ``value`` holds.

        Signals are waiting and busy of a queue, and of a supply each load: 1 while it is fed.

        Raises
        ------
        InputsError
            If they were not asked for.
        """
        return _kept(self._timelines, "timelines")


def _kept(table: pd.DataFrame | None, name: str) -> pd.DataFrame:
    if table is None:
        raise InputsError(f"{name} were not kept in this run; accepted is a run made with {name}=True")
    return table


class _Task(NamedTuple):
    """What every replication is asked; goes to other processes as it is."""

    inputs: QueueInputs | PowerInputs
    seed: int
    engine: str
    window: tuple[float, float]
    threshold_s: float
    entities: bool
    timelines: bool

    @property
    def machine(self) -> str:
        """The machine that the inputs belong to."""
        return "queue" if isinstance(self.inputs, QueueInputs) else "power"


class _Row(NamedTuple):
    """What one replication gives."""

    measures: dict[str, float]
    entities: pd.DataFrame | None
    timelines: pd.DataFrame | None


def simulate(
    inputs: QueueInputs | PowerInputs,
    *,
    replications: int,
    seed: int | None = None,
    engine: Literal["kernel", "reference"] = "kernel",
    workers: int = 1,
    window: tuple[float, float] = WHOLE,
    threshold_s: float = THRESHOLD_S,
    entities: bool = False,
    timelines: bool = False,
    progress: bool | None = None,
) -> SimulationResult:
    """Run a queue or a supply so many times, each time with its own numbers.

    Replication k draws from the streams (seed, k), whoever runs it and when: results are the same for any number of
    workers, both engines give the same bits, and more replications add rows without changing one.

    Parameters
    ----------
    inputs
        The queue, or the supply; one replication of a supply is a history of outages.
    replications
        How many, 1 or more.
    seed
        Root of all streams, 0 or more; `None`: one is drawn, recorded in the result and printed to stderr.
    engine
        ``kernel`` (compiled, threads) or ``reference`` (SimPy, processes).
    workers
        How many replications run at a time, 1 or more. Inside ``joblib.parallel_config`` its backend is used.
    window, threshold_s
        Of a queue: seconds [start, end) that are measured, and the wait of the service level; see
        :func:`resilience_sim.models.queue.measures`.
    entities, timelines
        Whether to keep every attempt (of a queue) or every outage and load (of a supply), and the signals over time.
    progress
        Whether to show a progress bar on stderr; `None`: on a terminal, if it takes more than two seconds.

    Raises
    ------
    InputsError
        If a parameter is outside its domain.

    Examples
    --------
    >>> from resilience_sim.models.queue import Callers, Rate
    >>> from resilience_sim.randomness import Exponential
    >>> from resilience_sim.timelines import constant
    >>> calls = Callers("calls", Rate(constant(0.05)), handling=Exponential(180.0), patience=Exponential(300.0))
    >>> result = simulate(QueueInputs((calls,), agents=constant(10.0), horizon_s=7200.0), replications=3, seed=1)
    >>> result.measures.index.tolist(), result.definitions["answer_rate"]
    ([0, 1, 2], ('share', 'answered / calls (接通率)'))
    """
    import pandas as pd

    _refuse_unfit(replications, seed, workers, window, threshold_s)
    if seed is None:
        seed = fresh_seed()
        print(f"seed {seed}", file=sys.stderr)
    task = _Task(inputs, seed, engine, window, threshold_s, entities, timelines)
    if task.machine != "queue" and (window, threshold_s) != (WHOLE, THRESHOLD_S):
        raise InputsError("simulate: window and threshold_s belong to a queue; accepted for a supply is neither")
    machine = machine_of(task.machine)
    engine_of(engine, of=task.machine)  # known, and compiled kernels loaded, before any worker starts
    name = input_hash(inputs)
    rows = list(_shown(_rows(task, replications, workers), replications, progress))
    index = pd.RangeIndex(replications, name="replication")
    return SimulationResult(
        measures=pd.DataFrame([row.measures for row in rows], index=index),
        definitions=machine.DEFINITIONS,
        seed=seed,
        engine=engine,
        replications=replications,
        versions=versions(machine.VERSION),
        input_hash=name,
        _entities=_stacked([row.entities for row in rows]),
        _timelines=_stacked([row.timelines for row in rows]),
    )


def input_hash(inputs: object) -> str:
    """A name of inputs by their content, 32 hexadecimal digits: equal inputs have equal ones, on every machine.

    BLAKE2b over the class, and the name and value of every field, of arrays over shape and bytes; whole numbers count
    as the floats that equal them, and -0 as 0.

    Raises
    ------
    InputsError
        If something in the inputs has no such form.
    """
    return hashlib.blake2b(_canonical(inputs).encode(), digest_size=16).hexdigest()


def _canonical(value: object) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        parts = (f"{field.name}={_canonical(getattr(value, field.name))}" for field in fields(value))
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, np.ndarray):
        numbers = value if value.dtype == np.bool_ else (value + 0.0).astype("<f8")
        return f"array{value.shape}{numbers.dtype.kind}{numbers.tobytes().hex()}"
    if isinstance(value, (tuple, list)):
        return f"[{','.join(map(_canonical, value))}]"
    if isinstance(value, Enum):
        return _canonical(value.value)
    if value is None or isinstance(value, (bool, np.bool_, str)):
        return repr(value if value is None or isinstance(value, str) else bool(value))
    if isinstance(value, (int, float, np.number)):
        return repr(float(value) + 0.0)
    raise InputsError(f"inputs hold a {type(value).__name__}; accepted are frozen data, arrays, numbers and texts")


def _refuse_unfit(
    replications: int, seed: int | None, workers: int, window: tuple[float, float], threshold_s: float
) -> None:
    for name, value, least in (("replications", replications, 1), ("seed", seed, 0), ("workers", workers, 1)):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise InputsError(f"simulate: {name} is {value!r}; accepted is a whole number, {least} or more")
    if not (len(window) == 2 and window[0] < window[1]):
        raise InputsError(f"simulate: window is {window}; accepted is (start, end) in seconds, start before end")
    if not threshold_s >= 0:
        raise InputsError(f"simulate: threshold_s is {threshold_s}; accepted is 0 s or more")


def _rows(task: _Task, replications: int, workers: int) -> Iterator[_Row]:
    """The replications in the order of their index."""
    if workers == 1:
        return (_replicate(task, index) for index in range(replications))
    from joblib import Parallel, delayed

    # Kernels release the interpreter lock; SimPy does not, so it needs processes.
    kind = "threads" if task.engine == "kernel" else "processes"
    pool = Parallel(n_jobs=workers, prefer=kind, return_as="generator")
    rows: Iterator[_Row] = pool(delayed(_replicate)(task, index) for index in range(replications))
    return rows


def _replicate(task: _Task, index: int) -> _Row:
    draws = machine_of(task.machine).draw(task.inputs, Streams(task.seed, index))
    path = engine_of(task.engine, of=task.machine).simulate(task.inputs, draws, trace=task.timelines)
    measured, entities, signals = _read_off(task, path)
    return _Row(measured, _numbered(entities, index), _numbered(_tidy(signals) if task.timelines else None, index))


def _read_off(task: _Task, path: Any) -> tuple[dict[str, float], pd.DataFrame | None, Mapping[str, Timeline]]:
    """Measures, entities and signals of one path, the last two only where they are asked for."""
    inputs = task.inputs
    if isinstance(inputs, QueueInputs):
        measured = queue.measures(inputs, path, window=task.window, threshold_s=task.threshold_s)
        entities = queue.entities(inputs, path) if task.entities else None
        return measured, entities, queue.timelines(path)._asdict() if task.timelines else {}
    entities = power.entities(inputs, path) if task.entities else None
    return power.measures(inputs, path), entities, power.timelines(inputs, path) if task.timelines else {}


def _numbered(table: pd.DataFrame | None, index: int) -> pd.DataFrame | None:
    if table is not None:
        table.insert(0, "replication", index)
    return table


def _tidy(signals: Mapping[str, Timeline]) -> pd.DataFrame:
    """One row per change of each signal, from second 0 on."""
    import pandas as pd

    tables = []
    for signal, timeline in signals.items():
        times = np.concatenate(([0.0], timeline.times[timeline.times > 0]))
        known = Timeline(times, timeline.at(times))  # equal neighbours merge
        tables.append(pd.DataFrame({"signal": signal, "time_s": known.times, "value": known.values}))
    return pd.concat(tables, ignore_index=True)


def _stacked(tables: list[pd.DataFrame | None]) -> pd.DataFrame | None:
    import pandas as pd

    kept = [table for table in tables if table is not None]
    filled = [table for table in kept if len(table)] or kept[:1]  # empty columns have no type to agree on
    return pd.concat(filled, ignore_index=True) if kept else None


def _shown(rows: Iterator[_Row], total: int, progress: bool | None) -> Iterator[_Row]:
    """The rows, with a progress bar on stderr where it is wanted."""
    if progress is False or (progress is None and not sys.stderr.isatty()):
        yield from rows
        return
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    bar = Progress(console=console, transient=console.is_interactive)  # elsewhere only the finished bar is printed
    task = bar.add_task("replications", total=total)
    began, shown = time.monotonic(), False
    try:
        for row in rows:
            if not shown and (progress or time.monotonic() - began > PATIENCE_S):
                bar.start()
                shown = True
            bar.advance(task)
            yield row
    finally:
        if shown:
            bar.stop()


def versions(model: str | None = None) -> dict[str, str]:
    """Versions of all that a number depends on: resilience-sim, Python, NumPy, Numba, and one model or all of them."""
    if model is None:
        model = " ".join(machine_of(name).VERSION for name in MACHINES)
    installed = {name: metadata.version(name) for name in ("resilience-sim", "numpy", "numba")}
    return {**installed, "python": platform.python_version(), "model": model}
