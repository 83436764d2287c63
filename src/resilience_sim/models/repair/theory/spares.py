"""Spares on a shelf: base stock S, one ordered whenever one is taken, each there after its lead time.

Two rules for an empty shelf. *Waiting*: the fault waits for the next spare; then, by Palm's theorem, the number on
order is a Poisson variate with mean λ · (mean lead), whatever the law of the lead. *Lost*: it is fixed by other means
and nothing is ordered; then the number on order is that of Erlang's loss system.

References
----------
C. Palm (1938), Analysis of the Erlang traffic formulae for busy-signal arrangements. C. C. Sherbrooke (1968), METRIC: a
multi-echelon technique for recoverable item control, doi:10.1287/opre.16.1.122. G. J. Feeney and C. C. Sherbrooke
(1966), The (s-1, s) inventory policy under compound Poisson demand, doi:10.1287/mnsc.12.5.391.
"""

from __future__ import annotations

from resilience_sim.models.checks import number, refuse, whole
from resilience_sim.models.repair.theory.crews import erlang_b

__all__ = [
    "fewest_spares", "lost_share", "mean_wait_for_spare", "spare_waits_longer", "stock_out", "waiting_for_spares",
]  # fmt: skip

MOST_SPARES = 1_000_000


def _at_least(mean: float, count: int) -> float:
    """P(N >= count), N a Poisson variate with this mean."""
    from scipy.special import gammainc

    return 1.0 if count == 0 else float(gammainc(count, mean))


def _checked(rate: float, lead_s: float, stock: int) -> float:
    number("a rate of demands", rate, above=True)
    number("a lead time", lead_s)
    whole("a stock", stock, 0)
    return rate * lead_s


def stock_out(rate: float, lead_s: float, stock: int) -> float:
    """Share of demands that find the shelf empty, and of the time in which it is: ``P(Poisson(λ L) >= S)``; *waiting*.

    Parameters
    ----------
    rate
        λ of demands.
    lead_s
        Mean lead time L; its law does not matter.
    stock
        S.

    Examples
    --------
    Two demands in a lead time, two spares: 1 - 3 e^-2.

    >>> round(stock_out(0.5, 4.0, 2), 6)
    0.593994
    """
    return _at_least(_checked(rate, lead_s, stock), stock)


def lost_share(rate: float, lead_s: float, stock: int) -> float:
    """Share of demands that find the shelf empty; *lost*: Erlang's ``B(λ L, S)``.

    Examples
    --------
    >>> lost_share(0.5, 2.0, 2)
    0.2
    """
    load = _checked(rate, lead_s, stock)
    return erlang_b(load, stock) if load > 0 else float(stock == 0)


def waiting_for_spares(rate: float, lead_s: float, stock: int) -> float:
    """Mean number of faults that wait for a spare: ``E[(N - S)+] = m P(N >= S) - S P(N >= S + 1)``, m = λ L; *waiting*.

    Examples
    --------
    With no stock all those on order are waited for:

    >>> waiting_for_spares(0.5, 4.0, 0)
    2.0
    """
    mean = _checked(rate, lead_s, stock)
    return mean * _at_least(mean, stock) - stock * _at_least(mean, stock + 1)


def mean_wait_for_spare(rate: float, lead_s: float, stock: int) -> float:
    """Mean wait of a demand, those that need not wait included: ``E[(N - S)+] / λ``, by Little's law; *waiting*."""
    return waiting_for_spares(rate, lead_s, stock) / rate


def spare_waits_longer(rate: float, lead_s: float, stock: int, time_s: float) -> float:
    """P(wait > t) with a lead time that is always L: ``P(Poisson(λ (L - t)) >= S)`` for t < L, else 0; *waiting*.

    A demand is served by what the S-th demand before it has ordered, so that its wait is ``(L - G)+``, G the time
    between the two.

    Examples
    --------
    >>> round(spare_waits_longer(0.5, 4.0, 2, 0.0), 6), spare_waits_longer(0.5, 4.0, 2, 4.0)
    (0.593994, 0.0)
    """
    number("a time", time_s)
    _checked(rate, lead_s, stock)
    return _at_least(rate * (lead_s - time_s), stock) if time_s < lead_s else 0.0


def fewest_spares(rate: float, lead_s: float, share: float, *, lost: bool = False) -> int:
    """The least stock that serves this share of the demands from the shelf.

    Parameters
    ----------
    rate
        λ of demands.
    lead_s
        Mean lead time.
    share
        Above 0 and below 1.
    lost
        Whether an empty shelf loses the demand, instead of making it wait.

    Examples
    --------
    >>> fewest_spares(0.5, 4.0, 0.95)
    6
    """
    if not 0 < share < 1:
        raise refuse("a share of demands served from the shelf", share, "a share above 0 and below 1")
    empty = lost_share if lost else stock_out
    for stock in range(MOST_SPARES):
        if empty(rate, lead_s, stock) <= 1 - share:
            return stock
    raise refuse("a demand in a lead time", rate * lead_s, f"one that {MOST_SPARES:,} spares can serve")
