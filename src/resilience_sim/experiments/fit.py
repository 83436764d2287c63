"""Fitting a log of one's own: what it says about a site, as facts that the site's file can hold.

Facts carry the names of the shipped sites where they mean the same; their source names the file, how many records they
rest on, and the file's BLAKE2b hash (128 bits), so that a site can always be traced back to its log.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from resilience_sim.errors import DataError, ExportError, InputsError, Place
from resilience_sim.hazards.calls import CallLog, Window, handling, read_calls, redial_gaps_min
from resilience_sim.hazards.outage_law import OutageLaw
from resilience_sim.hazards.outages import LEAST_CUSTOMERS, OutageRecord, read_record, replay, rises, rises_per_year
from resilience_sim.hazards.quantiles import Quantiles
from resilience_sim.plans.writing import replace_whole
from resilience_sim.randomness import Exponential, Law, LogNormal, Streams, Weibull
from resilience_sim.units import HOUR

if TYPE_CHECKING:
    from resilience_sim.experiments.batteries import BatteryFit
    from resilience_sim.experiments.battery_files import Bank
    from resilience_sim.experiments.drill_facts import Drilled, Noticing
    from resilience_sim.models.power.theory import AgeLaw
    from resilience_sim.plans.site import Site

__all__ = [
    "FittedFact", "FittedSite", "Target", "as_json", "as_yaml", "fit_battery_site", "fit_call_site", "fit_drill_site",
    "fit_outage_site",
]  # fmt: skip

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
    """A figure fitted to a log: one number or several, their unit, and the records counted for it.

    `between` is its 95 % interval where there is one; inf above if the log sets no bound.
    """

    value: float | tuple[float, ...]
    unit: str
    n: int
    counted: str
    between: tuple[float, float] | None = None

    @property
    def bounded(self) -> tuple[float, float] | None:
        """The interval, if both its ends are finite."""
        return self.between if self.between is not None and math.isfinite(self.between[1]) else None


@dataclass(frozen=True)
class FittedSite:
    """The facts of one log.

    Parameters
    ----------
    kind
        What the log holds.
    source
        Name and hash of its file, and of the file of gaps or the maker's table.
    facts
        By their name in a site file.
    notes
        What is no fact but should be read with them (zh, en).
    """

    kind: Literal["calls", "outages", "batteries", "drills"]
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


def fit_battery_site(
    path: Path | None,
    *,
    table: Path,
    cutoff_v: float | None = None,
    capacity_ah: float | None = None,
    bank: Bank | None = None,
    extrapolate: bool = False,
) -> FittedSite:
    """The maker's table as facts of a site, with what discharge tests of one battery say against it.

    Parameters
    ----------
    path, table
        The tests (:func:`~.batteries.fit_batteries`), and the table; `None`: the table alone.
    cutoff_v
        Volts per block down to which a UPS draws, and was tested.
    capacity_ah
        Rated capacity of a block, where the cut-off follows the rate.
    bank
        How many blocks carried the load; one by default.
    extrapolate
        Whether a test may lie beyond the table.

    Raises
    ------
    DataError
        If a file is not as described, or a test lies beyond the table.
    """
    from resilience_sim.experiments.batteries import fit_batteries

    def fit() -> FittedSite:
        cells = 6 if bank is None else bank.cells
        row, notes = _about(table, lambda: _table_facts(table, cutoff_v, capacity_ah, cells))
        if path is None:
            return FittedSite("batteries", f"table {_named(table)}", row, notes)
        found = fit_batteries(
            path, table=table, cutoff_v=cutoff_v, capacity_ah=capacity_ah, bank=bank, extrapolate=extrapolate
        )
        tested = _battery_site(found, f"{_named(path)}; table {_named(table)}")
        return replace(tested, facts={**tested.facts, **row}, notes=(*tested.notes, *notes))

    return _about(path or table, fit)


def fit_drill_site(
    path: Path,
    *,
    noticing: Noticing | None = None,
    model: Drilled | None = None,
    at_site: Callable[[Site], Drilled] | None = None,
    seed: int = 0,
) -> FittedSite:
    """Drill records as laws of starting, drift and pace, and whether a model still matches them.

    Parameters
    ----------
    path
        The record (:func:`~.drill_files.read_drills`).
    noticing
        What drills are to notice; by default times that grow by 20 % within a year.
    model, at_site
        The study that the drills are held against, and the same study at another site; `None`: none.
    seed
        Of what is simulated; fixed, so that one record has one fit.

    Raises
    ------
    DataError
        If the record is not as described, or does not fit the building.
    """
    from resilience_sim.experiments.drill_facts import Noticing, drill_facts

    def fit() -> FittedSite:
        facts, notes = drill_facts(path, noticing=noticing or Noticing(), model=model, at_site=at_site, seed=seed)
        return FittedSite("drills", _named(path), _finite(facts), notes)

    return _about(path, fit)


def _table_facts(
    table: Path, cutoff_v: float | None, capacity_ah: float | None, cells: int
) -> tuple[dict[str, FittedFact], tuple[tuple[str, str], ...]]:
    """The table's row as facts, or a note that it has no watts."""
    from resilience_sim.experiments.battery_files import read_maker_table
    from resilience_sim.experiments.battery_tables import not_printed, row_of, table_values

    maker = read_maker_table(table, cells=cells)
    if maker.quantity != "power":
        why = (
            "厂家表只有电流，没有功率：不列电池表",
            "the maker's table has amperes and no watts: it gives no facts of a table",
        )
        return {}, (why,)
    try:
        row = row_of(maker, cutoff_v=cutoff_v, capacity_ah=capacity_ah)
    except InputsError as unknown:
        raise DataError(f"{unknown} (--cutoff)", place=Place(table)) from None
    counted = (len(row.power_w), f"durations of {_named(table)}")
    by_rate = capacity_ah if cutoff_v is None and len(maker.cutoffs_v) > 1 else None
    return {
        name: FittedFact(value if isinstance(value, float) else tuple(value), unit, *counted)
        for name, (value, unit) in table_values(row).items()
    }, _stand_ins(maker.cutoffs_v, 0 if by_rate is None else not_printed(maker, by_rate))


def _stand_ins(cutoffs_v: Sequence[float], durations: int) -> tuple[tuple[str, str], ...]:
    """That the table lacks rows which the rates of some durations ask for."""
    if not durations:
        return ()
    zh = f"{durations} 个时长按放电率应取的终止电压表中没有，改取最低的 {cutoffs_v[0]:g} V"
    en = f"durations whose rate asks for a cut-off that the table lacks: {durations}; its lowest stands in"
    return ((zh, f"{en}, {cutoffs_v[0]:g} V"),)


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


def _battery_site(fit: BatteryFit, source: str) -> FittedSite:
    latest, tests = fit.latest, len(fit.results)
    on_day = "" if latest.test.day is None else f" of {latest.test.day}"
    measured, by_time = latest.rate_adjusted.health, latest.time_adjusted
    facts = {
        "battery.health": FittedFact(min(1.0, measured), "share", 1, f"discharge test{on_day}, rate-adjusted"),
        "battery.health_time_adjusted": FittedFact(
            math.nan if by_time is None else by_time.health, "share", 1, f"discharge test{on_day}, time-adjusted"
        ),
    }
    if latest.test.age_years is not None:
        facts["battery.age"] = FittedFact(latest.test.age_years, "year", 1, f"discharge test{on_day}")
    ages = tuple(one.test.age_years for one in fit.results if one.test.age_years is not None)
    if fit.age_law is not None:
        healths = tuple(one.rate_adjusted.health for one in fit.results)
        facts["battery.test_ages"] = FittedFact(ages, "year", tests, "discharge tests")
        facts["battery.test_healths"] = FittedFact(healths, "share", tests, "discharge tests, rate-adjusted")
        facts |= _age_facts(fit.age_law, tests)
    notes = [_methods(fit)]
    if measured > 1:
        notes.append((
            f"最近一次试验为新电池的 {measured:.1%}；健康度记为 100 %",
            f"the latest test gave {measured:.1%} of a new battery; its health is written as 100 %",
        ))  # fmt: skip
    if by_time is None:
        notes.append(
            ("负载超出厂家表的范围，不列时间法", "the load lies beyond the maker's table: no time-adjusted figure")
        )
    if fit.extrapolated:
        notes.append((
            f"{fit.extrapolated} 次试验超出厂家表的范围，按末段斜率外推",
            f"{fit.extrapolated} of the tests lie beyond the maker's table: its end slope went on",
        ))  # fmt: skip
    if fit.age_law is not None:
        notes.append(_age_law(fit.age_law))
    return FittedSite("batteries", source, _finite(facts), tuple(notes))


def _age_facts(law: AgeLaw, tests: int) -> dict[str, FittedFact]:
    counted = (tests, "discharge tests, by the law 1 - 0.2 (age / life)^power")
    return {
        "battery.life_in_place": FittedFact(law.life, "year", *counted, between=law.life_between),
        "battery.ageing_power": FittedFact(law.power, "1", *counted, between=law.power_between),
    }


def _methods(fit: BatteryFit) -> tuple[str, str]:
    """How the health was found."""
    row = ("厂家表唯一一行", "the table's only row")
    if fit.cutoff_v is not None:
        row = (f"终止电压 {fit.cutoff_v:g} V 一行", f"the row of {fit.cutoff_v:g} V")
    elif fit.by_rate:
        row = ("终止电压随放电率", "each at the cut-off for its rate")
    return (
        f"健康度按放电率法（负载 × 温度系数 ÷ 新电池同时长负载，{row[0]}）；时间法另列，短时放电时偏低",
        f"health is rate-adjusted (load × temperature factor / load of a new block for as long, {row[1]}); "
        "time-adjusted beside it, which is lower at short durations",
    )


def _age_law(law: AgeLaw) -> tuple[str, str]:
    """The life with its interval, or that there is none yet."""
    low, high = law.life_between
    if not math.isfinite(law.life):
        return (
            f"试验中未见老化；寿命（降至 80 %）至少 {low:.1f} 年（95 %）",
            f"the tests show no ageing; life (down to 80 %) is at least {low:.1f} years (95 %)",
        )
    upper = (f"至 {high:.1f} 年", f"to {high:.1f} years") if math.isfinite(high) else ("年以上", "years or more")
    return (
        f"寿命（降至 80 %）{law.life:.1f} 年，95 % 区间 {low:.1f} {upper[0]}；指数 {law.power:.2g}"
        f"（与试验相容的为 {law.power_between[0]:.2g}–{law.power_between[1]:.2g}）",
        f"life (down to 80 %) {law.life:.1f} years, 95 % interval {low:.1f} {upper[1]}; power {law.power:.2g} "
        f"({law.power_between[0]:.2g} to {law.power_between[1]:.2g} agree with the tests)",
    )


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
        | ({} if fact.bounded is None else {"range": list(fact.bounded)})
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
            f'    {{{_number(fact.value)}, unit: "{fact.unit}",{_range(fact)} grade: computed,',
            f"     source: {source}}}",
        ]
    return "\n".join(lines) + "\n"


def _range(fact: FittedFact) -> str:
    if fact.bounded is None:
        return ""
    # Rounded like the value, which may be one of its ends.
    low, high = fact.bounded
    return f" range: {{min: {low:.6g}, max: {high:.6g}}},"


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
