"""Both engines' paths reduced, once: every measure with its unit and its denominator.

An *attempt* is a first call or a redial; a *caller* is known by the first call. Ratios are ratios of whole numbers and
nan where nothing is counted. Wait is all time in the queue, over all stays of an attempt, never service.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.queue.inputs import Outcome, QueueInputs
from resilience_sim.models.queue.path import Path
from resilience_sim.models.queue.staffing import on_duty
from resilience_sim.timelines import Timeline, constant

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DEFINITIONS", "QueueTimelines", "entities", "measures", "overtime_hours", "staff_hours", "timelines"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_CALLS, _SHARE, _SECONDS = "calls", "share", "s"

DEFINITIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "calls": (_CALLS, "attempts that arrive in the window: first calls and redials"),
        "callers": ("persons", "callers whose first call arrives in the window"),
        "answered": (_CALLS, "attempts answered and served to the end, those recorded by hand included"),
        "answered_in_time": (_CALLS, "answered attempts that waited less than the threshold"),
        "abandoned": (_CALLS, "attempts that hung up while waiting"),
        "abandoned_late": (_CALLS, "attempts that hung up after a wait of the threshold or more"),
        "blocked": (_CALLS, "attempts turned away because all places were taken"),
        "balked": (_CALLS, "attempts that went away on finding no free agent"),
        "dropped": (_CALLS, "attempts cut off in service by a staff cut"),
        "inside": (_CALLS, "attempts that wait for ever"),
        "shut": (_CALLS, "attempts that found the doors closed, or were sent away waiting when all had to leave"),
        "recorded": (_CALLS, "answered attempts whose matter was written down by hand"),
        "unanswerable": (_CALLS, "attempts taken on by an agent who could not help in an outage; not answered"),
        "delayed": (_CALLS, "attempts that waited, or hung up without waiting (blocked and balked ones do not wait)"),
        "waiting_past_threshold": (_CALLS, "attempts whose wait exceeds the threshold, however it ended"),
        "callers_answered": ("persons", "callers one of whose attempts was answered"),
        "callers_lost": ("persons", "callers never answered who do not try again and do not wait for ever"),
        "service_level": (_SHARE, "answered_in_time / calls"),
        "answer_rate": (_SHARE, "answered / calls (接通率)"),
        "caller_answer_rate": (_SHARE, "callers_answered / callers"),
        "abandonment": (_SHARE, "abandoned / calls"),
        "lost_for_good": (_SHARE, "callers_lost / callers"),
        "blocking": (_SHARE, "blocked / calls"),
        "balking": (_SHARE, "balked / calls"),
        "dropping": (_SHARE, "dropped / calls"),
        "delay_probability": (_SHARE, "delayed / calls"),
        "long_wait_probability": (_SHARE, "waiting_past_threshold / calls"),
        "attempts_per_caller": ("1", "attempts of the callers of the window / callers"),
        "mean_wait_s": (_SECONDS, "sum of the waits of all attempts / calls (0 for those who did not wait)"),
        "mean_wait_answered_s": (_SECONDS, "sum of the waits of answered attempts / answered"),
        "wait_p50_s": (_SECONDS, "the least wait that 50 % of the attempts do not exceed"),
        "wait_p90_s": (_SECONDS, "the least wait that 90 % of the attempts do not exceed"),
        "wait_p95_s": (_SECONDS, "the least wait that 95 % of the attempts do not exceed"),
        "longest_wait_s": (_SECONDS, "the longest wait of an attempt"),
        "occupancy": (
            _SHARE,
            "agent-seconds in service / agent-seconds on duty, both over [0, horizon], any window; no calls back",
        ),
        "staff_hours": ("h", "agent-hours on duty over [0, horizon], called-up ones included, any window"),
        "mean_queue": (_CALLS, "caller-seconds of waiting over [0, horizon] / horizon, any window"),
    }
)


def measures(
    inputs: QueueInputs,
    path: Path,
    *,
    window: tuple[float, float] = (0.0, math.inf),
    threshold_s: float = 20.0,
    name: str | None = None,
) -> dict[str, float]:
    """One row of measures of one path; :data:`DEFINITIONS` says what each is.

    Parameters
    ----------
    inputs
        The queue.
    path
        A path of it.
    window
        [start, end) in seconds: picks attempts by their own arrival, and callers by that of their first call.
    threshold_s
        The wait T of the service level.
    name
        Counts only this class of callers; `None`: all. (Agents on duty are those of the whole queue.)

    Raises
    ------
    InputsError
        If there is no class of this name.
    """
    chosen = _chosen(inputs, path, name)
    calls = (path.arrival_s >= window[0]) & (path.arrival_s < window[1])  # nan, an attempt not made, is in no window
    if chosen is not None:
        calls &= chosen
    row = _of_attempts(path, calls, threshold_s)
    row |= _of_callers(path, calls)
    row |= {share: _ratio(row[part], row[whole]) for share, (part, whole) in _SHARES.items()}
    row |= _of_time(inputs, path, chosen)
    return {measure: row[measure] for measure in DEFINITIONS}


_SHARES = {
    "service_level": ("answered_in_time", "calls"),
    "answer_rate": ("answered", "calls"),
    "caller_answer_rate": ("callers_answered", "callers"),
    "abandonment": ("abandoned", "calls"),
    "lost_for_good": ("callers_lost", "callers"),
    "blocking": ("blocked", "calls"),
    "balking": ("balked", "calls"),
    "dropping": ("dropped", "calls"),
    "delay_probability": ("delayed", "calls"),
    "long_wait_probability": ("waiting_past_threshold", "calls"),
}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _chosen(inputs: QueueInputs, path: Path, name: str | None) -> Bools | None:
    if name is None:
        return None
    names = [callers.name for callers in inputs.callers]
    if name not in names:
        raise InputsError(f"there is no class of callers {name!r}; accepted: {', '.join(names)}")
    chosen: Bools = path.source == names.index(name)
    return chosen


def _of_attempts(path: Path, calls: Bools, threshold_s: float) -> dict[str, float]:
    everything = bool(calls.all())
    waited = path.waited_s if everything else path.waited_s[calls]
    outcome = path.outcome if everything else path.outcome[calls]
    counts = np.bincount(outcome, minlength=len(Outcome)).tolist()
    answered, abandoned = outcome == Outcome.ANSWERED, outcome == Outcome.ABANDONED
    taken_on = counts[Outcome.ANSWERED] + counts[Outcome.RECORDED]
    if counts[Outcome.RECORDED]:
        answered |= outcome == Outcome.RECORDED
    in_time = waited < threshold_s
    total = float(waited.sum())
    quantiles = _quantiles(waited, (0.5, 0.9, 0.95, 1.0))
    return {
        "calls": len(waited),
        "answered": taken_on,
        "answered_in_time": int(np.count_nonzero(answered & in_time)),
        "abandoned": counts[Outcome.ABANDONED],
        "abandoned_late": int(np.count_nonzero(abandoned & ~in_time)),
        "blocked": counts[Outcome.BLOCKED],
        "balked": counts[Outcome.BALKED],
        "dropped": counts[Outcome.DROPPED],
        "inside": counts[Outcome.INSIDE],
        "shut": counts[Outcome.SHUT],
        "recorded": counts[Outcome.RECORDED],
        "unanswerable": counts[Outcome.UNANSWERABLE],
        "delayed": int(np.count_nonzero(abandoned | (waited > 0))),
        "waiting_past_threshold": int(np.count_nonzero(waited > threshold_s)),
        "mean_wait_s": _ratio(total, len(waited)),
        "mean_wait_answered_s": _ratio(float(waited[answered].sum()), taken_on),
        **dict(zip(("wait_p50_s", "wait_p90_s", "wait_p95_s", "longest_wait_s"), quantiles, strict=True)),
    }


def _quantiles(values: Floats, shares: tuple[float, ...]) -> list[float]:
    """For each share, the least value that this share of the values does not exceed."""
    if len(values) == 0:
        return [math.nan] * len(shares)
    places = [math.ceil(share * len(values)) - 1 for share in shares]
    ordered: list[float] = np.partition(values, places)[places].tolist()
    return ordered


def _of_callers(path: Path, calls: Bools) -> dict[str, float]:
    attempts = len(path.try_number)
    n = attempts - int(np.count_nonzero(path.try_number))  # first calls come first
    asked = calls[:n]
    callers = int(np.count_nonzero(asked))
    answered, inside = path.outcome[:n] == Outcome.ANSWERED, path.outcome[:n] == Outcome.INSIDE
    answered |= path.outcome[:n] == Outcome.RECORDED
    made = callers
    if attempts > n:
        again, who = path.outcome[n:], path.caller[n:]
        answered[who[(again == Outcome.ANSWERED) | (again == Outcome.RECORDED)]] = True
        inside[who[again == Outcome.INSIDE]] = True
        made += int(np.count_nonzero((again != Outcome.NOT_MADE) & asked[who]))
    got_through, still = (int(np.count_nonzero(fate & asked)) for fate in (answered, inside))
    return {
        "callers": callers,
        "callers_answered": got_through,
        "callers_lost": callers - got_through - still,
        "attempts_per_caller": _ratio(made, callers),
    }


def _of_time(inputs: QueueInputs, path: Path, chosen: Bools | None) -> dict[str, float]:
    horizon_s = inputs.horizon_s
    on_duty_s = on_duty(inputs, path).integral(0.0, horizon_s)
    served_s = path.served_s - path.served_late_s
    queued = path.waited_s > 0
    if chosen is not None:
        served_s, queued = served_s[chosen], queued & chosen
    inside_s = np.minimum(path.end_s[queued], horizon_s) - np.minimum(path.arrival_s[queued], horizon_s)
    waited_s = float(inside_s.sum()) - float((path.served_s[queued] - path.served_late_s[queued]).sum())
    return {
        "occupancy": _ratio(float(served_s.sum()), on_duty_s),
        "staff_hours": on_duty_s / 3600,
        "mean_queue": max(waited_s, 0.0) / horizon_s,
    }


class QueueTimelines(NamedTuple):
    """Calls waiting, and calls in service, over time."""

    waiting: Timeline
    busy: Timeline


def timelines(path: Path) -> QueueTimelines:
    """The counts over time; of several rows at one instant, the last.

    Raises
    ------
    InputsError
        If the path was made without ``trace=True``.
    """
    if path.trace_s is None or path.trace_waiting is None or path.trace_busy is None:
        raise InputsError("the path has no trace; accepted is a path made with trace=True")
    if len(path.trace_s) == 0:
        return QueueTimelines(constant(0.0), constant(0.0))
    last = np.append(path.trace_s[1:] > path.trace_s[:-1], True)
    times = np.concatenate(([path.trace_s[0] - 1.0], path.trace_s[last]))
    waiting, busy = (np.concatenate(([0], counts[last])) for counts in (path.trace_waiting, path.trace_busy))
    return QueueTimelines(Timeline(times, waiting), Timeline(times, busy))


def staff_hours(agents: Timeline, start_s: float, end_s: float) -> float:
    """Agent-hours on duty between two instants: ∫ agents dt / 3600."""
    return agents.integral(start_s, end_s) / 3600


def overtime_hours(agents: Timeline, roster: Timeline, start_s: float, end_s: float) -> float:
    """Agent-hours above the roster: ∫ max(agents - roster, 0) dt / 3600; where fewer are on duty nothing is set off."""
    return (agents - roster).map(lambda above: np.maximum(above, 0.0)).integral(start_s, end_s) / 3600


def entities(inputs: QueueInputs, path: Path) -> pd.DataFrame:
    """One row per attempt that was made, with readable names; times in seconds."""
    import pandas as pd

    made = path.outcome != Outcome.NOT_MADE
    names = np.array([callers.name for callers in inputs.callers], dtype=object)
    outcomes = np.array([outcome.name.lower() for outcome in Outcome], dtype=object)
    return pd.DataFrame(
        {
            "callers": names[path.source[made]],
            "caller": path.caller[made],
            "try_number": path.try_number[made],
            "arrival_s": path.arrival_s[made],
            "wait_s": path.waited_s[made],
            "start_s": path.start_s[made],
            "end_s": path.end_s[made],
            "service_s": path.served_s[made],
            "interruptions": path.interruptions[made],
            "outcome": outcomes[path.outcome[made]],
        }
    )
