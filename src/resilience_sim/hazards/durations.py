"""How long outages last, from records that are blind at times.

Three estimates stand side by side: *complete* (only outages that no gap touched: biased short, as long ones meet gaps;
a negative control), *censored* (log-normal by maximum likelihood) and *product-limit* (no shape assumed: the one to
use). The last two take an outage that ended inside a gap as one that lasted beyond the gap's start, although it is
known to have ended by the gap's end: they lean somewhat long. Durations are minutes here, as in the tables they are
compared with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import DataError
from resilience_sim.hazards.outages import OutageRecord
from resilience_sim.hazards.survival import Fitted, fit_lognormal, product_limit
from resilience_sim.hazards.tables import Column, read_table
from resilience_sim.units import DAY

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = [
    "SEEN_FROM_MIN", "FirstEstimates", "StormDays", "censored", "complete", "first_estimates", "large_events",
    "product_limit_shares", "storm_days",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

SEEN_FROM_MIN = 15.0
"""Shorter outages are under-seen by a record of snapshots 10–20 minutes apart."""


@dataclass(frozen=True)
class StormDays:
    """Days with unusually many unplanned outages.

    Parameters
    ----------
    threshold
        95 % quantile (linear) of unplanned outages per date, over dates with at least one.
    dates
        Dates (start // 86 400) with more than that.
    seen_dates
        How many dates have at least one.
    median, most
        Of outages per date, over dates with at least one.
    """

    threshold: float
    dates: frozenset[int]
    seen_dates: int
    median: float
    most: int

    def holds(self, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Whether each outage began on a storm day."""
        return np.isin(_dates(rows), list(self.dates))


def _dates(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    dates: npt.NDArray[np.int64] = np.floor(rows.start_s.to_numpy() / DAY).astype(np.int64)
    return dates


def storm_days(record: OutageRecord, *, quantile: float = 0.95) -> StormDays:
    """The storm days of a record, by its unplanned outages of every size."""
    dates, counts = np.unique(_dates(record.unplanned()), return_counts=True)
    if not dates.size:
        raise DataError("the record has no unplanned outage; accepted is at least one")
    threshold = float(np.quantile(counts, quantile))
    storms = frozenset(dates[counts > threshold].tolist())
    return StormDays(threshold, storms, dates.size, float(np.median(counts)), int(counts.max()))


def _minutes(rows: pd.DataFrame) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """Duration, whether its end was seen, and entry into the record, minutes; `DataError` without a row."""
    if not len(rows):
        raise DataError("no outage to fit; accepted is at least one")
    minutes = (rows.end_s - rows.start_s).to_numpy(dtype=float) / 60
    ended = rows.end_seen.to_numpy() == 1 if "end_seen" in rows else np.ones(len(rows), bool)
    entry = np.zeros(len(rows))
    if "first_seen_s" in rows:
        entry = np.maximum(0.0, (rows.first_seen_s - rows.start_s).to_numpy(dtype=float)) / 60
    return minutes, ended, entry


def complete(rows: pd.DataFrame) -> tuple[Floats, float, float]:
    """Negative control: durations of outages that no gap touched; with mean and standard deviation of their logs.

    Returns
    -------
    minutes, mu, sigma
        Durations, shape (k,); mean and standard deviation (n − 1) of ln minutes.
    """
    minutes, _, _ = _minutes(rows[rows.obs_ok == 1])
    logs = np.log(minutes)
    return minutes, float(logs.mean()), float(logs.std(ddof=1))


def censored(rows: pd.DataFrame) -> tuple[int, Fitted]:
    """Log-normal law of minutes, censored where the end was not seen, entering when first seen.

    Returns
    -------
    n, fitted
        Outages that lasted beyond their entry, and the law with its log-likelihood.
    """
    minutes, ended, entry = _minutes(rows)
    return int((minutes > entry).sum()), fit_lognormal(minutes, ended, entry=entry)


def product_limit_shares(rows: pd.DataFrame, hours: npt.ArrayLike) -> Floats:
    """P(T ≤ h given T > 15 min) at each of `hours`, without a shape."""
    minutes, ended, entry = _minutes(rows)
    at = np.asarray(hours, dtype=float) * 60
    return 1 - product_limit(minutes, ended, at, entry=entry, given_above=SEEN_FROM_MIN)


def product_limit_median_min(rows: pd.DataFrame) -> float:
    """The first duration at which the product-limit share reaches one half, minutes; inf if it never does."""
    minutes, ended, entry = _minutes(rows)
    at = np.unique(minutes)
    survival = product_limit(minutes, ended, at, entry=entry, given_above=SEEN_FROM_MIN)
    reached = np.flatnonzero(survival <= 0.5)
    return float(at[reached[0]]) if reached.size else math.inf


@dataclass(frozen=True)
class FirstEstimates:
    """How the first announced time of restoration compares with the real one.

    Parameters
    ----------
    n
        Unplanned outages whose end was seen and whose first estimate lies after the start.
    late_share
        Share that ended later than first announced.
    median_ratio
        Median of actual over announced duration.
    announced_given_late
        Mean of announced over actual duration of those that ended late.
    """

    n: int
    late_share: float
    median_ratio: float
    announced_given_late: float


def first_estimates(record: OutageRecord) -> FirstEstimates:
    """Compare first estimates with what happened; needs first_estimate_s and end_seen in the record."""
    rows = record.unplanned()
    rows = rows[(rows.end_seen == 1) & (rows.first_estimate_s > rows.start_s)]
    if not len(rows):
        raise DataError("no outage has a first estimate; accepted is at least one")
    ratio = ((rows.end_s - rows.start_s) / (rows.first_estimate_s - rows.start_s)).to_numpy()
    late = ratio > 1
    shorter = float((1 / ratio[late]).mean()) if late.any() else math.nan
    return FirstEstimates(len(rows), float(late.mean()), float(np.median(ratio)), shorter)


def large_events(path: Path | str) -> pd.DataFrame:
    """Durations of large events by cause: rows, n, median, mean, mu, sigma, shares over 6 h and 12 h.

    Columns of the file: cause, duration_min (may be empty). Only durations above 0 count, except in ``rows``; the last
    line, ``all``, has every known duration, zero included.
    """
    import pandas as pd

    columns = {"cause": Column("text"), "duration_min": Column("number", empty=True, least=0)}
    table = read_table(path, columns)

    def described(rows: int, minutes: Floats) -> dict[str, float]:
        logs = np.log(minutes[minutes > 0])
        return {
            "rows": rows, "n": minutes.size, "median_min": float(np.median(minutes)), "mean_min": float(minutes.mean()),
            "mu": float(logs.mean()), "sigma": float(logs.std(ddof=1)) if logs.size > 1 else math.nan,
            "over_6h": float((minutes > 360).mean()), "over_12h": float((minutes > 720).mean()),
        }  # fmt: skip

    result = {
        str(cause): described(len(rows), rows.duration_min[rows.duration_min > 0].to_numpy())
        for cause, rows in table.groupby("cause")
        if (rows.duration_min > 0).any()
    }
    result["all"] = described(len(table), table.duration_min.dropna().to_numpy())
    return pd.DataFrame.from_dict(result, orient="index")
