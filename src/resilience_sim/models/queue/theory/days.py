"""A day whose rates and staffing change: an exact chain for every rule about staff cuts.

The state is (calls in service, calls waiting). Between two changes the chain is the same for every rule; the rules
differ only in what happens at the instant of a cut. It is solved by uniformisation, a sum of positive terms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError
from resilience_sim.models.queue.theory.chains import advance, uniformised
from resilience_sim.models.queue.theory.steady import answered_in_time, join_shares, still_waiting
from resilience_sim.timelines import Timeline

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Day", "Spell", "staffed_day"]

Floats = npt.NDArray[np.float64]
MOST_WAITING = 1 << 14


@dataclass(frozen=True, eq=False)
class Spell:
    """A stretch of the day without any change.

    Parameters
    ----------
    start, end
        Its bounds.
    arrival_rate, agents
        λ and s in the spell.
    dwell
        Expected time spent with b calls in service and q waiting, shape (b, q).
    """

    start: float
    end: float
    arrival_rate: float
    agents: int
    service_rate: float
    abandonment_rate: float
    join: tuple[float, ...]
    dwell: Floats

    @property
    def waited(self) -> float:
        """∫ E[Q] dt: the time spent waiting."""
        return float(self.dwell.sum(axis=0) @ np.arange(self.dwell.shape[1]))

    @property
    def busy(self) -> float:
        """∫ E[B] dt: the time spent in service."""
        return float(self.dwell.sum(axis=1) @ np.arange(self.dwell.shape[0]))

    @property
    def occupied(self) -> float:
        """Expected time with anyone in the centre."""
        return float(self.dwell.sum() - self.dwell[0, 0])

    @property
    def offered(self) -> float:
        """Expected arrivals."""
        return self.arrival_rate * (self.end - self.start)

    @property
    def met(self) -> Floats:
        """Expected arrivals who find no agent free and q calls waiting, shape (q,)."""
        result: Floats = self.arrival_rate * self.dwell[self.agents :].sum(axis=0)
        return result

    @property
    def balked(self) -> float:
        """Expected arrivals who find no agent free and leave at once."""
        met = self.met
        return float(met @ (1 - join_shares(self.join, np.arange(met.size))))

    @property
    def abandoned(self) -> float:
        """Expected calls that leave after waiting."""
        return self.abandonment_rate * self.waited

    def _joined(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        if (self.dwell[self.agents + 1 :] > 0).any():
            raise InputsError("the waits of a spell are known only where no more calls are in service than agents")
        met = self.met
        ahead = np.arange(met.size)
        return met * join_shares(self.join, ahead), ahead

    def answered_within(self, time: float) -> float:
        """Expected arrivals of the spell answered with a wait below `time`, if the agents stay that long."""
        joined, ahead = self._joined()
        capacity = self.agents * self.service_rate
        late = float(joined @ (1 - answered_in_time(ahead, capacity, self.abandonment_rate, time)))
        return self.offered - self.balked - late

    def waiting_longer(self, time: float) -> float:
        """Expected arrivals of the spell who wait longer than `time`, if the agents stay that long."""
        joined, ahead = self._joined()
        return float(joined @ still_waiting(ahead, self.agents * self.service_rate, self.abandonment_rate, time))


@dataclass(frozen=True, eq=False)
class Day:
    """A solved day.

    Parameters
    ----------
    instants
        The instants asked for, shape (k,).
    before, after
        P(b calls in service, q waiting) just before and just after any change at each instant, shape (k, b, q).
    spells
        The stretches between changes and instants, in order.
    dropped
        Expected calls cut off by staff cuts, per change in the day.
    """

    instants: Floats
    before: Floats
    after: Floats
    spells: tuple[Spell, ...]
    dropped: float

    def means(self, index: int, *, after: bool = False) -> tuple[float, float, float]:
        """E[N], E[B], E[Q] at the instant number `index`."""
        state = (self.after if after else self.before)[index]
        busy = float(state.sum(axis=1) @ np.arange(state.shape[0]))
        waiting = float(state.sum(axis=0) @ np.arange(state.shape[1]))
        return busy + waiting, busy, waiting

    def inside(self, index: int) -> Floats:
        """P(N = k) at the instant number `index`, before any change."""
        state = self.before[index]
        total = np.add.outer(np.arange(state.shape[0]), np.arange(state.shape[1]))
        return np.bincount(total.ravel(), state.ravel()).astype(float)

    def total(self, quantity: Callable[[Spell], float], start: float = 0.0, end: float = math.inf) -> float:
        """Sum of a quantity over the spells within `start` … `end`."""
        return math.fsum(quantity(spell) for spell in self.spells if spell.start >= start and spell.end <= end)


def staffed_day(
    arrivals: Timeline,
    service_rate: float,
    agents: Timeline,
    *,
    instants: Sequence[float],
    abandonment_rate: float = 0.0,
    join: Sequence[float] = (),
    places: int | None = None,
    on_cut: Literal["finish", "hand_back", "drop"] = "finish",
) -> Day:
    """Solve a day that starts empty at 0 and ends at the last of `instants`.

    Parameters
    ----------
    arrivals
        Arrival rate over time; 0 after closing.
    service_rate
        μ of one agent.
    agents
        Agents on duty over time, whole numbers.
    instants
        Where the state is wanted, increasing, above 0; the last one ends the day.
    abandonment_rate
        θ of one waiting caller.
    join
        Share who stay when no agent is free and w calls wait, at ``join[min(w, len - 1)]``; empty for all.
    places
        Most callers inside; ``None`` for no limit (then the queue is cut where less than 1e-13 of a caller is lost).
    on_cut
        ``finish``: nobody is interrupted, a new call starts only while fewer are in service than agents on duty;
        ``hand_back``: surplus calls go back to the queue; ``drop``: surplus calls are lost.

    Raises
    ------
    InputsError
        If a number is outside its range, or the queue outgrows the chain.

    References
    ----------
    Jensen, A. (1953), Markoff chains as an aid in the study of Markoff processes.
    """
    wanted = np.asarray(instants, dtype=float)
    if wanted.size == 0 or wanted[0] <= 0 or (np.diff(wanted) <= 0).any():
        raise InputsError(f"instants are {wanted.tolist()}; accepted are increasing instants above 0")
    if on_cut not in ("finish", "hand_back", "drop"):
        raise InputsError(f"on_cut is {on_cut!r}; accepted are finish, hand_back and drop")
    if (agents.values < 0).any() or (agents.values != np.floor(agents.values)).any() or (arrivals.values < 0).any():
        raise InputsError("agents must be whole numbers, 0 or more, and arrival rates 0 or more")
    waiting_most = 63 if places is None else places
    while True:
        chain = _Chain(
            float(service_rate), float(abandonment_rate), tuple(join), int(agents.values.max()), waiting_most, places
        )
        day, overflow = _solve(chain, arrivals, agents, wanted, on_cut)
        if places is not None or overflow < 1e-13:
            return day
        waiting_most = 2 * waiting_most + 1
        if waiting_most > MOST_WAITING:
            raise InputsError(
                f"the queue outgrows {MOST_WAITING} waiting calls; accepted is a lighter load or `places`"
            )


@dataclass(frozen=True)
class _Chain:
    service_rate: float
    abandonment_rate: float
    join: tuple[float, ...]
    most_agents: int
    most_waiting: int
    places: int | None

    @property
    def shape(self) -> tuple[int, int]:
        return self.most_agents + 1, self.most_waiting + 1

    def steps(self, arrival_rate: float, agents: int) -> tuple[csr_matrix, float]:
        """The uniformised chain: its transposed matrix of moves, and the rate at which moves happen."""
        busy, waiting = (grid.ravel() for grid in np.indices(self.shape))
        size, width = busy.size, self.shape[1]
        room = busy + waiting < (size if self.places is None else self.places)
        free = busy < agents
        index = np.arange(size)
        # An answered arrival, an arrival who waits, an end of service with and without a call to answer, a hang-up.
        moves = (
            (free & room, np.full(size, arrival_rate), width),
            (~free & room & (waiting < self.most_waiting), arrival_rate * join_shares(self.join, waiting), 1),
            ((busy > 0) & (busy <= agents) & (waiting > 0), busy * self.service_rate, -1),
            ((busy > 0) & ((busy > agents) | (waiting == 0)), busy * self.service_rate, -width),
            (waiting > 0, waiting * self.abandonment_rate, -1),
        )
        origins = np.concatenate([index[possible] for possible, _, _ in moves])
        targets = np.concatenate([index[possible] + step for possible, _, step in moves])
        rates = np.concatenate([rate[possible] for possible, rate, _ in moves])
        return uniformised(size, origins, targets, rates)

    def overflow(self, arrival_rate: float, dwell: Floats) -> float:
        """Expected arrivals lost only because the chain ends."""
        return arrival_rate * float(dwell[:, -1].sum())


def _solve(chain: _Chain, arrivals: Timeline, agents: Timeline, wanted: Floats, on_cut: str) -> tuple[Day, float]:
    end = float(wanted[-1])
    edges = np.unique(np.concatenate(([0.0], wanted, arrivals.times, agents.times)))
    edges = edges[(edges >= 0) & (edges <= end)]
    state = np.zeros(chain.shape)
    state[0, 0] = 1.0
    spells, before, after = [], [], []
    known: dict[tuple[float, int], tuple[csr_matrix, float]] = {}
    dropped = overflow = 0.0
    for start, stop in pairwise(edges.tolist()):
        rate, staff = float(arrivals.at(start)), int(agents.at(start))
        if (rate, staff) not in known:
            known[rate, staff] = chain.steps(rate, staff)
        flat, dwell = advance(*known[rate, staff], state.ravel(), stop - start)
        state, dwell = flat.reshape(chain.shape), dwell.reshape(chain.shape)
        overflow += chain.overflow(rate, dwell)
        spells.append(Spell(start, stop, rate, staff, chain.service_rate, chain.abandonment_rate, chain.join, dwell))
        if stop in wanted:
            before.append(state)
        state, lost = _change(state, staff, int(agents.at(stop)), on_cut)
        dropped += lost
        if stop in wanted:
            after.append(state)
    return Day(wanted, np.array(before), np.array(after), tuple(spells), dropped), overflow


def _change(state: Floats, old: int, new: int, on_cut: str) -> tuple[Floats, float]:
    """What a change of staff does to the state at once; returns it and the expected number of calls dropped."""
    if new == old or (new < old and on_cut == "finish"):
        return state, 0.0
    busy, waiting = (grid.ravel() for grid in np.indices(state.shape))
    surplus = np.maximum(busy - new, 0)
    answered = np.minimum(waiting, np.maximum(new - busy, 0))
    if on_cut == "finish":
        surplus = np.zeros_like(surplus)
    returned = surplus if on_cut == "hand_back" else np.zeros_like(surplus)
    to_waiting = np.minimum(waiting + returned - answered, state.shape[1] - 1)
    moved = np.zeros_like(state)
    np.add.at(moved, (busy - surplus + answered, to_waiting), state.ravel())
    return moved, float(state.ravel() @ (surplus - returned))
