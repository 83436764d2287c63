"""A log of a call tree as facts of a site: who answers, who replies, who comes, and how long it takes."""

from __future__ import annotations

from pathlib import Path

from resilience_sim.errors import DataError
from resilience_sim.experiments.call_tree_files import read_call_tree
from resilience_sim.experiments.call_tree_fit import CallTreeFit, Counted, fit_call_tree
from resilience_sim.experiments.fit import Cell, FittedFact, FittedSite, FittedTable, about, named
from resilience_sim.hazards.lognormal_fit import LogNormalFit
from resilience_sim.units import MINUTE

__all__ = ["fit_calltree_site"]

Note = tuple[str, str]
Interval = tuple[float, float]

MOST_MINUTES, MOST_SIGMA = 7 * 1440.0, 5.0
"""An interval that goes beyond says nothing."""
MOST_ATTEMPTS = 6
"""Shown of them."""


def fit_calltree_site(path: Path) -> FittedSite:
    """Fit a log of calls and messages; the figures are those of :mod:`~.call_tree_fit`.

    Parameters
    ----------
    path
        The log (:func:`~.call_tree_files.read_call_tree`).

    Raises
    ------
    DataError
        If the file is no such log.
    """

    def fit() -> FittedSite:
        found = fit_call_tree(read_call_tree(path))
        facts = _facts(found)
        if not facts:
            raise DataError("has nothing to fit; accepted are calls, or messages of which somebody replied to one")
        tables = (_attempt_table(found), _device_table(found))
        shown = tuple(table for table in tables if table.rows)
        return FittedSite("calltree", named(path), facts, _notes(found), shown)

    return about(path, fit)


def _facts(fit: CallTreeFit) -> dict[str, FittedFact]:
    shares = {
        "calling.answered_day": (fit.by_day, "first calls from 7 to 22 h"),
        "calling.answered_night": (fit.by_night, "first calls from 22 to 7 h"),
        "calling.answered_again": (fit.second, "second attempts, the first failed"),
        "calling.message_read": (fit.read, "messages watched for 5 min, replied to by then"),
        "call_up.reached": (fit.reached, "people called or messaged"),
        "call_up.can_come": (fit.come, "people reached"),
    }
    facts = {name: _share(counted, of) for name, (counted, of) in shares.items() if counted.n}
    for name, timed, of in (
        ("calling.attempt", fit.attempt, "attempts"),
        ("calling.ring", fit.ring, "calls not answered"),
        ("calling.talk", fit.talk, "calls answered"),
    ):
        if timed.n:
            facts[name] = FittedFact(timed.mean / MINUTE, "min", timed.n, of, _minutes(timed.mean_between))
    if fit.between.n:
        facts["calling.between_attempts"] = FittedFact(
            fit.between.median / MINUTE, "min", fit.between.n, "second and later attempts, median",
            _minutes(fit.between.median_between),
        )  # fmt: skip
    facts |= _law_facts(fit.reply, "calling.reply", "replies")
    return facts | _law_facts(fit.arrival, "call_up.arrival", "arrivals")


def _share(counted: Counted, of: str) -> FittedFact:
    return FittedFact(counted.share, "share", counted.n, f"{of}, {counted.had} of them", counted.between)


def _minutes(between: Interval | None) -> Interval | None:
    return None if between is None else (between[0] / MINUTE, between[1] / MINUTE)


def _law_facts(law: LogNormalFit | None, name: str, of: str) -> dict[str, FittedFact]:
    if law is None:
        return {}
    counted = (law.n, f"{of}, log-normal" + (f", and {law.going_on} censored" if law.going_on else ""))
    median, sigma = law.median_between, law.sigma_between
    return {
        f"{name}_median": FittedFact(law.median, "min", *counted, median if median[1] <= MOST_MINUTES else None),
        f"{name}_sigma": FittedFact(law.sigma, "1", *counted, sigma if sigma[1] <= MOST_SIGMA else None),
    }


# ---- tables


def _cells(counted: Counted) -> tuple[Cell, ...]:
    low, high = counted.between or (None, None)
    return counted.n, counted.had, counted.share, low, high


_SHARE_COLUMNS = {
    "n": ("样本数", "n"), "answered": ("接听", "answered"), "share": ("比例", "share"),
    "low": ("95 % 下限", "95 % from"), "high": ("95 % 上限", "to"),
}  # fmt: skip


def _attempt_table(fit: CallTreeFit) -> FittedTable:
    columns = {"attempt": ("第几次", "attempt"), **_SHARE_COLUMNS}
    rows = tuple((number, *_cells(one)) for number, one in enumerate(fit.attempts[:MOST_ATTEMPTS], start=1))
    title = ("各次呼叫的接听（前几次均未接）", "Attempts answered, all before them having failed")
    return FittedTable("attempts", title, columns, rows)


def _device_table(fit: CallTreeFit) -> FittedTable:
    columns = {"device": ("号码", "device"), **_SHARE_COLUMNS}
    rows = tuple((name, *_cells(one)) for name, one in fit.devices.items())
    return FittedTable("devices", ("各类号码的接听", "Calls answered, by device"), columns, rows)


# ---- notes


def _notes(fit: CallTreeFit) -> tuple[Note, ...]:
    notes = [
        (f"{fit.events} 次事件，{fit.people} 人次", f"{fit.events} events, {fit.people} people called or messaged")
    ]
    if fit.again_people:
        notes.append((
            f"有 {fit.again_people} 人出现在多次事件中；区间按各次相互独立计算，偏窄",
            f"persons who are in several events: {fit.again_people}; the intervals take every call as independent, and "
            "are rather too narrow",
        ))  # fmt: skip
    missing = fit.replied.n - fit.replied.had
    if missing and fit.reply is not None:
        notes.append((
            f"{fit.replied.n} 条消息中 {missing} 条到事件结束仍未回复，按截尾处理：拟合假定他们迟早会回复",
            f"{missing} of {fit.replied.n} messages had no reply when the event ended, and are taken as open "
            "(censored): the law supposes that a reply comes at last",
        ))  # fmt: skip
    if fit.devices:
        notes.append((
            "同一人各号码依次拨打算一次呼叫，号码重复即为下一次",
            "calls to the devices of a person one after the other are one attempt, until a device rings again",
        ))  # fmt: skip
    return tuple(notes)
