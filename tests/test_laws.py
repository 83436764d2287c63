"""Laws to draw from: their means and shares are those of their variates, and each variate keeps its number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from resilience_sim.errors import InputsError
from resilience_sim.hazards.quantiles import Quantiles
from resilience_sim.randomness import (
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    LogNormal,
    Never,
    Streams,
    Triangular,
    Truncated,
    Uniform,
    Weibull,
)

SMOOTH = [
    Exponential(3.0), LogNormal(1.0, 0.7), Erlang(3, 3.0), Gamma(0.4, 5.0), Gamma(2.5, 1.2), Weibull(1.5, 3.0),
    Weibull(0.7, 2.0), Uniform(1.0, 4.0), Triangular(0.5, 2.0, 6.0), Triangular(0.0, 0.0, 4.0),
    Triangular(1.0, 4.0, 4.0), Truncated(LogNormal(1.0, 0.7), 1.0, 5.0), Truncated(Exponential(3.0), 2.0),
    Truncated(Gamma(2.5, 1.2), 0.0, 2.0), Truncated(Truncated(Uniform(0.0, 4.0), 1.0, 3.0), 0.0, 2.0),
]  # fmt: skip
LUMPS = [
    Deterministic(3.0), Deterministic(0.0), Empirical((1.0, 3.0, 3.0, 5.0)), Uniform(2.0, 2.0),
    Truncated(Empirical((1.0, 3.0, 3.0, 5.0)), 3.0, 4.0), Truncated(Deterministic(3.0), 3.0, 3.0),
    Truncated(Empirical((0.0, 1.0, 9.0)), 0.0, 1.0),
]  # fmt: skip


@pytest.mark.parametrize("law", SMOOTH + LUMPS, ids=str)
def test_shares_and_means_are_those_of_the_variates(law):
    drawn = law.draw(np.random.default_rng(1), 100_000)
    assert drawn.mean() == pytest.approx(law.mean, abs=4.5 * drawn.std() / math.sqrt(len(drawn)) + 1e-12)
    for x in (0.0, 1.0, 1.7, 2.0, 3.0, 4.5):
        share, part = law.up_to(x)
        below = np.where(drawn <= x, drawn, 0.0)
        assert np.mean(drawn <= x) == pytest.approx(
            share, abs=4.5 * math.sqrt(share * (1 - share) / len(drawn)) + 1e-12
        )
        assert below.mean() == pytest.approx(part, abs=4.5 * below.std() / math.sqrt(len(drawn)) + 1e-12)
    assert law.up_to(-1.0) == (0.0, 0.0)
    assert law.up_to(math.inf) == (1.0, law.mean)
    assert Never().up_to(1e9) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("law", "same"),
    [
        (Gamma(1.291, 103.901), stats.gamma(1.291, scale=103.901)),
        (Triangular(10.0, 20.0, 70.0), stats.triang(1 / 6, loc=10, scale=60)),
        (Triangular(0.0, 30.0, 30.0), stats.triang(1.0, scale=30)),
        (LogNormal(4.586, 0.967), stats.lognorm(0.967, scale=math.exp(4.586))),
        (Weibull(1.195, 139.285), stats.weibull_min(1.195, scale=139.285)),
        (Erlang(3, 30.0), stats.gamma(3, scale=10)),
        (Exponential(60.0), stats.expon(scale=60)),
        (Uniform(10.0, 100.0), stats.uniform(10, 90)),
    ],
)
def test_shares_and_means_agree_with_scipy(law, same):
    assert law.mean == pytest.approx(same.mean(), rel=1e-12)
    for low, high in ((0.0, 25.0), (15.0, 60.0), (25.0, math.inf)):
        share = same.cdf(high) - same.cdf(low)
        assert law.up_to(high)[0] - law.up_to(low)[0] == pytest.approx(share, rel=1e-10)
        assert Truncated(law, low, high).share == pytest.approx(share, rel=1e-10)
        end = min(high, float(same.isf(1e-14)))
        mean = same.expect(lambda x: x, lb=low, ub=end, conditional=True, epsabs=1e-10, epsrel=1e-10, limit=400)
        assert Truncated(law, low, high).mean == pytest.approx(mean, rel=1e-8)


def test_a_truncated_law_s_variates_are_the_law_s_own_that_lie_inside_and_keep_their_number():
    law = Truncated(LogNormal(3.44, 0.94), 20.0, 60.0)
    own = law.law.draw(Streams(3, 4).generator("delays"), 2000)
    inside = own[(own >= 20.0) & (own <= 60.0)]
    for size in (0, 1, 7, 500):
        assert np.array_equal(law.draw(Streams(3, 4).generator("delays"), size), inside[:size])
    nested = Truncated(Truncated(law.law, 20.0), 0.0, 60.0)
    assert np.array_equal(nested.draw(Streams(3, 4).generator("delays"), 500), inside[:500])


@pytest.mark.parametrize("law", SMOOTH, ids=str)
def test_one_variate_more_moves_no_other(law):
    few, many = (law.draw(Streams(5, 6).generator("paces"), size) for size in (40, 41))
    assert np.array_equal(few, many[:40])


def test_no_part_of_a_law_is_cut_by_bounds_that_hold_all_of_it():
    for law in SMOOTH:
        assert Truncated(law).mean == pytest.approx(law.mean, rel=1e-12)
        assert np.array_equal(
            Truncated(law).draw(np.random.default_rng(2), 9), law.draw(np.random.default_rng(2), 9)
        )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Triangular(1.0, 0.5, 2.0), "low <= mode <= high"),
        (lambda: Triangular(-1.0, 0.5, 2.0), "finite 0 <= low"),
        (lambda: Triangular(1.0, 1.0, 1.0), "low below high"),
        (lambda: Triangular(0.0, 1.0, math.inf), "accepted are finite"),
        (lambda: Triangular(0.0, math.nan, 1.0), "accepted are finite"),
        (lambda: Gamma(0.0, 1.0), "shape is 0.0; accepted is a finite number above 0"),
        (lambda: Gamma(1.0, math.inf), "scale is inf"),
        (lambda: Truncated(Uniform(0.0, 1.0), 2.0, 3.0), r"0 of Uniform\(low=0.0, high=1.0\) lies from 2.0 to 3.0"),
        (lambda: Truncated(Exponential(1.0), 8.0, 9.0), "a range that holds 0.001 of the law"),
        (lambda: Truncated(Exponential(1.0), 1.0, 1.0), "lies from 1.0 to 1.0"),
        (lambda: Truncated(Exponential(1.0), 3.0, 1.0), "0 <= low <= high"),
        (lambda: Truncated(Exponential(1.0), math.nan, 1.0), "0 <= low <= high"),
        (lambda: Truncated(Exponential(1.0), math.inf, math.inf), "low finite"),
        (lambda: Truncated(Never(), 0.0, 5.0), "accepted is a law of finite values"),
    ],
)
def test_what_is_no_law_is_refused(make, words):
    with pytest.raises(InputsError, match=words):
        make()


def test_a_law_whose_shares_are_not_known_cannot_be_truncated():
    with pytest.raises(TypeError, match="Quantiles is no law whose shares are known"):
        Truncated(Quantiles((1.0, 100.0), (0.0, 1.0)), 2.0, 3.0)
