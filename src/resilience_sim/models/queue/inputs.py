"""What the queue machine is asked: who calls, who answers, and by which rules."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import refuse, share, whole
from resilience_sim.models.queue.escalation import Ladder
from resilience_sim.models.queue.failures import Outage, Seats
from resilience_sim.randomness import Law, Never
from resilience_sim.timelines import Timeline, constant

__all__ = ["Callers", "Instants", "Outcome", "QueueInputs", "Rate", "Redial"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

OnCut = Literal["finish", "finish_named", "hand_back", "drop"]
Leavers = Literal["newest", "oldest"]
Interrupted = Literal["resume", "restart"]


class Outcome(IntEnum):
    """How an attempt ended."""

    NOT_MADE = 0
    ANSWERED = 1
    ABANDONED = 2
    BLOCKED = 3
    BALKED = 4
    DROPPED = 5
    INSIDE = 6
    SHUT = 7
    RECORDED = 8
    UNANSWERABLE = 9


@dataclass(frozen=True)
class Rate:
    """Calls at random, with the intensity rate(t) × day factor × level on [0, horizon).

    Parameters
    ----------
    rate
        Calls per second, non-negative.
    day_factor
        Law of one number per replication that multiplies the whole day; `None`: always 1.
    level
        Multiplies the rate, 0 or more.
    level_ceiling
        Callers are drawn for this level and thinned to `level`: under one ceiling, a higher level has all the callers
        of a lower one, and more. `None`: `level` itself.
    """

    rate: Timeline
    day_factor: Law | None = None
    level: float = 1.0
    level_ceiling: float | None = None

    def __post_init__(self) -> None:
        if (self.rate.values < 0).any():
            raise refuse("Rate: the smallest rate", self.rate.values.min(), "0 calls/s or more")
        if not (math.isfinite(self.level) and self.level >= 0):
            raise refuse("Rate: level", self.level, "a finite number, 0 or more")
        if not (math.isfinite(self.ceiling) and self.ceiling >= self.level):
            raise refuse("Rate: level_ceiling", self.level_ceiling, f"a finite number, level ({self.level}) or more")
        if self.day_factor is not None and self.day_factor.infinite:
            raise refuse("Rate: day_factor", self.day_factor, "a law of finite numbers")

    @property
    def ceiling(self) -> float:
        """The level for which callers are drawn."""
        return self.level if self.level_ceiling is None else self.level_ceiling


@dataclass(frozen=True, eq=False)
class Instants:
    """Calls at given instants; a caller's identity is the position in the list.

    Parameters
    ----------
    times_s
        Seconds, 0 or more, in any order, ties allowed, shape (k,). Instants after the horizon are calls as well.
    asks
        Who of them really calls, shape (k,); `None`: everyone. The others are drawn for, so that thinning moves nobody
        else's numbers, but never arrive.
    """

    times_s: Floats
    asks: Bools | None = None

    def __post_init__(self) -> None:
        times = np.array(self.times_s, dtype=float)
        if times.ndim != 1 or not np.isfinite(times).all() or (times < 0).any():
            raise InputsError("Instants: times_s must be a list of finite seconds, 0 or more")
        times.flags.writeable = False
        object.__setattr__(self, "times_s", times)
        if self.asks is not None:
            asks = np.array(self.asks)
            if asks.dtype != np.bool_ or asks.shape != times.shape:
                raise refuse("Instants: asks", f"{asks.dtype} of shape {asks.shape}", f"bool of shape {times.shape}")
            asks.flags.writeable = False
            object.__setattr__(self, "asks", asks)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instants):
            return NotImplemented
        if (self.asks is None) != (other.asks is None):
            return False
        same_asks = self.asks is None or other.asks is None or np.array_equal(self.asks, other.asks)
        return same_asks and np.array_equal(self.times_s, other.times_s)

    __hash__ = None  # type: ignore[assignment]  # holds arrays


@dataclass(frozen=True)
class Redial:
    """Who tries again, and when.

    Parameters
    ----------
    after_abandoning, after_blocking, after_drop, after_balking, after_refusal
        Share of those who ended this way that try again (after a refusal: who were UNANSWERABLE).
    delay
        Law of the seconds from leaving to the next attempt.
    most
        Redials of one caller at most; then the caller is lost for good.
    ceiling
        Willingness is drawn for this share and thinned: under one ceiling, a larger share redials whenever a smaller
        one does. `None`: the largest of the five shares.
    """

    after_abandoning: float
    after_blocking: float
    after_drop: float
    delay: Law
    most: int
    ceiling: float | None = None
    after_balking: float = 0.0
    after_refusal: float = 0.0

    def __post_init__(self) -> None:
        for name in ("after_abandoning", "after_blocking", "after_drop", "after_balking", "after_refusal"):
            share(f"Redial: {name}", getattr(self, name))
        if not self._largest <= self.drawn_for <= 1:
            raise refuse("Redial: ceiling", self.ceiling, f"a share from {self._largest} (the largest share) to 1")
        if self.delay.infinite:
            raise refuse("Redial: delay", self.delay, "a law of finite times")
        whole("Redial: most", self.most, 0)

    @property
    def _largest(self) -> float:
        return max(self.after_abandoning, self.after_blocking, self.after_drop, self.after_balking, self.after_refusal)

    @property
    def drawn_for(self) -> float:
        """The share for which redials are drawn."""
        return self._largest if self.ceiling is None else self.ceiling

    def share_after(self, outcome: Outcome) -> float:
        """The share that tries again after an attempt that ended like this."""
        by_outcome = {
            Outcome.ABANDONED: self.after_abandoning,
            Outcome.BLOCKED: self.after_blocking,
            Outcome.BALKED: self.after_balking,
            Outcome.DROPPED: self.after_drop,
            Outcome.UNANSWERABLE: self.after_refusal,
        }
        return by_outcome.get(outcome, 0.0)


@dataclass(frozen=True)
class Callers:
    """One class of callers.

    Parameters
    ----------
    name
        Names the class and its random streams.
    arrivals
        When its first calls come.
    handling
        Law of the handling time of a caller's matter, in seconds.
    patience
        Law of the seconds after which a waiting caller hangs up.
    priority
        A smaller number is served first; classes of equal priority share one queue.
    redial
        Who tries again; `None`: nobody.
    """

    name: str
    arrivals: Rate | Instants
    handling: Law
    patience: Law = field(default_factory=Never)
    priority: int = 0
    redial: Redial | None = None

    def __post_init__(self) -> None:
        if not self.name:
            raise InputsError("Callers: name is empty; accepted is any other text")
        if self.handling.infinite:
            raise refuse(f"Callers {self.name!r}: handling", self.handling, "a law of finite times")


@dataclass(frozen=True)
class QueueInputs:
    """A queue: classes of callers, agents on duty, and the rules between them.

    Parameters
    ----------
    callers
        The classes, at least one, with different names.
    agents
        Agents on duty, whole numbers, 0 or more.
    horizon_s
        End of the day in seconds: no calls of a :class:`Rate` after it, and shares of time are taken over [0, horizon].
    places
        How many callers may be inside, waiting and in service; `None`: any number.
    join
        Probability of staying when no agent is free: ``join[min(w, len - 1)]`` with w calls waiting; empty: always.
    on_cut
        What a staff cut does to calls in service; see the model card.
    leavers
        Which of the numbered agents leave at a cut (``on_cut="finish_named"``).
    interrupted
        Whether a call handed back is resumed or restarted.
    stretch
        The handling time of a call is multiplied by the value at the instant it starts; above 0.
    preempt
        Whether a graver class takes the agent of a call of another class where none is free.
    doors
        When callers are let in: above 0, or 0 (closed, and first calls and redials are SHUT out).
    clears_s
        The instant at which whoever still waits is sent away (SHUT); infinite: never.
    ladder
        Extra agents, called and released by the state of the queue; `None`: none.
    outage
        A failing application, and the calls back it leaves; `None`: it never fails.
    seats
        The seats that agents need, which may fail (only with ``on_cut="finish"``); `None`: enough that never fail.
    """

    callers: tuple[Callers, ...]
    agents: Timeline
    horizon_s: float
    places: int | None = None
    join: tuple[float, ...] = ()
    on_cut: OnCut = "finish"
    leavers: Leavers = "newest"
    interrupted: Interrupted = "resume"
    stretch: Timeline = field(default_factory=lambda: constant(1.0))
    preempt: bool = False
    doors: Timeline = field(default_factory=lambda: constant(1.0))
    clears_s: float = math.inf
    ladder: Ladder | None = None
    outage: Outage | None = None
    seats: Seats | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "callers", tuple(self.callers))
        object.__setattr__(self, "join", tuple(self.join))
        names = [callers.name for callers in self.callers]
        if not names or len(set(names)) < len(names):
            raise refuse("QueueInputs: the classes of callers", names, "at least one, with different names")
        if (self.agents.values < 0).any() or (self.agents.values != np.floor(self.agents.values)).any():
            raise refuse("QueueInputs: agents", self.agents.values.tolist(), "whole numbers, 0 or more")
        if not (math.isfinite(self.horizon_s) and self.horizon_s > 0):
            raise refuse("QueueInputs: horizon_s", self.horizon_s, "a finite number above 0")
        if self.places is not None:
            whole("QueueInputs: places", self.places, 0)
        for probability in self.join:
            share("QueueInputs: join", probability)
        for name, known in (("on_cut", OnCut), ("leavers", Leavers), ("interrupted", Interrupted)):
            if getattr(self, name) not in get_args(known):
                raise refuse(f"QueueInputs: {name}", repr(getattr(self, name)), " or ".join(get_args(known)))
        if (self.stretch.values <= 0).any():
            raise refuse("QueueInputs: stretch", self.stretch.values.tolist(), "factors above 0")
        if math.isnan(self.clears_s):
            raise refuse("QueueInputs: clears_s", self.clears_s, "an instant, or infinity")
        if self.preempt and self.on_cut == "finish_named":
            raise refuse("QueueInputs: preempt with on_cut", repr(self.on_cut), "finish, hand_back or drop")
        if self.seats is not None and self.on_cut != "finish":
            raise refuse("QueueInputs: seats with on_cut", repr(self.on_cut), "finish")

    @property
    def plain(self) -> bool:
        """Whether nothing is asked but callers, agents and the rules between them."""
        extras = (self.ladder, self.outage, self.seats)
        always_open = bool((self.doors.values > 0).all()) and self.clears_s == math.inf
        return always_open and not self.preempt and all(extra is None for extra in extras)
