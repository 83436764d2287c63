"""How the comparisons are made: models take turns, answers are asserted, and what is told is a ratio with its spread.

A busy machine slows everything that runs in one round, so that only ratios within a round are told, and processor time
rather than time of day.
"""

from __future__ import annotations

import gc
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.models.contract import assert_same_path, engine
from resilience_sim.models.contract import machine as model
from resilience_sim.randomness import Streams

__all__ = [
    "ERRORS", "Answers", "Comparison", "Entrant", "Result", "Run", "Spread", "agree_in_mean", "compare",
    "compiled_by_cpp", "found", "on_one_core", "peak_mb", "replications", "run_by_cpp", "timed", "twin",
]  # fmt: skip

ERRORS = 4.9  # standard errors: passed by chance once in a million
Answers = list[Any]
Run = Callable[[int], tuple[float, Answers]]
Agreement = Callable[[Answers, Answers], str]


class Spread(NamedTuple):
    """Least, median and most of the rounds."""

    least: float
    median: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float] | npt.NDArray[np.float64]) -> Spread:
        """The spread of so many values."""
        return cls(float(np.min(values)), float(np.median(values)), float(np.max(values)))


@dataclass(frozen=True)
class Entrant:
    """A model that does the work.

    Parameters
    ----------
    name
        Of the model, as the table tells it.
    run
        Of a round's number: processor seconds of one piece of work, and what came out, in any form.
    agrees
        Of the kernel's answers of all rounds and this model's: raises AssertionError unless they agree, and says how
        well they do. What was asserted beforehand is only said.
    asked
        The ratio to the kernel's time that was asked for, at least; 0: none was.
    rounds
        In how many rounds it takes part; ``None``: in all.
    """

    name: str
    run: Run
    agrees: Agreement
    asked: float = 0.0
    rounds: int | None = None


class Result(NamedTuple):
    """What one model took."""

    name: str
    seconds: float  # median
    ratio: Spread  # to the kernel's time in the same round
    agreement: str
    asked: float


class Comparison(NamedTuple):
    """The same work by several models, the kernel first."""

    machine: str
    work: str
    results: tuple[Result, ...]


def compare(machine: str, work: str, kernel: Run, entrants: Sequence[Entrant], *, rounds: int) -> Comparison:
    """Let all models take turns, round by round, and assert that they agree."""
    kernel(0)  # compiled or loaded
    models = (Entrant("kernel", kernel, found("")), *entrants)
    spent: dict[str, list[float]] = {model.name: [] for model in models}
    answers: dict[str, Answers] = {model.name: [] for model in models}
    with _settled_memory():
        for k in range(rounds):
            for model in models:
                if model.rounds is None or k < model.rounds:
                    seconds, came_out = model.run(k)
                    spent[model.name].append(seconds)
                    answers[model.name] += came_out
    ours = spent["kernel"]
    results = [
        Result(
            model.name,
            float(np.median(spent[model.name])),
            Spread.of(np.divide(spent[model.name], ours[: len(spent[model.name])])),
            model.agrees(answers["kernel"], answers[model.name]),
            model.asked,
        )
        for model in models
    ]
    return Comparison(machine, work, tuple(results))


@contextmanager
def _settled_memory() -> Iterator[None]:
    """Keep the collector from looking at all that was imported: what makes many objects would pay for it."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds, and what came out."""
    start = time.process_time()
    came_out = work()
    return time.process_time() - start, came_out


# -- the two engines ---------------------------------------------------------------------------------------------------


def replications(
    machine: str,
    inputs: Any,
    times: int,
    measure: Callable[[Any], Any],
    *,
    drawn_before: bool = False,
    pieces: int = 1,
) -> Run:
    """The kernel of a machine, so many replications in a round, each with its own numbers.

    Parameters
    ----------
    machine
        Its name.
    inputs
        What is simulated.
    times
        Replications in a round.
    measure
        Of a path: an answer.
    drawn_before
        Whether only the run is timed, not the draws.
    pieces
        How many pieces of work the inputs hold.
    """
    draw, simulate = model(machine).draw, engine("kernel", of=machine).simulate

    def run(k: int) -> tuple[float, Answers]:
        streams = [Streams(1, replication) for replication in range(k * times, (k + 1) * times)]
        if drawn_before:
            drawn = [draw(inputs, each) for each in streams]
            spent_s, answers = timed(lambda: [measure(simulate(inputs, draws)) for draws in drawn])
        else:
            spent_s, answers = timed(lambda: [measure(simulate(inputs, draw(inputs, each))) for each in streams])
        return spent_s / (times * pieces), answers

    return run


def twin(machine: str, inputs: Any, *, asked: float = 0.0, drawn_before: bool = False, pieces: int = 1) -> Entrant:
    """The reference engine of a machine, which must give the kernel's path.

    Parameters
    ----------
    machine
        Its name.
    inputs
        What is simulated.
    asked
        Of the ratio.
    drawn_before
        Whether only the run is timed, not the draws.
    pieces
        How many pieces of work the inputs hold.
    """
    draw = model(machine).draw
    kernel, reference = (engine(name, of=machine).simulate for name in ("kernel", "reference"))

    def run(replication: int) -> tuple[float, Answers]:
        draw_s, draws = timed(lambda: draw(inputs, Streams(1, replication)))
        run_s, path = timed(lambda: reference(inputs, draws))
        assert_same_path(kernel(inputs, draws), path)
        return (run_s if drawn_before else draw_s + run_s) / pieces, []

    return Entrant("SimPy reference", run, found("same path, to the bit"), asked)


# -- agreement ---------------------------------------------------------------------------------------------------------


def found(agreement: str) -> Agreement:
    """Of a model whose runs assert that they agree."""
    return lambda _ours, _theirs: agreement


def agree_in_mean(*names: str) -> Agreement:
    """Answers are numbers or rows of them: their means agree within statistical error, the spread taken from both."""

    def agrees(ours: Answers, theirs: Answers) -> str:
        one, other = (np.array(answers, dtype=float).reshape(-1, len(names)) for answers in (ours, theirs))
        centred = np.concatenate((one - one.mean(axis=0), other - other.mean(axis=0)))
        sd = np.sqrt((centred**2).sum(axis=0) / (len(centred) - 2))
        gaps = np.abs(one.mean(axis=0) - other.mean(axis=0)) / (sd * np.sqrt(1 / len(one) + 1 / len(other)))
        for name, gap, a, b in zip(names, gaps, one.mean(axis=0), other.mean(axis=0), strict=True):
            assert gap < ERRORS, f"{name}: {b:.5g} against {a:.5g}, {gap:.1f} standard errors"
        return f"{', '.join(names)}: {gaps.max():.1f} standard errors apart at most"

    return agrees


# -- this machine ------------------------------------------------------------------------------------------------------


def on_one_core() -> None:
    """Keep this process on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def peak_mb() -> float:
    """The most memory that this process has held.

    ``ru_maxrss`` would count what the parent held when it started this process, where the system tells better.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return float(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def compiled_by_cpp(source: Path) -> Iterator[Path | None]:
    """The program of a C++ source, compiled on the spot; ``None`` where there is no compiler."""
    compiler = shutil.which("g++")
    if compiler is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / source.stem
        subprocess.run([compiler, "-O3", "-std=c++17", "-march=native", "-o", program, source], check=True)
        yield program


def run_by_cpp(program: Path, *arguments: float) -> tuple[float, list[tuple[float, ...]]]:
    """Processor seconds of one piece of work by the program's own clock, its first line, and its rows of answers."""
    asked = [str(program), *(f"{value:.17g}" for value in arguments)]
    lines = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()
    return float(lines[0]), [tuple(map(float, line.split())) for line in lines[1:]]
