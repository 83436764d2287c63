"""The wide kernel's room: a hall, and beside it the ladder, the seats, the outage and the calls back.

Calls back are calls of their own, numbered after the attempts: caller i's is ``attempts + i``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from resilience_sim.models.heaps import nothing_ahead
from resilience_sim.models.queue.draws import Draws
from resilience_sim.models.queue.escalation import Condition, Ladder
from resilience_sim.models.queue.hall import NOBODY, Counts, Hall, opened
from resilience_sim.models.queue.inputs import QueueInputs
from resilience_sim.timelines import Timeline, constant

__all__ = ["BACKS", "COMPARES", "KIND", "MEASURES", "Floor", "floor_opened"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

KIND = 1 << 48  # the identity of what lies ahead is kind * KIND + number
(  # what happens, in the order at equal instants
    SEAT_WORKS, SEAT_FAILS, CAPACITY, RELEASED, JOINS, SERVICE, PATIENCE, SEAT_TAKEN, SENT_AWAY, BACKS_ALLOWED,
    BACK_DUE, CALL, LOOK,
) = range(13)  # fmt: skip
BACKS, IN_SERVICE = -2, -1  # lines after those of the ranks, counted from the end
MEASURES = ("waiting", "waiting_per_agent", "oldest_wait", "answered_share", "idle")
COMPARES = ("at_least", "more_than", "at_most", "less_than")

Rows: TypeAlias = Any  # a structured array, the fields of its rows read as attributes


def _record(whole: str, numbers: str = "") -> np.dtype[np.record]:
    """The type of rows with these fields: whole numbers, and others."""
    fields = [(name, "i8") for name in whole.split()] + [(name, "f8") for name in numbers.split()]
    return np.dtype((np.record, np.dtype(fields, align=True)))  # type: ignore[return-value]


# Counts. Agents with numbers: free ones, the lowest and the highest on duty, numbers given; agents on seats, and seats
# that have just become free; places in the timelines.
_COUNTS = _record(
    "attempts held backs_busy plan out fates overflow free lowest highest given idle present standing vacant "
    "doors by_hand unanswerable hours"
)
# What was asked. listed: calls in service stand in a line, for those who ask which one to interrupt; fails: there is an
# outage; owes: it leaves calls back.
_ASKED = _record(
    "seated preempts resumes holds listed escalates fails owes reserve most", "move_s factor refusing_s gap_s"
)
# Agents with numbers: who brought each (a level, or the roster), whether on duty, whether busy; and, of those on duty,
# the number before and after.
_NUMBERS = _record("owner on busy before after")
_SEATS = _record("works state call", "ready_s")
_LEVELS = _record(
    "people width armed_in_place released_in_place called releasing call_ups on_the_way there finishing"
)  # finishing: agents with numbers who should have left and still work
# since_s is nan while a condition is not true, or not looked at. Of the fates in its window: the first, the one after
# the last, how many are good.
_CONDITIONS = _record("measure compare seen_from seen_to seen_good", "value hold_s window_s since_s")


class Floor(NamedTuple):
    """What the wide loop reads and writes beside the hall.

    Rows of structured arrays where there are many columns: each array that is handed from function to function costs
    the compiler a quarter of a second.
    """

    hall: Hall
    m: Counts
    asked: Counts
    plan_s: Floats  # all that is known before the run but first calls, in order
    plan: Ints
    doors: Floats  # timelines: row 0 the instants, row 1 the values
    by_hand: Floats
    unanswerable: Floats
    hours: Floats
    # drawn, see Draws
    lead_s: Floats
    outage_u: Floats
    back_delay_s: Floats
    back_handling_s: Floats
    # the present
    instants: Floats  # of the last beginning of a call back, and of the next look
    out_s: Floats  # what was found to lie ahead in the event that is played
    out: Ints
    left_s: Floats  # by call: of an interrupted service; negative if it starts from the beginning
    becomes: Codes  # how its service ends
    agent: Ints  # its agent's number, or seat
    numbers: Rows
    seats: Rows
    standing: Ints  # who stands, longest first: the call held, or nobody
    vacant: Ints
    levels: Rows
    conditions: Rows  # to call each level, then to release each
    fate_s: Floats
    fate_good: Codes
    called_s: Floats
    released_s: Floats
    joined_s: Floats


def floor_opened(inputs: QueueInputs, draws: Draws, *, rule: int, trace: bool) -> Floor:
    """The floor before the first event, with room for everything that can happen."""
    attempts, n = len(draws.caller), len(draws.arrival_s)
    outage, seats, ladder = inputs.outage, inputs.seats, inputs.ladder
    back = None if outage is None else outage.back
    owed = 0 if back is None else n
    calls = attempts + owed
    changes = np.diff(inputs.agents.values.astype(np.int64))
    rises = int(inputs.agents.values[0]) + int(changes[changes > 0].sum())
    joins, call_ups = draws.lead_s.size, draws.lead_s.shape[0] * draws.lead_s.shape[1]
    cuts = int(-changes[changes < 0].sum()) + joins if inputs.on_cut in ("hand_back", "drop") else 0
    interruptions = (attempts if inputs.preempt else 0) + 2 * (len(draws.seat) + cuts)
    moves = len(draws.seat) + rises + joins if seats is not None else 0
    room = 4 * (calls + interruptions) + moves + 2 * joins + call_ups
    plan_s, plan = _planned(inputs, draws)
    seats_now = np.zeros(0 if seats is None else seats.count, _SEATS)
    seats_now["works"], seats_now["call"] = True, NOBODY
    return Floor(
        hall=_hall(inputs, draws, owed, rule, trace, room + len(plan)),
        m=_one(_COUNTS, attempts=attempts, lowest=NOBODY, highest=NOBODY),
        asked=_asked(inputs),
        plan_s=plan_s,
        plan=plan,
        doors=_stacked(inputs.doors),
        by_hand=_stacked(constant(0.0) if outage is None else outage.by_hand),
        unanswerable=_stacked(constant(0.0) if outage is None else outage.unanswerable),
        hours=_stacked(constant(1.0) if back is None else back.hours),
        lead_s=np.ascontiguousarray(draws.lead_s),
        outage_u=draws.outage_u,
        back_delay_s=draws.back_delay_s,
        back_handling_s=draws.back_handling_s,
        instants=np.array([-np.inf, np.inf]),
        out_s=np.empty(room),
        out=np.empty(room, dtype=np.int64),
        left_s=np.full(calls, -1.0),
        becomes=np.zeros(calls, dtype=np.int8),
        agent=np.full(calls, NOBODY),
        numbers=np.zeros(rises + joins if inputs.on_cut == "finish_named" else 0, _NUMBERS),
        seats=seats_now,
        standing=np.empty(rises + joins if seats is not None else 0, dtype=np.int64),
        vacant=np.empty(max(len(seats_now), 1), dtype=np.int64),
        levels=_levels(ladder),
        conditions=_conditions(ladder),
        fate_s=np.empty(attempts if ladder is not None else 0),
        fate_good=np.empty(attempts if ladder is not None else 0, dtype=np.int8),
        called_s=np.full(draws.lead_s.shape[:2], np.nan),
        released_s=np.full(draws.lead_s.shape[:2], np.nan),
        joined_s=np.full(draws.lead_s.shape, np.nan),
    )


def _one(kind: np.dtype[np.record], **values: float) -> Counts:
    """One row, its other fields 0."""
    row: Counts = np.zeros(1, kind)[0]
    for name, value in values.items():
        row[name] = value
    return row


def _asked(inputs: QueueInputs) -> Counts:
    outage, seats, ladder = inputs.outage, inputs.seats, inputs.ladder
    back = None if outage is None else outage.back
    most = np.iinfo(np.int64).max if ladder is None or ladder.most is None else ladder.most
    return _one(
        _ASKED,
        seated=seats is not None,
        preempts=inputs.preempt,
        resumes=inputs.interrupted == "resume",
        holds=seats is not None and seats.call == "hold",
        listed=inputs.preempt or inputs.on_cut in ("hand_back", "drop"),
        escalates=ladder is not None,
        fails=outage is not None,
        owes=back is not None,
        reserve=0 if back is None else back.reserve,
        most=most,
        move_s=0.0 if seats is None else seats.move_s,
        factor=1.0 if outage is None else outage.factor,
        refusing_s=0.0 if outage is None else outage.refusing_s,
        gap_s=0.0 if back is None else back.gap_s,
    )


def _hall(inputs: QueueInputs, draws: Draws, owed: int, rule: int, trace: bool, room: int) -> Hall:
    """A plain hall with a row more for every call back, two lines more, and room for all that lies ahead here."""
    callers = np.arange(owed)
    rows = replace(
        draws,
        caller=np.concatenate((draws.caller, callers)),
        try_number=np.concatenate((draws.try_number, np.zeros(owed, dtype=np.int64))),
        patience_s=np.concatenate((draws.patience_s, np.full(owed, np.inf))),
    )
    hall = opened(inputs, rows, rule=rule, trace=False, watched=True)
    lines = int(hall.rank.max()) + 3
    traced = room + len(draws.caller) if trace else 0
    return hall._replace(
        source=draws.source[rows.caller],
        trace_s=np.empty(traced),
        trace_waiting=np.empty(traced, dtype=np.int64),
        trace_busy=np.empty(traced, dtype=np.int64),
        first=np.full(lines, NOBODY),
        last=np.full(lines, NOBODY),
        ahead=nothing_ahead(room),
    )


def _planned(inputs: QueueInputs, draws: Draws) -> tuple[Floats, Ints]:
    """Instants and identities of all that is known before the run but first calls, in order."""
    instants = [inputs.agents.times[1:], draws.fails_s, draws.works_s]
    kinds = [
        CAPACITY * KIND + np.arange(1, len(inputs.agents.times)), SEAT_FAILS * KIND + draws.seat,
        SEAT_WORKS * KIND + draws.seat,
    ]  # fmt: skip
    if inputs.outage is not None and inputs.outage.back is not None:
        hours = inputs.outage.back.hours.times[1:]
        instants.append(hours)
        kinds.append(np.full(len(hours), BACKS_ALLOWED * KIND))
    if abs(inputs.clears_s) < np.inf:
        instants.append(np.array([float(inputs.clears_s)]))
        kinds.append(np.array([SENT_AWAY * KIND]))
    when, what = np.concatenate(instants), np.concatenate(kinds)
    order = np.lexsort((what, when))
    return when[order], what[order].astype(np.int64)


def _stacked(timeline: Timeline) -> Floats:
    return np.stack((timeline.times, timeline.values))


def _levels(ladder: Ladder | None) -> Rows:
    levels = () if ladder is None else ladder.levels
    rows = np.zeros(len(levels), _LEVELS)
    for row, level in zip(rows, levels, strict=True):
        row["people"], row["width"] = level.people, level.width
        row["armed_in_place"] = level.armed_from == "in_place"
        row["released_in_place"] = level.released_from == "in_place"
    return rows


def _conditions(ladder: Ladder | None) -> Rows:
    levels = () if ladder is None else ladder.levels
    never = Condition("waiting", "more_than", np.iinfo(np.int64).max)
    conditions = [level.call for level in levels] + [level.release or never for level in levels]
    rows = np.zeros(len(conditions), _CONDITIONS)
    for row, condition in zip(rows, conditions, strict=True):
        row["measure"], row["compare"] = MEASURES.index(condition.measure), COMPARES.index(condition.compare)
        row["value"], row["hold_s"], row["window_s"] = condition.value, condition.hold_s, condition.window_s
        row["since_s"] = np.nan
    return rows
