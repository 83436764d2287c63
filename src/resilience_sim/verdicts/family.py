"""Sharing the error of a run among plans, claims and uses, and judging many e-values together.

A plan's shares depend on its own registered claims and on nothing else: checking one plan alone, or one claim of it,
changes no verdict. Shared replications and common random numbers make claims dependent; nothing here minds that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import VerdictError

__all__ = ["Account", "accounts", "e_benjamini_hochberg", "e_bonferroni", "e_holm", "family_error"]

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Account:
    """The error share of one claim, by what it may be spent on."""

    verdict: float
    breaking_points: float
    certificate: float

    @property
    def total(self) -> float:
        """All that this claim may spend."""
        return self.verdict + self.breaking_points + self.certificate


def accounts(
    claims: Mapping[str, Sequence[str]],
    error_per_plan: float,
    *,
    parts: tuple[float, float, float] = (0.5, 0.25, 0.25),
) -> dict[tuple[str, str], Account]:
    """Divide each plan's error evenly among its registered claims, and each claim's among its three uses.

    Parameters
    ----------
    claims
        Identities of the registered claims of each plan: all, whether they are checked now or not.
    error_per_plan
        Probability that any verdict, breaking point or certificate of one plan is wrong.
    parts
        Parts of a claim's share for its verdict, its breaking points and its certificate, 1 in all.

    Returns
    -------
    dict
        By plan and claim.

    Raises
    ------
    VerdictError
        If a claim is registered twice, the parts are not positive and 1 in all, or the error is no proper share.
    """
    if not 0 < error_per_plan < 1:
        raise VerdictError(f"error per plan is {error_per_plan}; accepted is a number strictly between 0 and 1")
    if not (min(parts) > 0 and math.isclose(sum(parts), 1, rel_tol=1e-12)):
        raise VerdictError(f"parts are {parts}; accepted are three positive numbers that sum to 1")
    divided = {}
    for plan, registered in claims.items():
        if len(set(registered)) < len(registered):
            raise VerdictError(f"plan {plan!r} registers a claim twice: {sorted(registered)}")
        for claim in registered:
            divided[plan, claim] = Account(*(error_per_plan / len(registered) * part for part in parts))
    return divided


def family_error(claims: Mapping[str, Sequence[str]], error_per_plan: float) -> float:
    """Probability at most that anything said of these plans is wrong, to be stated with the run."""
    return min(1.0, error_per_plan * sum(bool(registered) for registered in claims.values()))


def _logs(log_e: npt.ArrayLike) -> npt.NDArray[np.float64]:
    logs = np.asarray(log_e, dtype=float)
    if logs.ndim != 1 or np.isnan(logs).any():
        raise VerdictError("log e-values must be a row of numbers")
    return logs


def e_bonferroni(log_e: npt.ArrayLike, alpha: float) -> Flags:
    """Which hypotheses are refuted with family-wise error α: e >= m/α, whatever the dependence."""
    logs = _logs(log_e)
    return np.asarray(logs >= math.log(max(logs.size, 1) / alpha))


def e_holm(log_e: npt.ArrayLike, alpha: float) -> Flags:
    """The same, stepping down from the largest: the k-th is refuted if it and all before it reach (m − k + 1)/α."""
    logs = _logs(log_e)
    order = np.argsort(-logs, kind="stable")
    reached = logs[order] >= np.log(np.arange(logs.size, 0, -1) / alpha)
    refuted = np.zeros(logs.size, dtype=bool)
    refuted[order] = np.logical_and.accumulate(reached)
    return refuted


def e_benjamini_hochberg(log_e: npt.ArrayLike, alpha: float) -> Flags:
    """Which hypotheses are refuted with false-discovery rate α: the k largest, k the largest with e_(k) >= m/(kα).

    The e-values are those at the time of stopping; a running maximum is no e-value.

    References
    ----------
    R. Wang and A. Ramdas (2022), False discovery rate control with e-values, J. R. Stat. Soc. B 84,
    doi:10.1111/rssb.12489.
    """
    logs = _logs(log_e)
    order = np.argsort(-logs, kind="stable")
    reached = np.flatnonzero(logs[order] >= np.log(logs.size / (np.arange(1, logs.size + 1) * alpha)))
    refuted = np.zeros(logs.size, dtype=bool)
    if reached.size:
        refuted[order[: reached[-1] + 1]] = True
    return refuted
