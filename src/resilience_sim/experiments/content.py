"""Names by content: equal inputs have equal names, in every process and on every machine."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from resilience_sim.plans.document import Document

__all__ = ["content_hash", "made_with"]

RUNNING = ("models", "hazards", "studies", "plans", "verdicts")
"""The packages whose code has a part in what an event measures; with them, the modules beside these."""


def content_hash(*values: Any) -> str:
    """A name of values by what they hold, 32 hexadecimal digits.

    BLAKE2b over texts, numbers by their bits, arrays by kind, shape and bytes, the fields of data classes (those that
    are compared) and models, and of any other object over what it is pickled by. It is stricter than equality: 1 and
    1.0 have different names.

    Raises
    ------
    TypeError
        If something among the values cannot be pickled.
    """
    digest = hashlib.blake2b(digest_size=16)
    for piece in _pieces(values):
        digest.update(b"%d:" % len(piece))
        digest.update(piece)
    return digest.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    kind = type(value)
    if kind is Document:  # where values were read, which is no part of what they are
        return
    yield f"{kind.__module__}.{kind.__qualname__}".encode()
    if value is None or isinstance(value, (bool, int, str, bytes, np.generic)):
        yield value if isinstance(value, bytes) else repr(value).encode("utf-8", "surrogatepass")
    elif isinstance(value, float):
        yield value.hex().encode()
    elif isinstance(value, np.ndarray) and not value.dtype.hasobject:
        yield f"{value.dtype.str}{value.shape}".encode()
        yield value.tobytes()
    elif isinstance(value, Enum):
        yield value.name.encode()
    elif isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        yield f"{value.__module__}.{value.__qualname__}".encode()
    elif isinstance(value, (tuple, list)):
        yield from _each(value)
    elif isinstance(value, (set, frozenset)):
        yield from sorted(content_hash(one).encode() for one in value)
    elif isinstance(value, Mapping):
        yield from _each([part for pair in value.items() for part in pair])
    elif is_dataclass(value):
        yield from _each([getattr(value, field.name) for field in fields(value) if field.compare])
    elif hasattr(kind, "model_fields"):  # a part of a plan or site; which of its fields were given does not matter
        yield from _each([value.__dict__, value.__pydantic_private__, value.__pydantic_extra__])
    else:
        yield from _each(value.__reduce_ex__(2))


def _each(values: Any) -> Iterator[bytes]:
    yield str(len(values)).encode()
    for value in values:
        yield from _pieces(value)


@cache
def made_with() -> Mapping[str, str]:
    """What every event depends on besides its inputs: the code that runs it, and the versions of what that uses."""
    versions = {name: metadata.version(name) for name in ("resilience-sim", "numpy", "scipy", "numba")}
    return {**versions, "python": platform.python_version(), "machine": platform.machine(), "code": _code()}


def _code() -> str:
    package = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=16)
    sources = [*package.glob("*.py"), *(source for name in RUNNING for source in (package / name).rglob("*.py"))]
    for source in sorted(sources):
        digest.update(source.relative_to(package).as_posix().encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()
