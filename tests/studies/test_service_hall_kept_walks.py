"""What is kept between fires of the hall changes none of them; and customers are told by whoever is free first."""

from __future__ import annotations

from dataclasses import replace
from heapq import heapify, heapreplace

import numpy as np
import pytest

from resilience_sim.plans.files import library, read_site
from resilience_sim.studies.service_hall import fire_events
from resilience_sim.studies.service_hall.fire_events import Hall, Loads, Setting, hall_of, told_s

SITE, _ = read_site(library()["service-hall"])
SETTINGS = (
    Setting("fire", guards=2, on_valuables=2),
    Setting("fire_detected", on_valuables=3, people_first=False, keepers=2),
    Setting("fire_fought", guards=1, fighting=2, fight_for_s=90.0, alarm_after_fight=True),
    Setting("fire_fought", guards=1, fighting=2, fight_for_s=90.0),
    Setting("fire", free=0),
    Setting("fire", alarm_s=60.0),
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_fire_among_kept_walks_is_the_fire_by_itself(setting: Setting) -> None:
    fire_events._left.cache_clear()
    alone = [Hall(SITE).replicate(setting, 5, k) for k in range(3)]
    hall = Hall(SITE)
    for other in SETTINGS:  # leave their walks behind
        for growth in (0.1, 1.0, 4.0):
            hall.replicate(replace(other, loads=Loads(growth=growth)), 5, 1)
    assert [hall.replicate(setting, 5, k) for k in range(3)] == alone


def test_a_fire_that_grows_faster_meets_the_same_people() -> None:
    hall = Hall(SITE).at()
    slow, fast = (hall.burn(replace(SETTINGS[0], loads=Loads(growth=growth)), 5, 2) for growth in (0.5, 2.0))
    assert fast.path is slow.path
    assert fast.aset_s < slow.aset_s
    assert (fast.staff_out_s, fast.valuables_s) == (slow.staff_out_s, slow.valuables_s)
    later = hall.burn(replace(SETTINGS[0], loads=Loads(pace=0.5)), 5, 2)
    assert later.path is not slow.path
    assert later.customers_out_s > slow.customers_out_s


def test_parts_bound_to_one_site_share_its_hall() -> None:
    assert hall_of(SITE) is hall_of(SITE)
    other = SITE.with_values({"hall.crowding": 0.3})
    assert hall_of(other) is not hall_of(SITE)
    assert hall_of(other).site is other


@pytest.mark.parametrize("tell_s", [0.0, 2.5])
@pytest.mark.parametrize("count", [0, 1, 7, 60])
def test_customers_are_told_one_by_one_by_whoever_is_free_first(count: int, tell_s: float) -> None:
    ready_s = np.array([4.0, 1.5, 1.5, 30.0, 11.7])
    free = [(at, k) for k, at in enumerate(ready_s.tolist())]
    heapify(free)
    expected, done = np.empty(count), ready_s.copy()
    for customer in range(count):
        at, k = free[0]
        expected[customer] = done[k] = at + tell_s
        heapreplace(free, (at + tell_s, k))
    told, until = told_s(ready_s, count, tell_s)
    np.testing.assert_array_equal(told, expected)
    np.testing.assert_array_equal(until, done)
