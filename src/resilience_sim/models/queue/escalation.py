"""What an escalation is asked: levels of extra people, each called and released by what is seen at the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from resilience_sim.errors import WidthError
from resilience_sim.models.checks import number, refuse, share, whole
from resilience_sim.randomness import Law

__all__ = ["Condition", "Ladder", "Level", "too_many_call_ups"]

Measure = Literal["waiting", "waiting_per_agent", "oldest_wait", "answered_share", "idle"]
Compare = Literal["at_least", "more_than", "at_most", "less_than"]
From = Literal["called", "in_place"]


@dataclass(frozen=True)
class Condition:
    """Something seen at the queue, for so long without a break.

    It is met from the instant `since` at which it became true; a hold is over at ``since + hold_s`` (that instant
    included), if it is still true after all else that happens then.

    Parameters
    ----------
    measure
        ``waiting``: callers in line (calls back are none). ``waiting_per_agent``: callers in line for each agent on
        duty; with nobody in line no such condition of ``at_least`` or ``more_than`` is true. ``oldest_wait``: seconds
        since the arrival of the attempt that came first among the heads of the lines; 0 where nobody waits.
        ``answered_share``: of the attempts whose fate fell in the last `window_s` seconds, the share that an agent
        took on (fates: taken on, sent away as unanswerable, abandoned, blocked, balked); without a fate in the window
        no such condition is true. ``idle``: agents on duty and free.
    compare
        How the measure stands to `value`; of ``oldest_wait`` only ``at_least`` or ``less_than``.
    value
        The threshold, 0 or more; a share from 0 to 1.
    hold_s
        How long it must be true without a break, seconds.
    window_s
        Length of the sliding window of ``answered_share``: (now - window_s, now].
    """

    measure: Measure
    compare: Compare
    value: float
    hold_s: float = 0.0
    window_s: float = 600.0

    def __post_init__(self) -> None:
        for name, known in (("measure", Measure), ("compare", Compare)):
            if getattr(self, name) not in get_args(known):
                raise refuse(f"Condition: {name}", repr(getattr(self, name)), " or ".join(get_args(known)))
        if self.measure == "oldest_wait" and self.compare not in ("at_least", "less_than"):
            raise refuse("Condition: compare of oldest_wait", repr(self.compare), "at_least or less_than")
        number("Condition: value", self.value)
        if self.measure == "answered_share":
            share("Condition: value of answered_share", self.value)
        number("Condition: hold_s", self.hold_s)
        number("Condition: window_s", self.window_s, above=True)


@dataclass(frozen=True)
class Level:
    """One level of escalation: who is called when, and until when they stay.

    Parameters
    ----------
    name
        Names the level and its random stream.
    people
        Agents it adds.
    lead
        Seconds from a call-up to the arrival of each of its people: a law, or for each call-up in turn one number per
        person (infinite: never comes).
    call
        When it is called.
    release
        When its people leave; `None`: they stay.
    call_ups
        How many call-ups of this level a run may need, where `lead` is a law; more raise a WidthError.
    armed_from
        From when the level below allows this one to be called: that it is ``called``, or ``in_place`` (all its people
        who will come are there). The first level is always armed. A hold counts from then on.
    released_from
        From when `release` applies: ``called`` (who is still on the way is told not to come), or ``in_place``.
    """

    name: str
    people: int
    lead: Law | tuple[tuple[float, ...], ...]
    call: Condition
    release: Condition | None = None
    call_ups: int = 16
    armed_from: From = "called"
    released_from: From = "in_place"

    def __post_init__(self) -> None:
        if not self.name:
            raise refuse("Level: name", repr(self.name), "any other text")
        whole(f"Level {self.name!r}: people", self.people, 1)
        whole(f"Level {self.name!r}: call_ups", self.call_ups, 0)
        if isinstance(self.lead, Law):
            if self.lead.infinite:
                raise refuse(f"Level {self.name!r}: lead", self.lead, "a law of finite times")
        else:
            object.__setattr__(self, "lead", tuple(tuple(float(lead_s) for lead_s in row) for row in self.lead))
            if any(len(row) != self.people or not all(lead_s >= 0 for lead_s in row) for row in self.lead):
                raise refuse(
                    f"Level {self.name!r}: lead", self.lead, f"for each call-up {self.people} numbers, 0 s or more"
                )
        for name in ("armed_from", "released_from"):
            if getattr(self, name) not in get_args(From):
                raise refuse(f"Level {self.name!r}: {name}", repr(getattr(self, name)), " or ".join(get_args(From)))

    @property
    def width(self) -> int:
        """How many call-ups are set aside."""
        return self.call_ups if isinstance(self.lead, Law) else len(self.lead)


@dataclass(frozen=True)
class Ladder:
    """Levels of escalation, in order: the next is called only while the one below it is, and released before it.

    Parameters
    ----------
    levels
        At least one, with different names.
    most
        Extra people of all levels together, on the way or there, at most; a call-up calls the first of its people that
        fit, and does not take place if none fits. `None`: any number.
    """

    levels: tuple[Level, ...]
    most: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(self.levels))
        names = [level.name for level in self.levels]
        if not names or len(set(names)) < len(names):
            raise refuse("Ladder: levels", names, "at least one, with different names")
        if self.most is not None:
            whole("Ladder: most", self.most, 0)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Levels, call-ups, people: the room for lead times."""
        return (
            len(self.levels),
            max(level.width for level in self.levels),
            max(level.people for level in self.levels),
        )


def too_many_call_ups(level: Level) -> WidthError:
    """The error of a run that calls a level up more often than was set aside."""
    return WidthError(
        f"level {level.name!r} is called up more than {level.width} times in a run; "
        "accepted is a level with more call-ups set aside"
    )
