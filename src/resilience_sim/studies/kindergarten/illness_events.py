"""Food poisoning at the kindergarten: from symptoms to the sick room, to first treatment, and to the hospital.

All children have eaten of the meal at time zero. Each falls ill by chance, after a time of its own; whoever would when
children have gone home is no longer here. In every event somebody falls ill here, and where the grave are asked about,
somebody is grave. Scenarios: in ``mass_poisoning`` so many fall ill as in the one outbreak on record, in
``usual_poisoning`` as many in all as in the events that schools report.

1. A teacher sees the symptoms after a while. As soon as so many children have them as the plan waits for, the main
   teacher tells the sick room; then the nurse prepares, and the medical group and the leader in charge come.
2. The second teacher of the class takes sick children to the sick room; the leader helps all classes
   (:func:`~.kindergarten_illness_trips.carried`).
3. At the door it is judged whether a child is grave, rightly with the share that a triage is. First treatment is a
   queue of the queue machine: as many servers as there are people and places for them; grave cases first, or first
   come first served. What the triage takes is part of each child's treatment.
4. Grave children go to the hospital. An ambulance is called for each who is judged grave at the door, and for those
   wrongly judged light when they come to be treated, who are known then as the wrongly grave are. They leave when they
   have been treated; or at once, untreated, which the plan does not want (to compare with). An ambulance that is called
   comes after its response, or when it is back, and takes along whoever else is ready
   (:func:`~.kindergarten_illness_trips.driven`).

A child keeps its own numbers whatever is decided: who falls ill and when, how grave, how judged, how long it takes. A
replication is a block of independent events, drawn together and treated in one run of the queue machine, each on days
of its own: most of what a single event costs is what it takes to begin one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resilience_sim.models.queue import Callers, Instants, Outcome, QueueInputs, draw
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.randomness import Deterministic, Streams
from resilience_sim.studies.kindergarten.illness_meal import Illness, Meal
from resilience_sim.studies.kindergarten.illness_trips import carried, driven
from resilience_sim.timelines import Timeline
from resilience_sim.units import DAY, MINUTE

__all__ = ["APART_S", "OF_THE_GRAVE", "SCENARIOS", "Happened", "Poisoning", "happened", "measured", "sick_room"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SCENARIOS = ("mass_poisoning", "usual_poisoning")
GRAVE, LIGHT = "grave", "light"
OF_THE_GRAVE = ("care_grave", "in_hospital")
"""Measures that say nothing of an event without a grave child."""
APART_S = 4 * DAY  # from one event of a block to the next, far longer than any takes


@dataclass(frozen=True)
class Poisoning:
    """A situation: one scenario, with what the plan and the site decide.

    Parameters
    ----------
    scenario
        One of :data:`SCENARIOS`.
    trigger
        Children with symptoms from whom on the sick room is told.
    carriers, per_trip
        Who bring children of a class to the sick room, and how many children each takes along.
    leader_helps
        Whether the leader in charge helps to carry.
    places, staff, nurses
        Of the sick room, and how many of its staff are there from the beginning; the others come when they are called.
    by_gravity
        Whether the grave are treated first; else who comes first.
    treated_first
        Whether children are treated before they leave for the hospital.
    ambulances, seats
        How many ambulances, and children in each.
    children
        Times as many children in each class.
    one_grave
        Whether every event has a grave child at least; else one who falls ill.
    facts
        Other values of facts, in their own units.
    """

    scenario: str
    trigger: int
    carriers: int
    per_trip: int
    leader_helps: bool
    places: int
    staff: int
    nurses: int
    by_gravity: bool
    treated_first: bool
    ambulances: int
    seats: int
    children: float = 1.0
    one_grave: bool = False
    facts: tuple[tuple[str, float], ...] = ()

    def with_fact(self, name: str, value: float) -> Poisoning:
        """The same with another value of a fact, in its own unit."""
        return replace(self, facts=(*(pair for pair in self.facts if pair[0] != name), (name, value)))


@dataclass(frozen=True, eq=False)
class Happened:
    """A block of events: who fell ill, and when what was done; seconds after the meal, inf where it was not.

    Parameters
    ----------
    illness
        Who fell ill.
    told_s, ready_s
        When the sick room of each event was told, and was ready, shape (events,).
    left_s, arrived_s, treated_s, hospital_s
        When each child left its class, came to the sick room, began to be treated, and came to the hospital (inf for
        those who stay), shape (n,).
    """

    illness: Illness
    told_s: Floats
    ready_s: Floats
    left_s: Floats
    arrived_s: Floats
    treated_s: Floats
    hospital_s: Floats


def happened(setting: Poisoning, meal: Meal, seed: int, block: int, events: int) -> Happened:
    """A block of events of a setting; equal meals give the same children the same numbers."""
    illness = _drawn(meal, seed, block, events, setting.one_grave)
    told_s = np.full(events, math.inf)
    for event, part in enumerate(illness.parts):
        if part.stop - part.start >= setting.trigger:
            told_s[event] = illness.seen_s[part.start + setting.trigger - 1] + illness.report_s[event]
    ready_s, reach_s = told_s + illness.ready_s, told_s + illness.reach_s
    left_s, arrived_s = (np.empty(len(illness.event)) for _ in range(2))
    for event, part in enumerate(illness.parts):
        left_s[part], arrived_s[part] = carried(
            illness.seen_s[part].tolist(),
            illness.room[part].tolist(),
            illness.way_s[part].tolist(),
            carriers=setting.carriers,
            per_trip=setting.per_trip,
            helper_from_s=float(reach_s[event]) if setting.leader_helps else math.inf,
        )
    judged = illness.judged_grave
    away = judged & (not setting.treated_first)
    treated_s, done_s = _first_aid(setting, meal, illness, arrived_s, ~away, (ready_s, reach_s), (seed, block))
    known_s = np.where(judged, arrived_s, treated_s)
    goes = (illness.grave | away) & (known_s < math.inf)
    leaves_s = np.where(away, arrived_s, done_s)
    hospital_s = np.full(len(judged), math.inf)
    for part in illness.parts:
        who = part.start + np.flatnonzero(goes[part])
        hospital_s[who] = driven(
            (known_s + illness.response_s)[who].tolist(),
            leaves_s[who].tolist(),
            illness.drive_s[who].tolist(),
            ambulances=setting.ambulances,
            seats=setting.seats,
        )
    return Happened(illness, told_s, ready_s, left_s, arrived_s, np.where(away, hospital_s, treated_s), hospital_s)


@lru_cache(maxsize=256)
def _drawn(meal: Meal, seed: int, block: int, events: int, one_grave: bool) -> Illness:
    return meal.draw(Streams(seed, block), events, one_grave=one_grave)


# ---- first treatment


def sick_room(
    setting: Poisoning, meal: Meal, illness: Illness, arrived_s: Floats, stays: Bools, called_s: tuple[Floats, Floats]
) -> QueueInputs:
    """The sick rooms of a block of events as one queue: event k takes place :data:`APART_S` times k later.

    Parameters
    ----------
    setting, meal, illness
        The events.
    arrived_s, stays
        When each child comes to the sick room, and whether it is treated there, shape (n,).
    called_s
        When each sick room is ready, and when those of its staff who are called are there, shape (events,); inf: never.
    """
    count = max(meal.sizes) * len(meal.sizes) * illness.events

    def children(name: str, who: Bools, priority: int) -> Callers:
        # A place for every child of the house in every event, ill or not, so that each keeps its time of treatment
        # whatever is decided; it would have another one if it were judged otherwise.
        times, asks = np.zeros(count), np.zeros(count, dtype=np.bool_)
        place = _place(illness)[who]
        times[place] = arrived_s[who] + APART_S * illness.event[who]
        asks[place] = True
        # Whom nobody treats has gone before the next event begins.
        patience = Deterministic(APART_S / 2)
        return Callers(name, Instants(times, asks), meal.treatment, patience, priority)

    servers = {0.0: 0}
    for event, (ready_s, reach_s) in enumerate(zip(*(one.tolist() for one in called_s), strict=True)):
        if ready_s < math.inf:
            begins_s = APART_S * event
            servers[begins_s + ready_s] = min(setting.places, setting.staff, setting.nurses)
            servers[begins_s + max(ready_s, reach_s)] = min(setting.places, setting.staff)
            servers[begins_s + 0.9 * APART_S] = 0
    return QueueInputs(
        (
            children(GRAVE, stays & illness.judged_grave, 0),
            children(LIGHT, stays & ~illness.judged_grave, 1 if setting.by_gravity else 0),
        ),
        agents=Timeline(np.array(list(servers)), np.array(list(servers.values()), dtype=float)),
        horizon_s=APART_S * illness.events,
    )


def _place(illness: Illness) -> Ints:
    """Where each child stands among all children of all events; more children stand behind those there are."""
    place: Ints = illness.child * illness.events + illness.event
    return place


def _first_aid(
    setting: Poisoning,
    meal: Meal,
    illness: Illness,
    arrived_s: Floats,
    stays: Bools,
    called_s: tuple[Floats, Floats],
    drawn_by: tuple[int, int],
) -> tuple[Floats, Floats]:
    """When the treatment of each child begins and ends; inf for those who are not treated there."""
    times_s = np.full((2, len(stays)), math.inf)
    if stays.any():
        inputs = sick_room(setting, meal, illness, arrived_s, stays, called_s)
        draws = draw(inputs, Streams(*drawn_by))
        path = simulate(inputs, draws)
        child_at = np.full(max(meal.sizes) * len(meal.sizes) * illness.events, -1)
        child_at[_place(illness)] = np.arange(len(stays))
        who, served = child_at[draws.identity], path.outcome == Outcome.ANSWERED
        for row, column in enumerate((path.start_s, path.end_s)):
            times_s[row, who[served]] = (column - APART_S * illness.event[who])[served]
    return times_s[0], times_s[1]


# ---- what clauses ask about


def measured(one: Happened) -> dict[str, Floats]:
    """Measures of each event in minutes, shape (events,); the last four are the longest of all whom they are about.

    Returns
    -------
    dict
        ``told``: from the first child's symptoms until the sick room has been told, inf if it never is. ``ready``: from
        then until it is ready. ``waits``: from being seen to be ill until somebody takes it along. ``care``: from
        symptoms until first treatment begins, in the hospital for those who leave untreated. ``care_grave``: the same
        of the grave. ``in_hospital``: from their symptoms until the grave are there. The last two say nothing of an
        event without a grave child, where they are 0: ask them of a setting with ``one_grave``.
    """
    illness = one.illness
    everybody = np.ones(len(illness.event), dtype=np.bool_)

    def longest(seconds: Floats, who: Bools) -> Floats:
        most = np.zeros(illness.events)
        np.maximum.at(most, illness.event[who], seconds[who])
        return most / MINUTE

    first_s = np.full(illness.events, math.inf)
    np.minimum.at(first_s, illness.event, illness.onset_s)
    ill = first_s < math.inf
    told_s = np.where(ill, one.told_s - np.where(ill, first_s, 0.0), 0.0)
    return {
        "told": told_s / MINUTE,
        "ready": np.where(ill, np.where(one.told_s < math.inf, illness.ready_s, math.inf), 0.0) / MINUTE,
        "waits": longest(one.left_s - illness.seen_s, everybody),
        "care": longest(one.treated_s - illness.onset_s, everybody),
        "care_grave": longest(one.treated_s - illness.onset_s, illness.grave),
        "in_hospital": longest(one.hospital_s - illness.onset_s, illness.grave),
    }
