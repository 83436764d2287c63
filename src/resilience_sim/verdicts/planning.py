"""How many replications a verdict takes, and which counts bring it: numbers for planning a check."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import betaincc, betaln, pdtrc

from resilience_sim.errors import VerdictError
from resilience_sim.verdicts.evidence import log_e_values

__all__ = [
    "decision_boundaries", "hoeffding_replications", "on_the_line_replications", "poisson_excess",
    "zero_failure_replications",
]  # fmt: skip

Integers = npt.NDArray[np.int64]


def _holds_from(looks: Integers, threshold: float, alpha: float, prior: tuple[float, float]) -> Integers:
    """Fewest successes with e_up >= 2/α, one more than the replications where there are none."""
    bar, (a, b) = math.log(2 / alpha), prior
    log_prior_tail = math.log(float(betaincc(a, b, threshold)))

    def at_most(won: Integers) -> npt.NDArray[np.float64]:
        # e_up without the tail of the posterior, which is below 1 but near it where e_up is large
        lost = looks - won
        share = betaln(a + won, b + lost) - won * math.log(threshold) - lost * math.log1p(-threshold)
        return np.asarray(share - betaln(a, b) - log_prior_tail)

    low, high = np.floor(threshold * looks).astype(np.int64), looks + 1
    while (wide := high - low > 1).any():
        middle = np.where(wide, (low + high) // 2, low)
        enough = at_most(middle) >= bar
        low, high = np.where(wide & ~enough, middle, low), np.where(wide & enough, middle, high)
    short = np.flatnonzero(high <= looks)
    while short.size:
        up, _ = log_e_values(high[short], looks[short] - high[short], threshold, prior=prior)
        short = short[up < bar]
        high[short] += 1
        short = short[high[short] <= looks[short]]
    return high


def decision_boundaries(
    looks: npt.ArrayLike, threshold: float, alpha: float, *, prior: tuple[float, float] = (1.0, 1.0)
) -> tuple[Integers, Integers]:
    """Fewest successes that bring *holds*, and most that bring *fails*, at looks after n replications each.

    Parameters
    ----------
    looks
        n, whole numbers from 0, shape (looks,).
    threshold, alpha, prior
        As in :class:`~resilience_sim.verdicts.verdict.ShareTest`.

    Returns
    -------
    tuple
        Successes from which the claim holds (n + 1: not yet possible) and up to which it fails (−1: not yet possible).
    """
    n = np.asarray(looks, dtype=np.int64)
    holds = _holds_from(n, threshold, alpha, prior)
    fails = n - _holds_from(n, 1 - threshold, alpha, (prior[1], prior[0]))
    return holds, fails


def on_the_line_replications(threshold: float, margin: float, alpha: float) -> int:
    """Replications until *on_the_line*, if the share seen stays at the threshold throughout."""
    if not 0 < margin < min(threshold, 1 - threshold):
        raise VerdictError(f"margin is {margin}; accepted is a number inside (0, {min(threshold, 1 - threshold)})")
    bar = math.log(2 / alpha)

    def enough(n: int) -> bool:
        won, lost = threshold * n, (1 - threshold) * n
        above = float(log_e_values(won, lost, threshold - margin)[0])
        below = float(log_e_values(won, lost, threshold + margin)[1])
        return min(above, below) >= bar

    low, high = 0, 1
    while not enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def hoeffding_replications(half_width: float, alpha: float) -> int:
    """Replications of a number in [0, 1] until its mean is known within ± `half_width`: ⌈ln(2/α) / (2ε²)⌉."""
    return math.ceil(math.log(2 / alpha) / (2 * half_width * half_width))


def zero_failure_replications(rate: float, alpha: float) -> int:
    """Replications without any failure that refute a failure rate of `rate` or more: ⌈ln α / ln(1 − p₀)⌉."""
    return math.ceil(math.log(alpha) / math.log1p(-rate))


def poisson_excess(mean: float, cap: int) -> float:
    """E[(N − cap)⁺] for a Poisson N: the excess that a mean test charges where N has no cap of its own."""
    total, beyond = 0.0, cap
    while (term := float(pdtrc(beyond, mean))) > 1e-17 * total:
        total, beyond = total + term, beyond + 1
    return total
