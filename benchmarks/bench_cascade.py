"""How fast the cascade machine is, on one core, draws included.

A team of twelve, a tree of 111 people and one list of 200 called in rounds, against the SimPy reference engine, and the
tree against an ordinary SimPy model (a process per caller, numbers drawn as they are needed).

The draws take most of an event: each person has streams of their own, so that one more person, phone or attempt moves
no other number, and setting up a stream takes as long as some twenty calls.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np
import simpy

from benchmarks.measuring import Comparison, Entrant, agree_in_mean, compare, replications, timed, twin
from resilience_sim.models.cascade import (
    Calling,
    CascadeInputs,
    Notices,
    Path,
    Person,
    Phone,
    day_and_night,
    draw,
    kernel,
)
from resilience_sim.randomness import Exponential, LogNormal, Streams, Uniform

ENTITIES, SIZES = "people", (100, 1_000, 10_000)
HOUR_OF_DAY = 21.8
DAY, NIGHT, HOME = 0.5, 0.4, 0.3
RING_S, TALK_S, BEGINS_S, ATTEMPTS, BETWEEN_S = 25.0, 60.0, 120.0, 3, 300.0
COMES, LEAVES_S, TRAVELS_S = 0.79, 600.0, (600.0, 2400.0)
FAN_OUT = 10
EVENTS, ROUNDS = 50, 9  # of the kernel in a round, and rounds

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


def simpy_tree(chance: random.Random, fan_out: int = FAN_OUT) -> tuple[int, float]:
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


def told(path: Path) -> tuple[int, float]:
    known = path.told_s[path.told_s < np.inf]
    return len(known), float(known.max())


def ordinary_run(chance: random.Random) -> tuple[float, list[tuple[int, float]]]:
    seconds, answers = timed(lambda: [simpy_tree(chance) for _ in range(EVENTS)])
    return seconds / EVENTS, answers


def comparisons() -> Iterator[Comparison]:
    chance = random.Random(1)
    group, everybody, line = team(), tree(), one_list()
    ordinary = Entrant(
        "SimPy, a process per caller",
        lambda _: ordinary_run(chance),
        agree_in_mean("people told", "the last told"),
    )
    for work, inputs, others in (
        ("a team of twelve, messages and calls", group, []),
        ("a tree of 111 people", everybody, [ordinary]),
        ("one list of 200 people, called in rounds", line, []),
    ):
        yield compare(
            "cascade",
            work,
            replications("cascade", inputs, EVENTS, told),
            [twin("cascade", inputs), *others],
            rounds=ROUNDS,
        )
    before = twin("cascade", everybody, drawn_before=True)
    work, drawn = "the tree, drawn before", replications("cascade", everybody, EVENTS, told, drawn_before=True)
    yield compare("cascade", work, drawn, [before], rounds=ROUNDS)


def of_size(people: int) -> Callable[[int], object]:
    """Draws and run of a replication of one list with so many people."""
    inputs = one_list(people)
    return lambda replication: kernel.simulate(inputs, draw(inputs, Streams(1, replication)))
