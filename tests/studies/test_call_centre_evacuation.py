"""The call centre's fires: a floor without chance in closed form, the same fires for all, emptied desks, refusals."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from resilience_sim.errors import FactError, PlanError
from resilience_sim.experiments.recommend import groups
from resilience_sim.experiments.runs import Runs, Sent, replicate
from resilience_sim.experiments.workers import Workers
from resilience_sim.hazards.smoke import seconds_to_layer
from resilience_sim.models.egress.routes import find_routes
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.randomness import Deterministic
from resilience_sim.studies import bind
from resilience_sim.studies import evacuation as evacuation_module
from resilience_sim.studies.call_centre import fires as call_centre_fires
from resilience_sim.studies.call_centre.evacuation import Evacuation, fire_setting
from resilience_sim.studies.call_centre.fires import FireSetting, Floor
from resilience_sim.studies.parts import JoinedStudy, part
from resilience_sim.studies.supply_outages import BLOCK

FOLDER = library()["call-centre"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
EVENTS = 60


@cache
def whole() -> JoinedStudy:
    found = bind(PLAN, SITE)
    assert isinstance(found, JoinedStudy)
    return found


def study() -> Evacuation:
    found = part(whole(), Evacuation)
    assert found is not None
    return found


def setting(scenario: str = "fire", **read: str) -> FireSetting:
    return study().setting(scenario, {clause.replace("_", "-"): word for clause, word in read.items()})


def margins(one: FireSetting, measure: str = "floor_margin") -> np.ndarray:
    return np.array([study().replicate(one, 3, k)[measure] for k in range(EVENTS)])


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Floor:
    """The floor with nothing left to chance: every law is its mean."""

    def sure(mean: float, *_: float) -> Deterministic:
        return Deterministic(mean)

    for module in (evacuation_module, call_centre_fires):
        for name in ("about", "between"):
            monkeypatch.setattr(module, name, sure)
    return Floor(SITE)


# ---- closed forms


def test_a_floor_without_chance_is_empty_when_the_last_office_has_walked_to_the_stairs(still: Floor) -> None:
    """Alarm + the offices' time + the way to the stair door; nobody waits longer than ten headways of two doors."""
    one = still.burn(FireSetting("fire"), 0, 0)
    floor = still.at()
    alarm_s = sum(SITE.base(name) for name in ("fire.found", "fire.told", "fire.alarm"))
    assert one.draws.alarm_s == pytest.approx(alarm_s)
    place = next(place for place in floor.places if place.name == "offices")
    start = (floor.building.space_index[place.room], place.at)
    metres = find_routes(floor.building, (start,), tuple(floor.stair_sides)).metres[-1].min()
    walked_s = alarm_s + SITE.base("pre_movement.office") + metres / SITE.base("walking.adults")
    headway_s = max(1 / floor.building.doors[side // 2].pps for side in floor.stair_sides)
    room_s = 1 / floor.building.doors[floor.building.door_index["offices_west"]].pps
    assert walked_s + 9 * room_s <= one.cleared_s + 1e-9
    assert one.cleared_s <= walked_s + 9 * (room_s + headway_s)


def test_the_way_is_lost_as_the_filling_law_says(still: Floor) -> None:
    one = still.burn(FireSetting("fire"), 0, 0)
    law = {"alpha": 0.01172, "height_m": SITE.base("fire.room_height")}
    corridor_m2 = 30.0 * 1.8
    assert still.at().corridor_m2 == pytest.approx(corridor_m2)
    assert one.aset_s == pytest.approx(seconds_to_layer(2.0, area_m2=120.0 + corridor_m2, **law), rel=1e-9)
    assert one.room_s == pytest.approx(seconds_to_layer(2.0, area_m2=120.0, **law), rel=1e-9)


def test_closing_in_time_keeps_the_way_and_closing_late_does_not(still: Floor) -> None:
    room_s = still.burn(FireSetting("fire"), 0, 0).room_s
    found_s, closing_s = SITE.base("fire.found"), SITE.base("egress.close_openings")
    never = {"fire.put_out": 0.0}
    floor = Floor(SITE.with_values(never))
    for fight_s, kept in ((room_s - found_s - closing_s - 1, True), (room_s - found_s - closing_s + 1, False)):
        plain = FireSetting("fire_fought", fight_for_s=fight_s, closes=True)
        one = floor.burn(plain, 0, 0)
        assert one.withdraw_s == pytest.approx(found_s + fight_s + closing_s)
        assert math.isinf(one.aset_s) is kept
        assert not math.isinf(floor.burn(replace(plain, closes=False), 0, 0).aset_s)
        assert not math.isinf(floor.burn(replace(plain, close_s=closing_s - 1), 0, 0).aset_s)


@pytest.mark.parametrize("early_s", [1.0, -1.0])
@pytest.mark.parametrize("closes", [True, False])
def test_a_fire_put_out_after_smoke_is_down_saves_nobody(still: Floor, early_s: float, closes: bool) -> None:
    plain = still.burn(FireSetting("fire"), 0, 0)
    takes_s = plain.room_s - SITE.base("fire.found") - early_s
    floor = Floor(SITE.with_values({"fire.put_out": 1.0, "egress.fight_fire": takes_s}))
    setting = FireSetting("fire_fought", fight_for_s=takes_s, closes=closes)
    one = floor.burn(setting, 0, 0)
    kept = early_s > 0
    assert (one.aset_s, one.room_s) == ((math.inf, math.inf) if kept else (plain.aset_s, plain.room_s))
    assert (floor.replicate(setting, 0, 0)["fighters_margin"] >= 0) is kept


def test_fetching_by_all_makes_everybody_later_by_just_so_much(still: Floor) -> None:
    plain = still.burn(FireSetting("fire"), 0, 0)
    later = still.burn(FireSetting("fire", fetching=1.0, fetch_s=30.0), 0, 0)
    assert later.cleared_s == pytest.approx(plain.cleared_s + 30.0)


def test_desks_empty_as_agents_start(still: Floor) -> None:
    one = still.burn(FireSetting("fire"), 0, 0)
    desks, ready_s = one.desks(), one.draws.alarm_s + SITE.base("pre_movement.staff")
    assert desks.at([0.0, ready_s - 1e-6, ready_s, 1e9]).tolist() == pytest.approx([1.0, 1.0, 0.0, 0.0])


def test_desks_of_a_drawn_fire_fall_from_all_to_none() -> None:
    desks = study().floor.burn(setting(), 3, 1).desks()
    assert (desks.values[0], desks.values[-1]) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-12))
    assert (np.diff(desks.values) < 0).all()
    assert len(desks.values) == 1 + 12  # each of twelve agents by himself


# ---- the same fires


def test_detectors_put_the_alarm_forward_and_nothing_else() -> None:
    for k in range(5):
        found, detected = (study().floor.burn(setting(scenario), 3, k) for scenario in ("fire", "fire_detected"))
        assert found.aset_s == detected.aset_s
        gained = found.draws.start_s - detected.draws.start_s
        assert gained == pytest.approx(np.full(len(gained), found.draws.alarm_s - detected.draws.alarm_s))


def test_rules_that_are_kept_are_never_worse() -> None:
    assert (margins(setting(P4_21="nobody_delays")) >= margins(setting(P4_21="some_delay"))).all()
    closed, left_open = (setting("fire_fought", P4_22=word) for word in ("doors_closed", "doors_left_open"))
    assert (margins(closed) >= margins(left_open)).all()
    assert (margins(closed, "fighters_margin")[np.isfinite(margins(closed))] <= np.inf).all()


def test_more_who_fetch_are_the_same_ones_and_others() -> None:
    few, many = (
        study().floor.burn(FireSetting("fire", fetching=share, fetch_s=30.0), 3, 2).draws.start_s
        for share in (0.2, 0.4)
    )
    none = study().floor.burn(FireSetting("fire"), 3, 2).draws.start_s
    assert ((many > none) >= (few > none)).all()
    assert np.array_equal(few[few > none], many[few > none])


@pytest.mark.parametrize("load", ["pre_movement", "growth"])
def test_more_load_is_no_easier(load: str) -> None:
    shares = []
    for by in (0.1, 0.5, 1.0, 2.0):
        plain = setting("fire_detected")
        shares.append((margins(replace(plain, loads=replace(plain.loads, **{load: by}))) >= 0).mean())
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]


# ---- joined with power


def test_both_parts_are_asked_in_the_order_of_the_plan() -> None:
    claims = [one.claim.id for one in whole().questions()]
    order = [claim.id for _, claim in PLAN.claims()]
    assert list(dict.fromkeys(claims)) == order
    assert {"P4-14.a", "P4-20.a", "P4-21.b", "P4-22.c"} <= set(claims)


def test_blocks_of_outages_and_single_fires_are_counted_right() -> None:
    fire = next(one for one in whole().questions() if one.claim.id == "P4-20.a")
    power = next(one for one in whole().questions() if one.claim.id == "P4-14.b")
    assert (whole().effort_for(fire.situation).block, whole().effort_for(power.situation).block) == (1, BLOCK)
    runs = Runs(whole(), 1)
    assert len(runs.outcomes(fire, fire.situation, 20)) == 20
    assert len(runs.rows(fire.situation, 20)) == 20
    assert len(runs.outcomes(power, power.situation, 20)) == 20


def test_equal_seeds_give_equal_fires_on_any_number_of_workers() -> None:
    alone = [whole().replicate(setting(), 2, k) for k in range(6)]
    assert replicate(Sent(whole()), setting(), 2, range(6), Workers.of(2)) == alone


def test_every_choice_and_load_makes_another_question() -> None:
    asked = study().questions()
    for group in groups(whole(), asked):
        for one in group:
            choices = whole().choices(one)
            first, last = (whole().chosen(one, [choice.values[end] for choice in choices]) for end in (0, -1))
            assert (first.situation, first.limit) != (last.situation, last.limit), (one.claim.id, one.option)
            costs = whole().costs(one, 0)
            assert costs.shape == tuple(len(choice.values) for choice in choices)
            assert all((np.diff(costs, axis=axis) > 0).all() for axis in range(costs.ndim))
    for one in asked:
        for axis in whole().axes(one):
            moved = {fire_setting(whole().moved(one, axis, value)) for value in axis.values}
            assert len(moved) == len(axis.values)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_notes_are_sentences_in_the_language_asked_for(language: str) -> None:
    notes = study().notes(1, language)  # type: ignore[arg-type]
    assert len(notes) == 4
    assert all(note.endswith("。" if language == "zh" else ".") for note in notes)
    # All go by the nearest door anyhow: that is no other way to compare with.
    assert "各走最近的门" not in notes[-1]
    assert "by the nearest door" not in notes[-1]


# ---- refusals


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("site.yaml", "  egress.fetching:", "  egress.fetched:", r"egress\.fetching.*is missing in site"),
        ("site.yaml", "{value: 30, unit: s, range: {min: 15, max: 60}, grade: assumed, source: \"trained staff",
         "{value: 30, unit: s, range: {min: 0, max: 60}, grade: assumed, source: \"trained staff",
         r"site\.yaml:\d+: .*pre_movement\.staff.*accepted is above 0 s"),
        ("building.yaml", "people: {agents:", "people: {callers:",
         r"building\.yaml:\d+: .*'callers'; accepted are agents, staff"),
        ("plan.yaml", "measure: fighters_margin", "measure: floor_cleared",
         r"plan\.yaml:\d+: .*'floor_cleared'; accepted: floor_margin, fighters_margin"),
    ],
)  # fmt: skip
def test_what_the_study_cannot_work_with_is_told_by_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "call-centre"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    plan, document = read_plan(folder)
    site, site_document = read_site(folder)
    with pytest.raises((FactError, PlanError), match=said):
        bind(plan, site, document=document, site_document=site_document)
