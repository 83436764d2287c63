"""The public surface, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import resilience_sim


def test_the_public_names_are_sorted_and_all_there() -> None:
    names = resilience_sim.__all__
    assert names == sorted(names, key=str.lower)
    assert len(names) == len(set(names))
    assert set(names) == set(resilience_sim._HOME)
    for name in names:
        assert getattr(resilience_sim, name) is not None


def test_help_and_import_load_nothing_heavy() -> None:
    code = (
        "import sys, resilience_sim, resilience_sim.cli\n"
        "print(sorted({'numba', 'pandas', 'scipy', 'matplotlib', 'ruamel', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
