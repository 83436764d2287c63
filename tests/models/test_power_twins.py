"""The two engines of the power machine agree to the bit, on scenarios of every kind."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pytest
from power_scenarios import some_inputs
from twins import assert_same_draws, uncompile, without_trace

from resilience_sim.models.contract import assert_same_path, engine, machine
from resilience_sim.models.power import (
    DEFINITIONS,
    Battery,
    DrawnOutages,
    Ended,
    Generator,
    GivenOutages,
    Kibam,
    Load,
    Losses,
    Path,
    PowerInputs,
    RuntimeCurve,
    Shed,
    Ups,
    draw,
    measures,
)
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Streams

KERNEL, REFERENCE = engine("kernel", of="power"), engine("reference", of="power")
CHUNKS, CHUNK = 2, 250


# -- conformance -------------------------------------------------------------------------------------------------------


def counted(inputs: PowerInputs, path: Path) -> Counter[str]:
    """What was met in a path, by name."""
    met = Counter({kind.name: int(np.count_nonzero(path.ended == kind)) for kind in Ended})
    for shed, acted_s in zip(inputs.sheds, path.acted_s, strict=True):
        met[f"{shed.when}, {shed.by}"] += int(np.count_nonzero(acted_s < np.inf))
    on_line, fails = path.on_line_s < np.inf, path.generator_fails_s < np.inf
    real = path.duration_s > 0
    met["no outage"] += len(path.duration_s) == 0
    met["zero length"] += int(np.count_nonzero(~real))
    met["endless"] += int(np.count_nonzero(path.duration_s == np.inf))
    met["generator on line"] += int(np.count_nonzero(on_line))
    met["generator fails"] += int(np.count_nonzero(fails))
    met["cut at once"] += int(np.count_nonzero((path.lost_s == 0) & (path.ended == Ended.CUT)))
    met["lost again after the generator"] += int(
        np.count_nonzero(path.trace_s > path.generator_fails_s[path.trace_outage])
    )
    met["starts part-charged"] += int(np.count_nonzero((path.charge_before < 1) & (path.charge_before > 0)))
    met["starts empty"] += int(np.count_nonzero(path.charge_before[:, real] == 0))
    if inputs.generator is not None:
        for attempt in range(inputs.generator.attempts):
            met[f"start {attempt + 1}"] += int(
                np.count_nonzero(path.on_line_s == inputs.generator.on_line_at(attempt + 1))
            )
    for unit, after in zip(inputs.units, path.charge_after, strict=True):
        met[type(unit.battery.law).__name__] += int(np.count_nonzero(after < 1))
    return met


def ties(inputs: PowerInputs, path: Path) -> Counter[str]:
    """Things of two kinds at one instant."""
    off = path.trace_on == 0
    outage, load, off_s = path.trace_outage[off], path.trace_load[off], path.trace_s[off]
    met: Counter[str] = Counter()
    met["loads go off together"] = int(np.count_nonzero((np.diff(off_s) == 0) & (np.diff(outage) == 0)))
    first_load = first_rule = 0
    for row, unit in enumerate(inputs.units):
        loads = slice(first_load, first_load + len(unit.loads))
        acted_s = path.acted_s[first_rule : first_rule + len(unit.sheds)]
        kept = (path.ended[loads] == Ended.KEPT).all(axis=0) & (path.duration_s > 0) & (path.charge_before[row] > 0)
        met["empty as the mains return"] += int(np.count_nonzero(kept & (path.charge_after[row] == 0)))
        mine = (load >= loads.start) & (load < loads.stop) & (path.ended[load, outage] == Ended.CUT) & (off_s > 0)
        met["a rule acts as a load is cut"] += int(np.count_nonzero(mine & (acted_s[:, outage] == off_s).any(axis=0)))
        first_load, first_rule = loads.stop, first_rule + len(unit.sheds)
    return met


@pytest.mark.parametrize("lattice", [None, 1.0, 0.5])
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_engines_give_the_same_path_on_random_scenarios(chunk, lattice):
    met: Counter[str] = Counter()
    for case in range(CHUNK):
        random = np.random.default_rng([chunk, case, int(2 * (lattice or 0))])
        inputs = some_inputs(random, lattice)
        draws = draw(inputs, Streams(case, chunk))
        reference = REFERENCE.simulate(inputs, draws, trace=True)
        assert_same_path(KERNEL.simulate(inputs, draws, trace=True), reference)
        assert_same_path(KERNEL.simulate(inputs, draws), without_trace(reference))
        met.update(counted(inputs, reference) + ties(inputs, reference))
    for name in EVERYTHING + TIES * (lattice is not None):
        assert met[name] > 0, f"never met: {name}; the scenarios have lost their power"


EVERYTHING = [
    *(kind.name for kind in Ended),
    *(f"{when}, {by}" for when in ("after", "charge", "runtime") for by in ("shutdown", "switch")),
    *("no outage", "zero length", "endless", "generator on line", "generator fails", "cut at once"),
    *("lost again after the generator", "starts part-charged", "starts empty", "start 1", "start 2", "start 3"),
    *("RuntimeCurve", "Kibam"),
]  # fmt: skip
TIES = ["a rule acts as a load is cut", "empty as the mains return", "loads go off together"]


# -- edges -------------------------------------------------------------------------------------------------------------

CURVE = RuntimeCurve((4.0, 2.0, 1.0), (8.0, 16.0, 32.0))
STEEP = RuntimeCurve((2.0, 1.9999), (8.0, 16.0))  # at 4 W it rounds to nothing, at 1 W to more than any number
TWO = (Load("phones", 2.0), Load("servers", 2.0, stop=Deterministic(2.0), waits_s=3.0))


def plain(duration_s=(), *, between_s=None, loads=TWO, sheds=(), battery=None, losses=None, **supply) -> PowerInputs:
    between = np.full(len(duration_s), np.inf) if between_s is None else np.array(between_s, dtype=float)
    unit = Ups("ups", battery or Battery(CURVE), loads, sheds, losses or Losses())
    return PowerInputs(GivenOutages(np.array(duration_s, dtype=float), between), (unit,), **supply)


GENERATOR = Generator(2.0, 2.0, 0.0, 0.0, fuel_s=4.0)


@pytest.mark.parametrize(
    "inputs",
    [
        plain(),
        plain([8.0]),
        plain([0.0, 8.0, 0.0, 8.0, 8.5], between_s=[0.0, 0.0, 0.0, 0.0, 1.0]),
        plain([np.inf] * 3),
        plain([100.0], loads=tuple(Load(f"load {k}", 1e6) for k in range(300))),
        plain([5.0, 5.0], battery=Battery(CURVE, strings=3, string_fails=1.0)),
        plain([20.0], sheds=(Shed(("servers",), "charge", 0.0, by="switch"), Shed(("phones",), "runtime", 0.0))),
        plain([20.0], sheds=tuple(Shed(("servers",), "after", 8.0, by=by) for by in ("switch", "shutdown"))),
        plain([20.0, 3.0, 4.0, 8.0], generator=GENERATOR),
        plain([20.0], generator=Generator(0.0, 0.0, 0.0, 0.0, fuel_s=1.0)),
        plain([20.0], generator=GENERATOR, fire=Deterministic(4.0)),
        plain([20.0], generator=GENERATOR, fire=Deterministic(8.0)),
        plain([20.0], fire=Deterministic(0.0)),
        plain([np.inf], sheds=(Shed(("phones", "servers"), "after", 1.0),), battery=Battery(Kibam(0.3, 60.0, 0.01))),
        plain([1.0, 9.0], sheds=(Shed(("servers",), "after", 0.0, by="switch"),), battery=Battery(STEEP, charge=0.9)),
        plain([1.0, 9.0], sheds=(Shed(("servers",), "after", 0.5, by="switch"),), battery=Battery(STEEP, blocks=2)),
        plain([4.0, 4.0], between_s=[0.0, 0.0], battery=Battery(Kibam(0.3, 60.0, 0.002), charge=0.5)),
    ],
    ids=[
        "none", "one that ends as the battery does", "no length", "for ever", "overload", "dead", "rules at zero",
        "rules as it empties", "generator", "generator at once", "fire as the generator comes",
        "fire as the generator fails", "fire at once", "nothing left on", "no runtime", "no end of runtime",
        "wells run dry",
    ],
)  # fmt: skip
def test_engines_agree_at_the_edges(inputs):
    draws = draw(inputs, Streams(5, 0))
    one, other = KERNEL.simulate(inputs, draws, trace=True), REFERENCE.simulate(inputs, draws, trace=True)
    assert_same_path(one, other)
    assert_same_path(KERNEL.simulate(inputs, draws), without_trace(other))
    assert measures(inputs, one).keys() == DEFINITIONS.keys()


def test_the_written_order_at_equal_instants():
    """A battery empty as the mains return has lasted; a rule acts before the battery is empty, and does not save it."""
    path = KERNEL.simulate(inputs := plain([8.0]), draw(inputs, Streams(5, 0)))
    assert (path.ended[:, 0].tolist(), path.charge_after[0, 0]) == ([Ended.KEPT] * 2, 0.0)
    inputs = plain([20.0], sheds=(Shed(("servers",), "after", 8.0, by="switch"),))
    path = KERNEL.simulate(inputs, draw(inputs, Streams(5, 0)))
    assert path.ended[:, 0].tolist() == [Ended.CUT, Ended.SWITCHED_OFF]
    assert path.lost_s[:, 0].tolist() == [8.0, 8.0]


# -- draws -------------------------------------------------------------------------------------------------------------


def rich() -> PowerInputs:
    """A supply that draws from every stream."""
    shed = Shed(("load 1",), "after", 5.0, delay=Exponential(3.0), forgotten=0.2)
    loads = tuple(Load(f"load {k}", 1.0, stop=Exponential(2.0)) for k in range(2))
    battery = Battery(CURVE, strings=2, string_fails=0.1)
    return PowerInputs(
        DrawnOutages(50, LogNormal(3.0, 1.0), Exponential(30.0)),
        (Ups("first", battery, loads, (shed, dataclasses.replace(shed, loads=("load 0",))), transfer_fails=0.1),),
        Generator(1.0, 1.0, 1.0, 1.0, attempts=2, starts=0.6, available=0.9, mean_run_s=30.0),
        fire=Exponential(100.0),
    )


def more(inputs: PowerInputs, what: str) -> PowerInputs:
    """One more of something, at the end of its kind."""
    unit = inputs.units[0]
    if what == "outage":
        return dataclasses.replace(inputs, outages=dataclasses.replace(inputs.outages, count=51))
    if what == "unit":
        other = Ups("second", unit.battery, (Load("other", 1.0),), transfer_fails=0.5)
        return dataclasses.replace(inputs, units=(unit, other))
    if what == "attempt":
        return dataclasses.replace(inputs, generator=dataclasses.replace(inputs.generator, attempts=3))
    if what == "string":
        unit = dataclasses.replace(unit, battery=dataclasses.replace(unit.battery, strings=3))
    if what == "rule":
        unit = dataclasses.replace(unit, sheds=(*unit.sheds, Shed(("load 0",), "charge", 0.5, delay=Exponential(1.0))))
    if what == "load":
        unit = dataclasses.replace(unit, loads=(*unit.loads, Load("load 2", 1.0)))
    return dataclasses.replace(inputs, units=(unit,))


@pytest.mark.parametrize("what", ["outage", "unit", "attempt", "string", "rule", "load"])
def test_one_more_of_anything_changes_no_draw(what):
    base, extended = draw(rich(), Streams(7, 1)), draw(more(rich(), what), Streams(7, 1))
    grown = 0
    for field in dataclasses.fields(base):
        ours, theirs = getattr(base, field.name), getattr(extended, field.name)
        assert len(np.unique(ours)) == ours.size, f"{field.name} was not drawn"
        assert np.array_equal(ours, theirs[tuple(slice(size) for size in ours.shape)]), field.name
        grown += theirs.size > ours.size
    assert grown > 0


def test_other_probabilities_powers_and_moments_change_no_draw():
    base = rich()
    unit = base.units[0]
    changed = dataclasses.replace(
        base,
        units=(
            dataclasses.replace(
                unit,
                battery=dataclasses.replace(unit.battery, health=0.7, blocks=3, string_fails=0.4),
                sheds=tuple(dataclasses.replace(shed, at=9.0, forgotten=0.7, by="shutdown") for shed in unit.sheds),
                loads=tuple(dataclasses.replace(load, power_w=3.0, waits_s=1.0) for load in unit.loads),
                transfer_fails=0.4,
            ),
        ),
        generator=dataclasses.replace(base.generator, starts=0.2, available=0.5, sense_s=9.0),
    )
    assert_same_draws(draw(base, Streams(7, 1)), draw(changed, Streams(7, 1)))


def test_what_is_switched_off_draws_nothing():
    inputs = plain([1.0, 2.0], generator=GENERATOR, sheds=(Shed(("servers",), "after", 1.0, forgotten=1.0),))
    streams = Streams(7, 1)
    draw(inputs, streams)
    assert streams == Streams(7, 1)


# -- compiled and contract ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lattice", [None, 1.0])
def test_compiled_kernel_equals_the_same_code_uncompiled(lattice, monkeypatch):
    from resilience_sim.models.power import cells, kernel

    cases = [some_inputs(np.random.default_rng([case, 99]), lattice) for case in range(25)]
    drawn = [draw(inputs, Streams(case, 0)) for case, inputs in enumerate(cases)]
    compiled = [kernel.simulate(inputs, draws, trace=True) for inputs, draws in zip(cases, drawn, strict=True)]
    uncompile(monkeypatch, kernel, cells)
    for inputs, draws, path in zip(cases, drawn, compiled, strict=True):
        assert_same_path(kernel.simulate(inputs, draws, trace=True), path)


def test_the_machine_is_known_to_the_contract():
    assert machine("power").VERSION == "power@1"
