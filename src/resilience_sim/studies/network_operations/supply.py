"""The two supplies of the network operations centre, and what an outage does to them.

Door access has a small UPS of its own; telephones and servers share one in the machine room. Batteries have as many
blocks as the site says (``doors.blocks``, ``battery.blocks``); where it does not, as many as new ones at 25 °C need to
reach what the plan promised when it was first written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from operator import mul
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.power.batteries import Battery
from resilience_sim.models.power.inputs import Ended, Load, PowerInputs, Shed, Ups
from resilience_sim.models.power.kernel import simulate
from resilience_sim.models.power.measures import timelines
from resilience_sim.models.power.theory.shedding import total_runtime
from resilience_sim.plans.site import Site
from resilience_sim.randomness import LogNormal, Never, Streams
from resilience_sim.studies import supply
from resilience_sim.studies.supply import Condition
from resilience_sim.studies.supply_outages import BLOCK, ENDLESS, drawn, outages, simulated
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import HOUR

__all__ = ["FIRE", "NetworkSupplies", "Promised", "Setting"]

Floats = npt.NDArray[np.float64]

FIRE = "fire"
SPREAD = 0.5  # of the logarithm of the times people need in a fire


@dataclass(frozen=True)
class Promised:
    """What the plan promises, in seconds: doors, telephones, when servers are shed, what the telephones gain by it."""

    doors_s: float
    phones_s: float
    shed_at_s: float
    extra_s: float


@dataclass(frozen=True)
class Setting:
    """A situation: one supply, as old, warm and loaded as it is, by its rules, in one kind of outage.

    Parameters
    ----------
    scenario
        A scenario of :mod:`~resilience_sim.studies.supply_outages`, or ``fire``.
    supply
        doors or room.
    state
        Age, room, growth of the load.
    blocks, strings
        Of the battery: in each string, and strings in parallel.
    unbroken
        Whether loads ride through the time that the UPS takes to change over.
    shed_after_s
        The mains being out for so long, somebody shuts the servers down; inf: nobody is told to.
    share_shed
        Share of outages in which somebody does.
    reserve_s
        Runtime left at which the UPS shuts them down itself.
    forced_s
        Runtime left at which those still up are forced off; 0: never.
    waits_for_people
        Whether the UPS is cut in a fire only when the last person is out.
    """

    scenario: str
    supply: Literal["doors", "room"]
    state: Condition
    blocks: int
    strings: int = 1
    unbroken: bool = True
    shed_after_s: float = math.inf
    share_shed: float = 1.0
    reserve_s: float = 0.0
    forced_s: float = 0.0
    waits_for_people: bool = True


class NetworkSupplies:
    """The supplies at one site.

    Parameters
    ----------
    site
        Its facts.
    promised
        What the plan promises now.
    record
        Outages to replay and the years they cover, if there are any.
    first_promised
        What the plan promised when it was first written, for which batteries were chosen; `None`: what it does now.
    """

    def __init__(
        self,
        site: Site,
        promised: Promised,
        record: tuple[LineOutages, float] | None = None,
        *,
        first_promised: Promised | None = None,
    ) -> None:
        self.site = site
        self.promised = promised
        self.record = record
        self.first_promised = promised if first_promised is None else first_promised
        self.inputs = lru_cache(maxsize=256)(self._built)

    # ---- the equipment, chosen when it was new

    @cached_property
    def doors_blocks(self) -> int:
        """Blocks in a string of the doors' battery."""
        return supply.installed(self.site, "doors.blocks", otherwise=self._fewest_doors_blocks)

    @cached_property
    def room_blocks(self) -> int:
        """Blocks in a string of the machine room's battery."""
        return supply.installed(self.site, "battery.blocks", otherwise=self._fewest_room_blocks)

    def setting(self, scenario: str, kind: Literal["doors", "room"], state: Condition) -> Setting:
        """One of the supplies with all that is installed."""
        doors = kind == "doors"
        blocks = self.doors_blocks if doors else self.room_blocks
        strings = supply.installed(self.site, "doors.strings" if doors else "battery.strings", otherwise=1)
        return Setting(scenario, kind, state, blocks, strings)

    @property
    def _fewest_doors_blocks(self) -> int:
        """With which a new battery carries door access for the promised hours."""
        drawn_w = supply.losses(self.site, "doors.idle_loss").drawn_w(self.site.base("doors.load"))
        new = supply.curve(self.site)
        promised_s = self.first_promised.doors_s
        return supply.fewest_blocks(lambda blocks: new.runtime_at(drawn_w / blocks) >= promised_s, load="doors.load")

    @property
    def _fewest_room_blocks(self) -> int:
        """With which a new battery reaches both hours of the telephones, shed at the limit."""
        losses, new, first = supply.losses(self.site, "ups.idle_loss"), supply.curve(self.site), self.first_promised
        all_w = losses.drawn_w(self.site.base("ups.load"))
        phones_w = losses.drawn_w(self.phones_w(1.0))

        def enough(blocks: int) -> bool:
            full_s, shed = new.runtime_at(all_w / blocks), new.runtime_at(phones_w / blocks)
            whole_s = total_runtime(full_s, shed, first.shed_at_s)
            return full_s >= first.phones_s and whole_s >= first.phones_s + first.extra_s

        return supply.fewest_blocks(enough, load="ups.load")

    def phones_w(self, load_factor: float) -> float:
        """Power of the telephones."""
        return self.site.base("ups.load") * self.site.base("phones.load_share_of_ups") * load_factor

    def servers(self, load_factor: float) -> tuple[Load, ...]:
        """The servers, in the order in which they are shut down."""
        shares = self.site.bases("servers.power_shares")
        power_w = self.site.base("ups.load") * (1 - self.site.base("phones.load_share_of_ups")) * load_factor
        stop = LogNormal.from_median(self.site.base("servers.shutdown"), self.site.base("servers.shutdown_sigma"))
        return tuple(Load(f"server {k + 1}", power_w * share, stop) for k, share in enumerate(shares))

    def _built(self, setting: Setting, law: str = "table", count: int = BLOCK) -> PowerInputs:
        """The machine's inputs: so many events of a setting."""
        battery = supply.battery(self.site, setting.state, blocks=setting.blocks, strings=setting.strings, law=law)
        scenario = ENDLESS if setting.scenario == FIRE else setting.scenario
        cut: LogNormal | Never = Never()
        if setting.scenario == FIRE and not setting.waits_for_people:
            cut = LogNormal.from_mean(self.site.base("fire.cut_decision"), SPREAD)
        struck = outages(self.site, scenario, self.record, count)
        return PowerInputs(struck, (self._unit(setting, battery),), fire=cut)

    def _unit(self, setting: Setting, battery: Battery) -> Ups:
        factor, fails = setting.state.load_factor, self.site.base("ups.transfer_fails")
        if setting.supply == "doors":
            doors = Load("doors", self.site.base("doors.load") * factor)
            losses, rating_w = supply.losses(self.site, "doors.idle_loss"), self._rating_w("doors.rating")
            return Ups("doors", battery, (doors,), losses=losses, rating_w=rating_w, transfer_fails=fails)
        servers = self.servers(factor)
        return Ups(
            "room",
            battery,
            (Load("phones", self.phones_w(factor)), *servers),
            self._rules(setting, tuple(server.name for server in servers)),
            supply.losses(self.site, "ups.idle_loss"),
            rating_w=self._rating_w("ups.rating"),
            transfer_fails=fails,
        )

    def _rating_w(self, fact: str) -> float:
        return self.site.base(fact) if fact in self.site.facts else math.inf

    def _rules(self, setting: Setting, servers: tuple[str, ...]) -> tuple[Shed, ...]:
        rules = []
        if setting.shed_after_s < math.inf:
            late, forgotten = supply.late(self.site), 1 - setting.share_shed
            rules.append(Shed(servers, "after", setting.shed_after_s, delay=late, forgotten=forgotten))
        if setting.reserve_s > 0:
            rules.append(Shed(servers, "runtime", setting.reserve_s))
        if setting.forced_s > 0:
            rules.append(Shed(servers, "runtime", setting.forced_s, by="switch"))
        return tuple(rules)

    # ---- events

    def replicate(self, setting: Setting, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of outages, shape (:data:`~resilience_sim.studies.supply.BLOCK`,)."""
        inputs = self.inputs(setting)
        path = simulated(inputs, seed, replication)
        lost_s = path.lost_s[0]
        taken_over = supply.percent_of((lost_s > 0) & setting.unbroken)
        outage_h = supply.hours(path.duration_s)
        promised_h = self.promised.phones_s / HOUR
        both = {"outage": outage_h, "outage_beyond": outage_h - promised_h}
        if setting.supply == "doors":
            passable = self._passable(setting, lost_s, seed, replication) if setting.scenario == FIRE else {}
            return {
                **both,
                **passable,
                "doors_runtime": supply.hours(lost_s),
                "doors_taken_over": taken_over,
            }
        ended = path.ended[1:]
        return {
            **both,
            "phones_runtime": supply.hours(lost_s),
            "phones_taken_over": taken_over,
            "phones_extra": supply.hours(lost_s) - promised_h,
            "servers_clean": 100 * (ended == Ended.STOPPED).mean(axis=0),
            "servers_crashed": (ended == Ended.CUT).sum(axis=0).astype(float),
        }

    def _passable(self, setting: Setting, lost_s: Floats, seed: int, replication: int) -> Mapping[str, Floats]:
        """Whether doors could be passed until the last person was out: they had power, or open without it."""
        streams = Streams(seed, replication)
        walk = LogNormal.from_mean(self.site.base("fire.walk_out"), SPREAD)
        walked_s = walk.draw(streams.generator("fire/walk_out"), BLOCK)
        last_out_s = self.site.base("fire.staff_pre_movement") + walked_s
        opens = streams.generator("fire/opens").random(BLOCK) < self.site.base("doors.open_without_power")
        return {"doors_passable": supply.percent_of((lost_s > last_out_s) | opens)}

    def runtime_s(self, setting: Setting, *, law: str = "table") -> float:
        """How long the first load lasts where nothing is left to chance: nobody forgets, no string is dead."""
        return supply.certain_runtime_s(self._built(setting, law, 1))

    def timelines(self, setting: Setting, seed: int, replication: int) -> Mapping[str, Timeline]:
        """What other machines know of one event, seconds from its start (that of the first of outages in a row).

        Parameters
        ----------
        setting
            In a scenario in which the mains come back.
        seed, replication
            Of the draws.

        Returns
        -------
        dict
            Of the machine room *phones up* and *servers up* (all of them), of the doors *doors up*: 1 or 0. *doors
            locked* is 1 while the doors have no power and do not open without it, as ``doors.open_without_power`` of
            the sites' doors do.

        Raises
        ------
        InputsError
            If the mains do not come back.
        """
        inputs = self._built(setting, count=1)
        up = timelines(inputs, simulate(inputs, drawn(inputs, seed, replication), trace=True))
        if setting.supply == "room":
            phones, *servers = up.values()
            return {"phones up": phones, "servers up": reduce(mul, servers)}
        (doors,) = up.values()
        opens = Streams(seed, replication).generator("doors/open").random() < self.site.base("doors.open_without_power")
        return {"doors up": doors, "doors locked": constant(0.0) if opens else doors.map(lambda fed: 1 - fed)}
