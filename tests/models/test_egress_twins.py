"""The two engines of the egress machine agree to the bit, on evacuations of every kind."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pytest
from egress_buildings import some_evacuation
from twins import assert_same_draws, uncompile, without_trace

from resilience_sim.models.contract import assert_same_path, engine
from resilience_sim.models.egress import (
    Building,
    Closing,
    Divert,
    Door,
    Draws,
    EgressInputs,
    Fixed,
    Group,
    Into,
    Path,
    People,
    Quickest,
    Space,
    draw,
)
from resilience_sim.models.egress.path import JOINS, LEAVES, PASSES, STARTS
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Never, Streams, Uniform

KERNEL, REFERENCE = engine("kernel", of="egress"), engine("reference", of="egress")
CHUNKS, CHUNK = 3, 250


# -- conformance -------------------------------------------------------------------------------------------------------


def fullest(inputs: EgressInputs, path: Path) -> np.ndarray:
    """Most persons that each space held at once."""
    building = inputs.building
    inside = np.zeros(len(building.spaces), dtype=int)
    for group in inputs.groups:
        inside[building.space_index[group.room]] += group.size
    most = inside.copy()
    for side in path.trace_side[path.trace_kind == PASSES]:
        inside[building.leads_from[side]] -= 1
        inside[building.leads_into[side]] += 1
        most = np.maximum(most, inside)
    return most


def counted(inputs: EgressInputs, draws: Draws, path: Path) -> Counter[str]:
    """What was met in a path, by name."""
    building, met = inputs.building, Counter[str]()
    out = path.out_s < np.inf
    held = fullest(inputs, path)
    met["nobody"] = len(out) == 0
    met["left behind"] = int(np.count_nonzero(path.target < 0))
    met["out"] = int(np.count_nonzero(out))
    met["never out"] = int(np.count_nonzero(~out & (path.target >= 0)))
    met["stands still with all doors open"] = met["never out"] * (not inputs.closings)
    met["waits"] = int(np.count_nonzero(path.longest_wait_s > 0))
    met["queue of five"] = int(np.count_nonzero(path.longest_queue >= 5))
    met["turns from a queue"] = int(np.count_nonzero(path.trace_kind == LEAVES))
    met["both ways"] = int(np.count_nonzero((path.count[::2] > 0) & (path.count[1::2] > 0)))
    for space, most in zip(building.spaces, held, strict=True):
        met[f"full {space.kind}"] += most + 1 > space.most
    passes = path.trace_kind == PASSES
    for side, instant in zip(path.trace_side[passes], path.trace_s[passes], strict=True):
        met[f"into a {building.spaces[building.leads_into[side]].kind}"] += 1
        met["through at the instant of a change"] += bool(np.isin(instant, [draws.closes_s, draws.opens_s]).any())
    for closing, closes_s, opens_s in zip(inputs.closings, draws.closes_s, draws.opens_s, strict=True):
        joined = path.trace_s[(path.trace_kind == JOINS) & (path.trace_side // 2 == building.door_index[closing.door])]
        met["waits at a closed door"] += int(np.count_nonzero((joined >= closes_s) & (joined < opens_s)))
    first = 0
    for group in inputs.groups:
        rows = slice(first, first + group.size)
        chosen = path.target[rows][path.target[rows] >= 0]
        together = "together" if group.together else "one by one"
        met[f"{type(group.route).__name__}, {together}"] += int(np.count_nonzero(out[rows]))
        met["parts ways though together"] += group.together and len(np.unique(chosen)) > 1
        if isinstance(group.route, Fixed | Divert):
            wanted = [inputs.targets.index(side) for side in inputs.heads_for(group)]
            met["to another exit than the fixed one"] += int(np.count_nonzero(~np.isin(chosen, wanted)))
            met["diverted"] += len(wanted) == 2 and int(
                np.count_nonzero((chosen == wanted[-1]) & (wanted[0] != chosen))
            )
        first += group.size
    return met


def ties(path: Path) -> Counter[str]:
    """Things of two kinds at one instant."""
    met, same = Counter[str](), np.diff(path.trace_s) == 0
    names = {STARTS: "start", JOINS: "join", LEAVES: "leave", PASSES: "pass"}
    for one, other in zip(path.trace_kind[:-1][same], path.trace_kind[1:][same], strict=True):
        met[f"{names[one]}, then {names[other]}"] += 1
    return met


@pytest.mark.parametrize("lattice", [None, 1.0])
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_engines_give_the_same_path_on_random_evacuations(chunk, lattice):
    met = Counter[str]()
    for case in range(CHUNK):
        random = np.random.default_rng([chunk, case, int(lattice or 0)])
        inputs = some_evacuation(random, lattice)
        draws = draw(inputs, Streams(case, chunk))
        reference = REFERENCE.simulate(inputs, draws, trace=True)
        assert_same_path(KERNEL.simulate(inputs, draws, trace=True), reference)
        assert_same_path(KERNEL.simulate(inputs, draws), without_trace(reference))
        met.update(counted(inputs, draws, reference) + ties(reference))
    for name in EVERYTHING + TIES * (lattice is not None):
        assert met[name] > 0, f"never met: {name}; the evacuations have lost their power"


EVERYTHING = [
    *("nobody", "left behind", "out", "never out", "stands still with all doors open", "waits", "queue of five"),
    *("turns from a queue", "waits at a closed door", "both ways", "full room", "full corridor", "full stair"),
    *("into a room", "into a corridor", "into a stair", "into a outside"),
    *(f"{route}, {how}" for route in ("Fixed", "Nearest", "Quickest", "Divert", "Into")
      for how in ("together", "one by one")),
    *("parts ways though together", "to another exit than the fixed one", "diverted"),
]  # fmt: skip
TIES = [
    *("start, then start", "start, then join", "start, then pass", "join, then join", "join, then pass"),
    *("pass, then pass", "pass, then join", "through at the instant of a change"),
]


# -- edges -------------------------------------------------------------------------------------------------------------


def house(*, holds: float | None = None, pps: float = 1.0) -> Building:
    """A class, a corridor, and two exits from it."""
    spaces = (
        Space("class", area_m2=400.0),
        Space("corridor", "corridor", 40.0, holds=holds),
        Space("street", "outside"),
    )
    doors = (
        Door("inner", ("class", "corridor"), pps, (5.0, 0.0), specific_flow=1.0, boundary_m=0.0, opposed=0.5),
        Door("main", ("corridor", "street"), pps, (0.0, 0.0), specific_flow=1.0, boundary_m=0.0),
        Door("back", ("corridor", "street"), pps, (12.0, 0.0), specific_flow=1.0, boundary_m=0.0),
    )
    return Building(spaces, doors)


def group(count: int, name: str = "group", *, room: str = "class", **more) -> Group:
    return Group(name, room, (People("people", count, Deterministic(1.0)),), **{"at": (0.0, 0.0), **more})


def closed(door: str, at: float = 0.0, lasts: float | None = None) -> Closing:
    return Closing(door, Deterministic(at), Never() if lasts is None else Deterministic(lasts))


BOTH_WAYS = (group(3), group(3, "parents", room="street", route=Into("class"), at=None))


@pytest.mark.parametrize(
    "inputs",
    [
        EgressInputs(house(), ()),
        EgressInputs(house(), (group(0), group(0, "others", together=False))),
        EgressInputs(house(), (group(1),)),
        EgressInputs(house(pps=0.1), tuple(group(90, f"group {k}", route=Quickest()) for k in range(10))),
        EgressInputs(house(holds=1.0), (group(5), group(5, "others", route=Fixed("back")))),
        EgressInputs(house(holds=1.0), BOTH_WAYS),
        EgressInputs(house(), BOTH_WAYS, gap_s=3.0),
        EgressInputs(house(), (group(5),), closings=(closed("inner"),)),
        EgressInputs(house(), (group(5),), closings=(closed("main"), closed("back"))),
        EgressInputs(house(), (group(5),), closings=(closed("main", 7.0, 0.0), closed("back", 7.0))),
        EgressInputs(house(), (group(5),), closings=(Closing("main", Never(), Never()),)),
        EgressInputs(house(), (Group("none", "class", (People("p", 5, Deterministic(1.0), left_behind=1.0),)),)),
        EgressInputs(house(), (group(5, route=Divert("main", "back", 0.0)), group(5, "more", route=Fixed("main")))),
    ],
    ids=[
        "empty", "groups of nobody", "one person", "overload", "one at a time", "full both ways", "gaps both ways",
        "shut in", "shut out", "closed for no time", "never closed", "all left behind", "diverted at once",
    ],
)  # fmt: skip
def test_engines_agree_at_the_edges(inputs):
    draws = draw(inputs, Streams(5, 0))
    reference = REFERENCE.simulate(inputs, draws, trace=True)
    assert_same_path(KERNEL.simulate(inputs, draws, trace=True), reference)
    assert_same_path(KERNEL.simulate(inputs, draws), without_trace(reference))
    assert len(reference.out_s) == inputs.persons
    assert len(reference.count) == 2 * len(inputs.building.doors)


def test_an_overloaded_building_lets_out_what_its_doors_let_pass():
    """900 persons in 400 m2 walk 5 m at 1.4 (1 - 0.266 · 2.25) m/s to a door of 0.1 persons/s."""
    inputs = EgressInputs(house(pps=0.1), tuple(group(90, f"group {k}", route=Quickest()) for k in range(10)))
    path = KERNEL.simulate(inputs, draw(inputs, Streams(5, 0)))
    assert path.last_s[0] == pytest.approx(5 / (1.4 * (1 - 0.266 * 2.25)) + 899 / 0.1, rel=1e-9)
    assert path.longest_queue[0] == 899
    assert (path.out_s < np.inf).all()


# -- draws -------------------------------------------------------------------------------------------------------------


def rich(*, more_of: str = "", together: bool = False) -> EgressInputs:
    """Groups that draw from every stream, one person more of a kind if asked."""

    def kind(group: str, name: str) -> People:
        return People(
            name, 6 + (more_of == f"{group}/{name}"), Uniform(0.5, 1.5), LogNormal(-0.5, 0.3), LogNormal(-0.7, 0.3),
            helped=0.4, leads=2, left_behind=0.3,
        )  # fmt: skip

    groups = tuple(
        Group(
            name, "class", (kind(name, "staff"), kind(name, "children")), Exponential(20.0), together=together,
            each=Exponential(5.0), reach=Uniform(0.0, 8.0),
        )
        for name in ("red", "blue")
    )  # fmt: skip
    closings = (Closing("main", Exponential(30.0), Exponential(9.0)), Closing("back", Exponential(50.0)))
    return EgressInputs(house(), groups, (Exponential(15.0), Exponential(10.0)), closings)


OF_PERSONS = ("start_s", "level_mps", "down_mps", "up_mps", "reach_m", "left_behind")


@pytest.mark.parametrize("row", range(4))
def test_one_more_person_at_the_end_of_a_kind_changes_no_other_draw(row):
    base = draw(rich(), Streams(7, 1))
    where = ("red/staff", "red/children", "blue/staff", "blue/children")[row]
    extended = draw(rich(more_of=where), Streams(7, 1))
    place = 6 * (row + 1)
    without = {name: np.delete(getattr(extended, name), place) for name in OF_PERSONS}
    assert_same_draws(base, dataclasses.replace(extended, **without))
    assert len(extended.start_s) == len(base.start_s) + 1
    for name in ("level_mps", "down_mps", "up_mps", "reach_m"):
        assert len(np.unique(getattr(extended, name))) == len(extended.start_s), f"{name} was not drawn"


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_more_group_changes_no_other_draw(place, together):
    inputs = rich(together=together)
    more = dataclasses.replace(inputs.groups[0], name="green")
    extended = draw(
        dataclasses.replace(inputs, groups=(*inputs.groups[:place], more, *inputs.groups[place:])), Streams(7, 1)
    )
    rows = slice(12 * place, 12 * place + 12)
    without = {name: np.delete(getattr(extended, name), rows) for name in OF_PERSONS}
    assert_same_draws(draw(inputs, Streams(7, 1)), dataclasses.replace(extended, **without))
    assert len(extended.start_s) == 36


def test_other_routes_doors_and_shares_change_no_draw():
    """A child who is left behind, or led, at one share is so at every greater one."""
    inputs = rich()
    base = draw(inputs, Streams(7, 1))
    for changes in ({"route": Fixed("main")}, {"route": Quickest()}, {"waits": True}, {"at": (1.0, 1.0)}):
        groups = tuple(dataclasses.replace(one, **changes) for one in inputs.groups)
        assert_same_draws(base, draw(dataclasses.replace(inputs, groups=groups), Streams(7, 1)))
    changed = dataclasses.replace(inputs, building=house(pps=3.0, holds=50.0), gap_s=5.0)
    assert_same_draws(base, draw(changed, Streams(7, 1)))
    groups = tuple(
        dataclasses.replace(one, people=tuple(dataclasses.replace(kind, left_behind=0.6) for kind in one.people))
        for one in inputs.groups
    )
    more = draw(dataclasses.replace(inputs, groups=groups), Streams(7, 1)).left_behind
    assert more[base.left_behind].all()
    assert more.sum() > base.left_behind.sum()


# -- compiled ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lattice", [None, 1.0])
def test_compiled_kernel_equals_the_same_code_uncompiled(lattice, monkeypatch):
    from resilience_sim.models import heaps
    from resilience_sim.models.egress import kernel

    cases = [some_evacuation(np.random.default_rng([case, 99]), lattice) for case in range(25)]
    drawn = [draw(inputs, Streams(case, 0)) for case, inputs in enumerate(cases)]
    compiled = [kernel.simulate(inputs, draws, trace=True) for inputs, draws in zip(cases, drawn, strict=True)]
    uncompile(monkeypatch, kernel, heaps)
    for inputs, draws, path in zip(cases, drawn, compiled, strict=True):
        assert_same_path(kernel.simulate(inputs, draws, trace=True), path)
