"""All randomness of the egress machine ends here.

Every number belongs to a person, a group or a door, each with streams of its own: one more group, or one more person at
the end of a kind, moves no other number. What is a share (helped, left behind) is compared with its uniforms here: a
child who is led at 20 % is also led at 25 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.egress.inputs import EgressInputs, Group
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


def draw(inputs: EgressInputs, streams: Streams) -> Draws:
    """All numbers of one replication.

    Raises
    ------
    InputsError
        If a law of speeds gives one that is not above 0.
    """
    alarm_s = 0.0
    for k, law in enumerate(inputs.alarm):
        alarm_s += _one(law, f"egress/alarm/{k}", streams)
    n = inputs.persons
    drawn = Draws(
        start_s=np.empty(n),
        level_mps=np.empty(n),
        down_mps=np.empty(n),
        up_mps=np.empty(n),
        reach_m=np.empty(n),
        left_behind=np.zeros(n, dtype=np.bool_),
        closes_s=np.array([_one(c.at, f"egress/door/{c.door}/closes", streams) for c in inputs.closings], dtype=float),
        opens_s=np.array([_one(c.lasts, f"egress/door/{c.door}/lasts", streams) for c in inputs.closings], dtype=float),
        alarm_s=alarm_s,
    )
    np.add(drawn.closes_s, drawn.opens_s, out=drawn.opens_s)
    first = 0
    for group in inputs.groups:
        _draw_group(group, drawn, first, streams)
        first += group.size
    if n and not min(drawn.level_mps.min(), drawn.down_mps.min(), drawn.up_mps.min()) > 0:
        raise InputsError("a law of speeds gave one that is not above 0 m/s; accepted are laws of speeds above 0")
    return drawn


def _draw_group(group: Group, drawn: Draws, first: int, streams: Streams) -> None:
    """Fill the rows of one group, whose first person is this."""
    name = f"egress/{group.name}"
    rows = slice(first, first + group.size)
    drawn.start_s[rows] = (drawn.alarm_s if group.hears_alarm else 0.0) + _one(group.delay, f"{name}/delay", streams)
    led = leads = 0
    each_s = np.empty(rows.stop - first)
    for people in group.people:
        kind, who = slice(first, first + people.count), f"{name}/{people.name}"
        first += people.count
        level, left = drawn.level_mps[kind], drawn.left_behind[kind]
        _fill(level, people.level, f"{who}/level", streams)
        for speeds, law, slope in ((drawn.down_mps[kind], people.down, "down"), (drawn.up_mps[kind], people.up, "up")):
            if law is None:
                speeds[:] = level
            else:
                _fill(speeds, law, f"{who}/{slope}", streams)
        _fill(drawn.reach_m[kind], group.reach, f"{who}/reach", streams)
        if not group.together:
            _fill(each_s[: people.count], group.each, f"{who}/each", streams)
            drawn.start_s[kind] += each_s[: people.count]
        if people.left_behind > 0:
            left[:] = streams.generator(f"{who}/left_behind").random(people.count) < people.left_behind
            drawn.start_s[kind][left] = np.inf
        if people.helped > 0:
            led += int(np.sum((streams.generator(f"{who}/helped").random(people.count) < people.helped) & ~left))
        if people.leads > 0:
            leads += people.leads * (people.count - int(left.sum()))
    if group.together:
        _keep_together(drawn, rows, trips=math.ceil(led / leads) if leads else 1)


def _keep_together(drawn: Draws, rows: slice, *, trips: int) -> None:
    """One pace for a group: that of its slowest who walks, less if those who lead have to come back for more."""
    walks = ~drawn.left_behind[rows]
    if walks.any():
        for speeds in (drawn.level_mps[rows], drawn.down_mps[rows], drawn.up_mps[rows]):
            speeds[:] = speeds[walks].min() / max(1, 2 * trips - 1)


def _one(law: Law, name: str, streams: Streams) -> float:
    return law.mean if isinstance(law, Deterministic | Never) else float(law.draw(streams.generator(name), 1)[0])


def _fill(values: Floats, law: Law, name: str, streams: Streams) -> None:
    """Fill an array; what is no chance draws nothing."""
    if isinstance(law, Deterministic | Never):
        values.fill(law.mean)
    else:
        values[:] = law.draw(streams.generator(name), len(values))
