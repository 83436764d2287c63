"""The power machine: mains that fail, UPS batteries, shedding, and a generator.

**What it is.** One run is one replication: a history of outages (:class:`DrawnOutages`, :class:`GivenOutages`), met by
UPS units (:class:`Ups`), each with a battery, loads and shedding rules, by one generator for all, and perhaps by a
fire. All randomness is drawn before it (:func:`draw`); two engines turn the numbers into the same :class:`Path`, bit
for bit. There is no time step: everything happens at instants known in closed form (or, for :class:`Kibam`, as a root).

**Within an outage** time is counted in seconds from the mains' failure. An outage of no length is none. Else:

1. Everything is on. A unit carries its loads from its battery unless it fails to take over, its strings are all dead,
   or a fire has cut it: then its loads are CUT at once. Whether it takes over, and which strings are dead, is the same
   throughout an outage.
2. On its battery a unit draws ``Losses.drawn_w`` of the sum of its loads that are on. That uses up its charge
   (:class:`RuntimeCurve`: a phase of length d at a load that a full battery carries for T uses d/T of a full charge, so
   nothing recovers; :class:`Kibam`: two wells, of which only the available one can be drawn on). Its loads may all be
   off: then it draws its idle loss.
3. When the charge (the available well) is used up all loads still on are CUT. A unit whose battery is empty, cut or
   not taken over draws nothing, watches no rule, and stays off until generator or mains come.
4. Rules (:class:`Shed`) are looked at while the unit is on its battery. *after*: its moment is `at`, or the start of
   this spell on battery if that is later. *charge* and *runtime*: the moment at which charge or estimated runtime (at
   the present load) has fallen to `at`, at once where it already has; until that moment it moves with the load, and a
   moment that is now has come. A rule acts `delay` after its moment, once in a spell, even if its loads are off
   already, unless it is forgotten in this outage. *switch*: those of its loads that are on are SWITCHED_OFF.
   *shutdown*: those that are on and not being shut down (or waiting for their turn) begin, one after the other or
   together; each is on at full power until it is down after its `stop` (STOPPED), or CUT after `waits_s` if that comes
   first. A shutdown goes on by itself; what is down already is passed over.
5. When the generator takes the load all loads are on, shutdowns and rules are called off, and batteries recharge.
   When it fails (its running time or its fuel is over) each unit falls back on its battery, with what is in it, as in
   1; rules are looked at anew, with the same delay and as forgotten as before. It does not start a second time.
6. A fire cuts the batteries of all units for the rest of the outage: loads on battery are CUT; loads on the generator
   stay until it fails, and batteries go on recharging meanwhile.
7. When the mains return all loads are on and everything pending is called off. Until the next outage the batteries
   recharge linearly, full after `recharge_s`; a kinetic battery's wells level out meanwhile as at rest. An outage
   without end leaves them as the last change of load or supply found them.

A string that was dead, a unit that did not take over and a generator that failed are mended by the next outage.

**At equal instants**: (0) mains return, (1) the generator takes the load, (2) the generator fails, (3) a shutdown ends
(equal `stop` and `waits_s`: cleanly), (4) a rule acts, (5) a battery is empty, (6) fire; within a kind by the order in
which units, loads and rules are listed, and all of it after the failure of the mains itself. So equality survives: a
battery that is empty at the instant at which the mains return has lasted.

**The order of computation**, which the bits depend on: a charge is brought up to date when a load goes off or the
supply changes, and at no other instant, once for all loads that one rule switches off; the power of a unit is the sum
of its loads that are on, in their order; all instants of a shutdown in sequence are fixed when it begins, by adding up.
With a :class:`RuntimeCurve` what is left in a battery is known as the time for which it lasts at the present load, out
of the time T for which a full one would: use subtracts, a new load multiplies by its T and then divides by the old one,
so that whole seconds stay exact (6 h are 6 h); it becomes a share of a full charge when the battery recharges. A
:class:`Kibam` battery is known by its charge q and its head h (the available well is ``c q + h``), its empty instant is
the upper end of a bisection of (0, q / rate] that can go no further, and its available well is kept at 0 or more.

Versions
--------
power@1
    First version.
"""

from resilience_sim.models.power.batteries import Battery, Kibam, Losses, RuntimeCurve
from resilience_sim.models.power.draws import Draws, draw
from resilience_sim.models.power.inputs import (
    DrawnOutages,
    Ended,
    Generator,
    GivenOutages,
    Load,
    PowerInputs,
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
