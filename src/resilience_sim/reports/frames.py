"""What notebooks show as tables: clauses in both languages, facts with their grades, verdicts with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Fact, Site
from resilience_sim.plans.wording import amount, number, render
from resilience_sim.reports.words import Language, measure_name, none_of, reading_name, say, scenario_name

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["clause_frame", "facts_frame", "verdict_frame"]


def clause_frame(plan: Plan, clauses: Iterable[str]) -> pd.DataFrame:
    """The sentences of some clauses with the numbers in force, Chinese and English; one row each."""
    import pandas as pd

    rows = [{"clause": one, "条款": render(plan.clause(one), "zh"), "text": render(plan.clause(one), "en")}
            for one in clauses]  # fmt: skip
    return pd.DataFrame(rows).set_index("clause")


def facts_frame(site: Site, names: Iterable[str]) -> pd.DataFrame:
    """Some facts of a site: value, grade (published, computed or assumed), range and source; one row each."""
    import pandas as pd

    rows = []
    for name in names:
        fact = site.fact(name)
        grade = f"{fact.grade.value}, foreign" if fact.foreign else fact.grade.value
        rows.append({"fact": name, "value": _value(fact), "grade": grade, "range": _range(fact), "source": fact.source})
    return pd.DataFrame(rows).set_index("fact")


def _value(fact: Fact) -> str:
    if fact.value is not None:
        return amount(fact.value, fact.unit, "en")
    every = fact.values or ()
    return f"{number(min(every))} – {amount(max(every), fact.unit, 'en')} ({len(every)} values)"


def _range(fact: Fact) -> str:
    return "–" if fact.range is None else f"{number(fact.range.min)} – {amount(fact.range.max, fact.unit, 'en')}"


def verdict_frame(rows: Sequence[CheckedClaim], language: Language) -> pd.DataFrame:
    """Verdicts as ``check`` prints them, the share kept in percent with its interval; one row each."""
    import pandas as pd

    found = []
    for row in rows:
        question, verdict = row.question, row.verdict
        limit = none_of(question.measure, language) if (question.relation, question.limit) == ("at_most", 0) else None
        sign = "≥" if question.relation == "at_least" else "≤"
        asked = f"{measure_name(question.measure, language)} {sign} {amount(question.limit, question.unit, language)}"
        share = f"{100 * verdict.estimate:.0f} % ({100 * verdict.low:.0f} – {100 * verdict.high:.0f} %)"
        told = {
            "claim": question.claim.id,
            "scenario": scenario_name(question.scenario, language),
            "interpretation": reading_name(question.interpretation, language) or "–",
            "required": f"{limit or asked}{say('comma', language)}{100 * question.required:.0f} %",
            "kept": share if verdict.replications else "–",
            "verdict": say(verdict.answer.value, language),
            "events": verdict.replications,
        }
        found.append({say(key, language): value for key, value in told.items()})
    return pd.DataFrame(found).set_index(say("claim", language))
