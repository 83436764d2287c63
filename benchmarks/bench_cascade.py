"""How fast the cascade machine is, on one core.

``python -m benchmarks.bench_cascade`` prints the time of one event, with its draws and without, of a team of twelve, of
a tree of 111 people and of one list of 200 called in rounds, against the SimPy reference engine (same path), and of the
tree against an ordinary SimPy model (a process per caller, numbers drawn as they are needed); then how the time grows
with the number of people. A ratio is printed only after the models compared agree.

The draws take most of an event: each person has streams of their own, so that one more person, phone or attempt moves
no other number, and setting up a stream takes as long as some twenty calls.
"""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Callable

import numpy as np
import simpy

from resilience_sim.models.cascade import (
    Calling,
    CascadeInputs,
    Draws,
    Notices,
    Person,
    Phone,
    day_and_night,
    draw,
    kernel,
    reference,
)
from resilience_sim.models.contract import assert_same_path
from resilience_sim.randomness import Exponential, LogNormal, Streams, Uniform

HOUR_OF_DAY = 21.8
DAY, NIGHT, HOME = 0.5, 0.4, 0.3
RING_S, TALK_S, BEGINS_S, ATTEMPTS, BETWEEN_S = 25.0, 60.0, 120.0, 3, 300.0
COMES, LEAVES_S, TRAVELS_S = 0.79, 600.0, (600.0, 2400.0)
FAN_OUT = 10
EVENTS, ROUNDS = 200, 7

CALLING = Calling(Exponential(RING_S), Exponential(TALK_S), attempts=ATTEMPTS, between_s=BETWEEN_S)


def person(name: str, calls: tuple[str, ...] = (), **more: object) -> Person:
    return Person(
        name, (Phone("mobile", day_and_night(DAY, NIGHT)), Phone("home", HOME)), calls, begins=Exponential(BEGINS_S),
        comes=COMES, leaving=Exponential(LEAVES_S), travel=Uniform(*TRAVELS_S), **more,
    )  # type: ignore[arg-type]  # fmt: skip


def tree(fan_out: int = FAN_OUT) -> CascadeInputs:
    """A head who calls so many heads of groups, each of whom calls as many."""
    groups = [tuple(f"member {g}/{k}" for k in range(fan_out)) for g in range(fan_out)]
    heads = tuple(f"group {g}" for g in range(fan_out))
    people = [person("head", heads)]
    people += [person(name, members) for name, members in zip(heads, groups, strict=True)]
    people += [person(name) for members in groups for name in members]
    return CascadeInputs(tuple(people), (Notices("head"),), CALLING, HOUR_OF_DAY)


def one_list(people: int = 200) -> CascadeInputs:
    names = tuple(f"member {k}" for k in range(people))
    calling = Calling(CALLING.ring, CALLING.talk, "rounds", ATTEMPTS, BETWEEN_S)
    everybody = (person("head", names), *(person(name) for name in names))
    return CascadeInputs(everybody, (Notices("head"),), calling, HOUR_OF_DAY)


def team() -> CascadeInputs:
    """A message first, then calls of a head and a deputy, with delegates."""
    names = tuple(f"member {k}" for k in range(10))
    people = [
        person("head", ("deputy", *names[:5]), messages=("deputy", *names)),
        person("deputy", names[5:], delegate=names[0], reads=0.5, reads_after=LogNormal(5.0, 1.0)),
    ]
    people += [person(name, reads=0.5, reads_after=LogNormal(5.0, 1.0), acknowledges=0.5) for name in names]
    return CascadeInputs(tuple(people), (Notices("head"),), CALLING, HOUR_OF_DAY)


# -- the ordinary SimPy model of the tree ------------------------------------------------------------------------------


def simpy_tree(fan_out: int, chance: random.Random) -> tuple[int, float]:
    """How many know in the end, and when the last of them learned of it."""
    env = simpy.Environment()
    told: list[float] = []

    def answered(phone: str) -> bool:
        hour = int(HOUR_OF_DAY + env.now / 3600) % 24
        return chance.random() < (HOME if phone == "home" else DAY if 7 <= hour < 22 else NIGHT)

    def member(calls: int, below: int):
        told.append(env.now)
        yield env.timeout(chance.expovariate(1 / BEGINS_S))
        for _ in range(calls):
            yield from reach(below)

    def reach(below: int):
        for attempt in range(ATTEMPTS):
            if attempt:
                yield env.timeout(BETWEEN_S)
            for phone in ("mobile", "home"):
                if answered(phone):
                    yield env.timeout(chance.expovariate(1 / TALK_S))
                    env.process(member(below, 0))
                    return
                yield env.timeout(chance.expovariate(1 / RING_S))

    env.process(member(fan_out, fan_out))
    env.run()
    return len(told), max(told)


# -- the comparison ----------------------------------------------------------------------------------------------------


def timed(run: Callable[[], object]) -> float:
    """Processor seconds."""
    start = time.process_time()
    run()
    return time.process_time() - start


def drawn(inputs: CascadeInputs, count: int) -> list[Draws]:
    return [draw(inputs, Streams(1, replication)) for replication in range(count)]


def compare(title: str, inputs: CascadeInputs) -> float:
    """Alternate between the engines, so that a busy machine slows both; seconds of one event with its draws."""
    numbers = drawn(inputs, EVENTS)
    for draws in numbers[:20]:
        assert_same_path(kernel.simulate(inputs, draws), reference.simulate(inputs, draws))
    fast, slow, drawing = [], [], []
    for _ in range(ROUNDS):
        fast.append(timed(lambda: [kernel.simulate(inputs, draws) for draws in numbers]) / EVENTS)
        slow.append(timed(lambda: [reference.simulate(inputs, draws) for draws in numbers[:20]]) / 20)
        drawing.append(timed(lambda: drawn(inputs, 20)) / 20)
    run_s, reference_s, draw_s = (float(np.median(times)) for times in (fast, slow, drawing))
    calls = float(np.mean([kernel.simulate(inputs, draws).calls_by.sum() for draws in numbers]))
    print(
        f"{title}: {1e6 * run_s:.0f} us an event of {calls:.0f} calls ({1e9 * run_s / calls:.0f} ns each), draws "
        f"{1e6 * draw_s:.0f} us; SimPy reference, same path: {reference_s / run_s:.0f} x, with draws "
        f"{(reference_s + draw_s) / (run_s + draw_s):.1f} x"
    )
    return run_s + draw_s


def compare_with_ordinary(inputs: CascadeInputs, ours_s: float) -> None:
    """Means of two measures agree to 4.9 standard errors; then the ratio."""
    chance, events = random.Random(1), 1_000
    start = time.process_time()
    theirs = np.array([simpy_tree(FAN_OUT, chance) for _ in range(events)])
    theirs_s = (time.process_time() - start) / events
    paths = [kernel.simulate(inputs, draws) for draws in drawn(inputs, events)]
    finite = [path.told_s[path.told_s < np.inf] for path in paths]
    ours = np.array([(len(told), told.max()) for told in finite])
    for k, what in enumerate(("people told", "the last told after s")):
        error = math.sqrt(theirs[:, k].var() / events + ours[:, k].var() / events)
        gap = abs(theirs[:, k].mean() - ours[:, k].mean()) / error
        assert gap < 4.9, f"{what}: {theirs[:, k].mean():.5g} against {ours[:, k].mean():.5g}, {gap:.1f} errors"
        print(f"  {what}: {theirs[:, k].mean():.5g} against {ours[:, k].mean():.5g} ({gap:.1f} standard errors)")
    print(f"  an ordinary SimPy model: {theirs_s / ours_s:.1f} x, draws included on both sides")


def scaling() -> None:
    for title, make, sizes in (
        ("trees", tree, (3, 10, 31, 99)),
        ("one list in rounds", one_list, (10, 100, 1_000, 10_000)),
    ):
        for size in sizes:
            inputs = make(size)
            draws = draw(inputs, Streams(1, 0))
            path = kernel.simulate(inputs, draws)
            seconds = min(timed(lambda i=inputs, d=draws: kernel.simulate(i, d)) for _ in range(5))
            calls = int(path.calls_by.sum())
            print(
                f"{title}, {len(inputs.people):,} people: {1e3 * seconds:.2f} ms, {calls:,} calls, "
                f"{1e9 * seconds / calls:.0f} ns each"
            )


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    compare("a team of twelve", team())
    ours_s = compare("a tree of 111", tree())
    compare_with_ordinary(tree(), ours_s)
    compare("one list of 200 in rounds", one_list())
    scaling()


if __name__ == "__main__":
    main()
