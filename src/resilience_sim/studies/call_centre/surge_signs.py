"""Whether a sign of abnormal growth tells surges from ordinary days; calls are counted by the minute, and none served.

An *ordinary day* is watched from midnight to midnight: a false call-up is a time at which the sign shows, an hour or
more after the last one. A *surge* is watched from its beginning until it is over.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.call_surge import RECORDED
from resilience_sim.randomness import LogNormal, Streams
from resilience_sim.studies.call_centre.surge_floor import PER_PLAY, Floor
from resilience_sim.studies.call_centre.surge_support import Sign
from resilience_sim.units import DAY, HOUR, MINUTE

__all__ = ["WATCHED", "Watch", "watched"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Watched = Literal["ordinary_day", "recorded_surge", "crisis_surge"]

WATCHED = PER_PLAY  # days or surges in a block
EARLIER_S = 2 * HOUR  # before the time that is watched: as long as any sign looks back, and longer
APART_S = HOUR


@dataclass(frozen=True)
class Watch:
    """A situation: a sign, and what it watches; `times`: size of the surge, `None`: as record or site have it."""

    scenario: Watched
    sign: Sign
    times: float | None = None


def watched(floor: Floor, setting: Watch, seed: int, replication: int) -> Mapping[str, Floats]:
    """The measure of a block of days or surges, shape (:data:`WATCHED`,).

    ``false_call_ups`` of each ordinary day; ``surge_seen``, minutes from each surge's beginning until the sign shows,
    infinite if it is over before.
    """
    streams = Streams(seed, replication)
    spread = math.sqrt(math.log1p(floor.site.base("calls.day_factor_cv") ** 2))
    days = LogNormal.from_mean(1.0, spread).draw(streams.generator("call_centre/watch/day"), WATCHED)
    counts = streams.generator("call_centre/watch/calls")
    if setting.scenario == "ordinary_day":
        calls = [_ordinary(floor, setting.sign, float(day), counts) for day in days]
        return {"false_call_ups": np.array(calls, dtype=float)}
    which = streams.generator("call_centre/watch/which").integers(len(RECORDED), size=WATCHED)
    hours, seen = floor.hours(seed, replication), []
    for event, day in enumerate(days.tolist()):
        hour_s = hours[event] * HOUR
        lasts_s, factor = floor.site.base("surge.crisis_lasts"), floor.site.base("surge.crisis_calls")
        if setting.scenario == "recorded_surge":
            lasts_s, factor = RECORDED[which[event]].lasts_s, RECORDED[which[event]].factor
        factor = factor if setting.times is None else setting.times
        at_s, shows = _shows(floor, setting.sign, hour_s, lasts_s, day, factor, counts)
        seen.append(float(at_s[np.argmax(shows)]) / MINUTE if shows.any() else math.inf)
    return {"surge_seen": np.array(seen)}


def _ordinary(floor: Floor, sign: Sign, day: float, counts: np.random.Generator) -> int:
    at_s, shows = _shows(floor, sign, 0.0, DAY, day, 1.0, counts)
    starts = at_s[shows]
    return int(len(starts) > 0) + int(np.count_nonzero(np.diff(starts) > APART_S))


def _shows(
    floor: Floor, sign: Sign, hour_s: float, lasts_s: float, day: float, factor: float, counts: np.random.Generator
) -> tuple[Floats, Bools]:
    """At the end of each minute from a time of day on, whether the sign shows; seconds from it, shape (minutes,)."""
    edges_s = np.arange(-EARLIER_S, lasts_s + MINUTE / 2, MINUTE)
    usual = floor.day.rate(hour_s, before_s=0.0).at(edges_s[:-1]) * MINUTE
    size = np.where(edges_s[:-1] >= 0, factor, 1.0)
    calls = np.concatenate(([0], np.cumsum(counts.poisson(day * size * usual))))
    expected = np.concatenate(([0.0], np.cumsum(usual)))
    back = round(sign.lasting_s / MINUTE)
    now = np.flatnonzero(edges_s > 0)
    able = floor.day.roster(hour_s, lasts_s).at(edges_s[now]) * sign.lasting_s / floor.handling_s()
    came = calls[now] - calls[now - back]
    shows = (came >= sign.times * (expected[now] - expected[now - back])) & (came > able)
    return edges_s[now], shows
