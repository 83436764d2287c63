"""All randomness of the queue machine ends here.

Every number belongs to (class, caller, attempt). Callers who do not call in this scenario (thinned by a lower level,
or not asking) are drawn for and then dropped, so that nobody else's numbers move. A feature that is switched off draws
nothing from its streams.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from resilience_sim.models.queue.inputs import Callers, Instants, QueueInputs, Rate
from resilience_sim.randomness import Law, Streams
from resilience_sim.timelines import Timeline

__all__ = ["Draws", "draw"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Stream = Callable[[str], Generator]
Number = TypeVar("Number", bound=np.generic)


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
    handling_s, patience_s
        Seconds in service, and in the queue at most, shape (n + m,).
    join_u
        Uniform on [0, 1): stays if below the probability of staying, shape (n + m,).
    retry_from
        Where a caller's redials begin, shape (n + 1,).
    retry_u
        Uniform on [0, ceiling): a redial is made if below the share that applies, shape (m,).
    retry_delay_s
        Seconds from leaving to the redial, shape (m,).
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


class _Attempts(NamedTuple):
    """What is drawn for each attempt; shape (k,) each."""

    handling_s: Floats
    patience_s: Floats
    join_u: Floats

    def only(self, kept: Bools) -> _Attempts:
        return _Attempts(*(column[kept] for column in self))


class _Class(NamedTuple):
    """One class's draws, its own callers counted from 0."""

    arrival_s: Floats
    identity: Ints
    first: _Attempts
    tries: Ints
    again: _Attempts
    retry_u: Floats
    retry_delay_s: Floats


def draw(inputs: QueueInputs, streams: Streams) -> Draws:
    """Draw one replication.

    Parameters
    ----------
    inputs
        The queue.
    streams
        The replication's streams; those of class ``name`` are called ``queue/name/…``.

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
    attempts = [
        _joined(list(column)) for column in zip(*(c.first for c in classes), *(c.again for c in classes), strict=True)
    ]
    arrival_s = _joined([one.arrival_s for one in classes])
    return Draws(
        arrival_s=arrival_s,
        source=np.repeat(np.arange(len(sizes)), sizes),
        identity=_joined([one.identity for one in classes]),
        order=np.argsort(arrival_s, kind="stable"),
        caller=_joined([callers, redialling]),
        try_number=_joined([np.zeros(n, dtype=np.int64), np.arange(len(redialling)) - retry_from[redialling] + 1]),
        handling_s=attempts[0],
        patience_s=attempts[1],
        join_u=attempts[2],
        retry_from=retry_from,
        retry_u=_joined([one.retry_u for one in classes]),
        retry_delay_s=_joined([one.retry_delay_s for one in classes]),
    )


def _joined(parts: list[npt.NDArray[Number]]) -> npt.NDArray[Number]:
    """The parts one after the other, without a copy where only one of them holds anything."""
    filled = [part for part in parts if len(part)] or parts[:1]
    return filled[0] if len(filled) == 1 else np.concatenate(filled)


def _draw_class(callers: Callers, inputs: QueueInputs, streams: Streams) -> _Class:
    def stream(purpose: str) -> Generator:
        return streams.generator(f"queue/{callers.name}/{purpose}")

    arrival_s, kept = _arrivals(callers.arrivals, inputs.horizon_s, stream)
    population = len(arrival_s)
    first = _attempts(callers, inputs, stream, "", population)
    tries, retry_u, retry_delay_s = _redials(callers, stream, population)
    again = _attempts(callers, inputs, stream, "redial_", len(retry_u)) if callers.redial else _NO_ATTEMPTS
    if kept is None:
        return _Class(arrival_s, np.arange(population), first, tries, again, retry_u, retry_delay_s)
    rows = np.repeat(kept, tries)
    return _Class(
        arrival_s[kept], np.flatnonzero(kept), first.only(kept), tries[kept], again.only(rows), retry_u[rows],
        retry_delay_s[rows],
    )  # fmt: skip


def _attempts(callers: Callers, inputs: QueueInputs, stream: Stream, prefix: str, size: int) -> _Attempts:
    return _Attempts(
        _times(callers.handling, stream, f"{prefix}handling", size),
        _times(callers.patience, stream, f"{prefix}patience", size),
        stream(f"{prefix}join").random(size) if inputs.join else np.zeros(size),
    )


_NO_ATTEMPTS = _Attempts(np.empty(0), np.empty(0), np.empty(0))


def _times(law: Law, stream: Stream, purpose: str, size: int) -> Floats:
    return np.full(size, np.inf) if law.infinite else law.draw(stream(purpose), size)


def _redials(callers: Callers, stream: Stream, population: int) -> tuple[Ints, Floats, Floats]:
    """How many redials each caller is willing to make, and (willingness, delay) of each of them.

    A caller is willing for as long as uniforms fall below the ceiling: the number of them is geometric, and given the
    number they are uniform below the ceiling.
    """
    redial = callers.redial
    if redial is None or redial.drawn_for == 0 or redial.most == 0:
        return np.zeros(population, dtype=np.int64), np.empty(0), np.empty(0)
    ceiling = redial.drawn_for
    if ceiling == 1:
        tries = np.full(population, redial.most)
    else:
        patience = stream("redial_tries").standard_exponential(population) / -math.log(ceiling)
        tries = np.minimum(patience, redial.most).astype(np.int64)
    rows = int(tries.sum())
    return tries, stream("redial_share").random(rows) * ceiling, redial.delay.draw(stream("redial_delay"), rows)


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
    instants = operational[: until[-1]] - expected[:-1].repeat(counts)
    instants /= rates.repeat(counts)
    instants += edges[:-1].repeat(counts)
    latest = np.nextafter(edges[1:], -np.inf)  # rounding must not carry an instant into the next interval
    return np.minimum(instants, latest.repeat(counts), out=instants)


def _unit_process(generator: Generator, until: float) -> Floats:
    """Instants of a Poisson process of rate 1, at least up to `until`; the block size does not change them."""
    block = math.ceil(until + 4 * math.sqrt(until) + 16)
    instants = np.cumsum(generator.standard_exponential(block))
    while instants[-1] < until:
        more = np.concatenate((instants[-1:], generator.standard_exponential(block)))
        instants = np.concatenate((instants, np.cumsum(more)[1:]))
    return instants
