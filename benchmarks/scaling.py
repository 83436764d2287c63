"""How time and memory grow with the size of a replication and with the number of replications.

Each is measured in a process of its own, ``python -m benchmarks.scaling MACHINE SIZE REPLICATIONS``, since memory once
held shows ever after.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from benchmarks.measuring import Spread, on_one_core, peak_mb, timed

__all__ = ["MACHINES", "Growth", "growths", "measured_alone", "two_workers"]

MACHINES = ("queue", "power", "egress", "repair", "cascade")
ROUNDS, MANY = 3, 1_000  # rounds, and replications of the smallest size


class Growth(NamedTuple):
    """What replications of one size take, draws included."""

    machine: str
    entities: str
    size: int
    replications: int
    seconds: Spread  # of one replication
    peak_mb: float


def growths(machine: str) -> Iterator[Growth]:
    """Every size once, and the smallest many times."""
    sizes = importlib.import_module(f"benchmarks.bench_{machine}").SIZES
    for size, replications in (*((size, 1) for size in sizes), (sizes[0], MANY)):
        yield measured_alone(machine, size, replications)


def measured_alone(machine: str, size: int, replications: int) -> Growth:
    """One of them, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scaling", machine, str(size), str(replications)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    *known, seconds, peak = json.loads(answer)
    return Growth(*known, Spread(*seconds), peak)


def _measured(machine: str, size: int, replications: int) -> Growth:
    bench = importlib.import_module(f"benchmarks.bench_{machine}")
    bench.of_size(bench.SIZES[0])(0)  # compiled or loaded
    run = bench.of_size(size)
    spent = []
    for k in range(ROUNDS):
        block = range(k * replications, (k + 1) * replications)
        spent.append(timed(lambda block=block: deque(map(run, block), maxlen=0))[0] / replications)
    return Growth(machine, bench.ENTITIES, size, replications, Spread.of(spent), peak_mb())


def two_workers() -> tuple[float, Spread]:
    """Seconds by the clock of a thousand days of calls through ``simulate``, and the share of two workers' time in it.

    One worker and two take turns, on all cores.
    """
    from benchmarks.bench_queue import inputs
    from resilience_sim import simulate

    pinned = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    spent: dict[int, list[float]] = {1: [], 2: []}
    for replications in (4, *(MANY,) * ROUNDS):  # the first few load what is needed
        for workers, seconds in spent.items():
            start = time.perf_counter()
            simulate(inputs(full=False), replications=replications, seed=1, workers=workers)
            seconds.append(time.perf_counter() - start)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, pinned)
    return Spread.of(spent[1][1:]).median, Spread.of(np.divide(spent[2][1:], spent[1][1:]))


if __name__ == "__main__":
    on_one_core()
    print(json.dumps(_measured(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
