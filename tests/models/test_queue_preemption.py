"""Graver classes: pre-emptive service (Q29) and priority with abandonment, against closed forms and an exact chain."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from queue_answers import Answer, abandoned, attempts, judge, of, waited
from scipy import sparse
from scipy.sparse.linalg import spsolve
from test_queue_traces import close

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import ENGINES, engine
from resilience_sim.models.queue import Callers, Instants, Outcome, QueueInputs, Rate, draw, theory
from resilience_sim.randomness import Deterministic, Exponential, Law, Never, Streams
from resilience_sim.timelines import constant

KERNEL = engine("kernel", of="queue")


@pytest.fixture(params=ENGINES)
def simulate(request):
    return engine(request.param, of="queue").simulate


def two_classes(rates: tuple[float, float], agents: int, patience: Law | None = None, **rules) -> QueueInputs:
    """Grave and slight cases at rates per minute; treatment takes 1 minute on average."""
    classes = tuple(
        Callers(name, Rate(constant(rate)), Exponential(1.0), patience or Never(), priority)
        for priority, (name, rate) in enumerate(zip(("grave", "slight"), rates, strict=True))
    )
    return QueueInputs(classes, constant(agents), 1.0, **rules)


def test_q29_preemptive_resume():
    """M/M/1, λ (.2, .6), μ 1: W .25 and 5.25, all time in the queue."""
    judge(
        two_classes((0.2, 0.6), 1, preempt=True),
        {
            "W grave": Answer(0.25, of(0, waited), of(0, attempts)),
            "W slight": Answer(5.25, of(1, waited), of(1, attempts)),
        },
        batch=4000.0,
        batches=860,
    )


def test_preemption_with_abandonment_leaves_the_grave_alone_with_their_agents():
    """M/M/3+M: the grave see nobody else; and together the classes are one, since their laws are the same.

    So the slight cases' abandonment is what is left of the whole. (An interrupted caller's patience goes on where it
    stopped, which for an exponential one has the law of a fresh one.)
    """
    rates, agents, patience = (2.0, 1.0), 3, 2.0
    alone = theory.erlang_a(rates[0], 1.0, 1 / patience, agents)
    both = theory.erlang_a(sum(rates), 1.0, 1 / patience, agents)
    grave, everybody = (queue.waiting / patience for queue in (alone, both))  # abandonments a minute
    judge(
        two_classes(rates, agents, Exponential(patience), preempt=True),
        {
            "Pab grave": Answer(grave / rates[0], of(0, abandoned), of(0, attempts)),
            "Pab slight": Answer((everybody - grave) / rates[1], of(1, abandoned), of(1, attempts)),
            "W slight": Answer((everybody - grave) * patience / rates[1], of(1, waited), of(1, attempts)),
        },
        batch=400.0,
        batches=2000,
    )


def queues_by_priority(rates: tuple[float, float], agents: int, patience: float, most: int) -> tuple[float, float]:
    """E of grave and of slight cases waiting in M/M/n+M with non-preemptive priority: a chain solved exactly.

    States: so many free agents' worth of callers in service while nobody waits, then (grave, slight) waiting.
    """
    index = {("served", busy): busy for busy in range(agents)}
    for grave in range(most):
        for slight in range(most):
            index[grave, slight] = len(index)
    rows, columns, values = [], [], []

    def flow(start: tuple, end: tuple, rate: float) -> None:
        if end in index:
            rows.extend((index[end], index[start]))
            columns.extend((index[start],) * 2)
            values.extend((rate, -rate))

    for busy in range(agents):
        flow(("served", busy), ("served", busy + 1) if busy + 1 < agents else (0, 0), sum(rates))
        flow(("served", busy), ("served", busy - 1), float(busy))
    for grave in range(most):
        for slight in range(most):
            here = grave, slight
            flow(here, (grave + 1, slight), rates[0])
            flow(here, (grave, slight + 1), rates[1])
            flow(here, (grave - 1, slight), grave / patience)
            flow(here, (grave, slight - 1), slight / patience)
            next_ = (grave - 1, slight) if grave else (0, slight - 1) if slight else ("served", agents - 1)
            flow(here, next_, float(agents))
    size = len(index)
    generator = sparse.coo_matrix((values, (rows, columns)), shape=(size, size)).tolil()
    generator[0, :] = 1.0
    right = np.zeros(size)
    right[0] = 1.0
    weights = spsolve(generator.tocsc(), right)[agents:].reshape(most, most)
    waiting = np.arange(most)
    return float(weights.sum(axis=1) @ waiting), float(weights.sum(axis=0) @ waiting)


def test_priority_with_abandonment_agrees_with_the_chain():
    rates, agents, patience = (1.2, 1.6), 3, 2.5
    grave, slight = queues_by_priority(rates, agents, patience, 50)
    whole = theory.erlang_a(sum(rates), 1.0, 1 / patience, agents)
    assert grave + slight == pytest.approx(whole.waiting, rel=1e-9)  # the order decides only who waits
    judge(
        two_classes(rates, agents, Exponential(patience)),
        {
            "W grave": Answer(grave / rates[0], of(0, waited), of(0, attempts)),
            "W slight": Answer(slight / rates[1], of(1, waited), of(1, attempts)),
            "Pab slight": Answer(slight / patience / rates[1], of(1, abandoned), of(1, attempts)),
        },
        batch=400.0,
        batches=2000,
    )


def cases(*calls: tuple[float, float, int], patience: dict[int, float] | None = None, agents: int = 1, **rules):
    """A queue of (arrival, service, priority), one class for each priority, and its draws."""
    classes = tuple(
        Callers(
            f"class {priority}",
            Instants(np.array([at for at, _, p in calls if p == priority])),
            Deterministic(1.0),
            Deterministic((patience or {}).get(priority, 1e9)),
            priority,
        )
        for priority in sorted({priority for _, _, priority in calls})
    )
    inputs = QueueInputs(classes, constant(agents), 50.0, **rules)
    services = [service for _, service, _ in sorted(calls, key=lambda call: call[2])]
    return inputs, replace(draw(inputs, Streams(1, 0)), handling_s=np.array(services, dtype=float))


@pytest.mark.parametrize(("interrupted", "end"), [("resume", 8), ("restart", 10)])
def test_a_grave_case_takes_the_agent_and_the_other_stands_at_the_head(simulate, interrupted, end):
    inputs, draws = cases((0, 4, 1), (1, 2, 0), (4, 2, 0), preempt=True, interrupted=interrupted)
    path = simulate(inputs, draws)  # rows: the grave cases, then the slight one
    assert path.end_s.tolist() == close([3, 6, end])
    assert path.interruptions.tolist() == [0, 0, 2]
    assert path.waited_s.tolist() == close([0, 0, 4])


def test_of_several_the_least_grave_that_started_last_is_interrupted(simulate):
    inputs, draws = cases((0, 9, 1), (0, 9, 2), (1, 9, 2), (2, 1, 0), (2, 1, 1), agents=3, preempt=True)
    path = simulate(inputs, draws)
    # At 2: first the grave case for the one of class 2 that started at 1, then the other of class 1 for the last left.
    assert path.source.tolist() == [0, 1, 1, 2, 2]
    assert path.start_s.tolist() == close([2, 0, 2, 3, 3])
    assert path.interruptions.tolist() == [0, 0, 0, 1, 1]
    assert path.end_s.tolist() == close([3, 9, 3, 10, 11])


def test_equals_do_not_interrupt_each_other_and_patience_goes_on_where_it_stopped(simulate):
    inputs, draws = cases((0, 5, 1), (1, 4, 0), (1.5, 1, 0), patience={1: 3.0}, preempt=True)
    path = simulate(inputs, draws)
    assert path.start_s.tolist() == close([1, 5, 0])
    assert path.outcome.tolist() == [Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ABANDONED]
    assert path.end_s.tolist() == close([5, 6, 4])
    assert path.served_s.tolist() == close([4, 1, 1])


@pytest.mark.parametrize("seed", range(8))
def test_law_the_grave_see_no_others_on_any_path(seed):
    mixed = replace(two_classes((0.5, 1.5), 2, preempt=True), horizon_s=300.0)
    alone = replace(mixed, callers=mixed.callers[:1])
    together, single = (KERNEL.simulate(inputs, draw(inputs, Streams(seed, 0))) for inputs in (mixed, alone))
    grave = together.source == 0
    for column in ("start_s", "end_s", "waited_s", "served_s"):
        assert np.array_equal(getattr(together, column)[grave], getattr(single, column))
    assert together.interruptions.sum() > 0
    assert math.isclose(together.served_s.sum(), draw(mixed, Streams(seed, 0)).handling_s.sum(), rel_tol=1e-9)


def test_numbered_agents_do_not_change_calls():
    with pytest.raises(InputsError, match="accepted is finish, hand_back or drop"):
        two_classes((1.0, 1.0), 1, preempt=True, on_cut="finish_named")
