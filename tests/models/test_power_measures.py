"""What is read off a path of the power machine, and the timelines that other machines consume."""

from __future__ import annotations

import math

import numpy as np
import pytest
from power_supplies import HOUR, four_hours, run, run_many, switched_off, two_loads

from resilience_sim.errors import InputsError
from resilience_sim.models.power import Generator, PowerInputs, measures, timelines
from resilience_sim.randomness import Exponential
from resilience_sim.timelines import constant


def week() -> PowerInputs:
    """Outages of 5, 7 and 0 h that find full batteries: servers are shed after 4 h, phones last 6 h."""
    shed = switched_off("servers", 4 * HOUR)
    return two_loads(5, 10, shed, duration_s=[5 * HOUR, 7 * HOUR, 0.0], between_s=[0.0, 100 * HOUR, 10 * HOUR])


def test_measures_name_what_was_lost_and_for_how_long():
    inputs = week()
    path = run(inputs)
    phones, servers, all_of_them = (measures(inputs, path, load=load) for load in ("phones", "servers", None))
    assert (phones["outages"], phones["kept"], phones["cut"], phones["lost"]) == (2, 1, 1, 1)
    assert (phones["dark_hours"], phones["mean_lost_h"], phones["mean_off_h"]) == pytest.approx((1.0, 6.0, 0.5))
    assert (servers["switched_off"], servers["switched_off_share"], servers["dark_hours"]) == (2, 1.0, 4.0)
    assert (all_of_them["kept"], all_of_them["cut"], all_of_them["earliest_lost_h"]) == (0, 1, 4.0)
    assert (all_of_them["outage_hours"], all_of_them["dark_share"]) == (12.0, 4 / 12)
    assert (phones["lowest_charge"], phones["rules_acted"], phones["generator_on_line"]) == (0.0, 2, 0)
    assert math.isnan(phones["generator_failed_share"])
    with pytest.raises(InputsError, match="accepted: phones, servers"):
        measures(inputs, path, load="lamps")


def test_measures_of_no_outage_are_counts_of_nothing():
    inputs = four_hours(duration_s=[])
    row = measures(inputs, run(inputs))
    assert (row["outages"], row["kept"], row["dark_hours"]) == (0, 0, 0.0)
    assert math.isnan(row["kept_share"])


def test_timelines_tell_when_each_load_is_fed():
    inputs = week()
    up = timelines(inputs, run(inputs), start_s=HOUR)
    second = 1 + 5 + 100  # h at which the second outage starts
    for load, hours in (("phones", [second + 6, second + 7]), ("servers", [5, 6, second + 4, second + 7])):
        assert up[load].times[1:].tolist() == [HOUR * instant for instant in hours], "the first value holds before too"
        assert up[load].values.tolist() == [1.0, *[0.0, 1.0] * (len(hours) // 2)]
    alone = four_hours(duration_s=[HOUR])
    assert timelines(alone, run(alone))["phones"] == constant(1.0)


def test_timelines_agree_with_the_seconds_off():
    random = np.random.default_rng(4)
    generator = Generator(30.0, 60.0, 0.0, 0.0, starts=0.5, attempts=2, mean_run_s=HOUR)
    shed = switched_off("servers", 100.0, delay=Exponential(HOUR))
    inputs = two_loads(
        1, 2, shed, duration_s=random.exponential(2 * HOUR, 200), between_s=random.exponential(HOUR, 200),
        generator=generator,
    )  # fmt: skip
    path = run(inputs)
    end_s = path.duration_s.sum() + path.between_s[1:].sum()
    for row, signal in enumerate(timelines(inputs, path).values()):
        assert end_s - signal.integral(0.0, end_s) == pytest.approx(path.off_s[row].sum(), rel=1e-9)


def test_timelines_need_a_trace_and_an_end():
    inputs = four_hours(duration_s=[1.0, math.inf])
    with pytest.raises(InputsError, match="trace=True"):
        timelines(inputs, run_many(inputs))
    far_apart = four_hours(duration_s=[1.0, 1.0])
    path = run(far_apart)
    with pytest.raises(InputsError, match="time on mains before outage 1 is infinite"):
        timelines(far_apart, path)
    path = run(inputs)
    with pytest.raises(InputsError, match="outage 1 is infinite"):
        timelines(inputs, path)
