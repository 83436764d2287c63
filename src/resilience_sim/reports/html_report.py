"""The report as one page of HTML: nothing outside of it is needed, nothing in it runs, and it prints.

The template only lays out; every text that it shows is made here, and is escaped by it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence, Set
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.plans.wording import amount, number
from resilience_sim.reports.differing import differing_text
from resilience_sim.reports.frontier_words import choice_name, cost_text, group_name
from resilience_sim.reports.html_figures import inline_svg
from resilience_sim.reports.report_changes import pieces
from resilience_sim.reports.report_content import (
    ANSWERS,
    COUNTED,
    PlanResults,
    Results,
    clause_answers,
    counts,
    revisions,
    run_items,
    unjudged,
)
from resilience_sim.reports.report_figures import report_figures
from resilience_sim.reports.report_phrases import bases, error_bound, fact_value, proofs
from resilience_sim.reports.report_words import say
from resilience_sim.reports.tables import bracket_text, limit_text, percent
from resilience_sim.reports.words import Language, load_name, reading_name, scenario_name
from resilience_sim.reports.words import say as common
from resilience_sim.verdicts.selection import Found

__all__ = ["html_report"]

_JOINT = re.compile(r"(?<=[≤≥\d]) (?=\S)")
_BREAKABLE = re.compile(r"[^._]+[._]?")

LANG = {"zh": "zh-Hans", "en": "en"}
FOUND = {Found.FOUND: "holds", Found.NONE_HOLDS: "fails", Found.UNDECIDED: "undecided"}


def html_report(results: Results, language: Language) -> str:
    """The page.

    Parameters
    ----------
    results
        Of at least one plan.
    language
        zh or en; figures are in English where no font has Chinese characters.
    """
    environment = Environment(
        loader=PackageLoader("resilience_sim.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    every = counts(results.plans)
    titles = [_title(one, language) for one in results.plans]
    return environment.get_template("report.html.j2").render(
        lang=LANG[language],
        say=partial(say, language=language),
        colon=common("colon", language),
        comma=common("comma", language),
        early=common("early", language),
        version=results.versions.get("resilience-sim", ""),
        titles=common("list", language).join(titles),
        headlines=list(_headlines(results.plans, language)),
        counted=COUNTED,
        total=every.numbers,
        unjudged=[view for one in results.plans for view in _unjudged_views(one, language)],
        error_stated=say("error_stated", language).format(error=results.family_error),
        plans=[_plan(one, language) for one in results.plans],
        answers=[(answer.value, common(answer.value, language)) for answer in ANSWERS],
        run=list(run_items(results, language)),
    )


def _unbroken(text: str) -> str:
    """A text whose lines end neither between a number and its unit nor after a sign."""
    return _JOINT.sub("\u00a0", text)


def _title(one: PlanResults, language: Language) -> str:
    return str(getattr(one.plan.title, language))


def _anchor(one: PlanResults, clause: str) -> str:
    return f"{one.plan.plan}-{clause}"


def _headlines(plans: Sequence[PlanResults], language: Language) -> Iterator[str]:
    counted = counts(plans)
    names = ("holds", "fails", "line", "undecided")
    clauses = {name: counted.by_clause[answer] for name, answer in zip(names, ANSWERS, strict=True)}
    yield say("headline", language).format(
        clauses=counted.clauses, judged=counted.judged, unjudged=counted.unjudged, **clauses
    )
    if found := [one for plan in plans for one in plan.found or ()]:
        status = [one.result.status for one in found]
        yield say("headline_found", language).format(
            groups=len(found),
            found=status.count(Found.FOUND),
            none=status.count(Found.NONE_HOLDS),
            undecided=status.count(Found.UNDECIDED),
        )


# ---- one plan


def _plan(one: PlanResults, language: Language) -> dict[str, Any]:
    view = {
        "anchor": f"plan-{one.plan.plan}",
        "title": _title(one, language),
        "source": one.plan.source,
        "site": getattr(one.site.title, language),
        "counts": counts([one]).numbers,
        "headlines": list(_headlines([one], language)),
        "differing": differing_text(one.rows, language, one.plan) if one.rows else "",
        "sites": any(row.stands for row in one.rows),
        "breaks": any(row.breaking_points for row in one.rows),
        "none_sought": say(_none_sought(one), language),
    }
    parts = {
        "verdicts": list(_verdicts(one, language)),
        "recommendations": list(_recommendations(one, language)),
        "notes": one.notes,
        "clauses": list(_clauses(one, language)),
        "questions": list(_questions(one, language)),
        "figures": list(_figures(one, language)),
        "facts": list(_facts(one, language)),
    }
    return {**view, **parts, "sections": [key for key, part in parts.items() if part]}


def _none_sought(one: PlanResults) -> str:
    """The key of the words that say why there are no recommendations, where there are none."""
    if one.found is None:
        return "not_sought"
    return "none_to_seek" if any(clause.claims for clause in one.plan.clauses) else "no_claims"


def _questions(one: PlanResults, language: Language) -> Iterator[dict[str, Any]]:
    for question in one.plan.questions:
        yield {
            "number": question.no,
            "clauses": [(clause, _anchor(one, clause)) for clause in question.clauses],
            "text": getattr(question, language),
        }


def _verdicts(one: PlanResults, language: Language) -> Iterator[dict[str, Any]]:
    named: set[str] = set()
    for row in one.rows:
        claim = row.question.claim.id
        yield {"id": None if claim in named else _anchor(one, claim), **_verdict(one, row, language)}
        named.add(claim)


def _verdict(one: PlanResults, row: CheckedClaim, language: Language) -> dict[str, Any]:
    asked, verdict, stands = row.question, row.verdict, row.stands
    share, low, high, required = (
        "–" if math.isnan(value) else percent(value, language=language)
        for value in (verdict.estimate, verdict.low, verdict.high, asked.required)
    )
    brackets = (
        (load_name(point.along, language), _unbroken(bracket_text(point, language))) for point in row.breaking_points
    )
    return {
        "anchor": _anchor(one, asked.clause),
        "claim": asked.claim.id,
        "limit": _unbroken(limit_text(row, language)),
        "scenario": scenario_name(asked.scenario, language),
        "reading": reading_name(asked.interpretation, language),
        "required": required,
        "share": f"{share}（{low} – {high}）" if language == "zh" else f"{share} ({low} – {high})",
        "kept": None if math.isnan(verdict.estimate) else round(100 * verdict.estimate, 1),
        "low": round(100 * verdict.low, 1),
        "high": round(100 * verdict.high, 1),
        "at": round(100 * asked.required, 1),
        "answer": verdict.answer.value,
        "verdict": common(verdict.answer.value, language),
        "events": f"{verdict.replications:,}",
        "stands": "–" if stands is None else common("of_sites", language).format(
            share=percent(stands.share, language=language), sites=stands.sites
        ),
        "breaking": brackets,
    }  # fmt: skip


def _recommendations(one: PlanResults, language: Language) -> Iterator[dict[str, Any]]:
    told: set[tuple[str, str]] = set()
    for found in one.found or ():
        asked = {(question.claim.id, question.scenario) for question in found.questions}
        # Options for the same claims follow each other; what breaks them is said with the first.
        yield {**_recommendation(one, found, language), "breaking": _broken(one, asked - told, language)}
        told |= asked


def _broken(one: PlanResults, asked: Set[tuple[str, str]], language: Language) -> str:
    """The breaking points of some claims as the plan stands."""
    said = [
        f"{row.question.claim.id} {load_name(point.along, language)}{common('colon', language)}"
        f"{_unbroken(bracket_text(point, language))}"
        for row in one.rows
        if (row.question.claim.id, row.question.scenario) in asked
        for point in row.breaking_points
    ]
    return ("；" if language == "zh" else "; ").join(said)


def _recommendation(one: PlanResults, found: Recommendation, language: Language) -> dict[str, Any]:
    values: Sequence[float | None] = found.recommended or [None] * len(found.choices)
    result = found.result
    return {
        "group": group_name(found, language),
        "claims": [
            (question.claim.id, _anchor(one, question.claim.id)) for question in found.questions
        ],
        "answer": FOUND[result.status],
        "result": common(result.status.value, language),
        "changes": [
            (
                choice_name(choice, language),
                amount(choice.current, choice.unit, language),
                "–" if value is None else amount(value, choice.unit, language),
            )
            for choice, value in zip(found.choices, values, strict=True)
        ],
        "cost": cost_text(found, language),
        "proofs": [
            {
                "answer": proof.answer.value,
                "word": common(proof.answer.value, language),
                "words": proof.values if proof.verdict is None else say("proof", language).format(
                    values=proof.values,
                    share=percent(proof.verdict.estimate, 1, language),
                    events=f"{proof.verdict.replications:,}",
                ),
            }
            for proof in proofs(found, language)
        ],
        "nothing_cheaper": result.status is Found.FOUND and not result.fails and not result.cheaper_undecided,
        "error": say("certificate_error", language).format(bound=error_bound(found.alpha, language)),
    }  # fmt: skip


def _clauses(one: PlanResults, language: Language) -> Iterator[dict[str, Any]]:
    answers = clause_answers(one)
    for clause, old, new, origin in revisions(one, language):
        answer = answers.get(clause.id)
        yield {
            "id": clause.id,
            "anchor": _anchor(one, clause.id),
            "where": clause.where,
            "pieces": pieces(old, new),
            "origin": origin if new != old else say("unchanged", language),
            "answer": None if answer is None else answer.value,
            "verdict": None if answer is None else common(answer.value, language),
        }


def _unjudged_views(one: PlanResults, language: Language) -> Iterator[dict[str, str]]:
    texts = {revision.clause.id: revision.old for revision in revisions(one, language)}
    for clause, reason in unjudged(one, language):
        yield {
            "plan": _title(one, language),
            "id": clause.id,
            "anchor": _anchor(one, clause.id),
            "text": texts[clause.id],
            "reason": reason,
        }


def _figures(one: PlanResults, language: Language) -> Iterator[dict[str, Any]]:
    for index, (title, figure) in enumerate(report_figures(one, language), 1):
        yield {"title": title, "svg": inline_svg(figure, prefix=f"{one.plan.plan}-figure-{index}", title=title)}


def _facts(one: PlanResults, language: Language) -> Iterator[dict[str, Any]]:
    for name, fact in one.site.facts.items():
        known = load_name(name, language)
        within = "–"
        if fact.range is not None:
            within = f"{number(fact.range.min)} – {amount(fact.range.max, fact.unit, language)}"
        yield {
            "key": _BREAKABLE.findall(name),
            "name": "" if known == name else known,
            "value": fact_value(fact, language),
            "range": within,
            "grade": say(fact.grade.value, language),
            "foreign": fact.foreign,
            "source": fact.source,
        }
    for file, grade, source in bases(one.site):
        yield {
            "key": [file],
            "name": say("written_out", language).format(file=file),
            "value": "–",
            "range": "–",
            "grade": say(grade.value, language),
            "foreign": False,
            "source": source,
        }
