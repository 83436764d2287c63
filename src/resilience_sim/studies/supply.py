"""UPS supplies from a site's facts, for the studies of power clauses.

A battery has as many blocks as its site says. Where the site does not, it has as many as a new one at 25 °C needs to
reach what the plan promised when it was first written: what is installed does not move when a promise does. Its age,
its room and the growth of its load are what tests the promise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import FactError
from resilience_sim.models.power.batteries import Battery, Kibam, Losses, RuntimeCurve
from resilience_sim.models.power.inputs import PowerInputs
from resilience_sim.models.power.theory.accuracy import power_law
from resilience_sim.models.power.theory.health import age_at_health, health_at_age
from resilience_sim.models.power.theory.kibam import fit_row
from resilience_sim.models.power.theory.temperature import life_at, size_factor
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Exponential, Law
from resilience_sim.studies.question import OF_THE_SITE, Axis, Choice
from resilience_sim.studies.supply_outages import simulated
from resilience_sim.units import to_base

__all__ = [
    "LAWS", "Condition", "axes", "battery", "battery_sizes", "certain_runtime_s", "condition", "curve", "fewest_blocks",
    "for_all", "hours", "installed", "late", "losses", "most_load_factor", "moved", "percent_of", "replacement_ages",
    "string_fails", "string_numbers", "unbroken",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

LAWS = ("table", "kibam", "peukert")
LEAST_HEALTH = 0.02  # a battery beyond this age carries next to nothing, and a law of it needs something to divide by
YOUNG_S = to_base(2, "year")  # below this age strings hardly ever fail
MOST_STRINGS = 3


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


# ---- equipment


def curve(site: Site) -> RuntimeCurve:
    """The maker's table of one new block."""
    return RuntimeCurve(site.bases("battery.table.power"), site.bases("battery.table.duration"))


def losses(site: Site, idle: str) -> Losses:
    """What a UPS takes for itself; `idle` names the fact of its idle loss.

    The share lost by the square law, where the site knows one, is that at ``ups.load``.
    """
    square = site.base("ups.square_loss") / site.base("ups.load") if "ups.square_loss" in site.facts else 0.0
    return Losses(site.base(idle), site.base("ups.proportional_loss"), square)


def installed(site: Site, fact: str, *, otherwise: int) -> int:
    """How many blocks or strings there are by the site; `otherwise` where it does not say."""
    return round(site.base(fact)) if fact in site.facts else otherwise


def unbroken(site: Site, promised_s: float | None) -> bool:
    """Whether loads ride through the time that a UPS takes to change over, and the plan allows it.

    Parameters
    ----------
    site
        Whose ``ups.transfer_time`` and ``ups.ride_through`` are compared; without them nothing is interrupted.
    promised_s
        The longest interruption that the plan promises; `None` where it leaves that open.
    """
    if "ups.transfer_time" not in site.facts:
        return True
    longest_s = [site.base("ups.ride_through"), math.inf if promised_s is None else promised_s]
    return site.base("ups.transfer_time") <= min(longest_s)


def late(site: Site) -> Law:
    """How long after the moment that a rule names somebody acts."""
    mean_s = site.base("shed.delay")
    return Exponential(mean_s) if mean_s > 0 else Deterministic(0.0)


def battery(site: Site, state: Condition, *, blocks: int, strings: int = 1, law: str = "table") -> Battery:
    """A battery of so many strings, each of so many blocks, as old and as cold as it is.

    Parameters
    ----------
    site, state
        The site's facts on its type, and the condition it is in.
    blocks
        In each string.
    strings
        In parallel.
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
        strings=strings,
        health=max(health, LEAST_HEALTH),
        size_factor=size_factor(state.room_degc),
        recharge_s=site.base("battery.recharge"),
        string_fails=string_fails(site, state),
    )


def string_fails(site: Site, state: Condition) -> float:
    """How often a string is dead when it is needed: seldom under two years, most often beyond its life in its room."""
    if state.age_s < YOUNG_S:
        return site.base("battery.string_fails_young")
    beyond = state.age_s > _life_s(site, state.room_degc)
    return site.base("battery.string_fails_old" if beyond else "battery.string_fails")


def _life_s(site: Site, room_degc: float) -> float:
    """Seconds until 80 % of the capacity are left, in a room of this temperature.

    From the battery itself where discharge tests told it: its life in place (``battery.life_in_place``, of several
    tests), or its health (``battery.health`` at ``battery.age``, of the last one), with the life with which the law of
    age passes through it. Both are of its own room. Else from its type.
    """
    own_s = _own_life_s(site)
    if own_s is not None:
        return own_s * life_at(room_degc, 1.0) / life_at(site.base("battery.room"), 1.0)
    lives = dict(zip(site.bases("battery.life_temperatures"), site.bases("battery.life"), strict=True))
    if 25.0 not in lives:
        raise FactError("battery.life_temperatures", "lacks 25 degC, on which the law of ageing rests")
    return life_at(room_degc, lives[25.0])


def _own_life_s(site: Site) -> float | None:
    if "battery.life_in_place" in site.facts:
        return site.base("battery.life_in_place")
    if "battery.health" in site.facts and site.base("battery.health") < 1 and site.base("battery.age") > 0:
        lives_used = age_at_health(site.base("battery.health"), 1.0, power=site.base("battery.ageing_power"))
        return site.base("battery.age") / lives_used
    return None


def _law(site: Site, law: str) -> RuntimeCurve | Kibam:
    """A law of one new block; those beside the table are fitted to it where the site does not know them."""
    table = curve(site)
    if law == "kibam":
        if "battery.kibam.capacity" not in site.facts:
            return _kinetic(table)
        rate_per_h = site.base("battery.kibam.rate") * 3600
        return Kibam(site.base("battery.kibam.available"), rate_per_h, site.base("battery.kibam.capacity"))
    if law == "peukert":
        known = "battery.peukert.exponent" in site.facts
        exponent = site.base("battery.peukert.exponent") if known else power_law(table).exponent
        middle = len(table.power_w) // 2
        return RuntimeCurve.power_law(table.power_w[middle], table.runtime_s[middle], exponent)
    return table


@lru_cache(maxsize=16)
def _kinetic(table: RuntimeCurve) -> Kibam:
    return fit_row(table).law


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


def axes(most_factor: float = math.inf) -> tuple[Axis, ...]:
    """The battery's age, a warm and a cold room, and the growth of the load as far as the supply is rated for."""
    return (
        Axis("battery.age", "year", tuple(k / 2 for k in range(25))),
        Axis("battery.room_warm", "degC", tuple(float(t) for t in range(25, 46))),
        Axis("battery.room_cold", "degC", tuple(float(t) for t in range(25, 4, -1))),
        Axis("ups.load_factor", "1", tuple(k / 20 for k in range(10, 41) if k / 20 <= most_factor)),
    )


def most_load_factor(site: Site, ratings: Mapping[str, str]) -> float:
    """How far loads may grow before a rating is exceeded; inf where the site names none.

    Parameters
    ----------
    site
        Its facts.
    ratings
        The facts that name ratings, and those of the loads they bear.
    """
    return min((site.base(r) / site.base(load) for r, load in ratings.items() if r in site.facts), default=math.inf)


def moved(state: Condition, axis: Axis, value: float) -> Condition:
    """The condition at a value of one of the :func:`axes`."""
    name = {"battery.age": "age_s", "ups.load_factor": "load_factor"}.get(axis.name, "room_degc")
    return replace(state, **{name: to_base(value, axis.unit)})


def battery_sizes(blocks: int) -> Choice:
    """Up to three times the blocks there are."""
    sizes = tuple(float(blocks + k) for k in range(2 * blocks + 1))
    return Choice(OF_THE_SITE, "battery.blocks", "blocks", sizes, float(blocks))


def string_numbers(strings: int) -> Choice:
    """More strings in parallel, each as large as the one there is: if one is dead another carries the load."""
    numbers = tuple(float(number) for number in range(strings, max(strings + 2, MOST_STRINGS + 1)))
    return Choice(OF_THE_SITE, "battery.strings", "1", numbers, float(strings))


def replacement_ages() -> Choice:
    """Every half year from one to ten, the oldest first: nobody replaces a battery within its first year."""
    return Choice(OF_THE_SITE, "battery.replaced_after", "year", tuple(k / 2 for k in range(20, 1, -1)), None)


def for_all(first: Floats, others: int) -> Floats:
    """Costs of the values of a first choice, whatever the second of so many values: that one costs nothing extra."""
    return np.broadcast_to(first[:, None], (len(first), others)).copy()


# ---- runs


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
