"""Closed forms and exact chains against the known answers of the queue (E: see `queue_answers`).

The authority of every number is named by the test; ids Q01 … and S18 are those of the known answers. Q32 has its closed
form; Q42 (call-ups triggered by the queue) has none here.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from queue_answers import agree

from resilience_sim.errors import InputsError
from resilience_sim.models.queue import theory
from resilience_sim.models.queue.theory.chains import equilibrium
from resilience_sim.timelines import constant

# Stationary, one class


def test_q01_erlang_c_agrees_with_palm_and_mandelbaum_zeltyn():
    wait = theory.erlang_c_wait(48.0, 1.0, 50)
    agree(wait.probability, ".694455611197")
    agree(60 * wait.mean, "20.8336683359")
    agree([48 * wait.mean, wait.longer(1 / 3)], "16.6669346687 .356545399197")
    agree(60 * wait.quantile(0.9), "58.138741782")


def test_q02_erlang_a_agrees_with_palm_and_mandelbaum_zeltyn():
    state = theory.erlang_a(48.0, 1.0, 0.5, 50)
    agree([state.wait_probability, state.abandoned], ".467774068554 .0309122491622")
    agree([60 * state.mean_wait, state.waiting, state.occupancy], "3.70946989946 2.96757591957 .930324240804")
    agree([state.answered_within(1 / 3), state.waiting_longer(1 / 3)], ".943018954747 .0271356082922")
    agree(60 * state.wait_quantile(0.9), "12.4446477152")


def test_q03_erlang_a_agrees_with_pyworkforce():
    state = theory.erlang_a(100 / 30, 1 / 3, 1 / 5, 14)
    agree(
        [state.wait_probability, state.abandoned, state.mean_wait, state.occupancy, state.answered_within(1 / 3)],
        ".145260114296 .0139837441224 .069918720612 .704297325627 .916792091864",
    )


@pytest.mark.parametrize(
    ("agents", "printed"),
    [
        (14, ".174131933595 .887852692691 .714285714286"),
        (15, ".102042367008 .941126675704 .666666666667"),
    ],
)
def test_q04_erlang_c_agrees_with_pyworkforce(agents, printed):
    wait = theory.erlang_c_wait(100 / 30, 1 / 3, agents)
    agree([wait.probability, 1 - wait.longer(0.33), 10 / agents], printed)


@pytest.mark.parametrize(("occupancy", "fewest"), [(0.85, 14), (0.70, 15)])
def test_q04_fewest_agents_agree_with_pyworkforce(occupancy, fewest):
    found = theory.fewest_agents(100 / 30, 1 / 3, service_level=0.8, threshold=0.33, max_occupancy=occupancy)
    assert found == fewest


def test_q05_and_q06_agree_with_callcenter_simulator():
    agree(60 * theory.erlang_c_wait(3.5, 1 / 3, 13).mean, "26.5568858034")
    patient, short = theory.erlang_a(3.5, 1 / 3, 1 / 5, 13), theory.erlang_a(3.5, 1 / 3, 1 / 5, 9)
    agree([60 * patient.mean_wait, patient.abandoned], "9.91280260914 .0330426753638")
    agree([60 * short.mean_wait, short.abandoned, short.wait_probability], "56.6184354956 .188728118319 .789838960121")


def test_q07_erlang_c_of_a_thousand_calls_an_hour():
    wait = theory.erlang_c_wait(1000 / 3600, 1 / 120, 40)
    agree([wait.probability, wait.mean, 1 - wait.longer(20)], ".190737290394 3.4332712271 .937210621489")


def test_q08_and_q09_small_centres_agree_with_fractions():
    for wait, probability, mean in (
        (theory.erlang_c_wait(2, 1, 3), 4 / 9, 4 / 9),
        (theory.erlang_c_wait(2, 1, 4), 4 / 23, 2 / 23),
        (theory.erlang_c_wait(0.25, 1 / 8, 3), 4 / 9, 32 / 9),
        (theory.erlang_c_wait(0.2, 1 / 8, 2), 32 / 45, 128 / 9),
        (theory.erlang_c_wait(0.2, 0.1, 3), 4 / 9, 40 / 9),
    ):
        assert (wait.probability, wait.mean) == pytest.approx((probability, mean), rel=1e-12)
    longer = [theory.erlang_c_wait(0.25, 1 / 8, 3).longer(15), theory.erlang_c_wait(0.2, 1 / 8, 2).longer(15)]
    agree(longer, ".0681577630422 .335905104171")  # CivicQ prints .068


def test_q10_erlang_b_agrees_with_pyworkforce():
    cases = ((1, 1), (1, 2), (10, 14), (20, 30), (100, 117))
    losses = [theory.erlang_b(load, agents) for load, agents in cases]
    agree(losses, ".5 .2 .0568191433865 .00845749834019 .00979007112537")


@pytest.mark.parametrize(
    ("arrival_rate", "agents", "printed"),
    [
        (102.0, 100, ".591718634519 .0499179759998 5.09163355198 .758777298109 .202932126872"),
        (10.0, 10, ".542070285528 .125110035721 1.25110035721 .575126903721 .379095255281"),
    ],
)
def test_q11_number_inside_is_poisson_where_patience_equals_service(arrival_rate, agents, printed):
    from scipy.stats import poisson

    state = theory.erlang_a(arrival_rate, 1.0, 1.0, agents)
    inside = np.arange(state.probability.size)
    assert state.probability == pytest.approx(poisson.pmf(inside, arrival_rate), rel=1e-9, abs=1e-14)
    values = [state.wait_probability, state.abandoned, state.waiting]
    agree([*values, state.answered_within(0.1), state.waiting_longer(0.1)], printed)


@pytest.mark.parametrize(
    ("abandonment_rate", "printed"),
    [
        (0.5, ".59670313802 .0330301525283 103.303015253 .701109560392"),
        (2.0, ".429998767243 .046683298171 97.6658350914 .894284367573"),
    ],
)
def test_q12_erlang_a_at_full_load(abandonment_rate, printed):
    state = theory.erlang_a(100.0, 1.0, abandonment_rate, 100)
    agree([state.wait_probability, state.abandoned, state.in_system, state.answered_within(0.1)], printed)


def test_q13_erlang_a_in_overload():
    state = theory.erlang_a(105.0, 1.0, 0.1, 100)
    values = [state.wait_probability, state.abandoned, state.waiting, state.occupancy, state.answered_within(0.1)]
    agree(values, ".967191949643 .0497383106361 52.2252261679 .997774773832 .0817287843826")


def test_q14_and_q15_limited_places_agree_with_fractions():
    state = theory.steady_state(5.0, 1.0, 5, places=10)
    assert state.blocked == pytest.approx(625 / 5319, rel=1e-12)
    agree([state.in_system, state.waiting, state.mean_wait_entering], "6.17503290092 1.76254935138 .399446101406")
    agree(
        [state.occupancy, state.wait_probability / (1 - state.blocked), state.answered_within(0.5)],
        ".882496709908 .665743502343 .581459183853",
    )
    hall = theory.steady_state(24 / 60, 1 / 8, 3, places=9)
    assert hall.blocked == pytest.approx(34359738368 / 239646048263, rel=1e-12)
    agree(
        [hall.mean_wait_entering, hall.waiting, hall.occupancy, hall.answered_within(10)],
        "7.9269493828 2.71616277308 .91373116926 .558906192464",
    )


def test_q16_limited_trunks_with_abandonment():
    state = theory.steady_state(8.0, 1.0, 8, abandonment_rate=0.5, places=12)
    agree([state.blocked, state.abandoned, state.mean_wait_entering], ".0773024635675 .0598546785167 .129738459578")
    agree([state.occupancy, state.answered_within(0.25), state.throughput], ".862842857916 .685680862508 6.90274286333")


@pytest.mark.parametrize(
    ("join", "printed"),
    [
        ((0.6,), ".267216494845 1.71782032401 .390706648444 .879340206186"),
        (
            tuple(1 / (1 + 0.5 * (waiting + 1)) for waiting in range(400)),
            ".288239872011 .691775692826 .161987085635 .854112153587",
        ),
    ],
    ids=["q17", "q18"],
)
def test_q17_q18_balking(join, printed):
    state = theory.steady_state(6.0, 1.0, 5, join=join)
    agree([state.balked, state.waiting, state.mean_wait_entering, state.occupancy], printed)


def test_q19_fixed_patience_agrees_with_baccelli_hebuterne():
    state = theory.fixed_patience(10.0, 1.0, 10, 2.0)
    values = [state.wait_probability, state.abandoned, state.mean_wait, state.answered_within(0.5)]
    agree(
        [*values, state.waiting_longer(0.5)], ".851574060523 .0405511457392 .892125206263 .351181668173 .648818331827"
    )


@pytest.mark.parametrize(("arrival_rate", "patience"), [(10.0 + 1e-9, 2.0), (12.0, 300.0), (8.0, 0.01)])
def test_fixed_patience_keeps_its_balance_at_every_load(arrival_rate, patience):
    state = theory.fixed_patience(arrival_rate, 1.0, 10, patience)
    busy = arrival_rate * (1 - state.abandoned)
    assert 0 <= state.abandoned < 1
    assert busy <= 10
    assert state.waiting_longer(0.0) == pytest.approx(state.wait_probability, rel=1e-9)
    # The wait is the integral of its own tail.
    grid = np.linspace(0, patience, 20001)
    tail = np.array([state.waiting_longer(time) for time in grid])
    assert np.trapezoid(tail, grid) == pytest.approx(state.mean_wait, rel=1e-4)


def test_q20_batches():
    state = theory.batch_arrivals(1.0, (0.5, 0.3, 0.0, 0.2), 1.0, 4)
    values = [state.waiting, state.mean_wait, state.wait_probability, state.occupancy]
    agree(values, ".548361162647 .288611138235 .359193438141 .475")


@pytest.mark.parametrize(
    ("safety", "printed"),
    [
        (0.25, ".720932113403 .724765202773 .722879028672 .721913270011"),
        (0.5, ".504538640998 .506456853913 .505553507109 .505059933494"),
        (1.0, ".223361274798 .216940480906 .220314408804 .221877228272"),
        (1.5, ".0846903944939 .0748504959746 .0799412850334 .0823573718309"),
    ],
)
def test_q21_erlang_c_and_the_limit_of_halfin_and_whitt(safety, printed):
    exact = [theory.erlang_c(n - safety * math.sqrt(n), n) for n in (100, 400, 1600)]
    agree([theory.halfin_whitt_delay(safety), *exact], printed)


@pytest.mark.parametrize(
    ("ratio", "safety", "printed"),
    [
        (0.5, -1, ".931226265 .929116126 .930106709 .930649702"),
        (0.5, 0, ".585786438 .596703138 .591269568 .588534261"),
        (0.5, 1, ".178957677 .176867608 .178048095 .178535177"),
        (1.0, -1, ".841344746 .841721330 .841442111 .841369511"),
        (1.0, 0, ".5 .513298798 .506649130 .503324531"),
        (1.0, 1, ".158655254 .158220989 .158550710 .158629592"),
        (2.0, -1, ".725187266 .730849048 .727916217 .726525078"),
        (2.0, 0, ".414213562 .429998767 .422054381 .418121172"),
        (2.0, 1, ".135640810 .136968875 .136383301 .136030255"),
    ],
)
def test_q21_erlang_a_and_the_limit_of_garnett_mandelbaum_reiman(ratio, safety, printed):
    exact = [theory.erlang_a(n - safety * math.sqrt(n), 1.0, ratio, n).wait_probability for n in (100, 400, 1600)]
    agree([theory.garnett_delay(safety, ratio), *exact], printed)


# General service and arrivals


def lognormal_moments(cv: float) -> tuple[float, float, float]:
    square = 1 + cv * cv
    return 1.0, square, square**3


@pytest.mark.parametrize(
    ("moments", "mean", "deviation"),
    [
        ((1.0, 2.0, 6.0), 4.0, math.sqrt(24)),
        ((1.0, 1.0, 1.0), 2.0, math.sqrt(16 / 3)),
        ((1.0, 1.5, 3.0), 3.0, math.sqrt(13)),
        (lognormal_moments(0.5), 2.5, 2.97559517856),
        (lognormal_moments(1.5), 6.5, 9.38194187433),
    ],
    ids=["exponential", "deterministic", "erlang_2", "lognormal_0.5", "lognormal_1.5"],
)
def test_q22_waits_agree_with_pollaczek_khinchine(moments, mean, deviation):
    assert theory.pollaczek_khinchine(0.8, moments) == pytest.approx((mean, deviation), rel=1e-9)


def test_q23_fixed_service_agrees_with_erlangs_series():
    state = theory.fixed_service(0.8, 1.0, 1)
    assert state.mean_wait == pytest.approx(2.0, rel=1e-9)
    tail = [state.waiting_longer(time) for time in (0.5, 1, 2, 5)]
    agree(tail, ".701635060472 .554891814302 .365480063680 .100497238246")


def test_q24_fixed_service_of_two_agrees_with_franx():
    state = theory.fixed_service(1.6, 1.0, 2)
    agree([state.mean_wait, 1 - state.waiting_longer(0)], ".903283879417 .298101682827")
    agree([state.waiting_longer(time) for time in (0.5, 1, 2)], ".517985604348 .331021769514 .140863193768")


def test_fixed_service_at_high_load_agrees_with_the_single_server_formula():
    # M/D/1: W = ρ / (2 (1 - ρ)).
    assert theory.fixed_service(0.97, 1.0, 1).mean_wait == pytest.approx(0.97 / 0.06, rel=1e-9)


@pytest.mark.parametrize(
    ("agents", "gap", "printed"),
    [(1, 1.25, ".628629796497 1.69273083992 .433621624594"), (2, 0.625, ".528173719344 .711114831456 .251309396772")],
    ids=["q25", "q26"],
)
def test_q25_q26_regular_arrivals_agree_with_takacs(agents, gap, printed):
    wait = theory.renewal_arrivals_wait(lambda s: math.exp(-s * gap), gap, 1.0, agents)
    agree([wait.probability, wait.mean, wait.longer(1.0)], printed)


@pytest.mark.parametrize("agents", [1, 3, 12])
def test_renewal_arrivals_with_exponential_gaps_are_erlang_c(agents):
    rate = 0.85 * agents
    wait = theory.renewal_arrivals_wait(lambda s: rate / (rate + s), 1 / rate, 1.0, agents)
    erlang = theory.erlang_c_wait(rate, 1.0, agents)
    assert (wait.probability, wait.rate) == pytest.approx((erlang.probability, erlang.rate), rel=1e-9)


def lognormal_survival(time: float) -> float:
    from scipy.special import ndtr

    sigma = math.sqrt(math.log(2))  # coefficient of variation 1, mean 1/2
    return float(ndtr(-(math.log(time) - math.log(0.5) + sigma * sigma / 2) / sigma)) if time > 0 else 1.0


@pytest.mark.parametrize(
    ("survival", "longest", "printed"),
    [
        (lambda u: math.exp(-2 * u), 20.0, "23.0695817861 39.7473088467 26.9304182139 10.2526911533"),
        (lambda _: 1.0, 0.5, "24.0196533271 39.9571998602 25.9803466729 10.0428001398"),
        (lognormal_survival, 150.0, "23.1121966451 39.6840913499 26.8878033549 10.3159086501"),
    ],
    ids=["exponential", "deterministic", "lognormal"],
)
def test_q27_infinitely_many_agents_agree_with_eick_massey_whitt(survival, longest, printed):
    def rate(hour: float) -> float:
        return 50 + 30 * math.sin(2 * math.pi * hour / 24)

    agree([theory.infinite_server_mean(hour, rate, survival, longest) for hour in (0, 6, 12, 18)], printed)


# Priorities


def test_q28_q29_q30_priorities_agree_with_cobham():
    agree(theory.non_preemptive_waits([0.2, 0.6], 1.0, 1), "1 5")
    agree(theory.preemptive_waits([0.2, 0.6], 1.0), ".25 5.25")
    agree(theory.non_preemptive_waits([3, 5], 1.0, 10), ".0584543072566 .292271536283")
    wait = theory.erlang_c_wait(8.0, 1.0, 10)
    agree([wait.probability, wait.mean], ".409180150796 .204590075398")


def test_priorities_conserve_the_mean_wait():
    rates = np.array([1.0, 2.0, 0.5, 3.0])
    waits = theory.non_preemptive_waits(rates, 1.0, 9)
    assert rates @ waits == pytest.approx(rates.sum() * theory.erlang_c_wait(6.5, 1.0, 9).mean, rel=1e-12)


# Redials, retrials, outages


@pytest.mark.parametrize(
    ("share", "rate", "printed"),
    [
        (0.0, 0.2, "1 .0689212169705 .0689212169705 .137842433941 0 .827625584915 .462181888306"),
        (
            0.5,
            0.2,
            "1.04437539856 .0849797852830 .0443753985623 .169959570566 1.77501594249 .849444090167 .522881737777",
        ),
    ],
)
def test_q31_redials(share, rate, printed):
    state = theory.redialling(8.0, 1.0, 0.5, 9, share=share, redial_rate=rate)
    agree(
        [
            state.attempts, state.abandoned, state.lost_for_good, state.mean_wait, state.orbit, state.occupancy,
            state.wait_probability,
        ],
        printed,
    )  # fmt: skip
    assert state.attempts == pytest.approx(1 / (1 - share * state.abandoned), rel=1e-9)


def test_q31_redials_after_very_long_delays():
    state = theory.redialling(8.0, 1.0, 0.5, 9, share=0.5, redial_rate=0.0)
    values = [state.attempts, state.abandoned, state.mean_wait, state.occupancy]
    agree(values, "1.04258600398 .0816930283281 .163386056656 .85103466313")
    assert state.lost_for_good == pytest.approx(state.attempts - 1, rel=1e-9)
    assert math.isinf(state.orbit)


def test_q32_retrials_agree_with_the_closed_form():
    agree(theory.retrial_orbit(0.7, 1.0, 0.5), "4.9")


def test_q33_loss_with_one_redial():
    orbits = 120
    moves: list[tuple[int, int, float]] = []
    for busy, orbit in product(range(4), range(orbits)):
        here = busy * orbits + orbit
        if busy < 3:
            moves.append((here, here + orbits, 3.0))
            if orbit > 0:
                moves.append((here, here + orbits - 1, 2.0 * orbit))
        else:
            if orbit + 1 < orbits:
                moves.append((here, here + 1, 3.0 * 0.7))
            if orbit > 0:  # blocked again: the only redial is spent
                moves.append((here, here - 1, 2.0 * orbit))
        if busy > 0:
            moves.append((here, here - orbits, float(busy)))
    origins, targets, rates = zip(*moves, strict=True)
    chain = equilibrium(4 * orbits, np.array(origins), np.array(targets), np.array(rates)).reshape(4, orbits)
    full = chain[3].sum()
    redials = 2.0 * chain.sum(axis=0) @ np.arange(orbits)
    blocked_again = 2.0 * chain[3] @ np.arange(orbits)
    agree((3 + redials) / 3, "1.28747623090")
    agree((3 * full + blocked_again) / (3 + redials), ".458126987882")
    agree((3 * 0.3 * full + blocked_again) / 3, ".302351376735")
    agree(chain.sum(axis=1) @ np.arange(4), "2.09294586980")
    assert theory.erlang_b(3, 3) == pytest.approx(9 / 26, rel=1e-12)


def test_q34_agents_that_fail_one_by_one():
    most = 100
    inside, up = (grid.ravel() for grid in np.indices((most + 1, 11)))
    busy = np.minimum(inside, up)
    waiting = inside - busy
    moves = ((11, 8.0 * (inside < most)), (-11, busy + 0.5 * waiting), (1, 0.5 * (10 - up)), (-1, 0.05 * up))
    origins = np.concatenate([np.flatnonzero(rate > 0) for _, rate in moves])
    targets = np.concatenate([np.flatnonzero(rate > 0) + step for step, rate in moves])
    rates = np.concatenate([rate[rate > 0] for _, rate in moves])
    chain = equilibrium(inside.size, origins, targets, rates)
    assert chain @ up == pytest.approx(100 / 11, rel=1e-9)
    agree(
        [chain @ (inside >= up), 0.5 * chain @ waiting / 8, chain @ waiting / 8, chain @ busy],
        ".454169167058 .0713069658113 .142613931623 7.42954427351",
    )


def test_q35_the_same_centre_without_failures():
    state = theory.erlang_a(8.0, 1.0, 0.5, 10)
    values = [state.wait_probability, state.abandoned, state.mean_wait, state.occupancy]
    agree(values, ".317434354223 .038821392298 .077642784596 .768942886162")


# Thresholds


def test_s18_fewest_agents_for_eighty_twenty():
    levels = [1 - theory.erlang_c_wait(100 / 3600, 1 / 180, agents).longer(20) for agents in range(6, 11)]
    agree(levels, ".474267180853 .740441011543 .880148310767 .948378346117 .979284426676")
    ask = {"threshold": 20, "max_occupancy": 1.0}
    assert theory.fewest_agents(100 / 3600, 1 / 180, service_level=0.8, **ask) == 8
    assert theory.fewest_agents(100 / 3600, 1 / 180, service_level=0.95, **ask) == 10


@pytest.mark.parametrize("load", [0.3, 4.0, 37.5, 99.0])
@pytest.mark.parametrize("abandonment_rate", [0.0, 0.7])
def test_fewest_agents_hold_and_one_fewer_fails(load, abandonment_rate):
    found = theory.fewest_agents(load, 1.0, service_level=0.9, threshold=0.2, abandonment_rate=abandonment_rate)

    def level(agents: int) -> float:
        if abandonment_rate == 0:
            return 1 - theory.erlang_c_wait(load, 1.0, agents).longer(0.2) if agents > load else 0.0
        return theory.erlang_a(load, 1.0, abandonment_rate, agents).answered_within(0.2) if agents else 0.0

    assert level(found) >= 0.9 > level(found - 1)


# Laws that hold for the closed forms


def test_l13_abandonment_joins_erlang_b_and_erlang_c():
    almost_never = theory.erlang_a(8.0, 1.0, 1e-9, 10)
    at_once = theory.erlang_a(8.0, 1.0, 1e9, 10)
    assert almost_never.wait_probability == pytest.approx(theory.erlang_c(8.0, 10), rel=1e-7)
    assert at_once.abandoned == pytest.approx(theory.erlang_b(8.0, 10), rel=1e-7)
    assert theory.steady_state(8.0, 1.0, 10, places=10).blocked == pytest.approx(theory.erlang_b(8.0, 10), rel=1e-12)
    assert theory.steady_state(8.0, 1.0, 10, places=400).waiting == pytest.approx(
        8 * theory.erlang_c_wait(8.0, 1.0, 10).mean, rel=1e-9
    )


def test_l14_waiting_falls_with_agents_and_impatience_and_rises_with_load():
    def queue(rate: float, agents: int, abandonment_rate: float) -> np.ndarray:
        state = theory.erlang_a(rate, 1.0, abandonment_rate, agents)
        return np.array([state.waiting, state.wait_probability, state.abandoned])

    for rate, agents, abandonment_rate in product((3.0, 8.0, 12.0), (4, 8, 12), (0.2, 1.0, 3.0)):
        here = queue(rate, agents, abandonment_rate)
        assert (queue(rate, agents + 1, abandonment_rate) < here).all()
        assert (queue(rate * 1.1, agents, abandonment_rate) > here).all()
        less = theory.erlang_a(rate, 1.0, abandonment_rate * 1.1, agents).in_system
        assert less < theory.erlang_a(rate, 1.0, abandonment_rate, agents).in_system


def test_l16_pooling_two_equal_centres_shortens_the_wait():
    for agents, load in product((1, 3, 10), (0.5, 0.8, 0.95)):
        apart, pooled = (theory.erlang_c_wait(k * load * agents, 1.0, k * agents).mean for k in (1, 2))
        assert pooled < apart


@pytest.mark.parametrize(
    "ask",
    [
        lambda: theory.erlang_c(5.0, 5),
        lambda: theory.erlang_b(-1.0, 5),
        lambda: theory.erlang_b(math.nan, 5),
        lambda: theory.steady_state(6.0, 1.0, 5),
        lambda: theory.steady_state(6.0, 1.0, 5, places=4),
        lambda: theory.pollaczek_khinchine(1.0, (1.0, 2.0, 6.0)),
        lambda: theory.fixed_service(0.999, 1.0, 1),
        lambda: theory.fixed_patience(1.0, 1.0, 1, 0.0),
        lambda: theory.batch_arrivals(1.0, (0.5, 0.4), 1.0, 4),
        lambda: theory.halfin_whitt_delay(0.0),
        lambda: theory.garnett_delay(0.0, 0.0),
        lambda: theory.redialling(8.0, 1.0, 0.5, 9, share=1.0, redial_rate=1.0),
        lambda: theory.retrial_orbit(1.0, 1.0, 0.5),
        lambda: theory.fewest_agents(1.0, 1.0, service_level=1.0, threshold=1.0),
        lambda: theory.staffed_day(constant(1.0), 1.0, constant(0.5), instants=[1]),
        lambda: theory.staffed_day(constant(1.0), 1.0, constant(1.0), instants=[]),
        lambda: theory.staffed_day(constant(1.0), 1.0, constant(1.0), instants=[1], on_cut="finish_named"),
    ],
)
def test_a_question_outside_the_domain_is_refused(ask):
    with pytest.raises(InputsError, match=r"accepted|needs|must"):
        ask()
