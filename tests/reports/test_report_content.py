"""What a report counts, and what it says a plan would read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reported import hostile_results

from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.reports.proposing import proposals
from resilience_sim.reports.report_content import PlanResults, clause_answers, counts, revisions, run_items, unjudged
from resilience_sim.reports.report_phrases import error_bound
from resilience_sim.reports.report_record import report_record
from resilience_sim.reports.words import Language
from resilience_sim.studies.kindergarten.reports import NOT_JUDGED
from resilience_sim.studies.question import Question
from resilience_sim.verdicts.verdict import Answer, ShareTest

FOLDER = library()["utility-call-centre"]
PLAN, SITE = read_plan(FOLDER)[0], read_site(FOLDER)[0]
COUNTS = {Answer.HOLDS: (121, 121), Answer.FAILS: (0, 8), Answer.ON_THE_LINE: (1800, 2000), Answer.UNDECIDED: (19, 20)}


def answered(clause: str, *answers: Answer) -> list[CheckedClaim]:
    claim = PLAN.clause(clause).claims[0]
    asked = Question(clause, claim, "", "any", None, claim.measure, "min", 5.0, 0.9)
    test = ShareTest(0.9, alpha=0.01, margin=0.05, budget=20_000)
    rows = [CheckedClaim(PLAN.plan, asked, test.judge(*COUNTS[answer])) for answer in answers]
    assert [row.verdict.answer for row in rows] == list(answers)
    return rows


def test_a_clause_answers_as_the_worst_of_its_rows() -> None:
    holds, fails, line, undecided = Answer.HOLDS, Answer.FAILS, Answer.ON_THE_LINE, Answer.UNDECIDED
    rows = [
        *answered("P1-01", holds, holds),
        *answered("P1-02", holds, line),
        *answered("P1-03", line, undecided, holds),
        *answered("P1-04", undecided, holds, fails),
    ]
    results = PlanResults(PLAN, SITE, rows)
    assert clause_answers(results) == {"P1-01": holds, "P1-02": line, "P1-03": undecided, "P1-04": fails}
    counted = counts([results, results])
    assert (counted.clauses, counted.judged, counted.unjudged) == (32, 8, 24)
    assert counted.by_clause == {holds: 2, line: 2, undecided: 2, fails: 2}
    assert counted.by_row == {holds: 10, line: 4, undecided: 4, fails: 2}


def test_every_clause_is_judged_or_named_with_the_reason() -> None:
    plan = read_plan(library()["kindergarten"])[0]
    results = PlanResults(plan, SITE)
    named = unjudged(results, "en")
    assert [one.clause.id for one in named] == [clause.id for clause in plan.clauses]
    reasons = {one.clause.id: one.reason for one in named}
    without = next(clause for clause in plan.clauses if not clause.claims and not clause.questions)
    assert reasons[without.id] == "the plan file registers no claim for it yet"
    claimed = next(clause for clause in plan.clauses if clause.claims and clause.questions)
    assert reasons[claimed.id] == (
        "its claims were put to no scenario of this run; waits for an answer to question "
        + ", ".join(map(str, claimed.questions))
    )


@pytest.mark.parametrize(
    ("lang", "property_group", "thunder"),
    [
        ("zh", "财产抢救组没有成员，也没有须抢救财产的清单", "没有雷雨自首声雷到雷击的记录，只能把假设的用时相加"),
        ("en", "the property group has no members, nor is there a list of what is to be saved",
         "none says how long after its first thunder lightning strikes, so that only assumed times could be added up"),
    ],
)  # fmt: skip
def test_where_the_study_says_why_it_asks_nothing_that_is_the_reason(
    lang: Language, property_group: str, thunder: str
) -> None:
    plan = read_plan(library()["kindergarten"])[0]
    notes = ("P3-22.", NOT_JUDGED[lang == "en"])
    reasons = {one.clause.id: one.reason for one in unjudged(PlanResults(plan, SITE, notes=notes), lang)}
    assert reasons["P3-11"].startswith(property_group)
    assert reasons["P3-22"] == thunder
    assert NOT_JUDGED[lang == "en"].count("P3-") == 4


def test_a_clause_would_read_as_this_run_recommends_or_as_its_file_proposes() -> None:
    one = hostile_results().plans[0]
    found = {revision.clause.id: revision for revision in revisions(one, "en")}
    assert (found["P1-02"].origin, found["P1-09"].origin) == ("waiting since 2026-01-31", "this run")
    assert "(1 person)" in found["P1-02"].old
    assert "(3 persons)" in found["P1-02"].new
    assert "sends 1 agent more" in found["P1-09"].old
    assert "sends 40 agents more" in found["P1-09"].new
    assert all(revision.old == revision.new for name, revision in found.items() if name not in ("P1-02", "P1-09"))
    unasked = revisions(replace(one, found=None), "zh")
    assert [revision.clause.id for revision in unasked if revision.old != revision.new] == ["P1-02"]


def test_the_record_is_that_of_check_and_of_recommend() -> None:
    results = hostile_results()
    record = report_record(results)
    assert (record["schema"], record["check"]["schema"]) == ("resilience-sim/report@1", "resilience-sim/check@1")
    assert len(record["check"]["claims"]) == len(results.plans[0].rows)
    assert [one["status"] for one in record["recommend"]["recommendations"]] == ["found", "none_holds", "undecided"]
    assert report_record(replace(results, plans=results.plans[1:]))["recommend"] is None


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (2.49e-7, "3e-07", "3×10⁻⁷"),
        (2e-7, "2e-07", "2×10⁻⁷"),
        (9.01e-12, "1e-11", "1×10⁻¹¹"),
        (0.05, "5e-02", "5×10⁻²"),
    ],
)
def test_an_error_is_never_printed_below_its_true_value(error: float, english: str, chinese: str) -> None:
    assert (error_bound(error, "en"), error_bound(error, "zh")) == (english, chinese)
    assert float(english) >= error


def test_the_error_that_a_plan_would_hold_as_evidence_is_no_smaller_than_it_is() -> None:
    found = hostile_results().plans[0].found or ()
    (proposal, *_) = proposals([replace(found[0], alpha=2.49e-7)])
    assert "error 3e-07)" in proposal.evidence


def test_to_run_it_again_the_options_are_told() -> None:
    results = replace(hostile_results(), options=("--sites 8", "--no-breaking", "--lang zh"))
    assert dict(run_items(results, "en"))["options"] == "--sites 8 --no-breaking --lang zh"
