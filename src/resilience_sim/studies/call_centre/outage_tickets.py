"""What is to be made up for once the application is up again: records to be entered, and their callers called back.

Every record is a ticket: an agent whom no caller needs enters it and calls its customer back. Callers come first, so
that tickets wait while the floor is busy, and longest where the failure was long and its end falls into busy hours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.hazards.proportions import median_between, share_between
from resilience_sim.models.queue import Outcome
from resilience_sim.studies.call_centre.outage_events import Down, Outages
from resilience_sim.studies.call_centre.surge_floor import PER_PLAY
from resilience_sim.units import HOUR, MINUTE

__all__ = ["FAILURES", "Tickets", "ticket_note", "tickets"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FAILURES = 4 * PER_PLAY


@dataclass(frozen=True, eq=False)
class Tickets:
    """Tickets of some failures, of those alone in which any were written.

    Parameters
    ----------
    recorded
        Calls recorded by hand, shape (failures,).
    entered, waiting
        Of these, those dealt with by the end of the time promised, and those that still wait or are being dealt with.
    done_s
        Seconds from its being up until the last ticket is dealt with, shape (failures,); infinite: later than promised.
    within_s
        The time promised, seconds from its being up.
    """

    recorded: Ints
    entered: Ints
    waiting: Ints
    done_s: Floats
    within_s: float


def tickets(events: Outages, setting: Down, seed: int, *, most: int = FAILURES) -> Tickets:
    """The tickets of the first failures of a seed, as the floor works in the setting."""
    rows = []
    for play, event in (divmod(number, PER_PLAY) for number in range(most)):
        failure, _, path = events.path(setting, seed, play, event)
        recorded = int(np.count_nonzero(path.outcome == Outcome.RECORDED))
        if not recorded:
            continue
        assert path.back_owed_s is not None
        assert path.back_end_s is not None
        after_s = path.back_end_s[~np.isnan(path.back_owed_s)] - failure.end_s
        done = after_s <= setting.back_within_s
        rows.append((
            recorded, np.count_nonzero(done), np.count_nonzero(~done), after_s.max() if done.all() else math.inf,
        ))  # fmt: skip
    columns = np.array(rows, dtype=float).reshape(-1, 4).T
    recorded, entered, waiting = columns[:3].astype(np.int64)
    return Tickets(recorded, entered, waiting, columns[3], setting.back_within_s)


def ticket_note(found: Tickets, language: Literal["zh", "en"]) -> str:
    """How many tickets a failure leaves, and how long it takes to deal with them."""
    failures, hours = len(found.recorded), f"{found.within_s / HOUR:g}"
    if not failures:
        if language == "zh":
            return f"系统恢复后的补录与回访：{FAILURES} 次模拟故障中没有手工记录。"
        return f"Tickets once the system is back: none, since nothing is recorded by hand in {FAILURES} failures."
    intime = int(np.count_nonzero(np.isfinite(found.done_s)))
    low, high = share_between(intime, failures)
    share, (few, many) = 100 * intime / failures, (100 * low, 100 * high)
    half = _until(float(np.median(found.done_s)), language)
    between = median_between(found.done_s)
    ends = "" if between is None else _ends(*between, language=language)
    if language == "zh":
        return (
            f"系统恢复后的补录与回访：一次应用程序故障手工记录 {np.median(found.recorded):.0f} 通来电（中位数），"
            f"由没有来电可接的业务员逐一补录并回访。半数故障在恢复后 {half}内全部办结{ends}；"
            f"{share:.0f}% 在 {hours} 小时内全部办结（95% 区间 {few:.0f}% 至 {many:.0f}%），"
            f"届时合计 {found.recorded.sum()} 通中已办 {found.entered.sum()} 通，待办 {found.waiting.sum()} 通"
            f"（有手工记录的 {failures} 次模拟故障）。"
        )
    return (
        f"Tickets once the system is back: a failure leaves {np.median(found.recorded):.0f} calls recorded by hand "
        f"(median), entered and called back by agents whom no caller needs. In half of the failures all are dealt with "
        f"within {half}{ends}; in {share:.0f} % within {hours} h (95 % interval {few:.0f} % to {many:.0f} %), by when "
        f"{found.entered.sum()} of {found.recorded.sum()} are done and {found.waiting.sum()} wait ({failures} failures "
        f"with any record)."
    )


def _ends(low_s: float, high_s: float, *, language: str) -> str:
    low, high = _until(low_s, language), _until(high_s, language)
    return f"（95% 区间 {low}至 {high}）" if language == "zh" else f" (95 % interval {low} to {high})"


def _until(time_s: float, language: str) -> str:
    if math.isinf(time_s):
        return "更久" if language == "zh" else "longer"
    return f"{time_s / MINUTE:.0f} {'分钟' if language == 'zh' else 'min'}"
