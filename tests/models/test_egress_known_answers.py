"""People, doors, stairs and chains: the egress machine against the known answers, on both engines.

**Verified** is that the machine computes what its card says: closed forms to 1e-9, printed numbers to their digits,
drawn quantities to 4 standard errors. **Compared** are qualitative criteria of test suites (IMO, RiMEA, NIST, ISO) and
one band of two drills (E90, in ``test_egress_known_answers_plans``). **Validated** is nothing: the flow of a door, the
paces and the times before walking are inputs, never predictions; a test that "the flow does not exceed 1.33" shows that
an input is kept. Times are first at once; service-first figures are these + 1 / C.

Not simulated, as the machine has no such thing, or nothing runs there:

- E03b: the cap of a stair's speed holds from 0.54 persons/m2 on in the machine, below it everybody keeps their own pace
  (without this E03 would fail). Here the cap is put into the pace that is given.
- E07, E21, E24, E34, E60-E65, E70-E76, E80-E83 are arithmetic: see the tests of theory. E08: what smoke does to a pace
  is computed before the run and given as the pace.
- E26 at 6 persons/m2: space for them is given, and the machine's least pace of 0.10 m/s holds where the law says 0.
- E55: nobody has a body, so that a slow person holds nobody back on a corridor; only their own way is longer.

Context only, and so no tests: the results of other programs in E33, E44 and section 13.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from egress_answers import corridor, door, exactly, flight, hall, into, joins_s, people, rounds_to

from resilience_sim.models.contract import ENGINES, engine
from resilience_sim.models.egress import (
    Building,
    Closing,
    Crowd,
    Door,
    EgressInputs,
    Fixed,
    Group,
    Into,
    Space,
    draw,
    flow_pps,
    theory,
)
from resilience_sim.models.egress.measures import measures
from resilience_sim.models.egress.theory import Stage
from resilience_sim.randomness import Deterministic, Streams, Triangular, Uniform

FREE = theory.free_speed()
STEP_K = theory.stair_k(0.180, 0.280)
STEP_SPEED = theory.free_speed(STEP_K)
IMO_DOOR = flow_pps(1.0, 1.33)


@pytest.fixture(params=ENGINES)
def run(request):
    simulate = engine(request.param, of="egress").simulate

    def play(building: Building, *groups: Group, start_s=None, trace: bool = False, **more):
        inputs = EgressInputs(building, groups, **more)
        draws = draw(inputs, Streams(2026, 0))
        if start_s is not None:
            draws = dataclasses.replace(draws, start_s=np.asarray(start_s, dtype=float))
        return simulate(inputs, draws, trace=trace)

    return play


# One person


@pytest.mark.parametrize(("pace", "seconds"), [(1.0, 40.0), (1.33, 40 / 1.33)], ids=["E01 IMO 1", "E04 RiMEA 1"])
def test_e01_e04_a_corridor_published_by_imo_and_rimea(run, pace, seconds):
    path = run(corridor(40.0, area_m2=80.0), Group("one", "hall", (people(1, pace),), at=(0.0, 0.0)))
    assert path.out_s[0] == exactly(seconds)
    if pace == 1.33:
        rounds_to(path.out_s[0], "30.075")
        assert 26 <= path.out_s[0] <= 34


@pytest.mark.parametrize(
    ("metres", "pace", "seconds"),
    [
        (10.0, 1.0, "10"),  # E02, E03: IMO 2 and 3
        (10.0, STEP_SPEED, "10.844820"),  # E03b, E22
        (10.0, 0.675, "14.8148"),  # E05: RiMEA 2 and 3, any speed
        (100.0, 1.0, "100"),  # E06: NIST 2.2
    ],
)
@pytest.mark.parametrize("way", ["up", "down"])
def test_e02_e03_e05_e06_e22_a_stair_published_by_imo_rimea_and_nist(run, way, metres, pace, seconds):
    building = flight(metres, 1.0, area_m2=2 * metres, level=3.0 if way == "down" else -3.0)
    path = run(building, Group("one", "lobby", (people(1, 1.4, **{way: pace}),)))
    assert path.out_s[0] == exactly(metres / pace)
    rounds_to(path.out_s[0], seconds)


def test_e08_a_hundred_metres_of_smoke_published_by_jupedsim(run):
    pace = 1.25 * theory.visibility_factor(1.0, 1.25)
    path = run(corridor(100.0, area_m2=200.0), Group("one", "hall", (people(1, pace),), at=(0.0, 0.0)))
    assert path.out_s[0] == exactly(160.0)


# One door


@pytest.mark.parametrize(
    ("persons", "width_m", "specific", "boundary", "first", "service"),
    [
        (100, 1.0, 1.33, 0.15, "106.337272", "107.411386"),  # E10, IMO 4
        (50, 0.6, 1.3, 0.0, "62.820513", "64.102564"),  # E11
        (1, 1.0, 1.33, 0.15, "0", "1.074114"),  # E12
        (10, 1.0, 1.33, 0.15, "9.667025", "10.741139"),
        (1, 2.0, 1.33, 0.15, "0", "0.442282"),
        (10, 2.0, 1.33, 0.15, "3.980540", "4.422822"),
        (100, 2.0, 1.33, 0.15, "43.785935", "44.228218"),
        (1, 3.0, 1.33, 0.15, "0", "0.278474"),
        (10, 3.0, 1.33, 0.15, "2.506266", "2.784740"),
        (100, 3.0, 1.33, 0.15, "27.568922", "27.847396"),
        (1, 1.0, 1.33, 0.0, "0", "0.751880"),
        (10, 1.0, 1.33, 0.0, "6.766917", "7.518797"),
        (100, 1.0, 1.33, 0.0, "74.436090", "75.187970"),
        (100, 1.0, 50 / 60, 0.0, "118.8", "120.0"),  # E18
    ],
)
def test_e10_e11_e12_e18_a_room_and_a_door_published_by_imo_and_jupedsim_network(
    run, persons, width_m, specific, boundary, first, service
):
    exit_ = Door("exit", ("hall", "street"), width_m, specific_flow=specific, boundary_m=boundary)
    building, group = hall(exit_, area_m2=40.0), Group("all", "hall", (people(persons),))
    path = run(building, group)
    assert path.out_s.max() == pytest.approx((persons - 1) / exit_.pps, rel=1e-9)
    rounds_to(path.out_s.max(), first)
    rounds_to(measures(EgressInputs(building, (group,)), path)["service_first_s"], service)


def test_e10b_mean_flow_of_imo_4_shows_that_an_input_is_kept(run):
    path = run(hall(door("exit", "hall", "street", IMO_DOOR), area_m2=40.0), Group("all", "hall", (people(100),)))
    assert 100 / path.out_s.max() <= 1.33
    assert 99 / (path.out_s.max() - path.out_s.min()) == exactly(0.931)


@pytest.mark.parametrize(("delay_s", "first"), [(0, "106.337272"), (30, "136.337272"), (120, "226.337272")])
def test_e13_a_fixed_delay_computed(run, delay_s, first):
    group = Group("all", "hall", (people(100),), delay=Deterministic(float(delay_s)))
    path = run(hall(door("exit", "hall", "street", IMO_DOOR), area_m2=40.0), group)
    rounds_to(path.out_s.max(), first)
    assert path.out_s.max() == exactly(delay_s + 99 / IMO_DOOR)


def test_e14_imo_5_and_rimea_5_each_starts_at_its_delay(run):
    groups = [Group(f"{k}", "hall", (people(1),), delay=Deterministic(10.0 * k)) for k in range(1, 11)]
    path = run(hall(door("exit", "hall", "street", IMO_DOOR), area_m2=40.0), *groups)
    assert path.start_s.tolist() == path.out_s.tolist() == [10.0 * k for k in range(1, 11)]
    assert path.longest_wait_s.max() == 0.0


@pytest.mark.parametrize(("middle", "last_s"), [(15, 107.8356736351), (30, 110.4081893755), (60, 128.0073461200)])
def test_e15_random_delays_fixed_draw_published_by_jupedsim_network(run, middle, last_s):
    delays = Triangular(0, middle, 2 * middle).draw(np.random.default_rng(0), 100)
    group = Group("all", "hall", (people(100),), together=False)
    path = run(hall(door("exit", "hall", "street", IMO_DOOR), area_m2=40.0), group, start_s=delays)
    assert path.out_s.max() == exactly(last_s)
    assert path.out_s == pytest.approx(theory.passages_s(delays, IMO_DOOR), rel=1e-9)


CORNERS = ((0.0, 0.0), (30.0, 0.0), (0.0, 20.0), (30.0, 20.0))  # where the doors are, and those who use them start


@pytest.mark.parametrize(("pps", "first"), [(IMO_DOOR, "267.454350"), (1.33, "187.218045")])
def test_e19_rimea_9_four_doors_computed_and_twice_the_time_with_two_locked(run, pps, first):
    exits = [
        Door(f"door {k}", ("hall", "street"), 1.0, at, specific_flow=pps, boundary_m=0.0)
        for k, at in enumerate(CORNERS, start=1)
    ]
    building = hall(*exits, area_m2=600.0)
    groups = [
        Group(f"at {k}", "hall", (people(250, 1.33),), route=Fixed(f"door {k}"), at=at)
        for k, at in enumerate(CORNERS, start=1)
    ]
    path = run(building, *groups)
    rounds_to(path.out_s.max(), first)
    assert path.out_s.max() == exactly(249 / pps)
    locked = run(building, *groups, closings=[Closing(f"door {k}", Deterministic(0.0)) for k in (1, 2)])
    sides = [into(building, f"door {k}", "street") for k in (1, 2, 3, 4)]
    assert locked.count[sides].tolist() == [0, 0, 500, 500]
    assert locked.out_s.max() == exactly(499 / pps)
    assert 1.6 <= locked.out_s.max() / path.out_s.max() <= 2.4  # JuPedSim's rule; RiMEA: not an exclusion criterion


# Density and stairs


def test_e20_two_hundred_in_a_hundred_m2_published_by_evacuationz(run):
    building = corridor(20.0, 1e9, area_m2=100.0)
    path = run(building, Group("all", "hall", (people(200, 1.4),), at=(0.0, 0.0)), trace=True)
    arrivals = joins_s(path, building.exits[0], range(200))
    assert arrivals == pytest.approx(20 / (1.4 * 0.468), rel=1e-9)
    rounds_to(path.first_s[building.exits[0]], "30.525031")


@pytest.mark.parametrize(
    ("metres", "width_m", "printed"),
    [
        (10.0, 1.0, "10.8448 23.5495 150.5967 1421.0679"),
        (200.0, 1.0, "216.8964 229.6011 356.6482 1627.1194"),
        (200.0, 5.0, "216.8964 218.7886 237.7105 426.9296"),
    ],
)
def test_e23_a_stair_published_by_jupedsim_network(run, metres, width_m, printed):
    pps = flow_pps(width_m, theory.greatest_flow(STEP_K))
    for persons, text in zip((1, 10, 100, 1000), printed.split(), strict=True):
        group = Group("all", "lobby", (people(persons, down=STEP_SPEED),))
        fixed = flight(metres, pps, area_m2=metres * width_m, crowd=None)
        last_s = run(fixed, group).out_s.max()
        assert last_s == exactly(metres / STEP_SPEED + (persons - 1) / pps)
        rounds_to(last_s, text)
        slowed = run(flight(metres, pps, area_m2=metres * width_m, crowd=Crowd(STEP_K)), group).out_s.max()
        if persons <= 0.54 * metres * width_m:
            assert slowed == exactly(last_s)
        else:
            assert slowed >= last_s * (1 - 1e-9), "walkers who slow each other are no faster"


def test_e25_sfpe_engineering_guide_example_1_computed(run):
    length_m, speed = 50.1 * 0.3048, theory.free_speed(theory.stair_k(7.0, 11.0))
    pps = flow_pps(32 * 0.0254, 1.33)
    spaces, doors, groups = [Space("floor"), Space("street", "outside")], [], []
    for name in ("west", "east"):
        spaces.append(Space(f"{name} stair", "stair", length_m=length_m, area_m2=length_m * 44 * 0.0254, crowd=None))
        doors.append(door(f"{name} door", "floor", f"{name} stair", pps, level=3.0))
        doors.append(door(name, f"{name} stair", "street", pps))
        groups.append(Group(name, "floor", (people(150, down=speed),), route=Fixed(name)))
    path = run(Building(tuple(spaces), tuple(doors)), *groups)
    assert path.out_s.max() == exactly(149 / pps + length_m / speed)
    rounds_to(path.out_s.max(), "234.9441")
    rounds_to(path.out_s.max() + 1 / pps, "236.4103")
    assert path.out_s.max() == pytest.approx(234.95, abs=0.05)  # published, jupedsim-network


def test_e26_rimea_4_and_imo_12_speed_falls_with_density(run):
    densities = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    speeds = []
    for density in densities:
        building = corridor(1000.0, 1e9, area_m2=20.0, holds=200)
        path = run(building, Group("all", "hall", (people(round(20 * density), 1.4),), at=(0.0, 0.0)))
        speeds.append(1000 / path.first_s[building.exits[0]])
    assert speeds[:4] == pytest.approx([1.4, *(theory.crowd_speed(d) for d in densities[1:4])], rel=1e-9)
    assert (np.diff(speeds[:5]) < 0).all()
    assert speeds[4:] == pytest.approx([Crowd().least_mps] * 3, rel=1e-9)
    assert 3.0 * speeds[3] < 2.0 * speeds[2]  # IMO 12


# Chains


def imo_11(exit_pps: float, stair_pps: float, **stair) -> Building:
    return Building(
        (
            Space("room"), Space("corridor", "corridor", crowd=None),
            Space("stair", "stair", length_m=2.0, crowd=None, **stair), Space("deck", "outside"),
        ),
        (
            door("exit", "room", "corridor", exit_pps), door("foot", "corridor", "stair", stair_pps, x=12.0),
            door("head", "stair", "deck", 1e9, level=2.0),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("exit_pps", "stair_pps", "arrive", "last", "waiting"),
    [
        (flow_pps(2.0), 1.01 * (2.0 - 0.3), "10.009142 77.429956", "96.788408", 34),
        (2.6, 1.76, "10.009142 67.316834", "94.668233", 49),
    ],
    ids=["variant A", "variant B"],
)
@pytest.mark.parametrize("held_by", ["the door at its foot", "what it takes in"])
def test_e30_imo_11_queues_at_the_exit_and_at_the_stair_computed(
    run, exit_pps, stair_pps, arrive, last, waiting, held_by
):
    if held_by == "the door at its foot":
        building = imo_11(exit_pps, stair_pps)
    else:
        building = imo_11(exit_pps, 1e9, enters_pps=stair_pps)
    path = run(building, Group("all", "room", (people(150, FREE),)), trace=True)
    exit_, foot = into(building, "exit", "corridor"), into(building, "foot", "stair")
    arrivals = joins_s(path, foot, range(150))
    rounds_to(arrivals[[0, -1]], arrive)
    rounds_to(path.last_s[foot], last)
    room, stair = theory.through(np.zeros(150), [Stage(exit_pps), Stage(stair_pps, 12 / FREE)])
    assert path.last_s[foot] == exactly(stair.last_s)
    assert path.longest_queue[[exit_, foot]].tolist() == [room.longest_queue, stair.longest_queue] == [149, waiting]
    assert path.longest_wait_s[foot] == exactly(stair.longest_wait_s)
    assert np.diff(arrivals) == pytest.approx(1 / exit_pps, rel=1e-6), "steady flow in the corridor"


def test_e31_rimea_12_jam_in_the_first_room_only_computed(run):
    building = Building(
        (Space("first"), Space("corridor", "corridor", crowd=None), Space("street", "outside")),
        (door("first door", "first", "corridor", IMO_DOOR), door("exit", "corridor", "street", IMO_DOOR, x=10.0)),
    )
    path = run(building, Group("all", "first", (people(150, FREE),)))
    first, last = into(building, "first door", "corridor"), into(building, "exit", "street")
    assert path.out_s.max() == exactly(149 / IMO_DOOR + 10 / FREE)
    rounds_to(path.out_s.max(), "168.383916")
    assert path.longest_wait_s[last] < 1e-9
    assert path.longest_wait_s[first] == exactly(149 / IMO_DOOR)
    flows = [149 / (path.last_s[side] - path.first_s[side]) for side in (first, last)]
    assert flows[0] >= flows[1] - 0.05


def test_e32_rimea_13_jam_at_the_foot_of_the_stair(run):
    building = imo_11(flow_pps(2.0), 0.88 * 1.7)
    paces = people(150, Uniform(1.0, 1.6), up=Uniform(0.55, 0.80))
    path = run(building, Group("all", "room", (paces,), together=False))
    exit_, foot, head = (into(building, *one) for one in (("exit", "corridor"), ("foot", "stair"), ("head", "deck")))
    flows = {side: 149 / (path.last_s[side] - path.first_s[side]) for side in (exit_, foot)}
    assert flows[foot] < flows[exit_]
    assert path.longest_queue[foot] > 20
    assert path.longest_queue[head] == 0


def test_e33_imo_8_and_nist_2_8_who_meets_more_people_takes_longer(run):
    building = Building(
        (
            Space("left", area_m2=100.0), Space("corridor", "corridor", area_m2=20.0, length_m=10.0),
            Space("right", area_m2=100.0), Space("deck", "outside"),
        ),
        (
            Door("left door", ("left", "corridor"), 2.0, opposed=0.5),
            Door("right door", ("corridor", "right"), 2.0, opposed=0.5), Door("exit", ("right", "deck"), 1.0),
        ),
    )  # fmt: skip
    lasts = []
    for others in (0, 10, 50, 100):
        going = Group("going", "left", (people(100, 1.3),), route=Into("right"), together=False)
        coming = Group("coming", "right", (people(others, 1.3),), route=Into("left"), together=False)
        path = run(building, going, coming)
        assert np.isfinite(path.out_s).all()
        lasts.append(path.out_s[:100].max())
    assert (np.diff(lasts) > 0).all(), lasts
