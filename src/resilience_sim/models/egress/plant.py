"""The kernel's room: everything the compiled loop reads and writes, set aside before the run."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.models.egress.building import Building
from resilience_sim.models.egress.draws import Draws
from resilience_sim.models.egress.inputs import Divert, EgressInputs, Fixed, Group, Into, Quickest
from resilience_sim.models.egress.routes import Routes, Start, find_routes, measure_legs

__all__ = ["DIVERT", "QUICKEST", "SHORTEST", "Plant", "opened"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Places = npt.NDArray[np.uint32]  # never -1: without a sign, compiled code need not ask whether they count from the end

SHORTEST, QUICKEST, DIVERT = range(3)


class House(NamedTuple):
    """What a building asks of the loop. Indices: s spaces, d doors, i sides, p places (see routes), t targets."""

    leads_from: Places  # (i,)
    leads_into: Places
    into_from: Places  # where the sides into each space begin in `into`, and after the last one, (s + 1,)
    into: Places
    exit: Codes  # (i,): whether it leads from inside to outside
    leg_m: Floats  # (p, i)
    slope: Places
    door_every_s: Floats  # (d,): seconds from one person to the next, and while others wait on the opposite side
    opposed_every_s: Floats
    space_every_s: Floats  # (s,)
    most: Floats
    area_m2: Floats
    k_mps: Floats  # inf: the crowd slows nobody
    a_m2: Floats
    free_below: Floats
    least_mps: Floats


class Plant(NamedTuple):
    """What the loop reads and writes; n persons, u units (who choose together), g groups, c changes of doors."""

    house: House
    # asked of the groups (g)
    group_waits: Codes
    route: Codes
    goal: Ints  # the space into which it goes; -1: out
    choice_from: Places  # (g, 2): its columns of targets in `choices`, then those when it has to turn to another one
    choice_to: Places
    choices: Places
    other: Ints  # column of the exit to divert to
    above_persons: Floats
    above_s: Floats
    gap_s: float
    targets: Places  # (t,)
    column: Ints  # (i,): place among the targets; -1: none
    # who (n), (u)
    group: Places
    unit: Places
    members: Ints  # of a unit who will start
    speed_mps: Floats  # (3, n), by slope
    reach_m: Floats
    start_s: Floats
    starting: Places  # persons in the order in which they start, without those who never do
    # doors that close and open (c), and the ways from then on; table 0: all doors open
    change_s: Floats
    change_door: Places
    change_opens: Codes
    change_table: Ints
    next_side: Ints  # (tables, p, t)
    way_m: Floats
    by_slope: Floats  # (tables, 3, p, t)
    # the path, see Path
    out_s: Floats
    target: Ints
    passed: Ints
    first_s: Floats
    last_s: Floats
    through: Ints
    longest_queue: Ints
    longest_wait_s: Floats
    trace_s: Floats
    trace_kind: Codes
    trace_person: Ints
    trace_side: Ints
    # the present
    clock: Ints  # see the names below: rows of the trace, table in force, sizes of `ready` and of the heap, and so on
    first_arrives_s: Floats  # one number: when the first of those who walk arrives, if they are not in the heap
    arrives_s: Floats  # a heap: when those who walk arrive, and who
    arrives: Ints
    walks_to: Places  # (n,): the side that each walks to or waits at
    arrived_s: Floats
    behind: Ints  # the next in the same queue
    head: Ints  # (i,): the first of its queue, -1: nobody
    tail: Ints
    queue: Ints
    queue_since_s: Floats
    due_s: Floats  # (i,): when the first of its queue can pass, as things stand; inf: nobody can
    ready: Places  # the sides at which somebody can, in no order
    ready_at: Ints  # (i,): place among them; -1: nobody can
    shut: Codes  # (d,)
    door_ready_s: Floats  # for one of the same group
    door_other_s: Floats  # for one of another
    door_group: Ints
    space_ready_s: Floats  # (s,)
    inside: Ints
    heads_for: Ints  # (u,): column of its target; -1: has not chosen
    diverted: Codes
    visited: Codes  # (rows, s): whether one of a unit that may divert has been in a space, or nobody directs there
    visit_row: Ints  # (u,): -1: not one of those
    heading: Ints  # (t,): persons who have chosen a target and not passed it


# Places in `clock`; FIRST: who arrives first, if they are not in the heap, else -1.
ROWS, TABLE, READY, WALKING, FIRST, NEXT_START, NEXT_CHANGE = range(7)


@lru_cache(maxsize=64)
def _house(building: Building, starts: tuple[Start, ...]) -> House:
    legs = measure_legs(building, starts)
    spaces, doors = building.spaces, building.doors
    crowds = [None if space.outside else space.crowd for space in spaces]
    return House(
        leads_from=np.array(building.leads_from, dtype=np.uint32),
        leads_into=np.array(building.leads_into, dtype=np.uint32),
        into_from=np.searchsorted(np.sort(building.leads_into), np.arange(len(spaces) + 1)).astype(np.uint32),
        into=np.argsort(building.leads_into, kind="stable").astype(np.uint32),
        exit=np.isin(np.arange(2 * len(doors)), building.exits).astype(np.int8),
        leg_m=legs.metres,
        slope=legs.slope.astype(np.uint32),
        door_every_s=np.array([1.0 / door.pps for door in doors]),
        opposed_every_s=np.array([1.0 / (door.pps * door.opposed) for door in doors]),
        space_every_s=np.array([1.0 / space.enters_pps for space in spaces]),
        most=np.array([space.most for space in spaces]),
        area_m2=np.array([space.area_m2 for space in spaces]),
        k_mps=np.array([np.inf if crowd is None else crowd.k_mps for crowd in crowds]),
        a_m2=np.array([0.0 if crowd is None else crowd.a_m2 for crowd in crowds]),
        free_below=np.array([np.inf if crowd is None else crowd.free_below for crowd in crowds]),
        least_mps=np.array([np.inf if crowd is None else crowd.least_mps for crowd in crowds]),
    )


class Asked(NamedTuple):
    """What the inputs ask, whatever is drawn."""

    house: House
    columns: dict[str, Ints | Floats | Codes | Places]
    members: Ints  # of each unit, if all of them start
    blank: dict[str, Ints | Floats | Codes]  # what is in the columns that begin the same each time: quicker to copy
    still: dict[str, Ints | Floats | Codes | Places]  # the changes and the ways if no door closes
    ways: dict[frozenset[int], Routes]  # those met while some doors are closed


def _asked(inputs: EgressInputs) -> Asked:
    """Worked out once for each evacuation, and kept with it."""
    known = inputs.__dict__.get("_asked")
    if known is None:
        known = inputs.__dict__["_asked"] = _ask(inputs)
    return known


def _ask(inputs: EgressInputs) -> Asked:
    groups, building = inputs.groups, inputs.building
    group = np.repeat(np.arange(len(groups)), [one.size for one in groups])
    unit = np.empty(inputs.persons, dtype=np.int64)
    route_of_unit: list[int] = []
    first = 0
    for one in groups:
        rows = slice(first, first + one.size)
        units = _units(one)
        unit[rows] = len(route_of_unit) + (0 if one.together else np.arange(one.size))
        route_of_unit += [_route(one)] * units
        first += one.size
    unit_route = np.array(route_of_unit, dtype=np.int8)
    may_divert = unit_route == DIVERT
    choices: list[int] = []
    spans = np.empty((len(groups), 2), dtype=np.uint32), np.empty((len(groups), 2), dtype=np.uint32)
    for k, one in enumerate(groups):
        for column, sides in enumerate((_first_choice(inputs, one), _any_choice(inputs, one))):
            spans[0][k, column] = len(choices)
            choices += [inputs.targets.index(side) for side in sides]
            spans[1][k, column] = len(choices)
    diverts = [one.route if isinstance(one.route, Divert) else None for one in groups]
    inside = np.zeros(len(building.spaces), dtype=np.int64)
    for one in groups:
        inside[building.space_index[one.room]] += one.size
    visited = np.array(
        [
            [bool(one.route.where) and space.name not in one.route.where for space in building.spaces]
            for one in groups
            if isinstance(one.route, Divert)
            for _ in range(_units(one))
        ],
        dtype=np.int8,
    ).reshape(int(may_divert.sum()), len(building.spaces))
    return Asked(
        house=_house(building, inputs.starts),
        columns={
            "group_waits": np.array([one.waits for one in groups], dtype=np.int8),
            "route": np.array([_route(one) for one in groups], dtype=np.int8),
            "goal": np.array(
                [building.space_index[one.route.space] if isinstance(one.route, Into) else -1 for one in groups],
                dtype=np.int64,
            ),
            "choice_from": spans[0],
            "choice_to": spans[1],
            "choices": np.array(choices, dtype=np.uint32),
            "other": np.array(
                [
                    -1 if one is None else inputs.targets.index(inputs.heads_for(group)[1])
                    for one, group in zip(diverts, groups, strict=True)
                ],
                dtype=np.int64,
            ),
            "above_persons": np.array([np.inf if one is None else one.above_persons for one in diverts]),
            "above_s": np.array([np.inf if one is None else one.above_s for one in diverts]),
            "targets": np.array(inputs.targets, dtype=np.uint32),
            "column": np.array(
                [
                    inputs.targets.index(side) if side in inputs.targets else -1
                    for side in range(len(building.leads_from))
                ],
                dtype=np.int64,
            ),
            "group": group.astype(np.uint32),
            "unit": unit.astype(np.uint32),
            "visit_row": np.where(may_divert, np.cumsum(may_divert) - 1, -1),
        },
        members=np.bincount(unit, minlength=len(unit_route)),
        blank={**_blank(inputs, len(unit_route)), "inside": inside, "visited": visited},
        still=_changes(inputs, {}, np.empty(0), np.empty(0)),
        ways={},
    )


def _units(group: Group) -> int:
    """How many choose for themselves."""
    return min(1, group.size) if group.together else group.size


def _route(group: Group) -> int:
    return {Quickest: QUICKEST, Divert: DIVERT}.get(type(group.route), SHORTEST)


def _first_choice(inputs: EgressInputs, group: Group) -> tuple[int, ...]:
    """The sides among which a group chooses when it starts."""
    sides = inputs.heads_for(group)
    return sides[:1] if isinstance(group.route, Fixed | Divert) else sides


def _any_choice(inputs: EgressInputs, group: Group) -> tuple[int, ...]:
    """The sides to one of which a group turns when it cannot get where it wanted."""
    return inputs.building.exits if isinstance(group.route, Fixed | Divert) else inputs.heads_for(group)


def _blank(inputs: EgressInputs, units: int) -> dict[str, Ints | Floats | Codes]:
    """Columns of the path and of the present as they are before anything happens."""
    n, doors = inputs.persons, len(inputs.building.doors)
    sides, spaces = 2 * doors, len(inputs.building.spaces)

    def none(length: int) -> Ints:
        return np.zeros(length, dtype=np.int64)

    def nobody(length: int) -> Ints:
        return np.full(length, -1, dtype=np.int64)

    return {
        "out_s": np.full(n, np.inf),
        "target": nobody(n),
        "passed": none(n),
        "first_s": np.full(sides, np.inf),
        "last_s": np.full(sides, -np.inf),
        "through": none(sides),
        "longest_queue": none(sides),
        "longest_wait_s": np.zeros(sides),
        "clock": np.array([0, 0, 0, 0, -1, 0, 0]),
        "behind": nobody(n),
        "head": nobody(sides),
        "tail": nobody(sides),
        "queue": none(sides),
        "queue_since_s": np.full(sides, -np.inf),
        "due_s": np.full(sides, np.inf),
        "ready_at": nobody(sides),
        "shut": np.zeros(doors, dtype=np.int8),
        "door_ready_s": np.full(doors, -np.inf),
        "door_other_s": np.full(doors, -np.inf),
        "door_group": nobody(doors),
        "space_ready_s": np.full(spaces, -np.inf),
        "heads_for": nobody(units),
        "diverted": np.zeros(units, dtype=np.int8),
        "heading": none(len(inputs.targets)),
    }


FEW = 256  # sets of closed doors whose ways are remembered


def _ways(inputs: EgressInputs, known: dict[frozenset[int], Routes], closed: frozenset[int]) -> Routes:
    """The ways while these doors are closed; `find_routes` knows them too, but takes the building's hash each time."""
    if closed not in known:
        if len(known) == FEW:
            known.clear()
        known[closed] = find_routes(inputs.building, inputs.starts, inputs.targets, closed)
    return known[closed]


def _changes(
    inputs: EgressInputs, known: dict[frozenset[int], Routes], closes_s: Floats, opens_s: Floats
) -> dict[str, Ints | Floats | Codes | Places]:
    """What closes and opens when, and the ways at first and after each change."""
    doors = [inputs.building.door_index[closing.door] for closing in inputs.closings]
    events = sorted(
        (float(instants[k]), k, opens)
        for opens, instants in enumerate((closes_s, opens_s))
        for k in range(len(instants))
        if instants[k] < np.inf
    )
    routes, closed, tables = [inputs.routes], frozenset[int](), []
    for _, k, opens in events:
        closed = closed - {doors[k]} if opens else closed | {doors[k]}
        routes.append(_ways(inputs, known, closed))
        tables.append(len(routes) - 1)
    return {
        "change_s": np.array([instant for instant, _, _ in events], dtype=np.float64),
        "change_door": np.array([doors[k] for _, k, _ in events], dtype=np.uint32),
        "change_opens": np.array([opens for _, _, opens in events], dtype=np.int8),
        "change_table": np.array(tables, dtype=np.int64),
        "next_side": np.stack([one.next_side for one in routes]),
        "way_m": np.stack([one.metres for one in routes]),
        "by_slope": np.stack([one.by_slope for one in routes]),
    }


def opened(inputs: EgressInputs, draws: Draws, *, rows: int) -> Plant:
    """The plant before anything happens, with room for so many rows of a trace."""
    asked = _asked(inputs)
    n, sides = inputs.persons, 2 * len(inputs.building.doors)
    changes = asked.still
    if inputs.closings:
        changes = _changes(inputs, asked.ways, draws.closes_s, draws.opens_s)
    starting = np.argsort(draws.start_s, kind="stable")[: np.count_nonzero(draws.start_s < np.inf)].astype(np.uint32)
    members = asked.members.copy()
    if len(starting) < n:
        members = np.bincount(asked.columns["unit"][starting], minlength=len(members))
    return Plant(
        house=asked.house,
        **asked.columns,  # type: ignore[arg-type]
        gap_s=inputs.gap_s,
        members=members,
        speed_mps=np.array((draws.level_mps, draws.down_mps, draws.up_mps)),
        reach_m=draws.reach_m,
        start_s=draws.start_s,
        starting=starting,
        **changes,  # type: ignore[arg-type]
        **{name: column.copy() for name, column in asked.blank.items()},  # type: ignore[arg-type]
        trace_s=np.empty(rows),
        trace_kind=np.empty(rows, dtype=np.int8),
        trace_person=np.empty(rows, dtype=np.int64),
        trace_side=np.empty(rows, dtype=np.int64),
        first_arrives_s=np.empty(1),
        arrives_s=np.empty(n),
        arrives=np.empty(n, dtype=np.int64),
        walks_to=np.empty(n, dtype=np.uint32),
        arrived_s=np.empty(n),
        ready=np.empty(sides, dtype=np.uint32),
    )
