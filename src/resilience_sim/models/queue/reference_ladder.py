"""The ladder told for SimPy: who looks at the queue at the end of every instant, and whom they call or release."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.escalation import Condition, Ladder, Level, too_many_call_ups

__all__ = ["Ladders", "Sight"]

COMPARED: dict[str, Callable[[float, float], bool]] = {
    "at_least": lambda one, other: one >= other,
    "more_than": lambda one, other: one > other,
    "at_most": lambda one, other: one <= other,
    "less_than": lambda one, other: one < other,
}


@dataclass(frozen=True)
class Sight:
    """What is seen at one instant.

    Parameters
    ----------
    waiting, idle, on_duty
        Callers in line, free agents, agents on duty.
    came_s
        Arrival of the attempt that came first among the heads of the lines; `None`: nobody waits.
    fates
        Every fate so far, as (instant, whether an agent took the attempt on).
    """

    now: float
    waiting: int
    idle: int
    on_duty: int
    came_s: float | None
    fates: Sequence[tuple[float, bool]]

    def true(self, condition: Condition) -> bool:
        """Whether a condition is true now, however long it has been."""
        compare, value = COMPARED[condition.compare], condition.value
        if condition.measure == "waiting":
            return compare(self.waiting, value)
        if condition.measure == "idle":
            return compare(self.idle, value)
        if condition.measure == "waiting_per_agent":
            if condition.compare in ("at_least", "more_than") and self.waiting == 0:
                return False
            return compare(self.waiting, value * self.on_duty)
        if condition.measure == "oldest_wait":
            long = value == 0 if self.came_s is None else self.now >= self.came_s + value
            return long == (condition.compare == "at_least")
        taken_on = [good for instant, good in self.fates if instant + condition.window_s > self.now]
        return bool(taken_on) and compare(sum(taken_on), value * len(taken_on))

    def may_change(self, condition: Condition) -> float:
        """The next instant at which time alone can change what is true."""
        if condition.measure == "oldest_wait" and self.came_s is not None:
            return self.came_s + condition.value
        if condition.measure == "answered_share":
            leaving = [instant + condition.window_s for instant, _ in self.fates]
            return min((instant for instant in leaving if instant > self.now), default=math.inf)
        return math.inf


@dataclass(eq=False)
class Rung:
    """A level as things stand."""

    level: Level
    call_ups: int = 0
    called: bool = False
    releasing: bool = False
    on_the_way: int = 0
    there: int = 0
    call_since: float | None = None
    release_since: float | None = None
    called_s: list[float] = field(default_factory=list)
    released_s: list[float] = field(default_factory=list)

    def has(self, state: str) -> bool:
        """Whether the level is called, or in place."""
        return self.called and (state == "called" or self.on_the_way == 0)


@dataclass(eq=False)
class Ladders:
    """The levels, looked after.

    Parameters
    ----------
    call, release, look_again
        What to do for someone who comes at an instant (level, call-up, person), for a level to be released now, and to
        have the queue looked at again at an instant.
    finishing
        Whether someone of a level still works who should have left.
    """

    ladder: Ladder
    draws: Draws
    call: Callable[[float, int, int, int], None]
    release: Callable[[int], None]
    look_again: Callable[[float], None]
    finishing: Callable[[int], bool]
    rungs: list[Rung] = field(default_factory=list)
    joined_s: dict[tuple[int, int, int], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rungs = [Rung(level) for level in self.ladder.levels]

    def look(self, sight: Sight) -> None:
        """Call what is to be called, from the first level up; then release, from the last down."""
        instants = []
        for index, rung in enumerate(self.rungs):
            if rung.called:
                continue
            armed = index == 0 or self.rungs[index - 1].has(rung.level.armed_from)
            if not (armed and self.fitting(rung) > 0 and not self.finishing(index)):
                rung.call_since = None
                continue
            rung.call_since, due_s = self.held(rung.level.call, rung.call_since, sight)
            if due_s <= sight.now:
                self.call_up(index, sight.now)
            instants += [due_s, sight.may_change(rung.level.call)]
        for index in reversed(range(len(self.rungs))):
            rung, release = self.rungs[index], self.rungs[index].level.release
            if release is None or rung.releasing:
                continue
            if not rung.has(rung.level.released_from):
                rung.release_since = None
                continue
            rung.release_since, due_s = self.held(release, rung.release_since, sight)
            above = index + 1 < len(self.rungs) and self.rungs[index + 1].called
            if due_s <= sight.now and not above:
                rung.releasing = True
                self.release(index)
            instants += [due_s, sight.may_change(release)]
        for instant in instants:
            if sight.now < instant < math.inf:
                self.look_again(instant)

    @staticmethod
    def held(condition: Condition, since: float | None, sight: Sight) -> tuple[float | None, float]:
        """Since when a condition has been true, and from when it will have been so for long enough."""
        if not sight.true(condition):
            return None, math.inf
        since = sight.now if since is None else since
        return since, since + condition.hold_s

    def fitting(self, rung: Rung) -> int:
        """How many of the level's people may be called."""
        if self.ladder.most is None:
            return rung.level.people
        return min(rung.level.people, self.ladder.most - sum(one.on_the_way + one.there for one in self.rungs))

    def call_up(self, index: int, now: float) -> None:
        """Call as many of a level's people as fit.

        Raises
        ------
        WidthError
            If no call-up of this level is left.
        """
        rung = self.rungs[index]
        if rung.call_ups == rung.level.width:
            raise too_many_call_ups(rung.level)
        for person in range(self.fitting(rung)):
            lead_s = float(self.draws.lead_s[index, rung.call_ups, person])
            if lead_s < math.inf:
                rung.on_the_way += 1
                self.call(now + lead_s, index, rung.call_ups, person)
        rung.call_ups += 1
        rung.called, rung.call_since = True, None
        rung.called_s.append(now)
        rung.released_s.append(math.inf)

    def join(self, now: float, index: int, call_up: int, person: int) -> bool:
        """Someone arrives; `False` if told meanwhile not to come."""
        rung = self.rungs[index]
        if not (rung.called and call_up == rung.call_ups - 1):
            return False
        rung.on_the_way -= 1
        rung.there += 1
        self.joined_s[index, call_up, person] = now
        return True

    def released(self, now: float, index: int) -> int:
        """A level is released; how many leave."""
        rung = self.rungs[index]
        leaving, rung.there, rung.on_the_way = rung.there, 0, 0
        rung.called = rung.releasing = False
        rung.release_since = None
        rung.released_s[-1] = now
        return leaving
