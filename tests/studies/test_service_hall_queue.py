"""The service hall's queue: each measure against the machine asked directly or a closed form, and what may be set."""

from __future__ import annotations

import math
import pickle
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from resilience_sim.errors import FactError, PlanError
from resilience_sim.experiments.recommend import recommend
from resilience_sim.models.queue import Condition, Ladder, Level, Outcome, draw
from resilience_sim.models.queue.kernel import simulate
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Streams
from resilience_sim.studies import bind
from resilience_sim.studies.question import Question
from resilience_sim.studies.service_hall.queue import BLOCK, HallQueue
from resilience_sim.studies.service_hall.queue_days import (
    capacity,
    daily,
    day_of,
    largest_of,
    mean_of,
    quantile_of,
    queue,
    surge_s,
)
from resilience_sim.studies.service_hall.queue_events import (
    added,
    away,
    cared_for,
    extended,
    helpers,
    recognised,
    spare_counters,
)
from resilience_sim.units import DAY, HOUR, MINUTE
from resilience_sim.verdicts.selection import Found

FOLDER = library()["service-hall"]
PLAN, _ = read_plan(FOLDER)
SITE, _ = read_site(FOLDER)
PER_S = capacity(SITE)


@cache
def study() -> HallQueue:
    return HallQueue(PLAN, SITE)


def question(claim: str, option: str = "") -> Question:
    return replace(next(one for one in study().questions() if one.claim.id == claim), option=option)


def values(situation: object, measure: str, blocks: int = 4, of: HallQueue | None = None) -> np.ndarray:
    return np.hstack([(of or study()).replicate(situation, 3, k)[measure] for k in range(blocks)])


def site(**facts: float) -> Site:
    """The site with other values of facts, whose dots are written as two underscores."""
    return SITE.with_values({name.replace("__", "."): value for name, value in facts.items()})


# ---- who comes


def test_a_usual_day_is_what_keeps_the_counters_busy_for_the_stated_share() -> None:
    """4 counters, 0.6 x 3 + 0.4 x 12 = 6.6 min each, busy 80 %: 29.1 an hour; a surge doubles 3 of 8 hours."""
    hourly = 4 / 6.6 * 60 * 0.80
    assert SITE.base("usual.load") * PER_S * HOUR == pytest.approx(hourly)
    days = 200
    draws = draw(queue(SITE, PER_S, days), Streams(1, 0))
    expected = days * hourly * (8 + 3)
    assert abs(len(draws.arrival_s) - expected) < 4 * math.sqrt(expected)
    _, at_s = day_of(draws.arrival_s)
    in_surge = int(np.sum(at_s >= surge_s(SITE)[0]))
    assert abs(in_surge - days * hourly * 6) < 4 * math.sqrt(days * hourly * 6)


@pytest.mark.parametrize("fact", ["surge.factor", "usual.load"])
def test_a_larger_surge_or_load_has_all_customers_of_a_smaller_one(fact: str) -> None:
    low, high = {"surge.factor": (1.5, 2.5), "usual.load": (60.0, 95.0)}[fact]
    small, large = (
        draw(queue(SITE.with_values({fact: value}), PER_S, 3), Streams(2, 0)).arrival_s for value in (low, high)
    )
    assert set(small.tolist()) < set(large.tolist())


def test_slower_service_and_fewer_counters_meet_the_same_customers() -> None:
    there = site(counters__open=2.0, service__other_mean=15.0)
    mine, its = (draw(queue(one, PER_S, 2), Streams(2, 0)).arrival_s for one in (SITE, there))
    assert np.array_equal(mine, its)


def test_a_block_of_days_is_as_many_days_of_which_each_has_ended_before_the_next() -> None:
    inputs = queue(SITE, PER_S, 20)
    path = simulate(inputs, draw(inputs, Streams(3, 0)))
    day, at_s = day_of(path.arrival_s)
    assert at_s.max() < SITE.base("hours.open")
    assert (day_of(path.end_s)[0] == day).all()


def test_reducing_by_day_is_what_each_day_alone_gives() -> None:
    rng = np.random.default_rng(5)
    day, drawn = rng.integers(0, 7, 60), rng.random(60)
    day[day == 4] = 3  # a day without any
    for k in range(7):
        own = np.sort(drawn[day == k])
        assert quantile_of(drawn, day, 7, 0.95)[k] == (own[math.ceil(0.95 * len(own)) - 1] if len(own) else 0.0)
        assert largest_of(drawn, day, 7)[k] == (own[-1] if len(own) else 0.0)
        assert mean_of(drawn, day, 7, 9.0)[k] == pytest.approx(own.mean() if len(own) else 9.0)


# ---- each measure, with the machine asked directly


@pytest.mark.parametrize(
    ("read", "condition"),
    [
        ("by_length", Condition("waiting_per_agent", "at_least", SITE.base("surge.seen_at_queue"))),
        ("by_wait", Condition("oldest_wait", "at_least", SITE.base("surge.seen_at_wait"))),
    ],
)
def test_a_surge_is_recognised_when_a_ladder_would_be_called(read: str, condition: Condition) -> None:
    never = Ladder((Level("watch", 1, ((math.inf,),), condition),))
    begins_s, closes_s = surge_s(SITE)
    compared = 0
    for seed in range(30):
        row = recognised(SITE, PER_S, Streams(seed, 0), 1, read)
        inputs = queue(SITE, PER_S, 1, ladder=never)
        path = simulate(inputs, draw(inputs, Streams(seed, 0)))
        assert path.called_s is not None
        called_s = float(path.called_s[0, 0])
        assert row["false_starts"][0] == (called_s < begins_s)
        if begins_s <= called_s < closes_s:
            assert row["surge_noticed"][0] + begins_s == pytest.approx(called_s, abs=1e-6)
            compared += 1
        elif math.isnan(called_s):
            assert row["surge_noticed"][0] == math.inf
    assert compared > 10


def test_a_surge_is_recognised_by_load_at_the_first_arrival_that_completes_it() -> None:
    begins_s, _ = surge_s(SITE)
    window_s, mean_s = SITE.base("surge.load_window"), 6.6 * MINUTE
    wanted = SITE.base("surge.seen_at_load") * 4 * window_s / mean_s
    for seed in range(10):
        row = recognised(SITE, PER_S, Streams(seed, 0), 1, "by_load")
        came = np.sort(draw(queue(SITE, PER_S, 1), Streams(seed, 0)).arrival_s).tolist()
        seen = [t for t in came if sum(t - window_s < other <= t for other in came) >= wanted]
        assert row["surge_noticed"][0] == min((t - begins_s for t in seen if t >= begins_s), default=math.inf)
        assert row["false_starts"][0] == any(t < begins_s for t in seen)


def test_service_that_ends_sends_away_whom_the_machine_sends_away() -> None:
    """Until it ends the day is the same, so that the longer run tells of it: against a queue that is cleared."""
    _, closes_s = surge_s(SITE)
    there = site(surge__extension=10.0, surge__factor=3.0)
    gone = 0
    for seed in range(30):
        row = extended(there, PER_S, Streams(seed, 0), 1, "until_new_closing")
        new_s = closes_s + 10 * MINUTE
        open_longer = queue(there, PER_S, 1, longer_s=10 * MINUTE)
        draws = draw(open_longer, Streams(seed, 0))
        ended = simulate(replace(open_longer, clears_s=new_s), draws)
        usual = simulate(replace(open_longer, clears_s=closes_s), draws)
        came = draws.arrival_s < closes_s
        assert row["sent_away"][0] == np.sum(came & (ended.outcome == Outcome.SHUT))
        served, before = (int(np.sum(came & (one.outcome == Outcome.ANSWERED))) for one in (ended, usual))
        assert row["served_more"][0] == served - before
        last_s = ended.end_s[came & (ended.outcome == Outcome.ANSWERED)].max()
        assert row["last_served"][0] == pytest.approx(max(0.0, last_s - closes_s))
        assert row["staff_hours"][0] == pytest.approx(4 * 10 / 60)
        gone += int(row["sent_away"][0])
    assert gone > 10


def test_serving_to_the_last_sends_nobody_away_and_takes_until_the_last_has_left() -> None:
    row = extended(SITE, PER_S, Streams(4, 0), 40, "served_to_the_last")
    inputs = queue(SITE, PER_S, 40)
    path = simulate(inputs, draw(inputs, Streams(4, 0)))
    served = path.outcome == Outcome.ANSWERED
    last_s = largest_of(path.end_s[served], day_of(path.arrival_s[served])[0], 40) - DAY * np.arange(40)
    assert row["sent_away"].tolist() == [0.0] * 40
    assert row["last_served"] == pytest.approx(np.maximum(last_s - SITE.base("hours.open"), 0.0), abs=1e-6)


def test_no_spare_counter_and_help_that_never_comes_are_as_nothing_added() -> None:
    none = added(SITE, PER_S, Streams(5, 0), 20, None)
    assert spare_counters(site(counters__spare=0.0), 20) is None
    nobody = added(SITE, PER_S, Streams(5, 0), 20, helpers(SITE, [[math.inf, math.inf]] * 20))
    for measure in ("served_in_time", "most_crowded", "staff_hours"):
        assert np.array_equal(none[measure], nobody[measure])
    assert helpers(SITE, [[]]) is None


def test_help_is_asked_for_once_a_day_and_stays_until_closing() -> None:
    lead_s = 600.0
    row = added(SITE, PER_S, Streams(5, 0), 20, helpers(SITE, [[lead_s]] * 20))
    asked = row["counter_opens"] > 0
    assert asked.sum() > 10
    assert row["counter_opens"][asked] == pytest.approx(lead_s)
    assert (row["staff_hours"] <= SITE.base("hours.open") / HOUR).all()
    assert (row["staff_hours"][~asked] == 0).all()


def test_counters_that_are_added_serve_more_in_time_and_take_their_opening_time() -> None:
    none = added(SITE, PER_S, Streams(6, 0), 100, None)
    more = added(SITE, PER_S, Streams(6, 0), 100, spare_counters(SITE, 100))
    assert more["served_in_time"].mean() > none["served_in_time"].mean() + 5
    assert more["staff_hours"].max() <= 2 * SITE.base("hours.open") / HOUR
    at_once = site(counters__opening=0.0)
    assert added(at_once, PER_S, Streams(6, 0), 20, spare_counters(at_once, 20))["counter_opens"].max() == 0


def test_the_most_inside_is_what_a_count_at_every_arrival_finds() -> None:
    row = added(SITE, PER_S, Streams(7, 0), 1, None)
    inputs = queue(SITE, PER_S, 1)
    path = simulate(inputs, draw(inputs, Streams(7, 0)))
    entered = path.outcome != Outcome.BALKED
    inside = [int(np.sum(entered & (path.arrival_s <= t) & (path.end_s > t))) for t in path.arrival_s[entered].tolist()]
    assert row["most_crowded"][0] * SITE.base("fire.room_area") == pytest.approx(max(inside))


def test_care_shortens_the_waits_of_those_in_care_and_taking_turns_costs_nobody_anything() -> None:
    first, turn = (cared_for(SITE, PER_S, Streams(8, 0), 100, read) for read in ("care_first", "by_number"))
    assert first["care_wait"].mean() < turn["care_wait"].mean() / 2
    assert first["others_wait_more"].mean() > 0
    assert turn["others_wait_more"].tolist() == [0.0] * 100
    nobody = cared_for(site(customers__in_care=0.0), PER_S, Streams(8, 0), 5, "care_first")
    assert nobody["care_wait"].tolist() == nobody["others_wait_more"].tolist() == [0.0] * 5


def test_where_all_counters_leave_who_comes_waits_for_them() -> None:
    """With patience without end and nobody turning away, whoever comes while all are gone waits until they are back."""
    there = site(patience__mean=1e7, balking__share=0.0, usual__load=1.0)
    for_s = np.full(30, 3600.0)
    row = away(there, PER_S, Streams(9, 0), staff=4, for_s=for_s)
    begins_s = Streams(9, 0).generator("service_hall/away").random(30) * there.base("hours.open")
    left_s = np.minimum(for_s, there.base("hours.open") - begins_s)
    came = draw(queue(there, PER_S, 30, surge=False), Streams(9, 0)).arrival_s
    day, at_s = day_of(came)
    until_s = (begins_s + left_s)[day]
    meanwhile = (at_s >= begins_s[day]) & (at_s < until_s)
    rest_s = mean_of((until_s - at_s)[meanwhile], day[meanwhile], 30, 0.0)
    assert meanwhile.sum() > 5
    assert (row["wait_more"] >= rest_s - 1e-6).all()


def test_nobody_away_costs_nothing_and_two_cost_more_than_one() -> None:
    for_s = np.full(100, 1800.0)
    more = [away(SITE, PER_S, Streams(9, 0), staff=staff, for_s=for_s)["wait_more"] for staff in (0, 1, 2)]
    assert more[0].tolist() == [0.0] * 100
    assert 0 < more[1].mean() < more[2].mean()


def test_daily_is_open_each_day_and_never_where_it_ends_before_it_begins() -> None:
    doors = daily(3, HOUR, 2 * HOUR, 5.0)
    assert doors.integral(0.0, 3 * DAY) == pytest.approx(3 * 5.0 * HOUR)
    assert doors.at(DAY + 1.5 * HOUR) == 5.0
    assert daily(3, HOUR, HOUR).integral(0.0, 3 * DAY) == 0


# ---- what is asked, and what may be set


def test_every_row_is_asked_about_with_each_of_its_readings() -> None:
    asked = {(one.clause, one.interpretation) for one in study().questions()}
    for clause in ("P5-03", "P5-04", "P5-05", "P5-07", "P5-09"):
        readings = {one.id for one in PLAN.clause(clause).interpretations}
        assert len(readings) >= 2
        assert {read for known, read in asked if known == clause} == readings
    assert {"P5-06", "P5-08", "P5-11", "P5-21", "P5-23", "P5-25"} <= {clause for clause, _ in asked}


def test_a_quantity_that_is_in_force_takes_the_place_of_the_fact(tmp_path: Path) -> None:
    one = question("P5-04.a", "counters_at_queue")
    situation = study().chosen(one, [1.0, 3.0]).situation
    assert dict(situation.facts) == {"counters.added_at": 1.0, "counters.spare": 3.0}  # type: ignore[attr-defined]
    text = (FOLDER / "plan.yaml").read_text(encoding="utf-8")
    start = text.index("    extension:")
    decided = text[start:].replace("status: open,", "value: 45, status: in_force,", 1)
    before = text[:start].replace("视情况延长服务时间。", "延长服务时间 {extension}。")
    before = before.replace("hours are extended as needed.", "hours are extended by {extension}.")
    (tmp_path / "plan.yaml").write_text(before + decided, encoding="utf-8")
    there = HallQueue(read_plan(tmp_path)[0], SITE)
    last, away_at = (one for one in there.questions() if one.claim.id in ("P5-05.a", "P5-05.b"))
    assert last.limit == 45.0
    assert dict(away_at.situation.facts) == {"surge.extension": 45.0}  # type: ignore[attr-defined]
    assert question("P5-05.a").limit == 240.0  # while it is open, the longest that may be decided


@pytest.mark.parametrize("claim", ["P5-03.e", "P5-04.a", "P5-05.b", "P5-07.c", "P5-09.b", "P5-11.a", "P5-25.a"])
def test_every_load_makes_it_harder(claim: str) -> None:
    one = question(claim)
    assert study().axes(one)
    for axis in study().axes(one):
        easy, hard = (one.kept(values(study().moved(one, axis, axis.values[k]), one.measure)).mean() for k in (0, -1))
        assert easy >= hard
        if axis.name not in ("surge.factor", "counters.open") or claim != "P5-05.b":
            assert easy > hard


def test_every_choice_goes_from_the_hardest_value_to_the_easiest() -> None:
    for plain in study().questions():
        for option in study().options(plain):
            one = replace(plain, option=option)
            choices = study().choices(one)
            hard, easy = (study().chosen(one, [choice.values[k] for choice in choices]) for k in (0, -1))
            kept = [each.kept(values(each.situation, each.measure, 2)).mean() for each in (hard, easy)]
            assert kept[0] <= kept[1], (plain.claim.id, option)
            assert hard.situation != easy.situation or hard.limit != easy.limit


def test_the_shortest_extension_with_which_nobody_is_sent_away_holds_and_the_next_shorter_fails() -> None:
    found = recommend(PLAN, study(), (question("P5-05.b", "extend"),), seed=3, family_error=1e-3)
    assert found.result.status is Found.FOUND
    assert found.result.certified
    assert found.recommended is not None
    (minutes,) = found.recommended
    for longer, holds in ((minutes, True), (minutes - 15, False)):
        chosen = study().chosen(question("P5-05.b", "extend"), [longer])
        assert (chosen.kept(values(chosen.situation, "sent_away", 10)).mean() >= 0.95) == holds
    assert found.result.cost == pytest.approx(4 * minutes / 60)


def test_costs_of_counters_are_staff_hours_that_grow_with_counters_and_with_shorter_queues() -> None:
    costs = study().costs(question("P5-04.a", "counters_at_queue"), 1)
    choices = study().choices(question("P5-04.a", "counters_at_queue"))
    assert costs.shape == tuple(len(choice.values) for choice in choices)
    assert (costs[:, 0] == 0).all()
    assert costs[-1, 2] > costs[-3, 2] > 0
    assert costs[-1, 4] > costs[-1, 1]


def test_costs_of_calls_are_those_of_the_tries_that_are_made() -> None:
    """Answered half the time: 1, 1.5, 1.75 … calls of a minute to each number."""
    costs = study().costs(question("P5-11.a", "call_tries"), 1)
    assert costs[1] / costs[0] == pytest.approx(1.5)
    assert costs[2] / costs[0] == pytest.approx(1.75)


def test_what_is_pickled_and_what_is_asked_again_gives_the_same_days() -> None:
    again = pickle.loads(pickle.dumps(study()))
    for claim in ("P5-03.a", "P5-08.c", "P5-11.a", "P5-21.a"):
        situation = question(claim).situation
        mine, its = (one.replicate(situation, 2, 1) for one in (study(), again))
        assert all(np.array_equal(mine[name], its[name]) for name in mine)
        assert {len(row) for row in mine.values()} == {BLOCK}


def test_notes_say_how_the_usual_day_was_sized() -> None:
    zh, en = study().notes(1, "zh"), study().notes(1, "en")
    assert len(zh) == len(en) == 3
    assert "每小时约 29 人" in zh[0]
    assert "make 29 an hour; up to 90 persons" in en[0]


# ---- refusals


def bound(folder: Path) -> None:
    plan, document = read_plan(folder)
    there, site_document = read_site(folder)
    bind(plan, there, document=document, site_document=site_document)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("site.yaml", "counters.open:\n    {value: 4, unit: counters, range: {min: 2",
         "counters.open:\n    {value: 4, unit: counters, range: {min: 0.4",
         r"site\.yaml:\d+: .*counters\.open.*at the min.*0\.4.*accepted is what rounds to 1 or more"),
        ("site.yaml", "surge.factor:\n    {value: 2,", "surge.factor:\n    {value: 0.5,",
         r"site\.yaml:\d+: .*surge\.factor"),
        ("plan.yaml", "care_first", "old_first", r"plan\.yaml:\d+: .*'old_first', which its study does not know"),
        ("plan.yaml", 'at_most: "0 customers"', 'at_most: "0 min"', r"plan\.yaml:\d+: .*a limit in min"),
    ],
)  # fmt: skip
def test_what_the_study_cannot_work_with_is_told_by_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "service-hall"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises((FactError, PlanError), match=said):
        bound(folder)
