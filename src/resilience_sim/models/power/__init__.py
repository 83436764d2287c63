"""The power machine: mains that fail, UPS batteries, shedding, and a generator.

**What it is.** One run is one replication: a history of outages (:class:`DrawnOutages`, :class:`GivenOutages`), met by
UPS units (:class:`Ups`), each with a battery, loads and shedding rules, by one generator for all, and perhaps by a
fire. All randomness is drawn before it (:func:`draw`); two engines turn the numbers into the same :class:`Path`, bit
for bit. There is no time step: everything happens at instants known in closed form (or, for :class:`Kibam`, as a root).

**Within an outage** time is counted in seconds from the mains' failure. An outage of no length is none. Else:

1. Everything is on. A unit carries its loads from its battery unless it fails to take over, its strings are all dead,
   or a fire has cut it: then its loads are CUT at once.
2. On its battery a unit draws ``Losses.drawn_w`` of the sum of its loads that are on. That uses up its charge
   (:class:`RuntimeCurve`: a phase of length d at a load that a full battery carries for T uses d/T of a full charge, so
   nothing recovers; :class:`Kibam`: two wells, of which only the available one can be drawn on).
3. When the charge is used up all loads still on are CUT.
4. Rules (:class:`Shed`) are looked at while the unit is on its battery. *after*: its moment is `at`, or the start of
   this spell on battery if that is later. *charge* and *runtime*: the moment at which charge or estimated runtime (at
   the present load) has fallen to `at`, at once where it already has; until that moment it moves with the load. A rule
   acts `delay` after its moment, unless it is forgotten in this outage. *switch*: those of its loads that are on are
   SWITCHED_OFF. *shutdown*: those that are on and not being shut down begin, one after the other or together; each is
   on at full power until it is down after its `stop` (STOPPED), or CUT after `waits_s` if that comes first. A shutdown
   goes on by itself; what is down already is passed over.
5. When the generator takes the load all loads are on, shutdowns and rules are called off, and batteries recharge.
   When it fails (its running time or its fuel is over) each unit falls back on its battery, with what is in it, as in
   1; rules are looked at anew. It does not start a second time.
6. A fire cuts the batteries of all units for the rest of the outage: loads on battery are CUT; loads on the generator
   stay until it fails.
7. When the mains return all loads are on and everything pending is called off. Until the next outage the batteries
   recharge linearly, full after `recharge_s`; a kinetic battery's wells level out meanwhile as at rest.

A string that was dead, a unit that did not take over and a generator that failed are mended by the next outage.

**At equal instants**: (0) mains return, (1) the generator takes the load, (2) the generator fails, (3) a shutdown ends
(equal `stop` and `waits_s`: cleanly), (4) a rule acts, (5) a battery is empty, (6) fire; within a kind by the order in
which units, loads and rules are listed. So equality survives: a battery that is empty at the instant at which the mains
return has lasted.

**The order of computation**, which the bits depend on: a charge is brought up to date when a load goes off or the
supply changes, and at no other instant; the power of a unit is the sum of its loads that are on, in their order; all
instants of a shutdown in sequence are fixed when it begins, by adding up.

Versions
--------
power@1
    First version.
"""

from resilience_sim.models.power.draws import Draws, draw
from resilience_sim.models.power.inputs import (
    Battery,
    DrawnOutages,
    Ended,
    Generator,
    GivenOutages,
    Kibam,
    Load,
    Losses,
    PowerInputs,
    RuntimeCurve,
    Shed,
    Ups,
)
from resilience_sim.models.power.measures import DEFINITIONS, entities, measures, timelines
from resilience_sim.models.power.path import Path

__all__ = [
    "Battery", "DEFINITIONS", "draw", "DrawnOutages", "Draws", "Ended", "entities", "Generator", "GivenOutages",
    "Kibam", "Load", "Losses", "measures", "Path", "PowerInputs", "RuntimeCurve", "Shed", "timelines", "Ups", "VERSION",
]  # fmt: skip

VERSION = "power@1"
