"""How long outages last: data-fits 4, and a blind record of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from resilience_sim.errors import DataError
from resilience_sim.hazards.durations import (
    censored,
    complete,
    first_estimates,
    large_events,
    product_limit_median_min,
    product_limit_shares,
    storm_days,
)  # fmt: skip
from resilience_sim.hazards.outages import OutageRecord, replay
from resilience_sim.hazards.watch import Watch
from resilience_sim.randomness import LogNormal
from resilience_sim.units import DAY

if TYPE_CHECKING:
    from pathlib import Path

HOURS = (1, 2, 4, 6, 12, 24)

# set, days | complete: n, median, mu, sigma, shares | censored: n, median, mu, sigma, shares, logL | product-limit
TABLE = """
area 0 all | 7194 146.9 5.091 1.2226 .2227 .4388 .6276 .7143 .87 .9651 | 10198 194.9 5.2726 1.6427 .2366 .3839 .5504 .6456 .7868 .8883 -68319.49 | 202.5 .21 .3816 .5339 .6059 .7509 .872
area 0 normal | 5373 133.3 4.9928 1.1549 .2313 .4631 .6572 .7435 .9004 .9819 | 6519 151.7 5.0218 1.3534 .2466 .4313 .6327 .7385 .8751 .9518 -41444.33 | 152.1 .2272 .4311 .6089 .6898 .8596 .9684
area 0 storm | 1821 207.3 5.3807 1.3631 .1971 .3674 .5404 .6282 .7803 .9154 | 3679 418.0 6.0354 1.7123 .1285 .2331 .373 .4653 .6246 .765 -26304.75 | 557.3 .1691 .2747 .3809 .4383 .5448 .7005
area 500 all | 3935 154.4 5.1446 1.226 .2114 .4236 .6086 .695 .8574 .9621 | 5394 200.1 5.2988 1.593 .2248 .3741 .5454 .6438 .7892 .8923 -36081.76 | 208.0 .202 .3734 .5257 .5997 .7535 .8866
area 500 normal | 2903 140.6 5.0559 1.1757 .2208 .4475 .6328 .7162 .8836 .9783 | 3521 161.9 5.0867 1.3614 .233 .413 .6138 .7215 .8635 .9458 -22613.33 | 163.0 .2177 .4157 .5855 .6648 .8425 .9668
area 500 storm | 1032 207.3 5.394 1.3267 .1851 .3566 .5407 .6357 .7839 .9167 | 1873 374.9 5.9266 1.6993 .1405 .2513 .3965 .4905 .6495 .7858 -13242.28 | 459.9 .1627 .2777 .3969 .4626 .5764 .7368
santa_cruz 0 all | 10818 120.8 4.9078 1.1641 .2323 .4977 .7306 .8106 .8994 .9619 | 13645 142.6 4.9603 1.4086 .2694 .4512 .6441 .7445 .8748 .9497 -84714.65 | 137.6 .2175 .45 .6718 .7534 .8515 .9357
"""  # noqa: E501 - a table reads best as one


@pytest.mark.parametrize("line", TABLE.split("\n")[1:-1], ids=lambda line: line.split(" |")[0])
def test_data_fits_4_durations(line: str, santa_cruz: OutageRecord, service_area: OutageRecord) -> None:
    which, *parts = line.split(" | ")
    place, least, days = which.split()
    whole, fitted, limit = (list(map(float, part.split())) for part in parts)
    record = service_area if place == "area" else santa_cruz
    rows = record.unplanned(least_customers=int(least))
    if days != "all":
        rows = rows[storm_days(record).holds(rows) == (days == "storm")]

    minutes, mu, sigma = complete(rows)
    assert minutes.size == whole[0]
    assert np.median(minutes) == pytest.approx(whole[1], abs=0.051)
    assert [mu, sigma] == pytest.approx(whole[2:4], abs=1e-3)
    assert [(minutes <= h * 60).mean() for h in HOURS] == pytest.approx(whole[4:], abs=1e-3)

    n, (law, log_likelihood) = censored(rows)
    assert isinstance(law, LogNormal)
    assert n == fitted[0]
    assert np.exp(law.mu) == pytest.approx(fitted[1], rel=2e-3)
    assert [law.mu, law.sigma] == pytest.approx(fitted[2:4], abs=2e-3)
    assert log_likelihood == pytest.approx(fitted[-1], abs=0.05)

    assert product_limit_median_min(rows) == pytest.approx(limit[0], abs=0.051)
    assert product_limit_shares(rows, HOURS) == pytest.approx(limit[1:], abs=1e-3)


def test_data_fits_4_storm_days_and_customers(service_area: OutageRecord) -> None:
    told = storm_days(service_area)
    assert (len(service_area.rows), len(service_area.unplanned())) == (14700, 10359)
    assert (told.seen_dates, told.threshold, len(told.dates), told.median, told.most) == (501, 44.0, 25, 13.0, 470)
    lines = replay(service_area)
    assert lines.planned is not None
    customers = lines.customers[~lines.planned]
    assert customers.size == 5473
    assert np.quantile(customers, [0.1, 0.5, 0.9]) == pytest.approx([578, 1172, 3579], abs=0.5)
    assert customers.mean() == pytest.approx(1740, abs=0.5)


def test_data_fits_4_first_estimates(service_area: OutageRecord) -> None:
    told = first_estimates(service_area)
    assert told.n == 7622
    assert (told.late_share, told.median_ratio) == pytest.approx((0.4045, 0.868), abs=1e-3)
    assert told.announced_given_late == pytest.approx(0.5, abs=0.02)  # nearly uniform: the default of OutageCallLaw


@pytest.mark.parametrize(
    ("cause", "figures"),
    [
        ("equipment failure", (60, 54, 224.0, 1851.0, 5.404, 1.762, 0.407, 0.259)),
        ("fuel supply emergency", (51, 38, 3960.0, 13484.0, 8.126, 2.266, 0.868, 0.789)),
        ("intentional attack", (418, 332, 92.5, 522.0, 3.883, 2.744, 0.259, 0.166)),
        ("islanding", (46, 44, 77.5, 201.0, 4.092, 1.858, 0.136, 0.114)),
        ("public appeal", (69, 69, 455.0, 1468.0, 6.484, 1.33, 0.638, 0.406)),
        ("severe weather", (763, 741, 2464.0, 3900.0, 7.443, 1.636, 0.848, 0.772)),
        ("system operability disruption", (127, 120, 222.0, 747.0, 5.401, 1.494, 0.317, 0.233)),
    ],
)
def test_data_fits_4_1_large_events(shared: Path, cause: str, figures: tuple[float, ...]) -> None:
    table = large_events(shared / "data/outages/us_major_outages_2000-2016.csv")
    told = table.loc[cause]
    assert (told.rows, told.n, told.median_min) == figures[:3]
    assert told.mean_min == pytest.approx(figures[3], abs=0.5)
    assert (told.mu, told.sigma, told.over_6h, told.over_12h) == pytest.approx(figures[4:], abs=1e-3)
    assert (table.loc["all"].n, table.loc["all"].median_min) == (1476, 701)


def blind_record() -> tuple[OutageRecord, LogNormal]:
    """A record that is blind every other day and follows an outage up to the next blind day, from a known law."""
    generator, law = np.random.default_rng(5), LogNormal(5.3, 1.4)
    start = np.sort(generator.uniform(0, 600 * DAY, 12_000))
    end = start + law.draw(generator, start.size) * 60
    day = start // DAY
    blind = day % 2 == 1
    first_seen = np.where(blind, (day + 1) * DAY, start)
    lost_s = (day + 1 + blind) * DAY
    rows = pd.DataFrame({
        "start_s": start, "end_s": np.minimum(end, lost_s), "customers": 600, "planned": False,
        "first_seen_s": first_seen, "end_seen": (end <= lost_s).astype(int),
        "obs_ok": (~blind & (end <= lost_s)).astype(int),
    })  # fmt: skip
    return OutageRecord(rows[end > first_seen], Watch(0.0, 600 * DAY, np.empty((0, 2)))), law


def test_a_blind_record_gives_back_its_law_but_complete_cases_do_not() -> None:
    record, law = blind_record()
    rows = record.unplanned()
    fitted = censored(rows)[1].law
    assert isinstance(fitted, LogNormal)
    assert (fitted.mu, fitted.sigma) == pytest.approx((law.mu, law.sigma), rel=0.05)
    minutes, _, _ = complete(rows)
    assert np.median(minutes) < 0.8 * np.exp(law.mu)


def test_a_record_without_estimates_is_refused() -> None:
    record, _ = blind_record()
    rows = record.rows.assign(first_estimate_s=np.nan)
    with pytest.raises(DataError, match="no outage has a first estimate"):
        first_estimates(OutageRecord(rows, record.watch))
    with pytest.raises(DataError, match="no outage to fit"):
        censored(rows[:0])
