"""The two engines agree to the bit where a queue has ladders, seats, outages, calls back, doors and pre-emption."""

from __future__ import annotations

import numpy as np
import pytest
from queue_scenarios import some_busy_day, some_queue
from test_twins import some_inputs
from twins import one_of, uncompile, without_trace

from resilience_sim.errors import WidthError
from resilience_sim.models.contract import assert_same_path, engine
from resilience_sim.models.queue import Outcome, Path, QueueInputs, draw, measures
from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.kernel import RULES
from resilience_sim.randomness import Streams

KERNEL, REFERENCE = engine("kernel", of="queue"), engine("reference", of="queue")
CHUNKS, CHUNK = 4, 130
LATTICES = [None, 1.0, 0.5]


def made(simulate, inputs: QueueInputs, draws: Draws, *, trace: bool) -> Path | str:
    """The path, or the error of a run that needs more call-ups than were set aside."""
    try:
        path: Path = simulate(inputs, draws, trace=trace)
    except WidthError as error:
        return str(error)
    return path


@pytest.mark.parametrize("lattice", LATTICES)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_engines_give_the_same_path_with_every_feature_mixed(chunk, lattice):
    met = np.zeros(len(Outcome), dtype=int)
    widths = call_ups = calls_back = interruptions = 0
    for case in range(CHUNK):
        inputs = some_queue(np.random.default_rng([chunk, case, int(2 * (lattice or 0))]), lattice)
        draws = draw(inputs, Streams(case, chunk))
        path, reference = (made(each.simulate, inputs, draws, trace=True) for each in (KERNEL, REFERENCE))
        if isinstance(path, str) or isinstance(reference, str):
            assert path == reference
            widths += 1
            continue
        assert_same_path(path, reference)
        assert_same_path(KERNEL.simulate(inputs, draws), without_trace(reference))
        met += np.bincount(reference.outcome, minlength=len(met))
        interruptions += reference.interruptions.sum()
        call_ups += 0 if path.called_s is None else int(np.isfinite(path.called_s).sum())
        calls_back += 0 if path.back_end_s is None else int(np.isfinite(path.back_end_s).sum())
        assert measures(inputs, path)["calls"] == (path.outcome != Outcome.NOT_MADE).sum()
    assert met.min() > 0, f"a kind of outcome was never met ({met}): the scenarios have lost their power"
    assert min(widths, call_ups, calls_back, interruptions) > 0
    assert widths < CHUNK / 5


@pytest.mark.parametrize("case", range(4))
def test_engines_agree_on_a_busy_day_with_three_levels_redial_calls_back_and_seats(case):
    inputs = some_busy_day(np.random.default_rng(case))
    draws = draw(inputs, Streams(case, 9))
    path, reference = (made(each.simulate, inputs, draws, trace=True) for each in (KERNEL, REFERENCE))
    if isinstance(path, str):
        assert path == reference
        return
    assert_same_path(path, reference)
    assert len(path.outcome) > 400


@pytest.mark.parametrize("lattice", LATTICES)
def test_the_long_loop_gives_the_path_of_the_short_ones_on_a_plain_queue(lattice):
    from resilience_sim.models.queue.floor_run import run_floor

    for case in range(100):
        inputs = some_inputs(np.random.default_rng([case, 5, int(2 * (lattice or 0))]), lattice)
        draws = draw(inputs, Streams(case, 5))
        assert inputs.plain
        for trace in (True, False):
            path = run_floor(inputs, draws, rule=RULES[inputs.on_cut], trace=trace)
            assert_same_path(path, KERNEL.simulate(inputs, draws, trace=trace))


@pytest.mark.parametrize("lattice", LATTICES)
def test_compiled_loop_equals_the_same_code_uncompiled(lattice, monkeypatch):
    from resilience_sim.models import heaps
    from resilience_sim.models.queue import floor_agents, floor_calls, floor_ladder, floor_run, hall

    cases = [some_queue(np.random.default_rng([case, 77]), lattice) for case in range(30)]
    drawn = [draw(inputs, Streams(case, 1)) for case, inputs in enumerate(cases)]
    compiled = [made(KERNEL.simulate, inputs, draws, trace=True) for inputs, draws in zip(cases, drawn, strict=True)]
    uncompile(monkeypatch, floor_run, floor_calls, floor_agents, floor_ladder, hall, heaps)
    for inputs, draws, path in zip(cases, drawn, compiled, strict=True):
        again = made(KERNEL.simulate, inputs, draws, trace=True)
        if isinstance(path, str):
            assert path == again
        else:
            assert_same_path(again, path)


def test_other_rules_change_no_callers_draws():
    random = np.random.default_rng(11)
    for case in range(30):
        inputs, other = some_queue(random, None), some_queue(random, None)
        plain = QueueInputs(inputs.callers, inputs.agents, inputs.horizon_s, join=inputs.join)
        mixed = QueueInputs(
            inputs.callers, inputs.agents, inputs.horizon_s, join=inputs.join,
            ladder=one_of(random, inputs.ladder, other.ladder), outage=other.outage,
        )  # fmt: skip
        one, two = draw(plain, Streams(case, 0)), draw(mixed, Streams(case, 0))
        for name in ("arrival_s", "handling_s", "patience_s", "join_u", "retry_u", "retry_delay_s"):
            assert np.array_equal(getattr(one, name), getattr(two, name)), name
        assert one.lead_s.size == one.outage_u.size == one.seat.size == 0
