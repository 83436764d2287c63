"""Levels of escalation on traces worked out by hand, and laws that hold on every path (or do not)."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from test_queue_traces import close, given

from resilience_sim.errors import InputsError, WidthError
from resilience_sim.models.contract import ENGINES, assert_same_path, engine
from resilience_sim.models.queue import (
    Callers,
    Condition,
    Ladder,
    Level,
    QueueInputs,
    Rate,
    draw,
    level_measures,
    measures,
    on_duty,
)
from resilience_sim.randomness import Exponential, Streams, Uniform
from resilience_sim.timelines import Timeline, constant

KERNEL = engine("kernel", of="queue")
EMPTY = Condition("waiting", "at_most", 0)


@pytest.fixture(params=ENGINES)
def simulate(request):
    return engine(request.param, of="queue").simulate


def waiting(count: int, hold_s: float = 0.0) -> Condition:
    return Condition("waiting", "at_least", count, hold_s)


def one_level(call: Condition, release: Condition | None, *lead_s: float, people: int = 1, **more) -> Ladder:
    return Ladder((Level("extra", people, tuple((lead,) * people for lead in lead_s), call, release, **more),))


# -- T4 --------------------------------------------------------------------------------------------------------------

T4 = [(0, 10), (1, 2), (2, 2), (4, 2), (10.5, 1)]


@pytest.mark.parametrize(
    ("release", "on_cut", "released", "starts"),
    [
        (EMPTY, "finish", 9, [0, 5, 7, 9, 11]),
        (EMPTY, "finish_named", 9, [0, 5, 7, 9, 10.5]),
        (Condition("idle", "at_least", 1), "finish", 10, [0, 5, 7, 9, 11]),
    ],
    ids=["A, counter", "A, named", "C"],
)
def test_t4_one_agent_called_when_two_wait(simulate, release, on_cut, released, starts):
    inputs, draws = given(T4, constant(1), ladder=one_level(waiting(2), release, 3.0, 3.0), on_cut=on_cut)
    path = simulate(inputs, draws)
    assert path.called_s[0].tolist() == close([2, math.nan])
    assert path.joined_s[0, :, 0].tolist() == close([5, math.nan])
    assert path.released_s[0].tolist() == close([released, math.nan])
    assert path.start_s.tolist() == close(starts)
    assert on_duty(inputs, path).at([4.9, 5, released - 0.1, released]).tolist() == [1, 2, 2, 1]


# -- holds, hysteresis, order ----------------------------------------------------------------------------------------


def test_a_hold_ends_at_its_instant_and_begins_anew_after_a_break(simulate):
    """Two wait in [1, 3) and from 3.5 on: a hold of 2 s is over at 3 (too late by an instant), then at 5.5."""
    calls = [(0, 3), (0.5, 7), (1, 9), (3.5, 1)]
    for hold_s, called in ((2.0, 5.5), (1.5, 2.5)):
        inputs, draws = given(calls, constant(1), ladder=one_level(waiting(2, hold_s), None, 0.25, 0.25))
        path = simulate(inputs, draws)
        assert path.called_s[0].tolist() == close([called, math.nan])
        assert path.joined_s[0, 0, 0] == close(called + 0.25)


def test_a_release_waits_until_the_queue_has_been_short_for_so_long(simulate):
    calls = [(0, 2), (0, 4), (0, 1), (6, 3), (6.5, 5), (7, 1)]
    inputs, draws = given(
        calls, constant(1), ladder=one_level(waiting(2), Condition("waiting", "less_than", 1, 4.0), 1.0, 1.0)
    )
    path = simulate(inputs, draws)
    # Called at 0, there at 1; nobody waits from 2 to 6.5, nor from 9 on. D, who comes at 6, is taken on at once.
    assert path.start_s.tolist() == close([0, 1, 2, 6, 8, 9])
    assert path.released_s[0].tolist() == close([6, 13])
    assert path.called_s[0].tolist() == close([0, 7])


def test_the_next_level_counts_from_the_call_of_the_one_below_or_from_its_arrival(simulate):
    calls = [(0, 60)] + [(1, 60)] * 6
    for armed_from, called in (("called", 6.0), ("in_place", 16.0)):
        levels = (
            Level("first", 1, ((10.0,),), waiting(3), None),
            Level("second", 2, ((2.0, 4.0),), waiting(4, 5.0), None, armed_from=armed_from),
            Level("third", 1, ((1.0,),), waiting(99), None),
        )
        inputs, draws = given(calls, constant(1), ladder=Ladder(levels))
        path = simulate(inputs, draws)
        assert path.called_s[:, 0].tolist() == close([1, called, math.nan])
        assert path.joined_s[:, 0].ravel().tolist() == close([11, math.nan, called + 2, called + 4, *[math.nan] * 2])


def test_levels_are_released_from_the_last_to_the_first(simulate):
    calls = [(0, 4)] + [(0, 1)] * 3 + [(5, 1)]
    levels = tuple(
        Level(f"level {k}", 1, ((0.5,), (0.5,)), waiting(1 + k), Condition("waiting", "at_most", limit))
        for k, limit in enumerate((2, 0))
    )
    inputs, draws = given(calls, constant(1), ladder=Ladder(levels))
    path = simulate(inputs, draws)
    # Both come at 0.5; the first could be released then (one waits), but not before the second.
    assert path.joined_s[:, 0, 0].tolist() == close([0.5, 0.5])
    assert path.released_s[:, 0].tolist() == close([1.5, 1.5])


def test_a_cap_calls_the_first_people_that_fit_and_nobody_when_none_does(simulate):
    calls = [(0, 90)] * 12
    levels = (
        Level("first", 3, ((1.0, 2.0, 3.0),), waiting(1), None),
        Level("second", 3, ((1.0, 2.0, 3.0),), waiting(1), None),
        Level("third", 1, ((1.0,),), waiting(1), None),
    )
    inputs, draws = given(calls, constant(1), ladder=Ladder(levels, most=4))
    path = simulate(inputs, draws)
    assert path.joined_s[:, 0].ravel().tolist() == close([1, 2, 3, 1, *[math.nan] * 5])
    assert path.called_s[:, 0].tolist() == close([0, 0, math.nan])


def test_who_is_told_not_to_come_never_comes(simulate):
    calls = [(0, 2), (0, 2), (0, 9)]
    for released_from, joined, released in (("called", math.nan, 4), ("in_place", 8, 8)):
        ladder = one_level(waiting(2), EMPTY, 8.0, released_from=released_from)
        path = simulate(*given(calls, constant(1), ladder=ladder))
        assert path.joined_s[0, 0, 0] == close(joined)
        assert path.released_s[0, 0] == close(released)


def test_who_never_comes_does_not_keep_a_level_from_being_in_place(simulate):
    level = Level("extra", 2, ((3.0, math.inf),), waiting(1), EMPTY)
    path = simulate(*given([(0, 5), (0, 1), (0, 1)], constant(1), ladder=Ladder((level,))))
    assert path.joined_s[0, 0].tolist() == close([3, math.nan])
    assert path.released_s[0, 0] == close(4)


def test_the_oldest_wait_calls_at_its_instant_and_follows_the_head_of_the_line(simulate):
    calls = [(0, 10), (1, 1, 2.5), (2, 20), (3, 5)]
    for limit, called in ((2.0, 3), (3.0, 5), (9.0, 12)):
        ladder = one_level(Condition("oldest_wait", "at_least", limit), None, 1.0)
        path = simulate(*given(calls, constant(1), ladder=ladder))
        # B gives up at 3.5; then C, who came at 2, is the oldest until 10; then D, who came at 3.
        assert path.called_s[0, 0] == close(called)


def test_a_share_of_the_last_minutes_calls_when_it_is_missed(simulate):
    """Fates: taken on at 0 and 5, given up at 2 and 3. Within 4 s: 1/2 at 2, 1/3 at 3; 0 from 4; 1/2 from 5."""
    calls = [(0, 5), (1, 1, 1), (1.5, 1, 1.5), (4.5, 9)]
    for compare_, limit, hold_s, called in (
        ("less_than", 0.5, 0.0, 3), ("at_most", 0.5, 0.0, 2), ("less_than", 0.1, 0.0, 4), ("at_most", 0.5, 3.5, 5.5),
    ):  # fmt: skip
        condition = Condition("answered_share", compare_, limit, hold_s, window_s=4.0)
        path = simulate(*given(calls, constant(1), ladder=one_level(condition, None, 1.0)))
        assert path.called_s[0, 0] == close(called), (compare_, limit, hold_s)


def test_more_call_ups_than_were_set_aside_are_an_error_in_both_engines(simulate):
    ladder = one_level(waiting(1), EMPTY, 1.0)
    calls = [(0, 3), (0, 3), (10, 3), (10, 3)]
    with pytest.raises(WidthError, match="'extra' is called up more than 1 times"):
        simulate(*given(calls, constant(1), ladder=ladder))


def test_measures_count_the_people_of_the_levels():
    inputs, draws = given(T4, constant(1), ladder=one_level(waiting(2), EMPTY, 3.0, 3.0))
    inputs = replace(inputs, horizon_s=8.0)
    path = KERNEL.simulate(inputs, draws)
    assert level_measures(inputs, path)["extra"] == {
        "call_ups": 1, "false_call_ups": 0, "in_force_s": 6.0, "in_place_s": 3.0, "level_staff_hours": close(3 / 3600),
    }  # fmt: skip
    row = measures(inputs, path)
    assert row["staff_hours"] == close(11 / 3600)
    assert row["occupancy"] == close((8 + 3) / 11)  # A all the time; B, C from 5 to 8
    late = one_level(waiting(2), EMPTY, 30.0)
    inputs, draws = given(T4, constant(1), ladder=late)
    row = level_measures(inputs, KERNEL.simulate(inputs, draws))["extra"]
    assert (row["call_ups"], row["false_call_ups"], row["level_staff_hours"]) == (1, 1, 0.0)
    plain, draws = given(T4, constant(1))
    with pytest.raises(InputsError, match="has no ladder"):
        level_measures(plain, KERNEL.simulate(plain, draws))


# -- draws -----------------------------------------------------------------------------------------------------------


def test_lead_times_belong_to_people_and_move_nobody_else():
    def drawn(people: int, *names: str):
        levels = tuple(Level(name, people, Uniform(1.0, 9.0), waiting(2), None, call_ups=4) for name in names)
        ladder = Ladder(levels) if names else None
        callers = Callers("calls", Rate(constant(0.1)), Exponential(5.0))
        return draw(QueueInputs((callers,), constant(1), 100.0, ladder=ladder), Streams(1, 2))

    two, three, other = drawn(2, "a"), drawn(3, "a"), drawn(2, "b", "a")
    assert two.lead_s.shape == (1, 4, 2)
    assert np.array_equal(two.lead_s[0], three.lead_s[0, :, :2])
    assert np.array_equal(two.lead_s[0], other.lead_s[1])
    assert not np.array_equal(other.lead_s[0], other.lead_s[1])
    assert np.array_equal(two.handling_s, drawn(2).handling_s)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Condition("wait", "at_least", 1), "accepted is waiting or"),
        (lambda: Condition("waiting", "above", 1), "accepted is at_least or"),
        (lambda: Condition("oldest_wait", "more_than", 1), "accepted is at_least or less_than"),
        (lambda: Condition("answered_share", "less_than", 90), "a share from 0 to 1"),
        (lambda: Condition("waiting", "at_least", 1, -1.0), "hold_s"),
        (lambda: Level("x", 2, ((1.0,),), waiting(1)), "for each call-up 2 numbers"),
        (lambda: Level("x", 0, ((),), waiting(1)), "people"),
        (lambda: Level("", 1, ((1.0,),), waiting(1)), "name"),
        (lambda: Level("x", 1, ((1.0,),), waiting(1), armed_from="there"), "called or in_place"),
        (lambda: Ladder(()), "at least one"),
        (lambda: Ladder((Level("x", 1, ((1.0,),), waiting(1)),) * 2), "different names"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(InputsError, match=message):
        make()


# -- laws ------------------------------------------------------------------------------------------------------------


def busy_hour(ladder: Ladder | None, patience=None) -> QueueInputs:
    rate = Timeline([0.0, 1200, 2400], [0.08, 0.18, 0.06])
    more = {} if patience is None else {"patience": patience}
    callers = Callers("calls", Rate(rate), Exponential(60.0), **more)
    return QueueInputs((callers,), Timeline([0.0, 1800], [7, 5]), 3600.0, ladder=ladder)


def ladder_of(levels: int, release: Condition | None) -> Ladder:
    return Ladder(
        tuple(
            Level(f"level {k}", 2, Uniform(60.0, 300.0), waiting(3 + 3 * k, 30.0), release, call_ups=60)
            for k in range(levels)
        )
    )


@pytest.mark.parametrize("seed", range(8))
def test_l3_a_ladder_lengthens_no_wait_and_neither_does_a_level_added_where_none_is_released(seed):
    """First come first served, no abandonment, agents counted: people called up only raise the number of agents."""
    waits = []
    kept = [ladder_of(levels, None) for levels in (1, 2, 3)]
    for ladder in (None, *kept):
        inputs = busy_hour(ladder)
        waits.append(KERNEL.simulate(inputs, draw(inputs, Streams(seed, 0))).waited_s)
    for fewer, more in pairwise(waits):
        assert (more <= fewer).all()
    assert waits[1].sum() < waits[0].sum()
    released = busy_hour(ladder_of(3, EMPTY))
    path = KERNEL.simulate(released, draw(released, Streams(seed, 0)))
    assert (path.waited_s <= waits[0]).all()


def test_no_law_a_level_added_above_one_that_is_released_can_lengthen_a_wait(simulate):
    """The second level empties the line early; so the first is sent home before the next burst, and must come again."""
    calls = [(0, 20), (0, 30), (0, 12), (0, 12), (15, 40), (15, 40)]
    first = Level("first", 1, ((2.0,), (50.0,)), waiting(1), EMPTY)
    second = Level("second", 1, ((2.0,), (50.0,)), waiting(3), EMPTY)
    one, two = (simulate(*given(calls, constant(1), ladder=Ladder(ls))) for ls in ((first,), (first, second)))
    assert one.waited_s.tolist() == close([0, 2, 20, 32, 17, 29])
    assert two.waited_s.tolist() == close([0, 2, 2, 14, 17, 50])


def test_no_law_with_abandonment_a_call_up_can_lengthen_a_wait(simulate):
    """T5 of the known answers, its second agent called up: he serves those who would have hung up, and B waits."""
    calls = [(0, 1), (0.01, 1.5), (0.5, 100, 0.9), (0.6, 100, 1), (3, 1)]
    alone = simulate(*given(calls, constant(1)))
    called = simulate(*given(calls, constant(1), ladder=one_level(waiting(1), None, 0.0)))
    assert alone.waited_s[4] == 0
    assert called.waited_s[4] > 90


def test_a_law_of_lead_times_and_offsets_given_are_the_same_to_the_engines():
    inputs = busy_hour(ladder_of(2, EMPTY), Exponential(90.0))
    draws = draw(inputs, Streams(5, 0))
    levels = tuple(
        replace(level, lead=tuple(map(tuple, draws.lead_s[k].tolist()))) for k, level in enumerate(inputs.ladder.levels)
    )
    given_ = replace(inputs, ladder=Ladder(levels))
    assert np.array_equal(draw(given_, Streams(6, 0)).lead_s, draws.lead_s)
    assert_same_path(KERNEL.simulate(given_, draws), KERNEL.simulate(inputs, draws))
