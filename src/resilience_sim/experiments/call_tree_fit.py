"""What a log of a call tree says: who answers, how long it takes, who replies, who comes and when.

* *First call*: the first to a person in an event; by day from 7 to 22 h, by the clock at which it began.
* *Attempt*: the calls to a person one after the other until a device rings again, as in the cascade machine; without
  devices every call is one. What came after the person had answered is no attempt to reach them.
* *Second attempt*: of those whose first failed and who were tried again.
* *Between attempts*: from the end of a failed one to the beginning of the next.
* *Reply*: from the first message to a person to their reply. Who has not replied when the event ends may still do so:
  censored, never taken as a reply at the end.
* *Reached*: answered a call, or replied. *Arrival*: from then on; of those who said that they come and had not arrived
  when the event ended, all that is known is that it takes longer.

Intervals take calls and people as independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from resilience_sim.experiments.call_tree_files import Called, CallTreeLog, Made
from resilience_sim.hazards.lognormal_fit import LogNormalFit, fit_log_normal
from resilience_sim.hazards.proportions import median_between, share_between
from resilience_sim.units import DAY, HOUR, MINUTE

__all__ = ["CallTreeFit", "Counted", "fit_call_tree", "Timed"]

Floats = npt.NDArray[np.float64]
Interval = tuple[float, float]

DAY_FROM_H, DAY_UNTIL_H = 7, 22
READ_WITHIN_S = 5 * MINUTE


@dataclass(frozen=True)
class Counted:
    """How many of some had it."""

    had: int
    n: int

    @property
    def share(self) -> float:
        """Had / n; nan of none."""
        return self.had / self.n if self.n else math.nan

    @property
    def between(self) -> Interval | None:
        """Its exact 95 % interval (Clopper and Pearson)."""
        return share_between(self.had, self.n) if self.n else None


@dataclass(frozen=True, eq=False)
class Timed:
    """Some times, seconds."""

    seconds: Floats

    @property
    def n(self) -> int:
        """How many."""
        return len(self.seconds)

    @property
    def mean(self) -> float:
        """Their mean; nan of none."""
        return float(self.seconds.mean()) if self.n else math.nan

    @property
    def mean_between(self) -> Interval | None:
        """Student's 95 % interval of the mean, cut at 0; `None` of fewer than two."""
        if self.n < 2:
            return None
        from scipy.special import stdtrit

        off = float(stdtrit(self.n - 1, 0.975)) * float(self.seconds.std(ddof=1)) / math.sqrt(self.n)
        return max(0.0, self.mean - off), self.mean + off

    @property
    def median(self) -> float:
        """Their median; nan of none."""
        return float(np.median(self.seconds)) if self.n else math.nan

    @property
    def median_between(self) -> Interval | None:
        """Its interval by order statistics; `None` of fewer than six."""
        return median_between(self.seconds)


@dataclass(frozen=True, eq=False)
class CallTreeFit:
    """What a log of a call tree says; see the module for what each is.

    Parameters
    ----------
    events, people, again_people
        Events; people called or messaged in them, each event anew; persons who are in several events.
    by_day, by_night
        First calls that were answered.
    attempts
        Of the first, the second … attempt: how many were answered.
    devices
        Calls that were answered, by device; empty where the log names none.
    ring, talk, attempt, between
        Calls not answered; answered; attempts whose calls are all timed; from one attempt to the next.
    read
        Messages with a reply within 5 min, of those that were watched for so long.
    replied
        Messages with a reply while they were watched.
    reply
        Log-normal law of minutes to the reply.
    reached
        Of the people.
    come
        Who said that they come, or came if nobody was asked; of those reached of whom it is known.
    arrival
        Log-normal law of the minutes from being told to being there.
    """

    events: int
    people: int
    again_people: int
    by_day: Counted
    by_night: Counted
    attempts: tuple[Counted, ...]
    devices: dict[str, Counted]
    ring: Timed
    talk: Timed
    attempt: Timed
    between: Timed
    read: Counted
    replied: Counted
    reply: LogNormalFit | None
    reached: Counted
    come: Counted
    arrival: LogNormalFit | None

    @property
    def second(self) -> Counted:
        """Second attempts that were answered, given that the first failed."""
        return self.attempts[1] if len(self.attempts) > 1 else Counted(0, 0)


def fit_call_tree(log: CallTreeLog) -> CallTreeFit:
    """Fit a log of calls and messages."""
    people = log.called
    tried = [_attempts(one.calls) for one in people]
    first = [one.calls[0] for one in people if one.calls]
    made = [call for one in tried for attempt in one for call in attempt]
    events_of: dict[str, set[str]] = {}
    for one in people:
        events_of.setdefault(one.person, set()).add(one.event)
    told = [one for one in people if not math.isnan(one.told_s)]
    return CallTreeFit(
        events=len({one.event for one in people}),
        people=len(people),
        again_people=sum(len(events) > 1 for events in events_of.values()),
        by_day=_answered(call for call in first if _by_day(call)),
        by_night=_answered(call for call in first if not _by_day(call)),
        attempts=_by_number(tried),
        devices={name: _answered(call for call in made if call.device == name) for name in _devices(made)},
        ring=_timed(call.took_s for call in made if not call.answered),
        talk=_timed(call.took_s for call in made if call.answered),
        attempt=_timed(sum(call.took_s for call in attempt) for one in tried for attempt in one),
        between=_timed(max(0.0, later[0].at_s - before[-1].end_s) for one in tried for before, later in pairwise(one)),
        read=_read(people),
        replied=_replied(people),
        reply=_reply(people),
        reached=Counted(len(told), len(people)),
        come=_come(log, told),
        arrival=_arrival(told),
    )


# ---- calls


def _attempts(calls: Sequence[Made]) -> list[list[Made]]:
    """The attempts to reach a person, until they answered."""
    attempts: list[list[Made]] = []
    rung: set[str] = set()
    for call in calls:
        if not attempts or not call.device or call.device in rung:
            attempts.append([])
            rung = set()
        attempts[-1].append(call)
        rung.add(call.device)
        if call.answered:
            break
    return attempts


def _by_number(tried: Iterable[Sequence[Sequence[Made]]]) -> tuple[Counted, ...]:
    had: list[int] = []
    n: list[int] = []
    for attempts in tried:
        for number, attempt in enumerate(attempts):
            if number == len(n):
                n.append(0)
                had.append(0)
            n[number] += 1
            had[number] += attempt[-1].answered
    return tuple(map(Counted, had, n))


def _by_day(call: Made) -> bool:
    return DAY_FROM_H <= (call.at_s % DAY) / HOUR < DAY_UNTIL_H


def _answered(calls: Iterable[Made]) -> Counted:
    answered = [call.answered for call in calls]
    return Counted(sum(answered), len(answered))


def _devices(made: Iterable[Made]) -> list[str]:
    return sorted({call.device for call in made if call.device})


def _timed(seconds: Iterable[float]) -> Timed:
    """The times that are known."""
    times = np.array(list(seconds), dtype=float)
    return Timed(times[~np.isnan(times)])


# ---- messages


def _read(people: Iterable[Called]) -> Counted:
    watched = [one for one in people if one.ends_s - one.message_at_s >= READ_WITHIN_S]
    return Counted(sum(one.replied_at_s - one.message_at_s <= READ_WITHIN_S for one in watched), len(watched))


def _replied(people: Iterable[Called]) -> Counted:
    sent = [one for one in people if not math.isnan(one.message_at_s)]
    return Counted(sum(not math.isnan(one.replied_at_s) for one in sent), len(sent))


def _reply(people: Iterable[Called]) -> LogNormalFit | None:
    sent = [one for one in people if not math.isnan(one.message_at_s)]
    replied = [not math.isnan(one.replied_at_s) for one in sent]
    seconds = [
        (one.replied_at_s if has else one.ends_s) - one.message_at_s for one, has in zip(sent, replied, strict=True)
    ]
    return _law(seconds, replied)


def _law(seconds: Sequence[float], observed: Sequence[bool]) -> LogNormalFit | None:
    """The law of minutes; what took no time says nothing of it."""
    times, seen = np.array(seconds, dtype=float) / MINUTE, np.array(observed, dtype=bool)
    return fit_log_normal(times[times > 0], seen[times > 0])


# ---- coming


def _come(log: CallTreeLog, told: Sequence[Called]) -> Counted:
    if log.asked:
        known = [one.comes for one in told if one.comes is not None]
        return Counted(sum(known), len(known))
    return Counted(sum(not math.isnan(one.arrives_s) for one in told), len(told)) if log.timed else Counted(0, 0)


def _arrival(told: Sequence[Called]) -> LogNormalFit | None:
    arrived = [not math.isnan(one.arrives_s) for one in told]
    coming = [(one, has) for one, has in zip(told, arrived, strict=True) if has or one.comes]
    seconds = [(one.arrives_s if has else one.ends_s) - one.told_s for one, has in coming]
    return _law(seconds, [has for _, has in coming])
