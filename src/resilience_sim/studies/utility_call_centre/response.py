"""What the plan's rules come to in an event: who is called up, which shifts stay or come early, who leads.

:class:`Rules` are what the plan sets. All instants are seconds from the event's start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.studies.call_up import Spells, early_shift_s
from resilience_sim.timelines import Timeline, concurrency, constant

__all__ = [
    "CallUp", "Response", "Rules", "Shifts", "drop", "during", "governed", "lead_times", "relieved", "wanted_in",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
HandOvers = list[tuple[float, int, int]]

JUST_S = 1e-3  # just before an instant


@dataclass(frozen=True)
class Shifts:
    """How shifts hand over in a response: how long the one that ends stays, how much sooner the next one comes."""

    overtime_s: float
    advance_s: float


@dataclass(frozen=True)
class Rules:
    """What the plan sets: lines from which a response starts, extra people, and how shifts hand over in it.

    `relieves`: whether an early shift relieves the one on duty instead of joining it; `leaders`: specialists there are,
    who lead the duty room as far as they are not on seats; `message`: whether whoever calls the agents also sends one
    message to all of them; `off_shift`: how many agents off shift may be called, if not as many as the site has.
    """

    general_lines: float
    general_agents: int
    major_lines: float
    major_agents: int
    specialists: int
    adds: bool
    planned_counted: bool
    general_shifts: Shifts
    major_shifts: Shifts
    released_after_s: float
    relieves: bool = False
    leaders: int = 1
    message: bool = False
    off_shift: int | None = None

    @property
    def major_people(self) -> int:
        """Extra people wanted in all at the major level."""
        own = self.major_agents + self.specialists
        return own + self.general_agents if self.adds else max(own, self.general_agents)


@dataclass(frozen=True, eq=False)
class CallUp:
    """When those called up are there, seconds from the call-up: agents by place, the specialist, the next shift."""

    agents_s: Floats
    specialist_s: float
    next_shift_s: float


@dataclass(frozen=True, eq=False)
class Response:
    """When each level is in force in one event, the agents added beyond the roster, and their hours."""

    counted: Timeline
    general: Spells
    major: Spells
    added: Timeline
    hours: float


def lead_times(rules: Rules, wanted: Timeline, call_ups: Sequence[CallUp]) -> Floats:
    """Seconds from each call-up until each of the people wanted is there, shape (people, call-ups).

    The specialists are on site and only have to be told; they are the first whom the major level adds. The agents take
    the other places in the order in which they agreed to come; a place is empty when nobody is left to be called.
    """
    people = int(wanted.values.max())
    first, beyond = rules.general_agents, rules.general_agents + rules.specialists
    lead_s = np.full((people, len(call_ups)), np.inf)
    for column, call_up in zip(lead_s.T, call_ups, strict=True):
        agents_s = np.concatenate((call_up.agents_s, np.full(people, np.inf)))
        column[:first] = agents_s[: len(column[:first])]
        column[first:beyond] = call_up.specialist_s
        column[beyond:] = agents_s[first : first + len(column[beyond:])]
    return lead_s


def governed(hand_overs: HandOvers, major: Spells, advance_s: float) -> tuple[HandOvers, HandOvers]:
    """The hand-overs arranged by the general response, and those by the major one.

    The major response arranges those at which it is in force, and those before which its next shift may have come.
    """
    arranged = [any(on <= instant < off + advance_s for on, off in major) for instant, _, _ in hand_overs]
    general, by_major = (
        [hand_over for hand_over, one in zip(hand_overs, arranged, strict=True) if one is which]
        for which in (False, True)
    )
    return general, by_major


def relieved(spells: Spells, hand_overs: HandOvers, advance_s: float, lead_s: Floats) -> Timeline:
    """Agents who leave before the hand-over, as the next shift relieves them when it comes early."""
    leaves: list[float] = []
    ends: list[float] = []
    for instant, leaving, _ in hand_overs:
        early = early_shift_s(spells, instant, advance_s, lead_s)
        if early < instant:
            leaves.extend([early] * leaving)
            ends.extend([instant] * leaving)
    return concurrency(leaves, ends)


def during(spells: Spells, end_s: float) -> float:
    """Seconds of the spells from 0 to `end_s`."""
    return math.fsum(max(0.0, min(off, end_s) - max(on, 0.0)) for on, off in spells)


def wanted_in(spells: Spells, people: int) -> Timeline:
    """So many people wanted during the spells, none outside."""
    if not spells:
        return constant(0.0)
    edges = np.array([(on, off) for on, off in spells]).ravel()
    return Timeline(np.concatenate(([edges[0] - 1], edges)), np.array([0.0] + [float(people), 0.0] * len(spells)))


def drop(roster: Timeline, response: Response, hand_overs: HandOvers, window_s: float) -> float:
    """Agents fewer at a hand-over in a major response than just before it, at most; 0 if there is none."""
    agents = roster + response.added
    instants = [
        instant
        for instant, _, _ in hand_overs
        if instant < window_s and any(on <= instant < off for on, off in response.major)
    ]
    if not instants:
        return 0.0
    at = np.array(instants)
    return max(0.0, float((agents.at(at - JUST_S) - agents.at(at)).max()))
