"""What the machines do on fixed scenarios, counted without a clock; see benchmarks/counting.py.

A change here is a change of how much work a kernel does, or of how many numbers are drawn: where it is meant, the new
counts are printed by ``NUMBA_DISABLE_JIT=1 python -m benchmarks.counting``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.counting import SCENARIOS, count

ROOT = Path(__file__).parents[1]
# Streams opened, numbers drawn, entries put in order and taken out, calls of the kernels' functions, lines executed.
PINNED = {
    "queue, 1,000 callers": (3, 8_965, 965, 1_002, 123_083),
    "queue, 4,000 callers": (3, 35_731, 3_786, 3_976, 489_539),
    "queue, redials and stepped staffing": (6, 27_843, 2_169, 3_313, 232_814),
    "queue, half a surge day": (12, 86_126, 23_508, 337_655, 3_257_208),
    "power, one UPS": (4, 12_000, 0, 19_691, 125_177),
    "power, kinetic battery": (3, 5_500, 0, 13_862, 84_584),
    "power, large supply": (38, 15_600, 0, 24_824, 197_709),
    "egress, 100 people from ten storeys": (20, 601, 1_288, 21_359, 158_785),
    "egress, 400 people from ten storeys": (20, 2_401, 5_172, 89_293, 667_014),
    "egress, 400 people through four doors": (0, 2_401, 798, 18_264, 127_125),
    "repair, office network and twelve storms": (300, 32_954, 12_264, 63_442, 647_182),
    "repair, plain priorities": (6, 11_869, 3_956, 23_762, 228_238),
    "cascade, team of twelve": (76, 504, 94, 456, 2_822),
    "cascade, tree of 111": (740, 2_664, 1_280, 6_188, 44_151),
    "cascade, one list of 200": (1_330, 4_824, 2_236, 10_734, 105_574),
}
STREAMS, NUMBERS, HEAP_OPERATIONS, CALLS, LINES = range(5)
PYTHONS_SHARE = 0.06  # versions of Python do not agree on what a line is: 3.13 counts 0 to 5 % more than 3.11


@pytest.fixture(scope="module")
def counted() -> dict[str, list[int]]:
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-W", "error", "-m", "benchmarks.counting"]
    run = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, list[int]] = json.loads(run.stdout)
    return found


def test_every_scenario_is_pinned(counted: dict[str, list[int]]) -> None:
    assert list(counted) == list(PINNED)


def test_compiled_kernels_are_not_counted() -> None:
    with pytest.raises(RuntimeError, match="NUMBA_DISABLE_JIT"):
        count("power", SCENARIOS["power, one UPS"][1])


@pytest.mark.parametrize("scenario", PINNED)
def test_a_scenario_takes_the_work_that_it_took(counted: dict[str, list[int]], scenario: str) -> None:
    *exact, lines = counted[scenario]
    *pinned, pinned_lines = PINNED[scenario]
    assert exact == pinned
    assert lines == pytest.approx(pinned_lines, rel=PYTHONS_SHARE)


@pytest.mark.parametrize(
    ("few", "many"),
    [
        ("queue, 1,000 callers", "queue, 4,000 callers"),
        ("egress, 100 people from ten storeys", "egress, 400 people from ten storeys"),
    ],
)
def test_work_grows_in_proportion_to_what_is_simulated(counted: dict[str, list[int]], few: str, many: str) -> None:
    assert counted[many][LINES] / counted[few][LINES] == pytest.approx(4, rel=0.1)
    assert counted[many][STREAMS] == counted[few][STREAMS]
