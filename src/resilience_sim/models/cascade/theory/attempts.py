"""Trying to reach somebody: a geometric number of attempts, cut off where one gives up.

Attempts are independent, each reaches with a share p, and one stops when somebody is reached or after n attempts:

``P(reached) = 1 - (1 - p)^n,  E[attempts] = (1 - (1 - p)^n) / p``

Seconds, and their squares for variances. Durations that are random come as :class:`Moments` and are independent of each
other and of whether somebody answers, as they are in the machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from resilience_sim.models.checks import number, refuse, share, whole
from resilience_sim.randomness import (
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Law,
    LogNormal,
    Triangular,
    Uniform,
    Weibull,
)

__all__ = [
    "Moments", "Reach", "answered_share", "attempts_needed", "mean_attempts", "moments", "reach", "reached_share",
]  # fmt: skip


@dataclass(frozen=True)
class Moments:
    """Mean (s) and variance (s2) of a duration.

    Examples
    --------
    >>> Moments(60.0, 100.0) + Moments(20.0, 25.0)
    Moments(mean_s=80.0, variance_s2=125.0)
    """

    mean_s: float
    variance_s2: float = 0.0

    def __add__(self, other: Moments) -> Moments:
        """Of the sum of two that are independent."""
        return Moments(self.mean_s + other.mean_s, self.variance_s2 + other.variance_s2)

    @property
    def deviation_s(self) -> float:
        """Standard deviation."""
        return math.sqrt(self.variance_s2)


def moments(law: Law) -> Moments:
    """Mean and variance of a law.

    Raises
    ------
    InputsError
        If the variance of the law is not known here (cut laws) or the law is infinite.

    Examples
    --------
    >>> moments(Exponential(30.0))
    Moments(mean_s=30.0, variance_s2=900.0)
    """
    mean = law.mean
    match law:
        case Deterministic():
            variance = 0.0
        case Exponential():
            variance = mean * mean
        case Erlang():
            variance = mean * mean / law.stages
        case Gamma():
            variance = law.shape * law.scale * law.scale
        case LogNormal():
            variance = mean * mean * math.expm1(law.sigma * law.sigma)
        case Weibull():
            variance = law.scale**2 * math.gamma(1 + 2 / law.shape) - mean * mean
        case Uniform():
            variance = (law.high - law.low) ** 2 / 12
        case Triangular():
            low, mode, high = law.low, law.mode, law.high
            variance = (low * low + mode * mode + high * high - low * mode - low * high - mode * high) / 18
        case Empirical():
            variance = math.fsum((value - mean) ** 2 for value in law.values) / len(law.values)
        case _:
            raise refuse("a law with a variance", law, "a finite law without bounds, such as LogNormal or Uniform")
    return Moments(mean, variance)


def answered_share(shares: Sequence[float]) -> float:
    """Share of attempts that reach somebody who has several phones: ``1 - prod(1 - p_i)``.

    Parameters
    ----------
    shares
        p_i, share who answer each phone when it is tried.

    Examples
    --------
    >>> answered_share([0.5, 0.2, 0.5])
    0.8
    """
    missed = 1.0
    for one in shares:
        share("a share who answer a phone", one)
        missed *= 1 - one
    return 1 - missed


def reached_share(answered: float, attempts: int) -> float:
    """Chance to reach somebody in so many attempts: ``1 - (1 - p)^n``.

    Parameters
    ----------
    answered
        p, share of attempts that reach.
    attempts
        n, 0 or more.

    Examples
    --------
    Two attempts at half each, and three.

    >>> reached_share(0.5, 2), reached_share(0.5, 3)
    (0.75, 0.875)
    """
    share("a share of attempts that reach", answered)
    whole("attempts", attempts, 0)
    return 1 - (1 - answered) ** attempts


def mean_attempts(answered: float, attempts: int) -> float:
    """Mean attempts made at somebody, whether or not they are reached: ``(1 - (1 - p)^n) / p``, n if p is 0.

    Examples
    --------
    >>> mean_attempts(0.5, 2), mean_attempts(0.0, 2)
    (1.5, 2.0)
    """
    reached = reached_share(answered, attempts)
    return reached / answered if answered > 0 else float(attempts)


def attempts_needed(answered: float, wanted: float) -> int:
    """Fewest attempts that reach somebody with the share wanted: the least n with ``1 - (1 - p)^n >= wanted``.

    Raises
    ------
    InputsError
        If no number of attempts does.

    Examples
    --------
    At night 0.4 answer: nine of ten are reached by five attempts, not by four.

    >>> attempts_needed(0.4, 0.9), round(reached_share(0.4, 4), 4), round(reached_share(0.4, 5), 4)
    (5, 0.8704, 0.9222)
    """
    share("a share of attempts that reach", answered)
    share("the share wanted", wanted)
    if wanted > 0 and (answered == 0 or (wanted == 1 and answered < 1)):
        raise refuse("the share wanted", wanted, f"a share that attempts of {answered} each can reach")
    if wanted == 0 or answered == 1:
        return int(wanted > 0)
    fewest = max(1, math.floor(math.log1p(-wanted) / math.log1p(-answered)) - 1)
    while reached_share(answered, fewest) < wanted:
        fewest += 1
    return fewest


@dataclass(frozen=True)
class Reach:
    """What comes of trying to reach somebody.

    Parameters
    ----------
    share
        Who are reached.
    attempts
        Mean attempts made.
    told
        Seconds from the beginning of the first attempt to the end of the talk, of those reached; nan if nobody is.
    busy
        Seconds that the caller spends, pauses included, whether or not somebody is reached.
    """

    share: float
    attempts: float
    told: Moments
    busy: Moments


def reach(
    answered: float,
    attempts: int,
    *,
    missed: Moments,
    talk: Moments,
    between_s: float = 0.0,
    told: Moments | None = None,
) -> Reach:
    """Law of the time until somebody is told, and of the caller's, by its first two moments.

    With J the attempt that reaches, the first j - 1 attempts are missed, each followed by a pause:
    ``T = (J - 1) (M + b) + talk``, and with N = J - 1 misses the mean is ``E[N] (E[M] + b) + E[talk]``, the variance
    ``E[N] Var M + Var N (E[M] + b)^2 + Var talk``. Who gives up has missed n times, with n - 1 pauses.

    Parameters
    ----------
    answered
        p, share of attempts that reach.
    attempts
        n, 1 or more.
    missed
        Seconds of an attempt that reaches nobody.
    talk
        Seconds of one that does.
    between_s
        b, seconds from the end of one attempt to the beginning of the next.
    told
        Seconds of an attempt that reaches until they are told, if that is not the end of the talk.

    Examples
    --------
    Half answer; 25 s of ringing, 60 s of talk, up to two attempts with five minutes between.

    >>> found = reach(0.5, 2, missed=Moments(25.0), talk=Moments(60.0), between_s=300.0)
    >>> found.share, found.attempts, round(found.told.mean_s, 2), found.busy.mean_s
    (0.75, 1.5, 168.33, 213.75)
    """
    whole("attempts", attempts, 1)
    number("a pause (s)", between_s)
    reached = reached_share(answered, attempts)
    chances = [answered * (1 - answered) ** missed_before for missed_before in range(attempts)]
    failed = (1 - answered) ** attempts
    step_s = missed.mean_s + between_s

    def until(count: int, last: Moments) -> Moments:
        return Moments(count * step_s + last.mean_s, count * missed.variance_s2 + last.variance_s2)

    def mixed(parts: Sequence[tuple[float, Moments]]) -> Moments:
        whole_share = math.fsum(weight for weight, _ in parts)
        if whole_share == 0:
            return Moments(math.nan, math.nan)
        mean = math.fsum(weight * one.mean_s for weight, one in parts) / whole_share
        spread = math.fsum(weight * (one.variance_s2 + (one.mean_s - mean) ** 2) for weight, one in parts)
        return Moments(mean, spread / whole_share)

    ends = talk if told is None else told
    given_up = Moments(attempts * step_s - between_s, attempts * missed.variance_s2)
    return Reach(
        share=reached,
        attempts=mean_attempts(answered, attempts),
        told=mixed([(chance, until(k, ends)) for k, chance in enumerate(chances)]),
        busy=mixed([*((chance, until(k, talk)) for k, chance in enumerate(chances)), (failed, given_up)]),
    )
