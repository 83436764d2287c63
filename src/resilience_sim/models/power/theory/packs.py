"""A battery of equal blocks: how long it lasts, how many blocks a promise needs, and when they must be replaced."""

from __future__ import annotations

import math
from typing import NamedTuple

from resilience_sim.errors import InputsError
from resilience_sim.models.power.batteries import Battery, Losses, RuntimeCurve
from resilience_sim.models.power.theory import kibam
from resilience_sim.models.power.theory.health import age_at_health

__all__ = [
    "Size", "StringRuntime", "blocks_needed", "health_needed", "replacement_age", "runtime", "string_runtimes",
]  # fmt: skip


NO_LOSSES = Losses()


def runtime(battery: Battery, power_w: float, *, losses: Losses = NO_LOSSES, live_strings: int | None = None) -> float:
    """Seconds for which a battery carries a constant load: charge · T_new(P_dc · K / (live blocks · health)).

    So a block of health s is loaded like a new one with P/s: at 80 % health an hour becomes 45 minutes, not 48. The
    losses of the UPS age the battery's runtime too.

    Parameters
    ----------
    battery
        Its law gives T_new; of a :class:`~resilience_sim.models.power.batteries.Kibam` the wells at rest at its charge.
    power_w
        Load on the UPS, 0 or more.
    losses
        What the UPS takes for itself.
    live_strings
        How many strings are not dead; all by default.

    Returns
    -------
    float
        0 without a live string, inf where nothing is drawn.

    Examples
    --------
    >>> hour = Battery(RuntimeCurve((82.1, 65.7), (2700.0, 3600.0)))
    >>> runtime(hour, 65.7) / 60
    60.0
    """
    live = battery.blocks * (battery.strings if live_strings is None else live_strings)
    if not (power_w >= 0 and 0 <= live <= battery.blocks * battery.strings):
        raise InputsError(
            f"load {power_w} W on {live_strings} live strings; accepted are 0 W or more, and 0 to {battery.strings}"
        )
    drawn = losses.drawn_w(power_w)
    if live == 0 or battery.charge == 0:
        return 0.0 if drawn > 0 else math.inf
    load = drawn * battery.size_factor / (live * battery.health)
    if isinstance(battery.law, RuntimeCurve):
        return battery.charge * battery.law.runtime_at(load)
    return kibam.runtime(battery.law, load, kibam.at_rest(battery.law, battery.charge))


class StringRuntime(NamedTuple):
    """One case of dead strings: how many live, with what probability, and how long they last."""

    live: int
    probability: float
    runtime_s: float


def string_runtimes(battery: Battery, power_w: float, *, losses: Losses = NO_LOSSES) -> list[StringRuntime]:
    """All cases of dead strings, each string dead independently with `battery.string_fails`, from all alive to none."""
    n, dead = battery.strings, battery.string_fails
    return [
        StringRuntime(
            live,
            math.comb(n, live) * (1 - dead) ** live * dead ** (n - live),
            runtime(battery, power_w, losses=losses, live_strings=live),
        )
        for live in range(n, -1, -1)
    ]


def health_needed(
    curve: RuntimeCurve, power_w: float, runtime_s: float, *, blocks: int, size_factor: float = 1.0
) -> float:
    """Least state of health at which so many blocks still carry a load for a time: P K / (n · P_new(t)).

    Above 1: not even when new.
    """
    _checked_promise(power_w, runtime_s, size_factor)
    if blocks < 1:
        raise InputsError(f"blocks is {blocks}; accepted is 1 or more")
    return power_w * size_factor / (blocks * curve.power_at(runtime_s))


class Size(NamedTuple):
    """The fewest blocks for a promise, how long they last, and how long one fewer would."""

    blocks: int
    runtime_s: float
    fewer_s: float


def blocks_needed(
    curve: RuntimeCurve, power_w: float, runtime_s: float, *, health: float = 1.0, size_factor: float = 1.0
) -> Size:
    """The fewest blocks that carry a load for a time, with their certificate: n reach it, n - 1 do not.

    Parameters
    ----------
    curve
        Of one new block.
    power_w, runtime_s
        What is drawn from the battery, and for how long.
    health
        At which it must still hold, above 0; 0.8 for the end of life.
    size_factor
        K of the coldest temperature.

    Examples
    --------
    300 W for four hours from blocks of which a new one bears 20 W for as long:

    >>> blocks_needed(RuntimeCurve((26.0, 20.0, 16.5), (10800, 14400, 18000)), 300, 14400, health=0.8).blocks
    19
    """
    _checked_promise(power_w, runtime_s, size_factor)
    if not 0 < health <= 1:
        raise InputsError(f"health is {health}; accepted is a share above 0, 1 at most")

    def lasts(blocks: int) -> float:
        return curve.runtime_at(power_w * size_factor / (blocks * health)) if blocks else 0.0

    blocks = max(1, math.ceil(power_w * size_factor / (health * curve.power_at(runtime_s))))
    while lasts(blocks) < runtime_s:  # rounding may have put it one off, either way
        blocks += 1
    while lasts(blocks - 1) >= runtime_s:
        blocks -= 1
    return Size(blocks, lasts(blocks), lasts(blocks - 1))


def replacement_age(
    curve: RuntimeCurve,
    power_w: float,
    runtime_s: float,
    *,
    blocks: int,
    life: float,
    power: float = 3.0,
    size_factor: float = 1.0,
) -> float:
    """Age, in the unit of `life`, until which so many blocks keep a promise by the law of age (`health_at_age`).

    -inf if not even new ones do.
    """
    needed = health_needed(curve, power_w, runtime_s, blocks=blocks, size_factor=size_factor)
    return age_at_health(needed, life, power=power) if needed <= 1 else -math.inf


def _checked_promise(power_w: float, runtime_s: float, size_factor: float) -> None:
    if not (0 < power_w < math.inf and 0 < runtime_s < math.inf and size_factor > 0):
        raise InputsError(
            f"{power_w} W for {runtime_s} s with a size factor of {size_factor}; accepted are finite numbers above 0"
        )
