"""The failure of 3 February 1999 in the queue machine: its calls by redial alone, and the day under other rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.hazards.call_surge import CallSurge
from resilience_sim.hazards.calls import Window, read_calls
from resilience_sim.hazards.failure_day import (
    AS_ON_3_FEBRUARY,
    USUAL_OF_3_FEBRUARY,
    Failure,
    calls_in_failure,
)
from resilience_sim.models.contract import assert_same_path, engine
from resilience_sim.models.queue import Callers, Instants, Outcome, Path, QueueInputs, Rate, draw
from resilience_sim.plans.files import find, read_site
from resilience_sim.plans.site import Site
from resilience_sim.randomness import LogNormal, Streams
from resilience_sim.studies.call_centre.abnormal_calls import ByHand, failures, redial, surge_callers, tries_again
from resilience_sim.studies.call_centre.failed_day import FAILED, FailedDay
from resilience_sim.studies.call_centre.failure_replay import (
    CalledUp,
    Replayed,
    Rule,
    escalation,
    planned,
    queue,
    replay,
    rules,
)
from resilience_sim.studies.call_centre.failure_replay_notes import replay_header, replay_notes, replay_rows, sentences
from resilience_sim.timelines import constant
from resilience_sim.units import HOUR, MINUTE

if TYPE_CHECKING:
    from pathlib import Path as Folder

KERNEL = engine("kernel", of="queue")
WINDOW, HALF_HOUR = (46020.0, 48840.0), (46800.0, 48600.0)
USUAL_DAYS = tuple(f"1999-02-{day:02d}" for day in (1, 2, 4, 7, 8, 9, 10, 11, 14))


@pytest.fixture(scope="module")
def site() -> Site:
    return read_site(find("call-centre"))[0]


@pytest.fixture(scope="module")
def day(site: Site) -> FailedDay:
    return FailedDay.of_february(site)


@pytest.fixture(scope="module")
def found(site: Site, day: FailedDay) -> dict[str, Replayed]:
    return {one.rule.name: one for one in replay(day, ByHand.of(site), rules(site, 6), 1)}


def ran(inputs: QueueInputs, replication: int, seed: int = 1) -> Path:
    path: Path = KERNEL.simulate(inputs, draw(inputs, Streams(seed, replication)))
    return path


def counted(path: Path, part: tuple[float, float]) -> int:
    return int(np.count_nonzero((path.arrival_s >= part[0]) & (path.arrival_s < part[1])))


# ---- the reproduced surge


def test_the_queue_machine_has_the_calls_that_redial_alone_brings(site: Site, day: FailedDay) -> None:
    inputs = queue(day, ByHand.of(site), Rule("as_it_was"))
    paths = [ran(inputs, replication) for replication in range(300)]
    for part, told in ((WINDOW, 7.42), (HALF_HOUR, 9.38)):
        calls = np.array([counted(path, part) for path in paths])
        expected = calls_in_failure(USUAL_OF_3_FEBRUARY, FAILED, AS_ON_3_FEBRUARY, *part)
        assert expected / USUAL_OF_3_FEBRUARY.integral(*part) == pytest.approx(told, abs=0.005)
        assert calls.mean() == pytest.approx(expected, abs=4 * calls.std() / np.sqrt(300))


def test_the_calls_of_the_log_are_those_of_a_day_among_the_simulated_ones(site: Site, day: FailedDay) -> None:
    inputs = queue(day, ByHand.of(site), Rule("as_it_was"))
    paths = [ran(inputs, replication) for replication in range(200)]
    for part, seen in ((WINDOW, 486), (HALF_HOUR, 407)):
        low, high = np.quantile([counted(path, part) for path in paths], (0.1, 0.9))
        assert low <= seen <= high


def test_in_a_failure_without_work_by_hand_nobody_is_taken_on(site: Site, day: FailedDay) -> None:
    path = ran(queue(day, ByHand.of(site), Rule("as_it_was")), 0)
    inside = (path.arrival_s >= FAILED.start_s) & (path.arrival_s < FAILED.end_s)
    # one who finds nobody free waits, and may give up or be sent away later: calls begun before the failure go on
    assert not np.isin(path.outcome[inside & (path.end_s < FAILED.end_s)], [Outcome.ANSWERED, Outcome.RECORDED]).any()


# ---- the rules


def test_every_caller_is_answered_called_back_open_or_lost(found: dict[str, Replayed]) -> None:
    for one in found.values():
        assert one.answered + one.called_back + one.open + one.lost == pytest.approx(one.callers)
        assert sum(one.lost_by_third) == pytest.approx(one.lost)
        assert one.callers == found["as_it_was"].callers  # the same people under every rule


def test_the_step_after_sixty_minutes_comes_when_all_is_over(found: dict[str, Replayed]) -> None:
    was, sixty = found["as_it_was"], found["called_60"]
    assert sixty[1:10] == was[1:10]
    assert sixty.staff_hours == 0


def test_people_called_up_save_few_of_those_who_cannot_be_answered(found: dict[str, Replayed]) -> None:
    was = found["as_it_was"]
    assert was.lost / was.callers > 0.5
    saved = [found[f"called_{step}"].saved(was) for step in (5, 10)]
    assert saved[0] == pytest.approx(saved[1])  # both are there when the application is back, and not before
    assert 0 < saved[0] < found["called_5_10_60"].saved(was) < found["called_at_once"].saved(was) < 0.2 * was.lost
    assert found["called_5_10_60"].calls == was.calls


def test_work_by_hand_saves_nearly_all_and_the_sooner_the_more(found: dict[str, Replayed]) -> None:
    lost = [found[name].lost for name in ("as_it_was", "by_hand_10", "by_hand_5", "by_hand_at_once")]
    assert lost == sorted(lost, reverse=True)
    assert lost[1] < 0.2 * lost[0]
    assert found["plan"].lost <= found["by_hand_5"].lost
    assert found["all_at_once"].lost == min(one.lost for one in found.values())


def test_those_who_first_called_early_are_lost_most(found: dict[str, Replayed]) -> None:
    early, middle, late = found["as_it_was"].lost_by_third
    assert early > middle > late


def test_more_people_make_the_calls_back_sooner(found: dict[str, Replayed]) -> None:
    assert np.isnan(found["called_5"].last_back_min)
    assert 0 < found["plan"].last_back_min < found["by_hand_5"].last_back_min
    assert found["plan"].open == found["by_hand_5"].open == 0


def test_people_are_called_only_while_the_failure_lasts_and_stay_an_hour() -> None:
    rule = Rule("two", (CalledUp(5 * MINUTE, 2, 5 * MINUTE), CalledUp(60 * MINUTE, 3, 0.0)))
    short, long = Failure(0.0, 30 * MINUTE), Failure(0.0, 2 * HOUR)
    assert rule.extra(short).at([599.0, 600.0, 5399.0, 5400.0]).tolist() == [0.0, 2.0, 2.0, 0.0]
    assert rule.extra(long).at([3599.0, 3600.0, 10799.0, 10800.0]).tolist() == [2.0, 5.0, 5.0, 0.0]


def test_who_comes_too_late_is_no_help_and_no_cost() -> None:
    late = Rule("late", (CalledUp(5 * MINUTE, 2, 3 * HOUR),))
    assert late.extra(Failure(0.0, 30 * MINUTE)).integral(0.0, 24 * HOUR) == 0.0


def test_the_quick_steps_are_the_shares_of_the_site(site: Site) -> None:
    called = escalation(site, 10).called
    assert [(one.after_s, one.people, one.lead_s) for one in called] == [
        (300.0, 2, 300.0),
        (600.0, 2, 1800.0),
        (3600.0, 1, 1800.0),
    ]


@pytest.mark.parametrize(("in_place", "minutes"), [(True, [5, 40, 100]), (False, [5, 35, 65])])
def test_the_plan_s_levels_follow_thirty_minutes_after_the_one_before(
    site: Site, in_place: bool, minutes: list[float]
) -> None:
    """On site after 5 minutes, the others after 30: from being there 5 + 5 + 30 and 40 + 30 + 30."""
    rule = planned(site, 10, in_place=in_place)
    assert [one.after_s / MINUTE for one in rule.called] == minutes
    assert [one.people for one in rule.called] == [one.people for one in escalation(site, 10).called]
    short, long = Failure(0.0, 36 * MINUTE), Failure(0.0, 110 * MINUTE)
    assert rule.extra(short).at(70 * MINUTE) == (2.0 if in_place else 4.0)  # over before level two is called, or not
    assert rule.extra(long).at(135 * MINUTE) == 5.0


def test_by_the_plan_level_two_comes_when_the_failure_is_over_and_level_three_never(
    site: Site, found: dict[str, Replayed]
) -> None:
    was, one = found["as_it_was"], found["called_5"]
    for name in ("plan_in_place", "plan_called"):
        rule, told = found[name].rule, found[name]
        one_s, two_s, three_s = (step.after_s for step in rule.called)
        assert one_s < two_s < FAILED.lasts_s < min(three_s, two_s + rule.called[1].lead_s)
        assert one.saved(was) <= told.saved(was) < found["called_5_10_60"].saved(was)
        assert one.staff_hours < told.staff_hours < found["called_5_10_60"].staff_hours
    assert found["plan"].rule.called == planned(site, 6, in_place=True).called


def test_both_engines_replay_the_day_alike(site: Site, day: FailedDay) -> None:
    (rule,) = (one for one in rules(site, 6) if one.name == "plan")
    inputs = queue(day, ByHand.of(site), rule)
    draws = draw(inputs, Streams(1, 0))
    assert_same_path(KERNEL.simulate(inputs, draws), engine("reference", of="queue").simulate(inputs, draws))


def test_the_day_of_the_log_gives_the_same_answer(site: Site, found: dict[str, Replayed], shared: Folder) -> None:
    log = read_calls(shared / "data/calls/calls_1999-02-01_to_14.csv")
    logged = FailedDay.of_log(log, Window("1999-02-03", FAILED.start_s, FAILED.end_s), USUAL_DAYS, site)
    names = ("as_it_was", "plan_in_place", "called_5_10_60", "plan", "by_hand_at_once")
    tried = [one for one in rules(site, 6) if one.name in names]
    again = replay(logged, ByHand.of(site), tried, 1)
    for one in again:
        other = found[one.rule.name]
        assert one.callers == pytest.approx(other.callers, rel=0.05)
        assert one.lost / one.callers == pytest.approx(other.lost / other.callers, abs=0.05)
    recorded = logged.callers[0].arrivals
    assert isinstance(recorded, Instants)
    inside = (recorded.times_s >= FAILED.start_s) & (recorded.times_s < FAILED.end_s)
    assert not inside.any()
    assert recorded.times_s.size > 400


# ---- in words


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_replay_is_told_in_words_and_rows(found: dict[str, Replayed], language: str) -> None:
    told = list(found.values())
    rows = replay_rows(told, language)  # type: ignore[arg-type]
    assert len(rows) == len(told)
    assert {len(row) for row in rows} == {len(replay_header(language))}  # type: ignore[arg-type]
    assert rows[0][5] == "0.0"
    text = " ".join(sentences(told, language))  # type: ignore[arg-type]
    for figure in ("7.4", "9.4", f"{found['plan'].saved(found['as_it_was']):.1f}"):
        assert figure in text


def test_the_notes_are_those_of_the_replay(site: Site, found: dict[str, Replayed]) -> None:
    assert replay_notes(site, 1, "en") == sentences(list(found.values()), "en")


# ---- the pieces for studies


def test_the_site_says_who_tries_again_and_how_long_failures_last(site: Site) -> None:
    again, law = tries_again(site), failures(site, scale=2.0)
    assert (again.share, again.between.mean, again.most) == (0.95, 150.0, 10)
    assert law.length == LogNormal.from_median(site.base("repair.software.median"), site.base("repair.software.sigma"))
    assert law.scale == 2.0 * site.base("repair.scale")
    called = redial(site, again, ceiling=0.97)
    assert called.share_after(Outcome.UNANSWERABLE) == called.share_after(Outcome.DROPPED) == 0.95
    assert called.share_after(Outcome.ABANDONED) == site.base("redial.share")
    assert called.drawn_for == 0.97


def test_work_by_hand_begins_when_it_is_told_to_and_ends_with_the_failure() -> None:
    hand, failure = ByHand(0.4, 1.5, 0.3, LogNormal.from_mean(150.0, 0.9)), Failure(1000.0, 4000.0)
    outage, stretch = hand.outage(failure, after_s=600.0), hand.stretch(failure, after_s=600.0)
    instants = [999.0, 1000.0, 1599.0, 1600.0, 3999.0, 4000.0]
    assert outage.unanswerable.at(instants).tolist() == [0.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    assert outage.by_hand.at(instants).tolist() == pytest.approx([0.0, 0.0, 0.0, 0.6, 0.6, 0.0])
    assert stretch.at(instants).tolist() == [1.0, 1.0, 1.0, 1.5, 1.5, 1.0]
    assert outage.back is not None
    assert outage.back.hours.at(instants).tolist() == [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    with pytest.raises(InputsError, match=r"work by hand begins after -1"):
        hand.outage(failure, after_s=-1.0)


def test_callers_of_a_larger_surge_are_those_of_a_smaller_one_and_some_more() -> None:
    usual = Callers("usual", Rate(constant(0.05)), LogNormal.from_mean(179.0, 0.93))
    small, large = (surge_callers(usual, CallSurge(3600.0, 1800.0, factor)) for factor in (3.0, 10.0))
    seen = [draw(QueueInputs((usual, one), constant(9), 2 * HOUR), Streams(1, 0)) for one in (small, large)]
    own, of_surge = ([set(draws.arrival_s[draws.source == k].tolist()) for draws in seen] for k in (0, 1))
    assert own[0] == own[1]
    assert of_surge[0] < of_surge[1]
    assert 3600 <= min(of_surge[1]) <= max(of_surge[1]) < 5400
    assert len(of_surge[1]) == pytest.approx(9 * 0.05 * 1800, rel=0.15)


def test_a_surge_needs_a_rate_and_a_ceiling_above_it() -> None:
    usual = Callers("usual", Rate(constant(0.05)), LogNormal.from_mean(179.0, 0.93))
    with pytest.raises(InputsError, match=r"largest is 4\.0; accepted is the surge's factor 5\.0 or more"):
        surge_callers(usual, CallSurge(0.0, 60.0, 5.0), largest=4.0)
    with pytest.raises(InputsError, match="callers 'usual' come at given instants"):
        surge_callers(replace(usual, arrivals=Instants(np.zeros(3))), CallSurge(0.0, 60.0, 5.0))
