"""What every machine offers, and the check that its two engines agree.

A machine is a package ``resilience_sim.models.<name>`` with

- ``VERSION``: ``"<name>@<k>"``; a deliberate change of a path raises k and adds a line to the model card;
- ``draw(inputs, streams)``: all randomness, each number belonging to an identity, never to a position;
- ``measures(inputs, path, …)``: one row of measures, each defined in ``DEFINITIONS``;
- two modules, ``reference`` (SimPy) and ``kernel`` (Numba), each with ``simulate(inputs, draws, *, trace=False)``.

Both engines return the same columns with the same bits. What happens at equal instants is part of the model and is
written in its card. Engines are imported when they are asked for: SimPy and Numba are not loaded to read a model card.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from typing import Any, Protocol, cast

import numpy as np

from resilience_sim.errors import InputsError
from resilience_sim.randomness import Streams

__all__ = ["ENGINES", "MACHINES", "Engine", "Machine", "assert_same_path", "engine", "machine"]

ENGINES = ("kernel", "reference")
MACHINES = ("queue", "power", "egress", "repair", "cascade")


class Machine(Protocol):
    """The public names of a machine's package."""

    VERSION: str
    DEFINITIONS: Mapping[str, tuple[str, str]]  # measure -> (unit, definition)

    def draw(self, inputs: Any, streams: Streams) -> Any:
        """All randomness of one replication."""

    def measures(self, inputs: Any, path: Any) -> dict[str, float]:
        """One row of measures of one path."""


class Engine(Protocol):
    """A module that turns drawn numbers into a path."""

    def simulate(self, inputs: Any, draws: Any, *, trace: bool = False) -> Any:
        """Run one replication."""


def _known(what: str, name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        raise InputsError(f"there is no {what} {name!r}; accepted: {', '.join(names)}")


def machine(name: str) -> Machine:
    """The package of a machine.

    Raises
    ------
    InputsError
        If there is no such machine.
    """
    _known("machine", name, MACHINES)
    return cast(Machine, importlib.import_module(f"resilience_sim.models.{name}"))


def engine(name: str, *, of: str) -> Engine:
    """One of the two engines of a machine: ``engine("kernel", of="queue").simulate(inputs, draws)``.

    Raises
    ------
    InputsError
        If there is no such engine or machine.
    """
    _known("engine", name, ENGINES)
    _known("machine", of, MACHINES)
    return cast(Engine, importlib.import_module(f"resilience_sim.models.{of}.{name}"))


def assert_same_path(one: Any, other: Any) -> None:
    """Check that two paths hold the same numbers, to the last bit, in every column (nan equals nan).

    Raises
    ------
    AssertionError
        Naming the first column, and the row in it, at which they part.
    """
    if type(one) is not type(other):
        raise AssertionError(f"paths of two kinds: {type(one).__name__} and {type(other).__name__}")
    for field in dataclasses.fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if left is None and right is None:
            continue
        if (left is None) != (right is None):
            raise AssertionError(f"{field.name}: only one of the paths has it")
        left, right = np.atleast_1d(left), np.atleast_1d(right)
        if left.dtype != right.dtype or left.shape != right.shape:
            raise AssertionError(
                f"{field.name}: {left.dtype} of shape {left.shape} against {right.dtype} of shape {right.shape}"
            )
        same = (left == right) | ((left != left) & (right != right))
        if not same.all():
            row = int(np.flatnonzero(~same.reshape(len(same), -1).all(axis=1))[0])
            raise AssertionError(f"{field.name}: paths part at row {row}: {left[row]!r} against {right[row]!r}")
