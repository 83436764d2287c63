"""Compiling kernels: one decorator, and a cache that notices every edit.

Numba's on-disk cache sees changes in the file of the function itself only. Kernels share code (heaps), so the cache
folder is named by a hash of every source that a kernel can call or take constants from: an edit anywhere in the
machines, theory apart, means another folder.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba
import numba.core.config
import numpy as np
from platformdirs import user_cache_path

__all__ = ["compiled"]

Function = TypeVar("Function", bound=Callable[..., object])


def _fingerprint() -> str:
    here = Path(__file__).parent
    digest = hashlib.blake2b(numba.__version__.encode(), digest_size=8)
    for source in sorted((*here.glob("*.py"), *here.glob("*/*.py"))):
        digest.update(source.read_bytes())
    return digest.hexdigest()


if "NUMBA_CACHE_DIR" not in os.environ:
    setattr(numba.core.config, "CACHE_DIR", str(user_cache_path("resilience-sim") / f"kernels-{_fingerprint()}"))  # noqa: B010 - numba's stubs do not list it


def _keep_what_is_freed() -> None:
    """Let a replication reuse the memory of the one before.

    Having freed one large array, glibc's allocator keeps up to twice as much of what is freed later instead of handing
    it back to the system page by page; a day of 8,640 callers takes three quarters of the time. Others do not mind.
    """
    np.empty(31_000_000 // 8)  # the largest size that it learns from is 32 MiB


_keep_what_is_freed()


def compiled(function: Function) -> Function:
    """Compile without the interpreter lock and without liberties in floating point; ``.py_func`` is the original."""
    return cast(Function, numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")(function))
