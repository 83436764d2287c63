"""What days of the queue say about statistics: readings, variance reduction, and a rule that must be caught.

The days are those of S11: 100 calls/h of 180 s for ten hours from empty, of which the first two are ignored; a call is
good if answered within 20 s. The known answers here are Monte Carlo with their own standard errors, so that the
tolerances are theirs: 15 % for ratios of variances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from resilience_sim.models.queue import kernel, theory
from resilience_sim.models.queue.draws import draw
from resilience_sim.models.queue.inputs import Callers, Outcome, QueueInputs, Rate
from resilience_sim.randomness import Exponential, Streams
from resilience_sim.timelines import Timeline, constant

HOUR, CYCLE, DAYS = 3600.0, 20 * 3600.0, 4000  # ten hours of pause: nobody is left from the day before


def asked(agents: int, handling_s: float = 180.0) -> QueueInputs:
    starts = CYCLE * np.arange(DAYS)
    times = np.column_stack((starts, starts + 10 * HOUR)).ravel()
    rate = Timeline(times, np.tile([100 / HOUR, 0.0], DAYS))
    callers = Callers("calls", Rate(rate), Exponential(handling_s))
    return QueueInputs((callers,), constant(agents), CYCLE * DAYS)


@dataclass(frozen=True, eq=False)
class Days:
    """Per day, shape (days,): calls after the first two hours, how many of them are good, and the work they bring."""

    calls: np.ndarray
    good: np.ndarray
    work_s: np.ndarray

    @property
    def share(self) -> np.ndarray:
        return self.good / self.calls


def simulated(agents: int, handling_s: float = 180.0, seed: int = 7) -> Days:
    inputs = asked(agents, handling_s)
    draws = draw(inputs, Streams(seed, 0))
    path = kernel.simulate(inputs, draws)
    day = (path.arrival_s // CYCLE).astype(int)
    counted = path.arrival_s - day * CYCLE >= 2 * HOUR
    good = counted & (path.outcome == Outcome.ANSWERED) & (path.waited_s < 20)
    return Days(
        calls=np.bincount(day[counted], minlength=DAYS),
        good=np.bincount(day[good], minlength=DAYS),
        work_s=np.bincount(day[counted], draws.handling_s[counted], minlength=DAYS),
    )


@pytest.fixture(scope="module")
def seven() -> Days:
    return simulated(7)


@pytest.fixture(scope="module")
def eight() -> Days:
    return simulated(8)


def standard_error(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) / math.sqrt(values.size)


@pytest.mark.parametrize(("agents", "level"), [(7, 0.740441011543), (8, 0.880148310767)])
def test_s12_long_run_share_of_the_day_is_erlang_c(agents, level, seven, eight):
    days = seven if agents == 7 else eight
    wait = theory.erlang_c_wait(100 / HOUR, 1 / 180, agents)
    assert 1 - wait.longer(20) == pytest.approx(level, rel=1e-9)
    gap = days.good - level * days.calls
    assert standard_error(gap) <= 0.005 * level * days.calls.mean()
    assert abs(gap.mean()) <= 4.9 * standard_error(gap)


@pytest.mark.parametrize(("agents", "probability"), [(7, 0.2024), (8, 0.9581)])
def test_s12_a_day_that_keeps_eighty_twenty_is_another_reading(agents, probability, seven, eight):
    days = seven if agents == 7 else eight
    kept = days.good >= 0.8 * days.calls
    # The known answer has a standard error of its own, up to 0.0006.
    assert abs(kept.mean() - probability) <= 4.9 * math.hypot(standard_error(kept), 0.0006)


@pytest.mark.parametrize(
    ("agents", "handling_s", "mean", "deviation"), [(7, 180, -48.6, 55.3), (8, 180, 63.7, 33.4), (8, 195, 15.0, 45.3)]
)
def test_s11_ratio_claims_as_means_of_good_less_required(agents, handling_s, mean, deviation, seven, eight):
    days = {(7, 180): seven, (8, 180): eight}.get((agents, handling_s)) or simulated(agents, float(handling_s))
    gap = days.good - 0.8 * days.calls
    # 400 replays of some hundred days leave the printed digits sure to about one half.
    assert abs(gap.mean() - mean) <= 4.9 * math.hypot(standard_error(gap), 0.15)
    assert gap.std() == pytest.approx(deviation, rel=0.15)


def test_s11_mean_of_ratios_is_not_the_ratio_of_sums(seven):
    # .7420 (± .0001) against .7406: the difference is made on the same days, so that its own error is small.
    ratio = seven.good.sum() / seven.calls.sum()
    influence = seven.share - seven.share.mean() - (seven.good - ratio * seven.calls) / seven.calls.mean()
    assert abs(seven.share.mean() - ratio - 0.0014) <= 4.9 * math.hypot(standard_error(influence), 0.0001)
    assert seven.share.mean() - ratio > 4.9 * standard_error(influence)


@pytest.mark.parametrize(("agents", "effect"), [(7, 19.4), (8, 14.0)])
def test_s14_pooled_wilson_interval_over_calls_is_caught(agents, effect, seven, eight):
    """Labelled invalid: it takes the calls of a day for independent."""
    days = seven if agents == 7 else eight
    truth = 1 - theory.erlang_c_wait(100 / HOUR, 1 / 180, agents).longer(20)
    gap = days.good - truth * days.calls
    assert gap.var() / (days.calls.mean() * truth * (1 - truth)) == pytest.approx(effect, rel=0.15)
    months = days.good[: DAYS // 30 * 30].reshape(-1, 30).sum(axis=1)
    calls = days.calls[: DAYS // 30 * 30].reshape(-1, 30).sum(axis=1)
    z, p = 1.959964, months / calls
    centre = (p + z * z / (2 * calls)) / (1 + z * z / calls)
    half = z / (1 + z * z / calls) * np.sqrt(p * (1 - p) / calls + z * z / (4 * calls**2))
    covered = np.abs(centre - truth) <= half
    assert covered.mean() < 0.6  # .34 and .40 instead of .95


def test_adding_an_agent_changes_no_draw_of_any_caller():
    fewer, more = (draw(asked(agents), Streams(7, 3)) for agents in (7, 8))
    for column in vars(fewer):
        assert np.array_equal(getattr(fewer, column), getattr(more, column)), column


def test_common_random_numbers_cut_the_variance_of_a_difference(seven, eight):
    difference = eight.share - seven.share
    ratio = (seven.share.var() + eight.share.var()) / difference.var()
    assert ratio == pytest.approx(5.76, rel=0.15)
    assert np.corrcoef(seven.share, eight.share)[0, 1] == pytest.approx(0.919, rel=0.15)


def test_common_and_separate_random_numbers_estimate_the_same_difference(seven, eight):
    apart = simulated(8, seed=8)
    common, crude = eight.share - seven.share, apart.share - seven.share
    assert abs(common.mean() - crude.mean()) <= 4.9 * math.hypot(
        standard_error(eight.share), standard_error(apart.share)
    )
    assert standard_error(common) < standard_error(crude) / 2


def test_control_variates_leave_a_third_of_the_variance(seven):
    known = np.column_stack((seven.calls - 800.0, seven.work_s / 180 - 800.0))
    design = np.column_stack((np.ones(DAYS), known))
    fitted = np.linalg.lstsq(design, seven.share, rcond=None)[0]
    residual = seven.share - design @ fitted
    assert residual.var() / seven.share.var() == pytest.approx(0.345, rel=0.15)
    assert abs(fitted[0] - seven.share.mean()) <= 4.9 * math.hypot(
        standard_error(residual), standard_error(seven.share)
    )
