"""The queue machine in the long run against the known answers (Z: see `queue_answers`).

Not simulated, for the machine has no such rule: Q29 (interrupting the less urgent), Q34 (agents that fail while busy or
idle) and Q42, T4 (call-ups triggered by the queue). Q04 and Q07 have no simulation in their tolerance. Exact values of
all cases are in the tests of `theory`.

The time unit of a case (s, min or h) is the machine's second here: nothing depends on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from queue_answers import (
    SEED,
    Answer,
    Weight,
    abandoned,
    admitted,
    answered,
    attempts,
    balked,
    blocked,
    delayed,
    first_calls,
    judge,
    longer,
    of,
    queue,
    redials,
    served,
    waited,
    waited_squared,
    within,
)

from resilience_sim.models.queue import reference, theory
from resilience_sim.models.queue.inputs import Callers, Instants, QueueInputs, Rate, Redial
from resilience_sim.models.queue.path import Path
from resilience_sim.randomness import Deterministic, Erlang, Exponential, LogNormal, Streams
from resilience_sim.timelines import Timeline, constant

# Stationary, one class


def test_q01_erlang_c_agrees_with_palm_and_mandelbaum_zeltyn():
    # Waits this close to full load forget only in an hour: their mean needs a hundred million calls.
    judge(
        queue(48.0, 1.0, 50),
        {
            "PW": Answer(0.694455611197, delayed, attempts),
            "P(W > 20 s)": Answer(0.356545399197, longer(1 / 3), attempts),
            "W": Answer(20.8336683359 / 60, waited, attempts),
            "occupancy": Answer(0.96, served, 50 * 4000.0),
        },
        batch=4000.0,
        batches=10,
        runs=56,
    )


def test_q02_erlang_a_agrees_with_palm_and_mandelbaum_zeltyn():
    judge(
        queue(48.0, 1.0, 50, 2.0),
        {
            "PW": Answer(0.467774068554, delayed, attempts),
            "Pab": Answer(0.0309122491622, abandoned, attempts),
            "W": Answer(3.70946989946 / 60, waited, attempts),
            "E[Q]": Answer(2.96757591957, waited, 50.0),
            "occupancy": Answer(0.930324240804, served, 50 * 50.0),
            "SL": Answer(0.943018954747, within(1 / 3), attempts),
            "hang-ups per time waited": Answer(0.5, abandoned, waited),  # law L11
            "P(W > 20 s)": Answer(0.0271356082922, longer(1 / 3), attempts),
        },
        batch=50.0,
        batches=700,
        runs=40,
    )


def test_q03_erlang_a_agrees_with_pyworkforce():
    judge(
        queue(100 / 30, 3.0, 14, 5.0),
        {
            "PW": Answer(0.145260114296, delayed, attempts),
            "Pab": Answer(0.0139837441224, abandoned, attempts),
            "W": Answer(0.069918720612, waited, attempts),
            "occupancy": Answer(0.704297325627, served, 14 * 150.0),
            "SL": Answer(0.916792091864, within(1 / 3), attempts),
        },
        batch=150.0,
        batches=800,
        runs=16,
    )


@pytest.mark.parametrize(
    ("agents", "patience", "values"),
    [
        (13, math.inf, {"W": 26.5568858034 / 60}),
        (13, 5.0, {"W": 9.91280260914 / 60, "Pab": 0.0330426753638}),
        (9, 5.0, {"W": 56.6184354956 / 60, "Pab": 0.188728118319, "PW": 0.789838960121}),
    ],
    ids=["q05_erlang_c", "q05_erlang_a", "q06"],
)
def test_q05_q06_agree_with_callcenter_simulator(agents, patience, values):
    tops = {"W": waited, "Pab": abandoned, "PW": delayed}
    patient = math.isinf(patience)
    judge(
        queue(3.5, 3.0, agents, patience),
        {name: Answer(value, tops[name], attempts) for name, value in values.items()},
        batch=600.0 if patient else 150.0,
        batches=200 if patient else 800,
        runs=29 if patient else 8,
    )


@pytest.mark.parametrize(
    ("rate", "service", "agents", "probability", "mean", "threshold", "tail"),
    [
        (2.0, 1.0, 3, 4 / 9, 4 / 9, None, None),
        (2.0, 1.0, 4, 4 / 23, 2 / 23, None, None),
        (0.25, 8.0, 3, 4 / 9, 32 / 9, 15.0, 0.0681577630422),
        (0.2, 8.0, 2, 32 / 45, 128 / 9, 15.0, 0.335905104171),
    ],
    ids=["q08_three", "q08_four", "q09_hall", "q09_small_hall"],
)
def test_q08_q09_erlang_c_agrees_with_fractions(rate, service, agents, probability, mean, threshold, tail):
    answers = {
        "PW": Answer(probability, delayed, attempts),
        "W": Answer(mean, waited, attempts),
    }
    if threshold is not None:
        answers["P(W > 15 min)"] = Answer(tail, longer(threshold), attempts)
    judge(queue(rate, service, agents), answers, batch=700.0 / rate, batches=800, runs=14)


@pytest.mark.parametrize(
    "service", [Exponential(1.0), Deterministic(1.0), LogNormal.from_mean(1.0, 1.0)], ids=lambda law: type(law).__name__
)
@pytest.mark.parametrize(("load", "agents", "lost"), [(1.0, 2, 0.2), (10.0, 14, 0.0568191433865)])
def test_q10_erlang_b_holds_for_any_service_law(service, load, agents, lost):
    judge(
        queue(load, service, agents, places=agents),
        {"lost": Answer(lost, blocked, attempts)},
        batch=1000.0 / load,
        batches=900,
        runs=1 if agents == 2 else 2,
    )


@pytest.mark.parametrize(
    ("rate", "agents", "theta", "runs", "values"),
    [
        (102.0, 100, 1.0, 12, (0.591718634519, 0.0499179759998, 5.09163355198, 0.758777298109, 0.202932126872)),
        (10.0, 10, 1.0, 3, (0.542070285528, 0.125110035721, 1.25110035721, 0.575126903721, 0.379095255281)),
        (100.0, 100, 0.5, 10, (0.59670313802, 0.0330301525283, None, 0.701109560392, None)),
        (100.0, 100, 2.0, 6, (0.429998767243, 0.046683298171, None, 0.894284367573, None)),
        (105.0, 100, 0.1, 210, (0.967191949643, 0.0497383106361, 52.2252261679, 0.0817287843826, None)),
    ],
    ids=["q11", "q11_small", "q12_patient", "q12_impatient", "q13_overload"],
)
def test_q11_q12_q13_erlang_a_around_full_load(rate, agents, theta, runs, values):
    batch = max(10.0 / theta, 2000 / rate)
    delay, gone, waiting, level, late = values
    answers = {
        "PW": Answer(delay, delayed, attempts),
        "Pab": Answer(gone, abandoned, attempts),
        "SL": Answer(level, within(0.1), attempts),
        "E[Q]": Answer(waiting or 0, waited, batch),
        "P(W > .1)": Answer(late or 0, longer(0.1), attempts),
    }
    judge(
        queue(rate, 1.0, agents, 1 / theta),
        {name: answer for name, answer in answers.items() if answer.value},
        batch=batch,
        batches=round(6e5 / (batch * rate)),
        runs=runs,
    )


def test_q12_mean_number_inside():
    # By Little's law over all the time inside.
    for theta, inside in ((0.5, 103.303015253), (2.0, 97.6658350914)):
        judge(
            queue(100.0, 1.0, 100, 1 / theta),
            {"E[N]": Answer(inside, lambda path: path.waited_s + path.served_s, 20.0)},
            batch=20.0,
            batches=200,
        )


def test_q14_limited_places():
    judge(
        queue(5.0, 1.0, 5, places=10),
        {
            "blocked": Answer(625 / 5319, blocked, attempts),
            "E[Q]": Answer(1.76254935138, waited, 200.0),
            "E[N]": Answer(6.17503290092, lambda path: path.waited_s + path.served_s, 200.0),
            "W of admitted": Answer(0.399446101406, waited, admitted),
            "occupancy": Answer(0.882496709908, served, 5 * 200.0),
            "PW of admitted": Answer(0.665743502343, delayed, admitted),
            "SL": Answer(0.581459183853, within(0.5), attempts),
        },
        batch=200.0,
        batches=700,
        runs=2,
    )


def test_q15_hall_with_limited_places():
    judge(
        queue(0.4, 8.0, 3, places=9),
        {
            "blocked": Answer(34359738368 / 239646048263, blocked, attempts),
            "W of admitted": Answer(7.9269493828, waited, admitted),
            "E[Q]": Answer(2.71616277308, waited, 2500.0),
            "occupancy": Answer(0.91373116926, served, 3 * 2500.0),
            "SL": Answer(0.558906192464, within(10.0), attempts),
        },
        batch=2500.0,
        batches=600,
        runs=2,
    )


def test_q16_limited_trunks_with_abandonment():
    judge(
        queue(8.0, 1.0, 8, 2.0, places=12),
        {
            "blocked": Answer(0.0773024635675, blocked, attempts),
            "Pab": Answer(0.0598546785167, abandoned, attempts),
            "W of accepted": Answer(0.129738459578, waited, admitted),
            "occupancy": Answer(0.862842857916, served, 8 * 100.0),
            "SL": Answer(0.685680862508, within(0.25), attempts),
            "throughput": Answer(6.90274286333, answered, 100.0),
        },
        batch=100.0,
        batches=1000,
        runs=2,
    )


@pytest.mark.parametrize(
    ("join", "gone", "waiting", "wait", "occupancy"),
    [
        ((0.6,), 0.267216494845, 1.71782032401, 0.390706648444, 0.879340206186),
        (
            tuple(1 / (1 + 0.5 * (ahead + 1)) for ahead in range(60)),
            0.288239872011,
            0.691775692826,
            0.161987085635,
            0.854112153587,
        ),
    ],
    ids=["q17", "q18"],
)
def test_q17_q18_balking(join, gone, waiting, wait, occupancy):
    judge(
        queue(6.0, 1.0, 5, join=join),
        {
            "balked": Answer(gone, balked, attempts),
            "E[Q]": Answer(waiting, waited, 200.0),
            "W of joiners": Answer(wait, waited, answered),
            "occupancy": Answer(occupancy, served, 5 * 200.0),
        },
        batch=200.0,
        batches=600,
        runs=8 if len(join) == 1 else 2,
    )


def test_q19_fixed_patience_agrees_with_baccelli_hebuterne():
    judge(
        queue(10.0, 1.0, 10, Deterministic(2.0)),
        {
            "PW": Answer(0.851574060523, delayed, attempts),
            "Pab": Answer(0.0405511457392, abandoned, attempts),
            "W": Answer(0.892125206263, waited, attempts),
            "SL": Answer(0.351181668173, within(0.5), attempts),
            "P(W > .5)": Answer(0.648818331827, longer(0.5), attempts),
        },
        batch=100.0,
        batches=600,
        runs=9,
    )


def test_q20_batches():
    length, batches = 200.0, 1500

    def minibuses(run: int) -> QueueInputs:
        generator = Streams(SEED, run).generator("minibuses")
        until = length * (batches + 2)
        instants = np.sort(generator.uniform(0, until, generator.poisson(until)))
        sizes = generator.choice([1, 2, 4], instants.size, p=[0.5, 0.3, 0.2])
        callers = Callers("calls", Instants(np.repeat(instants, sizes)), Exponential(1.0))
        return QueueInputs((callers,), constant(4), 1.0)

    judge(
        minibuses,
        {
            "E[Q]": Answer(0.548361162647, waited, length),
            "W": Answer(0.288611138235, waited, attempts),
            "PW": Answer(0.359193438141, delayed, attempts),
            "occupancy": Answer(0.475, served, 4 * length),
        },
        batch=length,
        batches=batches,
        runs=8,
    )


@pytest.mark.parametrize(
    ("safety", "patience", "exact", "limit"),
    [(1.0, math.inf, 0.216940480906, 0.223361274798), (0.0, 0.5, 0.429998767, 0.414213562)],
    ids=["halfin_whitt", "garnett"],
)
def test_q21_a_hundred_agents_match_the_exact_value_and_not_the_limit(safety, patience, exact, limit):
    asked = queue(100 - 10 * safety, 1.0, 100, patience)
    answers = {"PW": Answer(exact, delayed, attempts), "limit": Answer(limit, delayed, attempts)}
    with pytest.raises(AssertionError, match=r"^limit: .* not"):
        judge(asked, answers, batch=50.0, batches=150, runs=18 if patience > 1 else 5)


# General service and arrivals


@pytest.mark.parametrize(
    ("service", "moments", "mean", "deviation", "runs"),
    [
        (Exponential(1.0), (2, 6), 4.0, math.sqrt(24), 50),
        (Deterministic(1.0), (1, 1), 2.0, math.sqrt(16 / 3), 26),
        (Erlang(2, 1.0), (1.5, 3), 3.0, math.sqrt(13), 36),
        (LogNormal.from_mean(1.0, math.sqrt(math.log(1.25))), (1.25, 1.25**3), 2.5, 2.97559517856, 34),
        (LogNormal.from_mean(1.0, math.sqrt(math.log(3.25))), (3.25, 3.25**3), 6.5, 9.38194187433, 170),
    ],
    ids=["exponential", "deterministic", "erlang_2", "lognormal_0.5", "lognormal_1.5"],
)
def test_q22_waits_match_pollaczek_khinchine(service, moments, mean, deviation, runs):
    # Most of the squared waits of the last law follow a few very long calls: the cubes of these explain half the noise.
    judge(
        queue(0.8, service, 1),
        {
            "PW": Answer(0.8, delayed, attempts),
            "W": Answer(mean, waited, attempts),
            "E[W²]": Answer(mean**2 + deviation**2, waited_squared, attempts),
        },
        batch=20_000.0,
        batches=30,
        runs=runs,
        moments=moments,
    )


def test_q23_fixed_service_matches_erlangs_series():
    judge(
        queue(0.8, Deterministic(1.0), 1),
        {
            f"P(W > {time})": Answer(tail, longer(time), attempts)
            for time, tail in (
                (0.5, 0.701635060472),
                (1.0, 0.554891814302),
                (2.0, 0.365480063680),
                (5.0, 0.100497238246),
            )
        },
        batch=2000.0,
        batches=300,
        runs=17,
    )


def test_q24_fixed_service_of_two_matches_franx():
    judge(
        queue(1.6, Deterministic(1.0), 2),
        {
            "W": Answer(0.903283879417, waited, attempts),
            "at once": Answer(0.298101682827, lambda path: path.waited_s == 0, attempts),
            "P(W > .5)": Answer(0.517985604348, longer(0.5), attempts),
            "P(W > 1)": Answer(0.331021769514, longer(1.0), attempts),
            "P(W > 2)": Answer(0.140863193768, longer(2.0), attempts),
        },
        batch=1000.0,
        batches=300,
        runs=11,
    )


@pytest.mark.parametrize(
    ("agents", "gap", "delay", "mean", "tail"),
    [
        (1, 1.25, 0.628629796497, 1.69273083992, 0.433621624594),
        (2, 0.625, 0.528173719344, 0.711114831456, 0.251309396772),
    ],
    ids=["q25", "q26"],
)
def test_q25_q26_regular_arrivals_match_takacs(agents, gap, delay, mean, tail):
    length, batches = 1000.0, 600
    callers = Callers("calls", Instants(gap * np.arange(int(length * (batches + 2) / gap))), Exponential(1.0))
    judge(
        QueueInputs((callers,), constant(agents), 1.0),
        {
            "PW": Answer(delay, delayed, attempts),
            "W": Answer(mean, waited, attempts),
            "P(W > 1)": Answer(tail, longer(1.0), attempts),
        },
        batch=length,
        batches=batches,
        runs=5,
    )


def averaged(rate_integral: Callable[[float], float], period: float, steps: int, periods: int) -> Timeline:
    """A cyclic rate as steps that bring exactly the same expected calls each."""
    edges = np.linspace(0, period, steps + 1)
    expected = np.array([rate_integral(t) for t in edges])
    values = np.diff(expected) / (period / steps)
    times = (period * np.arange(periods)[:, None] + edges[:-1]).ravel()
    return Timeline(times, np.tile(values, periods))


def inside_at(when: float, cycle: float) -> Weight:
    """Calls inside at an instant of the cycle, counted in the cycle of that instant."""

    def weight(path: Path) -> np.ndarray:
        due = path.arrival_s // cycle * cycle + when
        return ((path.arrival_s <= due) & (path.end_s > due)).astype(float) + (path.end_s > due + cycle)

    return weight


@pytest.mark.parametrize(
    ("service", "means"),
    [
        (Exponential(0.5), (23.0695817861, 39.7473088467, 26.9304182139, 10.2526911533)),
        (Deterministic(0.5), (24.0196533271, 39.9571998602, 25.9803466729, 10.0428001398)),
        (
            LogNormal.from_mean(0.5, math.sqrt(math.log(2))),
            (23.1121966451, 39.6840913499, 26.8878033549, 10.3159086501),
        ),
    ],
    ids=["exponential", "deterministic", "lognormal"],
)
def test_q27_infinitely_many_agents_match_eick_massey_whitt(service, means):
    # The cycle begins at 12 h before the first instant asked for, so that whoever is inside then came in the cycle.
    cycles = 700

    def expected(time: float) -> float:  # integral of the rate from 12 h on
        return 50 * time + 30 * 12 / math.pi * (math.cos(math.pi * (time + 12) / 12) - math.cos(math.pi)) * -1

    judge(
        queue(averaged(expected, 24.0, 240, cycles + 2), service, 400),
        {
            f"E[N] at {hour} h": Answer(mean, inside_at((hour - 12) % 24 or 24.0 - 1e-9, 24.0), 1.0)
            for hour, mean in zip((0, 6, 12, 18), means, strict=True)
        },
        batch=24.0,
        batches=cycles,
        runs=6,
    )


# Priorities


def test_q28_priorities_of_one_agent_match_cobham():
    urgent = Callers("urgent", Rate(constant(0.2)), Exponential(1.0), priority=0)
    other = Callers("other", Rate(constant(0.6)), Exponential(1.0), priority=1)
    judge(
        QueueInputs((urgent, other), constant(1), 1.0),
        {
            "W of the urgent": Answer(1.0, of(0, waited), of(0, attempts)),
            "W of the others": Answer(5.0, of(1, waited), of(1, attempts)),
            "conserved": Answer(4.0, waited, attempts),
        },
        batch=2000.0,
        batches=300,
        runs=7,
    )


def test_q30_priorities_of_ten_agents_match_cobham():
    urgent = Callers("urgent", Rate(constant(3.0)), Exponential(1.0), priority=1)
    other = Callers("other", Rate(constant(5.0)), Exponential(1.0), priority=7)
    judge(
        QueueInputs((urgent, other), constant(10), 1.0),
        {
            "PW": Answer(0.409180150796, delayed, attempts),
            "W of the urgent": Answer(0.0584543072566, of(0, waited), of(0, attempts)),
            "W of the others": Answer(0.292271536283, of(1, waited), of(1, attempts)),
            "conserved": Answer(0.204590075398, waited, attempts),
        },
        batch=250.0,
        batches=300,
        runs=16,
    )


# Redials and retrials


@pytest.mark.parametrize(
    ("share", "values"),
    [
        (0.0, (1.0, 0.0689212169705, 0.0689212169705, 0.137842433941, 0.0, 0.827625584915, 0.462181888306)),
        (
            0.5,
            (1.04437539856, 0.0849797852830, 0.0443753985623, 0.169959570566, 1.77501594249, 0.849444090167,
             0.522881737777),
        ),
    ],
    ids=["nobody_redials", "half_redial"],
)  # fmt: skip
def test_q31_redials_match_the_two_dimensional_chain(share, values):
    tries, gone, lost, wait, orbit, occupancy, delay = values
    answers = {
        "attempts per call": Answer(tries, attempts, first_calls),
        "Pab per attempt": Answer(gone, abandoned, attempts),
        # In the long run as many redials come in as abandoners set out to make.
        "lost for good": Answer(lost, lambda path: abandoned(path) * 1.0 - redials(path), first_calls),
        "W per attempt": Answer(wait, waited, attempts),
        "orbit": Answer(orbit, lambda path: redials(path) * 5.0, 500.0),
        "occupancy": Answer(occupancy, served, 9 * 500.0),
        "PW per attempt": Answer(delay, delayed, attempts),
    }
    redial = Redial(share, 0.0, 0.0, Exponential(5.0), most=60) if share else None
    judge(
        queue(8.0, 1.0, 9, 2.0, redial=redial),
        {name: answer for name, answer in answers.items() if answer.value},
        batch=500.0,
        batches=150,
        runs=4,
    )


def test_q32_retrials_match_the_closed_form():
    # Mean orbit = rate of retrials / rate of each. One caller in 10,000 gives up after 60 tries: 0.1 % of it at most.
    redial = Redial(0.0, 1.0, 0.0, Exponential(2.0), most=60)
    judge(
        queue(0.7, 1.0, 1, places=1, redial=redial),
        {
            "busy": Answer(0.7, served, 1500.0),
            "orbit": Answer(4.9, lambda path: redials(path) * 2.0, 1500.0),
        },
        batch=1500.0,
        batches=60,
        runs=7,
    )


def test_q33_loss_with_one_redial_matches_its_chain():
    redial = Redial(0.0, 0.7, 0.0, Exponential(0.5), most=1)
    judge(
        queue(3.0, 1.0, 3, places=3, redial=redial),
        {
            "attempts per call": Answer(1.28747623090, attempts, first_calls),
            "blocked per attempt": Answer(0.458126987882, blocked, attempts),
            "lost for good": Answer(0.302351376735, lambda path: blocked(path) * 1.0 - redials(path), first_calls),
            "E[B]": Answer(2.09294586980, served, 200.0),
        },
        batch=200.0,
        batches=800,
        runs=1,
    )
    judge(queue(3.0, 1.0, 3, places=3), {"lost": Answer(9 / 26, blocked, attempts)}, batch=200.0, batches=500)


def test_q35_erlang_a_of_ten_agents():
    judge(
        queue(8.0, 1.0, 10, 2.0),
        {
            "PW": Answer(0.317434354223, delayed, attempts),
            "Pab": Answer(0.038821392298, abandoned, attempts),
            "W": Answer(0.077642784596, waited, attempts),
            "occupancy": Answer(0.768942886162, served, 10 * 100.0),
        },
        batch=100.0,
        batches=700,
        runs=6,
    )


# The other engine


def test_q11_reference_engine_matches_the_poisson_law():
    judge(
        queue(10.0, 1.0, 10, 1.0),
        {
            "PW": Answer(0.542070285528, delayed, attempts),
            "Pab": Answer(0.125110035721, abandoned, attempts),
            "E[Q]": Answer(1.25110035721, waited, 20.0),
        },
        batch=20.0,
        batches=150,
        runs=19,
        engine=reference.simulate,
    )


# A test that cannot fail proves nothing


@pytest.mark.parametrize(
    "mutant",
    [
        pytest.param(queue(10.0, 1.0, 9, 1.0), id="one_agent_fewer"),
        pytest.param(queue(10.0, 1.0, 10), id="patience_ignored"),
        pytest.param(queue(10.0, 1.02, 10, 1.0), id="calls_two_percent_longer"),
    ],
)
def test_a_wrong_machine_is_caught(mutant):
    with pytest.raises(AssertionError, match=r"not 0\.54"):
        judge(mutant, {"PW": Answer(0.542070285528, delayed, attempts)}, batch=50.0, batches=600)


def test_known_answers_here_are_those_of_theory():
    # One of them, to catch slips of the pen between this module and the one of theory.
    assert theory.erlang_a(10.0, 1.0, 1.0, 10).wait_probability == pytest.approx(0.542070285528, rel=1e-9)
