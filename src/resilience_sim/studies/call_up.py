"""People called up: from how many are wanted to how many are there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import WidthError
from resilience_sim.timelines import Timeline, concurrency

__all__ = ["early_shift_s", "in_force", "present", "staff_added_at_hand_over"]

Floats = npt.NDArray[np.float64]
Spells = list[tuple[float, float]]


def in_force(count: Timeline, level: float, *, released_after_s: float, end_s: float) -> Spells:
    """The spells from `count` reaching `level` until it has been below for `released_after_s`.

    Parameters
    ----------
    count
        What triggers, such as lines out; nothing is in force before its first instant.
    level
        The trigger is reached at ``count >= level``.
    released_after_s
        How long the trigger must stay unmet before people are released, 0 or more; a shorter lull changes nothing.
    end_s
        End of the time looked at; a spell still in force then lasts until then.
    """
    spells: Spells = []
    edges = np.append(count.times, np.inf)
    for start, stop, value in zip(edges[:-1].tolist(), edges[1:].tolist(), count.values.tolist(), strict=True):
        if value < level or start >= end_s:
            continue
        off = min(stop + released_after_s, end_s)
        if spells and start <= spells[-1][1]:
            spells[-1] = (spells[-1][0], off)
        else:
            spells.append((start, off))
    return spells


def present(wanted: Timeline, lead_s: Floats, *, end_s: float) -> Timeline:
    """How many of the people wanted are there.

    Person k is called whenever more than k are wanted, arrives after a lead time, and leaves as soon as at most k are
    wanted; who is no longer wanted on arrival turns back.

    Parameters
    ----------
    wanted
        Number of people wanted, whole, 0 before the first instant.
    lead_s
        Seconds from the call to the seat, by person and call-up, shape (people, call-ups).
    end_s
        Nobody is counted after this instant.

    Raises
    ------
    WidthError
        If more people are wanted, or one is called more often, than lead times were drawn for.
    """
    people = int(wanted.values.max())
    if people > lead_s.shape[0]:
        raise WidthError(f"{people} people are wanted, lead times were drawn for {lead_s.shape[0]}")
    arrivals = [np.empty(0)]
    departures = [np.empty(0)]
    levels = [0, *sorted({int(value) for value in wanted.values.tolist() if value > 0})]
    for fewer, more in pairwise(levels):  # persons fewer … more - 1 are called and released together
        spells = in_force(wanted, more, released_after_s=0.0, end_s=end_s)
        if len(spells) > lead_s.shape[1]:
            raise WidthError(f"{len(spells)} call-ups of one person, lead times were drawn for {lead_s.shape[1]}")
        for spell, (called, released) in enumerate(spells):
            seated = called + lead_s[fewer:more, spell]
            seated = seated[seated < released]
            arrivals.append(seated)
            departures.append(np.full(seated.size, released))
    return concurrency(np.concatenate(arrivals), np.concatenate(departures))


def staff_added_at_hand_over(
    spells: Spells,
    hand_overs: list[tuple[float, int, int]],
    *,
    overtime_s: float,
    advance_s: float,
    lead_s: Floats,
) -> Timeline:
    """Agents on seats beyond the roster because the old shift stays and the next one comes early.

    Parameters
    ----------
    spells
        When a response is in force.
    hand_overs
        Instant, agents of the shift that ends, agents of the shift that begins.
    overtime_s
        The old shift stays at most so long after the hand-over, and not after the response ends.
    advance_s
        The next shift comes at most so long before it, and not sooner than its lead time after the response starts.
    lead_s
        Seconds from the start of a response to the early shift's arrival, by spell, shape (spells or more,).
    """
    arrivals: list[float] = []
    departures: list[float] = []
    for instant, leaving, coming in hand_overs:
        for on, off in spells:
            if on <= instant < off and overtime_s > 0:
                arrivals.extend([instant] * leaving)
                departures.extend([min(instant + overtime_s, off)] * leaving)
        early = early_shift_s(spells, instant, advance_s, lead_s)
        if early < instant:
            arrivals.extend([early] * coming)
            departures.extend([instant] * coming)
    return concurrency(arrivals, departures)


def early_shift_s(spells: Spells, instant: float, advance_s: float, lead_s: Floats) -> float:
    """When the shift of a hand-over is there, at the earliest: by the first of the spells that makes it come early.

    It comes once, however many spells there are before its hand-over; the hand-over's own instant if none calls it.
    """
    early = (
        (max(instant - advance_s, on + lead), off) for (on, off), lead in zip(spells, lead_s.tolist(), strict=False)
    )
    return min((there for there, off in early if there < min(instant, off)), default=instant)
