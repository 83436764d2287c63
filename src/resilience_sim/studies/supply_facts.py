"""What the studies of power clauses need of a site: which facts, in which units, between which bounds.

Bounds are those of the machine and its laws, with room beyond anything that is built; they keep out slips of the pen
and what would have no meaning, and say nothing of what is likely.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from resilience_sim.errors import FactError, InputsError
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
)
from resilience_sim.units import DAY, MINUTE

__all__ = ["CALL_CENTRE_FACTS", "CALL_CENTRE_RULES", "NETWORK_FACTS", "NETWORK_RULES"]

LOAD = from_on(1.0, "W")
LOSS = from_on(0.0, "W")
POWER = above(0.0, "1", 10.0)  # of a law; twice what was ever fitted

SUPPLY_FACTS: Mapping[str, Accepts] = {
    "mains.line_hours": above(15 * MINUTE, "s", listed=True),
    "mains.line_back_normal_day": above(0.0, "share", 1.0, listed=True),
    "mains.line_back_storm_day": above(0.0, "share", 1.0, listed=True),
    "mains.pledge_mean": above(0.0, "s"),
    "mains.pledge_sigma": SIGMA,
    "ups.load": LOAD,
    "ups.load_factor": above(0.0, "1", 100.0),
    "ups.idle_loss": LOSS,
    "ups.proportional_loss": SHARE,
    "ups.transfer_fails": SHARE,
    "battery.table.duration": above(0.0, "s", listed=True),
    "battery.table.power": above(0.0, "W", listed=True),
    "battery.kibam.available": PART,
    "battery.kibam.rate": above(0.0, "1/s"),
    "battery.kibam.capacity": above(0.0, "Wh"),
    "battery.peukert.exponent": POWER,
    "battery.ageing_power": POWER,
    "battery.recharge": above(0.0, "s"),
    "battery.age": from_on(0.0, "s"),
    "battery.health": Accepts("share", high=1.5, open_low=True, optional=True),
    "battery.room": Accepts("degC", low=-math.inf),
    "battery.life_temperatures": Accepts("degC", low=-math.inf, listed=True),
    "battery.life": from_on(DAY, "s", listed=True),
    "battery.string_fails": SHARE,
    "shed.delay": from_on(0.0, "s"),
    "shed.forgotten": SHARE,
}

NETWORK_FACTS: Mapping[str, Accepts] = {
    **SUPPLY_FACTS,
    "phones.load_share_of_ups": PART,
    "doors.load": LOAD,
    "doors.idle_loss": LOSS,
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
    "restoration.check": from_on(0.0, "s", optional=True),
}


# ---- several facts together


def _table(site: Site) -> None:
    """A battery carries less power for longer: a value that rises with duration is most often a slipped decimal."""
    as_many(site, "battery.table.power", "battery.table.duration")
    in_order(site, "battery.table.duration")
    in_order(site, "battery.table.power", falling=True)


def _outages(site: Site) -> None:
    ends_with_all(site, "mains.line_hours", "mains.line_back_normal_day", "mains.line_back_storm_day")


def _life(site: Site) -> None:
    """The law of ageing rests on the life at 25 °C."""
    as_many(site, "battery.life", "battery.life_temperatures", least=1)
    if 25.0 not in site.bases("battery.life_temperatures"):
        raise FactError(
            "battery.life_temperatures", "lacks 25 degC, on which the law of ageing rests; accepted with it"
        )


def _room(site: Site) -> None:
    """Size factors are published for rooms that are neither icy nor tropical."""
    try:
        size_factor(site.base("battery.room"))
    except InputsError as error:
        raise FactError("battery.room", f"cannot be used: {error}") from None


def _servers(site: Site) -> None:
    """The servers' shares are of the servers' power."""
    total = math.fsum(site.bases("servers.power_shares"))
    if abs(total - 1) > 1e-9:
        raise FactError("servers.power_shares", f"add up to {total:g}; accepted are shares that add up to 1")


def _what_is_left(site: Site) -> None:
    """What can be switched off is not all of the load: service has some."""
    total = site.base("ups.air_conditioning") + site.base("ups.appliances")
    if total >= 1:
        why = f"and 'ups.air_conditioning' add up to {total:g} of the load; accepted is less than 1"
        raise FactError("ups.appliances", why)


SUPPLY_RULES: tuple[Rule, ...] = (_table, _outages, _life, _room)
NETWORK_RULES: tuple[Rule, ...] = (*SUPPLY_RULES, _servers)
CALL_CENTRE_RULES: tuple[Rule, ...] = (*SUPPLY_RULES, _what_is_left)
