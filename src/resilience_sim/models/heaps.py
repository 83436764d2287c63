"""Binary heaps of (instant, identity) in plain arrays, for kernels.

A heap is two arrays of one capacity and a size kept by the caller: ``when`` (float64) and ``who`` (int64). The
smallest instant is at 0; equal instants go by identity, which makes the order total.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

from resilience_sim.models import compiled as _cache  # noqa: F401 - names the cache folder before anything compiles

__all__ = ["drop", "inlined", "push"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Function = TypeVar("Function", bound=Callable[..., object])


def inlined(function: Function) -> Function:
    """Compile into the caller, and without counting references; otherwise as ``compiled`` does.

    Small functions that hand many arrays to each other spend two thirds of their time on calls and on counting who
    holds which array. A function compiled this way can allocate nothing, and calls only others of its kind.
    """
    options: dict[str, Any] = {"forceinline": True, "_nrt": False}  # Numba's stubs do not list the second
    return cast(Function, numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy", **options)(function))


@inlined
def push(when: Floats, who: Ints, size: int, instant: float, identity: int) -> int:
    """Add an entry; returns the new size. The caller guarantees room."""
    _rise(when, who, size, instant, identity)
    return size + 1


@inlined
def drop(when: Floats, who: Ints, size: int, index: int) -> int:
    """Remove the entry at `index` (0: the smallest); returns the new size.

    The hole sinks to a leaf, always along the smaller child, and the last entry rises from there: fewer comparisons
    than letting the last entry sink, since it nearly always belongs near the leaves.
    """
    last = size - 1
    hole, child = index, 2 * index + 1
    while child < last:
        if child + 1 < last and (
            when[child + 1] < when[child] or (when[child + 1] == when[child] and who[child + 1] < who[child])
        ):
            child += 1
        when[hole] = when[child]
        who[hole] = who[child]
        hole, child = child, 2 * child + 1
    _rise(when, who, hole, when[last], who[last])
    return last


@inlined
def _rise(when: Floats, who: Ints, hole: int, instant: float, identity: int) -> None:
    """Put an entry where there is a hole, and let it rise to its place."""
    parent = (hole - 1) >> 1
    while hole > 0 and (when[parent] > instant or (when[parent] == instant and who[parent] > identity)):
        when[hole] = when[parent]
        who[hole] = who[parent]
        hole, parent = parent, (parent - 1) >> 1
    when[hole] = instant
    who[hole] = identity
