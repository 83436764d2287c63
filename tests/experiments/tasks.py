"""Tasks that are quick to start: a worker imports this module and little else."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from resilience_sim.errors import FactError


def doubled(number: int, *, tell: Any) -> int:
    tell(f"doubling {number}")
    return 2 * number


def refused(**_: Any) -> None:
    raise FactError("patience.mean", "is -1; accepted is 0 or more")


def ends_its_process(times: str, *, tell: Any) -> str:
    """Ends the process it runs in, as often as the file of this name has letters."""
    tell("begun")
    file = Path(times)
    left = file.read_text()
    if left:
        file.write_text(left[1:])
        os.kill(os.getpid(), signal.SIGKILL)
    tell("survived")
    return "done"


def process_number(**_: Any) -> int:
    return os.getpid()


def sleeps(*, tell: Any) -> None:
    tell(os.getpid())
    time.sleep(600)


def gone(process: int, patience_s: float = 20.0) -> bool:
    """Whether a process ends soon."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
