"""The two engines of the cascade machine agree to the bit, on call trees of every kind."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from typing import Any

import numpy as np
import pytest
from cascade_scenarios import LATTICE, some_tree
from twins import assert_same_draws, uncompile, without_trace

from resilience_sim.errors import WidthError
from resilience_sim.models.cascade import (
    Calling,
    CascadeInputs,
    Draws,
    Ended,
    Notices,
    Path,
    Person,
    Phone,
    Through,
    day_and_night,
    draw,
)
from resilience_sim.models.cascade.kernel import simulate_together
from resilience_sim.models.cascade.path import CALLS, LEARNS, MISSES, REACHES, SENDS, TAKES_OVER
from resilience_sim.models.contract import assert_same_path, engine
from resilience_sim.randomness import Deterministic, Exponential, Law, LogNormal, Never, Streams, Uniform

KERNEL, REFERENCE = engine("kernel", of="cascade"), engine("reference", of="cascade")
CHUNKS, CHUNK = 2, 600
KINDS = {LEARNS: "learn", SENDS: "send", CALLS: "call", REACHES: "reach", MISSES: "miss", TAKES_OVER: "take over"}


# -- conformance -------------------------------------------------------------------------------------------------------


def counted(inputs: CascadeInputs, draws: Draws, path: Path) -> Counter[str]:
    """What was met in a path, by name."""
    met = Counter({f"through {way.name}": int(np.count_nonzero(path.through == way)) for way in Through})
    order, common = inputs.calling.order, "common list" if inputs.calling.common_list else "own lists"
    met["nobody"] = not inputs.people
    met["nobody notices"] = not (draws.notices_s < np.inf).any()
    met["noticed by one who knew"] = int(np.count_nonzero((draws.notices_s < np.inf) & (path.told_s < draws.notices_s)))
    met["comes"] = int(np.count_nonzero(path.arrives_s < np.inf))
    met["begins late"] = int(
        np.count_nonzero((path.begins_s < np.inf) & (path.begins_s > path.told_s + draws.begins_s))
    )
    met["third phone"] = int(np.count_nonzero(path.phone == 2))
    ways = [inputs.stands_in(about) for _, about in inputs.duties]
    for duty, (owner, about) in enumerate(inputs.duties):
        ended, reached = Ended(path.duty_ended[duty]), path.duty_reached[duty]
        met[f"{ended.name}, {order}"] += 1
        met[f"{ended.name}, {common}"] += 1
        met["taken over"] += path.duty_owner[duty] != owner
        met["about its owner"] += path.duty_owner[duty] == about
        met["passed over after calls"] += ended is Ended.PASSED_OVER and path.duty_calls[duty] > 0
        if ended is Ended.DELEGATED:
            met["reached by themselves"] += path.duty_owner[duty] == reached
            met["delegate of a delegate"] += ways[duty].index(reached) > 1
    on_phone, busy_with = set[int](), Counter[int]()
    missed_s: dict[tuple[int, int], float] = {}
    last_taking: tuple[float, int] | None = None
    for instant, kind, who, whom in zip(path.trace_s, path.trace_kind, path.trace_who, path.trace_whom, strict=True):
        if kind == CALLS:
            last_s = missed_s.get((who, whom), np.inf)
            met["waits to try again"] += last_s < instant == last_s + inputs.calling.between_s
            on_phone.add(who)
            busy_with[whom] += 1
            met["called by two at once"] += busy_with[whom] == 2
            hour = inputs.hour + instant / 3600
            met["in another hour than at first"] += int(hour) > int(inputs.hour)
            met["at the instant of an hour"] += instant > 0 and hour == int(hour)
        elif kind in (REACHES, MISSES):
            on_phone.discard(who)
            busy_with[whom] -= 1
            missed_s[who, whom] = instant
        elif kind == TAKES_OVER:
            met["takes over while on the phone"] += who in on_phone
            met["takes over before beginning"] += path.begins_s[who] > instant
            met["takes over from two at once"] += (instant, who) == last_taking
            last_taking = (instant, who)
        elif kind == SENDS:
            met["sends for another"] += who != whom
    return met


def ties(path: Path) -> Counter[str]:
    """Things of two people at one instant."""
    met, same = Counter[str](), (np.diff(path.trace_s) == 0) & (np.diff(path.trace_who) != 0)
    for one, other in zip(path.trace_kind[:-1][same], path.trace_kind[1:][same], strict=True):
        met[f"{KINDS[one]}, then {KINDS[other]}"] += 1
    return met


def conserved(inputs: CascadeInputs, draws: Draws, path: Path) -> None:
    """Calls, duties and people are neither lost nor made."""
    told, begun = path.told_s < np.inf, path.begins_s < np.inf
    assert path.calls_to.sum() == path.calls_by.sum() == path.duty_calls.sum()
    assert (told == (path.through != Through.NOTHING)).all()
    assert ((path.told_by >= 0) == np.isin(path.through, (Through.CALL, Through.MESSAGE))).all()
    assert ((path.phone >= 0) == (path.through == Through.CALL)).all()
    assert np.array_equal(path.arrives_s, np.where(told, (path.told_s + draws.leaves_s) + draws.travels_s, np.inf))
    assert (path.begins_s[begun] >= path.told_s[begun] + draws.begins_s[begun]).all()
    assert (begun == (path.ends_s < np.inf)).all()
    assert (path.begins_s[begun] <= path.ends_s[begun]).all()
    assert begun[path.calls_by > 0].all()
    # a duty is over, or its owner never learned of anything; it is reached if and only if somebody has it
    assert ((path.duty_ended == Ended.OPEN) == (path.duty_ended_s == np.inf)).all()
    assert np.array_equal(path.duty_ended == Ended.OPEN, ~told[path.duty_owner])
    assert ((path.duty_reached >= 0) == np.isin(path.duty_ended, (Ended.TOLD, Ended.DELEGATED))).all()
    assert told[path.duty_reached[path.duty_reached >= 0]].all()
    phones = np.array([len(person.phones) for person in inputs.people])
    for duty, (_, about) in enumerate(inputs.duties):
        assert path.duty_calls[duty] <= inputs.calling.attempts * phones[list(inputs.stands_in(about))].sum()
    by_owner = np.bincount(path.duty_owner, path.duty_calls, minlength=len(inputs.people))
    assert np.array_equal(path.calls_by, by_owner)


def traced(path: Path) -> None:
    """The trace tells what the columns say, in the order of time, one call at a time for each caller."""
    n = len(path.told_s)
    assert (np.diff(path.trace_s) >= 0).all()

    def rows(*kinds: int) -> np.ndarray:
        return np.isin(path.trace_kind, kinds)

    learns = rows(LEARNS)
    told = np.full(n, np.inf)
    told[path.trace_who[learns]] = path.trace_s[learns]
    by = np.full(n, -1)
    by[path.trace_who[learns]] = path.trace_whom[learns]
    assert np.count_nonzero(learns) == np.count_nonzero(path.told_s < np.inf)
    assert np.array_equal(told, path.told_s)
    assert np.array_equal(by, path.told_by)
    assert np.array_equal(np.bincount(path.trace_who[rows(CALLS)], minlength=n), path.calls_by)
    assert np.array_equal(np.bincount(path.trace_whom[rows(CALLS)], minlength=n), path.calls_to)
    assert np.count_nonzero(rows(REACHES)) == np.count_nonzero(
        (path.duty_reached >= 0) & (path.duty_reached != path.duty_owner)
    )
    for caller in np.flatnonzero(path.calls_by):
        mine = rows(CALLS, REACHES, MISSES) & (path.trace_who == caller)
        assert (path.trace_kind[mine][::2] == CALLS).all()
        assert (path.trace_kind[mine][1::2] != CALLS).all()
        assert np.array_equal(path.trace_whom[mine][::2], path.trace_whom[mine][1::2])
    sent = path.trace_whom[rows(SENDS)]
    assert len(np.unique(sent)) == len(sent), "a message was sent twice"
    taken = path.trace_whom[rows(TAKES_OVER)]
    assert len(np.unique(taken)) == len(taken), "something was taken over twice"
    assert (path.trace_s[rows(TAKES_OVER)] <= path.told_s[taken]).all()


def path_or_lack(engine: Any, inputs: CascadeInputs, draws: Draws, *, trace: bool = False) -> Path | str:
    """The path; where too few numbers were drawn for it, what the engine says."""
    try:
        return engine.simulate(inputs, draws, trace=trace)
    except WidthError as lack:
        return str(lack)


@pytest.mark.parametrize("lattice", [None, LATTICE])
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_engines_give_the_same_path_on_random_call_trees(chunk, lattice):
    met = Counter[str]()
    for case in range(CHUNK):
        inputs = some_tree(np.random.default_rng([chunk, case, int(lattice or 0)]), lattice)
        draws = draw(inputs, Streams(case, chunk))
        reference = path_or_lack(REFERENCE, inputs, draws, trace=True)
        if isinstance(reference, str):
            met["too few drawn"] += 1
            assert path_or_lack(KERNEL, inputs, draws, trace=True) == reference
            assert path_or_lack(KERNEL, inputs, draws) == reference
            continue
        assert_same_path(KERNEL.simulate(inputs, draws, trace=True), reference)
        assert_same_path(KERNEL.simulate(inputs, draws), without_trace(reference))
        conserved(inputs, draws, reference)
        traced(reference)
        met.update(counted(inputs, draws, reference) + ties(reference))
    for name in EVERYTHING + TIES * (lattice is not None):
        assert met[name] > 0, f"never met: {name}; the call trees have lost their power"


EVERYTHING = [
    *(f"through {way.name}" for way in Through),
    *(f"{ended.name}, {how}" for ended in Ended for how in ("one by one", "rounds", "common list", "own lists")),
    *("nobody", "nobody notices", "noticed by one who knew", "comes", "begins late", "third phone", "taken over"),
    *("about its owner", "passed over after calls", "reached by themselves", "delegate of a delegate"),
    *("waits to try again", "called by two at once", "in another hour than at first", "sends for another"),
    *("takes over while on the phone", "takes over before beginning", "takes over from two at once", "too few drawn"),
]  # fmt: skip
TIES = [
    *("learn, then learn", "learn, then call", "learn, then send", "learn, then reach", "send, then learn"),
    *("send, then call", "call, then call", "call, then send", "miss, then reach"),
    *("miss, then call", "reach, then learn", "take over, then call", "at the instant of an hour"),
]


# -- edges -------------------------------------------------------------------------------------------------------------


def phones(*answered: float) -> tuple[Phone, ...]:
    return tuple(Phone(f"phone {k}", share) for k, share in enumerate(answered))


def person(name: str, *answered: float, **more) -> Person:
    return Person(name, phones(*answered), **more)


def tree(*people: Person, notices: tuple[str, ...] = ("head",), hour: float = 0.0, **calling) -> CascadeInputs:
    return CascadeInputs(tuple(people), tuple(Notices(name) for name in notices), Calling(**calling), hour)


CROWD = tuple(person(f"member {k}", 0.3, reads=0.5, acknowledges=0.5, comes=0.5) for k in range(60))
CROWD_NAMES = tuple(member.name for member in CROWD)
DEAF = tuple(person(f"deaf {k}", 0.0, delegate=f"deaf {k + 1}" if k < 3 else "hears") for k in range(4))
NO_TIME = Deterministic(0.0)


@pytest.mark.parametrize(
    "inputs",
    [
        CascadeInputs((), ()),
        tree(person("head")),
        tree(person("head"), notices=()),
        tree(person("head", 0.5)),
        CascadeInputs((person("head", calls=("ann",)), person("ann", 1.0)), (Notices("head", Never()),)),
        tree(person("head", calls=CROWD_NAMES), *CROWD, attempts=5),
        tree(person("head", calls=CROWD_NAMES), *CROWD, attempts=5, order="rounds", between_s=3600.0),
        tree(person("head", messages=CROWD_NAMES), *CROWD),
        tree(person("head", calls=("ann",), messages=("ann",)), person("ann", 0.5, reads=1.0, acknowledges=1.0)),
        tree(person("head", calls=("deaf 0",)), *DEAF, person("hears", 1.0), attempts=3),
        tree(*(person(f"head {k}", calls=("ann",)) for k in range(40)), person("ann", 0.5, 0.5, 0.5),
             notices=tuple(f"head {k}" for k in range(40)), attempts=3, common_list=False, most_calls=360),
        tree(person("head", calls=("ann", "bob")), person("ann", 0.5, calls=("bob",)), person("bob", 0.5),
             ring=NO_TIME, talk=NO_TIME, attempts=3),
        tree(person("head", calls=("ann", "bob")), person("ann", 1.0), person("bob", 1.0), hour=23.999),
        tree(person("head", calls=("lost",)), person("lost", 0.0, messages=("stands in", "bob"), delegate="stands in"),
             person("stands in", 1.0, reads=1.0, acknowledges=1.0), person("bob", reads=1.0),
             person("late", begins=Deterministic(500.0), calls=("stands in",)), notices=("head", "late"),
             common_list=False),
    ],
    ids=[
        "empty", "one person", "nobody notices", "one person with a phone", "never noticed", "one calls sixty",
        "one calls sixty in rounds", "a message to sixty", "message before call", "nobody answers but the last",
        "forty call one", "calls of no time", "over midnight", "a message to whoever sends it",
    ],
)  # fmt: skip
def test_engines_agree_at_the_edges(inputs):
    draws = draw(inputs, Streams(5, 0))
    reference = REFERENCE.simulate(inputs, draws, trace=True)
    assert_same_path(KERNEL.simulate(inputs, draws, trace=True), reference)
    assert_same_path(KERNEL.simulate(inputs, draws), without_trace(reference))
    conserved(inputs, draws, reference)
    traced(reference)


@pytest.mark.parametrize("simulate", [KERNEL.simulate, REFERENCE.simulate])
def test_zero_capacity_everybody_up_the_line_is_tried_in_vain(simulate):
    """Four who never answer, three attempts of 30 s each, then a minute with the last of the line."""
    inputs = tree(person("head", calls=("deaf 0",)), *DEAF, person("hears", 1.0), attempts=3)
    path = simulate(inputs, draw(inputs, Streams(5, 0)))
    assert path.told_s[-1] == 4 * 3 * 30 + 60
    assert path.duty_calls.tolist() == [13]
    assert path.duty_ended.tolist() == [Ended.DELEGATED]


@pytest.mark.parametrize("simulate", [KERNEL.simulate, REFERENCE.simulate])
def test_overload_nobody_is_reached_sooner_than_one_caller_can_talk(simulate):
    inputs = tree(person("head", calls=CROWD_NAMES), *CROWD, attempts=60, most_calls=60)
    path = simulate(inputs, draw(inputs, Streams(5, 0)))
    assert (path.duty_ended == Ended.TOLD).all()
    assert path.ends_s[0] == 60 * 60 + 30 * (path.calls_by[0] - 60)
    assert path.told_s[-1] == path.ends_s[0]


# -- draws -------------------------------------------------------------------------------------------------------------

OF_PEOPLE = tuple(field.name for field in dataclasses.fields(Draws))


def rich(*, more: bool = False, place: int = 2, **changes) -> CascadeInputs:
    """People who draw from every stream, one more of them if asked."""

    def member(name: str, calls: tuple[str, ...] = (), messages: tuple[str, ...] = ()) -> Person:
        return Person(
            name, (Phone("mobile", day_and_night(0.5, 0.4)), Phone("home", 0.3)), calls, messages,
            begins=Exponential(30.0), reads=0.6, reads_after=LogNormal(4.0, 1.0), acknowledges=0.5, comes=0.7,
            leaving=Exponential(300.0), travel=Uniform(600.0, 1200.0),
        )  # fmt: skip

    people = [
        member("head", ("ann", "bob"), ("ann", "bob", "cat")), member("ann", ("cat",)), member("bob"), member("cat"),
    ]  # fmt: skip
    if more:
        people.insert(place, member("dan"))
        people[0 if place else 1] = dataclasses.replace(
            people[0 if place else 1], calls=("ann", "bob", "dan"), messages=("ann", "bob", "cat", "dan")
        )
    calling = {"ring": Exponential(25.0), "talk": LogNormal(4.0, 0.5), "attempts": 3, **changes}
    return CascadeInputs(tuple(people), (Notices("head", Exponential(60.0)),), Calling(**calling), 21.0)


@pytest.mark.parametrize("place", range(5))
def test_one_more_person_changes_no_other_draw(place):
    base = draw(rich(), Streams(7, 1))
    extended = draw(rich(more=True, place=place), Streams(7, 1))
    without = {name: np.delete(getattr(extended, name), place, axis=0) for name in OF_PEOPLE}
    assert_same_draws(base, dataclasses.replace(extended, **without))
    for name in ("begins_s", "travels_s"):
        assert len(np.unique(getattr(extended, name)[getattr(extended, name) > 0])) >= 2, f"{name} was not drawn"


def test_another_attempt_keeps_the_numbers_of_all_calls_before():
    base, extended = draw(rich(), Streams(7, 1)), draw(rich(attempts=5), Streams(7, 1))
    for name in OF_PEOPLE:
        one, other = getattr(base, name), getattr(extended, name)
        if one.ndim == 2:
            assert other.shape[1] > one.shape[1]
            drawn = one != 0
            assert drawn.any()
            assert np.array_equal(one[drawn], other[:, : one.shape[1]][drawn])
        else:
            assert np.array_equal(one, other)


def test_orders_pauses_and_lists_change_no_draw():
    base = draw(rich(), Streams(7, 1))
    for changes in ({"order": "rounds"}, {"between_s": 300.0}, {"common_list": False}):
        assert_same_draws(base, draw(rich(**changes), Streams(7, 1)))


def test_who_answers_at_one_share_answers_at_every_greater_one():
    """With the same draws and no hurry: a greater share never leaves out whom a smaller one reached."""
    for replication in range(200):
        told = []
        for share in (0.2, 0.4, 0.6):
            inputs = tree(person("head", calls=CROWD_NAMES[:20]), *(person(name, share) for name in CROWD_NAMES[:20]))
            told.append(KERNEL.simulate(inputs, draw(inputs, Streams(7, replication))).told_s < np.inf)
        assert (told[1] >= told[0]).all()
        assert (told[2] >= told[1]).all()


class Forbidden(Law):
    """No law to draw from."""

    @property
    def mean(self) -> float:
        return 1.0

    def draw(self, generator, size):
        raise AssertionError("drawn although it cannot happen")


def test_what_cannot_happen_draws_nothing():
    """Nobody is messaged or can come, and nobody calls the head."""
    never = {"reads_after": Forbidden(), "leaving": Forbidden(), "travel": Forbidden(), "reads": 0.5}
    inputs = tree(person("head", 0.5, calls=("ann",), **never), person("ann", 0.5, **never))
    drawn = draw(inputs, Streams(7, 0))
    assert not drawn.answer_u[0].any()
    assert drawn.answer_u[1].any()


# -- compiled ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lattice", [None, LATTICE])
def test_events_played_together_have_the_paths_of_each_by_itself(lattice):
    played = 0
    for case in range(100):
        inputs = some_tree(np.random.default_rng([case, 77]), lattice)
        draws = [draw(inputs, Streams(case, replication)) for replication in range(4)]
        hours = [0.0, 6.5, 17.25, 23.75]
        alone = [
            path_or_lack(KERNEL, dataclasses.replace(inputs, hour=hour), one)
            for hour, one in zip(hours, draws, strict=True)
        ]
        if lacking := [one for one in alone if isinstance(one, str)]:
            with pytest.raises(WidthError, match=re.escape(lacking[0])):
                simulate_together(inputs, draws, hours)
            continue
        for one, other in zip(simulate_together(inputs, draws, hours), alone, strict=True):
            assert_same_path(one, other)
            played += 1
    assert played > 200


@pytest.mark.parametrize("lattice", [None, LATTICE])
def test_compiled_kernel_equals_the_same_code_uncompiled(lattice, monkeypatch):
    from resilience_sim.models import heaps
    from resilience_sim.models.cascade import kernel

    cases = [some_tree(np.random.default_rng([case, 99]), lattice) for case in range(100)]
    drawn = [draw(inputs, Streams(case, 0)) for case, inputs in enumerate(cases)]

    compiled = [path_or_lack(kernel, inputs, draws, trace=True) for inputs, draws in zip(cases, drawn, strict=True)]
    uncompile(monkeypatch, kernel, heaps)
    for inputs, draws, one in zip(cases, drawn, compiled, strict=True):
        other = path_or_lack(kernel, inputs, draws, trace=True)
        if isinstance(one, str):
            assert one == other
        else:
            assert_same_path(one, other)
