"""Discharge tests against a maker's table: health by both methods, the law of age, and files that cannot be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from resilience_sim.errors import DataError, InputsError
from resilience_sim.experiments.batteries import fit_batteries
from resilience_sim.experiments.battery_files import Bank, read_maker_table, read_tests
from resilience_sim.experiments.battery_tables import row_of
from resilience_sim.experiments.fit import FittedSite, as_json, as_yaml
from resilience_sim.experiments.fit_batteries import fit_battery_site
from resilience_sim.models.power import Battery
from resilience_sim.models.power.theory import fit_age_law, health_at_age, runtime, size_factor
from resilience_sim.plans.files import read_site
from resilience_sim.plans.site import Grade, Site

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """duration_min,power_w
10,270
30,112
45,82.1
60,65.7
180,26.0
600,8.79
"""
OF_THE_TABLE = (
    "battery.table.duration", "battery.table.power", "battery.kibam.available", "battery.kibam.rate",
    "battery.kibam.capacity", "battery.peukert.exponent",
)  # fmt: skip
TESTS = "power_w,lasted_min,temperature_c\n65.7,45,25\n"


def written(folder: Path, text: str, name: str = "tests.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return written(tmp_path, TABLE, "table.csv")


def values(fitted: FittedSite) -> dict[str, object]:
    return {name: fact.value for name, fact in fitted.facts.items()}


def site_of(folder: Path, fitted: FittedSite) -> Site:
    """The facts read back by the reader of site files."""
    text = "site: a-site\ntitle: {zh: 一处, en: A site}\n" + as_yaml(fitted)
    return read_site(written(folder, text, "site.yaml"))[0]


def test_p24_health_from_a_discharge_test_computed(tmp_path: Path, shared: Path) -> None:
    maker = shared / "data/batteries/panasonic_up-pw1245p1_power.csv"
    cold = (60 - 32) / 1.8
    for temperature, by_rate, by_time in ((25.0, 0.8002436, 0.75), (cold, 0.8882704, 0.85034)):
        tests = written(tmp_path, f"power_w,lasted_min,temperature_c\n65.7,45,{temperature!r}\n")
        found = values(fit_battery_site(tests, table=maker, cutoff_v=9.6))
        assert found["battery.health"] == pytest.approx(by_rate, abs=1e-6)
        assert found["battery.health_time_adjusted"] == pytest.approx(by_time, abs=1e-5)


def test_each_method_is_named_in_the_result(tmp_path: Path, table: Path) -> None:
    fitted = fit_battery_site(written(tmp_path, TESTS), table=table)
    assert fitted.kind == "batteries"
    assert fitted.facts["battery.health"].counted == "discharge test, rate-adjusted"
    assert fitted.facts["battery.health_time_adjusted"].counted == "discharge test, time-adjusted"
    assert {name for name in fitted.facts if name not in OF_THE_TABLE} == {
        "battery.health", "battery.health_time_adjusted"
    }  # fmt: skip
    assert "放电率法" in fitted.notes[0][0]
    assert "rate-adjusted" in fitted.notes[0][1]


@pytest.mark.parametrize("bank", [Bank(), Bank(blocks=4), Bank(blocks=4, strings=3), Bank(strings=2)])
def test_a_load_is_shared_by_blocks_in_watts_and_by_strings_in_amperes(tmp_path: Path, table: Path, bank: Bank) -> None:
    amperes = written(tmp_path, TABLE.replace("power_w", "current_a"), "amperes.csv")
    whole = 65.7 * bank.blocks * bank.strings
    by_watts = fit_batteries(written(tmp_path, TESTS.replace("65.7", str(whole))), table=table, bank=bank)
    text = TESTS.replace("65.7", str(65.7 * bank.strings)).replace("power_w", "current_a")
    by_amperes = fit_batteries(written(tmp_path, text), table=amperes, bank=bank)
    for fit in (by_watts, by_amperes):
        assert fit.latest.rate_adjusted.health == pytest.approx(0.8002436, abs=1e-7)


def test_the_row_is_that_of_the_cut_off_per_block_or_per_cell(tmp_path: Path) -> None:
    rows = ["cutoff_v_per_cell,duration_min,power_w", "1.6,30,112", "1.6,60,65.7", "1.75,30,109", "1.75,60,63.0"]
    maker = written(tmp_path, "\n".join(rows) + "\n", "table.csv")
    tests = written(tmp_path, TESTS.replace("65.7,45", "63,60"))
    assert fit_batteries(tests, table=maker, cutoff_v=10.5).latest.rate_adjusted.health == pytest.approx(1.0)
    assert fit_batteries(tests, table=maker, cutoff_v=9.6).latest.rate_adjusted.health == pytest.approx(63 / 65.7)
    with pytest.raises(DataError, match=r"table\.csv: .* needs a cut-off named; accepted is one of 9\.6, 10\.5 V"):
        fit_batteries(tests, table=maker)
    with pytest.raises(DataError, match=r"has no row for a cut-off of 11 V; accepted is one of 9\.6, 10\.5 V"):
        fit_batteries(tests, table=maker, cutoff_v=11)


def aged_tests(path: Path, table: Path, *, life: float, ages: list[float], error: float = 0.0) -> Path:
    """Tests of a battery that ages by the law with power 3, at 20 °C."""
    generator = np.random.default_rng(4)
    curve = read_maker_table(table).row()
    rows = ["age_years,power_w,lasted_min,temperature_c"]
    for age in ages:
        health = min(1.0, health_at_age(age, life) + error * generator.standard_normal())
        battery = Battery(curve, health=health, size_factor=size_factor(20.0))
        rows.append(f"{age!r},50,{runtime(battery, 50.0) / 60!r},20")
    path.write_text("\n".join(rows) + "\n")
    return path


def test_tests_of_several_ages_give_the_law_of_age(tmp_path: Path, table: Path) -> None:
    tests = aged_tests(tmp_path / "tests.csv", table, life=6.0, ages=[5.0, 2.0, 6.0, 4.0])
    facts = fit_battery_site(tests, table=table).facts
    assert facts["battery.test_ages"].value == (2.0, 4.0, 5.0, 6.0)
    assert facts["battery.age"].value == 6.0
    assert facts["battery.health"].value == pytest.approx(0.8, rel=1e-9)
    assert facts["battery.life_in_place"].value == pytest.approx(6.0, rel=1e-6)
    assert facts["battery.ageing_power"].value == pytest.approx(3.0)
    low, high = facts["battery.life_in_place"].between
    assert 5.5 < low < 6.0 < high < 6.7


def test_the_interval_of_the_life_holds_it_in_drawn_tests() -> None:
    generator = np.random.default_rng(7)
    held, runs = 0, 200
    for _ in range(runs):
        life, power = generator.uniform(4, 10), generator.uniform(1, 4)
        ages = np.sort(generator.uniform(0.3, 1.1, 5)) * life
        healths = [health_at_age(age, life, power=power) + 0.02 * generator.standard_normal() for age in ages]
        low, high = fit_age_law(ages.tolist(), healths).life_between
        held += low <= life <= high
    assert held / runs > 0.9


def test_tests_that_show_no_ageing_give_a_least_life_and_no_life(tmp_path: Path, table: Path) -> None:
    rows = "age_years,power_w,lasted_min,temperature_c\n1,65.7,60,25\n3,65.7,60.5,25\n"
    fitted = fit_battery_site(written(tmp_path, rows), table=table)
    assert "battery.life_in_place" not in fitted.facts
    assert fitted.facts["battery.health"].value == 1.0
    assert "the latest test gave 100.7% of a new battery" in fitted.notes[1][1]
    assert "the tests show no ageing; life (down to 80 %) is at least" in fitted.notes[-1][1]


@pytest.mark.parametrize(
    ("ages", "healths"), [([1.0], [0.9]), ([2.0, 2.0], [0.9, 0.8]), ([0.0, 2.0], [1.0, 0.9]), ([1.0, 2.0], [0.9])]
)
def test_a_law_of_age_needs_two_ages(ages: list[float], healths: list[float]) -> None:
    with pytest.raises(InputsError, match="accepted are tests at two different ages or more"):
        fit_age_law(ages, healths)
    with pytest.raises(InputsError, match="healths above 0"):
        fit_age_law([1.0, 2.0], [0.9, 0.0])


def test_ages_come_from_the_dates_and_the_latest_test_counts(tmp_path: Path, table: Path) -> None:
    rows = "2024-01-01,2020-01-02,65.7,45,25\n2022-01-01,2020-01-02,65.7,58,25\n"
    tests = written(tmp_path, "date,installed,power_w,lasted_min,temperature_c\n" + rows)
    fitted = fit_battery_site(tests, table=table)
    assert fitted.facts["battery.age"].value == pytest.approx(1460 / 365)
    assert fitted.facts["battery.health"].counted == "discharge test of 2024-01-01, rate-adjusted"
    assert fitted.facts["battery.health"].value == pytest.approx(0.8002436, abs=1e-7)


def test_fitted_facts_read_back_as_a_site_with_their_ranges(tmp_path: Path, table: Path) -> None:
    tests = aged_tests(tmp_path / "tests.csv", table, life=6.0, ages=[2.0, 4.0, 5.0, 6.0], error=0.01)
    fitted = fit_battery_site(tests, table=table)
    site = site_of(tmp_path, fitted)
    assert set(site.facts) == set(fitted.facts)
    for name, fact in site.facts.items():
        told = fitted.facts[name]
        assert (fact.grade, fact.unit) == (Grade.COMPUTED, told.unit)
        assert (fact.values if fact.value is None else fact.value) == pytest.approx(told.value, rel=1e-5)
        assert fact.source.startswith("fitted to tests.csv (blake2b ")
        assert "; table table.csv (blake2b " in fact.source
    life = site.fact("battery.life_in_place")
    assert life.range is not None
    assert (life.range.min, life.range.max) == pytest.approx(fitted.facts["battery.life_in_place"].between, rel=1e-5)
    told = json.loads(as_json(fitted))["facts"]["battery.life_in_place"]
    assert list(told) == ["value", "unit", "range"]


def test_an_age_is_named_and_measured_as_in_the_shipped_sites(tmp_path: Path, table: Path) -> None:
    from resilience_sim.plans.files import library

    shipped = read_site(library()["network-operations"])[0].facts
    fitted = fit_battery_site(aged_tests(tmp_path / "t.csv", table, life=6.0, ages=[2.0, 4.0]), table=table).facts
    assert {name: fact.unit for name, fact in fitted.items() if name in shipped} == {
        name: shipped[name].unit for name in fitted if name in shipped
    }
    assert fitted["battery.age"].unit == shipped["battery.age"].unit


def test_a_voltage_log_is_a_test_that_ends_at_the_cut_off(tmp_path: Path, table: Path) -> None:
    rows = ["time_s,voltage_v,power_w,temperature_c"]
    volts = [51.2, 50.0, 48.0, 44.0, 40.0, 36.0]
    rows += [f"{900 * k},{volt},{262.8 + (-1) ** k},25" for k, volt in enumerate(volts)]
    log = written(tmp_path, "\n".join(rows) + "\n")
    quantity, tests = read_tests(log, bank=Bank(blocks=4), cutoff_v=10.5)
    assert (quantity, len(tests)) == ("power", 1)
    assert tests[0].lasted_s == pytest.approx(2700 + 900 * (44 - 42) / 4)
    assert tests[0].load == pytest.approx(262.8, rel=0.01)
    assert fit_batteries(log, table=table, cutoff_v=10.5, bank=Bank(blocks=4)).latest.test == tests[0]


@pytest.mark.parametrize(
    ("change", "cutoff", "said"),
    [
        ((), None, "is a voltage log, and no cut-off is named; accepted is --cutoff"),
        (
            (),
            8.0,
            r"tests\.csv:4: goes from 12\.8 to 9 V per block; accepted is .* down to the cut-off.* 8 V",
        ),
        ((), 13.0, "accepted is a test from above down to the cut-off"),
        (("1800,9", "800,9"), 10.5, r"tests\.csv:4: time_s does not rise"),
        (
            ("9,65.7", "9,95.7"),
            10.5,
            r"tests\.csv:2: power_w is not constant; accepted is within 5 % of",
        ),
    ],
)
def test_a_voltage_log_that_is_no_test_is_refused(
    tmp_path: Path, table: Path, change: tuple[str, str] | tuple[()], cutoff: float | None, said: str
) -> None:
    text = "time_s,voltage_v,power_w,temperature_c\n0,12.8,65.7,25\n900,12.0,65.7,25\n1800,9,65.7,25\n"
    log = written(tmp_path, text.replace(*change) if change else text)
    with pytest.raises(DataError, match=said):
        fit_batteries(log, table=table, cutoff_v=cutoff)


def test_a_test_beyond_the_table_is_refused_or_extrapolated_and_said_so(tmp_path: Path, table: Path) -> None:
    tests = written(tmp_path, TESTS.replace("65.7,45", "300,7"))
    said = r"tests\.csv:2: 7 min lie beyond the table, which has 10 to 600 min; accepted is .* or --extrapolate"
    with pytest.raises(DataError, match=said):
        fit_battery_site(tests, table=table)
    fitted = fit_battery_site(tests, table=table, extrapolate=True)
    assert "1 of the tests lie beyond the maker's table" in fitted.notes[-1][1]
    curve = read_maker_table(table).row()
    assert fitted.facts["battery.health"].value == pytest.approx(300 / curve.power_at(420))


def test_a_load_beyond_the_table_leaves_the_time_adjusted_figure_out(tmp_path: Path, table: Path) -> None:
    fitted = fit_battery_site(written(tmp_path, TESTS.replace("65.7,45", "8,600")), table=table)
    assert fitted.facts["battery.health"].value == pytest.approx(8 / 8.79)
    assert "battery.health_time_adjusted" not in fitted.facts
    assert "no time-adjusted figure" in fitted.notes[-1][1]
    extrapolated = fit_battery_site(written(tmp_path, TESTS.replace("65.7,45", "8,600")), table=table, extrapolate=True)
    assert extrapolated.facts["battery.health_time_adjusted"].value < 8 / 8.79


def test_a_health_that_no_battery_has_is_refused(tmp_path: Path, table: Path) -> None:
    tests = written(tmp_path, TESTS.replace("65.7", "200"))
    with pytest.raises(
        DataError,
        match=r"tests\.csv:2: 200 per block for 45 min is 2\.44 times what the table has; accepted is 0\.05 to 1\.5",
    ):
        fit_battery_site(tests, table=table)
    with pytest.raises(InputsError, match="accepted is 1 or more of each"):
        Bank(blocks=0)


# ---- files that cannot be


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (TABLE.replace("65.7", "6.57"), 5, r"6\.57 W for 60 min .*65\.7 would fit: a misplaced decimal point\?"),
        (TABLE.replace("8.79", "87.9"), 7, r"87\.9 W for 600 min .*8\.79 would fit: a misplaced decimal point\?"),
        (TABLE.replace("270", "2700"), 2, r"2700 W for 10 min .*270 would fit: a misplaced decimal point\?"),
        (TABLE.replace("112", "82.1"), 4, "does not fall as the duration rises"),
        (TABLE + "60,65.7\n", 8, "60 min is printed twice; accepted is once"),
        (TABLE.replace("112", "0"), 3, "a value is 0; accepted is a finite number above 0"),
        (TABLE.replace("112", "-112"), 3, "a value is -112; accepted"),
        (TABLE.replace("112", "nan"), 3, "power_w is 'nan'; accepted is a finite number"),
        (TABLE.replace("112", ""), 3, "power_w is ''"),
        (TABLE.replace("30,112", "0,112"), 3, "a duration is 0; accepted"),
        (TABLE.replace("power_w", "watts"), 1, "columns missing: power_w"),
        (TABLE.replace("duration_min", "minutes"), 1, "columns missing: duration_min"),
        ("duration_min,power_w\n60,65.7\n", 2, "60 min is all there is; accepted are two durations or more"),
        ("duration_min,power_w\n", 1, "a header and nothing below"),
        ("duration_min,current_a\n30,9.6\n60,5.6\n", 1, "has no column power_w, in which the tests are given"),
        (
            "cutoff_v,duration_min,power_w\n9.6,30,112\n9.6,60,65.7\n10.5,30,113\n10.5,60,63\n", 4,
            r"113 W for 30 min to 10\.5 V .* which rises with the cut-off",
        ),
        (
            "cutoff_v,cutoff_v_per_cell,duration_min,power_w\n9.6,1.6,30,112\n9.6,1.6,60,65.7\n", 1,
            "has cutoff_v and cutoff_v_per_cell; accepted is one of them",
        ),
        (
            "duration_min,power_w,current_a\n30,112,9.57\n60,65.7,55.7\n90,45.2,3.82\n", 3,
            r"55\.7 A for 60 min .*5\.57 would fit: a misplaced decimal point\?",
        ),
        (
            "duration_min,power_w,current_a\n30,112,9.57\n60,65.7,8.2\n90,45.2,3.82\n", 3,
            r"watts over amperes for 60 min are 1\.34 V per cell; accepted are 1\.5 to 2\.3",
        ),
    ],
)  # fmt: skip
def test_p07_a_bad_table_is_refused_with_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    maker = written(tmp_path, text, "table.csv")
    with pytest.raises(DataError, match=rf"table\.csv:{line}: .*{said}|table\.csv:{line}: {said}"):
        fit_battery_site(written(tmp_path, TESTS), table=maker)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("power_w,lasted_min\n65.7,45\n", 1, "has no column temperature_c; accepted is .*25 only where it was 25"),
        ("lasted_min,temperature_c\n45,25\n", 1, "has neither power_w nor current_a"),
        ("power_w,current_a,lasted_min,temperature_c\n65.7,5,45,25\n", 1, "has both power_w and current_a"),
        ("power_w,temperature_c\n65.7,25\n", 1, "columns missing: lasted_min"),
        (TESTS.replace(",25", ","), 2, "temperature_c is ''"),
        (TESTS.replace(",25", ",0"), 2, r"at 0 °C; accepted is 4\.44 to 48\.9 °C"),
        (TESTS.replace(",25", ",77"), 2, r"at 77 °C; accepted is 4\.44 to 48\.9 °C"),
        (TESTS.replace("45", "0"), 2, "lasted_min is 0 or less; accepted is a number above 0"),
        (TESTS.replace("65.7", "-65.7"), 2, "power_w is 0 or less"),
        (TESTS.replace("65.7", "inf"), 2, "power_w is 'inf'"),
        ("installed,power_w,lasted_min,temperature_c\n2020-01-01,65.7,45,25\n", 1, "installed and none named date"),
        (
            "date,installed,power_w,lasted_min,temperature_c\n2019-01-01,2020-01-01,65.7,45,25\n", 2,
            "is tested before it is installed",
        ),
        (
            "date,installed,power_w,lasted_min,temperature_c\n2021-01-01,2020-01-01,65.7,45,25\n"
            "2022-01-01,2020-02-01,65.7,45,25\n", 3, "accepted are tests of one battery",
        ),
        (
            "date,installed,age_years,power_w,lasted_min,temperature_c\n2021-01-01,2020-01-01,1,65.7,45,25\n", 1,
            "has installed and age_years",
        ),
        ("date,power_w,lasted_min,temperature_c\n01/02/2021,65.7,45,25\n", 2, "date is '01/02/2021'"),
        ("age_years,power_w,lasted_min,temperature_c\n-1,65.7,45,25\n", 2, "age_years is '-1'"),
    ],
)  # fmt: skip
def test_bad_tests_are_refused_with_file_and_line(tmp_path: Path, table: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(DataError, match=rf"tests\.csv:{line}: .*{said}|tests\.csv:{line}: {said}"):
        fit_battery_site(written(tmp_path, text), table=table)


def test_no_damage_to_a_table_raises_anything_but_a_data_error(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    tests, path = written(tmp_path, TESTS), tmp_path / "table.csv"
    refused = 0
    for _ in range(300):
        damaged = bytearray(TABLE.encode())
        for _ in range(generator.integers(1, 4)):
            damaged[generator.integers(len(damaged))] = generator.integers(256)
        path.write_bytes(bytes(damaged))
        try:
            fit_battery_site(tests, table=path)
        except DataError as refusal:
            refused += ".csv" in str(refusal)
    assert refused > 150


# ---- the maker's table as facts


def test_a_makers_table_becomes_the_battery_of_a_site_that_check_takes(tmp_path: Path, shared: Path) -> None:
    """The shipped site's own table, from the maker's file: the same battery, the same models beside it."""
    from resilience_sim.plans.files import library, read_plan
    from resilience_sim.studies import bind
    from resilience_sim.studies.network_operations.power import NetworkOperations
    from resilience_sim.studies.parts import part

    maker = shared / "data/batteries/panasonic_up-pw1245p1_power.csv"
    fitted = fit_battery_site(None, table=maker, cutoff_v=9.6)
    assert tuple(fitted.facts) == OF_THE_TABLE
    facts = site_of(tmp_path, fitted).facts
    folder = library()["network-operations"]
    (plan, _), (shipped, _) = read_plan(folder), read_site(folder)
    for name in OF_THE_TABLE:
        given, known = facts[name], shipped.facts[name]
        assert given.unit == known.unit
        assert given.values or given.value == pytest.approx(known.values or known.value, rel=1e-3)
        assert (given.values or ()) == pytest.approx(known.values or ())
    lower = fit_battery_site(None, table=maker, cutoff_v=10.5).facts
    worse = {**shipped.facts, **site_of(tmp_path, FittedSite("batteries", "a table", lower, ())).facts}
    weaker = part(bind(plan, shipped.model_copy(update={"facts": worse})), NetworkOperations)
    same = part(bind(plan, shipped.model_copy(update={"facts": {**shipped.facts, **facts}})), NetworkOperations)
    assert weaker is not None
    assert same is not None
    assert same.supplies.room_blocks == 40 < weaker.supplies.room_blocks


def test_p35_a_cut_off_that_follows_the_rate_is_taken_from_the_rows(tmp_path: Path) -> None:
    rows = "cutoff_v,duration_min,power_w\n9.3,20,70\n9.3,60,31\n9.3,600,4.0\n10.5,20,60\n10.5,60,28\n10.5,600,3.6\n"
    maker = read_maker_table(written(tmp_path, rows, "table.csv"))
    # 3 Ah at 12 V: 70 W are 1.9 times the capacity an hour, 31 W 0.86 times, 4 W a tenth of it.
    by_rate = row_of(maker, capacity_ah=3.0)
    assert by_rate.power_w == (70.0, 31.0, 3.6)
    assert row_of(maker, cutoff_v=10.5, capacity_ah=3.0).power_w == (60.0, 28.0, 3.6)
    tests = written(tmp_path, TESTS.replace("65.7,45", "3.6,600"))
    fitted = fit_battery_site(tests, table=tmp_path / "table.csv", capacity_ah=3.0)
    assert fitted.facts["battery.health"].value == pytest.approx(1.0)
    assert fitted.facts["battery.table.power"].value == (70.0, 31.0, 3.6)
    assert "each at the cut-off for its rate" in fitted.notes[0][1]
    # The rate of an hour asks for 9.9 V, of which the table has no row.
    assert "a cut-off that the table lacks: 1; its lowest stands in, 9.3 V" in fitted.notes[-1][1]
    with pytest.raises(DataError, match=r"table\.csv: .* is -1 Ah; accepted is a number above 0"):
        fit_battery_site(None, table=tmp_path / "table.csv", capacity_ah=-1)
    with pytest.raises(DataError, match=r"needs a cut-off named"):
        fit_battery_site(None, table=tmp_path / "table.csv")


def test_a_table_in_amperes_gives_no_facts_of_a_table_and_says_so(tmp_path: Path, table: Path) -> None:
    amperes = written(tmp_path, TABLE.replace("power_w", "current_a"), "amperes.csv")
    fitted = fit_battery_site(written(tmp_path, TESTS.replace("power_w", "current_a")), table=amperes)
    assert not set(OF_THE_TABLE) & set(fitted.facts)
    assert "has amperes and no watts" in fitted.notes[-1][1]
    assert set(OF_THE_TABLE) <= set(fit_battery_site(written(tmp_path, TESTS), table=table).facts)


@pytest.mark.parametrize(
    "rows",
    [
        "age_years,power_w,lasted_min,temperature_c\n2,65.7,58,25\n400,65.7,45,25\n",
        "date,installed,power_w,lasted_min,temperature_c\n1952-01-01,1951-01-01,65.7,58,25\n2024-01-01,1951-01-01,65.7,45,25\n",
    ],
)
def test_an_age_that_no_battery_reaches_is_refused(tmp_path: Path, table: Path, rows: str) -> None:
    with pytest.raises(DataError, match=r"tests\.csv:3: is a test of a battery older than 30 years; accepted are ages"):
        fit_battery_site(written(tmp_path, rows), table=table)
