"""What a call log gives a site: the fits of a log in one result, as facts with their units."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from resilience_sim.errors import DataError
from resilience_sim.hazards.calls import CallLog, Window, flow, handling, patience, redial_gaps_min
from resilience_sim.hazards.counts import day_factor_cv
from resilience_sim.hazards.survival import Fitted
from resilience_sim.randomness import LogNormal
from resilience_sim.units import HOUR

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CallFit", "fit_calls"]

Value = float | tuple[float, ...]


@dataclass(frozen=True)
class CallFit:
    """Everything that is fitted to a call log.

    Parameters
    ----------
    days
        Days that profile and day factor are taken from.
    calls
        Calls in the log.
    profile_per_h
        Mean calls in each clock hour of those days, 24 numbers.
    day_factor_cv
        Coefficient of variation of the day factor; nan from a single day.
    handling
        Log-normal law of the handling time, seconds.
    exponential, weibull, lognormal
        Laws of patience, seconds, with their log-likelihoods.
    queued, gave_up
        How many queued outside the excluded windows, and hung up.
    redial_after_hanging_up, redial_after_answer
        Share of identified queued callers who call again within half an hour; floors; nan where nobody is identified.
    redial_median_min
        Median minutes to the redials of those who hung up within an hour.
    hang_share, within_20s_share
        Of all calls; of the answered ones.
    """

    days: int
    calls: int
    profile_per_h: tuple[float, ...]
    day_factor_cv: float
    handling: LogNormal
    exponential: Fitted
    weibull: Fitted
    lognormal: Fitted
    queued: int
    gave_up: int
    redial_after_hanging_up: float
    redial_after_answer: float
    redial_median_min: float
    hang_share: float
    within_20s_share: float

    @property
    def best_patience(self) -> Fitted:
        """The law of patience with the largest log-likelihood less its number of parameters (Akaike)."""
        parameters = {"exponential": 1, "weibull": 2, "lognormal": 2}
        fitted: list[tuple[float, Fitted]] = [
            (getattr(self, name).log_likelihood - count, getattr(self, name)) for name, count in parameters.items()
        ]
        return max(fitted, key=lambda pair: pair[0])[1]

    def facts(self) -> Mapping[str, tuple[Value, str]]:
        """Name to value and unit, to be written into a site file with the grade *computed*; unknown ones left out."""
        weibull, lognormal = self.weibull.law, self.lognormal.law
        facts: dict[str, tuple[Value, str]] = {
            "calls_by_hour": (self.profile_per_h, "calls"),
            "day_factor_cv": (self.day_factor_cv, "share"),
            "handling_mean": (self.handling.mean, "s"),
            "handling_mu": (self.handling.mu, "1"),
            "handling_sigma": (self.handling.sigma, "1"),
            "patience_mean": (self.exponential.law.mean, "s"),
            "patience_weibull_shape": (getattr(weibull, "shape", np.nan), "1"),
            "patience_weibull_scale": (getattr(weibull, "scale", np.nan), "s"),
            "patience_lognormal_mu": (getattr(lognormal, "mu", np.nan), "1"),
            "patience_lognormal_sigma": (getattr(lognormal, "sigma", np.nan), "1"),
            "redial_share": (self.redial_after_hanging_up, "share"),
            "redial_delay_median": (self.redial_median_min, "min"),
            "hang_share": (self.hang_share, "share"),
            "answered_within_20s": (self.within_20s_share, "share"),
        }
        return {name: fact for name, fact in facts.items() if isinstance(fact[0], tuple) or np.isfinite(fact[0])}


def fit_calls(log: CallLog, *, exclude: Sequence[Window] = (), weekdays: Collection[int] = range(7)) -> CallFit:
    """Fit a call log.

    Parameters
    ----------
    log
        The log.
    exclude
        Windows in which the centre had failed: left out of patience.
    weekdays
        Weekdays (Monday 0 to Sunday 6) whose days make profile and day factor; the other fits use all days.

    Raises
    ------
    DataError
        If nobody was answered or nobody hung up, or no day falls on those weekdays.
    """
    calls = log.calls
    days = [day for day in sorted(calls.day.unique()) if date.fromisoformat(day).weekday() in set(weekdays)]
    if not days:
        raise DataError(
            f"no day of the log falls on weekdays {sorted(weekdays)}; accepted are 0 (Monday) to 6 (Sunday)"
        )
    usual = calls[calls.day.isin(days)]
    hours = np.bincount(np.minimum(usual.arrive_s // HOUR, 23).astype(np.int64), minlength=24) / len(days)
    totals = usual.groupby("day").size().to_numpy()
    handled, waited, went = handling(calls), patience(log.without(exclude)), flow(log, exclude=exclude)
    after_hang, after_answer, median = _redials(redial_gaps_min(log)) if "caller" in calls else (np.nan,) * 3
    return CallFit(
        days=len(days),
        calls=len(calls),
        profile_per_h=tuple(hours.tolist()),
        day_factor_cv=day_factor_cv(totals) if len(days) > 1 else float("nan"),
        handling=LogNormal(handled.mu, handled.sigma),
        exponential=waited.exponential(),
        weibull=waited.weibull(),
        lognormal=waited.lognormal(),
        queued=waited.waits_s.size,
        gave_up=waited.events,
        redial_after_hanging_up=after_hang,
        redial_after_answer=after_answer,
        redial_median_min=median,
        hang_share=went.hang_share,
        within_20s_share=went.within_20s_share,
    )


def _redials(gaps: pd.DataFrame) -> tuple[float, float, float]:
    """Shares of the queued that call again within 30 min, by outcome; median gap of hang-ups' redials within 60 min."""
    queued = gaps[gaps.queue_s > 0]
    hung_up, answered = (queued.gap_min[queued.outcome == outcome] for outcome in ("HANG", "AGENT"))
    soon = hung_up[hung_up <= 60].clip(lower=0)
    return (
        float((hung_up <= 30).mean()) if len(hung_up) else float("nan"),
        float((answered <= 30).mean()) if len(answered) else float("nan"),
        float(soon.median()) if len(soon) else float("nan"),
    )
