"""What the machines do on fixed scenarios, counted: no clock, so that any machine, however busy, counts the same.

``NUMBA_DISABLE_JIT=1 python -m benchmarks.counting`` runs the kernels as plain Python and prints, for each scenario,
how many streams were opened, how many numbers drawn, how many entries were put in order, how many functions of the
kernels were called, and how many lines of them were executed: there a loop shows that looks at more than it has to.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import numba
import numpy as np

import resilience_sim.models
from benchmarks import bench_cascade, bench_egress, bench_power, bench_queue, bench_repair
from resilience_sim.models.contract import engine, machine
from resilience_sim.randomness import Streams

__all__ = ["SCENARIOS", "Counted", "count"]

SCENARIOS = {  # of the benchmarks, small: name to machine and inputs
    "queue, 1,000 callers": ("queue", bench_queue.inputs(False, 1_000)),
    "queue, 4,000 callers": ("queue", bench_queue.inputs(False, 4_000)),
    "queue, redials and stepped staffing": ("queue", bench_queue.inputs(True, 2_000)),
    "queue, half a surge day": ("queue", dataclasses.replace(bench_queue.surge_inputs(), horizon_s=41_400.0)),
    "power, one UPS": ("power", bench_power.supply(1_000)),
    "power, kinetic battery": ("power", bench_power.kinetic_supply(500)),
    "power, large supply": ("power", bench_power.large_supply(300)),
    "egress, 100 people from ten storeys": ("egress", bench_egress.ten_storeys(10)),
    "egress, 400 people from ten storeys": ("egress", bench_egress.ten_storeys(40)),
    "egress, 400 people through four doors": ("egress", bench_egress.four_doors(400)),
    "repair, office network and twelve storms": ("repair", bench_repair.office_network(storms=12)),
    "repair, plain priorities": ("repair", bench_repair.plain_priorities(1 / 3)),
    "cascade, team of twelve": ("cascade", bench_cascade.team()),
    "cascade, tree of 111": ("cascade", bench_cascade.tree()),
    "cascade, one list of 200": ("cascade", bench_cascade.one_list()),
}
HEAP_OPERATIONS = {"push", "drop", "push_instant", "replace_first", "expect", "take", "_push_rank", "_drop_rank"}


class Counted(NamedTuple):
    """What one replication of a scenario took."""

    streams: int  # opened
    numbers: int  # in the arrays of its draws
    heap_operations: int  # entries put in order, and taken out
    calls: int  # of the kernels' functions
    lines: int  # of theirs that were executed


def count(name: str, inputs: Any) -> Counted:
    """Draw and run the first replication.

    Raises
    ------
    RuntimeError
        If Numba compiles: compiled code cannot be watched.
    """
    if not numba.config.DISABLE_JIT:
        raise RuntimeError("kernels are compiled; set NUMBA_DISABLE_JIT=1 before Python starts")
    opened: list[str] = []

    class Watched(Streams):
        def generator(self, name: str) -> np.random.Generator:
            opened.append(name)
            return super().generator(name)

    draws = machine(name).draw(inputs, Watched(1, 0))
    numbers = sum(np.size(getattr(draws, field.name)) for field in dataclasses.fields(draws))
    kernel = engine("kernel", of=name)
    calls, lines = _watched(lambda: kernel.simulate(inputs, draws))
    heaps = sum(times for code, times in calls.items() if code.co_name in HEAP_OPERATIONS)
    return Counted(len(opened), numbers, heaps, calls.total(), lines)


def _watched(run: Callable[[], object]) -> tuple[Counter[CodeType], int]:
    """Calls of the machines' functions while something runs, and lines executed in them."""
    folder = str(Path(resilience_sim.models.__file__).parent)
    calls: Counter[CodeType] = Counter()
    lines = 0

    def each_line(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return each_line

    def each_call(frame: FrameType, _event: str, _argument: object) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(folder) or code.co_name.startswith(
            "<"
        ):  # comprehensions are Python's affair
            return None
        calls[code] += 1
        return each_line

    before = sys.gettrace()
    sys.settrace(each_call)
    try:
        run()
    finally:
        sys.settrace(before)
    return calls, lines


if __name__ == "__main__":
    print(json.dumps({name: count(*scenario) for name, scenario in SCENARIOS.items()}, indent=1))
