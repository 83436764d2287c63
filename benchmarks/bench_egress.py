"""How fast the egress machine is, on one core.

``python -m benchmarks.bench_egress`` prints the time of one evacuation, draws included, of a ten-storey building with
600 people and of a hall with 1,000 people and four doors, against the SimPy reference engine (same path) and, where it
is installed, against jupedsim-network, the published hydraulic network model with time steps; then how the time grows
with the number of persons. A ratio is printed only after the models compared agree.
"""

from __future__ import annotations

import importlib
import math
import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from resilience_sim.models.contract import assert_same_path
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
    reference,
)
from resilience_sim.randomness import Deterministic, Law, LogNormal, Streams, Truncated

STOREYS, PER_STOREY, AREA_M2, HEIGHT_M = 10, 60, 400.0, 3.0
STAIRS, DOOR_M, WALK_M, FLIGHT_M, FLIGHT_WIDTH_M = 2, 0.9, 25.0, 9.0, 1.2
STAIR_K, STAIR_FLOW, LEVEL_FLOW = 51.8 * math.sqrt(0.28 / 0.18) / 60, 1.012, 1.3
SPEED_MPS = 1.2
PRE_MEAN_S, PRE_SD_S, PRE_MOST_S = 120.0, 60.0, 600.0
ROUNDS = 9


def pre_movement() -> Law:
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


def last_out_s(simulate: Callable[..., Any], inputs: EgressInputs, replication: int) -> float:
    return float(simulate(inputs, draw(inputs, Streams(1, replication))).out_s.max())


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


# -- the comparison ----------------------------------------------------------------------------------------------------


def timed(run: Callable[[], float], times: int) -> tuple[float, float]:
    """Processor seconds of one run, of so many, and the answer of the last."""
    answer, start = math.nan, time.process_time()
    for _ in range(times):
        answer = run()
    return (time.process_time() - start) / times, answer


def compare(title: str, inputs: EgressInputs, theirs: Any, agree: float) -> None:
    """Alternate between the models, so that a busy machine slows all; medians over rounds of processor time."""
    draws = draw(inputs, Streams(1, 0))
    assert_same_path(kernel.simulate(inputs, draws), reference.simulate(inputs, draws))
    fast, slow, peer, ours, others = [], [], [], [], []
    for k in range(ROUNDS):
        seconds, answer = timed(partial(last_out_s, kernel.simulate, inputs, k), 50)
        fast.append(seconds)
        ours.append(answer)
        slow.append(timed(partial(last_out_s, reference.simulate, inputs, k), 1)[0])
        if theirs is not None:
            seconds, answer = timed(lambda k=k: theirs.run(seed=k, record=False).evacuation_time, 1)
            peer.append(seconds)
            others.append(answer)
    print(
        f"{title}: {1e3 * np.median(fast):.2f} ms, last out {np.median(ours):.1f} s (median of {ROUNDS}); SimPy "
        f"reference, same path: {np.median(slow) / np.median(fast):.0f} x"
    )
    if theirs is not None:
        gap = abs(np.median(others) / np.median(ours) - 1)
        assert gap <= agree, f"jupedsim-network: {np.median(others):.1f} s against {np.median(ours):.1f} s"
        print(
            f"  jupedsim-network: {np.median(peer) / np.median(fast):.0f} x, last out {np.median(others):.1f} s "
            f"({100 * gap:.1f} % apart)"
        )


def scaling() -> None:
    for title, make, sizes in (
        ("four doors", four_doors, (1_000, 10_000, 100_000)),
        ("ten storeys", lambda n: ten_storeys(n // STOREYS), (1_000, 10_000, 100_000)),
    ):
        for persons in sizes:
            inputs = make(persons)
            last_out_s(kernel.simulate, inputs, 0)
            rounds = [timed(partial(last_out_s, kernel.simulate, inputs, k), 1)[0] for k in range(3)]
            passages = int(kernel.simulate(inputs, draw(inputs, Streams(1, 0))).count.sum())
            print(
                f"{title}, {persons:,} persons: {1e3 * np.median(rounds):.1f} ms, {passages:,} passages, "
                f"{1e9 * np.median(rounds) / passages:.0f} ns each"
            )


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    try:
        peer = importlib.import_module("jupedsim_network")
    except ImportError:
        peer = None
        print("jupedsim-network is not installed: pip install '.[benchmark]'")
    compare("ten storeys, 600 people", ten_storeys(), peer and peer_ten_storeys(peer), agree=0.15)
    compare("1,000 people, four doors", four_doors(), peer and peer_four_doors(peer), agree=0.01)
    scaling()


if __name__ == "__main__":
    main()
