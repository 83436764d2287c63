"""The threshold ledger: written and read, and red for every planted change, with clause, old and new value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from coins import Coin, Coins
from planted import clause_number, copied, edit, ledger_plan

from resilience_sim.errors import DataError, PlanError
from resilience_sim.experiments import ledger as ledger_module
from resilience_sim.experiments import ledger_comparison, ledger_file
from resilience_sim.experiments.ledger import Asked, Ledger, events_of, samples
from resilience_sim.experiments.ledger_comparison import Comparison, Finding, Layer, Outcome, compare
from resilience_sim.experiments.ledger_file import ledger_text, read_ledger
from resilience_sim.experiments.ledger_taking import LedgerPlan, Recommendations, take_ledger
from resilience_sim.experiments.workers import Workers
from resilience_sim.plans.document import Document
from resilience_sim.plans.files import library
from resilience_sim.randomness import Streams
from resilience_sim.studies.question import Question
from resilience_sim.verdicts.verdict import Answer

U, N, S, K = "utility-call-centre", "network-operations", "service-hall", "kindergarten"


@pytest.fixture(autouse=True)
def _few_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "LEAST", 1)


def taken(plan: LedgerPlan, file: Path, seed: int = 20261124) -> tuple[Ledger, Document]:
    file.write_text(ledger_text(take_ledger([plan], seed, family_error=1e-3)), encoding="utf-8")
    return read_ledger(file)


def red(comparison: Comparison) -> list[Finding]:
    return comparison.having(Outcome.REGRESSED)


def named(finding: Finding, what: str) -> tuple[str | None, str | None]:
    return next((change.old, change.new) for change in finding.changes if change.what == what)


# ---- written and read


def test_what_is_written_reads_back_and_gives_the_same_bytes(tmp_path: Path) -> None:
    plan = ledger_plan(library()[N], ["P2-08.a", "P2-28.a"])
    ledger = take_ledger([plan], 7, family_error=1e-3)
    file = tmp_path / "ledger.yaml"
    file.write_text(ledger_text(ledger), encoding="utf-8")
    again, _ = read_ledger(file)
    assert again == ledger
    assert ledger_text(again) == file.read_text(encoding="utf-8")
    (written,) = ledger.plans.values()
    assert [row.claim for row in written.rows] == ["P2-08.a", "P2-08.a", "P2-28.a", "P2-28.a"]
    assert written.values["P2-08.report_within"] == "at_most 5 min"
    assert sum(line.lstrip().startswith("- {claim: ") for line in ledger_text(ledger).splitlines()) == 4


def test_an_unchanged_plan_is_as_in_the_ledger_whatever_the_number_of_workers(tmp_path: Path) -> None:
    plan = ledger_plan(library()[N], ["P2-08.a"])
    ledger, document = taken(plan, tmp_path / "ledger.yaml")
    one, two = (
        compare(ledger, document, [plan], workers=workers) for workers in (Workers.serial(), Workers.threads(2))
    )
    assert [(each.of, each.outcome, each.layer, each.changes) for each in one.findings] == [
        (each.of, each.outcome, each.layer, each.changes) for each in two.findings
    ]
    assert one.outcome is Outcome.PASS
    assert {finding.layer for finding in one.findings} == {Layer.VALUES, Layer.EXACT}


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "no YAML": (lambda text: text.replace("plans:", "plans: [", 1), "not well-formed"),
    "another version": (lambda text: text.replace("ledger: 1", "ledger: 2", 1), "ledger"),
    "unknown key": (lambda text: text.replace("kept: ", "keept: ", 1), "unknown key 'keept'"),
    "a count too many": (lambda text: text.replace("kept: ", "kept: 9", 1), "accepted are at most"),
    "a row twice": (lambda text: text + text.splitlines()[-1] + "\n", "stands twice"),
    "no share": (lambda text: text.replace("share: 0.95", "share: 1.5", 1), "share"),
    "millions of events": (lambda text: text.replace("of_later: ", "of_later: 99999999", 1), "of_later"),
    "a command in a value": (
        lambda text: text.replace('"at_most 5 min"', '"1\\n::stop-commands::zz"', 1),
        "one line of plain text",
    ),
    "a command in a name": (
        lambda text: text.replace("P2-08.report_within:", '"x\\e[2J":', 1),
        "one line of plain text",
    ),
    "a command in a version": (lambda text: text.replace('"queue@', '"\\n::error::', 1), "one line of plain text"),
    "no rows": (lambda text: text[: text.index("    rows:")] + "    rows: []\n", "rows"),
    "an alias": (lambda text: text.replace("seed: ", "seed: &a ", 1), "anchors"),
}


@pytest.fixture(scope="module")
def text() -> str:
    return ledger_text(take_ledger([ledger_plan(library()[N], ["P2-28.a"])], 7, family_error=1e-3))


@pytest.mark.parametrize("what", BROKEN)
def test_a_garbled_ledger_is_one_error_with_its_line(what: str, text: str, tmp_path: Path) -> None:
    change, words = BROKEN[what]
    assert change(text) != text
    file = tmp_path / "ledger.yaml"
    file.write_text(change(text), encoding="utf-8")
    with pytest.raises(PlanError) as found:
        read_ledger(file)
    assert words in str(found.value)
    assert "\n" not in str(found.value)
    assert found.value.place is not None
    assert found.value.place.line is not None


# ---- planted changes: in the plan, in the site, and in the code

EDITED = [
    pytest.param(
        U, ["P1-09.b"], "plan.yaml", ("clauses", "P1-09", "quantities", "extra_agents"), "value: 1,", "value: 0,",
        "P1-09.extra_agents", ("exactly 1 agents", "exactly 0 agents"), "P1-09", id="one agent fewer",
    ),
    pytest.param(
        U, ["P1-08.a"], "plan.yaml", ("clauses", "P1-08", "quantities", "lines"), "value: 2,", "value: 1,",
        "P1-08.lines", ("more_than 2 lines", "more_than 1 lines"), "P1-08", id="the trigger off by one",
    ),
    pytest.param(
        U, ["P1-08.a"], "plan.yaml", ("clauses", "P1-08", "quantities", "lines"), "more_than", "at_least",
        "P1-08.lines", ("more_than 2 lines", "at_least 2 lines"), "P1-08", id="from for more than",
    ),
    pytest.param(
        N, ["P2-08.a"], "plan.yaml", ("clauses", "P2-08", "quantities", "report_within"), "value: 5", "value: 4",
        "P2-08.report_within", ("at_most 5 min", "at_most 4 min"), "P2-08", id="a deadline one minute less",
    ),
    pytest.param(
        N, ["P2-21.a"], "site.yaml", ("facts", "ups.load_factor"), "value: 1.0", "value: 1.11",
        "site.ups.load_factor", ("1", "1.11"), "P2-21", id="a battery ten percent short of its load",
    ),
    pytest.param(
        U, ["P1-09.b"], "site.yaml", ("facts", "calls.handling_mean"), "value: 180", "value: 189",
        "site.calls.handling_mean", ("180 s", "189 s"), "P1-09", id="calls five percent longer",
    ),
    pytest.param(
        S, ["P5-06.a"], "site.yaml", ("facts", "building.main_door"), "value: 1.8", "value: 1.62",
        "site.building.main_door", ("1.8 m", "1.62 m"), "P5-06", id="a narrower door",
    ),
    pytest.param(
        N, ["P2-28.a"], "site.yaml", ("facts", "spares.per_kind"), "value: 1", "value: 0",
        "site.spares.per_kind", ("1 spares", "0 spares"), "P2-28", id="a missing spare",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "claims", "file", "at", "old", "new", "value", "values", "clause"), EDITED)
def test_a_changed_number_is_named_with_what_it_does_to_the_clause(
    slug: str,
    claims: list[str],
    file: str,
    at: tuple[str, ...],
    old: str,
    new: str,
    value: str,
    values: tuple[str, str],
    clause: str,
    tmp_path: Path,
) -> None:
    folder = copied(slug, tmp_path)
    ledger, document = taken(ledger_plan(folder, claims, 32), tmp_path / "ledger.yaml")
    where = (at[0], clause_number(folder, at[1]), *at[2:]) if at[0] == "clauses" else at
    edit(folder / file, where, old, new)
    found = compare(ledger, document, [ledger_plan(folder, claims, 32)])
    assert found.outcome is Outcome.REGRESSED
    changed, *rows = red(found)
    assert (changed.of, named(changed, "value")) == (value, values)
    assert str(changed.place).startswith(str(folder / file))
    assert rows, "no row notices"
    assert {row.clause for row in rows} == {clause}
    for row in rows:
        assert str(row.place).startswith(str(folder / "plan.yaml"))
        old_bits, new_bits = named(row, "bits") if slug != N or clause != "P2-08" else named(row, "limit")
        assert old_bits != new_bits


def strictly(question: Question, values: Any) -> Any:
    return values > question.limit if question.relation == "at_least" else values < question.limit


SWAPPED = {"event/patrol": "event/unnoticed", "event/unnoticed": "event/patrol"}


@pytest.mark.parametrize(
    ("claims", "target", "mutant"),
    [
        pytest.param(["P2-20.a"], Question, {"kept": strictly}, id="more than for at least"),
        pytest.param(["P2-08.a"], Streams, {"generator": None}, id="two streams swapped"),
    ],
)
def test_a_changed_line_of_code_is_red_though_no_number_changed(
    claims: list[str], target: type, mutant: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = ledger_plan(library()[N], claims)
    ledger, document = taken(plan, tmp_path / "ledger.yaml")
    generator = Streams.generator
    for name, function in mutant.items():
        monkeypatch.setattr(target, name, function or (lambda self, name: generator(self, SWAPPED.get(name, name))))
    found = compare(ledger, document, [ledger_plan(library()[N], claims)])
    assert [finding.layer for finding in red(found)] == [Layer.EXACT] * len(red(found))
    assert red(found)
    for finding in red(found):
        assert finding.clause == claims[0].partition(".")[0]
        before, now = named(finding, "kept")
        assert before != now


def test_claims_that_come_and_go_are_named(tmp_path: Path) -> None:
    ledger, document = taken(ledger_plan(library()[N], ["P2-08.a"]), tmp_path / "ledger.yaml")
    found = compare(ledger, document, [ledger_plan(library()[N], ["P2-08.b"])])
    gone, come = (
        {finding.name.partition(" ")[0] for finding in red(found) if finding.changes[0][side] is None}
        for side in (2, 1)
    )
    assert (gone, come) == ({"P2-08.a"}, {"P2-08.b"})


def test_a_comment_in_the_plan_changes_nothing_and_is_mentioned(tmp_path: Path) -> None:
    folder = copied(N, tmp_path)
    before = ledger_plan(folder, ["P2-08.a"])
    ledger, document = taken(before, tmp_path / "ledger.yaml")
    (folder / "plan.yaml").write_bytes((folder / "plan.yaml").read_bytes() + b"# a remark\n")
    found = compare(ledger, document, [ledger_plan(folder, ["P2-08.a"])._replace(files={"plan.yaml": "1" * 32})])
    assert found.outcome is Outcome.PASS
    assert [change.what for change in found.findings[0].changes] == ["plan.yaml"]


def test_a_plan_whose_claims_are_all_gone_is_red_in_every_row_and_cannot_be_written(tmp_path: Path) -> None:
    plan = ledger_plan(library()[N], ["P2-08.a"])
    ledger, document = taken(plan, tmp_path / "ledger.yaml")
    found = compare(ledger, document, [plan._replace(study=None)])
    assert len(red(found)) == ledger.rows > 0
    assert {named(finding, "row") for finding in red(found)} == {("", None)}
    assert compare(ledger, document, []).outcome is not Outcome.PASS
    with pytest.raises(DataError, match="has no claim"):
        take_ledger([plan._replace(study=None)], 7, family_error=1e-3)


JUDGED: dict[str, tuple[str, Any]] = {
    "verdict": ("verdict", "on_the_line"),
    "evidence": ("log10_e", (1.0, -1.0)),
    "median": ("median", 12345.0),
    "counted": ("counted", "per_site"),
    "budget": ("budget", 77),
}


@pytest.mark.parametrize("remade", [False, True])
@pytest.mark.parametrize("what", JUDGED)
def test_a_row_that_judges_the_same_events_otherwise_is_red(
    what: str, remade: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = ledger_plan(library()[N], ["P2-21.a"])
    ledger, document = taken(plan, tmp_path / "ledger.yaml")
    (held,) = ledger.plans.values()
    field, value = JUDGED[what]
    row = held.rows[0].model_copy(update={field: value})
    ledger = ledger.model_copy(update={"plans": {N: held.model_copy(update={"rows": (row, *held.rows[1:])})}})
    if remade:
        monkeypatch.setattr(ledger_comparison, "made_here", lambda: {**ledger.made_with, "cascade": "cascade@99"})
    (finding,) = red(compare(ledger, document, [plan]))
    assert [change.what for change in finding.changes] == [what]


def test_a_test_that_judges_otherwise_is_red_though_all_counts_are_equal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = ledger_plan(library()[N], ["P2-21.a"])
    ledger, document = taken(plan, tmp_path / "ledger.yaml")
    judged = ledger_module.judged
    monkeypatch.setattr(ledger_module, "judged", lambda *asked: replace(judged(*asked), answer=Answer.ON_THE_LINE))
    found = compare(ledger, document, [plan], seed=5)
    assert {change.what for finding in red(found) for change in finding.changes} == {"verdict"}


def test_a_ledger_of_before_what_is_counted_was_kept_still_compares(tmp_path: Path) -> None:
    plan = ledger_plan(library()[N], ["P2-08.a"])
    ledger, document = taken(plan, tmp_path / "ledger.yaml")
    (held,) = ledger.plans.values()
    rows = tuple(row.model_copy(update={"counted": None, "budget": None}) for row in held.rows)
    ledger = ledger.model_copy(update={"plans": {N: held.model_copy(update={"rows": rows})}})
    assert compare(ledger, document, [plan]).outcome is Outcome.PASS


def test_a_changed_limit_under_another_seed_tells_of_the_limit_only(tmp_path: Path) -> None:
    folder = copied(N, tmp_path)
    ledger, document = taken(ledger_plan(folder, ["P2-08.a"]), tmp_path / "ledger.yaml")
    at = ("clauses", clause_number(folder, "P2-08"), "quantities", "report_within")
    edit(folder / "plan.yaml", at, "value: 5", "value: 4")
    _, *rows = red(compare(ledger, document, [ledger_plan(folder, ["P2-08.a"])], seed=5))
    assert [[change.what for change in row.changes] for row in rows] == [["limit"]] * 2


def test_a_value_without_a_clause_is_named(tmp_path: Path) -> None:
    plan = ledger_plan(library()[N], ["P2-08.a"])
    ledger, document = taken(plan, tmp_path / "ledger.yaml")
    (held,) = ledger.plans.values()
    ledger = ledger.model_copy(update={"plans": {N: held.model_copy(update={"values": {**held.values, ".x": "1"}})}})
    assert [(one.of, one.clause) for one in red(compare(ledger, document, [plan]))] == [(".x", "")]


def test_a_recommendation_that_the_plan_no_longer_offers_is_refused() -> None:
    proof = {
        "values": {"P2-08.gone": 1.0}, "verdict": "holds", "replications": 9, "evidence_holds": 1.0,
        "evidence_fails": 1.0,
    }  # fmt: skip
    found = {
        "plan": N, "group": "gone", "claims": ["P2-08.a"], "status": "found", "cost": 1.0, "cost_unit": "people",
        "certificate": {"holds": proof, "fails": []},
    }  # fmt: skip
    recommended = Recommendations.model_validate({
        "schema": "resilience-sim/recommend@1", "recommendations": [found]
    })  # fmt: skip
    with pytest.raises(DataError, match=r"'gone' with P2-08\.gone = 1"):
        take_ledger([ledger_plan(library()[N], ["P2-08.a"])], 7, family_error=1e-3, recommended=recommended)


def test_a_ledger_too_long_to_be_read_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = take_ledger([ledger_plan(library()[N], ["P2-28.a"])], 7, family_error=1e-3)
    monkeypatch.setattr(ledger_file, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match="accepted are at most 1,000"):
        ledger_text(ledger)


# ---- draws that changed on purpose


def test_another_seed_is_compared_by_statistics_and_says_what_it_can_see(tmp_path: Path) -> None:
    plan = ledger_plan(library()[N], ["P2-21.a", "P2-08.a"], 512)
    ledger, document = taken(plan, tmp_path / "ledger.yaml")
    found = compare(ledger, document, [plan], seed=5)
    assert found.outcome is Outcome.PASS
    compared = [finding for finding in found.findings if finding.layer is Layer.STATISTICAL]
    assert compared
    assert all(finding.detects is not None and finding.detects <= found.shift for finding in compared)
    assert compare(ledger, document, [plan], seed=5, shift=0.01).outcome is Outcome.INCONCLUSIVE


def test_a_bumped_machine_is_compared_by_statistics_on_fresh_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = ledger_plan(library()[N], ["P2-08.a"], 512)
    ledger, document = taken(plan, tmp_path / "ledger.yaml")
    versions = {**ledger.made_with, "cascade": "cascade@99"}
    monkeypatch.setattr(ledger_comparison, "made_here", lambda: versions)
    # Equal rows pass as they are; only where something differs are fresh events drawn.
    assert {one.layer for one in compare(ledger, document, [plan]).findings} == {Layer.VALUES, Layer.EXACT}
    generator = Streams.generator
    monkeypatch.setattr(Streams, "generator", lambda self, name: generator(self, f"{name}/2"))
    found = compare(ledger, document, [ledger_plan(library()[N], ["P2-08.a"], 512)])
    assert found.outcome is Outcome.PASS
    assert {one.layer for one in found.findings} == {Layer.VALUES, Layer.STATISTICAL}
    assert [change.what for change in found.made] == ["cascade"]


def test_a_missing_spare_is_red_under_another_seed_too(tmp_path: Path) -> None:
    folder = copied(N, tmp_path)
    ledger, document = taken(ledger_plan(folder, ["P2-28.a"], 256), tmp_path / "ledger.yaml")
    edit(folder / "site.yaml", ("facts", "spares.per_kind"), "value: 1", "value: 0")
    found = compare(ledger, document, [ledger_plan(folder, ["P2-28.a"], 256)], seed=6)
    rows = [finding for finding in red(found) if finding.layer is Layer.STATISTICAL]
    assert {finding.clause for finding in rows} == {"P2-28"}
    for row in rows:
        assert {change.what for change in row.changes} >= {"verdict", "kept", "kept_later"}


# ---- pieces


def test_a_recommended_choice_is_a_row_of_its_own_and_choices_that_are_gone_are_left_out() -> None:
    study = Coins()
    (question,) = study.questions()
    chosen = (("C1-01.agents", 9.0), ("C1-01.hours", 0.0))
    asked = ledger_module.asked_rows(study, [("C1-01.a", "", "toss", "", chosen)])
    assert [one.chosen for one in asked.values()] == [(), chosen]
    assert asked["C1-01.a", "", "toss", "", chosen].question.situation == Coin(0.6, 9.0)
    for gone in ((("C1-01.agents", 10.0), ("C1-01.hours", 0.0)), (("C1-01.people", 9.0),)):
        assert list(ledger_module.asked_rows(study, [("C1-01.a", "", "toss", "", gone)])) == [Asked(question).key]


def test_both_samples_share_no_event() -> None:
    study = Coins()
    (question,) = study.questions()
    count = events_of(study, question)
    assert count == 310  # with LEAST set to 1
    key = Asked(question).key
    first, second, both = (
        samples(study, {key: (question, start, stop)}, 3)[key].counts
        for start, stop in ((0, count), (count, 3 * count), (0, 3 * count))
    )
    assert first.events == 310
    assert second.events == 620
    assert first.kept + second.kept == both.kept
