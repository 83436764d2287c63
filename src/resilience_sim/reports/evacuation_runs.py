"""Runs of one kind of evacuation, with their traces, for figures: which is the worst, and what most are like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resilience_sim.models.egress import EgressInputs, Path, inside
from resilience_sim.models.egress.kernel import simulate
from resilience_sim.models.egress.measures import goes_out
from resilience_sim.studies.evacuation import Event, happened
from resilience_sim.timelines import Timeline

__all__ = ["BAND", "Run", "across", "in_danger", "last_out", "last_safe", "over_time", "runs_of", "worst"]

Floats = npt.NDArray[np.float64]

BAND = (0.05, 0.5, 0.95)  # its lower end, the median, its upper end


@dataclass(frozen=True, eq=False)
class Run:
    """One of the runs. All of them are in one building, but others may be in it.

    Parameters
    ----------
    number
        Its index: with the seed, the name of all its numbers.
    inputs
        The evacuation.
    path
        With its trace.
    alarm_s
        When the alarm is heard, seconds from time zero.
    lost_s
        When the way is lost (ASET), seconds from time zero; inf if it is not.
    off_floor_s
        When each person is off the floor that the smoke fills, shape (persons,), if that is what counts; None: they are
        safe outside.
    """

    number: int
    inputs: EgressInputs
    path: Path
    alarm_s: float = 0.0
    lost_s: float = math.inf
    off_floor_s: Floats | None = None

    @property
    def safe_s(self) -> Floats:
        """When each person is safe; inf for never, shape (persons,)."""
        return self.path.out_s if self.off_floor_s is None else self.off_floor_s

    @property
    def leavers(self) -> npt.NDArray[np.bool_]:
        """Whether each person goes out and has started, shape (persons,)."""
        leavers: npt.NDArray[np.bool_] = goes_out(self.inputs) & (self.path.start_s < np.inf)
        return leavers


def runs_of(event: Event, seed: int, count: int) -> tuple[Run, ...]:
    """The first so many events of a kind, as the study has them for this seed, with their traces."""
    runs = []
    for number in range(count):
        one = happened(event, seed, number)
        path = simulate(event.egress, one.draws, trace=True)
        runs.append(Run(number, event.egress, path, one.draws.alarm_s, one.aset_s))
    return tuple(runs)


def last_out(run: Run) -> float:
    """Seconds from the alarm until the last of those who leave is out; inf if one never is, 0 if nobody leaves."""
    return _last(run, run.path.out_s)


def last_safe(run: Run) -> float:
    """Seconds from the alarm until the last of them is safe."""
    return _last(run, run.safe_s)


def _last(run: Run, when_s: Floats) -> float:
    return float(when_s[run.leavers].max() - run.alarm_s) if run.leavers.any() else 0.0


def in_danger(run: Run) -> Timeline:
    """Of those who leave, how many are not yet safe; over time."""
    return inside(run.inputs, replace(run.path, out_s=run.safe_s))


def worst(runs: Sequence[Run]) -> Run:
    """The run with the least time left, or the most lacking, when the last is safe; if no way is lost, the longest.

    Of equal ones, the first.
    """

    def order(run: Run) -> tuple[float, float]:
        last_s = last_safe(run)
        spare_s = run.lost_s - run.alarm_s - last_s if last_s < math.inf else -math.inf
        return spare_s, -last_out(run)

    return min(runs, key=order)


def across(values: npt.NDArray[np.float64] | npt.NDArray[np.int64]) -> Floats:
    """The lower end of the band of the runs, their median and the upper end; shape (3, ...).

    Each is the value of some run, never in between: the least that so many runs do not exceed.

    Parameters
    ----------
    values
        By run, shape (runs, ...); inf for what never comes.
    """
    ranks = [max(1, math.ceil(share * len(values) - 1e-9)) - 1 for share in BAND]
    found: Floats = np.sort(values, axis=0)[ranks].astype(float)
    return found


def over_time(curves: Sequence[Timeline], runs: Sequence[Run], at_s: Floats) -> Floats:
    """The same instant by instant, counted from the alarm of each run; shape (3, instants)."""
    return across(np.array([curve.at(at_s + run.alarm_s) for curve, run in zip(curves, runs, strict=True)]))
