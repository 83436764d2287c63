"""How fast the power machine is, and how rare a loss it can find, on one core.

``python -m benchmarks.bench_power`` prints, for histories of lognormal outages met by one UPS with two loads, a shed by
a person and a generator, the outages per second with their draws, against the SimPy reference engine and against an
ordinary SimPy model (a process per actor); the same for the kinetic battery law and for a larger supply; and the time
and error of a probability of 1e-8. A ratio is printed only after the models compared agree.
"""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Callable

import numpy as np
import simpy
from scipy.integrate import quad

from resilience_sim.models.contract import assert_same_path
from resilience_sim.models.power import (
    Battery,
    DrawnOutages,
    Ended,
    Generator,
    Kibam,
    Load,
    Path,
    PowerInputs,
    RuntimeCurve,
    Shed,
    Ups,
    draw,
    kernel,
    reference,
)
from resilience_sim.models.power.rare import loss_probability, survival_of
from resilience_sim.randomness import Law, LogNormal, Streams, Uniform

HOUR = 3600.0
MU, SIGMA = math.log(2 * HOUR), 1.0
PHONES_W, SERVERS_W, FULL_S, PHONES_S, RECHARGE_S = 50.0, 100.0, 1.5 * HOUR, 6 * HOUR, 12 * HOUR
AT_S, DELAY_S, FORGOTTEN = 1800.0, 1800.0, 0.1
ON_LINE_S, STARTS = 20.0, 0.9
MANY, FEW, ROUNDS = 100_000, 4_000, 7

CURVE = RuntimeCurve((PHONES_W + SERVERS_W, PHONES_W), (FULL_S, PHONES_S))
SHED = Shed(("servers",), "after", AT_S, by="switch", delay=Uniform(0.0, DELAY_S), forgotten=FORGOTTEN)
LOADS = (Load("phones", PHONES_W), Load("servers", SERVERS_W))
GENERATOR = Generator(5.0, 10.0, 0.0, 5.0, attempts=1, starts=STARTS)


def supply(outages: int, law: RuntimeCurve | Kibam = CURVE) -> PowerInputs:
    unit = Ups("ups", Battery(law, recharge_s=RECHARGE_S), LOADS, (SHED,))
    return PowerInputs(DrawnOutages(outages, LogNormal(MU, SIGMA)), (unit,), GENERATOR)


def hard_supply(outages: int, law: RuntimeCurve | Kibam = CURVE) -> PowerInputs:
    """The generator never starts, and outages follow each other within the day: every one of them is played out."""
    unit = Ups("ups", Battery(law, recharge_s=RECHARGE_S), LOADS, (SHED,))
    return PowerInputs(DrawnOutages(outages, LogNormal(MU, SIGMA), LogNormal(MU, SIGMA)), (unit,))


def large_supply(outages: int) -> PowerInputs:
    """Four units of four loads and two rules each, two strings each, three start attempts."""
    units = []
    for u in range(4):
        loads = tuple(Load(f"{u}/{k}", 37.5, stop=Uniform(60.0, 600.0)) for k in range(4))
        names = [load.name for load in loads]
        first = Shed(tuple(names[:2]), "after", AT_S, delay=Uniform(0.0, DELAY_S), forgotten=FORGOTTEN)
        battery = Battery(CURVE, blocks=2, strings=2, string_fails=0.03, recharge_s=RECHARGE_S)
        units.append(Ups(f"unit {u}", battery, loads, (first, Shed((names[2],), "charge", 0.3)), transfer_fails=0.01))
    generator = Generator(5.0, 10.0, 10.0, 5.0, attempts=3, starts=STARTS, mean_run_s=100 * HOUR)
    return PowerInputs(DrawnOutages(outages, LogNormal(MU, SIGMA), LogNormal(MU + 3, SIGMA)), tuple(units), generator)


def lost(path: Path) -> tuple[float, float, int]:
    """Shares of outages in which the phones were cut and the servers were switched off."""
    cut, off = path.ended[0] == Ended.CUT, path.ended[1] == Ended.SWITCHED_OFF
    return float(cut.mean()), float(off.mean()), len(cut)


# -- the ordinary SimPy model: processes that interrupt each other -----------------------------------------------------


def simpy_outages(count: int, chance: random.Random) -> tuple[float, float, int]:
    """Outages that find full batteries."""
    cut = off = 0
    for _ in range(count):
        env = simpy.Environment()
        state = {"charge": 1.0, "cut": False, "off": False}
        supplied = env.event()

        def battery(env=env, state=state, supplied=supplied):
            since, lasts_s = env.now, FULL_S
            shed = env.process(person(env))
            yield env.timeout(lasts_s) | shed | supplied
            if supplied.triggered:
                return
            if shed.processed and shed.value:
                state["off"], state["charge"] = True, 1.0 - (env.now - since) / lasts_s
                yield env.timeout(state["charge"] * PHONES_S) | supplied
            elif shed.processed:
                yield env.timeout(lasts_s - (env.now - since)) | supplied
            state["cut"] = not supplied.triggered

        def person(env):
            yield env.timeout(AT_S)
            if chance.random() < FORGOTTEN:
                yield env.event()
            yield env.timeout(chance.uniform(0.0, DELAY_S))
            return True

        def comes(env, seconds, supplied=supplied):
            yield env.timeout(seconds)
            if not supplied.triggered:
                supplied.succeed()

        env.process(comes(env, chance.lognormvariate(MU, SIGMA)))
        if chance.random() < STARTS:
            env.process(comes(env, ON_LINE_S))
        env.run(until=env.process(battery()))
        cut += state["cut"]
        off += state["off"]
    return cut / count, off / count, count


# -- the comparison ----------------------------------------------------------------------------------------------------


def assert_agree(one: tuple[float, float, int], other: tuple[float, float, int]) -> None:
    for what, p, q in zip(("phones cut", "servers switched off"), one[:2], other[:2], strict=True):
        pooled = (p * one[2] + q * other[2]) / (one[2] + other[2])
        gap = abs(p - q) / math.sqrt(pooled * (1 - pooled) * (1 / one[2] + 1 / other[2]))
        assert gap < 4.9, f"{what}: {q:.5g} against {p:.5g}, {gap:.1f} standard errors"
        print(f"  an ordinary SimPy model: {what} {q:.5g} against {p:.5g} ({gap:.1f} standard errors)")


def timed(run: Callable[[], Path]) -> tuple[float, Path]:
    """Processor seconds, and the path."""
    start = time.process_time()
    path = run()
    return time.process_time() - start, path


def drawn_and_run(simulate: Callable[..., Path], inputs: PowerInputs, replication: int) -> Path:
    return simulate(inputs, draw(inputs, Streams(1, replication)))


def compare(title: str, make: Callable[[int], PowerInputs], ordinary: bool = False) -> None:
    """Alternate between the engines, so that a busy machine slows both; medians over rounds of processor time."""
    many, few = make(MANY), make(FEW)
    assert_same_path(drawn_and_run(kernel.simulate, few, 0), drawn_and_run(reference.simulate, few, 0))
    fast, slow, peer = [], [], []
    answers, path = [], None
    chance = random.Random(1)
    for replication in range(ROUNDS):
        seconds, path = timed(lambda k=replication: drawn_and_run(kernel.simulate, many, k))
        fast.append(seconds / MANY)
        seconds, _ = timed(lambda k=replication: drawn_and_run(reference.simulate, few, k))
        slow.append(seconds / FEW)
        if ordinary:
            start = time.process_time()
            answers.append(simpy_outages(FEW, chance))
            peer.append((time.process_time() - start) / FEW)
    print(f"{title}: {1 / np.median(fast):,.0f} outages a second ({1e9 * np.median(fast):.0f} ns each, draws included)")
    print(
        f"  SimPy reference, same path: {1 / np.median(slow):,.0f} a second, {np.median(slow) / np.median(fast):.0f} x"
    )
    if ordinary and path is not None:
        theirs = [float(np.mean([answer[column] for answer in answers])) for column in range(2)]
        assert_agree(lost(path), (theirs[0], theirs[1], FEW * ROUNDS))
        print(f"  it makes {1 / np.median(peer):,.0f} a second, {np.median(peer) / np.median(fast):.0f} x")


def rare() -> None:
    """A loss of 1e-8: no start in three attempts, and an outage that outlasts two strings, one of which may be dead."""
    duration: Law = LogNormal(MU, SIGMA)
    generator = Generator(5.0, 10.0, 10.0, 5.0, attempts=3, starts=0.99)
    shed = Shed(("servers",), "after", HOUR, by="switch", delay=Uniform(0.0, HOUR), forgotten=0.1)
    law = RuntimeCurve((4.0, 2.0, 1.0, 0.5), (3 * HOUR, 9 * HOUR, 24 * HOUR, 60 * HOUR))
    fails = 1e-5
    battery = Battery(law, strings=2, string_fails=fails)
    unit = Ups("ups", battery, (Load("phones", 2.0), Load("servers", 2.0)), (shed,))
    survival = survival_of(duration)

    def outlasted(both_s: float, phones_s: float) -> float:
        shed_early = quad(
            lambda t: float(survival(t + (1 - t / both_s) * phones_s)), HOUR, 2 * HOUR, epsabs=0, epsrel=1e-12
        )[0]
        return 0.9 * shed_early / HOUR + 0.1 * float(survival(both_s))

    sound = (1 - fails) ** 2 * outlasted(9 * HOUR, 24 * HOUR)
    exact = 0.01**3 * (sound + 2 * fails * (1 - fails) * outlasted(3 * HOUR, 9 * HOUR)) + fails**2
    start = time.perf_counter()
    inputs = PowerInputs(DrawnOutages(1, duration), (unit,), generator)
    answer = loss_probability(inputs, load="phones", replications=240_000, seed=1)
    seconds = time.perf_counter() - start
    gap = abs(answer.estimate - exact) / answer.standard_error
    assert gap < 4.9, f"{answer} against {exact}"
    print(
        f"a loss of {exact:.4g}: {answer.estimate:.4g} from {answer.replications:,} outages in {seconds:.2f} s, "
        f"relative error {abs(answer.estimate / exact - 1):.1e}, relative standard error "
        f"{answer.standard_error / exact:.1e}; plain simulation would need {1 / (0.05**2 * exact):.0e} outages for 5 %"
    )


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    compare("one UPS, a shed by a person, a generator", supply, ordinary=True)
    compare("no generator, outages within the day", hard_supply)
    compare("the same with a kinetic battery", lambda n: hard_supply(n, Kibam(0.3, 12.0, 400.0)))
    compare("four units, 16 loads, 8 rules, three attempts", large_supply)
    rare()


if __name__ == "__main__":
    main()
