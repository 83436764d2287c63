"""What the fit of repairs rests on: log-normal laws with their errors, how well they fit, exact intervals, bursts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from resilience_sim.errors import InputsError
from resilience_sim.hazards.fault_times import fault_rate
from resilience_sim.hazards.lognormal_fit import fit_log_normal, from_mean_and_deviation, quality
from resilience_sim.hazards.proportions import median_between, rate_between, share_between
from resilience_sim.units import DAY

FEW = 4.5  # standard deviations of a count that no test exceeds by chance


def within(count: int, n: int, share: float) -> bool:
    """Whether a count of n is one that independent trials with this share give."""
    return abs(count - n * share) <= FEW * math.sqrt(n * share * (1 - share))


# ---- log-normal laws


def test_intervals_of_mu_and_sigma_cover_as_often_as_they_say() -> None:
    random = np.random.default_rng(1)
    fits = [fit_log_normal(np.exp(random.normal(4.4, 1.1, 8))) for _ in range(1000)]
    assert within(sum(fit.mu_between[0] <= 4.4 <= fit.mu_between[1] for fit in fits if fit), 1000, 0.95)
    assert within(sum(fit.sigma_between[0] <= 1.1 <= fit.sigma_between[1] for fit in fits if fit), 1000, 0.95)


def test_errors_of_censored_times_are_those_of_many_records() -> None:
    random = np.random.default_rng(2)
    fits = []
    for _ in range(150):
        times, ends = np.exp(random.normal(3.0, 1.0, 60)), np.exp(random.normal(3.5, 0.5, 60))
        fit = fit_log_normal(np.minimum(times, ends), times <= ends)
        assert fit is not None
        fits.append(fit)
    for name, truth in (("mu", 3.0), ("sigma", 1.0)):
        values = np.array([getattr(fit, name) for fit in fits])
        errors = np.array([getattr(fit, f"{name}_error") for fit in fits])
        assert abs(values.mean() - truth) < FEW * values.std() / math.sqrt(len(fits)) + 0.02  # a bias of order 1 / n
        assert errors.mean() == pytest.approx(values.std(ddof=1), rel=0.25)


@pytest.mark.parametrize("times", [[], [5.0], [5.0, 5.0, 5.0]])
def test_too_little_makes_no_law(times: list[float]) -> None:
    assert fit_log_normal(times) is None


def test_a_time_of_nothing_is_refused() -> None:
    with pytest.raises(InputsError, match="accepted are finite times above 0"):
        fit_log_normal([0.0, 1.0])


def test_published_mean_and_deviation_of_arrivals_give_the_published_fit() -> None:
    law = from_mean_and_deviation(29, 23)  # facts.md 5, Emergency Radiology 2010
    assert (round(law.mu, 2), round(law.sigma, 2)) == (3.12, 0.70)
    assert law.mean == pytest.approx(29)
    assert math.sqrt(math.expm1(law.sigma**2)) * law.mean == pytest.approx(23)
    with pytest.raises(InputsError, match="two finite numbers above 0"):
        from_mean_and_deviation(29, 0)


# ---- how well they fit


def test_statistic_and_gap_are_those_of_scipy() -> None:
    times = np.exp(np.random.default_rng(3).weibull(1.3, 70))
    fit = fit_log_normal(times)
    assert fit is not None
    far = quality(times, fit)
    assert far is not None
    z = (np.log(times) - fit.mu) / fit.sigma
    order = np.sort(z)
    k = np.arange(1, 71)
    a_squared = -70 - np.mean((2 * k - 1) * (stats.norm.logcdf(order) + stats.norm.logsf(order[::-1])))
    assert far.a_squared == pytest.approx(a_squared * (1 + 0.75 / 70 + 2.25 / 4900))
    assert far.gap == pytest.approx(stats.kstest(z, "norm").statistic)
    assert abs((times <= far.at).mean() - fit.share_within(far.at)) == pytest.approx(far.gap, abs=1 / 70 + 1e-12)


def test_a_true_law_is_refused_as_often_as_the_chance_says_and_a_wrong_one_nearly_always() -> None:
    random = np.random.default_rng(4)

    def chances(draw: np.ndarray) -> np.ndarray:
        found = []
        for times in draw:
            fit = fit_log_normal(times)
            assert fit is not None
            far = quality(times, fit)
            assert far is not None
            found.append(far.p)
        return np.array(found)

    true = chances(np.exp(random.normal(4, 1.2, (1500, 40))))
    for level in (0.01, 0.05, 0.25, 0.6):
        assert within(int((true < level).sum()), 1500, level), level
    assert (chances(random.exponential(1.0, (200, 250))) < 0.05).mean() > 0.9


def test_no_limit_is_off_by_more_than_the_gap() -> None:
    times = np.random.default_rng(6).gamma(0.7, 50.0, 300)
    fit = fit_log_normal(times)
    assert fit is not None
    far = quality(times, fit)
    assert far is not None
    off = [abs(float((times <= limit).mean()) - fit.share_within(limit)) for limit in np.geomspace(0.01, 1000, 2000)]
    assert 0.8 * far.gap < max(off) <= far.gap + 1e-12


def test_few_times_tell_nothing_of_a_shape() -> None:
    times = np.arange(1.0, 8.0)
    fit = fit_log_normal(times)
    assert fit is not None
    assert quality(times, fit) is None


# ---- exact intervals


@pytest.mark.parametrize(
    ("had", "n", "between"),
    [(29, 49, (0.4421, 0.7300)), (23, 29, (0.6028, 0.9201)), (9, 22, (0.2071, 0.6365)), (0, 10, (0.0, 0.3085))],
)
def test_shares_have_the_interval_of_clopper_and_pearson(had: int, n: int, between: tuple[float, float]) -> None:
    assert share_between(had, n) == pytest.approx(between, abs=5e-5)
    exact = stats.binomtest(had, n).proportion_ci(0.95, method="exact")
    assert share_between(had, n) == pytest.approx((exact.low, exact.high))


@pytest.mark.parametrize("n", [1, 5, 23])
def test_shares_are_covered_with_95_percent_or_more_whatever_they_are(n: int) -> None:
    ends = [share_between(had, n) for had in range(n + 1)]
    for share in np.linspace(0.01, 0.99, 99):
        covered = sum(stats.binom.pmf(had, n, share) for had in range(n + 1) if ends[had][0] <= share <= ends[had][1])
        assert covered >= 0.95


@pytest.mark.parametrize(("n", "rank"), [(6, 1), (9, 2), (20, 6), (100, 40)])
def test_medians_lie_between_the_ranks_of_the_sign_test(n: int, rank: int) -> None:
    assert median_between(np.arange(1.0, n + 1)) == (rank, n + 1 - rank)
    assert 2 * stats.binom.cdf(rank - 1, n, 0.5) <= 0.05 < 2 * stats.binom.cdf(rank, n, 0.5)


def test_five_values_bound_no_median() -> None:
    assert median_between([1, 2, 3, 4, 5]) is None


def test_rates_have_the_exact_interval_of_a_poisson_process() -> None:
    low, high = rate_between(10, 2.0)
    assert (low, high) == pytest.approx((stats.chi2.ppf(0.025, 20) / 4, stats.chi2.ppf(0.975, 22) / 4))
    assert rate_between(0, 1.0) == pytest.approx((0.0, -math.log(0.025)))
    wide = rate_between(40, 1.0, clustering=4.0)
    assert wide == pytest.approx(tuple(4 * end for end in rate_between(10, 1.0)))


@pytest.mark.parametrize(("had", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(had: int, n: int) -> None:
    with pytest.raises(InputsError, match="accepted is 0 <= had <= n"):
        share_between(had, n)


# ---- faults over time


def poisson(random: np.random.Generator, per_day: np.ndarray) -> np.ndarray:
    """Starts at random within days that have these rates."""
    counts = random.poisson(per_day)
    return np.repeat(np.arange(len(per_day)), counts) * DAY + random.uniform(0, DAY, int(counts.sum()))


def test_faults_that_come_one_by_one_come_together_as_often_as_by_chance() -> None:
    starts = poisson(np.random.default_rng(7), np.full(1000, 4.0))
    rate = fault_rate(starts, from_s=0, until_s=1000 * DAY, window_s=3600)
    assert rate.per_day_between[0] < 4.0 < rate.per_day_between[1]
    assert rate.clustering == pytest.approx(1, abs=FEW * math.sqrt(2 / 999))
    assert rate.by_chance == pytest.approx(1 - math.exp(-4 / 24), abs=0.01)
    assert rate.together == pytest.approx(rate.by_chance, abs=FEW * math.sqrt(0.15 * 0.85 / 4000))


def test_a_rate_that_grows_is_no_burst_but_bursts_are() -> None:
    random = np.random.default_rng(8)
    grows = poisson(random, np.linspace(0.2, 20, 700))
    slow = fault_rate(grows, from_s=0, until_s=700 * DAY, window_s=600)
    assert slow.clustering > 3
    assert slow.together == pytest.approx(slow.by_chance, rel=0.12)
    singles = poisson(random, np.full(700, 1.0))
    burst = (singles[:, None] + np.array([0, 200, 400])).ravel()
    burst = burst[burst < 700 * DAY]
    fast = fault_rate(burst, from_s=0, until_s=700 * DAY, window_s=600)
    assert fast.together > 10 * fast.by_chance
    assert fast.clustering == pytest.approx(3, rel=0.25)  # of threes: three times that of singles
    assert fast.per_day_between[0] < 3.0 < fast.per_day_between[1]
    assert fast.largest >= 3


def test_one_fault_and_one_day_make_no_clustering() -> None:
    rate = fault_rate([100.0], from_s=0, until_s=DAY, window_s=60)
    assert math.isnan(rate.clustering)
    assert (rate.per_day, rate.together, rate.by_chance, rate.largest) == (1.0, 0.0, 0.0, 1)


@pytest.mark.parametrize(
    ("starts", "until_s", "window_s"), [([1.0], 0.5 * DAY, 60), ([1.0], 0.0, 60), ([2 * DAY], DAY, 60), ([1.0], DAY, 0)]
)
def test_times_that_cannot_be_are_refused(starts: list[float], until_s: float, window_s: float) -> None:
    with pytest.raises(InputsError, match="accepted are"):
        fault_rate(starts, from_s=0, until_s=until_s, window_s=window_s)
