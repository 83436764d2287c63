"""The repair machine in SimPy, written to be read aloud.

A `Workshop` works on every `Fault` by its `Climb`s (each the way up one ladder, task by task), with `Team`s and what
lies on `Shelf`s; what can happen are its methods. It shares no data structure with the kernel: two independent tellings
of one story, which must agree to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from resilience_sim.models.agenda import Agenda
from resilience_sim.models.repair.draws import Draws
from resilience_sim.models.repair.inputs import Crew, Ladder, Outcome, Remedy, RepairInputs, Tried
from resilience_sim.models.repair.path import COMES, FREED, INTERRUPTED, LEAVES, SENT, WAITS, WITHDRAWN, Path

__all__ = ["simulate"]

SHIFT_CHANGES, SPARE_ARRIVES, CALLED_COME, REMEDY_ENDS, LADDER_BEGINS, PEOPLE_ARE_SENT = range(6)  # at equal instants


def simulate(inputs: RepairInputs, draws: Draws, *, trace: bool = False) -> Path:
    """Run one replication; same path as :func:`resilience_sim.models.repair.kernel.simulate`, to the bit.

    Parameters
    ----------
    inputs
        Faults, and all there is against them.
    draws
        The replication's numbers, drawn for these faults.
    trace
        Whether to record who joins and leaves the lines of crews, is sent and freed, comes and goes home.
    """
    return Workshop(inputs, draws).run(trace)


# -- what is worked on -------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Fault:
    """One fault, and what became of it."""

    priority: int
    known_s: float
    climbs: list[Climb] = field(default_factory=list)
    back_s: float = math.inf
    back_by: int = -1
    ended_s: float = math.inf
    outcome: Outcome = Outcome.OPEN


@dataclass(eq=False)
class Climb:
    """The way up one ladder: the task under way, and those still to come."""

    fault: Fault
    ladder: Ladder
    to_come: list[Task] = field(default_factory=list)
    under_way: Task | None = None
    over: bool = False


@dataclass(eq=False)
class Task:
    """One remedy of one fault; instants that never come are inf."""

    number: int
    climb: Climb
    remedy: Remedy
    response_s: float  # what is left of it
    work_s: float  # what is left of it
    would: Tried  # how it ends, if nobody calls it off
    lead_s: float
    comes_s: float
    place: int = -1  # in the line's order, of all tasks
    has_called: bool = False
    spell_s: float = math.inf  # since when its people have been with it
    at_work_s: float = math.inf  # when they are at work, in this spell
    ends_s: float = math.inf
    asked_s: float = math.inf
    spare_s: float = math.inf
    sent_s: float = math.inf
    began_s: float = math.inf
    finished_s: float = math.inf
    manned_s: float = 0.0
    restocked_s: float = math.inf
    tried: Tried = Tried.NOT_TRIED

    @property
    def order(self) -> tuple[int, float, int]:
        """The line's order."""
        return self.climb.fault.priority, self.climb.fault.known_s, self.number


@dataclass(eq=False)
class Team:
    """A crew: who is there, and which tasks wait for them or have them."""

    number: int
    crew: Crew
    on_shift: int
    at_home: int
    come: int = 0  # of those on call
    called: int = 0
    line: list[Task] = field(default_factory=list)
    at_work: list[Task] = field(default_factory=list)

    @property
    def free(self) -> int:
        """Who is there less who is sent; below 0 while a shift that has ended finishes its work."""
        return self.on_shift + self.come - sum(task.remedy.persons for task in self.at_work)

    def weaker_than(self, first: Task) -> list[Task]:
        """The tasks that may be interrupted for another one."""
        if not self.crew.preempts:
            return []
        return [task for task in self.at_work if task.climb.fault.priority > first.climb.fault.priority]


@dataclass(eq=False)
class Shelf:
    """A stock: how many lie in it, and which tasks wait for one."""

    count: int
    line: list[Task] = field(default_factory=list)


def first_of(line: list[Task]) -> Task:
    """Whose turn it is."""
    return min(line, key=lambda task: task.order)


# -- the workshop ------------------------------------------------------------------------------------------------------


class Workshop:
    """All faults, everybody and everything against them, and the clock."""

    def __init__(self, inputs: RepairInputs, draws: Draws) -> None:
        self.inputs, self.draws = inputs, draws
        self.agenda = Agenda()
        self.teams = {
            crew.name: Team(k, crew, int(crew.on_shift.at(0.0)), crew.on_call) for k, crew in enumerate(inputs.crews)
        }
        self.shelves = {stock.name: Shelf(stock.base) for stock in inputs.stocks}
        self.tasks: list[Task] = []
        self.faults = list(self.listed())
        for place, task in enumerate(sorted(self.tasks, key=lambda task: task.order)):
            task.place = place
        self.sends_now = False  # whether people will be sent before this instant is over
        self.seen: list[tuple[float, int, int]] = []

    def listed(self) -> Iterable[Fault]:
        """All faults, with their ladders and tasks."""
        for kind, known_s in zip(self.draws.kind.tolist(), self.draws.known_s.tolist(), strict=True):
            faults = self.inputs.faults[kind]
            fault = Fault(faults.priority, known_s)
            for ladder in faults.ladders:
                climb = Climb(fault, ladder)
                climb.to_come += [self.new_task(climb, remedy) for remedy in ladder.remedies]
                fault.climbs.append(climb)
            yield fault

    def new_task(self, climb: Climb, remedy: Remedy) -> Task:
        draws, k = self.draws, len(self.tasks)
        time_s = float(draws.time_s[k])
        if time_s > remedy.limit_s:
            would = Tried.GIVEN_UP
        else:
            would = Tried.WORKED if draws.works_u[k] < remedy.works else Tried.FAILED
        task = Task(
            number=k,
            climb=climb,
            remedy=remedy,
            response_s=float(draws.response_s[k]),
            work_s=min(time_s, remedy.limit_s),
            would=would,
            lead_s=float(draws.lead_s[k]),
            comes_s=float(draws.comes_s[k]),
        )
        self.tasks.append(task)
        return task

    # -- the run -----------------------------------------------------------------------------------------------------

    def run(self, trace: bool) -> Path:
        """Play everything that is going to happen, and write the path down."""
        for team in self.teams.values():
            shifts = team.crew.on_shift
            for instant, there in zip(shifts.times.tolist(), shifts.values.tolist(), strict=True):
                if instant > 0:
                    self.schedule(instant, SHIFT_CHANGES, team.number, partial(self.change_shift, team, int(there)))
        for fault in self.faults:
            for climb in fault.climbs:
                begins_s = fault.known_s + climb.ladder.after_s
                self.schedule(begins_s, LADDER_BEGINS, climb.to_come[0].place, partial(self.begin, climb))
        self.agenda.run()
        return self.written_down(trace)

    def schedule(self, instant: float, kind: int, place: int, happens: Callable[[], None]) -> None:
        """Let something happen, and have people sent when nothing else is left to happen at that instant."""

        def event() -> None:
            happens()
            if not self.sends_now:
                self.sends_now = True
                self.agenda.at(self.now, PEOPLE_ARE_SENT, 0, self.send_people)

        if instant < math.inf:
            self.agenda.at(instant, kind, place, event)

    @property
    def now(self) -> float:
        return float(self.agenda.now)

    def note(self, kind: int, who: int) -> None:
        """A row of the trace."""
        self.seen.append((self.now, kind, who))

    # -- what can happen ---------------------------------------------------------------------------------------------

    def change_shift(self, team: Team, there: int) -> None:
        """So many are on shift from now on; those sent finish their work."""
        team.on_shift = there

    def come(self, team: Team, count: int) -> None:
        """Those who were called up are there."""
        team.come += count
        for _ in range(count):
            self.note(COMES, team.number)

    def begin(self, climb: Climb) -> None:
        """A ladder begins, unless the fault is back already."""
        if not climb.over:
            self.go_on(climb)
            self.close(climb.fault)

    def end(self, task: Task) -> None:
        """A remedy ends, unless its people have been called away since: it worked, or the next one is tried."""
        if task.tried is not Tried.UNDER_WAY or task.ends_s != self.now:
            return
        self.finish(task, task.would)
        if task.would is Tried.WORKED:
            self.succeed(task)
        else:
            self.go_on(task.climb, stay=task)
        self.close(task.climb.fault)

    def arrive(self, stock: str) -> None:
        """A spare is there: for the first in the line, or for the shelf."""
        shelf = self.shelves[stock]
        if not shelf.line:
            shelf.count += 1
            return
        task = first_of(shelf.line)
        shelf.line.remove(task)
        task.spare_s = self.now
        self.ask_for_people(task)

    # -- ladders -----------------------------------------------------------------------------------------------------

    def go_on(self, climb: Climb, *, stay: Task | None = None) -> None:
        """The next remedy is tried, if possible by the people who `stay` after the last one."""
        while climb.to_come:
            task = climb.under_way = climb.to_come.pop(0)
            task.asked_s, task.tried = self.now, Tried.UNDER_WAY
            if task.remedy.spare is None or self.take_spare(task):
                task.spare_s = self.now
                self.ask_for_people(task, stay=stay)
                return
            if task.remedy.waits:
                return
            task.finished_s, task.tried = self.now, Tried.NO_SPARE
        climb.over = True

    def succeed(self, task: Task) -> None:
        """A remedy has worked: its ladder is over, and with it others that do not persist."""
        fault = task.climb.fault
        task.climb.over = True
        if fault.back_s == math.inf:
            fault.back_s, fault.back_by = self.now, task.number
            for climb in fault.climbs:
                if not climb.over and not climb.ladder.persists:
                    self.call_off(climb)

    def call_off(self, climb: Climb) -> None:
        """A ladder is given up, wherever it is, or will never begin; a spare that nobody was sent with goes back."""
        climb.over = True
        task = climb.under_way
        if task is None:
            return
        self.finish(task, Tried.CALLED_OFF)
        if task.remedy.spare is not None and task.spare_s < math.inf and task.sent_s == math.inf:
            self.arrive(task.remedy.spare)

    def close(self, fault: Fault) -> None:
        """A fault ends when nobody is at it any more and nobody will be."""
        if all(climb.over for climb in fault.climbs):
            fault.ended_s = self.now
            fault.outcome = Outcome.FIXED if fault.back_s < math.inf else Outcome.HANDED_ON

    # -- spares ------------------------------------------------------------------------------------------------------

    def take_spare(self, task: Task) -> bool:
        """Whether there is a spare for a task; who takes one or waits for one has another one ordered."""
        assert task.remedy.spare is not None
        shelf = self.shelves[task.remedy.spare]
        there = shelf.count > 0
        if there:
            shelf.count -= 1
        elif task.remedy.waits:
            shelf.line.append(task)
        if there or task.remedy.waits:
            task.restocked_s = self.now + task.lead_s
            self.schedule(task.restocked_s, SPARE_ARRIVES, task.place, partial(self.arrive, task.remedy.spare))
        return there

    # -- people ------------------------------------------------------------------------------------------------------

    def ask_for_people(self, task: Task, *, stay: Task | None = None) -> None:
        """A task that has what it needs waits for its people, unless there are always enough or they are with it."""
        remedy = task.remedy
        if remedy.crew is None:
            self.set_out(task)
            return
        team = self.teams[remedy.crew]
        team.line.append(task)
        self.note(WAITS, task.number)
        if stay is not None and (stay.remedy.crew, stay.remedy.persons) == (remedy.crew, remedy.persons):
            self.send(team, task)

    def send_people(self) -> None:
        """Nothing else is left to happen at this instant: all crews see to their lines."""
        self.sends_now = False
        for team in self.teams.values():
            while team.line and self.make_free_for(team, first_of(team.line)):
                self.send(team, first_of(team.line))
            for task in sorted(team.line, key=lambda task: task.order):
                if not task.has_called and team.at_home > 0:
                    self.call_up(team, task)
            if not team.line:
                self.send_home(team)

    def make_free_for(self, team: Team, first: Task) -> bool:
        """Whether as many are free as a task needs, if need be by interrupting others."""
        needed, weaker = first.remedy.persons, team.weaker_than(first)
        if team.free + sum(task.remedy.persons for task in weaker) < needed:
            return False
        while team.free < needed:
            self.interrupt(team, max((task for task in weaker if task in team.at_work), key=lambda task: task.order))
        return True

    def send(self, team: Team, task: Task) -> None:
        """People leave for a task."""
        team.line.remove(task)
        team.at_work.append(task)
        self.note(SENT, task.number)
        self.set_out(task)

    def set_out(self, task: Task) -> None:
        """A spell of a task begins: the way, and then the work."""
        task.sent_s = min(task.sent_s, self.now)
        task.spell_s = self.now
        task.at_work_s = self.now + task.response_s
        task.ends_s = task.at_work_s + task.work_s
        self.schedule(task.ends_s, REMEDY_ENDS, task.place, partial(self.end, task))

    def interrupt(self, team: Team, task: Task) -> None:
        """People are called away to a graver fault; the task waits in the line again with what is left of it."""
        on_the_way = task.at_work_s > self.now
        if on_the_way:
            task.response_s = task.at_work_s - self.now
        else:
            task.response_s, task.work_s = 0.0, task.ends_s - self.now
        self.end_spell(team, task)
        team.line.append(task)
        self.note(INTERRUPTED, task.number)

    def end_spell(self, team: Team | None, task: Task) -> None:
        """Nobody is with a task any more."""
        if task.at_work_s <= self.now:
            task.began_s = min(task.began_s, task.at_work_s)
        if team is not None:
            task.manned_s += self.now - task.spell_s
            team.at_work.remove(task)
        task.spell_s = task.at_work_s = task.ends_s = math.inf

    def finish(self, task: Task, tried: Tried) -> None:
        """A task is over, wherever it is."""
        task.tried, task.finished_s = tried, self.now
        if task.spare_s == math.inf:
            assert task.remedy.spare is not None
            self.shelves[task.remedy.spare].line.remove(task)
        elif task.remedy.crew is None:
            self.end_spell(None, task)
        elif task in (team := self.teams[task.remedy.crew]).line:
            team.line.remove(task)
            self.note(WITHDRAWN, task.number)
        else:
            self.end_spell(team, task)
            self.note(FREED, task.number)

    def call_up(self, team: Team, task: Task) -> None:
        """A task that has to wait calls up people who are at home."""
        count = min(task.remedy.persons, team.at_home)
        task.has_called = True
        team.at_home -= count
        team.called += count
        self.schedule(self.now + task.comes_s, CALLED_COME, task.place, partial(self.come, team, count))

    def send_home(self, team: Team) -> None:
        """Nobody waits: those on call go home, as many as are free."""
        count = max(0, min(team.come, team.free))
        team.come -= count
        team.at_home += count
        for _ in range(count):
            self.note(LEAVES, team.number)

    # -- the path ----------------------------------------------------------------------------------------------------

    def written_down(self, trace: bool) -> Path:
        """The path of what happened."""
        faults, tasks, draws = self.faults, self.tasks, self.draws
        return Path(
            kind=draws.kind.copy(),
            occurred_s=draws.occurred_s.copy(),
            known_s=draws.known_s.copy(),
            back_s=np.array([fault.back_s for fault in faults], dtype=np.float64),
            ended_s=np.array([fault.ended_s for fault in faults], dtype=np.float64),
            outcome=np.array([fault.outcome for fault in faults], dtype=np.int8),
            back_by=np.array([fault.back_by for fault in faults], dtype=np.int64),
            backup_age_s=draws.backup_age_s.copy(),
            task_from=draws.task_from.copy(),
            asked_s=np.array([task.asked_s for task in tasks], dtype=np.float64),
            spare_s=np.array([task.spare_s for task in tasks], dtype=np.float64),
            sent_s=np.array([task.sent_s for task in tasks], dtype=np.float64),
            began_s=np.array([task.began_s for task in tasks], dtype=np.float64),
            finished_s=np.array([task.finished_s for task in tasks], dtype=np.float64),
            manned_s=np.array([task.manned_s for task in tasks], dtype=np.float64),
            restocked_s=np.array([task.restocked_s for task in tasks], dtype=np.float64),
            tried=np.array([task.tried for task in tasks], dtype=np.int8),
            called=np.array([team.called for team in self.teams.values()], dtype=np.int64),
            trace_s=np.array([row[0] for row in self.seen], dtype=np.float64) if trace else None,
            trace_kind=np.array([row[1] for row in self.seen], dtype=np.int8) if trace else None,
            trace_who=np.array([row[2] for row in self.seen], dtype=np.int64) if trace else None,
        )
