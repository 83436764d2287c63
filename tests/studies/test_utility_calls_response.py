"""What the call tree and the shifts' clauses come to in the utility's events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies.question import Question
from resilience_sim.studies.utility_call_centre.event import Event
from resilience_sim.studies.utility_call_centre.response import (
    CallUp,
    Response,
    Rules,
    Shifts,
    drop,
    during,
    governed,
    lead_times,
    relieved,
    wanted_in,
)
from resilience_sim.studies.utility_call_centre.staffing import UtilityCallCentre
from resilience_sim.timelines import constant, pulse

FOLDER = library()["utility-call-centre"]
NO_LONGER = Shifts(overtime_s=0.0, advance_s=0.0)
RULES = Rules(
    3, 1, 4, 2, 1, adds=True, planned_counted=False, general_shifts=NO_LONGER, major_shifts=NO_LONGER,
    released_after_s=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def study() -> UtilityCallCentre:
    plan, _ = read_plan(FOLDER)
    return UtilityCallCentre(plan, read_site(FOLDER)[0], years=60)


def asked(study: UtilityCallCentre, claim: str, scenario: str = "district") -> Question:
    (question,) = (q for q in study.questions() if (q.claim.id, q.scenario) == (claim, scenario))
    return question


def event(study: UtilityCallCentre, claim: str, scenario: str = "district") -> Event:
    situation = asked(study, claim, scenario).situation
    assert isinstance(situation, Event)
    return situation


# ---- hand-worked


def test_agents_take_the_places_round_the_specialist_in_the_order_in_which_they_agreed() -> None:
    call_up = CallUp(np.array([600.0, 900.0, np.inf]), 300.0, 1200.0)
    lead_s = lead_times(RULES, wanted_in([(0.0, 100.0)], 4), [call_up])
    assert lead_s[:, 0].tolist() == [600.0, 300.0, 900.0, np.inf]  # agent, specialist, agent, and nobody is left
    alone = lead_times(RULES, wanted_in([(0.0, 100.0)], 1), [call_up, call_up])
    assert alone.tolist() == [[600.0, 600.0]]


def test_a_shift_that_is_relieved_leaves_as_the_next_one_comes() -> None:
    spells, hand_overs = [(0.0, 10_000.0)], [(5000.0, 6, 4), (20_000.0, 3, 3)]
    gone = relieved(spells, hand_overs, 2000.0, np.array([4000.0]))
    assert [float(gone.at(t)) for t in (3999.0, 4000.0, 4999.0, 5000.0)] == [0.0, 6.0, 6.0, 0.0]
    late = relieved(spells, hand_overs, 2000.0, np.array([6000.0]))  # who comes after the hand-over relieves nobody
    assert late.values.max() == 0.0


def test_a_shift_is_relieved_once_however_many_responses_precede_its_hand_over() -> None:
    gone = relieved([(0.0, 20.0), (30.0, 45.0)], [(50.0, 6, 4)], 40.0, np.array([15.0, 5.0]))
    assert gone.at([14.9, 15.0, 36.0, 49.9, 50.0]).tolist() == [0.0, 6.0, 6.0, 6.0, 0.0]


def test_a_drop_is_counted_at_hand_overs_of_a_major_response_alone() -> None:
    roster = pulse(-1000.0, 5000.0, 10.0) + pulse(5000.0, 50_000.0, 4.0)
    hand_overs = [(5000.0, 10, 4)]
    in_force = Response(constant(0.0), [], [(0.0, 9000.0)], constant(0.0), 0.0)
    assert drop(roster, in_force, hand_overs, 8000.0) == 6.0
    assert drop(roster, in_force, hand_overs, 4000.0) == 0.0  # the event is over
    stays = replace(in_force, added=pulse(5000.0, 7000.0, 10.0))
    assert drop(roster, stays, hand_overs, 8000.0) == 0.0
    assert drop(roster, replace(in_force, major=[]), hand_overs, 8000.0) == 0.0
    assert during([(-50.0, 100.0), (200.0, 500.0)], 300.0) == 200.0


# ---- in the study


def test_a_call_up_has_the_same_numbers_whatever_the_rules_are(study: UtilityCallCentre) -> None:
    plain = event(study, "P1-09.a")
    for number in range(15):
        few, many = (
            study.trace(replace(plain, rules=replace(plain.rules, general_agents=n)), 3, number) for n in (1, 5)
        )
        grid = np.arange(0.0, few.end_s, 300.0)
        assert (many.agents.at(grid) >= few.agents.at(grid)).all()


def test_nobody_is_on_a_seat_before_somebody_was_reached_and_has_decided(study: UtilityCallCentre) -> None:
    """A call to the deputy head and the decision come first, and then a call to an agent who travels."""
    site, plain = study.site, event(study, "P1-09.a")
    least_s = site.base("call_up.decision") + 2 * site.base("calling.attempt")
    for number in range(15):
        rules = replace(plain.rules, general_shifts=NO_LONGER, major_shifts=NO_LONGER)
        trace = study.trace(replace(plain, rules=rules), 3, number)
        (start_s, _), *_ = trace.general
        grid = np.arange(start_s, start_s + least_s, 30.0)
        assert np.array_equal(trace.agents.at(grid), trace.roster.at(grid))


def test_below_the_trigger_two_lines_are_out_and_nobody_is_called(study: UtilityCallCentre) -> None:
    situation = event(study, "P1-08.a")
    for number in range(5):
        trace = study.trace(situation, 3, number)
        assert trace.lines.values.max() == 2
        assert (trace.general, trace.major) == ([], [])
        assert trace.agents == trace.roster


def test_what_a_clause_is_worth_is_with_it_less_without_on_the_same_calls(study: UtilityCallCentre) -> None:
    situation = event(study, "P1-10.a")
    assert situation.against is not None
    for number in range(6):
        row = study.replicate(situation, 3, number)
        with_it, without = (
            study.replicate(replace(situation, rules=rules, against=None), 3, number)
            for rules in (situation.rules, situation.against)
        )
        assert row["service_gain"] == with_it["service_level"] - without["service_level"]


def test_relieving_the_shift_early_is_worth_no_more_than_joining_it(study: UtilityCallCentre) -> None:
    joined, instead = (event(study, claim) for claim in ("P1-11.a", "P1-11.b"))
    assert not joined.rules.relieves
    assert instead.rules.relieves
    gains = [
        [study.replicate(situation, 3, number)["service_gain"] for number in range(25)]
        for situation in (joined, instead)
    ]
    assert np.mean(gains[1]) <= np.mean(gains[0])


def test_somebody_leads_once_there_is_a_second_specialist(study: UtilityCallCentre) -> None:
    question = replace(asked(study, "P1-02.a"), option="leaders")
    assert (question.limit, study.cost_unit(question)) == (0.0, "specialists")
    one, two = (study.chosen(question, (n,)).situation for n in (1.0, 2.0))
    assert all(study.replicate(one, 3, number)["leaderless"] > 0 for number in range(5))
    assert all(study.replicate(two, 3, number)["leaderless"] == 0 for number in range(5))
    assert study.costs(question, 1).tolist() == [0.0, 1.0, 2.0]


def test_without_calls_only_shifts_and_leaders_are_told(study: UtilityCallCentre) -> None:
    row = study.replicate(event(study, "P1-14.a"), 3, 0)
    assert set(row) == {"added_hours", "hand_over_drop", "leaderless"}
    assert row["hand_over_drop"] == 0.0
    shorter = event(study, "P1-14.a")
    shorter = replace(shorter, rules=replace(shorter.rules, general_shifts=NO_LONGER, major_shifts=NO_LONGER))
    drops = [study.replicate(shorter, 3, number) for number in range(60)]
    assert max(one["hand_over_drop"] for one in drops) > 0


def test_a_hand_over_is_arranged_by_the_major_response_where_that_is_or_may_have_called_its_next_shift() -> None:
    hand_overs = [(50.0, 7, 12), (119.0, 12, 7), (131.0, 7, 9), (200.0, 9, 7)]
    general, major = governed(hand_overs, [(60.0, 120.0)], advance_s=10.0)
    assert major == [(119.0, 12, 7)]  # in force at it
    assert general == [hand_overs[0], *hand_overs[2:]]
    assert governed(hand_overs, [(60.0, 120.0)], advance_s=20.0)[1] == hand_overs[1:3]
    assert governed(hand_overs, [], advance_s=20.0) == (hand_overs, [])


def test_each_level_hands_over_by_its_own_lengths(study: UtilityCallCentre) -> None:
    """General events know nothing of P1-14's lengths; a major response keeps to them whatever P1-10 and P1-11 say."""
    much = Shifts(overtime_s=14_400.0, advance_s=14_400.0)
    general, major = event(study, "P1-10.a"), event(study, "P1-13.a")

    def hours(situation: Event, *, of_general: Shifts, of_major: Shifts) -> list[float]:
        rules = replace(situation.rules, general_shifts=of_general, major_shifts=of_major)
        return [study.events.added_hours(replace(situation, rules=rules), 3, number) for number in range(60)]

    never = [number for number in range(60) if not study.trace(general, 3, number).major]  # of the day that follows
    without, with_it = (hours(general, of_general=NO_LONGER, of_major=lengths) for lengths in (NO_LONGER, much))
    assert len(never) > 30
    assert [without[number] for number in never] == [with_it[number] for number in never]
    plain, longer = (hours(major, of_general=NO_LONGER, of_major=lengths) for lengths in (NO_LONGER, much))
    assert all(more >= fewer for fewer, more in zip(plain, longer, strict=True))
    assert sum(longer) > sum(plain)


def test_a_recommendation_for_the_major_level_sets_the_lengths_of_its_own_clause(study: UtilityCallCentre) -> None:
    question = asked(study, "P1-13.a")
    assert [(one.clause, one.quantity) for one in study.choices(question)][-1] == ("P1-14", "advance")
    chosen = study.chosen(question, (1.0, 5.0, 120.0)).situation
    assert isinstance(chosen, Event)
    assert chosen.rules.major_shifts.advance_s == 7200.0
    assert chosen.rules.general_shifts == event(study, "P1-13.a").rules.general_shifts
