"""A SimPy environment that schedules at instants, not after delays.

SimPy adds a delay to its clock, and ``now + (t - now)`` is not always ``t``; twins that must agree to the bit need the
instant itself. Ties are settled by what happens and to whom, in the machine's written order, never by who was
scheduled first. Only ``reference`` engines import this module.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush

import simpy
from simpy.events import Event

__all__ = ["Agenda"]


class Agenda(simpy.Environment):
    """A clock with entries ``(instant, (kind, identity))``, taken in that order."""

    def at(self, instant: float, kind: int, identity: int, action: Callable[[], None]) -> Event:
        """Call `action` at `instant`; equal instants go by `kind`, then by `identity`."""
        event = Event(self)
        event._ok = True
        event._value = None
        assert event.callbacks is not None
        event.callbacks.append(lambda _: action())
        heappush(self._queue, (instant, (kind, identity), next(self._eid), event))  # type: ignore[misc]
        return event
