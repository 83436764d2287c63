"""Food poisoning at the kindergarten: trips that are queues, closed forms, laws under common draws, and the clauses."""

from __future__ import annotations

import math
import pickle
import re
import shutil
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from resilience_sim.errors import FactError, PlanError
from resilience_sim.experiments.check import check
from resilience_sim.experiments.recommend import recommend
from resilience_sim.experiments.runs import Runs
from resilience_sim.models.contract import assert_same_path, engine
from resilience_sim.models.queue import Callers, Instants, QueueInputs, draw
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.quantities import Entry, Status
from resilience_sim.plans.register import Plan
from resilience_sim.randomness import Deterministic, Streams
from resilience_sim.reports.words import (
    cost_name,
    load_name,
    measure_name,
    option_name,
    reading_name,
    scenario_name,
)
from resilience_sim.studies import bind
from resilience_sim.studies.kindergarten.illness import STUDIES, Illnesses
from resilience_sim.studies.kindergarten.illness_events import (
    OF_THE_GRAVE,
    Happened,
    Poisoning,
    happened,
    measured,
    sick_room,
)
from resilience_sim.studies.kindergarten.illness_meal import Illness, Meal, given_one_below
from resilience_sim.studies.kindergarten.illness_trips import carried, driven
from resilience_sim.studies.question import Question
from resilience_sim.timelines import constant
from resilience_sim.verdicts.selection import Found
from resilience_sim.verdicts.verdict import Answer

FOLDER = library()["kindergarten"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
CLAUSES = ("P3-06", "P3-27", "P3-28", "P3-29", "P3-32")
Floats = npt.NDArray[np.float64]


@cache
def study() -> Illnesses:
    return Illnesses(PLAN, SITE)


def question(claim: str, scenario: str = "mass_poisoning") -> Question:
    found = [one for one in study().questions() if one.claim.id == claim]
    return next((one for one in found if one.scenario == scenario), found[0])


def setting(scenario: str = "mass_poisoning", **changes: object) -> Poisoning:
    return replace(study().setting(scenario, {}), **changes)


def events(of: Poisoning, meal: Meal | None = None, *, block: int = 0, count: int = 40, seed: int = 1) -> Happened:
    return happened(of, study().meal(of) if meal is None else meal, seed, block, count)


def decided(clause: str, quantity: str, value: float) -> Plan:
    """The plan with a value in force."""
    entry = Entry.model_validate({"from": "unknown", "value": value, "status": Status.IN_FORCE, "source": "test"})
    one = PLAN.clause(clause)
    changed = one.quantities[quantity].model_copy(update={"history": (entry,)})
    new = one.model_copy(update={"quantities": {**one.quantities, quantity: changed}})
    return PLAN.model_copy(update={"clauses": tuple(new if each.id == clause else each for each in PLAN.clauses)})


# ---- trips are queues


def begun(arrivals_s: Floats, servers: int, service_s: float) -> Floats:
    """When the queue machine begins to serve each, first come first served."""
    callers = Callers("children", Instants(arrivals_s), Deterministic(service_s))
    inputs = QueueInputs((callers,), agents=constant(servers), horizon_s=1e6)
    path = engine("kernel", of="queue").simulate(inputs, draw(inputs, Streams(0, 0)))
    starts: Floats = path.start_s
    return starts


@pytest.mark.parametrize("carriers", [1, 2, 3])
def test_carriers_who_take_one_child_at_a_time_are_the_servers_of_a_queue(carriers: int) -> None:
    seen_s = np.random.default_rng(carriers).uniform(0, 3000, 60)
    left, arrived = carried(seen_s.tolist(), [0] * 60, [50.0] * 60, carriers=carriers, per_trip=1)
    assert left == pytest.approx(begun(seen_s, carriers, 100.0).tolist(), rel=1e-12)
    assert arrived == pytest.approx([at + 50 for at in left], rel=1e-12)


@pytest.mark.parametrize("ambulances", [1, 2, 4])
def test_ambulances_that_take_one_child_are_the_servers_of_a_queue(ambulances: int) -> None:
    due_s = np.random.default_rng(ambulances).uniform(0, 20_000, 40)
    hospital = driven(due_s.tolist(), [0.0] * 40, [600.0] * 40, ambulances=ambulances, seats=1)
    assert hospital == pytest.approx((begun(due_s, ambulances, 1200.0) + 600).tolist(), rel=1e-12)


def test_who_is_seen_to_be_ill_while_the_teacher_is_away_goes_on_the_next_trip_two_at_a_time() -> None:
    """Seen at 0, 1, 2, 3 s, 10 s each way: trips at 0, 20 and 40 s."""
    left, arrived = carried([0, 1, 2, 3], [0] * 4, [10.0] * 4, carriers=1, per_trip=2)
    assert left == [0, 20, 20, 40]
    assert arrived == [10, 30, 30, 50]


def test_the_leader_walks_to_the_class_and_takes_whom_its_teacher_cannot() -> None:
    """Two classes; the leader, there from 5 s on, comes for the second child of class 1, and then for that of class 0.

    The child of class 0 seen at 6 s would wait for its teacher until 20 s: it is then the teacher who takes it.
    """
    left, arrived = carried([0, 4, 4.5, 6], [0, 1, 1, 0], [10.0] * 4, carriers=1, per_trip=1, helper_from_s=5.0)
    assert left == [0, 4, 15, 20]
    assert arrived == [10, 14, 25, 30]


def test_an_ambulance_waits_for_the_child_it_is_called_for_and_takes_along_who_is_ready() -> None:
    """Due at 100 s for the first, who is ready at 150 s; the second is ready by then, the third is not."""
    hospital = driven([100, 120, 130], [150, 140, 400], [60.0, 70.0, 80.0], ambulances=1, seats=2)
    assert hospital == [210, 210, 480]  # away at 150, back at 270; the third leaves at 400, 80 s to go
    assert driven([100], [0], [60.0], ambulances=0, seats=2) == [math.inf]
    assert driven([], [], [], ambulances=1, seats=2) == []


def test_more_carriers_and_more_ambulances_never_make_a_child_later() -> None:
    rng = np.random.default_rng(5)
    for _ in range(30):
        seen, way = np.sort(rng.uniform(0, 2000, 25)), rng.uniform(10, 200, 25)
        room = rng.integers(0, 3, 25)
        left = [
            np.array(carried(seen.tolist(), room.tolist(), way.tolist(), carriers=k, per_trip=1)[0]) for k in (1, 2, 3)
        ]
        hospital = [
            np.array(driven(seen.tolist(), seen.tolist(), way.tolist(), ambulances=k, seats=1)) for k in (1, 2, 3)
        ]
        for fewer, more in ((left[0], left[1]), (left[1], left[2])):
            assert (more <= fewer).all()
            assert (more >= seen).all()
        assert (np.diff(np.sort(hospital, axis=1), axis=0) <= 1e-9).all()


# ---- who falls ill


def test_as_many_fall_ill_here_as_the_laws_say() -> None:
    """270 children, 28 % of them ill within the five hours: P(Z < ln(5/3)/0.6); or 12 in all."""
    until = 0.5 * math.erfc(-math.log(5 / 3) / 0.6 / math.sqrt(2))
    for scenario, ill in (("mass_poisoning", 270 * 0.28), ("usual_poisoning", 12.0)):
        of = setting(scenario)
        meal = study().meal(of)
        assert sum(meal.sizes) == 270
        counts = [len(meal.draw(Streams(3, block), 40).event) / 40 for block in range(10)]
        assert np.mean(counts) == pytest.approx(ill * until, abs=4 * math.sqrt(ill / 400))


def test_who_falls_ill_keeps_its_numbers_when_more_do_and_when_there_are_more_children() -> None:
    def known(of: Illness) -> dict[tuple[int, int], tuple[float, ...]]:
        rows = zip(of.event, of.child, of.onset_s, of.seen_s, of.way_s, of.response_s, of.drive_s, strict=True)
        return {(event, child): numbers for event, child, *numbers in rows}

    plain = setting()
    base, share, children = (
        known(events(one, count=5).illness)
        for one in (plain, plain.with_fact("illness.attack_rate", 0.5), replace(plain, children=1.2))
    )
    for more in (share, children):
        assert len(more) > len(base)
        assert all(more[key] == numbers for key, numbers in base.items())


@pytest.mark.parametrize(("bound", "count"), [(0.004, 270), (0.05, 40), (1.0, 5)])
def test_numbers_with_one_below_a_bound_have_the_law_of_those_that_happen_to(bound: float, count: int) -> None:
    """The smallest against its closed form; how many lie below 3 q; and the same child is the first."""
    plain = np.random.default_rng(count).random((count, 20_000))
    given = given_one_below(plain, bound, count)
    least, chance = given.min(axis=0), 1 - (1 - bound) ** count
    assert (least < bound).all()
    assert (given.argmin(axis=0) == plain.argmin(axis=0)).all()
    below = stats.kstest(least, lambda m: (1 - (1 - np.minimum(m, bound)) ** count) / chance)
    assert below.pvalue > 1e-3
    far = min(3 * bound, 1.0)
    others = count * (far - bound) / (1 - bound) if bound < 1 else 0.0
    expected = (count * far - (1 - chance) * others) / chance
    counted = (given < far).sum(axis=0)
    assert counted.mean() == pytest.approx(expected, abs=4 * counted.std() / math.sqrt(20_000) + 1e-9)


def test_symptoms_begin_by_the_law_as_it_is_before_children_go_home() -> None:
    meal = study().meal(setting())
    onset_s = np.concatenate([meal.draw(Streams(9, block), 40).onset_s for block in range(3)])
    law = stats.lognorm(meal.onset.sigma, scale=math.exp(meal.onset.mu))
    assert stats.kstest(onset_s, lambda x: law.cdf(x) / law.cdf(meal.until_s)).pvalue > 1e-3


def test_of_those_who_fall_ill_the_share_of_the_site_is_grave() -> None:
    meal = study().meal(setting())
    drawn = [meal.draw(Streams(4, block), 40) for block in range(10)]
    ill, grave = (
        sum(counts) for counts in zip(*((len(one.grave), int(one.grave.sum())) for one in drawn), strict=True)
    )
    assert grave / ill == pytest.approx(0.127, abs=4 * math.sqrt(0.127 * 0.873 / ill))


def test_what_is_asked_of_the_grave_is_asked_of_events_that_have_one() -> None:
    asked = [one for one in study().questions() if one.measure in OF_THE_GRAVE]
    assert {one.claim.id for one in asked} == {"P3-06.a", "P3-06.b", "P3-29.a", "P3-29.b", "P3-32.b"}
    for one in asked:
        rows = [study().replicate(one.situation, 1, block)[one.measure] for block in range(5)]
        assert (np.concatenate(rows) > 0).all()
    plain = [events(setting("usual_poisoning"), block=block) for block in range(5)]
    some = np.concatenate([np.bincount(one.illness.event[one.illness.grave], minlength=40) > 0 for one in plain])
    assert 0.6 < some.mean() < 0.8  # so that the others would have kept any limit


def test_an_event_drawn_with_a_grave_child_is_one_that_happens_to_have_one() -> None:
    """Who falls ill, how many gravely, when the last is in the hospital: against plain events, the others left out."""
    of = setting("usual_poisoning")
    plain = [events(of, block=block, seed=1) for block in range(40)]
    given = [events(replace(of, one_grave=True), block=block, seed=2) for block in range(40)]

    def counts(one: Happened, who: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        return np.bincount(one.illness.event[who], minlength=40)

    def known(blocks: list[Happened]) -> list[Floats]:
        ill = np.concatenate([counts(one, np.ones(len(one.illness.event), dtype=np.bool_)) for one in blocks])
        grave = np.concatenate([counts(one, one.illness.grave) for one in blocks])
        there = np.concatenate([measured(one)["in_hospital"] for one in blocks])
        return [row[grave > 0].astype(float) for row in (ill, grave, there)]

    for happened_to, drawn in zip(known(plain), known(given), strict=True):
        assert len(drawn) == 1600
        error = math.hypot(happened_to.std() / math.sqrt(len(happened_to)), drawn.std() / math.sqrt(len(drawn)))
        assert drawn.mean() == pytest.approx(happened_to.mean(), abs=4 * error)
    assert stats.ks_2samp(known(plain)[2], known(given)[2]).pvalue > 1e-3


@pytest.mark.parametrize("one_grave", [False, True])
def test_whoever_falls_ill_or_is_grave_does_and_is_too_where_more_do(one_grave: bool) -> None:
    def known(share: float) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
        of = setting(one_grave=one_grave).with_fact("illness.attack_rate", share)
        illness = events(of).illness
        pairs = list(zip(illness.event.tolist(), illness.child.tolist(), strict=True))
        return set(pairs), {pair for pair, grave in zip(pairs, illness.grave.tolist(), strict=True) if grave}

    for less, more in pairwise([known(share) for share in (0.005, 0.02, 0.1, 0.28, 0.6, 1.0)]):
        for few, many in zip(less, more, strict=True):
            assert few < many


def test_children_of_an_event_stand_in_the_order_in_which_they_are_seen() -> None:
    illness = events(setting()).illness
    assert [part.stop for part in illness.parts][-1] == len(illness.event)
    for event, part in enumerate(illness.parts):
        assert (illness.event[part] == event).all()
        assert (np.diff(illness.seen_s[part]) >= 0).all()
        assert (illness.onset_s[part] < 5 * 3600).all()


# ---- the sick room


def test_both_engines_treat_the_same_children_at_the_same_instants() -> None:
    for of in (setting(), setting(places=1, by_gravity=False), setting("usual_poisoning", nurses=0)):
        meal, one = study().meal(of), events(of, count=8)
        called = (one.ready_s, one.told_s + one.illness.reach_s)
        stays = np.ones(len(one.illness.event), dtype=np.bool_)
        inputs = sick_room(of, meal, one.illness, one.arrived_s, stays, called)
        draws = draw(inputs, Streams(1, 0))
        paths = [engine(name, of="queue").simulate(inputs, draws) for name in ("kernel", "reference")]
        assert_same_path(*paths)


def test_at_one_place_who_comes_first_is_treated_first_and_nobody_before_the_one_before_is_done() -> None:
    of = setting(places=1, by_gravity=False)
    one = events(of)
    for event, part in enumerate(one.illness.parts):
        order = np.lexsort((one.treated_s[part], one.arrived_s[part]))  # two who come together go in either order
        starts, came = one.treated_s[part][order], one.arrived_s[part][order]
        assert (np.diff(starts) > 0).all()
        assert (starts >= np.maximum(came, one.ready_s[event]) - 1e-6).all()


def test_with_a_place_and_somebody_for_each_all_are_treated_as_they_come_once_the_room_is_ready() -> None:
    of = setting(places=300, staff=300, nurses=300)
    one = events(of)
    expected = np.maximum(one.arrived_s, one.ready_s[one.illness.event])
    assert one.treated_s == pytest.approx(expected, rel=1e-9)


def test_more_places_and_more_staff_never_make_the_last_child_later() -> None:
    for first, more in ((setting(places=2), setting(places=3)), (setting(places=9, staff=2), setting(places=9))):
        assert (measured(events(more))["care"] <= measured(events(first))["care"] + 1e-9).all()


def test_gravity_first_helps_the_grave_on_average_and_the_right_judgement_helps_them_more() -> None:
    def mean(of: Poisoning) -> float:
        return float(np.mean([measured(events(of, block=k))["care_grave"] for k in range(4)]))

    sure = setting().with_fact("triage.right", 100.0)
    assert mean(sure) < mean(setting()) < mean(setting(by_gravity=False))


def test_the_sick_room_is_told_from_the_child_on_that_the_plan_waits_for() -> None:
    for trigger in (1, 3):
        one = events(setting(trigger=trigger))
        for event, part in enumerate(one.illness.parts):
            expected = one.illness.seen_s[part.start + trigger - 1] + one.illness.report_s[event]
            assert one.told_s[event] == expected
    never = events(setting("usual_poisoning", trigger=200))
    row = measured(never)
    assert (row["told"] == math.inf).all()
    assert (row["care"] == math.inf).all()


# ---- the hospital


def test_without_an_ambulance_the_grave_never_come_to_the_hospital() -> None:
    one = events(setting(ambulances=0))
    grave = np.bincount(one.illness.event[one.illness.grave], minlength=40) > 0
    assert (measured(one)["in_hospital"] == np.where(grave, math.inf, 0.0)).all()


def test_with_plenty_of_ambulances_each_is_there_after_treatment_or_response_whichever_is_later() -> None:
    of = setting(ambulances=300, seats=1, places=300, staff=300, nurses=300).with_fact("triage.right", 100.0)
    of = replace(of, treated_first=False)
    one = events(of)
    grave, illness = one.illness.grave, one.illness
    expected = one.arrived_s + illness.response_s + illness.drive_s
    assert one.hospital_s[grave] == pytest.approx(expected[grave], rel=1e-9)
    treated = events(replace(of, treated_first=True))
    assert (treated.hospital_s[grave] >= one.hospital_s[grave] - 1e-6).all()
    assert (treated.hospital_s[~grave] == math.inf).all()


def test_who_is_wrongly_judged_grave_takes_a_seat_only_where_nobody_is_treated_first() -> None:
    first, away = events(setting()), events(setting(treated_first=False))
    wrongly = ~first.illness.grave & ~first.illness.right
    assert wrongly.any()
    assert (first.hospital_s[wrongly] == math.inf).all()
    assert (away.hospital_s[wrongly] < math.inf).all()
    assert (away.treated_s[wrongly] == away.hospital_s[wrongly]).all()


# ---- what is asked


def test_every_clause_is_asked_about_in_known_words() -> None:
    asked = study().questions()
    assert tuple(dict.fromkeys(one.clause for one in asked)) == CLAUSES
    for language in ("zh", "en"):
        for one in asked:
            assert measure_name(one.measure, language) != one.measure
            assert scenario_name(one.scenario, language) != one.scenario
            assert language == "en" or reading_name(one.interpretation, language) != one.interpretation
            for axis in study().axes(one):
                assert load_name(axis.name, language) != axis.name
            for option in study().options(one):
                with_option = replace(one, option=option)
                assert option_name(option, language)
                assert cost_name(study().cost_unit(with_option), language)
                choices = study().choices(with_option)
                assert study().costs(with_option, 1).shape == tuple(len(choice.values) for choice in choices)


def test_every_measure_of_every_study_is_measured_in_every_event() -> None:
    for one in study().questions():
        row = study().replicate(one.situation, 1, 0)
        assert set(STUDIES[one.claim.study]) <= set(row)
        assert all(len(values) == study().effort.block for values in row.values())


def test_what_the_plan_decides_goes_before_the_site() -> None:
    for clause, quantity, name, value in (
        ("P3-27", "children_with_symptoms", "trigger", 3),
        ("P3-28", "carriers_per_class", "carriers", 2),
        ("P3-28", "children_per_trip", "per_trip", 4),
        ("P3-29", "places", "places", 7),
        ("P3-29", "staff", "staff", 9),
        ("P3-32", "ambulances", "ambulances", 4),
        ("P3-32", "children_per_ambulance", "seats", 3),
    ):
        here = Illnesses(decided(clause, quantity, value), SITE)
        assert getattr(here.setting("mass_poisoning", {}), name) == value
    vehicles = Illnesses(decided("P3-06", "vehicles", 5), SITE)
    assert vehicles.setting("mass_poisoning", {"P3-06": "treated_first"}).ambulances == 5
    assert vehicles.setting("mass_poisoning", {}).ambulances == 2
    assert study().setting("mass_poisoning", {}).staff == 5  # the nurse, and the four of the medical group


def test_loads_make_it_harder_along_every_axis() -> None:
    for claim in ("P3-06.a", "P3-29.a", "P3-28.a"):
        asked = question(claim)
        for axis in study().axes(asked):
            first, last = (
                np.mean(study().replicate(study().moved(asked, axis, value), 1, 0)[asked.measure])
                for value in (axis.values[0], axis.values[-1])
            )
            assert first < last, (claim, axis.name)


# ---- what is answered


def test_a_check_answers_what_its_events_say() -> None:
    chosen = [question(claim) for claim in ("P3-06.a", "P3-28.a", "P3-29.a", "P3-32.a", "P3-32.b", "P3-27.a")]
    rows = check(PLAN, study(), Runs(study(), 3), family_error=0.5, breaking=False, questions=chosen)
    answers = [row.verdict.answer for row in rows]
    fails, holds = Answer.FAILS, Answer.HOLDS
    assert answers == [fails, fails, fails, holds, holds, holds]


@pytest.mark.parametrize(
    ("claim", "scenario", "option", "recommended"),
    [
        ("P3-29.a", "mass_poisoning", "sick_room", (3.0, 3.0)),
        ("P3-27.a", "usual_poisoning", "trigger", (1.0,)),
        ("P3-28.a", "usual_poisoning", "teachers", (2.0,)),
        ("P3-32.b", "usual_poisoning", "ambulances", (1.0,)),
    ],
)
def test_the_cheapest_that_holds_is_recommended_with_its_certificate(
    claim: str, scenario: str, option: str, recommended: tuple[float, ...]
) -> None:
    asked = replace(question(claim, scenario), option=option)
    found = recommend(PLAN, study(), (asked,), seed=2, family_error=0.5)
    assert found.result.status is Found.FOUND
    assert found.recommended == recommended
    assert found.result.certified


def test_no_number_of_vehicles_makes_up_for_the_time_to_respond_and_treat() -> None:
    found = recommend(PLAN, study(), (replace(question("P3-06.a"), option="vehicles"),), seed=1, family_error=0.5)
    assert found.result.status is Found.NONE_HOLDS


def test_notes_are_said_in_both_languages_with_the_same_numbers() -> None:
    for zh, en in zip(*(study().notes(1, language) for language in ("zh", "en")), strict=True):
        numbers = [sorted(re.findall(r"\d+(?:\.\d+)?", text)) for text in (zh, en)]
        assert numbers[0] == numbers[1], (zh, en)


def test_a_study_goes_to_another_process_as_it_is() -> None:
    there = study().at_site({"illness.attack_rate": 0.4})
    other = pickle.loads(pickle.dumps(there))
    situation = question("P3-06.a").situation
    for name, values in there.replicate(situation, 1, 2).items():
        assert np.array_equal(values, other.replicate(situation, 1, 2)[name])


# ---- what is refused


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("{value: 5, unit: min, range: {min: 2, max: 15}, grade: assumed, source: \"first treatment",
         "{value: 5, unit: min, range: {min: 2, max: 1440}, grade: assumed, source: \"first treatment",
         "at most 180 min"),
        ("{value: 2, unit: children, range: {min: 1, max: 3}", "{value: 2, unit: children, range: {min: 0, max: 3}",
         "1 children or more"),
        ("{value: 0.28, unit: share, range: {min: 0.05, max: 0.5}",
         "{value: 0.28, unit: share, range: {min: 0.05, max: 5}", "at most 1"),
        ("  illness.until:\n    {value: 5, unit: h", "  illness.until:\n    {value: 9, unit: h", "outside its range"),
    ],
)  # fmt: skip
def test_a_fact_that_the_study_cannot_work_with_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    folder = tmp_path / "kindergarten"
    shutil.copytree(FOLDER, folder)
    text = (folder / "site.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (folder / "site.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PlanError, match=what) as refused:
        _bound(folder)
    assert refused.value.place is not None
    assert refused.value.place.path.name == "site.yaml"
    line = text[: text.index(old)].count("\n") + 1
    assert refused.value.place.line is not None
    assert line - 1 <= refused.value.place.line <= line + 2


def _bound(folder: Path) -> None:
    plan, document = read_plan(folder)
    site, site_document = read_site(folder)
    bind(plan, site, document=document, site_document=site_document)


@pytest.mark.parametrize("fact", ["illness.attack_rate", "illness.in_hospital", "illness.per_event"])
def test_a_site_where_nobody_falls_ill_or_is_grave_is_refused(fact: str) -> None:
    with pytest.raises(FactError, match=rf"{fact}.*above 0"):
        study().at_site({fact: 0.0})


def test_a_fact_that_is_missing_is_named() -> None:
    facts = {name: fact for name, fact in SITE.facts.items() if name != "illness.carry"}
    with pytest.raises(FactError, match=r"illness\.carry"):
        Illnesses(PLAN, SITE.model_copy(update={"facts": facts}))
