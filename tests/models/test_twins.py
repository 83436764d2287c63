"""The two engines of the queue machine agree to the bit, on scenarios of every kind."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from twins import assert_same_draws, one_of, some_law, uncompile, without_trace

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import ENGINES, assert_same_path, engine, machine
from resilience_sim.models.queue import (
    DEFINITIONS,
    Callers,
    Instants,
    Outcome,
    QueueInputs,
    Rate,
    Redial,
    draw,
    measures,
)  # fmt: skip
from resilience_sim.models.queue.hall import opened
from resilience_sim.randomness import Deterministic, Exponential, Never, Streams, Uniform
from resilience_sim.timelines import Timeline, constant

KERNEL, REFERENCE = engine("kernel", of="queue"), engine("reference", of="queue")
CHUNKS, CHUNK = 6, 100


def some_timeline(
    random: np.random.Generator, horizon_s: float, values: list[float], lattice: float | None
) -> Timeline:
    times = np.sort(random.uniform(-0.1, 1.3, random.integers(0, 8))) * horizon_s
    times = np.unique(times if lattice is None else np.round(times / lattice) * lattice)
    times = np.concatenate(([times[0] - 1.0 if len(times) else 0.0], times))
    return Timeline(times, random.choice(values, len(times)))


def some_callers(random: np.random.Generator, name: str, horizon_s: float, lattice: float | None) -> Callers:
    size = int(one_of(random, 0, 1, 5, 25, 40))
    if lattice is None and random.random() < 0.6:
        arrivals: Rate | Instants = Rate(
            some_timeline(random, horizon_s, [0.0, 0.5 * size / horizon_s, 2 * size / horizon_s], None),
            day_factor=one_of(random, None, Uniform(0.5, 1.5)),
            level=0.8,
            level_ceiling=one_of(random, None, 1.2),
        )
    else:
        times = random.uniform(0, 1.1 * horizon_s, size)
        times = times if lattice is None else np.round(times / lattice) * lattice
        arrivals = Instants(times, asks=one_of(random, None, random.random(size) < 0.7))
    shares = random.choice([0.0, 0.5, 1.0], 4)
    redial = Redial(
        shares[0], shares[1], shares[2], some_law(random, 4.0, lattice), int(random.integers(0, 4)),
        ceiling=one_of(random, None, 1.0), after_balking=shares[3],
    )  # fmt: skip
    return Callers(
        name,
        arrivals,
        some_law(random, float(one_of(random, 1.0, 4.0, 8.0)), lattice),
        one_of(random, Never(), Deterministic(0.0), *(some_law(random, mean, lattice) for mean in (2.0, 5.0, 20.0))),
        priority=int(random.integers(0, 2)),
        redial=one_of(random, None, redial, redial),
    )


def some_inputs(random: np.random.Generator, lattice: float | None) -> QueueInputs:
    horizon_s = float(one_of(random, 20.0, 60.0))
    return QueueInputs(
        tuple(some_callers(random, f"class {k}", horizon_s, lattice) for k in range(random.integers(1, 4))),
        some_timeline(random, horizon_s, [0, 1, 2, 3, 5], lattice),
        horizon_s,
        places=one_of(random, None, None, 0, 3, 8),
        join=one_of(random, (), (), (0.6,), (1.0, 0.8, 0.3)),
        on_cut=one_of(random, "finish", "finish_named", "hand_back", "drop"),
        leavers=one_of(random, "newest", "oldest"),
        interrupted=one_of(random, "resume", "restart"),
        stretch=one_of(random, constant(1.0), some_timeline(random, horizon_s, [0.5, 1.0, 2.0], lattice)),
    )


@pytest.mark.parametrize("lattice", [None, 1.0, 0.5])
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_engines_give_the_same_path_on_random_scenarios(chunk, lattice):
    met = np.zeros(len(Outcome), dtype=int)
    interruptions = 0
    for case in range(CHUNK):
        random = np.random.default_rng([chunk, case, int(2 * (lattice or 0))])
        inputs = some_inputs(random, lattice)
        draws = draw(inputs, Streams(case, chunk))
        reference = REFERENCE.simulate(inputs, draws, trace=True)
        assert_same_path(KERNEL.simulate(inputs, draws, trace=True), reference)
        assert_same_path(KERNEL.simulate(inputs, draws), without_trace(reference))
        met += np.bincount(reference.outcome, minlength=len(met))
        interruptions += reference.interruptions.sum()
    assert met[: Outcome.INSIDE].min() > 0, "a kind of outcome was never met: the scenarios have lost their power"
    assert interruptions > 0


@pytest.mark.parametrize("lattice", [None, 1.0, 0.5])
@pytest.mark.parametrize("levels", [[0, 1, 2, 3, 5], [0, 10, 70, 90, 100]], ids=["a few agents", "many"])
def test_engines_agree_where_the_kernel_needs_no_clock(levels, lattice):
    """One line, nobody counts those in it, no call is interrupted: the kernel goes from caller to caller."""
    met = np.zeros(len(Outcome), dtype=int)
    for case in range(CHUNK):
        random = np.random.default_rng([case, max(levels), int(2 * (lattice or 0))])
        inputs = some_inputs(random, lattice)
        crowd = Instants(np.round(random.uniform(0, inputs.horizon_s, max(levels)) * 2) / 2)
        inputs = dataclasses.replace(
            inputs,
            callers=tuple(
                dataclasses.replace(callers, priority=1, arrivals=one_of(random, callers.arrivals, crowd))
                for callers in inputs.callers
            ),
            agents=some_timeline(random, inputs.horizon_s, levels, lattice),
            places=None,
            join=(),
            on_cut="finish",
        )
        draws = draw(inputs, Streams(case, 7))
        assert opened(inputs, draws, rule=0, trace=False).foreseeable
        path = KERNEL.simulate(inputs, draws)
        assert_same_path(path, REFERENCE.simulate(inputs, draws))
        met += np.bincount(path.outcome, minlength=len(met))
    assert met[[Outcome.ANSWERED, Outcome.ABANDONED, Outcome.INSIDE]].min() > 0


def plain(times=(), *, handling=None, patience=None, agents=None, **rules) -> QueueInputs:
    callers = Callers("calls", Instants(np.array(times)), handling or Exponential(3.0), patience or Exponential(2.0))
    return QueueInputs((callers,), agents or constant(2), 60.0, **rules)


@pytest.mark.parametrize(
    "inputs",
    [
        plain(),
        plain([1.0]),
        plain([1.0], agents=constant(0), patience=Never()),
        plain([0.0] * 300, agents=constant(1)),
        plain(np.arange(300) / 50, agents=constant(0)),
        plain([3.0, 1.0, 2.0] * 40, places=0),
        plain([3.0, 1.0, 2.0] * 40, join=(0.0,)),
        plain([5.0] * 20, handling=Deterministic(0.0)),
        plain([5.0] * 20, agents=Timeline([0.0, 5.0, 6.0], [0, 1, 0]), on_cut="hand_back", patience=Never()),
        QueueInputs((Callers("none", Rate(constant(0.0)), Exponential(1.0)),), constant(1), 10.0),
    ],
    ids=[
        "empty",
        "one caller",
        "for ever",
        "overload",
        "no agents",
        "no place",
        "all balk",
        "no time",
        "pulse",
        "no rate",
    ],
)
def test_engines_agree_at_the_edges(inputs):
    draws = draw(inputs, Streams(5, 0))
    one, other = KERNEL.simulate(inputs, draws, trace=True), REFERENCE.simulate(inputs, draws, trace=True)
    assert_same_path(one, other)
    assert_same_path(KERNEL.simulate(inputs, draws), without_trace(other))
    assert measures(inputs, one).keys() == DEFINITIONS.keys()


def test_a_caller_without_agent_or_patience_waits_for_ever():
    inputs = plain([1.0], agents=constant(0), patience=Never())
    path = KERNEL.simulate(inputs, draw(inputs, Streams(5, 0)))
    assert path.outcome.tolist() == [Outcome.INSIDE]
    assert path.end_s.tolist() == path.waited_s.tolist() == [np.inf]


def test_one_more_agent_and_other_rules_change_no_draw():
    inputs = some_inputs(np.random.default_rng(3), None)
    base = draw(inputs, Streams(7, 1))
    for changes in (
        {"agents": inputs.agents + constant(1)},
        {"on_cut": "drop"},
        {"places": 4},
        {"stretch": constant(2.0)},
    ):
        assert_same_draws(base, draw(dataclasses.replace(inputs, **changes), Streams(7, 1)))


@pytest.mark.parametrize("lattice", [None, 1.0])
def test_compiled_kernel_equals_the_same_code_uncompiled(lattice, monkeypatch):
    from resilience_sim.models import heaps
    from resilience_sim.models.queue import hall, kernel, lookahead

    cases = [some_inputs(np.random.default_rng([case, 99]), lattice) for case in range(25)]
    drawn = [draw(inputs, Streams(case, 0)) for case, inputs in enumerate(cases)]
    ways = [trace for trace in (True, False) for _ in cases]
    compiled = [
        kernel.simulate(inputs, draws, trace=trace)
        for inputs, draws, trace in zip(cases * 2, drawn * 2, ways, strict=True)
    ]
    uncompile(monkeypatch, kernel, lookahead, hall, heaps)
    for inputs, draws, trace, path in zip(cases * 2, drawn * 2, ways, compiled, strict=True):
        assert_same_path(kernel.simulate(inputs, draws, trace=trace), path)


def test_contract_names_the_engines_and_refuses_others():
    assert machine("queue").VERSION == "queue@3"
    assert {engine(name, of="queue").__name__.rpartition(".")[2] for name in ENGINES} == set(ENGINES)
    with pytest.raises(InputsError, match="accepted: kernel, reference"):
        engine("fast", of="queue")
    with pytest.raises(InputsError, match="no machine"):
        machine("oracle")


def test_the_checker_names_the_column_and_row_where_paths_part():
    inputs = plain([1.0, 2.0, 3.0])
    path = KERNEL.simulate(inputs, draw(inputs, Streams(5, 0)))
    end_s = path.end_s.copy()
    end_s[1] = np.nextafter(end_s[1], np.inf)
    with pytest.raises(AssertionError, match="end_s: paths part at row 1"):
        assert_same_path(path, dataclasses.replace(path, end_s=end_s))
    with pytest.raises(AssertionError, match="only one of the paths"):
        assert_same_path(path, KERNEL.simulate(inputs, draw(inputs, Streams(5, 0)), trace=True))
