"""What is read off a path of the cascade machine, each measure with its unit and definition.

Measures of people count those who are asked for (the members of a team, the superiors), or everybody; those of duties
and calls count all of them. Whoever notices has learned of it too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.cascade.inputs import CascadeInputs, Ended, Through
from resilience_sim.models.cascade.path import CALLS, MISSES, REACHES, Path
from resilience_sim.models.checks import refuse, whole
from resilience_sim.timelines import Timeline, constant

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DEFINITIONS", "calls_in_progress", "duty_table", "entities", "know", "measures", "on_site", "on_site_in_order",
    "timelines", "told_in_order",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PERSONS, _SHARE, _SECONDS, _CALLS, _DUTIES = "persons", "1", "s", "calls", "duties"

DEFINITIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "people": (_PERSONS, "those who are asked for: told + not_told"),
        "told": (_PERSONS, "of these, those who learned of it"),
        "not_told": (_PERSONS, "of these, those who never did"),
        "told_in_time": (_PERSONS, "of these, those who had at the given time or before"),
        "told_share": (_SHARE, "told / people"),
        "told_in_time_share": (_SHARE, "told_in_time / people"),
        "kth_told_s": (_SECONDS, "when the k-th of them learned of it; inf if fewer did"),
        "all_told_s": (_SECONDS, "when the last of them learned of it; inf if not_told > 0, 0 if there are none"),
        "mean_told_s": (_SECONDS, "sum of the instants at which they learned of it / told"),
        "by_noticing": (_PERSONS, "of those told, those who noticed"),
        "by_call": (_PERSONS, "of those told, those who were called"),
        "by_message": (_PERSONS, "of those told, those who read a message"),
        "on_site": (_PERSONS, "of these, those who came to the site"),
        "on_site_in_time": (_PERSONS, "of these, those who were on site at the given time or before"),
        "on_site_share": (_SHARE, "on_site / people"),
        "on_site_in_time_share": (_SHARE, "on_site_in_time / people"),
        "kth_on_site_s": (_SECONDS, "when the k-th of them was on site; inf if fewer came"),
        "last_on_site_s": (_SECONDS, "when the last of those who came was on site; 0 if nobody did"),
        "calls": (_CALLS, "rings of a phone, whosever, answered or not"),
        "calls_missed": (_CALLS, "of these, those which were not answered"),
        "callers_done_s": (_SECONDS, "when the last caller was done; 0 if nobody had anything to send or call"),
        "duties": (_DUTIES, "all: told, delegated, passed over, given up and open ones"),
        "duties_told": (_DUTIES, "those which ended as the person whom they are about answered"),
        "duties_delegated": (_DUTIES, "those which ended with somebody in that person's place"),
        "duties_passed_over": (_DUTIES, "those which needed no more calls, as that person was known to know"),
        "duties_given_up": (_DUTIES, "those which ended without anybody reached"),
        "duties_open": (_DUTIES, "those to which nobody ever came, as their owner never learned of anything"),
    }
)


def measures(
    inputs: CascadeInputs, path: Path, *, within_s: float = math.inf, k: int = 1, who: Iterable[str] | None = None
) -> dict[str, float]:
    """One row of measures of one event; :data:`DEFINITIONS` says what each is.

    Parameters
    ----------
    inputs
        The call tree.
    path
        A path of it.
    within_s
        The time given: seconds from time zero, as all instants here.
    k
        Which of the people, in the order of the instants, ``kth_…`` asks for, from 1.
    who
        Names of those who are counted; `None`: everybody.

    Raises
    ------
    InputsError
        If a name is unknown or repeats, or `k` is no whole number from 1.
    """
    whole("measures: k", k, 1)
    chosen = _rows(inputs, who)
    told_s, on_site_s = (np.sort(instants[chosen]) for instants in (path.told_s, path.arrives_s))
    people, told, come = len(chosen), _finite(told_s), _finite(on_site_s)
    told_in_time, come_in_time = (_finite(instants[instants <= within_s]) for instants in (told_s, on_site_s))
    through = np.bincount(path.through[chosen], minlength=len(Through))
    ended = np.bincount(path.duty_ended, minlength=len(Ended))
    calls = int(path.calls_by.sum())
    row = {
        "people": people,
        "told": told,
        "not_told": people - told,
        "told_in_time": told_in_time,
        "told_share": _ratio(told, people),
        "told_in_time_share": _ratio(told_in_time, people),
        "kth_told_s": float(told_s[k - 1]) if k <= people else math.inf,
        "all_told_s": float(told_s.max(initial=0.0)),
        "mean_told_s": _ratio(float(told_s[:told].sum()), told),
        "by_noticing": int(through[Through.NOTICING]),
        "by_call": int(through[Through.CALL]),
        "by_message": int(through[Through.MESSAGE]),
        "on_site": come,
        "on_site_in_time": come_in_time,
        "on_site_share": _ratio(come, people),
        "on_site_in_time_share": _ratio(come_in_time, people),
        "kth_on_site_s": float(on_site_s[k - 1]) if k <= people else math.inf,
        "last_on_site_s": float(on_site_s[:come].max(initial=0.0)),
        "calls": calls,
        "calls_missed": calls - _answered(path),
        "callers_done_s": float(path.ends_s[path.ends_s < np.inf].max(initial=0.0)),
        "duties": len(path.duty_ended),
        "duties_told": int(ended[Ended.TOLD]),
        "duties_delegated": int(ended[Ended.DELEGATED]),
        "duties_passed_over": int(ended[Ended.PASSED_OVER]),
        "duties_given_up": int(ended[Ended.GIVEN_UP]),
        "duties_open": int(ended[Ended.OPEN]),
    }
    return {measure: row[measure] for measure in DEFINITIONS}


def _answered(path: Path) -> int:
    """Calls that were answered: one for each duty by which somebody was reached, unless it fell back on its owner."""
    return int(np.count_nonzero((path.duty_reached >= 0) & (path.duty_reached != path.duty_owner)))


def _rows(inputs: CascadeInputs, who: Iterable[str] | None) -> Ints:
    """The numbers of those who are counted."""
    if who is None:
        return np.arange(len(inputs.people))
    names = list(who)
    for name, often in Counter(names).items():
        if name not in inputs.index or often > 1:
            raise refuse("who", repr(name), f"these, each once: {', '.join(inputs.index)}")
    return np.array([inputs.index[name] for name in names], dtype=np.int64)


def _finite(instants: Floats) -> int:
    return int(np.count_nonzero(instants < np.inf))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def told_in_order(inputs: CascadeInputs, path: Path, *, who: Iterable[str] | None = None) -> Floats:
    """When the first, the second … of those asked for learned of it, inf for those who never did, shape (people,)."""
    return np.sort(path.told_s[_rows(inputs, who)])


def on_site_in_order(inputs: CascadeInputs, path: Path, *, who: Iterable[str] | None = None) -> Floats:
    """When the first, the second … of those asked for was on site, inf for those who never came, shape (people,).

    These are the lead times of a call-up, by place: whoever comes first takes the first seat.
    """
    return np.sort(path.arrives_s[_rows(inputs, who)])


# ---- tables


def entities(inputs: CascadeInputs, path: Path) -> pd.DataFrame:
    """One row per person, with readable names; times in seconds, inf for never.

    Columns: person, told_s, through (nothing, noticing, call, message), told_by (empty if nobody), phone (on which;
    empty if on none), calls_to (rings of their phones), calls_by (rings that they made), begins_s, ends_s (of sending
    and calling), arrives_s.
    """
    import pandas as pd

    names = np.array([*inputs.index, ""], dtype=object)
    phones = [
        person.phones[phone].name if phone >= 0 else ""
        for person, phone in zip(inputs.people, path.phone.tolist(), strict=True)
    ]
    return pd.DataFrame(
        {
            "person": names[:-1],
            "told_s": path.told_s,
            "through": _words(Through, path.through),
            "told_by": names[path.told_by],
            "phone": np.array(phones, dtype=object),
            "calls_to": path.calls_to,
            "calls_by": path.calls_by,
            "begins_s": path.begins_s,
            "ends_s": path.ends_s,
            "arrives_s": path.arrives_s,
        }
    )


def duty_table(inputs: CascadeInputs, path: Path) -> pd.DataFrame:
    """One row per duty to call somebody, in the order of ``CascadeInputs.duties``.

    Columns: of (whose list it is on), about, owner (who had it in the end), calls, reached (empty if nobody),
    ended_s (inf if it is open), ended (open, told, delegated, passed over, given up).
    """
    import pandas as pd

    names = np.array([*inputs.index, ""], dtype=object)
    on_list = np.array(inputs.duties, dtype=np.int64).reshape(-1, 2)
    return pd.DataFrame(
        {
            "of": names[on_list[:, 0]],
            "about": names[on_list[:, 1]],
            "owner": names[path.duty_owner],
            "calls": path.duty_calls,
            "reached": names[path.duty_reached],
            "ended_s": path.duty_ended_s,
            "ended": _words(Ended, path.duty_ended),
        }
    )


def _words(kinds: type[Through | Ended], codes: npt.NDArray[np.int8]) -> npt.NDArray[np.object_]:
    words = np.array([kind.name.lower().replace("_", " ") for kind in kinds], dtype=object)
    return words[codes]


# ---- over time


def know(inputs: CascadeInputs, path: Path, *, who: Iterable[str] | None = None) -> Timeline:
    """How many of those asked for know of it, over time."""
    return _counted(path.told_s[_rows(inputs, who)])


def on_site(inputs: CascadeInputs, path: Path, *, who: Iterable[str] | None = None) -> Timeline:
    """How many of those asked for are on site, over time; nobody leaves again."""
    return _counted(path.arrives_s[_rows(inputs, who)])


def calls_in_progress(path: Path) -> Timeline:
    """Calls that are being made, over time; one of no length is none.

    Raises
    ------
    InputsError
        If the path was made without ``trace=True``.
    """
    if path.trace_s is None or path.trace_kind is None:
        raise InputsError("the path has no trace; accepted is a path made with trace=True")
    ends = (path.trace_kind == REACHES) | (path.trace_kind == MISSES)
    return _counted(path.trace_s[path.trace_kind == CALLS]) - _counted(path.trace_s[ends])


def timelines(inputs: CascadeInputs, path: Path) -> dict[str, Timeline]:
    """All signals by name: ``know``, ``on_site`` and ``calls``.

    Raises
    ------
    InputsError
        If the path was made without ``trace=True``.
    """
    return {"know": know(inputs, path), "on_site": on_site(inputs, path), "calls": calls_in_progress(path)}


def _counted(instants: Floats) -> Timeline:
    """How many of the instants have come."""
    times, counts = np.unique(instants[instants < np.inf], return_counts=True)
    if len(times) == 0:
        return constant(0.0)
    return Timeline(np.concatenate(([times[0] - 1.0], times)), np.concatenate(([0.0], np.cumsum(counts))))
