"""Faults of the network operations centre, one event after the other, and what is read off each.

An event is a fault of a class, alone or in a storm; a storm; a year; or a day. Many events make one run of the repair
machine: they lie so far apart that what one leaves behind (a spare on order) has long come when the next begins. So
they are independent, and the run's streams are drawn once for all of them.

* *alone*: one fault of the class asked about (or of one drawn by how often each occurs, or is struck), at a random
  instant, with the crew there and the stock full;
* *storm_burst*: the same fault among those that a storm breaks with it. Every other device is struck by chance, so that
  ``storm.faults`` are broken at once on average, the one asked about among them; the crew, the stock and the vendors
  are those of a quiet day;
* *year*: faults come by their rates for a year, which begins with a full stock;
* *any_day*: the same for a day, beginning with nothing out of order.

An order or a means is judged against its absence in the same events: :attr:`FaultSetting.against` names what is left
out, and both are simulated on the same draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from resilience_sim.models.repair import (
    Backup,
    Faults,
    Instants,
    Path,
    Patrol,
    Remedy,
    RepairInputs,
    draw,
    kernel,
    seconds,
)
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Never, Streams
from resilience_sim.studies.faults import burst_shares, repair_inputs, repairs
from resilience_sim.timelines import constant
from resilience_sim.units import DAY

__all__ = [
    "ALONE", "ANY", "ANY_DAY", "ANY_SPARE", "BLOCK", "NO_FAULT", "STORM", "YEAR", "Centre", "Events", "FaultSetting",
    "Run",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ALONE, STORM, YEAR, ANY_DAY = "alone", "storm_burst", "year", "any_day"
ANY, NO_FAULT = "any", ""  # in place of a class: whichever occurs, by its rate; none but those of the storm
ANY_SPARE = "any_spare"  # whichever may need a spare
BLOCK = 128
WITHIN_S = {ALONE: 60 * DAY, STORM: 60 * DAY, YEAR: 365 * DAY, ANY_DAY: DAY}  # when in its slot an event may begin
APART_S = 240 * DAY  # from the last instant of an event to the next slot, at least: longer than repairs last
LEADS = 8  # or as many times the mean until a spare is there: by then one in three thousand is still on order
_NONE: Ints = np.empty(0, dtype=np.int64)
CLOCK_S = 0.001  # clocks are read to the millisecond: instants are up to ten thousand million seconds


@dataclass(frozen=True)
class FaultSetting:
    """One situation.

    Parameters
    ----------
    scenario
        One of the module's four.
    fault
        The class asked about.
    facts
        Facts of the site that are otherwise, in their own units.
    stocks
        Spares of some stocks, instead of the file's.
    every_s
        Seconds between looks of some rounds, or between copies of some backups, instead of the file's.
    people, on_call
        Technicians on shift, and others who come when nobody is free; ``None``: as many as the site has.
    decide_after_s
        After which a broken access switch is given up and a spare put in.
    undecided
        Only faults that cannot be put right before that.
    against
        What is left out in the events compared with: *order* of gravity, *restart* first, *decision* for the spare,
        saved *configuration*, the *round*; empty: no comparison.
    """

    scenario: str
    fault: str
    facts: tuple[tuple[str, float], ...] = ()
    stocks: tuple[tuple[str, int], ...] = ()
    every_s: tuple[tuple[str, float], ...] = ()
    people: int | None = None
    on_call: int = 0
    decide_after_s: float = math.inf
    undecided: bool = False
    against: str = ""

    def with_fact(self, name: str, value: float) -> FaultSetting:
        """The same, with another value of a fact in its own unit."""
        return replace(self, facts=tuple(sorted({**dict(self.facts), name: value}.items())))

    def with_stock(self, name: str, count: int) -> FaultSetting:
        """The same, with so many spares in a stock."""
        return replace(self, stocks=tuple(sorted({**dict(self.stocks), name: count}.items())))

    def with_round(self, name: str, every_s: float) -> FaultSetting:
        """The same, with another time between the looks of a round or between copies."""
        return replace(self, every_s=tuple(sorted({**dict(self.every_s), name: every_s}.items())))


class Told:
    """What the site's file of faults says, with some of its facts otherwise."""

    def __init__(self, site: Site) -> None:
        told = repairs(site)
        self.classes = tuple(told.classes)
        self.per_s = np.array([told.per_s(name, site) for name in self.classes])
        self.weights = np.array([told.weight(name, site) for name in self.classes])
        self.devices = [round(told.classes[name].devices.base(site)) for name in self.classes]
        self.needs_spare = np.array([any(r.spare for r in told.classes[name].remedies) for name in self.classes])
        size = site.base("storm.faults")  # a fault that is asked about is one of them
        self.struck_in_all = list(burst_shares(site, size=size).values())
        self.struck_beside = list(burst_shares(site, size=max(0.0, size - 1.0)).values())
        self.inputs = repair_inputs(site, horizon_s=DAY, arrivals=dict.fromkeys(self.classes, Instants(())))


class Events:
    """What happens at one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._told: dict[tuple[tuple[str, float], ...], Told] = {}
        self._centres: dict[FaultSetting, Centre] = {}

    def at(self, setting: FaultSetting) -> Centre:
        """The centre in a setting, kept for the runs."""
        if setting not in self._centres:
            if setting.facts not in self._told:
                self._told[setting.facts] = Told(self.site.with_values(dict(setting.facts)))
            self._centres[setting] = Centre(self._told[setting.facts], setting)
        return self._centres[setting]

    def runs(self, setting: FaultSetting, seed: int, replication: int) -> tuple[Run, Run | None]:
        """A block of events, and the same events without what the setting is compared with, if it is."""
        centre = self.at(setting)
        return (
            centre.run(seed, replication),
            centre.run(seed, replication, without=setting.against) if setting.against else None,
        )


@dataclass(frozen=True)
class Run:
    """A run of a block, and which of its faults belong to which event.

    Parameters
    ----------
    inputs, path
        Of the machine.
    event
        The event of each fault, shape (faults,).
    asked
        The fault asked about of each event, its place among all; -1: none, shape (:data:`BLOCK`,).
    """

    inputs: RepairInputs
    path: Path
    event: Ints
    asked: Ints

    @cached_property
    def first_remedy(self) -> Ints:
        """Where the remedies of each class begin among those of all, shape (classes,)."""
        sizes = [len(one.remedies) for one in self.inputs.faults]
        return np.cumsum([0, *sizes])[:-1]

    @cached_property
    def fault_of_task(self) -> Ints:
        """The fault of each task, shape (tasks,)."""
        return np.repeat(np.arange(len(self.path.kind)), np.diff(self.path.task_from))

    def of_tasks(self, values: npt.ArrayLike) -> npt.NDArray[np.generic]:
        """What is known of each remedy (of all classes, in their order), for each task."""
        fault = self.fault_of_task
        place = np.arange(len(fault)) - self.path.task_from[fault]
        return np.asarray(values)[self.first_remedy[self.path.kind[fault]] + place]

    @property
    def remedies(self) -> list[Remedy]:
        """The remedies of all classes."""
        return [remedy for one in self.inputs.faults for remedy in one.remedies]

    def clock(self, name: str, *, since: str = "known", until: str = "back", remedy: str | None = None) -> Floats:
        """Seconds of the faults asked about from one instant to another, to the millisecond, shape (BLOCK,)."""
        of_class = seconds(self.inputs, self.path, name, since=since, until=until, remedy=remedy)
        names = [one.name for one in self.inputs.faults]
        place = np.flatnonzero(self.path.kind == names.index(name))
        values = of_class[np.searchsorted(place, self.asked)]
        return np.where(np.isfinite(values), np.round(values / CLOCK_S) * CLOCK_S, values)

    def worst(self, values: Floats, event: Ints) -> Floats:
        """The largest value of each event, 0 where there is none, shape (BLOCK,)."""
        result = np.zeros(BLOCK)
        np.maximum.at(result, event, values)
        return result


class Centre:
    """The centre in one setting: its faults and what there is against them, and the runs of its events."""

    def __init__(self, told: Told, setting: FaultSetting) -> None:
        self.told = told
        self.setting = setting
        self.struck = told.struck_in_all if setting.fault == NO_FAULT else told.struck_beside
        self.inputs = self._as_set(told.inputs)
        lead_s = max((stock.lead.mean for stock in self.inputs.stocks if not stock.lead.infinite), default=0.0)
        self.slot_s = WITHIN_S[setting.scenario] + math.ceil(max(APART_S, LEADS * lead_s))

    # ---- what is otherwise than in the file

    def _as_set(self, inputs: RepairInputs) -> RepairInputs:
        setting, stocks = self.setting, dict(self.setting.stocks)
        crews = tuple(
            replace(
                crew,
                on_shift=crew.on_shift if setting.people is None else constant(float(setting.people)),
                on_call=setting.on_call,
            )
            for crew in inputs.crews
        )
        shelves = tuple(replace(stock, base=stocks.get(stock.name, stock.base)) for stock in inputs.stocks)
        return replace(inputs, faults=tuple(self._class(one) for one in inputs.faults), crews=crews, stocks=shelves)

    def _class(self, one: Faults) -> Faults:
        every_s = dict(self.setting.every_s)
        if one.patrol is not None and one.patrol.name in every_s:
            one = replace(one, patrol=Patrol(one.patrol.name, every_s[one.patrol.name]))
        if one.backup is not None and one.backup.name in every_s:
            one = replace(one, backup=Backup(one.backup.name, every_s[one.backup.name], one.backup.succeeds))
        if one.name == "access_switch_broken":
            one = _until(one, "find", self.setting.decide_after_s, never=self.setting.undecided)
        return one

    def _without(self, what: str) -> RepairInputs:
        """The same centre without the means or the order that it is compared with."""
        inputs = self.inputs
        match what:
            case "order":
                return replace(inputs, faults=tuple(replace(one, priority=0) for one in inputs.faults))
            case "restart":
                return _for_class(inputs, "server_crashed", lambda one: _dropped(one, "restart"))
            case "configuration":
                return _for_class(inputs, "exchange_confused", lambda one: _dropped(one, "restore"))
            case "decision":
                return _for_class(inputs, "access_switch_broken", lambda one: _until(one, "find", math.inf))
        assert what == "round"
        return replace(inputs, faults=tuple(replace(one, patrol=None) for one in inputs.faults))

    # ---- runs

    def run(self, seed: int, replication: int, *, without: str = "") -> Run:
        """A block of events, with everything or without what `without` names, on the same draws."""
        streams = Streams(seed, replication)
        times, asked = self._happen(streams)
        inputs = self._without(without) if without else self.inputs
        classes = [name for name in self.told.classes if len(times[name])]
        faults = tuple(
            replace(one, arrivals=Instants(tuple(times[one.name].tolist())))
            for one in inputs.faults
            if one.name in classes
        )
        inputs = replace(inputs, faults=faults or inputs.faults[:1])
        path = kernel.simulate(inputs, draw(inputs, streams))
        event = np.floor_divide(path.occurred_s, self.slot_s).astype(np.int64)
        first = dict(zip(classes, np.cumsum([0, *(len(times[name]) for name in classes)])[:-1].tolist(), strict=True))
        place = np.full(BLOCK, -1)
        for name, events in asked.items():
            place[events] = first[name] + np.arange(len(events))
        return Run(inputs, path, event, place)

    def _happen(self, streams: Streams) -> tuple[dict[str, Floats], dict[str, Ints]]:
        """When faults of each class occur, and of which events that of a class is asked about: the first so many."""
        setting = self.setting
        starts_s = np.arange(BLOCK, dtype=np.float64) * self.slot_s
        if setting.scenario in (YEAR, ANY_DAY):
            return self._by_rate(streams, starts_s), {}
        at_s: Floats = starts_s + np.floor(streams.generator("faults/at").random(BLOCK) * WITHIN_S[setting.scenario])
        asked = self._asked(streams)
        times: dict[str, Floats] = {name: at_s[asked.get(name, _NONE)] for name in self.told.classes}
        if setting.scenario == STORM:
            for k, name in enumerate(self.told.classes):
                times[name] = np.concatenate((times[name], self._struck(k, at_s, asked.get(name), streams)))
        return times, asked

    def _asked(self, streams: Streams) -> dict[str, Ints]:
        """Of which events the fault of each class is asked about."""
        fault = self.setting.fault
        if fault == NO_FAULT:
            return {}
        if fault not in (ANY, ANY_SPARE):
            return {fault: np.arange(BLOCK)}
        rates = self.told.weights if self.setting.scenario == STORM else self.told.per_s
        rates = rates if fault == ANY else np.where(self.told.needs_spare, rates, 0.0)
        upper = np.cumsum(rates) / rates.sum()
        which = np.searchsorted(upper, streams.generator("faults/which").random(BLOCK), side="right")
        return {name: np.flatnonzero(which == k) for k, name in enumerate(self.told.classes) if (which == k).any()}

    def _struck(self, k: int, at_s: Floats, asked: Ints | None, streams: Streams) -> Floats:
        """Instants at which the storm breaks devices of a class, those asked about left out.

        In the order of their uniforms, so that a larger storm strikes the same devices, and others after them: no other
        number of them is moved.
        """
        if self.struck[k] == 0:
            return np.empty(0)
        uniform = streams.generator(f"faults/struck/{self.told.classes[k]}").random((BLOCK, self.told.devices[k]))
        if asked is not None:
            uniform[asked, 0] = 1.0
        event, device = np.nonzero(uniform < self.struck[k])
        return at_s[event[np.argsort(uniform[event, device], kind="stable")]]

    def _by_rate(self, streams: Streams, starts_s: Floats) -> dict[str, Floats]:
        """Instants of faults that come by their rates: of the class asked about, or of those that may need a spare."""
        span_s = WITHIN_S[self.setting.scenario]
        times: dict[str, Floats] = {}
        for k, name in enumerate(self.told.classes):
            wanted = self.told.needs_spare[k] if self.setting.fault == ANY_SPARE else name == self.setting.fault
            if not wanted:
                times[name] = np.empty(0)
                continue
            generator = streams.generator(f"faults/by_rate/{name}")
            event = np.repeat(np.arange(BLOCK), generator.poisson(self.told.per_s[k] * span_s, BLOCK))
            times[name] = starts_s[event] + np.floor(generator.random(len(event)) * span_s)
        return times


def _for_class(inputs: RepairInputs, name: str, change: Callable[[Faults], Faults]) -> RepairInputs:
    return replace(inputs, faults=tuple(change(one) if one.name == name else one for one in inputs.faults))


def _remedies(one: Faults, change: Callable[[Remedy], Remedy | None]) -> Faults:
    """The same class with each of its remedies changed, or left out."""
    ladders = (
        replace(ladder, remedies=tuple(new for remedy in ladder.remedies if (new := change(remedy)) is not None))
        for ladder in one.ladders
    )
    return replace(one, ladders=tuple(ladders))


def _dropped(one: Faults, name: str) -> Faults:
    return _remedies(one, lambda remedy: None if remedy.name == name else remedy)


def _until(one: Faults, name: str, limit_s: float, *, never: bool = False) -> Faults:
    """The same class, one of its remedies given up after so long; `never`: it cannot end before."""
    return _remedies(
        one,
        lambda remedy: (
            replace(remedy, limit_s=limit_s, time=Never() if never else remedy.time) if remedy.name == name else remedy
        ),
    )
