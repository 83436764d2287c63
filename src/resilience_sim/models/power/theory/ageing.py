"""The law of age of one battery from several discharge tests of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from resilience_sim.errors import InputsError
from resilience_sim.models.power.theory.health import END_OF_LIFE

__all__ = ["AgeLaw", "fit_age_law"]

_POWERS = tuple(1.0 + step / 20 for step in range(61))
_ASSUMED_POWER = 3.0
_LEAST_ERROR = 0.01


class AgeLaw(NamedTuple):
    """s = 1 - 0.2 (age / life)^power as tests support it.

    Parameters
    ----------
    life
        Age at 80 %, in the unit of the ages; inf where the tests show no ageing.
    life_between
        95 % interval of the life, over all powers from 1 to 4 that agree with the tests; inf above where they allow it.
    power
        Least squares over 1 to 4; 3 as assumed where the tests have fewer than three different ages or show no ageing.
    power_between
        The powers that agree with the tests.
    """

    life: float
    life_between: tuple[float, float]
    power: float
    power_between: tuple[float, float]


def fit_age_law(ages: Sequence[float], healths: Sequence[float]) -> AgeLaw:
    """Least squares of the health on the age, with an interval that holds the law's shape open.

    For a given power the law is a line through the origin, 1 - s = θ · 0.2 age^power with θ = life^-power. Powers and
    lives agree with the tests if their sum of squares exceeds the least one by no more than F(0.95; 1, n - 1) times the
    variance of a test. That is estimated from the residuals, and is at least (1 % of rated capacity)², an assumption:
    two tests that a law happens to fit exactly do not make it certain. In drawn tests with errors of 2 % the interval
    held the life in 92 % of the cases or more.

    Parameters
    ----------
    ages
        Of the battery in each test, 0 or more, shape (n,), at least two different ones.
    healths
        State of health in each, above 0; may exceed 1.

    Raises
    ------
    InputsError
        If there are fewer than two ages, or a number is outside its range.

    Examples
    --------
    >>> law = fit_age_law([2, 4, 5, 6], [1 - 0.2 * (age / 6) ** 3 for age in (2, 4, 5, 6)])
    >>> round(law.life, 6), round(law.power, 2), law.life_between[0] < 6 < law.life_between[1]
    (6.0, 3.0, True)
    """
    from scipy.stats import f

    different = len({age for age in ages if age > 0})
    if len(ages) != len(healths) or different < 2:
        raise InputsError(f"tests at ages {list(ages)}; accepted are tests at two different ages or more, above 0")
    if not (all(0 <= age < math.inf for age in ages) and all(0 < health < math.inf for health in healths)):
        raise InputsError(f"ages {list(ages)}, healths {list(healths)}; accepted are finite ones, healths above 0")
    fits = {power: _line(ages, healths, power) for power in _POWERS}
    seen = different > 2 and any(one.slope > 0 for one in fits.values())
    power = min(_POWERS, key=lambda one: fits[one].squares) if seen else _ASSUMED_POWER
    least = fits[power].squares
    spare = len(ages) - 1
    variance = max(least / spare, _LEAST_ERROR**2)
    most = least + float(f.ppf(0.95, 1, spare)) * variance
    agreeing = [one for one in _POWERS if fits[one].squares <= most]
    lives = [life for one in agreeing for life in fits[one].lives(one, most)]
    return AgeLaw(_life(fits[power].slope, power), (min(lives), max(lives)), power, (agreeing[0], agreeing[-1]))


class _Line(NamedTuple):
    """1 - s = slope · 0.2 age^power: least squares, their sum, and the sum of the squared regressor."""

    slope: float
    squares: float
    weight: float

    def lives(self, power: float, most: float) -> tuple[float, float]:
        """The shortest and the longest life with at most so large a sum of squares."""
        width = math.sqrt((most - self.squares) / self.weight)
        return _life(self.slope + width, power), _life(self.slope - width, power)


def _line(ages: Sequence[float], healths: Sequence[float], power: float) -> _Line:
    x = [(1 - END_OF_LIFE) * math.pow(age, power) for age in ages]
    y = [1 - health for health in healths]
    weight = math.fsum(a * a for a in x)
    slope = math.fsum(a * b for a, b in zip(x, y, strict=True)) / weight
    return _Line(slope, math.fsum((b - slope * a) ** 2 for a, b in zip(x, y, strict=True)), weight)


def _life(slope: float, power: float) -> float:
    return math.pow(slope, -1 / power) if slope > 0 else math.inf
