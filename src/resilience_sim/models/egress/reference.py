"""The egress machine in SimPy, written to be read aloud.

An `Evacuation` moves every `Person` through the sides of doors; what can happen are its methods. Those who choose as
one are a `Party`: a group that stays together, or one person of a group that does not. It shares no data structure
with the kernel: two independent tellings of one story, which must agree to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from resilience_sim.models.agenda import Agenda
from resilience_sim.models.egress.building import Door, Space
from resilience_sim.models.egress.draws import Draws
from resilience_sim.models.egress.inputs import Divert, EgressInputs, Fixed, Group, Into, Quickest
from resilience_sim.models.egress.path import JOINS, LEAVES, PASSES, STARTS, Path
from resilience_sim.models.egress.routes import DOWN, LEVEL, UP, Legs, Routes, find_routes, measure_legs

__all__ = ["simulate"]

DOOR_CHANGES, PERSON_STARTS, PERSON_ARRIVES, ONE_PASSES = range(4)  # the order at equal instants


def simulate(inputs: EgressInputs, draws: Draws, *, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.egress.kernel.simulate`, to the bit.

    Parameters
    ----------
    inputs
        The evacuation.
    draws
        The replication's numbers, drawn for these groups.
    trace
        Whether to record every start, and every joining, leaving and passing at a side of a door.
    """
    return Evacuation(inputs, draws).run(trace)


# -- the building ------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Place:
    """A space and how many are in it."""

    space: Space
    inside: int = 0
    entered_s: float = -math.inf  # when somebody came in last

    @property
    def holds_one_more(self) -> bool:
        return self.inside + 1 <= self.space.most

    @property
    def ready_s(self) -> float:
        """When the next may come in, as far as its entrance goes."""
        return self.entered_s + 1 / self.space.enters_pps

    def pace(self, own_mps: float) -> float:
        """How fast somebody walks who begins to now: at their own pace, unless the crowd is slower."""
        crowd = self.space.crowd
        if crowd is None or self.space.outside:
            return own_mps
        density = self.inside / self.space.area_m2
        if density < crowd.free_below:
            return own_mps
        return min(own_mps, max(crowd.least_mps, crowd.k_mps * (1 - crowd.a_m2 * density)))


@dataclass(eq=False)
class Passage:
    """A door as such, whichever way it is passed."""

    door: Door
    closed: bool = False
    passed_s: float = -math.inf
    last_group: Group | None = None
    met_others: bool = False  # whether others waited on the opposite side as the last person passed

    def ready_s(self, group: Group, gap_s: float) -> float:
        """When one of this group may pass after the last person."""
        headway_s = 1 / (self.door.pps * self.door.opposed) if self.met_others else 1 / self.door.pps
        if self.last_group is not group:
            headway_s = max(headway_s, gap_s)
        return self.passed_s + headway_s


@dataclass(eq=False)
class Side:
    """One side of a door, the queue on it, and what was seen there."""

    number: int
    passage: Passage
    behind: Place
    queue: list[Person] = field(default_factory=list)
    changed_s: float = -math.inf
    first_s: float = math.inf
    last_s: float = -math.inf
    count: int = 0
    longest_queue: int = 0
    longest_wait_s: float = 0.0

    @property
    def open_to_next(self) -> bool:
        """Whether somebody waits whom no closed door and no full space keeps back."""
        return bool(self.queue) and not self.passage.closed and self.behind.holds_one_more

    def due_s(self, now: float, gap_s: float) -> float:
        """When the first of the queue passes, as things stand."""
        return max(now, self.passage.ready_s(self.queue[0].party.group, gap_s), self.behind.ready_s)

    def note_queue(self, now: float) -> None:
        """The queue is about to change; only who is left in it as an instant ends has waited."""
        if now > self.changed_s:
            self.longest_queue = max(self.longest_queue, len(self.queue))
            self.changed_s = now


# -- the people --------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Party:
    """Those who choose as one, and where they head for."""

    group: Group
    start_place: int
    choices: list[int]  # targets among which their route chooses
    refuges: list[int]  # targets that they turn to if they have to
    under_way: int = 0  # of them who start, and are not out
    target: int | None = None
    diverted: bool = False
    been_in: set[Place] = field(default_factory=set)


@dataclass(eq=False)
class Person:
    """One person, and what became of them."""

    number: int
    party: Party
    mps: dict[int, float]  # by slope
    reach_m: float
    start_s: float
    joined_s: float = math.nan
    passed: int = 0
    out_s: float = math.inf
    out_by: int | None = None  # the target that they passed

    @property
    def target(self) -> int:
        """Which target they headed for last."""
        if self.start_s == math.inf:
            return -1
        last = self.party.target if self.out_by is None else self.out_by
        assert last is not None
        return last


# -- the evacuation ----------------------------------------------------------------------------------------------------


class Evacuation:
    """The building, everybody in it, and the clock."""

    def __init__(self, inputs: EgressInputs, draws: Draws) -> None:
        building = inputs.building
        self.inputs, self.draws = inputs, draws
        self.agenda = Agenda()
        self.legs: Legs = measure_legs(building, inputs.starts)
        self.ways: Routes = inputs.routes  # that pass no door now closed
        self.places = [Place(space) for space in building.spaces]
        self.passages = [Passage(door) for door in building.doors]
        self.sides = [
            Side(number, self.passages[number // 2], self.places[space])
            for number, space in enumerate(building.leads_into)
        ]
        self.heading_for = [0 for _ in inputs.targets]  # persons who chose a target and have not passed it
        self.persons = list(self.gather())
        self.foreseen_s = math.inf  # the next passage, as things stand
        self.seen: list[tuple[float, int, int, int]] = []

    def gather(self) -> Iterable[Person]:
        """Everybody, where they are at the beginning."""
        number = 0
        for row, group in enumerate(self.inputs.groups):
            self.places[self.inputs.starts[row][0]].inside += group.size
            party = self.new_party(row, group)
            for k in range(group.size):
                if k > 0 and not group.together:
                    party = self.new_party(row, group)
                paces = {LEVEL: self.draws.level_mps, DOWN: self.draws.down_mps, UP: self.draws.up_mps}
                mps = {slope: float(drawn[number]) for slope, drawn in paces.items()}
                start_s = float(self.draws.start_s[number])
                party.under_way += start_s < math.inf
                yield Person(number, party, mps, float(self.draws.reach_m[number]), start_s)
                number += 1

    def new_party(self, row: int, group: Group) -> Party:
        choices = [self.inputs.targets.index(side) for side in self.inputs.heads_for(group)]
        exits = list(range(len(self.inputs.building.exits)))
        return Party(group, len(self.sides) + row, choices, choices if isinstance(group.route, Into) else exits)

    # -- the run -----------------------------------------------------------------------------------------------------

    def run(self, trace: bool) -> Path:
        """Play everything that is going to happen, and write the path down."""
        draws = self.draws
        for k, closing in enumerate(self.inputs.closings):
            door = self.inputs.building.door_index[closing.door]
            self.schedule(float(draws.closes_s[k]), DOOR_CHANGES, 2 * k, lambda door=door: self.close(door))  # type: ignore[misc]
            self.schedule(float(draws.opens_s[k]), DOOR_CHANGES, 2 * k + 1, lambda door=door: self.open(door))  # type: ignore[misc]
        for person in self.persons:
            self.schedule(person.start_s, PERSON_STARTS, person.number, lambda person=person: self.start(person))  # type: ignore[misc]
        self.agenda.run()
        return self.written_down(trace)

    def schedule(self, instant: float, kind: int, number: int, happens: Callable[[], None]) -> None:
        """Let something happen, and see who can pass then."""

        def event() -> None:
            happens()
            self.foresee_passage()

        if instant < math.inf:
            self.agenda.at(instant, kind, number, event)

    def foresee_passage(self) -> None:
        """When somebody passes a door next, as things stand."""
        gap_s = self.inputs.gap_s
        soonest_s = min((side.due_s(self.now, gap_s) for side in self.sides if side.open_to_next), default=math.inf)
        if soonest_s != self.foreseen_s:
            self.foreseen_s = soonest_s
            self.schedule(soonest_s, ONE_PASSES, 0, self.let_one_pass)

    @property
    def now(self) -> float:
        return float(self.agenda.now)

    # -- what can happen ---------------------------------------------------------------------------------------------

    def close(self, door: int) -> None:
        """A door closes on those who wait at it; they turn elsewhere if they can and would."""
        self.passages[door].closed = True
        self.look_at_doors()
        for side in self.sides[2 * door : 2 * door + 2]:
            for person in list(side.queue):
                refuge = self.refuge_of(person.party, side.number ^ 1)
                if refuge is not None:
                    side.note_queue(self.now)
                    side.queue.remove(person)
                    self.note(LEAVES, person, side)
                    self.turn(person, side, refuge)

    def open(self, door: int) -> None:
        """A door opens again."""
        self.passages[door].closed = False
        self.look_at_doors()

    def start(self, person: Person) -> None:
        """Somebody starts to walk; the first of those who choose as one chooses."""
        party = person.party
        self.seen.append((self.now, STARTS, person.number, -1))
        if party.target is None:
            self.head_for(party, self.choose(person))
            self.enter(party, self.places[self.inputs.starts[party.start_place - len(self.sides)][0]])
        self.go_on(person, party.start_place, person.reach_m)

    def arrive(self, person: Person, side: Side) -> None:
        """Somebody comes to a door and queues, unless it is closed and they turn elsewhere."""
        refuge = self.refuge_of(person.party, side.number ^ 1) if side.passage.closed else None
        if refuge is not None:
            self.turn(person, side, refuge)
            return
        side.note_queue(self.now)
        side.queue.append(person)
        person.joined_s = self.now
        self.note(JOINS, person, side)

    def let_one_pass(self) -> None:
        """One person passes, unless something has come between: from the side that was passed longest ago."""
        if self.foreseen_s != self.now:
            return
        gap_s = self.inputs.gap_s
        due = [side for side in self.sides if side.open_to_next and side.due_s(self.now, gap_s) == self.now]
        self.foreseen_s = math.inf
        self.go_through(min(due, key=lambda side: (side.last_s, side.number)))

    def go_through(self, side: Side) -> None:
        """The first of a queue passes, and walks on or is out."""
        side.note_queue(self.now)
        person, passage = side.queue.pop(0), side.passage
        self.note(PASSES, person, side)
        passage.passed_s, passage.last_group = self.now, person.party.group
        passage.met_others = bool(self.sides[side.number ^ 1].queue)
        side.first_s, side.last_s = min(side.first_s, self.now), self.now
        side.count += 1
        side.longest_wait_s = max(side.longest_wait_s, self.now - person.joined_s)
        self.sides[side.number ^ 1].behind.inside -= 1
        side.behind.inside += 1
        side.behind.entered_s = self.now
        person.passed += 1
        for target in person.party.refuges:
            if self.inputs.targets[target] == side.number:
                self.be_out(person, target)
                return
        self.enter(person.party, side.behind)
        self.go_on(person, side.number)

    def be_out(self, person: Person, target: int) -> None:
        """Somebody is where they wanted to be, be it by another door than the one that their party now heads for."""
        person.out_s, person.out_by = self.now, target
        assert person.party.target is not None
        self.heading_for[person.party.target] -= 1
        person.party.under_way -= 1

    # -- ways --------------------------------------------------------------------------------------------------------

    def look_at_doors(self) -> None:
        """The ways that are left while these doors are closed."""
        closed = frozenset(door for door, passage in enumerate(self.passages) if passage.closed)
        self.ways = find_routes(self.inputs.building, self.inputs.starts, self.inputs.targets, closed)

    def choose(self, person: Person) -> int:
        """The target that the route of a group gives to somebody who starts."""
        party, route, here = person.party, person.party.group.route, person.party.start_place
        if isinstance(route, Fixed | Divert):
            return party.choices[0]
        ways = self.ways_of(party)
        if not any(self.leads(ways, here, target) for target in party.choices):
            ways = self.inputs.routes
        if isinstance(route, Quickest):
            return min(party.choices, key=lambda target: self.seconds_to(person, ways, target))
        return min(party.choices, key=lambda target: float(ways.metres[here, target]))

    def seconds_to(self, person: Person, ways: Routes, target: int) -> float:
        """How long somebody who starts thinks it takes to pass a target."""
        level_m, down_m, up_m = (float(ways.by_slope[slope, person.party.start_place, target]) for slope in person.mps)
        passage = self.sides[self.inputs.targets[target]].passage
        walk_s = level_m / person.mps[LEVEL] + down_m / person.mps[DOWN] + up_m / person.mps[UP]
        return walk_s + self.heading_for[target] * (1 / passage.door.pps)

    def enter(self, party: Party, place: Place) -> None:
        """Those who choose as one are in a place; if for the first time, they look at the queue at the main exit."""
        route = party.group.route
        directed = isinstance(route, Divert) and (not route.where or place.space.name in route.where)
        if isinstance(route, Divert) and directed and place not in party.been_in and not party.diverted:
            main = self.sides[self.inputs.targets[party.choices[0]]]
            waiting = len(main.queue)
            if waiting > route.above_persons or waiting * (1 / main.passage.door.pps) > route.above_s:
                party.diverted = True
                self.head_for(party, party.choices[1])
        party.been_in.add(place)

    def go_on(self, person: Person, here: int, reach_m: float = 0.0) -> None:
        """Somebody begins to walk to the next door on the way to where their party heads for, or can still get to."""
        party = person.party
        assert party.target is not None
        ways = self.ways_of(party)
        if not self.leads(ways, here, party.target):
            refuge = self.refuge_of(party, here)
            if refuge is None:
                ways = self.inputs.routes
            else:
                self.head_for(party, refuge)
        side = self.sides[int(ways.next_side[here, party.target])]
        metres = reach_m + float(self.legs.metres[here, side.number])
        own_mps = person.mps[int(self.legs.slope[here, side.number])]
        arrives_s = self.now + metres / self.sides[side.number ^ 1].behind.pace(own_mps)
        self.schedule(arrives_s, PERSON_ARRIVES, person.number, lambda: self.arrive(person, side))

    def turn(self, person: Person, side: Side, refuge: int) -> None:
        """Somebody before a closed door, and with them their party, heads elsewhere."""
        self.head_for(person.party, refuge)
        self.go_on(person, side.number ^ 1)

    def head_for(self, party: Party, target: int) -> None:
        if party.target is not None:
            self.heading_for[party.target] -= party.under_way
        self.heading_for[target] += party.under_way
        party.target = target

    def ways_of(self, party: Party) -> Routes:
        """The ways that they think are open: who waits at closed doors goes as if there were none."""
        return self.inputs.routes if party.group.waits else self.ways

    def refuge_of(self, party: Party, here: int) -> int | None:
        """The nearest exit that they can still get to, unless they rather wait; for Into, the door into the space."""
        reachable = [target for target in party.refuges if self.leads(self.ways, here, target)]
        if party.group.waits or not reachable:
            return None
        return min(reachable, key=lambda target: float(self.ways.metres[here, target]))

    @staticmethod
    def leads(ways: Routes, here: int, target: int) -> bool:
        """Whether there is a way."""
        return int(ways.next_side[here, target]) >= 0

    # -- the path ----------------------------------------------------------------------------------------------------

    def note(self, what: int, person: Person, side: Side) -> None:
        self.seen.append((self.now, what, person.number, side.number))

    def written_down(self, trace: bool) -> Path:
        """One row per person, and one per side."""
        for side in self.sides:
            side.note_queue(math.inf)
        persons, sides = self.persons, self.sides
        instants, kinds, numbers, at = zip(*self.seen, strict=True) if self.seen else ((), (), (), ())
        seen = {
            "trace_s": np.array(instants, dtype=float),
            "trace_kind": np.array(kinds, dtype=np.int8),
            "trace_person": np.array(numbers, dtype=np.int64),
            "trace_side": np.array(at, dtype=np.int64),
        }
        return Path(
            start_s=self.draws.start_s,
            out_s=np.array([person.out_s for person in persons], dtype=float),
            target=np.array([person.target for person in persons], dtype=np.int64),
            passed=np.array([person.passed for person in persons], dtype=np.int64),
            first_s=np.array([side.first_s for side in sides], dtype=float),
            last_s=np.array([side.last_s for side in sides], dtype=float),
            count=np.array([side.count for side in sides], dtype=np.int64),
            longest_queue=np.array([side.longest_queue for side in sides], dtype=np.int64),
            longest_wait_s=np.array([side.longest_wait_s for side in sides], dtype=float),
            **(seen if trace else {}),
        )
