"""E-values of a share: S01 to S06, S08 and S10 of the known answers on statistics."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.evidence import interval_of_share, log_e_above, log_e_below, log_e_values
from resilience_sim.verdicts.planning import (
    decision_boundaries,
    hoeffding_replications,
    on_the_line_replications,
    zero_failure_replications,
)

S01 = [
    (0, 0, 0.8, 1.0, 1.0),
    (1, 0, 0.8, 9 / 8, 1 / 2),
    (0, 1, 0.8, 1 / 2, 3.0),
    (10, 0, 0.8, 3.86964806643, 1 / 11),
    (0, 10, 0.8, 1 / 11, 1109730.09091),
    (3, 4, 0.8, 0.226841517857, 5.39285714286),
    (50, 5, 0.8, 5.49959126074, 0.0300107669697),
    (300, 60, 0.8, 0.854675359591, 0.0135039753759),
    (100, 0, 0.95, 33.2581821202, 0.00990099009901),
    (90, 10, 0.95, 0.145805519992, 0.615810537435),
    (500, 500, 0.5, 0.0396035789523, 0.0396035789523),
]


@pytest.mark.parametrize(("won", "lost", "theta", "up", "down"), S01)
def test_s01_e_values_match_exact_rationals(won, lost, theta, up, down):
    assert np.exp(log_e_values(won, lost, theta)) == pytest.approx([up, down], rel=1e-11)


def test_s01_e_values_of_whole_arrays_are_those_of_their_entries():
    won, lost = np.arange(40)[:, None], np.arange(30)[None, :]
    up, down = log_e_values(won, lost, 0.7)
    one = np.array([[log_e_values(s, f, 0.7) for f in range(30)] for s in range(40)])
    assert up.shape == (40, 30)
    assert np.array_equal(up, one[..., 0])
    assert np.array_equal(down, one[..., 1])


@pytest.mark.parametrize(
    ("p", "up", "down"),
    [(0.8, 1.0, 1.0), (0.75, 0.446327033737, 130.160252733), (0.85, 2.864172087, 0.129014975927)],
)
def test_s02_evidence_is_a_martingale_at_the_threshold_and_falls_inside_the_null(p, up, down):
    k = np.arange(31)
    weight = np.array([math.comb(30, i) for i in k]) * p**k * (1 - p) ** (30 - k)
    e_up, e_down = (np.exp(e) for e in log_e_values(k, 30 - k, 0.8))
    assert weight @ e_up == pytest.approx(up, rel=1e-11)
    assert weight @ e_down == pytest.approx(down, rel=1e-11)


S03 = {  # n: (holds from, fails to) at α .05, .01, .001
    50: ((48, 30), (49, 28), (50, 26)),
    100: ((92, 65), (93, 63), (95, 61)),
    200: ((177, 139), (180, 136), (182, 133)),
    500: ((429, 366), (432, 362), (437, 357)),
    1000: ((842, 751), (847, 746), (854, 739)),
    2000: ((1661, 1530), (1668, 1523), (1678, 1513)),
    5000: ((4100, 3887), (4112, 3876), (4127, 3861)),
}


@pytest.mark.parametrize(("column", "alpha", "first"), [(0, 0.05, (24, 4)), (1, 0.01, (33, 5)), (2, 0.001, (44, 6))])
def test_s03_decision_table(column, alpha, first):
    holds, fails = decision_boundaries(list(S03), 0.8, alpha)
    assert list(zip(holds.tolist(), fails.tolist(), strict=True)) == [row[column] for row in S03.values()]
    n = np.arange(1, 101)
    holds, fails = decision_boundaries(n, 0.8, alpha)
    assert (n[holds <= n][0], n[fails >= 0][0]) == first


def test_s03_boundaries_rise_by_nothing_or_one_and_stay_on_their_sides():
    n = np.arange(1, 3001)
    for theta, alpha in ((0.8, 0.05), (0.95, 0.01), (0.3, 0.001)):
        holds, fails = decision_boundaries(n, theta, alpha)
        assert set(np.diff(holds)) | set(np.diff(fails)) == {0, 1}
        assert (holds > theta * n).all()
        assert (fails < theta * n).all()


def test_s03_boundaries_are_where_the_evidence_reaches_its_bar():
    n, bar = np.arange(100, 2000, 7), math.log(2 / 0.01)
    holds, fails = decision_boundaries(n, 0.9, 0.01)
    for shift, reached in ((0, True), (1, False)):
        assert ((log_e_values(holds - shift, n - holds + shift, 0.9)[0] >= bar) == reached).all()
        assert ((log_e_values(fails + shift, n - fails - shift, 0.9)[1] >= bar) == reached).all()


def test_s04_an_underflowing_tail_is_no_evidence_for_the_wrong_side():
    up, down = log_e_values(3000, 7000, 0.8)
    assert math.exp(up) == pytest.approx(1.5997e-4, rel=1e-4)
    assert down > 5000
    mirrored = log_e_values(7000, 3000, 0.2)
    assert mirrored == (pytest.approx(down, rel=1e-12), pytest.approx(up, rel=1e-9))


def test_s04_tails_in_logarithms_agree_with_exact_rationals():
    # for whole a and b, 1 − I_θ(a, b) = P(Bin(a + b − 1, θ) <= a − 1): exact, and far below the least double
    won, lost, theta = 300, 2100, Fraction(4, 5)
    n = won + lost + 1
    tail = sum(math.comb(n, k) * theta**k * (1 - theta) ** (n - k) for k in range(won + 1))
    assert math.log(tail.numerator) - math.log(tail.denominator) < math.log(1e-308)
    beta = Fraction(math.factorial(won) * math.factorial(lost), math.factorial(won + lost + 1))
    exact = beta * tail / ((1 - theta) * theta**won * (1 - theta) ** lost)
    expected = math.log(exact.numerator) - math.log(exact.denominator)
    assert float(log_e_values(won, lost, 0.8)[0]) == pytest.approx(expected, rel=1e-9)


S05 = [  # θ, p, α, budget; P(holds), P(fails), P(undecided), mean replications
    (0.8, 0.90, 0.01, 5_000, 0.999982, 1.79e-5, 0, 164.911),
    (0.8, 0.85, 0.01, 20_000, 0.999783, 2.17e-4, 0, 772.869),
    (0.8, 0.82, 0.01, 60_000, 0.999143, 8.57e-4, 0, 5704.08),
    (0.8, 0.81, 0.01, 200_000, 0.998575, 1.425e-3, 1e-12, 25366.7),
    (0.8, 0.79, 0.01, 200_000, 1.527e-3, 0.998473, 4e-11, 30845.1),
    (0.8, 0.75, 0.01, 20_000, 1.34e-4, 0.999866, 0, 1059.86),
    (0.8, 0.80, 0.01, 10_000, 0.004308, 0.002858, 0.992835, 9932.07),
    (0.8, 0.80, 0.01, 100_000, 0.004549, 0.002925, 0.992526, 99266.3),
    (0.8, 0.80, 0.05, 1_000, 0.019457, 0.013185, 0.967358, 971.26),
    (0.8, 0.80, 0.05, 10_000, 0.022240, 0.014012, 0.963748, 9653.11),
    (0.8, 0.795, 0.05, 20_000, 0.014014, 0.048731, 0.937255, 19093.0),
    (0.95, 0.95, 0.05, 10_000, 0.021446, 0.009496, 0.969058, 9714.92),
    (0.5, 0.50, 0.05, 10_000, 0.019370, 0.019370, 0.961259, 9625.85),
]


@pytest.mark.parametrize(("theta", "p", "alpha", "budget", "holds", "fails", "undecided", "mean"), S05)
def test_s05_verdict_probabilities_and_mean_runs_by_dynamic_programming(
    walk, theta, p, alpha, budget, holds, fails, undecided, mean
):
    n = np.arange(1, budget + 1)
    found = walk(n, *decision_boundaries(n, theta, alpha), p)
    assert found.holds == pytest.approx(holds, abs=6e-7, rel=3e-3 if holds < 1e-2 else None)
    assert found.fails == pytest.approx(fails, abs=6e-7, rel=3e-3 if fails < 1e-2 else None)
    assert found.undecided == pytest.approx(undecided, abs=6e-7)
    assert found.mean_replications == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize(("p", "mean"), [(0.90, 179.362), (0.75, 1097.65)])
def test_s05_looks_every_ten_runs(walk, p, mean):
    n = np.arange(10, 20_001, 10)
    assert walk(n, *decision_boundaries(n, 0.8, 0.01), p).mean_replications == pytest.approx(mean, rel=1e-5)


def test_s05_a_bar_of_one_over_alpha_errs_more_than_alpha_on_the_line(walk):
    n = np.arange(1, 10_001)
    found = walk(n, *decision_boundaries(n, 0.8, 0.10), 0.8)  # 2/.10 = 1/.05
    assert found.holds + found.fails == pytest.approx(0.0771, abs=5e-5)


def _replayed(looks, theta, alpha, p, replays, seed, chunk=2000):
    """Numbers of replays answered holds and fails."""
    rng, looks = np.random.default_rng(seed), np.asarray(looks)
    steps, (up, down) = np.diff(looks, prepend=0), decision_boundaries(looks, theta, alpha)
    holds = fails = 0
    for _ in range(0, replays, chunk):
        if (steps == 1).all():
            won = np.cumsum(rng.random((chunk, looks.size)) < p, axis=1, dtype=np.int32)
        else:
            won = np.cumsum(rng.binomial(steps, p, (chunk, looks.size)), axis=1)
        above, below = won >= up, won <= down
        stop = (above | below).argmax(axis=1)
        holds += int(above[np.arange(chunk), stop].sum())
        fails += int(below[np.arange(chunk), stop].sum())
    return holds, fails


def test_s06_ten_thousand_nulls_stay_below_the_cap_and_agree_with_s05():
    holds, fails = _replayed(np.arange(1, 10_001), 0.8, 0.05, 0.8, 10_000, seed=6)
    assert holds + fails <= 607
    for count, probability in ((holds, 0.022240), (fails, 0.014012)):
        assert abs(count - 10_000 * probability) < 4.9 * math.sqrt(10_000 * probability)


@pytest.mark.parametrize("p", [0.79, 0.80, 0.81])
def test_s06_one_step_inside_either_null_the_wrong_answer_stays_below_the_cap(p):
    holds, fails = _replayed(np.arange(1, 5001), 0.8, 0.05, p, 2000, seed=61)
    assert (holds if p <= 0.8 else 0) + (fails if p >= 0.8 else 0) <= 149


@pytest.mark.parametrize(
    "looks", [np.arange(10, 10_001, 10), 10 * 2 ** np.arange(11)], ids=["every ten runs", "doubling"]
)
def test_s06_other_schedules_of_looks_stay_below_the_cap(looks):
    holds, fails = _replayed(looks, 0.8, 0.05, 0.8, 2000, seed=62)
    assert holds + fails <= 149


def test_s06_small_alpha_stays_below_the_cap():
    assert sum(_replayed(np.arange(10, 1501, 10), 0.8, 0.001, 0.8, 100_000, seed=63, chunk=10_000)) <= 151


def test_s06_stopping_when_it_looks_good_stays_below_the_cap():
    # a look only where the share seen is at its highest or lowest so far, and giving up as soon as it comes back
    rng, n = np.random.default_rng(64), np.arange(1, 5001)
    up, down = decision_boundaries(n, 0.8, 0.05)
    won = np.cumsum(rng.random((2000, n.size)) < 0.8, axis=1, dtype=np.int32)
    share = won / n
    record = (share >= np.maximum.accumulate(share, axis=1)) | (share <= np.minimum.accumulate(share, axis=1))
    assert ((((won >= up) | (won <= down)) & (record | (n > 100))).any(axis=1)).sum() <= 149


@pytest.mark.parametrize(
    ("margin", "alpha", "runs"),
    [
        (0.02, 0.01, 7239), (0.01, 0.01, 32037), (0.005, 0.01, 139026),
        (0.02, 0.001, 9072), (0.01, 0.001, 39547), (0.005, 0.001, 169376),
    ],
)  # fmt: skip
def test_s08_runs_until_on_the_line(margin, alpha, runs):
    assert on_the_line_replications(0.8, margin, alpha) == runs


def test_s10_planning_numbers():
    hoeffding = {(0.05, 0.05): 738, (0.02, 0.01): 6623, (0.01, 0.01): 26492, (0.005, 0.01): 105967}
    assert {case: hoeffding_replications(*case) for case in hoeffding} == hoeffding
    clean = {(0.01, 0.01): 459, (0.01, 0.001): 688, (0.001, 0.01): 4603, (0.001, 0.001): 6905}
    clean |= {(0.0001, 0.01): 46050, (0.0001, 0.001): 69075}
    assert {case: zero_failure_replications(*case) for case in clean} == clean


def test_interval_ends_are_where_the_verdict_turns():
    for won, lost, alpha in ((80, 20, 0.05), (300, 60, 0.01), (3, 4, 0.05), (990, 10, 0.001)):
        low, high = interval_of_share(won, lost, alpha)
        bar = math.log(2 / alpha)
        assert 0 < low < won / (won + lost) < high < 1
        assert log_e_values(won, lost, low - 1e-9)[0] >= bar > log_e_values(won, lost, low + 1e-9)[0]
        assert log_e_values(won, lost, high + 1e-9)[1] >= bar > log_e_values(won, lost, high - 1e-9)[1]


def test_evidence_against_a_share_falls_with_the_share():
    grid = np.linspace(0.01, 0.99, 197)
    for won, lost in ((80, 20), (5, 0), (0, 7), (40, 60)):
        up, down = np.array([log_e_values(won, lost, theta) for theta in grid]).T
        assert (np.diff(up[grid < won / (won + lost)]) < 0).all()
        assert (np.diff(down[grid > won / (won + lost)]) > 0).all()


def test_interval_covers_the_ends_of_the_scale_when_nothing_speaks_against_them():
    assert interval_of_share(0, 500, 0.05)[0] == 0
    assert interval_of_share(500, 0, 0.05)[1] == 1
    assert interval_of_share(0, 0, 0.05) == (0, 1)


def test_evidence_at_the_ends_of_the_scale_is_the_limit_of_evidence_near_them():
    assert log_e_above(0, 9, 0.0) == pytest.approx(float(log_e_values(0, 9, 1e-9)[0]), rel=1e-6)
    assert log_e_below(9, 0, 0.8 + 0.2) == pytest.approx(-math.log(10), rel=1e-12)
    assert log_e_above(1, 9, 0.0) == log_e_below(9, 1, 1.0) == math.inf  # one success refutes "never"
    assert log_e_above(0, 0, -0.1) == log_e_below(0, 0, 1.1) == math.inf  # no share lies there


@pytest.mark.parametrize(("won", "theta"), [(-1, 0.5), (1, 0.0), (1, 1.0)])
def test_impossible_counts_and_thresholds_are_refused(won, theta):
    with pytest.raises(VerdictError):
        log_e_values(won, 1, theta)


@pytest.mark.parametrize("alpha", [1e-12, 1e-15, 1e-20, 1e-40])
def test_an_interval_reaches_the_end_of_the_scale_where_no_number_is_left_between(alpha):
    low, high = interval_of_share(712, 1, alpha)
    assert 0 < low < 712 / 713 < high <= 1
    few, many = interval_of_share(1, 712, alpha)
    assert 0 <= few < 1 / 713 < many < 1
    assert many == pytest.approx(1 - low)
