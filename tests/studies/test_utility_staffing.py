"""The utility call centre's study: the plan read to the letter, and the laws its events obey."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resilience_sim.errors import PlanError
from resilience_sim.experiments.runs import Runs
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.models.queue.measures import measures
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies import bind
from resilience_sim.studies.parts import part
from resilience_sim.studies.utility_call_centre.event import Event
from resilience_sim.studies.utility_call_centre.levers import EVENTS
from resilience_sim.studies.utility_call_centre.served import EventCalls, alike
from resilience_sim.studies.utility_call_centre.staffing import UtilityCallCentre
from resilience_sim.timelines import constant, pulse

FOLDER = library()["utility-call-centre"]


@pytest.fixture(scope="module")
def study() -> UtilityCallCentre:
    plan, _ = read_plan(FOLDER)
    site, _ = read_site(FOLDER)
    found = part(bind(plan, site), UtilityCallCentre)
    assert found is not None
    return found


def event(study: UtilityCallCentre, claim: str, scenario: str = "district") -> Event:
    for question in study.questions():
        if (question.claim.id, question.scenario) == (claim, scenario):
            assert isinstance(question.situation, Event)
            return question.situation
    raise KeyError(claim)


def test_the_plan_is_read_to_the_letter(study: UtilityCallCentre) -> None:
    plain = study.rules({})
    assert (plain.general_lines, plain.major_lines) == (3, 4)  # 超过两条 is three, 超过 3 条 is four
    assert study.events.levels == {"general": (3, 3), "major": (4, None)}
    assert plain.major_people == 3
    assert study.rules({"P1-13": "adds"}).major_people == 4
    assert not plain.planned_counted
    assert study.rules({"P1-12": "planned_counted"}).planned_counted


def test_every_claim_is_asked_in_every_scenario_it_fits(study: UtilityCallCentre) -> None:
    asked = [(q.clause, q.claim.id, q.scenario) for q in study.questions()]
    of_responses = [row for row in asked if row[0] in ("P1-09", "P1-13")]
    assert len(of_responses) == len(set(of_responses)) == 2 + 2 * 8
    assert len(asked) == len(set(asked)) == 18 + 2 + 2 + 1 + 2 + 2 + 2 * 2
    assert ("P1-09", "P1-09.a", "linyi_storm") not in asked


def test_the_roster_is_the_fewest_agents_by_erlang_c(study: UtilityCallCentre) -> None:
    assert study.events.day.agents == (5, 12, 12)  # 9 Erlang in the busiest hour need 12


def test_equal_arguments_give_equal_events(study: UtilityCallCentre) -> None:
    plan, _ = read_plan(FOLDER)
    site, _ = read_site(FOLDER)
    again = UtilityCallCentre(plan, site)
    for claim in ("P1-09.a", "P1-13.g"):
        assert study.replicate(event(study, claim), 5, 3) == again.replicate(event(again, claim), 5, 3)


def test_events_do_not_depend_on_the_process_that_runs_them(study: UtilityCallCentre) -> None:
    for claim, scenario in (("P1-13.e", "district"), ("P1-13.c", "linyi_storm")):
        asked = event(study, claim, scenario)
        here, there = (Runs(study, 5, workers=workers).rows(asked, 7) for workers in (1, 2))
        assert here == there


def test_rules_change_the_agents_and_nothing_else_of_an_event(study: UtilityCallCentre) -> None:
    plain = event(study, "P1-13.a")
    more = replace(plain, rules=replace(plain.rules, major_agents=12))
    for replication in range(4):
        few, many = (study.trace(e, 5, replication) for e in (plain, more))
        assert few.lines == many.lines
        assert few.roster == many.roster
        at = np.linspace(few.start_s, few.end_s, 500)
        assert (many.agents.at(at) >= few.agents.at(at)).all()


def test_an_event_begins_when_its_level_is_reached(study: UtilityCallCentre) -> None:
    for claim, level in (("P1-09.a", 3), ("P1-13.a", 4)):
        for replication in range(10):
            lines = study.trace(event(study, claim), 5, replication).lines
            assert lines.at(0.0) >= level > lines.at(-1e-6)


def test_the_trace_and_the_measures_tell_the_same_story(study: UtilityCallCentre) -> None:
    asked = event(study, "P1-09.a")
    for replication in range(5):
        row, trace = study.replicate(asked, 5, replication), study.trace(asked, 5, replication)
        added = (trace.agents - trace.roster).integral(-7 * 86400, 86400) / 3600
        assert row["added_hours"] == pytest.approx(added, abs=1e-9)


def test_a_response_outlives_the_time_that_is_measured_and_costs_until_people_are_released(
    study: UtilityCallCentre,
) -> None:
    asked = event(study, "P1-09.a")
    hold = asked.rules.released_after_s
    for replication in range(10):
        trace = study.trace(asked, 5, replication)
        (last,) = (off for on, off in trace.general if on <= trace.end_s <= off)
        assert last >= min(trace.end_s + hold, 86400.0)
        released_at_once = replace(asked, rules=replace(asked.rules, released_after_s=0.0))
        assert (
            study.replicate(asked, 5, replication)["added_hours"]
            >= (study.replicate(released_at_once, 5, replication)["added_hours"])
        )


def test_a_choice_reads_the_boundary_and_the_unit_of_its_quantity(study: UtilityCallCentre) -> None:
    question = next(one for one in study.questions() if one.clause == "P1-09")
    chosen = study.chosen(question, (1.0, 5.0, 120.0)).situation
    assert isinstance(chosen, Event)
    rules = chosen.rules
    assert (rules.general_lines, rules.general_agents, rules.general_shifts.advance_s) == (2, 5, 7200.0)
    clauses = [
        clause
        if clause.id != "P1-08"
        else clause.model_copy(
            update={"quantities": {"lines": clause.quantities["lines"].model_copy(update={"boundary": "at_least"})}}
        )
        for clause in study.plan.clauses
    ]
    other = UtilityCallCentre(study.plan.model_copy(update={"clauses": tuple(clauses)}), study.site)
    question = next(one for one in other.questions() if one.clause == "P1-09")
    chosen = other.chosen(question, (1.0, 5.0, 120.0)).situation
    assert isinstance(chosen, Event)
    assert chosen.rules.general_lines == 1


def test_more_extra_agents_help_on_the_same_events(study: UtilityCallCentre) -> None:
    plain = event(study, "P1-13.a")
    means = [
        np.mean([
            study.replicate(replace(plain, rules=replace(plain.rules, major_agents=n)), 5, k)["service_level"]
            for k in range(40)
        ])
        for n in (0, 3, 10, 40)
    ]  # fmt: skip
    assert means == sorted(means)
    assert means[-1] > means[0] + 10  # one deputy head calls them one by one, and only 36 are off shift


def test_more_load_hurts_on_the_same_events(study: UtilityCallCentre) -> None:
    question = next(q for q in study.questions() if q.claim.id == "P1-09.b")
    for axis in study.axes(question):
        if axis.name == "lines_at_once":
            continue
        low, high = (
            np.mean([study.replicate(study.moved(question, axis, value), 5, k)["answer_rate"] for k in range(30)])
            for value in (axis.values[0], axis.values[-1])
        )
        assert low > high + 20


def test_the_storm_day_has_the_reported_calls(study: UtilityCallCentre) -> None:
    asked = event(study, "P1-13.a", "linyi_storm")
    trace = study.trace(asked, 5, 0)
    assert trace.lines.values.max() > 20
    hour = (trace.clock_s % 86400) / 3600
    assert 8 <= hour <= 20


def test_costs_rise_with_every_easier_choice(study: UtilityCallCentre) -> None:
    question = next(one for one in study.questions() if one.clause == "P1-09")
    costs = study.costs(question, 7)
    assert costs.shape == tuple(len(choice.values) for choice in study.choices(question))
    for axis in range(costs.ndim):
        assert (np.diff(costs, axis=axis) >= -1e-9).all()
    values = [choice.values[k] for choice, k in zip(study.choices(question), (1, 5, 2), strict=True)]
    situation = study.chosen(question, values).situation
    assert isinstance(situation, Event)
    hours = [study.events.added_hours(situation, 7, index) for index in range(EVENTS)]
    assert costs[1, 5, 2] == pytest.approx(np.mean(hours))  # agents called up and early shifts add up


def test_the_agents_may_be_sent_a_message_and_be_more(study: UtilityCallCentre) -> None:
    question = next(one for one in study.questions() if one.clause == "P1-09")
    assert study.options(question) == ("", "message")
    question = replace(question, option="message")
    offered = {choice.quantity: (choice.values, choice.current) for choice in study.choices(question)}
    assert offered["roster.off_shift"] == ((36.0, 48.0, 60.0), 36.0)  # the site's own to the end of its range
    assert offered["call_up.group_message"] == ((1.0,), 0.0)
    plain = event(study, "P1-09.a")
    chosen = study.chosen(question, (1.0, 20.0, 48.0, 1.0)).situation
    assert chosen == replace(
        plain, rules=replace(plain.rules, general_lines=2, general_agents=20, message=True, off_shift=48)
    )


def test_a_message_and_more_agents_off_shift_bring_more_to_the_seats(study: UtilityCallCentre) -> None:
    plain = event(study, "P1-09.a")
    called = replace(plain, rules=replace(plain.rules, general_agents=40))
    messaged = replace(called, rules=replace(called.rules, message=True))
    more = replace(messaged, rules=replace(messaged.rules, off_shift=60))
    hours = [np.mean([study.events.added_hours(one, 5, k) for k in range(20)]) for one in (called, messaged, more)]
    assert hours[1] > hours[0] + 1
    assert hours[2] > hours[1] + 1
    as_they_are = replace(messaged, rules=replace(messaged.rules, off_shift=36))
    for k in range(5):
        assert study.replicate(as_they_are, 5, k) == study.replicate(messaged, 5, k)


def test_a_message_reaches_those_who_are_too_many_to_call(study: UtilityCallCentre) -> None:
    """The call-ups of an event meet the same people; the twentieth of the agents is there sooner, as a rule."""
    rules = event(study, "P1-09.a").rules
    by_call, by_message = (
        [study.events._call_up(5, k, 0, 40, study.events._called_with(one)) for k in range(30)]
        for one in (rules, replace(rules, message=True))
    )
    twenty_s = [[np.sort(one.agents_s)[19] for one in some] for some in (by_call, by_message)]
    assert np.median(twenty_s[1]) < np.median(twenty_s[0])
    assert [one.specialist_s for one in by_call] == [one.specialist_s for one in by_message]


def test_a_message_helps_on_the_same_events(study: UtilityCallCentre) -> None:
    question = replace(next(one for one in study.questions() if one.clause == "P1-09"), option="message")
    alone, messaged = (
        study.chosen(replace(question, option=option), values).situation
        for option, values in (("", (0.0, 40.0, 120.0)), ("message", (0.0, 40.0, 60.0, 1.0)))
    )
    levels = [[study.replicate(one, 5, k)["service_level"] for k in range(60)] for one in (alone, messaged)]
    kept = [np.mean(question.kept(np.array(one))) for one in levels]
    assert kept[1] > kept[0] + 0.05
    assert np.mean(levels[1]) > np.mean(levels[0])


# ---- the same agents are played once


def test_shares_are_those_of_the_queue(study: UtilityCallCentre) -> None:
    for claim in ("P1-09.a", "P1-13.a"):
        asked = event(study, claim)
        for replication in range(5):
            calls = study.events._calls(asked.load, 5, replication)
            agents = study.events._on_seats(asked.rules, asked.load.strike, 5, replication)
            inputs = replace(calls.queue, agents=agents)
            known = measures(
                inputs,
                simulate(inputs, calls.draws),
                window=(calls.event_s, inputs.horizon_s),
                threshold_s=calls.threshold_s,
            )
            row = study.replicate(asked, 5, replication)
            assert row["calls"] == known["calls"] > 0
            assert row["service_level"] == 100 * known["service_level"]
            assert row["answer_rate"] == 100 * known["answer_rate"]


def test_agents_who_differ_once_all_calls_are_over_come_to_the_same_and_earlier_ones_do_not(
    study: UtilityCallCentre,
) -> None:
    asked = event(study, "P1-09.a")
    for replication in range(5):
        calls = study.events._calls(asked.load, 6, replication)
        fresh = EventCalls(calls.queue, calls.draws, calls.event_s, calls.threshold_s)
        agents = study.events._on_seats(asked.rules, asked.load.strike, 6, replication)
        row = fresh.served(agents)
        over_s = fresh._met[0].until_s
        later, sooner = (agents + pulse(over_s + shift_s, over_s + 7200.0, 30.0) for shift_s in (1.0, -3000.0))
        assert fresh.served(later) is row  # nothing is played again
        again = EventCalls(calls.queue, calls.draws, calls.event_s, calls.threshold_s)
        assert again.served(later) == row
        assert fresh.served(sooner) is not row
        assert len(fresh._met) == 2


def test_timelines_are_alike_up_to_an_instant() -> None:
    one, other = pulse(0.0, 100.0, 2.0), pulse(0.0, 200.0, 2.0)
    assert alike(one, other, 99.0)
    assert not alike(one, other, 100.0)
    assert not alike(one, pulse(0.0, 100.0, 3.0), 50.0)
    assert not alike(one, pulse(1.0, 100.0, 2.0), 50.0)
    assert alike(constant(2.0), constant(2.0), -1.0)


def test_a_claim_that_names_no_measure_is_refused_with_its_line(tmp_path: Path) -> None:
    text = (FOLDER / "plan.yaml").read_text(encoding="utf-8")
    line = next(k for k, row in enumerate(text.splitlines(), 1) if "measure: service_level" in row)
    broken = text.replace("measure: service_level", "measure: happiness", 1)
    (tmp_path / "plan.yaml").write_text(broken, encoding="utf-8")
    plan, document = read_plan(tmp_path)
    site, _ = read_site(FOLDER)
    with pytest.raises(PlanError, match=rf"plan\.yaml:{line}: .*'happiness'; accepted: service_level, answer_rate"):
        bind(plan, site, document=document)


def test_a_site_without_a_fact_is_refused_by_name(study: UtilityCallCentre) -> None:
    facts = {name: fact for name, fact in study.site.facts.items() if name != "patience.mean"}
    lacking = UtilityCallCentre(study.plan, study.site.model_copy(update={"facts": facts}))
    with pytest.raises(PlanError, match=r"fact 'patience\.mean' is missing"):
        lacking.replicate(event(lacking, "P1-09.a"), 1, 0)
