"""A battery maker's table: the constant power (or current) that one new block at 25 °C bears for a time.

A table has a row for each cut-off voltage, or one row where the maker names none. It is taken as printed: its energies
need not be monotone and are not "repaired". What cannot be, and mostly is a misplaced decimal point, is refused.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from resilience_sim.errors import InputsError
from resilience_sim.models.power.batteries import RuntimeCurve
from resilience_sim.units import MINUTE

__all__ = ["CELL_V", "CutOff", "Fault", "MakerTable", "Node", "Quantity", "cutoff_at_rate", "first_fault", "mean_volts"]

Quantity = Literal["power", "current"]

_SYMBOL = {"power": "W", "current": "A"}
_CUTOFFS = ((0.2, 10.5 / 6), (0.5, 10.2 / 6), (1.0, 9.9 / 6), (2.0, 9.3 / 6), (3.0, 8.7 / 6))
"""Volts per cell up to a rate in multiples of the rated capacity per hour: Panasonic LC-R121R3 (12 V, 1.3 Ah)."""
CELL_V = (1.5, 2.3)
"""Between which volts a cell's mean voltage in discharge lies."""


class Node(NamedTuple):
    """One printed figure.

    Parameters
    ----------
    cutoff_v
        Volts per block down to which the block is drawn; `None` in a table that names none.
    duration_s
        How long it bears the load.
    value
        The load: watts or amperes per block.
    """

    cutoff_v: float | None
    duration_s: float
    value: float


class Fault(NamedTuple):
    """What is wrong with a table: the place of the node among those given, and what should stand there."""

    at: int
    message: str


class CutOff(NamedTuple):
    """The cut-off voltage per block that a rate of discharge asks for, and the row that a table has for it."""

    asked_v: float
    row_v: float

    @property
    def printed(self) -> bool:
        """Whether the table has the row asked for; else the lowest one stands in."""
        return _same(self.asked_v, self.row_v)


@dataclass(frozen=True)
class MakerTable:
    """The figures that a maker prints for one block.

    Parameters
    ----------
    nodes
        In any order; at least two durations for each cut-off, the values falling as the duration rises, and falling or
        staying as the cut-off rises.
    quantity
        Whether the values are watts or amperes.
    cells
        In a block, 6 for 12 V.

    Raises
    ------
    InputsError
        At the first figure that cannot be, with what would be accepted (:func:`first_fault`).

    Examples
    --------
    >>> table = MakerTable([Node(9.6, 2700, 82.1), Node(9.6, 3600, 65.7), Node(9.6, 10800, 26.0)])
    >>> round(table.curve(9.6).runtime_at(65.7 / 0.8) / 60, 2)
    44.98
    """

    nodes: Sequence[Node]
    quantity: Quantity = "power"
    cells: int = 6

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(sorted(self.nodes, key=lambda n: (n.cutoff_v or 0.0, n.duration_s))))
        if self.quantity not in _SYMBOL or self.cells < 1:
            raise InputsError(
                f"a table of {self.quantity!r} for {self.cells} cells; accepted are power or current, and a cell"
            )
        if fault := first_fault(self.nodes, self.quantity):
            raise InputsError(f"the maker's table: {fault.message}")

    @property
    def cutoffs_v(self) -> tuple[float, ...]:
        """Volts per block of the rows, rising; empty where the table names none."""
        return tuple(sorted({node.cutoff_v for node in self.nodes if node.cutoff_v is not None}))

    def row(self, cutoff_v: float | None = None) -> RuntimeCurve:
        """The row for a cut-off, in the table's own unit (of an ampere table, amperes stand for watts).

        Parameters
        ----------
        cutoff_v
            Volts per block; may be left out where the table has one row.

        Raises
        ------
        InputsError
            If the table has no such row, or several and none is named.
        """
        known = self.cutoffs_v
        nodes = [n for n in self.nodes if cutoff_v is None or n.cutoff_v is None or _same(n.cutoff_v, cutoff_v)]
        if not nodes or (cutoff_v is None and len(known) > 1):
            listed = ", ".join(f"{volts:g}" for volts in known)
            asked = "needs a cut-off named" if cutoff_v is None else f"has no row for a cut-off of {cutoff_v:g} V"
            raise InputsError(f"the maker's table {asked}; accepted is one of {listed} V")
        return RuntimeCurve(tuple(n.value for n in nodes), tuple(n.duration_s for n in nodes))

    def curve(self, cutoff_v: float | None = None, *, volts: float | None = None) -> RuntimeCurve:
        """Runtime at constant power per block, for one cut-off.

        Parameters
        ----------
        cutoff_v
            As in :meth:`row`.
        volts
            For an ampere table: mean volts per block in discharge, by which its amperes become watts.

        Raises
        ------
        InputsError
            As :meth:`row`; or if an ampere table comes without its volts, or with none that a cell has.
        """
        row = self.row(cutoff_v)
        if self.quantity == "power":
            return row
        low, high = (bound * self.cells for bound in CELL_V)
        if volts is None or not low <= volts <= high:
            raise InputsError(
                f"the maker's table is in amperes, and the volts per block in discharge are {volts}; accepted are "
                f"{low:g} to {high:g} V for {self.cells} cells"
            )
        return RuntimeCurve(tuple(volts * amperes for amperes in row.power_w), row.runtime_s)

    def cutoff_for(self, rate_per_h: float) -> CutOff:
        """The row for a rate of discharge; the lowest one where the table has not the row asked for.

        Parameters
        ----------
        rate_per_h
            Discharge current over rated capacity, 1/h.

        Raises
        ------
        InputsError
            If the table names no cut-offs.
        """
        known = self.cutoffs_v
        if not known:
            raise InputsError("the maker's table names no cut-offs; accepted is a table that does, or its only row")
        asked = self.cells * cutoff_at_rate(rate_per_h)
        return CutOff(asked, next((volts for volts in known if _same(volts, asked)), known[0]))


def cutoff_at_rate(rate_per_h: float) -> float:
    """Cut-off in volts per cell by rate of discharge: the faster, the lower.

    Parameters
    ----------
    rate_per_h
        Discharge current over rated capacity, 1/h, above 0; beyond 3 the last one is kept.

    References
    ----------
    Panasonic LC-R121R3 (12 V, 1.3 Ah): up to 0.26 A 10.5 V, 0.65 A 10.2, 1.3 A 9.9, 2.6 A 9.3, 3.9 A 8.7 V.

    Examples
    --------
    >>> [round(6 * cutoff_at_rate(amperes / 1.3), 1) for amperes in (0.2, 0.5, 1.0, 2.0, 3.0)]
    [10.5, 10.2, 9.9, 9.3, 8.7]
    """
    if not rate_per_h > 0:
        raise InputsError(f"rate of discharge is {rate_per_h} 1/h; accepted is a number above 0")
    return next((volts for most, volts in _CUTOFFS if rate_per_h <= most * (1 + 1e-9)), _CUTOFFS[-1][1])


def mean_volts(power: MakerTable, current: MakerTable) -> dict[tuple[float | None, float], float]:
    """Mean volts per block of the nodes that a watt table and an ampere table share: W / A, by cut-off and duration.

    Raises
    ------
    InputsError
        If a cell would have had less than 1.5 or more than 2.3 V: one of the two figures is misprinted.
    """
    amperes = {_key(node): node.value for node in current.nodes}
    found = {_key(node): node.value / amperes[_key(node)] for node in power.nodes if _key(node) in amperes}
    for (cutoff, duration), volts in found.items():
        if not CELL_V[0] <= volts / power.cells <= CELL_V[1]:
            raise InputsError(
                f"the maker's tables: watts over amperes for {_where(Node(cutoff, duration, volts))} are "
                f"{volts / power.cells:.3g} V per cell; accepted are {CELL_V[0]} to {CELL_V[1]}: one is misprinted"
            )
    return found


# ---- what is wrong with a table


def first_fault(nodes: Sequence[Node], quantity: Quantity = "power") -> Fault | None:
    """The first thing about printed figures that cannot be; `None` where all can.

    In this order: a figure that is not positive; one printed twice; cut-offs named for some only; a cut-off with a
    single duration; a value that does not fall as the duration rises; one that rises with the cut-off; one by which a
    lighter load gets less than half the energy out of the battery.
    """
    return _bad_figure(nodes) or _bad_row(nodes) or _misprinted(nodes, quantity)


def _bad_figure(nodes: Sequence[Node]) -> Fault | None:
    for index, node in enumerate(nodes):
        for name, value in (("cut-off", node.cutoff_v), ("duration", node.duration_s), ("value", node.value)):
            if value is not None and not (math.isfinite(value) and value > 0):
                return Fault(index, f"a {name} is {value:g}; accepted is a finite number above 0")
    return None


def _bad_row(nodes: Sequence[Node]) -> Fault | None:
    keys = [_key(node) for node in nodes]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            return Fault(index, f"{_where(nodes[index])} is printed twice; accepted is once")
    if len({node.cutoff_v is None for node in nodes}) > 1:
        bare = next(index for index, node in enumerate(nodes) if node.cutoff_v is None)
        return Fault(bare, "has no cut-off, as others have; accepted is a cut-off for all or for none")
    lengths = Counter(key[0] for key in keys)
    for index, key in enumerate(keys):
        if lengths[key[0]] < 2:
            return Fault(index, f"{_where(nodes[index])} is all there is; accepted are two durations or more")
    return None if nodes else Fault(0, "holds no figure; accepted are two durations or more")


def _misprinted(nodes: Sequence[Node], quantity: Quantity) -> Fault | None:
    """The first pair of figures of which one cannot be."""
    for first, second, why in (*_rises(nodes), *_losses(nodes)):
        return _misprint(nodes, first, second, why, quantity)
    return None


def _rises(nodes: Sequence[Node]) -> Iterator[tuple[int, int, str]]:
    """Pairs of which the second value does not fall with the duration, or rises with the cut-off."""
    for first, second in _neighbours(nodes):
        if nodes[second].value >= nodes[first].value:
            yield first, second, "which does not fall as the duration rises"
    columns = sorted(range(len(nodes)), key=lambda k: (nodes[k].duration_s, nodes[k].cutoff_v or 0.0))
    for first, second in pairwise(columns):
        if nodes[first].duration_s == nodes[second].duration_s and nodes[second].value > nodes[first].value:
            yield first, second, "which rises with the cut-off"


def _losses(nodes: Sequence[Node]) -> Iterator[tuple[int, int, str]]:
    """Pairs by which a lighter load gets less than half the energy: a slip at the end of a row leaves it falling."""
    for first, second in _neighbours(nodes):
        a, b = nodes[first], nodes[second]
        if a.value * a.duration_s > 2 * b.value * b.duration_s:
            yield first, second, "by which the lighter load gets less than half the energy"


def _neighbours(nodes: Sequence[Node]) -> list[tuple[int, int]]:
    """Places of nodes that follow each other in a row."""
    order = sorted(range(len(nodes)), key=lambda k: (nodes[k].cutoff_v or 0.0, nodes[k].duration_s))
    return [(a, b) for a, b in pairwise(order) if _key(nodes[a])[0] == _key(nodes[b])[0]]


def _misprint(nodes: Sequence[Node], first: int, second: int, why: str, quantity: Quantity) -> Fault:
    """Name the one of two nodes that is likely misprinted, with what would fit in its place."""
    slips = [(index, value) for index in (first, second) if (value := _slip(nodes, index)) is not None]
    bounded = [index for index in (second, first) if operator.lt(*_bounds(nodes, index))]
    index = slips[0][0] if slips else (bounded or [second])[0]
    node, other, symbol = nodes[index], nodes[first + second - index], _SYMBOL[quantity]
    low, high = _bounds(nodes, index)
    accepted = f"above {low:g}" if math.isinf(high) else f"above {low:g} and below {high:g}"
    hint = f"; {slips[0][1]:g} would fit: a misplaced decimal point?" if slips else ""
    return Fault(
        index,
        f"{node.value:g} {symbol} for {_where(node)} stands beside {other.value:g} {symbol} for {_where(other)}, {why}"
        + (f"; accepted there is a figure {accepted} {symbol}" if low < high else "; accepted are falling figures")
        + hint,
    )


def _slip(nodes: Sequence[Node], index: int) -> float | None:
    """The figure ten times larger or smaller with which the table would have no such fault."""
    for factor in (10.0, 0.1):
        value = nodes[index].value * factor
        mended = [*nodes[:index], nodes[index]._replace(value=value), *nodes[index + 1 :]]
        if not any(_rises(mended)) and not any(_losses(mended)):
            return value
    return None


def _bounds(nodes: Sequence[Node], index: int) -> tuple[float, float]:
    """Between which values a node must lie for its row and its column to fall."""
    node = nodes[index]
    row = [n for k, n in enumerate(nodes) if k != index and _key(n)[0] == _key(node)[0]]
    column = [n for k, n in enumerate(nodes) if k != index and n.duration_s == node.duration_s and n not in row]
    above = [n.value for n in row if n.duration_s < node.duration_s]
    below = [n.value for n in row if n.duration_s > node.duration_s]
    above += [n.value for n in column if (n.cutoff_v or 0.0) < (node.cutoff_v or 0.0)]
    below += [n.value for n in column if (n.cutoff_v or 0.0) > (node.cutoff_v or 0.0)]
    return max(below, default=0.0), min(above, default=math.inf)


def _key(node: Node) -> tuple[float | None, float]:
    """Cut-off and duration, rounded so that 6 cells of 1.6 V are 9.6 V."""
    return None if node.cutoff_v is None else round(node.cutoff_v, 6), round(node.duration_s, 6)


def _same(first: float, second: float) -> bool:
    return math.isclose(first, second, rel_tol=1e-6)


def _where(node: Node) -> str:
    at = f"{node.duration_s / MINUTE:g} min"
    return at if node.cutoff_v is None else f"{at} to {node.cutoff_v:g} V"
