"""Times of answers and repairs: what is drawn is what is judged, in minutes, against the plan's limits."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from resilience_sim.errors import InputsError
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.reports.repair_figures import EVENTS, Times, repair_times, repairs_figure
from resilience_sim.studies import bind
from resilience_sim.studies.network_operations.faults import NetworkFaults
from resilience_sim.studies.network_operations.faults_measures import CLOCKS
from resilience_sim.studies.parts import part

SEED = 3


@pytest.fixture(scope="module")
def study() -> NetworkFaults:
    folder = library()["network-operations"]
    bound = bind(read_plan(folder / "plan.yaml")[0], read_site(folder / "site.yaml")[0])
    found = part(bound, NetworkFaults)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def times(study: NetworkFaults) -> tuple[Times, ...]:
    return repair_times(study, SEED, 300)


def test_every_limit_is_there_alone_and_in_a_storm(study: NetworkFaults, times: tuple[Times, ...]) -> None:
    asked = [(one.question.claim.id, one.question.scenario) for one in times]
    assert asked == [(q.claim.id, q.scenario) for q in study.questions() if q.measure in CLOCKS]
    assert {one.question.measure for one in times} == set(CLOCKS)
    assert {len(one.taken_s) for one in times} == {300}


def test_times_are_those_by_which_a_limit_is_judged(study: NetworkFaults, times: tuple[Times, ...]) -> None:
    by_name = {(one.question.claim.id, one.question.scenario): one for one in times}
    doors, server = by_name["P2-18.b", "alone"], by_name["P2-29.a", "storm_burst"]
    hours = study.replicate(doors.question.situation, SEED, 0)["doors_back"]
    assert doors.taken_s == pytest.approx(3600 * np.array(hours)[:300])
    minutes = np.hstack([study.replicate(server.question.situation, SEED, k)["server_back"] for k in range(3)])[:300]
    assert server.taken_s == pytest.approx(60 * minutes)
    assert server.kept == np.mean(minutes < 30)
    assert not server.enough
    assert EVENTS >= 1000


def lines(axes: Axes, y: float) -> list[list[float]]:
    return [list(line.get_xdata()) for line in axes.lines if list(line.get_ydata()) in ([y], [y, y])]


def test_bands_are_quantiles_and_the_limit_is_the_plans(times: tuple[Times, ...]) -> None:
    (axes,) = repairs_figure(times, "en", seed=SEED).axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    row = labels.index("P2-29.a · server's service back")
    limits = [line.get_xdata()[0] for line in axes.lines if list(line.get_ydata()) == [row - 0.4, row + 0.4]]
    assert limits == pytest.approx([1800])
    alone = next(one for one in times if (one.question.claim.id, one.question.scenario) == ("P2-29.a", "alone"))
    nine, half, median = lines(axes, row - 0.17)
    ordered = np.sort(alone.taken_s)
    assert nine == [ordered[14], ordered[284]]
    assert half == [ordered[74], ordered[224]]
    assert median == [ordered[149]]


def test_the_title_counts_the_limits_that_are_kept_often_enough(times: tuple[Times, ...]) -> None:
    figure = repairs_figure(times, "en", seed=SEED)
    alone, storm = (
        sum(one.enough for one in times if one.question.scenario == scenario) for scenario in ("alone", "storm_burst")
    )
    assert alone > storm > 0
    title = figure.get_suptitle()
    assert title.startswith(f"Alone, {alone} of 23 limits are kept as often as required, in a storm {storm}\n")
    assert f"300 faults of each, seed {SEED}" in title
    (axes,) = figure.axes
    boxed = [text for text in axes.texts if text.get_bbox_patch() is not None]
    assert len(boxed) == alone + storm
    shares = [text.get_text() for text in axes.texts if text.get_text().endswith("%")]
    assert sorted(shares) == sorted(f"{100 * one.kept:.0f} %" for one in times)


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(InputsError, match="at least one question"):
        repairs_figure([], "en", seed=SEED)
