"""A failure of a centre: how calls grow by redial alone, and the failures of a law."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.hazards.calls import CallLog, Window, by_quarter_hour
from resilience_sim.hazards.failure_day import (
    AS_ON_3_FEBRUARY,
    USUAL_OF_3_FEBRUARY,
    Failure,
    FailureLaw,
    TryAgain,
    calls_in_failure,
    draw_failure,
)
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Never, Streams, Uniform
from resilience_sim.timelines import constant
from resilience_sim.units import DAY, HOUR, MINUTE

FAILED = Failure(46080.0, 48780.0)
WINDOW, HALF_HOUR = (46020.0, 48840.0), (46800.0, 48600.0)
USUAL_DAYS = tuple(f"1999-02-{day:02d}" for day in (1, 2, 4, 7, 8, 9, 10, 11, 14))
LAW = FailureLaw(LogNormal.from_median(41 * MINUTE, 1.4))


def times_usual(again: TryAgain, part: tuple[float, float]) -> float:
    return calls_in_failure(USUAL_OF_3_FEBRUARY, FAILED, again, *part) / USUAL_OF_3_FEBRUARY.integral(*part)


# ---- calls in a failure


@pytest.mark.parametrize(("share", "cycle_s"), [(0.5, 300.0), (0.9, 120.0), (0.97, 200.0)])
def test_exponential_delays_multiply_the_calls_as_the_closed_form_says(share: float, cycle_s: float) -> None:
    failure, again = Failure(1000.0, 3700.0), TryAgain(share, Exponential(cycle_s), 10_000)
    told = calls_in_failure(constant(0.02), failure, again, 1000.0, 3700.0)
    decay = (1 - share) / cycle_s
    factor = 1 + share / (1 - share) * (1 - -math.expm1(-decay * 2700) / (decay * 2700))
    assert told == pytest.approx(0.02 * 2700 * factor, rel=1e-3)


def test_if_nobody_gives_up_calls_grow_in_a_line() -> None:
    told = calls_in_failure(
        constant(0.02), Failure(0.0, 3000.0), TryAgain(1.0, Exponential(150.0), 10_000), 0.0, 3000.0
    )
    assert told == pytest.approx(0.02 * (3000 + 3000**2 / (2 * 150)), rel=1e-3)


def test_fixed_delays_are_counted_try_by_try() -> None:
    again = TryAgain(0.5, Deterministic(100.0), 2)
    told = calls_in_failure(constant(0.1), Failure(0.0, 500.0), again, 0.0, 700.0)
    # 500 s of first callers, and as many first and second tries 100 s later; 100 s of each meet the working centre
    # after the end, from where nobody tries again: the second tries that fall after it follow tries in the failure.
    assert told == pytest.approx(0.1 * (700 + 0.5 * 500 + 0.25 * 400), rel=1e-9)


def test_without_redial_or_outside_a_failure_calls_are_as_usual() -> None:
    again = replace(AS_ON_3_FEBRUARY, share=0.0)
    assert times_usual(again, WINDOW) == pytest.approx(1.0, abs=1e-9)
    assert times_usual(replace(AS_ON_3_FEBRUARY, most=0), WINDOW) == pytest.approx(1.0, abs=1e-9)
    assert times_usual(AS_ON_3_FEBRUARY, (43200.0, 46080.0)) == pytest.approx(1.0, abs=1e-9)


def test_more_willing_callers_and_more_tries_bring_more_calls() -> None:
    by_share = [times_usual(replace(AS_ON_3_FEBRUARY, share=share), WINDOW) for share in (0.5, 0.8, 0.9, 0.95, 1.0)]
    by_tries = [times_usual(replace(AS_ON_3_FEBRUARY, most=most), WINDOW) for most in (0, 1, 5, 10, 22)]
    assert (np.diff(by_share) > 0).all()
    assert (np.diff(by_tries) > 0).all()


# ---- 3 February


def test_the_log_had_seven_and_ten_times_its_usual_calls(call_log: CallLog) -> None:
    quarters = by_quarter_hour(call_log, "1999-02-03", USUAL_DAYS).loc[50:55]
    usual = [USUAL_OF_3_FEBRUARY.integral(900.0 * quarter, 900.0 * (quarter + 1)) for quarter in range(50, 56)]
    assert usual == pytest.approx(quarters.usual.tolist(), abs=0.005)
    calls = call_log.calls
    arrive_s = calls.arrive_s[calls.day == "1999-02-03"]
    whole = arrive_s.between(*WINDOW).sum()
    half_hour = ((arrive_s >= HALF_HOUR[0]) & (arrive_s < HALF_HOUR[1])).sum()
    assert (whole, half_hour) == (486, 407)
    assert whole / USUAL_OF_3_FEBRUARY.integral(*WINDOW) == pytest.approx(7.1, abs=0.05)
    assert half_hour / USUAL_OF_3_FEBRUARY.integral(*HALF_HOUR) == pytest.approx(9.95, abs=0.01)


def test_redial_alone_brings_the_calls_of_3_february_within_six_per_cent() -> None:
    assert times_usual(AS_ON_3_FEBRUARY, WINDOW) == pytest.approx(7.42, abs=0.005)
    assert times_usual(AS_ON_3_FEBRUARY, HALF_HOUR) == pytest.approx(9.38, abs=0.005)
    assert times_usual(AS_ON_3_FEBRUARY, WINDOW) / 7.09 - 1 < 0.06
    assert 1 - times_usual(AS_ON_3_FEBRUARY, HALF_HOUR) / 9.956 < 0.06


@pytest.mark.parametrize(("part", "seen", "share"), [(WINDOW, 7.0904, 0.941), (HALF_HOUR, 9.956, 0.961)])
def test_each_ratio_alone_is_reached_by_a_share_near_the_one_that_is_taken(
    part: tuple[float, float], seen: float, share: float
) -> None:
    below, above = (times_usual(replace(AS_ON_3_FEBRUARY, share=share + step), part) for step in (-0.0006, 0.0006))
    assert below < seen < above


@pytest.mark.parametrize(("share", "whole", "half_hour"), [(0.42, 1.5, 1.6), (0.62, 1.9, 2.2)])
def test_redial_of_an_ordinary_day_does_not_bring_the_calls(share: float, whole: float, half_hour: float) -> None:
    ordinary = TryAgain(share, LogNormal.from_median(5.5 * MINUTE, 1.0), 100)
    assert times_usual(ordinary, WINDOW) == pytest.approx(whole, abs=0.05)
    assert times_usual(ordinary, HALF_HOUR) == pytest.approx(half_hour, abs=0.05)
    assert times_usual(ordinary, HALF_HOUR) < 1 / (1 - share)


@pytest.mark.parametrize(("share", "whole", "half_hour"), [(0.90, 5.8, 7.3), (1.00, 9.8, 12.4)])
def test_other_shares_bring_too_few_calls_or_too_many(share: float, whole: float, half_hour: float) -> None:
    again = replace(AS_ON_3_FEBRUARY, share=share)
    assert times_usual(again, WINDOW) == pytest.approx(whole, abs=0.05)
    assert times_usual(again, HALF_HOUR) == pytest.approx(half_hour, abs=0.05)


def test_the_log_rises_at_a_stroke_where_redial_alone_rises_steadily(call_log: CallLog, failure: Window) -> None:
    calls = call_log.calls
    arrive_s = calls.arrive_s[(calls.day == failure.day) & calls.arrive_s.between(*failure[1:])]
    early, soon = (arrive_s.between(*part).sum() for part in ((46080, 46920), (46920, 47340)))  # to 13:02, to 13:09
    usual = [USUAL_OF_3_FEBRUARY.integral(*part) for part in ((46080, 46920), (46920, 47340))]
    told = [times_usual(AS_ON_3_FEBRUARY, part) for part in ((46080, 46920), (46920, 47340))]
    assert early / usual[0] < 2 < told[0]
    assert soon / usual[1] > 9 > 7 > told[1]


# ---- failures of a law


def test_failures_are_as_long_as_their_law_and_start_at_any_hour_alike() -> None:
    drawn = [draw_failure(LAW, Streams(1, replication)) for replication in range(2000)]
    assert np.median([one.lasts_s for one in drawn]) == pytest.approx(41 * MINUTE, rel=0.08)
    starts = np.array([one.start_s for one in drawn])
    assert starts.min() >= 0
    assert starts.max() < DAY
    assert np.histogram(starts, bins=6, range=(0, DAY))[0] / 2000 == pytest.approx(np.full(6, 1 / 6), abs=0.03)


def test_hours_without_weight_see_no_failure() -> None:
    by_hour = (*(0.0,) * 9, 1.0, 3.0, *(0.0,) * 13)
    starts = np.array([draw_failure(replace(LAW, by_hour=by_hour), Streams(2, k)).start_s for k in range(1000)])
    assert starts.min() >= 9 * HOUR
    assert starts.max() < 11 * HOUR
    assert (starts >= 10 * HOUR).mean() == pytest.approx(0.75, abs=0.05)


def test_other_hours_and_scales_meet_the_same_failure_otherwise() -> None:
    plain, longer = (draw_failure(replace(LAW, scale=scale), Streams(3, 7)) for scale in (1.0, 2.0))
    later = draw_failure(replace(LAW, by_hour=(0.0,) * 12 + (1.0,) * 12), Streams(3, 7))
    assert plain.start_s == longer.start_s
    assert longer.lasts_s == pytest.approx(2 * plain.lasts_s)
    assert later.lasts_s == pytest.approx(plain.lasts_s)
    assert later.start_s == pytest.approx(DAY / 2 + plain.start_s / 2)


def test_a_timeline_is_one_value_in_the_failure_and_another_around_it() -> None:
    inside = Failure(100.0, 200.0).timeline(0.5, 1.0)
    assert inside.at([-1e9, 99.9, 100.0, 199.9, 200.0, 1e9]).tolist() == [1.0, 1.0, 0.5, 0.5, 1.0, 1.0]
    assert Failure(100.0, 100.0).timeline(0.5, 1.0).at([0.0, 100.0, 200.0]).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(("start_s", "end_s"), [(2.0, 1.0), (math.nan, 1.0), (0.0, math.inf)])
def test_a_failure_without_a_finite_end_after_its_start_is_refused(start_s: float, end_s: float) -> None:
    with pytest.raises(InputsError, match=r"Failure: from .* accepted is a finite end after the start"):
        Failure(start_s, end_s)


@pytest.mark.parametrize(
    "fields", [{"by_hour": (1.0,) * 23}, {"by_hour": (0.0,) * 24}, {"scale": 0.0}, {"length": Never()}]
)
def test_a_law_of_failures_outside_its_domain_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InputsError, match=f"FailureLaw: {next(iter(fields))} is"):
        replace(LAW, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("fields", [{"share": 1.01}, {"between": Never()}, {"most": -1}, {"most": 1.5}])
def test_tries_outside_their_domain_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InputsError, match=f"TryAgain: {next(iter(fields))} is"):
        replace(TryAgain(0.9, Uniform(120.0, 180.0), 10), **fields)  # type: ignore[arg-type]
