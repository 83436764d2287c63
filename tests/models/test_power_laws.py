"""Laws that hold for every supply (P50-P58), on the compiled engine."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from power_supplies import HOUR, KEPT, PANASONIC, curve, phones_h, run_many, supply, switched_off, two_loads

from resilience_sim.models.power import (
    Battery,
    DrawnOutages,
    Generator,
    GivenOutages,
    Kibam,
    Load,
    Losses,
    PowerInputs,
    RuntimeCurve,
    Shed,
    Ups,
    draw,
    kernel,
)
from resilience_sim.models.power.theory import charge_after_storage, latest_shed
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Streams, Uniform

quick = settings(max_examples=60, deadline=None)
a_share = some.floats(0.0, 1.0)
some_watts = some.floats(1.0, 400.0)


@some.composite
def curves(the) -> RuntimeCurve:
    """Makers' curves: steps of power and runtime, both by a factor."""
    steps = the(some.lists(some.tuples(some.floats(1.05, 3.0), some.floats(1.05, 5.0)), min_size=1, max_size=5))
    powers, runtimes = [400.0], [300.0]
    for weaker, longer in steps:
        powers.append(powers[-1] / weaker)
        runtimes.append(runtimes[-1] * longer)
    return RuntimeCurve(tuple(powers), tuple(runtimes))


kinetic = some.builds(
    Kibam, c=some.floats(0.05, 0.95), k_per_h=some.floats(0.1, 30.0), capacity_wh=some.floats(20.0, 2000.0)
)
laws = some.one_of(curves(), kinetic)


def lasts_s(law, watts: float, **battery) -> float:
    """How long one load is carried."""
    return run_many(supply(law, Load("phones", watts), **battery)).lost_s[0, 0]


# -- runtimes ----------------------------------------------------------------------------------------------------------


@quick
@given(law=laws, watts=some_watts, more=some.floats(1.0, 3.0), health=some.floats(0.3, 1.0), cold=some.floats(1.0, 1.6))
def test_p50_runtime_falls_with_load_age_and_cold_and_rises_with_blocks_and_live_strings(
    law, watts, more, health, cold
):
    new = lasts_s(law, watts)
    assert 0 < new < math.inf
    for worse in (
        lasts_s(law, watts * more),
        lasts_s(law, watts, health=health),
        lasts_s(law, watts, size_factor=cold),
    ):
        assert 0 <= worse <= new * (1 + 1e-12)
    for better in (lasts_s(law, watts, blocks=2), lasts_s(law, watts, strings=2), lasts_s(law, watts / more)):
        assert better >= new * (1 - 1e-12)


@quick
@given(law=laws, watts=some_watts, months=some.floats(0.0, 33.0), more=some.floats(0.0, 12.0))
def test_p50_runtime_falls_with_the_time_of_self_discharge(law, watts, months, more):
    fresh, stored, longer = (
        lasts_s(law, watts, charge=charge_after_storage(time)) for time in (0.0, months, months + more)
    )
    assert fresh * (1 + 1e-12) >= stored
    assert stored * (1 + 1e-12) >= longer >= 0
    assert lasts_s(law, watts, charge=0.0) == 0.0


@quick
@given(law=laws, watts=some_watts, strings=some.integers(1, 5))
def test_p50_runtime_falls_with_the_number_of_dead_strings(law, watts, strings):
    inputs = supply(law, Load("phones", watts), strings=strings, string_fails=0.5, duration_s=[math.inf] * 6)
    draws = draw(inputs, Streams(1, 0))
    dead = np.arange(6)
    draws.string_u[:] = np.where(np.arange(strings)[:, None] < dead, 0.0, 1.0)
    lost_s = kernel.simulate(inputs, draws).lost_s[0]
    alone = lasts_s(law, watts, strings=strings)
    assert lost_s[0] == pytest.approx(alone, rel=1e-12)
    assert (np.diff(lost_s) <= 1e-12 * alone).all()
    assert (lost_s[strings:] == 0).all()


@quick
@given(curve=curves(), node=some.integers(0, 4), watts=some_watts)
def test_p57_one_new_block_without_losses_is_the_table(curve, node, watts):
    node = min(node, len(curve.power_w) - 1)
    assert lasts_s(curve, curve.power_w[node]) == curve.runtime_s[node]
    assert lasts_s(curve, watts) == curve.runtime_at(watts)


@quick
@given(law=laws, watts=some_watts, factor=some.integers(2, 9))
def test_p54_load_and_blocks_scale_together(law, watts, factor):
    assert lasts_s(law, watts * factor, blocks=factor) == pytest.approx(lasts_s(law, watts), rel=1e-12)
    assert lasts_s(law, watts * factor, strings=factor) == pytest.approx(lasts_s(law, watts), rel=1e-12)


@quick
@given(curve=curves(), watts=some_watts, shed=a_share, seed=some.integers(0, 99))
def test_p54_all_times_scale_together(curve, watts, shed, seed):
    def lost_and_off(scale: float):
        law = RuntimeCurve(curve.power_w, tuple(scale * seconds for seconds in curve.runtime_s))
        generator = Generator(scale * 60, scale * 10, scale * 20, 0.0, attempts=2, starts=0.5, fuel_s=scale * 500)
        inputs = supply(
            law, Load("phones", watts), Load("servers", watts), sheds=(switched_off("servers", scale * 600 * shed),),
            duration_s=scale * np.array([100.0, 2000.0, 900.0]), between_s=scale * np.array([0.0, 50.0, 4000.0]),
            recharge_s=scale * 5000, generator=generator,
        )  # fmt: skip
        path = run_many(inputs, seed)
        return path.lost_s, path.off_s

    for whole, scaled in zip(lost_and_off(1.0), lost_and_off(4.0), strict=True):
        assert scaled == pytest.approx(4 * whole, rel=1e-9, abs=1e-6)


# -- sheds -------------------------------------------------------------------------------------------------------------


@quick
@given(law=laws, watts=some_watts, at=a_share, delay=a_share, rest=some.floats(0.1, 0.9))
def test_p51_a_later_shed_never_lasts_longer(law, watts, at, delay, rest):
    full_s, shed_s = lasts_s(law, watts), lasts_s(law, watts * rest)
    loads = Load("phones", watts * rest), Load("servers", watts * (1 - rest))

    def total(at_s: float) -> float:
        return run_many(supply(law, *loads, sheds=(switched_off("servers", at_s),))).lost_s[0, 0]

    early, late = total(at * full_s), total((at + delay) * full_s)
    assert early >= late * (1 - 1e-9)
    assert full_s * (1 - 1e-9) <= late
    assert early <= shed_s * (1 + 1e-9)


@quick
@given(law=laws, watts=some_watts, at=a_share, delay=a_share, more=a_share, rest=some.floats(0.1, 0.9))
def test_p51_who_acts_later_never_makes_it_last_longer(law, watts, at, delay, more, rest):
    full_s, shed_s = lasts_s(law, watts), lasts_s(law, watts * rest)
    loads = Load("phones", watts * rest), Load("servers", watts * (1 - rest))

    def total(delay_s: float) -> float:
        shed = switched_off("servers", at * full_s, delay=Deterministic(delay_s))
        return run_many(supply(law, *loads, sheds=(shed,))).lost_s[0, 0]

    sooner, later = total(delay * full_s), total((delay + more) * full_s)
    assert shed_s * (1 + 1e-9) >= sooner >= later * (1 - 1e-9)
    assert later >= full_s * (1 - 1e-9)


@quick
@given(full_h=some.floats(0.2, 20.0), gain=some.floats(1.05, 6.0), share=some.floats(0.01, 0.99))
def test_p55_the_latest_shed_just_reaches_its_target(full_h, gain, share):
    target_h = full_h * (1 + (gain - 1) * share)
    latest_h = latest_shed(full_h, full_h * gain, target_h)

    def total(at_h: float) -> float:
        return phones_h(two_loads(full_h, full_h * gain, switched_off("servers", at_h * HOUR)))

    assert total(latest_h) == pytest.approx(target_h, rel=1e-9)
    assert total(latest_h + 1 / 60) < target_h


# -- what survives, on the same draws ----------------------------------------------------------------------------------

OUTAGES, ALWAYS = 400, 1e9  # so long on mains that batteries are always full
SHED = Shed(("servers",), "after", 900.0, by="switch", delay=Uniform(0.0, 1800.0), forgotten=0.2)
STARTS = Generator(600.0, 10.0, 600.0, 5.0, attempts=2, starts=0.5, available=0.9)
RUNS = Generator(600.0, 10.0, 600.0, 5.0, attempts=1, starts=1.0, mean_run_s=HOUR)


def kept(seed: int, *, scale=1.0, between_s=3 * HOUR, generator=STARTS, shed=SHED, watts=40.0, **battery):
    """Which outages the phones survive; durations are scaled, not drawn anew."""
    settings = {"law": PANASONIC, "blocks": 2, "strings": 2, "string_fails": 0.1, "recharge_s": 8 * HOUR, **battery}
    loads = Load("phones", watts), Load("servers", 60.0)
    unit = Ups("ups", Battery(**settings), loads, (shed,), transfer_fails=0.02)
    outages = DrawnOutages(OUTAGES, LogNormal(math.log(scale * 2 * HOUR), 1.0), Exponential(between_s))
    return run_many(PowerInputs(outages, (unit,), generator), seed).ended[0] == KEPT


def changed(thing, **changes):
    return dataclasses.replace(thing, **changes)


@pytest.mark.parametrize(
    ("better", "base"),
    [
        ({"watts": 30.0}, {}),
        ({"health": 1.0}, {"health": 0.8}),
        ({"size_factor": 1.0}, {"size_factor": 1.19}),
        ({"blocks": 3}, {}),
        ({"string_fails": 0.02}, {"between_s": ALWAYS}),
        ({"recharge_s": 2 * HOUR}, {}),
        ({"between_s": 6 * HOUR}, {}),
        ({"scale": 0.5}, {"between_s": ALWAYS}),
        ({"shed": changed(SHED, at=300.0)}, {}),
        ({"shed": changed(SHED, forgotten=0.0)}, {}),
        ({"generator": changed(STARTS, attempts=3)}, {}),
        ({"generator": changed(STARTS, starts=0.8)}, {}),
        ({"generator": changed(STARTS, available=1.0)}, {}),
        ({"generator": changed(STARTS, sense_s=60.0)}, {}),
        ({"generator": changed(RUNS, mean_run_s=4 * HOUR)}, {"generator": RUNS}),
        ({"generator": changed(RUNS, fuel_s=2 * HOUR)}, {"generator": changed(RUNS, fuel_s=HOUR)}),
    ],
    ids=lambda change: ", ".join(change) or "new",
)
def test_p52_what_helps_saves_every_outage_that_was_survived_without_it(better, base):
    """Dead strings and short outages help the next outage: nothing is drawn, or the generator charges for longer."""
    gained = 0
    for seed in range(5):
        with_it, without = kept(seed, **{**base, **better}), kept(seed, **base)
        assert not (without & ~with_it).any()
        gained += int((with_it & ~without).sum())
    assert gained > 0, "it never mattered: the scenario has lost its power"


def test_p56_the_fewest_blocks_that_hold_hold_and_one_fewer_fails():
    shares = {blocks: np.mean(kept(1, blocks=blocks)) for blocks in range(1, 12)}
    fewest = min(blocks for blocks, share in shares.items() if share >= 0.8)
    assert 1 < fewest < 11
    assert all((share >= 0.8) == (blocks >= fewest) for blocks, share in shares.items())


# -- phases ------------------------------------------------------------------------------------------------------------


@quick
@given(law=laws, watts=some_watts, used=some.floats(0.01, 0.9), split=a_share)
def test_p53_splitting_a_phase_changes_nothing(law, watts, used, split):
    """A blip of mains of no length splits an outage in two."""
    seconds = used * lasts_s(law, watts)
    first = split * seconds
    whole, parts = (
        run_many(supply(law, Load("phones", watts), duration_s=duration_s, between_s=np.zeros(len(duration_s))))
        for duration_s in ([seconds, math.inf], [first, seconds - first, math.inf])
    )
    assert parts.charge_after[0, 1] == pytest.approx(whole.charge_after[0, 0], abs=1e-12)
    full_s = seconds / used
    assert parts.lost_s[0, 2] == pytest.approx(whole.lost_s[0, 1], abs=1e-12 * full_s)


def left_after(law, phases: list[bool]) -> tuple[float, float]:
    """Charge left, and how long both loads can then go on, after an hour per phase with both loads or one."""
    duration_s = np.array([HOUR] * len(phases) + [math.inf])
    loads = Load("phones", 1.0), Load("servers", 1.0)
    inputs = supply(
        law, *loads, sheds=(switched_off("servers", 0.0, forgotten=0.5),), duration_s=duration_s,
        between_s=np.zeros(len(duration_s)),
    )  # fmt: skip
    draws = draw(inputs, Streams(1, 0))
    both = np.array([*phases, True])
    draws.forgotten_u[0] = np.where(both, 0.0, 1.0)  # forgotten: both loads stay on
    path = kernel.simulate(inputs, draws)
    return path.charge_before[0, -1], path.lost_s[0, -1]


def test_p53_order_of_phases_matters_to_a_kinetic_battery_only():
    linear = curve((5.0, 2.0), (12.0, 1.0), unit=HOUR)
    one, other = left_after(linear, [True, False]), left_after(linear, [False, True])
    assert one == pytest.approx(other, abs=1e-9)
    one, other = (left_after(Kibam(0.3, 1.0, 15.0), phases) for phases in ([True, False], [False, True]))
    assert one[0] == pytest.approx(other[0], abs=1e-12), "the same energy was used"
    assert one[1] > other[1] + 30.0, "wells that levelled out meanwhile last longer"


@quick
@given(law=laws, watts=some_watts, at=a_share, rest=some.floats(0.1, 0.9))
def test_a_battery_that_recovers_never_falls_short_where_the_load_falls(law, watts, at, rest):
    """P13: KiBaM's total is at least that of the linear law through the same two runtimes."""
    full_s, shed_s = lasts_s(law, watts), lasts_s(law, watts * rest)
    linear = RuntimeCurve((watts, watts * rest), (full_s, shed_s))
    loads = Load("phones", watts * rest), Load("servers", watts * (1 - rest))
    sheds = (switched_off("servers", at * full_s),)
    totals = [run_many(supply(one, *loads, sheds=sheds)).lost_s[0, 0] for one in (law, linear)]
    assert totals[0] >= totals[1] * (1 - 1e-9)


@quick
@given(law=laws, watts=some_watts, charge=a_share, idle=some.floats(0.0, 50.0))
def test_p58_an_outage_of_no_length_is_none(law, watts, charge, idle):
    path = run_many(
        supply(
            law,
            Load("phones", watts),
            duration_s=np.zeros(3),
            charge=charge,
            losses=Losses(idle_w=idle),
            sheds=(switched_off("phones", 0.0),),
            between_s=np.zeros(3),
            generator=Generator(0.0, 0.0, 0.0, 0.0),
        )
    )
    assert (path.ended == KEPT).all()
    assert (path.off_s == 0).all()
    assert (path.charge_after == charge).all()
    assert np.isinf([path.lost_s[0], path.acted_s[0], path.on_line_s]).all()


@quick
@given(law=laws, watts=some_watts, charge=some.floats(0.01, 1.0), idle=some.floats(1.0, 50.0), shed=a_share)
def test_p58_without_load_there_is_nothing_but_the_idle_loss(law, watts, charge, idle, shed):
    """P43 too: what is left of an idle loss empties the battery as a load would."""

    def after(losses: Losses, duration_s: float) -> float:
        inputs = supply(
            law, Load("phones", watts), sheds=(switched_off("phones", 0.0),), losses=losses, charge=charge,
            duration_s=[duration_s],
        )  # fmt: skip
        return run_many(inputs).charge_after[0, 0]

    assert after(Losses(), 1e6) == pytest.approx(charge, abs=1e-12)
    empty_s = lasts_s(law, idle, charge=charge)
    seconds = shed * empty_s
    carried = run_many(supply(law, Load("idle", idle), charge=charge, duration_s=[seconds])).charge_after[0, 0]
    assert after(Losses(idle_w=idle), seconds) == pytest.approx(carried, abs=1e-12)
    if isinstance(law, RuntimeCurve):
        assert after(Losses(idle_w=idle), empty_s * (1 + 1e-9)) == 0.0


@quick
@given(law=laws, seed=some.integers(0, 999))
def test_charge_stays_between_empty_and_full_and_time_off_within_the_outage(law, seed):
    random = np.random.default_rng(seed)
    outages = GivenOutages(random.exponential(2 * HOUR, 20), random.exponential(HOUR, 20))
    unit = Ups("ups", Battery(law, recharge_s=3 * HOUR), (Load("phones", 30.0), Load("servers", 60.0)), (SHED,))
    path = run_many(PowerInputs(outages, (unit,), RUNS), seed)
    for charge in (path.charge_before, path.charge_after):
        assert ((charge >= 0) & (charge <= 1)).all()
    assert (path.off_s >= 0).all()
    assert (path.off_s <= path.duration_s).all()
    assert ((path.lost_s < np.inf) == (path.ended != KEPT)).all()
