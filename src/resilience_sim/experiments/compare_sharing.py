"""Studies of one site that differ only in the plan's rules share what they have drawn: people, lines and calls.

Drawing the events takes most of the time; under other rules they are the same, so that scenarios of a comparison hand
them on to each other, here and in each worker.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from resilience_sim.experiments.content import content_hash
from resilience_sim.studies.parts import parts
from resilience_sim.studies.question import Study

__all__ = ["SharedStudy", "shared"]

WORLDS_KEPT = 2  # by each process: one may hold some thousand events
_here = threading.local()  # draws that are kept cannot serve two threads at a time


class SharedStudy:
    """A study that, sent to a worker, uses the events which that worker has drawn for others of its site already."""

    def __init__(self, study: Study) -> None:
        self._study = shared(study)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._study, name)

    def __reduce__(self) -> tuple[Callable[[Study], Study], tuple[Study]]:
        return shared, (self._study,)


def shared(study: Study) -> Study:
    """The same study, with the events drawn before in this process for another of the same site, if there are any.

    Only where all that events depend on is known to be equal; the results are those of the study by itself.
    """
    from resilience_sim.studies.utility_call_centre.staffing import UtilityCallCentre

    worlds: OrderedDict[str, Any] = _here.__dict__.setdefault("worlds", OrderedDict())
    for one in parts(study):
        if isinstance(one, UtilityCallCentre):
            events = one.events
            key = content_hash(one.site, one.site.calltree, dict(events.levels), one.record, one.years, events.changes)
            one.events = worlds.setdefault(key, events)
            worlds.move_to_end(key)
            if len(worlds) > WORLDS_KEPT:
                worlds.popitem(last=False)
    return study
