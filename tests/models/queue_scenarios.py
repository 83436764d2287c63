"""Random queues with everything that a queue can have, mixed; on a lattice of instants, where ties are common."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from twins import one_of, some_law

from resilience_sim.models.queue import (
    CallBacks,
    Callers,
    Condition,
    Instants,
    Ladder,
    Level,
    Outage,
    QueueInputs,
    Rate,
    Redial,
    Seats,
    Wear,
)
from resilience_sim.randomness import Deterministic, Exponential, Never, Uniform
from resilience_sim.timelines import Timeline, constant

HORIZON_S = 40.0


def steps(random: np.random.Generator, values: list[float], lattice: float | None) -> Timeline:
    times = np.sort(random.uniform(0, 1.2, random.integers(0, 6))) * HORIZON_S
    times = np.unique(times if lattice is None else np.round(times / lattice) * lattice)
    return Timeline(np.concatenate(([-1.0], times)), random.choice(values, len(times) + 1))


def some_callers(random: np.random.Generator, name: str, lattice: float | None) -> Callers:
    size = int(one_of(random, 1, 10, 25, 40))
    if lattice is None and random.random() < 0.5:
        arrivals: Rate | Instants = Rate(constant(size / HORIZON_S))
    else:
        times = random.uniform(0, 1.1 * HORIZON_S, size)
        arrivals = Instants(times if lattice is None else np.round(times / lattice) * lattice)
    shares = random.choice([0.0, 0.5, 1.0], 5)
    redial = Redial(
        *shares[:3], some_law(random, 4.0, lattice), int(random.integers(0, 3)), ceiling=1.0, after_balking=shares[3],
        after_refusal=shares[4],
    )  # fmt: skip
    return Callers(
        name,
        arrivals,
        some_law(random, float(one_of(random, 1.0, 3.0, 6.0)), lattice),
        one_of(random, Never(), Deterministic(0.0), some_law(random, 4.0, lattice), some_law(random, 20.0, lattice)),
        priority=int(random.integers(0, 3)),
        redial=one_of(random, None, redial),
    )


def some_condition(random: np.random.Generator, *, calls: bool) -> Condition:
    """One that tends to be met when there is much to do (`calls`), or little."""
    hold_s = float(one_of(random, 0.0, 0.0, 1.0, 3.0))
    compare = random.choice(["at_least", "more_than"] if calls else ["at_most", "less_than"])
    kind = random.integers(5)
    if kind == 0 or (kind == 4 and calls):
        return Condition("waiting", compare, float(random.integers(1, 5)), hold_s)
    if kind == 1:
        return Condition("waiting_per_agent", compare, float(one_of(random, 0.5, 1.0, 2.0)), hold_s)
    if kind == 2:
        return Condition("oldest_wait", "at_least" if calls else "less_than", float(random.integers(0, 5)), hold_s)
    if kind == 3:
        compare = random.choice(["at_most", "less_than"] if calls else ["at_least", "more_than"])
        window_s = float(one_of(random, 2.0, 8.0))
        return Condition("answered_share", compare, float(one_of(random, 0.5, 0.75)), hold_s, window_s)
    return Condition("idle", one_of(random, "at_least", "more_than"), float(random.integers(0, 2)), hold_s)


def some_level(random: np.random.Generator, name: str, lattice: float | None) -> Level:
    people = int(random.integers(1, 4))
    given = random.choice([0.0, 1.0, 2.5, 6.0, np.inf], (4, people))
    lead = one_of(random, some_law(random, 3.0, lattice), tuple(map(tuple, given.tolist())))
    return Level(
        name,
        people,
        lead,
        some_condition(random, calls=True),
        one_of(random, None, *(some_condition(random, calls=False) for _ in range(4))),
        call_ups=40,
        armed_from=one_of(random, "called", "in_place"),
        released_from=one_of(random, "called", "in_place"),
    )


def some_ladder(random: np.random.Generator, lattice: float | None) -> Ladder:
    levels = tuple(some_level(random, f"level {k}", lattice) for k in range(random.integers(1, 4)))
    return Ladder(levels, one_of(random, None, None, 2))


def some_outage(random: np.random.Generator, lattice: float | None) -> Outage:
    back = CallBacks(
        some_law(random, 2.0, lattice),
        some_law(random, 4.0, lattice),
        one_of(random, constant(1.0), steps(random, [0.0, 1.0, 1.0], lattice)),
        reserve=int(random.integers(0, 2)),
        gap_s=float(one_of(random, 0.0, 0.0, 1.0, 2.0)),
    )
    return Outage(
        steps(random, [0.0, 0.3, 0.6], lattice),
        one_of(random, constant(0.0), steps(random, [0.0, 0.2, 0.4], lattice)),
        factor=float(one_of(random, 0.5, 1.0, 1.5)),
        refusing_s=float(one_of(random, 0.0, 0.5)),
        back=one_of(random, None, back, back),
    )


def some_seats(random: np.random.Generator, lattice: float | None) -> Seats:
    count = int(random.integers(1, 8))
    given = []
    for seat in range(count):
        instants = np.unique(random.uniform(0, HORIZON_S, 2 * random.integers(0, 4)))
        instants = np.unique(instants if lattice is None else np.round(instants / lattice) * lattice).tolist()
        given += [(seat, at, until) for at, until in zip(instants[::2], [*instants[1::2], np.inf], strict=False)]
    worn = Wear(Exponential(12.0), Exponential(4.0)) if lattice is None else tuple(given)
    return Seats(
        count,
        one_of(random, tuple(given), worn),
        move_s=float(one_of(random, 0.0, 0.5, 1.0)),
        call=one_of(random, "requeue", "hold"),
    )


def some_queue(random: np.random.Generator, lattice: float | None) -> QueueInputs:
    """A queue in which each feature is there or not; together, most pairs of features."""
    chance = random.random
    on_cut = one_of(random, "finish", "finish", "finish_named", "hand_back", "drop")
    return QueueInputs(
        tuple(some_callers(random, f"class {k}", lattice) for k in range(random.integers(1, 4))),
        steps(random, [0, 1, 2, 3, 5], lattice),
        HORIZON_S,
        places=one_of(random, None, None, None, 8),
        join=one_of(random, (), (), (1.0, 0.8, 0.3)),
        on_cut=on_cut,
        leavers=one_of(random, "newest", "oldest"),
        interrupted=one_of(random, "resume", "restart"),
        stretch=one_of(random, constant(1.0), steps(random, [0.5, 1.0, 2.0], lattice)),
        preempt=bool(on_cut != "finish_named" and chance() < 0.4),
        doors=steps(random, [0.0, 1.0, 1.0], lattice) if chance() < 0.3 else constant(1.0),
        clears_s=float(random.integers(10, 50)) if chance() < 0.3 else np.inf,
        ladder=some_ladder(random, lattice) if chance() < 0.6 else None,
        outage=some_outage(random, lattice) if chance() < 0.4 else None,
        seats=some_seats(random, lattice) if on_cut == "finish" and chance() < 0.6 else None,
    )


def some_busy_day(random: np.random.Generator) -> QueueInputs:
    """A longer one: three levels, redial, calls back, and seats that wear out."""
    callers = Callers(
        "calls", Rate(Timeline([0.0, 400.0, 800.0], [0.3, 0.9, 0.2])), Exponential(8.0), Exponential(30.0),
        redial=Redial(0.6, 0.0, 0.0, Exponential(40.0), 3),
    )  # fmt: skip
    levels = tuple(
        replace(some_level(random, f"level {k}", None), people=2 + k, lead=Uniform(10.0, 40.0), call_ups=200)
        for k in range(3)
    )
    outage = Outage(Timeline([0.0, 450.0, 700.0], [0.0, 0.5, 0.0]), back=CallBacks(Exponential(5.0)))
    seats = Seats(12, Wear(Exponential(300.0), Exponential(60.0)), 2.0, one_of(random, "requeue", "hold"))
    return QueueInputs((callers,), constant(4), 1200.0, ladder=Ladder(levels), outage=outage, seats=seats)
