"""What may be otherwise than in the site's file of faults: crews, stocks, rounds and copies, and what is left out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from resilience_sim.models.repair import Backup, Crew, Faults, Patrol, Remedy, RepairInputs
from resilience_sim.randomness import Never
from resilience_sim.studies.network_operations.faults_setting import FaultSetting

__all__ = ["as_set", "without"]

LEFT_OUT = {"restart": ("server_crashed", "restart"), "configuration": ("exchange_confused", "restore")}


def as_set(inputs: RepairInputs, setting: FaultSetting) -> RepairInputs:
    """The centre of the file, in a setting."""
    stocks = dict(setting.stocks)
    return replace(
        inputs,
        faults=tuple(_class(one, setting) for one in inputs.faults),
        crews=tuple(_crew(crew, setting) for crew in inputs.crews),
        stocks=tuple(replace(stock, base=stocks.get(stock.name, stock.base)) for stock in inputs.stocks),
    )


def without(inputs: RepairInputs, what: str) -> RepairInputs:
    """The same centre without the means or the order that it is compared with, see ``FaultSetting.against``."""
    if what == "order":
        return replace(inputs, faults=tuple(replace(one, priority=0) for one in inputs.faults))
    if what in LEFT_OUT:
        name, remedy = LEFT_OUT[what]
        return _for_class(inputs, name, lambda one: _dropped(one, remedy))
    assert what == "decision"
    return _for_class(inputs, "access_switch_broken", lambda one: _until(one, "find", math.inf))


def _crew(crew: Crew, setting: FaultSetting) -> Crew:
    """The same crew, at its own hours, with as many people as the setting has."""
    people = setting.people
    if people is None:
        return replace(crew, on_call=setting.on_call)
    on_shift = crew.on_shift.map(lambda there: np.where(there > 0, float(people), 0.0))
    return replace(crew, on_shift=on_shift, on_call=setting.on_call)


def _class(one: Faults, setting: FaultSetting) -> Faults:
    every_s = dict(setting.every_s)
    if one.patrol is not None and one.patrol.name in every_s:
        one = replace(one, patrol=Patrol(one.patrol.name, every_s[one.patrol.name]))
    if one.backup is not None and one.backup.name in every_s:
        one = replace(one, backup=Backup(one.backup.name, every_s[one.backup.name], one.backup.succeeds))
    if one.name == "access_switch_broken":
        one = _until(one, "find", setting.decide_after_s, never=setting.undecided)
    return one


def _for_class(inputs: RepairInputs, name: str, change: Callable[[Faults], Faults]) -> RepairInputs:
    return replace(inputs, faults=tuple(change(one) if one.name == name else one for one in inputs.faults))


def _remedies(one: Faults, change: Callable[[Remedy], Remedy | None]) -> Faults:
    """The same class with each of its remedies changed, or left out; so is a ladder of which nothing is left."""
    ladders = []
    for ladder in one.ladders:
        remedies = tuple(new for remedy in ladder.remedies if (new := change(remedy)) is not None)
        if remedies:
            ladders.append(replace(ladder, remedies=remedies))
    return replace(one, ladders=tuple(ladders))


def _dropped(one: Faults, name: str) -> Faults:
    return _remedies(one, lambda remedy: None if remedy.name == name else remedy)


def _until(one: Faults, name: str, limit_s: float | None, *, never: bool = False) -> Faults:
    """The same class, one of its remedies given up after so long, if not after the file's; `never`: not done before."""

    def changed(remedy: Remedy) -> Remedy:
        if remedy.name != name:
            return remedy
        until_s = remedy.limit_s if limit_s is None else limit_s
        return replace(remedy, limit_s=until_s, time=Never() if never else remedy.time)

    return _remedies(one, changed)
