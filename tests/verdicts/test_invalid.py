"""Negative controls: S07 and S13 to S17 of the known answers on statistics. Each rule must be caught."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import bdtr, ndtri, stdtrit

from resilience_sim.verdicts.invalid import (
    half_width_says_stop,
    normal_half_width,
    peeking_clopper_pearson,
    pooled_wilson,
    sequential_probability_ratio,
    share_dropping_the_waiting,
)


def _boundaries(rule, looks):
    """Fewest successes at which a monotone rule says yes, and most at which it says no, at each look."""
    up, down = [], []
    for n in np.asarray(looks):
        reach = int(4 * math.sqrt(n)) + 4
        first = max(int(0.8 * n) - reach, 0)
        above, below = rule(np.arange(first, min(int(0.8 * n) + reach, n) + 1), n)
        up.append(first + int(above.argmax()) if above.any() else n + 1)
        down.append(first + int(below.sum()) - 1 if below.any() else -1)
    return up, down


@pytest.mark.parametrize(
    ("level", "step", "wrong"),
    [
        (0.95, 1, {100: 0.1818, 1000: 0.3698, 4000: 0.4691}),
        (0.99, 1, {100: 0.0434, 1000: 0.1054, 4000: 0.1446}),
        (0.95, 100, {100: 0.0326, 1000: 0.1695, 4000: 0.2768}),
        (0.99, 100, {100: 0.0055, 1000: 0.0388, 4000: 0.0716}),
    ],
)
def test_s13_peeking_at_a_fixed_sample_interval_errs_far_more_than_it_says(walk, level, step, wrong):
    looks = np.arange(10 if step == 1 else step, 4001, step)
    up, down = _boundaries(lambda s, n: peeking_clopper_pearson(s, n, 0.8, level=level), looks)
    for budget, probability in wrong.items():
        until = int((looks <= budget).sum())
        found = walk(looks[:until], up[:until], down[:until], 0.8)
        assert found.holds + found.fails == pytest.approx(probability, abs=6e-5)
    assert found.holds + found.fails > 1 - level  # caught


@pytest.mark.parametrize(("days", "truth", "covers", "design"), [
    ("seven_agents", 0.740441011543, 0.34, 19.4), ("eight_agents", 0.880148310767, 0.40, 14.0),
])  # fmt: skip
def test_s14_pooling_the_calls_of_days_covers_less_than_half(request, days, truth, covers, design):
    good, count = (x.reshape(300, 30) for x in request.getfixturevalue(days))
    pooled = [pooled_wilson(g.sum(), n.sum(), level=0.95) for g, n in zip(good, count, strict=True)]
    covered = np.mean([low <= truth <= high for low, high in pooled])
    assert abs(covered - covers) < 4.9 * math.sqrt(covers * (1 - covers) / 300) + 0.006
    assert covered < 0.6  # caught
    ratio = good.sum() / count.sum()
    effect = np.var(good - ratio * count) / (count.mean() * ratio * (1 - ratio))
    assert effect == pytest.approx(design, rel=0.15)
    # the ratio of sums per day, with Student's quantile and the delta method, covers as it says
    share = good.sum(axis=1) / count.sum(axis=1)
    error = np.std(good - share[:, None] * count, axis=1, ddof=1) / count.mean(axis=1) / math.sqrt(30)
    right = np.mean(np.abs(share - truth) <= stdtrit(29, 0.975) * error)
    assert abs(right - 0.95) < 4.9 * math.sqrt(0.95 * 0.05 / 300) + 0.003


@pytest.mark.parametrize(
    ("p", "half_width", "coverage", "runs"),
    [
        (0.8, 0.02, 0.9477, 1548.5), (0.95, 0.02, 0.7217, 369.5), (0.99, 0.01, 0.2577, 136.4),
        (0.995, 0.01, 0.1387, 69.2), (0.999, 0.001, 0.0293, 154.2),
    ],
)  # fmt: skip
def test_s15_stopping_at_a_small_half_width_stops_on_no_variance(p, half_width, coverage, runs):
    n, covered, mean = 0, 0.0, 0.0
    mass = np.ones(1)  # probability of so many failures and no stop yet
    k = np.arange(31)
    block = np.array([math.comb(30, i) for i in k]) * (1 - p) ** k * p ** (30 - k)
    while mass.sum() > 1e-9:
        mean += 30 * float(mass.sum())
        mass, n = np.convolve(mass, block), n + 30
        failures = np.arange(mass.size)
        share = 1 - failures / n
        stop = half_width_says_stop(n - failures, n, half_width, level=0.95)
        reach = ndtri(0.975) * np.sqrt(share * (1 - share) / (n - 1))
        covered += float(mass[stop & (np.abs(share - p) <= reach)].sum())
        mass[stop] = 0
        mass = np.trim_zeros(mass, "b") if mass.any() else np.zeros(1)
        mass = np.where(mass > 1e-18, mass, 0.0)
    assert covered == pytest.approx(coverage, abs=1e-4)
    assert mean == pytest.approx(runs, abs=0.06)
    if p > 0.9:
        assert covered < 0.75  # caught
    if p == 0.99:
        assert block[0] == pytest.approx(0.74, abs=5e-3)


def test_s16_normal_quantiles_are_far_too_small_at_a_tiny_error():
    quantiles = {9: 19.782, 29: 7.913, 99: 6.259, 999: 5.780}
    assert {df: round(-float(stdtrit(df, 0.5e-8)), 3) for df in quantiles} == quantiles
    for df, quantile in quantiles.items():
        values = np.random.default_rng(df).normal(size=df + 1)
        error = values.std(ddof=1) / math.sqrt(df + 1)
        assert normal_half_width(values, error=1e-8) / error == pytest.approx(5.731, abs=5e-4)
        assert normal_half_width(values, error=1e-8) < quantile * error  # caught


def test_s17_dropping_calls_still_waiting_flatters_an_overloaded_day():
    # one agent, a call each minute, 90 s each: the k-th call waits 30 k seconds
    arrival = 60.0 * np.arange(60)
    waits = 30.0 * np.arange(60)
    answered = arrival + waits <= 3600
    known = np.where(answered, waits, 3600 - arrival)  # what is known of a wait at the end of the hour
    limit = 900.0
    dropped = share_dropping_the_waiting(known, answered, limit)
    missed = known > limit
    right = 1 - missed.sum() / (answered | missed).sum()
    assert dropped == pytest.approx(31 / 41)
    assert right == pytest.approx(31 / 45)
    assert dropped > right  # caught


def test_s07_walds_test_is_fast_and_answers_by_chance_on_the_line(walk):
    looks = np.arange(1, 60_001)
    step_up, step_down = math.log(0.81 / 0.79), math.log(0.19 / 0.21)
    bar = math.log(99)
    up = np.ceil((bar - looks * step_down) / (step_up - step_down)).astype(int)
    down = np.floor((-bar - looks * step_down) / (step_up - step_down)).astype(int)
    for n in (500, 5000, 50_000):  # the lines are those of the rule
        for s, which, says in ((up, 0, True), (up - 1, 0, False), (down, 1, True), (down + 1, 1, False)):
            answer = sequential_probability_ratio(s[n - 1], n, 0.8, 0.01, error=0.01)[which]
            assert bool(answer) is says
    runs = {0.75: 739.902, 0.79: 3585.81, 0.80: 8525.55, 0.81: 3658.06, 0.85: 739.607, 0.90: 368.032}
    for p, mean in runs.items():
        found = walk(looks, up, np.maximum(down, -1), p)
        assert found.mean_replications == pytest.approx(mean, rel=1e-4)
        if p == 0.80:
            assert (found.holds, found.fails) == pytest.approx((0.487, 0.513), abs=1e-3)  # caught


def test_peeking_rule_is_right_at_a_single_look():
    # at one look its error is within the level: the fault is the peeking, not the interval
    up, down = _boundaries(lambda s, n: peeking_clopper_pearson(s, n, 0.8, level=0.95), [400])
    assert 1 - bdtr(up[0] - 1, 400, 0.8) + bdtr(down[0], 400, 0.8) <= 0.05
