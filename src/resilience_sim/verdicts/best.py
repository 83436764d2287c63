"""The scenario that keeps its promise oftenest, when all are tried on the same events: with a bound on the error.

Kim and Nelson's rule (:mod:`.ranking`) takes its outputs for normal; shares of events kept are 0 or 1 each, and a first
stage in which two scenarios never differ would end it at once. Here every pair is bet upon instead, which needs no law
and no number of events fixed beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import VerdictError

__all__ = ["Best", "best_of"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Best:
    """The choice, and who could still be better than it by more than the indifference zone.

    Parameters
    ----------
    chosen
        Index of the system chosen; ``None`` where the outcomes do not suffice.
    leader
        Index of the system that is ahead in the outcomes seen; the first of those that are equal.
    rivals
        Systems that may be better than the leader by the indifference zone or more; none where one is chosen.
    alpha, indifference
        The error and the indifference zone.
    """

    chosen: int | None
    leader: int
    rivals: tuple[int, ...]
    alpha: float
    indifference: float


def best_of(outcomes: npt.ArrayLike, *, indifference: float, alpha: float) -> Best:
    r"""Choose the system with the largest share, unless another may be better by `indifference` or more.

    The leader b is chosen if, against every other j, a bet refutes :math:`p_j - p_b \ge \delta`:

    .. math:: K_j = \prod_i (1 + \lambda_i (\delta - X_{ji} + X_{bi})) \ge (k - 1) / \alpha,

    with stakes :math:`\lambda_i \ge 0` decided by the events before. Were a system chosen that is worse than the truly
    best one by δ or more, the bet of that pair would have won wrongly; there are k − 1 such pairs, each wins with
    probability α/(k − 1) at most (Ville), whatever the leader was and whenever one looked.

    Parameters
    ----------
    outcomes
        0 or 1 (or shares between), shape (systems, events); an event is the same one for all systems.
    indifference
        δ, between 0 and 1: a difference that matters to nobody.
    alpha
        Probability of choosing a system that is worse than the best by δ or more.

    Raises
    ------
    VerdictError
        If there are no outcomes, one lies outside 0 to 1, or δ or α is no share.

    Examples
    --------
    >>> kept = [[1] * 400, [1] * 300 + [0] * 100]
    >>> best_of(kept, indifference=0.05, alpha=0.05).chosen
    0
    """
    values = np.asarray(outcomes, dtype=float)
    if values.ndim != 2 or not values.size or not ((values >= 0) & (values <= 1)).all():
        raise VerdictError(f"outcomes of shape {values.shape}; accepted are numbers from 0 to 1, (systems, events)")
    if not (0 < indifference < 1 and 0 < alpha < 1):
        raise VerdictError(f"indifference {indifference}, alpha {alpha}; accepted are shares between 0 and 1")
    systems = len(values)
    leader = int(np.argmax(values.sum(axis=1)))
    bar = np.log(max(systems - 1, 1) / alpha)
    rivals = tuple(
        other
        for other in range(systems)
        if other != leader and _log_evidence(values[leader] - values[other], indifference) < bar
    )
    return Best(None if rivals else leader, leader, rivals, alpha, indifference)


def _log_evidence(leads: Floats, indifference: float) -> float:
    """Logarithm of the largest capital so far against "the mean lead is −δ or less"."""
    gains = leads + indifference
    before = np.concatenate(([0.0], np.cumsum(gains)[:-1]))
    squares = np.concatenate(([0.0], np.cumsum(gains * gains)[:-1]))
    furthest = 1.0 - indifference  # that one event can cost
    stakes = np.clip(before / (0.25 + squares), 0.0, 0.5 / furthest)
    grown = np.cumsum(np.log1p(stakes * gains))
    return float(max(grown.max(), 0.0))
