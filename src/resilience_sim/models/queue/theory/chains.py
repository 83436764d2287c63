"""Finite Markov chains given by their moves: the long run, and the state after some time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["advance", "equilibrium", "uniformised"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def equilibrium(size: int, origins: Ints, targets: Ints, rates: Floats) -> Floats:
    """Stationary probabilities of a finite chain given by its moves, by a sparse linear solve.

    Parameters
    ----------
    size
        Number of states; all must reach one another.
    origins, targets, rates
        One entry per possible move, shape (k,).
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import spsolve

    leaving = np.bincount(origins, rates, minlength=size)
    states = np.arange(size)
    balance = coo_matrix(
        (np.concatenate((rates, -leaving)), (np.concatenate((targets, states)), np.concatenate((origins, states))))
    ).tocsc()
    # One balance equation is redundant; fixing one state's weight instead keeps the matrix sparse.
    first = int(np.argmin(leaving))
    kept = np.delete(states, first)
    weights = np.ones(size)
    weights[kept] = spsolve(balance[kept][:, kept], -balance[kept][:, [first]].toarray().ravel())
    result: Floats = weights / weights.sum()
    return result


def uniformised(size: int, origins: Ints, targets: Ints, rates: Floats) -> tuple[csr_matrix, float]:
    """The chain at the ticks of a Poisson clock: its transposed matrix of moves, and the rate of the clock.

    Parameters as in `equilibrium`.
    """
    from scipy.sparse import coo_matrix

    leaving = np.bincount(origins, rates, minlength=size)
    pace = float(leaving.max()) or 1.0
    states = np.arange(size)
    moves = np.concatenate((rates / pace, 1 - leaving / pace))
    places = (np.concatenate((targets, states)), np.concatenate((origins, states)))
    return coo_matrix((moves, places)).tocsr(), pace


def advance(matrix: csr_matrix, pace: float, state: Floats, duration: float) -> tuple[Floats, Floats]:
    """State after `duration`, and the expected time spent in each state meanwhile.

    p(t) = Σ Poisson(k; Λt) P^k p and ∫ p = Σ P(Poisson(Λt) > k) P^k p / Λ, in pieces short enough that exp(-Λt) is
    an ordinary number.
    """
    from scipy.special import gammaln

    pieces = max(1, math.ceil(pace * duration / 256))
    mean = pace * duration / pieces
    last = math.ceil(mean + 10 * math.sqrt(mean) + 30)
    weights = (
        np.exp(np.arange(last + 1) * math.log(mean) - mean - gammaln(np.arange(last + 1) + 1.0))
        if mean > 0
        else np.ones(1)
    )
    beyond = np.concatenate((weights[::-1].cumsum()[::-1][1:], [0.0])) / pace
    dwell = np.zeros_like(state)
    for _ in range(pieces):
        power, after = state, np.zeros_like(state)
        for weight, tail in zip(weights, beyond, strict=True):
            after += weight * power
            dwell += tail * power
            power = matrix @ power
        state = after
    return state, dwell
