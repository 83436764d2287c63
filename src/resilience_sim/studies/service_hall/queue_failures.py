"""The hall's business system fails on a usual day: whose business is not done, and whether all are told (P5-09, P5-11).

The system fails at an instant of the opening hours that is as likely as any other, for as long as the repair machine
has it down (:func:`~resilience_sim.studies.service_hall.faults.system_up`). Meanwhile all customers, or the share
``system.affects``, have business that cannot be done when their turn comes: their telephone numbers are taken. When the
system is back and the hall open, whoever is free at a counter phones them, one after the other, in the order in which
their numbers were taken; customers in the hall go first. Each is tried ``calling.attempts`` times at most, and is told
if one of the calls is answered. A share of them comes again on the next day with what was not done.

Two things are simpler than they are. In the queue, taking a number lasts a part of the time that the customer's own
business would take, chosen so that the mean is ``manual.record``; how long a number takes is told by a law of its own
with this mean. And each is phoned once in the queue, all tries together.

A block of failures is played in one run: each has the days that it lasts and :data:`CALLING_DAYS` more, then days
without customers in which all calls left over are made, so that they are in nobody else's way; those are too late.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue import CallBacks, Callers, Instants, Outage, Outcome, QueueInputs, draw
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Exponential, LogNormal, Streams
from resilience_sim.studies.evacuation import about
from resilience_sim.studies.service_hall.faults import system_up
from resilience_sim.studies.service_hall.queue_days import (
    PERCENT,
    balking,
    counters,
    customers,
    daily,
    day_of,
    in_time,
    largest_of,
    mean_of,
    mean_service_s,
    quantile_of,
)
from resilience_sim.timelines import Timeline, concurrency, constant
from resilience_sim.units import DAY

__all__ = ["Failures", "failed", "failures"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LONGEST_DAYS = 21  # of a failure that are played
CALLING_DAYS = 2  # in which calls are made after the day of restoration
FLUSH_DAYS = 30  # without customers, for calls left over
TIMES_ENOUGH = 3  # as many years of faults as are needed in the mean, so that there are enough of them


@dataclass(frozen=True, eq=False)
class Failures:
    """A block of failures in the hall's time.

    Parameters
    ----------
    first_day, days
        The first day of each, and how many with customers it has, shape (n,).
    fails_s, back_s
        When the system fails, and when it is back, seconds from the opening of its first day, shape (n,).
    """

    first_day: Ints
    days: Ints
    fails_s: Floats
    back_s: Floats

    @property
    def ends_s(self) -> Floats:
        """When the last day with customers is over, shape (n,)."""
        ends: Floats = DAY * (self.first_day + self.days).astype(float)
        return ends

    @property
    def down_s(self) -> tuple[Floats, Floats]:
        """From when until when the system is down; no longer than customers come."""
        opening_s: Floats = DAY * self.first_day.astype(float)
        return opening_s + self.fails_s, np.minimum(opening_s + self.back_s, self.ends_s)


def failures(site: Site, streams: Streams, count: int) -> Failures:
    """When the system fails and is back in each of `count` failures."""
    up = system_up(site, streams, horizon_s=TIMES_ENOUGH * count / site.base("system.fails"))
    down = np.flatnonzero(up.values[:-1] == 0)  # a last step that is down is not over
    lasts_s = np.resize(up.times[down + 1] - up.times[down], count)
    fails_s = streams.generator("service_hall/fails").random(count) * site.base("hours.open")
    back_s = fails_s + lasts_s
    days = np.minimum(np.floor(back_s / DAY), LONGEST_DAYS).astype(np.int64) + 1 + CALLING_DAYS
    slots = np.cumsum(days + FLUSH_DAYS)
    return Failures(slots - (days + FLUSH_DAYS), days, fails_s, back_s)


def failed(site: Site, per_s: float, streams: Streams, all_of: Failures, read: str) -> dict[str, Floats]:
    """The measures of each failure, shape (n,), times in seconds.

    Parameters
    ----------
    site, per_s
        The hall, and customers per second whom its usual counters can serve.
    streams
        Of the block.
    all_of
        The failures.
    read
        ``part_of_business``: the share ``system.affects`` cannot be done; else all.

    Returns
    -------
    dict
        ``served_that_day``: per cent of those who come on the day of the failure whose business is done.
        ``restoration_told``: per cent of those whose numbers were taken. ``told_after``: from restoration until the
        last has been phoned, inf where that is later than :data:`CALLING_DAYS` days after it. ``record_time``: the time
        that 95 % of the numbers do not exceed. ``next_day_in_time``: per cent of the customers of another day served in
        time, those who come again among them. ``recorded``: numbers taken.
    """
    n = len(all_of.days)
    inputs = _hall(site, per_s, all_of, site.base("system.affects") if read == "part_of_business" else 1.0)
    path = simulate(inputs, draw(inputs, streams))
    assert path.back_end_s is not None
    assert path.back_owed_s is not None
    day, _ = day_of(path.arrival_s)
    which = np.searchsorted(all_of.first_day, day, side="right") - 1
    that_day = day == all_of.first_day[which]
    done = path.outcome == Outcome.ANSWERED
    taken = ~np.isnan(path.back_owed_s)
    called_s, whose = path.back_end_s[taken], which[taken]
    called_s = np.where(called_s <= all_of.ends_s[whose], called_s, np.inf)
    answered = 1 - (1 - site.base("calling.answered_day")) ** site.base("calling.attempts")
    told = np.isfinite(called_s) & (streams.generator("service_hall/reached").random(len(whose)) < answered)
    since_s = called_s - (DAY * all_of.first_day + all_of.back_s)[whose]
    records_s = about(site.base("manual.record")).draw(streams.generator("service_hall/records"), len(whose))
    return {
        "served_that_day": PERCENT * mean_of(done[that_day], which[that_day], n, 1.0),
        "restoration_told": PERCENT * mean_of(told, whose, n, 1.0),
        "told_after": np.maximum(largest_of(since_s, whose, n), 0.0),
        "record_time": quantile_of(records_s, whose, n, 0.95),
        "next_day_in_time": _next_day(site, per_s, streams, whose, n),
        "recorded": np.bincount(whose, minlength=n).astype(float),
    }


def _hall(site: Site, per_s: float, all_of: Failures, affected: float) -> QueueInputs:
    """The hall through a block of failures, in which part of the business cannot be done while the system is down."""
    open_s = site.base("hours.open")
    days = np.concatenate([first + np.arange(n) for first, n in zip(all_of.first_day, all_of.days, strict=True)])
    doors = _open(DAY * days, open_s)
    down = concurrency(*all_of.down_s)
    flush = concurrency(all_of.ends_s, all_of.ends_s + (FLUSH_DAYS - 1) * DAY)
    back = CallBacks(about(site.base("manual.call_back")), hours=doors * (constant(1.0) - down) + flush)
    recording = site.base("manual.record") / mean_service_s(site)
    return QueueInputs(
        customers(site, doors.map(lambda is_open: per_s * is_open)),
        agents=constant(float(counters(site))),
        horizon_s=float(all_of.ends_s[-1]) + FLUSH_DAYS * DAY,
        join=balking(site),
        outage=Outage(down.map(lambda is_down: affected * is_down), factor=recording, back=back),
    )


def _open(opening_s: Floats, open_s: float) -> Timeline:
    """1 for so long from each opening, else 0."""
    edges = (opening_s[:, np.newaxis] + [0.0, open_s]).ravel()
    return Timeline(np.append(-1.0, edges), np.append(0.0, np.tile((1.0, 0.0), len(opening_s))))


def _next_day(site: Site, per_s: float, streams: Streams, whose: Ints, days: int) -> Floats:
    """Per cent served in time on a usual day on which those come again whose numbers were taken, by failure.

    They have business like anybody's, in one law with the mean and spread of its own.
    """
    open_s = site.base("hours.open")
    comes_s = DAY * whose + streams.generator("service_hall/returns").random(len(whose)) * open_s
    comes = streams.generator("service_hall/returning").random(len(whose)) < site.base("customers.returning")
    again = Callers(
        "again",
        Instants(comes_s, comes),
        LogNormal.from_mean(mean_service_s(site), site.base("service.sigma")),
        Exponential(site.base("patience.mean")),
    )
    inputs = QueueInputs(
        (*customers(site, daily(days, 0.0, open_s, per_s), prefix="next"), again),
        agents=constant(float(counters(site))),
        horizon_s=DAY * days,
        join=balking(site),
    )
    path = simulate(inputs, draw(inputs, streams))
    return in_time(path, site, np.ones(len(path.arrival_s), dtype=np.bool_), days)
