"""How fast the queue machine is, on one core, draws included.

A day of 24 h with 8,640 callers on average who may hang up, against the SimPy reference engine, an ordinary SimPy model
(a process per caller), Ciw, salabim and C++; the same with redials and stepped staffing; and a day with an hour's
surge, three levels of escalation, redials and calls back, which of these only the reference engine can do.
"""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import simpy

from benchmarks.measuring import (
    Comparison,
    Entrant,
    agree_in_mean,
    compare,
    compiled_by_cpp,
    replications,
    run_by_cpp,
    timed,
    twin,
)
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
)
from resilience_sim.models.queue import Path as Played
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Streams
from resilience_sim.timelines import Timeline, constant

ENTITIES, SIZES = "callers", (1_000, 10_000, 100_000, 1_000_000)
DAY_S, RATE, AGENTS, HANDLING_S, PATIENCE_S = 86400.0, 0.1, 26, 240.0, 120.0
REDIAL_SHARE, REDIAL_DELAY_S, MOST = 0.5, 600.0, 5
STEPS = Timeline(np.arange(0, 24, 4) * 3600.0, [22, 26, 30, 24, 28, 26])
ROUNDS, BLOCK = 9, 40  # rounds of one day of each slow model and a block of days of each fast one
SLOW = 3  # rounds of a model that takes seconds
Day = tuple[float, float]  # mean wait of all attempts, share of them that were abandoned


def inputs(full: bool, callers: int = 8640) -> QueueInputs:
    redial = Redial(REDIAL_SHARE, 0.0, 0.0, Exponential(REDIAL_DELAY_S), MOST) if full else None
    calls = Callers("calls", Rate(constant(RATE)), Exponential(HANDLING_S), Exponential(PATIENCE_S), redial=redial)
    return QueueInputs((calls,), STEPS if full else constant(AGENTS), callers / RATE)


def measured(path: Played) -> Day:
    made = np.count_nonzero(path.outcome)
    return path.waited_s.sum() / made, np.count_nonzero(path.outcome == Outcome.ABANDONED) / made


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


def salabim_day(seed: int) -> Day:
    import salabim

    salabim.yieldless(False)  # generators, which are the faster kind of process
    chance, waits, lost = random.Random(seed), [], []
    env = salabim.Environment()
    agents = salabim.Resource("agents", capacity=AGENTS, monitor=False)

    class Caller(salabim.Component):
        def process(self):
            arrived = env.now()
            yield self.request(agents, fail_delay=chance.expovariate(1 / PATIENCE_S))
            waits.append(env.now() - arrived)
            if self.failed():
                lost.append(self)
            else:
                yield self.hold(chance.expovariate(1 / HANDLING_S))

    class Calls(salabim.Component):
        def process(self):
            while True:
                yield self.hold(chance.expovariate(RATE))
                if env.now() >= DAY_S:
                    return
                Caller()

    Calls()
    env.run()
    return sum(waits) / len(waits), len(lost) / len(waits)


SURGE = Timeline(np.array([0.0, 10, 11]) * 3600, [0.09, 0.4, 0.09])


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


# -- the comparison ----------------------------------------------------------------------------------------------------


def one(day: Callable[[], Day]) -> tuple[float, list[Day]]:
    seconds, result = timed(day)
    return seconds, [result]


def against(work: str, inputs: QueueInputs, others: list[Entrant]) -> Comparison:
    return compare("queue", work, replications("queue", inputs, BLOCK, measured), others, rounds=ROUNDS)


def comparisons() -> Iterator[Comparison]:
    agrees = agree_in_mean("mean wait", "share abandoned")
    chance = random.Random(1)

    def process_per_caller(full: bool, asked: float) -> Entrant:
        return Entrant("SimPy, a process per caller", lambda _: one(lambda: simpy_day(full, chance)), agrees, asked)

    plain, full, surge = inputs(full=False), inputs(full=True), surge_inputs()
    others = [twin("queue", plain), process_per_caller(False, 200)]
    if importlib.util.find_spec("ciw"):
        others.append(Entrant("Ciw", lambda k: one(lambda: ciw_day(k)), agrees))
    if importlib.util.find_spec("salabim"):
        others.append(Entrant("salabim", lambda k: one(lambda: salabim_day(k)), agrees, rounds=SLOW))
    with compiled_by_cpp(Path(__file__).with_suffix(".cpp")) as program:
        if program is not None:
            days = (BLOCK, RATE, AGENTS, HANDLING_S, PATIENCE_S)
            others.append(Entrant("C++ -O3", lambda k: run_by_cpp(program, *days, k + 1), agrees, 0.4))
        yield against("a day of 8,640 callers who may hang up", plain, others)
    yield against("the same, redials and stepped staffing", full, [twin("queue", full), process_per_caller(True, 150)])
    yield against("a surge day: three levels, redials, calls back", surge, [twin("queue", surge, asked=100)])


def of_size(callers: int) -> Callable[[int], object]:
    """Draws and run of a replication with so many callers."""
    few = inputs(False, callers)
    return lambda replication: kernel.simulate(few, draw(few, Streams(1, replication)))
