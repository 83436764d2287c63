"""The cascade machine: call trees, group messages, and people on their way.

**What it is.** One run is one event of which people (:class:`Person`) tell each other; all randomness is drawn before
it (:func:`draw`), and two engines turn the numbers into the same :class:`Path`, bit for bit. There is no time step.

**Learning of it.**

1. People learn of it by noticing (:class:`Notices`), by an answered call as it ends, or by reading a message; only the
   first time counts. Whoever does, and can come, is on site after `leaving` and `travel`, whatever they do meanwhile.
2. `begins` after learning of it people turn to what they have in hand: first their messages, then their *duties*, the
   people on their list, one call at a time. What comes into their hands later they turn to at once, unless they are
   in the middle of a call: then as it ends.
3. A message goes out to everybody on its list, save the sender, in no time. Of several messages to one person the
   first sent counts (they would read the others later); it is read `reads_after` after it was sent, by those who know
   already too, or never. Those who acknowledge it do so as they read.

**Calling.**

4. A *call* rings one phone. The k-th call to a person, whoever makes it, has the k-th of their drawn numbers: it is
   answered if ``answer_u`` is below the share of that phone in the hour in which it begins, and then takes ``talk_s``,
   else ``ring_s``. Whoever answers is *reached* as it ends. A person can have several calls at a time.
5. An *attempt* rings the phones of a person in their order, one straight after the other, until one is answered. It has
   failed when the last is not; the same duty's next attempt begins `between_s` later or more. After `attempts` of
   them the duty turns to the delegate of that person, who is called in the same way, without waiting and with all
   attempts yet to come; then to the delegate of that one. Without a delegate the duty is GIVEN_UP.
6. The next call is for the duty in whose attempt the caller is, while phones are left; else, *one by one*, for the
   first in hand; *in rounds*, for the one with the fewest failed attempts (at whom it turned to last), the first
   of those. If it is too early for an attempt the caller waits, until that is due or something is taken over.
7. Before each call, and before waiting, the caller looks whether the person whom the chosen duty is about (not the
   delegate) is *known* to know; if so, or if it is the caller, the duty is PASSED_OVER, and the caller turns to the
   next. Known are those who have acknowledged a message, and, with a `common_list`, those who have noticed or been
   reached by a call. Without one a caller knows of those whom they have reached themselves, and no more.

**In somebody's place.**

8. A duty is over as its call ends, if it was answered: TOLD if by the person it is about; else DELEGATED. Then the one
   reached *takes over* from the person it is about and from those delegates who were called before, in that order, as
   far as they do not know yet: their message, and their duties in the order of the list, behind what is in hand.
9. What is taken over is gone: whoever learns of it later has nothing left to send or call. Whoever learns of it before
   keeps it, also where the caller does not know that they did. So every duty has one owner at a time.
10. If the duty would turn to its owner, they take over at once, without a call: DELEGATED, reached by themselves.

**At equal instants**: (0) people notice, (1) people read messages, (2) calls end, (3) people begin, or go on, to send
and call; within a kind by the number of the person (of a call: the caller). What one of these brings about at the same
instant is taken in the same order, as soon as it is there. A caller goes on after a call by (3), so that all calls that
end at an instant have ended before the next begins.

**The order of computation**, which the bits depend on: a message is read at ``t + reads_s``; a person begins at
``told_s + begins_s`` and is on site at ``(told_s + leaves_s) + travels_s``; a call ends at ``t + ring_s`` or ``t +
talk_s``; the next attempt is due at its end ``+ between_s``; the hour is ``int(hour + t / 3600) % 24``.

What it does not know: engaged lines; that somebody who did not answer is less likely to answer soon after, or calls
back; what is said.

Versions
--------
cascade@1
    First version.
"""

from resilience_sim.models.cascade.draws import Draws, draw
from resilience_sim.models.cascade.inputs import (
    Calling,
    CascadeInputs,
    Ended,
    Notices,
    Person,
    Phone,
    Through,
    day_and_night,
)
from resilience_sim.models.cascade.measures import (
    DEFINITIONS,
    calls_in_progress,
    duty_table,
    entities,
    know,
    measures,
    on_site,
    on_site_in_order,
    timelines,
    told_in_order,
)
from resilience_sim.models.cascade.path import Path

__all__ = [
    "Calling", "calls_in_progress", "CascadeInputs", "day_and_night", "DEFINITIONS", "draw", "Draws", "duty_table",
    "Ended", "entities", "know", "measures", "Notices", "on_site", "on_site_in_order", "Path", "Person", "Phone",
    "Through", "timelines", "told_in_order", "VERSION",
]  # fmt: skip

VERSION = "cascade@1"
