"""Tables for people, in Chinese or English; double-width characters align."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.table import Table
from rich.text import Text

from resilience_sim.experiments.breaking import BreakingPoint
from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.plans.register import Clause
from resilience_sim.plans.wording import amount
from resilience_sim.reports.words import Language, load_name, measure_name, reading_name, say, scenario_name
from resilience_sim.studies.question import OF_THE_SITE, Choice
from resilience_sim.verdicts.verdict import Answer

__all__ = [
    "breaking_table", "claim_line", "cost_text", "percent", "recommendation_table", "unclaimed_text", "verdict_table",
]  # fmt: skip

_STYLE = {Answer.HOLDS: "bold green", Answer.FAILS: "bold red", Answer.ON_THE_LINE: "yellow", Answer.UNDECIDED: "dim"}


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage."""
    return f"{100 * share:.{digits}f} %"


def _answer(answer: Answer, language: Language) -> Text:
    return Text(say(answer.value, language), style=_STYLE[answer])


def _limit(row: CheckedClaim, language: Language) -> str:
    question = row.question
    sign = "≥" if question.relation == "at_least" else "≤"
    return f"{measure_name(question.measure, language)} {sign} {amount(question.limit, question.unit, language)}"


def claim_line(row: CheckedClaim, language: Language) -> str:
    """One verdict in one line, for the moment at which it is reached."""
    return (
        f"{row.question.claim.id} {scenario_name(row.question.scenario, language)}: "
        f"{say(row.verdict.answer.value, language)} ({row.verdict.replications} {say('events', language)})"
    )


def verdict_table(rows: Sequence[CheckedClaim], language: Language) -> Table:
    """One row per claim, interpretation and scenario.

    The share of events kept stands with the interval that covers it at all times.
    """
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for key in ("claim", "scenario", "interpretation", "required", "kept", "verdict", "events"):
        table.add_column(say(key, language), justify="right" if key in ("kept", "events") else "left", no_wrap=True)
    if any(row.stands for row in rows):
        table.add_column(say("stands", language), justify="right", no_wrap=True)
    for row in rows:
        verdict = row.verdict
        stands = row.stands
        cells: list[str | Text] = [
            row.question.claim.id,
            scenario_name(row.question.scenario, language),
            reading_name(row.question.interpretation, language) or "–",
            f"{_limit(row, language)}, {percent(row.question.required)}",
            f"{percent(verdict.estimate)} ({percent(verdict.low)} – {percent(verdict.high)})",
            _answer(verdict.answer, language),
            f"{verdict.replications:,}",
        ]
        if any(other.stands for other in rows):
            cells.append(
                "–"
                if stands is None
                else say("of_sites", language).format(share=percent(stands.share), sites=stands.sites)
            )
        table.add_row(*cells)
    return table


def _bracket(point: BreakingPoint, language: Language) -> str:
    if point.holds_at is None and point.fails_at is None:
        return say("open", language)
    key = "fails_from" if point.holds_at is None else "holds_everywhere" if point.fails_at is None else "holds_up_to"
    holds, fails = (amount(load, point.unit, language) for load in (point.holds_at, point.fails_at))
    return say(key, language).format(holds=holds, fails=fails)


def breaking_table(rows: Sequence[CheckedClaim], language: Language) -> Table:
    """Up to which load each claim holds, and from which it fails."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column(say("claim", language))
    table.add_column(say("scenario", language))
    loads = dict.fromkeys(point.along for row in rows for point in row.breaking_points)
    for load in loads:
        table.add_column(load_name(load, language))
    for row in rows:
        if row.breaking_points:
            found = {point.along: _bracket(point, language) for point in row.breaking_points}
            scenario = scenario_name(row.question.scenario, language)
            table.add_row(row.question.claim.id, scenario, *(found.get(load, "") for load in loads))
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
                _group(one, language) if first else "",
                say(one.result.status.value, language) if first else "",
                _choice_name(choice, language),
                "–" if choice.current is None else amount(choice.current, choice.unit, language),
                "–" if value is None else amount(value, choice.unit, language),
                cost_text(one, language) if first else "",
                _certificate(one, language) if first else "",
            )
    return table


def _group(one: Recommendation, language: Language) -> str:
    question = one.questions[0]
    readings, scenario = reading_name(question.interpretation, language), scenario_name(question.scenario, language)
    option = say(f"option_{question.option}", language) if question.option else ""
    return " / ".join(part for part in (question.clause, readings, scenario, option) if part)


def _choice_name(choice: Choice, language: Language) -> str:
    if choice.clause == OF_THE_SITE:
        return load_name(choice.quantity, language)
    name = choice.quantity if choice.label is None else getattr(choice.label, language)
    return f"{choice.clause} {name}"


def cost_text(one: Recommendation, language: Language) -> str:
    """What the recommended choice costs, in words; empty where there is none."""
    return "" if one.result.cost is None else say(f"cost_{one.cost_unit}", language).format(cost=one.result.cost)


def _certificate(one: Recommendation, language: Language) -> str:
    holds, fails, undecided = len(one.result.holds), len(one.result.fails), len(one.result.cheaper_undecided)
    parts = [f"{holds} {say('holds', language)}", f"{fails} {say('fails', language)}"]
    if undecided:
        parts.append(f"{undecided} {say('undecided', language)}")
    return ", ".join(parts)


def unclaimed_text(unclaimed: Iterable[tuple[str, Clause]], language: Language) -> str:
    """Clauses that nothing was claimed of yet, by plan: named, never hidden."""
    lines = []
    for plan, clauses in groupby(unclaimed, key=lambda pair: pair[0]):
        ids = [clause.id for _, clause in clauses]
        lines.append(f"{say('unclaimed', language)} — {plan} ({len(ids)}): {', '.join(ids)}")
    return "\n".join(lines)
