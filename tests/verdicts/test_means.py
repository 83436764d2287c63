"""Means and ratios: S09, S11 and S12 of the known answers on statistics."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.asymptotic import (
    AsymptoticTest,
    Sums,
    asymptotic_interval,
    best_rho,
    half_width,
    log_mixture,
)
from resilience_sim.verdicts.betting import MeanTest, log_capital
from resilience_sim.verdicts.looks import Judge, judge_ratio
from resilience_sim.verdicts.planning import poisson_excess
from resilience_sim.verdicts.verdict import Answer, Method, Reading

X = np.array([1, 0, 1, 1, 1, 0, 1, 1, 1, 1])
GEOMETRIC = np.unique(np.ceil(8 * 1.5 ** np.arange(14)).astype(int)).clip(max=2000)


@pytest.mark.parametrize(("stake", "capital"), [(0.5, 0.7716919716), (-2.0, 0.1135420416)])
def test_s09_capital_of_a_fixed_bet(stake, capital):
    assert math.exp(log_capital(X - 0.8, np.full(10, stake))) == pytest.approx(capital, rel=1e-12)


@pytest.mark.parametrize("mean", [0.3, 0.8])
def test_s09_predictable_bets_are_fair_over_all_paths(mean):
    # at the edge of each hypothesis the expected capital after ten replications is exactly 1
    test = MeanTest(mean, alpha=0.05, margin=0.1, budget=10, reading=Reading.MEAN)
    expected = np.zeros(2)
    for path in itertools.product((0, 1), repeat=10):
        evidence = test.after(test.start(), path).evidence
        weight = mean ** sum(path) * (1 - mean) ** (10 - sum(path))
        expected += weight * np.exp([evidence.holds, evidence.fails])
    assert expected == pytest.approx([1, 1], abs=1e-12)


def test_s09_gaussian_mixture_equals_its_integral():
    density = lambda lam: math.exp(17 * lam - 50 * lam**2 - lam**2 / 0.02) / (0.1 * math.sqrt(2 * math.pi))  # noqa: E731
    assert quad(density, -2, 2, epsabs=1e-13)[0] == pytest.approx(math.exp(log_mixture(17, 100, 0.1)), rel=1e-9)
    assert math.exp(log_mixture(17, 100, 0.1)) == pytest.approx(1.45633995736, rel=1e-11)


def test_s09_best_rho_for_a_thousand_replications():
    rho = best_rho(1000, 0.05)
    assert rho == pytest.approx(0.0906199111, abs=2e-9)  # the table's minimum was found numerically, and is flat
    assert half_width(1000, 0.05, rho) == pytest.approx(0.0959789980, abs=1e-10)
    assert half_width(1000, 0.05, 0.0937112609) == pytest.approx(0.0959892433, abs=1e-10)
    found = minimize_scalar(lambda r: half_width(1000, 0.05, r), bounds=(0.01, 1), options={"xatol": 1e-10})
    assert found.x == pytest.approx(rho, rel=1e-4)


def test_s09_asymptotic_sequence_covers_at_all_times_and_answers_late_enough():
    rng, wrong, uncovered = np.random.default_rng(9), 0, 0
    test = AsymptoticTest(1.0, alpha=0.05, margin=0.05, budget=2000)
    for _ in range(400):
        judge, bad = Judge.of(test), False
        values = rng.exponential(1.0, 2000)
        for start, stop in itertools.pairwise([0, *(GEOMETRIC[GEOMETRIC >= 100])]):
            judge = judge.update(values[start:stop])
            low, high = asymptotic_interval(judge.state, 0.05)
            bad |= not low <= 1.0 <= high
        wrong += judge.verdict.answer in (Answer.HOLDS, Answer.FAILS)
        uncovered += bad
    assert max(wrong, uncovered) <= 20 + 4.9 * math.sqrt(20)
    assert judge.verdict.method is judge.verdict.interval is Method.ASYMPTOTIC


def test_s09_asymptotic_test_answers_and_its_interval_agrees():
    values = np.random.default_rng(10).exponential(1.0, 5000)
    answers = set()
    for theta in np.linspace(0.8, 1.2, 41):
        verdict = judge_ratio(AsymptoticTest(theta, 0.05, 0.1, 5000), values, np.ones(5000), looks=[5000])
        assert (verdict.answer is Answer.HOLDS) == (verdict.low >= theta)
        assert (verdict.answer is Answer.FAILS) == (verdict.high <= theta)
        answers.add(verdict.answer)
    assert answers == {Answer.HOLDS, Answer.FAILS, Answer.ON_THE_LINE}


def test_asymptotic_test_keeps_silent_before_a_hundred_replications_and_on_equal_outcomes():
    test = AsymptoticTest(0.0, alpha=0.05, margin=0.01, budget=1000)
    assert test.look(test.after(Sums(), np.linspace(5, 6, 99))).answer is Answer.UNDECIDED
    assert test.look(test.after(Sums(), np.full(900, 5.0))).answer is Answer.UNDECIDED
    assert test.look(test.after(Sums(), np.linspace(5, 6, 100))).answer is Answer.HOLDS


# ---- S11: a ratio claim is a claim about the mean of D = G − θN


def _null_a(rng):
    count = rng.poisson(800, 2000)
    return rng.binomial(count, 0.8), count


def _null_b(rng):
    return np.where(rng.random(2000) < 0.8, 1000, 0), np.full(2000, 1000)


@pytest.mark.parametrize(
    ("null", "replays"), [(_null_a, 400), (_null_b, 1000)], ids=["poisson calls", "all or nothing"]
)
def test_s11_null_replays_stay_below_the_cap(null, replays):
    rng = np.random.default_rng(11)
    test = MeanTest(0.8, alpha=0.05, margin=0.01, budget=2000, cap=1100)
    answers = [judge_ratio(test, *null(rng), looks=GEOMETRIC).answer for _ in range(replays)]
    wrong = answers.count(Answer.HOLDS) + answers.count(Answer.FAILS)
    assert wrong <= replays * 0.05 + 4.9 * math.sqrt(replays * 0.05 * 0.95)
    if null is _null_a:
        assert wrong == 0


@pytest.mark.parametrize("p", [0.79, 0.81])
def test_s11_one_step_inside_either_null_the_wrong_answer_stays_below_the_cap(p):
    rng = np.random.default_rng(111)
    test = MeanTest(0.8, alpha=0.05, margin=0.005, budget=500, cap=1)
    wrong = Answer.HOLDS if p < 0.8 else Answer.FAILS
    looks = GEOMETRIC[GEOMETRIC < 500]
    got = [judge_ratio(test, rng.random(500) < p, np.ones(500), looks=looks).answer for _ in range(500)]
    assert got.count(wrong) <= 500 * 0.05 + 4.9 * math.sqrt(500 * 0.05 * 0.95)


def test_s11_complement_swaps_holds_and_fails_exactly():
    rng = np.random.default_rng(12)
    count = rng.poisson(100, 300)
    one, other = (MeanTest(theta, alpha=0.05, margin=0.05, budget=300, cap=200) for theta in (0.75, 0.25))
    swap = {Answer.HOLDS: Answer.FAILS, Answer.FAILS: Answer.HOLDS}
    for share in (0.6, 0.75, 0.9):
        good = rng.binomial(count, share)
        straight = judge_ratio(one, good, count, looks=range(5, 301, 5))
        mirrored = judge_ratio(other, count - good, count, looks=range(5, 301, 5))
        assert mirrored.answer == swap.get(straight.answer, straight.answer)
        assert mirrored.replications == straight.replications
        assert mirrored.log_evidence_holds == pytest.approx(straight.log_evidence_fails, abs=1e-9)
        assert mirrored.log_evidence_below == pytest.approx(straight.log_evidence_above, abs=1e-9)


def test_s11_on_the_line_is_answered_by_the_processes_at_the_margins():
    rng = np.random.default_rng(13)
    count = rng.poisson(100, 4000)
    verdict = judge_ratio(
        MeanTest(0.8, alpha=0.05, margin=0.05, budget=4000, cap=200), rng.binomial(count, 0.8), count, looks=[500, 4000]
    )
    assert verdict.answer is Answer.ON_THE_LINE
    assert min(verdict.log_evidence_above, verdict.log_evidence_below) >= math.log(40)
    assert max(verdict.log_evidence_holds, verdict.log_evidence_fails) < math.log(40)


@pytest.mark.parametrize(
    ("days", "answer", "mean", "replays"),
    [("seven_agents", "fails", 58, 40), ("eight_agents", "holds", 152, 20), ("eight_slow_agents", "holds", 664, 6)],
)
def test_s11_days_until_the_verdict_on_a_call_centre(request, days, answer, mean, replays):
    good, count = request.getfixturevalue(days)
    test = MeanTest(0.8, alpha=0.01, margin=0.001, budget=1400, cap=1100)
    taken = []
    for k in range(replays):
        start = k * (len(good) // replays)
        stop = min(start + 1400, len(good))
        verdict = judge_ratio(test, good[start:stop], count[start:stop], looks=range(2, stop - start + 1, 2))
        assert verdict.answer == answer
        taken.append(verdict.replications)
    error = np.std(taken, ddof=1) / math.sqrt(replays)
    assert abs(np.mean(taken) - mean) < 4.9 * error + 0.05 * mean  # the table's bet starts a little otherwise


def test_s11_the_up_side_needs_only_a_lower_bound_and_the_down_side_only_an_upper():
    values = np.random.default_rng(14).exponential(1.0, 2000)
    up = MeanTest(0.5, 0.05, 0.1, 2000, low=0.0, high=math.inf, reading=Reading.MEAN)
    verdict = judge_ratio(up, values, np.ones(2000), looks=range(50, 2001, 50))
    assert (verdict.answer, verdict.log_evidence_fails) == (Answer.HOLDS, 0.0)
    down = MeanTest(-0.5, 0.05, 0.1, 2000, low=-math.inf, high=0.0, reading=Reading.MEAN)
    verdict = judge_ratio(down, -values, np.ones(2000), looks=range(50, 2001, 50))
    assert (verdict.answer, verdict.log_evidence_holds) == (Answer.FAILS, 0.0)
    with pytest.raises(VerdictError, match="AsymptoticTest"):
        MeanTest(0.5, 0.05, 0.1, 2000, low=-math.inf, high=math.inf)


def test_s11_bias_of_cutting_a_poisson_count():
    assert poisson_excess(800, 1000) == pytest.approx(2.11e-11, rel=3e-3)
    assert poisson_excess(800, 1200) == pytest.approx(1.7e-39, rel=3e-2)
    assert poisson_excess(3, 0) == pytest.approx(3, rel=1e-12)


def test_s11_differences_beyond_the_cap_are_cut_and_the_bias_charged():
    rng, wrong = np.random.default_rng(15), 0
    test = MeanTest(0.8, alpha=0.05, margin=0.01, budget=500, cap=12, excess=poisson_excess(10, 12))
    for _ in range(300):
        count = rng.poisson(10, 500)
        verdict = judge_ratio(test, np.where(rng.random(500) < 0.8, count, 0), count, looks=range(25, 501, 25))
        wrong += verdict.answer in (Answer.HOLDS, Answer.FAILS)
    assert wrong <= 300 * 0.05 + 4.9 * math.sqrt(300 * 0.05 * 0.95)
    assert judge_ratio(test, count, count, looks=[500]).answer is Answer.HOLDS


def test_s11_expected_capital_beyond_the_cap_is_exactly_one():
    # D = 1/2 with probability 10/11 (one call, good) and −5 with 1/11 (ten calls, none good): E[D] = 0; a cap of one
    # call lifts E[D] by 9/22, which is exactly what the charge takes off
    test = MeanTest(0.5, alpha=0.05, margin=0.1, budget=9, cap=1, excess=9 / 11)
    expected = 0.0
    for path in itertools.product((0, 1), repeat=9):
        good = np.array(path)
        evidence = test.after(test.start(), good, np.where(good, 1, 10)).evidence
        expected += (10 / 11) ** good.sum() * (1 / 11) ** (9 - good.sum()) * math.exp(evidence.holds)
    assert expected == pytest.approx(1, abs=1e-12)


def test_values_outside_their_bounds_are_refused():
    test = MeanTest(0.8, alpha=0.05, margin=0.01, budget=500, cap=10)
    for good, count in (([11], [11]), ([5], [4]), ([-1], [4]), ([1], [-1]), ([np.nan], [1]), ([1, 2], [3])):
        with pytest.raises(VerdictError):
            test.after(test.start(), good, count)
    for theta in (0.0, 1.0, math.nan):
        with pytest.raises(VerdictError):
            MeanTest(theta, alpha=0.05, margin=0.01, budget=500)


def test_a_margin_that_reaches_the_end_of_the_scale_brings_no_wrong_answer_on_a_ratio():
    test = MeanTest(0.95, alpha=0.05, margin=0.05, budget=1000, cap=1)
    assert judge_ratio(test, np.ones(1000), np.ones(1000), looks=range(1, 1001)).answer is Answer.HOLDS


def test_displayed_interval_of_a_ratio_covers_and_is_labelled_asymptotic(eight_agents):
    good, count = eight_agents
    test = MeanTest(0.8, alpha=0.05, margin=0.001, budget=100, cap=1200)
    covered = 0
    for start in range(0, 9000, 100):
        verdict = test.look(test.after(test.start(), good[start : start + 100], count[start : start + 100]))
        covered += verdict.low <= 0.880148310767 <= verdict.high
        assert verdict.interval is Method.ASYMPTOTIC
    assert covered >= 86


def test_s12_readings_differ(seven_agents, eight_agents):
    for (good, count), share, day in ((seven_agents, 0.7404, 0.2024), (eight_agents, 0.8801, 0.9581)):
        days = len(good)
        ratio = good.sum() / count.sum()
        error = np.std(good - ratio * count) / count.mean() / math.sqrt(days)
        assert abs(ratio - share) < 4.9 * error + 2e-4
        reached = float((good >= 0.8 * count).mean())
        assert abs(reached - day) < 4.9 * math.sqrt(day * (1 - day) / days) + 6e-4
