"""What the power machine is asked: what fails, what stands by, what has to stay on, and who sheds what."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.randomness import Deterministic, Law, Never
from resilience_sim.units import HOUR

__all__ = [
    "Battery", "DrawnOutages", "Ended", "Generator", "GivenOutages", "Kibam", "Load", "Losses", "PowerInputs",
    "RuntimeCurve", "Shed", "Ups",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

When = Literal["after", "charge", "runtime"]
By = Literal["shutdown", "switch"]


LARGEST_LOGARITHM = 300.0  # of a runtime: what lies above (1e130 s, by a very steep curve) is taken as infinite


class Ended(IntEnum):
    """What an outage did to a load; of several things the worst."""

    KEPT = 0
    STOPPED = 1
    SWITCHED_OFF = 2
    CUT = 3


def _refuse(what: str, value: object, accepted: str) -> InputsError:
    return InputsError(f"{what} is {value}; accepted is {accepted}")


def _number(what: str, value: float, *, least: float = 0.0, above: bool = False, infinite: bool = False) -> None:
    """Refuse what is not a finite number (or `infinite`), `least` or more (or `above` it)."""
    enough = value > least if above else value >= least
    if not (enough and (infinite or value < math.inf)):
        kind = "a number" if infinite else "a finite number"
        raise _refuse(what, value, f"{kind} above {least:g}" if above else f"{kind}, {least:g} or more")


def _share(what: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise _refuse(what, value, "a share from 0 to 1")


def _whole(what: str, value: int, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise _refuse(what, value, f"a whole number, {least} or more")


# ---- batteries


@dataclass(frozen=True)
class RuntimeCurve:
    """How long one new block at 25 °C carries a constant power: ln T is linear in ln P between the nodes.

    At a node it is the printed runtime to the last bit, so that a battery made for 4 h lasts an outage of 4 h. Beyond
    the first and last node the slope of the end goes on; :meth:`spans` tells whether it has to.

    Parameters
    ----------
    power_w
        Watts per block, strictly falling, shape (k,), k >= 2.
    runtime_s
        Seconds at these powers, strictly rising, shape (k,).
    """

    power_w: tuple[float, ...]
    runtime_s: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "power_w", tuple(self.power_w))
        object.__setattr__(self, "runtime_s", tuple(self.runtime_s))
        if len(self.power_w) != len(self.runtime_s) or len(self.power_w) < 2:
            raise _refuse(
                "RuntimeCurve: the number of powers and runtimes",
                f"{len(self.power_w)} and {len(self.runtime_s)}",
                "the same number, two or more",
            )
        for name, values in (("power_w", self.power_w), ("runtime_s", self.runtime_s)):
            for value in values:
                _number(f"RuntimeCurve: {name}", value, above=True)
        for k in range(len(self.power_w) - 1):
            if not (self.power_w[k] > self.power_w[k + 1] and self.runtime_s[k] < self.runtime_s[k + 1]):
                raise _refuse(
                    f"RuntimeCurve: nodes {k} and {k + 1}",
                    f"{self.power_w[k]:g} W for {self.runtime_s[k]:g} s, "
                    f"{self.power_w[k + 1]:g} W for {self.runtime_s[k + 1]:g} s",
                    "a power that falls as the runtime rises",
                )

    @classmethod
    def power_law(cls, power_w: float, runtime_s: float, exponent: float) -> RuntimeCurve:
        """Peukert's law in watts, T = runtime_s · (power_w / P)^exponent: the fallback where a maker gives no table.

        Raises
        ------
        InputsError
            If a number is not positive.
        """
        for name, value in (("power_w", power_w), ("runtime_s", runtime_s), ("exponent", exponent)):
            _number(f"RuntimeCurve.power_law: {name}", value, above=True)
        return cls((power_w, power_w / 2.0), (runtime_s, runtime_s * 2.0**exponent))

    def runtime_at(self, power_w: float) -> float:
        """Seconds at a constant power per block in watts; inf at 0 W or less."""
        if power_w <= 0:
            return math.inf
        return self._between(power_w, self.power_w, self.runtime_s)

    def power_at(self, runtime_s: float) -> float:
        """Watts per block that last so many seconds: the inverse of :meth:`runtime_at`."""
        return self._between(-runtime_s, tuple(-t for t in self.runtime_s), self.power_w)

    def spans(self, power_w: float) -> bool:
        """Whether a power lies between the printed ones, ends included."""
        return self.power_w[-1] <= power_w <= self.power_w[0]

    @staticmethod
    def _between(at: float, falling: tuple[float, ...], values: tuple[float, ...]) -> float:
        """Log-log interpolation over falling nodes (their signs are left out of the logarithms)."""
        first_below = bisect_left(falling, -at, key=lambda node: -node)
        if first_below < len(falling) and falling[first_below] == at:
            return values[first_below]
        low = min(max(first_below - 1, 0), len(falling) - 2)
        x0, x1 = math.log(abs(falling[low])), math.log(abs(falling[low + 1]))
        y0, y1 = math.log(values[low]), math.log(values[low + 1])
        logarithm = y0 + (math.log(abs(at)) - x0) * ((y1 - y0) / (x1 - x0))
        return math.exp(logarithm) if logarithm < LARGEST_LOGARITHM else math.inf


@dataclass(frozen=True)
class Kibam:
    """The kinetic battery model of one new block: an available and a bound well, at constant power.

    Parameters
    ----------
    c
        Share of the charge in the available well at rest, between 0 and 1.
    k_per_h
        Rate at which the wells level out, 1/h.
    capacity_wh
        Energy that a vanishing load could draw.

    References
    ----------
    J. F. Manwell and J. G. McGowan (1993), Lead acid battery storage model for hybrid energy systems, Solar Energy 50,
    doi:10.1016/0038-092X(93)90060-2.
    """

    c: float
    k_per_h: float
    capacity_wh: float

    def __post_init__(self) -> None:
        if not 0 < self.c < 1:
            raise _refuse("Kibam: c", self.c, "a number strictly between 0 and 1")
        _number("Kibam: k_per_h", self.k_per_h, above=True)
        _number("Kibam: capacity_wh", self.capacity_wh, above=True)


@dataclass(frozen=True)
class Battery:
    """The battery of one UPS: equal strings in parallel, each of equal blocks in series.

    A power P drawn from it loads each block like a new one with ``P · size_factor / (live blocks · health)``.

    Parameters
    ----------
    law
        Of one new block: its maker's runtimes, or the kinetic model.
    blocks
        In each string.
    strings
        In parallel.
    health
        State of health: capacity left over rated capacity, above 0, 1 at most.
    size_factor
        Temperature factor K by which the required size grows in the cold, 1 or more: a warm room brings no bonus.
    charge
        Share of a full charge at the first outage.
    recharge_s
        Seconds on mains or generator from empty to full; linear, capped at full.
    string_fails
        Probability that a string is dead when an outage demands it.
    """

    law: RuntimeCurve | Kibam
    blocks: int = 1
    strings: int = 1
    health: float = 1.0
    size_factor: float = 1.0
    charge: float = 1.0
    recharge_s: float = 12 * HOUR
    string_fails: float = 0.0

    def __post_init__(self) -> None:
        _whole("Battery: blocks", self.blocks, 1)
        _whole("Battery: strings", self.strings, 1)
        if not 0 < self.health <= 1:
            raise _refuse("Battery: health", self.health, "a share above 0, 1 at most")
        _number("Battery: size_factor", self.size_factor, least=1.0)
        _share("Battery: charge", self.charge)
        _number("Battery: recharge_s", self.recharge_s, above=True)
        _share("Battery: string_fails", self.string_fails)


@dataclass(frozen=True)
class Losses:
    """What a UPS takes for itself: P_dc = P + idle_w + proportional · P + square_per_w · P²."""

    idle_w: float = 0.0
    proportional: float = 0.0
    square_per_w: float = 0.0

    def __post_init__(self) -> None:
        for name in ("idle_w", "proportional", "square_per_w"):
            _number(f"Losses: {name}", getattr(self, name))

    def drawn_w(self, power_w: float) -> float:
        """Watts drawn from the battery for so many watts of load."""
        return power_w + self.idle_w + self.proportional * power_w + self.square_per_w * power_w * power_w


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
        _number(f"Load {self.name!r}: power_w", self.power_w, above=True)
        _number(f"Load {self.name!r}: waits_s", self.waits_s, infinite=True)
        if self.stop.infinite:
            raise _refuse(f"Load {self.name!r}: stop", self.stop, "a law of finite times")


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
            raise _refuse("Shed: loads", self.loads, "at least one load, each once")
        for name, known in (("when", When), ("by", By)):
            if getattr(self, name) not in get_args(known):
                raise _refuse(f"Shed: {name}", repr(getattr(self, name)), " or ".join(get_args(known)))
        _number("Shed: at", self.at)
        if self.when == "charge":
            _share("Shed: at (a share of the charge)", self.at)
        if self.delay.infinite:
            raise _refuse("Shed: delay", self.delay, "a law of finite times (a rule that nobody follows is forgotten)")
        _share("Shed: forgotten", self.forgotten)


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
            raise _refuse(f"Ups {self.name!r}: name and loads", f"{self.name!r} and {len(self.loads)}", "some of each")
        _number(f"Ups {self.name!r}: rating_w", self.rating_w, above=True, infinite=True)
        total = math.fsum(load.power_w for load in self.loads)
        if total > self.rating_w:
            raise _refuse(
                f"Ups {self.name!r}: the power of its loads",
                f"{total:g} W",
                f"its rating of {self.rating_w:g} W at most",
            )
        known = [load.name for load in self.loads]
        for shed in self.sheds:
            if unknown := [name for name in shed.loads if name not in known]:
                raise _refuse(f"Ups {self.name!r}: a shed load", repr(unknown[0]), ", ".join(known))
        _share(f"Ups {self.name!r}: transfer_fails", self.transfer_fails)


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
            _number(f"Generator: {name}", getattr(self, name))
        _whole("Generator: attempts", self.attempts, 1)
        for name in ("starts", "available"):
            _share(f"Generator: {name}", getattr(self, name))
        _number("Generator: mean_run_s", self.mean_run_s, above=True, infinite=True)
        if not self.fuel_s > 0:
            raise _refuse("Generator: fuel_s", self.fuel_s, "a time above 0; a set without fuel is left out")
        _number("Generator: rating_w", self.rating_w, above=True, infinite=True)

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
        _whole("DrawnOutages: count", self.count, 0)


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
            raise _refuse(
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
                raise _refuse(f"PowerInputs: the names of the {what}", names, "at least one, all different")
        if self.generator is not None:
            total = math.fsum(load.power_w for load in self.loads)
            if total > self.generator.rating_w:
                raise _refuse(
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
