"""People called up: triggers, lead times, release, and what happens at hand-over."""

from __future__ import annotations

import numpy as np
import pytest

from resilience_sim.errors import WidthError
from resilience_sim.studies.call_up import early_shift_s, in_force, present, staff_added_at_hand_over
from resilience_sim.timelines import Timeline, concurrency, constant


def steps(*pairs: tuple[float, float]) -> Timeline:
    return Timeline(np.array([t for t, _ in pairs]), np.array([v for _, v in pairs]))


def test_more_than_two_lines_is_three_and_ends_when_the_third_is_back() -> None:
    lines = concurrency([0.0, 10.0, 20.0, 30.0], [100.0, 90.0, 80.0, 40.0])
    assert in_force(lines, 3, released_after_s=0.0, end_s=1000.0) == [(20.0, 80.0)]
    assert in_force(lines, 4, released_after_s=0.0, end_s=1000.0) == [(30.0, 40.0)]
    assert in_force(lines, 5, released_after_s=0.0, end_s=1000.0) == []


def test_a_lull_shorter_than_the_hold_releases_nobody() -> None:
    count = steps((0.0, 0), (10.0, 3), (20.0, 2), (25.0, 3), (40.0, 0))
    assert in_force(count, 3, released_after_s=0.0, end_s=100.0) == [(10.0, 20.0), (25.0, 40.0)]
    assert in_force(count, 3, released_after_s=6.0, end_s=100.0) == [(10.0, 46.0)]
    assert in_force(count, 3, released_after_s=600.0, end_s=100.0) == [(10.0, 100.0)]


def test_people_arrive_after_their_own_lead_time_and_leave_when_no_longer_wanted() -> None:
    wanted = steps((-1.0, 0), (0.0, 1), (10.0, 3), (50.0, 1), (60.0, 0))
    lead = np.array([[5.0], [2.0], [100.0]])
    there = present(wanted, lead, end_s=1000.0)
    # Person 2 is still on the way when nobody wants a third any more, and turns back.
    assert there.at([4.9, 5.0, 11.9, 12.0, 49.9, 50.0, 60.0]).tolist() == [0, 1, 1, 2, 2, 1, 0]


def test_more_people_than_lead_times_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(WidthError, match="3 people are wanted, lead times were drawn for 2"):
        present(steps((-1.0, 0), (0.0, 3)), np.zeros((2, 1)), end_s=10.0)
    often = steps((0.0, 1), (1.0, 0), (2.0, 1), (3.0, 0))
    with pytest.raises(WidthError, match="2 call-ups"):
        present(often, np.zeros((1, 1)), end_s=10.0)


def test_the_old_shift_stays_and_the_next_comes_early_only_while_a_response_is_in_force() -> None:
    added = staff_added_at_hand_over(
        [(0.0, 100.0)], [(50.0, 7, 12), (200.0, 12, 7)], overtime_s=30.0, advance_s=20.0, lead_s=np.array([10.0])
    )
    assert added.at([29.9, 30.0, 49.9, 50.0, 79.9, 80.0, 190.0, 210.0]).tolist() == [0, 12, 12, 7, 7, 0, 0, 0]


def test_a_shift_comes_early_once_however_many_responses_precede_its_hand_over() -> None:
    """Two short spells both end before the hand-over at 50; the first of them has the shift there from 15 on."""
    spells, hand_overs = [(0.0, 20.0), (30.0, 45.0)], [(50.0, 7, 12)]
    added = staff_added_at_hand_over(spells, hand_overs, overtime_s=0.0, advance_s=40.0, lead_s=np.array([15.0, 5.0]))
    assert added.at([14.9, 15.0, 36.0, 49.9, 50.0]).tolist() == [0, 12, 12, 12, 0]
    assert early_shift_s(spells, 50.0, 40.0, np.array([15.0, 5.0])) == 15.0
    assert early_shift_s(spells, 50.0, 40.0, np.array([25.0, 5.0])) == 35.0  # too late for the first
    assert early_shift_s(spells, 50.0, 40.0, np.array([25.0, 16.0])) == 50.0  # and for both


def test_the_early_shift_cannot_come_before_it_was_called() -> None:
    added = staff_added_at_hand_over(
        [(40.0, 100.0)], [(50.0, 7, 12)], overtime_s=0.0, advance_s=20.0, lead_s=np.array([5.0])
    )
    assert added.at([44.9, 45.0, 49.9, 50.0]).tolist() == [0, 12, 12, 0]
    late = staff_added_at_hand_over(
        [(40.0, 100.0)], [(50.0, 7, 12)], overtime_s=0.0, advance_s=20.0, lead_s=np.array([15.0])
    )
    assert late == constant(0.0)
