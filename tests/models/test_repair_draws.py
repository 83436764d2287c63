"""Drawn numbers belong to faults and their remedies; what is looked after; and what is refused."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from resilience_sim.errors import InputsError
from resilience_sim.models.repair import (
    Backup,
    Crew,
    Draws,
    Faults,
    Instants,
    Ladder,
    Patrol,
    Rate,
    Remedy,
    RepairInputs,
    Stock,
    draw,
)
from resilience_sim.randomness import Deterministic, Exponential, LogNormal, Never, Streams, Uniform
from resilience_sim.timelines import Timeline, constant

DAY = 86_400.0
INF = math.inf
TWO_STORMS = Instants((DAY, 2 * DAY))
CREW = Crew("crew", constant(1.0), on_call=1, comes=Exponential(900.0))
STOCK = Stock("spare", 1, LogNormal.from_median(DAY, 0.5))
SWAP = Remedy("swap", LogNormal.from_median(600.0, 0.5), 0.9, "crew", spare="spare", response=Exponential(60.0))
VENDOR = Remedy("vendor", Exponential(3600.0), 0.8, response=Exponential(1200.0))
SWITCH = Faults("switch", (Ladder((SWAP, VENDOR)),), Exponential(300.0), Rate(10 / DAY, 1.0, 2.0), struck=3)
SERVER = Faults("server", (Ladder((VENDOR,)),), Exponential(60.0), Rate(5 / DAY), struck=2, struck_share=0.5)


def asked(*faults: Faults, days: float = 20.0, crews=(CREW,), stocks=(STOCK,), bursts=TWO_STORMS) -> RepairInputs:
    return RepairInputs(faults, days * DAY, crews, stocks, bursts)


def drawn(*faults: Faults, replication: int = 0, **more) -> Draws:
    return draw(asked(*faults, **more), Streams(7, replication))


def by_fault(draws: Draws) -> dict[tuple[int, int, int], tuple[float, ...]]:
    """All numbers of each fault, by its class, burst and identity."""
    tasks = np.stack((draws.response_s, draws.time_s, draws.works_u, draws.lead_s, draws.comes_s), axis=1)
    return {
        (int(draws.kind[k]), int(draws.burst[k]), int(draws.identity[k])): (
            float(draws.occurred_s[k]),
            float(draws.known_s[k]),
            *tasks[draws.task_from[k] : draws.task_from[k + 1]].ravel().tolist(),
        )
        for k in range(len(draws.kind))
    }


def assert_part_of(some: Draws, all_of: Draws) -> None:
    few, many = by_fault(some), by_fault(all_of)
    assert few.keys() < many.keys()
    assert few == {who: many[who] for who in few}


# -- numbers belong to faults ------------------------------------------------------------------------------------------


def test_faults_are_listed_class_by_class_alone_and_then_burst_by_burst():
    draws = drawn(SWITCH, SERVER)
    place = list(zip(draws.kind.tolist(), draws.burst.tolist(), draws.identity.tolist(), strict=True))
    assert place == sorted(place)
    assert {burst for _, burst, _ in place} == {-1, 0, 1}
    assert (draws.occurred_s[draws.burst == 1] == 2 * DAY).all()
    assert (np.diff(draws.task_from) == np.where(draws.kind == 0, 2, 1)).all()


def test_one_more_class_moves_no_number():
    assert_part_of(drawn(SWITCH), drawn(SWITCH, SERVER))


@pytest.mark.parametrize(
    ("name", "fewer"), [("struck", 2), ("struck_share", 0.4)], ids=["one device less", "a smaller share"]
)
def test_a_weaker_burst_strikes_some_of_those_of_a_stronger_one(name, fewer):
    strong = dataclasses.replace(SWITCH, struck=40, struck_share=0.7)
    assert_part_of(drawn(dataclasses.replace(strong, **{name: fewer})), drawn(strong))


def test_one_more_burst_moves_no_number():
    assert_part_of(drawn(SWITCH, bursts=Instants((DAY,))), drawn(SWITCH))


def test_a_longer_horizon_only_adds_faults():
    assert_part_of(drawn(SWITCH, days=10.0), drawn(SWITCH))


def test_a_lower_level_has_some_of_the_faults_of_a_higher_one():
    high = dataclasses.replace(SWITCH, arrivals=Rate(10 / DAY, 2.0, 2.0))
    assert_part_of(drawn(SWITCH), drawn(high))


def test_people_spares_and_rules_are_not_read():
    remedy = dataclasses.replace(SWAP, works=0.5, limit_s=10.0, persons=2, waits=True)
    ladders = (Ladder((remedy,)), Ladder((VENDOR,), after_s=60.0, persists=True))
    other = dataclasses.replace(SWITCH, ladders=ladders, priority=5, takes_down=("all",))
    crew = dataclasses.replace(CREW, on_shift=Timeline(np.array([0.0, 9.0]), np.array([4.0, 1.0])), on_call=3)
    one = drawn(SWITCH)
    two = drawn(other, crews=(crew,), stocks=(dataclasses.replace(STOCK, base=9),))
    for field in dataclasses.fields(Draws):
        assert np.array_equal(getattr(one, field.name), getattr(two, field.name)), field.name


def test_what_is_switched_off_draws_nothing():
    """Certain times, shares of 0 and 1, no one on call: the streams are never asked for."""
    certain = Remedy("job", Deterministic(60.0), 1.0, "crew", spare="spare", response=Deterministic(5.0))
    faults = Faults("one", (Ladder((certain,)),), Deterministic(3.0), Instants((0.0, 9.0)), struck=2)
    crew, stock = Crew("crew", constant(1.0)), Stock("spare", 0, Never())
    streams = Streams(1, 0)
    draws = draw(asked(faults, crews=(crew,), stocks=(stock,)), streams)
    assert streams._given == set()
    assert draws.known_s.tolist() == [3.0, 12.0, DAY + 3, DAY + 3, 2 * DAY + 3, 2 * DAY + 3]
    assert (draws.lead_s == INF).all()
    assert (draws.works_u == 0).all()
    assert (draws.comes_s == 0).all()


def test_faults_come_as_a_poisson_process():
    """The number in a fortnight has its mean as its variance, and where they are is uniform."""
    days = [drawn(SWITCH, days=14.0, bursts=None, replication=k).occurred_s for k in range(400)]
    counts = np.array([len(day) for day in days])
    assert counts.mean() == pytest.approx(140, abs=4 * math.sqrt(140 / 400))
    assert counts.var(ddof=1) / 140 == pytest.approx(1, abs=4 * math.sqrt(2 / 400))
    assert stats.kstest(np.concatenate(days), stats.uniform(0, 14 * DAY).cdf).pvalue > 0.001
    assert all((np.diff(day) > 0).all() for day in days)


# -- what is looked after ----------------------------------------------------------------------------------------------


def test_a_patrol_finds_what_occurred_since_the_last_one():
    """Every look is a whole number of rounds after the first, and none between a fault and its finding was missed."""
    faults = dataclasses.replace(SWITCH, noticed=Never(), patrol=Patrol("daily", DAY))
    draws = drawn(faults)
    delay_s = draws.known_s - draws.occurred_s
    assert (delay_s.min() >= 0, delay_s.max() < DAY) == (True, True)
    rounds = (draws.known_s - draws.known_s.min()) / DAY
    assert np.abs(rounds - np.round(rounds)).max() < 1e-9


def test_a_fault_is_known_by_whoever_finds_it_first():
    noticed = drawn(SWITCH)
    both = drawn(dataclasses.replace(SWITCH, patrol=Patrol("hourly", 3600.0)))
    alone = drawn(dataclasses.replace(SWITCH, noticed=Never(), patrol=Patrol("hourly", 3600.0)))
    assert np.array_equal(both.known_s, np.minimum(noticed.known_s, alone.known_s))


def test_one_round_finds_the_faults_of_all_classes_that_it_looks_at():
    one, other = (
        dataclasses.replace(each, noticed=Never(), patrol=Patrol("daily", DAY), arrivals=None, struck_share=1.0)
        for each in (SWITCH, SERVER)
    )
    assert len(set(drawn(one, other, bursts=Instants((DAY,))).known_s.tolist())) == 1


@pytest.mark.parametrize("occurred_s", [0.1 * k for k in range(40)])
def test_a_fault_at_the_instant_of_a_look_is_found_by_it(occurred_s):
    """Also where the quotient of lattice times is rounded away from a whole number."""
    patrol = Patrol("round", 0.1)
    faults = Faults("one", (Ladder((VENDOR,)),), Never(), Instants((occurred_s, occurred_s + 0.05)), patrol=patrol)
    first, second = drawn(faults, bursts=None).known_s
    assert 0 <= first - occurred_s < 0.1 + 1e-12
    again = dataclasses.replace(faults, arrivals=Instants((float(first), float(second))))
    assert drawn(again, bursts=None).known_s.tolist() == [first, second]


def test_the_age_of_a_backup_counts_from_the_last_good_copy():
    """All copies good: below the interval; half of them: whole intervals more, the same copy for both classes."""
    weekly = Backup("weekly", 7 * DAY)
    good = drawn(dataclasses.replace(SWITCH, backup=weekly), dataclasses.replace(SERVER, backup=weekly))
    half = Backup("weekly", 7 * DAY, 0.5)
    spoilt = drawn(dataclasses.replace(SWITCH, backup=half), dataclasses.replace(SERVER, backup=half))
    assert (good.backup_age_s.min() >= 0, good.backup_age_s.max() < 7 * DAY) == (True, True)
    more = (spoilt.backup_age_s - good.backup_age_s) / (7 * DAY)
    assert np.abs(more - np.round(more)).max() < 1e-9
    assert more.min() == 0
    copies = spoilt.occurred_s - spoilt.backup_age_s
    shared = {round(copy) for copy in copies[spoilt.kind == 0]} & {round(copy) for copy in copies[spoilt.kind == 1]}
    assert len(shared) >= 1


def test_a_better_backup_is_never_older():
    ages = [
        drawn(dataclasses.replace(SWITCH, backup=Backup("b", DAY, share)), replication=k).backup_age_s
        for share in (0.3, 0.6, 1.0)
        for k in range(20)
    ]
    worse, better, best = (np.concatenate(ages[20 * k : 20 * k + 20]) for k in range(3))
    assert (worse >= better).all()
    assert (better >= best).all()
    assert worse.mean() > better.mean() > best.mean()


# -- what is refused ---------------------------------------------------------------------------------------------------

JOB = Remedy("job", Deterministic(1.0), crew="crew")


def one(**rules) -> Faults:
    return Faults("one", **{"ladders": (Ladder((JOB,)),), **rules})


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: asked(one(), crews=()), "'crew', a skill nobody has; accepted is a crew that is there"),
        (lambda: asked(one(), crews=(Crew("crew", constant(0.0)),)), "persons is 1 of 'crew'; accepted is 0 at most"),
        (
            lambda: asked(one(), crews=(Crew("crew", Timeline(np.array([-9.0, 0.0]), np.array([5.0, 0.0]))),)),
            "persons is 1 of 'crew'; accepted is 0 at most",
        ),
        (lambda: Stock("spare", -1, Deterministic(1.0)), "base is -1; accepted is a whole number, 0 or more"),
        (lambda: Crew("crew", constant(-1.0)), "on_shift"),
        (lambda: Crew("crew", constant(1.5)), "on_shift"),
        (lambda: Crew("crew", constant(1.0), on_call=-1), "on_call is -1"),
        (lambda: Crew("crew", constant(1.0), comes=Never()), "who never comes is not on call"),
        (
            lambda: one(ladders=(Ladder((JOB,), after_s=3600.0), Ladder((VENDOR,), after_s=600.0))),
            "limits that contradict no other: a later level not earlier",
        ),
        (lambda: Remedy("job", Never()), "without a limit"),
        (lambda: Remedy("vendor", Deterministic(1.0), response=Never()), "one that never comes is left out"),
        (lambda: Remedy("job", Deterministic(1.0), 1.1), "works is 1.1; accepted is a share from 0 to 1"),
        (lambda: Remedy("job", Deterministic(1.0), persons=0), "persons is 0"),
        (lambda: Remedy("job", Deterministic(1.0), limit_s=-1.0), "limit_s is -1"),
        (lambda: Remedy("job", Deterministic(1.0), waits=True), "waits is true without a spare"),
        (lambda: Ladder(()), "no remedy"),
        (lambda: one(ladders=()), "name and ladders"),
        (lambda: one(ladders=(Ladder((JOB,)), Ladder((JOB,)))), "the name of a remedy is 'job'"),
        (lambda: one(noticed=Never()), "never, and no patrol"),
        (lambda: one(struck=-1), "struck is -1"),
        (lambda: one(struck_share=2.0), "struck_share is 2"),
        (lambda: one(ladders=(Ladder((dataclasses.replace(JOB, restores=True),)),)), "'job' restores from it"),
        (lambda: Patrol("round", 0.0), "every_s is 0"),
        (lambda: Backup("weekly", DAY, 0.0), "succeeds is 0"),
        (lambda: Rate(-1.0), "per_s is -1"),
        (lambda: Rate(1.0, 2.0, 1.0), r"level_ceiling is 1.0; accepted is a finite number, level \(2.0\) or more"),
        (lambda: Instants((INF,)), "times_s is inf"),
        (lambda: asked(one(), one()), "a name of the faults is 'one'; accepted is each name once"),
        (lambda: asked(one(), crews=(CREW, CREW)), "a name of the crews is 'crew'"),
        (lambda: asked(SWITCH, stocks=()), "spare is 'spare'; accepted is a stock that is there"),
        (
            lambda: asked(
                one(ladders=(Ladder((dataclasses.replace(SWAP, waits=True),)),)), stocks=(Stock("spare", 1, Never()),)
            ),
            "which is not replaced",
        ),
        (
            lambda: asked(
                dataclasses.replace(SWITCH, patrol=Patrol("round", 1.0)),
                dataclasses.replace(SERVER, patrol=Patrol("round", 2.0)),
            ),
            "the patrol 'round' is two different ones",
        ),
        (lambda: asked(days=0.0), "horizon_s is 0"),
        (lambda: asked(), "faults is empty"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_accepted(make, says):
    with pytest.raises(InputsError, match=says):
        make()


def test_a_uniform_law_is_a_law_of_delays():
    """What becomes known lies where its law says, whatever the class is struck by."""
    draws = drawn(dataclasses.replace(SWITCH, noticed=Uniform(10.0, 20.0)))
    delay_s = draws.known_s - draws.occurred_s
    assert (delay_s.min() >= 10 - 1e-6, delay_s.max() <= 20 + 1e-6) == (True, True)
