"""The kernel's room: everything the compiled loop reads and writes, set aside before the run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.models.cascade.draws import Draws
from resilience_sim.models.cascade.inputs import HOURS, CascadeInputs

__all__ = ["AHEAD", "LACKS", "ROWS", "Plant", "Tree", "opened"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

AHEAD, ROWS, LACKS = range(3)  # places in `clock`: size of the heap, rows of the trace, for whom too little was drawn


class Tree(NamedTuple):
    """What is asked of the loop, whatever is drawn; n people, d duties, f phones, m names in lists of messages."""

    hour: float
    between_s: float
    attempts: int
    in_rounds: bool
    common_list: bool
    delegate: Ints  # (n,): -1: none
    drawn: Ints  # (n,): calls to each for which there are numbers
    phone_from: Ints  # (n + 1,): where the phones of each begin, and after the last one
    answered: Floats  # (f, 24)
    duty_from: Ints  # (n + 1,): where the duties of each begin
    about: Ints  # (d,)
    message_from: Ints  # (n + 1,): where the names in the message of each begin
    message_to: Ints  # (m,)


class Plant(NamedTuple):
    """What the loop reads and writes. What is in somebody's hands is a chain: its first, its last, and each's next."""

    tree: Tree
    # drawn, see Draws
    notices_s: Floats
    begins_after_s: Floats
    reads_s: Floats
    acknowledges: npt.NDArray[np.bool_]
    answer_u: Floats
    ring_s: Floats
    talk_s: Floats
    leaves_s: Floats
    travels_s: Floats
    # the path, see Path
    told_s: Floats
    told_by: Ints
    through: Codes
    phone: Ints
    calls_to: Ints
    calls_by: Ints
    begins_s: Floats
    ends_s: Floats
    arrives_s: Floats
    duty_owner: Ints
    duty_calls: Ints
    duty_reached: Ints
    duty_ended_s: Floats
    duty_ended: Codes
    trace_s: Floats
    trace_kind: Codes
    trace_who: Ints
    trace_whom: Ints
    # the present
    clock: Ints  # see the names above
    ahead_s: Floats  # a heap: what lies ahead, and kind · n + person
    ahead: Ints
    goes_on_s: Floats  # (n,): when each begins or goes on; inf: not as things stand
    calling: Ints  # (n,): the duty for which each is on the phone, -1: not on the phone
    answers: Codes  # (n,): whether that call is answered
    amid: Ints  # (n,): the duty in whose attempt each is, -1: none
    known: Codes  # (n,): whether all callers know that each knows
    knows_of: Codes  # (n, n), or none with a common list: whether a caller knows that somebody knows
    message_by: Ints  # (n,): who sent the first message to each, -1: nobody
    message_first: Ints  # (n,): whose messages each has in hand, -1: nobody's
    message_last: Ints
    message_next: Ints
    duty_first: Ints  # (n,)
    duty_last: Ints
    duty_next: Ints  # (d,)
    turned_to: Ints  # (d,): who is called for it
    failed: Ints  # (d,): attempts at that person
    next_phone: Ints  # (d,): place among their phones
    due_s: Floats  # (d,): when the next attempt may begin


class Asked(NamedTuple):
    """The tree, and the present and the path before anything happens, one row for each column of them."""

    tree: Tree
    of_people: Ints  # see OF_PEOPLE
    of_duties: Ints  # see OF_DUTIES
    duty_times_s: Floats


# Columns are rows of a few arrays, since setting one aside takes as long as a call is played.
OF_PEOPLE = (
    "told_by", "phone", "calls_to", "calls_by", "calling", "amid", "message_by", "message_first", "message_last",
    "message_next", "duty_first", "duty_last",
)  # fmt: skip
OF_DUTIES = ("duty_owner", "duty_calls", "duty_reached", "duty_next", "turned_to", "failed", "next_phone")
COUNTED = ("calls_to", "calls_by", "duty_calls", "failed", "next_phone")  # from 0; the others begin with -1, nobody


def _rows(names: tuple[str, ...], width: int, **given: Ints) -> Ints:
    """What the columns begin with, shape (columns, width)."""
    begin = [given.get(name, np.full(width, 0 if name in COUNTED else -1)) for name in names]
    return np.stack(begin).astype(np.int64)


def _asked(inputs: CascadeInputs) -> Asked:
    """Worked out once for each call tree, and kept with it."""
    known = inputs.__dict__.get("_asked")
    if known is None:
        known = inputs.__dict__["_asked"] = _ask(inputs)
    return known


def _ask(inputs: CascadeInputs) -> Asked:
    people, calling, n = inputs.people, inputs.calling, len(inputs.people)
    phones = [phone.answered for person in people for phone in person.phones]
    owner = np.array([one for one, _ in inputs.duties], dtype=np.int64)
    duty_from = _from([len(person.calls) for person in people])
    has_duties = np.diff(duty_from) > 0
    following = np.arange(1, len(owner) + 1)
    following[duty_from[1:][has_duties] - 1] = -1
    tree = Tree(
        hour=inputs.hour,
        between_s=calling.between_s,
        attempts=calling.attempts,
        in_rounds=calling.order == "rounds",
        common_list=calling.common_list,
        delegate=np.array(inputs.delegates, dtype=np.int64),
        drawn=np.array([min(often, calling.most_calls) for often in inputs.calls_at_most], dtype=np.int64),
        phone_from=_from([len(person.phones) for person in people]),
        answered=np.array(phones, dtype=np.float64).reshape(len(phones), HOURS),
        duty_from=duty_from,
        about=np.array([called for _, called in inputs.duties], dtype=np.int64),
        message_from=_from([len(person.messages) for person in people]),
        message_to=np.array([inputs.index[name] for one in people for name in one.messages], dtype=np.int64),
    )
    message_first = np.where(np.diff(tree.message_from) > 0, np.arange(n), -1)
    return Asked(
        tree=tree,
        of_people=_rows(
            OF_PEOPLE,
            n,
            message_first=message_first,
            message_last=message_first,
            duty_first=np.where(has_duties, duty_from[:-1], -1),
            duty_last=np.where(has_duties, duty_from[1:] - 1, -1),
        ),
        of_duties=_rows(OF_DUTIES, len(owner), duty_owner=owner, duty_next=following, turned_to=tree.about),
        duty_times_s=np.stack((np.full(len(owner), np.inf), np.full(len(owner), -np.inf))),
    )


def _from(lengths: list[int]) -> Ints:
    """Where each of several lists begins that lie one after the other, and where the last ends."""
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.array(lengths, dtype=np.int64))))


def opened(inputs: CascadeInputs, draws: Draws, *, rows: int) -> Plant:
    """The plant before anything happens, with room for so many rows of a trace."""
    asked = _asked(inputs)
    n, duties = len(inputs.people), len(inputs.duties)
    # Each person has at most a notice, a message, a call and a going on ahead; besides, a going on can be left over
    # whenever somebody takes over, which happens at most once for each duty.
    room = 4 * n + duties
    unknown = 0 if inputs.calling.common_list else n
    told_s, begins_s, ends_s, arrives_s, goes_on_s = np.full((5, n), np.inf)
    through, answers, known = np.zeros((3, n), dtype=np.int8)
    duty_ended_s, due_s = asked.duty_times_s.copy()
    return Plant(
        tree=asked.tree,
        notices_s=draws.notices_s,
        begins_after_s=draws.begins_s,
        reads_s=draws.reads_s,
        acknowledges=draws.acknowledges,
        answer_u=draws.answer_u,
        ring_s=draws.ring_s,
        talk_s=draws.talk_s,
        leaves_s=draws.leaves_s,
        travels_s=draws.travels_s,
        **dict(zip(OF_PEOPLE, asked.of_people.copy(), strict=True)),
        **dict(zip(OF_DUTIES, asked.of_duties.copy(), strict=True)),
        told_s=told_s,
        through=through,
        begins_s=begins_s,
        ends_s=ends_s,
        arrives_s=arrives_s,
        duty_ended_s=duty_ended_s,
        duty_ended=np.zeros(duties, dtype=np.int8),  # Ended.OPEN
        trace_s=np.empty(rows),
        trace_kind=np.empty(rows, dtype=np.int8),
        trace_who=np.empty(rows, dtype=np.int64),
        trace_whom=np.empty(rows, dtype=np.int64),
        clock=np.array([0, 0, -1]),
        ahead_s=np.empty(room),
        ahead=np.empty(room, dtype=np.int64),
        goes_on_s=goes_on_s,
        answers=answers,
        known=known,
        knows_of=np.zeros((unknown, unknown), dtype=np.int8),
        due_s=due_s,
    )
