"""The network operations centre's study: its UPS clauses as they read, and the laws and closed forms behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.stats import lognorm

from resilience_sim.errors import FactError
from resilience_sim.experiments.breaking import breaking_point
from resilience_sim.experiments.recommend import recommend
from resilience_sim.experiments.runs import Runs, Sent, replicate
from resilience_sim.experiments.workers import Workers
from resilience_sim.hazards.outages import LineOutages
from resilience_sim.models.power.theory.health import age_at_health
from resilience_sim.models.power.theory.packs import runtime
from resilience_sim.models.power.theory.sequence import stops_in_sequence
from resilience_sim.models.power.theory.shedding import latest_shed, shed_at_runtime, total_runtime
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.quantities import Boundary, Status
from resilience_sim.plans.register import Plan
from resilience_sim.plans.site import Fact, Site
from resilience_sim.reports.proposing import proposals
from resilience_sim.studies import bind, supply, supply_outages
from resilience_sim.studies.network_operations.power import STUDIES, NetworkOperations
from resilience_sim.studies.network_operations.supply import NetworkSupplies, Setting
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question
from resilience_sim.studies.supply_outages import BLOCK, ENDLESS, simulated
from resilience_sim.units import HOUR, MINUTE
from resilience_sim.verdicts.selection import Found
from resilience_sim.verdicts.verdict import Answer

Floats = npt.NDArray[np.float64]

FOLDER = library()["network-operations"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
YEAR = 365 * 86400.0

# Nothing left to chance, in the facts' own units: who sheds does it at once, and stops take no time to speak of.
SURE = {
    "battery.string_fails_young": 0.0, "battery.string_fails": 0.0, "battery.string_fails_old": 0.0,
    "ups.transfer_fails": 0.0, "shed.forgotten": 0.0, "shed.delay": 0.0,
    "servers.shutdown": 1e-9, "servers.maker_reserve": 0.0, "battery.age": 0.0,
}  # fmt: skip
# 20 blocks then carry 16.5 W each with everything on (5 h by the table), and 8.79 W with telephones only (10 h).
AT_NODES = {
    "ups.load": 20 * 16.5, "phones.load_share_of_ups": 8.79 / 16.5, "ups.idle_loss": 0.0, "ups.proportional_loss": 0.0,
}  # fmt: skip
FULL_H, SHED_H = 5.0, 10.0


@cache
def study() -> NetworkOperations:
    found = part(bind(PLAN, SITE), NetworkOperations)
    assert found is not None
    return found


def at(values: Mapping[str, float]) -> NetworkOperations:
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


def ask(asked: NetworkOperations, claim: str, scenario: str = ENDLESS) -> Question:
    (question,) = (q for q in asked.questions() if (q.claim.id, q.scenario) == (claim, scenario))
    return question


def setting(question: Question) -> Setting:
    assert isinstance(question.situation, Setting)
    return question.situation


def outcomes(asked: NetworkOperations, question: Question, *, blocks: int = 1, seed: int = 5) -> Floats:
    rows = [asked.replicate(question.situation, seed, k)[question.measure] for k in range(blocks)]
    return np.concatenate(rows)


def share_kept(asked: NetworkOperations, question: Question, *, blocks: int = 40, seed: int = 5) -> float:
    return float(question.kept(outcomes(asked, question, blocks=blocks, seed=seed)).mean())


def assert_share(found: float, true: float, n: int) -> None:
    """Within four standard errors."""
    assert abs(found - true) <= 4 * math.sqrt(max(true * (1 - true), 1 / n) / n), (found, true)


def record(hours: list[float]) -> tuple[LineOutages, float]:
    ends = np.array(hours) * HOUR
    return LineOutages(np.zeros(len(hours)), ends, np.full(len(hours), 1000)), 1.0


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
    def scenarios(asked: NetworkOperations) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for question in asked.questions():
            assert question.scenario not in found.setdefault(question.claim.id, set())
            found[question.claim.id].add(question.scenario)
        return found

    returns = {"normal_day", "storm_day", "pledge"}
    replayed = scenarios(NetworkOperations(PLAN, SITE, record([1.0, 5.0])))
    for (_, claim), found in zip(PLAN.claims(STUDIES), scenarios(study()).values(), strict=True):
        if claim.interpretation == "enough":
            assert found == returns | (set() if claim.study == "outage_length" else {"in_a_row"})
            assert replayed[claim.id] == returns | {"replay"}
        else:
            assert found == ({"fire"} if claim.study == "fire_cut" else {ENDLESS})
            assert replayed[claim.id] == found


def test_a_site_that_no_machine_can_take_is_refused_by_the_name_of_the_fact() -> None:
    with pytest.raises(FactError, match=r"fact 'ups\.load' is 0 W; accepted is 1 W or more") as refused:
        at({"ups.load": 0.0})
    assert refused.value.fact == "ups.load"
    assert refused.value.place is None


# ---- the batteries


def test_batteries_are_the_fewest_blocks_with_which_new_ones_keep_the_promises() -> None:
    new = at(SURE)
    for claim in ("P2-17.a", "P2-21.a", "P2-23.a"):
        question = ask(new, claim)
        assert share_kept(new, question, blocks=1) == 1, claim
    for claim in ("P2-17.a", "P2-23.a"):  # the machine room's battery is as large as its harder promise needs
        question = ask(new, claim)
        fewer = replace(question, situation=replace(setting(question), blocks=setting(question).blocks - 1))
        assert share_kept(new, fewer, blocks=1) == 0, claim


def test_telephones_have_their_first_hours_though_nobody_sheds() -> None:
    """A plan that sheds at once would reach both hours with a battery that misses the first with everything on."""
    sizes = []
    for extra_s in (0.0, 2 * HOUR):
        promised = replace(study().supplies.promised, shed_at_s=0.0, extra_s=extra_s)
        sizes.append(NetworkSupplies(SITE, promised).room_blocks)
    losses, new = supply.losses(SITE, "ups.idle_loss"), supply.curve(SITE)
    drawn_w = losses.drawn_w(SITE.base("ups.load"))
    assert sizes[0] == sizes[1]
    assert new.runtime_at(drawn_w / (sizes[0] - 1)) < 4 * HOUR <= new.runtime_at(drawn_w / sizes[0])


def test_all_loads_grow_with_the_load_factor_and_together_are_what_the_ups_feeds() -> None:
    grown = at({"ups.load_factor": 1.3})
    for claim, fact in (("P2-17.a", "doors.load"), ("P2-23.a", "ups.load")):
        (now,), (then,) = (s.supplies.inputs(setting(ask(s, claim))).units for s in (study(), grown))
        assert math.fsum(load.power_w for load in now.loads) == pytest.approx(SITE.base(fact))
        for before, after in zip(now.loads, then.loads, strict=True):
            assert after.power_w == pytest.approx(1.3 * before.power_w)


def test_a_battery_does_not_grow_with_the_age_the_room_and_the_load_that_test_it() -> None:
    worse = at({"battery.age": 7.0, "battery.room": 33.0, "ups.load_factor": 1.3}).supplies
    assert (worse.doors_blocks, worse.room_blocks) == (study().supplies.doors_blocks, study().supplies.room_blocks)


@pytest.mark.parametrize(
    ("age", "room", "factor"), [(0.0, 25.0, 1.0), (3.0, 25.0, 1.0), (5.0, 12.0, 0.8), (2, 35, 1.4)]
)
def test_doors_last_as_long_as_the_closed_form_of_their_pack(age: float, room: float, factor: float) -> None:
    there = at({**SURE, "battery.age": age, "battery.room": room, "ups.load_factor": factor})
    question = ask(there, "P2-17.a")
    (unit,) = there.supplies.inputs(setting(question)).units
    closed_h = runtime(unit.battery, SITE.base("doors.load") * factor, losses=unit.losses) / HOUR
    assert outcomes(there, question) == pytest.approx(closed_h, rel=1e-9)


PROMISES = {
    ("P2-17", "runtime"): 24.0, ("P2-21", "runtime"): 2.0, ("P2-22", "shed_at"): 1.0, ("P2-23", "extra_runtime"): 0.5,
}  # fmt: skip


def test_what_is_installed_does_not_move_with_a_promise_that_is_changed_later() -> None:
    """Else lowering a promise would shrink the battery, and raising one would keep it by a larger one."""
    for key, value in PROMISES.items():
        changed = NetworkOperations(decided(PLAN, {key: value}), SITE)
        assert changed.supplies.doors_blocks == study().supplies.doors_blocks
        assert changed.supplies.room_blocks == study().supplies.room_blocks
    raised = NetworkOperations(decided(PLAN, {("P2-17", "runtime"): 24.0}), SITE)
    assert ask(raised, "P2-17.a").limit == 24.0
    assert share_kept(raised, ask(raised, "P2-17.a"), blocks=1) == 0


def test_a_site_that_knows_its_batteries_has_them() -> None:
    there = NetworkOperations(
        PLAN,
        stating(SITE, doors__blocks=(7, "blocks"), battery__blocks=(50, "blocks"), doors__strings=(2, "1")),
    )
    doors, room = setting(ask(there, "P2-17.a")), setting(ask(there, "P2-23.a"))
    assert (doors.blocks, doors.strings, room.blocks, room.strings) == (7, 2, 50, 1)
    assert "50" in there.notes(1, "en")[0]
    assert "Batteries of the site" in there.notes(1, "en")[0]
    (unit,) = there.supplies.inputs(doors).units
    assert (unit.battery.blocks, unit.battery.strings) == (7, 2)


def test_a_string_fails_by_its_age_and_the_life_in_its_room() -> None:
    young, between, old = (SITE.base(f"battery.string_fails{name}") for name in ("_young", "", "_old"))
    assert young < between < old
    for years, room, fails in (
        (0.0, 25.0, young), (1.5, 25.0, young), (2.0, 25.0, between), (6.0, 25.0, between), (6.5, 25.0, old),
        (3.0, 35.0, between), (3.5, 35.0, old), (8.0, 20.0, between),
    ):  # fmt: skip
        state = supply.Condition(years * YEAR, room, 1.0)
        assert supply.battery(SITE, state, blocks=1).string_fails == fails
    aged = replace(setting(ask(study(), "P2-11.a")), state=supply.Condition(7 * YEAR, 25.0, 1.0))
    crashed = np.concatenate([study().replicate(aged, 5, k)["servers_crashed"] for k in range(40)])
    assert (crashed == 0).mean() < 0.95 < share_kept(study(), ask(study(), "P2-11.a"))


@pytest.mark.parametrize("claim", ["P2-16.a", "P2-20.a"])
def test_what_takes_over_is_repaired_by_an_earlier_replacement_or_a_second_string(claim: str) -> None:
    question = ask(study(), claim)
    assert [axis.name for axis in study().axes(question)] == ["battery.age", "battery.room_warm"]
    t, f = SITE.base("ups.transfer_fails"), SITE.base("battery.string_fails")
    for option, value, fails in (("replacement", 1.5, SITE.base("battery.string_fails_young")), ("strings", 2, f * f)):
        chosen = study().chosen(replace(question, option=option), (value,))
        assert_share(share_kept(study(), chosen), (1 - t) * (1 - fails), 40 * BLOCK)
        found = recommend(PLAN, study(), (replace(question, option=option),), seed=8, family_error=0.05)
        assert (found.result.status, found.recommended) == (Found.FOUND, (value,))
        assert found.result.certified


def test_a_battery_whose_tests_told_its_life_ages_by_it() -> None:
    tested = stating(SITE, battery__life_in_place=(4, "year"))
    for room, life in ((25.0, 4.0), (35.0, 2.0)):
        state = supply.Condition(life * YEAR, room, 1.0)
        assert supply.battery(tested, state, blocks=1).health == pytest.approx(0.8)
    assert supply.battery(SITE, supply.Condition(4 * YEAR, 25.0, 1.0), blocks=1).health > 0.9


def test_models_beside_the_table_are_fitted_to_it_where_the_site_has_none() -> None:
    names = [name for name in SITE.facts if name.startswith(("battery.kibam", "battery.peukert"))]
    bare = SITE.model_copy(update={"facts": {k: v for k, v in SITE.facts.items() if k not in names}})
    assert len(names) == 4
    for law in supply.LAWS:
        fitted, known = (
            NetworkOperations(PLAN, site).supplies.runtime_s(setting(ask(study(), "P2-17.a")), law=law)
            for site in (bare, SITE)
        )
        assert fitted == pytest.approx(known, rel=1e-3)


def test_the_square_law_is_a_share_of_the_load_at_which_it_is_stated() -> None:
    squared = stating(SITE, ups__square_loss=(0.04, "share"))
    losses = supply.losses(squared, "ups.idle_loss")
    plain = supply.losses(SITE, "ups.idle_loss")
    for half in (0.5, 1.0):
        watts = half * SITE.base("ups.load")
        assert losses.drawn_w(watts) - plain.drawn_w(watts) == pytest.approx(0.04 * half * watts)


def test_who_is_interrupted_for_longer_than_loads_bridge_or_the_plan_allows_is_not_carried() -> None:
    slow = at({"ups.transfer_time": 0.05})
    strict = NetworkOperations(decided(PLAN, {("P2-16", "interruption"): 0.0}), SITE)
    assert share_kept(slow, ask(slow, "P2-16.a"), blocks=1) == share_kept(slow, ask(slow, "P2-20.a"), blocks=1) == 0
    assert share_kept(strict, ask(strict, "P2-16.a"), blocks=1) == 0
    assert share_kept(strict, ask(strict, "P2-20.a"), blocks=1) > 0.9
    online = NetworkOperations(strict.plan, SITE.with_values({"ups.transfer_time": 0.0}))
    assert share_kept(online, ask(online, "P2-16.a"), blocks=1) > 0.9


@pytest.mark.parametrize(("allowed", "share"), [(None, 0.1), (5.0, 0.05), (0.0, 0.0)])
def test_about_so_many_hours_are_those_of_the_clause_less_the_tolerance(allowed: float | None, share: float) -> None:
    values = {("P2-17", "runtime"): 8.0} | ({} if allowed is None else {("P2-17", "tolerance"): allowed})
    there = NetworkOperations(decided(PLAN, values), SITE)
    about = ask(there, "P2-17.b")
    assert (ask(there, "P2-17.a").limit, about.limit) == (8.0, pytest.approx(8 * (1 - share)))
    assert there.chosen(replace(about, option="promise"), (6.0,)).limit == pytest.approx(6 * (1 - share))
    tighter = at({"doors.tolerance": 0.0})
    assert ask(tighter, "P2-17.b").limit == ask(tighter, "P2-17.a").limit == 12.0


# ---- telephones and shedding


@pytest.mark.parametrize(
    ("health", "total_h", "latest_h"),
    [(1.0, 6.0, 4.0), (0.9, 4.84304, 2.82492), (0.8, 3.86729, 1.65410), (0.7, 3.34055, 0.47495)],
)
def test_p15_the_telephones_clause_through_the_study(health: float, total_h: float, latest_h: float) -> None:
    there = at({**SURE, **AT_NODES})
    age_s = age_at_health(health, 6 * YEAR)
    question = ask(there, "P2-23.a")
    aged = replace(setting(question), blocks=20, state=replace(setting(question).state, age_s=age_s))
    full_s, shed_s = (supply.curve(SITE).runtime_at(watts / health) for watts in (16.5, 8.79))
    hours = there.replicate(aged, 5, 0)["phones_runtime"]
    assert hours == pytest.approx(total_runtime(full_s, shed_s, 4 * HOUR) / HOUR, rel=1e-9)
    assert hours == pytest.approx(total_h, abs=1e-4)
    assert latest_shed(full_s, shed_s, 6 * HOUR) / HOUR == pytest.approx(latest_h, abs=1e-4)
    if health < 1:  # the very latest time is no multiple of a quarter of an hour: the one before it is recommended
        option = replace(question, situation=aged, option="shedding")
        found = recommend(PLAN, there, (option,), seed=8, family_error=0.05)
        assert found.result.status is Found.FOUND
        assert found.result.certified
        assert found.recommended is not None
        assert found.recommended[0] == math.floor(latest_h * 4) / 4


def test_p17_a_person_sheds_late_or_forgets() -> None:
    """As P17, with an exponential delay: chance and mean through the study."""
    mean_h, forgotten = 1.0, 0.1
    there = at({**SURE, **AT_NODES, "shed.delay": 60 * mean_h})
    question = replace(ask(there, "P2-23.a"), option="shedding")
    chosen = there.chosen(question, (3.0, 100 * (1 - forgotten)))
    chosen = replace(chosen, situation=replace(setting(chosen), blocks=20))
    extra_h = outcomes(there, chosen, blocks=40)
    slack_h = latest_shed(FULL_H, SHED_H, 6.0) - 3.0
    assert_share(float(chosen.kept(extra_h).mean()), (1 - forgotten) * -math.expm1(-slack_h / mean_h), extra_h.size)
    shed_h = 3.0 + mean_h * -math.expm1(-(FULL_H - 3.0) / mean_h)  # never later than the battery lasts
    mean = (1 - forgotten) * (SHED_H - (SHED_H / FULL_H - 1) * shed_h) + forgotten * FULL_H
    assert abs(extra_h.mean() + 4.0 - mean) <= 4 * extra_h.std() / math.sqrt(extra_h.size)


def test_the_ups_own_reserve_sheds_where_nobody_does() -> None:
    there = at({**SURE, **AT_NODES, "servers.maker_reserve": 30.0})
    question = ask(there, "P2-21.a")
    forgotten = replace(setting(question), blocks=20, share_shed=0.0)
    _, closed_h = shed_at_runtime(FULL_H, SHED_H, 0.5)
    assert there.replicate(forgotten, 5, 0)["phones_runtime"] == pytest.approx(closed_h, rel=1e-9)


def test_servers_go_down_in_sequence_as_the_closed_form_says() -> None:
    """Stops that take their time, nearly all the same: clean if the last is down before the battery is empty."""
    there = at({**SURE, **AT_NODES, "servers.shutdown": 5.0, "servers.shutdown_sigma": 1e-9})
    question = ask(there, "P2-27.a")
    (unit,) = there.supplies.inputs(replace(setting(question), blocks=20)).units
    on_w = [load.power_w for load in unit.loads]
    runtimes = [runtime(unit.battery, math.fsum([on_w[0], *on_w[1 + k :]])) for k in range(5)]
    for reserve_min, clean in ((19.0, 100.0), (8.0, 0.0)):
        closed = stops_in_sequence(runtimes, [5 * MINUTE] * 4, runtimes[0] - reserve_min * MINUTE)
        row = there.replicate(replace(setting(question), blocks=20, reserve_s=reserve_min * MINUTE), 5, 0)
        assert row["phones_runtime"] == pytest.approx(closed.empty / HOUR, rel=1e-7)
        assert row["servers_clean"] == pytest.approx(25.0 * len(closed.down))
        assert row["servers_crashed"] == pytest.approx(4 - len(closed.down))
        assert (len(closed.down) == 4) == (clean == 100)


# ---- chance


def test_a_supply_is_there_if_its_string_is_sound_and_its_transfer_works() -> None:
    f, t = 0.08, 0.02
    there = at({**strings(f), "ups.transfer_fails": t})
    for claim in ("P2-16.a", "P2-20.a"):
        assert_share(share_kept(there, ask(there, claim)), (1 - f) * (1 - t), 40 * BLOCK)


def test_forgetting_multiplies_the_share_of_outages_in_which_the_hours_are_reached() -> None:
    f, t, forgotten = 0.08, 0.02, 0.25
    chances = {**strings(f), "ups.transfer_fails": t, "shed.forgotten": forgotten}
    there = at({**SURE, **AT_NODES, **chances})
    question = ask(there, "P2-23.b")
    question = replace(question, situation=replace(setting(question), blocks=20))
    assert_share(share_kept(there, question), (1 - f) * (1 - t) * (1 - forgotten), 40 * BLOCK)


def test_a_share_that_the_plan_decides_takes_the_place_of_the_sites() -> None:
    there = NetworkOperations(decided(PLAN, {("P2-22", "share_shed"): 95.0}), SITE)
    assert setting(ask(there, "P2-23.a")).share_shed == pytest.approx(0.95)
    assert setting(ask(study(), "P2-23.a")).share_shed == pytest.approx(1 - SITE.base("shed.forgotten"))


# ---- laws on the same draws


def test_p51_shedding_earlier_never_shortens_the_telephones() -> None:
    question = replace(ask(study(), "P2-23.a"), option="shedding")
    late_to_early = study().choices(question)[0].values
    hours = np.array([outcomes(study(), study().chosen(question, (at_h, 100.0))) for at_h in late_to_early])
    assert (np.diff(hours, axis=0) >= -1e-9).all()
    assert hours[-1].mean() > hours[0].mean() + 0.5


@pytest.mark.parametrize("claim", ["P2-17.a", "P2-21.a", "P2-23.a", "P2-23.b"])
def test_p52_age_cold_warmth_and_load_never_lengthen_the_hours(claim: str) -> None:
    question = ask(study(), claim)
    for axis in study().axes(question):
        moved = [replace(question, situation=study().moved(question, axis, value)) for value in axis.values]
        hours = np.array([outcomes(study(), one) for one in moved])
        assert (np.diff(hours, axis=0) <= 1e-9).all(), axis.name
        assert hours[-1].mean() < hours[0].mean(), axis.name


def test_more_servers_are_clean_with_a_larger_reserve() -> None:
    question = replace(ask(study(), "P2-27.a"), option="reserve")
    clean = [outcomes(study(), study().chosen(question, (minutes,))) for minutes in (1.0, 10.0, 20.0, 40.0)]
    assert (np.diff(np.array(clean), axis=0) >= 0).all()
    assert clean[-1].mean() > clean[0].mean() + 50


# ---- how long outages last


def test_enough_is_the_share_of_outages_that_the_law_says() -> None:
    hours = [0.5, 3.0, 3.5, 5.0, 7.0, 30.0]
    there = NetworkOperations(PLAN, SITE, record(hours))
    for question in there.questions():
        if question.claim.study != "outage_length":
            continue
        law = supply_outages.duration_law(SITE, question.scenario, there.record)
        beyond_h = 4.0 if question.measure == "outage_beyond" else 0.0
        (true,) = supply_outages.shares_over(law, [question.limit + beyond_h])
        assert_share(share_kept(there, question), true, 40 * BLOCK)
        if question.scenario == "replay":
            assert true == pytest.approx(np.mean(np.array(hours) <= question.limit + beyond_h))


def test_servers_crash_in_real_outages_only_if_these_outlast_the_battery_or_nothing_took_over() -> None:
    question = ask(study(), "P2-27.b", "storm_day")
    row = study().replicate(question.situation, 5, 0)
    ran = row["phones_runtime"] < row["outage"]
    assert (row["servers_crashed"][~ran] == 0).all()
    assert (row["servers_crashed"][row["phones_runtime"] == 0] == 4).all()


def test_the_order_of_ways_leaves_nothing_to_crash_but_where_the_power_was_gone_at_once() -> None:
    in_order, clean_only = ask(study(), "P2-11.a"), ask(study(), "P2-11.b")
    for k in range(10):
        row = study().replicate(in_order.situation, 5, k)
        assert (row["servers_crashed"] == np.where(row["phones_runtime"] > 0, 0, 4)).all()
        assert (row["servers_crashed"] <= study().replicate(clean_only.situation, 5, k)["servers_crashed"]).all()


# ---- outages that follow each other


def after_one_another(lasted_h: list[float], between_h: list[float]) -> tuple[LineOutages, float]:
    ends = np.cumsum(np.array(lasted_h) + np.array(between_h)) * HOUR
    return LineOutages(ends - np.array(lasted_h) * HOUR, ends, np.full(len(ends), 1000)), 1.0


def test_p44_a_replayed_record_of_one_supply_keeps_the_times_between_its_outages() -> None:
    """By hand: 2 h out of the 5 h that a full battery carries, an hour of the 12 h that a recharge takes."""
    own = after_one_another([2.0, 2.0, 1.0], [50.0, 1.0, 3.0])
    there = NetworkOperations(PLAN, SITE.with_values({**SURE, **AT_NODES}), own)
    plain = replace(there.supplies.setting("replay", "room", supply.condition(there.site)), blocks=20)
    path = simulated(there.supplies.inputs(plain), 5, 0)
    second = 1 - 2 / FULL_H + 1 / 12
    third = min(1.0, second - 2 / FULL_H + 3 / 12)
    for lasted_h, charges in ((2.0, (1.0, second)), (1.0, (third,))):
        found = path.charge_before[0][path.duration_s == lasted_h * HOUR]
        assert sorted(set(found.round(12))) == pytest.approx(sorted(charges))
    shares = [(path.charge_before[0].round(12) == round(charge, 12)).mean() for charge in (1.0, second, third)]
    for share in shares:
        assert_share(float(share), 1 / 3, BLOCK)


def test_a_record_of_many_lines_has_no_times_between() -> None:
    overlapping = record([2.0, 3.0, 5.0])
    there = NetworkOperations(PLAN, SITE, overlapping)
    path = simulated(there.supplies.inputs(setting(ask(there, "P2-27.b", "replay"))), 5, 0)
    assert path.duration_s.shape == (BLOCK,)
    assert (path.charge_before == 1).all()


def test_outages_in_a_row_find_what_the_ones_before_have_left() -> None:
    alone, again = (ask(study(), "P2-27.b", scenario) for scenario in ("storm_day", "in_a_row"))
    first, last = (simulated(study().supplies.inputs(setting(one)), 5, 0) for one in (alone, again))
    assert first.duration_s.shape == last.duration_s.shape == (BLOCK,)
    assert (first.charge_before == 1).all()
    assert (last.charge_before < 1).mean() > 0.5
    assert np.isfinite(last.between_s).all()
    assert abs(last.between_s.mean() / SITE.base("mains.again_after") - 1) < 4 / math.sqrt(BLOCK)
    larger = {k: replace(setting(one), reserve_s=30 * MINUTE) for k, one in enumerate((alone, again))}
    clean = [np.mean([study().replicate(larger[k], 5, n)["servers_crashed"] == 0 for n in range(20)]) for k in (0, 1)]
    assert clean[1] < clean[0] - 0.01
    slower = at({"battery.recharge": 24.0})
    left = simulated(slower.supplies.inputs(setting(ask(slower, "P2-27.b", "in_a_row"))), 5, 0).charge_before
    assert (left <= last.charge_before + 1e-12).all()
    assert left.mean() < last.charge_before.mean()


# ---- what other machines know


@pytest.mark.parametrize("opens", [0.0, 1.0])
def test_doors_are_locked_while_they_have_no_power_and_do_not_open_without_it(opens: float) -> None:
    there = at({**SURE, "doors.open_without_power": opens})
    plain = there.supplies.setting("storm_day", "doors", supply.condition(there.site))
    lasts_s, seen = there.supplies.runtime_s(plain), 0
    for k in range(20):
        lines = there.supplies.timelines(plain, 5, k)
        assert set(lines) == {"doors up", "doors locked"}
        days = 20 * 86400.0
        dark_s = days - lines["doors up"].integral(0, days)
        (outage_s,) = simulated(there.supplies._built(plain, count=1), 5, k).duration_s
        assert dark_s == pytest.approx(max(0.0, outage_s - lasts_s), abs=1e-6)
        assert lines["doors locked"].integral(0, days) == pytest.approx(0.0 if opens else dark_s, abs=1e-6)
        seen += dark_s > 0
    assert 0 < seen < 20


def test_servers_are_up_while_all_of_them_are() -> None:
    question = ask(study(), "P2-23.a")
    storm = replace(setting(question), scenario="storm_day", shed_after_s=0.0, share_shed=1.0)
    lines = study().supplies.timelines(storm, 5, 0)
    assert set(lines) == {"phones up", "servers up"}
    assert lines["servers up"].integral(0, 86400) < lines["phones up"].integral(0, 86400)


# ---- fire


def test_who_waits_for_the_last_person_locks_nobody_in_but_where_power_never_was() -> None:
    f, t, opens = 0.2, 0.05, 0.5
    there = at({**strings(f), "ups.transfer_fails": t, "doors.open_without_power": opens})
    question = ask(there, "P2-19.a", "fire")
    for k in range(10):
        row = there.replicate(question.situation, 5, k)
        assert (row["doors_runtime"][row["doors_passable"] == 0] == 0).all()
    true = 1 - (1 - (1 - f) * (1 - t)) * (1 - opens)
    assert_share(share_kept(there, question), true, 40 * BLOCK)


def test_who_cuts_at_once_locks_in_those_who_are_slower_where_doors_do_not_open() -> None:
    f, t, opens = 0.2, 0.05, 0.5
    there = at({**strings(f), "ups.transfer_fails": t, "doors.open_without_power": opens})
    sigma = 0.5

    def law(fact: str) -> Any:
        mean = SITE.base(fact)
        return lognorm(sigma, scale=mean / math.exp(sigma**2 / 2))

    cut, walk, first_s = law("fire.cut_decision"), law("fire.walk_out"), SITE.base("fire.staff_pre_movement")
    cut_first, _ = quad(lambda w: walk.pdf(w) * cut.cdf(first_s + w), 0, math.inf)
    powered = (1 - f) * (1 - t) * (1 - cut_first)
    assert_share(share_kept(there, ask(there, "P2-19.b", "fire")), powered + (1 - powered) * opens, 40 * BLOCK)


# ---- what may be chosen


@pytest.mark.parametrize(
    ("claim", "option"),
    [
        ("P2-17.a", "promise"), ("P2-17.a", "battery"), ("P2-17.a", "replacement"), ("P2-17.b", "replacement"),
        ("P2-21.a", "replacement"), ("P2-23.a", "battery"), ("P2-23.b", "battery"),
    ],
)  # fmt: skip
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


def test_a_promise_that_is_kept_is_not_raised() -> None:
    question = replace(ask(study(), "P2-21.a"), option="promise")
    found = recommend(PLAN, study(), (question,), seed=8, family_error=0.05)
    assert found.recommended == (4.0,)
    assert proposals([found]) == []


def test_an_export_takes_the_value_with_which_the_claims_of_all_groups_hold() -> None:
    asked = [replace(ask(study(), claim), option="shedding") for claim in ("P2-22.a", "P2-23.a")]
    found = [recommend(PLAN, study(), (question,), seed=8, family_error=0.05) for question in asked]
    latest = [dict(zip(("shed_at", "share_shed"), one.recommended or (), strict=True))["shed_at"] for one in found]
    assert latest[0] > latest[1]
    for order in (found, found[::-1]):
        proposed = {proposal.quantity: proposal.value for proposal in proposals(order)}
        assert proposed["shed_at"] == latest[1]
    assert share_kept(study(), study().chosen(asked[0], (latest[1], 100.0))) >= asked[0].required


def test_a_promise_is_not_lowered_where_shedding_earlier_keeps_it() -> None:
    asked = [replace(ask(study(), "P2-23.a"), option=option) for option in ("promise", "shedding")]
    found = [recommend(PLAN, study(), (question,), seed=8, family_error=0.05) for question in asked]
    assert found[0].recommended == (0.5,)  # nobody sheds in one outage of ten: what is left beyond four hours then
    whole_h = study().supplies.runtime_s(replace(setting(asked[0]), shed_after_s=math.inf)) / HOUR
    assert 0.5 <= whole_h - 4 < 1.0
    assert {proposal.quantity for proposal in proposals(found)} == {"shed_at", "share_shed"}
    assert {proposal.quantity for proposal in proposals(found[:1])} == {"extra_runtime"}


def test_what_is_recommended_holds_once_all_of_it_is_approved() -> None:
    wanted = ("P2-17.a", "P2-22.a", "P2-23.a", "P2-27.a")
    asked = [replace(ask(study(), claim), option=o) for claim in wanted for o in study().options(ask(study(), claim))]
    found = [recommend(PLAN, study(), (question,), seed=8, family_error=0.05) for question in asked]
    proposed = proposals(found)
    assert {(p.clause, p.quantity) for p in proposed} == {
        ("P2-17", "runtime"), ("P2-22", "shed_at"), ("P2-22", "share_shed"), ("P2-27", "shutdown_reserve")
    }  # fmt: skip
    there = NetworkOperations(decided(PLAN, {(p.clause, p.quantity): p.value for p in proposed}), SITE)
    for claim in (*wanted, "P2-21.a", "P2-11.a"):
        assert Runs(there, 12).judge(ask(there, claim), alpha=1e-3).answer is Answer.HOLDS, claim
    again = recommend(there.plan, there, (replace(ask(there, "P2-17.a"), option="promise"),), seed=8, family_error=0.05)
    assert proposals([again]) == []


def test_a_reserve_is_so_much_or_more() -> None:
    assert PLAN.clause("P2-27").quantities["shutdown_reserve"].boundary is Boundary.AT_LEAST


def test_hours_to_promise_are_those_of_the_closed_form_rounded_down() -> None:
    question = replace(ask(study(), "P2-17.a"), option="promise")
    found = recommend(PLAN, study(), (question,), seed=8, family_error=0.05)
    hours = study().supplies.runtime_s(setting(question)) / HOUR
    assert found.recommended == (math.floor(hours * 2) / 2,)


def test_hours_that_would_be_enough_are_needed_and_not_promised() -> None:
    question = replace(ask(study(), "P2-17.c", "pledge"), option="promise")
    (choice,) = study().choices(question)
    assert (choice.clause, choice.quantity) == ("site", "hours_needed")
    assert choice.values == tuple(sorted(choice.values))
    reached = replace(ask(study(), "P2-17.a"), option="promise")
    assert study().choices(reached)[0].clause == "P2-17"


def test_costs_rise_with_every_easier_choice() -> None:
    for question in study().questions():
        for option in study().options(question):
            asked = replace(question, option=option)
            costs = study().costs(asked, 1)
            assert costs.shape == tuple(len(choice.values) for choice in study().choices(asked))
            for axis in range(costs.ndim):
                assert (np.diff(costs, axis=axis) >= -1e-12).all(), (question.claim.id, option)


def test_a_choice_reads_the_unit_of_its_quantity() -> None:
    (index,) = (k for k, clause in enumerate(PLAN.clauses) if clause.id == "P2-27")
    clause = PLAN.clauses[index]
    in_seconds = clause.quantities["shutdown_reserve"].model_copy(update={"unit": "s"})
    quantities = {**clause.quantities, "shutdown_reserve": in_seconds}
    clauses = (*PLAN.clauses[:index], clause.model_copy(update={"quantities": quantities}), *PLAN.clauses[index + 1 :])
    there = NetworkOperations(PLAN.model_copy(update={"clauses": clauses}), SITE)
    question = replace(ask(there, "P2-27.a"), option="reserve")
    assert setting(there.chosen(question, (45.0,))).reserve_s == 45.0
    assert setting(study().chosen(question, (45.0,))).reserve_s == 45 * MINUTE


# ---- breaking points


@pytest.mark.parametrize("axis_name", ["battery.age", "battery.room_cold", "ups.load_factor"])
def test_a_breaking_point_brackets_the_closed_form_and_is_judged_so_on_fresh_draws(axis_name: str) -> None:
    question = ask(study(), "P2-17.b")
    (axis,) = (axis for axis in study().axes(question) if axis.name == axis_name)
    point = breaking_point(question, axis, Runs(study(), 11), alpha=1e-3)
    assert point.holds_at is not None
    assert point.fails_at is not None
    for value, answer in ((point.holds_at, Answer.HOLDS), (point.fails_at, Answer.FAILS)):
        moved = study().moved(question, axis, value)
        assert isinstance(moved, Setting)
        assert (study().supplies.runtime_s(moved) / HOUR >= question.limit) == (answer is Answer.HOLDS)
        assert Runs(study(), 12).judge(question, alpha=1e-3, situation=moved).answer is answer


# ---- the same for everybody


def test_equal_arguments_give_equal_outages_in_another_study_and_another_process() -> None:
    other = NetworkOperations(PLAN, SITE)
    for claim, scenario in (("P2-23.a", ENDLESS), ("P2-27.b", "storm_day"), ("P2-19.b", "fire")):
        situation = ask(study(), claim, scenario).situation
        here = study().replicate(situation, 5, 3)
        there = replicate(Sent(study()), situation, 5, [3], Workers.of(2))[0]
        for row in (other.replicate(situation, 5, 3), there):
            assert set(row) == set(here)
            assert all(np.array_equal(row[name], here[name]) for name in here)


def test_another_site_changes_what_its_facts_are_about_and_nothing_else() -> None:
    def settings(asked: NetworkOperations, kind: str) -> list[Setting]:
        return [setting(q) for q in asked.questions() if setting(q).supply == kind]

    heavier = at({"doors.load": 120.0})
    assert settings(heavier, "room") == settings(study(), "room")
    assert heavier.supplies.doors_blocks > study().supplies.doors_blocks
    older = at({"battery.age": 5.0})
    for kind in ("doors", "room"):
        aged = [replace(one, state=replace(one.state, age_s=5 * YEAR)) for one in settings(study(), kind)]
        assert settings(older, kind) == aged
    forgetful = at({"shed.forgotten": 0.3})
    assert {one.share_shed for one in settings(forgetful, "room")} == {0.7, 1.0}
    assert settings(forgetful, "doors") == settings(study(), "doors")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_notes_tell_the_figures_of_the_machine(language: str) -> None:
    there = NetworkOperations(PLAN, SITE, record([1.0, 5.0, 13.0]))
    notes = "\n".join(there.notes(1, "zh" if language == "zh" else "en"))
    state, supplies = supply.condition(SITE), there.supplies
    wanted = [str(supplies.doors_blocks), str(supplies.room_blocks)]
    wanted.append(f"{100 * supply.battery(SITE, state, blocks=1).health:.1f}")
    doors = Setting(ENDLESS, "doors", state, supplies.doors_blocks)
    room = Setting(ENDLESS, "room", state, supplies.room_blocks)
    wanted += [
        " / ".join(f"{supplies.runtime_s(one, law=law) / HOUR:.2f}" for law in supply.LAWS) for one in (doors, room)
    ]
    for scenario in ("normal_day", "storm_day", "pledge", "replay"):
        law = supply_outages.duration_law(SITE, scenario, there.record)
        wanted.append(" / ".join(f"{100 * share:.0f}" for share in supply_outages.shares_over(law, (4.0, 6.0, 12.0))))
    for words in wanted:
        assert words in notes


def test_the_order_that_takes_least_charge_is_told_with_what_it_gains() -> None:
    listed = SITE.facts["servers.power_shares"].model_copy(update={"values": (0.1, 0.2, 0.3, 0.4)})
    there = NetworkOperations(PLAN, SITE.model_copy(update={"facts": {**SITE.facts, "servers.power_shares": listed}}))
    own, other = (one.notes(1, "en")[2] for one in (study(), there))
    assert "order: 1 (120 W) → 2 (90 W) → 3 (60 W) → 4 (30 W); the site's own" in own
    assert "order: 4 (120 W) → 3 (90 W) → 2 (60 W) → 1 (30 W); it may begin" in other
