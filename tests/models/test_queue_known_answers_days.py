"""Days of the queue machine that start empty, against the known answers (Z: see `queue_answers`).

Many days are simulated in one run, with pauses so long that nobody is left. The time unit of a case (s, min or h) is
the machine's second here: nothing depends on it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from queue_answers import (
    SEED,
    Answer,
    Weight,
    abandoned,
    answered,
    attempts,
    balked,
    delayed,
    ended,
    judge,
    longer,
    queue,
    waited,
    within,
)

from resilience_sim.models.queue.draws import draw
from resilience_sim.models.queue.inputs import Outcome
from resilience_sim.models.queue.path import Path
from resilience_sim.randomness import Streams
from resilience_sim.timelines import Timeline


def repeated(changes: Sequence[tuple[float, float]], cycle: float, days: int) -> Timeline:
    """The same changes (instant, value) every `cycle`."""
    times, values = np.array(changes, dtype=float).T
    return Timeline((cycle * np.arange(days)[:, None] + times).ravel(), np.tile(values, days))


@lru_cache(maxsize=1)
def clock(path: Path, cycle: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """When each call came, left the queue and left, since the start of its day."""
    start = path.arrival_s // cycle * cycle
    left_queue = np.where(np.isnan(path.start_s), path.end_s, path.start_s)
    return path.arrival_s - start, left_queue - start, path.end_s - start


def number_at(when: float, cycle: float, what: str) -> Weight:
    """Calls inside (N), in service (B) or waiting (Q) at an instant of the day."""

    def weight(path: Path) -> np.ndarray:
        came, started, left = clock(path, cycle)
        first, last = {"N": (came, left), "Q": (came, started), "B": (started, left)}[what]
        return (first <= when) & (last > when)

    return weight


def waited_before(end: float, cycle: float) -> Weight:
    def weight(path: Path) -> np.ndarray:
        came, started, _ = clock(path, cycle)
        return path.waited_s - np.maximum(started - np.maximum(came, end), 0)

    return weight


def gone_before(end: float, cycle: float) -> Weight:
    return lambda path: abandoned(path) & (clock(path, cycle)[2] < end)


def busy_between(start: float, end: float, cycle: float) -> Weight:
    def weight(path: Path) -> np.ndarray:
        _, started, left = clock(path, cycle)
        return np.clip(left, start, end) - np.clip(started, start, end)

    return weight


def open_after(closing: float, cycle: float) -> Weight:
    """Time from closing to the last departure of the day, counted at its first call."""

    def weight(path: Path) -> np.ndarray:
        _, _, left = clock(path, cycle)
        first = np.flatnonzero(np.diff(path.arrival_s // cycle, prepend=-1.0))
        late = np.zeros(left.size)
        late[first] = np.maximum(np.maximum.reduceat(left, first) - closing, 0)
        return late

    return weight


def open_longer(closing: float, time: float, cycle: float) -> Weight:
    still = open_after(closing, cycle)
    return lambda path: still(path) > time


def test_q36_transient_of_five_agents_from_empty():
    cycle, days = 100.0, 30_000
    means = ((0.5, 1.57456652435), (1, 2.54430200979), (2, 3.61344886547), (5, 4.83679710925), (10, 5.53603602650))
    answers = {f"E[N] at {t}": Answer(mean, number_at(t, cycle, "N"), 1.0) for t, mean in means}
    answers["E[N] at 20"] = Answer(5.98500065321, number_at(20, cycle, "N"), 1.0)
    answers["E[Q] at 5"] = Answer(1.06908222654, number_at(5, cycle, "Q"), 1.0)
    answers["E[Q] at 20"] = Answer(2.00748239926, number_at(20, cycle, "Q"), 1.0)
    rate = repeated([(0, 4.0), (20, 0.0)], cycle, days)
    judge(queue(rate, 1.0, 5), answers, batch=cycle, batches=days, runs=5, steady=False)


def test_q37_transient_overload_from_empty():
    cycle, days = 200.0, 60_000
    means = ((1, 0.85618302532), (5, 2.71513140191), (10, 4.37428950244), (20, 7.12020952768))
    answers = {f"E[N] at {t}": Answer(mean, number_at(t, cycle, "N"), 1.0) for t, mean in means}
    rate = repeated([(0, 1.2), (20, 0.0)], cycle, days)
    judge(queue(rate, 1.0, 1), answers, batch=cycle, batches=days, runs=1, steady=False)


@pytest.mark.parametrize("patience", [math.inf, 1.0], ids=["patient", "patience_1_min"])
def test_q38_empty_start_day_agrees_with_contactcenters(patience):
    cycle, days = 700.0, 1_000
    good = within(1 / 3)

    def counted(path: Path) -> np.ndarray:
        return answered(path) | (path.waited_s >= 1 / 3)

    if math.isinf(patience):
        answers = {
            "good": Answer(1815.2717371, good, 1.0),
            "good / served": Answer(0.900432409274, good, answered),
            "W": Answer(0.100680741017, waited, attempts),
            "occupancy": Answer(0.696934349484, busy_between(0, 480, cycle), 5760.0),
            "closing": Answer(5.49573869901, open_after(480, cycle), 1.0),
        }
    else:
        answers = {
            "abandoned": Answer(59.2632183722, abandoned, 1.0),
            "good": Answer(1906.7188944, good, 1.0),
            "good / served": Answer(0.974438111606, good, answered),
            "good / (served + gone late)": Answer(0.968189068551, good, counted),
            "W of served": Answer(0.0238252668266, lambda path: np.where(answered(path), path.waited_s, 0.0), answered),
            "W": Answer(0.0293964376847, waited, attempts),
            "occupancy": Answer(0.676558344159, busy_between(0, 480, cycle), 5760.0),
            "closing": Answer(5.38640104714, open_after(480, cycle), 1.0),
        }
    rate = repeated([(0, 4.2), (480, 0.0)], cycle, days)
    judge(queue(rate, 2.0, 12, patience), answers, batch=cycle, batches=days, runs=11, steady=False)


HOURLY = (100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60)
AGENTS = (4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4)


@pytest.mark.parametrize(
    ("zero_patience", "lost", "at_once", "later", "wait", "none_free", "in_time", "closing", "inside"),
    [
        (
            0.1, 0.0194828172303, 24.7148120402, 7.62666456209, 4.59437624222, 0.148884409880, 0.926395211295,
            117.819507024, (3.10844833047, 5.72327861380, 4.24053523497, 3.39745586256, 2.33995545676, 1.69804500505),
        ),
        (
            0.0, 0.00636845279296, 0.0, 10.5716316363, 6.36845279296, 0.165468386664, 0.902569015545,
            118.688695798, (3.37548994595, 5.98261448542, 4.34807817094, 3.47752516579, 2.43700214846, 1.72532449796),
        ),
    ],
    ids=["a_tenth_leaves_at_once", "everyone_waits"],
)  # fmt: skip
def test_q39_call_centre_day_of_the_ssj_tutorial(
    zero_patience, lost, at_once, later, wait, none_free, in_time, closing, inside
):
    cycle, days, hour = 15 * 3600.0, 1_000, 3600.0

    def gone(path: Path) -> np.ndarray:
        return abandoned(path) | balked(path)

    answers = {
        "lost": Answer(lost, gone, 1660.0),
        "gone at once": Answer(at_once, balked, 1.0),
        "gone after waiting": Answer(later, abandoned, 1.0),
        "sum of waits": Answer(wait, waited, 1660.0),
        "none free": Answer(none_free, lambda path: delayed(path) | balked(path), 1660.0),
        "in 20 s": Answer(in_time, lambda path: path.waited_s < 20, 1660.0),
        "closing": Answer(closing, open_after(13 * hour, cycle), 1.0),
    }
    for count, mean in zip((1, 5, 6, 9, 11, 13), inside, strict=True):
        answers[f"E[N] after hour {count}"] = Answer(mean, number_at(count * hour, cycle, "N"), 1.0)
    rate = repeated([(k * hour, calls / hour) for k, calls in enumerate((*HOURLY, 0))], cycle, days)
    agents = repeated([(k * hour, count) for k, count in enumerate(AGENTS)], cycle, days)
    join = (1 - zero_patience,) if zero_patience else ()
    judge(
        queue(rate, 100.0, agents, 1000.0, join=join),
        {name: answer for name, answer in answers.items() if answer.value},
        batch=cycle,
        batches=days,
        runs=48,
        steady=False,
    )


STAFF_DROP = {
    ("finish", math.inf): (
        {60: "5.39673266682 4.79699884152", 62: "5.70617548 3.79406412 1.91211137",
         65: "6.55382052 3.64254634 2.91127417", 90: "12.83953095 3.88271310 8.95681786",
         120: "6.62494495 5.10094505"},
        285.053116399,
    ),
    ("hand_back", math.inf): (
        {62: "6.01516784 3.58344237 2.43172547", 65: "6.90081499 3.65362074 3.24719424",
         90: "13.12486123 3.88717032 9.23769092", 120: "6.71749559 5.11907615"},
        300.105094959,
    ),
    ("drop", math.inf): (
        {62: "4.82497087 3.44352558 1.38144529", 65: "5.80424795 3.54707138 2.25717657",
         90: "12.28139890 3.87231400 8.40908490", 120: "6.46144723 5.06718566"},
        259.041028296,
    ),
    ("finish", 4.0): (
        {60: "4.79999853168 4.58919764845", 62: "4.79999911 3.69477688 1.10522223",
         65: "4.79999958 3.51448826 1.28551132", 90: "4.80000000 3.50726858 1.29273141",
         120: "4.80000000 4.58919881"},
        54.5890364433,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STAFF_DROP, ids=str)
def test_q40_staff_drop_and_rise_by_every_rule(case):
    on_cut, patience = case
    states, total = STAFF_DROP[case]
    cycle, days = 500.0, 5_000
    answers = {"∫Q dt": Answer(total, waited_before(120, cycle), 1.0)}
    for when, printed in states.items():
        just_before = when - 1e-9
        for what, value in zip("NBQ", printed.split(), strict=False):
            answers[f"E[{what}] at {when}"] = Answer(float(value), number_at(just_before, cycle, what), 1.0)
    if on_cut == "drop":
        answers["dropped"] = Answer(1.24736482222, ended(Outcome.DROPPED), 1.0)
    if not math.isinf(patience):
        answers["abandoned"] = Answer(13.6472591108, gone_before(120, cycle), 1.0)
    rate = repeated([(0, 1.2), (120, 0.0)], cycle, days)
    agents = repeated([(0, 7), (60, 4), (90, 7)], cycle, days)
    judge(
        queue(rate, 4.0, agents, patience, on_cut=on_cut),
        answers,
        batch=cycle,
        batches=days,
        runs=18,
        steady=False,
    )


def test_q41_closing_of_a_hall():
    cycle, days = 1500.0, 8_000
    closing = 480.0
    judge(
        queue(repeated([(0, 0.2), (closing, 0.0)], cycle, days), 8.0, 2),
        {
            "E[N] at closing": Answer(4.29861616831, number_at(closing, cycle, "N"), 1.0),
            "to last departure": Answer(20.7440548533, open_after(closing, cycle), 1.0),
            "P(> 15 min)": Answer(0.508463469152, open_longer(closing, 15, cycle), 1.0),
            "P(> 30 min)": Answer(0.249701779275, open_longer(closing, 30, cycle), 1.0),
            "work after closing": Answer(34.3889293465, busy_between(closing, math.inf, cycle), 1.0),
            "W": Answer(11.1538666334, waited, 96.0),
        },
        batch=cycle,
        batches=days,
        runs=13,
        steady=False,
    )


def test_q43_number_inside_is_the_same_for_every_schedule_where_patience_equals_service():
    # From empty, λ(t) = 100 + 20 sin t; the schedule is far too small half of the time.
    cycle, days = 40.0, 2_000
    edges = np.linspace(0, 4, 401)
    values = 100 + 20 * (np.cos(edges[:-1]) - np.cos(edges[1:])) / np.diff(edges)
    rate = repeated([*zip(edges[:-1], values, strict=True), (4, 0.0)], cycle, days)
    agents = repeated([(0, 60), (1.3, 110), (2.1, 75), (3.0, 90)], cycle, days)
    means = ((0.5, 41.4306703930), (1, 69.9025370840), (2, 101.074267142), (4, 97.3200037556))
    for on_cut in ("finish", "hand_back"):
        judge(
            queue(rate, 1.0, agents, 1.0, on_cut=on_cut),
            {f"E[N] at {t}": Answer(mean, number_at(t - 1e-9, cycle, "N"), 1.0) for t, mean in means},
            batch=cycle,
            batches=days,
            steady=False,
        )


def test_q44_calls_come_at_the_rate_of_their_own_interval():
    from scipy.stats import kstest

    rates, days = (0.1, 100.0, 0.0, 100.0), 4_000
    rate = repeated([*enumerate(rates)], 4.0, days)
    inputs = replace(queue(rate, 1.0, 1), horizon_s=4.0 * days)
    arrivals = draw(inputs, Streams(SEED, 0)).arrival_s
    interval = np.floor(arrivals).astype(int)
    counts = np.bincount(interval, minlength=4 * days).reshape(days, 4)
    assert counts[:, 2].sum() == 0
    for column, mean in zip(counts.T, rates, strict=True):
        assert abs(column.mean() - mean) <= 4.9 * math.sqrt(mean / days)
        # The variance of a Poisson count is its mean; the variance of the sample variance is (m + 2 m²) / days.
        assert abs(column.var() - mean) <= 4.9 * math.sqrt((mean + 2 * mean**2) / days)
    assert abs(np.corrcoef(counts[:, 1], counts[:, 3])[0, 1]) <= 4.9 / math.sqrt(days)
    assert kstest(arrivals - interval, "uniform").pvalue > 1e-6


def test_q45_a_hall_split_into_shifts_keeps_its_waits():
    cycle, days = 1000.0, 8_000
    late = (
        0.0859829711508, 0.180275489385, 0.209905026563, 0.222534017850, 0.228824349953, 0.232242720949,
        0.234207165121, 0.235380971069,
    )  # fmt: skip

    def in_hour(hour: int, weight: Weight) -> Weight:
        return lambda path: weight(path) * (path.arrival_s % cycle // 60 == hour)

    answers = {
        f"P(W > 15) in hour {hour + 1}": Answer(value, in_hour(hour, longer(15)), in_hour(hour, attempts))
        for hour, value in enumerate(late)
    }
    answers["P(W > 15) in the day"] = Answer(0.203669089005, longer(15), attempts)
    rate = repeated([(0, 11.1 / 60), (480, 0.0)], cycle, days)
    judge(queue(rate, 8.0, 2), answers, batch=cycle, batches=days, runs=28, steady=False)
