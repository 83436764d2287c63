"""The egress machine: people, doors, corridors and stairs.

**What it is.** One run is one evacuation of a :class:`Building` (spaces joined by doors) by groups of people. All
randomness is drawn before it (:func:`draw`); two engines turn the numbers into the same :class:`Path`, bit for bit.
There is no time step: everything happens at instants known in closed form.

**Walking.**

1. A person starts at ``start_s`` and walks from where the group is to the first door of its way: ``reach_m`` metres and
   then the leg (:mod:`.routes`) at its pace on that slope. Those left behind never start.
2. The pace of a leg is settled when it begins: the person's own, or that of the crowd (:class:`Crowd`) if that is
   slower. The density is persons in the space per m2 of its area at that instant, whether they walk, wait or have not
   started, the person included.
3. A group that stays together has one pace, that of its slowest. If more of it have to be led or carried than others
   can take along at once, those who lead go n times, and the group's pace is divided by 2 n - 1.

**Doors.**

4. A person who arrives at a door queues on its side of it: first come, first served, equal instants by number.
5. The first of a queue passes when (a) the door is open, (b) 1 / C seconds have gone by since the last person passed
   the door, in either direction, or 1 / (C · opposed) if at that passage others waited on the opposite side, or `gap_s`
   if that is more and the last was of another group, (c) ``1 / enters_pps`` seconds have gone by since the last person
   came into the space behind, through whichever door, and (d) that space holds one more.
6. Whoever can pass passes at once, one at a time: first the side which has been passed longest ago (never comes first,
   then the lower side). So streams that merge, and streams that meet, take turns.
7. A full space stops all who want into it, which fills the spaces before it. Two full spaces whose people all want into
   the other stand still for ever: nothing more happens, and those people have ``out_s`` inf.

**Ways.** A target is a side of a door: the exits, and the doors into spaces that rescuers or parents go into.

8. A group that stays together chooses once, when its first member starts; others choose each when they start. Fixed:
   the exit named. Nearest: the least metres. Quickest: the least ``metres by slope / own pace + h / C``, h being those
   who start, are not yet out and belong to a group (or are a person) that heads for it. Divert: the main exit. Into:
   the nearest door into that space. They choose by the ways that pass no door now closed, or, where there is none to
   any target or the group waits at closed doors, as if all were open. Equal choices: the target listed first.
9. Divert: whenever the first member of the group (or the person, if they are not together) starts, and whenever it
   enters a space in which none of them has been, if somebody directs there, the queue inside the main exit is looked
   at, not counting those still on their way. If more than `above_persons` wait there, or they need more than `above_s`
   (queue · (1 / C)), the group heads for the other exit; it looks no more then.
10. From each place people take the shortest way to their target that passes no door now closed. If there is none they
    head for the nearest exit that can still be reached (for Into: the nearest door into the space), for good. If there
    is none either, or the group waits at closed doors, they keep to the way that they would take if all doors were
    open. They learn of a door when they start or pass a door, and when they stand before it; a target belongs to the
    group, and those who walk to a door or queue at it learn of a new one behind it.
11. Whoever arrives at a closed door, or queues at one as it closes (side after side, in the order of the queue), turns
    to the nearest exit (door into the space) that can still be reached from there, without reach, and that is the
    group's target from then on; if the group waits, or there is no such exit, they queue until the door opens.
12. Whoever passes an exit is out, whichever exit the group heads for; with Into: whoever passes a door into that space.

**At equal instants**: (0) doors close and open, in the order of the closings, (1) persons start, by number, (2) persons
arrive at doors, by number, (3) one person passes. What a passage brings about at the same instant comes before the next
passage.

**The order of computation**, which the bits depend on: a leg ends at ``t + (reach_m + metres) / pace`` when starting,
``t + metres / pace`` else; density is ``inside / area_m2``, the crowd's speed
``max(least_mps, k_mps · (1 - a_m2 · D))``; headways are ``1 / C``, ``1 / (C · opposed)`` and ``1 / enters_pps``; a
passage is due at the latest of the present and of the last instants plus headways in (b) and (c); an estimate adds
level, down and up (metres / pace each) in this order, then h · (1 / C). A queue's length counts from one instant to the
next: who arrives and passes at the same instant has not waited.

What it does not know: the body, pushing and falling; overtaking in a queue; a pace that changes within a leg; a crowd
that chooses anew on its way. The flow of a door is an input.

Versions
--------
egress@1
    First version.
"""

from resilience_sim.models.egress.building import Building, Crowd, Door, Space, flow_pps
from resilience_sim.models.egress.counting import (
    Aftermath,
    Brigade,
    CountDraws,
    CountInputs,
    HeadCount,
    Search,
    draw_count,
    follow,
)
from resilience_sim.models.egress.draws import Draws, draw
from resilience_sim.models.egress.inputs import (
    Closing,
    Divert,
    EgressInputs,
    Fixed,
    Group,
    Into,
    Nearest,
    People,
    Quickest,
    Route,
)
from resilience_sim.models.egress.measures import (
    DEFINITIONS,
    at_place,
    door_table,
    entities,
    group_table,
    inside,
    measures,
    occupancy,
    out_by_exit,
    queues,
    timelines,
)
from resilience_sim.models.egress.path import Path

__all__ = [
    "Aftermath", "at_place", "Brigade", "Building", "Closing", "CountDraws", "CountInputs", "Crowd", "DEFINITIONS",
    "Divert", "Door", "door_table", "draw", "draw_count", "Draws", "EgressInputs", "entities", "Fixed", "flow_pps",
    "follow", "Group", "group_table", "HeadCount", "inside", "Into", "measures", "Nearest", "occupancy", "out_by_exit",
    "Path", "People", "queues", "Quickest", "Route", "Search", "Space", "timelines", "VERSION",
]  # fmt: skip

VERSION = "egress@1"
