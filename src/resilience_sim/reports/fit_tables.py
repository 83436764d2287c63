"""What a fit gives, for people: the facts, what more its log says by kind, and what should be read with them."""

from __future__ import annotations

import math

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from resilience_sim.experiments.fit import Cell, FittedFact, FittedSite, FittedTable
from resilience_sim.reports.fit_words import fact_words, unit_words
from resilience_sim.reports.words import Language

__all__ = ["print_fit"]

HEADINGS = {"zh": ("指标", "数值", "单位", "样本数"), "en": ("figure", "value", "unit", "n")}
UNKNOWN = "–"
WIDEST = 400  # columns of characters


def print_fit(fitted: FittedSite, language: Language, console: Console) -> None:
    """Print the table of facts, the other tables, and the notes, in this order.

    A terminal has its width; what goes into a file is as wide as the tables, so that no number is broken.
    """
    tables = [_facts(fitted, language), *(_table(table, language) for table in fitted.tables)]
    told = console.width
    if not console.is_terminal:
        unbound = console.options.update(max_width=WIDEST)
        console.width = max(told, *(Measurement.get(console, unbound, table).maximum for table in tables))
    for table in tables:
        console.print(table)
    console.width = told
    for note in fitted.notes:
        console.print(Text(note[_index(language)]))


def _facts(fitted: FittedSite, language: Language) -> Table:
    table = Table(title=Text(fitted.source), title_justify="left")
    for heading in HEADINGS[language]:
        table.add_column(heading, overflow="fold")
    for name, fact in fitted.facts.items():
        table.add_row(fact_words(name, language), _number(fact), unit_words(fact.unit, language), str(fact.n))
    return table


def _table(told: FittedTable, language: Language) -> Table:
    table = Table(title=Text(told.title[_index(language)]), title_justify="left")
    for heading in told.columns.values():
        table.add_column(heading[_index(language)], overflow="fold")
    for row in told.rows:
        table.add_row(*(Text(_cell(cell, language)) for cell in row))
    return table


def _cell(cell: Cell, language: Language) -> str:
    if isinstance(cell, tuple):
        return cell[_index(language)]
    if isinstance(cell, float):
        return f"{cell:.4g}" if math.isfinite(cell) else UNKNOWN
    return UNKNOWN if cell is None else str(cell)


def _number(fact: FittedFact) -> str:
    values = fact.value if isinstance(fact.value, tuple) else (fact.value,)
    text = " ".join(f"{value:.4g}" for value in values)
    return text if fact.between is None else f"{text} ({fact.between[0]:.4g}–{fact.between[1]:.4g})"


def _index(language: Language) -> int:
    return 0 if language == "zh" else 1
