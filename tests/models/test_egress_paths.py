"""Evacuations worked out by hand: every instant follows from the model card on paper.

People walk at 1 m/s and doors let one person a second pass unless a story says otherwise; positions are metres along a
line. Side 2 d leads into the second space of door d, side 2 d + 1 back.
"""

from __future__ import annotations

import numpy as np
import pytest

from resilience_sim.models.contract import ENGINES, engine
from resilience_sim.models.egress import (
    Building,
    Closing,
    Crowd,
    Divert,
    Door,
    EgressInputs,
    Fixed,
    Group,
    Into,
    Nearest,
    Path,
    People,
    Quickest,
    Space,
    draw,
)
from resilience_sim.models.egress.path import JOINS, LEAVES, PASSES, STARTS
from resilience_sim.randomness import Deterministic, Never, Streams

INFINITE = float("inf")
STREET = Space("street", "outside")


@pytest.fixture(params=ENGINES)
def run(request):
    """Plays an evacuation in which nothing is left to chance."""

    def play(spaces: list[Space], doors: list[Door], groups: list[Group], **more) -> Path:
        inputs = EgressInputs(Building((*spaces, STREET), tuple(doors)), tuple(groups), **more)
        return engine(request.param, of="egress").simulate(inputs, draw(inputs, Streams(1, 0)), trace=True)

    return play


def room(name: str = "hall", **more) -> Space:
    return Space(name, **{"crowd": None, **more})


def door(name: str, one: str, other: str = "street", pps: float = 1.0, at: float = 0.0, **more) -> Door:
    """One with this flow: 1 person/(m s) without boundary layers."""
    return Door(name, (one, other), pps, (at, 0.0), specific_flow=1.0, boundary_m=0.0, **more)


def group(name: str, where: str, count: int, at: float | None = None, *, start: float = 0.0, mps=1.0, **more) -> Group:
    people = (People("people", count, Deterministic(mps)),)
    return Group(name, where, people, Deterministic(start), at=None if at is None else (at, 0.0), **more)


def closing(name: str, at: float, lasts: float = INFINITE) -> Closing:
    return Closing(name, Deterministic(at), Never() if lasts == INFINITE else Deterministic(lasts))


def rows(path: Path) -> list[tuple[float, int, int, int]]:
    return list(
        zip(
            path.trace_s.tolist(), path.trace_kind.tolist(), path.trace_person.tolist(), path.trace_side.tolist(),
            strict=True,
        )
    )  # fmt: skip


# -- doors -------------------------------------------------------------------------------------------------------------


def test_two_persons_at_one_door(run):
    """They walk 2 m, the first passes at once, the second when 2 s have gone by."""
    path = run([room()], [door("exit", "hall", pps=0.5, at=2.0)], [group("two", "hall", 2, at=0.0)])
    assert rows(path) == [
        (0.0, STARTS, 0, -1), (0.0, STARTS, 1, -1), (2.0, JOINS, 0, 0), (2.0, JOINS, 1, 0),
        (2.0, PASSES, 0, 0), (4.0, PASSES, 1, 0),
    ]  # fmt: skip
    assert (path.out_s.tolist(), path.passed.tolist(), path.target.tolist()) == ([2.0, 4.0], [1, 1], [0, 0])
    assert (path.first_s.tolist(), path.last_s.tolist()) == ([2.0, INFINITE], [4.0, -INFINITE])
    assert (path.count.tolist(), path.longest_queue.tolist(), path.longest_wait_s.tolist()) == ([2, 0], [1, 0], [2, 0])


def test_two_doors_into_a_stair_take_turns(run):
    """Two at each door; the stair lets one in a second, and it is 4 m down to the street."""
    stair = room("stair", kind="stair", length_m=4.0, enters_pps=1.0)
    doors = [
        door("left", "west wing", "stair", pps=2.0, level=1.0),
        door("right", "east wing", "stair", pps=2.0, level=1.0),
        door("exit", "stair", pps=2.0),
    ]
    path = run(
        [room("west wing"), room("east wing"), stair],
        doors,
        [group("west", "west wing", 2), group("east", "east wing", 2)],
    )
    assert [row[::2] for row in rows(path) if row[1] == PASSES and row[3] != 4] == [(0, 0), (1, 2), (2, 1), (3, 3)]
    assert path.out_s.tolist() == [4.0, 6.0, 5.0, 7.0]
    assert path.longest_wait_s.tolist() == [2.0, 0.0, 3.0, 0.0, 0.0, 0.0]


def test_those_who_go_in_and_out_take_turns_at_half_the_flow(run):
    """Two go out and three go in; 2 s between them while others wait on the other side, then 1 s."""
    path = run(
        [room()],
        [door("exit", "hall", opposed=0.5)],
        [group("out", "hall", 2), group("in", "street", 3, route=Into("hall"))],
    )
    assert path.out_s.tolist() == [0.0, 4.0, 2.0, 6.0, 7.0]
    assert (path.count.tolist(), path.longest_queue.tolist()) == ([2, 3], [1, 3])


def test_a_gap_between_groups(run):
    """It counts between the last of one group and the first of the next, if it is more than the door needs."""
    for gap_s, instants in ((3.0, [0.0, 1.0, 4.0, 5.0]), (0.5, [0.0, 1.0, 2.0, 3.0])):
        path = run([room()], [door("exit", "hall")], [group("one", "hall", 2), group("other", "hall", 2)], gap_s=gap_s)
        assert path.out_s.tolist() == instants


# -- spaces ------------------------------------------------------------------------------------------------------------


def test_a_full_corridor_holds_back_those_behind(run):
    """It holds one, who needs 2 s to walk through it; as one goes out the next comes in."""
    path = run(
        [room(), room("corridor", holds=1.0, length_m=2.0)],
        [door("inner", "hall", "corridor", pps=4.0), door("exit", "corridor", pps=4.0)],
        [group("three", "hall", 3)],
    )
    assert path.out_s.tolist() == [2.0, 4.0, 6.0]
    assert [row for row in rows(path) if row[0] == 2.0] == [
        (2.0, JOINS, 0, 2), (2.0, PASSES, 0, 2), (2.0, PASSES, 1, 0),
    ]  # fmt: skip
    assert path.longest_wait_s.tolist() == [4.0, 0.0, 0.0, 0.0]


def test_two_full_rooms_that_swap_people_stand_still_for_ever(run):
    path = run(
        [room("left", holds=1.0), room("right", holds=1.0)],
        [door("between", "left", "right"), door("left exit", "left"), door("right exit", "right")],
        [group("one", "left", 1, route=Fixed("right exit")), group("other", "right", 1, route=Fixed("left exit"))],
    )
    assert (path.out_s.tolist(), path.passed.tolist(), path.target.tolist()) == ([INFINITE] * 2, [0, 0], [1, 0])
    assert path.longest_queue.tolist() == [1, 1, 0, 0, 0, 0]
    assert path.trace_s.max() == 0.0


@pytest.mark.parametrize(
    ("count", "area_m2", "walk_s"),
    [(1, 4.0, 1.5), (4, 4.0, 2.0), (4, 2.0, 3.0), (4, 1.0, 12.0)],
    ids=["below: 2 m/s", "1 per m2: 1.5 m/s", "2 per m2: 1 m/s", "4 per m2: as slow as it gets"],
)
def test_a_crowd_slows_those_who_begin_to_walk_in_it(run, count, area_m2, walk_s):
    """S = 2 (1 - D / 4), at least 0.25 m/s; those who stay behind are in the room as well."""
    crowded = room(area_m2=area_m2, holds=9.0, crowd=Crowd(2.0, 0.25, 0.5, 0.25))
    stay = People("stay", count - 1, Deterministic(2.0), left_behind=1.0)
    path = run(
        [crowded],
        [door("exit", "hall", at=3.0)],
        [Group("some", "hall", (People("walk", 1, Deterministic(2.0)), stay), at=(0.0, 0.0))],
    )
    assert path.out_s.tolist() == [walk_s] + [INFINITE] * (count - 1)


def test_the_leg_after_a_door_is_walked_in_the_crowd_behind_it(run):
    """The second who comes in meets 1 person per m2 and takes 4 s for the 6 m that the first walks in 3 s."""
    spaces = [room(), room("corridor", area_m2=2.0, length_m=6.0, crowd=Crowd(2.0, 0.25, 1.0, 0.25))]
    path = run(
        spaces, [door("inner", "hall", "corridor"), door("exit", "corridor")], [group("two", "hall", 2, mps=2.0)]
    )
    assert path.out_s.tolist() == [3.0, 5.0]


# -- people ------------------------------------------------------------------------------------------------------------


def test_who_is_left_behind_never_starts(run):
    people = (People("staff", 1, Deterministic(1.0)), People("children", 2, Deterministic(1.0), left_behind=1.0))
    path = run([room()], [door("exit", "hall", at=3.0)], [Group("class", "hall", people, at=(0.0, 0.0))])
    assert path.start_s.tolist() == [0.0, INFINITE, INFINITE]
    assert (path.out_s.tolist(), path.target.tolist()) == ([3.0, INFINITE, INFINITE], [0, -1, -1])
    assert path.trace_person.tolist() == [0, 0, 0]


def test_a_group_walks_as_slowly_as_leading_takes(run):
    """One can lead one at a time, two have to be led: there, back, and there again at 1 m/s for 3 m."""
    people = (People("staff", 1, Deterministic(1.0), leads=1), People("led", 2, Deterministic(2.0), helped=1.0))
    path = run([room()], [door("exit", "hall", pps=2.0, at=3.0)], [Group("class", "hall", people, at=(0.0, 0.0))])
    assert path.out_s.tolist() == [9.0, 9.5, 10.0]


def test_reach_is_walked_once(run):
    """1 m in the room, 2 m to its door, 4 m through the corridor."""
    path = run(
        [room(), room("corridor", length_m=4.0)],
        [door("inner", "hall", "corridor", at=2.0), door("exit", "corridor")],
        [group("one", "hall", 1, at=0.0, reach=Deterministic(1.0))],
    )
    assert path.trace_s.tolist() == [0.0, 3.0, 3.0, 7.0, 7.0]


# -- choices -----------------------------------------------------------------------------------------------------------

TWO_EXITS = [door("main", "hall"), door("back", "hall")]


@pytest.mark.parametrize(
    ("together", "targets", "out_s"), [(True, [0, 0, 0, 0], [0, 1, 2, 3]), (False, [0, 1, 0, 1], [0, 0, 1, 1])]
)
def test_a_group_chooses_once_and_others_one_by_one(run, together, targets, out_s):
    """To the exit with fewer persons before them, both being equally near; if as many, to the first."""
    path = run([room()], TWO_EXITS, [group("four", "hall", 4, route=Quickest(), together=together)])
    assert (path.target.tolist(), path.out_s.tolist()) == (targets, out_s)


def test_quickest_counts_those_on_their_way_at_its_own_pace(run):
    """Two on their way need 2 s more at the main exit, 1 m away; the back exit is 4 m: 4 s, or 2 s for the fast one."""
    doors = [door("main", "hall", at=0.0), door("back", "hall", at=5.0)]
    for mps, target in ((1.0, 0), (2.0, 1)):
        ahead = group("two", "hall", 2, at=-9.0, route=Fixed("main"))
        path = run([room()], doors, [ahead, group("one", "hall", 1, at=1.0, mps=mps, route=Quickest(), start=1.0)])
        assert path.target.tolist() == [0, 0, target]


DIVERSIONS = [
    ({"above_persons": 2.0}, 3.0), ({"above_persons": 3.0}, 8.0), ({"above_s": 5.9}, 3.0), ({"above_s": 6.0}, 8.0),
    ({}, 8.0),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "out_s"), DIVERSIONS, ids=lambda value: str(value))
def test_divert_if_too_many_wait_at_the_main_exit_on_entering_the_hall(run, rule, out_s):
    """Four stand at the main exit from 0 and pass every 2 s; one comes into the hall at 1, when three of them wait."""
    doors = [door("main", "hall", pps=0.5), door("back", "hall", at=6.0), door("inner", "class", "hall", at=4.0)]
    last = group("last", "class", 1, at=5.0, route=Divert("main", "back", **rule))
    path = run([room(), room("class")], doors, [group("four", "hall", 4, at=0.0), last])
    assert path.out_s.tolist() == [0.0, 2.0, 4.0, 6.0, out_s]
    assert path.target[-1] == (1 if out_s == 3.0 else 0)


def test_divert_looks_at_the_queue_at_the_start_and_not_at_those_on_their_way(run):
    """Three wait as the second group starts at 1; the two who have started at 1 as well do not count."""
    doors = [door("main", "hall", pps=0.5), door("back", "hall", at=6.0)]
    for above, target in ((2.0, 1), (3.0, 0)):
        groups = [
            group("four", "hall", 4, at=0.0, route=Fixed("main")),
            group("two", "hall", 2, at=1.0, start=1.0, route=Fixed("main")),
            group("class", "hall", 2, at=3.0, start=1.0, route=Divert("main", "back", above)),
        ]
        assert run([room()], doors, groups).target.tolist() == [0] * 6 + [target] * 2


def test_quickest_counts_those_who_have_diverted_where_they_head_for(run):
    """At 0.5 two are left at the main exit: 2 m and 4 s; three have turned to the other: 4 m and 3 s."""
    doors = [door("main", "hall", pps=0.5), door("back", "hall", at=6.0)]
    groups = [
        group("three", "hall", 3, at=0.0, route=Fixed("main")),
        group("class", "hall", 3, at=0.0, start=0.5, route=Divert("main", "back", 0.0)),
        group("one", "hall", 1, at=2.0, start=0.5, route=Quickest()),
    ]
    assert run([room()], doors, groups).target.tolist() == [0, 0, 0, 1, 1, 1, 0]


@pytest.mark.parametrize(("where", "target", "out_s"), [((), 1, 9.0), (("class",), 1, 9.0), (("hall",), 0, 8.0)])
def test_the_queue_is_looked_at_only_where_somebody_directs(run, where, target, out_s):
    """Four at the main exit pass at 0, 2, 4 and 6: three wait as the class starts at 1, two as it comes into the hall.

    It comes there at 3, 2 m from the main exit and 6 m from the back one, and goes back if more than two wait.
    """
    doors = [
        door("main", "hall", pps=0.5, at=2.0),
        door("back", "hall", at=6.0),
        door("inner", "class", "hall", at=0.0),
    ]
    groups = [
        group("four", "hall", 4, at=2.0, route=Fixed("main")),
        group("class", "class", 1, at=-2.0, start=1.0, route=Divert("main", "back", 2.0, where=where)),
    ]
    path = run([room(), room("class")], doors, groups)
    assert (int(path.target[-1]), float(path.out_s[-1])) == (target, out_s)


# -- closed doors ------------------------------------------------------------------------------------------------------

MAIN_AND_BACK = [door("main", "hall", pps=0.5), door("back", "hall", at=5.0)]


@pytest.mark.parametrize(
    ("waits", "at", "lasts", "out_s", "target"),
    [
        (False, 3.0, INFINITE, 8.0, 1),
        (False, 4.0, INFINITE, 9.0, 1),
        (False, 3.0, 0.5, 8.0, 1),
        (True, 3.0, 7.0, 10.0, 0),
        (True, 3.0, 0.5, 4.0, 0),
        (True, 3.0, INFINITE, INFINITE, 0),
    ],
    ids=["closes", "closes as they would pass", "opens too late for them", "waits", "waits no longer", "for ever"],
)
def test_a_door_closes_on_a_queue(run, waits, at, lasts, out_s, target):
    """Three at the main exit pass at 0, 2 and 4; the back exit is 5 m from there."""
    path = run(
        [room()],
        MAIN_AND_BACK,
        [group("three", "hall", 3, at=0.0, waits=waits)],
        closings=(closing("main", at, lasts),),
    )
    assert (path.out_s.tolist(), path.target.tolist()) == ([0.0, 2.0, out_s], [0, 0, target])
    left = [] if waits else [(at, LEAVES, 2, 0)]
    assert [row for row in rows(path) if row[1] == LEAVES] == left


@pytest.mark.parametrize(("waits", "out_s", "target"), [(False, 9.0, 1), (True, 6.0, 0)])
def test_who_comes_to_a_door_that_has_closed_turns_or_waits(run, waits, out_s, target):
    """It is 4 m to the main exit, which closes meanwhile until 6, and 5 m from there to the back exit."""
    path = run(
        [room()],
        MAIN_AND_BACK,
        [group("one", "hall", 1, at=-4.0, waits=waits)],
        closings=(closing("main", 3.0, 3.0),),
    )
    assert (path.out_s.tolist(), path.target.tolist()) == ([out_s], [target])
    assert path.trace_kind.tolist() == [STARTS, JOINS, PASSES]  # no queue at the door that they turn away from


@pytest.mark.parametrize(
    ("route", "waits", "out_s", "target"),
    [
        (Nearest(), False, 4.0, 1), (Fixed("main"), False, 4.0, 1), (Divert("main", "back"), False, 4.0, 1),
        (Quickest(), False, 4.0, 1), (Nearest(), True, 6.0, 0), (Fixed("main"), True, 6.0, 0),
        (Quickest(), True, 6.0, 0),
    ],
    ids=lambda value: str(value),
)  # fmt: skip
def test_people_know_the_closed_doors_as_they_start(run, route, waits, out_s, target):
    """1 m to the main exit, closed from 0 until 6; 4 m to the back exit. Who waits goes as if all doors were open."""
    path = run(
        [room()],
        MAIN_AND_BACK,
        [group("one", "hall", 1, at=1.0, route=route, waits=waits)],
        closings=(closing("main", 0.0, 6.0),),
    )
    assert (path.out_s.tolist(), path.target.tolist()) == ([out_s], [target])


def test_where_no_way_is_left_people_wait_at_the_closed_door(run):
    path = run(
        [room()],
        [door("exit", "hall", at=2.0)],
        [group("two", "hall", 2, at=0.0)],
        closings=(closing("exit", 1.0, 4.0),),
    )
    assert path.out_s.tolist() == [5.0, 6.0]


def test_who_turns_takes_the_group_along_but_not_those_at_their_last_door(run):
    """The inner door lets one pass every 2 s; the first is through at 0, and waits until 1 as somebody has come in.

    It closes at 0.5 on the second, who turns to the back exit of the class, 3 m away. That is where the group heads for
    from then on, but the first passes the door before which they stand.
    """
    doors = [door("main", "hall"), door("inner", "class", "hall", pps=0.5), door("back", "class", at=3.0)]
    path = run(
        [room(), room("class")],
        doors,
        [group("guard", "street", 1, route=Into("hall")), group("two", "class", 2, at=0.0, route=Fixed("main"))],
        closings=(closing("inner", 0.5),),
    )
    assert path.out_s.tolist() == [0.0, 1.0, 3.5]
    assert path.target.tolist() == [2, 0, 1]  # the exits, then the sides into the hall


@pytest.mark.parametrize(("third_at", "target"), [(12.0, 1), (10.0, 2)])
def test_quickest_counts_a_group_that_has_turned_without_those_who_are_out(run, third_at, target):
    """Of three one is out as the main exit closes at 1: two head for the back exit, which takes them 4 s.

    One who stands 1 m from it at 1.5 reckons 5 s, against 6 m, or 4 m, to the third exit.
    """
    doors = [
        door("main", "hall", pps=0.5),
        door("back", "hall", pps=0.5, at=5.0),
        door("third", "hall", pps=0.5, at=third_at),
    ]
    groups = [group("three", "hall", 3, at=0.0), group("one", "hall", 1, at=6.0, start=1.5, route=Quickest())]
    path = run([room()], doors, groups, closings=(closing("main", 1.0),))
    assert path.target.tolist() == [0, 1, 1, target]


def test_who_has_diverted_looks_no_more(run):
    """One diverts at 1 and stands before the other exit at 5, closed until 5.5: to the third, through the lobby at 6.

    There the main exit is not looked at again, though two still wait at it.
    """
    doors = [
        door("main", "hall", pps=0.1),
        door("other", "hall", at=4.0),
        door("inner", "hall", "lobby", at=5.0),
        door("third", "lobby", at=6.0),
    ]
    groups = [
        group("three", "hall", 3, at=0.0, route=Fixed("main")),
        group("one", "hall", 1, at=0.0, start=1.0, route=Divert("main", "other", 0.0)),
    ]
    path = run([room(), room("lobby")], doors, groups, closings=(closing("other", 3.0, 2.5),))
    assert (path.out_s.tolist(), path.target.tolist()) == ([0.0, 10.0, 20.0, 7.0], [0, 0, 0, 2])


# -- into the building -------------------------------------------------------------------------------------------------


def test_into_a_space_by_the_nearest_door(run):
    """2 m from the street to the exit, 3 m through the hall into the class; they are there and stay there."""
    path = run(
        [room(), room("class")],
        [door("exit", "hall", at=0.0), door("inner", "class", "hall", at=3.0)],
        [group("parents", "street", 2, at=-2.0, route=Into("class"))],
    )
    assert (path.out_s.tolist(), path.passed.tolist()) == ([5.0, 6.0], [2, 2])
    assert path.count.tolist() == [0, 2, 0, 2]
    assert path.target.tolist() == [1, 1]  # after the exit, the side into the class


def test_into_a_space_by_another_door_if_the_nearest_closes(run):
    """They come into the hall at 0; the near door of the class, 3 m away, closes at 1; from it the far one is 4 m."""
    path = run(
        [room(), room("class")],
        [
            door("exit", "hall", at=0.0),
            door("near", "class", "hall", at=3.0),
            door("far", "class", "hall", at=7.0),
        ],
        [group("parents", "street", 1, at=0.0, route=Into("class"))],
        closings=(closing("near", 1.0),),
    )
    assert (path.out_s.tolist(), path.target.tolist()) == ([7.0], [2])


def test_who_comes_into_the_space_by_any_door_is_there(run):
    """All doors are at one point, so both sides into the hall are equally near, and that of the inner door comes first.

    The way to it leads in by the exit, through the hall and back; with the exit they are there.
    """
    path = run(
        [room(), room("class")],
        [door("inner", "class", "hall"), door("exit", "hall")],
        [group("parents", "street", 1, route=Into("hall"))],
    )
    assert (path.out_s.tolist(), path.passed.tolist(), path.count.tolist()) == ([0.0], [1], [0, 0, 0, 1])
    assert path.target.tolist() == [2]  # of exit, inner door into the hall, exit into the hall


# -- equal instants ----------------------------------------------------------------------------------------------------


def test_the_written_order_at_equal_instants(run):
    """At 2: a door closes, one starts, one arrives, one passes; each knows what came before."""
    groups = [
        group("early", "hall", 2, at=2.0, route=Fixed("main")),
        group("late", "hall", 1, at=5.0, start=2.0, route=Fixed("back")),
    ]
    path = run([room()], [door("main", "hall", pps=0.5, at=0.0), door("back", "hall", at=5.0)], groups)
    assert rows(path)[2:] == [
        (2.0, STARTS, 2, -1), (2.0, JOINS, 0, 0), (2.0, JOINS, 1, 0), (2.0, JOINS, 2, 2),
        (2.0, PASSES, 0, 0), (2.0, PASSES, 2, 2), (4.0, PASSES, 1, 0),
    ]  # fmt: skip
    closed = run(
        [room()],
        [door("main", "hall", pps=0.5, at=0.0), door("back", "hall", at=5.0)],
        groups,
        closings=(closing("back", 2.0), closing("main", 2.0, 0.0)),
    )
    assert closed.target.tolist() == [0, 0, 0]  # the back exit had closed, the main exit was open again
    assert closed.out_s.tolist() == [2.0, 4.0, 7.0]


def test_columns_have_the_types_of_the_path(run):
    path = run([room()], [door("exit", "hall")], [group("one", "hall", 1)])
    for name in ("start_s", "out_s", "first_s", "last_s", "longest_wait_s", "trace_s"):
        assert getattr(path, name).dtype == np.float64, name
    for name in ("target", "passed", "count", "longest_queue", "trace_person", "trace_side"):
        assert getattr(path, name).dtype == np.int64, name
    assert path.trace_kind.dtype == np.int8
