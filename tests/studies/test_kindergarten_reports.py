"""The kindergarten's reports on the call tree: closed forms of short chains, with against without, and the clauses."""

from __future__ import annotations

import math
import pickle
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from resilience_sim.errors import PlanError
from resilience_sim.experiments.check import check
from resilience_sim.experiments.recommend import groups, recommend
from resilience_sim.experiments.runs import Runs
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.quantities import Entry, Status
from resilience_sim.plans.register import Plan
from resilience_sim.reports.words import (
    cost_name,
    load_name,
    measure_name,
    option_name,
    reading_name,
    scenario_name,
)
from resilience_sim.studies import bind
from resilience_sim.studies.kindergarten.reports import NEEDS, NOT_JUDGED, TOPICS, KindergartenReports
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question
from resilience_sim.verdicts.selection import Found
from resilience_sim.verdicts.verdict import Answer

FOLDER = library()["kindergarten"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
CLAUSES = (
    "P3-03", "P3-07", "P3-08", "P3-09", "P3-18", "P3-20", "P3-23", "P3-24", "P3-25", "P3-26", "P3-30", "P3-31", "P3-33",
)  # fmt: skip
Floats = npt.NDArray[np.float64]


@cache
def study() -> KindergartenReports:
    return KindergartenReports(PLAN, SITE)


def question(claim: str, scenario: str = "by_day") -> Question:
    return next(one for one in study().questions() if (one.claim.id, one.scenario) == (claim, scenario))


def values(claim: str, scenario: str = "by_day", *, blocks: int = 5, of: KindergartenReports | None = None) -> Floats:
    here = study() if of is None else of
    asked = next(one for one in here.questions() if (one.claim.id, one.scenario) == (claim, scenario))
    return np.hstack([here.replicate(asked.situation, 7, k)[asked.measure] for k in range(blocks)])


def at(changes: Mapping[str, float]) -> KindergartenReports:
    return KindergartenReports(PLAN, SITE.with_values(changes))


def decided(plan: Plan, clause_id: str, **values: float) -> Plan:
    """The plan with these quantities of a clause in force."""
    clause = plan.clause(clause_id)
    entries = {
        name: Entry.model_validate({"from": "unknown", "value": value, "status": Status.IN_FORCE, "source": "test"})
        for name, value in values.items()
    }
    changed = {
        name: clause.quantities[name].model_copy(update={"history": (entry,)}) for name, entry in entries.items()
    }
    new = clause.model_copy(update={"quantities": {**clause.quantities, **changed}})
    return plan.model_copy(update={"clauses": tuple(new if c.id == clause_id else c for c in plan.clauses)})


# ---- chains whose time is known


def test_each_call_in_the_house_takes_its_minute_one_after_the_other() -> None:
    """Finder to head and 119: 1 and 2 min, or both in 1; nine classes after the head: 10 min; finder to office: 1."""
    for claim, seconds in (("P3-09.a", 60), ("P3-09.b", 60), ("P3-09.c", 120), ("P3-09.d", 60)):
        assert (values(claim) == seconds).all()
    assert (study().replicate(question("P3-09.a").situation, 7, 0)["classes_told"] == 600).all()
    for claim in ("P3-03.a", "P3-07.a"):
        assert (values(claim) == 1).all()
    twice = at({"calling.attempt": 2.0})
    assert (values("P3-09.c", of=twice) == 240).all()


def test_from_discovery_an_accident_is_known_as_soon_as_it_is_told() -> None:
    for scenario in ("by_day", "by_night"):
        assert (values("P3-25.b", scenario) == 1).all()


def test_from_the_accident_on_it_takes_what_it_takes_to_be_discovered() -> None:
    """By day about 10 min. By night until the day begins: uniform over its nine hours, so that two hours are seldom."""
    day, night = (values("P3-25.a", scenario, blocks=20) for scenario in ("by_day", "by_night"))
    assert day.mean() == pytest.approx(11, abs=4 * 10 * math.sqrt(math.expm1(0.25) / len(day)))
    assert night.min() > 1
    assert night.max() <= 9 * 60 + 1
    share = 2 / 9 - 1 / 540  # and a minute to tell
    assert np.mean(night <= 120) == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / len(night)))


def test_an_order_to_leave_does_not_wait_for_119_and_each_is_judged_by_its_own_time() -> None:
    here = KindergartenReports(decided(PLAN, "P3-09", alarm_chain=90.0, call_within=100.0), SITE)
    asked = {one.claim.id: one for one in here.questions() if one.clause == "P3-09"}
    assert [one.limit for one in asked.values()] == [90.0, 90.0, 100.0, 100.0]
    kept = {claim: bool(one.kept(values(claim, of=here)).all()) for claim, one in asked.items()}
    assert kept == {"P3-09.a": True, "P3-09.b": True, "P3-09.c": False, "P3-09.d": True}


def test_the_whole_chain_is_counted_from_the_accident_or_from_its_discovery() -> None:
    """By night it begins with the day, when calls are answered as by day: four members by mobile, the bureau's line."""
    for scenario in ("by_day", "by_night"):
        accident, discovery = (values(claim, scenario, blocks=10) for claim in ("P3-26.a", "P3-26.c"))
        told = discovery < np.inf
        later = values("P3-25.a", scenario, blocks=10) - values("P3-25.b", scenario, blocks=10)
        assert (accident - later)[told] == pytest.approx(discovery[told])
        assert (accident[~told] == np.inf).all()
        assert (discovery >= values("P3-25.b", scenario, blocks=10) + 3).all()  # head, members, bureau: a minute each
        expected = (1 - 0.5**3) ** 4 * (1 - 0.1**3)
        assert told.mean() == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / len(told)))


def test_the_whole_chain_has_the_time_of_the_report_unless_the_plan_decides_another() -> None:
    def limits(plan: Plan) -> set[float]:
        return {one.limit for one in KindergartenReports(plan, SITE).questions() if one.measure == "whole_chain"}

    assert limits(PLAN) == {120.0}
    assert limits(decided(PLAN, "P3-25", report_within=1.5)) == {90.0}
    assert limits(decided(PLAN, "P3-26", whole_chain_within=3.0)) == {180.0}


def test_on_rounds_an_accident_is_found_by_the_next_round() -> None:
    """Uniform over the nine hours of the night: with rounds every r, nobody waits longer, and on average r / 2."""
    asked = replace(question("P3-25.a", "by_night"), option="night_rounds")
    before = values("P3-25.a", "by_night")
    for every_h in (4.0, 2.0, 1.0, 0.5):
        chosen = study().chosen(asked, [every_h])
        found = np.hstack([study().replicate(chosen.situation, 7, k)["office_told"] for k in range(5)])
        assert found.min() > 1
        assert found.max() <= every_h * 60 + 1
        assert (found <= before).all()
        before = found
    assert before.mean() == pytest.approx(16, abs=4 * 30 / math.sqrt(12 * len(before)))
    assert study().costs(asked, 1).tolist() == [9 / 4, 9 / 2, 9.0, 18.0]


def test_members_answer_by_the_law_of_independent_tries() -> None:
    """Three tries at 0.5 by day and 0.4 by night."""
    for scenario, answered in (("by_day", 0.5), ("by_night", 0.4)):
        share = 1 - (1 - answered) ** 3
        reached = values("P3-20.a", scenario, blocks=10)
        assert reached.mean() / 100 == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 5 / len(reached)))
        told = values("P3-23.a", scenario, blocks=10)
        everybody = share**5
        error = math.sqrt(everybody * (1 - everybody) / len(told))
        assert np.mean(told < np.inf) == pytest.approx(everybody, abs=4 * error)


def test_with_phones_off_by_night_nobody_is_reached_before_day_and_by_day_nothing_changes() -> None:
    """All tries are over in half an hour: 1/18 of the nine hours of the night, and 1/30 of the day, reach beyond it."""
    assert np.mean(values("P3-20.b", "by_night", blocks=10) > 0) < 1 / 18
    off, on = (values(claim, "by_day", blocks=10) for claim in ("P3-20.b", "P3-20.a"))
    assert (off <= on).all()
    assert np.mean(off < on) < 1 / 30


def test_phones_that_are_on_for_twelve_hours_a_day_are_answered_in_these_alone() -> None:
    """From 7 to 19 h: by day in four fifths of all hours; what begins later reaches nobody, as by night."""
    here = KindergartenReports(decided(PLAN, "P3-20", phone_on=12.0), SITE)
    reached, always = (values("P3-20.a", of=one, blocks=10) for one in (here, study()))
    assert (reached <= always).all()
    nobody = np.mean((reached == 0) & (always > 0))
    assert nobody == pytest.approx(0.2, abs=4 * math.sqrt(0.16 / len(reached)))
    night = values("P3-20.a", "by_night", of=here, blocks=10)
    assert np.mean(night > 0) < 1 / 18
    assert (night == values("P3-20.b", "by_night", of=here, blocks=10)).all()


# ---- with against without


def test_rescuing_first_delays_help_by_the_time_spent_alone() -> None:
    first, alone = values("P3-24.a"), values("P3-24.b")
    assert (alone > first).all()
    delays = values("P3-24.b", blocks=20) - values("P3-24.a", blocks=20)
    assert delays.mean() == pytest.approx(5, abs=4 * 5 * math.sqrt(math.expm1(0.25) / len(delays)))


def test_calling_only_when_control_may_be_lost_brings_water_later_by_the_time_to_judge() -> None:
    always, judged = values("P3-18.a"), values("P3-18.b")
    assert (judged > always).all()
    assert np.mean(judged - always) == pytest.approx(2, abs=0.3)
    at_once = at({"fire.judged": 0.0})
    assert (values("P3-18.b", of=at_once) == values("P3-18.a", of=at_once)).all()


def test_a_time_to_judge_that_the_plan_decides_is_added_as_it_is() -> None:
    here = KindergartenReports(decided(PLAN, "P3-18", judged_after=300.0), SITE)
    assert values("P3-18.b", of=here) - values("P3-18.a", of=here) == pytest.approx(5.0, rel=1e-9)


def test_steps_are_no_longer_than_the_whole_and_together_they_are_the_whole() -> None:
    row = study().replicate(question("P3-26.c").situation, 7, 0)
    whole = row["whole_chain"] - 1  # that the office knows takes a minute
    done = whole < np.inf
    assert done.any()
    assert (~done).any()
    assert (row["longest_step"][done] <= whole[done]).all()
    assert (row["longest_step"][done] >= whole[done] / 3).all()
    assert (row["longest_step"][~done] == np.inf).all()
    assert (row["departments_told"] <= whole).all()


@pytest.mark.filterwarnings("error")
def test_where_the_first_never_knew_nobody_is_told_and_nothing_is_undefined(tmp_path: Path) -> None:
    """Calls in the house answered in half of all cases: in 1/8 of events office or sick room never learn of it."""
    folder = tmp_path / "kindergarten"
    shutil.copytree(FOLDER, folder)
    text = (folder / "calltree.yaml").read_text(encoding="utf-8")
    old = "on the house's line}, day: 100 %, night: 100 %}"
    assert old in text
    (folder / "calltree.yaml").write_text(text.replace(old, old.replace("100", "50")), encoding="utf-8")
    deaf = KindergartenReports(PLAN, read_site(folder)[0])
    unknown = values("P3-25.b", of=deaf) == np.inf
    assert unknown.mean() == pytest.approx(1 / 8, abs=4 * math.sqrt(7 / 64 / len(unknown)))
    for claim in ("P3-26.a", "P3-26.b", "P3-26.c"):
        assert (values(claim, of=deaf)[unknown] == np.inf).all()
    for claim in ("P3-30.a", "P3-31.a", "P3-31.b", "P3-33.a"):
        told = values(claim, of=deaf)
        assert not np.isnan(told).any()
        assert np.mean(told == np.inf) > 1 / 16


def test_the_kitchen_is_closed_after_it_has_been_told_and_the_head_there_after_being_told() -> None:
    now = at({"kitchen.seal": 0.0, "sick_room.reach": 0.0})
    asked = next(one for one in now.questions() if one.claim.id == "P3-33.a")
    row = now.replicate(asked.situation, 7, 0)
    for measure in ("sealed", "head_on_scene"):
        assert (row[measure] <= row["recipients_told"] + 1e-9).all()
    assert (values("P3-33.a") > np.hstack([now.replicate(asked.situation, 7, k)["sealed"] for k in range(5)])).all()


# ---- what is asked and answered


def test_every_clause_is_asked_about_in_known_words() -> None:
    asked = study().questions()
    assert tuple(dict.fromkeys(one.clause for one in asked)) == CLAUSES
    for language in ("zh", "en"):
        for one in asked:
            assert measure_name(one.measure, language) != one.measure
            assert scenario_name(one.scenario, language) != one.scenario
            for reading in filter(None, one.interpretation.split(" + ")):
                assert language == "en" or reading_name(reading, language) != reading
            for axis in study().axes(one):
                assert load_name(axis.name, language) != axis.name
            for option in study().options(one):
                with_option = replace(one, option=option)
                assert option_name(option, language)
                assert cost_name(study().cost_unit(with_option), language)
                choices = study().choices(with_option)
                assert study().costs(with_option, 1).shape == tuple(len(choice.values) for choice in choices)


def test_every_measure_of_every_topic_is_measured_in_every_event() -> None:
    for one in study().questions():
        row = study().replicate(one.situation, 1, 0)
        assert set(row) >= set(TOPICS[one.claim.study].measures), one.claim.id
        assert all(len(each) == study().effort.block for each in row.values())


def test_the_part_asks_within_the_plans_study() -> None:
    bound = bind(PLAN, SITE)
    assert part(bound, KindergartenReports) is not None
    assert bound is not None
    assert set(CLAUSES) <= {one.clause for one in bound.questions()}


def test_times_of_a_clause_with_two_are_set_each_on_its_own() -> None:
    for group in groups(study(), study().questions()):
        if group[0].option.startswith("promise"):
            assert len({one.claim.limit for one in group}) == 1, [one.claim.id for one in group]


def test_fewer_calls_answered_make_it_harder() -> None:
    for claim in ("P3-23.a", "P3-20.a"):
        asked = question(claim)
        (axis,) = study().axes(asked)
        kept = [
            float(asked.kept(study().replicate(study().moved(asked, axis, value), 7, 0)[asked.measure]).mean())
            for value in axis.values
        ]
        assert kept[0] > kept[-1], claim


def test_a_check_answers_what_its_events_say() -> None:
    chosen = [
        question("P3-09.c"), question("P3-25.a"), question("P3-25.a", "by_night"), question("P3-25.b", "by_night"),
        question("P3-26.a"), question("P3-20.a", "by_night"), question("P3-20.b", "by_night"), question("P3-33.a"),
    ]  # fmt: skip
    rows = check(PLAN, study(), Runs(study(), 3), family_error=0.5, breaking=False, questions=chosen)
    fails, holds = Answer.FAILS, Answer.HOLDS
    assert [row.verdict.answer for row in rows] == [holds, holds, fails, holds, fails, holds, fails, holds]


def test_a_message_to_all_is_what_the_chain_of_reports_takes() -> None:
    asked = replace(question("P3-26.a"), option="message")
    found = recommend(PLAN, study(), (asked,), seed=1, family_error=0.5)
    assert found.result.status is Found.FOUND
    assert found.recommended == (1.0,)
    assert found.result.certified


def test_a_prescribed_deadline_is_not_promised_anew_but_kept_by_rounds_by_night() -> None:
    for claim, scenario in (("P3-25.a", "by_day"), ("P3-25.b", "by_day"), ("P3-25.b", "by_night")):
        assert study().options(question(claim, scenario)) == []
    assert study().options(question("P3-25.a", "by_night")) == ["night_rounds"]
    for claim in ("P3-26.a", "P3-26.c"):
        assert study().options(question(claim)) == ["tries", "message"]
    asked = replace(question("P3-25.a", "by_night"), option="night_rounds")
    found = recommend(PLAN, study(), (asked,), seed=1, family_error=0.5)
    assert found.recommended == (2.0,)
    assert found.result.certified


def test_what_is_compared_with_has_neither_loads_nor_levers() -> None:
    for claim in ("P3-18.b", "P3-20.b", "P3-24.b"):
        assert study().axes(question(claim)) == ()
        assert study().options(question(claim)) == ()


def test_notes_are_said_in_both_languages_with_the_same_numbers() -> None:
    for zh, en in zip(*(study().notes(1, language) for language in ("zh", "en")), strict=True):
        numbers = [sorted(re.findall(r"\d+(?:\.\d+)?", text)) for text in (zh, en)]
        assert [one for one in numbers[0] if one != "119"] == [one for one in numbers[1] if one != "119"], (zh, en)


def test_every_clause_without_a_claim_is_told_with_its_reason() -> None:
    unclaimed = [clause.id for clause in PLAN.unclaimed()]
    assert all(clause.tier == "B" for clause in PLAN.unclaimed())
    for language, text in zip(("zh", "en"), NOT_JUDGED, strict=True):
        assert [one for one in unclaimed if one not in text] == []
        assert text in study().notes(1, "zh" if language == "zh" else "en")


def test_a_study_goes_to_another_process_as_it_is() -> None:
    there = study().at_site({"calling.answered_day": 0.6})
    other = pickle.loads(pickle.dumps(there))
    situation = question("P3-26.a").situation
    for name, each in there.replicate(situation, 1, 2).items():
        assert np.array_equal(each, other.replicate(situation, 1, 2)[name])


def test_a_site_without_a_call_tree_is_refused() -> None:
    bare = SITE.model_copy()
    bare._calltree = None
    with pytest.raises(PlanError, match="has no call tree"):
        KindergartenReports(PLAN, bare)


@pytest.mark.parametrize(
    ("old", "new", "role"),
    [
        ("head, leader_in_charge, canteen,", "head, leader_in_charge,", "canteen"),
        ("second_finder: [fire_brigade]", "second_finder: [office]", "fire_brigade"),
        ("office: [head, group_members, bureau]", "office: [head, group_members]", "bureau"),
    ],
)
def test_a_call_tree_without_somebody_whose_time_is_asked_for_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, role: str
) -> None:
    folder = tmp_path / "kindergarten"
    shutil.copytree(FOLDER, folder)
    text = (folder / "calltree.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / "calltree.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PlanError, match=rf"calltree\.yaml:\d+: .*'{role}'"):
        KindergartenReports(PLAN, read_site(folder)[0])


def test_the_ends_of_all_ranges_can_be_worked_with() -> None:
    NEEDS.check_ranges(SITE)
    for end in ("min", "max"):
        ends = {name: getattr(fact.range, end) for name, fact in SITE.facts.items() if fact.range is not None}
        there = study().at_site(ends)
        for one in there.questions():
            row = there.replicate(one.situation, 1, 0)
            assert not np.isnan(row[one.measure]).any()
