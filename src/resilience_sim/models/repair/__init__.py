"""The repair machine: faults, those who mend them, spares, and vendors.

**What it is.** Faults of several classes (:class:`Faults`) occur, become known, and are worked on by crews with spares
from a stock, or by vendors. One run is one replication. When faults occur and become known, how old the last backup is
and how long everything takes is drawn before it (:func:`draw`); two engines turn the numbers into the same
:class:`Path`, bit for bit. There is no time step.

A fault's **ladders** go on side by side, each a list of **remedies** tried one after the other: a diagnosis (``works``
0), a restart, a repair, a spare, the last backup, a vendor (a remedy without a crew). A remedy of a fault is a *task*.

**A ladder.**

1. It begins ``after_s`` after the fault is known, with its first remedy.
2. A remedy takes, in this order: a *spare* if it needs one, *people* if it needs some, its ``response`` until they are
   at work, and then its ``time``, or ``limit_s`` if that is less.
3. It was GIVEN_UP if its time is longer than its limit; else it WORKED if its uniform is below ``works``, and FAILED if
   not. Unless it worked, the ladder goes on with the next remedy at that instant. A ladder ends with a remedy that
   worked, or after its last one.
4. With the first remedy that works the fault is *back*. Its other ladders that do not ``persist`` are CALLED_OFF at
   that instant, one after the other, and those that have not begun never will. Ladders that persist begin and go on as
   if nothing had happened: the device itself is repaired while a spare does its work.
5. A fault ends when no ladder of it goes on or is still to begin: FIXED if it is back, else HANDED_ON.

**Spares.**

6. A remedy that needs a spare takes one from the stock at once. If there is none it waits in the stock's line if it
   ``waits``; else it is passed over (NO_SPARE).
7. Whoever takes a spare or waits for one has another one ordered, which arrives after ``lead``. What arrives goes to
   the first in the line, or into the stock. So does, at once, a spare whose task is called off before anybody was sent
   with it; one with which somebody was sent is used up, whether it works or not.

**People.** A crew has those on shift, and those on call who have come; the others on call are at home. *Free* is who is
there less who is sent.

8. A remedy that needs people waits in the crew's line. When nothing else is left to happen at an instant, crew by crew,
   (a) the first in the line is sent, and then the next, as long as as many are free as it needs. A crew that
   ``preempts`` interrupts tasks of larger priority numbers for it, the last in the line's order first, until enough are
   free; none if that would not do. (b) Who is still in the line and has never called anybody for this task calls up, in
   the line's order, as many as it needs, or all who are at home if those are fewer (if that is nobody, it has not
   called); they come together, after ``comes``. (c) If nobody is in the line, those on call go home, as many as are
   free.
9. Nobody overtakes in a line: who needs two people keeps back others who need one.
10. When a shift ends those sent finish what their ladder needs them for; others are sent only as long as enough are
    free.
11. People are sent for a task, and stay with the ladder if its next remedy needs as many of the same crew and need not
    wait for a spare (passing over a remedy without a spare takes no time); else they are free.
12. An interrupted task stands in the line again, keeps its spare, and goes on where it was: with what is left of its
    response, or of its time.

**The line's order**, of people and of spares: the smallest ``priority`` number, then the fault known first, then the
lowest task number. Tasks are numbered fault by fault (as :class:`Draws` lists them), ladder by ladder, in their order.

**At equal instants**: (0) shifts change, (1) spares arrive, (2) those on call come, (3) remedies end, (4) ladders
begin, (5) people are sent, called up and sent home. Within (0) by the order of crews, within (1) to (4) in the line's
order of the tasks for which was ordered, which called, that end, or that are the first of their ladder. A task that is
sent and ends at one instant is (3) again, and then (5) comes again.

**The order of computation**, which the bits depend on: a ladder begins at ``known_s + after_s``; what was ordered or
called comes at ``now + lead_s`` or ``now + comes_s``. A task sent is at work at ``now + response`` and ends at that
instant ``+ work``, work being ``min(time_s, limit_s)``. If it is interrupted while that instant is still to come, what
is left of its response is that instant ``- now``; else its response is 0 from then on, and what is left of its work is
its end ``- now``. ``manned_s`` adds up ``now - (instant of being sent)`` over its spells, in their order.

What it does not know: who is who (people of a crew are alike, and have one skill); the way from one job to the next
(give it as ``response``, or as a remedy that cannot work); a device that breaks again while it is down.

Versions
--------
repair@1
    First version.
"""

from resilience_sim.models.repair.draws import Draws, draw
from resilience_sim.models.repair.inputs import (
    Backup,
    Crew,
    Faults,
    Instants,
    Ladder,
    Outcome,
    Patrol,
    Rate,
    Remedy,
    RepairInputs,
    Stock,
    Tried,
)
from resilience_sim.models.repair.measures import (
    DEFINITIONS,
    entities,
    lines,
    measures,
    seconds,
    spares,
    tasks,
    timelines,
)
from resilience_sim.models.repair.path import Path

__all__ = [
    "Backup", "Crew", "DEFINITIONS", "draw", "Draws", "entities", "Faults", "Instants", "Ladder", "lines", "measures",
    "Outcome", "Path", "Patrol", "Rate", "Remedy", "RepairInputs", "seconds", "spares", "Stock", "tasks", "timelines",
    "Tried", "VERSION",
]  # fmt: skip

VERSION = "repair@1"
