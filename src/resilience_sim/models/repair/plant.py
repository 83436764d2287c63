"""The kernel's room: everything the compiled loop reads and writes, set aside before the run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.models.repair.draws import Draws
from resilience_sim.models.repair.inputs import Outcome, RepairInputs, Tried

__all__ = ["AWAITS_SPARE", "DONE", "IN_LINE", "NOWHERE", "SENT_OUT", "Plant", "opened"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

NOWHERE, AWAITS_SPARE, IN_LINE, SENT_OUT, DONE = range(5)  # where a task stands
OPEN, NOT_TRIED = int(Outcome.OPEN), int(Tried.NOT_TRIED)


class Asked(NamedTuple):
    """What the inputs ask, whatever is drawn; k classes, l ladders, r remedies, c crews, s stocks, h shifts."""

    priority: Ints  # (k,)
    ladders: Ints  # (k,): how many
    ladder_from: Ints  # (k,)
    remedy_from: Ints  # (k,)
    after_s: Floats  # (l,)
    persists: Codes
    first: Ints  # (l,): its remedies, and after the last one
    last: Ints
    ladder: Ints  # (r,)
    works: Floats
    limit_s: Floats
    crew: Ints  # -1: none
    persons: Ints
    spare: Ints  # -1: none
    waits: Codes
    on_shift: Ints  # (c,): at time zero
    on_call: Ints
    preempts: Codes
    base: Ints  # (s,)
    shift_s: Floats  # (h,): when a crew's number changes, in order
    shift_crew: Ints
    shift_to: Ints


class Plant(NamedTuple):
    """What the loop reads and writes; n faults, t tasks, b ladders of faults, c crews, s stocks.

    The ranks of tasks are their places in the line's order.
    """

    asked: Asked
    # the faults (n), and the tasks (t)
    kind: Ints
    task_from: Ints  # (n + 1,)
    fault: Ints  # (t,)
    remedy: Ints
    rank: Ints
    by_rank: Ints
    time_s: Floats
    works_u: Floats
    lead_s: Floats
    comes_s: Floats
    begins_s: Floats  # (b,): when ladders begin, in order, and their first task
    begins: Ints
    # the path, see Path
    back_s: Floats
    ended_s: Floats
    outcome: Codes
    back_by: Ints
    asked_s: Floats
    spare_s: Floats
    sent_s: Floats
    began_s: Floats
    finished_s: Floats
    manned_s: Floats
    restocked_s: Floats
    tried: Codes
    called: Ints
    trace_s: Floats
    trace_kind: Codes
    trace_who: Ints
    # the present
    clock: Ints  # see the names below: rows of the trace, what comes next in lists, sizes of heaps, and so on
    ladders_left: Ints  # (n,): that go on, or are still to begin
    stands: Codes  # (t,)
    response_left_s: Floats
    work_left_s: Floats
    at_work_s: Floats
    ends_s: Floats
    since_s: Floats  # when it was last sent
    called_up: Ints  # persons called up for it
    restocks_s: Floats  # heaps of instants and ranks: spares that arrive, those called up who come, tasks that end
    restocks: Ints
    comings_s: Floats
    comings: Ints
    endings_s: Floats
    endings: Ints
    on_shift: Ints  # (c,)
    present: Ints  # of those on call
    home: Ints
    sent: Ints  # persons
    unsettled: Codes  # whether something has changed since it was last seen to
    line_from: Ints  # where a crew's part of the next three begins
    line_size: Ints
    line: Ints  # a heap of ranks: its line, with those who have left it
    waiting: Ints  # (c,): tasks in its line
    calls_size: Ints
    calls: Ints  # a heap of ranks: who came into its line and has not called
    out_size: Ints
    out: Ints  # tasks sent, in no order, of a crew that preempts
    out_at: Ints  # (t,): place among them
    shelf: Ints  # (s,): spares there
    awaiting_from: Ints
    awaiting_size: Ints
    awaiting: Ints  # a heap of ranks: its line, with those who have left it


ROWS, NEXT_SHIFT, NEXT_BEGIN, RESTOCKS, COMINGS, ENDINGS, UNSETTLED = range(7)  # places in `clock`


def _asked(inputs: RepairInputs) -> Asked:
    """Worked out once for each question, and kept with it."""
    known = inputs.__dict__.get("_asked")
    if known is None:
        known = inputs.__dict__["_asked"] = _ask(inputs)
    return known


def _ask(inputs: RepairInputs) -> Asked:
    faults, crews, stocks = inputs.faults, inputs.crews, inputs.stocks
    ladders = [ladder for one in faults for ladder in one.ladders]
    remedies = [remedy for ladder in ladders for remedy in ladder.remedies]
    crew_index = {crew.name: k for k, crew in enumerate(crews)}
    stock_index = {stock.name: k for k, stock in enumerate(stocks)}
    sizes = _ints([len(ladder.remedies) for ladder in ladders])
    shifts = sorted(
        (when, k, int(value))
        for k, crew in enumerate(crews)
        for when, value in zip(crew.on_shift.times.tolist(), crew.on_shift.values.tolist(), strict=True)
        if when > 0
    )
    return Asked(
        priority=_ints([one.priority for one in faults]),
        ladders=_ints([len(one.ladders) for one in faults]),
        ladder_from=_starts([len(one.ladders) for one in faults])[:-1],
        remedy_from=_starts([len(one.remedies) for one in faults])[:-1],
        after_s=np.array([ladder.after_s for ladder in ladders], dtype=np.float64),
        persists=_flags([ladder.persists for ladder in ladders]),
        first=np.cumsum(sizes) - sizes,
        last=np.cumsum(sizes),
        ladder=np.repeat(np.arange(len(ladders)), sizes),
        works=np.array([remedy.works for remedy in remedies], dtype=np.float64),
        limit_s=np.array([remedy.limit_s for remedy in remedies], dtype=np.float64),
        crew=_ints([-1 if remedy.crew is None else crew_index[remedy.crew] for remedy in remedies]),
        persons=_ints([remedy.persons for remedy in remedies]),
        spare=_ints([-1 if remedy.spare is None else stock_index[remedy.spare] for remedy in remedies]),
        waits=_flags([remedy.waits for remedy in remedies]),
        on_shift=_ints([int(crew.on_shift.at(0.0)) for crew in crews]),
        on_call=_ints([crew.on_call for crew in crews]),
        preempts=_flags([crew.preempts for crew in crews]),
        base=_ints([stock.base for stock in stocks]),
        shift_s=np.array([when for when, _, _ in shifts], dtype=np.float64),
        shift_crew=_ints([crew for _, crew, _ in shifts]),
        shift_to=_ints([value for _, _, value in shifts]),
    )


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _flags(values: list[bool]) -> Codes:
    return np.array(values, dtype=np.int8)


def _starts(sizes: list[int] | Ints) -> Ints:
    """Where parts of these sizes begin, and where the last one ends."""
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes, dtype=np.int64)))


def _ranges(first: Ints, sizes: Ints) -> Ints:
    """Whole numbers from each `first` on, as many as its size, one range after the other."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - ends + sizes, sizes)


def opened(inputs: RepairInputs, draws: Draws, *, rows: int) -> Plant:
    """The plant before anything happens, with room for so many rows of a trace."""
    asked = _asked(inputs)
    n, kind, task_from = len(draws.kind), draws.kind, draws.task_from
    sizes = np.diff(task_from)
    t = int(task_from[-1])
    fault, remedy = np.repeat(np.arange(n), sizes), _ranges(asked.remedy_from[kind], sizes)
    order = np.lexsort((draws.known_s, asked.priority[kind]))
    by_rank = _ranges(task_from[:-1][order], sizes[order])
    rank = np.empty(t, dtype=np.int64)
    rank[by_rank] = np.arange(t)
    ladders = asked.ladders[kind]
    ladder, of_fault = _ranges(asked.ladder_from[kind], ladders), np.repeat(np.arange(n), ladders)
    begins_s = draws.known_s[of_fault] + asked.after_s[ladder]
    begins = task_from[:-1][of_fault] + asked.first[ladder] - asked.remedy_from[kind[of_fault]]
    beginning = np.lexsort((rank[begins], begins_s))
    crew, spare = asked.crew[remedy], asked.spare[remedy]
    crews, stocks = len(inputs.crews), len(inputs.stocks)
    room = int(np.count_nonzero(crew >= 0))
    spared = int(np.count_nonzero(spare >= 0))
    return Plant(
        asked=asked,
        kind=kind,
        task_from=task_from,
        fault=fault,
        remedy=remedy,
        rank=rank,
        by_rank=by_rank,
        time_s=draws.time_s,
        works_u=draws.works_u,
        lead_s=draws.lead_s,
        comes_s=draws.comes_s,
        begins_s=begins_s[beginning],
        begins=begins[beginning],
        back_s=np.full(n, np.inf),
        ended_s=np.full(n, np.inf),
        outcome=np.full(n, OPEN, dtype=np.int8),
        back_by=np.full(n, -1, dtype=np.int64),
        asked_s=np.full(t, np.inf),
        spare_s=np.full(t, np.inf),
        sent_s=np.full(t, np.inf),
        began_s=np.full(t, np.inf),
        finished_s=np.full(t, np.inf),
        manned_s=np.zeros(t),
        restocked_s=np.full(t, np.inf),
        tried=np.full(t, NOT_TRIED, dtype=np.int8),
        called=np.zeros(crews, dtype=np.int64),
        trace_s=np.empty(rows),
        trace_kind=np.empty(rows, dtype=np.int8),
        trace_who=np.empty(rows, dtype=np.int64),
        clock=np.zeros(7, dtype=np.int64),
        ladders_left=ladders,
        stands=np.full(t, NOWHERE, dtype=np.int8),
        response_left_s=draws.response_s.copy(),
        work_left_s=np.minimum(draws.time_s, asked.limit_s[remedy]),
        at_work_s=np.empty(t),
        ends_s=np.empty(t),
        since_s=np.empty(t),
        called_up=np.zeros(t, dtype=np.int64),
        restocks_s=np.empty(spared),
        restocks=np.empty(spared, dtype=np.int64),
        comings_s=np.empty(room),
        comings=np.empty(room, dtype=np.int64),
        endings_s=np.empty(t),
        endings=np.empty(t, dtype=np.int64),
        on_shift=asked.on_shift.copy(),
        present=np.zeros(crews, dtype=np.int64),
        home=asked.on_call.copy(),
        sent=np.zeros(crews, dtype=np.int64),
        unsettled=np.zeros(crews, dtype=np.int8),
        line_from=_starts(np.bincount(crew[crew >= 0], minlength=crews)),
        line_size=np.zeros(crews, dtype=np.int64),
        line=np.empty(room, dtype=np.int64),
        waiting=np.zeros(crews, dtype=np.int64),
        calls_size=np.zeros(crews, dtype=np.int64),
        calls=np.empty(room, dtype=np.int64),
        out_size=np.zeros(crews, dtype=np.int64),
        out=np.empty(room, dtype=np.int64),
        out_at=np.empty(t, dtype=np.int64),
        shelf=asked.base.copy(),
        awaiting_from=_starts(np.bincount(spare[spare >= 0], minlength=stocks)),
        awaiting_size=np.zeros(stocks, dtype=np.int64),
        awaiting=np.empty(spared, dtype=np.int64),
    )
