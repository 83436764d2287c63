"""Calls that outages bring: how many, when, and who meets whom under common random numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.hazards.outage_calls import OutageCallLaw, outage_calls
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.randomness import Deterministic, LogNormal, Streams, Uniform
from resilience_sim.units import DAY, HOUR, MINUTE

LAW = OutageCallLaw(share=0.1, delay=LogNormal.from_median(30 * MINUTE, 1.0))
LINES = LineOutages([0.0, 600.0, 1200.0], [30 * DAY] * 3, [1570, 1200, 900])


def test_the_share_of_customers_calls_and_half_of_them_in_the_first_half_hour() -> None:
    made, early = 0, 0
    for replication in range(200):
        times, asks = outage_calls(LineOutages([0.0], [30 * DAY], [2000]), LAW, Streams(1, replication))
        made += asks.sum()
        early += (asks & (times <= 1800)).sum()
    assert made / 200 == pytest.approx(200, rel=0.02)
    assert early / made == pytest.approx(0.5, abs=0.01)


def test_whoever_sees_the_light_again_does_not_call() -> None:
    short = LineOutages([0.0], [1800.0], [20_000])
    times, asks = outage_calls(short, LAW, Streams(2, 0))
    assert asks.sum() == pytest.approx(1000, rel=0.15)  # a tenth, and half of these within half an hour
    assert times[asks].max() < 1800


def test_a_larger_share_and_more_customers_are_the_same_calls_and_some_more() -> None:
    base = replace(LAW, late_share=1.0, again_share=0.2, share_ceiling=0.3, again_ceiling=0.6, customers_ceiling=2.0)
    times, asks = outage_calls(LINES, base, Streams(3, 5))
    for more in ({"share": 0.3}, {"again_share": 0.6}, {"customers_scale": 2.0}):
        other, more_asks = outage_calls(LINES, replace(base, **more), Streams(3, 5))  # type: ignore[arg-type]
        assert np.array_equal(times, other)
        assert (more_asks | ~asks).all()
        assert more_asks.sum() > asks.sum()


def test_a_ceiling_changes_no_call() -> None:
    plain = outage_calls(LINES, LAW, Streams(4, 0))
    raised = outage_calls(LINES, replace(LAW, share_ceiling=0.5), Streams(4, 0))
    assert np.array_equal(plain.times_s[plain.asks], raised.times_s[raised.asks])


def test_one_more_outage_at_the_end_changes_no_other_call() -> None:
    more = LineOutages([0.0, 600.0, 1200.0, 1300.0], [30 * DAY] * 4, [1570, 1200, 900, 700])
    few, many = outage_calls(LINES, LAW, Streams(5, 0)), outage_calls(more, LAW, Streams(5, 0))
    assert np.array_equal(few.times_s, many.times_s[: few.times_s.size])
    assert np.array_equal(few.asks, many.asks[: few.asks.size])


def test_who_calls_again_had_called_before_and_finds_the_announced_time_passed() -> None:
    lines = LineOutages([0.0], [10 * HOUR], [20_000])
    law = replace(
        LAW, late_share=1.0, announced=Deterministic(0.4), again_share=0.3, again_delay=Uniform(0.0, 20 * MINUTE)
    )
    times, asks = outage_calls(lines, law, Streams(6, 0))
    first = replace(law, again_share=0.0)
    alone = outage_calls(lines, first, Streams(6, 0))
    firsts = alone.times_s.size
    assert np.array_equal(times[:firsts], alone.times_s)
    again = times[firsts:][asks[firsts:]]
    before = (alone.asks & (alone.times_s < 4 * HOUR)).sum()
    assert again.size / before == pytest.approx(0.3, abs=0.05)
    assert ((again >= 4 * HOUR) & (again <= 4 * HOUR + 20 * MINUTE)).all()


def test_an_outage_that_ends_in_time_brings_no_second_call() -> None:
    with_again = outage_calls(LINES, replace(LAW, late_share=0.0, again_share=0.9), Streams(7, 0))
    alone = outage_calls(LINES, LAW, Streams(7, 0))
    assert with_again.asks.sum() == alone.asks.sum()


def test_planned_work_brings_no_calls() -> None:
    planned = LineOutages([0.0], [30 * DAY], [2000], np.array([True]))
    assert not outage_calls(planned, LAW, Streams(8, 0)).asks.any()


def test_calls_before_the_study_are_not_made_and_all_instants_lie_in_it() -> None:
    before = LineOutages([-HOUR], [DAY], [5000])
    times, asks = outage_calls(before, LAW, Streams(9, 0))
    assert (times >= 0).all()
    whole = outage_calls(before, LAW, Streams(9, 0), from_s=-HOUR)
    assert asks.sum() == (whole.asks & (whole.times_s >= 0)).sum() < whole.asks.sum()


def test_no_outage_brings_no_call() -> None:
    assert outage_calls(LineOutages([], [], []), LAW, Streams(10, 0)).times_s.size == 0


@pytest.mark.parametrize(
    "fields", [{"share": 1.5}, {"late_share": -0.1}, {"again_share": float("nan")}, {"customers_scale": float("inf")}]
)
def test_a_call_law_outside_its_domain_is_refused(fields: dict[str, float]) -> None:
    with pytest.raises(InputsError, match=f"OutageCallLaw: {next(iter(fields))} is"):
        replace(LAW, **fields)  # type: ignore[arg-type]


def test_a_value_above_its_ceiling_is_refused() -> None:
    with pytest.raises(InputsError, match=r"share is 0\.1, above its ceiling 0\.05"):
        replace(LAW, share_ceiling=0.05)
