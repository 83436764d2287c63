"""What is read off a path of the repair machine, each measure with its unit and definition.

A fault is *down* from the instant at which it occurred until it is back, and *open* until it has ended: a device may
still be at the vendor's while a spare does its work. The *response* to a fault is the first instant at which somebody
is at work on one of its remedies, be it a diagnosis. Every clock of a fault and of its remedies is in :func:`seconds`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.checks import refuse
from resilience_sim.models.repair.inputs import Outcome, Remedy, RepairInputs, Tried
from resilience_sim.models.repair.path import COMES, FREED, INTERRUPTED, LEAVES, SENT, WAITS, WITHDRAWN, Path
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import HOUR

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DEFINITIONS", "entities", "lines", "measures", "seconds", "spares", "tasks", "timelines"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_FAULTS, _TASKS, _SHARE, _SECONDS, _HOURS = "faults", "tasks", "1", "s", "h"

DEFINITIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "faults": (_FAULTS, "all that occurred: fixed + handed_on + open"),
        "fixed": (_FAULTS, "back, and nobody is at them any more"),
        "handed_on": (_FAULTS, "not back, and nobody is at them any more: nothing that was tried worked"),
        "open": (_FAULTS, "which never end"),
        "back": (_FAULTS, "against which a remedy worked"),
        "responded": (_FAULTS, "at which somebody was at work"),
        "response_in_time": (_FAULTS, "at which somebody was at work after the time given for it, or sooner"),
        "back_in_time": (_FAULTS, "that were back after the time given for it, or sooner"),
        "fixed_share": (_SHARE, "fixed / faults"),
        "handed_on_share": (_SHARE, "handed_on / faults"),
        "back_share": (_SHARE, "back / faults"),
        "response_in_time_share": (_SHARE, "response_in_time / faults"),
        "back_in_time_share": (_SHARE, "back_in_time / faults"),
        "mean_known_s": (_SECONDS, "seconds from occurring to being known, summed / faults"),
        "mean_response_s": (_SECONDS, "seconds until somebody was at work, summed / responded"),
        "mean_back_s": (_SECONDS, "seconds until they were back, summed / back"),
        "longest_back_s": (_SECONDS, "the longest of these times; inf if back < faults"),
        "waited": (_TASKS, "that had their people later than everything else that they needed"),
        "mean_wait_s": (_SECONDS, "seconds from having all else to people first being sent, summed / tasks sent to"),
        "crew_hours": ("person-hours", "for which people of the crews were sent"),
        "called_up": ("persons", "on call who were called up, each time, for whatever fault"),
        "spares_asked": (_TASKS, "that came to need a spare"),
        "no_spare": (_TASKS, "of these, those passed over since there was none"),
        "waited_for_spare": (_TASKS, "of these, those that had theirs later, or never"),
        "stock_out_share": (_SHARE, "(no_spare + waited_for_spare) / spares_asked"),
        "restored": (_FAULTS, "back by a remedy that restores from the last good backup"),
        "mean_data_lost_h": (_HOURS, "hours from the last good backup to these faults, summed / restored"),
        "longest_data_lost_h": (_HOURS, "the longest of these times; 0 if there are none"),
        "down_hours": (_HOURS, "of [0, horizon], those in which at least one was down"),
        "down_share": (_SHARE, "down_hours / hours of the horizon"),
        "mean_down": (_FAULTS, "fault-seconds down in [0, horizon] / horizon"),
        "mean_open": (_FAULTS, "fault-seconds known and not ended in [0, horizon] / horizon: the backlog"),
        "most_open": (_FAULTS, "the largest number known and not ended at a time"),
    }
)

Since = Literal["occurred", "known"]


def measures(
    inputs: RepairInputs,
    path: Path,
    *,
    name: str | None = None,
    since: Since = "occurred",
    response_within_s: float = math.inf,
    back_within_s: float = math.inf,
) -> dict[str, float]:
    """One row of measures of one path; :data:`DEFINITIONS` says what each is.

    Parameters
    ----------
    inputs
        Faults, and all there is against them.
    path
        A path of it.
    name
        Counts only faults of this class, and their tasks; `None`: all.
    since
        From which instant of a fault the seconds until the response, and until it is back, are counted.
    response_within_s, back_within_s
        The times given for them; a limit that says "less than" is the next smaller number.

    Raises
    ------
    InputsError
        If there is no class of this name.
    """
    chosen = np.full(len(path.kind), True) if name is None else path.kind == _class(inputs, name)
    row = _of_faults(inputs, path, chosen, since, response_within_s, back_within_s)
    row |= _of_tasks(inputs, path, np.repeat(chosen, np.diff(path.task_from)))
    row |= _of_time(inputs, path, chosen)
    row |= {share: _ratio(row[part], row[whole]) for share, (part, whole) in _SHARES.items()}
    return {measure: row[measure] for measure in DEFINITIONS}


_SHARES = {
    "fixed_share": ("fixed", "faults"),
    "handed_on_share": ("handed_on", "faults"),
    "back_share": ("back", "faults"),
    "response_in_time_share": ("response_in_time", "faults"),
    "back_in_time_share": ("back_in_time", "faults"),
}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _class(inputs: RepairInputs, name: str) -> int:
    names = [faults.name for faults in inputs.faults]
    if name not in names:
        raise InputsError(f"there is no class of faults {name!r}; accepted: {', '.join(names)}")
    return names.index(name)


def _of_faults(
    inputs: RepairInputs,
    path: Path,
    chosen: Flags,
    since: Since,
    response_within_s: float,
    back_within_s: float,
) -> dict[str, float]:
    if since not in ("occurred", "known"):
        raise refuse("measures: since", repr(since), "occurred or known")
    start_s = (path.occurred_s if since == "occurred" else path.known_s)[chosen]
    response_s, back_s = _responses(path)[chosen] - start_s, path.back_s[chosen] - start_s
    responded, back = response_s < np.inf, back_s < np.inf
    counts = np.bincount(path.outcome[chosen], minlength=len(Outcome)).tolist()
    restores = np.append(_of_each_task(inputs, path, lambda remedy: remedy.restores), 0)  # the last: back by no task
    lost_s = path.backup_age_s[chosen & (restores[path.back_by] > 0)]
    faults = int(np.count_nonzero(chosen))
    return {
        "faults": faults,
        **{outcome.name.lower(): counts[outcome] for outcome in Outcome},
        "back": int(np.count_nonzero(back)),
        "responded": int(np.count_nonzero(responded)),
        "response_in_time": int(np.count_nonzero(responded & (response_s <= response_within_s))),
        "back_in_time": int(np.count_nonzero(back & (back_s <= back_within_s))),
        "mean_known_s": _ratio(float((path.known_s - path.occurred_s)[chosen].sum()), faults),
        "mean_response_s": _ratio(float(response_s[responded].sum()), int(np.count_nonzero(responded))),
        "mean_back_s": _ratio(float(back_s[back].sum()), int(np.count_nonzero(back))),
        "longest_back_s": float(back_s.max(initial=0.0)),
        "restored": len(lost_s),
        "mean_data_lost_h": _ratio(float(lost_s.sum()) / HOUR, len(lost_s)),
        "longest_data_lost_h": float(lost_s.max(initial=0.0)) / HOUR,
    }


def _of_tasks(inputs: RepairInputs, path: Path, chosen: Flags) -> dict[str, float]:
    people = _of_each_task(inputs, path, lambda remedy: 0 if remedy.crew is None else remedy.persons)
    needs = _of_each_task(inputs, path, lambda remedy: remedy.spare is not None)
    sent = chosen & (people > 0) & (path.sent_s < np.inf)
    waits_s = path.sent_s[sent] - path.spare_s[sent]
    spares_asked = chosen & (needs > 0) & (path.asked_s < np.inf)
    none = spares_asked & (path.tried == Tried.NO_SPARE)
    later = spares_asked & ~none & (path.spare_s > path.asked_s)
    row = {
        "waited": int(np.count_nonzero(waits_s > 0)),
        "mean_wait_s": _ratio(float(waits_s.sum()), len(waits_s)),
        "crew_hours": float(np.dot(path.manned_s[chosen], people[chosen])) / HOUR,
        "called_up": int(path.called.sum()),
        "spares_asked": int(np.count_nonzero(spares_asked)),
        "no_spare": int(np.count_nonzero(none)),
        "waited_for_spare": int(np.count_nonzero(later)),
    }
    row["stock_out_share"] = _ratio(row["no_spare"] + row["waited_for_spare"], row["spares_asked"])
    return row


def _of_time(inputs: RepairInputs, path: Path, chosen: Flags) -> dict[str, float]:
    horizon_s = inputs.horizon_s
    down = _counted(0, path.occurred_s[chosen], path.back_s[chosen])
    still_open = _counted(0, path.known_s[chosen], path.ended_s[chosen])
    down_s = down.map(lambda count: count > 0).integral(0.0, horizon_s)
    return {
        "down_hours": down_s / HOUR,
        "down_share": down_s / horizon_s,
        "mean_down": down.integral(0.0, horizon_s) / horizon_s,
        "mean_open": still_open.integral(0.0, horizon_s) / horizon_s,
        "most_open": int(still_open.values.max()),
    }


def _responses(path: Path) -> Floats:
    """When somebody was first at work on each fault."""
    if len(path.kind) == 0:
        return np.empty(0)
    return np.minimum.reduceat(path.began_s, path.task_from[:-1])


def _of_each_task(inputs: RepairInputs, path: Path, what: Callable[[Remedy], int]) -> Ints:
    """A number that each remedy has, for all tasks, shape (tasks,)."""
    values = np.array([what(remedy) for faults in inputs.faults for remedy in faults.remedies], dtype=np.int64)
    return values[_remedy_of_task(inputs, path)]


def _remedy_of_task(inputs: RepairInputs, path: Path) -> Ints:
    """The remedy of each task, its place among those of all classes, shape (tasks,)."""
    sizes = np.array([len(faults.remedies) for faults in inputs.faults], dtype=np.int64)
    first = (np.cumsum(sizes) - sizes)[path.kind]
    return np.arange(path.task_from[-1]) + np.repeat(first - path.task_from[:-1], sizes[path.kind])


# ---- clocks

_OF_FAULTS = ("occurred", "known", "response", "back", "ended")
_OF_TASKS = ("asked", "spare", "sent", "began", "finished")


def seconds(
    inputs: RepairInputs,
    path: Path,
    name: str,
    *,
    since: str = "occurred",
    until: str = "back",
    remedy: str | None = None,
) -> Floats:
    """Seconds from one instant to another, for each fault of a class.

    Parameters
    ----------
    inputs
        Faults, and all there is against them.
    path
        A path of it.
    name
        The class.
    since, until
        Of a fault: occurred, known, response, back, ended. Of one of its remedies (see :class:`Path`): asked, spare,
        sent, began, finished.
    remedy
        Which one; needed for its instants.

    Returns
    -------
    Floats
        Shape (faults of the class,); inf if only `until` never came, nan if `since` did not, below 0 if it came later.

    Raises
    ------
    InputsError
        If there is no class, instant or remedy of this name.

    Examples
    --------
    Fixed within 30 minutes after the vendor has answered, of the faults that the vendor was at work on::

        times_s = seconds(inputs, path, "exchange", since="began", remedy="vendor")
        share = np.mean(times_s[~np.isnan(times_s)] < 1800)
    """
    kind = _class(inputs, name)
    chosen = path.kind == kind
    remedies = [one.name for one in inputs.faults[kind].remedies]
    first = path.task_from[:-1][chosen]

    def clock(instant: str) -> Floats:
        if instant in _OF_FAULTS:
            of_faults: Floats = _responses(path) if instant == "response" else getattr(path, f"{instant}_s")
            return np.asarray(of_faults[chosen])
        if instant not in _OF_TASKS:
            raise refuse("seconds: an instant", repr(instant), ", ".join(_OF_FAULTS + _OF_TASKS))
        if remedy not in remedies:
            raise refuse(f"seconds: the remedy that is {instant!r}", repr(remedy), ", ".join(remedies))
        of_tasks: Floats = getattr(path, f"{instant}_s")
        return np.asarray(of_tasks[first + remedies.index(remedy)])

    start_s, end_s = clock(since), clock(until)
    result = np.full(len(start_s), np.nan)
    np.subtract(end_s, start_s, out=result, where=start_s < np.inf)
    return result


# ---- tables


def entities(inputs: RepairInputs, path: Path) -> pd.DataFrame:
    """One row per fault, with readable names; times in seconds from time zero, inf for never.

    Columns: fault, name (its class), occurred_s, known_s, response_s, back_s, ended_s, outcome, back_by (the remedy;
    empty if none worked), data_lost_s (0 unless that restored from a backup).
    """
    import pandas as pd

    known = [remedy for faults in inputs.faults for remedy in faults.remedies]
    names = np.array([*(remedy.name for remedy in known), ""], dtype=object)
    restores = np.array([*(remedy.restores for remedy in known), False], dtype=np.bool_)
    worked = np.append(_remedy_of_task(inputs, path), -1)[path.back_by]
    outcomes = np.array([outcome.name.lower() for outcome in Outcome], dtype=object)
    return pd.DataFrame(
        {
            "fault": np.arange(len(path.kind)),
            "name": np.array([each.name for each in inputs.faults], dtype=object)[path.kind],
            "occurred_s": path.occurred_s,
            "known_s": path.known_s,
            "response_s": _responses(path),
            "back_s": path.back_s,
            "ended_s": path.ended_s,
            "outcome": outcomes[path.outcome],
            "back_by": names[worked],
            "data_lost_s": np.where(restores[worked], path.backup_age_s, 0.0),
        }
    )


def tasks(inputs: RepairInputs, path: Path) -> pd.DataFrame:
    """One row per task that was tried, with readable names; times in seconds from time zero, inf for never.

    Columns: task, fault, name (its class), remedy, asked_s, spare_s, sent_s, began_s, finished_s, manned_s, tried.
    """
    import pandas as pd

    fault = np.repeat(np.arange(len(path.kind)), np.diff(path.task_from))
    names = np.array([remedy.name for faults in inputs.faults for remedy in faults.remedies], dtype=object)
    endings = np.array([tried.name.lower() for tried in Tried], dtype=object)
    table = pd.DataFrame(
        {
            "task": np.arange(len(fault)),
            "fault": fault,
            "name": np.array([each.name for each in inputs.faults], dtype=object)[path.kind[fault]],
            "remedy": names[_remedy_of_task(inputs, path)],
            **{f"{instant}_s": getattr(path, f"{instant}_s") for instant in _OF_TASKS},
            "manned_s": path.manned_s,
            "tried": endings[path.tried],
        }
    )
    return table[path.tried != Tried.NOT_TRIED].reset_index(drop=True)


# ---- over time


def timelines(inputs: RepairInputs, path: Path) -> dict[str, Timeline]:
    """Of each service 1 while it is up and 0 while a fault that takes it down is not back, by its name.

    It is what other machines know as *systems up*.
    """
    result = {}
    for service in inputs.services:
        kinds = [k for k, faults in enumerate(inputs.faults) if service in faults.takes_down]
        mine = np.isin(path.kind, kinds)
        down = _counted(0, path.occurred_s[mine], path.back_s[mine])
        result[service] = down.map(lambda count: count == 0)
    return result


def spares(inputs: RepairInputs, path: Path) -> dict[str, Timeline]:
    """How many lie in each stock, by its name."""
    back = (path.tried == Tried.CALLED_OFF) & (path.spare_s < np.inf) & (path.sent_s == np.inf)
    result = {}
    for stock in inputs.stocks:
        uses = _of_each_task(inputs, path, partial(_takes_from, stock.name)) > 0
        comes_s = np.concatenate((path.restocked_s[uses], path.finished_s[uses & back]))
        result[stock.name] = _counted(stock.base, comes_s, path.spare_s[uses])
    return result


def _takes_from(stock: str, remedy: Remedy) -> bool:
    return remedy.spare == stock


def lines(inputs: RepairInputs, path: Path) -> dict[str, Timeline]:
    """What waits for each crew, and whom it has.

    Returns
    -------
    dict
        ``line/<crew>``: tasks that wait; ``sent/<crew>``: persons who are sent; ``come/<crew>``: persons on call who
        are there.

    Raises
    ------
    InputsError
        If the path was made without ``trace=True``.
    """
    if path.trace_s is None or path.trace_kind is None or path.trace_who is None:
        raise InputsError("the path has no trace; accepted is a path made with trace=True")
    of_task = _of_each_task(inputs, path, lambda remedy: -1 if remedy.crew is None else inputs.crew_index[remedy.crew])
    people = _of_each_task(inputs, path, lambda remedy: remedy.persons)
    on_call = np.isin(path.trace_kind, (COMES, LEAVES))
    crew, persons = path.trace_who.copy(), np.ones(len(on_call), dtype=np.int64)
    crew[~on_call] = of_task[path.trace_who[~on_call]]
    persons[~on_call] = people[path.trace_who[~on_call]]
    result = {}
    for k, one in enumerate(inputs.crews):
        for what, plus, minus, size in (
            ("line", (WAITS, INTERRUPTED), (SENT, WITHDRAWN), np.ones_like(persons)),
            ("sent", (SENT,), (INTERRUPTED, FREED), persons),
            ("come", (COMES,), (LEAVES,), persons),
        ):
            mine = size * (crew == k)
            more_s, less_s = (
                np.repeat(path.trace_s, mine * np.isin(path.trace_kind, kinds)) for kinds in (plus, minus)
            )
            result[f"{what}/{one.name}"] = _counted(0, more_s, less_s)
    return result


def _counted(at_first: int, more_s: Floats, less_s: Floats) -> Timeline:
    """A count that rises at these instants and falls at those; of several at one instant, what is left."""
    more_s, less_s = more_s[more_s < np.inf], less_s[less_s < np.inf]
    if len(more_s) + len(less_s) == 0:
        return constant(float(at_first))
    steps = np.concatenate((np.ones(len(more_s)), -np.ones(len(less_s))))
    instants, index = np.unique(np.concatenate((more_s, less_s)), return_inverse=True)
    values = at_first + np.concatenate(([0.0], np.cumsum(np.bincount(index, steps, minlength=len(instants)))))
    return Timeline(np.concatenate(([instants[0] - 1.0], instants)), values)
