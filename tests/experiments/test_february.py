"""Is a real centre predicted? Fitted to 1-10 February 1999, asked about 11-14 February of the same call log.

The model: calls that reached the queue or were answered at once (those who hung up in the voice unit are no customers
of the queue), log-normal handling stretched by the hour, the patience law of the largest likelihood (log-normal),
redials where arrivals are simulated (a replayed day holds its redials already). The failure of 3 February is left out.

Staffing is not in the log. The distinct agents of an hour are an upper bound, so one number is fitted: the share of
them that makes the replayed Sunday-Thursday days 1-10 reach the real share answered within 20 s. It comes out as 0.667.
Nothing of days 11-14 but the instants of their calls is used.

Measured with seed 1, predicted (real):

==============================  ================  ====================  =======================
day                             answered          mean wait, answered   answered within 20 s
==============================  ================  ====================  =======================
1-10, fitted; mean of the days  87.7 % (89.4)     42.1 s (34.4)         62.9 % (63.0, fitted)
Thursday 11                     83.5 % (84.8)     60.6 s (51.5)         52.8 % (50.4)
Sunday 14 until 21:15           92.3 % (93.1)     25.3 s (20.9)         74.9 % (75.9)
Sunday 14, whole                77.6 % (91.7)     104.9 s (18.2)        67.9 % (78.6)
Friday 12, roster of the 5th    87.8 % (83.9)     41.7 s (39.4)         63.0 % (61.0)
Saturday 13, roster of the 6th  89.3 % (89.1)     37.4 s (24.5)         72.1 % (73.3)
==============================  ================  ====================  =======================

From 21:15 to 22:30 on the 14th several times the usual number called with a quick question: half of the answered ones
took 21 s or less. A model fitted before cannot know that. Given these calls' own handling times the day is predicted
with 90.2 % answered, 33.3 s, and 69.4 % within 20 s; what is left is the staffing (8 and 6 agents in those hours, where
6.1 and 4.2 are usual). Waits come out some seconds too long nearly everywhere, by the heavy tail of the log-normal
patience (with the exponential law the 11th has 52 s). Single days 1-10 are off by 3.6 points of answer rate (root mean
square): the model knows the usual staffing, not who sat there that day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from resilience_sim.experiments.simulate import simulate
from resilience_sim.hazards.call_fit import CallFit, fit_calls
from resilience_sim.hazards.calls import CallLog, Window, agents_by_hour, read_calls
from resilience_sim.hazards.counts import day_factor_cv
from resilience_sim.models.queue import Callers, Instants, QueueInputs, Rate, Redial
from resilience_sim.randomness import Empirical, LogNormal
from resilience_sim.timelines import Timeline, constant
from resilience_sim.units import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from pathlib import Path

Floats = npt.NDArray[np.float64]

FAILURE = Window("1999-02-03", 46020, 48840)
FITTED_DAYS = tuple(f"1999-02-{day:02d}" for day in (1, 2, 3, 4, 7, 8, 9, 10))  # Sunday to Thursday
THURSDAY, FRIDAY, SATURDAY, SUNDAY = (f"1999-02-{day}" for day in (11, 12, 13, 14))
QUICK_CALLS = (21.25 * HOUR, 22.5 * HOUR)


class Day(NamedTuple):
    """Share answered; mean wait of the answered, seconds; share of the answered within 20 s."""

    answered: float
    wait_s: float
    within_20s: float


@dataclass(frozen=True)
class February:
    """The log, and what was fitted to its days 1-10."""

    calls: pd.DataFrame
    fit: CallFit
    agents: Floats
    by_day: dict[str, Floats]
    stretch: Timeline
    share: float = 1.0

    def of(self, day: str, *, until_s: float = math.inf) -> pd.DataFrame:
        return self.calls[(self.calls.day == day) & (self.calls.at_s < until_s)]

    def inputs(self, *callers: Callers, agents: Floats | None = None) -> QueueInputs:
        on_duty = roster((self.agents if agents is None else agents) * self.share)
        return QueueInputs(callers, on_duty, DAY, stretch=self.stretch)

    def replayed(self, calls: pd.DataFrame, *, agents: Floats | None = None, replications: int = 100) -> Day:
        return self.predicted(self.inputs(self.callers(calls), agents=agents), replications)

    def callers(self, calls: pd.DataFrame) -> Callers:
        instants = Instants(calls.at_s.to_numpy(dtype=float))
        return Callers("calls", instants, self.fit.handling, self.fit.best_patience.law)

    @staticmethod
    def predicted(inputs: QueueInputs, replications: int) -> Day:
        total = simulate(inputs, replications=replications, seed=1, progress=False).measures
        waited_s = (total.mean_wait_answered_s * total.answered).sum()
        answered = total.answered.sum()
        return Day(answered / total.calls.sum(), waited_s / answered, total.answered_in_time.sum() / answered)


def real(calls: pd.DataFrame) -> Day:
    waits = calls.queue_s[calls.outcome == "AGENT"]
    return Day(len(waits) / len(calls), float(waits.mean()), float((waits < 20).mean()))


def roster(agents: Floats) -> Timeline:
    """Agents by hour as whole ones: a part of an agent is there for that part of the hour, from its beginning."""
    whole = np.floor(agents)
    times = np.arange(24) * HOUR
    begins = np.column_stack((times, times + (agents - whole) * HOUR)).ravel()
    counts = np.column_stack((whole + 1, whole)).ravel()
    last = np.append(np.diff(begins) > 0, True)  # of two at one instant the later holds
    return Timeline(begins[last], counts[last])


def fitted_share(february: February) -> float:
    """The share of the distinct agents at which days 1-10 reach their real share within 20 s, by halving."""
    target = np.mean([real(february.of(day)).within_20s for day in FITTED_DAYS])
    low, high = 0.6, 0.75
    for _ in range(6):
        tried = replace(february, share=(low + high) / 2)
        told = [tried.replayed(tried.of(day), replications=20).within_20s for day in FITTED_DAYS]
        low, high = (low, tried.share) if np.mean(told) > target else (tried.share, high)
    return (low + high) / 2


@pytest.fixture(scope="module")
def february(shared: Path) -> February:
    log = read_calls(shared / "data/calls/calls_1999-02-01_to_14.csv")
    calls = log.without([FAILURE])
    calls = calls[(calls.outcome == "AGENT") | (calls.queue_s > 0)]
    calls = calls.assign(at_s=np.maximum(calls.arrive_s + calls.vru_s, 0.0))
    before = CallLog(log.calls[log.calls.day < THURSDAY], log.recorded)
    fit = fit_calls(before, exclude=[FAILURE], weekdays=(6, 0, 1, 2, 3))
    handled = calls[(calls.outcome == "AGENT") & (calls.service_s > 10) & calls.day.isin(FITTED_DAYS)]
    by_hour = handled.groupby((handled.arrive_s // HOUR).astype(int)).service_s.mean()
    factors = by_hour.reindex(range(24)).fillna(handled.service_s.mean()) / fit.handling.mean
    unstaffed = February(
        calls,
        fit,
        agents_by_hour(before, FITTED_DAYS),
        {day: agents_by_hour(before, [day]) for day in ("1999-02-05", "1999-02-06")},
        Timeline(np.arange(24) * HOUR, factors.to_numpy()),
    )
    return replace(unstaffed, share=fitted_share(unstaffed))


def assert_near(told: Day, seen: Day, *, points: float, seconds: float) -> None:
    """Both shares within so many points, the mean wait within so many seconds."""
    assert told.answered == pytest.approx(seen.answered, abs=points / 100)
    assert told.within_20s == pytest.approx(seen.within_20s, abs=points / 100)
    assert told.wait_s == pytest.approx(seen.wait_s, abs=seconds)


def test_days_1_to_10_are_reached_by_two_thirds_of_the_distinct_agents(february: February) -> None:
    assert february.share == pytest.approx(2 / 3, abs=0.02)
    told = [february.replayed(february.of(day), replications=20) for day in FITTED_DAYS]
    seen = [real(february.of(day)) for day in FITTED_DAYS]
    assert np.mean([day.within_20s for day in told]) == pytest.approx(
        np.mean([day.within_20s for day in seen]), abs=0.01
    )
    errors = np.array(told) - np.array(seen)
    assert abs(errors[:, 0].mean()) < 0.025
    assert math.sqrt((errors[:, 0] ** 2).mean()) < 0.05


def test_counting_every_agent_of_an_hour_whole_would_promise_far_too_much(february: February) -> None:
    told = replace(february, share=1.0).replayed(february.of(THURSDAY), replications=20)
    assert told.within_20s > real(february.of(THURSDAY)).within_20s + 0.25


def test_thursday_11_is_predicted_from_its_instants(february: February) -> None:
    calls = february.of(THURSDAY)
    assert_near(february.replayed(calls), real(calls), points=4, seconds=15)


def test_sunday_14_is_predicted_until_its_evening(february: February) -> None:
    calls = february.of(SUNDAY, until_s=QUICK_CALLS[0])
    assert_near(february.replayed(calls), real(calls), points=3, seconds=10)


def test_the_quick_calls_of_sunday_evening_are_not_answered_in_the_model_unless_their_handling_is_known(
    february: February,
) -> None:
    calls = february.of(SUNDAY)
    quick = calls.at_s.between(*QUICK_CALLS)
    handled_s = calls.service_s[quick & (calls.outcome == "AGENT")]
    assert handled_s.median() < 30
    assert february.replayed(calls).answered < real(calls).answered - 0.1
    own = Callers(
        "quick",
        Instants(calls.at_s[quick].to_numpy()),
        Empirical(tuple(handled_s.tolist())),
        february.fit.best_patience.law,
    )
    inputs = replace(february.inputs(february.callers(calls[~quick]), own), stretch=constant(1.0))
    assert february.predicted(inputs, 100).answered == pytest.approx(real(calls).answered, abs=0.03)


@pytest.mark.parametrize(("day", "roster_of"), [(FRIDAY, "1999-02-05"), (SATURDAY, "1999-02-06")])
def test_short_days_are_predicted_from_their_instants_and_the_week_before(
    february: February, day: str, roster_of: str
) -> None:
    calls = february.of(day)
    told = february.replayed(calls, agents=february.by_day[roster_of])
    assert_near(told, real(calls), points=6, seconds=20)


def test_the_full_days_lie_among_the_days_simulated_without_knowing_any_call_of_them(february: February) -> None:
    calls = february.calls[february.calls.day.isin(FITTED_DAYS)]
    by_hour = np.bincount(np.minimum(calls.at_s // HOUR, 23).astype(int), minlength=24) / len(FITTED_DAYS)
    again = february.fit.redial_after_hanging_up
    first = 1 - again * float((calls.outcome == "HANG").mean())  # the record's calls hold the redials
    spread = day_factor_cv(calls.groupby("day").size())
    callers = Callers(
        "calls",
        Rate(
            Timeline(np.arange(24) * HOUR, by_hour * first / HOUR),
            day_factor=LogNormal.from_mean(1.0, math.sqrt(math.log1p(spread**2))),
        ),
        february.fit.handling,
        february.fit.best_patience.law,
        redial=Redial(again, 0, 0, LogNormal.from_median(february.fit.redial_median_min * MINUTE, 1.0), most=10),
    )
    days = simulate(february.inputs(callers), replications=300, seed=1, progress=False).measures
    assert days.calls.mean() == pytest.approx(len(calls) / len(FITTED_DAYS), rel=0.03)
    simulated = Day(days.answer_rate, days.mean_wait_answered_s, days.answered_in_time / days.answered)
    for day in (THURSDAY, SUNDAY):
        for figure, seen in zip(simulated, real(february.of(day)), strict=True):
            low, high = np.quantile(figure, (0.05, 0.95))
            assert low <= seen <= high
