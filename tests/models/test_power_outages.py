"""How long outages last, from a record of major events in the United States: the known answers of power, P32.

The record stays beside the checkout. The other two columns of P32, and the shares of P33 that rest on a record, come
from all outages of a month; the record beside the checkout holds about a tenth of them (elsewhere than in one district
none of fewer than 200 customers). What their laws say is checked with the promises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.hazards.survival import fit_lognormal, fit_weibull
from resilience_sim.hazards.tables import Column, read_table
from resilience_sim.randomness import LogNormal, Weibull

if TYPE_CHECKING:
    from pathlib import Path


def hours_of(shared: Path, cause: str | None = None) -> np.ndarray:
    """Known durations, zero included."""
    columns = {"cause": Column("text"), "duration_min": Column("number", empty=True, least=0)}
    table = read_table(shared / "data/outages/us_major_outages_2000-2016.csv", columns)
    rows = table if cause is None else table[table.cause == cause]
    return rows.duration_min.dropna().to_numpy() / 60


def fitted(fit, hours: np.ndarray):
    """A law of the durations above 0, with Akaike's criterion (two parameters)."""
    some = hours[hours > 0]
    law, log_likelihood = fit(some, np.ones(some.size, bool))
    return law, 2 * 2 - 2 * log_likelihood


def test_p32_major_events_of_the_united_states_computed(shared: Path) -> None:
    hours = hours_of(shared)
    assert hours.size == 1476
    assert (np.median(hours), hours.mean()) == pytest.approx((11.68, 43.76), abs=5e-3)
    assert [(hours > limit).mean() for limit in (4, 6, 12)] == pytest.approx([0.639, 0.581, 0.496], abs=5e-4)
    assert np.quantile(hours, 0.75) == pytest.approx(48.0, abs=0.05)


def test_p32_a_weibull_law_fits_major_events_better_computed(shared: Path) -> None:
    hours = hours_of(shared)
    (weibull, weibull_aic), (normal, normal_aic) = (fitted(fit, hours) for fit in (fit_weibull, fit_lognormal))
    assert isinstance(weibull, Weibull)
    assert isinstance(normal, LogNormal)
    assert (normal.mu, normal.sigma) == pytest.approx((2.115, 2.501), abs=5e-4)
    assert weibull.shape == pytest.approx(0.523, abs=5e-4)
    assert weibull.scale == pytest.approx(25.59, abs=5e-3)
    assert (weibull_aic, normal_aic) == pytest.approx((12_174, 12_448), abs=0.5)


def test_p32_severe_weather_and_equipment_failure_computed(shared: Path) -> None:
    weather, equipment = hours_of(shared, "severe weather"), hours_of(shared, "equipment failure")
    assert (weather.size, equipment.size) == (744, 55)
    assert np.median(weather) == pytest.approx(41.0, abs=0.05)
    assert (weather > 12).mean() == pytest.approx(0.769, abs=5e-4)
    law, _ = fitted(fit_weibull, weather)
    assert law.shape == pytest.approx(0.815, abs=5e-4)
    assert law.scale == pytest.approx(58.1, abs=0.05)
    assert np.median(equipment) == pytest.approx(3.68, abs=5e-3)
    assert (equipment > 6).mean() == pytest.approx(0.400, abs=5e-4)
