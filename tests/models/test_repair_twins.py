"""The two engines of the repair machine agree to the bit, on faults, crews and spares of every kind."""

from __future__ import annotations

import dataclasses
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from repair_scenarios import assert_conserved, of_tasks, some_inputs
from twins import assert_same_draws, uncompile, without_trace

from resilience_sim.models.contract import assert_same_path, engine, machine
from resilience_sim.models.repair import (
    DEFINITIONS,
    Backup,
    Crew,
    Draws,
    Faults,
    Instants,
    Ladder,
    Outcome,
    Path,
    Patrol,
    Rate,
    Remedy,
    RepairInputs,
    Stock,
    Tried,
    draw,
    measures,
)
from resilience_sim.models.repair.path import COMES, FREED, INTERRUPTED, LEAVES, SENT, WAITS, WITHDRAWN
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Never, Streams
from resilience_sim.timelines import Timeline, constant

KERNEL, REFERENCE = engine("kernel", of="repair"), engine("reference", of="repair")
CHUNKS, CHUNK = 4, 225


# -- conformance -------------------------------------------------------------------------------------------------------


def counted(inputs: RepairInputs, draws: Draws, path: Path) -> Counter[str]:
    """What was met in a path, by name."""
    tasks, met = of_tasks(inputs, path), Counter[str]()
    met["no fault"] = len(path.kind) == 0
    for outcome in Outcome:
        met[f"fault {outcome.name}"] = int(np.count_nonzero(path.outcome == outcome))
    for tried in Tried:
        met[f"task {tried.name}"] = int(np.count_nonzero(path.tried == tried))
    for kind, name in ((INTERRUPTED, "interrupted"), (WITHDRAWN, "withdrawn"), (COMES, "comes"), (LEAVES, "leaves")):
        met[name] = int(np.count_nonzero(path.trace_kind == kind))
    crewed, ended = tasks["crew"] >= 0, path.finished_s < np.inf
    met["waits for people"] = int(np.count_nonzero(crewed & (path.sent_s > path.spare_s) & (path.sent_s < np.inf)))
    met["waits for a spare"] = int(np.count_nonzero((path.spare_s > path.asked_s) & (path.spare_s < np.inf)))
    met["gives a spare back"] = int(
        np.count_nonzero((tasks["stock"] >= 0) & (path.spare_s < np.inf) & (path.sent_s == np.inf) & ended)
    )
    met["called off before it has begun"] = int(
        np.count_nonzero((path.tried == Tried.CALLED_OFF) & (path.sent_s < np.inf) & (path.began_s == np.inf))
    )
    after_back = path.asked_s > path.back_s[tasks["fault"]]
    met["persists"] = int(np.count_nonzero(after_back & (path.asked_s < np.inf)))
    met["ends after it is back"] = int(np.count_nonzero((path.ended_s > path.back_s) & (path.ended_s < np.inf)))
    met["back, and open for ever"] = int(np.count_nonzero((path.back_s < np.inf) & (path.outcome == Outcome.OPEN)))
    met["in a burst"] = int(np.count_nonzero(draws.burst >= 0))
    met["two persons"] = int(np.count_nonzero((path.manned_s > 0) & (tasks["persons"] == 2)))
    same = (tasks["crew"][:-2] == tasks["crew"][2:]) & (tasks["persons"][:-2] == tasks["persons"][2:])
    met["people stay, though a spare is missing"] = int(
        np.count_nonzero(
            same
            & crewed[2:]
            & (path.tried[1:-1] == Tried.NO_SPARE)
            & (path.began_s[:-2] < np.inf)
            & (path.finished_s[:-2] == path.asked_s[1:-1])
            & (path.sent_s[2:] == path.asked_s[1:-1])
        )
    )
    for crew in range(len(inputs.crews)):
        met["works on after the shift"] += _after_the_shift(inputs, path, tasks, crew)
    stays = (path.trace_kind[1:] == SENT) & (path.trace_kind[:-1] == WAITS) & (np.diff(path.trace_s) == 0)
    met["people stay"] = int(
        np.count_nonzero(stays[1:] & (path.trace_kind[:-2] == FREED) & (path.trace_who[:-2] < path.trace_who[1:-1]))
    )
    return met


def _after_the_shift(inputs: RepairInputs, path: Path, tasks: dict[str, np.ndarray], crew: int) -> int:
    """Changes of a shift at which fewer are there than are at work."""
    steps = np.where(path.trace_kind == SENT, 1, np.where(np.isin(path.trace_kind, (INTERRUPTED, FREED)), -1, 0))
    of_task = ~np.isin(path.trace_kind, (COMES, LEAVES))
    who = np.where(of_task, path.trace_who, 0)
    persons = np.where(of_task & (np.append(tasks["crew"], -1)[who] == crew), np.append(tasks["persons"], 0)[who], 0)
    on_call = np.where(~of_task & (path.trace_who == crew), np.where(path.trace_kind == COMES, 1, -1), 0)
    shift_s = inputs.crews[crew].on_shift.times
    met = 0
    for instant in shift_s[shift_s > 0]:
        before = path.trace_s <= instant
        sent = int((steps * persons)[before].sum())
        met += sent > int(inputs.crews[crew].on_shift.at(instant)) + int(on_call[before].sum())
    return met


NAMES = {WAITS: "wait", SENT: "sent", INTERRUPTED: "interrupted", FREED: "freed", WITHDRAWN: "withdrawn"}
NAMES |= {COMES: "comes", LEAVES: "leaves"}


def ties(inputs: RepairInputs, path: Path) -> Counter[str]:
    """Things of two kinds at one instant, those of one task aside."""
    met = Counter[str]()
    rows = list(zip(path.trace_s.tolist(), path.trace_kind.tolist(), path.trace_who.tolist(), strict=True))
    for (one_s, one, who), (other_s, other, whom) in pairwise(rows):
        if one_s == other_s and (who != whom or one in (COMES, LEAVES)):
            met[f"{NAMES[one]}, then {NAMES[other]}"] += 1
    ended_s = path.finished_s[path.finished_s < np.inf]
    met["ends as another does"] = len(ended_s) - len(np.unique(ended_s))
    met["a spare comes as a task ends"] = int(np.isin(path.restocked_s[path.restocked_s < np.inf], ended_s).sum())
    met["a ladder begins as a task ends"] = int(np.isin(path.known_s, ended_s).sum())
    for crew in inputs.crews:
        met["a shift changes as a task ends"] += int(np.isin(crew.on_shift.times, ended_s).sum())
    return met


@pytest.mark.parametrize("lattice", [None, 1.0])
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_engines_give_the_same_path_on_random_scenarios(chunk, lattice):
    met = Counter[str]()
    for case in range(CHUNK):
        random = np.random.default_rng([chunk, case, int(lattice or 0)])
        inputs = some_inputs(random, lattice)
        draws = draw(inputs, Streams(case, chunk))
        reference = REFERENCE.simulate(inputs, draws, trace=True)
        assert_same_path(KERNEL.simulate(inputs, draws, trace=True), reference)
        assert_same_path(KERNEL.simulate(inputs, draws), without_trace(reference))
        assert_conserved(inputs, reference)
        met.update(counted(inputs, draws, reference) + ties(inputs, reference))
    for name in EVERYTHING + TIES * (lattice is not None):
        assert met[name] > 0, f"never met: {name}; the scenarios have lost their power"


EVERYTHING = [
    *("no fault", "in a burst", "interrupted", "withdrawn", "comes", "leaves", "waits for people", "waits for a spare"),
    *("gives a spare back", "called off before it has begun", "persists", "ends after it is back"),
    "people stay, though a spare is missing",
    *("back, and open for ever", "two persons", "works on after the shift", "people stay"),
    *(f"fault {outcome.name}" for outcome in Outcome),
    *(f"task {tried.name}" for tried in Tried),
]  # fmt: skip
TIES = [
    *("ends as another does", "a spare comes as a task ends", "a ladder begins as a task ends"),
    *("a shift changes as a task ends", "freed, then freed", "freed, then wait", "wait, then wait", "sent, then sent"),
    *("interrupted, then interrupted", "interrupted, then sent", "freed, then sent", "comes, then sent"),
    *("comes, then freed", "comes, then leaves", "freed, then withdrawn", "withdrawn, then wait", "freed, then leaves"),
]  # fmt: skip


# -- edges -------------------------------------------------------------------------------------------------------------


def job(seconds: float = 4.0, name: str = "job", **more) -> Remedy:
    return Remedy(name, Deterministic(seconds), crew="crew", **more)


def plain(
    *remedies: Remedy, at=(0.0, 0.0, 1.0), persons: float = 1, crew: dict | None = None, stock: Stock | None = None
) -> RepairInputs:
    """Faults of one class with one ladder, and one crew."""
    people = Crew("crew", constant(float(persons)), **(crew or {}))
    faults = Faults("faults", (Ladder(remedies or (job(),)),), arrivals=Instants(tuple(at)))
    return RepairInputs((faults,), 100.0, (people,), () if stock is None else (stock,))


def graver(*, seconds: float, at: tuple[float, ...]) -> Faults:
    return Faults("graver", (Ladder((job(seconds),)),), arrivals=Instants(at), priority=-1)


SPARE = Stock("spare", 0, Deterministic(2.0))
ABSENT = Timeline(np.array([0.0, 1.0]), np.array([1.0, 0.0]))  # nobody from then on
VENDOR = Remedy("vendor", Deterministic(0.0), response=Deterministic(0.0))


@pytest.mark.parametrize(
    "inputs",
    [
        plain(at=()),
        plain(at=(3.0,)),
        plain(at=(0.0,) * 400),
        plain(job(0.0), at=(0.0,) * 5),
        plain(job(0.0, "look", works=0.0), job(0.0), VENDOR, at=(0.0,) * 5, persons=2),
        plain(job(works=0.0), at=(5.0,)),
        plain(VENDOR, at=(0.0,) * 300, persons=0),
        plain(persons=0, crew={"on_call": 1, "comes": Deterministic(0.0)}),
        plain(persons=0, crew={"on_call": 3, "comes": Deterministic(7.0)}, at=(0.0, 0.0, 8.0)),
        plain(job(persons=3), persons=2, crew={"on_call": 2, "comes": Deterministic(1.0)}),
        plain(job(spare="spare"), VENDOR, stock=SPARE),
        plain(job(spare="spare", waits=True), VENDOR, stock=SPARE),
        plain(job(spare="spare", waits=True), stock=Stock("spare", 0, Deterministic(0.0))),
        plain(job(spare="spare"), stock=Stock("spare", 2, Never())),
        plain(Remedy("job", Never(), crew="crew", limit_s=0.0), VENDOR),
        RepairInputs((plain().faults[0],), 100.0, (Crew("crew", ABSENT),)),
        RepairInputs((plain().faults[0],), 100.0, (Crew("crew", ABSENT, on_call=1, preempts=True),)),
        RepairInputs((plain().faults[0], graver(seconds=0.0, at=(0.0, 2.0, 4.0))), 100.0,
                     (Crew("crew", constant(1.0), preempts=True),)),
        RepairInputs((plain(at=(0.0,) * 60).faults[0], graver(seconds=3.0, at=tuple(range(50)))), 100.0,
                     (Crew("crew", constant(3.0), preempts=True),)),
    ],
    ids=[
        "none", "one", "overload", "no time", "no time at all", "nothing works", "nobody needed", "called up at once",
        "all on call", "more than on shift", "no spare", "waits for spares", "no lead", "not replaced",
        "given up at once", "nobody comes back", "on call after the shift", "interrupted by nothing",
        "interrupted again and again",
    ],
)  # fmt: skip
def test_engines_agree_at_the_edges(inputs):
    draws = draw(inputs, Streams(5, 0))
    one, other = KERNEL.simulate(inputs, draws, trace=True), REFERENCE.simulate(inputs, draws, trace=True)
    assert_same_path(one, other)
    assert_same_path(KERNEL.simulate(inputs, draws), without_trace(other))
    assert_conserved(inputs, one)
    assert measures(inputs, one).keys() == DEFINITIONS.keys()


def test_an_overloaded_crew_mends_one_after_the_other():
    inputs = plain(at=(0.0,) * 400)
    path = KERNEL.simulate(inputs, draw(inputs, Streams(5, 0)))
    assert np.array_equal(path.back_s, 4.0 * np.arange(1, 401))


def test_a_spare_with_which_somebody_was_sent_is_used_up_though_they_were_interrupted_and_called_off():
    """Interrupted at 2, called off at 5; the second fault, at 20, finds no spare, as it would if none had been sent."""
    remedies = (Ladder((job(10.0, spare="spare"),)), Ladder((Remedy("vendor", Deterministic(3.0)),), after_s=2.0))
    faults = Faults("faults", remedies, arrivals=Instants((0.0, 20.0)))
    crew = Crew("crew", constant(1.0), preempts=True)
    inputs = RepairInputs((faults, graver(seconds=9.0, at=(2.0,))), 100.0, (crew,), (Stock("spare", 1, Never()),))
    draws = draw(inputs, Streams(5, 0))
    for simulate in (KERNEL.simulate, REFERENCE.simulate):
        path = simulate(inputs, draws, trace=True)
        assert path.tried[:4].tolist() == [Tried.CALLED_OFF, Tried.WORKED, Tried.NO_SPARE, Tried.WORKED]
        assert path.finished_s[0] == path.back_s[0] == 5.0
        assert path.manned_s[0] == 2.0
        assert_conserved(inputs, path)


def test_people_stay_with_a_ladder_that_passes_over_a_missing_spare_though_graver_faults_wait():
    remedies = (job(4.0, "look", works=0.0), job(1.0, "swap", spare="spare", persons=2), job(2.0, "mend"))
    faults = Faults("faults", (Ladder(remedies),), arrivals=Instants((0.0,)))
    inputs = RepairInputs(
        (faults, graver(seconds=3.0, at=(1.0,))), 100.0, (Crew("crew", constant(1.0), 1, Deterministic(50.0)),),
        (Stock("spare", 0, Never()),),
    )  # fmt: skip
    draws = draw(inputs, Streams(5, 0))
    for simulate in (KERNEL.simulate, REFERENCE.simulate):
        path = simulate(inputs, draws, trace=True)
        assert path.tried[:3].tolist() == [Tried.FAILED, Tried.NO_SPARE, Tried.WORKED]
        assert path.sent_s.tolist() == [0.0, np.inf, 4.0, 6.0]
        assert_conserved(inputs, path)


def test_a_shift_that_never_comes_back_leaves_faults_open():
    inputs = RepairInputs((plain().faults[0],), 100.0, (Crew("crew", ABSENT),))
    path = KERNEL.simulate(inputs, draw(inputs, Streams(5, 0)))
    assert path.outcome.tolist() == [Outcome.FIXED, Outcome.OPEN, Outcome.OPEN]
    assert path.back_s[0] == 4.0  # the shift ended at 1, and those at work finish


# -- draws -------------------------------------------------------------------------------------------------------------


def rich() -> RepairInputs:
    """Faults that draw from every stream."""
    look = Remedy("look", Exponential(300.0), works=0.2, crew="crew", response=Exponential(60.0), limit_s=600.0)
    swap = Remedy("swap", LogNormal(6.0, 0.5), works=0.9, crew="crew", spare="spare", waits=True)
    vendor = Remedy("vendor", Exponential(7200.0), works=0.9, response=Exponential(1800.0), restores=True)
    faults = Faults(
        "switches",
        (Ladder((look, swap)), Ladder((vendor,), after_s=900.0, persists=True)),
        noticed=Exponential(120.0),
        arrivals=Rate(1 / 4000, level=1.0, level_ceiling=2.0),
        struck=5,
        struck_share=0.5,
        patrol=Patrol("round", 86400.0),
        backup=Backup("copies", 86400.0, 0.9),
    )
    crew = Crew("crew", constant(1.0), on_call=1, comes=Exponential(1800.0))
    return RepairInputs(
        (faults,), 10 * 86400.0, (crew,), (Stock("spare", 1, Exponential(9000.0)),), bursts=Rate(1 / 300_000)
    )


def test_one_more_server_spare_or_rule_changes_no_draw_and_only_who_waits():
    inputs = rich()
    crew = dataclasses.replace(inputs.crews[0], on_shift=constant(2.0), preempts=True)
    more = dataclasses.replace(inputs, crews=(crew,), stocks=(dataclasses.replace(inputs.stocks[0], base=3),))
    draws = draw(inputs, Streams(7, 1))
    assert_same_draws(draws, draw(more, Streams(7, 1)))
    assert len(draws.kind) > 100
    one, two = (KERNEL.simulate(asked, draws) for asked in (inputs, more))
    assert np.array_equal(one.known_s, two.known_s)
    assert two.back_s[two.back_s < np.inf].mean() < one.back_s[one.back_s < np.inf].mean()


def test_one_more_class_meets_the_same_faults_otherwise():
    inputs = rich()
    other = dataclasses.replace(inputs.faults[0], name="servers", patrol=None, backup=Backup("others", 3600.0, 0.5))
    base = draw(inputs, Streams(7, 1))
    for place, faults in enumerate([(inputs.faults[0], other), (other, inputs.faults[0])]):
        extended = draw(dataclasses.replace(inputs, faults=faults), Streams(7, 1))
        mine = extended.kind == place
        for name in ("occurred_s", "known_s", "backup_age_s", "burst", "identity"):
            assert np.array_equal(getattr(extended, name)[mine], getattr(base, name)), name
        of_mine = np.repeat(mine, np.diff(extended.task_from))
        for name in ("response_s", "time_s", "works_u", "lead_s", "comes_s"):
            assert np.array_equal(getattr(extended, name)[of_mine], getattr(base, name)), name


# -- compiled and contract ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lattice", [None, 1.0])
def test_compiled_kernel_equals_the_same_code_uncompiled(lattice, monkeypatch):
    from resilience_sim.models import heaps
    from resilience_sim.models.repair import kernel

    cases = [some_inputs(np.random.default_rng([case, 99]), lattice) for case in range(25)]
    drawn = [draw(inputs, Streams(case, 0)) for case, inputs in enumerate(cases)]
    compiled = [kernel.simulate(inputs, draws, trace=True) for inputs, draws in zip(cases, drawn, strict=True)]
    uncompile(monkeypatch, kernel, heaps)
    for inputs, draws, path in zip(cases, drawn, compiled, strict=True):
        assert_same_path(kernel.simulate(inputs, draws, trace=True), path)


def test_the_machine_is_known_to_the_contract():
    assert machine("repair").VERSION == "repair@1"
