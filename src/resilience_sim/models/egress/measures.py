"""What is read off a path of the egress machine, each measure with its unit and definition.

Whoever goes into the building (route :class:`Into`) is no evacuee, and in no measure but those of doors. An *evacuee*
is a person of another group who started; those left behind never did, and are counted by themselves.

Two conventions name the instant at which the last is out. In ours, first-at-once, the first of a queue passes a free
door at once, and N persons need (N - 1) / C; hand calculations let the first wait for a turn of 1 / C too, and need
N / C. Both are given (``last_out_s``, ``service_first_s``); they differ by a turn of the exit, and hand calculations of
several doors in series would add one for each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.egress.inputs import Divert, EgressInputs, Group, Into
from resilience_sim.models.egress.path import JOINS, LEAVES, PASSES, Path
from resilience_sim.timelines import Timeline, constant

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DEFINITIONS", "at_place", "door_table", "entities", "goes_out", "group_of", "group_table", "inside", "measures",
    "occupancy", "out_by_exit", "queues", "timelines",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PERSONS, _SHARE, _SECONDS = "persons", "1", "s"

DEFINITIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "persons": (_PERSONS, "all in the groups that go out: evacuees + left_behind"),
        "evacuees": (_PERSONS, "of these, those who started"),
        "left_behind": (_PERSONS, "of these, those who stayed in their room unnoticed"),
        "out": (_PERSONS, "evacuees who got out"),
        "stuck": (_PERSONS, "evacuees who never got out: evacuees - out"),
        "out_in_time": (_PERSONS, "evacuees who were out at the given time or before"),
        "diverted": (_PERSONS, "evacuees with a main exit (Divert) who headed for another one in the end"),
        "left_behind_share": (_SHARE, "left_behind / persons"),
        "out_share": (_SHARE, "out / evacuees"),
        "in_time_share": (_SHARE, "out_in_time / evacuees"),
        "last_start_s": (_SECONDS, "when the last evacuee started; 0 if there is none"),
        "first_out_s": (_SECONDS, "when the first evacuee was out; inf if none ever was"),
        "last_out_s": (
            _SECONDS,
            "when the last evacuee was out, the first of a queue passing at once; inf if stuck > 0",
        ),
        "service_first_s": (
            _SECONDS,
            "the same where the first of a queue takes a turn too: the latest, over the exits, of the last one's "
            "passage + 1 / C of that exit; inf if stuck > 0",
        ),
        "mean_out_s": (_SECONDS, "sum of the instants at which evacuees got out / out"),
        "mean_way_s": (_SECONDS, "sum of the seconds from starting to being out / out"),
        "longest_queue": (_PERSONS, "most who waited on one side of a door at a time, whoever they were"),
        "longest_wait_s": (_SECONDS, "the longest wait at a door of those who passed it, whoever they were"),
    }
)


def measures(
    inputs: EgressInputs, path: Path, *, within_s: float = math.inf, group: str | None = None
) -> dict[str, float]:
    """One row of measures of one evacuation; :data:`DEFINITIONS` says what each is.

    Parameters
    ----------
    inputs
        The evacuation.
    path
        A path of it.
    within_s
        The time given: seconds from time zero, as all instants here.
    group
        Counts only the persons of this group; `None`: of all that go out. Queues and waits are those of all doors.

    Raises
    ------
    InputsError
        If no group of this name goes out.
    """
    chosen = goes_out(inputs)
    if group is not None:
        names = [one.name for one in inputs.groups if not isinstance(one.route, Into)]
        if group not in names:
            raise InputsError(f"no group {group!r} goes out; accepted: {', '.join(names)}")
        chosen &= group_of(inputs) == [one.name for one in inputs.groups].index(group)
    started = chosen & (path.start_s < np.inf)
    start_s, out_s = path.start_s[started], path.out_s[started]
    got_out = out_s < np.inf
    persons, evacuees, out = (int(np.count_nonzero(flags)) for flags in (chosen, started, got_out))
    in_time = int(np.count_nonzero(got_out & (out_s <= within_s)))
    turn_s = _turns(inputs)[path.target[started]]
    row = {
        "persons": persons,
        "evacuees": evacuees,
        "left_behind": persons - evacuees,
        "out": out,
        "stuck": evacuees - out,
        "out_in_time": in_time,
        "diverted": _diverted(inputs, path, started),
        "left_behind_share": _ratio(persons - evacuees, persons),
        "out_share": _ratio(out, evacuees),
        "in_time_share": _ratio(in_time, evacuees),
        "last_start_s": float(start_s.max(initial=0.0)),
        "first_out_s": float(out_s.min(initial=math.inf)),
        "last_out_s": float(out_s.max(initial=0.0)),
        "service_first_s": float((out_s + turn_s).max(initial=0.0)),
        "mean_out_s": _ratio(float(out_s[got_out].sum()), out),
        "mean_way_s": _ratio(float((out_s[got_out] - start_s[got_out]).sum()), out),
        "longest_queue": int(path.longest_queue.max(initial=0)),
        "longest_wait_s": float(path.longest_wait_s.max(initial=0.0)),
    }
    return {measure: row[measure] for measure in DEFINITIONS}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def group_of(inputs: EgressInputs) -> Ints:
    """The group of each person, its place in ``inputs.groups``, shape (persons,)."""
    sizes = np.array([group.size for group in inputs.groups], dtype=np.int64)
    return np.repeat(np.arange(len(sizes)), sizes)


def goes_out(inputs: EgressInputs) -> Flags:
    """Whether each person is of a group that goes out, not into the building, shape (persons,)."""
    going = np.array([not isinstance(group.route, Into) for group in inputs.groups], dtype=np.bool_)
    return going[group_of(inputs)]


def _turns(inputs: EgressInputs) -> Floats:
    """Seconds from one person to the next at the door of each target."""
    return np.array([1 / inputs.building.doors[side // 2].pps for side in inputs.targets])


def _diverted(inputs: EgressInputs, path: Path, started: Flags) -> int:
    main = [
        inputs.targets.index(inputs.heads_for(group)[0]) if isinstance(group.route, Divert) else -1
        for group in inputs.groups
    ]
    if max(main, default=-1) < 0:
        return 0
    mine = np.array(main)[group_of(inputs)]
    return int(np.count_nonzero(started & (mine >= 0) & (path.target != mine)))


def out_by_exit(inputs: EgressInputs, path: Path) -> dict[str, int]:
    """How many evacuees got out through each exit, by its name; of the exits that nobody used, 0."""
    exits = inputs.building.exits
    through = path.target[goes_out(inputs) & (path.out_s < np.inf)]
    counts = np.bincount(through, minlength=len(exits)).tolist()
    return {inputs.building.doors[side // 2].name: counts[k] for k, side in enumerate(exits)}


# ---- tables


def entities(inputs: EgressInputs, path: Path) -> pd.DataFrame:
    """One row per person, with readable names; times in seconds, inf for never.

    Columns: person, group, people (the kind), start_s, out_s (through the door that each headed for last, into the
    building for those who go there), heads_for (its name; empty if left behind), doors (how many each passed).
    """
    import pandas as pd

    names = np.array([*_target_names(inputs), ""], dtype=object)
    kinds = [people for group in inputs.groups for people in group.people]
    return pd.DataFrame(
        {
            "person": np.arange(inputs.persons),
            "group": np.array([group.name for group in inputs.groups], dtype=object)[group_of(inputs)],
            "people": np.repeat(
                np.array([people.name for people in kinds], dtype=object), [people.count for people in kinds]
            ),
            "start_s": path.start_s,
            "out_s": path.out_s,
            "heads_for": names[path.target],
            "doors": path.passed,
        }
    )


def door_table(inputs: EgressInputs, path: Path) -> pd.DataFrame:
    """One row per side of each door, all persons.

    Columns: door, leads_from, leads_into, exit (whether it leads from inside to outside), persons, first_s, last_s (nan
    if nobody passed), flow_pps (``(persons - 1) / (last_s - first_s)``: what passed after the first, per second; nan
    for fewer than two instants), capacity_pps (C of the door), longest_queue, longest_wait_s.
    """
    import pandas as pd

    building = inputs.building
    spaces = np.array([space.name for space in building.spaces], dtype=object)
    passed, spans_s = path.count > 0, np.zeros(len(path.count))
    np.subtract(path.last_s, path.first_s, out=spans_s, where=passed)
    flow = np.full(len(path.count), np.nan)
    np.divide(path.count - 1, spans_s, out=flow, where=spans_s > 0)
    return pd.DataFrame(
        {
            "door": np.repeat(np.array([door.name for door in building.doors], dtype=object), 2),
            "leads_from": spaces[list(building.leads_from)],
            "leads_into": spaces[list(building.leads_into)],
            "exit": np.isin(np.arange(2 * len(building.doors)), building.exits),
            "persons": path.count,
            "first_s": np.where(passed, path.first_s, np.nan),
            "last_s": np.where(passed, path.last_s, np.nan),
            "flow_pps": flow,
            "capacity_pps": np.repeat([door.pps for door in building.doors], 2),
            "longest_queue": path.longest_queue,
            "longest_wait_s": path.longest_wait_s,
        }
    )


def group_table(inputs: EgressInputs, path: Path) -> pd.DataFrame:
    """One row per group, those who go into the building included.

    Columns: group, room, persons, left_behind, stuck (started, and never through the door they headed for), start_s (of
    the first), first_out_s, last_out_s (nan if nobody started or got there; last_out_s is inf if somebody is stuck),
    exit (the doors through which they went where they wanted to, in the order of the targets, joined by " + ").
    """
    import pandas as pd

    names, group = _target_names(inputs), group_of(inputs)
    rows = [_group_row(one, names, path, np.flatnonzero(group == k)) for k, one in enumerate(inputs.groups)]
    columns = ["group", "room", "persons", "left_behind", "stuck", "start_s", "first_out_s", "last_out_s", "exit"]
    return pd.DataFrame(rows, columns=columns)


def _group_row(group: Group, names: list[str], path: Path, who: Ints) -> tuple[str | int | float, ...]:
    start_s, out_s = path.start_s[who], path.out_s[who]
    started, out = start_s < np.inf, out_s < np.inf
    used = sorted(set(path.target[who][out].tolist()))
    return (
        group.name,
        group.room,
        len(who),
        int(np.count_nonzero(~started)),
        int(np.count_nonzero(started & ~out)),
        float(start_s[started].min()) if started.any() else math.nan,
        float(out_s[out].min()) if out.any() else math.nan,
        float(out_s[started].max()) if started.any() else math.nan,
        " + ".join(names[target] for target in used),
    )


def _target_names(inputs: EgressInputs) -> list[str]:
    return [inputs.building.doors[side // 2].name for side in inputs.targets]


# ---- over time


def inside(inputs: EgressInputs, path: Path, *, left_behind: bool = False) -> Timeline:
    """Evacuees who are not yet out, over time; with those left behind, who stay, if `left_behind`."""
    chosen = goes_out(inputs)
    if not left_behind:
        chosen &= path.start_s < np.inf
    leaves_s = path.out_s[chosen & (path.out_s < np.inf)]
    return _counted(int(np.count_nonzero(chosen)), leaves_s, np.full(len(leaves_s), -1))


def at_place(inputs: EgressInputs, path: Path) -> dict[str, Timeline]:
    """The share of each group's people who are still at their place, as other machines know *agents at their desks*.

    Each leaves their place on starting; those left behind stay. A group of nobody has none at its place.
    """
    groups, started, result = group_of(inputs), path.start_s < np.inf, {}
    for k, group in enumerate(inputs.groups):
        left_s = path.start_s[started & (groups == k)]
        still = _counted(group.size, left_s, np.full(len(left_s), -1))
        result[group.name] = _divided(still, group.size) if group.size else constant(0.0)
    return result


def queues(inputs: EgressInputs, path: Path) -> dict[tuple[str, str], Timeline]:
    """Persons who wait at each door, over time, by the door's name and that of the space in which they wait.

    Whoever passes at the instant of arriving has not waited.

    Raises
    ------
    InputsError
        If the path was made without ``trace=True``.
    """
    times, kinds, _, sides = _trace(path)
    steps = np.select([kinds == JOINS, (kinds == LEAVES) | (kinds == PASSES)], [1, -1], 0)
    building, result = inputs.building, {}
    for side, space in enumerate(building.leads_from):
        mine = sides == side
        key = (building.doors[side // 2].name, building.spaces[space].name)
        result[key] = _counted(0, times[mine], steps[mine])
    return result


def occupancy(inputs: EgressInputs, path: Path) -> dict[str, Timeline]:
    """Persons in each space, over time, whether they walk, wait, have not started or are left behind.

    Raises
    ------
    InputsError
        If the path was made without ``trace=True``.
    """
    times, kinds, _, sides = _trace(path)
    passing = kinds == PASSES
    times, sides = times[passing], sides[passing]
    building = inputs.building
    left, entered = np.array(building.leads_from)[sides], np.array(building.leads_into)[sides]
    result = {}
    for k, space in enumerate(building.spaces):
        at_first = sum(group.size for group in inputs.groups if group.room == space.name)
        steps = (entered == k).astype(int) - (left == k)
        mine = steps != 0
        result[space.name] = _counted(at_first, times[mine], steps[mine])
    return result


def timelines(inputs: EgressInputs, path: Path) -> dict[str, Timeline]:
    """All signals by name.

    Returns
    -------
    dict
        ``inside``; ``at_place/<group>``; ``queue/<door>/<space in which they wait>``; ``persons/<space>``; and of each
        inside space of finite area ``density/<space>`` in persons/m2.

    Raises
    ------
    InputsError
        If the path was made without ``trace=True``.
    """
    persons = occupancy(inputs, path)
    areas = {space.name: space.area_m2 for space in inputs.building.spaces if not space.outside}
    densities = {name: _divided(persons[name], area) for name, area in areas.items() if area < math.inf}
    return {
        "inside": inside(inputs, path),
        **{f"at_place/{name}": signal for name, signal in at_place(inputs, path).items()},
        **{f"queue/{door}/{space}": signal for (door, space), signal in queues(inputs, path).items()},
        **{f"persons/{name}": signal for name, signal in persons.items()},
        **{f"density/{name}": signal for name, signal in densities.items()},
    }


def _divided(signal: Timeline, by: float) -> Timeline:
    return signal.map(lambda values: values / by)


def _trace(path: Path) -> tuple[Floats, npt.NDArray[np.int8], Ints, Ints]:
    if path.trace_s is None or path.trace_kind is None or path.trace_person is None or path.trace_side is None:
        raise InputsError("the path has no trace; accepted is a path made with trace=True")
    return path.trace_s, path.trace_kind, path.trace_person, path.trace_side


def _counted(at_first: int, times: Floats, steps: npt.NDArray[np.integer]) -> Timeline:
    """A count that changes by these steps; of several at one instant, what they leave."""
    if len(times) == 0:
        return constant(float(at_first))
    instants, index = np.unique(times, return_inverse=True)
    changes = np.bincount(index, steps, minlength=len(instants))
    values = at_first + np.concatenate(([0.0], np.cumsum(changes)))
    return Timeline(np.concatenate(([instants[0] - 1.0], instants)), values)
