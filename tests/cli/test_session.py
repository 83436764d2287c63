"""What a run over several plans reads, and what it says of it."""

from __future__ import annotations

import shutil
from hashlib import blake2b
from pathlib import Path

import pytest

from resilience_sim.cli.session import bound_plans, input_files, may_write
from resilience_sim.errors import ExportError
from resilience_sim.plans.files import library


def own(tmp_path: Path, slug: str) -> str:
    shutil.copytree(library()[slug], tmp_path / slug)
    return str(tmp_path / slug)


@pytest.mark.parametrize(
    ("slug", "files"),
    [
        ("network-operations", ["plan.yaml", "site.yaml", "calltree.yaml", "faults.yaml"]),
        ("kindergarten", ["plan.yaml", "site.yaml", "building.yaml", "calltree.yaml"]),
    ],
)
def test_every_file_that_is_read_is_hashed_and_never_replaced(slug: str, files: list[str], tmp_path: Path) -> None:
    folder = Path(own(tmp_path, slug))
    bound = bound_plans([str(folder)], None)
    (one,) = bound
    assert one.hashes == {
        f"{slug}/{name}": blake2b((folder / name).read_bytes(), digest_size=16).hexdigest() for name in files
    }
    assert input_files(bound, None) == [folder / name for name in files]
    for file in input_files(bound, None):
        with pytest.raises(ExportError, match="never replaced"):
            may_write(file, inputs=input_files(bound, None))


def test_another_building_is_another_input(tmp_path: Path) -> None:
    folder = own(tmp_path, "service-hall")
    before = bound_plans([folder], None)[0].hashes
    with (Path(folder) / "building.yaml").open("a", encoding="utf-8") as file:
        file.write("# the same building, another file\n")
    after = bound_plans([folder], None)[0].hashes
    assert [name for name in before if before[name] != after[name]] == ["service-hall/building.yaml"]
