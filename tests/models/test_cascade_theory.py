"""Closed forms of call trees, and both engines against them.

Where rings and talks last fixed times, an event has finitely many courses: every one of them is played, weighted with
its probability, and the law that comes out must be the closed form to a relative 1e-9. Where durations are random,
means of 20,000 or more independent runs are met to 4 of their standard errors.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats

from resilience_sim.errors import InputsError
from resilience_sim.models.cascade import (
    Calling,
    CascadeInputs,
    Ended,
    Notices,
    Path,
    Person,
    Phone,
    day_and_night,
    draw,
    theory,
)
from resilience_sim.models.cascade.theory import Callee, Instants, Moments, Odds
from resilience_sim.models.contract import ENGINES, engine
from resilience_sim.randomness import (
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Law,
    LogNormal,
    Never,
    Streams,
    Triangular,
    Truncated,
    Uniform,
    Weibull,
)

MANY = 20_000
INF = math.inf
EVER_S = 1e9


@pytest.fixture(params=ENGINES)
def simulate(request):
    """Both engines, one after the other."""
    return engine(request.param, of="cascade").simulate


def exactly(value):
    return pytest.approx(value, rel=1e-9, abs=1e-12)


def within_four_errors(sample, mean: float) -> None:
    sample = np.asarray(sample, dtype=float)
    assert len(sample) >= MANY
    error = sample.std(ddof=1) / math.sqrt(len(sample))
    assert abs(sample.mean() - mean) <= 4 * error, f"{sample.mean():.6g} ± {error:.2g}, not {mean}"


def share_within_four_errors(found: int, of: int, share: float) -> None:
    assert of >= MANY
    error = math.sqrt(share * (1 - share) / of)
    assert abs(found / of - share) <= 4 * error, f"{found / of:.6g} ± {error:.2g}, not {share}"


def person(name: str, *answered, calls: str = "", messages: str = "", **more) -> Person:
    """Somebody with phones of these shares; lists are names between blanks."""
    numbers = tuple(Phone(f"phone {k}", share) for k, share in enumerate(answered))
    return Person(name, numbers, tuple(calls.split()), tuple(messages.split()), **more)


def play(simulate, inputs: CascadeInputs, replication: int = 0) -> Path:
    return simulate(inputs, draw(inputs, Streams(11, replication)))


def every_course(simulate, inputs: CascadeInputs) -> Iterator[tuple[float, Path]]:
    """Every course of an event of which only the answering of phones is random, with its probability.

    A uniform matters only by the shares that it lies between, so that one number stands for each gap between them.
    """
    base = draw(inputs, Streams(1, 0))
    cells, gaps = [], []
    for k, one in enumerate(inputs.people):
        edges = sorted({0.0, 1.0, *(share for phone in one.phones for share in phone.answered)})
        if len(edges) > 2:
            cells += [(k, call) for call in range(inputs.calls_at_most[k])]
            gaps += [list(itertools.pairwise(edges))] * inputs.calls_at_most[k]
    for course in itertools.product(*gaps):
        answer_u = base.answer_u.copy()
        for cell, (low, _) in zip(cells, course, strict=True):
            answer_u[cell] = low
        weight = math.prod(high - low for low, high in course)
        yield weight, simulate(inputs, dataclasses.replace(base, answer_u=answer_u))


def law_of(weighted) -> Instants:
    return Instants.of((float(instant), weight) for weight, instant in weighted if instant < INF)


def assert_same_law(found: Instants, expected: Instants) -> None:
    assert len(found.chances) == len(expected.chances)
    assert np.array(found.chances) == exactly(np.array(expected.chances))


# -- attempts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answered", "attempts"), [(0.5, 1), (0.5, 4), (0.3, 3), (1.0, 3), (0.0, 2)])
def test_geometric_attempts_cut_off_exact(simulate, answered, attempts):
    """Chance, mean attempts, law of the time until told and of the caller's, every course played."""
    inputs = CascadeInputs(
        (person("ann", calls="bob"), person("bob", answered, delegate="cat"), person("cat", 1.0)), (Notices("ann"),),
        Calling(Deterministic(25.0), Deterministic(60.0), attempts=attempts, between_s=300.0),
    )  # fmt: skip
    courses = list(every_course(simulate, inputs))
    assert sum(weight for weight, _ in courses) == exactly(1.0)
    law = law_of((weight, path.told_s[1]) for weight, path in courses)
    found = theory.reach(answered, attempts, missed=Moments(25.0), talk=Moments(60.0), between_s=300.0)
    assert law.share == exactly(theory.reached_share(answered, attempts)) == exactly(found.share)
    assert sum(weight * path.calls_to[1] for weight, path in courses) == exactly(found.attempts)
    if answered > 0:
        assert (law.mean_s, law.variance_s2) == exactly((found.told.mean_s, found.told.variance_s2))
        assert law.chances == tuple(
            (60.0 + 325.0 * k, exactly(answered * (1 - answered) ** k)) for k in range(1 if answered == 1 else attempts)
        )
    busy = law_of((weight, path.ends_s[0] - (60.0 if path.calls_to[2] else 0.0)) for weight, path in courses)
    assert (busy.mean_s, busy.variance_s2) == exactly((found.busy.mean_s, found.busy.variance_s2))


@pytest.mark.parametrize("order", ["one by one", "rounds"])
def test_geometric_attempts_with_random_rings_and_talks(order):
    """One caller and one called, 20,000 times in one event: moments of the time until told, and of the caller's."""
    answered, attempts, between_s = 0.35, 3, 100.0
    ring, talk = Gamma(2.0, 10.0), LogNormal(4.0, 0.6)
    callers = [person(f"caller{k}", calls=f"called{k}") for k in range(MANY)]
    called = [person(f"called{k}", answered) for k in range(MANY)]
    inputs = CascadeInputs(
        (*callers, *called), tuple(Notices(one.name) for one in callers),
        Calling(ring, talk, order, attempts, between_s),
    )  # fmt: skip
    path = play(engine("kernel", of="cascade").simulate, inputs)
    found = theory.reach(
        answered, attempts, missed=theory.moments(ring), talk=theory.moments(talk), between_s=between_s
    )
    told = path.told_s[MANY:][path.told_s[MANY:] < INF]
    share_within_four_errors(len(told), MANY, found.share)
    within_four_errors(path.duty_calls, found.attempts)
    within_four_errors(path.ends_s[:MANY], found.busy.mean_s)
    within_four_errors((path.ends_s[:MANY] - found.busy.mean_s) ** 2, found.busy.variance_s2)
    error = told.std(ddof=1) / math.sqrt(len(told))
    assert abs(told.mean() - found.told.mean_s) <= 4 * error
    squares = (told - found.told.mean_s) ** 2
    assert abs(squares.mean() - found.told.variance_s2) <= 4 * squares.std(ddof=1) / math.sqrt(len(told))


def test_several_phones_answer_as_one_with_the_share_of_any(simulate):
    shares = (0.2, 0.5, 0.3)
    inputs = CascadeInputs((person("ann", calls="bob"), person("bob", *shares)), (Notices("ann"),))
    reached = sum(weight for weight, path in every_course(simulate, inputs) if path.duty_ended[0] == Ended.TOLD)
    assert reached == exactly(theory.answered_share(shares)) == exactly(1 - 0.8 * 0.5 * 0.7)


@pytest.mark.parametrize("answered", [0.05, 0.3, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("wanted", [0.0, 0.5, 0.9, 0.99, 0.999999])
def test_attempts_needed_are_enough_and_one_fewer_are_not(answered, wanted):
    needed = theory.attempts_needed(answered, wanted)
    assert theory.reached_share(answered, needed) >= wanted
    assert needed == 0 or theory.reached_share(answered, needed - 1) < wanted


@pytest.mark.parametrize(
    ("law", "peer"),
    [
        (Exponential(30.0), stats.expon(scale=30.0)),
        (Erlang(3, 30.0), stats.gamma(3, scale=10.0)),
        (Gamma(0.7, 40.0), stats.gamma(0.7, scale=40.0)),
        (LogNormal(3.0, 0.8), stats.lognorm(0.8, scale=math.exp(3.0))),
        (Uniform(5.0, 9.0), stats.uniform(5.0, 4.0)),
        (Triangular(1.0, 2.0, 7.0), stats.triang(1 / 6, 1.0, 6.0)),
        (Weibull(1.5, 20.0), stats.weibull_min(1.5, scale=20.0)),
        (Deterministic(3.0), stats.rv_discrete(values=((3,), (1.0,)))),
        (Empirical((1.0, 4.0, 4.0, 9.0)), stats.rv_discrete(values=((1, 4, 9), (0.25, 0.5, 0.25)))),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Law) else "",
)
def test_moments_of_laws_against_scipy(law, peer):
    found = theory.moments(law)
    assert (found.mean_s, found.variance_s2) == exactly((peer.mean(), peer.var()))


# -- one caller's list -------------------------------------------------------------------------------------------------


def test_sequential_sums_everybody_answers(simulate):
    """The k-th of a list is told k talks after the preparation; a relay takes preparation and talk of each."""
    members = [person(f"m{k}", 1.0) for k in range(7)]
    head = person("head", calls=" ".join(one.name for one in members), begins=Deterministic(40.0))
    path = play(simulate, CascadeInputs((head, *members), (Notices("head"),), Calling(talk=Deterministic(50.0))))
    assert path.told_s[1:].tolist() == [40.0 + 50.0 * k for k in range(1, 8)]
    called, done = theory.one_by_one([Callee((1.0,), talk_s=50.0)] * 7, prepare_s=40.0)
    assert [one.told.chances for one in called] == [((instant, 1.0),) for instant in path.told_s[1:]]
    assert done.chances == ((path.ends_s[0], 1.0),)
    relay = [person(f"r{k}", 1.0, calls=f"r{k + 1}", begins=Deterministic(15.0)) for k in range(6)]
    path = play(simulate, CascadeInputs((*relay, person("r6", 1.0)), (Notices("r0"),)))
    assert path.told_s.tolist() == [75.0 * k for k in range(7)]


def test_sequential_sums_of_random_durations():
    """20,000 relays of three in one event: mean and variance add up."""
    talk, begins = Gamma(1.5, 40.0), Uniform(10.0, 90.0)
    people = [
        person(f"r{k}/{j}", 1.0, calls=f"r{k}/{j + 1}" if j < 2 else "", begins=begins)
        for k in range(MANY)
        for j in range(3)
    ]
    inputs = CascadeInputs(tuple(people), tuple(Notices(f"r{k}/0") for k in range(MANY)), Calling(talk=talk))
    told = play(engine("kernel", of="cascade").simulate, inputs).told_s.reshape(MANY, 3)
    step = theory.moments(begins) + theory.moments(talk)
    expected = Moments(0.0)
    for j in range(1, 3):
        expected += step
        within_four_errors(told[:, j], expected.mean_s)
        within_four_errors((told[:, j] - expected.mean_s) ** 2, expected.variance_s2)


@pytest.mark.parametrize("between_s", [0.0, 45.0])
@pytest.mark.parametrize("hour", [12.0, 21.99])
def test_one_by_one_with_delegates_and_hours_exact(simulate, hour, between_s):
    """Law of when each on the list is told: two phones, a delegate, and a night that begins while they are called."""
    night = day_and_night(0.6, 0.25)
    ring_s, talk_s = 20.0, 50.0
    inputs = CascadeInputs(
        (
            person("ann", calls="bob dan", begins=Deterministic(10.0)),
            person("bob", 0.5, delegate="cat"),
            person("cat", 0.6),
            person("dan", night, 0.25),
        ),
        (Notices("ann"),),
        Calling(Deterministic(ring_s), Deterministic(talk_s), attempts=2, between_s=between_s),
        hour,
    )
    courses = list(every_course(simulate, inputs))

    def callee(*phones, **more) -> Callee:
        return Callee(phones, 2, ring_s, talk_s, **more)

    called, done = theory.one_by_one(
        [callee(0.5, delegate=callee(0.6)), callee(night, 0.25)], prepare_s=10.0, between_s=between_s, start_hour=hour
    )
    for row, expected in ((1, called[0].told), (2, called[0].delegate), (3, called[1].told)):
        assert_same_law(law_of((weight, path.told_s[row]) for weight, path in courses), expected)
    assert_same_law(law_of((weight, path.ends_s[0]) for weight, path in courses), done)
    taken = sum(weight for weight, path in courses if path.duty_reached[0] >= 0)
    assert taken == exactly(called[0].taken.share)
    assert done.share == exactly(1.0)


@pytest.mark.parametrize("order", ["one by one", "rounds"])
def test_mean_told_on_a_list_one_by_one_and_in_rounds_exact(simulate, order):
    shares, attempts = (0.5, 0.2, 0.7), 3
    members = [person(f"m{k}", share) for k, share in enumerate(shares)]
    inputs = CascadeInputs(
        (person("head", calls="m0 m1 m2"), *members), (Notices("head"),),
        Calling(Deterministic(30.0), Deterministic(80.0), order, attempts),
    )  # fmt: skip
    courses = list(every_course(simulate, inputs))
    people = [Odds(share, Moments(30.0), Moments(80.0)) for share in shares]
    expected = (
        theory.mean_told_one_by_one_s(people, attempts)
        if order == "one by one"
        else theory.mean_told_in_rounds_s(people, attempts)
    )
    laws = [law_of((weight, path.told_s[1 + k]) for weight, path in courses) for k in range(3)]
    assert [law.mean_s for law in laws] == exactly(expected)
    assert [law.share for law in laws] == exactly([theory.reached_share(share, attempts) for share in shares])
    busy_s = sum(
        theory.reach(share, attempts, missed=Moments(30.0), talk=Moments(80.0)).busy.mean_s for share in shares
    )
    assert sum(weight * path.ends_s[0] for weight, path in courses) == exactly(busy_s)


def test_rounds_let_the_last_wait_less_and_the_first_longer():
    people = [Odds(0.4, Moments(30.0), Moments(60.0))] * 5
    one_by_one, rounds = theory.mean_told_one_by_one_s(people, 3), theory.mean_told_in_rounds_s(people, 3)
    assert rounds[0] > one_by_one[0]
    assert rounds[-1] < one_by_one[-1]


# -- delegation --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "n", "q"), [(0.5, 2, 0.5), (0.2, 3, 0.9), (0.0, 1, 0.4), (1.0, 1, 0.0)])
def test_duties_are_taken_by_one_or_the_delegate_exact(simulate, p, n, q):
    """Somebody calls those whom the one meant would have called, unless neither that one nor the delegate answers."""
    people = (
        person("ann", calls="bob"),
        person("bob", p, calls="eve", delegate="cat"),
        person("cat", q),
        person("eve", 1.0),
    )
    inputs = CascadeInputs(people, (Notices("ann"),), Calling(attempts=n))
    courses = list(every_course(simulate, inputs))
    assert sum(weight for weight, path in courses if path.told_s[3] < INF) == exactly(theory.take_over(p, n, q, n))
    by_delegate = sum(weight for weight, path in courses if path.duty_owner[1] == 2)
    assert by_delegate == exactly((1 - p) ** n * theory.reached_share(q, n))
    callees = [Callee((p,), n, 30.0, 60.0, delegate=Callee((q,), n, 30.0, 60.0))]
    taken = theory.one_by_one(callees)[0][0].taken
    assert_same_law(law_of((weight, path.told_s[3]) for weight, path in courses), taken.later(60.0))


# -- trees -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fan_out", "levels"), [(1, 5), (2, 4), (3, 3), (10, 2), (4, 0)])
@pytest.mark.parametrize(("call_s", "prepare_s"), [(60.0, 0.0), (50.0, 35.0)])
def test_parallel_maxima_the_last_of_a_full_tree(simulate, fan_out, levels, call_s, prepare_s):
    """Branches run at once: a tree is as slow as its slowest branch, L (a + d T)."""
    count = theory.people_in_full_tree(fan_out, levels)
    calls = {k: [c for c in range(fan_out * k + 1, fan_out * k + fan_out + 1) if c < count] for k in range(count)}
    people = [
        person(f"p{k}", 1.0, calls=" ".join(f"p{c}" for c in calls[k]), begins=Deterministic(prepare_s))
        for k in range(count)
    ]
    path = play(simulate, CascadeInputs(tuple(people), (Notices("p0"),), Calling(talk=Deterministic(call_s))))
    assert path.told_s.max() == exactly(theory.full_tree_s(fan_out, levels, call_s=call_s, prepare_s=prepare_s))
    names = {f"p{k}": [f"p{c}" for c in below] for k, below in calls.items()}
    told = theory.told_in_tree_s(names, "p0", call_s=call_s, prepare_s=prepare_s)
    assert path.told_s == exactly(np.array([told[one.name] for one in people]))


def some_calls(random: np.random.Generator, count: int) -> dict[str, list[str]]:
    """A tree on people who all are reached, by callers drawn at random."""
    calls: dict[str, list[str]] = {f"p{k}": [] for k in range(count)}
    for k in range(1, count):
        calls[f"p{random.integers(k)}"].append(f"p{k}")
    return calls


@pytest.mark.parametrize("case", range(20))
def test_no_tree_beats_the_bound_and_the_greedy_tree_meets_it(simulate, case):
    random = np.random.default_rng(case)
    count, prepare_s = int(random.integers(2, 40)), float(random.choice([0.0, 30.0, 60.0, 140.0]))
    calls = some_calls(random, count)
    told = theory.told_in_tree_s(calls, "p0", call_s=60.0, prepare_s=prepare_s)
    least_s = theory.least_all_told_s(count, call_s=60.0, prepare_s=prepare_s)

    def run(tree: dict[str, list[str]]) -> np.ndarray:
        people = [
            person(name, 1.0, calls=" ".join(below), begins=Deterministic(prepare_s)) for name, below in tree.items()
        ]
        return play(simulate, CascadeInputs(tuple(people), (Notices("p0"),))).told_s

    assert run(calls) == exactly(np.array([told[name] for name in calls]))
    assert run(calls).max() >= least_s
    greedy: dict[str, list[str]] = {"p0": []}
    told_s = {"p0": 0.0}
    while len(greedy) < count:  # whoever's next call would end first takes the next name
        ends_s = {one: told_s[one] + prepare_s + 60.0 * (len(greedy[one]) + 1) for one in greedy}
        caller = min(ends_s, key=lambda one: ends_s[one])
        name = f"p{len(greedy)}"
        greedy[caller].append(name)
        greedy[name], told_s[name] = [], ends_s[caller]
    assert run(greedy).max() == exactly(least_s)


@pytest.mark.parametrize("fan_out", [None, 1, 2, 3])
@pytest.mark.parametrize("prepare_s", [0.0, 30.0, 60.0, 100.0])
def test_most_told_and_least_time_are_inverse(fan_out, prepare_s):
    for people in range(1, 60):
        least_s = theory.least_all_told_s(people, call_s=60.0, prepare_s=prepare_s, fan_out=fan_out)
        assert theory.most_told(least_s, call_s=60.0, prepare_s=prepare_s, fan_out=fan_out) >= people
        if people > 1:
            just_before = theory.most_told(least_s - 1e-3, call_s=60.0, prepare_s=prepare_s, fan_out=fan_out)
            assert just_before < people


def test_fibonacci_in_trees_where_each_calls_two_or_prepares_as_long_as_a_call_lasts():
    """Each calls two, N(k) = F(k + 3) - 1; each prepares for as long as a call lasts, N(k) = F(k + 1)."""
    fibonacci = [0, 1]
    while len(fibonacci) < 40:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    two = [theory.most_told(30.0 * k, call_s=30.0, fan_out=2) for k in range(30)]
    assert two == [fibonacci[k + 3] - 1 for k in range(30)]
    assert two[1:9] == [2, 4, 7, 12, 20, 33, 54, 88]  # as printed for the telephone tree of 85 people, done in 240 s
    assert theory.least_all_told_s(85, call_s=30.0, fan_out=2) == 240.0
    prepared = [theory.most_told(30.0 * k, call_s=30.0, prepare_s=30.0) for k in range(30)]
    assert prepared == [fibonacci[k + 1] for k in range(30)]
    assert [theory.most_told(60.0 * k, call_s=60.0) for k in range(20)] == [2**k for k in range(20)]


def test_best_fan_out_is_least():
    for people, prepare_s in ((30, 0.0), (30, 90.0), (100, 240.0)):
        best = theory.best_fan_out(people, call_s=60.0, prepare_s=prepare_s)
        least_s = theory.least_all_told_s(people, call_s=60.0, prepare_s=prepare_s)
        times = [theory.least_all_told_s(people, call_s=60.0, prepare_s=prepare_s, fan_out=d) for d in (best - 1, best)]
        assert times[0] > least_s == times[1]


# -- many at once ------------------------------------------------------------------------------------------------------


def test_parallel_maxima_of_random_calls():
    """Three call one each at once, 20,000 times in one event: the k-th and the last of exponential talks."""
    size = 3
    pairs = MANY * size
    people = [person(f"a{k}", calls=f"b{k}") for k in range(pairs)] + [person(f"b{k}", 1.0) for k in range(pairs)]
    inputs = CascadeInputs(
        tuple(people), tuple(Notices(f"a{k}") for k in range(pairs)), Calling(talk=Exponential(180.0))
    )
    told = np.sort(play(engine("kernel", of="cascade").simulate, inputs).told_s[pairs:].reshape(MANY, size), axis=1)
    for k in range(size):
        within_four_errors(told[:, k], theory.exponential_order_mean_s(k + 1, size, 180.0))
    for at_s in (100.0, 300.0, 600.0):
        chance = theory.all_by([theory.read_by(Exponential(180.0), at_s)] * size)
        share_within_four_errors(int((told[:, -1] <= at_s).sum()), MANY, chance)


@pytest.mark.parametrize("law", [LogNormal(5.0, 1.0), Uniform(0.0, 900.0)])
def test_order_statistics_of_a_group_message(law):
    """One message to 20,000 groups of four, of whom four fifths read it: who has read by when, and the mean third."""
    size, reads = 4, 0.8
    names = [f"m{k}" for k in range(MANY * size)]
    members = [person(name, reads=reads, reads_after=law) for name in names]
    inputs = CascadeInputs((person("head", messages=" ".join(names)), *members), (Notices("head"),))
    told = np.sort(play(engine("kernel", of="cascade").simulate, inputs).told_s[1:].reshape(MANY, size), axis=1)
    for k, at_s in ((1, 60.0), (2, 200.0), (3, 600.0), (4, EVER_S)):
        chance = theory.kth_by(k, [theory.read_by(law, at_s, reads=reads)] * size)
        share_within_four_errors(int((told[:, k - 1] <= at_s).sum()), MANY, chance)
    third = told[:, 2][told[:, 2] < INF]
    error = third.std(ddof=1) / math.sqrt(len(third))
    assert abs(third.mean() - theory.kth_mean_s(3, size, law, reads=reads)) <= 4 * error


@pytest.mark.parametrize("k", range(1, 7))
def test_mean_of_the_kth_against_closed_forms(k):
    """Exponential: sums of 1 / n; uniform: k / (n + 1); a share of one half of two exponential readers by hand."""
    exponential = theory.kth_mean_s(k, 6, Exponential(300.0))
    assert exponential == pytest.approx(theory.exponential_order_mean_s(k, 6, 300.0), rel=1e-9)
    assert theory.kth_mean_s(k, 6, Uniform(0.0, 700.0)) == pytest.approx(700.0 * k / 7, rel=1e-9)
    first_of_two = theory.kth_mean_s(1, 2, Exponential(1.0), reads=0.5)
    assert first_of_two == pytest.approx((0.5 * 1.0 + 0.25 * 0.5) / 0.75, rel=1e-9)


def test_counts_are_binomial_and_poisson_binomial():
    assert theory.count_chances([0.3] * 20) == exactly(stats.binom.pmf(np.arange(21), 20, 0.3))
    chances = [0.1, 0.5, 0.9, 0.25]
    by_hand = np.zeros(5)
    for outcome in itertools.product((0, 1), repeat=4):
        by_hand[sum(outcome)] += math.prod(p if one else 1 - p for one, p in zip(outcome, chances, strict=True))
    assert theory.count_chances(chances) == exactly(by_hand)
    assert theory.kth_by(0, chances) == exactly(1.0)
    assert theory.kth_by(5, chances) == 0.0
    assert theory.kth_by(4, chances) == exactly(theory.all_by(chances))


@pytest.mark.parametrize("chance", [0.2, 0.47, 0.9])
@pytest.mark.parametrize(("k", "wanted"), [(1, 0.5), (2, 0.95), (5, 0.99), (0, 0.9), (3, 0.0)])
def test_people_needed_are_enough_and_one_fewer_are_not(k, chance, wanted):
    needed = theory.people_needed(k, chance, wanted)
    assert stats.binom.sf(k - 1, needed, chance) >= wanted
    assert needed == 0 or stats.binom.sf(k - 1, needed - 1, chance) < wanted


def test_the_instant_by_which_a_chance_is_reached():
    law = Uniform(0.0, 100.0)
    assert theory.quantile_s(lambda t: theory.read_by(law, t), 0.25, most_s=200.0) == pytest.approx(25.0, rel=1e-9)
    assert theory.quantile_s(lambda t: theory.read_by(law, t, reads=0.5), 0.75, most_s=200.0) == INF
    assert theory.quantile_s(lambda _: 1.0, 0.5, most_s=200.0) == 0.0


# -- hours of day ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", [6.9, 12.0, 21.95, 23.99])
def test_day_and_night_attempts_meet_the_share_of_their_hour_exact(simulate, hour):
    """Attempts of 30 s every 330 s; those after the hour has changed have its share."""
    profile = day_and_night(0.5, 0.2)
    inputs = CascadeInputs(
        (person("ann", calls="bob"), person("bob", profile)), (Notices("ann"),), Calling(attempts=4, between_s=300.0),
        hour,
    )  # fmt: skip
    reached = sum(weight for weight, path in every_course(simulate, inputs) if path.told_s[1] < INF)
    assert reached == exactly(theory.reach_at_hour(profile, hour, [330.0 * k for k in range(4)]))


def test_an_event_at_any_hour_reaches_fewer_than_the_mean_share_promises(simulate):
    profile = tuple(0.02 * hour + 0.1 for hour in range(24))
    reached = 0.0
    for hour in range(24):
        inputs = CascadeInputs(
            (person("ann", calls="bob"), person("bob", profile[hour])), (Notices("ann"),), Calling(attempts=3), hour
        )
        reached += sum(weight for weight, path in every_course(simulate, inputs) if path.told_s[1] < INF) / 24
    mean_share = sum(profile) / 24
    assert reached == exactly(theory.averaged_reach(profile, 3))
    assert reached < theory.reached_share(mean_share, 3)
    assert theory.averaged_reach(profile, 1) == exactly(mean_share)


# -- on site -----------------------------------------------------------------------------------------------------------


def test_on_site_after_two_attempts_of_a_call_out():
    """20,000 pairs in one event: share on site by an hour, and mean and variance of the arrival of those who come."""
    answered, comes, leaving_s, way = 0.59, 0.79, 120.0, LogNormal(3.12 + math.log(60), 0.70)
    callers = [person(f"a{k}", calls=f"b{k}") for k in range(MANY)]
    called = [person(f"b{k}", answered, comes=comes, leaving=Deterministic(leaving_s), travel=way) for k in range(MANY)]
    inputs = CascadeInputs(
        (*callers, *called), tuple(Notices(one.name) for one in callers), Calling(attempts=2, between_s=300.0)
    )
    arrives = play(engine("kernel", of="cascade").simulate, inputs).arrives_s[MANY:]
    told = theory.one_by_one([Callee((answered,), 2, 30.0, 60.0)], between_s=300.0)[0][0].told
    for by_s in (900.0, 1800.0, 3600.0, EVER_S):
        share = theory.on_site_by(told, way, by_s, comes=comes, leaving_s=leaving_s)
        share_within_four_errors(int((arrives <= by_s).sum()), MANY, share)
    assert theory.mean_on_site([share] * MANY) == exactly(MANY * share)
    come = arrives[arrives < INF]
    expected = theory.arrival(Moments(told.mean_s, told.variance_s2), Moments(leaving_s), theory.moments(way))
    assert abs(come.mean() - expected.mean_s) <= 4 * come.std(ddof=1) / math.sqrt(len(come))
    squares = (come - expected.mean_s) ** 2
    assert abs(squares.mean() - expected.variance_s2) <= 4 * squares.std(ddof=1) / math.sqrt(len(come))


def test_the_kth_on_site_of_people_told_apart():
    """Three make a team, 20,000 of them: chance that two or more are there within an hour."""
    size, comes, way = 3, 0.6, Exponential(1800.0)
    names = [f"m{k}" for k in range(MANY * size)]
    members = [person(name, reads=0.9, comes=comes, travel=way) for name in names]
    inputs = CascadeInputs((person("head", messages=" ".join(names)), *members), (Notices("head"),))
    arrives = np.sort(play(engine("kernel", of="cascade").simulate, inputs).arrives_s[1:].reshape(MANY, size), axis=1)
    told = Instants(((0.0, 0.9),))
    chance = theory.kth_on_site_by(2, [theory.on_site_by(told, way, 3600.0, comes=comes)] * size)
    share_within_four_errors(int((arrives[:, 1] <= 3600.0).sum()), MANY, chance)


# -- laws of instants --------------------------------------------------------------------------------------------------


def test_laws_of_instants_add_and_mix():
    law = Instants.of([(20.0, 0.25), (10.0, 0.25), (20.0 + 1e-12, 0.25), (5.0, 0.0)])
    assert law.chances == ((10.0, 0.25), (20.0, 0.5))
    assert law.share == 0.75
    assert law.by(10.0) == 0.25
    assert law.by(9.999) == 0.0
    assert_same_law(law.then(law), Instants(((20.0, 0.0625), (30.0, 0.25), (40.0, 0.25))))
    assert law.scaled(0.5).later(1.0).chances == ((11.0, 0.125), (21.0, 0.25))
    assert law.either(Instants.at(7.0).scaled(0.25)).share == 1.0
    assert math.isnan(Instants(()).mean_s)
    assert Instants(()).share == 0.0


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda: theory.answered_share([0.5, 1.1]),
        lambda: theory.reached_share(-0.1, 2),
        lambda: theory.reached_share(0.5, -1),
        lambda: theory.attempts_needed(0.0, 0.5),
        lambda: theory.attempts_needed(0.5, 1.0),
        lambda: theory.reach(0.5, 0, missed=Moments(1.0), talk=Moments(1.0)),
        lambda: theory.moments(Never()),
        lambda: theory.moments(Truncated(Exponential(1.0), 0.0, 2.0)),
        lambda: theory.kth_by(-1, [0.5]),
        lambda: theory.all_by([2.0]),
        lambda: theory.exponential_order_mean_s(4, 3, 1.0),
        lambda: theory.kth_mean_s(3, 2, Exponential(1.0)),
        lambda: theory.kth_mean_s(1, 2, Exponential(1.0), reads=0.0),
        lambda: theory.people_needed(1, 0.0, 0.5),
        lambda: theory.people_needed(1, 0.5, 1.0),
        lambda: theory.share_at((0.5,) * 23, 0.0),
        lambda: theory.averaged_reach((1.5,) * 24, 1),
        lambda: Callee(()),
        lambda: Callee(((0.5,) * 23,)),
        lambda: Callee((0.5,), delegate=Callee((0.5,), delegate=Callee((0.5,)))),
        lambda: theory.one_by_one([], between_s=-1.0),
        lambda: theory.full_tree_s(0, 2, call_s=1.0),
        lambda: theory.most_told(10.0, call_s=0.0),
        lambda: theory.least_all_told_s(0, call_s=1.0),
        lambda: theory.on_site_by(Instants.at(0.0), Exponential(1.0), 1.0, comes=1.5),
        lambda: theory.mean_on_site([1.5]),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(ask):
    with pytest.raises(InputsError, match="accepted"):
        ask()
