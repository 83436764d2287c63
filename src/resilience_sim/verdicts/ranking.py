"""The best of k systems by their means, with an indifference zone: Rinott's two stages, and Kim and Nelson's sequence.

Both promise to choose the best system with probability P* whenever it is better than the next by at least δ. They
compare systems with each other; whether a claim holds is another question, answered by verdicts.

References
----------
Y. Rinott (1978), On two-stage selection procedures and related probability-inequalities, Commun. Statist. A7,
doi:10.1080/03610927808827671.
S.-H. Kim and B. L. Nelson (2001), A fully sequential procedure for indifference-zone selection in simulation, ACM
Trans. Model. Comput. Simul. 11, doi:10.1145/502109.502111.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, roots_genlaguerre

from resilience_sim.errors import VerdictError

__all__ = ["Ranked", "kim_nelson", "kim_nelson_constants", "rinott_constant", "rinott_replications"]

Floats = npt.NDArray[np.float64]
NODES = 160


@lru_cache(maxsize=64)
def rinott_constant(systems: int, first_stage: int, probability: float) -> float:
    """Rinott's h: ∫ [∫ Φ(h / √((n₀−1)(1/x + 1/y))) f(x) dx]^(k−1) f(y) dy = P*, f the χ² density with n₀ − 1 degrees.

    Parameters
    ----------
    systems, first_stage
        k, 2 or more, and n₀, 2 or more.
    probability
        P*, between 1/k and 1.
    """
    if not (systems >= 2 and first_stage >= 2 and 1 / systems < probability < 1):
        raise VerdictError(
            f"{systems} systems, first stage {first_stage}, probability {probability}; accepted are 2 systems or more, "
            "a first stage of at least 2, and a probability between 1/systems and 1"
        )
    degrees = first_stage - 1
    x, weight = roots_genlaguerre(NODES, degrees / 2 - 1)
    x, weight = 2 * x, weight / weight.sum()
    spread = np.sqrt(degrees * (1 / x[:, None] + 1 / x[None, :]))

    def chosen(h: float) -> float:
        inner = ndtr(h / spread) @ weight
        return float(inner ** (systems - 1) @ weight)

    low, high = 0.0, 1.0
    while chosen(high) < probability:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chosen(middle) < probability else (low, middle)
    return high


def rinott_replications(first_outputs: npt.ArrayLike, indifference: float, probability: float) -> npt.NDArray[np.int64]:
    """Replications of each system in all: max(n₀, ⌈(h s/δ)²⌉); the largest mean over them is then chosen.

    Parameters
    ----------
    first_outputs
        First stage, shape (systems, n₀).
    indifference
        δ, above 0.
    probability
        P*.
    """
    outputs = np.asarray(first_outputs, dtype=float)
    systems, first_stage = outputs.shape
    h = rinott_constant(systems, first_stage, probability)
    needed = np.ceil((h / indifference) ** 2 * outputs.var(axis=1, ddof=1)).astype(np.int64)
    return np.asarray(np.maximum(first_stage, needed))


def kim_nelson_constants(systems: int, first_stage: int, alpha: float) -> tuple[float, float]:
    """η = ½ [(2α/(k−1))^(−2/(n₀−1)) − 1] and h² = 2η (n₀ − 1)."""
    eta = 0.5 * ((2 * alpha / (systems - 1)) ** (-2 / (first_stage - 1)) - 1)
    return eta, 2 * eta * (first_stage - 1)


@dataclass(frozen=True)
class Ranked:
    """The chosen system and the replications each system took; ``None`` where the outputs ran out before."""

    chosen: int | None
    replications: tuple[int, ...]


def kim_nelson(
    outputs: npt.ArrayLike, *, indifference: float, alpha: float, first_stage: int = 20, smallest: bool = False
) -> Ranked:
    """Choose the system of largest mean, dropping systems one by one.

    System i is dropped after r replications if some system j still in has
    ΣX_i < ΣX_j − max(0, (δ/2)(h² S²_ij/δ² − r)), with S²_ij the first stage's variance of the difference.

    Parameters
    ----------
    outputs
        Replications in index order, shape (systems, replications).
    indifference, alpha, first_stage
        δ above 0, the error, and n₀.
    smallest
        Whether the smallest mean is sought instead.
    """
    values = np.asarray(outputs, dtype=float) * (-1 if smallest else 1)
    if values.ndim != 2 or values.shape[0] < 2 or values.shape[1] < first_stage or not indifference > 0:
        raise VerdictError(
            f"outputs of shape {values.shape}, indifference {indifference}; accepted are two or more systems, at least "
            f"{first_stage} replications each, and an indifference above 0"
        )
    systems, most = values.shape
    _, h_squared = kim_nelson_constants(systems, first_stage, alpha)
    differences = values[:, None, :first_stage] - values[None, :, :first_stage]
    start = h_squared * differences.var(axis=2, ddof=1) / indifference**2
    # sums of differences, not differences of sums: a constant or shock common to all systems cancels first
    taken, contending, now = np.full(systems, most), list(range(systems)), first_stage
    while len(contending) > 1:
        lead = _leads(values, contending)
        room = np.maximum(
            0.0, indifference / 2 * (start[np.ix_(contending, contending)][..., None] - np.arange(1, most + 1))
        )
        behind = (lead < -room).any(axis=1)[:, now - 1 :]
        when = np.flatnonzero(behind.any(axis=0))
        if not when.size:
            return Ranked(None, tuple(int(n) for n in taken))
        now += int(when[0])
        dropped = [system for system, is_behind in zip(contending, behind[:, when[0]], strict=True) if is_behind]
        taken[dropped] = now
        contending = [system for system in contending if system not in dropped]
    taken[contending] = now
    return Ranked(contending[0], tuple(int(n) for n in taken))


def _leads(values: Floats, contending: list[int]) -> Floats:
    """ΣX_i − ΣX_j after each replication, shape (contending, contending, replications)."""
    rows = values[contending]
    return np.cumsum(rows[:, None, :] - rows[None, :, :], axis=2)
