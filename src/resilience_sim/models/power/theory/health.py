"""How much of its rated capacity a battery still has: by age, by standing about, by a discharge test."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from resilience_sim.errors import InputsError
from resilience_sim.models.power.batteries import RuntimeCurve
from resilience_sim.models.power.theory.temperature import capacity_factor, size_factor

__all__ = [
    "END_OF_LIFE", "MeasuredHealth", "age_at_health", "charge_after_storage", "health_at_age", "health_from_test",
]  # fmt: skip

END_OF_LIFE = 0.8
"""Share of rated capacity at which a battery's life ends (UFGS 16265A)."""


def health_at_age(age: float, life: float, *, power: float = 3.0) -> float:
    """State of health at an age: s = 1 - 0.2 (age / life)^power, never below 0.

    An assumption, with a range of 1 to 4 on the power: capacity is kept for long and goes fast at the end.

    Parameters
    ----------
    age, life
        In the same unit of time, `age` 0 or more, `life` above 0; at `life` 80 % are left.
    power
        Above 0.

    Raises
    ------
    InputsError
        If a number is outside its range.

    Examples
    --------
    >>> [round(health_at_age(share, 1.0), 6) for share in (0.25, 0.5, 0.75, 1.0, 1.25)]
    [0.996875, 0.975, 0.915625, 0.8, 0.609375]
    """
    _checked_law(life, power)
    if not (math.isfinite(age) and age >= 0):
        raise InputsError(f"age is {age}; accepted is a finite time, 0 or more")
    return max(0.0, 1.0 - (1.0 - END_OF_LIFE) * math.pow(age / life, power))


def age_at_health(health: float, life: float, *, power: float = 3.0) -> float:
    """Age at which the health has fallen to a value: life ((1 - s) / 0.2)^(1 / power), the inverse of `health_at_age`.

    Parameters
    ----------
    health
        From 0 to 1.
    life, power
        As in :func:`health_at_age`; the age has the unit of `life`.

    Raises
    ------
    InputsError
        If a number is outside its range.

    Examples
    --------
    >>> round(age_at_health(0.75, 5.0), 6)
    5.386087
    """
    _checked_law(life, power)
    _checked_health(health)
    return float(life * ((1.0 - health) / (1.0 - END_OF_LIFE)) ** (1.0 / power))


def charge_after_storage(months: float, *, per_month: float = 0.03) -> float:
    """Share of a full charge after so many months off mains at 25 °C: 1 - 0.03 months, never below 0.

    Linear, 3 % of the *rated* capacity a month; compounding would leave too much.

    Parameters
    ----------
    months
        0 or more.
    per_month
        Share of rated capacity lost a month.

    References
    ----------
    Panasonic UP-PW1245P1 data sheet: 91, 82, 64 % after 3, 6, 12 months.

    Examples
    --------
    >>> [round(charge_after_storage(months), 2) for months in (3, 6, 12)]
    [0.91, 0.82, 0.64]
    """
    if not (months >= 0 and 0 <= per_month <= 1):
        raise InputsError(f"months {months}, loss {per_month} a month; accepted are 0 or more, and a share")
    return max(0.0, 1.0 - per_month * months)


class MeasuredHealth(NamedTuple):
    """State of health by a discharge test, and the method that gave it."""

    health: float
    method: Literal["rate-adjusted", "time-adjusted"]
    within_table: bool


def health_from_test(
    curve: RuntimeCurve,
    power_w: float,
    lasted_s: float,
    *,
    temperature_c: float,
    method: Literal["rate-adjusted", "time-adjusted"] = "rate-adjusted",
) -> MeasuredHealth:
    """State of health by a discharge at constant load down to the cut-off.

    Rate-adjusted: ``P · K(T) / P_new(t)``, the load borne over the load that a new block bears for as long; K falls
    below 1 above 25 °C here, as a warm test flatters. Time-adjusted: ``t / (T_new(P) · capacity factor)``, which
    understates health at short durations: 75 % of an hour is 80 % of the capacity.

    Parameters
    ----------
    curve
        Of one new block at 25 °C, to the cut-off of the test. A table in amperes does as well, with amperes for watts.
    power_w
        Constant load per block.
    lasted_s
        Seconds down to the cut-off.
    temperature_c
        Of the battery in the test.
    method
        Which of the two.

    Returns
    -------
    MeasuredHealth
        `health` may exceed 1 (a new battery often does); `within_table`: whether the curve had not to be extrapolated.

    Raises
    ------
    InputsError
        If load or time are not positive, or there is no factor for the temperature.

    Examples
    --------
    An hour's load that a new block (82.1 W for 45 min, 65.7 W for 60 min) bears for 45 minutes:

    >>> curve = RuntimeCurve((82.1, 65.7), (2700.0, 3600.0))
    >>> round(health_from_test(curve, 65.7, 2700.0, temperature_c=25.0).health, 7)
    0.8002436
    """
    for name, value in (("load", power_w), ("time it lasted", lasted_s)):
        if not (math.isfinite(value) and value > 0):
            raise InputsError(f"the {name} of a discharge test is {value}; accepted is a finite number above 0")
    if method == "rate-adjusted":
        health = power_w * size_factor(temperature_c, warm_bonus=True) / curve.power_at(lasted_s)
        within = curve.runtime_s[0] <= lasted_s <= curve.runtime_s[-1]
    elif method == "time-adjusted":
        health = lasted_s / (curve.runtime_at(power_w) * capacity_factor(temperature_c))
        within = curve.spans(power_w)
    else:
        raise InputsError(f"method is {method!r}; accepted is rate-adjusted or time-adjusted")
    return MeasuredHealth(health, method, within)


def _checked_law(life: float, power: float) -> None:
    if not (life > 0 and power > 0):
        raise InputsError(f"life {life}, power {power} of the age law; accepted are numbers above 0")


def _checked_health(health: float) -> None:
    if not 0 <= health <= 1:
        raise InputsError(f"health is {health}; accepted is a share from 0 to 1")
