"""How fast the repair machine is, on one core, without and with its draws.

A year of faults of an office network (five classes, people by day, by night and on call, spares, vendors), and one with
storms, against the SimPy reference engine; a year of plain priorities, which others can do as well, against an ordinary
SimPy model on the same numbers, Ciw and C++.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np
import simpy

from benchmarks.measuring import (
    Comparison,
    Entrant,
    agree_in_mean,
    compare,
    compiled_by_cpp,
    found,
    replications,
    run_by_cpp,
    timed,
    twin,
)
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
)
from resilience_sim.models.repair import Path as Played
from resilience_sim.randomness import Exponential, LogNormal, Never, Streams
from resilience_sim.timelines import Timeline, constant

ENTITIES, SIZES = "faults", (1_000, 10_000, 100_000, 1_000_000)
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
YEAR = 365 * DAY
A_YEAR, JOB_S, PEOPLE = (500, 1000, 1500), 3 * HOUR, 2  # faults of each class, and the crew of plain priorities
ROUNDS, TIMES = 9, 20  # rounds, and years of the kernel in each


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


def plain_priorities(years: float = 1.0) -> RepairInputs:
    """Three classes, two people, nothing else."""
    job = Remedy("job", Exponential(JOB_S), crew="people")
    classes = tuple(
        Faults(f"class {k}", (Ladder((job,)),), arrivals=Rate(faults / YEAR), priority=k)
        for k, faults in enumerate(A_YEAR)
    )
    return RepairInputs(classes, years * YEAR, (Crew("people", constant(float(PEOPLE))),))


def ordinary(inputs: RepairInputs, draws: Draws) -> np.ndarray:
    """The same with SimPy as its manual shows it: when each fault is back."""
    env = simpy.Environment()
    people = simpy.PriorityResource(env, capacity=PEOPLE)
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


def ciw_year(seed: int) -> list[float]:
    """Mean times until a fault of each class is back."""
    ciw = importlib.import_module("ciw")
    names = [f"class {k}" for k in range(len(A_YEAR))]
    network = ciw.create_network(
        arrival_distributions={
            name: [ciw.dists.Exponential(faults / YEAR)] for name, faults in zip(names, A_YEAR, strict=True)
        },
        service_distributions={name: [ciw.dists.Exponential(1 / JOB_S)] for name in names},
        priority_classes={name: k for k, name in enumerate(names)},
        number_of_servers=[PEOPLE],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(YEAR)
    records = simulation.get_all_records()
    took = {name: [r.exit_date - r.arrival_date for r in records if r.customer_class == name] for name in names}
    return [float(np.mean(took[name])) for name in names]


# -- the comparison ----------------------------------------------------------------------------------------------------


def mean_times(path: Played) -> list[float]:
    """Mean times until a fault of each class is back."""
    took = path.back_s - path.occurred_s
    return [float(took[path.kind == kind].mean()) for kind in range(len(A_YEAR))]


def back(path: Played) -> int:
    return int(np.isfinite(path.back_s).sum())


def ordinary_run(inputs: RepairInputs, k: int) -> tuple[float, list[list[float]]]:
    """Draws included; each fault is back at the kernel's instant."""
    draw_s, draws = timed(lambda: draw(inputs, Streams(1, k)))
    run_s, back_s = timed(lambda: ordinary(inputs, draws))
    assert np.allclose(kernel.simulate(inputs, draws).back_s, back_s, rtol=1e-12, atol=0.0)
    return draw_s + run_s, []


def ciw_run(k: int) -> tuple[float, list[list[float]]]:
    seconds, answer = timed(lambda: ciw_year(k))
    return seconds, [answer]


def comparisons() -> Iterator[Comparison]:
    network, stormy, plain = office_network(), office_network(storms=12), plain_priorities()
    for work, inputs, before, asked in (
        ("a year of an office network, drawn before", network, True, 100),
        ("the same, draws included", network, False, 0),
        ("the same with twelve storms, draws included", stormy, False, 0),
    ):
        other = twin("repair", inputs, drawn_before=before, asked=asked)
        years = replications("repair", inputs, TIMES, back, drawn_before=before)
        yield compare("repair", work, years, [other], rounds=ROUNDS)
    agrees = agree_in_mean(*(f"class {k}" for k in range(len(A_YEAR))))
    others = [
        twin("repair", plain),
        Entrant("SimPy, a process per fault", lambda k: ordinary_run(plain, k), found("same instants")),
    ]
    if importlib.util.find_spec("ciw"):
        others.append(Entrant("Ciw", ciw_run, agrees))
    with compiled_by_cpp(Path(__file__).with_suffix(".cpp")) as program:
        if program is not None:
            year = (YEAR, PEOPLE, JOB_S, *A_YEAR)
            others.append(Entrant("C++ -O3", lambda k: run_by_cpp(program, TIMES, k + 1, *year), agrees))
        yield compare(
            "repair",
            "a year of plain priorities",
            replications("repair", plain, TIMES, mean_times),
            others,
            rounds=ROUNDS,
        )


def of_size(faults: int) -> Callable[[int], object]:
    """Draws and run of a replication with so many faults of plain priorities."""
    inputs = plain_priorities(faults / sum(A_YEAR))
    return lambda replication: kernel.simulate(inputs, draw(inputs, Streams(1, replication)))
