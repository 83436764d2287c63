"""Closed forms of the repair machine, and the machine against them.

First the formulas are held against chains, sums and integrals that know nothing of them. Then the engines are: exactly
where nothing is left to chance, and else within four standard errors over independent replications, of which each
counts the sum of (value - target) over the faults after a warm-up. A test also states how small that error has to be.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from scipy import integrate, stats

from resilience_sim.errors import InputsError
from resilience_sim.models.contract import ENGINES, engine
from resilience_sim.models.repair import (
    Backup,
    Crew,
    Faults,
    Instants,
    Ladder,
    Patrol,
    Rate,
    Remedy,
    RepairInputs,
    Stock,
    Tried,
    draw,
    kernel,
    measures,
    theory,
)
from resilience_sim.models.repair.theory import Job, Rung
from resilience_sim.randomness import (
    Deterministic,
    Empirical,
    Exponential,
    Gamma,
    Law,
    LogNormal,
    Never,
    Streams,
    Uniform,
)
from resilience_sim.timelines import constant

# ---- chains


def stationary(generator: np.ndarray) -> np.ndarray:
    """Solve π Q = 0, Σ π = 1."""
    system = np.vstack((generator.T, np.ones(len(generator))))
    return np.linalg.lstsq(system, np.append(np.zeros(len(generator)), 1.0), rcond=None)[0]


def chain(states, moves) -> dict:
    """Stationary probabilities of a chain; `moves(state)` gives (next state, rate), those outside being blocked."""
    place = {state: k for k, state in enumerate(states)}
    generator = np.zeros((len(place), len(place)))
    for state, k in place.items():
        for after, rate in moves(state):
            if rate > 0 and after in place:
                generator[k, place[after]] += rate
                generator[k, k] -= rate
    return dict(zip(place, stationary(generator), strict=True))


def test_erlang_against_a_birth_death_chain():
    load, persons, most = 2.2, 4, 90
    inside = chain(range(most), lambda n: [(n + 1, load), (n - 1, float(min(n, persons)))])
    assert theory.erlang_c(load, persons) == pytest.approx(sum(inside[n] for n in range(persons, most)), rel=1e-9)
    full = chain(range(persons + 1), lambda n: [(n + 1, load), (n - 1, float(n))])
    assert theory.erlang_b(load, persons) == pytest.approx(full[persons], rel=1e-9)
    mean = integrate.quad(lambda t: theory.waits_longer(load, 1.0, persons, t), 0, 100)[0]
    waiting = sum((n - persons) * inside[n] for n in range(persons, most))
    assert mean == pytest.approx(waiting / load, rel=1e-8)


RATES, PERSONS, MOST = (0.6, 0.5), 2, 26  # two classes, jobs of mean 1


def test_priority_waits_against_a_chain():
    """Cobham: states are (at work, first class waiting, second class waiting)."""
    states = [(busy, 0, 0) for busy in range(PERSONS)] + [(PERSONS, i, j) for i in range(MOST) for j in range(MOST)]

    def moves(state):
        busy, first, second = state
        if busy < PERSONS:
            yield (busy + 1, 0, 0), sum(RATES)
            yield (busy - 1, 0, 0), float(busy)
            return
        yield (busy, first + 1, second), RATES[0]
        yield (busy, first, second + 1), RATES[1]
        after = (busy, first - 1, second) if first else (busy, 0, second - 1) if second else (busy - 1, 0, 0)
        yield after, float(busy)

    found = chain(states, moves)
    queues = [sum(state[1 + k] * share for state, share in found.items()) for k in range(2)]
    waits = theory.priority_waits(RATES, 1.0, PERSONS)
    assert waits == pytest.approx(np.array(queues) / RATES, rel=1e-3)  # what is cut off at MOST
    tail = integrate.quad(lambda t: theory.urgent_waits_longer(RATES, 1.0, PERSONS, t), 0, 200)[0]
    assert tail == pytest.approx(waits[0], rel=1e-8)


def test_preemptive_sojourns_against_a_chain():
    """Buzen and Bondi: states are (first class inside, second class inside)."""

    def moves(state):
        first, second = state
        yield (first + 1, second), RATES[0]
        yield (first, second + 1), RATES[1]
        yield (first - 1, second), float(min(first, PERSONS))
        yield (first, second - 1), float(min(second, PERSONS - min(first, PERSONS)))

    found = chain([(i, j) for i in range(MOST) for j in range(MOST)], moves)
    inside = [sum(state[k] * share for state, share in found.items()) for k in range(2)]
    assert theory.preemptive_sojourns(RATES, 1.0, PERSONS) == pytest.approx(np.array(inside) / RATES, rel=1e-3)


# ---- one person


def test_one_person_agrees_with_several_where_both_are_known():
    jobs = [Job(0.2, 1.0, 2.0), Job(0.5, 1.0, 2.0)]  # exponential: E[S²] = 2 E[S]²
    assert theory.one_person_waits(jobs) == pytest.approx(theory.priority_waits([0.2, 0.5], 1.0, 1), rel=1e-12)
    sojourns = theory.preemptive_sojourns([0.2, 0.5], 1.0, 1)
    assert theory.one_person_sojourns(jobs) == pytest.approx(sojourns, rel=1e-12)


def test_fixed_jobs_wait_half_as_long_as_exponential_ones():
    fixed, exponential = (theory.one_person_waits([Job(0.7, 1.0, square)])[0] for square in (1.0, 2.0))
    assert exponential == pytest.approx(2 * fixed, rel=1e-12)


def test_work_that_is_left_does_not_depend_on_the_order():
    """Kleinrock's law: exponential jobs, interrupted or not, leave on average Σ λ E[S²] / 2 / (1 - ρ) of work."""
    jobs = [Job(0.1, 2.0, 8.0), Job(0.2, 1.5, 4.5), Job(0.3, 0.5, 0.5)]
    loads = np.array([job.rate * job.mean_s for job in jobs])
    at_work = sum(job.rate * job.square_s2 / 2 for job in jobs)
    work = at_work / (1 - loads.sum())
    assert loads @ theory.one_person_waits(jobs) + at_work == pytest.approx(work, rel=1e-12)
    # A job that was interrupted has as much left as a fresh one, so that by Little each inside counts its mean.
    assert loads @ theory.one_person_sojourns(jobs) == pytest.approx(work, rel=1e-12)


# ---- ample


def test_open_faults_are_the_integral_of_who_is_still_open():
    law = LogNormal(4.4364, 1.1218)
    integral = integrate.quad(lambda u: 1 - law.up_to(u)[0], 0, 240)[0]
    assert theory.mean_open(0.01, law, 240.0) == pytest.approx(0.01 * integral, rel=1e-8)
    assert theory.mean_open(0.01, law) == pytest.approx(0.01 * law.mean, rel=1e-12)
    assert theory.mean_open(0.01, Never(), 240.0) == pytest.approx(2.4)


def test_times_up_and_down_make_the_share_up():
    """Down times follow up times of mean 1 / λ: up / (up + down) is the share of time with no fault open."""
    rate, mean_s = 0.3, 2.0
    down = theory.mean_down_s(rate, mean_s)
    assert (1 / rate) / (1 / rate + down) == pytest.approx(theory.up_share([rate * mean_s]), rel=1e-12)


# ---- spares


@pytest.mark.parametrize("stock", [0, 1, 3, 6])
def test_palm_against_sums_of_the_poisson_law(stock):
    rate, lead_s = 0.4, 5.0
    on_order = stats.poisson(rate * lead_s)
    assert theory.stock_out(rate, lead_s, stock) == pytest.approx(1 - on_order.cdf(stock - 1), rel=1e-9)
    behind = on_order.expect(lambda n: np.maximum(n - stock, 0))
    assert theory.waiting_for_spares(rate, lead_s, stock) == pytest.approx(behind, rel=1e-7)
    mean_s = integrate.quad(lambda t: theory.spare_waits_longer(rate, lead_s, stock, t), 0, lead_s)[0]
    assert theory.mean_wait_for_spare(rate, lead_s, stock) == pytest.approx(mean_s, rel=1e-8)
    loss = chain(range(stock + 1), lambda n: [(n + 1, rate * lead_s), (n - 1, float(n))])
    assert theory.lost_share(rate, lead_s, stock) == pytest.approx(loss[stock], rel=1e-9)


@pytest.mark.parametrize("lost", [False, True])
def test_one_spare_less_is_not_enough(lost):
    stock = theory.fewest_spares(0.4, 5.0, 0.95, lost=lost)
    empty = theory.lost_share if lost else theory.stock_out
    assert empty(0.4, 5.0, stock) <= 0.05 < empty(0.4, 5.0, stock - 1)


# ---- rounds


@pytest.mark.parametrize("good", [1.0, 0.9, 0.3])
def test_time_since_a_good_round_has_the_mean_of_its_law(good):
    corners = np.arange(0.0, 24 * 120.0, 24.0)
    mean = math.fsum(
        integrate.quad(lambda t: 1 - theory.since_within(24.0, t, good), low, low + 24.0)[0] for low in corners
    )
    assert theory.mean_since(24.0, good) == pytest.approx(mean, rel=1e-8)
    if good == 1.0:
        assert [theory.since_within(24.0, t) for t in (0.0, 6.0, 24.0, 30.0)] == [0.0, 0.25, 1.0, 1.0]


# ---- ladders


def test_ladder_against_every_case_counted():
    restart, swap = Empirical((1.0, 2.0, 5.0)), Empirical((4.0, 8.0))
    rungs = [Rung(restart, 0.5, limit_s=3.0), Rung(swap, 0.75)]
    cases, fixed, seconds = 3 * 2 * 2 * 4, [0, 0], 0.0
    for first in restart.values:
        for works in (True, False):
            for second in swap.values:
                for repaired in (True, True, True, False):
                    done = works and first <= 3.0
                    fixed[0] += done
                    fixed[1] += not done and repaired
                    seconds += min(first, 3.0) + (0.0 if done else second)
    outcome = theory.climb(rungs)
    assert outcome.fixed_by == pytest.approx((fixed[0] / cases, fixed[1] / cases), rel=1e-12)
    assert outcome.mean_s == pytest.approx(seconds / cases, rel=1e-12)


def test_a_limit_on_the_diagnosis_against_an_integral():
    """P2-37 and P2-38: ten minutes for the cause, then a swap, in twenty minutes in all."""
    cause, swap = LogNormal.from_median(8.0, 0.8), LogNormal.from_median(10.0, 0.5)
    density = stats.lognorm(0.8, scale=8.0).pdf
    expected = integrate.quad(lambda u: density(u) * swap.up_to(20.0 - u)[0], 0, 10)[0]
    expected += (1 - cause.up_to(10.0)[0]) * swap.up_to(10.0)[0]
    assert theory.within_after(cause, swap, 20.0, limit_s=10.0) == pytest.approx(expected, abs=1e-7)
    coarse = theory.within_after(cause, swap, 20.0, limit_s=10.0, steps=64)
    assert abs(coarse - expected) > abs(theory.within_after(cause, swap, 20.0, limit_s=10.0, steps=256) - expected)
    assert theory.within_after(Deterministic(0.0), swap, 20.0) == pytest.approx(swap.up_to(20.0)[0], rel=1e-12)


# ---- bursts


def test_burst_of_exponential_jobs_has_the_means_of_its_laws():
    waits = theory.starts_s(5, 2, 3.0)
    mean = integrate.quad(lambda t: 1 - theory.answered_within(5, 2, 3.0, t), 0, 300, limit=200)[0]
    assert mean == pytest.approx(waits.mean(), rel=1e-7)
    # All done: the last but one busy, then the last; the chain n -> n - 1 at rate min(n, c) μ.
    assert theory.last_done_s(5, 2, 3.0) == pytest.approx(waits[-1] + 3.0 * (1 + 1 / 2), rel=1e-12)
    assert theory.last_done_s(1, 4, 3.0) == 3.0


@pytest.mark.parametrize(("faults", "limit_s", "persons"), [(5, 30.0, 2), (5, 9.99, None), (7, 20.0, 4), (1, 10.0, 1)])
def test_persons_for_a_burst_do_it_and_one_less_does_not(faults, limit_s, persons):
    if persons is None:
        with pytest.raises(InputsError, match=r"a limit is 9\.99; accepted is 10\.0"):
            theory.persons_for(faults, 10.0, limit_s)
        return
    assert theory.persons_for(faults, 10.0, limit_s) == persons
    assert 10.0 * math.ceil(faults / persons) <= limit_s
    assert persons == 1 or 10.0 * math.ceil(faults / (persons - 1)) > limit_s


# ---- refusals


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: theory.erlang_b(0.0, 2), "an offered load is 0.0; accepted is a finite number above 0"),
        (lambda: theory.erlang_b(1.0, -1), "places is -1"),
        (lambda: theory.erlang_c(3.0, 3), "accepted is less than the 3 persons"),
        (lambda: theory.waits_longer(1.0, 0.5, 2, -1.0), "a time is -1.0"),
        (lambda: theory.priority_waits([0.1, 0.0], 1.0, 1), "a rate of faults is 0.0"),
        (lambda: theory.preemptive_sojourns([0.5, 0.6], 1.0, 1), "accepted is less than the 1 persons"),
        (lambda: Job(0.1, 2.0, 3.0), "a mean square of a job is 3.0"),
        (lambda: theory.one_person_waits([Job(1.0, 1.0, 1.0)]), "the load of one person is 1.0"),
        (lambda: theory.mean_down_s(0.0, 1.0), "a rate of faults is 0.0"),
        (lambda: theory.up_share([-0.1]), "a mean number of open faults is -0.1"),
        (lambda: theory.stock_out(1.0, 1.0, -1), "a stock is -1"),
        (lambda: theory.fewest_spares(1.0, 1.0, 1.0), "a share of demands served from the shelf is 1.0"),
        (lambda: theory.since_within(24.0, 1.0, 0.0), "a share of good rounds is 0.0"),
        (lambda: theory.mean_since(0.0), "a time between rounds is 0.0"),
        (lambda: Rung(Uniform(0.0, 1.0), 1.5), "a share that works is 1.5"),
        (lambda: theory.within_after(Exponential(1.0), Exponential(1.0), 1.0, steps=0), "steps is 0"),
        (lambda: theory.starts_s(0, 1, 1.0), "faults is 0"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_accepted(ask, says):
    with pytest.raises(InputsError) as refused:
        ask()
    assert says in str(refused.value)
    assert "accepted is" in str(refused.value)


# ---- the machine: in the long run


def job(law: Law, **more) -> Remedy:
    return Remedy("job", law, **{"crew": "crew", **more})


def faults(*remedies: Remedy, rate: float = 1.0, name: str = "faults", **more) -> Faults:
    """A class with one ladder, whose faults come at random."""
    return Faults(name, (Ladder(remedies),), arrivals=Rate(rate), **more)


def asked(*classes: Faults, persons: int = 1, horizon_s: float = 2000.0, preempts: bool = False, stocks=()):
    return RepairInputs(classes, horizon_s, (Crew("crew", constant(float(persons)), preempts=preempts),), tuple(stocks))


class Played:
    """Replications of one question; the faults that came after the warm-up count."""

    def __init__(self, inputs: RepairInputs, *, runs: int = 200, warm_s: float = 300.0, seed: int = 11) -> None:
        self.paths = []
        for replication in range(runs):
            draws = draw(inputs, Streams(seed, replication))
            self.paths.append(kernel.simulate(inputs, draws))
        self.warm_s = warm_s

    def assert_mean(self, target: float, value, *, kind: int = 0, within: float) -> None:
        """The mean of `value(path)`, one number per fault, is the target; its standard error is a share of it."""
        sums, counts = [], []
        for path in self.paths:
            counted = (path.kind == kind) & (path.occurred_s >= self.warm_s)
            sums.append(float((value(path)[counted] - target).sum()))
            counts.append(int(counted.sum()))
        error = np.std(sums, ddof=1) / math.sqrt(len(sums))
        assert error / np.mean(counts) <= within * target
        assert abs(np.mean(sums)) <= 4 * error


def first_task(column):
    """A value of the first task of each fault."""
    return lambda path: column(path)[path.task_from[:-1]]


wait_s = first_task(lambda path: path.sent_s - path.spare_s)
spare_wait_s = first_task(lambda path: path.spare_s - path.asked_s)


def down_s(path):
    return path.back_s - path.known_s


def longer(value, time_s: float):
    return lambda path: value(path) > time_s


def no_longer(value, time_s: float):
    return lambda path: value(path) <= time_s


def test_machine_one_class_waits_as_erlang_says():
    played = Played(asked(faults(job(Exponential(1.0)), rate=2.1), persons=3))
    wait = theory.erlang_c(2.1, 3)
    played.assert_mean(wait, longer(wait_s, 0.0), within=0.01)
    for time_s in (0.5, 2.0):
        played.assert_mean(theory.waits_longer(2.1, 1.0, 3, time_s), longer(wait_s, time_s), within=0.02)
    played.assert_mean(wait / 0.9, wait_s, within=0.02)
    played.assert_mean(wait / 0.9 + 1.0, down_s, within=0.01)


THREE = (0.3, 0.5, 0.6)  # people, data, equipment


def three(law: Law) -> list[Faults]:
    return [faults(job(law), rate=rate, name=f"class {k}", priority=k) for k, rate in enumerate(THREE)]


def test_machine_priorities_wait_as_cobham_says():
    played = Played(asked(*three(Exponential(1.0)), persons=2))
    for kind, wait in enumerate(theory.priority_waits(THREE, 1.0, 2)):
        played.assert_mean(wait, wait_s, kind=kind, within=0.02)
    tail = theory.urgent_waits_longer(THREE, 1.0, 2, 0.5)
    played.assert_mean(tail, longer(wait_s, 0.5), within=0.02)


@pytest.mark.parametrize("persons", [2, 3])
def test_machine_graver_faults_interrupt_and_the_others_resume(persons):
    played = Played(asked(*three(Exponential(1.0)), persons=persons, preempts=True))
    for kind, sojourn in enumerate(theory.preemptive_sojourns(THREE, 1.0, persons)):
        played.assert_mean(sojourn, down_s, kind=kind, within=0.02)
    first = theory.erlang_c(THREE[0], persons)  # the gravest sees nobody but its own class
    played.assert_mean(first, longer(wait_s, 0.0), within=0.1)


LAWS = (Deterministic(0.5), Uniform(0.0, 1.2), Exponential(0.8))
JOBS = [Job(0.4, 0.5, 0.25), Job(0.3, 0.6, 0.48), Job(0.4, 0.8, 1.28)]


@pytest.mark.parametrize("preempts", [False, True])
def test_machine_one_person_and_jobs_of_any_law(preempts):
    """Pollaczek, Khinchine and Cobham; with pre-emption a job goes on where it was, whatever its law."""
    classes = [
        faults(job(law), rate=one.rate, name=f"class {k}", priority=k)
        for k, (law, one) in enumerate(zip(LAWS, JOBS, strict=True))
    ]
    played = Played(asked(*classes, preempts=preempts), runs=300)
    if preempts:
        for kind, sojourn in enumerate(theory.one_person_sojourns(JOBS)):
            played.assert_mean(sojourn, down_s, kind=kind, within=0.02)
    else:
        for kind, wait in enumerate(theory.one_person_waits(JOBS)):
            played.assert_mean(wait, wait_s, kind=kind, within=0.02)


# ---- the machine: spares


LEADS = [Deterministic(4.0), LogNormal.from_mean(4.0, 1.0), Gamma(0.5, 8.0)]


def swap(waits: bool) -> Remedy:
    """By the vendor's people, of whom there are always enough."""
    return Remedy("swap", Deterministic(0.0), spare="spare", waits=waits)


@pytest.mark.parametrize("stock", [0, 2, 4])
@pytest.mark.parametrize("lead", LEADS, ids=["fixed", "log-normal", "gamma"])
def test_machine_palm_whatever_the_law_of_the_lead(lead, stock):
    spares = Stock("spare", stock, lead)
    played = Played(asked(faults(swap(True), rate=0.5), stocks=(spares,)), runs=150)
    empty = theory.stock_out(0.5, 4.0, stock)
    played.assert_mean(theory.mean_wait_for_spare(0.5, 4.0, stock), spare_wait_s, within=0.03)
    if stock > 0:
        played.assert_mean(empty, longer(spare_wait_s, 0.0), within=0.03)
    if lead == LEADS[0] and stock > 0:
        tail = theory.spare_waits_longer(0.5, 4.0, stock, 1.5)
        played.assert_mean(tail, longer(spare_wait_s, 1.5), within=0.03)


@pytest.mark.parametrize("lead", LEADS, ids=["fixed", "log-normal", "gamma"])
def test_machine_an_empty_shelf_that_is_passed_over_is_erlangs_loss(lead):
    played = Played(asked(faults(swap(False), rate=0.5), stocks=(Stock("spare", 2, lead),)), runs=150)
    passed_over = first_task(lambda path: path.tried == Tried.NO_SPARE)
    played.assert_mean(theory.lost_share(0.5, 4.0, 2), passed_over, within=0.02)


def test_machine_a_stock_that_is_never_replaced_serves_its_base():
    inputs = asked(faults(swap(False), rate=0.5), stocks=(Stock("spare", 3, Never()),))
    path = Played(inputs, runs=1).paths[0]
    order = np.argsort(path.known_s)
    assert (path.tried[order][:3] == Tried.WORKED).all()
    assert (path.tried[order][3:] == Tried.NO_SPARE).all()
    assert len(path.kind) > 500


# ---- the machine: known when, data of when


def test_machine_a_patrol_finds_faults_after_a_uniform_time():
    one = faults(Remedy("mend", Deterministic(0.0)), noticed=Never(), patrol=Patrol("round", 24.0))
    played = Played(RepairInputs((one,), 2400.0), warm_s=0.0)

    def delay_s(path):
        return path.known_s - path.occurred_s

    played.assert_mean(theory.mean_since(24.0), delay_s, within=0.01)
    for time_s in (6.0, 18.0):
        played.assert_mean(theory.since_within(24.0, time_s), no_longer(delay_s, time_s), within=0.01)
    assert all((delay_s(path) < 24.0).all() for path in played.paths)


@pytest.mark.parametrize("good", [1.0, 0.6])
def test_machine_age_of_the_last_good_backup(good):
    one = faults(Remedy("restore", Deterministic(0.0), restores=True), backup=Backup("copies", 24.0, good))
    played = Played(RepairInputs((one,), 2400.0), warm_s=0.0)
    played.assert_mean(theory.mean_since(24.0, good), lambda path: path.backup_age_s, within=0.02)
    for age_s in (6.0, 24.0, 40.0):
        share = theory.since_within(24.0, age_s, good)
        played.assert_mean(share, no_longer(lambda path: path.backup_age_s, age_s), within=0.02)


# ---- the machine: ample people and spares


HARDWARE = LogNormal(4.4364, 1.1218)  # minutes, LANL to 2002, causes of hardware: ../shared/known-answers/data-fits.md
TEN_DAYS = 10 * 1440.0


@pytest.mark.parametrize("name", ENGINES)
def test_machine_with_ample_crew_and_spares_the_fix_share_is_the_fitted_law(name):
    """Exactly: every fault is back after its own drawn time, and nothing else; so shares differ by chance alone."""
    inputs = asked(
        faults(job(HARDWARE, spare="spare"), rate=0.05),
        persons=5000, horizon_s=TEN_DAYS, stocks=(Stock("spare", 5000, Never()),),
    )  # fmt: skip
    draws = draw(inputs, Streams(3, 0))
    path = engine(name, of="repair").simulate(inputs, draws)
    assert len(draws.kind) > 600
    assert np.array_equal(path.back_s, draws.known_s + draws.time_s)
    for limit in (10.0, 30.0, 240.0):
        share = measures(inputs, path, back_within_s=limit)["back_in_time_share"]
        assert share == np.mean(draws.time_s <= limit)
        law = HARDWARE.up_to(limit)[0]
        assert abs(share - law) <= 4 * math.sqrt(law * (1 - law) / len(draws.kind))


def test_machine_open_faults_are_a_poisson_variate_at_any_time_after_all_was_well():
    rate = 0.05
    one = faults(Remedy("mend", HARDWARE), rate=rate, takes_down=("service",))
    inputs = RepairInputs((one,), 300.0)
    paths = Played(inputs, runs=4000).paths
    for time_s in (30.0, 120.0, 300.0):
        counts = np.array([np.sum((path.known_s <= time_s) & (path.back_s > time_s)) for path in paths])
        mean = theory.mean_open(rate, HARDWARE, time_s)
        assert abs(counts.mean() - mean) <= 4 * math.sqrt(mean / len(counts))
        # The variance of a Poisson sample's variance is (2 m^2 + m) / n.
        assert abs(counts.var(ddof=1) - mean) <= 4 * math.sqrt((2 * mean**2 + mean) / len(counts))
        up = theory.up_share([mean])
        assert abs(np.mean(counts == 0) - up) <= 4 * math.sqrt(up * (1 - up) / len(counts))


def test_machine_down_time_of_a_service_that_needs_two_devices():
    rates = (0.01, 0.02)
    laws = (Exponential(20.0), Deterministic(10.0))
    classes = [
        faults(Remedy("mend", law), rate=rate, name=f"device {k}", takes_down=("service",))
        for k, (rate, law) in enumerate(zip(rates, laws, strict=True))
    ]
    horizon_s = 1000.0
    inputs = RepairInputs(tuple(classes), horizon_s)
    shares = np.array([measures(inputs, path)["down_share"] for path in Played(inputs, runs=800).paths])

    def up(time_s: float) -> float:
        return theory.up_share([theory.mean_open(rate, law, time_s) for rate, law in zip(rates, laws, strict=True)])

    expected = 1 - integrate.quad(up, 0, horizon_s, points=[10.0], limit=200)[0] / horizon_s
    error = shares.std(ddof=1) / math.sqrt(len(shares))
    assert error <= 0.01 * expected
    assert abs(shares.mean() - expected) <= 4 * error
    assert 1 - theory.up_share([0.2, 0.2]) == pytest.approx(expected, rel=0.05)  # the long run


# ---- the machine: ladders


def is_back_by(path, place: int):
    """Whether the remedy at this place of the ladder has brought each fault back."""
    return path.back_by == path.task_from[:-1] + place


def test_machine_ladder_of_remedies_with_limits():
    rungs = [
        Rung(Exponential(300.0), 0.0, limit_s=600.0),
        Rung(Uniform(60.0, 240.0), 0.6, limit_s=200.0),
        Rung(LogNormal.from_mean(600.0, 0.5), 0.9),
        Rung(Exponential(3600.0), 0.8),
    ]
    remedies = [Remedy(f"rung {k}", one.law, one.works, limit_s=one.limit_s) for k, one in enumerate(rungs)]
    played = Played(RepairInputs((faults(*remedies, rate=0.01),), 100_000.0), runs=100, warm_s=0.0)
    outcome = theory.climb(rungs)
    for place in (1, 2, 3):
        played.assert_mean(outcome.fixed_by[place], partial(is_back_by, place=place), within=0.02)
    played.assert_mean(1 - sum(outcome.fixed_by), lambda path: path.back_by < 0, within=0.05)
    played.assert_mean(outcome.mean_s, lambda path: path.ended_s - path.known_s, within=0.01)


def test_machine_ten_minutes_for_the_cause_and_then_a_swap_within_twenty():
    cause, exchange = LogNormal.from_median(8.0, 0.8), LogNormal.from_median(10.0, 0.5)
    one = faults(Remedy("cause", cause, 0.0, limit_s=10.0), Remedy("swap", exchange), rate=0.1)
    played = Played(RepairInputs((one,), 10_000.0), runs=100, warm_s=0.0)
    share = theory.within_after(cause, exchange, 20.0, limit_s=10.0)
    played.assert_mean(share, no_longer(down_s, 20.0), within=0.01)


def test_machine_two_ladders_side_by_side_are_back_by_the_sooner():
    """A standby within its time, or the repair: P(back > t) is a product; the device is mended in any case."""
    mend = Ladder((Remedy("mend", Exponential(60.0)),), persists=True)
    standby = Ladder((Remedy("standby", Exponential(20.0)),))
    one = Faults("server", (mend, standby), arrivals=Rate(0.1))
    played = Played(RepairInputs((one,), 10_000.0), runs=100, warm_s=0.0)
    played.assert_mean(math.exp(-30.0 * (1 / 60 + 1 / 20)), longer(down_s, 30.0), within=0.02)
    played.assert_mean(60.0, lambda path: path.ended_s - path.known_s, within=0.01)
    assert all((path.ended_s >= path.back_s).all() for path in played.paths)


def test_machine_a_vendor_answers_within_the_agreed_time_as_often_as_its_law_says():
    answers = LogNormal.from_median(20.0, 0.8)
    one = faults(
        Remedy("call", Deterministic(0.0), 0.0), Remedy("vendor", Exponential(60.0), response=answers), rate=0.1
    )
    played = Played(RepairInputs((one,), 10_000.0), runs=100, warm_s=0.0)

    def response_s(path):
        return path.began_s[path.task_from[:-1] + 1] - path.known_s

    played.assert_mean(answers.up_to(30.0)[0], no_longer(response_s, 30.0), within=0.01)
    played.assert_mean(answers.mean + 60.0, down_s, within=0.01)


# ---- the machine: bursts


def burst(law: Law, count: int, persons: int) -> RepairInputs:
    one = Faults("switches", (Ladder((job(law),)),), struck=count)
    return RepairInputs((one,), 10.0, (Crew("crew", constant(float(persons))),), bursts=Instants((0.0,)))


def test_machine_burst_of_exponential_jobs():
    played = Played(burst(Exponential(3.0), 5, 2), runs=4000, warm_s=0.0)
    starts_s = theory.starts_s(5, 2, 3.0)
    played.assert_mean(float(starts_s.mean()), wait_s, within=0.02)
    played.assert_mean(theory.answered_within(5, 2, 3.0, 2.0), no_longer(wait_s, 2.0), within=0.02)
    last_s = np.array([path.back_s.max() for path in played.paths])
    error = last_s.std(ddof=1) / math.sqrt(len(last_s))
    assert abs(last_s.mean() - theory.last_done_s(5, 2, 3.0)) <= 4 * error


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(("count", "limit_s"), [(5, 30.0), (7, 20.0), (12, 60.0)])
def test_machine_fewest_persons_for_a_burst_of_equal_jobs(name, count, limit_s):
    fewest = theory.persons_for(count, 10.0, limit_s)
    done_s = []
    for persons in (fewest, fewest - 1):
        inputs = burst(Deterministic(10.0), count, persons)
        path = engine(name, of="repair").simulate(inputs, draw(inputs, Streams(1, 0)))
        assert sorted(path.back_s.tolist()) == [10.0 * (1 + k // persons) for k in range(count)]
        done_s.append(path.back_s.max())
    assert done_s[0] <= limit_s < done_s[1]


# ---- the machine: Little's law


@pytest.mark.parametrize("name", ENGINES)
def test_machine_littles_law_holds_on_every_path(name):
    """Faults come until half of the time, and all end before the end: what is counted is what was waited for."""
    classes = [
        Faults(f"class {k}", (Ladder((job(Gamma(0.5, 2.0 * rate)),)),), arrivals=Instants(tuple(range(0, 50, k + 2))))
        for k, rate in enumerate(THREE)
    ]
    inputs = asked(*classes, persons=2, horizon_s=200.0, preempts=True)
    for replication in range(20):
        path = engine(name, of="repair").simulate(inputs, draw(inputs, Streams(1, replication)))
        assert path.ended_s.max() < 200.0
        row = measures(inputs, path)
        rate, sojourn_s = row["faults"] / 200.0, float((path.ended_s - path.known_s).mean())
        assert row["mean_open"] == pytest.approx(rate * sojourn_s, rel=1e-12)
        assert row["fixed"] + row["handed_on"] + row["open"] == row["faults"]
