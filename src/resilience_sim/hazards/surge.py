"""A storm day known by its calls alone: the outages that would bring that many.

Where a centre's storm day is published as "so many calls, so many in the busiest five minutes", the lines behind it are
not known. They are inferred: a first wave of lines that fall together makes the peak, the rest follows evenly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from resilience_sim.errors import InputsError
from resilience_sim.hazards.outage_calls import OutageCallLaw
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.randomness import LogNormal
from resilience_sim.units import DAY, HOUR, MINUTE

__all__ = ["StormDay", "busiest_share", "storm_profile"]


@dataclass(frozen=True)
class StormDay:
    """What is known of a storm day.

    Parameters
    ----------
    usual_per_5min
        Calls in five ordinary minutes.
    day_calls
        Calls of the whole day.
    peak_per_5min
        Calls in the busiest five minutes.

    Raises
    ------
    InputsError
        If the peak is not above the usual, or the day has fewer calls than an ordinary one.
    """

    usual_per_5min: float
    day_calls: float
    peak_per_5min: float

    def __post_init__(self) -> None:
        if not 0 <= self.usual_per_5min < self.peak_per_5min < math.inf:
            raise InputsError(
                f"StormDay: peak_per_5min is {self.peak_per_5min}; accepted is more than the usual "
                f"{self.usual_per_5min}"
            )
        if not self.usual_per_5min * DAY / (5 * MINUTE) <= self.day_calls < math.inf:
            raise InputsError(
                f"StormDay: day_calls is {self.day_calls}; accepted is at least an ordinary day's "
                f"{self.usual_per_5min * DAY / (5 * MINUTE):g}"
            )

    @property
    def excess(self) -> float:
        """Calls that the storm brought: day_calls − 288 · usual_per_5min."""
        return self.day_calls - self.usual_per_5min * DAY / (5 * MINUTE)


def _share_before(delay: LogNormal, instant_s: float) -> float:
    """F(t), the share of delays up to `instant_s`."""
    if instant_s <= 0:
        return 0.0
    return 0.5 * math.erfc(-(math.log(instant_s) - delay.mu) / (delay.sigma * math.sqrt(2)))


def busiest_share(delay: LogNormal, *, width_s: float = 5 * MINUTE) -> tuple[float, float]:
    """The largest share of the delays that falls into any `width_s` seconds, max over t of F(t + w) − F(t).

    Returns
    -------
    share, from_s
        That share, and the t at which it is reached.
    """
    low, high = 0.0, math.exp(delay.mu)  # the mode, exp(mu − sigma²), lies below the median
    ratio = (math.sqrt(5) - 1) / 2

    def inside(start_s: float) -> float:
        return _share_before(delay, start_s + width_s) - _share_before(delay, start_s)

    while high - low > 1e-3:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if inside(left) >= inside(right) else (left, high)
    return inside(low), low


def storm_profile(
    day: StormDay,
    law: OutageCallLaw,
    *,
    customers: float,
    wave_s: float,
    rest_h: float,
    duration_h: float,
) -> LineOutages:
    """Line outages whose first calls make the storm day.

    With F the law of delays, c customers on a line, p the share who call and D how long a line is out::

        lines in the wave = (peak − usual) / (c · p · max over t of [F(t + 5 min) − F(t)])
        lines in all      = (day's calls − 288 · usual) / (c · p · F(D))

    The wave falls at once at `wave_s`; the rest of the lines falls evenly over the `rest_h` hours that begin when the
    wave's busiest five minutes are over, so that it does not add to the peak. Lines are whole: their number is rounded
    up, and each has fewer customers in proportion. Second calls come on top.

    Parameters
    ----------
    day
        What is known of the day.
    law
        How customers call; its delay must be log-normal.
    customers
        Customers on one line.
    wave_s
        When the first wave falls, seconds from the start of the day.
    rest_h, duration_h
        Hours over which the other lines fall; hours that each line is out.

    Raises
    ------
    InputsError
        If a number is outside its domain, nobody calls, or the wave alone brings more than the day's calls.
    """
    delay = law.delay
    if not isinstance(delay, LogNormal):
        raise InputsError(f"storm_profile: the delay is {delay}; accepted is a log-normal law")
    per_line = customers * law.customers_scale * law.share
    for name, value in (("calls per line", per_line), ("rest_h", rest_h), ("duration_h", duration_h)):
        if not 0 < value < math.inf:
            raise InputsError(f"storm_profile: {name} is {value}; accepted is a finite number above 0")
    busiest, from_s = busiest_share(delay)
    quiet_from_s = from_s + 5 * MINUTE
    if duration_h * HOUR < quiet_from_s:
        raise InputsError(f"storm_profile: duration_h is {duration_h}; accepted is {quiet_from_s / HOUR:.2f} or more")
    wave = (day.peak_per_5min - day.usual_per_5min) / (per_line * busiest)
    whole = day.excess / (per_line * _share_before(delay, duration_h * HOUR))
    if wave > whole:
        raise InputsError(
            f"storm_profile: the peak needs {wave:.1f} lines at once and the whole day only {whole:.1f}; accepted is a "
            "day of more calls, a lower peak, or shorter delays"
        )
    in_wave, in_rest = math.ceil(wave), math.ceil(whole - wave)
    start = np.concatenate((
        np.full(in_wave, wave_s),
        wave_s + quiet_from_s + (np.arange(in_rest) + 0.5) * (rest_h * HOUR / max(in_rest, 1)),
    ))  # fmt: skip
    each = np.concatenate((
        np.full(in_wave, customers * wave / in_wave),
        np.full(in_rest, customers * (whole - wave) / max(in_rest, 1)),
    ))  # fmt: skip
    return LineOutages(start, start + duration_h * HOUR, np.round(each).astype(np.int64))
