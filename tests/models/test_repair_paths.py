"""Faults worked out by hand: every instant follows from the model card on paper.

Times are seconds; nothing is left to chance, so a remedy works always (``works`` 1) or never (0). A story's trace is
told as (instant, what, task), and as (instant, what, crew) where people on call come and go home.
"""

from __future__ import annotations

import numpy as np
import pytest

from resilience_sim.models.contract import ENGINES, engine
from resilience_sim.models.repair import (
    Crew,
    Faults,
    Instants,
    Ladder,
    Outcome,
    Path,
    Remedy,
    RepairInputs,
    Stock,
    Tried,
    draw,
)
from resilience_sim.models.repair.path import COMES, FREED, INTERRUPTED, LEAVES, SENT, WAITS, WITHDRAWN
from resilience_sim.randomness import Deterministic, Never, Streams
from resilience_sim.timelines import Timeline, constant

INF = float("inf")


@pytest.fixture(params=ENGINES)
def run(request):
    """Plays faults against which nothing is left to chance."""

    def play(*faults: Faults, crews=(), stocks=()) -> Path:
        inputs = RepairInputs(faults, 1e6, tuple(crews), tuple(stocks))
        return engine(request.param, of="repair").simulate(inputs, draw(inputs, Streams(1, 0)), trace=True)

    return play


def remedy(name: str, time: float, *, works: bool = True, response: float = 0.0, **more) -> Remedy:
    """One whose times are certain; `time` inf: only its limit ends it."""
    law = Never() if time == INF else Deterministic(time)
    return Remedy(name, law, float(works), response=Deterministic(response), **more)


def job(time: float, **more) -> Remedy:
    """What one of the crew does."""
    return remedy("job", time, **{"crew": "crew", **more})


def faults(name: str, *ladders: Ladder | Remedy, at=(0.0,), noticed: float = 0.0, **more) -> Faults:
    """A class whose faults come at these instants; a remedy alone is a ladder of one."""
    climbs = tuple(one if isinstance(one, Ladder) else Ladder((one,)) for one in ladders)
    return Faults(name, climbs, Deterministic(noticed), Instants(tuple(at)), **more)


def crew(count: int = 1, *, comes: float = 0.0, shifts: Timeline | None = None, name: str = "crew", **more) -> Crew:
    return Crew(name, constant(float(count)) if shifts is None else shifts, comes=Deterministic(comes), **more)


def shifts(*steps: tuple[float, int]) -> Timeline:
    return Timeline(np.array([step[0] for step in steps], dtype=float), np.array([step[1] for step in steps]))


def stock(base: int, lead: float = 1000.0) -> Stock:
    return Stock("spare", base, Never() if lead == INF else Deterministic(lead))


def told(path: Path) -> list[tuple[float, int, int]]:
    return list(zip(path.trace_s.tolist(), path.trace_kind.tolist(), path.trace_who.tolist(), strict=True))


def ended(path: Path) -> list[Outcome]:
    return [Outcome(one) for one in path.outcome]


def tried(path: Path) -> list[Tried]:
    return [Tried(one) for one in path.tried]


# -- one fault ---------------------------------------------------------------------------------------------------------


def test_one_fault_and_one_person(run):
    """It is noticed after 60 s, somebody is on the way for 30 s, and the work takes 100 s."""
    path = run(faults("server", job(100.0, response=30.0), at=[5.0], noticed=60.0), crews=[crew()])
    assert told(path) == [(65.0, WAITS, 0), (65.0, SENT, 0), (195.0, FREED, 0)]
    assert (path.occurred_s.tolist(), path.known_s.tolist()) == ([5.0], [65.0])
    assert (path.asked_s.tolist(), path.spare_s.tolist(), path.sent_s.tolist()) == ([65.0], [65.0], [65.0])
    assert (path.began_s.tolist(), path.finished_s.tolist(), path.manned_s.tolist()) == ([95.0], [195.0], [130.0])
    assert (path.back_s.tolist(), path.ended_s.tolist(), path.back_by.tolist()) == ([195.0], [195.0], [0])
    assert (ended(path), tried(path)) == ([Outcome.FIXED], [Tried.WORKED])


def test_no_fault_at_all(run):
    path = run(faults("server", job(1.0), at=[]), crews=[crew(shifts=shifts((0.0, 1), (5.0, 0)))])
    assert (len(path.kind), path.task_from.tolist(), told(path), path.called.tolist()) == (0, [0], [], [0])


def test_after_ten_minutes_without_a_solution_the_spare_is_fitted(run):
    """The repair would have taken 15 minutes; it is given up after 10, and the swap takes 5 more."""
    ladder = Ladder((job(900.0, limit_s=600.0), remedy("swap", 300.0, crew="crew", spare="spare")))
    path = run(faults("access switch", ladder), crews=[crew()], stocks=[stock(1)])
    assert tried(path) == [Tried.GIVEN_UP, Tried.WORKED]
    assert (path.asked_s.tolist(), path.finished_s.tolist()) == ([0.0, 600.0], [600.0, 900.0])
    assert (path.back_s.tolist(), path.back_by.tolist(), path.restocked_s.tolist()) == ([900.0], [1], [INF, 1600.0])


def test_a_repair_that_takes_just_as_long_as_its_limit_works(run):
    path = run(faults("switch", job(600.0, limit_s=600.0)), crews=[crew()])
    assert (tried(path), path.back_s.tolist()) == ([Tried.WORKED], [600.0])


def test_what_only_a_limit_ends(run):
    """Nobody finds the cause, however long they look: after 600 s they go on without it."""
    ladder = Ladder((remedy("cause", INF, works=False, crew="crew", limit_s=600.0), job(60.0)))
    path = run(faults("switch", ladder), crews=[crew()])
    assert (tried(path), path.back_s.tolist()) == ([Tried.GIVEN_UP, Tried.WORKED], [660.0])


def test_a_ladder_without_success_hands_the_fault_on(run):
    """A restart, then the vendor, who answers after 600 s and looks at it for 1800 s; nothing helps."""
    ladder = Ladder((job(120.0, works=False), remedy("vendor", 1800.0, works=False, response=600.0)))
    path = run(faults("server", ladder), crews=[crew()])
    assert (ended(path), tried(path)) == ([Outcome.HANDED_ON], [Tried.FAILED, Tried.FAILED])
    assert (path.back_s.tolist(), path.ended_s.tolist(), path.back_by.tolist()) == ([INF], [2520.0], [-1])
    assert (path.began_s.tolist(), path.manned_s.tolist()) == ([0.0, 720.0], [120.0, 0.0])


def test_a_fault_that_nobody_comes_for_stays_open(run):
    """The only shift is over before it is known."""
    path = run(faults("server", job(10.0), at=[100.0]), crews=[crew(shifts=shifts((0.0, 1), (50.0, 0)))])
    assert (ended(path), tried(path), told(path)) == ([Outcome.OPEN], [Tried.UNDER_WAY], [(100.0, WAITS, 0)])
    assert (path.ended_s.tolist(), path.asked_s.tolist(), path.sent_s.tolist()) == ([INF], [100.0], [INF])


# -- two ladders -------------------------------------------------------------------------------------------------------


def test_the_spare_serves_while_the_supplier_repairs_the_device(run):
    """Service is back after 20 minutes, the core switch itself the next day."""
    swap, vendor = job(1200.0, spare="spare"), remedy("vendor", 50_000.0, response=10_000.0)
    path = run(faults("core", swap, Ladder((vendor,), persists=True)), crews=[crew()], stocks=[stock(1)])
    assert (path.back_s.tolist(), path.ended_s.tolist(), path.back_by.tolist()) == ([1200.0], [60_000.0], [0])
    assert (ended(path), tried(path)) == ([Outcome.FIXED], [Tried.WORKED, Tried.WORKED])


def test_a_ladder_that_does_not_persist_is_called_off(run):
    """The operator is back after 300 s, before the 600 s of their own check, which frees the person."""
    path = run(faults("names", job(600.0), remedy("operator", 200.0, response=100.0)), crews=[crew()])
    assert (tried(path), path.back_by.tolist()) == ([Tried.CALLED_OFF, Tried.WORKED], [1])
    assert told(path) == [(0.0, WAITS, 0), (0.0, SENT, 0), (300.0, FREED, 0)]
    assert (path.finished_s.tolist(), path.manned_s.tolist(), path.ended_s.tolist()) == ([300, 300], [300, 0], [300])


def test_the_vendor_is_called_if_it_is_not_solved_after_sixty_minutes(run):
    """The first repair takes 3000 s and the vendor never hears of it; the second takes 7000 s and he does."""
    vendor = Ladder((remedy("vendor", 600.0, response=1200.0),), after_s=3600.0)
    path = run(
        faults("quick", remedy("by us", 3000.0, crew="crew"), vendor),
        faults("slow", remedy("by us", 7000.0, crew="crew"), vendor),
        crews=[crew(2)],
    )
    assert tried(path) == [Tried.WORKED, Tried.NOT_TRIED, Tried.CALLED_OFF, Tried.WORKED]
    assert (path.back_s.tolist(), path.asked_s.tolist()) == ([3000.0, 5400.0], [0.0, INF, 0.0, 3600.0])


def test_what_is_back_at_the_very_instant_is_not_escalated(run):
    path = run(faults("app", job(3600.0), Ladder((remedy("vendor", 1.0),), after_s=3600.0)), crews=[crew()])
    assert (tried(path), path.ended_s.tolist()) == ([Tried.WORKED, Tried.NOT_TRIED], [3600.0])


def test_a_persisting_ladder_begins_although_it_is_back_and_its_failure_does_not_matter(run):
    """The restart works at once; the log is looked at later, and nothing is found."""
    look = Ladder((remedy("log", 500.0, works=False, crew="crew"),), after_s=1000.0, persists=True)
    path = run(faults("server", job(60.0), look), crews=[crew()])
    assert (path.back_s.tolist(), path.ended_s.tolist(), ended(path)) == ([60.0], [1500.0], [Outcome.FIXED])
    assert tried(path) == [Tried.WORKED, Tried.FAILED]


def test_a_fault_that_is_back_is_open_as_long_as_its_device_waits(run):
    """The vendor has the service back, and nobody is ever there to look at the device."""
    device = Ladder((remedy("device", 10.0, crew="crew"),), persists=True)
    gone = crew(shifts=shifts((0.0, 1), (50.0, 0)))
    path = run(faults("server", device, remedy("vendor", 60.0), at=[100.0]), crews=[gone])
    assert (path.back_s.tolist(), path.ended_s.tolist(), ended(path)) == ([160.0], [INF], [Outcome.OPEN])


def test_a_fault_is_handed_on_only_when_the_last_ladder_is_over(run):
    """Both fail, one of them after beginning late."""
    late = Ladder((remedy("late", 10.0, works=False),), after_s=500.0)
    path = run(faults("server", job(60.0, works=False), late), crews=[crew()])
    assert (ended(path), path.ended_s.tolist()) == ([Outcome.HANDED_ON], [510.0])


def test_a_device_and_its_stand_in_need_two_people(run):
    """Repair and stand-in at once; with one person the stand-in, listed first, comes first and ends the repair."""
    both = faults("server", remedy("stand-in", 600.0, crew="crew"), remedy("repair", 900.0, crew="crew"))
    alone, together = run(both, crews=[crew()]), run(both, crews=[crew(2)])
    assert (alone.back_s.tolist(), together.back_s.tolist()) == ([600.0], [600.0])
    assert [told(alone)[k] for k in (0, 1, 2, 3, 4)] == [
        (0.0, WAITS, 0), (0.0, WAITS, 1), (0.0, SENT, 0), (600.0, FREED, 0), (600.0, WITHDRAWN, 1),
    ]  # fmt: skip
    assert (alone.sent_s.tolist(), together.sent_s.tolist()) == ([0.0, INF], [0.0, 0.0])
    assert together.manned_s.tolist() == [600.0, 600.0]


# -- whose turn it is --------------------------------------------------------------------------------------------------


def test_people_before_data_before_equipment(run):
    """All known at one instant, listed the other way round."""
    path = run(
        faults("equipment", job(100.0), priority=3), faults("data", job(10.0), priority=2),
        faults("people", job(1.0), priority=1), crews=[crew()],
    )  # fmt: skip
    assert path.back_s.tolist() == [111.0, 11.0, 1.0]


def test_who_comes_free_waits_for_what_else_happens_at_that_instant(run):
    """A lesser fault has waited since 5; at 10 a graver one is known, and one person comes free."""
    path = run(
        faults("first", job(10.0), priority=1), faults("lesser", job(10.0), at=[5.0], priority=2),
        faults("graver", job(10.0), at=[10.0], priority=0), crews=[crew()],
    )  # fmt: skip
    assert path.sent_s.tolist() == [0.0, 20.0, 10.0]


def test_of_equal_priorities_what_was_known_first(run):
    """Not what occurred first: the slow class is noticed after 100 s."""
    path = run(
        faults("now", job(200.0)), faults("slow", job(10.0), at=[10.0], noticed=100.0),
        faults("fast", job(10.0), at=[50.0]), crews=[crew()],
    )  # fmt: skip
    assert path.sent_s.tolist() == [0.0, 210.0, 200.0]


def test_people_stay_with_a_ladder(run):
    """Cause, then repair; the other fault, known meanwhile and graver, waits for both."""
    path = run(
        faults("long", Ladder((remedy("cause", 50.0, works=False, crew="crew"), job(50.0))), priority=5),
        faults("grave", job(10.0), at=[20.0], priority=0),
        crews=[crew()],
    )
    assert told(path) == [
        (0.0, WAITS, 0), (0.0, SENT, 0), (20.0, WAITS, 2), (50.0, FREED, 0), (50.0, WAITS, 1), (50.0, SENT, 1),
        (100.0, FREED, 1), (100.0, SENT, 2), (110.0, FREED, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("then", "sent_s"),
    [({"persons": 2}, 60.0), ({"crew": "others"}, 50.0), ({"crew": None}, 50.0), ({}, 50.0)],
    ids=["more people", "others", "a vendor", "the same"],
)
def test_people_stay_only_for_as_many_of_the_same_crew(run, then, sent_s):
    """Else they are free: of two the second is with a fault of their own until 60 s."""
    path = run(
        faults("long", Ladder((remedy("cause", 50.0, works=False, crew="crew"), job(50.0, **then)))),
        faults("other", job(60.0)),
        crews=[crew(2), crew(1, name="others")],
    )
    assert path.sent_s.tolist() == [0.0, sent_s, 0.0]


def test_passing_over_a_remedy_keeps_people(run):
    """There is no spare for the swap; the person goes on with the repair though somebody else waits."""
    ladder = Ladder((
        remedy("cause", 50.0, works=False, crew="crew"), remedy("swap", 10.0, crew="crew", spare="spare"), job(50.0),
    ))  # fmt: skip
    path = run(faults("long", ladder), faults("other", job(60.0), at=[1.0]), crews=[crew()], stocks=[stock(0)])
    assert (path.sent_s.tolist(), tried(path)[1]) == ([0.0, INF, 50.0, 100.0], Tried.NO_SPARE)
    assert (path.asked_s[1], path.spare_s[1], path.finished_s[1], path.restocked_s[1]) == (50.0, INF, 50.0, INF)


def test_nobody_overtakes_one_who_needs_two(run):
    """Work on circuits by two; one is free from 10 on, and those behind wait all the same."""
    path = run(
        faults("first", job(100.0)), faults("second", job(10.0)), faults("circuit", job(30.0, persons=2), at=[1.0]),
        faults("behind", job(5.0), at=[2.0]), crews=[crew(2)],
    )  # fmt: skip
    assert path.sent_s.tolist() == [0.0, 0.0, 100.0, 130.0]
    assert path.manned_s.tolist() == [100.0, 10.0, 30.0, 5.0]


# -- interrupting ------------------------------------------------------------------------------------------------------


def test_a_graver_fault_interrupts_and_the_work_goes_on_later(run):
    """40 s are done, the graver one takes 30 s, the other 60 s follow."""
    path = run(
        faults("lesser", job(100.0), priority=2), faults("graver", job(30.0), at=[40.0], priority=1),
        crews=[crew(preempts=True)],
    )  # fmt: skip
    assert told(path) == [
        (0.0, WAITS, 0), (0.0, SENT, 0), (40.0, WAITS, 1), (40.0, INTERRUPTED, 0), (40.0, SENT, 1), (70.0, FREED, 1),
        (70.0, SENT, 0), (130.0, FREED, 0),
    ]  # fmt: skip
    assert (path.manned_s.tolist(), path.sent_s.tolist(), path.began_s.tolist()) == ([100, 30], [0, 40], [0, 40])


def test_an_equal_fault_does_not_interrupt(run):
    path = run(faults("one", job(100.0)), faults("two", job(1.0), at=[1.0]), crews=[crew(preempts=True)])
    assert path.sent_s.tolist() == [0.0, 100.0]


@pytest.mark.parametrize(
    ("at", "began_s"), [(10.0, 30.0), (20.0, 20.0), (50.0, 20.0)], ids=["on the way", "on arriving", "at work"]
)
def test_way_and_work_go_on_where_they_were_interrupted(run, at, began_s):
    """20 s of way and 100 s of work, and 10 s for the graver fault: 130 s, whenever it comes."""
    path = run(
        faults("lesser", job(100.0, response=20.0), priority=2), faults("graver", job(10.0), at=[at], priority=1),
        crews=[crew(preempts=True)],
    )  # fmt: skip
    assert (path.began_s[0], path.back_s[0]) == (began_s, 130.0)
    assert path.manned_s.tolist() == [120.0, 10.0]


def test_the_least_grave_is_interrupted_and_of_equals_the_one_known_last(run):
    """Three at work, of priorities 2, 3 and 3; two graver faults take the two of priority 3, the later one first."""
    path = run(
        faults("two", job(100.0), priority=2), faults("three", job(100.0), at=[1.0, 0.0], priority=3),
        faults("one", job(100.0), at=[10.0, 20.0], priority=1), crews=[crew(3, preempts=True)],
    )  # fmt: skip
    assert [row for row in told(path) if row[1] == INTERRUPTED] == [(10.0, INTERRUPTED, 1), (20.0, INTERRUPTED, 2)]
    assert path.back_s.tolist() == [100.0, 201.0, 180.0, 110.0, 120.0]


@pytest.mark.parametrize(("priority", "sent_s", "back_s"), [(1, 100.0, 100.0), (2, 10.0, 160.0)])
def test_nobody_is_interrupted_in_vain(run, priority, sent_s, back_s):
    """A graver fault needs two people; where only one of the two at work is less grave, neither is interrupted."""
    path = run(
        faults("one", job(100.0), priority=priority), faults("two", job(100.0), priority=2),
        faults("graver", job(60.0, persons=2), at=[10.0], priority=1), crews=[crew(2, preempts=True)],
    )  # fmt: skip
    assert (path.sent_s[2], path.back_s[:2].tolist()) == (sent_s, [back_s, back_s])


def test_an_interrupted_task_keeps_its_spare(run):
    """The only one; the graver fault needs one too and has to wait for what was ordered at 0."""
    path = run(
        faults("lesser", job(100.0, spare="spare"), priority=2),
        faults("graver", job(10.0, spare="spare", waits=True), at=[10.0], priority=1),
        faults("gravest", job(10.0), at=[20.0], priority=0),
        crews=[crew(preempts=True)], stocks=[stock(1)],
    )  # fmt: skip
    assert path.spare_s.tolist() == [0.0, 1000.0, 20.0]
    assert path.back_s.tolist() == [110.0, 1010.0, 30.0]


def test_people_who_stay_can_be_interrupted_at_once(run):
    """The next remedy has begun, no time has gone by, and all of it is left."""
    path = run(
        faults("lesser", Ladder((remedy("cause", 50.0, works=False, crew="crew"), job(50.0))), priority=2),
        faults("graver", job(10.0), at=[50.0], priority=1), crews=[crew(preempts=True)],
    )  # fmt: skip
    assert told(path)[2:8] == [
        (50.0, FREED, 0), (50.0, WAITS, 1), (50.0, SENT, 1), (50.0, WAITS, 2), (50.0, INTERRUPTED, 1), (50.0, SENT, 2),
    ]  # fmt: skip
    assert (path.back_s.tolist(), path.began_s.tolist(), path.sent_s[1]) == ([110.0, 60.0], [0.0, 50.0, 50.0], 50.0)


# -- shifts and those on call ------------------------------------------------------------------------------------------


def test_a_shift_that_ends_finishes_its_work(run):
    """Two until 50, then one: both finish at 100, and only one job is begun then."""
    path = run(
        faults("at first", job(100.0), at=[0.0, 0.0]), faults("later", job(10.0), at=[20.0, 60.0]),
        crews=[crew(shifts=shifts((0.0, 2), (50.0, 1)))],
    )  # fmt: skip
    assert path.sent_s.tolist() == [0.0, 0.0, 100.0, 110.0]


def test_what_is_known_at_night_waits_for_the_morning_shift(run):
    path = run(faults("server", job(10.0), at=[50.0]), crews=[crew(shifts=shifts((0.0, 1), (40.0, 0), (90.0, 1)))])
    assert (path.sent_s.tolist(), path.back_s.tolist()) == ([90.0], [100.0])


def test_one_on_call_comes_when_nobody_is_free_and_goes_home(run):
    """Called up at 10, there at 40, at home again when it is done: the next one has to call again."""
    path = run(
        faults("on shift", job(1000.0)), faults("on call", job(60.0), at=[10.0, 200.0]),
        crews=[crew(on_call=1, comes=30.0)],
    )  # fmt: skip
    assert told(path) == [
        (0.0, WAITS, 0), (0.0, SENT, 0), (10.0, WAITS, 1), (40.0, COMES, 0), (40.0, SENT, 1), (100.0, FREED, 1),
        (100.0, LEAVES, 0), (200.0, WAITS, 2), (230.0, COMES, 0), (230.0, SENT, 2), (290.0, FREED, 2),
        (290.0, LEAVES, 0), (1000.0, FREED, 0),
    ]  # fmt: skip
    assert path.called.tolist() == [2]


def test_who_comes_too_late_goes_home_again(run):
    """The one on shift is free at 12 and has done it at 24; the one on call is there at 40."""
    path = run(faults("two", job(12.0), at=[0.0, 10.0]), crews=[crew(on_call=1, comes=30.0)])
    assert path.sent_s.tolist() == [0.0, 12.0]
    assert told(path)[-2:] == [(40.0, COMES, 0), (40.0, LEAVES, 0)]


def test_a_task_calls_up_as_many_as_it_needs_and_they_come_together(run):
    """Work by two at night: two of the three on call come, and go home together."""
    path = run(faults("circuit", job(100.0, persons=2)), crews=[crew(0, on_call=3, comes=30.0)])
    assert told(path) == [
        (0.0, WAITS, 0), (30.0, COMES, 0), (30.0, COMES, 0), (30.0, SENT, 0), (130.0, FREED, 0), (130.0, LEAVES, 0),
        (130.0, LEAVES, 0),
    ]  # fmt: skip
    assert path.called.tolist() == [2]


def test_a_task_calls_up_those_who_are_left_and_who_is_there_stays_for_it(run):
    """The first has called one of two; the circuit calls the other, and the one who is done at 40 waits until 50."""
    path = run(
        faults("first", job(10.0)), faults("circuit", job(100.0, persons=2), at=[20.0]),
        crews=[crew(0, on_call=2, comes=30.0)],
    )  # fmt: skip
    assert (path.called.tolist(), path.sent_s.tolist()) == ([2], [30.0, 50.0])


def test_a_task_calls_up_once(run):
    """Whatever else happens before they come: a vendor at work from 10 to 20, and two more at home."""
    path = run(
        faults("night", job(60.0)), faults("vendor", remedy("vendor", 10.0), at=[10.0]),
        crews=[crew(0, on_call=3, comes=30.0)],
    )  # fmt: skip
    assert path.called.tolist() == [1]


def test_who_finds_nobody_at_home_has_not_called(run):
    """Nobody is left at home at 10; the one who was called for the first does both, and goes home after both."""
    path = run(faults("two", job(60.0), at=[0.0, 10.0]), crews=[crew(0, on_call=1, comes=30.0)])
    assert (path.called.tolist(), path.sent_s.tolist()) == ([1], [30.0, 90.0])
    assert told(path)[-1] == (150.0, LEAVES, 0)


def test_an_interrupted_task_calls_somebody_up(run):
    """The graver fault takes the one on shift at 10; somebody on call goes on with the rest of 90 s at 40."""
    path = run(
        faults("lesser", job(100.0), priority=2), faults("graver", job(500.0), at=[10.0], priority=1),
        crews=[crew(on_call=1, comes=30.0, preempts=True)],
    )  # fmt: skip
    assert (path.back_s.tolist(), path.called.tolist()) == ([130.0, 510.0], [1])
    assert path.manned_s.tolist() == [100.0, 500.0]


def test_a_graver_fault_takes_who_was_called_for_another(run):
    """Nobody is at home any more when it is known, but it is first in the line when the one on call is there."""
    path = run(
        faults("lesser", job(100.0), priority=2), faults("graver", job(50.0), at=[10.0], priority=1),
        crews=[crew(0, on_call=1, comes=30.0)],
    )  # fmt: skip
    assert (path.sent_s.tolist(), path.called.tolist()) == ([80.0, 30.0], [1])


# -- spares ------------------------------------------------------------------------------------------------------------


def test_without_a_spare_the_next_remedy_is_tried(run):
    """One spare, replaced after 1000 s: the first and the third fault have one, the second calls the vendor."""
    ladder = Ladder((job(10.0, spare="spare"), remedy("vendor", 500.0)))
    path = run(faults("switch", ladder, at=[0.0, 999.0, 1000.0]), crews=[crew()], stocks=[stock(1)])
    assert path.back_s.tolist() == [10.0, 1499.0, 1010.0]
    assert tried(path) == [
        Tried.WORKED, Tried.NOT_TRIED, Tried.NO_SPARE, Tried.WORKED, Tried.WORKED, Tried.NOT_TRIED,
    ]  # fmt: skip
    assert path.restocked_s.tolist() == [1000.0, INF, INF, INF, 2000.0, INF]


def test_who_waits_for_a_spare_has_one_ordered(run):
    """No stock at all: every fault waits for its own lead time, and the person is free meanwhile."""
    ladder = Ladder((remedy("cause", 10.0, works=False, crew="crew"), job(10.0, spare="spare", waits=True)))
    path = run(faults("switch", ladder, at=[0.0, 5.0]), crews=[crew()], stocks=[stock(0)])
    assert (path.asked_s[1], path.asked_s[3]) == (10.0, 20.0)
    assert (path.spare_s[1], path.spare_s[3], path.sent_s[1], path.sent_s[3]) == (1010.0, 1020.0, 1010.0, 1020.0)
    assert path.back_s.tolist() == [1020.0, 1030.0]


def test_the_gravest_in_the_line_has_the_first_spare_that_arrives(run):
    """It was ordered at 0 by the one who took the only spare; two wait, the graver of them since later."""
    swap = job(10.0, spare="spare", waits=True)
    path = run(
        faults("first", swap), faults("lesser", swap, at=[100.0], priority=2),
        faults("graver", swap, at=[200.0], priority=1), crews=[crew()], stocks=[stock(1)],
    )  # fmt: skip
    assert path.spare_s.tolist() == [0.0, 1100.0, 1000.0]


def test_at_one_instant_the_graver_fault_takes_the_last_spare(run):
    """Though it is listed last."""
    ladder = Ladder((job(10.0, spare="spare"),))
    path = run(faults("lesser", ladder, priority=2), faults("graver", ladder), crews=[crew()], stocks=[stock(1, INF)])
    assert ended(path) == [Outcome.HANDED_ON, Outcome.FIXED]
    assert (path.ended_s.tolist(), path.restocked_s.tolist()) == ([0.0, 10.0], [INF, INF])


def test_a_spare_that_nobody_was_sent_with_goes_back(run):
    """Called off in the crew's line at 50; the next fault finds it there. With a second person it is used up."""
    swap = remedy("swap", 100.0, crew="crew", spare="spare")
    first = faults("first", swap, remedy("vendor", 50.0))
    second = faults("second", Ladder((remedy("swap", 10.0, crew="crew", spare="spare"),)), at=[60.0])
    busy = faults("busy", job(55.0), priority=-1)
    alone = run(busy, first, second, crews=[crew()], stocks=[stock(1)])
    assert (tried(alone)[1:], alone.back_s[2]) == ([Tried.CALLED_OFF, Tried.WORKED, Tried.WORKED], 70.0)
    assert (WITHDRAWN, 1) in [row[1:] for row in told(alone)]
    two = run(busy, first, second, crews=[crew(2)], stocks=[stock(1)])
    assert tried(two)[1:] == [Tried.CALLED_OFF, Tried.WORKED, Tried.NO_SPARE]


def test_a_spare_that_goes_back_serves_the_first_who_waits_for_one(run):
    """A fault's own second ladder waits for it, has it for no time at all, and passes it on to another fault."""
    swap = {"crew": "crew", "spare": "spare", "waits": True}
    first = faults("first", remedy("a", 100.0, **swap), remedy("b", 100.0, **swap), remedy("vendor", 50.0))
    path = run(
        faults("busy", job(500.0), priority=-1), first, faults("second", remedy("c", 10.0, **swap), at=[10.0]),
        crews=[crew()], stocks=[stock(1, 2000.0)],
    )  # fmt: skip
    assert path.spare_s.tolist() == [0.0, 0.0, 50.0, 0.0, 50.0]
    assert [row for row in told(path) if row[0] == 50.0] == [
        (50.0, WITHDRAWN, 1), (50.0, WAITS, 2), (50.0, WITHDRAWN, 2), (50.0, WAITS, 4),
    ]  # fmt: skip
    assert (path.back_s.tolist(), path.sent_s[4]) == ([500.0, 50.0, 510.0], 500.0)


def test_a_spare_on_order_comes_though_nobody_waits_for_it_any_more(run):
    """Its ladder was called off in the stock's line; a later fault finds it in the stock."""
    first = faults("first", job(10.0, spare="spare", waits=True), remedy("vendor", 50.0))
    second = faults("second", job(10.0, spare="spare"), at=[999.0, 1000.0])
    path = run(first, second, crews=[crew()], stocks=[stock(0)])
    assert tried(path) == [Tried.CALLED_OFF, Tried.WORKED, Tried.NO_SPARE, Tried.WORKED]
    assert (path.spare_s[0], path.finished_s[0], path.restocked_s[0]) == (INF, 50.0, 1000.0)
    assert ended(path)[1:] == [Outcome.HANDED_ON, Outcome.FIXED]


def test_everything_at_one_instant(run):
    """At 1000 a shift begins, a spare arrives, a remedy ends, and a fault is known that needs all of them."""
    path = run(
        faults("first", job(1000.0, spare="spare")), faults("graver", job(10.0, spare="spare", persons=2), at=[1000.0]),
        crews=[crew(shifts=shifts((0.0, 1), (1000.0, 2)))], stocks=[stock(1)],
    )  # fmt: skip
    assert (path.sent_s.tolist(), tried(path)) == ([0.0, 1000.0], [Tried.WORKED, Tried.WORKED])


def test_work_that_takes_no_time(run):
    """Three in a row by one person, all at one instant, in the line's order."""
    path = run(faults("reset", job(0.0), at=[5.0, 5.0, 5.0]), crews=[crew()])
    assert path.back_s.tolist() == [5.0, 5.0, 5.0]
    assert [row[1:] for row in told(path)] == [
        (WAITS, 0), (WAITS, 1), (WAITS, 2), (SENT, 0), (FREED, 0), (SENT, 1), (FREED, 1), (SENT, 2), (FREED, 2),
    ]  # fmt: skip


def test_two_crews_see_to_their_lines_in_their_order(run):
    """Areas do not lend people: each of two faults waits for its own line team."""
    path = run(
        faults("south", remedy("mend", 10.0, crew="south"), at=[0.0, 0.0]),
        faults("north", remedy("mend", 10.0, crew="north")), crews=[crew(name="north"), crew(name="south")],
    )  # fmt: skip
    assert path.sent_s.tolist() == [0.0, 10.0, 0.0]
    assert [row[2] for row in told(path) if row[1] == SENT] == [2, 0, 1]
