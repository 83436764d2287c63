"""What can go wrong, drawn once.

::

    ResilienceError
    ├── PlanError       (ValueError)    a plan or site file says something it may not
    │   └── FactError                   a fact of a site is missing, or is none that a study can work with
    ├── UnitError       (ValueError)    a number without a unit, or with one that does not fit
    ├── DataError       (ValueError)    a log or record cannot be read as what it should be
    ├── InputsError     (ValueError)    a model was asked for something outside its domain
    ├── WidthError      (RuntimeError)  a path needed more draws than were set aside for it
    ├── WorkerError     (RuntimeError)  a task lost its worker again and again
    ├── VerdictError    (ValueError)    evidence that cannot be weighed
    └── ExportError     (OSError)       a file could not be written without losing something

Every error is a :class:`ResilienceError` and a builtin, so that callers may catch either.
A message says what was wrong, the value, where it stands, and what would be accepted.
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "DataError",
    "ExportError",
    "FactError",
    "InputsError",
    "PlanError",
    "Place",
    "ResilienceError",
    "UnitError",
    "VerdictError",
    "WidthError",
    "WorkerError",
]


class Place:
    """A spot in a file, printed as ``file:line``.

    Parameters
    ----------
    path
        The file, or a name that stands for it (``<text>``).
    line
        Counted from 1; ``None`` where the whole file is meant.
    """

    def __init__(self, path: Path | str, line: int | None = None) -> None:
        self.path = Path(path)
        self.line = line

    def __str__(self) -> str:
        return str(self.path) if self.line is None else f"{self.path}:{self.line}"


class ResilienceError(Exception):
    """Base of every error that this library raises on purpose."""

    def __init__(self, message: str, *, place: Place | None = None) -> None:
        self.place = place
        super().__init__(message if place is None else f"{place}: {message}")


class PlanError(ResilienceError, ValueError):
    """A plan or site file says something that it may not."""


class FactError(PlanError):
    """A fact of a site is missing, or is none that a study can work with.

    Parameters
    ----------
    fact
        Its name, by which whoever has the file finds the line.
    why
        What is wrong and what would be accepted.
    """

    def __init__(self, fact: str, why: str, *, place: Place | None = None) -> None:
        self.fact = fact
        self.why = why
        super().__init__(f"fact {fact!r} {why}", place=place)


class UnitError(ResilienceError, ValueError):
    """A number without a unit, or with one that does not fit."""


class DataError(ResilienceError, ValueError):
    """A log or record cannot be read as what it should be."""


class InputsError(ResilienceError, ValueError):
    """A model was asked for something outside its domain."""


class WidthError(ResilienceError, RuntimeError):
    """A path needed more draws than were set aside for it."""


class WorkerError(ResilienceError, RuntimeError):
    """A task lost its worker again and again, or the cluster that ran it."""


class VerdictError(ResilienceError, ValueError):
    """Evidence that cannot be weighed."""


class ExportError(ResilienceError, OSError):
    """A file could not be written without losing something."""
