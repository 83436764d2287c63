"""A situation of the network operations centre's faults: which event, and what is otherwise than in the site's file."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = [
    "ALONE", "ANY", "ANY_DAY", "ANY_SPARE", "BLOCK", "NO_FAULT", "STORM", "YEAR", "FaultSetting",
]  # fmt: skip

ALONE, STORM, YEAR, ANY_DAY = "alone", "storm_burst", "year", "any_day"
ANY, NO_FAULT = "any", ""  # in place of a class: whichever occurs, by its rate; none but those of the storm
ANY_SPARE = "any_spare"  # whichever may need a spare
BLOCK = 128  # events of a run


@dataclass(frozen=True)
class FaultSetting:
    """One situation.

    Parameters
    ----------
    scenario
        One of the four of :mod:`~resilience_sim.studies.network_operations.faults_events`.
    fault
        The class asked about.
    facts
        Facts of the site that are otherwise, in their own units.
    stocks
        Spares of some stocks, instead of the file's.
    every_s
        Seconds between looks of some rounds, or between copies of some backups, instead of the file's.
    people, on_call
        Technicians whenever anybody is on shift, and others who come when nobody is free; ``None``: as many as the site
        has.
    decide_after_s
        After which a broken access switch is given up and a spare put in, instead of the file's.
    undecided
        Only faults that cannot be put right before that.
    against
        What is left out in the events compared with: *order* of gravity, *restart* first, *decision* for the spare,
        saved *configuration*; empty: no comparison.
    """

    scenario: str
    fault: str
    facts: tuple[tuple[str, float], ...] = ()
    stocks: tuple[tuple[str, int], ...] = ()
    every_s: tuple[tuple[str, float], ...] = ()
    people: int | None = None
    on_call: int = 0
    decide_after_s: float | None = None
    undecided: bool = False
    against: str = ""

    def with_fact(self, name: str, value: float) -> FaultSetting:
        """The same, with another value of a fact in its own unit."""
        return replace(self, facts=tuple(sorted({**dict(self.facts), name: value}.items())))

    def with_stock(self, name: str, count: int) -> FaultSetting:
        """The same, with so many spares in a stock."""
        return replace(self, stocks=tuple(sorted({**dict(self.stocks), name: count}.items())))

    def with_round(self, name: str, every_s: float) -> FaultSetting:
        """The same, with another time between the looks of a round or between copies."""
        return replace(self, every_s=tuple(sorted({**dict(self.every_s), name: every_s}.items())))
