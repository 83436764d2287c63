"""What smoke does to those who walk in it, and the race between their time and that of the smoke.

How smoke fills a room, and when the way is lost, is a hazard: see ``resilience_sim.hazards.smoke``.
"""

from __future__ import annotations

import math

from resilience_sim.models.checks import number
from resilience_sim.randomness import LogNormal

__all__ = ["dose_rate", "seconds_to_dose", "smoke_factor", "visibility_factor", "visibility_m", "wins_race"]


def smoke_factor(extinction_per_m: float, *, least: float = 0.1) -> float:
    """Speed in smoke in parts of that in clear air: ``max(least, 1 - 0.057 K / 0.706)``.

    Parameters
    ----------
    extinction_per_m
        K, extinction coefficient.
    least
        Nobody slows further: from K = 11.15 per m on.

    References
    ----------
    Korhonen, T. (2018), FDS+Evac technical reference and user's guide, eq. 11, after Frantzich and Nilsson (2003),
    irritant smoke at 2 to 8 per m; beyond it is extrapolated.

    Examples
    --------
    >>> round(smoke_factor(3.0), 6), smoke_factor(12.0)
    (0.75779, 0.1)
    """
    number("an extinction coefficient (1/m)", extinction_per_m)
    number("a least factor", least)
    return max(least, 1 - 0.057 * extinction_per_m / 0.706)


def visibility_factor(extinction_per_m: float, clear_mps: float, *, least_mps: float = 0.3) -> float:
    """Another law of the same: ``max(least / clear, 1 - 0.5 K)``, of test 2.5 of NIST TN 1822 as JuPedSim reads it.

    Examples
    --------
    >>> 100 / (1.25 * visibility_factor(1.0, 1.25))
    160.0
    """
    number("an extinction coefficient (1/m)", extinction_per_m)
    number("a speed in clear air (m/s)", clear_mps, above=True)
    number("a least speed (m/s)", least_mps)
    return max(least_mps / clear_mps, 1 - 0.5 * extinction_per_m)


def visibility_m(extinction_per_m: float, *, lit: bool = False) -> float:
    """How far a sign can be seen: ``3 / K`` m if it reflects light, ``8 / K`` if it is lit (the 8 at second hand).

    Examples
    --------
    >>> visibility_m(0.5), visibility_m(0.5, lit=True)
    (6.0, 16.0)
    """
    number("an extinction coefficient (1/m)", extinction_per_m, above=True)
    return (8.0 if lit else 3.0) / extinction_per_m


def dose_rate(*, co_ppm: float, co2_percent: float, o2_percent: float) -> float:
    """Fractional effective dose per second of carbon monoxide and want of oxygen.

    ``4.607e-7 CO^1.036 exp(0.1903 CO2 + 2.0004) / 7.1 + 1 / (60 exp(8.13 - 0.54 (20.9 - O2)))``; the second factor of
    the first term is how much faster carbon dioxide makes one breathe. A dose of 1 takes half of people's senses.

    Parameters
    ----------
    co_ppm, co2_percent, o2_percent
        Volume fractions, the first in parts per million.

    References
    ----------
    Purser, D. A., Assessment of hazards to occupants from smoke, toxic gases and heat, SFPE Handbook; as in the guide
    of FDS+Evac, eqs. 12-19.
    """
    number("CO (ppm)", co_ppm)
    number("CO2 (%)", co2_percent)
    number("O2 (%)", o2_percent)
    poison = 4.607e-7 * math.pow(co_ppm, 1.036) * math.exp(0.1903 * co2_percent + 2.0004) / 7.1
    return poison + 1 / (60 * math.exp(8.13 - 0.54 * (20.9 - o2_percent)))


def seconds_to_dose(dose: float = 1.0, *, co_ppm: float, co2_percent: float, o2_percent: float) -> float:
    """Seconds in air that does not change until a fractional effective dose.

    Examples
    --------
    >>> round(seconds_to_dose(co_ppm=5000, co2_percent=2, o2_percent=18), 4)
    208.6971
    """
    number("a dose", dose)
    return dose / dose_rate(co_ppm=co_ppm, co2_percent=co2_percent, o2_percent=o2_percent)


def wins_race(needed: LogNormal, available: LogNormal) -> float:
    """P(needed < available) for independent log-normal times: ``Phi((mu_A - mu_R) / sqrt(sigma_R² + sigma_A²))``.

    Examples
    --------
    >>> round(wins_race(LogNormal.from_median(150.0, 0.35), LogNormal.from_median(240.0, 0.20)), 7)
    0.8781797
    """
    ahead = (available.mu - needed.mu) / math.hypot(needed.sigma, available.sigma)
    return 0.5 * math.erfc(-ahead / math.sqrt(2))
