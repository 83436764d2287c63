"""Laws of instants with finitely many values: what a list of calls comes to when rings and talks last fixed times."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Instants"]

SAME_S = 1e-9
"""Instants that are nearer than this are one: sums of the same durations in another order."""


@dataclass(frozen=True)
class Instants:
    """When something happens, if it does.

    Parameters
    ----------
    chances
        (seconds, chance) by increasing seconds; what is missing from 1 is the chance that it never happens.

    Examples
    --------
    >>> Instants.of([(60.0, 0.5), (120.0, 0.25)]).by(100.0)
    0.5
    """

    chances: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, chances: Iterable[tuple[float, float]]) -> Instants:
        """From (seconds, chance) in any order; equal instants are added up, those without a chance left out."""
        merged: list[tuple[float, float]] = []
        for instant, chance in sorted(chances):
            if chance <= 0:
                continue
            if merged and instant - merged[-1][0] <= SAME_S:
                merged[-1] = merged[-1][0], merged[-1][1] + chance
            else:
                merged.append((instant, chance))
        return cls(tuple(merged))

    @classmethod
    def at(cls, seconds: float) -> Instants:
        """For certain then."""
        return cls(((seconds, 1.0),))

    @property
    def share(self) -> float:
        """Chance that it happens."""
        return math.fsum(chance for _, chance in self.chances)

    def by(self, seconds: float) -> float:
        """Chance that it has happened by then, that instant included."""
        return math.fsum(chance for instant, chance in self.chances if instant <= seconds + SAME_S)

    @property
    def mean_s(self) -> float:
        """Mean, given that it happens; nan if it never does."""
        if not self.chances:
            return math.nan
        return math.fsum(instant * chance for instant, chance in self.chances) / self.share

    @property
    def variance_s2(self) -> float:
        """Variance, given that it happens."""
        mean = self.mean_s
        return math.fsum((instant - mean) ** 2 * chance for instant, chance in self.chances) / self.share

    def then(self, after: Instants) -> Instants:
        """The sum of this and of a duration independent of it; never if either is."""
        return Instants.of((s + t, p * q) for s, p in self.chances for t, q in after.chances)

    def later(self, seconds: float) -> Instants:
        """All of it so much later."""
        return Instants(tuple((instant + seconds, chance) for instant, chance in self.chances))

    def scaled(self, share: float) -> Instants:
        """The same instants, with this share of the chances."""
        return Instants.of((instant, share * chance) for instant, chance in self.chances)

    def either(self, other: Instants) -> Instants:
        """The one or the other, which happens where the first does not: two that exclude each other."""
        return Instants.of((*self.chances, *other.chances))
