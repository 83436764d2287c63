"""The supply of the call centre: one UPS for hall and service system, a generator, and what is switched off.

The battery is as large as a new one at 25 °C needs to carry everything for the site's design time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.power.inputs import DrawnOutages, Generator, Load, PowerInputs, Shed, Ups
from resilience_sim.models.power.path import Path
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic
from resilience_sim.studies import supply
from resilience_sim.studies.supply import BLOCK, Condition
from resilience_sim.units import MINUTE

__all__ = ["CallCentreSupply", "Setting"]

Floats = npt.NDArray[np.float64]

AIR_CONDITIONING, APPLIANCES, SERVICE = "air-conditioning", "appliances", "service"


@dataclass(frozen=True)
class Setting:
    """A situation: the supply as old, warm and loaded as it is, by the plan's rules, in one kind of outage.

    Parameters
    ----------
    scenario
        A scenario of :mod:`~resilience_sim.studies.supply`.
    state, blocks
        Condition of the battery, and its size.
    on_load_s
        From the mains' failure until the generator carries the load; `None`: without a generator.
    switched_off
        What is switched off (air-conditioning, appliances), and after how many seconds somebody has done it; `None`:
        when people get to it.
    forgotten
        Share of outages in which nobody does.
    check_s
        How long the specialist watches the systems after the mains are back.
    """

    scenario: str
    state: Condition
    blocks: int
    on_load_s: float | None = None
    switched_off: tuple[tuple[str, float | None], ...] = ()
    forgotten: float = 0.0
    check_s: float = 0.0


class CallCentreSupply:
    """The supply at one site.

    Parameters
    ----------
    site
        Its facts.
    record
        Outages to replay and the years they cover, if there are any.
    """

    def __init__(self, site: Site, record: tuple[LineOutages, float] | None = None) -> None:
        self.site = site
        self.record = record
        self.inputs = lru_cache(maxsize=256)(self.built)

    @cached_property
    def blocks(self) -> int:
        """The fewest blocks with which a new battery carries everything for the design time."""
        drawn_w = supply.losses(self.site, "ups.idle_loss").drawn_w(self.site.base("ups.load"))
        new, design_s = supply.curve(self.site), self.site.base("ups.design_time")
        return supply.fewest_blocks(lambda blocks: new.runtime_at(drawn_w / blocks) >= design_s, load="ups.load")

    def loads(self, load_factor: float) -> tuple[Load, ...]:
        """What the UPS feeds; what has no share of its load is left out."""
        shares = {
            AIR_CONDITIONING: self.site.base("ups.air_conditioning"),
            APPLIANCES: self.site.base("ups.appliances"),
        }
        whole_w = self.site.base("ups.load") * load_factor
        others = [Load(name, whole_w * share) for name, share in shares.items() if share > 0]
        return (Load(SERVICE, whole_w * (1 - sum(shares.values()))), *others)

    def generator(self, on_load_s: float) -> Generator:
        """The set: one attempt, which brings it on load so long after the mains' failure."""
        return Generator(
            sense_s=on_load_s,
            crank_s=0.0,
            pause_s=0.0,
            transfer_s=0.0,
            starts=1 - self.site.base("generator.start_fails"),
            available=self.site.base("generator.available"),
            mean_run_s=self.site.base("generator.mttf"),
            fuel_s=self.site.base("generator.fuel"),
        )

    def built(self, setting: Setting, law: str = "table", count: int = BLOCK) -> PowerInputs:
        """The machine's inputs: so many outages of a setting, each from a full battery."""
        loads = self.loads(setting.state.load_factor)
        ups = Ups(
            "hall",
            supply.battery(self.site, setting.state, blocks=setting.blocks, law=law),
            loads,
            self._rules(setting, {load.name for load in loads}),
            supply.losses(self.site, "ups.idle_loss"),
            transfer_fails=self.site.base("ups.transfer_fails"),
        )
        outages = DrawnOutages(count, supply.duration_law(self.site, setting.scenario, self.record))
        return PowerInputs(outages, (ups,), None if setting.on_load_s is None else self.generator(setting.on_load_s))

    def _rules(self, setting: Setting, there: set[str]) -> tuple[Shed, ...]:
        late = supply.late(self.site)
        delays = {name: late if at_s is None else Deterministic(at_s) for name, at_s in setting.switched_off}
        return tuple(
            Shed((name,), "after", 0.0, by="switch", delay=delay, forgotten=setting.forgotten)
            for name, delay in delays.items()
            if name in there
        )

    def replicate(self, setting: Setting, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of outages, shape (:data:`~resilience_sim.studies.supply.BLOCK`,)."""
        inputs = self.inputs(setting)
        path = supply.simulated(inputs, seed, replication)
        lost_s = path.lost_s[0]
        started = path.on_line_s < np.inf
        return {
            "service_carried": supply.percent_of(lost_s > 0),
            "service_runtime": lost_s / MINUTE,
            "service_kept": supply.percent_of(lost_s == np.inf),
            "taken_over": supply.percent_of(started & (path.on_line_s <= lost_s)),
            "generator_starts": supply.percent_of(started),
            "generator_runs": supply.hours(_ran_s(path, self.site.base("generator.fuel"))),
            "runtime_after_check": self._after_check(setting, inputs, path) / MINUTE,
            "outage": path.duration_s / MINUTE,
        }

    def _after_check(self, setting: Setting, inputs: PowerInputs, path: Path) -> Floats:
        """Seconds for which the battery would carry everything if the mains failed again right after the check."""
        (ups,) = inputs.units
        full_s = self.runtime_s(replace(setting, on_load_s=None, switched_off=()))
        charge: Floats = np.minimum(path.charge_after[0] + setting.check_s / ups.battery.recharge_s, 1.0)
        return charge * full_s

    @lru_cache(maxsize=256)  # noqa: B019 - a study lives as long as its run
    def runtime_s(self, setting: Setting, *, law: str = "table") -> float:
        """How long service lasts in an endless outage where nothing is left to chance."""
        inputs = self.built(replace(setting, scenario=supply.ENDLESS, forgotten=0.0), law, 1)
        return supply.certain_runtime_s(inputs)


def _ran_s(path: Path, fuel_s: float) -> Floats:
    """Seconds for which the generator ran; 0 where it never did.

    As long as there was fuel is just that long: the difference of its two instants may be short of it by the last bit.
    """
    started = path.on_line_s < np.inf
    ran_s = np.zeros_like(path.on_line_s)
    ran_s[started] = path.generator_fails_s[started] - path.on_line_s[started]
    ran_s[started & (path.generator_fails_s == path.on_line_s + fuel_s)] = fuel_s
    return ran_s
