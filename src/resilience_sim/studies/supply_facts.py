"""What the studies of power clauses need of a site: which facts, in which units, between which bounds.

Bounds are those of the machine and its laws, with room beyond anything that is built; they keep out slips of the pen
and what would have no meaning, and say nothing of what is likely.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from resilience_sim.errors import FactError, InputsError
from resilience_sim.models.power.theory.tables import Node, first_fault
from resilience_sim.models.power.theory.temperature import size_factor
from resilience_sim.plans.site import Site
from resilience_sim.studies.needs import (
    PART,
    SHARE,
    SIGMA,
    Accepts,
    Rule,
    above,
    as_many,
    ends_with_all,
    from_on,
    in_order,
    largest,
    smallest,
    whole_number,
)
from resilience_sim.units import DAY, HOUR, MINUTE, from_base

__all__ = ["CALL_CENTRE_FACTS", "CALL_CENTRE_RULES", "NETWORK_FACTS", "NETWORK_RULES"]

LOAD = from_on(1.0, "W")
LOSS = from_on(0.0, "W")
POWER = above(0.0, "1", 10.0)  # of a law; twice what was ever fitted
RATING = replace(above(0.0, "W"), optional=True)
BLOCKS = replace(from_on(1.0, "blocks"), optional=True)
STRINGS = from_on(1.0, "1", optional=True)
ATTEMPTS = from_on(1.0, "tries", optional=True)
MOST_SERVERS = 16  # of which the order that takes least charge can be found
BLOCK_WH = (0.5, 20_000.0)  # energy of a block: from a few ampere hours at 2 V to the largest cells there are

SUPPLY_FACTS: Mapping[str, Accepts] = {
    "mains.line_hours": above(15 * MINUTE, "s", listed=True),
    "mains.line_back_normal_day": above(0.0, "share", 1.0, listed=True),
    "mains.line_back_storm_day": above(0.0, "share", 1.0, listed=True),
    "mains.pledge_mean": above(0.0, "s"),
    "mains.pledge_sigma": SIGMA,
    "mains.again_after": above(0.0, "s"),
    "ups.load": LOAD,
    "ups.rating": RATING,
    "ups.load_factor": above(0.0, "1", 100.0),
    "ups.idle_loss": LOSS,
    "ups.proportional_loss": SHARE,
    "ups.square_loss": replace(SHARE, optional=True),
    "ups.transfer_fails": SHARE,
    "ups.transfer_time": from_on(0.0, "s", optional=True),
    "ups.ride_through": from_on(0.0, "s", optional=True),
    "battery.blocks": BLOCKS,
    "battery.strings": STRINGS,
    "battery.table.duration": above(0.0, "s", listed=True),
    "battery.table.power": above(0.0, "W", listed=True),
    "battery.kibam.available": replace(PART, optional=True),
    "battery.kibam.rate": replace(above(0.0, "1/s"), optional=True),
    "battery.kibam.capacity": replace(above(0.0, "Wh"), optional=True),
    "battery.peukert.exponent": replace(POWER, optional=True),
    "battery.ageing_power": POWER,
    "battery.recharge": above(0.0, "s"),
    "battery.age": from_on(0.0, "s"),
    "battery.health": Accepts("share", high=1.5, open_low=True, optional=True),
    "battery.room": Accepts("degC", low=-math.inf),
    "battery.life_temperatures": Accepts("degC", low=-math.inf, listed=True),
    "battery.life": from_on(DAY, "s", listed=True),
    "battery.life_in_place": replace(above(0.0, "s"), optional=True),
    "battery.string_fails_young": SHARE,
    "battery.string_fails": SHARE,
    "battery.string_fails_old": SHARE,
    "shed.delay": from_on(0.0, "s"),
    "shed.forgotten": SHARE,
}

NETWORK_FACTS: Mapping[str, Accepts] = {
    **SUPPLY_FACTS,
    "phones.load_share_of_ups": PART,
    "doors.load": LOAD,
    "doors.rating": RATING,
    "doors.idle_loss": LOSS,
    "doors.blocks": BLOCKS,
    "doors.strings": STRINGS,
    "doors.tolerance": replace(SHARE, optional=True),
    "doors.open_without_power": SHARE,
    "servers.power_shares": above(0.0, "share", 1.0, listed=True),
    "servers.shutdown": above(0.0, "s"),
    "servers.shutdown_sigma": SIGMA,
    "servers.forced_reserve": from_on(0.0, "s"),
    "servers.maker_reserve": from_on(0.0, "s", optional=True),
    "fire.staff_pre_movement": from_on(0.0, "s"),
    "fire.walk_out": above(0.0, "s"),
    "fire.cut_decision": above(0.0, "s"),
}

CALL_CENTRE_FACTS: Mapping[str, Accepts] = {
    **SUPPLY_FACTS,
    "ups.air_conditioning": SHARE,
    "ups.appliances": SHARE,
    "ups.design_time": above(0.0, "s"),
    "generator.available": SHARE,
    "generator.start_fails": SHARE,
    "generator.mttf": above(0.0, "s"),
    "generator.fuel": above(0.0, "s"),
    "generator.on_load": from_on(0.0, "s", optional=True),
    "generator.attempts": ATTEMPTS,
    "generator.between_attempts": from_on(0.0, "s"),
    "generator.rating": RATING,
    "restoration.check": from_on(0.0, "s", optional=True),
    "restoration.reserve": from_on(0.0, "s"),
}


# ---- several facts together


def _table(site: Site) -> None:
    """The figures of a maker's table: those that cannot be are mostly a slipped decimal, or kilowatts for watts."""
    name = "battery.table.power"
    as_many(site, name, "battery.table.duration")
    in_order(site, "battery.table.duration")
    durations_s, powers_w = site.bases("battery.table.duration"), site.bases(name)
    nodes = [Node(None, seconds, watts) for seconds, watts in zip(durations_s, powers_w, strict=True)]
    if fault := first_fault(nodes):
        raise FactError(name, f"holds what cannot be: {fault.message}")
    energy_wh = powers_w[-1] * durations_s[-1] / HOUR
    least, most = BLOCK_WH
    if not least <= energy_wh <= most:
        raise FactError(
            name,
            f"ends with {powers_w[-1]:g} W for {durations_s[-1] / MINUTE:g} min, {energy_wh:g} Wh of one block; "
            f"accepted are {least:g} to {most:g} Wh (W or kW, min or h?)",
        )


def _beside_the_table(site: Site) -> None:
    """The kinetic model is known by three numbers or by none: then it is fitted to the table."""
    names = ("battery.kibam.available", "battery.kibam.rate", "battery.kibam.capacity")
    if (missing := [name for name in names if name not in site.facts]) and len(missing) < len(names):
        raise FactError(missing[0], f"is missing beside the others; accepted are all of {', '.join(names)}, or none")


def _outages(site: Site) -> None:
    ends_with_all(site, "mains.line_hours", "mains.line_back_normal_day", "mains.line_back_storm_day")


def _life(site: Site) -> None:
    """The law of ageing rests on the life at 25 °C."""
    as_many(site, "battery.life", "battery.life_temperatures", least=1)
    if 25.0 not in site.bases("battery.life_temperatures"):
        raise FactError(
            "battery.life_temperatures", "lacks 25 degC, on which the law of ageing rests; accepted with it"
        )


def _age(site: Site) -> None:
    """Beyond twice the longest life that is printed no table says what is left of a battery."""
    age_s, longest_s = site.base("battery.age"), max(site.bases("battery.life"))
    if age_s > 2 * longest_s:
        unit = site.fact("battery.age").unit
        raise FactError(
            "battery.age",
            f"is {from_base(age_s, unit):g} {unit}; accepted is {from_base(2 * longest_s, unit):g} {unit} at most, "
            "twice the longest of 'battery.life': beyond that no table says what is left",
        )


def _health(site: Site) -> None:
    """A discharge test tells the life of a battery by its age at the test."""
    if "battery.health" in site.facts and site.base("battery.health") < 1 and site.base("battery.age") == 0:
        health, unit = site.fact("battery.health"), site.fact("battery.age").unit
        raise FactError(
            "battery.health",
            f"is {health.value:g} {health.unit} at a battery.age of 0 {unit}; accepted is it with the age at the test",
        )


def _strings(site: Site) -> None:
    """A string fails the more often the older it is."""
    names = ("battery.string_fails_young", "battery.string_fails", "battery.string_fails_old")
    shares = [site.base(name) for name in names]
    for k in (1, 2):
        if shares[k] < shares[k - 1]:
            why = f"is a share of {shares[k]:g}, below {shares[k - 1]:g} of {names[k - 1]!r}; accepted is that or more"
            raise FactError(names[k], why)


def _counts(site: Site) -> None:
    for name in ("battery.blocks", "battery.strings", "doors.blocks", "doors.strings", "generator.attempts"):
        if name in site.facts:
            whole_number(site, name)


def _change_over(site: Site) -> None:
    """Time to change over and time that loads ride through mean nothing without each other."""
    pair = ("ups.transfer_time", "ups.ride_through")
    for name, other in (pair, pair[::-1]):
        if name not in site.facts and other in site.facts:
            raise FactError(name, f"is missing beside {other!r}; accepted are both, or none")


def _rated(site: Site) -> None:
    """No supply is fed more than it is rated for, wherever its facts may lie."""
    for rating, load in (("ups.rating", "ups.load"), ("doors.rating", "doors.load"), ("generator.rating", "ups.load")):
        if rating in site.facts and load in site.facts:
            fed_w, rated_w = largest(site, load) * largest(site, "ups.load_factor"), smallest(site, rating)
            if fed_w > rated_w:
                why = f"may be {rated_w:g} W, and {load!r} by 'ups.load_factor' {fed_w:g} W; accepted is that or more"
                raise FactError(rating, why)


def _room(site: Site) -> None:
    """Size factors are published for rooms that are neither icy nor tropical."""
    try:
        size_factor(site.base("battery.room"))
    except InputsError as error:
        raise FactError("battery.room", f"cannot be used: {error}") from None


def _servers(site: Site) -> None:
    """The servers' shares are of the servers' power, and there are not too many to find their order."""
    number = len(site.bases("servers.power_shares"))
    if number > MOST_SERVERS:
        why = f"has {number} values; accepted are {MOST_SERVERS} at most (join servers that are shut down together)"
        raise FactError("servers.power_shares", why)
    total = math.fsum(site.bases("servers.power_shares"))
    if abs(total - 1) > 1e-9:
        raise FactError("servers.power_shares", f"add up to {total:g}; accepted are shares that add up to 1")


def _what_is_left(site: Site) -> None:
    """What can be switched off is not all of the load: service has some."""
    total = site.base("ups.air_conditioning") + site.base("ups.appliances")
    if total >= 1:
        why = f"and 'ups.air_conditioning' add up to {total:g} of the load; accepted is less than 1"
        raise FactError("ups.appliances", why)


SUPPLY_RULES: tuple[Rule, ...] = (
    _table, _beside_the_table, _outages, _life, _age, _health, _room, _strings, _counts, _change_over, _rated,
)  # fmt: skip
NETWORK_RULES: tuple[Rule, ...] = (*SUPPLY_RULES, _servers)
CALL_CENTRE_RULES: tuple[Rule, ...] = (*SUPPLY_RULES, _what_is_left)
