"""What happens while the call centre's application is down or slow: who is answered, recorded, sent away, called back.

*Down* (``application_down``): at any hour, for as long as the call tree and the repairs of
:mod:`~resilience_sim.studies.call_centre.faults_events` say, at most :data:`LONGEST_S`. Until the floor works by hand
all callers are sent away. Then a share of them is answered from written material, which takes longer; the others are
recorded by hand, and once it is up again entered and called back when no caller waits for the agent; or sent away where
nobody records. Who is sent away tries again.

*Slow* (``application_slow``): for some hours every query takes so much longer, and so does every call.

Both are measured over the calls that come while it lasts. Agents beyond those of the shift come as in a surge, the
first level ordered so long after the failure. An event is compared with the same one where less is done.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.failure_day import Failure
from resilience_sim.models.queue import CallBacks, Draws, Outage, QueueInputs, draw
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.models.queue.path import Path
from resilience_sim.plans.site import Site
from resilience_sim.randomness import LogNormal, Streams
from resilience_sim.studies.call_centre.abnormal_calls import redial, tries_again
from resilience_sim.studies.call_centre.faults_events import Breakdown, Breakdowns
from resilience_sim.studies.call_centre.surge_floor import (
    BEFORE_S,
    PER_PLAY,
    USUAL,
    Floor,
    Loads,
    of_block,
    served,
)
from resilience_sim.studies.call_centre.surge_support import Support, people_s, staff_hours, with_ladder
from resilience_sim.units import DAY, HOUR

__all__ = ["LONGEST_S", "Down", "Outages", "Scenario", "Work"]

Floats = npt.NDArray[np.float64]
Scenario = Literal["application_down", "application_slow"]

LONGEST_S = DAY  # of failures: of those beyond it the first day is played
KEPT_EVENTS = 640  # more than a load or most verdicts take, so that the next one meets them here
KEPT_ROWS = 8192


@dataclass(frozen=True)
class Work:
    """How the floor works while the application is down.

    Parameters
    ----------
    answerable
        Share of the callers answered from written material.
    factor
        Their handling time, times usual.
    records
        Whether the others are recorded by hand, and called back.
    record_s
        Seconds that recording takes on average.
    begins_s
        Seconds from the failure until the floor works by hand.
    leave
        Share of the agents who leave the system meanwhile.
    reserve, per_hour
        Agents kept free for callers when a call back begins, and calls back an hour at most.
    support
        Who is called up; `None`: nobody.
    moved_s
        Seconds from the failure until the first level is called.
    """

    answerable: float
    factor: float
    records: bool
    record_s: float
    begins_s: float
    leave: float = 0.0
    reserve: int = 0
    per_hour: float = math.inf
    support: Support | None = None
    moved_s: float = 0.0


@dataclass(frozen=True)
class Down:
    """A situation: the application is down or slow.

    Parameters
    ----------
    scenario
        Down or slow.
    breakdown
        What fails, and what is done about it.
    work
        How the floor works.
    against
        The work with which it is compared; `None`: the same.
    back_within_s
        Seconds from its being up within which calls back are promised.
    slow_s
        Seconds that a query takes longer while it is slow.
    loads
        What differs from the site.
    """

    scenario: Scenario
    breakdown: Breakdown
    work: Work
    against: Work | None = None
    back_within_s: float = 4 * HOUR
    slow_s: float = 0.0
    loads: Loads = USUAL


@dataclass(frozen=True, eq=False)
class _Failed:
    """One event and those who call in it; it begins at BEFORE_S."""

    queue: QueueInputs
    draws: Draws
    failure: Failure


class Outages:
    """Outages of the application at one site.

    Parameters
    ----------
    site
        Its facts, with its call tree and its file of faults.
    check
        Whether these two are checked.
    """

    def __init__(self, site: Site, *, check: bool = True) -> None:
        self.site = site
        self.floor = Floor(site)
        self.threshold_s = site.base("standard.threshold")
        self.breakdowns = Breakdowns(site, check=check)
        self._play = lru_cache(maxsize=64)(self._played)
        self._failed = lru_cache(maxsize=KEPT_EVENTS)(self._fail)
        self._row = lru_cache(maxsize=KEPT_ROWS)(self._worked)

    def replicate(self, setting: Down, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of events, shape (:data:`~.call_centre_surge_floor.BLOCK`,).

        ``service_level``, ``answer_rate`` (both %; who is recorded counts as answered), ``answer_rate_gain`` (points
        more than with the work it is compared with), ``called_back`` (% of the calls back promised that begin in time)
        and ``support_hours`` (staff-hours of the people called up).
        """
        play, events = of_block(replication)
        plain = replace(setting, against=None)
        rows = []
        for event in events:
            row = self._row(plain, seed, play, event)
            other = (
                row if setting.against is None else self._row(replace(plain, work=setting.against), seed, play, event)
            )
            rows.append({**row, "answer_rate_gain": row["answer_rate"] - other["answer_rate"]})
        return {name: np.array([row[name] for row in rows]) for name in rows[0]}

    def support_hours(self, setting: Down, seed: int, replication: int) -> float:
        """Staff-hours of the people called up in a failure, the mean of a block."""
        play, events = of_block(replication)
        plain = replace(setting, against=None)
        return float(np.mean([self._row(plain, seed, play, event)["support_hours"] for event in events]))

    # ---- one event

    def _worked(self, setting: Down, seed: int, play: int, event: int) -> dict[str, float]:
        failure, people, path = self.path(setting, seed, play, event)
        return {
            **served(path, failure.start_s, failure.end_s, threshold_s=self.threshold_s),
            "called_back": _called_back(path, failure.end_s + setting.back_within_s),
            "support_hours": staff_hours(path, people, failure.end_s) if people else 0.0,
        }

    def path(self, setting: Down, seed: int, play: int, event: int) -> tuple[Failure, list[Floats], Path]:
        """When it fails, when each of the people of each level is there after its call-up, and what happens."""
        work = setting.work
        # How the floor works, how slow queries are, and how long people take to come moves no caller.
        failure_only = replace(setting, work=NOBODY_WORKS, slow_s=0.0, loads=replace(setting.loads, lead=1.0))
        failed = self._failed(failure_only, seed, play, event)
        draws, failure = failed.draws, failed.failure
        inputs = self._at_work(setting, failed)
        people: list[Floats] = []
        if work.support is not None and work.moved_s < failure.lasts_s:
            hours, _ = self._when(setting, seed, play)
            people = people_s(self.floor, work.support, setting.loads, hours, seed, play, event)
            inputs, draws = with_ladder(inputs, draws, work.support, BEFORE_S + work.moved_s, people)
        return failure, people, simulate(inputs, draws)

    def _at_work(self, setting: Down, failed: _Failed) -> QueueInputs:
        """The queue while the application is down, or slow."""
        work, failure, queue = setting.work, failed.failure, failed.queue
        if setting.scenario == "application_slow":
            handling_s = self.floor.handling_s(setting.loads)
            longer = self.site.base("failure.queries") * setting.slow_s / handling_s
            return replace(queue, outage=None, stretch=failure.timeline(1.0 + longer, 1.0))
        by_hand = Failure(min(failure.start_s + work.begins_s, failure.end_s), failure.end_s)
        rest = 1.0 - work.answerable
        sent_away = Failure(failure.start_s, by_hand.start_s).timeline(1.0)
        if not work.records:
            sent_away = sent_away + by_hand.timeline(rest)
        agents = queue.agents
        if work.leave > 0:
            staying = failure.timeline(1.0 - work.leave, 1.0)
            agents = agents.combine(staying, lambda there, share: np.floor(there * share + 1e-9))
        assert queue.outage is not None
        assert queue.outage.back is not None
        gap_s = 0.0 if math.isinf(work.per_hour) else HOUR / work.per_hour
        return replace(
            queue,
            agents=agents,
            stretch=by_hand.timeline(work.factor, 1.0),
            outage=Outage(
                by_hand=by_hand.timeline(rest if work.records else 0.0),
                unanswerable=sent_away,
                factor=work.record_s / self.site.base("calls.handling_mean"),
                back=replace(queue.outage.back, reserve=work.reserve, gap_s=gap_s),
            ),
        )

    def _back(self, failure: Failure) -> CallBacks:
        """Records are entered and their callers called back once it is up again; spread as calls are."""
        entered_s, called_s = self.site.base("manual.enter"), self.site.base("manual.call_back")
        law = LogNormal.from_mean(entered_s + called_s, self.site.base("calls.handling_sigma"))
        return CallBacks(law, hours=failure.timeline(0.0, 1.0))

    def _fail(self, setting: Down, seed: int, play: int, event: int) -> _Failed:
        """When it fails and who calls; how the floor works moves nobody."""
        hours, lasts_s = self._when(setting, seed, play)
        streams = Streams(seed, play * PER_PLAY + event)
        down = setting.scenario == "application_down"
        failure = Failure(BEFORE_S, BEFORE_S + min(lasts_s[event], LONGEST_S))
        horizon_s = failure.end_s + (setting.back_within_s if down else 0.0)
        again = tries_again(self.site)
        if setting.loads.redial is not None:
            again = replace(again, share=setting.loads.redial)
        usual = self.floor.usual(hours[event], setting.loads, redial=redial(self.site, again) if down else None)
        queue = QueueInputs(
            (usual,),
            self.floor.agents(hours[event], horizon_s),
            horizon_s,
            outage=Outage(failure.timeline(0.0), back=self._back(failure)) if down else None,
        )
        return _Failed(queue, draw(queue, streams), failure)

    def _when(self, setting: Down, seed: int, play: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Time of day (hours) of each event of a play, and how many seconds it lasts."""
        if setting.scenario == "application_down":
            return self._play(setting.breakdown, seed, play)
        return self.floor.hours(seed, play), (self.site.base("failure.slow_lasts"),) * PER_PLAY

    def _played(self, breakdown: Breakdown, seed: int, play: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Time of day (hours) of each event of a play, and for how many seconds it is down."""
        played = self.breakdowns.play(breakdown, seed, play)
        down_s = played.seconds("application", "back").max(axis=1)
        return tuple(played.hours.tolist()), tuple(down_s.tolist())


NOBODY_WORKS = Work(0.0, 1.0, records=False, record_s=1.0, begins_s=0.0)


def _called_back(path: Path, until_s: float) -> float:
    """Share of the calls back promised that begin by an instant, per cent; where none is promised all of them."""
    if path.back_owed_s is None or path.back_start_s is None:
        return 100.0
    owed = ~np.isnan(path.back_owed_s)
    kept = np.count_nonzero(owed & (path.back_start_s <= until_s))
    return 100.0 * float(kept) / float(np.count_nonzero(owed)) if owed.any() else 100.0
