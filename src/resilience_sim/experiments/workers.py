"""Who runs the tasks of an experiment: this process alone, threads, other processes, or a Dask cluster.

A task is a function and its arguments; whoever runs it, it gives the same result, so the choice changes the time and
nothing else. Tasks go out in the order of their cost, the dearest first, to whoever is free; a worker who is lost
(killed, out of memory) is replaced, and its task is done again.

Threads help only where most of the time is spent in compiled kernels, which let go of the interpreter lock: a
replication draws its numbers by many short calls of NumPy, which hold it. Processes are what a check is best run on.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import accumulate
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import InputsError

if TYPE_CHECKING:
    from distributed import Client

    from resilience_sim.experiments.lanes import Lane

__all__ = ["Row", "Task", "Tell", "Workers"]

Row = Mapping[str, float | npt.NDArray[np.float64]]
"""The measures of one replication: a number each, or one per event of a block."""

Tell = Callable[[Any], None]
"""Takes what a task has to say before it is done."""


@dataclass(frozen=True)
class Task:
    """One thing to do, wherever it is done.

    Parameters
    ----------
    function
        A function of a module; called with the arguments and, by name, ``tell``: what it is told reaches whoever waits
        for the results.
    arguments
        Anything that can be pickled, if others than this process are to do it.
    cost
        How long it takes, on any scale; the dearest task is begun first.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    cost: float = 0.0

    def __call__(self, tell: Tell) -> Any:
        """Do it here."""
        return self.function(*self.arguments, tell=tell)


class Workers:
    """Whoever runs tasks: made by :meth:`serial`, :meth:`threads`, :meth:`processes` or :meth:`cluster`.

    A script that asks for processes guards its start by ``if __name__ == "__main__"``. Use it as a context manager, or
    call :meth:`close`; processes end with this one in any case.

    Examples
    --------
    >>> def double(number, *, tell):
    ...     return 2 * number
    >>> with Workers.threads(2) as workers:
    ...     sorted(workers.run([Task(double, (1,)), Task(double, (2,))]))
    [(0, 2), (1, 4)]
    """

    def __init__(self, lanes: Sequence[Lane] = ()) -> None:
        self._lanes = tuple(lanes)

    @classmethod
    def serial(cls) -> Workers:
        """Nobody but this process, one task after the other."""
        return cls()

    @classmethod
    def threads(cls, count: int) -> Workers:
        """Threads of this process; each works on copies of its own, as the other kinds do."""
        from resilience_sim.experiments.lanes import ThreadLane

        return cls([ThreadLane() for _ in range(_counted(count))])

    @classmethod
    def processes(cls, count: int) -> Workers:
        """Processes on this machine, each started when it is first needed."""
        from resilience_sim.experiments.lanes import ProcessLane

        return cls([ProcessLane() for _ in range(_counted(count))])

    @classmethod
    def cluster(cls, scheduler: str | Client) -> Workers:
        """The workers of a Dask cluster, each with as many tasks at a time as it has threads.

        Parameters
        ----------
        scheduler
            The scheduler's address, such as ``tcp://10.0.0.1:8786``, or a client that is connected to it.

        Raises
        ------
        InputsError
            If Dask is not installed, nobody answers there, there are no workers, or one has other versions than this
            process: its numbers could differ.
        """
        from resilience_sim.experiments.cluster import lanes_of

        return cls(lanes_of(scheduler))

    @classmethod
    def of(cls, workers: int | Workers) -> Workers:
        """Workers by their number: 1 is this process, more are processes, which are kept for whoever asks next."""
        if isinstance(workers, Workers):
            return workers
        return cls.serial() if _counted(workers) == 1 else _kept(workers)

    def __len__(self) -> int:
        """How many tasks run at a time."""
        return max(len(self._lanes), 1)

    def run(
        self,
        tasks: Sequence[Task],
        *,
        hear: Callable[[int, Any], None] = lambda _number, _message: None,
        pinned: bool = False,
    ) -> Iterator[tuple[int, Any]]:
        """Do all tasks; gives each one's place in `tasks` and its result as it is done.

        What is left is given up, and processes are ended, when the iteration is: by an error, or by Ctrl-C.

        Parameters
        ----------
        tasks
            What to do, in the order of their cost; one alone does them as they stand.
        hear
            Called in this thread with a task's place and each of its messages, once even if the task was done twice.
        pinned
            Give task k to worker k modulo their number, however long that takes: to one who kept something.

        Raises
        ------
        WorkerError
            If a task lost its worker several times.
        """
        if not self._lanes:
            for number, task in enumerate(tasks):
                yield number, task(partial(hear, number))
            return
        inbox: SimpleQueue[tuple[str, int, Any]] = SimpleQueue()
        order = range(len(tasks)) if pinned else sorted(range(len(tasks)), key=lambda number: -tasks[number].cost)
        shared = deque(order)
        queues = [deque(order[k :: len(self)]) if pinned else shared for k in range(len(self))]
        for lane, queue in zip(self._lanes, queues, strict=True):
            lane.work_off(queue, tasks, inbox)
        left = len(tasks)
        try:
            while left:
                kind, number, what = inbox.get()
                if kind == "told":
                    hear(number, what)
                elif kind == "failed":
                    raise what
                else:
                    left -= 1
                    yield number, what
        finally:
            if left:
                for queue in queues:
                    queue.clear()
                for lane in self._lanes:
                    lane.give_up()

    def gather(
        self, groups: Sequence[Sequence[Task]], *, hear: Callable[[int, Any], None] = lambda _number, _message: None
    ) -> Iterator[list[Any]]:
        """Do the tasks of all groups, as :meth:`run` does; gives the results of one group after the other.

        A group's results come, in the order of its tasks, as soon as it and those before it are done.
        """
        ends = list(accumulate(map(len, groups), initial=0))
        results: dict[int, Any] = {}
        given = 0
        for number, result in self.run([task for group in groups for task in group], hear=hear):
            results[number] = result
            while given < len(groups) and all(place in results for place in range(ends[given], ends[given + 1])):
                yield [results.pop(place) for place in range(ends[given], ends[given + 1])]
                given += 1
        yield from ([] for _ in groups[given:])

    def close(self) -> None:
        """End all workers; the next tasks would start new ones."""
        for lane in self._lanes:
            lane.give_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _counted(count: int) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count < math.inf:
        raise InputsError(f"workers: {count!r}; accepted is a whole number, 1 or more")
    return count


@cache
def _kept(count: int) -> Workers:
    return Workers.processes(count)
