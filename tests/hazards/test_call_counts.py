"""Counts of two banks against data-fits 2.1 and 2.2, and drawn counts against their day factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.errors import DataError
from resilience_sim.hazards.counts import (
    SlotCounts,
    day_factor_cv,
    day_spread,
    dispersion,
    hourly_profile,
    read_counts_by_day,
    read_counts_by_slot,
    surges,
    weekday_means,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import Path

SUNDAY_TO_THURSDAY = (6, 0, 1, 2, 3)
HOUR = 3600


@pytest.fixture(scope="module")
def bank_1999(shared: Path) -> SlotCounts:
    return read_counts_by_day(shared / "data/calls/counts_6min_1999_jan-jun.csv")


@pytest.fixture(scope="module")
def bank_2003(shared: Path) -> SlotCounts:
    return read_counts_by_slot(shared / "data/calls/counts_5min_2003_mar-jun.csv")


def test_data_fits_2_1_days(bank_1999: SlotCounts) -> None:
    assert (len(bank_1999.dates), bank_1999.totals.sum()) == (167, 198301)
    told = day_spread(bank_1999.on(SUNDAY_TO_THURSDAY))
    assert told.days == 119
    assert told.mean == pytest.approx(1518.6, abs=0.05)
    assert (told.cv, told.cv_after_weekday, told.day_factor_cv) == pytest.approx((0.2642, 0.2615, 0.2629), abs=1e-4)


@pytest.mark.parametrize(("minutes", "median", "after"), [(30, 6.965, 4.301), (6, 2.178, 1.809)])
def test_data_fits_2_1_dispersion(bank_1999: SlotCounts, minutes: int, median: float, after: float) -> None:
    working = bank_1999.on(SUNDAY_TO_THURSDAY).between(8 * HOUR, 22 * HOUR, width_s=minutes * 60)
    told = dispersion(working)
    assert (told.median, told.after_day_factor) == pytest.approx((median, after), abs=1e-3)


def test_data_fits_2_1_profile(bank_1999: SlotCounts) -> None:
    expected = [
        4.6, 1.9, 0.9, 0.4, 0.4, 1.2, 6.1, 41.7, 90.8, 112.1, 131.1, 114.7, 105.1, 113.0, 118.5, 117.1, 122.8, 98.6,
        77.1, 60.7, 55.3, 55.4, 48.7, 40.7,
    ]  # fmt: skip
    assert hourly_profile(bank_1999.on(SUNDAY_TO_THURSDAY)) == pytest.approx(expected, abs=0.05)
    week = [1465.9, 1493.5, 1428.0, 1527.0, 524.0, 208.7, 1679.1]  # Monday first
    assert weekday_means(bank_1999) == pytest.approx(week, abs=0.05)


def test_data_fits_2_1_surges(bank_1999: SlotCounts) -> None:
    expected = [
        ("1999-05-17", "07:30", 206, 12.9), ("1999-02-03", "13:24", 407, 7.8), ("1999-05-16", "23:42", 150, 7.1),
        ("1999-02-14", "22:12", 173, 6.9), ("1999-06-16", "13:36", 358, 6.6), ("1999-05-30", "22:06", 143, 5.7),
        ("1999-05-13", "21:00", 129, 4.3), ("1999-01-18", "15:36", 196, 3.1),
    ]  # fmt: skip
    told = surges(bank_1999.on(SUNDAY_TO_THURSDAY))[: len(expected)]
    clock = [f"{int(s.last_slot_s // HOUR):02d}:{int(s.last_slot_s % HOUR // 60):02d}" for s in told]
    found = [(s.day, at, s.calls, round(s.ratio, 1)) for s, at in zip(told, clock, strict=True)]
    assert found == expected


def test_data_fits_2_2_days_and_dispersion(bank_2003: SlotCounts) -> None:
    told = day_spread(bank_2003)
    assert (told.days, bank_2003.starts_s.size) == (83, 169)
    assert told.mean == pytest.approx(32153.1, abs=0.05)
    figures = (told.cv, told.cv_after_weekday, told.day_factor_cv, told.lag_1)
    assert figures == pytest.approx((0.0922, 0.0598, 0.092, 0.298), abs=2e-4)
    assert dispersion(bank_2003) == pytest.approx((1.418, 3.1, 5.795, 1.4312), abs=1e-3)


def test_data_fits_2_2_profile(bank_2003: SlotCounts) -> None:
    hours = [1026, 1918, 3191, 3356, 3222, 3056, 2931, 2859, 2757, 2430, 1842, 1421, 1139, 935, 70]
    assert hourly_profile(bank_2003)[7:22] == pytest.approx(hours, abs=0.5)
    assert weekday_means(bank_2003)[:5] == pytest.approx([36427, 32167, 30368, 30458, 31563], abs=0.5)


def drawn_counts(cv: float, days: int = 400) -> SlotCounts:
    generator = np.random.default_rng(11)
    factor = generator.gamma(1 / cv**2, cv**2, days) if cv else np.ones(days)
    rate = np.linspace(20, 60, 48)
    dates = tuple(np.datetime_as_string(np.datetime64("2021-01-01") + np.arange(days)))
    return SlotCounts(dates, np.arange(48) * 1800.0, generator.poisson(factor[:, None] * rate).astype(float))


@pytest.mark.parametrize("cv", [0.1, 0.25])
def test_drawn_counts_give_back_their_day_factor(cv: float) -> None:
    counts = drawn_counts(cv)
    assert day_spread(counts).day_factor_cv == pytest.approx(cv, rel=0.1)
    assert dispersion(counts).median > 1.2
    assert dispersion(counts).after_day_factor == pytest.approx(1.0, abs=0.05)


def test_poisson_counts_have_no_day_factor() -> None:
    assert day_spread(drawn_counts(0.0)).day_factor_cv < 0.02


def test_a_day_factor_from_one_day_is_refused() -> None:
    with pytest.raises(DataError, match="2 days or more"):
        day_factor_cv([100.0])


def test_slots_that_do_not_join_are_refused() -> None:
    with pytest.raises(DataError, match="do not make whole ones"):
        drawn_counts(0.1, 3).between(0, 5 * 1800, width_s=3600)
