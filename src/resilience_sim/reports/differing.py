"""Where the plan's words can be read in several ways, and the answer hangs on the reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.plans.register import Plan
from resilience_sim.reports.words import Language, measure_name, reading_name, scenario_name
from resilience_sim.verdicts.verdict import Answer

__all__ = ["Differing", "differing", "differing_text"]

_WORDS = {
    "heading": ("结论因理解而异：", "Where the readings of the words differ:"),
    "as": ("按“{reading}”理解{answer}", "read as “{reading}” it {answer}"),
    "holds": ("成立", "holds"),
    "fails": ("不成立", "fails"),
    "asked": ("（待方案负责人答复问题 {numbers}）", " (question {numbers} to the plan's owner)"),
    "and": ("、", ", "),
    "or": ("”或“", "” or “"),
    "part": ("，", ", "),
    "colon": ("：", ": "),
    "end": ("。", ""),
}


@dataclass(frozen=True)
class Differing:
    """Readings of one clause of which some hold and some fail.

    Parameters
    ----------
    clause
        Its name.
    measure
        What was judged under all of them; empty where each reading is about something else, and all of it counts.
    scenarios
        In which the readings differ so; none where each reading has its own.
    holds, fails
        Readings that hold, and that fail, as in :attr:`~resilience_sim.studies.question.Question.interpretation`.
    """

    clause: str
    measure: str
    scenarios: tuple[str, ...]
    holds: tuple[str, ...]
    fails: tuple[str, ...]


def differing(rows: Sequence[CheckedClaim]) -> list[Differing]:
    """Clauses whose answer hangs on how their words are read; verdicts without an answer take no side.

    Readings are compared by what is measured under several of them, in the same scenario. Where a clause has nothing
    such, a reading fails if any of its rows does, and holds if all do.
    """
    by_clause: dict[str, list[CheckedClaim]] = {}
    for row in rows:
        if row.question.interpretation:
            by_clause.setdefault(row.question.clause, []).append(row)
    found = []
    for clause, own in by_clause.items():
        shared = {(row.question.measure, row.question.scenario): _answers(own, row) for row in own}
        compared = {key: answers for key, answers in shared.items() if len(answers) > 1}
        if not compared:
            found += _split(clause, "", (), _whole(own))
            continue
        merged: dict[tuple[str, tuple[tuple[str, Answer], ...]], list[str]] = {}
        for (measure, scenario), answers in compared.items():
            merged.setdefault((measure, tuple(answers.items())), []).append(scenario)
        for (measure, answered), scenarios in merged.items():
            found += _split(clause, measure, tuple(scenarios), dict(answered))
    return found


def _answers(rows: Sequence[CheckedClaim], like: CheckedClaim) -> dict[str, Answer]:
    """The answer under each reading to what a row asks: all rows of a reading must hold."""
    asked = like.question
    same = [row for row in rows if (row.question.measure, row.question.scenario) == (asked.measure, asked.scenario)]
    return _whole(same)


def _whole(rows: Sequence[CheckedClaim]) -> dict[str, Answer]:
    by_reading: dict[str, set[Answer]] = {}
    for row in rows:
        by_reading.setdefault(row.question.interpretation, set()).add(row.verdict.answer)
    return {
        reading: Answer.FAILS if Answer.FAILS in answers else answers.pop() if len(answers) == 1 else Answer.UNDECIDED
        for reading, answers in by_reading.items()
    }


def _split(clause: str, measure: str, scenarios: tuple[str, ...], answers: Mapping[str, Answer]) -> list[Differing]:
    holds, fails = (
        tuple(reading for reading, given in answers.items() if given is answer)
        for answer in (Answer.HOLDS, Answer.FAILS)
    )
    return [Differing(clause, measure, scenarios, holds, fails)] if holds and fails else []


def differing_text(rows: Sequence[CheckedClaim], language: Language, plan: Plan | None = None) -> str:
    """A line for each of them, with the question that was put to the plan's owner; empty where there is none.

    Parameters
    ----------
    rows
        Results of one plan.
    language
        zh or en.
    plan
        Whose questions are named.
    """
    lines = [_line(one, language, plan) for one in differing(rows)]
    return "\n".join([_say("heading", language), *lines]) if lines else ""


def _line(one: Differing, language: Language, plan: Plan | None) -> str:
    where = _say("and", language).join(scenario_name(scenario, language) for scenario in one.scenarios)
    about = [one.clause, where, measure_name(one.measure, language) if one.measure else ""]
    told = []
    for answer, readings in (("holds", one.holds), ("fails", one.fails)):
        names = _say("or", language).join(reading_name(reading, language) for reading in readings)
        told.append(_say("as", language).format(reading=names, answer=_say(answer, language)))
    numbers = [] if plan is None else plan.clause(one.clause).questions
    asked = _say("asked", language).format(numbers=_say("and", language).join(map(str, numbers))) if numbers else ""
    comma = _say("part", language)
    named = comma.join(part for part in about if part)
    return f"{named}{_say('colon', language)}{comma.join(told)}{asked}{_say('end', language)}"


def _say(key: str, language: Language) -> str:
    return _WORDS[key][language == "en"]
