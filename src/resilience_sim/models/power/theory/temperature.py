"""What the temperature of a battery does: to the size it must have, to the capacity it gives, and to its life."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from resilience_sim.errors import InputsError

__all__ = ["capacity_factor", "life_at", "size_factor", "slow_capacity"]

_UNVERIFIED = ((25.0, 1.520), (30.0, 1.430), (35.0, 1.350))
_SIZE = (
    (40.0, 1.300), (45.0, 1.250), (50.0, 1.190), (55.0, 1.150), (60.0, 1.110), (65.0, 1.080), (66.0, 1.072),
    (67.0, 1.064), (68.0, 1.056), (69.0, 1.048), (70.0, 1.040), (71.0, 1.034), (72.0, 1.029), (73.0, 1.023),
    (74.0, 1.017), (75.0, 1.011), (76.0, 1.006), (77.0, 1.000), (78.0, 0.994), (79.0, 0.987), (80.0, 0.980),
    (81.0, 0.976), (82.0, 0.972), (83.0, 0.968), (84.0, 0.964), (85.0, 0.960), (86.0, 0.956), (87.0, 0.952),
    (88.0, 0.948), (89.0, 0.944), (90.0, 0.940), (95.0, 0.930), (100.0, 0.910), (105.0, 0.890), (110.0, 0.880),
    (115.0, 0.870), (120.0, 0.860),
)  # fmt: skip
_CAPACITY = (
    (40.0, 0.670), (45.0, 0.735), (50.0, 0.790), (55.0, 0.840), (60.0, 0.882), (65.0, 0.920), (66.0, 0.927),
    (67.0, 0.935), (68.0, 0.942), (69.0, 0.948), (70.0, 0.955), (71.0, 0.960), (72.0, 0.970), (73.0, 0.975),
    (74.0, 0.980), (75.0, 0.985), (76.0, 0.990), (77.0, 1.000), (78.0, 1.002), (79.0, 1.007), (80.0, 1.011),
    (81.0, 1.017), (82.0, 1.023), (83.0, 1.030), (84.0, 1.035), (85.0, 1.040), (86.0, 1.045), (87.0, 1.050),
    (88.0, 1.055), (89.0, 1.060), (90.0, 1.065), (95.0, 1.090), (100.0, 1.112), (105.0, 1.140), (110.0, 1.162),
    (115.0, 1.187), (120.0, 1.210),
)  # fmt: skip
_SLOW = ((-15.0, 0.65), (0.0, 0.85), (25.0, 1.00), (40.0, 1.02))


def _fahrenheit(temperature_c: float) -> float:
    """°F of a temperature in °C: 1.8 T + 32, computed so that whole degrees Fahrenheit come back as such."""
    return round(temperature_c * 1.8 + 32.0, 9)


def size_factor(temperature_c: float, *, warm_bonus: bool = False, unverified: bool = False) -> float:
    """Factor K by which the size that a load needs grows at a temperature; 1 at 25 °C (77 °F).

    Linear between the rows of IEEE 485, which are in °F. K is never below 1 unless `warm_bonus`: a warm room gives a
    little capacity today, takes life, and is cold on another day.

    Parameters
    ----------
    temperature_c
        Of the battery's electrolyte, °C; 4.44 to 48.9 (40 to 120 °F).
    warm_bonus
        Whether K may fall below 1 above 25 °C.
    unverified
        Whether the rows for 25, 30 and 35 °F, remembered but not found in a source, may be used: then from -3.9 °C on.

    Raises
    ------
    InputsError
        If the temperature lies outside the rows.

    References
    ----------
    IEEE Std 485, Recommended Practice for Sizing Lead-Acid Batteries for Stationary Applications: temperature factors,
    as tabulated in the project DC-Battery-Testing. Copies in circulation are one row off ("10 °C: 1.11").

    Examples
    --------
    >>> size_factor(10.0)
    1.19
    >>> size_factor(30.0), size_factor(30.0, warm_bonus=True)
    (1.0, 0.956)
    """
    rows = (*_UNVERIFIED, *_SIZE) if unverified else _SIZE
    factor = _between("a size factor", temperature_c, rows)
    return factor if warm_bonus else max(1.0, factor)


def capacity_factor(temperature_c: float) -> float:
    """Share of its capacity at 25 °C that a battery gives in a discharge test at a temperature.

    Linear between rows in °F; for the time-adjusted method: a test's duration is divided by it.

    Parameters
    ----------
    temperature_c
        4.44 to 48.9 °C (40 to 120 °F).

    Raises
    ------
    InputsError
        If the temperature lies outside the rows.

    References
    ----------
    In the manner of IEEE Std 450 and 1188, as tabulated in the project DC-Battery-Testing.

    Examples
    --------
    >>> capacity_factor(10.0)
    0.79
    """
    return _between("a capacity-test factor", temperature_c, _CAPACITY)


def slow_capacity(temperature_c: float, *, warm_bonus: bool = False) -> float:
    """Share of its rated capacity that a battery gives at a temperature at the 20 h rate.

    Linear between the maker's figures. Size factors are for rates of an hour or so and cost more in the cold (at 0 °C
    1/K is 0.715 against 0.85 here): they are the cautious choice, this is the figure to report beside them.

    Parameters
    ----------
    temperature_c
        Of the battery, °C; -15 to 40.
    warm_bonus
        Whether it may rise above 1 above 25 °C.

    Raises
    ------
    InputsError
        If the temperature lies outside the figures.

    References
    ----------
    Panasonic UP-PW1245P1 and LC-X1228 data sheets: 102, 100, 85, 65 % at 40, 25, 0, -15 °C.

    Examples
    --------
    >>> slow_capacity(0.0), slow_capacity(40.0), slow_capacity(40.0, warm_bonus=True)
    (0.85, 1.0, 1.02)
    """
    low, high = _SLOW[0][0], _SLOW[-1][0]
    if not low <= temperature_c <= high:
        raise InputsError(
            f"capacity at the 20 h rate is asked for at {temperature_c:g} °C; accepted is {low:g} to {high:g} °C"
        )
    share = _linear(temperature_c, _SLOW)
    return share if warm_bonus else min(1.0, share)


def life_at(temperature_c: float, life_at_25: float) -> float:
    """Float life at a temperature: L = L25 · 2^((25 - T) / 10), in the unit of `life_at_25`.

    Halving by every 10 K is a rule; within 6.1 % of what Victron prints for AGM at 20, 25, 30 °C, within 3 % for gel.

    Parameters
    ----------
    temperature_c
        Of the battery, °C, a yearly mean.
    life_at_25
        Life at 25 °C in any unit of time, above 0; its end is 80 % of rated capacity (UFGS 16265A).

    Raises
    ------
    InputsError
        If the life is not positive or the temperature is not within -40 to 80 °C.

    References
    ----------
    Victron Energy, Energy Unlimited (AGM 8/6/4 years at 20/25/30 °C).

    Examples
    --------
    >>> [round(life_at(t, 6.0), 3) for t in (20.0, 25.0, 30.0)]
    [8.485, 6.0, 4.243]
    """
    if not life_at_25 > 0:
        raise InputsError(f"life at 25 °C is {life_at_25}; accepted is a time above 0")
    if not -40 <= temperature_c <= 80:
        raise InputsError(f"temperature is {temperature_c} °C; accepted is -40 to 80 °C")
    return float(life_at_25 * 2.0 ** ((25.0 - temperature_c) / 10.0))


def _between(what: str, temperature_c: float, rows: Sequence[tuple[float, float]]) -> float:
    """Linear between rows of (°F, factor); a tenth of a degree beyond them is taken for rounding."""
    at = _fahrenheit(temperature_c)
    low, high = rows[0][0], rows[-1][0]
    if low - 0.1 <= at <= high + 0.1:
        at = min(max(at, low), high)
    else:
        raise InputsError(
            f"{what} is asked for at {temperature_c:g} °C; accepted is {(low - 32) / 1.8:.3g} to "
            f"{(high - 32) / 1.8:.3g} °C, for which it is published"
        )
    return _linear(at, rows)


def _linear(at: float, rows: Sequence[tuple[float, float]]) -> float:
    """Linear between rows of (x, y), exact at them; `at` lies within them."""
    k = max(1, bisect_left(rows, at, key=lambda row: row[0]))
    (x0, y0), (x1, y1) = rows[k - 1], rows[k]
    return y1 if at == x1 else y0 + (y1 - y0) * ((at - x0) / (x1 - x0))
