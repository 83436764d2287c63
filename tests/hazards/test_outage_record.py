"""Lines out: five districts against data-fits 3, and counts by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.hazards.outages import LineOutages, merged, read_record, replay, rises, rises_per_year
from resilience_sim.hazards.watch import Watch
from resilience_sim.units import DAY

if TYPE_CHECKING:
    from pathlib import Path

    from resilience_sim.hazards.outages import OutageRecord

# box; lines, lines/day, median min, most, to 3 (n, per year), to 4 (n, per year), hours >= 3; merged: n, to 3, to 4
DISTRICTS = {
    "Santa Cruz": (None, 258, 0.575, 372.5, 25, 11, 8.94, 5, 4.07, 293.3, 220, 6.5, 2.44),
    "San Luis Obispo": ((34.9, 35.8, -121.4, -119.6), 147, 0.327, 184.3, 7, 4, 3.25, 2, 1.63, 41.9, 136, 0.81, 1.63),
    "Fresno": ((36.4, 37.2, -120.3, -119.2), 332, 0.74, 239.3, 11, 17, 13.82, 5, 4.07, 74.1, 297, 4.07, 1.63),
    "San Francisco": (
        (37.70, 37.84, -122.53, -122.35), 226, 0.503, 99.6, 8, 16, 13.01, 5, 4.07, 13.9, 191, 7.32, 1.63,
    ),
    "Sonoma": (
        (38.1, 38.85, -123.5, -122.35), 326, 0.726, 194.3, 28, 27, 21.95, 19, 15.45, 447.7, 262, 19.51, 13.82,
    ),
}  # fmt: skip


def unplanned(outages: LineOutages) -> LineOutages:
    assert outages.planned is not None
    return outages.pick(~outages.planned)


@pytest.mark.parametrize("district", DISTRICTS)
def test_data_fits_3_lines_out(
    district: str, santa_cruz: OutageRecord, service_area: OutageRecord, watch: Watch
) -> None:
    box, n, per_day, median_min, most, n3, to3, n4, to4, hours, joined, joined_to3, joined_to4 = DISTRICTS[district]
    lines = unplanned(replay(santa_cruz if box is None else service_area.inside(*box)))
    count, groups = lines.concurrency(), merged(lines)
    assert watch.days == pytest.approx(448.91, abs=5e-3)
    assert (len(lines), count.values.max(), len(groups)) == (n, most, joined)
    assert len(lines) / watch.days == pytest.approx(per_day, abs=1e-3)
    assert np.median(lines.duration_s) / 60 == pytest.approx(median_min, abs=0.05)
    assert [watch.sees(rises(count, level)).sum() for level in (3, 4)] == [n3, n4]
    per_year = [rises_per_year(lines, level, watch) for level in (3, 4)]
    assert per_year == pytest.approx([to3, to4], abs=5e-3)
    three = count.map(lambda out: out >= 3).integral(count.times[0], count.times[-1])
    assert three / 3600 == pytest.approx(hours, abs=0.05)
    per_year = [rises_per_year(groups, level, watch) for level in (3, 4)]
    assert per_year == pytest.approx([joined_to3, joined_to4], abs=5e-3)


def test_data_fits_3_daily_starts(santa_cruz: OutageRecord, watch: Watch) -> None:
    days = watch.whole_days()
    starts = np.floor(unplanned(replay(santa_cruz)).start_s / DAY)
    counts = np.array([(starts == day).sum() for day in days])
    assert days.size == 349
    assert (counts.mean(), counts.var(ddof=1)) == pytest.approx((0.4842, 2.0781), abs=1e-4)
    assert counts.var(ddof=1) / counts.mean() == pytest.approx(4.2914, abs=1e-4)
    shares = [*((counts == k).mean() for k in range(5)), (counts >= 5).mean()]
    assert shares == pytest.approx([0.7278, 0.2092, 0.0258, 0.0172, 0.0057, 0.0143], abs=1e-4)
    assert counts.max() == 15


def test_planned_lines_do_not_count_towards_a_rise_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("start,end,customers,planned\n0,100,600,0\n10,90,700,1\n20,80,800,0\n30,40,499,0\n")
    lines = replay(read_record(path))
    assert len(lines) == 3
    assert rises(lines.concurrency(), 2).tolist() == [20.0]
    assert rises(lines.concurrency(count_planned=True), 2).tolist() == [10.0]


def test_an_end_and_a_start_at_one_instant_do_not_overlap() -> None:
    lines = LineOutages([0, 10], [10, 20], [600, 600])
    assert lines.concurrency().values.max() == 1
    assert rises(lines.concurrency(), 2).size == 0


def test_a_rise_counts_once_however_many_lines_fall_together() -> None:
    lines = LineOutages([0, 0, 0, 0, 50], [10, 10, 10, 10, 60], [600] * 5)
    assert rises(lines.concurrency(), 3).tolist() == [0.0]


def test_records_within_ten_minutes_of_the_first_are_one_fault() -> None:
    lines = LineOutages([0, 500, 1000, 1100], [100, 900, 1200, 4000], [1, 2, 4, 8])
    joined = merged(lines)
    assert joined.start_s.tolist() == [0.0, 1000.0]
    assert joined.end_s.tolist() == [900.0, 4000.0]
    assert joined.customers.tolist() == [3, 12]
    assert len(merged(LineOutages([], [], []))) == 0


def test_a_watch_does_not_see_into_its_gaps() -> None:
    watch = Watch(0.0, 4 * DAY, np.array([[DAY, 1.5 * DAY], [3 * DAY, 3.05 * DAY]]))
    assert watch.days == pytest.approx(3.45)
    assert watch.sees([-1, 0, DAY, 1.5 * DAY, 4 * DAY]).tolist() == [False, True, False, True, False]
    assert watch.whole_days().tolist() == [0, 2, 3]  # of day 3 an hour and twelve minutes are not seen


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (([0, 1], [1], [5]), "one length"),
        (([5], [1], [5]), "no end before its start"),
        (([0], [np.inf], [5]), "finite seconds"),
        (([0], [1], [5.5]), "whole numbers"),
        (([0], [1], [-5]), "whole numbers"),
    ],
)
def test_line_outages_that_cannot_be_are_refused(fields: tuple[list[float], ...], said: str) -> None:
    with pytest.raises(InputsError, match=said):
        LineOutages(*fields)
