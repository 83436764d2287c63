"""A call log as facts of a site."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from resilience_sim.errors import DataError
from resilience_sim.experiments.fit import FittedFact, FittedSite, about, finite, named
from resilience_sim.hazards.calls import CallLog, Window, handling, read_calls, redial_gaps_min
from resilience_sim.randomness import Exponential, Law, LogNormal, Weibull

__all__ = ["fit_call_site"]

LAWS: Mapping[type[Law], tuple[str, str]] = {
    Exponential: ("指数", "exponential"),
    Weibull: ("韦布尔", "Weibull"),
    LogNormal: ("对数正态", "log-normal"),
}


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
    return about(path, lambda: _call_site(path, read_calls(path), exclude, weekdays))


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
    return FittedSite("calls", named(path), finite(facts), (note,))


def _identified(log: CallLog) -> int:
    """How many calls the share of redials is taken of."""
    if "caller" not in log.calls:
        return 0
    gaps = redial_gaps_min(log)
    return int(((gaps.outcome == "HANG") & (gaps.queue_s > 0)).sum())
