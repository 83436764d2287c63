"""The queue machine: customers and servers, such as a call centre, a service hall or a triage desk.

**What it is.** Classes of callers (:class:`Callers`) come to agents whose number changes over time, wait in line by
priority, may hang up, be turned away, go away or be cut off, and may try again. One run is one replication; all
randomness is drawn before it (:func:`draw`), and two engines turn the numbers into the same :class:`Path`, bit for bit.

**What an attempt meets**, in this order:

1. If `places` limits the callers inside and that many are inside, it is BLOCKED.
2. If an agent is free (then nobody waits), it is answered at once.
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

**At equal instants**: (1) the number of agents changes, (2) services end, (3) patience ends, (4) first calls and
redials arrive; within one kind by attempt number. Agents who come free take the next calls as part of the same event,
so that a caller whose patience ends at the instant of an answer is answered.

**After the last arrival** the run goes on, the last number of agents staying, until nothing can happen any more. Who
still waits then (no agents, endless patience) is INSIDE, and waits for ever.

**The handling time** of a call is multiplied by `stretch` at the instant it starts.

Versions
--------
queue@1
    First version.
queue@2
    The handling time belongs to the caller, no longer to each attempt.
"""

from resilience_sim.models.queue.draws import Draws, draw
from resilience_sim.models.queue.inputs import Callers, Instants, Outcome, QueueInputs, Rate, Redial
from resilience_sim.models.queue.measures import DEFINITIONS, entities, measures, overtime_hours, staff_hours, timelines
from resilience_sim.models.queue.path import Path

__all__ = [
    "Callers", "DEFINITIONS", "draw", "Draws", "entities", "Instants", "measures", "Outcome", "overtime_hours", "Path",
    "QueueInputs", "Rate", "Redial", "staff_hours", "timelines", "VERSION",
]  # fmt: skip

VERSION = "queue@2"
