"""Who in the call centre learns of what, and when: a block of events of one kind, on the call tree and the repairs.

An application that fails is told to the supervisor at once, to supervisor and manager when ten minutes will not do, and
to those two again when it is back; when that is follows from :mod:`~resilience_sim.studies.call_centre.faults_events`.
All other events are a chain of the call tree, from its alarm on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.plans.site import Site
from resilience_sim.randomness import LogNormal, Streams, derived_seed
from resilience_sim.studies.call_centre.faults_events import (
    BLOCK,
    STORM,
    Breakdown,
    Breakdowns,
    Scenario,
    alarms_at,
    first_told,
    hours_of,
    last_told,
    told,
)
from resilience_sim.studies.call_trees import UNCHANGED, Alarm, CallTrees, Changes, places_s
from resilience_sim.units import HOUR, MINUTE

__all__ = ["LEVELS", "Reported", "called_up_s", "failure", "people_hurt", "recovered", "reported", "wanted_at"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Event = Literal["failure", "recovered", "mains", "safe", "accident", "grave", "surge"]

LEADERS = ("supervisor", "manager")
SOUGHT = 64  # blocks of failures at most, of which one of events is taken
LEVELS: Mapping[int, tuple[str, str]] = {
    1: ("other_units_called", "other_units"),
    2: ("reserves_called", "reserves"),
    3: ("functional_called", "functional"),
}
"""Of each level of support the chain of the call tree, and the role that it calls up."""
CHAINS: Mapping[Event, str] = {
    "mains": "mains", "safe": "reported_up", "accident": "accident", "grave": "grave_accident",
}  # fmt: skip


@dataclass(frozen=True)
class Reported:
    """A situation: what happens, and by which rules it is told.

    Parameters
    ----------
    event, scenario
        What happens, at which hours, or in a storm that breaks much at once.
    changes
        What is otherwise than in the call tree.
    breakdown
        The failure of an application, for the events ``failure`` and ``recovered``.
    foreseen
        Whether leaders are told of it as soon as ten minutes are seen not to do, or when they are up.
    restored_within_s
        These ten minutes.
    people_from
        So many people hurt are told to the manager; `None`: only if it is grave.
    listed
        Reserves on the list; `None`: as the site says.
    """

    event: Event
    scenario: Scenario
    changes: Changes = UNCHANGED
    breakdown: Breakdown | None = None
    foreseen: bool = False
    restored_within_s: float = 10 * MINUTE
    people_from: int | None = None
    listed: int | None = None


def reported(breakdowns: Breakdowns, setting: Reported, seed: int, replication: int) -> dict[str, Floats]:
    """The measures of a block of events, in minutes, shape (events,)."""
    match setting.event:
        case "failure":
            row = failure(breakdowns, setting, seed, replication, until_restored=False)
            return {name: times_s / MINUTE for name, times_s in row.items()}
        case "recovered":
            return {"recovery_told": recovered(breakdowns, setting, seed, replication) / MINUTE}
        case "surge":
            return {"reserves_in_place": _reserves_in_place(breakdowns, setting, seed, replication) / MINUTE}
        case "accident":
            return {"manager_told": _manager_told(breakdowns, setting, seed, replication) / MINUTE}
    storm = setting.scenario == STORM
    alarms = _alarms(breakdowns, setting, "all_at_once" if storm else CHAINS[setting.event], seed, replication)
    if setting.event == "mains":
        return {"mains_told": last_told(alarms, "specialist", "manager") / MINUTE}
    return {"centre_superior_told": first_told(alarms, "supervisor", "manager") / MINUTE}


def _alarms(breakdowns: Breakdowns, setting: Reported, chain: str, seed: int, replication: int) -> list[Alarm]:
    streams = Streams(seed, replication)
    hours = hours_of(setting.scenario, breakdowns.trees, breakdowns.site, streams)
    changes = setting.changes
    if setting.scenario == STORM:
        changes = breakdowns.in_a_storm(changes, round(breakdowns.site.base("storm.seats")))
    return alarms_at(breakdowns.trees, chain, streams, hours, changes)


# ---- an application fails


def failure(
    breakdowns: Breakdowns, setting: Reported, seed: int, replication: int, *, until_restored: bool = True
) -> dict[str, Floats]:
    """Who is told of a failure that does not end in time, and, if that is asked, that it has ended.

    Returns
    -------
    dict
        Seconds. ``supervisor_told``: from the failure until the supervisor knows of it. ``leaders_told``: from the end
        of the ten minutes until supervisor and manager know that these did not do, below 0 if they know before; 0 where
        the application is back by then. ``recovery_told``: from its being back until the last of those who had been
        told knows; -inf where nobody had been; only if asked. ``back``: from the failure until it is back.
    """
    assert setting.breakdown is not None
    site, trees = breakdowns.site, breakdowns.trees
    played = breakdowns.play(replace(setting.breakdown, changes=setting.changes), seed, replication)
    supervisor_s = first_told(played.alarms, "supervisor")
    specialist_s = first_told(played.alarms, "specialist")
    back_s = played.seconds("application", "back").max(axis=1)
    at_work_s = played.seconds("application", "began", remedy="repair").max(axis=1)

    judging = LogNormal.from_median(site.base("specialist.judges"), site.base("specialist.spread"))
    judged_s = at_work_s + judging.draw(Streams(seed, replication).generator("call_centre/judges"), BLOCK)
    starts_s = np.maximum(setting.restored_within_s, specialist_s)  # then the clock tells it, without any judgement
    if setting.foreseen:
        starts_s = np.minimum(starts_s, judged_s)
    later = Streams(derived_seed(seed, "escalation"), replication)
    hours = played.hours + np.where(np.isfinite(starts_s), starts_s, 0.0) / HOUR
    escalated = alarms_at(trees, "escalation", later, hours, setting.changes)
    leaders_s = starts_s + last_told(escalated, *LEADERS) - setting.restored_within_s
    needed = back_s > setting.restored_within_s
    row = {"supervisor_told": supervisor_s, "leaders_told": np.where(needed, leaders_s, 0.0), "back": back_s}
    if not until_restored:
        return row

    finally_ = Streams(derived_seed(seed, "restored"), replication)
    hours = played.hours + back_s / HOUR
    restored = alarms_at(trees, "restored", finally_, hours, setting.changes)
    # Either is told of the failure by the escalation, the supervisor also, and mostly before, by the first report.
    known_s = np.where(needed[:, None], starts_s[:, None] + told(escalated, *LEADERS), np.inf)
    known_s[:, 0] = np.minimum(known_s[:, 0], supervisor_s)
    recovery_s = np.where(known_s < back_s[:, None], told(restored, *LEADERS), -np.inf).max(axis=1)
    return {**row, "recovery_told": recovery_s}


def recovered(breakdowns: Breakdowns, setting: Reported, seed: int, replication: int) -> Floats:
    """Seconds from an application's being back until the last of those who had been told of its failure knows.

    Failures are played, block after block, until there are enough of which somebody had been told before they were
    over; others are no events, since nobody is to be phoned. Where not one in :data:`SOUGHT` is told of a failure,
    hardly anybody is told of its end either: what is missing counts as never told.
    """
    found = np.empty(0)
    for k in range(SOUGHT):
        row = failure(breakdowns, setting, derived_seed(seed, f"failures {k}") if k else seed, replication)
        found = np.concatenate((found, row["recovery_told"][row["recovery_told"] > -np.inf]))
        if len(found) >= BLOCK:
            return found[:BLOCK]
    return np.concatenate((found, np.full(BLOCK - len(found), np.inf)))


# ---- people hurt


def people_hurt(site: Site, uniforms: Floats) -> Ints:
    """How many are hurt in accidents with two persons or more, shape of `uniforms`.

    One, and a Poisson number more whose mean is that of the site less one; of these accidents only those with two.
    """
    from scipy.stats import poisson

    mean = max(site.base("accident.agents_off") - 1, 1e-9)
    none = math.exp(-mean)
    more: Ints = np.maximum(1, poisson.ppf(none + uniforms * (1 - none), mean)).astype(np.int64)
    return 1 + more


def _manager_told(breakdowns: Breakdowns, setting: Reported, seed: int, replication: int) -> Floats:
    """When the manager knows of an accident with two persons or more; inf where no rule has them told."""
    site, streams = breakdowns.site, Streams(seed, replication)
    hurt = people_hurt(site, streams.generator("call_centre/accident/people").random(BLOCK))
    grave = streams.generator("call_centre/accident/grave").random(BLOCK) < site.base("accident.grave")
    by_number = first_told(_alarms(breakdowns, setting, "accident", seed, replication), "manager")
    by_gravity = first_told(_alarms(breakdowns, setting, "grave_accident", seed, replication), "manager")
    told_s = np.where(grave, by_gravity, np.inf)
    if setting.people_from is None:
        return told_s
    return np.where(hurt >= setting.people_from, np.minimum(told_s, by_number), told_s)


# ---- people called up


def called_up_s(
    trees: CallTrees, level: int, places: int, streams: Streams, hours: Floats, changes: Changes = UNCHANGED
) -> Floats:
    """Lead times of a level of support: when each place is taken, from the order to call up, inf for never.

    They are what :func:`~resilience_sim.studies.call_up.present` takes, transposed.

    Parameters
    ----------
    trees, level
        The site's call tree, and the level, one of :data:`LEVELS`.
    places
        People wanted; callers stop when so many have said that they come.
    streams
        Of the call-ups.
    hours
        Time of day of each call-up, shape (call-ups,).
    changes
        What is otherwise than in the call tree.

    Returns
    -------
    Floats
        Seconds, shape (call-ups, places).
    """
    chain, role = LEVELS[level]
    return np.stack([places_s(alarm, places, role) for alarm in alarms_at(trees, chain, streams, hours, changes)])


def wanted_at(site: Site, hours: Floats) -> Ints:
    """How many reserves level two wants at some times of day: its share of the agents on shift, one at least."""
    starts, agents = site.bases("roster.shift_starts"), np.array(site.bases("roster.agents"))
    on_shift = agents[np.searchsorted(starts, hours * HOUR, side="right") - 1]
    return np.maximum(1, np.ceil(site.base("support.level_two") * on_shift - 1e-9)).astype(np.int64)


def _reserves_in_place(breakdowns: Breakdowns, setting: Reported, seed: int, replication: int) -> Floats:
    """When as many reserves are there as level two wants."""
    site, streams = breakdowns.site, Streams(seed, replication)
    hours = hours_of(setting.scenario, breakdowns.trees, site, streams)
    changes = setting.changes
    if setting.listed is not None:
        changes = replace(changes, people=(("reserves", setting.listed),))
    if setting.scenario == STORM:
        fact = "call_up.arrival_median"
        usual = next((value for name, value in changes.facts if name == fact), site.fact(fact).value)
        assert usual is not None
        changes = changes.with_fact(fact, usual * site.base("storm.travel"))
    wanted = wanted_at(site, hours)
    taken_s = called_up_s(breakdowns.trees, 2, int(wanted.max()), streams, hours, changes)
    return taken_s[np.arange(len(hours)), wanted - 1]
