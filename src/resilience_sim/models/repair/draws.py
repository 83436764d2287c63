"""All randomness of the repair machine ends here.

Every number belongs to a fault (one that comes alone, or a device struck by a burst) and one of its remedies. Faults
that come alone have streams of their own for each class and remedy, devices for each burst too: one more class, remedy,
burst, or device at the end moves no other number. When faults occur and become known, and how old the last backup is,
depends on nothing that crews do, and is finished here. A feature that is switched off draws nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.models.repair.inputs import Backup, Faults, Instants, Patrol, Rate, Remedy, RepairInputs
from resilience_sim.randomness import Deterministic, Law, Never, Streams

__all__ = ["Draws", "draw"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Draws:
    """The numbers of one replication of n faults: class by class, those that come alone, then burst by burst.

    Parameters
    ----------
    kind
        Class of each fault, its place in ``RepairInputs.faults``, shape (n,).
    burst
        The burst that struck it, its place among all that were drawn for; -1: it came alone, shape (n,).
    identity
        Place among those of its class that were drawn for, alone or in that burst, shape (n,).
    occurred_s, known_s
        When each occurred and became known, seconds from time zero, finite, shape (n,).
    backup_age_s
        Age of the last good backup when each occurred; 0 for classes without one, shape (n,).
    task_from
        The tasks of fault i are ``task_from[i]`` to ``task_from[i + 1] - 1``, in the order of ``Faults.remedies``,
        shape (n + 1,).
    response_s
        Seconds until people are at work, shape (tasks,).
    time_s
        Seconds that they need, inf if nothing but the limit ends it, shape (tasks,).
    works_u
        Uniform on [0, 1): it works if below the share; 0 where that is 0 or 1, shape (tasks,).
    lead_s
        Seconds until the spare ordered for it is there, inf for never; 0 where none is needed, shape (tasks,).
    comes_s
        Seconds until those it calls up are there; 0 where nobody is on call, shape (tasks,).
    """

    kind: Ints
    burst: Ints
    identity: Ints
    occurred_s: Floats
    known_s: Floats
    backup_age_s: Floats
    task_from: Ints
    response_s: Floats
    time_s: Floats
    works_u: Floats
    lead_s: Floats
    comes_s: Floats


def draw(inputs: RepairInputs, streams: Streams) -> Draws:
    """Draw one replication.

    Parameters
    ----------
    inputs
        Faults, and all there is against them.
    streams
        The replication's streams; those used here are called ``repair/…``.

    Returns
    -------
    Draws
        Equal for equal (inputs, seed, replication). Numbers of people and spares, priorities, limits, ladders' starts
        and shares strictly between 0 and 1 are not read, but for the shares of bursts and backups: scenarios that
        differ only in them meet the same faults.
    """
    bursts_s, burst_numbers = _happens(inputs.bursts, inputs.horizon_s, "repair/bursts", streams)
    parts: list[_Part] = []
    for k, faults in enumerate(inputs.faults):
        name = f"repair/faults/{faults.name}"
        times_s, numbers = _happens(faults.arrivals, inputs.horizon_s, name, streams)
        if len(times_s):
            parts.append(_part(inputs, k, -1, times_s, numbers, name, streams))
        if faults.struck == 0 or faults.struck_share == 0:
            continue
        for instant, burst in zip(bursts_s.tolist(), burst_numbers.tolist(), strict=True):
            struck = _struck(faults, f"{name}/burst/{burst}", streams)
            if len(struck):
                where = np.full(len(struck), instant)
                parts.append(_part(inputs, k, burst, where, struck, f"{name}/burst/{burst}", streams))
    return _joined(inputs, parts, streams)


# ---- who is struck when


def _happens(when: Rate | Instants | None, horizon_s: float, name: str, streams: Streams) -> tuple[Floats, Ints]:
    """Instants, and the place of each in the population that was drawn for."""
    if when is None:
        return np.empty(0), np.empty(0, dtype=np.int64)
    if isinstance(when, Instants):
        return np.array(when.times_s, dtype=np.float64), np.arange(len(when.times_s))
    times_s = _poisson(when.per_s * when.ceiling, horizon_s, f"{name}/arrivals", streams)
    kept = np.arange(len(times_s))
    if when.level < when.ceiling:
        kept = np.flatnonzero(streams.generator(f"{name}/thinning").random(len(times_s)) < when.level / when.ceiling)
    return times_s[kept], kept


def _poisson(per_s: float, horizon_s: float, name: str, streams: Streams) -> Floats:
    """Instants of a Poisson process on [0, horizon); the size of the block does not change them."""
    if per_s == 0:
        return np.empty(0)
    generator, expected = streams.generator(name), per_s * horizon_s
    block = math.ceil(expected + 4 * math.sqrt(expected) + 16)
    instants = np.cumsum(generator.standard_exponential(block))
    while instants[-1] < expected:
        more = np.concatenate((instants[-1:], generator.standard_exponential(block)))
        instants = np.concatenate((instants, np.cumsum(more)[1:]))
    instants /= per_s
    return instants[instants < horizon_s]


def _struck(faults: Faults, name: str, streams: Streams) -> Ints:
    """The devices that a burst strikes."""
    if faults.struck_share == 1:
        return np.arange(faults.struck)
    return np.flatnonzero(streams.generator(f"{name}/struck").random(faults.struck) < faults.struck_share)


# ---- the numbers of those who are struck


class _Part(NamedTuple):
    """Faults of one class, alone or of one burst; of the last five columns one row per fault, one entry per remedy."""

    kind: int
    burst: int
    identity: Ints
    occurred_s: Floats
    noticed_s: Floats
    response_s: Floats
    time_s: Floats
    works_u: Floats
    lead_s: Floats
    comes_s: Floats


def _part(
    inputs: RepairInputs,
    kind: int,
    burst: int,
    occurred_s: Floats,
    identity: Ints,
    name: str,
    streams: Streams,
) -> _Part:
    """Draw for a population, up to the last one who is struck, and keep those who are."""
    faults, population = inputs.faults[kind], int(identity[-1]) + 1
    part = _Part(
        kind,
        burst,
        identity,
        occurred_s,
        _seconds(faults.noticed, f"{name}/noticed", population, streams)[identity],
        *(np.zeros((len(identity), len(faults.remedies))) for _ in range(5)),
    )
    for k, remedy in enumerate(faults.remedies):
        for column, values in _of_remedy(inputs, remedy, f"{name}/{remedy.name}", population, streams).items():
            getattr(part, column)[:, k] = values[identity]
    return part


def _of_remedy(inputs: RepairInputs, remedy: Remedy, name: str, population: int, streams: Streams) -> dict[str, Floats]:
    """The numbers of one remedy."""
    drawn = {
        "response_s": _seconds(remedy.response, f"{name}/response", population, streams),
        "time_s": _seconds(remedy.time, f"{name}/time", population, streams),
    }
    if 0 < remedy.works < 1:
        drawn["works_u"] = streams.generator(f"{name}/works").random(population)
    if remedy.spare is not None:
        drawn["lead_s"] = _seconds(
            inputs.stocks[inputs.stock_index[remedy.spare]].lead, f"{name}/lead", population, streams
        )
    if remedy.crew is not None and (crew := inputs.crews[inputs.crew_index[remedy.crew]]).on_call > 0:
        drawn["comes_s"] = _seconds(crew.comes, f"{name}/comes", population, streams)
    return drawn


def _seconds(law: Law, name: str, size: int, streams: Streams) -> Floats:
    """What is no chance draws nothing."""
    if isinstance(law, Deterministic | Never):
        return np.full(size, law.mean)
    return law.draw(streams.generator(name), size)


def _joined(inputs: RepairInputs, parts: list[_Part], streams: Streams) -> Draws:
    """All faults one after the other, with what their class looks after."""
    sizes = [len(part.identity) for part in parts]
    kind = np.repeat(np.array([part.kind for part in parts], dtype=np.int64), sizes)
    occurred_s = _flat([part.occurred_s for part in parts])
    latest_s = float(occurred_s.max(initial=0.0))
    known_s = occurred_s + _flat([part.noticed_s for part in parts])
    backup_age_s = np.zeros(len(kind))
    rounds: dict[Patrol, float] = {}
    copies: dict[Backup, Floats] = {}
    for k, faults in enumerate(inputs.faults):
        mine = kind == k
        if faults.patrol is not None:
            if faults.patrol not in rounds:
                rounds[faults.patrol] = _phase(faults.patrol, "patrols", streams)
            found_s = _next_look(occurred_s[mine], rounds[faults.patrol], faults.patrol.every_s)
            known_s[mine] = np.minimum(known_s[mine], found_s)
        if faults.backup is not None:
            if faults.backup not in copies:
                copies[faults.backup] = _good_copies(faults.backup, latest_s, streams)
            good_s = copies[faults.backup]
            backup_age_s[mine] = occurred_s[mine] - good_s[np.searchsorted(good_s, occurred_s[mine], "right") - 1]
    tasks = np.array([len(faults.remedies) for faults in inputs.faults], dtype=np.int64)[kind]
    return Draws(
        kind=kind,
        burst=np.repeat(np.array([part.burst for part in parts], dtype=np.int64), sizes),
        identity=np.concatenate([part.identity for part in parts] or [np.empty(0, dtype=np.int64)]),
        occurred_s=occurred_s,
        known_s=known_s,
        backup_age_s=backup_age_s,
        task_from=np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(tasks))),
        response_s=_flat([part.response_s for part in parts]),
        time_s=_flat([part.time_s for part in parts]),
        works_u=_flat([part.works_u for part in parts]),
        lead_s=_flat([part.lead_s for part in parts]),
        comes_s=_flat([part.comes_s for part in parts]),
    )


def _flat(columns: list[Floats]) -> Floats:
    return np.concatenate([column.ravel() for column in columns] or [np.empty(0)])


# ---- what is looked after


def _phase(one: Patrol | Backup, kind: str, streams: Streams) -> float:
    return float(streams.generator(f"repair/{kind}/{one.name}/phase").random()) * one.every_s


def _next_look(occurred_s: Floats, phase_s: float, every_s: float) -> Floats:
    """The first of ``phase + k · every`` at or after each instant, k from 0; a quotient may be off by its last bit."""
    look = np.maximum(np.ceil((occurred_s - phase_s) / every_s), 0.0)
    before_s, at_s = phase_s + (look - 1) * every_s, phase_s + look * every_s
    found_s = np.where((look > 0) & (before_s >= occurred_s), before_s, at_s)
    return np.where(found_s < occurred_s, phase_s + (look + 1) * every_s, found_s)


def _good_copies(backup: Backup, until_s: float, streams: Streams) -> Floats:
    """Instants of the good copies, increasing: the last one before time zero, and those up to `until_s`."""
    phase_s = _phase(backup, "backups", streams)
    number = np.arange(math.ceil(until_s / backup.every_s) + 1)
    if backup.succeeds == 1:
        return np.concatenate(([phase_s - backup.every_s], phase_s + number * backup.every_s))
    spoilt = 1 - backup.succeeds
    streak = streams.generator(f"repair/backups/{backup.name}/history").random()  # spoilt ones just before zero:
    spoilt_before = math.floor(math.log1p(-streak) / math.log(spoilt))  # k of them or more with the share spoilt^k
    good = streams.generator(f"repair/backups/{backup.name}/succeeds").random(len(number)) < backup.succeeds
    return np.concatenate(([phase_s - (1 + spoilt_before) * backup.every_s], phase_s + number[good] * backup.every_s))
