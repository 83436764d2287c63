"""What can fail around the agents: the application they work with, and the seats they work at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from resilience_sim.models.checks import number, refuse, whole
from resilience_sim.randomness import Deterministic, Law
from resilience_sim.timelines import Timeline, constant

__all__ = ["CallBacks", "Outage", "Seats", "Wear"]

InterruptedCall = Literal["requeue", "hold"]


@dataclass(frozen=True)
class CallBacks:
    """Calls owed to those whose matter was written down by hand; made when no caller waits for the agent.

    Parameters
    ----------
    handling
        Law of the seconds that a call back takes.
    delay
        Law of the seconds from the end of the recording until the call back may be made: a promised time, or 0.
    hours
        When calls back may begin: above 0 (the applications are up, say), or 0.
    reserve
        Agents left free for callers when a call back begins.
    gap_s
        Seconds between the beginnings of two calls back, at least: 3600 / (calls back an hour).
    """

    handling: Law
    delay: Law = field(default_factory=lambda: Deterministic(0.0))
    hours: Timeline = field(default_factory=lambda: constant(1.0))
    reserve: int = 0
    gap_s: float = 0.0

    def __post_init__(self) -> None:
        for name, law in (("handling", self.handling), ("delay", self.delay)):
            if law.infinite:
                raise refuse(f"CallBacks: {name}", law, "a law of finite times")
        whole("CallBacks: reserve", self.reserve, 0)
        number("CallBacks: gap_s", self.gap_s)


@dataclass(frozen=True)
class Outage:
    """An application that fails: callers taken on meanwhile are recorded by hand, or cannot be helped at all.

    The share that applies is that of the instant at which an agent takes the caller on. (Slower work with the
    application is `stretch` of the queue; work by hand is not stretched.)

    Parameters
    ----------
    by_hand
        Share of the callers whose matter is written down by hand; over time, 0 while the application works.
    unanswerable
        Share who are sent away; the two shares together are at most 1.
    factor
        Recording takes the caller's handling time multiplied by this.
    refusing_s
        Seconds that it takes to send a caller away.
    back
        The calls back that recording by hand leaves; `None`: none.
    """

    by_hand: Timeline
    unanswerable: Timeline = field(default_factory=lambda: constant(0.0))
    factor: float = 1.0
    refusing_s: float = 0.0
    back: CallBacks | None = None

    def __post_init__(self) -> None:
        for name in ("by_hand", "unanswerable"):
            if (getattr(self, name).values < 0).any():
                raise refuse(f"Outage: {name}", getattr(self, name).values.tolist(), "shares from 0 to 1")
        if ((self.by_hand + self.unanswerable).values > 1 + 1e-12).any():
            raise refuse(
                "Outage: by_hand + unanswerable", (self.by_hand + self.unanswerable).values.tolist(), "1 or less"
            )
        number("Outage: factor", self.factor, above=True)
        number("Outage: refusing_s", self.refusing_s)


@dataclass(frozen=True)
class Wear:
    """Every seat fails at random, in use or not, until the horizon; all work at second 0.

    Parameters
    ----------
    up, down
        Laws of the seconds until a working seat fails, and until a failed one works again.
    """

    up: Law
    down: Law

    def __post_init__(self) -> None:
        for name, law in (("up", self.up), ("down", self.down)):
            if law.infinite or not law.mean > 0:
                raise refuse(f"Wear: {name}", law, "a law of finite times, not always 0")


@dataclass(frozen=True)
class Seats:
    """The seats, spare ones among them: an agent on duty works only on one that works.

    Parameters
    ----------
    count
        Seats in all.
    fails
        :class:`Wear`, or failures as (seat, fails at, works again at) in seconds; of one seat they must not overlap.
        The last may be infinite.
    move_s
        Seconds from the moment an agent gets another seat (or the old one back) until work goes on there.
    call
        What becomes of the call at a seat that fails: it is handed back to the head of its line (``requeue``; then
        resumed or restarted as `interrupted` of the queue says), or waits with its agent and goes on (``hold``).
    """

    count: int
    fails: Wear | tuple[tuple[int, float, float], ...] = ()
    move_s: float = 0.0
    call: InterruptedCall = "requeue"

    def __post_init__(self) -> None:
        whole("Seats: count", self.count, 0)
        number("Seats: move_s", self.move_s)
        if self.call not in get_args(InterruptedCall):
            raise refuse("Seats: call", repr(self.call), " or ".join(get_args(InterruptedCall)))
        if isinstance(self.fails, Wear):
            return
        object.__setattr__(self, "fails", tuple((seat, float(at), float(until)) for seat, at, until in self.fails))
        free_from = np.zeros(self.count)
        for seat, fails_s, works_s in sorted(self.fails):
            if not (0 <= seat < self.count and free_from[seat] <= fails_s < works_s):
                raise refuse(
                    "Seats: a failure",
                    (seat, fails_s, works_s),
                    f"a seat from 0 to {self.count - 1}, from {free_from[seat] if 0 <= seat < self.count else 0:g} s "
                    "or later until later",
                )
            free_from[seat] = works_s
