"""Checks and recommendations on coins, whose truth is known, and the promises that hold for every study."""

from __future__ import annotations

from dataclasses import replace

import pytest
from coins import Coins, coin

from resilience_sim.experiments.breaking import breaking_point
from resilience_sim.experiments.check import MOST_PLANS, MOST_SCENARIOS, account, check
from resilience_sim.experiments.recommend import LOOKED_AT, groups, recommend
from resilience_sim.experiments.runs import Runs, looks
from resilience_sim.experiments.sites import plausible_sites
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.verdicts.selection import Found
from resilience_sim.verdicts.verdict import Answer

PLAN, _ = read_plan(library()["utility-call-centre"])


def test_looks_grow_and_end_with_the_budget() -> None:
    assert looks(100) == [8, 10, 12, 15, 18, 22, 27, 33, 41, 51, 63, 78, 97, 100]
    assert looks(5) == [5]


@pytest.mark.parametrize(("load", "answer"), [(0.05, Answer.HOLDS), (0.9, Answer.FAILS)])
def test_a_clear_coin_is_judged_rightly(load: float, answer: Answer) -> None:
    study = Coins(load)
    verdict = Runs(study, 3).judge(study.questions()[0], alpha=1e-6).verdict
    assert verdict.answer is answer
    assert verdict.low <= coin(study.questions()[0].situation).kept <= verdict.high


def test_the_number_of_workers_changes_no_verdict() -> None:
    study = Coins(0.35)
    question = study.questions()[0]
    one, two = (Runs(study, 3, workers=workers).judge(question, alpha=1e-3).verdict for workers in (1, 2))
    assert one == two


def test_the_breaking_point_brackets_the_true_one() -> None:
    study = Coins()
    question = study.questions()[0]
    (axis,) = study.axes(question)
    point = breaking_point(question, axis, Runs(study, 4), alpha=1e-3)
    true = 0.2 / (1 - coin(study.moved(question, axis, 1.0)).kept)  # the load at which 80 % are kept
    assert point.holds_at is not None
    assert point.fails_at is not None
    assert point.holds_at < true < point.fails_at


def test_a_recommendation_holds_and_every_cheaper_choice_fails() -> None:
    study = Coins()
    found = recommend(PLAN_WITH_COINS, study, groups(study, study.questions())[0], seed=8, family_error=0.05)
    assert found.result.status is Found.FOUND
    assert found.result.certified
    question = study.questions()[0]
    costs = study.costs(question, 0)
    chosen = found.result.chosen
    assert chosen is not None
    assert coin(study.chosen(question, found.values(chosen)).situation).kept > 0.8
    for index in ((i, j) for i in range(costs.shape[0]) for j in range(costs.shape[1])):
        if costs[index] < costs[chosen]:
            assert coin(study.chosen(question, found.values(index)).situation).kept < 0.8


def test_nothing_within_bounds_holds_is_an_answer() -> None:
    class Hopeless(Coins):
        def chosen(self, question, values):  # type: ignore[no-untyped-def]
            return question

    study = Hopeless(0.9)
    found = recommend(PLAN_WITH_COINS, study, groups(study, study.questions())[0], seed=8, family_error=0.05)
    assert found.result.status is Found.NONE_HOLDS
    assert found.recommended is None
    assert [verdict.answer for _, verdict in found.result.fails] == [Answer.FAILS]


def test_checking_asks_for_verdicts_first_and_then_for_more() -> None:
    study = Coins(0.05)
    told: list[str] = []
    runs = Runs(study, 1, tick=told.append)
    (row,) = check(
        PLAN_WITH_COINS, study, runs, family_error=1e-3, sites=20, on_verdict=lambda _: told.append("verdict")
    )
    assert told[:2] == ["C1-01.a toss", "verdict"]
    assert row.verdict.answer is Answer.HOLDS
    assert row.stands is not None
    assert row.stands.low <= row.stands.share <= row.stands.high
    assert row.stands.sites == 20
    assert len(row.breaking_points) == 1


def test_plausible_sites_are_asked_the_same_question_when_only_one_is_asked() -> None:
    class Two(Coins):
        def questions(self):  # type: ignore[no-untyped-def]
            (only,) = super().questions()
            return [replace(only, situation=replace(coin(only.situation), load=0.95), scenario="hard"), only]

        def at_site(self, values):  # type: ignore[no-untyped-def]
            return self

    study = Two(0.01)
    (row,) = check(
        PLAN_WITH_COINS, study, Runs(study, 1), family_error=1e-3, breaking=False, sites=5,
        questions=[study.questions()[1]],
    )  # fmt: skip
    assert row.verdict.answer is Answer.HOLDS
    assert row.stands is not None
    assert row.stands.share == 1.0


def test_accounts_never_overspend_and_do_not_depend_on_other_plans() -> None:
    shares = [account(1e-3, PLAN, claim.id) for _, claim in PLAN.claims()]
    assert sum(share.total for share in shares) * MOST_SCENARIOS * MOST_PLANS == pytest.approx(1e-3)
    assert len(set(shares)) == 1


def test_plausible_sites_stay_in_their_ranges_and_leave_standards_alone() -> None:
    site, _ = read_site(library()["utility-call-centre"])
    sites = plausible_sites(site, 50, 9)
    assert len({tuple(values.items()) for values in sites}) == 50
    for values in sites:
        for name, value in values.items():
            allowed = site.facts[name].range
            assert allowed is not None
            assert allowed.min <= value <= allowed.max
            assert not name.startswith("standard.")
    fewer = site.model_copy(update={"facts": {k: v for k, v in site.facts.items() if k != "patience.mean"}})
    assert [{k: v for k, v in values.items() if k != "patience.mean"} for values in sites] == plausible_sites(
        fewer, 50, 9
    )


def _with_coins():  # type: ignore[no-untyped-def]
    """A plan whose only claim is the coin's."""
    clause = PLAN.clause("P1-01")
    claims = tuple(question.claim for question in Coins().questions())
    return PLAN.model_copy(update={"plan": "coins", "clauses": (clause.model_copy(update={"claims": claims}),)})


PLAN_WITH_COINS = _with_coins()


def test_a_recommendation_tells_what_more_and_what_less_would_bring() -> None:
    study = Coins()
    found = recommend(PLAN_WITH_COINS, study, groups(study, study.questions())[0], seed=8, family_error=0.05)
    costs, question = study.costs(study.questions()[0], 0), study.questions()[0]
    assert LOOKED_AT >= len(found.offers) >= 3
    assert {offer.cost for offer in found.offers} >= {costs.min(), costs.max()}
    for offer in found.offers:
        assert offer.cost == costs[offer.index]
        true = coin(study.chosen(question, found.values(offer.index)).situation).kept
        assert offer.low - 0.05 <= true <= offer.high + 0.05
    kept = [offer.kept for offer in found.offers if not offer.dominated]
    assert kept == sorted(kept)
    assert [offer.cost for offer in found.frontier if offer.index == found.result.chosen] == [found.result.cost]


def test_a_recommendation_among_equal_costs_has_no_frontier() -> None:
    class Free(Coins):
        def costs(self, question, seed):  # type: ignore[no-untyped-def]
            return 0.0 * super().costs(question, seed)

    study = Free()
    found = recommend(PLAN_WITH_COINS, study, groups(study, study.questions())[0], seed=8, family_error=0.05)
    assert found.offers == ()


def test_the_frontier_changes_neither_the_choice_nor_its_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    study = Coins()
    group = groups(study, study.questions())[0]
    with_frontier = recommend(PLAN_WITH_COINS, study, group, seed=8, family_error=0.05)
    monkeypatch.setattr("resilience_sim.experiments.recommend.LOOKED_AT", 0)
    assert recommend(PLAN_WITH_COINS, study, group, seed=8, family_error=0.05).result == with_frontier.result
