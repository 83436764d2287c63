"""The batteries of the SimPy engine: what is left in them, and when they will be empty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from resilience_sim.models.power.batteries import Battery, Kibam, RuntimeCurve

__all__ = ["Cell", "KineticBattery", "LinearBattery", "new_cell"]


class Cell(Protocol):
    """One new block under a constant power, which stands for the whole battery."""

    @property
    def charge(self) -> float:
        """Share of a full charge."""

    def carry(self, watts: float) -> None:
        """From now on so many watts are drawn."""

    def use(self, seconds: float) -> None:
        """So many seconds at the present power are over."""

    def recharge(self, share: float, seconds: float) -> None:
        """So many seconds are over in which this share of a full charge came in."""

    def run_dry(self) -> None:
        """Nothing more can be drawn."""

    def lasts(self) -> float:
        """Seconds until nothing more can be drawn, at the present power."""

    def falls_to(self, share: float) -> float:
        """Seconds until the charge has fallen to a share, at the present power."""


@dataclass(eq=False)
class LinearBattery:
    """A phase of length d at a power that a full charge carries for T uses d/T of a full charge.

    What is left is known as the seconds for which it lasts, out of those for which a full charge would.
    """

    law: RuntimeCurve
    left_s: float
    full_s: float = 1.0
    in_use: bool = False

    @property
    def charge(self) -> float:
        return min(self.left_s / self.full_s, 1.0)

    def carry(self, watts: float) -> None:
        full_s = self.law.runtime_at(watts)
        self.in_use = full_s < math.inf
        if full_s == 0:  # a curve so steep that the runtime rounds to nothing
            self.left_s = 0.0
        elif self.in_use:
            self.left_s = self.left_s * full_s / self.full_s
            self.full_s = full_s

    def use(self, seconds: float) -> None:
        if self.in_use:
            self.left_s = max(self.left_s - seconds, 0.0)

    def recharge(self, share: float, seconds: float) -> None:
        self.left_s, self.full_s = min(self.charge + share, 1.0), 1.0

    def run_dry(self) -> None:
        self.left_s = 0.0

    def lasts(self) -> float:
        return self.left_s if self.in_use or self.left_s == 0 else math.inf

    def falls_to(self, share: float) -> float:
        if self.left_s <= share * self.full_s:
            return 0.0
        return self.left_s - share * self.full_s if self.in_use else math.inf


@dataclass(eq=False)
class KineticBattery:
    """Two wells, q1 available and q2 bound, in shares of the capacity: ``q1 = c · charge + head``.

    At a constant rate r, with e = exp(-k t), the charge falls by r t and the head (0 at rest, else negative) becomes
    ``head · e - (1 - c) · r / k · (1 - e)``.
    """

    law: Kibam
    charge: float
    head: float = 0.0
    rate: float = 0.0  # share of the capacity per second

    @property
    def k(self) -> float:
        return self.law.k_per_h / 3600.0

    def carry(self, watts: float) -> None:
        self.rate = watts / (self.law.capacity_wh * 3600.0)

    def head_after(self, seconds: float) -> float:
        left = math.exp(-self.k * seconds)
        return self.head * left - (1.0 - self.law.c) * self.rate / self.k * (1.0 - left)

    def available_after(self, seconds: float) -> float:
        return self.law.c * (self.charge - self.rate * seconds) + self.head_after(seconds)

    def use(self, seconds: float) -> None:
        if seconds > 0:
            head = self.head_after(seconds)
            self.charge = max(self.charge - self.rate * seconds, 0.0)
            self.head = max(head, -self.law.c * self.charge)

    def recharge(self, share: float, seconds: float) -> None:
        self.charge = min(self.charge + share, 1.0)
        self.head = self.head * math.exp(-self.k * seconds)

    def run_dry(self) -> None:
        self.head = -self.law.c * self.charge

    def lasts(self) -> float:
        if self.charge <= 0:
            return 0.0
        if self.rate == 0:
            return math.inf
        flow = self.k * self.law.c * self.charge  # into an empty available well
        if self.law.c * self.charge + self.head <= 0 and self.rate >= flow:
            return 0.0
        before, after = 0.0, self.charge / self.rate
        while True:  # the available charge crosses zero once
            middle = before + (after - before) / 2.0
            if middle in (before, after):
                return after
            if self.available_after(middle) > 0:
                before = middle
            else:
                after = middle

    def falls_to(self, share: float) -> float:
        if self.charge <= share:
            return 0.0
        return (self.charge - share) / self.rate if self.rate > 0 else math.inf


def new_cell(battery: Battery) -> Cell:
    """What is in a battery at the start, by its law."""
    if isinstance(battery.law, Kibam):
        return KineticBattery(battery.law, battery.charge)
    return LinearBattery(battery.law, battery.charge)
