"""What happens to the service hall's queue: a surge and its measures, staff who leave their counters.

Each function plays a block of :mod:`days <resilience_sim.studies.service_hall.queue_days>` and gives the measures of
each of them, times in seconds, shape (days,).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue import Condition, Draws, Ladder, Level, Outcome, Path, draw
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams
from resilience_sim.studies.evacuation import about
from resilience_sim.studies.service_hall.queue_days import (
    classes,
    counters,
    day_of,
    in_time,
    largest_of,
    mean_of,
    mean_service_s,
    quantile_of,
    queue,
    surge_s,
)
from resilience_sim.timelines import concurrency, constant
from resilience_sim.units import DAY, HOUR

__all__ = ["Day", "added", "away", "cared_for", "extended", "helpers", "lasts_s", "recognised", "spare_counters"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NIGHT_S = 10 * HOUR  # without a queue: longer than any time without one while the hall is open


@dataclass(frozen=True)
class Day:
    """A situation: one kind of day, read in one way.

    Parameters
    ----------
    topic
        What happens on it; the claims' study.
    read
        How the plan's words are read, an interpretation of the clause, or empty.
    facts
        Other values of facts, in their own units.
    """

    topic: str
    read: str = ""
    facts: tuple[tuple[str, float], ...] = ()

    def with_fact(self, name: str, value: float) -> Day:
        """The same with another value of a fact, in its own unit."""
        return replace(self, facts=(*(one for one in self.facts if one[0] != name), (name, value)))


# ---- a surge


def recognised(site: Site, per_s: float, streams: Streams, days: int, read: str) -> dict[str, Floats]:
    """When a surge is recognised by one of three measures, and whether it is where there is none (P5-03).

    Parameters
    ----------
    site, per_s, days
        As for :func:`~resilience_sim.studies.service_hall.queue_days.queue`.
    streams
        Of the block.
    read
        ``by_length``: waiting customers for each counter; ``by_wait``: the longest wait so far of those who wait;
        ``by_load``: business that came in the last ``surge.load_window``, in parts of what the counters can do.

    Returns
    -------
    dict
        ``surge_noticed``: seconds from its beginning, inf if never before closing. ``false_starts``: 1 if the measures
        would have started before it.
    """
    begins_s, closes_s = surge_s(site)
    inputs = queue(site, per_s, days)
    draws = draw(inputs, streams)
    if read == "by_load":
        start_s = _seen_in_load(site, draws)
        end_s = start_s
    elif read == "by_wait":
        path, limit_s = simulate(inputs, draws), site.base("surge.seen_at_wait")
        long = path.waited_s >= limit_s
        start_s, end_s = path.arrival_s[long] + limit_s, path.arrival_s[long] + path.waited_s[long]
    else:
        path = simulate(inputs, draws, trace=True)
        assert path.trace_s is not None
        assert path.trace_waiting is not None
        full = path.trace_waiting >= site.base("surge.seen_at_queue") * counters(site)
        start_s, end_s = path.trace_s[full], np.append(path.trace_s[1:], np.inf)[full]
    day, at_s = day_of(start_s)
    until_s = end_s - DAY * day
    in_it = (until_s >= begins_s) & (at_s < closes_s)
    noticed = np.full(days, np.inf)
    np.minimum.at(noticed, day[in_it], np.maximum(at_s[in_it], begins_s))
    before = np.bincount(day[at_s < begins_s], minlength=days)
    return {"surge_noticed": noticed - begins_s, "false_starts": (before > 0).astype(float)}


def _seen_in_load(site: Site, draws: Draws) -> Floats:
    """At which arrivals the business of the last while is as much as is taken for a surge."""
    came_s = np.sort(draws.arrival_s)
    window_s = site.base("surge.load_window")
    lately = np.arange(1, len(came_s) + 1) - np.searchsorted(came_s, came_s - window_s, side="right")
    business_s = lately * mean_service_s(site)
    seen: Floats = came_s[business_s >= site.base("surge.seen_at_load") * counters(site) * window_s]
    return seen


def added(site: Site, per_s: float, streams: Streams, days: int, ladder: Ladder | None) -> dict[str, Floats]:
    """A surge with counters or people added by a ladder, or none (P5-04, P5-06, P5-08).

    Parameters
    ----------
    site, per_s, streams, days
        As for :func:`recognised`.
    ladder
        What is added at which queue; None: nothing.

    Returns
    -------
    dict
        ``served_in_time``: per cent of those who came in the surge. ``counter_opens``: the longest time from the
        queue that asks for a counter until it is open, 0 where none was asked for. ``most_crowded``: persons for each
        square metre. ``staff_hours``: of what was added, until closing time.
    """
    inputs = queue(site, per_s, days, ladder=ladder)
    path = simulate(inputs, draw(inputs, streams))
    begins_s, closes_s = surge_s(site)
    _, at_s = day_of(path.arrival_s)
    row = {
        "served_in_time": in_time(path, site, (at_s >= begins_s) & (at_s < closes_s), days),
        "most_crowded": _crowded(path, days) / site.base("fire.room_area"),
    }
    if ladder is None:
        return {**row, "counter_opens": np.zeros(days), "staff_hours": np.zeros(days)}
    assert path.called_s is not None
    assert path.joined_s is not None
    assert path.released_s is not None
    came = ~np.isnan(path.joined_s)
    called_s, released_s = (
        np.broadcast_to(times_s[..., np.newaxis], came.shape)[came] for times_s in (path.called_s, path.released_s)
    )
    joined_s, day = path.joined_s[came], day_of(called_s)[0]
    on_duty_s = np.maximum(np.minimum(released_s, DAY * day + closes_s) - joined_s, 0.0)
    return {
        **row,
        "counter_opens": largest_of(joined_s - called_s, day, days),
        "staff_hours": np.bincount(day, weights=on_duty_s, minlength=days) / HOUR,
    }


def _crowded(path: Path, days: int) -> Floats:
    """The most customers who are inside at once, waiting or served, on each day."""
    entered = np.isin(path.outcome, (Outcome.ANSWERED, Outcome.ABANDONED))
    instants = np.concatenate((path.end_s[entered], path.arrival_s[entered]))  # who leaves at an instant makes room
    order = np.argsort(instants, kind="stable")
    inside = np.cumsum(np.where(order < len(instants) // 2, -1.0, 1.0))
    return largest_of(inside, np.minimum(day_of(instants[order])[0], days - 1), days)


def spare_counters(site: Site, days: int) -> Ladder | None:
    """Spare counters, opened one after the other at a queue, closed after a while without one; None if there is none.

    The next one is asked for when the last is open and the queue for each open counter is still as long.
    """
    close_s = site.base("counters.close_after")
    # A call-up ends with as long a time without a queue, so that no more of them fit into the time.
    call_ups = math.ceil(days * DAY / close_s) + 1
    levels = tuple(
        Level(
            f"counter {number}",
            1,
            about(site.base("counters.opening")),
            Condition("waiting_per_agent", "at_least", site.base("counters.added_at")),
            Condition("waiting", "at_most", 0.0, hold_s=close_s),
            call_ups=call_ups,
            armed_from="in_place",
        )
        for number in range(1, round(site.base("counters.spare")) + 1)
    )
    return Ladder(levels) if levels else None


def helpers(site: Site, comes_s: Sequence[Sequence[float]]) -> Ladder | None:
    """People whom superiors send, asked for once a day at a queue; they stay until the day is over.

    Parameters
    ----------
    site
        For the queue at which they are asked for.
    comes_s
        For each day on which they are, how long after that each one comes, inf: never.
    """
    if not comes_s or not comes_s[0]:
        return None
    asked = Condition("waiting_per_agent", "at_least", site.base("help.asked_at"))
    over = Condition("waiting", "at_most", 0.0, hold_s=NIGHT_S)
    rows = tuple(tuple(row) for row in comes_s)
    return Ladder((Level("help", len(rows[0]), rows, asked, over, released_from="called"),))


def extended(site: Site, per_s: float, streams: Streams, days: int, read: str) -> dict[str, Floats]:
    """A surge before closing, with hours extended in one of two ways, against closing as usual (P5-05).

    Who still waits when service ends is sent away. Until then the day is the same whether service ends or goes on, so
    that one run tells of all ends.

    Parameters
    ----------
    site, per_s, streams, days
        As for :func:`recognised`.
    read
        ``served_to_the_last``: the doors close at the usual time, and all inside are served; ``until_new_closing``: the
        doors stay open ``surge.extension`` longer, then service ends.

    Returns
    -------
    dict
        Of those who came before the usual closing time: ``last_served``, seconds after it when the last of them leaves;
        ``sent_away``, customers; ``served_more``, customers served beyond those served if service ended at the usual
        time. ``staff_hours``: after the usual closing time.
    """
    _, closes_s = surge_s(site)
    to_the_last = read == "served_to_the_last"
    longer_s = 0.0 if to_the_last else site.base("surge.extension")
    inputs = queue(site, per_s, days, longer_s=longer_s)
    path = simulate(inputs, draw(inputs, streams))
    day, at_s = day_of(path.arrival_s)
    came = at_s < closes_s
    day, opening_s = day[came], DAY * day[came]
    start_s, left_s = path.start_s[came] - opening_s, path.end_s[came] - opening_s
    ends_s = math.inf if to_the_last else closes_s + longer_s
    answered = path.outcome[came] == Outcome.ANSWERED
    served = answered & (start_s <= ends_s)
    still = np.where(answered, start_s, left_s) > ends_s
    last_s = np.maximum(largest_of(np.where(served, left_s, 0.0), day, days) - closes_s, 0.0)
    return {
        "last_served": last_s,
        "sent_away": np.bincount(day[still], minlength=days).astype(float),
        "served_more": np.bincount(day[served & (start_s > closes_s)], minlength=days).astype(float),
        "staff_hours": (last_s if to_the_last else np.full(days, longer_s)) * counters(site) / HOUR,
    }


def cared_for(site: Site, per_s: float, streams: Streams, days: int, read: str) -> dict[str, Floats]:
    """A surge in which those in care go first, or not; and what it costs the others, on the same draws (P5-07).

    Parameters
    ----------
    site, per_s, streams, days
        As for :func:`recognised`.
    read
        ``care_first`` or ``by_number``.

    Returns
    -------
    dict
        ``care_wait``: the wait that 95 % of those in care who came in the surge do not exceed. ``others_wait_more``:
        mean wait of the others in the surge, less the same if all take their turn.
    """
    first, level = (queue(site, per_s, days, care_first=care_first) for care_first in (True, False))
    draws = draw(first, streams)  # priorities are not drawn for
    paths = {"by_number": simulate(level, draws)}
    paths[read] = simulate(first, draws) if read == "care_first" else paths["by_number"]
    begins_s, closes_s = surge_s(site)
    day, at_s = day_of(draws.arrival_s)
    came, cared = (at_s >= begins_s) & (at_s < closes_s), classes(first, draws.source, ("care",))
    others = came & ~cared
    more_s = paths[read].waited_s[others] - paths["by_number"].waited_s[others]
    return {
        "care_wait": quantile_of(paths[read].waited_s[came & cared], day[came & cared], days, 0.95),
        "others_wait_more": mean_of(more_s, day[others], days, 0.0),
    }


# ---- staff away from the counters on a usual day


def away(site: Site, per_s: float, streams: Streams, *, staff: int, for_s: Floats) -> dict[str, Floats]:
    """Some staff leave their counters for a while on a usual day, against the same day with all of them.

    They leave when the customer in hand has been served, at an instant that is as likely as any other of the day.

    Parameters
    ----------
    site, per_s, streams
        As for :func:`recognised`.
    staff
        How many leave, at most all.
    for_s
        For how many seconds, shape (days,).

    Returns
    -------
    dict
        ``served_in_time``: per cent of the day's customers. ``wait_more``: how much longer those who come meanwhile
        wait in the mean.
    """
    days, open_counters, closes_s = len(for_s), counters(site), site.base("hours.open")
    begins_s = streams.generator("service_hall/away").random(days) * closes_s
    until_s = np.minimum(begins_s + for_s, closes_s)
    opening_s = DAY * np.arange(days)
    gone = concurrency(opening_s + begins_s, opening_s + until_s).map(lambda away: away * min(staff, open_counters))
    plain = queue(site, per_s, days, surge=False)
    inputs = replace(plain, agents=constant(float(open_counters)) - gone)
    draws = draw(inputs, streams)
    path, without = simulate(inputs, draws), simulate(plain, draws)
    day, at_s = day_of(draws.arrival_s)
    came = (at_s >= begins_s[day]) & (at_s < until_s[day])
    return {
        "served_in_time": in_time(path, site, np.ones(len(came), dtype=np.bool_), days),
        "wait_more": mean_of(path.waited_s[came] - without.waited_s[came], day[came], days, 0.0),
    }


def lasts_s(site: Site, streams: Streams, days: int, fact: str, steps: int = 1) -> Floats:
    """How long something takes on each day that goes through so many steps, each by the fact that says its mean."""
    drawn = about(site.base(fact)).draw(streams.generator("service_hall/lasts"), days * steps)
    total: Floats = drawn.reshape(days, steps).sum(axis=1)
    return total
