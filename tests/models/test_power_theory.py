"""Makers' tables, runtime columns and losses against the known answers of power, P01-P11, P35, P36, P40.

The authority of every number is named by the test. The tables stay beside the checkout: where they are absent the tests
are skipped.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from power_answers import column, csb, panasonic, rows_of

from resilience_sim.errors import InputsError
from resilience_sim.models.power import Battery, Losses, RuntimeCurve, theory
from resilience_sim.models.power.theory import MakerTable, Node

if TYPE_CHECKING:
    from pathlib import Path

CUTOFFS = (9.6, 9.9, 10.2, 10.5, 10.8)
COLUMNS = ("SU420", "SU650", "SU1000")
SECONDS_APART = 1e-3 * 60


# Makers' tables


def test_p01_tables_give_their_nodes_back_both_ways(shared: Path) -> None:
    tables = (panasonic(shared), csb(shared))
    curves = [table.row(cutoff) for table in tables for cutoff in table.cutoffs_v]
    curves += [column(shared, model) for model in COLUMNS]
    assert sum(len(curve.power_w) for curve in curves) == 80 + 48 + 37
    for curve in curves:
        for power, seconds in zip(curve.power_w, curve.runtime_s, strict=True):
            assert curve.runtime_at(power) == pytest.approx(seconds, rel=1e-9)
            assert curve.power_at(seconds) == pytest.approx(power, rel=1e-9)


def test_p01_rows_fall_with_duration_and_columns_never_rise_with_the_cut_off(shared: Path) -> None:
    for table, most in ((panasonic(shared), 16), (csb(shared), 8)):
        for cutoff in table.cutoffs_v:
            assert (np.diff(table.row(cutoff).power_w) < 0).all()
            assert (np.diff(table.row(cutoff).runtime_s) > 0).all()
        columns: dict[float, list[tuple[float, float]]] = {}
        for node in table.nodes:
            columns.setdefault(round(node.duration_s), []).append((node.cutoff_v or 0.0, node.value))
        assert len(columns) == most
        for nodes in columns.values():
            assert len(nodes) == len(table.cutoffs_v)
            assert (np.diff([value for _, value in sorted(nodes)]) <= 0).all()


@pytest.mark.parametrize(
    ("power_w", "minutes"),
    [
        (300, (8.3960, 8.0445, 7.7646, 6.9680, 6.0594)),
        (100, (34.7840, 34.4227, 34.0035, 33.3974, 33.0570)),
        (50, (80.6721, 79.2270, 77.8176, 75.2971, 74.2546)),
        (30, (147.8005, 146.8256, 143.1589, 137.6554, 127.8506)),
        (15, (325.1812, 323.3487, 320.4881, 318.6560, 311.9981)),
        (6, (923.7602, 920.5890, 913.2175, 910.4351, 901.5100)),
    ],
)
def test_p02_between_nodes_computed(shared: Path, power_w: float, minutes: tuple[float, ...]) -> None:
    table = panasonic(shared)
    found = [table.curve(cutoff).runtime_at(power_w) for cutoff in CUTOFFS]
    assert found == pytest.approx([60 * one for one in minutes], abs=SECONDS_APART)


def test_p02_between_nodes_of_runtime_columns_computed(shared: Path) -> None:
    for model, load, minutes in (
        ("SU420", 120, 17.5), ("SU650", 450, 8.1248), ("SU1000", 450, 16.1715), ("SU1000", 650, 9.9115),
    ):  # fmt: skip
        assert column(shared, model).runtime_at(load) == pytest.approx(60 * minutes, abs=SECONDS_APART)


def test_p03_leave_one_out_of_the_watt_table_computed(shared: Path) -> None:
    table = panasonic(shared)
    printed = {9.6: (3.64, 7.28, 10), 9.9: (3.70, 6.89, 5), 10.2: (3.68, 7.91, 5), 10.5: (3.45, 5.65, 360),
               10.8: (4.33, 9.94, 120)}  # fmt: skip
    errors: list[float] = []
    within = []
    for cutoff, (rms, worst, minutes) in printed.items():
        curve = table.curve(cutoff)
        row = theory.leave_one_out(curve)
        found = theory.misfit(row)
        assert (100 * found.rms, 100 * found.worst) == pytest.approx((rms, worst), abs=0.02)
        assert curve.runtime_s[found.at + 1] == 60 * minutes
        errors += row
        if found.rms <= 0.04 and found.worst <= 0.08:
            within.append(cutoff)
    assert within == [9.6, 9.9, 10.2, 10.5]
    assert table.curve(10.8).power_at(7200) == pytest.approx(31.1, rel=1e-12)  # out of line
    overall = theory.misfit(errors)
    assert len(errors) == 70
    assert (100 * overall.rms, 100 * overall.worst) == pytest.approx((3.77, 9.94), abs=0.02)
    assert overall.rms <= 0.04
    assert overall.worst <= 0.10


def test_p03_leave_one_out_of_the_other_tables_computed(shared: Path) -> None:
    rows = [(panasonic(shared, "current").row(9.6), 3.75, 7.61)]
    printed = ((1.57, 2.40), (2.10, 3.48), (2.35, 3.87), (2.89, 4.28), (3.52, 5.04), (4.33, 5.73))
    table = csb(shared)
    rows += [(table.row(cutoff), *one) for cutoff, one in zip(table.cutoffs_v, printed, strict=True)]
    ups = ((2.12, 2.81), (3.19, 5.96), (2.55, 5.06))
    rows += [(column(shared, model), *one) for model, one in zip(COLUMNS, ups, strict=True)]
    for curve, rms, worst in rows:
        found = theory.misfit(theory.leave_one_out(curve))
        assert (100 * found.rms, 100 * found.worst) == pytest.approx((rms, worst), abs=0.02)


def test_p04_power_law_of_the_watt_table_computed(shared: Path) -> None:
    exponents, worsts = (1.2371, 1.2432, 1.2476, 1.2633, 1.2771), (35.3, 38.3, 41.1, 41.6, 43.8)
    printed = zip(exponents, worsts, (11.8, 12.7, 13.4, 14.1, 15.6), strict=True)
    rows = [(panasonic(shared).row(cutoff), *one) for cutoff, one in zip(CUTOFFS, printed, strict=True)]
    watts = [theory.power_law(row).errors for row, *_ in rows]
    assert [round(100 * find(one.rms for one in watts)) for find in (min, max)] == [12, 16]
    assert [round(100 * find(one.worst for one in watts)) for find in (min, max)] == [35, 44]
    rows.append((panasonic(shared, "current").row(9.6), 1.2166, 33.0, 10.9))
    for curve, exponent, worst, rms in rows:
        law = theory.power_law(curve)
        assert law.exponent == pytest.approx(exponent, abs=1e-3)
        assert (100 * law.errors.worst, 100 * law.errors.rms) == pytest.approx((worst, rms), abs=0.1)


def test_p04_power_law_of_gp12400_depends_on_the_span_computed(shared: Path) -> None:
    printed = {
        "all": (1.3324, 1.3771, 1.3995, 1.4407, 1.4914, 1.5502),
        "long": (1.2527, 1.2618, 1.2674, 1.2783, 1.2937, 1.3122),
        "short": (1.4616, 1.5842, 1.6404, 1.7625, 1.9124, 2.1168),
    }
    worst = (10.0, 14.7, 16.4, 21.2, 26.5, 33.7)
    table = csb(shared)
    for k, cutoff in enumerate(table.cutoffs_v):
        curve = table.row(cutoff)
        half = curve.runtime_s.index(1800)
        spans = {
            "all": curve,
            "long": RuntimeCurve(curve.power_w[half:], curve.runtime_s[half:]),
            "short": RuntimeCurve(curve.power_w[: half + 1], curve.runtime_s[: half + 1]),
        }
        for span, part in spans.items():
            assert theory.power_law(part).exponent == pytest.approx(printed[span][k], abs=1e-3)
        assert 100 * theory.power_law(curve).errors.worst == pytest.approx(worst[k], abs=0.1)


def test_p04_peukert_form_computed() -> None:
    # T = H (C / (I H))^n at 12 V is a power law in watts through (12 C / H, H).
    law = RuntimeCurve.power_law(12 * 7.2 / 20, 20 * 3600, 1.15)
    assert law.runtime_at(72.25) == pytest.approx(60 * 47.0245, abs=SECONDS_APART)
    amperes = RuntimeCurve.power_law(7.2 / 20, 20 * 3600, 1.15)
    assert pytest.approx(6.02083, abs=5e-6) == 72.25 / 12
    assert amperes.runtime_at(6.02083) == pytest.approx(60 * 47.0245, abs=SECONDS_APART)
    rated = RuntimeCurve((21.0, 28.0 / 20), (3600, 20 * 3600))  # published: Panasonic LC-X1228
    assert theory.power_law(rated).exponent == pytest.approx(1.1062, abs=1e-4)


@pytest.mark.parametrize(
    ("exponent", "errors"),
    [
        (1.10, (78.5, 34.7, 24.0, 11.4, 3.0, 1.9)),
        (1.15, (42.8, 11.9, 5.9, -2.3, -5.4, -1.2)),
        (1.20, (14.3, -7.1, -9.6, -14.3, -13.1, -4.2)),
        (1.30, (-26.8, -35.9, -34.1, -34.1, -26.7, -9.9)),
    ],
)
def test_p04_a_rating_and_an_assumed_exponent_computed(
    shared: Path, exponent: float, errors: tuple[float, ...]
) -> None:
    curve = panasonic(shared).curve(9.6)
    naive = RuntimeCurve.power_law(curve.power_w[-1], curve.runtime_s[-1], exponent)
    minutes = (5, 15, 30, 60, 180, 600)
    found = [100 * (naive.runtime_at(curve.power_at(60 * one)) / (60 * one) - 1) for one in minutes]
    assert found == pytest.approx(errors, abs=0.1)


def test_p06_energies_are_kept_as_printed_and_volts_are_those_of_the_maker(shared: Path) -> None:
    table = panasonic(shared)
    energy = {n.duration_s / 60: n.value * n.duration_s / 3600 for n in table.nodes if n.cutoff_v == 10.5}
    assert [energy[m] for m in (3, 60, 90, 300, 360, 1200)] == pytest.approx(
        [23.15, 63.00, 62.55, 80.50, 78.00, 94.40], abs=1e-9
    )
    assert energy[1200] / energy[3] == pytest.approx(4.08, abs=5e-3)
    minutes = sorted(energy)
    falls = [after for before, after in pairwise(minutes) if energy[after] < energy[before]]
    assert {90, 360} <= set(falls), "energy is not monotone in the printed figures"
    assert (np.diff(table.row(10.5).runtime_s) > 0).all(), "runtime is"
    volts = theory.mean_volts(table, panasonic(shared, "current"))
    found = [volts[9.6, 60.0 * minutes] for minutes in (3, 15, 60, 240, 1200)]
    assert found == pytest.approx([11.11, 11.47, 11.80, 11.98, 11.99], abs=0.01)


GOOD = tuple(Node(9.6, 60.0 * m, w) for m, w in ((30, 112), (45, 82.1), (60, 65.7), (90, 45.2), (120, 34.9)))
LOWER = tuple(node._replace(cutoff_v=9.9, value=0.99 * node.value) for node in GOOD)


@pytest.mark.parametrize("slip", [0.1, 10.0])
@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("rows", [GOOD, (*GOOD, *LOWER), (*LOWER, *GOOD)])
def test_p07_a_misplaced_decimal_point_is_refused_by_name(rows: tuple[Node, ...], place: int, slip: float) -> None:
    nodes = list(rows)
    nodes[place] = nodes[place]._replace(value=nodes[place].value * slip)
    fault = theory.first_fault(nodes)
    assert fault is not None
    assert fault.at == place
    assert f"{nodes[place].duration_s / 60:g} min to {nodes[place].cutoff_v:g} V" in fault.message
    assert f"{rows[place].value:g} would fit: a misplaced decimal point?" in fault.message
    with pytest.raises(InputsError, match="a misplaced decimal point"):
        MakerTable(nodes)


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ((*GOOD, GOOD[2]), "60 min to 9.6 V is printed twice; accepted is once"),
        ((*GOOD, Node(9.6, 1e4, 0.0)), "a value is 0; accepted is a finite number above 0"),
        ((*GOOD, Node(9.6, 1e4, -3.0)), "a value is -3; accepted"),
        ((*GOOD, Node(9.6, 1e4, math.nan)), "a value is nan; accepted"),
        ((*GOOD, Node(9.6, -60.0, 3.0)), "a duration is -60; accepted"),
        ((*GOOD, Node(math.inf, 1e4, 3.0)), "a cut-off is inf; accepted"),
        (GOOD[:1], "30 min to 9.6 V is all there is; accepted are two durations or more"),
        ((*GOOD, Node(9.9, 1800.0, 100.0)), "30 min to 9.9 V is all there is"),
        ((*GOOD, Node(None, 1e4, 3.0)), "has no cut-off, as others have"),
        ((), "holds no figure"),
        ((*GOOD, Node(9.6, 9000.0, 34.9)), "which does not fall as the duration rises"),
        ((*GOOD, *(n._replace(cutoff_v=9.9, value=1.01 * n.value) for n in GOOD)), "which rises with the cut-off"),
    ],
)
def test_p07_other_bad_tables_are_refused(nodes: tuple[Node, ...], said: str) -> None:
    with pytest.raises(InputsError, match=f"the maker's table: .*{said}"):
        MakerTable(nodes)


def test_p07_watts_over_amperes_that_no_cell_has_are_refused() -> None:
    amperes = MakerTable([node._replace(value=node.value / 70) for node in GOOD], "current")
    with pytest.raises(InputsError, match=r"30 min to 9\.6 V are 11\.7 V per cell; accepted are 1\.5 to 2\.3"):
        theory.mean_volts(MakerTable(GOOD), amperes)


def test_an_ampere_table_needs_its_volts_to_become_watts() -> None:
    table = MakerTable([node._replace(value=node.value / 11.8) for node in GOOD], "current")
    assert table.curve(9.6, volts=11.8).runtime_at(65.7) == pytest.approx(3600)
    for volts in (None, 8.9, 14.0, math.nan):
        with pytest.raises(InputsError, match=r"volts per block in discharge are .*; accepted are 9 to 13\.8 V"):
            table.curve(9.6, volts=volts)


def test_a_row_is_asked_for_by_its_cut_off_unless_it_is_the_only_one() -> None:
    assert MakerTable(GOOD).row() == MakerTable(GOOD).row(9.6)
    assert MakerTable([node._replace(cutoff_v=None) for node in GOOD]).row(10.5) == MakerTable(GOOD).row()
    for cutoff, asked in ((None, "needs a cut-off named"), (10.5, "has no row for a cut-off of 10.5 V")):
        with pytest.raises(InputsError, match=re.escape(f"{asked}; accepted is one of 9.6, 9.9 V")):
            MakerTable((*GOOD, *LOWER)).row(cutoff)


def test_p08_blocks_share_the_load(shared: Path) -> None:
    curve = panasonic(shared).curve(9.6)
    one = theory.runtime(Battery(curve), 65.7)
    for blocks, strings in ((7, 1), (1, 3), (5, 4)):
        many = Battery(curve, blocks=blocks, strings=strings)
        assert theory.runtime(many, 65.7 * blocks * strings) == pytest.approx(one, rel=1e-12)
    losses = Losses(idle_w=40, proportional=0.05, square_per_w=1e-5)
    found = theory.runtime(Battery(curve, blocks=8), 400, losses=losses)
    assert found == pytest.approx(curve.runtime_at(losses.drawn_w(400) / 8), rel=1e-12)


def test_p08_packs_of_mp_rt_pro_10k_third_party(shared: Path) -> None:
    printed = rows_of(shared, "mp-rt-pro-10k_runtime")
    rows = [(int(row["packs"]), float(row["load_w"]), float(row["runtime_min"])) for row in printed]
    groups: dict[float, set[float]] = {}
    sizes: dict[float, int] = {}
    for packs, load, minutes in rows:
        groups.setdefault(load / packs, set()).add(minutes)
        sizes[load / packs] = sizes.get(load / packs, 0) + 1
    shared_loads = {load: minutes for load, minutes in groups.items() if sizes[load] > 1}
    apart = {load: minutes for load, minutes in shared_loads.items() if len(minutes) > 1}
    assert (len(shared_loads), apart) == (9, {1000: {68, 74}, 1125: {60, 65}})
    agreeing = {load: minutes.pop() for load, minutes in shared_loads.items() if load not in apart}
    assert agreeing == {1500: 45, 750: 98, 3000: 21, 4500: 13, 2250: 28, 500: 148, 375: 197}
    by_load = {load: [packs for packs, whole, _ in rows if whole / packs == load] for load in (1500, 750)}
    assert by_load == {1500: [1, 2, 3, 4, 5, 6], 750: [2, 4, 6, 8]}
    assert max(max(minutes) / min(minutes) for minutes in apart.values()) - 1 == pytest.approx(0.088, abs=5e-4)
    single = sorted((60 * minutes, load) for packs, load, minutes in rows if packs == 1)
    curve = RuntimeCurve(tuple(load for _, load in single), tuple(seconds for seconds, _ in single))
    errors = [
        curve.runtime_at(load / packs) / (60 * minutes) - 1
        for packs, load, minutes in rows
        if packs > 1 and curve.spans(load / packs)
    ]
    found = theory.misfit(errors)
    assert len(errors) == 15
    assert found.worst == pytest.approx(0.075, abs=5e-4)
    assert found.rms == pytest.approx(0.033, abs=5e-4)


# UPS losses and runtime columns


@pytest.mark.parametrize(
    ("model", "scale", "idle", "exponent", "worst", "plain", "plain_worst"),
    [
        ("SU420", 12_280, 28.32, 1.3118, 3.64, 1.0830, 6.6),
        ("SU650", 27_555, 26.52, 1.3159, 5.02, 1.1298, 11.2),
        ("SU1000", 136_226, 49.34, 1.4513, 3.87, 1.1716, 25.1),
    ],
)
def test_p09_idle_loss_seen_in_a_runtime_column_computed(
    shared: Path, model: str, scale: float, idle: float, exponent: float, worst: float, plain: float, plain_worst: float
) -> None:
    curve = column(shared, model)
    found, law = theory.fit_idle_loss(curve), theory.power_law(curve)
    assert found.scale / 60 == pytest.approx(scale, abs=0.5)
    assert found.idle == pytest.approx(idle, abs=0.5)
    assert found.exponent == pytest.approx(exponent, abs=3e-3)
    assert 100 * found.errors.worst == pytest.approx(worst, abs=0.05)
    assert found.errors.worst <= 0.051
    assert law.exponent == pytest.approx(plain, abs=3e-3)
    assert 100 * law.errors.worst == pytest.approx(plain_worst, abs=0.05)


def test_p09_energy_peaks_inside_the_column(shared: Path) -> None:
    curve = column(shared, "SU1000")
    energy = dict(zip(curve.power_w, np.multiply(curve.power_w, curve.runtime_s) / 60, strict=True))
    assert [energy[load] for load in (50, 100, 1000)] == pytest.approx([8350, 9800, 5800])
    assert max(energy, key=lambda load: energy[load]) == 100
    law = theory.power_law(curve).curve
    assert np.diff([load * law.runtime_at(load) for load in curve.power_w]).min() > 0, "no power law has a peak"


def test_p10_two_point_law_of_network_ups_tools() -> None:
    driver = theory.DriverRuntime(240, 100, 720, 50)
    assert driver.exponent == pytest.approx(math.log2(3), rel=1e-12)
    assert driver.exponent == pytest.approx(1.5849625, abs=5e-8)
    loads = (100, 50, 25, 15, 10, 5)
    assert [driver.runtime_at(load) for load in loads] == pytest.approx([240, 720, 2160, 2400, 2400, 2400], rel=1e-12)
    bites = 100 * 0.1 ** (1 / driver.exponent)
    assert bites == pytest.approx(23.4, abs=0.05)
    assert driver.runtime_at(bites * 1.01) < 2400 == pytest.approx(driver.runtime_at(bites * 0.99))


def test_p10_bias_of_the_two_point_law_computed(shared: Path) -> None:
    printed = {"SU420": (31.9, 4.9), "SU650": (51.8, -35.6), "SU1000": (56.6, -65.3)}
    for model, (without, with_floor) in printed.items():
        curve = column(shared, model)
        top = curve.power_w[0]
        driver = theory.DriverRuntime(curve.runtime_at(top), 100, curve.runtime_at(top / 2), 50)
        actual, load = curve.runtime_at(50), 100 * 50 / top
        found = [driver.runtime_at(load, floor=0.0) / actual - 1, driver.runtime_at(load) / actual - 1]
        assert [100 * one for one in found] == pytest.approx([without, with_floor], abs=0.1)


def test_p11_loss_form_computed_and_eaton_s_sizing_example_published() -> None:
    losses = Losses(idle_w=50, proportional=0.05, square_per_w=2e-5)
    loads = (100, 200, 500, 1000)
    assert [losses.drawn_w(load) for load in loads] == pytest.approx([155.2, 260.8, 580.0, 1120.0], rel=1e-12)
    found = [theory.efficiency(losses, load) for load in loads]
    assert found == pytest.approx([0.64433, 0.76687, 0.86207, 0.89286], abs=5e-6)
    inverter = Losses(proportional=1 / 0.94 - 1)
    drawn = inverter.drawn_w(60e3 * 0.8)
    found = [drawn / 1e3, 2 * drawn / 1e3, 2 * drawn / 20 / 1e3]
    assert found == pytest.approx([51.06383, 102.12766, 5.10638], abs=5e-6)


# Cut-offs, warnings, the runtime to be bought


def test_p35_cut_off_follows_the_rate_published_by_panasonic() -> None:
    amperes = (0.065, 0.2, 0.26, 0.5, 0.65, 1.0, 1.3, 2.0, 2.6, 3.0, 3.9)
    volts = [6 * theory.cutoff_at_rate(one / 1.3) for one in amperes]
    assert volts == pytest.approx([10.5, 10.5, 10.5, 10.2, 10.2, 9.9, 9.9, 9.3, 9.3, 8.7, 8.7])


def test_p35_the_lowest_row_stands_in_and_the_result_says_so(shared: Path) -> None:
    table = panasonic(shared)
    row = table.cutoff_for(0.5)
    assert (row.row_v, row.printed) == (10.2, True)
    row = table.cutoff_for(2.0)
    assert (row.asked_v, row.row_v, row.printed) == (pytest.approx(9.3), 9.6, False)
    with pytest.raises(InputsError, match="names no cut-offs"):
        MakerTable([node._replace(cutoff_v=None) for node in GOOD]).cutoff_for(1.0)
    with pytest.raises(InputsError, match="rate of discharge is 0"):
        table.cutoff_for(0)


def test_p36_no_fixed_voltage_gives_a_fixed_warning_published_by_eaton(shared: Path) -> None:
    rows = rows_of(shared, "eaton_bladeups_low_battery")
    volts = {(r["warning_min"], r["load_pct"]): float(r["v_per_cell"]) for r in rows if r["modules"] == "1"}
    assert [volts["3", load] for load in ("20", "50", "100")] == [1.805, 1.848, 1.891]
    assert volts["5", "20"] < volts["2", "100"]  # the same voltage is two minutes of warning or five


def test_p40_runtime_to_be_bought_published_by_eaton() -> None:
    assert theory.outlasting(5, 3, 4) == 15
    assert theory.outlasting(5, 3, 4, outages=1) == 12
