"""State-triggered staffing against Markov chains solved exactly here: Q42 of the known answers, and a case of our own.

The chains share nothing with the machine: a state is written down, its events are told in a few lines, and the
equilibrium is solved with a sparse factorisation. Times are in minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from queue_answers import SEED, Answer, abandoned, agree, attempts, compare, controls, queue, sums, waited
from scipy import sparse
from scipy.sparse.linalg import spsolve

from resilience_sim.models.queue import Condition, Ladder, Level, Path, QueueInputs, draw
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.randomness import Exponential, Streams

State = tuple[int, ...]
Moves = Callable[[State], Iterator[tuple[float, State]]]


def equilibrium(start: State, moves: Moves) -> dict[Hashable, float]:
    """Probabilities of all states that can be reached."""
    states = {start: 0}
    rows, columns, rates = [], [], []
    todo = [start]
    while todo:
        state = todo.pop()
        for rate, after in moves(state):
            if after not in states:
                states[after] = len(states)
                todo.append(after)
            rows += [states[after], states[state]]
            columns += [states[state]] * 2
            rates += [rate, -rate]
    size = len(states)
    generator = sparse.coo_matrix((rates, (rows, columns)), shape=(size, size)).tolil()
    generator[0, :] = 1.0
    right = np.zeros(size)
    right[0] = 1.0
    return dict(zip(states, spsolve(generator.tocsc(), right), strict=True))


def mean(probabilities: dict[Hashable, float], value: Callable[[State], float]) -> float:
    return sum(probability * value(state) for state, probability in probabilities.items())


# -- Q42 -------------------------------------------------------------------------------------------------------------

RATE, SERVICE, LEAD, MOST = 0.4, 4.0, 5.0, 260  # MOST waiting: 0.8^260 is 6e-26
NONE, PENDING, PRESENT, LEAVING = range(4)


def q42(rule: str) -> dict[Hashable, float]:
    """States (waiting, regular agents busy or, where agents only count, all that are busy, the extra agent)."""

    def settled(waiting: int, busy: int, extra: int, *, came_free: bool = False) -> State:
        """What follows at the same instant: free agents start, then the extra is released, then one is requested."""
        named_busy = rule == "D" and extra in (PRESENT, LEAVING)
        on_duty = 2 + (extra == PRESENT and not named_busy)
        while waiting and busy < on_duty:
            waiting, busy = waiting - 1, busy + 1
        if rule == "D" and extra == PRESENT and came_free and waiting:
            waiting, came_free = waiting - 1, False
        if extra == PRESENT and waiting == 0:
            if rule in ("A", "B") or (rule == "C" and busy < 3):
                extra = NONE
            elif rule == "D":
                extra = NONE if came_free else LEAVING
        if extra == PENDING and waiting == 0 and rule == "B":
            extra = NONE
        if extra == NONE and waiting >= 3:
            extra = PENDING
        return waiting, busy, extra

    def moves(state: State) -> Iterator[tuple[float, State]]:
        waiting, busy, extra = state
        if waiting < MOST:
            yield RATE, settled(waiting + 1, busy, extra)
        if busy:
            yield busy / SERVICE, settled(waiting, busy - 1, extra)
        if extra == PENDING:
            yield 1 / LEAD, settled(waiting, busy, PRESENT, came_free=True)
        if rule == "D" and extra == PRESENT:  # with named agents the extra is busy as long as he is there
            yield 1 / SERVICE, settled(waiting, busy, PRESENT, came_free=True)
        if rule == "D" and extra == LEAVING:
            yield 1 / SERVICE, settled(waiting, busy, NONE)

    return equilibrium((0, 0, NONE), moves)


PRINTED = {  # W min; shares of time: pending, extra present, released and finishing; requests/h
    "A": "2.31361582623 .112193801753 .118928267112 .0257329948340 1.34632562104",
    "B": "2.32424740193 .0936775841075 .119033350282 .0247593810219 1.38368028276",
    "C": "2.18924262125 .0998943362847 .154027085568 0 1.19873203541",
    "D": "2.18827200696 .102629904930 .109171109756 .0712336532738 1.23155885917",
}


def q42_answers(rule: str) -> tuple[float, ...]:
    chain = q42(rule)
    wait = mean(chain, lambda state: state[0]) / RATE
    pending, present = (mean(chain, lambda state, extra=extra: state[2] == extra) for extra in (PENDING, PRESENT))
    if rule == "D":
        finishing = mean(chain, lambda state: state[2] == LEAVING)
    else:
        finishing = mean(chain, lambda state: state[1] == 3 and state[2] != PRESENT)
    # Under B a request ends by arrival or is dropped: its beginnings are counted instead.
    requests = requests_of_b(chain) if rule == "B" else pending / LEAD
    return wait, pending, present, finishing, 60 * requests


def requests_of_b(chain: dict[Hashable, float]) -> float:
    """The flow into pending: an arrival finds two waiting and no extra (the queue can only grow by arrivals)."""
    return RATE * mean(chain, lambda state: state[0] == 2 and state[2] == NONE)


@pytest.mark.parametrize("rule", PRINTED)
def test_q42_the_chain_gives_the_printed_digits(rule):
    agree(q42_answers(rule), PRINTED[rule])


def called_on_three(rule: str) -> QueueInputs:
    release = Condition("idle", "at_least", 1) if rule == "C" else Condition("waiting", "at_most", 0)
    level = Level(
        "extra", 1, Exponential(LEAD), Condition("waiting", "at_least", 3), release, call_ups=200_000,
        released_from="called" if rule == "B" else "in_place",
    )  # fmt: skip
    return queue(RATE, SERVICE, 2, ladder=Ladder((level,)), on_cut="finish_named" if rule == "D" else "finish")


def overlap(start: np.ndarray, end: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Of intervals, the time in each batch."""
    events = np.concatenate((start, end, edges))
    steps = np.concatenate((np.ones(len(start)), -np.ones(len(end)), np.zeros(len(edges))))
    order = np.argsort(events, kind="stable")
    open_ = np.cumsum(steps[order])
    grown = np.concatenate(([0.0], np.cumsum(open_[:-1] * np.diff(events[order]))))
    return np.diff(grown[np.searchsorted(events[order], edges)])


def run_long(inputs: QueueInputs, batch: float, batches: int, run: int) -> tuple[Path, np.ndarray, list, np.ndarray]:
    inputs = replace(inputs, horizon_s=batch * (batches + 2))
    draws = draw(inputs, Streams(SEED, run))
    path = simulate(inputs, draws)
    edges = batch * np.arange(1, batches + 2)
    which = (path.arrival_s // batch).astype(int) - 1
    which[(which < 0) | (which >= batches)] = -1
    return path, edges, controls(inputs, draws, edges, ()), which


@pytest.mark.parametrize("rule", PRINTED)
def test_q42_the_machine_agrees_with_the_chain(rule):
    batch, batches = 4000.0, 1500
    path, edges, known, which = run_long(called_on_three(rule), batch, batches, 42)
    assert path.called_s is not None
    made = np.isfinite(path.called_s[0])
    called, joined, released = path.called_s[0][made], path.joined_s[0, made, 0], path.released_s[0][made]
    came = ~np.isnan(joined)
    waits, pending, present, _, requests = q42_answers(rule)
    regressors = np.array(known).T
    compare("W", Answer(waits, waited, attempts), sums(waited, path, which, batches),
            sums(attempts, path, which, batches), regressors)  # fmt: skip
    minutes = np.full(batches, batch)
    for name, value, top in (
        ("pending", pending, overlap(called, np.where(came, joined, released), edges)),
        ("present", present, overlap(joined[came], np.minimum(released[came], 1e12), edges)),
        ("requests an hour", requests / 60, np.histogram(called, edges)[0]),
    ):
        compare(name, Answer(value, waited, 1.0), top, minutes, regressors)


# -- two people, hysteresis and abandonment --------------------------------------------------------------------------

SURGE, WORK, PATIENCE, COMING = 1.1, 3.0, 8.0, 6.0
ON_ROSTER, CALLED_AT, RELEASED_AT = 3, 4, 2  # agents; waiting that calls two more; idle agents that release them
NOT_CALLED, IN_PLACE = 0, 3  # and 1, 2: so many still on the way


def surge() -> dict[Hashable, float]:
    """States (callers inside, how the level stands)."""

    def agents(level: int) -> int:
        return ON_ROSTER + (0 if level == NOT_CALLED else 2 if level == IN_PLACE else 2 - level)

    def settled(inside: int, level: int) -> State:
        if level == IN_PLACE and agents(level) - inside >= RELEASED_AT:
            level = NOT_CALLED
        if level == NOT_CALLED and inside - ON_ROSTER >= CALLED_AT:
            level = 2
        return inside, level

    def moves(state: State) -> Iterator[tuple[float, State]]:
        inside, level = state
        waiting = max(inside - agents(level), 0)
        if inside < 150:
            yield SURGE, settled(inside + 1, level)
        if inside:
            yield (inside - waiting) / WORK + waiting / PATIENCE, settled(inside - 1, level)
        if level in (1, 2):
            yield level / COMING, settled(inside, level - 1 if level == 2 else IN_PLACE)

    return equilibrium((0, NOT_CALLED), moves)


def test_two_people_called_by_the_queue_per_agent_and_released_by_idle_agents():
    chain = surge()

    def waiting(state: State) -> int:
        present = {NOT_CALLED: 0, 2: 0, 1: 1, IN_PLACE: 2}[state[1]]
        return max(state[0] - ON_ROSTER - present, 0)

    queue_length = mean(chain, waiting)
    in_place = mean(chain, lambda state: state[1] == IN_PLACE)
    on_the_way = mean(chain, lambda state: state[1] in (1, 2))
    requests = mean(chain, lambda state: state[1] == 2) * 2 / COMING
    assert on_the_way == pytest.approx(requests * COMING * 1.5, rel=1e-9)  # the later of two: 3/2 of the mean
    level = Level(
        "two more", 2, Exponential(COMING), Condition("waiting_per_agent", "at_least", CALLED_AT / ON_ROSTER),
        Condition("idle", "at_least", RELEASED_AT), call_ups=100_000,
    )  # fmt: skip
    inputs = queue(SURGE, WORK, ON_ROSTER, PATIENCE, ladder=Ladder((level,)))
    batch, batches = 800.0, 2400
    path, edges, known, which = run_long(inputs, batch, batches, 43)
    regressors = np.array(known).T
    calls = sums(attempts, path, which, batches)
    for name, value, weight in (
        ("W", queue_length / SURGE, waited),
        ("abandonment", queue_length / PATIENCE / SURGE, abandoned),
    ):
        compare(name, Answer(value, weight, attempts), sums(weight, path, which, batches), calls, regressors)
    assert path.called_s is not None
    made = np.isfinite(path.called_s[0])
    called, joined, released = path.called_s[0][made], path.joined_s[0][made], path.released_s[0][made]
    minutes = np.full(batches, batch)
    for name, value, top in (
        ("on the way", on_the_way, overlap(called, joined.max(axis=1), edges)),
        ("in place", in_place, overlap(joined.max(axis=1), released, edges)),
        ("requests", requests, np.histogram(called, edges)[0]),
    ):
        compare(name, Answer(value, waited, 1.0), top, minutes, regressors)
