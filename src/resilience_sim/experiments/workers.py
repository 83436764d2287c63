"""Events on several processes: worker k of n runs the events k, k + n, k + 2n … of every situation.

A fixed owner means that whoever meets an event again, under another rule of the plan, has its draws at hand. Threads
would not do: drawing an event is many short calls of NumPy, which hold the interpreter lock.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt

from resilience_sim.studies.question import Situation, Study

__all__ = ["Row", "pickled", "replicate"]

Row = Mapping[str, float | npt.NDArray[np.float64]]


def pickled(study: Study) -> bytes:
    """A study as bytes: sent with every task, and unpacked once by each process."""
    return pickle.dumps(study)


def replicate(study: bytes, situation: Situation, seed: int, indices: Sequence[int], workers: int) -> list[Row]:
    """The events of the given indices, in their order.

    Parameters
    ----------
    study
        As :func:`pickled` gives it.
    situation, seed
        What is replicated, and the root of all streams.
    indices
        Which events.
    workers
        Over how many processes; it changes the time, never an event.
    """
    owned = [[index for index in indices if index % workers == worker] for worker in range(workers)]
    pending = [
        (mine, _process(worker).submit(_replicated, study, situation, seed, mine))
        for worker, mine in enumerate(owned)
        if mine
    ]
    rows: dict[int, Row] = {}
    for mine, future in pending:
        rows.update(zip(mine, future.result(), strict=True))
    return [rows[index] for index in indices]


@lru_cache(maxsize=64)
def _process(worker: int) -> ProcessPoolExecutor:  # noqa: ARG001 - the cache keeps one process per number
    """The process of a worker, started when it is first needed and ended with this one.

    Not one of joblib's: those are replaced as their memory grows, and the events kept there are what they are for.
    """
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))


def _replicated(study: bytes, situation: Situation, seed: int, indices: Sequence[int]) -> list[Row]:
    unpacked = _unpacked(study)
    return [unpacked.replicate(situation, seed, index) for index in indices]


@lru_cache(maxsize=2)  # the site in question, and one other at a time
def _unpacked(study: bytes) -> Study:
    unpacked: Study = pickle.loads(study)
    return unpacked
