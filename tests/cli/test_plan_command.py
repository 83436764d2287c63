"""The verb ``plan``: look, check, compare, begin, answer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from resilience_sim.cli.plan import app
from resilience_sim.errors import ExportError, PlanError
from resilience_sim.plans.files import library, read_plan, read_site
from resilience_sim.plans.proposals import Proposal, export, identity
from resilience_sim.reports.building_figures import building_figure
from resilience_sim.reports.look import save
from resilience_sim.studies.buildings import starting_places

PROPOSAL = Proposal("M-01", "report_within", 8.0, "recommend", "holds with 8, fails with 7 [p < 0.01]")
ID = identity(PROPOSAL, plan="my-plan")


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


def run(*arguments: object) -> str:
    """Standard output of the verb, which ends well."""
    result = invoke(*arguments)
    assert result.exception is None, result.exception
    assert result.exit_code == 0
    return result.stdout


def run_json(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json", "-"))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A plan of the user's own, begun with ``plan new``."""
    run("new", tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def proposed(own: Path, tmp_path: Path) -> Path:
    """The exported copy of it, with a proposal that waits."""
    return export(own, [PROPOSAL], tmp_path / "out", on=date(2026, 11, 24))


def test_list_shows_every_shipped_plan_with_its_counts() -> None:
    listed = run_json("list")
    assert [plan["plan"] for plan in listed] == sorted(library())
    assert sum(plan["clauses"] for plan in listed) == 158
    table = run("list")
    for plan in listed:
        assert f"{plan['plan']} " in table
        assert plan["title"]["en"] in table
        assert f"{plan['open']} " in table
    assert all(plan["title"]["zh"] in run("list", "--lang", "zh") for plan in listed[:1])


def test_show_renders_the_clauses_in_both_languages() -> None:
    assert "more than 2 lines of 10 kV are out" in run("show", "utility-call-centre")
    assert "10 kV 线路因故障停电超过 2 条" in run("show", "utility-call-centre", "--lang", "zh")
    data = run_json("show", "utility-call-centre")
    assert len(data["clauses"]) == 16
    assert data["clauses"][7]["quantities"]["lines"]["history"][0]["value"] == 2


def test_show_of_one_clause_has_history_readings_claims_and_questions(proposed: Path) -> None:
    text = run("show", "utility-call-centre", "P1-13")
    for words in ("2 agents and the specialist (1 person)", "reading adds: ", "claim P1-13.a: ", "question 1: Does"):
        assert words in text
    assert "问题 1: " in run("show", "utility-call-centre", "P1-13", "--lang", "zh")
    assert [q["no"] for q in run_json("show", "utility-call-centre", "P1-13")["questions"]] == [1, 3]
    own = run("show", proposed.parent, "M-01")
    for words in ("[open]", "8 minutes", ID, "[p < 0.01]", "proposed"):
        assert words in own


def test_show_of_an_unknown_clause_or_plan_names_those_there_are() -> None:
    unknown = invoke("show", "utility-call-centre", "P9-99").exception
    assert isinstance(unknown, PlanError)
    assert "no clause 'P9-99'; accepted: P1-01, P1-02" in str(unknown)
    assert "accepted: call-centre, " in str(invoke("show", "nowhere").exception)


def test_validate_says_ok_with_counts_or_why_not(own: Path) -> None:
    assert run("validate", own).startswith(f"ok  {own}: clauses 1, claims 0, quantities 2, open 1, ")
    (own / "site.yaml").unlink()
    assert run("validate", own, "service-hall").count("ok  ") == 2
    assert "no site.yaml beside it" in run("validate", own)
    shutil.copy(own / "plan.yaml", own / "site.yaml")
    result = invoke("validate", own, "service-hall", "nowhere")
    assert result.exit_code == 2
    assert result.stdout.startswith("ok  service-hall: ")
    refused = result.stderr.splitlines()
    assert len(refused) == 2
    assert refused[0].startswith(f"{own / 'site.yaml'}:4: unknown key 'plan'; accepted here: facts, site, title")
    assert refused[1].startswith("there is no plan 'nowhere'; accepted: ")
    assert [one["ok"] for one in json.loads(invoke("validate", own, "service-hall", "--json", "-").stdout)] == [
        False,
        True,
    ]


def test_validate_refuses_a_claim_that_names_no_study_with_its_line(tmp_path: Path) -> None:
    shutil.copytree(library()["utility-call-centre"], tmp_path / "own")
    path = tmp_path / "own" / "plan.yaml"
    text = path.read_text(encoding="utf-8")
    line = text[: text.index("study: general_response")].count("\n") + 1
    path.write_text(text.replace("study: general_response", "study: general", 1), encoding="utf-8")
    result = invoke("validate", tmp_path / "own")
    assert result.exit_code == 2
    assert f"plan.yaml:{line}: claim P1-09.a names study 'general'; accepted: " in result.stderr


def test_new_begins_a_plan_that_validates_and_overwrites_nothing(own: Path, tmp_path: Path) -> None:
    assert read_plan(own)[0].plan == "my-plan"
    (own / "site.yaml").unlink()
    before = (own / "plan.yaml").read_bytes()
    assert isinstance(invoke("new", own).exception, ExportError)
    assert (own / "plan.yaml").read_bytes() == before
    assert not (own / "site.yaml").exists()
    (own / "plan.yaml").rename(own / "site.yaml")
    assert "stands there already" in str(invoke("new", own).exception)
    assert [path.name for path in own.iterdir()] == ["site.yaml"]
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    assert isinstance(invoke("new", tmp_path / "file").exception, ExportError)


def test_diff_prints_the_added_lines_and_as_json_the_changed_numbers(own: Path, proposed: Path) -> None:
    lines = run("diff", own, proposed).splitlines()
    assert [line for line in lines[2:] if line.startswith(("+", "-"))] == [line for line in lines if ID in line]
    change = {"clause": "M-01", "quantity": "report_within", "before": 5.0, "after": 8.0, "status": "proposed"}
    assert run_json("diff", own, proposed.parent) == [change]
    assert run("diff", "call-centre", "call-centre") == ""


def test_approve_and_withdraw_answer_a_proposal_once(proposed: Path) -> None:
    assert isinstance(invoke("approve", proposed, "0123456789ab", "--by", "Lin").exception, PlanError)
    assert "8 in force from 2026-12-01, by Lin" in run("approve", proposed, ID, "--by", "Lin", "--on", "2026-12-01")
    assert "8 minutes" in run("show", proposed.parent)
    again = invoke("withdraw", proposed, ID, "--by", "Wu").exception
    assert isinstance(again, PlanError)
    assert f"proposal '{ID}' was approved by Lin (2026-12-01)" in str(again)


def test_withdraw_takes_today_where_no_day_is_given(proposed: Path) -> None:
    run("withdraw", proposed, ID, "--by", "Lin")
    entry = read_plan(proposed)[0].clause("M-01").quantities["report_within"].history[-1]
    assert (entry.status, entry.by, entry.from_) == ("withdrawn", "Lin", date.today())


def test_an_answer_needs_a_name_and_a_day_that_is_one(proposed: Path) -> None:
    before = proposed.read_bytes()
    assert invoke("approve", proposed, ID).exit_code == 2
    assert invoke("approve", proposed, ID, "--by", "Lin", "--on", "tomorrow").exit_code == 2
    assert proposed.read_bytes() == before


def test_help_loads_neither_the_yaml_reader_nor_the_validator() -> None:
    code = "import sys, resilience_sim.cli.plan as p; print(*sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"ruamel", "pydantic", "numpy", "matplotlib"} & set(loaded)


# ---- buildings


@pytest.fixture
def housed(tmp_path: Path) -> Path:
    """A folder of the user's own with a building."""
    shutil.copytree(library()["service-hall"], tmp_path / "housed")
    return tmp_path / "housed"


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_show_draws_the_building_of_a_plan(kind: str, tmp_path: Path) -> None:
    files = {lang: tmp_path / "new folder" / f"{lang}.{kind}" for lang in ("zh", "en")}
    for lang, file in files.items():
        assert run("show", "service-hall", "--building", file, "--lang", lang) == f"wrote {file}\n"
        expected = tmp_path / f"expected.{kind}"
        save(building_figure(read_site(library()["service-hall"])[0], lang), expected)
        assert file.read_bytes() == expected.read_bytes()
    assert files["zh"].read_bytes() != files["en"].read_bytes()


def test_show_draws_no_building_where_there_is_none_and_replaces_nothing_it_read(housed: Path, tmp_path: Path) -> None:
    file = tmp_path / "building.svg"
    assert "has no building to draw" in str(invoke("show", "network-operations", "--building", file).exception)
    assert "accepted is .svg or .png" in str(invoke("show", housed, "--building", tmp_path / "b.pdf").exception)
    for more in (["P4-01"], ["--json", "-"]):
        assert invoke("show", housed, *more, "--building", file).exit_code == 2
    assert not file.exists()
    link = tmp_path / "link.svg"
    link.symlink_to(housed / "building.yaml")
    before = link.read_bytes()
    assert "never replaced" in str(invoke("show", housed, "--building", link).exception)
    assert link.read_bytes() == before


def test_validate_says_that_the_building_was_read(housed: Path) -> None:
    people = sum(place.size for place in starting_places(read_site(housed)[0]))
    assert f", building.yaml read: spaces 8, doors 7, people {people}, calltree.yaml read: " in run("validate", housed)
    assert run_json("validate", housed)[0]["building"] == {"spaces": 8, "doors": 7, "people": people}
    assert "building" not in run("validate", "network-operations")
    assert run_json("validate", "network-operations")[0]["building"] is None


def test_validate_says_that_the_file_of_faults_was_read() -> None:
    repairs = read_site(library()["network-operations"])[0].repairs
    assert repairs is not None
    counted = f"classes {len(repairs.classes)}, times {len(repairs.times)}"
    assert run("validate", "network-operations").rstrip().endswith(f", faults.yaml read: {counted}")
    assert "faults.yaml" not in run("validate", "kindergarten")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("between: [hall, forecourt]", "between: [hall, garden]", "'garden'"),  # the file by itself
        ("width: site.building.main_door}", "width: 0.2 m}", "boundary layers"),  # only the machine
    ],
)
def test_validate_refuses_a_bad_building_with_file_and_line(housed: Path, old: str, new: str, complaint: str) -> None:
    file = housed / "building.yaml"
    text = file.read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    result = invoke("validate", housed)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{file}:{line}: ")
    assert complaint in result.stderr
    assert "accepted" in result.stderr


def test_validate_refuses_a_building_without_its_site(housed: Path) -> None:
    (housed / "site.yaml").unlink()
    result = invoke("validate", housed)
    assert result.exit_code == 2
    refused = f"{housed / 'building.yaml'}: needs the facts of a site; accepted is a site.yaml beside it\n"
    assert result.stderr == refused
