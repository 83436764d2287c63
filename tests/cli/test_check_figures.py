"""The figures that ``check --out`` writes: for each plan, and one matrix of several plans."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import pytest

from resilience_sim.cli.options import Lang
from resilience_sim.cli.session import bound_plans
from resilience_sim.experiments.breaking import BreakingPoint
from resilience_sim.experiments.check import CheckedClaim
from resilience_sim.verdicts.verdict import ShareTest

check = importlib.import_module("resilience_sim.cli.check")  # the package's own name for it is the verb
HOLDS = ShareTest(0.9, alpha=0.01, margin=0.05, budget=20_000).judge(121, 121)


@pytest.fixture(scope="module")
def rows() -> list[CheckedClaim]:
    (bound,) = bound_plans(["utility-call-centre"], None)
    assert bound.study is not None
    return [CheckedClaim("utility-call-centre", question, HOLDS) for question in bound.study.questions()[:4]]


def test_each_plan_gets_its_verdicts_and_matrix_and_breaking_points_where_there_are_some(
    rows: list[CheckedClaim], tmp_path: Path
) -> None:
    check._draw(rows, tmp_path / "one", Lang.ZH, {})
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["verdict_matrix.svg", "verdicts.svg"]
    point = BreakingPoint("lines_at_once", "lines", 1.0, 2.0)
    check._draw([replace(row, breaking_points=(point,)) for row in rows], tmp_path / "other", Lang.ZH, {})
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == sorted(check.FIGURES)


def test_several_plans_get_one_matrix_and_it_is_the_same_file_every_time(
    rows: list[CheckedClaim], tmp_path: Path
) -> None:
    several = [*rows, *(replace(row, plan="another") for row in rows)]
    for name in ("one.svg", "other.svg"):
        check._draw_overview(several, tmp_path / name, Lang.EN, {})
    one, other = ((tmp_path / name).read_bytes() for name in ("one.svg", "other.svg"))
    assert one == other
    assert b"<svg" in one
