"""Notebooks run from beginning to end, are kept in step with their text, and carry no results of old runs."""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TIMEOUT_S = 500  # for one cell, on a busy machine; on a quiet one a whole notebook takes well below a minute

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_every_notebook_has_its_text_and_every_text_its_notebook() -> None:
    assert NOTEBOOKS
    assert [path.stem for path in NOTEBOOKS] == [path.stem for path in sorted(FOLDER.glob("*.py"))]


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
def test_notebook_runs_and_shows_a_table_and_a_figure(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    complaints = [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert complaints == []
    shown = {kind for output in outputs if "data" in output for kind in output.data}
    assert {"text/html", "image/png"} <= shown
