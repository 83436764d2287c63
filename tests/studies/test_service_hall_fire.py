"""The service hall's study: halls without chance in closed form, common events, what orders cost, refusals."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from resilience_sim.errors import FactError, PlanError
from resilience_sim.experiments.recommend import groups, recommend
from resilience_sim.experiments.runs import Runs, Sent, replicate
from resilience_sim.experiments.workers import Workers
from resilience_sim.hazards.smoke import seconds_to_layer
from resilience_sim.models.egress import flow_pps
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies import bind
from resilience_sim.studies import evacuation as evacuation_module
from resilience_sim.studies.drilling import chance_noticed
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question
from resilience_sim.studies.service_hall.fire import ServiceHall
from resilience_sim.studies.service_hall.fire_events import Burnt, Setting, told_s
from resilience_sim.units import DAY
from resilience_sim.verdicts.selection import Found

FOLDER = library()["service-hall"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
EVENTS = 60


@cache
def study() -> ServiceHall:
    found = part(bind(PLAN, SITE), ServiceHall)
    assert found is not None
    return found


def question(claim: str, scenario: str) -> Question:
    return next(one for one in study().questions() if (one.claim.id, one.scenario) == (claim, scenario))


def burn(setting: Setting, k: int, of: ServiceHall | None = None, seed: int = 3) -> Burnt:
    return (of or study()).hall.at(setting.facts).burn(setting, seed, k)


def out_s(setting: Setting, of: ServiceHall | None = None) -> np.ndarray:
    return np.array([burn(setting, k, of).customers_out_s for k in range(EVENTS)])


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, float]:
    """Nothing left to chance: every law is its mean; the facts of a hall in which nobody is old or needs help."""
    from resilience_sim.randomness import Deterministic
    from resilience_sim.studies.service_hall import fire_events as service_hall_events

    def sure(mean: float, *_: float) -> Deterministic:
        return Deterministic(mean)

    for module in (evacuation_module, service_hall_events):
        for name in ("about", "between"):
            monkeypatch.setattr(module, name, sure)
    return {"customers.in_care": 0.0, "customers.need_help_to_leave": 0.0}


# ---- closed forms


def test_all_told_at_once_leave_as_the_door_lets_them(still: Mapping[str, float]) -> None:
    """Last out = alarm + ready + walk + (N - 1)/C: all customers start at one instant and wait at the door."""
    hall = study().at_site({**still, "egress.tell_each": 0.0, "pre_movement.customers": 10_000.0, "hall.crowding": 0.2})
    one = burn(Setting("fire"), 0, hall)
    customers = hall.hall.at().customers
    alarm_s = sum(SITE.base(name) for name in ("fire.found", "fire.told", "fire.alarm"))
    ready_s, walk_s = SITE.base("pre_movement.staff"), 5.0 / SITE.base("walking.adults")
    door = flow_pps(SITE.base("building.main_door"), SITE.base("door.specific_flow"))
    # Staff who told them stand behind them in the list, so that customers pass first; two of them are out front.
    assert one.customers_out_s == pytest.approx(alarm_s + ready_s + walk_s + (customers - 1) / door, rel=1e-9)
    assert one.aset_s == pytest.approx(
        seconds_to_layer(2.0, alpha=0.01172, area_m2=SITE.base("fire.room_area"), height_m=3.6), rel=1e-9
    )


def test_nobody_free_means_that_customers_start_of_their_own_accord(still: Mapping[str, float]) -> None:
    hall = study().at_site({**still, "hall.crowding": 20 / 180})
    one = burn(Setting("fire", free=0), 0, hall)
    door = flow_pps(SITE.base("building.main_door"), SITE.base("door.specific_flow"))
    own_s = SITE.base("pre_movement.customers") + 5.0 / SITE.base("walking.adults")
    own_s += (hall.hall.at().customers - 1) / door
    assert one.customers_out_s - one.draws.alarm_s == pytest.approx(own_s, rel=1e-9)


def test_those_who_need_help_and_find_nobody_never_leave() -> None:
    hall = study().at_site({"customers.need_help_to_leave": 1.0})
    row = hall.replicate(Setting("fire", free=0), 1, 0)
    assert (row["customers_margin"], row["customers_evacuated"]) == (-math.inf, math.inf)


def test_customers_are_told_one_after_the_other_by_whoever_is_free_first() -> None:
    told, done = told_s(np.array([0.0, 2.5]), 5, 1.0)
    assert told.tolist() == [1.0, 2.0, 3.0, 3.5, 4.0]
    assert done.tolist() == [4.0, 3.5]


def test_leaders_go_in_rounds(still: Mapping[str, float]) -> None:
    """With n rounds a group takes 2 n - 1 times as long on its way."""
    hall = study().at_site({**still, "customers.need_help_to_leave": 1.0, "hall.crowding": 4 / 180})
    way = [5.0 * (2 * rounds - 1) / SITE.base("walking.helped") for rounds in (1, 2, 4)]
    door = flow_pps(SITE.base("building.main_door"), SITE.base("door.specific_flow"))
    hall = hall.at_site({"egress.counter_staff": 6.0})  # so that eight may be free
    for free, way_s in zip((8, 4, 2), way, strict=True):  # half of them lead
        one = burn(Setting("fire", free=free), 0, hall)
        assert one.led == 4
        walked_s = one.customers_out_s - one.draws.alarm_s - SITE.base("pre_movement.staff")
        assert walked_s == pytest.approx(way_s + 3 / door, rel=1e-9)


@pytest.mark.parametrize("early_s", [1.0, -1.0])
def test_a_fire_put_out_after_smoke_is_down_saves_nobody(still: Mapping[str, float], early_s: float) -> None:
    smoke_s = burn(Setting("fire"), 0, study().at_site(still)).aset_s
    takes_s = smoke_s - SITE.base("fire.found") - early_s
    hall = study().at_site({**still, "fire.put_out": 1.0, "egress.fight_fire": takes_s})
    setting = Setting("fire_fought", fighting=2, fight_for_s=takes_s + 10)
    one = burn(setting, 0, hall)
    assert one.aset_s == (math.inf if early_s > 0 else smoke_s)
    # Both who fight walk from the customers' place to the main door when they give up, one behind the other.
    headway_s = 1 / flow_pps(SITE.base("building.main_door"), SITE.base("door.specific_flow"))
    out_s = SITE.base("fire.found") + takes_s + 10 + 5.0 / SITE.base("walking.adults") + headway_s
    assert one.fighters_out_s == pytest.approx(out_s, rel=1e-9)
    assert hall.replicate(setting, 3, 0)["fighters_margin"] == pytest.approx(one.aset_s - out_s)


def test_one_person_has_one_duty() -> None:
    in_need = study().at_site({"customers.need_help_to_leave": 1.0, "hall.crowding": 4 / 180})
    for hall in (in_need, study().at_site({"customers.need_help_to_leave": 0.0})):
        for free in range(1, 6):
            inputs = burn(Setting("fire", free=free), 0, hall).inputs
            staff = sum(people.count for group in inputs.groups for people in group.people if people.name == "staff")
            assert staff == free


def test_duties_are_never_more_than_staff_and_those_set_aside_for_customers_have_no_other() -> None:
    hall = study().hall.at()
    for first in (True, False):
        for keepers, guards, on_valuables, fighting in np.ndindex(8, 11, 4, 4):
            setting = Setting("fire_fought", guards, on_valuables, fighting, first, keepers=keepers)
            duties = hall.duties(setting)
            busy = duties.fighting + duties.guards + (0 if first else duties.on_valuables)
            assert busy + duties.free == hall.staff - 1  # one meets the fire engine
            assert duties.free >= min(keepers, hall.staff - 1)
            assert duties.on_valuables <= (duties.free if first else on_valuables)


def decided_study(tmp_path: Path, quantity: str, value: int) -> ServiceHall:
    """The study with an open quantity decided."""
    shutil.copytree(FOLDER, tmp_path / "service-hall")
    path = tmp_path / "service-hall" / "plan.yaml"
    head, tail = path.read_text(encoding="utf-8").split(f"    {quantity}:\n")
    before, after = tail.split("      history:\n", 1)
    opened, after = after.split("\n", 1)
    taken = f"      - {{from: 2026-01-01, value: {value}, status: in_force, source: a test}}\n"
    path.write_text(f"{head}    {quantity}:\n{before}      history:\n{opened}\n{taken}{after}", encoding="utf-8")
    found = part(bind(read_plan(tmp_path / "service-hall")[0], SITE), ServiceHall)
    assert found is not None
    return found


def test_to_set_fewer_aside_for_customers_than_are_free_anyhow_takes_nothing_from_them(tmp_path: Path) -> None:
    decided = decided_study(tmp_path, "order_keepers", 3)
    setting = decided.setting("fire_detected", {})
    assert setting.keepers == 3
    assert (out_s(setting, decided) == out_s(study().setting("fire_detected", {}))).all()
    none, many = (replace(setting, guards=guards) for guards in (0, 10))
    assert out_s(none, decided).mean() < out_s(many, decided).mean()
    assert decided.hall.at().free_staff(many) == 3


def test_no_more_persons_are_offered_than_there_are() -> None:
    hall, seen = study().hall.at(), set()
    for group in groups(study(), study().questions()):
        for one in group:
            if one.option in ("keepers", "guards", "valuables", "carriers"):
                (choice,) = study().choices(one)
                setting = study().chosen(one, [max(choice.values)]).situation
                assert isinstance(setting, Setting)
                duties = hall.duties(setting)
                had = {"keepers": duties.free, "guards": duties.guards}.get(one.option, duties.on_valuables)
                assert had == max(choice.values)
                seen.add(one.option)
    assert len(seen) == 4


def test_valuables_are_moved_the_sooner_the_more_share_them(still: Mapping[str, float]) -> None:
    hall = study().at_site(still)
    moved_s, margin = [], []
    for persons in (1, 2, 4):
        setting = Setting("fire", on_valuables=persons)
        one = burn(setting, 0, hall)
        moved_s.append(one.valuables_s - one.customers_out_s)
        margin.append(hall.replicate(setting, 3, 0)["staff_margin"])
    site_s = SITE.base("egress.move_cash") * SITE.base("egress.on_valuables")
    assert moved_s == pytest.approx([site_s, site_s / 2, site_s / 4])
    assert margin == sorted(margin)
    assert margin[0] < margin[-1]


def test_gas_leaves_what_noticing_locking_and_walking_leave(still: Mapping[str, float]) -> None:
    hall = study().at_site(still)
    walk_s = hall.hall.at().back_way_m / SITE.base("walking.adults")
    for lock_s in (0.0, 15.0, math.inf):
        margin = hall.replicate(Setting("gas", lock_for_s=lock_s), 1, 0)["gas_margin"]
        spent_s = SITE.base("gas.noticed") + min(lock_s, SITE.base("egress.lock_up")) + walk_s
        assert margin == pytest.approx(SITE.base("gas.tenable") - spent_s, rel=1e-9)


def test_drilled_years_notice_as_often_as_the_law_says() -> None:
    for days in (60, 180):
        setting = Setting("drill_year", every_s=days * DAY)
        seen = np.mean([study().replicate(setting, 5, k)["growth_noticed"] / 100 for k in range(3000)])
        told = chance_noticed(growth=0.5, within_s=365 * DAY, every_s=days * DAY, spread=0.15, past=4)
        assert abs(seen - told) < 4 * math.sqrt(told * (1 - told) / 3000)


# ---- the same events


def test_one_more_task_moves_nobodys_own_numbers() -> None:
    few, many = (burn(Setting("fire", guards=guards), 7) for guards in (0, 3))
    assert few.aset_s == many.aset_s
    assert few.draws.alarm_s == many.draws.alarm_s
    assert few.led == many.led
    assert np.array_equal(few.draws.level_mps[:80], many.draws.level_mps[:80])


def test_a_wider_door_and_fewer_customers_are_never_worse_on_average() -> None:
    plain = study().setting("fire", {})
    assert out_s(plain.with_fact("building.main_door", 2.4)).mean() < out_s(plain).mean()
    assert out_s(plain.with_fact("hall.crowding", 0.3)).mean() < out_s(plain).mean()


def test_people_first_saves_customers_time_and_costs_the_valuables_theirs() -> None:
    first, at_once = (study().setting("fire", {"P5-17": reading}) for reading in ("people_first", "at_once"))
    assert out_s(first).mean() < out_s(at_once).mean()
    for k in range(10):
        one, other = burn(first, k), burn(at_once, k)
        assert one.valuables_s >= one.customers_out_s
        assert other.valuables_s < one.valuables_s


def test_guards_leave_after_the_last_customer_and_guide_nobody() -> None:
    hall = study().hall.at()
    assert hall.free_staff(Setting("fire", guards=3)) == hall.free_staff(Setting("fire")) - 3
    one = burn(Setting("fire", guards=1), 4)
    assert one.staff_out_s > one.customers_out_s


def test_fighting_first_makes_the_alarm_so_much_later() -> None:
    wait, at_once = (
        study().setting("fire_fought", {"P5-14": reading}) for reading in ("fight_then_leave", "fight_while_leaving")
    )
    for k in range(10):
        later = burn(wait, k).draws.alarm_s - burn(at_once, k).draws.alarm_s
        assert later == pytest.approx(SITE.base("egress.fight_fire"))
    shares = [
        np.mean([math.isinf(burn(replace(at_once, fight_for_s=s), k).aset_s) for k in range(200)])
        for s in (0.0, 60.0, 600.0)
    ]
    assert shares[0] == 0 < shares[1] < shares[2]
    assert abs(shares[2] - SITE.base("fire.put_out")) < 4 * math.sqrt(0.21 / 200)


def test_equal_seeds_give_equal_events_on_any_number_of_workers() -> None:
    setting = study().setting("fire", {})
    alone = [study().replicate(setting, 2, k) for k in range(6)]
    assert replicate(Sent(study()), setting, 2, range(6), Workers.of(2)) == alone


# ---- what is asked, and what may be chosen


def test_every_claim_is_asked_in_its_scenarios() -> None:
    asked = {(one.claim.id, one.scenario) for one in study().questions()}
    assert len(asked) == 22
    assert {scenario for claim, scenario in asked if claim.startswith("P5-17")} == {"fire", "fire_detected"}


def test_an_open_time_is_asked_at_the_easiest_that_may_be_decided() -> None:
    assert question("P5-17.e", "fire").limit == 600.0


def test_every_choice_makes_another_question() -> None:
    for group in groups(study(), study().questions()):
        for one in group:
            choices = study().choices(one)
            first = study().chosen(one, [choice.values[0] for choice in choices])
            last = study().chosen(one, [choice.values[-1] for choice in choices])
            assert (first.situation, first.limit) != (last.situation, last.limit), (one.claim.id, one.option)
            costs = study().costs(one, 0)
            assert costs.shape == tuple(len(choice.values) for choice in choices)
            assert (np.diff(costs) > 0).all()


def test_every_load_moves_the_situation() -> None:
    for one in study().questions():
        for axis in study().axes(one):
            moved = [study().moved(one, axis, value) for value in axis.values]
            assert len(set(moved)) == len(axis.values)


def test_the_interval_of_drills_is_the_longest_that_is_noticed_often_enough() -> None:
    asked = tuple(replace(one, option="interval") for one in study().questions() if one.clause == "P5-01")
    found = recommend(PLAN, study(), asked, seed=4, family_error=1e-3)
    assert found.result.status is Found.FOUND
    assert found.recommended is not None
    told = {"growth": 0.5, "within_s": 365 * DAY, "spread": 0.15, "past": 4}
    assert chance_noticed(**told, every_s=found.recommended[0] * DAY) > 0.8
    assert chance_noticed(**told, every_s=(found.recommended[0] + 60) * DAY) < 0.8


def test_verdicts_hold_for_decided_numbers() -> None:
    """A hall with a quarter as many people, and detectors, is safe: the study reads what the plan decides."""
    easy = question("P5-06.a", "fire_detected")
    setting = easy.situation
    assert isinstance(setting, Setting)
    share = Runs(study(), 1).outcomes(easy, setting.with_fact("hall.crowding", 0.1), 200).mean()
    assert share > Runs(study(), 1).outcomes(easy, setting, 200).mean()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_notes_are_sentences_in_the_language_asked_for(language: str) -> None:
    notes = study().notes(1, language)  # type: ignore[arg-type]
    assert len(notes) == 6
    assert all(note.endswith("。" if language == "zh" else (".", "`.")) for note in notes)


# ---- refusals


def bound(tmp_path: Path, file: str, old: str, new: str) -> None:
    folder = tmp_path / "service-hall"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    plan, document = read_plan(folder)
    site, site_document = read_site(folder)
    bind(plan, site, document=document, site_document=site_document)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("site.yaml", "  egress.tell_each:", "  egress.tell_all:", r"egress\.tell_each.*is missing in site"),
        ("site.yaml", "{value: 2.0, unit: m, range: {min: 1.5, max: 2.0}",
         "{value: 2.0, unit: m, range: {min: 1.5, max: 9}", r"site\.yaml:\d+: .*fire\.layer_height.*under a ceiling"),
        ("site.yaml", "{value: 60, unit: s, range: {min: 20, max: 180}, grade: assumed,\n     source: \"until gas",
         "{value: 60, unit: s, range: {min: 0, max: 180}, grade: assumed,\n     source: \"until gas",
         r"site\.yaml:\d+: .*gas\.tenable.*accepted is above 0 s"),
        ("building.yaml", "  main: {label", "  front: {label",
         r"building\.yaml:\d+: its exits are front, staff; accepted are two"),
        ("plan.yaml", "interpretation: people_first", "interpretation: at_leisure", r"plan\.yaml"),
        ("plan.yaml", "measure: growth_noticed", "measure: gas_margin",
         r"plan\.yaml:\d+: .*'gas_margin'; accepted: growth_noticed"),
    ],
)  # fmt: skip
def test_what_the_study_cannot_work_with_is_told_by_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    with pytest.raises((FactError, PlanError), match=said):
        bound(tmp_path, file, old, new)
