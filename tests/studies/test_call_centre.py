"""The call centre's study of power: its clauses as they read, and the laws and closed forms behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from resilience_sim.experiments.breaking import breaking_point
from resilience_sim.experiments.recommend import recommend
from resilience_sim.experiments.runs import Runs
from resilience_sim.experiments.workers import pickled, replicate
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.power.theory.generators import generator_survival, in_time, never_dropped
from resilience_sim.models.power.theory.packs import runtime
from resilience_sim.models.power.theory.shedding import latest_shed, total_runtime
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies import bind, supply
from resilience_sim.studies.call_centre import CallCentre
from resilience_sim.studies.call_centre_supply import Setting
from resilience_sim.studies.question import Question
from resilience_sim.studies.supply import BLOCK, ENDLESS
from resilience_sim.units import HOUR, MINUTE
from resilience_sim.verdicts.selection import Found
from resilience_sim.verdicts.verdict import Answer

Floats = npt.NDArray[np.float64]

FOLDER = library()["call-centre"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
YEAR = 365 * 86400.0
DESIGN_S = SITE.base("ups.design_time")

# Nothing left to chance, in the facts' own units.
SURE = {
    "battery.string_fails": 0.0, "ups.transfer_fails": 0.0, "shed.forgotten": 0.0, "shed.delay": 0.0,
    "generator.available": 1.0, "generator.start_fails": 0.0,
}  # fmt: skip
NO_GENERATOR = {"generator.start_fails": 1.0}
RETURNS = ("normal_day", "storm_day", "pledge")


@cache
def study() -> CallCentre:
    found = bind(PLAN, SITE)
    assert isinstance(found, CallCentre)
    return found


def at(values: Mapping[str, float]) -> CallCentre:
    return study().at_site(values)


def ask(asked: CallCentre, claim: str, scenario: str = ENDLESS) -> Question:
    (question,) = (q for q in asked.questions() if (q.claim.id, q.scenario) == (claim, scenario))
    return question


def setting(question: Question) -> Setting:
    assert isinstance(question.situation, Setting)
    return question.situation


def outcomes(asked: CallCentre, question: Question, *, blocks: int = 1, seed: int = 5) -> Floats:
    rows = [asked.replicate(question.situation, seed, k)[question.measure] for k in range(blocks)]
    return np.concatenate(rows)


def share_kept(asked: CallCentre, question: Question, *, blocks: int = 40, seed: int = 5) -> float:
    return float(question.kept(outcomes(asked, question, blocks=blocks, seed=seed)).mean())


def assert_share(found: float, true: float, n: int = 40 * BLOCK) -> None:
    """Within four standard errors."""
    assert abs(found - true) <= 4 * math.sqrt(max(true * (1 - true), 1 / n) / n), (found, true)


def record(hours: list[float]) -> tuple[LineOutages, float]:
    ends = np.array(hours) * HOUR
    return LineOutages(np.zeros(len(hours)), ends, np.full(len(hours), 1000)), 1.0


def closed_s(asked: CallCentre, one: Setting, *, without: tuple[str, ...] = ()) -> float:
    """Runtime of everything on the UPS but what is switched off from the start, by the closed form of the pack."""
    (unit,) = asked.supply.inputs(one).units
    power_w = math.fsum(load.power_w for load in unit.loads if load.name not in without)
    return runtime(unit.battery, power_w, losses=unit.losses)


# ---- what is asked


def test_every_power_clause_has_a_claim_and_every_reading_of_it_is_asked() -> None:
    for clause in PLAN.clauses:
        if clause.model == "power":
            assert clause.claims, clause.id
    read = {(key, name) for _, claim in PLAN.claims() for key, name in claim.readings.items()}
    read |= {(clause.id, claim.interpretation) for clause, claim in PLAN.claims() if claim.interpretation}
    readings = {(c.id, i.id) for c in PLAN.clauses if c.model == "power" for i in c.interpretations}
    assert read == readings


def test_every_claim_is_asked_in_the_scenarios_that_it_fits() -> None:
    replayed = CallCentre(PLAN, SITE, record([1.0, 5.0]))
    for _, claim in PLAN.claims():
        here, there = ([q.scenario for q in s.questions() if q.claim.id == claim.id] for s in (study(), replayed))
        if claim.interpretation == "enough" or claim.study == "restoration":
            assert tuple(here) == RETURNS
            assert tuple(there) == (*RETURNS, "replay")
        else:
            assert here == there == [ENDLESS]


# ---- the battery


def test_p56_the_battery_is_the_fewest_blocks_with_which_a_new_one_carries_everything_for_the_design_time() -> None:
    new = at({**SURE, "battery.age": 0.0})
    question = ask(new, "P4-14.b")
    assert share_kept(new, question, blocks=1) == 1
    fewer = replace(question, situation=replace(setting(question), blocks=setting(question).blocks - 1))
    assert share_kept(new, fewer, blocks=1) == 0


@pytest.mark.parametrize(
    ("age", "room", "factor"), [(0.0, 25.0, 1.0), (3.0, 25.0, 1.0), (5.0, 12.0, 0.8), (2, 35, 1.4)]
)
def test_the_ups_alone_lasts_as_long_as_the_closed_form_of_its_pack(age: float, room: float, factor: float) -> None:
    there = at({**SURE, "battery.age": age, "battery.room": room, "ups.load_factor": factor})
    question = ask(there, "P4-14.b")
    (unit,) = there.supply.inputs(setting(question)).units
    closed_min = runtime(unit.battery, SITE.base("ups.load") * factor, losses=unit.losses) / MINUTE
    assert outcomes(there, question) == pytest.approx(closed_min, rel=1e-9)


def test_service_is_carried_if_the_string_is_sound_and_the_transfer_works() -> None:
    f, t = 0.08, 0.02
    there = at({"battery.string_fails": f, "ups.transfer_fails": t})
    assert_share(share_kept(there, ask(there, "P4-14.a")), (1 - f) * (1 - t))


@pytest.mark.parametrize("scenario", [*RETURNS, "replay"])
def test_enough_is_the_share_of_outages_that_the_law_says(scenario: str) -> None:
    there = CallCentre(PLAN, SITE, record([0.3, 0.4, 0.6, 5.0]))
    law = supply.duration_law(SITE, scenario, there.record)
    (true,) = supply.shares_over(law, [DESIGN_S / HOUR])
    assert_share(share_kept(there, ask(there, "P4-14.c", scenario)), true)


# ---- the generator


def test_the_generator_takes_the_load_in_time_as_often_as_the_closed_form_says() -> None:
    f, t = 0.08, 0.02
    unsure = {
        "battery.string_fails": f,
        "ups.transfer_fails": t,
        "generator.available": 0.9,
        "generator.start_fails": 0.1,
    }
    for on_load_s in (30.0, 1200.0, 2400.0):
        there = at({**unsure, "generator.on_load": on_load_s})
        question = ask(there, "P4-15.a")
        generator = there.supply.inputs(setting(question)).generator
        assert generator is not None
        true = in_time(generator, closed_s(there, setting(question))) * (1 - f) * (1 - t)
        assert (true > 0) == (on_load_s < DESIGN_S)
        assert_share(share_kept(there, question), true)
        assert_share(share_kept(there, ask(there, "P4-15.b")), 0.9 * 0.9)


def test_p28_it_runs_until_its_fuel_is_used_up_as_often_as_the_closed_form_says() -> None:
    for mttf_h, fuel_h in ((1100.0, 24.0), (70.0, 48.0)):
        there = at({"generator.mttf": mttf_h, "generator.fuel": fuel_h})
        true = generator_survival(fuel_h, available=0.995, fails_to_start=0.0094, mean_run_h=mttf_h)
        assert_share(share_kept(there, ask(there, "P4-15.c")), true)


def test_fuel_for_so_many_hours_is_not_missed_by_the_last_bit() -> None:
    on_load_s, fuel_h = 91.49, 36.39
    assert ((on_load_s + fuel_h * HOUR) - on_load_s) / HOUR < fuel_h
    there = at({**SURE, "generator.on_load": on_load_s, "generator.fuel": fuel_h, "generator.mttf": 1e9})
    assert share_kept(there, ask(there, "P4-15.c"), blocks=1) == 1


@pytest.mark.parametrize("scenario", RETURNS)
def test_service_is_kept_as_often_as_battery_and_generator_together_say(scenario: str) -> None:
    """A generator that never fails, with fuel for longer than any outage."""
    f, t = 0.08, 0.02
    unsure = {
        "battery.string_fails": f,
        "ups.transfer_fails": t,
        "generator.available": 0.8,
        "generator.start_fails": 0.1,
    }
    there = at({**unsure, "generator.mttf": 1e9, "generator.fuel": 1e6})
    question = ask(there, "P4-15.d", scenario)
    generator, law = there.supply.inputs(setting(question)).generator, supply.duration_law(SITE, scenario, None)
    assert generator is not None
    battery_s = closed_s(there, setting(question))
    true = never_dropped(generator, battery_s, lambda s: 1 - supply.shares_over(law, [s / HOUR])[0])
    assert_share(share_kept(there, question), true * (1 - f) * (1 - t))


# ---- saving power


def test_p46_what_is_switched_off_in_time_lengthens_service_by_the_closed_form() -> None:
    there = at(SURE)
    for claim, off in (("P4-13.a", ("air-conditioning",)), ("P4-17.a", ("air-conditioning", "appliances"))):
        question = replace(ask(there, claim), option="switching")
        full_s, shed_s = (closed_s(there, setting(question), without=without) for without in ((), off))
        for minutes in (0.0, 10.0, 25.0, 60.0):
            found = outcomes(there, there.chosen(question, (minutes, 0.0)))
            assert found == pytest.approx(total_runtime(full_s, shed_s, minutes * MINUTE) / MINUTE, rel=1e-9)


def test_somebody_switches_off_after_a_while_or_forgets() -> None:
    f, t, forgotten, mean_s = 0.08, 0.02, 0.25, 10 * MINUTE
    unsure = {"battery.string_fails": f, "ups.transfer_fails": t, "shed.forgotten": forgotten}
    there = at({**unsure, "shed.delay": mean_s / MINUTE})
    question = ask(there, "P4-13.a")
    full_s, shed_s = (closed_s(there, setting(question), without=off) for off in ((), ("air-conditioning",)))
    slack_s = latest_shed(full_s, shed_s, DESIGN_S)
    assert 0 < slack_s < DESIGN_S  # an aged battery misses its design time alone, and reaches it with the rule
    true = (1 - f) * (1 - t) * (1 - forgotten) * -math.expm1(-slack_s / mean_s)
    assert_share(share_kept(there, question), true)


def test_a_rule_that_saves_power_never_shortens_service() -> None:
    off, on = (outcomes(study(), ask(study(), claim), blocks=5) for claim in ("P4-13.a", "P4-13.b"))
    assert (off >= on).all()
    assert off.mean() > on.mean() + 2
    more, less = (outcomes(study(), ask(study(), claim), blocks=5) for claim in ("P4-17.a", "P4-17.b"))
    assert (more >= less).all()
    assert more.mean() > less.mean()


def test_air_conditioning_that_is_not_on_the_ups_saves_nothing() -> None:
    there = at({"ups.air_conditioning": 0.0})
    off, on = (outcomes(there, ask(there, claim)) for claim in ("P4-13.a", "P4-13.b"))
    assert np.array_equal(off, on)


# ---- when the mains are back


@pytest.mark.parametrize(("lasted_min", "with_generator"), [(20.0, True), (20.0, False), (90.0, False), (5.0, False)])
def test_what_the_battery_would_carry_after_the_check_by_hand(lasted_min: float, with_generator: bool) -> None:
    on_load_min, check_min, recharge_min = 10.0, 30.0, 12 * 60.0
    facts = {
        **SURE,
        **({} if with_generator else NO_GENERATOR),
        "generator.mttf": 1e9,
        "generator.on_load": on_load_min * 60,
    }
    there = CallCentre(PLAN, SITE.with_values(facts), record([lasted_min / 60]))
    question = ask(there, "P4-18.a", "replay")
    full_min = closed_s(there, setting(question)) / MINUTE
    on_battery_min = min(on_load_min if with_generator else lasted_min, full_min)
    charge = 1 - on_battery_min / full_min
    if with_generator:
        charge += (lasted_min - on_load_min) / recharge_min
    charge = min(1.0, charge + check_min / recharge_min)
    assert outcomes(there, question) == pytest.approx(charge * full_min, rel=1e-9)


def test_watching_longer_never_leaves_the_battery_emptier() -> None:
    question = replace(ask(study(), "P4-18.a", "storm_day"), option="check")
    minutes = np.array([outcomes(study(), study().chosen(question, (m,))) for m in (5.0, 30.0, 60.0, 120.0)])
    assert (np.diff(minutes, axis=0) >= 0).all()
    assert minutes[-1].mean() > minutes[0].mean()


# ---- laws on the same draws


@pytest.mark.parametrize(("claim", "scenario"), [("P4-14.b", ENDLESS), ("P4-13.a", ENDLESS), ("P4-18.a", "storm_day")])
def test_p52_age_cold_warmth_and_load_never_lengthen_the_time(claim: str, scenario: str) -> None:
    question = ask(study(), claim, scenario)
    for axis in study().axes(question):
        moved = [replace(question, situation=study().moved(question, axis, value)) for value in axis.values]
        minutes = np.array([outcomes(study(), one) for one in moved])
        assert (np.diff(minutes, axis=0) <= 1e-9).all(), axis.name
        assert minutes[-1].mean() < minutes[0].mean(), axis.name


def test_p52_a_slower_generator_never_helps() -> None:
    there = at({"generator.mttf": 1e9, "generator.fuel": 1e6})  # else a later start is a later end as well
    question = ask(there, "P4-15.d", "storm_day")
    kept = [
        outcomes(there, replace(question, situation=replace(setting(question), on_load_s=on_load_s)))
        for on_load_s in (10.0, 600.0, 1700.0, 1900.0)
    ]
    assert (np.diff(np.array(kept), axis=0) <= 0).all()
    assert kept[-1].mean() < kept[0].mean() - 50  # later than the battery lasts


# ---- what may be chosen


@pytest.mark.parametrize(
    ("claim", "option"),
    [("P4-14.b", "promise"), ("P4-14.b", "battery"), ("P4-14.b", "replacement"), ("P4-13.a", "battery")],
)
def test_p56_what_is_recommended_holds_and_the_next_cheaper_fails_on_fresh_draws(claim: str, option: str) -> None:
    question = replace(ask(study(), claim), option=option)
    found = recommend(PLAN, study(), (question,), seed=8, family_error=0.05)
    assert found.result.status is Found.FOUND
    assert found.result.certified
    (choice,), (value,) = found.choices, found.recommended or ()
    place = choice.values.index(value)
    assert place > 0
    for k, holds in ((place, True), (place - 1, False)):
        chosen = study().chosen(question, (choice.values[k],))
        assert (share_kept(study(), chosen, blocks=60, seed=991) >= question.required) == holds


def test_the_time_to_promise_and_the_latest_time_to_switch_off_are_those_of_the_closed_forms() -> None:
    promise = replace(ask(study(), "P4-14.b"), option="promise")
    full_s = closed_s(study(), setting(promise))
    found = recommend(PLAN, study(), (promise,), seed=8, family_error=0.05)
    assert found.recommended == (5 * math.floor(full_s / (5 * MINUTE)),)
    for claim, off in (("P4-13.a", ("air-conditioning",)), ("P4-17.a", ("air-conditioning", "appliances"))):
        switching = replace(ask(study(), claim), option="switching")
        shed_s = closed_s(study(), setting(switching), without=off)
        found = recommend(PLAN, study(), (switching,), seed=8, family_error=0.05)
        assert found.recommended is not None
        assert found.recommended[0] == math.floor(latest_shed(full_s, shed_s, DESIGN_S) / MINUTE)


def test_costs_rise_with_every_easier_choice() -> None:
    for question in study().questions():
        for option in study().options(question):
            asked = replace(question, option=option)
            costs = study().costs(asked, 1)
            assert costs.shape == tuple(len(choice.values) for choice in study().choices(asked))
            for axis in range(costs.ndim):
                assert (np.diff(costs, axis=axis) >= -1e-12).all(), (question.claim.id, option)


def test_numbers_that_the_plan_leaves_open_are_the_sites_until_it_decides() -> None:
    def decided(clause_id: str, name: str, value: float) -> CallCentre:
        clauses = []
        for clause in PLAN.clauses:
            quantities = dict(clause.quantities)
            if clause.id == clause_id:
                entry = quantities[name].history[0].model_copy(update={"value": value, "status": "in_force"})
                quantities[name] = quantities[name].model_copy(update={"history": (entry,)})
            clauses.append(clause.model_copy(update={"quantities": quantities}))
        return CallCentre(PLAN.model_copy(update={"clauses": tuple(clauses)}), SITE)

    assert setting(ask(study(), "P4-15.a")).on_load_s == SITE.base("generator.on_load")
    assert setting(ask(decided("P4-15", "on_load_within", 90.0), "P4-15.a")).on_load_s == 90.0
    shorter = decided("P4-14", "battery_time", 25.0)
    assert {ask(shorter, "P4-14.b").limit, ask(shorter, "P4-14.c", "pledge").limit} == {25.0}
    assert ask(shorter, "P4-13.a").limit == ask(study(), "P4-14.b").limit == DESIGN_S / MINUTE
    assert setting(ask(study(), "P4-18.a", "pledge")).check_s == SITE.base("restoration.check")
    assert setting(ask(decided("P4-18", "checked_within", 60.0), "P4-18.a", "pledge")).check_s == 3600.0
    # The plan's own time takes the place of when people get to it; whether they forget is another matter.
    cooling, appliances = decided("P4-13", "switched_off_within", 5.0), decided("P4-17", "switched_off_within", 5.0)
    assert setting(ask(study(), "P4-17.a")).switched_off == (("air-conditioning", None), ("appliances", None))
    assert setting(ask(cooling, "P4-13.a")).switched_off == (("air-conditioning", 300.0),)
    assert setting(ask(cooling, "P4-17.a")).switched_off == (("air-conditioning", 300.0), ("appliances", None))
    assert setting(ask(appliances, "P4-17.a")).switched_off == (("air-conditioning", None), ("appliances", 300.0))
    switching = replace(ask(cooling, "P4-17.a"), option="switching")
    chosen = setting(cooling.chosen(switching, (20.0, 0.0)))
    assert chosen.switched_off == (("air-conditioning", 300.0), ("appliances", 1200.0))
    assert share_kept(cooling, ask(cooling, "P4-13.a")) > share_kept(study(), ask(study(), "P4-13.a")) + 0.05


# ---- breaking points


@pytest.mark.parametrize("axis_name", ["battery.age", "battery.room_cold", "ups.load_factor"])
def test_a_breaking_point_brackets_the_closed_form_and_is_judged_so_on_fresh_draws(axis_name: str) -> None:
    there = at({"ups.design_time": 30.0, "battery.age": 0.0})
    question = ask(there, "P4-14.b")
    (axis,) = (axis for axis in there.axes(question) if axis.name == axis_name)
    point = breaking_point(question, axis, Runs(there, 11), alpha=1e-3)
    assert point.holds_at is not None
    assert point.fails_at is not None
    for value, answer in ((point.holds_at, Answer.HOLDS), (point.fails_at, Answer.FAILS)):
        moved = there.moved(question, axis, value)
        assert isinstance(moved, Setting)
        assert (closed_s(there, moved) >= DESIGN_S) == (answer is Answer.HOLDS)
        assert Runs(there, 12).judge(question, alpha=1e-3, situation=moved).answer is answer


# ---- the same for everybody


def test_equal_arguments_give_equal_outages_in_another_study_and_another_process() -> None:
    other = CallCentre(PLAN, SITE)
    for claim, scenario in (("P4-13.a", ENDLESS), ("P4-15.d", "storm_day"), ("P4-18.a", "pledge")):
        situation = ask(study(), claim, scenario).situation
        here = study().replicate(situation, 5, 3)
        there = replicate(pickled(study()), situation, 5, [3], 1)[0]
        for row in (other.replicate(situation, 5, 3), there):
            assert set(row) == set(here)
            assert all(np.array_equal(row[name], here[name]) for name in here)


def test_another_site_changes_what_its_facts_are_about_and_nothing_else() -> None:
    def settings(asked: CallCentre, study: str) -> list[Setting]:
        return [setting(q) for q in asked.questions() if q.claim.study == study]

    slower = at({"generator.on_load": 90.0})
    for kind in ("saving_power", "ups_alone", "outage_length"):
        assert settings(slower, kind) == settings(study(), kind)
    assert settings(slower, "generator") == [replace(s, on_load_s=90.0) for s in settings(study(), "generator")]
    forgetful = at({"shed.forgotten": 0.3})
    assert settings(forgetful, "generator") == settings(study(), "generator")
    assert {s.forgotten for s in settings(forgetful, "saving_power")} == {0.3}
    longer = at({"ups.design_time": 60.0})
    assert longer.supply.blocks > study().supply.blocks
    assert ask(longer, "P4-14.b").limit == 60.0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_notes_tell_the_figures_of_the_machine(language: str) -> None:
    notes = "\n".join(study().notes(1, "zh" if language == "zh" else "en"))
    plain = setting(ask(study(), "P4-14.b"))
    health = supply.battery(SITE, plain.state, blocks=1).health
    runtimes = " / ".join(f"{study().supply.runtime_s(plain, law=law) / MINUTE:.1f}" for law in supply.LAWS)
    for words in (str(plain.blocks), f"{100 * health:.1f}", runtimes):
        assert words in notes
    assert runtimes.startswith(f"{closed_s(study(), plain) / MINUTE:.1f} ")
