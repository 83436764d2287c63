"""Sharing the error: what a plan's claims may spend, and many e-values judged together."""

from __future__ import annotations

import numpy as np
import pytest

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.family import accounts, e_benjamini_hochberg, e_bonferroni, e_holm, family_error

CLAIMS = {"call-centre": ["P1-1.a", "P1-2.a", "P1-2.b"], "kindergarten": ["P3-4.a"], "empty": []}


def test_checking_one_plan_alone_changes_no_share():
    together = accounts(CLAIMS, 0.01)
    for plan, registered in CLAIMS.items():
        alone = accounts({plan: registered}, 0.01)
        assert alone == {key: account for key, account in together.items() if key[0] == plan}


def test_shares_of_a_plan_never_exceed_its_error_and_all_uses_are_paid():
    divided = accounts(CLAIMS, 0.01, parts=(0.6, 0.3, 0.1))
    for plan in ("call-centre", "kindergarten"):
        spent = sum(account.total for key, account in divided.items() if key[0] == plan)
        assert spent == pytest.approx(0.01, rel=1e-12)
    one = divided["call-centre", "P1-2.b"]
    assert (one.verdict, one.breaking_points, one.certificate) == pytest.approx((0.002, 0.001, 1 / 3000))
    assert family_error(CLAIMS, 0.01) == 0.02


@pytest.mark.parametrize(
    ("claims", "error", "parts"),
    [
        ({"a": ["x", "x"]}, 0.01, (0.5, 0.25, 0.25)),
        ({"a": ["x"]}, 0, (0.5, 0.25, 0.25)),
        ({"a": ["x"]}, 0.1, (1, 0, 0)),
    ],
)
def test_accounts_that_do_not_add_up_are_refused(claims, error, parts):
    with pytest.raises(VerdictError):
        accounts(claims, error, parts=parts)


def test_bonferroni_holm_and_benjamini_hochberg_on_a_worked_example():
    # m = 4, α = .1: Bonferroni 40; Holm 40, 30, 20, 10; e-BH 40, 20, 13.3, 10
    log_e = np.log([12, 45, 31, 14])
    assert e_bonferroni(log_e, 0.1).tolist() == [False, True, False, False]
    assert e_holm(log_e, 0.1).tolist() == [False, True, True, False]
    assert e_benjamini_hochberg(log_e, 0.1).tolist() == [True, True, True, True]


def test_every_rule_refutes_at_least_what_the_stricter_one_does():
    rng = np.random.default_rng(1)
    for _ in range(300):
        log_e = rng.normal(3, 2, rng.integers(1, 12))
        strict, step, discovery = (rule(log_e, 0.1) for rule in (e_bonferroni, e_holm, e_benjamini_hochberg))
        assert (strict <= step).all()
        assert (step <= discovery).all()


def test_family_error_of_holm_stays_below_alpha_on_shared_runs():
    # ten nulls, all on the same outcomes: full dependence
    rng, wrong = np.random.default_rng(2), 0
    for _ in range(2000):
        e = 1 / rng.uniform()  # P(e >= x) = 1/x: the extreme case that Markov's inequality allows
        wrong += e_holm(np.full(10, np.log(e)), 0.05).any()
    assert wrong <= 149


def test_rows_that_are_no_evidence_are_refused_and_an_empty_family_refutes_nothing():
    for rule in (e_bonferroni, e_holm, e_benjamini_hochberg):
        assert rule([], 0.05).size == 0
        with pytest.raises(VerdictError):
            rule([np.nan], 0.05)
