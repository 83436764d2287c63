"""Times that were not seen to their end: the product-limit estimate and laws fitted by maximum likelihood.

A time t is *observed* where it ended at t and *censored* where all that is known is that it lasted longer. It may have
*entered* late: had it ended by its entry v, nobody would know of it. The log-likelihood is

    Σ ln f(t) over observed + Σ ln S(t) over censored − Σ ln S(v) over all.

References
----------
Kaplan & Meier (1958), doi:10.1080/01621459.1958.10501452; Klein & Moeschberger (2003), doi:10.1007/b97377, 3.5 and 4.6.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience_sim.errors import DataError
from resilience_sim.randomness import Exponential, LogNormal, Weibull

__all__ = ["Fitted", "fit_exponential", "fit_lognormal", "fit_weibull", "product_limit"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Fitted(NamedTuple):
    """A law and the log-likelihood it reaches."""

    law: Exponential | Weibull | LogNormal
    log_likelihood: float


def _checked(
    times: npt.ArrayLike, observed: npt.ArrayLike, entry: npt.ArrayLike | None
) -> tuple[Floats, Bools, Floats]:
    """Times, observed, entry; rows that entered at or after their time say nothing and are dropped."""
    t, seen = np.asarray(times, dtype=float), np.asarray(observed, dtype=bool)
    v = np.zeros_like(t) if entry is None else np.asarray(entry, dtype=float)
    kept = t > v
    if not (seen & kept).any():
        raise DataError("nothing to fit: no time was seen to its end; accepted is at least one")
    return t[kept], seen[kept], v[kept]


def product_limit(
    times: npt.ArrayLike,
    observed: npt.ArrayLike,
    at: npt.ArrayLike,
    *,
    entry: npt.ArrayLike | None = None,
    given_above: float = 0.0,
) -> Floats:
    """S(x) = P(T > x given T > `given_above`) without a shape: Π (1 − d(u) / r(u)) over event times u ≤ x.

    d(u) are the times observed at u > `given_above`, r(u) those with entry < u ≤ time: at ties ends come before
    censorings.

    Parameters
    ----------
    times
        Positive, shape (k,), in the unit of `at`, `entry` and `given_above`.
    observed
        Whether each was seen to its end, shape (k,).
    at
        Where S is asked for, shape (m,).
    entry
        When each came under observation; `None`: from 0 on.

    Returns
    -------
    array of shape (m,)
    """
    t, seen, v = _checked(times, observed, entry)
    events, ended = np.unique(t[seen & (t > given_above)], return_counts=True)
    at_risk = np.searchsorted(np.sort(v), events, side="left") - np.searchsorted(np.sort(t), events, side="left")
    survival = np.concatenate(([1.0], np.cumprod(1 - ended / at_risk)))
    result: Floats = survival[np.searchsorted(events, np.asarray(at, dtype=float), side="right")]
    return result


def fit_exponential(times: npt.ArrayLike, observed: npt.ArrayLike) -> Fitted:
    """Exponential law: mean = sum of all times / number observed."""
    t, seen, _ = _checked(times, observed, None)
    events = int(seen.sum())
    mean = float(t.sum()) / events
    return Fitted(Exponential(mean), -events * math.log(mean) - events)


def fit_weibull(times: npt.ArrayLike, observed: npt.ArrayLike) -> Fitted:
    """Weibull law S(t) = exp(−(t/λ)^k) by maximum likelihood.

    For given k, λ^k = Σ t^k / events; the profile is maximised over k.
    """
    from scipy.optimize import minimize_scalar

    t, seen, _ = _checked(times, observed, None)
    events, logs = int(seen.sum()), np.log(t)
    log_events = float(logs[seen].sum())

    def lost(log_shape: float) -> float:
        shape = math.exp(log_shape)
        log_scale_power = _log_sum_exp(shape * logs) - math.log(events)
        return -(events * (log_shape - log_scale_power - 1) + (shape - 1) * log_events)

    best = minimize_scalar(lost, bounds=(math.log(0.02), math.log(50)), method="bounded", options={"xatol": 1e-9})
    shape = math.exp(float(best.x))
    scale = math.exp((_log_sum_exp(shape * logs) - math.log(events)) / shape)
    return Fitted(Weibull(shape, scale), -float(best.fun))


def fit_lognormal(times: npt.ArrayLike, observed: npt.ArrayLike, *, entry: npt.ArrayLike | None = None) -> Fitted:
    """Log-normal law by maximum likelihood, with censoring and late entry."""
    from scipy.special import log_ndtr

    t, seen, v = _checked(times, observed, entry)
    logs, late = np.log(t), v > 0
    if (logs[seen] == logs.max()).all():  # the likelihood grows without bound as sigma shrinks around that instant
        raise DataError(
            f"all {int(seen.sum())} observed ends are {t.max():g}; accepted are ends that differ, to be fitted"
        )
    log_entry, ended, going_on = np.log(v[late]), logs[seen], logs[~seen]
    constant = float(ended.sum()) + ended.size * math.log(2 * math.pi) / 2

    def lost(parameters: Floats) -> float:
        mu, log_sigma = parameters.tolist()
        sigma = math.exp(log_sigma)
        z = (ended - mu) / sigma
        told: float = -constant - ended.size * log_sigma - float(z @ z) / 2
        told += float(log_ndtr((mu - going_on) / sigma).sum()) - float(log_ndtr((mu - log_entry) / sigma).sum())
        return -told

    mu, log_sigma, fun = _simplex(lost, np.array([float(logs.mean()), math.log(max(float(logs.std()), 1e-3))]))
    return Fitted(LogNormal(mu, math.exp(log_sigma)), -fun)


def _simplex(lost: Callable[[Floats], float], start: Floats) -> tuple[float, float, float]:
    """Minimise over two numbers; twice, as a simplex may stop on its first way."""
    from scipy.optimize import minimize

    options = {"xatol": 1e-8, "fatol": 1e-8, "maxiter": 4000}
    found = minimize(lost, start, method="Nelder-Mead", options=options)
    found = minimize(lost, found.x, method="Nelder-Mead", options=options)
    return float(found.x[0]), float(found.x[1]), float(found.fun)


def _log_sum_exp(values: Floats) -> float:
    top = float(values.max())
    total = float(np.exp(values - top).sum())
    return top + math.log(total)
