"""The call centre's surges: the sign, call-ups to the second, both readings of the thirty minutes, people and hours."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from resilience_sim.errors import FactError
from resilience_sim.models.queue import Callers, Instants, QueueInputs, draw, measures
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.randomness import Deterministic, Streams
from resilience_sim.reports import words
from resilience_sim.reports.vocabulary import EVERY
from resilience_sim.studies import bind
from resilience_sim.studies.call_centre.surge import NEEDS, Surges
from resilience_sim.studies.call_centre.surge_events import Surge
from resilience_sim.studies.call_centre.surge_floor import BEFORE_S, BLOCK, Loads, as_agents, served
from resilience_sim.studies.call_centre.surge_rules import support
from resilience_sim.studies.call_centre.surge_signs import Watch, watched
from resilience_sim.studies.call_centre.surge_support import Sign, Support, people_s, seen_s, staff_hours, with_ladder
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import OF_THE_SITE, Question
from resilience_sim.timelines import constant

FOLDER = library()["call-centre"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
HALF_HOUR = 1800.0


@cache
def study() -> Surges:
    return Surges(PLAN, SITE)


def ask(claim: str, scenario: str = "crisis_surge", of: Surges | None = None) -> Question:
    return next(one for one in (of or study()).questions() if (one.claim.id, one.scenario) == (claim, scenario))


def surge(claim: str, scenario: str = "crisis_surge") -> Surge:
    found = ask(claim, scenario).situation
    assert isinstance(found, Surge)
    return found


# ---- people and agents


def test_people_who_take_longer_count_as_fewer_agents() -> None:
    leads = np.array([100.0, 20.0, 300.0, np.inf, 40.0])
    assert as_agents(leads, 1.0) == (20.0, 40.0, 100.0, 300.0, math.inf)
    assert as_agents(leads, 1.5) == (40.0, 100.0, math.inf)  # the 2nd, the 3rd and the 5th of them
    assert as_agents(leads[:1], 1.6) == ()


def test_hours_of_people_count_from_their_coming_to_the_end() -> None:
    path = simulate(*_queue(np.arange(0.0, 7200.0, 10.0), agents=1, ladder_at=600.0))
    assert path.called_s is not None
    assert path.called_s[0, 0] == 600.0
    people = [np.array([300.0, 1500.0, np.inf])]
    assert staff_hours(path, people, 7200.0) == pytest.approx((7200 - 900 + 7200 - 2100) / 3600)


def _support(levels: int = 1, *, in_place: bool = False) -> Support:
    return Support(
        Sign(2.0, 600.0), levels, (HALF_HOUR, HALF_HOUR), (0.85, 0.85), 900.0, in_place, (2, 2, 2), (1.0, 1.0, 1.0)
    )


def _queue(arrivals: np.ndarray, agents: int, ladder_at: float | None = None):  # type: ignore[no-untyped-def]
    """Calls at given instants that take a minute; with a first level of three who come after 5 and 25 min, or never."""
    who = Callers("callers", Instants(arrivals), Deterministic(60.0), Deterministic(30.0))
    inputs = QueueInputs((who,), constant(float(agents)), 7200.0)
    draws = draw(inputs, Streams(1, 0))
    if ladder_at is None:
        return inputs, draws
    return with_ladder(inputs, draws, _support(), ladder_at, [np.array([300.0, 1500.0, np.inf])])


# ---- the sign


def test_a_sign_shows_when_calls_are_so_many_times_usual_and_more_than_can_be_served() -> None:
    """A usual call a minute; from the event on three: after m of them the last ten minutes had 10 + 2 m calls."""
    before, after = np.arange(30.0, BEFORE_S, 60.0), BEFORE_S + np.arange(10.0, 3600.0, 20.0)
    _, draws = _queue(np.concatenate((before, after)), agents=1)
    usual, sign = constant(1 / 60), Sign(2.0, 600.0)
    assert seen_s(sign, draws, usual, constant(1.0), 60.0) == BEFORE_S + 300.0
    assert seen_s(sign, draws, usual, constant(2.5), 60.0) == BEFORE_S + 480.0  # 26 are more than 25
    assert seen_s(sign, draws, usual, constant(3.0), 60.0) == math.inf  # as many are served as come
    assert seen_s(replace(sign, times=3.1), draws, usual, constant(1.0), 60.0) == math.inf


def test_a_larger_sign_is_false_less_often_and_shows_later() -> None:
    floor = study().events.floor
    false, seen = [], []
    for times in (1.5, 2.0, 3.0):
        sign = Sign(times, 600.0)
        false.append(watched(floor, Watch("ordinary_day", sign), 2, 0)["false_call_ups"])
        seen.append(watched(floor, Watch("recorded_surge", sign), 2, 0)["surge_seen"])
    assert (false[0] >= false[2]).all()
    assert false[0].sum() > false[2].sum()
    assert (seen[0] <= seen[1]).all()
    assert (seen[1] <= seen[2]).all()


# ---- levels of support


@pytest.mark.parametrize("in_place", [False, True])
def test_the_thirty_minutes_count_from_the_call_up_or_from_being_in_place(in_place: bool) -> None:
    """One agent and a crisis: never under control, so that each level is called as soon as its time is up."""
    events = study().at_site({"calls.usual_busy": 60.0}).events
    rules = replace(support(PLAN, SITE, 3, in_place=in_place), people=(2, 2, 2), handling=(1.0, 1.0, 1.0))
    setting = Surge("crisis_surge", rules)
    seen = 0
    for event in range(BLOCK):
        _, people, path = events._path(setting, rules, 3, 0, event)
        if not people or path.called_s is None:
            continue
        called = path.called_s[:, 0]
        for level in (1, 2):
            if math.isnan(called[level]):
                continue
            coming = people[level - 1][np.isfinite(people[level - 1])]
            since = called[level - 1] + (coming.max(initial=0.0) if in_place else 0.0)
            assert called[level] == pytest.approx(since + HALF_HOUR, abs=1e-6)
            seen += 1
    assert seen >= 4


def test_levels_are_called_as_soon_as_the_surge_is_seen() -> None:
    after = study().events.called_after_s(surge("P4-32.a"), 1, 0)
    made = after[np.isfinite(after)]
    assert len(made)
    assert made % 60 == pytest.approx(np.zeros(len(made)), abs=1e-6)  # looked at every minute
    later = study().events.called_after_s(replace(surge("P4-32.a"), support=replace(_rules(), levels=1)), 1, 0)
    assert (later >= after - 1e-6).all()


def _rules() -> Support:
    rules = surge("P4-32.a").support
    assert rules is not None
    return replace(rules, sign=Sign(2.5, rules.sign.lasting_s))


def test_whoever_is_wanted_beyond_the_list_is_put_on_it_and_moves_nobody_else() -> None:
    floor, rules = study().events.floor, support(PLAN, SITE, 1)
    hours = floor.hours(1, 0)
    few, many = (
        people_s(floor, replace(rules, people=(count, None, None)), Loads(), hours, 1, 0, 2)[0] for count in (8, 40)
    )
    assert (len(few), len(many)) == (8, 40)
    assert np.isfinite(many).all()
    soon = people_s(floor, replace(rules, within_s=(60.0, 60.0, 60.0)), Loads(), hours, 1, 0, 2)[0]
    assert soon.max() <= 60.0
    slow = people_s(floor, rules, Loads(lead=2.0), hours, 1, 0, 2)[0]
    assert slow == pytest.approx(2 * few)


def test_gains_are_of_the_same_surge_with_against_without() -> None:
    both = surge("P4-33.c")
    assert both.against is not None
    row, less, more, alone = (
        study().replicate(one, 1, 0)
        for one in (both, replace(both, support=both.against), replace(both, against=both.support), surge("P4-33.a"))
    )
    assert row["answer_rate_gain"] == pytest.approx(row["answer_rate"] - less["answer_rate"])
    assert (row["answer_rate_gain"] > 0).any()
    assert (more["answer_rate_gain"] == 0).all()
    assert (alone["answer_rate_gain"] == 0).all()  # asked for its rates only
    assert (alone["answer_rate"] == row["answer_rate"]).all()
    assert surge("P4-33.f").against == both.against  # of one level nothing tells from when the next one counts
    nobody = study().replicate(replace(both, support=None, against=None), 1, 0)
    assert (nobody["support_hours"] == 0).all()
    assert (row["support_hours"] >= less["support_hours"]).all()


def test_a_crisis_without_support_answers_less_than_the_hotline_of_2020_is_known_for() -> None:
    """Three times usual, less than 60 % answered (Hangzhou 12345, 2020); nothing here was fitted to it."""
    setting = replace(surge("P4-32.a"), support=None)
    rates = np.concatenate([study().replicate(setting, 5, k)["answer_rate"] for k in range(12)])
    assert 30.0 < np.median(rates) < SITE.base("surge.crisis_answered") * 100


def test_rates_are_those_of_the_queue_machine() -> None:
    struck = study().events.strike("crisis_surge", None, Loads(), 1, 0, 1)
    path = simulate(struck.queue, struck.draws)
    row = measures(struck.queue, path, window=(BEFORE_S, struck.surge.end_s), threshold_s=20.0)
    mine = served(path, BEFORE_S, struck.surge.end_s, threshold_s=20.0)
    assert mine == pytest.approx({name: 100 * row[name] for name in mine})
    assert served(path, -20.0, -10.0, threshold_s=20.0) == {"service_level": 100.0, "answer_rate": 100.0}


def test_a_larger_surge_has_all_callers_of_a_smaller_one() -> None:
    small, large = (study().events.strike("crisis_surge", times, Loads(), 1, 0, 1).draws.arrival_s for times in (2, 4))
    assert len(large) > len(small)
    assert np.isin(small, large).all()


# ---- what is asked


def test_the_plan_is_bound_to_the_study() -> None:
    found = part(bind(PLAN, SITE), Surges)
    assert found is not None
    assert [one.claim.id for one in found.questions()] == [one.claim.id for one in study().questions()]


def test_every_row_of_the_surge_plan_is_asked_and_both_readings_where_there_are_two() -> None:
    asked = {(one.clause, one.interpretation) for one in study().questions()}
    assert {clause for clause, _ in asked} == {"P4-31", "P4-32", "P4-33", "P4-35", "P4-36"}
    for clause in ("P4-33", "P4-35"):
        assert {reading for of, reading in asked if of == clause} == {"from_call_up", "from_in_place"}
    assert surge("P4-33.a") != surge("P4-33.d")
    assert surge("P4-35.a").support.levels == 3  # type: ignore[union-attr]
    assert ask("P4-32.a").limit == SITE.fact("standard.answer_rate").value
    assert ask("P4-33.c").limit == 0.0


def test_chosen_values_are_simulated() -> None:
    hold = study().chosen(replace(ask("P4-35.a"), option="hold_and_people"), (15.0, 24.0)).situation
    assert isinstance(hold, Surge)
    assert hold.support is not None
    assert hold.support.uncontrolled_s == (HALF_HOUR, 900.0)
    assert hold.support.people == (24, None, None)
    for question in study().questions():
        for option in study().options(question):
            one = replace(question, option=option)
            choices = study().choices(one)
            assert all(len(choice.values) > 1 for choice in choices)
            assert study().chosen(one, [choice.values[-1] for choice in choices]) != one
            for choice in choices:
                assert choice.clause == OF_THE_SITE or choice.quantity in PLAN.clause(choice.clause).quantities
    false = study().costs(replace(ask("P4-31.b"), option="sign"), 1)
    assert false[0, 0] == 0  # four times usual for an hour: never on an ordinary day
    assert false[-1, -1] > 300  # one and a half times for five minutes: on most of them


def test_more_people_cost_more_hours_and_answer_more() -> None:
    question = replace(ask("P4-32.a"), option="other_units_called")
    rows = [study().replicate(study().chosen(question, (count,)).situation, 1, 0) for count in (0.0, 8.0, 40.0)]
    for name in ("answer_rate", "support_hours"):
        values = [row[name].mean() for row in rows]
        assert values[0] < values[1] < values[2], name
    assert rows[0]["support_hours"].sum() == 0


def test_loads_move_the_situation() -> None:
    question = ask("P4-32.a")
    axes = {axis.name: axis for axis in study().axes(question)}
    assert set(axes) == {"surge.times", "calls.handling_mean", "redial.share", "support.lead"}
    for name, value in (("surge.times", 6.0), ("calls.handling_mean", 240.0), ("redial.share", 0.9)):
        rates = [
            study().replicate(study().moved(question, axes[name], v), 1, 0)["answer_rate"].mean()
            for v in (axes[name].values[0], value)
        ]
        assert rates[0] > rates[1], name
    assert all(not study().axes(one) for one in study().questions() if one.scenario != "crisis_surge")


@pytest.mark.parametrize(
    ("fact", "number", "said"),
    [
        ("surge.crisis_calls", 1.0, "above 1"),
        ("support.other_units", 80.0, "at most 60"),
        ("surge.abnormal_for", 200.0, "at most 120 min"),
    ],
)
def test_a_fact_that_no_machine_can_take_is_refused(fact: str, number: float, said: str) -> None:
    with pytest.raises(FactError, match=rf"{fact}.*{said}"):
        Surges(PLAN, SITE.with_values({fact: number}))


@pytest.mark.parametrize("fact", ["surge.crisis_lasts", "surge.seen_within", "support.functional", "redial.share"])
def test_a_fact_that_is_needed_is_missed(fact: str) -> None:
    without = SITE.model_copy(update={"facts": {name: one for name, one in SITE.facts.items() if name != fact}})
    with pytest.raises(FactError, match=fact):
        NEEDS.check_site(without)


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


@pytest.mark.parametrize(("language", "word"), [("zh", "自上一级到位起算"), ("en", "from its being in place")])
def test_notes_tell_when_each_level_is_called(language: str, word: str) -> None:
    told = study().notes(3, language)  # type: ignore[arg-type]  # a literal, parametrized
    assert word in told[1]
    assert all(any(c.isdigit() for c in one) and "nan" not in one and "inf" not in one for one in told)


def test_a_pickled_study_gives_the_same_events() -> None:
    again = pickle.loads(pickle.dumps(study()))
    mine, its = (one.replicate(surge("P4-35.d"), 4, 2) for one in (study(), again))
    assert all(np.array_equal(mine[name], its[name]) for name in mine)
