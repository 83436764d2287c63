"""Fitting a log of one's own: what it says about a site, as facts that the site's file can hold.

Facts carry the names of the shipped sites where they mean the same; their source names the file, how many records they
rest on, and the file's BLAKE2b hash (128 bits), so that a site can always be traced back to its log.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from resilience_sim.errors import DataError, ExportError, InputsError, Place
from resilience_sim.hazards.calls import CallLog, Window, handling, read_calls, redial_gaps_min
from resilience_sim.hazards.outage_law import OutageLaw
from resilience_sim.hazards.outages import LEAST_CUSTOMERS, OutageRecord, read_record, replay, rises, rises_per_year
from resilience_sim.hazards.quantiles import Quantiles
from resilience_sim.plans.writing import replace_whole
from resilience_sim.randomness import Exponential, Law, LogNormal, Streams, Weibull
from resilience_sim.units import HOUR

__all__ = ["FittedFact", "FittedSite", "Target", "as_json", "as_yaml", "fit_call_site", "fit_outage_site"]

SCHEMA = "resilience-sim/fit@1"
WITHIN_HOURS = (1.0, 2.0, 4.0, 6.0, 12.0, 24.0, 48.0, 336.0)
"""The grid of the shipped site; at its end, fourteen days, every line counts as back."""
LAWS: Mapping[type[Law], tuple[str, str]] = {
    Exponential: ("指数", "exponential"),
    Weibull: ("韦布尔", "Weibull"),
    LogNormal: ("对数正态", "log-normal"),
}
YEARS = 200  # simulated to tell how often the fitted law has three and four lines out

Result = TypeVar("Result")


@dataclass(frozen=True)
class FittedFact:
    """A figure fitted to a log: one number or several, their unit, and the records counted for it."""

    value: float | tuple[float, ...]
    unit: str
    n: int
    counted: str


@dataclass(frozen=True)
class FittedSite:
    """The facts of one log.

    Parameters
    ----------
    kind
        What the log holds.
    source
        Name and hash of its file, and of the file of gaps.
    facts
        By their name in a site file.
    notes
        What is no fact but should be read with them (zh, en).
    """

    kind: Literal["calls", "outages"]
    source: str
    facts: Mapping[str, FittedFact]
    notes: tuple[tuple[str, str], ...]


def fit_call_site(path: Path, *, exclude: Sequence[Window] = (), weekdays: Collection[int] = range(7)) -> FittedSite:
    """Fit a call log; the figures are those of :class:`resilience_sim.hazards.call_fit.CallFit`.

    Parameters
    ----------
    path
        The log.
    exclude
        Times in which the centre had failed: left out of patience.
    weekdays
        Weekdays (Monday 0 to Sunday 6) whose days make profile and day factor.

    Raises
    ------
    DataError
        If the file is no such log, a window lies on a day that is not in it, or there is too little to fit.
    """
    return _about(path, lambda: _call_site(path, read_calls(path), exclude, weekdays))


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
    return _about(path, lambda: _outage_site(path, read_record(path, watch=watch), gaps, seed))


def _about(path: Path, fit: Callable[[], Result]) -> Result:
    """What `fit` gives; an error that names no place is told of this file."""
    try:
        return fit()
    except (DataError, InputsError) as error:
        if error.place is not None:
            raise
        raise DataError(str(error), place=Place(path)) from error


def _call_site(path: Path, log: CallLog, exclude: Sequence[Window], weekdays: Collection[int]) -> FittedSite:
    from resilience_sim.hazards.call_fit import fit_calls

    days = sorted(log.calls.day.unique())
    for window in exclude:
        if window.day not in days:
            raise DataError(f"has no call on {window.day}, of which a part is excluded; it has {days[0]} to {days[-1]}")
    fit = fit_calls(log, exclude=exclude, weekdays=weekdays)
    weibull, lognormal = fit.weibull.law, fit.lognormal.law
    assert isinstance(weibull, Weibull)
    assert isinstance(lognormal, LogNormal)
    on_days = (fit.days, "days")
    handled = (handling(log.calls).n, "answered calls longer than 10 s")
    queued = (fit.queued, f"calls that queued, of which {fit.gave_up} hung up")
    known = (_identified(log), "identified callers who hung up in the queue")
    answered = (int((log.calls.outcome == "AGENT").sum()), "answered calls")
    facts = {
        "calls.usual_busy": FittedFact(max(fit.profile_per_h) / 12, "calls/5min", *on_days),
        "calls.profile": FittedFact(fit.profile_per_h, "calls", *on_days),
        "calls.day_factor_cv": FittedFact(fit.day_factor_cv, "1", *on_days),
        "calls.handling_mean": FittedFact(fit.handling.mean, "s", *handled),
        "calls.handling_sigma": FittedFact(fit.handling.sigma, "1", *handled),
        "calls.hang_share": FittedFact(fit.hang_share, "share", fit.calls, "calls"),
        "calls.within_20s_share": FittedFact(fit.within_20s_share, "share", *answered),
        "patience.mean": FittedFact(fit.exponential.law.mean, "s", *queued),
        "patience.weibull_shape": FittedFact(weibull.shape, "1", *queued),
        "patience.weibull_scale": FittedFact(weibull.scale, "s", *queued),
        "patience.lognormal_median": FittedFact(math.exp(lognormal.mu), "s", *queued),
        "patience.lognormal_sigma": FittedFact(lognormal.sigma, "1", *queued),
        "redial.share": FittedFact(fit.redial_after_hanging_up, "share", *known),
        "redial.delay_median": FittedFact(fit.redial_median_min, "min", *known),
    }
    zh, en = LAWS[type(fit.best_patience.law)]
    note = (f"耐心最接近{zh}分布（按 Akaike 准则）", f"patience fits the {en} law best (Akaike's criterion)")
    return FittedSite("calls", _named(path), _finite(facts), (note,))


def _identified(log: CallLog) -> int:
    """How many calls the share of redials is taken of."""
    if "caller" not in log.calls:
        return 0
    gaps = redial_gaps_min(log)
    return int(((gaps.outcome == "HANG") & (gaps.queue_s > 0)).sum())


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
    source = "; gaps ".join(map(_named, filter(None, (path, gaps))))
    return FittedSite("outages", source, _finite(facts), (_rises(law, record, seed),))


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


def _finite(facts: Mapping[str, FittedFact]) -> dict[str, FittedFact]:
    """The facts that the log knows."""
    return {name: fact for name, fact in facts.items() if isinstance(fact.value, tuple) or math.isfinite(fact.value)}


def _named(path: Path) -> str:
    """Name and hash of a file; what cannot be printed of the name is a question mark."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    return f"{''.join(c if c.isprintable() else '?' for c in path.name)} (blake2b {digest})"


def as_json(fitted: FittedSite) -> str:
    """The facts as JSON, by the schema ``resilience-sim/fit@1``."""
    facts = {
        name: {"values" if isinstance(fact.value, tuple) else "value": fact.value, "unit": fact.unit}
        for name, fact in fitted.facts.items()
    }
    content = {"schema": SCHEMA, "kind": fitted.kind, "source": fitted.source, "facts": facts}
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def as_yaml(fitted: FittedSite) -> str:
    """The facts as the ``facts`` of a site file, rounded to six digits."""
    lines = [f"# Fitted to {fitted.source}; take over into a site.yaml what fits your site.", "facts:"]
    for name, fact in fitted.facts.items():
        source = json.dumps(f"fitted to {fitted.source}, n {fact.n} {fact.counted}", ensure_ascii=False)
        lines += [
            f"  {name}:",
            f'    {{{_number(fact.value)}, unit: "{fact.unit}", grade: computed,',
            f"     source: {source}}}",
        ]
    return "\n".join(lines) + "\n"


def _number(value: float | tuple[float, ...]) -> str:
    if isinstance(value, tuple):
        return f"values: [{', '.join(f'{one:.6g}' for one in value)}]"
    return f"value: {value:.6g}"


@dataclass(frozen=True)
class Target:
    """A file to be written, whole or not at all; made by :meth:`at` before the work starts."""

    path: Path
    before: bytes | None

    @classmethod
    def at(cls, path: Path, *, force: bool = False, sources: Collection[Path] = ()) -> Target:
        """The file at this path.

        Parameters
        ----------
        path
            Where it will stand; its folder exists.
        force
            Whether a file that stands there may be replaced.
        sources
            Files that may never be replaced.

        Raises
        ------
        ExportError
            If nothing may be written there.
        """
        if not path.parent.is_dir():
            raise ExportError("stands in no folder; accepted is a file in a folder that exists", place=Place(path))
        if not path.exists():
            return cls(path, None)
        if not path.is_file():
            raise ExportError("is no plain file; accepted is a file, new or one to replace", place=Place(path))
        if any(path.samefile(source) for source in sources if source.exists()):
            raise ExportError("is the log itself, which is never replaced; accepted is another file", place=Place(path))
        if not force:
            raise ExportError("exists; accepted is another file, or --force to replace it", place=Place(path))
        return cls(path, path.read_bytes())

    def write(self, text: str) -> None:
        """Put the text in place; the old file stays as it was if that fails."""
        replace_whole(self.path, text, expected=self.before)
