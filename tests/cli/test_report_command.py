"""The verb report as its users meet it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from openpyxl import load_workbook

from resilience_sim.cli import main
from resilience_sim.experiments.runs import Runs
from resilience_sim.experiments.workers import Workers
from resilience_sim.plans.files import library

FOLDER = library()["utility-call-centre"]
SCRIPT = "<script>alert(document.domain)</script>"
FORMULA = '=HYPERLINK("//evil.test","x")'
OPTIONS = ("--seed", "3", "--sites", "1", "--workers", "1")
KEPT = ("P1-05.a",)
FILES = [
    "breaking_points.csv", "certificates.csv", "clauses.csv", "facts.csv", "notes.csv", "questions.csv",
    "recommendations.csv", "report.html", "report.xlsx", "run.csv", "summary.csv", "unjudged.csv", "verdicts.csv",
]  # fmt: skip


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str) -> Done:
    """The command in this process, which has loaded already what takes long to load."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["resilience-sim", *arguments])
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def with_few_claims(text: str) -> str:
    """A plan's file with no claims but those kept, which are quick to judge."""
    return "".join(_lines(text.splitlines(keepends=True)))


def _lines(lines: list[str]) -> Iterator[str]:
    inside, kept, told = False, False, False
    for line in lines:
        if line.startswith("  claims:"):
            inside, told = True, False
            continue
        inside = inside and line.startswith(("  - ", "     "))
        if not inside:
            yield line
            continue
        kept = any(f"id: {claim}," in line for claim in KEPT) if line.startswith("  - ") else kept
        if kept and not told:
            told = True
            yield "  claims:\n"
        if kept:
            yield line


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The utility's plan with one quick claim and words that mean harm."""
    copy = tmp_path_factory.mktemp("plans") / "own"
    shutil.copytree(FOLDER, copy)
    plan = with_few_claims((copy / "plan.yaml").read_text(encoding="utf-8"))
    quoted = FORMULA.replace('"', '\\"')
    for old, new in (
        ("en: Utility call centre emergency plan}", f'en: "{SCRIPT}"}}'),
        ('en: "During the major response', f'en: "{quoted} During the major response'),
        ("{zh: 汇报间隔, en: time between reports}", f'{{zh: 汇报间隔, en: "{quoted}"}}'),
        ("source: 客户服务中心突发事件联络应急预案（第一篇）", "source: '\"><img src=x onerror=alert()>'"),
    ):
        assert old in plan
        plan = plan.replace(old, new)
    (copy / "plan.yaml").write_text(plan, encoding="utf-8")
    site = (copy / "site.yaml").read_text(encoding="utf-8")
    assert 'source: "time from trigger to call-out"' in site
    site = site.replace('source: "time from trigger to call-out"', 'source: "@SUM(A:A)"')
    (copy / "site.yaml").write_text(site, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    out = folder.parent / "out"
    done = run("report", str(folder), *OPTIONS, "--out", str(out), "--json", str(out / "r.json"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(out / name) for name in done_in_order(out)]
    assert "seed 3" in done.stderr
    return out


def done_in_order(out: Path) -> list[str]:
    order = ["report.html", "report.xlsx", "summary.csv", "unjudged.csv", "verdicts.csv", "breaking_points.csv",
             "recommendations.csv", "certificates.csv", "clauses.csv", "notes.csv", "questions.csv", "facts.csv",
             "run.csv"]  # fmt: skip
    return [name for name in order if (out / name).is_file()]


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_page_workbook_and_tables_are_written_and_nothing_else(out: Path) -> None:
    assert sorted(path.name for path in out.iterdir()) == sorted([*FILES, "r.json"])


def test_page_tables_and_record_say_the_same(out: Path) -> None:
    record = json.loads((out / "r.json").read_text(encoding="utf-8"))
    page = (out / "report.html").read_text(encoding="utf-8")
    claims = record["check"]["claims"]
    told = rows(out / "verdicts.csv")
    assert [row["claim"] for row in told] == [row["claim"] for row in claims] == ["P1-05.a"] * 2
    assert [row["verdict"] for row in told] == [row["verdict"] for row in claims]
    assert [float(row["share kept"]) for row in told] == [row["estimate"] for row in claims]
    assert [int(row["events"]) for row in told] == [row["replications"] for row in claims]
    assert all(f'id="utility-call-centre-{row["claim"]}"' in page for row in claims)
    found = record["recommend"]["recommendations"]
    quantities = [quantity for one in found for quantity in one["quantities"]]
    assert [row["recommended"] for row in rows(out / "recommendations.csv")] == [
        "" if quantity["recommended"] is None else str(quantity["recommended"]) for quantity in quantities
    ]
    proofs = [one["certificate"] for one in found]
    assert len(rows(out / "certificates.csv")) == sum(
        (proof["holds"] is not None) + len(proof["fails"]) + len(proof["cheaper_undecided"]) for proof in proofs
    )
    hashes = {row["value"] for row in rows(out / "run.csv")}
    assert set(record["check"]["inputs"].values()) <= hashes
    assert len(rows(out / "unjudged.csv")) == 15


def test_what_was_planted_in_the_plan_is_text_everywhere(out: Path) -> None:
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(document.domain)&lt;/script&gt;" in page
    (told,) = [row for row in rows(out / "clauses.csv") if row["clause"] == "P1-16"]
    assert told["text in force"].startswith(f"'{FORMULA}")
    sources = {row["fact"]: row["source"] for row in rows(out / "facts.csv")}
    assert sources["call_up.decision"] == "'@SUM(A:A)"
    book = load_workbook(out / "report.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert any(str(cell.value).startswith(FORMULA) for cell in cells)


def test_the_same_command_writes_the_same_bytes_and_another_language_other_words(folder: Path, out: Path) -> None:
    before = {name: (out / name).read_bytes() for name in FILES}
    again = folder.parent / "again"
    done = run("report", str(folder), *OPTIONS, "--out", str(again))
    assert done.returncode == 0, done.stderr
    assert {name: (again / name).read_bytes() for name in FILES} == before
    done = run("report", str(folder), *OPTIONS, "--out", str(again), "--lang", "zh", "--no-recommend", "--no-breaking")
    assert done.returncode == 0, done.stderr
    page = (again / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in page
    assert "本次未寻求建议" in page
    assert rows(again / "recommendations.csv") == rows(again / "breaking_points.csv") == []


def test_a_cluster_recommends_too_and_what_is_archived_is_not_run_again(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_asked(*_: object) -> None:
        raise AssertionError("the work was not left to the cluster, or was done twice")

    monkeypatch.setattr(Workers, "cluster", lambda _: Workers.serial())
    monkeypatch.setattr("resilience_sim.experiments.workers._kept", none_asked)
    again, kept = folder.parent / "by-cluster", str(folder.parent / "kept")
    command = ("report", str(folder), *OPTIONS[:-1], "2", "--cluster", "x", "--archive", kept, "--out", str(again))
    for _ in range(2):
        done = run(*command)
        assert done.returncode == 0, done.stderr
        assert {name: (again / name).read_bytes() for name in FILES} == {
            name: (out / name).read_bytes() for name in FILES
        }
        monkeypatch.setattr(Runs, "_run", none_asked)


def test_the_run_names_the_options_that_make_the_report(out: Path) -> None:
    told = {row["item"]: row["value"] for row in rows(out / "run.csv")}
    assert told["options"].endswith("--sites 1 --breaking --recommend --lang en")


@pytest.mark.parametrize("taken", ["report.html", "facts.csv"])
def test_what_cannot_be_written_is_refused_before_the_work(folder: Path, tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).mkdir()
    done = run("report", str(folder), "--seed", "1", "--out", str(tmp_path))
    assert done.returncode == 2
    assert f"{taken}: is a folder; accepted is the name of a file" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [taken]


def test_a_report_without_a_folder_or_into_a_file_is_refused(folder: Path) -> None:
    done = run("report", str(folder), "--seed", "1")
    assert done.returncode == 2
    assert "--out" in done.stderr
    done = run("report", str(folder), "--seed", "1", "--out", str(folder / "plan.yaml"))
    assert done.returncode == 2
    assert "cannot be written below" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plan_that_is_refused_writes_nothing(tmp_path: Path) -> None:
    done = run("report", "no-such-plan", "--seed", "1", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("resilience-sim: there is no plan 'no-such-plan'")
    assert not (tmp_path / "out").exists()
