"""An outage record as facts of a site."""

from __future__ import annotations

from pathlib import Path

from resilience_sim.experiments.fit import FittedFact, FittedSite, about, finite, named
from resilience_sim.hazards.outage_law import OutageLaw
from resilience_sim.hazards.outages import LEAST_CUSTOMERS, OutageRecord, read_record, replay, rises, rises_per_year
from resilience_sim.hazards.quantiles import Quantiles
from resilience_sim.randomness import Law, Streams
from resilience_sim.units import HOUR

__all__ = ["fit_outage_site"]

WITHIN_HOURS = (1.0, 2.0, 4.0, 6.0, 12.0, 24.0, 48.0, 336.0)
"""The grid of the shipped site; at its end, fourteen days, every line counts as back."""
YEARS = 200  # simulated to tell how often the fitted law has three and four lines out


def fit_outage_site(path: Path, *, gaps: Path | None = None, seed: int = 0) -> FittedSite:
    """Fit an outage record; the law is that of :func:`resilience_sim.hazards.outage_fit.fit_law`.

    Parameters
    ----------
    path
        The record.
    gaps
        When it was blind (JSON); `None`: never, from its first start to its last end.
    seed
        Of the simulated years to which the law is fitted; fixed, so that one record has one fit.

    Raises
    ------
    DataError
        If a file is not as described, or there is too little to fit.
    """
    from resilience_sim.hazards.watch import read_watch

    watch = None if gaps is None else read_watch(gaps)
    return about(path, lambda: _outage_site(path, read_record(path, watch=watch), gaps, seed))


def _outage_site(path: Path, record: OutageRecord, gaps: Path | None, seed: int) -> FittedSite:
    from resilience_sim.hazards.durations import storm_days
    from resilience_sim.hazards.outage_fit import fit_law

    law = fit_law(record, seed=seed)
    rows = record.unplanned(least_customers=LEAST_CUSTOMERS)
    stormy = int(storm_days(record).holds(rows).sum())
    lines, on_days = (len(rows), "lines"), (record.watch.whole_days().size, "days seen whole")
    facts = {
        "lines.per_day": FittedFact(law.lines_per_day, "1/d", *on_days),
        "lines.clustering": FittedFact(law.var_over_mean, "1", *on_days),
        "lines.storm_share": FittedFact(law.storm_share, "share", *lines),
        "lines.within_hours": FittedFact(WITHIN_HOURS, "h", *lines),
        "lines.back_normal_day": FittedFact(_back(law.duration), "share", *_used(len(rows) - stormy, len(rows))),
        "lines.back_storm_day": FittedFact(_back(law.storm_duration), "share", *_used(stormy, len(rows))),
        "outage_calls.customers_per_line": FittedFact(float(rows.customers.median()), "customers", *lines),
        **_late(record),
    }
    source = "; gaps ".join(map(named, filter(None, (path, gaps))))
    return FittedSite("outages", source, finite(facts), (_rises(law, record, seed),))


def _rises(law: OutageLaw, record: OutageRecord, seed: int) -> tuple[str, str]:
    """How often three and four lines are out at once, by the record and by the law fitted to it."""
    drawn = law.draw(Streams(seed, 0), YEARS * 365, name="outages/fit_check").concurrency()
    seen = " / ".join(f"{rises_per_year(replay(record), level, record.watch):.1f}" for level in (3, 4))
    told = " / ".join(f"{rises(drawn, level).size / YEARS:.1f}" for level in (3, 4))
    return (
        f"每年升至 3 / 4 条线路同时停电的次数：记录 {seen}，拟合 {told}",
        f"rises to 3 / 4 lines out at once a year: record {seen}, fitted law {told}",
    )


def _back(law: Law) -> tuple[float, ...]:
    assert isinstance(law, Quantiles)
    return tuple(law.share_up_to([hours * HOUR for hours in WITHIN_HOURS]).tolist())


def _used(lines: int, all_lines: int) -> tuple[int, str]:
    """The lines that a law of durations rests on: all where its own are fewer than ten."""
    return (lines, "lines") if lines >= 10 else (all_lines, "lines of all days, as fewer than 10 are of such days")


def _late(record: OutageRecord) -> dict[str, FittedFact]:
    """The share of outages that end late, if the record says when they were to end."""
    from resilience_sim.hazards.durations import first_estimates

    if not {"first_estimate_s", "end_seen"} <= set(record.rows) or record.rows.first_estimate_s.isna().all():
        return {}
    told = first_estimates(record)
    return {"outage_calls.late_share": FittedFact(told.late_share, "share", told.n, "outages with a first estimate")}
