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
from resilience_sim.experiments.runs import Runs, Sent, replicate
from resilience_sim.experiments.workers import Workers
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.power.theory.generators import generator_survival, in_time, never_dropped
from resilience_sim.models.power.theory.packs import runtime
from resilience_sim.models.power.theory.shedding import latest_shed, total_runtime
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.quantities import Status
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Fact, Site
from resilience_sim.reports.proposing import proposals
from resilience_sim.studies import bind, supply, supply_outages
from resilience_sim.studies.call_centre.power import STUDIES, CallCentre
from resilience_sim.studies.call_centre.supply import Setting
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question
from resilience_sim.studies.supply_outages import BLOCK, ENDLESS, simulated
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
    "battery.string_fails_young": 0.0, "battery.string_fails": 0.0, "battery.string_fails_old": 0.0,
    "ups.transfer_fails": 0.0, "shed.forgotten": 0.0, "shed.delay": 0.0,
    "generator.available": 1.0, "generator.start_fails": 0.0,
}  # fmt: skip
NO_GENERATOR = {"generator.start_fails": 1.0}
RETURNS = ("normal_day", "storm_day", "pledge")


@cache
def study() -> CallCentre:
    found = part(bind(PLAN, SITE), CallCentre)
    assert found is not None
    return found


def at(values: Mapping[str, float]) -> CallCentre:
    return study().at_site(values)


def strings(fails: float) -> dict[str, float]:
    """Strings that are dead as often at every age."""
    return dict.fromkeys(("battery.string_fails_young", "battery.string_fails", "battery.string_fails_old"), fails)


def stating(site: Site, **facts: tuple[float, str]) -> Site:
    """The site with more facts: value and unit by name, a dot written as two underscores."""
    more = {
        name.replace("__", "."): Fact.model_validate(
            {"value": value, "unit": unit, "grade": "computed", "source": "a test"}
        )
        for name, (value, unit) in facts.items()
    }
    return site.model_copy(update={"facts": {**site.facts, **more}})


def decided(plan: Plan, values: Mapping[tuple[str, str], float]) -> Plan:
    """The plan with numbers put in force, by clause and quantity; what was there before stays in the history."""
    clauses = []
    for clause in plan.clauses:
        quantities = dict(clause.quantities)
        for (of, name), value in values.items():
            if of == clause.id:
                old = quantities[name]
                entry = old.history[0].model_copy(update={"value": value, "status": Status.IN_FORCE})
                quantities[name] = old.model_copy(update={"history": (*old.history, entry)})
        clauses.append(clause.model_copy(update={"quantities": quantities}))
    return plan.model_copy(update={"clauses": tuple(clauses)})


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
    claims = PLAN.claims(STUDIES)
    read = {(key, name) for _, claim in claims for key, name in claim.readings.items()}
    read |= {(clause.id, claim.interpretation) for clause, claim in claims if claim.interpretation}
    readings = {(c.id, i.id) for c in PLAN.clauses if c.model == "power" for i in c.interpretations}
    assert read == readings


def test_every_claim_is_asked_in_the_scenarios_that_it_fits() -> None:
    replayed = CallCentre(PLAN, SITE, record([1.0, 5.0]))
    for _, claim in PLAN.claims(STUDIES):
        here, there = ([q.scenario for q in s.questions() if q.claim.id == claim.id] for s in (study(), replayed))
        if claim.interpretation == "enough" or claim.study == "restoration":
            assert tuple(here) == (*RETURNS, *(() if claim.study == "outage_length" else ("in_a_row",)))
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


def test_service_is_taken_over_if_the_string_is_sound_and_the_transfer_works() -> None:
    f, t = 0.08, 0.02
    there = at({**strings(f), "ups.transfer_fails": t})
    assert_share(share_kept(there, ask(there, "P4-14.a")), (1 - f) * (1 - t))


@pytest.mark.parametrize("scenario", [*RETURNS, "replay"])
def test_enough_is_the_share_of_outages_that_the_law_says(scenario: str) -> None:
    there = CallCentre(PLAN, SITE, record([0.3, 0.4, 0.6, 5.0]))
    law = supply_outages.duration_law(SITE, scenario, there.record)
    (true,) = supply_outages.shares_over(law, [DESIGN_S / HOUR])
    assert_share(share_kept(there, ask(there, "P4-14.c", scenario)), true)


# ---- the generator


def test_the_generator_takes_the_load_in_time_as_often_as_the_closed_form_says() -> None:
    f, t = 0.08, 0.02
    unsure = {
        **strings(f),
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
        **strings(f),
        "ups.transfer_fails": t,
        "generator.available": 0.8,
        "generator.start_fails": 0.1,
    }
    there = at({**unsure, "generator.mttf": 1e9, "generator.fuel": 1e6})
    question = ask(there, "P4-15.d", scenario)
    generator, law = there.supply.inputs(setting(question)).generator, supply_outages.duration_law(SITE, scenario, None)
    assert generator is not None
    battery_s = closed_s(there, setting(question))
    true = never_dropped(generator, battery_s, lambda s: 1 - supply_outages.shares_over(law, [s / HOUR])[0])
    assert_share(share_kept(there, question), true * (1 - f) * (1 - t))


# ---- saving power


def test_p46_what_is_switched_off_in_time_lengthens_service_by_the_closed_form() -> None:
    there = at(SURE)
    for claim, before, after in (
        ("P4-13.a", (), ("air-conditioning",)),
        ("P4-17.a", ("air-conditioning",), ("air-conditioning", "appliances")),  # the first at once, as the site has it
    ):
        question = replace(ask(there, claim), option="switching")
        full_s, shed_s = (closed_s(there, setting(question), without=without) for without in (before, after))
        for minutes in (0.0, 10.0, 25.0, 60.0):
            found = outcomes(there, there.chosen(question, (minutes, 100.0)))
            assert found == pytest.approx(total_runtime(full_s, shed_s, minutes * MINUTE) / MINUTE, rel=1e-9)


def test_somebody_switches_off_after_a_while_or_forgets() -> None:
    f, t, forgotten, mean_s = 0.08, 0.02, 0.25, 10 * MINUTE
    unsure = {**strings(f), "ups.transfer_fails": t, "shed.forgotten": forgotten}
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


def test_a_battery_that_was_dead_just_now_carries_nothing_after_the_check() -> None:
    f, t = 0.3, 0.1
    there = at({**strings(f), "ups.transfer_fails": t, "generator.mttf": 1e9, "generator.fuel": 1e6})
    minutes = outcomes(there, ask(there, "P4-18.a", "pledge"), blocks=40)
    assert_share(float((minutes == 0).mean()), 1 - (1 - f) * (1 - t))


def test_watching_longer_never_leaves_the_battery_emptier() -> None:
    question = ask(study(), "P4-18.a", "storm_day")
    watched = [replace(setting(question), check_s=m * MINUTE) for m in (5.0, 30.0, 60.0, 120.0)]
    minutes = np.array([outcomes(study(), replace(question, situation=one)) for one in watched])
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
    switching = replace(ask(study(), "P4-13.a"), option="switching")
    shed_s = closed_s(study(), setting(switching), without=("air-conditioning",))
    found = recommend(PLAN, study(), (switching,), seed=8, family_error=0.05)
    assert found.recommended == (math.floor(latest_shed(full_s, shed_s, DESIGN_S) / MINUTE), 100.0)
    # Appliances alone have to be enough where people forget the air-conditioning, as they do in one outage of ten.
    appliances = replace(ask(study(), "P4-17.a"), option="switching")
    shed_s = closed_s(study(), setting(appliances), without=("appliances",))
    found = recommend(PLAN, study(), (appliances,), seed=8, family_error=0.05)
    assert found.recommended == (math.floor(latest_shed(full_s, shed_s, DESIGN_S) / MINUTE), 100.0)


def test_what_is_recommended_for_saving_power_holds_once_it_is_approved() -> None:
    asked = [replace(ask(study(), claim), option="switching") for claim in ("P4-13.a", "P4-17.a")]
    found = [recommend(PLAN, study(), (question,), seed=8, family_error=0.05) for question in asked]
    values = {(p.clause, p.quantity): p.value for p in proposals(found)}
    assert {name for _, name in values} == {"switched_off_within", "share_switched_off"}
    for approved in ({k: v for k, v in values.items() if k[0] == "P4-13"}, values):
        there = CallCentre(decided(PLAN, approved), SITE)
        for claim in {f"{clause}.a" for clause, _ in approved}:
            assert Runs(there, 12).judge(ask(there, claim), alpha=1e-3).answer is Answer.HOLDS, claim


def test_the_latest_start_that_holds_is_that_of_the_closed_form_and_not_of_the_bounds() -> None:
    question = replace(ask(study(), "P4-15.a"), option="start_delay")
    found = recommend(PLAN, study(), (question,), seed=8, family_error=0.05)
    assert found.result.certified
    assert found.recommended == (10 * math.floor(closed_s(study(), setting(question)) / 10),)
    (choice,) = study().choices(question)
    assert choice.values[0] > found.recommended[0] + 600


def test_a_later_start_is_proposed_only_where_all_who_wait_for_it_hold() -> None:
    """A battery that was nearly used up before the generator came has too little left for a second failure."""
    there = at(strings(0.0))
    asked = [
        replace(ask(there, claim, scenario), option="start_delay")
        for claim, scenario in (("P4-15.a", ENDLESS), ("P4-18.a", "pledge"), ("P4-18.a", "storm_day"))
    ]
    found = [recommend(PLAN, there, (question,), seed=8, family_error=0.05) for question in asked]
    assert [one.result.status for one in found] == [Found.FOUND, Found.FOUND, Found.NONE_HOLDS]
    (alone,), (with_pledge,) = proposals(found[:1]), proposals(found[:2])
    assert with_pledge.value < alone.value - 600
    assert proposals(found) == []
    later = CallCentre(decided(PLAN, {("P4-15", "on_load_within"): with_pledge.value}), there.site)
    for claim, scenario in (("P4-15.a", ENDLESS), ("P4-18.a", "pledge")):
        assert Runs(later, 12).judge(ask(later, claim, scenario), alpha=1e-3).answer is Answer.HOLDS


def test_repeated_attempts_start_as_often_as_the_closed_form_says() -> None:
    f, pause_s = 0.4, 45.0
    there = CallCentre(PLAN, SITE.with_values({"generator.start_fails": f, "generator.between_attempts": pause_s}))
    question = replace(ask(there, "P4-15.b"), option="attempts")
    for attempts in (1, 2, 3):
        chosen = there.chosen(question, (float(attempts),))
        assert_share(share_kept(there, chosen), SITE.base("generator.available") * (1 - f**attempts))
        on_line = simulated(there.supply.inputs(setting(chosen)), 5, 0).on_line_s
        first_s = SITE.base("generator.on_load")
        assert set(on_line[np.isfinite(on_line)]) == {first_s + k * pause_s for k in range(attempts)}
    found = recommend(PLAN, study(), (replace(ask(study(), "P4-15.b"), option="attempts"),), seed=8, family_error=0.05)
    assert found.recommended == (2.0,)
    assert found.result.certified
    asked = stating(SITE, generator__attempts=(3, "tries"))
    assert setting(ask(CallCentre(PLAN, asked), "P4-15.a")).attempts == 3


def test_service_through_storms_is_kept_by_more_fuel_and_a_second_string() -> None:
    question = replace(ask(study(), "P4-15.d", "storm_day"), option="endurance")
    found = recommend(PLAN, study(), (question,), seed=8, family_error=0.05)
    assert found.result.status is Found.FOUND
    assert found.recommended is not None
    fuel_h, number = found.recommended
    assert (fuel_h > 100, number) == (True, 2)
    assert share_kept(study(), study().chosen(question, (fuel_h, number)), seed=991) >= question.required
    for cheaper in ((336.0, 1.0), (fuel_h - 72, 2.0)):
        assert share_kept(study(), study().chosen(question, cheaper), seed=991) < question.required


def test_what_is_installed_and_how_it_is_interrupted_are_the_sites() -> None:
    known = stating(SITE, battery__blocks=(70, "blocks"), battery__strings=(2, "1"))
    one = setting(ask(CallCentre(PLAN, known), "P4-14.b"))
    assert (one.blocks, one.strings) == (70, 2)
    assert "The site's battery: 70 blocks" in CallCentre(PLAN, known).notes(1, "en")[0]
    slow = at({"ups.transfer_time": 0.05})
    assert share_kept(slow, ask(slow, "P4-14.a"), blocks=1) == 0
    strict = CallCentre(decided(PLAN, {("P4-14", "interruption"): 0.0}), SITE)
    assert share_kept(strict, ask(strict, "P4-14.a"), blocks=1) == 0


def test_a_second_string_is_there_where_the_first_is_dead() -> None:
    t, f = SITE.base("ups.transfer_fails"), SITE.base("battery.string_fails")
    question = replace(ask(study(), "P4-14.a"), option="strings")
    assert_share(share_kept(study(), study().chosen(question, (2.0,))), (1 - t) * (1 - f * f))
    found = recommend(PLAN, study(), (question,), seed=8, family_error=0.05)
    assert found.recommended == (2.0,)


def test_outages_in_a_row_leave_less_for_the_last() -> None:
    alone, again = (ask(study(), "P4-18.a", scenario) for scenario in ("storm_day", "in_a_row"))
    first, last = (simulated(study().supply.inputs(setting(one)), 5, 0) for one in (alone, again))
    assert (first.charge_before == 1).all()
    assert (last.charge_before < 1).any()
    assert share_kept(study(), again) < share_kept(study(), alone) - 0.02


def test_costs_rise_with_every_easier_choice() -> None:
    for question in study().questions():
        for option in study().options(question):
            asked = replace(question, option=option)
            costs = study().costs(asked, 1)
            assert costs.shape == tuple(len(choice.values) for choice in study().choices(asked))
            for axis in range(costs.ndim):
                assert (np.diff(costs, axis=axis) >= -1e-12).all(), (question.claim.id, option)


def test_numbers_that_the_plan_leaves_open_are_the_sites_until_it_decides() -> None:
    def with_(clause_id: str, name: str, value: float) -> CallCentre:
        return CallCentre(decided(PLAN, {(clause_id, name): value}), SITE)

    assert setting(ask(study(), "P4-15.a")).on_load_s == SITE.base("generator.on_load")
    assert setting(ask(with_("P4-15", "on_load_within", 90.0), "P4-15.a")).on_load_s == 90.0
    shorter = with_("P4-14", "battery_time", 25.0)
    for claim, scenario in (("P4-14.b", ENDLESS), ("P4-14.c", "pledge"), ("P4-13.a", ENDLESS), ("P4-17.b", ENDLESS)):
        assert ask(shorter, claim, scenario).limit == 25.0
        assert ask(study(), claim, scenario).limit == DESIGN_S / MINUTE
    assert setting(ask(study(), "P4-18.a", "pledge")).check_s == SITE.base("restoration.check")
    assert setting(ask(with_("P4-18", "watched_for", 60.0), "P4-18.a", "pledge")).check_s == 3600.0
    # The plan's own time takes the place of when people get to it, its own share that of how often they forget.
    forgotten = SITE.base("shed.forgotten")
    cooling, appliances = with_("P4-13", "switched_off_within", 5.0), with_("P4-17", "share_switched_off", 95.0)
    assert setting(ask(study(), "P4-17.a")).switched_off == (
        ("air-conditioning", None, forgotten), ("appliances", None, forgotten)
    )  # fmt: skip
    assert setting(ask(cooling, "P4-13.a")).switched_off == (("air-conditioning", 300.0, forgotten),)
    (_, (_, when, share)) = setting(ask(appliances, "P4-17.a")).switched_off
    assert (when, share) == (None, pytest.approx(0.05))
    chosen = setting(cooling.chosen(replace(ask(cooling, "P4-17.a"), option="switching"), (20.0, 100.0)))
    assert chosen.switched_off == (("air-conditioning", 300.0, forgotten), ("appliances", 1200.0, 0.0))
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
        there = replicate(Sent(study()), situation, 5, [3], Workers.of(2))[0]
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
    assert {share for s in settings(forgetful, "saving_power") for _, _, share in s.switched_off} == {0.3}
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
