"""How fast the egress machine is, on one core, draws included.

Ten storeys with 600 people and a hall with 1,000 people and four doors, against the SimPy reference engine and
jupedsim-network, the published hydraulic network model, which steps through time; the ten storeys against C++ too; and
a hundred people before one door against jupedsim, which moves bodies in the plane, a hundredth of a second at a time.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import (
    Answers,
    Comparison,
    Entrant,
    Run,
    agree_in_mean,
    compare,
    compiled_by_cpp,
    replications,
    run_by_cpp,
    timed,
    twin,
)
from resilience_sim.models.egress import (
    Building,
    Crowd,
    Door,
    EgressInputs,
    Fixed,
    Group,
    People,
    Space,
    draw,
    flow_pps,
    kernel,
)
from resilience_sim.models.egress import Path as Played
from resilience_sim.randomness import Deterministic, LogNormal, Streams, Truncated

ENTITIES, SIZES = "persons", (1_000, 10_000, 100_000)
STOREYS, PER_STOREY, AREA_M2, HEIGHT_M = 10, 60, 400.0, 3.0
STAIRS, DOOR_M, WALK_M, FLIGHT_M, FLIGHT_WIDTH_M = 2, 0.9, 25.0, 9.0, 1.2
STAIR_K, STAIR_FLOW, LEVEL_FLOW = 51.8 * math.sqrt(0.28 / 0.18) / 60, 1.012, 1.3
SPEED_MPS = 1.2
PRE_MEAN_S, PRE_SD_S, PRE_MOST_S = 120.0, 60.0, 600.0
ROUNDS, TIMES = 9, 50  # rounds, and runs of the kernel in each
SLOW, BODIES = 3, 100  # rounds of jupedsim, and its people


def pre_movement() -> Truncated:
    sigma = math.sqrt(math.log(1 + (PRE_SD_S / PRE_MEAN_S) ** 2))
    return Truncated(LogNormal.from_mean(PRE_MEAN_S, sigma), 0.0, PRE_MOST_S)


def ten_storeys(per_storey: int = PER_STOREY) -> EgressInputs:
    """Two stairs, at whose heads on each storey those from above and those from the storey take turns."""
    spaces, doors, groups = [Space("street", "outside")], [], []
    crowd = Crowd(k_mps=STAIR_K)
    area_m2, enters_pps = FLIGHT_M * FLIGHT_WIDTH_M, flow_pps(FLIGHT_WIDTH_M, STAIR_FLOW)
    for k in range(STOREYS):
        level = HEIGHT_M * (k + 1)
        spaces.append(Space(f"floor {k}", area_m2=max(AREA_M2, per_storey / 2)))
        for stair, x in enumerate((-WALK_M, WALK_M)):
            flight, below = f"flight {k}/{stair}", f"flight {k - 1}/{stair}" if k else "street"
            spaces.append(
                Space(flight, "stair", area_m2=area_m2, length_m=FLIGHT_M, enters_pps=enters_pps, crowd=crowd)
            )
            doors.append(Door(f"door {k}/{stair}", (f"floor {k}", flight), DOOR_M, (x, 0.0), level))
            doors.append(Door(f"foot {k}/{stair}", (flight, below), FLIGHT_WIDTH_M, (x, 0.0), level - HEIGHT_M))
        for stair in range(STAIRS):
            people = People("people", per_storey // STAIRS, Deterministic(SPEED_MPS))
            name, route = f"storey {k}/{stair}", Fixed(f"foot 0/{stair}")
            groups.append(
                Group(name, f"floor {k}", (people,), route=route, at=(0.0, 0.0), together=False, each=pre_movement())
            )
    return EgressInputs(Building(tuple(spaces), tuple(doors)), tuple(groups))


def four_doors(persons: int = 1000) -> EgressInputs:
    """RiMEA 9: a hall of 30 x 20 m, a quarter of the people before each door."""
    doors = tuple(Door(f"door {k}", ("hall", "street"), 1.0) for k in range(4))
    building = Building((Space("hall", area_m2=max(600.0, persons / 2)), Space("street", "outside")), doors)
    people = (People("people", persons // 4, Deterministic(SPEED_MPS)),)
    groups = tuple(Group(f"group {k}", "hall", people, route=Fixed(f"door {k}"), together=False) for k in range(4))
    return EgressInputs(building, groups)


def one_door(persons: int, pps: float) -> EgressInputs:
    """A hall of 7.5 x 20 m, and a door of 1 m that is told its flow."""
    doors = (Door("door", ("hall", "street"), 1.0, specific_flow=pps, boundary_m=0.0),)
    building = Building((Space("hall", area_m2=150.0), Space("street", "outside")), doors)
    people = (People("people", persons, Deterministic(SPEED_MPS)),)
    return EgressInputs(building, (Group("group", "hall", people, route=Fixed("door"), together=False),))


# -- the published network model ---------------------------------------------------------------------------------------


def peer_ten_storeys(peer: Any) -> Any:
    net = peer.Network()
    for k in range(STOREYS):
        net.add_room(f"floor {k}", area=AREA_M2)
        for stair in range(STAIRS):
            area = FLIGHT_M * FLIGHT_WIDTH_M
            net.add_stair(f"flight {k}/{stair}", area=area, riser=0.18, tread=0.28)
    for stair in range(STAIRS):
        net.add_safe(f"street {stair}")
    populations = []
    for k in range(STOREYS):
        for stair in range(STAIRS):
            flight, below = f"flight {k}/{stair}", f"flight {k - 1}/{stair}" if k else f"street {stair}"
            net.connect(f"floor {k}", flight, width=DOOR_M, length=WALK_M, bidirectional=False)
            net.connect(flight, below, width=FLIGHT_WIDTH_M, kind="stair", length=FLIGHT_M, bidirectional=False)
            delay = peer.LogNormal(PRE_MEAN_S, PRE_SD_S, upper=PRE_MOST_S)
            populations.append(
                peer.Population(
                    f"floor {k}", PER_STOREY // STAIRS, speed=SPEED_MPS, pre_movement=delay, target=f"street {stair}"
                )
            )
    return peer.NetworkSimulation(net, populations)


def peer_four_doors(peer: Any) -> Any:
    net = peer.Network()
    net.add_room("hall", area=600.0)
    populations = []
    for k in range(4):
        net.add_safe(f"street {k}")
        net.connect("hall", f"street {k}", width=1.0, bidirectional=False)
        populations.append(peer.Population("hall", 250, speed=SPEED_MPS, target=f"street {k}"))
    return peer.NetworkSimulation(net, populations)


def jupedsim_last_out_s(peer: Any, persons: int, seed: int) -> float:
    """The same hall, in the plane."""
    shapely = importlib.import_module("shapely")
    hall, way = shapely.box(0, 0, 7.5, 20), shapely.box(3.25, -3, 4.25, 0)
    simulation = peer.Simulation(model=peer.CollisionFreeSpeedModel(), geometry=hall.union(way), dt=0.01)
    out = simulation.add_exit_stage(shapely.box(3.25, -3, 4.25, -2))
    journey = simulation.add_journey(peer.JourneyDescription([out]))
    places = peer.distribute_by_number(
        polygon=hall, number_of_agents=persons, distance_to_agents=0.4, distance_to_polygon=0.2, seed=seed
    )
    for place in places:
        simulation.add_agent(
            peer.CollisionFreeSpeedModelAgentParameters(
                journey_id=journey, stage_id=out, position=place, desired_speed=SPEED_MPS, radius=0.15
            )
        )
    while simulation.agent_count() > 0:
        simulation.iterate()
    return float(simulation.elapsed_time())


# -- the comparison ----------------------------------------------------------------------------------------------------


def last_out_s(path: Played) -> float:
    return float(path.out_s.max())


def evacuations(inputs: EgressInputs) -> Run:
    return replications("egress", inputs, TIMES, last_out_s)


def one(work: Callable[[], float]) -> tuple[float, list[float]]:
    seconds, answer = timed(work)
    return seconds, [answer]


def cpp_run(program: Path, k: int) -> tuple[float, list[float]]:
    law = pre_movement().law
    seconds, rows = run_by_cpp(program, TIMES, k + 1, law.mu, law.sigma, PRE_MOST_S, STOREYS, PER_STOREY // STAIRS)
    return seconds, [last_s for (last_s,) in rows]


def near(share: float) -> Callable[[Answers, Answers], str]:
    """The medians of when the last are out agree to such a share."""

    def agrees(ours: Answers, theirs: Answers) -> str:
        gap = abs(np.median(theirs) / np.median(ours) - 1)
        assert gap <= share, f"last out {np.median(theirs):.1f} s against {np.median(ours):.1f} s"
        return f"last out {np.median(theirs):.1f} s against {np.median(ours):.1f} s"

    return agrees


def comparisons() -> Iterator[Comparison]:
    tower, hall = ten_storeys(), four_doors()
    of_tower, of_hall = [twin("egress", tower, asked=50)], [twin("egress", hall)]
    if importlib.util.find_spec("jupedsim_network"):
        peer = importlib.import_module("jupedsim_network")
        for others, theirs, share, asked in (
            (of_tower, peer_ten_storeys(peer), 0.15, 200),
            (of_hall, peer_four_doors(peer), 0.01, 300),
        ):
            others.append(
                Entrant(
                    "jupedsim-network",
                    lambda k, theirs=theirs: one(lambda: theirs.run(seed=k, record=False).evacuation_time),
                    near(share),
                    asked,
                )
            )
    with compiled_by_cpp(Path(__file__).with_suffix(".cpp")) as program:
        if program is not None:
            of_tower.append(Entrant("C++ -O3", lambda k: cpp_run(program, k), agree_in_mean("last out")))
        yield compare("egress", "600 people from ten storeys", evacuations(tower), of_tower, rounds=ROUNDS)
    yield compare("egress", "1,000 people through four doors", evacuations(hall), of_hall, rounds=ROUNDS)
    if importlib.util.find_spec("jupedsim"):
        plane = importlib.import_module("jupedsim")
        half = BODIES // 2
        flow_pps = half / (jupedsim_last_out_s(plane, BODIES, SLOW) - jupedsim_last_out_s(plane, half, SLOW))
        room = one_door(BODIES, flow_pps)
        bodies = Entrant(
            "jupedsim, bodies in the plane",
            lambda k: one(lambda: jupedsim_last_out_s(plane, BODIES, k)),
            near(0.15),
        )
        work = f"{BODIES} people, one door told the flow of jupedsim's"
        yield compare("egress", work, evacuations(room), [twin("egress", room), bodies], rounds=SLOW)


def of_size(persons: int) -> Callable[[int], object]:
    """Draws and run of a replication with so many persons in ten storeys."""
    inputs = ten_storeys(persons // STOREYS)
    return lambda replication: kernel.simulate(inputs, draw(inputs, Streams(1, replication)))
