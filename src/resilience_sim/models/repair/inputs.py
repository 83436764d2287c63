"""What the repair machine is asked: what breaks, how it is found, what is tried, and who and what is there for it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import number, refuse, share, whole
from resilience_sim.randomness import Deterministic, Law
from resilience_sim.timelines import Timeline

__all__ = [
    "Backup", "Crew", "Faults", "Instants", "Ladder", "Outcome", "Patrol", "Rate", "Remedy", "RepairInputs", "Stock",
    "Tried",
]  # fmt: skip

Floats = npt.NDArray[np.float64]


class Outcome(IntEnum):
    """How a fault ended."""

    OPEN = 0
    FIXED = 1
    HANDED_ON = 2


class Tried(IntEnum):
    """How a task, one remedy of one fault, ended."""

    NOT_TRIED = 0
    WORKED = 1
    FAILED = 2
    GIVEN_UP = 3
    NO_SPARE = 4
    CALLED_OFF = 5
    UNDER_WAY = 6


# ---- when things happen


@dataclass(frozen=True)
class Rate:
    """At random over [0, horizon), independently of each other (a Poisson process).

    Parameters
    ----------
    per_s
        Mean number per second.
    level
        Multiplies the rate.
    level_ceiling
        Drawn for this level and thinned to `level`: under one ceiling, a higher level has all that a lower one has, and
        more. `None`: `level` itself.
    """

    per_s: float
    level: float = 1.0
    level_ceiling: float | None = None

    def __post_init__(self) -> None:
        number("Rate: per_s", self.per_s)
        number("Rate: level", self.level)
        if not self.level <= self.ceiling < math.inf:
            raise refuse("Rate: level_ceiling", self.level_ceiling, f"a finite number, level ({self.level}) or more")

    @property
    def ceiling(self) -> float:
        """The level that is drawn for."""
        return self.level if self.level_ceiling is None else self.level_ceiling


@dataclass(frozen=True)
class Instants:
    """At given instants.

    Parameters
    ----------
    times_s
        Seconds, 0 or more, in any order, ties allowed; those after the horizon count as well.
    """

    times_s: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "times_s", tuple(float(one) for one in self.times_s))
        for one in self.times_s:
            number("Instants: times_s", one)


@dataclass(frozen=True)
class Patrol:
    """Somebody looks every so many seconds, the first time at an instant drawn from [0, every_s).

    Parameters
    ----------
    name
        Names the round: what the same round looks at is found together.
    every_s
        Seconds from one look to the next, above 0.
    """

    name: str
    every_s: float

    def __post_init__(self) -> None:
        if not self.name:
            raise InputsError("Patrol: name is empty; accepted is any other text")
        number(f"Patrol {self.name!r}: every_s", self.every_s, above=True)


@dataclass(frozen=True)
class Backup:
    """Data are copied every so many seconds, the first time at an instant drawn from [0, every_s), and so before zero.

    Parameters
    ----------
    name
        Names the copying: classes that share it have lost what came after the same copy.
    every_s
        Seconds from one to the next, above 0.
    succeeds
        Share of them that can be restored from, above 0.
    """

    name: str
    every_s: float
    succeeds: float = 1.0

    def __post_init__(self) -> None:
        if not self.name:
            raise InputsError("Backup: name is empty; accepted is any other text")
        number(f"Backup {self.name!r}: every_s", self.every_s, above=True)
        if not 0 < self.succeeds <= 1:
            raise refuse(f"Backup {self.name!r}: succeeds", self.succeeds, "a share above 0, up to 1")


# ---- what is tried


@dataclass(frozen=True)
class Remedy:
    """One thing that is tried against a fault; see the card for what each part does.

    Parameters
    ----------
    name
        Names it and its random streams; unique within its class of faults.
    time
        Law of the seconds that it takes those who are at work; `Never` if it is given up at its limit in any case.
    works
        Share of those finished within the limit that bring the service back; 0 for a diagnosis or a call.
    crew
        Who does it, the name of a crew; `None`: others, of whom there are always enough (a vendor).
    persons
        How many of the crew at once.
    response
        Law of the seconds until they are at work, from being sent or, for a vendor, from being called.
    limit_s
        Seconds of work after which it is given up.
    spare
        The stock from which it needs one; `None`: nothing.
    waits
        Whether it waits for a spare if there is none; else it is passed over.
    restores
        Whether it goes back to the last good backup: what is younger is lost.
    """

    name: str
    time: Law
    works: float = 1.0
    crew: str | None = None
    persons: int = 1
    response: Law = field(default_factory=lambda: Deterministic(0.0))
    limit_s: float = math.inf
    spare: str | None = None
    waits: bool = False
    restores: bool = False

    def __post_init__(self) -> None:
        what = f"Remedy {self.name!r}"
        if not self.name:
            raise InputsError("Remedy: name is empty; accepted is any other text")
        share(f"{what}: works", self.works)
        whole(f"{what}: persons", self.persons, 1)
        number(f"{what}: limit_s", self.limit_s, infinite=True)
        if self.response.infinite:
            raise refuse(f"{what}: response", self.response, "a law of finite times; one that never comes is left out")
        if self.time.infinite and self.limit_s == math.inf:
            raise refuse(f"{what}: time", f"{self.time}, without a limit", "a law of finite times, or a finite limit_s")
        if self.waits and self.spare is None:
            raise refuse(f"{what}: waits", "true without a spare", "false, or the name of a stock as spare")


@dataclass(frozen=True)
class Ladder:
    """Remedies that are tried one after the other until one works.

    Parameters
    ----------
    remedies
        At least one, in their order.
    after_s
        Begins so many seconds after the fault is known, if it is not back by then (or `persists`).
    persists
        Whether it goes on once the fault is back by another ladder.
    """

    remedies: tuple[Remedy, ...]
    after_s: float = 0.0
    persists: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "remedies", tuple(self.remedies))
        if not self.remedies:
            raise InputsError("Ladder: it has no remedy; accepted is at least one")
        number("Ladder: after_s", self.after_s)


@dataclass(frozen=True)
class Faults:
    """One class of faults.

    Parameters
    ----------
    name
        Names the class and its random streams.
    ladders
        What is tried, side by side, in the order of their `after_s`.
    noticed
        Law of the seconds from a fault to its being known by monitoring, or by those who suffer from it; `Never` where
        only a patrol finds it.
    arrivals
        When faults come alone; `None`: they do not.
    struck, struck_share
        How many devices each of the common bursts can strike, and the share of them that it does.
    patrol
        Who looks after it; a fault is known at the latest at the first look at or after it. `None`: nobody.
    priority
        A smaller number is served first: people, data, equipment.
    backup
        From which its data are restored; `None`: from none.
    takes_down
        Services that are down while a fault of this class is not back: its own, and all that depend on it.
    """

    name: str
    ladders: tuple[Ladder, ...]
    noticed: Law = field(default_factory=lambda: Deterministic(0.0))
    arrivals: Rate | Instants | None = None
    struck: int = 0
    struck_share: float = 1.0
    patrol: Patrol | None = None
    priority: int = 0
    backup: Backup | None = None
    takes_down: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "ladders", tuple(self.ladders))
        object.__setattr__(self, "takes_down", tuple(self.takes_down))
        what = f"Faults {self.name!r}"
        if not self.name or not self.ladders:
            raise refuse(f"{what}: name and ladders", f"{self.name!r} and {len(self.ladders)}", "some of each")
        names = [remedy.name for remedy in self.remedies]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise refuse(f"{what}: the name of a remedy", repr(repeated[0]), "each name once, over all ladders")
        starts = [ladder.after_s for ladder in self.ladders]
        if starts != sorted(starts):
            raise refuse(
                f"{what}: after_s of the ladders", starts, "limits that contradict no other: a later level not earlier"
            )
        if self.noticed.infinite and self.patrol is None:
            raise refuse(f"{what}: noticed", "never, and no patrol", "a law of finite times, or a patrol that finds it")
        whole(f"{what}: struck", self.struck, 0)
        share(f"{what}: struck_share", self.struck_share)
        for remedy in self.remedies:
            if remedy.restores and self.backup is None:
                raise refuse(f"{what}: backup", f"none, but {remedy.name!r} restores from it", "a backup")

    @cached_property
    def remedies(self) -> tuple[Remedy, ...]:
        """All remedies, ladder after ladder: the tasks of a fault."""
        return tuple(remedy for ladder in self.ladders for remedy in ladder.remedies)


# ---- who and what is there


@dataclass(frozen=True)
class Crew:
    """People of one skill.

    Parameters
    ----------
    name
        Names the skill, or the area.
    on_shift
        How many are there, whole numbers; the value at 0 holds before.
    on_call
        How many more are at home, and can be called up when nobody on shift is free.
    comes
        Law of the seconds until those called up are there.
    preempts
        Whether graver faults interrupt the work on others.
    """

    name: str
    on_shift: Timeline
    on_call: int = 0
    comes: Law = field(default_factory=lambda: Deterministic(0.0))
    preempts: bool = False

    def __post_init__(self) -> None:
        what = f"Crew {self.name!r}"
        if not self.name:
            raise InputsError("Crew: name is empty; accepted is any other text")
        values = self.on_shift.values
        if (values < 0).any() or (values != np.floor(values)).any():
            raise refuse(f"{what}: on_shift", values.tolist(), "whole numbers, 0 or more")
        whole(f"{what}: on_call", self.on_call, 0)
        if self.comes.infinite:
            raise refuse(f"{what}: comes", self.comes, "a law of finite times; who never comes is not on call")

    @property
    def most(self) -> int:
        """The largest number that can be there at a time, from time zero on."""
        later = self.on_shift.values[self.on_shift.times > 0]
        return int(max(float(self.on_shift.at(0.0)), later.max(initial=0.0))) + self.on_call


@dataclass(frozen=True)
class Stock:
    """Spares of one kind, replaced one for one.

    Parameters
    ----------
    name
        Names the kind.
    base
        How many are there at the beginning, and again when all that was ordered has come; more, if tasks that had
        ordered one were called off before they used one.
    lead
        Law of the seconds from ordering one to having it; `Never`: it is not replaced.
    """

    name: str
    base: int
    lead: Law

    def __post_init__(self) -> None:
        if not self.name:
            raise InputsError("Stock: name is empty; accepted is any other text")
        whole(f"Stock {self.name!r}: base", self.base, 0)


@dataclass(frozen=True)
class RepairInputs:
    """Faults, and all there is against them.

    Parameters
    ----------
    faults
        The classes, at least one, with different names.
    horizon_s
        Faults of a :class:`Rate` come until then, and shares of time are taken over [0, horizon].
    crews, stocks
        Those whom, and that which, the remedies name.
    bursts
        When something strikes all classes at once; `None`: never.

    Raises
    ------
    InputsError
        If a name is unknown or repeats, a remedy needs more people than its crew can ever have, or waits for spares of
        which none ever comes.
    """

    faults: tuple[Faults, ...]
    horizon_s: float
    crews: tuple[Crew, ...] = ()
    stocks: tuple[Stock, ...] = ()
    bursts: Rate | Instants | None = None

    def __post_init__(self) -> None:
        for name in ("faults", "crews", "stocks"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        number("RepairInputs: horizon_s", self.horizon_s, above=True)
        if not self.faults:
            raise refuse("RepairInputs: faults", "empty", "at least one class")
        for what in ("faults", "crews", "stocks"):
            names = [one.name for one in getattr(self, what)]
            if repeated := sorted({name for name in names if names.count(name) > 1}):
                raise refuse(f"RepairInputs: a name of the {what}", repr(repeated[0]), "each name once")
        for what in ("patrol", "backup"):
            known: dict[str, object] = {}
            for one in (getattr(faults, what) for faults in self.faults):
                if one is not None and known.setdefault(one.name, one) != one:
                    raise refuse(f"RepairInputs: the {what} {one.name!r}", "two different ones", "one under each name")
        for faults in self.faults:
            for remedy in faults.remedies:
                self._check(f"Faults {faults.name!r}: remedy {remedy.name!r}", remedy)

    def _check(self, what: str, remedy: Remedy) -> None:
        """Refuse a remedy for which there are no people or no spares."""
        crews, stocks = {one.name: one for one in self.crews}, {one.name: one for one in self.stocks}
        if remedy.crew is not None:
            if remedy.crew not in crews:
                known = ", ".join(crews) or "a crew that is there"
                raise refuse(f"{what}: crew", f"{remedy.crew!r}, a skill nobody has", known)
            if remedy.persons > (most := crews[remedy.crew].most):
                raise refuse(
                    f"{what}: persons", f"{remedy.persons} of {remedy.crew!r}", f"{most} at most, all there ever are"
                )
        if remedy.spare is not None:
            if remedy.spare not in stocks:
                raise refuse(f"{what}: spare", repr(remedy.spare), ", ".join(stocks) or "a stock that is there")
            if remedy.waits and stocks[remedy.spare].lead.infinite:
                raise refuse(f"{what}: waits", f"true for {remedy.spare!r}, which is not replaced", "false, or a lead")

    @cached_property
    def crew_index(self) -> dict[str, int]:
        """The place of each crew, by its name."""
        return {crew.name: k for k, crew in enumerate(self.crews)}

    @cached_property
    def stock_index(self) -> dict[str, int]:
        """The place of each stock, by its name."""
        return {stock.name: k for k, stock in enumerate(self.stocks)}

    @cached_property
    def services(self) -> tuple[str, ...]:
        """All services that faults take down, in the order in which they are first named."""
        return tuple(dict.fromkeys(name for faults in self.faults for name in faults.takes_down))
