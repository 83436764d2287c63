"""Every clause of the call centre's plan is judged, and where it can be read in several ways, each of them is."""

from __future__ import annotations

import pytest

from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.register import Clause
from resilience_sim.studies import bind

PLAN, _ = read_plan(library()["call-centre"])
SITE, _ = read_site(library()["call-centre"])
STUDY = bind(PLAN, SITE)
TWO_READINGS = {"P4-06", "P4-07", "P4-13", "P4-14", "P4-15", "P4-16", "P4-17", "P4-21", "P4-22", "P4-27", "P4-29",
                "P4-33", "P4-35"}  # fmt: skip


def test_the_clauses_with_several_readings_are_these() -> None:
    assert {clause.id for clause in PLAN.clauses if len(clause.interpretations) > 1} == TWO_READINGS


@pytest.mark.parametrize("clause", PLAN.clauses, ids=lambda clause: clause.id)
def test_every_claim_of_a_clause_is_asked_in_each_reading(clause: Clause) -> None:
    asked = [question for question in STUDY.questions() if question.clause == clause.id]
    assert {question.claim.id for question in asked} == {claim.id for claim in clause.claims}
    assert asked
    readings = {question.claim.interpretation for question in asked if question.claim.interpretation}
    assert readings == {reading.id for reading in clause.interpretations}


def test_rival_readings_of_a_trigger_are_different_situations() -> None:
    """Of the ten and the thirty minutes, which clauses.md leaves open: the same claim is simulated twice."""
    by_claim = {question.claim.id: question for question in STUDY.questions() if question.scenario != "by_night"}
    for one, other in (("P4-06.a", "P4-06.b"), ("P4-33.a", "P4-33.d"), ("P4-35.b", "P4-35.e"), ("P4-35.c", "P4-35.f")):
        first, second = by_claim[one], by_claim[other]
        assert (first.measure, first.limit, first.required) == (second.measure, second.limit, second.required)
        assert first.interpretation != second.interpretation
        assert first.situation != second.situation
