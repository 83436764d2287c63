"""The verdict contract: order of answers, looks and batches, budgets, and what a verdict records."""

from __future__ import annotations

import json
import math
from dataclasses import asdict

import numpy as np
import pytest

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.betting import MeanTest
from resilience_sim.verdicts.evidence import log_e_above, log_e_below, log_e_values
from resilience_sim.verdicts.looks import Judge, judge_ratio, judge_share
from resilience_sim.verdicts.planning import decision_boundaries
from resilience_sim.verdicts.verdict import Answer, Evidence, Reading, ShareTest

TEST = ShareTest(0.8, alpha=0.05, margin=0.05, budget=5000)


def test_answers_come_in_the_order_holds_fails_on_the_line():
    enough, little = math.log(2 / 0.05), 0.0
    assert Evidence(enough, enough, enough, enough).answer(0.05) is Answer.HOLDS
    assert Evidence(little, enough, enough, enough).answer(0.05) is Answer.FAILS
    assert Evidence(little, little, enough, enough).answer(0.05) is Answer.ON_THE_LINE
    assert Evidence(little, little, enough, little).answer(0.05) is Answer.UNDECIDED
    assert Evidence(*([enough - 1e-9] * 4)).answer(0.05) is Answer.UNDECIDED


@pytest.mark.parametrize(
    ("won", "n", "answer"),
    [
        (92, 100, "holds"),
        (91, 100, "undecided"),
        (65, 100, "fails"),
        (66, 100, "undecided"),
        (2400, 3000, "on_the_line"),
    ],
)
def test_s03_verdicts_from_counts(won, n, answer):
    assert TEST.judge(won, n).answer == answer


def test_verdict_agrees_with_its_interval_at_every_count():
    for n, step in ((60, 1), (300, 4)):
        for won in range(0, n + 1, step):
            verdict = TEST.judge(won, n)
            assert (verdict.answer is Answer.HOLDS) == (verdict.low >= 0.8)
            assert (verdict.answer is Answer.FAILS) == (verdict.high <= 0.8)


@pytest.mark.parametrize(("theta", "p"), [(0.95, 1), (0.05, 0)])
def test_a_margin_that_reaches_the_end_of_the_scale_brings_no_wrong_answer(theta, p):
    # |p − θ| = δ, so on_the_line would be wrong; the truth is certain and must be found
    test = ShareTest(theta, alpha=0.05, margin=0.05, budget=1000)
    judge = Judge.of(test)
    while judge.open:
        judge = judge.update([p])
    assert judge.verdict.answer == ("holds" if p else "fails")


def test_answer_is_the_first_look_at_which_it_is_true_however_batches_are_cut():
    outcomes = np.random.default_rng(1).random(5000) < 0.9
    n = np.arange(1, 5001)
    first = int(n[np.cumsum(outcomes) >= decision_boundaries(n, 0.8, 0.05)[0]][0])
    verdict = judge_share(TEST, outcomes, looks=n)
    assert (verdict.answer, verdict.replications) == (Answer.HOLDS, first)
    assert verdict == TEST.judge(int(outcomes[:first].sum()), first)


@pytest.mark.parametrize("share", [0.7, 0.8, 0.86])
def test_batches_between_looks_change_nothing(share):
    rng = np.random.default_rng(2)
    count = rng.poisson(80, 600)
    good = rng.binomial(count, share)
    test = MeanTest(0.8, alpha=0.01, margin=0.02, budget=600, cap=150)
    whole = test.after(test.start(), good, count)
    for size in (1, 7, 64):
        state = test.start()
        for start in range(0, 600, size):
            state = test.after(state, good[start : start + size], count[start : start + size])
        assert state == whole  # to the last bit


def test_order_of_finishing_does_not_matter_once_runs_are_put_in_index_order():
    outcomes = np.random.default_rng(3).random(2000) < 0.85
    finished = np.random.default_rng(4).permutation(2000)
    arrived = outcomes[finished]
    restored = arrived[np.argsort(finished)]
    assert judge_share(TEST, restored, looks=range(10, 2001, 10)) == judge_share(
        TEST, outcomes, looks=range(10, 2001, 10)
    )


def test_the_first_answer_stays():
    judge = Judge.of(TEST).update([1] * 100)
    assert judge.verdict.answer is Answer.HOLDS
    assert judge.update([0] * 1000) is judge


def test_budget_ends_the_run_and_may_be_extended_after_a_look():
    test = ShareTest(0.8, alpha=0.05, margin=0.001, budget=100)
    outcomes = np.tile([1, 1, 1, 1, 0], 40)
    judge = Judge.of(test).update(outcomes)
    assert (judge.replications, judge.answer, judge.open) == (100, Answer.UNDECIDED, False)
    longer = judge.extended(300)
    assert longer.open
    assert longer.verdict.budget == 300
    longer = longer.update([1] * 300)
    assert longer.verdict == ShareTest(0.8, 0.05, 0.001, 300).judge(280, 300)
    with pytest.raises(VerdictError, match="already judged"):
        judge.extended(99)


def test_verdict_can_be_recomputed_from_its_record_and_written_as_json():
    for won, n in ((92, 100), (0, 5000), (5000, 5000)):
        record = asdict(TEST.judge(won, n))
        again = ShareTest(
            record["threshold"], record["alpha"], record["margin"], record["budget"], prior=record["prior"]
        )
        assert asdict(again.judge(record["successes"], record["replications"])) == record
        verdict = TEST.judge(won, n)
        json.dumps([verdict.evidence_holds, verdict.evidence_fails, verdict.low, verdict.high], allow_nan=False)
    up, down = log_e_values(92, 8, 0.8)
    verdict = TEST.judge(92, 100)
    assert (verdict.log_evidence_holds, verdict.log_evidence_fails) == (float(up), float(down))
    assert verdict.log_evidence_above == log_e_above(92, 8, 0.8 - 0.05)
    assert verdict.log_evidence_below == log_e_below(92, 8, 0.8 + 0.05)
    assert verdict.evidence_holds == pytest.approx(math.exp(up))
    assert verdict.estimate == 0.92


def test_sign_convention_complement_swaps_holds_and_fails():
    mirrored = ShareTest(0.25, alpha=0.05, margin=0.05, budget=5000)
    test = ShareTest(0.75, alpha=0.05, margin=0.05, budget=5000)
    swap = {"holds": "fails", "fails": "holds"}
    for won in range(0, 201, 5):
        one, other = test.judge(won, 200), mirrored.judge(200 - won, 200)
        assert other.answer == swap.get(one.answer, one.answer)
        assert other.log_evidence_fails == pytest.approx(one.log_evidence_holds, abs=1e-9)


@pytest.mark.parametrize(
    "terms",
    [
        {"threshold": 1.0}, {"threshold": math.nan}, {"alpha": 0.0}, {"margin": 0.0}, {"budget": 0},
        {"prior": (0.0, 1.0)}, {"reading": Reading.MEAN},
    ],
)  # fmt: skip
def test_impossible_terms_are_refused(terms):
    with pytest.raises(VerdictError):
        ShareTest(**({"threshold": 0.8, "alpha": 0.05, "margin": 0.01, "budget": 10} | terms))


def test_outcomes_that_are_no_outcomes_and_counts_that_cannot_be_are_refused():
    for outcomes in ([0.5], [np.nan], [[1]], [2]):
        with pytest.raises(VerdictError):
            Judge.of(TEST).update(outcomes)
    for won, n in ((3, 2), (-1, 2), (1, 5001)):
        with pytest.raises(VerdictError):
            TEST.judge(won, n)
    with pytest.raises(VerdictError, match="rising"):
        judge_share(TEST, [1, 0], looks=[1, 1])
    with pytest.raises(VerdictError, match="rising"):
        judge_ratio(MeanTest(0.8, 0.05, 0.01, 10), [1, 0], [1, 1], looks=[2, 1])
