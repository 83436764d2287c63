"""The queue machine: customers and servers, such as a call centre, a service hall or a triage desk.

**What it is.** Classes of callers (:class:`Callers`) come to agents whose number changes over time, wait in line by
priority, may hang up, be turned away, go away or be cut off, and may try again. One run is one replication; all
randomness is drawn before it (:func:`draw`), and two engines turn the numbers into the same :class:`Path`, bit for bit.

**What an attempt meets**, in this order:

0. If the `doors` are closed at that instant, it is SHUT out.
1. If `places` limits the callers inside and that many are inside, it is BLOCKED.
2. If an agent is free (then nobody waits), or with `preempt` can be taken from another, it is answered at once.
3. With `join`, it is BALKED if its uniform is not below ``join[min(w, len - 1)]``, w calls waiting.
4. Else it waits, and is ABANDONED when its patience ends. Patience 0 leaves at that instant, after all that comes
   before the end of patience in the order below.

**Who is next.** The smallest priority number; within it, first come first served (classes of equal priority share one
line); calls that were handed back stand at the head.

**A staff cut at time t**, by the rule `on_cut`:

``finish``
    Nobody is interrupted; a new call starts only while fewer calls are in service than agents on duty (the counter).
``finish_named``
    Agents have numbers, given in the order in which they come on duty; every rise brings fresh numbers. The free agent
    on duty with the lowest number takes the next call. The highest (`leavers` "newest") or lowest ("oldest") numbered
    leave, finish the call in hand, and stop nobody else from starting one.
``hand_back``
    Surplus calls (latest started first, of equal starts the highest attempt number first) go one after the other to the
    head of their line. Patience counts waiting time only: what is left of it goes on. Service is resumed, or restarted
    with the whole handling time, by `interrupted`.
``drop``
    Surplus calls, in the same order, are DROPPED.

**Trying again.** An attempt that was abandoned, blocked, balked or dropped is followed by a redial with the share and
after the delay of :class:`Redial`, at most `most` times. A redial has its own patience; the handling time is that of
the caller's matter, the same whichever attempt is answered (and, after a drop, from the beginning).

**Pre-emption** (`preempt`). A call for which no agent is free takes the place of one of a class of larger priority
number: of those of the largest number the one that started last, of equal starts the highest attempt number. That one
stands at the head of its line, as after ``hand_back``. Never where more calls are in service than agents on duty; calls
back are never interrupted.

**Closing.** While the `doors` are closed nobody is let in, and those inside are served. At `clears_s` all who still
wait are SHUT, that is sent away; agents finish the calls in hand. Longer hours, and counters that open and close, are
other timelines of doors and agents.

**The ladder** (:class:`Ladder`). At the end of every instant, when all else that happens then has happened, the levels
are looked at: from the first up, whether one is to be called; from the last down, whether one is to be released. A
level that is armed and not called is called as soon as its :class:`Condition` has been true for `hold_s` without a
break. Each of its people comes after the lead time drawn for this call-up and this person, and works like anybody else.
It is released as soon as its other condition has been true for so long (counted while it is called, or in place), but
not before the level above it: its people leave by the rule `on_cut`, with ``finish_named`` they themselves. Then it may
be called again; with ``finish_named`` once all its people have gone. Call-ups beyond those set aside are a WidthError.

**An application fails** (:class:`Outage`). Whoever is taken on is sent away (UNANSWERABLE), recorded by hand
(RECORDED) or handled as ever, by one uniform of the caller and the shares of that instant. Recording leaves a call back
(:class:`CallBacks`): due after its delay, made in the order in which they fall due, when no caller can be served by the
agent, more agents than `reserve` are free, it is within `hours` and `gap_s` has passed since the last began. A call
back takes no place, is nobody in line, and when it loses its agent returns to the head of the calls back.

**Seats** (:class:`Seats`). An agent on duty sits on the lowest free seat that works. When it fails, the agent goes to
another free seat that works (work goes on there after `move_s`), else stands until one is repaired or left; who has
stood longest goes first. The call at the failed seat is handed back, or held by the agent: neither waiting nor in
service. The free agent on the lowest seat takes the next call. Who has to leave: first those who stand without a call
(latest first), then free ones (highest seat first), else whoever is the first to end a call.

**At equal instants**: (1) seats work again, (2) seats fail, (3) the number of agents on the roster changes, (4) levels
are released, (5) people called up arrive, (6) services end, (7) patience ends, (8) agents arrive at another seat,
(9) the line is sent away, (10) calls back may begin again, (11) calls back fall due, (12) first calls and redials
arrive, (13) the ladder is looked at; within one kind by attempt (seat, level, person) number. Agents who come free take
the next calls as part of the same event, so that a caller whose patience ends at the instant of an answer is answered.

**After the last arrival** the run goes on, the last number of agents staying, until nothing can happen any more. Who
still waits then (no agents, endless patience; a seat never repaired) is INSIDE, and waits for ever.

**The handling time** of a call is multiplied by `stretch` at the instant it starts, unless it is recorded by hand.

A queue that asks for none of ladder, outage, seats, doors, clearing and pre-emption is `plain`: its kernel is short.

Versions
--------
queue@1
    First version.
queue@2
    The handling time belongs to the caller, no longer to each attempt.
queue@3
    Ladder, outage and calls back, seats, doors and clearing, pre-emption; more kinds of event at equal instants.
    The paths of plain queues are those of queue@2, to the bit; `measures` has three rows more.
"""

from resilience_sim.models.queue.draws import Draws, draw
from resilience_sim.models.queue.escalation import Condition, Ladder, Level
from resilience_sim.models.queue.failures import CallBacks, Outage, Seats, Wear
from resilience_sim.models.queue.inputs import Callers, Instants, Outcome, QueueInputs, Rate, Redial
from resilience_sim.models.queue.measures import DEFINITIONS, entities, measures, overtime_hours, staff_hours, timelines
from resilience_sim.models.queue.path import Path
from resilience_sim.models.queue.staffing import BESIDE, call_back_measures, crowding, level_measures, on_duty

__all__ = [
    "BESIDE", "call_back_measures", "CallBacks", "Callers", "Condition", "crowding", "DEFINITIONS", "draw", "Draws",
    "entities", "Instants", "Ladder", "Level", "level_measures", "measures", "on_duty", "Outage", "Outcome",
    "overtime_hours", "Path", "QueueInputs", "Rate", "Redial", "Seats", "staff_hours", "timelines", "VERSION", "Wear",
]  # fmt: skip

VERSION = "queue@3"
