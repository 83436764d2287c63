"""How the benchmarks make their ratios, assert answers and tell what they found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from benchmarks import bench_power
from benchmarks.figure import draw_figure
from benchmarks.measuring import (
    Comparison,
    Entrant,
    Result,
    Run,
    Spread,
    agree_in_mean,
    compare,
    found,
    replications,
    twin,
)
from benchmarks.scaling import Growth
from benchmarks.table import growth_table, side_by_side, spoken_factor, spoken_time


def taking(seconds: Iterable[float], answers: list[float]) -> Run:
    """A model that takes so many seconds in each round, having been tried once before."""
    times = list(seconds)
    return lambda k: (times[k], answers)


def test_a_ratio_is_taken_within_a_round_and_its_spread_over_the_rounds() -> None:
    slow = Entrant("slow", taking([20.0, 600.0, 30.0], []), found("by design"), asked=10)
    twice = Entrant("twice", taking([2.0, 4.0], []), found("by design"), rounds=2)
    comparison = compare("queue", "a day", taking([1.0, 20.0, 2.0], []), [slow, twice], rounds=3)
    kernel, one, other = comparison.results
    assert kernel.ratio == (1, 1, 1)
    assert one.ratio == (15, 20, 30)
    assert other.ratio == (0.2, 1.1, 2)
    assert (one.seconds, one.agreement, one.asked) == (30.0, "by design", 10)


def test_models_take_turns() -> None:
    turns: list[tuple[str, int]] = []

    def noting(name: str) -> Run:
        def run(k: int) -> tuple[float, list[float]]:
            turns.append((name, k))
            return 1.0, []

        return run

    compare("queue", "a day", noting("kernel"), [Entrant("other", noting("other"), found(""))], rounds=2)
    assert turns == [("kernel", 0), ("kernel", 0), ("other", 0), ("kernel", 1), ("other", 1)]


def test_answers_that_differ_by_more_than_chance_are_refused() -> None:
    chance = np.random.default_rng(1)  # the benchmarks' own arithmetic is tried, no model
    ours, same, off = chance.normal(5.0, 1.0, 400), chance.normal(5.0, 1.0, 100), chance.normal(5.7, 1.0, 100)
    agrees = agree_in_mean("mean wait")
    assert agrees(list(ours), list(same)).startswith("mean wait: ")
    with pytest.raises(AssertionError, match=r"mean wait: 5\.\d+ against [45]\.\d+, \d\.\d standard errors"):
        agrees(list(ours), list(off))


def test_the_reference_engine_is_held_to_the_kernels_path(monkeypatch: pytest.MonkeyPatch) -> None:
    from resilience_sim.models.power import reference

    inputs = bench_power.supply(5)
    entrant = twin("power", inputs, pieces=5)
    assert entrant.run(0)[0] > 0
    right = reference.simulate

    def wrong(asked: object, draws: object) -> object:
        path = right(asked, draws)  # type: ignore[arg-type]
        return dataclasses.replace(path, lost_s=path.lost_s + 1.0)

    monkeypatch.setattr(reference, "simulate", wrong)
    with pytest.raises(AssertionError):
        twin("power", inputs, pieces=5).run(0)


def test_every_replication_of_a_round_has_numbers_of_its_own() -> None:
    run = replications("power", bench_power.supply(20), 3, lambda path: float(path.duration_s.sum()))
    (_, first), (_, second) = run(0), run(1)
    assert len({*first, *second}) == 6
    assert run(1)[1] == second


def test_an_outage_in_pysams_minutes_is_lost_when_the_kernel_says() -> None:
    pytest.importorskip("PySAM", reason="the extra `benchmark` is not installed")
    seconds, _ = bench_power.pysam_run(bench_power.pysam_battery(), 0)
    assert seconds > 0


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [(8.3e-8, "83.0 ns"), (6.3e-4, "630 µs"), (1.0e-3, "1.00 ms"), (0.0999, "99.9 ms"), (2.345, "2.35 s")],
)
def test_times_have_three_digits(seconds: float, spoken: str) -> None:
    assert spoken_time(seconds) == spoken


@pytest.mark.parametrize(("factor", "spoken"), [(0.414, "0.41"), (2.46, "2.5"), (226.7, "227"), (38_942.2, "38,942")])
def test_factors_have_the_digits_that_matter(factor: float, spoken: str) -> None:
    assert spoken_factor(factor) == spoken


def made() -> Comparison:
    results = (
        Result("kernel", 1e-3, Spread(1, 1, 1), "", 0.0),
        Result("SimPy reference", 0.15, Spread(120, 150, 155), "same path, to the bit", 200),
        Result("C++ -O3", 1.5e-3, Spread(1.2, 1.5, 1.6), "mean wait: 0.3 standard errors apart at most", 0.4),
    )
    return Comparison("queue", "a day of calls", results)


def test_the_table_has_the_spread_of_every_row_and_says_what_was_not_reached() -> None:
    assert side_by_side([made()]).splitlines() == [
        "| work | model | time | least | times the kernel's | most | asked | answers |",
        "| :-- | :-- | --: | --: | --: | --: | --: | :-- |",
        "| **queue**: a day of calls | kernel | 1.00 ms |  | 1 |  |  |  |",
        "|  | SimPy reference | 150 ms | 120 | 150 | 155 | ≥ 200 (not reached) | same path, to the bit |",
        "|  | C++ -O3 | 1.50 ms | 1.2 | 1.5 | 1.6 | ≥ 0.40 | mean wait: 0.3 standard errors apart at most |",
    ]


def test_growth_is_told_of_a_replication_and_of_an_entity() -> None:
    row = growth_table([Growth("queue", "callers", 1_000_000, 1, Spread(0.06, 0.074, 0.08), 269.4)]).splitlines()[-1]
    assert row == "| queue | 1,000,000 callers | 1 | 74.0 ms | 60.0 ms | 80.0 ms | 74.0 ns | 269 MB |"


def test_the_figure_is_drawn_the_same_each_time(tmp_path: Path) -> None:
    growths = [Growth("queue", "callers", size, 1, Spread(1e-4, 2e-4, 3e-4), 160.0) for size in (1_000, 10_000)]
    for name in ("one.svg", "other.svg"):
        draw_figure([made()], growths, tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()
    assert ElementTree.parse(tmp_path / "one.svg").getroot().tag.endswith("svg")
