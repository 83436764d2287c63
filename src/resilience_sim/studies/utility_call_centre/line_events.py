"""Events of 10 kV lines going out, for the studies that lines trip: drawn from a law, a storm day, or a record.

Every event is in its own clock: second 0 is the instant at which the level that is asked about is reached.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from resilience_sim.errors import InputsError
from resilience_sim.hazards.events import Episode, EpisodeLibrary, around, episodes, library_of
from resilience_sim.hazards.outage_calls import OutageCallLaw
from resilience_sim.hazards.outage_law import OutageLaw
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.hazards.quantiles import Quantiles
from resilience_sim.hazards.surge import StormDay, storm_profile
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Empirical, LogNormal, Streams
from resilience_sim.units import DAY, HOUR

__all__ = ["AFTER_S", "YEARS", "LineEvents", "Lines", "customers_law", "district_law", "duration_law"]

YEARS = 400  # some thousands of events
SHORTEST_S = 900.0  # where the tables of durations begin: shorter outages are hardly ever recorded
BEFORE_S, AFTER_S = 6 * HOUR, 24 * HOUR  # lines out in this time around the event's start belong to it


class Lines(NamedTuple):
    """One event: the lines, and how many seconds from second 0 on at least so many of them are out."""

    outages: LineOutages
    lasts_s: float


def duration_law(site: Site, kind: str) -> Quantiles:
    """How long a line is out: the site's shares over by so many hours; the last share is 1."""
    return Quantiles((SHORTEST_S, *site.bases("lines.within_hours")), (0.0, *site.bases(f"lines.back_{kind}_day")))


def customers_law(site: Site) -> Empirical:
    """Customers on a line: the counts reported, scaled to the site's median."""
    counts = site.bases("outage_calls.customers_counts")
    scale = site.base("outage_calls.customers_per_line") / float(np.median(counts))
    return Empirical(tuple(count * scale for count in counts))


def district_law(site: Site) -> OutageLaw:
    """The law of unplanned line outages by the site's facts."""
    return OutageLaw(
        lines_per_day=site.base("lines.per_day") * DAY,
        duration=duration_law(site, "normal"),
        storm_duration=duration_law(site, "storm"),
        customers=customers_law(site),
        var_over_mean=site.base("lines.clustering"),
    )


class LineEvents:
    """Events at one site, by scenario.

    Parameters
    ----------
    site
        Facts on lines, customers and the storm day.
    calls
        How customers call; the storm day's lines are found from its calls.
    record
        Outages to replay and the years that they cover, if there are any.
    years
        Length of the drawn time from which a district's events come.
    """

    def __init__(
        self,
        site: Site,
        calls: OutageCallLaw,
        record: tuple[LineOutages, float] | None = None,
        *,
        years: int = YEARS,
    ) -> None:
        self.site = site
        self.years = years
        self.calls = calls
        self.record = record
        self._libraries: dict[tuple[str, int, int | None, int], EpisodeLibrary] = {}
        self._histories: dict[int, LineOutages] = {}

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios there are."""
        return ("district", "linyi_storm", *(("replay",) if self.record else ()))

    def library(self, scenario: str, level: int, most: int | None, seed: int) -> EpisodeLibrary:
        """The events of a scenario that reach `level` lines, and `most` at most; drawn once for a seed."""
        key = (scenario, level, most, seed)
        if key not in self._libraries:
            outages, years = self._history(scenario, seed)
            self._libraries[key] = library_of(
                outages, level, years=years, level_max=most, before_s=BEFORE_S, after_s=AFTER_S
            )
        return self._libraries[key]

    def knows(self, scenario: str, level: int, most: int | None) -> bool:
        """Whether the scenario has an event of the level; a record may have none."""
        if scenario != "replay" or self.record is None:
            return True
        peaks = [episode.peak for episode in episodes(self.record[0].concurrency(), level)]
        return any(most is None or peak <= most for peak in peaks)

    def times_out(self, scenario: str, level: int, seed: int) -> tuple[list[Episode], float]:
        """The times with at least `level` unplanned lines out, in order, and the years in which they were found."""
        outages, years = self._history(scenario, seed)
        return episodes(outages.concurrency(), level), years

    def _history(self, scenario: str, seed: int) -> tuple[LineOutages, float]:
        """All outages from which a scenario's events come, and the years they cover."""
        if scenario == "replay":
            if self.record is None:
                raise InputsError("scenario 'replay' needs a record of outages")
            return self.record
        if seed not in self._histories:
            # Replication 0 of streams of its own: the district's history is one, whatever is asked of it.
            self._histories[seed] = district_law(self.site).draw(
                Streams(seed, 0), self.years * 365, name="outages/history"
            )
        return self._histories[seed], float(self.years)

    def draw(self, scenario: str, level: int, most: int | None, seed: int, streams: Streams) -> Lines:
        """One event that reaches `level` lines."""
        if scenario == "linyi_storm":
            outages = self._storm()
        else:
            outages = self.library(scenario, level, most, seed).draw(streams)
        return Lines(outages, _lasts(outages, level))

    def draw_end(
        self, scenario: str, level: int, most: int | None, seed: int, streams: Streams, *, longest_s: float
    ) -> Lines:
        """The event that :meth:`draw` gives for equal streams, entered `longest_s` before its end at the earliest.

        Second 0 is the event's start, or that later instant: some go on for days, and their end is what is asked about.
        For scenarios with a history, so not for the storm day.
        """
        library = self.library(scenario, level, most, seed)
        chosen = library.choose(streams)
        whole = library.whole[chosen]
        if whole.end_s - whole.start_s <= longest_s:
            return Lines(library.events[chosen], whole.end_s - whole.start_s)
        outages, _ = self._history(scenario, seed)
        lines = around(outages, whole.end_s - longest_s, before_s=BEFORE_S, after_s=AFTER_S)
        assert lines.planned is not None
        return Lines(lines.pick(~lines.planned), longest_s)

    def draw_at_once(self, lines: int, streams: Streams) -> Lines:
        """So many lines going out together on an ordinary day."""
        duration_s = duration_law(self.site, "normal").draw(streams.generator("outages/at_once/duration"), lines)
        customers = customers_law(self.site).draw(streams.generator("outages/at_once/customers"), lines)
        outages = LineOutages(np.zeros(lines), duration_s, np.round(customers))
        return Lines(outages, float(duration_s.max()))

    def draw_planned(self, streams: Streams) -> LineOutages:
        """Planned outages around an event: so many that planned work has its share of all outage time."""
        share = self.site.base("lines.planned_share_of_time")
        law = OutageLaw(
            lines_per_day=share / (1 - share) * self.site.base("lines.per_day") * DAY,
            duration=duration_law(self.site, "normal"),
            storm_duration=duration_law(self.site, "normal"),
            customers=customers_law(self.site),
        )
        drawn = law.draw(streams, 2, warm_up_days=5, name="outages/planned")
        return LineOutages(drawn.start_s, drawn.end_s, drawn.customers, np.ones(len(drawn), dtype=bool))

    def _storm(self) -> LineOutages:
        calls_in_day = self.site.base("storm.calls_in_day")
        usual_day = calls_in_day / (1 + self.site.base("storm.rise_on_day_before"))
        day = StormDay(usual_day / 288, calls_in_day, self.site.base("storm.busiest_five_minutes"))
        delay = self.calls.delay
        assert isinstance(delay, LogNormal)
        return storm_profile(
            day,
            OutageCallLaw(share=self.site.base("outage_calls.share_who_call"), delay=delay),
            customers=self.site.base("outage_calls.customers_per_line"),
            wave_s=0.0,
            rest_h=self.site.base("storm.hours") / HOUR,
            duration_h=self.site.base("storm.line_duration") / HOUR,
        )


def _lasts(outages: LineOutages, level: int) -> float:
    """Seconds from 0 on until fewer than `level` unplanned lines are out."""
    count = outages.concurrency()
    below = count.times[(count.times > 0) & (count.values < level)]
    return float(below[0]) if below.size else math.inf
