"""The comparison of two runs: exact against enumerations in rationals, its false alarms and its power."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from resilience_sim.errors import VerdictError
from resilience_sim.randomness import Streams
from resilience_sim.verdicts.regression import (
    FALSE_ALARM,
    POWER,
    Counts,
    Levels,
    TwoLooks,
    critical_counts,
    difference_p_value,
    false_alarm_probability,
    levels,
    power,
)


def by_enumeration(old: Counts, new: Counts) -> Fraction:
    """Fisher's p-value in rationals, the smaller tail doubled."""
    kept, every = old.kept + new.kept, old.events + new.events
    mass = [
        Fraction(math.comb(kept, x) * math.comb(every - kept, new.events - x), math.comb(every, new.events))
        for x in range(new.events + 1)
        if x <= kept and new.events - x <= every - kept
    ]
    first = max(0, new.events - (every - kept))
    at = new.kept - first
    return min(Fraction(1), 2 * min(sum(mass[: at + 1], Fraction()), sum(mass[at:], Fraction())))


@pytest.mark.parametrize(("old", "new"), [((7, 9), (0, 6)), ((0, 4), (4, 4)), ((3, 30), (11, 12)), ((5, 5), (5, 5))])
def test_the_p_value_is_fishers(old: tuple[int, int], new: tuple[int, int]) -> None:
    assert difference_p_value(Counts(*old), Counts(*new)) == pytest.approx(
        float(by_enumeration(Counts(*old), Counts(*new))), rel=1e-12
    )


def test_the_lady_tasting_tea() -> None:
    # Fisher (1935): four of four cups right has probability 1/70 in one tail.
    assert difference_p_value(Counts(4, 4), Counts(0, 4)) == pytest.approx(2 / 70, rel=1e-14)


def test_tails_of_one_in_a_billion_are_right_to_ten_digits() -> None:
    old, new = Counts(250, 310), Counts(420, 1000)
    exact = by_enumeration(old, new)
    assert exact < Fraction(1, 10**9)
    assert difference_p_value(old, new) == pytest.approx(float(exact), rel=1e-10)


@pytest.mark.parametrize("level", [0.5, 0.05, 1e-4])
def test_critical_counts_are_where_the_p_value_crosses(level: float) -> None:
    for kept in range(13):
        old = Counts(kept, 12)
        low, high = critical_counts(old, 17, level)
        for new in range(18):
            alarms = by_enumeration(old, Counts(new, 17)) <= Fraction(level)
            assert alarms == (new <= low or new >= high), (kept, new)


# The null distribution over the whole binomial grid. Where both looks have one share, P(p <= a) <= a for every a.
LEVELS = (0.5, 0.1, 0.05, 0.01, 1e-3, 1e-6, 2e-9)
SHARES = (0.001, 0.05, 0.2, 0.5, 0.8, 0.99)


@pytest.mark.parametrize(("old", "new"), [(9, 14), (60, 60), (128, 64)])
def test_false_alarms_never_exceed_their_level_whatever_the_share(old: int, new: int) -> None:
    for level in LEVELS:
        found = [false_alarm_probability(old, new, share, level) for share in SHARES]
        assert max(found) <= level * (1 + 1e-9)
        if new >= 60 and level >= 1e-6:
            assert max(found) > level / 8  # and the test is not one that never alarms


def test_the_null_distribution_equals_an_enumeration_in_rationals() -> None:
    share = Fraction(3, 10)
    expected = Fraction()
    for x0 in range(9):
        for x1 in range(7):
            if by_enumeration(Counts(x0, 8), Counts(x1, 6)) <= Fraction(1, 5):
                both = math.comb(8, x0) * math.comb(6, x1)
                expected += both * share ** (x0 + x1) * (1 - share) ** (14 - x0 - x1)
    assert 0 < expected <= Fraction(1, 5)
    assert false_alarm_probability(8, 6, 0.3, 0.2) == pytest.approx(float(expected), rel=1e-12)


def test_the_normal_approximation_would_alarm_twenty_times_too_often() -> None:
    # The negative control: the z-test of two shares with each sample's own variance, at level 0.001.
    old, new, share, z = 310, 32, 0.02, 3.2905
    (x, before), (y, now) = (
        (np.arange(n + 1), np.array([math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]))
        for n in (old, new)
    )
    p, q = x[:, None] / old, y[None, :] / new
    alarms = np.abs(p - q) > z * np.sqrt(p * (1 - p) / old + q * (1 - q) / new)
    assert before @ alarms @ now > 20e-3
    assert false_alarm_probability(old, new, share, 1e-3) <= 1e-3


@pytest.mark.parametrize("share", [0.02, 0.5, 0.93])
def test_two_looks_alarm_falsely_with_the_product_of_their_levels_at_most(share: float) -> None:
    of = levels(20, false_alarm=1e-4, first=0.02)
    assert of == Levels(0.02, pytest.approx(2.5e-4))
    both = false_alarm_probability(50, 50, share, of.first) * false_alarm_probability(100, 100, share, of.second)
    assert both <= 1e-4 / 20


def test_the_levels_of_all_rows_make_one_false_alarm_in_a_million_runs() -> None:
    for rows in (1, 498, 10_000):
        first, second = levels(rows)
        assert first * second * rows <= FALSE_ALARM * (1 + 1e-12)
    with pytest.raises(VerdictError, match="accepted"):
        levels(0)


def test_power_is_the_probability_of_the_critical_counts() -> None:
    old, events, share = Counts(40, 50), 30, Fraction(1, 4)
    low, high = critical_counts(old, events, 0.01)
    expected = sum(
        math.comb(events, k) * share**k * (1 - share) ** (events - k)
        for k in range(events + 1)
        if k <= low or k >= high
    )
    assert power(old, events, 0.01, 0.25) == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("kept", [0, 3, 155, 290, 310])
def test_the_detectable_shift_is_the_smallest_with_that_power(kept: int) -> None:
    row = TwoLooks(Counts(kept, 310), Counts(2 * kept, 620), levels(500))
    down, up = row.detectable()
    for side, shift in ((-1, down), (1, up)):
        if shift is None:
            room = row.share if side < 0 else 1 - row.share
            assert row.power(row.share + side * room) < POWER
            continue
        assert row.power(row.share + side * shift) >= POWER
        assert row.power(row.share + side * (shift - 1e-3)) < POWER
    assert row.sees(0.25)
    assert not row.sees(0.02)


def test_a_shift_that_no_side_has_room_for_is_seen_only_if_the_largest_possible_is() -> None:
    blind = TwoLooks(Counts(5, 10), Counts(10, 20), levels(500))
    assert blind.detectable() == (None, None)
    assert not blind.sees(0.6)
    assert TwoLooks(Counts(155, 310), Counts(310, 620), levels(500)).sees(0.6)


def test_a_second_look_sees_smaller_shifts_than_one_look_at_the_whole_level() -> None:
    rows, first, second = 500, Counts(155, 310), Counts(310, 620)
    two = TwoLooks(first, second, levels(rows)).detectable()[1]
    assert two is not None
    assert power(first, 310, FALSE_ALARM / rows, first.share + two) < 0.6  # where two looks have 0.99


def test_a_look_at_impossible_counts_is_refused() -> None:
    with pytest.raises(VerdictError, match="accepted"):
        difference_p_value(Counts(5, 4), Counts(1, 4))
    with pytest.raises(VerdictError, match="accepted"):
        difference_p_value(Counts(0, 0), Counts(1, 4))


def test_a_thousand_runs_of_sixty_unmoved_rows_raise_no_alarm() -> None:
    # Fresh counts of the same shares against stored ones, as `check --baseline` compares them under another seed.
    at, asked, alarms = levels(60), 0, 0
    stored = Streams(11, 0).generator("stored")
    for number, share in enumerate(np.linspace(0, 1, 60)):
        row = TwoLooks(Counts(int(stored.binomial(310, share)), 310), Counts(int(stored.binomial(620, share)), 620), at)
        fresh = Streams(12, number).generator("fresh")
        first, second = fresh.binomial(310, share, 1000), fresh.binomial(620, share, 1000)
        (low, high), (low_again, high_again) = (
            critical_counts(counts, counts.events, level)
            for counts, level in zip((row.first, row.second), at, strict=True)
        )
        again = (first <= low) | (first >= high)
        asked += int(again.sum())
        alarms += int((again & ((second <= low_again) | (second >= high_again))).sum())
    assert alarms == 0
    assert 0 < asked < 0.02 * 60_000  # a first look asks again in 1 of 100 at most; what is stored is shared by 1,000
