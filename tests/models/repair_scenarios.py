"""Random scenarios of the repair machine, on a lattice or off it, and laws that every path keeps."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from twins import one_of, some_law

from resilience_sim.models.repair import (
    Backup,
    Crew,
    Faults,
    Instants,
    Ladder,
    Outcome,
    Path,
    Patrol,
    Rate,
    Remedy,
    RepairInputs,
    Stock,
    Tried,
)
from resilience_sim.models.repair.path import COMES, FREED, INTERRUPTED, LEAVES, SENT, WAITS, WITHDRAWN
from resilience_sim.randomness import Deterministic, Law, Never
from resilience_sim.timelines import Timeline, constant

# ---- scenarios


def some_seconds(random: np.random.Generator, most: float, lattice: float | None) -> float:
    seconds = random.uniform(0, most)
    return float(seconds if lattice is None else lattice * round(seconds / lattice))


def nothing_or(random: np.random.Generator, mean: float, lattice: float | None) -> Law:
    return one_of(random, Deterministic(0.0), some_law(random, mean, lattice), some_law(random, mean, lattice))


def some_shifts(random: np.random.Generator, lattice: float | None) -> Timeline:
    if random.random() < 0.4:
        return constant(float(random.integers(0, 4)))
    times = np.unique([some_seconds(random, 60.0, lattice) - 5.0 for _ in range(random.integers(1, 6))])
    return Timeline(times, random.integers(0, 4, len(times)).astype(float))


def some_crew(random: np.random.Generator, name: str, lattice: float | None) -> Crew:
    crew = Crew(
        name,
        some_shifts(random, lattice),
        on_call=int(one_of(random, 0, 0, 1, 3)),
        comes=nothing_or(random, 6.0, lattice),
        preempts=bool(random.integers(3)),
    )
    return crew if crew.most > 0 else some_crew(random, name, lattice)


def some_remedy(
    random: np.random.Generator,
    name: str,
    crews: list[Crew],
    stocks: list[Stock],
    backup: bool,
    lattice: float | None,
) -> Remedy:
    crew = one_of(random, None, *crews, *crews, *crews)
    stock = one_of(random, None, *stocks)
    limit_s = one_of(random, math.inf, math.inf, some_seconds(random, 6.0, lattice))
    time = one_of(random, Deterministic(0.0), *[some_law(random, mean, lattice) for mean in (2.0, 4.0, 4.0, 6.0)])
    return Remedy(
        name,
        Never() if limit_s < math.inf and random.random() < 0.1 else time,
        works=one_of(random, 1.0, 1.0, 0.0, 0.3, 0.7),
        crew=crew and crew.name,
        persons=1 if crew is None else one_of(random, 1, 1, min(crew.most, 2)),
        response=nothing_or(random, 2.0, lattice),
        limit_s=limit_s,
        spare=stock and stock.name,
        waits=stock is not None and not stock.lead.infinite and bool(random.integers(2)),
        restores=backup and bool(random.integers(2)),
    )


def some_arrivals(random: np.random.Generator, lattice: float | None) -> Rate | Instants:
    if random.random() < (0.7 if lattice is None else 0.1):
        return one_of(random, Rate(0.2), Rate(0.5), Rate(0.3, level=0.5, level_ceiling=2.0))
    return Instants(tuple(some_seconds(random, 60.0, lattice) for _ in range(random.integers(0, 25))))


def some_faults(
    random: np.random.Generator, name: str, crews: list[Crew], stocks: list[Stock], lattice: float | None
) -> Faults:
    backup = one_of(random, None, Backup("copies", 10.0, 0.5), Backup(f"copies of {name}", 10.0))
    starts = sorted([0.0, some_seconds(random, 6.0, lattice), some_seconds(random, 12.0, lattice)])
    ladders = tuple(
        Ladder(
            tuple(
                some_remedy(random, f"remedy {k}.{j}", crews, stocks, backup is not None, lattice)
                for j in range(random.integers(1, 4))
            ),
            after_s=starts[k],
            persists=bool(random.random() < 0.3),
        )
        for k in range(one_of(random, 1, 2, 2, 3))
    )
    patrol = one_of(random, None, None, Patrol("round", 10.0))
    return Faults(
        name,
        ladders,
        noticed=Never() if patrol and random.integers(2) else nothing_or(random, 3.0, lattice),
        arrivals=one_of(random, None, some_arrivals(random, lattice), some_arrivals(random, lattice)),
        struck=int(one_of(random, 0, 1, 4)),
        struck_share=one_of(random, 1.0, 0.5),
        patrol=patrol,
        priority=int(random.integers(0, 3)),
        backup=backup,
        takes_down=one_of(random, (), ("telephones",), ("telephones", "servers")),
    )


def some_inputs(random: np.random.Generator, lattice: float | None) -> RepairInputs:
    """About a minute, with up to some sixty faults, and zero to four people for them in each crew."""
    crews = [some_crew(random, f"crew {k}", lattice) for k in range(one_of(random, 1, 1, 1, 2, 3))]
    stocks = [
        Stock(f"stock {k}", one_of(random, 0, 1, 2, 5), one_of(random, nothing_or(random, 10.0, lattice), Never()))
        for k in range(one_of(random, 0, 1, 1, 2))
    ]
    bursts = Instants(tuple(some_seconds(random, 40.0, lattice) for _ in range(2)))
    return RepairInputs(
        tuple(some_faults(random, f"faults {k}", crews, stocks, lattice) for k in range(random.integers(1, 5))),
        60.0,
        tuple(crews),
        tuple(stocks),
        bursts=one_of(random, None, bursts),
    )


# ---- what every path keeps


def of_tasks(inputs: RepairInputs, path: Path) -> dict[str, np.ndarray]:
    """What the inputs say of each task: its fault, priority, crew (-1: none), persons and stock (-1: none)."""
    crews = [crew.name for crew in inputs.crews]
    stocks = [stock.name for stock in inputs.stocks]
    remedies = [remedy for kind in path.kind for remedy in inputs.faults[kind].remedies]
    fault = np.repeat(np.arange(len(path.kind)), np.diff(path.task_from))
    return {
        "fault": fault,
        "priority": np.array([inputs.faults[kind].priority for kind in path.kind[fault]], dtype=int),
        "crew": np.array([-1 if one.crew is None else crews.index(one.crew) for one in remedies], dtype=int),
        "persons": np.array([one.persons for one in remedies], dtype=int),
        "stock": np.array([-1 if one.spare is None else stocks.index(one.spare) for one in remedies], dtype=int),
    }


def assert_conserved(inputs: RepairInputs, path: Path) -> None:
    """Faults, tasks, people and spares: nothing is lost, nothing is made."""
    faults_are_open_fixed_or_handed_on(path)
    tasks = of_tasks(inputs, path)
    instants_are_in_order(tasks, path)
    for crew in range(len(inputs.crews)):
        people_are_where_they_are_needed(inputs, path, tasks, crew)
    for stock in range(len(inputs.stocks)):
        spares_are_on_the_shelf_or_in_use(inputs, path, tasks, stock)


def faults_are_open_fixed_or_handed_on(path: Path) -> None:
    back, ended = path.back_s < np.inf, path.ended_s < np.inf
    assert np.array_equal(path.outcome == Outcome.OPEN, ~ended)
    assert np.array_equal(path.outcome == Outcome.FIXED, ended & back)
    assert np.array_equal(path.outcome == Outcome.HANDED_ON, ended & ~back)
    assert np.array_equal(path.back_by >= 0, back)
    assert np.array_equal(path.finished_s[path.back_by[back]], path.back_s[back])
    assert (path.tried[path.back_by[back]] == Tried.WORKED).all()
    for fault in np.flatnonzero(ended):
        finished_s = path.finished_s[path.task_from[fault] : path.task_from[fault + 1]]
        assert finished_s[finished_s < np.inf].max() == path.ended_s[fault]


def instants_are_in_order(tasks: dict[str, np.ndarray], path: Path) -> None:
    assert (path.occurred_s <= path.known_s).all()
    assert (path.asked_s >= path.known_s[tasks["fault"]]).all()
    columns = (path.asked_s, path.spare_s, path.sent_s, path.began_s, path.finished_s)
    for before, after in pairwise(columns):
        both = (before < np.inf) & (after < np.inf)
        assert (before[both] <= after[both]).all()
    assert np.array_equal(path.tried == Tried.NOT_TRIED, path.asked_s == np.inf)
    unfinished = (path.tried == Tried.NOT_TRIED) | (path.tried == Tried.UNDER_WAY)
    assert np.array_equal(unfinished, path.finished_s == np.inf)
    tried_out = np.isin(path.tried, (Tried.WORKED, Tried.FAILED, Tried.GIVEN_UP))
    assert (path.began_s[tried_out] < np.inf).all()
    assert (path.manned_s[tasks["crew"] < 0] == 0).all()


def people_are_where_they_are_needed(inputs: RepairInputs, path: Path, tasks: dict[str, np.ndarray], crew: int) -> None:
    """Replay a crew: nobody is idle while the first in line could go; Little's law for those in line and at work."""
    one = inputs.crews[crew]
    of_persons = np.isin(path.trace_kind, (COMES, LEAVES))
    whose = path.trace_who.copy()
    whose[~of_persons] = tasks["crew"][path.trace_who[~of_persons]]
    rows = np.flatnonzero(whose == crew)
    order = sorted(range(len(tasks["fault"])), key=lambda t: (tasks["priority"][t], path.known_s[tasks["fault"][t]], t))
    rank = {task: k for k, task in enumerate(order)}
    line: set[int] = set()
    out: set[int] = set()
    present = came = 0
    sent_before, at_s, line_time, out_time = 0, 0.0, 0.0, 0.0
    for k, row in enumerate(rows):
        instant, kind, who = path.trace_s[row], path.trace_kind[row], int(path.trace_who[row])
        line_time += len(line) * (instant - at_s)
        out_time += len(out) * (instant - at_s)
        at_s = instant
        if kind in (WAITS, INTERRUPTED):
            assert who not in line
            assert (who in out) == (kind == INTERRUPTED)
            line.add(who)
            out.discard(who)
        elif kind == SENT:
            line.remove(who)
            out.add(who)
        elif kind == FREED:
            out.remove(who)
        elif kind == WITHDRAWN:
            line.remove(who)
        else:
            present += 1 if kind == COMES else -1
            came += kind == COMES
        if k + 1 < len(rows) and path.trace_s[rows[k + 1]] == instant:
            continue
        sent = int(sum(tasks["persons"][task] for task in out))
        there = int(one.on_shift.at(instant)) + present
        assert 0 <= present <= one.on_call
        assert sent <= max(sent_before, there)
        if line:
            first = min(line, key=rank.__getitem__)
            may = there - sent
            if one.preempts:
                may += int(sum(tasks["persons"][t] for t in out if tasks["priority"][t] > tasks["priority"][first]))
            assert may < tasks["persons"][first]
        else:
            assert present == 0 or sent >= there
        sent_before = sent
    assert came == path.called[crew]
    assert not out
    ended = (tasks["crew"] == crew) & (path.finished_s < np.inf) & (path.spare_s < np.inf)
    still = np.array(sorted(line), dtype=int)
    in_line = float((path.finished_s[ended] - path.spare_s[ended] - path.manned_s[ended]).sum())
    in_line += float((at_s - path.spare_s[still] - path.manned_s[still]).sum())
    assert math.isclose(line_time, in_line, rel_tol=1e-9, abs_tol=1e-6)
    assert math.isclose(out_time, float(path.manned_s[tasks["crew"] == crew].sum()), rel_tol=1e-9, abs_tol=1e-6)


def spares_are_on_the_shelf_or_in_use(
    inputs: RepairInputs, path: Path, tasks: dict[str, np.ndarray], stock: int
) -> None:
    """Replay a stock: never less than none, and none while somebody waits for one."""
    mine = tasks["stock"] == stock
    taken_s, arrived_s = path.spare_s[mine], path.restocked_s[mine]
    given_back = mine & (path.tried == Tried.CALLED_OFF) & (path.spare_s < np.inf) & (path.sent_s == np.inf)
    ordered = (path.asked_s[mine] < np.inf) & (path.tried[mine] != Tried.NO_SPARE)
    lead_infinite = inputs.stocks[stock].lead.infinite
    assert np.array_equal(arrived_s < np.inf, ordered & (not lead_infinite))
    asked_s = path.asked_s[mine]
    waits_until_s = np.minimum(taken_s, path.finished_s[mine])
    for instant in np.unique(np.concatenate((taken_s, arrived_s, path.finished_s[given_back], asked_s))):
        if instant == np.inf:
            continue
        arrived = np.count_nonzero(arrived_s <= instant) + np.count_nonzero(path.finished_s[given_back] <= instant)
        shelf = inputs.stocks[stock].base + arrived - np.count_nonzero(taken_s <= instant)
        assert shelf >= 0
        waiting = np.count_nonzero((asked_s <= instant) & (waits_until_s > instant))
        assert waiting == 0 or shelf == 0
        passed_over = (path.tried[mine] == Tried.NO_SPARE) & (path.finished_s[mine] == instant)
        if (
            passed_over.any()
            and not (arrived_s == instant).any()
            and not (path.finished_s[given_back] == instant).any()
        ):
            assert shelf == 0
