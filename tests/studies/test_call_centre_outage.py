"""The application down or slow: nobody helped, all recorded, calls back, staff who leave, people moved."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from resilience_sim.errors import FactError, PlanError
from resilience_sim.models.queue import call_back_measures
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.reports import words
from resilience_sim.reports.vocabulary import EVERY
from resilience_sim.studies import bind
from resilience_sim.studies.call_centre.outage import NEEDS, ApplicationDown
from resilience_sim.studies.call_centre.outage_events import NOBODY_WORKS, Down, Work
from resilience_sim.studies.call_centre.surge_floor import BEFORE_S, BLOCK
from resilience_sim.studies.parts import part
from resilience_sim.studies.question import Question

FOLDER = library()["call-centre"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
BLOCKS = 4


@cache
def study() -> ApplicationDown:
    return ApplicationDown(PLAN, SITE)


def ask(claim: str) -> Question:
    return next(one for one in study().questions() if one.claim.id == claim)


def down(claim: str) -> Down:
    found = ask(claim).situation
    assert isinstance(found, Down)
    return found


def values(setting: Down, measure: str, of: ApplicationDown | None = None) -> np.ndarray:
    return np.concatenate([(of or study()).replicate(setting, 6, k)[measure] for k in range(BLOCKS)])


def worked(setting: Down, **changes: float | bool) -> Down:
    return replace(setting, against=None, work=replace(setting.work, **changes))  # type: ignore[arg-type]


# ---- what the floor can do


def test_where_nobody_works_only_hours_without_a_call_are_answered() -> None:
    """Who calls while it is down is sent away at once; failures without a call break no promise."""
    found = values(replace(down("P4-08.a"), work=NOBODY_WORKS, against=None), "answer_rate")
    assert set(found) <= {0.0, 100.0}
    assert (found == 0).sum() > (found == 100).sum()


def test_what_is_answered_of_those_who_call_again_and_again_is_at_least_the_share_of_callers() -> None:
    """Half of the callers are answered from written material from the first second on; the others try ever again."""
    half = worked(down("P4-08.a"), begins_s=0.0)
    found = values(half, "answer_rate")
    assert 5.0 < np.median(found[found < 100]) < 50.0
    every = values(worked(half, answerable=1.0, factor=1.0), "answer_rate")
    assert np.median(every) > 95.0


def test_each_measure_of_the_plan_answers_more() -> None:
    nothing, material, recorded = (
        values(one, "answer_rate").mean()
        for one in (worked(down("P4-08.a"), answerable=0.0), down("P4-08.a"), down("P4-09.b"))
    )
    assert nothing < material < recorded
    gains = values(down("P4-09.c"), "answer_rate_gain")
    assert gains == pytest.approx(values(down("P4-09.b"), "answer_rate") - values(down("P4-08.a"), "answer_rate"))


def test_later_by_hand_is_never_better_and_no_agents_answer_nobody() -> None:
    setting = down("P4-09.b")
    soon, late, never = (values(worked(setting, begins_s=s), "answer_rate").mean() for s in (0.0, 1800.0, 1e9))
    assert soon > late > never
    gone = values(worked(setting, leave=1.0), "answer_rate")
    assert np.median(gone) < 20.0


# ---- calls back


def test_calls_back_are_made_after_it_is_up_and_counted_until_the_deadline() -> None:
    events = study().events
    setting = worked(down("P4-09.a"))
    failed = events._fail(replace(setting, work=NOBODY_WORKS), 6, 0, 0)
    path = simulate(events._at_work(setting, failed), failed.draws)
    assert path.back_owed_s is not None
    assert path.back_start_s is not None
    row = call_back_measures(path)
    assert row["promised"] > 0
    assert row["made"] == row["promised"]
    assert np.nanmin(path.back_start_s) >= failed.failure.end_s
    assert np.nanmax(path.back_owed_s) <= failed.failure.end_s + 3600


def test_more_time_and_more_calls_an_hour_keep_more_promises() -> None:
    setting = worked(down("P4-09.a"))
    for one, other in (
        (worked(setting, per_hour=5.0), worked(setting, per_hour=40.0)),
        (worked(setting, per_hour=40.0), setting),
    ):
        few, many = values(one, "called_back"), values(other, "called_back")
        assert (few <= many + 1e-9).all()
        assert few.mean() < many.mean()
    hour = replace(setting, back_within_s=60.0)
    assert values(hour, "called_back").mean() < values(setting, "called_back").mean()


# ---- people moved, slow queries


def test_people_are_moved_only_in_failures_that_last_so_long() -> None:
    setting = replace(down("P4-10.b"), against=None)
    assert setting.work.support is not None
    late = worked(setting, moved_s=1e9)
    assert (values(late, "support_hours") == 0).all()
    assert values(late, "answer_rate") == pytest.approx(values(down("P4-09.b"), "answer_rate"))
    assert values(setting, "support_hours").sum() > values(worked(setting, moved_s=3600.0), "support_hours").sum() > 0


def test_slow_queries_take_so_much_longer() -> None:
    setting = down("P4-03.c")
    assert setting.scenario == "application_slow"
    events = study().events
    failed = events._fail(replace(setting, work=NOBODY_WORKS), 6, 0, 0)
    stretch = events._at_work(replace(setting, slow_s=17.9), failed).stretch
    assert stretch.at(BEFORE_S) == pytest.approx(1 + 4 * 17.9 / 179)  # four queries in a call of 179 s
    assert stretch.at(BEFORE_S - 1) == stretch.at(failed.failure.end_s) == 1.0
    rates = [values(replace(setting, slow_s=s), "service_level").mean() for s in (0.0, 10.0, 40.0)]
    assert rates[0] > rates[1] > rates[2]


# ---- what is asked


def test_every_row_is_asked_with_against_without_or_by_the_standard() -> None:
    assert {one.clause for one in study().questions()} == {"P4-03", "P4-08", "P4-09", "P4-10"}
    for question in study().questions():
        setting = question.situation
        assert isinstance(setting, Down)
        if question.measure == "answer_rate_gain":
            assert setting.against is not None
            assert setting.against != setting.work
            assert question.limit == 0.0
    assert ask("P4-09.a").limit == 100.0
    assert down("P4-08.c").against == replace(down("P4-08.c").work, leave=0.3)
    assert down("P4-08.b").against == replace(down("P4-08.b").work, answerable=0.0)
    found = part(bind(PLAN, SITE), ApplicationDown)
    assert found is not None


def test_chosen_values_are_simulated() -> None:
    told: dict[str, tuple[float, Work | float]] = {}
    for question in study().questions():
        for option in study().options(question):
            one = replace(question, option=option)
            choices = study().choices(one)
            assert study().costs(one, 3).shape == tuple(len(choice.values) for choice in choices)
            last = tuple(choice.values[-1] for choice in choices)
            setting = study().chosen(one, last).situation
            assert isinstance(setting, Down)
            assert setting != question.situation
            told[option] = (last[0], setting.work if option != "slow_from" else setting.slow_s)
    assert told["slow_from"] == (1.0, 1.0)
    assert told["recording_from"][1].begins_s == told["staff_moved_from"][1].moved_s == 0.0  # type: ignore[union-attr]
    assert told["calls_back"][1].per_hour == 240.0  # type: ignore[union-attr]
    question = replace(ask("P4-09.a"), option="calls_back")
    promise = study().chosen(question, (8.0, 60.0)).situation
    assert isinstance(promise, Down)
    assert promise.back_within_s == 8 * 3600
    hours = study().costs(question, 3)
    assert hours[0, -1] == pytest.approx(240 * (60 + 150) / 3600, abs=0.01)  # 14 agents who enter and call back
    assert (np.diff(hours, axis=0) > 0).all()  # of as many agents the shorter promise is the cheaper one to keep


def test_loads_move_the_situation() -> None:
    again, longer = study().axes(ask("P4-03.a"))[0], study().axes(ask("P4-03.c"))[0]
    for claim, axis in (("P4-03.a", again), ("P4-03.c", longer)):
        settings = [study().moved(ask(claim), axis, value) for value in (axis.values[0], axis.values[-1])]
        easy, hard = (values(one, "service_level").mean() for one in settings if isinstance(one, Down))
        assert easy > hard
    assert math.isinf(down("P4-09.a").work.per_hour)


@pytest.mark.parametrize(
    ("fact", "number", "said"),
    [
        ("manual.record", 0.0, "above 0"),
        ("failure.leave", 1.2, "at most 1"),
        ("manual.handling_factor", 0.9, "1 or more"),
    ],
)
def test_a_fact_that_no_machine_can_take_is_refused(fact: str, number: float, said: str) -> None:
    with pytest.raises(FactError, match=rf"{fact}.*{said}"):
        ApplicationDown(PLAN, SITE.with_values({fact: number}))


@pytest.mark.parametrize("fact", ["failure.try_again", "manual.back_within", "vendor.asked", "standard.threshold"])
def test_a_fact_that_is_needed_is_missed(fact: str) -> None:
    without = SITE.model_copy(update={"facts": {name: one for name, one in SITE.facts.items() if name != fact}})
    with pytest.raises(FactError, match=fact):
        NEEDS.check_site(without)


def test_a_site_without_a_call_tree_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(SITE), "calltree", None)
    with pytest.raises(PlanError, match=r"calltree\.yaml"):
        ApplicationDown(PLAN, SITE)


def test_everything_has_a_name_in_both_languages() -> None:
    for question in study().questions():
        for name, key in (
            (words.measure_name, question.measure),
            (words.scenario_name, question.scenario),
            *((words.load_name, axis.name) for axis in study().axes(question)),
        ):
            assert name(key, "zh") != key
            assert name(key, "en") != key
        for option in study().options(question):
            assert option in EVERY.options
            assert study().cost_unit(replace(question, option=option)) in EVERY.costs


def test_a_pickled_study_gives_the_same_events() -> None:
    again = pickle.loads(pickle.dumps(study()))
    mine, its = (one.replicate(down("P4-03.a"), 4, 2) for one in (study(), again))
    assert mine["answer_rate"].shape == (BLOCK,)
    assert all(np.array_equal(mine[name], its[name]) for name in mine)
