"""The numbers that a plan's verdicts rest on, each by a name, as its files state them, and where they stand.

``P1-09.extra_agents: 1 agents``; of a trigger with its boundary, ``P1-08.lines: more_than 2 lines``. Facts of the site
begin with ``site.``; what stands in a building, call tree or list of faults with ``building.``, ``calltree.`` or
``faults.``, by its path in the file. Labels, titles and sources are no values.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from resilience_sim.errors import Place
from resilience_sim.plans.document import Document, Path_
from resilience_sim.plans.files import BUILDING, CALL_TREE, FAULTS, parse_document, read_plan, read_site, read_text

__all__ = ["Stated", "named_values"]

WORDS = ("label", "title", "source", "measures", "basis", "zh", "en")


class Stated(NamedTuple):
    """A value as text, and where it stands."""

    text: str
    place: Place


def named_values(folder: Path) -> dict[str, Stated]:
    """Every quantity in force of a plan and every fact beside it, in the order of the files.

    Raises
    ------
    PlanError
        If a file is none that may be read.
    """
    plan, document = read_plan(folder)
    site, site_document = read_site(folder)
    found: dict[str, Stated] = {}
    for number, clause in enumerate(plan.clauses):
        for name, quantity in clause.quantities.items():
            value = quantity.in_force()
            words = () if quantity.boundary is None else (quantity.boundary.value,)
            text = "open" if value is None else " ".join((*words, _measured(value, unit=quantity.unit)))
            at = ("clauses", number, "quantities", name)
            found[f"{clause.id}.{name}"] = Stated(text, document.place(at))
    for name, fact in site.facts.items():
        values = fact.values if fact.value is None else (fact.value,)
        text = _measured(*(values or ()), unit=fact.unit)
        found[f"site.{name}"] = Stated(text, site_document.place(("facts", name)))
    for file in (BUILDING, CALL_TREE, FAULTS):
        if (beside := folder / file).exists():
            found.update(_leaves(beside.stem, parse_document(beside, read_text(beside))))
    return found


def _measured(*values: float | None, unit: str) -> str:
    numbers = ", ".join(f"{value:.12g}" for value in values if value is not None)
    return numbers if unit == "1" else f"{numbers} {unit}"


def _leaves(name: str, document: Document) -> Iterator[tuple[str, Stated]]:
    for at, value in _walk(document.data, ()):
        yield _one_line(".".join((name, *map(str, at)))), Stated(_one_line(value), document.place(at))


def _one_line(text: str) -> str:
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in ("Cc", "Cs") else character
        for character in " ".join(text.split())
    )


def _walk(data: Any, at: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            if key not in WORDS:
                yield from _walk(value, (*at, key))
    elif isinstance(data, list) and any(isinstance(item, dict | list) for item in data):
        for number, item in enumerate(data):
            yield from _walk(item, (*at, number))
    elif isinstance(data, list):
        yield at, ", ".join(map(str, data))
    else:
        yield at, str(data)
