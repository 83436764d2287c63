"""Several exits against the known answers of egress E40-E43, floors that no plan beats, and whole groups."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from egress_answers import exactly, rounds_to

from resilience_sim.errors import InputsError
from resilience_sim.models.egress import (
    Building,
    Door,
    EgressInputs,
    Group,
    Into,
    People,
    Space,
    draw,
    theory,
)
from resilience_sim.models.egress.theory import Exit
from resilience_sim.randomness import Deterministic, Streams, Uniform

FREE = theory.free_speed()
MAIN, BACK = Exit(10 / FREE, 0.931), Exit(30 / FREE, 0.931)


# When to divert


@pytest.mark.parametrize(
    ("to_main", "first", "service"),
    [
        (200, "222.0896", "223.1637"),
        (150, "168.3839", "169.4580"),
        (120, "136.1605", "137.2346"),
        (110, "125.4194", "126.4935"),
        (108, "123.2711340", "124.3452479"),
        (105, "125.9896", "127.0637"),
        (100, "131.3601", "132.4342"),
        (80, "152.8424", "153.9165"),
    ],
)
def test_e40_how_many_to_the_main_door_computed(to_main, first, service):
    counts = (to_main, 200 - to_main)
    rounds_to(theory.split_s(counts, (MAIN, BACK)), first)
    rounds_to(theory.split_s(counts, (MAIN, BACK), service_first=True), service)


def test_e40_the_least_time_and_the_rule_that_reaches_it_computed():
    rounds_to([MAIN.walk_s, BACK.walk_s], "8.340951 25.022854")
    best = theory.least_s(200, (MAIN, BACK))
    assert best.counts == (108, 92)
    rounds_to(best.last_s, "123.2711340")
    assert best.last_s == exactly(MAIN.walk_s + 107 / 0.931)
    every = [theory.split_s((n, 200 - n), (MAIN, BACK)) for n in range(201)]
    assert min(every) == best.last_s
    continuous = theory.continuous_s(200, (MAIN, BACK))
    rounds_to([continuous, MAIN.pps * (continuous - MAIN.walk_s)], "124.093288 107.765")
    nearest = theory.split_s((200, 0), (MAIN, BACK))
    rounds_to([100 * (1 - best.last_s / nearest), nearest / best.last_s], "44.5 1.8016")
    rounds_to(theory.persons_before_diverting(MAIN, BACK), "15.5309")
    chosen = theory.one_after_another(200, (MAIN, BACK))
    assert chosen[:16].tolist() == [0] * 16
    assert chosen[16] == 1, "person 17 is the first to the back door"
    assert np.bincount(chosen).tolist() == [108, 92]


def test_e40_choosing_by_the_rule_one_after_another_is_the_assignment_found():
    queues = [0, 0]
    for person in theory.one_after_another(200, (MAIN, BACK)):
        assert theory.diverts(queues[0], MAIN, queues[1], BACK) == (person == 1)
        queues[person] += 1


def test_e41_unequal_doors_computed():
    exits = (Exit(10.0, 1.31), Exit(4.0, 0.65))
    for persons, counts, first, service, continuous in (
        (40, (24, 16), "27.557252", "28.615385", "28.418367"),
        (100, (64, 36), "58.091603", "59.384615", "59.030612"),
    ):
        best = theory.least_s(persons, exits)
        assert best.counts == counts
        rounds_to(best.last_s, first)
        rounds_to(theory.least_s(persons, exits, service_first=True).last_s, service)
        rounds_to(theory.continuous_s(persons, exits), continuous)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("service_first", [False, True])
def test_e42_the_law_is_the_best_of_all_splits(seed, service_first):
    random = np.random.default_rng(seed)
    exits = [Exit(walk, pps) for walk, pps in random.uniform((0, 0.3), (30, 2), (3, 2))]
    persons = int(random.integers(1, 30))
    splits = [(a, b, persons - a - b) for a, b in itertools.product(range(persons + 1), repeat=2) if a + b <= persons]
    least = min(theory.split_s(split, exits, service_first=service_first) for split in splits)
    best = theory.least_s(persons, exits, service_first=service_first)
    assert best.last_s == exactly(least)
    assert theory.split_s(best.counts, exits, service_first=service_first) == exactly(least)
    # The continuous time lies on the service-first side of the whole persons.
    assert theory.continuous_s(persons, exits) <= theory.least_s(persons, exits, service_first=True).last_s + 1e-9


def test_e42_nobody_and_one_exit():
    assert theory.least_s(0, (MAIN, BACK)) == theory.Split((0, 0), -math.inf)
    assert theory.least_s(3, (MAIN,)).last_s == exactly(MAIN.walk_s + 2 / 0.931)
    assert theory.continuous_s(1.0, (Exit(1.0, 1.0), Exit(50.0, 9.0))) == exactly(2.0)


def test_e43_two_agents_published_by_ehtamo():
    walks = [(1, 2), (2, 5)]
    assert theory.equilibria(walks, 2.0) == ((0, 0),)
    costs = {choice: theory.static_costs_s(walks, 2.0, choice) for choice in itertools.product((0, 1), repeat=2)}
    assert (sum(costs[0, 0]), max(costs[0, 0])) == (5, 4)
    assert (sum(costs[1, 0]), max(costs[1, 0])) == (4, 2)
    assert min(costs, key=lambda one: (sum(costs[one]), max(costs[one]))) == (1, 0)
    # The same in the event model: the equilibrium costs only the maximum.
    together = theory.passages_s([1.0, 2.0], 0.5)
    assert (together.tolist(), together.sum()) == ([1.0, 3.0], 4.0)
    apart = [theory.passages_s([2.0], 0.5)[0], theory.passages_s([2.0], 0.5)[0]]
    assert (sum(apart), max(apart)) == (4.0, 2.0)


# A floor under every plan


def hall(*doors: Door, **space) -> Building:
    return Building((Space("hall", **space), Space("street", "outside")), doors)


def exit_door(name: str, x: float, pps: float) -> Door:
    return Door(name, ("hall", "street"), 1.0, at=(x, 0.0), specific_flow=pps, boundary_m=0.0)


def people(count: int, level=None) -> tuple[People, ...]:
    return (People("people", count, level or Deterministic(1.0)),)


def test_the_floor_of_one_group_in_one_room_is_e42():
    building = hall(exit_door("main", 10.0, 0.931), exit_door("back", -30.0, 0.931))
    group = Group("all", "hall", people(200, Deterministic(FREE)), at=(0.0, 0.0))
    inputs = EgressInputs(building, (group,))
    floor = theory.quickest_flow(inputs, draw(inputs, Streams(1, 0)))
    assert floor.last_s == exactly(theory.least_s(200, (MAIN, BACK)).last_s)
    assert (floor.spaces, floor.doors) == (("hall",), ("main", "back"))


@pytest.mark.parametrize("seed", range(8))
def test_no_split_of_persons_who_start_apart_beats_the_floor_and_the_best_meets_it(seed):
    random = np.random.default_rng(seed)
    arrivals = random.uniform(0, 12, (8, 2))
    arrivals[random.random(8) < 0.2, 1] = math.inf
    pps = random.uniform(0.3, 1.5, 2)
    splits = (np.array(one) for one in itertools.product((0, 1), repeat=8))
    least = min(
        max(
            theory.last_passage_s(arrivals[split == e, e], pps[e])
            for e in (0, 1)
        )
        for split in splits
        if np.isfinite(arrivals[np.arange(8), split]).all()
    )  # fmt: skip
    assert theory.least_through_s(arrivals, list(pps)) == exactly(least)


def test_the_floor_sees_the_door_of_a_class_and_the_foot_of_a_stair():
    building = Building(
        (
            Space("class", area_m2=60.0), Space("corridor", "corridor", area_m2=100.0),
            Space("stair", "stair", area_m2=10.0, length_m=8.0, enters_pps=0.4), Space("street", "outside"),
        ),
        (
            Door("class door", ("class", "corridor"), 1.0, at=(0, 0), level=3, specific_flow=0.8, boundary_m=0),
            Door("foot", ("corridor", "stair"), 2.0, at=(20, 0), level=3),
            Door("exit", ("stair", "street"), 2.0, at=(20, 0), level=0),
        ),
    )  # fmt: skip
    group = Group("class", "class", people(30), delay=Deterministic(5.0))
    inputs = EgressInputs(building, (group,))
    floor = theory.quickest_flow(inputs, draw(inputs, Streams(1, 0)))
    assert floor.last_s == exactly(5 + 20 + 29 / 0.4 + 8)
    assert floor.doors == ("foot",)
    unheld = EgressInputs(
        Building((*building.spaces[:2], Space("stair", "stair", area_m2=10.0, length_m=8.0), building.spaces[3]),
                 building.doors),
        (group,),
    )  # fmt: skip
    floor = theory.quickest_flow(unheld, draw(unheld, Streams(1, 0)))
    assert floor.last_s == exactly(5 + 29 / 0.8 + 28)
    assert (floor.spaces, floor.doors) == (("class",), ("class door",))


def test_the_floor_counts_neither_rescuers_nor_those_left_behind():
    building = hall(exit_door("main", 10.0, 1.0))
    rescuers = Group("rescuers", "street", people(50), route=Into("hall"))
    behind = People("unnoticed", 4, Deterministic(1.0), left_behind=1.0)
    group = Group("all", "hall", (*people(3), behind), at=(0.0, 0.0))
    inputs = EgressInputs(building, (rescuers, group))
    assert theory.quickest_flow(inputs, draw(inputs, Streams(1, 0))).last_s == exactly(12.0)
    nobody = EgressInputs(building, (rescuers,))
    assert theory.quickest_flow(nobody, draw(nobody, Streams(1, 0))).last_s == -math.inf


def test_free_arrivals_take_the_quickest_way_not_the_shortest():
    building = Building(
        (
            Space("loft", area_m2=50.0), Space("stair", "stair", area_m2=9.0, length_m=10.0),
            Space("ramp", "corridor", area_m2=60.0), Space("street", "outside"),
        ),
        (
            Door("up", ("loft", "stair"), 1.0, at=(0, 0), level=3), Door("down", ("stair", "street"), 1.0, level=0),
            Door("out", ("loft", "ramp"), 1.0, at=(0, 0), level=3), Door("end", ("ramp", "street"), 1.0, at=(15, 0)),
        ),
    )  # fmt: skip
    slow_on_stairs = People("people", 1, Deterministic(1.0), down=Deterministic(0.2))
    inputs = EgressInputs(building, (Group("all", "loft", (slow_on_stairs,)),))
    draws = draw(inputs, Streams(1, 0))
    arrivals = theory.free_arrivals_s(inputs, draws)
    assert arrivals[0, building.exits] == pytest.approx([50.0, 15.0])
    assert theory.quickest_flow(inputs, draws).last_s == exactly(15.0)


# Whole groups


def random_classes(seed: int, groups: int, exits: int):
    random = np.random.default_rng(seed)
    sizes, start = random.choice([27, 32, 37], groups), random.uniform(3, 59, groups)
    metres, pps = random.uniform(5, 60, (groups, exits)), random.uniform(0.8, 2.0, exits)
    arrivals = [[np.full(sizes[g], start[g] + metres[g, e] / 0.85) for e in range(exits)] for g in range(groups)]
    return arrivals, pps.tolist(), metres


@pytest.mark.parametrize("gap_s", [0.0, 4.0])
@pytest.mark.parametrize(("groups", "exits"), [(1, 3), (5, 2), (6, 3), (9, 2)])
@pytest.mark.parametrize("seed", range(3))
def test_branch_and_bound_finds_the_best_of_all_assignments(seed, groups, exits, gap_s):
    arrivals, pps, metres = random_classes(seed, groups, exits)

    def cost(one):
        return theory.assigned_s(one, arrivals, pps, gap_s=gap_s)

    best = theory.best_groups(arrivals, pps, gap_s=gap_s)
    assert best.proved
    assert best.last_s == cost(best.exits) == min(map(cost, itertools.product(range(exits), repeat=groups)))
    assert theory.search_assignment(cost, groups, exits).last_s == best.last_s
    persons = np.concatenate([np.column_stack(one) for one in arrivals])
    assert theory.least_through_s(persons, pps) <= best.last_s <= cost(theory.nearest_exits(metres))


def test_twelve_classes_and_three_exits_are_solved_and_the_search_says_when_it_stopped_short():
    arrivals, pps, metres = random_classes(7, 12, 3)
    best = theory.best_groups(arrivals, pps)
    assert best.proved
    short = theory.best_groups(arrivals, pps, most_steps=5)
    assert not short.proved
    assert short.method == "local search"
    nearest = theory.nearest_exits(metres)
    searched = theory.search_assignment(lambda one: theory.assigned_s(one, arrivals, pps), 12, 3, starts=[nearest])
    assert searched.method == "local search"
    for found in (short, searched):
        assert best.last_s <= found.last_s == theory.assigned_s(found.exits, arrivals, pps)
    assert searched.last_s <= theory.assigned_s(nearest, arrivals, pps)


def test_a_local_search_ends_where_no_move_and_no_swap_is_better():
    random = np.random.default_rng(3)
    costs = {}

    def cost(one):
        return costs.setdefault(one, float(random.random()))

    found = theory.search_assignment(cost, 6, 3, most=10)
    for g, e in itertools.product(range(6), range(3)):
        assert cost((*found.exits[:g], e, *found.exits[g + 1 :])) >= found.last_s


def test_nearest_exits_are_by_metres_the_first_of_equal_ones():
    assert theory.nearest_exits([[3.0, 2.0], [5.0, 5.0], [1.0, 9.0]]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: Exit(-1.0, 1.0), "walk_s is -1"),
        (lambda: Exit(1.0, 0.0), "pps is 0"),
        (lambda: theory.split_s((1,), (MAIN, BACK)), "1 numbers for 2 exits"),
        (lambda: theory.split_s((1, -1), (MAIN, BACK)), "whole number, 0 or more"),
        (lambda: theory.least_s(3, ()), "no exit; accepted is one at least"),
        (lambda: theory.continuous_s(3, ()), "no exit"),
        (lambda: theory.equilibria([(1, 2)] * 20, 2.0), "100,000 at most"),
        (lambda: theory.static_costs_s([(1, 2)], 2.0, (0, 0)), "2 for 1 agents"),
        (lambda: theory.assigned_s((0,), [[[0.0]]], (1.0, 1.0)), "1 lists for 2 exits"),
        (lambda: theory.assigned_s((0, 0), [[[0.0]]], (1.0,)), "2 for 1 groups"),
        (lambda: theory.least_through_s(np.array([[math.inf, math.inf]]), [1.0, 1.0]), "can come to none"),
    ],
)
def test_what_has_no_answer_is_refused(ask, said):
    with pytest.raises(InputsError, match=said):
        ask()


@pytest.mark.parametrize("seed", range(5))
def test_a_floor_asked_for_above_another_is_the_greater_of_both(seed):
    random = np.random.default_rng(seed)
    out = random.uniform(3, 59, 40)[:, None] + random.uniform(5, 60, (40, 3))
    pps = [0.9, 1.2, 0.7]
    least = theory.least_through_s(out, pps)
    assert theory.least_through_s(out, pps, above_s=least - 5) == exactly(least)
    assert theory.least_through_s(out, pps, above_s=least + 5) == least + 5
    assert theory.least_through_s(out, pps, [2.0, 2.0, 2.0]) == exactly(least + 2.0)
    assert theory.least_through_s(out[:, :1], pps[:1]) == exactly(theory.last_passage_s(out[:, 0], 0.9))
    slower = Uniform(0.0, 3.0).draw(random, out.size).reshape(out.shape)
    assert theory.least_through_s(out + slower, pps) >= least
