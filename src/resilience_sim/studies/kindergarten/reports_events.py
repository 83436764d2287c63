"""Times of the kindergarten's reports that are no calls, and times between two who learn of something."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resilience_sim.randomness import Streams
from resilience_sim.studies.call_trees import day_hours, drawn_hours
from resilience_sim.studies.evacuation import about
from resilience_sim.studies.notifying import BLOCK, Alarmed, Notifying
from resilience_sim.units import HOUR

__all__ = ["OwnTimes", "since"]

Floats = npt.NDArray[np.float64]


def since(knows_s: Floats, told_s: Floats) -> Floats:
    """How long after one has learned of it others do; inf also where that one never did.

    Parameters
    ----------
    knows_s, told_s
        When each did, inf for never; of shapes that go together.
    """
    known = np.broadcast_to(np.isfinite(knows_s), told_s.shape)
    later_s: Floats = np.subtract(told_s, knows_s, out=np.full(told_s.shape, np.inf), where=known)
    return later_s


class OwnTimes:
    """Times of a block of events that are no calls: each by its own stream, about a fact of the site.

    Parameters
    ----------
    study, situation
        Whose site and call tree it is, and what happens.
    streams
        The block's; the hours at which it happens are drawn from them at once.
    """

    def __init__(self, study: Notifying, situation: Alarmed, streams: Streams) -> None:
        self._site = study.site
        self._situation = situation
        self._streams = streams
        self.hours = drawn_hours(streams, situation.when, study.trees.tree, study.site, BLOCK)
        self._opens_h, self._closes_h = day_hours(study.trees.tree, study.site)

    def about(self, fact: str) -> Floats:
        """Seconds, shape (events,)."""
        return about(self._site.base(fact)).draw(self._streams.generator(f"kindergarten/reports/{fact}"), BLOCK)

    def discovered_s(self) -> Floats:
        """From the accident until it is discovered: by night as the day begins, or on the next round if it is sooner.

        Rounds go from the end of the day on, at equal intervals; none where the situation has no interval.
        """
        if self._situation.when != "by_night":
            return self.about("accident.discovered")
        until_s: Floats = (self._opens_h - self.hours) % 24 * HOUR
        if not (every_s := self._situation.every_s):
            return until_s
        since_s = (self.hours - self._closes_h) % 24 * HOUR
        next_s: Floats = np.minimum(until_s, every_s - since_s % every_s)
        return next_s
