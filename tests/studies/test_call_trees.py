"""From a call tree to the machine and back: changes, blocks of alarms, and closed forms through the converter."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from resilience_sim.errors import WidthError
from resilience_sim.models.cascade import Calling, CascadeInputs, Notices, Person, Phone
from resilience_sim.models.cascade.kernel import simulate
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Site
from resilience_sim.randomness import Deterministic, Exponential, Streams
from resilience_sim.studies.call_blocks import draw_block
from resilience_sim.studies.call_trees import (
    UNCHANGED,
    Alarm,
    CallTrees,
    Changes,
    drawn_hours,
    first_told_s,
    last_told_s,
    on_site_s,
    places_s,
    told_s,
)

SLUG = "utility-call-centre"
MANY = 4000


@pytest.fixture(scope="module")
def site() -> Site:
    return read_site(library()[SLUG])[0]


@pytest.fixture(scope="module")
def trees(site: Site) -> CallTrees:
    return CallTrees(site)


def block(
    trees: CallTrees, chain: str, changes: Changes = UNCHANGED, *, count: int = 200, seed: int = 1
) -> list[Alarm]:
    return trees.run_block(chain, Streams(seed, 0), hours=np.full(count, 12.0), changes=changes)


# ---- closed forms through the converter


def test_a_head_on_three_numbers_is_told_as_the_geometric_law_says(site: Site, trees: CallTrees) -> None:
    """By day: mobile 0.5, office 0.4, home 0.2, a minute each, three attempts."""
    alarms = block(trees, "briefing", count=MANY)
    missed = math.prod(1 - site.base(f"calling.{name}_day") for name in ("answered", "office", "home")) ** 3
    for role in ("deputy_head", "head"):
        told = np.array([first_told_s(alarm, role) for alarm in alarms])
        share = float(np.isfinite(told).mean())
        assert share == pytest.approx(1 - missed, abs=4 * math.sqrt(missed * (1 - missed) / MANY))
        if role == "deputy_head":
            assert float((told <= 60.0).mean()) == pytest.approx(0.5, abs=4 * math.sqrt(0.25 / MANY))


def test_a_superior_with_one_phone_is_told_at_the_end_of_an_attempt() -> None:
    network = CallTrees(read_site(library()["network-operations"])[0])
    alarms = block(network, "report", Changes(attempts=2), count=MANY)
    told = np.array([first_told_s(alarm, "superior") for alarm in alarms])
    assert set(np.unique(told)) == {60.0, 420.0, math.inf}
    for instant, share in ((60.0, 0.5), (420.0, 0.25), (math.inf, 0.25)):
        found = float((told == instant).mean())
        assert found == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / MANY))


def test_travel_is_counted_from_being_told(trees: CallTrees) -> None:
    for alarm in block(trees, "abnormal", count=50):
        told, there = told_s(alarm, "team_leaders"), on_site_s(alarm, "team_leaders")
        assert (there[np.isfinite(there)] > told[np.isfinite(there)]).all()
        assert not np.isfinite(there[~np.isfinite(told)]).any()


# ---- changes


def test_more_attempts_reach_more_on_the_same_numbers(trees: CallTrees) -> None:
    reached = []
    for attempts in (1, 2, 3, 5):
        alarms = block(trees, "abnormal", Changes(attempts=attempts))
        reached.append(sum(int(np.isfinite(told_s(alarm, "head", "team_leaders")).sum()) for alarm in alarms))
    assert reached == sorted(reached)
    assert reached[0] < reached[-1]


def test_who_answers_the_first_call_does_so_whatever_else_is_changed(trees: CallTrees) -> None:
    plain = block(trees, "abnormal")
    for changes in (Changes(attempts=5), Changes(numbers=2), Changes(order="one by one")):
        for before, after in zip(plain, block(trees, "abnormal", changes), strict=True):
            assert (first_told_s(before, "head") == 60.0) == (first_told_s(after, "head") == 60.0)


def test_a_message_to_all_tells_nobody_later(trees: CallTrees) -> None:
    everybody = ("head", "deputy_head", "bureau_deputy", "marketing", "production", "team_leaders")
    called = block(trees, "abnormal")
    messaged = block(trees, "abnormal", Changes(with_message=everybody))
    alone = block(trees, "abnormal", Changes(by_message=everybody))
    for one, other, third in zip(called, messaged, alone, strict=True):
        assert (told_s(other, *everybody) <= told_s(one, *everybody)).all()
        assert (third.path.calls_to == 0).all()
        assert np.isfinite(last_told_s(third, *everybody))


def test_fewer_numbers_people_and_other_facts_are_what_the_machine_gets(site: Site, trees: CallTrees) -> None:
    inputs = trees.inputs(
        "call_up",
        changes=Changes(numbers=1, people=(("agents", 3),), comes_in_person=True, facts=(("calling.attempt", 2.0),)),
    )
    people = {person.name: person for person in inputs.people}
    assert [name for name in people if name.startswith("agents")] == ["agents 1", "agents 2", "agents 3"]
    assert [phone.name for phone in people["deputy_head"].phones] == ["mobile"]
    assert people["agents 1"].comes == 1.0
    assert inputs.calling.ring == Deterministic(120.0)
    assert site.base("calling.attempt") == 60.0  # the site itself is as it was


def test_a_fact_set_twice_has_its_last_value() -> None:
    changes = Changes().with_fact("a", 1.0).with_fact("b", 2.0).with_fact("a", 3.0)
    assert dict(changes.facts) == {"a": 3.0, "b": 2.0}


def test_a_fact_in_base_units_is_that_of_the_site_in_any_unit(site: Site) -> None:
    changes = Changes().with_fact("calling.attempt", 9.0).with_base("calling.attempt", 90.0)
    changed = changes.at(site)
    assert (changed.base("calling.attempt"), changed.fact("calling.attempt").value) == (90.0, 1.5)
    assert changes.with_fact("calling.attempt", 2.0).at(site).base("calling.attempt") == 120.0
    assert UNCHANGED.at(site) is site


def test_phones_are_answered_while_they_are_switched_on(trees: CallTrees) -> None:
    """The day of the tree begins at 7 h: for 18 hours they are on until 1 h."""
    inputs = trees.inputs("abnormal", changes=Changes(switched_on=(("mobile", 18),)))
    mobile, office, _ = inputs.people[inputs.index["head"]].phones
    off = [hour for hour, share in enumerate(mobile.answered) if share == 0]
    assert off == [1, 2, 3, 4, 5, 6]
    assert {mobile.answered[hour] for hour in (0, 22, 23)} == {0.4}
    assert min(office.answered) > 0


# ---- hours


def test_hours_lie_where_they_are_wanted(site: Site, trees: CallTrees) -> None:
    day = drawn_hours(Streams(1, 0), "by_day", trees.tree, site, 1000)
    night = drawn_hours(Streams(1, 0), "by_night", trees.tree, site, 1000)
    assert ((day >= 7) & (day < 22)).all()
    assert ((night < 7) | (night >= 22)).all()
    assert ((night >= 0) & (night < 24)).all()
    any_hour = drawn_hours(Streams(1, 0), "any_hour", trees.tree, site, 1000)
    assert ((any_hour >= 7) & (any_hour < 22)).mean() == pytest.approx(15 / 24, abs=0.06)


def test_the_hour_is_told_to_the_machine_in_quarters(trees: CallTrees) -> None:
    assert trees.inputs("abnormal", hour=21.9).hour == 21.75
    assert trees.inputs("abnormal", hour=24.1).hour == 0.0


# ---- places


def test_places_are_taken_by_those_who_said_first_that_they_come(trees: CallTrees) -> None:
    for alarm in block(trees, "call_up", count=40):
        told, there = told_s(alarm, "agents"), on_site_s(alarm, "agents")
        taken = places_s(alarm, 3, "agents")
        come = [pair for pair in sorted(zip(told.tolist(), there.tolist(), strict=True)) if math.isfinite(pair[1])]
        assert taken.tolist() == [at for _, at in come[:3]] + [math.inf] * (3 - len(come[:3]))
        assert (places_s(alarm, 60, "agents")[36:] == np.inf).all()  # only 36 are off shift


# ---- blocks


def small(answered: float = 0.5) -> CascadeInputs:
    phones = (Phone("mobile", answered), Phone("home", 0.3))
    return CascadeInputs(
        (
            Person("a", phones, calls=("b", "c")),
            Person("b", phones, begins=Exponential(60.0), comes=0.7, travel=Exponential(900.0)),
            Person("c", phones, reads=0.5, reads_after=Exponential(300.0)),
        ),
        (Notices("a", Exponential(30.0)),),
        Calling(ring=Exponential(20.0), talk=Exponential(40.0), attempts=2),
    )


def test_a_block_has_the_laws_of_the_machines_own_draws() -> None:
    inputs = small()
    drawn = draw_block(inputs, Streams(3, 0), MANY)
    paths = [simulate(inputs, one) for one in drawn]
    told_b = np.array([path.told_s[1] for path in paths])
    share = 1 - (0.5 * 0.7) ** 2
    assert np.isfinite(told_b).mean() == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / MANY))
    assert np.mean([one.notices_s[0] for one in drawn]) == pytest.approx(30.0, abs=4 * 30 / math.sqrt(MANY))
    assert np.mean([one.ring_s[1] for one in drawn]) == pytest.approx(20.0, rel=0.05)
    comes = np.mean([np.isfinite(one.leaves_s[1]) for one in drawn])
    assert comes == pytest.approx(0.7, abs=4 * math.sqrt(0.21 / MANY))


def test_a_block_gives_equal_numbers_to_trees_that_differ_in_what_they_ask() -> None:
    plain = draw_block(small(), Streams(3, 0), 20)
    more = draw_block(replace(small(), calling=Calling(attempts=4)), Streams(3, 0), 20)
    for one, other in zip(plain, more, strict=True):
        width = one.answer_u.shape[1]
        assert other.answer_u.shape[1] == 2 * width
        assert np.array_equal(one.answer_u, other.answer_u[:, :width])
        assert np.array_equal(one.travels_s, other.travels_s)


def test_a_tree_that_asks_for_too_many_calls_is_refused() -> None:
    phones = tuple(Phone(f"phone {k}", 0.5) for k in range(30))
    inputs = CascadeInputs((Person("a", calls=("b",)), Person("b", phones)), (Notices("a"),), Calling(attempts=4))
    with pytest.raises(WidthError, match="somebody may be called 120 times; accepted are trees with at most 100"):
        draw_block(inputs, Streams(1, 0), 2)
