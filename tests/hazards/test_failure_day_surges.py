"""Surges of calls: those of a record, and those drawn from them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.hazards.call_surge import LARGEST, RECORDED, CallSurge, draw_surge, recorded_surges
from resilience_sim.hazards.counts import SlotCounts, read_counts_by_day
from resilience_sim.randomness import Streams
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from pathlib import Path

SUNDAY_TO_THURSDAY = (6, 0, 1, 2, 3)


def test_the_largest_surges_of_the_record_are_those_that_are_drawn(shared: Path) -> None:
    counts = read_counts_by_day(shared / "data/calls/counts_6min_1999_jan-jun.csv").on(SUNDAY_TO_THURSDAY)
    found = recorded_surges(counts)
    assert len(counts.dates) == 119
    for seen, kept in zip(found, RECORDED, strict=True):
        assert (seen.day, seen.calls) == (kept.day, kept.calls)
        assert (seen.start_s, seen.lasts_s) == pytest.approx((kept.start_s, kept.lasts_s))
        assert seen.factor == pytest.approx(kept.factor, abs=0.005)
    assert min(one.lasts_s for one in RECORDED) == 12 * MINUTE
    assert max(one.lasts_s for one in RECORDED) == 72 * MINUTE


def test_a_surge_is_the_run_of_abnormal_slots_around_its_fullest() -> None:
    calls = np.full((5, 20), 10.0)
    calls[2, 6:11] = [25, 60, 80, 60, 19]
    calls[2, 14] = 30  # another, apart
    counts = SlotCounts(tuple(f"2026-01-0{day}" for day in range(1, 6)), np.arange(0.0, 12000.0, 600.0), calls)
    (surge, *_) = recorded_surges(counts)
    assert surge.day == "2026-01-03"
    assert (surge.start_s, surge.lasts_s, surge.calls) == (3600.0, 2400.0, 225)
    assert surge.factor == pytest.approx(225 / 40)


def test_a_higher_bound_of_the_abnormal_shortens_the_surge() -> None:
    calls = np.full((5, 20), 10.0)
    calls[2, 6:11] = [25, 60, 80, 60, 19]
    counts = SlotCounts(tuple(f"2026-01-0{day}" for day in range(1, 6)), np.arange(0.0, 12000.0, 600.0), calls)
    assert recorded_surges(counts, abnormal_from=3.0)[0].lasts_s == 1800.0


def test_extra_calls_are_the_usual_ones_while_the_surge_lasts() -> None:
    usual = Timeline(np.array([0.0, 1000.0]), np.array([0.1, 0.3]))
    surge = CallSurge(500.0, 1000.0, 4.0)
    extra = surge.extra(usual)
    assert extra.integral(0.0, DAY) == pytest.approx(500 * 0.1 + 500 * 0.3)
    assert extra.at([499.9, 1500.0]).tolist() == [0.0, 0.0]
    assert surge.level == 3.0
    total = (usual + extra.map(lambda rate: rate * surge.level)).integral(500.0, 1500.0)
    assert total == pytest.approx(4.0 * usual.integral(500.0, 1500.0))


def test_a_surge_of_no_time_brings_nobody() -> None:
    assert CallSurge(500.0, 0.0, 4.0).extra(constant(0.1)).integral(0.0, DAY) == 0.0


def test_drawn_surges_are_recorded_ones_each_as_likely_at_any_time_alike() -> None:
    drawn = [draw_surge(Streams(1, k), from_s=8 * HOUR, until_s=20 * HOUR) for k in range(2000)]
    factors, counts = np.unique([one.factor for one in drawn], return_counts=True)
    assert factors.tolist() == sorted(one.factor for one in RECORDED)
    assert counts / 2000 == pytest.approx(np.full(8, 1 / 8), abs=0.03)
    starts = np.array([one.start_s for one in drawn])
    assert 8 * HOUR <= starts.min() <= starts.max() < 20 * HOUR
    assert starts.mean() == pytest.approx(14 * HOUR, rel=0.02)
    assert max(factors) < LARGEST


def test_other_hours_meet_the_same_surge() -> None:
    morning, evening = (draw_surge(Streams(2, 3), from_s=at, until_s=at + HOUR) for at in (8 * HOUR, 18 * HOUR))
    assert (morning.factor, morning.lasts_s) == (evening.factor, evening.lasts_s)
    assert evening.start_s - morning.start_s == pytest.approx(10 * HOUR)


@pytest.mark.parametrize(
    ("name", "fields"),
    [("start_s", (math.nan, 1.0, 2.0)), ("lasts_s", (0.0, -1.0, 2.0)), ("factor", (0.0, 1.0, 0.9))],
)
def test_a_surge_outside_its_domain_is_refused(name: str, fields: tuple[float, float, float]) -> None:
    with pytest.raises(InputsError, match=f"CallSurge: {name} is"):
        CallSurge(*fields)


def test_nothing_to_draw_from_is_refused() -> None:
    with pytest.raises(InputsError, match="recorded is empty"):
        draw_surge(Streams(3, 0), from_s=0.0, until_s=1.0, recorded=())
    with pytest.raises(InputsError, match=r"draw_surge: from 2\.0 to 1\.0"):
        draw_surge(Streams(3, 1), from_s=2.0, until_s=1.0)
