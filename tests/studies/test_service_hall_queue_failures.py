"""The hall's business system fails: whose business is not done, who is phoned, against the machine's own account."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resilience_sim.models.queue import Outcome, call_back_measures, draw
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Site
from resilience_sim.randomness import LogNormal, Streams
from resilience_sim.studies.service_hall import queue_failures as module
from resilience_sim.studies.service_hall.faults import system_up
from resilience_sim.studies.service_hall.queue_days import capacity, day_of
from resilience_sim.studies.service_hall.queue_failures import CALLING_DAYS, Failures, failed, failures
from resilience_sim.units import DAY, HOUR

SITE, _ = read_site(library()["service-hall"])
PER_S = capacity(SITE)


def site(**facts: float) -> Site:
    return SITE.with_values({name.replace("__", "."): value for name, value in facts.items()})


def lasting(hours: float, count: int = 40, at_h: float = 2.0) -> Failures:
    """As many failures of the same length, each from the same hour."""
    days = math.floor((at_h + hours) * HOUR / DAY) + 1 + CALLING_DAYS
    slots = np.arange(count) * (days + module.FLUSH_DAYS)
    fails_s = np.full(count, at_h * HOUR)
    return Failures(slots, np.full(count, days), fails_s, fails_s + hours * HOUR)


def test_failures_last_as_the_repair_machine_has_the_system_down() -> None:
    drawn = failures(SITE, Streams(1, 0), 30)
    up = system_up(SITE, Streams(1, 0), horizon_s=3 * 30 / SITE.base("system.fails"))
    falls = np.flatnonzero(np.diff(up.values) < 0) + 1
    lasts_s = [float(up.times[k + 1] - up.times[k]) for k in falls[:30]]
    assert drawn.back_s - drawn.fails_s == pytest.approx(lasts_s)
    assert ((drawn.fails_s >= 0) & (drawn.fails_s < SITE.base("hours.open"))).all()
    assert (np.diff(drawn.first_day) == drawn.days[:-1] + module.FLUSH_DAYS).all()


def test_whoever_is_taken_on_while_the_system_is_down_leaves_a_number_and_nobody_else_does() -> None:
    all_of = lasting(2.0, 1)
    inputs = module._hall(SITE, PER_S, all_of, 1.0)
    path = simulate(inputs, draw(inputs, Streams(2, 0)))
    begun = ~np.isnan(path.start_s)
    down = begun & (path.start_s >= 2 * HOUR) & (path.start_s < 4 * HOUR)
    assert ((path.outcome == Outcome.RECORDED) == down).all()
    row = failed(SITE, PER_S, Streams(2, 0), all_of, "all_business")
    assert row["recorded"][0] == down.sum() == call_back_measures(path)["promised"]
    that_day = day_of(path.arrival_s)[0] == 0
    assert row["served_that_day"][0] == pytest.approx(
        100 * np.sum(that_day & (path.outcome == Outcome.ANSWERED)) / that_day.sum()
    )


def test_the_last_call_is_when_the_machine_has_made_it() -> None:
    all_of = lasting(2.0, 1)
    inputs = module._hall(SITE, PER_S, all_of, 1.0)
    path = simulate(inputs, draw(inputs, Streams(3, 0)))
    assert path.back_end_s is not None
    assert path.back_start_s is not None
    assert np.nanmin(path.back_start_s) >= 4 * HOUR
    row = failed(SITE, PER_S, Streams(3, 0), all_of, "all_business")
    assert row["told_after"][0] == pytest.approx(np.nanmax(path.back_end_s) - 4 * HOUR)


def test_as_many_are_told_as_answer_one_of_their_calls() -> None:
    """1 - (1 - p)^k of all numbers; all, where everybody answers."""
    all_of = lasting(3.0, 60)
    row = failed(SITE, PER_S, Streams(4, 0), all_of, "all_business")
    told = np.sum(row["restoration_told"] / 100 * row["recorded"])
    taken, share = float(row["recorded"].sum()), 1 - 0.5**3
    assert abs(told - taken * share) < 4 * math.sqrt(taken * share * (1 - share))
    everybody = failed(site(calling__answered_day=1.0), PER_S, Streams(4, 0), all_of, "all_business")
    assert everybody["restoration_told"].tolist() == [100.0] * 60


def test_part_of_the_business_leaves_that_part_of_the_numbers_and_none_none() -> None:
    all_of = lasting(3.0, 60)
    rows = {
        share: failed(site(system__affects=share), PER_S, Streams(5, 0), all_of, "part_of_business")
        for share in (0.0, 30.0, 100.0)
    }
    every = failed(SITE, PER_S, Streams(5, 0), all_of, "all_business")
    assert rows[0.0]["recorded"].sum() == 0
    assert rows[0.0]["restoration_told"].tolist() == [100.0] * 60
    assert rows[0.0]["told_after"].tolist() == [0.0] * 60
    assert np.array_equal(rows[100.0]["recorded"], every["recorded"])
    taken = float(every["recorded"].sum())
    # Recording is shorter than service, so that a few more are taken on when more is recorded.
    assert rows[30.0]["recorded"].sum() == pytest.approx(0.3 * taken, rel=0.15)
    none, part, all_of_it = (one["served_that_day"].mean() for one in (rows[0.0], rows[30.0], every))
    assert none - 3 > part > all_of_it + 3


def test_taking_a_number_lasts_by_its_own_law() -> None:
    """The 95 % of many numbers: near that of the log-normal law with the mean of a minute."""
    row = failed(SITE, PER_S, Streams(6, 0), lasting(6.0, 40), "all_business")
    law = LogNormal.from_mean(SITE.base("manual.record"), 0.5)
    expected = math.exp(law.mu + 1.6449 * 0.5)
    assert np.median(row["record_time"]) == pytest.approx(expected, rel=0.05)


def test_nobody_who_comes_again_leaves_the_next_day_as_it_was_and_all_of_them_crowd_it() -> None:
    all_of = lasting(6.0, 60)
    days = [
        failed(site(customers__returning=share), PER_S, Streams(7, 0), all_of, "all_business")["next_day_in_time"]
        for share in (0.0, 50.0, 100.0)
    ]
    assert days[0].mean() > days[1].mean() > days[2].mean()
    assert (days[1] <= days[0] + 12).all()


def test_calls_left_over_are_late_and_in_nobody_elses_way() -> None:
    """Where calls take hours, they are not made in time; the next failure's numbers are phoned as if it came alone."""
    slow = site(manual__call_back=2 * HOUR)
    row = failed(slow, PER_S, Streams(8, 0), lasting(6.0, 3), "all_business")
    assert (row["told_after"] == math.inf).all()
    pair = Failures(
        np.array([0, 1 + CALLING_DAYS + module.FLUSH_DAYS]),
        np.array([1 + CALLING_DAYS] * 2),
        np.array([2 * HOUR, 2 * HOUR]),
        np.array([2.5 * HOUR, 2.5 * HOUR]),
    )
    alone, both = (failed(SITE, PER_S, Streams(8, 0), one, "all_business") for one in (lasting(0.5, 1), pair))
    assert alone["told_after"][0] == pytest.approx(both["told_after"][0])


def test_a_failure_longer_than_what_is_played_is_never_told_of() -> None:
    forever = Failures(np.array([0]), np.array([3]), np.array([HOUR]), np.array([100 * DAY]))
    row = failed(SITE, PER_S, Streams(9, 0), forever, "all_business")
    assert row["told_after"][0] == math.inf
    assert row["restoration_told"][0] == 0.0
