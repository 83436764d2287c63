"""The shipped registers against the table of clauses that lies beside the plans."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from resilience_sim import units
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.quantities import Boundary
from resilience_sim.plans.register import Plan

SLUGS = ("utility-call-centre", "network-operations", "kindergarten", "call-centre", "service-hall")
IN_WORDS = {
    "all seats": [1.0],
    "every day": [86400.0],
    "every week": [7 * 86400.0],
    "every day, 1 person": [1.0, 86400.0],
    "1 person each": [1.0, 1.0],
}


@cache
def plan(slug: str) -> Plan:
    return read_plan(library()[slug])[0]


def tables(shared: Path) -> list[list[str]]:
    text = (shared / "plans" / "clauses.md").read_text(encoding="utf-8")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


@pytest.fixture(scope="module")
def rows(shared: Path) -> dict[str, list[str]]:
    return {row[0]: row for row in tables(shared) if re.fullmatch(r"P\d-\d\d", row[0])}


def stated_numbers(stated: str) -> list[float]:
    """What the column "stated" says, in base units."""
    if stated in IN_WORDS:
        return IN_WORDS[stated]
    found = re.findall(r"(\d+)(?: (min|h)\b)?", stated)
    return sorted(units.to_base(float(number), unit) if unit else float(number) for number, unit in found)


def test_every_one_of_the_158_rows_is_registered_in_its_plan(rows: dict[str, list[str]]) -> None:
    registered = [clause.id for slug in SLUGS for clause in plan(slug).clauses]
    assert len(rows) == 158
    assert sorted(registered) == sorted(rows)
    assert all(clause.id[1] == str(SLUGS.index(slug) + 1) for slug in SLUGS for clause in plan(slug).clauses)


@pytest.mark.parametrize("slug", SLUGS)
def test_tier_place_role_and_model_are_those_of_the_table(slug: str, rows: dict[str, list[str]]) -> None:
    for clause in plan(slug).clauses:
        _, tier, where, _, _, _, _, role, model = rows[clause.id]
        assert (clause.tier, clause.where, clause.model) == (tier, where, model), clause.id
        assert role in {quantity.role.value for quantity in clause.quantities.values()}, clause.id


@pytest.mark.parametrize("slug", SLUGS)
def test_numbers_in_force_are_those_that_the_plan_states(slug: str, rows: dict[str, list[str]]) -> None:
    for clause in plan(slug).clauses:
        known = [(quantity.in_force(), quantity.unit) for quantity in clause.quantities.values()]
        in_force = sorted(units.to_base(value, unit) for value, unit in known if value is not None)
        assert in_force == pytest.approx(stated_numbers(rows[clause.id][5])), clause.id


@pytest.mark.parametrize("slug", SLUGS)
def test_boundaries_of_stated_times_are_read_to_the_letter(slug: str, rows: dict[str, list[str]]) -> None:
    signs = {"<": Boundary.LESS_THAN, "≤": Boundary.AT_MOST}
    checked = 0
    for clause in plan(slug).clauses:
        if rows[clause.id][6][0] in signs and stated_numbers(rows[clause.id][5]):
            stated = [quantity for quantity in clause.quantities.values() if quantity.in_force() is not None]
            assert stated[0].boundary is signs[rows[clause.id][6][0]], clause.id
            checked += 1
    assert checked > 0 or slug in ("utility-call-centre", "service-hall")


def test_counts_of_tiers_and_stated_numbers_are_those_of_the_table(shared: Path, rows: dict[str, list[str]]) -> None:
    counts = {
        row[0]: [int(n) for n in row[1:]] for row in tables(shared) if re.match(r"(\d |all$)", row[0]) and len(row) == 4
    }
    found = []
    for slug in SLUGS:
        clauses = plan(slug).clauses
        stated = sum(
            any(q.in_force() is not None for q in clause.quantities.values())
            and rows[clause.id][5] != "all seats"  # a share in words, which the table does not count as a number
            for clause in clauses
        )
        found.append([len(clauses), sum(clause.tier == "A" for clause in clauses), stated])
    assert found == list(counts.values())[:-1]
    assert [sum(column) for column in zip(*found, strict=True)] == counts["all"]


def test_the_14_questions_name_the_clauses_of_the_table(shared: Path) -> None:
    asked = {}
    for row in tables(shared):
        if len(row) == 3 and row[0].isdigit() and row[1].startswith("P"):
            ids = re.findall(r"P\d-\d\d", row[1])
            if until := re.fullmatch(r"(P\d-)(\d\d) … (\d\d)", row[1]):
                ids = [f"{until[1]}{number:02d}" for number in range(int(until[2]), int(until[3]) + 1)]
            asked[int(row[0])] = set(ids)
    registered: dict[int, set[str]] = {}
    for slug in SLUGS:
        for question in plan(slug).questions:
            registered.setdefault(question.no, set()).update(question.clauses)
    assert len(asked) == 14
    assert registered == asked


@pytest.mark.parametrize("slug", SLUGS)
def test_site_of_a_shipped_plan_is_named_as_the_plan(slug: str) -> None:
    assert read_site(library()[slug])[0].site == plan(slug).plan == slug
