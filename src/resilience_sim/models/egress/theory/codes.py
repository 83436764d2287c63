"""The arithmetic of Chinese building codes: files of 0.55 m, persons a minute, metres per hundred persons.

Codes count **gross** (clear) width. A rate on gross width never goes together with the boundary layers of the SFPE
Handbook: 100 persons through a door of 0.65 m need 118 s by the one and 220 s by the other.
"""

from __future__ import annotations

import math

from resilience_sim.models.checks import number, refuse, whole

__all__ = [
    "FILE_M", "doors_needed_in_time", "file_flow", "files_needed", "minutes_through_doors", "persons_by_area",
    "persons_per_door", "width_for_time_m", "width_per_hundred_m",
]  # fmt: skip

FILE_M = 0.55
"""Width of one file of people (单股人流), m."""

SLACK = 1e-9  # of what is rounded up: 4.0000000001 files are four


def file_flow(per_minute: float) -> float:
    """Specific flow of files that pass so many persons a minute: ``r / (60 · 0.55)`` persons/(m s) of gross width.

    Parameters
    ----------
    per_minute
        Persons a minute and file: 43 on the level, 37 on stairs, 40 in theatres.

    Examples
    --------
    >>> round(file_flow(43), 6), round(file_flow(37), 6)
    (1.30303, 1.121212)
    """
    number("persons a minute and file", per_minute, above=True)
    return per_minute / 60 / FILE_M


def width_for_time_m(persons: float, minutes: float, per_minute: float, *, step_m: float = 0.0) -> float:
    """Gross width through which so many are out in time: ``N / (t r) · 0.55`` m, rounded up to whole steps if asked.

    Examples
    --------
    GB 50016's 0.65 and 0.75 m per hundred persons, from two minutes on the level and on stairs.

    >>> width_for_time_m(100, 2, 43, step_m=0.05), width_for_time_m(100, 2, 37, step_m=0.05)
    (0.65, 0.75)
    """
    number("persons", persons)
    number("minutes", minutes, above=True)
    number("persons a minute and file", per_minute, above=True)
    number("a step (m)", step_m)
    width = persons / (minutes * per_minute) * FILE_M
    return width if step_m == 0 else round(math.ceil(width / step_m - SLACK) * step_m, 9)


def persons_by_area(area_m2: float, per_m2: float) -> int:
    """Persons to reckon with in a room: area times density, to the nearest whole person.

    Examples
    --------
    >>> persons_by_area(380, 0.43)
    163
    """
    number("an area (m2)", area_m2)
    number("a density (persons/m2)", per_m2)
    return round(area_m2 * per_m2)


def width_per_hundred_m(persons: float, metres: float, *, least_m: float = 0.0) -> float:
    """Width by an index of metres per hundred persons, `least_m` at least.

    Examples
    --------
    >>> round(width_per_hundred_m(163, 0.65), 4), width_per_hundred_m(163, 0.65, least_m=1.10)
    (1.0595, 1.1)
    """
    number("persons", persons)
    number("metres per hundred persons", metres, above=True)
    number("a least width (m)", least_m)
    return max(least_m, persons * metres / 100)


def persons_per_door(persons: int, doors: int) -> int:
    """Persons at the busiest of equal doors, ``ceil(N / doors)``."""
    whole("persons", persons, 0)
    whole("doors", doors, 1)
    return -(-persons // doors)


def minutes_through_doors(persons: int, doors: int, files: int, per_minute: float) -> float:
    """Minutes through equal doors of so many files: ``ceil(N / doors) / (files · r)``.

    Examples
    --------
    >>> round(minutes_through_doors(4400, 7, 4, 37), 2), round(minutes_through_doors(4400, 8, 4, 37), 4)
    (4.25, 3.7162)
    """
    whole("files", files, 1)
    number("persons a minute and file", per_minute, above=True)
    return persons_per_door(persons, doors) / (files * per_minute)


def doors_needed_in_time(persons: int, minutes: float, files: int, per_minute: float) -> int:
    """Fewest equal doors of so many files through which all are out in time.

    Examples
    --------
    >>> doors_needed_in_time(4400, 4, 4, 37)
    8
    """
    whole("persons", persons, 0)
    number("minutes", minutes, above=True)
    whole("files", files, 1)
    number("persons a minute and file", per_minute, above=True)
    each = math.floor(minutes * files * per_minute + SLACK)
    if each < 1:
        raise refuse("minutes", f"{minutes:g}", "time enough for one person to pass")
    return max(1, -(-persons // each))


def files_needed(persons: int, doors: int, minutes: float, per_minute: float) -> int:
    """Whole files that each of equal doors must have: ``ceil(ceil(N / doors) / (t r))``.

    Examples
    --------
    A theatre of 2,400 with nine doors in two minutes: 267 / 80 = 3.34, four files, doors of 2.2 m.

    >>> files_needed(2400, 9, 2, 40), round(files_needed(2400, 9, 2, 40) * FILE_M, 2)
    (4, 2.2)
    """
    number("minutes", minutes, above=True)
    number("persons a minute and file", per_minute, above=True)
    return max(1, math.ceil(persons_per_door(persons, doors) / (minutes * per_minute) - SLACK))
