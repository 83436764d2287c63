"""When levels of support stand down: spells by hand, nothing lost where everybody stays, hours against points."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies.call_centre.surge import Surges
from resilience_sim.studies.call_centre.surge_events import SurgeEvents
from resilience_sim.studies.call_centre.surge_floor import BEFORE_S, USUAL
from resilience_sim.studies.call_centre.surge_rules import support
from resilience_sim.studies.call_centre.surge_stand_down import AFTER_S, Outcome, StandDown, spells, stand_down
from resilience_sim.studies.call_centre.surge_support import people_s, seen_s
from resilience_sim.units import DAY, HOUR, MINUTE

PLAN, _ = read_plan(library()["call-centre"])
SITE, _ = read_site(library()["call-centre"])
CRISES = 12


@cache
def events() -> SurgeEvents:
    return SurgeEvents(SITE)


def test_people_are_asked_for_until_the_sign_has_not_shown_for_so_long() -> None:
    at_s = np.arange(10) * 60.0
    shows = np.array([0, 1, 1, 0, 0, 0, 1, 0, 0, 0], dtype=bool)
    assert spells(at_s, shows, 0.0, 1000.0) == [(60.0, 180.0), (360.0, 420.0)]
    assert spells(at_s, shows, 180.0, 1000.0) == [(60.0, 300.0), (360.0, 540.0)]
    assert spells(at_s, shows, 240.0, 1000.0) == [(60.0, 600.0)]  # it shows again just before they would go
    assert spells(at_s, shows, math.inf, 1000.0) == [(60.0, 1000.0)]
    assert spells(at_s, shows, 180.0, 300.0) == [(60.0, 300.0)]
    assert spells(at_s, ~shows & shows, 180.0, 300.0) == []


def test_whoever_stays_longer_than_the_crisis_loses_nothing_and_saves_nothing() -> None:
    found = stand_down(events(), support(PLAN, SITE, 3), 4, holds_s=(DAY,), most=CRISES)
    assert found.by_hold[DAY].lost == 0.0
    assert found.by_hold[DAY].lost_between == (0.0, 0.0)
    assert found.by_hold[DAY].again == 0.0
    assert found.by_hold[DAY].hours == found.hours_if_kept > 0


def test_a_longer_hold_loses_less_and_takes_more_hours() -> None:
    found = stand_down(events(), support(PLAN, SITE, 3), 5, holds_s=(0.0, HOUR), most=2 * CRISES)
    at_once, later = found.by_hold.values()
    assert at_once.lost > later.lost >= 0.0
    assert at_once.lost_between[0] > later.lost_between[1]
    assert at_once.again > later.again
    assert at_once.hours < later.hours < found.hours_if_kept


def test_hours_of_level_one_alone_are_those_of_its_people_to_the_end() -> None:
    """From being there, each of them, until an hour after the crisis."""
    alone, hours = support(PLAN, SITE, 1), []
    for event in range(CRISES):
        struck = events().strike("crisis_surge", None, USUAL, 6, 0, event, after_s=AFTER_S)
        assert struck.queue.horizon_s == BEFORE_S + SITE.base("surge.crisis_lasts") + AFTER_S
        sign_s = seen_s(alone.sign, struck.draws, struck.usual_per_s, struck.queue.agents, events().floor.handling_s())
        (leads_s,) = people_s(events().floor, alone, USUAL, events().floor.hours(6, 0), 6, 0, event)
        there_s = leads_s[np.isfinite(leads_s)]
        hours.append(np.maximum(struck.queue.horizon_s - sign_s - there_s, 0.0).sum() / HOUR)
    found = stand_down(events(), alone, 6, holds_s=(0.0,), most=CRISES)
    assert found.hours_if_kept == pytest.approx(np.mean(hours))
    assert found.by_hold[0.0].hours < found.hours_if_kept


def test_where_the_sign_never_shows_nobody_comes_and_nothing_is_lost() -> None:
    rules = support(PLAN, SITE, 3)
    found = stand_down(events(), replace(rules, sign=replace(rules.sign, times=100.0)), 4, holds_s=(0.0,), most=4)
    assert found.hours_if_kept == found.by_hold[0.0].hours == found.by_hold[0.0].lost == 0.0


def test_the_recommended_hold_is_the_shortest_whose_whole_interval_is_good_enough() -> None:
    def outcome(high: float) -> Outcome:
        return Outcome(high - 0.5, (high - 1.0, high), 0.0, (0.0, 0.1), 1.0)

    by_hold = {0.0: outcome(3.0), 15 * MINUTE: outcome(1.2), 30 * MINUTE: outcome(1.0), HOUR: outcome(0.4)}
    assert StandDown(by_hold, 2.0).hold_s == 30 * MINUTE
    assert StandDown({0.0: outcome(1.01)}, 2.0).hold_s is None


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("何时解除", "解除建议")), ("en", ("Standing down", "Recommended"))]
)
def test_notes_say_when_to_stand_down(language: str, words: tuple[str, str]) -> None:
    notes = Surges(PLAN, SITE).notes(1, language)  # type: ignore[arg-type]
    assert [any(note.startswith(word) for note in notes) for word in words] == [True, True]
