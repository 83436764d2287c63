"""All randomness of the head count, the search and the fire brigade ends here."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.models.checks import refuse
from resilience_sim.models.egress.count_inputs import CountInputs, Search
from resilience_sim.models.egress.inputs import Into
from resilience_sim.models.egress.measures import group_of
from resilience_sim.randomness import Deterministic, Law, Never, Streams

__all__ = ["COUNTS", "CountDraws", "draw_count"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COUNTS = 64  # counts of one group that are drawn; the last is right (at most half are wrong: 2^-63 that it matters)


@dataclass(frozen=True, eq=False)
class CountDraws:
    """The numbers of one replication.

    Parameters
    ----------
    pace_mps
        Of each group on its way to the assembly point, shape (groups,).
    per_head_s
        Seconds per head of each of its counts, shape (groups, counts).
    error
        By how much each is wrong: -1, 0 or 1; 0 for the last, shape (groups, counts).
    again_s
        Until a group that came out wrongly is counted again; inf for never, shape (groups,).
    report_s
        Of each group's report, shape (groups,).
    where
        The space in which each person would be if left behind, shape (persons,).
    found_at
        The coverage of each sweep at which each would be found, shape (persons, rounds); inf for those of whose kind
        nobody is ever left behind.
    call_s, turnout_s, travel_s, gained_s
        Of the fire brigade; inf, and 0 for what is gained, if there is none.
    """

    pace_mps: Floats
    per_head_s: Floats
    error: npt.NDArray[np.int8]
    again_s: Floats
    report_s: Floats
    where: Ints
    found_at: Floats
    call_s: float
    turnout_s: float
    travel_s: float
    gained_s: float


def draw_count(inputs: CountInputs, streams: Streams) -> CountDraws:
    """All numbers of one replication, each of a group, or of a person of a kind, with streams of its own.

    A count that is wrong at 1 % is also wrong at 2 %, and a stray at 10 % also one at 20 %. The streams are called
    ``assembly/…``: those of the evacuation itself may be drawn from the same replication.

    Raises
    ------
    InputsError
        If the law of a group's speed gives one that is not above 0.
    """
    groups, count, brigade = inputs.egress.groups, inputs.count, inputs.brigade
    rounds = 0 if inputs.search is None else inputs.search.rounds
    n = len(groups)
    drawn = CountDraws(
        pace_mps=np.ones(n),
        per_head_s=np.zeros((n, COUNTS)),
        error=np.zeros((n, COUNTS), dtype=np.int8),
        again_s=np.full(n, np.inf),
        report_s=np.zeros(n),
        where=np.array([inputs.egress.starts[k][0] for k in group_of(inputs.egress)], dtype=np.int64),
        found_at=np.full((inputs.egress.persons, rounds), np.inf),
        call_s=math.inf if brigade is None else _one(brigade.call, "assembly/brigade/call", streams),
        turnout_s=math.inf if brigade is None else _one(brigade.turnout, "assembly/brigade/turnout", streams),
        travel_s=math.inf if brigade is None else _one(brigade.travel, "assembly/brigade/travel", streams),
        gained_s=0.0 if brigade is None else _one(brigade.gained, "assembly/brigade/gained", streams),
    )
    for k in inputs.counted:
        name = f"assembly/{groups[k].name}"
        drawn.pace_mps[k] = _one(count.pace, f"{name}/pace", streams)
        if not drawn.pace_mps[k] > 0:
            raise refuse(f"HeadCount: pace of group {groups[k].name!r}", drawn.pace_mps[k], "a law of speeds above 0")
        drawn.per_head_s[k] = count.per_head.draw(streams.generator(f"{name}/per_head"), COUNTS)
        drawn.again_s[k] = _one(count.again, f"{name}/again", streams)
        drawn.report_s[k] = _one(count.report, f"{name}/report", streams)
        if count.wrong:
            u, v = streams.generator(f"{name}/error").random((2, COUNTS))
            drawn.error[k] = np.where(u < count.wrong, np.where(v < count.too_many, 1, -1), 0)
            drawn.error[k, -1] = 0
    if inputs.search is not None:
        _draw_search(inputs, inputs.search, drawn, streams)
    return drawn


def _draw_search(inputs: CountInputs, search: Search, drawn: CountDraws, streams: Streams) -> None:
    first = 0
    for group, (own, _) in zip(inputs.egress.groups, inputs.egress.starts, strict=True):
        others = np.array([room for room in inputs.rooms if room != own], dtype=np.int64)
        for people in group.people:
            name, rows = f"assembly/{group.name}/{people.name}", slice(first, first + people.count)
            first += people.count
            if people.left_behind == 0 or isinstance(group.route, Into):
                continue
            for k in range(search.rounds):
                generator = streams.generator(f"{name}/sweep/{k}")
                if search.law == "random":
                    drawn.found_at[rows, k] = generator.standard_exponential(people.count)
                elif search.law == "exhaustive":
                    drawn.found_at[rows, k] = generator.random(people.count)
                else:  # P(|Z| sqrt(2 / pi) <= c) = erf(c sqrt(pi) / 2) for a standard normal Z
                    drawn.found_at[rows, k] = np.abs(generator.standard_normal(people.count)) * math.sqrt(2 / math.pi)
            if search.strays and len(others):
                u, v = streams.generator(f"{name}/strays").random((people.count, 2)).T
                drawn.where[rows] = np.where(u < search.strays, others[(v * len(others)).astype(np.int64)], own)


def _one(law: Law, name: str, streams: Streams) -> float:
    if isinstance(law, Deterministic | Never):
        return law.mean
    return float(law.draw(streams.generator(name), 1)[0])
