"""The call log of a centre: what it says about handling, flow, patience, redials and days.

Times are seconds, of the day where an instant is meant. Rows marked ``PHANTOM`` are artefacts and are dropped when the
log is read. A failure of the centre is no customer's behaviour: its window is left out where patience is measured.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import DataError
from resilience_sim.hazards.survival import Fitted, fit_exponential, fit_lognormal, fit_weibull, product_limit
from resilience_sim.hazards.tables import Column, read_table
from resilience_sim.units import DAY, MINUTE

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = [
    "CallLog", "Flow", "Handling", "Patience", "Window", "agents_by_hour", "by_day", "by_quarter_hour", "flow",
    "handling", "patience", "read_calls", "redial_gaps_min",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

SHORTEST_HANDLING_S = 10
"""Answered calls up to this long are agents hanging up, and are left out of the handling time."""

COLUMNS = {
    "day": Column("day"),
    "arrive_s": Column("number", least=0, most=DAY),
    "vru_s": Column("number"),  # real logs have negative ones: the clocks of voice unit and switch differ
    "queue_s": Column("number", least=0),
    "service_s": Column("number", least=0),
    "outcome": Column("text", one_of=("AGENT", "HANG", "PHANTOM")),
    "type": Column("text", empty=True, optional=True),
    "caller": Column("whole", least=0, optional=True),
    "agent": Column("whole", least=0, optional=True),
}


class Window(NamedTuple):
    """A part of one day, bounds included: ``Window("1999-02-03", 46020, 48840)``."""

    day: str
    from_s: float
    to_s: float


@dataclass(frozen=True, eq=False)
class CallLog:
    """A call log as read.

    Parameters
    ----------
    calls
        One call a row: ``day`` (text), ``arrive_s``, ``vru_s``, ``queue_s``, ``service_s``, ``outcome`` (AGENT or
        HANG), and those of ``type``, ``caller``, ``agent`` (0: not known) that the file has.
    recorded
        Rows in the file, PHANTOM included.
    """

    calls: pd.DataFrame
    recorded: int

    def without(self, windows: Sequence[Window]) -> pd.DataFrame:
        """The calls that arrived outside all of the windows."""
        kept = np.ones(len(self.calls), bool)
        for day, from_s, to_s in windows:
            kept &= ~((self.calls.day == day) & self.calls.arrive_s.between(from_s, to_s)).to_numpy()
        return self.calls[kept]


def read_calls(path: Path | str) -> CallLog:
    """Read a call log with the columns day, arrive_s, vru_s, queue_s, service_s, outcome; also type, caller, agent.

    Raises
    ------
    DataError
        At the first line that is not so, or where no call is left.
    """
    from pathlib import Path

    from resilience_sim.errors import Place

    rows = read_table(path, COLUMNS)
    calls = rows[rows.outcome != "PHANTOM"]
    if not len(calls):
        raise DataError("every row is PHANTOM; accepted is at least one call", place=Place(Path(path)))
    return CallLog(calls, len(rows))


class Handling(NamedTuple):
    """Handling time of answered calls longer than 10 s, seconds; `short_share` of the answered calls are not."""

    n: int
    mu: float
    sigma: float
    mean_s: float
    deviation_s: float
    median_s: float
    p90_s: float
    p99_s: float
    short_share: float


def handling(calls: pd.DataFrame) -> Handling:
    """Moments of the handling time and of its logarithm (n − 1), quantiles by linear interpolation."""
    answered = calls.service_s[calls.outcome == "AGENT"].to_numpy(dtype=float)
    seconds = answered[answered > SHORTEST_HANDLING_S]
    if seconds.size < 2:
        raise DataError(f"{seconds.size} answered calls longer than {SHORTEST_HANDLING_S} s; accepted are 2 or more")
    logs = np.log(seconds)
    median, p90, p99 = np.quantile(seconds, (0.5, 0.9, 0.99)).tolist()
    return Handling(
        seconds.size, float(logs.mean()), float(logs.std(ddof=1)), float(seconds.mean()), float(seconds.std(ddof=1)),
        median, p90, p99, 1 - seconds.size / answered.size,
    )  # fmt: skip


class Flow(NamedTuple):
    """Calls; share hung up; of the answered those without wait and within 20 s; share of the queued that hung up."""

    calls: int
    hang_share: float
    no_wait_share: float
    within_20s_share: float
    abandoned_of_queued: float


def flow(log: CallLog, *, exclude: Sequence[Window] = ()) -> Flow:
    """How calls went; `exclude` is left out of the last share only."""
    calls, outside = log.calls, log.without(exclude)
    waits = calls.queue_s[calls.outcome == "AGENT"]
    queued = outside[outside.queue_s > 0]
    return Flow(
        len(calls), float((calls.outcome == "HANG").mean()), float((waits == 0).mean()), float((waits <= 20).mean()),
        float((queued.outcome == "HANG").mean()),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Patience:
    """Patience of those who queued: time to hanging up, censored by being served.

    Parameters
    ----------
    waits_s
        Seconds queued, shape (n,).
    gave_up
        Who hung up, shape (n,); the others were served before their patience ran out.
    """

    waits_s: Floats
    gave_up: npt.NDArray[np.bool_]

    @property
    def events(self) -> int:
        """How many hung up."""
        return int(self.gave_up.sum())

    def survival(self, at_s: npt.ArrayLike) -> Floats:
        """Share with more patience than each time, by product limit."""
        return product_limit(self.waits_s, self.gave_up, at_s)

    def exponential(self) -> Fitted:
        """Exponential law: mean = sum of times / events."""
        return fit_exponential(self.waits_s, self.gave_up)

    def weibull(self) -> Fitted:
        """Weibull law by maximum likelihood."""
        return fit_weibull(self.waits_s, self.gave_up)

    def lognormal(self) -> Fitted:
        """Log-normal law by maximum likelihood."""
        return fit_lognormal(self.waits_s, self.gave_up)


def patience(calls: pd.DataFrame) -> Patience:
    """The patience of those among the calls who queued."""
    queued = calls[calls.queue_s > 0]
    return Patience(queued.queue_s.to_numpy(dtype=float), (queued.outcome == "HANG").to_numpy())


def redial_gaps_min(log: CallLog) -> pd.DataFrame:
    """How long identified callers took to call again.

    Returns
    -------
    pandas.DataFrame
        One row for each call with a known caller: ``outcome``, ``queue_s``, ``gap_min`` from its end (arrive + voice
        unit + queue + service) to the start of the caller's next call, minutes; slightly negative where the log has
        it so, infinite where there is no next one. Shares below any gap are floors: the log ends, and callers
        answered at once often have no identity.

    Raises
    ------
    DataError
        If the log has no column ``caller``.
    """
    if "caller" not in log.calls:
        raise DataError("redials need a column caller; accepted is a number for each known caller, 0 for the others")
    known = log.calls[log.calls.caller > 0]
    start = known.day.map(_seconds_of_days(known.day)) + known.arrive_s
    known = known.assign(start_s=start).sort_values(["caller", "start_s"], kind="stable")
    end = known.start_s + known.vru_s + known.queue_s + known.service_s
    following = known.groupby("caller").start_s.shift(-1)
    return known[["outcome", "queue_s"]].assign(gap_min=((following - end) / MINUTE).fillna(np.inf))


def _seconds_of_days(days: pd.Series) -> dict[str, float]:
    """Each date with the seconds of its start, counted from 1970."""
    return {day: float(np.datetime64(day, "D").astype(np.int64)) * DAY for day in days.unique()}


def by_day(log: CallLog) -> pd.DataFrame:
    """Per day: calls, answered, hang_share; of the answered mean_wait_s, within_20s; of all the share queued."""
    calls = log.calls
    answered = calls[calls.outcome == "AGENT"]
    return calls.groupby("day").agg(
        calls=("outcome", "size"),
        answered=("outcome", lambda o: int((o == "AGENT").sum())),
        hang_share=("outcome", lambda o: float((o == "HANG").mean())),
        queued=("queue_s", lambda q: float((q > 0).mean())),
    ).join(
        answered.groupby("day").agg(
            mean_wait_s=("queue_s", "mean"), within_20s=("queue_s", lambda q: float((q <= 20).mean()))
        )
    )  # fmt: skip


def agents_by_hour(log: CallLog, days: Collection[str]) -> Floats:
    """Mean over `days` of the distinct agents who answer calls arriving in each clock hour, shape (24,).

    One who works part of an hour counts whole: an upper bound of the staffing.
    """
    calls = log.calls
    at_work = calls[(calls.agent > 0) & (calls.outcome == "AGENT") & calls.day.isin(days)]
    each = at_work.assign(hour=(at_work.arrive_s // 3600).astype(int)).groupby(["day", "hour"]).agent.nunique()
    total = each.groupby("hour").sum()
    mean: Floats = total.reindex(range(24), fill_value=0).to_numpy(dtype=float) / len(days)
    return mean


def by_quarter_hour(log: CallLog, day: str, usual_days: Collection[str]) -> pd.DataFrame:
    """Per quarter hour of a day: calls, hung_up, and usual = mean calls of the same quarter hour on `usual_days`."""
    import pandas as pd

    quarter = (log.calls.arrive_s // 900).astype(int)
    of_day, of_usual = log.calls.day == day, log.calls.day.isin(usual_days)

    def counted(which: pd.Series) -> pd.Series:
        return quarter[which].value_counts().reindex(range(96), fill_value=0)

    hung_up = of_day & (log.calls.outcome == "HANG")
    table = {"calls": counted(of_day), "hung_up": counted(hung_up), "usual": counted(of_usual) / len(usual_days)}
    return pd.DataFrame(table)
