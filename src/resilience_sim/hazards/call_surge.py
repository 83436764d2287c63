"""Abnormal growth of calls: for so long so many times the usual number, as recorded surges had it.

The largest surges of a record are blocks: they begin within a few minutes, stand for 12 to 72, and are over as
suddenly (:data:`RECORDED`). A :class:`CallSurge` is therefore a factor on the usual calls between two instants. Its
callers are others than the usual ones, who call as on any day: a queue takes them as a class of its own, at the rate
:meth:`CallSurge.extra` and the level `factor` - 1, drawn for a ceiling, so that a larger surge has all the callers of a
smaller one, and some more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from resilience_sim.errors import InputsError
from resilience_sim.hazards.counts import SlotCounts, surges
from resilience_sim.randomness import Streams
from resilience_sim.timelines import Timeline, pulse
from resilience_sim.units import HOUR, MINUTE

__all__ = ["CallSurge", "LARGEST", "RECORDED", "RecordedSurge", "draw_surge", "recorded_surges"]

LARGEST = 13.0
"""Times usual: the largest half hour of the record behind :data:`RECORDED` had 12.9."""


@dataclass(frozen=True)
class CallSurge:
    """Calls at `factor` times their usual rate for so long.

    Parameters
    ----------
    start_s, lasts_s
        When it begins, and for how many seconds.
    factor
        Times the usual calls, 1 or more.
    """

    start_s: float
    lasts_s: float
    factor: float

    def __post_init__(self) -> None:
        for name, value, least in (
            ("start_s", self.start_s, -math.inf),
            ("lasts_s", self.lasts_s, 0.0),
            ("factor", self.factor, 1.0),
        ):
            if not (math.isfinite(value) and value >= least):
                raise InputsError(f"CallSurge: {name} is {value}; accepted is a finite number, {least:g} or more")

    @property
    def end_s(self) -> float:
        """When calls are as usual again, seconds."""
        return self.start_s + self.lasts_s

    @property
    def level(self) -> float:
        """What :meth:`extra` is multiplied by: `factor` - 1."""
        return self.factor - 1.0

    def extra(self, usual: Timeline) -> Timeline:
        """The usual calls per second while it lasts, 0 else: the rate of its own callers at level 1."""
        return usual * pulse(self.start_s, self.end_s)


class RecordedSurge(NamedTuple):
    """A surge in a record: date, start (seconds of the day), length, calls, and their ratio to the usual ones."""

    day: str
    start_s: float
    lasts_s: float
    calls: int
    factor: float


def recorded_surges(counts: SlotCounts, *, abnormal_from: float = 2.0, count: int = 8) -> list[RecordedSurge]:
    """How long the largest surges of a record lasted, largest half hour first.

    Usual is the median over the days of the same slot. A surge is the run of slots at `abnormal_from` times usual or
    more around the fullest slot of its largest half hour (:func:`~resilience_sim.hazards.counts.surges`); its factor is
    the sum of its calls over the sum of the usual ones.
    """
    usual = np.median(counts.calls, axis=0)
    found = []
    for largest in surges(counts)[:count]:
        calls = counts.calls[counts.dates.index(largest.day)]
        abnormal = (usual > 0) & (calls >= abnormal_from * usual)
        last = int(np.searchsorted(counts.starts_s, largest.last_slot_s))
        half_hour = np.arange(max(last + 1 - round(30 * MINUTE / counts.slot_s), 0), last + 1)
        first = last = int(half_hour[np.argmax(np.where(abnormal, calls, -1.0)[half_hour])])
        while first > 0 and abnormal[first - 1]:
            first -= 1
        while last + 1 < calls.size and abnormal[last + 1]:
            last += 1
        run = slice(first, last + 1)
        found.append(
            RecordedSurge(
                largest.day,
                float(counts.starts_s[first]),
                (last + 1 - first) * counts.slot_s,
                int(calls[run].sum()),
                float(calls[run].sum() / usual[run].sum()),
            )
        )
    return found


RECORDED = (
    RecordedSurge("1999-05-17", 6.9 * HOUR, 66 * MINUTE, 417, 10.69),
    RecordedSurge("1999-02-03", 13.0 * HOUR, 36 * MINUTE, 454, 7.32),
    RecordedSurge("1999-05-16", 23.3 * HOUR, 30 * MINUTE, 150, 7.50),
    RecordedSurge("1999-02-14", 21.2 * HOUR, 72 * MINUTE, 369, 6.15),
    RecordedSurge("1999-06-16", 13.2 * HOUR, 36 * MINUTE, 388, 6.06),
    RecordedSurge("1999-05-30", 21.7 * HOUR, 36 * MINUTE, 156, 5.38),
    RecordedSurge("1999-05-13", 20.2 * HOUR, 54 * MINUTE, 216, 4.32),
    RecordedSurge("1999-01-18", 15.2 * HOUR, 12 * MINUTE, 147, 6.13),
)
"""The eight largest surges of 119 Sundays to Thursdays, January to June 1999: :func:`recorded_surges` of a bank's calls
in six minutes (SEELab, Technion). Foreign, and of one bank. Some are failures known by their redials, as that of 3
February is; those of 16 June and 18 January follow 12 and 18 minutes with hardly a call."""


def draw_surge(
    streams: Streams,
    *,
    from_s: float,
    until_s: float,
    recorded: tuple[RecordedSurge, ...] = RECORDED,
    name: str = "surge",
) -> CallSurge:
    """One of the recorded surges, each as likely, that begins at any time of [from, until) alike.

    Which one and when have a stream each (``name/which``, ``name/start``): other hours meet the same surge.
    """
    if not recorded:
        raise InputsError("draw_surge: recorded is empty; accepted is at least one surge")
    if not from_s <= until_s < math.inf:
        raise InputsError(f"draw_surge: from {from_s} to {until_s}; accepted is a finite end after the beginning")
    one = recorded[int(streams.generator(f"{name}/which").integers(len(recorded)))]
    start_s = float(streams.generator(f"{name}/start").uniform(from_s, until_s))
    return CallSurge(start_s, one.lasts_s, max(one.factor, 1.0))
