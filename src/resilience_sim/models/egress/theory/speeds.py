"""How fast people walk: by the density around them, on stairs, and by age.

The constants are those of adults who walk on without a break; for children's paces see the site's facts. Densities are
persons per m2, speeds m/s, specific flows persons/(m s).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from resilience_sim.models.checks import number, refuse
from resilience_sim.models.egress.building import Crowd
from resilience_sim.randomness import Uniform

__all__ = [
    "IMO_SPEEDS", "RIMEA_SPEEDS", "Paces", "crowd_speed", "free_speed", "greatest_flow", "imo_initial",
    "imo_speed_after", "incline_m", "specific_flow", "stair_k",
]  # fmt: skip

LEVEL = Crowd()


def crowd_speed(density: float, k_mps: float = LEVEL.k_mps, *, a_m2: float = LEVEL.a_m2) -> float:
    """Speed in a crowd: ``S = k (1 - a D)``, D taken as 0.54 at least, and 0 from 1/a = 3.76 persons/m2 on.

    The machine's :class:`~resilience_sim.models.egress.building.Crowd` differs twice, on purpose: who walks below 0.54
    persons/m2 keeps their own pace, and nobody stands still for ever.

    Parameters
    ----------
    density
        D.
    k_mps
        1.40 on the level, :func:`stair_k` on stairs.
    a_m2
        m2/person.

    References
    ----------
    Gwynne, S. M. V. and Rosenbaum, E. R. (2016), Employing the hydraulic model in assessing emergency movement, SFPE
    Handbook, 5th ed., ch. 59, doi:10.1007/978-1-4939-2565-0_59.

    Examples
    --------
    >>> [round(crowd_speed(d), 6) for d in (0.3, 0.54, 1.0, 4.0)]
    [1.198904, 1.198904, 1.0276, 0.0]
    """
    number("a density (persons/m2)", density)
    number("k (m/s)", k_mps, above=True)
    return max(0.0, k_mps * (1 - a_m2 * max(density, LEVEL.free_below)))


def free_speed(k_mps: float = LEVEL.k_mps) -> float:
    """Speed where the crowd slows nobody, that at 0.54 persons/m2: 1.198904 m/s on the level."""
    return crowd_speed(0.0, k_mps)


def specific_flow(density: float, k_mps: float = LEVEL.k_mps) -> float:
    """Persons per second and metre of effective width: ``Fs = S D``.

    Examples
    --------
    >>> round(specific_flow(2.0), 4)
    1.3104
    """
    return crowd_speed(density, k_mps) * density


def greatest_flow(k_mps: float = LEVEL.k_mps) -> float:
    """The greatest specific flow, ``k / (4 a)``, at a density of ``1 / (2 a)`` = 1.88 persons/m2.

    Examples
    --------
    >>> round(greatest_flow(), 6)
    1.315789
    """
    number("k (m/s)", k_mps, above=True)
    return k_mps / (4 * LEVEL.a_m2)


def stair_k(riser_m: float, tread_m: float) -> float:
    """The k of a stair: ``51.8 sqrt(tread / riser)`` m/min, here in m/s.

    Fitted to risers of 165 to 191 mm and treads of 254 to 330 mm; a kindergarten's 130/260 mm lies outside, where it
    promises adults' speeds and more.

    References
    ----------
    Fire Engineering Design Guide (University of Canterbury), as used by EvacuatioNZ; the SFPE Handbook's table gives
    1.00, 1.08, 1.16 and 1.23 m/s for 7.5/10, 7/11, 6.5/12 and 6.5/13 in.

    Examples
    --------
    >>> round(stair_k(0.180, 0.280), 6)
    1.076766
    """
    number("a riser (m)", riser_m, above=True)
    number("a tread (m)", tread_m, above=True)
    return 51.8 * math.sqrt(tread_m / riser_m) / 60


def incline_m(height_m: float, riser_m: float, tread_m: float) -> float:
    """Length of a stair along its incline: ``L = H sqrt(1 + (tread / riser)²)``.

    Examples
    --------
    >>> round(incline_m(3.3, 0.130, 0.260), 6)
    7.379024
    """
    number("a height (m)", height_m)
    number("a riser (m)", riser_m, above=True)
    number("a tread (m)", tread_m, above=True)
    return height_m * math.sqrt(1 + (tread_m / riser_m) ** 2)


# ---- the simplified method of IMO MSC.1/Circ.1533 (and 1238), clear widths

Walked = Literal["corridor", "stairs down", "stairs up"]

_INITIAL_FLOW = ((0.0, 0.0), (0.5, 0.65), (1.9, 1.3), (3.2, 0.65), (3.5, 0.32))
_INITIAL_SPEED = ((0.0, 1.2), (0.5, 1.2), (1.9, 0.67), (3.2, 0.20), (3.5, 0.10))
_AFTER: dict[Walked, tuple[tuple[float, float], ...]] = {
    "corridor": ((0.0, 1.2), (0.65, 1.2), (1.3, 0.67)),
    "stairs down": ((0.0, 1.0), (0.54, 1.0), (1.1, 0.55)),
    "stairs up": ((0.0, 0.8), (0.43, 0.8), (0.88, 0.44)),
}


def imo_initial(density: float) -> tuple[float, float]:
    """Initial specific flow and speed in a corridor at a density, linear between the rows of Table 1.1.

    Examples
    --------
    >>> [round(one, 4) for one in imo_initial(0.61)]
    [0.7011, 1.1584]
    """
    number("a density (persons/m2)", density)
    return _linear(density, _INITIAL_FLOW), _linear(density, _INITIAL_SPEED)


def imo_speed_after(walked: Walked, flow: float) -> float:
    """Speed after a transition by the specific flow, linear between the rows of Table 1.3.

    Parameters
    ----------
    walked
        ``"corridor"`` (and doors), ``"stairs down"`` or ``"stairs up"``.
    flow
        Persons/(m s) of clear width; up to the greatest there: 1.3, 1.1 and 0.88.

    Raises
    ------
    InputsError
        If the flow is more than the greatest.
    """
    if walked not in _AFTER:
        raise refuse("what is walked", repr(walked), ", ".join(_AFTER))
    most = _AFTER[walked][-1][0]
    if not 0 <= flow <= most:
        raise refuse(f"a specific flow in {walked}", flow, f"0 to {most:g} persons/(m s)")
    return _linear(flow, _AFTER[walked])


def _linear(at: float, rows: Sequence[tuple[float, float]]) -> float:
    """Linear between rows of (x, y), and as at the last beyond it."""
    for (x0, y0), (x1, y1) in pairwise(rows):
        if at <= x1:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return rows[-1][1]


# ---- paces by age


class Paces(NamedTuple):
    """Laws of walking speeds in m/s."""

    level: Uniform
    down: Uniform
    up: Uniform


def _paces(*ends: float) -> Paces:
    return Paces(Uniform(*ends[0:2]), Uniform(*ends[2:4]), Uniform(*ends[4:6]))


IMO_SPEEDS = {
    "female < 30": _paces(0.93, 1.55, 0.56, 0.94, 0.47, 0.79),
    "female 30-50": _paces(0.71, 1.19, 0.49, 0.81, 0.44, 0.74),
    "female > 50": _paces(0.56, 0.94, 0.45, 0.75, 0.37, 0.61),
    "female > 50 impaired 1": _paces(0.43, 0.71, 0.34, 0.56, 0.28, 0.46),
    "female > 50 impaired 2": _paces(0.37, 0.61, 0.29, 0.49, 0.23, 0.39),
    "male < 30": _paces(1.11, 1.85, 0.76, 1.26, 0.50, 0.84),
    "male 30-50": _paces(0.97, 1.62, 0.64, 1.07, 0.47, 0.79),
    "male > 50": _paces(0.84, 1.40, 0.50, 0.84, 0.38, 0.64),
    "male > 50 impaired 1": _paces(0.64, 1.06, 0.38, 0.64, 0.29, 0.49),
    "male > 50 impaired 2": _paces(0.55, 0.91, 0.33, 0.55, 0.25, 0.41),
}
"""Passengers of IMO MSC.1/Circ.1533, annex 3, tables 3.4 and 3.5: uniform between the ends."""

RIMEA_SPEEDS = {
    "< 30": Uniform(0.58, 1.61),
    "30-50": Uniform(1.41, 1.54),
    "> 50": Uniform(0.68, 1.41),
    "impaired": Uniform(0.46, 0.76),
}
"""Adults on the level by age, RiMEA 3.0 test 7 (ranges after Weidmann 1993, as restated by JuPedSim)."""
