"""Whether a share has moved since it was written down: an exact test of two samples, its false alarms and its power.

With x0 of n0 events kept then and x1 of n1 now, and the same share both times, x1 given x0 + x1 is hypergeometric
whatever that share is (Fisher 1935). The p-value is twice the smaller tail, 1 at most::

    p = min(1, 2 min(P(X <= x1), P(X >= x1)))      X hypergeometric: n1 drawn of n0 + n1, of which x0 + x1 are kept

so that P(p <= a) <= a for every level a and every share: no approximation is made, and counts of 0 are no exception.

Against a stored count the test is two numbers: it alarms at `low` events kept or fewer, and at `high` or more
(:func:`critical_counts`). Its power at any new share is therefore a sum of two binomial tails, exactly.

**Two stages.** To look at hundreds of rows with one false alarm in a million runs, each row's level must be about
2e-9, and a single test of a few hundred events would see large shifts only. So a row that differs at a lenient first
level is looked at again, fresh events against a second stored sample that the first look has not used. Both looks are
independent where nothing has moved, so both alarm with probability `first * second` at most. The second sample may be
larger, as few rows need it. How many events each look takes is fixed beforehand: nobody peeks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import VerdictError

__all__ = [
    "FALSE_ALARM", "POWER", "Counts", "Levels", "TwoLooks", "critical_counts", "difference_p_value",
    "false_alarm_probability", "levels", "power",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

FALSE_ALARM = 1e-6
"""Probability that any row of a run alarms where none has moved."""
POWER = 0.99
"""Probability with which a shift that is called detectable alarms."""
FIRST_LEVEL = 0.01
STEP = 1e-3  # shifts are stated in tenths of a percentage point


class Counts(NamedTuple):
    """How many events kept a limit, of how many."""

    kept: int
    events: int

    @property
    def share(self) -> float:
        """Share of events kept."""
        return self.kept / self.events


class Levels(NamedTuple):
    """At which p-value the first look sends a row to the second, and at which the second alarms."""

    first: float
    second: float


def levels(rows: int, *, false_alarm: float = FALSE_ALARM, first: float = FIRST_LEVEL) -> Levels:
    """The levels of each of `rows` comparisons, so that any of them alarms falsely with probability `false_alarm`.

    Raises
    ------
    VerdictError
        If there is no row, or a probability is none.
    """
    if rows < 1 or not 0 < false_alarm < 1 or not 0 < first < 1:
        raise VerdictError(
            f"{rows} rows, false alarm {false_alarm}, first level {first}; accepted are 1 row or more, and "
            "probabilities strictly between 0 and 1"
        )
    return Levels(first, min(1.0, false_alarm / rows / first))


@lru_cache(maxsize=8)
def _log_factorials(size: int) -> Floats:
    from scipy.special import gammaln

    return np.asarray(gammaln(np.arange(size, dtype=float) + 1))


def _tails(old: Counts, new: Counts) -> tuple[float, float]:
    """P(X <= x1) and P(X >= x1) of the hypergeometric law."""
    kept, events = old.kept + new.kept, new.events
    table = _log_factorials(1 << (old.events + events).bit_length())  # one table serves samples of about one size
    first, last = max(0, kept - old.events), min(events, kept)
    x = np.arange(first, last + 1)
    log_mass = -(table[x] + table[events - x] + table[kept - x] + table[old.events - kept + x])
    # Scaled by its sum: what logarithms of this size lose to rounding would otherwise stay in both tails.
    mass = np.exp(log_mass - log_mass.max())
    at = new.kept - first
    whole = mass.sum()
    return float(mass[: at + 1].sum() / whole), float(mass[at:].sum() / whole)


def difference_p_value(old: Counts, new: Counts) -> float:
    """The two-sided exact p-value of "both samples have the same share", twice the smaller tail.

    Raises
    ------
    VerdictError
        If more events were kept than there were, or there were none.
    """
    for counts in (old, new):
        if not 0 <= counts.kept <= counts.events or counts.events < 1:
            raise VerdictError(
                f"{counts.kept} of {counts.events} events kept; accepted is 0 <= kept <= events, events >= 1"
            )
    return min(1.0, 2 * min(_tails(old, new)))


def critical_counts(old: Counts, events: int, level: float) -> tuple[int, int]:
    """At how many events kept, of `events`, the test alarms: at the first number or fewer, at the second or more.

    −1 and `events` + 1 stand for "at none".
    """

    def lower(kept: int) -> bool:
        return 2 * _tails(old, Counts(kept, events))[0] <= level

    def upper(kept: int) -> bool:
        return 2 * _tails(old, Counts(kept, events))[1] <= level

    low, not_low = -1, events + 1  # the lower tail grows with the count, the upper one falls
    while not_low - low > 1:
        middle = (low + not_low) // 2
        low, not_low = (middle, not_low) if lower(middle) else (low, middle)
    not_high, high = -1, events + 1
    while high - not_high > 1:
        middle = (not_high + high) // 2
        not_high, high = (not_high, middle) if upper(middle) else (middle, high)
    return low, high


def _outside(limits: tuple[int, int], events: int, share: float) -> float:
    """Probability that a binomial count lies at or below the first limit, or at or above the second."""
    from scipy.special import bdtr, bdtrc

    low, high = limits
    below = float(bdtr(low, events, share)) if low >= 0 else 0.0
    above = (float(bdtrc(high - 1, events, share)) if high > 0 else 1.0) if high <= events else 0.0
    return below + above


def power(old: Counts, events: int, level: float, share: float) -> float:
    """Probability that `events` events with this share alarm against a stored count, exactly."""
    return _outside(critical_counts(old, events, level), events, share)


def false_alarm_probability(old_events: int, new_events: int, share: float, level: float) -> float:
    """P(p <= level) where both samples have this share: the exact null distribution of the p-value, at one level.

    Summed over every pair of counts, weighted by their binomial probabilities.
    """
    from scipy.special import gammaln, xlog1py, xlogy

    x = np.arange(old_events + 1, dtype=float)
    log_mass = gammaln(old_events + 1) - gammaln(x + 1) - gammaln(old_events - x + 1)
    mass = np.exp(log_mass + xlogy(x, share) + xlog1py(old_events - x, -share))
    alarms = [
        _outside(critical_counts(Counts(k, old_events), new_events, level), new_events, share)
        for k in range(old_events + 1)
    ]
    return math.fsum(mass * np.array(alarms))


@dataclass(frozen=True)
class TwoLooks:
    """The comparison of one row: what was stored for each look, and their levels.

    Each look takes as many new events as were stored for it.

    Parameters
    ----------
    first, second
        Counts of two samples that share no event.
    levels
        Of both looks.
    """

    first: Counts
    second: Counts
    levels: Levels

    @property
    def share(self) -> float:
        """The stored share, of both samples together."""
        return (self.first.kept + self.second.kept) / (self.first.events + self.second.events)

    def asks_again(self, new: Counts) -> bool:
        """Whether the first look sends the row to the second."""
        return difference_p_value(self.first, new) <= self.levels.first

    def alarms(self, again: Counts) -> bool:
        """Whether the second look, once asked, alarms."""
        return difference_p_value(self.second, again) <= self.levels.second

    def power(self, share: float) -> float:
        """Probability that both looks alarm if the share is now `share`, given what is stored; exact.

        The looks see different events, so it is the product of two sums of binomial tails.
        """
        one, two = self._critical
        return _outside(one, self.first.events, share) * _outside(two, self.second.events, share)

    @cached_property
    def _critical(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (
            critical_counts(self.first, self.first.events, self.levels.first),
            critical_counts(self.second, self.second.events, self.levels.second),
        )

    def sees(self, shift: float, *, at_least: float = POWER) -> bool:
        """Whether a shift of the share by `shift`, up or down where there is room, alarms with that probability.

        Where neither side has that much room, the largest shift that there can be has to.
        """
        new = [share for share in (self.share - shift, self.share + shift) if 0 <= share <= 1]
        furthest = 0.0 if self.share > 0.5 else 1.0
        return all(self.power(share) >= at_least for share in new or [furthest])

    def detectable(self, *, at_least: float = POWER) -> tuple[float | None, float | None]:
        """The smallest shifts down and up, in steps of 0.001, that alarm with probability `at_least`.

        ``None`` where not even the end of the scale would.
        """
        return self._smallest(-1, at_least), self._smallest(1, at_least)

    def _smallest(self, side: int, at_least: float) -> float | None:
        room = self.share if side < 0 else 1 - self.share
        end = math.ceil(room / STEP)

        def seen(steps: int) -> bool:
            return self.power(self.share + side * min(steps * STEP, room)) >= at_least

        if not end or not seen(end):
            return None
        blind, seeing = 0, end  # further away from what is stored, the probability only grows
        while seeing - blind > 1:
            middle = (blind + seeing) // 2
            blind, seeing = (blind, middle) if seen(middle) else (middle, seeing)
        return min(seeing * STEP, room)
