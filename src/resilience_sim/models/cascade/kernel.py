"""The cascade machine compiled: notices, messages, calls and people who go on, one after the other.

What lies ahead waits in one heap; its identities, kind · n + person, are the order at equal instants. Of somebody's
goings on only the last one entered counts: the others are left over from before they took something over.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resilience_sim.models.cascade.draws import Draws, too_few_drawn
from resilience_sim.models.cascade.inputs import HOURS, CascadeInputs, Ended, Through
from resilience_sim.models.cascade.path import CALLS, LEARNS, MISSES, REACHES, SENDS, TAKES_OVER, Path
from resilience_sim.models.cascade.plant import AHEAD, LACKS, ROWS, Plant, opened, opened_together
from resilience_sim.models.heaps import drop, hidden, push, uncounted

__all__ = ["simulate", "simulate_together"]

NOTICES, READS, ENDS_CALL, GOES_ON = range(4)  # kinds of what happens, in their order at equal instants
NOTICING, CALL, MESSAGE = int(Through.NOTICING), int(Through.CALL), int(Through.MESSAGE)
TOLD, DELEGATED, PASSED_OVER, GIVEN_UP = (
    int(Ended.TOLD), int(Ended.DELEGATED), int(Ended.PASSED_OVER), int(Ended.GIVEN_UP),
)  # fmt: skip


def simulate(inputs: CascadeInputs, draws: Draws, *, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.cascade.reference.simulate`, to the bit.

    Parameters
    ----------
    inputs
        The call tree and the event.
    draws
        The replication's numbers, drawn for it.
    trace
        Whether to record who learns, sends, calls, reaches or misses whom, and takes over from whom.

    Raises
    ------
    WidthError
        If somebody is called more often than there are numbers for.
    """
    plant = opened(inputs, draws, rows=0)
    _play(plant, inputs)
    if trace:  # now it is known how long the trace is
        plant = opened(inputs, draws, rows=int(plant.clock[ROWS]))
        _run(plant)
    return _path(plant, trace=trace)


def simulate_together(inputs: CascadeInputs, draws: Sequence[Draws], hours: Sequence[float]) -> list[Path]:
    """Run several events of one call tree: the paths of :func:`simulate`, in a half to a third of its time.

    Parameters
    ----------
    inputs
        The call tree.
    draws
        The numbers of each event.
    hours
        The time of day of each, instead of the inputs', from 0 to 24.

    Raises
    ------
    WidthError
        If somebody is called more often than there are numbers for.
    """
    plants = opened_together(inputs, draws, hours)
    for plant in plants:
        _play(plant, inputs)
    return [_path(plant, trace=False) for plant in plants]


def _play(plant: Plant, inputs: CascadeInputs) -> None:
    _run(plant)
    if (lacks := int(plant.clock[LACKS])) >= 0:
        raise too_few_drawn(inputs, lacks)


def _path(plant: Plant, *, trace: bool) -> Path:
    return Path(
        told_s=plant.told_s,
        told_by=plant.told_by,
        through=plant.through,
        phone=plant.phone,
        calls_to=plant.calls_to,
        calls_by=plant.calls_by,
        begins_s=plant.begins_s,
        ends_s=plant.ends_s,
        arrives_s=plant.arrives_s,
        duty_owner=plant.duty_owner,
        duty_calls=plant.duty_calls,
        duty_reached=plant.duty_reached,
        duty_ended_s=plant.duty_ended_s,
        duty_ended=plant.duty_ended,
        trace_s=plant.trace_s if trace else None,
        trace_kind=plant.trace_kind if trace else None,
        trace_who=plant.trace_who if trace else None,
        trace_whom=plant.trace_whom if trace else None,
    )


@uncounted
def _run(p: Plant) -> None:
    """Play the event until nothing lies ahead, or until numbers are lacking."""
    n = len(p.told_s)
    for person in range(n):
        if p.notices_s[person] < np.inf:
            _expect(p, p.notices_s[person], NOTICES, person)
    while p.clock[AHEAD] > 0 and p.clock[LACKS] < 0:
        now, kind, person = p.ahead_s[0], p.ahead[0] // n, p.ahead[0] % n
        p.clock[AHEAD] = drop(p.ahead_s, p.ahead, p.clock[AHEAD], 0)
        if kind == NOTICES:
            _learn(p, person, -1, NOTICING, -1, now)
            if p.tree.common_list:
                p.known[person] = 1
        elif kind == READS:
            _learn(p, person, p.message_by[person], MESSAGE, -1, now)
            if p.acknowledges[person]:
                p.known[person] = 1
        elif kind == ENDS_CALL:
            taker = _end_call(p, person, now)
            if taker >= 0:
                _turn_to_more(p, taker, now)
        elif p.goes_on_s[person] == now:
            _go_on(p, person, now)


@hidden
def _expect(p: Plant, instant: float, kind: int, person: int) -> None:
    """Something will happen to somebody."""
    p.clock[AHEAD] = push(p.ahead_s, p.ahead, p.clock[AHEAD], instant, kind * len(p.told_s) + person)


@hidden
def _expect_going_on(p: Plant, instant: float, person: int) -> None:
    """Somebody will go on then, and not before."""
    p.goes_on_s[person] = instant
    _expect(p, instant, GOES_ON, person)


@hidden
def _record(p: Plant, now: float, kind: int, who: int, whom: int) -> None:
    """Write a row of the trace, if there is one; count it in any case."""
    row = p.clock[ROWS]
    if row < len(p.trace_s):
        p.trace_s[row], p.trace_kind[row], p.trace_who[row], p.trace_whom[row] = now, kind, who, whom
    p.clock[ROWS] = row + 1


# -- learning of it ----------------------------------------------------------------------------------------------------


@hidden
def _learn(p: Plant, person: int, by: int, through: int, phone: int, now: float) -> None:
    """Somebody learns of it, if they do not know yet."""
    if p.told_s[person] < np.inf:
        return
    _record(p, now, LEARNS, person, by)
    p.told_s[person], p.told_by[person], p.through[person], p.phone[person] = now, by, through, phone
    p.arrives_s[person] = (now + p.leaves_s[person]) + p.travels_s[person]
    _expect_going_on(p, now + p.begins_after_s[person], person)


@hidden
def _known(p: Plant, caller: int, person: int) -> bool:
    """Whether a caller knows that somebody knows."""
    if p.known[person]:
        return True
    return not p.tree.common_list and p.knows_of[caller, person] > 0


# -- going on ----------------------------------------------------------------------------------------------------------


@hidden
def _go_on(p: Plant, person: int, now: float) -> None:
    """Somebody sends what they have to send, and makes the next call, waits for it, or is done."""
    p.goes_on_s[person] = np.inf
    if p.begins_s[person] == np.inf:
        if p.message_first[person] < 0 and p.duty_first[person] < 0:
            return
        p.begins_s[person] = now
    _send(p, person, now)
    while True:
        duty = _choose(p, person)
        if duty < 0:
            p.ends_s[person] = now
            return
        about = p.tree.about[duty]
        if about == person or _known(p, person, about):
            _end_duty(p, duty, PASSED_OVER, -1, now)
        elif p.due_s[duty] > now:
            _expect_going_on(p, p.due_s[duty], person)
            return
        else:
            _call(p, person, duty, now)
            return


@hidden
def _send(p: Plant, person: int, now: float) -> None:
    """Send all messages in hand; of the messages to somebody the first counts."""
    sender = p.message_first[person]
    while sender >= 0:
        _record(p, now, SENDS, person, sender)
        for k in range(p.tree.message_from[sender], p.tree.message_from[sender + 1]):
            to = p.tree.message_to[k]
            if to != person and p.message_by[to] < 0:
                p.message_by[to] = person
                if p.reads_s[to] < np.inf:
                    _expect(p, now + p.reads_s[to], READS, to)
        sender = p.message_next[sender]
    p.message_first[person] = p.message_last[person] = -1


@hidden
def _choose(p: Plant, person: int) -> int:
    """The duty for which somebody calls next; -1: none is left."""
    if p.amid[person] >= 0:
        return int(p.amid[person])
    best = p.duty_first[person]
    if p.tree.in_rounds and best >= 0:
        duty = p.duty_next[best]
        while duty >= 0 and p.failed[best] > 0:
            if p.failed[duty] < p.failed[best]:
                best = duty
            duty = p.duty_next[duty]
    return int(best)


@hidden
def _call(p: Plant, caller: int, duty: int, now: float) -> None:
    """Ring the next phone of whom a duty has turned to."""
    tree, called = p.tree, p.turned_to[duty]
    call = p.calls_to[called]
    if call >= tree.drawn[called]:
        p.clock[LACKS] = called
        return
    _record(p, now, CALLS, caller, called)
    p.calls_to[called] += 1
    p.calls_by[caller] += 1
    p.duty_calls[duty] += 1
    p.calling[caller] = p.amid[caller] = duty
    hour = int(tree.hour + now / 3600.0) % HOURS
    if p.answer_u[called, call] < tree.answered[tree.phone_from[called] + p.next_phone[duty], hour]:
        p.answers[caller] = 1
        _expect(p, now + p.talk_s[called, call], ENDS_CALL, caller)
    else:
        p.answers[caller] = 0
        _expect(p, now + p.ring_s[called, call], ENDS_CALL, caller)


# -- the end of a call -------------------------------------------------------------------------------------------------


@hidden
def _end_call(p: Plant, caller: int, now: float) -> int:
    """A call ends; returns who has taken something over by it, -1: nobody."""
    tree, duty = p.tree, p.calling[caller]
    called, about = p.turned_to[duty], p.tree.about[duty]
    p.calling[caller] = -1
    _expect_going_on(p, now, caller)
    if p.answers[caller]:
        _record(p, now, REACHES, caller, called)
        _learn(p, called, caller, CALL, p.next_phone[duty], now)
        if tree.common_list:
            p.known[called] = 1
        else:
            p.knows_of[caller, called] = 1
        p.amid[caller] = -1
        _end_duty(p, duty, TOLD if called == about else DELEGATED, called, now)
        return called if called != about and _take_over(p, called, about, now) else -1
    _record(p, now, MISSES, caller, called)
    p.next_phone[duty] += 1
    if tree.phone_from[called] + p.next_phone[duty] < tree.phone_from[called + 1]:
        return -1
    p.amid[caller] = -1
    p.next_phone[duty] = 0
    p.failed[duty] += 1
    p.due_s[duty] = now + tree.between_s
    if p.failed[duty] < tree.attempts:
        return -1
    instead = tree.delegate[called]
    if instead < 0:
        _end_duty(p, duty, GIVEN_UP, -1, now)
    elif instead == caller:
        _end_duty(p, duty, DELEGATED, caller, now)
        _take_over(p, caller, about, now)  # the caller goes on in any case
    else:
        p.turned_to[duty], p.failed[duty], p.due_s[duty] = instead, 0, now
    return -1


@hidden
def _end_duty(p: Plant, duty: int, ended: int, reached: int, now: float) -> None:
    """A duty is over: out of its owner's hands."""
    p.duty_ended[duty], p.duty_reached[duty], p.duty_ended_s[duty] = ended, reached, now
    owner, before, following = p.duty_owner[duty], -1, p.duty_next[duty]
    if p.amid[owner] == duty:
        p.amid[owner] = -1
    one = p.duty_first[owner]
    while one != duty:
        before, one = one, p.duty_next[one]
    if before < 0:
        p.duty_first[owner] = following
    else:
        p.duty_next[before] = following
    if following < 0:
        p.duty_last[owner] = before


@hidden
def _take_over(p: Plant, taker: int, person: int, now: float) -> bool:
    """Take what those in a line of delegates have in hand, from this person on, who do not know; whether it is any."""
    taken = False
    while person != taker:
        message, duty = p.message_first[person], p.duty_first[person]
        if p.told_s[person] == np.inf and (message >= 0 or duty >= 0):
            taken = True
            _record(p, now, TAKES_OVER, taker, person)
            if message >= 0:
                if p.message_first[taker] < 0:
                    p.message_first[taker] = message
                else:
                    p.message_next[p.message_last[taker]] = message
                p.message_last[taker] = p.message_last[person]
                p.message_first[person] = p.message_last[person] = -1
            if duty >= 0:
                if p.duty_first[taker] < 0:
                    p.duty_first[taker] = duty
                else:
                    p.duty_next[p.duty_last[taker]] = duty
                p.duty_last[taker] = p.duty_last[person]
                p.duty_first[person] = p.duty_last[person] = -1
            while duty >= 0:
                p.duty_owner[duty] = taker
                duty = p.duty_next[duty]
        person = p.tree.delegate[person]
    return taken


@hidden
def _turn_to_more(p: Plant, taker: int, now: float) -> None:
    """Somebody who has taken something over turns to it, unless they have yet to begin or are on the phone."""
    if p.calling[taker] < 0 and now >= p.told_s[taker] + p.begins_after_s[taker] and p.goes_on_s[taker] != now:
        _expect_going_on(p, now, taker)
