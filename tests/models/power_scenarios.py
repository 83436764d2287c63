"""Random scenarios of the power machine: seconds throughout, batteries of about a minute, on a lattice or off it."""

from __future__ import annotations

import math

import numpy as np
from twins import one_of, some_law

from resilience_sim.models.power import (
    Battery,
    DrawnOutages,
    Generator,
    GivenOutages,
    Kibam,
    Load,
    Losses,
    PowerInputs,
    RuntimeCurve,
    Shed,
    Ups,
)
from resilience_sim.randomness import Deterministic, Empirical, Never


def some_seconds(random: np.random.Generator, most: float, lattice: float | None) -> float:
    seconds = random.uniform(0, most)
    return float(seconds if lattice is None else lattice * round(seconds / lattice))


def some_curve(random: np.random.Generator, lattice: float | None) -> RuntimeCurve | Kibam:
    """On the lattice powers and runtimes are powers of two: loads that add up to one empty it on the lattice."""
    if random.random() < 0.25:
        return Kibam(float(random.uniform(0.1, 0.9)), float(random.uniform(10, 1000)), 8 * 60 / 3600)
    if lattice is not None:
        runtimes = one_of(random, (2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0), (1.0, 4.0, 8.0, 16.0, 64.0, 128.0, 256.0))
        return RuntimeCurve((16.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.25), runtimes)
    powers, times = np.sort(random.uniform(1, 20, 4)), np.sort(random.uniform(2, 120, 4))
    return RuntimeCurve(tuple(powers[::-1].tolist()), tuple(times.tolist()))


def some_shed(random: np.random.Generator, names: list[str], lattice: float | None) -> Shed:
    when = one_of(random, "after", "charge", "runtime")
    at = one_of(random, 0.0, 0.25, 0.5, 0.75, 1.0) if when == "charge" else some_seconds(random, 20.0, lattice)
    return Shed(
        tuple(random.permutation(names)[: random.integers(1, len(names) + 1)].tolist()),
        when,
        at,
        by=one_of(random, "shutdown", "switch"),
        in_sequence=bool(random.integers(2)),
        delay=one_of(random, Deterministic(0.0), some_law(random, 4.0, lattice)),
        forgotten=one_of(random, 0.0, 0.0, 0.3, 1.0),
    )


def some_powers(random: np.random.Generator, lattice: float | None) -> list[float]:
    """On the lattice mostly powers of two that leave one when the last of them are off."""
    if lattice is None:
        return random.uniform(0.5, 8, random.integers(1, 5)).tolist()
    return one_of(random, [8.0], [1.0, 1.0], [1.0, 1.0, 2.0], [4.0, 4.0], [1.0, 1.0, 2.0, 4.0], [2.0, 3.0, 5.0])


def some_unit(random: np.random.Generator, name: str, lattice: float | None) -> Ups:
    loads = tuple(
        Load(
            f"{name} load {k}",
            power_w,
            stop=one_of(random, Deterministic(0.0), some_law(random, 5.0, lattice)),
            waits_s=one_of(random, math.inf, some_seconds(random, 10.0, lattice)),
        )
        for k, power_w in enumerate(some_powers(random, lattice))
    )
    names = [load.name for load in loads]
    strings = int(one_of(random, 1, 2, 2, 3))
    battery = Battery(
        some_curve(random, lattice),
        blocks=int(one_of(random, 1, 2)),
        strings=strings,
        health=one_of(random, 1.0, 1.0, 1.0, 0.5, 0.8),
        size_factor=one_of(random, 1.0, 1.0, 1.0, 1.19),
        charge=one_of(random, 1.0, 1.0, 1.0, 0.5, 0.0),
        recharge_s=one_of(random, 64.0, 16.0, 100.0),
        string_fails=one_of(random, *[0.0] * 10, *[0.3] * 5, 1.0),
    )
    return Ups(
        name,
        battery,
        loads,
        tuple(some_shed(random, names, lattice) for _ in range(random.integers(0, 4))),
        losses=one_of(random, Losses(), Losses(), Losses(idle_w=1.0), Losses(0.5, 0.05, 0.002)),
        transfer_fails=one_of(random, *[0.0] * 15, *[0.1] * 4, 1.0),
    )


def some_generator(random: np.random.Generator, lattice: float | None) -> Generator:
    sense_s, crank_s, pause_s, transfer_s = (some_seconds(random, 6.0, lattice) for _ in range(4))
    return Generator(
        sense_s, crank_s, pause_s, transfer_s,
        attempts=int(random.integers(1, 4)),
        starts=one_of(random, 1.0, 0.5, 0.5, 0.0),
        available=one_of(random, 1.0, 0.8),
        mean_run_s=one_of(random, math.inf, 20.0),
        fuel_s=one_of(random, math.inf, 1.0 + some_seconds(random, 20.0, lattice)),
    )  # fmt: skip


RUNTIMES = Empirical((4.0, 8.0, 16.0, 32.0))  # of batteries on the lattice


def some_outages(random: np.random.Generator, lattice: float | None) -> DrawnOutages | GivenOutages:
    count = int(one_of(random, 0, 1, 12, 20))
    duration = one_of(
        random, *[some_law(random, mean, lattice) for mean in (5.0, 20.0, 40.0)], RUNTIMES, RUNTIMES, Never()
    )
    between = one_of(random, Never(), Never(), some_law(random, 10.0, lattice))
    if random.random() < 0.3:
        duration_s = np.array([some_seconds(random, 60.0, lattice) for _ in range(count)])
        duration_s[random.random(count) < 0.1] = np.inf
        duration_s[random.random(count) < 0.1] = 0.0
        return GivenOutages(duration_s, np.array([some_seconds(random, 20.0, lattice) for _ in range(count)]))
    return DrawnOutages(count, duration, between)


def some_inputs(random: np.random.Generator, lattice: float | None) -> PowerInputs:
    return PowerInputs(
        some_outages(random, lattice),
        tuple(some_unit(random, f"unit {k}", lattice) for k in range(random.integers(1, 4))),
        generator=one_of(random, None, some_generator(random, lattice), some_generator(random, lattice)),
        fire=one_of(random, Never(), Never(), some_law(random, 20.0, lattice)),
    )
