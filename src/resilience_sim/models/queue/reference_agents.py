"""Who can take a call, told for SimPy: agents who are counted, agents with numbers, and agents on seats that may fail.

The centre asks all three the same: come, go, is anyone free, take this call, you are done with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Agents", "Call"]

ROSTER = -1  # who is on duty by the roster; a level of escalation is known by its index


@dataclass(eq=False)
class Call:
    """One attempt of one caller, or one call back."""

    number: int
    arrival_s: float
    priority: float
    start_s: float = float("nan")
    end_s: float = float("nan")
    waited_s: float = 0.0
    served_s: float = 0.0
    served_late_s: float = 0.0
    interruptions: int = 0
    outcome: int = 0
    queued_s: float = float("nan")
    hangs_up_s: float = float("inf")
    ends_s: float = float("inf")
    left_s: float | None = None  # of a service that was interrupted and will be resumed
    agent: int | None = None  # the number of the agent, or of the seat
    becomes: int = 0  # how its service ends


class Agents(Protocol):
    """What the centre asks of those on duty."""

    @property
    def on_duty(self) -> int:
        """How many are on duty, or should be the only ones."""

    def come(self, owner: int, count: int) -> None:
        """So many come on duty, by the roster or for a level."""

    def go(self, owner: int, count: int) -> None:
        """So many leave."""

    def free(self) -> int:
        """How many could take a call now."""

    def spared(self) -> bool:
        """Whether nobody works who should have left: only then may an agent change calls."""

    def take(self, call: Call) -> None:
        """A free agent takes the call."""

    def done(self, call: Call) -> None:
        """The agent has finished with the call, or lost it."""

    def finishing(self, owner: int) -> bool:
        """Whether someone of this level still works who should have left."""


@dataclass(eq=False)
class Counted:
    """Agents of whom only the number matters; `interrupt` takes away the latest call of those in service."""

    interrupt: Callable[[], None] | None
    on_duty: int = 0
    busy: int = 0

    def come(self, owner: int, count: int) -> None:
        self.on_duty += count

    def go(self, owner: int, count: int) -> None:
        self.on_duty -= count
        while self.interrupt is not None and self.busy > self.on_duty:
            self.interrupt()

    def free(self) -> int:
        return max(self.on_duty - self.busy, 0)

    def spared(self) -> bool:
        return self.busy <= self.on_duty

    def take(self, call: Call) -> None:
        self.busy += 1

    def done(self, call: Call) -> None:
        self.busy -= 1

    def finishing(self, owner: int) -> bool:
        return False  # it cannot be said whose agent works too long


@dataclass(eq=False)
class Named:
    """Agents with numbers, fresh ones at each coming; the free one with the lowest number takes the next call."""

    newest_leave: bool
    numbers: dict[int, int] = field(default_factory=dict)  # of those on duty, in order: who brought them
    at_work: dict[int, int] = field(default_factory=dict)  # of those with a call: the same
    given: int = 0

    @property
    def on_duty(self) -> int:
        return len(self.numbers)

    def come(self, owner: int, count: int) -> None:
        for _ in range(count):
            self.numbers[self.given] = owner
            self.given += 1

    def go(self, owner: int, count: int) -> None:
        own = [number for number, brought_by in self.numbers.items() if brought_by == owner]
        for number in own[len(own) - count :] if self.newest_leave else own[:count]:
            del self.numbers[number]

    def free_numbers(self) -> list[int]:
        return [number for number in self.numbers if number not in self.at_work]

    def free(self) -> int:
        return len(self.free_numbers())

    def spared(self) -> bool:
        return False

    def take(self, call: Call) -> None:
        call.agent = min(self.free_numbers())
        self.at_work[call.agent] = self.numbers[call.agent]

    def done(self, call: Call) -> None:
        assert call.agent is not None
        del self.at_work[call.agent]

    def finishing(self, owner: int) -> bool:
        return any(by == owner and number not in self.numbers for number, by in self.at_work.items())


@dataclass(eq=False)
class Agent:
    """Someone on duty: with a call or without one, at a seat, on the way to it, or standing."""

    call: Call | None = None
    moving: bool = False
    ready_s: float = float("-inf")


@dataclass(eq=False)
class Seated:
    """Agents who need a seat that works.

    Parameters
    ----------
    seats
        Who has each seat, `None`: nobody.
    works
        Whether each seat works.
    moves
        What to do when an agent sets out for a seat.
    """

    seats: list[Agent | None]
    works: list[bool]
    moves: Callable[[Agent, int], None]
    on_duty: int = 0
    present: list[Agent] = field(default_factory=list)
    standing: list[Agent] = field(default_factory=list)

    def come(self, owner: int, count: int) -> None:
        """Those who should have left stay instead; the others sit down on the first seats that are free and work."""
        self.on_duty += count
        while len(self.present) < self.on_duty:
            agent, seat = Agent(), self.empty_seat()
            self.present.append(agent)
            if seat is None:
                self.standing.append(agent)
            else:
                self.seats[seat] = agent

    def go(self, owner: int, count: int) -> None:
        """First who stands idle (latest first), then who sits idle (last seat first); the others finish their call."""
        self.on_duty -= count
        while len(self.present) > self.on_duty:
            idle = [agent for agent in self.standing if agent.call is None]
            seated = self.idle_seats()
            if idle:
                self.standing.remove(idle[-1])
                self.present.remove(idle[-1])
            elif seated:
                self.leave(seated[-1])
            else:
                return

    def leave(self, seat: int) -> None:
        """The agent at a seat leaves; who stands gets it."""
        agent = self.seats[seat]
        assert agent is not None
        self.present.remove(agent)
        self.seats[seat] = None
        self.offer(seat)

    def empty_seat(self) -> int | None:
        empty = [seat for seat, agent in enumerate(self.seats) if agent is None and self.works[seat]]
        return empty[0] if empty else None

    def idle_seats(self) -> list[int]:
        return [
            seat
            for seat, agent in enumerate(self.seats)
            if agent is not None and agent.call is None and not agent.moving
        ]

    def offer(self, seat: int) -> None:
        """Who has stood longest sets out for a seat that has become free."""
        if self.standing:
            self.move(self.standing.pop(0), seat)

    def move(self, agent: Agent, seat: int) -> None:
        agent.moving = True
        self.seats[seat] = agent
        self.moves(agent, seat)

    def sit_down(self, seat: int) -> Call | None:
        """The agent has come to the seat; the call that goes on there, if there is one."""
        agent = self.seats[seat]
        assert agent is not None
        agent.moving = False
        if agent.call is None and not self.spared():
            self.leave(seat)
        return agent.call

    def fail(self, seat: int, holds: bool) -> Call | None:
        """A seat fails; the call in service there, if there was one."""
        self.works[seat] = False
        agent, self.seats[seat] = self.seats[seat], None
        if agent is None:
            return None
        call = None if agent.moving else agent.call
        agent.moving = False
        if not holds:
            agent.call = None
        if agent.call is None and not self.spared():
            self.present.remove(agent)
            return call
        empty = self.empty_seat()
        if empty is None:
            self.standing.append(agent)
        else:
            self.move(agent, empty)
        return call

    def repair(self, seat: int) -> None:
        self.works[seat] = True
        self.offer(seat)

    def free(self) -> int:
        return len(self.idle_seats())

    def spared(self) -> bool:
        return len(self.present) <= self.on_duty

    def take(self, call: Call) -> None:
        call.agent = self.idle_seats()[0]
        agent = self.seats[call.agent]
        assert agent is not None
        agent.call = call

    def done(self, call: Call) -> None:
        assert call.agent is not None
        agent = self.seats[call.agent]
        assert agent is not None
        agent.call = None
        if not self.spared():
            self.leave(call.agent)

    def finishing(self, owner: int) -> bool:
        return False
