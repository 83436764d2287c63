"""Doors, chains, speeds, codes, search and pre-movement against the known answers of egress.

Here are E07, E10-E16, E18-E26, E30, E31, E34, E52-E54, E56, E60-E65, E80-E83 and the constants of sections 4 and 11;
exits (E40-E43) are in ``test_egress_theory_exits``, smoke (E08, E70-E76) in ``test_egress_theory_smoke``, and what can
be simulated runs through both engines in ``test_egress_known_answers``. Rows marked context (other models' results) are
no tests. A name says whether its number was published or computed from the stated inputs; neither makes it true of
kindergartens.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from egress_answers import exactly, rounds_to
from scipy import integrate

from resilience_sim.errors import InputsError
from resilience_sim.models.egress import flow_pps, theory
from resilience_sim.models.egress.theory import Stage
from resilience_sim.randomness import (
    Deterministic,
    Empirical,
    Exponential,
    Gamma,
    LogNormal,
    Never,
    Triangular,
    Truncated,
    Uniform,
    Weibull,
)

DOOR = flow_pps(1.0, 1.33)
FREE = theory.free_speed()
STEP_K = theory.stair_k(0.180, 0.280)
STEP_SPEED = theory.free_speed(STEP_K)


# One door


def test_conventions_of_a_door_computed():
    assert exactly(0.931) == DOOR
    assert exactly(1.198904) == FREE
    arrivals = np.random.default_rng(1).uniform(0, 60, 80)
    first = theory.passages_s(arrivals, DOOR)
    later = []  # service first by its own recursion
    at = -math.inf
    for arrival in np.sort(arrivals):
        at = max(arrival, at) + 1 / DOOR
        later.append(at)
    assert np.sort(theory.service_first_s(first, DOOR)) == pytest.approx(np.array(later), rel=1e-12)
    assert theory.last_passage_s(arrivals, DOOR) == exactly(first.max())
    assert (first >= arrivals).all()


@pytest.mark.parametrize(
    ("persons", "width", "specific", "boundary", "first", "service"),
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
        (100, 1.0, 50 / 60, 0.0, "118.8", "120.0"),  # E18: a leaf not held open, 50 persons/min
        (250, 1.0, 1.33, 0.15, "267.454350", "268.528464"),  # E19, RiMEA 9
        (250, 1.0, 1.33, 0.0, "187.218045", "187.969925"),
    ],
)
def test_e10_e11_e12_e18_e19_doors_published_by_jupedsim_network_and_sfpe(
    persons, width, specific, boundary, first, service
):
    pps = flow_pps(width, specific, boundary)
    passages = theory.passages_s(np.zeros(persons), pps)
    rounds_to(passages.max(), first)
    rounds_to(theory.service_first_s(passages, pps).max(), service)
    assert passages.max() == pytest.approx((persons - 1) / pps, rel=1e-9)
    assert theory.last_passage_s(np.zeros(persons), pps) == pytest.approx((persons - 1) / pps, rel=1e-9)


def test_e10b_mean_flow_of_imo_4_does_not_exceed_1_33():
    last_s = theory.last_passage_s(np.zeros(100), DOOR)
    assert 100 / last_s <= 1.33
    assert 100 / theory.service_first_s([last_s], DOOR)[0] == exactly(0.931)


@pytest.mark.parametrize(("delay_s", "first"), [(0, "106.337272"), (30, "136.337272"), (120, "226.337272")])
def test_e13_a_fixed_delay_shifts_all_computed(delay_s, first):
    passages = theory.passages_s(np.full(100, float(delay_s)), DOOR)
    rounds_to(passages.max(), first)
    assert theory.service_first_s(passages, DOOR).max() - passages.max() == exactly(1 / DOOR)
    rounds_to(1 / DOOR, "1.074114")


def test_e14_imo_5_and_rimea_5_each_starts_at_its_delay():
    delays = np.arange(10.0, 101.0, 10.0)
    assert theory.passages_s(delays, DOOR).tolist() == delays.tolist()
    assert theory.longest_queue(delays, theory.passages_s(delays, DOOR)) == 0


@pytest.mark.parametrize(
    ("middle", "first", "service"),
    [
        (15, "107.8356736351", "108.9097874912"),
        (30, "110.4081893755", "111.4823032315"),
        (60, "128.0073461200", "129.0814599760"),
    ],
)
def test_e15_random_delays_fixed_draw_published_by_jupedsim_network(middle, first, service):
    delays = Triangular(0, middle, 2 * middle).draw(np.random.default_rng(0), 100)
    last_s = theory.last_passage_s(delays, DOOR)
    assert last_s == exactly(float(first))
    assert theory.service_first_s([last_s], DOOR)[0] == exactly(float(service))


@pytest.mark.parametrize(
    ("middle", "mean", "deviation", "quantiles", "floor"),
    [
        (15, "108.55772", "0.93496", "107.15778 108.48111 110.21891", "108.21023"),
        (30, "112.44286", "1.84714", "109.55466 112.35640 115.62544", "111.30912"),
        (60, "126.12546", "3.48565", "120.49000 126.06242 131.96919", "123.77697"),
    ],
)
def test_e16_random_delays_exact_law_and_jensen_s_floor_computed(middle, mean, deviation, quantiles, floor):
    delay = Triangular(0, middle, 2 * middle)
    last = theory.last_of_many(delay, 100, DOOR)
    rounds_to(last.mean_s, mean)
    rounds_to(last.deviation_s, deviation)
    rounds_to([last.quantile_s(share) for share in (0.05, 0.5, 0.95)], quantiles)
    rounds_to(theory.least_mean_s(delay, 100, DOOR), floor)
    assert theory.least_mean_s(delay, 100, DOOR) < last.mean_s


def test_e16_two_and_three_persons_closed_form():
    a, c = 30.0, 2.0
    two = theory.last_of_many(Uniform(0.0, a), 2, 1 / c)
    assert two.mean_s == exactly(2 * a / 3 + c * c / a - c**3 / (3 * a * a))
    rounds_to([two.mean_s, two.deviation_s], "20.130370 6.99572")
    three = theory.last_of_many(Uniform(0.0, a), 3, 1 / c)
    rounds_to([three.mean_s, three.deviation_s], "22.724444 5.72230")


def test_e16_an_uncongested_door_order_statistics_computed():
    means = theory.order_statistic_means_s(Uniform(10.0, 100.0), 10)
    assert means == pytest.approx(10 + 90 * np.arange(1, 11) / 11, rel=1e-9)
    rounds_to(means[[0, 9]], "18.181818 91.818182")
    fast = theory.last_of_many(Uniform(10.0, 100.0), 10, 1e9)
    assert fast.mean_s == pytest.approx(means[9], rel=1e-7)


@pytest.mark.parametrize(
    "delay",
    [
        LogNormal(3.0, 0.5), Truncated(LogNormal(3.0, 0.5), 5.0, 60.0), Exponential(20.0), Gamma(2.0, 8.0),
        Empirical((0.0, 10.0, 10.0, 40.0)), Truncated(Exponential(20.0), 7.0),
    ],
)  # fmt: skip
def test_e16_the_exact_law_is_that_of_sampled_delays(delay):
    law = theory.last_of_many(delay, 12, 0.5)
    random = np.random.default_rng(4)
    delays = np.sort(delay.draw(random, 12 * 40_000).reshape(40_000, 12), axis=1)
    last_s = (delays + np.arange(11, -1, -1) / 0.5).max(axis=1)
    assert abs(last_s.mean() - law.mean_s) <= 4 * law.deviation_s / 200
    for share in (0.05, 0.5, 0.95):
        at = law.quantile_s(share)
        exact = law.share_by(at)
        assert exact >= share - 1e-9
        assert abs(np.mean(last_s <= at + 1e-9) - exact) <= 4 * math.sqrt(exact * (1 - exact) / 40_000) + 1e-12
    assert theory.least_mean_s(delay, 12, 0.5) <= law.mean_s


def test_e16_a_delay_that_is_none_of_chance():
    law = theory.last_of_many(Deterministic(30.0), 20, 0.5)
    assert (law.mean_s, law.deviation_s, law.quantile_s(0.5)) == (exactly(68.0), 0.0, exactly(68.0))
    assert (law.share_by(67.99), law.share_by(68.01)) == (0.0, exactly(1.0))
    assert theory.last_of_many(Uniform(0.0, 30.0), 1, 0.5).mean_s == exactly(15.0)


def test_e52_two_classes_as_blocks_computed():
    arrivals = np.repeat([30.0, 40.0], 28)
    plain = theory.passages_s(arrivals, DOOR)
    rounds_to(plain[[0, 27, 28, 55]], "30 59.001074 60.075188 89.076262")
    apart = theory.passages_s(arrivals, DOOR, group=np.repeat([0, 1], 28), gap_s=3.0)
    rounds_to(apart[[0, 27, 28, 55]], "30 59.001074 62.001074 91.002148")


# Density and stairs


def test_e20_two_hundred_in_a_hundred_m2_published_by_evacuationz():
    assert 20 / theory.crowd_speed(2.0) == exactly(20 / (1.4 * 0.468))
    rounds_to(20 / theory.crowd_speed(2.0), "30.525031")


def test_e21_speed_and_flow_by_density_computed():
    rounds_to([theory.crowd_speed(d) for d in (0.3, 0.54, 1.0, 2.0, 3.0)], "1.198904 1.198904 1.0276 0.6552 0.2828")
    assert theory.crowd_speed(4.0) == theory.crowd_speed(1 / 0.266) == 0.0
    assert theory.crowd_speed(3.75) > 0
    rounds_to([theory.specific_flow(d) for d in (0.5, 1.0, 2.0, 3.0)], "0.599 1.0276 1.3104 0.8484")
    rounds_to([theory.specific_flow(1 / (2 * 0.266)), theory.greatest_flow()], "1.315789 1.315789")


def test_e22_e23_stairs_published_by_jupedsim_network():
    rounds_to([STEP_K, STEP_SPEED, theory.greatest_flow(STEP_K)], "1.076766 0.922099 1.011998")
    rounds_to(10 / STEP_SPEED, "10.844820")  # E03b too
    table = {
        (10.0, 1.0): "10.8448 23.5495 150.5967 1421.0679",
        (200.0, 1.0): "216.8964 229.6011 356.6482 1627.1194",
        (200.0, 5.0): "216.8964 218.7886 237.7105 426.9296",
    }
    for (length, width), printed in table.items():
        pps = flow_pps(width, theory.greatest_flow(STEP_K))
        rounds_to([theory.stair_s(n, pps, length, STEP_SPEED) for n in (1, 10, 100, 1000)], printed)
    rounds_to(
        [flow_pps(1.0, theory.greatest_flow(STEP_K)), flow_pps(5.0, theory.greatest_flow(STEP_K))], "0.708399 4.756390"
    )


def test_e24_stair_constants_published_by_sfpe():
    table = {
        (7.5, 10): (1.00, 0.94, "0.9969", "0.9398"),
        (7.0, 11): (1.08, 1.01, "1.0822", "1.0150"),
        (6.5, 12): (1.16, 1.09, "1.1730", "1.0902"),
        (6.5, 13): (1.23, 1.16, "1.2209", "1.1560"),
    }
    for (riser, tread), (k, flow, computed, greatest) in table.items():
        found = theory.stair_k(0.0254 * riser, 0.0254 * tread)
        rounds_to([found, theory.greatest_flow(k)], f"{computed} {greatest}")
        assert found == pytest.approx(k, rel=0.0115)
        assert theory.greatest_flow(k) == pytest.approx(flow, abs=0.006)
    kindergarten = theory.stair_k(0.130, 0.260)  # outside the range of the formula
    rounds_to([kindergarten, theory.free_speed(kindergarten)], "1.2209 1.0456")


def test_e25_sfpe_engineering_guide_example_1_computed():
    length_m, speed = 50.1 * 0.3048, theory.free_speed(theory.stair_k(7.0, 11.0))
    pps = flow_pps(32 * 0.0254, 1.33)
    rounds_to([length_m, speed, pps], "15.27048 0.926792 0.682024")
    last_s = theory.stair_s(150, pps, length_m, speed)
    rounds_to([last_s, last_s + 1 / pps], "234.9441 236.4103")
    rounds_to(149 / 0.682 + 15.27 / speed, "234.951")
    assert last_s == pytest.approx(234.95, abs=0.05)  # published, jupedsim-network


def test_e26_rimea_4_and_imo_12_speed_falls_with_density():
    speeds = [theory.crowd_speed(d) for d in np.arange(0.5, 6.1, 0.5)]
    assert (np.diff(speeds) <= 0).all()
    assert theory.specific_flow(3.0) < theory.specific_flow(2.0)


def test_e07_length_along_the_incline_computed():
    rounds_to([theory.incline_m(3.3, 0.130, 0.260), theory.incline_m(3.0, 0.180, 0.280)], "7.379024 5.547772")


# Chains


@pytest.mark.parametrize(
    ("exit_pps", "stair_pps", "arrive", "last", "waiting"),
    [
        (flow_pps(2.0), 1.01 * (2.0 - 0.3), "10.009142 77.429956", "96.788408", 34),
        (2.6, 1.76, "10.009142 67.316834", "94.668233", 49),
    ],
    ids=["variant A", "variant B"],
)
def test_e30_imo_11_queues_at_the_exit_and_at_the_stair_computed(exit_pps, stair_pps, arrive, last, waiting):
    exit_, stair = theory.through(np.zeros(150), [Stage(exit_pps), Stage(stair_pps, 12 / FREE)])
    rounds_to(stair.arrivals_s[[0, -1]], arrive)
    rounds_to(stair.last_s, last)
    assert stair.longest_queue == waiting
    assert exit_.longest_queue == 149
    assert np.diff(stair.arrivals_s) == pytest.approx(1 / exit_pps), "steady flow in the corridor"


def test_e31_rimea_12_jam_in_the_first_room_only_computed():
    first, second = theory.through(np.zeros(150), [Stage(DOOR), Stage(DOOR, 10 / FREE)])
    rounds_to(second.last_s, "168.383916")
    assert second.last_s == exactly(149 / DOOR + 10 / FREE)
    assert second.longest_wait_s < 1e-9
    assert (first.longest_queue, second.longest_queue) == (149, 0)
    assert 1 / np.diff(first.passages_s).mean() >= 1 / np.diff(second.passages_s).mean() - 0.05


def test_a_queue_counts_who_has_arrived_and_not_passed():
    assert theory.longest_queue([0.0, 0.0, 0.0], [0.0, 1.0, 2.0]) == 2
    assert theory.longest_queue([0.0, 1.0, 2.0], [0.0, 2.0, 3.0]) == 1  # one passes as another arrives
    assert theory.longest_queue([0.0, 1.0], [5e-10, 1.0]) == 0  # rounding
    assert theory.longest_queue([], []) == 0


# IMO


@pytest.mark.parametrize(
    ("density", "flow", "flow_printed", "speed", "speed_printed"),
    [
        (0.49, "0.637", 0.64, "1.20", 1.20),
        (0.61, "0.7011", 0.70, "1.158", 1.16),
        (0.67, "0.7289", 0.73, "1.136", 1.14),
        (0.74, "0.7614", 0.76, "1.109", 1.11),
        (0.94, "0.8543", 0.85, "1.033", 1.03),
        (1.70, "1.2071", 1.21, "0.746", 0.75),
    ],
)
def test_e34_imo_simplified_method_published(density, flow, flow_printed, speed, speed_printed):
    found = theory.imo_initial(density)
    rounds_to(found, f"{flow} {speed}")
    assert found == (pytest.approx(flow_printed, abs=0.01), pytest.approx(speed_printed, abs=0.01))


def test_e34_flow_by_clear_width_published():
    printed = {0.49: 0.58, 0.61: 0.63, 0.67: 0.65, 0.74: 0.69, 0.94: 0.77, 1.70: 1.09}
    for density, flow in printed.items():
        assert 0.9 * theory.imo_initial(density)[0] == pytest.approx(flow, abs=0.01)


def test_imo_tables_give_their_rows_back_published():
    for density, row in {
        0.0: (0.0, 1.2),
        0.5: (0.65, 1.2),
        1.9: (1.3, 0.67),
        3.2: (0.65, 0.20),
        3.5: (0.32, 0.10),
    }.items():
        assert theory.imo_initial(density) == pytest.approx(row, rel=1e-12)
    assert theory.imo_initial(5.0) == (0.32, 0.10)
    rows = [
        ("corridor", 0.0, 1.2), ("corridor", 0.65, 1.2), ("corridor", 1.3, 0.67), ("stairs down", 0.54, 1.0),
        ("stairs down", 1.1, 0.55), ("stairs up", 0.43, 0.8), ("stairs up", 0.88, 0.44),
    ]  # fmt: skip
    for walked, flow, speed in rows:
        assert theory.imo_speed_after(walked, flow) == pytest.approx(speed, rel=1e-12)


def test_e53_e54_ranges_of_speeds_published():
    males = theory.IMO_SPEEDS["male 30-50"]
    assert (males.level.low, males.level.high) == (0.97, 1.62)
    rounds_to([males.level.mean, (1.62 - 0.97) ** 2 / 12], "1.295 0.035208")
    assert len(theory.IMO_SPEEDS) == 10
    for paces in theory.IMO_SPEEDS.values():
        assert paces.up.low <= paces.down.low < paces.level.low
        assert paces.up.high <= paces.down.high < paces.level.high
    young = theory.RIMEA_SPEEDS["< 30"]
    assert (young.low, young.high) == (0.58, 1.61)


# Before walking


def test_e56_means_of_nist_1_1_computed():
    laws = (Uniform(10, 100), Gamma(1.291, 103.901), LogNormal(4.586, 0.967), Weibull(1.195, 139.285))
    rounds_to([law.mean for law in laws], "55 134.136 156.576 131.161")


def test_lognormal_through_two_percentiles_pd_7974_6():
    law = theory.lognormal_between(30.0, 60.0)
    rounds_to([law.mu, law.sigma], "3.747771 0.148978")
    assert law.up_to(30.0)[0] == pytest.approx(0.01, rel=1e-9)
    assert law.up_to(60.0)[0] == pytest.approx(0.99, rel=1e-9)
    other = theory.lognormal_between(20.0, 90.0, shares=(0.25, 0.9))
    assert (other.up_to(20.0)[0], other.up_to(90.0)[0]) == (pytest.approx(0.25), pytest.approx(0.9))


def test_imo_response_means_computed():
    rounds_to(theory.IMO_DAY.mean, "45.4305")
    rounds_to(theory.IMO_NIGHT_FROM_S + theory.IMO_NIGHT.mean, "467.3079")
    rounds_to([1 / theory.IMO_DAY.share, 1 / theory.IMO_NIGHT.share], "1.00808 1.01875")


# Chinese codes


def test_e60_files_of_people_computed():
    rounds_to([theory.file_flow(43), theory.file_flow(37)], "1.303030 1.121212")
    rounds_to([theory.width_for_time_m(100, 2, rate) for rate in (43, 37)], "0.639535 0.743243")
    assert [theory.width_for_time_m(100, 2, rate, step_m=0.05) for rate in (43, 37)] == [0.65, 0.75]


def test_e61_gb_50016_worked_example_published():
    persons = theory.persons_by_area(380, 0.43)
    assert persons == 163
    rounds_to(theory.width_per_hundred_m(persons, 0.65), "1.0595")
    assert theory.width_per_hundred_m(persons, 0.65, least_m=1.10) == 1.10


def test_e62_e63_a_stadium_s_doors_published():
    assert theory.persons_per_door(4400, 7) == 629
    seven, eight = (theory.minutes_through_doors(4400, doors, 4, 37) for doors in (7, 8))
    assert seven == exactly(629 / 148)
    rounds_to([seven, eight], "4.25 3.7162")
    assert eight <= 4 < seven
    assert theory.doors_needed_in_time(4400, 4, 4, 37) == 8


def test_e64_a_theatre_s_doors_published():
    assert theory.persons_per_door(2400, 9) == 267
    rounds_to(267 / (2 * 40), "3.3375")
    files = theory.files_needed(2400, 9, 2, 40)
    assert files == 4
    assert files * theory.FILE_M == exactly(2.2)
    assert theory.files_needed(2400, 10, 3, 40) == 2, "a whole number of files is not rounded up"


def test_e65_gross_rates_and_boundary_layers_are_never_mixed_computed():
    by_code = 100 / (theory.file_flow(43) * 0.65)
    by_sfpe = 100 / flow_pps(0.65)
    rounds_to([by_code, by_sfpe], "118.068 219.780")


# Searching


@pytest.mark.parametrize(
    ("law", "printed"),
    [
        ("random", "0.393469 0.632121 0.776870 0.864665"),  # E80
        ("exhaustive", "0.5 1 1 1"),  # E81
        ("inverse cube", "0.469116 0.789909 0.939888 0.987811"),  # E82
    ],
)
def test_e80_e81_e82_koopman_s_laws_of_search(law, printed):
    rounds_to([theory.found_by(law, c) for c in (0.5, 1.0, 1.5, 2.0)], printed)
    mean, error = integrate.quad(lambda t: 1 - theory.found_by(law, theory.coverage(0.5, 2.0, t, 120.0)), 0, 120)
    rest, more = integrate.quad(lambda t: 1 - theory.found_by(law, theory.coverage(0.5, 2.0, t, 120.0)), 120, 6000)
    assert theory.mean_search_s(law, 0.5, 2.0, 120.0) == pytest.approx(mean + rest, abs=1e-6 + error + more)


def test_e83_one_searcher_in_a_room_computed():
    assert theory.mean_search_s("random", 0.5, 2.0, 120.0) == exactly(120.0)
    assert theory.mean_search_s("exhaustive", 0.5, 2.0, 120.0) == exactly(60.0)
    rounds_to(theory.found_by("random", theory.coverage(0.5, 2.0, 60.0, 120.0)), "0.393469")


# Refusals


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: theory.passages_s([0.0, math.nan], 1.0), "finite seconds"),
        (lambda: theory.passages_s([0.0], 0.0), "a flow .* is 0"),
        (lambda: theory.passages_s([0.0, 1.0], 1.0, group=[1]), "1 for 2 persons"),
        (lambda: theory.last_of_many(Never(), 2, 1.0), "a law of finite times"),
        (lambda: theory.last_of_many(Uniform(0, 1), 0, 1.0), "whole number, 1 or more"),
        (lambda: theory.last_of_many(Uniform(0, 1), 2, 1.0).quantile_s(1.0), "a share above 0, below 1"),
        (lambda: theory.order_statistic_means_s(Never(), 2), "a law of finite times"),
        (lambda: theory.through([], [Stage(1.0)]), "accepted is one at least of each"),
        (lambda: theory.through([0.0], []), "a chain of 0 stages"),
        (lambda: Stage(1.0, -1.0), "walk_s is -1"),
        (lambda: theory.crowd_speed(-0.1), "a density"),
        (lambda: theory.stair_k(0.0, 0.28), "a riser"),
        (lambda: theory.imo_speed_after("stairs up", 0.9), r"0 to 0\.88"),
        (lambda: theory.imo_speed_after("lifts", 0.1), "corridor, stairs down, stairs up"),
        (lambda: theory.lognormal_between(60.0, 30.0), "above 60"),
        (lambda: theory.lognormal_between(30.0, 60.0, shares=(0.9, 0.1)), "two that increase"),
        (lambda: theory.doors_needed_in_time(100, 0.01, 1, 40), "time enough for one person"),
        (lambda: theory.minutes_through_doors(100, 0, 4, 37), "whole number, 1 or more"),
        (lambda: theory.found_by("lucky", 1.0), "random, exhaustive or inverse cube"),
        (lambda: theory.coverage(0.0, 2.0, 60.0, 120.0), "a searcher's speed"),
    ],
)
def test_what_has_no_answer_is_refused(ask, said):
    with pytest.raises(InputsError, match=said):
        ask()
