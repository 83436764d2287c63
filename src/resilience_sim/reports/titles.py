"""Titles that say what a figure found, and below that what it counts."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from resilience_sim.reports.evacuation_words import joined
from resilience_sim.reports.fonts import Script

__all__ = ["set_title"]


def set_title(figure: Figure, findings: Sequence[str], notes: Sequence[str], writing: Script) -> None:
    """Write findings, then notes, over a figure, each in as many lines as its width takes."""
    findings = [finding[:1].upper() + finding[1:] if k == 0 else finding for k, finding in enumerate(findings)]
    inches = figure.get_size_inches()[0] - 0.2
    lines = [joined(parts, writing, inches) for parts in (findings, notes) if parts]
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=9.5, linespacing=1.5)
