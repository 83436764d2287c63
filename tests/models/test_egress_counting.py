"""Head count, report, search and fire brigade: worked by hand, against closed forms, and laws that hold always."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import engine
from resilience_sim.models.egress import (
    Building,
    Door,
    EgressInputs,
    Group,
    Into,
    Path,
    People,
    Space,
    draw,
)
from resilience_sim.models.egress.counting import (
    COUNTS,
    DEFINITIONS,
    Aftermath,
    Brigade,
    CountDraws,
    CountInputs,
    HeadCount,
    Search,
    draw_count,
    follow,
    measures,
)
from resilience_sim.randomness import Deterministic, Empirical, Exponential, LogNormal, Never, Streams, Uniform

INF = math.inf
exactly = pytest.approx
ONE = Deterministic(1.0)


def hall(rooms: int, apart_m: float = 0.0, area_m2: float = 120.0) -> Building:
    """Rooms along a hall, `apart_m` between doors; the main exit at the first, the back exit at the last."""
    return Building(
        (
            *(Space(f"room {k}", area_m2=area_m2, holds=INF) for k in range(rooms)),
            Space("hall", "corridor"), Space("yard", "outside"), Space("lane", "outside"),
        ),
        (
            *(Door(f"door {k}", (f"room {k}", "hall"), 1.0, at=(apart_m * k, 0.0)) for k in range(rooms)),
            Door("main", ("hall", "yard"), 1.0), Door("back", ("hall", "lane"), 1.0, at=(apart_m * (rooms - 1), 0.0)),
        ),
    )  # fmt: skip


def classes(building: Building, *sizes: int, left_behind: float = 0.5, **rules) -> EgressInputs:
    """Class k of so many persons in room k."""
    return EgressInputs(
        building,
        tuple(
            Group(f"class {k}", f"room {k}", (People("all", size, ONE, left_behind=left_behind),), **rules)
            for k, size in enumerate(sizes)
        ),
    )


COUNT = HeadCount({"main": 30.0, "back": 50.0}, pace=ONE, per_head=Deterministic(2.0))
SEARCH = Search(2, 0.5, 2.0, walk_mps=1.0, stairs_mps=0.5, led_mps=0.5, led_stairs_mps=0.25)  # one team; A / (v w) = A


def came(inputs: EgressInputs, out_s, target=None, stuck=()) -> Path:
    """Who came out when, and where (the main exit unless said); inf: left behind, or stuck."""
    out_s = np.array(out_s, dtype=float)
    start_s = np.where(out_s < INF, 0.0, INF)
    start_s[list(stuck)] = 0.0
    heads_for = np.zeros(len(out_s), dtype=np.int64) if target is None else np.array(target)
    sides = 2 * len(inputs.building.doors)
    none = np.zeros(sides, dtype=np.int64)
    return Path(
        start_s, out_s, np.where(start_s < INF, heads_for, -1), np.zeros(len(out_s), dtype=np.int64),
        np.full(sides, INF), np.full(sides, -INF), none, none, np.zeros(sides),
    )  # fmt: skip


def given_draws(inputs: CountInputs, **columns) -> CountDraws:
    """Draws of one replication, some columns by hand: errors padded with right counts, found_at by rows."""
    drawn = draw_count(inputs, Streams(1, 0))
    if "error" in columns:
        padded = np.zeros_like(drawn.error)
        for row, errors in zip(padded, columns["error"], strict=True):
            row[: len(errors)] = errors
        columns["error"] = padded
    return dataclasses.replace(drawn, **{name: np.array(column) for name, column in columns.items()})


def followed(inputs: CountInputs, path: Path, alarm_s: float = 0.0, **columns) -> Aftermath:
    return follow(inputs, given_draws(inputs, **columns), path, alarm_s=alarm_s)


# -- the count ---------------------------------------------------------------------------------------------------------


def test_each_group_is_counted_when_its_last_has_walked_to_the_assembly_point():
    egress = classes(hall(2), 3, 2)
    inputs = CountInputs(egress, COUNT)
    path = came(egress, [10, 12, 20, 5, 31], target=[0, 1, 0, 0, 0])
    after = followed(inputs, path, pace_mps=[1.0, 2.0])
    assert after.gathered_s.tolist() == [62.0, 46.0], "who took the back door walks 50 m, and is last though out before"
    assert after.counted_s.tolist() == [68.0, 50.0]
    assert (after.all_counted_s, after.all_safe_s, after.out) == (68.0, 31.0, 5)
    assert after.counts.tolist() == [1, 1]
    assert after.reported_s.tolist() == [INF, INF]
    row = measures(after)
    assert row == {
        "out": 5, "missing": 0, "found": 0, "still_missing": 0, "unnoticed": 0, "counts": 2, "recounts": 0, "sweeps": 0,
        "all_counted_s": 68.0, "reported_s": 0.0, "found_s": 0.0, "longest_search_s": 0.0, "all_safe_s": 31.0,
        "called_s": INF, "brigade_s": INF,
    }  # fmt: skip
    assert list(row) == list(DEFINITIONS)
    assert all(unit and sentence for unit, sentence in DEFINITIONS.values())


@pytest.mark.parametrize(
    ("short", "errors", "counts", "first_s", "known_s"),
    [
        (0, [0], 1, 4, INF),
        (0, [-1, 1, 0], 3, 12, INF),  # a false alarm, then one too many: no name fits either
        (1, [0], 1, 4, 4),
        (1, [-1, 0], 2, 8, 8),  # shows two missing; only one name is
        (1, [1, 0], 2, 4, 104),  # hides the missing one until the second check
        (1, [1, -1, 1, 0], 4, 4, 208),  # the second check begins with a wrong count and hides again
        (2, [1, 0], 2, 8, 8),  # one error cannot hide two
    ],
)
def test_counts_are_made_again_until_they_come_out(short, errors, counts, first_s, known_s):
    """Two heads of 2 s each at 0 s; the second check comes 96 s after a count that came out wrongly."""
    egress = classes(hall(1), 2 + short)
    count = dataclasses.replace(COUNT, walk_m={"main": 0, "back": 0}, wrong=0.1, again=Deterministic(96.0))
    inputs = CountInputs(egress, dataclasses.replace(count, report=Deterministic(7.0)))
    path = came(egress, [0, 0] + [INF] * short)
    after = followed(inputs, path, error=[errors])
    assert (after.counts[0], after.counted_s[0], after.all_counted_s) == (counts, first_s, first_s)
    assert after.reported_s[0] == known_s + 7
    assert measures(after)["recounts"] == counts - 1


def test_without_a_second_check_a_hidden_child_is_never_noticed():
    egress = classes(hall(1), 3)
    inputs = CountInputs(egress, dataclasses.replace(COUNT, wrong=0.1), SEARCH)
    path = came(egress, [0, 0, INF])
    after = followed(inputs, path, error=[[1]], found_at=[[0.0, 0.0]] * 3)
    row = measures(after)
    assert (row["missing"], row["unnoticed"], row["still_missing"], row["sweeps"]) == (1, 1, 1, 0)
    assert (row["all_counted_s"], row["reported_s"], row["found_s"], row["all_safe_s"]) == (34.0, INF, INF, INF)


def test_a_group_of_which_nobody_came_is_missed_when_the_others_are_counted():
    egress = classes(hall(3), 2, 2, 1)
    inputs = CountInputs(egress, dataclasses.replace(COUNT, report=Deterministic(5.0)))
    after = followed(inputs, came(egress, [10, 11, INF, INF, 90]))
    assert after.counted_s.tolist() == [45.0, 122.0, 122.0]
    assert after.reported_s.tolist() == [INF, 127.0, INF]
    assert after.counts.tolist() == [1, 0, 1]
    assert (measures(after)["counts"], measures(after)["recounts"]) == (2, 0)
    nobody = followed(inputs, came(egress, [INF] * 5))
    assert nobody.all_counted_s == INF
    assert nobody.reported_s.tolist() == [INF] * 3
    assert (nobody.out, len(nobody.missing)) == (0, 5)


def test_who_is_counted():
    building = hall(2)
    people = (People("all", 2, ONE, left_behind=0.5),)
    egress = EgressInputs(
        building,
        (
            Group("class", "room 0", people),
            Group("staff", "room 1", people, together=False),
            Group("rescue", "yard", people, route=Into("room 0")),
            Group("nobody", "room 0", (People("all", 0, ONE),)),
        ),
    )
    path = came(egress, [0, 0, 0, INF, 3, INF])
    after = followed(CountInputs(egress, COUNT), path)
    assert after.counts.tolist() == [1, 0, 0, 0]
    assert (after.out, after.missing.tolist()) == (3, [3]), "who goes in is neither out nor missing"
    assert measures(after)["unnoticed"] == 1, "nobody counts the staff"
    named = CountInputs(egress, dataclasses.replace(COUNT, groups=("staff",)))
    after = followed(named, path)
    assert after.counts.tolist() == [0, 1, 0, 0]
    assert after.known_s.tolist() == [32.0]
    none = CountInputs(EgressInputs(building, ()), COUNT, SEARCH)
    assert measures(followed(none, came(none.egress, [])))["all_counted_s"] == 0.0


def many_groups(left_out: int, **rules) -> tuple[CountInputs, Path]:
    """400 groups of one who is out, and of `left_out` who are not."""
    building = hall(1)
    people = (People("all", 1 + left_out, ONE),)
    egress = EgressInputs(building, tuple(Group(str(k), "room 0", people) for k in range(400)))
    path = came(egress, ([0.0] + [INF] * left_out) * 400)
    return CountInputs(egress, dataclasses.replace(COUNT, **rules)), path


def counted(inputs: CountInputs, path: Path, replications: int = 50) -> list[Aftermath]:
    return [follow(inputs, draw_count(inputs, Streams(5, k)), path) for k in range(replications)]


def within_four(values, expected: float) -> bool:
    values = np.asarray(values, dtype=float)
    return abs(values.mean() - expected) <= 4 * values.std(ddof=1) / math.sqrt(values.size)


@pytest.mark.parametrize(("wrong", "too_many"), [(0.02, 0.5), (0.3, 0.2), (0.5, 1.0)])
def test_counts_until_the_first_right_one_are_geometric(wrong, too_many):
    inputs, path = many_groups(0, wrong=wrong, too_many=too_many)
    counts = np.concatenate([after.counts for after in counted(inputs, path)])
    assert within_four(counts, 1 / (1 - wrong))
    for k in (1, 2, 3):
        assert within_four(counts == k, (1 - wrong) * wrong ** (k - 1))


def test_one_missing_is_hidden_at_first_as_often_as_the_closed_form_says():
    """P(hidden) = w q / (1 - w (1 - q)): what shows two missing is counted again; later checks hide as often again."""
    wrong, too_many = 0.3, 0.6
    hidden = wrong * too_many / (1 - wrong * (1 - too_many))
    inputs, path = many_groups(1, wrong=wrong, too_many=too_many)
    never = np.concatenate([after.reported_s for after in counted(inputs, path)]) == INF
    assert within_four(never, hidden)
    checked = dataclasses.replace(inputs.count, again=Deterministic(1e6))
    after = counted(dataclasses.replace(inputs, count=checked), path)
    checks = np.floor(np.concatenate([one.reported_s for one in after]) / 1e6)
    assert within_four(checks, hidden / (1 - hidden))
    assert within_four(checks == 0, 1 - hidden)


def test_two_missing_are_never_hidden_and_no_error_means_one_count():
    inputs, path = many_groups(2, wrong=0.5)
    for after in counted(inputs, path, 5):
        assert (after.reported_s < INF).all()
    for left_out in (0, 1):
        inputs, path = many_groups(left_out)
        (after,) = counted(inputs, path, 1)
        assert after.counts.tolist() == [1] * 400
        assert ((after.reported_s < INF) == bool(left_out)).all()


def test_the_last_count_that_is_drawn_is_right():
    inputs = CountInputs(classes(hall(1), 1), dataclasses.replace(COUNT, wrong=0.5))
    assert not any(draw_count(inputs, Streams(2, k)).error[0, -1] for k in range(40))
    after = followed(inputs, came(inputs.egress, [0.0]), error=[[-1] * (COUNTS - 1)])
    assert (after.counts[0], after.counted_s[0]) == (COUNTS, 30 + 2 * COUNTS)


# -- the search --------------------------------------------------------------------------------------------------------


def searched(building: Building, sizes, out_s, search: Search, *, count: HeadCount = COUNT, **columns) -> Aftermath:
    egress = classes(building, *sizes)
    return followed(CountInputs(egress, count, search), came(egress, out_s), **columns)


def test_e83_one_team_one_room():
    """v 0.5 m/s, w 2 m, 120 m2: found 120 s times the coverage at which the search finds, after the report at 32 s."""
    for coverage in (0.0, 0.25, 0.5, 1.0):
        after = searched(hall(1), [2], [0, INF], SEARCH, found_at=[[9, 9], [coverage, 0]])
        assert after.found_s.tolist() == [32 + 120 * coverage]
        assert after.safe_s.tolist() == after.found_s.tolist(), "all doors are at one place"
        assert after.sweeps.sum() == 0
    row = measures(after)
    assert (row["reported_s"], row["found_s"], row["longest_search_s"]) == (32.0, 152.0, 120.0)
    assert (row["found"], row["still_missing"], row["all_safe_s"]) == (1, 0, 152.0)


def test_ways_in_between_and_out():
    """Rooms 0, 10 and 20 m along; the stray of class 0 is in room 1; led out by the nearest exit at half the pace."""
    search = dataclasses.replace(SEARCH, rounds=1)
    building = hall(4, apart_m=10.0)
    after = searched(building, [2], [0, INF], search, where=[0, 2], found_at=[[0], [0.5]])
    # 32 s report, room 0: 120 s; 10 m to room 1: 120 s; 10 m to room 2: 60 s; 10 m to the back exit at 0.5 m/s
    assert after.found_s.tolist() == [32 + 120 + 10 + 120 + 10 + 60]
    assert after.safe_s.tolist() == [352 + 20]
    assert after.sweeps.tolist()[:4] == [1, 1, 0, 0]


def test_order_of_rooms():
    building = hall(3, apart_m=10.0)
    own = searched(building, [1, 1, 2], [0, 0, 0, INF], SEARCH, found_at=[[0, 0]] * 3 + [[0.5, 0]])
    assert own.found_s.tolist() == [32 + 20 + 60], "straight to room 2"
    nearest = dataclasses.replace(SEARCH, order="nearest")
    near = searched(building, [1, 1, 2], [0, 0, 0, INF], nearest, found_at=[[0, 0]] * 3 + [[0.5, 0]])
    assert near.found_s.tolist() == [32 + 120 + 10 + 120 + 10 + 60]
    named = dataclasses.replace(SEARCH, order="nearest", rooms=("room 2", "hall", "room 1"))
    with pytest.raises(InputsError, match=r"room 'hall' is corridor of inf m2; accepted is a finite area inside"):
        CountInputs(classes(building, 1, 1, 2), COUNT, named)
    named = dataclasses.replace(named, rooms=("room 2", "room 1"))
    listed = searched(building, [1, 1, 2], [0, 0, 0, INF], named, found_at=[[0, 0]] * 3 + [[0.5, 0]])
    assert listed.found_s.tolist() == [32 + 10 + 120 + 10 + 60]
    equal = searched(hall(3), [1, 1, 2], [0, 0, 0, INF], named, found_at=[[0, 0]] * 3 + [[0.5, 0]])
    assert equal.found_s.tolist() == [32 + 60], "equally near: the first on the list"


def test_a_stair_is_walked_at_its_own_pace():
    building = Building(
        (
            Space("room 0", area_m2=120.0), Space("up", "corridor"), Space("stair", "stair", length_m=6.0),
            Space("hall", "corridor", length_m=4.0), Space("yard", "outside"),
        ),
        (
            Door("door 0", ("room 0", "up"), 1.0, level=3.0), Door("top", ("up", "stair"), 1.0, at=(5.0, 0), level=3.0),
            Door("foot", ("stair", "hall"), 1.0, at=(5.0, 0)), Door("main", ("hall", "yard"), 1.0),
        ),
    )  # fmt: skip
    egress = classes(building, 2)
    inputs = CountInputs(egress, dataclasses.replace(COUNT, walk_m={"main": 30}), SEARCH)
    after = followed(inputs, came(egress, [0, INF]), found_at=[[0, 0], [0.1, 0]])
    assert after.found_s.tolist() == [32 + 4 + 6 / 0.5 + 5 + 12]
    assert after.safe_s.tolist() == [65 + 5 / 0.5 + 6 / 0.25 + 4 / 0.5]


def test_rooms_without_a_way_between_them_are_reached_round_the_outside():
    building = Building(
        (*(Space(f"room {k}", area_m2=120.0) for k in range(2)), Space("yard", "outside")),
        tuple(Door(f"exit {k}", (f"room {k}", "yard"), 1.0, at=(7.0 * k, 0.0)) for k in range(2)),
    )
    count = dataclasses.replace(COUNT, walk_m=(("exit 0", 30), ("exit 1", 30)))
    egress = classes(building, 2)
    inputs = CountInputs(egress, count, dataclasses.replace(SEARCH, base="yard", base_at=(0, 3)))
    after = followed(inputs, came(egress, [0, INF]), where=[0, 1], found_at=[[0, 0], [0.5, 0]])
    assert after.found_s.tolist() == [32 + 3 + 120 + 7 + 60]


def test_ways_round_the_outside_begin_and_end_inside():
    """Two wings, each a room and a hall of 5 m; the exits are 7 m apart."""
    wings = [(f"room {k}", f"hall {k}", 7.0 * k) for k in range(2)]
    building = Building(
        (
            *(Space(room, area_m2=120.0) for room, *_ in wings), *(Space(way, "corridor") for _, way, _ in wings),
            Space("yard", "outside"),
        ),
        (
            *(Door(f"door {k}", (room, way), 1.0, at=(x, 5.0)) for k, (room, way, x) in enumerate(wings)),
            *(Door(f"exit {k}", (way, "yard"), 1.0, at=(x, 0.0)) for k, (_, way, x) in enumerate(wings)),
        ),
    )  # fmt: skip
    count = dataclasses.replace(COUNT, walk_m=(("exit 0", 30), ("exit 1", 30)))
    egress = classes(building, 2)
    after = followed(
        CountInputs(egress, count, SEARCH), came(egress, [0, INF]), where=[0, 1], found_at=[[0, 0], [0.5, 0]]
    )
    assert after.found_s.tolist() == [32 + 5 + 120 + 5 + 7 + 5 + 60]
    assert after.safe_s.tolist() == [after.found_s[0] + 5 / 0.5]


def test_who_sweeps_a_room_again_walks_nowhere():
    building = Building(
        (Space("room 0", area_m2=120.0), Space("yard", "outside", length_m=9.0)),
        (Door("exit", ("room 0", "yard"), 1.0),),
    )
    egress = classes(building, 2)
    search = dataclasses.replace(SEARCH, base_at=(20.0, 0.0))
    inputs = CountInputs(egress, dataclasses.replace(COUNT, walk_m={"exit": 30}), search)
    after = followed(inputs, came(egress, [0, INF]), found_at=[[0, 0], [2, 0.5]])
    assert after.found_s.tolist() == [32 + 9 + 120 + 60]


def test_the_room_of_the_first_report_comes_first_even_if_another_of_its_groups_reports_late():
    """Groups a and c in room 1, b in room 0, reported at 32, 52 and 42 s; the one team begins with room 1."""
    people = (People("all", 2, ONE, left_behind=0.5),)
    rooms = {"a": "room 1", "b": "room 0", "c": "room 1"}
    egress = EgressInputs(hall(3), tuple(Group(name, room, people) for name, room in rooms.items()))
    inputs = CountInputs(egress, COUNT, SEARCH)
    found_at = [[0, 0], [0.25, 0], [0, 0], [0.5, 0], [0, 0], [0.75, 0]]
    after = followed(inputs, came(egress, [0, INF, 10, INF, 20, INF]), found_at=found_at)
    assert after.found_s.tolist() == [62.0, 62 + 60, 122 + 60], "then b's, reported before c's"
    more = dataclasses.replace(egress.groups[0], people=(dataclasses.replace(people[0], count=3),))
    egress = EgressInputs(egress.building, (more, *egress.groups[1:]))
    astray = followed(
        CountInputs(egress, COUNT, SEARCH),
        came(egress, [0, INF, INF, 0, INF, 0, INF]),
        where=[1, 1, 2, 0, 0, 1, 1],
        found_at=[[0, 0], [0.25, 0], [0.5, 0], [0, 0], [0.5, 0], [0, 0], [0.75, 0]],
    )
    # room 1 to 1/4 for a, on to 3/4 for c; to its end, for a still; room 0 for b, and to its end; room 2
    assert astray.found_s.tolist() == [62.0, 122 + 30 + 60 + 60 + 60, 122 + 30 + 60, 122.0]


def test_a_sweep_that_is_broken_off_goes_on_where_it_was_left():
    """Two in room 1, 10 m in: the first is found at 1/4, led out in 20 s, the second found at 3/4 of the sweep."""
    building = hall(2, apart_m=10.0)
    search = dataclasses.replace(SEARCH, base="yard", rooms=("room 1",), rounds=1)
    after = searched(building, [1, 3], [0, 0, INF, INF], search, found_at=[[0], [0], [0.75], [0.25]])
    # the back exit is beside room 1, so that nothing is walked there
    assert after.found_s.tolist() == [32 + 10 + 30 + 60, 32 + 10 + 30]
    after = searched(building, [1, 3], [0, 0, INF, INF], search, found_at=[[0], [0], [1.1], [0.25]])
    assert after.found_s.tolist() == [INF, 72.0]
    assert after.sweeps.tolist()[:2] == [0, 1]
    assert measures(after)["still_missing"] == 1
    again = dataclasses.replace(search, rounds=2)
    after = searched(building, [1, 3], [0, 0, INF, INF], again, found_at=[[0, 0], [0, 0], [1.1, 0.5], [0.25, 0]])
    assert after.found_s.tolist() == [72 + 90 + 60, 72.0], "the second sweep begins anew"
    far = Building(building.spaces, tuple(dataclasses.replace(d, at=(0, 0)) if d.name == "back" else d
                                          for d in building.doors))  # fmt: skip
    after = searched(far, [1, 3], [0, 0, INF, INF], search, found_at=[[0], [0], [0.75], [0.25]])
    assert after.found_s.tolist() == [72 + 20 + 10 + 60, 72.0]
    assert after.safe_s.tolist() == [162 + 20, 92.0]


def test_two_teams_take_two_rooms_and_the_free_one_goes_on():
    """Reports at 32 s: team 0 to room 0, team 1 to room 1, where it finds one at 62 s."""
    two, one = (dataclasses.replace(SEARCH, rescuers=rescuers) for rescuers in (5, 3))
    assert (two.teams, one.teams) == (2, 1)
    sizes, out_s = [2, 2, 1], [0, INF, 0, INF, 0]
    own = {"found_at": [[0, 0], [0.5, 0], [0, 0], [0.25, 0], [0, 0]]}
    after = searched(hall(3), sizes, out_s, two, **own)
    assert after.found_s.tolist() == [92.0, 62.0]
    assert after.sweeps.tolist()[:3] == [0, 1, 0], "team 1 had gone on with its room before the other one was found"
    assert searched(hall(3), sizes, out_s, one, **own).found_s.tolist() == [92.0, 122.0]
    next_door = {"where": [0, 1, 1, 1, 2], "found_at": [[0, 0], [0.75, 0], [0, 0], [0.25, 0], [0, 0]]}
    assert searched(hall(3), sizes, out_s, two, **next_door).found_s.tolist() == [62 + 60, 62.0]
    third = {"where": [0, 2, 1, 1, 2], "found_at": [[0, 0], [0.5, 0], [0, 0], [0.25, 0], [0, 0]]}
    # both end their rooms at 152 s, and team 0 comes first; alone: rooms 0, 1 (broken off, then ended), 2
    assert searched(hall(3), sizes, out_s, two, **third).found_s.tolist() == [152 + 60, 62.0]
    assert searched(hall(3), sizes, out_s, one, **third).found_s.tolist() == [32 + 120 + 120 + 60, 32 + 120 + 30]


def test_equal_instants_teams_choose_by_number_and_reports_come_first():
    """Team 0 ends room 0 at 152 s, the very instant at which class 2 is reported, and goes to its room at once."""
    egress = classes(hall(3), 2, 1, 2)
    inputs = CountInputs(egress, COUNT, dataclasses.replace(SEARCH, rounds=1))
    found_at = [[0], [9], [0], [0], [0.5]]
    path = came(egress, [0, INF, 0, 120, INF])
    assert followed(inputs, path, found_at=found_at).found_s.tolist() == [INF, 152 + 60]
    later = came(egress, [0, INF, 0, 120.5, INF])
    assert followed(inputs, later, found_at=found_at).found_s.tolist() == [INF, 152 + 120 + 60], "room 1 was nearest"


def test_a_second_team_waits_while_the_only_room_is_taken_and_a_second_round_begins():
    search = dataclasses.replace(SEARCH, rescuers=4, rounds=2)
    after = searched(hall(1), [2], [0, INF], search, found_at=[[0, 0], [1.5, 0.5]])
    assert after.found_s.tolist() == [32 + 120 + 60]
    assert after.sweeps[0] == 1
    after = searched(hall(1), [2], [0, INF], search, found_at=[[0, 0], [1.5, 1.5]])
    assert after.found_s.tolist() == [INF]
    assert after.sweeps[0] == 2


def test_a_full_sweep_may_cover_less_or_more_than_the_room():
    search = dataclasses.replace(SEARCH, rounds=1)
    for coverage, found_s in ((0.5, INF), (1.5, 32 + 150.0)):
        swept = dataclasses.replace(search, coverage=coverage)
        after = searched(hall(1), [2], [0, INF], swept, found_at=[[0], [1.25]])
        assert after.found_s.tolist() == [found_s]


def test_who_is_found_by_chance_need_not_be_reported():
    """Class 1 counts one too many, checks again at 1000 s and reports then; its child is in the room searched first."""
    count = dataclasses.replace(COUNT, wrong=0.1, again=Deterministic(1000.0))
    after = searched(
        hall(2), [2, 2], [0, INF, 0, INF], SEARCH, count=count,
        error=[[], [1]], where=[0, 1, 0, 0], found_at=[[0, 0], [0.5, 0], [0, 0], [0.25, 0]],
    )  # fmt: skip
    assert after.found_s.tolist() == [32 + 120 + 60, 62.0]
    assert after.known_s.tolist() == [32.0, 62.0]
    assert after.reported_s.tolist() == [32.0, 32 + 1000 + 2.0]
    assert after.sweeps.tolist()[:2] == [1, 0], "nothing is searched any more when the late report comes"


def test_a_room_that_is_taken_is_swept_to_the_end_and_no_other_is_taken():
    search = dataclasses.replace(SEARCH, rescuers=4)
    after = searched(hall(3), [2], [0, INF], search, found_at=[[0, 0], [0.5, 0]])
    assert after.found_s.tolist() == [92.0]
    assert after.sweeps.tolist()[:3] == [0, 1, 0], "team 1 ends room 1 and takes nothing more"


def test_who_is_stuck_is_searched_for_in_vain():
    egress = classes(hall(3), 2)
    inputs = CountInputs(egress, COUNT, SEARCH)
    after = followed(inputs, came(egress, [0, INF], stuck=[1]), found_at=[[0, 0], [0, 0]])
    assert after.sweeps.tolist()[:3] == [2, 2, 2]
    assert (after.found_s.tolist(), after.reported_s.tolist(), after.all_safe_s) == ([INF], [32.0], INF)


@pytest.mark.parametrize("rescuers", [0, 1])
def test_without_a_team_nobody_is_found(rescuers):
    after = searched(hall(1), [2], [0, INF], dataclasses.replace(SEARCH, rescuers=rescuers), found_at=[[0, 0]] * 2)
    assert (after.found_s.tolist(), after.known_s.tolist(), after.sweeps.sum()) == ([INF], [32.0], 0)


def test_nobody_missing_means_nothing_searched():
    egress = classes(hall(3), 20, 20, 20, left_behind=0.0)
    inputs = CountInputs(egress, dataclasses.replace(COUNT, wrong=0.2), dataclasses.replace(SEARCH, strays=0.5))
    for k in range(20):
        after = follow(inputs, draw_count(inputs, Streams(3, k)), came(egress, np.arange(60.0)))
        assert (after.sweeps.sum(), len(after.missing), after.all_safe_s) == (0, 0, 59.0)
        assert (after.reported_s == INF).all()


# -- the laws of search ------------------------------------------------------------------------------------------------

ROOMFUL = 20_000


def coverages(law: str, rounds: int = 1) -> np.ndarray:
    """Coverages at which so many persons would be found, shape (persons, rounds)."""
    egress = classes(hall(1), ROOMFUL)
    search = dataclasses.replace(SEARCH, law=law, rounds=rounds)
    return draw_count(CountInputs(egress, COUNT, search), Streams(11, 0)).found_at


@pytest.mark.parametrize(
    ("law", "shares"),
    [
        ("random", [0.393469, 0.632121, 0.776870, 0.864665]),  # E80
        ("exhaustive", [0.5, 1.0, 1.0, 1.0]),  # E81
        ("inverse cube", [0.469116, 0.789909, 0.939888, 0.987811]),  # E82
    ],
)
def test_e80_to_e82_share_found_by_coverage(law, shares):
    formula = {
        "random": lambda c: 1 - math.exp(-c),
        "exhaustive": lambda c: min(1.0, c),
        "inverse cube": lambda c: math.erf(c * math.sqrt(math.pi) / 2),
    }[law]
    found_at = coverages(law)[:, 0]
    for coverage, printed in zip((0.5, 1.0, 1.5, 2.0), shares, strict=True):
        share = formula(coverage)
        assert share == exactly(printed, abs=5.1e-7)
        spread = 4 * math.sqrt(share * (1 - share) / ROOMFUL)
        assert abs(np.mean(found_at <= coverage) - share) <= spread


@pytest.mark.parametrize(("law", "mean_s"), [("random", 120.0), ("exhaustive", 60.0)])
def test_e83_mean_time_to_find(law, mean_s):
    found_s = 120.0 * coverages(law)[:, 0]  # exact in the search itself, see above
    assert within_four(found_s, mean_s)
    assert within_four(found_s <= 60, 0.5 if law == "exhaustive" else 0.393469)


def test_random_search_that_goes_on_through_rounds_forgets():
    """After r full sweeps of coverage c, exp(-r c) are not found; the exhaustive law finds all in the first."""
    found_at = coverages("random", rounds=3)
    for coverage in (0.5, 1.0):
        for rounds in (1, 2, 3):
            unfound = (found_at[:, :rounds] > coverage).all(axis=1)
            assert within_four(unfound, math.exp(-rounds * coverage))
    assert (coverages("exhaustive") < 1).all()


@pytest.mark.parametrize(("teams", "mean_sweeps"), [(1, 3.0), (2, 1.5), (3, 1.0), (6, 0.5)])
def test_k_teams_share_the_rooms(teams, mean_sweeps):
    """One child anywhere in six equal rooms, exhaustive: found after n / (2 k) sweeps on average; each room exactly."""
    search = dataclasses.replace(SEARCH, rescuers=2 * teams, law="exhaustive", order="nearest", strays=5 / 6)
    egress = classes(hall(6), 2)
    inputs, path = CountInputs(egress, COUNT, search), came(egress, [0, INF])
    times = []
    for place, share in itertools.product(range(6), (0.0, 0.25, 0.875)):
        after = followed(inputs, path, where=[0, place], found_at=[[0, 0], [share, 0]])
        sweeps = (after.found_s[0] - 32) / 120
        assert sweeps == place // teams + share
        times.append(place // teams + 0.5)
    assert np.mean(times) == mean_sweeps
    drawn = [follow(inputs, draw_count(inputs, Streams(7, k)), path).found_s[0] for k in range(2000)]
    assert within_four((np.array(drawn) - 32) / 120, mean_sweeps)


def test_two_teams_for_two_children_take_the_longer_of_two_sweeps():
    """Exhaustive: the mean of the later of two uniforms is 2/3; one team in turn needs 1 on average."""
    egress = classes(hall(2), 2, 2)
    path = came(egress, [0, INF, 0, INF])
    for rescuers, mean in ((4, 2 / 3), (2, 1.0)):
        search = dataclasses.replace(SEARCH, rescuers=rescuers, law="exhaustive")
        inputs = CountInputs(egress, COUNT, search)
        drawn = [measures(follow(inputs, draw_count(inputs, Streams(8, k)), path))["found_s"] for k in range(2000)]
        assert within_four((np.array(drawn) - 32) / 120, mean)


def test_strays_are_in_each_other_room_as_often():
    egress = classes(hall(5), ROOMFUL)
    where = draw_count(CountInputs(egress, COUNT, dataclasses.replace(SEARCH, strays=0.4)), Streams(1, 0)).where
    for room, share in enumerate([0.6, 0.1, 0.1, 0.1, 0.1]):
        assert within_four(where == room, share)


# -- the fire brigade --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guided", "after_alarm", "gained_s", "called_s", "brigade_s"),
    [
        (False, False, 60.0, 20.0, 20 + 45 + 180.0),
        (True, False, 60.0, 20.0, 20 + 45 + 120.0),
        (True, True, 60.0, 50.0, 50 + 45 + 120.0),
        (True, False, 181.0, 20.0, 20 + 45.0),  # guiding gains no more than the travel
    ],
)
def test_fire_brigade_by_hand(guided, after_alarm, gained_s, called_s, brigade_s):
    laws = map(Deterministic, (20.0, 45.0, 180.0, gained_s))
    egress = classes(hall(1), 1)
    inputs = CountInputs(egress, COUNT, brigade=Brigade(*laws, guided=guided, after_alarm=after_alarm))
    after = followed(inputs, came(egress, [0.0]), alarm_s=30.0)
    assert (after.called_s, after.brigade_s) == (called_s, brigade_s)


def test_guiding_changes_no_draw_and_gains_what_was_drawn():
    egress = classes(hall(1), 1)
    brigade = Brigade(Exponential(60.0), Uniform(45, 60), LogNormal(5.0, 0.5), gained=Uniform(0, 180))
    path = came(egress, [0.0])
    for k in range(50):
        alone, guided = (
            follow(inputs, draw_count(inputs, Streams(4, k)), path).brigade_s
            for inputs in (
                CountInputs(egress, COUNT, brigade=dataclasses.replace(brigade, guided=is_guided))
                for is_guided in (False, True)
            )
        )
        drawn = draw_count(CountInputs(egress, COUNT, brigade=brigade), Streams(4, k))
        assert alone - guided == exactly(min(drawn.gained_s, drawn.travel_s), abs=1e-9)


# -- draws -------------------------------------------------------------------------------------------------------------


def test_what_is_wrong_or_astray_more_often_includes_what_was_before():
    egress = classes(hall(4), 50, 50)
    rare, often = (
        draw_count(
            CountInputs(
                egress, dataclasses.replace(COUNT, wrong=share), dataclasses.replace(SEARCH, strays=share)
            ),
            Streams(2, 1),
        )
        for share in (0.1, 0.2)
    )  # fmt: skip
    wrong, own = rare.error != 0, np.repeat([0, 1], 50)
    assert wrong.any()
    assert (often.error[wrong] == rare.error[wrong]).all()
    astray = rare.where != own
    assert astray.any()
    assert (often.where[astray] == rare.where[astray]).all()
    assert (often.where != own).sum() > astray.sum()


def test_one_more_group_person_or_round_moves_no_other_number():
    count = HeadCount(COUNT.walk_m, Uniform(0.5, 1), Exponential(1.5), wrong=0.1, again=Exponential(60.0), report=ONE)
    search = dataclasses.replace(SEARCH, strays=0.3, rooms=("room 0", "room 1", "room 2"))
    few, more = (
        draw_count(CountInputs(classes(hall(3), *sizes), count, searching), Streams(9, 2))
        for sizes, searching in (((5, 4), search), ((5, 6, 7), dataclasses.replace(search, rounds=3)))
    )
    for column in ("pace_mps", "per_head_s", "error", "again_s", "report_s"):
        assert np.array_equal(getattr(few, column), getattr(more, column)[:2]), column
    assert np.array_equal(few.where, more.where[:9])
    assert np.array_equal(few.found_at, more.found_at[:9, :2])


def test_the_count_and_the_evacuation_share_a_replication():
    egress = classes(hall(3, apart_m=5.0), 20, 20, 20, left_behind=0.1, delay=Uniform(3, 59))
    inputs = CountInputs(egress, dataclasses.replace(COUNT, wrong=0.1), SEARCH, Brigade(ONE, ONE, ONE))
    streams = Streams(6, 0)
    draws = draw(egress, streams)
    path = engine("kernel", of="egress").simulate(egress, draws)
    after = follow(inputs, draw_count(inputs, streams), path, alarm_s=draws.alarm_s)
    assert after.missing.tolist() == np.flatnonzero(draws.left_behind).tolist() != []
    assert (after.gathered_s >= path.out_s.reshape(3, 20).min(axis=1) + 30).all()


# -- laws that hold always ---------------------------------------------------------------------------------------------


@some.composite
def scenarios(the) -> tuple[CountInputs, Path]:
    """Up to four classes of whom anyone is out, left behind or stuck, with any count and search."""
    sizes = the(some.lists(some.integers(0, 5), min_size=1, max_size=4))
    egress = classes(hall(4, apart_m=the(some.sampled_from([0.0, 3.0]))), *sizes)
    fates = [the(some.sampled_from("oools")) for _ in range(sum(sizes))]
    out_s = [the(some.floats(0, 300)) if fate == "o" else INF for fate in fates]
    path = came(egress, out_s, stuck=[k for k, fate in enumerate(fates) if fate == "s"])
    again = the(some.sampled_from([Never(), Deterministic(30.0)]))
    count = dataclasses.replace(COUNT, wrong=the(some.floats(0, 0.5)), again=again, report=Exponential(20.0))
    search = dataclasses.replace(
        SEARCH,
        rescuers=the(some.integers(0, 9)),
        law=the(some.sampled_from(["random", "exhaustive", "inverse cube"])),
        coverage=the(some.sampled_from([0.5, 1.0, 2.0])),
        rounds=the(some.integers(1, 3)),
        order=the(some.sampled_from(["own", "nearest"])),
        strays=the(some.floats(0, 1)),
    )
    return CountInputs(egress, count, search), path


@settings(max_examples=150, deadline=None)
@given(scenario=scenarios(), seed=some.integers(0, 2**32))
def test_everybody_is_out_found_or_missing(scenario, seed):
    inputs, path = scenario
    search = inputs.search
    after = follow(inputs, draw_count(inputs, Streams(seed, 0)), path)
    row = measures(after)
    assert row["out"] + row["found"] + row["still_missing"] == inputs.egress.persons
    assert sorted([*after.missing, *np.flatnonzero(path.out_s < INF)]) == list(range(inputs.egress.persons))
    assert row["unnoticed"] <= row["still_missing"]
    found = after.found_s < INF
    assert not found[path.start_s[after.missing] < INF].any(), "the stuck are not found"
    assert (after.known_s <= after.found_s).all()
    assert (after.safe_s >= after.found_s).all()
    assert ((after.safe_s < INF) == found).all()
    assert (after.sweeps <= search.rounds).all()
    first_report_s = after.known_s.min(initial=INF)
    assert (after.found_s[found] >= first_report_s).all()
    assert (after.counted_s[after.counts > 0] >= after.gathered_s[after.counts > 0]).all()
    assert (row["all_safe_s"] < INF) == (row["still_missing"] == 0)
    if search.teams == 0 or not (after.reported_s < INF).any():
        assert row["sweeps"] == row["found"] == 0
    noticed = after.known_s < INF
    if search.teams and search.law == "exhaustive" and search.coverage >= 1 and noticed.all():
        assert found[path.start_s[after.missing] == INF].all(), "an exhaustive search finds whoever is missed"


@settings(max_examples=60, deadline=None)
@given(scenario=scenarios(), seed=some.integers(0, 2**32))
def test_equal_numbers_give_equal_bits(scenario, seed):
    inputs, path = scenario
    one, other = (follow(inputs, draw_count(inputs, Streams(seed, 0)), path) for _ in range(2))
    for field in dataclasses.fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dataclasses.replace(COUNT, wrong=0.6), "HeadCount: wrong is 0.6; accepted is a share from 0 to 0.5"),
        (lambda: dataclasses.replace(COUNT, wrong=math.nan), "HeadCount: wrong is nan"),
        (lambda: dataclasses.replace(COUNT, too_many=-0.1), "HeadCount: too_many is -0.1"),
        (lambda: dataclasses.replace(COUNT, walk_m={"main": -1.0}), "walk_m of 'main' is -1.0"),
        (lambda: dataclasses.replace(COUNT, pace=Deterministic(0.0)), "HeadCount: pace is"),
        (lambda: dataclasses.replace(COUNT, per_head=Never()), "HeadCount: per_head is"),
        (lambda: dataclasses.replace(COUNT, report=Never()), "HeadCount: report is"),
        (lambda: dataclasses.replace(SEARCH, rescuers=-1), "Search: rescuers is -1"),
        (lambda: dataclasses.replace(SEARCH, per_team=0), "Search: per_team is 0"),
        (lambda: dataclasses.replace(SEARCH, rounds=0), "Search: rounds is 0"),
        (lambda: dataclasses.replace(SEARCH, speed_mps=0.0), "Search: speed_mps is 0.0"),
        (lambda: dataclasses.replace(SEARCH, coverage=math.nan), "Search: coverage is nan"),
        (lambda: dataclasses.replace(SEARCH, law="lucky"), "Search: law is 'lucky'; accepted is random, exhaustive, "),
        (lambda: dataclasses.replace(SEARCH, order="any"), "Search: order is 'any'; accepted is own, nearest"),
        (lambda: dataclasses.replace(SEARCH, strays=1.1), "Search: strays is 1.1"),
        (lambda: dataclasses.replace(SEARCH, base_at=(0.0, INF)), "Search: base_at is inf"),
        (lambda: Brigade(Never(), ONE, ONE), "Brigade: call is"),
    ],
)
def test_refusals_name_the_value_and_what_is_accepted(make, message):
    with pytest.raises(InputsError, match="accepted is") as caught:
        make()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("count", "search", "message"),
    [
        (dataclasses.replace(COUNT, walk_m={"main": 1.0}), None, "metres of each exit, once: back, main"),
        (dataclasses.replace(COUNT, walk_m=(*COUNT.walk_m, ("main", 1.0))), None, "metres of each exit, once"),
        (dataclasses.replace(COUNT, groups=("class 9",)), None, "a group is 'class 9'; accepted is one that goes out"),
        (COUNT, dataclasses.replace(SEARCH, rooms=("attic",)), "Search: a space is 'attic'; accepted is room 0, "),
        (COUNT, dataclasses.replace(SEARCH, rooms=("yard",)), "Search: room 'yard' is outside"),
        (COUNT, dataclasses.replace(SEARCH, base="street"), "Search: a space is 'street'"),
        (COUNT, dataclasses.replace(SEARCH, base="hall"), "Search: base is 'hall'; accepted is a space outside"),
    ],
)
def test_names_must_fit_the_building(count, search, message):
    with pytest.raises(InputsError, match="accepted is") as caught:
        CountInputs(classes(hall(2), 3), count, search)
    assert message in str(caught.value)


def test_a_law_of_paces_that_gives_none_is_refused_when_drawn():
    inputs = CountInputs(classes(hall(1), 1), dataclasses.replace(COUNT, pace=Empirical((0.0, 1.0))))
    with pytest.raises(InputsError, match=r"pace of group 'class 0' is 0\.0; accepted is a law of speeds above 0"):
        [draw_count(inputs, Streams(1, k)) for k in range(50)]
