"""The power machine in SimPy, written to be read aloud.

A `Supply` goes through the outages; in each, a fresh agenda holds what lies ahead of every `Unit`, whose methods are
what can happen to it. A unit has a `LinearBattery` or a `KineticBattery`. It shares no data structure with the kernel:
two independent tellings of one story, which must agree to the bit.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count, islice
from typing import Any

import numpy as np

from resilience_sim.models.agenda import Agenda
from resilience_sim.models.power.draws import Draws
from resilience_sim.models.power.inputs import Ended, Load, PowerInputs, Shed, Ups
from resilience_sim.models.power.path import Path
from resilience_sim.models.power.reference_cells import Cell, new_cell

__all__ = ["simulate"]

(
    MAINS_RETURN, GENERATOR_ON_LINE, GENERATOR_FAILS, SHUTDOWN_ENDS, RULE_ACTS, BATTERY_EMPTY, FIRE,
) = range(7)  # the order at equal instants  # fmt: skip


def simulate(inputs: PowerInputs, draws: Draws, *, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.power.kernel.simulate`, to the bit.

    Parameters
    ----------
    inputs
        The supply.
    draws
        The replication's numbers, drawn for this supply.
    trace
        Whether to record every switch of a load.
    """
    n, units, rules, loads = len(draws.duration_s), len(inputs.units), len(inputs.sheds), len(inputs.loads)
    nothing_happens = Path(
        duration_s=draws.duration_s,
        between_s=draws.between_s,
        on_line_s=np.full(n, np.inf),
        generator_fails_s=np.full(n, np.inf),
        charge_before=np.empty((units, n)),
        charge_after=np.empty((units, n)),
        acted_s=np.full((rules, n), np.inf),
        lost_s=np.full((loads, n), np.inf),
        off_s=np.zeros((loads, n)),
        ended=np.zeros((loads, n), dtype=np.int8),
    )
    return Supply(inputs, draws, nothing_happens).run(trace)


# -- a unit and what can happen to it ----------------------------------------------------------------------------------


Switch = tuple[int, float, int, int]  # outage, instant, load, 1 on or 0 off


class Source(Enum):
    """What feeds the loads of a unit."""

    BATTERY = auto()
    GENERATOR = auto()
    NOTHING = auto()


@dataclass(eq=False)
class Fate:
    """What one outage has done to one load so far."""

    row: int
    load: Load
    stop_s: float
    on: bool = True
    off_since: float = math.nan
    down_s: float = math.inf  # when its shutdown will have ended, as things stand
    lost_s: float = math.inf
    off_s: float = 0.0
    ended: Ended = Ended.KEPT


@dataclass(eq=False)
class Rule:
    """One rule in one outage."""

    row: int
    shed: Shed
    delay_s: float
    forgotten: bool
    moment_s: float = math.inf
    done: bool = False
    acted_s: float = math.inf

    @property
    def acts_s(self) -> float:
        return self.moment_s + self.delay_s


@dataclass(eq=False)
class Unit:
    """A UPS over all outages; what it knows of the present outage is made anew in :meth:`mains_fail`."""

    ups: Ups
    draws: Draws
    row: int
    strings: list[int]
    rules: list[int]
    loads: list[int]
    cell: Cell
    agenda: Agenda = field(default_factory=Agenda)
    fates: dict[str, Fate] = field(default_factory=dict)
    watched: list[Rule] = field(default_factory=list)
    live_strings: int = 0
    fails: bool = False
    cut_by_fire: bool = False
    source: Source = Source.NOTHING
    since: float = 0.0
    empty_s: float = math.inf
    stays: int = 0  # how often the supply has changed: what was expected before that is called off
    switches: list[Switch] = field(default_factory=list)
    outage: int = -1

    @property
    def now(self) -> float:
        return float(self.agenda.now)

    def expect(self, instant: float, kind: int, number: int, happens: Callable[[], None]) -> None:
        """Let something happen, unless the supply changes before."""
        stay = self.stays

        def event() -> None:
            if self.stays == stay:
                happens()

        if instant < math.inf:
            self.agenda.at(instant, kind, number, event)

    # -- supply ------------------------------------------------------------------------------------------------------

    def mains_fail(self, outage: int, agenda: Agenda) -> None:
        """The mains fail: a new outage."""
        draws, ups = self.draws, self.ups
        self.outage, self.agenda, self.since, self.switches = outage, agenda, 0.0, []
        self.fates = {
            load.name: Fate(row, load, float(draws.stop_s[row, outage]))
            for row, load in zip(self.loads, ups.loads, strict=True)
        }
        self.watched = [
            Rule(row, shed, float(draws.delay_s[row, outage]), bool(draws.forgotten_u[row, outage] < shed.forgotten))
            for row, shed in zip(self.rules, ups.sheds, strict=True)
        ]
        dead = sum(draws.string_u[row, outage] < ups.battery.string_fails for row in self.strings)
        self.live_strings = ups.battery.strings - int(dead)
        self.fails = bool(draws.transfer_u[self.row, outage] < ups.transfer_fails)
        self.cut_by_fire = False
        self.fall_back()

    def fall_back(self) -> None:
        """The battery has to carry everything that is on."""
        self.change_source(Source.BATTERY)
        if self.fails or self.live_strings == 0 or self.cut_by_fire:
            self.lose_everything()
            return
        for rule in self.watched:
            rule.done, rule.moment_s = rule.forgotten, math.inf
        self.look_ahead()

    def take_from_generator(self) -> None:
        """The generator takes the load: everything is on."""
        self.change_source(Source.GENERATOR)
        for fate in self.fates.values():
            if not fate.on:
                self.comes_on(fate)
                self.switches.append((self.outage, self.now, fate.row, 1))
            fate.down_s = math.inf

    def mains_return(self) -> None:
        """Everything is on again."""
        self.change_source(Source.NOTHING)
        for fate in self.fates.values():
            if not fate.on:
                self.comes_on(fate)

    def burn(self) -> None:
        """A fire: the battery is cut for the rest of the outage."""
        self.cut_by_fire = True
        if self.source is Source.BATTERY:
            self.lose_everything()

    def run_dry(self) -> None:
        """The battery is empty, unless its load has changed since this was expected."""
        if self.empty_s == self.now:
            self.lose_everything()
            self.cell.run_dry()

    def lose_everything(self) -> None:
        self.change_source(Source.NOTHING)
        for fate in self.fates.values():
            if fate.on:
                self.goes_off(fate, Ended.CUT)

    def recharge(self, seconds: float) -> None:
        self.cell.recharge(seconds / self.ups.battery.recharge_s, seconds)

    def change_source(self, source: Source) -> None:
        """Bring the charge up to date; whatever was expected is called off."""
        self.bring_up_to_date()
        self.source = source
        self.stays += 1

    def bring_up_to_date(self) -> None:
        seconds, self.since = self.now - self.since, self.now
        if self.source is Source.BATTERY:
            self.cell.use(seconds)
        elif self.source is Source.GENERATOR:
            self.recharge(seconds)

    def look_ahead(self) -> None:
        """The load is new: foresee when the battery is empty, and when rules act."""
        on_w = 0.0
        for fate in self.fates.values():
            if fate.on:
                on_w += fate.load.power_w
        battery = self.ups.battery
        drawn_w = self.ups.losses.drawn_w(on_w)
        self.cell.carry(drawn_w * battery.size_factor / (battery.blocks * self.live_strings * battery.health))
        self.empty_s = self.now + self.cell.lasts()
        self.expect(self.empty_s, BATTERY_EMPTY, self.row, self.run_dry)
        for rule in self.watched:
            if not rule.done and rule.moment_s > self.now:
                rule.moment_s = self.moment_of(rule.shed)
                self.expect(rule.acts_s, RULE_ACTS, rule.row, lambda rule=rule: self.act(rule))  # type: ignore[misc]

    def moment_of(self, shed: Shed) -> float:
        if shed.when == "after":
            return max(shed.at, self.now)
        if shed.when == "charge":
            return self.now + self.cell.falls_to(shed.at)
        return max(self.empty_s - shed.at, self.now)

    # -- rules -------------------------------------------------------------------------------------------------------

    def act(self, rule: Rule) -> None:
        """A rule acts, unless it has, or its moment has moved."""
        if rule.done or rule.acts_s != self.now:
            return
        rule.done = True
        rule.acted_s = min(rule.acted_s, self.now)
        named = [self.fates[name] for name in rule.shed.loads]
        if rule.shed.by == "switch":
            self.shed_now([(fate, Ended.SWITCHED_OFF) for fate in named if fate.on])
        else:
            self.begin_shutdowns([fate for fate in named if fate.on and fate.down_s == math.inf], rule.shed.in_sequence)

    def begin_shutdowns(self, fates: Iterable[Fate], in_sequence: bool) -> None:
        begin = self.now
        for fate in fates:
            fate.down_s = begin + min(fate.stop_s, fate.load.waits_s)
            self.expect(fate.down_s, SHUTDOWN_ENDS, fate.row, lambda fate=fate: self.end_shutdown(fate))  # type: ignore[misc]
            if in_sequence:
                begin = fate.down_s

    def end_shutdown(self, fate: Fate) -> None:
        """A shutdown is over: the load is down, or the unit has waited long enough."""
        if fate.on:
            self.shed_now([(fate, Ended.STOPPED if fate.stop_s <= fate.load.waits_s else Ended.CUT)])

    # -- loads -------------------------------------------------------------------------------------------------------

    def shed_now(self, gone: list[tuple[Fate, Ended]]) -> None:
        """Loads go off while the battery goes on."""
        if gone:
            self.bring_up_to_date()
            for fate, ended in gone:
                self.goes_off(fate, ended)
            self.look_ahead()

    def goes_off(self, fate: Fate, ended: Ended) -> None:
        fate.on, fate.off_since = False, self.now
        fate.lost_s = min(fate.lost_s, self.now)
        fate.ended = max(fate.ended, ended)
        self.switches.append((self.outage, self.now, fate.row, 0))

    def comes_on(self, fate: Fate) -> None:
        fate.on = True
        fate.off_s += self.now - fate.off_since


# -- the history -------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Supply:
    """The units, the generator, and one outage after the other."""

    inputs: PowerInputs
    draws: Draws
    path: Path  # as if nothing happened, to be filled in
    units: list[Unit] = field(default_factory=list)

    def run(self, trace: bool) -> Path:
        """Play every outage, and write the path down."""
        self.units = list(self.new_units())
        switches: list[Switch] = []
        for outage in range(len(self.draws.duration_s)):
            for unit in self.units:
                if outage > 0:
                    unit.recharge(float(self.draws.between_s[outage]))
                self.path.charge_before[unit.row, outage] = unit.cell.charge
                self.path.charge_after[unit.row, outage] = unit.cell.charge
            if self.draws.duration_s[outage] > 0:
                self.play(outage)
                for unit in self.units:
                    self.write_down(unit, outage)
                    switches += unit.switches
        return dataclasses.replace(self.path, **traced(switches)) if trace else self.path

    def new_units(self) -> Iterable[Unit]:
        """The units, with their batteries as they are given."""
        strings, rules, loads = count(), count(), count()
        for row, ups in enumerate(self.inputs.units):
            yield Unit(
                ups, self.draws, row, list(islice(strings, ups.battery.strings)), list(islice(rules, len(ups.sheds))),
                list(islice(loads, len(ups.loads))), new_cell(ups.battery),
            )  # fmt: skip

    def play(self, outage: int) -> None:
        """One outage, from the mains' failure until nothing can happen any more."""
        agenda = Agenda()
        returns_s, fire_s = float(self.draws.duration_s[outage]), float(self.draws.fire_s[outage])
        on_line_s, fails_s = self.generator_times(outage)
        if on_line_s < returns_s:
            self.path.on_line_s[outage] = on_line_s
        if fails_s < returns_s:
            self.path.generator_fails_s[outage] = fails_s
        for unit in self.units:
            for instant, kind, happens in (
                (returns_s, MAINS_RETURN, unit.mains_return),
                (on_line_s, GENERATOR_ON_LINE, unit.take_from_generator),
                (fails_s, GENERATOR_FAILS, unit.fall_back),
                (fire_s, FIRE, unit.burn),
            ):
                if instant < math.inf and (kind == MAINS_RETURN or instant < returns_s):
                    agenda.at(instant, kind, unit.row, happens)
            unit.mains_fail(outage, agenda)
        agenda.run()

    def generator_times(self, outage: int) -> tuple[float, float]:
        """When the generator would take the load, and when it would fail, if the mains stayed away."""
        generator, draws = self.inputs.generator, self.draws
        if generator is None or draws.available_u[outage] >= generator.available:
            return math.inf, math.inf
        for attempt in range(1, generator.attempts + 1):
            if draws.start_u[attempt - 1, outage] < generator.starts:
                on_line_s = generator.on_line_at(attempt)
                return on_line_s, on_line_s + min(float(draws.run_s[outage]), generator.fuel_s)
        return math.inf, math.inf

    def write_down(self, unit: Unit, outage: int) -> None:
        path = self.path
        path.charge_after[unit.row, outage] = unit.cell.charge
        for rule in unit.watched:
            path.acted_s[rule.row, outage] = rule.acted_s
        for fate in unit.fates.values():
            path.lost_s[fate.row, outage] = fate.lost_s
            path.off_s[fate.row, outage] = fate.off_s if fate.on else math.inf
            path.ended[fate.row, outage] = fate.ended


def traced(switches: list[Switch]) -> dict[str, Any]:
    """The trace's columns."""
    outages, instants, loads, on = zip(*switches, strict=True) if switches else ((), (), (), ())
    return {
        "trace_outage": np.array(outages, dtype=np.int64),
        "trace_s": np.array(instants, dtype=float),
        "trace_load": np.array(loads, dtype=np.int64),
        "trace_on": np.array(on, dtype=np.int8),
    }
