"""How often one must drill to notice that people have become slower: a law of regression, stated once.

Past drills tell the level: K of them, whose mean times (of all groups, as logarithms) differ from drill to drill with a
standard deviation s. From today on the times grow by x in a time W, in the logarithm along a line; drills follow every
h. After the last one in W a line that is level up to today and rises from then on is fitted by least squares, and the
growth is *noticed* if its slope is above 0 at the one-sided level of 5 % by Student's t. With n = floor(W/h) drills at
the parts ``u_j = j h / W`` of W,

    ``Suu = sum u_j² - (sum u_j)² / (K + n)``, ``P = 1 - F(t; n + K - 2, ln(1 + x) sqrt(Suu) / s)``,

F the noncentral t distribution and t the 95 % quantile of the central one. If times do not grow, a run of W gives a
false alarm once in twenty. The law is exact for log-normal times; s is what the records must tell.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from resilience_sim.models.checks import number, whole
from resilience_sim.units import DAY

__all__ = ["LEVEL", "chance_noticed", "drill_times", "longest_interval_s", "noticed"]

Floats = npt.NDArray[np.float64]

LEVEL = 0.05
"""One-sided error of each look: how often a growth is noticed where there is none."""


def drill_times(within_s: float, every_s: float) -> Floats:
    """The parts u_j of the time W at which drills take place, shape (n,)."""
    number("the time in which a growth is to be noticed (s)", within_s, above=True)
    number("the time between drills (s)", every_s, above=True)
    n = math.floor(within_s / every_s * (1 + 1e-12))
    return np.arange(1.0, n + 1) * (every_s / within_s)


def _suu(parts: Floats, past: int) -> float:
    return float(np.sum(parts**2) - np.sum(parts) ** 2 / (past + len(parts)))


def _quantile(df: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(df, 1 - LEVEL))


def chance_noticed(*, growth: float, within_s: float, every_s: float, spread: float, past: int) -> float:
    """P of the card: how likely it is that drills every so often notice a growth.

    Parameters
    ----------
    growth
        x, the share by which times grow in W; 0.2: by 20 %.
    within_s, every_s
        W and h, seconds.
    spread
        s, standard deviation of the logarithm of a drill's mean time.
    past
        K, drills before.

    Returns
    -------
    float
        0 where there are fewer than three drills in all, or none in W.

    Examples
    --------
    >>> year = 365 * 86400.0
    >>> round(chance_noticed(growth=0.2, within_s=year, every_s=year / 12, spread=0.15, past=6), 3)
    0.731
    """
    number("the growth of times", growth)
    number("the spread of drills", spread, above=True)
    whole("past drills", past, 0)
    parts = drill_times(within_s, every_s)
    df = past + len(parts) - 2
    if len(parts) == 0 or df < 1:
        return 0.0
    from scipy.special import nctdtr

    away = math.log1p(growth) * math.sqrt(max(0.0, _suu(parts, past))) / spread
    return float(1 - nctdtr(df, away, _quantile(df))) if away > 0 else LEVEL


def longest_interval_s(
    *, growth: float, within_s: float, spread: float, past: int, chance: float = 0.8
) -> float | None:
    """The longest time between drills, in whole days, with which a growth is noticed with this chance; else ``None``.

    n drills are best placed every W/n: the fewest that reach the chance are taken.
    """
    days = int(within_s // DAY)
    for n in range(1, days + 1):
        every_s = math.floor(within_s / n / DAY) * DAY
        found = chance_noticed(growth=growth, within_s=within_s, every_s=every_s, spread=spread, past=past)
        if found >= chance:
            return every_s
    return None


def noticed(level: Floats, later: Floats, parts: Floats) -> bool:
    """Whether the test of the card finds that times grew.

    Parameters
    ----------
    level
        Logarithms of the mean times of past drills, shape (K,).
    later
        Of the drills in W, shape (n,).
    parts
        When these took place, as parts of W, shape (n,).
    """
    u = np.concatenate((np.zeros(len(level)), parts))
    y = np.concatenate((level, later))
    df = len(y) - 2
    if len(parts) == 0 or df < 1:
        return False
    apart = u - u.mean()
    suu = float(apart @ apart)
    if suu <= 0:
        return False
    slope = float(apart @ y) / suu
    rest = y - y.mean() - slope * apart
    error = math.sqrt(float(rest @ rest) / df / suu)
    return slope > _quantile(df) * error
