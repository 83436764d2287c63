"""How long it takes to start: to import the library, to ask for help, and to run each machine for the first time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.measuring import Spread
from benchmarks.scaling import MACHINES

__all__ = ["Start", "starts"]

ROUNDS, WARM = 9, 3
FIRST_RUN = "import sys, importlib; importlib.import_module('benchmarks.bench_' + sys.argv[1]).of_size(100)(0)"


class Start(NamedTuple):
    """Processor seconds of a process from its start to its end."""

    what: str
    seconds: Spread


def starts() -> list[Start]:
    """Of Python, of the import and of the help, in turns; of first runs, without and with compiled kernels."""
    command = str(Path(sys.executable).with_name("resilience-sim"))
    plain = {
        "Python alone": [sys.executable, "-c", "pass"],
        "`import resilience_sim`": [sys.executable, "-c", "import resilience_sim"],
        "`resilience-sim --help`": [command, "--help"],
    }
    spent: dict[str, list[float]] = {what: [] for what in plain}
    for _ in range(ROUNDS):
        for what, arguments in plain.items():
            spent[what].append(_processor_seconds(arguments, {}))
    for machine in MACHINES:
        arguments = [sys.executable, "-c", FIRST_RUN, machine]
        with tempfile.TemporaryDirectory() as folder:
            cache = {"NUMBA_CACHE_DIR": folder}
            spent[f"first run of {machine}, nothing compiled"] = [_processor_seconds(arguments, cache)]
            spent[f"first run of {machine}, kernels in the cache"] = [
                _processor_seconds(arguments, cache) for _ in range(WARM)
            ]
    return [Start(what, Spread.of(seconds)) for what, seconds in spent.items()]


def _processor_seconds(arguments: list[str], environment: dict[str, str]) -> float:
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, env=os.environ | environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    return used.ru_utime + used.ru_stime
