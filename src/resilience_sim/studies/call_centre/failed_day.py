"""A day on which a centre's application fails: who calls, who is on duty, and from when to when nothing works.

The day on record is 3 February 1999, when a bank's application failed from 12:48 to 13:33 and nobody was helped.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from resilience_sim.hazards.calls import CallLog, Window, by_quarter_hour, patience
from resilience_sim.hazards.calls import handling as handled
from resilience_sim.hazards.failure_day import AS_ON_3_FEBRUARY, USUAL_OF_3_FEBRUARY, Failure, TryAgain
from resilience_sim.models.queue import Callers, Instants, Rate
from resilience_sim.plans.site import Site
from resilience_sim.randomness import LogNormal
from resilience_sim.studies.call_centre.abnormal_calls import redial
from resilience_sim.timelines import Timeline, pulse
from resilience_sim.units import HOUR, MINUTE

__all__ = ["AGENTS", "FAILED", "FailedDay"]

QUARTER_S = 15 * MINUTE

FAILED = Failure(46080.0, 48780.0)
"""12:48 to 13:33 of 3 February 1999, seconds of the day."""

BEFORE_S, AFTER_S = HOUR, 4 * HOUR
"""What is played: from so long before the failure until so long after it."""

AGENTS = Timeline(np.array([11.0, 13.0, 16.0]) * HOUR, np.array([6.0, 7.0, 6.0]))
"""Agents on duty from 11:00 on: two thirds of the distinct agents who answer in each hour (8.9, 8.9, 10.1, 9.8, 10.6,
8.4 on Sundays to Thursdays), whole; at two thirds the queue machine serves that February's days as the log has it."""


@dataclass(frozen=True, eq=False)
class FailedDay:
    """A day with a failure: who calls (second 0 is midnight), who is on duty, when nothing works."""

    callers: tuple[Callers, ...]
    agents: Timeline
    failure: Failure = FAILED

    @property
    def horizon_s(self) -> float:
        """End of what is played."""
        return self.failure.end_s + AFTER_S

    @classmethod
    def of_february(cls, site: Site, *, again: TryAgain = AS_ON_3_FEBRUARY) -> FailedDay:
        """3 February by its published figures: usual calls at random; matters and patience by the site's facts."""
        base = site.base
        callers = Callers(
            "callers",
            Rate(USUAL_OF_3_FEBRUARY * pulse(FAILED.start_s - BEFORE_S, FAILED.end_s + AFTER_S)),
            LogNormal.from_mean(base("calls.handling_mean"), base("calls.handling_sigma")),
            LogNormal.from_median(base("patience.lognormal.median"), base("patience.lognormal.sigma")),
            redial=redial(site, again),
        )
        return cls((callers,), AGENTS)

    @classmethod
    def of_log(
        cls,
        log: CallLog,
        window: Window,
        usual_days: Collection[str],
        site: Site,
        *,
        again: TryAgain = AS_ON_3_FEBRUARY,
    ) -> FailedDay:
        """A day of a log: its own calls before the failure and from a quarter of an hour after it.

        Between them the log's calls are tries of one knows not whom; first calls come there at random, at the rate of
        the same quarter hours on `usual_days`. The laws of handling and patience are fitted to the log, the failure
        left out; agents and who tries again (but for `again`) are as in :meth:`of_february`.

        Parameters
        ----------
        log
            The log.
        window
            Day and seconds of the failure.
        usual_days
            Days of the log like this one.
        """
        failure = Failure(window.from_s, window.to_s)
        calls = log.calls[log.calls.day == window.day]
        kept = (calls.outcome == "AGENT") | (calls.queue_s > 0)
        arrive_s = calls.arrive_s[kept].to_numpy(dtype=float)
        settled_s = math.ceil(failure.end_s / QUARTER_S + 1) * QUARTER_S
        played = (arrive_s >= failure.start_s - BEFORE_S) & (arrive_s < failure.end_s + AFTER_S)
        outside = (arrive_s < failure.start_s) | (arrive_s >= settled_s)
        per_s = by_quarter_hour(log, window.day, usual_days).usual.to_numpy(dtype=float) / QUARTER_S
        usual = Timeline(np.arange(96, dtype=float) * QUARTER_S, per_s) * pulse(failure.start_s, settled_s)
        matter, gives_up = handled(log.calls), patience(log.without([window])).lognormal().law
        law = LogNormal(matter.mu, matter.sigma)
        again_law = redial(site, again)
        return cls(
            (
                Callers("recorded", Instants(arrive_s[played & outside]), law, gives_up, redial=again_law),
                Callers("failure", Rate(usual), law, gives_up, redial=again_law),
            ),
            AGENTS,
            failure,
        )
