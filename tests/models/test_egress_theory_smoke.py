"""A growing fire's smoke, walking in smoke and the race against it: the known answers of egress E08, E70-E76.

How smoke fills a room stands in ``hazards.smoke``, where alone its formula is written; what it does to people stands
in the machine's theory.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from egress_answers import exactly, rounds_to, within_four_errors
from scipy import integrate, special

from resilience_sim.errors import InputsError
from resilience_sim.hazards import smoke
from resilience_sim.hazards.smoke import GivenAset, GrowingFire
from resilience_sim.models.egress import theory
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Never, Streams, Triangular, Uniform

CLASSES = ("slow", "medium", "fast", "ultra")
UNIT = {"area_m2": 120.0, "height_m": 3.3}  # an activity unit of a kindergarten


def test_e08_speed_at_one_per_metre_published_by_jupedsim():
    speed = 1.25 * theory.visibility_factor(1.0, 1.25)
    assert (speed, 100 / speed) == (exactly(0.625), exactly(160.0))
    assert theory.visibility_factor(5.0, 1.25) == exactly(0.3 / 1.25)
    assert theory.visibility_factor(0.0, 1.25) == 1.0


def test_e70_growth_of_the_classes_published():
    rounds_to([smoke.growth_rate(one) for one in CLASSES], "0.00293056 0.01172222 0.04688889 0.18755556")
    eurocode = [smoke.growth_rate(t_g, reached_kw=1000.0) for t_g in (600.0, 75.0)]
    rounds_to(eurocode, "0.00277778 0.17777778")
    assert smoke.growth_rate(600.0) == smoke.growth_rate("slow") == exactly(1055 / 600**2)


def falls(t_s: float, *, q_kw, area_m2: float, height_m: float, k: float) -> float:
    """The layer's height by integrating dz/dt = -(k/A) Q^(1/3) z^(5/3)."""
    solved = integrate.solve_ivp(
        lambda t, z: -(k / area_m2) * np.cbrt(q_kw(t)) * z ** (5 / 3),
        (0.0, t_s), [height_m], method="LSODA", rtol=1e-11, atol=1e-12,
    )  # fmt: skip
    return float(solved.y[0, -1])


def test_e71_steady_fire_nureg_1805_computed_twice():
    case = {"area_m2": 250.0, "height_m": 4.5, "k": 0.12}
    z = smoke.steady_layer_m(90.0, q_kw=1000.0, **case)
    assert z == pytest.approx(1.8869335564, abs=1e-9)
    assert z == pytest.approx(1.886934, abs=1e-6)
    assert z == pytest.approx(falls(90.0, q_kw=lambda _: 1000.0, **case), abs=1e-6)
    assert smoke.steady_layer_m(0.0, q_kw=1000.0, **case) == exactly(4.5)


def test_e72_t_squared_fire_computed_and_by_the_differential_equation():
    alpha = smoke.growth_rate("fast")
    z = smoke.layer_m(94.0, alpha=alpha, **UNIT)
    assert z == pytest.approx(2.0061173, abs=1e-6)
    assert z == pytest.approx(falls(94.0, q_kw=lambda t: alpha * t * t, k=0.076, **UNIT), abs=1e-6)
    assert smoke.layer_m(0.0, alpha=alpha, **UNIT) == exactly(3.3)
    for one in (3.2, 2.0, 0.5):
        assert smoke.layer_m(smoke.seconds_to_layer(one, alpha=alpha, **UNIT), alpha=alpha, **UNIT) == exactly(one)


@pytest.mark.parametrize(
    ("clear_m", "printed"),
    [
        (2.0, "164.371 124.570 94.406 71.547"),
        (1.6 + 0.1 * 3.3, "172.587 130.796 99.125 75.123"),
        (1.5, "229.551 173.967 131.842 99.918"),
    ],
)
def test_e73_time_to_the_layer_in_an_activity_unit_computed(clear_m, printed):
    rounds_to([smoke.seconds_to_layer(clear_m, alpha=smoke.growth_rate(one), **UNIT) for one in CLASSES], printed)
    fires = [GrowingFire(one, clear_m=clear_m, **UNIT) for one in CLASSES]
    rounds_to([fire.draw_aset_s(Streams(1, 0)) for fire in fires], printed)


def test_e74_walking_in_smoke_constants_of_fds_evac():
    rounds_to(
        [theory.smoke_factor(one) for one in (1.0, 3.0, 5.0, 7.5, 10.0)],
        "0.919263 0.757790 0.596317 0.394476 0.192635",
    )
    floor_from = 0.9 * 0.706 / 0.057
    rounds_to(floor_from, "11.1474")
    assert theory.smoke_factor(floor_from - 1e-6) > 0.1 == theory.smoke_factor(floor_from + 1e-6)
    assert theory.smoke_factor(0.0) == 1.0


def test_visibility_reflecting_and_lit_published():
    assert theory.visibility_m(0.6) == exactly(5.0)  # the 5 m of BULC
    assert theory.visibility_m(0.8, lit=True) == exactly(10.0)


def test_e75_fractional_effective_dose_purser_computed():
    air = {"co_ppm": 5000.0, "co2_percent": 2.0, "o2_percent": 18.0}
    seconds = theory.seconds_to_dose(**air)
    assert seconds == pytest.approx(208.6971, abs=1e-3)
    assert theory.dose_rate(**air) * seconds == exactly(1.0)
    assert theory.seconds_to_dose(0.3, **air) == exactly(0.3 * seconds)


@pytest.mark.parametrize(
    ("needed", "available", "printed"),
    [((1.0, 0.3), (2.0, 0.3), "0.9488457"), ((150.0, 0.35), (240.0, 0.20), "0.8781797")],
)
def test_e76_race_of_two_lognormal_times_computed(needed, available, printed):
    rset, aset = LogNormal.from_median(*needed), LogNormal.from_median(*available)
    exact = theory.wins_race(rset, aset)
    rounds_to(exact, printed)
    ratio = math.log(available[0] / needed[0]) / math.hypot(needed[1], available[1])
    assert exact == exactly(special.ndtr(ratio))
    random = np.random.default_rng(76)
    won = rset.draw(random, 50_000) < aset.draw(random, 50_000)
    within_four_errors(won, exact, math.sqrt(exact * (1 - exact)))
    assert theory.wins_race(aset, rset) == exactly(1 - exact)


# The hazard


def test_a_growing_fire_draws_what_its_law_of_growth_implies():
    fire = GrowingFire(Uniform(0.003, 0.19), clear_m=2.0, **UNIT)
    drawn = np.array([fire.draw_aset_s(Streams(2, k)) for k in range(20_000)])
    slowest, fastest = (smoke.seconds_to_layer(2.0, alpha=alpha, **UNIT) for alpha in (0.003, 0.19))
    assert fastest <= drawn.min() < drawn.max() <= slowest
    at = smoke.seconds_to_layer(2.0, alpha=0.05, **UNIT)  # it falls as alpha rises
    share = (0.19 - 0.05) / (0.19 - 0.003)
    within_four_errors(drawn <= at, share, math.sqrt(share * (1 - share)))


def test_aset_is_shorter_for_faster_fires_smaller_rooms_lower_ceilings_and_hotter_smoke():
    def aset(**changed) -> float:
        return GrowingFire(**{"growth": "fast", "clear_m": 2.0, **UNIT, **changed}).draw_aset_s(Streams(3, 0))

    plain = aset()
    assert aset(growth="ultra") < plain < aset(growth="medium")
    assert aset(area_m2=60.0) < plain < aset(area_m2=240.0)
    assert aset(height_m=3.0) < plain < aset(height_m=4.0)
    assert aset(clear_m=2.5) < plain < aset(clear_m=1.5)
    assert aset(smoke_k=Deterministic(500.0)) < plain < aset(smoke_k=Deterministic(320.0))
    assert aset(ignites_s=Deterministic(40.0)) == exactly(plain + 40.0)


def test_one_law_more_moves_no_other_number_and_the_same_replication_draws_the_same():
    plain = GrowingFire(Triangular(0.003, 0.01, 0.19), **UNIT)
    later = GrowingFire(Triangular(0.003, 0.01, 0.19), ignites_s=Exponential(30.0), **UNIT)
    assert plain.draw_aset_s(Streams(4, 1)) == plain.draw_aset_s(Streams(4, 1))
    assert plain.draw_aset_s(Streams(4, 1)) != plain.draw_aset_s(Streams(4, 2))
    ignites = Streams(4, 1).generator(f"{smoke.STREAM}/ignites").standard_exponential(1)[0] * 30.0
    assert later.draw_aset_s(Streams(4, 1)) == exactly(plain.draw_aset_s(Streams(4, 1)) + ignites)


def test_a_site_may_give_its_own_law():
    law = LogNormal.from_median(240.0, 0.2)
    drawn = np.array([GivenAset(law).draw_aset_s(Streams(5, k)) for k in range(20_000)])
    within_four_errors(drawn, law.mean)
    assert GivenAset(Never()).draw_aset_s(Streams(5, 0)) == math.inf


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: smoke.growth_rate("quick"), "'quick'; accepted is slow, medium, fast, ultra"),
        (lambda: smoke.growth_rate(0.0), "seconds_of_growth is 0"),
        (lambda: smoke.layer_m(-1.0, alpha=0.05, **UNIT), "t_s is -1"),
        (lambda: smoke.layer_m(1.0, alpha=0.0, **UNIT), "alpha is 0"),
        (lambda: smoke.steady_layer_m(1.0, q_kw=-1.0, k=0.1, **UNIT), "q_kw is -1"),
        (lambda: smoke.seconds_to_layer(math.nan, alpha=0.05, **UNIT), "z_m is nan"),
        (lambda: GrowingFire("fast", 120.0, 2.0), "clear_m is 2.0 in a room of 2.0 m"),
        (lambda: GrowingFire("fast", 0.0, 3.3), "area_m2 is 0"),
        (lambda: GrowingFire("quick", **UNIT), "accepted is slow"),
        (lambda: GrowingFire(Never(), **UNIT), "growth is Never"),
        (lambda: GrowingFire(Deterministic(0.0), **UNIT), "finite values above 0"),
        (lambda: GrowingFire("fast", ignites_s=Never(), **UNIT), "ignites_s is Never"),
        (lambda: theory.smoke_factor(-1.0), "an extinction coefficient"),
        (lambda: theory.visibility_m(0.0), "above 0"),
        (lambda: theory.seconds_to_dose(co_ppm=-1.0, co2_percent=0, o2_percent=21), "CO .ppm. is -1"),
    ],
)
def test_what_has_no_answer_is_refused(ask, said):
    with pytest.raises(InputsError, match=said):
        ask()


def test_a_layer_above_the_ceiling_is_there_at_once():
    assert smoke.seconds_to_layer(3.3, alpha=0.05, **UNIT) == 0.0
