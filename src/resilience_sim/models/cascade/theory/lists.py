"""One caller with a list: one by one, with delegates, or in rounds.

Who is called may have several phones: an attempt tries them in turn, each that nobody answers rings for its time, the
first that is answered is the talk. *One by one*: up to n attempts at a person with pauses, then the delegate, then the
next on the list. *In rounds*: one attempt at everybody, then one at those not reached yet, and so on.

Exact laws need rings and talks that last fixed times (:func:`one_by_one`); means (:func:`mean_told_one_by_one_s`,
:func:`mean_told_in_rounds_s`) do not. In both orders the same attempts are made, so that without pauses the caller is
done at the same mean instant; what differs is who waits for whom.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from resilience_sim.models.cascade.inputs import HOURS
from resilience_sim.models.cascade.theory.attempts import Moments, reach, reached_share
from resilience_sim.models.cascade.theory.hours import share_at
from resilience_sim.models.cascade.theory.instants import Instants
from resilience_sim.models.checks import number, refuse, share, whole

__all__ = [
    "Called", "Callee", "Odds", "attempt", "mean_told_in_rounds_s", "mean_told_one_by_one_s", "one_by_one", "take_over",
]  # fmt: skip


@dataclass(frozen=True)
class Callee:
    """Somebody on a list.

    Parameters
    ----------
    phones
        Share who answer each phone, in the order in which they are tried: a number, or 24 of them by hour of day.
    attempts
        n, 1 or more.
    ring_s, talk_s
        Seconds that a phone rings that nobody answers, and of a talk, at whose end they know.
    delegate
        Who is called after n attempts in vain; has no delegate in turn.
    """

    phones: tuple[float | tuple[float, ...], ...]
    attempts: int = 1
    ring_s: float = 0.0
    talk_s: float = 0.0
    delegate: Callee | None = None

    def __post_init__(self) -> None:
        if not self.phones:
            raise refuse("Callee: phones", "none", "at least one")
        for one in self.phones:
            for answered in one if isinstance(one, tuple) else (one,):
                share("Callee: a share who answer", answered)
            if isinstance(one, tuple) and len(one) != HOURS:
                raise refuse("Callee: shares of a phone", len(one), f"one number, or {HOURS} by hour of day")
        whole("Callee: attempts", self.attempts, 1)
        number("Callee: ring_s", self.ring_s)
        number("Callee: talk_s", self.talk_s)
        if self.delegate is not None and self.delegate.delegate is not None:
            raise refuse("Callee: delegate", "one who has a delegate", "one who has none")


@dataclass(frozen=True)
class Called:
    """What comes of one on the list.

    Parameters
    ----------
    told
        When they are told; what is missing from 1 is the chance that they are not.
    delegate
        When their delegate is told, if called.
    """

    told: Instants
    delegate: Instants

    @property
    def taken(self) -> Instants:
        """When either has the duties."""
        return self.told.either(self.delegate)


def attempt(callee: Callee, start: Instants, *, start_hour: float = 0.0) -> tuple[Instants, Instants]:
    """One attempt from instants of a law: when they are told, and when the caller gives up; together 1 of the start.

    Examples
    --------
    Two phones of half each, 20 s of ringing and a minute of talk.

    >>> told, missed = attempt(Callee((0.5, 0.5), ring_s=20.0, talk_s=60.0), Instants.at(0.0))
    >>> told.chances, missed.chances
    (((60.0, 0.5), (80.0, 0.25)), ((40.0, 0.25),))
    """
    told: list[tuple[float, float]] = []
    for phone in callee.phones:
        missed: list[tuple[float, float]] = []
        for instant, chance in start.chances:
            answered = share_at(phone, start_hour, instant) if isinstance(phone, tuple) else phone
            told.append((instant + callee.talk_s, chance * answered))
            missed.append((instant + callee.ring_s, chance * (1 - answered)))
        start = Instants.of(missed)
    return Instants.of(told), start


def _attempts(callee: Callee, start: Instants, *, between_s: float, start_hour: float) -> tuple[Instants, Instants]:
    """All attempts at somebody."""
    told, missed = Instants(()), start
    for k in range(callee.attempts):
        reached, missed = attempt(callee, missed.later(between_s) if k else missed, start_hour=start_hour)
        told = told.either(reached)
    return told, missed


def one_by_one(
    callees: Sequence[Callee], *, prepare_s: float = 0.0, between_s: float = 0.0, start_hour: float = 0.0
) -> tuple[list[Called], Instants]:
    """Law of when each on a list is told, and of when the caller is done; exact, hours of day included.

    The caller's clock before the k-th is the law of its end with the one before: reached, or else the delegate reached
    or not.

    Parameters
    ----------
    callees
        In the order of the list.
    prepare_s
        From when the caller knows to the first call.
    between_s
        From the end of one attempt at a person to the beginning of the next.
    start_hour
        Hour of day at which the caller knows.

    Examples
    --------
    >>> callees = [Callee((0.5,), ring_s=30.0, talk_s=60.0), Callee((1.0,), talk_s=60.0)]
    >>> called, done = one_by_one(callees)
    >>> called[1].told.chances
    ((90.0, 0.5), (120.0, 0.5))
    """
    number("a preparation (s)", prepare_s)
    number("a pause (s)", between_s)
    clock, called = Instants.at(prepare_s), []
    for callee in callees:
        told, missed = _attempts(callee, clock, between_s=between_s, start_hour=start_hour)
        instead = Instants(())
        if callee.delegate is not None:
            instead, missed = _attempts(callee.delegate, missed, between_s=between_s, start_hour=start_hour)
        called.append(Called(told, instead))
        clock = told.either(instead).either(missed)
    return called, clock


def take_over(answered: float, attempts: int, delegate_answered: float, delegate_attempts: int) -> float:
    """Chance that somebody takes the duties, the one meant or the delegate: ``1 - (1 - p)^n (1 - q)^m``.

    Examples
    --------
    Two attempts at half each, then two at the delegate.

    >>> take_over(0.5, 2, 0.5, 2)
    0.9375
    """
    return 1 - (1 - reached_share(answered, attempts)) * (1 - reached_share(delegate_answered, delegate_attempts))


@dataclass(frozen=True)
class Odds:
    """Somebody on a list, by share and means.

    Parameters
    ----------
    answered
        p, share of attempts that reach them.
    missed, talk
        Seconds of an attempt that does not, and of one that does.
    """

    answered: float
    missed: Moments
    talk: Moments


def mean_told_one_by_one_s(people: Sequence[Odds], attempts: int, *, between_s: float = 0.0) -> list[float]:
    """Mean instant at which each on a list is told, given that they are: the caller's times of all before, then theirs.

    Parameters
    ----------
    people
        In the order of the list.
    attempts, between_s
        n at each, with pauses.

    Examples
    --------
    >>> odds = Odds(0.5, Moments(30.0), Moments(60.0))
    >>> mean_told_one_by_one_s([odds, odds], 2)
    [70.0, 137.5]
    """
    before_s, means = 0.0, []
    for one in people:
        found = reach(one.answered, attempts, missed=one.missed, talk=one.talk, between_s=between_s)
        means.append(before_s + found.told.mean_s)
        before_s += found.busy.mean_s
    return means


def mean_told_in_rounds_s(people: Sequence[Odds], rounds: int) -> list[float]:
    """The same in rounds without pauses: before an attempt of round r lie r - 1 at all others and own misses.

    With ``e_js = (1 - p_j)^(s - 1) (p_j talk_j + (1 - p_j) miss_j)`` the mean length of the s-th attempt at j, who is
    told in round r is so at ``sum over others, s < r, of e_js + sum over those before of e_jr + (r - 1) miss + talk``
    on average.

    Examples
    --------
    Both first attempts come before any second one: the first on the list waits longer, the second less.

    >>> odds = Odds(0.5, Moments(30.0), Moments(60.0))
    >>> mean_told_in_rounds_s([odds, odds], 2)
    [85.0, 122.5]
    """
    whole("rounds", rounds, 1)

    def length_s(one: Odds, attempt: int) -> float:
        length = one.answered * one.talk.mean_s + (1 - one.answered) * one.missed.mean_s
        return (1 - one.answered) ** (attempt - 1) * length

    means = []
    for k, one in enumerate(people):
        parts = []
        for r in range(1, rounds + 1):
            others = [*((other, r) for other in people[:k]), *((other, r - 1) for other in people[k + 1 :])]
            before_s = math.fsum(length_s(other, s) for other, upto in others for s in range(1, upto + 1))
            own_s = (r - 1) * one.missed.mean_s + one.talk.mean_s
            parts.append(((1 - one.answered) ** (r - 1) * one.answered, before_s + own_s))
        reached = math.fsum(chance for chance, _ in parts)
        means.append(math.fsum(chance * at_s for chance, at_s in parts) / reached if reached else math.nan)
    return means
