"""A plan's study made of parts: every question and situation goes to the part whose it is."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from resilience_sim.errors import PlanError
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.studies import bind
from resilience_sim.studies.call_centre.evacuation import Evacuation
from resilience_sim.studies.call_centre.power import CallCentre
from resilience_sim.studies.kindergarten.fire import Kindergarten
from resilience_sim.studies.parts import JoinedStudy, part, parts
from resilience_sim.studies.question import effort_for


def shipped(slug: str) -> tuple[Plan, Site]:
    folder = library()[slug]
    return read_plan(folder)[0], read_site(folder)[0]


def joined(slug: str = "call-centre") -> JoinedStudy:
    found = bind(*shipped(slug))
    assert isinstance(found, JoinedStudy)
    return found


@pytest.mark.parametrize("slug", sorted(library()))
def test_every_claim_is_asked_about_by_exactly_one_part_and_in_the_order_of_the_plan(slug: str) -> None:
    plan, site = shipped(slug)
    study = bind(plan, site)
    assert study is not None
    claims = [claim.id for _, claim in plan.claims()]
    assert list(dict.fromkeys(question.claim.id for question in study.questions())) == claims
    asked = [{question.claim.id for question in one.questions()} for one in parts(study)]
    assert sum(map(len, asked)) == len(claims)


def test_a_part_answers_what_it_was_asked_as_it_would_alone() -> None:
    study = joined()
    for kind in (CallCentre, Evacuation):
        alone = part(study, kind)
        assert alone is not None
        for question in alone.questions():
            assert study.axes(question) == alone.axes(question)
            assert study.options(question) == alone.options(question)
            assert study.effort_for(question.situation) == effort_for(alone, question.situation)
        question = alone.questions()[0]
        mine, its = (one.replicate(question.situation, 3, 1) for one in (study, alone))
        assert mine.keys() == its.keys()
        assert all(np.array_equal(mine[name], its[name]) for name in mine)
    assert part(study, Kindergarten) is None
    assert parts(None) == ()


def test_at_another_site_all_parts_are_there_and_what_is_pickled_is_the_same_study() -> None:
    study = joined()
    moved = study.at_site({"ups.load": 2.0 * study.site.base("ups.load") / 1000, "pre_movement.staff": 33.0})
    assert [one.site.base("pre_movement.staff") for one in moved.parts] == [33.0] * len(study.parts)
    again = pickle.loads(pickle.dumps(study))
    assert [one.claim.id for one in again.questions()] == [one.claim.id for one in study.questions()]


def test_a_plan_needs_only_what_its_claims_ask_about() -> None:
    plan, site = shipped("call-centre")
    kept = tuple(
        clause.model_copy(update={"claims": tuple(one for one in clause.claims if one.study.startswith("floor_"))})
        for clause in plan.clauses
    )
    fires = plan.model_copy(update={"clauses": kept})
    without_power = site.model_copy(
        update={"facts": {name: fact for name, fact in site.facts.items() if not name.startswith("ups.")}}
    )
    assert isinstance(bind(fires, without_power), Evacuation)
    with pytest.raises(PlanError, match=r"ups\."):
        bind(plan, without_power)
