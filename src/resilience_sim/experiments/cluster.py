"""Tasks on the workers of a Dask cluster, which may be on other machines."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from resilience_sim.errors import InputsError, WorkerError
from resilience_sim.experiments.content import made_with
from resilience_sim.experiments.lanes import Lane, Once
from resilience_sim.experiments.workers import Task, Tell

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["lanes_of"]

ANSWER_S = 10  # how long a scheduler may take to answer


def lanes_of(scheduler: str | Client) -> list[ClusterLane]:
    """One lane for each thread of each worker; see :meth:`.workers.Workers.cluster`."""
    try:
        import distributed
    except ImportError:
        raise InputsError(
            'a Dask cluster needs the package distributed; accepted after pip install "resilience-sim[cluster]"'
        ) from None
    client: Any = scheduler  # most of Dask has no types
    if isinstance(scheduler, str):
        connect: Callable[..., Any] = distributed.Client
        try:
            client = connect(scheduler, timeout=ANSWER_S)
        except (OSError, ValueError) as error:
            raise InputsError(
                f"no Dask scheduler answers at {scheduler!r} ({str(error).splitlines()[0]}); accepted is the address "
                "that one prints as it starts, such as tcp://10.0.0.1:8786"
            ) from None
    threads = {address: int(count) for address, count in client.nthreads().items()}
    if not threads:
        raise InputsError(f"the Dask cluster at {client.scheduler.addr} has no workers; accepted is one or more")
    _refuse_others(client)
    return [ClusterLane(client, address) for address, count in sorted(threads.items()) for _ in range(count)]


def _refuse_others(client: Any) -> None:
    """Refuse workers that have another resilience-sim, or run it on another NumPy: their numbers could differ."""
    ours = made_with()
    try:
        every = client.run(made_with)
    except ModuleNotFoundError as error:
        raise InputsError(
            f"a worker of the Dask cluster lacks {error.name}; accepted are workers with resilience-sim installed"
        ) from None
    for address, theirs in sorted(every.items()):
        for name, value in ours.items():
            if theirs.get(name) != value:
                raise InputsError(
                    f"worker {address} of the Dask cluster has {name} {theirs.get(name)}; accepted is {value}, as here"
                )


class ClusterLane(Lane):
    """One thread of one worker of a Dask cluster.

    Tasks go to that worker, since it may have kept something; where it is lost, Dask gives them to another.
    """

    def __init__(self, client: Any, address: str) -> None:
        super().__init__()
        self._client = client
        self._address = address
        self._future: Any = None

    def perform(self, task: Task, tell: Tell, since: int) -> Any:
        """Have a task done on the cluster.

        Raises
        ------
        WorkerError
            If Dask lost it several times, or the cluster.
        """
        from distributed import CancelledError, KilledWorker
        from distributed.comm.core import CommClosedError

        topic, once = f"resilience-sim/{uuid4()}", Once(tell)
        self._client.subscribe_topic(topic, _hearing(once))
        # Dask unpickles what it is given before it runs it, in a thread of its own; bytes are left for ours.
        self._future = self._client.submit(
            _done, pickle.dumps(task), topic, key=topic, pure=False, workers=[self._address], allow_other_workers=True
        )
        try:
            result, messages = self._future.result()
        except (KilledWorker, CancelledError, CommClosedError, TimeoutError) as error:
            raise WorkerError(
                f"the Dask cluster lost a task ({error}); accepted are workers that stay, and memory enough for them"
            ) from None
        finally:
            self._client.unsubscribe_topic(topic)
            self._future = None
        for place, message in enumerate(messages):  # those that were not here before the result
            once(place, message)
        return result

    def give_up(self) -> None:
        """Take back what has not begun; what has begun runs to its end, and nobody waits for it."""
        super().give_up()
        future = self._future
        if future is not None:
            future.cancel()


def _hearing(once: Once) -> Callable[[tuple[Any, Any]], None]:
    def handler(event: tuple[Any, Any]) -> None:
        once(*pickle.loads(event[1]))

    return handler


def _done(sent: bytes, topic: str) -> tuple[Any, list[Any]]:
    """Run by a worker of the cluster: the result, and all that was told meanwhile."""
    from distributed import get_worker

    worker, told = get_worker(), list[Any]()

    def tell(message: Any) -> None:
        worker.log_event(topic, pickle.dumps((len(told), message)))
        told.append(message)

    task: Task = pickle.loads(sent)
    return task(tell), told
