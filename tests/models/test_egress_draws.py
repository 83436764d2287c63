"""The draws of an evacuation, against the card read person by person; and what is kept from one run to the next."""

from __future__ import annotations

import math

import numpy as np
import pytest
from egress_buildings import some_evacuation
from twins import assert_same_draws

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import assert_same_path, engine
from resilience_sim.models.egress import Building, Closing, Door, Draws, EgressInputs, Group, People, Space, draw
from resilience_sim.models.egress import plant as plants
from resilience_sim.randomness import Deterministic, Empirical, Exponential, Law, LogNormal, Never, Streams, Uniform

KERNEL, REFERENCE = engine("kernel", of="egress"), engine("reference", of="egress")


def drawn(law: Law, name: str, streams: Streams, size: int) -> list[float]:
    sure = isinstance(law, Deterministic | Never)
    return [law.mean] * size if sure else law.draw(streams.generator(name), size).tolist()


def person_by_person(inputs: EgressInputs, streams: Streams) -> Draws:
    alarm_s = 0.0
    for k, law in enumerate(inputs.alarm):
        alarm_s += drawn(law, f"egress/alarm/{k}", streams, 1)[0]
    start, level, down, up, reach, left = [], [], [], [], [], []
    for group in inputs.groups:
        (delay_s,) = drawn(group.delay, f"egress/{group.name}/delay", streams, 1)
        paces, stays, led, leads = [], [], 0, 0
        for people in group.people:
            who, n = f"egress/{group.name}/{people.name}", people.count
            on_level = drawn(people.level, f"{who}/level", streams, n)
            slopes = [
                on_level if law is None else drawn(law, f"{who}/{name}", streams, n)
                for name, law in (("down", people.down), ("up", people.up))
            ]
            each_s = [0.0] * n if group.together else drawn(group.each, f"{who}/each", streams, n)
            behind = [False] * n
            if people.left_behind:
                behind = (streams.generator(f"{who}/left_behind").random(n) < people.left_behind).tolist()
            if people.helped:
                needs = streams.generator(f"{who}/helped").random(n) < people.helped
                led += sum(need and not stay for need, stay in zip(needs, behind, strict=True))
            leads += people.leads * behind.count(False)
            paces += list(zip(on_level, *slopes, strict=True))
            stays += behind
            reach += drawn(group.reach, f"{who}/reach", streams, n)
            begins_s = (alarm_s if group.hears_alarm else 0.0) + delay_s
            start += [math.inf if stay else begins_s + own_s for stay, own_s in zip(behind, each_s, strict=True)]
        if group.together and not all(stays):
            trips = math.ceil(led / leads) if leads else 1
            walking = [pace for pace, stay in zip(paces, stays, strict=True) if not stay]
            slowest = tuple(min(slope) / max(1, 2 * trips - 1) for slope in zip(*walking, strict=True))
            paces = [slowest] * len(paces)
        left += stays
        for column, values in zip((level, down, up), zip(*paces, strict=True), strict=False):
            column += values
    closes_s = [drawn(one.at, f"egress/door/{one.door}/closes", streams, 1)[0] for one in inputs.closings]
    lasts_s = [drawn(one.lasts, f"egress/door/{one.door}/lasts", streams, 1)[0] for one in inputs.closings]
    return Draws(
        *(np.array(column, dtype=float) for column in (start, level, down, up, reach)),
        left_behind=np.array(left, dtype=bool),
        closes_s=np.array(closes_s, dtype=float),
        opens_s=np.array([at + lasts for at, lasts in zip(closes_s, lasts_s, strict=True)], dtype=float),
        alarm_s=alarm_s,
    )


@pytest.mark.parametrize("lattice", [None, 1.0])
def test_each_person_has_the_numbers_of_their_name(lattice):
    trips = behind = alarms = 0
    for case in range(150):
        inputs = some_evacuation(np.random.default_rng([case, 41]), lattice)
        for replication in range(2):  # the second time from what the first has left ready
            draws = draw(inputs, Streams(case, replication))
            assert_same_draws(draws, person_by_person(inputs, Streams(case, replication)))
            trips += any(people.helped > 0 for group in inputs.groups if group.together for people in group.people)
            behind += bool(draws.left_behind.any())
            alarms += draws.alarm_s > 0
    assert min(trips, behind, alarms) > 10, "the evacuations have lost their power"


def evacuation(**more) -> EgressInputs:
    spaces = (Space("hall", area_m2=400.0), Space("foyer", area_m2=50.0), Space("street", "outside"))
    doors = tuple(
        Door(name, between, 1.0, (x, 0.0))
        for name, between, x in (
            ("inner", ("hall", "foyer"), 9.0),
            ("front", ("foyer", "street"), 0.0),
            ("side", ("hall", "street"), 15.0),
            ("back", ("hall", "street"), 20.0),
        )
    )
    people = (People("guests", 20, LogNormal.from_median(1.0, 0.3), left_behind=0.1),)
    groups = tuple(
        Group(name, "hall", people, Exponential(9.0), at=(10.0, 0.0), together=together, each=Uniform(0.0, 5.0))
        for name, together in (("table", True), ("others", False))
    )
    closings = (Closing("side", Exponential(9.0), Exponential(5.0)), Closing("inner", Exponential(9.0)))
    return EgressInputs(Building(spaces, doors), groups, (Exponential(4.0),), **{"closings": closings, **more})


def test_what_is_done_with_draws_changes_no_other_draws():
    inputs, same = evacuation(), evacuation()
    draws = draw(inputs, Streams(1, 0))
    for column in (draws.start_s, draws.level_mps, draws.down_mps, draws.up_mps, draws.reach_m):
        column[:] = -1.0
    draws.left_behind[:] = True
    assert_same_draws(draw(inputs, Streams(1, 1)), draw(same, Streams(1, 1)))


@pytest.mark.parametrize("few", [1, 256])
@pytest.mark.parametrize("closings", [{}, {"closings": ()}], ids=["doors close", "no door closes"])
def test_a_run_leaves_nothing_behind_for_the_next(few, closings, monkeypatch):
    monkeypatch.setattr(plants, "FEW", few)  # however many sets of closed doors are remembered
    inputs = evacuation(**closings)
    for replication in [*range(8), 0]:
        draws = draw(inputs, Streams(2, replication))
        path = KERNEL.simulate(inputs, draws, trace=True)
        assert_same_path(path, REFERENCE.simulate(inputs, draws, trace=True))
        for column in (path.out_s, path.target, path.passed, path.count, path.longest_queue, path.longest_wait_s):
            column[:] = 7


def test_a_drawn_speed_of_none_is_refused():
    people = (People("guests", 50, Empirical((0.0, 1.0))),)
    inputs = EgressInputs(evacuation().building, (Group("table", "hall", people, at=(10.0, 0.0)),))
    with pytest.raises(InputsError, match="gave one that is not above 0 m/s"):
        draw(inputs, Streams(1, 0))
