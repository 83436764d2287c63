"""Oracles for the tests of verdicts: exact walks over (replications, successes), and a small M/M/c day."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Walk(NamedTuple):
    """Exact probabilities of the answers, the mean number of replications, and the probability of success at a stop."""

    holds: float
    fails: float
    undecided: float
    mean_replications: float


def exact_walk(looks: npt.ArrayLike, holds_from: npt.ArrayLike, fails_to: npt.ArrayLike, p: float) -> Walk:
    """Dynamic programming over the successes at each look; stopped at S >= holds_from or S <= fails_to."""
    n, up, down = (np.asarray(x, dtype=np.int64).tolist() for x in (looks, holds_from, fails_to))
    mass, low, before = np.ones(1), 0, 0  # mass[i] is the probability of low + i successes and no answer yet
    holds = fails = mean = 0.0
    pmf: dict[int, Floats] = {}
    for look, top, bottom in zip(n, up, down, strict=True):
        step = look - before
        if step not in pmf:
            k = np.arange(step + 1)
            log_choose = math.lgamma(step + 1) - np.array([math.lgamma(i + 1) + math.lgamma(step - i + 1) for i in k])
            pmf[step] = np.exp(log_choose + k * math.log(p) + (step - k) * math.log1p(-p))
        mean += step * float(mass.sum())
        mass = np.convolve(mass, pmf[step])
        before = look
        cut = bottom + 1 - low
        if cut > 0:
            fails += float(mass[:cut].sum())
            mass, low = mass[cut:], low + cut
        if top - low < mass.size:
            holds += float(mass[max(top - low, 0) :].sum())
            mass = mass[: max(top - low, 0)]
        if mass.size == 0:
            break
    return Walk(holds, fails, float(mass.sum()), mean)


class Days(NamedTuple):
    """Calls answered in time and calls counted, per day."""

    good: Integers
    count: Integers


def call_centre_days(
    days: int, *, agents: int, handling_s: float, seed: int, per_hour: float = 100.0, limit_s: float = 20.0
) -> Days:
    """Days of ten hours from empty, the first two not counted: Kiefer and Wolfowitz's recursion, all days at once."""
    rng = np.random.default_rng(seed)
    most = int(per_hour * 10 + 8 * math.sqrt(per_hour * 10))
    clock, free = np.zeros(days), np.zeros((days, agents))  # when each agent is free again
    rows = np.arange(days)
    good, count = np.zeros(days, dtype=np.int64), np.zeros(days, dtype=np.int64)
    for _ in range(most):
        clock += rng.exponential(3600 / per_hour, days)
        agent = free.argmin(axis=1)
        start = np.maximum(clock, free[rows, agent])
        free[rows, agent] = start + rng.exponential(handling_s, days)
        counted = (clock >= 7200) & (clock < 36000)
        count += counted
        good += counted & (start - clock <= limit_s)
    assert (clock >= 36000).all()
    return Days(good, count)


@pytest.fixture(scope="session")
def walk() -> Callable[..., Walk]:
    return exact_walk


@pytest.fixture(scope="session")
def seven_agents() -> Days:
    """M/M/7: 100 calls an hour, 180 s each; a share of .7404 within 20 s."""
    return call_centre_days(9000, agents=7, handling_s=180.0, seed=7)


@pytest.fixture(scope="session")
def eight_agents() -> Days:
    """M/M/8: the same calls; a share of .8801."""
    return call_centre_days(9000, agents=8, handling_s=180.0, seed=8)


@pytest.fixture(scope="session")
def eight_slow_agents() -> Days:
    """M/M/8 with 195 s each; a share of .819."""
    return call_centre_days(9000, agents=8, handling_s=195.0, seed=9)
