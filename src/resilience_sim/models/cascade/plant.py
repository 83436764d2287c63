"""The kernel's room: everything the compiled loop reads and writes, set aside before the run."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.models.cascade.draws import Draws
from resilience_sim.models.cascade.inputs import HOURS, CascadeInputs

__all__ = ["AHEAD", "LACKS", "ROWS", "Plant", "Tree", "opened", "opened_together"]

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
    # the trace, see Path
    trace_s: Floats
    trace_kind: Codes
    trace_who: Ints
    trace_whom: Ints


class Asked(NamedTuple):
    """The tree, and its plant before anything happens.

    The columns lie one after the other in an array for each type: to set each aside by itself takes longer than to play
    an event. `places`: where each column is found, by array and slice, in the order of the plant's fields; `unknown`:
    how many rows and columns `knows_of` has.
    """

    tree: Tree
    blank: tuple[Floats, Ints, Codes]
    places: tuple[tuple[int, slice], ...]
    unknown: int


DRAWN = (  # of Draws, in the order of the plant's fields
    "notices_s", "begins_s", "reads_s", "acknowledges", "answer_u", "ring_s", "talk_s", "leaves_s", "travels_s",
)  # fmt: skip
_drawn = attrgetter(*DRAWN)
TRACE = ("trace_s", "trace_kind", "trace_who", "trace_whom")
SET_ASIDE = Plant._fields[1 + len(DRAWN) : -len(TRACE)]
TYPES = tuple(np.dtype(kind) for kind in (np.float64, np.int64, np.int8))
NO_TRACE = (np.empty(0), np.empty(0, dtype=np.int8), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


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
    duties = len(owner)
    # Each person has at most a notice, a message, a call and a going on ahead; besides, a going on can be left over
    # whenever somebody takes over, which happens at most once for each duty.
    room = 4 * n + duties
    unknown = 0 if calling.common_list else n
    never, nobody, none = np.full(n, np.inf), np.full(n, -1), np.zeros(n, dtype=np.int64)
    not_yet, no_duty = np.zeros(n, dtype=np.int8), np.zeros(duties, dtype=np.int64)
    begins: dict[str, npt.NDArray[Any]] = {
        **dict.fromkeys(("told_s", "begins_s", "ends_s", "arrives_s", "goes_on_s"), never),
        **dict.fromkeys(("told_by", "phone", "calling", "amid", "message_by", "message_next"), nobody),
        **dict.fromkeys(("calls_to", "calls_by"), none),
        **dict.fromkeys(("through", "answers", "known"), not_yet),
        **dict.fromkeys(("duty_calls", "failed", "next_phone"), no_duty),
        "message_first": message_first,
        "message_last": message_first,
        "duty_first": np.where(has_duties, duty_from[:-1], -1),
        "duty_last": np.where(has_duties, duty_from[1:] - 1, -1),
        "duty_owner": owner,
        "duty_reached": np.full(duties, -1),
        "duty_next": following,
        "turned_to": tree.about,
        "duty_ended_s": np.full(duties, np.inf),
        "due_s": np.full(duties, -np.inf),
        "duty_ended": np.zeros(duties, dtype=np.int8),  # Ended.OPEN
        "clock": np.array([0, 0, -1]),
        "ahead_s": np.zeros(room),
        "ahead": np.zeros(room, dtype=np.int64),
        "knows_of": np.zeros(unknown * unknown, dtype=np.int8),
    }
    blank: tuple[list[npt.NDArray[Any]], ...] = ([], [], [])
    lengths, places = [0, 0, 0], []
    for name in SET_ASIDE:
        kind, column = TYPES.index(begins[name].dtype), begins[name]
        places.append((kind, slice(lengths[kind], lengths[kind] + len(column))))
        blank[kind].append(column)
        lengths[kind] += len(column)
    floats, ints, codes = (np.concatenate(columns) for columns in blank)
    return Asked(tree, (floats, ints, codes), tuple(places), unknown)


def _from(lengths: list[int]) -> Ints:
    """Where each of several lists begins that lie one after the other, and where the last ends."""
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.array(lengths, dtype=np.int64))))


def opened(inputs: CascadeInputs, draws: Draws, *, rows: int) -> Plant:
    """The plant before anything happens, with room for so many rows of a trace."""
    asked = _asked(inputs)
    trace = (np.empty(rows), *(np.empty(rows, dtype=none.dtype) for none in NO_TRACE[1:])) if rows else NO_TRACE
    return _plant(asked, draws, [blank.copy() for blank in asked.blank], trace)


def opened_together(inputs: CascadeInputs, draws: Sequence[Draws], hours: Sequence[float]) -> list[Plant]:
    """A plant without a trace for each of several events of one call tree, each at an hour of its own."""
    asked = _asked(inputs)
    columns = (np.tile(blank, (len(draws), 1)) for blank in asked.blank)
    return [
        _plant(asked._replace(tree=asked.tree._replace(hour=hour)), drawn, own, NO_TRACE)
        for drawn, hour, *own in zip(draws, hours, *columns, strict=True)
    ]


def _plant(asked: Asked, draws: Draws, columns: Sequence[npt.NDArray[Any]], trace: tuple[Any, ...]) -> Plant:
    own = dict(zip(SET_ASIDE, (columns[kind][cut] for kind, cut in asked.places), strict=True))
    own["knows_of"] = own["knows_of"].reshape(asked.unknown, asked.unknown)
    return Plant(asked.tree, *_drawn(draws), *own.values(), *trace)
