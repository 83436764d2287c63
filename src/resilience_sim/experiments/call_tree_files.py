"""Reading a log of calls made in a call tree, or in an exercise of one.

The log is not trusted: what cannot be is refused with file, line and what would be accepted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from resilience_sim.hazards.tables import Column, read_table, refuse_first
from resilience_sim.units import DAY, HOUR

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Called", "CallTreeLog", "Made", "read_call_tree"]

YES, NO = ("yes", "true", "1", "是", "接通"), ("no", "false", "0", "否", "未接")
MESSAGE = ("message", "消息", "短信")
CALL = ("call", "电话", "呼叫")
LONGEST_CALL_S = 2 * HOUR
LONGEST_EVENT_S = 7 * DAY
"""An event that goes on for longer was not one event, or has an instant of another day."""


@dataclass(frozen=True)
class Made:
    """One call to a person.

    Parameters
    ----------
    at_s
        When it began, seconds.
    device
        Which one rang; empty: not written down.
    answered
        Whether it was answered.
    took_s
        How long it rang, or was talked; nan: not written down.
    """

    at_s: float
    device: str
    answered: bool
    took_s: float

    @property
    def end_s(self) -> float:
        """When it was over, as far as is known."""
        return self.at_s + (0.0 if math.isnan(self.took_s) else self.took_s)


@dataclass(frozen=True)
class Called:
    """What the log says of one person in one event.

    Parameters
    ----------
    event, person
        Their names.
    calls
        In order of time.
    message_at_s, replied_at_s
        When the first message to them was sent, and when they replied to a message; nan: not at all.
    comes
        Whether they said that they come; `None`: not written down.
    arrives_s
        When they were there; nan: not written down.
    ends_s
        Until when the event was watched: as the log says, or its latest instant.
    """

    event: str
    person: str
    calls: tuple[Made, ...]
    message_at_s: float
    replied_at_s: float
    comes: bool | None
    arrives_s: float
    ends_s: float

    @property
    def told_s(self) -> float:
        """When they are known to know: as the first answered call ends, or as they reply; nan if never."""
        answered = [call.end_s for call in self.calls if call.answered]
        known = [*answered[:1], *(() if math.isnan(self.replied_at_s) else (self.replied_at_s,))]
        return min(known, default=math.nan)


@dataclass(frozen=True)
class CallTreeLog:
    """A log of calls and messages.

    Parameters
    ----------
    path
        The file.
    called
        Everybody called or messaged, in each event.
    asked, timed
        Whether it has the columns comes and arrives_at.
    """

    path: Path
    called: tuple[Called, ...]
    asked: bool
    timed: bool


class _Row(NamedTuple):
    event: str
    person: str
    at: float
    message: bool
    device: str
    answered: str
    took_s: float
    replied_at: float
    comes: str
    arrives_at: float


def read_call_tree(path: Path) -> CallTreeLog:
    """Read a log of calls and messages.

    Parameters
    ----------
    path
        One row for each call or message: ``event``, ``person`` (or ``called``), ``at`` (when it began or was sent),
        ``answered`` (yes or no; empty for a message). Also ``kind`` (call or message; all are calls without it),
        ``device``, ``took_s`` (of ringing or talking), ``replied_at`` (to a message), ``comes`` (yes or no),
        ``arrives_at``, and ``ended_at`` (until when the event was watched). A clock time, or seconds whose days begin
        at midnight, tells day from night.

    Raises
    ------
    DataError
        At the first line that cannot be.
    """
    path = Path(path)
    instant = Column("instant", empty=True, optional=True)
    columns = {
        "event": Column("text"),
        "person": Column("text", also="called"),
        "at": Column("instant", also="called_at"),
        "kind": Column("text", optional=True, one_of=CALL + MESSAGE),
        "device": Column("text", empty=True, optional=True, also="phone"),
        "answered": Column("text", empty=True, optional=True, one_of=YES + NO),
        "took_s": Column("number", empty=True, optional=True, least=0, most=LONGEST_CALL_S),
        "replied_at": instant,
        "comes": Column("text", empty=True, optional=True, one_of=YES + NO),
        "arrives_at": instant,
        "ended_at": instant,
    }
    rows = read_table(path, columns)
    asked, timed = "comes" in rows, "arrives_at" in rows
    for name, column in columns.items():
        if name not in rows:
            rows[name] = CALL[0] if name == "kind" else "" if column.kind == "text" else math.nan
    rows["message"] = rows.kind.isin(MESSAGE)
    _refuse_rows(path, rows)
    ends = _ends(path, rows)
    people: dict[tuple[str, str], list[_Row]] = {}
    for row in map(_Row._make, rows[list(_Row._fields)].itertuples(index=False)):
        people.setdefault((row.event, row.person), []).append(row)
    called = tuple(_called(found, ends[event]) for (event, _), found in people.items())
    return CallTreeLog(path, called, asked, timed)


def _refuse_rows(path: Path, rows: pd.DataFrame) -> None:
    """Refuse what no column tells by itself, at its line."""
    told = rows.answered != ""
    refuse_first(path, rows, ~rows.message & ~told, "is a call of which answered is empty; accepted is yes or no, or "
                 "message in the column kind")  # fmt: skip
    refuse_first(path, rows, rows.message & told, "is a message and has answered; accepted is replied_at, or nothing")
    refuse_first(
        path, rows, ~rows.message & rows.replied_at.notna(),
        "is a call and has replied_at; accepted are replies to a message (kind message), answered for a call",
    )  # fmt: skip
    for name in ("replied_at", "arrives_at", "ended_at"):
        refuse_first(path, rows, rows[name] < rows["at"], f"{name} is before at; accepted is the same instant or later")
    stays = rows.comes.isin(NO) & rows.arrives_at.notna()
    refuse_first(path, rows, stays, "comes is no and arrives_at is an instant; accepted is yes, or no arrives_at")
    again = rows[~rows.message].duplicated(["event", "person", "at", "device"])
    refuse_first(path, rows[~rows.message], again, "tells of this call again; accepted is one line for each call")
    for name, of in (("comes", ["event", "person"]), ("arrives_at", ["event", "person"]), ("ended_at", ["event"])):
        known = rows[rows[name].notna() & (rows[name] != "")]
        first = known.groupby(of)[name].transform("first")
        refuse_first(
            path, known, known[name] != first, f"{name} differs from an earlier line of the same {' and '.join(of)}; "
            "accepted is one and the same"
        )  # fmt: skip


def _ends(path: Path, rows: pd.DataFrame) -> dict[str, float]:
    """Until when each event was watched."""
    over = rows.assign(over=rows["at"] + rows.took_s.fillna(0.0))
    latest = over[["over", "replied_at", "arrives_at"]].max(axis=1)
    first = rows.groupby("event")["at"].transform("min")
    refuse_first(path, rows, latest - first > LONGEST_EVENT_S, "is more than a week after the first call of its event; "
                 "accepted are events of up to a week")  # fmt: skip
    known = rows.groupby("event", sort=False).ended_at.transform("max")
    ends = known.fillna(latest.groupby(rows.event).transform("max"))
    refuse_first(path, rows, latest > ends, "goes on after ended_at of its event; accepted is an end after all calls, "
                 "replies and arrivals")  # fmt: skip
    long = rows.ended_at - first > LONGEST_EVENT_S
    refuse_first(path, rows, long, "ends more than a week after its first call; accepted are events of up to a week")
    return dict(zip(rows.event, ends.astype(float), strict=True))


def _called(rows: Sequence[_Row], ends_s: float) -> Called:
    """What the rows of one person in one event say."""
    ordered = sorted(rows, key=lambda row: row.at)
    said = [row.comes in YES for row in ordered if row.comes]
    return Called(
        ordered[0].event,
        ordered[0].person,
        tuple(Made(row.at, row.device, row.answered in YES, row.took_s) for row in ordered if not row.message),
        _first(row.at for row in ordered if row.message),
        _first(row.replied_at for row in ordered if row.message),
        said[0] if said else None,
        _first(row.arrives_at for row in ordered),
        ends_s,
    )


def _first(instants: Iterable[float]) -> float:
    """The earliest of those that are known; nan of none."""
    return min((at for at in instants if not math.isnan(at)), default=math.nan)
