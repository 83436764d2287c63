"""Draws that belong to no caller: how long those called up take to come, and when seats fail."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue.escalation import Ladder
from resilience_sim.models.queue.failures import Seats, Wear
from resilience_sim.randomness import Law, Streams

__all__ = ["lead_times", "seat_failures"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_BLOCK = 16  # lifetimes drawn at a time; their number does not change them


def lead_times(ladder: Ladder, streams: Streams) -> Floats:
    """Seconds to the arrival of each person of each call-up, shape (levels, call-ups, people), padded with infinity.

    A person's numbers follow those of the person before: one more person of a level moves nobody else's.
    """
    lead_s = np.full(ladder.shape, np.inf)
    for index, level in enumerate(ladder.levels):
        if isinstance(level.lead, Law):
            size = level.people * level.width
            drawn = level.lead.draw(streams.generator(f"queue/ladder/{level.name}"), size)
            lead_s[index, : level.width, : level.people] = drawn.reshape(level.people, level.width).T
        elif level.lead:
            lead_s[index, : level.width, : level.people] = level.lead
    return lead_s


def seat_failures(seats: Seats, horizon_s: float, streams: Streams) -> tuple[Ints, Floats, Floats]:
    """The seat, failure and repair of every failure, by the instant of the failure, then by seat.

    Each seat has streams of its own: one more seat moves no other seat's failures.
    """
    if isinstance(seats.fails, Wear):
        rows = [
            (seat, *failure)
            for seat in range(seats.count)
            for failure in _of_one(seat, seats.fails, horizon_s, streams)
        ]
    else:
        rows = list(seats.fails)
    rows.sort(key=lambda row: (row[1], row[0]))
    columns = np.array(rows, dtype=float).reshape(len(rows), 3)
    return columns[:, 0].astype(np.int64), columns[:, 1].copy(), columns[:, 2].copy()


def _of_one(seat: int, wear: Wear, horizon_s: float, streams: Streams) -> list[tuple[float, float]]:
    ups, downs = (streams.generator(f"queue/seats/{seat}/{kind}") for kind in ("up", "down"))
    failures: list[tuple[float, float]] = []
    now = 0.0
    while True:
        lives = zip(wear.up.draw(ups, _BLOCK).tolist(), wear.down.draw(downs, _BLOCK).tolist(), strict=True)
        for up_s, down_s in lives:
            fails_s = now + up_s
            if fails_s >= horizon_s:
                return failures
            now = fails_s + down_s
            if now > fails_s:  # a repair that takes no time is none
                failures.append((fails_s, now))
