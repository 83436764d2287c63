"""The batteries and losses of a UPS: laws of one new block, and what age, cold and number make of it."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

from resilience_sim.models.checks import number, refuse, share, whole
from resilience_sim.units import HOUR

__all__ = ["LARGEST_LOGARITHM", "Battery", "Kibam", "Losses", "RuntimeCurve"]

LARGEST_LOGARITHM = 300.0  # of a runtime: what lies above (1e130 s, by a very steep curve) is taken as infinite


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
            raise refuse(
                "RuntimeCurve: the number of powers and runtimes",
                f"{len(self.power_w)} and {len(self.runtime_s)}",
                "the same number, two or more",
            )
        for name, values in (("power_w", self.power_w), ("runtime_s", self.runtime_s)):
            for value in values:
                number(f"RuntimeCurve: {name}", value, above=True)
        for k in range(len(self.power_w) - 1):
            if not (self.power_w[k] > self.power_w[k + 1] and self.runtime_s[k] < self.runtime_s[k + 1]):
                raise refuse(
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
            number(f"RuntimeCurve.power_law: {name}", value, above=True)
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
            raise refuse("Kibam: c", self.c, "a number strictly between 0 and 1")
        number("Kibam: k_per_h", self.k_per_h, above=True)
        number("Kibam: capacity_wh", self.capacity_wh, above=True)


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
        whole("Battery: blocks", self.blocks, 1)
        whole("Battery: strings", self.strings, 1)
        if not 0 < self.health <= 1:
            raise refuse("Battery: health", self.health, "a share above 0, 1 at most")
        number("Battery: size_factor", self.size_factor, least=1.0)
        share("Battery: charge", self.charge)
        number("Battery: recharge_s", self.recharge_s, above=True)
        share("Battery: string_fails", self.string_fails)


@dataclass(frozen=True)
class Losses:
    """What a UPS takes for itself: P_dc = P + idle_w + proportional · P + square_per_w · P²."""

    idle_w: float = 0.0
    proportional: float = 0.0
    square_per_w: float = 0.0

    def __post_init__(self) -> None:
        for name in ("idle_w", "proportional", "square_per_w"):
            number(f"Losses: {name}", getattr(self, name))

    def drawn_w(self, power_w: float) -> float:
        """Watts drawn from the battery for so many watts of load."""
        return power_w + self.idle_w + self.proportional * power_w + self.square_per_w * power_w * power_w
