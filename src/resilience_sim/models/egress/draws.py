"""All randomness of the egress machine ends here.

Every number belongs to a person, a group or a door, each with streams of its own: one more group, or one more person at
the end of a kind, moves no other number. What is a share (helped, left behind) is compared with its uniforms here: a
child who is led at 20 % is also led at 25 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.egress.inputs import EgressInputs, People
from resilience_sim.randomness import Deterministic, Law, Never, Streams

__all__ = ["Draws", "draw"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Draws:
    """The numbers of one replication; persons in the order of groups and kinds.

    Parameters
    ----------
    start_s
        When each person starts to walk, seconds from time zero; inf for those left behind, shape (persons,).
    level_mps, down_mps, up_mps
        Pace of each person on the level, downstairs and upstairs, the group's if it stays together, shape (persons,).
    reach_m
        Metres that each walks in the room besides the way to its first door, shape (persons,).
    left_behind
        Whether each stays unnoticed, shape (persons,).
    closes_s, opens_s
        When each closing begins and ends, inf for never, shape (closings,).
    alarm_s
        When the alarm is heard.
    """

    start_s: Floats
    level_mps: Floats
    down_mps: Floats
    up_mps: Floats
    reach_m: Floats
    left_behind: Flags
    closes_s: Floats
    opens_s: Floats
    alarm_s: float


class _Chance(NamedTuple):
    """A law that fills part of a column; `once`: with one number for all."""

    column: int
    rows: slice
    law: Law
    name: str
    once: bool = False


class _Kind(NamedTuple):
    """People of one kind who leave with others: some may have to be led, some lead."""

    rows: slice
    people: People
    name: str


class _Known(NamedTuple):
    """What is no chance in the draws of an evacuation, and what has to be drawn; worked out once and kept with it."""

    columns: Floats  # (6, persons): the numbers that are no chance
    hears: Floats | None  # (persons,): 1 if somebody's delay counts from the alarm, else 0; None: nobody's does
    chances: tuple[_Chance, ...]
    as_on_level: tuple[tuple[int, slice], ...]  # parts of a column of paces that are those on the level, drawn
    left_behind: tuple[_Kind, ...]
    together: tuple[tuple[slice, tuple[_Kind, ...]], ...]  # groups whose common pace has to be worked out each time
    each: bool  # whether anybody starts some time after their group's delay


DELAY, LEVEL, DOWN, UP, REACH, EACH = range(6)  # the columns


def _known(inputs: EgressInputs) -> _Known:
    known: _Known | None = inputs.__dict__.get("_known_draws")
    if known is None:
        known = inputs.__dict__["_known_draws"] = _find(inputs)
    return known


def _find(inputs: EgressInputs) -> _Known:
    columns = np.zeros((6, inputs.persons))
    chances: list[_Chance] = []
    as_on_level: list[tuple[int, slice]] = []
    left_behind: list[_Kind] = []
    together: list[tuple[slice, tuple[_Kind, ...]]] = []
    hears = np.zeros(inputs.persons)

    def fill(column: int, rows: slice, law: Law, name: str, *, once: bool = False) -> bool:
        """Whether it is a chance."""
        if _is_sure(law):
            columns[column, rows] = law.mean
            return False
        chances.append(_Chance(column, rows, law, name, once))
        return True

    first = 0
    for group in inputs.groups:
        name, rows = f"egress/{group.name}", slice(first, first + group.size)
        hears[rows] = group.hears_alarm
        fill(DELAY, rows, group.delay, f"{name}/delay", once=True)
        kinds, varies = [], False
        for people in group.people:
            kind = _Kind(slice(first, first + people.count), people, f"{name}/{people.name}")
            first += people.count
            kinds.append(kind)
            chance = fill(LEVEL, kind.rows, people.level, f"{kind.name}/level")
            varies |= chance or people.left_behind > 0 or people.helped > 0
            for column, law, slope in ((DOWN, people.down, "down"), (UP, people.up, "up")):
                if law is not None:
                    varies |= fill(column, kind.rows, law, f"{kind.name}/{slope}")
                elif chance:
                    as_on_level.append((column, kind.rows))
                else:
                    columns[column, kind.rows] = columns[LEVEL, kind.rows]
            fill(REACH, kind.rows, group.reach, f"{kind.name}/reach")
            if not group.together:
                fill(EACH, kind.rows, group.each, f"{kind.name}/each")
            if people.left_behind > 0:
                left_behind.append(kind)
        if group.together and varies:
            together.append((rows, tuple(kinds)))
        elif group.together and group.size:
            columns[LEVEL : UP + 1, rows] = columns[LEVEL : UP + 1, rows].min(axis=1, keepdims=True)
    each = bool(columns[EACH].any()) or any(chance.column == EACH for chance in chances)
    return _Known(
        columns,
        hears if inputs.alarm and hears.any() else None,
        tuple(chances),
        tuple(as_on_level),
        tuple(left_behind),
        tuple(together),
        each,
    )


def draw(inputs: EgressInputs, streams: Streams) -> Draws:
    """All numbers of one replication.

    Raises
    ------
    InputsError
        If a law of speeds gives one that is not above 0.
    """
    known = _known(inputs)
    columns = known.columns.copy()
    for column, rows, law, name, once in known.chances:
        columns[column, rows] = law.draw(streams.generator(name), 1 if once else rows.stop - rows.start)
    for column, rows in known.as_on_level:
        columns[column, rows] = columns[LEVEL, rows]
    alarm_s = 0.0
    for k, law in enumerate(inputs.alarm):
        alarm_s += _one(law, f"egress/alarm/{k}", streams)
    start_s, level_mps, down_mps, up_mps, reach_m, each_s = columns
    if known.hears is not None:
        start_s += alarm_s * known.hears
    if known.each:
        start_s += each_s
    left_behind = np.zeros(inputs.persons, dtype=np.bool_)
    for rows, people, name in known.left_behind:
        left_behind[rows] = streams.generator(f"{name}/left_behind").random(people.count) < people.left_behind
    if known.left_behind:
        start_s[left_behind] = np.inf
    paces = columns[LEVEL : UP + 1]
    for rows, kinds in known.together:
        _keep_together(paces[:, rows], left_behind[rows], trips=_trips(kinds, left_behind, streams))
    if inputs.persons and not paces.min() > 0:
        raise InputsError("a law of speeds gave one that is not above 0 m/s; accepted are laws of speeds above 0")
    closes_s = np.array([_one(c.at, f"egress/door/{c.door}/closes", streams) for c in inputs.closings], dtype=float)
    lasts_s = np.array([_one(c.lasts, f"egress/door/{c.door}/lasts", streams) for c in inputs.closings], dtype=float)
    return Draws(
        start_s, level_mps, down_mps, up_mps, reach_m, left_behind, closes_s, np.add(closes_s, lasts_s), alarm_s
    )


def _trips(kinds: tuple[_Kind, ...], left_behind: Flags, streams: Streams) -> int:
    """How often those who lead walk the way, until all who have to be led are out."""
    led = leads = 0
    for rows, people, name in kinds:
        left = left_behind[rows]
        if people.helped > 0:
            led += int(np.sum((streams.generator(f"{name}/helped").random(people.count) < people.helped) & ~left))
        if people.leads > 0:
            leads += people.leads * (people.count - int(left.sum()))
    return math.ceil(led / leads) if leads else 1


def _keep_together(paces: Floats, left_behind: Flags, *, trips: int) -> None:
    """One pace for a group: that of its slowest who walks, less if those who lead have to come back for more."""
    walks = ~left_behind
    if walks.any():
        paces[:] = paces[:, walks].min(axis=1, keepdims=True) / max(1, 2 * trips - 1)


def _one(law: Law, name: str, streams: Streams) -> float:
    return law.mean if _is_sure(law) else float(law.draw(streams.generator(name), 1)[0])


def _is_sure(law: Law) -> bool:
    return isinstance(law, Deterministic | Never)
