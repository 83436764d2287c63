"""Doors that close, the line that is served or sent away, and how full a hall gets."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from test_queue_traces import close, given

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import ENGINES, assert_same_path, engine
from resilience_sim.models.queue import Callers, Outcome, QueueInputs, Rate, crowding, draw, measures
from resilience_sim.randomness import Exponential, Streams
from resilience_sim.timelines import Timeline, constant

KERNEL = engine("kernel", of="queue")


@pytest.fixture(params=ENGINES)
def simulate(request):
    return engine(request.param, of="queue").simulate


# -- against a differential equation ---------------------------------------------------------------------------------

RATE, SERVICE, PATIENCE, WINDOWS = 0.8, 8.0, 60.0, 2  # per minute, minutes
OPEN, SENT, DAY = 150.0, 165.0, 200.0  # the doors close, the line is sent away, people still come until then


def law_at(instants: tuple[float, ...], arrivals_until: float, most: int = 160) -> np.ndarray:
    """P(N = k) at each instant: the forward equations of M/M/2+M from empty, no arrivals after closing."""
    inside = np.arange(most + 1)
    leave = np.minimum(inside, WINDOWS) / SERVICE + np.maximum(inside - WINDOWS, 0) / PATIENCE

    def forward(rate: float):
        up = np.where(inside < most, rate, 0.0)

        def change(_: float, p: np.ndarray) -> np.ndarray:
            flow = -(up + leave) * p
            flow[1:] += up[:-1] * p[:-1]
            flow[:-1] += leave[1:] * p[1:]
            return flow

        return change

    p = np.zeros(most + 1)
    p[0] = 1.0
    tight = {"rtol": 1e-10, "atol": 1e-13, "method": "LSODA"}
    p = solve_ivp(forward(RATE), (0.0, arrivals_until), p, **tight).y[:, -1]
    laws = []
    for start, end in zip((arrivals_until, *instants), instants, strict=False):
        p = p if end == start else solve_ivp(forward(0.0), (start, end), p, **tight).y[:, -1]
        laws.append(p)
    return np.array(laws)


def hall(**rules) -> QueueInputs:
    callers = Callers("customers", Rate(constant(RATE)), Exponential(SERVICE), Exponential(PATIENCE))
    return QueueInputs((callers,), constant(WINDOWS), DAY, doors=Timeline([0.0, OPEN], [1, 0]), clears_s=SENT, **rules)


def test_closing_and_draining_agree_with_the_forward_equations():
    """Inside at closing, sent away later, shut out, all gone by then: days that start empty."""
    at_closing, at_the_end = law_at((OPEN, SENT), OPEN)
    inside = np.arange(len(at_closing))
    inputs, days = hall(), 1600
    seen: dict[str, list[float]] = {"at closing": [], "sent away": [], "shut out": [], "at most 22 in line": []}
    for day in range(days):
        path = KERNEL.simulate(inputs, draw(inputs, Streams(9, day)))
        shut = path.outcome == Outcome.SHUT
        came = path.arrival_s < OPEN
        assert not (path.outcome[~came] != Outcome.SHUT).any()
        assert path.end_s[came & shut].tolist() == [SENT] * int((came & shut).sum())
        seen["at closing"].append(np.count_nonzero(came & (path.end_s > OPEN)))
        seen["sent away"].append(np.count_nonzero(came & shut))
        seen["shut out"].append(np.count_nonzero(~came))
        seen["at most 22 in line"].append(float((came & shut).sum() <= 22))
    exact = {
        "at closing": at_closing @ inside,
        "sent away": at_the_end @ np.maximum(inside - WINDOWS, 0),
        "shut out": RATE * (DAY - OPEN),
        "at most 22 in line": at_the_end[: WINDOWS + 23].sum(),
    }
    for name, values in seen.items():
        error = np.std(values, ddof=1) / math.sqrt(days)
        assert error <= 0.01 * exact[name] or name == "at most 22 in line", f"{name}: no power"
        assert abs(np.mean(values) - exact[name]) <= 4.9 * error, name
    assert 0.2 < exact["at most 22 in line"] < 0.8


def test_without_the_doors_the_same_people_would_have_been_let_in():
    closing, open_ = hall(), replace(hall(), doors=constant(1.0), clears_s=math.inf)
    for day in range(10):
        one, other = (KERNEL.simulate(inputs, draw(inputs, Streams(9, day)), trace=True) for inputs in (closing, open_))
        before = one.arrival_s < OPEN
        assert np.array_equal(one.arrival_s, other.arrival_s)
        assert np.array_equal(one.start_s[before & (one.start_s < SENT)], other.start_s[before & (one.start_s < SENT)])


def test_extended_hours_let_in_who_was_shut_out():
    longer = replace(hall(), doors=Timeline([0.0, OPEN + 30], [1, 0]), clears_s=SENT + 30)
    shut = []
    for inputs in (hall(), longer):
        rows = [measures(inputs, KERNEL.simulate(inputs, draw(inputs, Streams(9, day)))) for day in range(60)]
        shut.append(sum(row["shut"] for row in rows))
        for row in rows:
            assert row["calls"] == row["answered"] + row["abandoned"] + row["shut"]
    assert shut[1] < shut[0]


# -- traces ----------------------------------------------------------------------------------------------------------


def test_at_closing_nobody_is_let_in_and_those_inside_are_served(simulate):
    calls = [(0, 4), (1, 3), (5, 1), (6, 1), (9, 1)]
    path = simulate(*given(calls, constant(1), doors=Timeline([0, 5, 9], [1, 0, 1])))
    assert path.outcome.tolist() == [Outcome.ANSWERED, Outcome.ANSWERED, Outcome.SHUT, Outcome.SHUT, Outcome.ANSWERED]
    assert path.end_s.tolist() == close([4, 7, 5, 6, 10])


def test_those_in_line_are_sent_away_after_services_and_patience_of_that_instant_have_ended(simulate):
    calls = [(0, 5), (1, 3), (2, 1, 3), (3, 9), (5, 2)]
    inputs, draws = given(calls, constant(1), clears_s=5.0)
    path = simulate(inputs, draws, trace=True)
    # At 5 A ends and B starts, C gives up, D is sent away, and E, for whom the doors are open, waits.
    expected = [Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ABANDONED, Outcome.SHUT, Outcome.ANSWERED]
    assert path.outcome.tolist() == expected
    assert path.end_s.tolist() == close([5, 8, 5, 5, 10])
    assert path.waited_s.tolist() == close([0, 4, 3, 2, 3])
    at_five = path.trace_s == 5
    assert path.trace_waiting[at_five].tolist() == [2, 1, 0, 1]


def test_all_are_sent_away_at_once_in_one_row_of_the_trace(simulate):
    path = simulate(*given([(0, 9), (1, 1), (2, 1), (3, 1)], constant(1), clears_s=4.0), trace=True)
    assert path.trace_waiting[path.trace_s == 4.0].tolist() == [0]
    assert (path.outcome == Outcome.SHUT).tolist() == [False, True, True, True]


def test_counters_that_open_and_close_are_agents_over_time(simulate):
    calls = [(0, 6), (0, 6), (0, 2), (0, 2)]
    path = simulate(*given(calls, Timeline([0, 3, 7], [1, 2, 0])))
    assert path.start_s.tolist() == close([0, 3, 6, math.nan])  # the first counter goes on to C at 6; D never starts
    assert path.outcome.tolist() == [Outcome.ANSWERED] * 3 + [Outcome.INSIDE]


def test_how_full_a_hall_gets(simulate):
    calls = [(0, 2), (1, 2), (2, 2), (2, 1), (9, 4)]
    path = simulate(*given(calls, constant(1)), trace=True)
    # Inside: 1 from 0, 2 from 1, (at 2: A out, two in) 3 from 2, 2 from 4, 1 from 6, 0 from 7, 1 from 9 to 13.
    assert crowding(path, safe=2) == {"most_inside": 3, "crowded_s": close(2)}
    assert crowding(path, safe=0.5, start_s=5, end_s=10) == {"most_inside": 2, "crowded_s": close(2 + 1)}
    with pytest.raises(InputsError, match="no trace"):
        crowding(simulate(*given(calls, constant(1))), safe=1)


def test_doors_never_closed_are_no_doors():
    inputs = replace(hall(), doors=constant(1.0), clears_s=math.inf)
    assert inputs.plain
    late = replace(inputs, doors=Timeline([0.0, 1e9], [1, 0]))
    assert not late.plain
    for day in range(5):
        one, other = (KERNEL.simulate(queue, draw(queue, Streams(2, day)), trace=True) for queue in (inputs, late))
        assert_same_path(one, other)
    with pytest.raises(InputsError, match="clears_s"):
        replace(inputs, clears_s=math.nan)
