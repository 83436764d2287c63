"""The queue machine against the known answers (Z: within 4.9 standard errors, with a standard error that has power).

Every case is simulated in batches that are as good as independent (stretches of a long run many relaxation times long,
or days that start empty). Each answer is a ratio of sums; its standard error comes from the batches, after what the
number of calls and the work they bring explain of it, for the means of these two are known exactly. A standard error
above 0.5 % of the value fails the test, unless the answer names another `power`: rare or slowly mixing quantities
would need more calls than a test may take.

Not simulated, for the machine has no such rule: Q29 (interrupting the less urgent), Q34 (agents that fail while busy or
idle) and Q42, T4 (call-ups triggered by the queue). Q04 and Q07 have no simulation in their tolerance. Exact values of
all cases are in the tests of `theory`.

The time unit of a case (s, min or h) is the machine's second here: nothing depends on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pytest

from resilience_sim.models.queue import kernel, reference, theory
from resilience_sim.models.queue.draws import draw
from resilience_sim.models.queue.inputs import Callers, Instants, Outcome, QueueInputs, Rate, Redial
from resilience_sim.models.queue.path import Path
from resilience_sim.randomness import Deterministic, Erlang, Exponential, Law, LogNormal, Never, Streams
from resilience_sim.timelines import Timeline, constant

SEED = 2026
Weight = Callable[[Path], np.ndarray]


@dataclass(frozen=True)
class Answer:
    """Sum of `top` over the attempts of a batch / sum of `bottom`, or / a number per batch; `power`: see above."""

    value: float
    top: Weight
    bottom: Weight | float
    power: float = 0.005


# What is summed over attempts


def attempts(path: Path) -> np.ndarray:
    return np.ones(path.arrival_s.size)


def first_calls(path: Path) -> np.ndarray:
    return path.try_number == 0


def redials(path: Path) -> np.ndarray:
    return path.try_number > 0


def waited(path: Path) -> np.ndarray:
    return path.waited_s


def waited_squared(path: Path) -> np.ndarray:
    return path.waited_s**2


def delayed(path: Path) -> np.ndarray:
    return path.waited_s > 0


def served(path: Path) -> np.ndarray:
    return path.served_s


def ended(*outcomes: Outcome) -> Weight:
    return lambda path: np.isin(path.outcome, outcomes)


answered = ended(Outcome.ANSWERED)
abandoned = ended(Outcome.ABANDONED)
blocked = ended(Outcome.BLOCKED)
balked = ended(Outcome.BALKED)
admitted = ended(Outcome.ANSWERED, Outcome.ABANDONED)


def within(time: float) -> Weight:
    return lambda path: answered(path) & (path.waited_s < time)


def longer(time: float) -> Weight:
    return lambda path: path.waited_s > time


def of(source: int, weight: Weight) -> Weight:
    return lambda path: weight(path) * (path.source == source)


# Running and judging


def queue(
    rate: float | Timeline,
    service: float | Law,
    agents: int | Timeline,
    patience: float | Law = math.inf,
    *,
    redial: Redial | None = None,
    **rules: object,
) -> QueueInputs:
    """One class of callers; numbers for laws are means of exponential ones. The horizon is set when it runs."""
    handling = service if isinstance(service, Law) else Exponential(service)
    law = patience if isinstance(patience, Law) else Never() if math.isinf(patience) else Exponential(patience)
    arrivals = Rate(rate if isinstance(rate, Timeline) else constant(rate))
    on_duty = agents if isinstance(agents, Timeline) else constant(agents)
    callers = Callers("calls", arrivals, handling, law, redial=redial)
    return QueueInputs((callers,), on_duty, 1.0, **rules)


def expected_calls(rate: Timeline, instants: np.ndarray) -> np.ndarray:
    """Calls expected from the first instant to each, shape of `instants`."""
    times = np.union1d(rate.times[(rate.times > instants[0]) & (rate.times < instants[-1])], instants)
    return np.interp(instants, times, np.concatenate(([0.0], np.cumsum(rate.at(times[:-1]) * np.diff(times)))))


def controls(inputs: QueueInputs, arrival_s: np.ndarray, source: np.ndarray, work: np.ndarray, edges: np.ndarray):
    """Per batch and class: calls less their mean (where known), and handling time less its mean given the calls."""
    rows = []
    for index, callers in enumerate(inputs.callers):
        mine = source == index
        calls = np.histogram(arrival_s[mine], edges)[0]
        if isinstance(callers.arrivals, Rate):
            rows.append(calls - np.diff(expected_calls(callers.arrivals.rate, edges)))
        excess = work[mine] - callers.handling.mean
        rows.append(np.histogram(arrival_s[mine], edges, weights=excess)[0])
    return rows


def sums(weight: Weight | float, path: Path, which: np.ndarray, batches: int) -> np.ndarray:
    if isinstance(weight, (int, float)):
        return np.full(batches, float(weight))
    # Bin 0 takes whatever lies outside the batches, and attempts that were not made.
    return np.bincount(which + 1, weight(path), minlength=batches + 1)[1:]


def judge(
    ask: QueueInputs | Callable[[int], QueueInputs],
    answers: dict[str, Answer],
    *,
    batch: float,
    batches: int,
    runs: int = 1,
    steady: bool = True,
    engine: Callable[..., Path] = kernel.simulate,
) -> None:
    """Simulate `runs` runs of so many batches each (in the steady state one more before and after) and compare."""
    tops: dict[str, list[np.ndarray]] = {name: [] for name in answers}
    bottoms: dict[str, list[np.ndarray]] = {name: [] for name in answers}
    known = []
    aside = 1 if steady else 0
    for run in range(runs):
        inputs = replace(ask if isinstance(ask, QueueInputs) else ask(run), horizon_s=batch * (batches + 2 * aside))
        draws = draw(inputs, Streams(SEED, run))
        path = engine(inputs, draws)
        n = draws.arrival_s.size
        edges = batch * np.arange(aside, batches + aside + 1)
        known.append(controls(inputs, draws.arrival_s, draws.source, draws.handling_s[:n], edges))
        which = np.nan_to_num(path.arrival_s // batch, nan=-1.0).astype(int) - aside
        which[(which < 0) | (which >= batches)] = -1
        for name, answer in answers.items():
            tops[name].append(sums(answer.top, path, which, batches))
            bottoms[name].append(sums(answer.bottom, path, which, batches))
    regressors = np.concatenate([np.array(rows) for rows in known], axis=1).T
    for name, answer in answers.items():
        compare(name, answer, np.concatenate(tops[name]), np.concatenate(bottoms[name]), regressors)


def compare(name: str, answer: Answer, top: np.ndarray, bottom: np.ndarray, regressors: np.ndarray) -> None:
    ratio = top.sum() / bottom.sum()
    residual = (top - ratio * bottom) / bottom.mean()
    design = np.column_stack((np.ones(residual.size), regressors))
    effect = np.linalg.lstsq(design, residual, rcond=None)[0]
    estimate = ratio + effect[0]  # what is left of the ratio at the known means of the regressors
    noise = residual - design @ effect
    error = math.sqrt(noise @ noise / (residual.size - design.shape[1]) / residual.size)
    assert error <= answer.power * abs(answer.value), f"{name}: no power, {estimate:.6g} ± {error:.2g}"
    assert abs(estimate - answer.value) <= 4.9 * error, f"{name}: {estimate:.6g} ± {error:.2g}, not {answer.value}"


# Stationary, one class


def test_q01_erlang_c_agrees_with_palm_and_mandelbaum_zeltyn():
    # Waits this close to full load forget only in an hour: the power of their means is that of two million calls.
    judge(
        queue(48.0, 1.0, 50),
        {
            "PW": Answer(0.694455611197, delayed, attempts),
            "P(W > 20 s)": Answer(0.356545399197, longer(1 / 3), attempts, power=0.016),
            "W": Answer(20.8336683359 / 60, waited, attempts, power=0.025),
            "occupancy": Answer(0.96, served, 50 * 1000.0),
        },
        batch=1000.0,
        batches=10,
        runs=6,
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
            "P(W > 20 s)": Answer(0.0271356082922, longer(1 / 3), attempts, power=0.025),
        },
        batch=50.0,
        batches=200,
        runs=10,
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
        {
            name: Answer(value, tops[name], attempts, power=0.006 if patient else 0.005)
            for name, value in values.items()
        },
        batch=600.0 if patient else 150.0,
        batches=200 if patient else 800,
        runs=24 if patient else 8,
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
        answers["P(W > 15 min)"] = Answer(tail, longer(threshold), attempts, power=0.007)
    judge(queue(rate, service, agents), answers, batch=700.0 / rate, batches=800, runs=8)


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
        (105.0, 100, 0.1, 8, (0.967191949643, 0.0497383106361, 52.2252261679, 0.0817287843826, None)),
    ],
    ids=["q11", "q11_small", "q12_patient", "q12_impatient", "q13_overload"],
)
def test_q11_q12_q13_erlang_a_around_full_load(rate, agents, theta, runs, values):
    batch = max(10.0 / theta, 2000 / rate)
    delay, gone, waiting, level, late = values
    answers = {
        "PW": Answer(delay, delayed, attempts),
        "Pab": Answer(gone, abandoned, attempts),
        "SL": Answer(level, within(0.1), attempts, power=0.035 if theta == 0.1 else 0.005),
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
    ("service", "mean", "deviation"),
    [
        (Exponential(1.0), 4.0, math.sqrt(24)),
        (Deterministic(1.0), 2.0, math.sqrt(16 / 3)),
        (Erlang(2, 1.0), 3.0, math.sqrt(13)),
        (LogNormal.from_mean(1.0, math.sqrt(math.log(1.25))), 2.5, 2.97559517856),
        (LogNormal.from_mean(1.0, math.sqrt(math.log(3.25))), 6.5, 9.38194187433),
    ],
    ids=["exponential", "deterministic", "erlang_2", "lognormal_0.5", "lognormal_1.5"],
)
def test_q22_waits_match_pollaczek_khinchine(service, mean, deviation):
    heavy = mean == 6.5  # a lognormal tail: second moments of waits settle slowly
    judge(
        queue(0.8, service, 1),
        {
            "PW": Answer(0.8, delayed, attempts),
            "W": Answer(mean, waited, attempts, power=0.01 if heavy else 0.005),
            "E[W²]": Answer(mean**2 + deviation**2, waited_squared, attempts, power=0.05 if heavy else 0.016),
        },
        batch=2000.0,
        batches=300,
        runs=7,
    )


def test_q23_fixed_service_matches_erlangs_series():
    judge(
        queue(0.8, Deterministic(1.0), 1),
        {
            f"P(W > {time})": Answer(tail, longer(time), attempts, power=power)
            for time, tail, power in (
                (0.5, 0.701635060472, 0.005),
                (1.0, 0.554891814302, 0.005),
                (2.0, 0.365480063680, 0.005),
                (5.0, 0.100497238246, 0.012),
            )
        },
        batch=2000.0,
        batches=300,
        runs=4,
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
            "W of the others": Answer(0.292271536283, of(1, waited), of(1, attempts), power=0.008),
            "conserved": Answer(0.204590075398, waited, attempts, power=0.008),
        },
        batch=250.0,
        batches=300,
        runs=10,
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
        "lost for good": Answer(lost, lambda path: abandoned(path) * 1.0 - redials(path), first_calls, power=0.006),
        "W per attempt": Answer(wait, waited, attempts),
        "orbit": Answer(orbit, lambda path: redials(path) * 5.0, 500.0, power=0.008),
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
            "orbit": Answer(4.9, lambda path: redials(path) * 2.0, 1500.0, power=0.01),
        },
        batch=1500.0,
        batches=60,
        runs=5,
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


# Days that start empty: many in one run, with pauses so long that nobody is left


def repeated(changes: Sequence[tuple[float, float]], cycle: float, days: int) -> Timeline:
    """The same changes (instant, value) every `cycle`."""
    times, values = np.array(changes, dtype=float).T
    return Timeline((cycle * np.arange(days)[:, None] + times).ravel(), np.tile(values, days))


@lru_cache(maxsize=1)
def clock(path: Path, cycle: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """When each call came, left the queue and left, since the start of its day."""
    start = path.arrival_s // cycle * cycle
    left_queue = np.where(np.isnan(path.start_s), path.end_s, path.start_s)
    return path.arrival_s - start, left_queue - start, path.end_s - start


def number_at(when: float, cycle: float, what: str) -> Weight:
    """Calls inside (N), in service (B) or waiting (Q) at an instant of the day."""

    def weight(path: Path) -> np.ndarray:
        came, started, left = clock(path, cycle)
        first, last = {"N": (came, left), "Q": (came, started), "B": (started, left)}[what]
        return (first <= when) & (last > when)

    return weight


def waited_before(end: float, cycle: float) -> Weight:
    def weight(path: Path) -> np.ndarray:
        came, started, _ = clock(path, cycle)
        return path.waited_s - np.maximum(started - np.maximum(came, end), 0)

    return weight


def busy_between(start: float, end: float, cycle: float) -> Weight:
    def weight(path: Path) -> np.ndarray:
        _, started, left = clock(path, cycle)
        return np.clip(left, start, end) - np.clip(started, start, end)

    return weight


def open_after(closing: float, cycle: float) -> Weight:
    """Time from closing to the last departure of the day, counted at its first call."""

    def weight(path: Path) -> np.ndarray:
        _, _, left = clock(path, cycle)
        first = np.flatnonzero(np.diff(path.arrival_s // cycle, prepend=-1.0))
        late = np.zeros(left.size)
        late[first] = np.maximum(np.maximum.reduceat(left, first) - closing, 0)
        return late

    return weight


def open_longer(closing: float, time: float, cycle: float) -> Weight:
    still = open_after(closing, cycle)
    return lambda path: still(path) > time


def test_q36_transient_of_five_agents_from_empty():
    cycle, days = 100.0, 30_000
    means = ((0.5, 1.57456652435), (1, 2.54430200979), (2, 3.61344886547), (5, 4.83679710925), (10, 5.53603602650))
    answers = {f"E[N] at {t}": Answer(mean, number_at(t, cycle, "N"), 1.0) for t, mean in means}
    answers["E[N] at 20"] = Answer(5.98500065321, number_at(20, cycle, "N"), 1.0)
    answers["E[Q] at 5"] = Answer(1.06908222654, number_at(5, cycle, "Q"), 1.0, power=0.012)
    answers["E[Q] at 20"] = Answer(2.00748239926, number_at(20, cycle, "Q"), 1.0, power=0.01)
    rate = repeated([(0, 4.0), (20, 0.0)], cycle, days)
    judge(queue(rate, 1.0, 5), answers, batch=cycle, batches=days, runs=1, steady=False)


def test_q37_transient_overload_from_empty():
    cycle, days = 200.0, 60_000
    means = ((1, 0.85618302532), (5, 2.71513140191), (10, 4.37428950244), (20, 7.12020952768))
    answers = {f"E[N] at {t}": Answer(mean, number_at(t, cycle, "N"), 1.0) for t, mean in means}
    rate = repeated([(0, 1.2), (20, 0.0)], cycle, days)
    judge(queue(rate, 1.0, 1), answers, batch=cycle, batches=days, runs=1, steady=False)


@pytest.mark.parametrize("patience", [math.inf, 1.0], ids=["patient", "patience_1_min"])
def test_q38_empty_start_day_agrees_with_contactcenters(patience):
    cycle, days = 700.0, 250
    good = within(1 / 3)

    def counted(path: Path) -> np.ndarray:
        return answered(path) | (path.waited_s >= 1 / 3)

    if math.isinf(patience):
        answers = {
            "good": Answer(1815.2717371, good, 1.0),
            "good / served": Answer(0.900432409274, good, answered),
            "W": Answer(0.100680741017, waited, attempts, power=0.01),
            "occupancy": Answer(0.696934349484, busy_between(0, 480, cycle), 5760.0),
            "closing": Answer(5.49573869901, open_after(480, cycle), 1.0, power=0.012),
        }
    else:
        answers = {
            "abandoned": Answer(59.2632183722, abandoned, 1.0),
            "good": Answer(1906.7188944, good, 1.0),
            "good / served": Answer(0.974438111606, good, answered),
            "good / (served + gone late)": Answer(0.968189068551, good, counted),
            "W of served": Answer(0.0238252668266, lambda path: np.where(answered(path), path.waited_s, 0.0), answered),
            "W": Answer(0.0293964376847, waited, attempts),
            "occupancy": Answer(0.676558344159, busy_between(0, 480, cycle), 5760.0),
            "closing": Answer(5.38640104714, open_after(480, cycle), 1.0, power=0.012),
        }
    rate = repeated([(0, 4.2), (480, 0.0)], cycle, days)
    judge(queue(rate, 2.0, 12, patience), answers, batch=cycle, batches=days, runs=10, steady=False)


HOURLY = (100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60)
AGENTS = (4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4)


@pytest.mark.parametrize(
    ("zero_patience", "lost", "at_once", "later", "wait", "none_free", "in_time", "closing", "inside"),
    [
        (
            0.1, 0.0194828172303, 24.7148120402, 7.62666456209, 4.59437624222, 0.148884409880, 0.926395211295,
            117.819507024, (3.10844833047, 5.72327861380, 4.24053523497, 3.39745586256, 2.33995545676, 1.69804500505),
        ),
        (
            0.0, 0.00636845279296, 0.0, 10.5716316363, 6.36845279296, 0.165468386664, 0.902569015545,
            118.688695798, (3.37548994595, 5.98261448542, 4.34807817094, 3.47752516579, 2.43700214846, 1.72532449796),
        ),
    ],
    ids=["a_tenth_leaves_at_once", "everyone_waits"],
)  # fmt: skip
def test_q39_call_centre_day_of_the_ssj_tutorial(
    zero_patience, lost, at_once, later, wait, none_free, in_time, closing, inside
):
    cycle, days, hour = 15 * 3600.0, 300, 3600.0

    def gone(path: Path) -> np.ndarray:
        return abandoned(path) | balked(path)

    answers = {
        "lost": Answer(lost, gone, 1660.0, power=0.01),
        "gone at once": Answer(at_once, balked, 1.0),
        "gone after waiting": Answer(later, abandoned, 1.0, power=0.01),
        "sum of waits": Answer(wait, waited, 1660.0, power=0.01),
        "none free": Answer(none_free, lambda path: delayed(path) | balked(path), 1660.0, power=0.01),
        "in 20 s": Answer(in_time, lambda path: path.waited_s < 20, 1660.0),
        "closing": Answer(closing, open_after(13 * hour, cycle), 1.0, power=0.02),
    }
    for count, mean in zip((1, 5, 6, 9, 11, 13), inside, strict=True):
        answers[f"E[N] after hour {count}"] = Answer(mean, number_at(count * hour, cycle, "N"), 1.0, power=0.016)
    rate = repeated([(k * hour, calls / hour) for k, calls in enumerate((*HOURLY, 0))], cycle, days)
    agents = repeated([(k * hour, count) for k, count in enumerate(AGENTS)], cycle, days)
    join = (1 - zero_patience,) if zero_patience else ()
    judge(
        queue(rate, 100.0, agents, 1000.0, join=join),
        {name: answer for name, answer in answers.items() if answer.value},
        batch=cycle,
        batches=days,
        runs=10,
        steady=False,
    )


STAFF_DROP = {
    ("finish", math.inf): (
        {60: "5.39673266682 4.79699884152", 62: "5.70617548 3.79406412 1.91211137",
         65: "6.55382052 3.64254634 2.91127417", 90: "12.83953095 3.88271310 8.95681786",
         120: "6.62494495 5.10094505"},
        285.053116399,
    ),
    ("hand_back", math.inf): (
        {62: "6.01516784 3.58344237 2.43172547", 65: "6.90081499 3.65362074 3.24719424",
         90: "13.12486123 3.88717032 9.23769092", 120: "6.71749559 5.11907615"},
        300.105094959,
    ),
    ("drop", math.inf): (
        {62: "4.82497087 3.44352558 1.38144529", 65: "5.80424795 3.54707138 2.25717657",
         90: "12.28139890 3.87231400 8.40908490", 120: "6.46144723 5.06718566"},
        259.041028296,
    ),
    ("finish", 4.0): (
        {60: "4.79999853168 4.58919764845", 62: "4.79999911 3.69477688 1.10522223",
         65: "4.79999958 3.51448826 1.28551132", 90: "4.80000000 3.50726858 1.29273141",
         120: "4.80000000 4.58919881"},
        54.5890364433,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STAFF_DROP, ids=str)
def test_q40_staff_drop_and_rise_by_every_rule(case):
    on_cut, patience = case
    states, total = STAFF_DROP[case]
    cycle, days = 500.0, 5_000
    answers = {"∫Q dt": Answer(total, waited_before(120, cycle), 1.0)}
    for when, printed in states.items():
        just_before = when - 1e-9
        for what, value in zip("NBQ", printed.split(), strict=False):
            power = 0.01 if what == "Q" else 0.005
            answers[f"E[{what}] at {when}"] = Answer(float(value), number_at(just_before, cycle, what), 1.0, power)
    if on_cut == "drop":
        answers["dropped"] = Answer(1.24736482222, ended(Outcome.DROPPED), 1.0, power=0.007)
    if not math.isinf(patience):
        answers["abandoned"] = Answer(13.6472591108, abandoned, 1.0)
    rate = repeated([(0, 1.2), (120, 0.0)], cycle, days)
    agents = repeated([(0, 7), (60, 4), (90, 7)], cycle, days)
    judge(
        queue(rate, 4.0, agents, patience, on_cut=on_cut),
        answers,
        batch=cycle,
        batches=days,
        runs=5,
        steady=False,
    )


def test_q41_closing_of_a_hall():
    cycle, days = 1500.0, 8_000
    closing = 480.0
    judge(
        queue(repeated([(0, 0.2), (closing, 0.0)], cycle, days), 8.0, 2),
        {
            "E[N] at closing": Answer(4.29861616831, number_at(closing, cycle, "N"), 1.0),
            "to last departure": Answer(20.7440548533, open_after(closing, cycle), 1.0),
            "P(> 15 min)": Answer(0.508463469152, open_longer(closing, 15, cycle), 1.0),
            "P(> 30 min)": Answer(0.249701779275, open_longer(closing, 30, cycle), 1.0, power=0.009),
            "work after closing": Answer(34.3889293465, busy_between(closing, math.inf, cycle), 1.0),
            "W": Answer(11.1538666334, waited, 96.0),
        },
        batch=cycle,
        batches=days,
        runs=5,
        steady=False,
    )


def test_q43_number_inside_is_the_same_for_every_schedule_where_patience_equals_service():
    # From empty, λ(t) = 100 + 20 sin t; the schedule is far too small half of the time.
    cycle, days = 40.0, 2_000
    edges = np.linspace(0, 4, 401)
    values = 100 + 20 * (np.cos(edges[:-1]) - np.cos(edges[1:])) / np.diff(edges)
    rate = repeated([*zip(edges[:-1], values, strict=True), (4, 0.0)], cycle, days)
    agents = repeated([(0, 60), (1.3, 110), (2.1, 75), (3.0, 90)], cycle, days)
    means = ((0.5, 41.4306703930), (1, 69.9025370840), (2, 101.074267142), (4, 97.3200037556))
    for on_cut in ("finish", "hand_back"):
        judge(
            queue(rate, 1.0, agents, 1.0, on_cut=on_cut),
            {f"E[N] at {t}": Answer(mean, number_at(t - 1e-9, cycle, "N"), 1.0) for t, mean in means},
            batch=cycle,
            batches=days,
            steady=False,
        )


def test_q44_calls_come_at_the_rate_of_their_own_interval():
    from scipy.stats import kstest

    rates, days = (0.1, 100.0, 0.0, 100.0), 4_000
    rate = repeated([*enumerate(rates)], 4.0, days)
    inputs = replace(queue(rate, 1.0, 1), horizon_s=4.0 * days)
    arrivals = draw(inputs, Streams(SEED, 0)).arrival_s
    interval = np.floor(arrivals).astype(int)
    counts = np.bincount(interval, minlength=4 * days).reshape(days, 4)
    assert counts[:, 2].sum() == 0
    for column, mean in zip(counts.T, rates, strict=True):
        assert abs(column.mean() - mean) <= 4.9 * math.sqrt(mean / days)
        # The variance of a Poisson count is its mean; the variance of the sample variance is (m + 2 m²) / days.
        assert abs(column.var() - mean) <= 4.9 * math.sqrt((mean + 2 * mean**2) / days)
    assert abs(np.corrcoef(counts[:, 1], counts[:, 3])[0, 1]) <= 4.9 / math.sqrt(days)
    assert kstest(arrivals - interval, "uniform").pvalue > 1e-6


def test_q45_a_hall_split_into_shifts_keeps_its_waits():
    cycle, days = 1000.0, 8_000
    late = (
        0.0859829711508, 0.180275489385, 0.209905026563, 0.222534017850, 0.228824349953, 0.232242720949,
        0.234207165121, 0.235380971069,
    )  # fmt: skip

    def in_hour(hour: int, weight: Weight) -> Weight:
        return lambda path: weight(path) * (path.arrival_s % cycle // 60 == hour)

    answers = {
        f"P(W > 15) in hour {hour + 1}": Answer(value, in_hour(hour, longer(15)), in_hour(hour, attempts), power=0.0135)
        for hour, value in enumerate(late)
    }
    answers["P(W > 15) in the day"] = Answer(0.203669089005, longer(15), attempts)
    rate = repeated([(0, 11.1 / 60), (480, 0.0)], cycle, days)
    judge(queue(rate, 8.0, 2), answers, batch=cycle, batches=days, runs=4, steady=False)


# The other engine


def test_q11_reference_engine_matches_the_poisson_law():
    judge(
        queue(10.0, 1.0, 10, 1.0),
        {
            "PW": Answer(0.542070285528, delayed, attempts, power=0.011),
            "Pab": Answer(0.125110035721, abandoned, attempts, power=0.023),
            "E[Q]": Answer(1.25110035721, waited, 20.0, power=0.023),
        },
        batch=20.0,
        batches=150,
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
