"""The service hall's calls: shares in closed form, orders with and without on the same events, what may be set."""

from __future__ import annotations

import math
import pickle
import shutil
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from resilience_sim.errors import FactError, PlanError
from resilience_sim.experiments.recommend import groups, recommend
from resilience_sim.experiments.runs import Sent, replicate
from resilience_sim.experiments.workers import Workers
from resilience_sim.plans.calltree_checks import check_due
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.randomness import LogNormal, Streams
from resilience_sim.reports.vocabulary import EVERY
from resilience_sim.studies import bind
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question
from resilience_sim.studies.service_hall.calls import FIGHT, LOADS, HallCalls
from resilience_sim.studies.service_hall.calls_events import counters_closed
from resilience_sim.verdicts.selection import Found

FOLDER = library()["service-hall"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
assert SITE.calltree is not None
TREE = SITE.calltree
BLOCKS = 8
EVENTS = 100 * BLOCKS


@cache
def study() -> HallCalls:
    found = part(bind(PLAN, SITE), HallCalls)
    assert found is not None
    return found


def question(claim: str, of: HallCalls | None = None) -> Question:
    return next(one for one in (of or study()).questions() if one.claim.id == claim)


def values(asked: Question, of: HallCalls | None = None, seed: int = 3, blocks: int = BLOCKS) -> np.ndarray:
    rows = [(of or study()).replicate(asked.situation, seed, k)[asked.measure] for k in range(blocks)]
    return np.hstack(rows)


def near(share: float, expected: float, events: int = EVENTS) -> bool:
    """Within four standard errors."""
    return abs(share - expected) < 4 * math.sqrt(expected * (1 - expected) / events)


# ---- closed forms


@pytest.mark.parametrize("tries", [1, 3, 6])
def test_a_report_gets_through_if_each_link_answers_one_of_the_tries(tries: int) -> None:
    """(1 - (1 - p)^n)^2: the head reaches the manager, the manager the leader of the group."""
    asked = question("P5-02.a")
    p = SITE.base("calling.answered_day")
    told = values(study().chosen(replace(asked, option="tries"), [tries]))
    assert near(float(np.mean(np.isfinite(told))), (1 - (1 - p) ** tries) ** 2)


def test_who_asks_for_help_turns_to_the_leading_group_when_the_manager_does_not_answer() -> None:
    asked = values(question("P5-08.a"))
    missed = (1 - SITE.base("calling.answered_day")) ** SITE.base("calling.attempts")
    assert near(float(np.mean(np.isfinite(asked))), 1 - missed**2)
    # Decision, and one call that is answered: nobody is sooner, and half of all are as soon.
    soonest = (SITE.base("call_up.decision") + SITE.base("calling.attempt")) / 60
    assert asked.min() == pytest.approx(soonest)
    assert near(float(np.mean(asked <= soonest + 1e-9)), SITE.base("calling.answered_day"))


def test_the_clerk_alone_calls_110_when_hidden_and_a_call_is_made() -> None:
    told_s = values(question("P5-12.b"))
    hiding = LogNormal.from_median(SITE.base("robbery.hiding"), 0.5)
    for limit_s in (60.0, 120.0, 180.0):
        share = hiding.up_to(limit_s)[0]
        assert near(float(np.mean(told_s <= limit_s + SITE.base("calling.attempt"))), share)


def test_manager_is_told_too_as_often_as_one_of_the_tries_is_answered() -> None:
    for claim in ("P5-12.c", "P5-20.a"):
        share = 1 - (1 - SITE.base("calling.answered_day")) ** SITE.base("calling.attempts")
        assert near(float(np.mean(np.isfinite(values(question(claim))))), share)


def test_counters_are_closed_as_the_binomial_law_says() -> None:
    """Four are at no counter, each absent with 7 %; one helps, one calls, one keeps order."""
    closed = values(question("P5-22.c"))
    absent = SITE.base("staff.absence")
    for counters in (0, 1):
        share = sum(math.comb(4, k) * absent**k * (1 - absent) ** (4 - k) for k in range(1 + counters + 1))
        assert near(float(np.mean(closed <= counters)), share)
    nobody = SITE.with_values({"egress.hall_staff": 0.0, "egress.office_staff": 0.0})
    assert (counters_closed(nobody, Streams(1, 0), 10, 2) == 4.0).all()


def test_110_is_called_after_persuading_and_as_soon_as_a_call_takes() -> None:
    after = values(question("P5-19.b")) - SITE.base("calling.attempt") / 60
    mean, sigma = SITE.base("siege.persuading") / 60, 0.5
    assert after.min() > 0
    assert abs(after.mean() - mean) < 4 * mean * math.sqrt(math.expm1(sigma**2) / EVENTS)


def test_persuading_ends_when_the_plan_says_and_the_call_is_judged_by_itself(tmp_path: Path) -> None:
    short = decided(tmp_path, "P5-19", "persuade_for", 8)
    call, longer = values(question("P5-19.c")), values(question("P5-19.b"))
    assert (call == SITE.base("calling.attempt") / 60).all()
    assert values(question("P5-19.b", short), short) == pytest.approx(np.minimum(longer - call, 8) + call)
    assert (values(question("P5-19.c", short), short) == call).all()
    assert (question("P5-19.b", short).limit, question("P5-19.c", short).limit) == (30.0, 10.0)
    soon = decided(tmp_path, "P5-19", "police_within", 6)
    asked = replace(question("P5-19.b", soon), option="persuade_less")
    found = recommend(PLAN, soon, (asked,), seed=1, family_error=1e-3)
    assert found.recommended == (5.0,)  # five minutes, and one for the call
    assert found.result.certified


def test_head_and_one_guard_have_to_be_there() -> None:
    asked = question("P5-19.a")
    (alarm, *_) = study().alarms(asked.situation, 3, 0)  # type: ignore[arg-type]
    there = dict(zip(alarm.inputs.index, alarm.path.arrives_s.tolist(), strict=True))
    first_guard = min(there["hall_guards 1"], there["hall_guards 2"])
    assert values(asked)[0] == pytest.approx(max(there["hall_head"], first_guard) / 60)


def test_water_comes_after_dispatch_turnout_drive_and_hoses() -> None:
    water = values(question("P5-15.d")) * 60
    steps = ("fire.found", "egress.fight_fire", "fire.call", "engine.dispatch", "engine.turnout_day", "engine.drive",
             "engine.set_up")  # fmt: skip
    mean = sum(SITE.base(step) for step in steps)
    assert abs(water.mean() - mean) < 4 * water.std() / math.sqrt(EVENTS)


# ---- with and without, on the same events


def test_others_who_call_make_110_know_no_later() -> None:
    together, alone = values(question("P5-12.a")), values(question("P5-12.b"))
    assert (together <= alone).all()
    assert together.mean() < alone.mean()


def test_fighting_first_makes_the_call_later_by_just_that_and_a_guide_the_water_sooner() -> None:
    later = values(question("P5-15.a")) - values(question("P5-15.b"))
    assert later == pytest.approx(np.full(EVENTS, SITE.base("egress.fight_fire")))
    gained = values(question("P5-15.d")) - values(question("P5-15.c"))
    assert gained.max() == pytest.approx(SITE.base("engine.gained_by_guiding") / 60)
    assert gained.min() > 0
    short = study().at_site({"engine.drive": 0.01, "engine.gained_by_guiding": 180.0})
    few, many = (values(question(claim, short), short) for claim in ("P5-15.c", "P5-15.d"))
    assert (many - few).max() < 0.1  # no more than the drive


def test_watching_first_delays_the_call_by_as_long_as_is_watched() -> None:
    later = (values(question("P5-22.b")) - values(question("P5-22.a"))) / 60
    assert later.min() > 0
    assert abs(later.mean() - SITE.base("illness.watched") / 60) < 4 * later.std() / math.sqrt(EVENTS)


def test_more_people_asked_for_are_there_no_sooner() -> None:
    asked = question("P5-08.b")
    one, two, six, all_twelve, more = (
        values(replace(asked, situation=study().set_to(asked, "fewer_asked", n))) for n in (1, 2, 6, 12, 13)
    )
    assert (one <= two).all()
    assert (two <= six).all()
    assert (six <= all_twelve).all()
    assert np.isinf(more).all()  # there are four guards and eight agents to be sent


def test_every_load_makes_it_harder_and_every_lever_easier() -> None:
    moved, set_ = set(), set()
    for asked in study().questions():
        for axis in study().axes(asked):
            easy, hard = (
                asked.kept(values(replace(asked, situation=study().moved(asked, axis, end)), blocks=4)).mean()
                for end in (axis.values[0], axis.values[-1])
            )
            assert easy > hard, (asked.claim.id, axis.name)
            moved.add(axis.name)
        for option in study().options(asked):
            one = replace(asked, option=option)
            choices = study().choices(one)
            first, last = (study().chosen(one, [choice.values[k] for choice in choices]) for k in (0, -1))
            assert (first.situation, first.limit) != (last.situation, last.limit)
            kept = [ask.kept(values(ask, blocks=4)).mean() for ask in (first, last)]
            assert kept[0] < kept[1], (asked.claim.id, option)
            assert study().costs(one, 0).shape == tuple(len(choice.values) for choice in choices)
            set_.add(option)
    assert moved == {FIGHT.name, *(axis.name for axes in LOADS.values() for axis in axes)}
    assert set_ == {"promise", "tries", "redial", "message", "fewer_asked", "giving_up", "persuade_less", "carers"}


@pytest.mark.parametrize("answered", [0.4, 0.58, 0.9])
def test_more_tries_make_nobody_later_where_they_are_offered(answered: float) -> None:
    here = study().at_site({"calling.answered_day": answered})
    offered = set()
    for asked in here.questions():
        for option in {"tries", "redial"} & set(here.options(asked)):
            one = replace(asked, option=option)
            times = [values(here.chosen(one, [tries]), here, blocks=3) for tries in (1.0, 2.0, 3.0, 5.0, 10.0)]
            assert all((more <= fewer).all() for fewer, more in pairwise(times)), (asked.claim.id, option)
            offered.add(asked.claim.id)
    assert offered == {"P5-02.a", "P5-12.c", "P5-20.a", "P5-24.a"}


def test_tries_are_no_lever_where_they_keep_the_delegate_waiting() -> None:
    """While the manager is tried ten times, the leading group waits: fewer are asked in time than with three tries."""
    here = study().at_site({"calling.answered_day": 0.58})
    asked = question("P5-08.a", here)
    assert here.options(asked) == ("promise", "message")
    three, ten = (asked.kept(values(replace(asked, situation=here.set_to(asked, "tries", n)), here)) for n in (3, 10))
    assert three.mean() > ten.mean()


# ---- what is asked


def test_every_clause_of_the_calls_is_asked_about() -> None:
    asked = {one.clause for one in study().questions()}
    assert asked == {f"P5-{number}" for number in ("02", "08", "12", "15", "19", "20", "22", "24")}
    assert {one.scenario for one in study().questions()} == {"by_day"}


def test_an_open_time_is_the_longest_that_may_be_decided() -> None:
    assert [question(claim).limit for claim in ("P5-02.a", "P5-12.a", "P5-24.a")] == [60.0, 600.0, 120.0]


def test_times_of_two_claims_of_a_clause_are_promised_together() -> None:
    asked = tuple(replace(one, option="promise") for one in study().questions() if one.clause == "P5-19")
    assert [choice.quantity for choice in study().choices(asked[0])] == [
        "arrive_within",
        "police_within",
        "call_within",
    ]
    limits = [study().chosen(one, [7.0, 24.0, 2.0]).limit for one in asked]
    assert limits == [7.0, 24.0, 2.0]
    costs = study().costs(asked[0], 0)
    assert costs.shape == (30, 30, 21)
    assert costs[6, 23, 4] == 6 + 23 + 2
    found = recommend(PLAN, study(), asked, seed=1, family_error=1e-3)
    assert found.result.status is Found.FOUND
    assert found.recommended is not None
    for one, value in zip(asked, found.recommended, strict=True):
        times = values(one, seed=11)
        assert np.mean(times <= value) > 0.93
        assert np.mean(times <= value - 3) < 0.95
    assert found.recommended[2] <= 1.0


def test_clauses_have_groups_of_their_own() -> None:
    names = {(group[0].clause, group[0].option) for group in groups(study(), study().questions())}
    assert ("P5-08", "fewer_asked") in names
    assert ("P5-15", "giving_up") in names
    assert ("P5-22", "carers") in names


def test_the_call_trees_deadlines_are_those_of_the_plan() -> None:
    check_due(TREE, PLAN, SITE)
    due = {f"{one.clause}.{one.quantity}" for chain in TREE.chains.values() for one in chain.due.values()}
    assert due == {"P5-02.report_within", "P5-08.ask_within", "P5-24.told_within"}


def test_whatever_is_asked_moved_or_set_in_the_hall_has_a_name_in_both_languages() -> None:
    every = bind(PLAN, SITE)
    assert every is not None
    for asked in every.questions():
        assert asked.measure in EVERY.measures
        assert asked.scenario in EVERY.scenarios
        assert set(asked.interpretation.split(" + ")) - {""} <= set(EVERY.readings)
        assert {axis.name for axis in every.axes(asked)} <= set(EVERY.loads)
    for first, *_ in groups(every, every.questions()):
        assert first.option in EVERY.options
        assert every.cost_unit(first) in EVERY.costs
        for choice in every.choices(first):
            assert choice.label is not None or choice.quantity in EVERY.loads, choice.quantity


def decided(tmp_path: Path, clause: str, quantity: str, value: int) -> HallCalls:
    """The study with a quantity decided, in the place of what stood last."""
    folder = tmp_path / f"{clause}-{quantity}"
    shutil.copytree(FOLDER, folder)
    text = (folder / "plan.yaml").read_text(encoding="utf-8")
    start = text.index(f"- id: {clause}\n")
    at = text.index("      history:\n", text.index(f"    {quantity}:\n", start)) + len("      history:\n")
    end = text.index("\n", at) + 1
    taken = f"      - {{from: 2026-01-01, value: {value}, status: in_force, source: a test}}\n"
    (folder / "plan.yaml").write_text(text[:end] + taken + text[end:], encoding="utf-8")
    found = part(bind(read_plan(folder)[0], SITE), HallCalls)
    assert found is not None
    return found


def test_what_the_plan_decides_is_read(tmp_path: Path) -> None:
    one_call = decided(tmp_path, "P5-12", "calls", 1)
    assert (values(question("P5-12.c", one_call), one_call) == values(question("P5-12.a"))).all()
    four = decided(tmp_path, "P5-08", "extra_staff", 4)
    wanted = replace(question("P5-08.b"), situation=study().set_to(question("P5-08.b"), "fewer_asked", 4))
    assert (values(question("P5-08.b", four), four) == values(wanted)).all()
    helpers = decided(tmp_path, "P5-22", "staff_helping", 3)
    assert values(question("P5-22.c", helpers), helpers).min() >= 1
    fight = decided(tmp_path, "P5-14", "fight_for", 120)
    later = values(question("P5-15.a", fight), fight) - values(question("P5-15.a"))
    assert later == pytest.approx(np.full(EVENTS, 60.0))
    soon = decided(tmp_path, "P5-20", "alarm_within", 60)
    assert question("P5-20.a", soon).limit == 60.0


# ---- runs


def test_equal_seeds_give_equal_events_on_any_number_of_workers_and_after_pickling() -> None:
    situation = question("P5-08.b").situation
    alone = [study().replicate(situation, 2, k) for k in range(2)]
    for rows in (
        replicate(Sent(study()), situation, 2, range(2), Workers.of(2)),
        [pickle.loads(pickle.dumps(study())).replicate(situation, 2, k) for k in range(2)],
    ):
        for one, other in zip(alone, rows, strict=True):
            assert all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_notes_are_sentences_with_the_orders_and_without(language: str) -> None:
    told, helped = study().notes(1, language)  # type: ignore[arg-type]
    assert told.count("110") == 2
    assert told.count("119") == 2
    assert told.count("120") == 2
    assert all(note.endswith("。" if language == "zh" else ".") for note in (told, helped))


# ---- refusals


def bound(folder: Path) -> None:
    plan, document = read_plan(folder)
    site, site_document = read_site(folder)
    bind(plan, site, document=document, site_document=site_document)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("site.yaml", "  staff.absence:", "  staff.absent:", r"staff\.absence.*is missing in site"),
        ("site.yaml", "{value: 7, unit: \"%\", range: {min: 3, max: 15}", "{value: 7, unit: \"%\", range: {min: 3, "
         "max: 150}", r"site\.yaml:\d+: .*staff\.absence.*at the max.*150 %; accepted is 0 % or more, at most 100 %"),
        ("site.yaml", "  siege.way:", "  siege.path:", r"calltree\.yaml:\d+: .*siege\.way"),
        ("calltree.yaml", "  family:                              #", "  relatives:                           #",
         r"calltree\.yaml:\d+: there is no chain 'family'; accepted: report, help"),
        ("calltree.yaml", "clerk: [police, manager]\n  fire:", "clerk: [police_station, manager]\n  fire:",
         r"calltree\.yaml:\d+: .*'police_station'"),
        ("calltree.yaml", "calls: {clerk: [ambulance, hall_head]}", "calls: {clerk: [hall_head]}",
         r"calltree\.yaml:\d+: .*'ambulance'"),
        ("calltree.yaml", "clerk: [police, manager]}\n  illness:", "clerk: [manager]}\n  illness:",
         r"calltree\.yaml:\d+: .*'police_called' has no 'police'"),
        ("plan.yaml", "interpretation: watched_first", "interpretation: called_later", r"plan\.yaml"),
        ("plan.yaml", "study: hall_family, measure: family_told", "study: hall_family, measure: call_120",
         r"plan\.yaml:\d+: .*'call_120'; accepted: family_told"),
        ("plan.yaml", "at_most: told_within", "at_most: \"3 persons\"", r"plan\.yaml:\d+: .*limit in persons"),
    ],
)  # fmt: skip
def test_what_the_study_cannot_work_with_is_told_by_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "service-hall"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises((FactError, PlanError), match=said):
        bound(folder)
