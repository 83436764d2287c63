"""What one result says in a phrase, the same in the report's page and in its spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Context
from typing import NamedTuple

from resilience_sim.experiments.recommend import Recommendation
from resilience_sim.plans.files import BUILDING, CALL_TREE, FAULTS
from resilience_sim.plans.site import Fact, Grade, Site
from resilience_sim.plans.wording import amount, number
from resilience_sim.reports.frontier_words import choice_name
from resilience_sim.reports.words import Language
from resilience_sim.reports.words import say as common
from resilience_sim.verdicts.cheapest import Index
from resilience_sim.verdicts.verdict import Answer, Verdict

__all__ = ["Basis", "Proof", "bases", "error_bound", "fact_value", "proofs", "values_text"]

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Proof(NamedTuple):
    """One line of a certificate: a choice, how it answered, and the verdict on it where there is one."""

    answer: Answer
    values: str
    verdict: Verdict | None


def values_text(one: Recommendation, index: Index, language: Language) -> str:
    """A choice in words: each quantity with its value."""
    parts = (
        f"{choice_name(choice, language)} {amount(value, choice.unit, language)}"
        for choice, value in zip(one.choices, one.values(index), strict=True)
    )
    return common("comma", language).join(parts)


def proofs(one: Recommendation, language: Language) -> list[Proof]:
    """A certificate: what holds, what fails, and which cheaper choices stayed without an answer."""
    result = one.result
    return [
        *(Proof(Answer.HOLDS, values_text(one, index, language), verdict) for index, verdict in result.holds),
        *(Proof(Answer.FAILS, values_text(one, index, language), verdict) for index, verdict in result.fails),
        *(Proof(Answer.UNDECIDED, values_text(one, index, language), None) for index in result.cheaper_undecided),
    ]


def error_bound(error: float, language: Language) -> str:
    """A probability of being wrong in one significant digit, never below its true value.

    Examples
    --------
    >>> error_bound(2.49e-7, "en"), error_bound(2.49e-7, "zh"), error_bound(2e-7, "en")
    ('3e-07', '3×10⁻⁷', '2e-07')
    """
    bound = Context(prec=1, rounding=ROUND_CEILING).create_decimal(repr(error))
    if language == "en":
        return f"{float(bound):.0e}"
    return f"{bound.as_tuple().digits[0]}×10{str(bound.adjusted()).translate(_RAISED)}"


def fact_value(fact: Fact, language: Language) -> str:
    """The value of a fact with its unit; a list's values one after the other."""
    if fact.value is not None:
        return amount(fact.value, fact.unit, language)
    *others, last = fact.values or ()
    return common("list", language).join([*map(number, others), amount(last, fact.unit, language)])


class Basis(NamedTuple):
    """What the numbers rest on that a file beside the site writes out."""

    file: str
    grade: Grade
    source: str


def bases(site: Site) -> Iterator[Basis]:
    """What is said of the numbers written out in the building, the call tree and the faults that a site has."""
    if site.building is not None:
        yield Basis(BUILDING, site.building.measures.grade, site.building.measures.source)
    if site.calltree is not None:
        yield Basis(CALL_TREE, site.calltree.basis.grade, site.calltree.basis.source)
    if site.repairs is not None and site.repairs.measures is not None:
        yield Basis(FAULTS, site.repairs.measures.grade, site.repairs.measures.source)
