"""What was measured as Markdown: models side by side, growth, and starting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.measuring import Comparison, Result, Spread
from benchmarks.scaling import Growth
from benchmarks.starting import Start

__all__ = ["growth_table", "side_by_side", "spoken_factor", "spoken_time", "start_table"]

UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def spoken_time(seconds: float) -> str:
    """Three digits, in the unit that leaves one to three of them before the point: 0.00083 s is 830 µs."""
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= size), UNITS[-1])
    return f"{_three_digits(seconds / size)} {unit}"


def spoken_factor(factor: float) -> str:
    """A ratio: two digits after the point below one, none from ten on."""
    return f"{factor:.2f}" if factor < 1 else f"{factor:.1f}" if factor < 10 else f"{factor:,.0f}"


def _three_digits(value: float) -> str:
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f}"


def _rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the columns of numbers, all but the first two and the last one, to the right."""
    marks = [":--" if k < 2 or k == len(header) - 1 else "--:" for k in range(len(header))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, marks, *rows))


def _asked(result: Result) -> str:
    if not result.asked:
        return ""
    short = " (not reached)" if result.ratio.median < result.asked else ""
    return f"≥ {spoken_factor(result.asked)}{short}"


def side_by_side(comparisons: Iterable[Comparison]) -> str:
    """One row per model: its time, the ratio to the kernel's in the same round, what was asked, and the answers."""
    rows = []
    for comparison in comparisons:
        for k, result in enumerate(comparison.results):
            ratio = [spoken_factor(value) for value in result.ratio] if k else ["", "1", ""]
            work = f"**{comparison.machine}**: {comparison.work}" if k == 0 else ""
            rows.append((work, result.name, spoken_time(result.seconds), *ratio, _asked(result), result.agreement))
    return _rows(("work", "model", "time", "least", "times the kernel's", "most", "asked", "answers"), rows)


def growth_table(growths: Iterable[Growth]) -> str:
    """One row per size: time of a replication, of one entity, and the memory of the process."""
    return _rows(
        ("machine", "size", "replications", "time of one", "least", "most", "of an entity", "peak memory"),
        (
            (
                growth.machine,
                f"{growth.size:,} {growth.entities}",
                f"{growth.replications:,}",
                spoken_time(growth.seconds.median),
                spoken_time(growth.seconds.least),
                spoken_time(growth.seconds.most),
                spoken_time(growth.seconds.median / growth.size),
                f"{growth.peak_mb:.0f} MB",
            )
            for growth in growths
        ),
    )


def start_table(starts: Iterable[Start]) -> str:
    """One row per start."""
    return "\n".join(
        [
            "| process | time | least | most |\n| :-- | --: | --: | --: |",
            *(f"| {start.what} | {' | '.join(_of(start.seconds))} |" for start in starts),
        ]
    )


def _of(spread: Spread) -> tuple[str, str, str]:
    if spread.least == spread.most:
        return spoken_time(spread.median), "", ""
    return spoken_time(spread.median), spoken_time(spread.least), spoken_time(spread.most)
