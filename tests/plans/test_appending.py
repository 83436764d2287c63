"""Appended entries: the source survives byte for byte."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience_sim.errors import ExportError, PlanError
from resilience_sim.plans.files import library, parse_document, read_plan, validated
from resilience_sim.plans.proposals import Proposal, append, identity
from resilience_sim.plans.register import Plan
from resilience_sim.plans.writing import append_items

Make = Callable[[str | bytes], Path]
ON = date(2026, 11, 24)
AGENTS = Proposal("S-1", "agents", 12.0, source="resilience-sim recommend", evidence="holds with 12, fails with 11")
OVERTIME = replace(AGENTS, quantity="overtime", value=120)


@cache
def shipped() -> tuple[tuple[str, str, str, float], ...]:
    """Every quantity of the shipped plans with a value that it accepts."""
    plans = [read_plan(folder)[0] for folder in library().values()]
    return tuple((p.plan, clause, name, q.bounds.max) for p in plans for clause, name, q in p.quantities())


def without_added(text: str, ids: set[str]) -> str:
    """The text without the lines that hold one of the ids."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)
    return "".join(line for line in lines if not any(f'id: "{name}"' in line for name in ids))


def reread(text: str) -> Plan:
    return validated(parse_document(Path("again"), text), Plan)


@settings(max_examples=8, deadline=None)
@given(data=st.data(), newline=st.sampled_from(["\n", "\r\n", "\r"]), bom=st.sampled_from(["", "\ufeff"]))
def test_shipped_plan_without_the_added_lines_is_the_source_byte_for_byte(
    data: st.DataObject, newline: str, bom: str
) -> None:
    slug, clause, name, value = data.draw(st.sampled_from(shipped()))
    source = bom + (library()[slug] / "plan.yaml").read_text(encoding="utf-8").replace("\n", newline)
    proposal = Proposal(clause, name, value, "a study", "evidence")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "plan.yaml").write_bytes(source.encode())
        text = append(Path(folder), [proposal], on=ON)
    assert without_added(text, {identity(proposal, plan=slug)}) == source
    assert text.count(newline) == source.count(newline) + 1


@settings(max_examples=40, deadline=None)
@given(
    source=st.text(min_size=1, max_size=40),
    evidence=st.text(min_size=1, max_size=40),
    value=st.floats(0, 20) | st.integers(0, 20).map(float),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    bom=st.sampled_from(["", "\ufeff"]),
)
def test_any_words_and_any_value_come_back_as_they_were_or_are_refused(
    source: str, evidence: str, value: float, newline: str, bom: str, small_text: str
) -> None:
    content = bom + small_text.replace("\n", newline)
    proposal = Proposal("S-1", "agents", value, source, evidence)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "plan.yaml").write_bytes(content.encode())
        try:
            text = append(Path(folder), [proposal, OVERTIME], on=ON)
        except PlanError as error:
            assert "control character" in str(error)  # noqa: PT017 - only this refusal is right
            return
    assert without_added(text, {identity(p, plan="small") for p in (proposal, OVERTIME)}) == content
    (entry,) = reread(text).clause("S-1").quantities["agents"].proposals()
    assert (entry.value, entry.source, entry.evidence) == (value, source, evidence)


def test_entries_stand_directly_after_the_last_one_of_their_history(folder_with: Make, small_text: str) -> None:
    text = append(folder_with(small_text), [AGENTS, OVERTIME, replace(AGENTS, value=13)], on=ON)
    lines = text.splitlines()
    own = next(k for k, line in enumerate(lines) if "the plan's own" in line)
    assert lines[own + 1] == (
        f'      - {{from: 2026-11-24, value: 12, status: proposed, id: "{identity(AGENTS, plan="small")}", '
        'source: "resilience-sim recommend", evidence: "holds with 12, fails with 11"}'
    )
    assert "value: 13" in lines[own + 2]
    assert lines[own + 3] == "      # nothing after this yet"
    no_length = next(k for k, line in enumerate(lines) if "no length" in line)
    assert lines[no_length + 1].startswith("        - {from: 2026-11-24, value: 120, ") or lines[no_length + 1] == ""
    assert sum("value: 120" in line for line in lines) == 1


def test_a_file_without_a_last_line_break_keeps_its_last_line(folder_with: Make, small_text: str) -> None:
    cut = small_text[: small_text.index("  claims:")].rstrip()
    cut = cut[: cut.index("    overtime:")].replace("      # nothing after this yet\n", "").rstrip()
    text = append(folder_with(cut), [AGENTS], on=ON)
    assert text.startswith(f"{cut}\n      - {{from: 2026-11-24, ")
    assert not text.endswith("\n")


def test_appending_what_stands_there_already_adds_nothing(folder_with: Make, small_text: str) -> None:
    once = append(folder := folder_with(small_text), [AGENTS, AGENTS, OVERTIME], on=ON)
    (folder / "plan.yaml").write_text(once, encoding="utf-8", newline="")
    assert append(folder, [OVERTIME, AGENTS], on=date(2027, 1, 1)) == once
    assert once.count("status: proposed") == 2


def test_identity_is_of_plan_place_value_and_evidence_but_not_of_source_or_date() -> None:
    name = identity(AGENTS, plan="small")
    assert re.fullmatch("[0-9a-f]{12}", name)
    assert identity(replace(AGENTS, source="another", value=12), plan="small") == name
    others = [replace(AGENTS, clause="S-2"), OVERTIME, replace(AGENTS, value=12.5), replace(AGENTS, evidence="b")]
    names = {identity(AGENTS, plan="large"), *(identity(other, plan="small") for other in others)}
    assert len(names | {name}) == 6


@pytest.mark.parametrize(
    ("proposal", "words"),
    [
        (replace(AGENTS, clause="S-2"), "plan 'small' has no clause 'S-2'; accepted: S-1"),
        (replace(AGENTS, quantity="agent"), ":11: clause S-1 has no quantity 'agent'; accepted: agents, overtime"),
        (
            replace(AGENTS, value=21),
            ":12: S-1 agents: the proposed value 21 lies outside the bounds; accepted is 0 to 20",
        ),
        (replace(AGENTS, value=float("nan")), "value nan lies outside the bounds"),
        (replace(AGENTS, value=float("-inf")), "value -inf lies outside the bounds"),
        (replace(AGENTS, evidence=""), "evidence: string should have at least 1 character"),
        (replace(AGENTS, source="\x1b[2J"), "the control character U+001B is refused"),
        (replace(AGENTS, evidence="\ud800"), "unable to parse raw data as a unicode string"),
    ],
)
def test_proposal_that_the_plan_cannot_take_is_refused(
    proposal: Proposal, words: str, folder_with: Make, small_text: str
) -> None:
    with pytest.raises(PlanError, match=re.escape(words)):
        append(folder_with(small_text), [proposal], on=ON)


@pytest.mark.parametrize("depth", ["history", "quantity"])
def test_history_in_brackets_is_refused_with_its_line(depth: str, folder_with: Make, small_text: str) -> None:
    entry = '{from: 2020-01-01, value: 1, status: in_force, source: "1"}'
    body = small_text[small_text.index("    agents:") : small_text.index("      # nothing")]
    flow = {
        "history": body[: body.index("      history:")] + f"      history: [{entry}]\n",
        "quantity": "    agents: {role: resource, unit: agents, boundary: exactly, "
        f"bounds: {{min: 0, max: 20, step: 1}}, history: [{entry}]}}\n",
    }[depth]
    folder = folder_with(small_text.replace(body, flow))
    with pytest.raises(
        PlanError, match=r"plan\.yaml:1[27]: .*brackets.*; accepted is one entry per line, each after a dash"
    ):
        append(folder, [AGENTS], on=ON)


def test_result_that_would_read_back_differently_is_refused(small_text: str) -> None:
    document = parse_document(Path("plan.yaml"), small_text)
    at = ("clauses", 0, "quantities", "agents", "history")
    document.data["source"] = "as if the file had said something else"
    with pytest.raises(ExportError, match="would change more than was asked; nothing was written"):
        append_items(document, small_text, [(at, {"a": 1.0})])
