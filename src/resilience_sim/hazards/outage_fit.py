"""Fitting the law of line outages to a district's record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import DataError
from resilience_sim.hazards.durations import product_limit_shares, storm_days
from resilience_sim.hazards.outage_law import OutageLaw
from resilience_sim.hazards.outages import LEAST_CUSTOMERS, OutageRecord, replay, rises, rises_per_year
from resilience_sim.hazards.quantiles import Quantiles
from resilience_sim.randomness import Streams
from resilience_sim.units import DAY, HOUR

__all__ = ["fit_law"]

Floats = npt.NDArray[np.float64]

LONGEST_H = 336.0
"""Fourteen days: the record holds no longer outage, and none is drawn."""

FITTED_HOURS = (0.5, 1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 120, 240)


def fit_law(
    record: OutageRecord,
    *,
    durations: OutageRecord | None = None,
    least_customers: int = LEAST_CUSTOMERS,
    storm_share: float | None = None,
    seed: int = 0,
) -> OutageLaw:
    """Fit the law to a record.

    Mean and variance over mean are those of the daily starts on days observed but for two hours; durations are the
    product-limit shares of normal and of storm days, beyond ten days ending at fourteen; customers are the record's
    quantiles; the spread is the mean time from the first to the other starts of a run of three or more, no two further
    apart than six hours. The share of lines that trip in storms is that at which 60 simulated years rise to three lines
    out as often as the record does: what the plan depends on is fitted, and rises to four are left as a check.

    Parameters
    ----------
    record
        The district.
    durations
        A larger record to take the durations from; `None`: the same.
    least_customers
        Customers from which an outage counts as a line.
    storm_share
        If given, not fitted.
    seed
        Of the simulated years; fixed, so that one record has one fit.

    Raises
    ------
    DataError
        If the record has no day without gaps, or fewer than ten lines.
    """
    lines = replay(record, least_customers=least_customers)
    assert lines.planned is not None
    lines = lines.pick(~lines.planned)
    days = record.watch.whole_days()
    if len(lines) < 10 or days.size < 2:
        raise DataError(f"{len(lines)} lines on {days.size} whole days; accepted are at least 10 lines and 2 days")
    per_day = (np.floor(lines.start_s / DAY)[:, None] == days).sum(axis=0)
    source = record if durations is None else durations
    rows, storm = source.unplanned(least_customers=least_customers), storm_days(source)
    law = OutageLaw(
        lines_per_day=float(per_day.mean()),
        duration=_duration(source, ~storm.holds(rows), least_customers),
        storm_duration=_duration(source, storm.holds(rows), least_customers),
        customers=_quantiles_of(lines.customers.astype(float)),
        var_over_mean=max(1.0, float(per_day.var(ddof=1) / per_day.mean())) if per_day.any() else 1.0,
        storm_spread_s=_spread(lines.start_s),
    )
    if storm_share is not None:
        return replace(law, storm_share=storm_share)
    return _matched(law, rises_per_year(lines, 3, record.watch), seed)


def _matched(law: OutageLaw, per_year: float, seed: int, *, years: int = 60) -> OutageLaw:
    """The law whose share of lines in storms gives so many rises to three a year, by halving."""
    low, high = 0.01, 1.0
    for _ in range(8):
        law = replace(law, storm_share=(low + high) / 2)
        drawn = law.draw(Streams(seed, 0), years * 365, name="outages/fit")
        too_many = rises(drawn.concurrency(), 3).size / years > per_year
        low, high = (low, law.storm_share) if too_many else (law.storm_share, high)
    return law


def _duration(record: OutageRecord, which: npt.NDArray[np.bool_], least_customers: int) -> Quantiles:
    """Product-limit shares as a law of seconds, from 15 minutes to 14 days; all rows where `which` picks too few."""
    rows = record.unplanned(least_customers=least_customers)
    picked = rows[which] if which.sum() >= 10 else rows
    shares = product_limit_shares(picked, FITTED_HOURS)
    hours, known = [0.25], [0.0]
    for hour, share in zip(FITTED_HOURS, shares.tolist(), strict=True):
        if known[-1] < share < 1:
            hours.append(float(hour))
            known.append(share)
    return Quantiles(tuple(h * HOUR for h in (*hours, LONGEST_H)), (*known, 1.0))


def _quantiles_of(values: Floats) -> Quantiles:
    """The law with every twentieth of the recorded values' quantiles; ties keep the largest share."""
    shares = np.linspace(0, 1, 21)
    at = np.quantile(values, shares)
    last = np.append(np.diff(at) > 0, True)
    if last.sum() == 1:
        at, shares, last = np.array([at[0], at[0] * (1 + 1e-9)]), np.array([0.0, 1.0]), np.array([True, True])
    kept_at, kept = at[last], shares[last]
    kept[0] = 0.0
    return Quantiles(tuple(kept_at.tolist()), tuple(kept.tolist()))


def _spread(start_s: Floats, *, within_s: float = 6 * HOUR) -> float:
    """Mean time from the first to the later starts in runs of three or more; three hours where there is no run."""
    runs = np.split(start_s, np.flatnonzero(np.diff(start_s) > within_s) + 1)
    later = [run[1:] - run[0] for run in runs if run.size >= 3]
    return float(np.concatenate(later).mean()) if later else 3 * HOUR
