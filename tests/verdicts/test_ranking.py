"""The best of k systems: S22, S23 and S24 of the known answers on statistics."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.ranking import kim_nelson, kim_nelson_constants, rinott_constant, rinott_replications

S22 = {
    (2, 20, 0.95): 2.45247325262, (2, 20, 0.99): 3.54014025526, (2, 10, 0.95): 2.61411929518,
    (5, 20, 0.95): 3.38541873156, (5, 20, 0.99): 4.34996157189, (5, 10, 0.95): 3.69262400345,
    (20, 20, 0.95): 4.30170069894, (20, 20, 0.99): 5.19000989671, (20, 10, 0.95): 4.82878171663,
}  # fmt: skip


@pytest.mark.parametrize("case", S22)
def test_s22_rinotts_constant_matches_quadrature(case):
    assert rinott_constant(*case) == pytest.approx(S22[case], rel=2e-9)


def test_s22_rinotts_replications_grow_with_the_variance_and_choose_well():
    rng, right = np.random.default_rng(22), 0
    for _ in range(500):
        first = rng.normal([[0.0], [0.5]], [[1.0], [2.0]], (2, 20))
        needed = rinott_replications(first, 0.5, 0.95)
        assert (needed >= 20).all()
        more = [rng.normal(mean, sd, n - 20) for mean, sd, n in zip((0.0, 0.5), (1.0, 2.0), needed, strict=True)]
        right += (first[1].sum() + more[1].sum()) / needed[1] > (first[0].sum() + more[0].sum()) / needed[0]
    assert needed[1] > needed[0]
    assert right >= 475 - 4.9 * math.sqrt(500 * 0.95 * 0.05)


@pytest.mark.parametrize(("k", "eta", "h2"), [(2, 0.137137492852, 5.21122472836), (5, 0.237238315535, 9.01505599034)])
def test_s23_kim_nelson_constants(k, eta, h2):
    assert kim_nelson_constants(k, 20, 0.05) == pytest.approx((eta, h2), rel=1e-11)


@pytest.mark.parametrize(("k", "correct", "runs", "replays"), [(2, 0.956, 171.7, 1500), (5, 0.963, 782.7, 500)])
def test_s23_slippage_choice_and_runs_agree_with_simulation(k, correct, runs, replays):
    rng, right, taken = np.random.default_rng(23), 0, []
    for _ in range(replays):
        outputs = rng.normal(0, 1, (k, 900))
        outputs[0] += 0.2
        ranked = kim_nelson(outputs, indifference=0.2, alpha=0.05)
        right += ranked.chosen == 0
        taken.append(sum(ranked.replications))
    assert abs(right / replays - correct) < 4.9 * math.sqrt(correct * (1 - correct) * (1 / replays + 1 / 4000))
    error = np.std(taken, ddof=1) * math.sqrt(1 / replays + 1 / 4000)
    assert abs(np.mean(taken) - runs) < 4.9 * error


def _dyadic(rng, k=4):
    """Outputs on a grid of 2^-10, so that sums, shifts and doublings are exact."""
    return np.round(rng.normal([[0.3], [0.0], [0.1], [0.2]][:k], 1, (k, 3000)) * 1024) / 1024


@pytest.mark.parametrize("seed", range(8))
def test_s24_metamorphic_laws_of_a_selection_rule(seed):
    rng = np.random.default_rng(240 + seed)
    outputs = _dyadic(rng)
    straight = kim_nelson(outputs, indifference=0.125, alpha=0.05)
    assert straight.chosen is not None
    for shift in (-1.0, 64.0):
        assert kim_nelson(outputs + shift, indifference=0.125, alpha=0.05) == straight
    for factor in (0.25, 8.0):
        assert kim_nelson(outputs * factor, indifference=0.125 * factor, alpha=0.05) == straight
    shock = np.round(rng.normal(0, 50, 3000) * 1024) / 1024
    assert kim_nelson(outputs + shock, indifference=0.125, alpha=0.05) == straight
    order = rng.permutation(4)
    permuted = kim_nelson(outputs[order], indifference=0.125, alpha=0.05)
    assert order[permuted.chosen] == straight.chosen
    assert permuted.replications == tuple(straight.replications[i] for i in order)
    assert kim_nelson(-outputs, indifference=0.125, alpha=0.05, smallest=True) == straight


def test_kim_nelson_says_when_the_outputs_run_out():
    ranked = kim_nelson(np.random.default_rng(5).normal(size=(3, 20)), indifference=0.01, alpha=0.05)
    assert ranked.chosen is None


def test_rankings_that_cannot_be_are_refused():
    with pytest.raises(VerdictError):
        kim_nelson(np.zeros((1, 50)), indifference=0.1, alpha=0.05)
    with pytest.raises(VerdictError):
        kim_nelson(np.zeros((2, 5)), indifference=0.1, alpha=0.05)
    with pytest.raises(VerdictError):
        rinott_constant(2, 20, 0.4)
