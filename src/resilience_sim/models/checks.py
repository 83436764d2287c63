"""Refusals that the inputs of all machines share: what it is, the value, and what would be accepted."""

from __future__ import annotations

import math

import numpy as np

from resilience_sim.errors import InputsError

__all__ = ["number", "refuse", "share", "whole"]


def refuse(what: str, value: object, accepted: str) -> InputsError:
    """The error that refuses a value."""
    return InputsError(f"{what} is {value}; accepted is {accepted}")


def number(what: str, value: float, *, least: float = 0.0, above: bool = False, infinite: bool = False) -> None:
    """Refuse what is not a finite number (or `infinite`), `least` or more (or `above` it)."""
    enough = value > least if above else value >= least
    if not (enough and (infinite or value < math.inf)):
        kind = "a number" if infinite else "a finite number"
        raise refuse(what, value, f"{kind} above {least:g}" if above else f"{kind}, {least:g} or more")


def share(what: str, value: float) -> None:
    """Refuse what is no share of a whole."""
    if not 0 <= value <= 1:
        raise refuse(what, value, "a share from 0 to 1")


def whole(what: str, value: int, least: int) -> None:
    """Refuse what is no whole number, `least` or more."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise refuse(what, value, f"a whole number, {least} or more")
