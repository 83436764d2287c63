"""The probability of a loss as rare as 1e-8, against closed forms and quadrature."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from resilience_sim.errors import InputsError
from resilience_sim.models.power import (
    Battery,
    DrawnOutages,
    Ended,
    Generator,
    GivenOutages,
    Load,
    PowerInputs,
    RuntimeCurve,
    Shed,
    Ups,
    draw,
    kernel,
)
from resilience_sim.models.power.rare import loss_probability, survival_of
from resilience_sim.randomness import (
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    LogNormal,
    Never,
    Streams,
    Uniform,
    Weibull,
)

HOUR = 3600.0
CALM = LogNormal(0.6996 + math.log(HOUR), 0.9868)  # of outages in a calm month (P32)


def supply(hours: float, *, duration=CALM, generator=None, sheds=(), strings=1, **failing) -> PowerInputs:
    """Phones of 1 W and servers of 1 W on a battery that carries both for some hours, one of them for twice as long.

    With several strings, half the load on each block lasts 2.5 times as long.
    """
    curve = RuntimeCurve((2.0, 1.0, 0.5), (hours * HOUR, 2 * hours * HOUR, 5 * hours * HOUR))
    battery = Battery(curve, strings=strings, string_fails=failing.pop("string_fails", 0.0))
    unit = Ups("ups", battery, (Load("phones", 1.0), Load("servers", 1.0)), sheds, **failing)
    return PowerInputs(DrawnOutages(1, duration), (unit,), generator)


@pytest.mark.parametrize(("hours", "probability"), [(0.5, 7.367467e-6), (2.0, 4.020870e-6), (4.0, 1.946016e-6)])
def test_p31_a_start_in_three_attempts_fails(hours, probability):
    inputs = supply(hours, generator=Generator(5.0, 10.0, 10.0, 5.0, attempts=3, starts=0.98))
    answer = loss_probability(inputs, load="phones", replications=8, seed=1)
    assert answer.estimate == pytest.approx(probability, rel=1e-6)
    assert answer.standard_error == 0.0


@pytest.mark.parametrize(("hours", "probability"), [(0.5, 7.367467e-6), (2.0, 4.020870e-6), (4.0, 1.946016e-6)])
def test_p31_agrees_with_outages_simulated_in_which_no_attempt_succeeds(hours, probability):
    n = 100_000
    inputs = supply(hours, generator=Generator(5.0, 10.0, 10.0, 5.0, attempts=3, starts=0.98))
    inputs = PowerInputs(DrawnOutages(n, CALM), inputs.units, inputs.generator)
    draws = draw(inputs, Streams(31, 0))
    draws.start_u[:] = 1.0
    lost = (kernel.simulate(inputs, draws).ended[0] != Ended.KEPT).mean()
    given = probability / 0.02**3
    assert abs(lost - given) < 4 * math.sqrt(given * (1 - given) / n)


SHED = Shed(("servers",), "after", HOUR, by="switch", delay=Uniform(0.0, HOUR), forgotten=0.1)
STARTS = Generator(5.0, 10.0, 10.0, 5.0, attempts=3, starts=0.995)
STRING_FAILS = 1e-3


def exact_rare() -> float:
    """Two strings carry both loads for 6 h (phones alone 15 h), one of them for 3 h (6 h); a person sheds in time.

    Without a generator the phones last ``t + (1 - t / T1) T2`` if servers go off at t, else T1; with both strings dead
    nothing lasts, whether the generator starts or not.
    """
    survival = survival_of(CALM)

    def lost(both_s: float, one_s: float) -> float:
        shed, _ = quad(lambda t: float(survival(t + (1 - t / both_s) * one_s)), HOUR, 2 * HOUR, epsabs=0, epsrel=1e-12)
        return 0.9 * shed / HOUR + 0.1 * float(survival(both_s))

    none = (1 - STARTS.starts) ** 3
    sound, one, both = (1 - STRING_FAILS) ** 2, 2 * STRING_FAILS * (1 - STRING_FAILS), STRING_FAILS**2
    dead = both  # whatever the generator does
    return none * (sound * lost(6 * HOUR, 15 * HOUR) + one * lost(3 * HOUR, 6 * HOUR)) + dead


def rare(string_fails: float = STRING_FAILS) -> PowerInputs:
    return supply(3.0, generator=STARTS, sheds=(SHED,), strings=2, string_fails=string_fails)


def test_a_case_of_1e_8_is_found_within_5_percent():
    inputs = rare(string_fails=0.0)
    answer = loss_probability(inputs, load="phones", replications=20_000, seed=3)
    survival = survival_of(CALM)
    shed, _ = quad(lambda t: float(survival(t + (1 - t / (6 * HOUR)) * 15 * HOUR)), HOUR, 2 * HOUR, epsabs=0)
    exact = (1 - STARTS.starts) ** 3 * (0.9 * shed / HOUR + 0.1 * float(survival(6 * HOUR)))
    assert 1e-9 < exact < 1e-8
    assert answer.estimate == pytest.approx(exact, rel=0.05)
    assert abs(answer.estimate - exact) < 4 * answer.standard_error


def test_dead_strings_that_nobody_would_meet_by_chance_are_counted():
    answer, exact = loss_probability(rare(), load="phones", replications=20_000, seed=3), exact_rare()
    assert exact == pytest.approx(1e-6, rel=0.02), "both strings dead: once in a million outages"
    assert abs(answer.estimate - exact) < 4 * answer.standard_error
    assert answer.standard_error < 1e-3 * exact


def test_the_estimate_is_unbiased_over_seeds():
    exact = exact_rare()
    answers = [loss_probability(rare(), load="phones", replications=400, seed=seed) for seed in range(200)]
    estimates = np.array([answer.estimate for answer in answers])
    error = estimates.std(ddof=1) / math.sqrt(len(estimates))
    assert abs(estimates.mean() - exact) < 4 * error
    assert np.mean([answer.standard_error for answer in answers]) == pytest.approx(estimates.std(ddof=1), rel=0.2)


def test_it_agrees_with_plain_simulation_where_losses_are_common():
    generator = Generator(
        600.0, 10.0, 10.0, 5.0, attempts=2, starts=0.6, available=0.9, mean_run_s=HOUR, fuel_s=2 * HOUR
    )
    inputs = supply(0.5, generator=generator, sheds=(SHED,), strings=2, string_fails=0.2, transfer_fails=0.05)
    n = 200_000
    many = PowerInputs(DrawnOutages(n, CALM), inputs.units, generator)
    lost = kernel.simulate(many, draw(many, Streams(1, 0))).ended[0] != Ended.KEPT
    answer = loss_probability(inputs, load="phones", replications=200_000, seed=1)
    error = math.hypot(math.sqrt(lost.mean() * (1 - lost.mean()) / n), answer.standard_error)
    assert abs(answer.estimate - lost.mean()) < 4 * error


@pytest.mark.parametrize(
    "law",
    [
        Deterministic(3.0), Exponential(3.0), Weibull(1.5, 3.0), LogNormal(1.0, 0.7), Erlang(3, 3.0), Uniform(1.0, 4.0),
        Empirical((1.0, 3.0, 3.0, 5.0)), Never(),
    ],
)  # fmt: skip
def test_survival_functions_are_those_of_the_laws_drawn_from(law):
    drawn = law.draw(np.random.default_rng(1), 100_000)
    survival = survival_of(law)
    for x in (0.0, 1.0, 2.5, 3.0, 4.5):
        share = survival(np.array([x]))[0]
        assert abs(np.mean(drawn > x) - share) <= 4 * math.sqrt(share * (1 - share) / len(drawn)) + 1e-12
    assert survival(np.array([np.inf]))[0] == 0.0


def test_what_cannot_be_answered_is_refused():
    inputs = supply(1.0)
    with pytest.raises(InputsError, match="accepted: phones, servers"):
        loss_probability(inputs, load="lamps", replications=8, seed=1)
    given = PowerInputs(GivenOutages(np.ones(1), np.ones(1)), inputs.units)
    with pytest.raises(InputsError, match="accepted is a survival function"):
        loss_probability(given, load="phones", replications=8, seed=1)
    half = PowerInputs(
        inputs.outages, (Ups("ups", Battery(RuntimeCurve((2.0, 1.0), (1.0, 2.0)), charge=0.5), (Load("a", 1.0),)),)
    )
    with pytest.raises(InputsError, match=r"starts at a charge of 0\.5; accepted is 1"):
        loss_probability(half, load="a", replications=8, seed=1)
