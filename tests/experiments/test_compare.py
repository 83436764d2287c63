"""Comparisons: the same events for all, differences event by event, stated errors, and what cannot be asked."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resilience_sim.errors import InputsError, PlanError, VerdictError
from resilience_sim.experiments.compare import compare, compared, prepare
from resilience_sim.experiments.compare_curves import break_of, curves, grids
from resilience_sim.experiments.compare_measures import paired, share_summary, shares_paired, summary
from resilience_sim.experiments.compare_selection import Selecting, cheapest_of, oftenest_of
from resilience_sim.experiments.compare_tornado import tornado
from resilience_sim.experiments.runs import Runs
from resilience_sim.plans.files import find, read_plan, read_site
from resilience_sim.studies import bind
from resilience_sim.verdicts.best import best_of
from resilience_sim.verdicts.verdict import Answer, ShareTest

PROMISE = """\
title: {zh: 报告, en: Reporting}
plan: network-operations
claims: [P2-08.b]
hazards: [by_day]
tornado: {claim: P2-08.b, facts: [calling.answered_day, calling.between_attempts]}
base:
  rationale: superiors here pick up more often
  set: {site.calling.answered_day: 0.8 share}
scenarios:
  - id: promise
    rationale: {zh: 时限, en: more time}
    set: {P2-08.report_within: [6 min, 20 min, 40 min]}
  - id: answered
    rationale: they pick up
    set: {site.calling.answered_day: 0.9 share}
  - id: both
    rationale: both
    set:
      P2-08.report_within: [5 min, 20 min]
      site.calling.answered_day: [0.4 share, 0.9 share]
  - id: night
    rationale: at night instead
    hazard: by_night
"""
STAFF = """\
title: Staff
plan: utility-call-centre
claims: [P1-09.a]
hazards: [district]
scenarios:
  - id: agents
    rationale: more agents
    set: {P1-09.extra_agents: [4 agents, 40 agents]}
  - id: fewer_calls
    rationale: fewer callers
    set: {site.outage_calls.share_who_call: 2 %}
"""
SEED = 20


def written(folder: Path, text: str) -> Path:
    file = folder / "scenarios.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    return prepare(written(tmp_path_factory.mktemp("promise"), PROMISE))


@pytest.fixture(scope="module")
def found(ready):
    return compared(ready, seed=SEED, replications=600, facts_events=150)


def test_the_base_is_the_plan_as_check_runs_it(found):
    plan, _ = read_plan(find("network-operations"))
    site, _ = read_site(find("network-operations"))
    study = bind(plan, site.with_values({"calling.answered_day": 0.8}))
    question = next(q for q in study.questions() if (q.claim.id, q.scenario) == ("P2-08.b", "by_day"))
    runs = Runs(study, SEED)
    (row,) = found.rows
    assert row.base.kept.mean == runs.outcomes(question, question.situation, 600).mean()
    assert row.base.verdict == runs.judge(question, alpha=1e-3 / len(found.variants), budget=600).verdict


def test_the_error_of_the_family_is_shared_by_all_scenarios_and_claims(found):
    shares = [cell.verdict.alpha for row in found.rows for cell in row.cells]
    assert math.fsum(shares) == pytest.approx(found.family_error)
    assert len(set(shares)) == 1


def test_more_time_keeps_every_event_that_less_time_keeps(found):
    (row,) = found.rows
    by_id = dict(zip((variant.id for variant in found.variants), row.cells, strict=True))
    assert by_id["promise[P2-08.report_within=40]"].verdict.answer is Answer.HOLDS
    assert by_id["base"].verdict.answer is Answer.FAILS
    # the time to report is that of the base, only the promise moved
    late = by_id["promise[P2-08.report_within=40]"]
    assert (late.difference.mean, late.difference.low, late.difference.high) == (0, 0, 0)
    assert late.kept_difference.low > 0
    assert late.kept_difference.mean == pytest.approx(late.kept.mean - by_id["base"].kept.mean)


def test_a_scenario_of_another_hazard_stands_beside_the_base(found):
    (row,) = found.rows
    night = [variant.id for variant in found.variants].index("night")
    assert row.cells[night].question.scenario == "by_night"
    assert row.hazard == "by_day"
    assert night not in row.compared


def test_the_best_is_chosen_among_what_the_plan_can_decide(found):
    (row,) = found.rows
    names = [variant.id for variant in found.variants]
    assert [names[k] for k in row.compared] == [
        "base", "promise[P2-08.report_within=6]", "promise[P2-08.report_within=20]", "promise[P2-08.report_within=40]",
    ]  # fmt: skip
    holding = [k for k in row.compared if row.cells[k].verdict.answer is Answer.HOLDS]
    assert found.recommended == min(holding, key=lambda k: found.cost(k))
    assert row.cheapest.chosen == found.recommended
    assert found.proposed is None  # the base is at another site


def test_curves_and_maps_are_read_from_the_grids(found):
    (curve,) = curves(found)
    assert curve.of == "promise"
    assert curve.axis.values == (6.0, 20.0, 40.0)
    assert curve.break_ is not None
    assert curve.break_.rising
    assert curve.break_.fails < curve.break_.holds
    assert len(grids(found, 2)["both"]) == 4


def test_the_tornado_moves_each_fact_on_the_same_events(ready, found):
    (bar,) = found.tornado  # the other fact is set by the base
    assert bar.fact == "calling.between_attempts"
    assert bar.kept_low.mean > 0 >= bar.kept_high.mean
    question = next(iter(ready.questions[0].values()))
    again = tornado(ready.studies[0], question, SEED, 150, facts=("calling.between_attempts",))
    assert again[0] == bar
    there = ready.studies[0].at_site({"calling.between_attempts": bar.low})
    low = next(q for q in there.questions() if (q.claim.id, q.scenario) == ("P2-08.b", "by_day"))
    kept = Runs(there, SEED).outcomes(low, low.situation, 150).mean()
    assert kept - bar.kept == pytest.approx(bar.kept_low.mean)


def test_two_runs_and_any_number_of_workers_give_the_same(ready, found):
    assert replace(compared(ready, seed=SEED, replications=600, facts_events=150), file=found.file) == found


def test_scenarios_that_share_draws_come_out_as_each_by_itself(tmp_path):
    ready = prepare(written(tmp_path, STAFF))
    together = compared(ready, seed=3, replications=8)
    (row,) = together.rows
    for number, (study, questions) in enumerate(zip(ready.studies, ready.questions, strict=True)):
        (question,) = questions.values()
        alone = [study.replicate(question.situation, 3, k) for k in range(8)]
        assert row.cells[number].measure.mean == np.mean([one["service_level"] for one in alone])
        assert row.cells[number].cost.mean == np.mean([one["added_hours"] for one in alone])
        assert row.cells[number].cost.unit == "staff_hours"
    assert row.cells[1].cost_difference.mean > 0
    by_workers = compared(ready, seed=3, replications=8, workers=2)
    assert by_workers.rows == together.rows


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        (("P2-08.b]", "P2-08.z]"), 3, "has no claim 'P2-08.z'; accepted: P2-01.a"),
        (("[by_day]", "[by_dayy]"), 4, "the study knows no hazard 'by_dayy'; accepted: by_day, by_night"),
        (("hazard: by_night", "hazard: storm"), 23, "the study knows no hazard 'storm'; accepted: by_day, by_night"),
        (("[by_day]", "[by_day, by_night]"), 23, "names 2; accepted is one, which the base meets"),
        (("claim: P2-08.b", "claim: P2-09.a"), 5, "'P2-09.a' is not asked here; accepted: P2-08.b"),
        (("calling.answered_day, c", "calling.x, c"), 5, "is no assumed fact with a range; accepted: "),
        (("0.9 share}", "1.5 share}"), 15, "'answered' cannot be asked: fact 'calling.answered_day' is 1.5"),
        (("title:", "record: no.csv\ntitle:"), 1, "record: "),
    ],
)
def test_what_no_study_can_ask_is_refused_with_its_line(change, line, told, tmp_path):
    file = written(tmp_path, PROMISE.replace(*change))
    with pytest.raises(PlanError) as refused:
        prepare(file)
    assert str(refused.value).startswith(f"{file}:{line}:")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        (("P1-09.extra_agents: [4 agents, 40 agents]", "P1-08.lines: 5 lines"), 8, "from how many lines a response"),
        (("P1-09.extra_agents: [4 agents, 40 agents]", "P1-12.lines: 6 lines"), 8, "from how many lines a response"),
    ],
)
def test_a_trigger_that_changes_which_events_are_compared_is_refused(change, line, told, tmp_path):
    file = written(tmp_path, STAFF.replace(*change))
    with pytest.raises(PlanError) as refused:
        prepare(file)
    assert str(refused.value).startswith(f"{file}:{line}")
    assert told in str(refused.value)


def test_a_trigger_of_the_base_is_that_of_every_scenario(tmp_path):
    base = "base:\n  rationale: later\n  set: {P1-08.lines: 1 lines}\nscenarios:"
    ready = prepare(written(tmp_path, STAFF.replace("scenarios:", base)))
    assert {study.events.levels["general"] for study in ready.studies} == {(2, 3)}


KINDERGARTEN = """\
title: T
plan: kindergarten
claims: [P3-07.a, P3-08.a]
hazards: [by_night]
scenarios:
  - id: tries
    rationale: so
    set: {P3-08.act_within: 20 min}
"""


def test_a_tornado_of_a_claim_that_the_hazards_do_not_ask_is_refused_before_the_run(tmp_path):
    file = written(tmp_path, KINDERGARTEN + "tornado: {claim: P3-07.a}\n")
    with pytest.raises(PlanError, match="is not asked under by_night") as refused:
        prepare(file)
    assert "'P3-07.a'" in str(refused.value)
    assert "accepted: P3-08.a" in str(refused.value)
    assert str(refused.value).startswith(f"{file}:9")


def test_costs_are_those_of_all_that_the_scenarios_set(tmp_path):
    """An option prices the ambulances, none prices how many children they carry: then nothing is the cheapest."""
    counted = """\
title: T
plan: kindergarten
claims: [P3-32.b]
hazards: [usual_poisoning]
scenarios:
  - id: more
    rationale: so
    set: {P3-32.ambulances: [1 ambulances, 3 ambulances]}
"""
    (row,) = compared(prepare(written(tmp_path, counted)), seed=3, replications=20).rows
    one, three = (cell.cost for cell in row.cells[1:])
    assert one.unit == three.unit != ""
    assert three.mean > one.mean
    fuller = "  - id: fuller\n    rationale: so\n    set: {P3-32.children_per_ambulance: 3 children}\n"
    (row,) = compared(prepare(written(tmp_path, counted + fuller)), seed=3, replications=20).rows
    assert {cell.cost.why for cell in row.cells} == {"nothing_set"}
    assert row.cheapest is None


def test_compare_reads_a_file_and_another_plan(tmp_path):
    file = written(tmp_path, PROMISE)
    with pytest.raises(PlanError, match="kindergarten"):
        compare(file, seed=1, plan="kindergarten")


# ---- summaries


def test_a_summary_has_students_interval_and_percentiles_that_were_measured():
    found = summary(np.arange(1.0, 101.0))
    assert (found.mean, found.p5, found.p50, found.p95) == (50.5, 5, 50, 95)
    assert found.high - found.mean == pytest.approx(1.9842169515 * 29.0114919759 / 10)
    assert summary(np.array([1.0, math.inf])).p95 == math.inf
    assert summary(np.array([1.0, math.inf])).endless == 0.5
    assert math.isnan(summary(np.array([1.0, math.inf])).mean)
    with pytest.raises(InputsError):
        summary(np.array([]))


def test_shares_have_exact_intervals_however_few_events_differ():
    kept = share_summary(np.ones(100))
    assert (kept.mean, kept.low, kept.high) == (1.0, pytest.approx(0.025 ** (1 / 100)), 1.0)
    alike = shares_paired(np.ones(100), np.ones(100))
    assert (alike.mean, alike.high) == (0.0, pytest.approx(1 - 0.0125 ** (1 / 100)))
    assert alike.low == -alike.high


def test_differences_of_shares_are_covered_where_hardly_an_event_differs():
    rng, covered = np.random.default_rng(8), 0
    for _ in range(400):
        drawn = rng.random(100)
        found = shares_paired((drawn < 0.99).astype(float), (drawn < 0.97).astype(float))
        covered += found.low <= 0.02 <= found.high
    assert covered >= 0.95 * 400


def test_pairs_that_never_end_differ_by_nothing():
    found = paired(np.array([math.inf, 3.0, 5.0]), np.array([math.inf, 1.0, 1.0]))
    assert found.mean == 2.0
    with pytest.raises(InputsError):
        paired(np.zeros(3), np.zeros(4))


def test_pairing_covers_where_it_is_narrow():
    rng, covered = np.random.default_rng(14), 0
    for _ in range(600):
        common = rng.normal(0, 10, 40)
        found = paired(common + 1 + rng.normal(0, 1, 40), common)
        covered += found.low <= 1 <= found.high
    assert abs(covered / 600 - 0.95) < 4.9 * math.sqrt(0.95 * 0.05 / 600)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("ffhh", (3, 2, True)),
        ("hhff", (2, 3, False)),
        ("fuhh", (3, 1, True)),
        ("hhhh", None),
        ("ffuu", None),
        ("hfhf", None),
    ],
)
def test_a_break_lies_between_verdicts_only(answers, expected):
    told = {"h": Answer.HOLDS, "f": Answer.FAILS, "u": Answer.UNDECIDED}
    found = break_of((1.0, 2.0, 3.0, 4.0), [told[one] for one in answers])
    assert (found and (found.holds, found.fails, found.rising)) == expected


# ---- the best


def shares(rng, rates, events):
    common = rng.random(events)
    return np.array([common < rate for rate in rates], dtype=float)


@pytest.mark.parametrize("rates", [(0.8, 0.75), (0.6, 0.5, 0.5, 0.5, 0.5), (0.95, 0.9, 0.9)])
def test_slippage_the_best_share_is_chosen_with_the_promised_probability(rates):
    rng, chosen, wrong, replays = np.random.default_rng(23), 0, 0, 300
    for _ in range(replays):
        order = rng.permutation(len(rates))
        found = best_of(shares(rng, np.array(rates)[order], 1500), indifference=0.05, alpha=0.05)
        chosen += found.chosen is not None
        wrong += found.chosen is not None and order[found.chosen] != 0
    assert wrong <= 0.05 * replays + 4.9 * math.sqrt(0.05 * 0.95 * replays)
    assert chosen >= 0.95 * replays


def test_two_independent_ones_at_the_edge_are_never_chosen_wrongly_too_often():
    """The hardest case: the other is better by just δ, and the events are not even common."""
    rng, wrong = np.random.default_rng(5), 0
    for _ in range(400):
        rows = np.array([rng.random(400) < 0.55, rng.random(400) < 0.50], dtype=float)
        wrong += best_of(rows, indifference=0.05, alpha=0.05).chosen == 1
    assert wrong <= 20 + 4.9 * math.sqrt(19)


def test_what_cannot_be_told_apart_is_not_chosen():
    found = best_of(shares(np.random.default_rng(1), (0.8, 0.79), 30), indifference=0.01, alpha=0.05)
    assert found.chosen is None
    assert found.rivals
    alike = best_of([[1, 0, 1, 1]], indifference=0.05, alpha=0.05)
    assert alike.chosen == 0


@pytest.mark.parametrize(
    ("outcomes", "zone", "alpha"), [([[0.5, 2.0]], 0.1, 0.1), ([[]], 0.1, 0.1), ([[1]], 0.0, 0.1), ([[1]], 0.1, 1.0)]
)
def test_selections_that_cannot_be_are_refused(outcomes, zone, alpha):
    with pytest.raises(VerdictError, match="accepted"):
        best_of(outcomes, indifference=zone, alpha=alpha)


@pytest.mark.parametrize(("k", "least"), [(2, 0.95), (5, 0.95)])
def test_s23_slippage_the_cheapest_is_sure_with_the_promised_probability(k, least):
    """S23: one cost lower by δ = .2, σ = 1: whoever is called sure is right at least as often as promised."""
    rng, right, sure, replays = np.random.default_rng(2323), 0, 0, 300
    verdicts = [ShareTest(0.5, alpha=0.1, margin=0.1, budget=100).judge(100, 100)] * k
    selecting = Selecting(error=0.05, cost=0.2)
    for _ in range(replays):
        costs = {index: rng.normal(5 - 0.2 * (index == 0), 1, 900) for index in range(k)}
        found = cheapest_of(verdicts, {index: row.mean() for index, row in costs.items()}, costs, selecting)
        sure += bool(found.sure)
        right += bool(found.sure) and found.chosen == 0
    assert right >= least * sure - 4.9 * math.sqrt(least * (1 - least) * sure)
    assert sure > 0.9 * replays


def test_s25_feasibility_comes_before_cost():
    test = ShareTest(0.8, alpha=0.01, margin=0.01, budget=1000)
    verdicts = [test.judge(60, 100), test.judge(85, 100), test.judge(100, 100), test.judge(99, 100)]
    found = cheapest_of(verdicts, {0: 1.0, 1: 2.0, 2: 3.0, 3: 3.0}, {}, Selecting())
    assert found.chosen == 2
    assert found.selection.ties == (3,)
    assert found.selection.cheaper_undecided == (1,)
    assert found.sure is None
    assert cheapest_of(verdicts, {}, {}, Selecting()) is None
    assert cheapest_of(verdicts[:1], {0: 1.0}, {}, Selecting()).chosen is None
    assert oftenest_of([[1] * 400, [0] * 400], Selecting()).chosen == 0


def test_the_cheapest_is_not_called_sure_where_the_first_events_cost_the_same():
    verdicts = [ShareTest(0.5, alpha=0.1, margin=0.1, budget=100).judge(100, 100)] * 2
    first, second = np.zeros(400), np.zeros(400)
    second[350:] = 0.1
    first[351:] = 9.0
    costs = {0: first, 1: second}
    found = cheapest_of(verdicts, {0: 0.0, 1: 1.0}, costs, Selecting())
    assert found.chosen == 0
    assert found.sure is None


def test_a_record_that_the_file_names_is_among_what_was_read(ready):
    named = replace(ready, replayed=Path("lines.csv"))
    assert set(named.files) - set(ready.files) == {Path("lines.csv")}
