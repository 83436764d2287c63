"""E-processes: how strongly outcomes speak against "the share is at most θ" and against "it is at least θ".

For S successes, F failures, a Beta(a, b) prior cut to the alternative, and I the regularised incomplete beta function::

    e_up = B(a+S, b+F) [1 - I_θ(a+S, b+F)] / (B(a, b) [1 - I_θ(a, b)] θ^S (1-θ)^F)      against p <= θ
    e_dn = B(a+S, b+F)      I_θ(a+S, b+F)  / (B(a, b)      I_θ(a, b)  θ^S (1-θ)^F)      against p >= θ

Everything is kept in logarithms: where a tail underflows, its logarithm comes from a continued fraction, never from a
floor (a floored tail is overwhelming evidence for the wrong side).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincc, betaln

from resilience_sim.errors import VerdictError

__all__ = ["interval_of_share", "log_e_above", "log_e_below", "log_e_values"]

Floats = npt.NDArray[np.float64]
SAFE = 1e-280
ROUNDING = 1e-12
"""A sum such as .8 + .2 of two written decimals may miss the end of the scale by less than this."""


def _log_lower_tail(x: float, a: float, b: float) -> float:
    """Logarithm of I_x(a, b) far below the mean, by Lentz's continued fraction (DLMF 8.17.22), fast there."""
    tiny = 1e-300
    front = a * math.log(x) + b * math.log1p(-x) - math.log(a) - float(betaln(a, b))
    c, d = 1.0, 1 / max(1 - (a + b) * x / (a + 1), tiny)
    fraction = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / (1 + even * d), 1 + even / c
        fraction *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / (1 + odd * d), 1 + odd / c
        fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return front + math.log(fraction)


def _log_tail(x: float, a: Floats, b: Floats, *, upper: bool) -> Floats:
    tail = np.asarray(betaincc(a, b, x) if upper else betainc(a, b, x), dtype=float)
    result = np.array(np.log(np.maximum(tail, SAFE)))
    for index in np.argwhere(tail < SAFE):
        at = tuple(index)
        result[at] = _log_lower_tail(1 - x, b[at], a[at]) if upper else _log_lower_tail(x, a[at], b[at])
    return result


def log_e_values(
    successes: npt.ArrayLike, failures: npt.ArrayLike, threshold: float, *, prior: tuple[float, float] = (1.0, 1.0)
) -> tuple[Floats, Floats]:
    """Natural logarithms of e_up and e_dn.

    Parameters
    ----------
    successes, failures
        Counts, 0 or more, broadcast against each other.
    threshold
        θ, strictly between 0 and 1.
    prior
        a and b, both above 0.

    Raises
    ------
    VerdictError
        If a count is negative or the threshold is not a proper share.
    """
    if not 0 < threshold < 1:
        raise VerdictError(f"threshold is {threshold}; accepted is a share strictly between 0 and 1")
    won, lost = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(failures, dtype=float))
    if (won < 0).any() or (lost < 0).any():
        raise VerdictError("counts of successes and failures must be 0 or more")
    a, b = np.asarray(prior[0] + won), np.asarray(prior[1] + lost)
    first = (np.asarray(prior[0], dtype=float), np.asarray(prior[1], dtype=float))
    common = betaln(a, b) - betaln(*first) - won * math.log(threshold) - lost * math.log1p(-threshold)
    up = common + _log_tail(threshold, a, b, upper=True) - _log_tail(threshold, *first, upper=True)
    down = common + _log_tail(threshold, a, b, upper=False) - _log_tail(threshold, *first, upper=False)
    return np.asarray(up), np.asarray(down)


@lru_cache(maxsize=4096)
def _log_tail_at(x: float, a: float, b: float, upper: bool) -> float:
    """As :func:`_log_tail`, of single numbers."""
    tail = float(betaincc(a, b, x) if upper else betainc(a, b, x))
    if tail < SAFE:
        return _log_lower_tail(1 - x, b, a) if upper else _log_lower_tail(x, a, b)
    return float(np.log(tail))


def _log_e_value(won: float, lost: float, threshold: float, prior: tuple[float, float], *, upper: bool) -> float:
    """One of :func:`log_e_values`, of single counts: the same bits in an eighth of the time, which every look takes."""
    if not 0 < threshold < 1 or won < 0 or lost < 0:  # let it say why not
        log_e_values(won, lost, threshold, prior=prior)
    a, b = prior[0] + won, prior[1] + lost
    common = betaln(a, b) - betaln(*prior) - won * math.log(threshold) - lost * math.log1p(-threshold)
    return float(common + _log_tail_at(threshold, a, b, upper) - _log_tail_at(threshold, *prior, upper))


def log_e_above(successes: float, failures: float, bound: float, *, prior: tuple[float, float] = (1.0, 1.0)) -> float:
    """Logarithm of the evidence against "the share is at most `bound`", where the bound need not be a proper share.

    Margins may reach the ends of the scale. No share is below 0: that hypothesis is refuted before the first outcome
    (infinite). "The share is 0" is refuted by the first success, and by nothing else.
    """
    if abs(bound) < ROUNDING:
        bound = 0.0
    if bound > 0:
        return _log_e_value(successes, failures, bound, prior, upper=True)
    if bound < 0 or successes > 0:
        return math.inf
    return float(betaln(prior[0], prior[1] + failures) - betaln(*prior))


def log_e_below(successes: float, failures: float, bound: float, *, prior: tuple[float, float] = (1.0, 1.0)) -> float:
    """Logarithm of the evidence against "the share is at least `bound`", the mirror image of :func:`log_e_above`."""
    if bound < 1 - ROUNDING:
        return _log_e_value(successes, failures, bound, prior, upper=False)
    return log_e_above(failures, successes, 1 - bound, prior=(prior[1], prior[0]))


def interval_of_share(
    successes: int, failures: int, alpha: float, *, prior: tuple[float, float] = (1.0, 1.0)
) -> tuple[float, float]:
    """The shares that neither side refutes at 2/α: covers the truth at all times with probability 1 − α.

    The ends agree with the verdicts: a claim with threshold θ holds exactly when the lower end is θ or more.
    """
    bar = math.log(2 / alpha)
    estimate = (successes + 1) / (successes + failures + 2)

    def edge(outside: float, side: int) -> float:
        inside = estimate
        for _ in range(60):
            middle = (inside + outside) / 2
            if middle == outside:  # no number is left between: the end of the scale itself, or next to it
                break
            refuted = _log_e_value(successes, failures, middle, prior, upper=side == 0) >= bar
            inside, outside = (inside, middle) if refuted else (middle, outside)
        return outside

    return (edge(0.0, 0) if successes else 0.0), (edge(1.0, 1) if failures else 1.0)
