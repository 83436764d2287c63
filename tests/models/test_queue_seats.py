"""Seats that fail: Q34 of the known answers, breakdown closed forms, and traces worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from queue_answers import Answer, abandoned, answered, attempts, judge, queue, served, waited
from test_queue_traces import close, given

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import ENGINES, assert_same_path, engine
from resilience_sim.models.queue import Outcome, QueueInputs, Seats, Wear, draw
from resilience_sim.randomness import Deterministic, Exponential, Never, Streams
from resilience_sim.timelines import Timeline, constant

KERNEL = engine("kernel", of="queue")


@pytest.fixture(params=ENGINES)
def simulate(request):
    return engine(request.param, of="queue").simulate


# -- against numbers -------------------------------------------------------------------------------------------------


def test_q34_ten_agents_whose_seats_fail():
    """λ 8, μ 1, θ .5, failures .05, repairs .5 per minute and agent; the call goes back to the queue and is resumed.

    Patience goes on where it stopped, and exponential patience then has the law of a fresh one.
    """
    seats = Seats(10, Wear(Exponential(1 / 0.05), Exponential(1 / 0.5)))
    judge(
        queue(8.0, 1.0, 10, 2.0, seats=seats),
        {
            "Pab": Answer(0.0713069658113, abandoned, attempts),
            "W": Answer(0.142613931623, waited, attempts),
            "E[B]": Answer(7.42954427351, served, 400.0),
        },
        batch=400.0,
        batches=900,
    )


@pytest.mark.parametrize(("arrivals", "fails", "repairs"), [(0.4, 0.2, 1.0), (0.5, 0.05, 0.5)])
def test_one_agent_with_breakdowns_has_the_mean_of_white_and_christie(arrivals, fails, repairs):
    """M/M/1, breakdowns in use or not, service resumed: L = λ((f+r)² + fμ) / ((f+r)(rμ - λ(f+r))), and W = L/λ - 1/μ.

    White & Christie (1958), Queuing with preemptive priorities or with breakdown.
    """
    both = fails + repairs
    inside = arrivals * (both**2 + fails) / (both * (repairs - arrivals * both))
    waits = inside / arrivals - 1.0
    assert inside == pytest.approx(on_and_off(arrivals, fails, repairs), rel=1e-9)
    seats = Seats(1, Wear(Exponential(1 / fails), Exponential(1 / repairs)))
    judge(
        queue(arrivals, 1.0, 1, seats=seats),
        {"W": Answer(waits, waited, attempts)},
        batch=1000.0 / arrivals,
        batches=1400,
    )


def on_and_off(arrivals: float, fails: float, repairs: float, most: int = 1200) -> float:
    """E[N] of the same queue by cutting the chain off and eliminating it from the top, two states a level."""
    below = np.zeros((2, 2))
    switch = np.array([[-fails, fails], [repairs, -repairs]])
    serve = np.diag([1.0, 0.0])
    ratios = []
    for level in range(most, 0, -1):
        up = arrivals * np.eye(2) if level < most else np.zeros((2, 2))
        local = switch - serve - up
        below = arrivals * np.eye(2) @ np.linalg.inv(-(local + (ratios[-1] @ serve if ratios else 0)))
        ratios.append(below)
    bottom = switch - arrivals * np.eye(2) + ratios[-1] @ serve
    left = np.linalg.svd(bottom.T)[2][-1]
    weights = [left / left.sum()]
    for ratio in reversed(ratios):
        weights.append(weights[-1] @ ratio)
    mass = np.array([weight.sum() for weight in weights])
    return float(mass @ np.arange(most + 1) / mass.sum())


@pytest.mark.parametrize("seed", range(6))
def test_a_call_that_goes_back_to_the_head_or_is_held_ends_at_the_same_instant_where_there_is_one_agent(seed):
    seats = Seats(1, Wear(Exponential(40.0), Exponential(15.0)))
    inputs = replace(queue(0.25, 2.0, 1, seats=seats), horizon_s=2000.0)
    draws = draw(inputs, Streams(seed, 0))
    back, held = (
        KERNEL.simulate(replace(inputs, seats=replace(seats, call=call)), draws) for call in ("requeue", "hold")
    )
    assert back.interruptions.sum() > 5
    assert (back.outcome == Outcome.ANSWERED).all()
    assert back.end_s.tolist() == pytest.approx(held.end_s.tolist(), rel=1e-12)
    lost = back.waited_s - held.waited_s  # a call held is not in the queue
    assert (lost > -1e-9).all()
    assert (lost[back.interruptions == 0] < 1e-9).all()


# -- traces ----------------------------------------------------------------------------------------------------------


def test_an_agent_moves_to_a_spare_seat_and_the_call_goes_on(simulate):
    calls = [(0, 6), (1, 4), (2, 1)]
    seats = Seats(3, ((0, 3.0, 50.0),), move_s=0.5, call="hold")
    path = simulate(*given(calls, constant(2), seats=seats), trace=True)
    # A's seat fails at 3, when 3 s are left: on at 3.5 on seat 2. B on seat 1 ends at 5 and C follows.
    assert path.end_s.tolist() == close([6.5, 5, 6])
    assert path.start_s.tolist() == close([3.5, 1, 5])
    assert path.served_s.tolist() == close([6, 4, 1])
    assert path.waited_s.tolist() == close([0, 0, 3])
    assert path.interruptions.tolist() == [1, 0, 0]
    assert path.trace_busy[path.trace_s == 3.0].tolist() == [1]


def test_without_a_spare_seat_the_agent_waits_until_one_is_repaired(simulate):
    calls = [(0, 6), (1, 4), (2, 1)]
    for failures, ends in (
        (((0, 3.0, 4.0),), [7.5, 5, 6]),  # back on the same seat at 4, on at 4.5
        (((0, 3.0, 90.0),), [93.5, 5, 6]),
        (((0, 3.0, math.inf),), [math.inf, 5, 6]),
        (((0, 3.0, 90.0), (1, 3.5, 4.0)), [7.5, 92.0, 8.5]),  # who has stood longest gets the seat
    ):
        inputs, draws = given(calls, constant(2), seats=Seats(2, failures, move_s=0.5, call="hold"))
        path = simulate(inputs, draws)
        assert path.end_s.tolist() == close(ends), failures
        assert (path.outcome == Outcome.INSIDE).tolist() == [math.isinf(end) for end in ends]


def test_an_idle_agent_gives_way_first_and_a_handed_back_call_finds_another(simulate):
    calls = [(0, 6), (1, 9)]
    path = simulate(*given(calls, constant(3), seats=Seats(3, ((0, 2.0, 50.0),))))
    # Seats 0 and 1 are busy, 2 idle: A goes back to the line and on at once, at seat 2.
    assert path.end_s.tolist() == close([6, 10])
    assert path.waited_s.tolist() == close([0, 0])
    assert path.interruptions.tolist() == [1, 0]
    path = simulate(*given(calls, constant(3), seats=Seats(3, ((2, 2.0, 50.0), (0, 3.0, 4.0))), interrupted="restart"))
    # Nobody is free: A waits until the seat is back at 4, and begins anew.
    assert path.end_s.tolist() == close([10, 10])
    assert path.waited_s.tolist() == close([1, 0])
    assert path.served_s.tolist() == close([9, 9])


def test_a_seat_that_fails_while_someone_moves_there_is_no_help(simulate):
    calls = [(0, 6)]
    failures = ((0, 2.0, 90.0), (1, 2.5, 90.0))
    path = simulate(*given(calls, constant(1), seats=Seats(3, failures, move_s=1.0, call="hold")))
    assert path.start_s.tolist() == close([3.5])  # from 2.5 on the way to seat 2
    assert path.end_s.tolist() == close([7.5])
    assert path.interruptions.tolist() == [1]


def test_more_agents_than_seats_wait_for_a_seat_and_leave_first(simulate):
    calls = [(0, 4), (0, 4), (0, 4), (5, 3)]
    roster = Timeline([0, 4.5], [3, 2])
    path = simulate(*given(calls, roster, seats=Seats(2)))
    assert path.start_s.tolist() == close([0, 0, 4, 5])


def test_agents_with_seats_enough_that_never_fail_are_agents_who_are_counted():
    """L10: the feature that does nothing is the feature switched off, whatever comes and goes on the roster."""
    for seed in range(20):
        random = np.random.default_rng(seed)
        roster = Timeline(np.arange(6) * 10.0, random.integers(0, 6, 6))
        inputs = replace(queue(0.8, 4.0, roster, 6.0), horizon_s=60.0)
        draws = draw(inputs, Streams(seed, 0))
        plain = KERNEL.simulate(inputs, draws, trace=True)
        seated = replace(inputs, seats=Seats(9))
        assert_same_path(KERNEL.simulate(seated, draw(seated, Streams(seed, 0)), trace=True), plain)


# -- draws, refusals -------------------------------------------------------------------------------------------------


def test_failures_belong_to_seats():
    def failures(seats: int, horizon_s: float = 500.0):
        inputs = replace(queue(0.1, 1.0, 2, seats=Seats(seats, Wear(Exponential(50.0), Exponential(5.0)))))
        return draw(replace(inputs, horizon_s=horizon_s), Streams(3, 0))

    few, more, longer = failures(3), failures(4), failures(3, 2000.0)
    assert len(few.seat) > 10
    assert (np.diff(few.fails_s) >= 0).all()
    assert (few.fails_s < 500.0).all()
    kept = more.seat < 3
    assert np.array_equal(few.fails_s, more.fails_s[kept])
    assert np.array_equal(few.works_s, more.works_s[kept])
    assert np.array_equal(few.fails_s, longer.fails_s[longer.fails_s < 500.0])


def test_the_share_of_time_that_a_seat_works():
    inputs = replace(queue(0.1, 1.0, 2, seats=Seats(40, Wear(Exponential(30.0), Exponential(10.0)))), horizon_s=20000.0)
    draws = draw(inputs, Streams(4, 0))
    down = (np.minimum(draws.works_s, 20000.0) - draws.fails_s).sum() / (40 * 20000.0)
    spread = math.sqrt(2 * 30.0 * 10.0 * 30 * 10 / 40**3 / (40 * 20000.0))  # renewal theory, var = 2(uf)²/(u+f)³/T
    assert abs(down - 0.25) < 4.9 * spread + 0.25 * 10 / 20000


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Seats(-1), "count"),
        (lambda: Seats(2, ((2, 1.0, 2.0),)), "a seat from 0 to 1"),
        (lambda: Seats(2, ((0, 1.0, 3.0), (0, 2.0, 4.0))), "from 3 s or later"),
        (lambda: Seats(2, ((0, 1.0, 1.0),)), "a failure"),
        (lambda: Seats(2, call="keep"), "requeue or hold"),
        (lambda: Seats(2, move_s=math.inf), "move_s"),
        (lambda: Wear(Never(), Exponential(1.0)), "up"),
        (lambda: Wear(Exponential(1.0), Deterministic(0.0)), "down"),
        (lambda: replace(queue(1.0, 1.0, 1, seats=Seats(2)), on_cut="drop"), "accepted is finish"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(InputsError, match=message):
        make()


def test_all_are_answered_in_the_end_where_every_seat_is_repaired():
    inputs: QueueInputs = replace(
        queue(1.2, 2.0, 4, seats=Seats(5, Wear(Exponential(20.0), Exponential(6.0)), 1.0, "hold")), horizon_s=300.0
    )
    path = KERNEL.simulate(inputs, draw(inputs, Streams(8, 0)))
    assert answered(path).all()
    assert path.served_s.sum() == pytest.approx(draw(inputs, Streams(8, 0)).handling_s.sum(), rel=1e-9)
