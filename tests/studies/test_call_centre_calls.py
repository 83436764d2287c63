"""The call centre's reports: trees without chance by hand, geometric tries, both readings, levels of support."""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from resilience_sim.errors import FactError, PlanError
from resilience_sim.experiments.recommend import groups, recommend
from resilience_sim.plans.calltree_checks import check_due
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.randomness import Streams
from resilience_sim.reports import words
from resilience_sim.reports.vocabulary import EVERY
from resilience_sim.studies import bind
from resilience_sim.studies.call_centre.calls import NEEDS, WITH_STORM, Reports
from resilience_sim.studies.call_centre.calls_events import (
    LEVELS,
    Reported,
    called_up_s,
    failure,
    people_hurt,
    wanted_at,
)
from resilience_sim.studies.call_centre.faults_events import BLOCK, STORM
from resilience_sim.studies.call_up import present
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question
from resilience_sim.timelines import Timeline
from resilience_sim.verdicts.selection import Found

FOLDER = library()["call-centre"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
TINY = 1e-9
STILL: Mapping[str, float] = {
    "calling.answered_day": 1.0, "calling.answered_night": 1.0, "faults.noticed": TINY, "leader.arranges": TINY,
    "specialist.spread": TINY, "repair.software.sigma": TINY, "vendor.asked": 0.0,
}  # fmt: skip
"""Nothing left to chance in an application's failure, and everybody answers the first call, which takes a minute."""


@cache
def study() -> Reports:
    found = part(bind(PLAN, SITE), Reports)
    assert found is not None
    return found


def still(**facts: float) -> Reports:
    return study().at_site({**STILL, **{name.replace("__", "."): value for name, value in facts.items()}})


def ask(claim: str, scenario: str, of: Reports | None = None) -> Question:
    return next(one for one in (of or study()).questions() if (one.claim.id, one.scenario) == (claim, scenario))


def situation(claim: str, scenario: str, of: Reports | None = None) -> Reported:
    found = ask(claim, scenario, of).situation
    assert isinstance(found, Reported)
    return found


def minutes(setting: Reported, measure: str, of: Reports | None = None, blocks: int = 1) -> np.ndarray:
    return np.concatenate([(of or study()).replicate(setting, 6, k)[measure] for k in range(blocks)])


# ---- by hand


def test_who_is_told_when_where_everybody_answers_at_once() -> None:
    """A minute for each call: agent, leader, supervisor; agent, specialist, manager; leader, ambulance, supervisor."""
    there = still()
    for claim, measure, by_hand in (
        ("P4-05.a", "supervisor_told", 2.0),
        ("P4-12.a", "mains_told", 2.0),
        ("P4-23.a", "centre_superior_told", 1.0),
        ("P4-27.a", "manager_told", 2.0),
        ("P4-28.a", "centre_superior_told", 2.0),
    ):
        found = minutes(situation(claim, "by_night", there), measure, there)
        assert found == pytest.approx(np.full(BLOCK, by_hand), rel=1e-6), claim


def test_in_a_storm_the_agent_has_three_people_to_call() -> None:
    there = still()
    assert minutes(situation("P4-12.a", STORM, there), "mains_told", there) == pytest.approx(3.0)
    assert minutes(situation("P4-05.a", STORM, there), "supervisor_told", there) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("judges", "foreseen", "elapsed"),
    [
        (5.0, 2.0, 2.0),  # told at 2, at work at 7, judged at 12: the ten minutes are up before
        (1.0, 0.0, 2.0),  # judged at 8, then supervisor and manager, a minute each
    ],
)
def test_leaders_are_told_two_calls_after_it_is_foreseen_or_the_time_is_up(
    judges: float, foreseen: float, elapsed: float
) -> None:
    there = still(specialist__judges=judges)
    for claim, by_hand in (("P4-06.a", foreseen), ("P4-06.b", elapsed)):
        found = minutes(situation(claim, "by_day", there), "leaders_told", there)
        assert found == pytest.approx(np.full(BLOCK, by_hand), abs=1e-5)


def test_nobody_else_is_told_of_what_is_back_within_the_ten_minutes() -> None:
    quick = still(repair__scale=1 / 46.5)  # at work after 7 minutes, back after 8
    setting = situation("P4-06.b", "by_day", quick)
    assert minutes(setting, "back", quick) == pytest.approx(8.0, rel=1e-6)
    assert (minutes(setting, "leaders_told", quick) == 0).all()


def test_whoever_had_been_told_is_told_that_it_is_back() -> None:
    quick = still(repair__scale=1 / 46.5)  # back after 8 minutes: the supervisor alone knew, by the first report
    assert minutes(situation("P4-11.a", "by_day", quick), "recovery_told", quick) == pytest.approx(1.0)
    assert minutes(situation("P4-11.a", "by_day", still()), "recovery_told", still()) == pytest.approx(2.0)


def test_a_supervisor_whom_only_the_escalation_reaches_is_told_too() -> None:
    """One try, half of calls answered, a floor that takes for ever: the specialist is reached, and then one of two."""
    there = still(calling__answered_day=0.5, calling__answered_night=0.5)
    setting = situation("P4-11.a", "by_day", there)
    changes = replace(setting.changes.with_base("leader.arranges", 1e12), attempts=1)
    rows = [failure(there.breakdowns, replace(setting, changes=changes), 6, k) for k in range(40)]
    nobody = np.isneginf(np.concatenate([row["recovery_told"] for row in rows]))
    exact = 1 - 0.5 * (1 - 0.5**2)
    assert nobody.mean() == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / len(nobody)))


def test_failures_of_which_nobody_had_been_told_are_no_events() -> None:
    """One try and calls answered in one of ten: mostly nobody knows, and whoever does is told with one in ten."""
    there = study().at_site({"calling.answered_day": 0.1, "calling.answered_night": 0.1})
    setting = situation("P4-11.a", "by_day", there)
    setting = replace(setting, changes=replace(setting.changes, attempts=1))
    rows = [failure(there.breakdowns, setting, 6, k)["recovery_told"] for k in range(12)]
    assert np.isneginf(np.concatenate(rows)).mean() > 0.6
    told = minutes(setting, "recovery_told", there, blocks=12)
    assert told.shape == (12 * BLOCK,)
    assert told.min() >= 1.0
    # One of the two had been told in about 19 of 20 events, both in the others, who must both be reached.
    assert np.isfinite(told).mean() == pytest.approx(0.1, abs=0.01 + 4 * math.sqrt(0.09 / len(told)))


def test_leaders_learn_of_accidents_by_number_or_by_gravity_alone() -> None:
    there = still(accident__grave=0.0)
    plain = situation("P4-27.a", "by_day", there)
    assert plain.people_from == 2
    assert np.isfinite(minutes(plain, "manager_told", there)).all()
    assert np.isinf(minutes(replace(plain, people_from=None), "manager_told", there)).all()
    some = minutes(replace(plain, people_from=3), "manager_told", there, blocks=20)
    hurt = np.concatenate(
        [
            people_hurt(there.site, Streams(6, k).generator("call_centre/accident/people").random(BLOCK))
            for k in range(20)
        ]
    )
    assert (np.isfinite(some) == (hurt >= 3)).all()


# ---- closed forms


@pytest.mark.parametrize(("scenario", "share"), [("by_day", 0.5), ("by_night", 0.4)])
@pytest.mark.parametrize("tries", [1, 3, 5])
def test_tries_are_geometric(scenario: str, share: float, tries: int) -> None:
    """Specialist and manager are both reached with probability (1 - (1 - p)^n)^2."""
    plain = situation("P4-12.a", scenario)
    found = minutes(replace(plain, changes=replace(plain.changes, attempts=tries)), "mains_told", blocks=25)
    exact = (1 - (1 - share) ** tries) ** 2
    # Few calls that begin by day end by night: in 15 hours at most one event in 30 has its last try beyond.
    assert abs(np.isfinite(found).mean() - exact) < 4 * math.sqrt(exact * (1 - exact) / len(found)) + 0.01


def test_accidents_with_two_persons_or_more_are_a_truncated_poisson() -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    hurt = people_hurt(SITE, u)
    mean = SITE.base("accident.agents_off") - 1
    for k in (1, 2, 3):
        exact = math.exp(-mean) * mean**k / math.factorial(k) / (1 - math.exp(-mean))
        assert np.mean(hurt == k + 1) == pytest.approx(exact, abs=2e-4)
    assert hurt.min() == 2
    assert (people_hurt(SITE.with_values({"accident.agents_off": 1.0}), u) == 2).all()


# ---- the same events otherwise


def test_what_is_foreseen_is_told_no_later_than_what_has_elapsed() -> None:
    for scenario in ("by_day", "by_night", STORM):
        foreseen, elapsed = (minutes(situation(f"P4-06.{which}", scenario), "leaders_told", blocks=6) for which in "ab")
        assert (foreseen <= elapsed).all()
        assert (foreseen < elapsed).any()


def test_the_more_a_storm_breaks_the_later_the_supervisor_knows() -> None:
    there = [study().at_site({"storm.seats": n}) for n in (1.0, 10.0)]
    few, many = (minutes(situation("P4-05.a", STORM, one), "supervisor_told", one, 4) for one in there)
    assert (few <= many).mean() > 0.95  # a later try may begin in an hour in which more calls are answered
    assert (few < many).mean() > 0.5


def test_more_reserves_on_the_list_fill_the_places_no_later() -> None:
    plain = situation("P4-34.a", "by_night")
    few, many = (minutes(replace(plain, listed=n), "reserves_in_place", blocks=4) for n in (6, 18))
    assert np.isinf(few).sum() > np.isinf(many).sum()
    storm = minutes(replace(plain, scenario=STORM, listed=6), "reserves_in_place", blocks=4)
    assert np.median(storm[np.isfinite(storm)]) > np.median(few[np.isfinite(few)])


# ---- what the queue takes


@pytest.mark.parametrize("level", sorted(LEVELS))
def test_levels_of_support_have_lead_times_for_each_place(level: int) -> None:
    hours = np.array([9.0, 13.5, 23.0, 3.0])
    leads = called_up_s(study().breakdowns.trees, level, 3, Streams(2, level), hours)
    assert leads.shape == (4, 3)
    assert (leads > 0).all()
    more = called_up_s(study().breakdowns.trees, level, 5, Streams(2, level), hours)
    assert np.array_equal(more[:, :3], leads)  # whoever else is wanted, the first places are taken by the same people
    wanted = Timeline(np.array([-1.0, 0.0]), np.array([0.0, 3.0]))
    there = present(wanted, leads.T, end_s=1e9)
    assert there.at(1e8) == np.isfinite(leads[0]).sum()


def test_level_one_is_on_site_and_there_first() -> None:
    hours = np.full(BLOCK, 12.0)
    medians = [
        np.median(called_up_s(study().breakdowns.trees, level, 1, Streams(8, 0), hours)) for level in sorted(LEVELS)
    ]
    assert medians[0] < min(medians[1:])
    assert medians[0] > SITE.base("support.lead_time_on_site")


def test_level_two_wants_its_share_of_the_shift() -> None:
    """A fifth of 5 agents from midnight, of 12 from 8 h: 1 and 3 persons."""
    assert wanted_at(SITE, np.array([0.0, 7.99, 8.0, 15.5, 23.9])).tolist() == [1, 1, 3, 3, 3]


# ---- questions


def test_every_report_is_asked_by_day_and_by_night_and_failures_in_a_storm_too() -> None:
    asked: dict[str, list[str]] = {}
    studies = {}
    for one in study().questions():
        asked.setdefault(one.claim.id, []).append(one.scenario)
        studies[one.claim.id] = one.claim.study
    assert {claim[:5] for claim in asked} == {
        "P4-05", "P4-06", "P4-11", "P4-12", "P4-23", "P4-27", "P4-28", "P4-34",
    }  # fmt: skip
    for claim, scenarios in asked.items():
        storm = [STORM] if studies[claim] in WITH_STORM else []
        assert scenarios == ["by_day", "by_night", *storm]


def test_open_deadlines_are_the_longest_that_may_be_decided_and_five_minutes_are_five() -> None:
    assert ask("P4-05.a", "by_day").limit == 5.0
    for clause, claim in PLAN.claims(tuple(one.claim.study for one in study().questions())):
        quantity = clause.quantities.get(claim.limit)
        if quantity is not None and quantity.in_force() is None:
            assert ask(claim.id, "by_day").limit == quantity.bounds.max


def test_deadlines_of_the_call_tree_are_the_plan_s() -> None:
    assert SITE.calltree is not None
    check_due(SITE.calltree, PLAN, SITE)
    due = SITE.calltree.chains["application"].due["supervisor"]
    assert (due.clause, due.quantity) == ("P4-05", "report_within")


def test_chosen_values_are_simulated_or_asked() -> None:
    deadline = study().chosen(replace(ask("P4-05.a", "by_day"), option="deadline_and_tries"), (20.0, 6.0))
    assert deadline.limit == 20.0
    assert isinstance(deadline.situation, Reported)
    assert deadline.situation.changes.attempts == 6
    listed = study().chosen(replace(ask("P4-34.a", "by_day"), option="reserves_listed"), (18.0,))
    assert isinstance(listed.situation, Reported)
    assert listed.situation.listed == 18
    for question in study().questions():
        for option in study().options(question):
            one = replace(question, option=option)
            choices = study().choices(one)
            assert study().costs(one, 3).shape == tuple(len(choice.values) for choice in choices)
            assert study().chosen(one, [choice.values[0] for choice in choices]) != one


def test_answered_calls_move_by_day_and_by_night_alike() -> None:
    question = ask("P4-12.a", "by_day")
    (axis,) = study().axes(question)
    day = study().moved(question, axis, 100.0)
    assert isinstance(day, Reported)
    assert np.isfinite(minutes(day, "mains_told")).all()
    assert (minutes(day, "mains_told") == minutes(replace(day, scenario="by_night"), "mains_told")).all()
    assert all(not study().axes(one) for one in study().questions() if one.scenario != "by_day")


@pytest.mark.parametrize(("scenario", "now"), [("by_day", 50.0), ("by_night", 40.0), (STORM, 40.0)])
def test_phones_are_answered_as_now_or_more_often(scenario: str, now: float) -> None:
    question = replace(ask("P4-05.a", scenario), option="answered_and_tries")
    first, tries = study().choices(question)
    assert (first.values[0], first.current) == (now, now)
    assert first.values[-1] == 100.0
    current = study().chosen(question, (now, tries.current or 0.0))
    assert isinstance(current.situation, Reported)
    as_is = minutes(situation("P4-05.a", scenario), "supervisor_told", blocks=20)
    changed = minutes(current.situation, "supervisor_told", blocks=20)
    # The share of the other half of the day is told apart only in tries that begin in one and end in the other.
    assert (changed == as_is).mean() > (0.99 if scenario == STORM else 0.95)
    kept = [
        study().chosen(question, (share, 3.0)).kept(as_is_at(question, share)).mean() for share in (now, 90.0, 100.0)
    ]
    assert kept == sorted(kept)
    assert kept[0] < kept[-1]


def as_is_at(question: Question, share: float) -> np.ndarray:
    found = study().chosen(question, (share, 3.0)).situation
    assert isinstance(found, Reported)
    return minutes(found, "supervisor_told", blocks=8)


def test_shares_are_shares_in_whatever_unit_the_site_has_them() -> None:
    """A site that writes 50 % is the site that writes 0.5."""
    shares = {"calling.answered_day": 50.0, "calling.answered_night": 40.0}
    facts = {
        name: one.model_copy(update={"unit": "%", "value": shares[name], "range": None}) if name in shares else one
        for name, one in SITE.facts.items()
    }
    there = Reports(PLAN, SITE.model_copy(update={"facts": facts}), check=False)
    for claim, option in (("P4-05.a", "answered_and_tries"), ("P4-12.a", "")):
        question = replace(ask(claim, "by_night"), option=option)
        situations = [study().chosen(question, (80.0, 3.0)).situation] if option else []
        situations += [study().moved(ask(claim, "by_day"), study().axes(ask(claim, "by_day"))[0], 70.0)]
        for one in situations:
            assert isinstance(one, Reported)
            assert np.array_equal(minutes(one, question.measure), minutes(one, question.measure, there))


def test_a_list_of_reserves_is_certified() -> None:
    (group,) = (
        one
        for one in groups(study(), study().questions())
        if (one[0].scenario, one[0].option) == ("by_day", "reserves_listed")
    )
    found = recommend(PLAN, study(), group, seed=3, family_error=0.05)
    assert found.result.status is Found.FOUND
    assert found.result.fails
    assert found.recommended is not None
    assert found.recommended[0] in (9.0, 12.0)  # three are wanted, seven of ten are reached, four of five can come


def test_no_deadline_within_bounds_holds_while_one_gives_up_after_three_tries() -> None:
    """With three tries one call in eight is never answered by day; with eight tries an hour is enough."""
    question = replace(ask("P4-11.a", "by_day"), option="deadline_and_tries")
    kept = []
    for tries in (3.0, 8.0):
        hour = study().chosen(question, (60.0, tries))
        assert isinstance(hour.situation, Reported)
        kept.append(float(hour.kept(minutes(hour.situation, hour.measure, blocks=16)).mean()))
    assert kept[0] < 0.9
    assert kept[1] > 0.95


# ---- refusals, words, other sites


@pytest.mark.parametrize(
    ("fact", "number", "said"),
    [
        ("calling.answered_day", 0.0, "above 0"),
        ("storm.travel", 0.0, "above 0"),
        ("accident.grave", 1.2, "at most 1"),
        ("specialist.judges", 0.0, "above 0"),
        ("support.reserves", 500.0, "at most 200"),
    ],
)
def test_a_fact_that_no_machine_can_take_is_refused(fact: str, number: float, said: str) -> None:
    with pytest.raises(FactError, match=rf"{fact}.*{said}"):
        Reports(PLAN, SITE.with_values({fact: number}))


@pytest.mark.parametrize("fact", sorted(NEEDS.facts))
def test_every_fact_that_is_needed_is_missed(fact: str) -> None:
    without = SITE.model_copy(update={"facts": {name: one for name, one in SITE.facts.items() if name != fact}})
    with pytest.raises(FactError, match=fact):
        NEEDS.check_site(without)


def test_a_site_without_a_call_tree_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(SITE), "calltree", None)
    with pytest.raises(PlanError, match=r"calltree\.yaml"):
        Reports(PLAN, SITE)


def test_everything_has_a_name_in_both_languages() -> None:
    for question in study().questions():
        names = (
            (words.measure_name, question.measure),
            (words.scenario_name, question.scenario),
            *((words.load_name, axis.name) for axis in study().axes(question)),
            *((words.reading_name, reading) for reading in [question.interpretation] if reading),
        )
        for name, key in names:
            assert name(key, "zh") != key
            assert name(key, "en") != key
        for option in study().options(question):
            assert option in EVERY.options
            assert study().cost_unit(replace(question, option=option)) in EVERY.costs


@pytest.mark.parametrize(("language", "word"), [("zh", "到点就通知"), ("en", "as soon as foreseen")])
def test_notes_are_sentences_with_figures(language: str, word: str) -> None:
    told = study().notes(3, language)  # type: ignore[arg-type]  # a literal, parametrized
    assert len(told) == 2
    assert word in told[0]
    assert all(any(c.isdigit() for c in one) and "nan" not in one and "inf" not in one for one in told)


def test_a_pickled_study_gives_the_same_events() -> None:
    again = pickle.loads(pickle.dumps(study()))
    setting = situation("P4-06.a", STORM)
    mine, its = (one.replicate(setting, 4, 2) for one in (study(), again))
    assert mine.keys() == its.keys()
    assert all(np.array_equal(mine[name], its[name]) for name in mine)
