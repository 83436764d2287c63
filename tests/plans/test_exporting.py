"""The exported copy: whole or not at all, the same on every run, and never the source."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from resilience_sim.errors import ExportError
from resilience_sim.plans.files import library, read_plan
from resilience_sim.plans.proposals import Proposal, approve, export, identity, waiting

Make = Callable[[str | bytes], Path]
ON, LATER = date(2026, 11, 24), date(2027, 1, 1)
AGENTS = Proposal("S-1", "agents", 12.0, "recommend", "holds with 12, fails with 11")
OTHER = replace(AGENTS, value=13.0, evidence="holds with 13, fails with 12")


@pytest.fixture
def own(folder_with: Make, small_text: str) -> Path:
    return folder_with(small_text)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_export_writes_the_copy_and_leaves_the_source_alone(own: Path, tmp_path: Path) -> None:
    before = tree(own)
    written = export(own, [AGENTS], tmp_path / "out", on=ON)
    assert written == tmp_path / "out" / "small" / "plan.yaml"
    assert list(tree(tmp_path / "out")) == ["small/plan.yaml"]
    assert tree(own) == before
    ((clause, name, entry),) = waiting(read_plan(written)[0])
    assert (clause, name, entry.value, entry.from_) == ("S-1", "agents", 12.0, ON)


def test_second_export_changes_no_byte_even_on_another_day(own: Path, tmp_path: Path) -> None:
    written = export(own, [AGENTS], tmp_path, on=ON)
    first, stamp = written.read_bytes(), written.stat().st_mtime_ns
    export(own, [AGENTS], tmp_path, on=LATER)
    assert (written.read_bytes(), written.stat().st_mtime_ns) == (first, stamp)
    export(own, [AGENTS, OTHER], tmp_path, on=LATER)
    days = {entry.value: entry.from_ for _, _, entry in waiting(read_plan(written)[0])}
    assert days == {12.0: ON, 13.0: LATER}


def test_export_starts_from_the_source_as_it_is_now(own: Path, tmp_path: Path) -> None:
    written = export(own, [OTHER], tmp_path, on=ON)
    source = own / "plan.yaml"
    source.write_text(source.read_text(encoding="utf-8") + "# a late remark\n", encoding="utf-8")
    export(own, [AGENTS], tmp_path, on=LATER)
    assert "# a late remark" in written.read_text(encoding="utf-8")
    assert [entry.value for _, _, entry in waiting(read_plan(written)[0])] == [12.0]


def test_byte_order_mark_and_crlf_of_the_source_are_in_the_copy(
    folder_with: Make, small_text: str, tmp_path: Path
) -> None:
    own = folder_with(b"\xef\xbb\xbf" + small_text.replace("\n", "\r\n").encode())
    raw = export(own, [AGENTS], tmp_path / "out", on=ON).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf#")
    assert raw.count(b"\n") == raw.count(b"\r\n") == small_text.count("\n") + 1


@pytest.mark.parametrize("way", ["same folder", "symbolic link", "hard link"])
def test_export_onto_the_source_is_refused(way: str, own: Path, tmp_path: Path) -> None:
    if way == "same folder":
        own = own.rename(tmp_path / "small")
    elif way == "symbolic link":
        (tmp_path / "small").symlink_to(own)
    else:
        (tmp_path / "small").mkdir()
        os.link(own / "plan.yaml", tmp_path / "small" / "plan.yaml")
    before = tree(tmp_path)
    with pytest.raises(ExportError, match="is the source itself; accepted is another directory"):
        export(own, [AGENTS], tmp_path, on=ON)
    assert tree(tmp_path) == before


def test_shipped_plan_is_never_exported_onto_itself() -> None:
    folder = library()["utility-call-centre"]
    with pytest.raises(ExportError, match="is the source itself"):
        export(folder, [], folder.parent, on=ON)


@pytest.mark.parametrize("content", ["remember the milk\n", "plan: other\n"])
def test_export_over_something_else_is_refused(content: str, own: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "small").mkdir(parents=True)
    (tmp_path / "out" / "small" / "plan.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ExportError, match=r"is no export of a plan .* accepted: move it away"):
        export(own, [AGENTS], tmp_path / "out", on=ON)
    assert (tmp_path / "out" / "small" / "plan.yaml").read_text(encoding="utf-8") == content


def test_export_over_another_plan_is_refused(own: Path, tmp_path: Path) -> None:
    shutil.copytree(library()["service-hall"], tmp_path / "out" / "small")
    with pytest.raises(ExportError, match="is the plan 'service-hall'; accepted is an export of 'small'"):
        export(own, [AGENTS], tmp_path / "out", on=ON)


def test_export_never_drops_a_decision_that_only_the_copy_holds(own: Path, tmp_path: Path) -> None:
    written = export(own, [AGENTS], tmp_path / "out", on=ON)
    approve(written, identity(AGENTS, plan="small"), by="Lin", on=LATER)
    decided = written.read_bytes()
    with pytest.raises(ExportError, match=r"holds a decision of Lin .* that the source lacks; accepted: take it over"):
        export(own, [AGENTS], tmp_path / "out", on=LATER)
    assert written.read_bytes() == decided
    shutil.copy(written, own / "plan.yaml")
    assert export(own, [AGENTS], tmp_path / "out", on=LATER).read_bytes() == decided


def test_folder_that_cannot_be_made_is_refused(own: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(ExportError, match="cannot be written"):
        export(own, [AGENTS], tmp_path / "out", on=ON)


STEPS = ("open", "write", "flush", "fsync", "copymode", "replace")


def interrupt(step: str, failure: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one step of writing a file fail, after half of the text where it is the writing itself."""

    def fail(*_: Any, **__: Any) -> Any:
        raise failure

    class Failing:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Failing:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, content: bytes) -> None:
            self.file.write(content[: len(content) // 2] if step == "write" else content)
            if step == "write":
                self.file.flush()
                raise failure

        def flush(self) -> None:
            if step == "flush":
                raise failure
            self.file.flush()

        def fileno(self) -> int:
            return int(self.file.fileno())

    original = Path.open

    def opened(path: Path, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if mode != "xb":
            return original(path, mode, *rest, **options)
        if step == "open":
            raise failure
        return Failing(original(path, mode, *rest, **options))

    monkeypatch.setattr(Path, "open", opened)
    if step in ("fsync", "replace"):
        monkeypatch.setattr(os, step, fail)
    if step == "copymode":
        monkeypatch.setattr(shutil, step, fail)


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("verb", ["export", "approve"])
def test_interrupted_writing_leaves_the_old_file_whole_and_nothing_beside_it(
    verb: str, step: str, failure: BaseException, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = export(own, [AGENTS], tmp_path / "out", on=ON)
    act: Callable[[], object] = {
        "export": lambda: export(own, [AGENTS, OTHER], tmp_path / "out", on=ON),
        "approve": lambda: approve(written, identity(AGENTS, plan="small"), by="Lin", on=ON),
    }[verb]
    before = tree(tmp_path)
    with monkeypatch.context() as patch:
        interrupt(step, failure, patch)
        with pytest.raises(ExportError if isinstance(failure, OSError) else type(failure)):
            act()
    assert tree(tmp_path) == before
    export(own, [AGENTS, OTHER], tmp_path / "out", on=ON)
    assert len(waiting(read_plan(written)[0])) == 2


def test_change_by_somebody_else_while_writing_is_kept(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = export(own, [AGENTS], tmp_path / "out", on=ON)
    sync = os.fsync

    def meanwhile(descriptor: int) -> None:
        written.write_text("somebody else's work\n", encoding="utf-8")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(ExportError, match="was changed by somebody else meanwhile; nothing was written, try again"):
        approve(written, identity(AGENTS, plan="small"), by="Lin", on=ON)
    assert tree(tmp_path / "out") == {"small/plan.yaml": b"somebody else's work\n"}
