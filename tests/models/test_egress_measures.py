"""What is read off a path of the egress machine: paths written by hand, and laws that hold on any path."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import engine
from resilience_sim.models.egress import (
    Building,
    Closing,
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
from resilience_sim.models.egress.measures import (
    DEFINITIONS,
    at_place,
    door_table,
    entities,
    group_of,
    group_table,
    inside,
    measures,
    occupancy,
    out_by_exit,
    queues,
    timelines,
)
from resilience_sim.models.egress.path import JOINS, LEAVES, PASSES, STARTS
from resilience_sim.randomness import Deterministic, Never, Streams, Uniform

INF = math.inf
exactly = pytest.approx
ONE = Deterministic(1.0)

# Sides: 0 room -> hall, 1 back; 2 hall -> yard (main), 3 back; 4 hall -> lane (back door), 5 back. Targets: 2, 4, …
HOUSE = Building(
    (
        Space("room", area_m2=50.0),
        Space("hall", "corridor", area_m2=20.0),
        Space("yard", "outside"),
        Space("lane", "outside"),
    ),
    (
        Door("door", ("room", "hall"), 1.0),
        Door("main", ("hall", "yard"), 1.3),  # 1.3 persons/s
        Door("back", ("hall", "lane"), 0.8),  # 0.65 persons/s
    ),
)
MAIN, BACK = 0, 1


def asked(*groups: Group) -> EgressInputs:
    return EgressInputs(HOUSE, groups)


def group(name: str, size: int, route=None, room: str = "room", **rules) -> Group:
    return Group(name, room, (People("all", size, ONE),), route=route or Nearest(), **rules)


def walked(inputs: EgressInputs, start_s, out_s, target, **columns) -> Path:
    """A path by hand; nobody passed a door unless it is said."""
    sides, n = 2 * len(inputs.building.doors), inputs.persons
    nothing = {
        "passed": np.zeros(n, dtype=np.int64),
        "first_s": np.full(sides, INF),
        "last_s": np.full(sides, -INF),
        "count": np.zeros(sides, dtype=np.int64),
        "longest_queue": np.zeros(sides, dtype=np.int64),
        "longest_wait_s": np.zeros(sides),
    }
    return Path(
        np.array(start_s, dtype=float),
        np.array(out_s, dtype=float),
        np.array(target, dtype=np.int64),
        **nothing | {name: np.array(column) for name, column in columns.items()},
    )


def a_drill() -> tuple[EgressInputs, Path]:
    """A class of four (one left behind, one stuck), one of three that is diverted, and two rescuers who go in."""
    inputs = asked(
        group("a", 4, Fixed("main")),
        group("b", 3, Divert("main", "back", above_persons=5)),
        group("rescue", 2, Into("room"), room="yard"),
    )
    target = inputs.targets.index(1)  # the side of the door that leads into the room
    path = walked(
        inputs,
        start_s=[5, 5, 5, INF, 20, 20, 21, 40, 40],
        out_s=[15, 16, INF, INF, 50, 54, 58, 70, INF],
        target=[MAIN, MAIN, MAIN, -1, BACK, BACK, BACK, target, target],
        longest_queue=[2, 0, 4, 0, 1, 0],
        longest_wait_s=[1.5, 0, 3.25, 0, 0.5, 0],
    )
    return inputs, path


# -- measures ----------------------------------------------------------------------------------------------------------


def test_measures_of_a_drill_worked_by_hand():
    inputs, path = a_drill()
    row = measures(inputs, path, within_s=54)
    assert row == {
        "persons": 7, "evacuees": 6, "left_behind": 1, "out": 5, "stuck": 1, "out_in_time": 4, "diverted": 3,
        "left_behind_share": 1 / 7, "out_share": 5 / 6, "in_time_share": 4 / 6, "last_start_s": 21.0,
        "first_out_s": 15.0, "last_out_s": INF, "service_first_s": INF, "mean_out_s": 193 / 5, "mean_way_s": 122 / 5,
        "longest_queue": 4, "longest_wait_s": 3.25,
    }  # fmt: skip
    assert list(row) == list(DEFINITIONS)
    assert all(unit and sentence for unit, sentence in DEFINITIONS.values())


def test_measures_of_one_group_and_of_none_of_that_name():
    inputs, path = a_drill()
    row = measures(inputs, path, group="b")
    assert (row["persons"], row["out"], row["stuck"], row["out_in_time"]) == (3, 3, 0, 3)
    assert (row["first_out_s"], row["last_out_s"]) == (50.0, 58.0)
    assert row["service_first_s"] == exactly(58 + 1 / 0.65, rel=1e-12)
    for name in ("rescue", "c"):
        with pytest.raises(InputsError, match=f"no group '{name}' goes out; accepted: a, b$"):
            measures(inputs, path, group=name)


def test_measures_of_nobody_are_counts_of_nothing():
    for inputs, path in (
        (asked(), walked(asked(), [], [], [])),
        (asked(group("a", 2)), walked(asked(group("a", 2)), [INF, INF], [INF, INF], [-1, -1])),
        (asked(group("in", 1, Into("hall"))), walked(asked(group("in", 1, Into("hall"))), [0], [4], [2])),
    ):
        row = measures(inputs, path)
        assert (row["evacuees"], row["out"], row["stuck"]) == (0, 0, 0)
        assert (row["first_out_s"], row["last_out_s"], row["service_first_s"], row["last_start_s"]) == (INF, 0, 0, 0)
        assert math.isnan(row["out_share"])
        assert math.isnan(row["mean_out_s"])
        assert row["left_behind"] == row["persons"]


def test_who_is_stuck_or_not_diverted_counts_by_where_they_headed():
    inputs = asked(group("b", 3, Divert("main", "back")), group("q", 1, Quickest()))
    path = walked(inputs, [0, 0, INF, 0], [9, INF, INF, 3], [MAIN, BACK, -1, BACK])
    assert measures(inputs, path)["diverted"] == 1
    assert out_by_exit(inputs, path) == {"main": 1, "back": 1}
    inputs, path = a_drill()
    assert out_by_exit(inputs, path) == {"main": 2, "back": 3}, "the rescuer who got in got out of nothing"
    inputs = asked(group("a", 1), group("parents", 2, Into("yard"), room="lane"))
    assert out_by_exit(inputs, walked(inputs, [0] * 3, [4, 5, 6], [MAIN] * 3)) == {"main": 1, "back": 0}


FREE_MPS = 1.40 * (1 - 0.266 * 0.54)
T1, T2 = 10 / FREE_MPS, 30 / FREE_MPS


@pytest.mark.parametrize(
    ("exits", "first_at_once_s", "service_first_s"),
    [
        pytest.param([(0.0, 0.931, 100)], "106.337272", "107.411386", id="E10"),
        pytest.param([(T1, 0.931, 200)], "222.0896", "223.1637", id="E40 200/0"),
        pytest.param([(T1, 0.931, 108), (T2, 0.931, 92)], "123.2711340", "124.3452479", id="E40 108/92"),
        pytest.param([(T1, 0.931, 100), (T2, 0.931, 100)], "131.3601", "132.4342", id="E40 100/100"),
        pytest.param([(10.0, 1.31, 24), (4.0, 0.65, 16)], "27.557252", "28.615385", id="E41 24/16"),
        pytest.param([(10.0, 1.31, 64), (4.0, 0.65, 36)], "58.091603", "59.384615", id="E41 64/36"),
    ],
)
def test_both_conventions_give_the_known_answers(exits, first_at_once_s, service_first_s):
    """Passages (walk + k / C) by hand; at unequal doors the exit that ends last differs between the conventions."""
    building = Building(
        (Space("room"), Space("yard", "outside")),
        tuple(Door(f"exit {k}", ("room", "yard"), pps / 1.3 + 0.3) for k, (_, pps, _) in enumerate(exits)),
    )
    persons = sum(count for *_, count in exits)
    inputs = EgressInputs(building, (Group("all", "room", (People("all", persons, ONE),)),))
    out_s = np.concatenate([walk_s + np.arange(count) / pps for walk_s, pps, count in exits])
    target = np.repeat(np.arange(len(exits)), [count for *_, count in exits])
    row = measures(inputs, walked(inputs, np.zeros(persons), out_s, target))
    for measure, printed in (("last_out_s", first_at_once_s), ("service_first_s", service_first_s)):
        half_a_digit = 0.5001 * 10.0 ** -len(printed.split(".")[1])
        assert row[measure] == exactly(float(printed), abs=half_a_digit)


# -- tables ------------------------------------------------------------------------------------------------------------


def test_door_table_tells_first_last_and_flow_of_each_side():
    inputs = asked(group("a", 4))
    out_s = 2 + np.arange(4) / 1.3
    path = walked(
        inputs, [0] * 4, out_s, [MAIN] * 4,
        first_s=[1, INF, 2, INF, 7, INF], last_s=[9, -INF, out_s[-1], -INF, 7, -INF], count=[5, 0, 4, 0, 1, 0],
        longest_queue=[3, 0, 2, 0, 0, 0], longest_wait_s=[2.5, 0, 1.5, 0, 0, 0],
    )  # fmt: skip
    table = door_table(inputs, path)
    assert table["door"].tolist() == ["door", "door", "main", "main", "back", "back"]
    assert table["leads_from"].tolist() == ["room", "hall", "hall", "yard", "hall", "lane"]
    assert table["leads_into"].tolist() == ["hall", "room", "yard", "hall", "lane", "hall"]
    assert table["exit"].tolist() == [False, False, True, False, True, False]
    assert table["persons"].tolist() == [5, 0, 4, 0, 1, 0]
    assert table["flow_pps"].tolist() == exactly([0.5, math.nan, 1.3, math.nan, math.nan, math.nan], nan_ok=True)
    assert table["capacity_pps"].tolist() == exactly([0.91, 0.91, 1.3, 1.3, 0.65, 0.65])
    assert table["first_s"].tolist() == exactly([1, math.nan, 2, math.nan, 7, math.nan], nan_ok=True)
    assert table["last_s"].tolist() == exactly([9, math.nan, out_s[-1], math.nan, 7, math.nan], nan_ok=True)
    assert table["longest_queue"].tolist() == [3, 0, 2, 0, 0, 0]
    assert table["longest_wait_s"].tolist() == [2.5, 0, 1.5, 0, 0, 0]


def test_group_table_tells_when_and_where_each_group_got_out():
    inputs, path = a_drill()
    table = group_table(inputs, path)
    assert table["group"].tolist() == ["a", "b", "rescue"]
    assert table["room"].tolist() == ["room", "room", "yard"]
    assert table[["persons", "left_behind", "stuck"]].to_numpy().tolist() == [[4, 1, 1], [3, 0, 0], [2, 0, 1]]
    assert table["start_s"].tolist() == [5, 20, 40]
    assert table["first_out_s"].tolist() == [15, 50, 70]
    assert table["last_out_s"].tolist() == [INF, 58, INF]
    assert table["exit"].tolist() == ["main", "back", "door"]
    inputs = asked(group("both", 2, together=False), group("none", 1))
    table = group_table(inputs, walked(inputs, [0, 0, INF], [4, 3, INF], [BACK, MAIN, -1]))
    assert table["exit"].tolist() == ["main + back", ""]
    assert table.loc[1, ["start_s", "first_out_s", "last_out_s"]].isna().all()
    assert list(group_table(asked(), walked(asked(), [], [], [])).columns) == list(table.columns)


def test_entities_name_everybody():
    inputs = asked(
        Group("a", "room", (People("children", 2, ONE), People("adults", 1, ONE))), group("in", 1, Into("hall"))
    )
    path = walked(inputs, [0, INF, 0, 3], [8, INF, 9, 5], [BACK, -1, MAIN, 2], passed=[2, 0, 2, 1])
    table = entities(inputs, path)
    assert table["person"].tolist() == [0, 1, 2, 3]
    assert table["group"].tolist() == ["a", "a", "a", "in"]
    assert table["people"].tolist() == ["children", "children", "adults", "all"]
    assert table["heads_for"].tolist() == ["back", "", "main", "door"]
    assert table["out_s"].tolist() == [8, INF, 9, 5]
    assert table["doors"].tolist() == [2, 0, 2, 1]


# -- over time ---------------------------------------------------------------------------------------------------------


def traced(inputs: EgressInputs, start_s, out_s, target, rows) -> Path:
    times, kinds, persons, sides = zip(*rows, strict=True)
    return walked(
        inputs, start_s, out_s, target,
        trace_s=np.array(times, dtype=float), trace_kind=np.array(kinds, dtype=np.int8),
        trace_person=np.array(persons), trace_side=np.array(sides),
    )  # fmt: skip


def three_leave() -> tuple[EgressInputs, Path]:
    """Three of four start at 1, 1 and 2 s; one turns from the main door to the back door; the fourth is left behind."""
    inputs = asked(group("a", 4, together=False))
    rows = [
        (1, STARTS, 0, -1), (1, STARTS, 1, -1),
        (1, JOINS, 0, 0), (1, JOINS, 1, 0), (1, PASSES, 0, 0),
        (2, STARTS, 2, -1), (2, JOINS, 2, 0), (2, PASSES, 1, 0), (3, PASSES, 2, 0),
        (4, JOINS, 0, 2), (4, PASSES, 0, 2), (5, JOINS, 1, 2), (6, LEAVES, 1, 2),
        (7, JOINS, 2, 2), (7, PASSES, 2, 2), (8, JOINS, 1, 4), (9, PASSES, 1, 4),
    ]  # fmt: skip
    return inputs, traced(inputs, [1, 1, 2, INF], [4, 9, 7, INF], [MAIN, BACK, MAIN, -1], rows)


def steps(signal) -> list[tuple[float, float]]:
    return list(zip(signal.times[1:].tolist(), signal.values[1:].tolist(), strict=True))


def test_timelines_worked_by_hand():
    inputs, path = three_leave()
    signals = timelines(inputs, path)
    assert signals["inside"].values[0] == 3
    assert steps(signals["inside"]) == [(4, 2), (7, 1), (9, 0)]
    assert inside(inputs, path, left_behind=True).values.tolist() == [4, 3, 2, 1]
    assert signals["at_place/a"].values[0] == 1.0
    assert steps(signals["at_place/a"]) == [(1, 0.5), (2, 0.25)]
    assert steps(signals["queue/door/room"]) == [(1, 1), (3, 0)], "at 2 s one comes as one goes"
    assert steps(signals["queue/main/hall"]) == [(5, 1), (6, 0)], "whoever passes on arriving has not waited"
    assert steps(signals["queue/back/hall"]) == [(8, 1), (9, 0)]
    assert steps(signals["queue/main/yard"]) == []
    assert signals["persons/room"].values[0] == 4
    assert steps(signals["persons/room"]) == [(1, 3), (2, 2), (3, 1)]
    assert steps(signals["persons/hall"]) == [(1, 1), (2, 2), (3, 3), (4, 2), (7, 1), (9, 0)]
    assert steps(signals["persons/yard"]) == [(4, 1), (7, 2)]
    assert steps(signals["persons/lane"]) == [(9, 1)]
    assert signals["density/room"].at(0.0) == 4 / 50
    assert signals["density/hall"].at(3.5) == 3 / 20
    assert "density/yard" not in signals


def test_those_who_go_in_are_seen_in_spaces_and_not_among_those_inside():
    inputs = asked(group("a", 1), group("in", 2, Into("hall"), room="yard"))
    rows = [(0, STARTS, 1, -1), (1, JOINS, 1, 3), (1, PASSES, 1, 3)]
    path = traced(inputs, [INF, 0, 0], [INF, 1, INF], [-1, 2, 2], rows)
    assert inside(inputs, path).values.tolist() == [0]
    assert inside(inputs, path, left_behind=True).values.tolist() == [1]
    assert steps(occupancy(inputs, path)["yard"]) == [(1, 1)]
    assert steps(occupancy(inputs, path)["hall"]) == [(1, 1)]


def test_groups_of_nobody_and_spaces_without_area_have_plain_timelines():
    building = Building((Space("room"), Space("yard", "outside")), (Door("exit", ("room", "yard"), 1.0),))
    inputs = EgressInputs(building, (Group("nobody", "room", (People("all", 0, ONE),)),))
    path = engine("kernel", of="egress").simulate(inputs, draw(inputs, Streams(1, 0)), trace=True)
    signals = timelines(inputs, path)
    assert list(signals) == [
        "inside", "at_place/nobody", "queue/exit/room", "queue/exit/yard", "persons/room", "persons/yard",
    ]  # fmt: skip
    assert [signal.values.tolist() for signal in signals.values()] == [[0.0]] * 6


def test_what_needs_a_trace_says_so():
    inputs, path = a_drill()
    assert at_place(inputs, path)["a"].values.tolist() == [1.0, 0.25]
    for read in (queues, occupancy, timelines):
        with pytest.raises(InputsError, match="the path has no trace; accepted is a path made with trace=True"):
            read(inputs, path)


# -- on paths of the engine --------------------------------------------------------------------------------------------


def crowded(seed: int) -> tuple[EgressInputs, Path]:
    """A random evacuation of two rooms, with rescuers who come the other way and a door that closes."""
    random = np.random.default_rng(seed)
    building = Building(
        (
            Space("a", area_m2=60.0), Space("b", area_m2=60.0),
            Space("hall", "corridor", area_m2=20.0, holds=float(random.integers(4, 30))), Space("yard", "outside"),
        ),
        (
            Door("door a", ("a", "hall"), 0.9), Door("door b", ("b", "hall"), 0.9, at=(4.0, 0.0)),
            Door("main", ("hall", "yard"), 1.2, at=(0.0, 3.0)), Door("back", ("hall", "yard"), 0.9, at=(9.0, 3.0)),
        ),
    )  # fmt: skip
    routes = [Nearest(), Quickest(), Divert("main", "back", above_persons=3), Fixed("back")]
    groups = tuple(
        Group(
            name, room, (People("all", int(random.integers(1, 30)), Uniform(0.5, 1.5), left_behind=0.05),),
            delay=Uniform(0, 20), route=routes[random.integers(4)], together=bool(random.integers(2)),
        )
        for name, room in (("one", "a"), ("two", "b"), ("three", "b"))
    )  # fmt: skip
    rescue = Group("rescue", "yard", (People("all", 3, ONE),), delay=Uniform(0, 40), route=Into("b"))
    closing = Closing("back", Uniform(0, 30), Uniform(0, 60) if random.integers(2) else Never())
    inputs = EgressInputs(building, (*groups, rescue), closings=(closing,))
    draws = draw(inputs, Streams(seed, 0))
    return inputs, engine("kernel", of="egress").simulate(inputs, draws, trace=True)


@pytest.mark.parametrize("seed", range(20))
def test_timelines_agree_with_the_columns_of_the_path(seed):
    inputs, path = crowded(seed)
    row, horizon_s = measures(inputs, path), 10_000.0
    assert row["persons"] == row["out"] + row["stuck"] + row["left_behind"]
    assert sum(out_by_exit(inputs, path).values()) == row["out"]
    for side, queue in enumerate(queues(inputs, path).values()):
        assert queue.values.max() == path.longest_queue[side]
        assert queue.values.min() == 0
    persons = occupancy(inputs, path)
    total = persons["a"] + persons["b"] + persons["hall"] + persons["yard"]
    assert total.values.tolist() == [inputs.persons]
    assert persons["hall"].values.max() <= inputs.building.spaces[2].most
    evacuees = path.out_s[(group_of(inputs) < 3) & (path.start_s < INF)]
    assert inside(inputs, path).integral(0, horizon_s) == exactly(np.minimum(evacuees, horizon_s).sum(), rel=1e-9)
    assert inside(inputs, path).values[-1] == row["stuck"]
    table = group_table(inputs, path).iloc[:3]
    assert table["left_behind"].sum() == row["left_behind"]
    assert table["last_out_s"].max() == row["last_out_s"]
    doors = door_table(inputs, path)
    assert (doors["flow_pps"].dropna() <= doors["capacity_pps"][doors["flow_pps"].notna()] * (1 + 1e-9)).all()
    assert doors.loc[doors["exit"], "persons"].sum() == row["out"]
