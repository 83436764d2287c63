"""How fast the repair machine is, on one core.

``python -m benchmarks.bench_repair`` prints the time of a year of faults of an office network (five classes, people by
day, by night and on call, spares, vendors), without and with storms and draws, against the SimPy reference engine
(same path), and of a year of plain priorities against an ordinary SimPy model (same instants); then how the time grows
with the number of faults. A ratio is printed only after the models compared agree.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from functools import partial

import numpy as np
import simpy

from resilience_sim.models.contract import assert_same_path
from resilience_sim.models.repair import (
    Backup,
    Crew,
    Draws,
    Faults,
    Ladder,
    Patrol,
    Rate,
    Remedy,
    RepairInputs,
    Stock,
    draw,
    kernel,
    reference,
)
from resilience_sim.randomness import Exponential, LogNormal, Never, Streams
from resilience_sim.timelines import Timeline, constant

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
YEAR = 365 * DAY
ROUNDS = 9


def minutes(median: float, sigma: float) -> LogNormal:
    return LogNormal.from_median(median * MINUTE, sigma)


def office_network(scale: int = 1, *, storms: int = 0) -> RepairInputs:
    """Some 1,450 faults a year for each unit of scale, crews and stocks in proportion, and so many storms."""
    look = Remedy("look", minutes(8.0, 0.8), 0.0, crew="people", limit_s=10 * MINUTE)
    restart = Remedy("restart", minutes(5.0, 0.5), 0.6, crew="people")
    repair = Remedy("repair", minutes(84.0, 1.12), 0.9, crew="people")
    vendor = Remedy("vendor", minutes(60.0, 1.0), 0.9, response=minutes(20.0, 0.8))
    copies, rounds = Backup("copies", DAY, 0.95), Patrol("round", DAY)

    def swap(kind: str) -> Remedy:
        return Remedy("swap", minutes(10.0, 0.5), 0.97, crew="people", spare=kind)

    mended = Ladder((Remedy("mend", LogNormal.from_median(DAY, 1.0)),), persists=True)
    classes = (
        Faults("data", (Ladder((look, Remedy("restore", minutes(30.0, 1.0), crew="people", restores=True))),),
               arrivals=Rate(100 * scale / YEAR), priority=0, backup=copies, takes_down=("servers",)),
        Faults("core switches", (Ladder((look, swap("core"), vendor)), mended),
               arrivals=Rate(50 * scale / YEAR), struck=scale, struck_share=0.5, priority=1),
        Faults("servers", (Ladder((restart, repair, vendor)),),
               arrivals=Rate(500 * scale / YEAR), struck=4 * scale, struck_share=0.3, priority=1),
        Faults("access switches", (Ladder((look, swap("access"), repair, vendor)),),
               arrivals=Rate(600 * scale / YEAR), struck=8 * scale, struck_share=0.3, priority=2),
        Faults("clients", (Ladder((look, repair)),), noticed=Never(), patrol=rounds,
               arrivals=Rate(200 * scale / YEAR), priority=3),
    )  # fmt: skip
    days = np.arange(365) * DAY
    shifts = Timeline(
        np.column_stack((days, days + 8 * HOUR, days + 18 * HOUR)).ravel(), np.tile([scale, 2 * scale, scale], 365)
    )
    return RepairInputs(
        classes,
        YEAR,
        (Crew("people", shifts, on_call=scale, comes=minutes(40.0, 0.5), preempts=True),),
        (Stock("core", scale, Exponential(14 * DAY)), Stock("access", 3 * scale, Exponential(7 * DAY))),
        bursts=Rate(storms / YEAR),
    )


def plain_priorities() -> RepairInputs:
    """Three classes, two people, nothing else."""
    rates, job = (500 / YEAR, 1000 / YEAR, 1500 / YEAR), Exponential(3 * HOUR)
    classes = tuple(
        Faults(f"class {k}", (Ladder((Remedy("job", job, crew="people"),)),), arrivals=Rate(rate), priority=k)
        for k, rate in enumerate(rates)
    )
    return RepairInputs(classes, YEAR, (Crew("people", constant(2.0)),))


def ordinary(inputs: RepairInputs, draws: Draws) -> np.ndarray:
    """The same with SimPy as its manual shows it: when each fault is back."""
    env = simpy.Environment()
    people = simpy.PriorityResource(env, capacity=2)
    back_s = np.empty(len(draws.kind))

    def fault(k: int) -> Generator[simpy.Event, None, None]:
        yield env.timeout(draws.known_s[k])
        with people.request(priority=inputs.faults[draws.kind[k]].priority) as request:
            yield request
            yield env.timeout(draws.time_s[k])
        back_s[k] = env.now

    for k in range(len(draws.kind)):
        env.process(fault(k))
    env.run()
    return back_s


# -- the comparison ----------------------------------------------------------------------------------------------------


def drawn_anew(inputs: RepairInputs, replication: int) -> Draws:
    return draw(inputs, Streams(1, replication))


def timed(run: Callable[[], object], times: int) -> float:
    """Processor seconds of one run, of so many."""
    start = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - start) / times


def compare(title: str, inputs: RepairInputs, slow: Callable[[RepairInputs, Draws], object], label: str) -> None:
    """Alternate between the models, so that a busy machine slows all; medians over rounds of processor time."""
    fast, drawn, others, faults = [], [], [], []
    for k in range(ROUNDS):
        draws = draw(inputs, Streams(1, k))
        faults.append(len(draws.kind))
        fast.append(timed(partial(kernel.simulate, inputs, draws), 20))
        drawn.append(timed(partial(drawn_anew, inputs, k), 20))
        others.append(timed(partial(slow, inputs, draws), 1))
    engine, with_draws, other = np.median(fast), np.median(np.add(fast, drawn)), np.median(others)
    print(
        f"{title}: {np.median(faults):.0f} faults, {1e3 * engine:.2f} ms ({1e3 * with_draws:.2f} ms with draws); "
        f"{label}: {1e3 * other:.0f} ms, {other / engine:.0f} x ({(other + with_draws - engine) / with_draws:.0f} x)"
    )


def scaling() -> None:
    for scale in (1, 10, 100):
        inputs = office_network(scale)
        draws = draw(inputs, Streams(1, 0))
        kernel.simulate(inputs, draws)
        seconds = np.median([timed(partial(kernel.simulate, inputs, draws), 3) for _ in range(3)])
        faults = len(draws.kind)
        print(
            f"office network x {scale}: {faults:,} faults, {1e3 * seconds:.1f} ms, {1e9 * seconds / faults:.0f} ns each"
        )


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    network, stormy, plain = office_network(), office_network(storms=12), plain_priorities()
    draws = draw(stormy, Streams(1, 0))
    assert_same_path(kernel.simulate(stormy, draws), reference.simulate(stormy, draws))
    compare("a year of an office network", network, reference.simulate, "SimPy reference, same path")
    compare("a year with twelve storms", stormy, reference.simulate, "SimPy reference, same path")
    draws = draw(plain, Streams(1, 0))
    assert np.allclose(kernel.simulate(plain, draws).back_s, ordinary(plain, draws), rtol=1e-12, atol=0.0)
    compare("a year of plain priorities", plain, reference.simulate, "SimPy reference, same path")
    compare("a year of plain priorities", plain, ordinary, "an ordinary SimPy model, same instants")
    scaling()


if __name__ == "__main__":
    main()
