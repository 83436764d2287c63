"""Cutting the hall's power in a fire: who is left inside, what light and door do, whoever cuts it."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from resilience_sim.errors import FactError
from resilience_sim.experiments.recommend import groups
from resilience_sim.models.egress import flow_pps
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies import bind
from resilience_sim.studies import evacuation as evacuation_module
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question
from resilience_sim.studies.service_hall.calls_power import Cut, PowerCuts
from resilience_sim.studies.service_hall.fire import ServiceHall
from resilience_sim.studies.service_hall.fire_events import Setting

FOLDER = library()["service-hall"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
EVENTS = 60
LIGHT_AND_OPEN = {"power_cut.pace_in_dark": 1.0, "power_cut.door_by_hand": 0.0}


@cache
def study() -> PowerCuts:
    found = part(bind(PLAN, SITE), PowerCuts)
    assert found is not None
    return found


def question(claim: str, scenario: str = "fire") -> Question:
    return next(one for one in study().questions() if (one.claim.id, one.scenario) == (claim, scenario))


def cut(claim: str, scenario: str = "fire") -> Cut:
    situation = question(claim, scenario).situation
    assert isinstance(situation, Cut)
    return situation


def row(situation: Cut, k: int, of: PowerCuts | None = None) -> dict[str, float]:
    return dict((of or study()).replicate(situation, 3, k))


@cache
def rows(situation: Cut) -> list[dict[str, float]]:
    return [row(situation, k) for k in range(EVENTS)]


def column(situation: Cut, measure: str) -> np.ndarray:
    return np.array([one[measure] for one in rows(situation)])


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Nothing left to chance; nobody is old or needs help, and all are told at one instant."""
    from resilience_sim.randomness import Deterministic
    from resilience_sim.studies.service_hall import calls_power as service_hall_calls_power
    from resilience_sim.studies.service_hall import fire_events as service_hall_events

    def sure(mean: float, *_: float) -> Deterministic:
        return Deterministic(mean)

    for module in (evacuation_module, service_hall_events):
        for name in ("about", "between"):
            monkeypatch.setattr(module, name, sure)
    monkeypatch.setattr(service_hall_calls_power, "about", sure)
    return {
        "customers.in_care": 0.0, "customers.need_help_to_leave": 0.0, "egress.tell_each": 0.0,
        "pre_movement.customers": 10_000.0, "hall.crowding": 0.2, **LIGHT_AND_OPEN,
    }  # fmt: skip


# ---- closed forms


def test_those_inside_are_those_whom_the_door_has_not_let_through_yet(still: dict[str, float]) -> None:
    """All wait at the door from one instant on and pass it 1/C apart, customers before the staff who told them."""
    hall = study().at_site(still)
    site, fire = hall.site, Setting("fire")
    staff = hall.fires.hall.at().free_staff(fire)
    persons = hall.fires.hall.at().customers + staff
    door = flow_pps(site.base("building.main_door"), site.base("door.specific_flow"))
    first_s = site.base("pre_movement.staff") + 5.0 / site.base("walking.adults")
    for after_s in (10.0, 35.0, 38.0, 45.0, 300.0):
        one = row(Cut(fire, after_out=False, not_before_s=after_s), 0, hall.at_site({"power_cut.reach": 0.0}))
        passed = 0 if after_s < first_s else math.floor((after_s - first_s) * door) + 1
        assert one["inside_at_cut"] == max(0, persons - passed), after_s
        assert one["cut_after"] == pytest.approx(after_s)


def test_a_door_that_is_shut_while_all_wait_makes_the_last_later_by_just_that(still: dict[str, float]) -> None:
    fire = Cut(Setting("fire"), after_out=False, not_before_s=38.2)
    hall = study().at_site({**still, "power_cut.reach": 0.0})
    shut = hall.at_site({"power_cut.door_by_hand": 20.0})
    flow = flow_pps(SITE.base("building.main_door"), SITE.base("door.specific_flow"))
    later = row(fire, 0, hall)["customers_margin"] - row(fire, 0, shut)["customers_margin"]
    # The one who would have passed next does so as it opens, part of a headway sooner than by the queue's own beat.
    assert 20.0 - 1 / flow <= later <= 20.0


def test_in_the_dark_what_is_left_takes_so_much_longer(still: dict[str, float]) -> None:
    fire = Cut(Setting("fire"), after_out=False, not_before_s=38.0)
    hall = study().at_site({**still, "power_cut.reach": 0.0})
    light, dark = (row(fire, 0, hall.at_site({"power_cut.pace_in_dark": pace})) for pace in (1.0, 0.5))
    left_s = hall.fires.hall.at().burn(Setting("fire"), 3, 0).customers_out_s
    left_s -= hall.fires.hall.at().burn(Setting("fire"), 3, 0).draws.alarm_s + 38.0
    assert light["customers_margin"] - dark["customers_margin"] == pytest.approx(left_s)


def test_whoever_cuts_is_out_after_the_cut_and_the_back_way(still: dict[str, float]) -> None:
    hall = study().at_site({**still, "power_cut.reach": 50.0})
    one = hall.fires.hall.at().burn(Setting("fire"), 3, 0)
    walk_s = hall.fires.hall.at().back_way_m / SITE.base("walking.adults")
    margin = row(Cut(Setting("fire"), after_out=False), 0, hall)["cutter_margin"]
    assert margin == pytest.approx(one.aset_s - (one.draws.alarm_s + 50.0 + walk_s))


# ---- the same fires


def test_with_light_and_an_open_door_a_cut_changes_nothing_for_customers() -> None:
    fires = part(bind(PLAN, SITE), ServiceHall)
    assert fires is not None
    plain = study().at_site(LIGHT_AND_OPEN)
    same = fires.at_site(LIGHT_AND_OPEN)
    for k in range(10):
        setting = cut("P5-16.a").fire
        assert row(cut("P5-16.a"), k, plain)["customers_margin"] == pytest.approx(
            same.replicate(setting, 3, k)["customers_margin"], abs=1e-9
        )


def test_after_all_are_out_nobody_is_inside_and_nobody_is_delayed() -> None:
    before, after = cut("P5-16.b"), cut("P5-16.c")
    assert (column(after, "inside_at_cut") == 0).all()
    assert column(before, "inside_at_cut").mean() > 10
    assert (column(after, "customers_margin") >= column(before, "customers_margin")).all()
    assert (column(after, "cut_after") >= column(before, "cut_after")).all()
    assert (column(after, "cutter_margin") <= column(before, "cutter_margin")).all()


def test_the_later_the_cut_the_fewer_are_inside() -> None:
    times_s = (0.0, 60.0, 120.0, 600.0)
    inside = [column(replace(cut("P5-16.a"), not_before_s=after_s), "inside_at_cut") for after_s in times_s]
    for sooner, later in pairwise(inside):
        assert (sooner >= later).all()
    assert inside[0].mean() > inside[2].mean()
    assert (inside[-1] == 0).all()


def test_who_needs_help_and_finds_nobody_is_inside_whenever_the_power_goes() -> None:
    helpless = study().at_site({"customers.need_help_to_leave": 1.0})
    alone = replace(cut("P5-16.a").fire, free=0)
    before = row(Cut(alone, after_out=False, not_before_s=5000.0), 0, helpless)
    assert before["inside_at_cut"] == helpless.fires.hall.at().customers
    assert before["customers_margin"] == -math.inf
    never = row(Cut(alone, after_out=True), 0, helpless)
    assert (never["cut_after"], never["cutter_margin"]) == (math.inf, -math.inf)


# ---- what is asked, and what may be chosen


def test_both_readings_are_asked_about_with_and_without_detectors() -> None:
    asked = {(one.claim.interpretation, one.scenario) for one in study().questions()}
    assert asked == {(how, fire) for how in ("before_out", "after_out") for fire in ("fire", "fire_detected")}
    assert question("P5-16.d").limit == 600.0
    assert question("P5-16.a").kept(np.array([0.0, 1.0])).tolist() == [True, False]


def decided(folder: Path, **times: int) -> dict[str, Question]:
    """Questions of a fire without detectors, with these times decided, by claim."""
    text = (FOLDER / "plan.yaml").read_text(encoding="utf-8")
    opened = "      - {from: unknown, status: open, source: 第四节四(三) leaves it open}\n"
    for name, value in times.items():
        at = text.index(opened, text.index(f"    {name}:\n", text.index("- id: P5-16\n"))) + len(opened)
        taken = f"      - {{from: 2026-01-01, value: {value}, status: in_force, source: a test}}\n"
        text = text[:at] + taken + text[at:]
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    found = part(bind(read_plan(folder)[0], SITE), PowerCuts)
    assert found is not None
    (choice,) = found.choices(replace(question("P5-16.a"), option="cut_later"))
    assert choice.quantity == "cut_not_before"
    assert max(choice.values) == times.get("cut_within", 600)  # nobody is to wait beyond the time to cut
    return {one.claim.id: one for one in found.questions() if one.scenario == "fire"}


def test_a_time_to_wait_is_waited_and_a_time_to_cut_makes_nobody_wait(tmp_path: Path) -> None:
    by_claim = decided(tmp_path, cut_not_before=240)
    for claim in ("P5-16.a", "P5-16.b", "P5-16.c", "P5-16.d", "P5-16.e"):
        assert by_claim[claim].situation == replace(cut(claim), not_before_s=240.0)
    assert by_claim["P5-16.d"].limit == 600.0
    by_claim = decided(tmp_path, cut_within=240)
    for claim in ("P5-16.a", "P5-16.b", "P5-16.c", "P5-16.d", "P5-16.e"):
        assert by_claim[claim].situation == cut(claim)
    assert by_claim["P5-16.d"].limit == 240.0


def test_a_cut_that_waits_long_enough_finds_nobody_inside_and_a_shorter_promise_is_broken() -> None:
    seen = set()
    for first, *_ in groups(study(), study().questions()):
        (choice,) = study().choices(first)
        kept = []
        for value in (60.0, 240.0):
            asked = study().chosen(first, [value])
            assert isinstance(asked.situation, Cut)
            kept.append(float(asked.kept(column(asked.situation, asked.measure)).mean()))
        assert kept[0] < 0.6 < 0.9 < kept[1], first.option
        assert study().costs(first, 0).tolist() == list(choice.values)
        seen.add((first.option, choice.quantity, study().cost_unit(first)))
    assert seen == {
        ("cut_later", "cut_not_before", "hall_cut_later"),
        ("promise", "cut_within", "hall_promise"),
    }


def test_every_load_makes_it_harder() -> None:
    moved = set()
    for asked in study().questions():
        if asked.scenario == "fire_detected":
            for axis in study().axes(asked):
                easy, hard = (study().moved(asked, axis, axis.values[k]) for k in (0, -1))
                assert isinstance(easy, Cut)
                assert isinstance(hard, Cut)
                kept = [asked.kept(column(one, asked.measure)).mean() for one in (easy, hard)]
                assert kept[0] > kept[1], axis.name
                moved.add(axis.name)
    assert moved == {"power_cut.reach", "power_cut.pace_in_dark", "hall.crowding"}


def test_what_is_pickled_gives_the_same_fires() -> None:
    again = pickle.loads(pickle.dumps(study()))
    assert row(cut("P5-16.b"), 4, again) == row(cut("P5-16.b"), 4)


def test_a_pace_that_no_machine_can_take_is_refused() -> None:
    for pace in (0.0, 1.2):
        with pytest.raises(FactError, match=r"power_cut\.pace_in_dark.*accepted is above 0, at most 1"):
            study().at_site({"power_cut.pace_in_dark": pace})
