"""Electric shocks at the kindergarten: hand-worked stories, closed forms, laws under common draws, and the clauses."""

from __future__ import annotations

import math
import pickle
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from resilience_sim.errors import FactError
from resilience_sim.experiments.check import check
from resilience_sim.experiments.recommend import recommend
from resilience_sim.experiments.runs import Runs
from resilience_sim.models.contract import assert_same_path, engine
from resilience_sim.models.queue import draw
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.quantities import Entry, Status
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams
from resilience_sim.reports.words import (
    cost_name,
    load_name,
    measure_name,
    option_name,
    reading_name,
    scenario_name,
)
from resilience_sim.studies.kindergarten.shock import NEEDS, STUDIES, Shocks
from resilience_sim.studies.kindergarten.shock_events import STATES, Happened, Shock, care, happened, measured
from resilience_sim.studies.question import Question
from resilience_sim.verdicts.selection import Found
from resilience_sim.verdicts.verdict import Answer

FOLDER = library()["kindergarten"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
EVENTS = 300


@cache
def study() -> Shocks:
    return Shocks(PLAN, SITE)


def question(claim: str, scenario: str | None = None) -> Question:
    found = [one for one in study().questions() if one.claim.id == claim]
    return next(one for one in found if scenario is None or one.scenario == scenario)


def setting(scenario: str = "several_shocked", read: Mapping[str, str] | None = None, **changes: object) -> Shock:
    return replace(study().setting(scenario, read or {}), **changes)


def events(of: Shock, site: Site = SITE, *, seed: int = 1) -> Happened:
    return happened(of, site, seed, 0, EVENTS)


def with_shares(no_pulse: float, hard_breathing: float, unconscious: float) -> Site:
    """A site with these shares of states."""
    shares = {"shock.no_pulse": no_pulse, "shock.hard_breathing": hard_breathing, "shock.unconscious": unconscious}
    return SITE.with_values(shares)


# ---- stories and closed forms


def test_helpers_turn_to_the_gravest_first_and_stay_with_all_but_the_conscious() -> None:
    """Free at 10 s; one helper from 20 s, another from 50 s; the doctor at 600 s. Settling takes no time at all."""
    state = np.array([[0, 3, 1]])
    helpers_s, free_s, doctor_s = np.array([[20.0, 50.0]]), np.array([10.0]), np.array([600.0])
    site = SITE.with_values({"shock.settle": 0.0})
    inputs = care(site, state, np.ones((1, 3), dtype=np.bool_), free_s, helpers_s, doctor_s)
    path = engine("kernel", of="queue").simulate(inputs, draw(inputs, Streams(1, 0)))
    begins = dict(zip((STATES[k] for k in path.source), path.start_s.tolist(), strict=True))
    assert begins["no_pulse"] == 20
    assert begins["hard_breathing"] == 50
    assert math.isnan(begins["conscious"])  # both helpers stay until the doctor is there


def test_a_helper_who_has_settled_a_conscious_victim_goes_on_to_the_next() -> None:
    state = np.array([[3, 3, 3]])
    site = SITE.with_values({"shock.settle": 1.0})
    everybody, free_s = np.ones((1, 3), dtype=np.bool_), np.array([10.0])
    inputs = care(site, state, everybody, free_s, np.array([[20.0]]), np.array([6000.0]))
    draws = draw(inputs, Streams(1, 0))
    path = engine("kernel", of="queue").simulate(inputs, draws)
    assert path.start_s.tolist() == pytest.approx([20.0, *(20 + np.cumsum(draws.handling_s)[:2])])


def test_one_victim_is_cared_for_as_soon_as_it_is_free_and_has_been_looked_at() -> None:
    site = SITE.with_values({"shock.look": 0.0})
    one = events(setting("one_shocked"), site)
    assert one.begins_s[:, 0] == pytest.approx(np.minimum(one.freed_s, one.doctor_s), rel=1e-9)
    assert measured(one)["revival"] == pytest.approx(one.begins_s[:, 0])
    assert (measured(one)["helpers_hurt"] == 0).all()


def test_the_steps_have_the_means_that_the_site_says() -> None:
    """Seen 30 s, cut 30 s, freed 15 s: 75 s; seen beside 5 s. Log-normal of sigma 0.5: sd 0.53 of each mean."""
    sd = math.sqrt(math.expm1(0.25)) * math.hypot(30, 30, 15)
    blocks = [happened(setting("one_shocked"), SITE, 2, block, EVENTS).freed_s for block in range(10)]
    assert np.hstack(blocks).mean() == pytest.approx(75, abs=4 * sd / math.sqrt(10 * EVENTS))
    beside = [happened(setting("circuit_work"), SITE, 2, block, EVENTS).freed_s for block in range(10)]
    assert np.hstack(beside).mean() == pytest.approx(50, abs=4 * sd / math.sqrt(10 * EVENTS))


def test_states_come_in_the_shares_of_the_site_and_the_first_has_no_pulse() -> None:
    site = with_shares(0.4, 0.1, 0.2)
    state = np.vstack([happened(setting(), site, 3, block, EVENTS).state for block in range(10)])[:, :3]
    assert (state[:, 0] == 0).all()
    others = state[:, 1:].ravel()
    for number, share in enumerate((0.4, 0.1, 0.2, 0.3)):
        error = math.sqrt(share * (1 - share) / len(others))
        assert np.mean(others == number) == pytest.approx(share, abs=4 * error)


def test_with_a_helper_for_each_victim_who_comes_at_once_nobody_waits() -> None:
    site = SITE.with_values({"shock.helper_comes": 0.0, "shock.look": 0.0})
    one = events(setting(helpers=3), site)
    expected = np.minimum(one.freed_s, np.maximum(one.freed_s, one.doctor_s))[:, None]
    assert one.begins_s[:, :3] == pytest.approx(np.broadcast_to(expected, (EVENTS, 3)), rel=1e-9)


def test_where_nobody_but_the_finder_helps_the_others_without_pulse_wait_for_the_doctor() -> None:
    one = events(setting(helpers=1), with_shares(1.0, 0.0, 0.0))
    late = np.maximum(one.freed_s, one.doctor_s)
    assert (np.sort(one.begins_s[:, :3], axis=1)[:, 1:] == late[:, None]).all()


def test_both_engines_care_for_the_same_victims_at_the_same_instants() -> None:
    one = events(setting(), with_shares(0.3, 0.2, 0.2))
    helpers_s = one.freed_s[:, None] + np.array([[10.0, 40.0]])
    inputs = care(SITE, one.state, one.struck, one.freed_s, helpers_s, one.doctor_s)
    draws = draw(inputs, Streams(4, 0))
    assert_same_path(*(engine(name, of="queue").simulate(inputs, draws) for name in ("kernel", "reference")))


# ---- with against without


def test_to_pull_with_the_power_on_saves_the_seconds_of_the_switch_unless_the_helper_is_struck() -> None:
    cut, pulled = events(setting("one_shocked")), events(setting("one_shocked", {"P3-35": "power_on"}))
    assert 0.4 < pulled.hurt.mean() < 0.6
    assert (pulled.freed_s[~pulled.hurt] < cut.freed_s[~pulled.hurt]).all()
    later = pulled.freed_s[pulled.hurt] >= np.minimum(cut.freed_s, cut.doctor_s)[pulled.hurt]
    assert later.all()
    assert (pulled.struck.sum(axis=1) == 1 + pulled.hurt).all()


def test_nobody_is_struck_where_nobody_can_be() -> None:
    safe = SITE.with_values({"shock.hurts": 0.0})
    assert not events(setting(read={"P3-35": "power_on"}), safe).hurt.any()


def test_carrying_a_victim_first_costs_the_way_to_the_sick_room() -> None:
    here, moved = events(setting("one_shocked")), events(setting("one_shocked", {"P3-35": "moved_first"}))
    assert (moved.begins_s[:, 0] >= here.begins_s[:, 0]).all()
    assert np.mean(moved.begins_s[:, 0] - here.begins_s[:, 0]) == pytest.approx(120, abs=25)
    no_way = SITE.with_values({"shock.carry": 0.0})
    again = events(setting("one_shocked", {"P3-35": "moved_first"}), no_way)
    assert (again.begins_s[:, 0] == here.begins_s[:, 0]).all()


def test_whoever_works_alone_is_found_later_by_the_ratio_of_the_means() -> None:
    """15 min against 5 s until it is seen, by the same luck."""
    together, alone = (events(setting("circuit_work", {"P3-34": reading})) for reading in ("as_planned", "one_worker"))
    site = SITE.with_values({"rescue.cut_power": 0.0, "shock.free": 0.0})
    seen = [events(setting("circuit_work", {"P3-34": one}), site).freed_s for one in ("as_planned", "one_worker")]
    assert seen[1] == pytest.approx(180 * seen[0], rel=1e-9)
    assert (alone.begins_s[:, 0] > together.begins_s[:, 0]).all()


def test_more_helpers_never_make_anybody_later() -> None:
    revival = [measured(events(setting(helpers=k)))["helped"] for k in (1, 2, 3, 6)]
    for fewer, more in pairwise(revival):
        assert (more <= fewer + 1e-9).all()
    assert revival[0].mean() > revival[-1].mean()


def test_more_victims_meet_the_same_helpers_and_are_themselves_the_same() -> None:
    few, many = events(setting(victims=2)), events(setting(victims=5))
    assert (few.state[:, :2] == many.state[:, :2]).all()
    assert (few.freed_s == many.freed_s).all()
    assert (few.doctor_s == many.doctor_s).all()


def test_every_victim_keeps_its_time_to_settle_however_many_are_struck() -> None:
    """All but the first are conscious and one helper cares for all: what each takes, the next one begins later."""
    site = with_shares(0.0, 0.0, 0.0).with_values({"ambulance.response": 119.0})
    few, many = (events(setting(victims=k, helpers=2), site) for k in (3, 6))
    settled = [one.begins_s[:, 2] - one.begins_s[:, 1] for one in (few, many)]
    in_turn = few.begins_s[:, 2] < few.doctor_s
    assert in_turn.mean() > 0.9
    assert settled[1][in_turn] == pytest.approx(settled[0][in_turn], rel=1e-6)


def test_the_helper_who_is_struck_is_the_same_however_many_others_are() -> None:
    few, many = (events(setting(victims=k, read={"P3-35": "power_on"})) for k in (1, 5))
    assert few.hurt.any()
    assert (few.hurt == many.hurt).all()
    assert (few.state[:, -1] == many.state[:, -1]).all()
    assert len(set(few.state[:, -1].tolist())) > 1


# ---- what is asked and answered


def test_every_clause_is_asked_about_in_known_words() -> None:
    asked = study().questions()
    assert {one.clause for one in asked} == {"P3-34", "P3-35"}
    for language in ("zh", "en"):
        for one in asked:
            assert measure_name(one.measure, language) != one.measure
            assert scenario_name(one.scenario, language) != one.scenario
            assert language == "en" or reading_name(one.interpretation, language) != one.interpretation
            assert set(STUDIES[one.claim.study]) <= set(study().replicate(one.situation, 1, 0))
            for axis in study().axes(one):
                assert load_name(axis.name, language) != axis.name
            for option in study().options(one):
                with_option = replace(one, option=option)
                assert option_name(option, language)
                assert cost_name(study().cost_unit(with_option), language)
                choices = study().choices(with_option)
                assert study().costs(with_option, 1).shape == tuple(len(choice.values) for choice in choices)


def decided(per_victim: int) -> Plan:
    """The plan with so many helpers for each victim in force."""
    entry = Entry.model_validate({"from": "unknown", "value": per_victim, "status": Status.IN_FORCE, "source": "test"})
    clause = PLAN.clause("P3-35")
    changed = clause.quantities["helpers_per_victim"].model_copy(update={"history": (entry,)})
    new = clause.model_copy(update={"quantities": {**clause.quantities, "helpers_per_victim": changed}})
    return PLAN.model_copy(update={"clauses": tuple(new if c.id == new.id else c for c in PLAN.clauses)})


def test_helpers_per_victim_that_the_plan_decides_come_for_each() -> None:
    here = Shocks(decided(2), SITE)
    assert [here.setting(one, {}).helpers for one in ("one_shocked", "several_shocked")] == [2, 6]
    assert study().setting("several_shocked", {}).helpers == 3


@pytest.mark.parametrize(
    ("per_victim", "helpers"), [(None, [3] * 6), (1, [1, 2, 3, 4, 6, 8]), (2, [2, 4, 6, 8, 12, 12])]
)
def test_with_more_victims_as_many_more_helpers_come_as_the_plan_decides(
    per_victim: int | None, helpers: list[int]
) -> None:
    """While it is open those of the site come, however many are struck; nobody counts more than twelve."""
    here = study() if per_victim is None else Shocks(decided(per_victim), SITE)
    asked = next(one for one in here.questions() if (one.claim.id, one.scenario) == ("P3-35.e", "several_shocked"))
    axis = next(one for one in here.axes(asked) if one.name == "shock.victims")
    moved = [here.moved(asked, axis, number) for number in axis.values]
    assert [one.victims for one in moved if isinstance(one, Shock)] == [1, 2, 3, 4, 6, 8]
    assert [one.helpers for one in moved if isinstance(one, Shock)] == helpers


def test_loads_make_it_harder_along_every_axis() -> None:
    asked = question("P3-35.e", "several_shocked")
    assert {axis.name for axis in study().axes(asked)} == {
        "shock.victims", "shock.helper_comes", "rescue.cut_power",
    }  # fmt: skip
    for axis in study().axes(asked):
        moved = [study().moved(asked, axis, value) for value in axis.values]
        means = [float(np.mean(study().replicate(one, 1, 0)["helped"])) for one in moved]
        assert means == sorted(means), axis.name
        assert means[0] < means[-1]


def test_a_check_answers_what_its_events_say() -> None:
    chosen = [question(f"P3-34.{x}") for x in "ab"] + [question(f"P3-35.{x}", "one_shocked") for x in "acde"]
    rows = check(PLAN, study(), Runs(study(), 3), family_error=0.5, breaking=False, questions=chosen)
    fails, holds = Answer.FAILS, Answer.HOLDS
    assert [row.verdict.answer for row in rows] == [holds, fails, holds, fails, fails, holds]


def test_two_at_work_are_what_it_takes_and_one_is_not_enough() -> None:
    found = recommend(PLAN, study(), (replace(question("P3-34.a"), option="workers"),), seed=1, family_error=0.5)
    assert found.result.status is Found.FOUND
    assert found.recommended == (2.0,)
    assert found.result.certified
    assert len(found.result.fails) == 1


def test_notes_are_said_in_both_languages_with_the_same_numbers() -> None:
    (zh,), (en,) = (study().notes(1, language) for language in ("zh", "en"))
    assert sorted(re.findall(r"\d+", zh)) == sorted(re.findall(r"\d+", en))


def test_a_study_goes_to_another_process_as_it_is() -> None:
    there = study().at_site({"shock.seen": 60.0})
    other = pickle.loads(pickle.dumps(there))
    situation = question("P3-35.a").situation
    for name, values in there.replicate(situation, 1, 2).items():
        assert np.array_equal(values, other.replicate(situation, 1, 2)[name])


# ---- what is refused


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"shock.no_pulse": 0.6, "shock.unconscious": 0.5}, "shares that make 1 or less"),
        ({"shock.hurts": 1.2}, "at most 1"),
        ({"shock.victims": 0.0}, "1 persons or more"),
        ({"shock.seen": -1.0}, "0 s or more"),
        ({"shock.helpers": 40.0}, "at most 12 persons"),
    ],
)
def test_a_fact_that_the_study_cannot_work_with_is_refused(values: dict[str, float], what: str) -> None:
    with pytest.raises(FactError, match=what):
        Shocks(PLAN, SITE.with_values(values))


def test_the_ends_of_all_ranges_can_be_worked_with() -> None:
    NEEDS.check_ranges(SITE)
    for end in ("min", "max"):
        ends = {name: getattr(fact.range, end) for name, fact in SITE.facts.items() if fact.range is not None}
        there = study().at_site(ends)
        for one in there.questions():
            assert np.isfinite(there.replicate(one.situation, 1, 0)[one.measure]).all()
