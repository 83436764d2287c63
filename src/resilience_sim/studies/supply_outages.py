"""The outages of the mains that strike a supply: how long each lasts, and the time on mains before it.

One event is one outage. It finds a full battery, or it is the last of some that follow each other, each of which finds
what the one before and the recharge since have left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from resilience_sim.errors import InputsError
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.hazards.quantiles import Quantiles
from resilience_sim.models.power.draws import Draws, draw
from resilience_sim.models.power.inputs import DrawnOutages, PowerInputs
from resilience_sim.models.power.kernel import simulate
from resilience_sim.models.power.path import Path
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Empirical, Exponential, Law, LogNormal, Never, Streams

__all__ = [
    "BLOCK", "ENDLESS", "IN_A_ROW", "ROW", "Record", "Spaced", "drawn", "duration_law", "outages", "scenarios",
    "shares_over", "simulated",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

BLOCK = 1024  # events in one call of the machine
ENDLESS = "endless"  # the scenario that asks what the equipment reaches: the mains do not come back
IN_A_ROW = "in_a_row"  # outages of a storm that follow each other
ROW = 3  # outages that follow each other, of which the last is the event
SHORTEST_S = 900.0  # where the tables of durations begin: shorter outages are hardly ever recorded


def scenarios(record: tuple[LineOutages, float] | None, *, charge_matters: bool = False) -> tuple[str, ...]:
    """The scenarios in which the mains come back.

    Parameters
    ----------
    record
        Outages to replay, and the years they cover.
    charge_matters
        Whether what is asked depends on the battery's charge: then also outages that follow each other, by the record
        where there is one.
    """
    last = ("replay",) if record else (IN_A_ROW,) if charge_matters else ()
    return ("normal_day", "storm_day", "pledge", *last)


def duration_law(site: Site, scenario: str, record: tuple[LineOutages, float] | None) -> Law:
    """How long the mains are out: by a record's shares, by the utility's pledge, by the record itself, or for ever.

    Raises
    ------
    InputsError
        If there is no such scenario, or no record to replay.
    """
    if scenario == ENDLESS:
        return Never()
    if scenario in ("normal_day", "storm_day", IN_A_ROW):
        kind = "storm_day" if scenario == IN_A_ROW else scenario
        within, back = site.bases("mains.line_hours"), site.bases(f"mains.line_back_{kind}")
        return Quantiles((SHORTEST_S, *within), (0.0, *back))
    if scenario == "pledge":
        return LogNormal.from_mean(site.base("mains.pledge_mean"), site.base("mains.pledge_sigma"))
    if scenario == "replay" and record is not None:
        lasted = record[0].end_s - record[0].start_s
        return Empirical(tuple(lasted.tolist()))
    known = (ENDLESS, *scenarios(record, charge_matters=True))
    raise InputsError(f"there is no scenario {scenario!r}; accepted: {', '.join(known)}")


def shares_over(law: Law, within_h: Sequence[float]) -> list[float]:
    """Share of outages of a law that are over within so many hours."""
    seconds = [hours * 3600 for hours in within_h]
    if isinstance(law, Quantiles):
        return [float(share) for share in law.share_up_to(seconds)]
    if isinstance(law, LogNormal):
        return [0.5 * math.erfc((law.mu - math.log(t)) / (law.sigma * math.sqrt(2))) for t in seconds]
    assert isinstance(law, Empirical)
    lasted = np.array(law.values)
    return [float((lasted <= t).mean()) for t in seconds]


def outages(site: Site, scenario: str, record: tuple[LineOutages, float] | None, events: int = BLOCK) -> DrawnOutages:
    """So many events of a scenario.

    A record in which no two outages overlap is of one supply: its times on mains between outages are kept. Where they
    overlap it is of many lines, each of which leaves the others' batteries alone: every outage then finds a full one.
    """
    law = duration_law(site, scenario, record)
    if scenario == IN_A_ROW:
        return DrawnOutages(events * ROW, law, Spaced(Exponential(site.base("mains.again_after")), ROW))
    if scenario == "replay" and record is not None and (own := Record.of_one_supply(record[0])) is not None:
        return DrawnOutages(events * ROW, own)
    return DrawnOutages(events, law)


# ---- laws of outages that follow each other


@dataclass(frozen=True)
class Spaced(Law):
    """Times on mains by a law, but for ever before every `every`-th outage: there a new row begins, with all charged.

    Rows know nothing of each other, so that their last outages are independent events.
    """

    law: Law
    every: int

    def draw(self, generator: Generator, size: int) -> Floats:
        """`size` times in rows, shape (size,)."""
        seconds = self.law.draw(generator, size)
        seconds[:: self.every] = np.inf
        return seconds

    @property
    def mean(self) -> float:
        """Infinite: that of the first of each row."""
        return math.inf


@dataclass(frozen=True)
class Record(Law):
    """Durations of a record's outages, each after those that went before it there, in rows of :data:`ROW`.

    Parameters
    ----------
    lasted_s, between_s
        Of every outage, and the mains before it (of the first: 0), in the order in which they happened, shape (n,).
    """

    lasted_s: tuple[float, ...]
    between_s: tuple[float, ...]

    @classmethod
    def of_one_supply(cls, record: LineOutages) -> Record | None:
        """The record with its times between; `None` where outages overlap or there are none."""
        order = np.argsort(record.start_s, kind="stable")
        start_s, end_s = record.start_s[order], record.end_s[order]
        between_s = start_s[1:] - end_s[:-1]
        if len(order) == 0 or (between_s < 0).any():
            return None
        return cls(tuple((end_s - start_s).tolist()), (0.0, *between_s.tolist()))

    def _rows(self, generator: Generator, size: int) -> npt.NDArray[np.int64]:
        """Places of outages in the record, row after row; before the first one there are none, which is -1."""
        last = generator.integers(len(self.lasted_s), size=size // ROW)
        rows: npt.NDArray[np.int64] = np.maximum(last[:, None] + np.arange(1 - ROW, 1), -1).ravel()
        return rows

    def draw(self, generator: Generator, size: int) -> Floats:
        """`size` durations in rows, each row equally likely to end with any outage of the record, shape (size,)."""
        at = self._rows(generator, size)
        return np.where(at < 0, 0.0, np.array(self.lasted_s)[at])

    def before(self, generator: Generator, size: int) -> Floats:
        """The mains before each outage that :meth:`draw` gives with the same stream."""
        at = self._rows(generator, size)
        between_s = np.where(at < 0, 0.0, np.array(self.between_s)[at])
        between_s[::ROW] = np.inf  # where a row begins, the battery is full
        return between_s

    @property
    def mean(self) -> float:
        """Mean duration."""
        return math.fsum(self.lasted_s) / len(self.lasted_s)


# ---- runs


def drawn(inputs: PowerInputs, seed: int, replication: int) -> Draws:
    """The numbers of one replication; those of a record with the times between its outages."""
    draws, struck = draw(inputs, Streams(seed, replication)), inputs.outages
    if isinstance(struck, DrawnOutages) and isinstance(struck.duration, Record):
        same = Streams(seed, replication).generator("power/outages/duration")
        return replace(draws, between_s=struck.duration.before(same, struck.count))
    return draws


@lru_cache(maxsize=64)
def simulated(inputs: PowerInputs, seed: int, replication: int) -> Path:
    """The events of one replication, kept for those who ask about the same ones again."""
    path, struck = simulate(inputs, drawn(inputs, seed, replication)), inputs.outages
    assert isinstance(struck, DrawnOutages)
    in_a_row = isinstance(struck.duration, Record) or isinstance(struck.between, Spaced)
    return _last_of_each_row(path) if in_a_row else path


def _last_of_each_row(path: Path) -> Path:
    kept = {
        name: value[..., ROW - 1 :: ROW]
        for name, value in vars(path).items()
        if isinstance(value, np.ndarray) and not name.startswith("trace_")
    }
    return replace(path, **kept)
