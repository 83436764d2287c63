"""A fire that grows, the smoke that fills its room, and the time until it bars the way (ASET).

The layer of smoke comes down as the fire's plume fills it (Yamana and Tanaka), in the room where it burns, without
openings that let smoke out and without sprinklers: a hall or a corridor beyond needs its own area or its own law. The
seconds run from the ignition. What smoke does to those who walk in it belongs to the egress machine.

References
----------
Yamana, T. and Tanaka, T. (1985), Smoke control in large scale spaces, part 1, Fire Science and Technology 5(1), 31-40;
as in NUREG-1805. The classes of growth are those of EN 1991-1-2, annex E, too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, get_args

from resilience_sim.errors import InputsError
from resilience_sim.randomness import Deterministic, Law, Streams

__all__ = [
    "GivenAset", "GrowingFire", "Growth", "growth_rate", "layer_m", "plume_constant", "seconds_to_layer",
    "steady_layer_m",
]  # fmt: skip

Growth = Literal["slow", "medium", "fast", "ultra"]

_SECONDS_TO_1055_KW = {"slow": 600.0, "medium": 300.0, "fast": 150.0, "ultra": 75.0}

STREAM = "smoke/aset"


def growth_rate(growth: Growth | float, *, reached_kw: float = 1055.0) -> float:
    """Growth of a t-squared fire, ``Q = alpha t²``: ``alpha = Q_g / t_g²`` kW/s2.

    Parameters
    ----------
    growth
        t_g in seconds, or its class: slow 600, medium 300, fast 150, ultra 75 s.
    reached_kw
        Q_g, reached at t_g: 1055 kW (1000 BTU/s); 1000 in the Eurocode's form.

    Raises
    ------
    InputsError
        If there is no such class, or the numbers are not positive.

    Examples
    --------
    >>> [round(growth_rate(growth), 8) for growth in ("slow", "medium", "fast", "ultra")]
    [0.00293056, 0.01172222, 0.04688889, 0.18755556]
    """
    if isinstance(growth, str):
        if growth not in _SECONDS_TO_1055_KW:
            raise InputsError(f"growth of a fire is {growth!r}; accepted is {', '.join(get_args(Growth))}")
        seconds = _SECONDS_TO_1055_KW[growth]
    else:
        seconds = growth
    _above_0(seconds_of_growth=seconds, reached_kw=reached_kw)
    return reached_kw / seconds**2


def plume_constant(smoke_k: float) -> float:
    """The k of the filling law, ``0.076 / rho`` with ``rho = 353 / T`` kg/m3 the density of smoke at T kelvin.

    Examples
    --------
    >>> plume_constant(353.0)
    0.076
    """
    _above_0(smoke_k=smoke_k)
    return 0.076 / (353.0 / smoke_k)


def steady_layer_m(t_s: float, *, q_kw: float, area_m2: float, height_m: float, k: float) -> float:
    """Height of the layer's lower edge above the floor under a steady fire, m.

    ``z = (2 k Q^(1/3) t / (3 A) + H^(-2/3))^(-3/2)``, from dz/dt = -(k/A) Q^(1/3) z^(5/3).

    Parameters
    ----------
    t_s
        Seconds from the ignition.
    q_kw
        Heat release Q, kW.
    area_m2, height_m
        A and H of the room.
    k
        See :func:`plume_constant`; 0.12 in the worked examples of NUREG-1805.

    Examples
    --------
    >>> round(steady_layer_m(90, q_kw=1000, area_m2=250, height_m=4.5, k=0.12), 6)
    1.886934
    """
    _room(area_m2, height_m, k)
    _not_below_0(t_s=t_s, q_kw=q_kw)
    return float((2 * k * math.cbrt(q_kw) * t_s / (3 * area_m2) + height_m ** (-2 / 3)) ** -1.5)


def layer_m(t_s: float, *, alpha: float, area_m2: float, height_m: float, k: float = 0.076) -> float:
    """Height of the layer's lower edge above the floor under a t-squared fire, m.

    ``z = (0.4 (k/A) alpha^(1/3) t^(5/3) + H^(-2/3))^(-3/2)``: the integral of the same with Q = alpha t².

    Examples
    --------
    >>> round(layer_m(94.0, alpha=growth_rate("fast"), area_m2=120.0, height_m=3.3), 6)
    2.006117
    """
    _room(area_m2, height_m, k)
    _above_0(alpha=alpha)
    _not_below_0(t_s=t_s)
    filled = 0.4 * k / area_m2 * math.cbrt(alpha) * t_s ** (5 / 3)
    return float((filled + height_m ** (-2 / 3)) ** -1.5)


def seconds_to_layer(z_m: float, *, alpha: float, area_m2: float, height_m: float, k: float = 0.076) -> float:
    """When the layer is down at `z_m`, seconds from the ignition: the inverse of :func:`layer_m`; 0 from H on.

    ``t = ((z^(-2/3) - H^(-2/3)) A / (0.4 k alpha^(1/3)))^0.6``.

    Examples
    --------
    >>> round(seconds_to_layer(2.0, alpha=growth_rate("fast"), area_m2=120.0, height_m=3.3), 3)
    94.406
    """
    _room(area_m2, height_m, k)
    _above_0(z_m=z_m, alpha=alpha)
    if z_m >= height_m:
        return 0.0
    filled = z_m ** (-2 / 3) - height_m ** (-2 / 3)
    return float((filled * area_m2 / (0.4 * k * math.cbrt(alpha))) ** 0.6)


@dataclass(frozen=True)
class GrowingFire:
    """A fire of which the layer of smoke comes down to the height that must stay clear.

    Parameters
    ----------
    growth
        A class, or the law of alpha in kW/s2.
    area_m2
        Floor area of the room where it burns (and of what is open to it).
    height_m
        Its height.
    clear_m
        Height that must stay clear of smoke: 2.0 m (CIBSE Guide E).
    smoke_k
        Law of the temperature of the smoke, kelvin; 353 K gives the k of 0.076.
    ignites_s
        Law of the seconds from time zero to the ignition.

    Raises
    ------
    InputsError
        If a number is not positive, the height that must stay clear is not below the ceiling, or a law may be infinite.
    """

    growth: Growth | Law
    area_m2: float
    height_m: float
    clear_m: float = 2.0
    smoke_k: Law = field(default_factory=lambda: Deterministic(353.0))
    ignites_s: Law = field(default_factory=lambda: Deterministic(0.0))

    def __post_init__(self) -> None:
        _above_0(area_m2=self.area_m2, height_m=self.height_m, clear_m=self.clear_m)
        if self.clear_m >= self.height_m:
            raise InputsError(
                f"GrowingFire: clear_m is {self.clear_m} in a room of {self.height_m} m; accepted is less than that"
            )
        if not isinstance(self.growth, Law):
            growth_rate(self.growth)
        for name in ("growth", "smoke_k", "ignites_s"):
            law = getattr(self, name)
            if isinstance(law, Law) and (law.infinite or (name != "ignites_s" and not law.mean > 0)):
                raise InputsError(f"GrowingFire: {name} is {law}; accepted is a law of finite values above 0")

    def draw_aset_s(self, streams: Streams) -> float:
        """When the way is lost in this replication, seconds from time zero.

        Raises
        ------
        InputsError
            If a law gives a growth or a temperature of 0.
        """
        alpha = _one(self.growth, "alpha", streams) if isinstance(self.growth, Law) else growth_rate(self.growth)
        k = plume_constant(_one(self.smoke_k, "temperature", streams))
        fills_s = seconds_to_layer(self.clear_m, alpha=alpha, area_m2=self.area_m2, height_m=self.height_m, k=k)
        return _one(self.ignites_s, "ignites", streams) + fills_s


@dataclass(frozen=True)
class GivenAset:
    """A law of the seconds, from time zero, until the way is lost; `Never`: it is not."""

    law: Law

    def draw_aset_s(self, streams: Streams) -> float:
        """When the way is lost in this replication, seconds from time zero; inf if never."""
        return _one(self.law, "given", streams)


def _one(law: Law, name: str, streams: Streams) -> float:
    return float(law.draw(streams.generator(f"{STREAM}/{name}"), 1)[0])


def _room(area_m2: float, height_m: float, k: float) -> None:
    _above_0(area_m2=area_m2, height_m=height_m, k=k)


def _above_0(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise InputsError(f"smoke: {name} is {value}; accepted is a finite number above 0")


def _not_below_0(**values: float) -> None:
    for name, value in values.items():
        if not 0 <= value < math.inf:
            raise InputsError(f"smoke: {name} is {value}; accepted is a finite number, 0 or more")
