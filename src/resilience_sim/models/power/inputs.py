"""What the power machine is asked: what fails, what stands by, what has to stay on, and who sheds what."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import number, refuse, share, whole
from resilience_sim.models.power.batteries import Battery, Losses
from resilience_sim.randomness import Deterministic, Law, Never

__all__ = ["DrawnOutages", "Ended", "Generator", "GivenOutages", "Load", "PowerInputs", "Shed", "Ups"]

Floats = npt.NDArray[np.float64]

When = Literal["after", "charge", "runtime"]
By = Literal["shutdown", "switch"]


class Ended(IntEnum):
    """What an outage did to a load; of several things the worst."""

    KEPT = 0
    STOPPED = 1
    SWITCHED_OFF = 2
    CUT = 3


# ---- what is fed, and what is shed


@dataclass(frozen=True)
class Load:
    """One consumer on a UPS.

    Parameters
    ----------
    name
        Names the load and its random stream; unique among all loads.
    power_w
        Constant while it is on.
    stop
        Law of the seconds that a clean shutdown takes.
    waits_s
        So long a UPS waits for it; a load not down by then is cut.
    """

    name: str
    power_w: float
    stop: Law = field(default_factory=lambda: Deterministic(0.0))
    waits_s: float = math.inf

    def __post_init__(self) -> None:
        if not self.name:
            raise InputsError("Load: name is empty; accepted is any other text")
        number(f"Load {self.name!r}: power_w", self.power_w, above=True)
        number(f"Load {self.name!r}: waits_s", self.waits_s, infinite=True)
        if self.stop.infinite:
            raise refuse(f"Load {self.name!r}: stop", self.stop, "a law of finite times")


@dataclass(frozen=True)
class Shed:
    """A rule by which loads are taken off a battery.

    Parameters
    ----------
    loads
        Names, in the order in which they are stopped.
    when
        after: `at` seconds since the mains failed; charge: the charge has fallen to the share `at`; runtime: the
        estimated runtime has fallen to `at` seconds.
    at
        See `when`.
    by
        shutdown: each load is shut down, which takes its `stop`; switch: all are switched off at once.
    in_sequence
        Whether shutdowns follow each other; else all begin together.
    delay
        Law of the seconds from the rule's moment until somebody acts; 0 for an automatic rule.
    forgotten
        Share of outages in which nobody acts.
    """

    loads: tuple[str, ...]
    when: When
    at: float
    by: By = "shutdown"
    in_sequence: bool = True
    delay: Law = field(default_factory=lambda: Deterministic(0.0))
    forgotten: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "loads", tuple(self.loads))
        if not self.loads or len(set(self.loads)) < len(self.loads):
            raise refuse("Shed: loads", self.loads, "at least one load, each once")
        for name, known in (("when", When), ("by", By)):
            if getattr(self, name) not in get_args(known):
                raise refuse(f"Shed: {name}", repr(getattr(self, name)), " or ".join(get_args(known)))
        number("Shed: at", self.at)
        if self.when == "charge":
            share("Shed: at (a share of the charge)", self.at)
        if self.delay.infinite:
            raise refuse("Shed: delay", self.delay, "a law of finite times (a rule that nobody follows is forgotten)")
        share("Shed: forgotten", self.forgotten)


@dataclass(frozen=True)
class Ups:
    """An uninterruptible power supply with its battery, loads and rules.

    Parameters
    ----------
    name
        Unique among the units.
    battery, losses
        What it draws on, and what it takes for itself.
    loads
        What it feeds.
    sheds
        Rules on its loads; of several that act at one instant, in this order.
    rating_w
        Largest power of its inverter.
    transfer_fails
        Probability that it does not take over when the mains fail.
    """

    name: str
    battery: Battery
    loads: tuple[Load, ...]
    sheds: tuple[Shed, ...] = ()
    losses: Losses = field(default_factory=Losses)
    rating_w: float = math.inf
    transfer_fails: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "loads", tuple(self.loads))
        object.__setattr__(self, "sheds", tuple(self.sheds))
        if not self.name or not self.loads:
            raise refuse(f"Ups {self.name!r}: name and loads", f"{self.name!r} and {len(self.loads)}", "some of each")
        number(f"Ups {self.name!r}: rating_w", self.rating_w, above=True, infinite=True)
        total = math.fsum(load.power_w for load in self.loads)
        if total > self.rating_w:
            raise refuse(
                f"Ups {self.name!r}: the power of its loads",
                f"{total:g} W",
                f"its rating of {self.rating_w:g} W at most",
            )
        known = [load.name for load in self.loads]
        for shed in self.sheds:
            if unknown := [name for name in shed.loads if name not in known]:
                raise refuse(f"Ups {self.name!r}: a shed load", repr(unknown[0]), ", ".join(known))
        share(f"Ups {self.name!r}: transfer_fails", self.transfer_fails)


# ---- what stands by, and what fails


@dataclass(frozen=True)
class Generator:
    """A set that starts when the mains fail and feeds everything.

    Attempt k (from 1) brings it on line ``sense_s + k · crank_s + (k - 1) · pause_s + transfer_s`` after the failure.

    Parameters
    ----------
    sense_s, crank_s, pause_s, transfer_s
        Until the failure is acted on; of one attempt; between attempts; until it has taken the load.
    attempts
        At most.
    starts
        Probability that an attempt succeeds.
    available
        Probability that the set can be used at all in an outage.
    mean_run_s
        Mean time to failure while it runs (exponential); inf: it does not fail.
    fuel_s
        Running time for which there is fuel.
    rating_w
        Largest power.
    """

    sense_s: float
    crank_s: float
    pause_s: float
    transfer_s: float
    attempts: int = 1
    starts: float = 1.0
    available: float = 1.0
    mean_run_s: float = math.inf
    fuel_s: float = math.inf
    rating_w: float = math.inf

    def __post_init__(self) -> None:
        for name in ("sense_s", "crank_s", "pause_s", "transfer_s"):
            number(f"Generator: {name}", getattr(self, name))
        whole("Generator: attempts", self.attempts, 1)
        for name in ("starts", "available"):
            share(f"Generator: {name}", getattr(self, name))
        number("Generator: mean_run_s", self.mean_run_s, above=True, infinite=True)
        if not self.fuel_s > 0:
            raise refuse("Generator: fuel_s", self.fuel_s, "a time above 0; a set without fuel is left out")
        number("Generator: rating_w", self.rating_w, above=True, infinite=True)

    def on_line_at(self, attempt: int) -> float:
        """Seconds from the mains' failure until attempt `attempt` (from 1) would have it on line."""
        return self.sense_s + self.crank_s * attempt + self.pause_s * (attempt - 1) + self.transfer_s


@dataclass(frozen=True)
class DrawnOutages:
    """A history of outages drawn from laws.

    Parameters
    ----------
    count
        How many.
    duration
        Law of the seconds that each lasts; `Never`: the mains do not come back.
    between
        Law of the seconds on mains before each outage but the first, which finds the battery as it is given; `Never`:
        batteries are always full again.
    """

    count: int
    duration: Law
    between: Law = field(default_factory=Never)

    def __post_init__(self) -> None:
        whole("DrawnOutages: count", self.count, 0)


@dataclass(frozen=True, eq=False)
class GivenOutages:
    """A history of outages as they are given.

    Parameters
    ----------
    duration_s
        Seconds that each lasts, 0 or more, inf allowed, shape (n,).
    between_s
        Seconds on mains before each, 0 or more, inf allowed, shape (n,); the first is not used.
    """

    duration_s: Floats
    between_s: Floats

    def __post_init__(self) -> None:
        for name in ("duration_s", "between_s"):
            seconds = np.array(getattr(self, name), dtype=float)
            if seconds.ndim != 1 or not (seconds >= 0).all():
                raise InputsError(f"GivenOutages: {name} must be a list of seconds, 0 or more (nan is none)")
            seconds.flags.writeable = False
            object.__setattr__(self, name, seconds)
        if self.duration_s.shape != self.between_s.shape:
            raise refuse(
                "GivenOutages: the number of times between",
                len(self.between_s),
                f"one for each of the {len(self.duration_s)} outages",
            )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GivenOutages):
            return NotImplemented
        return np.array_equal(self.duration_s, other.duration_s) and np.array_equal(self.between_s, other.between_s)

    __hash__ = None  # type: ignore[assignment]  # holds arrays


@dataclass(frozen=True)
class PowerInputs:
    """A supply: outages of the mains, UPS units, a generator, and a fire that may cut them.

    Parameters
    ----------
    outages
        When the mains fail and return.
    units
        At least one, with names of their own; so have all loads.
    generator
        `None`: there is none.
    fire
        Law of the seconds from an outage's start to a fire whose interlock cuts all UPS supply; `Never`: no fire.
    """

    outages: DrawnOutages | GivenOutages
    units: tuple[Ups, ...]
    generator: Generator | None = None
    fire: Law = field(default_factory=Never)

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", tuple(self.units))
        for what, names in (
            ("units", [unit.name for unit in self.units]),
            ("loads", [load.name for load in self.loads]),
        ):
            if not names or len(set(names)) < len(names):
                raise refuse(f"PowerInputs: the names of the {what}", names, "at least one, all different")
        if self.generator is not None:
            total = math.fsum(load.power_w for load in self.loads)
            if total > self.generator.rating_w:
                raise refuse(
                    "PowerInputs: the power of all loads",
                    f"{total:g} W",
                    f"the generator's rating of {self.generator.rating_w:g} W at most",
                )

    @property
    def loads(self) -> tuple[Load, ...]:
        """All loads, unit after unit: the rows of the path."""
        return tuple(load for unit in self.units for load in unit.loads)

    @property
    def sheds(self) -> tuple[Shed, ...]:
        """All rules, unit after unit: the rows of the path."""
        return tuple(shed for unit in self.units for shed in unit.sheds)

    @property
    def strings(self) -> int:
        """All battery strings."""
        return sum(unit.battery.strings for unit in self.units)
