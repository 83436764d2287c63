"""Episodes: the times at which so many lines are out at once that a plan starts.

A study that asks "when three lines are out, do the extra agents suffice?" needs such events, not whole years. They are
rare, so a long time is drawn once per seed, and each replication picks one of its episodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from resilience_sim.errors import InputsError
from resilience_sim.hazards.outage_law import OutageLaw
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.randomness import Streams
from resilience_sim.timelines import Timeline
from resilience_sim.units import DAY, HOUR

__all__ = ["Episode", "EpisodeLibrary", "around", "draw_library", "episodes", "library_of"]


class Episode(NamedTuple):
    """A time with at least so many lines out: seconds of its start and end, and most lines out in it."""

    start_s: float
    end_s: float
    peak: int


def episodes(count: Timeline, level: int) -> list[Episode]:
    """The maximal times with at least `level` lines out, in order.

    Parameters
    ----------
    count
        Lines out at each instant; below `level` before its first and after its last instant.
    level
        1 or more.
    """
    if level < 1:
        raise InputsError(f"episodes: level is {level}; accepted is 1 or more")
    above = count.values >= level
    if above[0] or above[-1]:
        raise InputsError("episodes: the count must begin and end below the level, so that every episode is whole")
    edges = np.diff(above.astype(np.int8))
    first, behind = np.flatnonzero(edges == 1) + 1, np.flatnonzero(edges == -1) + 1
    return [
        Episode(float(count.times[a]), float(count.times[b]), int(count.values[a:b].max()))
        for a, b in zip(first.tolist(), behind.tolist(), strict=True)
    ]


@dataclass(frozen=True, eq=False)
class EpisodeLibrary:
    """Episodes to pick from, each with the lines around it.

    Parameters
    ----------
    events
        The lines out in each episode's window, times relative to the episode's start, shape of `whole`.
    whole
        Each episode, in the clock of the outages it was cut from.
    years
        Length of the time they were found in, years of 365 days.
    """

    events: tuple[LineOutages, ...]
    whole: tuple[Episode, ...]
    years: float

    def __post_init__(self) -> None:
        if not self.events or len(self.events) != len(self.whole):
            raise InputsError(
                f"EpisodeLibrary: {len(self.events)} events, {len(self.whole)} episodes in {self.years:g} years; "
                "accepted is at least one episode (draw more years, or ask for a lower level)"
            )

    @property
    def per_year(self) -> float:
        """Episodes a year."""
        return len(self.events) / self.years

    def draw(self, streams: Streams, *, name: str = "outages/episode") -> LineOutages:
        """One episode, each as likely as the others, by one uniform number."""
        return self.events[self.choose(streams, name=name)]

    def choose(self, streams: Streams, *, name: str = "outages/episode") -> int:
        """The number of the episode that :meth:`draw` gives for equal streams."""
        return int(streams.generator(name).random() * len(self.events))


def around(outages: LineOutages, instant_s: float, *, before_s: float, after_s: float) -> LineOutages:
    """The lines out at some instant from `before_s` before an instant until `after_s` after it, which is second 0."""
    near = (outages.end_s > instant_s - before_s) & (outages.start_s < instant_s + after_s)
    return outages.pick(near, shift_s=-instant_s)


def library_of(
    outages: LineOutages,
    level_min: int,
    *,
    years: float,
    level_max: int | None = None,
    before_s: float = 6 * HOUR,
    after_s: float = 24 * HOUR,
) -> EpisodeLibrary:
    """The episodes of given outages (a replayed record, or drawn ones).

    Parameters
    ----------
    outages
        The lines; planned ones do not count towards the level and are left out of the events.
    level_min, level_max
        An episode begins as the count of lines out rises to `level_min`; only episodes whose peak is at most
        `level_max` are kept (`None`: all).
    years
        Length of time that the outages cover.
    before_s, after_s
        An event has the lines that are out at some instant from `before_s` before the episode's start until `after_s`
        after it (a storm goes on for days; no study looks at all of it).

    Raises
    ------
    InputsError
        If there is no such episode.
    """
    assert outages.planned is not None
    unplanned = outages.pick(~outages.planned)
    whole = [
        episode
        for episode in episodes(unplanned.concurrency(), level_min)
        if level_max is None or episode.peak <= level_max
    ]
    events = tuple(around(unplanned, episode.start_s, before_s=before_s, after_s=after_s) for episode in whole)
    return EpisodeLibrary(events, tuple(whole), years)


def draw_library(
    law: OutageLaw,
    streams: Streams,
    level_min: int,
    *,
    years: int = 100,
    level_max: int | None = None,
    before_s: float = 6 * HOUR,
    after_s: float = 24 * HOUR,
    name: str = "outages/library",
) -> EpisodeLibrary:
    """The episodes of so many drawn years; see :func:`library_of`."""
    drawn = law.draw(streams, years * 365, name=name)
    span = float(drawn.end_s.max(initial=0.0)) - years * 365 * DAY  # the last outages may outlast the last day
    return library_of(
        drawn, level_min, years=years + max(0.0, span) / (365 * DAY), level_max=level_max,
        before_s=before_s, after_s=after_s,
    )  # fmt: skip
