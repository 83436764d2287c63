"""Tickets of an application's failure: none gets lost, none is dealt with before it is up, callers come first."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from resilience_sim.errors import FactError
from resilience_sim.models.queue import Outcome
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.studies.call_centre.outage import NEEDS, ApplicationDown
from resilience_sim.studies.call_centre.outage_events import Down
from resilience_sim.studies.call_centre.outage_tickets import Tickets, ticket_note, tickets

PLAN, _ = read_plan(library()["call-centre"])
SITE, _ = read_site(library()["call-centre"])
FAILURES = 32


@cache
def study(enter_s: float = 60.0) -> ApplicationDown:
    return ApplicationDown(PLAN, SITE.with_values({"manual.enter": enter_s}))


def recording() -> Down:
    return replace(study().setting("recording_by_hand"), against=None)


def test_every_call_recorded_is_dealt_with_or_waits() -> None:
    """Counted from the outcomes of the calls on one side, and from the tickets' instants on the other."""
    setting = recording()
    found = tickets(study().events, setting, 7, most=FAILURES)
    assert (found.recorded == found.entered + found.waiting).all()
    assert (found.recorded > 0).all()
    assert found.waiting.sum() > 0  # of long failures that end when the floor is busy
    assert (np.isfinite(found.done_s) == (found.waiting == 0)).all()
    total = 0
    for event in range(FAILURES):
        _, _, path = study().events.path(setting, 7, 0, event)
        total += int(np.count_nonzero(path.outcome == Outcome.RECORDED))
    assert found.recorded.sum() == total


def test_no_ticket_is_dealt_with_while_it_is_down() -> None:
    begun = 0
    for event in range(FAILURES):
        failure, _, path = study().events.path(recording(), 7, 0, event)
        assert path.back_start_s is not None
        started = path.back_start_s[~np.isnan(path.back_start_s)]
        assert (started >= failure.end_s).all()
        begun += len(started)
    assert begun > 100


def test_entering_takes_its_time() -> None:
    """The same calls are recorded; what an agent has to enter besides calling back is done later, and less of it."""
    quick, slow = (tickets(study(enter_s).events, recording(), 7, most=FAILURES) for enter_s in (0.0, 180.0))
    assert (quick.recorded == slow.recorded).all()
    assert (quick.entered >= slow.entered).all()
    assert quick.entered.sum() > slow.entered.sum()
    assert (quick.done_s <= slow.done_s).all()
    kept = [study(enter_s).replicate(recording(), 7, 0)["called_back"].mean() for enter_s in (0.0, 180.0)]
    assert kept[0] >= kept[1]


def test_where_nothing_is_recorded_there_is_nothing_to_make_up_for() -> None:
    setting = replace(recording(), work=replace(recording().work, records=False))
    found = tickets(study().events, setting, 7, most=4)
    assert len(found.recorded) == 0
    assert "none" in ticket_note(found, "en")
    assert "没有手工记录" in ticket_note(found, "zh")


def test_the_note_tells_the_median_with_its_interval_and_what_waits() -> None:
    done_s = np.array([600.0, 1200.0, 1800.0, 2400.0, 3000.0, 3600.0, np.inf])
    found = Tickets(np.full(7, 10), np.array([10] * 6 + [4]), np.array([0] * 6 + [6]), done_s, 4 * 3600.0)
    note = ticket_note(found, "en")
    assert "within 40 min (95 % interval 10 min to longer)" in note
    assert "in 86 % within 4 h (95 % interval 42 % to 100 %)" in note
    assert "64 of 70 are done and 6 wait" in note
    assert "已办 64 通，待办 6 通" in ticket_note(found, "zh")
    assert study().notes(3, "en")[0].startswith("Tickets once the system is back")


def test_the_time_to_enter_a_ticket_is_needed() -> None:
    facts = {name: one for name, one in SITE.facts.items() if name != "manual.enter"}
    with pytest.raises(FactError, match=r"manual\.enter"):
        NEEDS.check_site(SITE.model_copy(update={"facts": facts}))
