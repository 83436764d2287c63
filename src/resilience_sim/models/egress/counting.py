"""After the way out: the head count at the assembly point, the report, the search, and the fire brigade.

A small model of its own: numbers are drawn first (:func:`draw_count`), and :func:`follow` computes from them and a
:class:`Path` what becomes of everybody. There is no randomness in it, and no time step.

**Who is missing.** Whoever is of a group that goes out and did not get out: those left behind, and those who are stuck
(on the way for ever, before a closed door or a full space). Who goes into the building (route `Into`) is not counted.

**Count.** Each counted group gathers when the last of those who came out has walked from the exit to the assembly
point, and is counted head by head.

1. A count is right or wrong, independently of all others; a wrong one is one too many or one too few.
2. A count that comes out at the number on the list ends the counting of this group. If somebody is missing all the same
   (one is missing, and the count was one too many), nobody knows until it is counted again, `again` seconds later.
3. Any other count is held against the names. If it was right, they tell who is missing, which is then reported. If it
   was wrong, no name fits it, and the group is counted again at once.
4. A group of which nobody came out is known to be missing when all other counted groups have been counted; if nobody
   came out of them either, it is never known.

So nobody is searched for who is out, and the number of counts until the first right one is geometric.

**Search.** Teams wait at the base until somebody missing is reported.

5. A room is swept by one team at a time, for `coverage` times area / (speed · sweep width) seconds: a full sweep. A
   team that finds somebody leaves at once, with this one person, by the shortest way and at the pace of those who are
   led. The sweep is then broken off, and whoever goes on with it begins where it was left.
6. A team that is free (at the base, in a room that it has swept, or before the exit to which it led somebody) takes a
   room that is not taken, as long as somebody who has been reported has not been found. It takes one of those with the
   fewest full sweeps; of these, if the order is "own", the rooms of the groups of whom somebody reported has not been
   found, in the order of the reports; then the nearest to it, then the first on the list. No room is swept more often
   than `rounds` times.
7. A room that is taken is walked to and swept to the end, even if nobody is left to be found. Whoever is in it is
   found, reported or not. What is walked inside a room is part of the sweep.
8. Where those who are stuck are is not known here: they stay missing, and are searched for in vain.

**The fire brigade** is on the scene at ``call + turnout + max(0, travel - gained)``, all after each other; `gained` is
nothing unless somebody guides it in. The call's seconds count from time zero or from the alarm.

**At equal instants** reports come first, by group, then what teams end, by number; each change is followed by the
choices of the free teams, by number.

What it does not know: doors that are closed (teams take the shortest way with all doors open), smoke, queues that teams
meet at doors, and missing people who walk about.

References
----------
Koopman, B. O. (1980). Search and Screening: random search, P(found by coverage c) = 1 - exp(-c); exhaustive search,
min(1, c); inverse-cube law, erf(c sqrt(pi) / 2).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.models.egress.count_draws import COUNTS, CountDraws, draw_count
from resilience_sim.models.egress.count_inputs import Brigade, CountInputs, HeadCount, Search
from resilience_sim.models.egress.measures import goes_out, group_of
from resilience_sim.models.egress.path import Path

__all__ = [
    "DEFINITIONS", "Aftermath", "Brigade", "CountDraws", "CountInputs", "HeadCount", "Search", "draw_count", "follow",
    "measures",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# ---- what follows


@dataclass(frozen=True, eq=False)
class Aftermath:
    """What became of everybody; instants are seconds from time zero, inf for never.

    Parameters
    ----------
    out
        Persons who got out by themselves (of the groups that go out).
    gathered_s
        When the last of each group who came out was at the assembly point; inf if nobody came out or the group is not
        counted, shape (groups,).
    counted_s
        When each had a first result, right or wrong; inf if it is not counted, shape (groups,).
    counts
        How often each was counted, shape (groups,).
    reported_s
        When those who search knew who of a group is missing; inf if nobody is, or nobody ever noticed, shape (groups,).
    missing
        The persons who did not get out by themselves, shape (m,).
    known_s, found_s, safe_s
        When each of them was known to be missing to those who search (or found before that), was found, and was
        outside, shape (m,).
    sweeps
        Full sweeps of each space, shape (spaces,).
    all_counted_s
        When all counted groups had a first result; 0 if there are none.
    all_safe_s
        When all were outside, by themselves or led; inf if somebody stays missing.
    called_s, brigade_s
        When the fire brigade had been called, and was on the scene; inf if it is not called.
    """

    out: int
    gathered_s: Floats
    counted_s: Floats
    counts: Ints
    reported_s: Floats
    missing: Ints
    known_s: Floats
    found_s: Floats
    safe_s: Floats
    sweeps: Ints
    all_counted_s: float
    all_safe_s: float
    called_s: float
    brigade_s: float


def follow(inputs: CountInputs, drawn: CountDraws, path: Path, *, alarm_s: float = 0.0) -> Aftermath:
    """What follows one evacuation.

    Parameters
    ----------
    inputs
        What is done.
    drawn
        The replication's numbers.
    path
        The evacuation, a path of ``inputs.egress``.
    alarm_s
        When the alarm was heard (``Draws.alarm_s``); only a fire brigade that is called after it needs to know.
    """
    going, out = goes_out(inputs.egress), path.out_s < np.inf
    group = group_of(inputs.egress)
    missing = np.flatnonzero(going & ~out)
    counted = _count(inputs, drawn, path)
    left = path.start_s[missing] == np.inf
    where = np.where(left, drawn.where[missing], -1)
    reported_s = counted.reported_s[group[missing]]
    found_s, safe_s, sweeps = _search(inputs, drawn, missing, where, counted.reported_s)
    called_s, brigade_s = _brigade(inputs, drawn, alarm_s)
    return Aftermath(
        out=int(np.count_nonzero(going & out)),
        gathered_s=counted.gathered_s,
        counted_s=counted.counted_s,
        counts=counted.counts,
        reported_s=counted.reported_s,
        missing=missing,
        known_s=np.minimum(reported_s, found_s),
        found_s=found_s,
        safe_s=safe_s,
        sweeps=sweeps,
        all_counted_s=float(counted.counted_s[list(inputs.counted)].max(initial=0.0)),
        all_safe_s=float(np.concatenate((path.out_s[going & out], safe_s)).max(initial=0.0)),
        called_s=called_s,
        brigade_s=brigade_s,
    )


def _brigade(inputs: CountInputs, drawn: CountDraws, alarm_s: float) -> tuple[float, float]:
    brigade = inputs.brigade
    if brigade is None:
        return math.inf, math.inf
    called_s = (alarm_s if brigade.after_alarm else 0.0) + drawn.call_s
    gained_s = drawn.gained_s if brigade.guided else 0.0
    return called_s, called_s + drawn.turnout_s + max(0.0, drawn.travel_s - gained_s)


class _Counted(NamedTuple):
    """See :class:`Aftermath`."""

    gathered_s: Floats
    counted_s: Floats
    counts: Ints
    reported_s: Floats


def _count(inputs: CountInputs, drawn: CountDraws, path: Path) -> _Counted:
    n = len(inputs.egress.groups)
    result = _Counted(np.full(n, np.inf), np.full(n, np.inf), np.zeros(n, dtype=np.int64), np.full(n, np.inf))
    walks = dict(inputs.count.walk_m)
    doors = inputs.egress.building.doors
    walk_m = np.array([walks[doors[side // 2].name] for side in inputs.egress.building.exits])
    group = group_of(inputs.egress)
    absent = []
    for k in inputs.counted:
        who = np.flatnonzero(group == k)
        came = who[path.out_s[who] < np.inf]
        if len(came) == 0:
            absent.append(k)
            continue
        gathered_s = float((path.out_s[came] + walk_m[path.target[came]] / drawn.pace_mps[k]).max())
        result.gathered_s[k] = gathered_s
        first_s, known_s, counts = _count_heads(gathered_s, len(came), len(who) - len(came), drawn, k)
        result.counted_s[k], result.counts[k] = first_s, counts
        result.reported_s[k] = known_s + drawn.report_s[k]
    if absent and len(absent) < len(inputs.counted):
        last_s = max(result.counted_s[k] for k in inputs.counted if k not in absent)
        for k in absent:
            result.counted_s[k], result.reported_s[k] = last_s, last_s + drawn.report_s[k]
    return result


def _count_heads(begin_s: float, heads: int, short: int, drawn: CountDraws, group: int) -> tuple[float, float, int]:
    """When a group has a first result, when it is known who is missing (inf if never, or nobody is), and the counts."""
    now, first_s = begin_s, math.inf
    for k in range(COUNTS):
        now += heads * drawn.per_head_s[group, k]
        error = int(drawn.error[group, k])
        complete, right = error == short, error == 0
        if (complete or right) and first_s == math.inf:
            first_s = now
        if right:
            return first_s, now if short else math.inf, k + 1
        if complete:
            if drawn.again_s[group] == math.inf:
                return first_s, math.inf, k + 1
            now += drawn.again_s[group]
    raise AssertionError("the last count is right")


# ---- the search

_REPORT, _TEAM = range(2)  # the order at equal instants


def _search(
    inputs: CountInputs, drawn: CountDraws, missing: Ints, where: Ints, reported_s: Floats
) -> tuple[Floats, Floats, Ints]:
    """When each of the missing is found and safe, and the full sweeps of each space."""
    sweeps = np.zeros(len(inputs.egress.building.spaces), dtype=np.int64)
    if inputs.search is None or len(missing) == 0:
        return np.full(len(missing), np.inf), np.full(len(missing), np.inf), sweeps
    party = _Party(inputs, inputs.search, drawn.found_at[missing], where, group_of(inputs.egress)[missing])
    party.run(reported_s)
    sweeps[list(inputs.rooms)] = party.sweeps
    return party.found_s, party.safe_s, sweeps


class _Party:
    """The teams while they search; people are numbered among the missing, rooms among those that are searched."""

    def __init__(self, inputs: CountInputs, search: Search, found_at: Floats, where: Ints, group: Ints) -> None:
        self.search, self.ways, self.found_at, self.group = search, inputs.ways, found_at, group
        place = {room: k for k, room in enumerate(inputs.rooms)}
        areas = [inputs.egress.building.spaces[room].area_m2 for room in inputs.rooms]
        self.cover_s = [area / (search.speed_mps * search.sweep_m) for area in areas]
        self.own_room = [place.get(room, -1) for room, _ in inputs.egress.starts]
        self.people: list[list[int]] = [[] for _ in inputs.rooms]  # who is in a room and has not been found
        for one, space in enumerate(where.tolist()):
            if space in place:
                self.people[place[space]].append(one)
        self.found_s, self.safe_s = np.full(len(where), np.inf), np.full(len(where), np.inf)
        self.sweeps, self.covered = [0] * len(areas), [0.0] * len(areas)
        self.taken = [False] * len(areas)
        self.reports: list[int] = []  # groups, in the order of their reports
        self.place = [0] * search.teams
        self.idle = [True] * search.teams
        self.room = [-1] * search.teams  # which a team has taken; -1: none, it leads somebody out
        self.finds = [-1] * search.teams  # whom it will find there; -1: nobody
        self.ahead: list[tuple[float, int, int]] = []  # instant, kind, group or team

    def run(self, reported_s: Floats) -> None:
        for group in sorted(set(self.group.tolist())):
            if reported_s[group] < math.inf:
                heapq.heappush(self.ahead, (float(reported_s[group]), _REPORT, group))
        while self.ahead:
            now, kind, number = heapq.heappop(self.ahead)
            if kind == _REPORT:
                self.reports.append(number)
            else:
                self.end(now, number)
            for team in range(len(self.idle)):
                if self.idle[team]:
                    self.choose(now, team)

    def end(self, now: float, team: int) -> None:
        """A team has found somebody, has swept a room, or has led somebody out."""
        room, one = self.room[team], self.finds[team]
        self.room[team], self.finds[team] = -1, -1
        if room < 0:
            self.idle[team] = True
            return
        self.taken[room] = False
        if one < 0:
            self.covered[room] = 0.0
            self.sweeps[room] += 1
            self.place[team] = len(self.ways.metres) - len(self.taken) + room
            self.idle[team] = True
            return
        self.covered[room] = float(self.found_at[one, self.sweeps[room]])
        self.people[room].remove(one)
        self.found_s[one] = now
        self.safe_s[one] = now + self.ways.out_s[room]
        self.place[team] = int(self.ways.out_place[room])
        heapq.heappush(self.ahead, (float(self.safe_s[one]), _TEAM, team))

    def choose(self, now: float, team: int) -> None:
        """A free team takes a room, if there is one for it."""
        unfound = set(self.group[self.found_s == np.inf].tolist())
        wanted = [group for group in self.reports if group in unfound]
        if not wanted:
            return
        metres = self.ways.metres[self.place[team]].tolist()
        rooms = [
            room
            for room, taken in enumerate(self.taken)
            if not taken and self.sweeps[room] < self.search.rounds and metres[room] < math.inf
        ]
        if not rooms:
            return
        first = [self.own_room[group] for group in wanted] if self.search.order == "own" else []
        rank = {room: k for k, room in reversed(list(enumerate(first)))}
        room = min(rooms, key=lambda room: (self.sweeps[room], rank.get(room, len(first)), metres[room], room))
        self.take(now + float(self.ways.seconds[self.place[team], room]), team, room)

    def take(self, arrives_s: float, team: int, room: int) -> None:
        """A team walks to a room and sweeps it, until it finds the first or has swept it."""
        column, until, finds = self.sweeps[room], self.search.coverage, -1
        for one in self.people[room]:
            if self.found_at[one, column] < until or (finds < 0 and self.found_at[one, column] <= until):
                until, finds = float(self.found_at[one, column]), one
        self.taken[room], self.idle[team] = True, False
        self.room[team], self.finds[team] = room, finds
        ends_s = arrives_s + (until - self.covered[room]) * self.cover_s[room]
        heapq.heappush(self.ahead, (ends_s, _TEAM, team))


# ---- what is read off

_PERSONS, _SECONDS, _COUNTS = "persons", "s", "counts"

DEFINITIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "out": (_PERSONS, "of the groups that go out, those who got out by themselves"),
        "missing": (_PERSONS, "of them, those who did not: left behind or stuck; out + missing are all"),
        "found": (_PERSONS, "missing ones who were found"),
        "still_missing": (_PERSONS, "missing - found"),
        "unnoticed": (_PERSONS, "missing ones whom nobody ever reported or found"),
        "counts": (_COUNTS, "head counts made, all groups"),
        "recounts": (_COUNTS, "counts beyond the first of each group"),
        "sweeps": ("sweeps", "full sweeps of a room"),
        "all_counted_s": (_SECONDS, "when all counted groups had a first result, right or wrong; 0 if there are none"),
        "reported_s": (
            _SECONDS,
            "when the last of the missing was known to those who search, or found before that; 0 if nobody is missing, "
            "inf if unnoticed > 0",
        ),
        "found_s": (
            _SECONDS,
            "when the last of the missing was found; 0 if nobody is missing, inf if still_missing > 0",
        ),
        "longest_search_s": (
            _SECONDS,
            "the longest time from being known to be missing until being found; 0 if nobody is missing, inf if "
            "still_missing > 0",
        ),
        "all_safe_s": (_SECONDS, "when the last was outside, by themselves or led; inf if still_missing > 0"),
        "called_s": (_SECONDS, "when the fire brigade had been called; inf if it is not called"),
        "brigade_s": (_SECONDS, "when the fire brigade was on the scene; inf if it is not called"),
    }
)


def measures(after: Aftermath) -> dict[str, float]:
    """One row of measures of what followed; :data:`DEFINITIONS` says what each is."""
    missing, found = len(after.missing), int(np.count_nonzero(after.found_s < np.inf))
    counts = int(after.counts.sum())
    known = after.known_s < np.inf
    search_s = np.full(missing, np.inf)
    np.subtract(after.found_s, after.known_s, out=search_s, where=known)
    row = {
        "out": after.out,
        "missing": missing,
        "found": found,
        "still_missing": missing - found,
        "unnoticed": int(np.count_nonzero(~known)),
        "counts": counts,
        "recounts": counts - int(np.count_nonzero(after.counts)),
        "sweeps": int(after.sweeps.sum()),
        "all_counted_s": after.all_counted_s,
        "reported_s": float(after.known_s.max(initial=0.0)),
        "found_s": float(after.found_s.max(initial=0.0)),
        "longest_search_s": float(search_s.max(initial=0.0)),
        "all_safe_s": after.all_safe_s,
        "called_s": after.called_s,
        "brigade_s": after.brigade_s,
    }
    return {measure: row[measure] for measure in DEFINITIONS}
