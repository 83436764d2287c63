"""The supply of the call centre: one UPS for hall and service system, a generator, and what is switched off.

The battery has as many blocks as the site says (``battery.blocks``); where it does not, as many as a new one at 25 °C
needs to carry everything for the site's design time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.power.inputs import Generator, Load, PowerInputs, Shed, Ups
from resilience_sim.models.power.path import Path
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic
from resilience_sim.studies import supply
from resilience_sim.studies.supply import Condition
from resilience_sim.studies.supply_outages import BLOCK, ENDLESS, outages, simulated
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
        A scenario of :mod:`~resilience_sim.studies.supply_outages`.
    state, blocks, strings
        Condition of the battery, and its size: blocks in each string, and strings in parallel.
    unbroken
        Whether loads ride through the time that the UPS takes to change over.
    on_load_s
        From the mains' failure until the generator carries the load; `None`: without a generator.
    attempts
        To start it, at most.
    fuel_s
        For how long it has fuel.
    switched_off
        What is switched off (air-conditioning, appliances), after how many seconds somebody has done it (`None`: when
        people get to it), and in what share of outages nobody does.
    check_s
        How long the specialist watches the systems after the mains are back.
    """

    scenario: str
    state: Condition
    blocks: int
    strings: int = 1
    unbroken: bool = True
    on_load_s: float | None = None
    attempts: int = 1
    fuel_s: float = math.inf
    switched_off: tuple[tuple[str, float | None, float], ...] = ()
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
        """Blocks in a string of the battery."""
        return supply.installed(self.site, "battery.blocks", otherwise=self._fewest_blocks)

    def setting(self, scenario: str, state: Condition) -> Setting:
        """The supply with all that is installed, but without the generator."""
        strings = supply.installed(self.site, "battery.strings", otherwise=1)
        return Setting(scenario, state, self.blocks, strings)

    @property
    def _fewest_blocks(self) -> int:
        """With which a new battery carries everything for the design time."""
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

    def generator(self, setting: Setting) -> Generator | None:
        """The set: attempt k brings it on load so long after the mains' failure, and k - 1 times between attempts."""
        if setting.on_load_s is None:
            return None
        return Generator(
            sense_s=setting.on_load_s,
            crank_s=0.0,
            pause_s=self.site.base("generator.between_attempts"),
            transfer_s=0.0,
            attempts=setting.attempts,
            starts=1 - self.site.base("generator.start_fails"),
            available=self.site.base("generator.available"),
            mean_run_s=self.site.base("generator.mttf"),
            fuel_s=setting.fuel_s,
            rating_w=self._rating_w("generator.rating"),
        )

    def built(self, setting: Setting, law: str = "table", count: int = BLOCK) -> PowerInputs:
        """The machine's inputs: so many events of a setting."""
        loads = self.loads(setting.state.load_factor)
        ups = Ups(
            "hall",
            supply.battery(self.site, setting.state, blocks=setting.blocks, strings=setting.strings, law=law),
            loads,
            self._rules(setting, {load.name for load in loads}),
            supply.losses(self.site, "ups.idle_loss"),
            rating_w=self._rating_w("ups.rating"),
            transfer_fails=self.site.base("ups.transfer_fails"),
        )
        struck = outages(self.site, setting.scenario, self.record, count)
        return PowerInputs(struck, (ups,), self.generator(setting))

    def _rating_w(self, fact: str) -> float:
        return self.site.base(fact) if fact in self.site.facts else math.inf

    def _rules(self, setting: Setting, there: set[str]) -> tuple[Shed, ...]:
        late = supply.late(self.site)
        return tuple(
            Shed(
                (name,),
                "after",
                0.0,
                by="switch",
                delay=late if at_s is None else Deterministic(at_s),
                forgotten=forgotten,
            )
            for name, at_s, forgotten in setting.switched_off
            if name in there
        )

    def replicate(self, setting: Setting, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of outages, shape (:data:`~resilience_sim.studies.supply_outages.BLOCK`,)."""
        inputs = self.inputs(setting)
        path = simulated(inputs, seed, replication)
        lost_s = path.lost_s[0]
        started = path.on_line_s < np.inf
        return {
            "service_taken_over": supply.percent_of((lost_s > 0) & setting.unbroken),
            "service_runtime": lost_s / MINUTE,
            "service_kept": supply.percent_of(lost_s == np.inf),
            "generator_on_load": supply.percent_of(started & (path.on_line_s <= lost_s)),
            "generator_starts": supply.percent_of(started),
            "generator_runs": supply.hours(_ran_s(path, setting.fuel_s)),
            "runtime_after_check": self._after_check(setting, inputs, path) / MINUTE,
            "outage": path.duration_s / MINUTE,
        }

    def _after_check(self, setting: Setting, inputs: PowerInputs, path: Path) -> Floats:
        """Seconds for which the battery would carry everything if the mains failed again right after the check.

        None where it carried nothing just now: a dead string is not mended by then, however full it is.
        """
        (ups,) = inputs.units
        full_s = self.runtime_s(replace(setting, on_load_s=None, switched_off=()))
        charge: Floats = np.minimum(path.charge_after[0] + setting.check_s / ups.battery.recharge_s, 1.0)
        return np.where(path.lost_s[0] > 0, charge * full_s, 0.0)

    @lru_cache(maxsize=256)  # noqa: B019 - a study lives as long as its run
    def runtime_s(self, setting: Setting, *, law: str = "table") -> float:
        """How long service lasts in an endless outage where nothing is left to chance."""
        inputs = self.built(replace(setting, scenario=ENDLESS), law, 1)
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
