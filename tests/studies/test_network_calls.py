"""The network centre's call tree put to its clauses: superiors, technicians on call, the others who confirm."""

from __future__ import annotations

import pickle
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resilience_sim.errors import PlanError
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies import bind
from resilience_sim.studies.network_operations.calls import NetworkCalls
from resilience_sim.studies.notifying import BLOCK
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question

FOLDER = library()["network-operations"]


@pytest.fixture(scope="module")
def study() -> NetworkCalls:
    plan, _ = read_plan(FOLDER)
    return NetworkCalls(plan, read_site(FOLDER)[0])


def asked(study: NetworkCalls, claim: str, scenario: str) -> Question:
    (question,) = (q for q in study.questions() if (q.claim.id, q.scenario) == (claim, scenario))
    return question


def values(study: NetworkCalls, question: Question, blocks: int = 5) -> np.ndarray:
    return np.concatenate([study.replicate(question.situation, 7, k)[question.measure] for k in range(blocks)])


def test_every_clause_of_the_call_tree_is_asked_about_in_the_plans_study(study: NetworkCalls) -> None:
    assert {question.clause for question in study.questions()} == {"P2-08", "P2-09", "P2-14", "P2-15"}
    plan, _ = read_plan(FOLDER)
    assert isinstance(part(bind(plan, study.site), NetworkCalls), NetworkCalls)


def test_a_block_is_of_one_length_and_the_same_whoever_asks(study: NetworkCalls) -> None:
    again = pickle.loads(pickle.dumps(study))
    for question in study.questions():
        row, other = (one.replicate(question.situation, 3, 1) for one in (study, again))
        assert all(len(row[name]) == BLOCK and np.array_equal(row[name], other[name]) for name in row)


def test_five_minutes_are_one_attempt(study: NetworkCalls) -> None:
    """One phone, a minute a call, five minutes between attempts: the second call ends in the seventh minute."""
    for scenario, share in (("by_day", 0.5), ("by_night", 0.4)):
        question = asked(study, "P2-08.b", scenario)
        assert (question.limit, question.unit) == (5.0, "min")
        told = values(study, question, blocks=20)
        error = 4 * np.sqrt(0.25 / len(told))
        assert question.kept(told).mean() == pytest.approx(share, abs=error)
        assert set(np.unique(told)) <= {1.0, 7.0, 13.0, np.inf}


def test_from_the_event_on_the_centre_has_to_know_first(study: NetworkCalls) -> None:
    event, detection = (values(study, asked(study, claim, "by_day")) for claim in ("P2-08.a", "P2-08.b"))
    known = event[np.isfinite(event)] - detection[np.isfinite(event)]
    assert (known > 0).all()
    unnoticed, noticed_min = study.site.base("calling.unnoticed"), study.site.base("faults.noticed") / 60
    # Nine of ten are reported after an exponential time; the patrol finds the rest within a day.
    within = (1 - unnoticed) * (1 - np.exp(-5 / noticed_min))
    assert (known <= 5.0).mean() == pytest.approx(within, abs=0.02 + 4 * np.sqrt(0.25 / len(known)))
    assert known.max() <= 24 * 60


def test_a_superior_who_always_answers_is_told_in_a_minute(study: NetworkCalls) -> None:
    question = replace(asked(study, "P2-08.b", "by_night"), option="answering")
    (choice,) = study.choices(question)
    assert (choice.quantity, choice.current) == ("calling.answered_night", 40.0)
    assert (choice.values[0], choice.values[-1]) == (40.0, 100.0)
    assert (values(study, study.chosen(question, (100.0,))) == 1.0).all()


@pytest.mark.parametrize("scenario", ["by_day", "by_night"])
def test_the_share_answered_now_is_that_of_the_hours_asked_about(study: NetworkCalls, scenario: str) -> None:
    question = replace(asked(study, "P2-08.b", scenario), option="answering")
    (choice,) = study.choices(question)
    assert choice.current is not None
    as_is, now = values(study, question), values(study, study.chosen(question, (choice.current,)))
    assert np.array_equal(question.kept(as_is), question.kept(now))
    assert (as_is != now).mean() < 0.05  # tries that begin in the other half of the day


def test_shares_are_shares_in_whatever_unit_the_site_has_them(study: NetworkCalls) -> None:
    """A site that writes 50 % is the site that writes 0.5."""
    names = ("calling.answered_day", "calling.answered_night", "calling.unnoticed")
    facts = {
        name: one.model_copy(update={"unit": "%", "value": 100 * study.site.base(name), "range": None})
        for name, one in study.site.facts.items()
        if name in names
    }
    there = NetworkCalls(study.plan, study.site.model_copy(update={"facts": {**study.site.facts, **facts}}))
    for claim, option, value in (("P2-08.b", "answering", 90.0), ("P2-08.a", "noticing", 0.02)):
        here, abroad = (replace(asked(one, claim, "by_night"), option=option) for one in (study, there))
        assert study.choices(here)[0].current == pytest.approx(there.choices(abroad)[0].current)
        first, second = (
            values(one, one.chosen(question, (value,))) for one, question in ((study, here), (there, abroad))
        )
        assert np.array_equal(first, second)


@pytest.mark.parametrize(("role", "chain"), [("superior", "report"), ("technicians", "call_in")])
def test_a_call_tree_that_names_a_role_otherwise_is_refused_with_its_line(
    role: str, chain: str, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "plan"))
    tree = folder / "calltree.yaml"
    text = re.sub(rf"\b{role}\b(?=[:,\]])", f"{role}_renamed", tree.read_text(encoding="utf-8"))
    tree.write_text(text, encoding="utf-8")
    line = next(number for number, row in enumerate(text.split("\n"), 1) if row.startswith(f"  {chain}:"))
    with pytest.raises(PlanError, match=rf"calltree\.yaml.*{line}.*chain '{chain}' has no '{role}'"):
        NetworkCalls(read_plan(folder)[0], read_site(folder)[0])


def test_more_on_call_answer_and_come_sooner_on_the_same_numbers(study: NetworkCalls) -> None:
    for claim in ("P2-09.a", "P2-09.c"):
        question = replace(asked(study, claim, "by_night"), option="depth")
        one, two, eight = (values(study, study.chosen(question, (n,))) for n in (1.0, 2.0, 8.0))
        assert (two <= one).mean() > 0.9
        assert question.kept(one).mean() < question.kept(two).mean() <= question.kept(eight).mean()


def test_outside_the_hours_of_being_on_call_only_the_telephone_rings(study: NetworkCalls) -> None:
    question = replace(asked(study, "P2-09.c", "by_night"), option="hours")
    (choice,) = study.choices(question)
    assert (choice.clause, choice.values[0], choice.values[-1]) == ("P2-09", 8.0, 24.0)
    day_only, always = (values(study, study.chosen(question, (hours,))) for hours in (8.0, 24.0))
    assert np.array_equal(always, values(study, question))
    assert (day_only >= always).all()
    assert question.kept(day_only).mean() < question.kept(always).mean()


def test_one_who_confirms_is_sooner_than_all(study: NetworkCalls) -> None:
    every, one = (values(study, asked(study, claim, "any_hour")) for claim in ("P2-15.a", "P2-15.b"))
    assert (one <= every).all()
    two = study.chosen(replace(asked(study, "P2-15.a", "any_hour"), option="confirmations"), (2.0,))
    assert ((one <= values(study, two)) & (values(study, two) <= every)).all()


@pytest.mark.parametrize("claim", ["P2-08.a", "P2-08.b", "P2-09.a", "P2-09.c", "P2-14.a", "P2-15.a"])
def test_every_lever_is_offered_from_the_hardest_to_the_easiest(study: NetworkCalls, claim: str) -> None:
    question = next(q for q in study.questions() if q.claim.id == claim)
    for option in study.options(question):
        chosen = replace(question, option=option)
        (choice,) = study.choices(chosen)
        hard, easy = (
            end.kept(values(study, end, 1 if option == "rounds" else 3)).mean()
            for end in (study.chosen(chosen, (value,)) for value in (choice.values[0], choice.values[-1]))
        )
        assert hard <= easy, option
        assert study.costs(chosen, 1).shape == (len(choice.values),)


def test_loads_make_it_harder(study: NetworkCalls) -> None:
    for claim, scenario in (("P2-08.a", "by_day"), ("P2-09.a", "by_day"), ("P2-15.a", "any_hour")):
        question = asked(study, claim, scenario)
        for axis in study.axes(question):
            first, last = (
                question.kept(study.replicate(study.moved(question, axis, v), 7, 0)[question.measure]).mean()
                for v in (axis.values[0], axis.values[-1])
            )
            assert last <= first, axis.name
