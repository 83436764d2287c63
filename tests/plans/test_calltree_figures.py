"""Drawings of call trees, and ``plan show --calltree``: every role of every chain is there, in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from resilience_sim.cli.plan import app
from resilience_sim.errors import ExportError, InputsError, PlanError
from resilience_sim.plans.files import library, read_site
from resilience_sim.plans.site import Site
from resilience_sim.reports.calltree_figures import calltree_figure, depths

SHIPPED = sorted(library())


def site(slug: str) -> Site:
    return read_site(library()[slug])[0]


def show(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["show", *map(str, arguments)])


@pytest.mark.parametrize("slug", SHIPPED)
def test_every_role_of_every_chain_is_drawn_further_to_the_right_the_later_it_is_told(slug: str) -> None:
    there = site(slug)
    tree = there.calltree
    assert tree is not None
    figure = calltree_figure(there, "en")
    assert len(figure.axes) == len(tree.chains)
    for axis, (name, chain) in zip(figure.axes, tree.chains.items(), strict=True):
        assert axis.get_title(loc="left") == chain.label.en
        levels = depths(tree, name)
        assert set(levels) == set(tree.concerned(name))
        drawn = {text.get_text(): text.get_position()[0] for text in axis.texts if text.get_text()}
        for role, level in levels.items():
            count = tree.persons(role, there)
            label = tree.roles[role].label.en if count == 1 else f"{tree.roles[role].label.en} ({count})"
            assert drawn[label] == level
        for caller, called in chain.calls.items():
            assert all(levels[one] <= levels[caller] + 1 for one in called)


def test_the_same_tree_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        assert show("network-operations", "--calltree", tmp_path / name).exit_code == 0
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_site_without_a_tree_is_refused(tmp_path: Path) -> None:
    for name in ("plan.yaml", "site.yaml"):
        text = (library()["network-operations"] / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = show(tmp_path, "--calltree", tmp_path / "tree.svg")
    assert isinstance(result.exception, InputsError)
    assert "has no call tree; accepted is one with a calltree.yaml beside it" in str(result.exception)


def test_a_drawing_needs_an_ending_and_overwrites_no_input(tmp_path: Path) -> None:
    assert isinstance(show("network-operations", "--calltree", tmp_path / "tree.pdf").exception, ExportError)
    own = tmp_path / "own"
    own.mkdir()
    for name in ("plan.yaml", "site.yaml", "calltree.yaml"):
        text = (library()["utility-call-centre"] / name).read_text(encoding="utf-8")
        (own / name).write_text(text, encoding="utf-8")
    assert isinstance(show(own, "--calltree", own / "calltree.yaml").exception, (ExportError, PlanError))
    assert show(own, "P1-03", "--calltree", tmp_path / "tree.svg").exit_code == 2
    assert show(own, "--calltree", tmp_path / "a.svg", "--building", tmp_path / "b.svg").exit_code == 2


def test_a_tree_whose_deadlines_contradict_its_plan_is_not_valid(tmp_path: Path) -> None:
    for name in ("plan.yaml", "site.yaml", "calltree.yaml"):
        text = (library()["call-centre"] / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    tree = (tmp_path / "calltree.yaml").read_text(encoding="utf-8")
    broken = tree.replace("P4-05.report_within", "P4-05.told_by")
    assert broken != tree
    (tmp_path / "calltree.yaml").write_text(broken, encoding="utf-8")
    text = (library()["call-centre"] / "building.yaml").read_text(encoding="utf-8")
    (tmp_path / "building.yaml").write_text(text, encoding="utf-8")
    for name in ("faults.yaml",):
        if (library()["call-centre"] / name).exists():
            copied = (library()["call-centre"] / name).read_text(encoding="utf-8")
            (tmp_path / name).write_text(copied, encoding="utf-8")
    result = CliRunner().invoke(app, ["validate", str(tmp_path)])
    assert result.exit_code == 2
    assert "P4-05 has no 'told_by'; accepted: P4-05.report_within" in result.output
