"""What is read off a path of the power machine, each measure with its unit and definition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.power.inputs import Ended, PowerInputs
from resilience_sim.models.power.path import Path
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import HOUR

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DEFINITIONS", "entities", "measures", "timelines"]

Floats = npt.NDArray[np.float64]

_OUTAGES, _SHARE, _HOURS = "outages", "1", "h"

DEFINITIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "outages": (_OUTAGES, "those of some length"),
        "kept": (_OUTAGES, "in which the load never went off"),
        "stopped": (_OUTAGES, "in which the worst that happened to the load was a clean shutdown"),
        "switched_off": (_OUTAGES, "in which the worst that happened to the load was to be switched off"),
        "cut": (_OUTAGES, "in which the load lost its supply while it ran"),
        "lost": (_OUTAGES, "in which the load went off, for whatever reason: stopped + switched_off + cut"),
        "kept_share": (_SHARE, "kept / outages"),
        "stopped_share": (_SHARE, "stopped / outages"),
        "switched_off_share": (_SHARE, "switched_off / outages"),
        "cut_share": (_SHARE, "cut / outages"),
        "outage_hours": (_HOURS, "hours of outage in all"),
        "dark_hours": (_HOURS, "hours for which the load was off in all"),
        "mean_off_h": (_HOURS, "dark_hours / outages"),
        "mean_off_lost_h": (_HOURS, "dark_hours / lost"),
        "longest_off_h": (_HOURS, "the longest time for which it was off in one outage"),
        "dark_share": (_SHARE, "dark_hours / outage_hours"),
        "mean_lost_h": (_HOURS, "hours from the mains' failure until the load went off first, summed / lost"),
        "earliest_lost_h": (_HOURS, "the shortest of these times; inf if it was never lost"),
        "lowest_charge": (_SHARE, "the lowest share of a full charge when the mains returned"),
        "lowest_charge_before": (_SHARE, "the lowest share of a full charge when the mains failed"),
        "rules_acted": (_OUTAGES, "in which at least one rule acted"),
        "generator_on_line": (_OUTAGES, "in which the generator took the load before the mains returned"),
        "generator_failed": (_OUTAGES, "of these, those in which it failed before the mains returned"),
        "generator_on_line_share": (_SHARE, "generator_on_line / outages"),
        "generator_failed_share": (_SHARE, "generator_failed / generator_on_line"),
    }
)


def measures(inputs: PowerInputs, path: Path, *, load: str | None = None) -> dict[str, float]:
    """One row of measures of one history; :data:`DEFINITIONS` says what each is.

    Parameters
    ----------
    inputs
        The supply.
    path
        A path of it.
    load
        Judges this load, and the battery and the rules of its unit; `None`: all of them as one, which goes off when
        the first of them does, is off as long as the one that is off longest, and ends as the worst ends.

    Raises
    ------
    InputsError
        If there is no load of this name.
    """
    loads, rules, units = _chosen(inputs, load)
    real = path.duration_s > 0
    ended = path.ended[loads][:, real].max(axis=0)
    lost_s = path.lost_s[loads][:, real].min(axis=0)
    off_s = path.off_s[loads][:, real].max(axis=0)
    counts = np.bincount(ended, minlength=len(Ended)).tolist()
    outages, lost = len(ended), len(ended) - counts[Ended.KEPT]
    went_off = ended != Ended.KEPT
    outage_hours, dark_hours = float(path.duration_s.sum()) / HOUR, float(off_s.sum()) / HOUR
    on_line = int(np.count_nonzero(path.on_line_s < math.inf))
    failed = int(np.count_nonzero(path.generator_fails_s < math.inf))
    row = {
        "outages": outages,
        **{kind.name.lower(): counts[kind] for kind in Ended},
        "lost": lost,
        **{f"{kind.name.lower()}_share": _ratio(counts[kind], outages) for kind in Ended},
        "outage_hours": outage_hours,
        "dark_hours": dark_hours,
        "mean_off_h": _ratio(dark_hours, outages),
        "mean_off_lost_h": _ratio(dark_hours, lost),
        "longest_off_h": float(off_s.max(initial=0.0)) / HOUR,
        "dark_share": _ratio(dark_hours, outage_hours) if outage_hours < math.inf else math.nan,
        "mean_lost_h": _ratio(float(lost_s[went_off].sum()) / HOUR, lost),
        "earliest_lost_h": float(lost_s.min(initial=math.inf)) / HOUR,
        "lowest_charge": float(path.charge_after[units][:, real].min(initial=1.0)),
        "lowest_charge_before": float(path.charge_before[units][:, real].min(initial=1.0)),
        "rules_acted": int(np.count_nonzero((path.acted_s[rules] < math.inf).any(axis=0))),
        "generator_on_line": on_line,
        "generator_failed": failed,
        "generator_on_line_share": _ratio(on_line, outages),
        "generator_failed_share": _ratio(failed, on_line),
    }
    return {measure: row[measure] for measure in DEFINITIONS}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _chosen(inputs: PowerInputs, load: str | None) -> tuple[slice, slice, slice]:
    """Rows of loads, rules and units."""
    if load is None:
        return slice(None), slice(None), slice(None)
    names = [one.name for one in inputs.loads]
    if load not in names:
        raise InputsError(f"there is no load {load!r}; accepted: {', '.join(names)}")
    row, rules = names.index(load), 0
    for k, unit in enumerate(inputs.units):
        if load in [one.name for one in unit.loads]:
            return slice(row, row + 1), slice(rules, rules + len(unit.sheds)), slice(k, k + 1)
        rules += len(unit.sheds)
    raise AssertionError("every load belongs to a unit")


def timelines(inputs: PowerInputs, path: Path, *, start_s: float = 0.0) -> dict[str, Timeline]:
    """Of each load 1 while it is fed and 0 while it is off: what other machines know as *phones up* or *servers up*.

    Parameters
    ----------
    inputs
        The supply.
    path
        A path of it, made with ``trace=True``.
    start_s
        When the first outage starts, in seconds; outage k starts at
        ``start_s + duration_s[0] + between_s[1] + … + duration_s[k - 1] + between_s[k]``.

    Returns
    -------
    dict
        A timeline for each load, by its name.

    Raises
    ------
    InputsError
        If the path was made without ``trace=True``, or the history has no end: an outage, or the mains between two
        outages, of infinite length.
    """
    if path.trace_outage is None or path.trace_s is None or path.trace_load is None or path.trace_on is None:
        raise InputsError("the path has no trace; accepted is a path made with trace=True")
    endless = np.flatnonzero(~np.isfinite(path.duration_s))
    unbounded = np.flatnonzero(~np.isfinite(path.between_s[1:])) + 1
    for what, which in (("outage", endless), ("time on mains before outage", unbounded)):
        if len(which):
            raise InputsError(f"{what} {which[0]} is infinite; accepted is a history of finite outages and gaps")
    spans = np.empty(2 * len(path.duration_s))
    spans[0::2], spans[1::2] = path.between_s, path.duration_s
    spans[:1] = start_s
    instants = np.cumsum(spans)
    starts, ends = instants[0::2], instants[1::2]
    switched_s = starts[path.trace_outage] + path.trace_s
    result = {}
    for row, load in enumerate(inputs.loads):
        mine = path.trace_load == row
        outage, times, on = path.trace_outage[mine], switched_s[mine], path.trace_on[mine].astype(float)
        still_off = np.flatnonzero(np.append(outage[1:] != outage[:-1], True)[: len(outage)] & (on == 0))
        times = np.insert(times, still_off + 1, ends[outage[still_off]])  # the mains return
        result[load.name] = _signal(times, np.insert(on, still_off + 1, 1.0))
    return result


def entities(inputs: PowerInputs, path: Path) -> pd.DataFrame:
    """One row per outage and load, with readable names; times in seconds from the start of the outage."""
    import pandas as pd

    loads, outages = path.ended.shape
    endings = np.array([ended.name.lower() for ended in Ended], dtype=object)
    return pd.DataFrame(
        {
            "outage": np.tile(np.arange(outages), loads),
            "load": np.repeat([load.name for load in inputs.loads], outages),
            "duration_s": np.tile(path.duration_s, loads),
            "lost_s": path.lost_s.ravel(),
            "off_s": path.off_s.ravel(),
            "ended": endings[path.ended.ravel()],
        }
    )


def _signal(times: Floats, values: Floats) -> Timeline:
    """1 until the first instant; of several values at one instant the last."""
    if len(times) == 0:
        return constant(1.0)
    last = np.append(times[1:] > times[:-1], True)
    times, values = times[last], values[last]
    return Timeline(np.concatenate(([times[0] - 1.0], times)), np.concatenate(([1.0], values)))
