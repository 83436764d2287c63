"""The README's claims that can be run."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_python_example_runs_and_reproduces_the_palm_model() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code.replace("print(", "shown = ("), str(README), "exec"), names)
    shown = names["shown"]
    assert abs(shown["service_level"] - 0.943) < 0.01  # Q02: M/M/50+M, SL(20 s) .943018954747
    assert abs(shown["answer_rate"] - (1 - 0.0309)) < 0.005  # Pab .0309122491622


def test_the_two_commands_are_in_the_makefile() -> None:
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"^make (\w+) ", README.read_text(encoding="utf-8"), flags=re.MULTILINE):
        assert re.search(rf"^{command}:", makefile, flags=re.MULTILINE), command
