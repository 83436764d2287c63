"""What the power machine does, case by case, against the known answers of power (P: `known-answers/power.md`).

Every case is run by both engines, which must agree to the bit, except where a hundred thousand outages are drawn.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from power_supplies import (
    CUT,
    HOUR,
    KEPT,
    MANY,
    MINUTE,
    PANASONIC,
    STOPPED,
    SWITCHED_OFF,
    assert_probability,
    curve,
    four_hours,
    phones_h,
    run,
    run_many,
    supply,
    switched_off,
    two_loads,
)  # fmt: skip

from resilience_sim.models.power import (
    Battery,
    DrawnOutages,
    Generator,
    Kibam,
    Load,
    Losses,
    PowerInputs,
    RuntimeCurve,
    Shed,
    Ups,
)
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Never, Uniform

# -- sheds -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("c", "k_per_h", "ratio", "shed_h", "at_h", "kinetic_h", "linear_h"),
    [
        (0.2776, 13.012, 1 / 2, 10.2, 2, 8.2, 8.12),
        (0.2776, 13.012, 1 / 2, 10.2, 4, 6.2, 6.04),
        (0.2776, 13.012, 1 / 4, 20.6, 2, 14.6, 14.36),
        (0.2776, 13.012, 1 / 4, 20.6, 4, 8.6, 8.12),
        (0.1855, 14.716, 1 / 2, 10.2984, 2, 8.2984, 8.1790),
        (0.1855, 14.716, 1 / 2, 10.2984, 4, 6.2984, 6.0597),
        (0.1855, 14.716, 1 / 4, 20.8951, 2, 14.8951, 14.5371),
        (0.1855, 14.716, 1 / 4, 20.8951, 4, 8.8951, 8.1790),
        (0.315, 1.24, 1 / 2, 11.7466, 2, 9.7465, 9.0480),
        (0.315, 1.24, 1 / 2, 11.7466, 4, 7.7296, 6.3493),
        (0.315, 1.24, 1 / 4, 25.2469, 2, 19.2469, 17.1481),
        (0.315, 1.24, 1 / 4, 25.2469, 4, 13.2468, 9.0494),
        (0.47511, 0.677, 1 / 2, 11.5220, 2, 9.5164, 8.9132),
        (0.47511, 0.677, 1 / 2, 11.5220, 4, 7.3776, 6.3044),
        (0.47511, 0.677, 1 / 4, 24.6745, 2, 18.6744, 16.8047),
        (0.47511, 0.677, 1 / 4, 24.6745, 4, 12.6618, 8.9349),
    ],
)
def test_p13_shedding_under_both_laws(c, k_per_h, ratio, shed_h, at_h, kinetic_h, linear_h):
    kt = k_per_h * 5.0
    delivered = kt * c / (1 - math.exp(-kt) + c * (kt - 1 + math.exp(-kt)))  # of the capacity, in 5 h
    kinetic = Kibam(c, k_per_h, 5.0 / delivered)
    loads = Load("phones", ratio), Load("servers", 1 - ratio)
    assert phones_h(supply(kinetic, *loads)) == pytest.approx(5.0, rel=1e-9)
    assert phones_h(supply(kinetic, loads[0])) == pytest.approx(shed_h, abs=1e-3)
    linear = curve((5.0, 1.0), (phones_h(supply(kinetic, loads[0])), ratio), unit=HOUR)
    shed = switched_off("servers", at_h * HOUR)
    totals = [phones_h(supply(law, *loads, sheds=(shed,))) for law in (kinetic, linear)]
    assert totals == pytest.approx([kinetic_h, linear_h], abs=1e-3)
    assert totals[0] > totals[1]


@pytest.mark.parametrize(
    ("shed", "total_h"),
    [
        (switched_off("servers", 4 * HOUR), 6.0),
        (switched_off("servers", 0.0), 10.0),
        (switched_off("servers", 5 * HOUR), 5.0),
        (Shed(("servers",), "charge", 0.4, by="switch"), 7.0),
        (Shed(("servers",), "runtime", 2 * HOUR, by="switch"), 7.0),
        (Shed(("servers",), "charge", 0.4), 7.0),
        (Shed(("servers",), "charge", 0.4, by="switch", delay=Deterministic(HOUR)), 6.0),
    ],
)
def test_p14_what_a_shed_gains(shed, total_h):
    assert phones_h(two_loads(5, 10, shed)) == total_h, "whole seconds stay exact"
    outages = [total_h * HOUR, total_h * HOUR + 1]
    assert run(two_loads(5, 10, shed, duration_s=outages)).ended[0].tolist() == [KEPT, CUT], "equality survives"


@pytest.mark.parametrize(
    ("health", "total_h", "latest_h"), [(1, 6, 4), (0.9, 5, 3), (0.8, 4, 2), (0.7, 3.5, 1), (0.6, 3, 0)]
)
def test_p15_the_clause_holds_for_a_new_battery_only(health, total_h, latest_h):
    def total(at_h: float) -> float:
        return phones_h(two_loads(5 * health, 10 * health, switched_off("servers", at_h * HOUR)))

    assert total(4.0) == pytest.approx(total_h, rel=1e-12)
    assert total(latest_h) == pytest.approx(6.0, rel=1e-12)


@pytest.mark.parametrize(
    ("health", "total_h", "latest_h"),
    [(1.0, 6.0, 4.0), (0.9, 4.84304, 2.82492), (0.8, 3.86729, 1.65410), (0.7, 3.34055, 0.47495)],
)
def test_p15_the_clause_as_the_table_ages_computed(health, total_h, latest_h):
    def total(at_h: float) -> float:
        loads = Load("phones", 8.79), Load("servers", 16.5 - 8.79)
        return phones_h(supply(PANASONIC, *loads, sheds=(switched_off("servers", at_h * HOUR),), health=health))

    assert total(4.0) == pytest.approx(total_h, abs=1e-4)
    assert total(latest_h) == pytest.approx(6.0, abs=1e-4)


@pytest.mark.parametrize(
    ("law", "steps", "total_min"),
    [
        (PANASONIC, [(0, 65.7), (30, 26.0)], 120),
        (PANASONIC, [(0, 112.0), (10, 34.9)], 90),
        (PANASONIC, [(0, 270.0), (5, 65.7), (20, 16.5)], 95),
        (curve((14, 300), (49, 100)), [(0, 300.0), (7, 100.0)], 31.5),
        (curve((11, 600), (47, 200)), [(0, 600.0), (5, 200.0)], 30.636364),
        (curve((4.3, 400), (21, 100)), [(0, 400.0), (2, 100.0)], 13.232558),
    ],
)
def test_p16_sheds_at_printed_nodes(law, steps, total_min):
    powers = [power for _, power in steps]
    loads = [Load("rest", powers[-1])]
    loads += [Load(f"load {k}", powers[k - 1] - powers[k]) for k in range(1, len(steps))]
    sheds = tuple(switched_off(f"load {k}", steps[k][0] * MINUTE) for k in range(1, len(steps)))
    assert run(supply(law, *loads, sheds=sheds)).lost_s[0, 0] / MINUTE == pytest.approx(total_min, rel=1e-7)


def test_p17_a_person_sheds():
    shed = switched_off("servers", 3 * HOUR, delay=Uniform(0.0, 2 * HOUR), forgotten=0.1)
    total_h = run_many(two_loads(5, 10, shed, duration_s=np.full(MANY, np.inf))).lost_s[0] / HOUR
    assert_probability(total_h >= 6.0, 0.45)
    assert abs(total_h.mean() - 5.9) < 4 * total_h.std() / math.sqrt(MANY)


def test_p46_a_load_step_returns_nothing_of_what_was_used():
    """Air conditioning of half the load off after 3 h of 5 h: what is left, 40 %, carries the rest for 4 h more."""
    path = run(two_loads(5, 10, switched_off("servers", 3 * HOUR), duration_s=[3 * HOUR, 3 * HOUR + 1, math.inf]))
    assert path.charge_after[0, :2] == pytest.approx([0.4, 0.4 - 1 / (10 * HOUR)], abs=1e-12)
    assert path.lost_s[0, 2] == pytest.approx(7 * HOUR)


# -- recharge, strings, health, size -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("first_h", "mains_h", "charge", "second_h"), [(3, 6, 0.75, 3), (5, 6, 0.5, 2), (3, 12, 1, 4)])
def test_p18_the_second_outage_finds_what_is_left(first_h, mains_h, charge, second_h):
    path = run(four_hours(duration_s=[first_h * HOUR, math.inf], between_s=[0.0, mains_h * HOUR]))
    assert path.charge_before[0].tolist() == pytest.approx([1.0, charge], abs=1e-12)
    assert path.lost_s[0, 1] / HOUR == pytest.approx(second_h, rel=1e-12)


def test_p18_two_outages_drawn():
    duration_s = np.random.default_rng(18).exponential(2 * HOUR, 2 * MANY)
    kept = run_many(four_hours(duration_s=duration_s, between_s=np.tile([np.inf, 3 * HOUR], MANY))).ended[0] == KEPT
    assert_probability(kept[0::2], 0.8646647)
    assert_probability(kept[1::2], 0.7415372)
    assert_probability(kept[0::2] & kept[1::2], 0.6882869)


def test_p19_one_of_two_strings_is_dead():
    inputs = supply(PANASONIC, Load("phones", 69.8), strings=2, string_fails=0.03, duration_s=np.full(MANY, np.inf))
    minutes = run_many(inputs).lost_s[0] / MINUTE
    assert np.unique(minutes.round(4)).tolist() == [0.0, 55.4895, 120.0]
    assert_probability(minutes > 0, 0.9991)
    assert abs(minutes.mean() - 116.1375) < 4 * minutes.std() / math.sqrt(MANY)


@pytest.mark.parametrize(
    ("health", "minutes"),
    [
        (0.95, (56.1556, 167.7224, 9.1841)), (0.9, (52.3696, 155.6863, 8.3960)), (0.85, (48.6443, 143.9, 7.6363)),
        (0.8, (44.9821, 132.3725, 6.9055)), (0.75, (41.3472, 121.1138, 6.2043)), (0.7, (37.7856, 111.9671, 5.5331)),
        (0.6, (30.8973, 94.3231, 4.1546)),
    ],
)  # fmt: skip
def test_p23_runtime_by_health_computed(health, minutes):
    lost = [run(supply(PANASONIC, Load("load", power), health=health)).lost_s[0, 0] for power in (65.7, 26.0, 270.0)]
    assert np.array(lost) / MINUTE == pytest.approx(minutes, abs=1e-3)


def test_p27_size_computed():
    inputs = [supply(PANASONIC, Load("load", 300.0), health=0.8, blocks=blocks) for blocks in (19, 18)]
    assert [run(one).lost_s[0, 0] / MINUTE for one in inputs] == pytest.approx([243.7158, 229.4942], abs=5e-5)
    held = [supply(PANASONIC, Load("load", 300.0), health=s, blocks=20, duration_s=[4 * HOUR]) for s in (0.75, 0.749)]
    assert [int(run(one).ended[0, 0]) for one in held] == [KEPT, CUT]


def test_p43_an_idle_loss_empties_the_battery_after_everything_is_shed():
    """26 W of idle loss on two blocks of 80 % health is 16.25 W each."""
    empty_s = PANASONIC.runtime_at(26.0 / (2 * 0.8))
    inputs = supply(
        PANASONIC, Load("load", 60.0), sheds=(switched_off("load", 0.0),), losses=Losses(idle_w=26.0), blocks=2,
        health=0.8, duration_s=[empty_s / 2, empty_s, math.inf],
    )  # fmt: skip
    path = run(inputs)
    assert path.charge_after[0].tolist() == [0.5, 0.0, 0.0]
    assert path.ended[0].tolist() == [SWITCHED_OFF] * 3


def test_p44_charge_stays_between_empty_and_full():
    generator = Generator(HOUR, 0.0, 0.0, 0.0, fuel_s=3 * HOUR)
    inputs = four_hours(
        duration_s=[5 * HOUR, 2 * HOUR, 9 * HOUR], between_s=[0.0, HOUR, 100 * HOUR], generator=generator,
    )  # fmt: skip
    path = run(inputs)
    assert path.charge_before[0].tolist() == pytest.approx([1.0, 0.75 + 1 / 12, 1.0])
    # 1 h used, 3 h of recharge on the generator, 1 h used; 1 h used, 1 h of recharge; 1 h used, 3 h of recharge, empty
    assert path.charge_after[0].tolist() == pytest.approx([0.75, 0.75 + 1 / 12 - 0.25 + 1 / 12, 0.0])
    assert path.lost_s[0].tolist() == [math.inf, math.inf, 8 * HOUR]


# -- shutdowns ---------------------------------------------------------------------------------------------------------


def in_sequence(trigger_min: float, **more) -> PowerInputs:
    """65.7, 45.2, 26.0 and 16.5 W as three machines go down one after the other."""
    loads = [
        Load(name, power, stop=Deterministic(stop_min * MINUTE))
        for name, power, stop_min in (("first", 20.5, 12), ("second", 19.2, 9), ("third", 9.5, 18))
    ]
    shed = Shed(("first", "second", "third"), "after", trigger_min * MINUTE)
    return supply(PANASONIC, *loads, Load("rest", 16.5), sheds=(shed,), **more)


def test_p37_shutdown_in_sequence():
    path = run(in_sequence(20))
    assert path.lost_s[:, 0] / MINUTE == pytest.approx([32, 41, 59, 139], rel=1e-9)
    assert path.ended[:, 0].tolist() == [STOPPED, STOPPED, STOPPED, CUT]
    assert run(in_sequence(20, duration_s=[59 * MINUTE])).charge_after[0, 0] == pytest.approx(0.266667, abs=1e-6)
    third = [run(in_sequence(36 + late)).ended[2, 0] for late in (-1 / 60, 1 / 60)]
    assert third == [STOPPED, CUT]


def test_p37_together_the_same_machines_are_down_sooner():
    inputs = in_sequence(20)
    unit = inputs.units[0]
    together = Ups(
        "ups", unit.battery, unit.loads, (Shed(("first", "second", "third"), "after", 1200.0, in_sequence=False),)
    )
    path = run(PowerInputs(inputs.outages, (together,)))
    assert (path.lost_s[:3, 0] / MINUTE).tolist() == [32, 29, 38]


def test_p38_the_race_is_lost():
    path = run(in_sequence(40))
    assert path.lost_s[:, 0] / MINUTE == pytest.approx([52, 61, 67, 67], rel=1e-9)
    assert path.ended[:, 0].tolist() == [STOPPED, STOPPED, CUT, CUT]


@pytest.mark.parametrize("waits_s", [15.0, 15.0 + 5.0], ids=["HOSTSYNC", "HOSTSYNC and FINALDELAY"])
def test_p39_a_host_that_needs_longer_than_it_is_waited_for_is_cut(waits_s):
    """Network UPS Tools waits 15 s for its hosts (HOSTSYNC), and 5 s more before it cuts them (FINALDELAY)."""
    loads = [
        Load(f"{stop_s:g} s", 10.0, stop=Deterministic(stop_s), waits_s=waits_s)
        for stop_s in (waits_s - 5, waits_s, waits_s + 1)
    ]
    shed = Shed(tuple(load.name for load in loads), "after", 60.0, in_sequence=False)
    path = run(supply(PANASONIC, *loads, sheds=(shed,), duration_s=[300.0]))
    assert path.lost_s[:, 0].tolist() == [60 + waits_s - 5, 60 + waits_s, 60 + waits_s]
    assert path.ended[:, 0].tolist() == [STOPPED, STOPPED, CUT]
    assert path.charge_after[0, 0] > 0.8


# -- fire, mains, generator --------------------------------------------------------------------------------------------


def test_p41_fire_cuts_what_is_on_battery():
    slow = Load("servers", 10.0, stop=Deterministic(600.0))
    loads, shed = (Load("phones", 16.0), slow), Shed(("servers",), "after", 60.0)
    empty_s = PANASONIC.runtime_at(26.0)
    for fire_s, lost_s in ((300.0, [300.0, 300.0]), (1200.0, [1200.0, 660.0])):
        path = run(supply(PANASONIC, *loads, sheds=(shed,), fire=Deterministic(fire_s)))
        assert path.lost_s[:, 0].tolist() == lost_s
        assert path.ended[1, 0] == (CUT if fire_s == 300.0 else STOPPED)
    assert run(supply(PANASONIC, *loads, fire=Deterministic(empty_s + 1))).lost_s[:, 0].tolist() == [empty_s] * 2
    assert (
        run(supply(PANASONIC, *loads, fire=Deterministic(300.0), duration_s=[300.0])).ended[:, 0].tolist() == [KEPT] * 2
    )


def test_p41_on_the_generator_loads_outlast_a_fire_until_it_fails():
    generator = Generator(60.0, 0.0, 0.0, 0.0, fuel_s=600.0)
    path = run(supply(PANASONIC, Load("phones", 26.0), generator=generator, fire=Deterministic(300.0)))
    assert (path.lost_s[0, 0], path.generator_fails_s[0], path.ended[0, 0]) == (660.0, 660.0, CUT)


@pytest.mark.parametrize("by", ["shutdown", "switch"])
@pytest.mark.parametrize("returned_by", ["mains", "generator"])
def test_p42_timers_are_called_off_when_supply_returns(by, returned_by):
    shed = Shed(("servers",), "after", 60.0, by=by, delay=Deterministic(30.0))
    loads = Load("phones", 16.0), Load("servers", 10.0, stop=Deterministic(0.0))
    duration_s = [90.0, 1.0] if returned_by == "mains" else [HOUR, 1.0]
    generator = None if returned_by == "mains" else Generator(90.0, 0.0, 0.0, 0.0)
    path = run(supply(PANASONIC, *loads, sheds=(shed,), duration_s=duration_s, generator=generator))
    assert (path.ended == KEPT).all()
    assert (path.off_s == 0).all()
    assert (path.acted_s == math.inf).all()
    assert path.charge_after[0, 1] == 1 - 1 / PANASONIC.runtime_at(26.0), "a blip of 1 s changes nothing but the charge"


def test_p42_a_shutdown_is_called_off_too():
    loads = Load("phones", 16.0), Load("servers", 10.0, stop=Deterministic(120.0))
    path = run(supply(PANASONIC, *loads, sheds=(Shed(("servers",), "after", 60.0),), duration_s=[180.0, 180.5]))
    assert path.acted_s[0].tolist() == [60.0, 60.0]
    assert path.ended[1].tolist() == [KEPT, STOPPED], "down at 180 s: the mains come first"
    assert path.off_s[1].tolist() == [0.0, 0.5]


def test_p45_the_battery_takes_over_when_the_generator_fails():
    generator = Generator(HOUR, 0.0, 0.0, 0.0, fuel_s=1.2 * HOUR)
    path = run(four_hours(generator=generator))
    assert path.generator_fails_s[0] == pytest.approx(2.2 * HOUR)
    assert path.lost_s[0, 0] / HOUR == pytest.approx(2.2 + 4 * (1 - 1 / 4 + 1.2 / 12))


@pytest.mark.parametrize(
    ("available", "fails", "mean_h", "printed"),
    [
        (0.995, 0.0094, 1100, (0.984751, 0.982068, 0.974948, 0.964365, 0.943543, 0.726112)),
        (0.9998, 0.0066, 1 / 0.00157, (0.991642, 0.986979, 0.974650, 0.956445, 0.921050, 0.585812)),
    ],
    ids=["REopt.jl", "REopt API"],
)
def test_p28_power_from_a_generator_for_so_long(available, fails, mean_h, printed):
    generator = Generator(0.0, 0.0, 0.0, 0.0, starts=1 - fails, available=available, mean_run_s=mean_h * HOUR)
    for hours, hourly in zip((1, 4, 12, 24, 48, 336), printed, strict=True):
        path = run_many(four_hours(duration_s=np.full(MANY, hours * HOUR), generator=generator))
        carried = (path.on_line_s < np.inf) & (path.generator_fails_s == np.inf)
        continuous = available * (1 - fails) * math.exp(-hours / mean_h)
        assert continuous == pytest.approx(hourly, abs=3e-4)
        assert_probability(carried, continuous)


def test_p30_start_attempts():
    generator = Generator(5.0, 10.0, 10.0, 5.0, attempts=3, starts=0.9)
    unit = Ups("ups", Battery(RuntimeCurve((2.0, 1.0), (45.0, 90.0))), (Load("phones", 2.0),))
    path = run_many(PowerInputs(DrawnOutages(MANY, Exponential(HOUR)), (unit,), generator))
    assert np.unique(path.on_line_s).tolist() == [20.0, 40.0, 60.0, np.inf]
    assert_probability(path.ended[0] == KEPT, 0.9901242)
    endless = run_many(PowerInputs(DrawnOutages(MANY, Never()), (unit,), generator))
    assert_probability(endless.on_line_s <= 45.0, 0.99)


@pytest.mark.parametrize(("hours", "share"), [(4, 0.7567), (6, 0.8658), (12, 0.9648)])
def test_p34_hours_that_outlast_an_outage(hours, share):
    unit = Ups("ups", Battery(curve((hours, 1.0), (30, 0.5), unit=HOUR)), (Load("phones", 1.0),))
    path = run_many(PowerInputs(DrawnOutages(MANY, LogNormal(0.6996 + math.log(HOUR), 0.9868)), (unit,)))
    assert_probability(path.ended[0] == KEPT, share)
    reached = run(PowerInputs(DrawnOutages(1, Never()), (unit,)))
    assert reached.lost_s[0, 0] == hours * HOUR, "the equipment reaches the stated hours, whatever the outage"
