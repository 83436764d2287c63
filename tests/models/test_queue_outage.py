"""An application that fails: recording by hand, callers who cannot be helped, and the calls back that are owed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from queue_answers import Answer, answered, attempts, ended, judge, queue, served
from test_queue_traces import close, given

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import ENGINES, assert_same_path, engine
from resilience_sim.models.queue import (
    CallBacks,
    Callers,
    Outage,
    Outcome,
    QueueInputs,
    Rate,
    Redial,
    call_back_measures,
    draw,
    measures,
)
from resilience_sim.randomness import Deterministic, Exponential, Never, Streams
from resilience_sim.timelines import Timeline, constant, pulse

KERNEL = engine("kernel", of="queue")
ONE, NONE = constant(1.0), constant(0.0)


@pytest.fixture(params=ENGINES)
def simulate(request):
    return engine(request.param, of="queue").simulate


def failing(calls, agents, outage: Outage, *, u=None, backs_s=None, delays_s=None, **rules):
    """A queue of (arrival, service[, patience]) in an outage, and its draws: uniforms, calls back, times until due."""
    inputs, draws = given(calls, agents, outage=outage, **rules)
    n = len(calls)
    return inputs, replace(
        draws,
        outage_u=np.full(n, 0.5) if u is None else np.array(u, dtype=float),
        back_handling_s=np.full(n, 1.0) if backs_s is None else np.array(backs_s, dtype=float),
        back_delay_s=np.zeros(n) if delays_s is None else np.array(delays_s, dtype=float),
    )


def backs(**rules) -> CallBacks:
    return CallBacks(Deterministic(1.0), **rules)


# -- traces ----------------------------------------------------------------------------------------------------------


def test_the_instant_at_which_an_agent_takes_a_call_on_decides_how_it_goes(simulate):
    calls = [(0, 4), (1, 4), (2, 4), (3, 4), (20, 4)]
    outage = Outage(pulse(2, 10, 0.6), pulse(2, 10, 0.3), factor=0.5, refusing_s=1.5)
    inputs, draws = failing(calls, constant(1), outage, u=[0.1, 0.2, 0.89, 0.95, 0.0], stretch=pulse(2, 19) + ONE)
    path = simulate(inputs, draws)
    # A before the outage; B is sent away after 1.5 s, C written down in half the time, D takes twice as long.
    expected = [Outcome.ANSWERED, Outcome.UNANSWERABLE, Outcome.RECORDED, Outcome.ANSWERED, Outcome.ANSWERED]
    assert path.outcome.tolist() == expected
    assert path.start_s.tolist() == close([0, 4, 5.5, 7.5, 20])
    assert path.end_s.tolist() == close([4, 5.5, 7.5, 15.5, 24])
    assert path.back_owed_s is None
    row = measures(inputs, path)
    assert (row["answered"], row["recorded"], row["unanswerable"], row["calls"]) == (4, 1, 1, 5)
    assert row["answer_rate"] == close(4 / 5)
    assert row["callers_answered"] == 4


def test_calls_back_are_made_when_no_caller_waits_and_in_the_order_in_which_they_are_due(simulate):
    calls = [(0, 1), (0, 1), (0, 1), (7, 5)]
    outage = Outage(pulse(0, 3), back=backs())
    inputs, draws = failing(calls, constant(1), outage, backs_s=[2, 3, 4, 1], delays_s=[4, 0, 1.5, 0])
    path = simulate(inputs, draws, trace=True)
    assert path.back_owed_s.tolist() == close([1, 2, 3, math.nan])
    # Due at 5, 2 and 4.5: B's from 3, when all are served, to 6; C's to 10; then the caller who came at 7; then A's.
    assert path.back_start_s.tolist() == close([15, 3, 6, math.nan])
    assert path.back_end_s.tolist() == close([17, 6, 10, math.nan])
    assert path.start_s.tolist() == close([0, 1, 2, 10])
    assert path.trace_waiting.max() == 2  # a call back is nobody in line
    assert call_back_measures(path, within_s=3.0) == {
        "promised": 3, "made": 3, "open": 0, "late": 1, "mean_delay_s": close((14 + 1 + 3) / 3),
    }  # fmt: skip


def test_calls_back_keep_to_their_hours_their_pace_and_a_reserve(simulate):
    calls = [(0, 1)] * 3
    for rules, starts in (
        ({"hours": Timeline([0, 5, 6, 20], [0, 1, 0, 1])}, [5, 5, 5]),
        ({"gap_s": 2.0}, [1, 3, 5]),
        ({"reserve": 2}, [1, 2, 3]),
        ({"reserve": 1, "gap_s": 1.5, "hours": Timeline([0, 4], [0, 1])}, [4, 5.5, 7]),
        ({"reserve": 3}, [math.nan] * 3),
        ({"hours": Timeline([0, 1, 3], [0, 1, 0]), "gap_s": 1.5}, [1, 2.5, math.nan]),
    ):
        outage = Outage(ONE, back=backs(**rules))
        inputs, draws = failing(calls, constant(3), outage)
        path = simulate(inputs, draws)
        assert path.back_start_s.tolist() == close(starts), rules
        never = math.isnan(starts[2])
        assert np.isinf(path.back_end_s[2]) == never
        row = call_back_measures(path)
        assert row["promised"] == 3 == row["made"] + row["open"]


def test_a_call_back_that_is_cut_off_stays_owed(simulate):
    calls = [(0, 1)]
    outage = Outage(ONE, back=backs())
    for on_cut, ends in (("hand_back", 9), ("drop", 12), ("finish", 5)):
        inputs, draws = failing(
            calls, Timeline([0, 4, 8], [1, 0, 1]), outage, backs_s=[4], on_cut=on_cut, interrupted="resume"
        )
        path = simulate(inputs, draws)
        assert path.back_end_s.tolist() == close([ends]), on_cut
        assert path.outcome.tolist() == [Outcome.RECORDED]


def test_a_call_back_takes_no_place(simulate):
    calls = [(0, 1), (2, 1), (2, 1)]
    inputs, draws = failing(calls, constant(1), Outage(pulse(0, 1), back=backs()), backs_s=[5, 1, 1], places=1)
    path = simulate(inputs, draws)
    assert path.back_start_s[0] == close(1)
    assert path.outcome.tolist() == [Outcome.RECORDED, Outcome.ANSWERED, Outcome.BLOCKED]


def test_who_cannot_be_helped_may_call_again(simulate):
    redial = Redial(0.0, 0.0, 0.0, Deterministic(10.0), 3, after_refusal=1.0)
    inputs, draws = failing([(0, 2)], constant(1), Outage(NONE, pulse(0, 15), refusing_s=1.0), redial=redial)
    path = simulate(inputs, draws)
    made = path.outcome != Outcome.NOT_MADE
    assert path.outcome[made].tolist() == [Outcome.UNANSWERABLE] * 2 + [Outcome.ANSWERED]
    assert path.arrival_s[made].tolist() == close([0, 11, 22])


# -- numbers and laws ------------------------------------------------------------------------------------------------


def test_shares_and_work_in_a_lasting_outage():
    """Infinitely many agents: each share as drawn, and work of .5 × .6 (half the time) + .3 × .2 min + .2 whole."""
    judge(
        queue(5.0, 2.0, 60, outage=Outage(constant(0.5), constant(0.3), 0.6, 0.2)),
        {
            "recorded": Answer(0.5, ended(Outcome.RECORDED), attempts),
            "sent away": Answer(0.3, ended(Outcome.UNANSWERABLE), attempts),
            "as usual": Answer(0.2, answered, attempts),
            "work": Answer(0.5 * 0.6 * 2.0 + 0.3 * 0.2 + 0.2 * 2.0, served, attempts),
        },
        batch=200.0,
        batches=500,
    )


def busy_day(outage: Outage | None, agents: int = 9, **rules) -> QueueInputs:
    callers = Callers(
        "calls", Rate(Timeline([0.0, 1200, 2400], [0.08, 0.16, 0.05])), Exponential(60.0), Exponential(90.0),
        redial=Redial(0.5, 0.0, 0.5, Exponential(200.0), 3, after_refusal=0.5, ceiling=0.5),
    )  # fmt: skip
    return QueueInputs((callers,), constant(agents), 5400.0, outage=outage, **rules)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("on_cut", ["finish", "drop"])
def test_calls_back_conserve_callers(seed, on_cut):
    """Whoever was written down is owed exactly one call back, and it is made or open; attempts end in one way each."""
    back = CallBacks(Exponential(40.0), Exponential(300.0), hours=pulse(2400, 4000), reserve=2, gap_s=20.0)
    inputs = busy_day(Outage(pulse(900, 2400, 0.6), pulse(900, 2400, 0.2), back=back), on_cut=on_cut)
    inputs = replace(inputs, agents=Timeline([0, 1500, 1600], [9, 6, 9]))
    draws = draw(inputs, Streams(seed, 0))
    path = KERNEL.simulate(inputs, draws)
    row, owed = measures(inputs, path), call_back_measures(path)
    ends = ("answered", "abandoned", "blocked", "balked", "dropped", "inside", "shut", "unanswerable")
    assert row["calls"] == sum(row[end] for end in ends)
    assert row["callers"] == row["callers_answered"] + row["callers_lost"] == len(draws.arrival_s)
    recorded = path.outcome == Outcome.RECORDED
    assert row["recorded"] == owed["promised"] == owed["made"] + owed["open"] > 50
    assert sorted(path.caller[recorded]) == np.flatnonzero(~np.isnan(path.back_owed_s)).tolist()
    assert np.array_equal(np.sort(path.back_owed_s[path.caller[recorded]]), np.sort(path.end_s[recorded]))
    made = np.isfinite(path.back_end_s)
    begins = np.sort(path.back_start_s[made])
    assert (np.diff(begins) >= 20.0 - 1e-9).all()
    assert owed["open"] > 0, "all were made: nothing is tested"
    assert owed["made"] > 20
    assert begins[0] >= 2400
    assert begins[-1] < 4000
    due_s = path.back_owed_s[made] + draws.back_delay_s[made]
    assert (path.back_start_s[made] >= due_s).all()


@pytest.mark.parametrize("seed", range(4))
def test_l10_an_outage_that_hits_nobody_changes_no_bit(seed):
    off = Outage(NONE, back=CallBacks(Exponential(40.0)))
    plain, idle = busy_day(None), busy_day(off)
    one, other = (KERNEL.simulate(inputs, draw(inputs, Streams(seed, 0)), trace=True) for inputs in (plain, idle))
    assert np.isnan(other.back_owed_s).all()
    bare = dict.fromkeys(("back_owed_s", "back_start_s", "back_end_s"))
    assert_same_path(one, replace(other, **bare))


def test_a_longer_or_heavier_outage_moves_nobody_elses_numbers():
    light, heavy = (
        draw(busy_day(Outage(pulse(900, 1200, share), back=back)), Streams(3, 0))
        for share, back in ((0.2, None), (0.9, CallBacks(Exponential(40.0))))
    )
    for name in ("arrival_s", "handling_s", "patience_s", "retry_u", "retry_delay_s", "outage_u"):
        assert np.array_equal(getattr(light, name), getattr(heavy, name)), name
    assert len(light.back_handling_s) == 0 < len(heavy.back_handling_s)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Outage(constant(0.7), constant(0.5)), "1 or less"),
        (lambda: Outage(constant(-0.1)), "shares from 0 to 1"),
        (lambda: Outage(ONE, factor=0.0), "factor"),
        (lambda: CallBacks(Never()), "handling"),
        (lambda: CallBacks(Exponential(1.0), Never()), "delay"),
        (lambda: CallBacks(Exponential(1.0), reserve=-1), "reserve"),
        (lambda: call_back_measures(KERNEL.simulate(*given([(0, 1)], constant(1)))), "no calls back are owed"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(InputsError, match=message):
        make()
