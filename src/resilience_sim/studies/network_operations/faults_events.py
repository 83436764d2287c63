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

Of the rounds that look for faults some are not made (``patrol.missed``), each by chance; in one event a round that is
not made finds none of its faults.

An order or a means is judged against its absence in the same events: :attr:`FaultSetting.against` names what is left
out, and both are simulated on the same draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from resilience_sim.models.repair import Draws, Faults, Instants, Path, Remedy, RepairInputs, draw, kernel, seconds
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Never, Streams
from resilience_sim.studies.faults import burst_shares, law, repair_inputs, repairs
from resilience_sim.studies.network_operations.faults_arrivals import WITHIN_S, Chances, happen
from resilience_sim.studies.network_operations.faults_changes import as_set, without
from resilience_sim.studies.network_operations.faults_setting import BLOCK, NO_FAULT, FaultSetting
from resilience_sim.units import DAY

__all__ = ["Centre", "Events", "Run"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

APART_S = 240 * DAY  # from the last instant of an event to the next slot, at least: longer than repairs last
LEADS = 8  # or as many times the mean until a spare is there: by then one in three thousand is still on order
CLOCK_S = 0.001  # clocks are read to the millisecond: instants are up to ten thousand million seconds


class Told:
    """What the site's file of faults says, with some of its facts otherwise."""

    def __init__(self, site: Site) -> None:
        told = repairs(site)
        size = site.base("storm.faults")
        self.in_all = _chances(site, size)
        self.beside = _chances(site, max(0.0, size - 1.0))  # a fault that is asked about is one of them
        self.missed = site.base("patrol.missed")
        leads = [law(stock.lead, site) for stock in told.stocks.values()]
        lead_s = max((lead.mean for lead in leads if not lead.infinite), default=0.0)
        self.apart_s = math.ceil(max(APART_S, LEADS * lead_s) / DAY) * DAY  # slots begin at midnight
        # Those who are there at some hours only are so on all days of all events.
        horizon_s = BLOCK * max(self.slot_s(scenario) for scenario in WITHIN_S)
        arrivals = dict.fromkeys(told.classes, Instants(()))
        self.inputs = repair_inputs(site, horizon_s=horizon_s, arrivals=arrivals)

    def slot_s(self, scenario: str) -> float:
        """Seconds from the beginning of one event's slot to that of the next."""
        return WITHIN_S[scenario] + self.apart_s


def _chances(site: Site, size: float) -> Chances:
    told = repairs(site)
    classes = tuple(told.classes)
    return Chances(
        classes,
        per_s=np.array([told.per_s(name, site) for name in classes]),
        weights=np.array([told.weight(name, site) for name in classes]),
        devices=tuple(round(told.classes[name].devices.base(site)) for name in classes),
        needs_spare=np.array([any(r.spare for r in told.classes[name].remedies) for name in classes]),
        struck=tuple(burst_shares(site, size=size).values()),
    )


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
            centre.run(seed, replication, left_out=setting.against) if setting.against else None,
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
    noticed_s
        When each would be known if nobody made any round, shape (faults,); inf: never.
    asked
        The fault asked about of each event, its place among all; -1: none, shape (:data:`BLOCK`,).
    """

    inputs: RepairInputs
    path: Path
    event: Ints
    noticed_s: Floats
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
        self.chances = told.in_all if setting.fault == NO_FAULT else told.beside
        self.inputs = as_set(told.inputs, setting)
        self.slot_s = told.slot_s(setting.scenario)

    def run(self, seed: int, replication: int, *, left_out: str = "") -> Run:
        """A block of events, with everything or without what `left_out` names, on the same draws."""
        streams = Streams(seed, replication)
        times, asked = happen(self.chances, self.setting, self.slot_s, streams)
        inputs = without(self.inputs, left_out) if left_out else self.inputs
        classes = [name for name in self.chances.classes if len(times[name])]
        faults = tuple(
            replace(one, arrivals=Instants(tuple(times[one.name].tolist())))
            for one in inputs.faults
            if one.name in classes
        )
        inputs = replace(inputs, faults=faults or inputs.faults[:1])
        draws = draw(inputs, streams)
        event = np.floor_divide(draws.occurred_s, self.slot_s).astype(np.int64)
        noticed_s = draws.known_s
        if any(one.patrol is not None for one in inputs.faults):
            noticed_s, known_s = _found(inputs, draws, event, self.told.missed, seed, replication)
            draws = replace(draws, known_s=known_s)
        path = kernel.simulate(inputs, draws)
        first = dict(zip(classes, np.cumsum([0, *(len(times[name]) for name in classes)])[:-1].tolist(), strict=True))
        place = np.full(BLOCK, -1)
        for name, events in asked.items():
            place[events] = first[name] + np.arange(len(events))
        return Run(inputs, path, event, noticed_s, place)


def _found(
    inputs: RepairInputs, draws: Draws, event: Ints, missed: float, seed: int, replication: int
) -> tuple[Floats, Floats]:
    """When each fault would be known without any round, and when it is with those that are made, shape (faults,).

    The machine's rounds are all made. Here k or more in a row are missed with probability ``missed ** k``, and the one
    that is made comes k intervals later. The numbers are those of the run itself, drawn once more without rounds, and
    once with them alone.
    """
    unlooked = replace(inputs, faults=tuple(_unlooked(one) for one in inputs.faults))
    looked = replace(
        inputs, faults=tuple(one if one.patrol is None else replace(one, noticed=Never()) for one in inputs.faults)
    )
    never = np.array([one.noticed.infinite for one in inputs.faults])[draws.kind]
    noticed_s = np.where(never, np.inf, draw(unlooked, Streams(seed, replication)).known_s)
    look_s = draw(looked, Streams(seed, replication)).known_s
    streams = Streams(seed, replication)
    rounds = {one.patrol.name: one.patrol.every_s for one in inputs.faults if one.patrol is not None}
    late_s = {name: every_s * _missed(missed, f"faults/missed/{name}", streams) for name, every_s in rounds.items()}
    known_s = noticed_s.copy()
    for k, one in enumerate(inputs.faults):
        if one.patrol is not None:
            mine = draws.kind == k
            known_s[mine] = np.minimum(noticed_s[mine], look_s[mine] + late_s[one.patrol.name][event[mine]])
    return noticed_s, known_s


def _unlooked(one: Faults) -> Faults:
    """The same class without its round; what is never noticed then is so at once, for the machine takes no other."""
    return replace(one, patrol=None, noticed=Deterministic(0.0) if one.noticed.infinite else one.noticed)


def _missed(share: float, name: str, streams: Streams) -> Floats:
    """How many looks in a row are missed in each event: k or more with ``share ** k``, shape (BLOCK,)."""
    if share == 0:
        return np.zeros(BLOCK)
    return np.floor(np.log1p(-streams.generator(name).random(BLOCK)) / math.log(share))
