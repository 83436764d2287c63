"""Piecewise-constant signals: the only currency between hazards and machines.

A timeline holds ``values[k]`` from ``times[k]`` (included) until ``times[k + 1]`` (excluded); the last value holds for
ever, and the first one from minus infinity. Equal neighbours are merged when a timeline is made, so that splitting a
constant schedule into shifts is no change at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError

__all__ = ["Timeline", "concurrency", "constant", "pulse"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Timeline:
    """A right-continuous step function of time.

    Parameters
    ----------
    times
        Instants of change in seconds, strictly increasing, finite, shape (k,), k >= 1.
    values
        The value from each instant on, finite, shape (k,).

    Raises
    ------
    InputsError
        If the shapes differ, a number is not finite, or the times do not increase.
    """

    times: Floats
    values: Floats

    def __post_init__(self) -> None:
        times, values = np.array(self.times, dtype=float), np.array(self.values, dtype=float)
        if times.ndim != 1 or times.shape != values.shape or times.size == 0:
            raise InputsError(
                f"a timeline needs as many times as values, at least one; got {times.shape}, {values.shape}"
            )
        if not (np.isfinite(times).all() and np.isfinite(values).all()):
            raise InputsError("a timeline's times and values must be finite")
        if (np.diff(times) <= 0).any():
            raise InputsError(f"a timeline's times must increase; got {times.tolist()}")
        kept = np.concatenate(([True], values[1:] != values[:-1]))
        for name, array in (("times", times[kept]), ("values", values[kept])):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Timeline):
            return NotImplemented
        return bool(np.array_equal(self.times, other.times) and np.array_equal(self.values, other.values))

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def at(self, when: npt.ArrayLike) -> Floats:
        """The value at each instant; shape of `when`."""
        index = np.searchsorted(self.times, np.asarray(when, dtype=float), side="right") - 1
        result: Floats = self.values[np.maximum(index, 0)]
        return result

    def integral(self, start: float, end: float) -> float:
        """∫ value dt from `start` to `end`, in value times seconds."""
        if end <= start:
            return 0.0
        inner = self.times[(self.times > start) & (self.times < end)]
        edges = np.concatenate(([start], inner, [end]))
        return float(np.dot(self.at(edges[:-1]), np.diff(edges)))

    def map(self, function: Callable[[Floats], npt.ArrayLike]) -> Timeline:
        """Apply a function to the values; the times stay."""
        return Timeline(self.times, np.asarray(function(self.values), dtype=float))

    def combine(self, other: Timeline, function: Callable[[Floats, Floats], npt.ArrayLike]) -> Timeline:
        """Combine two timelines value by value over the union of their times."""
        times = np.union1d(self.times, other.times)
        return Timeline(times, np.asarray(function(self.at(times), other.at(times)), dtype=float))

    def __add__(self, other: Timeline) -> Timeline:
        return self.combine(other, np.add)

    def __sub__(self, other: Timeline) -> Timeline:
        return self.combine(other, np.subtract)

    def __mul__(self, other: Timeline) -> Timeline:
        return self.combine(other, np.multiply)


def constant(value: float) -> Timeline:
    """The same value at all times."""
    return Timeline(np.zeros(1), np.array([value]))


def pulse(start: float, end: float, height: float = 1.0) -> Timeline:
    """`height` from `start` to `end`, zero elsewhere; nothing at all where ``end <= start``."""
    if end <= start:
        return constant(0.0)
    return Timeline(np.array([start - 1.0, start, end]), np.array([0.0, height, 0.0]))


def concurrency(starts: Iterable[float], ends: Iterable[float]) -> Timeline:
    """How many of the intervals are open at each instant.

    At equal times ends count before starts: an interval that begins as another ends does not overlap it.

    Raises
    ------
    InputsError
        If an interval ends before it starts.
    """
    begin, finish = np.fromiter(starts, dtype=float), np.fromiter(ends, dtype=float)
    if begin.shape != finish.shape or (finish < begin).any():
        raise InputsError("every interval needs an end that is not before its start")
    if begin.size == 0:
        return constant(0.0)
    instants = np.concatenate((begin, finish))
    steps = np.concatenate((np.ones_like(begin), -np.ones_like(finish)))
    times, index = np.unique(instants, return_inverse=True)
    change = np.zeros_like(times)
    np.add.at(change, index, steps)
    return Timeline(np.concatenate(([times[0] - 1.0], times)), np.concatenate(([0.0], np.cumsum(change))))
