"""What happens in a surge of calls: who is called up when, and how many callers are answered.

*Which surges.* Those of a record, each as likely (:mod:`resilience_sim.hazards.call_surge`), or a crisis of some hours;
they begin at any time of day, as likely in each hour as its usual calls are many. Support comes as
:mod:`~resilience_sim.studies.call_centre.surge_support` says. A surge is compared with the same one with less support.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.call_surge import RECORDED, CallSurge
from resilience_sim.models.queue import Draws, QueueInputs, draw
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.models.queue.path import Path
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams
from resilience_sim.studies.call_centre.abnormal_calls import surge_callers
from resilience_sim.studies.call_centre.surge_floor import (
    BEFORE_S,
    BLOCK,
    PER_PLAY,
    USUAL,
    Floor,
    Loads,
    of_block,
    served,
)
from resilience_sim.studies.call_centre.surge_support import Sign, Support, people_s, seen_s, staff_hours, with_ladder
from resilience_sim.timelines import Timeline
from resilience_sim.units import MINUTE

__all__ = ["LATE_S", "Scenario", "Struck", "Surge", "SurgeEvents"]

Floats = npt.NDArray[np.float64]
Scenario = Literal["recorded_surge", "crisis_surge"]

LATE_S = 30 * MINUTE  # at the end of a surge, when all who come have come
KEPT_EVENTS = 640  # more than a load or most verdicts take, so that the next one meets them here
KEPT_ROWS = 8192


@dataclass(frozen=True)
class Surge:
    """A situation: a kind of surge, and the support it meets.

    Parameters
    ----------
    scenario
        A surge of the record, or a crisis.
    support
        Who is called up; `None`: nobody.
    against
        The support with which it is compared; `None`: none at all.
    compared
        Whether it is compared; otherwise nothing is gained.
    times
        Size of the surge, times usual; `None`: as the record or the site has it.
    loads
        What differs from the site.
    """

    scenario: Scenario
    support: Support | None
    against: Support | None = None
    compared: bool = True
    times: float | None = None
    loads: Loads = USUAL


@dataclass(frozen=True, eq=False)
class Struck:
    """One surge and those who call in it; the surge begins at BEFORE_S."""

    queue: QueueInputs
    draws: Draws
    surge: CallSurge
    usual_per_s: Timeline


class SurgeEvents:
    """Surges at one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.floor = Floor(site)
        self.threshold_s = site.base("standard.threshold")
        self._struck = lru_cache(maxsize=KEPT_EVENTS)(self.strike)
        self._row = lru_cache(maxsize=KEPT_ROWS)(self._supported)
        self._sign_s = lru_cache(maxsize=KEPT_ROWS)(self._seen_s)

    def replicate(self, setting: Surge, seed: int, replication: int) -> Mapping[str, Floats]:
        """The measures of a block of surges, shape (:data:`~.call_centre_surge_floor.BLOCK`,).

        ``service_level``, ``answer_rate`` (both %, of the calls of the surge), ``late_answer_rate`` (of those of its
        last half hour), ``answer_rate_gain`` (points more than with the support it is compared with) and
        ``support_hours`` (staff-hours of all levels until the surge is over).
        """
        play, events = of_block(replication)
        rows = [self._event(setting, seed, play, event) for event in events]
        return {name: np.array([row[name] for row in rows]) for name in rows[0]}

    def support_hours(self, setting: Surge, seed: int, replication: int) -> float:
        """Staff-hours of all levels in a surge, the mean of a block."""
        play, events = of_block(replication)
        plain = replace(setting, support=None, against=None, compared=True)
        return float(np.mean([self._row(plain, setting.support, seed, play, k)["support_hours"] for k in events]))

    def called_after_s(self, setting: Surge, seed: int, replication: int) -> Floats:
        """Seconds from the surge's beginning until each level is called, inf for never, shape (BLOCK, levels)."""
        assert setting.support is not None
        play, events = of_block(replication)
        found = np.full((BLOCK, setting.support.levels), np.inf)
        for row, event in enumerate(events):
            *_, path = self._path(setting, setting.support, seed, play, event)
            if path.called_s is not None:
                called_s = path.called_s[:, 0] - BEFORE_S
                found[row] = np.where(np.isnan(called_s), np.inf, called_s)
        return found

    def _event(self, setting: Surge, seed: int, play: int, event: int) -> dict[str, float]:
        plain = replace(setting, support=None, against=None, compared=True)
        row = self._row(plain, setting.support, seed, play, event)
        other = self._row(plain, setting.against, seed, play, event) if setting.compared else row
        return {**row, "answer_rate_gain": row["answer_rate"] - other["answer_rate"]}

    def _supported(self, setting: Surge, support: Support | None, seed: int, play: int, event: int) -> dict[str, float]:
        end_s, people, path = self._path(setting, support, seed, play, event)
        late = served(path, max(BEFORE_S, end_s - LATE_S), end_s, threshold_s=self.threshold_s)
        return {
            **served(path, BEFORE_S, end_s, threshold_s=self.threshold_s),
            "late_answer_rate": late["answer_rate"],
            "support_hours": staff_hours(path, people, end_s) if people else 0.0,
        }

    def _path(
        self, setting: Surge, support: Support | None, seed: int, play: int, event: int
    ) -> tuple[float, list[Floats], Path]:
        """When the surge is over, when each of the people of each level is there after its call-up, and the path."""
        # However long people take to come, the same callers call, and the sign shows as soon.
        which = setting.scenario, setting.times, replace(setting.loads, lead=1.0), seed, play, event
        struck = self._struck(*which)
        inputs, draws, end_s = struck.queue, struck.draws, struck.surge.end_s
        people: list[Floats] = []
        if support is not None:
            sign_s = self._sign_s(support.sign, *which)
            if sign_s < end_s:
                people = people_s(self.floor, support, setting.loads, self.floor.hours(seed, play), seed, play, event)
                inputs, draws = with_ladder(inputs, draws, support, sign_s, people)
        return end_s, people, simulate(inputs, draws)

    def _seen_s(
        self, sign: Sign, scenario: Scenario, times: float | None, loads: Loads, seed: int, play: int, event: int
    ) -> float:
        """When the sign shows, seconds; infinite for never."""
        struck = self._struck(scenario, times, loads, seed, play, event)
        return seen_s(sign, struck.draws, struck.usual_per_s, struck.queue.agents, self.floor.handling_s(loads))

    def strike(
        self,
        scenario: Scenario,
        times: float | None,
        loads: Loads,
        seed: int,
        play: int,
        event: int,
        *,
        after_s: float = 0.0,
    ) -> Struck:
        """One surge and those who call until it is over, or for so long after it; see :class:`Surge`."""
        streams, hour = Streams(seed, play * PER_PLAY + event), self.floor.hours(seed, play)[event]
        lasts_s, factor = self.site.base("surge.crisis_lasts"), self.site.base("surge.crisis_calls")
        if scenario == "recorded_surge":
            one = RECORDED[int(streams.generator("call_centre/surge/which").integers(len(RECORDED)))]
            lasts_s, factor = one.lasts_s, one.factor
        surge = CallSurge(BEFORE_S, lasts_s, factor if times is None else times)
        usual = self.floor.usual(hour, loads)
        queue = QueueInputs(
            (usual, surge_callers(usual, surge, largest=max(LARGEST_DRAWN, surge.factor))),
            self.floor.agents(hour, surge.end_s + after_s),
            surge.end_s + after_s,
        )
        return Struck(queue, draw(queue, streams), surge, self.floor.per_s(hour))


LARGEST_DRAWN = 4.0  # callers are drawn for such surges at least, so that those of a smaller one are some of them
