"""Traces worked out by hand (T1 to T7), and laws that hold on every sample path (L1 to L10, L18).

Numbers and laws are those of the known answers for queues; T4 and Q42 (call-ups) are in test_queue_escalation*.py.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import ENGINES, assert_same_path, engine
from resilience_sim.models.queue import (
    Callers,
    Draws,
    Instants,
    Outcome,
    Path,
    QueueInputs,
    Rate,
    Redial,
    draw,
    entities,
    measures,
    overtime_hours,
    staff_hours,
    timelines,
)
from resilience_sim.randomness import Deterministic, Exponential, Law, Never, Streams
from resilience_sim.timelines import Timeline, constant, pulse

KERNEL = engine("kernel", of="queue")
SEEDS = range(12)
exactly = pytest.approx


@pytest.fixture(params=ENGINES)
def simulate(request):
    return engine(request.param, of="queue").simulate


def given(calls: list[tuple[float, ...]], agents: Timeline, redial: Redial | None = None, **rules):
    """A queue of calls (arrival, service[, patience]), and its draws."""
    arrivals, services, patience = (
        np.array(column) for column in zip(*((*c, math.inf)[:3] for c in calls), strict=True)
    )
    inputs = QueueInputs(
        (Callers("calls", Instants(arrivals), Deterministic(1.0), redial=redial),), agents, 5.0, **rules
    )
    drawn = draw(inputs, Streams(1, 0))
    again = len(drawn.retry_u)
    return inputs, dataclasses.replace(
        drawn,
        handling_s=services,
        patience_s=np.concatenate((patience, np.full(again, math.inf))),
    )


def close(values) -> object:
    return exactly(values, rel=0, abs=1e-12, nan_ok=True)


# -- traces ----------------------------------------------------------------------------------------------------------


def test_t1_first_come_first_served_at_two_agents(simulate):
    path = simulate(*given(list(zip([0, 1, 2, 3, 4, 9], [5, 4.5, 3, 2, 1, 1], strict=True)), constant(2)))
    assert path.start_s.tolist() == close([0, 1, 5, 5.5, 7.5, 9])
    assert path.waited_s.tolist() == close([0, 0, 3, 2.5, 3.5, 0])


def test_t2_abandonment_and_its_denominators(simulate):
    calls = [(0, 4), (1, 2, 2), (1.5, 3, 5), (2, 1, 1.2), (6, 1)]
    inputs, draws = given(calls, constant(1))
    path = simulate(inputs, draws, trace=True)
    assert path.start_s.tolist() == close([0, math.nan, 4, math.nan, 7])
    assert path.end_s.tolist() == close([4, 3, 7, 3.2, 8])
    row = measures(inputs, path)
    assert row["abandonment"] == close(0.4)
    assert row["mean_wait_s"] == close(1.34)
    assert row["mean_wait_answered_s"] == close(7 / 6)
    assert timelines(path).waiting.integral(0, 10) == close(6.7)


@pytest.mark.parametrize(
    ("rules", "starts", "ends"),
    [
        ({"on_cut": "finish"}, [0, 1, 5.5, 6.5], [5, 5.5, 6.5, 7.5]),
        ({"on_cut": "finish_named", "leavers": "oldest"}, [0, 1, 5.5, 6.5], [5, 5.5, 6.5, 7.5]),
        ({"on_cut": "finish_named", "leavers": "newest"}, [0, 1, 5, 6], [5, 5.5, 6, 7]),
        ({"on_cut": "hand_back"}, [0, 5, 7.5, 8.5], [5, 7.5, 8.5, 9.5]),
        ({"on_cut": "drop"}, [0, 1, 5, 6], [5, 3, 6, 7]),
    ],
    ids=["counter", "named, A's agent leaves", "named, B's agent leaves", "hand back", "drop"],
)
def test_t3_one_agent_leaves(simulate, rules, starts, ends):
    path = simulate(*given([(0, 5), (1, 4.5), (2, 1), (2.5, 1)], Timeline([0, 3], [2, 1]), **rules))
    assert path.start_s.tolist() == close(starts)
    assert path.end_s.tolist() == close(ends)
    assert path.outcome[1] == (Outcome.DROPPED if rules["on_cut"] == "drop" else Outcome.ANSWERED)


def test_t5_one_more_agent_can_lengthen_a_wait_where_callers_abandon(simulate):
    calls = [(0, 1), (0.01, 1.5), (0.5, 100, 0.9), (0.6, 100, 1), (3, 1)]
    one, two = (simulate(*given(calls, constant(agents))) for agents in (1, 2))
    assert one.end_s[2:4].tolist() == close([1.4, 1.6])
    assert one.waited_s[4] == close(0)
    assert two.start_s[2:4].tolist() == close([1, 1.51])
    assert two.waited_s[4] == close(98)


def test_t6_an_abandoner_redials_and_is_answered(simulate):
    redial = Redial(1.0, 0.0, 0.0, Deterministic(4.0), most=1)
    inputs, draws = given([(0, 6), (1, 1, 2)], constant(1), redial)
    path = simulate(inputs, draws)
    assert path.end_s[:2].tolist() == close([6, 3])
    second = int(np.flatnonzero((path.caller == 1) & (path.try_number == 1))[0])
    assert (path.arrival_s[second], path.start_s[second]) == close((7, 7))
    assert path.start_s[second] - path.arrival_s[1] == close(6)  # from first call to answer
    row = measures(inputs, path)
    assert [row[k] for k in ("callers", "calls", "abandoned", "callers_lost")] == [2, 3, 1, 0]
    table = entities(inputs, path)
    assert table["outcome"].tolist() == ["answered", "abandoned", "answered"]
    assert table["wait_s"].tolist() == close([0, 2, 0])


@pytest.mark.parametrize(("interrupted", "ends"), [("resume", [7, 8]), ("restart", [9, 10])])
def test_t7_an_interrupted_call_stands_at_the_head(simulate, interrupted, ends):
    agents = Timeline([0, 2, 5], [1, 0, 1])
    inputs, draws = given([(0, 4), (1, 1)], agents, on_cut="hand_back", interrupted=interrupted)
    path = simulate(inputs, draws)
    assert path.start_s.tolist() == close([5, ends[0]])
    assert path.end_s.tolist() == close(ends)
    assert path.interruptions.tolist() == [1, 0]
    assert path.served_s[0] == close(ends[0] - 5 + 2)
    late = path.served_late_s.sum()  # the horizon is 5
    assert measures(inputs, path)["occupancy"] == close((path.served_s.sum() - late) / agents.integral(0, 5))
    assert path.served_s.sum() - late == close(2)
    assert measures(inputs, path)["mean_queue"] == close((3 + 4) / 5)


def test_patience_counts_waiting_time_only_across_a_hand_back(simulate):
    agents = Timeline([0, 4, 5, 8], [1, 2, 1, 0])  # B waits 0.5 … 4, talks 4 … 5, waits again with 1.5 left of 5
    path = simulate(*given([(0, 20), (0.5, 9, 5)], agents, on_cut="hand_back"))
    assert (path.outcome[1], path.end_s[1], path.waited_s[1]) == (Outcome.ABANDONED, 6.5, 5.0)


def test_ties_go_by_capacity_service_patience_call(simulate):
    # At 4: B's patience ends, A's service ends, D arrives. The service comes first: B is answered, and D waits for it.
    path = simulate(*given([(0, 4), (1, 2, 3), (4, 1)], constant(1)))
    assert path.start_s.tolist() == close([0, 4, 6])
    # At 3 an agent comes, and B's patience ends: B is answered.
    path = simulate(*given([(0, 4), (1, 2, 2)], Timeline([0, 3], [1, 2])))
    assert path.start_s.tolist() == close([0, 3])
    # At 3 the agent goes, and A's service ends: A is handed back.
    path = simulate(*given([(0, 3)], Timeline([0, 3, 7], [1, 0, 1]), on_cut="hand_back"))
    assert path.end_s.tolist() == close([7])


def test_priorities_pass_the_line_and_equal_ones_share_it(simulate):
    def one(name: str, times: list[float], priority: int) -> Callers:
        return Callers(name, Instants(np.array(times)), Deterministic(2.0), priority=priority)

    inputs = QueueInputs(
        (one("late", [0, 1, 3.5], 1), one("urgent", [1.5], 0), one("also late", [0.5], 1)), constant(1), 9.0
    )
    path = simulate(inputs, draw(inputs, Streams(1, 0)))
    assert path.start_s.tolist() == close([0, 6, 8, 2, 4])
    assert measures(inputs, path, name="urgent")["mean_wait_s"] == close(0.5)
    with pytest.raises(InputsError, match="no class of callers 'nobody'"):
        measures(inputs, path, name="nobody")


def test_window_picks_attempts_by_their_own_arrival_and_callers_by_their_first():
    redial = Redial(1.0, 0.0, 0.0, Deterministic(4.0), most=1)
    inputs, draws = given([(0, 6), (1, 1, 2)], constant(1), redial)
    early = measures(inputs, KERNEL.simulate(inputs, draws), window=(0.0, 6.0), threshold_s=2.0)
    assert (early["calls"], early["callers"], early["answered"], early["callers_answered"]) == (2, 2, 1, 2)
    assert (early["abandoned_late"], early["waiting_past_threshold"], early["attempts_per_caller"]) == (1, 0, 1.5)
    nothing = measures(inputs, KERNEL.simulate(inputs, draws), window=(50.0, 60.0))
    assert math.isnan(nothing["service_level"])
    assert math.isnan(nothing["wait_p90_s"])


def test_overtime_sets_nothing_off_against_missing_staff():
    roster = Timeline([0, 3600], [2, 4])
    assert staff_hours(roster, 0, 7200) == close(6)
    assert overtime_hours(constant(3), roster, 0, 7200) == close(1)


# -- laws on every path ----------------------------------------------------------------------------------------------

DAY_S = 3600.0


def busy_day(
    agents: Timeline | None = None,
    *,
    patience: Law | None = None,
    redial: Redial | None = None,
    handling: Law | None = None,
    **rules,
) -> QueueInputs:
    callers = Callers(
        "calls",
        Rate(Timeline([0, 1200, 2400], [0.08, 0.16, 0.06])),
        handling or Exponential(60.0),
        patience or Never(),
        redial=redial,
    )
    return QueueInputs((callers,), agents or STEPS, DAY_S, **rules)


STEPS = Timeline([0, 700, 1300, 2000, 2600], [8, 5, 9, 6, 7])


def run(inputs: QueueInputs, seed: int, trace: bool = False) -> tuple[Draws, Path]:
    draws = draw(inputs, Streams(seed, 0))
    return draws, KERNEL.simulate(inputs, draws, trace=trace)


@pytest.mark.parametrize("seed", SEEDS)
def test_l1_l3_more_agents_and_call_ups_lengthen_no_wait(seed):
    _, path = run(busy_day(), seed)
    for extra in (constant(1), pulse(900, 1500, 2)):
        _, better = run(busy_day(STEPS + extra), seed)
        assert (better.waited_s <= path.waited_s).all()
        assert better.waited_s.sum() < path.waited_s.sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_l2_more_callers_and_longer_services_shorten_no_wait(seed):
    inputs = busy_day()
    draws, path = run(inputs, seed)
    longer = dataclasses.replace(draws, handling_s=draws.handling_s * 1.25)
    assert (KERNEL.simulate(inputs, longer).waited_s >= path.waited_s).all()
    asks = np.random.default_rng(seed).random(len(draws.arrival_s)) < 0.8
    callers = inputs.callers[0]
    some, everyone = (
        run(
            dataclasses.replace(
                inputs, callers=(dataclasses.replace(callers, arrivals=Instants(draws.arrival_s, who)),)
            ),
            seed,
        )
        for who in (asks, None)
    )
    assert (everyone[1].waited_s[some[0].identity] >= some[1].waited_s).all()
    assert everyone[1].waited_s.sum() > some[1].waited_s.sum()


HALL = QueueInputs((Callers("hall", Rate(constant(11.1 / 3600)), Exponential(480.0)),), constant(2), 480 * 60.0)


@pytest.mark.parametrize("on_cut", ["finish", "finish_named", "hand_back", "drop"])
@pytest.mark.parametrize("seed", SEEDS)
def test_q45_l4_splitting_a_constant_schedule_changes_no_bit(seed, on_cut):
    whole = dataclasses.replace(HALL, on_cut=on_cut)
    shifts = dataclasses.replace(whole, agents=Timeline(np.arange(8) * 3600.0, np.full(8, 2)))
    assert_same_path(run(whole, seed, True)[1], run(shifts, seed, True)[1])


def test_q45_control_fresh_agents_at_each_shift_would_be_noticed():
    """The known trap: fresh agents come each hour, and the old ones finish beside them."""
    times = np.concatenate(([0.0], *((hour * 3600.0, hour * 3600.0 + 1e-6) for hour in range(1, 8))))
    mutant = dataclasses.replace(HALL, on_cut="finish_named", agents=Timeline(times, [2] + [0, 2] * 7))
    better = 0.0
    for seed in range(20):
        fresh, right = (run(inputs, seed)[1].waited_s.sum() for inputs in (mutant, HALL))
        better += fresh < right
    assert better >= 15


@pytest.mark.parametrize("on_cut", ["finish", "finish_named", "hand_back", "drop"])
@pytest.mark.parametrize("seed", SEEDS)
def test_l4_agents_beyond_the_largest_number_present_change_no_bit(seed, on_cut):
    inputs = busy_day(constant(30), on_cut=on_cut)
    _, path = run(inputs, seed, True)
    enough = int((path.trace_waiting + path.trace_busy).max())
    assert enough < 30
    assert_same_path(path, run(dataclasses.replace(inputs, agents=constant(enough)), seed, True)[1])


@pytest.mark.parametrize("seed", SEEDS)
def test_l5_time_twice_as_fast_halves_every_time_to_the_bit(seed):
    def day(scale: float) -> QueueInputs:
        rate = Timeline(np.array([0.0, 1200, 2400]) / scale, np.array([0.08, 0.16, 0.06]) * scale)
        redial = Redial(0.5, 0.0, 0.0, Exponential(120.0 / scale), most=3)
        callers = Callers("calls", Rate(rate), Exponential(60.0 / scale), Exponential(80.0 / scale), redial=redial)
        return QueueInputs((callers,), Timeline(STEPS.times / scale, STEPS.values), DAY_S / scale)

    slow, fast = (run(day(scale), seed)[1] for scale in (1.0, 2.0))
    for name in ("arrival_s", "start_s", "end_s", "waited_s", "served_s", "served_late_s"):
        assert np.array_equal(getattr(slow, name), 2 * getattr(fast, name), equal_nan=True), name
    assert np.array_equal(slow.outcome, fast.outcome)


FULL = {
    "patience": Exponential(80.0),
    "redial": Redial(0.6, 0.5, 0.9, Exponential(120.0), most=3, after_balking=0.3),
    "places": 12,
    "join": (1.0, 0.8, 0.6),
}


@pytest.mark.parametrize("on_cut", ["finish", "finish_named", "hand_back", "drop"])
@pytest.mark.parametrize("seed", SEEDS)
def test_l6_l7_everyone_is_counted_once_and_time_is_conserved(seed, on_cut):
    inputs = busy_day(on_cut=on_cut, **FULL)
    draws, path = run(inputs, seed, True)
    row = measures(inputs, path)
    ends = ("answered", "abandoned", "balked", "blocked", "dropped", "inside")
    assert row["calls"] == sum(row[end] for end in ends) == (path.outcome != Outcome.NOT_MADE).sum()
    assert row["callers"] == row["callers_answered"] + row["callers_lost"] == len(draws.arrival_s)
    assert row["balked"] > 0 and row["abandoned"] > 0  # noqa: PT018 - one control
    seen = timelines(path)
    last = np.nanmax(path.end_s) + 1
    assert seen.waiting.integral(0, last) == exactly(path.waited_s.sum(), rel=1e-9)
    assert seen.busy.integral(0, last) == exactly(path.served_s.sum(), rel=1e-9)
    assert row["mean_queue"] == exactly(seen.waiting.integral(0, DAY_S) / DAY_S, rel=1e-9)
    assert row["occupancy"] == exactly(seen.busy.integral(0, DAY_S) / STEPS.integral(0, DAY_S), rel=1e-9)


@pytest.mark.parametrize("on_cut", ["finish", "finish_named", "hand_back", "drop"])
@pytest.mark.parametrize("seed", SEEDS)
def test_l8_no_agent_is_free_while_someone_waits(seed, on_cut):
    _, path = run(busy_day(on_cut=on_cut, **FULL), seed, True)
    idle = path.trace_busy < STEPS.at(path.trace_s)
    assert idle.any()
    assert (path.trace_waiting[idle] == 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_l9_answered_calls_start_in_the_order_of_arrival(seed):
    _, path = run(busy_day(**FULL), seed)
    answered = np.flatnonzero(path.outcome == Outcome.ANSWERED)
    by_arrival = answered[np.lexsort((answered, path.arrival_s[answered]))]
    assert (np.diff(path.start_s[by_arrival]) >= 0).all()


@pytest.mark.parametrize(
    "off",
    [
        {"redial": Redial(0.0, 0.0, 0.0, Exponential(60.0), most=3)},
        {"redial": Redial(1.0, 1.0, 1.0, Exponential(60.0), most=0)},
        {"join": (1.0,)},
        {"places": 10**12},
        {"stretch": constant(1.0)},
        {"on_cut": "finish", "leavers": "oldest", "interrupted": "restart"},
    ],
)
def test_l10_a_feature_that_does_nothing_is_a_feature_switched_off(off):
    patience = Exponential(80.0)
    assert_same_path(run(busy_day(patience=patience), 4, True)[1], run(busy_day(patience=patience, **off), 4, True)[1])


def test_l10_endless_patience_is_no_patience_drawn():
    assert_same_path(run(busy_day(), 4, True)[1], run(busy_day(patience=Deterministic(1e12)), 4, True)[1])


def test_l10_willing_redials_of_share_zero_are_never_made():
    off = Redial(0.0, 0.0, 0.0, Exponential(60.0), most=3, ceiling=0.5)
    _, path = run(busy_day(patience=Exponential(80.0)), 4)
    draws, same = run(busy_day(patience=Exponential(80.0), redial=off), 4)
    n = len(draws.arrival_s)
    assert len(same.outcome) > n
    assert (same.outcome[n:] == Outcome.NOT_MADE).all()
    for field in dataclasses.fields(Path):
        if getattr(path, field.name) is not None:
            assert np.array_equal(getattr(path, field.name), getattr(same, field.name)[:n], equal_nan=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_l18_cutting_late_arrivals_changes_nothing_before(seed):
    inputs = busy_day(patience=Exponential(80.0), on_cut="hand_back")
    draws, _ = run(inputs, seed)

    def until(closing_s: float) -> Path:
        arrivals = Instants(draws.arrival_s, draws.arrival_s < closing_s)
        callers = dataclasses.replace(inputs.callers[0], arrivals=arrivals)
        return run(dataclasses.replace(inputs, callers=(callers,)), seed, True)[1]

    closed, open_ = until(2000.0), until(math.inf)
    before = [path.trace_s < 2000.0 for path in (closed, open_)]
    for name in ("trace_s", "trace_waiting", "trace_busy"):
        assert np.array_equal(getattr(closed, name)[before[0]], getattr(open_, name)[before[1]])
    assert before[0].sum() > 100
