"""When faults of the network operations centre occur in a block of events, and which of them are asked about.

Common random numbers: a larger storm strikes the same devices and others, a higher rate brings the same faults and
others, and these come last, so that each fault keeps its place among those of its class and with it all that is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.randomness import Streams
from resilience_sim.studies.network_operations.faults_setting import (
    ALONE,
    ANY,
    ANY_DAY,
    ANY_SPARE,
    BLOCK,
    NO_FAULT,
    STORM,
    YEAR,
    FaultSetting,
)
from resilience_sim.units import DAY

__all__ = ["WITHIN_S", "Chances", "happen"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WITHIN_S = {ALONE: 60 * DAY, STORM: 60 * DAY, YEAR: 365 * DAY, ANY_DAY: DAY}  # when in its slot an event may begin
_NONE: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Chances:
    """How likely faults of each class are.

    Parameters
    ----------
    classes
        Their names.
    per_s
        Faults per second, shape (classes,).
    weights
        How likely a storm's fault is one of the class, against others, shape (classes,).
    devices
        How many there are to be struck.
    needs_spare
        Whether one of the class's remedies takes a spare, shape (classes,).
    struck
        Share of each class's devices that a storm breaks.
    """

    classes: tuple[str, ...]
    per_s: Floats
    weights: Floats
    devices: tuple[int, ...]
    needs_spare: Flags
    struck: tuple[float, ...]


def happen(
    chances: Chances, setting: FaultSetting, slot_s: float, streams: Streams
) -> tuple[Mapping[str, Floats], Mapping[str, Ints]]:
    """A block of events, each in a slot of `slot_s` seconds.

    Returns
    -------
    tuple
        When faults of each class occur, in seconds; and of which events one is asked about: the first so many of them.
    """
    starts_s = np.arange(BLOCK, dtype=np.float64) * slot_s
    if setting.scenario in (YEAR, ANY_DAY):
        return _by_rate(chances, setting, starts_s, streams), {}
    at_s: Floats = starts_s + np.floor(streams.generator("faults/at").random(BLOCK) * WITHIN_S[setting.scenario])
    asked = _asked(chances, setting, streams)
    times: dict[str, Floats] = {name: at_s[asked.get(name, _NONE)] for name in chances.classes}
    if setting.scenario == STORM:
        for k, name in enumerate(chances.classes):
            times[name] = np.concatenate((times[name], _struck(chances, k, at_s, asked.get(name), streams)))
    return times, asked


def _asked(chances: Chances, setting: FaultSetting, streams: Streams) -> dict[str, Ints]:
    """Of which events the fault of each class is asked about."""
    fault = setting.fault
    if fault == NO_FAULT:
        return {}
    if fault not in (ANY, ANY_SPARE):
        return {fault: np.arange(BLOCK)}
    rates = chances.weights if setting.scenario == STORM else chances.per_s
    rates = rates if fault == ANY else np.where(chances.needs_spare, rates, 0.0)
    upper = np.cumsum(rates) / rates.sum()
    which = np.searchsorted(upper, streams.generator("faults/which").random(BLOCK), side="right")
    return {name: np.flatnonzero(which == k) for k, name in enumerate(chances.classes) if (which == k).any()}


def _struck(chances: Chances, k: int, at_s: Floats, asked: Ints | None, streams: Streams) -> Floats:
    """Instants at which the storm breaks devices of a class, those asked about left out, in order of their uniforms."""
    if chances.struck[k] == 0:
        return np.empty(0)
    uniform = streams.generator(f"faults/struck/{chances.classes[k]}").random((BLOCK, chances.devices[k]))
    if asked is not None:
        uniform[asked, 0] = 1.0
    event, device = np.nonzero(uniform < chances.struck[k])
    return at_s[event[np.argsort(uniform[event, device], kind="stable")]]


def _by_rate(chances: Chances, setting: FaultSetting, starts_s: Floats, streams: Streams) -> dict[str, Floats]:
    """Instants of faults that come by their rates: of the class asked about, or of those that may need a spare."""
    span_s = WITHIN_S[setting.scenario]
    times: dict[str, Floats] = {}
    for k, name in enumerate(chances.classes):
        wanted = chances.needs_spare[k] if setting.fault == ANY_SPARE else name == setting.fault
        mean = chances.per_s[k] * span_s if wanted else 0.0
        times[name] = _poisson(float(mean), f"faults/by_rate/{name}", starts_s, span_s, streams)
    return times


def _poisson(mean: float, name: str, starts_s: Floats, span_s: float, streams: Streams) -> Floats:
    """Instants of `mean` faults on average in each event.

    They are drawn in slices, of one fault on average, of the next one, of the next two, four …, with a level in each
    slice; those whose level is below `mean` occur, in the order of their levels. No rate is too high to be drawn for,
    and the faults of a lower rate are the first of a higher one.
    """
    parts: list[Floats] = [np.empty(0)]
    low, high = 0.0, 1.0
    while low < mean:
        generator = streams.generator(f"{name}/{high:g}")
        event = np.repeat(np.arange(BLOCK), generator.poisson(high - low, BLOCK))
        level = low + (high - low) * generator.random(len(event))
        at_s = starts_s[event] + np.floor(generator.random(len(event)) * span_s)
        order = np.argsort(level, kind="stable")
        parts.append(at_s[order[level[order] < mean]])
        low, high = high, 2 * high
    return np.concatenate(parts)
