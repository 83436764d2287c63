"""The frontier of choices against the definition, tried pair by pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience_sim.errors import InputsError
from resilience_sim.experiments.frontier import frontier, offered, to_look_at

CHOICES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30)


def undominated(choices: list[tuple[int, int]]) -> set[int]:
    """Every choice to which none of the others is at least as good in both, and better in one."""
    return {
        i
        for i, (cost, service) in enumerate(choices)
        if not any(c <= cost and s >= service and (c, s) != (cost, service) for c, s in choices)
    }


@given(CHOICES)
def test_the_frontier_is_the_set_that_no_choice_dominates(choices: list[tuple[int, int]]) -> None:
    costs, service = [cost for cost, _ in choices], [good for _, good in choices]
    found = frontier(costs, service).tolist()
    assert len(found) == len(set(found))
    assert set(found) == undominated(choices)
    assert [costs[i] for i in found] == sorted(costs[i] for i in found)
    assert [service[i] for i in found] == sorted(service[i] for i in found)


def test_choices_that_cost_and_serve_alike_stand_together() -> None:
    assert frontier([3, 1, 3, 1], [9, 5, 9, 5]).tolist() == [1, 3, 0, 2]


def test_of_choices_that_cost_nothing_the_best_alone_is_left() -> None:
    assert frontier([0, 0, 0], [0.2, 0.9, 0.5]).tolist() == [1]


def test_no_choice_has_no_frontier() -> None:
    assert frontier([], []).tolist() == []


@pytest.mark.parametrize(
    ("costs", "service"), [([1, 2], [1]), ([[1]], [[1]]), ([np.nan], [1]), ([1], [np.inf])], ids=str
)
def test_what_cannot_be_compared_is_refused(costs: list[float], service: list[float]) -> None:
    with pytest.raises(InputsError, match="accepted"):
        frontier(costs, service)


GRID = np.add.outer([0.0, 1.0, 2.0, 3.0], [0.0, 2.0])


def test_a_frontier_looks_at_the_easiest_choices_from_the_cheapest_to_the_dearest() -> None:
    found = to_look_at(GRID, set(), 6)
    assert found == [(0, 0), (1, 0), (0, 1), (1, 1), (2, 1), (3, 1)]
    assert to_look_at(GRID, set(), 3) == [(0, 0), (0, 1), (3, 1)]
    assert to_look_at(GRID, {(0, 0), (2, 0)}, 4) == [(3, 1)]


def test_no_more_is_looked_at_than_the_pilot_has_seen_already() -> None:
    assert to_look_at(GRID, {(0, 0), (1, 0), (2, 0)}, 3) == []


def test_offers_stand_by_cost_with_exact_intervals() -> None:
    offers = offered(GRID, {(3, 0): 18, (1, 0): 20, (0, 0): 0}, 20)
    assert [(offer.index, offer.dominated) for offer in offers] == [((0, 0), False), ((1, 0), False), ((3, 0), True)]
    nothing, everything, most = offers
    assert nothing.low == 0.0
    assert nothing.high == pytest.approx(1 - 0.025 ** (1 / 20))  # (1 - p)^20 = 2.5 %
    assert everything.high == 1.0
    assert everything.low == pytest.approx(0.025 ** (1 / 20))
    assert (most.low, most.high) == pytest.approx((0.6830, 0.9877), abs=1e-4)  # Clopper and Pearson's table, 18 of 20
