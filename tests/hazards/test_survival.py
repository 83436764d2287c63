"""Estimates from censored times, against what they were drawn from and against SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resilience_sim.errors import DataError
from resilience_sim.hazards.survival import fit_exponential, fit_lognormal, fit_weibull, product_limit
from resilience_sim.randomness import Exponential, LogNormal, Weibull


def censored_sample(law: Exponential | Weibull | LogNormal, size: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(20)
    times, until = law.draw(generator, size), generator.exponential(1.5 * law.mean, size)
    return np.minimum(times, until), times <= until


def test_product_limit_by_hand_with_ties() -> None:
    # times 1, 2, 2+, 3: at the tie the end comes before the censoring, so 3 of 4, 2 of 3, and the last of 1
    at = [0.5, 1, 1.5, 2, 2.5, 3, 9]
    survival = product_limit([1, 2, 2, 3], [True, True, False, True], at)
    assert survival == pytest.approx([1, 3 / 4, 3 / 4, 1 / 2, 1 / 2, 0, 0])


def test_product_limit_is_that_of_scipy() -> None:
    from scipy.stats import CensoredData, ecdf

    times, seen = censored_sample(Weibull(0.9, 100.0), 500)
    known = ecdf(CensoredData(uncensored=times[seen], right=times[~seen])).sf
    assert product_limit(times, seen, known.quantiles) == pytest.approx(known.probabilities, abs=1e-12)


def test_product_limit_with_late_entry_recovers_the_law_that_dropping_it_misses() -> None:
    generator = np.random.default_rng(3)
    times, entry = generator.exponential(1.0, 60_000), generator.uniform(0, 2, 60_000)
    seen = times > entry
    whole = np.ones(seen.sum(), bool)
    told = product_limit(times[seen], whole, [1.0, 2.0], entry=entry[seen])
    assert told == pytest.approx(np.exp([-1.0, -2.0]), abs=0.01)
    naive = product_limit(times[seen], whole, [1.0])[0]
    assert naive - math.exp(-1.0) > 0.15


def test_exponential_fit_recovers_its_mean() -> None:
    assert fit_exponential(*censored_sample(Exponential(300.0))).law.mean == pytest.approx(300, rel=0.02)


def test_weibull_fit_recovers_its_parameters() -> None:
    law = fit_weibull(*censored_sample(Weibull(0.9, 380.0))).law
    assert isinstance(law, Weibull)
    assert (law.shape, law.scale) == pytest.approx((0.9, 380.0), rel=0.02)


def test_lognormal_fit_recovers_its_parameters() -> None:
    law = fit_lognormal(*censored_sample(LogNormal(5.8, 1.9))).law
    assert isinstance(law, LogNormal)
    assert (law.mu, law.sigma) == pytest.approx((5.8, 1.9), rel=0.02)


def test_lognormal_fit_with_late_entry_recovers_its_parameters() -> None:
    generator = np.random.default_rng(4)
    times, entry = LogNormal(5.0, 1.3).draw(generator, 60_000), generator.uniform(0, 300, 60_000)
    law = fit_lognormal(times, np.ones(times.size, bool), entry=entry).law
    assert isinstance(law, LogNormal)
    assert (law.mu, law.sigma) == pytest.approx((5.0, 1.3), rel=0.02)


@pytest.mark.parametrize("fit", [fit_weibull, fit_lognormal])
def test_fits_with_censoring_are_those_of_scipy(fit: object) -> None:
    from scipy.stats import CensoredData, lognorm, weibull_min

    times, seen = censored_sample(Weibull(1.4, 50.0), 400)
    data = CensoredData(uncensored=times[seen], right=times[~seen])
    if fit is fit_weibull:
        shape, _, scale = weibull_min.fit(data, floc=0)
        law = fit_weibull(times, seen).law
        assert isinstance(law, Weibull)
        assert (law.shape, law.scale) == pytest.approx((shape, scale), rel=1e-3)
    else:
        sigma, _, median = lognorm.fit(data, floc=0)
        law = fit_lognormal(times, seen).law
        assert isinstance(law, LogNormal)
        assert (math.exp(law.mu), law.sigma) == pytest.approx((median, sigma), rel=1e-3)


def test_nothing_seen_to_its_end_is_refused() -> None:
    with pytest.raises(DataError, match="no time was seen to its end"):
        fit_exponential([1.0, 2.0], [False, False])


def test_a_lognormal_law_needs_ends_that_differ() -> None:
    with pytest.raises(DataError, match="all 1 observed ends are 9; accepted are ends that differ"):
        fit_lognormal([3.0, 5.0, 9.0], [False, False, True])
    assert fit_lognormal([3.0, 5.0, 9.0, 12.0], [True, False, True, False]).law.sigma > 0
