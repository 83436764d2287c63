"""The calls of one event at the utility's call centre, and what becomes of them with the agents that the rules bring.

The calls and their numbers are one for all rules. Rules that put the same agents on seats for as long as a call is
about come to the same, which is played once: no call knows what is later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.inputs import Outcome, QueueInputs
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.models.queue.path import Path
from resilience_sim.timelines import Timeline

__all__ = ["CallsAfter", "EventCalls", "alike"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class CallsAfter(NamedTuple):
    """Calls that arrive in some time after an event, in order of their arrival.

    Seconds since fewer lines than the event's level are out, and whether each was answered within the standard's
    threshold, both of shape (calls,).
    """

    arrival_s: Floats
    in_time: Bools


class _Met(NamedTuple):
    """What came of the calls with these agents; the last call was over at `until_s`."""

    agents: Timeline
    until_s: float
    row: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class EventCalls:
    """The queue of one event without its agents, and its numbers.

    Parameters
    ----------
    queue, draws
        As in :mod:`resilience_sim.models.queue`, in seconds of the queue's own clock.
    event_s
        When the event starts, on that clock; calls before it are not counted.
    threshold_s
        Within so many seconds a call is answered in time.
    """

    queue: QueueInputs
    draws: Draws
    event_s: float
    threshold_s: float
    _met: list[_Met] = field(default_factory=list)

    def served(self, agents: Timeline) -> Mapping[str, float]:
        """Service level and answer rate (both %) and calls of the event, with these agents on seats."""
        for known in self._met:
            if alike(known.agents, agents, known.until_s):
                return known.row
        path = self._path(agents)
        made, answered, in_time = self._answered(path, self.event_s)
        count = int(np.count_nonzero(made))
        row = {  # an event without a call breaks no promise
            "service_level": 100 * (int(np.count_nonzero(in_time)) / count) if count else 100.0,
            "answer_rate": 100 * (int(np.count_nonzero(answered)) / count) if count else 100.0,
            "calls": count,
        }
        over_s = float(np.fmax.reduce(path.end_s, initial=self.queue.horizon_s))  # nan: a redial that is not made
        self._met.append(_Met(agents, over_s, row))
        return row

    def after(self, agents: Timeline, end_s: float) -> CallsAfter:
        """The calls from the instant on at which the event has ended, with these agents on seats."""
        path = self._path(agents)
        made, _, in_time = self._answered(path, end_s)
        order = np.argsort(path.arrival_s, kind="stable")
        order = order[made[order]]
        return CallsAfter(path.arrival_s[order] - end_s, in_time[order])

    def _path(self, agents: Timeline) -> Path:
        return simulate(replace(self.queue, agents=agents), self.draws)

    def _answered(self, path: Path, from_s: float) -> tuple[Bools, Bools, Bools]:
        """Which attempts arrive from an instant on until the horizon, are answered, and are so in time.

        As in :data:`resilience_sim.models.queue.measures.DEFINITIONS`; the many other measures are not wanted here.
        """
        made = (path.arrival_s >= from_s) & (path.arrival_s < self.queue.horizon_s)
        answered = made & (path.outcome == Outcome.ANSWERED)
        return made, answered, answered & (path.waited_s < self.threshold_s)


def alike(one: Timeline, other: Timeline, until_s: float) -> bool:
    """Whether two timelines are the same up to an instant, that instant included."""
    known, asked = (max(1, int(np.searchsorted(t.times, until_s, side="right"))) for t in (one, other))
    return (
        known == asked
        and np.array_equal(one.values[:known], other.values[:asked])
        and np.array_equal(one.times[1:known], other.times[1:asked])
    )
