"""Events worked out by hand: every instant follows from the model card on paper.

A call takes 10 s if it is missed and 20 s if it is answered, and people begin at once, unless a story says otherwise.
Where phones are answered by chance, a story says by whom and when: "ny" means that the first call is missed.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from resilience_sim.errors import InputsError, WidthError
from resilience_sim.models.cascade import (
    Calling,
    CascadeInputs,
    Ended,
    Notices,
    Path,
    Person,
    Phone,
    Through,
    day_and_night,
    draw,
)
from resilience_sim.models.cascade.path import CALLS, LEARNS, MISSES, REACHES, SENDS, TAKES_OVER
from resilience_sim.models.contract import ENGINES, engine
from resilience_sim.randomness import Deterministic, Exponential, Never, Streams, Uniform

INF = float("inf")
RING, TALK = Deterministic(10.0), Deterministic(20.0)
OPEN, TOLD, DELEGATED, PASSED_OVER, GIVEN_UP = Ended


@pytest.fixture(params=ENGINES)
def run(request):
    """Plays an event in which nothing is left to chance; the first person notices at time zero if nobody else does."""

    def play(*people: Person, notices=None, hour=0.0, answers: dict[str, str] | None = None, **calling) -> Path:
        notices = (Notices(people[0].name),) if notices is None else notices
        inputs = CascadeInputs(people, notices, by_rules(**calling), hour)
        draws = draw(inputs, Streams(1, 0))
        for name, story in (answers or {}).items():
            draws.answer_u[inputs.index[name], : len(story)] = [0.0 if one == "y" else 0.99 for one in story]
        return engine(request.param, of="cascade").simulate(inputs, draws, trace=True)

    return play


def by_rules(**more) -> Calling:
    return Calling(**{"ring": RING, "talk": TALK, **more})


def person(name: str, calls: str = "", *, answered=1.0, messages: str = "", **more) -> Person:
    """Somebody with one phone; lists are names between blanks."""
    more = {"phones": (Phone("mobile", answered),), **more}
    return Person(name, calls=tuple(calls.split()), messages=tuple(messages.split()), **more)


def chancy(name: str, calls: str = "", **more) -> Person:
    return person(name, calls, answered=0.5, **more)


def after(**seconds: float) -> dict[str, Deterministic]:
    return {name: Deterministic(value) for name, value in seconds.items()}


def rows(path: Path) -> list[tuple[float, int, int, int]]:
    columns = (path.trace_s, path.trace_kind, path.trace_who, path.trace_whom)
    return list(zip(*(column.tolist() for column in columns), strict=True))


# -- one caller --------------------------------------------------------------------------------------------------------


def test_a_list_is_called_one_after_the_other(run):
    """The first prepares for 5 s and calls two, each for 20 s; the second comes to the site 7 + 9 s later."""
    path = run(
        person("ann", "ben cai", **after(begins=5.0)),
        person("ben", comes=1.0, **after(leaving=7.0, travel=9.0)),
        person("cai"),
    )
    assert rows(path) == [
        (0.0, LEARNS, 0, -1), (5.0, CALLS, 0, 1), (25.0, REACHES, 0, 1), (25.0, LEARNS, 1, 0),
        (25.0, CALLS, 0, 2), (45.0, REACHES, 0, 2), (45.0, LEARNS, 2, 0),
    ]  # fmt: skip
    assert (path.told_s.tolist(), path.told_by.tolist()) == ([0.0, 25.0, 45.0], [-1, 0, 0])
    assert path.through.tolist() == [Through.NOTICING, Through.CALL, Through.CALL]
    assert (path.phone.tolist(), path.arrives_s.tolist()) == ([-1, 0, 0], [INF, 41.0, INF])
    assert (path.calls_to.tolist(), path.calls_by.tolist()) == ([0, 1, 1], [2, 0, 0])
    assert (path.begins_s.tolist(), path.ends_s.tolist()) == ([5.0, INF, INF], [45.0, INF, INF])
    assert (path.duty_owner.tolist(), path.duty_calls.tolist()) == ([0, 0], [1, 1])
    assert (path.duty_reached.tolist(), path.duty_ended_s.tolist()) == ([1, 2], [25.0, 45.0])
    assert path.duty_ended.tolist() == [TOLD, TOLD]


def test_one_by_one_a_person_is_tried_again_before_the_next_is_called(run):
    """Missed at 0-10, tried again 30 s later, 40-50, once more, 80-90, given up; then the next at 90."""
    path = run(
        person("ann", "ben cai"), chancy("ben"), person("cai"), answers={"ben": "nnn"}, attempts=3, between_s=30.0
    )
    assert [row[:2] for row in rows(path)[1:7]] == [
        (0.0, CALLS), (10.0, MISSES), (40.0, CALLS), (50.0, MISSES), (80.0, CALLS), (90.0, MISSES),
    ]  # fmt: skip
    assert path.told_s.tolist() == [0.0, INF, 110.0]
    assert (path.duty_ended.tolist(), path.duty_ended_s.tolist()) == ([GIVEN_UP, TOLD], [90.0, 110.0])
    assert path.duty_reached.tolist() == [-1, 2]


def test_in_rounds_everybody_is_tried_once_before_anybody_is_tried_again(run):
    """Missed at 0-10 and 10-20, reached at 20-40; due again at 40 and 50: reached 40-60, missed 60-70."""
    path = run(
        person("ann", "ben cai dan"), chancy("ben"), chancy("cai"), person("dan"),
        answers={"ben": "ny", "cai": "nn"}, order="rounds", attempts=2, between_s=30.0,
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, 60.0, INF, 40.0]
    assert (path.duty_ended.tolist(), path.duty_ended_s.tolist()) == ([TOLD, GIVEN_UP, TOLD], [60.0, 70.0, 40.0])


def test_in_rounds_too_nobody_is_tried_again_too_early(run):
    """Two are missed at 0-10 and 10-20; the first is due again at 100, the second at 110, which is when she is free."""
    path = run(
        person("ann", "ben cai"), chancy("ben"), chancy("cai"),
        answers={"ben": "nn", "cai": "ny"}, order="rounds", attempts=2, between_s=90.0,
    )  # fmt: skip
    assert [row[0] for row in rows(path) if row[1] == CALLS] == [0.0, 10.0, 100.0, 110.0]
    assert (path.duty_ended_s.tolist(), path.ends_s[0]) == ([110.0, 130.0], 130.0)


@pytest.mark.parametrize("order", ["one by one", "rounds"])
def test_an_attempt_goes_through_the_phones_in_turn(run, order):
    """Mobile and home are missed, 30 s later the mobile is missed again, and home is answered."""
    ben = person("ben", phones=(Phone("mobile", 0.5), Phone("home", 0.5)))
    path = run(person("ann", "ben"), ben, answers={"ben": "nnny"}, order=order, attempts=2, between_s=30.0)
    assert [row[0] for row in rows(path) if row[1] == CALLS] == [0.0, 10.0, 50.0, 60.0]
    assert (path.told_s[1], path.phone[1], path.calls_to[1]) == (80.0, 1, 4)


def test_the_hour_at_which_a_call_begins_decides(run):
    """At half past six nobody answers; calls last 600 s, so that the fourth begins at seven, when everybody does."""
    ben = person("ben", answered=day_and_night(1.0, 0.0))
    path = run(person("ann", "ben"), ben, hour=6.5, ring=Deterministic(600.0), attempts=4)
    assert (path.told_s[1], path.calls_to[1]) == (1820.0, 4)
    path = run(person("ann", "ben"), ben, hour=23.5, ring=Deterministic(27_000.0), attempts=2)  # past midnight
    assert path.told_s[1] == 27_020.0


def test_each_call_to_a_person_has_its_own_numbers(run):
    """Two callers ring one who has never been told: the second call, from whomever, is answered."""
    path = run(
        person("ann", "cai"), person("ben", "cai"), chancy("cai"), answers={"cai": "ny"},
        notices=(Notices("ann"), Notices("ben", Deterministic(3.0))), attempts=2, between_s=100.0,
    )  # fmt: skip
    assert (path.told_s[2], path.told_by[2], path.calls_to[2]) == (23.0, 1, 2)
    assert (path.duty_ended.tolist(), path.duty_ended_s.tolist()) == ([PASSED_OVER, TOLD], [110.0, 23.0])


# -- messages ----------------------------------------------------------------------------------------------------------


def test_a_message_goes_out_before_the_first_call(run):
    """It is read after 15 s by one who answers, so that nobody calls him, and after 25 s by one who does not."""
    path = run(
        person("ann", "ben cai dan", messages="cai dan"),
        person("ben"),
        person("cai", reads=1.0, acknowledges=1.0, **after(reads_after=15.0)),
        person("dan", reads=1.0, **after(reads_after=25.0)),
    )
    assert rows(path)[1] == (0.0, SENDS, 0, 0)
    assert path.told_s.tolist() == [0.0, 20.0, 15.0, 25.0]
    assert path.through.tolist()[2:] == [Through.MESSAGE, Through.MESSAGE]
    assert (path.told_by.tolist()[2:], path.phone.tolist()[2:]) == ([0, 0], [-1, -1])
    assert (path.duty_ended.tolist(), path.duty_ended_s.tolist()) == ([TOLD, PASSED_OVER, TOLD], [20.0, 20.0, 40.0])


def test_of_two_messages_the_first_sent_counts(run):
    """The second comes from one who began 2 s later; and who sends one does not read it."""
    path = run(
        person("ann", messages="ben cai", **after(begins=4.0)),
        person("ben", messages="ann cai", **after(begins=2.0), reads=1.0),
        person("cai", reads=1.0, **after(reads_after=10.0)),
        notices=(Notices("ann"), Notices("ben")),
    )
    assert (path.told_s[2], path.told_by[2]) == (12.0, 1)
    assert (path.begins_s.tolist(), path.ends_s.tolist()) == ([4.0, 2.0, INF], [4.0, 2.0, INF])


def test_who_sends_a_message_for_somebody_does_not_read_it(run):
    """It is ben's, to dan and eve; so eve's call to dan is made, as he has acknowledged nothing."""
    reader = {"reads": 1.0, "acknowledges": 1.0}
    path = run(
        person("ann", "ben"), chancy("ben", messages="dan eve", delegate="dan"), person("dan", **reader),
        person("eve", "dan", **reader), answers={"ben": "n"}, common_list=False,
    )  # fmt: skip
    assert (path.told_s.tolist(), path.duty_ended.tolist()) == ([0.0, INF, 30.0, 30.0], [DELEGATED, TOLD])


@pytest.mark.parametrize(
    ("notices", "through"), [((), Through.MESSAGE), ((Notices("ben", Deterministic(20.0)),), Through.NOTICING)]
)
def test_what_comes_first_at_one_instant(run, notices, through):
    """ben is called until 20, and reads the message at 20; and notices at 20."""
    path = run(
        person("ann", "ben", messages="ben"), person("ben", reads=1.0, **after(reads_after=20.0)),
        notices=(Notices("ann"), *notices),
    )  # fmt: skip
    assert (path.told_s[1], path.through[1]) == (20.0, through)


def test_whoever_knows_already_reads_the_message_all_the_same(run):
    """He is called at 0-20 by one whose list nobody sees, and acknowledges at 30; so the second caller passes him."""
    path = run(
        person("ann", "cai", messages="cai"), person("ben", "cai"),
        person("cai", reads=1.0, acknowledges=1.0, **after(reads_after=30.0)),
        notices=(Notices("ann"), Notices("ben", Deterministic(40.0))), common_list=False,
    )  # fmt: skip
    assert (path.told_s[2], path.through[2]) == (20.0, Through.CALL)
    assert (path.duty_ended.tolist(), path.duty_ended_s.tolist()) == ([TOLD, PASSED_OVER], [20.0, 40.0])


def test_a_message_that_is_not_read_tells_nobody(run):
    path = run(person("ann", messages="ben"), person("ben"))
    assert (path.told_s.tolist(), path.through.tolist()) == ([0.0, INF], [Through.NOTICING, Through.NOTHING])
    assert (path.begins_s[0], path.ends_s[0]) == (0.0, 0.0)


# -- several callers ---------------------------------------------------------------------------------------------------


def test_a_tree_tells_at_the_sums_along_its_branches(run):
    """ann calls ben, then cai; each calls one more after preparing for 5 s."""
    path = run(
        person("ann", "ben cai"), person("ben", "dan", **after(begins=5.0)), person("cai", "eve", **after(begins=5.0)),
        person("dan"), person("eve"),
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, 20.0, 40.0, 45.0, 65.0]


@pytest.mark.parametrize(("common_list", "ends", "instants"), [(True, PASSED_OVER, 30.0), (False, TOLD, 50.0)])
def test_with_a_common_list_nobody_is_called_twice(run, common_list, ends, instants):
    """ann tells cai by 20; ben, busy with dan until 30, finds that on the list, or calls cai again."""
    path = run(
        person("ann", "cai"), person("ben", "dan cai"), person("cai"), person("dan"),
        notices=(Notices("ann"), Notices("ben", Deterministic(10.0))), common_list=common_list,
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, 10.0, 20.0, 30.0]
    assert (path.duty_ended[2], path.duty_ended_s[2]) == (ends, instants)


def test_without_one_a_caller_knows_whom_they_have_reached(run):
    """ann reaches cai in ben's place by 30, and does not call her again; dan, who noticed at 100, does."""
    path = run(
        person("ann", "ben cai"), chancy("ben", delegate="cai"), person("cai"), person("dan", "cai"),
        notices=(Notices("ann"), Notices("dan", Deterministic(100.0))), answers={"ben": "n"}, common_list=False,
    )  # fmt: skip
    assert path.duty_ended.tolist() == [DELEGATED, PASSED_OVER, TOLD]
    assert path.duty_ended_s.tolist() == [30.0, 30.0, 120.0]


def test_calls_that_end_at_one_instant_end_before_the_next_begins(run):
    """Both call until 20; then ben passes over cai, whom ann has just told, and ann passes over dan."""
    path = run(
        person("ann", "cai dan"), person("ben", "dan cai"), person("cai"), person("dan"),
        notices=(Notices("ann"), Notices("ben")),
    )  # fmt: skip
    assert path.duty_ended.tolist() == [TOLD, PASSED_OVER, TOLD, PASSED_OVER]
    assert path.duty_ended_s.tolist() == [20.0] * 4


def test_two_may_call_one_person_at_once(run):
    """The one with the lower number has told her, and the other call is of no use."""
    path = run(person("ann", "cai"), person("ben", "cai"), person("cai"), notices=(Notices("ben"), Notices("ann")))
    assert (path.told_by[2], path.calls_to[2]) == (0, 2)
    assert path.duty_ended.tolist() == [TOLD, TOLD]
    assert [row for row in rows(path) if row[0] == 20.0] == [
        (20.0, REACHES, 0, 2), (20.0, LEARNS, 2, 0), (20.0, REACHES, 1, 2),
    ]  # fmt: skip


def test_a_message_read_as_a_call_would_begin_comes_first(run):
    """cai acknowledges at 20, when ann has told ben and comes to her."""
    path = run(
        person("ann", "ben cai", messages="cai"), person("ben"),
        person("cai", reads=1.0, acknowledges=1.0, **after(reads_after=20.0)),
    )  # fmt: skip
    assert (path.through[2], path.duty_ended[1], path.calls_to[2]) == (Through.MESSAGE, PASSED_OVER, 0)


def test_who_notices_is_on_the_common_list(run):
    path = run(
        person("ann", "ben cai"), person("ben"), person("cai"),
        notices=(Notices("ann"), Notices("cai", Deterministic(15.0))),
    )  # fmt: skip
    assert (path.told_s[2], path.through[2], path.duty_ended[1]) == (15.0, Through.NOTICING, PASSED_OVER)


# -- in somebody's place -----------------------------------------------------------------------------------------------


def test_a_delegate_takes_over_message_and_calls(run):
    """ben is missed twice, 0-10 and 40-50; dan, called at once, begins 5 s after being told."""
    path = run(
        person("ann", "ben cai"),
        chancy("ben", "eve", messages="fay", delegate="dan"),
        person("cai"),
        person("dan", **after(begins=5.0)),
        person("eve"),
        person("fay", reads=1.0, **after(reads_after=1.0)),
        answers={"ben": "nn"}, attempts=2, between_s=30.0,
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, INF, 90.0, 70.0, 95.0, 76.0]
    assert [row for row in rows(path) if row[0] in (70.0, 75.0)] == [
        (70.0, REACHES, 0, 3), (70.0, LEARNS, 3, 0), (70.0, TAKES_OVER, 3, 1), (70.0, CALLS, 0, 2),
        (75.0, SENDS, 3, 1), (75.0, CALLS, 3, 4),
    ]  # fmt: skip
    assert (path.duty_ended.tolist(), path.duty_reached.tolist()) == ([DELEGATED, TOLD, TOLD], [3, 2, 4])
    assert (path.duty_owner.tolist(), path.duty_calls.tolist()) == ([0, 0, 3], [3, 1, 1])
    assert (path.begins_s[3], path.ends_s[3], path.told_by[5]) == (75.0, 95.0, 3)


def test_whoever_learns_of_it_after_that_has_nothing_left_to_do(run):
    """ben reads the message at 50; dan has had his list since 30."""
    path = run(
        person("ann", "ben", messages="ben"),
        chancy("ben", "eve", delegate="dan", reads=1.0, **after(reads_after=50.0)),
        person("dan"), person("eve"), answers={"ben": "n"},
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, 50.0, 30.0, 50.0]
    assert (path.told_by[3], path.calls_by[1], path.begins_s[1]) == (2, 0, INF)


def test_whoever_knows_before_keeps_the_list(run):
    """ben reads the message at 5 as his phone rings, and begins at 45; dan, called at 10 to 30, has nothing to do."""
    path = run(
        person("ann", "ben", messages="ben"),
        chancy("ben", "eve", delegate="dan", reads=1.0, **after(reads_after=5.0, begins=40.0)),
        person("dan"), person("eve"), answers={"ben": "n"},
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, 5.0, 30.0, 65.0]
    assert (path.duty_ended.tolist(), path.duty_owner.tolist()) == ([DELEGATED, TOLD], [0, 1])
    assert TAKES_OVER not in path.trace_kind


def test_who_is_known_to_know_needs_no_delegate(run):
    """ben acknowledges at 5; his duty is passed over when his phone has stopped ringing, attempts being left."""
    people = (
        person("ann", "ben", messages="ben"),
        person("ben", phones=(Phone("mobile", 0.5), Phone("home", 0.5)), delegate="dan", reads=1.0, acknowledges=1.0,
               **after(reads_after=5.0)),
        person("dan"),
    )  # fmt: skip
    path = run(*people, answers={"ben": "nn"})
    assert (path.duty_ended.tolist(), path.duty_ended_s.tolist()) == ([PASSED_OVER], [10.0])
    assert path.told_s.tolist() == [0.0, 5.0, INF]


def test_the_delegate_of_a_delegate_takes_over_from_both(run):
    """ben 0-10 and dan 10-20 are missed; eve has in hand what is hers, then ben's, then dan's."""
    path = run(
        person("ann", "ben"), chancy("ben", "fay", delegate="dan"), chancy("dan", "gus", delegate="eve"),
        person("eve", "hal"), person("fay"), person("gus"), person("hal"), answers={"ben": "n", "dan": "n"},
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, INF, INF, 40.0, 80.0, 100.0, 60.0]
    assert path.duty_owner.tolist() == [0, 3, 3, 3]
    assert [row[2:] for row in rows(path) if row[1] == TAKES_OVER] == [(3, 1), (3, 2)]


def test_without_another_delegate_a_duty_is_given_up(run):
    path = run(
        person("ann", "ben"), chancy("ben", "fay", delegate="dan"), chancy("dan"), person("fay"),
        answers={"ben": "nn", "dan": "nn"}, attempts=2,
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, INF, INF, INF]
    assert (path.duty_ended.tolist(), path.duty_ended_s.tolist()) == ([GIVEN_UP, OPEN], [40.0, INF])
    assert path.duty_owner.tolist() == [0, 1]


def test_a_duty_that_turns_to_its_owner_needs_no_call(run):
    """dan stands in for ben and for cai: he takes over ben's call to cai, misses him at 30-40, and has cai's list."""
    path = run(
        person("ann", "ben"), chancy("ben", "cai", delegate="dan"), chancy("cai", "eve", delegate="dan"),
        person("dan"), person("eve"), answers={"ben": "n", "cai": "n"},
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, INF, INF, 30.0, 60.0]
    assert (path.duty_ended.tolist(), path.duty_reached.tolist()) == ([DELEGATED, DELEGATED, TOLD], [3, 3, 4])
    assert (path.duty_ended_s.tolist(), path.calls_to[3]) == ([30.0, 40.0, 60.0], 1)


def test_a_duty_about_its_owner_is_passed_over(run):
    """ben was to call dan, who stands in for him, and nobody sees who has been called."""
    path = run(
        person("ann", "ben"), chancy("ben", "dan", delegate="dan"), person("dan"), answers={"ben": "n"},
        common_list=False,
    )  # fmt: skip
    assert (path.duty_ended.tolist(), path.duty_owner.tolist()) == ([DELEGATED, PASSED_OVER], [0, 2])
    assert path.duty_ended_s.tolist() == [30.0, 30.0]


def test_a_delegate_is_told_of_it_although_they_know(run):
    """dan has noticed, is on the common list, and hears only by the call to him that ben cannot be reached."""
    path = run(
        person("ann", "ben"), chancy("ben", "eve", delegate="dan"), person("dan"), person("eve"), answers={"ben": "n"},
        notices=(Notices("ann"), Notices("dan")),
    )  # fmt: skip
    assert (path.told_s.tolist(), path.through[2]) == ([0.0, INF, 0.0, 50.0], Through.NOTICING)
    assert (path.begins_s[2], path.calls_to[2]) == (30.0, 1)


@pytest.mark.parametrize(("order", "told"), [("one by one", [160.0, 180.0]), ("rounds", [170.0, 150.0])])
def test_a_duty_taken_over_while_waiting(run, order, told):
    """dan waits from 50 to 140 for another attempt at fay; at 130 he has ben's call to gus, whom nobody has tried."""
    path = run(
        person("ann", "ben"), chancy("ben", "gus", delegate="dan"), person("dan", "fay"), chancy("fay"), person("gus"),
        notices=(Notices("ann"), Notices("dan", Deterministic(40.0))), answers={"ben": "nn", "fay": "ny"},
        order=order, attempts=2, between_s=90.0,
    )  # fmt: skip
    assert path.told_s[3:].tolist() == told
    assert path.duty_owner.tolist() == [0, 2, 2]


def test_who_waits_looks_at_the_list_when_something_happens_to_them_and_not_between(run):
    """dan waits from 60 for fay, due at 140, and hal, due at 150, of whom the first acknowledges at 120.

    At 130 he takes over ben's message, and sees that; hal acknowledges at 135, and he sees that at 150.
    """
    path = run(
        person("ann", "ben", messages="fay hal"), chancy("ben", messages="gus", delegate="dan"),
        person("dan", "fay hal"), chancy("fay", reads=1.0, acknowledges=1.0, **after(reads_after=120.0)), person("gus"),
        chancy("hal", reads=1.0, acknowledges=1.0, **after(reads_after=135.0)),
        notices=(Notices("ann"), Notices("dan", Deterministic(40.0))), answers={"ben": "nn", "fay": "n", "hal": "n"},
        order="rounds", attempts=2, between_s=90.0,
    )  # fmt: skip
    assert (130.0, SENDS, 2, 1) in rows(path)
    assert path.duty_ended.tolist() == [DELEGATED, PASSED_OVER, PASSED_OVER]
    assert path.duty_ended_s.tolist() == [130.0, 130.0, 150.0]


def test_a_duty_taken_over_during_a_call_waits_for_its_end(run):
    """ben, missed at 0-10, hands over at 30 to dan, who calls fay from 25 to 45."""
    path = run(
        person("ann", "ben"), chancy("ben", "gus", delegate="dan"), person("dan", "fay"), person("fay"), person("gus"),
        notices=(Notices("ann"), Notices("dan", Deterministic(25.0))), answers={"ben": "n"},
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, INF, 25.0, 45.0, 65.0]


def test_an_attempt_is_finished_before_what_is_taken_over(run):
    """dan misses fay twice at 15-35 and her mobile at 65-75; ben's call comes at 70, and is made when she has answered.

    So it is in rounds too, though he has tried fay before, and gus not yet.
    """
    path = run(
        person("ann", "ben"), chancy("ben", "gus", delegate="dan"), person("dan", "fay"),
        person("fay", phones=(Phone("mobile", 0.5), Phone("home", 0.5))), person("gus"),
        notices=(Notices("ann"), Notices("dan", Deterministic(15.0))), answers={"ben": "nn", "fay": "nnny"},
        order="rounds", attempts=2, between_s=30.0,
    )  # fmt: skip
    assert (70.0, TAKES_OVER, 2, 1) in rows(path)
    assert path.told_s.tolist() == [0.0, INF, 15.0, 95.0, 115.0]


def test_whoever_was_done_goes_on_with_what_is_taken_over(run):
    """dan has told fay by 20, and takes over ben's call at 30."""
    path = run(
        person("ann", "ben"), chancy("ben", "gus", delegate="dan"), person("dan", "fay"), person("fay"), person("gus"),
        notices=(Notices("ann"), Notices("dan")), answers={"ben": "n"},
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0, INF, 0.0, 20.0, 50.0]
    assert (path.begins_s[2], path.ends_s[2]) == (0.0, 50.0)


# -- at the edges ------------------------------------------------------------------------------------------------------


def test_nobody_and_nothing(run):
    path = run(notices=())
    assert (len(path.told_s), len(path.duty_ended), len(path.trace_s)) == (0, 0, 0)
    path = run(person("ann", "ben"), person("ben"), notices=(Notices("ann", Never()),))
    assert (path.told_s.tolist(), path.duty_ended.tolist()) == ([INF, INF], [OPEN])


def test_calls_of_no_length(run):
    """All that they bring about is at one instant, in the order of the card."""
    path = run(
        person("ann", "ben cai"), person("ben", "dan"), person("cai"), person("dan"), ring=Deterministic(0.0),
        talk=Deterministic(0.0),
    )  # fmt: skip
    assert path.told_s.tolist() == [0.0] * 4
    assert [row[1:] for row in rows(path) if row[1] == LEARNS] == [
        (LEARNS, 0, -1), (LEARNS, 1, 0), (LEARNS, 2, 0), (LEARNS, 3, 1),
    ]  # fmt: skip


def test_more_calls_than_were_drawn(run):
    """Both engines name the person, and say how many would do."""
    story = {"answers": {"ben": "nn"}, "attempts": 3}
    with pytest.raises(WidthError, match=r"'ben' is called more often than the 2 times .* most_calls of 3"):
        run(person("ann", "ben"), chancy("ben"), most_calls=2, **story)
    assert run(person("ann", "ben"), chancy("ben"), most_calls=3, **story).calls_to[1] == 3


# -- numbers drawn -----------------------------------------------------------------------------------------------------


def drawn_for(*people: Person, **more):
    notices = (Notices(people[0].name, Exponential(5.0)),)
    return draw(CascadeInputs(people, notices, by_rules(talk=Exponential(60.0), **more)), Streams(7, 3))


def somebody(name: str, calls: str = "", **more) -> Person:
    return chancy(
        name, calls, begins=Exponential(9.0), reads=0.5, reads_after=Exponential(200.0), acknowledges=0.5, comes=0.5,
        leaving=Uniform(0.0, 9.0), travel=Exponential(900.0), **more,
    )  # fmt: skip


def test_one_more_person_moves_no_number():
    few = drawn_for(somebody("ann", "ben", messages="ben"), somebody("ben"), attempts=2)
    more = drawn_for(somebody("ann", "ben cai", messages="ben cai"), somebody("ben"), somebody("cai"), attempts=3)
    for column in dataclasses.fields(few):
        one, other = getattr(few, column.name), getattr(more, column.name)
        assert np.array_equal(one, other[:2] if one.ndim == 1 else other[:2, : one.shape[1]]), column.name


def test_calls_are_drawn_only_as_far_as_they_can_be_needed():
    """By two lists, with a delegate, three attempts at two phones each; but not more often than is allowed."""
    two_phones = (Phone("mobile", 0.5), Phone("home", 0.5))
    tree = (somebody("ann", "ben cai"), somebody("ben", "cai"), somebody("cai", delegate="dan"))
    dan = somebody("dan")
    dan = dataclasses.replace(dan, phones=two_phones)
    inputs = CascadeInputs((*tree, dan), (Notices("ann"),), Calling(attempts=3))
    assert inputs.calls_at_most == (0, 3, 6, 12)
    assert draw(inputs, Streams(1, 0)).answer_u.shape == (4, 12)
    inputs = dataclasses.replace(inputs, calling=Calling(attempts=3, most_calls=5))
    drawn = draw(inputs, Streams(1, 0)).answer_u
    assert (drawn > 0).sum(axis=1).tolist() == [0, 3, 5, 5]


def test_what_is_no_chance_draws_nothing():
    class Refusing(Streams):
        def generator(self, name: str):
            raise AssertionError(name)

    people = (
        person("ann", "ben", messages="ben", comes=1.0),
        person("ben", reads=1.0, acknowledges=1.0, delegate="cai"),
        person("cai", answered=day_and_night(1.0, 0.0), comes=0.0, travel=Exponential(60.0)),
    )
    drawn = draw(CascadeInputs(people, (Notices("ann"),), by_rules()), Refusing(1, 0))
    assert (drawn.leaves_s.tolist(), drawn.reads_s.tolist()) == ([0.0, INF, INF], [INF, 0.0, INF])


# -- what is refused ---------------------------------------------------------------------------------------------------


def tree(*people: Person, notices: str = "ann", **more) -> CascadeInputs:
    return CascadeInputs(people, tuple(Notices(name) for name in notices.split()), **more)


NO_PHONES = {"phones": ()}

REFUSED = {
    "a circle of calls": (
        lambda: tree(person("ann", "ben"), person("ben", "cai"), person("cai", "ben")),
        "a circle, ben -> cai -> ben; accepted is a tree that ends",
    ),
    "a circle by way of a delegate": (
        lambda: tree(person("ann", "ben"), person("ben", delegate="cai"), person("cai", "ann")),
        "a circle, ann -> ben -> cai -> ann",
    ),
    "two who stand in for each other": (
        lambda: tree(person("ann", "ben"), person("ben", delegate="cai"), person("cai", delegate="ben")),
        "a circle, ben -> cai -> ben",
    ),
    "no phone": (
        lambda: tree(person("ann", "ben"), person("ben", **NO_PHONES)),
        "Person 'ann': calls 'ben': the number of phones of 'ben' is 0; accepted is 1 or more",
    ),
    "a delegate without a phone": (
        lambda: tree(person("ann", "ben"), person("ben", delegate="cai"), person("cai", **NO_PHONES)),
        "Person 'ann': calls 'ben': the number of phones of 'cai' is 0",
    ),
    "nobody answers": (
        lambda: tree(person("ann", "ben"), person("ben", answered=0.0, delegate="cai"), person("cai", answered=0.0)),
        "Person 'ann': calls 'ben': the share answered is 0 at every hour; accepted is a share above 0, or a delegate",
    ),
    "an owner whom nobody tells": (
        lambda: tree(person("ann"), person("ben", "cai"), person("cai")),
        "Person 'ben': who tells them is nobody; accepted is somebody who notices, calls or messages them",
    ),
    "an owner who reads no messages": (
        lambda: tree(person("ann", messages="ben"), person("ben", "cai"), person("cai")),
        "Person 'ben': who tells them is nobody",
    ),
    "an unknown name to call": (lambda: tree(person("ann", "bob"), person("ben")), "calls is 'bob'; accepted is one"),
    "an unknown name to message": (lambda: tree(person("ann", messages="bob")), "messages is 'bob'"),
    "an unknown delegate": (lambda: tree(person("ann", delegate="bob")), "delegate is 'bob'"),
    "an unknown witness": (lambda: tree(person("ann"), notices="bob"), "notices is 'bob'; accepted is one of ann"),
    "oneself to call": (lambda: tree(person("ann", "ann")), "calls is 'ann', themself; accepted is somebody else"),
    "oneself as a delegate": (lambda: tree(person("ann", delegate="ann")), "delegate is 'ann', themself"),
    "a name twice": (lambda: tree(person("ann"), person("ann")), "a person's name is 'ann'; accepted is each name"),
    "a witness twice": (lambda: tree(person("ann"), notices="ann ann"), "notices is ann, ann; accepted is each person"),
    "a call twice": (lambda: person("ann", "ben ben"), "calls is ben, ben; accepted is each once"),
    "a message twice": (lambda: person("ann", messages="ben ben"), "messages is ben, ben"),
    "a phone twice": (lambda: person("ann", phones=(Phone("a", 1.0),) * 2), "phones is a, a; accepted is each once"),
    "no name": (lambda: person(""), "Person: name is empty"),
    "a phone without a name": (lambda: Phone("", 1.0), "Phone: name is empty"),
    "more than all answer": (lambda: Phone("mobile", 1.1), "answered is 1.1; accepted is a share from 0 to 1"),
    "a share by night": (lambda: Phone("mobile", day_and_night(0.5, -0.1)), "answered is -0.1"),
    "shares of half a day": (lambda: Phone("mobile", [0.5] * 12), "shares answered is 12; accepted is 1, or 24"),
    "hours out of order": (lambda: day_and_night(1.0, 0.0, from_h=22, until_h=7), "accepted is 0 <= from_h <= until_h"),
    "a share who read": (lambda: person("ann", reads=-0.1), "reads is -0.1"),
    "a share who acknowledge": (lambda: person("ann", acknowledges=2.0), "acknowledges is 2.0"),
    "a share who come": (lambda: person("ann", comes=float("nan")), "comes is nan"),
    "a way without end": (lambda: person("ann", travel=Never()), "travel is Never.*accepted is a law of finite times"),
    "a ring without end": (lambda: by_rules(ring=Never()), "ring is Never"),
    "another order": (lambda: by_rules(order="random"), "order is 'random'; accepted is one by one or rounds"),
    "no attempt": (lambda: by_rules(attempts=0), "attempts is 0; accepted is a whole number, 1 or more"),
    "a pause without end": (lambda: by_rules(between_s=INF), "between_s is inf; accepted is a finite number"),
    "no calls": (lambda: by_rules(most_calls=0), "most_calls is 0"),
    "an hour of the next day": (lambda: tree(person("ann"), hour=24.0), "hour is 24.0; accepted is from 0 to below 24"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    build, message = REFUSED[case]
    with pytest.raises(InputsError, match=message):
        build()


def test_a_delegate_who_answers_makes_a_duty_possible():
    assert tree(person("ann", "ben"), person("ben", answered=0.0, delegate="cai"), person("cai")).duties == ((0, 1),)


def test_a_large_tree_is_checked_at_once():
    """A chain of 3,000, and everybody's delegate the next: no recursion, no search of all ways."""
    count = 3_000
    people = [
        person(f"p{k}", f"p{k + 1}" + (f" p{k + 2}" if k + 2 < count else "") if k + 1 < count else "")
        for k in range(count)
    ]
    assert len(tree(*people, notices="p0").duties) == 2 * count - 3
