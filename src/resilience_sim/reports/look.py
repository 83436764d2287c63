"""The look of all figures, and how they are written: the same figure gives the same bytes every time.

Colours are those of Okabe and Ito, which stay apart for colour-blind readers; what a colour says, a shape says too.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.text import Text

from resilience_sim.errors import ExportError

__all__ = ["BLACK", "BLUE", "GREEN", "GREY", "ORANGE", "PALE", "SKY", "VERMILLION", "look", "save"]

BLACK, GREY, PALE, BLUE, SKY = "#000000", "#767676", "#d8d8d8", "#0072B2", "#56B4E9"
GREEN, VERMILLION, ORANGE = "#009E73", "#D55E00", "#E69F00"
LOOK: dict[Any, Any] = {
    "axes.grid": True, "axes.axisbelow": True, "grid.color": "#e4e4e4", "grid.linewidth": 0.6, "font.size": 9,
    "axes.spines.top": False, "axes.spines.right": False, "axes.labelsize": 9, "axes.titlesize": 9,
    "axes.titlelocation": "left", "legend.frameon": False, "legend.fontsize": 8.5, "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5, "figure.titlesize": 11, "svg.hashsalt": "resilience-sim", "svg.fonttype": "path",
}  # fmt: skip


@contextlib.contextmanager
def look(families: Sequence[str] = ()) -> Iterator[None]:
    """The look of all figures, whatever the user's own settings."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(LOOK)
        if families:
            mpl.rcParams["font.family"] = list(families)
        yield


def save(figure: Figure, path: Path | str) -> None:
    """Write a figure as SVG or PNG: the same figure gives the same bytes, and the file is whole or is not there.

    Words stand as they are written: a dollar sign in a plan's words begins no formula.

    Raises
    ------
    ExportError
        If the name ends in neither .svg nor .png, or the file cannot be written.
    """
    path = Path(path)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("svg", "png"):
        raise ExportError(f"figure {str(path)!r} has the ending {path.suffix!r}; accepted is .svg or .png")
    powers = _powers(figure)
    for text in figure.findobj(Text):
        if text not in powers:
            text.set_parse_math(False)
    drawn = io.BytesIO()
    with look():
        figure.savefig(drawn, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else {"Software": None})
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(drawn.getvalue())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ExportError(f"figure {str(path)!r} cannot be written: {error.strerror or error}") from None


def _powers(figure: Figure) -> set[Text]:
    """Labels of ticks on logarithmic axes, which matplotlib itself writes as formulas."""
    axes = [axis for one in figure.axes for axis in (one.xaxis, one.yaxis) if axis.get_scale() == "log"]
    ticks = [tick for axis in axes for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())]
    return {label for tick in ticks for label in (tick.label1, tick.label2)}
