"""How fast the power machine is, on one core, draws included, and how rare a loss it can find.

Lognormal outages met by one UPS with two loads, a shed by a person and a generator, against the SimPy reference engine,
an ordinary SimPy model (a process per actor) and C++; a kinetic battery against PySAM, which steps through every minute
with the same battery model; and outages within the day, whose batteries are not full again, of a large supply too.
"""

from __future__ import annotations

import importlib.util
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import simpy
from scipy.integrate import quad

from benchmarks.measuring import (
    ERRORS,
    Comparison,
    Entrant,
    compare,
    compiled_by_cpp,
    found,
    replications,
    run_by_cpp,
    timed,
    twin,
)
from resilience_sim.models.power import (
    Battery,
    DrawnOutages,
    Draws,
    Ended,
    Generator,
    Load,
    PowerInputs,
    RuntimeCurve,
    Shed,
    Ups,
    draw,
    kernel,
)
from resilience_sim.models.power import Path as Played
from resilience_sim.models.power.rare import loss_probability, survival_of
from resilience_sim.models.power.theory.kibam import from_capacities
from resilience_sim.randomness import Law, LogNormal, Streams, Uniform

ENTITIES, SIZES = "outages", (1_000, 10_000, 100_000, 1_000_000)
HOUR = 3600.0
MU, SIGMA = math.log(2 * HOUR), 1.0
PHONES_W, SERVERS_W, FULL_S, PHONES_S, RECHARGE_S = 50.0, 100.0, 1.5 * HOUR, 6 * HOUR, 12 * HOUR
AT_S, DELAY_S, FORGOTTEN = 1800.0, 1800.0, 0.1
ON_LINE_S, STARTS = 20.0, 0.9
MANY, FEW, STEPPED, ROUNDS = 100_000, 4_000, 50, 7  # outages in a round
CAPACITIES = ((1.0, 60.0), (10.0, 93.0), (20.0, 100.0))  # hours, ampere-hours
PHONES_A, SERVERS_A, MINUTE_S = 5.0, 15.0, 60.0
Answer = tuple[float, float, int]  # shares of outages with phones cut and with servers switched off, and of how many

CURVE = RuntimeCurve((PHONES_W + SERVERS_W, PHONES_W), (FULL_S, PHONES_S))
SHED = Shed(("servers",), "after", AT_S, by="switch", delay=Uniform(0.0, DELAY_S), forgotten=FORGOTTEN)
LOADS = (Load("phones", PHONES_W), Load("servers", SERVERS_W))
GENERATOR = Generator(5.0, 10.0, 0.0, 5.0, attempts=1, starts=STARTS)


def supply(outages: int) -> PowerInputs:
    unit = Ups("ups", Battery(CURVE, recharge_s=RECHARGE_S), LOADS, (SHED,))
    return PowerInputs(DrawnOutages(outages, LogNormal(MU, SIGMA)), (unit,), GENERATOR)


def hard_supply(outages: int) -> PowerInputs:
    """No generator, and outages follow each other within the day: every one of them is played out."""
    unit = Ups("ups", Battery(CURVE, recharge_s=RECHARGE_S), LOADS, (SHED,))
    return PowerInputs(DrawnOutages(outages, LogNormal(MU, SIGMA), LogNormal(MU, SIGMA)), (unit,))


def kinetic_supply(outages: int) -> PowerInputs:
    """Full batteries whose law PySAM knows, in amperes for watts; no generator."""
    loads = (Load("phones", PHONES_A), Load("servers", SERVERS_A))
    unit = Ups("ups", Battery(from_capacities(CAPACITIES), recharge_s=RECHARGE_S), loads, (SHED,))
    return PowerInputs(DrawnOutages(outages, LogNormal(MU, SIGMA)), (unit,))


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


def lost(path: Played) -> Answer:
    """Shares of outages in which the phones were cut and the servers were switched off."""
    cut, off = path.ended[0] == Ended.CUT, path.ended[1] == Ended.SWITCHED_OFF
    return float(cut.mean()), float(off.mean()), len(cut)


# -- the ordinary SimPy model: processes that interrupt each other -----------------------------------------------------


def simpy_outages(count: int, chance: random.Random) -> Answer:
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


# -- the same kinetic battery, minute by minute ------------------------------------------------------------------------


def pysam_battery() -> Any:
    stateful = importlib.import_module("PySAM.BatteryStateful")
    battery = stateful.default("LeadAcid")
    (tn_h, qn), (_, q10), (_, q20) = CAPACITIES
    for name, value in {
        "leadacid_tn": tn_h, "leadacid_qn": qn, "leadacid_q10": q10, "leadacid_q20": q20, "Qfull": q20,
        "nominal_voltage": 2.0, "nominal_energy": 0.002 * q20, "initial_SOC": 100.0, "maximum_SOC": 100.0,
        "minimum_SOC": 0.0, "control_mode": 0.0, "input_current": 0.0, "dt_hr": MINUTE_S / HOUR,
        "cap_vs_temp": [[0, 100], [50, 100]], "cycling_matrix": [[0, 0, 100], [0, 1000, 100], [100, 0, 100]],
    }.items():  # fmt: skip
        battery.value(name, value)
    return battery


def pysam_lost_s(battery: Any, draws: Draws, outage: int) -> float:
    """When the telephones are lost, to the minute at which the current can no longer be borne; inf: never."""
    acts_s = np.inf if draws.forgotten_u[0, outage] < FORGOTTEN else AT_S + draws.delay_s[0, outage]
    battery.setup()
    now = 0.0
    while now < draws.duration_s[outage]:
        current = PHONES_A + SERVERS_A * min(max((acts_s - now) / MINUTE_S, 0.0), 1.0)  # its mean over the step
        battery.value("input_current", current)
        battery.execute(0)
        now += MINUTE_S
        if 0.999 * current > battery.StatePack.I:
            return now
    return np.inf


# -- the comparison ----------------------------------------------------------------------------------------------------


def agrees(ours: list[Answer], theirs: list[Answer]) -> str:
    """Shares of outages agree within binomial error."""
    most, (n, m) = 0.0, (sum(answer[2] for answer in answers) for answers in (ours, theirs))
    for column, what in enumerate(("phones cut", "servers switched off")):
        p, q = (sum(row[column] * row[2] for row in rows) / k for rows, k in ((ours, n), (theirs, m)))
        pooled = (p * n + q * m) / (n + m)
        gap = abs(p - q) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
        assert gap < ERRORS, f"{what}: {q:.5g} against {p:.5g}, {gap:.1f} standard errors"
        most = max(most, gap)
    return f"shares cut, switched off: {most:.1f} standard errors apart at most"


def against(work: str, make: Callable[[int], PowerInputs], *others: Entrant, asked: float = 0.0) -> Comparison:
    entrants = (twin("power", make(FEW), pieces=FEW, asked=asked), *others)
    return compare("power", work, replications("power", make(MANY), 1, lost, pieces=MANY), entrants, rounds=ROUNDS)


def simpy_run(chance: random.Random) -> tuple[float, list[Answer]]:
    seconds, answer = timed(lambda: simpy_outages(FEW, chance))
    return seconds / FEW, [answer]


def cpp_run(program: Path, replication: int) -> tuple[float, list[Answer]]:
    seconds, rows = run_by_cpp(
        program, MANY, replication + 1, MU, SIGMA, FULL_S, PHONES_S, AT_S, DELAY_S, FORGOTTEN, ON_LINE_S, STARTS
    )
    return seconds, [(rows[0][0], rows[0][1], MANY)]


def pysam_run(battery: Any, replication: int) -> tuple[float, list[Answer]]:
    """Each loss is at most a minute, one step, from the kernel's."""
    inputs = kinetic_supply(STEPPED)
    draws = draw(inputs, Streams(1, replication))
    seconds, lost_s = timed(lambda: [pysam_lost_s(battery, draws, outage) for outage in range(STEPPED)])
    exact_s = kernel.simulate(inputs, draws).lost_s[0]
    for ours, theirs, ends in zip(exact_s, lost_s, draws.duration_s, strict=True):
        assert abs(min(ours, ends) - min(theirs, ends)) <= MINUTE_S, f"{theirs} s against {ours} s"
    return seconds / STEPPED, []


def comparisons() -> Iterator[Comparison]:
    chance = random.Random(1)
    others = [Entrant("SimPy, a process per actor", lambda _: simpy_run(chance), agrees)]
    with compiled_by_cpp(Path(__file__).with_suffix(".cpp")) as program:
        if program is not None:
            others.append(Entrant("C++ -O3", lambda k: cpp_run(program, k), agrees))
        yield against("an outage: one UPS, a shed by a person, a generator", supply, *others, asked=100)
    others = []
    if importlib.util.find_spec("PySAM"):
        battery = pysam_battery()
        agreed = found("each loss within one step of a minute")
        others.append(Entrant("PySAM, step by step", lambda k: pysam_run(battery, k), agreed))
    yield against("an outage: a kinetic battery, no generator", kinetic_supply, *others)
    yield against("the same by a runtime table, outages within the day", hard_supply)
    yield against("four units, 16 loads, 8 rules, three start attempts", large_supply)


def of_size(outages: int) -> Callable[[int], object]:
    """Draws and run of a replication with so many outages."""
    inputs = supply(outages)
    return lambda replication: kernel.simulate(inputs, draw(inputs, Streams(1, replication)))


def rare() -> str:
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
    inputs = PowerInputs(DrawnOutages(1, duration), (unit,), generator)
    seconds, answer = timed(lambda: loss_probability(inputs, load="phones", replications=240_000, seed=1))
    gap = abs(answer.estimate - exact) / answer.standard_error
    assert gap < ERRORS, f"{answer} against {exact}"
    return (
        f"A loss of {exact:.4g} an outage is found as {answer.estimate:.4g} from {answer.replications:,} outages in "
        f"{seconds:.2f} s (error {100 * abs(answer.estimate / exact - 1):.1f} %, standard error "
        f"{100 * answer.standard_error / exact:.1f} %); plain simulation would need "
        f"{1 / (0.05**2 * exact):.0e} outages for 5 %."
    )
