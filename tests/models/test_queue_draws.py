"""Drawn numbers belong to callers; arrivals are a Poisson process of the rate asked for."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from resilience_sim.errors import InputsError
from resilience_sim.models.queue import Callers, Draws, Instants, QueueInputs, Rate, Redial, draw
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Never, Streams, Uniform
from resilience_sim.timelines import Timeline, constant

HOUR = 3600.0


def queue(
    arrivals: Rate | Instants, *, horizon_s: float = 4 * HOUR, join=(), redial=None, patience=None
) -> QueueInputs:
    callers = Callers("calls", arrivals, LogNormal.from_mean(200.0, 0.6), patience or Exponential(90.0), redial=redial)
    return QueueInputs((callers,), constant(5), horizon_s, join=join)


REDIAL = Redial(0.5, 0.4, 0.3, Exponential(60.0), most=4, ceiling=0.8)


def of_callers(draws: Draws, kept: np.ndarray) -> dict[str, np.ndarray]:
    """All numbers of these callers, in their order; redials included."""
    rows = kept[draws.caller]
    n = len(draws.arrival_s)
    names = ("try_number", "patience_s", "join_u")
    return {
        "arrival_s": draws.arrival_s[kept],
        "identity": draws.identity[kept],
        "handling_s": draws.handling_s[kept],
        "tries": np.diff(draws.retry_from)[kept],
        "retry_u": draws.retry_u[rows[n:]],
        "retry_delay_s": draws.retry_delay_s[rows[n:]],
        **{name: column[rows] if len(column := getattr(draws, name)) else column for name in names},
    }


def assert_same_callers(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    for name in one:
        assert np.array_equal(one[name], other[name]), name


# -- Q44: arrivals ---------------------------------------------------------------------------------------------------


def test_q44_counts_are_poisson_and_no_call_comes_at_rate_zero():
    rate = Timeline(np.arange(4) * HOUR, np.array([0.1, 100, 0, 100]) / HOUR)
    days = [draw(queue(Rate(rate)), Streams(11, replication)).arrival_s for replication in range(2000)]
    counts = np.array([np.histogram(day, np.arange(5) * HOUR)[0] for day in days])
    assert counts[:, 2].sum() == 0
    assert (counts.sum(axis=1) == [len(day) for day in days]).all()
    for k, mean in ((0, 0.1), (1, 100), (3, 100)):
        assert abs(counts[:, k].mean() - mean) < 4.9 * math.sqrt(mean / len(days))
        assert stats.chi2(len(days)).sf(((counts[:, k] - mean) ** 2 / mean).sum()) > 1e-6 or mean < 1
    assert abs(np.corrcoef(counts[:, 1], counts[:, 3])[0, 1]) < 4.9 / math.sqrt(len(days))
    late = np.concatenate([day[day > 3 * HOUR] for day in days])
    assert stats.kstest(late / HOUR - 3, "uniform").pvalue > 1e-6


def test_q44_a_first_hour_of_almost_no_calls_does_not_empty_the_day():
    rate = Timeline(np.arange(4) * HOUR, np.array([0.1, 100, 0, 100]) / HOUR)
    assert min(len(draw(queue(Rate(rate)), Streams(12, replication)).arrival_s) for replication in range(300)) > 100


def test_arrivals_increase_and_end_before_the_horizon_whose_length_moves_nobody():
    short, long = (
        draw(queue(Rate(Timeline([0, HOUR], [0.02, 0.05])), horizon_s=hours * HOUR), Streams(3, 5)) for hours in (2, 9)
    )
    assert (np.diff(long.arrival_s) > 0).all()
    assert short.arrival_s[0] >= 0 and short.arrival_s[-1] < 2 * HOUR  # noqa: PT018 - one interval
    kept = long.arrival_s < 2 * HOUR
    assert_same_callers(of_callers(short, np.ones(len(short.arrival_s), bool)), of_callers(long, kept))


def test_day_factor_spreads_the_counts_of_days():
    inputs = queue(Rate(constant(0.05), day_factor=Uniform(0.5, 1.5)))
    counts = np.array([len(draw(inputs, Streams(4, replication)).arrival_s) for replication in range(2000)])
    mean = 0.05 * 4 * HOUR
    spread = math.sqrt(mean + mean**2 / 12)
    assert abs(counts.mean() - mean) < 4.9 * spread / math.sqrt(len(counts))
    assert counts.std() == pytest.approx(spread, rel=0.1)


def test_rate_zero_or_level_zero_brings_nobody():
    for rate in (
        Rate(constant(0.0)),
        Rate(constant(1.0), level=0.0),
        Rate(constant(0.1), level=0.0, level_ceiling=1.0),
    ):
        draws = draw(queue(rate, redial=REDIAL), Streams(1, 0))
        assert draws.arrival_s.size == draws.handling_s.size == draws.retry_u.size == 0


# -- numbers belong to callers ---------------------------------------------------------------------------------------


def test_a_higher_level_has_all_callers_of_a_lower_one_and_more():
    drawn = {
        level: draw(
            queue(Rate(constant(0.1), level=level, level_ceiling=1.5), redial=REDIAL, join=(0.5,)), Streams(6, 2)
        )
        for level in (0.5, 1.0, 1.5)
    }
    for low, high in ((0.5, 1.0), (1.0, 1.5)):
        kept = np.isin(drawn[high].identity, drawn[low].identity)
        assert kept.sum() == len(drawn[low].identity) < len(kept)
        assert_same_callers(
            of_callers(drawn[low], np.ones(len(drawn[low].identity), bool)), of_callers(drawn[high], kept)
        )
    assert len(drawn[1.0].identity) == pytest.approx(0.1 * 4 * HOUR, abs=4.9 * math.sqrt(0.1 * 4 * HOUR))


def test_one_more_caller_and_those_who_do_not_ask_move_nobodys_numbers():
    random = np.random.default_rng(1)
    times = random.uniform(0, HOUR, 400)
    asks = random.random(400) < 0.3
    everyone = draw(queue(Instants(times), redial=REDIAL, join=(0.5,)), Streams(8, 0))
    fewer = draw(queue(Instants(times[:-1]), redial=REDIAL, join=(0.5,)), Streams(8, 0))
    asking = draw(queue(Instants(times, asks), redial=REDIAL, join=(0.5,)), Streams(8, 0))
    assert_same_callers(of_callers(fewer, np.ones(399, bool)), of_callers(everyone, np.arange(400) < 399))
    assert_same_callers(of_callers(asking, np.ones(int(asks.sum()), bool)), of_callers(everyone, asks))
    assert (asking.identity == np.flatnonzero(asks)).all()


def test_redials_patience_and_balking_move_no_other_numbers():
    full = draw(queue(Rate(constant(0.1)), redial=REDIAL, join=(0.5,)), Streams(9, 0))
    for fewer in (queue(Rate(constant(0.1))), queue(Rate(constant(0.1)), patience=Never())):
        draws = draw(fewer, Streams(9, 0))
        assert np.array_equal(draws.arrival_s, full.arrival_s)
        assert np.array_equal(draws.handling_s, full.handling_s)
        assert draws.join_u.sum() == 0


def test_order_is_by_arrival_then_number_over_all_classes():
    one, two = (Callers(name, Instants(np.array([3.0, 1.0, 3.0])), Deterministic(1.0)) for name in "ab")
    draws = draw(QueueInputs((one, two), constant(1), 10.0), Streams(1, 0))
    assert draws.order.tolist() == [1, 4, 0, 2, 3, 5]
    assert draws.source.tolist() == [0, 0, 0, 1, 1, 1]
    assert draws.identity.tolist() == [0, 1, 2, 0, 1, 2]


# -- redials ---------------------------------------------------------------------------------------------------------


def test_willing_redials_are_a_run_of_uniforms_below_the_ceiling():
    redial = dataclasses.replace(REDIAL, most=3)
    draws = draw(queue(Instants(np.zeros(40_000)), redial=redial), Streams(10, 0))
    tries = np.diff(draws.retry_from)
    chances = np.array([0.2, 0.8 * 0.2, 0.64 * 0.2, 0.512])
    assert stats.chisquare(np.bincount(tries, minlength=4), chances * len(tries)).pvalue > 1e-6
    assert stats.kstest(draws.retry_u / 0.8, "uniform").pvalue > 1e-6
    assert draws.caller[len(tries) :].tolist() == np.repeat(np.arange(len(tries)), tries).tolist()
    assert (draws.try_number[: len(tries)] == 0).all()
    assert draws.try_number.max() == 3


def test_everyone_is_willing_every_time_at_ceiling_one():
    redial = Redial(1.0, 0.0, 0.0, Deterministic(5.0), most=2)
    draws = draw(queue(Instants(np.zeros(7)), redial=redial), Streams(10, 0))
    assert np.diff(draws.retry_from).tolist() == [2] * 7
    assert draws.retry_delay_s.tolist() == [5.0] * 14


# -- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Instants(np.array([1.0, np.nan])), "finite seconds"),
        (lambda: Instants(np.array([-1.0])), "finite seconds"),
        (lambda: Instants(np.array([1.0]), np.array([1])), "bool of shape"),
        (lambda: Rate(constant(-1.0)), "0 calls/s or more"),
        (lambda: Rate(constant(1.0), level=2.0, level_ceiling=1.0), r"level \(2.0\) or more"),
        (lambda: Rate(constant(1.0), day_factor=Never()), "finite numbers"),
        (lambda: Redial(1.2, 0, 0, Exponential(1.0), most=1), "a share from 0 to 1"),
        (lambda: Redial(0.5, 0, 0, Exponential(1.0), most=1, ceiling=0.4), "the largest share"),
        (lambda: Redial(0.5, 0, 0, Never(), most=1), "finite times"),
        (lambda: Redial(0.5, 0, 0, Exponential(1.0), most=1.5), "whole number"),
        (lambda: Callers("", Rate(constant(1.0)), Exponential(1.0)), "name is empty"),
        (lambda: Callers("a", Rate(constant(1.0)), Never()), "finite times"),
        (lambda: dataclasses.replace(queue(Rate(constant(1.0))), callers=()), "at least one"),
        (lambda: dataclasses.replace(queue(Rate(constant(1.0))), agents=constant(1.5)), "whole numbers"),
        (lambda: dataclasses.replace(queue(Rate(constant(1.0))), agents=constant(-1)), "whole numbers"),
        (lambda: dataclasses.replace(queue(Rate(constant(1.0))), places=-1), "0 or more"),
        (lambda: dataclasses.replace(queue(Rate(constant(1.0))), horizon_s=math.inf), "above 0"),
        (lambda: dataclasses.replace(queue(Rate(constant(1.0))), join=(0.5, 1.5)), "share"),
        (lambda: dataclasses.replace(queue(Rate(constant(1.0))), on_cut="vanish"), "finish or finish_named"),
        (lambda: dataclasses.replace(queue(Rate(constant(1.0))), stretch=constant(0.0)), "above 0"),
    ],
)
def test_inputs_outside_the_domain_are_refused_with_what_would_be_accepted(make, words):
    with pytest.raises(InputsError, match=words):
        make()


def test_given_instants_cannot_be_changed_and_compare_by_value():
    instants = Instants(np.array([2.0, 1.0]), np.array([True, False]))
    assert not instants.times_s.flags.writeable
    assert instants == Instants(np.array([2.0, 1.0]), np.array([True, False]))
    assert instants != Instants(np.array([2.0, 1.0]))
