"""Notebooks run from beginning to end, end with a proposal, are in step with their text, and carry no old results."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import jupytext
import nbformat
import papermill
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TIMEOUT_S = 500  # for one cell, on a busy machine; on a quiet one a whole notebook takes well below a minute

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_every_notebook_has_its_text_and_every_text_its_notebook() -> None:
    assert NOTEBOOKS
    assert [path.stem for path in NOTEBOOKS] == [path.stem for path in sorted(FOLDER.glob("*.py"))]


def test_notebooks_are_named_by_the_decision_they_serve() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "from_your_own_call_log_to_a_site",
        "how_many_agents_in_an_outage",
        "how_to_read_a_verdict",
        "when_to_shed_and_what_the_ups_may_promise",
        "which_door_from_which_queue_on",
        "which_repair_limits_hold",
    ]


@each_notebook
def test_one_cell_has_the_parameters_and_the_headline_is_in_both_languages(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert "SEED = " in tagged[0].source
    headline = cells[0].source.splitlines()
    assert headline[0].startswith("# ")
    assert any("\u4e00" <= character <= "\u9fff" for character in headline[1])


@each_notebook
def test_notebook_and_text_are_in_step(path: Path) -> None:
    notebook, text = nbformat.read(path, as_version=4), jupytext.read(path.with_suffix(".py"))
    one, other = (
        [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in side.cells]
        for side in (notebook, text)
    )
    assert one == other
    assert notebook.metadata.kernelspec == text.metadata.kernelspec
    assert text.metadata.kernelspec.language == "python"


@each_notebook
def test_notebook_carries_no_results(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@each_notebook
def test_notebook_runs_shows_tables_and_figures_and_ends_with_a_proposal(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", resources=resources).execute()
    assert complaints(notebook) == ""
    shown = [kind for output in outputs_of(notebook) if "data" in output for kind in output.data]
    assert shown.count("text/html") >= 3
    assert shown.count("image/png") >= 1
    proposed, text = printed(notebook)[-2:]
    assert "status: proposed" in proposed
    assert any("\u4e00" <= character <= "\u9fff" for character in text)


# ---- other parameters


@pytest.fixture(scope="module")
def from_the_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which a wheel of this checkout, built just now, is installed."""
    if find_spec("hatchling") is None:
        pytest.skip("the wheel cannot be built without hatchling")
    folder, root = tmp_path_factory.mktemp("wheel"), FOLDER.parent
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(root)], check=True
    )
    (wheel,) = folder.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--no-compile", "--target", str(folder / "site"), wheel], check=True)
    return folder / "site"


def run_with(name: str, folder: Path, **parameters: object) -> nbformat.NotebookNode:
    """The notebook with other parameters, run by papermill."""
    return papermill.execute_notebook(
        FOLDER / f"{name}.ipynb",
        folder / "run.ipynb",
        parameters=parameters,
        cwd=folder,
        kernel_name="python3",
        progress_bar=False,
        execution_timeout=TIMEOUT_S,
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # papermill's own
def test_an_old_battery_breaks_the_four_hours_too_with_the_built_wheel(
    from_the_wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(from_the_wheel), os.environ.get("PYTHONPATH", "")]))
    where = [sys.executable, "-c", "import resilience_sim; print(resilience_sim.__file__)"]
    found = subprocess.run(where, check=True, capture_output=True, text=True, cwd=tmp_path).stdout
    assert Path(found.strip()).is_relative_to(from_the_wheel)
    notebook = run_with("when_to_shed_and_what_the_ups_may_promise", tmp_path, BATTERY_AGE_YEARS=7.0, LANG="zh")
    assert complaints(notebook) == ""
    (row,) = [row for row in table_rows(notebook) if row[0] == "P2-21.a"]
    assert "不成立" in row


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # papermill's own
def test_a_log_of_ones_own_is_read_where_it_is_named(tmp_path: Path) -> None:
    log = tmp_path / "our calls.csv"
    with log.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file)
        write.writerow(["day", "arrive_s", "vru_s", "queue_s", "service_s", "outcome"])
        for day in range(14):
            name = (date(2026, 3, 2) + timedelta(days=day)).isoformat()
            for call in range(150 + 25 * (day % 4)):
                waits, gives_up = 7 * (call % 20), call % 10 == 9
                served = 0 if gives_up else 100 + call % 41
                write.writerow([name, 380 * call, 3, waits, served, "HANG" if gives_up else "AGENT"])
    notebook = run_with("from_your_own_call_log_to_a_site", tmp_path, LOG=str(log), AGENTS=[20], BUDGET=60)
    assert complaints(notebook) == ""
    rows = table_rows(notebook)
    (fact,) = [row for row in rows if row[0] == "calls.handling_mean" and row[-1].startswith("fitted to our calls.csv")]
    assert 118 < float(fact[1].split()[0]) < 122
    assert [row[0] for row in rows if row[0] in ("shipped site", "own log")] == ["shipped site", "own log"]
    assert sum("+20" in row for row in rows) == 2


# ---- what a run left


def outputs_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def complaints(notebook: nbformat.NotebookNode) -> str:
    streams = [output for output in outputs_of(notebook) if output.output_type == "stream"]
    return "".join(output.text for output in streams if output.name == "stderr")


def printed(notebook: nbformat.NotebookNode) -> list[str]:
    """What each cell prints that prints something."""
    streams = [output for output in outputs_of(notebook) if output.output_type == "stream"]
    return [output.text for output in streams if output.name == "stdout"]


def table_rows(notebook: nbformat.NotebookNode) -> list[list[str]]:
    """The cells of each row of each table."""
    tables = "".join(output.data.get("text/html", "") for output in outputs_of(notebook) if "data" in output)
    rows = re.findall(r"<tr.*?</tr>", tables, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
