"""Run the benchmarks: ``python -m benchmarks`` all of them, ``python -m benchmarks queue power`` some machines.

All of them are written to ``docs/benchmarks.md`` with its figure; of some machines only the tables are printed.
"""

from __future__ import annotations

import importlib
import platform
import sys
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from textwrap import fill

from benchmarks.figure import draw_figure
from benchmarks.measuring import Comparison, on_one_core
from benchmarks.scaling import MACHINES, Growth, growths, two_workers
from benchmarks.starting import starts
from benchmarks.table import growth_table, side_by_side, spoken_time, start_table
from resilience_sim.plans.writing import replace_whole

DOCS = Path(__file__).parents[1] / "docs"
PEERS = ("numpy", "numba", "simpy", "ciw", "salabim", "jupedsim-network", "jupedsim", "nrel-pysam")
PAGE = """# Benchmarks

{made}

Models of one work take turns, round by round; a ratio is that of a model's time to the kernel's in the same round, told
as the median, the least and the most of the rounds. Times are processor time on one core; on a busy machine they move,
and ratios move less. Answers are asserted before anything is told: the reference engines give the kernel's path to the
bit; other models give its numbers, means within 4.9 standard errors of its means, or, where they follow another law of
movement, the same last person out to a stated share. C++ is compiled on the spot with `-O3 -march=native`, uses its
standard generators and containers, and knows only the work at hand. "asked" is the least ratio that was to be reached.

![Times the kernel's time that each model takes, and the kernel's time by size](benchmarks.svg)

## Side by side

{side_by_side}

In call trees nearly all of the time goes into draws, which both engines share: every person has streams of their own,
so that one more person or phone moves no other number. A model that draws numbers as they are needed is faster there.

{notes}

## Growth

Each row in a process of its own, draws included. Peak memory includes Python, NumPy, Numba and compiled kernels; many
replications, one after the other, take no more than one.

{growths}

## Starting

Processor time of a whole process. A first run compiles its kernels, which the cache then keeps until a kernel's source,
or Numba's version, changes.

{starts}
"""


def main(machines: Sequence[str]) -> None:
    """Measure, and print or write."""
    unknown = sorted(set(machines) - set(MACHINES))
    if unknown:
        raise SystemExit(f"there is no machine {', '.join(unknown)}; accepted: {', '.join(MACHINES)}")
    began = time.perf_counter()
    compared: list[Comparison] = []
    grown: list[Growth] = []
    for machine in machines or MACHINES:
        tell(began, f"{machine}: comparisons")
        compared += side_by_side_on_one_core(machine)
        tell(began, f"{machine}: growth")
        grown += growths(machine)
    if machines:
        print(side_by_side(compared), growth_table(grown), sep="\n\n")
        return
    tell(began, "many replications, rare losses, starting")
    text = PAGE.format(
        made=wrapped(f"Made by `make bench` with {versions()}."),
        side_by_side=side_by_side(compared),
        notes=notes(compared),
        growths=growth_table(grown),
        starts=start_table(starts()),
    )
    page = DOCS / "benchmarks.md"
    replace_whole(page, text, expected=page.read_bytes() if page.exists() else None)
    draw_figure(compared, grown, DOCS / "benchmarks.svg")
    tell(began, f"written: {page.relative_to(DOCS.parent)} and its figure")


def side_by_side_on_one_core(machine: str) -> list[Comparison]:
    on_one_core()
    return list(importlib.import_module(f"benchmarks.bench_{machine}").comparisons())


def notes(compared: Sequence[Comparison]) -> str:
    """What no ratio tells."""
    rare = importlib.import_module("benchmarks.bench_power").rare()
    outage_s = next(comparison for comparison in compared if comparison.machine == "power").results[0].seconds
    one_s, share = two_workers()
    return wrapped(
        f"The first supply meets {1 / outage_s / 1e6:.1f} million outages a second (asked: 2 million). {rare} "
        f"A thousand days of the first queue, measures included, take {spoken_time(one_s)} by the clock through "
        f"`simulate`; two workers take {share.median:.2f} of the time of one ({share.least:.2f} to {share.most:.2f})."
    )


def wrapped(text: str) -> str:
    return fill(text, 120, break_on_hyphens=False)


def versions() -> str:
    known = [f"Python {platform.python_version()}"]
    for name in PEERS:
        try:
            known.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            known.append(f"no {name}")
    return ", ".join(known)


def tell(began: float, what: str) -> None:
    print(f"{time.perf_counter() - began:6.0f} s  {what}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
