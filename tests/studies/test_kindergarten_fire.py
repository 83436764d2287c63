"""The kindergarten's study: its evacuation clauses as they read, and the closed forms and laws behind them."""

from __future__ import annotations

import itertools
import math
import pickle
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from resilience_sim.errors import FactError, PlanError
from resilience_sim.experiments.check import check
from resilience_sim.experiments.recommend import recommend
from resilience_sim.experiments.runs import Runs
from resilience_sim.models.egress import Divert
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.quantities import Entry, Status
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Site
from resilience_sim.reports.words import (
    cost_name,
    load_name,
    measure_name,
    option_name,
    reading_name,
    scenario_name,
)
from resilience_sim.studies import bind
from resilience_sim.studies.evacuation import happened
from resilience_sim.studies.kindergarten.fire import STUDIES, Kindergarten
from resilience_sim.studies.kindergarten.fire_duties import LISTED, Duties, persons, unmet
from resilience_sim.studies.kindergarten.fire_events import SCENARIOS, Loads, Setting
from resilience_sim.studies.kindergarten.fire_notes import best_number, compared_ways, turned
from resilience_sim.studies.question import Question, effort_for
from resilience_sim.verdicts.selection import Found
from resilience_sim.verdicts.verdict import Answer

FOLDER = library()["kindergarten"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
CLAUSES = ("P3-01", "P3-02", "P3-04", "P3-05", "P3-10", "P3-12", "P3-13", "P3-14", "P3-15", "P3-17", "P3-19")


@cache
def study() -> Kindergarten:
    return Kindergarten(PLAN, SITE)


def question(claim: str, scenario: str | None = None, of: Kindergarten | None = None) -> Question:
    found = [
        one
        for one in (of or study()).questions()
        if one.claim.id == claim and (scenario is None or one.scenario == scenario)
    ]
    return found[0]


def setting(claim: str, scenario: str | None = None) -> Setting:
    situation = question(claim, scenario).situation
    assert isinstance(situation, Setting)
    return situation


def certain(changes: Mapping[str, float] | None = None, *, only: str | None = None) -> Site:
    """A site where children walk alike, start at once and need no help; with one class only, if it is named."""
    values = {"walking.level_sd": 0.0, "children.helped": 0.0, "egress.left_behind": 0.0, **(changes or {})}
    facts = dict(SITE.with_values(values).facts)
    for name, pair in (
        ("walking.stairs_juniors", (0.5, 0.5)),
        ("walking.stairs_seniors", (0.6, 0.6)),
        ("pre_movement.range", (0.0, 0.0)),
    ):
        facts[name] = facts[name].model_copy(update={"values": pair})
    for name in ("pre_movement.juniors", "pre_movement.seniors"):
        facts[name] = facts[name].model_copy(update={"value": 0.0, "range": None})
    site = SITE.model_copy(update={"facts": facts})
    layout = SITE.building
    assert layout is not None
    if only is not None:
        layout = layout.model_copy(update={"groups": {only: layout.groups[only]}})
    return site.with_building(layout)


def decided(clause: str, quantity: str, value: float) -> Plan:
    """The plan with a value in force."""
    entry = Entry.model_validate({"from": "unknown", "value": value, "status": Status.IN_FORCE, "source": "test"})
    clauses = []
    for one in PLAN.clauses:
        if one.id == clause:
            changed = one.quantities[quantity].model_copy(update={"history": (entry,)})
            clauses.append(one.model_copy(update={"quantities": {**one.quantities, quantity: changed}}))
        else:
            clauses.append(one)
    return PLAN.model_copy(update={"clauses": tuple(clauses)})


# ---- what is asked


def test_every_clause_of_the_evacuation_is_asked_about_in_known_words() -> None:
    asked = study().questions()
    assert tuple(dict.fromkeys(one.clause for one in asked)) == CLAUSES
    for language in ("zh", "en"):
        for one in asked:
            assert measure_name(one.measure, language) != one.measure
            assert language == "en" or scenario_name(one.scenario, language) != one.scenario
            for reading in filter(None, one.interpretation.split(" + ")):
                assert language == "en" or reading_name(reading, language) != reading
            for axis in study().axes(one):
                assert load_name(axis.name, language) != axis.name
            for option in study().options(one):
                with_option = replace(one, option=option)
                assert option_name(option, language)
                assert cost_name(study().cost_unit(with_option), language)
                assert study().costs(with_option, 1).shape == tuple(
                    len(choice.values) for choice in study().choices(with_option)
                )


def test_every_measure_of_every_study_is_measured() -> None:
    for one in study().questions():
        row = study().replicate(one.situation, 1, 0)
        assert set(STUDIES[one.claim.study]) <= set(row), one.claim.id


def test_an_open_time_is_asked_about_at_the_longest_that_may_be_decided_and_a_decided_one_as_it_is() -> None:
    assert question("P3-10.c").limit == 600.0
    assert question("P3-10.c", of=Kindergarten(decided("P3-10", "out_within", 180), SITE)).limit == 180.0


# ---- closed forms


@pytest.mark.parametrize(("way", "door"), [("main_only", "main"), ("by_class", "back")])
def test_one_class_without_chance_is_out_at_the_second_of_the_closed_form(
    way: Literal["main_only", "by_class"], door: str
) -> None:
    """28 walk alike through their own door, one every 1/1.17 s, and meet nobody; the back door is the narrower one."""
    site = certain(only="junior_1")
    here = Kindergarten(PLAN, site).premises
    one = here.happened(replace(setting("P3-10.c"), way=way, to_back=1 if way == "by_class" else None), 1, 0)
    inputs = one.event.egress
    column = [inputs.building.doors[side // 2].name for side in inputs.targets].index(door)
    metres = inputs.routes.metres[-1, column]
    first = inputs.routes.next_side[-1, column]
    to_own = math.hypot(*(a - b for a, b in zip((21.6, 5.0), inputs.building.doors[first // 2].at, strict=True)))
    width = {"main": 1.2, "back": 0.9}[door]
    slowest = 1 / min(1.3 * (1.2 - 0.3), 1.3 * (width - 0.3))
    assert to_own < metres
    assert one.last_out_s == pytest.approx(metres / 0.85 + 27 * slowest, rel=1e-12)


def test_a_fire_that_is_fought_later_has_grown_with_the_square_of_its_time() -> None:
    cut, on = (study().replicate(setting(f"P3-04.{x}"), 3, 0)["fire_size"] for x in "ab")
    own_cut, own_on = (study().replicate(setting(f"P3-19.{x}"), 3, 0)["fire_size"] for x in "ab")
    at_once = study().replicate(replace(setting("P3-19.b"), steps_first=()), 3, 0)["fire_size"]
    told = study().replicate(replace(setting("P3-04.b"), steps_first=()), 3, 0)["fire_size"]
    found_s, told_s, _ = study().premises.happened(setting("P3-04.a"), 3, 0).steps_s
    assert math.sqrt(told / at_once) == pytest.approx((found_s + told_s) / found_s, rel=1e-9)
    assert own_on < own_cut < cut
    assert own_on < on < cut
    # The seconds that cutting takes are the same in both, and so is alpha: differences of roots are equal.
    assert math.sqrt(cut) - math.sqrt(on) == pytest.approx(math.sqrt(own_cut) - math.sqrt(own_on), rel=1e-9)


def test_guiding_gains_the_seconds_it_is_said_to_gain_and_one_person_half_of_them() -> None:
    both, one = (setting(f"P3-12.{x}") for x in "ab")
    nobody = replace(both, gain=0.0)
    for index in range(20):
        water = [study().replicate(each, 2, index)["water"] for each in (both, one, nobody)]
        drive_s = 60 * (water[2] - water[0])
        assert drive_s <= 60 + 1e-9
        if drive_s > 60 - 1e-9:  # the drive is longer than what is gained
            assert water[1] - water[0] == pytest.approx(0.5, rel=1e-9)


def test_who_waits_for_whom_is_a_matching() -> None:
    either, left, right = frozenset({"a", "b"}), frozenset({"a"}), frozenset({"b"})
    assert unmet([(0, 9, left), (0, 9, either)], [either, left]) == 0
    assert unmet([(0, 9, left), (0, 9, left)], [either, right]) == 1
    assert unmet([(0, 5, left), (5, 9, left)], [left]) == 0  # one after the other
    assert unmet([(0, 5, left), (4, 9, left)], [left]) == 1
    assert unmet([(0, 9, right)], []) == 1
    assert unmet([], []) == 0


def test_the_lists_name_12_persons_in_16_places() -> None:
    sizes = (1, 4, 3, 4, 4)
    assert [len(LISTED[group]) for group in LISTED] == list(sizes)
    assert len(persons(Duties(sizes, 1))) == 16
    assert len(persons(Duties(sizes, 2))) == 13  # member A keeps two of three groups
    everybody = persons(Duties(sizes, 5))
    assert len(everybody) == 12
    assert frozenset({"rescue", "evacuation", "medical"}) in everybody
    assert frozenset({"communications", "rescue"}) in everybody
    assert len(persons(Duties((1, 4, 6, 4, 4), 5))) == 15
    assert len(persons(Duties((1, 2, 3, 4, 4), 5))) == 11


def test_four_in_the_evacuation_group_do_three_things_at_once_and_three_do_not() -> None:
    asked = setting("P3-17.a")
    assert asked.duties is not None
    for index in range(10):
        short = [
            study().replicate(replace(asked, duties=replace(asked.duties, sizes=(1, 4, k, 4, 4))), 1, index)[
                "persons_short"
            ]
            for k in (2, 3, 4)
        ]
        assert short == [2.0, 1.0, 0.0]


# ---- laws


def test_the_same_children_walk_at_the_same_pace_whichever_way_they_are_sent() -> None:
    plain = setting("P3-15.a")
    ways = [plain, replace(plain, way="main_only"), replace(plain, way="by_class", to_back=4)]
    for index in range(3):
        first, *others = (study().premises.happened(one, 1, index) for one in ways)
        assert all(other.draws is first.draws for other in others)


def test_more_adults_never_make_more_classes_go_twice() -> None:
    plain = setting("P3-10.d")
    for index in range(20):
        twice = [study().replicate(replace(plain, adults=k), 1, index)["classes_twice"] for k in range(1, 9)]
        assert twice == sorted(twice, reverse=True)
    assert twice[0] > twice[-1]


def test_children_who_need_more_time_per_head_are_counted_later_and_a_faster_fire_leaves_less_time() -> None:
    count, fire = setting("P3-13.a"), setting("P3-10.a")
    for index in range(5):
        times = [
            study().replicate(replace(count, loads=Loads(counting=k)), 1, index)["counting"] for k in (0.5, 1.0, 2.0)
        ]
        assert times[1] == pytest.approx(2 * times[0], rel=1e-9)
        assert times[2] == pytest.approx(2 * times[1], rel=1e-9)
        margins = [study().replicate(replace(fire, loads=Loads(growth=k)), 1, index)["margin"] for k in (0.5, 1.0, 2.0)]
        assert margins == sorted(margins, reverse=True)


def test_smoke_fills_the_kitchen_the_corridor_and_the_hall_before_the_main_door() -> None:
    house = study().premises.house()
    area = {space.name: space.area_m2 for space in house.building.spaces}
    assert house.open_m2 == pytest.approx(120.0 + area["ground_corridor"] + area["lobby"], rel=1e-12)


def test_children_on_an_axis_are_rounded_class_by_class() -> None:
    asked = question("P3-10.c", "drill")
    (axis, *_) = study().axes(asked)
    situation = study().moved(asked, axis, 0.2)
    assert isinstance(situation, Setting)
    groups = {group.name: group for group in study().premises.event(situation).egress.groups}
    assert [groups[name].people[0].count for name in ("junior_1", "middle_1", "senior_1")] == [5, 6, 7]
    assert groups["junior_1"].people[1].count == 3


# ---- who goes where


def test_the_classes_for_the_back_door_are_within_1_percent_of_the_best_of_all_assignments() -> None:
    """All 512 assignments of nine classes, over the same drills by which the study chose."""
    premises = study().premises
    best = min(
        premises._mean_s([name for name, back in zip(premises.classes, sent, strict=True) if back])
        for sent in itertools.product((False, True), repeat=len(premises.classes))
    )
    assert min(premises.mean_out_s) <= 1.01 * best


def test_no_way_beats_the_floor_and_classes_settled_beforehand_beat_queue_and_nearest_door() -> None:
    mean = compared_ways(study(), 11, events=12)
    assert mean["floor"] <= mean["searched"] <= mean["by_class"]
    assert mean["by_class"] < mean["nearest"] < mean["by_queue"] <= mean["main_only"]
    assert mean["floor_one_by_one"] <= mean["one_by_one"]
    assert mean["by_class"] <= 1.01 * mean["searched"]
    assert mean["by_class"] / mean["floor"] - 1 < 0.5 * (mean["nearest"] / mean["floor"] - 1)


def test_the_order_is_decided_at_the_given_site_and_goes_with_the_study() -> None:
    there = study().at_site({"building.back_door": 1.6, "building.main_door": 0.8})
    assert there.premises.order == study().premises.order
    other = pickle.loads(pickle.dumps(there))
    asked = question("P3-15.c")
    for index in range(3):
        assert other.replicate(asked.situation, 1, index) == there.replicate(asked.situation, 1, index)


def test_nobody_is_directed_but_in_their_room_and_where_they_step_out_of_it() -> None:
    groups = {group.name: group for group in study().premises.event(setting("P3-15.a")).egress.groups}
    for name, corridor in (("junior_1", "ground_corridor"), ("middle_3", "upper_corridor")):
        route = groups[name].route
        assert isinstance(route, Divert)
        assert route.where == (name, corridor)


def test_a_class_that_has_come_down_the_stair_to_the_main_door_is_not_sent_back_along_the_corridor() -> None:
    """Where classes under way are turned, those of the west stair go the whole corridor: most drills end later."""
    plain = replace(setting("P3-15.a"), waiting=20.0)
    late = replace(plain, way="by_queue_late")
    alone = replace(plain, way="main_only")
    lost = 0
    for index in range(12):
        alone_s, ruled_s, late_s = (study().premises.happened(one, 3, index).last_out_s for one in (alone, plain, late))
        assert ruled_s <= alone_s
        lost += late_s > alone_s + 30
    assert lost > 6
    share, saved_s = turned(study(), 3, "by_queue_late")
    assert share > 50
    assert saved_s < -30


def test_a_queue_that_is_there_when_a_class_steps_out_does_turn_it() -> None:
    """One waiting is enough: then the latest of the classes go to the back door."""
    plain = setting("P3-15.a")
    one = study().premises.event(replace(plain, waiting=1.0, loads=Loads(pre_movement=4.0)))
    other = study().premises.event(replace(plain, way="main_only", loads=Loads(pre_movement=4.0)))
    differ = [
        not np.array_equal(happened(one, 1, index).path.out_s, happened(other, 1, index).path.out_s)
        for index in range(12)
    ]
    assert any(differ)


def test_one_class_on_a_stair_is_as_dense_as_it_is_whatever_the_gap_and_no_gap_is_offered() -> None:
    space = {one.name: one for one in study().premises.house().building.spaces}
    alone = (35 + 3) / space["west_stair"].area_m2
    assert alone == pytest.approx(38 / 15.6, rel=0.01)
    plain = setting("P3-05.a")
    for gap_s in (0.0, 60.0):
        dense = [study().replicate(replace(plain, class_gap_s=gap_s), 1, index)["crowding"] for index in range(9)]
        assert np.median(dense) >= alone - 1e-9
    assert study().options(question("P3-05.a")) == ()
    assert any(f"alone makes {alone:.2f} per square metre" in note for note in study().notes(1, "en"))


# ---- who searches, who is told, and the adults of the building


def test_no_more_search_than_the_rescue_group_has_less_those_who_fight_the_fire() -> None:
    drill, fire = (question("P3-14.b", scenario) for scenario in ("child_missing", "missing_in_fire"))
    assert [one.situation.searchers for one in (drill, fire) if isinstance(one.situation, Setting)] == [4, 2]
    many = Kindergarten(decided("P3-14", "searchers", 20), SITE)
    assert [many.setting("searching", one, {}).searchers for one in ("child_missing", "missing_in_fire")] == [4, 2]
    all_fight = Kindergarten(PLAN, SITE.with_values({"rescue.at_the_fire": 4.0}))
    asked = question("P3-14.b", "missing_in_fire", all_fight)
    known = [all_fight.replicate(asked.situation, 1, index) for index in range(5)]
    assert all(row["searching"] == math.inf for row in known if row["unnoticed"] == 0)
    assert any(row["unnoticed"] == 0 for row in known)
    assert study().options(drill) == study().options(fire) == ()


def test_to_decide_the_time_to_the_alarm_that_the_site_has_anyway_changes_nothing() -> None:
    """Told in 30 s and the alarm 15 s after: 45 s in all."""
    same, sooner = (Kindergarten(decided("P3-09", "alarm_chain", value), SITE) for value in (45, 22.5))
    for claim, measure in (("P3-04.a", "fire_size"), ("P3-10.a", "margin")):
        for index in range(4):
            rows = [
                one.replicate(question(claim, of=one).situation, 5, index)[measure] for one in (study(), same, sooner)
            ]
            assert rows[0] == pytest.approx(rows[1], rel=1e-9)
            assert rows[2] < rows[0] if measure == "fire_size" else rows[2] > rows[0]


def test_each_class_has_the_adults_that_the_building_gives_it(tmp_path: Path) -> None:
    old = "    {room: senior_3, at: [33.6 m, 17.4 m],\n     people: {children: site.children.per_senior_class, adults: "
    folder, _ = copied(tmp_path / "kindergarten", "building.yaml", old + "site.adults.per_class", old + "5 adults")
    plan, _ = read_plan(folder)
    here = Kindergarten(plan, read_site(folder)[0])
    asked = question("P3-10.d", of=here)
    assert isinstance(asked.situation, Setting)

    def adults(least: int) -> dict[str, int]:
        assert isinstance(asked.situation, Setting)
        groups = here.premises.event(replace(asked.situation, adults=least)).egress.groups
        return {one.name: one.people[1].count for one in groups if one.name in here.premises.classes}

    assert adults(0) == {**dict.fromkeys(here.premises.classes, 3), "senior_3": 5}
    assert adults(4) == {**dict.fromkeys(here.premises.classes, 4), "senior_3": 5}
    more = replace(asked, option="adults")
    assert here.choices(more)[0].values[:4] == (3.0, 4.0, 5.0, 6.0)
    assert list(here.costs(more, 1)[:4]) == [0.0, 8.0, 16.0, 25.0]  # one class of nine has two more already


def test_later_starts_and_slower_doors_make_a_drill_no_shorter() -> None:
    asked = question("P3-10.c", "drill")
    for axis in study().axes(asked):
        moved = [study().moved(asked, axis, value) for value in axis.values]
        mean = [np.mean([study().replicate(one, 1, index)["evacuated"] for index in range(12)]) for one in moved]
        assert mean[0] < mean[-1], axis.name
        if axis.name == "door.specific_flow":
            assert mean == sorted(mean)
    assert {axis.name for axis in study().axes(asked)} >= {"pre_movement", "door.specific_flow"}


def test_what_walks_nobody_is_looked_at_more_often_in_each_site() -> None:
    """A site of 91 % would side with "95 % holds" in one case of three by 12 events, in one of five by 60."""
    counts = {one.claim.id: effort_for(study(), one.situation).per_site for one in study().questions()}
    assert counts["P3-19.a"] == counts["P3-12.a"] == counts["P3-04.a"] == 60
    assert counts["P3-10.c"] == counts["P3-14.b"] == 12


# ---- what is answered


def test_a_check_answers_what_its_events_say() -> None:
    chosen = [question(claim) for claim in ("P3-10.a", "P3-15.a", "P3-15.b", "P3-17.a", "P3-17.b", "P3-19.b")]
    rows = check(PLAN, study(), Runs(study(), 3), family_error=0.5, breaking=False, questions=chosen)
    answers = [row.verdict.answer for row in rows]
    assert answers == [
        Answer.FAILS, Answer.HOLDS, Answer.HOLDS, Answer.FAILS, Answer.HOLDS, Answer.HOLDS,
    ]  # fmt: skip


def test_one_more_in_the_evacuation_group_is_recommended_with_its_certificate() -> None:
    asked = replace(question("P3-17.a"), option="groups")
    found = recommend(PLAN, study(), (asked,), seed=1, family_error=0.5)
    assert found.result.status is Found.FOUND
    assert found.recommended == (4.0, 4.0)
    assert found.result.certified
    assert found.result.cost == 1.0


def test_a_rule_that_turns_nobody_round_never_makes_it_later_at_whatever_queue_it_begins() -> None:
    asked = replace(question("P3-15.a"), option="queue")
    found = recommend(PLAN, study(), (asked,), seed=1, family_error=0.5)
    assert found.result.status is Found.FOUND
    assert found.recommended == (5.0,)


def test_notes_are_said_in_both_languages_with_the_same_numbers() -> None:
    import re

    chinese, english = (study().notes(1, language) for language in ("zh", "en"))
    for zh, en in zip(chinese, english, strict=True):
        numbers = [sorted(re.findall(r"\d+(?:\.\d+)?", re.sub(r"[A-Z][a-z]+ \d", "", text))) for text in (zh, en)]
        assert numbers[0] == numbers[1], (zh, en)
    assert any(f"{best_number(study())} classes" in text for text in english)


# ---- what is refused


def copied(folder: Path, file: str, old: str, new: str) -> tuple[Path, int]:
    """The plan's folder with a text replaced once, and the line where it stood."""
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder, text[: text.index(old)].count("\n") + 1


NO_MACHINE = {
    "a pace of nothing": (
        "site.yaml", "{value: 0.85, unit: m/s, range: {min: 0.69", "{value: 0, unit: m/s, range: {min: 0", "above 0",
    ),
    "a start later than the latest": (
        "site.yaml", "{value: 46, unit: s, range: {min: 3, max: 59}", "{value: 46, unit: s, range: {min: 3, max: 99}",
        "3 to 59",
    ),
    "a range of three": ("site.yaml", "{values: [3, 59], unit: s", "{values: [3, 30, 59], unit: s", "accepted are two"),
    "smoke above the ceiling": (
        "site.yaml", "{value: 2.0, unit: m, range: {min: 1.5, max: 2.0}",
        "{value: 2.0, unit: m, range: {min: 1, max: 4}", "accepted is less",
    ),
    "a class of no age": (
        "building.yaml", "  junior_1:\n    {room: junior_1", "  first:\n    {room: junior_1", "no known age",
    ),
    "a class without adults": (
        "building.yaml", "per_junior_class, adults: site.adults.per_class}}\n  junior_2",
        "per_junior_class, adults: 0 adults}}\n  junior_2", "accepted is 1 or more",
    ),
    "another exit": ("building.yaml", "  back:\n", "  rear:\n", "the two that the plan names"),
    "a measure of another study": (
        "plan.yaml", "{id: P3-01.a, study: duties, measure: persons_short",
        "{id: P3-01.a, study: duties, measure: margin", "accepted: persons_short",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_MACHINE)
def test_what_no_machine_can_take_is_refused_with_file_and_line(tmp_path: Path, case: str) -> None:
    file, old, new, what = NO_MACHINE[case]
    folder, line = copied(tmp_path / "kindergarten", file, old, new)
    with pytest.raises(PlanError, match=what) as refused:
        _bound(folder)
    place = refused.value.place
    assert place is not None
    assert place.path.name == file
    assert place.line is not None
    # Where what was changed begins; two exits are told at the list of doors.
    assert place.line <= line <= place.line + 3


def _bound(folder: Path) -> None:
    plan, document = read_plan(folder)
    site, site_document = read_site(folder)
    bind(plan, site, document=document, site_document=site_document)


def test_a_fact_that_is_missing_is_named() -> None:
    site = SITE.model_copy(update={"facts": {k: v for k, v in SITE.facts.items() if k != "walking.level"}})
    with pytest.raises(FactError, match=r"walking\.level"):
        Kindergarten(PLAN, site)


def test_every_scenario_has_a_name() -> None:
    assert {one.scenario for one in study().questions()} == set(SCENARIOS)


def test_a_promise_that_holds_in_a_drill_holds_in_every_event_of_a_site_without_chance() -> None:
    """Where nothing is drawn but the adults' pace, which binds nobody, all drills end at the same second."""
    here = Kindergarten(PLAN, certain({"staff.kitchen": 0.0, "staff.offices": 0.0}))
    plain = replace(setting("P3-10.c", "drill"), way="by_class", to_back=4)
    ends = {round(here.premises.happened(plain, 1, index).last_out_s, 6) for index in range(5)}
    assert len(ends) == 1
    assert np.isfinite(ends.pop())
