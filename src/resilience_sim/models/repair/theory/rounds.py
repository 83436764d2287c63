"""What is done every so many hours: how long until the next patrol finds a fault, how old the last good backup is.

Both are the same question, looked at forwards and backwards: rounds are T apart, each is good with a share p, and the
fault comes at any time. To the next good round, or since the last one, it is ``T (U + K)``, U uniform on (0, 1) and K
the number of bad ones, ``P(K = k) = p (1 - p)^k``.
"""

from __future__ import annotations

import math

from resilience_sim.models.checks import number, refuse

__all__ = ["mean_since", "since_within"]


def _checked(every_s: float, good: float) -> None:
    number("a time between rounds", every_s, above=True)
    if not 0 < good <= 1:
        raise refuse("a share of good rounds", good, "a share above 0, up to 1")


def since_within(every_s: float, time_s: float, good: float = 1.0) -> float:
    """P(time to the next, or since the last, good round <= t): ``1 - (1 - p)^k (1 - p f)``, ``t / T = k + f``.

    Parameters
    ----------
    every_s
        T.
    time_s
        t.
    good
        p: share of patrols that find what is wrong, or of backups that can be read.

    Examples
    --------
    Daily backups of which nine in ten can be read: data of more than a day are lost in one case of ten.

    >>> round(1 - since_within(24.0, 24.0, 0.9), 12)
    0.1
    """
    _checked(every_s, good)
    number("a time", time_s)
    whole_rounds = math.floor(time_s / every_s)
    return 1 - (1 - good) ** whole_rounds * (1 - good * (time_s / every_s - whole_rounds))


def mean_since(every_s: float, good: float = 1.0) -> float:
    """Mean time to the next, or since the last, good round: ``T (1 / p - 1 / 2)``.

    Examples
    --------
    >>> mean_since(24.0), mean_since(24.0, 0.5)
    (12.0, 36.0)
    """
    _checked(every_s, good)
    return every_s * (1 / good - 0.5)
