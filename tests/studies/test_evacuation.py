"""What all evacuation studies share, in halls where every second is known: laws, common numbers, who goes where."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from resilience_sim.hazards.smoke import GivenAset
from resilience_sim.models.egress import (
    Building,
    Closing,
    Door,
    EgressInputs,
    Fixed,
    Group,
    Nearest,
    People,
    Quickest,
    Route,
    Space,
    theory,
)
from resilience_sim.models.egress.counting import HeadCount, Search, draw_count
from resilience_sim.randomness import Deterministic, Law, LogNormal, Streams, Triangular, Uniform
from resilience_sim.studies.evacuation import (
    Event,
    Happened,
    about,
    around,
    assigned,
    between,
    bodies,
    drawn,
    floor_s,
    happened,
    measured,
    rerouted,
)

CASES = 24
WIDTHS_M = (0.8, 0.9, 1.2, 1.5)


def hall(exits: list[tuple[float, float]], widths_m: list[float]) -> Building:
    """One room in which nobody slows anybody, and its exits."""
    doors = tuple(
        Door(f"exit {k}", ("hall", "outside"), width, at)
        for k, (at, width) in enumerate(zip(exits, widths_m, strict=True))
    )
    return Building((Space("hall", crowd=None, holds=math.inf), Space("outside", "outside")), doors)


def a_class(
    name: str, at: tuple[float, float], size: int, *, pace: Law, start: Law, route: Route | None = None
) -> Group:
    return Group(
        name, "hall", (People("children", size, pace, left_behind=1e-12),), start, route or Nearest(), at=at
    )  # fmt: skip


def random_hall(random: np.random.Generator, exits: int) -> Building:
    places = [(float(random.uniform(0, 60)), float(random.uniform(0, 40))) for _ in range(exits)]
    return hall(places, [float(random.choice(WIDTHS_M)) for _ in range(exits)])


# ---- laws


def test_laws_have_the_means_they_are_told_and_stay_in_their_ranges() -> None:
    assert about(30.0).mean == pytest.approx(30.0, rel=1e-12)
    assert about(0.0) == Deterministic(0.0)
    assert around(46.0, 3.0, 59.0) == Triangular(33.0, 46.0, 59.0)
    assert around(59.0, 3.0, 59.0) == Deterministic(59.0)
    assert between(1.25, 0.3) == Uniform(0.95, 1.55)
    assert between(0.4, 0.3) == Uniform(0.2, 0.6000000000000001)
    law = bodies(0.85, 0.2)
    assert isinstance(law, LogNormal)
    assert law.mean == pytest.approx(0.85, rel=1e-12)
    assert law.mean * math.sqrt(math.expm1(law.sigma**2)) == pytest.approx(0.2, rel=1e-12)
    assert bodies(0.85, 0.0) == Deterministic(0.85)


# ---- where nothing is left to chance


def test_one_class_without_chance_is_out_at_the_second_of_the_closed_form() -> None:
    building = hall([(30.0, 0.0)], [1.2])
    alarm = (Deterministic(60.0), Deterministic(30.0), Deterministic(15.0))
    group = a_class("class", (0.0, 0.0), 28, pace=Deterministic(0.8), start=Deterministic(46.0))
    event = Event(EgressInputs(building, (group,), alarm), GivenAset(Deterministic(300.0)))
    row, one = measured(happened(event, 1, 0)), happened(event, 1, 0)
    out_s = 46.0 + 30.0 / 0.8 + 27 / (1.3 * 0.9)
    assert one.found_s == 60.0
    assert one.steps_s == (60.0, 30.0, 15.0)
    assert row["evacuated"] == pytest.approx(out_s, rel=1e-12)
    assert row["margin"] == pytest.approx(300.0 - 105.0 - out_s, rel=1e-12)
    assert row["in_time"] == 100.0


def test_smoke_that_comes_while_they_pass_the_door_bars_the_way_to_the_rest() -> None:
    building = hall([(8.0, 0.0)], [1.2])
    group = a_class("class", (0.0, 0.0), 10, pace=Deterministic(0.8), start=Deterministic(0.0))
    smoke = GivenAset(Deterministic(10.0 + 3.5 / 1.17))  # four have passed, the fifth has not
    assert measured(happened(Event(EgressInputs(building, (group,)), smoke), 1, 0))["in_time"] == pytest.approx(40.0)


def test_who_can_never_get_out_is_out_at_no_time_and_before_no_smoke() -> None:
    building = hall([(8.0, 0.0)], [1.2])
    group = a_class("class", (0.0, 0.0), 10, pace=Deterministic(0.8), start=Deterministic(0.0))
    shut = EgressInputs(building, (replace(group, waits=True),), closings=(Closing("exit 0", Deterministic(0.0)),))
    row = measured(happened(Event(shut), 1, 0))
    assert row["evacuated"] == math.inf
    assert row["margin"] == -math.inf
    assert row["in_time"] == 0.0


def test_a_missing_child_is_missed_searched_for_and_found_at_the_second_of_the_closed_form() -> None:
    building = Building(
        (
            Space("room", area_m2=100.0, crowd=None),
            Space("hall", area_m2=1e4, crowd=None),
            Space("outside", "outside"),
        ),
        (Door("room", ("room", "hall"), 1.2, (0.0, 0.0)), Door("exit", ("hall", "outside"), 1.2, (24.0, 0.0))),
    )
    people = (People("children", 10, Deterministic(0.8), left_behind=1e-12), People("adults", 1, Deterministic(0.8)))
    inputs = EgressInputs(building, (Group("class", "room", people),))
    count = HeadCount((("exit", 40.0),), Deterministic(0.8), Deterministic(1.5), report=Deterministic(15.0))
    search = Search(2, 0.5, 2.0, 1.2, 1.2, 0.8, 0.8, law="exhaustive", coverage=1.0, rooms=("room",), base="outside")
    one = happened(Event(inputs, count=count, search=search, missing=1), 7, 3)
    row = measured(one)
    assert one.after is not None
    (missing,) = one.after.missing
    gathered_s = 30.0 + 9 / 1.17 + 40.0 / 0.8  # the last of ten, and the walk to the assembly point
    assert one.draws.left_behind[missing]
    assert row["unnoticed"] == 0.0
    assert row["counting"] == pytest.approx(15.0, rel=1e-12)  # ten heads at 1.5 s
    assert row["counted"] == pytest.approx(gathered_s + 15.0, rel=1e-12)
    assert row["searching"] == pytest.approx(24.0 / 1.2 + _found_at(one) * 100.0, rel=1e-9)
    assert row["ahead_of_brigade"] == math.inf  # nobody calls a fire brigade


def _found_at(one: Happened) -> float:
    """The share of a sweep of 100 s (100 m2 at 0.5 m/s and 2 m) at which the missing child is seen, from its stream."""
    assert one.event.after is not None
    assert one.after is not None
    return float(draw_count(one.event.after, Streams(7, 3)).found_at[one.after.missing[0], 0])


# ---- the same people whatever is decided


def random_classes(random: np.random.Generator, building: Building, number: int) -> EgressInputs:
    groups = tuple(
        a_class(
            f"class {k}",
            (float(random.uniform(0, 60)), float(random.uniform(0, 40))),
            int(random.integers(15, 40)),
            pace=bodies(0.85, 0.2),
            start=Uniform(3.0, 59.0),
        )
        for k in range(number)
    )
    return EgressInputs(building, groups)


def test_the_same_children_start_and_walk_alike_whichever_way_and_through_whatever_door() -> None:
    random = np.random.default_rng(1)
    inputs = random_classes(random, random_hall(random, 2), 4)
    wide = replace(inputs, building=hall([door.at for door in inputs.building.doors], [2.0, 2.0]))
    events = [Event(one) for one in (inputs, rerouted(inputs, Fixed("exit 1")), rerouted(wide, Quickest()))]
    for index in range(5):
        first, *others = (happened(event, 3, index) for event in events)
        for other in others:
            assert other.draws is first.draws
            assert np.array_equal(other.path.start_s, first.path.start_s)
    assert not np.array_equal(drawn(events[0], 3, 0).start_s, drawn(events[0], 3, 1).start_s)
    assert not np.array_equal(drawn(events[0], 3, 0).start_s, drawn(events[0], 4, 0).start_s)


def test_one_who_is_surely_missing_is_the_only_difference() -> None:
    random = np.random.default_rng(2)
    inputs = random_classes(random, random_hall(random, 2), 3)
    places = set()
    for index in range(20):
        all_, short = (happened(Event(inputs, missing=number), 5, index) for number in (0, 1))
        missing = np.flatnonzero(short.draws.left_behind)
        assert not all_.draws.left_behind.any()
        assert len(missing) == 1
        others = np.delete(np.arange(inputs.persons), missing)
        assert np.array_equal(short.draws.start_s[others], all_.draws.start_s[others])
        assert np.array_equal(short.draws.level_mps, all_.draws.level_mps)
        places.add(int(missing[0]))
    assert len(places) > 10  # anybody may be


def test_a_wider_door_is_never_later_where_it_is_the_only_one() -> None:
    random, sooner = np.random.default_rng(3), 0
    for case in range(20):
        at = (float(random.uniform(0, 60)), 0.0)
        inputs = random_classes(random, hall([at], [0.9]), 3)
        last = [
            happened(Event(replace(inputs, building=hall([at], [width]))), case, 0).last_out_s
            for width in (0.9, 1.2, 1.5, 1.8)
        ]
        assert last == sorted(last, reverse=True)
        sooner += last[-1] < last[0]
    assert sooner == 20


# ---- who goes where


def test_classes_sent_as_recommended_are_within_1_percent_of_the_best_and_nearer_to_the_floor_than_the_nearest() -> (
    None
):
    """Against the best whole-class assignment by branch and bound, and the quickest flow, which no plan beats."""
    random, gaps = np.random.default_rng(4), []
    for case in range(CASES):
        exits = 2 + case % 2
        building = random_hall(random, exits)
        inputs = random_classes(random, building, int(random.integers(4, 8)))
        names, doors = [group.name for group in inputs.groups], [door.name for door in building.doors]
        one = happened(Event(inputs), case, 0)
        metres = inputs.routes.metres[2 * len(doors) :, :exits]
        nearest = theory.nearest_exits(metres)
        arrivals, first = [], 0
        for k, group in enumerate(inputs.groups):
            rows = slice(first, first + group.size)
            first += group.size
            arrivals.append([one.draws.start_s[rows] + metres[k, e] / one.draws.level_mps[rows] for e in range(exits)])
        best = theory.best_groups(arrivals, [door.pps for door in building.doors])
        found = assigned(Event(inputs), names, doors, seed=case, events=1, starts=(nearest,), most=1)
        assert best.proved
        assert found.last_s <= 1.01 * best.last_s
        assert found.last_s >= best.last_s * (1 - 1e-9)
        floor = floor_s(one)
        assert one.last_out_s == pytest.approx(theory.assigned_s(nearest, arrivals, [d.pps for d in building.doors]))
        gaps.append((found.last_s / floor - 1, one.last_out_s / floor - 1))
    recommended, nearest_gap = np.array(gaps).T
    assert (recommended >= -1e-9).all(), "no plan beats the quickest flow"
    assert (recommended <= nearest_gap + 1e-9).all()
    assert float(recommended.mean()) < 0.5 * float(nearest_gap.mean()), (
        f"gap to the quickest flow: recommended {recommended.mean():.1%}, nearest exit {nearest_gap.mean():.1%}"
    )


def test_people_who_choose_one_by_one_are_within_1_percent_of_the_quickest_flow() -> None:
    random, gaps = np.random.default_rng(5), []
    for case in range(CASES):
        building = random_hall(random, 2 + case % 2)
        at = (float(random.uniform(0, 60)), float(random.uniform(0, 40)))
        crowd = replace(
            a_class(
                "crowd", at, int(random.integers(80, 300)), pace=Deterministic(float(random.uniform(0.6, 1.3))),
                start=Deterministic(float(random.uniform(0, 60))),
            ),
            together=False,
        )  # fmt: skip
        inputs = EgressInputs(building, (crowd,))
        nearest, one_by_one = (happened(Event(rerouted(inputs, way)), case, 0) for way in (Nearest(), Quickest()))
        floor = floor_s(one_by_one)
        assert floor * (1 - 1e-9) <= one_by_one.last_out_s <= 1.01 * floor
        gaps.append((one_by_one.last_out_s / floor - 1, nearest.last_out_s / floor - 1))
    diverted, nearest_gap = np.array(gaps).T
    assert (diverted <= nearest_gap + 1e-9).all()
    assert float(nearest_gap.mean()) > 0.1, (
        f"gap to the quickest flow: one by one {diverted.mean():.2%}, nearest exit {nearest_gap.mean():.0%}"
    )
