"""What lies ahead, as (instant, identity) in plain arrays, for kernels.

A heap is two arrays of one capacity and a size kept by the caller: ``when`` (float64) and ``who`` (int64). The
smallest instant is at 0; equal instants go by identity, which makes the order total.

An :class:`Ahead` is a heap with a short sorted list before it. A few dozen entries are quicker kept in order than in a
heap (half the time, measured), and as long as there are not more than that, the heap is never touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

from resilience_sim.models import compiled as _cache  # noqa: F401 - names the cache folder before anything compiles

__all__ = [
    "Ahead", "drop", "expect", "hidden", "inlined", "nothing_ahead", "push", "push_instant", "replace_first", "take",
    "uncounted",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Function = TypeVar("Function", bound=Callable[..., object])


def uncounted(function: Function) -> Function:
    """Compile as ``compiled`` does, but without counting who holds which array.

    For the entry of a kernel whose small functions hand many arrays to each other: counting takes more than half of
    its time. Such a function can allocate nothing, and calls only functions that are :func:`inlined` or :func:`hidden`.
    """
    return _without_counting(function, no_cfunc_wrapper=True)


def inlined(function: Function) -> Function:
    """Compile into an :func:`uncounted` function, or into another of this kind."""
    return _without_counting(function, forceinline=True, no_cfunc_wrapper=True)


def hidden(function: Function) -> Function:
    """Compile as :func:`inlined` does, in a third of the time, since Python cannot call it (only ``.py_func``)."""
    return _without_counting(function, forceinline=True, no_cfunc_wrapper=True, no_cpython_wrapper=True)


def _without_counting(function: Function, **more: bool) -> Function:
    options: dict[str, Any] = {"_nrt": False, **more}  # Numba's stubs do not list these
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


FEW = 64  # instants that are quicker kept in order, without a branch, than in a heap (from 1 to 300 agents, measured)


@inlined
def push_instant(when: Floats, size: int, instant: float) -> int:
    """Add an instant to those in `when`, the smallest first; in order if there is room for `FEW`, else in a heap."""
    if len(when) <= FEW:
        for place in range(size):
            here = when[place]
            when[place] = min(here, instant)
            instant = max(here, instant)
        when[size] = instant
        return size + 1
    hole, parent = size, (size - 1) >> 1
    while hole > 0 and when[parent] > instant:
        when[hole] = when[parent]
        hole, parent = parent, (parent - 1) >> 1
    when[hole] = instant
    return size + 1


@inlined
def replace_first(when: Floats, size: int, instant: float) -> None:
    """Put an instant in the place of the smallest one."""
    if len(when) <= FEW:
        for place in range(1, size):
            here = when[place]
            when[place - 1] = min(here, instant)
            instant = max(here, instant)
        when[size - 1] = instant
        return
    hole, child = 0, 1
    while child < size:
        if child + 1 < size and when[child + 1] < when[child]:
            child += 1
        if when[child] >= instant:
            break
        when[hole] = when[child]
        hole, child = child, 2 * child + 1
    when[hole] = instant


NEAR = 64  # entries in the sorted list at most (of 32, 48 and 64 the best or nearly so from 1 to 300 agents)


class Ahead(NamedTuple):
    """Entries in order: near ones in a list, latest first; far ones, none of them before a near one, in a heap."""

    sizes: Ints  # of the list and of the heap; the list is empty only if the heap is
    near_s: Floats
    near: Ints
    far_s: Floats
    far: Ints


def nothing_ahead(room: int) -> Ahead:
    """An empty one, with room for so many entries beyond the near ones."""
    return Ahead(
        np.zeros(2, dtype=np.int64), np.empty(NEAR), np.empty(NEAR, dtype=np.int64), np.empty(room),
        np.empty(room, dtype=np.int64),
    )  # fmt: skip


@inlined
def _before(instant: float, identity: int, other_instant: float, other_identity: int) -> bool:
    return instant < other_instant or (instant == other_instant and identity < other_identity)


@inlined
def expect(ahead: Ahead, instant: float, identity: int) -> None:
    """Add an entry."""
    sizes, near_s, near, far_s, far = ahead
    size = sizes[0]
    is_far = sizes[1] > 0 and _before(far_s[0], far[0], instant, identity)
    if not is_far and size < NEAR:
        place = size
        while place > 0 and _before(near_s[place - 1], near[place - 1], instant, identity):
            near_s[place], near[place] = near_s[place - 1], near[place - 1]
            place -= 1
        near_s[place], near[place] = instant, identity
        sizes[0] = size + 1
        return
    if not is_far and _before(instant, identity, near_s[0], near[0]):  # the latest of a full list makes room
        latest_s, latest = near_s[0], near[0]
        place = 0
        while place + 1 < size and _before(instant, identity, near_s[place + 1], near[place + 1]):
            near_s[place], near[place] = near_s[place + 1], near[place + 1]
            place += 1
        near_s[place], near[place] = instant, identity
        instant, identity = latest_s, latest
    sizes[1] = push(far_s, far, sizes[1], instant, identity)


@inlined
def take(ahead: Ahead) -> None:
    """Remove the earliest entry, the last of the list; half a list moves up from the heap if none is left."""
    sizes = ahead.sizes
    sizes[0] -= 1
    if sizes[0] == 0 and sizes[1] > 0:
        moved = min(sizes[1], NEAR // 2)
        for place in range(moved - 1, -1, -1):
            ahead.near_s[place], ahead.near[place] = ahead.far_s[0], ahead.far[0]
            sizes[1] = drop(ahead.far_s, ahead.far, sizes[1], 0)
        sizes[0] = moved
