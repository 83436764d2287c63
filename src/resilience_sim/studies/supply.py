"""UPS supplies from a site's facts, and the outages that strike them, for the studies of power clauses.

A battery's size is no fact of a site: it has as many blocks as a new one at 25 °C needs to reach what the plan
promises. What a site then brings, its age, its room and the growth of its load, is what tests the promise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import FactError, InputsError
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.hazards.quantiles import Quantiles
from resilience_sim.models.power.batteries import Battery, Kibam, Losses, RuntimeCurve
from resilience_sim.models.power.draws import draw
from resilience_sim.models.power.inputs import PowerInputs
from resilience_sim.models.power.kernel import simulate
from resilience_sim.models.power.path import Path
from resilience_sim.models.power.theory.health import age_at_health, health_at_age
from resilience_sim.models.power.theory.temperature import life_at, size_factor
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Empirical, Exponential, Law, LogNormal, Never, Streams
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice
from resilience_sim.units import to_base

__all__ = [
    "BLOCK", "ENDLESS", "LAWS", "Condition", "axes", "battery", "battery_sizes", "certain_runtime_s", "condition",
    "curve", "duration_law", "fewest_blocks", "hours", "late", "losses", "moved", "percent_of", "replacement_ages",
    "scenarios", "shares_over", "simulated",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

BLOCK = 1024  # outages in one call of the machine
ENDLESS = "endless"  # the scenario that asks what the equipment reaches: the mains do not come back
LAWS = ("table", "kibam", "peukert")
SHORTEST_S = 900.0  # where the tables of durations begin: shorter outages are hardly ever recorded
LEAST_HEALTH = 0.02  # a battery beyond this age carries next to nothing, and a law of it needs something to divide by


@dataclass(frozen=True)
class Condition:
    """What time and place do to a supply.

    Parameters
    ----------
    age_s
        Of the battery.
    room_degc
        Temperature of its room, all year.
    load_factor
        Loads over those for which the battery was chosen.
    """

    age_s: float
    room_degc: float
    load_factor: float


def condition(site: Site) -> Condition:
    """The site's own."""
    return Condition(site.base("battery.age"), site.base("battery.room"), site.base("ups.load_factor"))


# ---- outages


def scenarios(record: tuple[LineOutages, float] | None) -> tuple[str, ...]:
    """The scenarios in which the mains come back."""
    return ("normal_day", "storm_day", "pledge", *(("replay",) if record else ()))


def duration_law(site: Site, scenario: str, record: tuple[LineOutages, float] | None) -> Law:
    """How long the mains are out: by a record's shares, by the utility's pledge, by the record itself, or for ever.

    Raises
    ------
    InputsError
        If there is no such scenario, or no record to replay.
    """
    if scenario == ENDLESS:
        return Never()
    if scenario in ("normal_day", "storm_day"):
        within, back = site.bases("mains.line_hours"), site.bases(f"mains.line_back_{scenario}")
        return Quantiles((SHORTEST_S, *within), (0.0, *back))
    if scenario == "pledge":
        return LogNormal.from_mean(site.base("mains.pledge_mean"), site.base("mains.pledge_sigma"))
    if scenario == "replay" and record is not None:
        lasted = record[0].end_s - record[0].start_s
        return Empirical(tuple(lasted.tolist()))
    raise InputsError(f"there is no scenario {scenario!r}; accepted: {', '.join((ENDLESS, *scenarios(record)))}")


def shares_over(law: Law, within_h: Sequence[float]) -> list[float]:
    """Share of outages of a law that are over within so many hours."""
    seconds = [hours * 3600 for hours in within_h]
    if isinstance(law, Quantiles):
        return [float(share) for share in law.share_up_to(seconds)]
    if isinstance(law, LogNormal):
        return [0.5 * math.erfc((law.mu - math.log(t)) / (law.sigma * math.sqrt(2))) for t in seconds]
    assert isinstance(law, Empirical)
    lasted = np.array(law.values)
    return [float((lasted <= t).mean()) for t in seconds]


# ---- equipment


def curve(site: Site) -> RuntimeCurve:
    """The maker's table of one new block."""
    return RuntimeCurve(site.bases("battery.table.power"), site.bases("battery.table.duration"))


def losses(site: Site, idle: str) -> Losses:
    """What a UPS takes for itself; `idle` names the fact of its idle loss."""
    return Losses(idle_w=site.base(idle), proportional=site.base("ups.proportional_loss"))


def late(site: Site) -> Law:
    """How long after the moment that a rule names somebody acts."""
    mean_s = site.base("shed.delay")
    return Exponential(mean_s) if mean_s > 0 else Deterministic(0.0)


def battery(site: Site, state: Condition, *, blocks: int, law: str = "table") -> Battery:
    """A battery of so many blocks in one string, as old and as cold as it is.

    Parameters
    ----------
    site, state
        The site's facts on its type, and the condition it is in.
    blocks
        In the string.
    law
        One of :data:`LAWS`: the maker's table, or what is reported beside it.

    Raises
    ------
    FactError
        If the site gives no life at 25 °C.
    InputsError
        If the room is colder than the table of size factors.
    """
    health = health_at_age(state.age_s, _life_s(site, state.room_degc), power=site.base("battery.ageing_power"))
    return Battery(
        _law(site, law),
        blocks=blocks,
        health=max(health, LEAST_HEALTH),
        size_factor=size_factor(state.room_degc),
        recharge_s=site.base("battery.recharge"),
        string_fails=site.base("battery.string_fails"),
    )


def _life_s(site: Site, room_degc: float) -> float:
    """Seconds until 80 % of the capacity are left, in a room of this temperature.

    From the battery itself where a discharge test told its health (``battery.health`` at ``battery.age``, from
    ``fit batteries``): the life with which the law of age passes through it. Else from its type.
    """
    if "battery.health" in site.facts and site.base("battery.health") < 1 and site.base("battery.age") > 0:
        lives_used = age_at_health(site.base("battery.health"), 1.0, power=site.base("battery.ageing_power"))
        own_s = site.base("battery.age") / lives_used
        return own_s * life_at(room_degc, 1.0) / life_at(site.base("battery.room"), 1.0)
    lives = dict(zip(site.bases("battery.life_temperatures"), site.bases("battery.life"), strict=True))
    if 25.0 not in lives:
        raise FactError("battery.life_temperatures", "lacks 25 degC, on which the law of ageing rests")
    return life_at(room_degc, lives[25.0])


def _law(site: Site, law: str) -> RuntimeCurve | Kibam:
    table = curve(site)
    if law == "kibam":
        rate_per_h = site.base("battery.kibam.rate") * 3600
        return Kibam(site.base("battery.kibam.available"), rate_per_h, site.base("battery.kibam.capacity"))
    if law == "peukert":
        middle = len(table.power_w) // 2
        return RuntimeCurve.power_law(
            table.power_w[middle], table.runtime_s[middle], site.base("battery.peukert.exponent")
        )
    return table


def fewest_blocks(enough: Callable[[int], bool], *, load: str) -> int:
    """The fewest blocks with which a promise is reached; more blocks never reach less.

    Parameters
    ----------
    enough
        Whether so many blocks reach it.
    load
        The fact that says how much they have to carry.

    Raises
    ------
    FactError
        If ten thousand blocks do not reach it.
    """
    high = 1
    while not enough(high):
        high *= 2
        if high > 10_000:
            raise FactError(
                load, "is more than 10 000 blocks carry for as long as promised; accepted is a smaller load"
            )
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


# ---- what may grow, and what may be chosen, whatever the supply


def axes() -> tuple[Axis, ...]:
    """The battery's age, a warm and a cold room, and the growth of the load."""
    return (
        Axis("battery.age", "year", tuple(k / 2 for k in range(25))),
        Axis("battery.room_warm", "degC", tuple(float(t) for t in range(25, 46))),
        Axis("battery.room_cold", "degC", tuple(float(t) for t in range(25, 4, -1))),
        Axis("ups.load_factor", "1", tuple(k / 20 for k in range(10, 41))),
    )


def moved(state: Condition, axis: Axis, value: float) -> Condition:
    """The condition at a value of one of the :func:`axes`."""
    name = {"battery.age": "age_s", "ups.load_factor": "load_factor"}.get(axis.name, "room_degc")
    return replace(state, **{name: to_base(value, axis.unit)})


def battery_sizes(blocks: int) -> Choice:
    """Up to three times the blocks there are."""
    sizes = tuple(float(blocks + k) for k in range(2 * blocks + 1))
    return Choice(OF_THE_SITE, "battery.blocks", "blocks", sizes, float(blocks))


def replacement_ages() -> Choice:
    """Every half year up to ten, the oldest first."""
    return Choice(OF_THE_SITE, "battery.replaced_after", "year", tuple(k / 2 for k in range(20, 0, -1)), None)


# ---- runs


@lru_cache(maxsize=64)
def simulated(inputs: PowerInputs, seed: int, replication: int) -> Path:
    """One history of a supply, kept for those who ask about the same one again."""
    return simulate(inputs, draw(inputs, Streams(seed, replication)))


def certain_runtime_s(inputs: PowerInputs) -> float:
    """How long the first load of a supply's only unit lasts where nothing is left to chance.

    Nobody forgets, no string is dead, the unit takes over, and everything takes its mean time.

    Parameters
    ----------
    inputs
        One endless outage.
    """
    (unit,) = inputs.units
    sure = replace(
        unit,
        battery=replace(unit.battery, string_fails=0.0),
        loads=tuple(replace(load, stop=Deterministic(load.stop.mean)) for load in unit.loads),
        sheds=tuple(replace(shed, forgotten=0.0, delay=Deterministic(shed.delay.mean)) for shed in unit.sheds),
        transfer_fails=0.0,
    )
    return float(simulated(replace(inputs, units=(sure,)), 0, 0).lost_s[0, 0])


def hours(seconds: Floats) -> Floats:
    """Seconds as hours, inf included."""
    return seconds / 3600


def percent_of(flags: npt.NDArray[np.bool_]) -> Floats:
    """100 where true, 0 elsewhere."""
    return np.where(flags, 100.0, 0.0)
