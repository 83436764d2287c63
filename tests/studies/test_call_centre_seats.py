"""Seats and staff that are lost: moving by hand, seats to spare, the supervisor's estimate, people moved."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from resilience_sim.errors import FactError
from resilience_sim.models.queue.theory.steady import erlang_a
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.reports import words
from resilience_sim.reports.vocabulary import EVERY
from resilience_sim.studies import bind
from resilience_sim.studies.call_centre.seats import NEEDS, SeatsAndStaff
from resilience_sim.studies.call_centre.seats_events import BackAtWork, Estimated, Lost, Moving
from resilience_sim.studies.call_centre.surge_floor import BLOCK
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question

FOLDER = library()["call-centre"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
AGENTS, MOVE_S = 12, 60.0


@cache
def study() -> SeatsAndStaff:
    return SeatsAndStaff(PLAN, SITE)


def ask(claim: str, scenario: str) -> Question:
    return next(one for one in study().questions() if (one.claim.id, one.scenario) == (claim, scenario))


def lost(claim: str, scenario: str) -> Lost:
    found = ask(claim, scenario).situation
    assert isinstance(found, Lost)
    return found


def back(scenario: str) -> BackAtWork:
    found = ask("P4-01.a", scenario).situation
    assert isinstance(found, BackAtWork)
    return found


def values(setting: Lost | BackAtWork, measure: str, blocks: int = 4, of: SeatsAndStaff | None = None) -> np.ndarray:
    return np.concatenate([(of or study()).replicate(setting, 6, k)[measure] for k in range(blocks)])


# ---- seats


def test_an_agent_moves_as_soon_as_the_failure_is_seen_where_a_seat_is_free() -> None:
    at_once = study().at_site({"faults.noticed": 1e-9})
    setting = back("one_seat")
    assert setting.spare == 1
    assert values(setting, "agent_back", of=at_once) == pytest.approx(MOVE_S)
    assert values(replace(back("storm_burst"), spare=3), "agent_back", of=at_once) == pytest.approx(MOVE_S)


def test_without_a_spare_seat_the_agent_is_idle_until_a_seat_is_back_or_the_shift_goes_home() -> None:
    events = study().events
    setting = replace(back("one_seat"), spare=0)
    found, full = values(setting, "agent_back", blocks=2), 0
    for event in range(2 * BLOCK):
        one = events._strike(Lost("one_seat", 0, seats=1), 6, 0, event)
        agents = events.floor.agents(one.hour, one.end_s)
        if agents.at(3600.0) == AGENTS:
            falls = agents.times[(agents.times > 3600.0) & (agents.values < AGENTS)] - 3600.0
            until = max(one.noticed_s, min([one.out_s[0], *falls.tolist()]))
            assert found[event] == pytest.approx(until + MOVE_S)
            full += 1
        else:
            assert found[event] == pytest.approx(one.noticed_s + MOVE_S)
    assert full >= 4


def test_spare_seats_never_answer_fewer_and_count_from_none() -> None:
    setting = lost("P4-01.c", "storm_burst")
    assert setting.against == "no_spare"
    gains = values(setting, "answer_rate_gain", blocks=8)
    with_them, without = (values(replace(setting, spare=spare), "answer_rate", blocks=8) for spare in (1, 0))
    assert gains == pytest.approx(with_them - without)
    assert gains.mean() > 0
    assert (values(replace(setting, spare=0), "answer_rate_gain") == 0).all()


def test_more_seats_of_the_scene_serve_worse() -> None:
    setting = lost("P4-24.a", "theft")
    assert (setting.seats, setting.for_s) == (2, 7200.0)
    rates = [values(replace(setting, seats=seats), "answer_rate").mean() for seats in (0, 6, 12)]
    assert rates[0] > rates[1] > rates[2]


# ---- accidents


def test_the_estimate_is_erlang_a_with_those_who_are_left() -> None:
    """At the busiest hour 15 calls in five minutes, of 179 s, patience 336 s."""
    events = study().events
    hour = float(np.argmax(SITE.bases("calls.profile"))) + 0.5
    setting = replace(lost("P4-26.b", "accident"), agents_off=2)
    expected = 1 - erlang_a(15 / 300, 1 / 179, 1 / 336, AGENTS - 2).abandoned
    assert events.estimate(setting, hour) == pytest.approx(expected)
    closed = replace(setting, seats=6)  # of 13 seats seven are left
    assert events.estimate(closed, hour) == pytest.approx(1 - erlang_a(15 / 300, 1 / 179, 1 / 336, 7).abandoned)
    assert events.estimate(replace(setting, agents_off=AGENTS), hour) == 0.0


def test_people_are_moved_where_the_estimate_is_too_low() -> None:
    setting = lost("P4-26.c", "floor_cleared")
    never, always = (replace(setting, moving=Moving(below)) for below in (0.0, 1.01))
    assert (values(never, "support_hours") == 0).all()
    assert (values(never, "answer_rate_gain") == 0).all()
    assert values(always, "support_hours", blocks=8).mean() > 0.5
    assert values(always, "answer_rate_gain", blocks=8).mean() > 0
    for block in range(4):  # as if the clause were not there, to the bit
        unmoved = study().replicate(replace(never, moving=None, against=None), 6, block)
        assert all(np.array_equal(unmoved[name], row) for name, row in study().replicate(never, 6, block).items())
    none = replace(always, moving=Moving(1.01, people=0))
    assert (values(none, "support_hours") == 0).all()


def test_the_supervisor_is_told_and_then_estimates() -> None:
    """The leader puts the floor in order, then the call takes its minute: no estimate before."""
    found, often = (
        np.concatenate([study().replicate(Estimated(tries=tries), 6, k)["assessed"] for k in range(2)])
        for tries in (None, 10)
    )
    assert found.shape == (64,)
    assert (found > 0).all()
    assert 3.0 < np.median(found) < 15.0
    assert np.isinf(found).any()  # half of the calls are not answered, and after three tries nobody calls on
    assert (often <= found).all()
    assert np.isfinite(often).mean() > np.isfinite(found).mean()


def test_people_off_the_line_are_missed() -> None:
    setting = lost("P4-25.a", "accident")
    assert setting.agents_off == 2
    assert setting.moving is None
    rates = [values(replace(setting, agents_off=off), "service_level").mean() for off in (0, 2, 8)]
    assert rates[0] > rates[1] > rates[2]


# ---- what is asked


def test_every_row_is_asked() -> None:
    assert {one.clause for one in study().questions()} == {"P4-01", "P4-24", "P4-25", "P4-26"}
    assert ask("P4-01.a", "one_seat").limit == 300.0  # open: the longest that may be decided
    assert ask("P4-26.a", "accident").limit == 10.0
    assert lost("P4-25.a", "floor_cleared").seats == 4
    assert lost("P4-25.a", "accident").seats == 0
    found = part(bind(PLAN, SITE), SeatsAndStaff)
    assert found is not None


def test_spare_seats_of_a_site_are_a_share_and_so_many_at_least() -> None:
    for share, least, spare in ((5.0, 1.0, 1), (20.0, 1.0, 3), (5.0, 4.0, 4), (0.0, 1.0, 0)):
        there = study().at_site({"seats.spare_share": share, "seats.spare_least": least})
        assert there.setting("spare_seats", "one_seat").spare == spare


def test_chosen_values_are_simulated() -> None:
    for question in study().questions():
        for option in study().options(question):
            one = replace(question, option=option)
            choices = study().choices(one)
            costs = study().costs(one, 3)
            assert costs.shape == tuple(len(choice.values) for choice in choices)
            assert (np.diff(costs, axis=0) >= 0).all()  # easier for the claim is dearer
            chosen = study().chosen(one, [choice.values[0] for choice in choices])
            assert chosen.situation != one.situation or chosen.limit != one.limit
    scene = study().chosen(replace(ask("P4-24.b", "theft"), option="scene"), (3.0, 60.0)).situation
    assert isinstance(scene, Lost)
    assert (scene.seats, scene.for_s) == (3, 3600.0)
    spare = study().chosen(replace(ask("P4-01.a", "storm_burst"), option="spare_seats"), (5.0,)).situation
    assert isinstance(spare, BackAtWork)
    assert spare.spare == 5


def test_loads_move_the_situation() -> None:
    for claim, scenario in (("P4-01.a", "storm_burst"), ("P4-24.a", "theft"), ("P4-25.a", "accident")):
        question = ask(claim, scenario)
        (axis,) = study().axes(question)
        settings = [study().moved(question, axis, value) for value in (axis.values[0], axis.values[-1])]
        easy, hard = (
            question.kept(values(one, question.measure, blocks=8)).mean()
            for one in settings
            if isinstance(one, Lost | BackAtWork)
        )
        assert easy > hard


@pytest.mark.parametrize(
    ("fact", "number", "said"),
    [
        ("seats.spare_share", 120.0, "at most 100"),
        ("theft.kept_for", 0.0, "above 0"),
        ("accident.agents_off", 0.0, "1"),
    ],
)
def test_a_fact_that_no_machine_can_take_is_refused(fact: str, number: float, said: str) -> None:
    with pytest.raises(FactError, match=rf"{fact}.*{said}"):
        SeatsAndStaff(PLAN, SITE.with_values({fact: number}))


@pytest.mark.parametrize("fact", ["seats.move", "accident.estimate", "faults.noticed", "theft.seats"])
def test_a_fact_that_is_needed_is_missed(fact: str) -> None:
    without = SITE.model_copy(update={"facts": {name: one for name, one in SITE.facts.items() if name != fact}})
    with pytest.raises(FactError, match=fact):
        NEEDS.check_site(without)


def test_everything_has_a_name_in_both_languages() -> None:
    for question in study().questions():
        for name, key in (
            (words.measure_name, question.measure),
            (words.scenario_name, question.scenario),
            *((words.load_name, axis.name) for axis in study().axes(question)),
        ):
            assert name(key, "zh") != key
            assert name(key, "en") != key
        for option in study().options(question):
            assert option in EVERY.options
            assert study().cost_unit(replace(question, option=option)) in EVERY.costs


def test_a_pickled_study_gives_the_same_events() -> None:
    again = pickle.loads(pickle.dumps(study()))
    setting = lost("P4-26.b", "floor_cleared")
    mine, its = (one.replicate(setting, 4, 2) for one in (study(), again))
    assert all(np.array_equal(mine[name], its[name]) for name in mine)
    assert math.isfinite(mine["answer_rate"].sum())
