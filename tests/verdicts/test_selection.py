"""Selection with certificates: S18 (by its table), S19, S20, S21 and S25 of the known answers on statistics."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy.integrate import quad

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.cheapest import cheapest_feasible, easiest_of, propose
from resilience_sim.verdicts.looks import judge_share
from resilience_sim.verdicts.planning import decision_boundaries
from resilience_sim.verdicts.selection import Found, bisect, bisection_share, judge_all
from resilience_sim.verdicts.verdict import Answer, ShareTest

LOOKS = np.arange(20, 60_001, 20)


@cache
def _certain(theta, holds):
    test = ShareTest(theta, alpha=0.01, margin=0.001, budget=1000)
    return test.judge(0, 0) if holds is None else test.judge(1000 if holds else 0, 1000)


def oracle(truth, theta=0.8):
    """A judge who knows the truth; None stands for a candidate without an answer."""

    def judge(candidate, *_):
        p = truth(candidate)
        return _certain(theta, None if p is None else p > theta)

    return judge


def sampled(truth, theta, seed):
    """A judge on drawn outcomes, with the same uniform numbers for all candidates."""
    uniform = np.random.default_rng(seed).random(20_000)

    def judge(candidate, alpha, *_):
        test = ShareTest(theta, alpha=alpha, margin=0.002, budget=uniform.size)
        return judge_share(test, uniform < truth(candidate), looks=range(20, uniform.size + 1, 20))

    return judge


def logistic(c):
    return 1 / (1 + math.exp(-0.35 * (c - 31.5)))


S20 = {  # node: turn, mean runs, P(wrong turn)
    32: ("fails", 65.0, 7e-15),
    48: ("holds", 60.3, 1e-27),
    40: ("holds", 98.0, 5e-13),
    36: ("holds", 3482.5, 5.3e-6),
    34: ("fails", 395.5, 2.7e-8),
    35: ("fails", 4801.7, 1.0e-5),
}


def test_s20_path_of_a_certified_bisection():
    found = bisect(range(1, 64), oracle(logistic), 0.01)
    assert {c: v.answer.value for c, v in found.path} == {c: row[0] for c, row in S20.items()}
    assert [c for c, _ in found.path] == list(S20)
    assert (found.status, found.chosen, found.bracket) == (Found.FOUND, 36, (35, 36))
    assert found.alpha_node == bisection_share(63, 0.01) == 0.01 / 6


@cache
def _boundaries(alpha):
    return decision_boundaries(LOOKS, 0.8, alpha)


def _runs_at(walk, c, alpha):
    return walk(LOOKS, *_boundaries(alpha), logistic(c))


def test_s20_mean_runs_and_wrong_turns_by_dynamic_programming(walk):
    total, wrong = 0.0, 0.0
    for c, (turn, mean, error) in S20.items():
        node = _runs_at(walk, c, 0.01 / 6)
        assert node.mean_replications == pytest.approx(mean, abs=0.05)
        bad = node.fails if turn == "holds" else node.holds
        assert bad == pytest.approx(error, rel=0.08) if error > 1e-26 else bad < error
        total, wrong = total + node.mean_replications, wrong + bad
    assert total == pytest.approx(8903, abs=0.5)
    assert wrong == pytest.approx(1.5e-5, rel=0.05)
    assert sum(_runs_at(walk, c, 0.01 / 64).mean_replications for c in range(1, 65)) == pytest.approx(14_501, abs=0.5)


@pytest.mark.parametrize("candidates", [1, 2, 3, 7, 8, 63, 64])
def test_s20_every_answer_is_reached_within_the_nodes_paid_for(candidates):
    nodes = math.ceil(math.log2(candidates + 1))
    for first in range(candidates + 1):  # the first candidate that holds; the last value: none
        found = bisect(range(candidates), oracle(lambda c, first=first: float(c >= first)), 0.01)
        assert len(found.path) <= nodes
        assert found.alpha_node * nodes == pytest.approx(0.01)
        if first == candidates:
            assert (found.status, found.chosen, found.holds) == (Found.NONE_HOLDS, None, None)
            assert found.fails.answer is Answer.FAILS
            assert found.bracket == (candidates - 1, None)
        else:
            assert (found.status, found.chosen) == (Found.FOUND, first)


def test_s21_certificate_holds_the_chosen_and_fails_the_next_cheaper_one():
    found = bisect(range(1, 65), sampled(logistic, 0.8, seed=21), 0.01)
    assert found.chosen == 36
    bar = 2 * math.ceil(math.log2(65)) / 0.01
    assert found.holds.evidence_holds >= bar
    assert found.fails.evidence_fails >= bar
    verdicts = dict(found.path)
    assert (verdicts[36], verdicts[35]) == (found.holds, found.fails)


def test_s21_the_cheapest_offered_has_nothing_cheaper_to_fail():
    found = bisect([5, 6, 7], oracle(lambda _: 1.0), 0.01)
    assert (found.chosen, found.fails, found.bracket) == (5, None, (None, 5))
    assert found.holds.answer is Answer.HOLDS


def test_s20_a_node_without_an_answer_stops_the_search_and_reports_the_bracket():
    def truth(c):
        return None if c == 5 else float(c > 5)

    found = bisect(range(10), oracle(truth), 0.01)
    assert (found.status, found.chosen) == (Found.UNDECIDED, None)
    assert found.path[-1][0] == 5
    low, high = found.bracket
    assert low < 5 < high


def test_bisection_the_other_way_finds_the_last_that_holds():
    found = bisect([10, 20, 30, 40, 50], oracle(lambda load: float(load <= 30)), 0.01, reverse=True)
    assert (found.chosen, found.bracket) == (30, (40, 30))
    with pytest.raises(VerdictError):
        bisect([], oracle(logistic), 0.01)


def test_s18_fewest_agents_for_80_in_20_is_eight_and_for_95_ten():
    erlang_c = {6: 0.474267180853, 7: 0.740441011543, 8: 0.880148310767, 9: 0.948378346117, 10: 0.979284426676}
    for theta, agents in ((0.8, 8), (0.95, 10)):
        found = bisect(list(erlang_c), oracle(erlang_c.__getitem__, theta), 0.01)
        assert (found.chosen, found.bracket) == (agents, (agents - 1, agents))


def test_s19_newsvendor_order_on_a_grid_brackets_the_closed_form():
    # price 9, cost 5, salvage 1, Burr XII(2, 20) demand: order until P(demand <= x) >= (9 − 5)/(9 − 1)
    def covered(x):
        return 1 - (1 + x**2) ** -20

    best = math.sqrt(2 ** (1 / 20) - 1)
    assert best == pytest.approx(0.187789573303, rel=1e-11)
    sold, _ = quad(lambda x: 1 - covered(x), 0, best, epsabs=1e-13)  # E min(x*, demand)
    assert 9 * sold + 1 * (best - sold) - 5 * best == pytest.approx(0.463943072902, rel=1e-10)
    grid = [round(0.02 + 0.05 * k, 2) for k in range(12)]
    found = bisect(grid, sampled(covered, 0.5, seed=19), 0.01)
    assert found.status is Found.FOUND
    assert found.bracket[0] < best < found.bracket[1]
    assert found.bracket[1] - found.bracket[0] == pytest.approx(0.05)


# ---- not monotone, and S25


def test_s25_cheapest_that_holds_with_ties_and_cheaper_ones_without_an_answer():
    costs = {"a": 1, "b": 2, "c": 3, "d": 3, "e": 5}
    truth = {"a": 0.0, "b": None, "c": 1.0, "d": 1.0, "e": 1.0}
    found = judge_all(costs, oracle(truth.__getitem__), 0.05)
    assert (found.status, found.chosen, found.ties, found.cheaper_undecided) == (Found.FOUND, "c", ("d",), ("b",))
    assert found.fails.answer is Answer.FAILS
    assert found.alpha_node == 0.01


def test_not_monotone_claims_are_judged_one_by_one():
    costs = {c: c for c in range(6)}
    found = judge_all(costs, oracle(lambda c: float(c in (2, 5))), 0.06)
    assert (found.chosen, len(found.path)) == (2, 6)
    nothing = judge_all(costs, oracle(lambda _: 0.0), 0.06)
    assert (nothing.status, nothing.bracket) == (Found.NONE_HOLDS, (5, None))
    unclear = judge_all(costs, oracle(lambda c: None if c == 3 else 0.0), 0.06)
    assert (unclear.status, unclear.cheaper_undecided) == (Found.UNDECIDED, (3,))
    with pytest.raises(VerdictError):
        judge_all({}, oracle(logistic), 0.01)


# ---- several quantities


def _harder_or_equal(a, b):
    return all(x <= y for x, y in zip(a, b, strict=True))


def test_easiest_of_a_set_agrees_with_its_definition():
    rng = np.random.default_rng(3)
    for shape in ((9,), (5, 6), (4, 3, 5), (3, 2, 3, 2)):
        for _ in range(15):
            mask = rng.random(shape) < rng.random()
            members = [tuple(map(int, i)) for i in np.argwhere(mask)]
            maximal = [a for a in members if not any(a != b and _harder_or_equal(a, b) for b in members)]
            assert easiest_of(mask) == maximal


def _random_up_set(rng, shape):
    seeds = [tuple(rng.integers(0, n) for n in shape) for _ in range(rng.integers(1, 5))]
    grid = np.indices(shape)
    return np.logical_or.reduce(
        [np.logical_and.reduce([g >= s for g, s in zip(grid, seed, strict=True)]) for seed in seeds]
    )


def _additive_costs(rng, shape):
    axes = [np.cumsum(rng.integers(1, 4, n)) for n in shape]
    return sum(np.ix_(*axes)).astype(float)


@pytest.mark.parametrize("pilot_error", [0.0, 0.15])
def test_cheapest_choice_of_a_grid_agrees_with_brute_force(pilot_error):
    rng = np.random.default_rng(4)
    for trial in range(60):
        shape = [(7,), (6, 5), (4, 5, 3)][trial % 3]
        holds, costs = _random_up_set(rng, shape), _additive_costs(rng, shape)
        spent = []

        def judge(index, alpha, turn, holds=holds, spent=spent):
            spent.append((turn, alpha))
            return _certain(0.8, bool(holds[index]))

        def pilot(index, holds=holds):
            return bool(holds[index]) != (rng.random() < pilot_error)

        found = cheapest_feasible(costs, pilot, judge, 0.01, rounds=60)
        assert sum(alpha for _, alpha in spent) <= 0.01 * (1 + 1e-12)
        least = costs[holds].min()
        assert (found.status, found.cost, found.certified) == (Found.FOUND, least, True)
        assert holds[found.chosen]
        assert all(holds[i] and costs[i] == least for i in found.ties)
        certified = [index for index, verdict in found.fails if verdict.answer is Answer.FAILS]
        for index in np.argwhere(costs < least):
            assert any(_harder_or_equal(tuple(index), shown) for shown in certified)
        if pilot_error == 0:
            assert found.rounds == 1


def test_nothing_holds_is_shown_by_the_easiest_choice_alone():
    found = cheapest_feasible(np.add.outer(range(5), range(4)), lambda _: False, oracle(lambda _: 0.0), 0.01)
    assert (found.status, found.chosen, found.certified) == (Found.NONE_HOLDS, None, True)
    assert [index for index, _ in found.fails] == [(4, 3)]


@pytest.mark.parametrize("pilot", [False, True], ids=["sees nothing hold", "sees all hold"])
def test_a_blind_pilot_is_overruled_by_verdicts(pilot):
    costs = np.add.outer(range(5), range(4))
    found = cheapest_feasible(costs, lambda _: pilot, oracle(lambda i: float(sum(i) >= 6)), 0.01, rounds=40)
    assert (found.status, sum(found.chosen), found.certified) == (Found.FOUND, 6, True)
    assert found.rounds > 1
    hurried = cheapest_feasible(costs, lambda _: pilot, oracle(lambda i: float(sum(i) >= 6)), 0.01, rounds=1)
    assert (hurried.status, hurried.chosen, hurried.rounds) == (Found.UNDECIDED, None, 1)


def test_s25_a_cheaper_choice_without_an_answer_is_named_beside_the_chosen_one():
    def truth(index):
        return None if index == (2,) else float(index[0] > 2)

    found = cheapest_feasible(np.arange(6.0), lambda i: i[0] >= 3, oracle(truth), 0.01)
    assert (found.status, found.chosen, found.cheaper_undecided, found.certified) == (Found.FOUND, (3,), ((2,),), False)
    found = cheapest_feasible(np.arange(6.0), lambda i: i[0] >= 2, oracle(truth), 0.01)
    assert (found.status, found.chosen, found.cheaper_undecided) == (Found.FOUND, (3,), ((2,),))
    unclear = cheapest_feasible(np.arange(6.0), lambda _: True, oracle(lambda _: None), 0.01)
    assert (unclear.status, unclear.chosen) == (Found.UNDECIDED, None)


def test_equal_costs_are_reported_together():
    costs = np.add.outer(np.arange(4.0), np.arange(4.0))
    found = cheapest_feasible(costs, lambda i: sum(i) >= 3, oracle(lambda i: float(sum(i) >= 3)), 0.01)
    assert sorted([found.chosen, *found.ties]) == [(0, 3), (1, 2), (2, 1), (3, 0)]
    assert sorted(index for index, _ in found.fails) == [(0, 2), (1, 1), (2, 0)]


def test_cheapest_choice_on_drawn_outcomes_with_fresh_draws_each_round():
    def share(index):
        return 1 / (1 + math.exp(-(0.9 * index[0] + 1.4 * index[1] - 3.3)))

    judges = {turn: sampled(share, 0.8, seed=100 + turn) for turn in range(1, 9)}
    pilot_draws = np.random.default_rng(99).random(400)
    costs = np.add.outer(2.0 * np.arange(7), 3.0 * np.arange(7))
    feasible = [(costs[i], i) for i in np.ndindex(costs.shape) if share(i) > 0.8]
    found = cheapest_feasible(
        costs,
        lambda i: bool((pilot_draws < share(i)).mean() >= 0.8),
        lambda index, alpha, turn: judges[turn](index, alpha),
        0.01,
        rounds=8,
    )
    assert found.status is Found.FOUND
    assert found.cost == min(feasible)[0]


def test_a_grid_of_twenty_thousand_choices_asks_the_pilot_for_few():
    shape = (27, 27, 27)
    grid = np.indices(shape)
    holds = 3 * grid[0] + 2 * grid[1] + grid[2] >= 70
    costs = (5 * grid[0] + 3 * grid[1] + 2 * grid[2]).astype(float)
    asked = []

    def pilot(index):
        asked.append(index)
        return bool(holds[index])

    none = np.zeros(shape, dtype=bool)
    proposals = propose(costs, pilot, holds=none, fails=none)
    assert {costs[i] for i in proposals} == {costs[holds].min()}
    assert all(holds[i] for i in proposals)
    assert len(asked) == len(set(asked)) < 0.03 * costs.size


def test_impossible_grids_are_refused():
    for costs in (np.zeros((0,)), np.float64(1.0), [1.0, np.nan]):
        with pytest.raises(VerdictError):
            cheapest_feasible(costs, lambda _: True, oracle(lambda _: 1.0), 0.01)
