"""Supplies that the tests of the power machine share, and how they are run.

Runtimes are printed by Panasonic (UP-PW1245P1, watts per battery to 9.6 V at 25 °C).
"""

from __future__ import annotations

import math

import numpy as np

from resilience_sim.models.contract import assert_same_path
from resilience_sim.models.power import (
    Battery,
    Ended,
    GivenOutages,
    Kibam,
    Load,
    Losses,
    Path,
    PowerInputs,
    RuntimeCurve,
    Shed,
    Ups,
    draw,
    kernel,
    reference,
)
from resilience_sim.randomness import Never, Streams

MINUTE, HOUR = 60.0, 3600.0
KEPT, STOPPED, SWITCHED_OFF, CUT = Ended
MANY = 100_000


def curve(*nodes: tuple[float, float], unit: float = MINUTE) -> RuntimeCurve:
    """Nodes (runtime, power), shortest runtime first."""
    return RuntimeCurve(tuple(power for _, power in nodes), tuple(unit * runtime for runtime, _ in nodes))


PANASONIC = curve(
    (3, 530), (5, 410), (10, 270), (15, 195), (20, 159), (30, 112), (45, 82.1), (60, 65.7), (90, 45.2), (120, 34.9),
    (180, 26.0), (240, 20.0), (300, 16.5), (360, 13.3), (600, 8.79),
)  # fmt: skip


def supply(
    law: RuntimeCurve | Kibam, *loads: Load, duration_s=(math.inf,), between_s=None, generator=None, fire=None,
    sheds=(), losses=None, **battery,
) -> PowerInputs:  # fmt: skip
    between_s = np.full(len(duration_s), np.inf) if between_s is None else between_s
    unit = Ups("ups", Battery(law, **battery), loads, sheds, losses or Losses())
    return PowerInputs(GivenOutages(duration_s, between_s), (unit,), generator, fire or Never())


def run(inputs: PowerInputs, seed: int = 1) -> Path:
    """The path, the same from both engines."""
    draws = draw(inputs, Streams(seed, 0))
    path = kernel.simulate(inputs, draws, trace=True)
    assert_same_path(path, reference.simulate(inputs, draws, trace=True))
    return path


def run_many(inputs: PowerInputs, seed: int = 1) -> Path:
    return kernel.simulate(inputs, draw(inputs, Streams(seed, 0)))


def assert_probability(happened, probability: float) -> None:
    """A share within 4 standard errors of its probability (P59)."""
    error = math.sqrt(probability * (1 - probability) / len(happened))
    assert abs(np.mean(happened) - probability) < 4 * error


def switched_off(name: str, at_s: float, **more) -> Shed:
    return Shed((name,), "after", at_s, by="switch", **more)


def two_loads(full_h: float, shed_h: float, *sheds: Shed, **more) -> PowerInputs:
    """Phones and servers that a battery carries for T1 hours together, and phones alone for T2."""
    return supply(
        curve((full_h, 2.0), (shed_h, 1.0), unit=HOUR), Load("phones", 1.0), Load("servers", 1.0), sheds=sheds, **more
    )


def phones_h(inputs: PowerInputs) -> float:
    return run(inputs).lost_s[0, 0] / HOUR


def four_hours(**more) -> PowerInputs:
    return supply(curve((4.0, 1.0), (10.0, 0.5), unit=HOUR), Load("phones", 1.0), **more)
