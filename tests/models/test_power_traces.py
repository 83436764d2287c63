"""Ties worked out by hand, and laws that hold on every sample path: what is conserved, and what changes no bit."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
from power_scenarios import some_inputs
from power_supplies import CUT, HOUR, KEPT, STOPPED, SWITCHED_OFF, curve, run, supply

from resilience_sim.models.contract import assert_same_path, engine
from resilience_sim.models.power import (
    DrawnOutages,
    Draws,
    Generator,
    GivenOutages,
    Kibam,
    Load,
    Losses,
    Path,
    PowerInputs,
    Shed,
    Ups,
    draw,
)
from resilience_sim.randomness import Deterministic, Never, Streams

KERNEL = engine("kernel", of="power")
SEEDS = range(150)
LATTICES = (None, 1.0)

# -- ties: mains, generator, its failure, a shutdown's end, a rule, an empty battery, fire -----------------------------

INF = math.inf
EIGHT_SECONDS = curve((8.0, 2.0), (16.0, 1.0), unit=1.0)


def stops(at: float, **more) -> Shed:
    return Shed(("servers",), "after", at, **more)


def comes(at_s: float, **more) -> Generator:
    return Generator(at_s, 0.0, 0.0, 0.0, **more)


@pytest.mark.parametrize(
    ("scenario", "lost_s", "ended"),
    [
        ({"duration_s": [4.0], "generator": comes(4.0)}, (INF, INF), (KEPT, KEPT)),
        (
            {"duration_s": [4.0], "generator": comes(2.0, fuel_s=2.0), "fire": Deterministic(3.0)},
            (INF, INF), (KEPT, KEPT),
        ),
        ({"duration_s": [4.0], "sheds": (stops(2.0),)}, (INF, INF), (KEPT, KEPT)),
        ({"duration_s": [4.0], "sheds": (stops(4.0, by="switch"),)}, (INF, INF), (KEPT, KEPT)),
        ({"duration_s": [8.0]}, (INF, INF), (KEPT, KEPT)),
        ({"duration_s": [4.0], "fire": Deterministic(4.0)}, (INF, INF), (KEPT, KEPT)),
        ({"generator": comes(4.0), "sheds": (stops(2.0),)}, (INF, INF), (KEPT, KEPT)),
        ({"generator": comes(4.0), "sheds": (stops(4.0, by="switch"),)}, (INF, INF), (KEPT, KEPT)),
        ({"generator": comes(8.0)}, (INF, INF), (KEPT, KEPT)),
        ({"generator": comes(4.0), "fire": Deterministic(4.0)}, (INF, INF), (KEPT, KEPT)),
        (
            {"generator": comes(0.0, fuel_s=4.0), "sheds": (stops(4.0, by="switch"),), "duration_s": [6.0]},
            (INF, 4.0), (KEPT, SWITCHED_OFF),
        ),
        ({"generator": comes(0.0, fuel_s=4.0), "fire": Deterministic(4.0)}, (4.0, 4.0), (CUT, CUT)),
        (
            {"sheds": (stops(2.0), stops(4.0, by="switch")), "duration_s": [6.0]},
            (INF, 4.0), (KEPT, STOPPED),
        ),
        ({"sheds": (stops(6.0),)}, (8.0, 8.0), (CUT, STOPPED)),
        ({"sheds": (stops(2.0),), "fire": Deterministic(4.0)}, (4.0, 4.0), (CUT, STOPPED)),
        ({"sheds": (stops(8.0, by="switch"),)}, (8.0, 8.0), (CUT, SWITCHED_OFF)),
        ({"sheds": (stops(4.0, by="switch"),), "fire": Deterministic(4.0)}, (4.0, 4.0), (CUT, SWITCHED_OFF)),
        ({"fire": Deterministic(8.0)}, (8.0, 8.0), (CUT, CUT)),
    ],
    ids=[
        "mains, generator", "mains, generator fails", "mains, shutdown ends", "mains, rule", "mains, empty",
        "mains, fire", "generator, shutdown ends", "generator, rule", "generator, empty", "generator, fire",
        "generator fails, rule", "generator fails, fire", "shutdown ends, rule", "shutdown ends, empty",
        "shutdown ends, fire", "rule, empty", "rule, fire", "empty, fire",
    ],
)  # fmt: skip
def test_of_two_things_at_one_instant_the_first_in_the_written_order_comes_first(scenario, lost_s, ended):
    """Two loads that empty a battery in 8 s; servers go down in 2 s. Engines agree to the bit."""
    path = run(supply(EIGHT_SECONDS, Load("phones", 1.0), Load("servers", 1.0, stop=Deterministic(2.0)), **scenario))
    assert path.lost_s[:, 0].tolist() == list(lost_s)
    assert path.ended[:, 0].tolist() == list(ended)


def test_what_comes_with_the_mains_has_not_come():
    supplies = [
        {"generator": comes(4.0)},
        {"generator": comes(2.0, fuel_s=2.0)},
        {"sheds": (stops(4.0, by="switch"),)},
    ]
    for scenario in supplies:
        path = run(supply(EIGHT_SECONDS, Load("phones", 1.0), Load("servers", 1.0), duration_s=[4.0], **scenario))
        assert (path.acted_s == INF).all()
        assert path.generator_fails_s[0] == INF
        assert path.on_line_s[0] == (2.0 if scenario.get("generator") == supplies[1]["generator"] else INF)


def test_a_battery_that_is_empty_as_the_generator_comes_recharges_from_nothing():
    loads = Load("phones", 1.0), Load("servers", 1.0)
    path = run(supply(EIGHT_SECONDS, *loads, generator=comes(8.0), duration_s=[8.0 + HOUR], recharge_s=4 * HOUR))
    assert path.charge_after[0, 0] == 0.25


# -- what is conserved -------------------------------------------------------------------------------------------------


def scenario(seed: int, lattice: float | None, **changes) -> tuple[PowerInputs, Draws, Path]:
    inputs = dataclasses.replace(some_inputs(np.random.default_rng([seed, 17]), lattice), **changes)
    draws = draw(inputs, Streams(seed, 3))
    return inputs, draws, KERNEL.simulate(inputs, draws, trace=True)


def used_per_s(unit: Ups, on_w: float, live: int) -> float:
    """Share of a full charge that a load takes in a second; nothing without a load, as there are no losses."""
    if on_w == 0:
        return 0.0
    block_w = on_w * unit.battery.size_factor / (unit.battery.blocks * live * unit.battery.health)
    law = unit.battery.law
    return block_w / (HOUR * law.capacity_wh) if isinstance(law, Kibam) else 1 / law.runtime_at(block_w)


def charge_by_the_trace(unit: Ups, before: float, live: int, path: Path, outage: int, first: int) -> float:
    """What the loads that were on have used and the generator has given back, phase by phase."""
    mine = (path.trace_outage == outage) & (path.trace_load >= first) & (path.trace_load < first + len(unit.loads))
    switches = list(zip(path.trace_s[mine], path.trace_load[mine] - first, path.trace_on[mine], strict=True))
    on_line_s, fails_s = path.on_line_s[outage], path.generator_fails_s[outage]
    ends = [path.duration_s[outage], on_line_s, fails_s, *(at for at, *_ in switches)]
    last = max(end for end in ends if end < INF) if path.duration_s[outage] == INF else path.duration_s[outage]
    instants = sorted({0.0, last, *(end for end in ends if end <= last)})
    on, charge = [True] * len(unit.loads), before
    for start, end in pairwise(instants):
        for at, load, is_on in switches:
            if at == start:
                on[load] = bool(is_on)
        if on_line_s <= start < fails_s:
            charge = min(1.0, charge + (end - start) / unit.battery.recharge_s)
        else:
            on_w = math.fsum(load.power_w for load, fed in zip(unit.loads, on, strict=True) if fed)
            charge -= (end - start) * used_per_s(unit, on_w, live)
    return charge


@pytest.mark.parametrize("lattice", LATTICES)
def test_charge_is_conserved(lattice):
    """What is in a battery is what was in it, less what its loads took, with what mains and generator gave."""
    checked = 0
    for seed in SEEDS:
        inputs = some_inputs(np.random.default_rng([seed, 17]), lattice)
        units = tuple(dataclasses.replace(unit, losses=Losses()) for unit in inputs.units)
        inputs, draws, path = scenario(seed, lattice, units=units)
        string = load = 0
        for row, unit in enumerate(inputs.units):
            strings = slice(string, string + unit.battery.strings)
            live = (draws.string_u[strings] >= unit.battery.string_fails).sum(axis=0)
            for outage in range(len(path.duration_s)):
                before = path.charge_before[row, outage]
                if outage == 0:
                    assert before == unit.battery.charge
                else:
                    given = path.between_s[outage] / unit.battery.recharge_s
                    assert before == pytest.approx(min(1.0, path.charge_after[row, outage - 1] + given), abs=1e-9)
                told = before
                if path.duration_s[outage] > 0:
                    told = charge_by_the_trace(unit, before, int(live[outage]), path, outage, load)
                assert path.charge_after[row, outage] == pytest.approx(told, abs=1e-9)
                checked += told < before
            string, load = strings.stop, load + len(unit.loads)
    assert checked > 1000


@pytest.mark.parametrize("lattice", LATTICES)
def test_every_load_is_counted_once_and_time_is_conserved(lattice):
    for seed in SEEDS:
        inputs, _, path = scenario(seed, lattice)
        for outage, duration_s in enumerate(path.duration_s):
            for load in range(len(inputs.loads)):
                mine = (path.trace_outage == outage) & (path.trace_load == load)
                at, on = path.trace_s[mine], path.trace_on[mine]
                assert on.tolist() == [0, 1] * (len(on) // 2) + [0] * (len(on) % 2), "off and on in turn"
                assert (np.diff(at) >= 0).all()
                assert ((at >= 0) & (at < duration_s)).all()
                ends = [*at, duration_s] if len(at) % 2 else at
                off_s = math.fsum(ends[k + 1] - ends[k] for k in range(0, len(ends), 2)) if len(ends) else 0.0
                assert path.off_s[load, outage] == pytest.approx(off_s, rel=1e-12)
                assert path.lost_s[load, outage] == (at[0] if len(at) else INF)
                assert (path.ended[load, outage] == KEPT) == (len(at) == 0)


# -- what changes no bit -----------------------------------------------------------------------------------------------


def columns_of(path: Path) -> dict[str, np.ndarray]:
    """All but the trace."""
    names = [field.name for field in dataclasses.fields(path) if not field.name.startswith("trace_")]
    return {name: getattr(path, name) for name in names}


@pytest.mark.parametrize("lattice", LATTICES)
def test_leaving_out_later_outages_changes_nothing_before(lattice):
    for seed in SEEDS:
        inputs, _, whole = scenario(seed, lattice)
        first, outages = len(whole.duration_s) // 2, inputs.outages
        if isinstance(outages, DrawnOutages):
            fewer: DrawnOutages | GivenOutages = dataclasses.replace(outages, count=first)
        else:
            fewer = GivenOutages(outages.duration_s[:first], outages.between_s[:first])
        _, _, part = scenario(seed, lattice, outages=fewer)
        for name, column in columns_of(part).items():
            assert np.array_equal(column, getattr(whole, name)[..., :first]), name


@pytest.mark.parametrize("lattice", LATTICES)
def test_a_unit_alone_does_what_it_does_in_company(lattice):
    for seed in SEEDS:
        inputs, _, together = scenario(seed, lattice)
        rule = load = 0
        for row, unit in enumerate(inputs.units):
            _, _, alone = scenario(seed, lattice, units=(unit,))
            rules, loads = slice(rule, rule + len(unit.sheds)), slice(load, load + len(unit.loads))
            mine = {"charge_before": [row], "charge_after": [row], "acted_s": rules}
            mine |= dict.fromkeys(("lost_s", "off_s", "ended"), loads)
            for name, column in columns_of(alone).items():
                assert np.array_equal(column, getattr(together, name)[mine.get(name, slice(None))]), name
            rule, load = rules.stop, loads.stop


@pytest.mark.parametrize("off", ["no attempt succeeds", "never available", "fire after all", "waits for longest"])
@pytest.mark.parametrize("lattice", LATTICES)
def test_a_feature_that_does_nothing_is_a_feature_switched_off(off, lattice):
    for seed in SEEDS:
        inputs = some_inputs(np.random.default_rng([seed, 17]), lattice)
        generator = comes(1.0, mean_run_s=5.0)
        patient, very_patient = (
            tuple(
                dataclasses.replace(
                    unit, loads=tuple(dataclasses.replace(load, waits_s=waits_s) for load in unit.loads)
                )
                for unit in inputs.units
            )
            for waits_s in (INF, 1e12)
        )
        without, idle = {
            "no attempt succeeds": ({"generator": None}, {"generator": dataclasses.replace(generator, starts=0.0)}),
            "never available": ({"generator": None}, {"generator": dataclasses.replace(generator, available=0.0)}),
            "fire after all": ({"fire": Never()}, {"fire": Deterministic(1e30)}),
            "waits for longest": ({"units": patient}, {"units": very_patient}),
        }[off]
        _, _, path = scenario(seed, lattice, **without)
        if off == "fire after all" and (path.duration_s == INF).any():
            continue  # in an outage without end it comes
        assert_same_path(path, scenario(seed, lattice, **idle)[2])


@pytest.mark.parametrize("lattice", LATTICES)
def test_a_rule_that_is_always_forgotten_is_no_rule(lattice):
    for seed in SEEDS:
        inputs = some_inputs(np.random.default_rng([seed, 17]), lattice)
        units = tuple(
            dataclasses.replace(unit, sheds=(*unit.sheds, Shed((unit.loads[0].name,), "after", 1.0, forgotten=1.0)))
            for unit in inputs.units
        )
        _, _, path = scenario(seed, lattice, units=units)
        _, _, without = scenario(seed, lattice)
        added = np.cumsum([len(unit.sheds) for unit in units]) - 1
        assert (path.acted_s[added] == INF).all()
        assert_same_path(dataclasses.replace(path, acted_s=np.delete(path.acted_s, added, axis=0)), without)
