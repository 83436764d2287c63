"""One worker each: a thread of this process that does a task itself, or has a process of its own do it.

A process is spoken to by a pipe that nobody else holds, so that its end is noticed at once and whatever it was sending
is lost with it and nothing else is; pools that share a queue may wait for ever for the rest of a message.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import get_context, parent_process, resource_tracker
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

from resilience_sim.errors import ResilienceError, WorkerError
from resilience_sim.experiments.workers import Task, Tell

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

__all__ = ["TRIES", "Lane", "Once", "ProcessLane", "ThreadLane"]

ENDING = threading.Event()  # once Python ends, processes that multiprocessing ends are not replaced
atexit.register(ENDING.set)  # after multiprocessing's own, so that it comes first

Inbox: TypeAlias = "SimpleQueue[tuple[str, int, Any]]"

TRIES = 5
"""How often a task is begun before its worker's end is no accident any more."""


class Lane(ABC):
    """One worker: does one task at a time, in a thread that lives as long as this process."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[int, deque[int], Sequence[Task], Inbox]] = SimpleQueue()
        self._given_up = 0
        self._thread: threading.Thread | None = None

    @abstractmethod
    def perform(self, task: Task, tell: Tell, since: int) -> Any:
        """Do a task that was handed out after work had been given up so often."""

    def give_up(self) -> None:
        """Let go of the task in hand, if that can be done, and of whatever would outlive this process."""
        self._given_up += 1

    def check_wanted(self, since: int) -> None:
        """Refuse to begin a task where work was given up, or Python ends, since it was handed out.

        Raises
        ------
        WorkerError
            If so.
        """
        if self._given_up != since or ENDING.is_set():
            raise WorkerError("a task was given up before it was done")

    def work_off(self, queue: deque[int], tasks: Sequence[Task], inbox: Inbox) -> None:
        """Begin to take tasks from a queue; what becomes of them is put into the inbox."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._live, daemon=True)
            self._thread.start()
        self._jobs.put((self._given_up, queue, tasks, inbox))

    def _live(self) -> None:
        while True:
            since, queue, tasks, inbox = self._jobs.get()
            with suppress(IndexError):  # the queue is empty
                while True:
                    number = queue.popleft()
                    try:
                        self.check_wanted(since)
                        result = self.perform(tasks[number], partial(_put_told, inbox, number), since)
                        inbox.put(("done", number, result))
                    except BaseException as error:
                        inbox.put(("failed", number, error))


def _put_told(inbox: Inbox, number: int, message: Any) -> None:
    inbox.put(("told", number, message))


class Once:
    """Passes on each message of a task once, although the task may be done again from its start."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._passed, self._lock = tell, 0, threading.Lock()

    def __call__(self, place: int, message: Any) -> None:
        """Pass on the message that a task gave as its so-manyth, unless it is known, or one before it is missing."""
        with self._lock:
            if place == self._passed:
                self._passed += 1
                self._tell(message)


class ThreadLane(Lane):
    """The lane's own thread; it works on copies, since what a study keeps may not be shared between threads."""

    def perform(self, task: Task, tell: Tell, since: int) -> Any:
        """Do a task here; once begun it is finished, since a thread cannot be ended."""
        own: Task = pickle.loads(pickle.dumps(task))
        return own(tell)


class ProcessLane(Lane):
    """A process on this machine, replaced when it is lost."""

    def __init__(self) -> None:
        super().__init__()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    @property
    def pid(self) -> int | None:
        """The process' number; ``None`` while there is none."""
        return None if self._process is None else self._process.pid

    def perform(self, task: Task, tell: Tell, since: int) -> Any:
        """Have a task done by the process.

        Raises
        ------
        WorkerError
            If the process ended with the task undone as often as it is tried, or was given up.
        """
        sent, once = pickle.dumps(task), Once(tell)
        for _ in range(TRIES):
            self.check_wanted(since)
            if self._pipe is None:
                self._pipe = self._start()
                self.check_wanted(since)
            try:
                self._pipe.send_bytes(sent)
                while True:
                    kind, what, place = pickle.loads(self._pipe.recv_bytes())
                    if kind == "told":
                        once(place, what)
                    elif kind == "failed":
                        raise _Failed(what)
                    else:
                        return what
            except _Failed as failed:
                raise failed.error from None
            except (EOFError, OSError):
                self._end()
        raise WorkerError(
            f"a worker process ended {TRIES} times in the middle of the same task (killed, out of memory, or started "
            'from a script without `if __name__ == "__main__":`); accepted are fewer workers, or one'
        )

    def give_up(self) -> None:
        """End the process."""
        super().give_up()
        process = self._process
        if process is not None:
            with suppress(OSError, ValueError):
                process.kill()

    def _start(self) -> Connection:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        # Ctrl-C goes to all processes of a terminal; only the main one is to act on it. A blocked signal stays blocked
        # in a process that is started, from its first instruction on.
        blocked = {signal.SIGINT} if hasattr(signal, "pthread_sigmask") else None
        if blocked:
            resource_tracker.ensure_running()  # it would unblock the signal as it starts
            signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
        try:
            process.start()
        finally:
            if blocked:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, blocked)
        theirs.close()
        self._process = process
        return ours

    def _end(self) -> None:
        assert self._pipe is not None
        assert self._process is not None
        self._pipe.close()
        self._process.kill()
        self._process.join()
        self._pipe = self._process = None


class _Failed(Exception):  # noqa: N818 - carries the error that a task raised, an OSError perhaps, past our own
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _serve(pipe: Connection) -> None:
    """What a worker process does until its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            sent = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(_answer(sent, pipe))


def _answer(sent: bytes, pipe: Connection) -> bytes:
    told = 0

    def tell(message: Any) -> None:
        nonlocal told
        pipe.send_bytes(pickle.dumps(("told", message, told)))
        told += 1

    try:
        task: Task = pickle.loads(sent)
        return pickle.dumps(("done", task(tell), told))
    except BaseException as error:
        return pickle.dumps(("failed", _sendable(error), told))


def _sendable(error: BaseException) -> BaseException:
    """An error that can be pickled: itself, or else its words."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return ResilienceError(str(error)) if isinstance(error, ResilienceError) else RuntimeError(repr(error))
    return error


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # in the middle of whatever it does, since nobody waits for it any more
