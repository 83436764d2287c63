"""Scenarios whose numbers range, as curves and maps: where a claim begins or ceases to hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resilience_sim.experiments.compare_results import Cell, Comparison, Row
from resilience_sim.plans.scenario_grids import Axis
from resilience_sim.verdicts.verdict import Answer

__all__ = ["Break", "Curve", "break_of", "curves", "grids"]


@dataclass(frozen=True)
class Break:
    """Between which neighbours a claim changes from failing to holding: both by verdicts.

    Parameters
    ----------
    holds, fails
        The last value at which it holds on the side of those that hold, and the first at which it fails.
    rising
        Whether it holds at larger values.
    """

    holds: float
    fails: float
    rising: bool


@dataclass(frozen=True)
class Curve:
    """One claim along the values of one number."""

    of: str
    axis: Axis
    row: Row
    cells: tuple[Cell, ...]

    @property
    def break_(self) -> Break | None:
        """Where it changes; see :func:`break_of`."""
        return break_of(self.axis.values, [cell.verdict.answer for cell in self.cells])


def break_of(values: Sequence[float], answers: Sequence[Answer]) -> Break | None:
    """The certified break: all values that hold lie on one side of all that fail.

    Parameters
    ----------
    values, answers
        What was tried, and what came out.

    Returns
    -------
    Break or None
        ``None`` where nothing holds, nothing fails, or they lie mixed.
    """
    holding = [value for value, answer in zip(values, answers, strict=True) if answer is Answer.HOLDS]
    failing = [value for value, answer in zip(values, answers, strict=True) if answer is Answer.FAILS]
    if not holding or not failing:
        return None
    if min(holding) > max(failing):
        return Break(min(holding), max(failing), rising=True)
    if max(holding) < min(failing):
        return Break(max(holding), min(failing), rising=False)
    return None


def curves(comparison: Comparison) -> list[Curve]:
    """Every claim along every scenario of the file that lets one number range."""
    found = []
    for of, places in grids(comparison, 1).items():
        (axis,) = comparison.variants[places[0]].axes
        for row in comparison.rows:
            cells = tuple(cell for k in places if (cell := row.cells[k]) is not None)
            if len(cells) == len(places):
                at = [comparison.variants[k].value(axis.key) for k in places]
                order = sorted(range(len(places)), key=lambda k: at[k])
                ordered = Axis(axis.key, axis.unit, tuple(at[k] for k in order), axis.label)
                found.append(Curve(of, ordered, row, tuple(cells[k] for k in order)))
    return found


def grids(comparison: Comparison, numbers: int) -> dict[str, list[int]]:
    """The indices of the scenarios that belong to one of the file which lets so many numbers range, by its id."""
    found: dict[str, list[int]] = {}
    for k, variant in enumerate(comparison.variants):
        if len(variant.axes) == numbers:
            found.setdefault(variant.of, []).append(k)
    return found
