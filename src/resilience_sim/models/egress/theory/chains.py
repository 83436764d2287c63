"""Doors and stair feet in series, with a walk before each: where a stream queues and when its last is through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import number
from resilience_sim.models.egress.theory.doors import longest_queue, passages_s

__all__ = ["Passed", "Stage", "stair_s", "through"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """A walk and then a door, an opening, or the foot of a stair.

    Parameters
    ----------
    pps
        C, persons per second.
    walk_s
        Seconds from the stage before, the same for everybody.
    """

    pps: float
    walk_s: float = 0.0

    def __post_init__(self) -> None:
        number("Stage: pps", self.pps, above=True)
        number("Stage: walk_s", self.walk_s)


@dataclass(frozen=True, eq=False)
class Passed:
    """A stage of a chain.

    Parameters
    ----------
    arrivals_s, passages_s
        When each arrived and passed, first at once, seconds, shape (n,).
    """

    arrivals_s: Floats
    passages_s: Floats

    @property
    def last_s(self) -> float:
        """When the last passed."""
        return float(self.passages_s.max())

    @property
    def longest_wait_s(self) -> float:
        """Longest time from arriving to passing."""
        return float((self.passages_s - self.arrivals_s).max())

    @property
    def longest_queue(self) -> int:
        """Most persons who waited at one instant."""
        return longest_queue(self.arrivals_s, self.passages_s)


def through(starts_s: npt.ArrayLike, stages: Sequence[Stage]) -> tuple[Passed, ...]:
    """A stream that passes one stage after the other: it arrives at each ``walk_s`` after it passed the one before.

    Spaces between the stages are never full, and nobody overtakes.

    Parameters
    ----------
    starts_s
        When each starts to walk to the first stage, seconds, shape (n,).
    stages
        One or more.

    Raises
    ------
    InputsError
        If nobody starts or there is no stage.

    Examples
    --------
    RiMEA 12 with two doors of 1 m, 10 m apart: nobody waits at the second.

    >>> first, second = through([0.0] * 150, [Stage(0.931), Stage(0.931, walk_s=10 / 1.198904)])
    >>> round(second.last_s, 6), second.longest_queue
    (168.383916, 0)
    """
    at = np.asarray(starts_s, dtype=float)
    if not at.size or not stages:
        raise InputsError(f"a chain of {len(stages)} stages for {at.size} persons; accepted is one at least of each")
    passed = []
    for stage in stages:
        arrivals = at + stage.walk_s
        at = passages_s(arrivals, stage.pps)
        passed.append(Passed(arrivals, at))
    return tuple(passed)


def stair_s(persons: int, pps: float, length_m: float, speed_mps: float) -> float:
    """When the last of so many is at the end of a stair, all at its foot at time 0: ``T = L / S + (N - 1) / C``.

    With a speed that does not fall on a crowded stair; where it does, T is a floor.

    Parameters
    ----------
    persons
        N.
    pps
        C of the stair's foot, ``Fs (w - 2 b)``.
    length_m
        L, along the incline.
    speed_mps
        S, free speed.

    Examples
    --------
    200 m of stair, 1 m wide, steps of 180/280 mm.

    >>> round(stair_s(100, 1.011998 * 0.7, 200.0, 0.922099), 3)
    356.648
    """
    number("a length (m)", length_m)
    number("a speed (m/s)", speed_mps, above=True)
    return float(passages_s(np.zeros(persons), pps)[-1]) + length_m / speed_mps
