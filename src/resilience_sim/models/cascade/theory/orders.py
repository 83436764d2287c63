"""Many at once: the first, the k-th and the last of those who read a message, are told or arrive.

With n people, each of whom has read by t with chance q(t), independently, as many have as a binomial variate says, and
the k-th has read by t with chance ``P(Bin(n, q(t)) >= k)``. Where the chances differ the count is a sum of unequal
coins (Poisson binomial). A share who never read leaves a law with a gap: q ends below 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from resilience_sim.models.checks import number, refuse, share, whole
from resilience_sim.randomness import Law

__all__ = [
    "all_by", "count_chances", "exponential_order_mean_s", "kth_by", "kth_mean_s", "people_needed", "quantile_s",
    "read_by",
]  # fmt: skip

Floats = npt.NDArray[np.float64]


def read_by(law: Law, seconds: float, *, reads: float = 1.0) -> float:
    """Share who have read a message so many seconds after it was sent: ``r F(t)``.

    Parameters
    ----------
    law
        Of the seconds until somebody who reads it has read it.
    seconds
        t; inf for ever.
    reads
        r, share who read it at all.

    Examples
    --------
    >>> from resilience_sim.randomness import Uniform
    >>> read_by(Uniform(0.0, 600.0), 300.0, reads=0.8)
    0.4
    """
    share("a share who read", reads)
    number("seconds", seconds, infinite=True)
    return reads * law.up_to(seconds)[0]


def count_chances(chances: Sequence[float]) -> Floats:
    """Chance that exactly 0, 1, … n of independent people have it, shape (n + 1,).

    Each person's coin is folded in, one after the other; exact for unequal chances too.

    Parameters
    ----------
    chances
        Of each of the n people.

    Examples
    --------
    >>> count_chances([0.5, 0.5]).tolist()
    [0.25, 0.5, 0.25]
    """
    counts = np.zeros(len(chances) + 1)
    counts[0] = 1.0
    for k, chance in enumerate(chances):
        share("a chance", chance)
        counts[1 : k + 2] = counts[1 : k + 2] * (1 - chance) + counts[: k + 1] * chance
        counts[0] *= 1 - chance
    return counts


def kth_by(k: int, chances: Sequence[float]) -> float:
    """Chance that k or more of independent people have it.

    Examples
    --------
    Two of three, each with 0.6: ``3 · 0.36 · 0.4 + 0.216``.

    >>> round(kth_by(2, [0.6] * 3), 12)
    0.648
    """
    whole("how many people", k, 0)
    return math.fsum(count_chances(chances)[k:])


def all_by(chances: Sequence[float]) -> float:
    """Chance that all have it: the product, law of the greatest of independent times.

    Examples
    --------
    >>> all_by([0.9, 0.9, 0.5])
    0.405
    """
    for chance in chances:
        share("a chance", chance)
    return math.prod(chances)


def exponential_order_mean_s(k: int, people: int, mean_s: float) -> float:
    """Mean of the k-th of n exponential times: ``m (1/n + 1/(n-1) + … + 1/(n-k+1))``; the last: m times H_n.

    Parameters
    ----------
    k
        From 1 to n.
    people
        n.
    mean_s
        m, seconds.

    References
    ----------
    Rényi, A. (1953), On the theory of order statistics, doi:10.1007/BF02127580.

    Examples
    --------
    Four people who take three minutes on average: the first after 45 s, all after 375 s.

    >>> exponential_order_mean_s(1, 4, 180.0), exponential_order_mean_s(4, 4, 180.0)
    (45.0, 375.0)
    """
    whole("people", people, 1)
    whole("which of them", k, 1)
    number("a mean (s)", mean_s)
    if k > people:
        raise refuse("which of them", k, f"a whole number from 1 to {people}")
    return mean_s * math.fsum(1 / (people - before) for before in range(k))


def kth_mean_s(k: int, people: int, law: Law, *, reads: float = 1.0) -> float:
    """Mean seconds until the k-th of n people has read, given that k of them do.

    ``∫ (1 - P(Bin(n, r F(t)) >= k) / P(Bin(n, r) >= k)) dt`` from 0, by quadrature.

    Parameters
    ----------
    k, people
        From 1 to n; n.
    law
        Of the seconds of those who read; its distribution continuous.
    reads
        r, share who read at all, above 0.

    Raises
    ------
    InputsError
        If k of them never do.
    """
    from scipy import integrate

    whole("people", people, 1)
    whole("which of them", k, 1)
    ever = kth_by(k, [reads] * people)
    if k > people or ever == 0:
        raise refuse("which of them", k, f"a number that {people} people with a share of {reads} who read can reach")

    def later(seconds: float) -> float:
        return 1 - kth_by(k, [read_by(law, seconds, reads=reads)] * people) / ever

    step = law.mean
    total, start = 0.0, 0.0
    while start == 0.0 or later(start) > 1e-15:  # piece by piece, each twice as long as all before
        end = max(step, 2 * start)
        total += float(integrate.quad(later, start, end, epsabs=1e-12 * step, epsrel=1e-12, limit=200)[0])
        start = end
    return total


def quantile_s(chance_by: Callable[[float], float], wanted: float, *, most_s: float) -> float:
    """Earliest instant by which the chance is as wanted, by bisection; inf if it is not by `most_s`.

    Parameters
    ----------
    chance_by
        Chance that it has come about by t, a function that does not fall.
    wanted
        From 0 to 1.
    most_s
        Where to stop looking, seconds.

    Examples
    --------
    When half of the calls of six people, exponential with a mean of three minutes, are over for all of them.

    >>> from resilience_sim.randomness import Exponential
    >>> law = Exponential(180.0)
    >>> round(quantile_s(lambda t: kth_by(6, [read_by(law, t)] * 6), 0.5, most_s=3600.0), 2)
    398.79
    """
    share("the chance wanted", wanted)
    number("where to stop (s)", most_s)
    if chance_by(0.0) >= wanted:
        return 0.0
    if chance_by(most_s) < wanted:
        return math.inf
    low, high = 0.0, most_s
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if chance_by(middle) >= wanted:
            high = middle
        else:
            low = middle
    return high


def people_needed(k: int, chance: float, wanted: float) -> int:
    """Fewest people on a list so that k come with the chance wanted: the least n with ``P(Bin(n, q) >= k) >= w``.

    Parameters
    ----------
    k
        How many have to come.
    chance
        q, that one who is on the list comes in time; above 0 (see :func:`on_site_by`).
    wanted
        w, below 1 unless q is 1.

    Raises
    ------
    InputsError
        If no list is long enough.

    Examples
    --------
    Reached 0.59, of these 0.79 can come (Emergency Radiology 2010, doi:10.1007/s10140-010-0922-7): for two people with
    95 % nine are needed.

    >>> people_needed(2, 0.59 * 0.79, 0.95), round(kth_by(2, [0.59 * 0.79] * 8), 3)
    (9, 0.947)
    """
    whole("how many have to come", k, 0)
    share("a chance to come", chance)
    share("the chance wanted", wanted)
    if k > 0 and wanted > 0 and (chance == 0 or (wanted == 1 and chance < 1)):
        raise refuse("the chance wanted", wanted, f"one that people who come with {chance} can reach")
    people = k if wanted > 0 else 0
    while kth_by(k, [chance] * people) < wanted:
        people += 1
    return people
