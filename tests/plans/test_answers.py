"""A person's answer to a proposal, and what two plans differ in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from resilience_sim.errors import PlanError
from resilience_sim.plans.comparison import Change, changes, diff
from resilience_sim.plans.files import library, read_plan
from resilience_sim.plans.proposals import Proposal, append, approve, export, identity, waiting, withdraw
from resilience_sim.plans.wording import render

Make = Callable[[str | bytes], Path]
ON, LATER = date(2026, 11, 24), date(2026, 12, 1)
AGENTS = Proposal("S-1", "agents", 12.0, "recommend", "holds with 12, fails with 11")
OVERTIME = replace(AGENTS, quantity="overtime", value=120.0)
ID, OVERTIME_ID = identity(AGENTS, plan="small"), identity(OVERTIME, plan="small")


@pytest.fixture
def own(folder_with: Make, small_text: str) -> Path:
    """A plan of the user's own with two proposals that wait."""
    folder = folder_with(small_text)
    text = append(folder, [AGENTS, OVERTIME], on=ON)
    (folder / "plan.yaml").write_text(text, encoding="utf-8", newline="")
    return folder


def test_approved_number_is_in_force_from_its_day_on(own: Path) -> None:
    before = (own / "plan.yaml").read_text(encoding="utf-8").splitlines()
    entry = approve(own, ID, by="  Lin Yue ", on=LATER)
    assert (entry.value, entry.answers, entry.by, entry.from_) == (12.0, ID, "Lin Yue", LATER)
    agents = read_plan(own)[0].clause("S-1").quantities["agents"]
    assert (agents.in_force(ON), agents.in_force(LATER), agents.in_force()) == (1.0, 12.0, 12.0)
    assert [name for _, name, _ in waiting(read_plan(own)[0])] == ["overtime"]
    after = (own / "plan.yaml").read_text(encoding="utf-8").splitlines()
    added = [line for line in after if line not in before]
    assert added == [
        '      - {from: 2026-12-01, value: 12, status: in_force, source: "recommend", '
        f'answers: "{ID}", by: "Lin Yue"}}'
    ]
    assert [line for line in after if line in before] == before


def test_number_approved_for_an_open_quantity_stands_in_the_sentence(own: Path) -> None:
    approve(own / "plan.yaml", OVERTIME_ID, by="Lin", on=ON)
    clause = read_plan(own)[0].clause("S-1")
    assert clause.quantities["overtime"].in_force() == 120.0
    assert render(clause, "en") == "1 agent more come (overtime: at most 120 minutes)."
    assert render(clause, "zh") == "加派 1 名坐席（资源 overtime：不超过 120 分钟）。"


def test_withdrawn_proposal_changes_no_number_and_does_not_come_back(own: Path, tmp_path: Path) -> None:
    entry = withdraw(own, ID, by="Lin", on=LATER)
    assert (entry.status, entry.answers) == ("withdrawn", ID)
    plan, _ = read_plan(own)
    assert plan.clause("S-1").quantities["agents"].in_force() == 1.0
    assert [name for _, name, _ in waiting(plan)] == ["overtime"]
    copy = export(own, [AGENTS], tmp_path / "out", on=LATER)
    assert copy.read_bytes() == (own / "plan.yaml").read_bytes()


@pytest.mark.parametrize("verb", [approve, withdraw])
def test_answers_that_are_none_are_refused_and_nothing_is_written(verb: Callable[..., object], own: Path) -> None:
    before = (own / "plan.yaml").read_bytes()
    for proposal_id, by, on, words in [
        ("0123456789ab", "Lin", ON, f"there is no proposal '0123456789ab'; accepted: {ID}, {OVERTIME_ID}"),
        (ID, " \t", ON, "nobody is named; accepted is the name"),
        (ID, "L\x1bin", ON, "the control character U\\+001B is refused"),
        (ID, "Lin", date(2026, 11, 23), "answers a proposal from 2026-11-24; accepted are dates from then on"),
    ]:
        with pytest.raises(PlanError, match=words):
            verb(own, proposal_id, by=by, on=on)
    assert (own / "plan.yaml").read_bytes() == before


@pytest.mark.parametrize("first", [approve, withdraw])
@pytest.mark.parametrize("second", [approve, withdraw])
def test_proposal_is_answered_once(first: Callable[..., object], second: Callable[..., object], own: Path) -> None:
    first(own, ID, by="Lin", on=LATER)
    before = (own / "plan.yaml").read_bytes()
    with pytest.raises(PlanError, match=r"was (approved|withdrawn) by Lin \(2026-12-01\); accepted is one that waits"):
        second(own, ID, by="Wu", on=LATER)
    assert (own / "plan.yaml").read_bytes() == before


def test_second_number_needs_a_later_day_than_the_one_in_force(own: Path) -> None:
    other = replace(AGENTS, value=13.0)
    (own / "plan.yaml").write_text(append(own, [other], on=ON), encoding="utf-8", newline="")
    approve(own, ID, by="Lin", on=LATER)
    with pytest.raises(
        PlanError, match=r"plan\.yaml:12: .* follows one from 2026-12-01; accepted are dates that increase"
    ):
        approve(own, identity(other, plan="small"), by="Lin", on=LATER)
    assert approve(own, identity(other, plan="small"), by="Lin", on=date(2026, 12, 2)).value == 13.0


def test_shipped_plan_is_never_edited() -> None:
    for path in (library()["call-centre"], library()["call-centre"] / "plan.yaml"):
        with pytest.raises(PlanError, match="is a shipped plan; accepted is a plan of your own"):
            approve(path, ID, by="Lin", on=ON)


def test_answer_goes_through_a_symbolic_link_and_keeps_the_file_mode(own: Path, tmp_path: Path) -> None:
    (own / "plan.yaml").chmod(0o640)
    (tmp_path / "link.yaml").symlink_to(own / "plan.yaml")
    approve(tmp_path / "link.yaml", ID, by="Lin", on=LATER)
    assert (tmp_path / "link.yaml").is_symlink()
    assert (own / "plan.yaml").stat().st_mode & 0o777 == 0o640
    assert read_plan(own)[0].clause("S-1").quantities["agents"].in_force() == 12.0


def test_changes_name_what_was_proposed_decided_and_removed(own: Path, tmp_path: Path) -> None:
    proposed, _ = read_plan(own)
    shutil.copytree(own, tmp_path / "decided")
    approve(tmp_path / "decided", ID, by="Lin", on=LATER)
    withdraw(tmp_path / "decided", OVERTIME_ID, by="Lin", on=LATER)
    decided, _ = read_plan(tmp_path / "decided")
    assert changes(proposed, proposed) == []
    assert changes(proposed, decided) == [
        Change("S-1", "agents", 1.0, 12.0, "in_force"),
        Change("S-1", "overtime", None, 120.0, "withdrawn"),
    ]
    assert changes(decided, proposed) == [
        Change("S-1", "agents", 12.0, None, "removed"),
        Change("S-1", "overtime", 120.0, None, "removed"),
    ]


def test_diff_shows_added_lines_only_and_nothing_for_equal_files(own: Path, tmp_path: Path) -> None:
    assert diff(own, own / "plan.yaml") == ""
    copy = export(own, [replace(AGENTS, value=13.0)], tmp_path / "out", on=ON)
    lines = diff(own, copy).splitlines()
    assert lines[0].startswith("--- ")
    assert [line for line in lines[2:] if line[0] in "+-"] == [line for line in lines if "value: 13" in line]
