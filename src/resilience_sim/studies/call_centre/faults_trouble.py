"""Trouble in the network, from its beginning until the department responsible knows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.randomness import Streams
from resilience_sim.studies.call_centre.faults_events import (
    BLOCK,
    Breakdowns,
    Scenario,
    alarms_at,
    first_told,
    hours_of,
)
from resilience_sim.studies.call_centre.faults_signs import CALLS_LOOKED_AT, calls_per_s, signs_s
from resilience_sim.studies.call_trees import UNCHANGED, Changes
from resilience_sim.units import HOUR

__all__ = ["Trouble", "found_s", "passed_on_s"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trouble:
    """A situation: trouble at some hours, and what finds it.

    Parameters
    ----------
    scenario
        The hours.
    calls, window_s
        How many calls within how many seconds count as a sign.
    from_callers
        Whether callers are heeded at all.
    changes
        What is otherwise than in the call tree.
    share_of_calls
        Calls about it against the usual ones of the hour; `None`: as the site says.
    """

    scenario: Scenario
    calls: int
    window_s: float
    from_callers: bool = True
    changes: Changes = UNCHANGED
    share_of_calls: float | None = None


def found_s(breakdowns: Breakdowns, trouble: Trouble, streams: Streams, hours: Floats) -> tuple[Floats, Floats]:
    """When callers have given a sign, and when it is found without them, seconds from its beginning.

    Returns
    -------
    tuple
        Each of shape (events,); the first is inf where callers give none, or are not heeded.
    """
    site = breakdowns.site
    own_s = streams.generator("call_centre/trouble/found").standard_exponential(BLOCK) * site.base("trouble.monitored")
    if not trouble.from_callers:
        return np.full(BLOCK, np.inf), own_s
    share = site.base("trouble.share_of_calls") if trouble.share_of_calls is None else trouble.share_of_calls
    gaps = streams.generator("call_centre/trouble/calls").standard_exponential((BLOCK, CALLS_LOOKED_AT))
    rates = calls_per_s(site, hours, share)
    return signs_s(gaps, rates, calls=trouble.calls, within_s=trouble.window_s), own_s


def passed_on_s(breakdowns: Breakdowns, trouble: Trouble, seed: int, replication: int) -> Floats:
    """Seconds from the beginning of trouble until the department responsible knows, shape (events,).

    A sign goes from the agent to the specialist and on to the department; what is found without callers, the
    specialist finds, to whom the department is one call away.
    """
    streams, site, trees = Streams(seed, replication), breakdowns.site, breakdowns.trees
    hours = hours_of(trouble.scenario, trees, site, streams)
    sign_s, own_s = found_s(breakdowns, trouble, streams, hours)
    later = hours + np.minimum(sign_s, own_s) / HOUR
    alarms = alarms_at(trees, "trouble", streams, later, trouble.changes)
    return np.minimum(sign_s + first_told(alarms, "department"), own_s + site.base("calling.attempt"))
