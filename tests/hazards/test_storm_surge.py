"""A storm day rebuilt from its calls: Linyi, 25 July 2013 (facts, section 1: usual 15, peak 180, 11 229 in all)."""

from __future__ import annotations

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.hazards.outage_calls import OutageCallLaw, outage_calls
from resilience_sim.hazards.surge import StormDay, busiest_share, storm_profile
from resilience_sim.randomness import Exponential, LogNormal, Streams
from resilience_sim.units import DAY, HOUR, MINUTE

LINYI = StormDay(usual_per_5min=15, day_calls=11229, peak_per_5min=180)
LAW = OutageCallLaw(share=0.1, delay=LogNormal.from_median(30 * MINUTE, 1.0))
SHAPE = {"customers": 1570.0, "wave_s": 10 * HOUR, "rest_h": 6.0, "duration_h": 12.0}


def test_linyi_storm_day_has_its_calls_and_its_busiest_five_minutes() -> None:
    lines = storm_profile(LINYI, LAW, **SHAPE)
    counts = np.zeros(288)
    replications = 60
    for replication in range(replications):
        times, asks = outage_calls(lines, LAW, Streams(1, replication))
        counts += np.bincount((times[asks] // 300).astype(int), minlength=400)[:288]
    mean = counts / replications + LINYI.usual_per_5min
    # the day ends two hours before the last lines are back: a few late callers fall on the next day
    assert mean.sum() == pytest.approx(11229, rel=0.01)
    assert mean.max() == pytest.approx(180, rel=0.03)
    assert mean.argmax() * 300 / HOUR == pytest.approx(10.15, abs=0.1)


def test_the_busiest_five_minutes_lie_around_the_mode_of_the_delay() -> None:
    share, from_s = busiest_share(LogNormal.from_median(30 * MINUTE, 1.0))
    mode = 1800 * np.exp(-1.0)
    assert from_s < mode < from_s + 300
    drawn = LogNormal.from_median(1800, 1.0).draw(Streams(2, 0).generator("x"), 400_000)
    inside = [((drawn >= at) & (drawn < at + 300)).mean() for at in range(0, 1800, 30)]
    assert share == pytest.approx(max(inside), abs=0.002)


def test_all_lines_of_the_wave_fall_at_once_and_no_other_before_its_peak_is_over() -> None:
    lines = storm_profile(LINYI, LAW, **SHAPE)
    after = lines.start_s[lines.start_s > SHAPE["wave_s"]] - SHAPE["wave_s"]
    assert after.min() > busiest_share(LogNormal.from_median(30 * MINUTE, 1.0))[1] + 5 * MINUTE
    assert lines.start_s.max() < DAY


@pytest.mark.parametrize(
    ("day", "said"),
    [((15, 11229, 10), "peak_per_5min is 10"), ((15, 4000, 180), "day_calls is 4000; accepted is at least")],
)
def test_a_storm_day_that_is_none_is_refused(day: tuple[float, float, float], said: str) -> None:
    with pytest.raises(InputsError, match=said):
        StormDay(*day)


@pytest.mark.parametrize(
    ("law", "shape", "said"),
    [
        (OutageCallLaw(share=0.1, delay=Exponential(1800.0)), {}, "accepted is a log-normal law"),
        (OutageCallLaw(share=0.0, delay=LAW.delay), {}, "calls per line is 0"),
        (LAW, {"rest_h": 0.0}, "rest_h is 0"),
        (LAW, {"duration_h": 0.1}, "duration_h is 0.1"),
        (OutageCallLaw(share=0.1, delay=LogNormal.from_median(20 * HOUR, 1.0)), {}, "the peak needs"),
    ],
)
def test_a_profile_that_cannot_be_is_refused(law: OutageCallLaw, shape: dict[str, float], said: str) -> None:
    with pytest.raises(InputsError, match=said):
        storm_profile(LINYI, law, **(SHAPE | shape))
