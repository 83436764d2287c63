"""Replicating a queue: the same numbers from both engines, any number of workers and on any day."""

from __future__ import annotations

import math
import sys

import numpy as np
import pandas as pd
import pytest

from resilience_sim.errors import InputsError
from resilience_sim.experiments import simulate as module
from resilience_sim.experiments.simulate import SimulationResult, input_hash, simulate
from resilience_sim.models import power
from resilience_sim.models.power import (
    Battery,
    DrawnOutages,
    Generator,
    Load,
    Losses,
    PowerInputs,
    RuntimeCurve,
    Shed,
    Ups,
)
from resilience_sim.models.queue import DEFINITIONS, VERSION, Callers, Instants, QueueInputs, Rate, Redial
from resilience_sim.randomness import Empirical, Exponential, LogNormal
from resilience_sim.timelines import Timeline, constant

HOUR = 3600.0


def busy_hours(*, agents: int = 6, patience_s: float = 240.0) -> QueueInputs:
    """Two hours in which more call than can be answered, with redials and a shift change."""
    redial = Redial(0.4, 0.4, 0.4, delay=LogNormal.from_median(300.0, 1.0), most=3)
    by_hour = Timeline([0.0, HOUR], [0.03, 0.05])
    return QueueInputs(
        (
            Callers("ordinary", Rate(by_hour), LogNormal.from_mean(180.0, 0.9), Exponential(patience_s), redial=redial),
            Callers("outage", Instants(np.array([600.0, 600.0, 601.5])), Exponential(300.0), Exponential(patience_s)),
        ),
        agents=Timeline([0.0, HOUR], [agents, agents + 2]),
        horizon_s=2 * HOUR,
    )


def assert_same(one: SimulationResult, other: SimulationResult) -> None:
    for left, right in (
        (one.measures, other.measures),
        (one.entities, other.entities),
        (one.timelines, other.timelines),
    ):
        pd.testing.assert_frame_equal(left, right, check_exact=True)


def test_both_engines_give_the_same_measures_bit_for_bit() -> None:
    kernel, reference = (
        simulate(busy_hours(), replications=6, seed=3, engine=engine, entities=True, timelines=True)
        for engine in ("kernel", "reference")
    )
    assert (kernel.engine, reference.engine) == ("kernel", "reference")
    assert kernel.measures.abandoned.sum() > 0
    assert_same(kernel, reference)


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_the_number_of_workers_changes_nothing(engine: str) -> None:
    one, two = (
        simulate(busy_hours(), replications=9, seed=3, engine=engine, workers=workers, entities=True, timelines=True)
        for workers in (1, 2)
    )
    assert_same(one, two)


def test_more_replications_add_rows_and_change_none() -> None:
    few, more = (simulate(busy_hours(), replications=count, seed=5).measures for count in (3, 7))
    pd.testing.assert_frame_equal(few, more.iloc[:3], check_exact=True)
    assert more.calls.nunique() > 1


def test_one_row_per_replication_one_defined_column_per_measure() -> None:
    result = simulate(busy_hours(), replications=4, seed=0)
    assert result.measures.index.name == "replication"
    assert result.measures.index.tolist() == [0, 1, 2, 3]
    assert list(result.measures.columns) == list(result.definitions) == list(DEFINITIONS)


def test_measures_can_be_counted_again_from_the_attempts() -> None:
    result = simulate(busy_hours(), replications=5, seed=1, entities=True, window=(HOUR, 2 * HOUR), threshold_s=30.0)
    attempts = result.entities
    inside = attempts[(attempts.arrival_s >= HOUR) & (attempts.arrival_s < 2 * HOUR)]
    in_time = (inside.outcome == "answered") & (inside.wait_s < 30)
    assert inside.groupby("replication").size().tolist() == result.measures.calls.tolist()
    assert in_time.groupby(inside.replication).sum().tolist() == result.measures.answered_in_time.tolist()


def test_the_timelines_hold_as_much_waiting_as_the_attempts() -> None:
    result = simulate(busy_hours(), replications=3, seed=2, entities=True, timelines=True)
    assert set(result.timelines.signal) == {"waiting", "busy"}
    assert (result.timelines.groupby(["replication", "signal"]).time_s.min() == 0).all()
    for replication, attempts in result.entities.groupby("replication"):
        rows = result.timelines[result.timelines.replication == replication]
        for signal, seconds in (("waiting", attempts.wait_s.sum()), ("busy", attempts.service_s.sum())):
            of_signal = rows[rows.signal == signal]
            timeline = Timeline(of_signal.time_s.to_numpy(), of_signal.value.to_numpy())
            assert timeline.integral(0.0, attempts.end_s.max()) == pytest.approx(seconds, rel=1e-9)


def test_a_queue_nobody_calls_has_tables_without_attempts() -> None:
    nobody = QueueInputs((Callers("nobody", Instants(np.empty(0)), Exponential(60.0)),), constant(1.0), 3600.0)
    result = simulate(nobody, replications=2, seed=1, entities=True, timelines=True)
    assert result.measures.calls.tolist() == [0, 0]
    assert result.measures.answer_rate.isna().all()
    assert len(result.entities) == 0
    assert result.timelines.value.tolist() == [0.0] * 4


@pytest.mark.parametrize("table", ["entities", "timelines"])
def test_a_table_that_was_not_asked_for_is_refused(table: str) -> None:
    with pytest.raises(InputsError, match=f"accepted is a run made with {table}=True"):
        getattr(simulate(busy_hours(), replications=1, seed=1), table)


def test_a_run_without_a_seed_draws_records_and_prints_one(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = simulate(busy_hours(), replications=2)
    assert capsys.readouterr().err == f"seed {drawn.seed}\n"
    again = simulate(busy_hours(), replications=2, seed=drawn.seed)
    assert capsys.readouterr().err == ""
    pd.testing.assert_frame_equal(drawn.measures, again.measures, check_exact=True)


def test_a_result_says_what_made_it() -> None:
    result = simulate(busy_hours(), replications=1, seed=1)
    assert set(result.versions) == {"resilience-sim", "numpy", "numba", "python", "model"}
    assert result.versions["model"] == VERSION
    assert result.versions["numpy"] == np.__version__
    assert result.versions["python"] == sys.version.split()[0]
    assert (result.seed, result.replications) == (1, 1)
    assert result.input_hash == input_hash(busy_hours())


def test_inputs_of_equal_content_have_one_hash_and_any_other_number_another() -> None:
    same = [input_hash(busy_hours()), input_hash(busy_hours(agents=6)), input_hash(busy_hours(patience_s=240))]
    assert len(set(same)) == 1
    other = [
        input_hash(busy_hours(agents=7)),
        input_hash(busy_hours(patience_s=math.nextafter(240.0, 241.0))),
        input_hash(Instants(np.array([1.0, 2.0]))),
        input_hash(Instants(np.array([2.0, 1.0]))),
        input_hash(Instants(np.array([1.0, 2.0]), np.array([True, False]))),
        input_hash(Empirical((1.0, 2.0))),
        input_hash(("a", "b,c")),
        input_hash(("a,b", "c")),
    ]
    assert len({*same, *other}) == 1 + len(other)


def test_a_hash_does_not_change_from_one_version_to_the_next_unnoticed() -> None:
    # Computed once; archives are named by it.
    assert input_hash(Instants(np.array([1.0, 2.5]), np.array([True, False]))) == "91bc58d1188bde698e93af22e20b0961"


def test_inputs_without_a_canonical_form_are_refused() -> None:
    with pytest.raises(InputsError, match="inputs hold a set"):
        input_hash({1.0})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"replications": 0}, "replications is 0; accepted is a whole number, 1 or more"),
        ({"replications": 2.0}, r"replications is 2\.0"),
        ({"seed": -1}, "seed is -1; accepted is a whole number, 0 or more"),
        ({"workers": 0}, "workers is 0; accepted is a whole number, 1 or more"),
        ({"engine": "fast"}, "there is no engine 'fast'; accepted: kernel, reference"),
        ({"window": (5.0, 5.0)}, r"accepted is \(start, end\) in seconds"),
        ({"window": (math.nan, 5.0)}, r"accepted is \(start, end\) in seconds"),
        ({"threshold_s": math.nan}, "threshold_s is nan; accepted is 0 s or more"),
    ],
)
def test_parameters_outside_their_domain_are_refused(wrong: dict[str, object], message: str) -> None:
    asked = {"replications": 1, "seed": 1, **wrong}
    with pytest.raises(InputsError, match=message):
        simulate(busy_hours(), **asked)


def test_progress_is_shown_where_wanted_and_nowhere_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate(busy_hours(), replications=2, seed=1)
    assert capsys.readouterr().err == ""  # no terminal
    simulate(busy_hours(), replications=2, seed=1, progress=True)
    assert "replications" in capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    simulate(busy_hours(), replications=2, seed=1)
    assert capsys.readouterr().err == ""  # a terminal, but the run was short
    monkeypatch.setattr(module, "PATIENCE_S", 0.0)
    simulate(busy_hours(), replications=2, seed=1)
    assert "replications" in capsys.readouterr().err


def two_supplies() -> PowerInputs:
    """Outages that a small battery sometimes outlasts, a person who sheds, and a generator that may not start."""
    curve = RuntimeCurve((400.0, 200.0, 50.0), (HOUR, 2.5 * HOUR, 12 * HOUR))
    servers = Load("servers", 100.0, stop=LogNormal.from_median(300.0, 0.4))
    shed = Shed(("servers",), "after", HOUR, delay=Exponential(900.0), forgotten=0.1)
    ups = Ups("room", Battery(curve, string_fails=0.03), (Load("phones", 100.0), servers), (shed,), Losses(10.0, 0.05))
    outages = DrawnOutages(40, LogNormal.from_median(2 * HOUR, 1.0), Exponential(20 * HOUR))
    return PowerInputs(outages, (ups,), Generator(10.0, 5.0, 5.0, 10.0, attempts=2, starts=0.5, mean_run_s=9 * HOUR))


def test_a_supply_is_simulated_like_a_queue() -> None:
    def run(engine: str, workers: int) -> SimulationResult:
        return simulate(
            two_supplies(), replications=3, seed=5, engine=engine, workers=workers, entities=True, timelines=True
        )

    result = run("kernel", 1)
    assert_same(result, run("reference", 1))
    assert_same(result, run("kernel", 2))
    assert list(result.measures.columns) == list(result.definitions) == list(power.DEFINITIONS)
    assert result.versions["model"] == power.VERSION
    assert len(result.entities) == 3 * 40 * 2
    off_s = result.entities.pivot_table(index=["replication", "outage"], columns="load", values="off_s")
    assert (off_s.phones <= off_s.servers).all()  # servers are shed for the telephones
    assert (off_s.phones < off_s.servers).any()
    assert set(result.timelines.signal) == {"phones", "servers"}
    assert off_s.max(axis=1).sum() / HOUR == pytest.approx(result.measures.dark_hours.sum())
    with pytest.raises(InputsError, match="window and threshold_s belong to a queue"):
        simulate(two_supplies(), replications=1, seed=1, threshold_s=30.0)
