"""How surely a search finds who is left, by its coverage.

Coverage is ``c = v w t / A``: the area that a searcher of speed v with a sweep of width w has swept in time t, in parts
of the area A to be searched. Three laws turn it into a chance of having found: *exhaustive* (no spot twice: the best
there is), *random* (no memory of where one has been: the worst that is still a search) and *inverse cube* in between.
A real sweep of rooms lies between the first two; a result states which law it used.

References
----------
Koopman, B. O. (1956), The theory of search II: target detection, doi:10.1287/opre.4.5.503.
"""

from __future__ import annotations

import math
from typing import Literal

from resilience_sim.models.checks import number, refuse

__all__ = ["Search", "coverage", "found_by", "mean_search_s", "searched_once_s"]

Search = Literal["random", "exhaustive", "inverse cube"]


def coverage(speed_mps: float, sweep_m: float, seconds: float, area_m2: float) -> float:
    """``c = v w t / A``, no unit."""
    number("seconds of a search", seconds)
    return seconds / searched_once_s(speed_mps, sweep_m, area_m2)


def searched_once_s(speed_mps: float, sweep_m: float, area_m2: float) -> float:
    """Seconds until the coverage is 1: ``A / (v w)``.

    Examples
    --------
    >>> searched_once_s(0.5, 2.0, 120.0)
    120.0
    """
    number("a searcher's speed (m/s)", speed_mps, above=True)
    number("a sweep's width (m)", sweep_m, above=True)
    number("an area to be searched (m2)", area_m2, above=True)
    return area_m2 / (speed_mps * sweep_m)


def found_by(search: Search, covered: float) -> float:
    """Chance that somebody who is there has been found at a coverage c.

    random ``1 - exp(-c)``; exhaustive ``min(1, c)``; inverse cube ``erf(c sqrt(pi) / 2)``.

    Examples
    --------
    >>> [round(found_by(law, 1.0), 6) for law in ("random", "exhaustive", "inverse cube")]
    [0.632121, 1.0, 0.789909]
    """
    number("a coverage", covered, infinite=True)
    if search == "random":
        return -math.expm1(-covered)
    if search == "exhaustive":
        return min(1.0, covered)
    if search == "inverse cube":
        return math.erf(covered * math.sqrt(math.pi) / 2)
    raise refuse("a law of search", repr(search), "random, exhaustive or inverse cube")


def mean_search_s(search: Search, speed_mps: float, sweep_m: float, area_m2: float) -> float:
    """Mean seconds until somebody who is there is found; with t1 = A / (v w): t1, t1 / 2 and 2 t1 / pi.

    Examples
    --------
    >>> mean_search_s("random", 0.5, 2.0, 120.0), mean_search_s("exhaustive", 0.5, 2.0, 120.0)
    (120.0, 60.0)
    """
    found_by(search, 0.0)
    parts = {"random": 1.0, "exhaustive": 0.5, "inverse cube": 2 / math.pi}
    return parts[search] * searched_once_s(speed_mps, sweep_m, area_m2)
