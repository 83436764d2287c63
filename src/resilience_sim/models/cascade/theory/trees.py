"""Call trees: when the last has been told, and what no tree can beat.

Each person is told, prepares for a time a, then calls others one after the other, each call lasting T until the other
knows. So the k-th whom somebody calls knows ``a + k T`` after them, and a tree is as slow as its slowest branch: the
sum along a branch, the greatest of all branches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from resilience_sim.models.checks import number, whole

__all__ = ["best_fan_out", "full_tree_s", "least_all_told_s", "most_told", "people_in_full_tree", "told_in_tree_s"]

SAME_S = 1e-9
"""A call that ends this little after an instant has ended by it: sums of the same durations in another order."""


def told_in_tree_s(
    calls: Mapping[str, Sequence[str]], first: str, *, call_s: float, prepare_s: float = 0.0, first_at_s: float = 0.0
) -> dict[str, float]:
    """When each person of a tree is told, if everybody answers at once.

    Parameters
    ----------
    calls
        Whom each calls, in order; who is called twice knows from the earlier call.
    first
        Who knows at first.
    call_s, prepare_s
        T and a, seconds.
    first_at_s
        When the first knows.

    Examples
    --------
    >>> told_in_tree_s({"head": ["ann", "bob"], "ann": ["cat"]}, "head", call_s=60.0, prepare_s=30.0)
    {'head': 0.0, 'ann': 90.0, 'bob': 150.0, 'cat': 180.0}
    """
    _check(call_s, prepare_s)
    told = {first: first_at_s}
    ahead = [first]
    while ahead:
        caller = min(ahead, key=lambda name: (told[name], name))
        ahead.remove(caller)
        for place, name in enumerate(calls.get(caller, ()), start=1):
            at_s = told[caller] + prepare_s + place * call_s
            if name not in told:
                ahead.append(name)
            told[name] = min(at_s, told.get(name, at_s))
    return told


def people_in_full_tree(fan_out: int, levels: int) -> int:
    """People in a full tree, its head included: ``1 + d + … + d^L``.

    Examples
    --------
    >>> people_in_full_tree(3, 2)
    13
    """
    whole("calls of each", fan_out, 1)
    whole("levels below the head", levels, 0)
    return sum(fan_out**level for level in range(levels + 1))


def full_tree_s(fan_out: int, levels: int, *, call_s: float, prepare_s: float = 0.0) -> float:
    """When the last of a full tree is told: ``L (a + d T)``.

    Parameters
    ----------
    fan_out, levels
        d whom each calls, 1 or more; L levels below the head.

    Examples
    --------
    Thirteen people, three calls of a minute each and half a minute to begin: seven minutes.

    >>> full_tree_s(3, 2, call_s=60.0, prepare_s=30.0)
    420.0
    """
    people_in_full_tree(fan_out, levels)
    _check(call_s, prepare_s)
    return levels * (prepare_s + fan_out * call_s)


def most_told(seconds: float, *, call_s: float, prepare_s: float = 0.0, fan_out: int | None = None) -> int:
    """Most people who can know by t, the first included, if everybody who knows calls and everybody answers.

    ``N(t) = 1 + sum over k = 1 … d of N(t - a - k T)``, N = 0 before 0 and d the most calls of each. Without a limit
    that is ``N(t) = N(t - T) + N(t - a - T)`` from T on: doubling with every call if nobody has to prepare, and
    slower else, as with Fibonacci's numbers for a = T. No call tree tells more by then.

    Parameters
    ----------
    seconds
        t, from when the first knows.
    call_s, prepare_s
        T above 0, and a.
    fan_out
        d; not given: no limit.

    References
    ----------
    Bar-Noy, A. and Kipnis, S. (1994), Designing broadcasting algorithms in the postal model for message-passing
    systems, doi:10.1007/BF01184933.

    Examples
    --------
    >>> [most_told(60.0 * k, call_s=60.0) for k in range(5)]
    [1, 2, 4, 8, 16]
    >>> [most_told(60.0 * k, call_s=60.0, prepare_s=60.0) for k in range(7)]
    [1, 1, 2, 3, 5, 8, 13]
    """
    _check(call_s, prepare_s)
    number("a call (s)", call_s, above=True)
    number("seconds", seconds)
    if fan_out is not None:
        whole("calls of each", fan_out, 0)
    most = int((seconds + SAME_S) / call_s)  # calls on one branch
    below = [0] * (most + 2)  # people told through one who knows after so many calls on the branch, themselves included
    for prepared in range(most, -1, -1):
        here = [0] * (most + 2)
        for called in range(most, prepared - 1, -1):
            if prepared * prepare_s + called * call_s <= seconds + SAME_S:
                last = most + 1 if fan_out is None else called + fan_out
                here[called] = 1 + sum(below[called + 1 : last + 1])
        below = here
    return below[0]


def least_all_told_s(people: int, *, call_s: float, prepare_s: float = 0.0, fan_out: int | None = None) -> float:
    """Least seconds in which so many people can know, the first included: the best tree of all.

    Without preparation ``T ceil(log2 n)``; in general the least t with ``most_told(t) >= n``.

    Parameters
    ----------
    people
        n, 1 or more.
    call_s, prepare_s, fan_out
        As there; T above 0, d 1 or more.

    Examples
    --------
    Sixteen people, calls of a minute: four minutes, and no tree does it in less.

    >>> least_all_told_s(16, call_s=60.0), least_all_told_s(17, call_s=60.0)
    (240.0, 300.0)
    """
    whole("people", people, 1)
    _check(call_s, prepare_s)
    number("a call (s)", call_s, above=True)
    if people == 1:
        return 0.0
    if fan_out is not None:
        whole("calls of each", fan_out, 1)
    known, ends = 1, [(prepare_s + call_s, 1, 0.0)]  # of a call, the caller's how-manieth, and when that one was told
    while True:
        end_s, made, told_s = heappop(ends)
        known += 1
        if known == people:
            return end_s
        if fan_out is None or made < fan_out:
            heappush(ends, (told_s + prepare_s + (made + 1) * call_s, made + 1, told_s))
        heappush(ends, (end_s + prepare_s + call_s, 1, end_s))


def best_fan_out(people: int, *, call_s: float, prepare_s: float = 0.0) -> int:
    """Fewest calls of each with which so many people can know in the least time of all.

    Examples
    --------
    A hundred people, calls of a minute and two minutes to begin: six calls each are as good as any number.

    >>> d = best_fan_out(100, call_s=60.0, prepare_s=120.0)
    >>> d, least_all_told_s(100, call_s=60.0, prepare_s=120.0)
    (6, 840.0)
    """
    least_s = least_all_told_s(people, call_s=call_s, prepare_s=prepare_s)
    fan_out = 1
    while least_all_told_s(people, call_s=call_s, prepare_s=prepare_s, fan_out=fan_out) > least_s + SAME_S:
        fan_out += 1
    return fan_out


def _check(call_s: float, prepare_s: float) -> None:
    number("a call (s)", call_s)
    number("a preparation (s)", prepare_s)
