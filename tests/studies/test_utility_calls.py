"""The utility's call tree put to its clauses: who is told, who comes, and what may be set."""

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
from resilience_sim.plans.quantities import Status
from resilience_sim.studies import bind
from resilience_sim.studies.notifying import BLOCK, Alarmed, longest_silence_s
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question
from resilience_sim.studies.utility_call_centre.calls import MEMBERS, UtilityCalls

FOLDER = library()["utility-call-centre"]
ASKED = ("P1-03", "P1-04", "P1-05", "P1-06", "P1-07", "P1-15", "P1-16")


@pytest.fixture(scope="module")
def study() -> UtilityCalls:
    plan, _ = read_plan(FOLDER)
    return UtilityCalls(plan, read_site(FOLDER)[0])


def asked(study: UtilityCalls, claim: str, scenario: str) -> Question:
    (question,) = (q for q in study.questions() if (q.claim.id, q.scenario) == (claim, scenario))
    return question


def values(study: UtilityCalls, question: Question, blocks: int = 5) -> np.ndarray:
    rows = [study.replicate(question.situation, 7, k)[question.measure] for k in range(blocks)]
    return np.concatenate(rows)


def test_every_clause_of_the_call_tree_is_asked_about_in_the_plans_study(study: UtilityCalls) -> None:
    assert {question.clause for question in study.questions()} == set(ASKED)
    plan, _ = read_plan(FOLDER)
    whole = bind(plan, study.site)
    assert isinstance(part(whole, UtilityCalls), UtilityCalls)
    assert {clause.id for clause in plan.clauses if clause.tier == "A" and not clause.claims} <= {"P1-01"}


def test_a_block_is_of_one_length_and_the_same_whoever_asks(study: UtilityCalls) -> None:
    again = pickle.loads(pickle.dumps(study))
    for question in study.questions():
        row, other = (one.replicate(question.situation, 3, 1) for one in (study, again))
        assert row.keys() == other.keys()
        assert all(len(row[name]) == BLOCK and np.array_equal(row[name], other[name]) for name in row)


def test_the_head_is_told_at_once_as_often_as_his_mobile_is_answered(study: UtilityCalls) -> None:
    told_min = values(study, asked(study, "P1-03.a", "by_day"), blocks=20)
    assert (told_min == 1.0).mean() == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / len(told_min)))
    assert (told_min >= 1.0).all()
    by_night = values(study, asked(study, "P1-03.a", "by_night"), blocks=20)
    assert (by_night == 1.0).mean() == pytest.approx(0.4, abs=4 * np.sqrt(0.24 / len(by_night)))


def test_three_numbers_are_compared_with_one_on_the_same_calls(study: UtilityCalls) -> None:
    gain = values(study, asked(study, "P1-04.c", "by_day"))
    three, one = (asked(study, claim, "by_day") for claim in ("P1-04.a", "P1-04.b"))
    within_s = study.site.base("calling.told_within")
    both = [
        (study.told(study.alarms(question.situation, 7, k), *MEMBERS) <= within_s).sum(axis=1)
        for question in (three, one)
        for k in range(5)
    ]
    assert np.array_equal(gain, np.concatenate(both[:5]) - np.concatenate(both[5:]))
    assert gain.mean() > 0
    alone = study.replicate(one.situation, 7, 0)["numbers_gain"]
    assert (alone == 0).all()


def test_mobiles_off_by_night_matter_by_night_alone(study: UtilityCalls) -> None:
    on, off = (values(study, asked(study, claim, "by_night")).mean() for claim in ("P1-05.a", "P1-05.b"))
    assert off < on
    on, off = (study.replicate(asked(study, claim, "by_day").situation, 7, 0) for claim in ("P1-05.a", "P1-05.b"))
    assert (on["members_reached"] >= off["members_reached"]).all()


def test_mobiles_are_on_for_as_long_as_the_plan_says(study: UtilityCalls) -> None:
    """From 7 h on: for 15 hours they are on by day alone, for 5 hours until noon."""
    said = {hours: study_with(study, phone_on=hours) for hours in (5, 15, 24)}
    claims = [(claim, when) for claim in ("P1-03.a", "P1-05.a", "P1-15.a") for when in study_scenarios(study, claim)]
    for claim, when in claims:
        assert np.array_equal(values(said[24], asked(said[24], claim, when)), values(study, asked(study, claim, when)))
    for when in ("by_day", "by_night"):
        fifteen, off = values(said[15], asked(said[15], "P1-05.a", when)), values(study, asked(study, "P1-05.b", when))
        assert np.array_equal(fifteen, off)
        kept = [values(said[hours], asked(said[hours], "P1-05.a", when)).mean() for hours in (5, 15, 24)]
        assert kept == sorted(kept)
        assert kept[0] < kept[2]
    head = [np.isfinite(values(said[hours], asked(said[hours], "P1-03.a", "by_night"))).mean() for hours in (15, 24)]
    assert head[0] < head[1]
    morning = asked(said[5], "P1-05.a", "by_day").situation
    assert isinstance(morning, Alarmed)
    inputs = said[5].trees.inputs("abnormal", changes=morning.changes)
    mobile, office, *_ = inputs.people[inputs.index["head"]].phones
    assert [hour for hour, share in enumerate(mobile.answered) if share > 0] == [7, 8, 9, 10, 11]
    assert all(share > 0 for share in office.answered)


def study_with(study: UtilityCalls, **decided: float) -> UtilityCalls:
    """The same plan with other values in force in P1-05."""
    clauses = []
    for clause in study.plan.clauses:
        quantities = {
            name: quantity.model_copy(
                update={"history": (*quantity.history, quantity.history[-1].model_copy(update={
                    "value": float(decided[name]), "status": Status.IN_FORCE
                }))}
            )
            if clause.id == "P1-05" and name in decided
            else quantity
            for name, quantity in clause.quantities.items()
        }  # fmt: skip
        clauses.append(clause.model_copy(update={"quantities": quantities}))
    return UtilityCalls(study.plan.model_copy(update={"clauses": tuple(clauses)}), study.site)


def study_scenarios(study: UtilityCalls, claim: str) -> list[str]:
    return [question.scenario for question in study.questions() if question.claim.id == claim]


def test_agents_follow_as_the_plan_says_in_whatever_unit_the_site_has_it(study: UtilityCalls) -> None:
    plan, _ = read_plan(FOLDER)
    fact = study.site.fact("call_up.agents_follow")
    per_cent = fact.model_copy(update={"unit": "%", "value": 100 * study.site.base("call_up.agents_follow")})
    site = study.site.model_copy(update={"facts": {**study.site.facts, "call_up.agents_follow": per_cent}})
    there = UtilityCalls(plan, site)
    for one in (study, there):
        inputs = one.trees.inputs("call_up", changes=one._willing(0.25))
        assert inputs.people[inputs.index["agents 1"]].comes == 0.25


def test_no_more_tries_are_recommended_where_somebody_stands_in(study: UtilityCalls) -> None:
    """Whoever tries the deputy head for longer calls the specialist, who stands in, later."""
    question = asked(study, "P1-15.a", "any_hour")
    assert "tries" not in study.options(question)
    assert "tries" in study.options(asked(study, "P1-03.a", "by_day"))
    kept = [
        float((values(study, replace(question, situation=study.set_to(question, "tries", tries)), 20) <= 20).mean())
        for tries in (2.0, 5.0)
    ]
    assert kept[0] > kept[1]


@pytest.mark.parametrize(
    ("chain", "role"), [("abnormal", "bureau_deputy"), ("progress", "bureau_deputy"), ("call_up", "agents")]
)
def test_a_call_tree_that_names_a_role_otherwise_is_refused_with_its_line(
    chain: str, role: str, tmp_path: Path
) -> None:
    folder = copied(tmp_path)
    tree = folder / "calltree.yaml"
    text = tree.read_text(encoding="utf-8")
    if chain == "progress":  # named as before but in that chain
        text = text.replace(
            "calls: {duty_agent: [head, deputy_head, bureau_deputy]}", "calls: {duty_agent: [head, deputy_head]}"
        )
    else:
        text = re.sub(rf"\b{role}\b(?=[:,\]])", f"{role}_renamed", text)
    tree.write_text(text, encoding="utf-8")
    line = 1 + text.split("\n").index(next(row for row in text.split("\n") if row.startswith(f"  {chain}:")))
    with pytest.raises(PlanError, match=rf"calltree\.yaml.*{line}.*chain '{chain}' has no '{role}'"):
        UtilityCalls(read_plan(folder)[0], read_site(folder)[0])


def test_a_call_tree_without_a_chain_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    tree = folder / "calltree.yaml"
    tree.write_text(tree.read_text(encoding="utf-8").replace("\n  briefing:", "\n  told_briefly:"), encoding="utf-8")
    with pytest.raises(PlanError, match=r"calltree\.yaml.*there is no chain 'briefing'; accepted: abnormal, call_up"):
        UtilityCalls(read_plan(folder)[0], read_site(folder)[0])


def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "plan"))


def test_all_members_come_later_than_one_who_commands(study: UtilityCalls) -> None:
    row = study.replicate(asked(study, "P1-06.a", "any_hour").situation, 7, 0)
    assert (row["members_on_site"] >= row["command_on_site"]).all()


def test_more_agents_are_on_their_seats_later(study: UtilityCalls) -> None:
    one, two = (values(study, asked(study, claim, "any_hour")) for claim in ("P1-07.a", "P1-07.b"))
    assert (two >= one).mean() > 0.7  # the second to say yes may live next door
    assert np.median(two) > np.median(one) > 20.0


@pytest.mark.parametrize("claim", ["P1-03.a", "P1-04.a", "P1-05.a", "P1-07.a", "P1-15.a", "P1-16.a"])
def test_every_lever_is_offered_from_the_hardest_to_the_easiest(study: UtilityCalls, claim: str) -> None:
    question = next(q for q in study.questions() if q.claim.id == claim)
    for option in study.options(question):
        chosen = replace(question, option=option)
        (choice,) = study.choices(chosen)
        ends = [study.chosen(chosen, (value,)) for value in (choice.values[0], choice.values[-1])]
        hard, easy = (end.kept(values(study, end, 1 if option == "rounds" else 3)).mean() for end in ends)
        assert hard <= easy, option
        costs = study.costs(chosen, 1)
        assert costs.shape == (len(choice.values),)
        assert (np.diff(costs) > 0).all()


def test_loads_move_what_they_name(study: UtilityCalls) -> None:
    question = asked(study, "P1-04.a", "by_day")
    answered, attempt, people = study.axes(question)
    assert (answered.name, attempt.name, people.name) == (
        "calling.answered_day", "calling.attempt", "calling.team_leaders"
    )  # fmt: skip
    share = [study.replicate(study.moved(question, answered, v), 7, 0)["members_told"] for v in (95.0, 20.0)]
    assert np.median(share[0]) < np.median(share[1])
    few, many = (study.moved(question, people, n) for n in (1.0, 60.0))
    assert len(study.trees.people("abnormal", "team_leaders", changes=many.changes)) == 60
    fewer, more = (np.isfinite(study.replicate(one, 7, 0)["members_told"]).mean() for one in (few, many))
    assert fewer > more
    slow = study.replicate(study.moved(question, attempt, 8.0), 7, 0)["members_told"]
    assert slow.min() >= 8.0


def test_silence_is_the_longest_time_between_news_of_whoever_waits_longest() -> None:
    told = np.array([[[60.0, np.inf], [700.0, 900.0], [1300.0, 1900.0]]])  # one event, three reports, two people
    assert longest_silence_s(told, 2000.0).tolist() == [1000.0]  # from 900 to 1900 s; the other: 60, 640, 600, 700
    assert longest_silence_s(told, 5000.0).tolist() == [3700.0]  # nothing after 1300 s
    assert longest_silence_s(np.full((1, 2, 1), np.inf), 500.0).tolist() == [500.0]


def test_reports_begun_more_often_leave_less_silence(study: UtilityCalls) -> None:
    question = replace(asked(study, "P1-16.a", "any_hour"), option="rounds")
    often, seldom = (values(study, study.chosen(question, (minutes,)), 1) for minutes in (10.0, 90.0))
    assert (often < seldom).mean() > 0.95
    assert often.min() >= 10.0
