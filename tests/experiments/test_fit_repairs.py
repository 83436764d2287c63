"""Logs of repairs: the figures of the known log, worked by hand where there is none, bad files refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.errors import DataError
from resilience_sim.experiments.fit import FittedSite, as_json, as_yaml
from resilience_sim.experiments.fit_repairs import fit_repair_site
from resilience_sim.experiments.repair_files import RepairRecord, cause_name, read_repairs
from resilience_sim.experiments.repairs import (
    ALL,
    WITHIN_MIN,
    cause_fits,
    clock_fits,
    details,
    down_times,
    fault_rates,
)
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Grade, Site

if TYPE_CHECKING:
    from pathlib import Path

LANL = "data/repairs/lanl_failures_to_2002.csv"
# data-fits.md 5: rows, n, median, mean, mu, sigma, shares within 10, 20, 30, 60, 240, 1440 min
CAUSES = {
    "hardware": (6262, 6261, 84.0, 215.3, 4.4364, 1.1218, 0.023, 0.0992, 0.1859, 0.3848, 0.8494, 0.985),
    "software": (3342, 3342, 41.0, 343.5, 3.836, 1.4007, 0.1568, 0.3202, 0.444, 0.5937, 0.8977, 0.9865),
    "network": (336, 336, 40.0, 126.4, 3.8851, 1.3978, 0.1577, 0.3452, 0.3601, 0.5238, 0.9286, 0.994),
    "human error": (79, 79, 41.0, 117.3, 3.6728, 1.2817, 0.1266, 0.3165, 0.481, 0.7089, 0.9367, 0.9747),
    "facilities": (268, 268, 221.5, 521.3, 5.5423, 1.2056, 0.0075, 0.0149, 0.0373, 0.1194, 0.5224, 0.9515),
    "undetermined": (1514, 1513, 30.0, 489.8, 3.5595, 1.2799, 0.154, 0.3681, 0.534, 0.7475, 0.9326, 0.9841),
    "": (453, 453, 73.0, 136.7, 4.183, 1.2463, 0.1015, 0.223, 0.3068, 0.4503, 0.8543, 0.9956),
}
DETAILS = {
    "hardware": (
        ("CPU", 1367, 79), ("Memory Dimm", 1199, 59), ("Node Board", 762, 75.5), ("Other", 694, 255),
        ("Maintenance", 668, 195), ("Power Supply", 427, 80), ("Interconnect Interface", 253, 22),
        ("Router Board", 83, 43), ("Mid-plane", 64, 135), ("Fibre Raid Controller", 63, 60),
    ),
    "software": (
        ("DST", 1127, 98), ("Other Software", 1016, 20), ("Kernel software", 174, 22), ("OS", 141, 50),
        ("Upgrade/Install OS sftw", 102, 307), ("Scheduler Software", 94, 27.5),
        ("DST-Scan for errors /scratch", 89, 80), ("Parallel File System", 71, 65), ("Cluster File System", 64, 45.5),
        ("Interconnect", 51, 31),
    ),
}  # fmt: skip

PLAIN = """class,started,known,responded,back,detail
hardware,2024-03-01 08:00,2024-03-01 08:02,2024-03-01 08:10,2024-03-01 08:40,disk
Hardware,2024-03-01 08:20,2024-03-01 08:24,2024-03-01 08:30,2024-03-01 10:00,disk
network,2024-03-02 09:00,,2024-03-02 09:05,2024-03-02 09:10,switch
hardware,2024-03-04 23:00,2024-03-04 23:30,,2024-03-05 01:00,
"""


@pytest.fixture(scope="module")
def lanl(shared: Path) -> RepairRecord:
    return read_repairs(shared / LANL)


def written(folder: Path, text: str) -> Path:
    path = folder / "repairs.csv"
    path.write_text(text)
    return path


# ---- the known log


@pytest.mark.parametrize("cause", CAUSES)
def test_the_lanl_log_gives_the_figures_of_data_fits_5(lanl: RepairRecord, cause: str) -> None:
    (one,) = [fit for fit in cause_fits(lanl) if fit.cause == cause]
    assert one.fit is not None
    rows, n, median, mean, mu, sigma, *shares = CAUSES[cause]
    assert (one.rows, one.n, one.median_min) == (rows, n, median)
    assert round(one.mean_min, 1) == mean
    assert [round(value, 4) for value in (one.fit.mu, one.fit.sigma, *one.shares)] == [mu, sigma, *shares]
    assert one.fit.mu_error == pytest.approx(sigma / math.sqrt(n), rel=1e-3)
    assert one.fit.sigma_error == pytest.approx(sigma / math.sqrt(2 * (n - 1)), rel=1e-3)


def test_the_lanl_log_has_those_causes_and_no_others(lanl: RepairRecord) -> None:
    assert {fit.cause for fit in cause_fits(lanl)} == set(CAUSES)
    assert (lanl.repeats, lanl.disagree) == (23, 11)  # data/README.md: 23 exact repeats


@pytest.mark.parametrize(
    ("detail", "n", "median", "ninety", "shares"),
    [("UPS", 76, 182.0, 289.5, (0.776, 0.987, 1.0)), ("Power Outage", 111, 509.0, 1323.0, (0.252, 0.378, 0.649))],
)
def test_power_faults_of_the_lanl_log_are_those_of_data_fits_5(
    lanl: RepairRecord, detail: str, n: int, median: float, ninety: float, shares: tuple[float, ...]
) -> None:
    minutes = down_times(lanl, "facilities", detail)
    assert (len(minutes), np.median(minutes), np.quantile(minutes, 0.9)) == (n, median, ninety)
    assert tuple(round(float((minutes <= bound).mean()), 3) for bound in (240, 360, 720)) == shares


@pytest.mark.parametrize("cause", DETAILS)
def test_the_largest_details_of_the_lanl_log_are_those_of_data_fits_5(lanl: RepairRecord, cause: str) -> None:
    found = tuple((one.detail, one.n, one.median_min) for one in details(lanl) if one.cause == cause)
    assert found == DETAILS[cause]


def test_lanl_facts_are_those_of_the_shipped_site_to_its_digits(shared: Path) -> None:
    shipped = read_site(library()["network-operations"])[0].facts
    facts = fit_repair_site(shared / LANL).facts
    ours = {name: fact for name, fact in facts.items() if name.startswith("repair.") and name in shipped}
    assert len(ours) >= 1 + 5 * 3 + 2 + 8
    for name, fact in ours.items():
        told = shipped[name]
        assert fact.unit == told.unit, name
        if told.values is not None:  # shares to two or three decimals
            assert fact.value == pytest.approx(told.values, abs=6e-3), name
        elif name.endswith(".sigma"):
            assert fact.value == pytest.approx(told.value, abs=6e-3), name
        else:  # exp of mu to two decimals; medians to the minute
            assert fact.value == pytest.approx(told.value, rel=6e-3, abs=0.51), name
    assert facts["mains.at_site_median"].value == 509


def test_a_law_that_is_far_off_is_told_of_and_one_that_is_not_is_not(shared: Path) -> None:
    fitted = fit_repair_site(shared / LANL)
    (zh, en), *others = fitted.notes
    assert "undetermined" in en.split("off by more than 5 points: ")[1]
    assert "hardware" not in en
    assert "software、undetermined" in zh
    assert any(note[1].endswith("count: 23") for note in others)
    (causes,) = [table for table in fitted.tables if table.name == "causes"]
    gap, at = list(causes.columns).index("gap"), list(causes.columns).index("gap_at_min")
    (hardware,) = [row for row in causes.rows if row[0] == "hardware"]
    assert (hardware[gap], hardware[at]) == (pytest.approx(0.0267, abs=5e-5), 255)


# ---- a plain log, by hand


def test_a_plain_log_gives_what_its_instants_say(tmp_path: Path) -> None:
    record = read_repairs(written(tmp_path, PLAIN))
    assert record.minutes.tolist() == [40, 100, 10, 120]
    hardware, network = cause_fits(record)
    logs = np.log([40, 100, 120])
    assert hardware.fit is not None
    assert (hardware.rows, hardware.n, hardware.median_min) == (3, 3, 100)
    assert hardware.fit.mu == pytest.approx(logs.mean())
    assert hardware.fit.sigma == pytest.approx(logs.std(ddof=1))
    assert hardware.shares == pytest.approx((0, 0, 0, 1 / 3, 1, 1))
    assert (network.n, network.fit, network.shares[0]) == (1, None, 1.0)  # one time is no law


def test_the_clocks_of_a_plain_log_run_from_instant_to_instant(tmp_path: Path) -> None:
    clocks = {(one.cause, one.clock): one for one in clock_fits(read_repairs(written(tmp_path, PLAIN)))}
    assert set(clocks) == {("hardware", "detection"), ("hardware", "response"), ("hardware", "fix"), ("network", "fix")}
    assert (clocks["hardware", "detection"].n, clocks["hardware", "detection"].median_min) == (3, 4)
    response = clocks["hardware", "response"]
    assert (response.n, response.median_min, response.shares) == (2, 7, (0, 1, 1, 1))
    assert clocks["network", "fix"].shares == (1, 1, 1, 1)


def test_faults_of_a_plain_log_are_counted_by_day_and_by_window(tmp_path: Path) -> None:
    rates = fault_rates(read_repairs(written(tmp_path, PLAIN)), window_s=1800)
    every = rates[ALL]
    assert (every.faults, every.days, every.per_day) == (4, 4, 1.0)
    assert every.clustering == pytest.approx(np.var([2, 1, 0, 1], ddof=1))  # 1 to 4 March, mean 1
    assert (every.together, every.largest) == (0.25, 2)  # 08:20 after 08:00
    assert (rates["network"].faults, rates["network"].together) == (1, 0.0)


def test_a_log_without_instants_has_no_rates(tmp_path: Path) -> None:
    fitted = fit_repair_site(written(tmp_path, "cause,minutes\na,5\na,9\nb,7\nb,12\n"))
    assert [table.name for table in fitted.tables] == ["causes", "within"]
    assert not [name for name in fitted.facts if name.startswith("faults.")]
    assert fitted.facts["repair.a.median"].value == pytest.approx(math.sqrt(45))


def test_faults_that_go_on_are_not_taken_as_short(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    minutes = np.exp(random.normal(5.0, 1.0, 600))
    starts = random.uniform(0, 900, 600)  # minutes; the log ends at 900
    rows = [
        f"hardware,{60 * start:.3f},{60 * (start + lasts):.3f}"
        if start + lasts < 900
        else f"hardware,{60 * start:.3f},"
        for start, lasts in zip(starts, minutes, strict=True)
    ]
    (one,) = cause_fits(read_repairs(written(tmp_path, "\n".join(["cause,started,back", *rows, "other,0,54000"]))))[:1]
    assert one.fit is not None
    assert one.going_on > 100
    assert abs(one.fit.mu - 5.0) < 4 * one.fit.mu_error
    assert abs(one.fit.sigma - 1.0) < 4 * one.fit.sigma_error
    within_hour = one.shares[WITHIN_MIN.index(60)]
    assert within_hour == pytest.approx(one.fit.share_within(60), abs=0.05)
    ended = minutes[starts + minutes < 900]
    assert np.log(ended).mean() < 5.0 - 4 * one.fit.mu_error  # what leaving them out would say


# ---- facts


def site_of(folder: Path, fitted: FittedSite) -> Site:
    path = folder / "site.yaml"
    path.write_text("site: a-site\ntitle: {zh: 一处, en: A site}\n" + as_yaml(fitted), encoding="utf-8")
    return read_site(path)[0]


def test_fitted_facts_read_back_as_a_site(tmp_path: Path) -> None:
    fitted = fit_repair_site(written(tmp_path, PLAIN), devices=100)
    site = site_of(tmp_path, fitted)
    assert set(site.facts) == set(fitted.facts)
    assert {fact.grade for fact in site.facts.values()} == {Grade.COMPUTED}
    assert site.base("repair.hardware.median") == pytest.approx(60 * (40 * 100 * 120) ** (1 / 3), rel=1e-5)
    assert site.base("faults.mean_gap") == pytest.approx(2 * 86400, rel=1e-5)  # one a day for 100 devices
    assert site.fact("repair.hardware.done").values == pytest.approx((0, 0, 1 / 3, 1), rel=1e-5)
    # Three times bound sigma to 0.5 to 6 times its estimate: that wide, it is told.
    spread = site.fact("repair.hardware.sigma").range
    assert spread is not None
    assert spread.max / spread.min == pytest.approx(math.sqrt(7.3778 / 0.0506), rel=1e-3)  # of chi² with 2 degrees


def test_an_interval_beyond_belief_is_left_out(tmp_path: Path) -> None:
    facts = fit_repair_site(written(tmp_path, "cause,minutes\na,1\na,900\n")).facts
    assert facts["repair.a.median"].between is None  # two times: from 1e-17 to 1e20 min
    assert facts["repair.a.sigma"].between is None


@pytest.mark.parametrize(
    ("cause", "name"),
    [
        ("Human error", "human_error"), ("human-error", "human_error"), ("硬件故障", "hardware"), ("网络", "network"),
        ("门禁", None), ("3com", None), ("", None), ("é", None), ("x" * 80, None),
    ],
)  # fmt: skip
def test_a_cause_becomes_part_of_a_name_or_none(cause: str, name: str | None) -> None:
    assert cause_name(cause) == name


def test_a_cause_that_makes_no_name_is_in_the_tables_and_told_of(tmp_path: Path) -> None:
    fitted = fit_repair_site(written(tmp_path, "cause,minutes\n门禁,5\n门禁,9\nups,7\nups,12\n硬件,3\nHardware,4\n"))
    assert set(fitted.facts) == {
        "repair.within",
        "repair.hardware.median",
        "repair.hardware.sigma",
        "repair.hardware.done",
    }
    assert fitted.facts["repair.hardware.done"].n == 2  # one cause in two writings
    assert "门禁, ups" in fitted.notes[-1][1]
    assert [row[0] for row in fitted.tables[0].rows] == ["门禁", "ups", "硬件"]
    assert '"cause": "门禁"' in as_json(fitted)


def test_times_of_nothing_count_among_the_rows_only(tmp_path: Path) -> None:
    fitted = fit_repair_site(written(tmp_path, "cause,minutes\na,5\na,9\na,0\n"))
    assert fitted.tables[0].rows[0][:3] == ("a", 3, 2)
    assert ("1 行时长为 0，只计入行数", "rows with a down time of 0, which count as rows only: 1") in fitted.notes


# ---- hostile files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "repairs.csv: is empty"),
        ("cause,minutes\n", "repairs.csv:1: has a header and nothing below"),
        ("cause\nhardware\n", "repairs.csv:1: has neither minutes (or down_min) nor both started"),
        ("minutes\n5\n", "repairs.csv:1: columns missing: cause (or class)"),
        ("cause,back\na,2024-01-01\n", "repairs.csv:1: has neither minutes"),
        ("cause,minutes\na,5\na,-1\n", "repairs.csv:3: minutes is '-1'; accepted is a finite number, 0 or more"),
        ("cause,minutes\na,5\na,\n", "repairs.csv:3: minutes is ''"),
        ("cause,minutes\na,nan\n", "repairs.csv:2: minutes is 'nan'"),
        ("cause,minutes\na,inf\n", "repairs.csv:2: minutes is 'inf'"),
        ("cause,minutes\na,1e9\n", "repairs.csv:2: minutes is '1e9'"),
        ("cause,minutes\na,five\n", "repairs.csv:2: minutes is 'five'"),
        ("cause,minutes\na,5,7\n", "repairs.csv:2: 3 fields; accepted are 2"),
        ("cause,cause,minutes\na,b,5\n", "repairs.csv:1: column 'cause' stands twice"),
        ("cause,minutes\na,5\x00\n", "repairs.csv:2: is binary"),
        ("cause,started,back\na,2024-01-01 10:00,2024-01-01 09:00\n", "repairs.csv:2: back is before started"),
        ("cause,started,back\na,2024-01-01 10:00,2044-01-01 09:00\n", "repairs.csv:2: is down for more than ten years"),
        ("cause,started,back\na,,2024-01-01 09:00\n", "repairs.csv:2: started is ''"),
        ("cause,started,back\na,2024-01-01T10:00Z,\n", "repairs.csv:2: started is '2024-01-01T10:00Z'"),
        ("cause,started,back\na,2024-02-30 10:00,\n", "repairs.csv:2: started is '2024-02-30 10:00'"),
        (
            "cause,started,known,back\na,2024-01-01 10:00,2024-01-01 09:59,2024-01-01 11:00\n",
            "repairs.csv:2: known is before started; accepted are instants in the order started, known, back",
        ),
        (
            "cause,started,known,responded,back\na,2024-01-01 10:00,2024-01-01 10:30,2024-01-01 10:20,\n",
            "repairs.csv:2: responded is before known",
        ),
        ("cause,minutes\n" + "\n".join(f"cause {k},5" for k in range(80)), "repairs.csv:1: has 80 causes"),
        ("cause,minutes\na,5\nb,7\n", "repairs.csv: no cause has two different times above 0"),
        ("cause,minutes\na,5\na,5\na,0\n", "repairs.csv: no cause has two different times above 0"),
    ],
)
def test_bad_logs_are_refused_with_their_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError) as refused:
        fit_repair_site(written(tmp_path, text))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_log_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        fit_repair_site(tmp_path / "none.csv")


def test_rates_are_refused_where_the_log_has_no_instants(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no column started"):
        fit_repair_site(written(tmp_path, "cause,minutes\na,5\na,9\n"), devices=50)
