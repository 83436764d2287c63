"""Episodes of many lines out: by hand, from a law, and from the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.hazards.events import draw_library, episodes, library_of
from resilience_sim.hazards.outage_law import OutageLaw
from resilience_sim.hazards.outages import LineOutages, replay, rises
from resilience_sim.randomness import Deterministic, Exponential, Streams
from resilience_sim.timelines import constant
from resilience_sim.units import DAY, HOUR

if TYPE_CHECKING:
    from resilience_sim.hazards.outages import OutageRecord
    from resilience_sim.hazards.watch import Watch

LAW = OutageLaw(
    lines_per_day=1.0, duration=Exponential(5 * HOUR), storm_duration=Exponential(10 * HOUR),
    customers=Deterministic(1570), var_over_mean=3.0,
)  # fmt: skip


def test_episodes_by_hand() -> None:
    lines = LineOutages([0, 10, 20, 100, 110], [50, 60, 30, 200, 120], [1] * 5)
    count = lines.concurrency()
    assert episodes(count, 2) == [(10.0, 50.0, 3), (110.0, 120.0, 2)]
    assert episodes(count, 3) == [(20.0, 30.0, 3)]
    assert episodes(count, 4) == []


def test_an_event_has_the_lines_around_it_in_the_clock_of_its_start() -> None:
    hour = HOUR
    lines = LineOutages(np.array([0, 9, 10, 30, 200]) * hour, np.array([5, 12, 13, 40, 300]) * hour, [1, 2, 3, 4, 5])
    library = library_of(lines, 2, years=1.0, before_s=6 * hour, after_s=21 * hour)
    (event,) = library.events
    assert event.customers.tolist() == [1, 2, 3, 4]
    assert (event.start_s / hour).tolist() == [-10, -1, 0, 20]
    assert library.whole == ((10 * hour, 12 * hour, 2),)


def test_every_picked_event_rises_to_its_level_at_its_start() -> None:
    library = draw_library(LAW, Streams(1, 0), 3, years=20)
    assert len(library.events) == rises(LAW.draw(Streams(1, 0), 20 * 365, name="outages/library").concurrency(), 3).size
    for replication in range(50):
        event = library.draw(Streams(1, replication))
        count = event.concurrency()
        assert count.at(0.0) >= 3
        assert count.at(-1e-3) < 3


def test_the_peak_of_an_episode_can_be_bounded() -> None:
    library = draw_library(LAW, Streams(2, 0), 3, years=30, level_max=3)
    every = draw_library(LAW, Streams(2, 0), 3, years=30)
    assert {episode.peak for episode in library.whole} == {3}
    assert library.per_year < every.per_year
    exactly = sum(episode.peak == 3 for episode in every.whole)
    assert len(library.events) == exactly


def test_planned_work_starts_no_episode() -> None:
    lines = LineOutages([0, 0, 0], [9, 9, 9], [5, 5, 5], np.array([False, False, True]))
    with pytest.raises(InputsError, match="0 episodes in 1 years; accepted is at least one episode"):
        library_of(lines, 3, years=1.0)


def test_a_count_that_never_falls_below_the_level_is_refused() -> None:
    with pytest.raises(InputsError, match="begin and end below the level"):
        episodes(constant(5.0), 3)
    with pytest.raises(InputsError, match="level is 0"):
        episodes(constant(0.0), 0)


def test_data_fits_3_the_record_of_santa_cruz_has_its_episodes(santa_cruz: OutageRecord, watch: Watch) -> None:
    library = library_of(replay(santa_cruz), 3, years=watch.days / 365)
    seen = [watch.sees(episode.start_s) for episode in library.whole]
    assert sum(seen) == 11
    assert max(episode.peak for episode in library.whole) == 25
    hours = sum(episode.end_s - episode.start_s for episode in library.whole) / 3600
    assert hours == pytest.approx(293.3, abs=0.05)
    assert all(event.start_s.min() > -15 * DAY for event in library.events)
