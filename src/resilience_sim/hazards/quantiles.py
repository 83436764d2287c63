"""A law given by some of its quantiles, for what no textbook law fits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from resilience_sim.errors import InputsError
from resilience_sim.randomness import Law

__all__ = ["Quantiles"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Quantiles(Law):
    """P(X ≤ `values[k]`) = `shares[k]`, and in between linear in the logarithm of x.

    Parameters
    ----------
    values
        Increasing, above 0, at least two.
    shares
        Increasing from 0 to 1, as many.

    Raises
    ------
    InputsError
        If they are not so.

    Examples
    --------
    >>> Quantiles((1.0, 100.0), (0.0, 1.0)).at([0.0, 0.5, 1.0]).round(6).tolist()
    [1.0, 10.0, 100.0]
    """

    values: tuple[float, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        values, shares = np.array(self.values, dtype=float), np.array(self.shares, dtype=float)
        rising = values.shape == shares.shape and values.size >= 2 and (np.diff(values) > 0).all()
        if not (rising and (np.diff(shares) > 0).all() and np.isfinite(values).all() and values[0] > 0):
            raise InputsError(f"Quantiles: accepted are increasing values above 0 and increasing shares; got {self}")
        if shares[0] != 0 or shares[-1] != 1:
            raise InputsError(f"Quantiles: shares run from {shares[0]} to {shares[-1]}; accepted is from 0 to 1")

    def at(self, shares: npt.ArrayLike) -> Floats:
        """The value at each share, shape of `shares`.

        Each step is cut into 64 of equal ratio, straight in between: logarithms are then taken once and one by one, and
        what is drawn does not depend on a vectorised exponential.
        """
        fine_shares, fine_values = _fine(self)
        values: Floats = np.interp(np.asarray(shares, dtype=float), fine_shares, fine_values)
        return values

    def share_up_to(self, values: npt.ArrayLike) -> Floats:
        """P(X ≤ x) for each x; the inverse of :meth:`at`."""
        logs = np.log(np.maximum(np.asarray(values, dtype=float), self.values[0]))
        shares: Floats = np.interp(logs, np.log(self.values), self.shares)
        return shares

    def draw(self, generator: Generator, size: int) -> Floats:
        """`size` independent variates: the value at a uniform share."""
        return self.at(generator.random(size))

    @property
    def mean(self) -> float:
        """Σ (share of a step) · (b − a) / ln(b / a) over the steps from a to b."""
        steps = zip(self.values[:-1], self.values[1:], np.diff(self.shares).tolist(), strict=True)
        return math.fsum(share * (b - a) / math.log(b / a) for a, b, share in steps)


@lru_cache(maxsize=256)
def _fine(law: Quantiles, parts: int = 64) -> tuple[Floats, Floats]:
    """Shares and values with every step of the law cut into `parts`."""
    steps = np.arange(len(law.values) - 1)
    fine_shares = np.interp(np.arange(steps.size * parts + 1) / parts, np.arange(steps.size + 1), law.shares)
    values = [
        a * math.exp(math.log(b / a) * part / parts)
        for a, b in zip(law.values[:-1], law.values[1:], strict=True)
        for part in range(parts)
    ]
    return fine_shares, np.array([*values, law.values[-1]])
