"""All randomness of the queue machine ends here.

Every number belongs to (class, caller, attempt). Callers who do not call in this scenario (thinned by a lower level,
or not asking) are drawn for and then dropped, so that nobody else's numbers move. A feature that is switched off draws
nothing from its streams.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from resilience_sim.models.queue.draws_beside import lead_times, seat_failures
from resilience_sim.models.queue.failures import Outage
from resilience_sim.models.queue.inputs import Callers, Instants, Outcome, QueueInputs, Rate, Redial
from resilience_sim.randomness import Law, Streams
from resilience_sim.timelines import Timeline

__all__ = ["Draws", "draw"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Stream = Callable[[str], Generator]
Number = TypeVar("Number", bound=np.generic)

_NOTHING, _NO_LEVELS, _NO_SEATS = np.empty(0), np.empty((0, 0, 0)), np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Draws:
    """The numbers of one replication: n callers, n + m attempts that they may make.

    Attempts 0 … n-1 are first calls; caller i's redials are the attempts ``n + retry_from[i]`` …
    ``n + retry_from[i + 1] - 1``, in order.

    Parameters
    ----------
    arrival_s
        Instant of the first call, seconds, shape (n,).
    source
        Index of the class, shape (n,).
    identity
        Position within the class's whole population, shape (n,).
    order
        The callers by (arrival_s, attempt number), shape (n,).
    caller
        Who makes an attempt, shape (n + m,).
    try_number
        0 for a first call, k for the k-th redial, shape (n + m,).
    handling_s
        Seconds that a caller's matter takes, whichever attempt is answered, shape (n,).
    patience_s
        Seconds in the queue at most, shape (n + m,).
    join_u
        Uniform on [0, 1): stays if below the probability of staying, shape (n + m,); empty where nobody balks.
    retry_from
        Where a caller's redials begin, shape (n + 1,).
    retry_u
        Uniform on [0, ceiling): a redial is made if below the share that applies, shape (m,); 0 where every share is
        none of them or all.
    retry_delay_s
        Seconds from leaving to the redial, shape (m,).
    lead_s
        Seconds from a call-up to the arrival of each of its people, shape (levels, call-ups, people); infinite where a
        level has fewer.
    outage_u
        Uniform on [0, 1), by which a caller taken on in an outage is sent away or recorded by hand, shape (n,).
    back_delay_s, back_handling_s
        Seconds from recording until the caller's call back may be made, and that it takes, shape (n,).
    seat, fails_s, works_s
        Failures: the seat, the instants at which it fails and works again, ordered by (`fails_s`, `seat`), shape (f,).
    """

    arrival_s: Floats
    source: Ints
    identity: Ints
    order: Ints
    caller: Ints
    try_number: Ints
    handling_s: Floats
    patience_s: Floats
    join_u: Floats
    retry_from: Ints
    retry_u: Floats
    retry_delay_s: Floats
    lead_s: Floats = field(default_factory=lambda: _NO_LEVELS)
    outage_u: Floats = field(default_factory=lambda: _NOTHING)
    back_delay_s: Floats = field(default_factory=lambda: _NOTHING)
    back_handling_s: Floats = field(default_factory=lambda: _NOTHING)
    seat: Ints = field(default_factory=lambda: _NO_SEATS)
    fails_s: Floats = field(default_factory=lambda: _NOTHING)
    works_s: Floats = field(default_factory=lambda: _NOTHING)


class _Class(NamedTuple):
    """One class's draws, its own callers counted from 0."""

    arrival_s: Floats
    identity: Ints
    handling_s: Floats
    patience_s: Floats
    join_u: Floats
    tries: Ints
    again_patience_s: Floats
    again_join_u: Floats
    retry_u: Floats
    retry_delay_s: Floats
    outage_u: Floats = _NOTHING
    back_delay_s: Floats = _NOTHING
    back_handling_s: Floats = _NOTHING


def draw(inputs: QueueInputs, streams: Streams) -> Draws:
    """Draw one replication.

    Parameters
    ----------
    inputs
        The queue.
    streams
        The replication's streams; those of class ``name`` are called ``queue/name/…``, those of levels and seats
        ``queue/ladder/…`` and ``queue/seats/…``.

    Returns
    -------
    Draws
        Equal for equal (inputs, seed, replication). Agents, places and rules are not read: scenarios that differ only
        in them meet the same callers (`join` decides only whether its uniforms are drawn).
    """
    classes = [_draw_class(callers, inputs, streams) for callers in inputs.callers]
    sizes = [len(one.arrival_s) for one in classes]
    n = sum(sizes)
    tries = _joined([one.tries for one in classes])
    retry_from = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(tries, out=retry_from[1:])
    callers = np.arange(n)
    redialling = np.repeat(callers, tries)
    arrival_s = _joined([one.arrival_s for one in classes])
    return Draws(
        arrival_s=arrival_s,
        source=np.repeat(np.arange(len(sizes)), sizes),
        identity=_joined([one.identity for one in classes]),
        order=np.argsort(arrival_s, kind="stable"),
        caller=_joined([callers, redialling]),
        try_number=_joined([np.zeros(n, dtype=np.int64), np.arange(len(redialling)) - retry_from[redialling] + 1]),
        handling_s=_joined([one.handling_s for one in classes]),
        patience_s=_joined([one.patience_s for one in classes] + [one.again_patience_s for one in classes]),
        join_u=_joined([one.join_u for one in classes] + [one.again_join_u for one in classes]),
        retry_from=retry_from,
        retry_u=_joined([one.retry_u for one in classes]),
        retry_delay_s=_joined([one.retry_delay_s for one in classes]),
        **({} if inputs.plain else _beside(inputs, classes, streams)),
    )


def _beside(inputs: QueueInputs, classes: list[_Class], streams: Streams) -> dict[str, Any]:
    """What is drawn for an outage, for levels of escalation and for seats."""
    drawn: dict[str, Any] = {}
    if inputs.outage is not None:
        names = ("outage_u", "back_delay_s", "back_handling_s")
        drawn |= {name: _joined([getattr(one, name) for one in classes]) for name in names}
    if inputs.ladder is not None:
        drawn["lead_s"] = lead_times(inputs.ladder, streams)
    if inputs.seats is not None:
        drawn["seat"], drawn["fails_s"], drawn["works_s"] = seat_failures(inputs.seats, inputs.horizon_s, streams)
    return drawn


def _joined(parts: list[npt.NDArray[Number]]) -> npt.NDArray[Number]:
    """The parts one after the other, without a copy where only one of them holds anything."""
    filled = [part for part in parts if len(part)] or parts[:1]
    return filled[0] if len(filled) == 1 else np.concatenate(filled)


def _draw_class(callers: Callers, inputs: QueueInputs, streams: Streams) -> _Class:
    def stream(purpose: str) -> Generator:
        return streams.generator(f"queue/{callers.name}/{purpose}")

    arrival_s, kept = _arrivals(callers.arrivals, inputs.horizon_s, stream)
    population = len(arrival_s)
    tries = _tries(callers.redial, stream, population)
    rows = int(tries.sum())
    drawn = _Class(
        arrival_s=arrival_s,
        identity=np.arange(population),
        handling_s=_times(callers.handling, stream, "handling", population),
        patience_s=_times(callers.patience, stream, "patience", population),
        join_u=_join(inputs, stream, "join", population),
        tries=tries,
        again_patience_s=_times(callers.patience, stream, "redial_patience", rows),
        again_join_u=_join(inputs, stream, "redial_join", rows),
        retry_u=_willingness(callers.redial, stream, rows),
        retry_delay_s=callers.redial.delay.draw(stream("redial_delay"), rows) if callers.redial else np.empty(0),
        **({} if inputs.outage is None else _in_an_outage(inputs.outage, stream, population)),
    )
    if kept is None:
        return drawn
    again = np.repeat(kept, tries)
    of_redials = ("again_patience_s", "again_join_u", "retry_u", "retry_delay_s")
    return _Class(**{
        name: column[again if name in of_redials else kept] if len(column) else column
        for name, column in drawn._asdict().items()
    })  # fmt: skip


def _in_an_outage(outage: Outage, stream: Stream, population: int) -> dict[str, Floats]:
    drawn = {"outage_u": stream("outage").random(population)}
    if outage.back is not None:
        drawn["back_delay_s"] = _times(outage.back.delay, stream, "back_delay", population)
        drawn["back_handling_s"] = _times(outage.back.handling, stream, "back_handling", population)
    return drawn


def _times(law: Law, stream: Stream, purpose: str, size: int) -> Floats:
    return np.full(size, np.inf) if law.infinite or size == 0 else law.draw(stream(purpose), size)


def _join(inputs: QueueInputs, stream: Stream, purpose: str, size: int) -> Floats:
    return stream(purpose).random(size) if inputs.join else np.empty(0)


def _tries(redial: Redial | None, stream: Stream, population: int) -> Ints:
    """How many redials each caller is willing to make: the run of uniforms below the ceiling, a geometric number."""
    if redial is None or redial.drawn_for == 0 or redial.most == 0:
        return np.zeros(population, dtype=np.int64)
    if redial.drawn_for == 1:
        return np.full(population, redial.most)
    patience = stream("redial_tries").standard_exponential(population)
    patience /= -math.log(redial.drawn_for)
    return np.minimum(patience, redial.most, out=patience).astype(np.int64)


def _willingness(redial: Redial | None, stream: Stream, rows: int) -> Floats:
    """Given how many redials a caller is willing to make, their uniforms are uniform below the ceiling."""
    if redial is None or all(redial.share_after(outcome) in (0, redial.drawn_for) for outcome in Outcome):
        return np.zeros(rows)
    return stream("redial_share").random(rows) * redial.drawn_for


def _arrivals(arrivals: Rate | Instants, horizon_s: float, stream: Stream) -> tuple[Floats, Bools | None]:
    """Instants of the whole population, and which of them are kept (`None`: all)."""
    if isinstance(arrivals, Instants):
        return arrivals.times_s.copy(), arrivals.asks
    scale = arrivals.ceiling
    if arrivals.day_factor is not None:
        scale = scale * float(arrivals.day_factor.draw(stream("day_factor"), 1)[0])
    if scale == 0:
        return np.empty(0), None
    times = _poisson_instants(arrivals.rate, scale, horizon_s, stream)
    if arrivals.level == arrivals.ceiling:
        return times, None
    return times, stream("thinning").random(len(times)) < arrivals.level / arrivals.ceiling


def _poisson_instants(rate: Timeline, scale: float, horizon_s: float, stream: Stream) -> Floats:
    """Instants of a Poisson process of intensity rate(t) × scale on [0, horizon), increasing.

    Unit exponential gaps are summed in operational time and mapped back through the inverse of the expected number of
    calls so far, which never meets an interval of rate 0.
    """
    edges = np.concatenate(([0.0], rate.times[(rate.times > 0) & (rate.times < horizon_s)], [horizon_s]))
    rates = rate.at(edges[:-1])
    expected = np.concatenate(([0.0], np.cumsum(rates * np.diff(edges))))
    if expected[-1] == 0:
        return np.empty(0)
    operational = _unit_process(stream("arrivals"), float(expected[-1]) * scale) / scale
    until = np.searchsorted(operational, expected)  # how many come before each edge
    counts = np.diff(until)
    instants = operational[: until[-1]]
    latest = np.nextafter(edges[1:], -np.inf)  # rounding must not carry an instant into the next interval
    before, pace, start, last = (
        each[0] if len(counts) == 1 else each.repeat(counts) for each in (expected[:-1], rates, edges[:-1], latest)
    )
    instants -= before
    instants /= pace
    instants += start
    return np.minimum(instants, last, out=instants)


def _unit_process(generator: Generator, until: float) -> Floats:
    """Instants of a Poisson process of rate 1, at least up to `until`; the block size does not change them."""
    block = math.ceil(until + 4 * math.sqrt(until) + 16)
    instants = np.cumsum(generator.standard_exponential(block))
    while instants[-1] < until:
        more = np.concatenate((instants[-1:], generator.standard_exponential(block)))
        instants = np.concatenate((instants, np.cumsum(more)[1:]))
    return instants
