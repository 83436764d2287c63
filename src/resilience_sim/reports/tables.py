"""Tables for people, in Chinese or English; double-width characters align."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from resilience_sim.experiments.breaking import BreakingPoint
from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.experiments.sites import Stand
from resilience_sim.plans.register import Clause, Plan
from resilience_sim.plans.wording import amount
from resilience_sim.reports.differing import differing_text
from resilience_sim.reports.frontier_words import choice_name, cost_text, group_name
from resilience_sim.reports.words import (
    Language,
    load_name,
    measure_name,
    none_of,
    reading_name,
    say,
    scenario_name,
)
from resilience_sim.verdicts.verdict import Answer, Verdict

__all__ = [
    "bracket_text", "breaking_tables", "claim_line", "cost_text", "limit_text", "percent", "recommendation_table",
    "unclaimed_text", "verdict_table",
]  # fmt: skip

_STYLE = {Answer.HOLDS: "bold green", Answer.FAILS: "bold red", Answer.ON_THE_LINE: "yellow", Answer.UNDECIDED: "dim"}


WIDE = 130  # columns of a terminal below which three columns of words would leave none of them room

_BETWEEN: dict[Language, str] = {"zh": " ·\u200b ", "en": " · "}  # words in one cell, which may break there
_TOUCHING = re.compile(r"(?<=[\u3400-\u9fff])(?=\u200b?-?\d)|(?<=[0-9A-Za-z])(?=\u200b?[\u3400-\u9fff])")


def percent(share: float, digits: int = 0, language: Language = "en") -> str:
    """A share as a percentage; in Chinese its sign stands close."""
    return f"{100 * share:.{digits}f}{'%' if language == 'zh' else ' %'}"


def _answer(answer: Answer, language: Language) -> Text:
    return Text(say(answer.value, language), style=_STYLE[answer])


def limit_text(row: CheckedClaim, language: Language) -> str:
    """What must hold, in words: the measure, the sign and the limit with its unit."""
    question = row.question
    if question.relation == "at_most" and question.limit == 0 and (none := none_of(question.measure, language)):
        return none
    sign = "≥" if question.relation == "at_least" else "≤"
    return f"{measure_name(question.measure, language)} {sign} {amount(question.limit, question.unit, language)}"


def claim_line(row: CheckedClaim, language: Language) -> str:
    """One verdict in one line, for the moment at which it is reached."""
    answer, events = say(row.verdict.answer.value, language), row.verdict.replications
    counted = f"（{events} 个事件）" if language == "zh" else f" ({events} events)"
    named = f"{row.question.claim.id} {scenario_name(row.question.scenario, language)}"
    return f"{named}{say('colon', language)}{answer}{counted}"


def verdict_table(rows: Sequence[CheckedClaim], language: Language, plan: Plan | None = None) -> RenderableType:
    """One row per claim, reading and scenario; below it, where readings of the plan's words differ in the answer.

    The share of events kept stands with the interval that covers it at all times. Where a terminal is too narrow, words
    go on in the next line, and numbers never do; in one narrower than :data:`WIDE`, all words of a row share a column.
    With the `plan`, the questions put to its owner are named.
    """
    below = "\n".join(part for part in (say("early", language), differing_text(rows, language, plan)) if part)
    return _Fitting(_wide(rows, language, below), _narrow(rows, language, below))


def _wide(rows: Sequence[CheckedClaim], language: Language, below: str) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold", caption=below, caption_justify="left")
    for key in ("claim", "scenario", "interpretation", "required", "kept", "verdict", "events"):
        words, right = key in ("scenario", "interpretation", "required"), key in ("kept", "events")
        table.add_column(say(key, language), justify="right" if right else "left", no_wrap=not words)
    if any(row.stands for row in rows):
        table.add_column(say("stands", language), justify="right", no_wrap=True)
    for row in rows:
        cells: list[RenderableType] = [
            row.question.claim.id,
            *(_Pieces(words, language) for words in _told(row, language)),
            _with_interval(row.verdict, language),
            _answer(row.verdict.answer, language),
            f"{row.verdict.replications:,}",
        ]
        if any(other.stands for other in rows):
            cells.append("–" if row.stands is None else _of_sites(row.stands, language))
        table.add_row(*cells)
    return table


def _narrow(rows: Sequence[CheckedClaim], language: Language, below: str) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold", caption=below, caption_justify="left")
    asked = _BETWEEN[language].join(say(key, language) for key in ("scenario", "interpretation", "required"))
    table.add_column(say("claim", language), no_wrap=True)
    table.add_column(_Pieces(asked, language))
    table.add_column(_Pieces(say("kept", language), language), justify="right", no_wrap=True)
    table.add_column(say("verdict", language), no_wrap=True)
    table.add_column(say("events", language), justify="right", no_wrap=True)
    with_sites = any(row.stands for row in rows)
    if with_sites:
        table.add_column(say("sites", language), justify="right", no_wrap=True)
    for row in rows:
        told = _BETWEEN[language].join(words for words in _told(row, language) if words != "–")
        cells: list[RenderableType] = [
            row.question.claim.id,
            _Pieces(told, language),
            _with_short_interval(row.verdict, language),
            _answer(row.verdict.answer, language),
            f"{row.verdict.replications:,}",
        ]
        if with_sites:
            cells.append("–" if row.stands is None else percent(row.stands.share, language=language))
        table.add_row(*cells)
    return table


def _told(row: CheckedClaim, language: Language) -> tuple[str, str, str]:
    """Scenario, reading and what is required, in words."""
    return (
        scenario_name(row.question.scenario, language),
        reading_name(row.question.interpretation, language) or "–",
        f"{limit_text(row, language)}{say('comma', language)}{percent(row.question.required, language=language)}",
    )


def _of_sites(stands: Stand, language: Language) -> str:
    share = percent(stands.share, language=language)
    return say("of_sites", language).format(share=share, sites=stands.sites)


def _with_short_interval(verdict: Verdict, language: Language) -> str:
    share, low, high = (f"{100 * one:.0f}" for one in (verdict.estimate, verdict.low, verdict.high))
    return f"{share}%（{low}–{high}）" if language == "zh" else f"{share} % ({low}–{high})"


class _Fitting:
    """A table in one of two forms, by the width there is."""

    def __init__(self, wide: Table, narrow: Table) -> None:
        self.wide, self.narrow = wide, narrow

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """From the narrow table's least width to the wide one's most."""
        narrow, wide = (Measurement.get(console, options, table) for table in (self.narrow, self.wide))
        return Measurement(narrow.minimum, max(narrow.maximum, wide.maximum))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The wide table where it can be read."""
        yield self.wide if options.max_width >= WIDE else self.narrow


def _with_interval(verdict: Verdict, language: Language) -> str:
    share, low, high = (percent(one, language=language) for one in (verdict.estimate, verdict.low, verdict.high))
    return f"{share}（{low} – {high}）" if language == "zh" else f"{share} ({low} – {high})"


def _load(value: float | None, unit: str, language: Language) -> str:
    """A load with its unit; a bare number is so many times the load there is."""
    if unit == "1" and value is not None:
        return f"{value:g} 倍" if language == "zh" else f"{value:g}×"
    return amount(value, unit, language)


def bracket_text(point: BreakingPoint, language: Language) -> str:
    """Up to which load a claim holds and from which it fails; a zero-width space stands where a cell may break."""
    if point.holds_at is None and point.fails_at is None:
        return say("open", language)
    holds, fails = (_load(load, point.unit, language) for load in (point.holds_at, point.fails_at))
    if language == "zh":  # a cell may break before and after a value, never in it
        holds, fails = (f"\u200b{load}\u200b" for load in (holds, fails))
    text = say(_bracket_key(point), language).format(holds=holds, fails=fails)
    return _TOUCHING.sub(" ", text) if language == "zh" else text


def _bracket_key(point: BreakingPoint) -> str:
    if point.holds_at is None:
        if (point.along, point.fails_at) == ("battery.age", 0):
            return "fails_when_new"
        if point.fails_at == point.easiest:
            return "never_holds"
        return "fails_down_from" if point.falling else "fails_from"
    if point.fails_at is None and point.hardest not in (None, point.holds_at):
        return "open_below" if point.falling else "open_beyond"
    if point.fails_at is None:
        return "holds_down_everywhere" if point.falling else "holds_everywhere"
    return "holds_down_to" if point.falling else "holds_up_to"


class _Pieces:
    """A cell that breaks only between its pieces, and after a comma: Chinese has no spaces to break at.

    In English it breaks between words, but not within a number, its unit and the sign before it.
    """

    def __init__(self, text: str, language: Language) -> None:
        between = r"\u200b|(?<=，)" if language == "zh" else r"(?<=[^\d≥≤–-] )"
        self.pieces = [piece for piece in re.split(between, text) if piece]

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """From the longest piece to all of them in one line."""
        return Measurement(max(map(cell_len, self.pieces), default=0), sum(map(cell_len, self.pieces)))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As many pieces in a line as fit; one that is longer than a line is broken where the line ends."""
        lines = [""]
        for piece in self._folded(options.max_width):
            if lines[-1] and cell_len(lines[-1] + piece.rstrip()) > options.max_width:
                lines.append("")
            lines[-1] += piece
        yield Text("\n".join(line.strip() for line in lines))

    def _folded(self, width: int) -> list[str]:
        return [
            part
            for piece in self.pieces
            for part in ([piece] if cell_len(piece.rstrip()) <= width else chop_cells(piece.rstrip(), max(2, width)))
        ]


def breaking_tables(rows: Sequence[CheckedClaim], language: Language) -> list[Table]:
    """Up to which load each claim holds, and from which it fails: a table for all claims with the same loads."""
    by_loads: dict[tuple[str, ...], list[CheckedClaim]] = {}
    for row in rows:
        by_loads.setdefault(tuple(point.along for point in row.breaking_points), []).append(row)
    return [_breaking_table(loads, alike, language) for loads, alike in by_loads.items() if loads]


def _breaking_table(loads: Sequence[str], rows: Sequence[CheckedClaim], language: Language) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for name in (say("claim", language), say("scenario", language), *(load_name(load, language) for load in loads)):
        table.add_column(name)
    for row in rows:
        texts = [bracket_text(point, language) for point in row.breaking_points]
        found = [_Pieces(text, language) for text in texts]
        table.add_row(row.question.claim.id, scenario_name(row.question.scenario, language), *found)
    return table


def recommendation_table(found: Sequence[Recommendation], language: Language) -> Table:
    """What would hold, beside what is in force."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for key in ("group", "status", "quantity", "current", "recommended", "cost", "certificate"):
        table.add_column(say(key, language), justify="right" if key in ("current", "recommended") else "left")
    for one in found:
        values: Sequence[float | None] = one.recommended or [None] * len(one.choices)
        for number, (choice, value) in enumerate(zip(one.choices, values, strict=True)):
            first = number == 0
            table.add_row(
                group_name(one, language) if first else "",
                say(one.result.status.value, language) if first else "",
                choice_name(choice, language),
                "–" if choice.current is None else amount(choice.current, choice.unit, language),
                "–" if value is None else amount(value, choice.unit, language),
                cost_text(one, language) if first else "",
                _certificate(one, language) if first else "",
            )
    return table


def _certificate(one: Recommendation, language: Language) -> str:
    holds, fails, undecided = len(one.result.holds), len(one.result.fails), len(one.result.cheaper_undecided)
    counts = {"holds": holds, "fails": fails, **({"undecided": undecided} if undecided else {})}
    parts = [say("proof", language).format(count=n, answer=say(answer, language)) for answer, n in counts.items()]
    return say("comma", language).join(parts)


def unclaimed_text(
    unclaimed: Iterable[tuple[str, Clause]], language: Language, titles: Mapping[str, str] | None = None
) -> str:
    """Clauses that nothing was claimed of yet, by the plan's title: named, never hidden."""
    known = titles or {}
    lines = []
    for plan, clauses in groupby(unclaimed, key=lambda pair: pair[0]):
        ids = [clause.id for _, clause in clauses]
        counted = say("clauses", language).format(count=len(ids))
        told = f"{say('unclaimed', language)} — {known.get(plan, plan)}{counted}{say('colon', language)}"
        lines.append(told + say("list", language).join(ids))
    return "\n".join(lines)
