"""How fast the queue machine is, against peers in the same run on one core.

``python -m benchmarks.bench_queue`` prints, for a day of 24 h with 8,640 callers on average, the time of draws and
simulation together against an ordinary SimPy model (a process per caller), the SimPy reference engine, Ciw where it is
installed and C++ (``g++ -O3``) where there is a compiler; a day with an hour's surge, redial, three levels of
escalation and calls back against the SimPy reference engine; then the cost of 10³ to 10⁶ callers with the peak memory.
A ratio is printed only after the models compared agree in mean wait and abandonment within statistical error.
"""

from __future__ import annotations

import importlib.util
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import simpy

from resilience_sim.models.queue import (
    CallBacks,
    Callers,
    Condition,
    Ladder,
    Level,
    Outage,
    Outcome,
    QueueInputs,
    Rate,
    Redial,
    draw,
    kernel,
    reference,
)
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Streams
from resilience_sim.timelines import Timeline, constant

DAY_S, RATE, AGENTS, HANDLING_S, PATIENCE_S = 86400.0, 0.1, 26, 240.0, 120.0
REDIAL_SHARE, REDIAL_DELAY_S, MOST = 0.5, 600.0, 5
STEPS = Timeline(np.arange(0, 24, 4) * 3600.0, [22, 26, 30, 24, 28, 26])
ROUNDS, BLOCK = 12, 40  # rounds of one day of each slow model and a block of days of each fast one
Day = tuple[float, float]  # mean wait of all attempts, share of them that were abandoned


def inputs(full: bool, callers: int = 8640) -> QueueInputs:
    redial = Redial(REDIAL_SHARE, 0.0, 0.0, Exponential(REDIAL_DELAY_S), MOST) if full else None
    calls = Callers("calls", Rate(constant(RATE)), Exponential(HANDLING_S), Exponential(PATIENCE_S), redial=redial)
    return QueueInputs((calls,), STEPS if full else constant(AGENTS), callers / RATE)


def engine_days(simulate: Callable, full: bool, days: range) -> list[Day]:
    queue, results = inputs(full), []
    for replication in days:
        path = simulate(queue, draw(queue, Streams(1, replication)))
        made = np.count_nonzero(path.outcome)
        results.append((path.waited_s.sum() / made, np.count_nonzero(path.outcome == Outcome.ABANDONED) / made))
    return results


# -- the ordinary SimPy model: one process per caller ------------------------------------------------------------------


def simpy_day(full: bool, chance: random.Random) -> Day:
    env, waits, lost = simpy.Environment(), [], []
    agents = simpy.PriorityResource(env, int(STEPS.values.max()) if full else AGENTS)

    def caller():
        for attempt in range(MOST + 1 if full else 1):
            arrived = env.now
            with agents.request(priority=0) as turn:
                yield turn | env.timeout(chance.expovariate(1 / PATIENCE_S))
                waits.append(env.now - arrived)
                if turn.triggered:
                    yield env.timeout(chance.expovariate(1 / HANDLING_S))
                    return
            lost.append(attempt)
            if not full or chance.random() >= REDIAL_SHARE:
                return
            yield env.timeout(chance.expovariate(1 / REDIAL_DELAY_S))

    def calls():
        while True:
            yield env.timeout(chance.expovariate(RATE))
            if env.now >= DAY_S:
                return
            env.process(caller())

    def absent(start: float, end: float):
        yield env.timeout(start)
        with agents.request(priority=-1) as away:
            yield away
            yield env.timeout(max(end - env.now, 0))

    if full:
        ends = np.append(STEPS.times[1:], DAY_S)
        for start, end, on_duty in zip(STEPS.times.tolist(), ends.tolist(), STEPS.values.tolist(), strict=True):
            for _ in range(agents.capacity - int(on_duty)):
                env.process(absent(start, end))
    env.process(calls())
    env.run()
    return sum(waits) / len(waits), len(lost) / len(waits)


# -- other peers -----------------------------------------------------------------------------------------------------


def ciw_day(seed: int) -> Day:
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(RATE)],
        service_distributions=[ciw.dists.Exponential(1 / HANDLING_S)],
        reneging_time_distributions=[ciw.dists.Exponential(1 / PATIENCE_S)],
        number_of_servers=[AGENTS],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(DAY_S)
    records = simulation.get_all_records(only=["service", "renege"])
    lost = [record.record_type == "renege" for record in records]
    return sum(record.waiting_time for record in records) / len(records), sum(lost) / len(lost)


def cpp_program(folder: str) -> Path:
    program = Path(folder) / "day"
    source = Path(__file__).with_suffix(".cpp")
    subprocess.run(["g++", "-O3", "-std=c++17", "-march=native", "-o", program, source], check=True)
    return program


def cpp_days(program: Path, days: int, seed: int) -> tuple[float, list[Day]]:
    """Processor seconds per day by the program's own clock, and the days."""
    arguments = [str(value) for value in (days, RATE, AGENTS, HANDLING_S, PATIENCE_S, seed)]
    answer = subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout.splitlines()
    return float(answer[0]), [tuple(map(float, line.split())) for line in answer[1:]]  # type: ignore[misc]


# -- the comparison ----------------------------------------------------------------------------------------------------


def assert_agree(name: str, ours: list[Day], theirs: list[Day]) -> None:
    for what, one, other in zip(("mean wait", "abandonment"), np.transpose(ours), np.transpose(theirs), strict=True):
        error = np.sqrt(np.var(one, ddof=1) / len(one) + np.var(other, ddof=1) / len(other))
        gap = abs(np.mean(one) - np.mean(other)) / error
        assert gap < 4.9, f"{name}: {what} {np.mean(other):.5g} against {np.mean(one):.5g}, {gap:.1f} standard errors"
        print(f"  {name}: {what} {np.mean(other):.5g} against {np.mean(one):.5g} ({gap:.1f} standard errors)")


def timed(run: Callable[[], list[Day]]) -> tuple[float, list[Day]]:
    start = time.process_time()
    days = run()
    return (time.process_time() - start) / len(days), days


def compare(full: bool) -> None:
    """Alternate between the models, so that a busy machine slows all of them; medians over rounds of processor time."""
    print("redial and stepped staffing" if full else "constant staffing", "- a day of 8,640 callers, draws included")
    engine_days(kernel.simulate, full, range(5))  # compiled or loaded
    chance = random.Random(1)
    runs: dict[str, Callable[[int], tuple[float, list[Day]]]] = {
        "kernel": lambda k: timed(lambda: engine_days(kernel.simulate, full, range(k * BLOCK, (k + 1) * BLOCK))),
        "SimPy, a process per caller": lambda _: timed(lambda: [simpy_day(full, chance)]),
        "SimPy reference": lambda k: timed(lambda: engine_days(reference.simulate, full, range(5000 + k, 5001 + k))),
    }
    with tempfile.TemporaryDirectory() as folder:
        if not full and importlib.util.find_spec("ciw"):
            runs["Ciw"] = lambda k: timed(lambda: [ciw_day(k)])
        if not full and shutil.which("g++"):
            program = cpp_program(folder)
            runs["C++ -O3"] = lambda k: cpp_days(program, BLOCK, k + 1)
        spent: dict[str, list[float]] = {name: [] for name in runs}
        days: dict[str, list[Day]] = {name: [] for name in spent}
        for k in range(ROUNDS):
            for name, run in runs.items():
                seconds, results = run(k)
                spent[name].append(seconds)
                days[name] += results
    print(f"  kernel: {1000 * np.median(spent['kernel']):.3f} ms a day")
    for name in list(runs)[1:]:
        assert_agree(name, days["kernel"], days[name])
        ratio = np.median(np.divide(spent[name], spent["kernel"]))
        print(f"  {name}: {1000 * np.median(spent[name]):.3f} ms a day, {ratio:.1f} x the kernel's time")


SURGE = Timeline(np.array([0.0, 10, 11]) * 3600, [0.09, 0.4, 0.09])
REFERENCE_DAYS = 2  # a round of the surge day


def surge_inputs() -> QueueInputs:
    """The full day with a surge from 10 to 11 h, when an application fails; levels called on 10, 20 and 30 waiting."""
    levels = tuple(
        Level(
            f"level {k}", people, LogNormal.from_median(600.0 * k, 0.5), Condition("waiting", "at_least", 10 * k, 60.0),
            Condition("waiting", "at_most", 2, 1800.0), call_ups=60,
        )
        for k, people in ((1, 8), (2, 15), (3, 30))
    )  # fmt: skip
    back = CallBacks(Exponential(180.0), Deterministic(3600.0), reserve=2, gap_s=10.0)
    outage = Outage(SURGE.map(lambda rate: np.where(rate > 0.1, 0.6, 0.0)), factor=0.5, back=back)
    callers = replace(inputs(full=True).callers[0], arrivals=Rate(SURGE))
    return replace(inputs(full=True), callers=(callers,), ladder=Ladder(levels), outage=outage)


def compare_surge() -> None:
    """The kernel against the reference on a day with all that the plans ask for; both must give the same days."""
    print("surge day with redial, three levels and calls back - draws included")
    queue = surge_inputs()
    path = kernel.simulate(queue, draw(queue, Streams(1, 0)))  # compiled or loaded
    made, called = np.count_nonzero(path.outcome), np.isfinite(path.called_s).sum()
    print(f"  day 0: {made} attempts, {called} call-ups, {np.isfinite(path.back_end_s).sum()} calls back made")

    def days(simulate: Callable, which: range) -> list[Day]:
        results = []
        for replication in which:
            path = simulate(queue, draw(queue, Streams(1, replication)))
            results.append((path.waited_s.sum(), float(np.count_nonzero(path.outcome == Outcome.ABANDONED))))
        return results

    spent: dict[str, list[float]] = {"kernel": [], "reference": []}
    for k in range(ROUNDS // 3):
        chosen = range(k * REFERENCE_DAYS, (k + 1) * REFERENCE_DAYS)
        seconds, ours = timed(lambda chosen=chosen: days(kernel.simulate, range(chosen.start, chosen.start + BLOCK)))
        slow, theirs = timed(lambda chosen=chosen: days(reference.simulate, chosen))
        assert ours[:REFERENCE_DAYS] == theirs, "the engines give different days"
        spent["kernel"].append(seconds)
        spent["reference"].append(slow)
    ratio = np.median(np.divide(spent["reference"], spent["kernel"]))
    print(f"  kernel: {1000 * np.median(spent['kernel']):.3f} ms a day")
    print(f"  SimPy reference: {1000 * np.median(spent['reference']):.1f} ms a day, {ratio:.1f} x the kernel's time")


def scaling() -> None:
    print("cost by number of callers (draws and simulation, a process of its own each)")
    for callers in (10**3, 10**4, 10**5, 10**6):
        answer = subprocess.run(
            [sys.executable, "-m", "benchmarks.bench_queue", str(callers)], check=True, capture_output=True, text=True
        )
        print(f"  {callers:>9,}: {answer.stdout.strip()}")


def one_size(callers: int) -> None:
    start = time.process_time()
    queue = inputs(True, 1000)
    kernel.simulate(queue, draw(queue, Streams(1, 0)))
    queue = inputs(False, callers)
    times = []
    loaded = time.process_time() - start
    for replication in range(3):
        start = time.process_time()
        kernel.simulate(queue, draw(queue, Streams(1, replication)))
        times.append(time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    per_caller = 1e9 * min(times) / callers
    print(
        f"{1000 * min(times):9.2f} ms, {per_caller:4.0f} ns a caller, peak {peak:4.0f} MB, ready after {loaded:.1f} s"
    )


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if len(sys.argv) > 1:
        one_size(int(sys.argv[1]))
        return
    compare(full=False)
    compare(full=True)
    compare_surge()
    scaling()


if __name__ == "__main__":
    main()
