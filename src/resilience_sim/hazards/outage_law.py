"""How often lines trip, how they cluster, and for how long: a law to draw outages from.

Lines trip singly and in storms. Single trips are a Poisson process; storms are a Poisson process too, each brings a
logarithmic number of trips, spread over some hours after its start. So the lines of a day are Poisson plus negative
binomial (a Poisson number of logarithmic batches is one, Quenouille 1949, doi:10.2307/3001935): mean m, variance v·m.
Without storms (v = 1) what is left is the Poisson process. A gamma factor per day alone was tried and given up: it
scatters a storm's lines over the day, and its many days without any line contradict the record.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.randomness import Law, Streams
from resilience_sim.units import DAY, HOUR

__all__ = ["OutageLaw"]

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OutageLaw:
    """The law of a district's line outages.

    With m = `lines_per_day`, v = `var_over_mean` and s = `storm_share`: single trips come at (1 − s)·m a day; a storm
    brings K lines, P(K = k) = −pᵏ / (k ln(1 − p)) with 1 / (1 − p) = 1 + (v − 1) / s, so that
    E K = −p / ((1 − p) ln(1 − p)); storms come at s·m / E K a day.
    Then a day's lines have mean m and variance v·m, up to storms that pass midnight. Starts are uniform over the day:
    no hour is worse than another.

    Parameters
    ----------
    lines_per_day
        Mean number of unplanned line outages a day.
    duration, storm_duration
        Law of the seconds that a line is out, singly and in a storm.
    customers
        Law of the customers on a line; rounded to whole ones, at least 1.
    var_over_mean
        Variance over mean of the daily number, 1 or more; 1 is a Poisson process.
    storm_share
        Share of lines that trip in storms, above 0, at most 1.
    storm_spread_s
        Mean of the exponential time from a storm's start to each of its trips, seconds.

    Raises
    ------
    InputsError
        If a number is outside its domain.
    """

    lines_per_day: float
    duration: Law
    storm_duration: Law
    customers: Law
    var_over_mean: float = 1.0
    storm_share: float = 0.25
    storm_spread_s: float = 3 * HOUR

    def __post_init__(self) -> None:
        domains = {
            "lines_per_day": (0.0 <= self.lines_per_day <= 500.0, "a number from 0 to 500"),
            "var_over_mean": (1.0 <= self.var_over_mean <= 100.0, "a number from 1 to 100"),
            "storm_share": (0.01 <= self.storm_share <= 1.0, "a share from 0.01 to 1"),
            "storm_spread_s": (0.0 < self.storm_spread_s < math.inf, "seconds above 0"),
        }
        for name, (fits, accepted) in domains.items():
            if not fits:
                raise InputsError(f"OutageLaw: {name} is {getattr(self, name)}; accepted is {accepted}")
        for name in ("duration", "storm_duration", "customers"):
            if getattr(self, name).infinite:
                raise InputsError(f"OutageLaw: {name} is never finite; accepted is a law of finite values")

    @property
    def batch(self) -> float:
        """The p of the logarithmic law: 1 − 1 / (1 + (v − 1) / s)."""
        return 1 - 1 / (1 + (self.var_over_mean - 1) / self.storm_share)

    @property
    def lines_per_storm(self) -> float:
        """E K, the mean number of lines that one storm trips."""
        p = self.batch
        return 1.0 if p == 0 else -p / ((1 - p) * math.log1p(-p))

    @property
    def storms_per_day(self) -> float:
        """s·m / E K, the mean number of storms a day (a "storm" may trip a single line)."""
        return self.storm_share * self.lines_per_day / self.lines_per_storm

    def draw(self, streams: Streams, days: int, *, warm_up_days: int = 0, name: str = "outages") -> LineOutages:
        """The outages of `days` days, in order of their start; second 0 is the start of the first day.

        Every number belongs to the day, and to the index of the trip or storm in it: another number of days or lines
        a day, or another law, moves nobody else's numbers, and a larger mean adds lines without removing any.

        Parameters
        ----------
        days
            How many days, 0 or more.
        warm_up_days
            Days before the first one: outages of those days that are still going on at second 0 are included, with
            negative starts.
        name
            Prefix of the streams.
        """
        if days < 0 or warm_up_days < 0:
            raise InputsError(f"OutageLaw.draw: {days} days, {warm_up_days} before; accepted are 0 or more")
        whole = days + warm_up_days
        parts = [*self._singles(streams, whole, f"{name}/single"), *self._storms(streams, whole, f"{name}/storm")]
        start = np.concatenate([part[0] for part in parts]) - warm_up_days * DAY
        end = start + np.concatenate([part[1] for part in parts])
        customers = np.maximum(1.0, np.round(np.concatenate([part[2] for part in parts])))
        order = np.argsort(start, kind="stable")
        order = order[(end[order] > 0) & (start[order] < days * DAY)]
        return LineOutages(start[order], end[order], customers[order].astype(np.int64))

    def _singles(self, streams: Streams, days: int, name: str) -> list[tuple[Floats, Floats, Floats]]:
        mean = (1 - self.storm_share) * self.lines_per_day
        counts = _quantile(streams.generator(f"{name}/count").random(days), _poisson(mean))
        parts = []
        for index in range(_most(counts)):
            start = (np.arange(days) + streams.generator(f"{name} {index}/start").random(days)) * DAY
            duration = self.duration.draw(streams.generator(f"{name} {index}/duration"), days)
            customers = self.customers.draw(streams.generator(f"{name} {index}/customers"), days)
            chosen = counts > index
            parts.append((start[chosen], duration[chosen], customers[chosen]))
        return parts or [(np.empty(0), np.empty(0), np.empty(0))]

    def _storms(self, streams: Streams, days: int, name: str) -> list[tuple[Floats, Floats, Floats]]:
        counts = _quantile(streams.generator(f"{name}/count").random(days), _poisson(self.storms_per_day))
        sizes = _logarithmic(self.batch)
        parts = []
        for index in range(_most(counts)):
            begin = (np.arange(days) + streams.generator(f"{name} {index}/start").random(days)) * DAY
            size = 1 + _quantile(streams.generator(f"{name} {index}/size").random(days), sizes)
            size[counts <= index] = 0
            for line in range(_most(size)):
                upto = int(np.flatnonzero(size > line)[-1]) + 1  # the numbers of the days after it are not needed
                chosen = np.flatnonzero(size > line)
                key = f"{name} {index} line {line}"
                delay = streams.generator(f"{key}/delay").exponential(self.storm_spread_s, upto)
                duration = self.storm_duration.draw(streams.generator(f"{key}/duration"), upto)
                customers = self.customers.draw(streams.generator(f"{key}/customers"), upto)
                parts.append((begin[chosen] + delay[chosen], duration[chosen], customers[chosen]))
        return parts


def _most(counts: Counts) -> int:
    return int(counts.max()) if counts.size else 0


def _quantile(shares: Floats, cumulative: Floats) -> Counts:
    """The smallest index whose cumulative probability is above each share."""
    return np.searchsorted(cumulative, shares, side="right").astype(np.int64)


def _poisson(mean: float) -> Floats:
    """Cumulative probabilities of 0, 1, 2 … up to where the rest is below 1e-14."""
    most = math.ceil(mean + 9 * math.sqrt(mean) + 30)
    if mean == 0:
        return np.ones(1)
    return np.cumsum([math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(most)])


def _logarithmic(p: float) -> Floats:
    """Cumulative probabilities of 1, 2, 3 … up to where the rest is below 1e-12."""
    if p == 0:
        return np.ones(1)
    most = math.ceil(math.log(1e-12) / math.log(p)) + 2
    return np.cumsum([-(p**k) / (k * math.log1p(-p)) for k in range(1, most)])
